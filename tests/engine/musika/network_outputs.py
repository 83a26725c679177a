"""What the networks compute from fixed numbers: called by tests, and run by itself on another Keras backend.

KERAS_BACKEND=torch python network_outputs.py FOLDER OUT.npz
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from engine.musika.backend import keras, ops
from engine.musika.layers import tensors
from engine.musika.networks import GeneratorConfig, build_critic
from engine.musika.precision import FLOAT32, forced
from engine.musika.synthesis import Musika


def network_outputs(folder: Path) -> dict[str, np.ndarray]:
    """Latents, sound, encoded sound and verdicts of the published model in `folder`, noise included."""
    rng = np.random.default_rng(1)
    with forced(FLOAT32):
        musika = Musika.load(folder)
    latents = musika.latents(rng.standard_normal((2, musika.context, 128), dtype=np.float32), seed=3)
    recording = np.clip(rng.standard_normal((5000, 2), dtype=np.float32) * np.float32(0.1), -1, 1)
    outputs = {
        "latents": latents,
        "wave": musika.decode(np.tanh(latents[:30]), seed=3),
        "encoded": musika.encode(recording),
    }
    for small in (False, True):
        config = GeneratorConfig(base_channels=4, latent_size=6, small=small)
        critic = build_critic(config)
        for _, variable in sorted(tensors(critic).items()):
            variable.assign(rng.standard_normal(tuple(variable.shape), dtype=np.float32) * np.float32(0.2))
        window = rng.standard_normal((3, config.context, 6), dtype=np.float32)
        outputs[f"verdicts, small {small}"] = ops.convert_to_numpy(ops.stop_gradient(critic(window)))
    return outputs


if __name__ == "__main__":
    assert keras.backend.backend() == "torch"
    np.savez(sys.argv[2], **network_outputs(Path(sys.argv[1])))
