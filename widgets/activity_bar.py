"""GUI thread: what the engine is doing, in one quiet line at the bottom of the window."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QWidget

from resources import theme

STEPS = 1000


class ActivityBar(QFrame):
    """A sentence, a progress bar while there is work, and on the right what the keys do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "bottom")
        self._text = QLabel()
        self._hint = QLabel()
        for label in (self._text, self._hint):
            label.setProperty("role", "caption")
            label.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        self._bar = QProgressBar()
        self._bar.setAccessibleName("Progress")
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(140)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_PX + 2, 2 * theme.STEP_PX, theme.GAP_PX + 2, 2 * theme.STEP_PX)
        row.setSpacing(4 * theme.STEP_PX)
        row.addWidget(self._text)
        row.addWidget(self._bar)
        row.addStretch()
        row.addWidget(self._hint)
        self.rest("")

    def set_hint(self, text: str) -> None:
        """What stands on the right."""
        self._hint.setText(text)

    def show_work(self, text: str, fraction: float | None) -> None:
        """Tell what is being done; the fraction done is 0 to 1, None where it is not known."""
        self._text.setText(text)
        self._bar.setRange(0, 0 if fraction is None else STEPS)
        self._bar.setValue(round((fraction or 0.0) * STEPS))
        self._bar.show()

    def rest(self, text: str) -> None:
        """Nothing is being done; a last word on what was."""
        self._text.setText(text)
        self._bar.hide()
