"""The window with the real engine and player behind it, on recordings; nothing here needs a network."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialogButtonBox, QFileDialog, QLabel, QWidget

from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from tests.app.telling import sines
from tests.sound import NullSink
from widgets.fader import Fader

LEFT = Qt.MouseButton.LeftButton
WAIT_MS = 30_000


class Endings(QObject):
    """Counts, in the GUI thread and after the window has shown it, how often engine or files have become idle."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.count = 0
        window.engine.idle.connect(self.note)
        window.engine.imports_left.connect(lambda left: None if left else self.note())
        window.files.idle.connect(self.note)

    def note(self) -> None:
        """One more."""
        self.count += 1


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("DEEPDEADNET_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def new_window(home, open_window, qtbot):
    """`new_window(device=None)`: a window with an output and no models."""

    def make(device: str | None = None) -> Window:
        window = open_window(home, Endings, device)
        qtbot.waitUntil(lambda: window.model_count.text() != "")
        return window

    return make


@pytest.fixture
def window(new_window) -> Window:
    return new_window()


@pytest.fixture
def recording(tmp_path) -> Path:
    """Four seconds of a 441 Hz sine that grows."""
    t_s = np.arange(4 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    sine = (0.2 * t_s / 4 * np.sin(2 * np.pi * 441 * t_s)).astype(np.float32)
    soundfile.write(tmp_path / "growing.wav", np.stack([sine, sine], axis=1), SAMPLE_RATE_HZ, subtype="FLOAT")
    return tmp_path / "growing.wav"


def drop(window: Window, *paths: Path) -> bool:
    """Drag files over the window and let go; whether the window would take them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    common = (Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Qt 6.12 wants a QPointF, which Qt 6.11 does not take
        entering = QDragEnterEvent(QPoint(400, 400), *common)
    entering.ignore()
    QApplication.sendEvent(window, entering)
    if entering.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(400, 400), *common))
    return entering.isAccepted()


def carried_out(qtbot, window: Window, request: Callable[..., object], *arguments: object) -> None:
    """Make a request and wait until the engine has carried it out."""
    endings = window.findChild(Endings)
    before = endings.count
    request(*arguments)
    qtbot.waitUntil(lambda: endings.count > before, timeout=WAIT_MS)


def open_by_drop(qtbot, window: Window, path: Path) -> None:
    carried_out(qtbot, window, drop, window, path)


def answer(qtbot, kind: type[QWidget], act: Callable[[QWidget], None]) -> None:
    """Wait for a dialog and do something in it."""
    qtbot.waitUntil(lambda: any(isinstance(w, kind) and w.isVisible() for w in QApplication.topLevelWidgets()))
    act(next(w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()))


def choose(path: Path) -> Callable[[QWidget], None]:
    """Choose a file in a file dialog, and press its button."""

    def act(dialog: QWidget) -> None:
        dialog.selectFile(str(path))
        save_or_open = dialog.findChild(QDialogButtonBox).buttons()
        accepting = next(b for b in save_or_open if b.text().strip("&") in ("Save", "Open"))
        QTest.mouseClick(accepting, LEFT)

    return act


def test_without_models_it_says_what_to_do(window):
    assert window.model_count.text() == "0"
    assert not window.make_bar.button.isEnabled()
    assert not window.transport.play_button.isEnabled()
    assert "drop" in window.message.sentence


def test_a_dropped_recording_is_on_the_stage(window, qtbot, recording):
    open_by_drop(qtbot, window, recording)
    take = window.session.state.take
    assert take.mix_frames == 4 * SAMPLE_RATE_HZ
    assert window.windowTitle().startswith("growing")
    qtbot.waitUntil(lambda: "/ 0:04.0" in [label.text() for label in window.transport.findChildren(QLabel)])
    assert window.mixer.stems == ()
    assert window.export_button.isEnabled()

    def lightness(hz: float) -> int:
        picture = window.view.grab().toImage()
        return picture.pixelColor(round(window.view.x_of(3.5)), round(window.view.y_of(hz))).lightness()

    qtbot.waitUntil(lambda: lightness(441) > lightness(8000) + 60, timeout=WAIT_MS)  # the picture has its own thread


def test_ctrl_o_opens_a_recording(window, qtbot, recording):
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    carried_out(qtbot, window, answer, qtbot, QFileDialog, choose(recording))
    assert window.session.state.title == "growing"


def test_many_recordings_are_taken_apart_one_after_the_other_and_the_first_is_on_the_stage(window, qtbot, tmp_path):
    (tmp_path / "in" / "deeper").mkdir(parents=True)
    paths = [sines(tmp_path / name, 2) for name in ("b.wav", "in/a.wav", "in/deeper/c.wav")]
    assert not drop(window)
    carried_out(qtbot, window, drop, window, paths[0], tmp_path / "in")
    qtbot.waitUntil(lambda: window.rooms.takes.count_text == "3", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.activity.text == "Ready", timeout=WAIT_MS)
    assert [card.name for card in window.rooms.takes.list.cards.shown] == ["c", "a", "b"]
    assert window.session.state.title in ("a", "b")  # files and folders are looked at side by side


def test_what_is_no_audio_is_refused_and_the_take_stays(window, qtbot, recording, tmp_path):
    open_by_drop(qtbot, window, recording)
    take = window.session.state.take
    (tmp_path / "letter.txt").write_text("no audio at all")
    open_by_drop(qtbot, window, tmp_path / "letter.txt")
    assert window.message.sentence.startswith("letter.txt is no audio file")
    assert window.message.property("kind") == "error"
    assert window.message.details_button.isVisible()
    assert window.session.state.take is take
    assert window.session.state.title == "growing"
    assert window.export_button.isEnabled()


def test_space_plays_and_pauses_and_a_click_seeks(window, qtbot, recording, null_sink: NullSink):
    open_by_drop(qtbot, window, recording)
    player, view = window.playing._player, window.view
    with null_sink.record() as recorded:
        qtbot.keyClick(window, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: player.position_frames > SAMPLE_RATE_HZ / 2, timeout=WAIT_MS)
        assert window.transport.play_button.accessibleName() == "Pause"
        assert "pulse" in window.header.output_text or "default" in window.header.output_text
        qtbot.mouseClick(view, LEFT, pos=QPoint(round(view.x_of(3.0)), 80))
        qtbot.waitUntil(lambda: player.position_frames > 3.2 * SAMPLE_RATE_HZ, timeout=WAIT_MS)
        # From 3.2 s on the sine's peaks are above 0.2 · 3.2 / 4, which is −15.9 dB.
        qtbot.waitUntil(lambda: window.mixer.master.meter.bars_db[0] > -16, timeout=WAIT_MS)
        qtbot.keyClick(window, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: window.transport.play_button.accessibleName() == "Play")
        recorded.wait_for_silence()
    paused_at = player.position_frames
    assert 3 * SAMPLE_RATE_HZ < paused_at <= 4 * SAMPLE_RATE_HZ
    assert 0.15 < np.abs(recorded.wave()).max() <= 0.21
    qtbot.mouseClick(window.transport.stop_button, LEFT)
    assert player.position_frames == 0


def test_without_its_output_it_says_so_and_goes_on(new_window, qtbot, recording, tmp_path):
    window = new_window(device="no such device")
    open_by_drop(qtbot, window, recording)
    qtbot.mouseClick(window.transport.play_button, LEFT)
    qtbot.waitUntil(lambda: "output" in window.message.sentence, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.playing.heard_frame > SAMPLE_RATE_HZ / 2, timeout=WAIT_MS)  # on another, or silently
    assert window.transport.play_button.accessibleName() == "Pause"
    assert window.header.findChildren(QLabel)[-1].toolTip() == window.playing._player.output_problem
    window.store.change(export_folder=tmp_path)
    with qtbot.waitSignal(window.files.exported, timeout=WAIT_MS):
        window.exporting.repeat()
    assert soundfile.info(tmp_path / "growing - Mix.wav").frames == 4 * SAMPLE_RATE_HZ


def test_quit_in_the_middle_and_find_everything_again(new_window, home, qtbot, tmp_path):
    minutes = np.zeros((600 * SAMPLE_RATE_HZ, 2), np.int16)  # more than is read before it quits
    soundfile.write(tmp_path / "long.wav", minutes, SAMPLE_RATE_HZ, subtype="PCM_16")
    window = new_window()
    assert drop(window, tmp_path / "long.wav")
    qtbot.waitUntil(lambda: window.session.state.take is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.session.state.take.mix_frames > 0, timeout=WAIT_MS)
    window.rooms.takes.list.stars_given.emit(str(window.session.state.take.folder), 4)
    window.mixer.master.fader.set_gain_db(-12.0)
    window.close()
    assert window.session.state.take.mix_frames < len(minutes)
    assert not window.engine.is_running

    again = new_window()
    qtbot.waitUntil(lambda: again.session.state.take is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: again.session.state.take.finished, timeout=WAIT_MS)  # it has been gone on with
    assert again.session.state.take.mix_frames == len(minutes)
    qtbot.waitUntil(lambda: again.rooms.takes.list.cards.shown[0].progress is None, timeout=WAIT_MS)
    (card,) = again.rooms.takes.list.cards.shown
    assert (card.name, card.stars) == ("long", 4)
    assert again.session.state.mix.master_gain_db == -12.0
    assert again.mixer.master.fader.gain_db == -12.0


def controls(window: Window) -> list[QWidget]:
    """Everything that a key can reach, in tab order."""
    found, widget = [], window
    while (widget := widget.nextInFocusChain()) is not window:
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(widget)
    return found


def test_every_control_has_a_name(window, qtbot, recording):
    open_by_drop(qtbot, window, recording)
    window.make_bar.fold_button.click()
    window.make_bar.morph.field.tick.click()
    window.transport.set_endless(True)
    window.keep_button.show()
    nameless = [
        widget
        for widget in controls(window)
        if not widget.accessibleName() and not (isinstance(widget, QAbstractButton) and widget.text().strip())
    ]
    assert nameless == []


def test_tab_goes_the_way_one_reads(window, qtbot, recording):
    open_by_drop(qtbot, window, recording)
    window.message.hide()
    sides = [window.rooms.models.search, window.door, window.open_button]
    leaving = [window.rooms.drag_button, window.export_button]
    edge = window.rooms.splitter.handle(1)
    middle = [window.make_bar, window.rooms.stage, window.transport, *leaving]
    regions = [*sides, *middle, window.mixer, edge, window.rooms.takes, window.activity, window.header]

    def region(widget: QWidget) -> int:
        return next(i for i, r in enumerate(regions) if r is widget or r.isAncestorOf(widget))

    way = [region(widget) for widget in controls(window)]
    assert way == sorted(way)
    assert set(way) == set(range(len(regions)))


def cut_off(window: Window) -> list[QWidget]:
    """What reaches beyond its parent, or has less room than its words need."""
    found = []
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and not widget.parentWidget().rect().contains(widget.geometry()):
            found.append(widget)
        elif widget.isVisible() and isinstance(widget, QLabel | QAbstractButton | Fader):
            least = widget.minimumSizeHint()
            if widget.width() < least.width() or widget.height() < least.height():
                found.append(widget)
    return found


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900), (1920, 1080)])
def test_nothing_is_cut_off(window, qtbot, size):
    window.mixer.set_stems(("drums", "bass", "other", "vocals", "guitar", "piano"))
    window.make_bar.fold_button.click()
    window.transport.set_endless(True)
    window.keep_button.show()
    window.activity.show_work("Separating 1:20:30 of 2:00:00 · 20:30 left", 0.5)
    window.activity.set_notice("Paused: making goes on when you play")
    window.activity.show_files("Exporting the stems")
    window.message.say("There is no audio output: connect one, then press play again.", "error", "details")
    window.resize(*size)
    qtbot.waitUntil(lambda: window.view.width() > 0 and window.size().toTuple() == size)
    qtbot.waitUntil(lambda: cut_off(window) == [])
