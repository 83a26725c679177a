"""GUI thread: ties the player to what shows and steers it: transport, playhead, region, output lamp."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import StudioError
from engine.playback.player import Player
from engine.takes.take import Take
from widgets.header_bar import HeaderBar
from widgets.spectrogram_view import Region, SpectrogramView
from widgets.transport import Transport

POLL_MS = 25
FRAME_MS = 16
"""The playhead moves so often: sixty times a second."""
CROSSFADE_S = 1.5
"""In which a new take replaces one that plays."""

NO_REGION = "Choose a region to loop first: drag over the picture."
SILENT = "No output: it plays silently"


class Playing(QObject):
    """Steers the player by hand, and looks at it 40 times a second: the audio callback itself tells nobody anything."""

    failed = Signal(str, str)
    """Why it does not do what was asked: a sentence for the user, and details."""
    output_changed = Signal(str)
    """Why nothing, or not the wished-for device, is heard: a sentence for the user; empty when all is well again."""
    paused = Signal(bool)
    """Whether it has been paused; False also when it goes on or is stopped."""
    waited = Signal(bool)
    """Whether it has to wait for the take to be made."""
    left = Signal(object)
    """A `Take` that was loaded before and is not needed any more."""

    def __init__(self, player: Player, transport: Transport, view: SpectrogramView, header: HeaderBar) -> None:
        super().__init__(transport)
        self._player = player
        self._transport, self._view, self._header = transport, view, header
        self._take: Take | None = None
        self._leaving: list[Take] = []
        self._was_paused = self._was_waiting = False
        self._problem = ""
        transport.play_pressed.connect(self.play)
        transport.pause_pressed.connect(player.pause)
        transport.stop_pressed.connect(player.stop)
        transport.loop_toggled.connect(self._set_loop)
        view.sought.connect(self.seek)
        view.region_changed.connect(self._follow_region)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._timer.start()
        self._frames = QTimer(self, interval=FRAME_MS, timerType=Qt.TimerType.PreciseTimer)
        self._frames.timeout.connect(self._show_position)
        self._frames.start()

    @property
    def heard_frame(self) -> int:
        """The frame of the take that sounds now, or would."""
        return self._player.position_frames

    @property
    def is_playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._player.state == "playing"

    def prepare(self) -> None:
        """Get ready to sound, so that the first sound comes at once."""
        self._player.prepare()

    def load(self, take: Take, *, go_over: bool, at_s: float = 0.0, crossfade_s: float = CROSSFADE_S) -> None:
        """Stand at the beginning of another take, or at a time in it; `go_over` crossfades from one that plays."""
        if self._take is not None:
            self._leaving.append(self._take)
        self._take = take
        self._view.set_region(None)  # it belonged to the other take
        self._transport.set_region(False)
        self._player.load(take, crossfade_s=crossfade_s if go_over else 0.0, at_frame=round(at_s * SAMPLE_RATE_HZ))
        self._transport.set_endless(take.kept_frames is not None)
        self._transport.set_looping(take.loop_frames is not None)
        if take.loop_frames is not None:
            self._set_loop(True)

    def play(self) -> None:
        """Play on, if there is something to play."""
        try:
            self._player.play()
        except StudioError as error:
            self.failed.emit(str(error), repr(error.__cause__) if error.__cause__ else "")

    def stop(self) -> None:
        """Fall silent and go back to the beginning."""
        self._player.stop()

    def toggle(self) -> None:
        """Play if it does not, pause if it does."""
        if self._player.state == "playing":
            self._player.pause()
        else:
            self.play()

    def seek(self, position_s: float) -> None:
        """Go to a time."""
        self._player.seek(round(position_s * SAMPLE_RATE_HZ))

    def toggle_loop(self) -> None:
        """Loop the region, or no longer."""
        if self._take is not None:
            looping = self._player.loop is None
            self._transport.set_looping(looping)
            self._set_loop(looping)

    def close(self) -> None:
        """Fall silent and let the device go; no other call may follow."""
        self._timer.stop()
        self._frames.stop()
        self._player.close()

    def _set_loop(self, looping: bool) -> None:
        """Play the region round and round, or all where none is chosen; or go on from here."""
        if not looping:
            self._player.set_loop(None)
            return
        frames = self._frames_to_loop()
        try:
            if frames is None:
                self.failed.emit(NO_REGION, "")
            else:
                self._player.set_loop(*frames)
        except StudioError as error:
            self.failed.emit(str(error), "")
        self._transport.set_looping(self._player.loop is not None)

    def _frames_to_loop(self) -> tuple[int, int] | None:
        if self._view.region:
            start, end = (round(edge_s * SAMPLE_RATE_HZ) for edge_s in self._view.region)
            return start, end
        if self._take is None or self._take.kept_frames is not None:
            return None
        return 0, self._take.planned_frames or self._take.mix_frames

    def _follow_region(self, region: Region | None) -> None:
        self._transport.set_region(region is not None)
        if self._transport.loop_button.isChecked():
            self._set_loop(region is not None)
            self._transport.set_looping(region is not None)

    def _poll(self) -> None:
        self._show_output()
        self._let_go()
        self._tell_pauses()
        if self._take is None:
            return
        self._transport.set_playing(self._player.state == "playing")

    def _show_position(self) -> None:
        if self._take is not None:
            position_s = self._player.position_frames / SAMPLE_RATE_HZ
            self._view.set_position_s(position_s)
            self._transport.set_times(position_s, _length_s(self._take))

    def _show_output(self) -> None:
        problem = self._player.output_problem or ""
        if self._player.output_name:
            latency_ms, rate_khz = 1000 * self._player.latency_s, self._player.output_rate_hz / 1000
            words = f"{self._player.output_name} · {rate_khz:g} kHz · {latency_ms:.0f} ms"
            self._header.set_output(words, "lost" if problem else "open", problem)
        elif problem:
            self._header.set_output(SILENT, "lost", problem)
        if problem != self._problem:
            self._problem = problem
            self.output_changed.emit(problem)

    def _let_go(self) -> None:
        """Tell of takes that do not even sound on in a crossfade any more."""
        for take in [take for take in self._leaving if not self._player.uses(take)]:
            self._leaving.remove(take)
            self.left.emit(take)

    def _tell_pauses(self) -> None:
        is_paused, is_waiting = self._player.state == "paused", self._player.waiting
        if is_paused != self._was_paused:
            self._was_paused = is_paused
            self.paused.emit(is_paused)
        if is_waiting != self._was_waiting:
            self._was_waiting = is_waiting
            self.waited.emit(is_waiting)


def _length_s(take: Take) -> float:
    """How long a take is or will be; infinity for one that goes on for ever."""
    if take.kept_frames is not None and not take.finished:
        return math.inf
    return (take.planned_frames or take.mix_frames) / SAMPLE_RATE_HZ
