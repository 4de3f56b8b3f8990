"""Yun et al.: exact with 3 and 4 layers whatever the group size, about 4 sqrt(n) units."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from expressivity.memorizers import yun
from expressivity.memorizers.memorize import memorize
from tests.expressivity.memorizers.samples import general_position, points


@settings(deadline=None, max_examples=30)
@given(points(), st.integers(0, 2**20), st.sampled_from([3, 4]), st.integers(1, 24))
def test_the_exact_residual_is_zero_on_any_sample(
    Z: NDArray[Any], seed: int, depth: int, width: int
) -> None:
    rng = np.random.default_rng(seed)
    y = rng.uniform(-1, 1, len(Z)) * 2.0 ** rng.integers(-40, 40)
    if seed % 3 == 0:
        y = rng.integers(0, 2, len(Z)).astype(float)
    net = memorize(Z, y, "yun", exact=True, depth=depth, width=min(width, len(Z)))
    assert net.residual == 0
    assert net.size == yun.size(len(Z), Z.shape[1], **net.options)


@pytest.mark.parametrize("depth", [3, 4])
@pytest.mark.parametrize("n", [1, 2, 9, 10, 50])
def test_the_default_widths_have_the_size_of_the_formula(n: int, depth: int) -> None:
    net = memorize(general_position(n, 3), np.arange(n) % 5, "yun", exact=True, depth=depth)
    assert net.size == yun.size(n, 3, depth=depth)
    assert net.residual == 0
    assert net.depth == depth


def test_gaps_that_differ_by_2_to_the_30_between_groups() -> None:
    t = np.array([0, 1, 2, 2**31, 2**32, 3 * 2**32, 2**50, 2**50 + 1, 2**50 + 3, 2**51])
    y = np.random.default_rng(0).uniform(-3, 3, len(t))
    for q in (1, 2, 3, 4, 10):
        assert memorize(t[:, None], y, "yun", exact=True, width=q).residual == 0


def test_doubles_are_within_their_bound_of_the_exact_value() -> None:
    Z, y = general_position(80, 4), np.random.default_rng(3).uniform(-1, 1, 80)
    net = memorize(Z, y, "yun")
    found, exact = net.doubles(Z), net.exact(Z)
    for value, bound, right in zip(found.values, found.bound, exact, strict=True):
        assert abs(Fraction(value) - right) <= Fraction(bound)
    assert np.abs(net(Z) - y).max() <= net.error < 1e-3


def test_short_integers_stay_exact_in_ordinary_doubles() -> None:
    Z = np.random.default_rng(4).integers(0, 50, (100, 4))
    net = memorize(Z, np.arange(100) % 2, "yun", exact=True)
    assert net.bit_size <= 53
    assert net(Z).tolist() == (np.arange(100) % 2).tolist()


def test_a_flipped_slope_fails_and_swapped_labels_are_wrong_just_there() -> None:
    Z, y = general_position(24, 2), np.random.default_rng(5).uniform(0.1, 1, 24)
    net = memorize(Z, y, "yun", exact=True, width=4)
    swapped = y.copy()
    swapped[[2, 7]] = swapped[[7, 2]]
    off = [Fraction(t) != v for t, v in zip(swapped.tolist(), net.exact(Z), strict=True)]
    assert np.flatnonzero(off).tolist() == [2, 7]
    for entry in range(4):
        values = net.layers[1].values.copy()
        hinges = len(values) // 4
        values[entry * hinges] *= -1
        layer = dataclasses.replace(net.layers[1], values=values)
        broken = dataclasses.replace(net, layers=(net.layers[0], layer, *net.layers[2:]))
        assert broken.residual > 0


def test_refusals_name_the_argument() -> None:
    Z = general_position(5, 2)
    with pytest.raises(ValueError, match="depth = 5"):
        memorize(Z, np.arange(5), "yun", depth=5)
    with pytest.raises(ValueError, match="width = 9 is not between 1 and n = 5"):
        memorize(Z, np.arange(5), "yun", width=9)
    with pytest.raises(ValueError, match="one output: use zhang"):
        memorize(Z, np.zeros((5, 2)), "yun")
