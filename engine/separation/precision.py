"""Engine thread: whether separation computes in bfloat16: where the processor has it, and where it is right."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import torch

from engine.audio.format import SAMPLE_RATE_HZ, Wave

Precision = Literal["float32", "bfloat16"]

ENOUGH_DB = 40.0
"""So well must bfloat16 agree with float32; the difference is then far below the errors of any separator."""

NATIVE = ("avx512_bf16", "amx_bf16")
"""What torch calls processors that multiply bfloat16 numbers themselves, and are known to be quick at it."""


def has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 numbers itself; others only imitate it, many times slower."""
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in NATIVE)


def trial_mix(frames: int) -> Wave:
    """Something of everything, (frames, 2): noise, a chord, and silence for the last fifth."""
    noise = 0.05 * np.random.default_rng(0).standard_normal((frames, 2))
    at_s = np.arange(frames)[:, None] / SAMPLE_RATE_HZ
    chord = sum(0.1 * np.sin(2 * np.pi * hz * at_s + [0, 1]) for hz in (55.0, 440.0, 3_520.0))
    sounding = np.arange(frames)[:, None] < 0.8 * frames
    return ((noise + chord) * sounding).astype(np.float32)


def agreement_db(reference: npt.NDArray[np.float32], found: npt.NDArray[np.float32]) -> float:
    """How far the error of `found` lies below `reference`, in dB; at most 150, −inf if either is not finite."""
    signal = float(np.square(reference, dtype=np.float64).sum())
    error = float(np.square(np.subtract(found, reference, dtype=np.float64)).sum())
    if not np.isfinite(signal + error):
        return float("-inf")
    return float(10 * np.log10((signal + 1e-30) / (error + 1e-15 * signal + 1e-30)))
