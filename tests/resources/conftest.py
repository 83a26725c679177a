"""Fixtures for tests of resources."""

from tests.screen import dressed, pytest_configure

__all__ = ["dressed", "pytest_configure"]
