"""What blocks the window is seen, and nothing else is."""

from __future__ import annotations

import logging
import time

from PySide6.QtCore import QTimer

from app import watchdog


def test_a_blockade_is_seen_with_what_caused_it(qapp, qtbot, caplog):
    def dawdle() -> None:
        time.sleep(0.3)

    with caplog.at_level(logging.WARNING), watchdog.watching(qapp, 0.2) as sightings:
        QTimer.singleShot(50, dawdle)
        qtbot.wait(400)
    assert sightings.longest_s >= 0.3
    longest = max(sightings.blockades, key=lambda blockade: blockade.duration_s)
    assert longest.duration_s == sightings.longest_s
    assert "dawdle" in longest.stack
    assert longest.busy_s < longest.duration_s - 0.25  # it slept
    assert "the window was blocked for" in caplog.text


def test_what_it_computes_itself_is_its_own_doing(qapp, qtbot):
    def compute() -> None:
        end_s = time.thread_time() + 0.3
        while time.thread_time() < end_s:
            pass

    with watchdog.watching(qapp, 0.2) as sightings:
        QTimer.singleShot(50, compute)
        qtbot.wait(400)
    assert max(blockade.busy_s for blockade in sightings.blockades) >= 0.3


def test_without_one_there_is_nothing_to_see(qapp, qtbot):
    with watchdog.watching(qapp, 2.0) as sightings:
        qtbot.wait(100)
    assert sightings.blockades == []
    assert sightings.longest_s == 0.0


def test_it_is_an_option(monkeypatch):
    monkeypatch.delenv(watchdog.VARIABLE, raising=False)
    assert not watchdog.is_wanted()
    monkeypatch.setenv(watchdog.VARIABLE, "1")
    assert watchdog.is_wanted()
