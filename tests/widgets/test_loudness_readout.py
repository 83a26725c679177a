"""Loudness in figures."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt

from widgets.loudness_readout import LoudnessReadout, loudness_text


@pytest.fixture
def readout(qtbot):
    readout = LoudnessReadout()
    qtbot.addWidget(readout)
    readout.show()
    return readout


def test_it_says_what_is_now_and_overall(readout):
    assert readout.accessibleDescription() == "– LUFS now, – overall"
    readout.show_loudness(-14.23, -15.678)
    assert (readout.now.figure, readout.whole.figure) == ("−14.2", "−15.7")
    assert readout.accessibleDescription() == "−14.2 LUFS now, −15.7 overall"


def test_a_click_or_a_key_begins_anew(readout, qtbot):
    with qtbot.waitSignal(readout.reset_pressed):
        qtbot.mouseClick(readout.now, Qt.MouseButton.LeftButton)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
        with qtbot.waitSignal(readout.reset_pressed):
            qtbot.keyClick(readout, key)


@pytest.mark.parametrize(("lufs", "text"), [(-23.04, "−23.0"), (-math.inf, "–"), (-80.0, "–"), (1.25, "1.2")])
def test_loudness_in_words(lufs, text):
    assert loudness_text(lufs) == text
