"""Engine thread: samples as whole numbers, the error of which is noise and nothing that belongs to the music.

16 bits get dither of triangular density, two steps wide (TPDF): mean and power of the rounding error are then the same
whatever the music does (Lipshitz, Wannamaker and Vanderkooy, "Quantization and dither", 1992). With 24 bits the steps
are as fine as float32's own: they are rounded.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.audio.format import Wave

Whole = npt.NDArray[np.int16] | npt.NDArray[np.int32]


def quantised(wave: Wave, bits: int, rng: np.random.Generator) -> Whole:
    """Audio (frames, 2) as whole numbers: int16 for 16 bits; for 24, the upper bits of int32. Beyond ±1 it clips.

    `rng` makes the dither: the same from the same seed.
    """
    scale = 2.0 ** (bits - 1)
    steps = wave.astype(np.float64) * scale
    if bits == 16:
        steps += rng.random(wave.shape) - rng.random(wave.shape)
    steps = np.clip(np.rint(steps), -scale, scale - 1)
    return steps.astype(np.int16) if bits == 16 else steps.astype(np.int32) << (32 - bits)
