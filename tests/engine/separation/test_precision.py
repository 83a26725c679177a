"""Whether bfloat16 is there and right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.separation.precision import NATIVE, agreement_db, has_bfloat16, trial_mix

CPUINFO = Path("/proc/cpuinfo")


@pytest.mark.skipif(not CPUINFO.exists(), reason="the system does not list what its processor can do")
def test_it_is_there_if_the_system_says_so() -> None:
    flags = set(CPUINFO.read_text().split())
    assert has_bfloat16() == any(name in flags for name in NATIVE)


def test_agreement_is_how_far_the_error_lies_below() -> None:
    reference = np.random.default_rng(0).standard_normal((100, 4, 2)).astype(np.float32)
    assert agreement_db(reference, 1.01 * reference) == pytest.approx(40, abs=0.1)
    assert agreement_db(reference, reference) == pytest.approx(150, abs=0.1)
    assert agreement_db(reference, 0 * reference) == pytest.approx(0, abs=0.1)
    assert agreement_db(reference, np.nan * reference) == float("-inf")


def test_the_trial_has_sound_and_silence() -> None:
    mix = trial_mix(1000)
    assert mix.shape == (1000, 2)
    assert mix.dtype == np.float32
    assert 0.3 < np.abs(mix[:800]).max() < 1
    np.testing.assert_array_equal(mix[800:], 0)
