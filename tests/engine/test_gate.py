"""The gate through which long work passes."""

from __future__ import annotations

import threading

import pytest

from engine.gate import OPEN, Cancelled, Gate


def test_an_open_gate_and_no_gate_let_everything_through():
    Gate().go_through()
    OPEN.go_through()


def test_a_paused_gate_holds_until_it_goes_on():
    gate, through = Gate(), threading.Event()
    gate.pause()
    worker = threading.Thread(target=lambda: (gate.go_through(), through.set()))
    worker.start()
    assert not through.wait(0.05)
    assert gate.paused
    gate.go_on()
    assert through.wait(10)
    worker.join()


@pytest.mark.parametrize("paused", [False, True])
def test_a_cancelled_gate_sends_everyone_away_for_good(paused):
    gate, sent_away = Gate(), threading.Event()

    def work() -> None:
        try:
            gate.go_through()
        except Cancelled:
            sent_away.set()

    if paused:
        gate.pause()
        worker = threading.Thread(target=work)
        worker.start()
        gate.cancel()
        worker.join()
    else:
        gate.cancel()
        work()
    assert sent_away.is_set()
    gate.pause()  # comes too late: nobody may wait for ever
    with pytest.raises(Cancelled):
        gate.go_through()
    assert gate.cancelled
    assert not gate.paused
