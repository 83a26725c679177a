"""Writes pictures of the window in all its states: `python -m tools.screenshots`, or `make screenshots`."""
