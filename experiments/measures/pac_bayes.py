"""PAC-Bayes: a bound on the error of a network whose weights are given noise.

For a prior fixed before the data and any posterior Q, with probability 1 - delta,
kl(error on the sample, error) <= (KL(Q, prior) + ln(2 sqrt(n) / delta)) / n, errors averaged over
Q (Langford and Seeger; Maurer 2004). It speaks of the randomized network.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from experiments.measures.given import number, of_points, probability, share
from expressivity.randomness import generator
from expressivity.whole import whole

Array = NDArray[np.float64]
GRID = tuple(2.0**-k for k in range(-2, 11))
"""standard deviations of the noise that are tried; the union over them is paid for"""


def certificate(
    error: Callable[[Array], float],
    weights: Array,
    initial: Array,
    n: int,
    seed: int,
    draws: int = 100,
    delta: float = 0.05,
) -> float:
    """Return a bound on the error of the network whose weights are given noise, after training.

    Posterior N(weights, sigma^2 I), prior N(initial, sigma^2 I) with the initial weights, which the
    sample did not choose: KL = |weights - initial|^2 / (2 sigma^2). The best sigma of `GRID` by a
    few draws, then `draws` fresh ones; delta is shared out over the grid.

    Parameters
    ----------
    error : maps weights (W,) to the share of errors on the sample of n points
    weights, initial : float64 arrays (W,)

    Cost: some 150 evaluations.
    """
    rng, draws = generator(seed, 0xBA1E5), whole(draws, "draws", 1)
    share = probability(delta) / len(GRID)

    def drawn(sigma: float, number: int) -> float:
        noisy = (weights + sigma * rng.standard_normal(len(weights)) for _ in range(number))
        return float(np.mean([error(w) for w in noisy]))

    def kl(sigma: float) -> float:
        return kl_of_gaussians(weights, initial, sigma, sigma)

    best = min(GRID, key=lambda sigma: bound(drawn(sigma, 4), kl(sigma), n, share))
    return bound_by_draws(drawn(best, draws), draws, kl(best), n, share)


def kl_of_gaussians(mean: Array, reference: Array, sigma: float, prior_sigma: float) -> float:
    """Return KL(N(mean, sigma^2 I), N(reference, prior_sigma^2 I)) in nats.

    Raises ValueError for means of different lengths and deviations that are not above 0.

    >>> kl_of_gaussians(np.zeros(5), np.zeros(5), 0.1, 0.1)
    0.0
    """
    reference = of_points(reference, "reference", len(mean))
    mean = of_points(mean, "mean", len(reference))
    sigma = number(sigma, "sigma", 0, above=True)
    prior_sigma = number(prior_sigma, "prior_sigma", 0, above=True)
    # Squares may be no doubles where the divergence is one.
    log_ratio = 2 * (math.log(sigma) - math.log(prior_sigma))
    with np.errstate(over="ignore"):
        apart = float((((mean - reference) / prior_sigma) ** 2).sum())
        growth = float(np.expm1(log_ratio))
    return 0.5 * (apart + len(mean) * (growth - log_ratio))


def kl_of_bernoullis(q: float, p: float) -> float:
    """Return kl(q, p) = q ln(q / p) + (1 - q) ln((1 - q) / (1 - p)) in nats."""
    found, q, p = 0.0, share(q, "q"), share(p, "p")
    for a, b in ((q, p), (1 - q, 1 - p)):
        if a > 0:
            found += a * math.log(a / b) if b > 0 else math.inf
    return found


def largest_error(q: float, allowance: float) -> float:
    """Return the largest p with kl(q, p) <= allowance, to 1e-8: kl cancels near q.

    Cost: some 45 bisections.
    """
    q = share(q, "q")
    if allowance == math.inf:
        return 1.0
    allowance = number(allowance, "allowance", 0)
    low, high = q, 1.0
    while high - low > 1e-13:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if kl_of_bernoullis(q, middle) <= allowance else (low, middle)
    return high


def bound(sample_error: float, kl: float, n: int, delta: float = 0.05) -> float:
    """Return the bound on the randomized network's error, by its exact error on the sample.

    Parameters
    ----------
    sample_error : the share of the sample that the randomized network gets wrong
    kl : KL(posterior, prior) in nats, see `kl_of_gaussians`
    n : number of points of the sample
    delta : probability with which the bound may fail

    Returns
    -------
    float, a share

    Raises
    ------
    ValueError
        for an error that is no share, a KL below 0, and a delta that is no probability.

    Examples
    --------
    >>> from experiments.measures.pac_bayes import bound
    >>> round(bound(0.02, kl=500, n=60_000), 4)
    0.0439
    """
    n, sample_error = whole(n, "n", 1), share(sample_error, "sample_error")
    kl = kl if kl == math.inf else number(kl, "kl", 0)
    return largest_error(sample_error, (kl + math.log(2 * math.sqrt(n) / probability(delta))) / n)


def bound_by_draws(drawn_error: float, draws: int, kl: float, n: int, delta: float = 0.05) -> float:
    """Return the bound where the error on the sample is a mean over `draws` draws of the noise.

    Half of delta pays for the draws: kl(drawn error, error on the sample) <= ln(2 / delta) / draws
    where the drawn error is the smaller one (Chernoff).
    """
    allowance = math.log(2 / probability(delta)) / whole(draws, "draws", 1)
    sample_error = largest_error(share(drawn_error, "drawn_error"), allowance)
    return bound(sample_error, kl, n, delta / 2)
