"""Where the faders stand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from engine.playback.settings import MixSettings, Strip


def test_a_fresh_mixer_changes_nothing() -> None:
    np.testing.assert_array_equal(MixSettings.unity(4).gains(), np.ones(5, np.float32))
    np.testing.assert_array_equal(MixSettings().gains(), [1.0])


def test_gains_are_decibels_of_amplitude() -> None:
    settings = MixSettings((Strip(6.0), Strip(-6.0), Strip(-20.0), Strip(-math.inf)))
    np.testing.assert_allclose(settings.gains(), [1.995262, 0.501187, 0.1, 0.0, 1.0], rtol=1e-6)


def test_the_rest_follows_the_master_only() -> None:
    strips = (Strip(-20.0), Strip(muted=True), Strip(soloed=True))
    np.testing.assert_allclose(MixSettings(strips, master_gain_db=-20.0).gains(), [0.0, 0.0, 0.1, 0.1], rtol=1e-6)
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
    np.testing.assert_array_equal(MixSettings(strips).gains(), [*audible, 1])


@pytest.mark.parametrize("gain_db", [6.1, math.inf, math.nan])
def test_a_gain_that_no_fader_shows_is_refused(gain_db: float) -> None:
    with pytest.raises(ValueError, match="dB"):
        Strip(gain_db)
    with pytest.raises(ValueError, match="dB"):
        MixSettings(master_gain_db=gain_db)


def test_settings_are_values() -> None:
    assert MixSettings.unity(2) == MixSettings((Strip(), Strip()))
    with pytest.raises(dataclasses.FrozenInstanceError):
        Strip().muted = True  # type: ignore[misc]
