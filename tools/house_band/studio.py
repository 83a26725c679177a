"""Command line: the studio. FluidSynth plays a score, a session records it, and a song becomes a folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ
from engine.errors import OutputError, UsageError
from tools.house_band.arranger import arrange
from tools.house_band.harmony import NOTE_NAMES
from tools.house_band.midi import write_midi
from tools.house_band.mixing import Sound, to_integers
from tools.house_band.score import Score, Track
from tools.house_band.session import Session
from tools.house_band.shows import BAND
from tools.house_band.songbook import SongPlan


@dataclass(frozen=True)
class Studio:
    """FluidSynth: the program and its sampled instruments."""

    soundfont: Path
    program: str

    @classmethod
    def open(cls, soundfont: Path) -> Studio:
        """Find FluidSynth. UsageError where it or the soundfont is missing."""
        program = shutil.which("fluidsynth")
        if program is None:
            raise UsageError("FluidSynth is not installed: install it (on Debian: apt install fluidsynth).")
        if not soundfont.is_file():
            message = f"No soundfont at {soundfont}: name an .sf2 file (on Debian: apt install fluid-soundfont-gm)."
            raise UsageError(message)
        return cls(soundfont, program)

    def play(self, score: Score, tracks: Sequence[Track]) -> Sound:
        """Some tracks of a score, dry, level as it comes: (2, frames), exactly as long as the score."""
        sound = np.zeros((CHANNELS, round(score.length_s * SAMPLE_RATE_HZ)), np.float32)
        if any(track.notes for track in tracks):
            with tempfile.TemporaryDirectory(prefix="house-band-") as folder:
                midi, raw = Path(folder) / "tracks.mid", Path(folder) / "tracks.f32"
                write_midi(midi, tracks, score.tempo_bpm, score.length_beats)
                self._run(midi, raw, chorus=any(track.chorus for track in tracks))
                samples = np.fromfile(raw, dtype="<f4", count=sound.size).reshape(-1, CHANNELS)
            sound[:, : len(samples)] = samples.T
        return sound

    def _run(self, midi: Path, raw: Path, *, chorus: bool) -> None:
        settings = {
            "synth.reverb.active": 0,
            "synth.chorus.active": int(chorus),
            "synth.chorus.level": 1.2,
            "synth.dynamic-sample-loading": 1,  # reads the instruments that play, not all 140 MB
            "synth.lock-memory": 0,
            "synth.gain": 0.3,
        }
        options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
        where = ["-r", str(SAMPLE_RATE_HZ), "-T", "raw", "-O", "float", "-E", "little", "-F", str(raw)]
        command = [self.program, "-n", "-i", "-q", *options, *where, str(self.soundfont), str(midi)]
        finished = subprocess.run(command, capture_output=True, text=True)
        if finished.returncode != 0 or not raw.is_file():
            raise UsageError(f"FluidSynth could not play {self.soundfont}: {finished.stderr.strip()[-300:]}")


def record(studio: Studio, plan: SongPlan) -> dict[str, npt.NDArray[np.int16]]:
    """The four stems and their exact sum, "mixture": int16, shape (frames, 2), each."""
    return to_integers(Session.of(plan, arrange(plan), studio.play).record())


def song_folder(out: Path, number: int) -> Path:
    """Where song `number` (counted from 1) lies."""
    return out / f"song-{number:04d}"


def make_song(studio: Studio, plan: SongPlan, out: Path) -> Path:
    """Record a song into its folder under `out`. The folder appears whole or not at all.

    Raises:
        OutputError: `out` cannot be written.
        UsageError: FluidSynth cannot play.
    """
    target = song_folder(out, plan.number)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=out) as unfinished:
            folder = Path(unfinished) / target.name
            folder.mkdir()
            for name, samples in record(studio, plan).items():
                soundfile.write(folder / f"{name}.wav", samples, SAMPLE_RATE_HZ, subtype="PCM_16")
            (folder / "song.json").write_text(json.dumps(describe(plan), indent=2) + "\n")
            folder.rename(target)
    except (OSError, soundfile.LibsndfileError) as cause:
        raise OutputError(f"Cannot write songs to {out}: choose a folder with space that you may write to.") from cause
    return target


def describe(plan: SongPlan) -> dict[str, object]:
    """What `song.json` says of a song."""
    return {
        "title": plan.title,
        "band": BAND,
        "show": plan.show.name,
        "seed": plan.seed,
        "number": plan.number,
        "split": plan.split,
        "held_out": plan.split == "test",
        "key": f"{NOTE_NAMES[plan.tonic]} {plan.mode_name}",
        "tempo_bpm": plan.tempo_bpm,
        "feel": plan.feel,
        "shuffle": plan.shuffle,
        "duration_s": round(plan.length_s, 3),
        "form": [{"section": section.name, "start_beats": section.start_beats} for section in plan.sections],
        "programs": {player: seat.program for player, seat in plan.line_up.items()},
        "performances": [performance.name for performance in (*plan.grooves, *plan.fills)],
        "audience_and_hiss": "in the stem other",
        "drums_credit": "Groove MIDI Dataset, Gillick et al. 2019, CC BY 4.0",
    }
