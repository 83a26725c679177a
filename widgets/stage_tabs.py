"""GUI thread: whose spectrogram is shown: the mix's, or that of a stem."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from resources import theme

SQUARE_PX = 8
SCALES = (1.0, 1.5, 2.0)
"""The squares are drawn for screens of these pixel ratios."""


class StageTabs(QWidget):
    """A tab for the mix and one a stem, with the stem's colour; the arrow keys go from tab to tab."""

    chosen = Signal(int)
    """0 is the mix, then come the stems."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stems: tuple[str, ...] = ()
        self._group = QButtonGroup(self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.STEP_PX)
        self._group.idClicked.connect(self.chosen)
        self._add(0, "Mix", "Show the picture of the mix")
        self._tab(0).setChecked(True)
        theme.SIGNALS.changed.connect(self._colour)

    @property
    def stems(self) -> tuple[str, ...]:
        """The stems that have a tab."""
        return self._stems

    @property
    def track(self) -> int:
        """Which is chosen."""
        return self._group.checkedId()

    def set_stems(self, names: Sequence[str]) -> None:
        """Have tabs for these stems; a stem that was chosen and is still there stays chosen, else the mix is."""
        if tuple(names) == self._stems:
            return
        shown = self._stems[self.track - 1] if self.track else ""
        for index in range(1, len(self._stems) + 1):
            button = self._tab(index)
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        self._stems = tuple(names)
        for index, name in enumerate(self._stems, start=1):
            self._add(index, f" {name.capitalize()}", f"Show the picture of the {name} alone")
        self._colour()
        self.choose(self._stems.index(shown) + 1 if shown in self._stems else 0)

    def choose(self, track: int) -> None:
        """Choose a tab, as a click does."""
        self._tab(track).setChecked(True)
        self.chosen.emit(track)

    def _add(self, index: int, text: str, tip: str) -> None:
        button = QPushButton(text)
        button.setProperty("weight", "tab")
        button.setCheckable(True)
        button.setAccessibleName(f"Picture of {'the mix' if index == 0 else text.strip()}")
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._group.addButton(button, index)
        self._row.addWidget(button)

    def _tab(self, index: int) -> QPushButton:
        button = self._group.button(index)
        assert isinstance(button, QPushButton)
        return button

    def _colour(self) -> None:
        for index, name in enumerate(self._stems, start=1):
            self._tab(index).setIcon(_square(theme.stem_colour(name)))
            self._tab(index).setIconSize(QSize(SQUARE_PX, SQUARE_PX))


def _square(colour: str) -> QIcon:
    icon = QIcon()
    for scale in SCALES:
        pixmap = QPixmap(QSize(SQUARE_PX, SQUARE_PX) * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(0, 0, SQUARE_PX, SQUARE_PX, 2, 2)
        painter.end()
        icon.addPixmap(pixmap)
    return icon
