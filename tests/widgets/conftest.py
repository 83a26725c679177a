"""Fixtures for tests of widgets."""

from tests.screen import dressed, pytest_configure

__all__ = ["dressed", "pytest_configure"]
