"""The theorem in numbers: precision, gaps and weights of the construction against n."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from experiments.contestants.explicit import flat
from experiments.datasets import Dataset
from experiments.datasets.sample import TrainingSample
from experiments.sweeps.run import Run
from expressivity import Network, interpolate
from expressivity.benchmark import least_gap
from expressivity.direction import NAMES, Direction
from expressivity.literal import relu_sum
from expressivity.randomness import generator
from expressivity.triangular import solve_dense

# The dense matrix and its copy take 16 n^2 bytes.
TEXTBOOK_UP_TO = 4096
BATCH = 1024


@dataclass(frozen=True)
class Construction(Run):
    """Interpolate random labels of n random images of 8 bits: every direction, and the textbook.

    Attributes
    ----------
    d : number of pixels of an image

    Examples
    --------
    >>> from experiments.contestants import Construction
    >>> from experiments.sweeps.run import execute
    >>> (record,) = execute([Construction(n=16, d=20)])
    >>> record["n_weights"], record["fitted"], record["residual"] <= record["bound"]
    (52, True, True)
    """

    contestant: ClassVar[str] = "construction"

    data: str = "random-images"
    n: int | None = 1024
    level: float = 1.0
    d: int = 784

    def dataset(self) -> Dataset:
        """Draw the images from the seed. Raises ValueError without a size."""
        if self.n is None or self.n < 2:
            raise ValueError(f"n is {self.n}: random images need a number of them, at least 2")
        rng = generator(self.seed, self.n, self.d)
        images = rng.integers(0, 256, (self.n + 1, self.d), dtype=np.uint8)
        labels = np.zeros(self.n + 1, dtype=np.int64)
        classes = tuple("0123456789")
        return Dataset("random images", images[1:], labels[1:], images[:1], labels[:1], classes)

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Construct and measure; residuals are the largest over the sample."""
        X, y = flat(sample.seen[0]), sample.labels
        chosen: list[Direction | None] = [None, *NAMES]
        if len(X) > self.d + 1:
            chosen.remove("equally-spaced")
        nets = {
            name or "default": interpolate(X, y, direction=name, seed=self.seed) for name in chosen
        }
        net = nets["default"]
        by_direction = {name: measured(each, X, y) for name, each in nets.items()}
        textbook = textbook_solution(nets["gaussian"]) if len(X) <= TEXTBOOK_UP_TO else None
        return {
            "n_weights": net.n_weights,
            "fitted": by_direction["default"]["double"] < 0.5,
            "residual": by_direction["default"]["double"],
            "bound": net.error.literal,
            "directions": by_direction,
            "textbook": textbook,
        }


def measured(net: Network, X: NDArray[Any], y: NDArray[Any]) -> dict[str, float]:
    """Return the least gap in range / n^2, largest weight, and residual in both precisions."""
    return {
        "least_gap": least_gap(net),
        "largest_weight": float(np.abs(net.w).max() * np.linalg.norm(net.a)),
        "double": float(np.abs(net(X) - y).max()),
        "single": float(np.abs(single(net, X) - y).max()),
    }


def single(net: Network, X: NDArray[Any]) -> NDArray[np.float64]:
    """Evaluate the literal network with everything in single precision."""
    import torch

    a, b, w = (torch.tensor(part, dtype=torch.float32) for part in (net.a, net.b, net.w))
    parts = [
        torch.relu((part.float() @ a).unsqueeze(-1) - b) @ w
        for part in torch.from_numpy(X).split(BATCH)
    ]
    return torch.cat(parts).double().numpy()


def textbook_solution(net: Network) -> dict[str, float]:
    """Solve A w = y densely with knots in the middle of the gaps, as the proof allows.

    Takes projections and targets from a network along a random direction. Cost O(n^2).
    """
    assert net.fit is not None
    t, y = net.fit.t, net.fit.y
    b = np.concatenate((net.b[:1], (t[1:] + t[:-1]) / 2))
    w = solve_dense(t, b, y)
    return {
        "largest_weight": float(np.abs(w).max() * np.linalg.norm(net.a)),
        "double": float(np.abs(relu_sum(t, b, w) - y).max()),
    }
