"""The solve on several machines: rows of K shared out, and no more of it held than own blocks.

Under `torchrun`, `MinimumNormInterpolator` solves this way once `torch.distributed` is
initialized: every process gives it the whole sample and gets the whole solution.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.distributed as dist
from torch import Tensor

from experiments.kernels.cholesky import cholesky
from experiments.kernels.conjugate_gradients import conjugate_gradients
from experiments.kernels.matrix import KernelMatrix
from experiments.kernels.plan import plan
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
    columns, n (d + 7 k) numbers, and the factor of its block, n^2 / P^2 / 2 in single precision.
    It spends (n / P)^3 / 3 operations on that factor and 2 n^2 (d + k) / P on each product, and
    exchanges 2 n k doubles an iteration: communication grows as n, work as n^2 / P. m grows with
    P, for the blocks know less of each other: see `python -m experiments kernel` under torchrun.
    Source: additive Schwarz without overlap (block Jacobi), Saad, section 4.1.1 and chapter 9.
    """
    rank, share = dist.get_rank(), -(-K.n // dist.get_world_size())
    own = slice(min(rank * share, K.n), min((rank + 1) * share, K.n))
    block = KernelMatrix(own.stop - own.start, _within(K, own), K.device, K.ridge)
    way = plan(block.n, Y.shape[1], K.device)[0]

    def gather(part: Tensor) -> Tensor:
        padded = torch.zeros(share, part.shape[1], dtype=part.dtype, device=part.device)
        padded[: len(part)] = part
        parts = [torch.empty_like(padded) for _ in range(dist.get_world_size())]
        dist.all_gather(parts, padded)
        return torch.cat(parts)[: K.n]

    def multiply(V: Tensor) -> Tensor:
        product = torch.zeros(block.n, V.shape[1], dtype=V.dtype, device=V.device)
        for rows in block.cuts():
            whole = slice(own.start + rows.start, own.start + rows.stop)
            for columns in K.cuts():
                product[rows] += K.entries(whole, columns) @ V[columns]
        return gather(product) + K.ridge * V

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


def _within(K: KernelMatrix, own: slice) -> Callable[[slice, slice], Tensor]:
    def entries(rows: slice, columns: slice) -> Tensor:
        return K.entries(
            slice(own.start + rows.start, own.start + rows.stop),
            slice(own.start + columns.start, own.start + columns.stop),
        )

    return entries
