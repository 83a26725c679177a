"""What the callback plays, block by block, without threads: the tests do the feeder's work themselves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from engine.audio.format import Wave
from engine.playback.feeder import RING_FRAMES, Feed
from engine.playback.mixer import RAMP_FRAMES
from engine.playback.playout import FADE_FRAMES, RESUME_FRAMES, Playout
from engine.playback.settings import MixSettings, Strip
from engine.takes.take import Take
from tests.engine.playback.conftest import TakeMaker, append, smooth_tracks

BLOCK_FRAMES = 330
UNITY = MixSettings.unity(4)


def feed_from(take: Take, frame: int = 0, settings: MixSettings = UNITY) -> Feed:
    return Feed(take, frame, settings.gains())


def top_up(feed: Feed) -> None:
    while feed.top_up():
        pass


def played(playout: Playout, frames: int, *, starve: bool = False) -> Wave:
    """What the callback puts out, in blocks of BLOCK_FRAMES, its ring kept full unless it is to starve."""
    blocks = []
    for _ in range(frames // BLOCK_FRAMES):
        if playout.feed and not starve:
            top_up(playout.feed)
        blocks.append(np.full((BLOCK_FRAMES, 2), np.nan, np.float32))
        playout.fill(blocks[-1])
    return np.concatenate(blocks)


@pytest.fixture
def playing(new_take: TakeMaker) -> Callable[..., tuple[Playout, Wave]]:
    """`playing(frames)`: a playout that begins to play a fresh take, and the take's mix."""

    def start(frames: int, *, finished: bool = True) -> tuple[Playout, Wave]:
        take = new_take(smooth_tracks(frames), finished=finished)
        playout = Playout()
        playout.feed = feed_from(take)
        playout.playing = True
        return playout, take.read_mix(0, frames)

    return start


def fade_in(wave: Wave) -> Wave:
    return wave * np.interp(np.arange(1, len(wave) + 1), [0, FADE_FRAMES], [0, 1])[:, None].astype(np.float32)


def fade_out(wave: Wave) -> Wave:
    """The wave with its last FADE_FRAMES faded out, to 0 on the last frame."""
    weights = np.interp(np.arange(1, len(wave) + 1), [len(wave) - FADE_FRAMES, len(wave)], [1, 0])
    return wave * weights[:, None].astype(np.float32)


def steepest(wave: npt.NDArray[np.floating]) -> float:
    return float(np.abs(np.diff(wave, axis=0)).max())


def assert_no_click(wave: Wave, mix: Wave) -> None:
    """No step is larger than the music's own and a fade's."""
    assert steepest(wave) <= steepest(mix) + np.abs(mix).max() / FADE_FRAMES + 1e-6


def test_nothing_is_silence() -> None:
    playout = Playout()
    playout.playing = True
    assert not played(playout, 5_000).any()
    assert playout.underruns == 0


def test_a_take_plays_from_its_first_to_its_last_frame(playing: Callable[..., tuple[Playout, Wave]]) -> None:
    playout, mix = playing(60_000)
    wave = played(playout, 66_000)
    np.testing.assert_allclose(wave[:60_000], fade_in(mix), atol=1e-6)
    assert not wave[60_000:].any()
    assert playout.feed is not None
    assert playout.feed.ended
    assert playout.underruns == 0


def test_a_fader_ramps_from_the_next_block_on(playing: Callable[..., tuple[Playout, Wave]]) -> None:
    playout, mix = playing(40_000)
    before = played(playout, 9_900)
    assert playout.feed is not None
    playout.feed.gains = MixSettings((Strip(),) * 4, master_gain_db=-20.0).gains()
    wave = np.concatenate([before, played(playout, 9_900)])
    gain = np.interp(np.arange(1, 19_801), [9_900, 9_900 + RAMP_FRAMES], [1.0, 0.1])[:, None]
    np.testing.assert_allclose(wave, fade_in(mix[:19_800]) * gain, atol=1e-6)


def test_pause_fades_out_and_play_goes_on_where_it_was(playing: Callable[..., tuple[Playout, Wave]]) -> None:
    playout, mix = playing(60_000)
    before = played(playout, 9_900)
    playout.playing = False
    pause = played(playout, 3_300)
    playout.playing = True
    after = played(playout, 9_900)
    wave = np.concatenate([before, pause, after])
    turn = 9_900 + FADE_FRAMES
    np.testing.assert_allclose(wave[:turn], fade_in(fade_out(mix[:turn])), atol=1e-6)
    assert not wave[turn:13_200].any()
    np.testing.assert_allclose(after, fade_in(mix[turn : turn + 9_900]), atol=1e-6)
    assert_no_click(wave, mix)


def test_play_during_the_fade_out_turns_round_without_a_jump(playing: Callable[..., tuple[Playout, Wave]]) -> None:
    playout, mix = playing(60_000)
    blocks = [played(playout, 9_900)]
    for playing_now in [False, True, False, False, True] * 5:
        playout.playing = playing_now
        blocks.append(played(playout, BLOCK_FRAMES))
    assert_no_click(np.concatenate(blocks), mix)


def test_a_seek_fades_from_one_place_to_the_other(new_take: TakeMaker) -> None:
    take = new_take(smooth_tracks(60_000))
    mix = take.read_mix(0, 60_000)
    playout = Playout()
    playout.feed, playout.playing = feed_from(take), True
    before = played(playout, 9_900)
    playout.feed = feed_from(take, 30_000)
    wave = np.concatenate([before, played(playout, 9_900)])
    turn = 9_900 + FADE_FRAMES
    np.testing.assert_allclose(wave[:turn], fade_in(fade_out(mix[:turn])), atol=1e-6)
    np.testing.assert_allclose(wave[turn:], fade_in(mix[30_000 : 30_000 + len(wave) - turn]), atol=1e-6)
    assert_no_click(wave, mix)


def test_a_seek_that_is_not_read_yet_is_silence_and_no_underrun(new_take: TakeMaker) -> None:
    take = new_take(smooth_tracks(60_000))
    playout = Playout()
    playout.feed, playout.playing = feed_from(take), True
    played(playout, 9_900)
    playout.feed = feed_from(take, 30_000)
    assert not played(playout, 3_300, starve=True)[FADE_FRAMES:].any()
    assert played(playout, 3_300).any()
    assert playout.underruns == 0


def test_another_take_may_have_other_stems(new_take: TakeMaker) -> None:
    first, second = new_take(smooth_tracks(30_000)), new_take(smooth_tracks(30_000, stems=0, seed=2))
    playout = Playout()
    playout.feed, playout.playing = feed_from(first), True
    played(playout, 9_900)
    playout.feed = feed_from(second, settings=MixSettings())
    wave = played(playout, 9_900)
    np.testing.assert_allclose(wave[FADE_FRAMES:], fade_in(second.read_mix(0, 9_900 - FADE_FRAMES)), atol=1e-6)


def test_where_a_growing_take_ends_for_now_it_waits_and_goes_on_without_losing_a_frame(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(60_000)
    take = new_take(tracks[:20_000], finished=False)
    playout = Playout()
    playout.feed, playout.playing = feed_from(take), True
    first = played(playout, 33_000)
    append(take, tracks[20_000:])
    take.finish()
    second = played(playout, 49_500)
    mix = take.read_mix(0, 60_000)
    heard = np.flatnonzero(first.any(axis=1))[-1] + 2  # the fade ends on a frame of exactly 0
    assert 20_000 - BLOCK_FRAMES - FADE_FRAMES <= heard <= 20_000
    np.testing.assert_allclose(first[:heard], fade_in(fade_out(mix[:heard])), atol=1e-6)
    np.testing.assert_allclose(second[: 60_000 - heard], fade_in(mix[heard:]), atol=1e-6)
    assert not second[60_000 - heard :].any()
    assert playout.underruns == 0


def test_a_trickling_take_sounds_in_stretches_of_no_less_than_100_ms(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(60_000)
    take = new_take(tracks[:0], finished=False)
    playout = Playout()
    playout.feed, playout.playing = feed_from(take), True
    blocks = []
    for start in range(0, 60_000, 100):  # a third of what playing needs
        append(take, tracks[start : start + 100])
        blocks.append(played(playout, BLOCK_FRAMES))
    wave = np.concatenate(blocks)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], wave.any(axis=1), [0]])))
    stretches = edges[1::2] - edges[::2]
    assert len(stretches) > 5
    assert stretches.min() >= RESUME_FRAMES - FADE_FRAMES - BLOCK_FRAMES
    assert_no_click(wave, take.read_mix(0, 60_000))
    assert playout.underruns == 0


def test_a_feeder_that_is_too_late_counts_once_and_does_not_click(
    playing: Callable[..., tuple[Playout, Wave]],
) -> None:
    playout, mix = playing(80_000)
    blocks = [played(playout, 9_900), played(playout, 49_500, starve=True)]
    assert playout.underruns == 1
    assert not blocks[1][RING_FRAMES:].any()
    blocks.append(played(playout, 9_900))
    assert_no_click(np.concatenate(blocks), mix)
    assert blocks[-1][-BLOCK_FRAMES:].any()
    assert playout.underruns == 1


def test_a_device_may_ask_for_half_a_second_in_one_burst_when_it_opens(
    playing: Callable[..., tuple[Playout, Wave]],
) -> None:
    playout, mix = playing(80_000)
    assert playout.feed
    top_up(playout.feed)
    wave = played(playout, 22_110, starve=True)
    np.testing.assert_allclose(wave, fade_in(mix[: len(wave)]), atol=1e-6)
    assert playout.underruns == 0


def test_stems_that_come_in_late_are_on_their_faders_within_the_ring(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(90_000)
    take = new_take(tracks[:0], finished=False)
    take.append_mix(tracks.sum(axis=1))
    playout = Playout()
    playout.playing = True
    playout.feed = feed_from(take, settings=MixSettings((Strip(muted=True),) * 4))
    before = played(playout, 9_900)
    take.append_stems(tracks[:, :-1])
    after = played(playout, 49_500)
    np.testing.assert_allclose(before, fade_in(take.read_mix(0, 9_900)), atol=1e-6)
    np.testing.assert_allclose(after[RING_FRAMES + 882 :], tracks[9_900 + RING_FRAMES + 882 : 59_400, -1], atol=1e-6)


def test_what_is_too_loud_is_clipped_and_the_meter_tells(new_take: TakeMaker) -> None:
    take = new_take(np.full((20_000, 5, 2), [0.5, -0.5], np.float32))
    playout = Playout()
    playout.feed, playout.playing = feed_from(take), True
    wave = played(playout, 9_900)
    np.testing.assert_array_equal(wave[FADE_FRAMES:], np.full((9_900 - FADE_FRAMES, 2), [1.0, -1.0], np.float32))
    np.testing.assert_allclose(playout.feed.mixer.meter.take(), [[0.5, 0.5]] * 4 + [[2.5, 2.5]])


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_pressed_and_however_blocks_are_cut_nothing_clicks(new_take: TakeMaker, seed: int) -> None:
    generator = np.random.default_rng(seed)
    tracks = smooth_tracks(80_000)
    tracks[-1_000:] *= np.linspace(1, 0, 1_000)[:, None, None]  # a take that ends in the middle would click there
    take = new_take(tracks)
    playout = Playout()
    playout.feed = feed_from(take)
    blocks = []
    for _ in range(300):
        match generator.integers(0, 12):
            case 0:
                playout.playing = not playout.playing
            case 1:
                playout.feed = feed_from(take, int(generator.integers(0, 80_000)))
            case 2:
                strips = tuple(Strip(muted=bool(muted)) for muted in generator.integers(0, 2, 4))
                playout.feed.gains = MixSettings(strips).gains()
        if generator.random() < 0.3:
            top_up(playout.feed)
        blocks.append(np.empty((int(generator.integers(1, 2_500)), 2), np.float32))
        playout.fill(blocks[-1])
    wave = np.concatenate(blocks)
    loudest = np.abs(tracks).sum(axis=1).max()  # a fade and ramps of all tracks may fall together
    assert steepest(wave) <= np.abs(np.diff(tracks, axis=0)).sum(axis=1).max() + 2 * loudest / FADE_FRAMES
    assert wave.any()
