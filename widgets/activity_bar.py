"""GUI thread: what the studio is doing, in one quiet line at the bottom of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

from resources import theme
from widgets.elided_label import ElidedLabel
from widgets.room_button import RoomButton

STEPS = 1000
BAR_WIDTHS_PX = (40, 140)


class ActivityBar(QFrame):
    """What is made, with a progress bar and a notice; what is written; how much room takes need; the keys.

    What is made and what is written can be cancelled here.
    """

    work_cancelled = Signal()
    files_cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "bottom")
        self._text = ElidedLabel()
        self._notice, self._files_text, self._hint = QLabel(), QLabel(), QLabel()
        for label in (self._text, self._notice, self._files_text, self._hint):
            label.setProperty("role", "caption")
            label.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        self._bar, self._files_bar = _bar("Progress"), _bar("Progress of files")
        self.work_cancel_button = _cancel_button("Cancel what is being made", "Cancel: what there is of it stays")
        self.work_cancel_button.clicked.connect(self.work_cancelled)
        self.cancel_button = _cancel_button("Cancel writing files", "Cancel: nothing half-written stays")
        self.cancel_button.clicked.connect(self.files_cancelled)
        self.room_button = RoomButton()
        self.setFixedHeight(32)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_PX + 2, 0, theme.GAP_PX + 2, 0)
        row.setSpacing(3 * theme.STEP_PX)
        for widget in (self._text, self._bar, self.work_cancel_button, self._notice):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self._files_text, self._files_bar, self.cancel_button, self.room_button, self._hint):
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

    def show_work(self, text: str, fraction: float | None, *, can_cancel: bool = False) -> None:
        """Tell what is being made; the fraction done is 0 to 1, None where it is not known."""
        _show(self._text, self._bar, text, fraction)
        self.work_cancel_button.setVisible(can_cancel)

    def rest(self, text: str) -> None:
        """Nothing is being made that has an end; a word on what was, or is."""
        self._text.setText(text)
        self._bar.hide()
        self.work_cancel_button.hide()

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


def _cancel_button(name: str, tip: str) -> QPushButton:
    button = QPushButton()
    theme.set_icon(button, "x", "dim")
    button.setProperty("weight", "quiet")
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _bar(name: str) -> QProgressBar:
    bar = QProgressBar()
    bar.setAccessibleName(name)
    bar.setTextVisible(False)
    bar.setMinimumWidth(BAR_WIDTHS_PX[0])
    bar.setMaximumWidth(BAR_WIDTHS_PX[1])
    bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)  # gives way before words do
    return bar


def _show(label: QLabel, bar: QProgressBar, text: str, fraction: float | None) -> None:
    label.setText(text)
    bar.setRange(0, 0 if fraction is None else STEPS)
    bar.setValue(round((fraction or 0.0) * STEPS))
    bar.show()
