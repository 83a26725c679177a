"""What tests of the window need: Qt without a display, and the program's dress."""

from __future__ import annotations

import os

import pytest
from PySide6.QtWidgets import QApplication

from resources import theme

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session", autouse=True)
def dressed(qapp: QApplication) -> None:
    """The application wears the program's fonts, colours and style sheet."""
    theme.apply(qapp)


def pytest_configure(config: pytest.Config) -> None:
    """The offscreen platform says of every window what it cannot do; it means nothing."""
    config.addinivalue_line("qt_log_ignore", "^This plugin does not support")
