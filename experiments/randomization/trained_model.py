"""A model that has been trained, handed to whoever wants more of it than its record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TrainedModel:
    """What a training leaves behind.

    Attributes
    ----------
    probabilities : maps images (n, ...), as the data set has them, to distributions over the
        classes, float64 (n, classes)
    model : the torch module, or the fitted estimator
    initial : the module's state before training; None for an estimator
    """

    probabilities: Callable[[NDArray[Any]], NDArray[np.float64]]
    model: Any
    initial: dict[str, Any] | None = None


Inspect = Callable[[TrainedModel], None]
"""Called before the record is there, so that a record implies that it was called."""
