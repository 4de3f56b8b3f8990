"""What is said in few digits stays true: nearly all is not all, "at most" is no less."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.randomization.words import stopped
from experiments.sweeps.table import table
from experiments.training.course import Course, summary
from expressivity.rounding import downwards, percentage, upwards


@given(st.integers(1, 10**7), st.data(), st.integers(0, 3))
def test_a_percentage_is_near_and_only_all_is_all(n: int, data: st.DataObject, digits: int) -> None:
    right = data.draw(st.integers(0, n))
    shown = Fraction(percentage(100 * right / n, digits))
    assert abs(shown - Fraction(100 * right, n)) <= Fraction(1, 10**digits)
    assert (shown == 100, shown == 0) == (right == n, right == 0)


@given(st.fractions() | st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 20))
def test_one_sided_words_stay_true_and_are_near(value: float | Fraction, digits: int) -> None:
    low, high = Fraction(downwards(value, digits)), Fraction(upwards(value, digits))
    assert low <= value <= high
    assert high - low <= max(abs(low), abs(high)) * Fraction(10, 10**digits)
    assert len(upwards(value, digits).partition("e")[0].strip("-0.").replace(".", "")) <= digits


def test_tens_and_hundreds_are_written_out() -> None:
    assert [upwards(x, 2) for x in (9.96, 49.9, 99.1, 100)] == ["10", "50", "100", "100"]
    assert [downwards(x) for x in (50.04, 100.4, 1234)] == ["50", "100", "1.23e+3"]
    assert (upwards(0.5, 1), upwards(4.42e-13, 1)) == ("0.5", "5e-13")


def test_infinity_is_said() -> None:
    assert (upwards(float("inf")), downwards(float("-inf"))) == ("inf", "-inf")


NEARLY = {"n": 50_000, "fitted": False, "train_accuracy": 49_999 / 50_000}
NEARLY |= {"stopped": "epoch limit", "epochs": 3, "steps": 9, "seconds": 1.0, "title": "one"}
NEARLY |= {"clean_train_accuracy": None, "test_accuracy": 1.0, "condition": "random labels"}
NEARLY |= {"specification": {"data": "digits", "seed": 0}}


def test_a_training_with_one_wrong_answer_is_not_said_to_have_none() -> None:
    assert stopped([NEARLY]).startswith("99.9% of 50,000 when it stopped")
    line = table([NEARLY]).splitlines()[1]
    assert "99.99 %" in line and "100.00 %" in line
    course = Course()
    course.add(1, 0.5, NEARLY["train_accuracy"], None, None)
    assert summary([course]).endswith("running accuracy 99.9%")


@pytest.mark.parametrize(("value", "shown"), [(100.0, "100.0"), (0.0, "0.0"), (0.01, "0.1")])
def test_ends(value: float, shown: str) -> None:
    assert percentage(value) == shown
