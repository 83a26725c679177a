"""What we need of Qt's binding itself."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal


class Bell(QObject):
    """Rings."""

    rung = Signal(object)


def test_emitting_a_signal_leaves_the_reference_counts_alone(qapp):
    # PySide 6.12.0 loses a reference to True with every emit; on Python 3.11 the program dies after some thousands.
    bell = Bell()
    for value in (True, False, None):
        before = sys.getrefcount(value)
        for _ in range(100):
            bell.rung.emit([])
        assert abs(sys.getrefcount(value) - before) < 50
