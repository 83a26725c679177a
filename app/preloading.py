"""Engine thread: brings TensorFlow and torch into the process without the window noticing.

An import holds the interpreter's lock in two ways that can be felt: while the system loads and relocates a library of
hundreds of megabytes, and while the garbage collector walks all that the import has made. So the libraries are loaded
beforehand by a plain call of the system's loader, which gives the lock away, and the collector rests meanwhile; what
has been imported is then excluded from its walks. Figures: docs/decisions/0017-engine-thread.md.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.musika.greeting import without_greeting

LIBRARIES = {
    "tensorflow": ("libtensorflow_framework.so.2", "libtensorflow_cc.so.2"),
    "torch": ("lib/libtorch_cpu.so", "lib/libtorch_python.so"),
}
"""Below their packages, in the order in which they need each other. Named as on Linux; where they have other names, or
are part of the modules themselves, the import loads them."""

PARTS = ("tensorflow", "torch", "engine.musika.synthesis", "engine.separation.separator")
"""What is imported; in parts, so that one can stop in between."""


def import_networks() -> Iterator[None]:
    """Import all that defines or runs networks, one part after the other; nothing where that has been done."""
    for part in PARTS:
        if part not in sys.modules:
            with _collector_at_rest(), without_greeting():
                _load_libraries(part)
                importlib.import_module(part)
        yield
    _make_pools()


def _make_pools() -> None:
    """Let the libraries size their pools of threads: a limit of cores that holds later leaves them as large as now."""
    sys.modules["tensorflow"].config.list_logical_devices()
    sys.modules["torch"].get_num_threads()


_importing = threading.Event()


def is_importing() -> bool:
    """Whether what is imported just now must not be walked: whoever collects garbage waits until it is excluded."""
    return _importing.is_set()


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No garbage is collected meanwhile, and what is there afterwards is taken to stay."""
    collecting = gc.isenabled()
    _importing.set()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        _importing.clear()
        if collecting:
            gc.enable()


def _load_libraries(package: str) -> None:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None or not sys.platform.startswith("linux"):
        return
    # ctypes.CDLL(path) would keep the interpreter's lock; a call of a foreign function gives it away.
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.argtypes, dlopen.restype = [ctypes.c_char_p, ctypes.c_int], ctypes.c_void_p
    for name in LIBRARIES.get(package, ()):
        path = Path(spec.origin).parent / name
        if path.exists():
            dlopen(os.fsencode(path), os.RTLD_NOW | os.RTLD_LOCAL)
