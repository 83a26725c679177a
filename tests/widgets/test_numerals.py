"""Numbers as musicians read and type them."""

from __future__ import annotations

import math

import pytest

from widgets.numerals import (
    LONGEST_S,
    clock_text,
    decibel_text,
    gain_db,
    length_s,
    pan_of,
    pan_text,
)


@pytest.mark.parametrize(
    ("seconds", "whole", "tenths"),
    [
        (0, "0:00", "0:00.0"),
        (9.96, "0:09", "0:09.9"),
        (0.3, "0:00", "0:00.3"),
        (59.999, "0:59", "0:59.9"),
        (60, "1:00", "1:00.0"),
        (3599.9, "59:59", "59:59.9"),
        (3725, "1:02:05", "1:02:05.0"),
        (-1, "0:00", "0:00.0"),
    ],
)
def test_a_clock_rounds_down(seconds, whole, tenths):
    assert clock_text(seconds) == whole
    assert clock_text(seconds, tenths=True) == tenths


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1:30", 90), ("90", 90), (" 0:07.5 ", 7.5), ("0:07,5", 7.5), ("1:02:03", 3723), ("0:90", 90), ("3:00:00", 10800)],
)
def test_lengths_as_musicians_type_them(text, seconds):
    assert length_s(text) == seconds


@pytest.mark.parametrize("text", ["", "abc", "-3", "1e9", "nan", "inf", "1:2:3:4", "1:", ":30", "1 30", "1.5:30"])
def test_what_is_no_length_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="1:30"):
        length_s(text)


@pytest.mark.parametrize("text", ["0", "0:00", "0.99", "3:00:01", "999999999"])
def test_lengths_out_of_range_are_refused_with_the_range(text):
    with pytest.raises(ValueError, match=r"0:01 to 3:00:00"):
        length_s(text)


@pytest.mark.parametrize("seconds", [1, 15, 59, 61, 3600, 5025, LONGEST_S])
def test_what_a_clock_writes_can_be_typed(seconds):
    assert length_s(clock_text(seconds)) == seconds


@pytest.mark.parametrize(
    ("gain_db", "text"),
    [(0.0, "0.0 dB"), (-0.04, "0.0 dB"), (-1.5, "−1.5 dB"), (6, "+6.0 dB"), (-math.inf, "−∞ dB"), (-60, "−60.0 dB")],
)
def test_gains_have_true_signs(gain_db, text):
    assert decibel_text(gain_db) == text


@pytest.mark.parametrize(
    ("text", "expected_db"),
    [
        ("-4.5", -4.5),
        ("−4,5 dB", -4.5),
        (" +3DB ", 3.0),
        ("0", 0.0),
        ("6", 6.0),
        ("-60", -60.0),
        ("-61", -math.inf),
        ("−∞ dB", -math.inf),
        ("-inf", -math.inf),
        ("off", -math.inf),
    ],
)
def test_a_gain_as_it_is_typed(text, expected_db):
    assert gain_db(text) == expected_db


@pytest.mark.parametrize("text", ["", "dB", "loud", "6.1", "1e3", "--3", "3 4", "nan"])
def test_what_is_no_gain_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=r": type .*\."):
        gain_db(text)


def test_every_gain_that_is_shown_can_be_typed():
    for shown_db in (-math.inf, -60.0, -12.5, 0.0, 6.0):
        assert gain_db(decibel_text(shown_db)) == shown_db


@pytest.mark.parametrize(
    ("pan", "text"), [(0.0, "C"), (-0.3, "L 30"), (0.05, "R 5"), (1.0, "R 100"), (-1.0, "L 100"), (0.004, "C")]
)
def test_pans_are_written_by_side(pan, text):
    assert pan_text(pan) == text


@pytest.mark.parametrize(
    ("text", "pan"),
    [
        ("C", 0.0),
        ("0", 0.0),
        (" centre ", 0.0),
        ("L30", -0.3),
        ("l 30", -0.3),
        ("30 R", 0.3),
        ("30r", 0.3),
        ("-30", -0.3),
        ("−30", -0.3),
        ("+30", 0.3),
        ("30", 0.3),
        ("30 % left", -0.3),
        ("Right 5", 0.05),
        ("L", -1.0),
        ("r", 1.0),
        ("R 100", 1.0),
        ("L0", 0.0),
    ],
)
def test_a_pan_as_it_is_typed(text, pan):
    assert pan_of(text) == pan


@pytest.mark.parametrize("text", ["", "loud", "L-30", "R 30 L", "L 30 L", "LR", "3 4", "1.5", "nan", "%", "C 30"])
def test_what_is_no_pan_is_refused_in_a_sentence(text):
    with pytest.raises(ValueError, match=r"is no pan: type .*\."):
        pan_of(text)


@pytest.mark.parametrize("text", ["101", "L 130", "-9999"])
def test_a_pan_beyond_one_side_is_refused_with_the_range(text):
    with pytest.raises(ValueError, match="100 on either side"):
        pan_of(text)


def test_every_pan_that_is_shown_can_be_typed():
    for hundredths in range(-100, 101):
        assert pan_of(pan_text(hundredths / 100)) == hundredths / 100
