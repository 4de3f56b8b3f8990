"""The command that leaves out points of a kernel's interpolant, in closed form."""

from __future__ import annotations

from typing import Literal

import tyro

from experiments.commands.arguments import DataName
from experiments.sweeps.memory import limit_to_physical
from expressivity.ranges import OptionalCount, Seed


def leave_one_out(
    data: tyro.conf.Positional[DataName],
    kernel: Literal["gaussian", "laplace", "arc-cosine", "ntk"] = "laplace",
    n: OptionalCount = None,
    points: OptionalCount = None,
    seed: Seed = 0,
) -> int:
    """Print the leave-one-out error of a kernel's interpolant, with true and with random labels.

    Nothing is fitted again: it follows from one factor of the kernel matrix. Of all points in
    double precision, 4 n^2 bytes; of some of them by the solver, 2 n^2 bytes and up to 4 n^2 more
    where there is memory for the entries.

    Example: python -m experiments leave-one-out mnist --n 10000

    Args:
        data: name of a data set, or a file, as for `randomize`.
        kernel: of the images as a network sees them, standardized each.
        n: number of training images; all where none is given.
        points: how many of them are left out, drawn from the seed; all where none is given.
        seed: of the random labels, and of the points.
    """
    from experiments.contestants.left_out import left_out

    limit_to_physical()
    print(left_out(data, kernel, n, points, seed))
    return 0
