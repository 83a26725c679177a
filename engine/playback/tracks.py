"""Feeder thread (or engine thread): a take's tracks, read while it grows, mix crossing over to stems and back.

A block of tracks has the shape (frames, stems + 1, 2): the stems, then the rest, which is what the stems miss of the
mix (rest = mix − Σ stems), so that all gains at 1 give the mix back to float rounding.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.takes.take import Take

Tracks = npt.NDArray[np.float32]
"""Tracks of a stretch of a take, shape (frames, stems + 1, 2): the stems in the take's order, then the rest."""

CROSSOVER_FRAMES = SAMPLE_RATE_HZ // 50
"""From mix to stems, and back where the stems end, in 20 ms."""


class TrackReader:
    """Reads a take's tracks one block after another, while it grows.

    Each frame's stems are weighted by w, and the rest is mix − w Σ stems: with w = 0 all of the mix is in the rest,
    with w = 1 the stems have taken over. w moves by at most 1/CROSSOVER_FRAMES a frame: up where stems exist, and down
    ahead of the frame where a stretch of them ends although the mix goes on. The sum is the mix whatever w is.
    """

    def __init__(self, take: Take, start: int, *, from_mix: bool = False) -> None:
        """Begin at frame `start`; stems that exist there are used from the first frame on, or are crossed over to."""
        self.without_stems = (start, start)
        """The last stretch that was read when it had no stems: from frame, to frame."""
        self._take = take
        self._frame = start
        self._weight = 0.0 if from_mix else 1.0

    def read(self, frames: int) -> Tracks:
        """The next `frames` frames (frames, stems + 1, 2); fewer, or none, where the take ends for now."""
        mix = self._take.read_mix(self._frame, frames)
        tracks = np.zeros((len(mix), len(self._take.stem_names) + 1, CHANNELS), np.float32)
        done = 0
        while done < len(mix):
            done += self._fill(tracks[done:], mix[done:])
        return tracks

    def _fill(self, tracks: Tracks, mix: Wave) -> int:
        """Fill in tracks as far as a stretch of stems or a gap reaches, and return how many frames that was."""
        end = self._stems_end()
        stems = self._take.read_stems(self._frame, min(len(mix), end - self._frame))
        frames = len(stems)  # none where they have been taken back since we asked
        if frames:
            weights = self._weights(frames, end)
            np.multiply(stems, weights[:, None, None], out=tracks[:frames, :-1])
            self._weight = float(weights[-1])
        else:
            frames = min(len(mix), self._take.stems_from(self._frame) - self._frame) or len(mix)
            self._weight = 0.0
            begin, end = self.without_stems
            self.without_stems = (begin if end == self._frame else self._frame, self._frame + frames)
        np.subtract(mix[:frames], tracks[:frames, :-1].sum(axis=1), out=tracks[:frames, -1])
        self._frame += frames
        return frames

    def _stems_end(self) -> int:
        """Where the stems end that exist here; `_frame` where none do, or where they are being taken back just now."""
        return min(self._take.stems_end(self._frame), max(self._frame, self._take.stem_frames))

    def _weights(self, frames: int, stems_end: int) -> npt.NDArray[np.float32]:
        rising = self._weight + np.arange(1, frames + 1) / CROSSOVER_FRAMES
        if self._take.finished and stems_end == self._take.mix_frames:  # nothing follows that there are no stems of
            return np.minimum(rising, 1.0).astype(np.float32)
        remaining = (stems_end - self._frame - np.arange(frames)) / CROSSOVER_FRAMES
        return np.minimum(np.minimum(rising, remaining), 1.0).astype(np.float32)


def read_tracks(take: Take, start: int, frames: int) -> Tracks:
    """The tracks of a stretch of a take, (frames, stems + 1, 2), shorter where the take ends; see `TrackReader`."""
    return TrackReader(take, start).read(frames)
