"""The narrowest trained network that fits n random labels, found by bisection."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from experiments.contestants.explicit import flat
from experiments.datasets.sample import TrainingSample
from experiments.sweeps.run import Run
from expressivity import interpolate

if TYPE_CHECKING:  # torch is imported where it is used
    import torch

CHECK_EVERY = 25


@dataclass(frozen=True)
class CriticalWidth(Run):
    """Train networks with one hidden layer of more and fewer units until two neighbours differ.

    The outcome is an upper bound on what training needs: a longer training, or another start,
    may fit with fewer units.

    Attributes
    ----------
    restarts : initializations of each width, trained side by side; one that fits is enough
    step_limit : steps of Adam on the whole sample, for each width
    learning_rate : of the first step; it falls to 0 along a cosine

    Examples
    --------
    >>> from experiments.contestants import CriticalWidth
    >>> from experiments.sweeps.run import execute
    >>> (record,) = execute([CriticalWidth(n=4, n_test=1, restarts=2, step_limit=100)])
    >>> record["width"] <= 4, record["explicit_weights"]
    (True, 72)
    """

    contestant: ClassVar[str] = "critical-width"

    n: int | None = 256
    level: float = 1.0
    restarts: int = 4
    step_limit: int = 3000
    learning_rate: float = 0.01  # three times as much diverges above 64 units

    def fit(self, sample: TrainingSample) -> dict[str, Any]:
        """Double the width until one fits, then bisect; record every width that was tried."""
        import torch

        from experiments.training.preprocessing import as_inputs

        x = as_inputs(sample.seen[0], sample.data.white, torch.device("cpu"), torch.float32)
        x, y = x.flatten(1), torch.from_numpy(sample.labels)
        d, n_classes = x.shape[1], len(sample.data.classes)
        tried: dict[int, tuple[float, int]] = {}

        def fits(width: int) -> bool:
            tried[width] = self._train(x, y, n_classes, width)
            return tried[width][0] == 1

        failed, width = bisect(fits, limit=len(y))
        explicit = interpolate(flat(sample.seen[0]), sample.labels, fewest=True, seed=self.seed)
        return {
            "fitted": True,
            "train_accuracy": 1.0,
            "width": width,
            "largest_failed": failed,
            "n_weights": n_weights(width, d, n_classes),
            "n_weights_failed": n_weights(failed, d, n_classes) if failed else 0,
            "explicit_weights": 2 * len(y) + d,
            "explicit_fewest_weights": explicit.n_weights,
            "tried": [
                {"width": tried_width, "best_accuracy": best, "steps": steps}
                for tried_width, (best, steps) in sorted(tried.items())
            ],
        }

    def _train(
        self, x: torch.Tensor, y: torch.Tensor, n_classes: int, width: int
    ) -> tuple[float, int]:
        """Train all restarts of a width; return the best accuracy met and the steps taken."""
        import torch
        from torch.nn.functional import cross_entropy

        from experiments.training.networks import build

        seeds = [1000 * self.seed + restart for restart in range(self.restarts)]
        network = build(f"mlp-1x{width}", (x.shape[1], 1, 1), n_classes, seeds)
        optimizer = torch.optim.Adam(network.parameters(), lr=self.learning_rate)
        inputs = x.expand(self.restarts, *x.shape)
        targets = y.expand(self.restarts, -1)
        best = 0.0
        for step in range(self.step_limit + 1):
            outputs = network(inputs)
            if step % CHECK_EVERY == 0 or step == self.step_limit:
                right = (outputs.detach().argmax(2) == targets).double().mean(1)
                best = max(best, float(right.max()))
                if best == 1:
                    return best, step
            for group in optimizer.param_groups:
                cosine = math.cos(math.pi * step / self.step_limit)
                group["lr"] = self.learning_rate * (1 + cosine) / 2
            optimizer.zero_grad()
            cross_entropy(outputs.flatten(0, 1), targets.flatten()).backward()
            optimizer.step()
        return best, self.step_limit


def n_weights(width: int, d: int, n_classes: int) -> int:
    """Count the weights of a network of one hidden layer, biases among them."""
    return width * (d + 1) + n_classes * (width + 1)


def bisect(fits: Callable[[int], bool], limit: int) -> tuple[int, int]:
    """Return neighbouring widths, of which the smaller does not fit and the larger does.

    Asks O(log limit) times. The smaller one is 0 where a single unit fits. Raises RuntimeError if
    the limit does not fit either.
    """
    failed, width = 0, 1
    while not fits(width):
        if width == limit:
            raise RuntimeError(
                f"training does not fit {limit} units, and the construction needs no more for as "
                "many points: raise step_limit or lower learning_rate"
            )
        failed, width = width, min(2 * width, limit)
    while width - failed > 1:
        middle = (failed + width) // 2
        if fits(middle):
            width = middle
        else:
            failed = middle
    return failed, width
