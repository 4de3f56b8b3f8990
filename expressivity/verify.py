"""Verify the theorem on a sample: the count, the premises of the proof, the residual."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.bounds import construction, rounding
from expressivity.deep import layers
from expressivity.network import Network
from expressivity.projection import project, projection_error
from expressivity.sample import distinct, sample_for
from expressivity.triangular import is_triangular


@dataclass(frozen=True)
class Premise:
    """One thing that was checked: whether it holds, what it says, and the number measured."""

    holds: bool
    what: str
    value: float


def verify(net: Network, X: ArrayLike, y: ArrayLike) -> dict[str, Premise]:
    """Check every premise of Theorem 1 for a network and the sample it should interpolate.

    Nothing is taken from the construction: projections, order and residual are computed anew.

    Parameters
    ----------
    net : Network, of any depth
    X, y : the sample, as for `interpolate`

    Returns
    -------
    dict with the keys weights, distinct, interleaved, triangular, residual; without interleaved
    and triangular for a network of fewer hidden units than points

    Raises
    ------
    TypeError, ValueError
        as `interpolate`, for input that is no sample, and if X or y has not the network's d or K.

    Cost: O(n (n + d)) time for the literal sum over the sample, O(n) memory.
    Source: Theorem 1, steps 1 to 4; Lemma 1.
    """
    given = sample_for(net.a, net.w, X, y)
    given = given.take(distinct(given))
    n, d = given.z.shape
    t = project(given.z, net.a)
    error = projection_error(given.z, net.a, given.largest)
    order = np.argsort(t)
    gap = _least_gap(given.z, net.a, t, order, error)
    t = t[order]
    premises = {
        "weights": _count(net, n, d),
        "distinct": Premise(gap > 0, f"projections are distinct, least gap {gap:.3g}", gap),
    }
    if net.n_hidden == n:
        clearance = float((t - net.b).min())
        interleaved = bool((net.b < t).all() and (t[:-1] <= net.b[1:]).all())
        premises["interleaved"] = Premise(
            interleaved,
            f"b_1 < t_1 <= b_2 < ... < t_n, least t_j - b_j {clearance:.3g}",
            clearance,
        )
        premises["triangular"] = Premise(
            is_triangular(t, net.b),
            "A_ij = max(t_i - b_j, 0) is lower triangular with a positive diagonal",
            clearance,
        )
    residual = float(np.abs(net(given.z) - given.y).max())
    bound = (
        construction(net.b, net.w, t)
        + rounding(net.b, net.w, t, error, layers(net.n_hidden, net.depth))[0]
    )
    premises["residual"] = Premise(
        residual <= bound,
        f"largest residual {residual:.3g} within the rounding bound {bound:.3g}",
        residual,
    )
    return premises


def _count(net: Network, n: int, d: int) -> Premise:
    K = net.n_outputs
    m, stored = net.n_hidden, net.n_weights
    theorem = "2n + d" if K == 1 else f"n K + n + d, K = {K}"
    if net.depth > 2:
        holds = m <= n and net.width <= m / (net.depth - 1) + 3 + 2 * K
        return Premise(holds, f"{stored} weights, depth {net.depth}, width {net.width}", stored)
    if m < n:
        what = f"{stored} weights < {theorem}: {m} hidden units, collinear points share one"
        return Premise(stored < n * K + n + d, what, stored)
    return Premise(stored == n * K + n + d, f"{stored} weights = {theorem}", stored)


def _least_gap(
    Z: NDArray[Any],
    a: NDArray[np.float64],
    t: NDArray[np.float64],
    order: NDArray[np.int64],
    error: float,
) -> float:
    """Return the least gap of neighbouring projections; exactly where rounding could hide it."""
    gaps = np.diff(t[order])
    if len(gaps) == 0:
        return float("inf")
    least = float(gaps.min())
    for j in np.flatnonzero(gaps <= 2 * error):
        left, right = Z[order[j]], Z[order[j + 1]]
        exact = sum(
            Fraction(float(ak)) * (Fraction(float(r)) - Fraction(float(s)))
            for ak, r, s in zip(a, right, left, strict=True)
        )
        least = min(least, float(exact))
    return least
