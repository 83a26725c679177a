"""Recordings that could not be taken apart before the window was closed, in the next window; without any network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.waiting import Waiting, read_waiting, waiting_path, write_waiting
from app.window import Window
from app.wording import given_up_text, gone_text
from engine.audio.format import SAMPLE_RATE_HZ
from engine.takes.library import Entry, Library
from tests.app.telling import sines

WAIT_MS = 30_000
LONG_S, SHORT_S = 800, 2  # so long that a busy machine has not done with it when the window is closed


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def new_window(home, open_window) -> Callable[[], Window]:
    return lambda: open_window(home)


@pytest.fixture
def files(tmp_path) -> list[Path]:
    lengths_s = {"long": LONG_S, "one": SHORT_S, "two": SHORT_S}
    return [sines(tmp_path / f"{name}.wav", seconds) for name, seconds in lengths_s.items()]


def names(window: Window) -> list[str]:
    return [entry.name for entry in window.library.entries.values()]


def wait_for_sound(qtbot, window: Window) -> Path:
    """Until there is something of the first recording; the folder of its take."""
    qtbot.waitUntil(lambda: window.session.state.take is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.session.state.take.mix_frames > 0, timeout=WAIT_MS)
    return window.session.state.take.folder


def broken_off(qtbot, window: Window, files: list[Path]) -> Path:
    """Close a window in the middle of the first of several recordings; the folder of its take."""
    window.library.take_in(files)
    folder = wait_for_sound(qtbot, window)
    window.close()
    return folder


def on_disk(home: Path) -> dict[str, Entry]:
    return {entry.name: entry for entry in Library(home / "takes").entries()}


def test_what_waited_and_what_was_broken_off_is_taken_up_again(new_window, qtbot, home, files):
    folder = broken_off(qtbot, new_window(), files)
    assert read_waiting(waiting_path()) == [Waiting(files[0], folder), Waiting(files[1]), Waiting(files[2])]
    assert on_disk(home)["long"].length_s < LONG_S

    window = new_window()
    said = []
    window.engine.progressed.connect(lambda *_: said.append(window.activity.text))
    qtbot.waitUntil(lambda: not waiting_path().exists(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.activity.text == "Ready", timeout=WAIT_MS)
    assert said[0].startswith("Going on with 3 recordings from last time: long")
    assert names(window) == ["two", "one", "long"]
    assert {name: entry.length_s for name, entry in on_disk(home).items()} == {
        "long": LONG_S,
        "one": SHORT_S,
        "two": SHORT_S,
    }
    assert not folder.exists()  # the new one is in its place
    assert window.session.state.title == "long"


def test_what_the_user_has_said_of_a_take_that_was_broken_off_is_said_of_the_new_one(new_window, qtbot, home, files):
    window = new_window()
    window.library.take_in(files[:1])
    folder = wait_for_sound(qtbot, window)
    window.library.rename(folder, "Rehearsal")
    window.library.rate(folder, 3)
    window.close()

    window = new_window()
    window_folder = wait_for_sound(qtbot, window)
    assert window_folder != folder
    assert window.session.state.title == "Rehearsal"
    (card,) = window.rooms.takes.list.cards.shown
    assert (card.name, card.stars, card.key) == ("Rehearsal", 3, str(window_folder))
    qtbot.waitUntil(lambda: window.session.state.take.finished, timeout=WAIT_MS)
    window.close()
    assert on_disk(home)["Rehearsal"].stars == 3
    assert on_disk(home)["Rehearsal"].length_s == LONG_S


def test_a_take_that_is_heard_when_it_is_superseded_gives_way_to_the_new_one(new_window, qtbot, files):
    folder = broken_off(qtbot, new_window(), files[:1])
    window = new_window()
    window.recordings.take_up = lambda: None  # the engine is not ready for a while
    qtbot.waitUntil(lambda: names(window) == ["long"], timeout=WAIT_MS)
    window.library.open(folder, plays=False)
    qtbot.waitUntil(lambda: window.session.state.take is not None, timeout=WAIT_MS)
    del window.recordings.take_up
    window.recordings.take_up()
    qtbot.waitUntil(lambda: window.session.state.take.folder != folder, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: names(window) == ["long"], timeout=WAIT_MS)


def test_recordings_that_are_gone_are_told_of_in_one_sentence(new_window, open_window, qtbot, home, files):
    said = []

    def listen(window: Window) -> None:
        window.recordings.told.connect(lambda sentence: said.append((sentence, window.message.sentence)))

    broken_off(qtbot, new_window(), files)
    for file in files[:2]:
        file.unlink()
    window = open_window(home, listen)
    qtbot.waitUntil(lambda: "two" in names(window), timeout=WAIT_MS)
    sentence = "“long.wav” and another recording are not there any more, so they are not taken apart."
    assert said == [(sentence, sentence)]
    qtbot.waitUntil(lambda: not waiting_path().exists(), timeout=WAIT_MS)
    assert names(window) == ["two", "long"]  # what there is of the first stays


def test_cancelling_leaves_nothing_to_be_taken_up(new_window, qtbot, files):
    window = new_window()
    window.library.take_in(files)
    wait_for_sound(qtbot, window)
    qtbot.waitUntil(waiting_path().exists, timeout=WAIT_MS)
    qtbot.mouseClick(window.activity.work_cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not waiting_path().exists(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.activity.text == "Ready", timeout=WAIT_MS)
    window.close()
    window = new_window()
    qtbot.waitUntil(lambda: names(window) == ["long"], timeout=WAIT_MS)
    window.close()
    assert not waiting_path().exists()


def test_what_is_asked_for_before_the_last_time_is_known_does_not_write_over_it(new_window, qtbot, home, files):
    write_waiting(waiting_path(), [Waiting(files[1])])
    window = new_window()
    window.making.import_files(files[2:])
    qtbot.waitUntil(lambda: sorted(names(window)) == ["one", "two"], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not waiting_path().exists(), timeout=WAIT_MS)
    assert "not there" not in window.message.sentence


def test_what_may_bring_the_program_down_is_tried_twice_more_and_given_up(new_window, open_window, qtbot, home, files):
    """The file as it lies there while the first is worked on is what a crash would leave."""
    write_waiting(waiting_path(), [Waiting(files[0]), Waiting(files[1])])
    for tries in (1, 2):
        window = new_window()
        qtbot.waitUntil(lambda tries=tries: read_waiting(waiting_path())[0].tries == tries, timeout=WAIT_MS)
        wait_for_sound(qtbot, window)
        left = waiting_path().read_bytes()
        assert [each.tries for each in read_waiting(waiting_path())] == [tries, 0]
        window.close()
        assert {each.tries for each in read_waiting(waiting_path())} == {0}  # an orderly end
        waiting_path().write_bytes(left)
    lost, said = home / "lost.wav", []
    write_waiting(waiting_path(), [*read_waiting(waiting_path()), Waiting(lost)])
    window = open_window(home, lambda window: window.recordings.told.connect(said.append))
    qtbot.waitUntil(lambda: "one" in names(window), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not waiting_path().exists(), timeout=WAIT_MS)
    assert said == [f"{gone_text([lost])} {given_up_text(files[0])}"]  # at once: there is one strip for both


def test_a_take_that_is_none_of_the_recording_is_left_alone(new_window, qtbot, home, files):
    window = new_window()
    window.library.take_in(files[1:2])
    qtbot.waitUntil(lambda: window.activity.text == "Ready" and names(window) == ["one"], timeout=WAIT_MS)
    window.close()
    (kept,) = on_disk(home).values()
    write_waiting(waiting_path(), [Waiting(files[2], kept.folder)])
    window = new_window()
    qtbot.waitUntil(lambda: sorted(names(window)) == ["one", "two"], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not waiting_path().exists(), timeout=WAIT_MS)
    assert kept.folder.exists()
    assert round(kept.length_s * SAMPLE_RATE_HZ) == SHORT_S * SAMPLE_RATE_HZ
