"""GUI thread: a number between two ends, on a short slider, with its value in words above it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSlider, QVBoxLayout, QWidget

from resources import theme
from widgets.captioned import Captioned

STEPS = 100


class ValueSlider(QWidget):
    """A slider under a caption that says what its place means, such as "Drift: stay"."""

    value_changed = Signal(float)
    """The new value, after a move by hand."""

    def __init__(
        self,
        name: str,
        lowest: float,
        highest: float,
        *,
        text: Callable[[float], str],
        width_px: int,
        usual: float | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Stand at the usual value.

        Args:
            name: of what is set.
            lowest: value at the left end.
            highest: value at the right end.
            text: a value as the caption says it.
            width_px: of the whole.
            usual: the value that a double-click brings back; the lowest by default.
            parent: the widget that this one belongs to.
        """
        super().__init__(parent)
        self._name, self._text = name, text
        self._lowest, self._highest = lowest, highest
        self._usual = lowest if usual is None else usual
        self._value = self._usual
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(name)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(STEPS // 10)
        self.slider.setFixedHeight(theme.CONTROL_HEIGHT_PX)
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.slider.valueChanged.connect(self._change)
        self.slider.installEventFilter(self)
        self._captioned = Captioned("", self.slider)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._captioned)
        self.setFixedWidth(width_px)
        self.set_value(self._usual)

    @property
    def value(self) -> float:
        """Where it stands."""
        return self._value

    @property
    def caption(self) -> str:
        """What stands above it."""
        return self._captioned.text

    def set_value(self, value: float) -> None:
        """Move it; tells nobody."""
        self._value = value
        self.slider.blockSignals(True)
        self.slider.setValue(round((value - self._lowest) / (self._highest - self._lowest) * STEPS))
        self.slider.blockSignals(False)
        self._describe()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A double-click, or 0, brings the usual value back."""
        is_key = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_0
        if event.type() == QEvent.Type.MouseButtonDblClick or is_key:
            self.set_value(self._usual)
            self.value_changed.emit(self._value)
            return True
        return super().eventFilter(watched, event)

    def _change(self, step: int) -> None:
        self._value = round(self._lowest + (self._highest - self._lowest) * step / STEPS, 3)
        self._describe()
        self.value_changed.emit(self._value)

    def _describe(self) -> None:
        words = self._text(self._value)
        self._captioned.set_text(f"{self._name}: {words}")
        self.slider.setAccessibleDescription(words)
