"""Step 2 of the proof: knots b_1 < t_1 <= b_2 < t_2 <= ... <= b_n < t_n."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def interleaved_knots(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put each knot at the previous projection, and the first one range to the left.

    With b_{j+1} = t_j the weights are differences of slopes and errors do not accumulate; knots
    inside the gaps multiply them by (b_{j+1} - t_j) / (t_{j+1} - b_{j+1}) at every step.

    Parameters
    ----------
    t : float64 array (n,), strictly increasing projections

    Returns
    -------
    b : float64 array (n,). Cost O(n). Source: Theorem 1, step 2.

    Raises ValueError where projections reach so far that t_n - b_1 overflows.

    Examples
    --------
    >>> import numpy as np
    >>> from expressivity.knots import interleaved_knots
    >>> interleaved_knots(np.array([1.0, 2.0, 4.0]))
    array([-2.,  1.,  2.])
    """
    with np.errstate(over="ignore"):
        span = t[-1] - t[0] if len(t) > 1 else max(1.0, abs(t[0]))
        first = min(t[0] - span, np.nextafter(t[0], -np.inf))
        reach = t[-1] - first
    if not np.isfinite(reach):
        raise ValueError(
            f"direction gives projections from {t[0]:.3g} to {t[-1]:.3g}, too far apart for double "
            "precision: scale the direction down"
        )
    return np.concatenate(([first], t[:-1]))
