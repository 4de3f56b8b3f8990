"""Leave-one-out and label alignment of kernels against refits and all sign vectors."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from experiments.contestants.interpolant import KERNELS, Interpolant, named, standardized
from experiments.datasets.sample import draw
from experiments.kernels import Laplace
from experiments.kernels.cholesky import cholesky
from experiments.kernels.matrix import of_points
from experiments.kernels.points import points
from experiments.measures import alignment, leave_one_out
from experiments.sweeps.record import check_record
from experiments.sweeps.run import execute


def gram(n: int, seed: int) -> np.ndarray:
    Z = np.random.default_rng(seed).standard_normal((n, 3))
    return np.exp(-0.5 * ((Z[:, None] - Z[None]) ** 2).sum(-1))


@pytest.mark.parametrize("ridge", [0.0, 0.3])
def test_residuals_are_those_of_refits(ridge: float) -> None:
    n = 15
    K, Y = gram(n, 0), np.random.default_rng(1).standard_normal((n, 2))
    found = leave_one_out.residuals(K, Y, ridge)
    for i in range(n):
        others = np.delete(np.arange(n), i)
        inner = K[np.ix_(others, others)] + ridge * np.eye(n - 1)
        prediction = K[i, others] @ np.linalg.solve(inner, Y[others])
        assert found[i] == pytest.approx(Y[i] - prediction, rel=1e-6, abs=1e-8)


def test_random_labels_cannot_be_predicted_from_the_others() -> None:
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((150, 2))
    K = np.exp(-((Z[:, None] - Z[None]) ** 2).sum(-1)) + 1e-6 * np.eye(150)
    true, drawn = (Z[:, 0] > 0).astype(int), rng.integers(0, 2, 150)
    assert leave_one_out.error(K, true, 2) < 0.2
    assert leave_one_out.error(K, drawn, 2) > 0.3


def test_alignment_is_scale_free_and_known_at_eigenvectors() -> None:
    K = gram(8, 2)
    values, vectors = np.linalg.eigh(K)
    for k in (0, 3, 7):
        y = math.sqrt(8) * vectors[:, k]
        expected = 2 * math.sqrt(np.trace(K) / (8 * values[k]))
        assert alignment.alignment(K, y) == pytest.approx(expected)
        assert alignment.alignment(5 * K, -y) == pytest.approx(expected)


def test_its_mean_square_over_all_signs_is_the_product_of_traces() -> None:
    K = gram(8, 3)
    squares = [
        alignment.alignment(K, np.array(signs, dtype=float)) ** 2
        for signs in itertools.product((-1, 1), repeat=8)
    ]
    expected = alignment.over_random_signs(K)
    assert math.sqrt(np.mean(squares)) == pytest.approx(expected) and expected >= 2


def test_classes_are_centred_and_one_class_is_refused() -> None:
    K, labels = gram(10, 4), np.arange(10) % 2
    signs = 2 * labels - 1
    one_hot = np.eye(2)[labels]
    assert alignment.alignment(K, one_hot) == pytest.approx(
        alignment.alignment(K, signs.astype(np.float64))
    )
    with pytest.raises(ValueError, match="one class only"):
        alignment.alignment(K, np.ones((10, 1)))


def test_residuals_from_the_factor_and_on_a_sample_are_those_of_the_matrix() -> None:
    rng = np.random.default_rng(5)
    X, Y = rng.standard_normal((40, 3)), rng.standard_normal((40, 2))
    kernel = Laplace(0.7)
    x = points(torch.from_numpy(X), torch.device("cpu"))
    expected = leave_one_out.residuals(kernel(x, x).numpy(), Y)
    factor = cholesky(of_points(kernel, x), torch.float64)
    assert leave_one_out.from_factor(factor, Y) == pytest.approx(expected, rel=1e-9)
    rows = np.array([3, 39, 0])
    found = leave_one_out.on_sample(kernel, X, Y, rows)
    assert found == pytest.approx(expected[rows], rel=1e-6)
    twice = np.vstack((X, X[:1])), np.vstack((Y, Y[:1]))
    with pytest.raises(ValueError, match="identical"):
        leave_one_out.on_sample(kernel, *twice, rows)
    with pytest.warns(UserWarning, match="merged"), pytest.raises(ValueError, match="still there"):
        leave_one_out.on_sample(kernel, *twice, rows[:2])


@pytest.mark.parametrize("seed", range(12))
def test_a_singular_matrix_is_refused_whatever_rounding_leaves(seed: int) -> None:
    """Of half of them the factor ended, and the alignment was some 1e7 where it is infinite."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((50, 5))
    X[20] = X[10]
    K = np.exp(-0.3 * ((X[:, None] - X[None]) ** 2).sum(-1))
    y = np.sign(rng.standard_normal(50))
    for measured in (
        lambda: alignment.alignment(K, y),
        lambda: alignment.over_random_signs(K),
        lambda: leave_one_out.residuals(K, y),
    ):
        with pytest.raises(ValueError, match="drop repeated points or add a ridge"):
            measured()
    with pytest.raises(ValueError, match="X has identical points"):
        leave_one_out.on_all(Laplace(0.3), X, y[:, None])
    assert np.isfinite(leave_one_out.residuals(K, y, ridge=0.1)).all()


@pytest.mark.parametrize("name", KERNELS)
def test_an_interpolant_of_copies_is_refused(name: Any, tmp_path: Path) -> None:
    rng, file = np.random.default_rng(0), tmp_path / "mine.npz"
    X = rng.standard_normal((60, 5))
    X[1:40] = X[0]
    np.savez(file, X=X, y=np.arange(60) % 2)
    run = Interpolant(data=str(file), kernel=name)
    with pytest.raises(ValueError, match="training images that repeat others: drop them"):
        list(execute([run]))


@pytest.mark.parametrize("name", KERNELS)
def test_a_record_of_an_interpolant_holds_what_the_matrix_says(name: Any) -> None:
    true, drawn = (Interpolant(n=60, n_test=50, level=v, kernel=name) for v in (0.0, 1.0))
    assert true.stack == drawn.stack
    records = [check_record(record) for record in execute([true, drawn])]
    samples = draw([true, drawn])
    X = standardized(samples[0].seen[0], samples[0])
    kernel = named(name, X, samples[0].data.train_labels)
    x = points(torch.from_numpy(X), torch.device("cpu"))
    K = kernel(x, x).numpy()
    for record, sample in zip(records, samples, strict=True):
        Y = np.eye(10)[sample.labels]
        assert record["fitted"] and record["relative_residual"] < 1e-9
        assert record["alignment"] == pytest.approx(alignment.alignment(K, Y), rel=1e-6)
        assert record["alignment_of_signs"] == pytest.approx(alignment.over_random_signs(K))
        assert record["leave_one_out_error"] == leave_one_out.error(K, sample.labels, 10)
        norm = math.sqrt(np.sum(Y * np.linalg.solve(K, Y)))
        assert record["norm"] == pytest.approx(norm, rel=1e-6)
    assert records[0]["alignment"] < records[1]["alignment"]
