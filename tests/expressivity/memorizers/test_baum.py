"""Baum's network: right at every point of any sample, ceil(n / d) units in general position."""

from __future__ import annotations

import dataclasses
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from expressivity.memorizers import baum
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.memorize import memorize
from expressivity.memorizers.rational_solve import PRIMES
from tests.expressivity.memorizers.samples import general_position, points


def _labels(n: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, 2, n)


@settings(deadline=None, max_examples=25)
@given(points(), st.integers(0, 2**20))
def test_every_point_of_any_sample_has_its_label_in_exact_arithmetic(
    Z: NDArray[Any], seed: int
) -> None:
    y = _labels(len(Z), seed)
    net = memorize(Z, y, "baum")
    assert net.exact(Z).tolist() == y.tolist()
    assert net.residual == 0
    assert net.size == baum.size(len(Z), Z.shape[1], 2, **net.options)
    if net.float64:
        assert net(Z).tolist() == y.tolist()


@pytest.mark.parametrize("d", [1, 2, 3, 5, 8])
def test_in_general_position_the_formula_holds_and_is_at_most_ceil_n_over_d(d: int) -> None:
    for n, seed in product((d, d + 1, d + 2, 2 * d + 1, 3 * d, 4 * d, 6 * d + 1), range(2)):
        y = _labels(n, seed)
        net = memorize(general_position(n, d, seed), y, "baum")
        smaller = min(int(y.sum()), n - int(y.sum()))
        half, pairs = baum.hidden_units(n, d, smaller)
        assert net.premises["general position"].holds
        assert net.residual == 0
        assert net.n_hidden == half + 2 * pairs <= -(-n // d)
        balanced = memorize(general_position(n, d, seed), np.arange(n) % 2, "baum")
        assert balanced.size == baum.size(n, d, 2)
        if n in (3 * d, 4 * d) and d > 1:
            assert balanced.n_hidden == n // d


@pytest.mark.parametrize("d", [2, 5, 70])
def test_a_facet_spares_a_unit_whichever_class_it_cuts_off(d: int) -> None:
    n = 5 * d
    for smaller, seed in product((2 * d + 1, 2 * d + d // 2), range(3)):
        y = np.zeros(n, dtype=int)
        y[np.random.default_rng(seed).permutation(n)[:smaller]] = 1
        net = memorize(general_position(n, d, seed), y, "baum", seed=seed)
        assert (net.n_hidden, net.residual) == (5, 0)


def test_points_on_the_moment_curve_are_in_general_position() -> None:
    Z = np.arange(1, 61)[:, None] ** np.arange(1, 9)
    net = memorize(Z, np.arange(60) % 2, "baum")
    assert (net.n_hidden, net.residual) == (8, 0)


@pytest.mark.parametrize("offset", [10**9, 10**12, 10**14])
@pytest.mark.parametrize("n", [10, 14])
def test_a_facet_is_found_however_far_from_the_origin(offset: int, n: int) -> None:
    """Columns of 1e-11 of their size went into the linear program, which found none."""
    Z = np.arange(1, n + 1)[:, None] ** np.arange(1, 3)
    for scale in (1, np.array([1, 1000])):
        net = memorize(offset + Z * scale, np.arange(n) % 2, "baum")
        assert (net.n_hidden, net.options["half"], net.residual) == (n // 2, 1, 0)


def test_a_unit_more_without_a_facet_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baum, "FACET_DIMENSION", 1)
    monkeypatch.setattr(baum, "FACET_COST", 0)
    Z = np.arange(1, 11)[:, None] ** np.arange(1, 3)
    net = memorize(Z, np.arange(10) % 2, "baum")
    assert net.n_hidden == 6 and net.residual == 0
    assert "without a facet of their hull" in net.premises["general position"].what


@pytest.mark.parametrize("d", [4, 7])
def test_cubes_work_and_say_that_they_are_not_in_general_position(d: int) -> None:
    Z = np.array(list(product((0, 1), repeat=d)))
    y = _labels(len(Z), d)
    net = memorize(Z, y, "baum")
    premise = net.premises["general position"]
    assert net.residual == 0
    assert not premise.holds
    assert "groups failed" in premise.what and f"affine rank {d} of {d}" in premise.what


def test_constant_coordinates_bound_the_groups_by_the_affine_rank() -> None:
    Z = np.concatenate((general_position(30, 4), np.full((30, 3), 5.0)), axis=1)
    net = memorize(Z, np.arange(30) % 2, "baum")
    assert net.n_hidden == -(-30 // 4)
    assert "affine rank 4 of 7, coordinates 0, 1, 2, 3" in net.premises["general position"].what


def test_constant_labels_and_one_point_need_no_unit() -> None:
    for label in (0, 1):
        net = memorize(general_position(9, 2), np.full(9, label), "baum")
        assert (net.n_hidden, net.residual) == (0, 0)
    assert memorize([[3, 4]], [1], "baum").residual == 0


def test_duplicates_are_merged_and_contradictions_refused() -> None:
    Z = general_position(6, 2)
    twice = np.concatenate((Z, Z))
    net = memorize(twice, np.tile([0, 1, 1], 4), "baum")
    assert (net.residual, net.n_hidden) == (0, 2)
    with pytest.raises(ValueError, match="identical points 0 and 6"):
        memorize(twice, [0] * 6 + [1] * 6, "baum")
    with pytest.raises(ValueError, match="needs the class numbers 0 and 1"):
        memorize(Z, [0, 1, 2, 0, 1, 2], "baum")


def _with_bias(net: Layered, unit: int, by: int) -> Layered:
    bias = net.layers[0].bias.copy()
    bias[unit] += by
    return dataclasses.replace(
        net, layers=(dataclasses.replace(net.layers[0], bias=bias), net.layers[1])
    )


def test_a_threshold_moved_past_its_group_is_seen_and_labels_swapped_are_wrong_there() -> None:
    Z, y = general_position(40, 3), np.arange(40) % 2
    net = memorize(Z, y, "baum")
    for unit in range(net.n_hidden):
        assert _with_bias(net, unit, -(10**9)).residual == 1
    swapped = y.copy()
    swapped[[4, 9]] = swapped[[9, 4]]
    assert np.flatnonzero(net.exact(Z) != swapped).tolist() == [4, 9]


@pytest.mark.parametrize("p", PRIMES)
def test_a_multiple_of_a_prime_that_ranks_are_taken_by_changes_nothing(p: int) -> None:
    assert memorize([[0], [p]], [0, 1], "baum").exact([[0], [p]]).tolist() == [0, 1]
    Z, y = np.random.default_rng(0).integers(-50, 50, (64, 8)), _labels(64, 0)
    units = memorize(Z, y, "baum").n_hidden
    multiple = memorize(p * Z, y, "baum")
    assert (multiple.n_hidden, multiple.residual) == (units, 0)
    assert multiple.premises["general position"].holds
    two = memorize([[0, 0], [p, 2 * p]], [1, 2], "bubeck", exact=True)
    assert (two.n_hidden, two.residual) == (4, 0)
