"""Uniform stability: what it is at least, and what is proved of SGD.

A is eps-uniformly stable if replacing one example, whatever the sample, changes the expected loss
at any point by at most eps (Bousquet and Elisseeff 2002). It is a supremum over samples, labels
included: a constant of the algorithm, the same for true and for random labels.

All of it refuses, with ValueError and by name, what is out of its range.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from experiments.measures.given import number, numbers, share
from expressivity.switch import switch
from expressivity.whole import whole


def from_random_labels(training_accuracy: float, classes: int) -> float:
    """Return what eps is at least, for the 0-1 loss, by the training accuracy on random labels.

    The risk under uniform labels is 1 - 1 / K for every classifier, and the expected gap is at most
    eps: so eps >= accuracy - 1 / K.
    """
    return share(training_accuracy, "training_accuracy") - 1 / whole(classes, "classes", 2)


def from_interpolation(fits_every_labeling: bool) -> float:
    """Return what eps is at least: 1 if every labeling is fitted, else 0 (nothing is known).

    Replace (x, y) by (x, y'): the two classifiers differ at x.
    """
    return 1.0 if switch(fits_every_labeling, "fits_every_labeling") else 0.0


def convex_sgd(lipschitz: float, rates: Sequence[float], n: int) -> float:
    """Return (2 G^2 / n) sum_t rate_t: eps of SGD, one example a step, convex smooth losses.

    For rates up to 2 / beta. Source: Hardt, Recht, Singer 2016, section 3.
    """
    total = float(np.sum(numbers(rates, "rates", 0)))
    return 2 * _squared(lipschitz) * total / whole(n, "n", 1)


def convex_sgd_distance(lipschitz: float, rates: Sequence[float], n: int) -> float:
    """Return (2 G / n) sum_t rate_t: the expected distance of weights from two such samples."""
    total = float(np.sum(numbers(rates, "rates", 0)))
    return 2 * number(lipschitz, "lipschitz", 0) * total / whole(n, "n", 1)


def strongly_convex_sgd(lipschitz: float, strength: float, n: int) -> float:
    """Return 2 G^2 / (gamma n), for projected SGD. Source: the same."""
    strength = number(strength, "strength", 0, above=True)
    return 2 * _squared(lipschitz) / (strength * whole(n, "n", 1))


def _squared(lipschitz: float) -> float:
    """Return G^2, infinity where it is no double."""
    with np.errstate(over="ignore"):
        return float(np.float64(number(lipschitz, "lipschitz", 0)) ** 2)


def nonconvex_sgd(lipschitz: float, smoothness: float, c: float, steps: int, n: int) -> float:
    """Return the bound for a loss in [0, 1] and rates up to c / t. Source: the same.

    (1 + 1 / (beta c)) / (n - 1) (2 c G^2)^{1 / (beta c + 1)} T^{beta c / (beta c + 1)}: for a large
    beta c about T / (n - 1), the number of epochs. It contains no label.
    """
    c, smoothness = number(c, "c", 0, above=True), number(smoothness, "smoothness", 0, above=True)
    bc, steps = float(smoothness) * c, whole(steps, "steps", 1)
    lipschitz = np.float64(number(lipschitz, "lipschitz", 0))
    with np.errstate(over="ignore"):
        growth = (2 * c * lipschitz**2) ** (1 / (bc + 1)) * steps ** (1 / (1 + 1 / bc))
        return float((1 + 1 / bc) / (whole(n, "n", 2) - 1) * growth)
