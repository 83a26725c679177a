"""GUI thread: a lamp that is lit while the limiter works, with what it takes away."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from widgets.readout import Readout

HOLD_S = 1.0
"""How long the greatest reduction stays to be read."""
LEAST_DB = 0.05


class LimiterLamp(Readout):
    """Reads 0.0 dB at rest, and is lit with the reduction."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("limiter", "dB", parent)
        self.setAccessibleName("Limiter")
        self.setToolTip("By how much the limiter keeps the sum below full scale; lit while it does")
        self._reduction_db = 0.0
        self._held_s = 0.0
        self._tell()

    def show_reduction(self, reduction_db: float, elapsed_s: float) -> None:
        """Show by how many dB (0 and more) the limiter lowered the sum in the last `elapsed_s` seconds."""
        self._held_s += elapsed_s
        if reduction_db < self._reduction_db and self._held_s < HOLD_S:
            return
        self._held_s = 0.0
        if round(reduction_db, 1) != round(self._reduction_db, 1):
            self._reduction_db = reduction_db
            self._tell()

    def _tell(self) -> None:
        lit = self._reduction_db >= LEAST_DB
        self.show_figure(f"−{self._reduction_db:.1f}" if lit else "0.0", lit=lit)
