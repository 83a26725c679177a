"""Fixtures for tests of widgets."""

from tests.screen import dressed, gone_afterwards, pytest_configure

__all__ = ["dressed", "gone_afterwards", "pytest_configure"]
