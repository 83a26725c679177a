"""Tracks, gains and ramps, sample by sample."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio.format import Wave
from engine.playback.limiter import CEILING
from engine.playback.mixer import RAMP_FRAMES, Gains, Mixer, render
from engine.playback.settings import MixSettings, Strip
from engine.playback.tracks import CROSSOVER_FRAMES, TrackReader, Tracks, read_tracks
from tests.engine.playback.conftest import TakeMaker, append, smooth_tracks


def mixed(mixer: Mixer, tracks: Tracks) -> Wave:
    out = np.full((len(tracks), 2), np.nan, np.float32)
    mixer.mix(tracks, out)
    return out


def under(settings: MixSettings, tracks: Tracks) -> Wave:
    return np.einsum("tc,ftc->fc", settings.gains(), tracks)


def ones(frames: int, tracks: int) -> Tracks:
    return np.ones((frames, tracks, 2), np.float32)


def gains(*values: float) -> Gains:
    """One a track, the same left and right."""
    return np.repeat(np.array(values, np.float32)[:, None], 2, axis=1)


def test_faders_at_0_db_give_the_mix_back(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(50_000)
    take = new_take(tracks)
    wave = np.concatenate(list(render(take, MixSettings.unity(4), 0, 50_000)))
    np.testing.assert_allclose(wave, take.read_mix(0, 50_000), atol=1e-6)


def test_render_gives_the_stretch_that_was_asked_for_under_its_gains(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(50_000)
    settings = MixSettings((Strip(-6.0), Strip(muted=True), Strip(3.0), Strip()), master_gain_db=-3.0)
    wave = np.concatenate(list(render(new_take(tracks), settings, 777, 40_000)))
    np.testing.assert_allclose(wave, under(settings, tracks[777:40_777]), atol=1e-6)


def test_render_ends_with_the_take(new_take: TakeMaker) -> None:
    take = new_take(ones(1_000, 3) / 4)
    for start, frames in [(600, 400), (900, 100), (1_000, 0)]:
        wave = np.concatenate(list(render(take, MixSettings.unity(2), start, 5_000)))
        np.testing.assert_array_equal(wave, np.full((frames, 2), 0.75))


@pytest.mark.parametrize("frames", [500, 40_000, 200_000])
def test_a_turn_of_a_loop_is_limited_so_that_it_meets_its_beginning(new_take: TakeMaker, frames: int) -> None:
    tracks = ones(frames, 2) / 4
    tracks[-100:] = tracks[:1] = 1  # loud up to the seam, and a little beyond
    take = new_take(tracks)
    take.recipe = {"journey": {"loop_frames": frames}}
    wave = np.concatenate(list(render(take, MixSettings.unity(1), 0, frames)))
    assert wave.shape == (frames, 2)
    assert wave.max() <= CEILING
    gain = wave / take.read_mix(0, frames)
    assert gain[-1, 0] == pytest.approx(CEILING / 2, rel=0.01)
    assert gain[0, 0] == pytest.approx(gain[-1, 0], rel=0.01)
    assert np.abs(np.diff(np.concatenate([gain, gain[:1]]), axis=0)).max() < 0.02
    part = np.concatenate(list(render(take, MixSettings.unity(1), 1, frames - 1)))
    assert part[1, 0] == pytest.approx(0.5)  # of anything else, the beginning is a beginning


def test_render_limits_like_the_device(new_take: TakeMaker) -> None:
    wave = np.concatenate(list(render(new_take(ones(20_000, 3)), MixSettings.unity(2), 0, 20_000)))
    assert wave.shape == (20_000, 2)
    np.testing.assert_allclose(wave, CEILING, rtol=1e-6)


def test_settings_for_another_take_are_refused(new_take: TakeMaker) -> None:
    with pytest.raises(ValueError, match="3 strips do not fit a take of 2 stems"):
        next(render(new_take(ones(10, 3)), MixSettings.unity(3), 0, 10))


def test_a_gain_moves_by_a_straight_ramp_of_10_ms() -> None:
    mixer = Mixer(gains(1.0, 0.5))
    before = mixed(mixer, ones(100, 2))
    mixer.aim(gains(0.0, 0.5))
    after = mixed(mixer, ones(1_000, 2))
    np.testing.assert_array_equal(before, 1.5)
    expected = 0.5 + np.interp(np.arange(1, 1_001), [0, RAMP_FRAMES], [1.0, 0.0])
    np.testing.assert_allclose(after, np.stack([expected, expected], axis=1), atol=1e-6)
    np.testing.assert_array_equal(after[RAMP_FRAMES:], 0.5)


def test_a_ramp_is_the_same_however_the_frames_are_cut_into_blocks() -> None:
    tracks = smooth_tracks(3_000)
    whole, pieces = Mixer(gains(1, 1, 1, 1, 1)), Mixer(gains(1, 1, 1, 1, 1))
    target = gains(0.1, 2.0, 0.0, 1.0, 0.7)
    whole.aim(target)
    pieces.aim(target)
    cuts = np.cumsum(np.random.default_rng(3).integers(1, 200, 60))
    parts = np.split(tracks, cuts[cuts < len(tracks)])
    np.testing.assert_array_equal(np.concatenate([mixed(pieces, part) for part in parts]), mixed(whole, tracks))


def test_a_fader_that_moves_on_during_a_ramp_never_jumps() -> None:
    generator = np.random.default_rng(5)
    mixer = Mixer(gains(0.0, 1.0))
    blocks = []
    for _ in range(200):
        mixer.aim(gains(generator.uniform(0, 2), 1.0))
        blocks.append(mixed(mixer, ones(int(generator.integers(1, 300)), 2)))
    assert np.abs(np.diff(np.concatenate(blocks), axis=0)).max() <= 2.0 / RAMP_FRAMES + 1e-6


def test_the_meter_holds_peaks_and_rms_after_the_faders_until_it_is_asked() -> None:
    mixer = Mixer(gains(0.5, 2.0, 1.0))
    tracks = np.zeros((2_000, 3, 2), np.float32)
    tracks[1_500, 0] = -0.8, 0.4  # drums
    tracks[300, 1] = 0.1, -0.3  # bass
    tracks[300, 2] = 0.0, -0.6  # the rest
    mixed(mixer, tracks)
    mixed(mixer, tracks / 10)
    peaks, rms = mixer.meter.take()
    expected = np.array([[0.4, 0.2], [0.2, 0.6], [0.0, 0.6]])
    np.testing.assert_allclose(peaks, expected, rtol=1e-6)
    np.testing.assert_allclose(rms, expected * np.sqrt(1.01 / 4_000), rtol=1e-5)  # of both blocks
    np.testing.assert_array_equal(mixer.meter.take(), np.zeros((2, 3, 2)))


def test_without_stems_all_of_the_mix_is_in_the_rest(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(5_000, stems=0)
    np.testing.assert_array_equal(read_tracks(new_take(tracks), 100, 9_000), tracks[100:])


def test_tracks_are_the_stems_and_what_they_miss_of_the_mix(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(5_000)
    np.testing.assert_allclose(read_tracks(new_take(tracks), 0, 5_000), tracks, atol=1e-6)


def test_where_the_stems_end_before_the_mix_the_rest_takes_over_in_20_ms(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(10_000)
    take = new_take(tracks[:6_000], finished=False)
    take.append_mix(tracks[6_000:].sum(axis=1))
    read = read_tracks(take, 0, 10_000)
    weights = np.interp(np.arange(10_000), [6_000 - CROSSOVER_FRAMES, 6_000], [1.0, 0.0])
    np.testing.assert_allclose(read[:, :-1], weights[:, None, None] * tracks[:, :-1], atol=1e-6)
    np.testing.assert_allclose(read.sum(axis=1), tracks.sum(axis=1), atol=1e-6)


def test_stems_that_arrive_while_reading_take_over_in_20_ms(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(10_000)
    take = new_take(tracks[:0], finished=False)
    take.append_mix(tracks.sum(axis=1))
    reader = TrackReader(take, 0)
    blocks = [reader.read(3_000)]
    take.append_stems(tracks[:, :-1])
    take.finish()
    blocks += [reader.read(500), reader.read(500), reader.read(9_000)]
    read = np.concatenate(blocks)
    weights = np.interp(np.arange(1, 10_001), [3_000, 3_000 + CROSSOVER_FRAMES], [0.0, 1.0])
    np.testing.assert_allclose(read[:, :-1], weights[:, None, None] * tracks[:, :-1], atol=1e-6)
    np.testing.assert_allclose(read.sum(axis=1), tracks.sum(axis=1), atol=1e-6)


def test_a_crossover_is_continuous_however_stems_and_reading_race(new_take: TakeMaker) -> None:
    generator = np.random.default_rng(7)
    take = new_take(ones(0, 3), finished=False)
    take.append_mix(ones(60_000, 3).sum(axis=1))
    reader, blocks, stems = TrackReader(take, 0), [], 0
    while not blocks or len(blocks[-1]):
        blocks.append(reader.read(int(generator.integers(1, 1_500))))
        more = min(int(generator.integers(0, 1_600)), 60_000 - stems)
        take.append_stems(ones(more, 2))
        stems += more
    drums = np.concatenate(blocks)[:, 0]
    assert np.abs(np.diff(drums, axis=0)).max() <= 1 / CROSSOVER_FRAMES + 1e-6
    assert {0.0, 1.0} <= set(drums[:, 0])  # it did go both ways


def test_a_take_grows_under_the_reader(new_take: TakeMaker) -> None:
    tracks = smooth_tracks(3_000)
    take = new_take(tracks[:1_000], finished=False)
    reader = TrackReader(take, 0)
    assert [len(reader.read(800)) for _ in range(3)] == [800, 200, 0]
    append(take, tracks[1_000:])
    np.testing.assert_allclose(reader.read(5_000).sum(axis=1), tracks[1_000:].sum(axis=1), atol=1e-6)
