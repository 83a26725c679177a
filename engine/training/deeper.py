"""Engine thread (or the command line): a separator of bands with more layers than before, that answers as before.

Each layer that is added begins as a copy of the one before it whose last matrices are zero: it changes nothing yet, but
attends to what that one attends to, and learns from there. What a small network has learned quickly need not be
learned again by a large one. Source: Chen et al., "Net2Net: Accelerating learning via knowledge transfer", ICLR 2016;
that copies are to be spread among the layers: Gong et al., "Efficient training of BERT by progressively stacking",
ICML 2019.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.errors import UsageError
from engine.models.weights import Tensors
from engine.separation.bands import ALONG

BLOCKS = "blocks."

LAST = ("answer.weight", "down.weight", "down.bias")
"""What a block adds is nothing where these are zero."""


def deepened(sizes: Mapping[str, Any], weights: Tensors, more: int) -> tuple[dict[str, Any], Tensors]:
    """Sizes and weights of a BandSplit with `more` layers, spread evenly among those that it has.

    Args:
        sizes: of the network, as on its card.
        weights: its weights, by tensor name.
        more: how many layers are added.

    Raises:
        UsageError: fewer than none.
    """
    if more < 0:
        raise UsageError("Layers can be added to a separator, not taken away: give more_layers as 0 or more.")
    layers = sizes["layers"]
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
    return {**sizes, "layers": layers + more}, found
