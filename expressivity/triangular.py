"""Steps 3 and 4 of the proof: the lower triangular system A w = y, A_ij = max(t_i - b_j, 0)."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

# Slopes and weights are made in blocks that stay in the processor's cache; the first weight of a
# block depends on three points before it.
BLOCK, BEFORE = 1 << 13, 3
EXPONENT = 0x7FF << 52
EPSILON, SMALLEST = np.finfo(float).eps, np.finfo(float).smallest_subnormal


def solve(
    t: NDArray[np.float64], b: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Solve A w = y for knots at the previous projections: weights are differences of slopes.

    s_1 = y_1 / (t_1 - b_1), s_j = (y_j - y_{j-1}) / (t_j - b_j); w_1 = s_1, w_j = s_j - s_{j-1}.
    The slopes are rounded so that these differences are exact in double precision: an error of
    one weight would otherwise bend the network at all later points.

    Parameters
    ----------
    t, b : float64 arrays (n,), sorted projections and knots b_1 < t_1, b_{j+1} = t_j
    y : float64 array (n,) or (n, K), targets

    Returns
    -------
    w : float64 array of the shape of y

    Raises
    ------
    ValueError
        if a slope overflows, naming the targets' step and the gap. Cost O(n).

    Examples
    --------
    >>> import numpy as np
    >>> from expressivity.triangular import solve
    >>> t, b, y = np.array([1.0, 2.0, 4.0]), np.array([-2.0, 1.0, 2.0]), np.array([3.0, 5.0, 1.0])
    >>> solve(t, b, y)  # slopes 1, 2 and -2
    array([ 1.,  1., -4.])
    """
    n, w = len(y), np.empty_like(y)
    for start in range(0, n, BLOCK):
        stop, first = min(start + BLOCK, n), max(start - BEFORE, 0)
        near = slice(first, stop + 1)
        with np.errstate(over="ignore", invalid="ignore"):
            s = slopes(t[near], b[near], y[near])
            rounded = on_a_grid(s, t[near], b[near], t[-1])[: stop - first]
            w[start:stop] = steps(rounded)[start - first :]
    # NaN passes through both.
    if not np.isfinite([w.min(), w.max()]).all():
        with np.errstate(over="ignore"):
            steep = np.abs(slopes(t, b, y)).reshape(n, -1).max(axis=1)
        j = int(np.argmax(steep))
        raise ValueError(
            f"y changes too steeply for double precision: to {y[j]} across a projection gap of "
            f"{t[j] - b[j]:g}; scale y down or X up"
        )
    return w


def slopes(
    t: NDArray[np.float64], b: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the slope of the piecewise-linear interpolant to the left of each t_j, as y."""
    rise = steps(y)
    return np.divide(rise, columns(t - b, y), out=rise)


def steps(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return v_1, v_2 - v_1, v_3 - v_2, ..., along the rows."""
    found = values.copy()
    found[1:] -= values[:-1]
    return found


def on_a_grid(
    s: NDArray[np.float64], t: NDArray[np.float64], b: NDArray[np.float64], end: float
) -> NDArray[np.float64]:
    """Round each slope so that its differences from both neighbours are exact in doubles.

    Each is rounded to the last place of itself and of both weights it takes part in. The next
    weight is left out where the gap before it exceeds the rest of the range: there the rounding
    of that weight does less harm than that of this slope.

    Parameters
    ----------
    s : float64 array (n,) or (n, K), slopes
    t, b : as for `solve`
    end : the last projection of the range that t is part of

    Returns
    -------
    float64 array of the shape of s. Cost O(n).
    """
    weights = np.abs(np.diff(s, axis=0))
    weights += weights
    largest = np.abs(s)
    np.maximum(largest[1:], weights, out=largest[1:])
    ahead = columns(t[:-1] - b[:-1] <= end - t[:-1], s)
    weights *= ahead
    np.maximum(largest[:-1], weights, out=largest[:-1])
    grid = last_place(largest)
    return np.rint(s / grid) * grid


def last_place(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance from each x >= 0 to the next double: np.spacing, in a third of its time.

    Infinity for infinity and NaN.
    """
    exponent = x.view(np.int64) & EXPONENT
    return np.maximum(exponent.view(np.float64) * EPSILON, SMALLEST)


def columns(values: NDArray[Any], like: NDArray[Any]) -> NDArray[Any]:
    """Return one value a row in a shape that broadcasts against rows of one or K numbers."""
    return values if like.ndim == 1 else values[:, None]


def solve_dense(
    t: NDArray[np.float64], b: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Solve A w = y by forward substitution for any interleaved knots: the textbook's way.

    A reference for tests and teaching.

    Parameters
    ----------
    t, b : float64 arrays (n,), sorted projections and knots with b_j < t_j <= b_{j+1}
    y : float64 array (n,) or (n, K), targets

    Returns
    -------
    w : float64 array of the shape of y. Cost O(n^2) time and memory. Source: Theorem 1, step 4, and
        Lemma 1.

    Examples
    --------
    >>> import numpy as np
    >>> from expressivity.triangular import solve_dense
    >>> t, b, y = np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.5, 3.0]), np.array([3.0, 5.0, 1.0])
    >>> solve_dense(t, b, y)
    array([ 3., -2., -6.])
    """
    return scipy.linalg.solve_triangular(triangular_matrix(t, b), y, lower=True)


def triangular_matrix(t: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the matrix of the proof, A_ij = max(t_i - b_j, 0).

    Parameters
    ----------
    t, b : float64 arrays (n,), projections and knots

    Returns
    -------
    float64 array (n, n). Cost O(n^2). Source: Theorem 1, step 3.

    Examples
    --------
    >>> import numpy as np
    >>> from expressivity.triangular import triangular_matrix
    >>> triangular_matrix(np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.5, 3.0]))
    array([[1. , 0. , 0. ],
           [2. , 0.5, 0. ],
           [4. , 2.5, 1. ]])
    """
    return np.maximum(t[:, None] - b[None, :], 0.0)


def is_triangular(t: NDArray[np.float64], b: NDArray[np.float64], blur: float = 0.0) -> bool:
    """Tell whether A is lower triangular with a positive diagonal, without forming it.

    For sorted knots it is so where t_i > b_i and t_i <= b_{i+1}: the other entries above the
    diagonal are no larger.

    Parameters
    ----------
    t, b : float64 arrays (n,), projections and knots
    blur : entries above the diagonal of at most this size count as 0

    Returns
    -------
    bool. Cost O(n).

    Examples
    --------
    >>> import numpy as np
    >>> from expressivity.triangular import is_triangular
    >>> is_triangular(np.array([1.0, 2.0]), np.array([0.0, 1.0]))
    True
    >>> is_triangular(np.array([1.0, 2.0]), np.array([0.0, 0.5]))  # the knot is left of both
    False
    """
    increasing = (b[1:] >= b[:-1]).all()
    return bool(increasing and (t > b).all() and (t[:-1] - b[1:] <= blur).all())
