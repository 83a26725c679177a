"""Command line: write and render the house band's songs, several at once, going on where an earlier run ended."""

from __future__ import annotations

import argparse
import ctypes
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import count, islice
from pathlib import Path

from engine.errors import StudioError
from tools.house_band.groove import SPLITS, Drummers, load_drummers
from tools.house_band.shows import SHOWS
from tools.house_band.songbook import SongPlan, plan_song
from tools.house_band.studio import Studio, make_song, song_folder

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # names of glibc's malloc.h


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 when all songs exist, 2 after bad input, with one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        studio, drummers = Studio.open(options.soundfont), load_drummers(options.groove, options.split)
        plans = _plans(drummers, options)
        missing = [plan for plan in plans if not song_folder(options.out, plan.number).exists()]
        print(f"{len(plans)} songs, {len(plans) - len(missing)} of them there already", flush=True)
        make_songs(studio, missing, options.out, options.jobs)
    except StudioError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _plans(drummers: Drummers, options: argparse.Namespace) -> list[SongPlan]:
    """As many songs as were asked for, or as many as it takes to fill the hours."""
    endless = (
        plan_song(drummers, SHOWS[options.show], options.split, options.seed, number)
        for number in count(options.first_song)
    )
    if options.songs is not None:
        return list(islice(endless, options.songs))
    return list(_until_full(endless, options.hours * 3600))


def _until_full(plans: Iterator[SongPlan], length_s: float) -> Iterator[SongPlan]:
    while length_s > 0:
        plan = next(plans)
        length_s -= plan.length_s
        yield plan


def make_songs(studio: Studio, plans: Sequence[SongPlan], out: Path, jobs: int) -> None:
    """Record the songs into `out`, `jobs` at once. StudioError from the first that fails; the others are called off."""
    with ProcessPoolExecutor(jobs, initializer=_keep_memory) as pool:
        songs = {pool.submit(make_song, studio, plan, out): plan for plan in plans}
        try:
            for song in as_completed(songs):
                plan = songs[song]
                print(f"{song.result()}  {plan.title}, {plan.length_s:.0f} s, {plan.tempo_bpm:.0f} bpm", flush=True)
        except StudioError:
            pool.shutdown(cancel_futures=True)
            raise


def _keep_memory() -> None:
    """Have the C library keep what is freed: fetching fresh pages for every sound takes a third of the time."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.house_band", description=__doc__)
    parser.add_argument("--groove", type=Path, required=True, help="folder of the Groove MIDI Dataset (info.csv)")
    parser.add_argument("--soundfont", type=Path, required=True, help="General MIDI soundfont, .sf2")
    parser.add_argument("--out", type=Path, required=True, help="folder for the songs")
    parser.add_argument("--show", choices=list(SHOWS), default="house", help="which night; house: every song another")
    parser.add_argument("--split", choices=sorted(SPLITS), default="train", help="test: held-out drummers and songs")
    amount = parser.add_mutually_exclusive_group(required=True)
    amount.add_argument("--hours", type=_positive(float), help="as many songs as this takes")
    amount.add_argument("--songs", type=_positive(int), help="this many songs")
    parser.add_argument("--seed", type=int, required=True, help="the band; each of its songs has a number")
    parser.add_argument("--first-song", type=_positive(int), default=1, help="number of the first song")
    parser.add_argument("--jobs", type=_positive(int), default=1, help="songs rendered at once")
    return parser


def _positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    def positive(text: str) -> float:
        number = kind(text)
        if not number > 0:
            raise ValueError(text)
        return number

    positive.__name__ = "positive number"  # argparse names the type in its message
    return positive


if __name__ == "__main__":
    raise SystemExit(main())
