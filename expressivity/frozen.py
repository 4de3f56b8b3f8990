"""Arrays that nobody can write to: what was proved about them stays true."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def frozen(values: ArrayLike, dtype: Any = None) -> NDArray[Any]:
    """Return a read-only copy; the array that was given stays as it is. Cost O(size).

    An array that is read-only already, and no view of another, is returned itself.
    """
    if isinstance(values, np.ndarray) and type(values) is np.ndarray:
        own = values.base is None and not values.flags.writeable
        if own and dtype in (None, values.dtype):
            return values
    copy = np.array(values, dtype=dtype)
    copy.flags.writeable = False
    return copy


class Remade:
    """A frozen dataclass whose copies and pickles are made anew, by its constructor.

    NumPy makes the arrays of copies writable.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, one.name) for one in fields(self))  # pyright: ignore


def freeze(*values: NDArray[Any]) -> None:
    """Make arrays of our own read-only, without a copy."""
    for array in values:
        array.flags.writeable = False
