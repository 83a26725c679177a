"""GUI thread: opens the gallery: `python -m widgets`, or `python -m widgets mixer` for one of its rooms."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from resources import theme
from widgets.gallery.window import GalleryWindow


def main() -> int:
    """Show the gallery until it is closed; return the exit status."""
    application = QApplication(sys.argv)
    theme.apply(application)
    window = GalleryWindow()
    if len(sys.argv) > 1 and not window.open_room(sys.argv[1]):
        print(f"There is no room called {sys.argv[1]}: {', '.join(window.rooms)}.", file=sys.stderr)
        return 2
    window.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
