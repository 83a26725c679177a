"""What is around the work, in the real window: settings, help, layout, tab order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QWidget

from app.program import make_window
from app.settings import SettingsStore
from app.window import Window
from engine import cores
from engine.models.catalogue import Catalogue
from resources import theme

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def as_before(qapp) -> Iterator[None]:
    yield
    theme.apply(qapp, "dark")
    cores.use(None)


@pytest.fixture
def new_window(home, open_window, qtbot):
    """A window on what is in the user's home, which has no models."""

    def make() -> Window:
        window = open_window(home)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    return make


@pytest.fixture
def window(new_window) -> Window:
    return new_window()


def named(parent: QWidget, name: str) -> QPushButton:
    return next(b for b in parent.findChildren(QPushButton) if b.accessibleName() == name)


def type_key(qtbot, window: Window, key: Qt.Key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(window.focusWidget() or window, key, modifiers)


# Settings


def test_a_theme_is_worn_at_once_and_found_again(window, home, new_window, qtbot, qapp):
    qtbot.mouseClick(window.header.settings_button, LEFT)
    panel = window.preferences.panel
    qtbot.mouseClick(named(panel, "Theme Light"), LEFT)
    assert theme.COLOURS == theme.LIGHT
    ground = window.grab().toImage().pixelColor(QPoint(window.rooms.splitter.mapTo(window, QPoint(1, 1))))
    assert ground.lightness() > 128
    window.close()
    theme.apply(qapp, "dark")
    new_window()
    assert theme.COLOURS == theme.LIGHT


def test_an_output_is_used_at_once_and_found_again(window, home, qtbot):
    type_key(qtbot, window, Qt.Key.Key_Comma, CTRL)
    assert window.preferences.overlay.isVisible()
    panel, player = window.preferences.panel, window.playing._player
    panel.device_chosen.emit("An interface that is not plugged in")
    assert player._wish.device == "An interface that is not plugged in"
    assert panel.device.currentText() == "An interface that is not plugged in (not there now)"
    qtbot.mouseClick(named(panel, "Buffer 80 ms"), LEFT)
    assert player._wish.latency_s == 0.08
    window.close()
    settings = SettingsStore().settings
    assert (settings.device, settings.buffer_ms) == ("An interface that is not plugged in", 80)


def test_cores_are_limited_at_once_and_at_the_next_start(window, new_window, qtbot):
    window.preferences.panel.threads_chosen.emit(1)
    assert cores.wanted() == 1
    window.close()
    cores.use(None)
    new_window()
    assert cores.wanted() == 1


def test_another_folder_is_asked_for_and_remembered(window, tmp_path, qtbot):
    window.preferences.open()
    (tmp_path / "exports").mkdir()
    qtbot.mouseClick(named(window.preferences.panel, "Change the folder for exports"), LEFT)
    dialog = window.findChild(QFileDialog)
    dialog.selectFile(str(tmp_path / "exports"))
    dialog.accept()
    assert window.store.settings.export_folder == tmp_path / "exports"


def test_settings_that_cannot_be_written_are_told_in_the_strip(home, new_window, qtbot):
    window = new_window()
    (home / "settings.json").mkdir(parents=True)
    window.store.change(buffer_ms=80)
    qtbot.waitUntil(lambda: "cannot be remembered" in window.message.sentence)


@pytest.mark.parametrize(("first", "then"), [("dark", "light"), ("light", "dark")])
def test_nothing_keeps_the_colours_of_the_other_theme(home, qapp, first, then):
    pictures = []
    for scheme in (first, then):
        window = make_window(lambda: Catalogue([]))
        theme.apply(qapp, scheme)
        window.session.change_recipe(seed=7, variation=8)
        window.show()
        window.message.say("The disk is full: free some space.", "error")
        qapp.processEvents()
        theme.apply(qapp, then)
        window.rooms.setFocus()
        qapp.processEvents()
        picture = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        pictures.append(np.array(picture.constBits()).reshape(picture.height(), -1).astype(int))
        window.close()
        window.deleteLater()
    assert np.mean(np.abs(pictures[0] - pictures[1]) > 8) < 1e-4  # all but a caret


# Help


def test_a_question_mark_shows_the_keys_and_hides_them(window, qtbot):
    window.rooms.setFocus()
    type_key(qtbot, window, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert window.helping.overlay.isVisible()
    assert window.helping.panel.shows_keys
    qtbot.keyClick(window.helping.overlay, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert not window.helping.overlay.isVisible()


def test_where_no_program_shows_the_log_it_says_where_it_is(window, monkeypatch, qtbot):
    opened: list[Path] = []
    monkeypatch.setattr("app.helping.show_path", lambda path: opened.append(path) or False)
    qtbot.mouseClick(window.header.help_button, LEFT)
    qtbot.mouseClick(window.helping.panel.log_button, LEFT)
    assert opened == [window.helping._log]
    assert str(window.helping._log) in window.message.sentence


def test_what_nobody_has_caught_is_told_with_its_details(window, qtbot):
    window.show_uncaught("RuntimeError: the string broke")
    assert window.message.sentence.startswith("Something went wrong inside the studio")
    qtbot.mouseClick(window.message.details_button, LEFT)
    assert window.message._details.toPlainText() == "RuntimeError: the string broke"


# Layout


def test_sides_are_folded_by_click_and_key_and_stay_folded(window, new_window, qtbot):
    qtbot.mouseClick(window.header.models_button, LEFT)
    assert not window.rooms.models_side.isVisible()
    type_key(qtbot, window, Qt.Key.Key_2, CTRL)
    assert not window.rooms.takes_side.isVisible()
    assert not window.header.takes_button.isChecked()
    window.close()
    again = new_window()
    assert not again.rooms.models_side.isVisible()
    assert not again.rooms.takes_side.isVisible()
    type_key(qtbot, again, Qt.Key.Key_1, CTRL)
    assert again.rooms.models_side.isVisible()


def test_size_and_edge_are_found_again(window, new_window, qtbot):
    window.resize(window.minimumSizeHint().width() + 7, 790)  # no screen of a test is wider
    window.rooms.splitter.move_edge(30)
    height_px = window.mixer.height()
    window.close()
    assert window.store.settings.layout.mixer_height_px == height_px
    again = new_window()
    assert again.height() == 790
    assert again.mixer.height() == height_px


def test_it_fits_a_small_screen(window):
    window.resize(1280, 720)
    assert (window.width(), window.height()) == (1280, 720)


# The first start


def test_it_says_what_to_do_first(window, qtbot):
    said = next(label for label in window.view.findChildren(QLabel) if label.property("role") == "stage")
    qtbot.waitUntil(lambda: said.text().startswith("Drop a recording here"))  # there is no model
    window.rooms.invite(generating=True)
    assert said.text().startswith("Press Generate: ")
    assert "drop a recording here" in said.text()


# Tab order


def stops(window: Window) -> list[QWidget]:
    """What Tab reaches, from the first control on, once round."""
    reached: list[QWidget] = []
    window.rooms.setFocus()
    while True:
        window.focusNextChild()
        if window.focusWidget() in reached:
            return reached
        reached.append(window.focusWidget())


def test_tab_goes_through_the_rooms_in_reading_order(window):
    rooms = window.rooms
    order = (rooms.models_side, window.make_bar, window.stage, window.transport, window.mixer, rooms.takes_side)
    areas = [*order, window.activity, window.header]
    visited = [area for stop in stops(window) for area in areas if area.isAncestorOf(stop) or area is stop]
    entered = [area for area, before in zip(visited, [None, *visited], strict=False) if area is not before]
    assert [areas.index(area) for area in entered] == sorted({areas.index(area) for area in entered})
    assert {window.header, window.make_bar, window.mixer, rooms.models_side} <= set(entered)


def test_every_stop_has_a_name_and_is_seen(window):
    for stop in stops(window):
        name = stop.accessibleName() or getattr(stop, "text", str)()
        assert name.strip(), stop
        assert not stop.visibleRegion().isEmpty(), name


def test_the_focus_can_be_seen(window, qtbot):
    for stop in stops(window):
        stop.clearFocus()
        without = stop.grab().toImage()
        stop.setFocus(Qt.FocusReason.TabFocusReason)
        assert stop.grab().toImage() != without, stop.accessibleName()
