"""GUI thread: ties the mixer to the session, to the player and to what can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from app.history import History
from app.session import Session
from engine.playback.player import Player
from engine.playback.settings import MixSettings, Strip
from engine.takes.take import Take
from widgets.mixer_panel import MixerPanel

POLL_MS = 25

GESTURE_MS = 700
"""Turns of a wheel and presses of a key that come sooner after each other are one move."""

MOVES = {"gain_db": "fader", "muted": "mute", "soloed": "solo", "pan": "pan"}
"""What the parts of a strip are called, to follow "Undo"."""


class Mixing(QObject):
    """Moves of the hand become the session's mix, which the player plays and the history remembers."""

    def __init__(self, session: Session, player: Player, mixer: MixerPanel, history: History) -> None:
        super().__init__(mixer)
        self._session, self._player, self._mixer, self._history = session, player, mixer, history
        self._gesture = 0
        self._resting = QTimer(self, interval=GESTURE_MS, singleShot=True)
        self._resting.timeout.connect(self._end_gesture)
        self._since_poll = QElapsedTimer()
        self._since_poll.start()
        self._polling = QTimer(self, interval=POLL_MS)
        self._polling.timeout.connect(self._show_levels)
        self._polling.start()
        mixer.settings_changed.connect(self._change)
        mixer.undo_pressed.connect(history.undo)
        mixer.redo_pressed.connect(history.redo)
        history.changed.connect(lambda: mixer.show_history(history.undo_words, history.redo_words))
        mixer.loudness_reset.connect(player.measure_loudness_anew)
        session.changed.connect(self._show_change)
        self._show(session.state.mix)

    def show_take(self, take: Take, remembered: object = None) -> None:
        """Have a strip for each stem of the take that has just been loaded.

        Args:
            take: what the player has loaded.
            remembered: where its faders stood, as `MixSettings.to_json` gave it. By default, or where it does not fit,
                those of the same stems, and the master, stay where they are.
        """
        before = self._session.state.mix
        mix = _remembered_mix(remembered, len(take.stem_names))
        mix = mix or _carried_over(before, self._mixer.stems, take.stem_names)
        if take.stem_names != self._mixer.stems:
            self._mixer.set_stems(take.stem_names)
        if mix != before:
            self._history.forget(self)  # those were moves of other faders
        self._session.update(mix=mix)
        self._show(mix)

    def close(self) -> None:
        """Look at the player no more."""
        self._polling.stop()

    def _change(self, mix: MixSettings) -> None:
        """Do what the hand has done, and remember it."""
        before = self._session.state.mix
        if mix == before:
            return
        part, words = _difference(before, mix, self._mixer.stems)
        self._session.update(mix=mix)
        move = partial(self._session.update, mix=before), partial(self._session.update, mix=mix)
        self._history.push(words, *move, merge=part and (self, part, self._gesture), of=self)
        self._resting.start()

    def _end_gesture(self) -> None:
        """What is moved from now on is another move."""
        if self._mixer.held:
            self._resting.start()
        else:
            self._gesture += 1

    def _show_change(self, name: str, value: object) -> None:
        if name == "mix" and isinstance(value, MixSettings):
            self._show(value)
        elif name == "matched_db":
            self._let_sound()

    def _show(self, mix: MixSettings) -> None:
        self._mixer.set_settings(mix)
        self._let_sound()

    def _let_sound(self) -> None:
        state = self._session.state
        if state.take is not None and len(state.mix.strips) != len(state.take.stem_names):
            return  # it has only just been loaded: `show_take` follows
        self._player.set_mix(replace(state.mix, master_gain_db=state.mix.master_gain_db + state.matched_db))

    def _show_levels(self) -> None:
        elapsed_s = self._since_poll.restart() / 1000
        if len(self._mixer.stems) == len(self._player.mix.strips):  # not while a take is only just being loaded
            self._mixer.show_levels(self._player.levels(), elapsed_s)
        self._mixer.show_limiting(self._player.limiting_db, elapsed_s)
        loudness = self._player.loudness
        self._mixer.show_loudness(loudness.short_term_lufs, loudness.integrated_lufs)


def _remembered_mix(values: object, stems: int) -> MixSettings | None:
    """Faders as they were remembered; None where they were not, or do not fit a take of so many stems."""
    try:
        mix = MixSettings.from_json(values)
    except ValueError:
        return None
    return mix if len(mix.strips) == stems else None


def _carried_over(mix: MixSettings, stems: Sequence[str], names: Sequence[str]) -> MixSettings:
    """The faders of the stems `names`, where those of `stems` stand as in `mix`."""
    strips = dict(zip(stems, mix.strips, strict=True))
    return MixSettings(tuple(strips.get(name, Strip()) for name in names), mix.master_gain_db)


def _difference(before: MixSettings, after: MixSettings, stems: tuple[str, ...]) -> tuple[object, str]:
    """Which part has been moved, None if it is more than one, or a button; and in words."""
    parts = [
        (stem, name)
        for stem, *strips in zip(stems, before.strips, after.strips, strict=True)
        for name in MOVES
        if getattr(strips[0], name) != getattr(strips[1], name)
    ]
    if before.master_gain_db != after.master_gain_db:
        parts.append(("master", "gain_db"))
    if len(parts) != 1:
        return None, "reset of the mixer"
    stem, name = parts[0]
    pulled = name in ("gain_db", "pan")
    return parts[0] if pulled else None, _words(stem, name, after, stems)


def _words(stem: str, name: str, after: MixSettings, stems: tuple[str, ...]) -> str:
    if stem == "master":
        return "master fader"
    strip: Strip = after.strips[stems.index(stem)]
    ended = "un" if name in ("muted", "soloed") and not getattr(strip, name) else ""
    return f"{ended}{MOVES[name]} of {stem}"
