"""Any activity: where the faders stand, as plain frozen values that the window, the engine and export share."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.audio.format import CHANNELS

MAX_GAIN_DB = 6.0
SILENT_DB = -math.inf


def balance(pan: float) -> tuple[float, float]:
    """The factors on left and right for a pan of −1 (left only) to 1 (right only).

    A balance, for stems are stereo already: towards a side the other channel goes down, as a quarter of a cosine, and
    the near one stays as it is. So 0 changes nothing.
    """
    return math.cos(max(pan, 0.0) * math.pi / 2.0), math.cos(min(pan, 0.0) * math.pi / 2.0)


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
        pan: where its pan knob stands, −1 (left only) to 1 (right only); see `balance`.

    Raises:
        ValueError: `gain_db` is above +6 dB or NaN, or `pan` is not between −1 and 1.
    """

    gain_db: float = 0.0
    muted: bool = False
    soloed: bool = False
    pan: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what no fader or knob can show."""
        _check_gain_db(self.gain_db)
        if not -1.0 <= self.pan <= 1.0:  # so written, NaN is refused too
            raise ValueError(f"a pan must lie between −1 and 1, not at {self.pan}")


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

    def to_json(self) -> dict[str, Any]:
        """As JSON values, for `from_json`: a fader that is shut has the gain None."""
        strips = [{**asdict(strip), "gain_db": _finite(strip.gain_db)} for strip in self.strips]
        return {"strips": strips, "master_gain_db": _finite(self.master_gain_db)}

    @classmethod
    def from_json(cls, values: Any) -> MixSettings:
        """What `to_json` gave.

        Raises:
            ValueError: it is something else, or out of range.
        """
        try:
            strips = tuple(_strip(**strip) for strip in values["strips"])
            return cls(strips, _gain_db(values["master_gain_db"]))
        except (TypeError, KeyError) as cause:
            raise ValueError("these are no faders") from cause

    def gains(self) -> npt.NDArray[np.float32]:
        """Linear gains, shape (stems + 1, 2), left and right: a row a stem, then the rest; the master is in all.

        The rest is what the stems miss of the mix: no strip shows it, so it follows the master only.
        """
        soloing = any(strip.soloed for strip in self.strips)
        gains = np.ones((len(self.strips) + 1, CHANNELS), np.float32)
        for row, strip in zip(gains, self.strips, strict=False):
            silent = strip.muted or (soloing and not strip.soloed)
            row[:] = 0.0 if silent else linear_gain(strip.gain_db) * np.array(balance(strip.pan))
        return gains * np.float32(linear_gain(self.master_gain_db))


def _finite(gain_db: float) -> float | None:
    return None if gain_db == SILENT_DB else gain_db


def _gain_db(value: object) -> float:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise TypeError(f"{value!r} is no gain")
    return SILENT_DB if value is None else float(value)


def _strip(gain_db: object, muted: object, soloed: object, pan: object) -> Strip:
    if not (isinstance(muted, bool) and isinstance(soloed, bool) and isinstance(pan, int | float)):
        raise TypeError("these are no buttons")
    return Strip(_gain_db(gain_db), muted, soloed, float(pan))


def _check_gain_db(gain_db: float) -> None:
    if not gain_db <= MAX_GAIN_DB:  # so written, NaN is refused too
        raise ValueError(f"a gain must lie between −inf and +{MAX_GAIN_DB:g} dB, not at {gain_db} dB")
