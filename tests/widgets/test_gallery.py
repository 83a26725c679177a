"""The gallery shows every widget, and every widget in it can be seen, named and reached."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QListWidget, QWidget

import widgets
from resources import theme
from tests.screen import ROOT
from widgets.gallery.rooms import ROOMS
from widgets.gallery.specimen import Specimen
from widgets.gallery.window import GalleryWindow, labelled
from widgets.overlay import Overlay

SPECIMENS = [
    pytest.param(specimen, id=f"{room}-{index}-{specimen.state}")
    for room, specimens in ROOMS.items()
    for index, specimen in enumerate(specimens)
]


@pytest.fixture
def dark_again() -> Iterator[None]:
    yield
    theme.apply(QApplication.instance(), "dark")


@pytest.fixture
def framed(qtbot):
    """`framed(specimen)`: its widget, in a window of its own that is shown."""
    windows = []  # qtbot alone does not keep them

    def show(specimen: Specimen) -> QWidget:
        window = labelled(specimen.state, widget := specimen.made())
        windows.append(window)
        qtbot.addWidget(window)
        window.show()
        return widget

    return show


def widget_classes() -> set[type[QWidget]]:
    """All that the files in widgets/ have to show."""
    modules = [importlib.import_module(f"widgets.{found.name}") for found in pkgutil.iter_modules(widgets.__path__)]
    return {
        kind
        for module in modules
        for name, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, QWidget) and kind.__module__ == module.__name__ and not name.startswith("_")
    }


def test_every_widget_has_a_specimen(qapp):
    made = [specimen.values[0].made() for specimen in SPECIMENS]
    shown = {type(widget) for widget in made}
    if any(isinstance(child, Overlay) for widget in made for child in widget.children()):
        shown.add(Overlay)  # it lies over another widget, which is the specimen
    assert widget_classes() - shown == set()


def is_blank(picture: QImage) -> bool:
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(plain.constBits(), np.uint32)
    return bool((pixels == pixels[0]).all())


@pytest.fixture(scope="module")
def drawn(qapp) -> dict[str, dict[str, QImage]]:
    """A picture of every specimen in each theme, which is changed while they are shown: they have to follow."""
    windows, shown = [], {}
    for specimen in SPECIMENS:
        widget = specimen.values[0].made()
        windows.append(labelled(specimen.id, widget))
        windows[-1].show()
        shown[specimen.id] = widget
    pictures = {}
    for scheme in ("dark", "light"):
        theme.apply(qapp, scheme)
        pictures[scheme] = {name: widget.grab().toImage() for name, widget in shown.items()}
    theme.apply(qapp, "dark")
    for window in windows:
        window.close()
        window.deleteLater()
    return pictures


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_is_drawn(drawn, scheme):
    assert [name for name, picture in drawn[scheme].items() if is_blank(picture)] == []


def test_it_follows_the_theme(drawn):
    assert [name for name, picture in drawn["dark"].items() if picture == drawn["light"][name]] == []


def stops(widget: QWidget) -> list[QWidget]:
    """What the Tab key reaches in a widget, itself included."""
    return [
        stop
        for stop in (widget, *widget.findChildren(QWidget))
        if stop.isVisible()
        and stop.isEnabled()
        and stop.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not stop.focusProxy()
    ]


@pytest.mark.parametrize("specimen", SPECIMENS)
def test_what_a_key_reaches_has_a_name_and_shows_it(framed, qtbot, specimen):
    widget = framed(specimen)
    window = widget.window()
    window.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for stop in stops(widget):
        assert stop.accessibleName() or (isinstance(stop, QAbstractButton) and stop.text().strip()), stop
        window.setFocus()
        without = widget.grab().toImage()
        stop.setFocus(Qt.FocusReason.TabFocusReason)
        assert QApplication.focusWidget() is stop
        assert widget.grab().toImage() != without, (
            f"one does not see that {stop.accessibleName() or stop.text()} has the focus"
        )


def test_one_can_go_from_room_to_room_and_change_the_theme(qtbot, dark_again):
    window = GalleryWindow()
    qtbot.addWidget(window)
    window.show()
    rooms = window.findChild(QListWidget)
    for row, name in enumerate(window.rooms):
        rooms.setCurrentRow(row)
        states = {specimen.state for specimen in ROOMS[name]}
        shown = {label.text() for label in window.findChildren(QLabel) if label.isVisible()}
        assert states <= shown
    light = next(button for button in window.findChildren(QAbstractButton) if button.text() == "Light")
    qtbot.mouseClick(light, Qt.MouseButton.LeftButton)
    assert window.grab().toImage().pixelColor(2, 2).name() == theme.COLOURS.ground
    assert theme.COLOURS.ground != theme.DARK.ground


def test_a_room_that_is_not_there_is_named():
    command = [sys.executable, "-m", "widgets", "kitchen"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "kitchen" in done.stderr
    assert "mixer" in done.stderr
