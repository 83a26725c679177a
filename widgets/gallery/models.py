"""GUI thread: specimens of what shows models."""

from __future__ import annotations

from widgets.gallery.music import preview
from widgets.gallery.specimen import Specimen, disabled, hovered, told
from widgets.model_card import ModelButton, ModelFacts
from widgets.model_door import ModelDoor
from widgets.model_panel import ModelPanel
from widgets.model_picker import ModelPicker
from widgets.picture_strip import PictureStrip
from widgets.preview_button import PreviewButton

WIDTH_PX, HEIGHT_PX = 228, 560
MODELS = (
    ModelFacts("house-band", "House Band", ("all nights", "learned from 22 h", "24 s context"), has_preview=True),
    ModelFacts("barn-77", "Barn ’77", ("a barn night", "two guitars, organ"), has_preview=True),
    ModelFacts("field-72", "Field ’72", ("open air", "piano, loose"), has_preview=True),
    ModelFacts("plain", "One Line", ("imported",)),
)
LONG = ModelFacts(
    "long",
    "A model of all that was ever played in the old town hall, and a little more",
    (
        "The band with the longest name in the whole of the valley",
        "31 December 1999, Great Hall of the Municipal Exhibition Centre, Ålesund",
        "learned from 1,204 h of tapes · 24 s context",
    ),
    has_preview=True,
)


def card(facts: ModelFacts, *, chosen: bool = False, heard: float | None = None) -> ModelButton:
    """The card of a model."""
    made = ModelButton(facts)
    made.setChecked(chosen)
    if facts.has_preview:
        made.set_levels(preview(len(facts.title)))
    made.show_preview(heard)
    return made


def picker(cards: tuple[ModelFacts, ...]) -> ModelPicker:
    """The list of them, the first of them chosen."""
    made = ModelPicker()
    made.set_cards(cards)
    for index, facts in enumerate(cards):
        made.set_picture(facts.name, preview(index) if facts.has_preview else None)
        made.set_chosen(cards[0].name)
    return made


def panel(cards: tuple[ModelFacts, ...], sought: str = "") -> ModelPanel:
    """The whole side."""
    made = ModelPanel()
    made.picker.set_cards(cards)
    for index, facts in enumerate(cards):
        made.picker.set_picture(facts.name, preview(index) if facts.has_preview else None)
        made.picker.set_chosen(cards[0].name)
    made.search.setText(sought)
    made.show_found()
    return made


SPECIMENS = (
    Specimen("usual", lambda: card(MODELS[0]), WIDTH_PX),
    Specimen("chosen", lambda: card(MODELS[1], chosen=True), WIDTH_PX),
    Specimen("its preview is heard", lambda: card(MODELS[2], chosen=True, heard=0.4), WIDTH_PX),
    Specimen("without a preview", lambda: card(MODELS[3]), WIDTH_PX),
    Specimen("under the mouse", lambda: hovered(card(MODELS[0])), WIDTH_PX),
    Specimen("long names", lambda: card(LONG, chosen=True), WIDTH_PX),
    Specimen("off", lambda: disabled(card(MODELS[0])), WIDTH_PX),
    Specimen("picture", lambda: told(PictureStrip(), lambda made: made.set_levels(preview(1))), WIDTH_PX),
    Specimen("nothing", lambda: PictureStrip(note="No preview"), WIDTH_PX),
    Specimen("at rest", lambda: PreviewButton("House Band")),
    Specimen("under the mouse", lambda: hovered(PreviewButton("House Band"))),
    Specimen("playing", lambda: told(PreviewButton("House Band"), lambda made: made.set_playing(True))),
    Specimen("none", ModelPicker, WIDTH_PX, 120),
    Specimen("four", lambda: picker(MODELS), WIDTH_PX, HEIGHT_PX),
    Specimen("at rest", ModelDoor, WIDTH_PX),
    Specimen(
        "while one is trained",
        lambda: told(ModelDoor(), lambda made: made.show_training("Training Barn tapes: 34 %")),
        WIDTH_PX,
    ),
    Specimen("four", lambda: panel(MODELS), None, HEIGHT_PX),
    Specimen("searched", lambda: panel(MODELS, "barn"), None, HEIGHT_PX),
    Specimen("nothing found", lambda: panel(MODELS, "xylophone"), None, 300),
    Specimen("none", lambda: panel(()), None, 300),
)
