"""The kernel and its minimum-norm interpolant against independent references."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
from scipy.spatial.distance import cdist
from sklearn.kernel_ridge import KernelRidge

from experiments.kernels.bandwidth import choose_gamma
from experiments.kernels.functions import gaussian
from experiments.kernels.minimum_norm import solve

RNG = np.random.default_rng(0)
X, Z = RNG.standard_normal((80, 6)), RNG.standard_normal((30, 6))
Y = RNG.standard_normal((80, 3))


def test_gaussian_agrees_with_distances_computed_one_by_one() -> None:
    np.testing.assert_allclose(
        gaussian(Z, X, 0.3), np.exp(-0.3 * cdist(Z, X, "sqeuclidean")), rtol=1e-12
    )
    assert (np.diag(gaussian(X, X, 0.3)) == 1).all()


def test_solution_agrees_with_the_authors_recipe_and_with_scikit_learn() -> None:
    K = gaussian(X, X, 0.3)
    solution = solve(K, Y)
    assert solution.relative_residual < 1e-12
    np.testing.assert_allclose(solution.alpha, scipy.linalg.solve(K, Y), rtol=1e-8)
    ridge: Any = KernelRidge(kernel="rbf", gamma=0.3)
    ridge = ridge.set_params(alpha=1e-14).fit(X, Y)
    np.testing.assert_allclose(gaussian(Z, X, 0.3) @ solution.alpha, ridge.predict(Z), rtol=1e-6)


def test_norm_is_least_among_the_interpolants_of_the_span() -> None:
    # With more centres than points every other interpolant has a larger RKHS norm.
    centres = np.vstack([X, Z])
    K = gaussian(X, X, 0.3)
    solution = solve(K, Y)
    null = scipy.linalg.null_space(gaussian(X, centres, 0.3))
    other = np.vstack([solution.alpha, np.zeros((len(Z), 3))]) + null[:, :3]
    gram = gaussian(centres, centres, 0.3)
    assert solution.norm == pytest.approx(np.sqrt(np.vdot(Y, solution.alpha)))
    assert np.sqrt(np.vdot(other, gram @ other)) > solution.norm


def test_repeated_points_are_refused_with_the_pivot_and_the_mend() -> None:
    repeated = np.vstack([X[:5], X[:1]])
    with pytest.raises(ValueError, match=r"not positive definite at pivot 6 of 6.*drop repeated"):
        solve(gaussian(repeated, repeated, 0.3), Y[:6])


@pytest.mark.parametrize(
    ("K", "Y", "says"),
    [
        (np.eye(3), np.zeros((2, 1)), "shape"),
        (np.eye(3), np.full((3, 1), np.nan), "NaN or infinity"),
        (np.zeros((2, 3)), np.zeros((2, 1)), "shape"),
    ],
)
def test_bad_input_is_refused(K: np.ndarray, Y: np.ndarray, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        solve(K, Y)


def test_bandwidth_is_the_best_on_the_held_out_fifth() -> None:
    labels = (np.sin(3 * X[:, 0]) > 0).astype(np.int64)
    held_out = np.arange(80) % 5 == 0
    fit, Y = X[~held_out], np.eye(2)[labels[~held_out]]
    accuracy = {}
    for gamma in (2.0 ** np.arange(-3, 4) / (2 * X.var(axis=0).sum())).tolist():
        alpha = np.linalg.lstsq(np.exp(-gamma * cdist(fit, fit, "sqeuclidean")), Y)[0]
        outputs = np.exp(-gamma * cdist(X[held_out], fit, "sqeuclidean")) @ alpha
        accuracy[gamma] = (outputs.argmax(1) == labels[held_out]).mean()
    assert len(set(accuracy.values())) > 1
    assert accuracy[choose_gamma(X, labels, 2)] == max(accuracy.values())
