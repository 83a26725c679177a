"""Seams: loudness stays, nothing steps, and a quick listener is never cut off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.seam import FADE_FRAMES, RESTORED_FRAMES, Crossfade, lay_seam
from engine.takes.take import Take


def noise(frames: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, (frames, 2)).astype(np.float32)


def power(wave: np.ndarray) -> np.ndarray:
    """Mean square in ten parts."""
    return np.array([float(np.square(part).mean()) for part in np.array_split(wave, 10)])


@pytest.mark.parametrize("likeness", [0.0, 0.5, 0.9, 1.0])
def test_power_stays_however_alike_the_two_are(likeness: float) -> None:
    old, other = noise(44_100, 1), noise(44_100, 2)
    new = (likeness * old + (1 - likeness**2) ** 0.5 * other).astype(np.float32)
    faded = Crossfade.between(old, new).fade(old, new)
    assert 10 * np.log10(power(faded) / 0.01) == pytest.approx(np.zeros(10), abs=0.25)


def test_what_is_the_same_does_not_change() -> None:
    wave = noise(20_000, 3)
    np.testing.assert_allclose(Crossfade.between(wave, wave).fade(wave, wave), wave, atol=1e-6)


def test_it_begins_with_the_old_and_ends_with_the_new() -> None:
    old, new = noise(44_100, 1), noise(44_100, 2)
    crossfade = Crossfade.between(old, new)
    assert crossfade.ending[[0, -1]] == pytest.approx([1, 0], abs=1e-4)
    assert crossfade.beginning[[0, -1]] == pytest.approx([0, 1], abs=1e-4)
    stems = np.stack([old, new], axis=1)
    np.testing.assert_allclose(crossfade.fade_out(stems)[:, 0], crossfade.fade_out(old))


@pytest.mark.parametrize("new", [np.zeros((100, 2), np.float32), -noise(100, 1)])
def test_silence_and_opposites_are_faded_as_strangers(new: np.ndarray) -> None:
    crossfade = Crossfade.between(noise(100, 1), new)
    np.testing.assert_allclose(crossfade.ending**2 + crossfade.beginning**2, 1, rtol=1e-5)


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """8 s of mix, 5 s of stems, in an endless take."""
    take = Take.create(tmp_path / "take", stem_names=("low", "high"), kept_frames=60 * SAMPLE_RATE_HZ)
    mix = noise(8 * SAMPLE_RATE_HZ, 5)
    take.append_mix(mix)
    take.append_stems(np.stack([mix / 2] * 2, axis=1)[: 5 * SAMPLE_RATE_HZ])
    return take


def test_old_stems_fade_out_with_the_mix(take: Take) -> None:
    frame, fresh = 2 * SAMPLE_RATE_HZ, noise(50_000, 6)
    old, old_stems = take.read_mix(frame, FADE_FRAMES), take.read_stems(frame, FADE_FRAMES)
    seam = lay_seam(take, frame, fresh, lambda: frame - 1)
    assert seam is not None
    assert take.mix_frames == frame + len(fresh)
    assert seam.end == frame + FADE_FRAMES == take.next_stem_frame == take.stems_end(0)
    faded = seam.crossfade.fade(old, fresh[:FADE_FRAMES])
    np.testing.assert_allclose(take.read_mix(frame, FADE_FRAMES), faded, atol=1e-6)
    np.testing.assert_array_equal(take.read_mix(seam.end, 10_000), fresh[FADE_FRAMES:])
    np.testing.assert_allclose(take.read_stems(frame, FADE_FRAMES), seam.crossfade.fade_out(old_stems), atol=1e-6)
    new_stems = np.stack([fresh[:FADE_FRAMES]] * 2, axis=1)
    np.testing.assert_allclose(seam.stems(new_stems), seam.crossfade.fade(old_stems, new_stems))


def test_stems_that_do_not_reach_through_the_crossfade_end_at_it(take: Take) -> None:
    frame = round(4.5 * SAMPLE_RATE_HZ)
    seam = lay_seam(take, frame, noise(50_000, 6), lambda: 0)
    assert seam is not None
    assert seam.old_stems is seam.stems(noise(1, 1)) is None
    assert (take.stem_frames, take.next_stem_frame) == (frame, seam.end)


def test_where_the_old_ends_soon_the_crossfade_is_as_short(take: Take) -> None:
    seam = lay_seam(take, take.mix_frames - 300, noise(1_000, 6), lambda: 0)
    assert seam is not None
    assert len(seam.fresh) == 300
    seam = lay_seam(take, take.mix_frames, noise(1_000, 7), lambda: 0)
    assert seam is not None
    assert len(seam.fresh) == 0


def test_a_listener_who_was_quicker_hears_what_was_there(take: Take) -> None:
    frame = 2 * SAMPLE_RATE_HZ
    mix, stems = take.read_mix(frame, RESTORED_FRAMES), take.read_stems(frame, RESTORED_FRAMES)
    assert lay_seam(take, frame, noise(50_000, 6), lambda: frame + 1) is None
    np.testing.assert_array_equal(take.read_mix(frame, RESTORED_FRAMES), mix)
    np.testing.assert_array_equal(take.read_stems(frame, RESTORED_FRAMES), stems)
    assert take.stems_end(0) == 5 * SAMPLE_RATE_HZ
