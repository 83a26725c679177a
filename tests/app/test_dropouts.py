"""Drop-outs: when a larger buffer is offered, and what taking it does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.dropouts import LOOKS, UNSETTLED, Dropouts
from app.settings import SettingsStore
from widgets.message_strip import MessageStrip


@pytest.fixture
def strip(qtbot: QtBot) -> MessageStrip:
    strip = MessageStrip()
    qtbot.addWidget(strip)
    return strip


@pytest.fixture
def store(tmp_path: Path, qapp: QApplication) -> Iterator[SettingsStore]:
    store = SettingsStore(tmp_path / "settings.json")
    yield store
    store.close()


@pytest.fixture
def player() -> SimpleNamespace:
    """All that is asked of a player here; a real one is late when the machine is, not when a test wants it."""
    return SimpleNamespace(underruns=0)


@pytest.fixture
def dropouts(player: SimpleNamespace, store: SettingsStore, strip: MessageStrip) -> Dropouts:
    settled = Dropouts(player, store, strip)
    for _ in range(UNSETTLED):
        settled.look()
    return settled


def miss(player: SimpleNamespace, dropouts: Dropouts, counts: list[int]) -> None:
    """So many drop-outs from one look to the next."""
    for count in counts:
        player.underruns += count
        dropouts.look()


def test_many_within_a_minute_offer_a_larger_buffer(qtbot, dropouts, player, store, strip) -> None:
    miss(player, dropouts, [0, 1, 0, 1])
    assert strip.isHidden()
    miss(player, dropouts, [0, 1])
    assert "interrupted" in strip.sentence
    assert strip.action_button.text() == "Use 80 ms"
    qtbot.mouseClick(strip.action_button, Qt.MouseButton.LeftButton)
    assert store.settings.buffer_ms == 80
    assert strip.isHidden()


def test_what_was_missing_before_the_first_look_or_long_ago_does_not_count(dropouts, player, strip) -> None:
    miss(player, dropouts, [5, 1, *[0] * LOOKS, 1, *[0] * LOOKS, 1])
    assert strip.isHidden()


def test_the_first_minute_does_not_count(player, store, strip) -> None:
    miss(player, Dropouts(player, store, strip), [1] * UNSETTLED)
    assert strip.isHidden()


def test_of_each_buffer_it_speaks_once(dropouts, player, store, strip) -> None:
    miss(player, dropouts, [0, 3])
    strip.hide()
    miss(player, dropouts, [0, 3])
    assert strip.isHidden()
    store.change(buffer_ms=80)
    miss(player, dropouts, [0, 3])
    assert strip.action_button.text() == "Use 160 ms"


def test_the_largest_buffer_is_the_end_of_it(dropouts, player, store, strip) -> None:
    store.change(buffer_ms=160)
    miss(player, dropouts, [0, 3])
    assert strip.isHidden()
