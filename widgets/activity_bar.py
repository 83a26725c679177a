"""GUI thread: what the studio is doing, in one quiet line at the bottom of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from resources import theme

STEPS = 1000


class ActivityBar(QFrame):
    """What is made, with a progress bar and a notice; what is written, which can be cancelled here; the keys."""

    files_cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "bottom")
        self._text, self._notice, self._files_text, self._hint = (_caption() for _ in range(4))
        self._bar, self._files_bar = _bar("Progress"), _bar("Progress of files")
        self.cancel_button = QPushButton(theme.icon("x", theme.COLOURS.dim), "")
        self.cancel_button.setProperty("weight", "quiet")
        self.cancel_button.setAccessibleName("Cancel writing files")
        self.cancel_button.setToolTip("Cancel: nothing half-written stays")
        self.cancel_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.cancel_button.clicked.connect(self.files_cancelled)
        self.setFixedHeight(32)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_PX + 2, 0, theme.GAP_PX + 2, 0)
        row.setSpacing(4 * theme.STEP_PX)
        for widget in (self._text, self._bar, self._notice):
            row.addWidget(widget)
        row.addStretch()
        for widget in (self._files_text, self._files_bar, self.cancel_button, self._hint):
            row.addWidget(widget)
        self.rest("")
        self.rest_files()

    def set_hint(self, text: str) -> None:
        """What stands on the right."""
        self._hint.setText(text)

    @property
    def text(self) -> str:
        """What it says of the making."""
        return self._text.text()

    @property
    def notice(self) -> str:
        """What it says besides."""
        return self._notice.text()

    def set_notice(self, text: str) -> None:
        """A word besides: why nothing goes on."""
        self._notice.setText(text)

    def show_work(self, text: str, fraction: float | None) -> None:
        """Tell what is being made; the fraction done is 0 to 1, None where it is not known."""
        _show(self._text, self._bar, text, fraction)

    def rest(self, text: str) -> None:
        """Nothing is being made; a last word on what was."""
        self._text.setText(text)
        self._bar.hide()

    def show_files(self, text: str) -> None:
        """Tell what is being written."""
        _show(self._files_text, self._files_bar, text, None)
        self.cancel_button.show()
        self._hint.hide()

    def show_files_fraction(self, fraction: float) -> None:
        """Tell how much of it is, 0 to 1."""
        _show(self._files_text, self._files_bar, self._files_text.text(), fraction)

    def rest_files(self) -> None:
        """Nothing is being written."""
        self._files_text.clear()
        self._files_bar.hide()
        self.cancel_button.hide()
        self._hint.show()


def _caption() -> QLabel:
    label = QLabel()
    label.setProperty("role", "caption")
    label.setFont(theme.font(theme.CAPTION_PX, tabular=True))
    return label


def _bar(name: str) -> QProgressBar:
    bar = QProgressBar()
    bar.setAccessibleName(name)
    bar.setTextVisible(False)
    bar.setFixedWidth(140)
    return bar


def _show(label: QLabel, bar: QProgressBar, text: str, fraction: float | None) -> None:
    label.setText(text)
    bar.setRange(0, 0 if fraction is None else STEPS)
    bar.setValue(round((fraction or 0.0) * STEPS))
    bar.show()
