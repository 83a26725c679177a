"""Training from the window: the form, a training as it runs, the model that comes of it. What learns is a stand-in."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QMessageBox, QWidget

from app import itself
from app.program import make_window
from app.training import watch as training_watch
from app.training.desk import TrainingDesk
from app.training.dialog import TrainingDialog
from app.window import Window
from engine.audio.format import SAMPLE_RATE_HZ
from engine.models.card import ModelCard, write_card
from engine.models.catalogue import Catalogue
from engine.training import logbook
from resources.colours import SPECTROGRAM
from tests.app.training import trainee
from widgets.model_door import INVITATION

LEFT = Qt.MouseButton.LeftButton
WAIT_MS = 30_000


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A user's folder with one generator in it; trainings are carried out by the trainee."""
    home = tmp_path / "home"
    monkeypatch.setenv("DEEPDEADNET_HOME", str(home))
    monkeypatch.setenv("PYTHONPATH", str(itself.PROGRAM.parent))
    monkeypatch.setattr(itself, "PROGRAM", Path(trainee.__file__))
    monkeypatch.setattr(training_watch, "PERIOD_S", 0.05)
    (home / "models" / "band").mkdir(parents=True)
    write_card(ModelCard(name="band", title="The Band", kind="generator"), home / "models" / "band")
    return home


@pytest.fixture
def new_window(home, qtbot):
    """`new_window()`: a window that has found its models. At the end all trainings are ended, and windows closed."""
    windows: list[Window] = []

    def make() -> Window:
        window = make_window(lambda: Catalogue([home / "models"]))
        windows.append(window)
        window.show()
        window.start()
        qtbot.waitUntil(lambda: window.model_count.text() != "")
        return window

    yield make
    for window in windows:
        window.close()
        for process in window.training._trainings._processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        window.deleteLater()


@pytest.fixture
def window(new_window) -> Window:
    return new_window()


@pytest.fixture
def recordings(tmp_path) -> Path:
    folder = tmp_path / "Barn tapes"
    folder.mkdir()
    for name in ("one.wav", "two.flac"):
        soundfile.write(folder / name, np.zeros((3 * SAMPLE_RATE_HZ, 2), np.float32), SAMPLE_RATE_HZ)
    return folder


def opened(window: Window, qtbot) -> TrainingDialog:
    window.door.train_action.trigger()
    dialog = window.training.dialog
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def start(window: Window, qtbot, recordings: Path, title: str) -> TrainingDialog:
    """Fill in the form and press the button."""
    dialog = opened(window, qtbot)
    dialog.form.set_folder(recordings)
    qtbot.waitUntil(dialog.form.start_button.isEnabled, timeout=WAIT_MS)
    dialog.form.name.setText(title)
    qtbot.mouseClick(dialog.form.start_button, LEFT)
    return dialog


def is_learning(dialog: TrainingDialog) -> bool:
    return dialog.panel.state.text() == "Learning" and dialog.panel.plot.points > 3


def pid_of(desk: TrainingDesk) -> int:
    return next(training.status.pid for training in desk._found if training.status)


def test_a_folder_is_counted_and_may_be_learned_from(window, qtbot, recordings):
    dialog = opened(window, qtbot)
    assert not dialog.side.isVisible()  # there is no training yet
    dialog.form.set_folder(recordings)
    qtbot.waitUntil(dialog.form.start_button.isEnabled, timeout=WAIT_MS)
    assert dialog.form.drop.line.startswith("2 recordings · 6 s")
    assert dialog.form.base.currentText() == "The Band"


def test_a_folder_without_music_is_refused_in_words(window, qtbot, tmp_path):
    (tmp_path / "empty").mkdir()
    dialog = opened(window, qtbot)
    dialog.form.set_folder(tmp_path / "empty")
    qtbot.waitUntil(lambda: "choose a folder" in dialog.form.drop.line, timeout=WAIT_MS)
    assert not dialog.form.start_button.isEnabled()


def test_it_is_seen_learning(window, qtbot, recordings):
    dialog = start(window, qtbot, recordings, "long")
    qtbot.waitUntil(lambda: is_learning(dialog), timeout=WAIT_MS)
    generator, critic = dialog.panel.plot.legend  # the penalty is not for musicians
    assert generator.startswith("Generator  −0.")
    assert critic.startswith("Critic  0.")
    assert dialog.panel.figures["Steps a second"] == "4.2"
    assert dialog.panel.figures["Learned for"] == "2 min"
    assert dialog.panel.figures["Time left"] == "2 min"
    assert dialog.list.buttons["long"].isChecked()
    assert window.door.text().strip() == "Training · 2 min left"


def test_everything_may_be_closed_and_it_goes_on(window, new_window, qtbot, recordings):
    dialog = start(window, qtbot, recordings, "long")
    qtbot.waitUntil(lambda: is_learning(dialog), timeout=WAIT_MS)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    pid = pid_of(window.training)
    window.close()
    assert not window.training.watch.isRunning()
    os.kill(pid, 0)  # it lives

    another = new_window()
    qtbot.waitUntil(lambda: another.door.text().strip() != INVITATION, timeout=WAIT_MS)
    dialog = opened(another, qtbot)
    qtbot.waitUntil(lambda: is_learning(dialog), timeout=WAIT_MS)
    assert pid_of(another.training) == pid


def test_stop_and_continue(window, qtbot, recordings):
    dialog = start(window, qtbot, recordings, "long")
    qtbot.waitUntil(lambda: is_learning(dialog), timeout=WAIT_MS)
    qtbot.mouseClick(dialog.panel.stop_button, LEFT)
    qtbot.waitUntil(lambda: dialog.panel.state.text() == "Stopped", timeout=WAIT_MS)
    assert window.door.text().strip() == INVITATION
    points = dialog.panel.plot.points
    qtbot.mouseClick(dialog.panel.continue_button, LEFT)
    qtbot.waitUntil(lambda: is_learning(dialog) and dialog.panel.plot.points > points, timeout=WAIT_MS)
    assert not dialog.panel.continue_button.isVisible()


def test_a_killed_training_says_so_and_can_be_continued(window, qtbot, recordings):
    dialog = start(window, qtbot, recordings, "long")
    qtbot.waitUntil(lambda: is_learning(dialog), timeout=WAIT_MS)
    os.kill(pid_of(window.training), signal.SIGKILL)
    qtbot.waitUntil(lambda: dialog.panel.state.text() == "Interrupted", timeout=WAIT_MS)
    assert "Press Continue" in dialog.message.sentence
    qtbot.mouseClick(dialog.panel.continue_button, LEFT)
    qtbot.waitUntil(lambda: dialog.panel.state.text() == "Learning", timeout=WAIT_MS)
    assert not dialog.message.isVisible()


def test_the_model_joins_the_others_and_can_be_chosen(window, qtbot, recordings):
    dialog = start(window, qtbot, recordings, "ends")
    qtbot.waitUntil(lambda: len(window.picker.buttons) == 2, timeout=WAIT_MS)
    assert [button.card.title for button in window.picker.buttons] == ["The Band", "It Ends"]
    qtbot.waitUntil(dialog.panel.choose_button.isVisible, timeout=WAIT_MS)
    assert dialog.message.sentence == "The model “It Ends” is ready."
    assert window.session.state.recipe.model == "band"
    qtbot.mouseClick(dialog.panel.choose_button, LEFT)
    assert window.session.state.recipe.model == "ends"
    assert [button.card.name for button in window.picker.buttons if button.isChecked()] == ["ends"]
    assert dialog.form.base.findData("ends") >= 0  # a training may begin with it


def test_a_refusal_is_one_sentence_in_the_dialog(window, qtbot, recordings):
    dialog = start(window, qtbot, recordings, "refused")
    qtbot.waitUntil(lambda: dialog.panel.state.text() == "Failed", timeout=WAIT_MS)
    assert dialog.message.sentence == trainee.REFUSED
    assert dialog.message.property("kind") == "error"


def test_a_name_that_is_taken_is_refused(window, qtbot, recordings):
    dialog = start(window, qtbot, recordings, "Band")
    assert "“Band” is taken" in dialog.message.sentence
    assert dialog.pages.currentWidget() is dialog.form


def test_a_home_that_cannot_be_written_is_told(window, home, qtbot, recordings):
    (home / "trainings").write_text("in the way")
    dialog = start(window, qtbot, recordings, "long")
    assert "part of its path is a file" in dialog.message.sentence
    assert dialog.form.folder == recordings  # nothing that was filled in is lost


def test_earlier_trainings_are_listed(window, qtbot, recordings):
    dialog = start(window, qtbot, recordings, "refused")
    qtbot.waitUntil(lambda: dialog.panel.state.text() == "Failed", timeout=WAIT_MS)
    qtbot.mouseClick(dialog.new_button, LEFT)
    assert not dialog.message.isVisible()
    start(window, qtbot, recordings, "long")
    qtbot.waitUntil(lambda: is_learning(dialog), timeout=WAIT_MS)
    assert list(dialog.list.buttons) == ["long", "refused"]
    qtbot.mouseClick(dialog.list.buttons["refused"], LEFT)
    assert dialog.panel.state.text() == "Failed"
    assert dialog.panel.plot.points == 0


def answer(qtbot, text: str) -> None:
    """Wait for a question, and press the button that says `text`."""

    def questions() -> list[QMessageBox]:
        return [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible()]

    qtbot.waitUntil(lambda: len(questions()) == 1)
    (question,) = questions()
    qtbot.mouseClick(next(b for b in question.buttons() if b.text().strip("&") == text), LEFT)
    qtbot.waitUntil(lambda: not questions())


def test_a_training_is_removed_only_after_a_question(window, home, qtbot, recordings):
    dialog = start(window, qtbot, recordings, "refused")
    qtbot.waitUntil(lambda: dialog.panel.state.text() == "Failed", timeout=WAIT_MS)
    qtbot.mouseClick(dialog.panel.remove_button, LEFT)
    answer(qtbot, "Cancel")
    assert (home / "trainings" / "refused").exists()
    qtbot.mouseClick(dialog.panel.remove_button, LEFT)
    answer(qtbot, "Remove")
    qtbot.waitUntil(lambda: not dialog.side.isVisible(), timeout=WAIT_MS)
    assert not (home / "trainings" / "refused").exists()
    assert dialog.pages.currentWidget() is dialog.form


def write_preview(folder: Path) -> None:
    from engine.training.products import write_preview

    sine = 0.2 * np.sin(2 * np.pi * 441 / SAMPLE_RATE_HZ * np.arange(SAMPLE_RATE_HZ))
    write_preview(folder, 50, np.stack([sine, sine], axis=1).astype(np.float32), SPECTROGRAM)


def test_the_newest_preview_can_be_seen_and_heard(window, home, qtbot, recordings, null_sink):
    dialog = start(window, qtbot, recordings, "long")
    qtbot.waitUntil(lambda: is_learning(dialog), timeout=WAIT_MS)
    write_preview(home / "trainings" / "long")
    qtbot.waitUntil(dialog.panel.preview.play_button.isEnabled, timeout=WAIT_MS)
    assert dialog.panel.preview.caption == "after 50 steps"
    assert not dialog.panel.preview.picture.is_empty
    with null_sink.record() as recorded:
        qtbot.mouseClick(dialog.panel.preview.play_button, LEFT)
        player = window.playing._player
        qtbot.waitUntil(lambda: (player.audition_frame or 0) > SAMPLE_RATE_HZ / 2, timeout=WAIT_MS)
        recorded.wait_for_silence()
    assert np.abs(recorded.wave()).max() > 0.1


def controls(dialog: TrainingDialog) -> list[QWidget]:
    """Everything that a key can reach, in tab order."""
    found, widget = [], dialog
    while (widget := widget.nextInFocusChain()) is not dialog:
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.append(widget)
    return found


def test_every_control_can_be_reached_and_has_a_name(window, qtbot, recordings):
    dialog = opened(window, qtbot)
    dialog.form.set_folder(recordings)
    qtbot.waitUntil(dialog.form.start_button.isEnabled, timeout=WAIT_MS)
    dialog.form.details_button.click()
    way = controls(dialog)
    form = dialog.form
    expected = [form.drop.button, form.base, form.name, form.time.field, form.details_button, form.varied, form.cut]
    places = [way.index(widget) for widget in (*expected, form.start_button)]
    assert places == sorted(places)
    nameless = [
        widget
        for widget in way
        if not widget.accessibleName() and not (isinstance(widget, QAbstractButton) and widget.text().strip())
    ]
    assert nameless == []


@pytest.mark.parametrize("size", [(860, 600), (1280, 720)])
def test_nothing_is_cut_off(window, home, qtbot, recordings, size):
    (home / "trainings" / "old").mkdir(parents=True)
    logbook.write_status(home / "trainings" / "old", logbook.Status(logbook.FAILED, message="The disk is full."))
    dialog = opened(window, qtbot)
    qtbot.waitUntil(lambda: "old" in dialog.list.buttons, timeout=WAIT_MS)
    for turn in (dialog.show_form, lambda: dialog.show_training("old")):
        turn()
        dialog.form.details_button.setChecked(True)
        dialog.message.say("The disk is full: free some space, then press Continue.", "error")
        dialog.resize(*size)
        qtbot.waitUntil(lambda: dialog.size().toTuple() == size)
        QApplication.processEvents()
        for widget in dialog.findChildren(QWidget):
            if widget.isVisible() and isinstance(widget, QLabel | QAbstractButton | QComboBox | QLineEdit):
                assert widget.parentWidget().rect().contains(widget.geometry()), widget
                assert widget.height() >= widget.minimumSizeHint().height(), widget


def test_closing_while_it_counts_ends_the_counting(window, qtbot, tmp_path):
    crowd = tmp_path / "crowd"
    crowd.mkdir()
    for index in range(400):
        soundfile.write(crowd / f"{index}.wav", np.zeros((8, 1), np.float32), 8000)
    dialog = opened(window, qtbot)
    dialog.form.set_folder(crowd)
    window.close()
    assert dialog._count is None
    assert not dialog.isVisible()
