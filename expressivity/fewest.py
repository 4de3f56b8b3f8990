"""Fewer hidden units for a direction: collinear points need no knot between them.

All knots stay at projections. Knots between them, where lines through two neighbours each meet,
could spare more.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from expressivity.triangular import slopes


def fewest_units(
    t: NDArray[np.float64], b: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Leave out every knot that the sorted sample does not need.

    A knot at t_j is needed where (t_j, y_j) is not collinear with its neighbours, decided
    exactly. The first unit is spared as well, for targets (n,), where the line through the
    first run of points reaches zero before it.

    Parameters
    ----------
    t, b : float64 arrays (n,), sorted projections and interleaved knots
    y : float64 array (n,) or (n, K), targets

    Returns
    -------
    t, b, y : the same for m <= n points, from which `triangular.solve` makes the weights of the
        m hidden units. Cost O(n), exact arithmetic only where slopes nearly agree.
    """
    with np.errstate(over="ignore"):
        s = slopes(t, b, y).reshape(len(t), -1)
    alike = np.isclose(s[1:-1], s[2:], rtol=1e-12, atol=0.0).all(axis=1) if len(t) > 2 else []
    needed = np.ones(len(t), dtype=bool)
    columns = y.reshape(len(t), -1)
    for j in np.flatnonzero(alike) + 1:
        needed[j] = not all(_collinear(t[j - 1 : j + 2], v) for v in columns[j - 1 : j + 2].T)
    kept = np.flatnonzero(needed)
    t, y, columns = t[kept], y[kept], columns[kept]
    knots = np.concatenate((b[:1], t[:-1]))
    if y.ndim == 1 and len(t) > 1 and y[0] != 0 and y[1] != y[0]:
        # Start on the line of the first run where that line, going left, falls to zero.
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            zero = t[0] - y[0] / ((y[1] - y[0]) / (t[1] - t[0]))
        # Nearly parallel to the axis it meets it beyond all doubles; the first knot is kept then.
        if -np.inf < zero < t[0] and np.isfinite(t[-1] - zero):
            return t[1:], np.concatenate(([zero], knots[2:])), y[1:]
    while len(t) > 1 and not np.any(y[0]):
        t, knots, y = t[1:], knots[1:], y[1:]
    return t, knots, y


def _collinear(t: NDArray[np.float64], y: NDArray[np.float64]) -> bool:
    t0, t1, t2, y0, y1, y2 = (Fraction(float(v)) for v in (*t, *y))
    return (y1 - y0) * (t2 - t1) == (y2 - y1) * (t1 - t0)
