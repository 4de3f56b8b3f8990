"""A sample as networks are trained on it: tensors on one device, and the view of a batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

View = Callable[[Tensor, bool], Tensor]
"""Maps a batch (B, ...) to what a network sees of it; True in training, False in evaluation."""


def as_it_is(x: Tensor, training: bool) -> Tensor:
    """Return x."""
    return x


@dataclass(frozen=True)
class Examples:
    """A split on its device: x (n, ...) shared by all replicas, y int64 (k, n), one row each.

    `weight` is what each example's loss counts in each replica, float32 (k, n); None: all count 1.
    One of weight 0 keeps its place in the batches, and nobody asks whether it is fitted.
    """

    x: Tensor
    y: Tensor
    weight: Tensor | None = None

    @property
    def totals(self) -> list[float]:
        """The sum of the weights of each replica."""
        if self.weight is None:
            return [float(self.y.shape[1])] * len(self.y)
        return self.weight.cpu().double().sum(1).tolist()

    def keep(self, rows: list[int]) -> Examples:
        """Return the examples of some of the replicas."""
        return Examples(self.x, self.y[rows], None if self.weight is None else self.weight[rows])


@dataclass(frozen=True)
class Inputs:
    """The inputs of both splits (n, ...), and how a network views a batch of them."""

    train: Tensor
    test: Tensor
    view: View = as_it_is
