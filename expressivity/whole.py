"""Whole numbers at the door: counts, depths and seeds, of Python or NumPy, and nothing else."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np


def whole(value: Any, name: str, least: int = 0) -> int:
    """Return a number as an int.

    Parameters
    ----------
    value : what an argument was given
    name : the argument's, for the message
    least : what it must be at least

    Raises
    ------
    ValueError
        for what is no whole number (a truth value is none, nor is 3.0), and for less than `least`.

    Examples
    --------
    >>> import numpy as np
    >>> from expressivity.whole import whole
    >>> whole(np.int64(3), "depth", 2)
    3
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if number < least or isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} is {value!r}: give a whole number of at least {least}")
    return number
