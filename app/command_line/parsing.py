"""The command line: what all verbs are typed with: one parser, and numbers that are checked as they are read."""

from __future__ import annotations

import argparse
import math
from typing import NoReturn

Verbs = argparse._SubParsersAction


class Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with status 2."""
        self.exit(2, f"deepdeadnet: {message[0].upper()}{message[1:]}. Try {self.prog} --help.\n")


def add_verb(verbs: Verbs, name: str, what: str) -> argparse.ArgumentParser:
    """A verb's own parser, with the option that all of them have."""
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=what, description=what.capitalize() + ".")
    parser.add_argument("--json", action="store_true", help="print one JSON object last")
    return parser


def number(text: str) -> float:
    """A number, whatever its size."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no number, write for instance 30 or 2.5") from None


def whole_number(text: str) -> int:
    """A whole number, whatever its size."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is no whole number, write for instance 7") from None


def amount(text: str) -> float:
    """A number from 0 up."""
    value = number(text)
    if not 0 <= value < math.inf:  # false for NaN too
        raise argparse.ArgumentTypeError(f"“{text}” is not possible, write 0 or more")
    return value


def duration(text: str) -> float:
    """A number above 0."""
    value = number(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"“{text}” is not possible, write more than 0")
    return value


def count(text: str) -> int:
    """A whole number from 1 up."""
    value = whole_number(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is not possible, write 1 or more")
    return value
