"""Empirical Rademacher complexity: how well a class correlates with random signs on a sample.

R_S(F) = E_s sup_{f in F} (1/n) sum_i s_i f(x_i) for f with values -1 and +1. Training on random
signs gives a lower limit that holds however bad the optimizer was, for it only reaches less than
the supremum; there is no upper limit of this kind.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.measures.given import (
    finite,
    kernel_matrix,
    number,
    numbers,
    probability,
    share,
)
from expressivity.randomness import generator
from expressivity.whole import whole


def random_signs(n: int, draws: int, seed: int) -> NDArray[np.int64]:
    """Return sign vectors (draws, n), independent of what else is drawn from the same seed."""
    rng = generator(seed, 0x516E5)
    return 2 * rng.integers(0, 2, (whole(draws, "draws", 1), whole(n, "n", 1))) - 1


def correlation(outputs: ArrayLike, signs: ArrayLike) -> float:
    """Return (1/n) sum_i s_i f(x_i) of a network with two outputs (n, 2), f = +1 for the second.

    A tie counts as -1. Raises ValueError for another shape, NaN, and what is no sign.
    """
    s, scores = _signs(signs), finite(outputs, "outputs")
    if scores.shape != (*s.shape, 2):
        raise ValueError(f"outputs have shape {scores.shape}: give two for each of the signs")
    f = np.where(scores[:, 1] > scores[:, 0], 1, -1)
    return float((f * s).mean())


def lower_limit(correlations: Sequence[float], n: int, delta: float = 0.05) -> float:
    """Return what R_S is at least, with probability 1 - delta over the draws of the signs.

    mean - sqrt(2 ln(1 / delta) / (D n)) for D draws: a sign moves the mean of the D suprema by at
    most 2 / (D n) (McDiarmid 1989), and what was reached is no more than the supremum.

    Parameters
    ----------
    correlations : what training reached on each of D random sign vectors, see `correlation`
    n : number of points of the sample
    delta : probability with which the limit may fail

    Returns
    -------
    float

    Raises
    ------
    ValueError
        without a correlation, for what is none, and for a delta that is no probability.

    Examples
    --------
    >>> from experiments.measures.rademacher import lower_limit
    >>> round(lower_limit([1.0, 1.0, 1.0], 1437), 3)
    0.963
    """
    correlations = numbers(correlations, "correlations", -1, 1)
    changes = len(correlations) * whole(n, "n", 1)
    return float(np.mean(correlations)) - math.sqrt(2 * math.log(1 / probability(delta)) / changes)


def bound_on_error(training_error: float, complexity: float, n: int, delta: float = 0.05) -> float:
    """Return R_hat + R_S + 3 sqrt(ln(2 / delta) / (2 n)), a bound on the test error, two classes.

    Source: Mohri, Rostamizadeh, Talwalkar 2018, theorem 3.5. It says nothing from 1 on.
    """
    chance = 3 * math.sqrt(math.log(2 / probability(delta)) / (2 * whole(n, "n", 1)))
    return share(training_error, "training_error") + number(complexity, "complexity", 0) + chance


def of_two_constants(n: int) -> float:
    """Return R_S of the functions +1 and -1: E |sum of n signs| / n, exactly.

    >>> of_two_constants(1), of_two_constants(2)
    (1.0, 0.5)
    """
    half = (whole(n, "n", 1) + 1) // 2
    # E |S_n| = 2 h C(2h, h) / 4^h for n = 2h and for n = 2h - 1.
    return 2 * half * math.comb(2 * half, half) / 4**half / n


def of_a_kernel_ball(K: ArrayLike, radius: float, signs: ArrayLike) -> float:
    """Return the mean over sign vectors (D, n) of sup (1/n) sum_i s_i f(x_i), |f| <= radius.

    In the kernel's space the supremum is radius sqrt(s' K s) / n; its mean over all signs is at
    most radius sqrt(tr K) / n.

    Raises ValueError for a matrix that is no kernel's, and for what are no signs of its points.
    """
    K, radius, s = kernel_matrix(K), number(radius, "radius", 0), _signs(signs)
    if s.ndim != 2 or s.shape[1] != len(K):
        raise ValueError(f"signs have shape {s.shape}: give rows of {len(K)}, as K has points")
    forms = np.einsum("di,ij,dj->d", s, K, s)
    if forms.min() < -1e-9 * float(np.trace(np.abs(K))):
        raise ValueError("K is no kernel's matrix: s' K s is negative for some of the signs")
    return float(radius * np.sqrt(forms.clip(min=0)).mean() / K.shape[0])


def _signs(signs: ArrayLike) -> NDArray[np.float64]:
    found = finite(signs, "signs")
    if not found.size or not (np.abs(found) == 1).all():
        raise ValueError("signs are not all -1 or +1: give 2 * labels - 1 for labels 0 and 1")
    return found
