"""Spectral complexity of Bartlett, Foster and Telgarsky 2017: a score, and a bound on the error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from experiments.measures.given import number, of_points, points, probability
from experiments.measures.matrix import Matrix, difference, row_norms
from experiments.measures.matrix import spectral as norm_2


def norm_21(A: Matrix) -> float:
    """Return |A'|_{2,1}: the sum over output units of the Euclidean norm of the incoming row.

    >>> norm_21(np.eye(3)), norm_21(np.array([[3.0, 4.0], [0.0, 0.0]]))
    (3.0, 5.0)
    """
    return float(row_norms(A).sum())


def complexity(
    matrices: Sequence[Matrix], references: Sequence[Matrix] | None, pooling: float = 1.0
) -> float:
    """Return R_A = prod_i rho_i |W_i|_2 (sum_i (|(W_i - M_i)'|_{2,1} / |W_i|_2)^{2/3})^{3/2}.

    Parameters
    ----------
    matrices : W_i (out, in), biases as columns where there are any
    references : M_i, fixed before the data, as the initial weights; None: all zero
    pooling : product of the Lipschitz constants rho_i of what comes between them

    0 where W = M, or where a W_i is zero. Source: equation 1.2 of the paper.

    Raises ValueError for references of other shapes.
    """
    shapes = [W.shape for W in matrices]
    if references is not None and shapes != (found := [M.shape for M in references]):
        raise ValueError(f"references have shapes {found}: give those of the matrices, {shapes}")
    sizes = list(map(norm_2, matrices))
    if min(sizes) == 0:
        return 0.0
    moved = matrices if references is None else map(difference, matrices, references)
    total = sum((norm_21(step) / size) ** (2 / 3) for step, size in zip(moved, sizes, strict=True))
    return pooling * math.prod(sizes) * total**1.5


@dataclass(frozen=True)
class SpectralBound:
    """A bound on the error for one margin: holds with probability 1 - delta before a union.

    Attributes
    ----------
    value : the sum of the other three, at least 0; it says nothing from 1 on
    below : the share of the sample with a margin of at most gamma
    capacity : 8 / n + 48 ln(n) |X|_F R_A sqrt(ln(2 h^2)) / (gamma n)
    chance : 3 sqrt(ln(2 / delta) / (2 n))
    """

    value: float
    below: float
    capacity: float
    chance: float


def bound(
    matrices: Sequence[Matrix],
    references: Sequence[Matrix] | None,
    X: ArrayLike,
    margins: ArrayLike,
    gamma: float,
    delta: float = 0.05,
    pooling: float = 1.0,
) -> SpectralBound:
    """Return the bound with all its constants, for a margin and norms fixed beforehand.

    Covering numbers ln N <= |X|_F^2 ln(2 h^2) R_A^2 / eps^2 (theorem 3.3 of the paper, h is the
    largest dimension of a matrix), the ramp loss of the margin, 2 / gamma-Lipschitz, and Dudley's
    integral from 1 / sqrt(n). A gamma chosen after the fact costs a union that is not in it.

    Parameters
    ----------
    matrices, references, pooling : as for `complexity`
    X : real array-like (n, d) of what enters the first matrix
    margins : real array-like (n,)
    gamma : positive
    delta : probability with which the bound may fail

    Returns
    -------
    SpectralBound

    Raises
    ------
    ValueError
        for a gamma that is not positive, a delta that is no probability, and for points, margins or
        references that are not finite or of shapes that do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from experiments.measures.spectral import bound
    >>> W = [np.eye(2), np.eye(2)]
    >>> found = bound(W, [np.zeros((2, 2))] * 2, np.eye(2).repeat(50, axis=0), np.ones(100), 0.5)
    >>> found.below, found.value > 1  # it says nothing of 100 points
    (0.0, True)
    """
    entering, gamma = points(X, matrices), number(gamma, "gamma", 0, above=True)
    n, h = len(entering), max(max(W.shape) for W in matrices)
    size = float(np.linalg.norm(entering)) * complexity(matrices, references, pooling)
    capacity = 8 / n + 48 * math.log(n) * size * math.sqrt(math.log(2 * h**2)) / (gamma * n)
    chance = 3 * math.sqrt(math.log(2 / probability(delta)) / (2 * n))
    below = float((of_points(margins, "margins", n) <= gamma).mean())
    return SpectralBound(below + capacity + chance, below, capacity, chance)
