"""What is said while something takes long."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.command_line.training import narration
from app.command_line.training.narration import clock, narrating, table
from engine.errors import OutputError


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59.4, "59 s"), (59.6, "1:00"), (750, "12:30"), (11_105, "3:05:05")]
)
def test_lengths_of_time_are_read_easily(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_columns_are_as_wide_as_they_need_to_be() -> None:
    rows = [("a", "0:02"), ("x" * 99, "12:30")]
    head, first, second = table(("name", "length"), rows).splitlines()
    assert head.index("length") == first.index("0:02") == second.index("12:30")
    assert second.startswith("…xxx")


def test_a_log_has_what_must_be_read_and_a_line_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "new" / "log.txt"
    with narrating(log) as narrator:
        for step in range(100):
            narrator.progress(step / 100, f"step {step}")
        narrator.note("The losses ran away.")
    assert log.read_text() == capsys.readouterr().err == "The losses ran away.\n"
    monkeypatch.setattr(narration, "LINE_S", 0.0)
    with narrating(log) as narrator:
        narrator.progress(0.5, "step 7")
    assert log.read_text().splitlines()[-1] == " 50% step 7"


def test_one_of_several_processes_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with narrating(quiet=True) as narrator:
        narrator.note("said by another one")
    assert capsys.readouterr().err == ""


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="not a folder"), narrating(tmp_path / "file" / "log.txt"):
        pass
