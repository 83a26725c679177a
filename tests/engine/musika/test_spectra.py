"""Spectra on known signals, and the inverse transform as a stream."""

from __future__ import annotations

import numpy as np
import pytest

from engine.musika.spectra import InverseStft, level, stft

HOP = 64
SIZE = 4 * HOP


def noise(samples: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((2, samples), dtype=np.float32) * np.float32(0.1)


def test_a_full_scale_sine_has_the_level_of_half_the_windows_sum() -> None:
    cycles = 10
    sine = np.sin(2 * np.pi * cycles * np.arange(5 * SIZE) / SIZE).astype(np.float32)

    levels = level(stft(sine[None], HOP))

    assert levels.shape == (1, 4 * 4 + 1, 2 * HOP + 1)
    # The window sums to 2 · hop, a sine of amplitude 1 has half of that: hop.
    np.testing.assert_allclose(levels[0, :, cycles], (20 * np.log10(HOP) + 25) / 75, atol=1e-5)


def test_silence_has_the_lowest_level() -> None:
    np.testing.assert_allclose(level(stft(np.zeros((1, SIZE), np.float32), HOP)), -1, atol=1e-6)


def test_the_inverse_gives_the_sound_back() -> None:
    sound = noise(30 * HOP)
    inverse = InverseStft(HOP, 2)

    back = np.concatenate([inverse.push(stft(sound, HOP)), inverse.flush()], axis=1)

    assert back.shape == sound.shape
    inner = slice(3 * HOP, -3 * HOP)
    np.testing.assert_allclose(back[:, inner], sound[:, inner], atol=1e-6)


def test_pieces_give_the_same_sound_as_one_piece() -> None:
    spectra = stft(noise(40 * HOP), HOP)
    whole, pieces = InverseStft(HOP, 2), InverseStft(HOP, 2)

    one = np.concatenate([whole.push(spectra), whole.flush()], axis=1)
    cuts = np.split(spectra, [1, 2, 5, 5, 20], axis=1)
    many = np.concatenate([*(pieces.push(piece) for piece in cuts), pieces.flush()], axis=1)

    np.testing.assert_allclose(many, one, atol=1e-7)


def test_nothing_is_left_after_a_flush() -> None:
    inverse = InverseStft(HOP, 1)
    inverse.push(stft(noise(10 * HOP)[:1], HOP))
    inverse.flush()

    assert not inverse.flush().any()


@pytest.mark.parametrize(
    ("samples", "frames"), [(0, 0), (SIZE - 1, 0), (SIZE, 1), (SIZE + HOP - 1, 1), (SIZE + HOP, 2)]
)
def test_only_whole_frames_count(samples: int, frames: int) -> None:
    assert stft(noise(samples), HOP).shape == (2, frames, 2 * HOP + 1)
