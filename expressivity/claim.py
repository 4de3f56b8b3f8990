"""What all certificates have in common: their claim, the hash of a sample, their own digest."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.arrays import blocks

CLAIM = (
    "the network differs from the targets at each row by exactly the residual given; it "
    "interpolates where each is at most the tolerance and below half the distance between labels"
)


def written(value: Fraction | int) -> str:
    """Write a number in its only spelling. Raises ValueError for one that Python does not write."""
    try:
        return str(value)
    except ValueError:
        raise ValueError(
            "net or tolerance has numbers of more than 4300 digits, which no certificate holds"
        ) from None


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a certificate's content as canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sample_hash(Z: NDArray[Any], y: NDArray[np.float64]) -> str:
    """Return the SHA-256 of the rows (coordinates, then targets) as little-endian doubles."""
    targets = y.reshape(len(Z), -1)
    found = hashlib.sha256()
    for block in blocks(Z):
        rows = np.concatenate((Z[block].astype("<f8"), targets[block].astype("<f8")), axis=1)
        found.update(rows.tobytes())
    return found.hexdigest()
