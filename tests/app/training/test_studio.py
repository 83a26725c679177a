"""Training from the window, whole: a real training as a process of its own, by a real mouse on a real X display."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np
import pytest
import soundfile
from PySide6.QtGui import QImage

from benchmarks.random_musika import write_random_musika
from engine.audio.format import SAMPLE_RATE_HZ
from engine.models.card import ModelCard, load_card, verify, write_card
from engine.musika.coders import CoderConfig
from engine.musika.networks import GeneratorConfig
from engine.training import logbook
from tests.screen import let_a_hand_use_the_window
from widgets.loss_plot import smooth

SCREEN = "-screen 0 1280x720x24"
NAME = "night-tapes"


class Visit(NamedTuple):
    """What is left of the hand's visit to the window."""

    folder: Path
    training: Path
    seen: dict[str, Any]


def write_band(folder: Path) -> None:
    """A generator in the published layout, with what turns recordings into latents; random weights."""
    folder.mkdir(parents=True)
    write_random_musika(folder, GeneratorConfig(base_channels=4), CoderConfig(hop=64))
    with h5py.File(folder / "enc2.h5", "r+") as file:
        file["cbottle/cbottle/kernel:0"][...] *= 20  # random coders know nothing of each other: decoded, it was silence
    write_card(ModelCard(name=folder.name, title="Tiny Band", kind="generator"), folder)


def write_tapes(folder: Path) -> None:
    """Two recordings of noise that swells."""
    folder.mkdir()
    noise = np.random.default_rng(0).normal(scale=0.1, size=(2, 40 * SAMPLE_RATE_HZ, 2))
    noise *= np.linspace(0.2, 1, noise.shape[1])[:, None]
    for index, wave in enumerate(noise):
        soundfile.write(folder / f"{index}.flac", wave, SAMPLE_RATE_HZ)


def end(training: Path) -> None:
    """End a training that still runs, with all its processes."""
    with suppress(OSError, ValueError, KeyError):
        pid = json.loads((training / "window.json").read_text())["start"]["pid"]
        os.killpg(pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    folder = tmp_path_factory.mktemp("visit")
    write_band(folder / "home" / "models" / "tiny-band")
    write_tapes(folder / "tapes")
    training = folder / "home" / "trainings" / NAME
    try:
        let_a_hand_use_the_window("tests.app.training.hand", folder, SCREEN)
        yield Visit(folder, training, json.loads((folder / "seen.json").read_text()))
    finally:
        end(training)


def test_the_window_has_shown_what_the_training_wrote(visit):
    losses = logbook.read_losses(visit.training)
    generator, critic = visit.seen["legend"]
    assert generator == "Generator  –"  # the critic, which is new, learns alone at first
    assert critic == f"Critic  {smooth(losses['critic'][: visit.seen['points']])[-1]:.2f}"
    assert int(visit.seen["figures"]["Steps"]) > 0
    assert float(visit.seen["figures"]["Steps a second"]) > 0
    assert visit.seen["figures"]["Time left"] in ("1 h", "59 min", "58 min", "57 min")  # of an hour just begun


def test_the_training_learned_what_the_form_said(visit):
    wishes = json.loads((visit.training / "wishes.json").read_text())
    order = json.loads((visit.training / "order.json").read_text())
    assert wishes["titles"] == {"name": NAME, "title": "Night Tapes"}
    assert wishes["minutes"] == 60
    assert order["recordings"] == str(visit.folder / "tapes")
    assert order["base"] == str(visit.folder / "home" / "models" / "tiny-band")
    assert order["augmentation"] is None
    assert order["preparation"]["cut_start_s"] == order["preparation"]["cut_end_s"] == 1


def test_it_went_on_behind_the_closed_dialog_and_was_stopped_by_the_button(visit):
    status = logbook.read_status(visit.training)
    assert status.state == logbook.STOPPED
    assert status.step > int(visit.seen["figures"]["Steps"])
    assert visit.seen["state"] == "Stopped"
    assert visit.seen["entry"] == f"Stopped · {status.step} steps"


def test_its_model_was_in_the_picker_and_is_whole(visit):
    assert visit.seen["models"] == ["Night Tapes", "Tiny Band"]
    card = load_card(visit.folder / "home" / "models" / NAME)
    verify(card)
    assert (card.title, card.kind) == ("Night Tapes", "generator")


def test_the_preview_was_seen(visit):
    shown = QImage(str(visit.folder / "stopped.png"))
    (preview,) = (visit.training / "previews").glob("*.ogg")
    assert soundfile.info(preview).duration > 1
    colours = {shown.pixel(x, y) for x in range(500, 940, 4) for y in range(510, 550, 4)}
    assert len(colours) > 100
