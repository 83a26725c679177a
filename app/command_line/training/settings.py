"""The command line: options as the values that the engine takes."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from engine.errors import ModelError, UsageError
from engine.training import logbook
from engine.training.recipes import changed
from engine.training.wishes import TITLES, Wishes
from resources.colours import SPECTROGRAM

if TYPE_CHECKING:
    from engine.training.augmentation import Augmentation
    from engine.training.generator import Recipe as GeneratorRecipe
    from engine.training.loop import Keeping
    from engine.training.preparation import Preparation

Recipe = TypeVar("Recipe")

REPORT_STEPS = 20
"""Steps from one line, and row of losses, to the next: about a minute where a step takes seconds."""

FINE_RATE = 4e-5
"""Learning rate of a generator that begins with a base: the published one of fine-tuning."""


def preparation(options: Namespace) -> Preparation:
    """What is taken of the recordings."""
    from engine.training.preparation import Preparation

    given = {"cut_start_s": options.cut_start, "cut_end_s": options.cut_end, "shortest_s": options.shortest}
    return Preparation(**_without_none(given))


def augmentation(options: Namespace) -> Augmentation | None:
    """The variations that were asked for; None if none were."""
    from engine.training.augmentation import Augmentation

    strengths = {name: getattr(options, name) for name in ("noise", "cutmix", "shift", "speed")}
    if not any(strengths.values()):
        return None
    return Augmentation(**_without_none({**strengths, "copies": options.copies, "seed": options.seed}))


def wishes(options: Namespace) -> Wishes:
    """How long the training is to take, and what the model's card is to say."""
    titles = _without_none({name: getattr(options, name) for name in TITLES})
    return Wishes(titles, options.minutes, options.steps)


def generator_recipe(options: Namespace) -> GeneratorRecipe:
    """How a generator learns: full size on a GPU and quick elsewhere, unless it is told; slowly from a base."""
    from engine.training.device import choose_device
    from engine.training.generator import QUICK, Recipe

    full = options.size == "full" if options.size else choose_device(options.device).type == "cuda"
    recipe = Recipe() if full else QUICK
    if options.base:
        recipe = replace(recipe, generator_rate=FINE_RATE, critic_rate=FINE_RATE)
    return changed(recipe, options.recipe)


def kept_recipe(kind: type[Recipe], options: Namespace) -> Recipe:
    """The recipe of the training that is to be gone on with.

    Raises:
        UsageError: another one is asked for.
        ModelError: there is no training, or its description is damaged.
    """
    if options.recipe:
        raise UsageError("A training goes on by the recipe it was begun with: leave out --recipe, or begin anew.")
    values = logbook.read_training(options.out)["recipe"]
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    try:
        return kind(**{name: value for name, value in values.items() if name in known})
    except (AttributeError, TypeError, ValueError) as cause:
        raise ModelError(f"The recipe of the training in {options.out} is damaged: begin it anew elsewhere.") from cause


def keeping() -> Keeping:
    """How a training keeps its folder."""
    from engine.training.loop import Keeping

    return Keeping(report_steps=REPORT_STEPS, colours=SPECTROGRAM)


@contextmanager
def computing(options: Namespace) -> Iterator[None]:
    """Inside, torch has as many threads as asked for, and works with the other processes that torchrun started."""
    from engine.training import device, parallel

    if options.threads:
        device.use_threads(options.threads)
    with parallel.joined(device.choose_device(options.device)):
        yield


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
