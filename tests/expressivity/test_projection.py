"""Projections and the bound on their error, against exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from expressivity import interpolate
from expressivity.exact import exact_projections
from expressivity.projection import project, project_and_measure, projection_error


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("d", [1, 2, 8191, 8192, 8193, 16385, 20001])
def test_projections_are_within_their_error_of_the_exact_ones(d: int) -> None:
    rng = np.random.default_rng(d)
    Z, a = rng.standard_normal((2, d)), rng.standard_normal(d)
    error = projection_error(Z, a, float(np.abs(Z).max()))
    whole, exponent = exact_projections(Z, a)
    for t, exact in zip(project(Z, a).tolist(), whole.tolist(), strict=True):
        assert abs(Fraction(t) - Fraction(exact) * Fraction(2) ** exponent) <= Fraction(error)
    assert not np.isfinite(project(np.full((1, d), 1.7e308), np.full(d, 2.0))).any()


@pytest.mark.parametrize("d", [2, 1000, 10**6])
def test_the_error_of_a_projection_is_the_standard_bound(d: int) -> None:
    """gamma_d |a|_1 max|z| with gamma_d = d u / (1 - d u), and two more roundings a term."""
    u = Fraction(1, 2**53)
    standard = Fraction(d) * u / (1 - d * u) * d * Fraction(1, 2)
    found = Fraction(projection_error(np.array([[0.5, 0.25]]), np.ones(d), 0.5))
    assert standard * (1 + d * u) < found < standard * (1 + Fraction(5, 2) * d * u + 4 * u)


def test_which_projections_are_exact() -> None:
    whole, real = np.array([[3, -8], [0, 5]]), np.array([[0.1], [0.3], [0.0]])
    for Z, a, exact in (
        (whole, [3.0, -5.0], True),
        (whole, [3 * 2.0**-60, -5 * 2.0**-60], True),
        (whole, [0.1, 1.0], False),
        (whole, [2.0**50, 1.0], False),
        *((real, [v], True) for v in (1.0, -1.0, 0.5, -4.0)),
        (real, [0.75], False),
        (real[:2].T, [1.0, 0.0], False),
        (real * 1e-300, [2.0**-30], False),  # denormal products are rounded
        (real * 1e-300, [1.0], True),
        (np.array([[np.finfo(float).tiny]]), [1.0], False),  # underflow begins here
        (np.array([[2 * np.finfo(float).tiny]]), [0.5], False),
    ):
        largest = float(np.abs(Z).max())
        assert (projection_error(Z, np.array(a), largest) == 0) == exact, (Z, a)


def test_integers_that_no_double_holds_are_no_query() -> None:
    net = interpolate([[0], [1]], [1, 2], direction=[1.0])
    with pytest.raises(ValueError, match="2\\^53"):
        net([[2**53 + 1]])


@pytest.mark.parametrize("power", [-500, -480, -60, 0, 60])
@pytest.mark.parametrize("size", [-1000, -600, -575, -500, 0])
def test_a_power_of_two_rounds_only_what_underflows(power: int, size: int) -> None:
    Z, a = np.array([[3.1 * 2.0**size], [1.0]]), np.array([2.0**power])
    error = Fraction(projection_error(Z, a, max(1.0, 3.1 * 2.0**size)))
    for z, t in zip(Z[:, 0].tolist(), project(Z, a).tolist(), strict=True):
        assert abs(Fraction(t) - Fraction(z) * Fraction(2) ** power) <= error


def test_the_largest_coordinate_is_measured_whatever_its_size() -> None:
    for Z in (np.array([[0.25, -0.5]]), np.array([[3.0, 2.0]]), np.empty((0, 2))):
        t, largest = project_and_measure(Z, np.ones(2))
        assert (
            largest == np.abs(Z).max(initial=0.0) and t.tolist() == project(Z, np.ones(2)).tolist()
        )


@pytest.mark.parametrize("d", [3, 300, 9000])
def test_a_projection_does_not_depend_on_how_its_point_is_stored(d: int) -> None:
    rng = np.random.default_rng(d)
    Z, a = rng.integers(-(2**20), 2**20, (7, d)).astype(float), rng.standard_normal(d)
    t = project(Z, a).tolist()
    wide = np.zeros((7, 2 * d))
    wide[:, ::2] = Z
    unaligned = np.frombuffer(b"x" + Z.tobytes(), dtype=np.uint8)[1:].view(np.float64)
    stored = [np.asfortranarray(Z), wide[:, ::2], np.ascontiguousarray(Z[::-1])[::-1]]
    stored += [Z.astype(np.int64), Z.astype(np.int32), Z.astype(">f8"), unaligned.reshape(7, d)]
    stored += [Z.astype(np.float32)]
    for other in stored:
        assert project(other, a).tolist() == t
        assert project_and_measure(other, a)[0].tolist() == t


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int8])
def test_the_largest_coordinate_is_measured_on_the_way(dtype: type) -> None:
    Z = np.array([[0, 0, 0]], dtype)
    assert project_and_measure(Z[:0], np.ones(3))[1] == project_and_measure(Z, np.ones(3))[1] == 0
    for largest in (-1, 1):
        Z = (np.array([[0, 1, 0]]) * largest).astype(dtype)
        assert project_and_measure(Z, np.ones(3))[1] == 1
    small = np.array([[0.25, -0.5]])
    assert project_and_measure(small, np.ones(2))[1] == 0.5


@pytest.mark.filterwarnings("error")
def test_what_overflows_is_no_warning() -> None:
    Z = np.array([[1.7e308, 1.7e308], [1.7e308, -1.7e308]])
    for d in (2, 9000):
        wide = np.tile(Z, d // 2)
        t, largest = project_and_measure(wide, np.full(len(wide[0]), 2.0))
        assert not np.isfinite(t).any() and largest == 1.7e308


def test_no_error_is_claimed_where_a_sum_may_overflow_or_a_product_underflow() -> None:
    far = np.array([[1e308, -1e308, 1.0]])  # whole numbers, in which 1 may be lost on the way
    assert projection_error(far, np.ones(3), 1e308) >= 1
    a = np.array([2.0**-1020])
    Z = np.array([[2.0**-40 / 3], [1.0]])
    t = Fraction(project(Z, a).tolist()[0])
    missed = abs(t - Fraction(Z[0, 0]) * Fraction(2) ** -1020)
    assert 0 < missed <= Fraction(projection_error(Z, a, 1.0))
    # The smallest normal number is a product without a rounding, and so is every zero.
    for points, direction in (([[1.0], [2.0]], [2.0**-1022]), ([[0.0, 0.0]], [1.0, 3.0])):
        held = np.array(points)
        assert projection_error(held, np.array(direction), float(held.max())) == 0
