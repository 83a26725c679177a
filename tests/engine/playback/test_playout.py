"""What the callback plays, block by block, without threads: the tests do the feeder's work themselves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.playback.feed import FEED_BYTES, RING_FRAMES, Feed
from engine.playback.filling import Filling
from engine.playback.mixer import RAMP_FRAMES
from engine.playback.passage import SPLICE_FRAMES, Region
from engine.playback.playout import FADE_FRAMES, RESUME_FRAMES, Playout
from engine.playback.settings import MixSettings, Strip
from engine.takes.take import Take
from tests.engine.playback.conftest import TakeMaker, append, smooth_tracks

BLOCK_FRAMES = 330
UNITY = MixSettings.unity(4)


class Supply:
    """Feeds from takes, as the feeder would give them, each with the number after the last."""

    def __init__(self) -> None:
        self.fillings: dict[int, Filling] = {}

    def feed(self, filling: Filling, settings: MixSettings = UNITY) -> Feed:
        serial = len(self.fillings) + 1
        self.fillings[serial] = filling
        return filling.attach(np.zeros(FEED_BYTES, np.uint8), 0, serial, settings.gains(), SAMPLE_RATE_HZ)

    def top_up(self, *feeds: Feed | None) -> None:
        for feed in feeds:
            while feed and self.fillings[feed.serial].top_up():
                pass


supply = Supply()


def feed_from(take: Take, frame: int = 0, settings: MixSettings = UNITY, crossfade_s: float = 0.0) -> Feed:
    return supply.feed(Filling(take, frame, crossfade_s=crossfade_s), settings)


def top_up(*feeds: Feed | None) -> None:
    supply.top_up(*feeds)


def played(playout: Playout, frames: int, *, starve: bool = False) -> Wave:
    """What the callback puts out, in blocks of BLOCK_FRAMES, its ring kept full unless it is to starve."""
    blocks = []
    for _ in range(frames // BLOCK_FRAMES):
        if not starve:
            top_up(playout.feed, playout.sounding, playout.leaving)
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
    assert playout.board.underruns == 0


def test_a_take_plays_from_its_first_to_its_last_frame(playing: Callable[..., tuple[Playout, Wave]]) -> None:
    playout, mix = playing(60_000)
    wave = played(playout, 66_000)
    np.testing.assert_allclose(wave[:60_000], fade_in(mix), atol=1e-6)
    assert not wave[60_000:].any()
    assert playout.feed is not None
    assert playout.feed.flags.ended
    assert playout.board.underruns == 0


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
    assert playout.board.underruns == 0


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
    assert playout.board.underruns == 0


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
    assert playout.board.underruns == 0


def test_a_feeder_that_is_too_late_counts_once_and_does_not_click(
    playing: Callable[..., tuple[Playout, Wave]],
) -> None:
    playout, mix = playing(80_000)
    blocks = [played(playout, 9_900), played(playout, 49_500, starve=True)]
    assert playout.board.underruns == 1
    assert not blocks[1][RING_FRAMES:].any()
    blocks.append(played(playout, 9_900))
    assert_no_click(np.concatenate(blocks), mix)
    assert blocks[-1][-BLOCK_FRAMES:].any()
    assert playout.board.underruns == 1


def test_a_device_may_ask_for_half_a_second_in_one_burst_when_it_opens(
    playing: Callable[..., tuple[Playout, Wave]],
) -> None:
    playout, mix = playing(80_000)
    assert playout.feed
    top_up(playout.feed)
    wave = played(playout, 22_110, starve=True)
    np.testing.assert_allclose(wave, fade_in(mix[: len(wave)]), atol=1e-6)
    assert playout.board.underruns == 0


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


def test_what_is_too_loud_is_for_the_limiter_and_the_meter_tells_of_each_track(new_take: TakeMaker) -> None:
    take = new_take(np.full((20_000, 5, 2), [0.5, -0.5], np.float32))
    playout = Playout()
    playout.feed, playout.playing = feed_from(take), True
    wave = played(playout, 9_900)
    np.testing.assert_array_equal(wave[FADE_FRAMES:], np.full((9_900 - FADE_FRAMES, 2), [2.5, -2.5], np.float32))
    np.testing.assert_allclose(playout.feed.mixer.meter.take()[0], [[0.5, 0.5]] * 5)


@pytest.fixture
def two_takes(new_take: TakeMaker) -> tuple[Take, Take]:
    """Takes of 70 000 frames, with four stems and with none."""
    return new_take(smooth_tracks(70_000)), new_take(smooth_tracks(70_000, stems=0, seed=2))


def test_a_crossfade_has_both_takes_sound_at_equal_power(two_takes: tuple[Take, Take]) -> None:
    first, second = two_takes
    playout = Playout()
    playout.feed, playout.playing = feed_from(first), True
    before = played(playout, 9_900)
    playout.feed = feed_from(second, 5_000, MixSettings(), crossfade_s=0.5)
    wave = np.concatenate([before, played(playout, 33_000)])
    angle = np.clip(np.arange(1, len(wave) + 1 - 9_900) / 22_050, 0.0, 1.0)[:, None] * np.pi / 2
    first_mix, second_mix = first.read_mix(0, len(wave)), second.read_mix(5_000, len(angle))
    np.testing.assert_allclose(wave[:9_900], fade_in(first_mix[:9_900]), atol=1e-6)
    np.testing.assert_allclose(wave[9_900:], np.cos(angle) * first_mix[9_900:] + np.sin(angle) * second_mix, atol=2e-6)
    assert playout.leaving is None
    assert playout.board.underruns == 0


def test_what_played_goes_on_until_the_new_take_has_sound(two_takes: tuple[Take, Take], new_take: TakeMaker) -> None:
    first, _ = two_takes
    tracks = smooth_tracks(40_000, stems=0, seed=3)
    coming = new_take(tracks[:0], finished=False)
    playout = Playout()
    playout.feed, playout.playing = feed_from(first), True
    played(playout, 9_900)
    playout.feed = feed_from(coming, 0, MixSettings(), crossfade_s=0.1)
    still = played(playout, 9_900)
    np.testing.assert_allclose(still, first.read_mix(9_900, 9_900), atol=1e-6)
    append(coming, tracks)
    wave = played(playout, 9_900)
    np.testing.assert_allclose(wave[4_410:], tracks[4_410:9_900].sum(axis=1), atol=1e-6)
    assert_no_click(np.concatenate([still, wave]), first.read_mix(0, 70_000))


def test_a_take_that_ends_in_a_crossfade_leaves_sooner_without_a_click(two_takes: tuple[Take, Take]) -> None:
    first, second = two_takes
    playout = Playout()
    playout.feed, playout.playing = feed_from(first, 60_000), True
    blocks = [played(playout, 3_300)]
    playout.feed = feed_from(second, 0, MixSettings(), crossfade_s=0.5)
    blocks.append(played(playout, 16_500))
    wave = np.concatenate(blocks)
    mix = second.read_mix(0, 16_500)
    np.testing.assert_allclose(wave[3_300 + 6_700 :], mix[6_700:], atol=1e-6)
    assert_no_click(wave, np.concatenate([first.read_mix(60_000, 10_000), mix]) * 1.5)


def test_a_seek_during_a_crossfade_and_a_pause_in_it_do_not_click(two_takes: tuple[Take, Take]) -> None:
    first, second = two_takes
    playout = Playout()
    playout.feed, playout.playing = feed_from(first), True
    blocks = [played(playout, 9_900)]
    playout.feed = feed_from(second, 0, MixSettings(), crossfade_s=1.0)
    blocks.append(played(playout, 6_600))
    playout.playing = False
    blocks.append(played(playout, 3_300))
    assert not blocks[-1][FADE_FRAMES:].any()
    playout.playing = True
    blocks.append(played(playout, 6_600))
    playout.feed = feed_from(second, 40_000, MixSettings())
    blocks.append(played(playout, 9_900))
    np.testing.assert_allclose(
        blocks[-1][FADE_FRAMES:], fade_in(second.read_mix(40_000, 9_900 - FADE_FRAMES)), atol=1e-6
    )
    assert_no_click(np.concatenate(blocks), 2 * first.read_mix(0, 70_000))


def test_a_feed_that_joins_follows_to_the_sample_without_a_fade(new_take: TakeMaker) -> None:
    take = new_take(smooth_tracks(70_000))
    playout = Playout()
    playout.feed, playout.playing = feed_from(take), True
    before = played(playout, 9_900)
    old = supply.fillings[playout.feed.serial]
    joining = Filling(take, 15_000, Region(2_000, 16_000), joins=(old, 15_000))
    playout.feed = supply.feed(joining)
    wave = np.concatenate([before, played(playout, 9_900)])
    expected = take.read_mix(0, 16_000 - SPLICE_FRAMES)
    np.testing.assert_allclose(wave[: len(expected)], fade_in(expected), atol=1e-6)
    np.testing.assert_allclose(wave[16_000:], take.read_mix(2_000, len(wave) - 16_000), atol=1e-6)


def test_a_feed_that_comes_too_late_to_join_fades_in(new_take: TakeMaker) -> None:
    take = new_take(smooth_tracks(70_000))
    playout = Playout()
    playout.feed, playout.playing = feed_from(take), True
    blocks = [played(playout, 9_900)]
    old = supply.fillings[playout.feed.serial]
    playout.feed = supply.feed(Filling(take, 9_000, joins=(old, 9_000)))
    blocks.append(played(playout, 9_900))
    np.testing.assert_allclose(blocks[-1][FADE_FRAMES:], fade_in(take.read_mix(9_000, 9_900 - FADE_FRAMES)), atol=1e-6)
    assert_no_click(np.concatenate(blocks), take.read_mix(0, 70_000))


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
            case 3:
                playout.feed = feed_from(take, int(generator.integers(0, 80_000)), crossfade_s=0.05)
            case 4:
                playout.held = not playout.held
            case 2:
                strips = tuple(Strip(muted=bool(muted)) for muted in generator.integers(0, 2, 4))
                playout.feed.gains = MixSettings(strips).gains()
        if generator.random() < 0.3:
            top_up(playout.feed, playout.sounding, playout.leaving)
        blocks.append(np.empty((int(generator.integers(1, 2_500)), 2), np.float32))
        playout.fill(blocks[-1])
    wave = np.concatenate(blocks)
    loudest = np.abs(tracks).sum(axis=1).max()  # a fade and ramps of all tracks may fall together
    assert steepest(wave) <= np.abs(np.diff(tracks, axis=0)).sum(axis=1).max() + 2 * loudest / FADE_FRAMES
    assert wave.any()
