"""Command line: a guitar amplifier: a valve that bends the wave, and the loudspeaker cabinet after it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, firwin, iirpeak, resample_poly, sosfilt, tf2sos

from engine.audio.format import SAMPLE_RATE_HZ
from tools.house_band.mixing import Sound, at_level

INPUT_DB = -20.0  # level at the valve with the drive at 0 dB
BIAS = 0.3  # the valve's working point beside the middle: it bends one half of the wave earlier, so octaves sound
OVERSAMPLING = 2
HALF_BAND = firwin(15, 0.5, window=("kaiser", 6.0)).astype(np.float32)  # short: nothing lies near its edge
PICKUP_HZ = (90, 6_500)  # what reaches the valve; harmonics of more could fold back where the cabinet would pass them
CABINET_HZ = (75, 5_000)
PRESENCE_HZ, PRESENCE = 2_600, 0.6  # the paper cone's own resonance, and its share


def _sections(*filters: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return np.concatenate(filters).astype(np.float32)


def _high_low(low_hz: float, high_hz: float, order: int) -> npt.NDArray[np.float32]:
    low = butter(2, low_hz, "high", fs=SAMPLE_RATE_HZ, output="sos")
    return _sections(low, butter(order, high_hz, "low", fs=SAMPLE_RATE_HZ, output="sos"))


_PICKUP = _high_low(*PICKUP_HZ, order=4)
_CABINET = _high_low(*CABINET_HZ, order=4)
_PRESENCE = _sections(tf2sos(*iirpeak(PRESENCE_HZ, 1.2, fs=SAMPLE_RATE_HZ)))


def amplify(sound: Sound, drive_db: float) -> Sound:
    """One guitar (frames,) through valve and cabinet, played into the valve at −20 dBFS and louder by `drive_db`.

    The valve is a hyperbolic tangent with a bias, at twice the sample rate.
    """
    played = sosfilt(_PICKUP, at_level(sound, INPUT_DB + drive_db))
    bent = np.tanh(resample_poly(played, OVERSAMPLING, 1, window=HALF_BAND) + np.float32(BIAS))
    heard: Sound = sosfilt(_CABINET, resample_poly(bent - np.float32(np.tanh(BIAS)), 1, OVERSAMPLING, window=HALF_BAND))
    heard += np.float32(PRESENCE) * sosfilt(_PRESENCE, heard)
    return heard[: len(sound)]
