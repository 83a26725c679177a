"""The command line's main thread: the steps of training that learn: autoencoder, generator, separator."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.command_line.training import settings
from app.command_line.training.narration import clock, narrating
from app.command_line.training.report import Said, facts, status_in, tell
from app.command_line.training.stopping import Stopped, noting_signals
from engine.models.card import load_card
from engine.models.catalogue import Catalogue
from engine.training import logbook
from engine.training.bases import base_folder
from engine.training.recipes import changed
from engine.training.wishes import entitle, keep_wishes, kept_wishes

if TYPE_CHECKING:
    from engine.training.loop import Learner


def autoencoder(options: Namespace) -> Said:
    """Train an autoencoder."""
    from engine.training.autoencoder import AutoencoderLearner, Recipe

    recipe = settings.kept_recipe(Recipe, options) if options.resume else changed(Recipe(), options.recipe)
    if not recipe.refine:
        options.steps = 1  # in which the components are fitted; there is nothing else to learn
    with settings.computing(options):
        return _learn(AutoencoderLearner(options.collection, recipe, _base(options), options.device), options)


def generator(options: Namespace) -> Said:
    """Train or fine-tune a generator."""
    from engine.training.generator import GeneratorLearner, Recipe
    from engine.training.latents import Latents

    recipe = settings.kept_recipe(Recipe, options) if options.resume else settings.generator_recipe(options)
    with settings.computing(options):
        return _learn(GeneratorLearner(Latents.open(options.latents), recipe, _base(options), options.device), options)


def separator(options: Namespace) -> Said:
    """Train a separator."""
    from engine.training.separator import Recipe, SeparatorLearner

    recipe = settings.kept_recipe(Recipe, options) if options.resume else changed(Recipe(), options.recipe)
    songs = [folder.resolve() for folder in options.songs]
    with settings.computing(options):
        return _learn(SeparatorLearner(songs, recipe, _base(options), options.device), options)


def _base(options: Namespace) -> Path | None:
    """The model to begin with; a training that goes on has begun with it."""
    if options.resume or not options.base:
        return None
    return base_folder(options.base, options.step, Catalogue())


def _learn(learner: Learner, options: Namespace) -> Said:
    """Let a learner learn; say what came of it."""
    from engine.training import parallel
    from engine.training.loop import Plan, train

    wishes = settings.wishes(options)
    if options.resume:
        wishes = wishes.after(kept_wishes(options.out))
    plan = Plan(**wishes.limits)
    steps = train(learner, options.out, plan, resume=options.resume, keeping=settings.keeping())
    speaks = parallel.rank() == 0
    if speaks:
        keep_wishes(options.out, wishes)
    with (
        logbook.stopping_on_signals(options.out),
        noting_signals() as received,
        narrating(quiet=not speaks) as narration,
    ):
        for report in steps:
            tell(narration, report)
    if speaks:
        entitle(options.out)
    return _trained(options.out, received) if speaks else {}


def _trained(folder: Path, received: Sequence[int]) -> Said:
    """What a training says in the end."""
    status = status_in(folder)
    if received:
        raise Stopped(f"Stopped at step {status.step} and saved: go on with --resume.", received[0])
    card = load_card(folder / logbook.MODEL_FOLDER)
    how = "finished" if status.state == logbook.FINISHED else "stopped"
    text = f"{folder}: {how} at step {status.step}, after {clock(status.trained_s)}; the model lies in {card.folder}"
    return {**facts(folder, status), "model": str(card.folder), "name": card.name, "text": text}
