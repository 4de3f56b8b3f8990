"""Short keys: projections folded like a strip of paper, as short as tells stored points apart."""

from __future__ import annotations

from math import ceil, log2

import numpy as np
from numpy.typing import NDArray

from expressivity.exact import Exact

SHIFTS = 64
# Keys are so short that about this many pairs of points meet at each shift.
MEETING = 4


def shortest_keys(
    t: Exact, stored: NDArray[np.int64], group_size: int, least: int
) -> tuple[int, int]:
    """Find h and a shift such that no stored key is met by another point of its zone.

    Parameters
    ----------
    t : int64 array (n,), increasing, t[0] = 0
    stored : int64 array (N,), numbers of the points with a digit
    group_size : a zone holds so many of them, and reaches from behind the last one before
    least : bits to begin with

    Returns
    -------
    h and the shift of the keys `fold(t, shift, h)`. Cost: up to 64 sorts for each h tried.
    """
    ends = stored[group_size - 1 :: group_size][: -(-len(stored) // group_size) - 1]
    zone = np.searchsorted(ends, np.arange(len(t)))
    is_stored = np.zeros(len(t), dtype=np.int64)
    is_stored[stored] = 1
    rng = np.random.default_rng(0)
    bits = int(t[-1]).bit_length()
    # Keys of all bits of t are distinct, whatever was guessed that they need.
    for h in range(min(least, bits + 1), bits + 2):
        for shift in [0, *rng.integers(1, 2 ** (h + 1), SHIFTS - 1).tolist()]:
            key, width = fold(t, shift, h), 2**h + 1
            if (int(zone[-1]) + 1) * width >= 2**62:
                key, width = np.unique(key, return_inverse=True)[1], len(t)
            place = np.sort(2 * (zone * width + key) + is_stored)
            met = place[1:] >> 1 == place[:-1] >> 1
            if not (met & ((place[1:] | place[:-1]) & 1 == 1)).any():
                return h, shift
    raise AssertionError("keys of all bits of t are distinct")


def fold(t: Exact, shift: int, h: int) -> Exact:
    """Fold t + shift to [0, 2^h]: the distance to the nearest multiple of 2^(h + 1)."""
    rest = (t + shift) & (2 ** (h + 1) - 1)
    return np.minimum(rest, 2 ** (h + 1) - rest)


def pairs(stored: NDArray[np.int64], n: int, m: int) -> int:
    """Return how many pairs of a stored and another point share a zone."""
    ends = stored[m - 1 :: m][: -(-len(stored) // m) - 1]
    zones = np.diff(np.concatenate(([-1], ends, [n - 1])))
    held = np.full(len(zones), m)
    held[-1] = len(stored) - m * (len(zones) - 1)
    return int((held * (zones - 1)).sum())


def likely_bits(pairs: int) -> int:
    """Return how many bits keys need where so many pairs must not meet, one shift in 64."""
    return max(ceil(log2(max(pairs / MEETING, 1))), 1)
