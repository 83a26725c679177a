"""The file of a drag: what it is called, and that the mix of a take that is not open is what its faders make of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from app.drag_thread import DragThread, Form, StoredMix
from engine.audio.format import SAMPLE_RATE_HZ
from engine.export.choices import MIX, ExportChoices
from engine.playback.settings import MixSettings, Strip
from engine.takes.take import Take
from tests.app.telling import Heard

STEMS = ("drums", "bass")
FRAMES = 3 * SAMPLE_RATE_HZ


@pytest.fixture
def take(tmp_path) -> Iterator[Take]:
    """Its mix is half drums, half bass."""
    rng = np.random.default_rng(0)
    stems = rng.normal(0, 0.05, (FRAMES, 2, 2)).astype(np.float32)
    with closing(Take.create(tmp_path / "take", stem_names=STEMS, recipe={"model": "band"})) as take:
        take.append_mix(stems.sum(axis=1))
        take.append_stems(stems)
        take.finish()
        yield take


@pytest.fixture
def form(tmp_path) -> Form:
    return Form(ExportChoices(format="wav32", folder=tmp_path / "out"), {"band": "House Band"})


@pytest.fixture
def thread(qapp) -> Iterator[DragThread]:
    thread = DragThread()
    yield thread
    thread.close()


@pytest.fixture
def heard(thread) -> Heard:
    return Heard(thread, ("prepared", "failed", "idle"))


@pytest.mark.parametrize(
    ("pattern", "part", "is_region", "name"),
    [
        ("{take} - {part}", MIX, False, "Jam - Mix.wav"),
        ("{take} - {part}", "bass", True, "Jam - Bass 0m01.0s.wav"),
        ("{model}/{take}", MIX, False, "House Band - Jam - Mix.wav"),
        ("{start} {take}", MIX, True, "0m01.0s Jam - Mix.wav"),
    ],
)
def test_it_is_called_as_exports_are_but_lies_in_no_folder_of_its_own(take, form, pattern, part, is_region, name):
    form = replace(form, choices=replace(form.choices, pattern=pattern))
    mix = MixSettings.unity(2)
    order = form.order(take, mix, "Jam", part, (SAMPLE_RATE_HZ, FRAMES), is_region=is_region)
    assert order.paths == {part: form.choices.folder / name}
    assert order.frames == FRAMES - SAMPLE_RATE_HZ


def written(qtbot, heard: Heard) -> Path:
    qtbot.waitUntil(lambda: bool(heard.all("prepared") or heard.all("failed")), timeout=30_000)
    assert heard.all("failed") == []
    ((path,),) = [told[1] for name, told in heard.notes if name == "prepared"]
    assert isinstance(path, Path)
    return path


def test_a_stored_take_is_heard_as_its_faders_were_left(take, form, thread, heard, qtbot):
    faders = MixSettings((Strip(), Strip(muted=True)), master_gain_db=-6.0)
    thread.prepare((StoredMix(take.folder, "Jam", faders.to_json(), form),))
    path = written(qtbot, heard)
    assert path.name == "Jam - Mix.wav"
    drums = take.read_stems(0, FRAMES)[:, 0]
    np.testing.assert_allclose(soundfile.read(path)[0], drums * 10 ** (-6 / 20), atol=1e-6)


@pytest.mark.parametrize("remembered", [None, "no faders", MixSettings.unity(4).to_json()])
def test_where_no_faders_are_known_it_is_the_mix_as_it_was_made(take, form, thread, heard, qtbot, remembered):
    thread.prepare((StoredMix(take.folder, "Jam", remembered, form),))
    samples = soundfile.read(written(qtbot, heard))[0]
    np.testing.assert_allclose(samples, take.read_mix(0, FRAMES), atol=1e-6)


def test_several_are_written_together(take, form, thread, qtbot):
    heard = Heard(thread, ("prepared", "progressed", "failed"))
    orders = tuple(StoredMix(take.folder, title, None, form) for title in ("Jam", "Jam", "Other"))
    thread.prepare(orders)
    qtbot.waitUntil(lambda: bool(heard.all("prepared") or heard.all("failed")), timeout=30_000)
    assert heard.all("failed") == []
    ((told, paths),) = [told for name, told in heard.notes if name == "prepared"]
    assert told == orders
    assert [path.name for path in paths] == ["Jam - Mix.wav", "Jam - Mix 2.wav", "Other - Mix.wav"]
    assert all(soundfile.info(path).frames == FRAMES for path in paths)
    shares = [told[1] for name, told in heard.notes if name == "progressed"]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_take_that_is_gone_is_told_of_and_nothing_is_left(take, tmp_path, form, thread, heard, qtbot):
    thread.prepare(tuple(StoredMix(folder, "Jam", None, form) for folder in (take.folder, tmp_path / "gone")))
    qtbot.waitUntil(lambda: bool(heard.all("idle")), timeout=30_000)
    assert len(heard.all("failed")) == 1
    assert heard.all("prepared") == []
    assert not form.choices.folder.exists()
