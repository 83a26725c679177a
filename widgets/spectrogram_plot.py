"""GUI thread: draws the spectrogram of a take: levels, peaks, axes, marks, region and playhead."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from engine.audio.columns import Columns
from resources import theme
from widgets.level_store import LevelStore, Span
from widgets.spectrogram_axes import FREQUENCY_AXIS_PX, TIME_AXIS_PX, draw_frequency_axis, draw_time_axis
from widgets.spectrogram_marks import (
    HANDLE_PX,
    PLAYHEAD_PX,
    draw_bare,
    draw_mark,
    draw_region,
    draw_stems_line,
    draw_veil,
    playhead_picture,
    region_plate,
    restore_plate,
)
from widgets.spectrogram_picture import columns_in, draw_levels, draw_peaks, level_of, place_in
from widgets.time_window import TimeWindow

KEY_ZOOM = 0.5

SHOWN_S = 180.0
"""So much of the end of an endless take is shown."""
SPANS_S = (30.0, 60.0, 120.0, SHOWN_S)
"""What is shown of one that has just begun."""
SCROLL_S = 15.0
"""It moves on in steps of so much: between them the picture stands still."""

_BY_KEYS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)

Region = tuple[float, float]
"""Begin and end, in seconds."""


@dataclass(frozen=True)
class Look:
    """Columns that are looked at: of a track (0 is the mix), at a level, from one to another."""

    track: int
    level: int
    columns: Span


class SpectrogramPlot(QWidget):
    """Levels over time (along) and log frequency (up), peaks below, a playhead, a region.

    Two marks tell how far a take is: what is not made yet is dark, what has no stems yet is dimmed, and hatched where
    the picture is that of a stem. Of an endless take the last SHOWN_S are shown. Zoomed in, the playhead turns the
    pages: as soon as it leaves what is seen, what comes next is shown.

    What stands still is kept as one picture; while it plays, only a strip about the playhead is drawn.
    """

    region_changed = Signal(object)
    """The `Region` chosen by hand; None when it was let go."""
    looked_elsewhere = Signal()
    """Another part, track or size is shown: `looks` has changed."""
    drawn_anew = Signal()
    """More of the picture is known, or it is another."""
    moved = Signal()
    """The playhead stands elsewhere."""

    def __init__(self, lowest_hz: float, highest_hz: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.store = LevelStore()
        """What is known of the picture."""
        self._lowest, self._highest = math.log(lowest_hz), math.log(highest_hz)
        self._length_s = 0.0
        self._made_s = self._first_s = self._position_s = 0.0
        self._stems_s: float | None = None
        self._gaps: tuple[Region, ...] = ()
        self._note = ""
        self._track, self._stem = 0, ""
        self._window: TimeWindow | None = None  # None: all, or the end of an endless take
        self._shows_focus = False
        self._held = False  # under the hand no page is turned
        self._region: Region | None = None
        self._picture: QPixmap | None = None
        self._still: QPixmap | None = None  # the picture with all that is drawn upon it but the playhead
        self._plates: list[QRectF] = []  # of the captions in it: the playhead passes below them
        self._invitation = QLabel(self, alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._invitation.setProperty("role", "stage")
        self._invitation.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Spectrogram")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.SIGNALS.changed.connect(self._draw_anew)

    # What is shown

    def show_take(self, length_s: float) -> None:
        """Start with an empty picture of a take of `length_s` (infinity: endless); 0 shows the invitation."""
        self.store.clear()
        self._length_s = length_s
        self._made_s = self._first_s = self._position_s = 0.0
        self._stems_s, self._gaps, self._note = None, (), ""
        self._region = self._window = None
        self._held = False
        self._invitation.setVisible(not length_s)
        self._look_elsewhere()

    def set_length_s(self, length_s: float) -> None:
        """The length has become another: a take was ended before its time."""
        self._length_s = length_s
        if self._window:
            self._window = self._window.within(self.whole)
        self._look_elsewhere()

    def set_invitation(self, text: str) -> None:
        """What an empty stage says."""
        self._invitation.setText(text)

    def set_track(self, track: int, stem: str = "") -> None:
        """Show the mix (0) or, counted from 1, the stem called `stem`."""
        if (track, stem) != (self._track, self._stem):
            self._track, self._stem = track, stem
            self._look_elsewhere()

    def show_columns(self, columns: Columns) -> None:
        """Take in a part of the picture."""
        self.store.put(columns)
        self._draw_anew()

    def forget_from(self, time_s: float, frame: int) -> None:
        """What was seen from a time, or frame, on has become other music; a region that reaches there is cut."""
        self.store.forget(frame)
        if self._region and self._region[1] > time_s:
            self._choose((self._region[0], time_s) if self._region[0] < time_s else None)
        self._draw_anew()

    def set_progress(self, made_s: float, stems_s: float | None, first_s: float = 0.0) -> None:
        """How much is made and how much of it has stems (None: there will be none), in seconds.

        Of an endless take, `first_s` is the oldest second that can still be played.
        """
        if (made_s, stems_s, first_s) == (self._made_s, self._stems_s, self._first_s):
            return
        before = self.shown
        self._made_s, self._stems_s, self._first_s = made_s, stems_s, first_s
        if self._window:
            self._window = self._window.within(self.whole)
        if self.shown != before:
            self._look_elsewhere()
        self._mark_anew()

    def set_note(self, note: str) -> None:
        """What is said of the part that is still to be made."""
        if note != self._note:
            self._note = note
            self._mark_anew()

    def set_gaps(self, gaps: tuple[Region, ...]) -> None:
        """Between what has stems, these stretches have none."""
        if gaps != self._gaps:
            self._gaps = gaps
            self._mark_anew()

    def set_position_s(self, position_s: float) -> None:
        """Move the playhead; only what it uncovers is drawn anew. Where it leaves what is seen, that goes with it."""
        was_seen, before_px = self._position_s in self.shown, self._playhead_px()
        if position_s == self._position_s:
            return
        self._position_s = position_s
        self.moved.emit()
        if self._window and was_seen and position_s not in self._window:
            self._turn_page()
        elif self._playhead_px() != before_px:
            for x_px in (before_px, self._playhead_px()):
                self.update(QRect(math.floor(x_px) - HANDLE_PX - 1, 0, 2 * HANDLE_PX + 3, self.height()))

    def _turn_page(self) -> None:
        if self._window is None or self._held:
            return
        length_s = self._window.length_s
        self._show(TimeWindow(self._position_s, self._position_s + length_s).within(self.whole))

    @property
    def position_s(self) -> float:
        """Where the playhead stands."""
        return self._position_s

    @property
    def track(self) -> int:
        """Whose picture is shown: 0 is the mix, then come the stems."""
        return self._track

    # The region

    @property
    def region(self) -> Region | None:
        """What is chosen."""
        return self._region

    def set_region(self, region: Region | None) -> None:
        """Show what is chosen; tells nobody."""
        self._region = region
        self._mark_anew()

    def _choose(self, region: Region | None) -> None:
        self.set_region(region)
        self.region_changed.emit(region)

    def let_go(self) -> None:
        """Choose no region any more."""
        if self._region:
            self._choose(None)

    # The window

    @property
    def whole(self) -> TimeWindow:
        """All that can be looked at."""
        if math.isinf(self._length_s):
            return TimeWindow(min(self._first_s, self._tail().start_s), self._tail().end_s)
        return TimeWindow(0.0, self._length_s or 1.0)

    @property
    def shown(self) -> TimeWindow:
        """What is looked at."""
        return self._window or self._tail()

    @property
    def is_zoomed(self) -> bool:
        """Whether that is less than all, or else than what is shown at first."""
        return self._window is not None

    def _tail(self) -> TimeWindow:
        """What is shown without zooming."""
        if not math.isinf(self._length_s):
            return self.whole
        end_s = next((s for s in SPANS_S if self._made_s <= s), math.ceil(self._made_s / SCROLL_S) * SCROLL_S)
        return TimeWindow(max(0.0, end_s - SHOWN_S), end_s)

    def look_at(self, window: TimeWindow) -> None:
        """Show a part of what there is."""
        self._show(window.within(self.whole))

    def zoom(self, factor: float, about_s: float | None = None) -> None:
        """Show `factor` times as much; a time, by default that of the playhead if it is seen, stays where it is."""
        if about_s is None:
            about_s = self._position_s if self._position_s in self.shown else self.shown.at(0.5)
        if self._length_s:
            self._show(self.shown.zoomed(factor, about_s, self.whole))

    def zoom_in(self) -> None:
        """Come closer to the playhead."""
        self.zoom(KEY_ZOOM)

    def zoom_out(self) -> None:
        """Step back from the playhead."""
        self.zoom(1 / KEY_ZOOM)

    def show_all(self) -> None:
        """Show all again; of an endless take its end."""
        self._window = None
        self._look_elsewhere()

    def _show(self, window: TimeWindow) -> None:
        whole = window == self.whole and not math.isinf(self._length_s)
        self._window = None if whole or not self._length_s else window
        self._look_elsewhere()

    @property
    def looks(self) -> tuple[Look, ...]:
        """The columns that are wanted, the most urgent first."""
        if not self._length_s:
            return ()
        windows = (self.shown, self.whole) if self._window else (self.shown,)
        levels = [level_of(window, self.plot_rect().width()) for window in windows]
        return tuple(
            Look(self._track, level, columns_in(window, level)) for window, level in zip(windows, levels, strict=True)
        )

    def _look_elsewhere(self) -> None:
        self._draw_anew()
        self.looked_elsewhere.emit()

    # Where things are

    def sizeHint(self) -> QSize:
        """The size liked best."""
        return QSize(860, 400)

    def minimumSizeHint(self) -> QSize:
        """The least size that can be read."""
        return QSize(320, 120)

    def plot_rect(self) -> QRect:
        """Where picture and peaks are: the widget without its axes."""
        return self.rect().adjusted(FREQUENCY_AXIS_PX, 0, 0, -TIME_AXIS_PX)

    def peaks_rect(self) -> QRect:
        """Where the peaks are."""
        plot = self.plot_rect()
        return QRect(plot.left(), plot.bottom() + 1 - self._lane_px(), plot.width(), self._lane_px())

    def picture_rect(self) -> QRect:
        """Where the picture is, without the peaks and the hairline above them."""
        return self.plot_rect().adjusted(0, 0, 0, -self._lane_px() - 1)

    def _lane_px(self) -> int:
        return min(max(self.height() // 8, 20), 56)

    def x_of(self, time_s: float) -> float:
        """The place of a time along the widget, in pixels."""
        plot = self.plot_rect()
        return plot.left() + plot.width() * self.shown.share(time_s)

    def y_of(self, frequency_hz: float) -> float:
        """The height of a frequency, in pixels from the top."""
        picture = self.picture_rect()
        share = (self._highest - math.log(frequency_hz)) / (self._highest - self._lowest)
        return picture.top() + picture.height() * share

    def _time_at(self, x_px: float) -> float:
        plot = self.plot_rect()
        return self.shown.at((x_px - plot.left()) / max(plot.width(), 1))

    def _within(self, time_s: float) -> float:
        """The nearest time that exists."""
        return min(max(time_s, self._first_s), self._made_s)

    def _playhead_px(self) -> float:
        """On a whole pixel of the screen, its whole line inside: many steps of a long take move it by none."""
        plot, ratio = self.plot_rect(), self.devicePixelRatioF()
        x_px = round(self.x_of(self._position_s) * ratio) / ratio
        if self._window and not plot.left() <= x_px <= plot.right() + 1:
            return -10.0 * HANDLE_PX  # out of sight
        return min(max(x_px, plot.left() + 1), plot.right())

    # Drawing

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the new size."""
        self._invitation.setGeometry(self.plot_rect())
        self._look_elsewhere()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show that a key brought the focus here."""
        self._shows_focus = event.reason() in _BY_KEYS
        self._mark_anew()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that it is no longer here."""
        self._shows_focus = False
        self._mark_anew()

    def _draw_anew(self) -> None:
        """The picture has become something else."""
        self._picture = None
        self._mark_anew()
        self.drawn_anew.emit()

    def _mark_anew(self) -> None:
        """What is drawn upon the picture has."""
        self._still = None
        self.update(self.plot_rect() if self._picture else self.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy what stands still, as far as it is uncovered, and draw the playhead upon it, but not upon captions.

        As few calls of Qt as can be: at each one another thread may take the interpreter from us.
        """
        ratio, area = self.devicePixelRatioF(), event.rect()
        if self._still is None or self._still.devicePixelRatio() != ratio:
            self._still = self._marked(ratio)
        painter = QPainter(self)
        painter.drawPixmap(QRectF(area), self._still, QRectF(QPointF(area.topLeft()) * ratio, area.size() * ratio))
        if self._length_s:
            left_px = self._playhead_px() - PLAYHEAD_PX / 2
            painter.drawImage(QPointF(left_px, 0), playhead_picture(self.plot_rect().height(), ratio))
            for plate in self._plates:
                if plate.left() < left_px + PLAYHEAD_PX and left_px < plate.right():
                    restore_plate(painter, self._still, plate)
        painter.end()  # at once, also where somebody holds on to this frame: the watchdog looks at it

    def _marked(self, ratio: float) -> QPixmap:
        """All that stands still: the picture, and upon it how far the take is, the region, the focus."""
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._picture = self._drawn(ratio)
        made = self._picture.copy()
        self._plates = []
        painter = QPainter(made)
        painter.setClipRect(self.plot_rect())
        if self._length_s:
            self._draw_progress(painter)
            if self._region:
                self._plates.append(draw_region(painter, self._region_rect(), self.plot_rect(), self._region))
        if self._shows_focus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.STAGE.text), 2))
            painter.drawRect(self.plot_rect().adjusted(1, 1, -1, -1))
        painter.end()
        return made

    def _drawn(self, ratio: float) -> QPixmap:
        """Levels, peaks and axes."""
        made = QPixmap(self.size() * ratio)
        made.setDevicePixelRatio(ratio)
        painter = QPainter(made)
        painter.fillRect(self.rect(), QColor(theme.COLOURS.panel))
        painter.fillRect(self.plot_rect(), QColor(theme.STAGE.well))
        plot, lane = self.plot_rect(), self.peaks_rect()
        if self._length_s:
            level = level_of(self.shown, plot.width())
            first, end = columns_in(self.shown, level)
            strip, place = self.store.strip(self._track, level, first, end), place_in(self.shown, level, first)
            draw_levels(painter, QRectF(self.picture_rect()), strip, place)
            draw_peaks(painter, QRectF(lane), strip, place, self._peak_colour())
            painter.fillRect(QRect(lane.left(), lane.top() - 1, lane.width(), 1), QColor(theme.STAGE.line))
        draw_frequency_axis(painter, QRectF(0, 0, FREQUENCY_AXIS_PX, self.height()), self.y_of)
        axis = QRectF(plot.left(), plot.bottom() + 1, plot.width(), TIME_AXIS_PX)
        draw_time_axis(painter, axis, self.shown if self._length_s else None)
        painter.end()
        return made

    def _peak_colour(self) -> QColor:
        return QColor(getattr(theme.STAGE, self._stem, theme.STAGE.dim) if self._stem else theme.STAGE.dim)

    def _draw_progress(self, painter: QPainter) -> None:
        """Dim, or hatch, what has no stems; tell how far they are, and what is left to be made."""
        stems_s = self._made_s if self._stems_s is None else self._stems_s
        for begin_s, end_s in (*self._gaps, (stems_s, self._made_s)):
            if begin_s < end_s:
                draw_bare(painter, self._span_rect(begin_s, end_s), hatched=self._track > 0)
        if self._first_s > self.shown.start_s:
            draw_veil(painter, self._span_rect(self.shown.start_s, self._first_s))
        if self._first_s < stems_s < self._made_s and stems_s in self.shown:
            draw_stems_line(painter, round(self.x_of(stems_s)), self.plot_rect().height())
            here_px = self.x_of(stems_s)
            self._plates.append(draw_mark(painter, self.picture_rect(), "stems ready to here", here_px, row=1))
        if self._note and self._made_s < self._length_s:
            self._plates.append(draw_mark(painter, self.picture_rect(), self._note, self.x_of(self._made_s), row=0))

    def _region_rect(self) -> QRectF:
        return self._span_rect(*self._region) if self._region else QRectF()

    def region_cross(self) -> QRectF:
        """Where a click lets the region go."""
        plate = region_plate(self._region_rect(), self.plot_rect(), self._region)
        return plate if plate.isEmpty() else plate.adjusted(plate.width() - 22, 0, 0, 0)

    def _span_rect(self, begin_s: float, end_s: float) -> QRectF:
        left, right = (self.x_of(time_s) for time_s in (begin_s, end_s))
        return QRectF(left, 0, right - left, self.plot_rect().height())
