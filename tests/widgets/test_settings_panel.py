"""Each setting tells what was chosen, and shows silently what is set."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from widgets.settings_panel import CORES_TIP, CORES_TIP_LATER, SettingsPanel

LEFT = Qt.MouseButton.LeftButton
SIGNALS = ("device_chosen", "buffer_chosen", "threads_chosen", "theme_chosen")


@pytest.fixture
def panel(qtbot):
    made = SettingsPanel((10, 20, 40), cores=4)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def told(panel):
    heard = []
    for name in SIGNALS:
        getattr(panel, name).connect(lambda value, name=name: heard.append((name, value)))
    return heard


def button(panel: SettingsPanel, name: str) -> QPushButton:
    return next(b for b in panel.findChildren(QPushButton) if b.accessibleName() == name)


def pick(qtbot, choice, text: str) -> None:
    """Choose in a list that folds out, by the keyboard."""
    choice.setFocus()
    while choice.currentText() != text:
        before = choice.currentIndex()
        qtbot.keyClick(choice, Qt.Key.Key_Down)
        assert choice.currentIndex() != before, f"no {text}"


def test_an_output_is_chosen_by_its_name(panel, told, qtbot):
    panel.set_devices(["Built-in", "Scarlett"], None)
    assert panel.device.currentText() == "System default (Built-in)"
    pick(qtbot, panel.device, "Scarlett")
    assert told[-1] == ("device_chosen", "Scarlett")
    panel.set_devices(["Built-in", "Scarlett"], "Scarlett")
    panel.device.setFocus()
    qtbot.keyClick(panel.device, Qt.Key.Key_Home)
    assert told[-1] == ("device_chosen", None)


def test_an_output_that_is_away_is_still_the_chosen_one(panel, told):
    panel.set_devices(["Built-in"], "Scarlett")
    assert panel.device.currentText() == "Scarlett (not there now)"
    assert told == []


def test_without_any_output_there_is_the_systems_default(panel):
    panel.set_devices([], None)
    assert [panel.device.itemText(index) for index in range(panel.device.count())] == ["System default"]


def test_a_buffer_is_chosen(panel, told, qtbot):
    panel.set_buffer_ms(40)
    assert button(panel, "Buffer 40 ms").isChecked()
    qtbot.mouseClick(button(panel, "Buffer 10 ms"), LEFT)
    assert told == [("buffer_chosen", 10)]


def test_cores_are_chosen(panel, told, qtbot):
    panel.set_threads(3)
    assert panel.cores.currentText() == "3"
    panel.set_threads(64)  # set on another machine
    assert panel.cores.currentText() == "All (4)"
    assert told == []
    pick(qtbot, panel.cores, "2")
    assert told[-1] == ("threads_chosen", 2)


@pytest.mark.parametrize(("at_once", "tip"), [(True, CORES_TIP), (False, CORES_TIP_LATER)])
def test_that_a_choice_of_cores_waits_for_the_next_start_is_said_only_where_it_does(qtbot, at_once, tip):
    made = SettingsPanel((10, 20, 40), cores=4, cores_at_once=at_once)
    qtbot.addWidget(made)
    said = {label.text() for label in made.findChildren(QLabel)}
    assert said & {CORES_TIP, CORES_TIP_LATER} == {tip}


def test_a_theme_is_chosen(panel, told, qtbot):
    panel.set_theme("dark")
    assert button(panel, "Theme Dark").isChecked()
    qtbot.mouseClick(button(panel, "Theme As the system"), LEFT)
    assert told == [("theme_chosen", "system")]


def test_folders_are_shown_and_asked_for(panel, qtbot):
    panel.set_folder("takes", Path("/music/takes"))
    assert "/music/takes" in [label.text() for label in panel.findChildren(QLabel)]
    with qtbot.waitSignal(panel.folder_asked) as asked:
        qtbot.mouseClick(button(panel, "Change the folder for takes"), LEFT)
    assert asked.args == ["takes"]
    with qtbot.waitSignal(panel.folder_shown) as asked:
        qtbot.mouseClick(button(panel, "Show the folder for exports"), LEFT)
    assert asked.args == ["exports"]


def test_outputs_are_looked_for_again(panel, qtbot):
    with qtbot.waitSignal(panel.devices_sought):
        qtbot.mouseClick(panel.again_button, LEFT)
