"""Engine thread (or the command line): all steps in a row, from a folder of recordings to a model among the user's.

Everything lies in the folder of the training: what was ordered, the collection, the latents, then what every training
folder holds. `status.json` says how it goes from the first step on. Steps that are done are not done again.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from engine.audio.writing import output_error, replaced_on_success, working_folder
from engine.errors import ModelError, StudioError, UsageError
from engine.models.card import ModelCard, check_name, load_card
from engine.models.catalogue import Catalogue
from engine.models.importing import import_model
from engine.training import logbook
from engine.training.augmentation import Augmentation, augment
from engine.training.bases import check_autoencoder, import_autoencoder
from engine.training.collection import Collection
from engine.training.generator import GeneratorLearner, Recipe
from engine.training.latents import Encoded, Latents, encode
from engine.training.logbook import Status
from engine.training.loop import Keeping, Plan, Report, train
from engine.training.preparation import Examined, Preparation, prepare
from engine.training.wishes import Wishes, entitle, keep_wishes, kept_wishes

ORDER_FILE = "order.json"
INSTALLED_FILE = "installed"
COLLECTION_FOLDER = "collection"
VARIED_FOLDER = "varied"
LATENTS_FOLDER = "latents"

PREPARING = "Looking through the recordings"
ENCODING = "Turning them into latents"
LEARNING = "Learning"
INSTALLING = "Putting the model among the others"

STATUS_S = 1.0
KIND = "generator"

Step = TypeVar("Step")


@dataclass(frozen=True)
class Order:
    """What somebody wants.

    Attributes:
        recordings: a folder of them.
        autoencoder: folder of the autoencoder whose latents are learned.
        base: folder of the generator to go on from; None to begin with random weights.
        preparation: what is taken of the recordings.
        augmentation: their variations; None for none.
        recipe: how the generator learns.
    """

    recordings: Path
    autoencoder: Path
    base: Path | None = None
    preparation: Preparation = field(default_factory=Preparation)
    augmentation: Augmentation | None = None
    recipe: Recipe = field(default_factory=Recipe)


@dataclass(frozen=True)
class Progress:
    """How far it is.

    Attributes:
        doing: in words.
        done: the part of this step that is behind, 0 to 1.
        left_s: seconds to the end of this step, None if nobody knows.
        report: of the loop, while the generator learns.
    """

    doing: str
    done: float
    left_s: float | None = None
    report: Report | None = None


def make_model(
    folder: Path,
    order: Order,
    wishes: Wishes,
    catalogue: Catalogue,
    models: Path,
    *,
    resume: bool = False,
    jobs: int | None = None,
    cluster: str | None = None,
    device: str = "auto",
    keeping: Keeping | None = None,
) -> Generator[Progress, None, ModelCard | None]:
    """Prepare, vary, encode, learn, and put the model among the user's; the iterator's value is its card.

    It stops when `logbook.request_stop(folder)` asks for it. What it has learned by then becomes the model; if it has
    not begun to learn, there is none, and the value is None.

    Args:
        folder: of the training.
        order: what is learned from and how; the same as before, if it resumes.
        wishes: what the model is called, at least, and how long it learns; completed by earlier ones, if it resumes.
        catalogue: of all models.
        models: the folder of the user's.
        resume: go on with what lies in `folder`.
        jobs: see `workers.spread`.
        cluster: see `workers.spread`.
        device: where the generator learns: "cpu", "cuda" or "auto".
        keeping: how the training's folder is kept.

    Raises:
        UsageError: `folder` holds a training that shall not be resumed, or nothing of the recordings can be used.
        ModelError: the name is taken; or autoencoder, base or state are damaged or do not fit.
        OutputError: the disk is full, or a folder cannot be written.
    """
    wishes = _begin(folder, order, wishes, catalogue, resume=resume)
    bulletin = _Bulletin(folder)
    try:
        with bulletin.of_the_end():
            latents = yield from _latents(folder, order, bulletin, jobs, cluster)
            learner = GeneratorLearner(latents, order.recipe, order.base, device)
            bulletin.stop_if_asked()  # the loop would forget it
            begun = (folder / logbook.TRAINING_FILE).exists()
            learning = train(learner, folder, Plan(**wishes.limits), resume=begun, keeping=keeping)
    except _StopAsked:
        return None
    for report in learning:
        yield Progress(LEARNING, report.done, report.left_s, report)
    ended = logbook.read_status(folder)
    with bulletin.of_the_end():
        yield bulletin.tell(Progress(INSTALLING, 1.0), at_once=True)
        card = install(folder, order, catalogue, models)
    if ended:
        logbook.write_status(folder, replace(ended, message=f"{card.title} is among the models now."))
    return card


# --- what was ordered ------------------------------------------------------------------------------------------------


def write_order(order: Order, folder: Path) -> None:
    """Write down what is wanted.

    Raises:
        OutputError: the folder cannot be written.
    """
    with replaced_on_success(folder / ORDER_FILE) as partial:
        text = json.dumps(asdict(order), indent=2, ensure_ascii=False, default=str)
        partial.write_text(text + "\n", encoding="utf8")


def read_order(folder: Path) -> Order:
    """What `write_order` wrote.

    Raises:
        ModelError: there is nothing, or it is damaged.
    """
    path = folder / ORDER_FILE
    try:
        values = json.loads(path.read_text(encoding="utf8"))
        return Order(
            recordings=Path(values["recordings"]),
            autoencoder=Path(values["autoencoder"]),
            base=Path(values["base"]) if values["base"] else None,
            preparation=Preparation(**values["preparation"]),
            augmentation=Augmentation(**values["augmentation"]) if values["augmentation"] else None,
            recipe=Recipe(**values["recipe"]),
        )
    except FileNotFoundError as cause:
        raise ModelError(f"There is no training of a model in {folder}: begin one, without --resume.") from cause
    except (OSError, ValueError, KeyError, TypeError, AttributeError, UsageError) as cause:
        raise ModelError(f"{path} is damaged: begin the training anew in another folder.") from cause


def _begin(folder: Path, order: Order, wishes: Wishes, catalogue: Catalogue, *, resume: bool) -> Wishes:
    """See that the folder is the order's own, and that its model can be put among the others in the end."""
    if resume:
        if read_order(folder) != order:
            raise UsageError(f"{folder} holds a training with other settings: resume it with those it was begun with.")
        wishes = wishes.after(kept_wishes(folder))
    elif any((folder / name).exists() for name in (ORDER_FILE, logbook.TRAINING_FILE, logbook.STATE_FILE)):
        raise UsageError(f"{folder} holds a training already: resume it, or choose another folder.")
    name = check_name(wishes.titles.get("name"))
    if name != _installed(folder) and any(card.name == name for card in catalogue.cards()):
        raise ModelError(f"There is a model called “{name}” already: choose another name.")
    check_autoencoder(order.autoencoder, catalogue)
    write_order(order, folder)
    keep_wishes(folder, wishes)
    logbook.forget_stop(folder)
    return wishes


# --- the steps -------------------------------------------------------------------------------------------------------


def _latents(
    folder: Path, order: Order, bulletin: _Bulletin, jobs: int | None, cluster: str | None
) -> Generator[Progress, None, Latents]:
    """Look through the recordings, list their variations, and turn all that into latents."""
    if not order.recordings.is_dir():
        with suppress(UsageError):  # the tapes are put away; what was made of them is all that is needed
            return Latents.open(folder / LATENTS_FOLDER)
    collection = yield from _collected(folder, order, bulletin, jobs, cluster)
    steps = encode(collection, order.autoencoder, folder / LATENTS_FOLDER, jobs=jobs, cluster=cluster)
    yield from bulletin.during(ENCODING, steps, _hours_done)
    return Latents.open(folder / LATENTS_FOLDER)


def _hours_done(encoded: Encoded) -> tuple[float, str]:
    return encoded.hours_done / encoded.hours, f"{encoded.hours_done:.1f} of {encoded.hours:.1f} hours"


def _collected(
    folder: Path, order: Order, bulletin: _Bulletin, jobs: int | None, cluster: str | None
) -> Generator[Progress, None, Collection]:
    steps = prepare(order.recordings, folder / COLLECTION_FOLDER, order.preparation, jobs=jobs, cluster=cluster)
    yield from bulletin.during(PREPARING, steps, _recordings_done)
    collection = Collection.open(folder / COLLECTION_FOLDER)
    augmentation = order.augmentation and _possible(order.augmentation, collection)
    return augment(collection, folder / VARIED_FOLDER, augmentation) if augmentation else collection


def _recordings_done(examined: Examined) -> tuple[float, str]:
    return examined.done / examined.total, f"{examined.done} of {examined.total}"


def _possible(augmentation: Augmentation, collection: Collection) -> Augmentation | None:
    """What can be done of it: one recording alone has no other to be mixed with."""
    if len(collection.recordings) > 1 or not augmentation.cutmix:
        return augmentation
    if not (augmentation.noise or augmentation.shift or augmentation.speed):
        return None
    return replace(augmentation, cutmix=0.0)


def install(folder: Path, order: Order, catalogue: Catalogue, models: Path) -> ModelCard:
    """Put a training's model into the user's folder of models, with its autoencoder if there is none of that name.

    An earlier model of the same training is replaced.

    Raises:
        ModelError: it does not load, or another model has its name.
        OutputError: the user's folder cannot be written.
    """
    from engine.musika.synthesis import Musika

    def check(copy: ModelCard) -> None:
        Musika.load(copy.folder, autoencoder=order.autoencoder)

    card = entitle(folder, needs=(import_autoencoder(order.autoencoder, catalogue, models),))
    place = models / card.name
    if place.exists() and _installed(folder) != card.name:
        raise ModelError(f"There is a model called “{card.name}” already: resume with another --name.")
    with working_folder(models) as working:
        import_model(card.folder, working, name=card.name, check=check)
        try:
            (folder / INSTALLED_FILE).write_text(card.name, encoding="utf8")  # first: a kill in between may be repaired
            if place.exists():
                place.replace(working / "before")
            (working / card.name).replace(place)
        except OSError as cause:
            raise output_error(place, cause) from cause
    catalogue.reload()
    return load_card(place)


def _installed(folder: Path) -> str:
    """The name under which a model of this training stands among the user's; empty if none does."""
    try:
        return (folder / INSTALLED_FILE).read_text(encoding="utf8").strip()
    except OSError:
        return ""


# --- how it goes -----------------------------------------------------------------------------------------------------


class _StopAsked(Exception):  # noqa: N818  (nothing is wrong)
    """Somebody asked for a stop."""


class _Bulletin:
    """What `status.json` says while there is no loop that says it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told_s = -math.inf
        self._progress = Progress("", 0.0)

    def during(
        self, doing: str, steps: Iterable[Step], told: Callable[[Step], tuple[float, str]]
    ) -> Iterator[Progress]:
        """Take the steps, telling how far they are, until all are done or a stop is asked for (_StopAsked)."""
        began_s, before = time.monotonic(), None
        yield self.tell(Progress(doing, 0.0), at_once=True)
        for step in steps:
            done, how_far = told(step)
            if before is None:  # what an earlier run did, and the first step, say nothing of the pace
                began_s, before = time.monotonic(), done
            pace_s = (time.monotonic() - began_s) / (done - before) if done > before else None
            yield self.tell(Progress(f"{doing}: {how_far}", done, pace_s and pace_s * (1 - done)))
            self.stop_if_asked()

    def stop_if_asked(self) -> None:
        """Raise _StopAsked if somebody asked for a stop."""
        if logbook.stop_requested(self._folder):
            raise _StopAsked

    def tell(self, progress: Progress, *, at_once: bool = False) -> Progress:
        """Write it down, `at_once` or unless something was written just now."""
        self._progress = progress
        if at_once or time.monotonic() - self._told_s >= STATUS_S:
            self._told_s = time.monotonic()
            self._write(logbook.RUNNING, progress.doing)
        return progress

    @contextmanager
    def of_the_end(self) -> Iterator[None]:
        """Write down how it ends, if it ends inside."""
        try:
            yield
        except (_StopAsked, GeneratorExit, KeyboardInterrupt):
            self._write_at_the_end(logbook.STOPPED, f"Stopped. {self._progress.doing}.")
            raise
        except BaseException as error:
            self._write_at_the_end(logbook.FAILED, str(error) if isinstance(error, StudioError) else repr(error))
            raise

    def _write_at_the_end(self, state: str, message: str) -> None:
        with suppress(StudioError):  # the disk may be full
            self._write(state, message)
            logbook.forget_stop(self._folder)

    def _write(self, state: str, message: str) -> None:
        said = logbook.read_status(self._folder) or Status(state)
        progress = self._progress
        left_s = progress.left_s if state == logbook.RUNNING else None
        now: dict[str, Any] = {
            "state": state,
            "kind": KIND,
            "pid": os.getpid(),
            "done": progress.done,
            "left_s": left_s,
        }
        logbook.write_status(self._folder, replace(said, **now, message=message, written_s=time.time()))
