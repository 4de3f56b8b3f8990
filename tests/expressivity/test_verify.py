"""Each premise of the theorem is checked, and says the numbers that it was checked with."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from expressivity import Network, certify, interpolate, verify


def test_every_premise_says_its_numbers() -> None:
    X, y = np.arange(6)[:, None] * 4, np.array([0.0, 1, 3, 2, 5, 1])
    cases: list[tuple[Any, dict[str, Any], int | None, str]] = [
        (y, {}, 13, "13 weights = 2n + d"),
        (np.stack((y, y), 1), {}, 19, "19 weights = n K + n + d, K = 2"),
        (y, {"depth": 3}, None, "depth 3, width"),
        (X[:, 0] * 1.0, {"fewest": True}, None, "weights < 2n + d: "),
    ]
    for targets, options, weights, said in cases:
        net = interpolate(X, targets, direction=[1.0], **options)
        premises = verify(net, X, targets)
        assert all(premise.holds for premise in premises.values())
        assert premises["weights"].value == net.n_weights == (weights or net.n_weights)
        assert said in premises["weights"].what
        assert premises["weights"].what.startswith(f"{net.n_weights} weights")
        assert premises["distinct"].value == 4 and "least gap 4" in premises["distinct"].what
        assert premises["residual"].what.startswith("largest residual 0, exactly")
    premises = verify(interpolate(X, y, direction=[1.0]), X, y)
    for name, what in (("interleaved", "least t_j - b_j 4"), ("triangular", "A_ij = max(t_i")):
        assert premises[name].value == 4 and what in premises[name].what
    (only,) = [verify(interpolate([[3]], [1]), [[3]], [1])["distinct"]]
    assert only.holds and only.value == np.inf


def test_the_least_gap_of_two_units_in_the_last_place_is_one() -> None:
    for X in ([[0], [1]], [[1.0], [1 + 2.0**-52]], [[0.0], [5e-324]]):
        net = Network(np.ones(1), np.array([-1.0, X[0][0]]), np.ones(2))
        distinct = verify(net, X, [1, 2])["distinct"]
        assert distinct.holds and distinct.value == X[1][0] - X[0][0]
    # Exact gaps need be no doubles.
    for size, said, value in (
        (1e300, "least gap 2e+600", np.inf),
        (2.0**-600, "least gap 1.16e-361", 5e-324),
    ):
        net = Network(np.array([size]), np.array([-1.0]), np.ones(1))
        distinct = verify(net, [[-size], [size]], [1, 2])["distinct"]
        assert distinct.holds and said in distinct.what and distinct.value == value
    net = interpolate([[0], [1]], [1, 2], direction=[1.0])
    assert certify(net, [[0], [1]], [1, 2])["premises"]["least gap"] == "1"


def test_a_knot_out_of_place_breaks_the_interleaving() -> None:
    X, y = np.arange(4)[:, None] * 1.0, np.arange(4) % 2
    good = interpolate(X, y, direction=[1.0])
    for j, knot, holds in ((0, 0.0, False), (2, 1.0, True), (2, 2.0, False), (3, 1.5, False)):
        b = good.b.copy()
        b[j] = knot
        net = Network(good.a, b, good.w)
        assert verify(net, X, y)["interleaved"].holds is holds
        assert certify(net, X, y)["premises"]["interleaved"] is holds


@pytest.mark.parametrize(("times", "holds"), [(0.9, True), (2.5, False)])
def test_knots_may_be_off_by_what_projections_are(times: float, holds: bool) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((5, 40)), rng.standard_normal(5)
    net = interpolate(X, y)
    assert net.fit is not None and net.fit.error > 0
    b = net.b.copy()
    b[1:] -= times * net.fit.error
    premises = verify(Network(net.a, b, net.w), X, y)
    assert premises["interleaved"].holds == premises["triangular"].holds == holds


def test_a_knot_between_a_projection_and_what_it_is_rounded_to_is_judged_exactly() -> None:
    unit = 2.0**-52
    for rest, knot, holds in (
        ([0.55 * unit] * 4, 1 + 3 * unit, False),  # one at a time, four rounded up are past it
        ([2.0**-60, 0, 0, 0], 1.0, True),  # rounded, the projection is the knot
        ([-(2.0**-60), 0, 0, 0], 1.0, False),
    ):
        x = np.array([[1.0, *rest]])
        clearance = sum(map(Fraction, x[0])) - Fraction(knot)
        premises = verify(Network(np.ones(5), np.array([knot]), np.ones(1)), x, [0.0])
        for name in ("interleaved", "triangular"):
            assert premises[name].holds is (clearance > 0) is holds
            assert premises[name].value == float(clearance)


def test_a_given_tolerance_reaches_the_verdict() -> None:
    X, y = np.arange(4)[:, None], np.array([0.0, 0.5, 0.25, 2])
    net = interpolate(X, y)
    off = y + np.array([0, 0, 0.01, 0])
    assert not verify(net, X, off)["residual"].holds
    assert verify(net, X, off, tolerance=0.02)["residual"].holds


def test_a_network_of_fewer_units_must_have_fewer_weights() -> None:
    X, y = np.arange(5)[:, None] * np.ones((1, 3)), np.array([0.0, 1, 3, 2, 5])
    full = interpolate(X, y)
    assert verify(full, X[:4], y[:4])["weights"].holds is False  # more units than points
    two = np.array([[0.0, 0], [1, 2], [2, 4], [0, 1], [5, 5]])  # three of them on one line
    net = interpolate(X, two, fewest=True)
    assert net.n_hidden == 3 and verify(net, X, two)["weights"].holds


@pytest.mark.parametrize("gap", [2.0, 2.0**-52])
def test_two_points_and_the_least_gap_there_is(gap: float) -> None:
    X, y = np.array([[1.0], [1.0 + gap]]), np.array([0.0, 1.0])
    premises = verify(interpolate(X, y, direction=[1.0]), X, y)
    assert premises["distinct"].holds and premises["distinct"].value == gap


def test_fewer_units_with_several_outputs_have_fewer_weights() -> None:
    X = np.arange(30.0)[:, None]
    y = np.repeat(X, 4, axis=1)
    net = interpolate(X, y, direction=[1.0], fewest=True)
    weights = verify(net, X, y)["weights"]
    assert weights.holds and weights.value < 30 * 4 + 30 + 1
    # All but one of the units still are more weights than n / K of them.
    bent = np.where(np.arange(30) % 2, 1.0, 0.0)
    bent[:3] = [0.0, 1.0, 2.0]
    net = interpolate(X, np.repeat(bent[:, None], 4, axis=1), direction=[1.0], fewest=True)
    assert (
        20 < net.n_hidden < 30 and verify(net, X, np.repeat(bent[:, None], 4, 1))["weights"].holds
    )
