"""Engine thread: the spectrogram of a take, kept up with the take as it grows, and sent to the window."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.spectrogram import Spectrogram
from engine.takes.take import Take

PERIOD_S = 0.1
"""The picture of a growing take is sent at most this often."""

SHOWN_S = 180.0
"""So much of the end of an endless take is in its picture."""

BLOCK_FRAMES = 10 * SAMPLE_RATE_HZ
"""So much is looked at in one go."""

SEAM_FRAMES = 2 * SAMPLE_RATE_HZ
"""Where the end of a take was taken back and made anew, so much of it may be new already."""

Send = Callable[[object, float, float], None]


class Picture:
    """Looks at a take from time to time."""

    def __init__(self, take: Take, send: Send) -> None:
        """Look at `take`, and `send` the levels (columns, bins), the seconds a column, and the second of the first."""
        self._take = take
        self._send = send
        shown_frames = round(SHOWN_S * SAMPLE_RATE_HZ) if take.kept_frames is not None else None
        self._spectrogram = Spectrogram(take.planned_frames, shown_frames=shown_frames)
        self._sent_s = -PERIOD_S

    @property
    def is_behind(self) -> bool:
        """Whether there is more to look at."""
        return self._spectrogram.next_frame != self._take.mix_frames

    def follow(self) -> None:
        """Look at what is new, at most a block of it."""
        end = self._take.mix_frames
        if end < self._spectrogram.next_frame:
            self._spectrogram.cut(end - SEAM_FRAMES)
        begin = max(self._spectrogram.next_frame, 0)
        wave = self._take.read_mix(begin, min(end - begin, BLOCK_FRAMES))
        self._spectrogram.push(wave)
        if len(wave) and monotonic() - self._sent_s >= PERIOD_S:
            self._send_now()

    def finish(self) -> None:
        """Show it to the last frame."""
        while self.is_behind:
            self.follow()
        self._spectrogram.finish()
        self._send_now()

    def _send_now(self) -> None:
        self._sent_s = monotonic()
        spectrogram = self._spectrogram
        column_s, begin_s = (n / SAMPLE_RATE_HZ for n in (spectrogram.column_frames, spectrogram.first_frame))
        self._send(spectrogram.levels.copy(), column_s, begin_s)
