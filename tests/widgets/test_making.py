"""Seed fields and the make bar: what is chosen before a take is made."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from widgets.make_bar import SURPRISE, MakeBar
from widgets.seed_field import SEEDS, SeedField

LEFT = Qt.MouseButton.LeftButton
AT_1280_PX = 768
"""What there is for the bar in a window of 1280 pixels between its sides."""


def type_seed(qtbot, field: SeedField, text: str) -> None:
    field.field.selectAll()
    qtbot.keyClicks(field.field, text)
    qtbot.keyClick(field.field, Qt.Key.Key_Return)


@pytest.fixture
def seed_field(qtbot):
    field = SeedField(7)
    qtbot.addWidget(field)
    field.show()
    return field


def test_a_typed_seed_is_told_whole(seed_field, qtbot):
    with qtbot.waitSignal(seed_field.seed_changed) as changed:
        type_seed(qtbot, seed_field, "4294967295")  # more than a signal's own int holds
    assert changed.args == [4294967295]


def test_all_figures_of_a_long_seed_are_seen(seed_field):
    seed_field.set_seed(9_999_999_999)
    needed = seed_field.field.fontMetrics().horizontalAdvance("9999999999")
    assert seed_field.field.width() >= needed + 2 * 6  # its border and padding
    seed_field.set_seed(5)
    assert seed_field.field.width() < needed


def test_only_digits_can_be_typed(seed_field, qtbot):
    type_seed(qtbot, seed_field, "-1x2.5e3")
    assert seed_field.seed == 1253


def test_an_emptied_field_goes_back_to_the_seed(seed_field, qtbot):
    seed_field.field.clear()
    qtbot.mouseClick(seed_field.new_button, LEFT)
    assert seed_field.field.text() == str(seed_field.seed)


def test_a_new_seed_is_another_one(seed_field, qtbot):
    seen = {seed_field.seed}
    for _ in range(20):
        before = seed_field.seed
        qtbot.mouseClick(seed_field.new_button, LEFT)
        assert seed_field.seed != before
        assert 0 <= seed_field.seed < SEEDS
        seen.add(seed_field.seed)
    assert len(seen) > 15


def test_a_seed_is_copied_and_pasted(seed_field, qtbot):
    seed_field.set_seed(48_213)
    qtbot.mouseClick(seed_field.copy_button, LEFT)
    assert QGuiApplication.clipboard().text() == "48213"
    other = SeedField()
    qtbot.addWidget(other)
    other.field.selectAll()
    other.field.paste()
    qtbot.keyClick(other.field, Qt.Key.Key_Return)
    assert other.seed == 48_213


def test_a_seed_that_only_arrives_has_no_lock(qtbot):
    field = SeedField(lockable=False)
    qtbot.addWidget(field)
    field.show()
    assert not field.lock_button.isVisible()


@pytest.fixture
def bar(qtbot):
    bar = MakeBar()
    qtbot.addWidget(bar)
    bar.resize(AT_1280_PX, bar.sizeHint().height())
    bar.show()
    return bar


def test_generate_waits_for_a_model(bar, qtbot):
    with qtbot.assertNotEmitted(bar.generate_pressed), qtbot.assertNotEmitted(bar.surprise_pressed):
        qtbot.mouseClick(bar.button, LEFT)
        qtbot.mouseClick(bar.surprise_button, LEFT)
    bar.set_ready(True)
    with qtbot.waitSignal(bar.generate_pressed):
        qtbot.mouseClick(bar.button, LEFT)
    with qtbot.waitSignal(bar.surprise_pressed):
        qtbot.mouseClick(bar.surprise_button, LEFT)


def test_generate_is_cancel_while_something_is_made(bar, qtbot):
    bar.set_ready(True)
    bar.set_busy(True)
    assert bar.button.text() == "Cancel"
    assert not bar.surprise_button.isEnabled()
    with qtbot.assertNotEmitted(bar.generate_pressed), qtbot.waitSignal(bar.cancel_pressed):
        qtbot.mouseClick(bar.button, LEFT)
    bar.set_busy(False)
    assert bar.button.text() == "Generate"


def test_more_like_this_waits_for_something_with_a_style(bar, qtbot):
    with qtbot.assertNotEmitted(bar.more_pressed):
        qtbot.mouseClick(bar.more_button, LEFT)
    bar.set_more_available(True)
    with qtbot.waitSignal(bar.more_pressed):
        qtbot.mouseClick(bar.more_button, LEFT)


def test_endless_is_a_length(bar, qtbot):
    with qtbot.waitSignal(bar.length.chosen) as chosen:
        bar.length.field.setText("endless")
        qtbot.keyClick(bar.length.field, Qt.Key.Key_Return)
    assert chosen.args == [math.inf]
    assert bar.length.field.text() == "∞"
    bar.length.choose(15.0)
    bar.length.field.setText("∞")
    qtbot.keyClick(bar.length.field, Qt.Key.Key_Return)
    assert bar.length.value == math.inf


def test_a_locked_seed_shows_its_lock(bar, qtbot):
    bar.set_open(True)
    with qtbot.waitSignal(bar.seed.lock_changed) as locked:
        qtbot.mouseClick(bar.seed.lock_button, LEFT)
    assert locked.args == [True]
    with qtbot.assertNotEmitted(bar.seed.lock_changed):
        bar.seed.set_locked(False)
    assert not bar.seed.lock_button.isChecked()


def test_a_loop_is_wished_for_by_a_click(bar, qtbot):
    with qtbot.waitSignal(bar.loop_changed) as changed:
        qtbot.mouseClick(bar.loop, LEFT)
    assert changed.args == [True]
    bar.show_use(loop=False, changes=True)
    assert not bar.loop.isEnabled()
    bar.show_use(loop=True, changes=False)
    assert (bar.loop.isEnabled(), bar.drift.isEnabled(), bar.morph.isEnabled()) == (True, False, False)


def seen(bar: MakeBar) -> list[QWidget]:
    return [part for part in bar.parts if part.isVisible()]


def test_the_second_row_folds_out_and_in(bar, qtbot):
    assert len(seen(bar)) < len(bar.parts)
    height_px = bar.sizeHint().height()
    with qtbot.waitSignal(bar.opened) as opened:
        qtbot.mouseClick(bar.fold_button, LEFT)
    assert opened.args == [True]
    assert seen(bar) == bar.parts
    qtbot.mouseClick(bar.fold_button, LEFT)
    assert len(seen(bar)) < len(bar.parts)
    qtbot.waitUntil(lambda: bar.sizeHint().height() == height_px)
    with qtbot.assertNotEmitted(bar.opened):
        bar.set_open(True)
    assert seen(bar) == bar.parts


@pytest.mark.parametrize("width_px", [AT_1280_PX, 928, 1100, 1250, 1408])
def test_at_every_width_everything_has_its_place(bar, qtbot, width_px):
    bar.set_open(True)
    bar.resize(width_px, bar.sizeHint().height())
    qtbot.waitUntil(lambda: bar.width() == width_px)
    bar.layout().activate()
    assert bar.minimumSizeHint().width() <= AT_1280_PX
    everything = [*bar.parts, bar.surprise_button, bar.more_button, bar.button]
    edges = [(part.mapTo(bar, part.rect().topLeft()), part.rect()) for part in everything if part.isVisible()]
    assert len(edges) == len(everything)
    for part in everything:
        assert part.width() >= part.minimumSizeHint().width()
        assert part.mapTo(bar, part.rect().topRight()).x() < width_px - 10
    assert bar.surprise_button.text() == SURPRISE


def test_with_all_the_room_there_is_nothing_folds(bar, qtbot):
    bar.resize(1500, bar.height())
    qtbot.waitUntil(lambda: seen(bar) == bar.parts)
    assert not bar.fold_button.isVisible()
    bar.resize(AT_1280_PX, bar.height())
    qtbot.waitUntil(lambda: seen(bar) != bar.parts)
    assert bar.fold_button.isVisible()


def test_a_longer_seed_finds_its_place(bar, qtbot):
    bar.resize(928, bar.height())
    qtbot.waitUntil(lambda: bar.seed.isVisible())
    bar.seed.set_seed(9_999_999_999)
    qtbot.waitUntil(lambda: not bar.seed.isVisible() or bar.seed.mapTo(bar, bar.seed.rect().topRight()).x() < 928)
    qtbot.waitUntil(lambda: bar.button.mapTo(bar, bar.button.rect().topRight()).x() < 928)
