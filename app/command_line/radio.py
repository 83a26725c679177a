"""The command line's main thread: the radio, recorded faster than it would play."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.audio.files import wave_writer
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.writing import replaced_on_success
from engine.playback.mixer import RENDER_BLOCK_FRAMES, render
from engine.playback.settings import MixSettings

if TYPE_CHECKING:
    from engine.radio import Radio

BEHIND_FRAMES = 10 * SAMPLE_RATE_HZ
"""The recorder stays so far behind what is made, as a listener would: so that pieces can change in between."""


class Recorder:
    """Who listens to the radio: whoever makes it sees here how far that is."""

    playing = True

    def __init__(self) -> None:
        """Hear nothing yet."""
        self.read_frame = 0

    @property
    def heard_frame(self) -> int:
        """Nothing sounds; what is read has been heard."""
        return self.read_frame


def record(radio: Radio, recorder: Recorder, folder: Path, frames: int) -> Iterator[float]:
    """Write mix.wav, as heard, and take.json (the pieces, and where each begins); yield the fraction done.

    Memory and the radio's own disk space do not depend on the length.

    Args:
        radio: one that `recorder` listens to.
        recorder: at the beginning.
        folder: where; made if need be.
        frames: to record.

    Raises:
        StudioError: a network has failed.
        OutputError: a file cannot be written.
    """
    pieces: dict[int, dict[str, Any]] = {}
    sound = render(radio.take, MixSettings(), 0, frames)
    with wave_writer(folder / "mix.wav") as writer, closing(radio.work()) as work:
        for progress in work:
            if progress.problem:
                raise progress.problem
            pieces |= {piece["from_frame"]: piece for piece in radio.take.recipe["pieces"]}
            while recorder.read_frame < min(frames, progress.made_frames - BEHIND_FRAMES):
                recorder.read_frame += RENDER_BLOCK_FRAMES
                writer.write(next(sound))
                yield min(1.0, recorder.read_frame / frames)
            if recorder.read_frame >= frames:
                break
        for last in sound:
            writer.write(last)
    recorded = [piece for frame, piece in sorted(pieces.items()) if frame < frames]
    with replaced_on_success(folder / "take.json") as partial:
        partial.write_text(json.dumps({"pieces": recorded, "frames": frames}, indent=2) + "\n", encoding="utf8")
