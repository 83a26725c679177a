"""Previews: where they are, what they look like, how much of them is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.audio.spectrogram import BINS, bin_frequencies_hz
from engine.errors import AudioFileError
from engine.models import preview
from engine.models.card import ModelCard, load_card, write_card
from engine.models.preview import (
    PICTURE_COLUMNS,
    PREVIEW_FILE,
    preview_blocks,
    preview_of,
    preview_picture,
    write_sound,
)


def sine(frequency_hz: float, duration_s: float) -> Wave:
    t_s = np.arange(round(duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return np.repeat(0.5 * np.sin(2 * np.pi * frequency_hz * t_s), 2).reshape(-1, 2).astype(np.float32)


def test_a_card_says_whether_there_is_one(tmp_path: Path) -> None:
    card = ModelCard(name="band", title="Band", kind="generator")
    assert preview_of(write_card(card, tmp_path)) is None
    write_sound(tmp_path / PREVIEW_FILE, sine(440.0, 0.1))
    write_card(card, tmp_path)
    assert preview_of(load_card(tmp_path)) == tmp_path / PREVIEW_FILE


def test_the_picture_shows_when_and_how_high(tmp_path: Path) -> None:
    low, high = sine(200.0, 2.0), sine(4000.0, 2.0)
    write_sound(tmp_path / PREVIEW_FILE, np.concatenate([low, high]))
    picture = preview_picture(tmp_path / PREVIEW_FILE)
    assert picture.shape == (PICTURE_COLUMNS, BINS)
    frequencies_hz = bin_frequencies_hz()
    loudest_hz = frequencies_hz[picture.argmax(axis=1)]
    assert loudest_hz[PICTURE_COLUMNS // 4] == pytest.approx(200.0, rel=0.1)
    assert loudest_hz[3 * PICTURE_COLUMNS // 4] == pytest.approx(4000.0, rel=0.05)


def test_one_of_a_moment_has_a_picture_too(tmp_path: Path) -> None:
    write_sound(tmp_path / PREVIEW_FILE, sine(440.0, 0.001))
    assert preview_picture(tmp_path / PREVIEW_FILE).shape == (1, BINS)


def test_only_so_much_of_a_long_one_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "LONGEST_S", 2.5)
    write_sound(tmp_path / PREVIEW_FILE, np.concatenate([sine(200.0, 2.5), sine(4000.0, 2.0)]))
    assert sum(map(len, preview_blocks(tmp_path / PREVIEW_FILE))) == round(2.5 * SAMPLE_RATE_HZ)
    picture = preview_picture(tmp_path / PREVIEW_FILE)
    assert bin_frequencies_hz()[picture.argmax(axis=1)].max() < 250.0


def test_what_is_no_audio_is_refused(tmp_path: Path) -> None:
    (tmp_path / PREVIEW_FILE).write_bytes(b"no sound at all")
    with pytest.raises(AudioFileError):
        preview_picture(tmp_path / PREVIEW_FILE)
