"""Engine thread (or the command line): songs with stems that have been through an autoencoder, as takes have been.

An autoencoder changes a mix, and what it makes anew (phases above all) belongs to no stem. So a stem of the new mix is
what a mask lets through of it: at each time and frequency, the stem's share of the power of all stems of the true song
(the Wiener filter for sources of known power spectra, as in Liutkus and Badeau, "Generalized Wiener filtering with
fractional power spectrograms", ICASSP 2015). Shares add up to 1, and so the stems to the mix.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache, partial
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from engine.audio.format import CHANNELS, SAMPLE_RATE_HZ, Wave
from engine.audio.writing import output_error, working_folder
from engine.errors import StudioError
from engine.musika.autoencoder import Autoencoder
from engine.musika.spectra import OVERLAP, InverseStft, stft
from engine.musika.synthesis import load_autoencoder
from engine.takes.take import Stems
from engine.training.latents import encoded_pieces
from engine.training.recordings import MIXTURE
from engine.training.songs import Song, find_songs
from engine.training.workers import spread

HOP = 1024
"""Of the masks' spectra: frames of 4 · HOP samples, as in the separators."""

BLOCK_FRAMES = 64 * HOP
BORDER_FRAMES = (OVERLAP - 1) * HOP
"""Masks are applied to blocks, each with a border to either side: all spectra that hold a sample of the block."""

SILENT_POWER = 1e-9
"""Added to the power of each stem: where all are silent, each has an equal share."""

HEADROOM = 0.5
"""The new songs are 6 dB down: a decoded mix may reach full scale, and a stem of it may pass that for a moment."""

CODES = 32_768  # 16-bit codes to full scale


def round_trip(
    songs: Path, autoencoder: Path, out: Path, jobs: int | None = None, cluster: str | None = None
) -> Iterator[tuple[Path, Path | StudioError]]:
    """Send every song below `songs` through an autoencoder, into a folder of songs of the same layout.

    Songs that are in `out` already are passed over, so that a run which was stopped can be gone on with; a folder bears
    a song's name only when the song is whole.

    Args:
        songs: a folder of songs, each a folder with stems and their mixture.
        autoencoder: its model folder, or a published folder.
        out: where the new songs go.
        jobs: processes on this machine, by default one a core.
        cluster: address of a Ray cluster that does it instead; see `engine.training.workers.spread`.

    Yields:
        A song's folder and the new one, or what was wrong with it.

    Raises:
        AudioFileError: there are no songs.
        ModelError: the autoencoder is damaged, or cannot encode.
        OutputError: `out` cannot be written.
    """
    load_autoencoder(autoencoder)
    wanted = [(song, out / song.folder.relative_to(songs)) for song in find_songs(songs)]
    missing = [(song, place) for song, place in wanted if not place.exists()]
    for (song, _), result in spread(partial(round_trip_song, autoencoder=autoencoder), missing, jobs, cluster):
        yield song.folder, result


def round_trip_song(job: tuple[Song, Path], autoencoder: Path) -> Path:
    """Send one song through an autoencoder, into a new folder, in memory that does not grow with its length.

    Args:
        job: the song and its new folder.
        autoencoder: model folder or published folder.

    Returns:
        The new folder: 16-bit WAV files of the stems and `mixture.wav`, their sum to the sample; and what else that is
        no audio lies with the song.

    Raises:
        AudioFileError: the song cannot be read.
        ModelError: the autoencoder is damaged, or cannot encode.
        OutputError: the folder cannot be written.
    """
    song, place = job
    coder = _autoencoder(autoencoder)
    with working_folder(place.parent) as working:
        new = working / place.name
        new.mkdir()
        try:
            write_song(new, song.stem_names, stems_through(song, coder))
            for path in song.folder.iterdir():
                if path.is_file() and path.suffix != ".wav":
                    shutil.copyfile(path, new / path.name)
            new.replace(place)
        except OSError as cause:
            raise output_error(place, cause) from cause
    return place


@cache
def _autoencoder(folder: Path) -> Autoencoder:
    """One for all songs of a process."""
    return load_autoencoder(folder)


def stems_through(song: Song, autoencoder: Autoencoder) -> Iterator[Stems]:
    """The stems of what an autoencoder makes of a song, in blocks (frames, stems, 2), together as long as the song.

    Where the autoencoder leaves the end of the song out, the stems are silent.
    """
    silence = repeat(np.zeros((BLOCK_FRAMES, CHANNELS), np.float32))
    mix = (stems.sum(1) for stems in song.blocks(BLOCK_FRAMES))
    bordered = _bordered(chain(decoded(mix, autoencoder), silence))
    for start in range(0, song.frames, BLOCK_FRAMES):
        missing = max(BORDER_FRAMES - start, 0)  # what the first border lacks
        true = song.read(start - BORDER_FRAMES + missing, BLOCK_FRAMES + 2 * BORDER_FRAMES - missing)
        stems = masked(next(bordered), np.pad(true, ((missing, 0), (0, 0), (0, 0))))
        yield stems[: song.frames - start]


def decoded(mix: Iterable[Wave], autoencoder: Autoencoder) -> Iterator[Wave]:
    """What an autoencoder makes of a mix; blocks (frames, 2) of any lengths in and out."""
    decoder = autoencoder.decoder()
    for latents in encoded_pieces(autoencoder, mix):
        yield decoder.push(latents)
    yield decoder.flush()


def _bordered(blocks: Iterable[Wave]) -> Iterator[Wave]:
    """A sound in blocks of BLOCK_FRAMES, each with its borders; before the first lies silence."""
    waiting = np.zeros((BORDER_FRAMES, CHANNELS), np.float32)
    for block in blocks:
        waiting = np.concatenate([waiting, block])
        while len(waiting) >= BLOCK_FRAMES + 2 * BORDER_FRAMES:
            yield waiting[: BLOCK_FRAMES + 2 * BORDER_FRAMES]
            waiting = waiting[BLOCK_FRAMES:]


def masked(mix: Wave, stems: Stems) -> Stems:
    """What of a mix belongs to each stem, by the stems' shares of the power at each time and frequency.

    Args:
        mix: the new mix (frames, 2), with its borders.
        stems: the true stems (frames, stems, 2), with theirs.

    Returns:
        The new stems without borders, (frames - 2 · BORDER_FRAMES, stems, 2); they sum to the mix to rounding.
    """
    count = stems.shape[1]
    spectra = stft(stems.transpose(1, 2, 0).reshape(count * CHANNELS, -1), HOP)
    power = np.square(spectra.real) + np.square(spectra.imag) + np.float32(SILENT_POWER)
    power = power.reshape(count, CHANNELS, *spectra.shape[1:])
    let_through = power / power.sum(0) * stft(np.ascontiguousarray(mix.T), HOP)
    sound = InverseStft(HOP, count * CHANNELS).push(let_through.reshape(spectra.shape))
    return np.ascontiguousarray(sound[:, BORDER_FRAMES:].reshape(count, CHANNELS, -1).transpose(2, 0, 1))


def write_song(folder: Path, stem_names: Sequence[str], blocks: Iterable[Stems]) -> None:
    """Write stems (frames, stems, 2) and their sum, the mixture, as 16-bit WAV files, HEADROOM as loud.

    Raises:
        OutputError: the disk is full.
    """
    with ExitStack() as stack:
        paths = [folder / f"{name}.wav" for name in stem_names] + [folder / MIXTURE]
        files = [stack.enter_context(_sound_file(path)) for path in paths]
        for block in blocks:
            samples = np.clip(np.rint(block * (HEADROOM * CODES)), -CODES, CODES - 1).astype(np.int32)
            parts = [*samples.swapaxes(0, 1), samples.sum(1)]
            for path, file, part in zip(paths, files, parts, strict=True):
                _write(path, file, np.clip(part, -CODES, CODES - 1).astype(np.int16))


def _sound_file(path: Path) -> soundfile.SoundFile:
    return soundfile.SoundFile(path, "w", SAMPLE_RATE_HZ, CHANNELS, subtype="PCM_16", format="WAV")


def _write(path: Path, file: soundfile.SoundFile, samples: npt.NDArray[np.int16]) -> None:
    try:
        file.write(samples)
    except soundfile.LibsndfileError as cause:  # says no more than "system error"; on an open file that is the disk
        raise output_error(path, OSError(errno.ENOSPC, "disk full")) from cause
