"""Undo and redo."""

from __future__ import annotations

from functools import partial

import pytest

from app import history as history_module
from app.history import History


class Number:
    """Something that moves change."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.value = 0

    def move(self, value: int, merge: object = None) -> None:
        before, self.value = self.value, value
        self.history.push(f"set {value}", partial(self.move, before), partial(self.move, value), merge, of=self)


@pytest.fixture
def history(qtbot) -> History:
    return History()


@pytest.fixture
def number(history) -> Number:
    return Number(history)


def test_moves_are_undone_and_redone_in_order(history, number):
    number.move(1)
    number.move(2)
    assert (history.undo_words, history.redo_words) == ("set 2", "")
    history.undo()
    assert (number.value, history.undo_words, history.redo_words) == (1, "set 1", "set 2")
    history.undo()
    history.undo()  # there is nothing more
    assert (number.value, history.undo_words, history.redo_words) == (0, "", "set 1")
    history.redo()
    history.redo()
    history.redo()
    assert (number.value, history.undo_words, history.redo_words) == (2, "set 2", "")


def test_a_new_move_ends_what_could_be_redone(history, number):
    number.move(1)
    history.undo()
    number.move(5)
    history.redo()
    assert (number.value, history.redo_words) == (5, "")
    history.undo()
    assert number.value == 0


def test_one_gesture_is_one_move(history, number):
    number.move(1)
    for value in (2, 3, 4):
        number.move(value, merge="first pull")
    for value in (5, 6):
        number.move(value, merge="second pull")
    history.undo()
    assert number.value == 4
    history.undo()
    assert number.value == 1
    history.redo()
    assert (number.value, history.undo_words) == (4, "set 4")


def test_a_gesture_that_was_undone_and_redone_has_ended(history, number):
    number.move(1, merge="pull")
    history.undo()
    history.redo()
    number.move(2, merge="pull")
    history.undo()
    assert number.value == 1


def test_moves_of_what_is_gone_are_forgotten(history, number, qtbot):
    other = Number(history)
    number.move(1)
    other.move(7)
    number.move(2)
    history.undo()
    with qtbot.waitSignal(history.changed):
        history.forget(number)
    assert (history.undo_words, history.redo_words) == ("set 7", "")
    with qtbot.assertNotEmitted(history.changed):
        history.forget(number)
    history.undo()
    assert (other.value, number.value) == (0, 1)


def test_every_change_is_told(history, number, qtbot):
    for act in (partial(number.move, 1), history.undo, history.redo):
        with qtbot.waitSignal(history.changed):
            act()


def test_an_undo_that_fails_leaves_the_others(history, number):
    number.move(1)
    history.push("fall", lambda: 1 // 0, lambda: None)
    with pytest.raises(ZeroDivisionError):
        history.undo()
    history.undo()
    assert number.value == 0


def test_the_oldest_moves_are_let_go(history, number, monkeypatch):
    monkeypatch.setattr(history_module, "REMEMBERED_MOVES", 3)
    for value in range(1, 6):
        number.move(value)
    for _ in range(5):
        history.undo()
    assert number.value == 2
