"""GUI thread: specimens of what makes takes: what the next one will be, and what goes on."""

from __future__ import annotations

from PySide6.QtCore import Qt

from widgets.activity_bar import ActivityBar
from widgets.gallery.specimen import Specimen, disabled, told
from widgets.keep_button import KeepButton
from widgets.make_bar import MakeBar
from widgets.morph_button import MorphButton
from widgets.room_button import RoomButton

WIDTH_PX = 764
"""What there is in a window of 1280 pixels between its sides."""


def bar(*, ready: bool = True, busy: bool = False, more: bool = False) -> MakeBar:
    """The bar of the next take."""
    made = MakeBar()
    made.set_ready(ready)
    made.set_busy(busy)
    made.set_more_available(more)
    return made


def room(words: str, trash: str) -> RoomButton:
    """How much room the takes need."""
    made = RoomButton()
    made.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)  # it shows itself, and is in no window yet
    made.show_room(words, trash)
    return made


def unfolded() -> MakeBar:
    """With all that can be set."""
    made = bar(more=True)
    made.seed.set_seed(48_213)
    made.drift.set_value(0.2)
    made.morph.show_wanted((11_342, 30.0))
    made.loop.setChecked(True)
    made.set_open(True)
    return made


SPECIMENS = (
    Specimen("no model", lambda: bar(ready=False), WIDTH_PX),
    Specimen("ready", lambda: bar(more=True), WIDTH_PX),
    Specimen("something is being made", lambda: bar(busy=True), WIDTH_PX),
    Specimen("unfolded", unfolded, WIDTH_PX),
    Specimen("with all the room there is", unfolded, 1400),
    Specimen("off", lambda: disabled(bar()), WIDTH_PX),
    Specimen("the style stays", MorphButton),
    Specimen("it becomes another", lambda: told(MorphButton(), lambda made: made.show_wanted((11_342, 30.0)))),
    Specimen("off", lambda: disabled(MorphButton())),
    Specimen("at rest", KeepButton),
    Specimen("usual", lambda: room("Takes 3.2 GB · 41 GB free", "120 MB")),
    Specimen("at rest", lambda: told(ActivityBar(), lambda made: made.set_hint("Press ? for keys")), 1000),
    Specimen(
        "making",
        lambda: told(
            ActivityBar(),
            lambda made: made.show_work("Separating 0:50 of 1:00 · 9 s left", 0.83),
            lambda made: made.set_hint("Press ? for keys"),
        ),
        1000,
    ),
    Specimen(
        "making, and writing files",
        lambda: told(
            ActivityBar(),
            lambda made: made.show_work("Making 1:20:30 of 2:00:00 · 20:30 left", 0.4),
            lambda made: made.set_notice("Paused: making goes on when you play"),
            lambda made: made.show_files("Exporting the stems"),
            lambda made: made.show_files_fraction(0.3),
            lambda made: made.room_button.show_room("Takes 3.2 GB · 41 GB free", ""),
        ),
        1000,
    ),
)
