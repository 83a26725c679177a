"""GUI thread: says whether the style of the next take becomes another; what it becomes is set in a sheet below it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from resources import theme
from widgets.morph_field import MorphField
from widgets.numerals import clock_text

STAYS = "Style stays"
WIDTH_PX = 156


class MorphButton(QPushButton):
    """A press unfolds the sheet; Escape, or a press beside it, folds it again."""

    changed = Signal()
    """Something was changed by hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Morph")
        self.setToolTip("Let the style become that of another seed while the take goes on")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedWidth(WIDTH_PX)
        self.setProperty("weight", "fact")
        self.field = MorphField()
        self.sheet = _Sheet(self.field, self)
        self.field.changed.connect(self._tell)
        self.clicked.connect(self._unfold)
        self.show_wanted(None)

    @property
    def wanted(self) -> tuple[int, float] | None:
        """The seed to arrive at and the seconds that it takes; None where the style is to stay."""
        return self.field.wanted

    def show_wanted(self, wanted: tuple[int, float] | None) -> None:
        """Show a seed and a time, or that none is wanted; tells nobody."""
        self.field.show_wanted(wanted)
        self.setText(STAYS if wanted is None else f"To {wanted[0]} in {clock_text(wanted[1])}")
        self.setAccessibleDescription(self.text())
        theme.mark(self, chosen=wanted is not None)

    def _tell(self) -> None:
        self.show_wanted(self.field.wanted)
        self.changed.emit()

    def _unfold(self) -> None:
        self.sheet.unfold_below(self)


class _Sheet(QFrame):
    """A window without a frame that goes when one looks elsewhere."""

    def __init__(self, content: QWidget, owner: QWidget) -> None:
        super().__init__(owner, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setProperty("panel", "sheet")
        column = QVBoxLayout(self)
        column.setContentsMargins(*4 * (theme.GAP_PX,))
        column.addWidget(content)

    def unfold_below(self, owner: QWidget) -> None:
        """Show it below a control, or as near as the screen allows."""
        self.adjustSize()
        place = owner.mapToGlobal(QPoint(0, owner.height() + theme.STEP_PX))
        screen = owner.screen().availableGeometry()
        place.setX(max(screen.left(), min(place.x(), screen.right() - self.width())))
        place.setY(min(place.y(), screen.bottom() - self.height()))
        self.move(place)
        self.show()
        self.focusNextChild()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape folds it."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)
