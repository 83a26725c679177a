"""Seed field, make bar, model picker, export button: what is chosen before and taken out after."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from engine.models.card import ModelCard
from widgets.export_button import ExportButton
from widgets.make_bar import MakeBar
from widgets.model_picker import ModelPicker
from widgets.seed_field import SEEDS, SeedField

LEFT = Qt.MouseButton.LeftButton


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


@pytest.fixture
def make_bar(qtbot):
    bar = MakeBar()
    qtbot.addWidget(bar)
    bar.show()
    return bar


def test_generate_waits_for_a_model(make_bar, qtbot):
    with qtbot.assertNotEmitted(make_bar.generate_pressed):
        qtbot.mouseClick(make_bar.button, LEFT)
    make_bar.set_ready(True)
    with qtbot.waitSignal(make_bar.generate_pressed):
        qtbot.mouseClick(make_bar.button, LEFT)


def test_generate_is_cancel_while_something_is_made(make_bar, qtbot):
    make_bar.set_ready(True)
    make_bar.set_busy(True)
    assert make_bar.button.text() == "Cancel"
    with qtbot.assertNotEmitted(make_bar.generate_pressed), qtbot.waitSignal(make_bar.cancel_pressed):
        qtbot.mouseClick(make_bar.button, LEFT)
    make_bar.set_busy(False)
    assert make_bar.button.text() == "Generate"


@pytest.fixture
def picker(qtbot):
    picker = ModelPicker()
    picker.resize(240, 500)
    qtbot.addWidget(picker)
    picker.set_cards(
        [
            ModelCard(name=name, title=name.title(), kind="generator", description=f"about {name}")
            for name in ("house", "barn", "field")
        ]
    )
    picker.show()
    return picker


def test_a_click_chooses_a_model(picker, qtbot):
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.mouseClick(picker.buttons[1], LEFT)
    assert chosen.args == ["barn"]
    assert [button.isChecked() for button in picker.buttons] == [False, True, False]


def test_arrow_keys_go_from_card_to_card(picker, qtbot):
    picker.set_chosen("house")
    picker.buttons[0].setFocus()
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.keyClick(picker.buttons[0], Qt.Key.Key_Down)
    assert chosen.args == ["barn"]
    assert [button.isChecked() for button in picker.buttons] == [False, True, False]


def test_marking_a_model_tells_nobody(picker, qtbot):
    with qtbot.assertNotEmitted(picker.chosen):
        picker.set_chosen("field")
    assert [button.isChecked() for button in picker.buttons] == [False, False, True]
    picker.set_chosen("house")
    assert [button.isChecked() for button in picker.buttons] == [True, False, False]


def test_cards_are_named_for_those_who_hear_the_window(picker):
    assert [button.accessibleName() for button in picker.buttons] == ["House", "Barn", "Field"]
    assert picker.buttons[0].accessibleDescription() == "about house"


def test_export_offers_what_there_is(qtbot):
    button = ExportButton()
    qtbot.addWidget(button)
    assert not button.isEnabled()
    button.set_available(mix=True, stems=False)
    assert button.isEnabled()
    assert button.mix_action.isEnabled()
    assert not button.stems_action.isEnabled()
    with qtbot.waitSignal(button.mix_wanted):
        button.mix_action.trigger()
    button.set_available(mix=True, stems=True)
    with qtbot.waitSignal(button.stems_wanted):
        button.stems_action.trigger()
