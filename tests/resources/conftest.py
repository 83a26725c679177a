"""Fixtures for tests of resources."""

from tests.screen import dressed, gone_afterwards, pytest_configure

__all__ = ["dressed", "gone_afterwards", "pytest_configure"]
