"""The form of a new training, and the time it takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton

from engine.models.card import ModelCard
from widgets.duration_selector import DurationSelector
from widgets.numerals import duration_minutes, duration_text
from widgets.training_form import FROM_SCRATCH, TrainingForm, TrainingWish, model_name

LEFT = Qt.MouseButton.LeftButton
BAND = ModelCard(name="house-band", title="House Band", kind="generator")


@pytest.fixture
def form(qtbot):
    form = TrainingForm()
    qtbot.addWidget(form)
    form.set_bases([BAND])
    form.resize(700, 560)
    form.show()
    return form


@pytest.fixture
def filled(form, tmp_path):
    form.set_folder(tmp_path)
    form.set_found("3 recordings", ready=True)
    return form


def press_start(qtbot, form: TrainingForm) -> TrainingWish:
    with qtbot.waitSignal(form.wanted) as wanted:
        qtbot.mouseClick(form.start_button, LEFT)
    return wanted.args[0]


def refusal(qtbot, form: TrainingForm) -> str:
    with qtbot.waitSignal(form.refused) as refused, qtbot.assertNotEmitted(form.wanted):
        qtbot.mouseClick(form.start_button, LEFT)
    return refused.args[0]


def test_a_folder_is_all_it_needs(filled, tmp_path, qtbot):
    wish = press_start(qtbot, filled)
    name = model_name(tmp_path.name[:40])
    assert wish == TrainingWish(tmp_path, tmp_path.name[:40], name, "house-band", 60, varied=True, cut_s=10)


def test_it_waits_for_something_to_learn_from(form, tmp_path):
    assert not form.start_button.isEnabled()
    form.set_folder(tmp_path)
    form.set_found("none", ready=False)
    assert not form.start_button.isEnabled()
    form.set_found("one", ready=True)
    assert form.start_button.isEnabled()
    form.set_folder(tmp_path)  # it may hold something else by now
    assert not form.start_button.isEnabled()


def test_everything_can_be_chosen(filled, tmp_path, qtbot):
    filled.base.setCurrentIndex(filled.base.findText(FROM_SCRATCH))
    filled.name.setText("Café Tapes №2")
    qtbot.mouseClick(filled.details_button, LEFT)
    assert filled.details.isVisible()
    filled.varied.click()
    filled.cut.setText("3")
    night = next(button for button in filled.time.findChildren(QPushButton) if button.text() == "Overnight")
    qtbot.mouseClick(night, LEFT)
    wish = press_start(qtbot, filled)
    assert wish == TrainingWish(tmp_path, "Café Tapes №2", "cafe-tapes-no2", "", 480, varied=False, cut_s=3)


def test_details_are_folded_away_at_first(form):
    assert not form.details.isVisible()


@pytest.mark.parametrize(
    ("title", "words"), [("House Band", "taken"), ("house band!", "taken"), ("¿?", "needs a name")]
)
def test_a_name_that_cannot_be_is_refused(filled, qtbot, title, words):
    filled.set_taken({"house-band"})
    filled.name.setText(title)
    assert words in refusal(qtbot, filled)
    assert filled.name.property("wrong") is True


def test_the_base_stays_chosen_when_models_are_added(form):
    form.base.setCurrentIndex(1)
    form.set_bases([BAND, ModelCard(name="barn", title="Barn", kind="generator")])
    assert form.base.currentText() == FROM_SCRATCH


def test_a_name_of_ones_own_is_kept(form, tmp_path):
    form.name.setText("Mine")
    form.set_folder(tmp_path)
    assert form.name.text() == "Mine"


def drop(form: TrainingForm, path: Path) -> bool:
    """Drag a path over the place for it and let go; whether it would be taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    common = (Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    entering = QDragEnterEvent(QPoint(20, 20), *common)
    entering.ignore()
    QApplication.sendEvent(form.drop, entering)
    if entering.isAccepted():
        QApplication.sendEvent(form.drop, QDropEvent(QPoint(20, 20), *common))
    return entering.isAccepted()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Qt 6.12 wants a QPointF, which Qt 6.11 does not take
def test_a_folder_can_be_dropped_and_a_file_cannot(form, tmp_path, qtbot):
    (tmp_path / "letter.txt").write_text("no folder")
    assert not drop(form, tmp_path / "letter.txt")
    with qtbot.waitSignal(form.folder_chosen) as chosen:
        assert drop(form, tmp_path)
    assert chosen.args == [tmp_path]
    assert form.folder == tmp_path


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (39.2, "40 s"),
        (60, "1 min"),
        (754, "13 min"),
        (3600, "1 h"),
        (18_720, "5 h 12 min"),
        (28_800, "8 h"),
    ],
)
def test_durations_read_as_people_say_them(seconds, text):
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("45", 45), ("45 min", 45), ("2 h", 120), ("1 h 30 min", 90), ("1:30", 90), ("1,5 h", 90), ("0.2 min", 0.2)],
)
def test_durations_are_read_as_people_type_them(text, minutes):
    assert duration_minutes(text) == pytest.approx(minutes)


@pytest.mark.parametrize("text", ["", "0", "soon", "-5", "1:75", "h"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="no length of time"):
        duration_minutes(text)


def test_any_time_can_be_typed(qtbot):
    selector = DurationSelector()
    qtbot.addWidget(selector)
    selector.field.setText("2 h")
    selector.field.editingFinished.emit()
    assert selector.value == 120
    with qtbot.waitSignal(selector.refused):
        selector.field.setText("later")
        selector.field.editingFinished.emit()
    assert selector.value == 120
