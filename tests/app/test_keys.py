"""The table of keys is sound: nothing stands in it twice, and every key is known by what is typed."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.keys import KEYS, _name, shown_keys

LINES = [line for group in KEYS.values() for line in group]
NONE, SHIFT, ALT, PAD = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.KeypadModifier,
)


def test_every_key_is_one_that_qt_knows():
    for line in LINES:
        assert line.keys
        for key in line.keys:
            sequence = QKeySequence(key)
            assert sequence.count() == 1, key
            assert sequence[0].key() != Qt.Key.Key_unknown, key


def test_no_key_does_two_things():
    counts = Counter(QKeySequence(key).toString() for line in LINES if line.act for key in line.keys)
    assert [key for key, count in counts.items() if count > 1] == []


def test_the_keys_that_the_issue_names_are_there():
    acting = {key for line in LINES if line.act for key in line.keys}
    assert {"Space", "Left", "Right", "Home", *"123456", "M", "S", "G", "Ctrl+E", "Ctrl+Z", "?"} <= acting


def test_the_overlay_shows_every_line_with_words():
    shown = [words for lines in shown_keys().values() for _, words in lines]
    assert shown == [line.words for line in LINES if line.words]
    assert all(caps for lines in shown_keys().values() for caps, _ in lines)


def test_keys_are_shown_as_they_are_labelled():
    caps = {cap for lines in shown_keys().values() for caps, _ in lines for cap in caps}
    assert {"←", "→", "Ctrl E", "Space", "?", "+", "−"} <= caps
    assert not caps & {"Left", "Right", "Ctrl+E", "Return", "-", ""}


@pytest.mark.parametrize(
    ("key", "modifiers", "text", "name"),
    [
        (Qt.Key.Key_Space, NONE, " ", "Space"),
        (Qt.Key.Key_G, NONE, "g", "G"),
        (Qt.Key.Key_G, NONE, "G", "G"),  # caps lock
        (Qt.Key.Key_G, SHIFT, "G", "Shift+G"),
        (Qt.Key.Key_Question, SHIFT, "?", "?"),
        (Qt.Key.Key_BracketLeft, NONE, "[", "["),
        (Qt.Key.Key_BracketLeft, ALT, "[", "["),  # some layouts need it
        (Qt.Key.Key_Plus, PAD, "+", "+"),
        (Qt.Key.Key_1, PAD, "1", "1"),
        (Qt.Key.Key_Left, PAD, "", "Left"),  # on a Mac every arrow belongs to the pad
        (Qt.Key.Key_Left, NONE, "", "Left"),
        (Qt.Key.Key_Escape, NONE, "\x1b", "Esc"),
        (Qt.Key.Key_Return, NONE, "\r", "Return"),
    ],
)
def test_a_key_is_known_by_what_is_typed(key, modifiers, text, name):
    assert _name(QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text)) == name
