"""Any activity: the one audio format inside the program, and its validator."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ = 44_100
CHANNELS = 2

Wave = npt.NDArray[np.float32]
"""Audio, shape (frames, 2), nominal range -1 to 1, at SAMPLE_RATE_HZ."""


def check_wave(wave: npt.NDArray[np.generic]) -> Wave:
    """Return `wave` as program audio: float32, (frames, 2), every sample finite.

    Raises:
        ValueError: another shape, or NaN or infinity among the samples.
    """
    if wave.ndim != 2 or wave.shape[1] != CHANNELS:
        raise ValueError(f"audio must have the shape (frames, {CHANNELS}), not {wave.shape}")
    checked: Wave = np.ascontiguousarray(wave, dtype=np.float32)
    if not np.isfinite(checked).all():
        raise ValueError("audio holds NaN or infinity")
    return checked
