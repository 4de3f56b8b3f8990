"""Keep large blocks of memory between steps instead of asking the system for them each time."""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


def keep_large_blocks() -> None:
    """Let glibc reuse freed blocks of over 32 MB, such as the activations of one batch.

    By default each is returned to the system and comes back as pages to be faulted in one by one.
    Elsewhere than on Linux with glibc nothing is done.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 1 << 30)
        mallopt(M_TRIM_THRESHOLD, (1 << 31) - 1)
