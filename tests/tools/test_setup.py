"""What the set-up does on a machine where something is missing and apt cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import setup

NOWHERE = {"libnowhere9": "libnowhere.so.9"}
COMMAND = "sudo apt-get install --no-install-recommends libnowhere9"


@pytest.fixture(autouse=True)
def no_apt(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty PATH: apt-get and sudo are not found, so nothing is installed for the test's sake."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(setup, "WINDOW", {})
    monkeypatch.setattr(setup, "SOUND", {})


def test_the_tests_stop_with_the_command_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(setup.EXTRAS, "test", NOWHERE)
    with pytest.raises(setup.SetUpError, match=COMMAND):
        setup.set_up_system({"test"})


def test_without_sound_the_program_goes_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(setup, "SOUND", NOWHERE)
    monkeypatch.setenv("DISPLAY", ":0")
    setup.set_up_system(set())
    assert COMMAND in capsys.readouterr().out


@pytest.mark.parametrize("display", [True, False])
def test_a_window_that_cannot_open_stops_only_where_there_is_a_display(
    monkeypatch: pytest.MonkeyPatch, display: bool
) -> None:
    monkeypatch.setattr(setup, "WINDOW", NOWHERE)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0" if display else "")
    if display:
        with pytest.raises(setup.SetUpError, match=COMMAND):
            setup.set_up_system(set())
    else:
        setup.set_up_system(set())


@pytest.mark.parametrize(
    ("sign", "here"),
    [
        ("libc.so.6", True),
        ("libnowhere.so.9", False),
        ("program", True),
        ("no-program", False),
        ("/proc/*/status", True),
        ("/proc/nowhere*", False),
    ],
)
def test_signs_of_packages(tmp_path: Path, sign: str, here: bool) -> None:
    (tmp_path / "program").touch(mode=0o755)
    assert setup.is_here(sign) is here


def test_an_interrupted_set_up_is_not_taken_for_done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup, "STAMP", tmp_path / "set-up.json")
    assert setup.last_set_up() == {}
    (tmp_path / "set-up.json").write_text('{"python": "3.1')
    assert setup.last_set_up() == {}
