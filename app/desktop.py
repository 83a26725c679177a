"""GUI thread: files and folders, shown by the program that the desktop has for them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def show_path(path: Path) -> bool:
    """Show a file or folder, or the next folder above that exists; whether the desktop knew how to."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
