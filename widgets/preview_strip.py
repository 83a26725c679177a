"""GUI thread: what a model in training sounds like by now: a picture of its sound, and a button to listen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from resources import theme

PICTURE_HEIGHT_PX = 64
NONE_YET = "There is nothing to hear yet."


class PreviewStrip(QFrame):
    """The newest preview of a training."""

    listened = Signal(object, str)
    """The `Path` of the sound to play, and what it is called."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "card")
        self._sound: Path | None = None
        self.play_button = QPushButton()
        theme.set_icon(self.play_button, "play", filled=True)
        self.play_button.setProperty("weight", "square")
        self.play_button.setAccessibleName("Listen to the preview")
        self.play_button.setToolTip("Hear it at once; what was loaded goes on afterwards")
        self.play_button.clicked.connect(lambda: self.listened.emit(self._sound, self._caption.text()))
        title = QLabel("How it sounds now")
        title.setProperty("role", "title")
        self._caption = QLabel()
        self._caption.setProperty("role", "caption")
        self._caption.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        self.picture = _Picture()
        texts = QVBoxLayout()
        texts.setSpacing(theme.STEP_PX)
        texts.addStretch()
        texts.addWidget(title)
        texts.addWidget(self._caption)
        texts.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_PX, 2 * theme.STEP_PX, theme.GAP_PX, 2 * theme.STEP_PX)
        row.setSpacing(theme.GAP_PX)
        row.addWidget(self.play_button)
        row.addLayout(texts)
        row.addWidget(self.picture, stretch=1)
        self.clear()

    @property
    def caption(self) -> str:
        """What it says of the preview."""
        return self._caption.text()

    def set_preview(self, sound: Path, picture: Path, part: QRectF, caption: str) -> None:
        """Show a preview: its sound, and of its picture the part that is the spectrogram, 0 to 1 across and down."""
        self._sound = sound
        self._caption.setText(caption)
        self.play_button.setEnabled(True)
        self.picture.set_file(picture, part)

    def clear(self) -> None:
        """There is no preview."""
        self._sound = None
        self._caption.setText(NONE_YET)
        self.play_button.setEnabled(False)
        self.picture.set_file(None, QRectF())


class _Picture(QWidget):
    """A part of a picture from a file, as wide as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self._file: Path | None = None
        self._pixmap = QPixmap()
        self.setFixedHeight(PICTURE_HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_file(self, file: Path | None, part: QRectF) -> None:
        """Show a part (0 to 1 across and down) of a file, which is read once."""
        if file == self._file:
            return
        self._file = file
        whole = QPixmap(str(file)) if file else QPixmap()
        width, height = whole.width(), whole.height()
        inside = QRectF(part.x() * width, part.y() * height, part.width() * width, part.height() * height)
        self._pixmap = whole.copy(inside.toRect()) if file else whole
        self.update()

    @property
    def is_empty(self) -> bool:
        """Whether there is no picture."""
        return self._pixmap.isNull()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it with round corners."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        frame = QPainterPath()
        frame.addRoundedRect(box, theme.CONTROL_CORNER_PX, theme.CONTROL_CORNER_PX)
        painter.fillPath(frame, QColor(theme.COLOURS.well))
        if not self._pixmap.isNull():
            painter.setClipPath(frame)
            painter.drawPixmap(box, self._pixmap, QRectF(self._pixmap.rect()))
            painter.setClipping(False)
        painter.setPen(QPen(QColor(theme.COLOURS.line)))
        painter.drawPath(frame)
