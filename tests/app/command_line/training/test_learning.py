"""The steps that learn, and all of them in a row, typed in; most of it in a process of its own, see trial.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.training import logbook
from tests.app.command_line.training.trial import TINY
from tests.engine.training.small_collection import write_recordings_into
from tests.engine.training.tiny_latents import CONFIG, make_autoencoder
from tests.sound import wait_until

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings and autoencoders."""
    folder = tmp_path_factory.mktemp("training")
    write_recordings_into(folder / "recordings", 3, 2.5)
    make_autoencoder(folder)
    make_autoencoder(folder, "other-ear", replace(CONFIG, mid=5))
    return folder


@pytest.fixture(scope="module")
def environment(folder: Path) -> dict[str, str]:
    """Of the processes: a home of their own, one thread."""
    return {**os.environ, "DEEPDEADNET_HOME": str(folder / "home"), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def killed(folder: Path, environment: dict[str, str]) -> Path:
    """The folder of a whole training that was killed while it learned, and while it wrote its state."""
    out = folder / "killed"
    options = ["--name", "my-band", "--title", "My Band", "--autoencoder", str(folder / "ear"), "--out", str(out)]
    options += ["--cut-start", "0.1", "--cut-end", "0.1", "--shortest", "1", "--jobs", "1", "--steps", "4000"]
    command = [
        sys.executable,
        "main.py",
        "train",
        "model",
        str(folder / "recordings"),
        *options,
        "--noise",
        "0.3",
        *TINY,
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with process:
        said = []

        def learns() -> bool:
            assert process.poll() is None, process.stderr and process.stderr.read()
            status = logbook.read_status(out)
            said.append(status.message if status else "")
            return status is not None and status.step > 0

        wait_until(learns, at_most_s=120)
        process.kill()
    assert any(message.startswith("Looking through the recordings") for message in said)
    (out / ".state.safetensors.1.part").write_bytes(b"half a state")
    return out


@pytest.fixture(scope="module")
def trial(folder: Path, environment: dict[str, str], killed: Path) -> dict[str, Any]:
    """What came of the commands of trial.py."""
    command = [sys.executable, "-m", "tests.app.command_line.training.trial", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    results: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return results


def test_a_killed_training_says_so_and_goes_on_to_a_model_that_plays(trial: dict[str, Any]) -> None:
    whole = trial["whole"]
    assert whole["interrupted"]["state"] == "interrupted"
    assert (whole["resumed"]["status"], whole["resumed"]["state"]) == (0, "finished"), whole["resumed"]
    assert whole["resumed"]["name"] == "my-band"
    assert whole["card"]["title"] == "My Band"
    assert whole["card"]["trained_for"].startswith("4 steps")
    assert whole["plays"] == 0
    assert whole["loudest"] > 1e-4


def test_going_on_longer_needs_no_recordings_and_replaces_the_model(trial: dict[str, Any]) -> None:
    assert trial["whole"]["longer"]["status"] == 0, trial["whole"]["longer"]
    assert trial["whole"]["longer"]["step"] == 6
    assert trial["whole"]["card after"].startswith("6 steps")


def test_a_training_goes_on_as_it_was_begun_and_a_name_is_given_once(trial: dict[str, Any]) -> None:
    whole = trial["whole"]
    assert_refused(whole["other settings"], "as it was begun")
    assert_refused(whole["name taken"], "already")
    assert not whole["elsewhere"]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("no name", "--name my-band"),
        ("no recordings", "where the recordings are"),
        ("no training", "no training of a model"),
        ("bad name", "lower-case letters"),
        ("unknown base", "did you mean my-band"),
        ("base of another kind", "no generator called"),
        ("two autoencoders", "leave out"),
        ("negative minutes", "more than 0"),
        ("unknown setting", "did you mean batch?"),
        ("an empty folder", "no recording"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_before_anything_is_done(
    trial: dict[str, Any], order: str, words: str
) -> None:
    assert_refused(trial["refusals"][order], words)
    assert not trial["refusals"]["left"]


def test_a_signal_saves_and_says_how_to_go_on(trial: dict[str, Any]) -> None:
    terminated = trial["generator"]["terminated"]
    assert terminated["status"] == 143
    assert terminated["err"].splitlines()[-1].endswith("saved: go on with --resume.")


def test_a_stop_that_is_asked_for_is_a_good_end(trial: dict[str, Any]) -> None:
    found = trial["generator"]
    assert (found["stopped"]["status"], found["stopped"]["state"]) == (0, "stopped"), found["stopped"]
    assert found["status"]["state"] == "stopped"
    assert found["status"]["step"] == found["stopped"]["step"] > 3
    assert "critic" in found["status"]["losses"]
    assert_refused(found["nothing to stop"], "does not run")


def test_the_card_says_what_was_wished_at_the_beginning(trial: dict[str, Any]) -> None:
    assert trial["generator"]["card"] == {"name": "by-steps", "title": "by-steps", "band": "Nobody"}


def test_a_folder_holds_one_training(trial: dict[str, Any]) -> None:
    assert_refused(trial["generator"]["taken"], "holds a training already")
    assert_refused(trial["generator"]["recipe again"], "leave out --recipe")


def test_a_base_is_gone_on_from_if_it_is_of_the_same_shape(trial: dict[str, Any]) -> None:
    found = trial["generator"]
    assert (found["fine-tuned"]["status"], found["fine-tuned"]["step"]) == (0, 1), found["fine-tuned"]
    assert (found["with its critic"]["status"], found["with its critic"]["step"]) == (0, 1), found["with its critic"]
    assert_refused(found["another shape"], "values a step")


def test_a_full_disk_is_told_and_loses_nothing(trial: dict[str, Any]) -> None:
    found = trial["generator"]
    assert_refused(found["disk full"], "could not be written")
    assert not [name for name in found["left by a full disk"] if name.endswith((".part", ".safetensors"))]
    assert found["after a full disk"]["status"] == 0, found["after a full disk"]


def test_an_autoencoder_and_a_separator_are_trained_likewise(trial: dict[str, Any]) -> None:
    others = trial["others"]
    for kind in ("autoencoder", "separator"):
        assert (others[kind]["status"], others[kind]["kind"], others[kind]["step"]) == (0, kind, 1), others[kind]
    assert_refused(others["no songs"], "no songs")


def test_nothing_that_trains_needs_tensorflow(trial: dict[str, Any]) -> None:
    assert not trial["tensorflow"]


def test_the_guide_explains_every_setting_of_every_recipe(trial: dict[str, Any]) -> None:
    guide = (ROOT / "docs" / "training.md").read_text(encoding="utf8")
    for kind, names in trial["settings"].items():
        section = guide.partition(f"| {kind} | |")[2].partition("\n\n")[0]
        assert not [name for name in names if f"`{name}" not in section], kind


def assert_refused(said: dict[str, Any], words: str) -> None:
    assert said["status"] == 2, said
    assert len(said["err"].splitlines()) == 1, said["err"]
    assert words in said["err"]
