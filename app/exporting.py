"""GUI thread: asking where an export goes, and never writing over anything unasked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
"""What some file system does not allow in a file name."""


def file_name(title: str) -> str:
    """A name for a file that any system allows, from a take's title."""
    return _UNFIT.sub(" ", title).strip(" .") or "take"


def ask_file(parent: QWidget, folder: Path, title: str, chosen: Callable[[Path], None]) -> None:
    """Ask for a WAV file to write; the dialog itself asks before one is replaced. Returns at once."""
    dialog = QFileDialog(parent, "Export the mix", str(folder), "WAV, 32-bit float (*.wav)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("wav")
    dialog.selectFile(f"{file_name(title)}.wav")
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def ask_folder(parent: QWidget, folder: Path, names: list[str], chosen: Callable[[Path], None]) -> None:
    """Ask for a folder in which to write files called `names`, and again if any are there. Returns at once."""
    dialog = QFileDialog(parent, "Export the stems into a folder", str(folder))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    # Where a path was typed, the folder shown is selected besides, and the signal for one alone does not come.
    dialog.filesSelected.connect(lambda paths: _confirmed(parent, Path(paths[-1]), names, chosen))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def _confirmed(parent: QWidget, folder: Path, names: list[str], chosen: Callable[[Path], None]) -> None:
    there = [name for name in names if (folder / name).exists()]
    if not there:
        chosen(folder)
        return
    question = QMessageBox(parent)
    question.setIcon(QMessageBox.Icon.Question)
    question.setText(f"Replace {', '.join(there)} in “{folder.name}”?")
    question.setInformativeText("What these files hold now will be gone.")
    replace = question.addButton("Replace", QMessageBox.ButtonRole.DestructiveRole)
    question.setDefaultButton(question.addButton(QMessageBox.StandardButton.Cancel))
    question.buttonClicked.connect(lambda button: chosen(folder) if button is replace else None)
    question.finished.connect(question.deleteLater)
    question.open()


def ask_recording(parent: QWidget, folder: Path, chosen: Callable[[Path], None]) -> None:
    """Ask for an audio file, or a take that was kept, to open. Returns at once."""
    kinds = "Audio and takes (*.wav *.flac *.ogg *.mp3 take.json);;All files (*)"
    dialog = QFileDialog(parent, "Open a recording or a take", str(folder), kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
