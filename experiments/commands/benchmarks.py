"""Commands that measure speed; each prints what it measured, and on which machine."""

from __future__ import annotations

from experiments.commands.arguments import DataName
from experiments.sweeps.memory import limit_to_physical
from expressivity.ranges import Count, Counts, Positive


def epochs() -> int:
    """Measure the seconds of an epoch of CIFAR-10: each network, the plain loop, a stack."""
    from experiments.benchmarks.epochs import benchmark

    benchmark()
    return 0


def device(n: Count = 50_000) -> int:
    """Measure what this machine's GPU or CPU can do, and how near the solvers come to it.

    Args:
        n: number of points of the literal network and of the kernel.
    """
    from experiments.benchmarks.device import benchmark

    limit_to_physical()
    benchmark(n)
    return 0


def kernels(
    data: DataName = "mnist", n: Counts = (500, 1_500, 5_000, 10_000), gamma: Positive = 0.02
) -> int:
    """Measure the kernel solver beside SciPy's Cholesky and general solves and KernelRidge.

    Args:
        data: a data set of bytes.
        n: numbers of training images, one table each.
        gamma: parameter of the Gaussian kernel, for pixels in [0, 1].
    """
    from experiments.benchmarks.kernels import benchmark

    benchmark(data, n, gamma)
    return 0


def cluster(runs: Count = 200, workers: Count = 2) -> int:
    """Measure what a cluster costs: its start, each run, its memory, its traffic.

    Args:
        runs: number of small runs that are done in this process and again by a worker.
        workers: number of workers of the cluster whose start is timed.
    """
    from experiments.benchmarks.cluster import benchmark

    benchmark(runs, workers)
    return 0
