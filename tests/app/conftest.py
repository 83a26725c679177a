"""Fixtures for tests of the application."""

from tests.screen import dressed, pytest_configure
from tests.sound import null_sink

__all__ = ["dressed", "null_sink", "pytest_configure"]
