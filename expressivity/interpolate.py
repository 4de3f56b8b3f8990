"""Theorem 1 as a function: the four steps of the proof in order."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from expressivity.direction import separating_direction
from expressivity.knots import interleaved_knots
from expressivity.network import Network
from expressivity.sample import sample
from expressivity.triangular import solve


def interpolate(X: ArrayLike, y: ArrayLike, *, seed: int = 0) -> Network:
    """Build the two-layer ReLU network with 2n + d weights through every point of a sample.

    Parameters
    ----------
    X : array-like (N, d) of booleans, integers or floats up to 64 bits; data frames work
    y : array-like (N,) of real targets
    seed : seed of the random direction

    Returns
    -------
    Network
        with n hidden units for the n distinct points; identical points with equal targets are
        merged and a `UserWarning` says so.

    Raises
    ------
    TypeError, ValueError
        for input that is not a finite real sample of a function; each message names the argument,
        the place and the mend. Nothing is built before all of X and y is checked.

    Cost: O(N d + N log N) time and O(N) memory beyond X.
    Source: Theorem 1 (finite-sample expressivity), section 4 and appendix C.
    """
    points = sample(X, y)
    a, t = separating_direction(points.z, seed)
    order = np.argsort(t)
    t, targets = t[order], points.y[order]
    b = interleaved_knots(t)
    w = solve(t, b, targets)
    return Network(a, b, w)
