"""Fixtures for tests of widgets."""

from tests.screen import dressed, gone_afterwards, pytest_configure
from tests.widgets.picture_trial import made, view

__all__ = ["dressed", "gone_afterwards", "made", "pytest_configure", "view"]
