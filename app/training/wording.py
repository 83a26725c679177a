"""GUI thread: how a training goes, in words."""

from __future__ import annotations

from collections.abc import Mapping

from app.training.folder_count import Found
from app.training.process import LOG_FILE, Training
from engine.training.logbook import Status
from widgets.message_strip import Kind
from widgets.numerals import duration_text
from widgets.training_form import LITTLE_S
from widgets.training_list import TrainingEntry
from widgets.training_panel import TrainingFacts

NARROW_SPACE = "\u202f"
UNKNOWN = "–"
PLAIN = {"Turning them into latents": "Listening to them"}
"""What a training says it is doing, in words that need no explanation."""
LAMPS = {"finished": "good", "failed": "mute", "interrupted": "mute"}
"""Roles of the lamps of the states that are over; what is under way is in the accent colour, what was stopped faint."""


def found_text(found: Found, all_of_it: bool) -> str:
    """What is in a folder: "34 recordings · 5 h 12 min"."""
    if not all_of_it:
        return f"{_recordings(found.recordings)} · {duration_text(found.duration_s)}, still counting…"
    if not found.recordings:
        return "There is no recording in it that can be read: choose a folder with WAV, FLAC, OGG or MP3 files."
    text = f"{_recordings(found.recordings)} · {duration_text(found.duration_s)}"
    if found.unreadable:
        text += f" · {found.unreadable} cannot be read and will be skipped"
    elif found.duration_s < LITTLE_S:
        text += " · that is little: half an hour or more is better"
    return text


def state_text(training: Training) -> str:
    """What a training is doing: "Learning", "Stopped"."""
    match training.state:
        case "starting":
            return "Starting…"
        case "stopping":
            return "Saving and stopping…"
        case "running":
            return _doing(training)
    return training.state.capitalize()


def left_text(training: Training) -> str:
    """How long it still takes: "34 min left"; empty where that cannot be told."""
    left_s = training.status.left_s if training.status and training.state == "running" else None
    return "" if left_s is None else f"{duration_text(left_s)} left"


def entry(training: Training) -> TrainingEntry:
    """A training as a card of the list."""
    parts = (state_text(training), left_text(training))
    if not training.is_under_way and training.status and training.status.step:
        parts = (state_text(training), steps_text(training.status.step))
    return TrainingEntry(training.name, training.title, " · ".join(filter(None, parts)), _lamp(training))


def facts(training: Training, models: Mapping[str, str]) -> TrainingFacts:
    """All there is to say of a training; `models` are the titles of the generators there are, by name."""
    status = training.status
    return TrainingFacts(
        title=training.title,
        line=_origin(training, models),
        state=state_text(training),
        lamp=_lamp(training),
        done=None if training.state == "starting" else status.done if status else 0.0,
        figures=_figures(status, left_text(training)),
        can_stop=training.state == "running",
        can_remove=not training.is_under_way,
        can_continue=training.state in ("stopped", "interrupted") or _failed_after_a_start(training),
        can_choose=not training.is_under_way and training.name in models,
    )


def notice(training: Training, models: Mapping[str, str]) -> tuple[str, Kind] | None:
    """A sentence that deserves to be read now, and its kind."""
    match training.state:
        case "failed":
            return training.sentence or f"It failed; {training.folder / LOG_FILE} may say why.", "error"
        case "interrupted":
            return "It was interrupted. Press Continue: nothing that it had saved is lost.", "error"
        case "finished" if training.name in models:
            return f"The model “{models[training.name]}” is ready.", "note"
        case "running" if _is_news(training.sentence):
            return training.sentence, "note"
    return None


def _doing(training: Training) -> str:
    """What a training that runs says it does; while it learns it says nothing, or tells news."""
    doing = training.sentence
    if not doing or _is_news(doing):
        return "Learning" if training.status and training.status.step else "Getting ready…"
    for said, plain in PLAIN.items():
        doing = doing.replace(said, plain)
    return doing


def _is_news(sentence: str) -> bool:
    """Whether it is a whole sentence rather than what is being done: "Looking through the recordings: 3 of 9"."""
    return sentence.endswith(".")


def _figures(status: Status | None, left: str) -> tuple[tuple[str, str], ...]:
    learning = status is not None and status.step > 0
    return (
        ("Steps", _thousands(status.step) if status and learning else UNKNOWN),
        ("Steps a second", f"{status.steps_per_s:.1f}" if status and learning and status.steps_per_s else UNKNOWN),
        ("Learned for", duration_text(status.trained_s) if status and learning else UNKNOWN),
        ("Time left", left.removesuffix(" left") or UNKNOWN),
    )


def _origin(training: Training, models: Mapping[str, str]) -> str:
    wish = training.wish
    if wish is None:
        return f"Started on the command line, in {training.folder}"
    base = models.get(wish.base, wish.base) or "scratch"
    return f"From {base}, with the recordings in “{wish.recordings.name}”, for {duration_text(60 * wish.minutes)}"


def _failed_after_a_start(training: Training) -> bool:
    """Whether there is something to continue: a training that failed later than over its own order."""
    return training.state == "failed" and training.status is not None


def _lamp(training: Training) -> str:
    return "accent" if training.is_under_way else LAMPS.get(training.state, "faint")


def steps_text(steps: int) -> str:
    """How many steps: "12 345 steps"."""
    return f"{_thousands(steps)} step{'' if steps == 1 else 's'}"


def _recordings(count: int) -> str:
    return f"{_thousands(count)} recording{'' if count == 1 else 's'}"


def _thousands(number: int) -> str:
    """A whole number with a gap before every three figures: "12 345"."""
    return f"{number:,}".replace(",", NARROW_SPACE)
