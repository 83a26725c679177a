"""The networks take no more cores than they may."""

from __future__ import annotations

import os

import pytest

from engine import cores


@pytest.fixture(autouse=True)
def as_before():
    yield
    cores.use(None)


def test_without_a_wish_there_is_no_limit(monkeypatch):
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "5")
    cores.use(None)
    assert cores.wanted() is None
    assert "TF_NUM_INTRAOP_THREADS" not in os.environ
    assert cores.available() >= 1


def test_a_wish_is_told_to_tensorflow_before_it_begins():
    cores.use(3)
    assert cores.wanted() == 3
    assert os.environ["TF_NUM_INTRAOP_THREADS"] == "3"


@pytest.mark.parametrize("count", [0, -1])
def test_less_than_one_cannot_be_wished_for(count):
    with pytest.raises(ValueError, match="cores"):
        cores.use(count)
    assert cores.wanted() is None
