"""What TensorFlow writes while it is imported, and what is let through."""

from __future__ import annotations

import os

import pytest

from engine.musika.greeting import without_greeting


def test_only_the_greeting_is_held_back(capfd: pytest.CaptureFixture[str]) -> None:
    with without_greeting():
        os.write(2, b"I0000 00:00:1700000000.1 1 port.cc:153] oneDNN custom operations are on.\nreal trouble\n")

    assert capfd.readouterr().err == "real trouble\n"


def fail_to_import() -> None:
    with without_greeting():
        os.write(2, b"a library is missing\n")
        raise ImportError("tensorflow")


def test_what_was_written_before_an_exception_is_not_lost(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ImportError):
        fail_to_import()

    assert capfd.readouterr().err == "a library is missing\n"
