"""Ctrl-C and SIGTERM."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from app.command_line.training.stopping import Stopped, noting_signals, restartable
from engine.training import logbook


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_can_be_restarted_stops_at_once_and_says_how_to_go_on(number: int, status: int) -> None:
    before = signal.getsignal(number)
    with pytest.raises(Stopped, match="the same command") as stopped, restartable("the same command goes on"):
        os.kill(os.getpid(), number)
    assert stopped.value.status == status
    assert signal.getsignal(number) == before


def test_a_signal_is_noted_and_passed_on(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with logbook.stopping_on_signals(tmp_path), noting_signals() as received:
        os.kill(os.getpid(), signal.SIGTERM)
        assert logbook.stop_requested(tmp_path)
    assert received == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_second_signal_does_not_wait(tmp_path: Path) -> None:
    with logbook.stopping_on_signals(tmp_path), noting_signals():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
