"""Command line: finished trainings become bundled models: their files, and cards that say what they are and are worth.

    python -m tools.bundle WORK OUT

WORK is the folder in which `tools/make_models.sh` works. What has been measured so far is taken from WORK/figures.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.audio.format import SAMPLE_RATE_HZ
from engine.audio.writing import move_into, working_folder
from engine.errors import StudioError, UsageError
from engine.models.card import ModelCard, load_card, write_card
from tools.house_band.shows import SHOWS, Show

BAND = "The House Band (computer-made)"
LICENCE = "MIT"
SOURCES = (
    "Drums: human performances from the Groove MIDI Dataset (Gillick et al., 2019, Google LLC, CC BY 4.0); the rest "
    "arranged by our own code; rendered with FluidSynth and the FluidR3 GM sound font (MIT). No recording of real "
    "players is in it."
)
EARS, STEMS, MAIN = "house-band-autoencoder", "house-band-stems", "house-band"


@dataclass(frozen=True)
class Bundled:
    """A model that is bundled.

    Attributes:
        name: of the model.
        training: its folder below WORK.
        title, description: for people.
        show: whose songs it learned from, where it is one show's.
        needs: names of the models that it makes no sound without.
        figures: names of the measurements that are its own.
    """

    name: str
    training: str
    title: str
    description: str
    show: Show | None = None
    needs: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()


def _generator(name: str, training: str, title: str, what: str, show: Show | None, *figures: str) -> Bundled:
    description = (
        f"{what} Musika's generator (Pasini and Schlüter, 2022), small variant: it invents 12 s at a time and knows no "
        f"form beyond that. {SOURCES}"
    )
    return Bundled(name, training, title, description, show, (EARS,), figures)


MODELS = (
    Bundled(
        EARS,
        "ears",
        "House Band autoencoder",
        "Principal components of log-magnitude patches of the mid signal, lapped, and of the stereo balance, for "
        "every 4096 samples; no bin louder than music has it; noise where spectra are flat; phase found by following "
        "spectral peaks, then three rounds of Griffin-Lim; no network. "
        f"Stereo is parametric: the width of a room is imitated. {SOURCES}",
        figures=(EARS,),
    ),
    _generator(
        MAIN,
        "house/training",
        "House Band",
        "Jams in the manner of a house band that exists only as code: any tempo, any instruments, any room.",
        None,
        MAIN,
        "variety",
        "pulsing",
        "originality",
    ),
    *(
        _generator(
            show.name, f"{show.name}/training", show.title, f"{show.description} An invented night.", show, "shows"
        )
        for show in SHOWS.values()
        if show.one_night
    ),
    Bundled(
        STEMS,
        "stems",
        "House Band stems",
        "Takes drums, bass, other and vocals apart. A small separator that has heard the house band only, whose voices "
        f"are sampled choirs: on real music expect less. {SOURCES}",
        figures=("separation",),
    ),
)


def bundle(work: Path, out: Path) -> list[ModelCard]:
    """Put every model whose training has come to a model into `out`, in the place of what bears its name there.

    Raises:
        UsageError: there is none.
        ModelError: a model is damaged.
        OutputError: a model cannot be written.
    """
    found = [model for model in MODELS if (work / model.training / "model" / "card.json").is_file()]
    if not found:
        raise UsageError(f"No training in {work} has come to a model yet.")
    return [_put(model, work, out) for model in found]


def _put(model: Bundled, work: Path, out: Path) -> ModelCard:
    trained = load_card(work / model.training / "model")
    with working_folder(out) as folder:
        for name in trained.files:
            (folder / name).write_bytes((trained.folder / name).read_bytes())
        card = replace(
            trained,
            name=model.name,
            title=model.title,
            description=model.description,
            band=BAND,
            show_date=model.show.show_date if model.show else "",
            venue=model.show.venue if model.show else "",
            licence=LICENCE,
            learned_s=trained.learned_s or _learned_s(trained),
            context_s=trained.context_s or _context_s(trained, work),
            needs=model.needs,
            figures=_figures(model, work / "figures"),
        )
        write_card(card, folder)
        move_into(folder, out / model.name)
    return load_card(out / model.name)


def _learned_s(trained: ModelCard) -> float:
    """From the words of a card that was written before cards had the number."""
    hours = re.match(r"([\d.]+) hours", trained.trained_on)
    return round(3600 * float(hours[1]), 1) if hours and trained.kind == "generator" else 0.0


def _context_s(trained: ModelCard, work: Path) -> float:
    """Likewise: latents a window, each as long as the autoencoder's patches."""
    ears = next(work / model.training / "model" for model in MODELS if model.name == EARS)
    if "context" not in trained.sizes or not (ears / "card.json").is_file():
        return 0.0
    sizes = load_card(ears).sizes
    return float(round(trained.sizes["context"] * sizes["hop"] * sizes["patch_frames"] / SAMPLE_RATE_HZ, 2))


def _figures(model: Bundled, folder: Path) -> dict[str, Any]:
    """What has been measured of a model, as far as it is there; of several models' figures, its own."""
    figures: dict[str, Any] = {}
    for name in model.figures:
        path = folder / f"{name}.json"
        if path.is_file():
            figures |= WORDS[name](model.name, json.loads(path.read_text(encoding="utf8")))
    return figures


def _closeness(_: str, found: dict[str, Any]) -> dict[str, Any]:
    groups = {name: group["closeness"] for name, group in found.items() if isinstance(group, dict)}
    return {
        "music closeness": {"closeness": found["closeness"], **groups, "of": "20 minutes against 20 held-out songs"}
    }


def _variety(_: str, found: dict[str, Any]) -> dict[str, Any]:
    return {"variety": {"mean": _short(found["takes"]), "nearest two": _short(found["closest takes"]["distance"])}}


def _pulsing(_: str, found: dict[str, Any]) -> dict[str, Any]:
    return {"pulsing_db": {"takes": _short(found["takes"]["latent_db"]), "songs": _short(found["songs"]["latent_db"])}}


def _originality(_: str, found: dict[str, Any]) -> dict[str, Any]:
    return {
        "highest correlation with a training song": {
            name: _short(each["highest"]["correlation"]) for name, each in found.items()
        }
    }


def _shows(model: str, found: dict[str, Any]) -> dict[str, Any]:
    return {"distance to the held-out songs of": {show: _short(far) for show, far in found["takes"][model].items()}}


def _separation(_: str, found: dict[str, Any]) -> dict[str, Any]:
    return {
        f"separation of {Path(key.partition(', ')[2]).name}": {
            "sdr_db": {stem: each["sdr_db"] for stem, each in scores["stems"].items()},
            "improvement_db": {stem: each["improvement_db"] for stem, each in scores["stems"].items()},
            "mean_sdr_db": _short(scores["mean_sdr_db"]),
        }
        for key, scores in found.items()
    }


def _short(value: float) -> float:
    return round(value, 2)


WORDS = {
    EARS: _closeness,
    MAIN: _closeness,
    "variety": _variety,
    "pulsing": _pulsing,
    "originality": _originality,
    "shows": _shows,
    "separation": _separation,
}
"""How each measurement (WORK/figures/<name>.json, as `tools.audition` prints it) is put on a card."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0, or 2 after bad input, with one line on stderr."""
    work, out = map(Path, sys.argv[1:] if arguments is None else arguments)
    try:
        cards = bundle(work, out)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 2
    for card in cards:
        print(f"{card.name}: {card.size_bytes / 1e6:.1f} MB, {card.trained_for}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
