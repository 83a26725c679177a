"""The radio: endless, steered while it plays; and whatever the hand does, nothing clicks and nothing is missing."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import ModelError, StudioError, UsageError
from engine.gate import OPEN, Cancelled, Gate, Passage
from engine.musika.journey import Journey
from engine.radio import Piece, Radio
from engine.takes.keeping import keep
from engine.takes.making import MARGIN_FRAMES
from engine.takes.roles import Progress, Separates
from engine.takes.seam import FADE_FRAMES
from engine.takes.take import Stems, Take

BLOCK_FRAMES = 20_000
FIRST = Journey(style=1, variation=1)


@cache
def table(model: str, style: int) -> np.ndarray:
    """Ten seconds of noise below 300 Hz, of an RMS of 0.1, whose end meets its beginning: no click can hide in it."""
    frames = 10 * SAMPLE_RATE_HZ
    spectrum = np.random.default_rng((style, *model.encode())).standard_normal((frames // 2 + 1, 2)).astype(complex)
    spectrum[np.fft.rfftfreq(frames, 1 / SAMPLE_RATE_HZ) > 300] = 0
    wave = np.fft.irfft(spectrum, frames, axis=0)
    return (0.1 * wave / wave.std()).astype(np.float32)


def sound(model: str, style: object, start: int, frames: int) -> np.ndarray:
    """What a band plays from a frame of its journey on."""
    return np.take(table(model, hash(style) % 6), np.arange(start, start + frames), axis=0, mode="wrap")


class Band:
    """A generator: each model and style has its own sound, which is the same however it is entered."""

    def __init__(self, name: str, work: Callable[[], None] = lambda: None) -> None:
        self.name = name
        self.work = work

    def stream(self, journey: Journey, frames: int | None = None, start_frame: int = 0) -> Iterator[np.ndarray]:
        for start in itertools.count(start_frame, BLOCK_FRAMES):
            self.work()
            yield sound(self.name, journey.style, start, BLOCK_FRAMES)


class Halver:
    """A separator whose stems are halves of the mix, 50 000 frames at a time; for each it passes its gate 20 times."""

    stem_names = ("low", "high")

    def __init__(self, work: Callable[[], None] = lambda: None) -> None:
        self.work = work

    def stream(self, blocks: Iterable[np.ndarray], gate: Passage = OPEN, *, soon: bool = False) -> Iterator[Stems]:
        pending = np.zeros((0, 2), np.float32)
        for block in blocks:
            pending = np.concatenate([pending, block])
            while len(pending) >= 50_000:
                for _ in range(20):
                    self.work()
                    gate.go_through()
                yield np.stack([pending[:50_000] / 2] * 2, 1)
                pending = pending[50_000:]


class Ear:
    """A listener for whom time passes when somebody computes; it remembers what it has heard."""

    def __init__(self) -> None:
        self.take: Take | None = None
        self.read_frame = self.heard_frame = 0
        self.playing = True
        self.heard: list[np.ndarray] = []
        self.waited_frames = 0
        self.waits: set[int] = set()
        self.meanwhile: Callable[[int], None] = lambda frames: None

    def listen(self, frames: int) -> None:
        """Let so much time pass."""
        assert self.take
        begin = self.read_frame
        self.read_frame = begin + frames  # said before it is read, as every listener does
        read = self.take.read_mix(begin, frames)
        self.heard.append(read)
        if len(read) < frames:
            self.waited_frames += frames - len(read)
            self.waits.add(begin + len(read))
        self.read_frame = self.heard_frame = begin + len(read)
        self.meanwhile(frames)


@pytest.fixture
def ear() -> Ear:
    return Ear()


OnAir = Callable[..., Radio]


@pytest.fixture
def on_air(tmp_path: Path, ear: Ear) -> Iterator[OnAir]:
    """`on_air(load=Band, separator=Halver(), **options)`: a radio of the model "one", heard by the ear."""

    def begin(load: Callable[[str], Band] = Band, separator: Separates | None = None, **options: Any) -> Radio:
        take = ear.take = Take.create(tmp_path / "take", stem_names=Halver.stem_names, kept_frames=40 * SAMPLE_RATE_HZ)
        return Radio(take, Piece("one", FIRST), load, separator or Halver(), ear, **options)

    yield begin
    if ear.take:
        ear.take.close()


def until_rest(work: Iterator[Progress]) -> Progress:
    """Go on until enough exists for now."""
    return next(progress for progress in work if progress.resting)


def largest_step(wave: np.ndarray) -> float:
    return float(np.abs(np.diff(wave, axis=0)).max())


def levels_db(wave: np.ndarray) -> np.ndarray:
    """RMS of every quarter of a second."""
    parts = wave[: len(wave) // 11_025 * 11_025].reshape(-1, 11_025 * 2)
    return 10 * np.log10(np.square(parts).mean(axis=1))


def test_it_rests_when_enough_is_there_and_goes_on_when_it_is_heard(on_air: OnAir, ear: Ear) -> None:
    radio = on_air(lead_s=15)
    work = radio.work()
    for _ in range(4):
        progress = until_rest(work)
        assert 15 * SAMPLE_RATE_HZ <= progress.made_frames - ear.read_frame < 15 * SAMPLE_RATE_HZ + BLOCK_FRAMES
        assert progress.planned_frames is None
        ear.listen(12 * SAMPLE_RATE_HZ)
    assert ear.waited_frames == 0
    np.testing.assert_array_equal(np.concatenate(ear.heard), sound("one", 1, 0, 48 * SAMPLE_RATE_HZ))
    assert radio.take.first_frame > 0


def test_a_skip_is_heard_after_the_margin_with_a_crossfade(on_air: OnAir, ear: Ear) -> None:
    radio = on_air()
    work = radio.work()
    until_rest(work)
    ear.listen(100_000)
    radio.skip(Journey(style=2, variation=2))
    next(work)
    seam = 100_000 + MARGIN_FRAMES
    piece = radio.piece_at(seam)
    assert (piece.journey.style, piece.from_frame, piece.journey_frame) == (2, seam, 0)
    assert radio.piece_at(seam - 1).journey == FIRST
    mix = radio.take.read_mix(0, seam + FADE_FRAMES + 1_000)
    np.testing.assert_array_equal(mix[:seam], sound("one", 1, 0, seam))
    np.testing.assert_array_equal(mix[seam + FADE_FRAMES :], sound("one", 2, FADE_FRAMES, 1_000))
    assert largest_step(mix[seam - 1_000 :]) <= 1.05 * largest_step(table("one", 1))
    assert levels_db(mix) == pytest.approx(np.full(len(levels_db(mix)), -20), abs=1.5)


def test_stems_fade_out_at_a_skip_and_those_of_the_new_piece_follow(on_air: OnAir, ear: Ear) -> None:
    radio = on_air()
    work = radio.work()
    until_rest(work)
    ear.listen(100_000)
    radio.skip(Journey(style=2, variation=2))
    next(work)
    ear.listen(20_000)  # into the crossfade
    until_rest(work)
    take, seam = radio.take, 100_000 + MARGIN_FRAMES
    end = seam + FADE_FRAMES
    assert (take.stems_end(0), take.stems_from(end)) == (end, end + 1)  # readers cross over there
    stems = take.read_stems(0, end + 50_000)
    np.testing.assert_array_equal(stems[:seam, 0], sound("one", 1, 0, seam) / 2)
    np.testing.assert_array_equal(stems[end + 1 :, 1], sound("one", 2, FADE_FRAMES + 1, 50_000 - 1) / 2)
    fading = np.concatenate([stems[seam - 1 : end, 0], np.zeros((1, 2))])
    assert largest_step(fading) <= largest_step(table("one", 1)) / 2
    assert levels_db(stems[seam:end, 0])[-1] < -35


@pytest.mark.parametrize("listens", [False, True])
def test_pieces_follow_each_other_by_themselves(on_air: OnAir, ear: Ear, listens: bool) -> None:
    radio = on_air(piece_s=12.0)
    work = radio.work()
    for _ in range(40):
        until_rest(work)
        ear.listen(SAMPLE_RATE_HZ if listens else 0)
    if not listens:
        assert len({radio.piece_at(frame).journey for frame in range(radio.take.mix_frames)[::10_000]}) == 1
        return
    assert ear.waited_frames == 0
    pieces = [piece["from_frame"] for piece in radio.take.recipe["pieces"]]
    assert pieces[-3:] == [24 * SAMPLE_RATE_HZ, 36 * SAMPLE_RATE_HZ, 48 * SAMPLE_RATE_HZ]
    heard = np.concatenate(ear.heard)
    assert largest_step(heard) <= 1.4 * largest_step(table("one", 1))
    first, end = radio.take.first_frame, 40 * SAMPLE_RATE_HZ
    assert radio.take.stems_end(first) > end  # mix and stems were crossfaded alike, without a gap
    stems = radio.take.read_stems(first, end - first)[:, 0]
    np.testing.assert_allclose(stems, radio.take.read_mix(first, end - first) / 2, atol=1e-6)


def test_steering_keeps_the_time_and_what_stays_the_same_does_not_change_at_all(on_air: OnAir, ear: Ear) -> None:
    radio = on_air()
    work = radio.work()
    until_rest(work)
    times_s = []
    for _ in range(5):
        ear.listen(60_000)
        radio.steer(lambda journey, at_s: times_s.append(at_s) or journey.drifting(at_s, 0.5))  # type: ignore[func-returns-value]
        until_rest(work)
    seam = ear.read_frame + MARGIN_FRAMES
    assert times_s[-1] == pytest.approx(seam / SAMPLE_RATE_HZ)
    piece = radio.piece_at(seam)
    assert (piece.from_frame, piece.journey_frame, len(piece.journey.drifts)) == (seam, seam, 5)
    mix = radio.take.read_mix(0, 400_000)
    np.testing.assert_allclose(mix, sound("one", 1, 0, 400_000), atol=1e-6)


def test_more_like_this_keeps_the_style(on_air: OnAir, ear: Ear) -> None:
    radio = on_air()
    work = radio.work()
    until_rest(work)
    radio.more_like_this()
    next(work)
    journey = radio.piece_at(radio.take.mix_frames).journey
    assert journey.style == FIRST.style
    assert journey.variation != FIRST.variation
    radio.skip()
    next(work)
    assert radio.piece_at(radio.take.mix_frames).journey.style != FIRST.style


def test_another_model_goes_on_with_the_journey(on_air: OnAir, ear: Ear) -> None:
    loaded: list[str] = []

    def load(name: str) -> Band:
        if name not in loaded:
            loaded.append(name)
        if name == "none":
            raise ModelError("There is no model “none”.")
        return Band(name)

    radio = on_air(load)
    work = radio.work()
    until_rest(work)
    ear.listen(50_000)
    radio.change_model("two")
    until_rest(work)
    seam = 50_000 + MARGIN_FRAMES
    new = radio.take.read_mix(seam + FADE_FRAMES, 10_000)
    np.testing.assert_array_equal(new, sound("two", 1, seam + FADE_FRAMES, 10_000))
    radio.change_model("none")
    problem = next(work).problem
    assert str(problem) == "There is no model “none”."
    ear.listen(100_000)
    until_rest(work)
    assert radio.piece_at(radio.take.mix_frames).model == "two"
    end = radio.take.mix_frames - 1_000
    np.testing.assert_array_equal(radio.take.read_mix(end, 1_000), sound("two", 1, end, 1_000))
    radio.skip()
    assert next(work).problem is None
    assert loaded == ["one", "two", "none"]


def test_wishes_made_together_are_granted_together(on_air: OnAir, ear: Ear) -> None:
    radio = on_air()
    work = radio.work()
    until_rest(work)
    made = radio.take.mix_frames
    radio.skip(Journey(style=2, variation=2))
    for value in (0.1, 0.2, 0.3):
        radio.steer(lambda journey, at_s, value=value: journey.drifting(at_s, value))
    radio.change_model("two")
    next(work)
    piece = radio.piece_at(made)
    assert (piece.model, piece.journey.style, piece.journey.drift_at(0)) == ("two", 2, 0.3)
    assert len(radio.take.recipe["pieces"]) == 2


def test_a_wish_breaks_off_what_the_separator_does(on_air: OnAir, ear: Ear) -> None:
    passes: list[int] = []

    def work_of_separator() -> None:
        passes.append(len(radio.take.recipe["pieces"]))
        if len(passes) == 30:
            radio.skip()

    radio = on_air(separator=Halver(work_of_separator))
    until_rest(radio.work())
    assert passes.index(2) == 30


@pytest.mark.parametrize(("band_speed", "separator_speed"), [(30, 3), (3, 0.5), (1.3, 0.3)])
def test_whatever_the_hand_does_nothing_clicks(
    on_air: OnAir, ear: Ear, band_speed: float, separator_speed: float
) -> None:
    """Wishes at random moments, on machines fast and slow: all that is heard is smooth and as loud as ever."""
    generator = np.random.default_rng(4)

    def load(name: str) -> Band:
        return Band(name, lambda: ear.listen(round(BLOCK_FRAMES / band_speed)))

    separator = Halver(lambda: ear.listen(round(50_000 / 20 / separator_speed)))
    radio = on_air(load, separator=separator)
    work = radio.work()
    wishes: list[Callable[[], None]] = [
        lambda: radio.skip(Journey(style=int(generator.integers(50)), variation=0)),
        lambda: radio.steer(lambda journey, at_s: journey.drifting(at_s, 0.3)),
        lambda: radio.change_model(str(generator.choice(["one", "two"]))),
        radio.more_like_this,
    ]

    def wish_sometimes(frames: int) -> None:
        if generator.random() < frames / (3 * SAMPLE_RATE_HZ):
            wishes[generator.integers(len(wishes))]()

    ear.meanwhile = wish_sometimes
    while ear.read_frame < 90 * SAMPLE_RATE_HZ:
        if next(work).resting:
            ear.listen(5_000)
    heard = np.concatenate(ear.heard)
    pieces = np.split(heard, sorted(ear.waits))  # where it waited there was silence, into which a player fades
    loudest = max(largest_step(table(name, style)) for name in ("one", "two") for style in range(6))
    assert max(largest_step(piece) for piece in pieces if len(piece) > 1) <= 1.42 * loudest
    assert levels_db(heard).min() > -24
    if band_speed > 2:
        assert ear.waited_frames <= BLOCK_FRAMES
    assert len(radio.take.recipe["pieces"]) > 1


def test_a_player_in_another_thread_that_reads_in_bursts_hears_no_seam(on_air: OnAir, ear: Ear) -> None:
    """The handshake of cuts and reads, with real threads: as many wishes as can be granted, reads at any moment."""
    radio = on_air(piece_s=4.0)
    done = threading.Event()

    def read() -> None:
        random = np.random.default_rng(5)
        while not done.is_set():
            ear.listen(int(random.integers(1, 20_000)))
            done.wait(0.001)

    reader = threading.Thread(target=read)
    work = radio.work()
    until_rest(work)
    reader.start()
    try:
        for _ in range(150):
            radio.skip(Journey(style=len(ear.heard), variation=0))
            next(work)
    finally:
        done.set()
        reader.join()
    pieces = np.split(np.concatenate(ear.heard), sorted(ear.waits))
    loudest = max(largest_step(table("one", style)) for style in range(6))
    assert max(largest_step(piece) for piece in pieces if len(piece) > 1) <= 1.42 * loudest
    assert len(radio.take.recipe["pieces"]) > 20


def test_when_the_band_fails_what_exists_goes_on_and_the_next_piece_helps(on_air: OnAir, ear: Ear) -> None:
    blocks_left = iter(range(10))

    def work_of_band() -> None:
        if next(blocks_left, None) is None and not radio.take.recipe["pieces"][1:]:
            raise RuntimeError("no such kernel")

    radio = on_air(lambda name: Band(name, work_of_band))
    work = radio.work()
    progress = until_rest(work)
    assert isinstance(progress.problem, StudioError)
    assert progress.made_frames == 10 * BLOCK_FRAMES
    ear.listen(150_000)
    assert not radio.take.finished
    blocks_left = iter(range(1_000_000))
    radio.skip()
    assert until_rest(work).problem is None
    assert radio.take.mix_frames > ear.read_frame + 15 * SAMPLE_RATE_HZ


def test_when_the_separator_fails_the_mix_goes_on_and_the_next_piece_tries_again(on_air: OnAir, ear: Ear) -> None:
    fails = True

    def work_of_separator() -> None:
        if fails and radio.take.stem_frames >= 100_000:
            raise RuntimeError("not enough memory for 1 tensor")

    radio = on_air(separator=Halver(work_of_separator))
    work = radio.work()
    progress = until_rest(work)
    assert progress.problem is not None
    assert progress.separated_frames == 100_000
    for _ in range(3):
        ear.listen(10 * SAMPLE_RATE_HZ)
        until_rest(work)
    assert ear.waited_frames == 0
    fails = False
    radio.skip()
    assert until_rest(work).problem is None
    assert radio.take.stem_frames > ear.read_frame + 5 * SAMPLE_RATE_HZ


def test_what_just_sounded_is_kept_while_it_goes_on(on_air: OnAir, ear: Ear, tmp_path: Path) -> None:
    radio = on_air()
    work = radio.work()
    until_rest(work)
    ear.listen(5 * SAMPLE_RATE_HZ)
    radio.skip(Journey(style=2, variation=7))
    until_rest(work)
    ear.listen(5 * SAMPLE_RATE_HZ)
    copying = keep(radio.take, ear.heard_frame - 8 * SAMPLE_RATE_HZ, ear.heard_frame, tmp_path / "kept")
    for _ in copying:
        next(work)
    kept = Take.open(tmp_path / "kept")
    np.testing.assert_array_equal(kept.read_mix(0, 10**6), np.concatenate(ear.heard)[-8 * SAMPLE_RATE_HZ :])
    assert kept.stem_names == Halver.stem_names
    assert (kept.recipe["model"], Journey.from_json(kept.recipe["journey"])) == ("one", Journey(style=2, variation=7))
    assert len(kept.recipe["pieces"]) == 2
    kept.close()


def test_pieces_that_are_gone_are_forgotten(on_air: OnAir, ear: Ear) -> None:
    radio = on_air()
    work = radio.work()
    for _ in range(60):
        for _ in range(3):
            next(work)
        ear.listen(SAMPLE_RATE_HZ)
        radio.skip()
    assert radio.take.first_frame > 10 * SAMPLE_RATE_HZ
    assert len(radio.take.recipe["pieces"]) < 45


def test_a_cancelled_gate_ends_it(on_air: OnAir, ear: Ear) -> None:
    gate = Gate()
    radio = on_air(gate=gate, separator=Halver(lambda: radio.take.stem_frames and gate.cancel()))  # type: ignore[arg-type, return-value]
    with pytest.raises(Cancelled):
        until_rest(radio.work())
    assert not radio.take.finished
    assert radio.take.stem_frames == 50_000


def test_a_loop_is_no_radio(on_air: OnAir, ear: Ear) -> None:
    radio = on_air()
    with pytest.raises(UsageError, match="loop"):
        radio.skip(Journey.from_seed(1).looping(44_100))
    radio.steer(lambda journey, at_s: journey.looping(44_100, at_s))
    assert isinstance(next(radio.work()).problem, UsageError)
