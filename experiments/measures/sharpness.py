"""Sharpness: how much noise the weights bear before the error on the sample rises by a tenth."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from experiments.measures.given import number
from expressivity.randomness import generator
from expressivity.switch import switch
from expressivity.whole import whole

Array = NDArray[np.float64]
LEAST = 1e-3
"""the standard deviation that magnitude-aware noise has at a weight of 0, eps of Jiang et al."""
PRECISION = 1.01
DOUBLINGS = 40


def largest_noise(
    error: Callable[[Array], float],
    weights: Array,
    seed: int,
    magnitude_aware: bool = False,
    allowance: float = 0.1,
    draws: int = 8,
    least: float = LEAST,
) -> float:
    """Return the largest sigma at which the error, averaged over noise, rises by the allowance.

    Noise of standard deviation sigma at each weight; magnitude-aware, sqrt(sigma^2 w^2 + least^2),
    so that rescaling a unit's inputs and outputs changes nothing where `least` is 0. The same draws
    serve every sigma, which makes the error nearly monotone in it. To 1 %, and to what `draws`
    draws are worth. Sources: Neyshabur et al. 2017; Jiang et al. 2020.

    Parameters
    ----------
    error : maps weights (W,) to a share of errors
    weights : float64 array (W,)
    seed : of the noise

    Raises ValueError where no noise raises the error so far, and for draws, an allowance or a least
    deviation that are out of range. Cost: some 20 x draws evaluations.
    """
    draws, least = whole(draws, "draws", 1), number(least, "least", 0)
    magnitude_aware = switch(magnitude_aware, "magnitude_aware")
    directions = generator(seed, 0x51A2).standard_normal((draws, len(weights)))
    most = error(weights) + number(allowance, "allowance", 0, 1)

    def bears(sigma: float) -> bool:
        std = noise(weights, sigma, magnitude_aware, least)
        return float(np.mean([error(weights + std * u) for u in directions])) <= most

    low = high = 0.1
    for _ in range(DOUBLINGS):
        if not bears(high):
            break
        low, high = high, 2 * high
    else:
        raise ValueError(f"noise of {low:.2g} does not raise the error by {allowance:g}")
    if low == high:
        for _ in range(DOUBLINGS):
            low /= 2
            if bears(low):
                break
            high = low
        else:
            raise ValueError(f"noise of {low:.2g} raises the error by more than {allowance:g}")
    while high / low > PRECISION:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if bears(middle) else (low, middle)
    return low


def noise(
    weights: Array, sigma: float, magnitude_aware: bool = False, least: float = LEAST
) -> Array:
    """Return the standard deviation of the noise at each weight (not its variance).

    >>> noise(np.array([3.0, 0.0]), 2.0, magnitude_aware=True, least=0.5).tolist()
    [6.020797289396148, 0.5]
    """
    if not magnitude_aware:
        return np.full(len(weights), sigma)
    return np.sqrt((sigma * weights) ** 2 + least**2)
