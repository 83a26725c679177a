"""How a take comes to be: order, progress, cancelling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.takes.making import HEAD_START_FRAMES, make_take
from engine.takes.take import Stems, Take


class Halver:
    """A separator whose stems are halves of the mix, in steps of its own size."""

    stem_names = ("low", "high")

    def stream(self, blocks: Iterable[Wave]) -> Iterator[Stems]:
        pending = np.zeros((0, 2), np.float32)
        for block in blocks:
            pending = np.concatenate([pending, block])
            while len(pending) >= 50_000:
                yield np.stack([pending[:50_000] / 2] * 2, 1)
                pending = pending[50_000:]
        yield np.stack([pending / 2] * 2, 1)


def music(frames: int) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, (frames, 2)).astype(np.float32)


def blocks_of(wave: np.ndarray, size: int = 20_000) -> Iterator[np.ndarray]:
    return (wave[start : start + size] for start in range(0, len(wave), size))


def test_mix_and_stems_are_complete_and_progress_only_grows(tmp_path: Path) -> None:
    wave = music(10 * SAMPLE_RATE_HZ + 17)
    take = Take.create(tmp_path / "take", stem_names=Halver.stem_names, planned_frames=len(wave))
    seen = list(make_take(take, blocks_of(wave), Halver()))
    np.testing.assert_array_equal(take.read_mix(0, len(wave)), wave)
    np.testing.assert_array_equal(take.read_stems(0, len(wave)), np.stack([wave / 2] * 2, 1))
    assert take.finished
    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert seen[0].made_frames == 20_000
    assert seen[0].separated_frames == 0
    assert max(p.made_frames for p in seen if p.separated_frames == 0) >= HEAD_START_FRAMES


def test_a_take_shorter_than_the_head_start_is_separated_too(tmp_path: Path) -> None:
    wave = music(1_000)
    take = Take.create(tmp_path / "take", stem_names=Halver.stem_names, planned_frames=len(wave))
    *_, last = make_take(take, blocks_of(wave, 300), Halver())
    assert (last.made_frames, last.separated_frames) == (1_000, 1_000)


def test_without_a_separator_the_mix_is_the_take(tmp_path: Path) -> None:
    wave = music(70_000)
    take = Take.create(tmp_path / "take", planned_frames=len(wave))
    *_, last = make_take(take, blocks_of(wave), None)
    assert last.fraction == 1.0
    assert take.finished
    assert take.stem_frames == 0


def test_closing_the_work_cancels_and_keeps_what_exists(tmp_path: Path) -> None:
    wave = music(10 * SAMPLE_RATE_HZ)
    take = Take.create(tmp_path / "take", stem_names=Halver.stem_names, planned_frames=len(wave))
    work = make_take(take, blocks_of(wave), Halver())
    for _ in range(3):
        next(work)
    work.close()
    assert take.mix_frames == 60_000
    assert not take.finished
