"""The paper's recipe of training, as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Precision = Literal["fp32", "bf16"]


@dataclass(frozen=True)
class Recipe:
    """SGD with momentum whose rate falls by a factor each epoch.

    Attributes
    ----------
    learning_rate : of the first epoch; the paper's is 0.1 for Inception, 0.01 for the others
    momentum, decay : 0.9, and the factor of the rate after each epoch, 0.95, as in the paper
    batch_size : 128, as in every public reproduction; the paper does not state it
    weight_decay : 0, or the coefficient of the l2 penalty; reproductions use 5e-4
    epoch_limit : training stops here if the sample is not fitted before
    precision : of the products; weights, momentum, loss and sums are always single precision
    early_stopping : evaluate the test accuracy every epoch and record its course and its best

    Source: section 2, appendix A.
    """

    learning_rate: float = 0.01
    momentum: float = 0.9
    decay: float = 0.95
    batch_size: int = 128
    weight_decay: float = 0.0
    epoch_limit: int = 100
    precision: Precision = "fp32"
    early_stopping: bool = False

    def __post_init__(self) -> None:
        if self.precision not in ("fp32", "bf16"):
            raise ValueError(f"precision is {self.precision!r}: it is fp32 or bf16")
        if self.learning_rate <= 0:
            raise ValueError(f"learning_rate is {self.learning_rate}: give a positive one")
        for name in ("batch_size", "epoch_limit"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: give at least 1")
