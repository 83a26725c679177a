"""Fixtures for tests of the application."""

from tests.screen import dressed, pytest_configure

__all__ = ["dressed", "pytest_configure"]
