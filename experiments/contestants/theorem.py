"""The theorem on a sample small enough to draw: projections, knots, the function through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from experiments.contestants.explicit import flat
from experiments.datasets.sample import TrainingSample
from experiments.sweeps.run import Run
from expressivity import interpolate, verify
from expressivity.projection import project


@dataclass(frozen=True)
class Theorem(Run):
    """Interpolate the class numbers of the first images of a data set.

    Attributes
    ----------
    points : number of these images

    Examples
    --------
    >>> from experiments.contestants import Theorem
    >>> from experiments.sweeps.run import execute
    >>> (record,) = execute([Theorem(points=5)])
    >>> record["n_weights"], record["b"][1:] == record["t"][:-1]  # 2n + d; knots at projections
    (74, True)
    """

    contestant: ClassVar[str] = "theorem"

    points: int = 8

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Construct the network and record t, b, w, y in the order of the projections."""
        X, y = flat(sample.seen[0])[: self.points], sample.labels[: self.points]
        net = interpolate(X, y, seed=self.seed)
        t = project(X, net.a)
        order = np.argsort(t)
        premises = verify(net, X, y)
        return {
            "n": len(y),
            "n_weights": net.n_weights,
            "fitted": all(premise.holds for premise in premises.values()),
            "residual": premises["residual"].value,
            "t": t[order].tolist(),
            "b": net.b.tolist(),
            "w": net.w.tolist(),
            "y": y[order].tolist(),
            "indices": order.tolist(),
        }
