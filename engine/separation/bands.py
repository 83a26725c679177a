"""Engine thread: a separation network that lays complex masks on the spectra of the mix, band by band.

The bins of a spectrum are gathered into bands, narrow where voices and basses lie, and what some neighbouring spectra
hold in a band becomes one token. Tokens attend to each other along time and along the bands by turns; then each band
says by what its bins are to be multiplied for each stem. Bands that are alike share all weights: a partial looks the
same in each. To begin with, every stem is an equal share of the mix: what HTDemucs must first learn, to let the mix
through, is given here, and nearly all of the arithmetic is in products of matrices, which processors do best. Measured
beside HTDemucs, and beside bands with weights of their own, in `docs/decisions/0027-masks-by-bands.md`.

Source: Luo and Yu, "Music source separation with band-split RNN", IEEE/ACM TASLP 2023 (bands and masks); Lu et al.,
"Music source separation with band-split RoPE transformer", ICASSP 2024 (attention by turns).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.errors import ModelError
from engine.separation.sizes import checked
from engine.separation.spectra import HOPS, spectra_of, wave_of

EDGE = HOPS - 1
"""Hops of silence before a segment, so that its first frame lies in as many windows as every other."""

VIEWS = 4 * CHANNELS
"""Numbers a bin: real and imaginary part of both channels, levels of both, of their sum and of their difference."""

MASK = 2 * CHANNELS
"""Numbers a bin and stem: what each channel is multiplied by, a complex number."""

COMPRESSION = 0.3
"""Levels are raised to this power, so that what is quiet counts too."""

SLOWEST_TURN = 10_000.0
"""How much slower than the first pair of numbers the last one turns, from token to token."""

FEEDFORWARD = 3
"""Width between the two layers that follow an attention, in widths."""

QUIET = 1e-5
"""Root mean square below which a mix is no longer made louder for the network."""

LIMITS: dict[str, tuple[float, float]] = {
    "width": (2, 1024),
    "layers": (1, 32),
    "heads": (1, 64),
    "nfft": (512, 16_384),
    "together": (1, 16),
    "reach": (0, 4),
    "segment": (0.1, 60),
}
"""What a card must give beside stems and bands, with the least and the largest value; segment is in seconds."""

MAX_GROUPS = 16
"""Groups of bands."""

MAX_NUMBERS = 2**28
"""Numbers in the largest tensor over a whole segment: 1 GiB."""

ALONG: tuple[Literal["time", "bands"], ...] = ("time", "bands")
"""What attention goes along, by turns."""

Bands = Sequence[Sequence[int]]


class BandSplit(nn.Module):
    """Stems (batch, stems, 2, frames) of mixes (batch, 2, frames) of any level and length."""

    def __init__(
        self,
        sources: Sequence[str],
        *,
        width: int,
        layers: int,
        heads: int,
        nfft: int,
        together: int,
        reach: int,
        bands: Bands,
        segment: float,
    ) -> None:
        """Random weights, but such that every stem is an equal share of the mix.

        Args:
            sources: the names of the stems.
            width: numbers a token.
            layers: pairs of attention along time and along bands.
            heads: of each attention; `width` is a multiple of twice their number.
            nfft: window of the spectra, in frames.
            together: so many neighbouring spectra make a token.
            reach: so many neighbours on each side are heard by the two layers after an attention, along the same.
            bands: from the lowest on, groups of bands that are alike: their number, how many masks each has, and how
                many bins share a mask; nfft / 2 bins in all.
            segment: length of a segment, in seconds.
        """
        super().__init__()
        self.sources, self.segment, self.samplerate, self.nfft = list(sources), segment, SAMPLE_RATE_HZ, nfft
        self._together = together
        ends = accumulate((number * masks * bins for number, masks, bins in bands), initial=0)
        self._ranges = [slice(*pair) for pair in pairwise(ends)]
        self.places = nn.Parameter(0.2 * torch.randn(sum(number for number, _, _ in bands), width))
        self.enter = nn.ModuleList(Enter(number, masks, bins, together, width) for number, masks, bins in bands)
        self.blocks = nn.ModuleList(Block(width, heads, reach, along) for _ in range(layers) for along in ALONG)
        self.norm = nn.LayerNorm(width)
        self.leave = nn.ModuleList(
            Leave(number, masks, bins, together, width, len(self.sources)) for number, masks, bins in bands
        )

    def forward(self, mix: Tensor) -> Tensor:
        """As the class says."""
        level = mix.std((1, 2), keepdim=True).clamp(min=QUIET)
        spectra = self._spectra(mix / level)
        sound = wave_of(self._apart(spectra), self.nfft)
        begin = EDGE * self.nfft // HOPS
        stems: Tensor = sound[..., begin : begin + mix.shape[-1]] * level[:, None]
        return stems

    def _spectra(self, mix: Tensor) -> Tensor:
        """Spectra (batch, 2, spectra, bins), a multiple of those that are taken together."""
        hop = self.nfft // HOPS
        count = -(-mix.shape[-1] // hop) + EDGE
        count += -count % self._together
        return spectra_of(functional.pad(mix, (EDGE * hop, count * hop - mix.shape[-1])), self.nfft)

    def _apart(self, spectra: Tensor) -> Tensor:
        """Spectra (batch, stems, 2, spectra, bins) of the stems."""
        views = _views(spectra)
        entered = [enter(views[..., bins]) for enter, bins in zip(self.enter, self._ranges, strict=True)]
        tokens = torch.cat(entered).float() + self.places[:, None, None]
        for block in self.blocks:
            tokens = block(tokens)
        shares = self.norm(tokens).split([leave.number for leave in self.leave])
        parts = [spectra[..., bins] for bins in self._ranges]
        found = [leave(share, part) for leave, share, part in zip(self.leave, shares, parts, strict=True)]
        return torch.cat(found, -1)


def _views(spectra: Tensor) -> Tensor:
    """What the network sees of spectra (batch, 2, spectra, bins): (batch, VIEWS, spectra, bins)."""
    left, right = spectra.unbind(1)
    sides = torch.stack([left, right, (left + right) * 0.7, (left - right) * 0.7], 1)
    power = sides.real.square() + sides.imag.square() + 1e-12
    compressed = spectra * power[:, :CHANNELS] ** ((COMPRESSION - 1) / 2)
    ordered = torch.view_as_real(compressed).permute(0, 1, 4, 2, 3).flatten(1, 2)
    return torch.cat([ordered, power ** (COMPRESSION / 2)], 1)


class Block(nn.Module):
    """Attention of tokens (bands, batch, steps, width) along time or along the bands, and two layers after it.

    The first of these hears the neighbours of a token as well, along the same: what is near matters most, and attention
    would have to learn what that is. Source: Saijo et al., "TF-Locoformer: Transformer with local modeling by
    convolution for speech separation and enhancement", IWAENC 2024.
    """

    def __init__(self, width: int, heads: int, reach: int, along: Literal["time", "bands"]) -> None:
        """Random weights that change nothing yet."""
        super().__init__()
        self._heads, self._reach, self._along = heads, reach, along
        self.attention_norm, self.norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.ask = nn.Linear(width, 3 * width, bias=False)
        self.answer = nn.Linear(width, width, bias=False)
        self.up, self.down = (
            nn.Linear((2 * reach + 1) * width, FEEDFORWARD * width),
            nn.Linear(FEEDFORWARD * width, width),
        )
        for last in (self.answer, self.down):
            nn.init.zeros_(last.weight)
        nn.init.zeros_(self.down.bias)

    def forward(self, tokens: Tensor) -> Tensor:
        """The tokens after it."""
        if self._along == "time":
            tokens = tokens + self._attend(self.attention_norm(tokens))
        else:
            across = self.attention_norm(tokens.permute(1, 2, 0, 3))
            tokens = tokens + self._attend(across).permute(2, 0, 1, 3)
        heard = self._with_neighbours(self.norm(tokens))
        changed: Tensor = tokens + self.down(functional.gelu(self.up(heard)))
        return changed

    def _with_neighbours(self, tokens: Tensor) -> Tensor:
        """Tokens (bands, batch, steps, (2 · reach + 1) · width): each between those before and after it."""
        along, reach = (2, self._reach) if self._along == "time" else (0, self._reach)
        ends = (0, 0, reach, reach) if along else (0, 0, 0, 0, 0, 0, reach, reach)
        if torch.is_autocast_enabled(tokens.device.type):  # rounded for the product before there is three times as much
            tokens = tokens.to(torch.get_autocast_dtype(tokens.device.type))
        padded = functional.pad(tokens, ends)
        count = tokens.shape[along]
        return torch.cat([padded.narrow(along, start, count) for start in range(2 * reach + 1)], -1)

    def _attend(self, tokens: Tensor) -> Tensor:
        """What each of the tokens (…, tokens, width) learns from the others there."""
        width = tokens.shape[-1]
        asked, values = self.ask(tokens).split([2 * width, width], -1)
        asked = _turned(asked, 2 * self._heads)
        queries, keys, values = (
            part.unflatten(-1, (self._heads, -1)).transpose(-2, -3) for part in (*asked.chunk(2, -1), values)
        )
        scores = (queries * queries.shape[-1] ** -0.5) @ keys.transpose(-1, -2)
        with torch.autocast(scores.device.type, enabled=False):  # rounded for the next product, whatever it is now
            found = torch.softmax(scores, -1) @ values
        heard: Tensor = self.answer(found.transpose(-2, -3).flatten(-2))
        return heard


class Enter(nn.Module):
    """Tokens of a group of bands, all by one matrix: a partial looks alike in each of them."""

    def __init__(self, number: int, masks: int, bins: int, together: int, width: int) -> None:
        """Random weights."""
        super().__init__()
        self._number, self._masks, self._bins, self._together = number, masks, bins, together
        inputs = together * masks * VIEWS
        self.product = nn.Linear(inputs, width, bias=False)
        nn.init.normal_(self.product.weight, std=inputs**-0.5)

    def forward(self, views: Tensor) -> Tensor:
        """Views (batch, VIEWS, spectra, bins of the group) to tokens (bands, batch, steps, width)."""
        batch, steps = len(views), views.shape[2] // self._together
        bins = views.reshape(batch, VIEWS, steps, self._together, self._number, self._masks, self._bins)
        bands = bins.mean(-1).permute(4, 0, 2, 3, 5, 1)  # bands, batch, steps, together, masks, VIEWS
        tokens: Tensor = self.product(bands.reshape(self._number, batch, steps, -1))
        return tokens


class Leave(nn.Module):
    """The masks of a group of bands, all by the same matrices."""

    def __init__(self, number: int, masks: int, bins: int, together: int, width: int, stems: int) -> None:
        """Random weights near to those that give every stem an equal share of the mix."""
        super().__init__()
        self.number, self._bins = number, bins
        self._shape = (stems, CHANNELS, together, masks)
        outputs = stems * together * masks * MASK
        self.gate, self.product = nn.Linear(width, 2 * width, bias=False), nn.Linear(width, outputs)
        nn.init.normal_(self.gate.weight, std=width**-0.5)
        nn.init.normal_(self.product.weight, std=0.1 * width**-0.5)
        self.product.bias.data = torch.tensor([1 / stems, 0.0]).repeat(outputs // 2)

    def forward(self, tokens: Tensor, spectra: Tensor) -> Tensor:
        """What the stems have of the mix's spectra: masks from tokens, laid on the spectra.

        Args:
            tokens: (bands, batch, steps, width).
            spectra: (batch, 2, spectra, bins of the group).

        Returns:
            (batch, stems, 2, spectra, bins of the group)
        """
        numbers = self.product(functional.glu(self.gate(tokens), -1))
        apart = numbers.unflatten(-1, (*self._shape, 2))
        ordered = apart.permute(1, 3, 4, 2, 5, 0, 6, 7)  # batch, stems, 2, steps, together, bands, masks, 2
        masks = torch.view_as_complex(ordered.float().contiguous()).flatten(-2).flatten(3, 4)
        bins = spectra.reshape(len(spectra), 1, CHANNELS, -1, masks.shape[-1], self._bins)
        found: Tensor = bins * masks[..., None]
        return found.flatten(-2)


def _turned(vectors: Tensor, heads: int) -> Tensor:
    """Vectors (…, steps, heads · numbers) turned by where they stand, so that products tell how far apart two are.

    Source: Su et al., "RoFormer: Enhanced transformer with rotary position embedding", 2021.
    """
    steps, half = vectors.shape[-2], vectors.shape[-1] // heads // 2
    at, slower = (torch.arange(count, device=vectors.device) for count in (steps, half))
    angles = at[:, None] * SLOWEST_TURN ** (-slower / half)
    cosines, sines = (numbers.to(vectors).repeat(1, 2 * heads) for numbers in (angles.cos(), angles.sin()))
    first, second = vectors.reshape(*vectors.shape[:-1], heads, 2, half).unbind(-2)
    return vectors * cosines + torch.stack([-second, first], -2).flatten(-3) * sines


def build_band_split(sizes: Mapping[str, Any]) -> BandSplit:
    """A network with random weights.

    Args:
        sizes: all of the arguments of BandSplit, from a card.

    Raises:
        ModelError: one is missing, unknown, of the wrong type or out of bounds, or they do not fit together.
    """
    return BandSplit(**_checked(sizes))


def band_split_shapes(sizes: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The shapes of all weights, by tensor name, without memory for them.

    Raises:
        ModelError: as `build_band_split`.
    """
    arguments = _checked(sizes)
    with torch.device("meta"):
        return {name: tuple(value.shape) for name, value in BandSplit(**arguments).state_dict().items()}


def _checked(sizes: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that a card gives, in bounds and fitting together."""
    bands = sizes.get("bands")
    numbers = {name: value for name, value in sizes.items() if name != "bands"}
    arguments = {**checked(numbers, LIMITS, ("segment",)), "bands": bands}
    if missing := [name for name in LIMITS if name not in arguments]:
        raise ModelError(f"The separator does not say its size “{missing[0]}”: import the model again.")
    if not isinstance(bands, list) or not 1 <= len(bands) <= MAX_GROUPS or not all(map(_is_group, bands)):
        raise ModelError("The separator's bands must be groups of three whole numbers: import the model again.")
    nfft, heads = arguments["nfft"], arguments["heads"]
    if sum(map(math.prod, bands)) * 2 != nfft or nfft % HOPS or arguments["width"] % (2 * heads):
        raise ModelError("The sizes of the separator do not fit together: import the model again.")
    count, steps = sum(number for number, _, _ in bands), arguments["segment"] * SAMPLE_RATE_HZ * HOPS / nfft
    heard = (2 * arguments["reach"] + 1) * arguments["width"]
    widest = max(heads * count, heads * steps, FEEDFORWARD * arguments["width"], heard)
    if count * steps * widest > MAX_NUMBERS:
        raise ModelError("The separator's segments are too long for its bands: import the model again.")
    return arguments


def _is_group(group: object) -> bool:
    """Whether it says how many bands, how many masks each, how many bins a mask."""
    return isinstance(group, list) and len(group) == 3 and all(type(part) is int and part > 0 for part in group)
