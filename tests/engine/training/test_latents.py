"""Encoding collections: what is written, in how much memory, after a kill; and the windows drawn from it."""

from __future__ import annotations

import json
import multiprocessing
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks.random_musika import write_random_musika
from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import AudioFileError, ModelError, UsageError
from engine.musika.coders import CoderConfig
from engine.musika.networks import GeneratorConfig
from engine.musika.published import read_autoencoder
from engine.training.augmentation import Augmentation, augment
from engine.training.collection import Collection
from engine.training.latents import Latents, Windows, encode, encode_recording, encoded_pieces
from tests.engine.training.small_collection import STEP, collect, music, start, write_autoencoder, write_recordings_into

SECONDS = 4.0

ENCODE = """
import sys
from pathlib import Path
from engine.training.collection import Collection
from engine.training.latents import encode
for each in encode(Collection.open(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]), jobs=1):
    print(each.name)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With "songs", "collection" and the autoencoder "ear"."""
    folder = tmp_path_factory.mktemp("latents")
    write_recordings_into(folder / "songs", 3, SECONDS)
    collect(folder / "songs", folder / "collection")
    write_autoencoder(folder / "ear")
    return folder


@pytest.fixture
def collection(folder: Path) -> Collection:
    return Collection.open(folder / "collection")


@pytest.fixture(scope="module")
def encoded(folder: Path) -> Path:
    """What all cores make."""
    steps = list(encode(Collection.open(folder / "collection"), folder / "ear", folder / "out"))
    assert [(each.done, each.total, each.error) for each in steps] == [(1, 3, ""), (2, 3, ""), (3, 3, "")]
    assert steps[-1].hours_done == pytest.approx(steps[-1].hours) == 3 * SECONDS / 3600
    assert sorted(each.name for each in steps) == ["song-0.flac", "song-1.flac", "song-2.flac"]
    return folder / "out"


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --- what is written -------------------------------------------------------------------------------------------------


def test_latents_are_those_of_the_whole_recordings(folder: Path, encoded: Path, collection: Collection) -> None:
    latents = Latents.open(encoded)
    autoencoder = write_autoencoder(folder / "same")
    assert latents.names == ["song-0.flac", "song-1.flac", "song-2.flac"]
    assert (latents.latent_size, latents.frames_per_latent) == (8, STEP)
    assert latents.autoencoder == folder / "ear"
    assert latents.hours == pytest.approx(3 * 44 * STEP / SAMPLE_RATE_HZ / 3600)
    for recording, found in zip(collection.recordings, latents.recordings, strict=True):
        assert isinstance(found, np.memmap)
        assert found.dtype == np.float16
        expected = autoencoder.encode(np.concatenate(list(collection.blocks(recording))))
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


def test_the_borders_of_pieces_cannot_be_seen_in_our_own_latents(tmp_path: Path) -> None:
    autoencoder = write_autoencoder(tmp_path, hop=64)
    wave = music(9)
    whole = autoencoder.encode(wave)
    pieces = np.concatenate(list(encoded_pieces(autoencoder, np.array_split(wave, 7))))
    assert len(whole) > 3 * 256  # several pieces
    np.testing.assert_allclose(pieces, whole, atol=1e-5)


def test_a_published_autoencoder_encodes_on_torch_what_it_does_on_tensorflow(tmp_path: Path) -> None:
    (tmp_path / "published").mkdir()
    write_random_musika(tmp_path / "published", GeneratorConfig(base_channels=4), CoderConfig(hop=16, latent_depth=6))
    write_recordings_into(tmp_path / "songs", 1, seconds=5)
    collection = collect(tmp_path / "songs", tmp_path / "collection")
    list(encode(collection, tmp_path / "published", tmp_path / "out", jobs=1))
    latents = Latents.open(tmp_path / "out")
    assert (latents.latent_size, latents.frames_per_latent) == (12, 256)

    autoencoder = read_autoencoder(tmp_path / "published")
    wave = np.concatenate(list(collection.blocks(collection.recordings[0])))
    whole = autoencoder.encode(wave)
    assert len(whole) > 3 * 256
    np.testing.assert_allclose(latents.recordings[0], whole, atol=1e-3)
    mirrored = autoencoder.encode(np.ascontiguousarray(wave[:, ::-1]))
    np.testing.assert_allclose(autoencoder.mirrored(whole), mirrored, atol=1e-5)


def test_changed_copies_are_encoded_too(folder: Path, collection: Collection, tmp_path: Path) -> None:
    augmented = augment(collection, tmp_path / "more", Augmentation(noise=0.5, speed=1, shift=0.5, seed=1))
    list(encode(augmented, folder / "ear", tmp_path / "out", jobs=1))
    latents = Latents.open(tmp_path / "out")
    assert len(latents.recordings) == 6
    steps = [-(-recording.frames // STEP) for recording in augmented.recordings]
    assert list(map(len, latents.recordings)) == steps


def test_memory_does_not_grow_with_a_recording(folder: Path, tmp_path: Path) -> None:
    for name, seconds in (("short", 60), ("long", 240)):
        wave = np.tile(music(10, rate_hz=8000), (seconds // 10, 1))
        (tmp_path / name).mkdir()
        soundfile.write(tmp_path / name / "song.flac", wave, 8000)
        collect(tmp_path / name, tmp_path / f"{name} collection")
    program = """
import resource, sys
from pathlib import Path
from engine.training.collection import Collection
from engine.training.latents import encode_recording
from engine.training.preparation import Preparation, examine
for name in ("short", "long"):
    folder = Path(sys.argv[1])
    examine("song.flac", source=folder / name, preparation=Preparation(0, 0, 1))
    collection = Collection.open(folder / f"{name} collection")
    encode_recording(collection.recordings[0], folder=collection.source, autoencoder=Path(sys.argv[2]), out=folder)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    with start(program, tmp_path, folder / "ear") as run:
        short_kb, long_kb = map(int, run.communicate()[0].split())
    three_minutes_kb = 180 * SAMPLE_RATE_HZ * 8 / 1024
    assert long_kb - short_kb < 0.1 * three_minutes_kb


# --- going on --------------------------------------------------------------------------------------------------------


def test_a_run_that_was_killed_goes_on_where_it_stood_to_the_same_bits(tmp_path: Path) -> None:
    write_recordings_into(tmp_path / "songs", 4, seconds=12)
    collection = collect(tmp_path / "songs", tmp_path / "collection")
    write_autoencoder(tmp_path / "ear")
    out = tmp_path / "out"
    with start(ENCODE, tmp_path / "collection", tmp_path / "ear", out) as run:
        assert run.stdout is not None
        run.stdout.readline()
        run.send_signal(signal.SIGKILL)
    with pytest.raises(UsageError, match="broken off"):
        Latents.open(out)
    (out / ".half.npy.123.part").write_bytes(b"what a kill during a write leaves")
    written = {path: path.stat().st_mtime_ns for path in out.glob("*.npy")}
    assert written

    again = list(encode(collection, tmp_path / "ear", out, jobs=1))
    assert len(again) == 4 - len(written)
    assert {path: path.stat().st_mtime_ns for path in written} == written
    list(encode(collection, tmp_path / "ear", tmp_path / "undisturbed", jobs=1))
    assert files_of(out) == files_of(tmp_path / "undisturbed")


def test_what_is_encoded_is_not_encoded_again_and_what_changed_is(
    folder: Path, encoded: Path, collection: Collection
) -> None:
    before = files_of(encoded)
    assert list(encode(collection, folder / "ear", encoded)) == []
    assert files_of(encoded) == before

    shorter = replace(collection.recordings[1], stop=2 * STEP)
    altered = replace(collection, recordings=[collection.recordings[0], shorter])
    assert [each.done for each in encode(altered, folder / "ear", encoded, jobs=1)] == [2]
    assert list(map(len, Latents.open(encoded).recordings)) == [44, 2]
    list(encode(collection, folder / "ear", encoded))
    assert before.items() <= files_of(encoded).items()


def test_closing_stops_and_leaves_nothing_half_done(folder: Path, collection: Collection, tmp_path: Path) -> None:
    steps = encode(collection, folder / "ear", tmp_path / "out", jobs=1)
    first = next(steps)
    steps.close()
    assert not multiprocessing.active_children()
    assert not list((tmp_path / "out").glob(".*"))
    assert first.done == 1
    assert [each.done for each in encode(collection, folder / "ear", tmp_path / "out", jobs=1)][-1] == 3


def test_a_recording_that_has_gone_is_reported_and_left_out(folder: Path, tmp_path: Path) -> None:
    write_recordings_into(tmp_path / "songs", 2, seconds=1)
    collection = collect(tmp_path / "songs", tmp_path / "collection")
    (tmp_path / "songs" / "song-0.flac").unlink()
    steps = {each.name: each.error for each in encode(collection, folder / "ear", tmp_path / "out", jobs=1)}
    assert "There is no file" in steps["song-0.flac"]
    assert steps["song-1.flac"] == ""
    assert Latents.open(tmp_path / "out").names == ["song-1.flac"]

    (tmp_path / "songs" / "song-1.flac").unlink()
    with pytest.raises(UsageError, match=r"No recording .* could be encoded"):
        list(encode(collection, folder / "ear", tmp_path / "other", jobs=1))


def test_a_disk_that_fills_is_said_leaves_no_half_file_and_can_be_gone_on_from(
    folder: Path, collection: Collection, tmp_path: Path
) -> None:
    limited = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))\n"
    caught = "from engine.errors import OutputError\ntry:\n    {}\nexcept OutputError as error:\n    print(error)"
    program = limited + caught.format(ENCODE.strip().replace("\n", "\n    "))
    with start(program, folder / "collection", folder / "ear", tmp_path / "out") as run:
        said = run.communicate()[0]
    assert ".npy could not be written (File too large)" in said
    assert files_of(tmp_path / "out") == {}
    list(encode(collection, folder / "ear", tmp_path / "out", jobs=1))
    assert len(Latents.open(tmp_path / "out").recordings) == 3


# --- what does not fit -----------------------------------------------------------------------------------------------


def test_latents_of_another_autoencoder_need_another_folder(
    encoded: Path, collection: Collection, tmp_path: Path
) -> None:
    write_autoencoder(tmp_path / "other", seed=1)
    with pytest.raises(UsageError, match="latents of another autoencoder, ear"):
        list(encode(collection, tmp_path / "other", encoded))


def test_what_is_no_autoencoder_is_named(collection: Collection, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is no autoencoder"):
        list(encode(collection, tmp_path, tmp_path / "out"))
    write_random_musika(tmp_path, GeneratorConfig(base_channels=4), CoderConfig(hop=16), encoders=False)
    recording = collection.recordings[0]
    with pytest.raises(ModelError, match="cannot encode recordings"):
        encode_recording(recording, folder=collection.source, autoencoder=tmp_path, out=tmp_path / "out")


def test_an_autoencoder_that_makes_no_numbers_is_refused_and_writes_nothing(
    collection: Collection, tmp_path: Path
) -> None:
    autoencoder = write_autoencoder(tmp_path / "loud")
    autoencoder.tensors["mid/deviations"] *= 1e-7
    autoencoder.save(tmp_path / "loud")
    with pytest.raises(ModelError, match="no numbers"):
        encode_recording(
            collection.recordings[0], folder=collection.source, autoencoder=tmp_path / "loud", out=tmp_path / "out"
        )
    assert files_of(tmp_path / "out") == {}


def test_a_damaged_recording_leaves_nothing(folder: Path, collection: Collection, tmp_path: Path) -> None:
    (tmp_path / "song-0.flac").write_bytes(b"no sound")
    with pytest.raises(AudioFileError):
        encode_recording(collection.recordings[0], folder=tmp_path, autoencoder=folder / "ear", out=tmp_path / "out")
    assert files_of(tmp_path / "out") == {}


def copied(encoded: Path, out: Path) -> Path:
    out.mkdir()
    for path in encoded.iterdir():
        (out / path.name).write_bytes(path.read_bytes())
    return out


def test_latents_whose_autoencoder_has_gone_are_refused(encoded: Path, tmp_path: Path) -> None:
    out = copied(encoded, tmp_path / "out")
    about = json.loads((out / "latents.json").read_text())
    write_autoencoder(tmp_path / "other", seed=1)
    for place in (tmp_path / "nowhere", tmp_path / "other"):
        (out / "latents.json").write_text(json.dumps({**about, "autoencoder": str(place)}))
        with pytest.raises(ModelError, match="encoded by ear, which is no longer in"):
            Latents.open(out)


@pytest.mark.parametrize("damage", ["missing", "empty", "short", "pickle", "another shape", "float32"])
def test_a_damaged_file_of_latents_is_named(encoded: Path, tmp_path: Path, damage: str) -> None:
    out = copied(encoded, tmp_path / "out")
    path = out / json.loads((out / "latents.json").read_text())["recordings"][1]["file"]
    match damage:
        case "missing":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "short":
            path.write_bytes(path.read_bytes()[:-100])
        case "pickle":
            np.save(path, np.array([{"never": "loaded"}], dtype=object), allow_pickle=True)
        case "another shape":
            np.save(path, np.zeros((44, 9), np.float16))
        case "float32":
            np.save(path, np.zeros((44, 8), np.float32))
    latents = Latents.open(out)
    with pytest.raises(UsageError, match=path.name):
        Windows(latents, 4, np.negative)


@pytest.mark.parametrize("contents", ["", "{", "null", "[]", '{"version": 1}', '{"version": 9}'])
def test_a_damaged_list_of_latents_is_named(tmp_path: Path, contents: str) -> None:
    (tmp_path / "latents.json").write_text(contents)
    with pytest.raises(UsageError, match=r"is damaged|another version"):
        Latents.open(tmp_path)


def test_a_folder_without_latents_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="encode a collection first"):
        Latents.open(tmp_path)


# --- windows ---------------------------------------------------------------------------------------------------------


def latents_of(*recordings: np.ndarray) -> Latents:
    halves = [recording.astype(np.float16) for recording in recordings]
    return Latents(halves, [str(index) for index in range(len(halves))], Path(), halves[0].shape[1], STEP)


def test_every_window_is_as_likely_as_every_other() -> None:
    short, one, two = np.zeros((3, 1)), np.arange(12.0)[:, None], 100 + np.arange(6.0)[:, None]
    windows = Windows(latents_of(short, one, short, two, short), 4, np.positive)
    assert windows.steps == 18
    drawn = windows.draw(6000, np.random.default_rng(0))
    assert (drawn.shape, drawn.dtype) == ((6000, 4, 1), np.float32)
    np.testing.assert_array_equal(np.diff(drawn[:, :, 0], axis=1), 1)
    starts, counts = np.unique(drawn[:, 0, 0], return_counts=True)
    assert starts.tolist() == [*range(9), 100, 101, 102]
    np.testing.assert_allclose(counts / 6000, 1 / 12, atol=0.02)


def test_left_and_right_change_places_in_every_other_window() -> None:
    windows = Windows(latents_of(np.tile([2, 3], (8, 1))), 4, lambda latents: latents * np.float32([1, -1]))
    drawn = windows.draw(1000, np.random.default_rng(0))
    assert (drawn[:, :, 0] == 2).all()
    assert (drawn[:, :, 1] == drawn[:, :1, 1]).all()
    assert np.mean(drawn[:, 0, 1] == -3) == pytest.approx(0.5, abs=0.06)


def test_windows_come_from_the_files(encoded: Path) -> None:
    latents = Latents.open(encoded)
    drawn = Windows(latents, 40, np.positive).draw(8, np.random.default_rng(0))
    everything = np.stack([recording[first : first + 40] for recording in latents.recordings for first in range(5)])
    for window in drawn:
        assert (everything == window).all(axis=(1, 2)).any()


def test_recordings_shorter_than_a_window_are_refused() -> None:
    with pytest.raises(UsageError, match="128 steps"):
        Windows(latents_of(np.zeros((100, 2))), 128, np.positive)
