"""Uniform stability: what it is at least, and what is proved of SGD.

A is eps-uniformly stable if replacing one example, whatever the sample, changes the expected loss
at any point by at most eps (Bousquet and Elisseeff 2002). It is a supremum over samples, labels
included: a constant of the algorithm, the same for true and for random labels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def from_random_labels(training_accuracy: float, classes: int) -> float:
    """Return what eps is at least, for the 0-1 loss, by the training accuracy on random labels.

    The risk under uniform labels is 1 - 1 / K for every classifier, and the expected gap is at most
    eps: so eps >= accuracy - 1 / K.
    """
    return training_accuracy - 1 / classes


def from_interpolation(fits_every_labeling: bool) -> float:
    """Return what eps is at least: 1 if every labeling is fitted, else 0 (nothing is known).

    Replace (x, y) by (x, y'): the two classifiers differ at x.
    """
    return 1.0 if fits_every_labeling else 0.0


def convex_sgd(lipschitz: float, rates: Sequence[float], n: int) -> float:
    """Return (2 G^2 / n) sum_t rate_t: eps of SGD, one example a step, convex smooth losses.

    For rates up to 2 / beta. Source: Hardt, Recht, Singer 2016, section 3.
    """
    return 2 * lipschitz**2 * float(np.sum(rates)) / n


def convex_sgd_distance(lipschitz: float, rates: Sequence[float], n: int) -> float:
    """Return (2 G / n) sum_t rate_t: the expected distance of weights from two such samples."""
    return 2 * lipschitz * float(np.sum(rates)) / n


def strongly_convex_sgd(lipschitz: float, strength: float, n: int) -> float:
    """Return 2 G^2 / (gamma n), for projected SGD. Source: the same."""
    return 2 * lipschitz**2 / (strength * n)


def nonconvex_sgd(lipschitz: float, smoothness: float, c: float, steps: int, n: int) -> float:
    """Return the bound for a loss in [0, 1] and rates up to c / t. Source: the same.

    (1 + 1 / (beta c)) / (n - 1) (2 c G^2)^{1 / (beta c + 1)} T^{beta c / (beta c + 1)}: for a large
    beta c about T / (n - 1), the number of epochs. It contains no label.
    """
    bc = smoothness * c
    growth = (2 * c * lipschitz**2) ** (1 / (bc + 1)) * steps ** (bc / (bc + 1))
    return (1 + 1 / bc) / (n - 1) * growth
