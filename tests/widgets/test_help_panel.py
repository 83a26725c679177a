"""The help shows every key and every credit."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from widgets.help_panel import HelpPanel

KEYS = {
    "Play": [(("Space",), "Play or pause"), (("←", "→"), "Five seconds back or on")],
    "Make": [(("G",), "Generate")],
}
CREDITS = [("Inter", "Rasmus Andersson. SIL Open Font License", "rsms.me/inter")]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot):
    made = HelpPanel(KEYS, CREDITS, "DeepDeadNet 1.2.3")
    qtbot.addWidget(made)
    made.show()
    return made


def texts(panel: HelpPanel) -> set[str]:
    return {label.text() for label in panel.findChildren(QLabel) if label.isVisible()}


def test_keys_stand_under_their_headings_with_what_they_do(panel):
    assert texts(panel) == {
        *("PLAY", "Space", "Play or pause", "←", "→", "Five seconds back or on", "MAKE", "G", "Generate"),
        "DeepDeadNet 1.2.3",
    }


def test_the_credits_are_a_page_of_their_own(panel, qtbot):
    qtbot.mouseClick(panel.page_button, LEFT)
    assert texts(panel) == {*CREDITS[0], "DeepDeadNet 1.2.3"}
    assert panel.page_button.text() == "Keys"
    qtbot.mouseClick(panel.page_button, LEFT)
    assert "Space" in texts(panel)


def test_it_can_be_turned_back_to_the_keys(panel, qtbot):
    qtbot.mouseClick(panel.page_button, LEFT)
    panel.show_keys()
    assert panel.shows_keys
    assert panel.page_button.text() == "Credits and licences"


def test_the_log_is_asked_for(panel, qtbot):
    with qtbot.waitSignal(panel.log_wanted):
        qtbot.mouseClick(panel.log_button, LEFT)
