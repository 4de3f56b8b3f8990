"""Verify the theorem on a sample: the count, the premises of the proof, the residual."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.direction import project, projection_error
from expressivity.network import Network
from expressivity.sample import sample
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
    net : Network
    X, y : the sample, as for `interpolate`

    Returns
    -------
    dict with the keys weights, distinct, interleaved, triangular, residual

    Raises
    ------
    TypeError, ValueError
        as `interpolate`, for input that is no sample, and if X has not the network's d.

    Cost: O(n (n + d)) time for the literal sum over the sample, O(n) memory.
    Source: Theorem 1, steps 1 to 4; Lemma 1.
    """
    points = sample(X, y)
    n, d = points.z.shape
    if d != len(net.a):
        raise ValueError(f"X has {d} coordinates but the network was built for {len(net.a)}")
    t = project(points.z, net.a)
    order = np.argsort(t)
    gap = _least_gap(points.z, net.a, t, order)
    sorted_t = t[order]
    interleaved = len(net.b) == n and bool(
        (net.b < sorted_t).all() and (sorted_t[:-1] <= net.b[1:]).all()
    )
    clearance = float((sorted_t - net.b).min()) if len(net.b) == n else float("nan")
    triangular = len(net.b) == n and is_triangular(sorted_t, net.b)
    residual = float(np.abs(net(points.z) - points.y).max())
    bound = rounding_bound(net, points.z)
    return {
        "weights": Premise(
            net.n_weights == 2 * n + d, f"{net.n_weights} weights = 2n + d", net.n_weights
        ),
        "distinct": Premise(gap > 0, f"projections are distinct, least gap {gap:.3g}", gap),
        "interleaved": Premise(
            interleaved,
            f"b_1 < t_1 <= b_2 < ... < t_n, least t_j - b_j {clearance:.3g}",
            clearance,
        ),
        "triangular": Premise(
            triangular,
            "A_ij = max(t_i - b_j, 0) is lower triangular with a positive diagonal",
            clearance,
        ),
        "residual": Premise(
            residual <= bound,
            f"largest residual {residual:.3g} within the rounding bound {bound:.3g}",
            residual,
        ),
    }


def rounding_bound(net: Network, Z: NDArray[Any]) -> float:
    """Bound what rounding can add to the residual of the literal network on its sample.

    With unit roundoff u: the weights are differences of slopes known to 4u relatively, the sum of
    n products is off by at most (n + 2) u of the sum of absolute values, and an error e of a
    projection is multiplied by at most the sum of absolute weights. Cost O(n^2) for n hidden
    units and n points, blocked.
    """
    u = np.finfo(float).eps / 2
    t = project(Z, net.a)
    absolute = Network(net.a, net.b, np.abs(net.w))
    slope = np.abs(np.cumsum(net.w))
    steep = Network(net.a, net.b, slope + np.concatenate(([0.0], slope[:-1])) + np.abs(net.w))
    n = len(net.w)
    with np.errstate(over="ignore", invalid="ignore"):
        summation = (n + 2) * u * absolute.along(t).max()
        weights = (
            4 * (1 + n * u) * u * steep.along(t).max() + n * n * u * u * absolute.along(t).max()
        )
        projections = 2 * projection_error(Z, net.a) * float(np.abs(net.w).sum())
    tiny = n * float(np.finfo(float).tiny)
    return float(1.1 * (summation + weights + projections) + tiny)


def _least_gap(
    Z: NDArray[Any],
    a: NDArray[np.float64],
    t: NDArray[np.float64],
    order: NDArray[np.int64],
) -> float:
    """Return the least gap of neighbouring projections; exactly where rounding could hide it."""
    gaps = np.diff(t[order])
    if len(gaps) == 0:
        return float("inf")
    least = float(gaps.min())
    error = 2 * projection_error(Z, a)
    for j in np.flatnonzero(gaps <= error):
        left, right = Z[order[j]], Z[order[j + 1]]
        exact = sum(
            Fraction(float(ak)) * (Fraction(float(r)) - Fraction(float(s)))
            for ak, r, s in zip(a, right, left, strict=True)
        )
        least = min(least, float(exact))
    return least
