"""The paper's recipe of training, as numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Literal

from expressivity.switch import switch

Precision = Literal["fp32", "bf16"]


@dataclass(frozen=True)
class Recipe:
    """SGD with momentum whose rate falls by a factor each epoch. Source: section 2, appendix A.

    Raises ValueError, by name, for a number that makes no training.

    Examples
    --------
    >>> from experiments.randomize import Recipe
    >>> Recipe(learning_rate=0.1, epoch_limit=30).decay
    0.95
    >>> Recipe(momentum=1)
    Traceback (most recent call last):
        ...
    ValueError: momentum is 1: give a number of at least 0 and less than 1
    """

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

    target_loss: float | None = field(default=None, metadata={"younger": True})
    """a fitted sample is trained on until an epoch's mean loss is at most this; None: it ends"""

    def __post_init__(self) -> None:
        if self.precision not in ("fp32", "bf16"):
            raise ValueError(f"precision is {self.precision!r}: it is fp32 or bf16")
        for name, (holds, mend) in NUMBERS.items():
            given = getattr(self, name)
            if given is None and name == "target_loss":
                continue
            value = _number(given)
            if value is None or not math.isfinite(value) or not holds(value):
                raise ValueError(f"{name} is {given}: give {mend}")
            if type(given) not in (int, float) or (name in WHOLE and type(given) is float):
                # NumPy's numbers become Python's, which a record can hold.
                object.__setattr__(self, name, int(value) if name in WHOLE else value)
        for each in fields(self):  # those of a subclass too
            if isinstance(each.default, bool):
                object.__setattr__(self, each.name, switch(getattr(self, each.name), each.name))


WHOLE = ("batch_size", "epoch_limit")
NUMBERS = {
    "learning_rate": (lambda x: x > 0, "a positive one"),
    "momentum": (lambda x: 0 <= x < 1, "a number of at least 0 and less than 1"),
    "decay": (lambda x: x > 0, "a positive factor, 1 for a rate that stays"),
    "batch_size": (lambda x: x >= 1 and x == int(x), "at least 1, a whole number"),
    "weight_decay": (lambda x: x >= 0, "a number of at least 0"),
    "epoch_limit": (lambda x: x >= 1 and x == int(x), "at least 1, a whole number"),
    "target_loss": (lambda x: x > 0, "a positive one, or None"),
}
"""what the numbers of a recipe must be, and how a user is told"""


def _number(value: object) -> float | None:
    if isinstance(value, str | bytes):
        return None
    try:
        return float(value)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError):
        return None
