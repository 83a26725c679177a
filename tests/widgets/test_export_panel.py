"""What is to be exported: chosen, named, asked about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QWidget

from engine.export.choices import ExportChoices
from widgets.export_panel import Exportable, ExportPanel

LEFT = Qt.MouseButton.LeftButton
NAMES = {
    "take": "Slow burn",
    "model": "Barn ’77",
    "seed": "7",
    "date": "2026-11-21",
    "time": "21.04",
    "start": "0m00.0s",
}
MINUTE = 60 * 44_100
REGION = (26 * 44_100, 34 * 44_100)
SUBJECT = Exportable(("drums", "bass"), MINUTE, REGION, (NAMES, NAMES | {"start": "0m26.0s"}))
MUSIC = Path("/music")


@pytest.fixture
def panel(qtbot) -> ExportPanel:
    panel = ExportPanel()
    qtbot.addWidget(panel)
    panel.show_subject(SUBJECT, ExportChoices(folder=MUSIC))
    panel.show()
    panel.activateWindow()
    return panel


def button(panel: QWidget, name: str) -> QPushButton:
    return next(b for b in panel.findChildren(QPushButton) if name in (b.accessibleName(), b.text()))


def press(panel: QWidget, *names: str) -> None:
    for name in names:
        QTest.mouseClick(button(panel, name), LEFT)


def words(panel: QWidget) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisibleTo(panel)]


def test_a_region_is_suggested_where_there_is_one(panel):
    assert panel.choices.region == REGION
    assert "0:26.0 to 0:34.0" in words(panel)
    press(panel, "Export Whole take")
    assert panel.choices.region is None
    assert "1:00.0" in words(panel)
    press(panel, "Export Region")
    assert panel.choices.region == REGION


def test_what_it_comes_to_is_told(panel):
    press(panel, "Export Both", "Export Whole take", "WAV, 16 bit")
    assert "3 files · 1:00.0 · about 31.8 MB" in words(panel)
    press(panel, "Export Mix", "Format MP3", "MP3, 320 kbit/s", "Export Region")
    assert "1 file · 0:08.0 · about 320 kB" in words(panel)


def test_the_names_are_a_live_example(panel):
    press(panel, "Export Both", "Format FLAC")
    assert panel.list.names == {
        "mix": "Slow burn - Mix.flac",
        "drums": "Slow burn - Drums.flac",
        "bass": "Slow burn - Bass.flac",
    }
    panel.pattern.line.selectAll()
    QTest.keyClicks(panel.pattern.line, "{model}/")
    press(panel, "Put in take", "Put in start")
    assert panel.choices.pattern == "{model}/{take}{start}"
    assert panel.list.names["drums"] == "Barn ’77/Slow burn0m26.0s - Drums.flac"


def test_a_pattern_that_names_no_file_says_why_and_cannot_be_exported(panel):
    panel.pattern.line.selectAll()
    QTest.keyClicks(panel.pattern.line, "{take} {what}")
    assert panel.problem.startswith("There is no {what}")
    assert panel.problem in words(panel)
    assert not panel.export_button.isEnabled()
    QTest.keyClick(panel, Qt.Key.Key_Return)  # nor with the key
    panel.pattern.line.selectAll()
    QTest.keyClicks(panel.pattern.line, "{take}")
    assert panel.problem == ""
    assert panel.export_button.isEnabled()


def test_a_format_shows_its_own_grades_and_rates(panel):
    press(panel, "Sample rate 96 kHz", "Format MP3")
    assert panel.choices.rate_hz == 48_000
    assert not button(panel, "Sample rate 96 kHz").isEnabled()
    assert button(panel, "MP3, 256 kbit/s").isVisible()
    assert not button(panel, "WAV, 16 bit").isVisible()
    press(panel, "Format WAV", "WAV, 16 bit")
    assert panel.choices.format == "wav16"
    assert button(panel, "Sample rate 96 kHz").isEnabled()


@pytest.mark.parametrize("typed", ["-18,5", "−18.5", " -18.50 "])
def test_a_level_is_typed_as_one_likes(panel, typed):
    press(panel, "Level Loudness")
    assert panel.level.field.text() == "−14.0"
    panel.level.field.selectAll()
    QApplication.clipboard().setText(typed)  # QTest types no true minus
    QTest.keyClick(panel.level.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert panel.choices.level == "loudness"
    assert panel.choices.loudness_lufs == -18.5
    panel.level.field.editingFinished.emit()
    assert panel.level.field.text() == "−18.5"


@pytest.mark.parametrize("typed", ["3", "-25", "loud", " ", "nan"])
def test_a_level_that_cannot_be_is_refused_until_it_can(panel, typed):
    press(panel, "Level Peak")
    QApplication.clipboard().setText(typed)
    panel.level.field.selectAll()
    QTest.keyClick(panel.level.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert panel.problem == "Type a level from −24.0 to 0.0."
    assert not panel.export_button.isEnabled()
    panel.level.field.editingFinished.emit()  # left as it is, what was chosen stays
    assert panel.level.field.text() == "−1.0"
    assert panel.problem == ""
    assert panel.choices.peak_dbfs == -1.0


def test_without_stems_there_is_the_mix_alone(panel):
    panel.show_subject(replace(SUBJECT, stems=()), ExportChoices("both", folder=MUSIC))
    assert panel.choices.what == "mix"
    assert not button(panel, "Export Stems").isEnabled()
    assert not button(panel, "Export Both").isEnabled()


def test_where_nothing_can_be_exported_it_says_why(panel):
    panel.show_subject(Exportable(problem="Wait until there is sound."), ExportChoices(folder=MUSIC))
    assert "Wait until there is sound." in words(panel)
    assert not panel.export_button.isEnabled()
    press(panel, "Format FLAC")  # which changes nothing about that
    assert not panel.export_button.isEnabled()


def test_enter_exports_from_anywhere(panel, qtbot):
    for place in (panel, panel.pattern.line, button(panel, "Format FLAC")):
        with qtbot.waitSignal(panel.wanted) as told:
            QTest.keyClick(place, Qt.Key.Key_Return)
        assert told.args == [panel.choices, {"mix": MUSIC / "Slow burn - Mix.wav"}, "ask"]


def test_the_question_takes_the_place_of_the_button_and_enter_keeps_both(panel, qtbot):
    panel.ask([MUSIC / "Slow burn - Mix.wav"])
    assert "Slow burn - Mix.wav exists already." in words(panel)
    assert panel.export_button.isHidden()
    assert panel.beside_button.hasFocus()
    with qtbot.waitSignal(panel.wanted) as told:
        QTest.keyClick(panel, Qt.Key.Key_Return)
    assert told.args[2] == "beside"
    assert panel.question.isHidden()
    panel.ask([MUSIC / "a.wav", MUSIC / "b.wav"])
    assert "2 of these files exist already." in words(panel)
    with qtbot.waitSignal(panel.wanted) as told:
        press(panel, "Replace")
    assert told.args[2] == "replace"


def test_the_question_stays_when_a_field_is_left(panel, qtbot):
    press(panel, "Level Peak")
    qtbot.waitUntil(panel.isActiveWindow)
    panel.level.field.setFocus()
    panel.ask([MUSIC / "Slow burn - Mix.wav"])  # which takes the focus
    assert not panel.level.field.hasFocus()
    assert panel.question.isVisible()


def test_another_choice_takes_the_question_back(panel):
    panel.ask([MUSIC / "Slow burn - Mix.wav"])
    press(panel, "Format OGG")
    assert panel.question.isHidden()
    assert panel.export_button.isVisible()


def test_every_control_has_a_name_and_is_reached_by_tab(panel):
    for widget in panel.findChildren(QAbstractButton):
        assert widget.accessibleName() or widget.text()
        assert widget.toolTip()
        # Of a few that exclude each other one is reached by Tab, and the others from there by the arrow keys.
        assert widget.group() is not None or widget.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_arrow_keys_choose_among_a_few(panel):
    button(panel, "Format WAV").setFocus()
    QTest.keyClick(button(panel, "Format WAV"), Qt.Key.Key_Right)
    assert panel.choices.format == "flac16"


def test_with_six_stems_nothing_is_cut_off(panel, qtbot):
    stems = ("drums", "bass", "other", "vocals", "guitar", "piano")
    long = dict.fromkeys(NAMES, "a name that goes on and on and on, as if there were no end to it, and then on")
    panel.show_subject(replace(SUBJECT, stems=stems, names=(long, long)), ExportChoices("both", folder=MUSIC))
    press(panel, "Level Loudness")
    panel.show_problem("A sentence that is rather long: it says what happened, and then it says what to do about it.")
    panel.resize(panel.sizeHint())
    qtbot.wait(20)
    for widget in panel.findChildren(QWidget):
        if widget.isVisibleTo(panel):
            assert widget.parentWidget().rect().contains(widget.geometry()), widget
