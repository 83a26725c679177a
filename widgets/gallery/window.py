"""GUI thread: the gallery's window: rooms on the left, the specimens of one of them on the right, in either theme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from resources import theme
from widgets.gallery.flow import Flow
from widgets.gallery.rooms import ROOMS
from widgets.gallery.specimen import Specimen
from widgets.segments import Segments

SCHEMES: tuple[theme.Scheme, ...] = ("dark", "light", "system")


class GalleryWindow(QWidget):
    """Rooms are furnished when they are first entered."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("DeepDeadNet: all widgets")
        self.rooms = tuple(ROOMS)
        self.setStyleSheet("GalleryWindow { background: palette(window); }")
        self._list = QListWidget()
        self._list.setAccessibleName("Rooms")
        self._list.setFixedWidth(160)
        self._list.addItems([name.capitalize() for name in ROOMS])
        self._themes = Segments([scheme.capitalize() for scheme in SCHEMES], "Theme")
        self._themes.setFixedHeight(theme.CONTROL_HEIGHT_PX)
        self._themes.pressed.connect(self._wear)
        self._themes.mark(0)
        self._pages = QStackedWidget()
        self._furnished: dict[int, QWidget] = {}
        side = QVBoxLayout()
        side.addWidget(self._themes)
        side.addWidget(self._list)
        row = QHBoxLayout(self)
        row.setSpacing(theme.GAP_PX)
        row.addLayout(side)
        row.addWidget(self._pages, stretch=1)
        self._list.currentRowChanged.connect(self._enter)
        self._list.setCurrentRow(0)
        self.resize(1280, 800)

    def open_room(self, name: str) -> bool:
        """Go into a room; whether there is one called so."""
        if name in self.rooms:
            self._list.setCurrentRow(self.rooms.index(name))
        return name in self.rooms

    def _enter(self, index: int) -> None:
        if index not in self._furnished:
            self._furnished[index] = furnished(ROOMS[self.rooms[index]])
            self._pages.addWidget(self._furnished[index])
        self._pages.setCurrentWidget(self._furnished[index])

    def _wear(self, index: int) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        theme.apply(application, SCHEMES[index])


def furnished(specimens: Sequence[Specimen]) -> QScrollArea:
    """A room with specimens in it, those of one widget under its name."""
    content = QWidget()
    column = QVBoxLayout(content)
    column.setSpacing(2 * theme.GAP_PX)
    for name, together in groupby(_made(specimens), key=lambda pair: type(pair[1]).__name__):
        heading = QLabel(name)
        heading.setProperty("role", "time")
        column.addWidget(heading)
        column.addWidget(Flow([labelled(specimen.state, widget) for specimen, widget in together]))
    column.addStretch()
    scroll = QScrollArea(widgetResizable=True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    scroll.setWidget(content)
    return scroll


def labelled(state: str, widget: QWidget) -> QWidget:
    """A widget with its state in words above it."""
    framed = QWidget()
    caption = QLabel(state)
    caption.setProperty("role", "caption")
    column = QVBoxLayout(framed)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.STEP_PX)
    column.addWidget(caption)
    column.addWidget(widget, alignment=Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    column.addStretch()
    return framed


def _made(specimens: Sequence[Specimen]) -> Iterator[tuple[Specimen, QWidget]]:
    return ((specimen, specimen.made()) for specimen in specimens)
