"""Exports, kept stretches, takes thrown away and models found, in a thread of their own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt

from app.file_thread import FileThread
from engine.audio.format import SAMPLE_RATE_HZ
from engine.export.choices import ExportChoices
from engine.export.writing import Conflict, Export
from engine.models.catalogue import Catalogue
from engine.playback.settings import MixSettings
from engine.takes.take import Take
from tests.app.telling import Heard

SIGNALS = ("models_found", "started", "progressed", "exported", "in_the_way", "kept", "failed", "idle")


@pytest.fixture
def files(tmp_path, qapp):
    files = FileThread(lambda: Catalogue([tmp_path / "models"]))
    files.start()
    yield files
    files.close()


@pytest.fixture
def heard(files) -> Heard:
    return Heard(files, SIGNALS)


def make_take(folder: Path, duration_s: int) -> Take:
    """A finished take of quiet noise, without stems."""
    take = Take.create(folder)
    rng = np.random.default_rng(0)
    for _ in range(duration_s):
        take.append_mix(rng.normal(0, 0.1, (SAMPLE_RATE_HZ, 2)).astype(np.float32))
    take.finish()
    return take


@pytest.fixture
def take(tmp_path):
    take = make_take(tmp_path / "take", 5)
    yield take
    take.close()


@pytest.fixture
def long_take(tmp_path):
    take = make_take(tmp_path / "long", 60)
    yield take
    take.close()


def test_models_are_found_and_broken_ones_told(tmp_path, files, heard, qtbot):
    for name, kind in (("band", "generator"), ("coder", "autoencoder"), ("splitter", "separator")):
        (tmp_path / "models" / name).mkdir(parents=True)
        (tmp_path / "models" / name / "card.json").write_text(json.dumps({"name": name, "title": name, "kind": kind}))
    (tmp_path / "models" / "broken").mkdir()
    (tmp_path / "models" / "broken" / "card.json").write_text("{")
    files.look_for_models()
    qtbot.waitUntil(lambda: "failed" in heard.names())
    (_, (catalogue,)), (_, (sentence, details)) = heard.notes
    assert [card.name for card in catalogue.cards("generator")] == ["band"]
    assert "import the model again" in sentence
    assert "JSONDecodeError" in details


def mix_order(take: Take, path: Path, master_gain_db: float = 0.0, conflict: Conflict = "ask") -> Export:
    """The whole mix as 32-bit floats."""
    mix = MixSettings(master_gain_db=master_gain_db)
    return Export(take, mix, ExportChoices(format="wav32"), {"mix": path}, conflict=conflict)


def test_a_mix_is_exported_as_the_faders_stand(files, heard, carried_out, take, tmp_path):
    target = tmp_path / "out" / "mix.wav"
    carried_out(files.export, mix_order(take, target, master_gain_db=-6.0))
    written, rate_hz = soundfile.read(target, dtype="float32")
    np.testing.assert_allclose(written, take.read_mix(0, 10**7) * 10 ** (-6 / 20), atol=1e-6)
    assert rate_hz == SAMPLE_RATE_HZ
    assert heard.all("started") == ["Exporting mix.wav"]
    assert heard.all("exported") == [[target]]
    fractions = heard.all("progressed")
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1


def test_a_file_that_exists_is_told_of_and_stays(files, heard, carried_out, take, tmp_path):
    target = tmp_path / "mix.wav"
    target.write_bytes(b"precious")
    order = mix_order(take, target)
    carried_out(files.export, order)
    assert [told for name, told in heard.notes if name == "in_the_way"] == [(order, [target])]
    assert "exported" not in heard.names()
    assert "failed" not in heard.names()
    assert target.read_bytes() == b"precious"
    carried_out(files.export, mix_order(take, target, conflict="beside"))
    assert heard.all("exported") == [[tmp_path / "mix 2.wav"]]
    carried_out(files.export, mix_order(take, target, conflict="replace"))
    assert soundfile.info(target).frames == 5 * SAMPLE_RATE_HZ


def test_an_export_that_cannot_be_written_is_a_sentence(files, heard, carried_out, take, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    carried_out(files.export, mix_order(take, tmp_path / "file" / "mix.wav"))
    assert "exported" not in heard.names()
    assert "file, not a folder" in heard.all("failed")[0]


def test_a_cancelled_export_leaves_nothing(files, heard, carried_out, long_take, tmp_path):
    files.progressed.connect(lambda _: files.cancel(), Qt.ConnectionType.DirectConnection)
    carried_out(files.export, mix_order(long_take, tmp_path / "out" / "mix.wav"))
    assert "exported" not in heard.names()
    assert list((tmp_path / "out").iterdir()) == []


def test_closing_in_the_middle_leaves_nothing(files, heard, long_take, qtbot, tmp_path):
    files.export(mix_order(long_take, tmp_path / "out" / "mix.wav"))
    files.keep(long_take, 0, 60 * SAMPLE_RATE_HZ, tmp_path / "kept" / "Jam")
    qtbot.waitUntil(lambda: "progressed" in heard.names())
    files.close()
    assert not (tmp_path / "out" / "mix.wav").exists()
    assert not (tmp_path / "kept").exists()


def test_a_stretch_is_kept_as_a_take(files, heard, carried_out, take, tmp_path):
    carried_out(files.keep, take, 2 * SAMPLE_RATE_HZ, 4 * SAMPLE_RATE_HZ, tmp_path / "kept" / "Jam")
    assert heard.all("kept") == [tmp_path / "kept" / "Jam"]
    kept = Take.open(tmp_path / "kept" / "Jam")
    np.testing.assert_array_equal(kept.read_mix(0, 10**7), take.read_mix(2 * SAMPLE_RATE_HZ, 2 * SAMPLE_RATE_HZ))
    kept.close()


def test_a_discarded_take_is_let_go_after_what_was_asked_of_it(files, heard, qtbot, tmp_path):
    take = make_take(tmp_path / "take", 5)
    files.export(mix_order(take, tmp_path / "mix.wav"))
    files.discard(take)
    files.export(mix_order(take, tmp_path / "late.wav"))
    qtbot.waitUntil(lambda: len(heard.all("idle")) == 2, timeout=30_000)
    assert soundfile.info(tmp_path / "mix.wav").frames == 5 * SAMPLE_RATE_HZ
    assert take.folder.is_dir()
    assert not (tmp_path / "late.wav").exists()
