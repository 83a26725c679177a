"""The command line's main thread: the verbs of `python main.py`.

Exit status 0, or 2 for bad usage or input with one line on stderr; `--json` prints one JSON object last on stdout.
"""

from __future__ import annotations

import json
import logging
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from app.command_line.arguments import parse
from app.command_line.bench import bench
from app.command_line.journeys import journey_of
from app.command_line.training.commands import train
from app.logs import log_path, start_log
from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.writing import move_into, working_folder
from engine.errors import StudioError, UsageError
from resources.colours import SPECTROGRAM

if TYPE_CHECKING:
    from engine.playback.settings import MixSettings
    from engine.takes.roles import Progress
    from engine.takes.take import Take

log = logging.getLogger(__name__)

Report = Mapping[str, Any]
"""What a verb has to say: printed as JSON, or its "text" for people."""


def run(arguments: list[str]) -> int:
    """Run one verb; return the exit status."""
    options = parse(arguments)
    start_log()
    try:
        report = VERBS[options.verb](options)
    except StudioError as error:
        log.info("%s", error, exc_info=True)
        return _complain(str(error), 2)
    except KeyboardInterrupt as stopped:
        return _complain(str(stopped) or "Stopped; nothing was left behind.", getattr(stopped, "status", 130))
    except Exception:
        log.exception("unexpected error in %s", options.verb)
        return _complain(f"Something went wrong inside the studio; {log_path()} says what.", 1)
    if not report:  # of several processes that train together one speaks
        return 0
    if options.json:
        print(json.dumps({key: value for key, value in report.items() if key != "text"}))
    else:
        print(report["text"])
    return 0


def _complain(sentence: str, status: int) -> int:
    print(f"deepdeadnet: {sentence}", file=sys.stderr)
    return status


def models(options: Namespace) -> Report:
    """List the models; say of each that is damaged what is wrong."""
    from engine.models.catalogue import Catalogue

    catalogue = Catalogue()
    for problem in catalogue.problems:
        print(f"deepdeadnet: {problem}", file=sys.stderr)
    rows = [
        {
            "name": card.name,
            "title": card.title,
            "kind": card.kind,
            "description": card.description,
            "megabytes": round(card.size_bytes / 1e6, 1),
            "folder": str(card.folder),
        }
        for card in catalogue.cards()
    ]
    width = max((len(row["name"]) for row in rows), default=0)
    lines = [f"{row['name']:<{width}}  {row['kind']:<11}  {row['megabytes']:>6} MB  {row['title']}" for row in rows]
    return {"models": rows, "text": "\n".join(lines) or "There are no models yet: import one."}


def generate(options: Namespace) -> Report:
    """Generate music into one WAV file."""
    from engine.export.everything import export_mix
    from engine.playback.settings import MixSettings
    from engine.studio import Studio

    started_s = perf_counter()
    journey = journey_of(options)
    with working_folder(options.out.parent) as folder:
        take, work = Studio().generate(folder / "take", options.model, journey, length_s=options.length)
        with closing(take):
            _carry_out(take, work, "generating")
            _exhaust(export_mix(take, MixSettings(), options.out))
    return _made(take.mix_frames, options.out, started_s, seed=options.seed, journey=journey.to_json())


def separate(options: Namespace) -> Report:
    """Separate an audio file into one WAV file a stem."""
    from engine.export.everything import export_stems
    from engine.studio import Studio

    started_s = perf_counter()
    studio = Studio()
    separator = options.model or studio.default_separator()
    with working_folder(options.out) as folder:
        take, work = studio.open_file(folder / "take", options.input, separator=separator)
        with closing(take):
            _carry_out(take, work, "separating")
            _exhaust(export_stems(take, folder / "stems"))
        move_into(folder / "stems", options.out)
    return _made(take.mix_frames, options.out, started_s, stems=list(take.stem_names))


def render(options: Namespace) -> Report:
    """Generate, separate and mix: everything about a take in one folder."""
    from engine.export.everything import export_everything
    from engine.studio import Studio

    started_s = perf_counter()
    journey = journey_of(options)
    studio = Studio()
    separator = studio.default_separator()
    settings = mix_settings(studio.separator(separator).stem_names, dict(options.gain), options.mute)
    with working_folder(options.out) as folder:
        take, work = studio.generate(
            folder / "take", options.model, journey, length_s=options.length, separator=separator
        )
        with closing(take):
            _carry_out(take, work, "rendering")
            _exhaust(export_everything(take, settings, folder / "render", stops=SPECTROGRAM))
        move_into(folder / "render", options.out)
    return _made(
        take.mix_frames,
        options.out,
        started_s,
        seed=options.seed,
        journey=journey.to_json(),
        stems=list(take.stem_names),
    )


def radio(options: Namespace) -> Report:
    """Record the endless radio for a given time."""
    from app.command_line.radio import Recorder, record
    from engine.studio import Studio, frames_of

    started_s = perf_counter()
    journey, frames = journey_of(options), frames_of(options.length)
    recorder = Recorder()
    with working_folder(options.out) as folder:
        endless = Studio().radio(
            folder / "take", options.model, journey, listener=recorder, kept_s=60, piece_s=options.every
        )
        with closing(endless.take), _bar(frames / SAMPLE_RATE_HZ, "recording") as bar:
            for fraction in record(endless, recorder, folder / "record", frames):
                bar.update(fraction * bar.total - bar.n)
        move_into(folder / "record", options.out)
    return _made(frames, options.out, started_s, seed=options.seed, journey=journey.to_json())


def mix_settings(stem_names: Sequence[str], gains_db: Mapping[str, float], muted: Sequence[str]) -> MixSettings:
    """Faders from the options --gain and --mute.

    Raises:
        UsageError: a stem that there is not, or a gain that no fader has.
    """
    from engine.playback.settings import MixSettings, Strip

    for name in (*gains_db, *muted):
        if name not in stem_names:
            raise UsageError(f"There is no stem “{name}”: choose from {', '.join(stem_names)}.")
    try:
        strips = tuple(Strip(gain_db=gains_db.get(name, 0.0), muted=name in muted) for name in stem_names)
    except ValueError as cause:
        raise UsageError("A fader goes from −inf to +6 dB: choose a gain in between.") from cause
    return MixSettings(strips)


def import_(options: Namespace) -> Report:
    """Copy a model into the user's folder, after seeing that it loads."""
    from engine.models.catalogue import Catalogue, home_folder
    from engine.models.importing import import_model
    from engine.studio import check_model

    catalogue = Catalogue()
    card = import_model(
        options.path,
        home_folder() / "models",
        name=options.name,
        check=lambda copy: check_model(copy, catalogue),
    )
    return {"name": card.name, "folder": str(card.folder), "text": f"Imported as {card.name}."}


def _carry_out(take: Take, work: Iterator[Progress], doing: str) -> None:
    """Do the work of a take behind a progress bar (on a terminal only)."""
    with _bar((take.planned_frames or 0) / SAMPLE_RATE_HZ, doing) as bar:
        for progress in work:
            bar.update(progress.fraction * bar.total - bar.n)


def _bar(planned_s: float, doing: str) -> Any:
    layout = "{desc} {percentage:3.0f}% {bar} {n:.0f}/{total:.0f} s of audio, {remaining} left"
    return tqdm(total=planned_s, desc=doing, unit="s", bar_format=layout, disable=None, leave=False)


def _exhaust(steps: Iterator[float]) -> None:
    for _ in steps:
        pass


def _made(frames: int, out: Path, started_s: float, **more: object) -> Report:
    """The report on so many frames of audio; `started_s` is a reading of the clock."""
    length_s = frames / SAMPLE_RATE_HZ
    took_s = perf_counter() - started_s
    return {
        "out": str(out),
        "frames": frames,
        "seconds": length_s,
        "took_s": round(took_s, 2),
        **more,
        "text": f"{out}: {length_s:.1f} s of audio, made in {took_s:.1f} s",
    }


VERBS: dict[str, Callable[[Namespace], Report]] = {
    "models": models,
    "generate": generate,
    "separate": separate,
    "render": render,
    "radio": radio,
    "import": import_,
    "train": train,
    "bench": bench,
}
