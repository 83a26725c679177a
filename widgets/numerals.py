"""Any activity: numbers as a musician reads and types them."""

from __future__ import annotations

import math
import re

from engine.playback.settings import MAX_GAIN_DB

SILENCE_DB = -60.0
"""Below this a fader is shut: minus infinity."""

SHORTEST_S = 1.0
LONGEST_S = 3 * 3600.0


def clock_text(seconds: float, tenths: bool = False) -> str:
    """A duration as m:ss, m:ss.t with `tenths`, and h:mm:ss from an hour on. Rounds down, as clocks do."""
    # A hair is added first: 0.3 s is stored as 0.29999…
    units = math.floor(max(seconds, 0.0) * 10 + 1e-6)
    whole, tenth = divmod(units, 10)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    text = f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
    return f"{text}.{tenth}" if tenths else text


_CLOCK = re.compile(r"(?:(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,5}):)?(?P<seconds>\d{1,9}(?:[.,]\d*)?)")


def length_s(text: str) -> float:
    """The length in seconds that `text` means: "1:30", "90", "0:07.5" or "1:02:03".

    Raises:
        ValueError: with a sentence for the user: not a length, or shorter or longer than a take may be.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"“{text.strip()}” is no length: type minutes and seconds, such as 1:30.")
    hours, minutes = int(match["hours"] or 0), int(match["minutes"] or 0)
    seconds = 3600 * hours + 60 * minutes + float(match["seconds"].replace(",", "."))
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise ValueError(
            f"A take lasts from {clock_text(SHORTEST_S)} to {clock_text(LONGEST_S)}: type a length between."
        )
    return seconds


def decibel_text(gain_db: float) -> str:
    """A gain with one decimal and a true minus sign: "−1.5 dB", "0.0 dB", "+3.0 dB", "−∞ dB"."""
    if gain_db < SILENCE_DB:
        return "−∞ dB"
    sign = "−" if round(gain_db, 1) < 0 else "+" if round(gain_db, 1) > 0 else ""
    return f"{sign}{abs(gain_db):.1f} dB"


def signed_text(value: float) -> str:
    """A level with one decimal and a true minus sign: "−14.0", "0.0"."""
    rounded = round(value, 1)
    return f"−{-rounded:.1f}" if rounded < 0 else f"{abs(rounded):.1f}"


def typed_number(text: str) -> float:
    """The number that `text` means, with either minus sign and a point or comma: "−14,5"; NaN where it is none."""
    try:
        return float(text.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        return math.nan


def duration_text(seconds: float) -> str:
    """A duration in words, as exact as one needs it: "40 s", "12 min", "5 h 12 min", "8 h"."""
    if seconds < 60:
        return f"{math.ceil(max(seconds, 0.0))} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


_DURATION = re.compile(
    r"(?P<hours>\d{1,4}):(?P<minutes>[0-5]\d)"
    r"|(?:(?P<h>\d{1,4}(?:[.,]\d+)?)\s*(?:h|hours?))?\s*(?:(?P<min>\d{1,5}(?:[.,]\d+)?)\s*(?:m|min|minutes?)?)?"
)


def duration_minutes(text: str) -> float:
    """The minutes that `text` means: "45", "45 min", "2 h", "1 h 30 min" or, as hours and minutes, "1:30".

    Raises:
        ValueError: with a sentence for the user: no duration, or none at all.
    """
    match = _DURATION.fullmatch(text.strip().lower())
    parts = {name: float(part.replace(",", ".")) for name, part in match.groupdict("0").items()} if match else {}
    total = 60 * (parts.get("hours", 0) + parts.get("h", 0)) + parts.get("minutes", 0) + parts.get("min", 0)
    if not total:
        raise ValueError(f"“{text.strip()}” is no length of time: type for instance 45 min, or 2 h.")
    return total


_SHUT = ("-inf", "inf", "-∞", "∞", "off")


def gain_db(text: str) -> float:
    """The gain in dB that `text` means: "-4.5", "−4,5 dB", "+3", and −inf for "−∞", "-inf" or "off".

    Raises:
        ValueError: with a sentence for the user: no gain, or louder than a fader goes.
    """
    typed = text.strip().lower().removesuffix("db").strip().replace("−", "-").replace(",", ".")
    if typed in _SHUT:
        return -math.inf
    if not re.fullmatch(r"[+-]?\d{1,4}(\.\d*)?", typed):
        raise ValueError(f"“{text.strip()}” is no gain: type decibels, such as −4.5, or −∞ for silence.")
    gain = float(typed)
    if gain > MAX_GAIN_DB:
        raise ValueError(f"A fader goes up to {decibel_text(MAX_GAIN_DB)}: type that or less.")
    return -math.inf if gain < SILENCE_DB else gain


def pan_text(pan: float) -> str:
    """A pan from −1 to 1 in hundredths to either side: "C", "L 30", "R 100"."""
    hundredths = round(100 * pan)
    return f"{'L' if hundredths < 0 else 'R'} {abs(hundredths)}" if hundredths else "C"


_PAN = re.compile(r"(?P<before>[lr]?)\s*(?P<figures>[+-]?\d{1,4})\s*%?\s*(?P<after>[lr]?)")
_MIDDLE = ("c", "m", "center", "centre", "middle")


def pan_of(text: str) -> float:
    """The pan from −1 (left only) to 1 (right only) that `text` means: "L30", "30 L", "-30", "R", "C", "0".

    Raises:
        ValueError: with a sentence for the user: no pan, or further than to one side only.
    """
    typed = text.strip().lower().replace("−", "-").replace("left", "l").replace("right", "r")
    if typed in _MIDDLE:
        return 0.0
    match = _PAN.fullmatch(f"{typed} 100" if typed in ("l", "r") else typed)
    side = match["before"] + match["after"] if match else "?"
    if match is None or len(side) > 1 or (side and match["figures"][0] in "+-"):
        raise ValueError(f"“{text.strip()}” is no pan: type L 30, R 100, or C for the middle.")
    hundredths = int(match["figures"]) * (-1 if side == "l" else 1)
    if abs(hundredths) > 100:
        raise ValueError("A pan goes to 100 on either side: type that or less.")
    return hundredths / 100
