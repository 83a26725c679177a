"""Engine thread: the separation network of a model card: demucs's own, or one that lays masks on bands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demucs.htdemucs import HTDemucs

from engine.separation.bands import BandSplit, band_split_shapes, build_band_split
from engine.separation.htdemucs import build_htdemucs, largest_shapes_of_htdemucs

BAND_SPLIT = "band-split"
"""What a card calls a BandSplit under `network`; one that names no network means an HTDemucs."""

Network = HTDemucs | BandSplit


def build_network(sizes: Mapping[str, Any]) -> Network:
    """A network with random weights.

    Args:
        sizes: from a card: `network` if it is not an HTDemucs, and what `build_htdemucs` or `build_band_split` take.

    Raises:
        ModelError: a size is missing, unknown, of the wrong type or out of bounds, or they do not fit together.
    """
    return build_band_split(_own(sizes)) if _has_bands(sizes) else build_htdemucs(sizes)


def largest_shapes(sizes: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The shapes of the largest layers, by tensor name, found without building the network.

    A file that holds these is about as large as the network: no other layer takes more than some times their memory.

    Raises:
        ModelError: as `build_network`.
    """
    return band_split_shapes(_own(sizes)) if _has_bands(sizes) else largest_shapes_of_htdemucs(sizes)


def segment_frames(network: Network) -> int:
    """How many frames the network takes at once."""
    return int(network.segment * network.samplerate)


def _has_bands(sizes: Mapping[str, Any]) -> bool:
    return sizes.get("network") == BAND_SPLIT


def _own(sizes: Mapping[str, Any]) -> dict[str, Any]:
    """All but the name of the network."""
    return {name: value for name, value in sizes.items() if name != "network"}
