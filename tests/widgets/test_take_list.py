"""The list of takes, used by mouse and keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from widgets.star_rating import PITCH_PX
from widgets.take_card import CARD_ROLE, TakeCard
from widgets.take_panel import EMPTY, NOTHING_FOUND, NOTHING_STARRED, TakePanel

LEFT = Qt.MouseButton.LeftButton
CARDS = (
    TakeCard("1", "Untitled jam", "House Band · 1:00 · making", "Today", progress=0.5),
    TakeCard("2", "Slow burn", "Barn ’77 · 2:00 · 4 stems", "Today", details="Style seed 48213"),
    TakeCard("3", "Dark corner", "Field ’72 · 5:00 · 4 stems", "Yesterday", stars=3),
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


def test_a_click_plays_and_one_on_the_stars_gives_them(panel, qtbot):
    rating = panel.list.rating
    with qtbot.waitSignal(panel.list.play_wanted) as played, qtbot.assertNotEmitted(panel.list.stars_given):
        click(qtbot, panel, centre(panel, "2"))
    assert played.args == ["2"]
    QTest.mouseMove(panel.list.viewport(), centre(panel, "3"))
    qtbot.waitUntil(lambda: rating.stars == 3)
    assert rating.accessibleName() == "Stars of Dark corner"
    with qtbot.waitSignal(panel.list.stars_given) as given, qtbot.assertNotEmitted(panel.list.play_wanted):
        qtbot.mouseClick(rating, LEFT, pos=rating.rect().center() - QPoint(PITCH_PX, 0))
    assert given.args == ["3", 2]


def test_the_stars_lie_on_the_card_under_the_mouse_or_else_on_the_current_one(panel, qtbot):
    rating = panel.list.rating

    def lies_on(key: str) -> bool:
        row = panel.list.visualRect(panel.list.cards.index_of(key))
        return rating.isVisible() and row.contains(rating.geometry())

    def leave() -> None:
        QApplication.sendEvent(panel.list.viewport(), QEvent(QEvent.Type.Leave))

    leave()
    panel.list.show_card("1")
    assert lies_on("1")
    for key in ("2", "3"):
        QTest.mouseMove(panel.list.viewport(), centre(panel, key))
        qtbot.waitUntil(lambda key=key: lies_on(key))
    leave()
    assert lies_on("1")
    panel.list.edit_name("1")
    assert not rating.isVisible()  # there the name is typed
    qtbot.keyClick(panel.list.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert lies_on("1")


def test_who_pulls_a_card_does_not_play_it(panel, qtbot):
    viewport, place = panel.list.viewport(), centre(panel, "2")
    pulled = []
    panel.list.source.pulled.connect(lambda: pulled.extend(card.key for card in panel.list.gripped))
    with qtbot.assertNotEmitted(panel.list.play_wanted):
        QTest.mousePress(viewport, LEFT, pos=place)
        QTest.mouseMove(viewport, place + QPoint(0, 20))
        QTest.mouseMove(viewport, centre(panel, "3"))
        QTest.mouseRelease(viewport, LEFT, pos=centre(panel, "3"))
    assert pulled == ["2"]
    assert [card.key for card in panel.list.chosen] == ["2"]
    with qtbot.waitSignal(panel.list.play_wanted) as played:
        click(qtbot, panel, place)
    assert played.args == ["2"]


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


def test_who_pulls_one_of_several_chosen_cards_pulls_them_all(panel, qtbot):
    viewport = panel.list.viewport()
    pulled = []
    panel.list.source.pulled.connect(lambda: pulled.append([card.key for card in panel.list.gripped]))

    def pull(key: str) -> None:
        place = centre(panel, key)
        QTest.mousePress(viewport, LEFT, pos=place)
        for offset_px in (1, 2, 20, 60):
            QTest.mouseMove(viewport, place + QPoint(0, offset_px))
        QTest.mouseRelease(viewport, LEFT, pos=place + QPoint(0, 60))

    click(qtbot, panel, centre(panel, "1"))
    click(qtbot, panel, centre(panel, "2"), Qt.KeyboardModifier.ShiftModifier)
    with qtbot.assertNotEmitted(panel.list.play_wanted):
        pull("2")
        assert [card.key for card in panel.list.chosen] == ["1", "2"]
        pull("3")
    assert pulled == [["1", "2"], ["3"]]
    assert [card.key for card in panel.list.chosen] == ["3"]


def test_several_are_copied_together(panel, qtbot):
    menu = panel.list.menu(panel.list.cards.shown[:2])
    with qtbot.waitSignal(panel.list.copy_wanted) as copied:
        next(action for action in menu.actions() if action.text() == "Copy their mixes as files").trigger()
    assert copied.args == [[card.key for card in panel.list.cards.shown[:2]]]


def test_keys_do_what_the_mouse_does(panel, qtbot):
    panel.list.show_card("1")
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.list.play_wanted) as played:
        qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert played.args == ["2"]
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)  # over the heading
    qtbot.keyClick(panel.list, Qt.Key.Key_F)
    assert panel.list.rating.hasFocus()
    with qtbot.waitSignal(panel.list.stars_given) as given, qtbot.assertNotEmitted(panel.list.play_wanted):
        qtbot.keyClick(panel.list.rating, Qt.Key.Key_5)
        qtbot.keyClick(panel.list.rating, Qt.Key.Key_Return)
    assert given.args == ["3", 5]
    assert panel.list.hasFocus()
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
    panel.list.update_card(replace(CARDS[2], stars=0))
    assert panel.empty_words == NOTHING_STARRED
    qtbot.mouseClick(panel.star_button, LEFT)
    assert shown(panel) == ["1", "2", "3"]


def test_a_search_for_stars_finds_so_many_or_more(panel):
    panel.list.update_card(replace(CARDS[0], stars=1))
    for words, found in {"★": ["1", "3"], "★★": ["3"], "***": ["3"], "★★★★": [], "★ jam": ["1"]}.items():
        panel.search.setText(words)
        assert shown(panel) == found


def test_who_gives_stars_by_keys_to_a_card_that_goes_is_back_in_the_list(panel):
    panel.list.rate("3")
    panel.set_cards(CARDS[:2])
    assert panel.list.hasFocus()
    assert not panel.list.rating.hasFocus()


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
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Dark corner, Field ’72 · 5:00 · 4 stems, 3 stars"


def test_the_menu_offers_what_the_keys_do(panel, qtbot):
    panel.list.show_card("2")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), panel.mapToGlobal(QPoint(5, 5)))
    panel.list.contextMenuEvent(event)
    menu = panel.list.findChild(QMenu)
    words = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    assert words == [
        "Play",
        "Compare with what is on the stage",
        "Rename",
        "Give it stars",
        "Copy its mix as a file",
        "Show its files",
        "Throw away",
    ]
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
