"""GUI thread: specimens of the stage: the spectrogram and what is round it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from engine.audio.spectrogram import CEILING_DB, FLOOR_DB, HIGHEST_HZ, LOWEST_HZ
from widgets.gallery.music import LENGTH_S, SIX_STEMS, STEMS, let_see
from widgets.gallery.specimen import Specimen, disabled, told
from widgets.level_scale import LevelScale
from widgets.spectrogram_plot import SpectrogramPlot
from widgets.spectrogram_view import SpectrogramView
from widgets.stage import Stage
from widgets.stage_overview import StageOverview
from widgets.stage_readout import StageReadout
from widgets.stage_tabs import StageTabs
from widgets.transport import Transport

WIDTH_PX, HEIGHT_PX = 820, 300
INVITATION = "Choose a model and press Generate, or drop a recording here"


def empty() -> SpectrogramView:
    """A view without a take."""
    return told(SpectrogramView(LOWEST_HZ, HIGHEST_HZ), lambda made: made.set_invitation(INVITATION))


def heard(view: SpectrogramView) -> SpectrogramView:
    """A view with all of a take, of which some has been heard."""
    view.show_take(LENGTH_S)
    view.set_progress(LENGTH_S, LENGTH_S)
    view.set_position_s(7.0)
    let_see(view)
    return view


def growing(view: SpectrogramView) -> SpectrogramView:
    """A view with a take that is being made, of which stems are missing."""
    view.show_take(LENGTH_S)
    view.set_progress(17.0, 12.0)
    view.set_note("making… 9 s left")
    view.set_gaps(((6.0, 8.0),))
    view.set_position_s(4.0)
    let_see(view, 17.0)
    return view


def zoomed(view: SpectrogramView) -> SpectrogramView:
    """A view of a part of a take, with a region."""
    heard(view)
    view.set_region((8.0, 11.0))
    view.zoom(0.3, 9.0)
    return view


def plot() -> SpectrogramPlot:
    """The picture alone."""
    made = SpectrogramPlot(LOWEST_HZ, HIGHEST_HZ)
    made.show_take(LENGTH_S)
    made.set_progress(LENGTH_S, LENGTH_S)
    return made


def stage(stems: tuple[str, ...], *show: object) -> Stage:
    """A stage with tabs for stems."""
    made = Stage((LOWEST_HZ, HIGHEST_HZ), (FLOOR_DB, CEILING_DB))
    made.resize(WIDTH_PX, HEIGHT_PX)
    made.set_stems(stems)
    return made


def zoomed_stage() -> Stage:
    """A stage that shows a part, and below it the whole."""
    made = stage(STEMS)
    zoomed(made.view)
    return made


def overview() -> QWidget:
    """All of a take, of which a part is looked at; the view that it belongs to is not shown."""
    view = zoomed(told(empty(), lambda made: made.resize(WIDTH_PX, HEIGHT_PX)))
    made = StageOverview(view)
    view.setParent(made)
    view.hide()
    return made


def transport(position_s: float, length_s: float, *, playing: bool = False, endless: bool = False) -> Transport:
    """Buttons and time."""
    made = Transport()
    made.set_playing(playing)
    made.set_endless(endless)
    made.set_times(position_s, length_s)
    return made


SPECIMENS = (
    Specimen("empty", empty, WIDTH_PX, HEIGHT_PX),
    Specimen("being made", lambda: growing(empty()), WIDTH_PX, HEIGHT_PX),
    Specimen("whole", lambda: heard(empty()), WIDTH_PX, HEIGHT_PX),
    Specimen("whole, narrow", lambda: heard(empty()), 360, HEIGHT_PX),
    Specimen("zoomed, with a region", lambda: zoomed(empty()), WIDTH_PX, HEIGHT_PX),
    Specimen("without a hand", plot, WIDTH_PX, HEIGHT_PX),
    Specimen("of all", overview, WIDTH_PX),
    Specimen("four stems", lambda: told(StageTabs(), lambda made: made.set_stems(STEMS))),
    Specimen(
        "six stems, one chosen",
        lambda: told(StageTabs(), lambda made: made.set_stems(SIX_STEMS), lambda made: made.choose(3)),
    ),
    Specimen("at rest", lambda: LevelScale(FLOOR_DB, CEILING_DB)),
    Specimen("pointing", lambda: told(LevelScale(FLOOR_DB, CEILING_DB), lambda made: made.point_at(180))),
    Specimen("pointing", lambda: told(StageReadout(), lambda made: made.show_point(83.4, 1244.5, -42.0)), 240),
    Specimen("empty", lambda: told(stage(()), lambda made: made.view.set_invitation(INVITATION)), WIDTH_PX, 360),
    Specimen("being made", lambda: told(stage(STEMS), lambda made: growing(made.view)), WIDTH_PX, 360),
    Specimen("six stems, zoomed", lambda: told(zoomed_stage(), lambda made: made.set_stems(SIX_STEMS)), WIDTH_PX, 400),
    Specimen("nothing loaded", lambda: disabled(Transport())),
    Specimen("playing", lambda: transport(20.4, 60.0, playing=True)),
    Specimen("looping", lambda: told(transport(3725.2, 7200.0), lambda made: made.set_looping(True))),
    Specimen("radio", lambda: transport(754.1, float("inf"), playing=True, endless=True)),
)
