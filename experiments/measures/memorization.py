"""Memorization scores: how much better an example is predicted by models that saw it.

mem(i) = P[right at i | i in the training subset] - P[right at i | i not in it]. Source: Feldman
2020; Feldman and Zhang 2020, by models on random subsets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.measures.given import number
from expressivity.arrays import as_array
from expressivity.randomness import generator
from expressivity.whole import whole


@dataclass(frozen=True)
class Scores:
    """One score an example.

    Attributes
    ----------
    value : float64 array (n,), nan where no model saw the example, or all did
    standard_error : float64 array (n,), of the difference of two shares
    """

    value: NDArray[np.float64]
    standard_error: NDArray[np.float64]


def subsets(n: int, models: int, share: float = 0.7, seed: int = 0) -> NDArray[np.bool_]:
    """Return which examples each model is trained on, bool (models, n), equally many each.

    Raises ValueError for a share that leaves a subset or its complement empty.
    """
    n, models = whole(n, "n", 2), whole(models, "models", 1)
    size = round(number(share, "share", 0, 1) * n)
    if not 0 < size < n:
        raise ValueError(f"share is {share}: of {n} examples it takes {size}, give another")
    rng = generator(seed, 0x3E30)
    seen = np.zeros((models, n), dtype=bool)
    for row in seen:
        row[rng.permutation(n)[:size]] = True
    return seen


def scores(seen: ArrayLike, right: ArrayLike) -> Scores:
    """Return the scores from which model saw, and which got right, which example.

    Parameters
    ----------
    seen, right : array-like (models, n) of booleans

    Returns
    -------
    Scores

    Raises
    ------
    ValueError
        for shapes that differ, and for what are no booleans.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.measures.memorization import scores
    >>> scores(np.array([[True], [False]]), np.array([[True], [False]])).value
    array([1.])
    """
    seen, right = as_array(seen, "seen"), as_array(right, "right")
    if seen.shape != right.shape:
        raise ValueError(f"seen is {seen.shape} and right {right.shape}: give equal shapes")
    if seen.ndim != 2 or not len(seen) or {seen.dtype, right.dtype} != {np.dtype(bool)}:
        raise ValueError(
            f"seen is {seen.dtype} {seen.shape} and right {right.dtype}: give booleans (models, n)"
        )
    shares, variances = [], []
    for chosen in (seen, ~seen):
        count = chosen.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = (right & chosen).sum(axis=0) / count
            variances.append(share * (1 - share) / count)
        shares.append(share)
    return Scores(shares[0] - shares[1], np.sqrt(variances[0] + variances[1]))
