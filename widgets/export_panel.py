"""GUI thread: what is to be exported and how, with a live example of the files; the question before one is replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine.audio.format import SAMPLE_RATE_HZ
from engine.export.choices import FORMATS, RATES_HZ, ExportChoices, FileFormat, What
from engine.export.naming import FIELDS, file_paths
from resources import theme
from widgets.elided_label import ElidedLabel
from widgets.export_list import ExportList
from widgets.level_field import LevelField
from widgets.numerals import clock_text
from widgets.pattern_field import PatternField
from widgets.segments import Segments

WIDTH_PX = 580
LEVEL_NOTE = "One gain for all the files, so that they still fit together. What would clip is limited."
FAMILIES = tuple(dict.fromkeys(form.family for form in FORMATS.values()))
GRADES = {family: [name for name, form in FORMATS.items() if form.family == family] for family in FAMILIES}
"""Names in `FORMATS` by family."""
WHOLE, REGION = range(2)
WHAT_TIPS = ("As the faders stand", "Each as it was separated, before the faders", "The mix and every stem")
LENGTH_TIPS = ("All of it", "What is chosen in the picture")
FAMILY_TIPS = ("For other programs", "As good as WAV, and smaller", "Small, a little is lost", "Plays everywhere")


@dataclass(frozen=True)
class Exportable:
    """What there is to export.

    Attributes:
        stems: the stems that can be written.
        frames: length of the whole, at 44.1 kHz; 0 where it cannot be exported yet.
        region: first frame and the frame after the last of the region that is chosen; None without one.
        names: what the fields of a name pattern stand for, for the whole and for the region.
        problem: why nothing can be exported, in a sentence; empty where something can.
    """

    stems: tuple[str, ...] = ()
    frames: int = 0
    region: tuple[int, int] | None = None
    names: Sequence[Mapping[str, str]] = field(default_factory=lambda: ({}, {}))
    problem: str = ""


class ExportPanel(QWidget):
    """A view of `ExportChoices`; nothing is written before its button is pressed."""

    wanted = Signal(object, object, str)
    """The `ExportChoices`, where each part goes, and "ask", "replace" or "beside": what about files that exist."""
    folder_asked = Signal()
    """Another folder is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._subject = Exportable()
        self._choices = ExportChoices()
        self._problem = ""
        self._paths: dict[str, Path] = {}
        self._make_choosers()
        self._make_naming()
        self._make_question()
        self._summary = QLabel()
        self._summary.setProperty("role", "dim")
        self._summary.setFont(theme.font(tabular=True))
        self.export_button = QPushButton("Export")
        self.export_button.setProperty("weight", "loud")
        self.export_button.setToolTip("Write the files (Enter)")
        self.export_button.clicked.connect(lambda: self._export("ask"))
        self._lay_out()
        self._show()

    def _make_choosers(self) -> None:
        self.what = Segments([what.capitalize() for what in get_args(What)], "Export")
        self.what.pressed.connect(lambda index: self._change(what=get_args(What)[index]))
        self.what.set_tips(WHAT_TIPS)
        self.lengths = Segments(["Whole take", "Region"], "Export")
        self.lengths.pressed.connect(lambda index: self._change(region=self._subject.region if index else None))
        self.lengths.set_tips(LENGTH_TIPS)
        self._span = QLabel()
        self._span.setProperty("role", "dim")
        self._span.setFont(theme.font(tabular=True))
        self.families = Segments(FAMILIES, "Format")
        self.families.pressed.connect(lambda index: self._set_format(GRADES[FAMILIES[index]][0]))
        self.families.set_tips(FAMILY_TIPS)
        self.grades = {
            family: Segments([FORMATS[name].grade for name in names], f"{family},") for family, names in GRADES.items()
        }
        for family, segments in self.grades.items():
            segments.set_tips([_grade_tip(FORMATS[name]) for name in GRADES[family]])
            segments.pressed.connect(lambda index, family=family: self._set_format(GRADES[family][index]))
        self.rates = Segments([f"{rate_hz / 1000:g} kHz" for rate_hz in RATES_HZ], "Sample rate")
        self.rates.set_tips(["As it was made", *(["For programs that work at this rate"] * (len(RATES_HZ) - 1))])
        self.rates.pressed.connect(lambda index: self._change(rate_hz=RATES_HZ[index]))
        self.level = LevelField()
        self.level.changed.connect(self._set_choices)
        self.level.refused.connect(self._show_problem)

    def _make_naming(self) -> None:
        self.pattern = PatternField(FIELDS)
        self.pattern.edited.connect(self._set_pattern)
        self._folder = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._folder.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.folder_button = QPushButton("Change…")
        self.folder_button.setAccessibleName("Change the folder for exports")
        self.folder_button.setToolTip("Write the files elsewhere")
        self.folder_button.clicked.connect(self.folder_asked)
        self.list = ExportList()
        self._wrong = QLabel(wordWrap=True)
        self._wrong.setProperty("role", "wrong")

    def _make_question(self) -> None:
        self.question = QFrame()
        self.question.setProperty("panel", "message")
        self._asked = QLabel(wordWrap=True)
        self.replace_button = QPushButton("Replace")
        self.replace_button.setToolTip("What these files hold now will be gone")
        self.beside_button = QPushButton("Keep both")
        self.beside_button.setToolTip("The new files get a number")
        for button, conflict in ((self.replace_button, "replace"), (self.beside_button, "beside")):
            button.setProperty("weight", "small")
            button.clicked.connect(lambda _=False, conflict=conflict: self._export(conflict))
        row = QHBoxLayout(self.question)
        row.setContentsMargins(theme.GAP_PX, theme.STEP_PX, 2 * theme.STEP_PX, theme.STEP_PX)
        row.setSpacing(2 * theme.STEP_PX)
        row.addWidget(self._asked, stretch=1)
        row.addWidget(self.replace_button)
        row.addWidget(self.beside_button)

    def _lay_out(self) -> None:
        self.setFixedWidth(WIDTH_PX)
        for button in (self.folder_button, self.replace_button, self.beside_button, self.export_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(4 * theme.STEP_PX)
        self._grid.setVerticalSpacing(2 * theme.STEP_PX)
        self._grid.setColumnMinimumWidth(0, 80)
        self._grid.setColumnStretch(1, 1)
        self._add_row("What", self.what)
        self._add_row("Length", self.lengths, self._span)
        self._add_row("Format", self.families, *self.grades.values())
        self._add_row("Sample rate", self.rates)
        self._add_row("Level", self.level)
        self._level_note = QLabel(LEVEL_NOTE)
        self._level_note.setProperty("role", "caption")
        self._grid.addWidget(self._level_note, self._grid.rowCount(), 1)
        self._add_row("Name", self.pattern, stretched=True)
        self._add_row("Folder", self._folder, self.folder_button, stretched=True)
        files = QVBoxLayout()
        files.setSpacing(2 * theme.STEP_PX)
        files.addWidget(self.list)
        files.addWidget(self._wrong)
        self._add_caption("Files")
        self._grid.addLayout(files, self._grid.rowCount() - 1, 1)
        below = QHBoxLayout()
        below.addWidget(self._summary)
        below.addStretch()
        below.addWidget(self.export_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4 * theme.STEP_PX)
        column.addLayout(self._grid)
        column.addWidget(self.question)
        column.addLayout(below)

    def _add_row(self, name: str, *controls: QWidget, stretched: bool = False) -> None:
        line = QHBoxLayout()
        line.setSpacing(2 * theme.STEP_PX)
        for index, control in enumerate(controls):
            if isinstance(control, Segments | QPushButton):
                control.setFixedHeight(theme.CONTROL_HEIGHT_PX)
            line.addWidget(control, stretch=int(stretched and not index))
        if not stretched:
            line.addStretch()
        self._add_caption(name)
        self._grid.addLayout(line, self._grid.rowCount() - 1, 1)

    def _add_caption(self, name: str) -> None:
        """What stands beside the first line of a row."""
        caption = QLabel(name)
        caption.setFixedHeight(theme.CONTROL_HEIGHT_PX)
        self._grid.addWidget(caption, self._grid.rowCount(), 0, Qt.AlignmentFlag.AlignTop)

    # What is shown

    @property
    def choices(self) -> ExportChoices:
        """What is chosen."""
        return self._choices

    @property
    def problem(self) -> str:
        """Why nothing can be exported as it is, in a sentence; empty where it can."""
        return self._subject.problem or self._problem

    def show_subject(self, subject: Exportable, choices: ExportChoices) -> None:
        """Begin anew: what there is to export, and what is suggested: of the length, the region where there is one."""
        self._subject = subject
        what = choices.what if subject.stems else "mix"
        self._choices = replace(choices, what=what, region=subject.region)
        self._problem = ""
        self._rest()
        self._show()

    def set_folder(self, folder: Path) -> None:
        """Another folder was chosen."""
        self._change(folder=folder)

    def show_problem(self, sentence: str) -> None:
        """Say why it could not be exported."""
        self._show_problem(sentence)

    def ask(self, there: Sequence[Path]) -> None:
        """Ask what is to become of files that exist already."""
        names = there[0].name if len(there) == 1 else f"{len(there)} of these files"
        self._asked.setText(f"{names} exist{'s' if len(there) == 1 else ''} already.")
        self.question.setToolTip("\n".join(str(path) for path in there))
        self._rest(asking=True)
        self.beside_button.setFocus()

    def _rest(self, *, asking: bool = False) -> None:
        """Show the button; or in its place the question."""
        self.question.setVisible(asking)
        for widget in (self._summary, self.export_button):
            widget.setVisible(not asking)

    def _show(self) -> None:
        choices, subject = self._choices, self._subject
        self.what.mark(get_args(What).index(choices.what))
        for index in (1, 2):
            self.what.set_available(index, bool(subject.stems))
        self.lengths.mark(REGION if choices.region else WHOLE)
        self.lengths.set_available(WHOLE, subject.frames > 0)
        self.lengths.set_available(REGION, subject.region is not None)
        self._span.setText(_span_text(choices.region, subject.frames))
        family = choices.file_format.family
        self.families.mark(FAMILIES.index(family))
        for name, segments in self.grades.items():
            segments.setVisible(name == family)
        self.grades[family].mark(GRADES[family].index(choices.format))
        self.rates.mark(RATES_HZ.index(choices.rate_hz))
        for index, rate_hz in enumerate(RATES_HZ):
            self.rates.set_available(index, rate_hz <= choices.file_format.highest_rate_hz)
        self.level.set_choices(choices)
        self._level_note.setVisible(choices.level != "as it is")
        self.pattern.set_pattern(choices.pattern)
        self._folder.setText(str(choices.folder))
        self._show_files()

    def _show_files(self) -> None:
        choices, parts = self._choices, self._choices.parts(self._subject.stems)
        names = self._subject.names[REGION if choices.region else WHOLE]
        if names:
            self._paths = file_paths(choices.pattern, names, parts, choices.folder, choices.file_format.extension)
        self.list.set_names({part: str(path.relative_to(choices.folder)) for part, path in self._paths.items()})
        frames = choices.region[1] - choices.region[0] if choices.region else self._subject.frames
        count = f"{len(parts)} files" if len(parts) > 1 else "1 file"
        length = clock_text(frames / SAMPLE_RATE_HZ, tenths=True)
        self._summary.setText(f"{count} · {length} · about {_size_text(len(parts) * choices.file_bytes(frames))}")
        self._show_problem(self._problem)

    def _show_problem(self, sentence: str) -> None:
        self._problem = sentence
        if sentence:
            self._rest()
        self._wrong.setText(self.problem)
        self._wrong.setVisible(bool(self.problem))
        self.export_button.setEnabled(not self.problem)

    # What the hand does

    def _change(self, **changes: object) -> None:
        self._set_choices(replace(self._choices, **changes))  # type: ignore[arg-type]

    def _set_choices(self, choices: ExportChoices) -> None:
        self._choices = choices
        self._problem = ""
        self._rest()
        self._show()

    def _set_format(self, name: str) -> None:
        self._set_choices(self._choices.with_format(name))

    def _set_pattern(self, pattern: str) -> None:
        try:
            choices = replace(self._choices, pattern=pattern)
        except ValueError as refusal:
            self.pattern.set_wrong(True)
            self._show_problem(str(refusal))
        else:
            self.pattern.set_wrong(False)
            self._set_choices(choices)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter exports, wherever the focus is."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self.question.isVisible():
            (self.replace_button if self.replace_button.hasFocus() else self.beside_button).click()
        else:
            self.export_button.click()

    def _export(self, conflict: str) -> None:
        self._rest()
        self.wanted.emit(self._choices, dict(self._paths), conflict)


def _grade_tip(form: FileFormat) -> str:
    if form.kbit_s:
        return f"About {form.kbit_s * 60 / 8000:.1f} MB a minute"
    if form.is_float:
        return "To the last bit, and nothing can clip"
    return "With dither: what is finer becomes a soft noise" if form.bits == 16 else "Finer than one can hear"


def _span_text(region: tuple[int, int] | None, frames: int) -> str:
    if region is None:
        return clock_text(frames / SAMPLE_RATE_HZ, tenths=True) if frames else ""
    start, end = (clock_text(frame / SAMPLE_RATE_HZ, tenths=True) for frame in region)
    return f"{start} to {end}"


def _size_text(size: int) -> str:
    for unit, bytes_ in (("GB", 1e9), ("MB", 1e6)):
        if size >= bytes_:
            return f"{size / bytes_:.1f} {unit}"
    return f"{max(1, round(size / 1e3))} kB"
