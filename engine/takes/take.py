"""Engine thread appends, any thread but the audio callback reads: the take, the one central thing.

A take is a folder: `mix.f32` and `stems.f32` hold raw little-endian float32 samples (the stems interleaved frame by
frame, so that one read brings all of them), `take.json` says what they are. What counts as existing is what has been
written whole, so a reader never sees half a block and a take costs the same memory whatever its length.

What readers in other threads may rely on, without a lock:

- Every property is one value that was true at some moment. `mix_frames` grows, but for a cut; `first_frame` only grows.
- `read_mix(start, n)` gives the n frames from `start` on, fewer only at `mix_frames`; `read_stems` likewise ends at
  `stem_frames`. Frames that an endless take has let go, and stems in a gap, are silence: positions stay right.
- From `stems_from(f)` up to `stems_end` of it there are stems, until the producer cuts.
- No cut reaches before a listener's `read_frame`, which it raises *before* it reads (`engine.takes.making.Listener`);
  readers that are no listeners (pictures, exports) may see both what was cut away and what came in its place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave, check_wave
from engine.audio.writing import output_error
from engine.errors import AudioFileError
from engine.takes.description import Description
from engine.takes.pieces import recipe_between
from engine.takes.stretches import Stretches
from engine.takes.track_file import TrackFile

Stems = npt.NDArray[np.float32]
"""Stems of a stretch of audio, shape (frames, stems, 2)."""

GRACE_FRAMES = 30 * SAMPLE_RATE_HZ
"""An endless take's files hold so much more than it keeps: time for who has begun to read at `first_frame`."""

DESCRIBED_FRAMES = 10 * SAMPLE_RATE_HZ
"""An endless take writes down this often how far it is: its files then still hold all that was written down last."""


class Take:
    """Audio and stems that grow block by block. One thread appends; any number may read."""

    def __init__(self, folder: Path, description: Description, mode: str, first_row: int = 0) -> None:
        """Use `create` or `open`."""
        self.folder = folder
        self.stem_names = description.stem_names
        self.planned_frames = description.planned_frames
        self.kept_frames = description.kept_frames
        self.recipe: dict[str, Any] = description.recipe
        self.finished = description.finished
        self.created_at = description.created_at
        self._capacity_frames = self.kept_frames + GRACE_FRAMES if self.kept_frames is not None else None
        self._mix = TrackFile(folder / "mix.f32", CHANNELS, mode, self._capacity_frames, first_row)
        try:
            self._stems = self._stem_file(mode, first_row)
        except OSError:
            self._mix.close()
            raise
        self._mix_frames = self._mix.frames if description.mix_frames is None else description.mix_frames
        self._stretches = self._stretches_in(description)
        self._next_stem_frame = self._stretches.end
        self._first_frame = 0
        self._overwritten_frames = 0  # frames below this have lost their place in the files
        self._cuts: tuple[int, ...] = ()
        self._described_frames = 0

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        stem_names: tuple[str, ...] = (),
        planned_frames: int | None = None,
        kept_frames: int | None = None,
        recipe: dict[str, Any] | None = None,
    ) -> Take:
        """Begin an empty take in a folder, which is made.

        Args:
            folder: where; must not hold a take already.
            stem_names: the stems it will have, in order; none for a take that is not separated.
            planned_frames: how long it will be, if that is known.
            kept_frames: for an endless take, how much of its end is kept; its files grow to that and 30 s, and no more.
            recipe: whatever is needed to make it again (model, journey, …), as JSON values.

        Raises:
            OutputError: the folder cannot be written.
            ValueError: an endless take that keeps nothing.
        """
        if kept_frames is not None and kept_frames < 1:
            raise ValueError(f"an endless take keeps at least one frame, not {kept_frames}")
        description = Description(stem_names, planned_frames, kept_frames, recipe or {})
        description.write(folder)
        try:
            return cls(folder, description, "xb")
        except OSError as cause:
            raise output_error(folder, cause) from cause

    @classmethod
    def open(cls, folder: Path) -> Take:
        """Open a take for reading.

        Whatever it was while it was made, it is finished now: one that was broken off has what had been written whole;
        an endless one has what was kept of it when that was last written down, and begins there.

        Raises:
            AudioFileError: no take lies there, or it is damaged.
        """
        description = Description.read(folder)
        begin = description.first_frame
        try:
            take = cls(folder, description, "rb", begin)
        except OSError as cause:
            raise AudioFileError(f"{folder} holds no take, or a damaged one: make it again.") from cause
        if take.kept_frames is not None:
            end = description.mix_frames or 0
            take._mix_frames, take.kept_frames = end - begin, None
            take._stretches = take._stretches.counted_from(begin)
            take._next_stem_frame = take._stretches.end
            take.recipe = recipe_between(description.recipe, begin, end)
        take.planned_frames, take.finished = take._mix_frames, True
        return take

    @property
    def loop_frames(self) -> int | None:
        """The length of a take that was made so that its end meets its beginning; None for any other."""
        journey = self.recipe.get("journey")
        return journey.get("loop_frames") if isinstance(journey, dict) else None

    @property
    def mix_frames(self) -> int:
        """The end of the mix, in frames since the take began."""
        return self._mix_frames

    @property
    def stem_frames(self) -> int:
        """The end of the last stretch of stems: never more than of the mix."""
        return min(self._stretches.end, self._mix_frames)

    @property
    def first_frame(self) -> int:
        """The oldest frame that exists: 0 unless the take is endless."""
        return self._first_frame

    @property
    def next_stem_frame(self) -> int:
        """Where the next stems that are appended belong."""
        return self._next_stem_frame

    @property
    def cuts(self) -> tuple[int, ...]:
        """Where it has been cut so far, the last one last."""
        return self._cuts

    def stems_end(self, frame: int) -> int:
        """The end of the stretch of stems that `frame` lies in; `frame` itself where it has none."""
        return self._stretches.end_from(frame)

    def stems_from(self, frame: int) -> int:
        """The first frame at or after `frame` that has stems; the end of the mix where none does."""
        begin = self._stretches.next_from(frame)
        return max(frame, self._mix_frames) if begin is None else begin

    def append_mix(self, wave: Wave) -> None:
        """Append a block (frames, 2) to the mix.

        Raises:
            OutputError: it cannot be written, for instance because the disk is full.
        """
        wave = check_wave(wave)
        end = self._mix_frames + len(wave)
        self._make_room(end)
        self._mix.write(self._mix_frames, wave)
        self._mix_frames = end  # only now do readers see it
        if self.kept_frames is not None and end - self._described_frames >= DESCRIBED_FRAMES:
            self._describe()

    def append_stems(self, stems: Stems) -> None:
        """Append a block (frames, stems, 2), at `next_stem_frame`.

        Raises:
            ValueError: another number of stems than the take has.
            OutputError: it cannot be written.
        """
        if self._stems is None or stems.shape[1:] != (len(self.stem_names), CHANNELS):
            raise ValueError(f"this take has {len(self.stem_names)} stems, the block has the shape {stems.shape}")
        begin = self._next_stem_frame
        self._stems.write(begin, stems.reshape(len(stems), CHANNELS * len(self.stem_names)))
        self._next_stem_frame = begin + len(stems)
        self._stretches = self._stretches.joined(begin, begin + len(stems)).since(self._first_frame)

    def skip_stems(self, to_frame: int) -> None:
        """Append the next stems at another frame, further ahead (which leaves a gap) or in a gap.

        Raises:
            OutputError: `take.json` cannot be written.
        """
        self._next_stem_frame = to_frame
        if self.kept_frames is None:  # so that what exists can be told from the gaps when it is opened again
            self._describe()

    def cut(self, frame: int) -> None:
        """Take back all that lies from `frame` on, mix and stems; what is appended next lies there.

        Raises:
            ValueError: `frame` has been let go already.
            OutputError: the files cannot be written.
        """
        if not self._first_frame <= frame:
            raise ValueError(f"frame {frame} is gone: the take begins at {self._first_frame}")
        self._cuts = (*self._cuts, frame)  # first: who sees what comes instead knows that it is something else
        self._stretches = self._stretches.until(frame)
        self._mix_frames = min(frame, self._mix_frames)
        self._next_stem_frame = min(frame, self._next_stem_frame)
        self._mix.cut(self._mix_frames)
        if self._stems:
            self._stems.cut(self._stretches.end)
        if frame < self._described_frames:  # or it would be opened with what is taken back here
            self._describe()

    def read_mix(self, start: int, frames: int) -> Wave:
        """The mix from frame `start`, (frames, 2), shorter where it ends; silence where it is gone."""
        wave = self._mix.read(start, max(0, min(frames, self._mix_frames - start)))
        gone = min(max(0, self._overwritten_frames - start), len(wave))  # asked after reading
        return np.concatenate([np.zeros((gone, CHANNELS), np.float32), wave[gone:]]) if gone else wave

    def read_stems(self, start: int, frames: int) -> Stems:
        """The stems from frame `start`, (frames, stems, 2), shorter where they end; silence in gaps."""
        if self._stems is None:
            return np.zeros((0, 0, CHANNELS), np.float32)
        stretches, end = self._stretches, min(start + frames, self.stem_frames)
        if stretches.end_from(start) >= end > start:
            stems = self._stems.read(start, end - start)
        else:
            stems = np.zeros((max(0, end - start), CHANNELS * len(self.stem_names)), np.float32)
            for begin, finish in stretches.within(start, end):
                rows = self._stems.read(begin, finish - begin)
                stems[begin - start :][: len(rows)] = rows
        gone = min(max(0, self._overwritten_frames - start), len(stems))
        if gone:
            stems = np.concatenate([np.zeros_like(stems[:gone]), stems[gone:]])
        return stems.reshape(-1, len(self.stem_names), CHANNELS)

    def finish(self) -> None:
        """Say that nothing will be appended any more: what exists is the take.

        Raises:
            OutputError: `take.json` cannot be written.
        """
        self.planned_frames = self._mix_frames
        self.finished = True
        self._describe()

    def close(self) -> None:
        """Let go of the files; the take can be opened again."""
        self._mix.close()
        if self._stems:
            self._stems.close()

    def _stem_file(self, mode: str, first_row: int) -> TrackFile | None:
        if not self.stem_names:
            return None
        width = CHANNELS * len(self.stem_names)
        return TrackFile(self.folder / "stems.f32", width, mode, self._capacity_frames, first_row)

    def _stretches_in(self, description: Description) -> Stretches:
        """What a description says; a take that has none written down has stems from the beginning on, without a gap."""
        if description.stretches is not None:
            return description.stretches
        return Stretches().joined(0, self._stems.frames if self._stems else 0)

    def _make_room(self, end: int) -> None:
        """Let go of what has to make way for a mix up to `end`, before it is overwritten."""
        if self.kept_frames is None or self._capacity_frames is None:
            return
        self._first_frame = max(self._first_frame, end - self.kept_frames)
        self._overwritten_frames = max(self._overwritten_frames, end - self._capacity_frames)

    def _describe(self) -> None:
        described = self.finished or self.kept_frames is not None
        if described:
            self._described_frames = self._mix_frames
        Description(
            self.stem_names,
            self.planned_frames,
            self.kept_frames,
            self.recipe,
            self.finished,
            self._mix_frames if described else None,
            self._stretches,
            self.created_at,
        ).write(self.folder)
