"""The studio with real networks, as small as can be: takes of journeys, loops, and the radio."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import ModelError, UsageError
from engine.gate import Cancelled, Gate
from engine.models.catalogue import Catalogue
from engine.musika.journey import Journey
from engine.studio import LONGEST_S, Studio, frames_of
from engine.takes.making import MARGIN_FRAMES
from engine.takes.seam import FADE_FRAMES
from engine.takes.take import Take
from tests.tiny_models import write_tiny_models

STEMS = ("drums", "bass", "other", "vocals")
JOURNEY = Journey(style=3, variation=4)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    models = tmp_path_factory.mktemp("models")
    write_tiny_models(models)
    studio = Studio(Catalogue([models]))
    studio.warm_up("tiny-band", "tiny-splitter")
    return studio


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "take"


class Ear:
    """A listener who is where we say."""

    def __init__(self) -> None:
        self.read_frame = self.heard_frame = 0
        self.playing = True


@pytest.fixture
def ear() -> Ear:
    return Ear()


def made(take: Take, work: Iterator[object]) -> Take:
    for _ in work:
        pass
    return take


def test_a_journey_makes_a_take_and_can_be_read_in_it(studio: Studio, folder: Path) -> None:
    journey = JOURNEY.morphing(0.5, 9, 1.0)
    take = made(*studio.generate(folder, "tiny-band", journey, length_s=2.5, separator="tiny-splitter"))
    frames = round(2.5 * SAMPLE_RATE_HZ)
    blocks = studio.musika("tiny-band").stream(journey, frames)
    np.testing.assert_array_equal(take.read_mix(0, frames + 1), np.concatenate(list(blocks)))
    assert (take.stem_names, take.stem_frames, take.finished) == (STEMS, frames, True)
    assert Journey.from_json(take.recipe["journey"]) == journey
    assert (take.recipe["model"], take.recipe["separator"], take.recipe["length_s"]) == (
        "tiny-band",
        "tiny-splitter",
        2.5,
    )
    take.close()


def test_a_loop_has_its_own_length_and_its_stems_meet(studio: Studio, folder: Path) -> None:
    frames = 3 * SAMPLE_RATE_HZ
    take = made(*studio.generate(folder, "tiny-band", JOURNEY.looping(frames), separator="tiny-splitter"))
    assert take.mix_frames == take.stem_frames == frames
    turn = take.read_stems(0, frames)
    steps = np.abs(np.diff(np.concatenate([turn, turn[:1]]), axis=0)).max(axis=(1, 2))
    assert steps[-1] <= np.quantile(steps, 0.999)
    take.close()


def test_models_are_loaded_once(studio: Studio) -> None:
    before = studio.musika("tiny-band"), studio.separator("tiny-splitter")
    studio.warm_up("tiny-band", "tiny-splitter")
    assert (studio.musika("tiny-band"), studio.separator("tiny-splitter")) == before
    with pytest.raises(ModelError, match="no-band"):
        studio.warm_up("no-band")


@pytest.mark.parametrize("length_s", [0.0, -1.0, float("nan"), LONGEST_S + 1, None])
def test_impossible_lengths_are_refused(length_s: float | None) -> None:
    with pytest.raises(UsageError, match="length"):
        frames_of(length_s)


def test_the_gate_ends_a_take_in_the_middle_of_a_network(studio: Studio, folder: Path) -> None:
    gate = Gate()
    take, work = studio.generate(folder, "tiny-band", JOURNEY, length_s=20.0, separator="tiny-splitter", gate=gate)
    for progress in work:
        if progress.separated_frames:
            break
    gate.cancel()
    with pytest.raises(Cancelled):
        next(work)
    assert not take.finished
    assert sorted(os.listdir(folder)) == ["mix.f32", "stems.f32", "take.json"]
    take.close()
    again = Take.open(folder)
    assert again.mix_frames == take.mix_frames
    again.close()


def test_the_radio_goes_over_to_other_pieces_without_a_click(studio: Studio, folder: Path, ear: Ear) -> None:
    radio = studio.radio(folder, "tiny-band", JOURNEY, separator="tiny-splitter", listener=ear, kept_s=60)
    work = radio.work()

    def go_on() -> None:
        enough = ear.read_frame + 6 * SAMPLE_RATE_HZ
        next(progress for progress in work if progress.separated_frames >= enough)

    go_on()
    faded = []
    for wish in (
        lambda: radio.skip(Journey(style=50, variation=51)),
        lambda: radio.steer(lambda journey, at_s: journey.truncated(at_s, 3.0)),
        radio.more_like_this,
    ):
        ear.read_frame = ear.heard_frame = ear.read_frame + 2 * SAMPLE_RATE_HZ
        seam = ear.read_frame + MARGIN_FRAMES
        old = radio.take.read_mix(seam, FADE_FRAMES)
        wish()
        next(work)
        go_on()
        piece = radio.piece_at(seam)
        blocks = studio.musika(piece.model).stream(piece.journey, FADE_FRAMES, piece.journey_frame)
        faded.append((seam, old, np.concatenate(list(blocks))))
    assert [piece["from_frame"] for piece in radio.take.recipe["pieces"]] == [0, *(seam for seam, _, _ in faded)]
    for seam, old, new in faded:
        mix = radio.take.read_mix(seam - 1, FADE_FRAMES + 2)
        assert largest_step(mix) <= 1.42 * max(largest_step(old), largest_step(new))
        for powers in zip(*(quarters(wave) for wave in (mix[1:-1], old, new)), strict=True):
            assert 0.5 * min(powers[1:]) <= powers[0] <= 1.5 * max(powers[1:])
        assert radio.take.stems_end(seam) >= seam + FADE_FRAMES
    assert radio.take.stem_frames > seam + 3 * SAMPLE_RATE_HZ
    radio.take.close()


def largest_step(wave: np.ndarray) -> float:
    return float(np.abs(np.diff(wave, axis=0)).max())


def quarters(wave: np.ndarray) -> list[float]:
    """The power of each quarter."""
    return [float(np.square(part).mean()) for part in np.array_split(wave, 4)]


def test_a_loop_is_no_radio_and_leaves_nothing(studio: Studio, folder: Path) -> None:
    with pytest.raises(UsageError, match="loop"):
        studio.radio(folder, "tiny-band", JOURNEY.looping(44_100))
    assert not folder.exists()
