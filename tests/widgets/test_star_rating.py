"""Stars, given by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from widgets.star_rating import MARGIN_PX, MOST_STARS, PITCH_PX, StarRating

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def rating(qtbot) -> StarRating:
    rating = StarRating()
    qtbot.addWidget(rating)
    rating.show()
    rating.told = []
    rating.rated.connect(rating.told.append)
    return rating


def star(number: int) -> QPoint:
    return QPoint(round(MARGIN_PX + (number - 0.5) * PITCH_PX), 12)


def test_a_click_gives_so_many_and_one_on_the_last_takes_them_away(rating):
    for number in (3, 5, 2, 2, 1):
        QTest.mouseClick(rating, LEFT, pos=star(number))
    assert rating.told == [3, 5, 2, 0, 1]


def test_a_hand_that_clicks_twice_does_not_take_back_what_it_gave(rating):
    QTest.mouseClick(rating, LEFT, pos=star(4))
    QTest.mouseDClick(rating, LEFT, pos=star(4))
    QTest.mouseRelease(rating, LEFT, pos=star(4))
    assert rating.told == [4]


def test_who_slips_off_before_letting_go_gives_nothing(rating):
    QTest.mousePress(rating, LEFT, pos=star(4))
    QTest.mouseRelease(rating, LEFT, pos=QPoint(-20, 12))
    assert rating.told == []


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("35", [3, 5]),
        ("44", [4]),
        ("20", [2, 0]),
        ("6", []),
        ([Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up], [1, 2, 1, 2]),
        ([Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Home], [MOST_STARS, 0]),
        ([Qt.Key.Key_3, Qt.Key.Key_Delete], [3, 0]),
    ],
)
def test_keys_give_stars(rating, qtbot, keys, told):
    for key in keys:
        qtbot.keyClick(rating, key)
    assert rating.told == told


def test_what_is_shown_is_not_told(rating):
    rating.set_stars(4)
    assert (rating.stars, rating.told) == (4, [])
    assert rating.accessibleDescription() == "4 stars"
    assert rating.toolTip().startswith("4 stars:")


def test_it_shows_what_a_click_would_give_while_the_mouse_is_there(rating, qtbot):
    rating.set_stars(1)
    one = rating.grab().toImage()
    QTest.mouseMove(rating, star(4))
    qtbot.waitUntil(lambda: rating.grab().toImage() != one)
    pointed = rating.grab().toImage()
    QTest.mouseMove(rating, QPoint(-30, -30))
    rating.leaveEvent(None)
    assert rating.grab().toImage() == one
    rating.set_stars(4)
    assert rating.grab().toImage() == pointed
