"""The command line's main thread: the verbs of `python main.py train`.

What is stopped by Ctrl-C or SIGTERM says how to go on, and exits with 130 or 143; what `train stop` stops exits with 0.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable

from app.command_line.training import collecting, learning, whole
from app.command_line.training.report import Said, facts, in_words, status_in
from engine.errors import UsageError
from engine.training import logbook


def train(options: Namespace) -> Said:
    """Carry out one of the steps of training."""
    return STEPS[options.step](options)


def status(options: Namespace) -> Said:
    """Say how far a training is."""
    found = status_in(options.training)
    return {**facts(options.training, found), "text": in_words(found)}


def stop(options: Namespace) -> Said:
    """Ask a training to save and end."""
    if not status_in(options.training).is_running:
        raise UsageError(f"The training in {options.training} does not run: there is nothing to stop.")
    logbook.request_stop(options.training)
    return {"out": str(options.training), "text": f"{options.training} was asked to save and stop."}


STEPS: dict[str, Callable[[Namespace], Said]] = {
    "model": whole.model,
    "prepare": collecting.prepare,
    "augment": collecting.augment,
    "encode": collecting.encode,
    "autoencoder": learning.autoencoder,
    "generator": learning.generator,
    "separator": learning.separator,
    "roundtrip": collecting.roundtrip,
    "status": status,
    "stop": stop,
}
