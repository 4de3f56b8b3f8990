"""The command that solves a kernel's minimum-norm interpolant."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import tyro

from experiments.commands.arguments import DataName
from experiments.sweeps.memory import limit_to_physical
from expressivity.ranges import OptionalCount, Range


def kernel(
    data: tyro.conf.Positional[DataName],
    gamma: Annotated[float | None, Range(0, above=True)] = None,
    n: OptionalCount = None,
    random_columns: bool = False,
    checkpoint: Path | None = None,
) -> int:
    """Solve the minimum-norm interpolant of a Gaussian kernel and print what it reports.

    Example: python -m experiments kernel mnist --gamma 0.02 --n 10000

    In two processes: torchrun --nproc-per-node 2 -m -- experiments kernel mnist --n 2000
    (torchrun's --nnodes spreads them over machines.)

    Args:
        data: name of a data set, or a file, as for `randomize`.
        gamma: parameter of exp(-gamma ||x - z||^2), for pixels in [0, 1]; chosen on held-out
            training images where none is given.
        n: number of training images; all where none is given.
        random_columns: solve for random labels too, on the same factorization.
        checkpoint: folder of its own from which an interrupted factorization goes on; it is deleted
            at the end. Without it nothing is kept.
    """
    from experiments.kernels.command import solve_and_report

    limit_to_physical()
    print(solve_and_report(data, gamma, n, random_columns, checkpoint))
    return 0
