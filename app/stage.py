"""GUI thread: lets the stage show the take that is loaded, as it grows: has what is seen computed, and nothing else."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from app.picture import PictureThread
from app.session import Session
from engine.audio.columns import CONTEXT_FRAMES, Columns, column_frames, looks
from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.take import Take
from widgets.level_store import Span
from widgets.spectrogram_plot import Look
from widgets.stage import Stage

FOLLOW_MS = 100
"""How often a take is looked at, whether there is more of it."""

LOOKS_AT_ONCE = 256
"""So many FFTs are asked for in one go, which take some 10 ms: what the hand wants next need not wait for longer."""


class StageHand(QObject):
    """Asks for one run of columns at a time, always for the first that is seen and not known: so nothing piles up."""

    def __init__(self, session: Session, stage: Stage) -> None:
        super().__init__(stage)
        self._stage, self._view = stage, stage.view
        self._take: Take | None = None
        self._cuts: tuple[int, ...] = ()
        self._waits = False
        self._thread = PictureThread()
        self._thread.seen.connect(self._show)
        self._view.looked_elsewhere.connect(self._ask)
        session.changed.connect(self._note)
        self._timer = QTimer(self, interval=FOLLOW_MS)
        self._timer.timeout.connect(self._follow)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()
        self._timer.start()

    def close(self) -> None:
        """Look no more; no other call may follow."""
        self._timer.stop()
        self._take = None
        self._thread.close()

    def _note(self, name: str, value: object) -> None:
        if name == "take" and isinstance(value, Take):
            self._take, self._cuts = value, value.cuts
            self._stage.set_stems(value.stem_names)
            self._follow()

    def _follow(self) -> None:
        """See what has become of the take since."""
        if self._take is None:
            return
        cuts = self._take.cuts
        if cuts != self._cuts:
            frame = min(cuts[len(self._cuts) :])
            self._cuts = cuts
            self._view.forget_from(frame / SAMPLE_RATE_HZ, frame)
        marks = self._take.mix_frames, self._take.stem_frames, self._take.first_frame
        made_s, stems_s, first_s = (frames / SAMPLE_RATE_HZ for frames in marks)
        separates = bool(self._take.stem_names) and not self._take.finished
        self._view.set_progress(made_s, stems_s if separates else None, first_s)
        self._view.set_gaps(_gaps_s(self._take))
        self._ask()

    def _ask(self) -> None:
        """Have the first columns computed that are seen and not known, if there are such."""
        if self._take is None or self._waits:
            return
        for look in self._view.looks:
            run = self._view.store.missing(look.track, look.level, *look.columns, _ready(self._take, look))
            if run:
                first, end = run
                count = min(end - first, max(1, LOOKS_AT_ONCE // looks(look.level)))
                self._waits = True
                self._thread.look(self._take, look.track, look.level, first, count)
                return

    def _show(self, take: Take, cuts: tuple[int, ...], columns: Columns | None) -> None:
        self._waits = False
        if take is self._take and cuts == self._cuts == take.cuts and columns is not None:
            self._view.show_columns(columns)
        if columns is not None:  # else not at once: it would fail again
            self._ask()


def _ready(take: Take, look: Look) -> list[Span]:
    """The stretches of a track, in frames, that can be looked at without seeing where the take ends for now."""
    spans = _stems(take) if look.track else [(take.first_frame, take.mix_frames)]
    is_made = take.finished or take.mix_frames == take.planned_frames

    def seen_end(end: int) -> int:
        if is_made and end >= take.mix_frames:
            return end + column_frames(look.level) - 1  # its last column is seen although it is not full
        return end if take.finished or end < spans[-1][1] else end - CONTEXT_FRAMES

    return [(begin, seen_end(end)) for begin, end in spans]


def _stems(take: Take) -> list[Span]:
    """Where there are stems, in frames."""
    found: list[Span] = []
    begin = take.stems_from(take.first_frame)
    while (end := take.stems_end(begin)) > begin:
        found.append((begin, end))
        begin = take.stems_from(end)
    return found


def _gaps_s(take: Take) -> tuple[tuple[float, float], ...]:
    """Where there are no stems, in seconds: between stems, and after the last once there will be no more."""
    spans = _stems(take)
    ends = [take.first_frame, *(end for _, end in spans)]
    begins = [begin for begin, _ in spans]
    if take.stem_names and take.finished:
        begins.append(take.mix_frames)
    return tuple(
        (end / SAMPLE_RATE_HZ, begin / SAMPLE_RATE_HZ) for end, begin in zip(ends, begins, strict=False) if end < begin
    )
