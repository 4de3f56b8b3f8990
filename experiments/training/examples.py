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
    """A split on its device: x (n, ...) shared by all replicas, y int64 (k, n), one row each."""

    x: Tensor
    y: Tensor

    def keep(self, rows: list[int]) -> Examples:
        """Return the examples of some of the replicas."""
        return Examples(self.x, self.y[rows])


@dataclass(frozen=True)
class Inputs:
    """The inputs of both splits (n, ...), and how a network views a batch of them."""

    train: Tensor
    test: Tensor
    view: View = as_it_is
