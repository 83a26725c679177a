"""GUI thread: a widget in one of its states, to be looked at by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

Shown = TypeVar("Shown", bound=QWidget)


@dataclass(frozen=True)
class Specimen:
    """How to make a widget in a state. Each call of `make` makes another, and nothing is made before.

    Attributes:
        state: in few words: "at rest", "long names".
        make: makes it.
        width_px, height_px: the room that it is given; None for as much as it would like.
    """

    state: str
    make: Callable[[], QWidget]
    width_px: int | None = None
    height_px: int | None = None

    def made(self) -> QWidget:
        """Make it, in its room."""
        widget = self.make()
        if self.width_px is not None:
            widget.setFixedWidth(self.width_px)
        if self.height_px is not None:
            widget.setFixedHeight(self.height_px)
        return widget


def disabled(widget: Shown) -> Shown:
    """The widget, switched off."""
    widget.setEnabled(False)
    return widget


def hovered(widget: Shown) -> Shown:
    """The widget as it looks with the mouse over it, until the mouse has been there and gone."""
    widget.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    return widget


def told(widget: Shown, *tell: Callable[[Shown], object]) -> Shown:
    """The widget, after it has been told what to show."""
    for telling in tell:
        telling(widget)
    return widget
