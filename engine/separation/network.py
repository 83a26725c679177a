"""Engine thread: the separation network of a model card, a `demucs.htdemucs.HTDemucs` of given sizes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

from demucs.htdemucs import HTDemucs

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.errors import ModelError

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
STEM_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
MAX_STEMS = 16


def build_network(sizes: Mapping[str, Any]) -> HTDemucs:
    """A network with the weights that its constructor draws.

    Args:
        sizes: constructor arguments of HTDemucs: `sources` (stem names in order) and any of LIMITS.

    Raises:
        ModelError: an argument is unknown, of the wrong type or out of bounds, or they do not fit together.
    """
    checked = _checked(sizes)
    try:
        network: HTDemucs = HTDemucs(
            audio_channels=CHANNELS,
            samplerate=SAMPLE_RATE_HZ,
            use_train_segment=False,  # or it would pad what is shorter, and let training change its segment
            **checked,
        )
    except (ArithmeticError, AssertionError, RuntimeError, TypeError, ValueError) as cause:
        raise ModelError("The sizes of the separator do not fit together: import the model again.") from cause
    return network


def largest_shapes(sizes: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The shapes of the last and widest layers, by tensor name, found without building the network.

    No other layer takes more than some times their memory: a file that holds these is about as large as the network.

    Raises:
        ModelError: as `build_network`.
    """
    defaults = {name: value.default for name, value in inspect.signature(HTDemucs).parameters.items()}
    full = {**defaults, **_checked(sizes)}
    last, inner = full["depth"] - 1, int(full["channels"] * full["growth"] ** (full["depth"] - 1))
    shapes: dict[str, tuple[int, ...]] = {f"encoder.{last}.rewrite.weight": (2 * inner, inner, 1, 1)}
    if full["t_layers"]:
        inner = full["bottom_channels"] or inner
        hidden = int(full["t_hidden_scale"] * inner)
        shapes[f"crosstransformer.layers.{full['t_layers'] - 1}.linear1.weight"] = (hidden, inner)
    return shapes


def segment_frames(network: HTDemucs) -> int:
    """How many frames the network takes at once."""
    return int(network.segment * network.samplerate)


def _checked(sizes: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a card, none of them unknown or out of bounds."""
    numbers = {name: value for name, value in sizes.items() if name != "sources"}
    for name, value in numbers.items():
        if name not in LIMITS:
            raise ModelError(f"The separator has a size “{name}” that this program does not know: update the program.")
        low, high = LIMITS[name]
        kinds = (int, float) if name in FRACTIONAL else (type(low),)
        if type(value) not in kinds or not low <= value <= high:
            raise ModelError(f"The separator's size “{name}” must be a number from {low} to {high}, not {value!r}.")
    return {"sources": _checked_stem_names(sizes.get("sources")), **numbers}


def _checked_stem_names(names: object) -> list[str]:
    """Stem names become file names: plain words, each once."""
    if not isinstance(names, list) or not 1 <= len(names) <= MAX_STEMS or len(set(map(str, names))) < len(names):
        raise ModelError(f"The separator must name 1 to {MAX_STEMS} different stems: import the model again.")
    for name in names:
        if not isinstance(name, str) or not STEM_NAME.fullmatch(name):
            raise ModelError(f"{name!r} cannot name a stem: use lower-case letters and digits.")
    return list(names)
