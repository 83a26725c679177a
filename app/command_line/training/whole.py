"""The command line's main thread: all steps of training in a row."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.command_line.training import settings
from app.command_line.training.narration import Narration, clock, narrating
from app.command_line.training.report import Said, facts, status_in, tell
from app.command_line.training.stopping import Stopped, noting_signals
from engine.errors import ModelError, UsageError
from engine.models.card import ModelCard, check_name
from engine.models.catalogue import Catalogue, home_folder
from engine.training import logbook
from engine.training.bases import autoencoder_folder, base_folder

if TYPE_CHECKING:
    from engine.training.whole import Order, Progress

TRAININGS_FOLDER = "trainings"
BEGUN_WITH = ("base", "autoencoder", "size", "cut_start", "cut_end", "shortest")
VARIED_BY = ("noise", "cutmix", "shift", "speed", "copies", "seed")


def model(options: Namespace) -> Said:
    """From a folder of recordings to a model in the picker."""
    from engine.training.device import use_threads
    from engine.training.whole import make_model

    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise UsageError("Only what learns is shared by torchrun: prepare and encode first, then `train generator`.")
    if not options.name and not (options.resume and options.out):
        raise UsageError("The model needs a name: say for instance --name my-band.")
    folder = options.out or home_folder() / TRAININGS_FOLDER / check_name(options.name)
    catalogue = Catalogue()
    steps = make_model(
        folder,
        _order(options, folder, catalogue),
        settings.wishes(options),
        catalogue,
        home_folder() / "models",
        resume=options.resume,
        jobs=options.jobs,
        cluster=options.cluster,
        device=options.device,
        keeping=settings.keeping(),
    )
    if options.threads:
        use_threads(options.threads)
    with (
        logbook.stopping_on_signals(folder),
        noting_signals() as received,
        narrating(options.log) as narration,
    ):
        card = _followed(steps, narration)
    return _made(folder, card, received)


def _order(options: Namespace, folder: Path, catalogue: Catalogue) -> Order:
    """What is wanted by the options; of a training that goes on, what was wanted."""
    from engine.training.whole import Order, read_order

    if options.recordings is None:
        if not options.resume:
            raise UsageError("Say where the recordings are: python main.py train model RECORDINGS --name NAME.")
        if options.recipe or any(getattr(options, name) is not None for name in BEGUN_WITH + VARIED_BY):
            raise UsageError("A training goes on as it was begun: give no settings but --minutes, --steps and titles.")
        return read_order(folder)
    base = options.base and base_folder(options.base, "generator", catalogue).resolve()
    return Order(
        recordings=options.recordings.resolve(),
        autoencoder=_autoencoder(options, catalogue).resolve(),
        base=base,
        preparation=settings.preparation(options),
        augmentation=settings.augmentation(options),
        recipe=settings.generator_recipe(options),
    )


def _autoencoder(options: Namespace, catalogue: Catalogue) -> Path:
    """The autoencoder that was chosen, or the base's, or the first that there is."""
    if options.autoencoder and options.base:
        raise UsageError("A base brings its own autoencoder: leave out --base or --autoencoder.")
    if wanted := options.autoencoder or options.base:
        return autoencoder_folder(wanted, catalogue)
    cards = catalogue.cards("autoencoder")
    if not cards:
        raise ModelError("There is no autoencoder among the models: choose one with --autoencoder.")
    return cards[0].folder


def _followed(steps: Generator[Progress, None, ModelCard | None], narration: Narration) -> ModelCard | None:
    """Go through the steps to their end, telling how far they are; returns what they return."""
    while True:
        try:
            progress = next(steps)
        except StopIteration as end:
            card: ModelCard | None = end.value
            return card
        if progress.report:
            tell(narration, progress.report)
        else:
            left = f", {clock(progress.left_s)} left" if progress.left_s is not None else ""
            narration.progress(progress.done, f"{progress.doing}{left}")


def _made(folder: Path, card: ModelCard | None, received: Sequence[int]) -> Said:
    """What is said in the end."""
    status = status_in(folder)
    go_on = f"go on with: python main.py train model --resume --out {folder}"
    if received:
        raise Stopped(f"Stopped, and nothing is lost: {go_on}", received[0])
    said = {**facts(folder, status), "model": str(card.folder) if card else None, "name": card.name if card else None}
    if card is None:
        return {**said, "text": f"Stopped before it began to learn; {go_on}"}
    text = f"{card.title} is among the models now, as {card.name}: {status.step} steps, {clock(status.trained_s)}."
    if status.state == logbook.STOPPED:
        text += f" It was stopped early; {go_on}"
    return {**said, "text": text}
