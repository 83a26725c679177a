"""Where the faders stand."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

from engine.playback.settings import MixSettings, Strip


def test_a_fresh_mixer_changes_nothing() -> None:
    np.testing.assert_array_equal(MixSettings.unity(4).gains(), np.ones((5, 2), np.float32))
    np.testing.assert_array_equal(MixSettings().gains(), [[1.0, 1.0]])


def test_gains_are_decibels_of_amplitude() -> None:
    settings = MixSettings((Strip(6.0), Strip(-6.0), Strip(-20.0), Strip(-math.inf)))
    for gains in settings.gains().T:
        np.testing.assert_allclose(gains, [1.995262, 0.501187, 0.1, 0.0, 1.0], rtol=1e-6)


def test_the_rest_follows_the_master_only() -> None:
    strips = (Strip(-20.0), Strip(muted=True), Strip(soloed=True))
    gains = MixSettings(strips, master_gain_db=-20.0).gains()
    np.testing.assert_allclose(gains, np.repeat([[0.0], [0.0], [0.1], [0.1]], 2, axis=1), rtol=1e-6)
    assert not MixSettings(strips, master_gain_db=-math.inf).gains().any()


@pytest.mark.parametrize(
    ("strips", "audible"),
    [
        ((Strip(muted=True), Strip(), Strip()), [0, 1, 1]),
        ((Strip(soloed=True), Strip(), Strip()), [1, 0, 0]),
        ((Strip(soloed=True), Strip(soloed=True), Strip(muted=True)), [1, 1, 0]),
        ((Strip(soloed=True, muted=True), Strip(), Strip()), [0, 0, 0]),
    ],
)
def test_mute_is_stronger_than_solo_and_any_solo_silences_the_others(
    strips: tuple[Strip, ...], audible: list[int]
) -> None:
    np.testing.assert_array_equal(MixSettings(strips).gains(), np.repeat([[*audible, 1]], 2, axis=0).T)


@pytest.mark.parametrize("gain_db", [6.1, math.inf, math.nan])
def test_a_gain_that_no_fader_shows_is_refused(gain_db: float) -> None:
    with pytest.raises(ValueError, match="dB"):
        Strip(gain_db)
    with pytest.raises(ValueError, match="dB"):
        MixSettings(master_gain_db=gain_db)


@pytest.mark.parametrize(
    ("pan", "left", "right"),
    [(0.0, 1, 1), (-1.0, 1, 0), (1.0, 0, 1), (0.5, 0.707107, 1), (-0.5, 1, 0.707107)],
)
def test_pan_is_a_balance_that_takes_from_the_far_side_only(pan: float, left: float, right: float) -> None:
    gains = MixSettings((Strip(pan=pan), Strip(-20.0, pan=pan), Strip(pan=pan, muted=True))).gains()
    expected = [[left, right], [0.1 * left, 0.1 * right], [0, 0], [1, 1]]
    np.testing.assert_allclose(gains, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("pan", [1.01, -2.0, math.nan])
def test_a_pan_that_no_knob_shows_is_refused(pan: float) -> None:
    with pytest.raises(ValueError, match="pan"):
        Strip(pan=pan)


def test_settings_are_values() -> None:
    assert MixSettings.unity(2) == MixSettings((Strip(), Strip()))
    with pytest.raises(dataclasses.FrozenInstanceError):
        Strip().muted = True  # type: ignore[misc]


def test_settings_come_back_from_json() -> None:
    settings = MixSettings((Strip(-math.inf, True, False, -0.5), Strip(3.5, soloed=True)), master_gain_db=-1.5)
    assert MixSettings.from_json(json.loads(json.dumps(settings.to_json(), allow_nan=False))) == settings
    assert MixSettings.from_json(MixSettings((), -math.inf).to_json()) == MixSettings((), -math.inf)


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        {},
        {"strips": [], "master_gain_db": "loud"},
        {"strips": [], "master_gain_db": 7},
        {"strips": [{"gain_db": 0}], "master_gain_db": 0},
        {"strips": [{"gain_db": 0, "muted": 1, "soloed": False, "pan": 0}], "master_gain_db": 0},
        {"strips": [{"gain_db": 0, "muted": False, "soloed": False, "pan": 2}], "master_gain_db": 0},
        {"strips": 3, "master_gain_db": 0},
    ],
)
def test_json_that_is_no_mixer_is_refused(values: object) -> None:
    with pytest.raises(ValueError, match=r"faders|gain|pan"):
        MixSettings.from_json(values)
