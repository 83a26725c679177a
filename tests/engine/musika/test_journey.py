"""Journeys: what a seed has always meant, changes without a jump, loops, and the way to JSON and back."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import numpy as np
import pytest

from engine.errors import UsageError
from engine.musika.coordinates import DEPTH, PHRASE_SHARE, arc, random_style, retruncated, truncated_normal
from engine.musika.journey import FRAMES_PER_LATENT, MAX_SEED, STYLES_PER_S, USUAL_TRUNCATION, Journey, windows

CONTEXT = 8
STEP_S = FRAMES_PER_LATENT / 44_100
LINE_S = 1 / STYLES_PER_S
PHRASES = (None, 1, 3, 50)
"""Latents of a line of phrases: none, some a window, and longer than a window and a line of sections."""

GOLDEN_FIRST = [1.5439863, -0.53693753, 0.65030444, -0.4308655]
GOLDEN_LAST = [-0.11308015, 1.0213814, 0.24132973, -1.0419104, 1.5219693, -1.1441058, 1.1501616, -1.7846532]
GOLDEN_TAME = [0.10455474, 0.20424247, -0.38408697, 0.18983892, 0.20605694, 0.4139809, -0.12788802, 0.11016347]


def way(journey: Journey, count: int, start_latent: int = 0, phrases: int | None = None) -> np.ndarray:
    """(count windows · CONTEXT, 2 · DEPTH)."""
    return np.concatenate(list(islice(windows(journey, CONTEXT, start_latent, phrase_latents=phrases), count)))


def styles(journey: Journey, count: int) -> np.ndarray:
    return way(journey, count)[:, DEPTH:]


def lengths(vectors: np.ndarray) -> np.ndarray:
    return np.linalg.norm(vectors, axis=1)


def test_a_seed_means_what_it_has_always_meant() -> None:
    """Values from before there were journeys: takes that people have noted the seeds of."""
    found = np.stack(list(islice(windows(Journey.from_seed(7, 2.0), 128), 20)))

    np.testing.assert_allclose(found[0, 0, :4], GOLDEN_FIRST, rtol=1e-6)
    np.testing.assert_allclose(found[19, 127, 60:68], GOLDEN_LAST, rtol=1e-6)
    wild = np.stack(list(islice(windows(Journey.from_seed(123_456, 0.5), 256), 20)))
    np.testing.assert_allclose(wild[19, 255, 60:68], GOLDEN_TAME, rtol=1e-6)


@pytest.mark.parametrize(
    "journey",
    [
        Journey.from_seed(3),
        Journey(1, 2, drift=1.0, truncation=1.5).morphing(3, 9, 4).truncated(5, 3.0),
        Journey(1, 2, loop_frames=100_001),
    ],
)
@pytest.mark.parametrize("start", [1, 8, 13, 100])
@pytest.mark.parametrize("phrases", PHRASES)
def test_it_can_be_entered_anywhere(journey: Journey, start: int, phrases: int | None) -> None:
    whole = way(journey, 20, phrases=phrases)
    np.testing.assert_allclose(way(journey, 3, start, phrases), whole[start : start + 3 * CONTEXT], atol=1e-5)


def test_style_and_variation_are_apart() -> None:
    one, new_coordinates, new_style = (way(Journey(*seeds), 2) for seeds in ((1, 5), (1, 6), (2, 5)))

    np.testing.assert_array_equal(one[:, DEPTH:], new_coordinates[:, DEPTH:])
    np.testing.assert_array_equal(one[:, :DEPTH], new_style[:, :DEPTH])
    assert np.abs(one - new_coordinates)[:, :DEPTH].max() > 0.5
    assert np.abs(one - new_style)[:, DEPTH:].max() > 0.5


CHANGES = {
    "morph": lambda journey, at_s: journey.morphing(at_s, 77, 3.0),
    "drift": lambda journey, at_s: journey.drifting(at_s, 1.0),
    "stay": lambda journey, at_s: journey.drifting(at_s, 0.0),
    "truncation": lambda journey, at_s: journey.truncated(at_s, 3.5),
    "another morph": lambda journey, at_s: journey.morphing(at_s - 1, 5, 30).morphing(at_s, 6, 2),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("phrases", PHRASES)
def test_a_change_leaves_what_was_before_it_and_makes_no_jump(change: str, phrases: int | None) -> None:
    journey, at_s = Journey(1, 2, drift=0.7), 10.0
    if change == "another morph":
        journey = journey.morphing(9.0, 5, 30)

    before, after = (way(each, 40, phrases=phrases) for each in (journey, CHANGES[change](journey, at_s)))

    moment = int(at_s / STEP_S) + 1
    np.testing.assert_array_equal(after[:moment], before[:moment])
    assert np.abs(after[moment:] - before[moment:]).max() > 0.1
    # The longest step is that of a morph over 2 s: 21 positions for π / 2 of a sphere of radius 7, and more for a
    # truncation whose edges go from 2 to 3.5.
    assert lengths(np.diff(after, axis=0)[:, DEPTH:]).max() < 1.5


def test_a_morph_ends_in_the_other_style_and_stays_there() -> None:
    found = styles(Journey(1, 2).morphing(2.0, 9, 3.0), 20)

    first, last = int(2.0 / STEP_S), int(5.0 / STEP_S) + 1
    np.testing.assert_array_equal(found[:first], np.broadcast_to(random_style(1, USUAL_TRUNCATION), (first, DEPTH)))
    np.testing.assert_array_equal(found[last:], np.broadcast_to(random_style(9, USUAL_TRUNCATION), (160 - last, DEPTH)))
    between = found[first + 2 : last - 2]
    assert lengths(between).min() > 0.95 * min(lengths(found[[0, -1]]))


def test_on_the_way_a_style_is_as_far_out_as_styles_are() -> None:
    ends = truncated_normal(np.random.default_rng(0), (50, DEPTH), USUAL_TRUNCATION)
    half = np.full((25, 1), 0.5, np.float32)

    on_the_arc = arc(ends[:25], ends[25:], half)

    assert lengths(on_the_arc).mean() == pytest.approx(lengths(ends).mean(), rel=0.01)
    assert lengths((ends[:25] + ends[25:]) / 2).mean() < 0.75 * lengths(ends).mean()
    for end in (ends[:25], ends[25:]):  # halfway in angle
        cosines = np.sum(on_the_arc * end, axis=1) / lengths(on_the_arc) / lengths(end)
        whole = np.sum(ends[:25] * ends[25:], axis=1) / lengths(ends[:25]) / lengths(ends[25:])
        np.testing.assert_allclose(np.arccos(cosines), np.arccos(whole) / 2, atol=1e-4)


def test_an_arc_keeps_its_ends_and_bears_any_two() -> None:
    one = random_style(1, USUAL_TRUNCATION)[None]
    fractions = np.array([[0.0], [0.3], [1.0]], np.float32)

    for other in (random_style(2, USUAL_TRUNCATION)[None], one, -one, np.zeros_like(one)):
        found = arc(one, other, fractions)
        assert np.isfinite(found).all()
        np.testing.assert_array_equal(found[[0, 2]], np.concatenate([one, other]))


@pytest.mark.parametrize(("drift", "lines"), [(1.0, 1.0), (0.5, 0.25), (0.0, 0.0)])
def test_a_drift_goes_as_fast_as_its_square(drift: float, lines: float) -> None:
    journey = Journey(1, 2, drift=drift)

    begin, end = np.array(journey.style_at(0)), np.array(journey.style_at(lines * LINE_S))
    there = np.array(journey.style_at(LINE_S))

    np.testing.assert_allclose(begin, random_style(1, USUAL_TRUNCATION), atol=1e-6)
    whole = np.array(Journey(1, 2, drift=1.0).style_at(LINE_S))
    angle = np.arccos(begin @ there / np.linalg.norm(begin) / np.linalg.norm(there))
    assert angle == pytest.approx(
        drift**2 * np.arccos(begin @ whole / np.linalg.norm(begin) / np.linalg.norm(whole)), abs=1e-3
    )
    assert (drift == 0) == np.array_equal(begin, end)


def test_a_drift_never_comes_to_an_end() -> None:
    journey = Journey(1, 2, drift=1.0)
    stops = np.array([journey.style_at(line * LINE_S) for line in (*range(6), 100_000)])

    cosines = np.corrcoef(stops) - np.eye(len(stops))
    assert np.abs(cosines).max() < 0.6  # random directions in 64 dimensions: 0.125 is one standard deviation


def test_wilder_and_tamer_are_the_same_way() -> None:
    tame = way(Journey(1, 2).truncated(0.0, 0.5), 10)[40:]
    wild = way(Journey(1, 2), 10)[40:]

    assert np.abs(tame).max() <= 0.5
    assert np.corrcoef(tame[:, DEPTH:].ravel(), wild[:, DEPTH:].ravel())[0, 1] > 0.97


def test_a_new_truncation_has_its_own_distribution() -> None:
    values = truncated_normal(np.random.default_rng(1), 20_000, 2.0)

    for truncation, variance in ((0.5, 0.0804), (3.9, 0.999)):  # of the standard normal cut there
        moved = retruncated(values, 2.0, truncation)
        assert np.abs(moved).max() <= truncation
        assert np.var(moved) == pytest.approx(variance, rel=0.03)
        assert np.diff(moved[np.argsort(values)]).min() > -1e-6  # the order stays
    np.testing.assert_array_equal(retruncated(values, 2.0, 2.0), values)
    np.testing.assert_allclose(retruncated(np.array([-3.0, 4.0], np.float32), 2.0, 1.0), [-1.5, 2.0])


# --- phrases -------------------------------------------------------------------------------------------------------


def test_phrases_leave_the_style_and_how_far_coordinates_spread() -> None:
    takes = [(way(Journey.from_seed(seed), 12), way(Journey.from_seed(seed), 12, phrases=6)) for seed in range(60)]
    plain, moving = (np.stack(each) for each in zip(*takes, strict=True))

    np.testing.assert_array_equal(moving[..., DEPTH:], plain[..., DEPTH:])
    assert np.abs(moving - plain)[..., :DEPTH].max() > 1
    assert moving[..., :DEPTH].std() == pytest.approx(plain[..., :DEPTH].std(), rel=0.03)
    shares = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(plain, moving, strict=True)]
    assert np.mean(shares) > 0.4  # sections are a quarter of the variance: half of the values


@pytest.mark.parametrize("phrases", [4, 12, 40])
def test_a_way_has_forgotten_itself_after_two_lines_of_phrases_but_for_its_section(phrases: int) -> None:
    context = 256  # whose sections hardly move meanwhile
    takes = [next(windows(Journey.from_seed(s), context, phrase_latents=phrases))[:, :DEPTH] for s in range(40)]
    ways = np.stack(takes)

    def likeness(lag: int) -> float:
        return float(np.mean(ways[:, lag:] * ways[:, :-lag]) / np.mean(np.square(ways)))

    assert likeness(1) > 0.8
    assert likeness(2 * phrases) == pytest.approx(1 - PHRASE_SHARE, abs=0.08)


def test_the_anchors_of_phrases_are_as_tame_as_those_of_sections() -> None:
    assert np.abs(way(Journey(1, 2, truncation=0.5), 40, phrases=1)).max() <= 0.5 * (np.sqrt(0.25) + np.sqrt(0.75))
    wild, tame = (way(Journey(1, 2).truncated(0.0, t), 40, phrases=3)[100:] for t in (3.5, 0.5))
    assert np.abs(tame).max() < 0.7
    assert np.corrcoef(tame[:, :DEPTH].ravel(), wild[:, :DEPTH].ravel())[0, 1] > 0.95


# --- more like this, and loops -------------------------------------------------------------------------------------


def test_more_like_this_keeps_the_style_as_it_stands() -> None:
    journey = Journey(1, 2, drift=1.0).truncated(5, 1.0).drifting(20, 0.4)

    alike = journey.more_like_this(99, at_s=30)

    assert (alike.variation, alike.drift, alike.truncation) == (99, 0.4, 1.0)
    np.testing.assert_array_equal(alike.style_at(0), journey.style_at(30))
    assert Journey(1, 2).more_like_this(99, at_s=30) == Journey(1, 99)


@pytest.mark.parametrize("latents", [3, 17.3, 60, 200.5])
@pytest.mark.parametrize("phrases", [None, 12])
def test_a_loop_comes_back_to_where_it_began(latents: float, phrases: int | None) -> None:
    loop = Journey(1, 2).looping(round(latents * FRAMES_PER_LATENT))
    period = loop.loop_frames / FRAMES_PER_LATENT

    three = way(loop, 80, phrases=phrases)[:, :DEPTH]
    turns = np.arange(len(three)) * 1.0
    later = np.stack([np.interp(turns[:400] + period, turns, values) for values in three.T], axis=1)

    assert np.abs(later - three[:400]).max() < 0.2  # interpolation cuts corners
    assert np.ptp(three, axis=0).max() > 0.02
    open_way = way(Journey(1, 2), 80, phrases=phrases)[:, :DEPTH]
    assert lengths(np.diff(three, axis=0)).max() < 2 * lengths(np.diff(open_way, axis=0)).max()
    if period == round(period):
        np.testing.assert_allclose(three[int(period) :][:100], three[:100], atol=1e-5)


def test_a_loop_has_the_style_of_its_moment_and_keeps_it() -> None:
    journey = Journey(1, 2, drift=1.0)

    loop = journey.looping(100_000, at_s=33)

    np.testing.assert_array_equal(np.unique(way(loop, 10)[:, DEPTH:], axis=0), [np.float32(journey.style_at(33))])


# --- JSON, and what makes no sense ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "journey",
    [
        Journey.from_seed(0),
        Journey(MAX_SEED, 3, 0.1, 1.0, loop_frames=None).morphing(1.5, 4, 2).morphing(9, 5, 0.5),
        Journey(1, 2, drift=1.0).drifting(3, 0.2).truncated(4, 3.9).more_like_this(8, at_s=7).morphing(0, 1, 5),
        Journey(1, 2).looping(44_100),
    ],
)
def test_json_and_back(journey: Journey) -> None:
    again = Journey.from_json(json.loads(json.dumps(journey.to_json())))

    assert again == journey
    np.testing.assert_array_equal(way(again, 3), way(journey, 3))


def test_the_json_of_a_seed_is_short() -> None:
    assert Journey.from_seed(7).to_json() == {"style": 7, "variation": 7}


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"style": -1}, "seed of -1"),
        ({"style": 1.5}, "seed of 1.5"),
        ({"style": [0.0] * 63}, "64 numbers"),
        ({"style": [float("nan")] * 64}, "64 numbers"),
        ({"style": ["x"] * 64}, "64 numbers"),
        ({"variation": True}, "seed of True"),
        ({"variation": MAX_SEED + 1}, "seed of"),
        ({"truncation": 0.05}, "truncation of 0.05"),
        ({"truncation": 4}, "choose 0.1 to 3.9"),
        ({"truncation": "2"}, "truncation of 2"),
        ({"drift": float("nan")}, "drift of nan"),
        ({"drifts": [{"at_s": 1, "value": 2}]}, "drift of 2"),
        ({"drifts": [{"at_s": -1, "value": 1}]}, "before its beginning"),
        ({"truncations": [{"at_s": 2, "value": 1}, {"at_s": 1, "value": 1}]}, "order of time"),
        ({"morphs": [{"at_s": 1, "to": 2, "over_s": 0}]}, "morph over 0 s"),
        ({"morphs": [{"at_s": 1, "to": -2, "over_s": 1}]}, "seed of -2"),
        ({"morphs": [{"at_s": 1}]}, "damaged"),
        ({"morphs": 3}, "damaged"),
        ({"loop_frames": 0}, "length of more than 0"),
        ({"loop_frames": 10**12}, "up to 3600 s"),
        ({"loop_frames": 1000, "drift": 0.5}, "style of a loop stays"),
        ({"tempo": 120}, "damaged"),
    ],
)
def test_a_journey_that_makes_no_sense_is_refused(values: dict[str, Any], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        Journey.from_json({"style": 1, "variation": 2, **values})


@pytest.mark.parametrize("values", [None, 3, "x", [], [1, 2], {}, {"style": 1}])
def test_what_is_no_journey_is_refused(values: object) -> None:
    with pytest.raises(UsageError, match="damaged"):
        Journey.from_json(values)
