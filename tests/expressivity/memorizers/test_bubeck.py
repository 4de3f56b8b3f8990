"""Bubeck et al.: residual exactly 0 with 4 ceil(n / d) units, and doubles within their bound."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from expressivity.memorizers import bubeck
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.memorize import memorize
from tests.expressivity.memorizers.samples import general_position, points


@settings(deadline=None, max_examples=30)
@given(points(16), st.integers(0, 2**20), st.sampled_from(["uniform", "few", "constant", "huge"]))
def test_the_exact_residual_is_zero_on_any_sample(Z: NDArray[Any], seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    y = {
        "uniform": rng.uniform(-1, 1, len(Z)),
        "few": rng.integers(0, 3, len(Z)).astype(float),
        "constant": np.full(len(Z), 2.5),
        "huge": rng.uniform(-1, 1, len(Z)) * 1e30,
    }[kind]
    net = memorize(Z, y, "bubeck", exact=True)
    assert net.residual == 0
    assert net.size == bubeck.size(len(Z), Z.shape[1], **net.options)


def test_a_group_has_no_three_points_on_a_line() -> None:
    Z = np.array([[-2, 3, -2, -1], [0, 1, 2, -1], [-1, 2, 0, -1], [1, -1, -1, -3], [0, 3, 0, 1]])
    y = np.array([0.5, 1, -0.25, 2, 3])
    for seed in range(20):
        net = memorize(Z, y, "bubeck", exact=True, seed=seed)
        assert net.residual == 0 and net.size == bubeck.size(5, 4, **net.options)
        assert memorize(Z, y, "bubeck", seed=seed).error < 0.01


@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_in_general_position_there_are_4_ceil_n_over_d_units(d: int) -> None:
    for n in (1, d, d + 1, 2 * d, 4 * d + 1):
        y = np.random.default_rng(n).uniform(-1, 1, n)
        net = memorize(general_position(n, d, n), y, "bubeck", exact=True)
        assert net.n_hidden == 4 * -(-n // d)
        assert net.size == bubeck.size(n, d)
        assert net.residual == 0
        assert net.premises["general position"].holds


def test_doubles_are_within_their_bound_of_the_exact_value() -> None:
    Z = general_position(60, 4)
    net = memorize(Z, np.random.default_rng(1).uniform(-1, 1, 60), "bubeck")
    found, exact = net.doubles(Z), net.exact(Z)
    for value, bound, right in zip(found.values, found.bound, exact, strict=True):
        assert abs(Fraction(value) - right) <= Fraction(bound)
    assert float(net.residual) < 1e-8
    assert net.error < 1e-4


def test_coplanar_points_are_regrouped_by_name() -> None:
    Z = np.array(list(product(range(3), repeat=3)))
    net = memorize(Z, np.arange(27) / 7, "bubeck", exact=True)
    premise = net.premises["general position"]
    assert net.residual == 0
    assert net.n_hidden > 4 * 9
    assert not premise.holds and "groups failed" in premise.what


def test_doubles_that_would_be_worthless_and_several_outputs_are_refused() -> None:
    Z = 1 + np.random.default_rng(0).permutation(64)[:40, None] * 2.0**-52
    with pytest.raises(ValueError, match="exact=True, or use zhang"):
        memorize(Z, np.arange(40) % 7, "bubeck")
    with pytest.raises(ValueError, match="has one output: use zhang"):
        memorize(Z, np.zeros((40, 2)), "bubeck")


def _with_output(net: Layered, unit: int) -> Layered:
    values = net.layers[1].values.copy()
    values[unit] *= 2
    return dataclasses.replace(
        net, layers=(net.layers[0], dataclasses.replace(net.layers[1], values=values))
    )


def test_a_changed_output_is_seen_and_swapped_labels_are_wrong_just_there() -> None:
    Z, y = general_position(20, 3), np.random.default_rng(2).uniform(0.5, 1, 20)
    net = memorize(Z, y, "bubeck", exact=True)
    assert all(_with_output(net, unit).residual > 0 for unit in range(net.n_hidden))
    swapped = y.copy()
    swapped[[3, 17]] = swapped[[17, 3]]
    off = [Fraction(t) != v for t, v in zip(swapped.tolist(), net.exact(Z), strict=True)]
    assert np.flatnonzero(off).tolist() == [3, 17]
