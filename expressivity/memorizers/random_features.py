"""Random features: n random ReLUs and a dense solve for the output weights, the baseline.

Huang and Babri 1998, Nguyen and Hein 2018: the n x n matrix of n random units at n points is
invertible with probability one, so any labels can be solved for, in O(n^3).
"""

from __future__ import annotations

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from expressivity.memorizers.doubles import error_bounds, worst
from expressivity.memorizers.layer import Layer, Size
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.shape import of_counts
from expressivity.randomness import generator
from expressivity.sample import Sample, distinct
from expressivity.verify import Premise
from expressivity.whole import whole

REFERENCE = "Huang, Babri, IEEE TNN 9 (1998) 224; Nguyen, Hein, ICML 2018, arXiv 1710.10928"
LABELS = "real"
# Two matrices of 20,000^2 doubles are 6.4 GB.
LARGEST, ATTEMPTS = 20_000, 16


def build(given: Sample, *, seed: int = 0) -> Layered:
    """Build the network of a sample, in doubles.

    Raises ValueError for more than 20,000 distinct points, and where the rigorous bound on the
    error is above 1 % of the range of an output's targets for 16 draws of the units: zhang needs
    neither.

    Cost: O(n^2 d + n^3) time, O(n^2) memory.
    """
    rows = distinct(given)
    n = len(rows)
    if n > LARGEST:
        raise ValueError(
            f"X has {n} distinct points but construction = 'random-features' solves an n x n "
            f"system and stops at {LARGEST}: use zhang"
        )
    Z, y = given.z[rows].astype(np.float64), given.y[rows].reshape(n, -1)
    first, share = whole(seed, "seed"), worst(given.y)
    for attempt in range(ATTEMPTS):
        with np.errstate(over="ignore", invalid="ignore"):
            W, b = _units(Z, first + attempt)
            w = _solved(np.maximum(Z @ W.T + b, 0.0), y)
        net = None if w is None else _network(given, W, b, w)
        if net is not None and (error_bounds(net, given) <= share).all():
            return net
    raise ValueError(
        f"X gives {ATTEMPTS} random matrices too ill-conditioned, or of numbers too large for "
        f"doubles, to meet y within {share.min():.2g}: use another seed, or zhang"
    )


def operations(n: int, d: int) -> float:
    """Estimate the operations of `build`: the dense solve, and n units at n points."""
    return 1.0 * n * n * (n + 10 * d)


@of_counts
def size(n: int, d: int, classes: int | None = None, *, outputs: int = 1) -> Size:
    """Count n (d + 2) weights, n (d + 1 + K) for K outputs."""
    return Size(
        n_weights=n * (d + 1 + outputs),
        n_nonzero=n * (d + 1 + outputs),
        n_dense=n * (d + 1) + (n + 1) * outputs,
        n_hidden=n,
        width=n,
        depth=2,
    )


def _network(
    given: Sample, W: NDArray[np.float64], b: NDArray[np.float64], w: NDArray[np.float64]
) -> Layered:
    n, K = w.shape
    return Layered(
        (Layer.of(W, b), Layer.of(np.ascontiguousarray(w.T), activation="identity")),
        "random-features",
        options={} if K == 1 else {"outputs": K},
        premises={"invertible": Premise(True, "the matrix of the units was solved", n)},
        sample=given,
    )


def _solved(H: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Solve H w = y with one step of refinement; None where double precision does not reach."""
    if not np.isfinite(H).all():
        return None
    factors, pivots, failed = scipy.linalg.lapack.dgetrf(H)  # pyright: ignore[reportAttributeAccessIssue]
    if failed:
        return None
    w = scipy.linalg.lu_solve((factors, pivots), y, check_finite=False)
    w += scipy.linalg.lu_solve((factors, pivots), y - H @ w, check_finite=False)
    return w if np.isfinite(w).all() else None


def _units(Z: NDArray[np.float64], seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw Gaussian directions for coordinates of equal range, bent between two random points."""
    rng = generator(seed)
    n, d = Z.shape
    scale = np.ptp(Z, axis=0)
    W = rng.standard_normal((n, d)) / np.where(scale > 0, scale, 1.0)
    share = rng.random((n, 1))
    between = share * Z[rng.integers(0, n, n)] + (1 - share) * Z[rng.integers(0, n, n)]
    b = -(W * between).sum(axis=1)
    if n <= 2:
        # Too few points to bend between: all units are active at all of them.
        b = b + 1.0 + np.arange(n)
    return W, b
