"""The figures by command: what is measured, what is said of what cannot be, and that nothing is left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.command_line.commands import run
from benchmarks import growth, parts, start
from benchmarks.apart import Figures, apart, peak_memory_mb
from benchmarks.null_sink import wait_until
from benchmarks.parts import PARTS, Figure, Part
from engine.errors import StudioError

ROOT = Path(__file__).resolve().parents[3]
KEYS = {
    "generation_realtime_float32",
    "generation_realtime_bfloat16",
    "separation_ratio_float32",
    "separation_ratio_bfloat16",
    "first_sound_s",
    "stems_s",
    "fader_ms",
    "underruns",
    "window_s",
    "peak_memory_mb",
}
SPEED = Figure("speed", "how fast", "{speed_how}, twice", " ×", at_least=3.0)
ERROR = Figure("error_db", "how wrong", "", " dB", at_most=-45.0)


def works() -> Figures:
    return {
        "speed": 2.71828,
        "error_db": -52.01,
        "speed_how": "by hand",
        "all_speeds": [2.71828, 2.0],
        "bfloat16": True,
    }


def has_half() -> Figures:
    return {"speed": 4.0, "speed_how": "by hand", "error_db": None}


def is_hindered() -> Figures:
    raise StudioError("There is nothing to play on.")


def fails() -> Figures:
    raise ZeroDivisionError("by hand")


def dies() -> Figures:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def never_ends() -> Figures:
    time.sleep(3600)
    return {}


def takes_memory() -> Figures:
    before_mb = peak_memory_mb()
    taken = bytearray(b"x" * 100_000_000)
    del taken
    return {"taken_mb": peak_memory_mb() - before_mb}


def asks_where_it_is() -> Figures:
    import tempfile

    return {"temporary": tempfile.gettempdir(), "home": os.environ["DEEPDEADNET_HOME"]}


def begins_a_process_and_never_ends() -> Figures:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    try:
        Path(os.environ["STARTED_FILE"]).write_text(f"{process.pid} {os.environ['TMPDIR']} {os.getpid()}")
        return never_ends()
    finally:
        process.kill()


def bench(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[dict[str, Any], str]:
    """What `bench --json` says, and what it says on the way."""
    assert run(["bench", "--json", *arguments]) == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 1
    report: dict[str, Any] = json.loads(printed.out)
    return report, printed.err


def measure_only(monkeypatch: pytest.MonkeyPatch, *measured: Part) -> None:
    monkeypatch.setattr(parts, "PARTS", measured)


def test_all_promised_figures_are_parts_of_it_and_it_ends_within_ten_minutes() -> None:
    keys = [figure.key for part in PARTS for figure in part.figures]
    assert set(keys) > KEYS
    assert len(keys) == len(set(keys))
    assert sum(part.limit_s for part in PARTS) <= 600


def test_figures_come_with_goals_and_with_how_they_were_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measure_only(monkeypatch, Part("hand", works, 60.0, (SPEED, ERROR)))
    report, said = bench(capsys)
    assert (report["speed"], report["error_db"], report["all_speeds"]) == (2.72, -52.0, [2.72, 2.0])
    assert report["goals"] == {"speed": "≥ 3 ×", "error_db": "≤ -45 dB"}
    assert report["how"]["speed"] == "by hand, twice"
    assert report["problems"] == {}
    assert report["machine"]["bfloat16"] is True
    assert report["machine"]["cores"] >= 1
    assert report["versions"]["torch"]
    assert "hand … " in said
    assert run(["bench"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split("  ")[0] == "how fast"
    assert "2.72 ×" in lines[1]
    assert "≥ 3 ×, missed" in lines[1]
    assert lines[1].endswith("by hand, twice")
    assert "missed" not in lines[2]


@pytest.mark.parametrize(
    ("hindered", "limit_s", "sentence"),
    [
        (is_hindered, 60.0, "There is nothing to play on."),
        (fails, 60.0, "It failed: ZeroDivisionError: by hand"),
        (dies, 60.0, "The process that measured it died (status -9)."),
        (never_ends, 0.1, "It took longer than 0 s and was stopped."),
    ],
)
def test_a_part_that_fails_is_null_with_a_sentence_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], hindered: Any, limit_s: float, sentence: str
) -> None:
    other = Figure("other", "what cannot be measured here")
    measure_only(monkeypatch, Part("hindered", hindered, limit_s, (other,)), Part("hand", works, 60.0, (SPEED, ERROR)))
    report, _ = bench(capsys)
    assert report["other"] is None
    assert report["problems"] == {"other": sentence}
    assert report["speed"] == 2.72


def test_a_figure_that_this_machine_does_not_have_is_null_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measure_only(monkeypatch, Part("half", has_half, 60.0, (SPEED, ERROR), "Nothing is wrong here."))
    report, _ = bench(capsys)
    assert (report["speed"], report["error_db"]) == (4.0, None)
    assert report["problems"] == {"error_db": "Nothing is wrong here."}
    assert run(["bench"]) == 0
    assert "how wrong: not measured. Nothing is wrong here." in capsys.readouterr().out


def test_only_some_parts_are_measured_and_all_keys_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    report, _ = bench(capsys, "--only", "processor")
    assert report.keys() > KEYS
    assert all(report[key] is None and "--only" in report["problems"][key] for key in KEYS)
    assert isinstance(report["machine"]["bfloat16"], bool)


def test_an_unknown_part_is_refused_and_the_known_ones_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "--only", "noise"]) == 2
    said = capsys.readouterr().err
    assert "“noise”" in said
    assert "separation" in said


def test_what_is_measured_apart_has_a_home_of_its_own_that_is_gone_afterwards(home: Path) -> None:
    places = apart(asks_where_it_is, 60.0)
    assert Path(places["home"]) != home
    assert not Path(places["temporary"]).exists()
    assert not Path(places["home"]).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_peak_memory_is_that_of_the_process_and_stays_at_the_most_there_was() -> None:
    assert 99 <= apart(takes_memory, 60.0)["taken_mb"] <= 230  # of 10⁶ bytes; the literal may be there twice


@pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs Xvfb (Debian: xvfb)")
def test_the_window_is_seen_once_it_is_painted_on_a_screen_of_its_own() -> None:
    found = apart(partial(start.measure, starts=1), 60.0)
    assert found["window_starts_s"] == [found["window_s"]]
    assert 0 < found["window_s"] < start.LONGEST_S


def test_without_a_screen_the_sentence_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start.shutil, "which", lambda program: None)
    monkeypatch.setattr(start, "has_display", lambda: False)
    with pytest.raises(StudioError, match="xvfb"):
        start.measure()


def test_growth_is_kept_row_by_row_the_shortest_take_first(tmp_path: Path) -> None:
    rows = [
        {"length_s": length_s, "took_s": length_s / 10, "processor_s": length_s / 5, "peak_memory_mb": 1000.0}
        for length_s in (600.0, 10.0)
    ]
    growth.write_rows(tmp_path / "growth.csv", rows)
    assert growth.read_rows(tmp_path / "growth.csv") == rows[::-1]
    growth.plot(rows[::-1], tmp_path / "growth.png")
    with Image.open(tmp_path / "growth.png") as picture:
        assert picture.format == "PNG"
        assert picture.width > picture.height
    assert (tmp_path / "growth.png").stat().st_size < 150_000


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_ends_it_and_leaves_nothing_behind(tmp_path: Path, number: int, status: int) -> None:
    started = tmp_path / "started"
    program, said = _bench_that_is_sent(number, started)
    assert program.returncode == status
    assert "nothing was left behind" in said
    pid, folder, _ = started.read_text().split()
    assert not Path(folder).exists()
    assert not _runs(int(pid))


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_what_measures_ends_when_the_program_is_killed(tmp_path: Path) -> None:
    started = tmp_path / "started"
    _bench_that_is_sent(signal.SIGKILL, started)
    _, folder, measuring = started.read_text().split()
    wait_until(lambda: not _runs(int(measuring)))
    shutil.rmtree(folder)


def _bench_that_is_sent(number: int, started: Path) -> tuple[subprocess.Popen[str], str]:
    """Run the program below, send it a signal when it measures; the program and what it said."""
    environment = {**os.environ, "STARTED_FILE": str(started), "DEEPDEADNET_HOME": str(started.parent / "home")}
    command = [sys.executable, "-m", "tests.app.command_line.test_bench"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as program:
        wait_until(lambda: started.exists() and bool(started.read_text()))
        program.send_signal(number)
        said = program.communicate()[1]
    return program, said


def _runs(pid: int) -> bool:
    """Whether a process computes on; one that nobody has waited for does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


if __name__ == "__main__":  # the program of the test above
    parts.PARTS = (Part("endless", begins_a_process_and_never_ends, 600.0, (SPEED,)),)
    sys.exit(run(["bench"]))
