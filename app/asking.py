"""GUI thread: asking for files and folders, without standing still meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget


def ask_folder(parent: QWidget, title: str, folder: Path, chosen: Callable[[Path], object]) -> None:
    """Ask for a folder, beginning at one. Returns at once."""
    dialog = QFileDialog(parent, title, str(folder))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    # Where a path was typed, the folder shown is selected besides, and the signal for one alone does not come.
    dialog.filesSelected.connect(lambda paths: chosen(Path(paths[-1])))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def ask_recordings(parent: QWidget, folder: Path, chosen: Callable[[list[Path]], object]) -> None:
    """Ask for audio files, or a take that lies elsewhere, to open. Returns at once."""
    kinds = "Audio and takes (*.wav *.flac *.ogg *.mp3 take.json);;All files (*)"
    dialog = QFileDialog(parent, "Open recordings or a take", str(folder), kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda paths: chosen([Path(path) for path in paths]))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
