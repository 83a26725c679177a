"""Fixtures for every test: reference data, a home that is not the user's, and no thread left running."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest_plugins = ["tests.sound"]

SHARED = Path(__file__).resolve().parents[2] / "shared"

# Read when libraries are imported, so they are set before the first test module is.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The developers' reference data; a user's clone has none, and the tests that need it are passed over there."""
    if not SHARED.is_dir():
        pytest.skip("needs the developers' reference data in ../shared")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The studio's data folder during the tests, here and in the programs they start; the user's stays untouched."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEEPDEADNET_HOME", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def no_thread_left_running() -> Iterator[None]:
    """Fail a test that leaves a thread of ours behind."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        # Qt's own threads are seen by Python as dummies, which never end; tqdm keeps one thread for all its bars.
        if isinstance(thread, threading._DummyThread) or type(thread).__module__.startswith("tqdm"):
            continue
        thread.join(2.0)
        assert not thread.is_alive(), f"the thread {thread.name} was left running"
