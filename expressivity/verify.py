"""Verify the theorem on a sample: the count, the premises of the proof, the residual."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from expressivity.exact import (
    Exact,
    as_fraction,
    dyadic,
    exact_projections,
    rounded_up,
    scaled,
)
from expressivity.network import Network
from expressivity.projection import projection_error
from expressivity.residual import judged, residuals_at
from expressivity.rounding import downwards, upwards
from expressivity.sample import Sample, distinct, sample_for


@dataclass(frozen=True)
class Premise:
    """One thing that was checked.

    Attributes
    ----------
    holds : whether it is so
    what : what was checked, in words, with its numbers
    value : the number measured

    Examples
    --------
    >>> from expressivity import interpolate, verify
    >>> X, y = [[0], [2]], [1, 0]
    >>> verify(interpolate(X, y, direction=[1]), X, y)["distinct"]
    Premise(holds=True, what='projections are distinct, least gap 2', value=2.0)
    """

    holds: bool
    what: str
    value: float


def verify(
    net: Network, X: ArrayLike, y: ArrayLike, *, tolerance: float | Fraction | None = None
) -> dict[str, Premise]:
    """Check every premise of Theorem 1 for a network and the sample it should interpolate.

    Nothing is taken from the construction: projections, order and residual are computed anew and
    exactly.

    Parameters
    ----------
    net : Network, of any depth
    X, y : the sample, as for `interpolate`
    tolerance : the largest residual that interpolates; without it a ten-thousandth of the range of
        the targets (`expressivity.residual`)

    Returns
    -------
    dict with the keys weights, distinct, interleaved, triangular, residual; without interleaved
    and triangular for a network of fewer hidden units than points. The values of distinct,
    of interleaved and triangular, and of residual are the least exact gap, the least exact
    t_j - b_j and the largest exact residual, rounded up.

    Raises
    ------
    TypeError, ValueError
        as `interpolate`, for input that is no sample, and if X or y has not the network's d or K.

    Cost: as `expressivity.residual.residual`.
    Source: Theorem 1, steps 1 to 4; Lemma 1.

    Examples
    --------
    >>> from expressivity import interpolate, verify
    >>> X, y = [[0, 1], [1, 1], [3, 0]], [0.5, 2, -1]
    >>> premises = verify(interpolate(X, y), X, y)
    >>> premises["weights"].what, all(premise.holds for premise in premises.values())
    ('8 weights = 2n + d', True)
    """
    given = sample_for(net, X, y)
    if not isinstance(net, Network):
        raise TypeError(
            f"net is a {type(net).__name__}: certify(net, X, y) checks rational weights exactly, "
            "verify those of net.rounded()"
        )
    given = given.take(distinct(given))
    n, d = given.z.shape
    whole, exponent = exact_projections(given.z, net.a)
    line = np.sort(whole)
    gaps = np.diff(line)
    gap = as_fraction(int(gaps.min()), exponent) if n > 1 else None
    premises = {
        "weights": _count(net, n, d),
        "distinct": Premise(
            gap is None or gap > 0,
            f"projections are distinct, least gap {'inf' if gap is None else downwards(gap)}",
            inf if gap is None else rounded_up(gap),
        ),
    }
    if net.n_hidden == n:
        premises |= _interleaving(net, (line, exponent), given)
    found = judged(residuals_at(net, (whole, exponent), given.y), given.y, n, tolerance)
    premises["residual"] = Premise(found.interpolates, str(found), rounded_up(found.largest))
    return premises


def _interleaving(net: Network, t: tuple[Exact, int], given: Sample) -> dict[str, Premise]:
    """Hold the knots against the sorted projections, both exact."""
    b = dyadic(net.b)
    low = min(t[1], b[1])
    whole, knots = (scaled(values, exponent - low) for values, exponent in (t, b))
    clearance = as_fraction(int((whole - knots).min()), low)
    beyond = as_fraction(int((whole[:-1] - knots[1:]).max(initial=0)), low)
    # A knot that was a projection is off by its rounding.
    error = projection_error(given.z, net.a, given.largest)
    near = clearance > 0 and beyond <= error
    within = f" but for the {upwards(error)} that a projection is rounded by" if error else ""
    return {
        "interleaved": Premise(
            near,
            f"b_1 < t_1 <= b_2 < ... < t_n{within}, least t_j - b_j {downwards(clearance)}",
            rounded_up(clearance),
        ),
        "triangular": Premise(
            near and bool((knots[1:] >= knots[:-1]).all()),
            f"A_ij = max(t_i - b_j, 0) is lower triangular{within}, with a positive diagonal",
            rounded_up(clearance),
        ),
    }


def _count(net: Network, n: int, d: int) -> Premise:
    K = net.n_outputs
    m, stored = net.n_hidden, net.n_weights
    theorem = "2n + d" if K == 1 else f"n K + n + d, K = {K}"
    if net.depth > 2:
        what = f"{stored} weights, depth {net.depth}, width {net.width}, {m} units for {n} points"
        return Premise(m <= n, what, stored)
    if m < n:
        what = f"{stored} weights < {theorem}: {m} hidden units, collinear points share one"
        return Premise(stored < n * K + n + d, what, stored)
    return Premise(stored == n * K + n + d, f"{stored} weights = {theorem}", stored)
