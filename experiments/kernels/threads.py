"""One thread for few points, where a second one costs more than it saves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import torch

# Up to here a solve takes a tenth of a second on one thread. A second one saves less than that, and
# costs several times as much where NumPy's own threads, idle but not yet asleep, hold its core.
FEW = 2_000


class _Blocks:
    """How many blocks are on one thread now, and torch's number of threads outside of them.

    The number is that of the process: blocks in several of Python's threads overlap, and the first
    to begin is not the last to end.
    """

    lock, inside, outside = Lock(), 0, 1


@contextmanager
def threads_for(n: int) -> Iterator[None]:
    """Let torch compute on one thread in the block, if n points are few."""
    if n > FEW:
        yield
        return
    with _Blocks.lock:
        if _Blocks.inside == 0:
            _Blocks.outside = torch.get_num_threads()
        _Blocks.inside += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _Blocks.lock:
            _Blocks.inside -= 1
            torch.set_num_threads(_Blocks.outside)
