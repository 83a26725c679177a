"""Engine thread: takes a mix apart as it comes, in constant memory, with a Demucs network.

The mix is cut into overlapping segments, each is separated on its own, and where two overlap they are crossed over:
the cuts and weights of `demucs.apply.apply_model` without shifts, but with no need to know the end of the mix.

Nothing is normalised here. Demucs's command line divides a recording by the deviation of the whole of it, which a
stream cannot know; HTDemucs divides every segment by its own deviation anyway, so the level makes no difference, and
digital silence stays digital silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from demucs.htdemucs import HTDemucs

from engine.audio.format import CHANNELS, Wave
from engine.errors import ModelError
from engine.models.card import load_card
from engine.models.weights import check_shapes, read_tensors
from engine.separation.network import build_network, largest_shapes, segment_frames
from engine.takes.take import Stems

OVERLAP = 0.25
"""Part of a segment that it shares with the next one, as in demucs."""


@dataclass(frozen=True)
class _Segment:
    """What the network is given, (segment frames, 2), and which part of its answer counts; valid until the next."""

    audio: Wave
    first: int
    frames: int


class Separator:
    """Stems from a mix."""

    def __init__(self, network: HTDemucs) -> None:
        """Use a network that has its weights."""
        self._network = network.eval()
        self._segment_frames = segment_frames(network)
        self._stride_frames = int((1 - OVERLAP) * self._segment_frames)

    @classmethod
    def load(cls, folder: Path) -> Separator:
        """The separator in a model folder: a card of that kind and one safetensors file.

        No memory is taken for the network before the file has been found to hold its largest layers.

        Raises:
            ModelError: card or weights are missing, damaged, or do not belong together; names file and tensor.
        """
        card = load_card(Path(folder))
        if card.kind != "separator":
            raise ModelError(f"{card.name} is a {card.kind}: choose a separator.")
        files = [name for name in card.files if name.endswith(".safetensors")]
        if len(files) != 1:
            raise ModelError(f"The separator {card.name} must have one safetensors file, not {len(files)}.")
        path = card.folder / files[0]
        tensors = read_tensors(path)
        widest = largest_shapes(card.sizes)
        check_shapes(path, {name: value for name, value in tensors.items() if name in widest}, widest)
        network = build_network(card.sizes)
        check_shapes(path, tensors, {name: tuple(value.shape) for name, value in network.state_dict().items()})
        network.load_state_dict({name: torch.from_numpy(value) for name, value in tensors.items()})
        separator = cls(network.requires_grad_(requires_grad=False))
        separator._try(card.name)
        return separator

    @property
    def stem_names(self) -> tuple[str, ...]:
        """The stems, in the order in which `stream` gives them."""
        return tuple(self._network.sources)

    def stream(self, blocks: Iterable[Wave]) -> Iterator[Stems]:
        """Separate audio as it comes.

        Args:
            blocks: the mix, in blocks of any length; read no further than the next segment needs.

        Yields:
            The stems, (frames, stems, 2), three quarters of a segment at a time; in all as many frames as went in.
        """
        stride = self._stride_frames
        weight = _triangle(self._segment_frames)[:, None, None]
        stems = np.zeros((self._segment_frames, len(self.stem_names), CHANNELS), np.float32)
        weights = np.zeros_like(weight)
        for segment in self._segments(blocks):
            answer = self._separate(segment.audio)[segment.first :][: segment.frames]
            stems[: segment.frames] += weight[: segment.frames] * answer
            weights[: segment.frames] += weight[: segment.frames]
            settled = min(stride, segment.frames)  # the next segment begins there
            yield stems[:settled] / weights[:settled]
            _shift(stems, stride)
            _shift(weights, stride)

    def _try(self, name: str) -> None:
        """Run the network once on a moment of silence: sizes can fit the weights and still not fit together."""
        moment = np.zeros((2 * self._network.nfft, CHANNELS), np.float32)
        try:
            shape = self._separate(moment).shape
        except (AssertionError, RuntimeError, ValueError) as cause:
            raise ModelError(f"The sizes of {name} do not fit together: import the model again.") from cause
        if shape != (len(moment), len(self.stem_names), CHANNELS):
            raise ModelError(f"The sizes of {name} do not make a separator: import the model again.")

    def _segments(self, blocks: Iterable[Wave]) -> Iterator[_Segment]:
        """Cut a mix into overlapping segments; a short one at the end has the mix before it, and silence behind."""
        length, stride = self._segment_frames, self._stride_frames
        past = length // 2
        window = np.zeros((past + length, CHANNELS), np.float32)
        filled = 0
        for block in blocks:
            while len(block):
                taken = min(length - filled, len(block))
                window[past + filled :][:taken] = block[:taken]
                block, filled = block[taken:], filled + taken
                if filled == length:
                    yield _Segment(window[past:], 0, length)
                    _shift(window, stride)
                    filled -= stride
        while filled > 0:
            before = (length - filled) // 2
            yield _Segment(window[past - before :][:length], before, filled)
            _shift(window, stride)
            filled -= stride

    @torch.inference_mode()
    def _separate(self, audio: Wave) -> Stems:
        """The stems (segment frames, stems, 2) of one segment (segment frames, 2)."""
        mix = torch.from_numpy(np.ascontiguousarray(audio.T))[None]
        stems: Stems = self._network(mix)[0].permute(2, 0, 1).numpy()
        return stems


def _triangle(frames: int) -> npt.NDArray[np.float32]:
    """Weights (frames,) that rise to 1 in the middle of a segment and fall again, never to 0."""
    rising = np.arange(1, frames // 2 + 1)
    falling = np.arange(frames - frames // 2, 0, -1)
    triangle: npt.NDArray[np.float32] = (np.concatenate([rising, falling]) / falling[0]).astype(np.float32)
    return triangle


def _shift(window: npt.NDArray[np.float32], frames: int) -> None:
    """Move the content of a window towards its begin, in place; zeros follow."""
    window[:-frames] = window[frames:]
    window[-frames:] = 0
