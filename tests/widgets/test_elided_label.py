"""A long text gives way, and the tooltip has it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from widgets.elided_label import ElidedLabel

TITLE = "A jam that went on and on until the sun came up over the barn"


@pytest.fixture
def label(qtbot):
    made = ElidedLabel(TITLE)
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    made.show()
    return made


def test_where_there_is_room_all_is_shown_and_no_tooltip(label):
    label.grab()
    assert label.shown == TITLE
    assert label.toolTip() == ""


def test_where_there_is_not_it_ends_in_an_ellipsis(label):
    label.resize(120, label.height())
    label.grab()
    assert label.shown.endswith("…")
    assert TITLE.startswith(label.shown[:-1])
    assert label.toolTip() == TITLE
    assert label.minimumSizeHint().width() < 30


def test_a_path_gives_way_in_its_middle(qtbot):
    label = ElidedLabel("/home/somebody/a/long/way/to/takes", Qt.TextElideMode.ElideMiddle)
    qtbot.addWidget(label)
    label.resize(120, 20)
    assert label.shown.startswith("/home")
    assert label.shown.endswith("takes")


def test_its_own_tooltip_stays(label):
    label.set_tip("More")
    label.resize(60, label.height())
    label.grab()
    assert label.toolTip() == "More"
