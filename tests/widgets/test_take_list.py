"""The list of takes, used by mouse and keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu

from widgets.take_card import CARD_ROLE, TakeCard
from widgets.take_panel import EMPTY, NOTHING_FOUND, NOTHING_STARRED, TakePanel

LEFT = Qt.MouseButton.LeftButton
CARDS = (
    TakeCard("1", "Untitled jam", "House Band · 1:00 · making", "Today", progress=0.5),
    TakeCard("2", "Slow burn", "Barn ’77 · 2:00 · 4 stems", "Today", details="Style seed 48213"),
    TakeCard("3", "Dark corner", "Field ’72 · 5:00 · 4 stems", "Yesterday", starred=True),
)


@pytest.fixture
def panel(qtbot) -> TakePanel:
    panel = TakePanel()
    qtbot.addWidget(panel)
    panel.resize(236, 500)
    panel.set_cards(CARDS)
    panel.show()
    return panel


def centre(panel: TakePanel, key: str) -> QPoint:
    return panel.list.visualRect(panel.list.cards.index_of(key)).center()


def star(panel: TakePanel, key: str) -> QPoint:
    row = panel.list.visualRect(panel.list.cards.index_of(key))
    return panel.list.itemDelegate().star_zone(row).center()


def shown(panel: TakePanel) -> list[str]:
    return [card.key for card in panel.list.cards.shown]


def rows(panel: TakePanel) -> list[str]:
    model = panel.list.cards
    return [model.data(model.index(row)) for row in range(model.rowCount())]


def click(qtbot, panel: TakePanel, place: QPoint, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.mouseClick(panel.list.viewport(), LEFT, modifier, place)


def test_cards_stand_under_their_days(panel):
    assert rows(panel) == ["Today", "Untitled jam", "Slow burn", "Yesterday", "Dark corner"]
    assert panel.count_text == "3"


def test_a_click_plays_and_one_on_the_star_stars(panel, qtbot):
    with qtbot.waitSignal(panel.list.play_wanted) as played, qtbot.assertNotEmitted(panel.list.star_wanted):
        click(qtbot, panel, centre(panel, "2"))
    assert played.args == ["2"]
    with qtbot.waitSignal(panel.list.star_wanted) as starred, qtbot.assertNotEmitted(panel.list.play_wanted):
        click(qtbot, panel, star(panel, "3"))
    assert starred.args == ["3", False]


def test_a_heading_is_nothing_to_click(panel, qtbot):
    with qtbot.assertNotEmitted(panel.list.play_wanted):
        click(qtbot, panel, panel.list.visualRect(panel.list.cards.index(0)).center())


def test_shift_chooses_several_which_are_thrown_away_together(panel, qtbot):
    click(qtbot, panel, centre(panel, "1"))
    with qtbot.assertNotEmitted(panel.list.play_wanted):
        click(qtbot, panel, centre(panel, "3"), Qt.KeyboardModifier.ShiftModifier)
    with qtbot.waitSignal(panel.list.delete_wanted) as thrown:
        qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert thrown.args == [["1", "2", "3"]]


def test_keys_do_what_the_mouse_does(panel, qtbot):
    panel.list.show_card("1")
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.list.play_wanted) as played:
        qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert played.args == ["2"]
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)  # over the heading
    with qtbot.waitSignal(panel.list.star_wanted) as starred:
        qtbot.keyClick(panel.list, Qt.Key.Key_F)
    assert starred.args == ["3", False]
    with qtbot.waitSignal(panel.list.compare_wanted) as compared:
        qtbot.keyClick(panel.list, Qt.Key.Key_B)
    assert compared.args == ["3"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_G, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_M])
def test_other_keys_are_the_windows(panel, key):
    panel.list.show_card("1")
    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "")
    panel.list.keyPressEvent(event)
    assert not event.isAccepted()


def test_a_name_is_changed_in_place(panel, qtbot):
    panel.list.show_card("2")
    qtbot.keyClick(panel.list, Qt.Key.Key_F2)
    field = panel.list.findChild(QLineEdit)
    assert (field.text(), field.selectedText()) == ("Slow burn", "Slow burn")
    field.setText("  Quick burn ")
    with qtbot.waitSignal(panel.list.renamed) as renamed:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert renamed.args == ["2", "Quick burn"]


@pytest.mark.parametrize(
    ("typed", "key"), [("", Qt.Key.Key_Return), ("Slow burn", Qt.Key.Key_Return), ("x", Qt.Key.Key_Escape)]
)
def test_no_name_the_same_name_and_escape_change_nothing(panel, qtbot, typed, key):
    panel.list.edit_name("2")
    field = panel.list.findChild(QLineEdit)
    field.setText(typed)
    with qtbot.assertNotEmitted(panel.list.renamed):
        qtbot.keyClick(field, key)


def test_a_double_click_renames(panel, qtbot):
    qtbot.mouseDClick(panel.list.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, centre(panel, "2"))
    assert panel.list.findChild(QLineEdit).text() == "Slow burn"


def test_a_search_finds_words_of_all_that_is_known(panel, qtbot):
    for words, found in {"BURN barn": ["2"], "48213": ["2"], "stems 4": ["2", "3"], "": ["1", "2", "3"]}.items():
        panel.search.setText(words)
        assert shown(panel) == found
    panel.search.setText("stems")
    assert panel.count_text == "2 of 3"
    panel.search.setText("nothing like it")
    assert panel.empty_words == NOTHING_FOUND


def test_only_those_with_a_star(panel, qtbot):
    qtbot.mouseClick(panel.star_button, LEFT)
    assert shown(panel) == ["3"]
    panel.list.update_card(replace(CARDS[2], starred=False))
    assert panel.empty_words == NOTHING_STARRED
    qtbot.mouseClick(panel.star_button, LEFT)
    assert shown(panel) == ["1", "2", "3"]


def test_without_takes_it_says_how_they_come_here(panel):
    panel.set_cards(())
    assert (panel.empty_words, panel.count_text) == (EMPTY, "0")
    panel.set_cards(CARDS)
    assert panel.empty_words == ""


def test_what_has_the_focus_keeps_it_when_takes_come_and_go(panel):
    panel.list.show_card("2")
    panel.set_cards((TakeCard("0", "New", "", "Today"), *CARDS))
    assert panel.list.currentIndex().data(CARD_ROLE).key == "2"
    panel.list.update_card(replace(CARDS[0], progress=0.6))
    assert panel.list.currentIndex().data(CARD_ROLE).key == "2"


def test_progress_is_repainted_without_a_new_arrangement(panel, qtbot):
    with qtbot.assertNotEmitted(panel.list.cards.modelReset):
        panel.list.update_card(replace(CARDS[0], progress=0.7))
    assert panel.list.cards.shown[0].progress == 0.7


def test_a_reader_aloud_hears_name_line_and_star(panel):
    index = panel.list.cards.index_of("3")
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Dark corner, Field ’72 · 5:00 · 4 stems, starred"


def test_the_menu_offers_what_the_keys_do(panel, qtbot):
    panel.list.show_card("2")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), panel.mapToGlobal(QPoint(5, 5)))
    panel.list.contextMenuEvent(event)
    menu = panel.list.findChild(QMenu)
    words = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    assert words == ["Play", "Compare with what is on the stage", "Rename", "Star", "Show its files", "Throw away"]
    with qtbot.waitSignal(panel.list.delete_wanted) as thrown:
        menu.actions()[-1].trigger()
    assert thrown.args == [["2"]]
    menu.close()


def test_thousands_are_no_trouble(panel, qtbot):
    cards = [TakeCard(str(n), f"Take {n}", "House Band · 1:00", f"Day {n // 20}") for n in range(5_000)]
    panel.set_cards(cards)
    assert panel.list.cards.rowCount() == 5_250
    panel.list.show_card("4999")
    assert panel.list.viewport().rect().contains(centre(panel, "4999"))
    panel.search.setText("take 4998")
    assert shown(panel) == ["4998"]


def test_the_two_that_are_compared_are_marked_and_one_press_goes_over(panel, qtbot):
    comparison = panel.comparison
    comparison.show_names("Slow burn", "Dark corner & light")
    comparison.show()
    comparison.show_heard(0)
    assert [button.isChecked() for button in comparison.buttons] == [True, False]
    with qtbot.waitSignal(comparison.chosen) as chosen:
        qtbot.mouseClick(comparison.buttons[1], LEFT)
    assert chosen.args == [1]
    assert comparison.buttons[1].accessibleName() == "Hear B, Dark corner & light"
    with qtbot.waitSignal(comparison.closed):
        qtbot.mouseClick(comparison.close_button, LEFT)
