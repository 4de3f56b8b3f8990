"""What goes beyond Theorem 1, as algebra that sympy verifies: how few units can do, and two layers.

The theorems are proved for all n in `rocq/LowerBounds.v` and `rocq/Inoue.v`; here are their steps.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import sympy
from sympy import Max, Symbol, symbols

from expressivity.proofs.symbolic import Step


def prove_beyond(n: int) -> list[Step]:
    """Verify the steps of the lower bound and of two hidden layers, for n points.

    Raises ValueError for n < 1. Cost: O(n^2) sums of ReLUs, a second at n = 12.
    Source: the lower bound by counting bends; Inoue 2019.
    """
    if n < 1:
        raise ValueError(f"n is {n}: give at least one point")
    return [one_bend(), bends(n), pieces(n), corrections(n)]


def bend(values: list[Any], at: list[Any]) -> Any:
    """Positive where three values bend upwards, 0 where they lie on a line."""
    (f, g, h), (x, y, z) = values, at
    return (z - y) * (f - g) + (y - x) * (h - g)


def one_bend() -> Step:
    """A unit bends only around its knot, and an affine function nowhere."""
    x, c, v = symbols("x c v", real=True)
    before, after, more = symbols("p q r", positive=True)
    early = [x, x + before + after, x + before + after + more]  # the knot before the middle
    late = [x, x + before, x + before + after + more]  # and behind it
    unit_early = [Max(t - (x + before), 0) for t in early]
    unit_late = [Max(t - (x + before + after), 0) for t in late]
    bent = [sympy.factor(bend(unit_early, early)), sympy.factor(bend(unit_late, late))]
    straight = bend([c + v * t for t in early], early)
    return Step(
        "Lower bound, 1: one unit, one bend",
        "At points x < y < z let the bend of f be (z - y) (f(x) - f(y)) + (y - x) (f(z) - "
        "f(y)). It is 0 "
        "for an affine f, so for a unit whose knot is not between x and z. A knot between x and "
        "y, at "
        "distances p and q, gives the first number, one between y and z, at distances q and r, "
        "the "
        "second: a unit bends a network only where its knot is, and only to the side of its "
        "weight.",
        bent,
        all(value.is_positive for value in bent) and sympy.expand(straight) == 0,
    )


def bends(n: int) -> Step:
    """Alternating labels bend at each inner point, each time to the other side."""
    t: list[Any] = [Symbol("t_1", real=True)]
    gaps = symbols(f"p_1:{n}", positive=True)
    for gap in gaps:
        t.append(t[-1] + gap)
    y = [sympy.Integer((-1) ** i) for i in range(n)]
    found = [sympy.expand(bend(y[i : i + 3], t[i : i + 3])) for i in range(n - 2)]
    wanted = [2 * (-1) ** i * (t[i + 2] - t[i]) for i in range(n - 2)]
    return Step(
        f"Lower bound, 2: {n} points of a line need {max(n - 2, 0)} hidden units",
        f"With the targets 1, -1, 1, ... the {max(n - 2, 0)} bends at neighbouring triples "
        f"alternate in "
        "sign. Each needs a unit whose knot lies inside and whose weight has its sign; triples "
        "whose "
        "bends have the same sign overlap in no more than an end, so the units differ: n - 2. "
        "If all "
        "units share one direction without an output bias, the network vanishes on one side, "
        "which adds "
        "two triples: n, as in Theorem 1 (shared_direction_needs_n_units).",
        [sympy.Eq(Symbol(f"B_{i + 1}"), value) for i, value in enumerate(found)],
        all(sympy.expand(a - b) == 0 for a, b in zip(found, wanted, strict=True))
        and all((value * (-1) ** i).is_positive for i, value in enumerate(found)),
    )


def pieces(n: int) -> Step:
    """The first layer makes every continuous function that is affine between its knots."""
    p = (n + 1) // 2
    slopes = symbols(f"s_1:{p + 1}", real=True)
    start, first = symbols("c k_1", real=True)
    r, rest = symbols("r q", nonnegative=True)
    gaps = symbols(f"g_1:{p + 1}", positive=True)
    holds = True
    for i in range(p):  # t lies on piece i, at k_i + r; the next knot is at t + q
        knots: list[Any] = [first]
        for j in range(1, p):
            knots.append(knots[-1] + (r + rest if j == i + 1 else gaps[j]))
        t = knots[i] + r
        jumps = [slopes[0], *(slopes[j] - slopes[j - 1] for j in range(1, p))]
        network = start + sum(
            v * Max(sympy.expand(t - k), 0) for v, k in zip(jumps, knots, strict=True)
        )
        value = start + sum(slopes[j] * (knots[j + 1] - knots[j]) for j in range(i)) + slopes[i] * r
        holds = holds and sympy.expand(network - value) == 0
    network = start + sum(
        v * Max(Symbol("t") - Symbol(f"k_{j + 1}"), 0)
        for j, v in enumerate([slopes[0], *(b - a for a, b in pairwise(slopes))])
    )
    return Step(
        f"Two hidden layers, 1: {p} units of one direction",
        f"On the piece behind its i-th knot this sum has the slope s_i, whatever the slopes: "
        f"with p = {p} "
        "knots it is any continuous function that is affine between them.",
        [network],
        holds,
    )


def corrections(n: int) -> Step:
    """Unit j sets the j-th point of every group and leaves those before it alone."""
    p = (n + 1) // 2
    sign, m, x, k, after = symbols("sigma m x_i k x_{i+1}", real=True)
    now, then = symbols("D_i D_{i+1}", real=True)
    # The next slope makes the pieces through (x_i, D_i) and (x_{i+1}, D_{i+1}) meet at the knot k.
    slope = (m * (k - x) + sign * (now - then)) / (after - k)
    meet = (now + sign * m * (k - x)) - (then - sign * slope * (k - after))
    bias = Symbol("C", real=True)
    holds = sympy.simplify(sympy.expand(meet).subs(sign**2, 1)) == 0
    for i in range(1, p + 1):
        size, error, below = symbols(f"D_{i} E_{i} F_{i}", nonnegative=True)
        second = Symbol(f"y_{i}2", real=True)
        # the first unit: right at the first point, too large by E_i >= 0 at the second
        at_first = bias + Max(size, 0) - Max(-below, 0)
        at_second = bias + (second - bias + error) - Max(error, 0)
        holds = holds and at_first == bias + size and sympy.expand(at_second - second) == 0
    return Step(
        "Two hidden layers, 2: each unit corrects one point of every group",
        f"The points are cut into {p} groups of two, taken from left to right in the groups 1, "
        f"3, ... and "
        "from right to left in the others. The first unit is a zig-zag D_i = y_i1 - C >= 0 at "
        "the first "
        "point of group i, with slopes of alternating signs sigma and as large as wanted: "
        "m_{i+1} = (m_i "
        "(k - x_i) + sigma (D_i - D_{i+1})) / (x_{i+1} - k) makes the pieces meet at the knot. "
        "At the second "
        "point it is too large by E_i >= 0, and the second unit, -F_i <= 0 at the first points "
        "and E_i at the "
        f"second, takes that away. So p + q units do for p q points ({p} + 2 for {2 * p}), p q "
        f"weights "
        "between them (two_hidden_layers_interpolate).",
        [sympy.Eq(Symbol("m_{i+1}"), slope)],
        bool(holds),
    )
