"""GUI thread: specimens of what trains models."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.models.card import ModelCard
from widgets.gallery.specimen import Specimen, disabled, told
from widgets.loss_plot import LossPlot
from widgets.preview_strip import PreviewStrip
from widgets.training_form import TrainingForm
from widgets.training_list import TrainingEntry, TrainingList
from widgets.training_panel import TrainingFacts, TrainingPanel

FOLDER = Path("/home/jerry/Tapes/Barn nights")
BASES = [ModelCard(name="house-band", title="House Band", kind="generator")]
ENTRIES = [
    TrainingEntry("barn", "Barn nights", "Learning · 1 h 12 min left", "accent"),
    TrainingEntry("long", "The whole of the tapes that my uncle left to me", "Stopped · can go on", "faint"),
    TrainingEntry("broken", "Field", "Failed: a recording could not be read", "mute"),
]
FIGURES = (("Learned", "34 %"), ("Steps", "12 400"), ("Music", "3 h 20 min"), ("Left", "1 h 12 min"))
LEARNING = TrainingFacts(
    "Barn nights",
    "Begins with House Band · learns from Barn nights",
    "Learning",
    "accent",
    0.34,
    FIGURES,
    can_stop=True,
)
DONE = TrainingFacts(
    "Barn nights",
    "Began with House Band · learned from Barn nights",
    "Done",
    "good",
    1.0,
    FIGURES,
    can_remove=True,
    can_continue=True,
    can_choose=True,
)


def losses(made: LossPlot) -> None:
    """Show curves such as a training has."""
    steps = np.arange(0, 12_000, 40)
    noise = np.random.default_rng(3).normal(1.0, 0.08, (2, len(steps)))
    falling = 1.5 * np.exp(-steps / 4000) + 0.4
    made.set_losses(steps, {"generator": falling * noise[0], "critic": (1.2 - 0.5 * falling) * noise[1]})


def form(*, filled: bool, unfolded: bool = False) -> TrainingForm:
    """What a training is to be."""
    made = TrainingForm()
    made.set_bases(BASES)
    if filled:
        made.set_folder(FOLDER)
        made.set_found("42 recordings, 3 h 20 min", ready=True)
    made.details_button.setChecked(unfolded)
    return made


def entries(chosen: str) -> TrainingList:
    """The trainings there are."""
    return told(TrainingList(), lambda made: made.set_entries(ENTRIES), lambda made: made.set_chosen(chosen))


def panel(facts: TrainingFacts) -> TrainingPanel:
    """One of them."""
    return told(TrainingPanel(), lambda made: made.show_facts(facts), lambda made: losses(made.plot))


SPECIMENS = (
    Specimen("empty", lambda: form(filled=False), 560),
    Specimen("filled, unfolded", lambda: form(filled=True, unfolded=True), 560),
    Specimen("off", lambda: disabled(form(filled=True)), 560),
    Specimen("three, one failed", lambda: entries("barn"), 228, 220),
    Specimen("learning", lambda: panel(LEARNING), 560, 520),
    Specimen("done", lambda: panel(DONE), 560, 520),
    Specimen("empty", LossPlot, 460, 220),
    Specimen("curves", lambda: told(LossPlot(), losses), 460, 220),
    Specimen("nothing to hear", PreviewStrip, 460),
)
