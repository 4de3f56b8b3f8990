"""Arrays that nobody can write to: what was proved about them stays true."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def frozen(values: ArrayLike, dtype: Any = None) -> NDArray[Any]:
    """Return a read-only copy; the array that was given stays as it is. Cost O(size)."""
    copy = np.array(values, dtype=dtype)
    copy.flags.writeable = False
    return copy
