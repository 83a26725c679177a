"""How a training goes, in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.training.process import UNDER_WAY, Training
from app.training.wording import PLAIN, entry, facts, notice, state_text
from engine.training.logbook import Status
from widgets.training_form import TrainingWish

WHOLE = Path(__file__).resolve().parents[3] / "engine" / "training" / "whole.py"
WISH = TrainingWish(Path("/music/tapes"), "Barn", "barn", "house-band", 480, varied=True, cut_s=10)
STATUS = Status("running", "generator", 1, 12_340, 0.43, 5.32, 2330, 2040)
MODELS = {"house-band": "House Band"}
LEARNING = Training("barn", Path("/home/trainings/barn"), "running", WISH, STATUS)
PREPARING = replace(LEARNING, status=replace(STATUS, step=0, left_s=40), sentence="Looking through: 3 of 9")


def test_a_training_that_learns():
    said = facts(LEARNING, MODELS)
    assert said.line == "From House Band, with the recordings in “tapes”, for 8 h"
    assert said.state == "Learning"
    assert dict(said.figures) == {
        "Steps": "12\u202f340",
        "Steps a second": "5.3",
        "Learned for": "39 min",
        "Time left": "34 min",
    }
    assert (said.done, said.can_stop, said.can_continue, said.can_choose) == (0.43, True, False, False)
    assert entry(LEARNING).line == "Learning · 34 min left"
    assert notice(LEARNING, MODELS) is None


def test_before_it_learns_it_says_what_it_does_instead():
    said = facts(PREPARING, MODELS)
    assert said.state == "Looking through: 3 of 9"
    assert dict(said.figures)["Steps"] == "–"
    assert dict(said.figures)["Time left"] == "40 s"


def test_what_is_continued_does_not_learn_from_the_first_moment():
    again = replace(LEARNING, sentence="Looking through: 3 of 9")
    assert state_text(again) == "Looking through: 3 of 9"
    assert notice(again, MODELS) is None


def test_no_word_of_it_needs_an_explanation():
    for said, plain in PLAIN.items():
        assert f'= "{said}"' in WHOLE.read_text("utf8")  # importing it would bring torch
        assert state_text(replace(PREPARING, sentence=f"{said}: 1 of 2")) == f"{plain}: 1 of 2"


@pytest.mark.parametrize(
    ("state", "can_stop", "can_continue"),
    [
        ("starting", False, False),
        ("running", True, False),
        ("stopping", False, False),
        ("stopped", False, True),
        ("interrupted", False, True),
        ("finished", False, False),
        ("failed", False, True),
    ],
)
def test_what_can_be_done_depends_on_its_state(state, can_stop, can_continue):
    said = facts(replace(LEARNING, state=state), MODELS)
    assert (said.can_stop, said.can_continue) == (can_stop, can_continue)
    assert said.can_remove == (state not in UNDER_WAY)


def test_what_was_refused_at_once_has_nothing_to_continue():
    assert not facts(replace(LEARNING, state="failed", status=None), MODELS).can_continue


@pytest.mark.parametrize("state", ["finished", "stopped"])
def test_a_model_can_be_chosen_when_it_is_among_the_others(state):
    training = replace(LEARNING, state=state)
    assert not facts(training, MODELS).can_choose
    assert facts(training, {**MODELS, "barn": "Barn"}).can_choose


def test_what_deserves_it_is_said():
    there = {**MODELS, "barn": "Barn"}
    assert notice(replace(LEARNING, state="finished"), there) == ("The model “Barn” is ready.", "note")
    assert notice(replace(LEARNING, state="failed", sentence="The disk is full."), MODELS) == (
        "The disk is full.",
        "error",
    )
    assert "log.txt" in notice(replace(LEARNING, state="failed"), MODELS)[0]
    assert "Press Continue" in notice(replace(LEARNING, state="interrupted"), MODELS)[0]
    back = "A loss is no number at step 90: back to step 50, with 0.5 of the learning rates."
    assert notice(replace(LEARNING, sentence=back), MODELS) == (back, "note")


def test_the_base_is_named_even_if_it_is_gone():
    assert "From house-band," in facts(LEARNING, {}).line
    assert "From scratch," in facts(replace(LEARNING, wish=replace(WISH, base="")), MODELS).line
    assert "command line" in facts(replace(LEARNING, wish=None), MODELS).line
