"""All steps in a row, up to where something learns; that part is in tests/app/training/test_learning.py."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

import engine.musika.backend  # noqa: F401  (Keras runs here as in all tests; what trains would choose torch)
from engine.errors import ModelError, UsageError
from engine.models.card import ModelCard
from engine.models.catalogue import Catalogue
from engine.training import logbook, whole
from engine.training.augmentation import Augmentation
from engine.training.collection import Collection
from engine.training.generator import QUICK
from engine.training.latents import Latents
from engine.training.preparation import Preparation
from engine.training.whole import Order, Progress, make_model, read_order, write_order
from engine.training.wishes import Wishes
from tests.engine.training.small_collection import write_recordings_into
from tests.engine.training.tiny_latents import make_autoencoder

WISHES = Wishes({"name": "my-band"}, steps=1)


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """Two recordings of two seconds, with everything that an order can have."""
    write_recordings_into(tmp_path / "recordings", 2, 2.0)
    preparation = Preparation(cut_start_s=0.1, cut_end_s=0.1, shortest_s=0.5)
    augmentation = Augmentation(noise=0.5, cutmix=0.5)
    return Order(tmp_path / "recordings", make_autoencoder(tmp_path), tmp_path, preparation, augmentation, QUICK)


def begin(
    folder: Path, order: Order, wishes: Wishes = WISHES, *, resume: bool = False
) -> Generator[Progress, None, ModelCard | None]:
    return make_model(folder, order, wishes, Catalogue([]), folder / "models", resume=resume, jobs=1)


def test_an_order_is_read_as_it_was_written(tmp_path: Path, order: Order) -> None:
    for each in (order, replace(order, base=None, augmentation=None)):
        write_order(each, tmp_path / "training")
        assert read_order(tmp_path / "training") == each


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"recordings": 3}'])
def test_a_damaged_order_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / whole.ORDER_FILE).write_text(text)
    with pytest.raises(ModelError, match="damaged"):
        read_order(tmp_path)


def test_the_status_tells_of_every_step_and_of_a_stop_that_can_be_gone_on_from(tmp_path: Path, order: Order) -> None:
    folder = tmp_path / "training"
    told = []
    for progress in begin(folder, order):
        told.append(progress.doing)
        status = logbook.read_status(folder)
        assert status is not None
        assert (status.state, status.kind) == (logbook.RUNNING, "generator")
        if progress.doing.startswith(whole.ENCODING) and progress.done > 0:
            logbook.request_stop(folder)
    assert told[:3] == [whole.PREPARING, f"{whole.PREPARING}: 1 of 2", f"{whole.PREPARING}: 2 of 2"]
    assert told[3] == whole.ENCODING
    assert len(told) == 5
    status = logbook.read_status(folder)
    assert status is not None
    assert (status.state, status.left_s) == (logbook.STOPPED, None)
    assert not logbook.stop_requested(folder)
    assert len(Collection.open(folder / whole.VARIED_FOLDER).recordings) == 4

    rest = begin(folder, order, resume=True)
    again = [next(rest).doing for _ in range(2)]
    assert again == [whole.PREPARING, whole.ENCODING]
    rest.close()
    with pytest.raises(UsageError, match="broken off"):
        Latents.open(folder / whole.LATENTS_FOLDER)


def test_recordings_that_give_nothing_end_it_and_the_status_says_why(tmp_path: Path, order: Order) -> None:
    soundfile.write(tmp_path / "recordings" / "song-0.flac", np.zeros((90_000, 2)), 44_100)
    (tmp_path / "recordings" / "song-1.flac").write_bytes(b"")
    with pytest.raises(UsageError, match="None of the 2 recordings"):
        list(begin(tmp_path / "training", order))
    status = logbook.read_status(tmp_path / "training")
    assert status is not None
    assert status.state == logbook.FAILED
    assert "None of the 2 recordings" in status.message


def test_one_recording_is_varied_without_another_to_be_mixed_with(tmp_path: Path, order: Order) -> None:
    (tmp_path / "recordings" / "song-1.flac").unlink()
    folder = tmp_path / "training"
    for progress in begin(folder, order):
        if progress.doing.startswith(whole.ENCODING):
            logbook.request_stop(folder)
    changed = [recording.changes for recording in Collection.open(folder / whole.VARIED_FOLDER).recordings]
    assert [changes and bool(changes.cuts) for changes in changed] == [None, False]


def test_a_folder_belongs_to_one_order_and_a_name_to_one_model(tmp_path: Path, order: Order) -> None:
    folder = tmp_path / "training"
    steps = begin(folder, order)
    next(steps)
    steps.close()
    with pytest.raises(UsageError, match="holds a training already"):
        next(begin(folder, order))
    with pytest.raises(UsageError, match="other settings"):
        next(begin(folder, replace(order, augmentation=None), resume=True))
    with pytest.raises(ModelError, match="no training of a model"):
        next(begin(tmp_path / "nothing", order, resume=True))
    with pytest.raises(ModelError, match="cannot name a model"):
        next(begin(tmp_path / "nameless", order, Wishes()))
    make_autoencoder(tmp_path / "models", "my-band")
    taken = make_model(tmp_path / "other", order, WISHES, Catalogue([tmp_path / "models"]), tmp_path / "models")
    with pytest.raises(ModelError, match="already: choose another name"):
        next(taken)
    assert not (tmp_path / "other").exists()
