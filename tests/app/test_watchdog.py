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
    duration_s, stack = max(sightings.blockades)
    assert duration_s == sightings.longest_s
    assert "dawdle" in stack
    assert "the window was blocked for" in caplog.text


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
