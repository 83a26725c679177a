"""GUI thread: how a training goes: its losses over the steps, smoothed, with what was measured faintly behind."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from pyqtgraph import AxisItem, PlotCurveItem, PlotWidget, mkPen
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from resources import theme

Values = npt.NDArray[np.float64]

MOST_POINTS = 600
"""A curve has no more points than this, however long the training is."""
SMOOTHED_SHARE = 0.05
"""The smoothed curve is a mean over this share of the points, around each."""
SHOWN_PERCENTILES = (1.0, 99.0)
"""The plot reaches from the one to the other of what was measured: a single outlier does not flatten the rest."""
CURVES = ("accent", "vocals", "other", "bass", "guitar", "piano")
"""Roles of the colours of the curves, in the order in which they are named."""
AXIS_PX = 44
MINUS = "−"
INVITATION = "The curves appear with the first steps."


class LossPlot(QWidget):
    """One curve a loss, in the colours of `CURVES`, with its name and present value above."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: dict[str, tuple[PlotCurveItem, PlotCurveItem]] = {}
        self._steps = np.zeros(0)
        self._legend = QHBoxLayout()
        self._legend.setSpacing(4 * theme.STEP_PX)
        self._make_plot()
        self._invitation = QLabel(INVITATION, self._plot, alignment=Qt.AlignmentFlag.AlignCenter)
        self._invitation.setProperty("role", "dim")
        self.setAccessibleName("Losses")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.STEP_PX)
        column.addLayout(self._legend)
        column.addWidget(self._plot, stretch=1)
        self.clear()
        self._dress()
        theme.SIGNALS.changed.connect(self._dress)

    def _dress(self) -> None:
        """Pens do not follow the theme by themselves."""
        for axis in self._axes:
            axis.setPen(theme.COLOURS.line)
            axis.setTextPen(theme.COLOURS.dim)
        for curves, role in zip(self._curves.values(), CURVES, strict=False):
            _colour(*curves, role)

    def _make_plot(self) -> None:
        axes = {"left": _LossAxis("left"), "bottom": _StepAxis("bottom")}
        for axis in axes.values():
            axis.setTickFont(theme.font(theme.CAPTION_PX, tabular=True))
            axis.setStyle(tickLength=0)
        axes["left"].setWidth(AXIS_PX)
        self._axes = axes.values()
        self._plot = PlotWidget(self, background=None, enableMenu=False, axisItems=axes)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # The panel below is to shine through: a cached background would be as opaque as a filled one.
        self._plot.setCacheMode(PlotWidget.CacheModeFlag.CacheNone)
        self._plot.viewport().setAutoFillBackground(False)
        self._plot.setRenderHint(QPainter.RenderHint.Antialiasing)
        item = self._plot.getPlotItem()
        item.hideButtons()
        item.showGrid(y=True, alpha=0.3)
        self._box = item.getViewBox()
        self._box.setMouseEnabled(x=False, y=False)
        self._box.disableAutoRange()

    def clear(self) -> None:
        """Show no training's curves."""
        self._show_names(())
        self._steps = np.zeros(0)
        self._show_whether_empty()

    def set_losses(self, steps: npt.ArrayLike, losses: Mapping[str, npt.ArrayLike]) -> None:
        """Show the losses so far.

        Args:
            steps: at which step each was measured, rising, shape (n,).
            losses: by name, each of shape (n,); what is not finite is left out.
        """
        if list(losses) != list(self._curves):
            self._show_names(list(losses))
        self._steps = np.asarray(steps, float)
        measured = [self._show_curve(name, np.asarray(values, float)) for name, values in losses.items()]
        self._show_whether_empty()
        if len(self._steps):
            self._fit(np.concatenate(measured))

    @property
    def points(self) -> int:
        """How many measurements are shown, before thinning."""
        return len(self._steps)

    @property
    def legend(self) -> list[str]:
        """What stands above: each curve's name and its present value."""
        return [label.text() for label in self._labels]

    def _show_names(self, names: list[str] | tuple[str, ...]) -> None:
        for curves in self._curves.values():
            for curve in curves:
                self._box.removeItem(curve)
        while (entry := self._legend.takeAt(0)) is not None:
            if widget := entry.widget():
                widget.deleteLater()
        self._curves, self._labels = {}, []
        for name, role in zip(names, CURVES, strict=False):
            self._add_curve(name, role)
        self._legend.addStretch()

    def _add_curve(self, name: str, role: str) -> None:
        measured, smoothed = PlotCurveItem(), PlotCurveItem()
        _colour(measured, smoothed, role)
        for curve in (measured, smoothed):
            self._box.addItem(curve, ignoreBounds=True)
        self._curves[name] = measured, smoothed
        label = QLabel()
        label.setProperty("role", "caption")
        label.setFont(theme.font(theme.CAPTION_PX, tabular=True))
        label.setProperty("lamp", role)
        self._labels.append(label)
        self._legend.addWidget(label)

    def _show_curve(self, name: str, values: Values) -> Values:
        finite = np.isfinite(values)
        steps, values = thinned(self._steps[finite], values[finite])
        mean = smooth(values)
        measured, smoothed = self._curves[name]
        measured.setData(steps, values)
        smoothed.setData(steps, mean)
        label = self._labels[list(self._curves).index(name)]
        present = f"{mean[-1]:.2f}".replace("-", MINUS) if len(mean) else "–"
        label.setText(f"{name[0].upper()}{name[1:]}  {present}")
        return values

    def _show_whether_empty(self) -> None:
        empty = len(self._steps) < 2  # a single point is no curve
        self._invitation.setVisible(empty)
        item = self._plot.getPlotItem()
        for side in ("left", "bottom"):
            item.getAxis(side).setVisible(not empty)

    def _fit(self, shown: Values) -> None:
        first, last = self._steps[0], self._steps[-1]
        self._box.setXRange(first, max(last, first + 1), padding=0)
        if len(shown):
            lowest, highest = np.percentile(shown, SHOWN_PERCENTILES)
            room = 0.15 * (highest - lowest) or 0.5
            self._box.setYRange(lowest - room, highest + room, padding=0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the invitation in the middle."""
        super().resizeEvent(event)
        self._invitation.setGeometry(self._plot.rect())

    def sizeHint(self) -> QSize:
        """The size liked best."""
        return QSize(620, 240)

    def minimumSizeHint(self) -> QSize:
        """The least size that can be read."""
        return QSize(280, 120)


class _LossAxis(AxisItem):
    """Losses, with a true minus sign."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The labels of some losses."""
        return [label.replace("-", MINUS) for label in super().tickStrings(values, scale, spacing)]


class _StepAxis(AxisItem):
    """Steps, thousands as 5k."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The labels of some steps; none between two steps."""
        return ["" if value % 1 else f"{value / 1000:g}k" if value >= 1000 else f"{value:g}" for value in values]


def _colour(measured: PlotCurveItem, smoothed: PlotCurveItem, role: str) -> None:
    """Draw what was measured faintly and its mean plainly, in the present colour of a role."""
    plain = QColor(getattr(theme.COLOURS, role))
    faint = QColor(plain)
    faint.setAlphaF(0.22)
    measured.setPen(mkPen(faint, width=1))
    smoothed.setPen(mkPen(plain, width=2))


def thinned(steps: Values, values: Values, most: int = MOST_POINTS) -> tuple[Values, Values]:
    """As many points as a screen shows: means over stretches of equally many, (n,) to at most `most` points."""
    if len(values) <= most:
        return steps, values
    begins = np.linspace(0, len(values), most, endpoint=False).astype(int)
    counts = np.diff(np.append(begins, len(values)))
    return np.add.reduceat(steps, begins) / counts, np.add.reduceat(values, begins) / counts


def smooth(values: Values, share: float = SMOOTHED_SHARE) -> Values:
    """The mean around each of the values (n,), over a share of them; at the ends over those that there are."""
    reach = round(len(values) * share / 2)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    begins, ends = np.maximum(places - reach, 0), np.minimum(places + reach + 1, len(values))
    return (sums[ends] - sums[begins]) / (ends - begins)
