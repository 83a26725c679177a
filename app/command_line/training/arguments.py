"""The command line: what may be typed after `python main.py train`."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.command_line.parsing import Verbs, add_verb, amount, count, duration, whole_number
from engine.training.wishes import MINUTES


def add_train(verbs: Verbs) -> None:
    """The verb `train`, and its own verbs in `options.step`."""
    what = "recordings → a model"
    description = "From a folder of recordings to a model: all at once (model), or step by step. See docs/training.md."
    parser = verbs.add_parser("train", help=what, description=description)
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    _add_model(steps)
    _add_prepare(steps)
    _add_augment(steps)
    _add_encode(steps)
    _add_autoencoder(steps)
    _add_generator(steps)
    _add_separator(steps)
    _add_roundtrip(steps)
    _add_status(steps)
    _add_stop(steps)


def _add_model(steps: Verbs) -> None:
    parser = add_verb(steps, "model", "all steps in a row: from a folder of recordings to a model in the picker")
    parser.add_argument("recordings", nargs="?", type=Path, metavar="RECORDINGS", help="a folder of audio files")
    parser.add_argument("--name", metavar="NAME", help="what the model is to be called: my-band")
    parser.add_argument("--out", type=Path, metavar="TRAINING", help="folder for the training (default: the studio's)")
    parser.add_argument("--base", metavar="MODEL", help="the generator to go on from (default: from the beginning)")
    parser.add_argument("--autoencoder", metavar="MODEL", help="without --base: the autoencoder (default: the first)")
    parser.add_argument("--log", type=Path, metavar="FILE", help="write what is said here too")
    _add_preparation(parser)
    _add_augmentation(parser)
    _add_spreading(parser)
    _add_learning(parser)
    _add_size(parser)


def _add_prepare(steps: Verbs) -> None:
    parser = add_verb(steps, "prepare", "look through recordings and write down what is to be taken of them")
    parser.add_argument("recordings", type=Path, metavar="RECORDINGS", help="a folder of audio files, nested or not")
    parser.add_argument("--out", required=True, type=Path, metavar="COLLECTION", help="folder for the list")
    _add_preparation(parser)
    _add_spreading(parser)


def _add_augment(steps: Verbs) -> None:
    parser = add_verb(steps, "augment", "make more of a collection, by variations of its recordings")
    parser.add_argument("collection", type=Path, metavar="COLLECTION", help="what `prepare` wrote")
    parser.add_argument("--out", required=True, type=Path, metavar="COLLECTION", help="folder for the longer list")
    _add_augmentation(parser)


def _add_encode(steps: Verbs) -> None:
    parser = add_verb(steps, "encode", "turn a collection into latents, the short form that a generator learns")
    parser.add_argument("collection", type=Path, metavar="COLLECTION", help="what `prepare` or `augment` wrote")
    parser.add_argument("--autoencoder", required=True, metavar="MODEL", help="a model's name or its folder")
    parser.add_argument("--out", required=True, type=Path, metavar="LATENTS", help="folder for the latents")
    _add_spreading(parser)


def _add_autoencoder(steps: Verbs) -> None:
    parser = add_verb(steps, "autoencoder", "train an autoencoder: sound to latents and back")
    parser.add_argument("collection", type=Path, metavar="COLLECTION", help="what `prepare` or `augment` wrote")
    _add_training(parser, base="the autoencoder to go on from")


def _add_generator(steps: Verbs) -> None:
    parser = add_verb(steps, "generator", "train a generator on latents, or fine-tune one")
    parser.add_argument("latents", type=Path, metavar="LATENTS", help="what `encode` wrote")
    _add_training(parser, base="the generator to fine-tune")
    _add_size(parser)


def _add_separator(steps: Verbs) -> None:
    parser = add_verb(steps, "separator", "train a separator on songs whose stems are known")
    parser.add_argument(
        "songs", nargs="+", type=Path, metavar="SONGS", help="folders of songs, each a folder with a WAV a stem"
    )
    _add_training(parser, base="the separator to go on from")


def _add_roundtrip(steps: Verbs) -> None:
    parser = add_verb(steps, "roundtrip", "send songs with stems through an autoencoder, as takes have been")
    parser.add_argument("songs", type=Path, metavar="SONGS", help="folder of songs, each a folder with a WAV a stem")
    parser.add_argument("--autoencoder", required=True, metavar="MODEL", help="a model's name or its folder")
    parser.add_argument("--out", required=True, type=Path, metavar="SONGS", help="folder for the songs it makes")
    _add_spreading(parser)


def _add_status(steps: Verbs) -> None:
    parser = add_verb(steps, "status", "say how far a training is")
    parser.add_argument("training", type=Path, metavar="TRAINING", help="folder of a training")


def _add_stop(steps: Verbs) -> None:
    parser = add_verb(steps, "stop", "ask a training to save and end")
    parser.add_argument("training", type=Path, metavar="TRAINING", help="folder of a training")


def _add_preparation(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is taken of the recordings")
    group.add_argument(
        "--cut-start", type=amount, metavar="S", help="seconds to leave out at the beginning, 10 by default"
    )
    group.add_argument("--cut-end", type=amount, metavar="S", help="seconds to leave out at the end, 10 by default")
    group.add_argument("--shortest", type=duration, metavar="S", help="seconds that must be left of a recording")


def _add_augmentation(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("variations, each from 0 (none) to 1 (strong)")
    group.add_argument("--noise", type=amount, metavar="X", help="added noise")
    group.add_argument("--cutmix", type=amount, metavar="X", help="pieces of another recording cut in")
    group.add_argument("--shift", type=amount, metavar="X", help="begin elsewhere between two latents")
    group.add_argument("--speed", type=amount, metavar="X", help="slower or faster, as tape")
    group.add_argument("--copies", type=count, metavar="N", help="variations of each recording")
    group.add_argument("--seed", type=whole_number, metavar="N", help="the same one makes the same variations")


def _add_spreading(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("on how many processors")
    group.add_argument("--jobs", type=count, metavar="N", help="processes (default: one a core)")
    group.add_argument("--cluster", metavar="ADDRESS", help="address of a Ray cluster: auto, or ray://host:10001")


def _add_training(parser: argparse.ArgumentParser, *, base: str) -> None:
    parser.add_argument("--out", required=True, type=Path, metavar="TRAINING", help="folder for the training")
    parser.add_argument("--base", metavar="MODEL", help=f"{base}: a model's name or its folder")
    parser.add_argument("--name", metavar="NAME", help="what the model is to be called")
    _add_learning(parser)


def _add_size(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--size",
        choices=("quick", "full"),
        help="the published networks and recipe, or small ones for a processor (default: full on a GPU, else quick)",
    )


def _add_learning(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the training")
    group.add_argument(
        "--minutes", type=duration, metavar="M", help=f"how long, {MINUTES:.0f} by default; earlier minutes count"
    )
    group.add_argument("--steps", type=count, metavar="N", help="how long, in steps")
    group.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="where to compute")
    group.add_argument("--threads", type=count, metavar="N", help="processor cores to compute on")
    group.add_argument("--resume", action="store_true", help="go on with the training that lies in its folder")
    group.add_argument(
        "--recipe",
        nargs="+",
        action="extend",
        default=[],
        type=_setting,
        metavar="NAME=VALUE",
        help="numbers that it learns by, as batch=16; docs/training.md lists them",
    )
    group = parser.add_argument_group("what the model's card says")
    group.add_argument("--title", metavar="TEXT", help="what it is called in the window")
    group.add_argument("--description", metavar="TEXT", help="what it is, in a sentence")
    group.add_argument("--band", metavar="TEXT", help="who plays on the recordings")
    group.add_argument("--show-date", metavar="DATE", help="of the show, where the recordings are one")
    group.add_argument("--venue", metavar="TEXT", help="of the show")
    group.add_argument("--licence", metavar="TEXT", help="on what terms the model may be used")
    group.add_argument("--trained-on", metavar="TEXT", help="what the recordings are")


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"“{text}” is no setting, write for instance batch=16")
    return name, value
