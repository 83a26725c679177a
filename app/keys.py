"""GUI thread: the one table of keys, from which both what they do and the overlay that shows them come.

A key with Ctrl works wherever the focus is. Any other works wherever the focus is but in a control that uses the key
itself: a letter is typed into a field, Space presses a button that was reached by Tab.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut

if TYPE_CHECKING:
    from app.window import Window


@dataclass(frozen=True)
class Key:
    """A line of the table.

    Attributes:
        keys: one or more key sequences in Qt's words ("Ctrl+E", "Space", "1"), each of which does it.
        words: what it does, as the overlay says it; empty for a key that goes without saying.
        act: does it; None where the control with the focus does it by itself, and the line only tells.
        repeats: whether it goes on while the key is held.
        shown: what the overlay shows for the keys, where that is not simply the keys themselves: `("1", "…", "6")`.
    """

    keys: tuple[str, ...]
    words: str
    act: Callable[[Window], object] | None = None
    repeats: bool = False
    shown: tuple[str, ...] = ()


def _open_menu(name: str) -> Callable[[Window], object]:
    def act(window: Window) -> None:
        button = getattr(window, name)
        if button.isEnabled() and button.isVisible():
            button.showMenu()

    return act


def _choose_strip(index: int) -> Callable[[Window], object]:
    return lambda window: window.mixer.choose(index)


KEYS: dict[str, tuple[Key, ...]] = {
    "Play": (
        Key(("Space",), "Play or pause", lambda window: window.playing.toggle()),
        Key(("L",), "Loop the region", lambda window: window.playing.toggle_loop()),
        Key(("N",), "Radio: skip to another piece", lambda window: window.radio.skip()),
    ),
    "Make": (
        Key(("G", "Ctrl+Return"), "Generate", lambda window: window.press_generate()),
        Key(("Shift+G",), "More like this", lambda window: window.more_like_this()),
        Key(("R",), "Surprise me", lambda window: window.surprise()),
        Key(("P",), "Hear the model’s preview, or no longer", lambda window: window.models.toggle_preview()),
    ),
    "Picture": (
        Key(("Left",), "Five seconds back", lambda window: window.view.step_back(), repeats=True),
        Key(("Right",), "Five seconds on", lambda window: window.view.step_on(), repeats=True),
        Key(("Home",), "To the beginning", lambda window: window.view.go_home()),
        Key(("[",), "Begin the region here", lambda window: window.view.put_edge(begin=True)),
        Key(("]",), "End the region here", lambda window: window.view.put_edge(begin=False)),
        Key(("Esc",), "Let the region go", lambda window: window.view.let_go()),
        Key(("+", "="), "Closer to the playhead", lambda window: window.view.zoom_in(), repeats=True, shown=("+",)),
        Key(("-",), "Further away", lambda window: window.view.zoom_out(), repeats=True),
        Key(("0",), "See all of the take", lambda window: window.view.show_all()),
        Key(("Z",), "See the region", lambda window: window.view.zoom_to_region()),
        Key(("PgUp",), "See what comes before", lambda window: window.view.scroll_pages(-1), repeats=True),
        Key(("PgDown",), "See what comes after", lambda window: window.view.scroll_pages(1), repeats=True),
    ),
    "Mixer": (
        Key(("1",), "Choose a strip", _choose_strip(0), shown=("1", "…", "6")),
        *(Key((str(number),), "", _choose_strip(number - 1)) for number in range(2, 7)),
        Key(("7",), "Choose the master", _choose_strip(-1)),
        Key(("M",), "Mute the strip", lambda window: window.mixer.toggle_mute()),
        Key(("S",), "Solo the strip", lambda window: window.mixer.toggle_solo()),
        Key(("Up", "Down"), "Move the fader that has the focus"),
        Key(("0",), "Fader to 0 dB, pan to the middle"),
        Key(("Enter",), "Type a gain for the fader, a pan for the knob"),
        Key(("C",), "Put out the lamps of what was too loud", lambda window: window.mixer.clear_lamps()),
        Key(("Ctrl+Z",), "Undo", lambda window: window.history.undo(), repeats=True),
        Key(("Ctrl+Shift+Z", "Ctrl+Y"), "Redo", lambda window: window.history.redo(), repeats=True),
    ),
    "Takes": (
        Key(("Ctrl+F",), "Search the takes", lambda window: window.seek_takes()),
        Key(("Enter",), "Play the take that has the focus"),
        Key(("F2",), "Give it another name"),
        Key(("F",), "Give it stars: then 1 to 5, or 0 for none"),
        Key(("Del",), "Throw it away"),
        Key(("B",), "Compare it with the stage; then the other of the two", lambda window: window.comparing.toggle()),
    ),
    "Files": (
        Key(("Ctrl+O",), "Open a recording or a take", lambda window: window.ask_recording()),
        Key(("Ctrl+E",), "Export", lambda window: window.exporting.open()),
        Key(("Ctrl+C",), "Copy the region, or the take, as a file", lambda window: window.dragging.copy()),
        Key(("Ctrl+Shift+E",), "Export again, as the last time", lambda window: window.exporting.repeat()),
        Key(("Ctrl+K",), "Radio: keep what has just sounded", _open_menu("keep_button")),
        Key(("Ctrl+T",), "Train a model", lambda window: window.training.open()),
    ),
    "Window": (
        Key(("?", "F1"), "These keys, the log, credits", lambda window: window.helping.open()),
        Key(("Ctrl+,",), "Settings", lambda window: window.preferences.open()),
        Key(("Ctrl+1",), "Show or hide the models", lambda window: window.arrangement.toggle_models()),
        Key(("Ctrl+2",), "Show or hide the takes", lambda window: window.arrangement.toggle_takes()),
        Key(("Tab",), "To the next control"),
        Key(("Ctrl+Q",), "Quit", lambda window: window.close()),
    ),
}
"""By the headings of the overlay."""


class Keys:
    """The table at work in a window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._plain: dict[str, Key] = {}
        for key in (key for group in KEYS.values() for key in group if key.act is not None):
            for sequence in map(QKeySequence, key.keys):
                if _is_plain(sequence):
                    self._plain[sequence.toString()] = key
                else:
                    shortcut = QShortcut(sequence, window)
                    shortcut.setAutoRepeat(key.repeats)
                    shortcut.activated.connect(lambda key=key: self._act(key))

    def press(self, event: QKeyEvent) -> bool:
        """Do what a plain key means that no control has used; whether it means anything."""
        key = self._plain.get(_name(event))
        if key is None or (event.isAutoRepeat() and not key.repeats):
            return False
        self._act(key)
        return True

    def _act(self, key: Key) -> None:
        if key.act is not None:
            key.act(self._window)


def shown_keys() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """What the overlay shows: by heading, the keys that do the same and what it is."""
    return {
        heading: [(key.shown or tuple(map(_in_words, key.keys)), key.words) for key in group if key.words]
        for heading, group in KEYS.items()
        if group
    }


_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


def _is_plain(sequence: QKeySequence) -> bool:
    return not sequence[0].keyboardModifiers() & _MODIFIERS


def _name(event: QKeyEvent) -> str:
    """What a key is called in the table: a sign as it is written, whatever a layout needs to be held for that."""
    sign = event.text()
    if len(sign) == 1 and sign.isprintable() and not sign.isalnum() and not sign.isspace():
        return QKeySequence(sign).toString()
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key()))).toString()


_WORDS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Return": "Enter", "Esc": "Escape", "-": "−"}


def _in_words(sequence: str) -> str:
    if sequence in ("+", "-"):
        return _WORDS.get(sequence, sequence)
    return " ".join(_WORDS.get(part, part) for part in sequence.split("+"))
