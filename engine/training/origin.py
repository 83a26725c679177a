"""Engine thread (or the command line): what a model had learned before a training went on from it, for its card."""

from __future__ import annotations

from pathlib import Path

from engine.errors import ModelError
from engine.models.card import CARD_FILE, load_card
from engine.training.logbook import STATE_FILE
from engine.training.state import read_facts


def origin_of(base: Path) -> str:
    """What a training that begins with `base` has to thank it for, in words.

    Args:
        base: a model folder, the folder of a training, or a published checkpoint, which says nothing of itself.

    Raises:
        ModelError: card or state are damaged.
    """
    if (base / STATE_FILE).is_file():
        return _of_training(base / STATE_FILE)
    if not (base / CARD_FILE).is_file():
        return "a published model"
    card = load_card(base)
    return _said(card.name, card.trained_on, card.trained_for, card.began_with)


def _of_training(state: Path) -> str:
    facts = read_facts(state)
    try:
        learned = f"{facts['step']} steps, {facts['trained_s'] / 60:.0f} minutes"
        return _said("a training", learned, str(facts["learner"].get("began_with", "")))
    except (KeyError, TypeError, AttributeError) as cause:
        raise ModelError(f"{state} is of another version: choose another model to begin with.") from cause


def _said(name: str, *learned: str) -> str:
    *own, origin = learned
    words = "; ".join(filter(None, (*own, origin and f"began with {origin}")))
    return f"{name} ({words})" if words else name
