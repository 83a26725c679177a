"""Engine thread: takes a mix apart as it comes, in constant memory, with a Demucs network or a network of ours.

Nothing is normalised here. Demucs's command line divides a recording by the deviation of the whole of it, which a
stream cannot know; HTDemucs divides every segment by its own deviation anyway, so the level makes no difference, and
digital silence stays digital silence.

Stems sum to the mix: what the network's answers miss of it is shared out among them (`with_the_rest`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch

from engine import cores
from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.errors import ModelError
from engine.gate import OPEN, Passage
from engine.memory import keep_freed_memory
from engine.models.card import load_card
from engine.models.weights import check_shapes, read_tensors
from engine.separation.inference import for_inference
from engine.separation.network import Network, build_network, largest_shapes, segment_frames
from engine.separation.precision import ENOUGH_DB, Precision, agreement_db, has_bfloat16, trial_mix
from engine.separation.segments import Joint, cut, lengths
from engine.takes.take import Stems

TRIAL_FRAMES = SAMPLE_RATE_HZ // 2


class Separator:
    """Stems from a mix. One stream computes at a time."""

    def __init__(self, network: Network, precision: Precision = "float32") -> None:
        """Use the weights of a network; the network itself stays as it is."""
        keep_freed_memory()
        self.precision: Precision = precision
        self._segment_frames = segment_frames(network)
        self._gate = OPEN
        self._network = for_inference(network, precision)
        for module in self._network.modules():
            module.register_forward_pre_hook(self._go_through)

    @classmethod
    def load(cls, folder: Path, precision: Precision | None = None) -> Separator:
        """The separator in a model folder: a card of that kind and one safetensors file.

        No memory is taken for the network before the file has been found to hold its largest layers.

        Args:
            folder: the model folder.
            precision: what to compute in; by default bfloat16 where the processor has it and a trial finds it right.

        Raises:
            ModelError: card or weights are missing, damaged, or do not belong together; names file and tensor.
        """
        network, name = _network_in(Path(folder))
        separator = cls(network, precision or "float32")
        separator._try(name)
        if precision is None and has_bfloat16():
            quicker = cls(network, "bfloat16")
            if _agree(separator, quicker):
                separator = quicker
        separator._warm_up()
        return separator

    @property
    def stem_names(self) -> tuple[str, ...]:
        """The stems, in the order in which `stream` gives them."""
        return tuple(self._network.sources)

    def stream(self, blocks: Iterable[Wave], gate: Passage = OPEN, *, soon: bool = False) -> Iterator[Stems]:
        """Separate audio as it comes.

        Args:
            blocks: the mix, in blocks of any length; read no further than the next segment needs.
            gate: gone through many times in every segment, in the middle of the network too; never while a block is
                asked for.
            soon: begin with shorter segments, so that the first stems come after a quarter of the time. The network
                knows less of the music then, and does the first seconds a little worse.

        Yields:
            The stems, (frames, stems, 2), three quarters of a segment at a time; in all as many frames as went in.

        Raises:
            Cancelled: by the gate; the separator can be used again.
        """
        joint = Joint(self._segment_frames, len(self.stem_names))
        for segment in cut(blocks, self._segment_frames, soon):
            yield joint.lay(segment, self._separate(segment.audio, gate))

    def _try(self, name: str) -> None:
        """Run the network once on a moment of silence: sizes can fit the weights and still not fit together."""
        moment = np.zeros((2 * self._network.nfft, CHANNELS), np.float32)
        try:
            shape = self._answer(moment).shape
        except (AssertionError, RuntimeError, ValueError) as cause:
            raise ModelError(f"The sizes of {name} do not fit together: import the model again.") from cause
        if shape != (len(moment), len(self.stem_names), CHANNELS):
            raise ModelError(f"The sizes of {name} do not make a separator: import the model again.")

    def _warm_up(self) -> None:
        """Take the memory for a first segment, and compile what it needs: here, and not before the first stems."""
        self._separate(np.zeros((next(lengths(self._segment_frames, soon=True)), CHANNELS), np.float32))

    def _separate(self, audio: Wave, gate: Passage = OPEN) -> Stems:
        """The stems (frames, stems, 2) of one segment (frames, 2), or of less."""
        return with_the_rest(self._answer(audio, gate), audio)

    def _answer(self, audio: Wave, gate: Passage = OPEN) -> Stems:
        """What the network says they are."""
        outer, self._gate = self._gate, gate  # who waits at a gate may let other audio be separated meanwhile
        mix = torch.from_numpy(np.ascontiguousarray(audio.T))[None]
        try:
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self.precision == "bfloat16"):
                stems: Stems = self._network(mix)[0].permute(2, 0, 1).numpy()
        finally:
            self._gate = outer
        return stems

    def _go_through(self, *_: object) -> None:
        """Before every layer of the network."""
        _take_cores()
        self._gate.go_through()


def with_the_rest(stems: Stems, mix: Wave) -> Stems:
    """Stems that sum to the mix to float rounding: each gets an equal share of what they miss of it.

    Source: Wisdom et al., "Differentiable Consistency Constraints for Improved Deep Speech Enhancement", ICASSP 2019,
    mixture consistency without weights.

    Args:
        stems: as a network finds them, (frames, stems, 2).
        mix: that they were found in, (frames, 2).
    """
    rest = mix - stems.sum(axis=1)
    summing: Stems = stems + (rest / stems.shape[1])[:, None]
    return summing


_unlimited: int | None = None
"""As many threads as torch had before they were limited; None while they are not."""


def _take_cores() -> None:
    """No more than may be taken now: asked here, for torch counts the threads of each thread by itself."""
    global _unlimited
    wanted = cores.wanted()
    if wanted is None and _unlimited is None:
        return
    _unlimited = _unlimited or torch.get_num_threads()
    threads = min(wanted or _unlimited, _unlimited)
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    if wanted is None:
        _unlimited = None


def _network_in(folder: Path) -> tuple[Network, str]:
    """The network in a model folder, with its weights, and its name."""
    card = load_card(folder)
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
    return network, card.name


def _agree(separator: Separator, quicker: Separator) -> bool:
    """Whether two separators with the same weights give nearly the same stems of a short piece."""
    mix = trial_mix(min(TRIAL_FRAMES, separator._segment_frames))
    return agreement_db(separator._answer(mix), quicker._answer(mix)) >= ENOUGH_DB
