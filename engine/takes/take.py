"""Engine thread appends, any thread but the audio callback reads: the take, the one central thing.

A take is a folder: `mix.f32` and `stems.f32` hold raw little-endian float32 samples (the stems interleaved frame by
frame, so that one read brings all of them), `take.json` says what they are. What counts as existing is what has been
written whole, so a reader never sees half a block and a take costs the same memory whatever its length.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS, Wave, check_wave
from engine.audio.writing import output_error, replaced_on_success
from engine.errors import AudioFileError

Stems = npt.NDArray[np.float32]
"""Stems of a stretch of audio, shape (frames, stems, 2)."""

SAMPLE = np.dtype("<f4")


class Take:
    """Audio and stems that grow block by block. One thread appends; any number may read."""

    def __init__(self, folder: Path, description: dict[str, Any], mode: str) -> None:
        """Use `create` or `open`."""
        self.folder = folder
        self.stem_names: tuple[str, ...] = tuple(description["stem_names"])
        self.planned_frames: int | None = description["planned_frames"]
        self.recipe: dict[str, Any] = description["recipe"]
        self.finished: bool = description["finished"]
        self._mix = _Track(folder / "mix.f32", CHANNELS, mode)
        self._stems = _Track(folder / "stems.f32", CHANNELS * len(self.stem_names), mode) if self.stem_names else None

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        stem_names: tuple[str, ...] = (),
        planned_frames: int | None = None,
        recipe: dict[str, Any] | None = None,
    ) -> Take:
        """Begin an empty take in a folder, which is made.

        Args:
            folder: where; must not hold a take already.
            stem_names: the stems it will have, in order; none for a take that is not separated.
            planned_frames: how long it will be, if that is known.
            recipe: whatever is needed to make it again (model, seed, …), as JSON values.

        Raises:
            OutputError: the folder cannot be written.
        """
        description = {
            "stem_names": list(stem_names),
            "planned_frames": planned_frames,
            "recipe": recipe or {},
            "finished": False,
        }
        _write_description(folder, description)
        try:
            return cls(folder, description, "xb")
        except OSError as cause:
            raise output_error(folder, cause) from cause

    @classmethod
    def open(cls, folder: Path) -> Take:
        """Open a take for reading; one that was never finished has what had been written whole.

        Raises:
            AudioFileError: no take lies there, or it is damaged.
        """
        try:
            description = json.loads((folder / "take.json").read_text(encoding="utf8"))
            return cls(folder, description, "rb")
        except (OSError, ValueError, KeyError, TypeError) as cause:
            raise AudioFileError(f"{folder} holds no take, or a damaged one: make it again.") from cause

    @property
    def mix_frames(self) -> int:
        """How many frames of the mix exist."""
        return self._mix.frames

    @property
    def stem_frames(self) -> int:
        """How many frames of the stems exist: never more than of the mix."""
        return min(self._stems.frames, self._mix.frames) if self._stems else 0

    def append_mix(self, wave: Wave) -> None:
        """Append a block (frames, 2) to the mix.

        Raises:
            OutputError: it cannot be written, for instance because the disk is full.
        """
        self._mix.append(check_wave(wave))

    def append_stems(self, stems: Stems) -> None:
        """Append a block (frames, stems, 2).

        Raises:
            ValueError: another number of stems than the take has.
            OutputError: it cannot be written.
        """
        if self._stems is None or stems.shape[1:] != (len(self.stem_names), CHANNELS):
            raise ValueError(f"this take has {len(self.stem_names)} stems, the block has the shape {stems.shape}")
        self._stems.append(stems)

    def read_mix(self, start: int, frames: int) -> Wave:
        """The mix from frame `start`, (frames, 2), shorter where it ends."""
        return self._mix.read(start, frames)

    def read_stems(self, start: int, frames: int) -> Stems:
        """The stems from frame `start`, (frames, stems, 2), shorter where they end."""
        if self._stems is None:
            return np.zeros((0, 0, CHANNELS), np.float32)
        available = min(frames, self.stem_frames - start)
        return self._stems.read(start, available).reshape(-1, len(self.stem_names), CHANNELS)

    def finish(self) -> None:
        """Say that nothing will be appended any more: what exists is the take.

        Raises:
            OutputError: `take.json` cannot be written.
        """
        self.finished = True
        self.planned_frames = self.mix_frames
        _write_description(
            self.folder,
            {
                "stem_names": list(self.stem_names),
                "planned_frames": self.planned_frames,
                "recipe": self.recipe,
                "finished": True,
            },
        )

    def close(self) -> None:
        """Let go of the files; the take can be opened again."""
        self._mix.close()
        if self._stems:
            self._stems.close()


class _Track:
    """A raw file of float32 rows, one row a frame."""

    def __init__(self, path: Path, width: int, mode: str) -> None:
        self._path = path
        self._width = width
        self._frame_bytes = width * SAMPLE.itemsize
        self._writer: BinaryIO | None = path.open("xb", buffering=0) if mode == "xb" else None
        self._reader: BinaryIO = path.open("rb", buffering=0)
        self._reading = threading.Lock()
        self.frames = path.stat().st_size // self._frame_bytes

    def append(self, rows: npt.NDArray[np.float32]) -> None:
        if self._writer is None:
            raise ValueError(f"{self._path} is open for reading only")
        remaining = memoryview(np.ascontiguousarray(rows, SAMPLE).tobytes())
        try:
            while remaining:
                remaining = remaining[self._writer.write(remaining) :]
        except OSError as cause:
            raise output_error(self._path, cause) from cause
        self.frames += len(rows)  # only now do readers see it

    def read(self, start: int, frames: int) -> npt.NDArray[np.float32]:
        frames = max(0, min(frames, self.frames - start))
        with self._reading:
            self._reader.seek(start * self._frame_bytes)
            rows = self._reader.read(frames * self._frame_bytes)
        return np.frombuffer(rows, SAMPLE).reshape(frames, self._width)

    def close(self) -> None:
        if self._writer:
            self._writer.close()
        with self._reading:
            self._reader.close()


def _write_description(folder: Path, description: dict[str, Any]) -> None:
    with replaced_on_success(folder / "take.json") as partial:
        partial.write_text(json.dumps(description, indent=2) + "\n", encoding="utf8")
