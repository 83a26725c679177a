"""Engine thread: what a file says of itself: title, date, and in its comment the recipe of the take.

libsndfile writes these into WAV (LIST/INFO), FLAC and OGG (comments). Into MP3 it would write UTF-8 as if it were
Latin-1, so an MP3 file gets an ID3v2.3 tag from here (https://id3.org/id3v2.3.0), and its sound comes behind that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

import soundfile

from engine.playback.settings import MixSettings
from engine.version import NAME, VERSION

LONGEST_COMMENT = 60_000
"""In letters: libsndfile has no room for more in front of a WAV file."""

SOFTWARE = f"{NAME} {VERSION}"


@dataclass(frozen=True)
class Tags:
    """What a file says of itself.

    Attributes:
        title: what is to be heard.
        album: the take that it is of.
        date: when that was made, as yyyy-mm-dd; empty where it does not matter.
        comment: the recipe, as JSON.
    """

    title: str
    album: str
    date: str
    comment: str

    def mark(self, file: soundfile.SoundFile) -> None:
        """Write them into an open file that is still empty."""
        told = {"title": self.title, "album": self.album, "date": self.date, "comment": self.comment}
        for name, text in {**told, "software": SOFTWARE}.items():
            if text:
                setattr(file, name, text)

    def to_id3(self) -> bytes:
        """As an ID3v2.3 tag, which stands at the beginning of an MP3 file."""
        frames = b"".join(
            [
                _text_frame(b"TIT2", self.title),
                _text_frame(b"TALB", self.album),
                _text_frame(b"TSSE", SOFTWARE),
                _text_frame(b"TYER", self.date[:4]) if self.date else b"",
                _frame(b"COMM", _UTF16 + b"eng" + _utf16("") + b"\0\0" + _utf16(self.comment)),
            ]
        )
        size = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
        return b"ID3\x03\x00\x00" + size + frames


_UTF16 = b"\x01"


def _text_frame(name: bytes, text: str) -> bytes:
    return _frame(name, _UTF16 + _utf16(text))


def _frame(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "big") + b"\0\0" + body


def _utf16(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")


class Behind:
    """The rest of a file that has a beginning already, as a file of its own, for soundfile to write into."""

    def __init__(self, file: BinaryIO) -> None:
        """Begin where `file` stands."""
        self._file = file
        self._begin = file.tell()
        self.problem: OSError | None = None
        """Why something could not be written: what calls this is C, through which no exception comes."""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return self._file.seek(offset + (self._begin if whence == 0 else 0), whence) - self._begin

    def tell(self) -> int:
        """The present place."""
        return self._file.tell() - self._begin

    def read(self, size: int = -1) -> bytes:
        """What comes next."""
        return self._file.read(size)

    def write(self, data: bytes) -> int:
        """Write; says how much has been: nothing where there is a `problem`."""
        try:
            return self._file.write(data)
        except OSError as problem:
            self.problem = problem
            return 0


def recipe_text(
    recipe: Mapping[str, Any], *, part: str, span: tuple[int, int], gain: float, mix: MixSettings | None
) -> str:
    """The recipe of a file as JSON in one line: the take's own (model, hashes, seeds), and what export did with it.

    Args:
        recipe: the take's.
        part: "mix" or a stem.
        span: first frame of the take and the one after the last, at 44.1 kHz.
        gain: the factor that brought it to the wished-for level.
        mix: the faders, where they had a say.
    """
    told: dict[str, Any] = {"made_with": SOFTWARE, "part": part, "frames": span, "take": dict(recipe)}
    if gain != 1.0:
        told["gain"] = round(gain, 6)
    if mix is not None:
        told["faders"] = asdict(mix)
    text = _json(told)
    if (
        len(text) > LONGEST_COMMENT
    ):  # a radio with hundreds of pieces; model and journey of the last one are there still
        told["take"].pop("pieces", None)
        text = _json(told)
    return text


def _json(values: dict[str, Any]) -> str:
    """In one line; −inf, a shut fader, is no JSON: as text it is understood everywhere."""
    return json.dumps(_plain(values), separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return str(value) if value in (float("inf"), float("-inf")) else value
