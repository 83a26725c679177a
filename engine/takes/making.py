"""Engine thread: how a take comes to be: blocks of audio in, a growing take out, what is needed soonest first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain

import numpy as np

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.errors import StudioError
from engine.gate import OPEN, Cancelled, Passage
from engine.takes.looping import more_than_a_turn, one_turn
from engine.takes.roles import NOBODY, Listener, Progress, Separates
from engine.takes.seam import FADE_FRAMES, Seam, lay_seam
from engine.takes.take import Stems, Take

HEAD_START_FRAMES = 4 * SAMPLE_RATE_HZ
"""So much of the mix is made before the separator begins, and is kept ready ahead of the listener while it works."""

STEMS_LEAD_FRAMES = 10 * SAMPLE_RATE_HZ
"""Stems go before more of the mix until they are so far ahead of the listener."""

MARGIN_FRAMES = 3 * SAMPLE_RATE_HZ // 10
"""A seam lies so far ahead of what the listener has read: time to make the beginning of what follows …"""

LEAST_MARGIN_FRAMES = SAMPLE_RATE_HZ // 20
"""… and so far at the least: time to lay it."""

SHORTEST_FADE_FRAMES = SAMPLE_RATE_HZ // 10

LARGEST_LAG_FRAMES = 10 * SAMPLE_RATE_HZ
"""In an endless take, stems that are further behind the listener than this skip ahead even if they are catching up."""

LEAD_IN_FRAMES = SAMPLE_RATE_HZ // 2
"""Music that the separator hears before stems that begin in the middle: without it they would begin unsurely."""

FEED_FRAMES = 16_384

BROKEN_OFF = "The music broke off inside the studio: play what exists, or generate again."
NO_STEMS = "The separator failed: the music goes on without stems. Try again, or choose another separator."

log = logging.getLogger(__name__)


def make_take(
    take: Take,
    blocks: Iterator[Wave],
    separator: Separates | None,
    listener: Listener = NOBODY,
    gate: Passage = OPEN,
    *,
    loop: bool = False,
) -> Iterator[Progress]:
    """Append `blocks` to a take, and their stems where there is a separator; yield after each step; finish the take.

    To cancel, close the iterator or the gate: the take keeps what it has and stays unfinished.

    Args:
        take: an empty take with the separator's stems.
        blocks: the mix.
        separator: None for a take without stems.
        listener: who hears it meanwhile: what it needs soonest is made first.
        gate: passed through at least ten times a second.
        loop: the blocks are one turn of a perfect loop: its stems are made after all of the mix, and meet too.

    Raises:
        StudioError: a network has failed; `Progress.problem` has said so before. What could still be made has been (the
            mix without stems, the stems of a mix that broke off), and the take is finished.
        OutputError: the take cannot be written; what exists is finished.
        Cancelled: through the gate.
    """
    production = Production(take, blocks, separator, listener, gate, loop=loop)
    try:
        while not production.done:
            yield production.step()
    except StudioError:
        with suppress(StudioError):  # the error that broke it off is the one to tell
            take.finish()
        raise
    take.finish()
    if production.problem:
        raise production.problem


class Production:
    """A take in the making, step by step: what is needed soonest is made first.

    1. Some seconds of the mix ahead of the listener; while the separator works, too: whenever it passes its gate.
    2. Stems, until they are some more seconds ahead.
    3. The mix, to its end or as far ahead as is asked for.
    4. The stems of the rest.

    So a machine that is too slow for all of it lets the stems lag first, and only one that is too slow for the mix
    alone makes the listener wait. In an endless take, stems that cannot keep up skip ahead; in any other they are made
    all, in their order.
    """

    def __init__(
        self,
        take: Take,
        blocks: Iterator[Wave],
        separator: Separates | None,
        listener: Listener = NOBODY,
        gate: Passage = OPEN,
        *,
        loop: bool = False,
        lead_frames: int | None = None,
    ) -> None:
        """Begin, as `make_take` does; nothing is computed yet.

        A take with `lead_frames` is endless: its mix is made so far ahead of the listener; then the production rests.
        """
        self.problem: StudioError | None = None
        self._take = take
        self._blocks = blocks
        self._separator = separator
        self._listener = listener
        self._gate = gate
        self._loop = loop
        self._lead_frames = lead_frames
        self._mix_ended = False
        self._stems: Iterator[Stems] | None = None
        self._stems_ended = separator is None
        self._seam: Seam | None = None  # that the stems have not reached yet
        self._stride_frames = self._travelled_frames = 0  # what the last stems brought, and what was read meanwhile

    @property
    def done(self) -> bool:
        """Whether nothing is left to make."""
        return self._mix_ended and self._stems_ended

    @property
    def has_stems_to_come(self) -> bool:
        """Whether there is a separator, and it works."""
        return not self._stems_ended

    def step(self) -> Progress:
        """Make the one thing that is needed soonest, if there is any; raises OutputError and Cancelled."""
        self._gate.go_through()
        resting = False
        if self._mix_is_short:
            self._make_mix()
        elif not self._stems_ended and self._stems_lead_frames < STEMS_LEAD_FRAMES:
            self._make_stems()
        elif not self._mix_ended and (self._lead_frames is None or self._mix_lead_frames < self._lead_frames):
            self._make_mix()
        elif self._mix_ended and not self._stems_ended:
            self._make_stems()
        else:
            resting = True
        separated_frames = self._take.stem_frames if self._take.stem_names else self._take.mix_frames
        return Progress(self._take.mix_frames, separated_frames, self._take.planned_frames, resting, self.problem)

    def splice(self, begin: Callable[[int], Iterator[Wave]], *, at_frame: int = 0) -> int:
        """Go over to other music as soon as the listener allows.

        The new music is begun first; then what lies ahead of the listener is cut away and the two are crossfaded, so
        that the take never lacks sound. Where the listener is quicker than that, the new music comes in later, at the
        point that it has reached by then.

        Args:
            begin: gives the music that is to lie from a frame on; called once.
            at_frame: the earliest seam.

        Returns:
            Where the seam lies.

        Raises:
            StudioError: the new music does not begin, or the take cannot be written. What exists goes on as it was.
            Cancelled: through the gate; likewise.
        """
        begun_at = max(self._take.first_frame, self._read_frame + MARGIN_FRAMES, at_frame)
        if self._mix_ended:
            begun_at = min(begun_at, self._take.mix_frames)
        blocks = begin(begun_at)
        fresh = self._first_of(blocks, FADE_FRAMES)
        while True:
            self._gate.go_through()
            frame = max(begun_at, self._read_frame + LEAST_MARGIN_FRAMES)
            late = frame - begun_at
            if self._take.mix_frames < frame + SHORTEST_FADE_FRAMES and not self._mix_ended:
                self._make_mix()
            elif len(fresh) < late + SHORTEST_FADE_FRAMES:
                fresh = np.concatenate([fresh, self._first_of(blocks, FADE_FRAMES)])
            elif seam := self._lay(frame, fresh[late:]):
                self._blocks, self._mix_ended = blocks, False
                self._seam, self._stems, self._stems_ended = seam, None, self._separator is None
                self.problem = None
                return seam.frame

    def _lay(self, frame: int, fresh: Wave) -> Seam | None:
        """Lay a seam; None where the listener was quicker."""
        return lay_seam(self._take, min(frame, self._take.mix_frames), fresh, lambda: self._listener.read_frame)

    def go_through(self) -> None:
        """The separator's gate: ours, and while the separator works the mix is kept from running out."""
        self._gate.go_through()
        while self._mix_is_short:
            self._make_mix()
            self._gate.go_through()

    @property
    def _read_frame(self) -> int:
        """How far the listener has read; one that still listens to another take has not come further than this one."""
        return min(self._listener.read_frame, self._take.mix_frames)

    # --- the mix -----------------------------------------------------------------------------------------------------

    @property
    def _mix_lead_frames(self) -> int:
        return self._take.mix_frames - self._read_frame

    @property
    def _mix_is_short(self) -> bool:
        return not self._mix_ended and (self._loop or self._mix_lead_frames < HEAD_START_FRAMES)

    def _make_mix(self) -> None:
        try:
            block = next(self._blocks, None)
        except Cancelled:
            raise
        except Exception as cause:
            self.problem = _problem(BROKEN_OFF, cause)
            block = None
        if block is None:
            self._mix_ended = True
        else:
            self._take.append_mix(block)

    def _first_of(self, blocks: Iterator[Wave], frames: int) -> Wave:
        """The first blocks, with at least so many frames (frames, 2), or all that there are."""
        begun: list[Wave] = []
        try:
            for block in blocks:
                self._gate.go_through()
                begun.append(block)
                if sum(map(len, begun)) >= frames:
                    break
        except Cancelled:
            raise
        except Exception as cause:
            raise _problem(BROKEN_OFF, cause) from cause
        if not begun:
            raise StudioError(BROKEN_OFF)
        return np.concatenate(begun)

    # --- the stems ---------------------------------------------------------------------------------------------------

    @property
    def _stems_lead_frames(self) -> int:
        return self._take.next_stem_frame - self._read_frame

    @property
    def _falls_back(self) -> bool:
        """Whether the listener was quicker than the last stems."""
        return self._travelled_frames >= self._stride_frames > 0

    @property
    def _are_stems_too_late(self) -> bool:
        """Whether, in an endless take, the next stems would come when nobody needs them, taking as long as the last.

        Stems that are faster than the listener catch up with it, if they are not too far behind.
        """
        is_in_vain = self._stems_lead_frames + self._stride_frames <= self._travelled_frames
        lags_far = self._stems_lead_frames < -LARGEST_LAG_FRAMES
        return self._lead_frames is not None and ((self._falls_back and is_in_vain) or lags_far)

    def _make_stems(self) -> None:
        if self._are_stems_too_late:
            self._stems = self._seam = None
            self._take.skip_stems(self._read_frame + self._travelled_frames)
        stems = self._next_stems()
        if stems is None:
            self._stems, self._stems_ended = None, True
        else:
            self._take.append_stems(stems)

    def _next_stems(self) -> Stems | None:
        """The next stems; None at their end, and where the separator fails."""
        try:
            self._stems = self._stems or self._stems_from_here()
            return next(self._stems, None)
        except Cancelled:
            self._stems = None  # a stream that was broken off has ended
            raise
        except Exception as cause:
            self.problem = _problem(NO_STEMS, cause)
            return None

    def _stems_from_here(self) -> Iterator[Stems]:
        """The stems from `next_stem_frame` on."""
        if self._loop:
            return one_turn(self._separate(more_than_a_turn(self._take), soon=False), self._take.mix_frames)
        seam, self._seam = self._seam, None
        if seam:
            return self._stems_from_seam(seam)
        self._set_apart()
        begin = self._take.next_stem_frame
        lead_in = min(LEAD_IN_FRAMES, begin - self._take.first_frame)
        return _without_first(self._separate(self._feed(begin - lead_in), soon=not self._falls_back), lead_in)

    def _stems_from_seam(self, seam: Seam) -> Iterator[Stems]:
        """The stems of the new music, which the separator hears without the old.

        As long as they are missing, the old stems fade out and the new music comes in through the mix. Where nobody is
        listening to that, both fade.
        """
        stems = self._separate(chain([seam.fresh], self._feed(seam.end)), soon=True)
        fade = len(seam.fresh)
        begun = [np.zeros((0, len(self._take.stem_names), CHANNELS), np.float32)]
        while sum(map(len, begun)) < fade and (block := next(stems, None)) is not None:
            begun.append(block)
        new = np.concatenate(begun)
        faded = seam.stems(new[:fade])
        if faded is not None and not seam.frame - MARGIN_FRAMES < self._read_frame < seam.end:
            self._take.skip_stems(seam.frame)
            yield np.concatenate([faded, new[fade:]])
        else:
            self._set_apart()
            stems = _without_first(chain([new], stems), fade + self._take.next_stem_frame - seam.end)
        yield from stems

    def _set_apart(self) -> None:
        """Leave a frame without stems between those that are there and what is separated apart from them.

        Readers cross over from stems to mix and back at a gap; without one, the joint could be heard.
        """
        begin = self._take.next_stem_frame
        if begin and self._take.stems_end(begin - 1) == begin:
            self._take.skip_stems(begin + 1)

    def _separate(self, blocks: Iterator[Wave], *, soon: bool) -> Iterator[Stems]:
        """Stems of blocks; while they come, it is watched how far the listener gets meanwhile."""
        assert self._separator is not None
        stream = self._separator.stream(blocks, self, soon=soon and self._listener is not NOBODY)
        while True:
            read_frame = self._read_frame
            stems = next(stream, None)
            if stems is None:
                return
            self._stride_frames = len(stems)
            self._travelled_frames = max(0, self._read_frame - read_frame)
            yield stems

    def _feed(self, frame: int) -> Iterator[Wave]:
        """The mix from a frame on, for the separator; what does not exist yet is made."""
        while True:
            self._gate.go_through()
            block = self._take.read_mix(frame, FEED_FRAMES)
            if len(block):
                frame += len(block)
                yield block
            elif self._mix_ended:
                return
            else:
                self._make_mix()


def _without_first(stems: Iterable[Stems], frames: int) -> Iterator[Stems]:
    """A stream of stems without its first frames."""
    for block in stems:
        if frames < len(block):
            yield block[frames:]
        frames = max(0, frames - len(block))


def _problem(sentence: str, cause: Exception) -> StudioError:
    """What to tell the user of a failure that may have come from anywhere."""
    log.warning("%s", sentence, exc_info=cause)
    if isinstance(cause, StudioError):
        return cause
    problem = StudioError(sentence)
    problem.__cause__ = cause
    return problem
