"""GUI thread: ties models' previews to the player: one press and it sounds, another and what was there is back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.preview_thread import PreviewThread
from engine.audio.format import SAMPLE_RATE_HZ
from engine.models.card import ModelCard
from engine.models.preview import preview_of
from engine.playback.player import Player
from engine.takes.take import Take
from widgets.model_picker import ModelPicker

POLL_MS = 40
CROSSFADE_S = 0.4
PREVIEW_S = 12.0
"""How long previews usually are: what the picture shows while the take still grows."""


class Previewing(QObject):
    """Lets previews be heard, and shows how far they are."""

    failed = Signal(str, str)
    """Why one is not heard: a sentence for the user, and details."""

    def __init__(self, player: Player, picker: ModelPicker, parent: QObject) -> None:
        super().__init__(parent)
        self._player, self._picker = player, picker
        self._cards: dict[str, ModelCard] = {}
        self._wanted = ""  # the model whose preview was asked for last, until it ends
        self._heard: Take | None = None
        self._heard_name = ""
        self._leaving: list[Take] = []
        self.thread_ = PreviewThread()
        self.thread_.opened.connect(self._listen)
        self.thread_.pictured.connect(picker.set_picture)
        self.thread_.failed.connect(self._give_up)
        picker.preview_pressed.connect(self.toggle)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._poll)

    @property
    def heard(self) -> str:
        """The name of the model whose preview is heard or about to be; empty for none."""
        return self._wanted

    def start(self) -> None:
        """Begin to look at previews."""
        self.thread_.start()

    def set_models(self, cards: list[ModelCard]) -> None:
        """The models there are; their pictures follow."""
        self._cards = {card.name: card for card in cards}
        self.thread_.look_at({card.name: path for card in cards if (path := preview_of(card)) is not None})

    def toggle(self, name: str) -> None:
        """Let the preview of a model be heard; once more: go back to what was loaded."""
        if name == self._wanted:
            self._player.end_audition()
            self._forget()
            return
        path = preview_of(self._cards[name]) if name in self._cards else None
        if path is not None:
            self.hear(path, name)

    def hear(self, path: Path, name: str = "another") -> None:
        """Let a short file be heard, be it a model's preview or another."""
        self._wanted = name
        self._picker.show_preview(name)
        self.thread_.open(name, path)

    def close(self) -> None:
        """Look no more, when the player has been closed; no other call may follow."""
        self._timer.stop()
        self.thread_.close()

    def _listen(self, name: str, take: Take) -> None:
        if name != self._wanted:  # another one, or none, has been wished for since
            self.thread_.discard(take)
            return
        self._leave()
        self._heard, self._heard_name = take, name
        self._player.audition(take, crossfade_s=CROSSFADE_S)
        self._timer.start()

    def _poll(self) -> None:
        frame = self._player.audition_frame
        if self._heard is not None:
            if frame is None:
                self._forget()
            elif self._heard_name == self._wanted:  # else another one is on its way
                length_s = self._heard.mix_frames / SAMPLE_RATE_HZ if self._heard.finished else PREVIEW_S
                self._picker.show_preview(self._wanted, min(1.0, frame / SAMPLE_RATE_HZ / length_s))
        for take in [take for take in self._leaving if not self._player.uses(take)]:
            self._leaving.remove(take)
            self.thread_.discard(take)
        if self._heard is None and not self._leaving:
            self._timer.stop()

    def _forget(self) -> None:
        """Nothing is heard any more, nor wanted."""
        self._wanted = ""
        self._leave()
        self._picker.show_preview("")

    def _leave(self) -> None:
        if self._heard is not None:
            self._leaving.append(self._heard)
            self._heard = None

    def _give_up(self, sentence: str, details: str) -> None:
        self._player.end_audition()
        self._forget()
        self.failed.emit(sentence, details)
