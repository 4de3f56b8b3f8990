"""Each rounding bound from both sides: an adversary comes near it and never passes it.

The adversary evaluates the network in rational numbers and rounds every single operation by the
unit roundoff, upwards or downwards as hurts most; it moves every projection as far as the stated
error allows, and orders the terms of each dot product of 64 as hurts most. It has no notion of the
bound's formulas.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressivity.bounds import Fit, _sum_error, error_bound, rounding, stored_error
from expressivity.compiled import Compiled
from expressivity.deep import layers
from expressivity.interpolate import interpolate
from expressivity.literal import UNIT_BLOCK, relu_sum
from expressivity.network import Network

U = Fraction(1, 2**53)
ZERO = Fraction(0)


def short(x: Fraction) -> Fraction:
    """Cut a number to a grid far below what is looked at, so that fractions stay short."""
    return Fraction(round(x * 2**300), 2**300)


class Adversary:
    """Rounds each operation by the unit roundoff towards `sign`."""

    def __init__(self, sign: int) -> None:
        self.sign = sign

    def rounded(self, x: Fraction) -> Fraction:
        return short(x + self.sign * U * abs(x))

    def added(self, x: Fraction, y: Fraction) -> Fraction:
        """Add; only a sum with 0 is exact."""
        return self.rounded(x + y) if x and y else x + y

    def literal(self, t: Fraction, b: Any, w: Any, shares: list[slice]) -> Fraction:
        """Sum the ReLUs as `Network.__call__` does, blocks of 64 units in the worst order."""
        value = ZERO
        for units in shares:
            layer = ZERO
            for first in range(units.start, units.stop, UNIT_BLOCK):
                block = range(first, min(first + UNIT_BLOCK, units.stop))
                products = []
                for j in block:
                    # Each rounding is chosen by what the product does with it.
                    favour = Adversary(self.sign * (1 if w[j] > 0 else -1))
                    active = max(favour.rounded(t - b[j]), ZERO)
                    products.append(self.rounded(active * w[j]))
                # What cancels comes last: partial sums are as large as they can be.
                down = reduce(self.added, sorted(products, reverse=True), ZERO)
                up = reduce(self.added, sorted(products), ZERO)
                layer = self.added(layer, max(down, up, key=lambda total: self.sign * total))
            value = self.added(value, layer)
        return value

    def compiled(self, t: Fraction, b: Any, w: Any) -> Fraction:
        """Follow the running values as `Compiled` does, from its own slopes."""
        slopes = [Fraction(s) for s in np.cumsum([float(v) for v in w]).tolist()]
        value, before = ZERO, ZERO
        for j in range(len(b)):
            if b[j] > t:
                break
            if j:
                favour = Adversary(self.sign * (1 if slopes[j - 1] > 0 else -1))
                step = self.rounded(slopes[j - 1] * favour.rounded(b[j] - b[j - 1]))
                value = self.added(value, step)
            before = slopes[j]
        else:
            j = len(b)
        if j == 0:
            return ZERO
        favour = Adversary(self.sign * (1 if before > 0 else -1))
        return self.added(value, self.rounded(before * favour.rounded(t - b[j - 1])))


def attacked(
    t: Any, b: Any, w: Any, error: float, depth: int | list[slice], form: str
) -> tuple[Fraction, Fraction]:
    """Return how far the adversary gets, and the bound."""
    shares = layers(len(b), depth) if isinstance(depth, int) else depth
    bound = rounding(b, w, t, error, shares)[("literal", "compiled").index(form)]
    bs, ws = [Fraction(v) for v in b.tolist()], [Fraction(v) for v in w.tolist()]
    worst = ZERO
    some = t if len(t) <= 40 else np.append(t[:: len(t) // 4], t[-2:])
    for ti in map(Fraction, some.tolist()):
        exact = sum((v * max(ti - k, ZERO) for k, v in zip(bs, ws, strict=True)), ZERO)
        for sign in (1, -1):
            # Both this projection and the one that the network was built on were off.
            for moved in {ti - 2 * Fraction(error), ti, ti + 2 * Fraction(error)}:
                one = Adversary(sign)
                value = (
                    one.literal(moved, bs, ws, shares)
                    if form == "literal"
                    else one.compiled(moved, bs, ws)
                )
                worst = max(worst, abs(value - exact))
    return worst, Fraction(bound)


def network(kind: str, n: int, seed: int = 0) -> tuple[Any, Any, Any]:
    """Return projections, knots and weights of a network with the values that a kind names."""
    rng = np.random.default_rng(seed)
    x = np.arange(n) * 1.0 if kind != "random" else np.sort(rng.standard_normal(n))
    y: Any = {
        "line": x + 1 + (x % 3 == 0) * 2.0**-20,
        "steep start": 1e6 + (-1.0) ** np.arange(n),
        "parabola": x**2 / n,
        "zigzag": (-1.0) ** np.arange(n),
        "random": rng.standard_normal(n),
        "late": np.where(x > n - 3, 1e3, 0.0) + 1e-6 * x,
    }[kind]
    net = interpolate(x[:, None], y, direction=[1.0])
    assert net.fit is not None
    return net.fit.t, net.b, net.w


KINDS = ["line", "steep start", "parabola", "zigzag", "random", "late"]


@pytest.mark.parametrize("form", ["literal", "compiled"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n", "depth"), [(1, 2), (70, 2), (70, 4)])
def test_no_adversary_passes_the_bound(form: str, kind: str, n: int, depth: int) -> None:
    worst, bound = attacked(*network(kind, n), 0.0, min(depth, n + 1), form)
    assert worst <= bound


@pytest.mark.parametrize(
    ("form", "kind", "n", "depth", "factor"),
    [
        ("literal", "line", 64, 2, 1.1),
        ("literal", "steep start", 64, 2, 2.5),
        ("literal", "parabola", 130, 2, 3.0),
        ("literal", "zigzag", 130, 2, 12.0),
        ("literal", "random", 130, 2, 12.0),
        ("literal", "line", 130, 4, 1.6),
        ("compiled", "line", 130, 2, 1.1),
        ("compiled", "steep start", 130, 2, 1.1),
        ("compiled", "parabola", 130, 2, 1.3),
        ("compiled", "zigzag", 130, 2, 1.5),
        ("compiled", "random", 130, 2, 1.5),
    ],
)
def test_an_adversary_comes_near_the_bound(
    form: str, kind: str, n: int, depth: int, factor: float
) -> None:
    worst, bound = attacked(*network(kind, n), 0.0, depth, form)
    assert worst <= bound <= factor * worst, float(bound / worst)


def spike(n: int, at: int) -> tuple[Any, Any, Any]:
    """Return points, knots and weights of one steep unit among many that hardly count."""
    b, w = np.arange(n) * 2.0**-20, np.full(n, 2.0**-30)
    w[at] = 1.0
    return np.array([1.0]), b, w


@pytest.mark.parametrize(
    ("n", "at", "factor"),
    [(64, 0, 1.03), (64, 63, 1.03), (65, 0, 1.045), (128, 127, 1.03)],
)
def test_a_single_unit_pays_for_every_rounding_it_meets(n: int, at: int, factor: float) -> None:
    """A difference, a product, 63 sums of its block, then one for each block that follows."""
    worst, bound = attacked(*spike(n, at), 0.0, 2, "literal")
    assert worst <= bound <= factor * worst, float(bound / worst)


@pytest.mark.parametrize(
    ("n", "steep", "shares", "factor"),
    [
        # Steep in the second block: its sum and that of the third are rounded, the first is not.
        (129, {127: 1.0}, [129], 1.002),
        (130, {127: 1.0}, [130], 1.002),
        # The second layer takes back what the first hands on: its own sums are what is rounded.
        (192, {0: 1.0, 64: -1.0}, [64, 192], 1.02),
        # Nothing is handed on: the layer's sum is rounded when it is added to that.
        (128, {64: 1.0}, [64, 128], 1.02),
    ],
)
def test_each_sum_of_blocks_and_of_layers_is_paid_for(
    n: int, steep: dict[int, float], shares: list[int], factor: float
) -> None:
    b, w = np.arange(n) * 2.0**-20, np.full(n, 2.0**-30)
    for at, weight in steep.items():
        w[at] = weight
    slices = [slice(start, stop) for start, stop in zip([0, *shares], shares, strict=False)]
    worst, bound = attacked(np.array([1.0]), b, w, 0.0, slices, "literal")
    assert worst <= bound <= factor * worst, float(bound / worst)


def test_what_a_slope_loses_bends_the_line_behind_it() -> None:
    # 2^53 + 3/4 is rounded to 2^53: the line behind is flat where it should rise by 3/4.
    b, w = np.array([0.0, 2.0**-60, 2.0**-59]), np.array([2.0**53, 0.75, -(2.0**53)])
    worst, bound = attacked(np.array([1.0]), b, w, 0.0, 2, "compiled")
    assert worst <= bound <= 1.1 * worst and worst > 0.7
    # The knots that lose are next to the end, where they bend nothing any more.
    near = np.array([0.0, 1 - 2.0**-30, 1 - 2.0**-31])
    worst, bound = attacked(np.array([1.0]), near, w[[1, 0, 2]], 0.0, 2, "compiled")
    assert worst <= bound <= 4 * worst


def test_the_error_of_a_sum_is_exact() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 3000)) * 2.0 ** rng.integers(-30, 30, (2, 3000))
    lost = _sum_error(x, y, x + y).tolist()
    for p, q, total, error in zip(x.tolist(), y.tolist(), (x + y).tolist(), lost, strict=True):
        assert Fraction(p) + Fraction(q) == Fraction(total) + Fraction(error)


@pytest.mark.parametrize("n", [1, 3, 70])
def test_numbers_too_small_to_be_normal_may_be_lost(n: int) -> None:
    """A processor may take each for 0: a product and a sum for every unit."""
    smallest = float(np.finfo(float).tiny)
    b: Any = np.arange(n) * 2.0**-20
    w = np.full(n, smallest * 2.0**-20)
    for bound in rounding(b, w, np.array([1.0]), 0.0, layers(n, 2)):
        assert 2 * n * smallest <= bound <= 4.01 * n * smallest


def test_room_for_what_the_bound_loses_itself_grows_with_the_units() -> None:
    # One steep unit: rounded 65 times in its block, and once with each of n / 64 blocks.
    n = 4_000_000
    b: Any = np.arange(n) * 2.0**-50
    w = np.zeros(n)
    w[0] = 1.0
    first_order = 2.0**-53 * (65 + n / 64)
    literal, _ = rounding(b, w, np.array([1.0]), 0.0, layers(n, 2))
    assert 1 + 2.0**-53 * n**2 <= literal / first_order <= 1.004


def test_points_before_the_first_knot_cost_nothing() -> None:
    b, w = np.array([0.0, 1.0]), np.array([1.0, 3.0])
    both, last = (rounding(b, w, np.array(t), 0.0, layers(2, 2)) for t in ([-1e9, 2.0], [2.0]))
    assert both == last
    alone = rounding(b[:1], w[:1], np.array([-1e9, -1e8]), 0.0, layers(1, 2))
    assert max(alone) < 1e-300


@pytest.mark.parametrize("depth", [2, 4])
def test_bounds_of_weights_that_lose_digits_scale_as_well(depth: int) -> None:
    rng = np.random.default_rng(0)
    b, t = np.sort(rng.standard_normal(90)), np.sort(rng.standard_normal(9))
    w = rng.standard_normal(90) * 10.0 ** rng.uniform(-6, 6, 90)
    one = np.array(rounding(b, w, t, 1e-10, layers(90, depth)))
    for s in (2.0**-60, 2.0**60):
        assert rounding(b, s * w, t, 1e-10, layers(90, depth)) == pytest.approx(s * one, rel=1e-9)
        scaled = rounding(s * b, w, s * t, s * 1e-10, layers(90, depth))
        assert scaled == pytest.approx(s * one, rel=1e-9)


def test_a_value_that_is_handed_on_is_rounded_in_every_layer() -> None:
    worst, bound = attacked(*network("steep start", 300), 0.0, 301, "literal")
    assert worst <= bound <= 4 * worst, float(bound / worst)


@pytest.mark.parametrize(
    ("t", "w", "factor"),
    [
        (8.0, [2.0**-30, 1.0, -1.0], 1.02),  # a steep step, and what it leaves is carried on
        (2.0, [2.0**-30, 1.0, -1.0], 1.35),  # the same up to the knot where it ends
        (2.0, [2.0**-30, 1.0], 1.02),  # the last piece alone
    ],
)
def test_a_step_and_a_last_piece_cost_what_they_are(
    t: float, w: list[float], factor: float
) -> None:
    b = np.array([0.0, 1.0, 2.0][: len(w)])
    worst, bound = attacked(np.array([t]), b, np.array(w), 0.0, 2, "compiled")
    assert worst <= bound <= factor * worst, float(bound / worst)


@pytest.mark.parametrize("depth", [2, 5])
def test_bounds_scale_with_knots_and_with_weights(depth: int) -> None:
    """They know no unit of length: nothing in them is compared with 1."""
    t, b, w = network("random", 200)
    one = np.array(rounding(b, w, t, 1e-10, layers(200, depth)))
    for power in (-60, 60):
        s = 2.0**power
        assert rounding(b, s * w, t, 1e-10, layers(200, depth)) == pytest.approx(s * one, rel=1e-9)
        scaled = rounding(s * b, w, s * t, s * 1e-10, layers(200, depth))
        assert scaled == pytest.approx(s * one, rel=1e-9)


@pytest.mark.parametrize("form", ["literal", "compiled"])
@pytest.mark.parametrize("kind", ["zigzag", "random"])
def test_projections_that_are_off_are_paid_for_and_no_more(form: str, kind: str) -> None:
    t, b, w = network(kind, 40)
    error = 1e-7 * float(np.diff(t).min())
    worst, bound = attacked(t, b, w, error, 2, form)
    assert worst <= bound <= 1.1 * worst, float(bound / worst)


@given(st.integers(1, 12), st.integers(0, 2**32 - 1), st.integers(2, 4), st.integers(-3, 3))
@settings(max_examples=25, deadline=None)
def test_no_adversary_passes_the_bound_of_any_network(
    n: int, seed: int, depth: int, scale: int
) -> None:
    # Not only networks that interpolate: any knots, any weights, any error of the projections.
    rng = np.random.default_rng(seed)
    b = np.sort(rng.standard_normal(n)) * 10.0**scale
    w = rng.standard_normal(n) * 10.0 ** rng.uniform(-6, 6, n)
    t = np.sort(rng.standard_normal(4)) * 10.0**scale
    for form in ("literal", "compiled"):
        for error in (0.0, 1e-9):
            worst, bound = attacked(t, b, w, error, min(depth, n + 1), form)
            assert worst <= bound


@pytest.mark.parametrize("kind", KINDS)
def test_doubles_are_no_adversary(kind: str) -> None:
    t, b, w = network(kind, 300)
    literal, compiled = rounding(b, w, t, 0.0, [slice(0, 300)])
    for value, bound in (
        (relu_sum(t, b, w), literal),
        (Compiled.of(np.ones(1), b, w).along(t), compiled),
    ):
        for ti, found in list(zip(t.tolist(), value.tolist(), strict=True))[::37]:
            exact = sum(
                Fraction(v) * max(Fraction(ti) - Fraction(k), ZERO)
                for k, v in zip(b.tolist(), w.tolist(), strict=True)
            )
            assert abs(Fraction(found) - exact) <= Fraction(bound)


def test_the_bound_of_several_outputs_is_that_of_the_worst() -> None:
    t, b, w = network("random", 50)
    columns = np.stack((w, 8 * w, -w / 4), axis=1)
    one = rounding(b, w, t, 1e-12, layers(50, 3))
    # All but the room for underflow is proportional to the weights.
    assert rounding(b, columns, t, 1e-12, layers(50, 3)) == pytest.approx(8 * np.array(one))


def test_the_stored_error_is_exact_and_rounded_up_and_part_of_both() -> None:
    t, b, w = network("random", 20)
    y = np.array([0.1] * 20)
    fit = Fit(t, y, 0.0)
    exact = max(
        abs(
            sum(
                Fraction(v) * max(Fraction(ti) - Fraction(k), ZERO)
                for k, v in zip(b.tolist(), w.tolist(), strict=True)
            )
            - Fraction(0.1)
        )
        for ti in t.tolist()
    )
    stored = stored_error(b, w, fit)
    assert Fraction(np.nextafter(stored, 0)) < exact <= Fraction(stored)
    bound, more = error_bound(b, w, fit, layers(20, 2)), rounding(b, w, t, 0.0, layers(20, 2))
    assert bound.stored == stored
    assert (bound.literal, bound.compiled) == (stored + more[0], stored + more[1])


@pytest.mark.filterwarnings("error")
def test_what_overflows_is_not_bounded() -> None:
    b, w, t = np.array([-1e308, 0.0, 1.0]), np.array([1e10, -1e10, 1.0]), np.array([2.0])
    assert rounding(b, w, t, 0.0, layers(3, 2)) == (np.inf, np.inf)
    # Infinity less infinity is not a number, and no bound of 0 either.
    assert rounding(b, np.array([1e308, 1e308, -1e308]), t, 0.0, layers(3, 2)) == (np.inf, np.inf)
    fine = np.ones(3)
    both = rounding(b, np.stack((fine, w), axis=1), t, 0.0, layers(3, 2))
    assert both == (np.inf, np.inf) == rounding(b, fine, t, np.inf, layers(3, 2))


@pytest.mark.parametrize(
    ("t", "y", "error", "says"),
    [
        ([0, 1], [0, 1, 2], 0.0, r"t and y have shapes \(2,\) and \(3,\)"),
        ([1, 0], [0, 1], 0.0, "give increasing projections"),
        ([0, 0], [0, 1], 0.0, "give increasing projections"),
        ([0, np.nan], [0, 1], 0.0, "give increasing projections"),
        ([0, 1], [0, np.inf], 0.0, "all finite"),
        ([], [], 0.0, "t and y"),
        ([0, 1], [0, 1], -1.0, "error is -1.0: give a bound"),
        ([0, 1], [0, 1], np.nan, "error is nan"),
        ([0, 1], [0, 1], None, "error is None"),
    ],
)
def test_what_is_no_fit_bounds_nothing(t: Any, y: Any, error: float, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Fit(t, y, error)
    one = Fit(np.zeros(1), np.zeros((1, 3)), 0.0)
    with pytest.raises(ValueError, match=r"fit has targets of shape \(1, 3\) and w the shape"):
        Network([1.0], [0.0], [1.0], one)  # pyright: ignore[reportArgumentType]


def test_a_fit_is_a_copy_in_doubles_that_cannot_be_changed() -> None:
    t, y = np.arange(3, dtype=np.float32), np.arange(3)
    fit = Fit(t, y, np.float32(0.5))  # pyright: ignore[reportArgumentType]
    assert type(fit.error) is float and Fit(fit.t, fit.y, 1).error.hex() == "0x1.0000000000000p+0"
    for mine, theirs in ((fit.t, t), (fit.y, y)):
        assert mine.dtype == np.float64 and not mine.flags.writeable
        theirs[0] = 7
        assert mine.tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("X", "y", "options"),
    [
        ([[0], [1e6], [3e6]], [1e-320, 2e-320, 5e-320], {"direction": [1.0], "fewest": True}),
        ([[0], [1], [3]], [1.0, 1 + 2**-52, 5], {"fewest": True}),
        ([[0], [1e300], [3e300]], [1.0, 1 + 2**-52, 5], {"direction": [1.0], "fewest": True}),
        ([[-1e308], [1e307]], [1.0, 2.0], {"fewest": True}),
        ([[5e-324], [1e-323]], [1.0, 2.0], {}),
        ([[0.0], [1.0]], [1.7e308, -1.0], {"fewest": True}),
    ],
)
def test_knots_are_finite_and_the_bound_holds(X: Any, y: Any, options: Any) -> None:
    try:
        net = interpolate(X, y, **options)
    except ValueError:
        return  # refused by name
    for form, bound in ((net, net.error.literal), (net.compiled, net.error.compiled)):
        assert np.isfinite(net.b).all() and np.abs(form(X) - y).max() <= bound


@pytest.mark.parametrize("size", [1.7e308, 8e307])
def test_a_direction_too_long_is_refused_by_name(size: float) -> None:
    with pytest.raises(ValueError, match="scale the direction down"):
        interpolate([[0.9], [-0.9], [0.1]], [1, 2, 3], direction=[size])
