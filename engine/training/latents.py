"""Engine thread (or the command line): recordings as latents, and the windows of them that a critic is shown.

A folder with a float16 `.npy` a recording, of the shape (steps, latent_size), and `latents.json`, which says by which
autoencoder and which file is which recording. A file is named by what it was made from, so that it is known again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.audio.writing import replaced_on_success
from engine.errors import ModelError, OutputError, StudioError, UsageError
from engine.models.card import CARD_FILE, load_card, sha256
from engine.musika.published import DECODER_FILES, ENCODER_FILES
from engine.training.changes import sound
from engine.training.collection import Collection, line_of
from engine.training.recordings import Recording, pieces
from engine.training.workers import spread

if TYPE_CHECKING:
    from engine.musika.autoencoder import Autoencoder

ABOUT_FILE = "latents.json"
VERSION = 1

PIECE_LATENTS = 256
"""Encoded at once, which bounds the memory. A multiple of 8, the window of the published encoders."""

MARGIN_LATENTS = 8
"""Encoded on both sides of a piece and left out, so that its latents are those of the recording in one go."""

Float = npt.NDArray[np.float32]
Half = npt.NDArray[np.float16]


@dataclass(frozen=True)
class Encoded:
    """A recording has been encoded.

    Attributes:
        name: of the recording.
        done: recordings that have been by now, those of an earlier run among them.
        total: recordings there are.
        hours_done: hours of sound in the former.
        hours: hours of sound in the latter.
        error: why it could not be encoded, a sentence; empty if it was.
    """

    name: str
    done: int
    total: int
    hours_done: float
    hours: float
    error: str = ""


# --- encoding --------------------------------------------------------------------------------------------------------


def encode(
    collection: Collection, autoencoder: Path, out: Path, *, jobs: int | None = None, cluster: str | None = None
) -> Iterator[Encoded]:
    """Encode every recording of a collection into the folder `out`; goes on where an earlier run stood.

    Recordings that cannot be read any more are reported and left out.

    Args:
        collection: what is to be encoded.
        autoencoder: folder of any autoencoder, a published Musika folder among them.
        out: folder of the latents.
        jobs: processes on this machine, see `workers.spread`.
        cluster: address of a Ray cluster that does the work instead.

    Raises:
        ModelError: the autoencoder is missing or damaged, or cannot encode.
        UsageError: `out` holds latents of another autoencoder, or none of the recordings could be encoded.
        OutputError: `out` cannot be written.
    """
    autoencoder, out = autoencoder.resolve(), out.resolve()
    identified = {"version": VERSION, **identity(autoencoder), "autoencoder": str(autoencoder), "recordings": None}
    about = _begin(out, identified)
    finished = {r for r in collection.recordings if about and (out / file_of(r)).exists()}
    waiting = [recording for recording in collection.recordings if recording not in finished]
    waiting.sort(key=lambda recording: recording.frames, reverse=True)  # so that no long one is left for the end
    progress = _Progress(collection, finished)
    work = partial(encode_recording, folder=collection.source, autoencoder=autoencoder, out=out)
    with _swept(out), closing(spread(work, waiting, jobs, cluster)) as results:
        for recording, result in results:
            if isinstance(result, OutputError | ModelError):
                raise result
            if about is None and not isinstance(result, StudioError):
                about = identified | result
                _write_about(out, about)
            yield progress.one_more(recording, str(result) if isinstance(result, StudioError) else "")
    listed = list(_listed(collection.recordings, out))
    if about is None or not listed:
        raise UsageError(f"No recording of {collection.folder} could be encoded: prepare others.")
    _write_about(out, about | {"recordings": listed})


class _Progress:
    """Counts recordings and hours."""

    def __init__(self, collection: Collection, finished: Iterable[Recording]) -> None:
        self._total, self._hours = len(collection.recordings), collection.hours
        self._done = self._frames = 0
        for recording in finished:
            self.one_more(recording)

    def one_more(self, recording: Recording, error: str = "") -> Encoded:
        self._done += 1
        self._frames += recording.frames
        hours_done = self._frames / SAMPLE_RATE_HZ / 3600
        return Encoded(recording.name, self._done, self._total, hours_done, self._hours, error)


def _begin(out: Path, identified: dict[str, Any]) -> dict[str, Any] | None:
    """What `latents.json` says after an earlier run, which must have had the same autoencoder.

    Without it nothing is known of the files that lie there, and they are made again.
    """
    about = _read_about(out)
    if about and about["sha256"] != identified["sha256"]:
        raise UsageError(f"{out} holds latents of another autoencoder, {about['name']}: choose another folder.")
    if about:
        about |= identified  # the autoencoder may have moved
        _write_about(out, about)
    return about


@contextmanager
def _swept(out: Path) -> Iterator[None]:
    """Leave no unfinished file of a process that was killed, in this run or an earlier one."""
    try:
        yield
    finally:
        for unfinished in out.glob(".*.part"):
            with suppress(OSError):
                unfinished.unlink()


def identity(autoencoder: Path) -> dict[str, str]:
    """The "name" of an autoencoder, and one "sha256" (hexadecimal) for all its weights.

    Raises:
        ModelError: a file of it is missing, or it is no autoencoder.
    """
    if (autoencoder / CARD_FILE).is_file():
        card = load_card(autoencoder)
        name, files = card.name, [autoencoder / file for file in sorted(card.files)]
    else:
        name, files = autoencoder.name, [autoencoder / file for file in (*DECODER_FILES, *ENCODER_FILES)]
        files = [file for file in files if file.is_file()]
    if not files:
        raise ModelError(f"{autoencoder} is no autoencoder: choose a model folder or a published Musika folder.")
    digests = "".join(sha256(file) for file in files)
    return {"name": name, "sha256": hashlib.sha256(digests.encode()).hexdigest()}


@lru_cache(maxsize=1)
def _loaded(folder: Path) -> Autoencoder:
    """The autoencoder of a process; it stays, since a recording is encoded faster than one is loaded."""
    if (folder / CARD_FILE).is_file():
        from engine.musika.patches import DESIGN, PatchAutoencoder

        if load_card(folder).sizes.get("design") == DESIGN:  # needs no Keras, whose import takes seconds
            return PatchAutoencoder.load(folder)
    from engine.musika.synthesis import load_autoencoder

    return load_autoencoder(folder)


def encode_recording(recording: Recording, *, folder: Path, autoencoder: Path, out: Path) -> dict[str, int]:
    """Write the latents of one recording; return the autoencoder's latent_size and frames_per_latent by these names.

    Args:
        recording: of a collection.
        folder: of the recordings.
        autoencoder: folder of the autoencoder.
        out: folder of the latents.

    Raises:
        AudioFileError: the recording cannot be read.
        ModelError: the autoencoder is missing or damaged, or makes latents that are no numbers.
        OutputError: the latents cannot be written.
    """
    loaded = _loaded(autoencoder)
    with replaced_on_success(out / file_of(recording)) as unfinished, unfinished.open("wb") as file:
        _write_rows(file, encoded_pieces(loaded, sound(folder, recording)), loaded.latent_size)
    return {"latent_size": loaded.latent_size, "frames_per_latent": loaded.frames_per_latent}


def encoded_pieces(autoencoder: Autoencoder, blocks: Iterable[Wave]) -> Iterator[Float]:
    """Latents (m, latent_size) of a sound of any length, piece by piece."""
    step = autoencoder.frames_per_latent
    for piece in pieces(blocks, PIECE_LATENTS * step, MARGIN_LATENTS * step):
        first = piece.before // step
        yield autoencoder.encode(piece.wave)[first : first + -(-piece.frames // step)]


def _write_rows(file: BinaryIO, pieces_of_rows: Iterable[Float], columns: int) -> None:
    """Write a `.npy` of float16 rows whose number shows at the end only; numpy leaves room for it in the header."""
    _write_header(file, 0, columns)
    begin, rows = file.tell(), 0
    for piece in pieces_of_rows:
        with np.errstate(over="ignore"):
            half = piece.astype("<f2")
        if not np.isfinite(half).all():
            raise ModelError("The autoencoder makes latents that are no numbers: choose another one.")
        file.write(half.tobytes())
        rows += len(half)
    file.seek(0)
    _write_header(file, rows, columns)
    assert file.tell() == begin


def _write_header(file: BinaryIO, rows: int, columns: int) -> None:
    description = {"descr": "<f2", "fortran_order": False, "shape": (rows, columns)}
    np.lib.format.write_array_header_1_0(file, description)


def file_of(recording: Recording) -> str:
    """The name of the file with a recording's latents: it changes with the recording and with what is taken of it."""
    return hashlib.sha256(line_of(recording).encode()).hexdigest()[:24] + ".npy"


def _listed(recordings: Iterable[Recording], out: Path) -> Iterator[dict[str, Any]]:
    """Name, file and steps of every recording that has latents."""
    for recording in recordings:
        path = out / file_of(recording)
        if path.exists() and (steps := len(_mapped(path))):
            yield {"name": recording.name, "file": path.name, "steps": steps}


def _write_about(out: Path, about: dict[str, Any]) -> None:
    with replaced_on_success(out / ABOUT_FILE) as unfinished:
        unfinished.write_text(json.dumps(about, indent=1) + "\n", encoding="utf8")


def _read_about(folder: Path) -> dict[str, Any] | None:
    path = folder / ABOUT_FILE
    try:
        about: dict[str, Any] = json.loads(path.read_text(encoding="utf8"))
        if about["version"] != VERSION:
            raise UsageError(f"{folder} was encoded by another version of DeepDeadNet: encode into another folder.")
        kinds = {"name": str, "sha256": str, "autoencoder": str, "latent_size": int, "frames_per_latent": int}
        if not all(isinstance(about[name], kind) for name, kind in kinds.items()):
            raise TypeError
        return about
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise UsageError(f"{path} is damaged or cannot be read: delete the folder and encode anew.") from cause


# --- what was encoded ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Latents:
    """Recordings as latents.

    Attributes:
        recordings: of (steps, latent_size) each, float16; mapped from disk when one is asked for.
        names: of these, in the same order.
        autoencoder: folder of the autoencoder that made them.
        latent_size: values a step.
        frames_per_latent: frames of sound a step.
    """

    recordings: Sequence[Half]
    names: Sequence[str]
    autoencoder: Path
    latent_size: int
    frames_per_latent: int

    @classmethod
    def open(cls, folder: Path) -> Latents:
        """The latents in a folder.

        Raises:
            UsageError: there are none, or they are damaged or not finished.
            ModelError: the autoencoder that made them is gone or another one by now.
        """
        about = _read_about(folder)
        if about is None:
            raise UsageError(f"{folder} holds no latents: encode a collection first.")
        if about["recordings"] is None:
            raise UsageError(f"Encoding into {folder} was broken off: encode again, and it goes on where it stood.")
        autoencoder = Path(about["autoencoder"])
        if not autoencoder.is_dir() or identity(autoencoder)["sha256"] != about["sha256"]:
            raise ModelError(f"{folder} was encoded by {about['name']}, which is no longer in {autoencoder}.")
        try:
            shapes = {str(e["file"]): (int(e["steps"]), about["latent_size"]) for e in about["recordings"]}
            names = [str(entry["name"]) for entry in about["recordings"]]
        except (KeyError, TypeError, ValueError) as cause:
            raise UsageError(f"{folder / ABOUT_FILE} is damaged: delete the folder and encode anew.") from cause
        return cls(_Mapped(folder, shapes), names, autoencoder, about["latent_size"], about["frames_per_latent"])

    @property
    def hours(self) -> float:
        """Of sound."""
        return sum(map(len, self.recordings)) * self.frames_per_latent / SAMPLE_RATE_HZ / 3600


class _Mapped(Sequence[Half]):
    """Files of latents, each opened when it is asked for: a process may not hold thousands open."""

    def __init__(self, folder: Path, shapes: dict[str, tuple[int, int]]) -> None:
        self._folder = folder
        self._files = list(shapes.items())

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[each] for each in range(len(self))[index]]
        name, shape = self._files[index]
        mapped = _mapped(self._folder / Path(name).name)
        if mapped.shape != shape:
            raise UsageError(f"{self._folder / name} holds other latents than it should: delete it and encode again.")
        return mapped


def _mapped(path: Path) -> Half:
    """The latents in a file; their size is checked against that of the file before any is read."""
    try:
        mapped: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, EOFError, ValueError) as cause:
        raise UsageError(f"{path} is missing or damaged: delete it and encode again.") from cause
    if mapped.dtype != np.float16 or mapped.ndim != 2:
        raise UsageError(f"{path} holds no latents: delete it and encode again.")
    return mapped


class Windows:
    """Windows cut at random from recordings, every possible one as likely as every other."""

    def __init__(self, latents: Latents, context: int, mirrored: Callable[[Float], Float]) -> None:
        """Keep the recordings that hold at least one window of `context` steps.

        Args:
            latents: of recordings.
            context: steps a window.
            mirrored: of their autoencoder: latents (…, latent_size) of the sound with left and right exchanged.

        Raises:
            UsageError: none does, or a file is missing or damaged.
        """
        self.context = context
        self._recordings = latents.recordings
        self._mirrored = mirrored
        lengths = np.array([len(recording) for recording in latents.recordings], np.int64)
        self._ends = np.cumsum(np.maximum(lengths - context + 1, 0))
        if not len(lengths) or not self._ends[-1]:
            raise UsageError(f"No recording has the {context} steps that a window needs: give longer ones.")
        self.steps = int(lengths[lengths >= context].sum())

    def draw(self, count: int, rng: np.random.Generator) -> Float:
        """(count, context, latent_size), chosen by `rng`; left and right change places in every other one.

        Raises:
            UsageError: a file has gone.
        """
        choices = rng.integers(self._ends[-1], size=count)
        exchanged = rng.random(count) < 0.5
        windows = np.stack([self._window(int(choice)) for choice in choices]).astype(np.float32)
        return np.where(exchanged[:, None, None], self._mirrored(windows), windows)

    def _window(self, choice: int) -> Half:
        index = int(np.searchsorted(self._ends, choice, side="right"))
        start = choice - (int(self._ends[index - 1]) if index else 0)
        return self._recordings[index][start : start + self.context]
