"""Switches at the door: True or False, of Python or NumPy, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np


def switch(value: Any, name: str) -> bool:
    """Return a switch as a bool.

    Parameters
    ----------
    value : what an argument was given
    name : the argument's, for the message

    Raises
    ------
    ValueError
        for anything else: the word "no" would be true.

    Examples
    --------
    >>> import numpy as np
    >>> from expressivity.switch import switch
    >>> switch(np.True_, "exact")
    True
    """
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} is {value!r}: give True or False")
    return bool(value)
