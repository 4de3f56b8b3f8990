"""Work on the rows of large arrays, shared out over the cores that this process may use."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from expressivity import cgroup

# More cores than these wait for memory; fewer numbers than these are done before a thread starts.
MOST, LARGE = 4, 1 << 20
SHARES = 4


def share_out(work: Callable[[slice], None], rows: int, numbers: int) -> None:
    """Call `work` with slices that together are all rows, on several threads where it pays.

    Parameters
    ----------
    work : function of a slice of rows, which touches no other row of what it writes. NumPy lets
        other threads run while it computes.
    rows : how many there are
    numbers : how many numbers are looked at in all
    """
    threads = threads_to_use() if numbers >= LARGE else 1
    size = max(1, -(-rows // (SHARES * threads if threads > 1 else 1)))
    shares = [slice(start, start + size) for start in range(0, rows, size)]
    if threads == 1:
        for share in shares:
            work(share)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, shares):
            pass


@cache
def threads_to_use() -> int:
    """Count the threads that one piece of work is shared out to: asked once, as libraries do."""
    return min(MOST, share_of_cores())


def cores() -> int:
    """Count the cores this process may use: the machine's, less what a container withholds."""
    there = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    allowed = cgroup.cores()
    return there if allowed is None else max(1, min(there, math.ceil(allowed)))


def share_of_cores() -> int:
    """Count them for a process that may have been given fewer threads, by OMP_NUM_THREADS."""
    share = os.environ.get("OMP_NUM_THREADS", "")
    return min(cores(), int(share)) if share.isdecimal() and int(share) else cores()
