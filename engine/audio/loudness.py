"""Any activity: how loud music is to the ear, by ITU-R BS.1770-4 and EBU R 128: LUFS, measured as it comes.

Frames are collected for a tenth of a second and weighted as the ear does (K-weighting: two filters in a row). Powers of
such steps make up the windows that the standards know: 400 ms (momentary), 3 s (short-term), and all blocks of 400 ms
that are not much quieter than the rest (integrated). These are counted in a histogram, so memory does not grow.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave

STEPS_PER_S = 10
MOMENTARY_STEPS = 4
SHORT_TERM_STEPS = 30

OFFSET_DB = -0.691
"""What K-weighting adds at 997 Hz, taken away again."""

ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0

BIN_LU = 0.01
BINS = 10_000
"""From the absolute gate to +30 LUFS."""

LONGEST_PART_FRAMES, LONGEST_BLOCK_FRAMES = 4_900, 50
"""The filters work in matrices of this size: small enough that numpy multiplies them in the calling thread alone."""

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Loudness:
    """What a loudness meter says, in LUFS; −inf for silence.

    Attributes:
        momentary_lufs: of the last 400 ms.
        short_term_lufs: of the last 3 s.
        integrated_lufs: of all since it began, gated.
    """

    momentary_lufs: float = -math.inf
    short_term_lufs: float = -math.inf
    integrated_lufs: float = -math.inf


class LoudnessMeter:
    """Loudness of a stream of stereo frames. What it tells changes every tenth of a second; −inf is silence."""

    def __init__(self, rate_hz: int = SAMPLE_RATE_HZ) -> None:
        """Begin before the first frame, at a sample rate of at least 8 kHz."""
        self._step_frames = round(rate_hz / STEPS_PER_S)
        self._part_frames = _divisor(self._step_frames, LONGEST_PART_FRAMES)
        self._weighting = _KWeighting(rate_hz, self._part_frames)
        self._step = np.zeros((self._step_frames, CHANNELS))
        self._powers: deque[float] = deque(maxlen=SHORT_TERM_STEPS)
        self._counts = np.zeros(BINS, np.int64)
        self._sums = np.zeros(BINS)
        self._collected = 0

    def clear(self) -> None:
        """Begin anew, in the middle of the stream."""
        self._powers.clear()
        self._counts[:] = 0
        self._sums[:] = 0.0
        self._collected = 0

    def push(self, wave: Wave) -> None:
        """Take what follows, (frames, 2) of any length; nominal full scale is ±1."""
        begin = 0
        while begin < len(wave):
            frames = min(len(wave) - begin, self._step_frames - self._collected)
            self._step[self._collected : self._collected + frames] = wave[begin : begin + frames]
            self._collected += frames
            begin += frames
            if self._collected == self._step_frames:
                self._collected = 0
                parts = self._step.reshape(-1, self._part_frames, CHANNELS)
                self._end_step(sum(map(self._weighting.energy, parts)) / self._step_frames)

    @property
    def momentary_lufs(self) -> float:
        """Of the last 400 ms; before that, of what there is."""
        return self._recent_lufs(MOMENTARY_STEPS)

    @property
    def short_term_lufs(self) -> float:
        """Of the last 3 s; before that, of what there is."""
        return self._recent_lufs(SHORT_TERM_STEPS)

    @property
    def integrated_lufs(self) -> float:
        """Of all that has come, gated; −inf where nothing of it is as long as 400 ms and louder than −70 LUFS."""
        count = int(self._counts.sum())
        if not count:
            return -math.inf
        gate_lufs = _lufs(float(self._sums.sum()) / count) + RELATIVE_GATE_LU
        first = min(max(0, math.ceil((gate_lufs - ABSOLUTE_GATE_LUFS) / BIN_LU)), BINS - 1)
        return _lufs(float(self._sums[first:].sum()) / int(self._counts[first:].sum()))

    def _recent_lufs(self, steps: int) -> float:
        recent = list(self._powers)[-steps:]
        return _lufs(sum(recent) / len(recent)) if recent else -math.inf

    def _end_step(self, power: float) -> None:
        """Note a step, and the block of 400 ms that ends with it."""
        self._powers.append(power)
        if len(self._powers) < MOMENTARY_STEPS:
            return
        block_lufs = self.momentary_lufs
        if block_lufs > ABSOLUTE_GATE_LUFS:
            index = min(int((block_lufs - ABSOLUTE_GATE_LUFS) / BIN_LU), BINS - 1)
            self._counts[index] += 1
            self._sums[index] += 10.0 ** ((block_lufs - OFFSET_DB) / 10.0)


def loudness_of(blocks: Iterable[Wave], rate_hz: int = SAMPLE_RATE_HZ) -> float:
    """The integrated loudness in LUFS of all `blocks` (frames, 2) in a row; −inf for silence and less than 400 ms."""
    meter = LoudnessMeter(rate_hz)
    for wave in blocks:
        meter.push(wave)
    return meter.integrated_lufs


class _KWeighting:
    """The two filters as one, run by matrices on a part of a step at once: a plain loop would take too long in Python.

    The part is cut into blocks. Within a block what comes out is `response` on what comes in, and `decay` on the four
    numbers that the filters remember at its beginning. Those follow, for all blocks of a part at once, from what each
    block alone would leave in the filters' memory (`gather`), carried on through the blocks after it (`carry`).
    """

    def __init__(self, rate_hz: int, part_frames: int) -> None:
        transition, entry, exit_, direct = _k_weighting(rate_hz)
        frames = _divisor(part_frames, LONGEST_BLOCK_FRAMES)
        self._blocks = part_frames // frames
        powers = [np.linalg.matrix_power(transition, k) for k in range(frames + 1)]
        impulse = [direct, *(float(exit_ @ power @ entry) for power in powers[: frames - 1])]
        self._response = np.array([[impulse[i - j] if i >= j else 0.0 for j in range(frames)] for i in range(frames)])
        self._decay = np.stack([exit_ @ power for power in powers[:frames]])
        self._gather = np.stack([powers[frames - 1 - k] @ entry for k in range(frames)], axis=1)
        whole = [np.linalg.matrix_power(powers[frames], k) for k in range(self._blocks + 1)]
        nothing = np.zeros((4, 4))
        self._carry = np.block(
            [
                [whole[i], *(whole[i - 1 - j] if i > j else nothing for j in range(self._blocks))]
                for i in range(self._blocks + 1)
            ]
        )
        self._memory = np.zeros((4, CHANNELS))

    def energy(self, part: Matrix) -> float:
        """The sum of the squares of the next part (frames, 2), weighted."""
        blocks = part.reshape(self._blocks, -1, CHANNELS).transpose(1, 0, 2).reshape(-1, self._blocks * CHANNELS)
        left = (self._gather @ blocks).reshape(4, self._blocks, CHANNELS).transpose(1, 0, 2).reshape(-1, CHANNELS)
        memories = self._carry @ np.concatenate([self._memory, left])
        self._memory = memories[-4:]
        begun = memories[:-4].reshape(self._blocks, 4, CHANNELS).transpose(1, 0, 2).reshape(4, -1)
        weighted = self._response @ blocks + self._decay @ begun
        return float(np.vdot(weighted, weighted))


def _k_weighting(rate_hz: int) -> tuple[Matrix, Matrix, Matrix, float]:
    """The shelf and the high-pass of BS.1770-4, annex 1, in a row: m' = A m + b x, y = c m + d x, for x in, y out.

    The standard prints coefficients for 48 kHz only. For other rates the analogue filters behind them are taken, as
    libebur128 and Brecht De Man ("Evaluation of implementations of the EBU R128 loudness measurement", 2014) give them.

    Returns:
        A (4, 4), b (4,), c (4,) and d.
    """
    k = math.tan(math.pi * 1681.974450955533 / rate_hz)
    high, q = 10.0 ** (3.999843853973347 / 20.0), 0.7071752369554196
    middle = high**0.4996667741545416
    shelf = np.array([high + middle * k / q + k * k, 2.0 * (k * k - high), high - middle * k / q + k * k])
    a, b, c, d = _section(shelf, np.array([1.0 + k / q + k * k, 2.0 * (k * k - 1.0), 1.0 - k / q + k * k]))
    k, q = math.tan(math.pi * 38.13547087602444 / rate_hz), 0.5003270373238773
    poles = np.array([1.0 + k / q + k * k, 2.0 * (k * k - 1.0), 1.0 - k / q + k * k])
    a2, b2, c2, d2 = _section(np.array([1.0, -2.0, 1.0]) * poles[0], poles)
    transition = np.block([[a, np.zeros((2, 2))], [np.outer(b2, c), a2]])
    return transition, np.concatenate([b, b2 * d]), np.concatenate([d2 * c, c2]), d2 * d


def _section(zeros: Matrix, poles: Matrix) -> tuple[Matrix, Matrix, Matrix, float]:
    """A filter of second order, given by numerator and denominator (3,), as A (2, 2), b (2,), c (2,) and d."""
    zeros, poles = zeros / poles[0], poles / poles[0]
    transition = np.array([[-poles[1], 1.0], [-poles[2], 0.0]])
    return transition, zeros[1:] - poles[1:] * zeros[0], np.array([1.0, 0.0]), float(zeros[0])


def _lufs(power: float) -> float:
    return OFFSET_DB + 10.0 * math.log10(power) if power > 0.0 else -math.inf


def _divisor(number: int, at_most: int) -> int:
    """The greatest divisor of `number` that is not above `at_most`."""
    return max(n for n in range(1, at_most + 1) if number % n == 0)
