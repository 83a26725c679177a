"""Changed copies: what is drawn, what is heard, and that nothing is copied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.signal
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import UsageError
from engine.training.augmentation import LARGEST_SHIFT_FRAMES, LOUDEST_NOISE_DB, Augmentation, augment
from engine.training.changes import CROSSFADE_FRAMES
from engine.training.collection import Collection
from engine.training.recordings import Changes, Recording
from tests.engine.training.small_collection import collect

SECONDS = 13
HOUR = 3600 * SAMPLE_RATE_HZ
ALL = Augmentation(noise=0.7, cutmix=0.6, shift=0.5, speed=0.4, copies=2, seed=3)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """A tone of 441 Hz on the left and one of 2205 Hz on the right, so that it is heard which recording it is."""
    folder = tmp_path_factory.mktemp("tones")
    (folder / "songs").mkdir()
    time_s = np.arange(SECONDS * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    for name, hz, sides in (("a", 441, [1, 0]), ("b", 2205, [0, 1])):
        wave = 0.5 * np.cos(2 * np.pi * hz * time_s)[:, None] * sides
        soundfile.write(folder / "songs" / f"{name}.flac", wave, SAMPLE_RATE_HZ)
    return collect(folder / "songs", folder / "collection")


def heard(collection: Collection, recording: Recording) -> Wave:
    return np.concatenate(list(collection.blocks(recording)))


def changed(collection: Collection, **changes: Any) -> Wave:
    """What the first recording sounds like with such changes."""
    recording = replace(collection.recordings[0], changes=Changes(**changes))
    wave = heard(collection, recording)
    assert wave.shape == (recording.frames, 2)
    assert wave.dtype == np.float32
    return wave


def test_copies_stand_beside_the_recordings_and_no_audio_is_copied(collection: Collection, tmp_path: Path) -> None:
    augmented = augment(collection, tmp_path / "out", ALL)
    names = [recording.name for recording in augmented.recordings]
    assert names == ["a.flac", "b.flac", "a.flac (1)", "b.flac (1)", "a.flac (2)", "b.flac (2)"]
    assert list(augmented.recordings[:2]) == list(collection.recordings)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["collection.json", "recordings.jsonl"]
    assert augmented.hours == pytest.approx(3 * collection.hours, rel=0.1)
    assert len({recording.changes for recording in augmented.recordings}) == 5


def test_the_same_seed_makes_the_same_copies(collection: Collection, tmp_path: Path) -> None:
    for name, seed in (("one", 3), ("same", 3), ("other", 4)):
        augment(collection, tmp_path / name, replace(ALL, seed=seed))
    one, same, other = ((tmp_path / name / "recordings.jsonl").read_bytes() for name in ("one", "same", "other"))
    assert one == same != other
    again = Collection.open(tmp_path / "one")
    for recording in again.recordings[2:4]:
        np.testing.assert_array_equal(heard(again, recording), heard(again, recording))


@pytest.mark.parametrize("kind", ["noise", "cutmix", "shift", "speed"])
def test_each_change_is_made_alone_and_within_its_strength(collection: Collection, tmp_path: Path, kind: str) -> None:
    hours = [replace(recording, stop=HOUR) for recording in collection.recordings]  # nobody reads them
    augmented = augment(replace(collection, recordings=hours), tmp_path, Augmentation(**{kind: 0.5}, copies=40))
    drawn = [recording.changes for recording in augmented.recordings if recording.changes]
    assert len(drawn) == 80
    noise_db = [changes.noise_db for changes in drawn if changes.noise_db is not None]
    speeds, shifts = ([getattr(changes, name) for changes in drawn] for name in ("speed", "shift"))
    shares = [sum(last - first for first, last in changes.cuts) / HOUR for changes in drawn]
    if kind == "noise":
        assert LOUDEST_NOISE_DB - 26.1 < min(noise_db) < max(noise_db) < LOUDEST_NOISE_DB - 6
        assert {changes.pink for changes in drawn} == {False, True}
    else:
        assert not noise_db
    assert (0.97 <= min(speeds) < 0.98 < 1.02 < max(speeds) <= 1.03) if kind == "speed" else set(speeds) == {1}
    assert (0.4 < max(shifts) / LARGEST_SHIFT_FRAMES <= 0.5) if kind == "shift" else set(shifts) == {0}
    assert (0.24 < np.mean(shares) < 0.26) if kind == "cutmix" else set(shares) == {0}


def test_noise_has_its_level_and_colour(collection: Collection) -> None:
    clean = heard(collection, collection.recordings[0])
    for pink, slope_db in ((False, 0), (True, -3)):
        noise = changed(collection, noise_db=-40.0, pink=pink, seed=5) - clean
        assert 10 * np.log10(np.square(noise).mean()) == pytest.approx(-40, abs=0.3)
        assert abs(np.corrcoef(noise.T)[0, 1]) < 0.01
        hz, power = scipy.signal.welch(noise[:, 0], SAMPLE_RATE_HZ, nperseg=4096)
        octaves_db = [10 * np.log10(power[(hz >= low) & (hz < 2 * low)].mean()) for low in (200, 400, 800, 1600, 3200)]
        np.testing.assert_allclose(np.diff(octaves_db), slope_db, atol=0.6)


def test_a_cut_mix_is_the_other_recording_between_its_cuts(collection: Collection) -> None:
    cuts = ((100_000, 300_000), (400_000, 500_000))
    wave = changed(collection, other=collection.recordings[1], cuts=cuts)
    a, b = (heard(collection, recording) for recording in collection.recordings)
    for first, last, expected in ((0, 100_000, a), (300_000, 400_000, a), (500_000, len(a), a)):
        np.testing.assert_array_equal(wave[first:last], expected[first:last])
    for first, last in cuts:
        inside = slice(first + CROSSFADE_FRAMES, last - CROSSFADE_FRAMES)
        np.testing.assert_allclose(wave[inside], b[inside], atol=1e-6)
        fade = wave[first : first + CROSSFADE_FRAMES]
        power = np.square(fade).reshape(-1, 42, 2).mean(axis=1).sum(axis=1)  # neither hole nor bump
        np.testing.assert_allclose(power, 0.5, atol=0.1)
    assert np.abs(np.diff(wave, axis=0)).max() < np.abs(np.diff(b, axis=0)).max() + 0.01  # no click


def test_a_shift_leaves_out_the_beginning(collection: Collection) -> None:
    whole = heard(collection, collection.recordings[0])
    np.testing.assert_array_equal(changed(collection, shift=5_000), whole[5_000:])


@pytest.mark.parametrize("speed", [0.95, 1.06])
def test_speed_moves_length_and_pitch(collection: Collection, speed: float) -> None:
    wave = changed(collection, speed=speed)
    assert len(wave) == round(SECONDS * SAMPLE_RATE_HZ / speed)
    spectrum = np.abs(np.fft.rfft(wave[:SAMPLE_RATE_HZ, 0] * np.hanning(SAMPLE_RATE_HZ)))
    assert spectrum.argmax() == pytest.approx(441 * speed, abs=1)
    inner = wave[5_000:-5_000, 0]
    assert np.abs(inner).max() == pytest.approx(1, abs=0.01)


def test_all_changes_together_have_the_length_that_is_said(collection: Collection) -> None:
    other = collection.recordings[1]
    changed(collection, cuts=((9, 200_000),), other=other, speed=1.031, shift=7_777, noise_db=-50.0, pink=True)


def test_strengths_that_make_no_sense_are_refused() -> None:
    for wrong in ({}, {"noise": 1.1}, {"speed": -0.1}, {"shift": float("nan")}):
        with pytest.raises(UsageError, match=r"strengths|Copies without"):
            Augmentation(**wrong)
    with pytest.raises(UsageError, match="at least one copy"):
        Augmentation(noise=1, copies=0)


def test_what_cannot_be_augmented_is_refused(collection: Collection, tmp_path: Path) -> None:
    augmented = augment(collection, tmp_path / "out", Augmentation(noise=0.5))
    with pytest.raises(UsageError, match="holds changed copies already"):
        augment(augmented, tmp_path / "more", Augmentation(noise=0.5))
    alone = replace(collection, recordings=collection.recordings[:1])
    with pytest.raises(UsageError, match="needs two recordings"):
        augment(alone, tmp_path / "alone", Augmentation(cutmix=0.5))
    with pytest.raises(UsageError, match="a folder of its own"):
        augment(collection, collection.folder, Augmentation(noise=0.5))
