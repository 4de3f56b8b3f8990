"""What a solve needs, said before anything is allocated."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from experiments.kernels.matrix import BLOCK
from experiments.sweeps import memory

SMALL = 5_000  # up to here a double-precision factor costs a second or two at most
SHARE = 0.8  # of the memory left, which kept entries may fill up to
GIB = memory.GIB


@dataclass(frozen=True)
class Way:
    """A precision of the factor, and the bytes that a solve then needs.

    `kept` of the bytes hold entries of the kernel in double precision, which saves computing them
    in every iteration.
    """

    dtype: torch.dtype
    bytes: int
    kept: int

    @property
    def name(self) -> str:
        return str(self.dtype).removeprefix("torch.")

    def __str__(self) -> str:
        return f"{self.bytes / GIB:.2f} GiB of memory with a factor in {self.name}"


def plan(n: int, columns: int, device: torch.device) -> list[Way]:
    """Return the ways to factor that fit the memory left on the device, the best first.

    Single precision goes first on processors, as a preconditioner at twice the speed and half the
    memory; on a GPU, whose double precision is nearly as fast, and for few points, double.

    Parameters
    ----------
    n : points
    columns : right-hand sides
    device : where the factor is to be

    Raises MemoryError with the numbers if neither fits.
    """
    block = min(BLOCK[device.type], n)

    there = left(device)

    def needed(width: int) -> int:
        # The panels, two copies of one of them, three double blocks, seven arrays of columns.
        panels = width * n * (n + block) // 2
        return panels + 2 * width * n * block + 24 * block**2 + 56 * n * columns

    first = torch.float64 if n <= SMALL or device.type == "cuda" else torch.float32
    second = torch.float32 if first == torch.float64 else torch.float64
    ways = []
    for dtype in (first, second):
        size, entries = needed(dtype.itemsize), 4 * n * (n + block)
        room = 0 if there is None else int(SHARE * there) - size
        kept = min(entries, max(room, 0))
        ways.append(Way(dtype, size + kept, kept))
    fitting = [way for way in ways if there is None or way.bytes <= there]
    if not fitting:
        assert there is not None
        raise MemoryError(
            f"n is {n:,}: the factor needs {needed(4) / GIB:.1f} GiB in single precision and "
            f"{needed(8) / GIB:.1f} GiB in double, and {there / GIB:.1f} GiB are left on {device}: "
            "take fewer points, or several machines (torchrun)"
        )
    # Where double precision fails, single does too.
    return fitting[:1] if fitting[0].dtype == torch.float64 else fitting


def left(device: torch.device) -> int | None:
    """Return the bytes of memory left on a device, None where the system does not say."""
    if device.type == "cuda":
        torch.cuda.empty_cache()  # what torch keeps for itself would count as taken
        return torch.cuda.mem_get_info(device)[0]
    return memory.available()
