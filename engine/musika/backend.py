"""Engine thread: the one place that imports Keras, and compiled calls of networks.

Import `keras`, `layers` and `ops` from here, so that the variables set in `engine/musika/__init__.py` have been read
and TensorFlow's greeting stays off the user's terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.musika.greeting import without_greeting

with without_greeting():
    import keras
    from keras import layers, ops

Arrays = npt.NDArray[np.float32]

ON_TENSORFLOW = keras.backend.backend() == "tensorflow"
"""Whether networks are for inference; else they are on torch, for training."""

__all__ = ["Arrays", "array_of", "compiled", "compiling", "keras", "layers", "once", "ops", "with_arrays"]


def with_arrays(function: Callable[..., Any]) -> Callable[..., tuple[Arrays, ...]]:
    """Make a function of tensors, which returns a tuple of tensors, a function of arrays; without gradients."""
    if ON_TENSORFLOW:
        import tensorflow as tf

        # tensor.numpy() would copy the results once more.
        return lambda *arrays: tuple(np.asarray(t) for t in function(*(tf.constant(a) for a in arrays)))

    import torch

    @torch.no_grad()
    def call(*arrays: Arrays) -> tuple[Arrays, ...]:
        return tuple(ops.convert_to_numpy(t) for t in function(*(ops.convert_to_tensor(a) for a in arrays)))

    return call


def compiled(
    function: Callable[..., Any], input_shapes: Sequence[tuple[int, ...]]
) -> Callable[..., tuple[Arrays, ...]]:
    """Make a function of float32 tensors a function of float32 arrays, compiled at its first call, and once.

    What the function computes by way of `once` is that of the weights as they were at that call.

    Args:
        function: takes as many tensors as there are shapes, returns a tuple of tensors.
        input_shapes: the shape of each without the leading batch axis, which may have any length at each call.
    """
    if not ON_TENSORFLOW:
        return with_arrays(function)
    import tensorflow as tf

    signature = [tf.TensorSpec((None, *shape), tf.float32) for shape in input_shapes]
    return with_arrays(tf.function(function, input_signature=signature, autograph=False))


def compiling() -> bool:
    """Whether this is a function being compiled."""
    if not ON_TENSORFLOW:
        return False
    import tensorflow as tf

    return not tf.executing_eagerly()


def once(value: Callable[[], Any]) -> Any:
    """What follows from weights alone: in a function being compiled it is computed now, and never again."""
    if not compiling():
        return value()
    import tensorflow as tf

    with tf.init_scope():
        return value()


def array_of(variable: keras.Variable) -> Arrays:
    """The numbers of a weight."""
    # On TensorFlow, Keras's own way makes numpy 2 warn.
    numbers: Arrays = variable.value.numpy() if ON_TENSORFLOW else ops.convert_to_numpy(variable)
    return numbers
