"""One thread for few points, where a second one costs more than it saves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

# Up to here a solve takes a tenth of a second on one thread. A second one saves less than that, and
# costs several times as much where NumPy's own threads, idle but not yet asleep, hold its core.
FEW = 2_000


@contextmanager
def threads_for(n: int) -> Iterator[None]:
    """Let torch compute on one thread in the block, if n points are few."""
    before = torch.get_num_threads()
    if n <= FEW:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
