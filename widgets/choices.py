"""GUI thread: a list that folds out and a box to tick, with the icons of the set: a style sheet cannot colour them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QStyle, QStyleOptionButton, QStyleOptionComboBox, QWidget

from resources import theme


class Choice(QComboBox):
    """One of a list; no wider than there is room, however long its longest entry."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        """What there is no room for ends in an ellipsis."""
        super().initStyleOption(option)
        room_px = self.width() - theme.ICON_PX - 6 * theme.STEP_PX
        option.currentText = self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, room_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the arrow too."""
        super().paintEvent(event)
        left_px = self.width() - theme.ICON_PX - 2 * theme.STEP_PX
        arrow = theme.icon("chevron-down", "dim").pixmap(theme.ICON_PX)
        QPainter(self).drawPixmap(left_px, (self.height() - theme.ICON_PX) // 2, arrow)


class Tick(QCheckBox):
    """Yes or no."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tick too."""
        super().paintEvent(event)
        if self.isChecked():
            option = QStyleOptionButton()
            self.initStyleOption(option)
            box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
            tick = theme.icon("check", "on_accent").pixmap(theme.ICON_PX)
            QPainter(self).drawPixmap(box.center().x() - 7, box.center().y() - 7, tick)
