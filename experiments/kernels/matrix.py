"""A kernel matrix of which only blocks are ever held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.kernels.functions import Kernel
from experiments.kernels.points import Points

BLOCK = {"cpu": 1024, "cuda": 4096}  # a block in double precision: 8 MiB, 128 MiB


@dataclass(frozen=True)
class KernelMatrix:
    """K + ridge I, symmetric (n, n), in double precision.

    Attributes
    ----------
    n : int
    entries : function of the rows and columns wanted, giving K[rows, columns] as a new tensor
    device : where blocks come to be
    ridge : what is added to the diagonal
    kept : blocks by their first row and column, if they are to be computed only once
    """

    n: int
    entries: Callable[[slice, slice], Tensor]
    device: torch.device
    ridge: float = 0.0
    kept: dict[tuple[int, int], Tensor] | None = None

    def block(self, rows: slice, columns: slice) -> Tensor:
        """Return a block on or below the diagonal, float64; it may be kept: do not change it."""
        place = rows.start, columns.start
        if self.kept is not None and place in self.kept:
            return self.kept[place]
        block = self.entries(rows, columns)
        if self.ridge and rows.start == columns.start:
            block.diagonal().add_(self.ridge)
        if self.kept is not None:
            self.kept[place] = block
        return block

    def cuts(self) -> list[slice]:
        """Return the rows of each block, in order."""
        size = BLOCK[self.device.type]
        return [slice(start, min(start + size, self.n)) for start in range(0, self.n, size)]

    def __matmul__(self, V: Tensor) -> Tensor:
        """Return (K + ridge I) V, float64 (n, k), computing each entry of the lower triangle once.

        Cost: n^2 / 2 kernel entries and 2 n^2 k operations; one block of memory.
        """
        # Few columns lie as rows: products with such are much faster in some libraries.
        W = V.T.contiguous()
        product = torch.zeros_like(W)
        cuts = self.cuts()
        for j, columns in enumerate(cuts):
            product[:, columns] += W[:, columns] @ self.block(columns, columns)
            for rows in cuts[j + 1 :]:
                block = self.block(rows, columns)
                product[:, rows] += W[:, columns] @ block.T
                product[:, columns] += W[:, rows] @ block
        return product.T.contiguous()


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
