"""One training, and the list of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QPixmap

from resources import theme
from widgets.training_list import TrainingEntry, TrainingList
from widgets.training_panel import TrainingFacts, TrainingPanel

LEFT = Qt.MouseButton.LeftButton
FACTS = TrainingFacts("Barn", "From House Band", "Learning", "accent", 0.5, (("Steps", "12"), ("Left", "3 min")))


@pytest.fixture
def panel(qtbot):
    panel = TrainingPanel()
    qtbot.addWidget(panel)
    panel.show()
    return panel


def test_only_what_can_be_done_has_a_button(panel, qtbot):
    buttons = (panel.stop_button, panel.remove_button, panel.continue_button, panel.choose_button)
    for can, signal in (
        ({"can_stop": True}, panel.stop_pressed),
        ({"can_remove": True}, panel.remove_pressed),
        ({"can_continue": True}, panel.continue_pressed),
        ({"can_choose": True}, panel.choose_pressed),
    ):
        panel.show_facts(TrainingFacts("Barn", "", "", "text", **can))
        (shown,) = (button for button in buttons if button.isVisible())
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(shown, LEFT)


def test_figures_change_in_their_place(panel, qtbot):
    panel.show_facts(FACTS)
    qtbot.wait(20)
    before = [label.pos() for label in panel._figures._values]
    panel.show_facts(TrainingFacts("Barn", "", "Learning", "accent", 0.9, (("Steps", "99 999"), ("Left", "1 s"))))
    qtbot.wait(20)
    assert [label.text() for label in panel._figures._values] == ["99 999", "1 s"]
    assert [label.pos() for label in panel._figures._values] == before
    assert panel._bar.value() == 900


def test_a_preview_can_be_seen_and_heard(panel, qtbot, tmp_path):
    assert not panel.preview.play_button.isEnabled()
    whole = QPixmap(100, 40)
    whole.fill(QColor("white"))
    whole.save(str(tmp_path / "preview.png"))
    panel.preview.set_preview(tmp_path / "preview.ogg", tmp_path / "preview.png", QRectF(0.1, 0, 0.5, 0.5), "after 9")
    assert panel.preview.picture._pixmap.size().toTuple() == (50, 20)
    picture = panel.preview.picture
    assert picture.grab().toImage().pixelColor(picture.rect().center()).lightness() > 200
    with qtbot.waitSignal(panel.preview.listened) as listened:
        qtbot.mouseClick(panel.preview.play_button, LEFT)
    assert listened.args == [tmp_path / "preview.ogg", "after 9"]
    panel.preview.clear()
    assert not panel.preview.play_button.isEnabled()


@pytest.fixture
def trainings(qtbot):
    trainings = TrainingList()
    qtbot.addWidget(trainings)
    trainings.resize(220, 400)
    trainings.set_entries([TrainingEntry("a", "A", "Learning", "accent"), TrainingEntry("b", "B", "Stopped", "faint")])
    trainings.show()
    return trainings


def test_a_click_tells_which_training(trainings, qtbot):
    with qtbot.waitSignal(trainings.chosen) as chosen:
        qtbot.mouseClick(trainings.buttons["b"], LEFT)
    assert chosen.args == ["b"]


def test_news_leave_card_and_choice_where_they_are(trainings):
    trainings.set_chosen("b")
    card = trainings.buttons["b"]
    lamp_at = card.rect().topRight() + QPoint(-theme.GAP_PX - 4, 20)
    trainings.set_entries([TrainingEntry("a", "A", "Finished", "good"), TrainingEntry("b", "B", "Failed", "mute")])
    assert trainings.buttons["b"] is card
    assert card.isChecked()
    assert card.accessibleDescription() == "Failed"
    assert card.grab().toImage().pixelColor(lamp_at) == QColor(theme.COLOURS.mute)


def test_a_new_training_joins_and_the_choice_stays(trainings):
    trainings.set_chosen("b")
    trainings.set_entries([TrainingEntry(name, name, "", "text") for name in ("c", "a", "b")])
    assert [name for name, button in trainings.buttons.items() if button.isChecked()] == ["b"]
