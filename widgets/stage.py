"""GUI thread: the stage of the window: the spectrogram with all that belongs to it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from resources import theme
from widgets.level_scale import LevelScale
from widgets.spectrogram_view import Pointed, SpectrogramView
from widgets.stage_overview import StageOverview
from widgets.stage_readout import StageReadout
from widgets.stage_tabs import StageTabs


class Stage(QFrame):
    """Tabs for mix and stems, what the mouse points at, the key to the colours; the picture; all of it, when zoomed."""

    def __init__(
        self,
        frequencies_hz: tuple[float, float],
        levels_db: tuple[float, float],
        parent: QWidget | None = None,
    ) -> None:
        """A stage for levels and frequencies from one to another."""
        super().__init__(parent)
        self.setProperty("panel", "card")
        self.view = SpectrogramView(*frequencies_hz)
        self.tabs, self.readout, self.scale = StageTabs(), StageReadout(), LevelScale(*levels_db)
        self.overview = StageOverview(self.view)
        self.overview.hide()
        heading = QHBoxLayout()
        heading.setContentsMargins(2 * theme.STEP_PX, 0, 0, 0)
        for widget in (self.tabs, self.readout, self.scale):
            heading.addWidget(widget)
        heading.setStretch(1, 1)
        column = QVBoxLayout(self)
        # The picture is opaque: it keeps away from the round corners.
        column.setContentsMargins(1, theme.STEP_PX, 1, theme.STEP_PX + 2)
        column.setSpacing(theme.STEP_PX)
        column.addLayout(heading)
        column.addWidget(self.view, stretch=1)
        column.addWidget(self.overview)
        self.tabs.chosen.connect(self._show_track)
        self.view.pointed.connect(self._show_point)
        self.view.looked_elsewhere.connect(self._show_overview)
        self.view.drawn_anew.connect(self.overview.draw_anew)
        self.view.moved.connect(self.overview.follow)
        self.overview.wanted.connect(self.view.look_at)

    def set_stems(self, names: tuple[str, ...]) -> None:
        """Have a tab for each of these stems."""
        self.tabs.set_stems(names)

    def _show_track(self, track: int) -> None:
        self.view.set_track(track, self.tabs.stems[track - 1] if track else "")

    def _show_point(self, pointed: Pointed | None) -> None:
        if pointed is None:
            self.scale.point_at(None)
            self.readout.clear()
            return
        self.scale.point_at(pointed.level)
        self.readout.show_point(pointed.time_s, pointed.frequency_hz, self.scale.level_db(pointed.level))

    def _show_overview(self) -> None:
        self.overview.setVisible(self.view.is_zoomed)
        self.overview.update()
