"""The command line's main thread: what may be typed after `python main.py`."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path
from typing import NoReturn


class _Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"deepdeadnet: {message[0].upper()}{message[1:]}. Try {self.prog} --help.\n")


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of one verb, in `verb` and the verb's own attributes.

    Raises:
        SystemExit: with status 2 and one line on stderr for bad usage; with 0 after --help.
    """
    parser = _Parser(prog="python main.py", description="Music that nobody has played. Without a verb: the window.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _add_models(verbs)
    _add_generate(verbs)
    _add_separate(verbs)
    _add_render(verbs)
    _add_import(verbs)
    return parser.parse_args(arguments)


Verbs = argparse._SubParsersAction


def _add_models(verbs: Verbs) -> None:
    _verb(verbs, "models", "list the models")


def _add_generate(verbs: Verbs) -> None:
    parser = _verb(verbs, "generate", "generate music into a WAV file")
    _add_making(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.wav", help="where the music goes")


def _add_separate(verbs: Verbs) -> None:
    parser = _verb(verbs, "separate", "take an audio file apart into stems")
    parser.add_argument("input", type=Path, metavar="INPUT", help="a WAV, FLAC, OGG or MP3 file")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for one WAV file a stem")
    parser.add_argument("--model", metavar="NAME", help="separator (default: the first one)")


def _add_render(verbs: Verbs) -> None:
    parser = _verb(verbs, "render", "generate, separate and mix into a folder")
    _add_making(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for mix, stems and picture")
    parser.add_argument(
        "--gain", nargs="+", action="extend", default=[], type=_gain, metavar="STEM=DB", help="faders, as drums=-6"
    )
    parser.add_argument("--mute", nargs="+", action="extend", default=[], metavar="STEM", help="stems to leave out")


def _add_import(verbs: Verbs) -> None:
    parser = _verb(verbs, "import", "add a model of your own")
    parser.add_argument("path", type=Path, metavar="PATH", help="a model folder, or a published Musika folder")
    parser.add_argument("--name", metavar="NAME", help="what to call it")


def _verb(verbs: Verbs, name: str, what: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=what, description=what.capitalize() + ".")
    parser.add_argument("--json", action="store_true", help="print one JSON object last")
    return parser


def _add_making(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="NAME", help="generator; see: models")
    parser.add_argument("--length", required=True, type=_number, metavar="SECONDS", help="length, exact to the sample")
    parser.add_argument(
        "--seed", type=_seed, default=secrets.randbelow(100_000), help="whole number; the same one makes the same take"
    )
    parser.add_argument(
        "--truncation", type=_number, default=2.0, metavar="T", help="0.1 (tame) to 3.9 (wild), 2 by default"
    )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no number, write for instance 30 or 2.5") from None


def _seed(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no whole number, write for instance 7") from None


def _gain(text: str) -> tuple[str, float]:
    stem, _, gain = text.partition("=")
    return stem, _number(gain)
