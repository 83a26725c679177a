"""Engine thread: the networks that refine what principal components decode, backend-neutral.

Both look at a spectrogram through a window of a few frames and some bins, the same network at every frame and at every
band of BAND bins (each band has only a bias of its own). So every bin of every frame is an example to learn from, and
little music is enough.

`slopes` guesses from magnitudes how the phase changes from frame to frame and from bin to bin, and how sure that is;
`engine.musika.slopes` makes phases of it. `finish` looks at the spectra that come of this, and at the nearest ones
that a sound can have, and changes both magnitudes and phases; it is trained by what is heard after the inverse
transform. Untrained, `slopes` is the closed form for a Gaussian window, and `finish` is one round of Griffin-Lim.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.musika.backend import keras, layers, ops
from engine.musika.layers import Tensor
from engine.musika.spectra import OVERLAP

BAND = 8
"""Bins that are computed together; the first layer sees this many more on either side, the second as many again."""

SLOPES_REACH = 2
"""Frames before and after a frame that its slopes depend on, besides the one before it."""

FINISH_REACH = 1
"""Frames before and after a frame that `finish` sees."""

HANN_RATIO = 0.25645
"""γ / N² of the Gaussian window exp(-π n² / γ) nearest to a Hann window of N samples.

Průša and Søndergaard, "Real-time spectrogram inversion using phase gradient heap integration", DAFx 2016.
"""

TIME_SLOPE = 1 / (OVERLAP * HANN_RATIO)
"""Radians from frame to frame by which the phase advances where the log-magnitude (natural) rises by 1 a bin."""

UNTRAINED_SURENESS = 0.8
"""Length of the slopes of the closed form."""

LARGEST_GAIN = 2.0
"""What `finish` may add to or take from a natural logarithm of magnitude: 17 dB."""

TINY = 1e-7


@dataclass(frozen=True)
class RefinementConfig:
    """The numbers that decide the shapes.

    Attributes:
        bins: of a spectrum.
        hop: samples from one frame to the next; a sine at full scale has this magnitude.
        width: channels of both networks.
        floor_db: level of silence.
    """

    bins: int
    hop: int
    width: int = 48
    floor_db: float = -90.0


class LocalNetwork(keras.Model):
    """(batch, frames + 2 · reach, bins, features) → (batch, frames, bins, outputs), all 0 until trained."""

    def __init__(self, name: str, config: RefinementConfig, *, features: int, outputs: int, reach: int) -> None:
        super().__init__(name=name)
        self.bins, self.bands = config.bins, -(-config.bins // BAND)
        self.features, self.outputs = features, outputs
        width = config.width
        self.window = layers.Conv2D(width, (2 * reach + 1, 3 * BAND), strides=(1, BAND), name=f"{name}_window")
        self.place = Place(name=f"{name}_place")
        self.across = layers.Conv2D(width, (1, 3), padding="same", name=f"{name}_across")
        self.deep = layers.Dense(width, name=f"{name}_deep")
        self.result = layers.Dense(BAND * outputs, kernel_initializer="zeros", name=f"{name}_result")

    def build(self, input_shape: Sequence[int | None] = ()) -> None:
        """Build every layer."""
        self.window.build((None, None, (self.bands + 2) * BAND, self.features))
        hidden = (None, None, self.bands, self.window.filters)
        for layer in (self.place, self.across, self.deep, self.result):
            layer.build(hidden)

    def call(self, x: Tensor) -> Tensor:
        """(batch, frames + 2 · reach, bins, features) → (batch, frames, bins, outputs)."""
        above = (self.bands + 1) * BAND - self.bins
        x = self.place(self.window(ops.pad(x, ((0, 0), (0, 0), (BAND, above), (0, 0)))))
        x = ops.silu(x)
        x = x + ops.silu(self.across(x))
        x = x + ops.silu(self.deep(x))
        x = self.result(x)
        return ops.reshape(x, (ops.shape(x)[0], -1, self.bands * BAND, self.outputs))[:, :, : self.bins]


class Place(layers.Layer):
    """Adds a trained vector to each band, so that a network knows where it is."""

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Make the vectors, 0 at first."""
        self.vectors = self.add_weight(shape=tuple(input_shape[-2:]), initializer="zeros", name="vectors")

    def call(self, x: Tensor) -> Tensor:
        """(batch, frames, bands, channels) → the same shape."""
        return x + self.vectors


class Refinement(keras.Model):
    """Both networks together."""

    def __init__(self, config: RefinementConfig) -> None:
        super().__init__(name="refinement")
        self.config = config
        self.slopes_network = LocalNetwork("slopes", config, features=1, outputs=4, reach=SLOPES_REACH)
        self.finish_network = LocalNetwork("finish", config, features=5, outputs=3, reach=FINISH_REACH)

    def build(self, input_shape: Sequence[int | None] = ()) -> None:
        """Build both networks."""
        self.slopes_network.build()
        self.finish_network.build()

    def slopes(self, levels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Guess the slopes of the phase.

        Args:
            levels: (batch, frames + 2 · SLOPES_REACH, bins), dB relative to a sine at full scale.

        Returns:
            Real and imaginary parts (batch, frames, bins) of the slopes from the frame before to each frame, and
            (batch, frames, bins - 1) of those from each bin to the next.
        """
        found = self.slopes_network(_normalised(levels)[..., None])
        skipped = SLOPES_REACH - 1
        time, frequency = closed_form(levels[:, skipped : ops.shape(levels)[1] - skipped] * (math.log(10) / 20))
        return (
            *_turned(time, found[..., 0], found[..., 1]),
            *_turned(frequency, found[:, :, :-1, 2], found[:, :, :-1, 3]),
        )

    def finish(
        self, real: Tensor, imaginary: Tensor, near_real: Tensor, near_imaginary: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Change the magnitudes and phases of spectra for the better.

        Args:
            real: (batch, frames + 2 · FINISH_REACH, bins), of the spectra.
            imaginary: of the same shape.
            near_real: of the same shape, of the spectra of the sound that comes of them.
            near_imaginary: of the same shape.

        Returns:
            Real and imaginary parts (batch, frames, bins) of the new spectra.
        """
        own, near = _length(real, imaginary), _length(near_real, near_imaginary)
        # Near divided by own: in this the phases of different bins and frames can be compared, and as features.
        across = 1 / (own * near + TINY)
        cosine = (near_real * real + near_imaginary * imaginary) * across
        sine = (near_imaginary * real - near_real * imaginary) * across
        share = near / (own + near + TINY)
        floor = 10 ** (self.config.floor_db / 20)
        levels = ops.log(own / self.config.hop + floor) * (20 / math.log(10))
        features = (_normalised(levels), cosine * share, sine * share, *_delays(real / own, imaginary / own))
        found = self.finish_network(ops.stack(features, axis=-1))
        kept = slice(FINISH_REACH, -FINISH_REACH)
        cosine, sine = cosine[:, kept] + found[..., 0], sine[:, kept] + found[..., 1]
        gain = ops.exp(ops.clip(found[..., 2], -LARGEST_GAIN, LARGEST_GAIN)) / _length(cosine, sine)
        cosine, sine = cosine * gain, sine * gain
        real, imaginary = real[:, kept], imaginary[:, kept]
        return real * cosine - imaginary * sine, real * sine + imaginary * cosine


def build_refinement(config: RefinementConfig) -> Refinement:
    """A refinement that changes nothing yet."""
    refinement = Refinement(config)
    refinement.build()
    return refinement


def closed_form(logarithms: Tensor) -> tuple[Tensor, Tensor]:
    """Slopes from magnitudes as if the window were Gaussian, by the derivatives of the log-magnitude.

    Portnoff, "Magnitude-phase relationships for short-time Fourier transforms based on Gaussian analysis windows",
    ICASSP 1979; for discrete frames Průša and Søndergaard, DAFx 2016.

    Args:
        logarithms: (batch, frames + 2, bins), natural logarithms of magnitudes.

    Returns:
        (batch, frames, bins), radians from the frame before to each frame, beyond those of the middle of the bin, and
        (batch, frames, bins - 1), radians from each bin to the next, counted from the middle of the frame.
    """
    end = ops.shape(logarithms)[1]
    padded = ops.concatenate([logarithms[..., :1], logarithms, logarithms[..., -1:]], axis=-1)
    rise = (padded[..., 2:] - padded[..., :-2]) / 2
    growth = (logarithms[:, 2:] - logarithms[:, : end - 2]) / 2
    time = TIME_SLOPE * (rise[:, 1 : end - 1] + rise[:, : end - 2]) / 2
    frequency = -(growth[..., 1:] + growth[..., :-1]) / (2 * TIME_SLOPE)
    return time, frequency


def _turned(angle: Tensor, real: Tensor, imaginary: Tensor) -> tuple[Tensor, Tensor]:
    """exp(i · angle) · (UNTRAINED_SURENESS + real + i · imaginary), real and imaginary part."""
    cosine, sine, real = ops.cos(angle), ops.sin(angle), UNTRAINED_SURENESS + real
    return cosine * real - sine * imaginary, sine * real + cosine * imaginary


def _delays(cosine: Tensor, sine: Tensor) -> tuple[Tensor, Tensor]:
    """The slopes of directions from each bin to the next, which say when in its frame a bin sounds; 0 in the last.

    The sign between phases from the start and from the middle of a frame is left out: it is the same everywhere.
    """
    edge = ((0, 0), (0, 0), (0, 1))
    real = cosine[..., 1:] * cosine[..., :-1] + sine[..., 1:] * sine[..., :-1]
    imaginary = sine[..., 1:] * cosine[..., :-1] - cosine[..., 1:] * sine[..., :-1]
    return ops.pad(real, edge), ops.pad(imaginary, edge)


def _normalised(levels: Tensor) -> Tensor:
    """Levels in dB as a network likes them: about -2 to 3."""
    return (levels + 50) / 20


def _length(real: Tensor, imaginary: Tensor) -> Tensor:
    return ops.sqrt(ops.square(real) + ops.square(imaginary) + TINY**2)
