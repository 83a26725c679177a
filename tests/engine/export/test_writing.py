"""Exported files: read back, they are what was heard, as loud as was wished, and say what they are."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.audio.loudness import loudness_of
from engine.errors import OutputError, UsageError
from engine.export.choices import FORMATS, MIX, ExportChoices
from engine.export.encoding import container
from engine.export.writing import Export, InTheWayError, export
from engine.playback.limiter import CEILING
from engine.playback.mixer import render
from engine.playback.settings import MixSettings, Strip
from engine.takes.take import Take
from tests.engine.export.conftest import FRAMES, RECIPE
from tests.engine.playback.conftest import STEM_NAMES, append, smooth_tracks

MIXED = MixSettings((Strip(-6.0), Strip(muted=True), Strip(pan=-0.5), Strip(3.0)), -1.0)
TURNS = (300, 1500, 3000, 9001)
"""Of the sines in a loop."""
LOSSLESS = [name for name, form in FORMATS.items() if form.kbit_s is None]
WITH_LOSS = [name for name, form in FORMATS.items() if form.kbit_s is not None]


def order(take: Take, folder: Path, mix: MixSettings = MIXED, **choices: Any) -> Export:
    chosen = ExportChoices(folder=folder, **choices)
    paths = {part: folder / f"{part}{chosen.file_format.extension}" for part in chosen.parts(take.stem_names)}
    return Export(take, mix, chosen, paths, title="Barn ’77 日本")


def written(wanted: Export) -> dict[str, Wave]:
    """Export, and read everything back."""
    for _ in export(wanted):
        pass
    return {part: soundfile.read(path, dtype="float32")[0] for part, path in wanted.paths.items()}


def heard(take: Take, start: int = 0, frames: int = FRAMES) -> Wave:
    return np.concatenate(list(render(take, MIXED, start, frames)))


def peak_db(wave: Wave) -> float:
    return float(20 * np.log10(np.abs(wave).max()))


@pytest.mark.parametrize("name", LOSSLESS)
def test_mix_and_stems_come_back_to_the_last_bit(take, tmp_path, name):
    waves = written(order(take, tmp_path / "out", what="both", format=name))
    step = {16: 1.5 / 2**15, 24: 0.5 / 2**23, None: 0.0}[FORMATS[name].bits]
    stems = take.read_stems(0, FRAMES)
    np.testing.assert_allclose(waves[MIX], heard(take), rtol=0, atol=step + 1e-9)
    for index, stem in enumerate(STEM_NAMES):
        np.testing.assert_allclose(waves[stem], stems[:, index], rtol=0, atol=step + 1e-9)


@pytest.mark.parametrize("name", WITH_LOSS)
def test_formats_with_loss_keep_length_and_place(take, tmp_path, name):
    wave = written(order(take, tmp_path, format=name))[MIX]
    original = heard(take)
    assert wave.shape == original.shape
    error_db = 10 * np.log10(((wave - original) ** 2).mean() / (original**2).mean())
    assert error_db < -25


@pytest.mark.parametrize("rate_hz", [48_000, 88_200, 96_000])
def test_another_rate_is_the_same_sound_in_the_same_time(take, tmp_path, rate_hz):
    wanted = order(take, tmp_path, format="wav32", rate_hz=rate_hz)
    wave = written(wanted)[MIX]
    assert soundfile.info(wanted.paths[MIX]).samplerate == rate_hz
    assert len(wave) == round(FRAMES * rate_hz / SAMPLE_RATE_HZ)
    back = soxr.resample(wave, rate_hz, SAMPLE_RATE_HZ, quality="VHQ")
    inner = slice(2000, FRAMES - 2000)
    np.testing.assert_allclose(back[inner], heard(take)[inner], atol=1e-4)


def loop_take(folder: Path, levels: Wave) -> Take:
    """A turn of sines that go on over the seam, one a stem, under the levels (frames, 1)."""
    frames = len(levels)
    take = Take.create(folder, stem_names=STEM_NAMES, recipe={"journey": {"loop_frames": frames}})
    tracks = np.zeros((frames, len(STEM_NAMES) + 1, 2), np.float32)
    for track, turns in enumerate(TURNS):
        tracks[:, track] = 0.2 * levels * np.cos(2 * np.pi * turns * np.arange(frames) / frames)[:, None]
    append(take, tracks)
    take.finish()
    return take


@pytest.mark.parametrize("frames", [FRAMES, 100_003])
@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 88_200, 96_000])
def test_a_loop_at_another_rate_goes_on_over_its_seam(tmp_path, rate_hz, frames):
    with closing(loop_take(tmp_path / "take", np.ones((frames, 1), np.float32))) as take:
        wanted = order(take, tmp_path, MixSettings.unity(4), what="both", format="wav32", rate_hz=rate_hz)
        waves = written(wanted)
    sines = {MIX: TURNS} | {stem: (turns,) for stem, turns in zip(STEM_NAMES, TURNS, strict=True)}
    for part, wave in waves.items():
        assert len(wave) == round(frames * rate_hz / SAMPLE_RATE_HZ)
        levels = np.abs(np.fft.rfft(wave[:, 1])) / len(wave) * 2  # of sines that go round the loop in whole turns
        assert levels[list(sines[part])] == pytest.approx(0.2, rel=1e-3)
        levels[list(sines[part])] = 0
        assert levels.max() < 1e-5, part


def test_a_loop_that_is_limited_meets_its_beginning(tmp_path):
    levels = np.full((FRAMES, 1), 0.2, np.float32)
    levels[-2_000:] = levels[:500] = 1.0  # loud up to the seam, and a little beyond
    with closing(loop_take(tmp_path / "take", levels)) as take:
        wanted = order(take, tmp_path, MixSettings.unity(4), what="both", level="loudness", loudness_lufs=-15.0)
        waves = written(wanted)
        gains = waves[MIX] / take.read_mix(0, FRAMES)
    assert np.abs(waves[MIX]).max() == pytest.approx(CEILING, abs=0.01)
    assert gains[0, 0] < 0.9 * gains[FRAMES // 2, 0]
    assert gains[0, 0] == pytest.approx(gains[-1, 0], rel=0.01)


def test_a_region_is_written_from_its_first_frame_to_its_last(take, tmp_path):
    region = (12_345, 98_766)
    waves = written(order(take, tmp_path, what="both", format="wav32", region=region))
    length = region[1] - region[0]
    np.testing.assert_array_equal(waves["bass"], take.read_stems(region[0], length)[:, 1])
    np.testing.assert_array_equal(waves[MIX], heard(take, region[0], length))


@pytest.mark.parametrize("name", ["wav16", "wav32", "flac24"])
@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_the_highest_peak_of_all_files_is_brought_to_its_place(take, tmp_path, name, rate_hz):
    waves = written(order(take, tmp_path, what="both", format=name, rate_hz=rate_hz, level="peak", peak_dbfs=-3.0))
    assert max(peak_db(wave) for wave in waves.values()) == pytest.approx(-3.0, abs=0.02)


def test_one_gain_for_all_files_keeps_them_fitting_together(take, tmp_path):
    waves = written(order(take, tmp_path, what="stems", format="wav32", level="peak"))
    gains = [waves[stem][1000] / take.read_stems(1000, 1)[0, index] for index, stem in enumerate(STEM_NAMES)]
    np.testing.assert_allclose(gains, gains[0][0], rtol=1e-4)


@pytest.mark.parametrize("name", ["wav16", "wav24", "wav32", "flac16", "ogg-best", "mp3-256", "mp3-320"])
@pytest.mark.parametrize("loudness_lufs", [-30.0, -20.0])
def test_the_loudness_is_what_was_wished(take, tmp_path, name, loudness_lufs):
    wave = written(order(take, tmp_path, format=name, level="loudness", loudness_lufs=loudness_lufs))[MIX]
    assert loudness_of([wave]) == pytest.approx(loudness_lufs, abs=0.1)


def spiky_take(folder: Path) -> Take:
    """Quiet music with loud clicks: no gain alone makes it loud without clipping."""
    take = Take.create(folder, stem_names=STEM_NAMES)
    tracks = smooth_tracks(FRAMES)
    tracks[10_000::20_000] *= 8.0
    append(take, tracks)
    take.finish()
    return take


def test_what_would_clip_is_limited_and_still_as_loud_as_wished(tmp_path):
    with closing(spiky_take(tmp_path / "take")) as take:
        wanted = order(take, tmp_path, MixSettings.unity(4), what="both", level="loudness", loudness_lufs=-14.0)
        waves = written(wanted)
        assert np.abs(waves[MIX]).max() <= CEILING + 2**-23
        assert loudness_of([waves[MIX]]) == pytest.approx(-14.0, abs=0.1)
        assert max(np.abs(wave).max() for wave in waves.values()) <= CEILING + 2**-23


def test_floats_are_not_limited(tmp_path):
    with closing(spiky_take(tmp_path / "take")) as take:
        unity = MixSettings.unity(4)
        wave = written(order(take, tmp_path, unity, format="wav32", level="loudness", loudness_lufs=-10.0))[MIX]
        assert np.abs(wave).max() > 1.0
        as_heard = np.concatenate(list(render(take, unity, 0, FRAMES)))
        np.testing.assert_allclose(wave, as_heard * (wave[5000, 0] / as_heard[5000, 0]), rtol=1e-4, atol=1e-6)


def test_silence_stays_silence(tmp_path):
    with closing(Take.create(tmp_path / "take")) as take:
        take.append_mix(np.zeros((SAMPLE_RATE_HZ, 2), np.float32))
        take.finish()
        for level in ("peak", "loudness"):
            wave = written(order(take, tmp_path / level, MixSettings(), format="wav24", level=level))[MIX]
            assert not wave.any()


def test_without_a_wish_nothing_is_made_louder_or_quieter(tmp_path):
    with closing(spiky_take(tmp_path / "take")) as take:
        waves = written(order(take, tmp_path, MixSettings.unity(4), what="stems", format="wav32"))
        np.testing.assert_array_equal(waves["drums"], take.read_stems(0, FRAMES)[:, 0])


def test_stems_of_a_take_that_is_not_all_separated_are_silent_beside_the_mix(tmp_path):
    tracks = smooth_tracks(2 * SAMPLE_RATE_HZ)
    with closing(Take.create(tmp_path / "take", stem_names=STEM_NAMES)) as take:
        take.append_mix(tracks.sum(axis=1))
        take.append_stems(tracks[:SAMPLE_RATE_HZ, :-1])
        take.finish()
        both = written(order(take, tmp_path / "both", what="both", format="wav32"))
        assert len(both["drums"]) == len(both[MIX]) == 2 * SAMPLE_RATE_HZ
        assert not both["drums"][SAMPLE_RATE_HZ:].any()
        assert len(written(order(take, tmp_path / "stems", what="stems", format="wav32"))["drums"]) == SAMPLE_RATE_HZ


@pytest.mark.parametrize("name", FORMATS)
def test_every_file_holds_the_recipe(take, tmp_path, name):
    wanted = order(take, tmp_path, what="both", format=name, region=(100, 44_200), level="peak")
    written(wanted)
    for part, path in wanted.paths.items():
        with soundfile.SoundFile(path) as file:
            assert file.title == f"Barn ’77 日本 – {part.capitalize()}"
            assert file.album == "Barn ’77 日本"
            assert file.software.startswith("DeepDeadNet ")
            assert file.date == f"{take.created_at.astimezone():%Y-%m-%d}"[: 4 if name.startswith("mp3") else 10]
            told = json.loads(file.comment)
        assert told["take"] == RECIPE
        assert told["made_with"].startswith("DeepDeadNet ")
        assert told["part"] == part
        assert told["frames"] == [100, 44_200]
        assert told["gain"] != 1
        assert ("faders" in told) == (part == MIX)


def test_a_shut_fader_is_told_too(take, tmp_path):
    wanted = order(take, tmp_path, replace(MIXED, master_gain_db=-np.inf))
    written(wanted)
    with soundfile.SoundFile(wanted.paths[MIX]) as file:
        assert json.loads(file.comment)["faders"]["master_gain_db"] == "-inf"


def test_a_long_recipe_is_whole_in_every_format(take, tmp_path):
    take.recipe["journey"] = {"style": list(range(10_000))}
    for name in ("wav24", "flac24", "ogg", "mp3-320"):
        wanted = order(take, tmp_path, format=name)
        written(wanted)
        text = wanted.paths[MIX].read_bytes().replace(b"\0", b"")
        assert b"9997,9998,9999]" in text


def test_of_too_many_pieces_the_last_is_told(take, tmp_path):
    pieces = [
        {"model": f"band {index}", "journey": {"style": index}, "from_frame": 80 * index, "journey_frame": 0}
        for index in range(1500)
    ]
    take.recipe = {"pieces": pieces}
    wanted = order(take, tmp_path, format="flac24")
    written(wanted)
    with soundfile.SoundFile(wanted.paths[MIX]) as file:
        told = json.loads(file.comment)
    assert told["take"] == {"model": "band 1499", "journey": {"style": 1499}}


@pytest.mark.parametrize("name", [name for name in FORMATS if not name.startswith("ogg")])  # an OGG stream has a number
def test_the_same_take_makes_the_same_file(take, tmp_path, name):
    files = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        wanted = order(take, folder, format=name)
        written(wanted)
        files.append(wanted.paths[MIX].read_bytes())
    assert files[0] == files[1]


def test_nothing_is_written_over_unasked(take, tmp_path):
    (tmp_path / "drums.wav").write_bytes(b"precious")
    wanted = order(take, tmp_path, what="both")
    with pytest.raises(InTheWayError) as refusal:
        written(wanted)
    assert refusal.value.paths == [tmp_path / "drums.wav"]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["drums.wav"]
    assert (tmp_path / "drums.wav").read_bytes() == b"precious"
    assert len(written(replace(wanted, conflict="replace"))["drums"]) == FRAMES


def test_beside_others_the_files_get_a_number(take, tmp_path):
    (tmp_path / "drums.wav").write_bytes(b"precious")
    steps = export(replace(order(take, tmp_path, what="stems"), conflict="beside"))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            paths = end.value
            break
    assert [path.name for path in paths] == [f"{stem} 2.wav" for stem in STEM_NAMES]
    assert all(soundfile.info(path).frames == FRAMES for path in paths)
    assert (tmp_path / "drums.wav").read_bytes() == b"precious"


@pytest.mark.parametrize("level", ["as it is", "peak", "loudness"])
def test_the_fraction_only_grows_and_ends_with_all(take, tmp_path, level):
    fractions = list(export(order(take, tmp_path, what="both", level=level, loudness_lufs=-6.0)))
    assert fractions == sorted(fractions)
    assert fractions[0] > 0
    assert fractions[-1] == pytest.approx(1)


@pytest.mark.parametrize("level", ["as it is", "loudness"])
def test_cancelled_it_leaves_nothing(take, tmp_path, level):
    steps = export(order(take, tmp_path / "out", what="both", level=level))
    while next(steps) < 0.7:
        pass
    steps.close()
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("name", ["wav24", "mp3-320"])
def test_a_folder_that_cannot_be_is_a_sentence(take, tmp_path, name):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="file, not a folder"):
        written(order(take, tmp_path / "file" / "in it", format=name))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
@pytest.mark.parametrize("name", ["wav24", "flac24", "ogg", "mp3-320"])
def test_a_full_disk_is_a_sentence(take, tmp_path, name, monkeypatch):
    real = Path.open

    def full(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.suffix == ".part":
            path.symlink_to("/dev/full")
            return real(path, "w+b", buffering=0)
        return real(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(OutputError, match="disk is full"):
        written(order(take, tmp_path / "out", format=name))
    assert list((tmp_path / "out").iterdir()) == []


def test_what_does_not_exist_cannot_be_exported(tmp_path):
    with closing(Take.create(tmp_path / "take", stem_names=STEM_NAMES)) as take:
        for what in ("mix", "stems"):
            with pytest.raises(UsageError, match="wait until"):
                order(take, tmp_path, what=what)
        take.append_mix(np.zeros((1000, 2), np.float32))
        with pytest.raises(UsageError, match="no stems"):
            order(take, tmp_path, what="stems")
        with pytest.raises(UsageError, match="nothing to export"):
            order(take, tmp_path, region=(1000, 2000))
        assert order(take, tmp_path, region=(500, 2000)).span == (500, 1000)


def test_of_an_endless_take_what_is_still_there(tmp_path):
    with closing(Take.create(tmp_path / "take", kept_frames=50_000)) as take:
        take.append_mix(np.full((200_000, 2), 0.1, np.float32))
        assert order(take, tmp_path, MixSettings()).span == (150_000, 200_000)


def test_what_a_wav_file_cannot_hold_goes_into_rf64():
    hour = 3600 * SAMPLE_RATE_HZ
    assert container(ExportChoices(format="wav24"), 3 * hour) == "WAV"
    assert container(ExportChoices(format="wav24", rate_hz=96_000), 3 * hour) == "RF64"
    assert container(ExportChoices(format="flac24", rate_hz=96_000), 3 * hour) == "FLAC"


DECODERS: dict[str, Callable[[Path, Path], list[str]]] = {
    "flac24": lambda file, wav: ["flac", "-d", "-s", "-f", "-o", str(wav), str(file)],
    "ogg-best": lambda file, wav: ["oggdec", "-Q", "-o", str(wav), str(file)],
    "mp3-320": lambda file, wav: ["mpg123", "-q", "-w", str(wav), str(file)],
    "wav16": lambda file, wav: ["sox", str(file), str(wav)],
    "wav24": lambda file, wav: ["sox", str(file), str(wav)],
    "wav32": lambda file, wav: ["sox", str(file), str(wav)],
}


@pytest.mark.parametrize("name", DECODERS)
def test_another_decoder_reads_the_same(take, tmp_path, name):
    wanted = order(take, tmp_path, format=name)
    ours = written(wanted)[MIX]
    command = DECODERS[name](wanted.paths[MIX], tmp_path / "decoded.wav")
    if not shutil.which(command[0]):
        pytest.skip(f"needs {command[0]}")
    subprocess.run(command, check=True, capture_output=True)
    theirs, rate_hz = soundfile.read(tmp_path / "decoded.wav", dtype="float32")
    assert rate_hz == SAMPLE_RATE_HZ
    frames = min(len(theirs), len(ours))
    assert frames >= FRAMES - 1
    np.testing.assert_allclose(theirs[:frames], ours[:frames], atol=2**-14)
