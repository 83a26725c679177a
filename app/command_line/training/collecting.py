"""The command line's main thread: the steps of training that read recordings: prepare, augment, encode, round trip."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from app.command_line.training import settings
from app.command_line.training.narration import narrating, table, write_rows
from app.command_line.training.report import Said
from app.command_line.training.stopping import restartable
from engine.errors import StudioError, UsageError
from engine.models.catalogue import Catalogue
from engine.training.bases import autoencoder_folder

GO_ON = "Stopped; what was done is kept: the same command goes on from there."
TABLE_FILE = "table.csv"


def prepare(options: Namespace) -> Said:
    """Look through recordings; say what is taken of them, what is not, and why."""
    from engine.training.preparation import prepare as examine

    steps = examine(
        options.recordings, options.out, settings.preparation(options), jobs=options.jobs, cluster=options.cluster
    )
    looked = False
    with restartable(GO_ON), narrating() as narration:
        try:
            for examined in steps:
                looked = True
                count = f"{examined.done} of {examined.total}"
                narration.progress(examined.done / examined.total, f"{count}: {examined.recording.name}")
        except UsageError:
            if looked and not options.json:  # nothing is left: why, of each
                print(_table_of(options.out))
            raise
    return _collected(options.out)


def _collected(folder: Path) -> Said:
    """What is in a collection."""
    from engine.training.collection import Collection

    collection = Collection.open(folder)
    return {
        "out": str(folder),
        "taken": len(collection.recordings),
        "refused": {recording.name: recording.refused for recording in collection.refused},
        "hours": round(collection.hours, 3),
        "table": str(folder / TABLE_FILE),
        "text": _table_of(folder),
    }


def _table_of(folder: Path) -> str:
    """A collection as a table for people: what was taken, what not and why; all of it goes into a CSV file."""
    from engine.training.collection import Collection, read_recordings

    everything = list(read_recordings(folder))
    taken = [recording for recording in everything if not recording.refused]
    refused = [recording for recording in everything if recording.refused]
    collection = Collection(folder, folder, taken, refused)
    rows = collection.table()
    write_rows(folder / TABLE_FILE, ("recording", "length", "taken"), rows)
    parts = []
    if refused:
        parts += [table(("not taken", "length", "why"), rows[len(taken) :]), ""]
    if taken:
        parts += [table(("taken", "length"), [row[:2] for row in rows[: len(taken)]]), ""]
    counts = f"{len(taken)} of {len(everything)} recordings taken, {collection.hours:.2f} hours"
    return "\n".join([*parts, f"{counts}; all of them: {folder / TABLE_FILE}"])


def augment(options: Namespace) -> Said:
    """Make more of a collection."""
    from engine.training.augmentation import augment as vary
    from engine.training.collection import Collection

    augmentation = settings.augmentation(options)
    if augmentation is None:
        raise UsageError("Nothing would be varied: choose --noise, --cutmix, --shift or --speed, each from 0 to 1.")
    before = Collection.open(options.collection)
    after = vary(before, options.out, augmentation)
    counts = f"{len(before.recordings)} recordings and {len(after.recordings) - len(before.recordings)} variations"
    return {
        "out": str(options.out),
        "recordings": len(after.recordings),
        "hours": round(after.hours, 3),
        "text": f"{options.out}: {counts}, {after.hours:.2f} hours",
    }


def encode(options: Namespace) -> Said:
    """Turn a collection into latents."""
    from engine.training.collection import Collection
    from engine.training.latents import Latents
    from engine.training.latents import encode as encode_collection

    collection = Collection.open(options.collection)
    autoencoder = autoencoder_folder(options.autoencoder, Catalogue())
    steps = encode_collection(collection, autoencoder, options.out, jobs=options.jobs, cluster=options.cluster)
    refused = {}
    with restartable(GO_ON), narrating() as narration:
        for encoded in steps:
            if encoded.error:
                refused[encoded.name] = encoded.error
                narration.note(f"{encoded.name} is left out. {encoded.error}")
            hours = f"{encoded.hours_done:.2f} of {encoded.hours:.2f} hours"
            narration.progress(encoded.hours_done / encoded.hours, f"{hours}: {encoded.name}")
    latents = Latents.open(options.out)
    return {
        "out": str(options.out),
        "recordings": len(latents.recordings),
        "refused": refused,
        "hours": round(latents.hours, 3),
        "text": f"{options.out}: {len(latents.recordings)} recordings, {latents.hours:.2f} hours, as latents",
    }


def roundtrip(options: Namespace) -> Said:
    """Send songs with stems through an autoencoder."""
    from engine.training.roundtrip import round_trip
    from engine.training.songs import find_songs

    autoencoder = autoencoder_folder(options.autoencoder, Catalogue())
    steps = round_trip(options.songs, autoencoder, options.out, jobs=options.jobs, cluster=options.cluster)
    refused = {}
    with restartable(GO_ON), narrating() as narration:
        total = len(find_songs(options.songs))
        for count, (song, result) in enumerate(steps, 1):
            if isinstance(result, StudioError):
                refused[song.name] = str(result)
                narration.note(f"{song.name} is left out. {result}")
            narration.progress(count / total, song.name)
    made = len(find_songs(options.out))
    return {"out": str(options.out), "songs": made, "refused": refused, "text": f"{options.out}: {made} songs"}
