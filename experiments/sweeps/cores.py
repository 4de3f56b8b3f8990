"""How many cores this process may use, and a limit on threads beyond them."""

from __future__ import annotations

import math
import os
import sys

from experiments.sweeps import cgroup


def cores() -> int:
    """Count the cores this process may use: the machine's, less what a container withholds."""
    there = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    allowed = cgroup.cores()
    return there if allowed is None else max(1, min(there, math.ceil(allowed)))


def share_of_cores() -> int:
    """Count them for a process that may have been given fewer threads: a worker's share."""
    share = os.environ.get("OMP_NUM_THREADS", "")
    return min(cores(), int(share)) if share.isdecimal() and share != "0" else cores()


def limit_threads() -> None:
    """Let libraries that are loaded from now on use no more threads than there are cores.

    They count the machine's: a container that may use two of 64 would be kept waiting.
    """
    if cgroup.cores() is not None:
        for library in ("OMP", "MKL", "OPENBLAS"):
            os.environ.setdefault(f"{library}_NUM_THREADS", str(cores()))
