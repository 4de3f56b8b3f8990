"""Counts, depths and sizes are whole numbers, of Python or NumPy, and refused by name otherwise."""

from __future__ import annotations

import json
import re
from inspect import signature
from typing import Any

import numpy as np
import pytest

from expressivity import capacity, classify, interpolate, lower_bounds, memorize
from expressivity.memorizers.construction import constructions

X = np.random.default_rng(0).integers(0, 50, (12, 3)).astype(float)
Y = np.arange(12) % 2
COUNTS: dict[str, Any] = {
    **{
        f"{name}, {option}": lambda value, name=name, option=option: memorize(
            X, Y, name, **{option: value}
        )
        for name, chosen in constructions().items()
        for option in ("width", "group_size", "depth")
        if option in signature(chosen.build).parameters
    },
    "interpolate, depth": lambda value: interpolate(X, Y, depth=value),
    "capacity, width": lambda value: capacity(value, 2),
    "capacity, d": lambda value: capacity(5, value),
    "capacity, n_classes": lambda value: capacity(5, 2, value),
    "lower_bounds, n": lambda value: lower_bounds(value, 2),
    "lower_bounds, d": lambda value: lower_bounds(9, value),
    "lower_bounds, classes": lambda value: lower_bounds(9, 2, value),
    "lower_bounds, depth": lambda value: lower_bounds(9, 2, None, value),
    "lower_bounds, hidden": lambda value: lower_bounds(9, 2, hidden=value),
}


@pytest.mark.parametrize("value", [-1, 2.0, 2.5, True, "3", [3], float("nan"), np.float64(3)])
@pytest.mark.parametrize("name", COUNTS)
def test_what_is_no_whole_number_is_refused_by_name(name: str, value: Any) -> None:
    said = f"{name.split(', ')[1]} is {value!r}: give a whole number of at least"
    with pytest.raises(ValueError, match=re.escape(said)):
        COUNTS[name](value)


@pytest.mark.parametrize("kind", [np.int8, np.uint64, np.int64])
@pytest.mark.parametrize("name", COUNTS)
def test_the_kind_of_integer_does_not_matter(name: str, kind: Any) -> None:
    found, same = COUNTS[name](kind(3)), COUNTS[name](3)
    assert repr(found) == repr(same)
    # As files hold them.
    assert json.dumps(getattr(found, "options", {})) == json.dumps(getattr(same, "options", {}))


@pytest.mark.parametrize("name", constructions())
def test_a_formula_refuses_what_counts_nothing(name: str) -> None:
    size: Any = constructions()[name].size
    assert size(np.int64(30), 3, np.int64(2)) == size(30, 3, 2)
    for wrong in (0, -3, 2.5, "3", True):
        with pytest.raises(ValueError, match=f"n is {wrong!r}: give a whole number of at least 1"):
            size(wrong, 3)
        with pytest.raises(ValueError, match=f"d is {wrong!r}: give"):
            size(30, wrong)
        with pytest.raises(ValueError, match=f"classes is {wrong!r}: give"):
            size(30, 3, wrong)


def test_a_formula_refuses_options_that_count_nothing() -> None:
    for name, option in (("zhang", "outputs"), ("yun", "depth"), ("baum", "stored")):
        size: Any = constructions()[name].size
        for wrong in (-1, 1.5, "2"):
            with pytest.raises(ValueError, match=f"{option} is {wrong!r}: give"):
                size(30, 3, **{option: wrong})
    with pytest.raises(ValueError, match="outputs is None"):
        constructions()["zhang"].size(30, 3, outputs=None)


SWITCHES: dict[str, Any] = {
    "exact": lambda value: interpolate(X, Y, exact=value),
    "fewest": lambda value: classify(X, Y, fewest=value),
    **{
        f"{name}: exact": lambda value, name=name: memorize(X, Y, name, exact=value)
        for name, chosen in constructions().items()
        if "exact" in signature(chosen.build).parameters
    },
}


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_is_true_or_false(name: str) -> None:
    assert repr(SWITCHES[name](np.True_)) == repr(SWITCHES[name](True))
    for wrong in ("no", 0, 1, None, [True]):
        said = f"{name.split(': ')[-1]} is {wrong!r}: give True or False"
        with pytest.raises(ValueError, match=re.escape(said)):
            SWITCHES[name](wrong)


@pytest.mark.parametrize("wrong", [[1e300, 0, 1], [0.5, 1, 2], [1, 2], [np.nan, 1, 2], 3])
@pytest.mark.parametrize("name", ["bit-extraction", "one-knot"])
def test_a_direction_of_integers_is_nothing_else(name: str, wrong: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="direction"):
        memorize(X, Y, name, direction=wrong)
