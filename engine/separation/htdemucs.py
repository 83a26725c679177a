"""Engine thread: demucs's own separation network, a `demucs.htdemucs.HTDemucs`, of the sizes on a model card."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from demucs.htdemucs import HTDemucs

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.errors import ModelError
from engine.separation.sizes import checked

LIMITS: dict[str, tuple[float, float]] = {
    "channels": (1, 512),
    "growth": (1, 4),
    "cac": (False, True),
    "wiener_iters": (-1, -1),
    "end_iters": (-1, -1),
    "nfft": (512, 16_384),
    "depth": (1, 4),
    "freq_emb": (0, 10),
    "dconv_mode": (0, 3),
    "dconv_depth": (1, 8),
    "dconv_comp": (1, 32),
    "context": (0, 4),
    "bottom_channels": (0, 4096),
    "t_layers": (0, 32),
    "t_heads": (1, 64),
    "t_hidden_scale": (0.25, 16),
    "segment": (0.1, 60),
}
"""The constructor arguments that a card may give, with the least and the largest value; segment is in seconds.

With `cac` false and both `…_iters` at -1, the spectral branch gives magnitudes and the mix gives their phases.
"""

FRACTIONAL = ("freq_emb", "t_hidden_scale", "segment")


def build_htdemucs(sizes: Mapping[str, Any]) -> HTDemucs:
    """A network with the weights that its constructor draws.

    Args:
        sizes: constructor arguments of HTDemucs: `sources` (stem names in order) and any of LIMITS.

    Raises:
        ModelError: an argument is unknown, of the wrong type or out of bounds, or they do not fit together.
    """
    arguments = checked(sizes, LIMITS, FRACTIONAL)
    try:
        network: HTDemucs = HTDemucs(
            audio_channels=CHANNELS,
            samplerate=SAMPLE_RATE_HZ,
            use_train_segment=False,  # or it would pad what is shorter, and let training change its segment
            **arguments,
        )
    except (ArithmeticError, AssertionError, RuntimeError, TypeError, ValueError) as cause:
        raise ModelError("The sizes of the separator do not fit together: import the model again.") from cause
    return network


def largest_shapes_of_htdemucs(sizes: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The shapes of the last and widest layers, by tensor name, found without building the network.

    Raises:
        ModelError: as `build_htdemucs`.
    """
    defaults = {name: value.default for name, value in inspect.signature(HTDemucs).parameters.items()}
    full = {**defaults, **checked(sizes, LIMITS, FRACTIONAL)}
    last, inner = full["depth"] - 1, int(full["channels"] * full["growth"] ** (full["depth"] - 1))
    shapes: dict[str, tuple[int, ...]] = {f"encoder.{last}.rewrite.weight": (2 * inner, inner, 1, 1)}
    if full["t_layers"]:
        inner = full["bottom_channels"] or inner
        hidden = int(full["t_hidden_scale"] * inner)
        shapes[f"crosstransformer.layers.{full['t_layers'] - 1}.linear1.weight"] = (hidden, inner)
    return shapes
