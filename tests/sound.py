"""The sound card of the tests: a null sink, and what tests need of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from benchmarks.null_sink import (
    NullSink,
    Recording,
    is_possible,
    running_daemon,
    sound_card,
    wait_until,
)

__all__ = ["NullSink", "Recording", "null_sink", "running_daemon", "sound_card", "wait_until"]


@pytest.fixture(scope="session")
def null_sink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NullSink]:
    """A null sink, and for the whole session the environment in which it is this process's sound card."""
    if not is_possible():
        pytest.skip("needs PulseAudio (Debian: pulseaudio, pulseaudio-utils, libasound2-plugins)")
    folder = tmp_path_factory.mktemp("sound")
    environment = sound_card(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        with running_daemon(folder, environment):
            if "sounddevice" in sys.modules:  # loaded by an earlier test, with the devices of another environment
                sys.modules["sounddevice"]._terminate()
                sys.modules["sounddevice"]._initialize()
            yield NullSink(folder, environment)
