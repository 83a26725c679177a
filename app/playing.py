"""GUI thread: ties the player to what shows and steers it: transport, playhead, meters, output lamp."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import StudioError
from engine.playback.player import Player
from engine.playback.settings import MixSettings
from engine.takes.take import Take
from widgets.header_bar import HeaderBar
from widgets.mixer_panel import MixerPanel
from widgets.spectrogram_view import SpectrogramView
from widgets.transport import Transport

POLL_MS = 25


class Playing(QObject):
    """Steers the player by hand, and looks at it 40 times a second: the audio callback itself tells nobody anything."""

    failed = Signal(str, str)
    """Why it does not play: a sentence for the user, and details."""

    def __init__(
        self, player: Player, transport: Transport, view: SpectrogramView, mixer: MixerPanel, header: HeaderBar
    ) -> None:
        super().__init__(transport)
        self._player = player
        self._transport, self._view, self._mixer, self._header = transport, view, mixer, header
        self._take: Take | None = None
        transport.play_pressed.connect(self.play)
        transport.pause_pressed.connect(player.pause)
        transport.stop_pressed.connect(player.stop)
        view.sought.connect(self.seek)
        self._since_poll = QElapsedTimer()
        self._since_poll.start()
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._timer.start()

    def load(self, take: Take) -> None:
        """Stand at the beginning of another take."""
        self._take = take
        self._player.load(take)

    def set_mix(self, mix: MixSettings) -> None:
        """Let the faders be heard."""
        self._player.set_mix(mix)

    def play(self) -> None:
        """Play on, if there is something and a device to play it."""
        try:
            self._player.play()
        except StudioError as error:
            self.failed.emit(str(error), repr(error.__cause__) if error.__cause__ else "")

    def toggle(self) -> None:
        """Play if it does not, pause if it does."""
        if self._player.state == "playing":
            self._player.pause()
        else:
            self.play()

    def seek(self, position_s: float) -> None:
        """Go to a time."""
        self._player.seek(round(position_s * SAMPLE_RATE_HZ))

    def close(self) -> None:
        """Fall silent and let the device go; no other call may follow."""
        self._timer.stop()
        self._player.close()

    def _poll(self) -> None:
        if self._take is None:
            return
        position_s = self._player.position_frames / SAMPLE_RATE_HZ
        length_frames = self._take.planned_frames or self._take.mix_frames
        self._view.set_position_s(position_s)
        self._transport.set_times(position_s, length_frames / SAMPLE_RATE_HZ)
        self._transport.set_playing(self._player.state == "playing")
        self._mixer.show_levels(self._player.levels(), self._since_poll.restart() / 1000)
        if self._player.output_name:
            self._header.set_output(
                f"{self._player.output_name} · 44.1 kHz · {1000 * self._player.latency_s:.0f} ms", True
            )
