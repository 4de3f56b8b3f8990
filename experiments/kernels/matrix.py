"""A kernel matrix of which only blocks are ever held."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from experiments.kernels.functions import Kernel
from experiments.kernels.points import Points

BLOCK = {"cpu": 1024, "cuda": 4096}  # a block in double precision: 8 MiB, 128 MiB
STRIP = {"cpu": 128, "cuda": 4096}


class Kept:
    """Blocks that are computed only once, in double precision, while there is room.

    Parameters
    ----------
    room : bytes; of a GPU taken at once, where blocks allocated one by one among others leave gaps
    device : where they are
    """

    def __init__(self, room: int = 0, device: torch.device | str = "cpu") -> None:
        self._room = room // 8
        on_gpu = torch.device(device).type == "cuda"
        self._pool = torch.empty(self._room, dtype=torch.float64, device=device) if on_gpu else None
        self._blocks: dict[tuple[int, int], Tensor] = {}

    def block(self, rows: slice, columns: slice, compute: Callable[[], Tensor]) -> Tensor:
        """Return the block that was kept under its first row and column, or compute it."""
        place = rows.start, columns.start
        if place in self._blocks:
            return self._blocks[place]
        block = compute()
        if block.numel() <= self._room:
            if self._pool is not None:
                start = len(self._pool) - self._room
                own = self._pool[start : start + block.numel()].view_as(block)
                block = own.copy_(block)
            self._room -= block.numel()
            self._blocks[place] = block
        return block


@dataclass(frozen=True)
class KernelMatrix:
    """K + ridge I, symmetric (n, n), in double precision.

    Attributes
    ----------
    n : int
    entries : function of the rows and columns wanted, giving K[rows, columns] as a new tensor
    device : where blocks come to be
    ridge : what is added to the diagonal
    kept : what need not be computed again
    """

    n: int
    entries: Callable[[slice, slice], Tensor]
    device: torch.device
    ridge: float = 0.0
    kept: Kept = field(default_factory=Kept)

    def block(self, rows: slice, columns: slice) -> Tensor:
        """Return a block on or below the diagonal, float64; it may be kept: do not change it."""

        def compute() -> Tensor:
            block = self.entries(rows, columns)
            if self.ridge and rows.start == columns.start:
                block.diagonal().add_(self.ridge)
            return block

        return self.kept.block(rows, columns, compute)

    def cuts(self) -> list[slice]:
        """Return the rows of each block, in order."""
        size = BLOCK[self.device.type]
        return [slice(start, min(start + size, self.n)) for start in range(0, self.n, size)]

    def __matmul__(self, V: Tensor) -> Tensor:
        """Return (K + ridge I) V, float64 (n, k), computing each entry of the lower triangle once.

        Cost: n^2 / 2 kernel entries and 2 n^2 k operations; one block of memory.
        """
        # Few columns lie as rows, where they stand left of a block: products with such are much
        # faster in some libraries.
        W = V.T.contiguous()
        below, above = torch.zeros_like(V), torch.zeros_like(W)
        cuts = self.cuts()
        for j, columns in enumerate(cuts):
            below[columns] += self.block(columns, columns) @ V[columns]
            for rows in cuts[j + 1 :]:
                block = self.block(rows, columns)
                for strip, part in strips(rows, block):
                    below[strip] += part @ V[columns]
                    above[:, columns] += W[:, strip] @ part
        return below + above.T


def strips(rows: slice, block: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Yield strips of a block with their rows, which a processor's cache holds while in use."""
    size = STRIP[block.device.type]
    for start, part in zip(range(rows.start, rows.stop, size), block.split(size), strict=True):
        yield slice(start, start + len(part)), part


def of_points(kernel: Kernel, x: Points, ridge: float = 0.0) -> KernelMatrix:
    """Return the matrix k(x_i, x_j) of n points."""

    def entries(rows: slice, columns: slice) -> Tensor:
        left = x[rows]
        return kernel(left, left if rows == columns else x[columns])

    return KernelMatrix(len(x), entries, x.values.device, ridge)


def of_array(K: Tensor, ridge: float = 0.0) -> KernelMatrix:
    """Return a matrix that is already there, (n, n); only its lower triangle is read."""

    def entries(rows: slice, columns: slice) -> Tensor:
        block = K[rows, columns].to(torch.float64, copy=True)
        return block if rows != columns else block.tril() + block.tril(-1).T

    return KernelMatrix(len(K), entries, K.device, ridge)


def cross(kernel: Kernel, x: Points, z: Points, V: Tensor) -> Tensor:
    """Return K(x, z) V, float64 (m, k), for points x (m, d), z (n, d) and V (n, k), by blocks."""
    size = BLOCK[V.device.type]
    product = torch.zeros(len(x), V.shape[1], dtype=torch.float64, device=V.device)
    for i in range(0, len(x), size):
        for j in range(0, len(z), size):
            columns = slice(j, j + size)
            product[i : i + size] += kernel(x[i : i + size], z[columns]) @ V[columns]
    return product
