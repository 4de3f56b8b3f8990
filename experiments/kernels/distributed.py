"""The solve on several machines: rows of K shared out, and no more of it held than own blocks.

Under `torchrun`, `MinimumNormInterpolator` solves this way once `torch.distributed` is
initialized: every process gives it the whole sample and gets the whole solution.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

import torch
import torch.distributed as dist
from torch import Tensor

from experiments.kernels.cholesky import cholesky
from experiments.kernels.conjugate_gradients import conjugate_gradients
from experiments.kernels.matrix import Kept, KernelMatrix
from experiments.kernels.plan import SHARE, left, plan
from experiments.kernels.report import Clock, Solved

ITERATIONS = 2_000


def active() -> bool:
    """Tell whether this is one of several processes."""
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1


def solve(K: KernelMatrix, Y: Tensor, tolerance: float, clock: Clock) -> Solved:
    """Solve K alpha = Y by conjugate gradients, preconditioned by each process's own block.

    Parameters and result as for `experiments.kernels.solver.solve`; every process calls it with
    the same matrix and targets, and no eigenvalue is estimated. Raises NotPositiveDefinite for a
    block that is not.

    Scaling law, for P processes, k columns and m iterations. Each process holds its points and
    columns, n (d + 7 k) numbers, the factor of its block, n^2 / P^2 / 2 in single precision, and as
    much of its rows of K, n^2 / P in double, as there is memory for. It spends (n / P)^3 / 3
    operations on that factor, 2 n^2 d / P on the entries, again in each product if they are not
    held, and 2 n^2 k / P on each product, and exchanges 2 n k doubles an iteration: communication
    grows as n, work as n^2 / P. m grows with P, for the blocks know less of each other: see
    `python -m experiments kernel` under torchrun.
    Source: additive Schwarz without overlap (block Jacobi), Saad, section 4.1.1 and chapter 9.
    """
    rank, share = dist.get_rank(), -(-K.n // dist.get_world_size())
    own = slice(min(rank * share, K.n), min((rank + 1) * share, K.n))
    block = KernelMatrix(own.stop - own.start, _within(K, own), K.device, K.ridge)
    way = plan(block.n, Y.shape[1], K.device)[0]
    entries_of_own = 8 * block.n * K.n
    kept = Kept(max(min(_room(K.device) - way.bytes, entries_of_own), 0), K.device)

    def gather(part: Tensor) -> Tensor:
        padded = torch.zeros(share, part.shape[1], dtype=part.dtype, device=part.device)
        padded[: len(part)] = part
        parts = [torch.empty_like(padded) for _ in range(dist.get_world_size())]
        dist.all_gather(parts, padded)
        return torch.cat(parts)[: K.n]

    def multiply(V: Tensor) -> Tensor:
        # Few columns lie as rows, as in `KernelMatrix`.
        W = V.T.contiguous()
        product = torch.zeros(V.shape[1], block.n, dtype=V.dtype, device=V.device)
        for rows in block.cuts():
            whole = slice(own.start + rows.start, own.start + rows.stop)
            for columns in K.cuts():
                entries = kept.block(whole, columns, partial(K.entries, whole, columns))
                product[:, rows] += W[:, columns] @ entries.T
        return gather(product.T) + K.ridge * V

    with clock("factor"):
        factor = cholesky(block, way.dtype)
    with clock("iterate"):
        found = conjugate_gradients(
            multiply, lambda R: gather(factor.solve(R[own])), Y, tolerance, ITERATIONS
        )
    name = f"{way.name}, {dist.get_world_size()} blocks"
    return Solved(
        found.alpha, found.fitted, name, way.bytes, K.n, found.iterations, found.converged
    )


def _room(device: torch.device) -> int:
    """Return the bytes that this process may fill: of a GPU's memory all, of the machine's a share.

    A part of either is left to others.
    """
    there = left(device)
    sharing = 1 if device.type == "cuda" else int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    return 0 if there is None else int(SHARE * there / sharing)


def _within(K: KernelMatrix, own: slice) -> Callable[[slice, slice], Tensor]:
    def entries(rows: slice, columns: slice) -> Tensor:
        return K.entries(
            slice(own.start + rows.start, own.start + rows.stop),
            slice(own.start + columns.start, own.start + columns.stop),
        )

    return entries
