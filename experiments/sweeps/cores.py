"""A limit on threads beyond the cores that this process may use."""

from __future__ import annotations

import os

from expressivity import cgroup
from expressivity.threads import cores


def limit_threads() -> None:
    """Let libraries that are loaded from now on use no more threads than there are cores.

    They count the machine's: a container that may use two of 64 would be kept waiting.
    """
    if cgroup.cores() is not None:
        for library in ("OMP", "MKL", "OPENBLAS"):
            os.environ.setdefault(f"{library}_NUM_THREADS", str(cores()))
