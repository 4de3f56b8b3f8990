"""What the interpolant and its two estimators have in common: their parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sklearn.base import BaseEstimator

from experiments.kernels.choice import Choice


class MinimumNorm(BaseEstimator):
    """The parameters of `MinimumNormInterpolator`, which says what they are."""

    def __init__(
        self,
        kernel: Choice = None,
        *,
        ridge: float = 0.0,
        device: str = "cpu",
        tolerance: float = 1e-10,
        checkpoint: str | Path | None = None,
    ) -> None:
        self.kernel = kernel
        self.ridge = ridge
        self.device = device
        self.tolerance = tolerance
        self.checkpoint = checkpoint

    @property
    def _precomputed(self) -> bool:
        return isinstance(self.kernel, str) and self.kernel == "precomputed"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self._precomputed
        return tags
