"""The side with the models: cards, previews, search, the way to more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from resources import theme
from widgets.model_card import ModelFacts
from widgets.model_door import INVITATION
from widgets.model_panel import ModelPanel
from widgets.model_picker import NONE_FOUND, NONE_THERE, ModelPicker
from widgets.picture_strip import PictureStrip, picture

LEFT = Qt.MouseButton.LeftButton
CARDS = (
    ModelFacts("house", "House Band", ("The House Band", "All nights"), "Learned from: 45 songs", has_preview=True),
    ModelFacts("barn", "The barn dance", ("The House Band", "15 Oct 1977 · Elder Mill"), has_preview=True),
    ModelFacts("field", "The long afternoon", ("The House Band", "19 Aug 1972 · Alder Creek")),
)


@pytest.fixture
def panel(qtbot):
    panel = ModelPanel()
    panel.resize(252, 600)
    qtbot.addWidget(panel)
    panel.picker.set_cards(CARDS)
    panel.show_found()
    panel.show()
    return panel


@pytest.fixture
def picker(panel):
    return panel.picker


def checked(picker) -> list[str]:
    return [button.card.name for button in picker.buttons if button.isChecked()]


def shown(picker) -> list[str]:
    return [button.card.name for button in picker.buttons if button.isVisible()]


def test_a_click_chooses_a_model(picker, qtbot):
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.mouseClick(picker.buttons[1], LEFT)
    assert chosen.args == ["barn"]
    assert checked(picker) == ["barn"]


def test_arrow_keys_go_from_card_to_card(picker, qtbot):
    picker.set_chosen("house")
    picker.buttons[0].setFocus()
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.keyClick(picker.buttons[0], Qt.Key.Key_Down)
    assert chosen.args == ["barn"]
    assert checked(picker) == ["barn"]


def test_marking_a_model_tells_nobody(picker, qtbot):
    with qtbot.assertNotEmitted(picker.chosen):
        picker.set_chosen("field")
        picker.set_chosen("house")
    assert checked(picker) == ["house"]


def test_cards_are_named_for_those_who_hear_the_window(picker):
    assert [button.accessibleName() for button in picker.buttons] == [card.title for card in CARDS]
    assert picker.buttons[0].accessibleDescription() == "The House Band. All nights. Learned from: 45 songs"
    assert picker.buttons[0].preview_button.accessibleName() == "Play the preview of House Band"


def test_whoever_rests_on_a_card_reads_all_of_it(qtbot):
    picker = ModelPicker()
    qtbot.addWidget(picker)
    picker.set_cards([ModelFacts("a", "Loud <& long>", ("The Band",), "first\nsecond")])
    tip = picker.buttons[0].toolTip()
    assert "Loud &lt;&amp; long&gt;" in tip
    assert all(f">{line}</p>" in tip for line in ("The Band", "first", "second"))


def test_a_preview_is_asked_for_by_button_and_by_key(picker, qtbot):
    told = []
    picker.preview_pressed.connect(told.append)
    with qtbot.assertNotEmitted(picker.chosen):
        qtbot.mouseClick(picker.buttons[1].preview_button, LEFT)
        qtbot.keyClick(picker.buttons[0], Qt.Key.Key_P)
        qtbot.keyClick(picker.buttons[2], Qt.Key.Key_P)  # it has none
    assert told == ["barn", "house"]
    assert not picker.buttons[2].preview_button.isVisible()


def test_the_preview_that_is_heard_is_shown(picker):
    picker.show_preview("barn", 0.25)
    assert [button.picture.fraction for button in picker.buttons] == [None, 0.25, None]
    assert picker.buttons[1].preview_button.playing
    assert picker.buttons[1].preview_button.accessibleName() == "Stop the preview of The barn dance"
    picker.show_preview("house")
    assert [button.preview_button.playing for button in picker.buttons] == [True, False, False]
    picker.show_preview("")
    assert [button.picture.fraction for button in picker.buttons] == [None, None, None]


def test_tab_reaches_the_preview_of_the_chosen_card_only(picker):
    picker.set_chosen("barn")
    reached = [bool(button.preview_button.focusPolicy() & Qt.FocusPolicy.TabFocus) for button in picker.buttons]
    assert reached == [False, True, False]


def test_a_picture_comes_to_its_card_and_stays_when_the_models_are_found_again(picker):
    picker.set_picture("barn", np.full((4, 8), 200, np.uint8))
    picker.set_cards(CARDS)
    assert [button.picture.is_empty for button in picker.buttons] == [True, False, True]
    picker.set_cards(CARDS[1:])
    assert [button.picture.is_empty for button in picker.buttons] == [True, True]


def test_low_notes_are_at_the_bottom_and_colours_are_the_spectrograms():
    levels = np.zeros((3, 2), np.uint8)
    levels[1, 0] = 255
    image = picture(levels)
    assert (image.width(), image.height()) == (3, 2)
    table = theme.spectrogram_table()
    loud, silent = image.pixelColor(1, 1), image.pixelColor(1, 0)
    assert (loud.red(), loud.green(), loud.blue()) == tuple(table[255])
    assert (silent.red(), silent.green(), silent.blue()) == tuple(table[0])


def test_a_strip_paints_what_has_been_heard_brighter(qtbot):
    strip = PictureStrip(0)
    qtbot.addWidget(strip)
    strip.resize(100, 44)
    strip.set_levels(np.full((10, 10), 200, np.uint8))
    strip.set_fraction(0.5)
    image = strip.grab().toImage()
    assert image.pixelColor(20, 20).lightness() > image.pixelColor(80, 20).lightness()


def test_every_word_typed_has_to_be_there(panel, qtbot):
    assert panel.count.text() == "3"
    qtbot.keyClicks(panel.search, "1972 house")
    assert shown(panel.picker) == ["field"]
    assert panel.count.text() == "1 of 3"
    qtbot.keyClicks(panel.search, " nowhere")
    assert shown(panel.picker) == []
    assert panel.picker.note.isVisible()
    assert panel.picker.note.text() == NONE_FOUND
    qtbot.keyClick(panel.search, Qt.Key.Key_Escape)
    assert shown(panel.picker) == ["house", "barn", "field"]
    assert not panel.picker.note.isVisible()


def test_the_cross_shows_all_again(panel, qtbot):
    assert not panel.search.cross.isVisible()
    qtbot.keyClicks(panel.search, "barn")
    qtbot.mouseClick(panel.search.cross, LEFT)
    assert panel.count.text() == "3"


def test_without_models_it_says_how_to_get_some(qtbot):
    panel = ModelPanel()
    qtbot.addWidget(panel)
    panel.show()
    assert panel.picker.note.text() == NONE_THERE
    assert panel.picker.note.isVisible()


def test_the_door_offers_three_ways(panel, qtbot):
    door = panel.door
    assert door.text().strip() == INVITATION
    for signal, action in (
        (door.import_wanted, door.import_action),
        (door.train_wanted, door.train_action),
        (door.published_wanted, door.published_action),
    ):
        with qtbot.waitSignal(signal):
            action.trigger()
    door.show_training("Training · 5 h left")
    assert door.text().strip() == "Training · 5 h left"
    door.show_training("")
    assert door.text().strip() == INVITATION


def drag(panel: ModelPanel, *paths: Path) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    common = (Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    entering = QDragEnterEvent(QPoint(100, 100), *common)
    entering.ignore()
    QApplication.sendEvent(panel, entering)
    if entering.isAccepted():
        QApplication.sendEvent(panel, QDropEvent(QPointF(100, 100), *common))
    return entering.isAccepted()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_folders_drop_in_and_files_do_not(panel, qtbot, tmp_path):
    (tmp_path / "song.wav").write_bytes(b"")
    with qtbot.assertNotEmitted(panel.dropped):
        assert not drag(panel, tmp_path / "song.wav", tmp_path)
    with qtbot.waitSignal(panel.dropped) as dropped:
        assert drag(panel, tmp_path)
    assert dropped.args == [[tmp_path]]
    assert panel.property("over") is False
