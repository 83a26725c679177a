"""GUI thread: what the hand has done, move by move, so that it can be undone and done again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

REMEMBERED_MOVES = 500

Act = Callable[[], None]


@dataclass(frozen=True)
class Move:
    """Something that has been done.

    Attributes:
        words: what it was, as a sentence would go on after "Undo": "mute Drums".
        undo: sets back what it did.
        redo: does it again.
        merge: a move of the same gesture has the same.
        of: whose it is; see `History.forget`.
    """

    words: str
    undo: Act
    redo: Act
    merge: object = None
    of: object = None


class History(QObject):
    """Moves that are behind us, and those that have been undone and may be done again."""

    changed = Signal()
    """What can be undone or redone is different now."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._done: list[Move] = []
        self._undone: list[Move] = []
        self._acting = False

    def push(self, words: str, undo: Act, redo: Act, merge: object = None, of: object = None) -> None:
        """Remember a move that has just been made; nothing that was undone before can be redone any more.

        Args:
            words: what it was, to follow "Undo": "mute Drums".
            undo: called in the GUI thread to set it back. It, and `redo`, may change things in ways that would
                otherwise be moves: what is pushed meanwhile is not remembered.
            redo: called to do it again.
            merge: a move that follows one with an equal `merge` becomes one with it: all that one pull at a fader does.
                None for a move by itself.
            of: whose move it is, for `forget`.
        """
        if self._acting:
            return
        move = Move(words, undo, redo, merge, of)
        last = self._done[-1] if self._done and not self._undone else None
        if last is not None and merge is not None and last.merge == merge:
            self._done[-1] = replace(move, undo=last.undo)
        else:
            self._done.append(move)
            del self._done[:-REMEMBERED_MOVES]
        self._undone.clear()
        self.changed.emit()

    def undo(self) -> None:
        """Set back the last move, if there is one."""
        self._act(self._done, self._undone, lambda move: move.undo)

    def redo(self) -> None:
        """Do again what was undone last, if nothing has been done since."""
        self._act(self._undone, self._done, lambda move: move.redo)

    def forget(self, of: object) -> None:
        """Moves of `of` cannot be undone or redone any more: what they changed is gone."""
        before = len(self._done) + len(self._undone)
        self._done = [move for move in self._done if move.of is not of]
        self._undone = [move for move in self._undone if move.of is not of]
        if len(self._done) + len(self._undone) != before:
            self.changed.emit()

    @property
    def undo_words(self) -> str:
        """What `undo` would set back; empty if nothing."""
        return self._done[-1].words if self._done else ""

    @property
    def redo_words(self) -> str:
        """What `redo` would do again; empty if nothing."""
        return self._undone[-1].words if self._undone else ""

    def _act(self, source: list[Move], target: list[Move], chosen: Callable[[Move], Act]) -> None:
        if not source or self._acting:
            return
        move = source.pop()
        self._acting = True
        try:
            chosen(move)()
        finally:
            self._acting = False
        target.append(replace(move, merge=None))  # a gesture ends where it is undone
        self.changed.emit()
