"""Any activity: what is to be exported and how, as plain frozen values that window, settings and engine share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.export.naming import check_pattern

What = Literal["mix", "stems", "both"]
Level = Literal["as it is", "peak", "loudness"]

MIX = "mix"
"""The part of a take that is no stem: what is heard, as the faders stand."""

RATES_HZ = (SAMPLE_RATE_HZ, 48_000, 88_200, 96_000)
PEAKS_DBFS = (-24.0, 0.0)
LOUDNESSES_LUFS = (-40.0, -5.0)
"""The ranges, both ends included, of what a level may be brought to."""

FLAC_SHARE = 0.65
"""What is left of music as it is in a WAV file."""

PATTERN = "{take} - {part}"


@dataclass(frozen=True)
class FileFormat:
    """One way to write audio into a file.

    Attributes:
        family: what the format is called.
        grade: how good it is, for people.
        extension: of the file name, with its dot.
        subtype: libsndfile's word for how samples are coded.
        bits: of whole-number samples; None where samples stay floating-point numbers or are compressed with loss.
        kbit_s: about how much a second of stereo takes; None where that follows from rate and bits.
        compression: libsndfile's level, 0 (best) to 1, for formats with loss.
        highest_rate_hz: the highest sample rate that the format knows.
    """

    family: str
    grade: str
    extension: str
    subtype: str
    bits: int | None = None
    kbit_s: int | None = None
    compression: float | None = None
    highest_rate_hz: int = RATES_HZ[-1]

    @property
    def is_float(self) -> bool:
        """Whether samples beyond full scale come back as they were."""
        return self.subtype == "FLOAT"


FORMATS: Mapping[str, FileFormat] = {
    "wav16": FileFormat("WAV", "16 bit", ".wav", "PCM_16", bits=16),
    "wav24": FileFormat("WAV", "24 bit", ".wav", "PCM_24", bits=24),
    "wav32": FileFormat("WAV", "32-bit float", ".wav", "FLOAT"),
    "flac16": FileFormat("FLAC", "16 bit", ".flac", "PCM_16", bits=16),
    "flac24": FileFormat("FLAC", "24 bit", ".flac", "PCM_24", bits=24),
    "ogg": FileFormat("OGG", "Good", ".ogg", "VORBIS", kbit_s=192, compression=0.4),
    "ogg-best": FileFormat("OGG", "Best", ".ogg", "VORBIS", kbit_s=320, compression=0.1),
    "mp3-256": FileFormat("MP3", "256 kbit/s", ".mp3", "MPEG_LAYER_III", None, 256, 0.22, 48_000),
    "mp3-320": FileFormat("MP3", "320 kbit/s", ".mp3", "MPEG_LAYER_III", None, 320, 0.0, 48_000),
}
"""By the names under which they are remembered; within a family from good to best."""


@dataclass(frozen=True)
class ExportChoices:
    """What is to be written, and how.

    Attributes:
        what: the mix as the faders stand, the stems as they were separated, or both.
        region: first frame and the frame after the last, at 44.1 kHz; None for all that exists.
        format: a name in `FORMATS`.
        rate_hz: sample rate of the files, one of `RATES_HZ`.
        level: "as it is"; or one gain for all the files, so that they still fit together: "peak" brings the highest
            sample of all to `peak_dbfs`, "loudness" the mix to `loudness_lufs`, limited where it would clip.
        peak_dbfs: decibels of full scale, −24 to 0.
        loudness_lufs: integrated loudness (ITU-R BS.1770-4), −40 to −5 LUFS.
        pattern: how the files are called, see `engine.export.naming`.
        folder: where they go.

    Raises:
        ValueError: a value that is none of these, a pattern that names no file, or a rate that the format has not.
    """

    what: What = "mix"
    region: tuple[int, int] | None = None
    format: str = "wav24"
    rate_hz: int = SAMPLE_RATE_HZ
    level: Level = "as it is"
    peak_dbfs: float = -1.0
    loudness_lufs: float = -14.0
    pattern: str = PATTERN
    folder: Path = field(default_factory=Path.home)

    def __post_init__(self) -> None:
        """Refuse what nobody could carry out."""
        _check(self.what in get_args(What), "what", self.what)
        _check(self.region is None or 0 <= self.region[0] < self.region[1], "a region", self.region)
        _check(self.format in FORMATS, "a format", self.format)
        _check(self.rate_hz in RATES_HZ, "a sample rate", self.rate_hz)
        _check(self.rate_hz <= self.file_format.highest_rate_hz, "a sample rate of this format", self.rate_hz)
        _check(self.level in get_args(Level), "a level", self.level)
        _check(PEAKS_DBFS[0] <= self.peak_dbfs <= PEAKS_DBFS[1], "a peak", self.peak_dbfs)  # NaN is refused too
        _check(LOUDNESSES_LUFS[0] <= self.loudness_lufs <= LOUDNESSES_LUFS[1], "a loudness", self.loudness_lufs)
        check_pattern(self.pattern)

    @property
    def file_format(self) -> FileFormat:
        """The format itself."""
        return FORMATS[self.format]

    def with_format(self, name: str) -> ExportChoices:
        """The same in another format of `FORMATS`; the rate comes down to what that format knows."""
        known = [rate_hz for rate_hz in RATES_HZ if rate_hz <= FORMATS[name].highest_rate_hz]
        return replace(self, format=name, rate_hz=min(self.rate_hz, known[-1]))

    def parts(self, stem_names: tuple[str, ...]) -> tuple[str, ...]:
        """What is written of a take that has these stems: `MIX` and names of stems, one a file."""
        return ((MIX,) if self.what != "stems" else ()) + (stem_names if self.what != "mix" else ())

    def file_bytes(self, frames: int) -> int:
        """About how much a file of so many frames at 44.1 kHz takes; FLAC by what music usually does."""
        form, seconds = self.file_format, frames / SAMPLE_RATE_HZ
        if form.kbit_s is not None:
            return round(seconds * form.kbit_s * 125)
        share = FLAC_SHARE if form.family == "FLAC" else 1.0
        return round(seconds * self.rate_hz * CHANNELS * (form.bits or 32) / 8 * share)

    def to_json(self) -> dict[str, Any]:
        """What is worth remembering until the next take, as JSON values: all but the region and the folder."""
        return {name: getattr(self, name) for name in _REMEMBERED}

    @classmethod
    def from_json(cls, values: object) -> ExportChoices:
        """What `to_json` gave; value by value: one that is missing or bad is the usual one. Never an exception."""
        choices = cls()
        for name in _REMEMBERED:
            if not isinstance(values, Mapping) or name not in values:
                continue
            value, usual = values[name], getattr(choices, name)
            if isinstance(usual, float) and isinstance(value, int) and not isinstance(value, bool):
                value = float(value)
            if type(value) is not type(usual):
                continue
            try:
                # A format may know fewer rates than the last one.
                choices = choices.with_format(value) if name == "format" else replace(choices, **{name: value})
            except (ValueError, KeyError):
                continue
        return choices


_REMEMBERED = tuple(f.name for f in fields(ExportChoices) if f.name not in ("region", "folder"))


def _check(right: bool, what: str, value: object) -> None:
    if not right:
        raise ValueError(f"{value!r} is not {what} that an export can have")
