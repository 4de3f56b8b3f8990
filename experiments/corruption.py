"""Corrupted labels: drawn once from a seed, fixed for the run, identified by a hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Corruption:
    """The labels of a sample after corruption.

    Attributes
    ----------
    labels : int64 array (n,)
    changed : int64 array of the indices whose label really differs from the true one
    share : the realized share of changed labels; its expectation is level (1 - 1 / classes)
    hash : of the labels, 16 hex digits
    """

    labels: NDArray[np.int64]
    changed: NDArray[np.int64]

    @property
    def share(self) -> float:
        return len(self.changed) / len(self.labels)

    @property
    def hash(self) -> str:
        return array_hash(self.labels)


def corrupt_labels(
    labels: NDArray[np.int64], n_classes: int, level: float, seed: int
) -> Corruption:
    """Replace each label with probability `level` by one uniform over all classes.

    Every sample is drawn by itself (no permutation of the class names, which would be learnable)
    and may keep its label by chance. The same seed gives the same labels; a higher level corrupts
    a superset.

    Raises ValueError for a level outside [0, 1]. Cost O(n).
    Source: section 2.1, "partially corrupted labels" and "random labels" (level 1).
    """
    if not 0 <= level <= 1:
        raise ValueError(f"level is {level}: a corruption level is a probability from 0 to 1")
    rng = np.random.default_rng([seed, 1])
    chosen = rng.random(len(labels)) < level
    drawn = rng.integers(0, n_classes, len(labels))
    corrupted = np.where(chosen, drawn, labels).astype(np.int64)
    return Corruption(corrupted, np.flatnonzero(corrupted != labels))


def array_hash(array: NDArray[Any]) -> str:
    """Return 16 hex digits of the SHA-256 of an array's shape, type and values."""
    digest = hashlib.sha256(f"{array.dtype.str}{array.shape}".encode())
    digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:16]
