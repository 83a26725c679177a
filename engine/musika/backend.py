"""Engine thread: the one place that imports Keras, and compiled calls of networks.

Import `keras`, `layers` and `ops` from here, so that the variables set in `engine/musika/__init__.py` have been read
and TensorFlow's greeting stays off the user's terminal.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

GREETING = re.compile(rb"WARNING: All log messages before absl::|I\d{4} |To enable the following instructions")
"""What TensorFlow writes on import before its log level counts."""

Arrays = npt.NDArray[np.float32]


@contextmanager
def without_greeting() -> Iterator[None]:
    """Hold back what is written to the standard error stream, below Python, and pass on all but the greeting."""
    if sys.__stderr__ is None:  # a windowed program has none
        yield
        return
    with tempfile.TemporaryFile() as caught:
        stderr = os.dup(2)
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            caught.seek(0)
            os.write(2, b"".join(line for line in caught if not GREETING.match(line)))


with without_greeting():
    import keras
    from keras import layers, ops

__all__ = ["Arrays", "array_of", "compiled", "keras", "layers", "ops"]


def compiled(
    function: Callable[..., Any], input_shapes: Sequence[tuple[int, ...]]
) -> Callable[..., tuple[Arrays, ...]]:
    """Make a function of float32 tensors a function of float32 arrays, compiled at its first call, and once.

    Args:
        function: takes as many tensors as there are shapes, returns a tuple of tensors.
        input_shapes: the shape of each without the leading batch axis, which may have any length at each call.
    """
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        signature = [tf.TensorSpec((None, *shape), tf.float32) for shape in input_shapes]
        graph = tf.function(function, input_signature=signature, autograph=False)
        return lambda *arrays: tuple(t.numpy() for t in graph(*(tf.convert_to_tensor(a) for a in arrays)))

    import torch

    @torch.no_grad()
    def call(*arrays: Arrays) -> tuple[Arrays, ...]:
        return tuple(ops.convert_to_numpy(t) for t in function(*(ops.convert_to_tensor(a) for a in arrays)))

    return call


def array_of(variable: keras.Variable) -> Arrays:
    """The numbers of a weight."""
    on_tensorflow = keras.backend.backend() == "tensorflow"  # where Keras's own way makes numpy 2 warn
    numbers: Arrays = variable.value.numpy() if on_tensorflow else ops.convert_to_numpy(variable)
    return numbers
