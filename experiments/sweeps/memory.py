"""How much memory is left, and a limit that turns running out of it into an error."""

from __future__ import annotations

import os
import sys

from experiments.sweeps.cores import limit_threads
from expressivity import cgroup

GIB = 2**30


def available() -> int | None:
    """Return the bytes of memory that can still be taken, None where the system does not say.

    That is what the machine has left, or the limit of a container or of this process if nearer.
    """
    try:
        machine = _kib("/proc/meminfo", "MemAvailable")
        contained = cgroup.memory_left()
        machine = machine if contained is None else min(machine, contained)
        taken = _kib("/proc/self/status", "VmData")
    except (OSError, StopIteration):
        return None
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return machine if limit == resource.RLIM_INFINITY else min(machine, max(limit - taken, 0))


def peak() -> int | None:
    """Return the most bytes that this process has held, None where the system does not say."""
    try:
        # Not `ru_maxrss`: Linux counts into it what the parent held when it started this process.
        return _kib("/proc/self/status", "VmHWM")
    except (OSError, StopIteration):
        if sys.platform == "win32":
            return None
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held if sys.platform == "darwin" else 1024 * held


def _kib(path: str, name: str) -> int:
    """Return the bytes that a file of the system gives in KiB under a name."""
    with open(path) as lines:
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(name))


def require(needed: int, what: str) -> None:
    """Raise MemoryError with the numbers if `what` needs more bytes than there are."""
    there = available()
    if there is not None and needed > there:
        raise MemoryError(
            f"{what} needs about {needed / GIB:.1f} GiB of memory and {there / GIB:.1f} GiB are "
            "left: take fewer images (n) or a machine with more"
        )


def limit_to_physical() -> None:
    """Let an allocation beyond the machine's memory fail instead of the system killing the process.

    What the process holds already does not count as memory that is left: to ask again and again
    leaves the limit where it is. Only on Linux and without a GPU, whose driver reserves more
    addresses than there is memory. A container's cores limit the threads, too.
    """
    limit_threads()
    if sys.platform == "linux" and not os.path.exists("/dev/nvidiactl"):
        import resource

        there = available()
        if there is not None:
            _, hard = resource.getrlimit(resource.RLIMIT_DATA)
            taken = _kib("/proc/self/status", "VmData")
            resource.setrlimit(resource.RLIMIT_DATA, (taken + there, hard))
