"""Exact arithmetic against fractions, where the fast ways meet their borders."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given

from expressivity import exact, interpolate
from expressivity.exact import as_fractions, exact_projections, fractions, slices
from expressivity.projection import projection_error
from expressivity.rational import RationalNetwork


def by_fractions(Z: Any, a: Any) -> list[Fraction]:
    return [
        sum((Fraction(p) * Fraction(q) for p, q in zip(z, a.tolist(), strict=True)), Fraction(0))
        for z in Z.tolist()
    ]


def projected(Z: Any, a: Any) -> list[Fraction]:
    return fractions(*exact_projections(Z, a)).tolist()


@pytest.mark.parametrize("d", [1, 2, 3, 4, 7, 15, 100, 1023, 5000])
def test_products_of_slices_add_up_without_rounding(d: int) -> None:
    """All slices are as large as they can be, and odd: a sum beyond 2^53 would be rounded."""
    bits = (53 - d.bit_length()) // 2
    for more in (-1, 0, 1, 2):
        z = np.full((1, d), 1 - 2.0 ** -(bits + more) + 2.0**-51)
        assert projected(z, z[0]) == by_fractions(z, z[0])


@pytest.mark.parametrize("powers", [(0, -500), (0, -1000), (500, 500), (-500, 300), (-390, 0)])
def test_numbers_of_very_different_sizes(powers: tuple[int, int]) -> None:
    near, far = np.array([[1 / 3, 2 / 3, 0.0]]), np.array([1 / 7, 0.0, 1 / 3])
    far[2] *= 2.0 ** powers[1]
    near[0, 0] *= 2.0 ** powers[0]
    for Z, a in ((near, far), (far[None], near[0]), (near, near[0]), (far[None], far)):
        assert projected(Z, a) == by_fractions(Z, a)


SIZES = st.integers(-1074, 1023).map(lambda e: 2.0**e)
DOUBLES = st.one_of(st.floats(allow_nan=False, allow_infinity=False), SIZES)


@given(
    st.integers(1, 3).flatmap(
        lambda d: st.lists(st.lists(DOUBLES, min_size=d, max_size=d), min_size=2, max_size=4)
    )
)
def test_projections_are_exact_whatever_the_doubles(rows: list[list[float]]) -> None:
    Z, a = np.array(rows[1:]), np.array(rows[0])
    assert projected(Z, a) == by_fractions(Z, a)


def test_an_entry_of_a_direction_that_vanishes_beside_another_is_not_lost() -> None:
    Z, a = np.array([[1, 2], [3, -1]]), np.array([2.0**584, 2.0**-540])
    assert projected(Z, a) == [2**584 + 2 * Fraction(2) ** -540, 3 * 2**584 - Fraction(2) ** -540]
    assert projection_error(Z, a, 3.0) > 0


def test_a_rational_network_is_exact_where_doubles_overflow() -> None:
    net = interpolate([[0.0], [1e-300]], [0.0, 1.0], exact=True)
    slope = 1 / Fraction(1e-300)
    assert net([[1e300]]).tolist() == [slope * Fraction(1e300)]


def test_only_projections_without_any_error_are_taken_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Z = np.array([[0.1, 0.7], [1e9, 1 / 3]])
    monkeypatch.setattr(exact, "projection_error", lambda *_: 1.0)
    assert projected(Z, Z[1]) == by_fractions(Z, Z[1])


def test_arrays_of_nothing_and_of_two_axes_keep_their_shape() -> None:
    assert as_fractions(np.empty((0, 2))).shape == (0, 2)
    assert fractions(np.array([[1, 2, 3]], dtype=object), -1).tolist() == [
        [Fraction(1, 2), Fraction(1), Fraction(3, 2)]
    ]
    assert slices(np.empty((0, 3)), 20) is not None
    assert projected(np.empty((0, 2)), np.ones(2)) == []


def test_a_rational_network_has_a_direction_of_doubles_and_copies() -> None:
    b, w = np.array([0, 1], dtype=object), np.array([Fraction(1), Fraction(-1)])
    net = RationalNetwork(np.array([1, 2]), b, w)
    assert net.a.dtype == np.float64 and net.b.dtype == net.w.dtype == object
    b[0] = 7
    assert net.b[0] == 0 and not net.b.flags.writeable


def test_directions_that_doubles_cannot_tell_apart_come_from_the_seed() -> None:
    # The least steps of both coordinates: no direction of doubles keeps all three apart.
    X, y = np.array([[1e16, 1.0], [1e16, 1 + 2.0**-52], [1e16 + 2, 1.0]]), [0.0, 1.0, 3.0]
    close, same = [[1.0, 1e-30], [1.0, 2e-30]], torch.ones(2, requires_grad=True)
    net = interpolate(close, [0, 1], direction=same, exact=True)  # pyright: ignore
    assert net(close).tolist() == [0, 1]
    with pytest.raises(ValueError, match="too close for double precision"):
        interpolate(X, y)
    one, same, other = (interpolate(X, y, exact=True, seed=seed) for seed in (0, 0, 1))
    assert (one.a == same.a).all() and (one.a != other.a).all()
    for net in (one, other):
        assert net(X).tolist() == y
    # A direction that is given is the network's, in doubles, also where it is given in integers.
    Z = [[0, 1], [1, 1], [2, 5]]
    given = interpolate(Z, [1, 2, 3], exact=True, direction=[1, 2**53])
    assert given.a.tolist() == [1.0, 2.0**53] and given(Z).tolist() == [1, 2, 3]
