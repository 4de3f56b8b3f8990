"""The residual network of Hardt and Ma, and random features: doubles within their bound."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from expressivity.memorizers import random_features, residual
from expressivity.memorizers.memorize import memorize
from tests.expressivity.memorizers.samples import general_position


def _sphere(n: int, d: int, radius: float = 1.0) -> np.ndarray:
    Z = general_position(n, d, n)
    return Z * radius / np.linalg.norm(Z, axis=1, keepdims=True)


@pytest.mark.parametrize(("n", "d"), [(1, 1), (2, 1), (3, 2), (10, 3), (64, 8), (65, 8)])
@pytest.mark.parametrize("radius", [1e-3, 1.0, 700.0])
def test_points_on_a_sphere_of_any_radius(n: int, d: int, radius: float) -> None:
    Z, y = _sphere(n, d, radius), np.random.default_rng(n).uniform(-5, 5, n)
    if d == 1:
        Z = radius * np.array([[1.0], [-1.0]])[:n]
    net = memorize(Z, y, "residual")
    assert net.size == residual.size(n, d)
    assert net.n_weights == n * (2 * d + 1) + 1
    assert net.depth == 2 * -(-n // d) + 1
    assert np.abs(net(Z) - y).max() <= net.error < 1e-9
    assert float(net.residual) <= net.error


def test_corners_of_a_cube_have_equal_norms() -> None:
    Z = np.array(np.unravel_index(np.arange(64), (2,) * 6)).T * 2 - 1
    net = memorize(Z, np.arange(64) % 10, "residual")
    assert np.abs(net(Z) - np.arange(64) % 10).max() < 1e-9


def test_points_inside_the_hull_of_others_are_refused_by_row() -> None:
    with pytest.raises(ValueError, match=r"X\[4\].*equal norm.*use zhang"):
        memorize([[1, 0], [0, 1], [-1, 0], [0, -1], [0.1, 0.1]], range(5), "residual")
    with pytest.raises(ValueError, match="one output: use zhang"):
        memorize(_sphere(4, 2), np.zeros((4, 2)), "residual")


def test_constant_and_zero_labels() -> None:
    for label in (0.0, 3.5):
        assert memorize(_sphere(9, 3), np.full(9, label), "residual").error < 1e-9


@pytest.mark.parametrize(("n", "d"), [(1, 3), (2, 2), (5, 4), (60, 8), (200, 20)])
def test_random_features_fit_within_their_bound(n: int, d: int) -> None:
    Z, y = general_position(n, d), np.random.default_rng(n).uniform(-1, 1, n)
    net = memorize(Z, y, "random-features")
    assert net.size == random_features.size(n, d)
    assert net.n_weights == n * (d + 2)
    assert np.abs(net(Z) - y).max() <= net.error < 0.02
    exact = net.exact(Z)
    assert all(
        abs(Fraction(v) - w) <= Fraction(b)
        for v, w, b in zip(net.doubles(Z).values, exact, net.doubles(Z).bound, strict=True)
    )


def test_random_features_have_several_outputs() -> None:
    Z, y = general_position(30, 5), np.random.default_rng(1).uniform(-1, 1, (30, 3))
    net = memorize(Z, y, "random-features")
    assert net.size == random_features.size(30, 5, outputs=3)
    assert np.abs(net(Z) - y).max() <= net.error


def test_random_features_refuse_what_doubles_cannot_solve() -> None:
    with pytest.raises(ValueError, match="ill-conditioned"):
        memorize(1 + np.arange(40)[:, None] * 2.0**-52, np.arange(40) % 2, "random-features")
