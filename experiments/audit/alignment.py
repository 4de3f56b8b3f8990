"""Do the labels align with the inputs, without any model of the user's? By the Laplace kernel."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.audit.budget import Budget
from experiments.audit.case import Case
from experiments.audit.step import Findings, Progress
from experiments.datasets.corruption import array_hash
from experiments.kernels.functions import scaled_laplace
from experiments.kernels.points import points
from experiments.measures.alignment import alignment
from experiments.measures.leave_one_out import error
from experiments.randomization.inputs import as_rows, of_bytes

MOST = 2_000  # points: the cost grows with their cube
LABELINGS = 10  # random ones to compare with
SECONDS = 2.0e-9  # a point cubed, on one core: three factorizations and a matrix of distances


def cost(case: Case, findings: Findings) -> tuple[str, float]:
    """Return the seconds of factorizing a kernel matrix a few times."""
    return "no training", SECONDS * min(case.n, MOST) ** 3


def work(case: Case, findings: Findings, progress: Progress, budget: Budget) -> None:
    """Measure A_K of the labels and of random ones, and leave-one-out errors of the interpolant."""
    if case.subject.tried.inputs == "int64":
        progress.left_out.append("label alignment: the inputs are tokens, which have no distance")
        return
    X, labels = distinct(case)
    if len(np.unique(labels)) < 2 or len(X) < 3:
        progress.left_out.append("label alignment: fewer than 3 distinct inputs, or one class")
        return
    name = f"alignment-{array_hash(X)}-{array_hash(labels)}"
    progress.finding |= case.kept.once(name, partial(measured, X, labels))


def measured(X: NDArray[np.float64], labels: NDArray[np.int64]) -> dict[str, Any]:
    """Return A_K of labels (m,) and of random ones on distinct points (m, d), and the errors."""
    K = _kernel(X)
    present = np.unique(labels, return_inverse=True)[1]
    classes = int(present.max()) + 1
    rng = np.random.default_rng(0)
    random = [rng.integers(0, classes, len(labels)) for _ in range(LABELINGS)]
    one_hot = np.eye(classes)
    against = [alignment(K, one_hot[drawn]) for drawn in random if len(np.unique(drawn)) > 1]
    return {
        "points": len(X),
        "kernel": "Laplace, gamma by the mean squared distance",
        "labels": alignment(K, one_hot[present]),
        "random_labels": against,
        "leave_one_out_error": error(K, present, classes),
        "chance_error": 1 - float(np.bincount(present).max()) / len(present),
    }


def distinct(case: Case) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return at most 2,000 distinct inputs (m, d), columns of a table standardized, and labels."""
    images, labels = case.data.train_images, case.data.train_labels
    rows = np.random.default_rng(0).permutation(len(labels))[:MOST]
    X: NDArray[Any] = as_rows(images[rows], case.data.white).astype(np.float64)
    if not of_bytes(images):
        spread = X.std(axis=0)
        X = (X - X.mean(axis=0)) / np.where(spread > 0, spread, 1)
    X, first = np.unique(X, axis=0, return_index=True)
    return X, labels[rows][first]


def _kernel(X: NDArray[np.float64]) -> NDArray[np.float64]:
    import torch

    x = points(torch.from_numpy(X), torch.device("cpu"))
    return scaled_laplace(X)(x, x).numpy()
