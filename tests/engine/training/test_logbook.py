"""What a training folder says of itself: written by one, read by another at any moment."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.errors import ModelError, OutputError
from engine.training import logbook
from engine.training.logbook import LossTable, Status, draw_losses, read_losses, read_status, write_status

LIGHT = """
import sys
import engine.training.logbook
heavy = {"torch", "keras", "tensorflow", "matplotlib", "scipy"} & set(sys.modules)
sys.exit(" ".join(heavy) or 0)
"""


def test_reading_it_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# --- status ----------------------------------------------------------------------------------------------------------


def test_a_status_is_read_as_it_was_written(tmp_path: Path) -> None:
    status = Status("running", "generator", os.getpid(), 7, 0.5, 2.5, 60.0, None, {"critic": 0.3}, "All is well.", 5.0)
    write_status(tmp_path, status)
    assert read_status(tmp_path) == status
    assert status.is_running


def test_what_is_not_legible_says_nothing(tmp_path: Path) -> None:
    assert read_status(tmp_path) is None
    for text in ("", "{", "[]", '{"state": "dancing"}', '{"step": 3}', "\udcff"):
        (tmp_path / logbook.STATUS_FILE).write_text(text, errors="surrogateescape")
        assert read_status(tmp_path) is None, text


def test_a_process_that_is_gone_does_not_run(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not Status("running", pid=ended.pid).is_running
    assert not Status("finished", pid=os.getpid()).is_running


def test_a_training_that_is_not_there_or_damaged_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no training"):
        logbook.read_training(tmp_path)
    for text in ("{", "[]", "{}"):
        (tmp_path / logbook.TRAINING_FILE).write_text(text)
        with pytest.raises(ModelError, match="damaged"):
            logbook.read_training(tmp_path)


# --- stopping --------------------------------------------------------------------------------------------------------


def test_asking_to_stop_is_a_file(tmp_path: Path) -> None:
    assert not logbook.stop_requested(tmp_path)
    logbook.request_stop(tmp_path)
    logbook.request_stop(tmp_path)
    assert logbook.stop_requested(tmp_path)
    logbook.forget_stop(tmp_path)
    logbook.forget_stop(tmp_path)
    assert not logbook.stop_requested(tmp_path)
    with pytest.raises(OutputError):
        logbook.request_stop(tmp_path / "nowhere")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_to_stop_and_a_second_one_interrupts(tmp_path: Path, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with logbook.stopping_on_signals(tmp_path):
        os.kill(os.getpid(), number)
        assert logbook.stop_requested(tmp_path)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before


# --- losses ----------------------------------------------------------------------------------------------------------


def test_losses_are_read_as_they_were_written(tmp_path: Path) -> None:
    table = LossTable(tmp_path, 0)
    assert read_losses(tmp_path) == {}
    table.append(50, 12.34, {"critic": 1 / 3, "generator": -2e-9})
    table.append(100, 25.0, {"critic": 123456.75})
    table.append(12_345_678, 3e6, {"critic": 1.0, "penalty": 0.25})
    columns = read_losses(tmp_path)
    assert list(columns) == ["step", "trained_s", "critic", "generator", "penalty"]
    assert columns["step"].tolist() == [50, 100, 12_345_678]
    assert columns["trained_s"].tolist() == [12.3, 25, 3e6]
    np.testing.assert_allclose(columns["critic"], [1 / 3, 123456.75, 1], rtol=1e-8)
    np.testing.assert_allclose(columns["generator"], [-2e-9, math.nan, math.nan], rtol=1e-8)
    np.testing.assert_array_equal(columns["penalty"], [math.nan, math.nan, 0.25])


def test_going_on_drops_the_rows_after_the_saved_step(tmp_path: Path) -> None:
    table = LossTable(tmp_path, 0)
    for step in (10, 20, 30):
        table.append(step, step / 2, {"error": 1 / step})
    text = (tmp_path / logbook.LOSSES_FILE).read_text()
    LossTable(tmp_path, 20).append(30, 15.0, {"error": 1 / 30})
    assert (tmp_path / logbook.LOSSES_FILE).read_text() == text
    LossTable(tmp_path, 5)
    assert read_losses(tmp_path) == {}


def test_a_line_that_is_still_being_written_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / logbook.LOSSES_FILE
    for text, rows in [("", 0), ("step,tra", 0), ("step,trained_s,error\n10,1,0.5\n20,2,0.2", 1), ("step,a\n1,x\n", 0)]:
        path.write_text(text)
        assert len(read_losses(tmp_path).get("step", ())) == rows


def test_a_long_table_is_thinned_out_evenly(tmp_path: Path) -> None:
    lines = [f"{step},{step / 10},0.5" for step in range(1, 10_001)]
    (tmp_path / logbook.LOSSES_FILE).write_text("\n".join(["step,trained_s,error", *lines, ""]))
    steps = read_losses(tmp_path, most_rows=1000)["step"]
    assert len(steps) == 1000
    assert set(np.diff(steps)) == {10}


def test_the_picture_has_a_panel_a_loss(tmp_path: Path) -> None:
    draw_losses(tmp_path)
    assert not (tmp_path / logbook.PICTURE_FILE).exists()
    table = LossTable(tmp_path, 0)
    for step in range(1, 200):
        table.append(step, step, {"wide": math.exp(-step / 20), "narrow": 1 + step / 1000, "never": math.nan})
    draw_losses(tmp_path)
    with Image.open(tmp_path / logbook.PICTURE_FILE) as picture:
        pixels = np.asarray(picture.convert("RGB"), int)
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    lit = (pixels[..., 0] - pixels[..., 2] > 60).astype(int)  # the line is amber, all else is blue or grey
    quarters = [lit[:height, :width], lit[:height, width:], lit[height:, :width], lit[height:, width:]]
    assert [quarter.sum() > 300 for quarter in quarters] == [True, True, False, False]
    assert pixels[height + 40 :, width + 40 :].max() < 50  # where there is no fourth loss, nothing is drawn
    # On its logarithmic axis the exponential is a straight line: in the middle of the way it is at half the height.
    rows = [np.nonzero(column)[0].mean() for column in quarters[0].T if column.any()]
    assert rows[len(rows) // 2] == pytest.approx((rows[0] + rows[-1]) / 2, abs=6)
