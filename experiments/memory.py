"""How much memory is left, and a limit that turns running out of it into an error."""

from __future__ import annotations

import os
import sys

GIB = 2**30


def available() -> int | None:
    """Return the bytes of memory that can still be taken, None where the system does not say."""
    try:
        with open("/proc/meminfo") as lines:
            kib = next(line.split()[1] for line in lines if line.startswith("MemAvailable"))
        return int(kib) * 1024
    except (OSError, StopIteration):
        return None


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

    Only on Linux and without a GPU, whose driver reserves more addresses than there is memory.
    """
    if sys.platform == "linux" and not os.path.exists("/dev/nvidiactl"):
        import resource

        there = available()
        if there is not None:
            _, hard = resource.getrlimit(resource.RLIMIT_DATA)
            resource.setrlimit(resource.RLIMIT_DATA, (there, hard))
