"""Engine thread: holds back what TensorFlow writes to the terminal while it is imported."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

GREETING = re.compile(rb"WARNING: All log messages before absl::|I\d{4} |To enable the following instructions")
"""What TensorFlow writes on import before its log level counts."""


@contextmanager
def without_greeting() -> Iterator[None]:
    """Hold back what is written to the standard error stream, below Python, and pass on all but the greeting."""
    if sys.__stderr__ is None:  # a windowed program has none
        yield
        return
    with tempfile.TemporaryFile() as caught:
        stderr = os.dup(2)
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            caught.seek(0)
            os.write(2, b"".join(line for line in caught if not GREETING.match(line)))
