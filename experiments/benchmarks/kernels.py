"""Side by side on the same points: this solver, the authors' recipe, scikit-learn's KernelRidge."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.datasets import load
from experiments.datasets.corruption import corrupt_labels
from experiments.datasets.sample import subset
from experiments.sweeps.machine import machine

GIB = 2**30
TRIES = 3


def benchmark(data: str, n: int, gamma: float) -> None:
    """Print seconds, memory and relative residual of each solver, each in processes of its own.

    The seconds are the least of three such processes, for what else the machine does only adds to
    them. The memory is what the process held at most beyond the data, the residual is computed
    after the clock has stopped. Raises what loading the data raises.
    """
    print(f"{machine()}\n{data}, n = {n:,}, Gaussian kernel, gamma {gamma:g}\n")
    print(f"{'solver':<38}{'seconds':>9}{'GiB':>8}{'relative residual':>20}{'test error':>12}")
    for solver in SOLVERS:
        command = [sys.executable, "-m", __name__, solver, data, str(n), str(gamma)]
        tries = [
            subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            for _ in range(TRIES)
        ]
        found = min(
            (json.loads(done.stdout.splitlines()[-1]) for done in tries),
            key=lambda one: one["seconds"],
        )
        print(
            f"{solver:<38}{found['seconds']:>9.2f}{found['gib']:>8.2f}{found['residual']:>20.1e}"
            f"{100 * found['test_error']:>10.2f} %",
            flush=True,
        )


def ours(X: NDArray[Any], Y: NDArray[np.float64], gamma: float) -> NDArray[np.float64]:
    """`MinimumNormInterpolator` on the bytes."""
    from experiments.kernels import Gaussian, MinimumNormInterpolator

    return MinimumNormInterpolator(Gaussian(gamma / 255**2)).fit(X, Y).dual_coef_


def authors(X: NDArray[Any], Y: NDArray[np.float64], gamma: float) -> NDArray[np.float64]:
    """One general dense solve in double precision."""
    import scipy.linalg

    return scipy.linalg.solve(_gaussian(X / 255, X / 255, gamma), Y)


def kernel_ridge(X: NDArray[Any], Y: NDArray[np.float64], gamma: float) -> NDArray[np.float64]:
    """scikit-learn's, with a ridge of 0."""
    from sklearn.kernel_ridge import KernelRidge

    model: Any = KernelRidge(kernel="rbf", gamma=gamma)
    return model.set_params(alpha=0).fit(X / 255, Y).dual_coef_


SOLVERS = {
    "MinimumNormInterpolator": ours,
    "  with ten random-label columns": ours,
    "scipy.linalg.solve (authors' recipe)": authors,
    "scikit-learn KernelRidge": kernel_ridge,
}


def _gaussian(X: NDArray[np.float64], Z: NDArray[np.float64], gamma: float) -> NDArray[np.float64]:
    squares = np.einsum("ij,ij->i", X, X)[:, None] + np.einsum("ij,ij->i", Z, Z)[None, :]
    return np.exp(-gamma * np.maximum(squares - 2 * (X @ Z.T), 0))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _one(solver: str, data: str, n: int, gamma: float) -> dict[str, float]:
    given = subset(load(data), n)
    X = given.train_images.reshape(n, -1)
    Y = np.eye(len(given.classes))[given.train_labels]
    if "random" in solver:
        wrong = corrupt_labels(given.train_labels, len(given.classes), 1.0, 0).labels
        Y = np.hstack([Y, np.eye(len(given.classes))[wrong]])
    # What importing costs is nobody's memory and time but the machine's.
    SOLVERS[solver](X[:64], Y[:64], gamma)
    held, started = _peak(), time.perf_counter()
    alpha = SOLVERS[solver](X, Y, gamma)
    seconds, grown = time.perf_counter() - started, _peak() - held
    residual = _gaussian(X / 255, X / 255, gamma) @ alpha - Y
    test = given.test_images.reshape(len(given.test_images), -1) / 255
    outputs = _gaussian(test, X / 255, gamma) @ alpha[:, : len(given.classes)]
    return {
        "seconds": seconds,
        "gib": grown / GIB,
        "residual": float(np.linalg.norm(residual) / np.linalg.norm(Y)),
        "test_error": float((outputs.argmax(1) != given.test_labels).mean()),
    }


if __name__ == "__main__":
    name, data, n, gamma = sys.argv[1:]
    print(json.dumps(_one(name, data, int(n), float(gamma))))
