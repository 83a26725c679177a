"""GUI thread: takes hold of what the stage shows, to be dragged out of the window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from resources import theme
from widgets.drag_source import DragSource

TIP = "Drag the {} into a folder or another program; a click copies it as a file, to be pasted there (Ctrl+C)"
NARROW_PX = 42


class DragButton(QPushButton):
    """Its `source` tells of the drag; a click is the keyboard's way. Where there is little room it says less."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_icon(self, "grip-vertical", "dim")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setEnabled(False)
        self.source = DragSource(self)
        self.set_target(region=False)

    def set_target(self, *, region: bool) -> None:
        """Whether it is the region that is dragged, or the whole take."""
        target = "region" if region else "take"
        self.setText(f" Drag {target}")
        self.setToolTip(TIP.format(target))

    def minimumSizeHint(self) -> QSize:
        """Room for the icon."""
        return QSize(NARROW_PX, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it, with as many of its words as there is room for."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        missing_px = self.sizeHint().width() - self.width()
        if missing_px > 0:
            verb, target = option.text.rsplit(" ", 1)
            option.text = verb if missing_px <= self.fontMetrics().horizontalAdvance(f" {target}") else ""
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)
