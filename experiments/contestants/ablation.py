"""What the direction and what the knots do for the construction, one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from experiments.contestants.construction import TEXTBOOK_UP_TO, Construction
from experiments.contestants.explicit import flat
from experiments.datasets.sample import TrainingSample
from expressivity import Network, interpolate
from expressivity.benchmark import least_gap
from expressivity.direction import Direction
from expressivity.literal import relu_sum
from expressivity.triangular import solve_dense

DIRECTIONS: dict[str, Direction] = {"random": "gaussian", "widened": "widened"}


@dataclass(frozen=True)
class Ablation(Construction):
    """Direction (random, widened) crossed with knots (at the previous projection, in the middle).

    Everything else is the same: the sample, the random direction that the widened one starts from,
    double precision, the literal sum of ReLUs.

    Attributes
    ----------
    draws : number of random directions for the one sample

    Examples
    --------
    >>> from experiments.contestants import Ablation
    >>> from experiments.sweeps.run import execute
    >>> (record,) = execute([Ablation(n=16, draws=2)])
    >>> sorted(record["pairs"])[:2], record["n_weights"]
    (['random, middle', 'random, projections'], 816)
    """

    contestant: ClassVar[str] = "ablation"

    draws: int = 100

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Return lists over the draws, to four digits: gaps by direction, the rest by pair.

        Knots in the middle need the dense matrix: they are left out above 4,096 points.
        """
        X, y = flat(sample.seen[0]), sample.labels
        gaps: dict[str, list[float]] = {name: [] for name in DIRECTIONS}
        pairs: dict[str, list[dict[str, float]]] = {}
        for draw in range(self.draws):
            for name, direction in DIRECTIONS.items():
                seed = self.draws * self.seed + draw
                net = interpolate(X, y, direction=direction, seed=seed)
                gaps[name].append(four_digits(least_gap(net)))
                pairs.setdefault(f"{name}, projections", []).append(at_projections(net))
                if len(X) <= TEXTBOOK_UP_TO:
                    pairs.setdefault(f"{name}, middle", []).append(in_the_middle(net))
        return {
            "n_weights": 2 * len(X) + self.d,
            "fitted": all(one["residual"] < 0.5 for one in pairs["widened, projections"]),
            "least_gap": gaps,
            "pairs": {
                pair: {key: [four_digits(one[key]) for one in found] for key in found[0]}
                for pair, found in pairs.items()
            },
        }


def at_projections(net: Network) -> dict[str, float]:
    """Measure a network as it is built: knots at the previous projection, slopes in closed form."""
    assert net.fit is not None
    return _measured(net, net.b, net.w)


def in_the_middle(net: Network) -> dict[str, float]:
    """Move the knots into the middle of the gaps and solve A w = y by forward substitution.

    Cost O(n^2) time and memory.
    """
    assert net.fit is not None
    t = net.fit.t
    b = np.concatenate((net.b[:1], (t[1:] + t[:-1]) / 2))
    return _measured(net, b, solve_dense(t, b, net.fit.y))


def four_digits(value: float) -> float:
    """Round to what a picture shows: thousands of numbers stand in one record."""
    return float(f"{value:.4g}")


def _measured(net: Network, b: np.ndarray, w: np.ndarray) -> dict[str, float]:
    assert net.fit is not None
    return {
        "largest_weight": float(np.abs(w).max() * np.linalg.norm(net.a)),
        "residual": float(np.abs(relu_sum(net.fit.t, b, w) - net.fit.y).max()),
    }
