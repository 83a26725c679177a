"""Looking at recordings: what is taken and how loud, what is not and why, and going on after a kill."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import OutputError, UsageError
from engine.training.collection import Collection, read_recordings
from engine.training.preparation import Examined, Preparation, examine, prepare
from tests.engine.training.small_collection import NOTHING_CUT, music, start, write_recordings_into

PREPARE = """
import sys
from pathlib import Path
from engine.training.preparation import Preparation, prepare
for each in prepare(Path(sys.argv[1]), Path(sys.argv[2]), Preparation(0, 0, 0.1), jobs=1):
    print(each.recording.name)
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like those that people have."""
    folder = tmp_path_factory.mktemp("recordings")
    show = folder / "1977" / "a night, with ünïcode"
    show.mkdir(parents=True)
    soundfile.write(folder / "mono.wav", music(12, 1, 22_050)[:, 0], 22_050)
    soundfile.write(show / "one.flac", music(11, 2, 48_000), 48_000)
    soundfile.write(show / "TWO.OGG", music(10, 3), SAMPLE_RATE_HZ, format="OGG")
    soundfile.write(folder / "three.mp3", music(10, 4), SAMPLE_RATE_HZ)
    soundfile.write(folder / "short.wav", music(8), SAMPLE_RATE_HZ)
    soundfile.write(folder / "shorter.wav", music(3), SAMPLE_RATE_HZ)
    soundfile.write(folder / "silence.flac", np.zeros((10 * 8000, 2)), 8_000)
    soundfile.write(folder / "hiss.flac", 1e-4 * music(10, 5, 8_000), 8_000, subtype="PCM_24")
    soundfile.write(folder / "nan.wav", np.full((10 * 8000, 1), np.nan), 8_000, subtype="FLOAT")
    whole = (show / "one.flac").read_bytes()
    (folder / "truncated.flac").write_bytes(whole[: len(whole) // 2])
    (folder / "text.mp3").write_text("no sound at all\n" * 100)
    (folder / "empty.wav").touch()
    (folder / "other.m4a").write_bytes(b"1234")
    (folder / "._one.flac").write_bytes(b"what a Mac leaves on other disks")
    (folder / "notes.txt").write_text("set list")
    return folder


@pytest.fixture(scope="module")
def prepared(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Collection, list[Examined]]:
    folder = tmp_path_factory.mktemp("prepared")
    examined = list(prepare(source, folder, Preparation(cut_start_s=3, cut_end_s=1, shortest_s=5)))
    return Collection.open(folder), examined


REASONS = {
    "short.wav": "It is too short: 4 s are left after 4 s were cut off, 5 s are needed.",
    "shorter.wav": "It is too short: nothing is left after 4 s were cut off, 5 s are needed.",
    "silence.flac": "It is silent",
    "hiss.flac": "It is silent",
    "nan.wav": "NaN",
    "truncated.flac": "truncated.flac",
    "text.mp3": "no audio file",
    "empty.wav": "empty",
    "other.m4a": "convert it",
}


def test_every_file_is_taken_or_has_a_reason(prepared: tuple[Collection, list[Examined]]) -> None:
    collection, examined = prepared
    taken = ["1977/a night, with ünïcode/TWO.OGG", "1977/a night, with ünïcode/one.flac", "mono.wav", "three.mp3"]
    assert [recording.name for recording in collection.recordings] == taken
    refused = {recording.name: recording.refused for recording in collection.refused}
    assert refused.keys() == REASONS.keys()
    for name, reason in REASONS.items():
        assert reason in refused[name]
        assert refused[name].endswith(".")
    assert [each.done for each in examined] == list(range(1, 14))
    assert {each.total for each in examined} == {13}


def test_the_table_says_what_was_taken_what_not_and_why(prepared: tuple[Collection, list[Examined]]) -> None:
    rows = prepared[0].table()
    assert rows[2:4] == [("mono.wav", "0:08", "taken"), ("three.mp3", "0:06", "taken")]
    assert rows[4:] == sorted(rows[4:])
    assert ("short.wav", "0:04", REASONS["short.wav"]) in rows
    assert ("text.mp3", "–", "text.mp3 is no audio file that can be read: use WAV, FLAC, OGG or MP3.") in rows


def test_what_is_taken_has_its_peak_at_full_scale_whatever_its_rate(
    prepared: tuple[Collection, list[Examined]],
) -> None:
    collection, _ = prepared
    for recording in collection.recordings:
        wave = np.concatenate(list(collection.blocks(recording)))
        assert wave.shape == (recording.frames, 2)
        assert wave.dtype == np.float32
        assert np.abs(wave).max() == pytest.approx(1, abs=1e-6)
    assert collection.hours == pytest.approx((8 + 7 + 6 + 6) / 3600, rel=0.01)


def test_beginning_and_end_are_cut(tmp_path: Path) -> None:
    wave = 0.25 * music(8)
    wave[:SAMPLE_RATE_HZ] = wave[-2 * SAMPLE_RATE_HZ :] = 0.9  # louder than the music, and left out
    soundfile.write(tmp_path / "song.wav", wave, SAMPLE_RATE_HZ, subtype="FLOAT")
    recording = examine("song.wav", source=tmp_path, preparation=Preparation(1, 2, 5))
    assert (recording.start, recording.stop) == (SAMPLE_RATE_HZ, 6 * SAMPLE_RATE_HZ)
    kept = wave[SAMPLE_RATE_HZ : 6 * SAMPLE_RATE_HZ]
    assert recording.gain == pytest.approx(1 / np.abs(kept).max())
    assert recording.level_db == pytest.approx(10 * np.log10(np.square(kept).mean()), abs=0.01)


def test_speech_is_taken(tmp_path: Path) -> None:
    """Syllables with pauses between: it is for the user to say what is music."""
    syllables = np.sin(2 * np.pi * 4 * np.arange(3 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ) > 0
    soundfile.write(tmp_path / "talk.wav", music(3) * syllables[:, None], SAMPLE_RATE_HZ)
    assert not examine("talk.wav", source=tmp_path, preparation=NOTHING_CUT).refused


def test_one_recording_is_a_collection(tmp_path: Path) -> None:
    write_recordings_into(tmp_path / "songs", 1, seconds=1)
    list(prepare(tmp_path / "songs", tmp_path / "out", NOTHING_CUT, jobs=1))
    (recording,) = Collection.open(tmp_path / "out").recordings
    assert recording.duration_s == 1


@pytest.mark.parametrize(("make", "words"), [("missing", "There is no folder"), ("empty", "There is no recording")])
def test_a_folder_without_recordings_is_said(tmp_path: Path, make: str, words: str) -> None:
    if make == "empty":
        (tmp_path / "songs" / "nested").mkdir(parents=True)
    with pytest.raises(UsageError, match=words):
        list(prepare(tmp_path / "songs", tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_only_silence_leaves_nothing_and_that_is_said_each_time(tmp_path: Path) -> None:
    (tmp_path / "songs").mkdir()
    for name in ("a", "b"):
        soundfile.write(tmp_path / "songs" / f"{name}.flac", np.zeros((8000, 1)), 8_000)
    for _ in range(2):
        with pytest.raises(UsageError, match=r"None of the 2 recordings in .* a\.flac: It is silent.*Choose other"):
            list(prepare(tmp_path / "songs", tmp_path / "out", NOTHING_CUT, jobs=1))
    with pytest.raises(UsageError, match="Nothing was taken"):
        Collection.open(tmp_path / "out")


def test_settings_that_make_no_sense_are_refused() -> None:
    for wrong in ({"cut_start_s": -1}, {"shortest_s": 0}, {"silence_db": 3}, {"cut_end_s": float("nan")}):
        with pytest.raises(UsageError, match="must"):
            Preparation(**wrong)


# --- going on --------------------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_not_read_again(tmp_path: Path) -> None:
    write_recordings_into(tmp_path / "songs", 3, seconds=1)
    songs, out = tmp_path / "songs", tmp_path / "out"
    list(prepare(songs, out, NOTHING_CUT, jobs=1))
    before = (out / "recordings.jsonl").read_bytes()
    assert list(prepare(songs, out, NOTHING_CUT, jobs=1)) == []
    assert (out / "recordings.jsonl").read_bytes() == before

    soundfile.write(songs / "song-1.flac", music(2, 1), SAMPLE_RATE_HZ)
    (songs / "song-2.flac").rename(songs / "song-0a.flac")
    examined = list(prepare(songs, out, NOTHING_CUT, jobs=1))
    assert [each.recording.name for each in examined] == ["song-0a.flac", "song-1.flac"]
    names = [recording.name for recording in Collection.open(out).recordings]
    assert names == ["song-0.flac", "song-0a.flac", "song-1.flac"]


def test_other_settings_need_another_folder(tmp_path: Path) -> None:
    write_recordings_into(tmp_path / "songs", 1, seconds=1)
    list(prepare(tmp_path / "songs", tmp_path / "out", NOTHING_CUT, jobs=1))
    with pytest.raises(UsageError, match="other recordings or settings"):
        list(prepare(tmp_path / "songs", tmp_path / "out", Preparation(0, 0, 0.2)))
    assert Collection.open(tmp_path / "out").recordings


def test_a_run_that_was_killed_goes_on_where_it_stood(tmp_path: Path) -> None:
    write_recordings_into(tmp_path / "songs", 4, seconds=15)
    songs, out = tmp_path / "songs", tmp_path / "out"
    with start(PREPARE, songs, out) as run:
        assert run.stdout is not None
        run.stdout.readline()
        run.send_signal(signal.SIGKILL)
    with pytest.raises(UsageError, match="broken off"):
        Collection.open(out)
    with (out / "recordings.jsonl").open("a") as journal:
        journal.write('{"name": "song-3.flac", "file')  # as if it had been killed while it wrote this
    known = {recording.name for recording in read_recordings(out)}
    assert known

    again = {each.recording.name for each in prepare(songs, out, NOTHING_CUT, jobs=1)}
    assert not again & known
    assert len(again | known) == 4
    list(prepare(songs, tmp_path / "undisturbed", NOTHING_CUT, jobs=1))
    for name in ("recordings.jsonl", "collection.json"):
        assert (out / name).read_bytes() == (tmp_path / "undisturbed" / name).read_bytes()


def test_a_disk_that_fills_is_said_and_what_was_examined_stays(tmp_path: Path) -> None:
    write_recordings_into(tmp_path / "songs", 4, seconds=0.5)
    program = """
import resource, sys
from pathlib import Path
from engine.errors import OutputError
from engine.training.preparation import Preparation, prepare
resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
try:
    list(prepare(Path(sys.argv[1]), Path(sys.argv[2]), Preparation(0, 0, 0.1), jobs=1))
except OutputError as error:
    print(error)
"""
    with start(program, tmp_path / "songs", tmp_path / "out") as run:
        said = run.communicate()[0]
    assert "recordings.jsonl could not be written" in said
    assert 1 <= len(list(read_recordings(tmp_path / "out"))) < 4
    assert list(prepare(tmp_path / "songs", tmp_path / "out", NOTHING_CUT, jobs=1))[-1].done == 4


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    write_recordings_into(tmp_path / "songs", 1, seconds=0.5)
    (tmp_path / "out").touch()
    with pytest.raises(OutputError, match="out"):
        list(prepare(tmp_path / "songs", tmp_path / "out", NOTHING_CUT))
