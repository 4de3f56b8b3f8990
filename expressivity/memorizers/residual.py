"""Hardt and Ma 2017: a residual network of width d fits n points of equal norm, n / d blocks deep.

A block h -> h + V relu(U h - s) serves d points: the rows of U are the points a_i, s_i lies between
|a_i|^2 and <a_i, a_j> for all other points, so that unit i is active at its own point only, and
moves it to a short multiple of e_1 that holds its label. A short point is not seen by later blocks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.memorizers.doubles import check_met
from expressivity.memorizers.layer import Layer, Size
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.shape import of_counts
from expressivity.sample import Sample, distinct
from expressivity.verify import Premise

REFERENCE = "Hardt, Ma, ICLR 2017, arXiv 1611.04231; without its random projection"
LABELS = "real"
# Moved points are shorter than 0.4 of the radius, units see nothing below 0.55 of its square.
MOVED, SEEN = 0.4, 0.55
# Squares of points that are not rounded to 0; powers of two between X and y.
SMALLEST, FARTHEST = 1e-280, 900


def build(given: Sample) -> Layered:
    """Build the network of a sample whose points have equal norms, up to rounding.

    Raises ValueError for K > 1 targets a point; where a point is not farther out in its own
    direction than all others: scale the points to one norm, or add the coordinate
    sqrt(M^2 - |x|^2) to them; and where the rigorous bound on the error in double precision is
    above 1 % of the range of the targets. zhang needs none of this.

    Cost: O(n^2 d) time, in blocks.
    """
    if given.y.ndim != 1:
        raise ValueError(
            f"y has shape {given.y.shape} but construction = 'residual' has one output: use zhang"
        )
    rows = distinct(given)
    A, y = given.z[rows].astype(np.float64), given.y[rows]
    with np.errstate(over="ignore", invalid="ignore"):
        norms, nearest = _inner_products(A)
    if not (np.isfinite(norms).all() and norms.max() > SMALLEST):
        raise ValueError(
            f"X has coordinates up to {given.largest:.2g}, whose squares doubles do not hold: "
            "multiply X by a power of two, or use zhang"
        )
    radius = float(norms.max())
    seen = np.maximum(nearest, SEEN * radius)
    inside = np.flatnonzero(~(norms > seen * (1 + 1e-9)))
    if len(inside):
        raise ValueError(
            f"X[{rows[inside[0]]}] is not farther out in its own direction than all other points "
            f"({len(inside)} such points): construction = 'residual' needs points of equal norm; "
            "scale them, add the coordinate sqrt(M^2 - |x|^2), or use zhang"
        )
    s = norms / 2 + seen / 2
    largest = float(np.abs(y).max()) or 1.0
    apart = int(np.frexp(MOVED * np.sqrt(radius))[1] - np.frexp(largest)[1])
    if abs(apart) > FARTHEST:
        raise ValueError(
            f"y goes up to {largest:.2g} where X goes up to {given.largest:.2g}: multiply y by a "
            "power of two, so that they are of one scale, or use zhang"
        )
    reach = float(np.exp2(np.floor(np.log2(MOVED * np.sqrt(radius) / largest))))
    target = np.zeros_like(A)
    target[:, 0] = y * reach
    V = (target - A) / (norms - s)[:, None]
    n, d = A.shape
    layers: list[Layer] = []
    for start in range(0, n, d):
        layers += _block(A[start : start + d], s[start : start + d], V[start : start + d])
    layers.append(Layer.of([{0: 1.0 / reach}], n_inputs=d, activation="identity"))
    net = Layered(
        tuple(layers),
        "residual",
        premises={"equal norms": Premise(True, "every point is alone beyond its threshold", n)},
        sample=given,
    )
    check_met(net, given.y, "move the targets to 0, move the points apart, or use zhang")
    return net


def operations(n: int, d: int) -> float:
    """Estimate the operations of `build`, and of the bound in doubles through n / d blocks."""
    return 25.0 * n * n * d


@of_counts
def size(n: int, d: int, classes: int | None = None) -> Size:
    """Count n (2 d + 1) + 1 weights in ceil(n / d) blocks of two layers, and the output."""
    whole, rest = divmod(n, d)
    units = [d] * whole + [rest] * bool(rest)
    return Size(
        n_weights=n * (2 * d + 1) + 1,
        n_nonzero=n * (2 * d + 1) + 1,
        n_dense=sum(k * (d + 1) + d * (d + k + 1) for k in units) + d + 1,
        n_hidden=n,
        width=max(units),
        depth=2 * len(units) + 1,
    )


def _block(A: NDArray[Any], s: NDArray[Any], V: NDArray[Any]) -> list[Layer]:
    """Write h -> h + V relu(A h - s): d inputs go past the units, then the units are added."""
    k, d = A.shape
    past: list[dict[int, float]] = [{} for _ in range(d)]
    units = [dict(enumerate(row)) for row in A.tolist()]
    added = [{d + unit: value for unit, value in enumerate(row)} for row in V.T.tolist()]
    return [
        Layer.of([*past, *units], [*[None] * d, *(-s).tolist()], n_inputs=d, carried=d),
        Layer.of(added, n_inputs=d + k, carried=d),
    ]


def _inner_products(A: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return |a_i|^2 and the largest <a_i, a_j> with another point (-inf for one point)."""
    norms = (A * A).sum(axis=1)
    nearest = np.full(len(A), -np.inf)
    step = max(1, (1 << 22) // len(A))
    for start in range(0, len(A), step):
        products = A[start : start + step] @ A.T
        products[np.arange(len(products)), np.arange(start, start + len(products))] = -np.inf
        nearest[start : start + step] = products.max(axis=1)
    return norms, nearest
