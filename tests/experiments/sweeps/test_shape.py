"""A value is refused by the place and the name of what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from experiments.sweeps.shape import NUMBER, Each, ListOf, Maybe, Shape, check_shape

COURSE: Shape = {"course": {"loss": ListOf(NUMBER, 1), "seconds": Maybe(NUMBER)}}
NAMED: Shape = Each({"n": int}, ("a",))


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ({"course": {"loss": [1, 0.5]}}, COURSE),
        ({"course": {"loss": [1], "seconds": None, "more": "x"}, "other": []}, COURSE),
        ({"a": {"n": 1}, "b": {"n": 2}}, NAMED),
        ([], ListOf(str)),
        (True, bool),
        (None, (int, type(None))),
    ],
)
def test_what_has_the_shape_passes(value: Any, shape: Shape) -> None:
    check_shape(value, shape)


@pytest.mark.parametrize(
    ("value", "shape", "said"),
    [
        ({}, COURSE, "course is missing"),
        ({"course": []}, COURSE, r"course is \[\], which is no dict"),
        ({"course": {"loss": []}}, COURSE, "course.loss has 0 items, and needs at least 1"),
        ({"course": {"loss": [1, "x"]}}, COURSE, r"course.loss\[1\] is 'x', which is no int or"),
        ({"course": {"loss": [True]}}, COURSE, r"course.loss\[0\] is True, which is no int"),
        ({"course": {"loss": [float("nan")]}}, COURSE, r"course.loss\[0\] is nan"),
        ({"course": {"loss": [10**30]}}, COURSE, r"course.loss\[0\] is an integer of more than 64"),
        ({"course": {"loss": [1], "seconds": "x"}}, COURSE, "course.seconds is 'x'"),
        ({"b": {"n": 1}}, NAMED, "a is missing"),
        ({"a": {"n": 1}, "b": {}}, NAMED, "b.n is missing"),
        (1, bool, "is 1, which is no bool"),
        ("x" * 99, int, r"x\.\.\., which is no int"),
    ],
)
def test_what_has_not_is_named(value: Any, shape: Shape, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_shape(value, shape)
