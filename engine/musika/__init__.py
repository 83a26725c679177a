"""Engine thread: music from numbers, with the networks of Musika.

Pasini and Schlüter, "Musika! Fast Infinite Waveform Music Generation", ISMIR 2022 (arXiv 2208.08706).
Importing this package loads neither Keras nor TensorFlow; `Musika` loads them when it is first asked for.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Keras reads this once, when it is first imported. Inference runs on TensorFlow; training sets "torch" before.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's start-up notes are not for the user

if TYPE_CHECKING:
    from engine.musika.synthesis import Musika

__all__ = ["Musika"]


def __getattr__(name: str) -> Any:
    """Import `Musika` when it is first used (PEP 562)."""
    if name == "Musika":
        from engine.musika.synthesis import Musika

        return Musika
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
