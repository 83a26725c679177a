"""Engine thread: patches of frames that reach into their neighbours: cut from a sequence, and joined again.

A patch begins `lap / 2` frames before its step and ends as many after it. Under its window it is cut out, and under its
window it is put back, so that neighbours fade into each other; squared and overlapping, windows add up to 1.
"""

from __future__ import annotations

import numpy as np

from engine.musika.spectra import Float


def lap_window(step: int, lap: int) -> Float:
    """The window of a patch, (step + lap,): a quarter of a sine at each end, between them 1.

    Args:
        step: frames from one patch to the next.
        lap: frames that a patch shares with each neighbour, at most `step`.
    """
    slope = np.sin(np.pi / 2 * (np.arange(lap) + 0.5) / max(lap, 1))
    return np.concatenate([slope, np.ones(step - lap), slope[::-1]]).astype(np.float32)


def with_edges(frames: Float, before: int, after: int) -> Float:
    """(n, bins) → (before + n + after, bins): where a sound begins or ends, its outermost frame goes on."""
    return np.pad(frames, ((before, after), (0, 0)), mode="edge")


def cut_patches(frames: Float, step: int, lap: int) -> Float:
    """(m · step + lap, bins) → patches (m, step + lap, bins), not windowed yet."""
    if not lap:
        return frames.reshape(-1, step, frames.shape[1])
    patches = np.lib.stride_tricks.sliding_window_view(frames, step + lap, axis=0)[::step]
    return np.ascontiguousarray(patches.transpose(0, 2, 1))


def join_patches(patches: Float, window: Float, step: int) -> Float:
    """The frames of overlapping patches.

    Args:
        patches: (m, step + lap, width), windowed as often as `window` squared says: twice.
        window: of one patch, see `lap_window`.
        step: frames from one patch to the next.

    Returns:
        (m · step, width). At both ends, where a neighbour is missing, a patch stands for itself.
    """
    squares = np.broadcast_to(np.square(window)[:, None], (len(patches), len(window), 1))
    joined: Float = _overlap_add(patches, step) / _overlap_add(squares, step)
    return joined


def _overlap_add(patches: Float, step: int) -> Float:
    count, span, width = patches.shape
    sums = np.zeros((count * step + span - step, width), np.float32)
    for number, patch in enumerate(patches):
        sums[number * step : number * step + span] += patch
    reach = (span - step) // 2
    return sums[reach : reach + count * step]
