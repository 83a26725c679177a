"""What is looked at: zoomed about a time, scrolled, and never outside."""

from __future__ import annotations

import pytest

from widgets.time_window import SHORTEST_S, TimeWindow

WHOLE = TimeWindow(0.0, 60.0)


def test_zooming_leaves_a_time_where_it_is() -> None:
    window = WHOLE.zoomed(0.5, 40.0, WHOLE)
    assert window.length_s == 30.0
    assert window.share(40.0) == pytest.approx(WHOLE.share(40.0))
    closer = window.zoomed(0.25, 40.0, WHOLE)
    assert closer.share(40.0) == pytest.approx(WHOLE.share(40.0))


def test_there_and_back_again_is_all_of_it() -> None:
    assert WHOLE.zoomed(0.1, 12.0, WHOLE).zoomed(10.0, 12.0, WHOLE) == WHOLE
    assert WHOLE.zoomed(0.1, 0.0, WHOLE).zoomed(100.0, 60.0, WHOLE) == WHOLE


def test_one_comes_as_near_as_there_is_something_to_see() -> None:
    assert WHOLE.zoomed(1e-9, 30.0, WHOLE).length_s == pytest.approx(SHORTEST_S)
    tiny = TimeWindow(0.0, 0.1)
    assert tiny.zoomed(0.5, 0.05, tiny) == tiny


def test_what_is_seen_stays_within_the_whole() -> None:
    window = TimeWindow(10.0, 20.0)
    assert window.scrolled(-30.0, WHOLE) == TimeWindow(0.0, 10.0)
    assert window.scrolled(100.0, WHOLE) == TimeWindow(50.0, 60.0)
    assert window.scrolled(5.0, WHOLE) == TimeWindow(15.0, 25.0)
    assert window.within(TimeWindow(12.0, 15.0)) == TimeWindow(12.0, 15.0)
    assert TimeWindow(55.0, 65.0).zoomed(1.0, 60.0, WHOLE) == TimeWindow(50.0, 60.0)


def test_times_and_shares() -> None:
    window = TimeWindow(10.0, 20.0)
    assert [window.at(0.25), window.share(12.5)] == [12.5, 0.25]
    assert 10.0 in window
    assert 20.1 not in window
