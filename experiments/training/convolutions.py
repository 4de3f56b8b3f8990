"""How convolutions multiply on a GPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch.backends import cudnn


@contextmanager
def full_precision() -> Iterator[None]:
    """Multiply single precision as such, by whichever algorithm is the fastest for each shape.

    By default torch lets convolutions, but not matrix products, round their inputs to TF32.
    """
    with cudnn.flags(enabled=cudnn.enabled, benchmark=True, allow_tf32=False):
        yield
