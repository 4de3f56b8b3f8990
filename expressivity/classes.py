"""Class labels in and out: the network of Theorem 1 as a classifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.direction import Direction
from expressivity.interpolate import interpolate
from expressivity.labels import labels as number_labels
from expressivity.network import Network


@dataclass(frozen=True, eq=False)
class Classifier:
    """A network whose one output is the number of a class.

    Attributes
    ----------
    network : Network with targets 0, 1, ..., one number for each class
    classes : array of the class labels, sorted
    """

    network: Network
    classes: NDArray[Any]

    def __call__(self, X: ArrayLike) -> NDArray[Any]:
        """Return the label of the class nearest to the output at each point of X, shape (m,).

        Raises and costs as `Compiled.__call__`.
        """
        number = np.rint(self.network.compiled(X))
        return self.classes[np.clip(number, 0, len(self.classes) - 1).astype(np.intp)]


def classify(
    X: ArrayLike,
    labels: ArrayLike,
    *,
    direction: Direction | ArrayLike | None = None,
    seed: int = 0,
    depth: int = 2,
    fewest: bool = False,
) -> Classifier:
    """Build a network with 2n + d weights that gives every point of a sample its class.

    Parameters
    ----------
    X, direction, seed, depth, fewest : as for `interpolate`
    labels : array-like (N,) of strings, whole numbers, booleans or bytes, all of one kind

    Returns
    -------
    Classifier

    Raises
    ------
    TypeError, ValueError
        as `interpolate` and `expressivity.labels.labels`; also if rounding could give a point
        another class.

    Cost: as `interpolate`, and O(n) exact additions to bound the error.
    Source: Theorem 1 for the targets 0, 1, ..., as in the paper's randomization test.
    """
    classes, numbers = number_labels(labels)
    net = interpolate(X, numbers, direction=direction, seed=seed, depth=depth, fewest=fewest)
    if not net.error.compiled < 0.5:
        raise ValueError(
            f"X projects to gaps so small that an output may be off by {net.error.compiled:.2g}, "
            "more than half a class: use direction = 'widened', or rescale the coordinates"
        )
    return Classifier(net, classes)
