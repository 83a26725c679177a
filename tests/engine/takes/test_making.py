"""How a take comes to be: what is needed soonest first, on machines fast and slow; progress, failures, cancelling."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import OutputError, StudioError
from engine.gate import OPEN, Cancelled, Gate, Passage
from engine.takes.making import (
    BROKEN_OFF,
    HEAD_START_FRAMES,
    NO_STEMS,
    STEMS_LEAD_FRAMES,
    Production,
    make_take,
)
from engine.takes.roles import Progress
from engine.takes.take import Stems, Take
from engine.takes.track_file import TrackFile

STEP_FRAMES = 50_000
PASSES = 20


class Halver:
    """A separator whose stems are halves of the mix, in steps of their own; each passes the gate PASSES times."""

    stem_names = ("low", "high")

    def __init__(self, work: Callable[[], None] = lambda: None, step_frames: int = STEP_FRAMES) -> None:
        self._work = work
        self._step_frames = step_frames

    def stream(self, blocks: Iterable[np.ndarray], gate: Passage = OPEN, *, soon: bool = False) -> Iterator[Stems]:
        pending = np.zeros((0, 2), np.float32)
        for block in blocks:
            pending = np.concatenate([pending, block])
            while len(pending) >= self._step_frames:
                yield self._halves(pending[: self._step_frames], gate)
                pending = pending[self._step_frames :]
        yield self._halves(pending, gate)

    def _halves(self, wave: np.ndarray, gate: Passage) -> Stems:
        for _ in range(PASSES):
            self._work()
            gate.go_through()
        return np.stack([wave / 2] * 2, 1)


class Ear:
    """A listener for whom time passes when somebody computes. It waits where the take ends, and notes how it fared."""

    def __init__(self, take: Take) -> None:
        self.take = take
        self.read_frame = self.heard_frame = 0
        self.playing = True
        self.waited_frames = 0
        self.with_stems = np.zeros(0, bool)

    def listen(self, frames: int) -> None:
        """Let so much time pass."""
        end = min(self.read_frame + frames, self.take.mix_frames)
        if end != self.take.planned_frames:
            self.waited_frames += frames - (end - self.read_frame)
        heard = [self.take.stems_end(frame) > frame for frame in range(self.read_frame, end, 100)]
        self.with_stems = np.append(self.with_stems, np.array(heard, bool))
        self.read_frame = self.heard_frame = end


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


# --- with a listener, on machines of all speeds ----------------------------------------------------------------------


def costing(wave: np.ndarray, ear: Ear, speed: float, size: int = 20_000) -> Iterator[np.ndarray]:
    """Blocks that take time to make: `speed` times as fast as real time."""
    for block in blocks_of(wave, size):
        ear.listen(round(len(block) / speed))
        yield block


def halver_costing(ear: Ear, speed: float, step_frames: int = STEP_FRAMES) -> Halver:
    return Halver(lambda: ear.listen(round(step_frames / PASSES / speed)), step_frames)


def start(folder: Path, **options: object) -> tuple[Take, Ear]:
    take = Take.create(folder / "take", stem_names=Halver.stem_names, **options)  # type: ignore[arg-type]
    return take, Ear(take)


def test_the_order_is_a_head_start_then_stems_then_the_mix_then_the_rest(tmp_path: Path) -> None:
    take, _ = start(tmp_path, planned_frames=30 * SAMPLE_RATE_HZ)
    seen = list(make_take(take, blocks_of(music(30 * SAMPLE_RATE_HZ)), Halver()))
    first_stems = next(p for p in seen if p.separated_frames)
    assert HEAD_START_FRAMES <= first_stems.made_frames <= HEAD_START_FRAMES + 20_000
    mix_goes_on = next(p for p in seen if p.separated_frames >= STEMS_LEAD_FRAMES)
    whole_mix = next(p for p in seen if p.made_frames == 30 * SAMPLE_RATE_HZ)
    assert mix_goes_on.separated_frames == whole_mix.separated_frames < STEMS_LEAD_FRAMES + STEP_FRAMES
    assert seen[-1].fraction == 1.0


def test_a_machine_that_is_fast_enough_keeps_everything_ahead_of_the_listener(tmp_path: Path) -> None:
    wave = music(60 * SAMPLE_RATE_HZ)
    take, ear = start(tmp_path, planned_frames=len(wave))
    for _ in make_take(take, costing(wave, ear, 50), halver_costing(ear, 3), ear):
        pass
    assert ear.waited_frames <= 20_000 / 50 + 1  # until the first block
    late = np.flatnonzero(~ear.with_stems)[-1] * 100
    assert late < 3 * SAMPLE_RATE_HZ
    assert take.stem_frames == len(wave)


def test_when_stems_are_slow_the_mix_plays_on_and_all_stems_are_made_in_the_end(tmp_path: Path) -> None:
    wave = music(40 * SAMPLE_RATE_HZ)
    take, ear = start(tmp_path, planned_frames=len(wave))
    for _ in make_take(take, costing(wave, ear, 20), halver_costing(ear, 0.2), ear):
        pass
    assert ear.waited_frames <= 1_001
    assert ear.read_frame == len(wave)
    assert ear.with_stems.mean() < 0.5
    np.testing.assert_array_equal(take.read_stems(0, len(wave)), np.stack([wave / 2] * 2, 1))


def test_in_an_endless_take_slow_stems_skip_ahead_and_the_mix_never_waits(tmp_path: Path) -> None:
    take, ear = start(tmp_path, kept_frames=60 * SAMPLE_RATE_HZ)
    wave = music(SAMPLE_RATE_HZ)
    blocks = costing(np.resize(wave, (200 * SAMPLE_RATE_HZ, 2)), ear, 20)
    production = Production(take, blocks, halver_costing(ear, 0.5, 200_000), ear, lead_frames=20 * SAMPLE_RATE_HZ)
    while ear.read_frame < 150 * SAMPLE_RATE_HZ:
        production.step()
    assert ear.waited_frames <= 1_001
    assert 0.35 < ear.with_stems[len(ear.with_stems) // 4 :].mean() < 0.5  # as often as the machine can
    behind_s = (ear.read_frame - take.next_stem_frame) / SAMPLE_RATE_HZ
    assert behind_s < 5


def test_only_a_mix_that_is_too_slow_makes_the_listener_wait(tmp_path: Path) -> None:
    wave = music(20 * SAMPLE_RATE_HZ)
    take, ear = start(tmp_path, planned_frames=len(wave))
    seen = list(make_take(take, costing(wave, ear, 0.8), halver_costing(ear, 5), ear))
    assert ear.waited_frames == pytest.approx(0.25 * len(wave), rel=0.1)
    whole = next(index for index, p in enumerate(seen) if p.made_frames == len(wave))
    assert seen[whole - 1].separated_frames == 0  # no time was given to stems while the mix was late
    assert take.stem_frames == len(wave)


def test_an_endless_production_rests_while_enough_is_there(tmp_path: Path) -> None:
    take, ear = start(tmp_path, kept_frames=60 * SAMPLE_RATE_HZ)
    wave = np.resize(music(SAMPLE_RATE_HZ), (100 * SAMPLE_RATE_HZ, 2))
    lead = 15 * SAMPLE_RATE_HZ
    production = Production(take, blocks_of(wave), Halver(), ear, lead_frames=lead)
    for _ in range(3):
        while not (progress := production.step()).resting:
            pass
        assert lead <= take.mix_frames - ear.read_frame < lead + 20_000
        assert STEMS_LEAD_FRAMES <= take.stem_frames - ear.read_frame < STEMS_LEAD_FRAMES + STEP_FRAMES
        assert production.step().resting
        assert take.mix_frames == progress.made_frames
        ear.listen(7 * SAMPLE_RATE_HZ)


# --- failures --------------------------------------------------------------------------------------------------------


class Fails(Halver):
    """A separator that fails at its third step."""

    def __init__(self) -> None:
        self._steps = itertools.count()
        super().__init__(self._work_or_fail)

    def _work_or_fail(self) -> None:
        if next(self._steps) >= 2 * PASSES:
            raise RuntimeError("not enough memory for 1 tensor")


def test_when_the_separator_fails_the_mix_goes_on_and_it_is_told(tmp_path: Path) -> None:
    take, _ = start(tmp_path)
    wave = music(20 * SAMPLE_RATE_HZ)
    seen: list[Progress] = []
    with pytest.raises(StudioError, match="goes on without stems") as raised:
        seen.extend(make_take(take, blocks_of(wave), Fails()))
    assert str(raised.value) == NO_STEMS
    assert isinstance(raised.value.__cause__, RuntimeError)
    first_told = next(progress for progress in seen if progress.problem)
    assert first_told.made_frames < len(wave)
    assert first_told.problem is raised.value
    assert (take.finished, take.mix_frames, take.stem_frames) == (True, len(wave), 2 * STEP_FRAMES)


def test_when_the_generator_fails_what_exists_is_finished_with_stems(tmp_path: Path) -> None:
    take, _ = start(tmp_path)
    wave = music(7 * SAMPLE_RATE_HZ)

    def breaking_off() -> Iterator[np.ndarray]:
        yield from blocks_of(wave)
        raise RuntimeError("no such kernel")

    with pytest.raises(StudioError) as raised:
        list(make_take(take, breaking_off(), Halver()))
    assert str(raised.value) == BROKEN_OFF
    assert (take.finished, take.mix_frames, take.stem_frames) == (True, len(wave), len(wave))


def test_a_sentence_that_is_there_is_kept(tmp_path: Path) -> None:
    take, _ = start(tmp_path)

    def refusing() -> Iterator[np.ndarray]:
        yield music(1_000)
        raise StudioError("The file ends in the middle.")

    with pytest.raises(StudioError, match=r"^The file ends in the middle\.$"):
        list(make_take(take, refusing(), None))
    assert take.finished


@pytest.mark.parametrize("steps", [1, 2 * PASSES + 3])
def test_a_cancelled_gate_ends_it_in_the_middle_of_a_separation(tmp_path: Path, steps: int) -> None:
    take, _ = start(tmp_path)
    gate, passed = Gate(), itertools.count()

    def cancel_sometime() -> None:
        if next(passed) == steps:
            gate.cancel()

    with pytest.raises(Cancelled):
        list(make_take(take, blocks_of(music(20 * SAMPLE_RATE_HZ)), Halver(cancel_sometime), gate=gate))
    assert take.stem_frames == steps // PASSES * STEP_FRAMES
    assert not take.finished
    assert next(passed) == steps + 1  # nothing was computed after that


def test_a_full_disk_ends_it_with_what_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take, _ = start(tmp_path)
    write = TrackFile.write

    def filling_up(track: TrackFile, begin: int, rows: np.ndarray) -> None:
        if begin >= 3 * SAMPLE_RATE_HZ:
            raise OutputError("The disk is full.")
        write(track, begin, rows)

    monkeypatch.setattr(TrackFile, "write", filling_up)
    with pytest.raises(OutputError, match="disk is full"):
        list(make_take(take, blocks_of(music(10 * SAMPLE_RATE_HZ)), Halver()))
    assert take.finished
    assert 3 * SAMPLE_RATE_HZ <= take.mix_frames < 3 * SAMPLE_RATE_HZ + 20_000
