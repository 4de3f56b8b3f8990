"""K alpha = Y for a kernel matrix that is never held: factor, then iterate."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from experiments.kernels.checkpoint import forget
from experiments.kernels.cholesky import NotPositiveDefinite, cholesky
from experiments.kernels.conjugate_gradients import conjugate_gradients
from experiments.kernels.matrix import Kept, KernelMatrix
from experiments.kernels.plan import Way, plan
from experiments.kernels.report import Clock, Solved
from experiments.kernels.spectrum import smallest_eigenvalue
from experiments.training.allocator import keep_large_blocks

ITERATIONS = 40  # a factor that needs more is a bad one: the next precision is tried
SPOKEN = 20_000  # points from which a solve takes long enough to be announced


def solve(
    K: KernelMatrix, Y: Tensor, tolerance: float, folder: Path | None, clock: Clock
) -> Solved:
    """Solve K alpha = Y to a relative residual of each column.

    Parameters
    ----------
    K : KernelMatrix (n, n), positive definite
    Y : float64 (n, k)
    tolerance : of ||K alpha - Y|| / ||Y||; what was reached is seen in `fitted`
    folder : where an interrupted factorization is kept, deleted at the end
    clock : to which the phases are added

    Returns
    -------
    Solved

    Raises
    ------
    NotPositiveDefinite
        if no precision that fits the memory factors K.
    MemoryError
        before anything large is allocated.

    Cost: n^3 / 3 operations, and for each of some three to five iterations 4 n^2 k operations and
    those of the n^2 / 2 kernel entries that there was no memory to keep; 2 n^2 bytes in single and
    4 n^2 in double precision, and up to 4 n^2 for the entries.
    Source: section 5 of the paper; a factor of low precision as a preconditioner as in Carson and
    Higham, SIAM J. Sci. Comput. 40 (2018).
    """
    keep_large_blocks()
    ways = plan(K.n, Y.shape[1], K.device)
    if K.n >= SPOKEN:
        print(f"{K.n:,} points take {', or '.join(map(str, ways))}", file=sys.stderr, flush=True)
    solved = _in_turn(ways, K, Y, tolerance, folder, clock)
    if folder is not None:
        forget(folder)
    return solved


def _in_turn(
    ways: list[Way],
    K: KernelMatrix,
    Y: Tensor,
    tolerance: float,
    folder: Path | None,
    clock: Clock,
) -> Solved:
    *others, last = ways
    for way in others:
        try:
            solved = _by(way, K, Y, tolerance, folder, clock)
        except NotPositiveDefinite:
            # Single precision may fail where double does not.
            continue
        if solved.converged:
            return solved
    return _by(last, K, Y, tolerance, folder, clock)


def _by(
    way: Way, K: KernelMatrix, Y: Tensor, tolerance: float, folder: Path | None, clock: Clock
) -> Solved:
    K = replace(K, kept=Kept(way.kept, K.device))
    with clock("factor"):
        factor = cholesky(K, way.dtype, folder and folder / way.name)
    with clock("iterate"):
        found = conjugate_gradients(K.__matmul__, factor.solve, Y, tolerance, ITERATIONS)
        outputs = replace(K, ridge=0.0, kept=Kept()) @ found.alpha if K.ridge else found.fitted
    with clock("spectrum"):
        least = smallest_eigenvalue(factor, K.device)
    return Solved(
        found.alpha,
        found.fitted,
        outputs,
        way.name,
        way.bytes,
        K.n,
        found.iterations,
        found.converged,
        least,
    )
