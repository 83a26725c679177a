"""What is made and what is written are told side by side."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar

from widgets.activity_bar import ActivityBar


@pytest.fixture
def bar(qtbot):
    bar = ActivityBar()
    bar.set_hint("Space plays")
    bar.resize(1260, 32)
    qtbot.addWidget(bar)
    bar.show()
    return bar


def texts(bar: ActivityBar) -> list[str]:
    return [label.text() for label in bar.findChildren(QLabel) if label.isVisible() and label.text()]


def test_making_and_writing_are_told_side_by_side(bar, qtbot):
    bar.show_work("Making 0:20 of 1:00", 0.25)
    bar.set_notice("Paused")
    assert texts(bar) == ["Making 0:20 of 1:00", "Paused", "Space plays"]
    bar.show_files("Exporting mix.wav")
    bar.show_files_fraction(0.5)
    assert texts(bar) == ["Making 0:20 of 1:00", "Paused", "Exporting mix.wav"]
    making, writing = bar.findChildren(QProgressBar)
    assert (making.value() / making.maximum(), writing.value() / writing.maximum()) == (0.25, 0.5)
    with qtbot.waitSignal(bar.files_cancelled):
        qtbot.mouseClick(bar.cancel_button, Qt.MouseButton.LeftButton)
    bar.rest_files()
    bar.rest("Ready")
    bar.set_notice("")
    assert texts(bar) == ["Ready", "Space plays"]
    assert bar.cancel_button.isHidden()
