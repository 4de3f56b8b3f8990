"""The paper's recipe of training, as numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Precision = Literal["fp32", "bf16"]


@dataclass(frozen=True)
class Recipe:
    """SGD with momentum whose rate falls by a factor each epoch. Source: section 2, appendix A."""

    learning_rate: float = 0.01
    """of the first epoch; the paper's is 0.1 for Inception, 0.01 for the others"""
    momentum: float = 0.9
    """as in the paper"""
    decay: float = 0.95
    """the factor of the rate after each epoch, as in the paper"""
    batch_size: int = 128
    """as in public reproductions; the paper does not state it, and 64 fits more (docs/recipe.md)"""
    weight_decay: float = 0.0
    """the coefficient of the l2 penalty; reproductions use 5e-4"""
    epoch_limit: int = 100
    """training stops here if it has not before"""
    precision: Precision = "fp32"
    """of the products; weights, momentum, loss and sums are always single precision"""
    early_stopping: bool = False
    """evaluate the test accuracy every epoch and record its course and its best"""
    to_the_limit: bool = field(default=False, metadata={"younger": True})
    """go on until the limit of epochs once the sample is fitted, as the paper's trainings do"""

    def __post_init__(self) -> None:
        if self.precision not in ("fp32", "bf16"):
            raise ValueError(f"precision is {self.precision!r}: it is fp32 or bf16")
        if self.learning_rate <= 0:
            raise ValueError(f"learning_rate is {self.learning_rate}: give a positive one")
        for name in ("batch_size", "epoch_limit"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: give at least 1")
