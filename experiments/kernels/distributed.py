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

from experiments.kernels.cholesky import Cholesky, NotPositiveDefinite, cholesky
from experiments.kernels.conjugate_gradients import conjugate_gradients
from experiments.kernels.matrix import BLOCK, Kept, KernelMatrix
from experiments.kernels.plan import SHARE, Way, left, plan
from experiments.kernels.report import Clock, Solved

ITERATIONS = 2_000
COARSE = 2_000  # dimensions of the coarse space at most


def active() -> bool:
    """Tell whether this is one of several processes."""
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1


def solve(K: KernelMatrix, Y: Tensor, tolerance: float, clock: Clock) -> Solved:
    """Solve K alpha = Y by conjugate gradients, preconditioned by blocks and a coarse space.

    Parameters and result as for `experiments.kernels.solver.solve`; every process calls it with
    the same matrix and targets, and no eigenvalue is estimated. Raises NotPositiveDefinite for a
    block that is not, and ValueError for more processes than there are shares of points.

    Each process inverts its own block of K. What the blocks know of one another is smooth: the
    dominant eigenvectors of each block, r of them, 2,000 in all at most, span a space on which K is
    inverted too, and the two corrections are added.

    Scaling law, for P processes, k columns and m iterations. Each process holds its points and
    columns, n (d + 7 k + r) numbers, the factor of its block, n^2 / P^2 / 2 in single precision,
    and as much of its rows of K, n^2 / P in double, as there is memory for. It spends (n / P)^3 / 3
    operations on that factor, 2 n^2 r on the coarse space, 2 n^2 d / P on the entries, again in
    each product if they are not held, and 2 n^2 k / P on each product, and exchanges 2 n k doubles
    an iteration: communication grows as n, work as n^2 / P. m grows with n and P, for the blocks
    know less of each other: see `python -m experiments kernel` under torchrun.
    Source: additive Schwarz without overlap (block Jacobi), Saad, section 4.1.1 and chapter 9, with
    a spectral coarse space as in Spillane et al., Numer. Math. 126 (2014).
    """
    rank, world = dist.get_rank(), dist.get_world_size()
    share = -(-K.n // world)
    shares = [slice(min(p * share, K.n), min((p + 1) * share, K.n)) for p in range(world)]
    if shares[-1].start == K.n:
        raise ValueError(
            f"{K.n:,} points leave none for the last of {world} processes: start fewer"
        )
    own = shares[rank]
    block = KernelMatrix(own.stop - own.start, _within(K, own), K.device, K.ridge)
    way = _planned(block, Y.shape[1])
    taken = way.bytes - way.kept  # entries are kept of all own rows, not of the block alone
    room = max(min(_room(K.device) - taken, 8 * block.n * K.n), 0)
    kept = Kept(room, K.device)

    def times(V: Tensor, columns: slice) -> Tensor:
        """Return K[own, columns] V[columns]."""
        # Few columns lie as rows, as in `KernelMatrix`.
        W = V.T.contiguous()
        product = torch.zeros(V.shape[1], block.n, dtype=V.dtype, device=V.device)
        for rows in block.cuts():
            whole = slice(own.start + rows.start, own.start + rows.stop)
            for part in _cuts(columns, K):
                entries = kept.block(whole, part, partial(K.entries, whole, part))
                product[:, rows] += W[:, part] @ entries.T
        return product.T

    def outputs(V: Tensor) -> Tensor:
        products = [times(V, columns) for columns in shares]
        return _gather(torch.stack(products).sum(0), share, K.n)

    def multiply(V: Tensor) -> Tensor:
        return outputs(V) + K.ridge * V

    with clock("factor"):
        factor = _factor(block, way.dtype)
    with clock("coarse space"):
        r = min(min(part.stop - part.start for part in shares), COARSE // world, K.n // 10 // world)
        basis = torch.zeros(K.n, r, dtype=Y.dtype, device=Y.device)
        basis[own] = _dominant(lambda V: times(V, own), basis, own)
        basis = _gather(basis[own], share, K.n)
        inverse = _inverse_on(basis, [times(basis, columns) for columns in shares], own, K.ridge)

    def precondition(R: Tensor) -> Tensor:
        coarse = inverse @ torch.cat([basis[part].T @ R[part] for part in shares])
        ours = coarse[rank * r : (rank + 1) * r]
        return _gather(factor.solve(R[own]) + basis[own] @ ours, share, K.n)

    with clock("iterate"):
        found = conjugate_gradients(multiply, precondition, Y, tolerance, ITERATIONS)
    name = f"{way.name}, {world} blocks"
    without_ridge = outputs(found.alpha) if K.ridge else found.fitted
    return Solved(
        *(found.alpha, found.fitted, without_ridge),
        name,
        taken + room,
        K.n,
        found.iterations,
        found.converged,
    )


def _planned(block: KernelMatrix, columns: int) -> Way:
    """Return how the own block is factored. Raises MemoryError in all processes, or in none."""
    failed: MemoryError | None = None
    way: Way | None = None
    try:
        way = plan(block.n, columns, block.device)[0]
    except MemoryError as error:
        failed = error
    if _largest(way is None, block.device):
        raise failed or MemoryError("another process has too little memory, and says how little")
    assert way is not None
    return way


def _factor(block: KernelMatrix, dtype: torch.dtype) -> Cholesky:
    """Factor the own block. Raises NotPositiveDefinite in all processes, or in none.

    One that went on alone would wait for the others, or take what they mean for something else.
    """
    failed: NotPositiveDefinite | None = None
    factor: Cholesky | None = None
    try:
        factor = cholesky(block, dtype)
    except NotPositiveDefinite as error:
        failed = error
    if pivot := _largest(failed.pivot if failed else 0, block.device):
        raise failed or NotPositiveDefinite(pivot, block.n, dtype)
    assert factor is not None
    return factor


def _largest(value: int, device: torch.device) -> int:
    """Return the largest of all processes' values."""
    largest = torch.tensor(int(value), device=device)
    dist.all_reduce(largest, dist.ReduceOp.MAX)
    return int(largest)


def _gather(part: Tensor, share: int, n: int) -> Tensor:
    """Return the rows of all processes, (n, k), each of which has `share` of them or fewer."""
    padded = torch.zeros(share, part.shape[1], dtype=part.dtype, device=part.device)
    padded[: len(part)] = part
    parts = [torch.empty_like(padded) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, padded)
    return torch.cat(parts)[:n]


def _cuts(rows: slice, K: KernelMatrix) -> list[slice]:
    """Return the rows cut into blocks."""
    size = BLOCK[K.device.type]
    return [slice(k, min(k + size, rows.stop)) for k in range(rows.start, rows.stop, size)]


def _dominant(times: Callable[[Tensor], Tensor], like: Tensor, own: slice) -> Tensor:
    """Return about the dominant eigenvectors of the own block, orthonormal (own, r).

    Two steps of subspace iteration from random columns, which the coarse space does not need more
    exactly.
    """
    generator = torch.Generator().manual_seed(0)
    random = torch.randn(own.stop - own.start, like.shape[1], generator=generator, dtype=like.dtype)
    V = torch.zeros_like(like)
    V[own] = random.to(like.device)
    for _ in range(2):
        V[own] = torch.linalg.qr(times(V))[0]
    return V[own]


def _inverse_on(basis: Tensor, images: list[Tensor], own: slice, ridge: float) -> Tensor:
    """Return the inverse of Z^T (K + ridge I) Z for the basis Z of all processes, (P r, P r)."""
    rows = basis[own].T @ torch.cat(images, 1)
    parts = [torch.empty_like(rows) for _ in range(dist.get_world_size())]
    dist.all_gather(parts, rows.contiguous())
    values, vectors = torch.linalg.eigh(_symmetric(torch.cat(parts)))
    values += ridge
    # Directions that rounding has made up are left to the blocks.
    real = values > 1e-12 * values[-1:]
    inverted = torch.where(real, 1 / values, 0)
    return vectors * inverted @ vectors.T


def _symmetric(E: Tensor) -> Tensor:
    return (E + E.T) / 2


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
