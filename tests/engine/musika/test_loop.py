"""Loops on signals that are known: where the end goes over into the lead, and how loud that is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from engine.musika.loop import crossfade, cut, fade_frames, one_turn

FADE = fade_frames(10**6)


def noise(frames: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((frames, 2)).astype(np.float32)


def pieces(wave: np.ndarray, size: int) -> Iterator[np.ndarray]:
    yield from (wave[i : i + size] for i in range(0, len(wave), size))


@pytest.mark.parametrize("size", [1000, 4097, 70_000])
def test_a_turn_ends_in_what_leads_to_its_beginning(size: int) -> None:
    turn_frames = 50_001
    sound = noise(FADE + turn_frames + 3000)

    turn = np.concatenate(list(one_turn(pieces(sound, size), turn_frames)))

    assert turn.shape == (turn_frames, 2)
    np.testing.assert_array_equal(turn[:-FADE], sound[FADE:turn_frames])
    np.testing.assert_allclose(turn[-1], sound[FADE - 1], atol=2e-3)
    np.testing.assert_allclose(turn[-FADE], sound[turn_frames], atol=2e-3)


def test_a_periodic_sound_is_its_own_loop() -> None:
    period, turns = 6300, 7
    sine = np.sin(2 * np.pi * np.arange(-FADE, turns * period) / period)
    sound = np.stack([sine, -sine], axis=1).astype(np.float32)

    turn = np.concatenate(list(one_turn([sound], turns * period)))

    np.testing.assert_allclose(turn, sound[FADE:], atol=1e-5)


@pytest.mark.parametrize("turn_frames", [1, 2, 3, 101])
def test_short_turns_have_short_crossfades(turn_frames: int) -> None:
    fade = fade_frames(turn_frames)
    assert fade <= turn_frames / 2

    assert sum(map(len, one_turn([noise(fade + turn_frames)], turn_frames))) == turn_frames


def test_the_power_stays_whether_two_sounds_are_alike_or_not() -> None:
    one, other = noise(40_000), noise(40_000, seed=1)

    for coming in (other, one, (one + other) / np.sqrt(2)):
        parts = np.split(crossfade(one, coming.astype(np.float32)), 8)
        levels_db = [10 * np.log10(np.mean(np.square(part))) for part in parts]
        assert np.abs(levels_db).max() < 0.3


def test_silence_is_crossed_with_silence() -> None:
    assert not crossfade(np.zeros((10, 2), np.float32), np.zeros((10, 2), np.float32)).any()


def test_cut_takes_what_it_is_asked_for_and_no_more_blocks() -> None:
    sound = noise(1000)
    asked = []

    def blocks() -> Iterator[np.ndarray]:
        for block in pieces(sound, 100):
            asked.append(len(block))
            yield block

    np.testing.assert_array_equal(np.concatenate(list(cut(blocks(), 250, 200))), sound[250:450])
    assert len(asked) == 5
    np.testing.assert_array_equal(np.concatenate(list(cut(pieces(sound, 7), 33))), sound[33:])
