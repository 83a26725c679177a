"""Engine thread (or the command line): a separator of bands made larger, that answers as before.

What a small network has learned quickly need not be learned again by a large one. Source: Chen et al., "Net2Net:
Accelerating learning via knowledge transfer", ICLR 2016; that new layers are best spread among the old ones: Gong et
al., "Efficient training of BERT by progressively stacking", ICML 2019.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.errors import UsageError
from engine.models.weights import Tensors
from engine.separation.bands import ALONG

BLOCKS = "blocks."
NEIGHBOURS = ".up.weight"

LAST = ("answer.weight", "down.weight", "down.bias")
"""What a block adds is nothing where these are zero."""


def larger_sizes(sizes: Mapping[str, Any], layers: int, reach: int) -> dict[str, Any]:
    """Sizes of a BandSplit that is larger, which nothing has checked yet.

    Args:
        sizes: of the network, as on its card.
        layers: how many are added.
        reach: by how many neighbours on each side it hears more.

    Raises:
        UsageError: fewer than none.
    """
    if min(layers, reach) < 0:
        raise UsageError("A separator can be made larger, not smaller: give more_layers and more_reach as 0 or more.")
    return {**sizes, "layers": sizes["layers"] + layers, "reach": sizes["reach"] + reach}


def grown(weights: Tensors, sizes: Mapping[str, Any], larger: Mapping[str, Any]) -> Tensors:
    """The weights of a BandSplit as those of a larger one.

    New layers are spread evenly among those that it has: each begins as a copy of the one before it that changes
    nothing yet. New neighbours do not count yet.

    Args:
        weights: the network's, by tensor name.
        sizes: the network's.
        larger: `larger_sizes` of these, with which a network has been built: they are in bounds.
    """
    wide = _reaching(weights, (larger["reach"] - sizes["reach"]) * sizes["width"])
    return _deepened(wide, sizes["layers"], larger["layers"] - sizes["layers"])


def _reaching(weights: Tensors, more: int) -> Tensors:
    """Weights of which those that neighbours are multiplied by have zeros for so many more numbers on both sides."""
    sides = ((0, 0), (more, more))
    return {name: np.pad(value, sides) if name.endswith(NEIGHBOURS) else value for name, value in weights.items()}


def _deepened(weights: Tensors, layers: int, more: int) -> Tensors:
    """Weights with so many more layers than they have."""
    ends = [(layer + 1) * more // layers for layer in range(layers)]  # copies among the layers up to this one
    copies = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
    origins = [(layer, copy > 0) for layer in range(layers) for copy in range(1 + copies[layer])]
    found = {name: value for name, value in weights.items() if not name.startswith(BLOCKS)}
    for number, (origin, is_copy) in enumerate(origins):
        for part in range(len(ALONG)):
            old, new = (f"{BLOCKS}{len(ALONG) * layer + part}." for layer in (origin, number))
            for name, value in weights.items():
                if name.startswith(old):
                    silent = is_copy and name.endswith(LAST)
                    found[new + name.removeprefix(old)] = np.zeros_like(value) if silent else value
    return found
