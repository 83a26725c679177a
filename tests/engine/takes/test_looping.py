"""Perfect loops: the stems meet at the seam as the mix does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
import scipy.signal

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.gate import OPEN, Passage
from engine.takes.making import make_take
from engine.takes.take import Stems, Take


class Filters:
    """A separator that hears its past: a low-pass, and what is left. It begins unsurely, in silence."""

    stem_names = ("low", "high")

    def stream(self, blocks: Iterable[Wave], gate: Passage = OPEN, *, soon: bool = False) -> Iterator[Stems]:
        sections = scipy.signal.butter(2, 60, fs=SAMPLE_RATE_HZ, output="sos")
        state = np.zeros((len(sections), 2, 2))
        for block in blocks:
            gate.go_through()
            low, state = scipy.signal.sosfilt(sections, block, axis=0, zi=state)
            yield np.stack([low, block - low], axis=1).astype(np.float32)


def loop_of(seconds: float) -> Wave:
    """Noise below 300 Hz whose end meets its beginning, because its Fourier series says so."""
    frames = round(seconds * SAMPLE_RATE_HZ)
    spectrum = np.random.default_rng(1).standard_normal((frames // 2 + 1, 2))
    spectrum[np.fft.rfftfreq(frames, 1 / SAMPLE_RATE_HZ) > 300] = 0
    wave = np.fft.irfft(spectrum, frames, axis=0)
    return (0.1 * wave / wave.std()).astype(np.float32)


def stems_of(folder: Path, wave: Wave, *, loop: bool) -> Stems:
    take = Take.create(folder, stem_names=Filters.stem_names, planned_frames=len(wave))
    blocks = iter(np.array_split(wave, max(1, len(wave) // 30_000)))
    *_, last = make_take(take, blocks, Filters(), loop=loop)
    assert (last.made_frames, last.separated_frames) == (len(wave), len(wave))
    stems = take.read_stems(0, len(wave))
    take.close()
    return stems


def step_at_the_seam(stems: Stems) -> float:
    """The step from the last frame to the first, in those that the stems otherwise have at most."""
    steps = np.abs(np.diff(np.concatenate([stems, stems[:1]])[:, 0], axis=0)).max(axis=1)
    return float(steps[-1] / steps[:-1].max())


@pytest.mark.parametrize("seconds", [9.0, 2.2, 0.3])
def test_the_stems_of_a_loop_meet(tmp_path: Path, seconds: float) -> None:
    wave = loop_of(seconds)
    stems = stems_of(tmp_path / "loop", wave, loop=True)
    assert step_at_the_seam(stems) <= 1 < 3 < step_at_the_seam(stems_of(tmp_path / "line", wave, loop=False))
    np.testing.assert_allclose(stems.sum(axis=1), wave, atol=1e-6)


def test_away_from_the_seam_they_are_those_of_the_music(tmp_path: Path) -> None:
    wave = loop_of(9.0)
    turns = np.concatenate([wave] * 3)
    expected = np.concatenate(list(Filters().stream([turns])))[len(wave) : 2 * len(wave)]
    np.testing.assert_allclose(stems_of(tmp_path / "loop", wave, loop=True), expected, atol=1e-4)
