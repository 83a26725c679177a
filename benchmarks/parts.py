"""Command line: what `python main.py bench` measures, part by part, and what is to be reached.

Every part is a function that is called in a process of its own, imports what it needs itself and returns its figures by
name. The parts follow each other, the ones that want a quiet machine first; all limits together are ten minutes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.apart import Figures, apart, peak_memory_mb
from engine.errors import StudioError

PLAYED_S = 60.0
MEMORY_TAKE_S = 30.0
MEMORY_LIMIT_S = 65.0


@dataclass(frozen=True)
class Figure:
    """One thing that is measured.

    Attributes:
        key: its name in what a part returns, and in the JSON object.
        title: what it is, for people.
        how: how it is measured.
        unit: behind the number.
        at_least: the goal, where more is better.
        at_most: the goal, where less is better.
    """

    key: str
    title: str
    how: str = ""
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def goal(self) -> str:
        """The goal for people; empty where there is none."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}{self.unit}"
        return f"≤ {self.at_most:g}{self.unit}" if self.at_most is not None else ""

    def is_missed(self, value: float) -> bool:
        """Whether a value does not reach the goal."""
        return (self.at_least is not None and value < self.at_least) or (
            self.at_most is not None and value > self.at_most
        )


@dataclass(frozen=True)
class Part:
    """What is measured together, in one process.

    Attributes:
        name: after --only.
        measure: gives the figures, by key, and others that are told in the JSON object only; "…_how" for each of them
            that is measured differently from machine to machine. Raises StudioError for what hinders all of it.
        limit_s: it is stopped after so long, and what the parts before it have not needed.
        figures: what it gives.
        missing: why a figure of it may be None.
    """

    name: str
    measure: Callable[[], Figures]
    limit_s: float
    figures: tuple[Figure, ...]
    missing: str = "This machine cannot do that."


def processor() -> Figures:
    """Whether the processor multiplies bfloat16 numbers itself."""
    from engine.separation.precision import has_bfloat16

    return {"bfloat16": has_bfloat16()}


def window() -> Figures:
    """Start the program, several times."""
    from benchmarks.start import measure

    return measure()


def generation() -> Figures:
    """Full-size generation, in either precision."""
    from benchmarks.generation import figures

    found = figures()
    return {
        "generation_realtime_float32": found["generation_realtime_float32"],
        "generation_realtime_bfloat16": found["generation_realtime_bfloat16"],
        "generation_error_db": found["error_db"],
        "generation_spectrogram_error_db": found["spectrogram_error_db"],
        "generation_bound_realtime": found["matrix_product_realtime"],
    }


def separation() -> Figures:
    """Separation of htdemucs's size, in either precision, and the library's own beside it."""
    from benchmarks.separation import measure

    theirs, ours = measure()
    figures: Figures = {"separation_realtime_demucs": theirs}
    for precision in ("float32", "bfloat16"):
        speed = ours.get(precision)  # type: ignore[call-overload]
        figures[f"separation_realtime_{precision}"] = speed and speed.realtime
        figures[f"separation_ratio_{precision}"] = speed and speed.ratio
        figures[f"separation_agreement_{precision}_db"] = speed and speed.agreement_db
    return figures


def live() -> Figures:
    """Generate to sound, and to stems."""
    from benchmarks.live import measure

    return measure()


def playback() -> Figures:
    """Faders, seeks and underruns beside both networks."""
    from benchmarks.playback import figures

    found = figures(PLAYED_S, load="networks")
    if found.get("problem"):
        raise StudioError(str(found["problem"]))
    keys = (
        "fader_ms",
        "fader_most_ms",
        "seek_ms",
        "seek_most_ms",
        "underruns",
        "underruns_without_stall",
        "silent_frames",
    )
    return {**{key: found[key] for key in keys}, "underruns_seconds": PLAYED_S, "playback_how": found["how"]}


def memory() -> Figures:
    """A take with stems from networks of full size, on disk."""
    from benchmarks.live import FULL_SIZE
    from engine.models.catalogue import Catalogue
    from engine.musika.journey import Journey
    from engine.studio import Studio

    generator, separator = FULL_SIZE
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        apart(partial(_write_full_size, folder / "models"), MEMORY_LIMIT_S)
        studio = Studio(Catalogue([folder / "models"]))
        take, work = studio.generate(
            folder / "take", generator, Journey.from_seed(0), length_s=MEMORY_TAKE_S, separator=separator
        )
        with closing(take):
            for _ in work:
                pass
    return {"peak_memory_mb": peak_memory_mb()}


def _write_full_size(models: Path) -> Figures:
    """Write the models elsewhere: what that takes is not to be counted."""
    from benchmarks.live import write_full_size

    write_full_size(models)
    return {}


WITHOUT_BFLOAT16 = "This processor does not multiply bfloat16 numbers itself, so float32 is used."
FULL = "full-size networks, random weights"
HTDEMUCS = "htdemucs-sized, random weights, 24 s of noise, best of 2 turns"

PARTS = (
    Part("processor", processor, 20.0, ()),
    Part(
        "window",
        window,
        50.0,
        (Figure("window_s", "window on screen, from a fresh process", "{window_how}", " s", at_most=1.0),),
    ),
    Part(
        "generation",
        generation,
        90.0,
        (
            Figure(
                "generation_realtime_float32",
                "generation, float32",
                f"60 s of music, {FULL}, best of 3, warm",
                " × real time",
                at_least=70.0,
            ),
            Figure(
                "generation_realtime_bfloat16",
                "generation, bfloat16",
                "the same",
                " × real time",
                at_least=100.0,
            ),
            Figure(
                "generation_error_db",
                "generation, error of bfloat16",
                "energy of the difference from float32, first 10 s",
                " dB",
                at_most=-45.0,
            ),
            Figure(
                "generation_bound_realtime",
                "what a bare matrix product allows in float32",
                "one large product in the same run",
                " × real time",
            ),
        ),
        WITHOUT_BFLOAT16,
    ),
    Part(
        "separation",
        separation,
        170.0,
        (
            Figure("separation_realtime_demucs", "separation, the library", f"apply_model, {HTDEMUCS}", " × real time"),
            Figure("separation_realtime_float32", "separation, float32", "the same run", " × real time"),
            Figure("separation_realtime_bfloat16", "separation, bfloat16", "the same run", " × real time"),
            Figure(
                "separation_ratio_float32",
                "separation to the library, float32",
                "ratio of the two, taking turns",
                " ×",
                at_least=1.1,
            ),
            Figure(
                "separation_ratio_bfloat16",
                "separation to the library, bfloat16",
                "ratio of the two, taking turns",
                " ×",
                at_least=1.9,
            ),
            Figure(
                "separation_agreement_float32_db",
                "separation, agreement in float32",
                "with apply_model; 150 stands for identical",
                " dB",
                at_least=40.0,
            ),
            Figure(
                "separation_agreement_bfloat16_db",
                "separation, agreement in bfloat16",
                "with apply_model in float32",
                " dB",
                at_least=40.0,
            ),
        ),
        WITHOUT_BFLOAT16,
    ),
    Part(
        "live",
        live,
        90.0,
        (
            Figure(
                "first_sound_s",
                "Generate to the first sound",
                f"{FULL}, models loaded, slowest of 3; {{heard_how}}",
                " s",
                at_most=0.5,
            ),
            Figure(
                "first_sound_bundled_s",
                "the same, bundled models",
                "the first sample above −60 dB",
                " s",
                at_most=0.5,
            ),
            Figure(
                "stems_s",
                "Generate to stems on the faders",
                f"{FULL}, slowest of 3, until their meters move",
                " s",
                at_most=3.0,
            ),
            Figure("stems_bundled_s", "the same, bundled models", "the same", " s", at_most=3.0),
        ),
    ),
    Part(
        "playback",
        playback,
        115.0,
        (
            Figure(
                "fader_ms",
                "fader to sound",
                "95 of 100 are as fast, beside both networks; {playback_how}",
                " ms",
                at_most=60.0,
            ),
            Figure("fader_most_ms", "fader to sound, the slowest", "the same", " ms"),
            Figure("seek_ms", "seek to sound", "the same, until faded in", " ms", at_most=100.0),
            Figure(
                "underruns",
                "underruns",
                f"counted by the player in {PLAYED_S:.0f} s beside both networks",
                "",
                at_most=0.0,
            ),
            Figure("underruns_without_stall", "those while the machine did not stand still", "benchmarks.stalls", ""),
        ),
    ),
    Part(
        "memory",
        memory,
        MEMORY_LIMIT_S,
        (
            Figure(
                "peak_memory_mb",
                "most memory at once",
                f"of a process that makes a take of {MEMORY_TAKE_S:.0f} s with stems, {FULL}",
                " MB",
                at_most=2500.0,
            ),
        ),
    ),
)
