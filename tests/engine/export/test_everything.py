"""What the command line writes: 32-bit float WAV files under fixed names."""

from __future__ import annotations

import json

import numpy as np
import soundfile
from PIL import Image

from engine.export.everything import export_everything, export_mix, export_stems
from engine.playback.mixer import render
from engine.playback.settings import MixSettings, Strip
from resources.colours import SPECTROGRAM
from tests.engine.export.conftest import FRAMES, RECIPE
from tests.engine.playback.conftest import STEM_NAMES

MIXED = MixSettings((Strip(-6.0), Strip(), Strip(muted=True), Strip()))


def test_everything_lies_in_its_place(take, tmp_path):
    fractions = list(export_everything(take, MIXED, tmp_path / "out", stops=SPECTROGRAM))
    assert fractions == sorted(fractions)
    files = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert files == {"mix.wav", "take.json", "spectrogram.png", *(f"stems/{name}.wav" for name in STEM_NAMES)}
    told = json.loads((tmp_path / "out" / "take.json").read_text())
    assert told["frames"] == FRAMES
    assert told["model"] == RECIPE["model"]
    assert told["faders"]["strips"][0]["gain_db"] == -6
    with Image.open(tmp_path / "out" / "spectrogram.png") as picture:
        assert picture.width > 100


def test_the_files_are_to_the_bit_what_is_heard_and_was_separated(take, tmp_path):
    for _ in export_mix(take, MIXED, tmp_path / "mix.wav"):
        pass
    for _ in export_stems(take, tmp_path / "stems"):
        pass
    heard = np.concatenate(list(render(take, MIXED, 0, FRAMES)))
    np.testing.assert_array_equal(soundfile.read(tmp_path / "mix.wav", dtype="float32")[0], heard)
    for index, name in enumerate(STEM_NAMES):
        written, _ = soundfile.read(tmp_path / "stems" / f"{name}.wav", dtype="float32")
        np.testing.assert_array_equal(written, take.read_stems(0, FRAMES)[:, index])
    assert soundfile.info(tmp_path / "mix.wav").subtype == "FLOAT"


def test_a_second_time_it_writes_over_the_first_and_makes_the_same_file(take, tmp_path):
    files = []
    for _ in range(2):
        for _ in export_mix(take, MIXED, tmp_path / "mix.wav"):
            pass
        files.append((tmp_path / "mix.wav").read_bytes())
    assert files[0] == files[1]
