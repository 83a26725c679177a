"""The command line's main thread: what may be typed after `python main.py`."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.command_line.bench import add_bench
from app.command_line.journeys import add_journey
from app.command_line.parsing import Parser, Verbs, add_verb, duration, number
from app.command_line.training.arguments import add_train


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of one verb, in `verb` and the verb's own attributes.

    Raises:
        SystemExit: with status 2 and one line on stderr for bad usage; with 0 after --help.
    """
    parser = Parser(prog="python main.py", description="Music that nobody has played. Without a verb: the window.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _add_models(verbs)
    _add_generate(verbs)
    _add_separate(verbs)
    _add_render(verbs)
    _add_radio(verbs)
    _add_import(verbs)
    add_train(verbs)
    add_bench(verbs)
    return parser.parse_args(arguments)


def _add_models(verbs: Verbs) -> None:
    add_verb(verbs, "models", "list the models")


def _add_generate(verbs: Verbs) -> None:
    parser = add_verb(verbs, "generate", "generate music into a WAV file")
    _add_making(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.wav", help="where the music goes")


def _add_separate(verbs: Verbs) -> None:
    parser = add_verb(verbs, "separate", "take an audio file apart into stems")
    parser.add_argument("input", type=Path, metavar="INPUT", help="a WAV, FLAC, OGG or MP3 file")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for one WAV file a stem")
    parser.add_argument("--model", metavar="NAME", help="separator (default: the first one)")


def _add_render(verbs: Verbs) -> None:
    parser = add_verb(verbs, "render", "generate, separate and mix into a folder")
    _add_making(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for mix, stems and picture")
    parser.add_argument(
        "--gain", nargs="+", action="extend", default=[], type=_gain, metavar="STEM=DB", help="faders, as drums=-6"
    )
    parser.add_argument("--mute", nargs="+", action="extend", default=[], metavar="STEM", help="stems to leave out")


def _add_radio(verbs: Verbs) -> None:
    parser = add_verb(verbs, "radio", "record the endless radio, faster than it would play")
    _add_making(parser)
    parser.add_argument("--every", type=duration, metavar="S", help="go over to a new piece after every S seconds")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for the mix and its description")


def _add_import(verbs: Verbs) -> None:
    parser = add_verb(verbs, "import", "add a model of your own")
    parser.add_argument("path", type=Path, metavar="PATH", help="a model folder, or a published Musika folder")
    parser.add_argument("--name", metavar="NAME", help="what to call it")


def _add_making(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="NAME", help="generator; see: models")
    parser.add_argument("--length", required=True, type=number, metavar="SECONDS", help="length, exact to the sample")
    add_journey(parser)


def _gain(text: str) -> tuple[str, float]:
    stem, _, gain = text.partition("=")
    return stem, number(gain)
