"""The generator once more, in plain numpy, word for word from the published tables: what ours is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

Tensors = Mapping[str, np.ndarray]


def generate(t: Tensors, window: np.ndarray, noise: np.ndarray | None, small: bool) -> np.ndarray:
    """(context, 128) → (context, latent_size); `noise` is (2, values of half a window) or None."""
    halves = np.split(window.astype(np.float64), 2)
    return np.concatenate([_half(t, h, None if noise is None else noise[i], small) for i, h in enumerate(halves)])


def _half(t: Tensors, p0: np.ndarray, noise: np.ndarray | None, small: bool) -> np.ndarray:
    p = [p0]
    for _ in range(5 if small else 6):
        p.append((p[-1][::2] + p[-1][1::2]) / 2)
    numbers = iter(np.zeros(10_000) if noise is None else noise)

    x = (p[-1].reshape(-1) @ t["00d/kernel"] + t["00d/bias"]).reshape(4, -1)
    x = _finish(t, x, "00n", "00ai", p[-2], numbers)
    stages = [("0_small", "1_small", "res1c_small", 4) if small else ("0", "1", "res1c", 4)]
    stages += [("2", "3", "res2c", 3), ("4", "5", "res3c", 2), ("6", "7", "res4c", 1)]
    for first, second, residual, level in stages:
        flat = residual == "res1c_small"
        y = _block(t, x, first, p[level], numbers, transposed=not flat) * np.sqrt(0.5)
        y = _block(t, y, second, p[level], numbers) * np.sqrt(0.5)
        x = y + _convolution(t, x if flat else _shuffle(x), residual)
    x = _block(t, x, "8", p0, numbers, transposed=True)
    return _convolution(t, x, "9c")


def _block(
    t: Tensors, x: np.ndarray, name: str, e: np.ndarray, numbers: Iterator[float], transposed: bool = False
) -> np.ndarray:
    y = _transposed(t, x, f"{name}c") if transposed else _convolution(t, x, f"{name}c")
    return _finish(t, y, f"{name}r", f"{name}ai", e, numbers)


def _finish(t: Tensors, x: np.ndarray, noise: str, scale: str, e: np.ndarray, numbers: Iterator[float]) -> np.ndarray:
    x = x + t[f"{noise}/noise_weight"] * np.array([next(numbers) for _ in x])[:, None]
    x = x / (x.std(axis=0) + 1e-5) * _convolution(t, e, scale)
    return x / (1 + np.exp(-x))


def _convolution(t: Tensors, x: np.ndarray, name: str) -> np.ndarray:
    kernel = t[f"{name}/kernel"]
    before = (len(kernel) - 1) // 2
    padded = np.pad(x, ((before, len(kernel) - 1 - before), (0, 0)))
    return sum(padded[k : k + len(x)] @ kernel[k] for k in range(len(kernel))) + t[f"{name}/bias"]


def _transposed(t: Tensors, x: np.ndarray, name: str) -> np.ndarray:
    kernel = t[f"{name}/kernel"]  # (4, out, in)
    long = np.zeros((2 * len(x) + 2, kernel.shape[1]))
    for i, row in enumerate(x):
        long[2 * i : 2 * i + 4] += kernel @ row
    return long[1:-1] + t[f"{name}/bias"]


def _shuffle(x: np.ndarray) -> np.ndarray:
    out = np.empty((2 * len(x), x.shape[1] // 2))
    for j in range(2):
        out[j::2] = x[:, j::2]
    return out
