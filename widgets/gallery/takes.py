"""GUI thread: specimens of what shows takes."""

from __future__ import annotations

from widgets.gallery.specimen import Specimen, told
from widgets.star_rating import StarRating
from widgets.take_card import TakeCard
from widgets.take_comparison import TakeComparison
from widgets.take_list import TakeList
from widgets.take_panel import TakePanel

WIDTH_PX, HEIGHT_PX = 212, 420
TAKES = (
    TakeCard("1", "Untitled jam 14", "House Band · 1:00 · making", "Today", stars=2, progress=0.6),
    TakeCard("2", "Slow burn", "Barn ’77 · 2:00 · 4 stems", "Today"),
    TakeCard("3", "Dark corner", "Field ’72 · 5:00 · 4 stems", "Today", stars=5),
    TakeCard("4", "Radio, kept 21:04", "House Band · 0:30 · 4 stems", "Yesterday"),
    TakeCard("5", "rehearsal-03.flac", "imported · 3:41 · 4 stems", "Yesterday"),
)
LONG = (
    TakeCard("1", "The long one from the night on which the lights went out twice", "House Band · 2:00:00 · 6 stems"),
    TakeCard("2", "Endless", "A model with a rather long title · radio · on", stars=4, progress=-1.0),
)
MANY = tuple(TakeCard(str(n), f"House Band {n * 7919}", "House Band · 0:30 · 4 stems") for n in range(2000))


def cards(shown: tuple[TakeCard, ...], loaded: str = "1") -> TakeList:
    """The list alone; one of the takes is on the stage."""
    return told(
        TakeList(),
        lambda made: made.set_cards(shown),
        lambda made: made.cards.set_loaded(loaded),
    )


def panel(shown: tuple[TakeCard, ...], sought: str = "") -> TakePanel:
    """The whole side."""
    made = TakePanel()
    made.set_cards(shown)
    made.list.cards.set_loaded("1")
    made.search.setText(sought)
    return made


def comparing() -> TakePanel:
    """With two takes that are compared."""
    made = panel(TAKES)
    made.list.cards.set_letters({"1": "A", "2": "B"})
    made.comparison.show_names("Untitled jam 14", "Slow burn")
    made.comparison.show_heard(1)
    made.comparison.say("B is played 2.1 dB softer, so that both are equally loud.")
    made.comparison.show()
    return made


def comparison(note: str) -> TakeComparison:
    """Two takes, of which the first is heard."""
    made = TakeComparison()
    made.show_names("Untitled jam 14", "A take with a name that is rather long")
    made.show_heard(0)
    made.say(note)
    return made


SPECIMENS = (
    Specimen("no stars", StarRating),
    Specimen("three stars", lambda: told(StarRating(), lambda made: made.set_stars(3))),
    Specimen("usual", lambda: cards(TAKES), WIDTH_PX, HEIGHT_PX),
    Specimen("long names", lambda: cards(LONG, loaded="2"), WIDTH_PX, 160),
    Specimen("two thousand", lambda: cards(MANY), WIDTH_PX, HEIGHT_PX),
    Specimen("measuring", lambda: comparison("Measuring how loud they are…"), WIDTH_PX),
    Specimen("measured", lambda: comparison("B is played 2.1 dB softer: both are equally loud."), WIDTH_PX),
    Specimen("usual", lambda: panel(TAKES), None, HEIGHT_PX),
    Specimen("empty", lambda: panel(()), None, HEIGHT_PX),
    Specimen("searched", lambda: panel(TAKES, "barn"), None, HEIGHT_PX),
    Specimen("nothing found", lambda: panel(TAKES, "xylophone"), None, 200),
    Specimen("comparing", comparing, None, HEIGHT_PX),
)
