"""The picture of a take: right place, right level, bounded memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.audio.picture import colour_table, save_picture
from engine.audio.spectrogram import BINS, CEILING_DB, FLOOR_DB, Spectrogram, bin_frequencies_hz


def sine(frames: int, hz: float, amplitude: float) -> np.ndarray:
    wave = amplitude * np.sin(2 * np.pi * hz * np.arange(frames) / 44_100)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def level_db(levels: np.ndarray) -> float:
    return float(levels.max()) / 255 * (CEILING_DB - FLOOR_DB) + FLOOR_DB


@pytest.mark.parametrize("hz", [60.0, 440.0, 5_000.0, 15_000.0])
def test_a_sine_stands_at_its_frequency_with_its_level(hz: float) -> None:
    spectrogram = Spectrogram(44_100)
    spectrogram.push(sine(44_100, hz, 10 ** (-40 / 20)))
    column = spectrogram.levels[20]
    found_hz = bin_frequencies_hz()[np.flatnonzero(column == column.max()).mean().round().astype(int)]
    assert abs(np.log2(found_hz / hz)) < 1.5 / 12
    assert abs(level_db(column) + 40) < 1.5


@pytest.mark.parametrize("planned", [44_100, 44_100 * 60, None])
def test_columns_cover_the_whole_take_however_it_is_pushed(planned: int | None) -> None:
    frames = planned or 44_100 * 200
    wave = sine(frames, 1_000, 0.05)
    pieces, whole = Spectrogram(planned, 512), Spectrogram(planned, 512)
    for start in range(0, frames, 30_011):
        pieces.push(wave[start : start + 30_011])
    whole.push(wave)
    for spectrogram in (pieces, whole):
        spectrogram.finish()
        assert len(spectrogram.levels) <= 512
        covered = len(spectrogram.levels) * spectrogram.column_frames
        assert frames <= covered < frames + 2 * spectrogram.column_frames
    np.testing.assert_array_equal(pieces.levels, whole.levels)


def test_a_hit_is_not_lost_when_columns_are_joined() -> None:
    wave = np.zeros((44_100 * 60, 2), np.float32)
    wave[44_100 * 30 : 44_100 * 30 + 200] = 0.5
    spectrogram = Spectrogram(None, 64)
    spectrogram.push(wave)
    loudest = spectrogram.levels.max(1)
    hit = 44_100 * 30 // spectrogram.column_frames
    assert loudest[hit - 1 : hit + 2].max() > 100
    assert np.delete(loudest, [hit - 1, hit, hit + 1]).max() == 0


def test_the_picture_holds_the_levels_in_the_colours_given(tmp_path: Path) -> None:
    levels = np.zeros((100, BINS), np.uint8)
    levels[50:] = 255
    save_picture(tmp_path / "spectrogram.png", levels, duration_s=10.0, stops=["#000000", "#ff0000"])
    pixels = np.asarray(Image.open(tmp_path / "spectrogram.png"))
    height, width = pixels.shape[:2]
    assert tuple(pixels[height // 2, width // 4]) == (0, 0, 0)
    assert tuple(pixels[height // 2, width * 3 // 4]) == (255, 0, 0)
    np.testing.assert_array_equal(colour_table(["#000000", "#ff0000"])[[0, 255]], [[0, 0, 0], [255, 0, 0]])
