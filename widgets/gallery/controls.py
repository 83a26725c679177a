"""GUI thread: specimens of the small controls that everything else is made of."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from engine.export.choices import ExportChoices
from engine.export.naming import FIELDS
from resources import theme
from widgets.captioned import Captioned
from widgets.card_button import CardButton
from widgets.choices import Choice, Tick
from widgets.duration_selector import DurationSelector
from widgets.elided_label import ElidedLabel
from widgets.folder_drop import FolderDrop
from widgets.gallery.specimen import Specimen, disabled, hovered, told
from widgets.length_selector import LengthSelector
from widgets.level_field import LevelField
from widgets.morph_field import MorphField, OverSelector
from widgets.numerals import clock_text, length_s
from widgets.pattern_field import PatternField
from widgets.preset_field import PresetField
from widgets.search_field import SearchField
from widgets.seed_field import SeedField
from widgets.segments import Segments
from widgets.value_slider import ValueSlider

LONG = "Lisbon Coliseum, second night, the encore that nobody expected, from the mixing desk"
WEIGHTS = ("plain", "second", "loud", "door", "small")


def button(weight: str) -> QPushButton:
    """A button of one of the weights that the style sheet knows."""
    made = QPushButton(f"Button, {weight}")
    made.setProperty("weight", weight)
    return made


def card(title: str, line: str, lamp: str = "", *, chosen: bool = False) -> CardButton:
    """A card of a training."""
    return told(CardButton(title), lambda made: made.set_line(line, lamp), lambda made: made.setChecked(chosen))


def choice(*texts: str) -> Choice:
    """A list that folds out."""
    made = Choice()
    made.setAccessibleName("Choice")
    made.addItems(list(texts))
    return made


def tick(*, checked: bool) -> Tick:
    """A box to tick."""
    return told(Tick("Seamless loop"), lambda made: made.setChecked(checked))


def segments(chosen: int | None) -> Segments:
    """Choices side by side."""
    made = Segments(("Mix", "Stems", "Both"), "Export")
    made.mark(chosen)
    return made


def seed(number: int, *, locked: bool = False) -> SeedField:
    """A seed, and whether it is kept."""
    return told(SeedField(number), lambda made: made.set_locked(locked))


def slider(value: float) -> ValueSlider:
    """A number on a slider."""
    made = ValueSlider("Drift", 0.0, 1.0, text=lambda drift: f"{100 * drift:.0f} %", width_px=112)
    made.set_value(value)
    return made


def presets() -> PresetField:
    """Presets and a field."""
    made = PresetField({"0:10": 10.0, "0:30": 30.0}, "Time", read=length_s, text=clock_text)
    made.field.setAccessibleName("Time, minutes and seconds")
    return made


def line(text: str, *, wrong: bool = False) -> QLineEdit:
    """A line to type in, or one in which something wrong was typed."""
    made = QLineEdit(text, placeholderText="My band")
    made.setAccessibleName("Name")
    theme.mark(made, wrong=wrong)
    return made


def pattern(text: str, *, wrong: bool = False) -> PatternField:
    """What files are to be called."""
    return told(PatternField(FIELDS), lambda made: made.set_pattern(text), lambda made: made.set_wrong(wrong))


SPECIMENS = (
    *(Specimen(weight, lambda weight=weight: button(weight)) for weight in WEIGHTS),
    *(Specimen(f"{weight}, under the mouse", lambda weight=weight: hovered(button(weight))) for weight in WEIGHTS),
    *(Specimen(f"{weight}, off", lambda weight=weight: disabled(button(weight))) for weight in WEIGHTS),
    Specimen("empty", lambda: line(""), 220),
    Specimen("filled", lambda: line("Barn ’77"), 220),
    Specimen("wrong", lambda: line("!?", wrong=True), 220),
    Specimen("off", lambda: disabled(line("Barn ’77")), 220),
    Specimen("two lines of the three are too long", lambda: ElidedLabel(LONG), 220),
    Specimen("a caption above a control", lambda: Captioned("Length", QLabel("0:30"))),
    Specimen("not chosen", lambda: card("Barn tapes", "learning · 2 h left", "accent"), 228),
    Specimen("chosen", lambda: card("Barn tapes", "done · sounds like itself", "good", chosen=True), 228),
    Specimen("under the mouse", lambda: hovered(card("Barn tapes", "stopped")), 228),
    Specimen("long names", lambda: card(LONG, LONG, "mute"), 228),
    Specimen("one of three", lambda: choice("House Band", "Barn ’77", "Ballroom ’73"), 220),
    Specimen("long names", lambda: choice(LONG), 220),
    Specimen("off", lambda: disabled(choice("House Band")), 220),
    Specimen("no", lambda: tick(checked=False)),
    Specimen("yes", lambda: tick(checked=True)),
    Specimen("under the mouse", lambda: hovered(tick(checked=False))),
    Specimen("off", lambda: disabled(tick(checked=True))),
    Specimen("none marked", lambda: segments(None)),
    Specimen("one marked", lambda: segments(1)),
    Specimen("one not to be had", lambda: told(segments(0), lambda made: made.set_available(2, False))),
    Specimen("off", lambda: disabled(segments(0))),
    Specimen("a preset", LengthSelector),
    Specimen("any length", lambda: told(LengthSelector(), lambda made: made.choose(217.0))),
    Specimen("endless", lambda: told(LengthSelector(), lambda made: made.choose(float("inf")))),
    Specimen("off", lambda: disabled(LengthSelector())),
    Specimen("at rest", presets),
    Specimen("at rest", DurationSelector),
    Specimen("at rest", OverSelector),
    Specimen("at rest", lambda: seed(48213)),
    Specimen("locked", lambda: seed(7, locked=True)),
    Specimen("the longest", lambda: seed(9_999_999_999)),
    Specimen("off", lambda: disabled(seed(48213))),
    Specimen("lowest", lambda: slider(0.0)),
    Specimen("somewhere", lambda: slider(0.35)),
    Specimen("off", lambda: disabled(slider(0.35))),
    Specimen("off", MorphField),
    Specimen("on", lambda: told(MorphField(), lambda made: made.show_wanted((99_120, 95.0)))),
    Specimen("empty", lambda: SearchField("Search models and shows"), 228),
    Specimen("filled", lambda: told(SearchField("Search takes"), lambda made: made.setText("slow burn")), 228),
    Specimen("usual", lambda: pattern("{take} - {part}"), 500),
    Specimen("wrong", lambda: pattern("{tkae}", wrong=True), 500),
    Specimen("as it is", LevelField),
    Specimen("loudness", lambda: told(LevelField(), lambda made: made.set_choices(ExportChoices(level="loudness")))),
    Specimen("empty", FolderDrop, 500),
)
