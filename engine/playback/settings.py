"""Any activity: where the faders stand, as plain frozen values that the window, the engine and export share."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_GAIN_DB = 6.0
SILENT_DB = -math.inf


def linear_gain(gain_db: float) -> float:
    """The factor on the amplitude that `gain_db` decibels mean: 10^(dB/20), and 0 for −inf."""
    return float(10.0 ** (gain_db / 20.0))


@dataclass(frozen=True)
class Strip:
    """One stem's strip on the mixer.

    Args:
        gain_db: where its fader stands, −inf (silent) to +6 dB.
        muted: its mute button is pressed; stronger than solo.
        soloed: its solo button is pressed; while any is, the strips without it are silent.

    Raises:
        ValueError: `gain_db` is above +6 dB or NaN.
    """

    gain_db: float = 0.0
    muted: bool = False
    soloed: bool = False

    def __post_init__(self) -> None:
        """Refuse what no fader can show."""
        _check_gain_db(self.gain_db)


@dataclass(frozen=True)
class MixSettings:
    """The whole mixer: one strip a stem, in the take's order, and the master fader.

    Args:
        strips: one a stem; none for a take without stems.
        master_gain_db: the master fader, −inf to +6 dB.

    Raises:
        ValueError: `master_gain_db` is above +6 dB or NaN.
    """

    strips: tuple[Strip, ...] = ()
    master_gain_db: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no fader can show."""
        _check_gain_db(self.master_gain_db)

    @classmethod
    def unity(cls, stems: int) -> MixSettings:
        """Every fader at 0 dB, nothing muted or soloed: the mix as it was made."""
        return cls(strips=(Strip(),) * stems)

    def gains(self) -> npt.NDArray[np.float32]:
        """Linear gains, shape (stems + 1,): one a stem, then the rest; the master is a factor of all of them.

        The rest is what the stems miss of the mix: no strip shows it, so it follows the master only.
        """
        soloing = any(strip.soloed for strip in self.strips)
        stems = [
            0.0 if strip.muted or (soloing and not strip.soloed) else linear_gain(strip.gain_db)
            for strip in self.strips
        ]
        return np.array([*stems, 1.0], np.float32) * np.float32(linear_gain(self.master_gain_db))


def _check_gain_db(gain_db: float) -> None:
    if not gain_db <= MAX_GAIN_DB:  # so written, NaN is refused too
        raise ValueError(f"a gain must lie between −inf and +{MAX_GAIN_DB:g} dB, not at {gain_db} dB")
