"""Engine thread: in which precision networks multiply: bfloat16 where the processor has it, and the sound bears it.

bfloat16 keeps 8 bits of a number: each rounding is an error of about -60 dB, and how much of it reaches the sound
depends on the network and on the layer. So it is measured, model by model: `spend_bfloat16` lets the layers multiply in
bfloat16 that save most for the least error, until the error of the sound is as large as it may be. All else (what goes
from layer to layer, sums, biases, activations) stays in float32.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

FLOAT32 = "float32"
BFLOAT16 = "bfloat16"

LIMIT_DB = -46.0
"""The error that bfloat16 may make in the sound of a trial; promised are -45 dB, and a trial is not quite the music."""

NATIVE_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
"""One of these says that a processor multiplies bfloat16 itself; elsewhere that is many times slower than float32."""

PROCESSOR_FACTS = Path("/proc/cpuinfo")

_forced: ContextVar[str | None] = ContextVar("forced precision", default=None)


@contextmanager
def forced(precision: str | None) -> Iterator[None]:
    """Models loaded within have one precision, whatever the processor; None leaves it to that.

    With "bfloat16" it is still measured in which layers the sound bears it.

        with forced(FLOAT32):
            musika = Musika.load(folder)

    Raises:
        ValueError: there is no such precision here.
    """
    if precision not in (None, FLOAT32, BFLOAT16):
        raise ValueError(f"a precision is {FLOAT32} or {BFLOAT16}, not {precision}")
    token = _forced.set(precision)
    try:
        yield
    finally:
        _forced.reset(token)


def bfloat16_wanted() -> bool:
    """Whether a model that is loaded now may multiply in bfloat16."""
    precision = _forced.get()
    return has_bfloat16() if precision is None else precision == BFLOAT16


@cache
def has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 natively, TensorFlow makes use of that, and the products are right."""
    from engine.musika.backend import ON_TENSORFLOW

    onednn = os.environ.get("TF_ENABLE_ONEDNN_OPTS") != "0"  # without it TensorFlow makes no use of the instructions
    return ON_TENSORFLOW and onednn and is_native() and multiplies_rightly()


def is_native() -> bool:
    """Whether the processor has instructions for bfloat16; only Linux says so without asking the processor itself."""
    try:
        facts = PROCESSOR_FACTS.read_text()
    except OSError:
        return False
    flags = next((line for line in facts.splitlines() if line.startswith("flags")), "")
    return not NATIVE_FLAGS.isdisjoint(flags.split())


def multiplies_rightly() -> bool:
    """Whether a small product of whole numbers, which bfloat16 holds exactly, is right to a rounding of the result."""
    from engine.musika.backend import ops

    rng = np.random.default_rng(0)
    a, b = (rng.integers(-8, 9, shape).astype(np.float32) for shape in ((64, 96), (96, 64)))
    product = ops.matmul(ops.cast(a, BFLOAT16), ops.cast(b, BFLOAT16))
    found = np.asarray(ops.cast(product, FLOAT32))
    return bool(np.allclose(found, a @ b, rtol=2**-8, atol=0))


class Multiplying(Protocol):
    """A layer whose precision can be chosen."""

    precision: str


Layer = TypeVar("Layer", bound=Multiplying)


def spend_bfloat16(
    multiplications: Mapping[Layer, int], trial: Callable[[], npt.NDArray[np.float32]], limit_db: float | None = None
) -> None:
    """Let as many layers multiply in bfloat16 as the sound bears, those first that save most for the least error.

    Args:
        multiplications: the layers of a model, all in float32, and how much each has to do.
        trial: makes pieces of sound with them, (pieces, samples).
        limit_db: of the error's energy in relation to the sound's, in each of the pieces; by default LIMIT_DB.
    """
    exact = trial()
    energy = np.square(exact, dtype=np.float64).sum(axis=1)
    if not energy.all():
        return

    def errors_with(chosen: Sequence[Layer]) -> npt.NDArray[np.float64]:
        """The error's energy in relation to the sound's, (pieces,), when these layers multiply in bfloat16."""
        for layer in chosen:
            layer.precision = BFLOAT16
        difference = trial() - exact
        for layer in chosen:
            layer.precision = FLOAT32
        relative: npt.NDArray[np.float64] = np.square(difference, dtype=np.float64).sum(axis=1) / energy
        return relative

    limit = 10 ** ((LIMIT_DB if limit_db is None else limit_db) / 10)
    spent = np.zeros(len(exact))
    errors = {layer: errors_with([layer]) for layer in multiplications}
    chosen: list[Layer] = []
    for layer in sorted(errors, key=lambda layer: float(errors[layer].max()) / multiplications[layer]):
        if (spent + errors[layer]).max() <= limit:  # roundings know nothing of each other: energies add
            chosen.append(layer)
            spent += errors[layer]
    while chosen and errors_with(chosen).max() > limit:
        chosen.pop()
    for layer in chosen:
        layer.precision = BFLOAT16
