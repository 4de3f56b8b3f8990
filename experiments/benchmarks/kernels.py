"""Side by side on the same points: this solver, the authors' recipe, scikit-learn's KernelRidge."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.datasets import Dataset, load
from experiments.datasets.sample import subset
from experiments.sweeps import memory
from experiments.sweeps.machine import machine
from expressivity.benchmark import least_in_turn

GIB = 2**30


def benchmark(data: str, sizes: tuple[int, ...], gamma: float) -> None:
    """Print the seconds of each solver beside ours, then memory, residual and test error.

    The solvers take turns in one process, each on the same points, of which each makes its own
    kernel matrix; a figure is the least of several rounds, for what else the machine does only adds
    to it. Raises what loading the data raises.
    """
    print(f"{machine()}\n{data}, one-hot labels, Gaussian kernel, gamma {gamma:g}\n")
    for n in sizes:
        _side_by_side(data, n, gamma)
    _in_processes(data, max(sizes), gamma)


def _side_by_side(data: str, n: int, gamma: float) -> None:
    X, Y, _ = _sample(data, n)
    rounds = 7 if n <= 2000 else 5 if n <= 5000 else 3
    timed = SOLVERS | {"(the peers' kernel matrix alone)": matrix}
    works = {solver: partial(solve, X, Y, gamma) for solver, solve in timed.items()}
    best = least_in_turn(works, rounds)
    print(f"n = {n:,}, least of {rounds} rounds")
    print(f"{'':<38}{'seconds':>9}{'to ours':>9}{'of CPU':>9}{'to ours':>9}")
    our_wall, our_cpu = best[OURS]
    for solver, (wall, cpu) in best.items():
        shown = f"{wall:>9.3f}{wall / our_wall:>9.2f}{cpu:>9.3f}{cpu / our_cpu:>9.2f}"
        print(f"{solver:<38}{shown}", flush=True)
    print()


def _in_processes(data: str, n: int, gamma: float) -> None:
    """Print memory, residual and test error of each solver, each in a process of its own.

    The memory is what the process held at most beyond the data.
    """
    print(f"n = {n:,}\n{'':<38}{'GiB':>8}{'relative residual':>20}{'test error':>12}")
    for solver in SOLVERS:
        command = [sys.executable, "-m", __name__, solver, data, str(n), str(gamma)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        print(
            f"{solver:<38}{found['gib']:>8.2f}{found['residual']:>20.1e}"
            f"{100 * found['test_error']:>10.2f} %",
            flush=True,
        )


def ours(X: NDArray[Any], Y: NDArray[np.float64], gamma: float) -> NDArray[np.float64]:
    """`MinimumNormInterpolator` on the bytes."""
    from experiments.kernels import Gaussian, MinimumNormInterpolator

    return MinimumNormInterpolator(Gaussian(gamma / 255**2)).fit(X, Y).dual_coef_


def cholesky(X: NDArray[Any], Y: NDArray[np.float64], gamma: float) -> NDArray[np.float64]:
    """SciPy's Cholesky factor and its solve, in double precision."""
    import scipy.linalg

    return scipy.linalg.cho_solve(scipy.linalg.cho_factor(_kernel(X, X, gamma)), Y)


def authors(X: NDArray[Any], Y: NDArray[np.float64], gamma: float) -> NDArray[np.float64]:
    """One general dense solve in double precision."""
    import scipy.linalg

    return scipy.linalg.solve(_kernel(X, X, gamma), Y)


def kernel_ridge(X: NDArray[Any], Y: NDArray[np.float64], gamma: float) -> NDArray[np.float64]:
    """scikit-learn's, with a ridge of 0."""
    from sklearn.kernel_ridge import KernelRidge

    model: Any = KernelRidge(kernel="rbf", gamma=gamma)
    return model.set_params(alpha=0).fit(X / 255, Y).dual_coef_


def matrix(X: NDArray[Any], Y: NDArray[np.float64], gamma: float) -> NDArray[np.float64]:
    """Only the kernel matrix, which is part of the time of each solver, scikit-learn's."""
    return _kernel(X, X, gamma)


def _kernel(X: NDArray[Any], Z: NDArray[Any], gamma: float) -> NDArray[np.float64]:
    from sklearn.metrics.pairwise import rbf_kernel

    return rbf_kernel(X / 255, Z / 255, gamma=gamma)


OURS = "MinimumNormInterpolator"
SOLVERS = {
    OURS: ours,
    "scipy cho_factor and cho_solve": cholesky,
    "scikit-learn KernelRidge": kernel_ridge,
    "scipy.linalg.solve (authors' recipe)": authors,
}


def _sample(data: str, n: int) -> tuple[NDArray[Any], NDArray[np.float64], Dataset]:
    given = subset(load(data), n)
    X, Y = given.train_images.reshape(n, -1), np.eye(len(given.classes))[given.train_labels]
    # What importing costs is nobody's memory and time but the machine's.
    for solve in SOLVERS.values():
        solve(X[:64], Y[:64], 0.02)
    return X, Y, given


def _one(solver: str, data: str, n: int, gamma: float) -> dict[str, float]:
    X, Y, given = _sample(data, n)
    held = memory.peak() or 0
    alpha = SOLVERS[solver](X, Y, gamma)
    grown = (memory.peak() or 0) - held
    residual = _kernel(X, X, gamma) @ alpha - Y
    test = given.test_images.reshape(len(given.test_images), -1)
    outputs = _kernel(test, X, gamma) @ alpha
    return {
        "gib": grown / GIB,
        "residual": float(np.linalg.norm(residual) / np.linalg.norm(Y)),
        "test_error": float((outputs.argmax(1) != given.test_labels).mean()),
    }


if __name__ == "__main__":
    name, data, n, gamma = sys.argv[1:]
    print(json.dumps(_one(name, data, int(n), float(gamma))))
