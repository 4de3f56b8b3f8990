"""Kernels and the minimum-norm interpolant against independent references."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.kernel_ridge import KernelRidge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from experiments.kernels import (
    NTK,
    Gaussian,
    Laplace,
    Linear,
    MinimumNormInterpolator,
    Polynomial,
    solver,
)
from experiments.kernels import matrix as matrix_module
from experiments.kernels import plan as plan_module
from experiments.kernels.bandwidth import choose_gamma
from experiments.kernels.cholesky import NotPositiveDefinite, cholesky
from experiments.kernels.command import solve_and_report
from experiments.kernels.matrix import of_array, of_points
from experiments.kernels.points import points
from experiments.kernels.threads import threads_for

RNG = np.random.default_rng(0)
X, Z = RNG.standard_normal((80, 6)), RNG.standard_normal((30, 6))
Y = RNG.standard_normal((80, 3))
CPU = torch.device("cpu")
WRONG: list[Any] = [0, 2.5, np.nan, np.inf]  # degrees


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Blocks of 16 points and single precision from 30 on: all paths, on samples of no size."""
    monkeypatch.setitem(matrix_module.BLOCK, "cpu", 16)
    monkeypatch.setattr(plan_module, "SMALL", 30)
    yield


def gaussian(X: np.ndarray, Z: np.ndarray, gamma: float) -> np.ndarray:
    return np.exp(-gamma * cdist(X, Z, "sqeuclidean"))


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 40),
    st.sampled_from([np.uint8, np.int8, np.int16, np.uint16, np.int64, bool, np.float32]),
)
def test_squared_distances_of_integers_are_exact(seed: int, d: int, dtype: Any) -> None:
    rng = np.random.default_rng(seed)
    high = 2 if dtype is bool else min(np.iinfo(np.int16).max, 127 if dtype is np.int8 else 32_767)
    x, z = (rng.integers(0, high, (n, d)).astype(dtype) for n in (7, 5))
    left, right = x.astype(object), z.astype(object)
    exact = ((left[:, None] - right[None]) ** 2).sum(2)
    queries = torch.from_numpy(z.astype(np.float64))
    own = points(torch.from_numpy(x.astype(np.float64)), CPU)
    assert (own.squared_distances(points(queries, CPU, own.centre)).numpy() == exact).all()
    assert (own.inner(points(queries, CPU, own.centre)).numpy() == left @ right.T).all()


def test_bytes_are_multiplied_in_single_precision_and_exactly_at_any_length() -> None:
    # 3,072 coordinates as far apart as bytes can be: partial sums beyond 2^24 would round.
    x = RNG.integers(0, 2, (9, 3072), dtype=np.uint8) * np.uint8(255)
    x[0], x[1] = 0, 255
    own = points(torch.from_numpy(x), CPU)
    assert own.values.dtype == torch.float32
    wide = x.astype(np.int64)
    exact = ((wide[:, None] - wide[None]) ** 2).sum(2)
    assert (own.squared_distances(own).numpy() == exact).all()


@pytest.mark.parametrize(
    ("kernel", "reference"),
    [
        (Gaussian(0.3), gaussian(Z, X, 0.3)),
        (Laplace(0.3), np.exp(-0.3 * cdist(Z, X))),
        (Polynomial(3, 0.5, 2.0), (0.5 * Z @ X.T + 2) ** 3),
        (Linear(), Z @ X.T),
    ],
)
def test_kernels_agree_with_values_computed_one_by_one(kernel: Any, reference: np.ndarray) -> None:
    x = points(torch.from_numpy(X), CPU)
    z = points(torch.from_numpy(Z), CPU, x.centre)
    np.testing.assert_allclose(kernel(z, x).numpy(), reference, rtol=1e-11, atol=1e-12)


def test_distances_survive_coordinates_far_from_the_origin() -> None:
    x = points(torch.from_numpy(X + 1e6), CPU)
    expected = cdist(X, X, "sqeuclidean")
    np.testing.assert_allclose(x.squared_distances(x).numpy(), expected, atol=1e-8)
    assert (x.squared_distances(x).diagonal() == 0).all()


@given(
    st.lists(st.sampled_from([0.0, 1.0, -1e3, 1e6, 1e9]), min_size=1, max_size=3),
    st.floats(1e-7, 1e3),
    st.integers(0, 2**32 - 1),
)
def test_distances_within_clusters_are_as_exact_as_between_them(
    places: list[float], spread: float, seed: int
) -> None:
    X = np.random.default_rng(seed).standard_normal((12, 3)) * spread
    X += np.resize(places, 12)[:, None]
    x = points(torch.from_numpy(X), CPU)
    again = points(torch.from_numpy(X.copy()), CPU, x.centre)
    expected = cdist(x.values, x.values, "sqeuclidean")
    for distances in (x.squared_distances(x), again.squared_distances(x)):
        np.testing.assert_allclose(distances.numpy(), expected, rtol=1e-8, atol=0)


@pytest.mark.parametrize("kernel", [Laplace(1.0), Gaussian(1.0)])
def test_predictions_at_the_points_are_the_targets_wherever_the_points_are(kernel: Any) -> None:
    X = RNG.standard_normal((60, 3)) + np.repeat([0.0, 1e5], 30)[:, None]
    y = RNG.standard_normal(60)
    model = MinimumNormInterpolator(kernel).fit(X, y)
    np.testing.assert_allclose(model.predict(X), y, atol=1e-8)


@pytest.mark.parametrize("far", [2**30, 10**12])
def test_whole_numbers_far_away_keep_their_differences(far: int) -> None:
    near, y = np.array([[0], [2], [4], [10]]), np.array([1.0, -1.0, 2.0, 0.5])
    model = MinimumNormInterpolator(Gaussian(0.1))
    expected = model.fit(near, y).predict(near + 1)
    np.testing.assert_allclose(model.fit(near + far, y).predict(near + far + 1), expected)


@pytest.mark.parametrize("y", [[1e200, -1.0], [0.0, 1e-200], [3e-310, 0.0]])
def test_targets_whose_squares_doubles_do_not_hold_are_refused(y: list[float]) -> None:
    with pytest.raises(ValueError, match=r"y has targets of up to .*: rescale them to between"):
        MinimumNormInterpolator(Gaussian(1.0)).fit([[0.0], [1.0]], y)


def test_a_column_of_targets_is_judged_by_itself() -> None:
    """Beside others its squares were 0, and so its norm and residual."""
    Y = np.column_stack(([1.0, 2.0], [0.0, 0.0], [1e-170, 2e-170]))
    with pytest.raises(ValueError, match=r"y\[:, 2\] has targets of up to 2e-170: rescale"):
        MinimumNormInterpolator(Gaussian(1.0)).fit([[0.0], [1.0]], Y)
    assert (
        MinimumNormInterpolator(Gaussian(1.0)).fit([[0.0], [1.0]], Y[:, :2]).report_.norms[1] == 0
    )


@pytest.mark.parametrize("ridge", [1.0, 1e8, 1e16])
@pytest.mark.parametrize("kernel", [Gaussian(0.1), Linear()])
def test_outputs_are_not_lost_beside_a_large_ridge(kernel: Any, ridge: float) -> None:
    model = MinimumNormInterpolator(kernel, ridge=ridge).fit(X, Y)
    outputs = np.asarray(model.predict(X))
    np.testing.assert_allclose(model.fitted_, outputs, rtol=1e-9, atol=1e-9 * abs(outputs).max())
    energy = (np.asarray(model.dual_coef_) * outputs).sum(axis=0)
    np.testing.assert_allclose(model.report_.norms, np.sqrt(energy), rtol=1e-9)


def test_numbers_beyond_doubles_are_refused_and_never_returned() -> None:
    with pytest.raises(ValueError, match="beyond double precision for this sample: rescale"):
        MinimumNormInterpolator(Linear()).fit([[1e-170], [3e-200]], [1.0, 2.0])
    x = np.arange(4.0)[:, None]
    for y in (np.array([0.0, 1, 0, 2]), ["a", "b", "a", "b"]):
        model = MinimumNormInterpolator(Polynomial(3)).fit(x, y)
        with pytest.raises(ValueError, match=r"X\[1\] has an output beyond double .*Polynomial"):
            model.predict([[1.0], [1e120]])


def test_fits_in_several_threads_leave_torch_the_threads_it_had() -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    first, second = ExitStack(), ExitStack()
    try:
        first.enter_context(threads_for(10))
        second.enter_context(threads_for(10))
        assert torch.get_num_threads() == 1
        first.close()
        second.close()
        assert torch.get_num_threads() == 3
        with threads_for(10**6):
            assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_autocast_around_it_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 100, (100, 20)), rng.standard_normal(100)
    right = MinimumNormInterpolator(Gaussian(1e-4)).fit(X, y).predict(X + 1)
    with torch.autocast("cpu", torch.bfloat16):
        model = MinimumNormInterpolator(Gaussian(1e-4)).fit(X, y)
        assert (model.predict(X + 1) == right).all() and abs(model.predict(X) - y).max() < 1e-8


@pytest.mark.parametrize("kernel", [Gaussian(1.0), Linear(), "precomputed"])
def test_no_points_have_no_outputs(kernel: Any) -> None:
    X = np.eye(3) + 0.1
    model = MinimumNormInterpolator(kernel).fit(X, np.stack(([1, 2, 3], [0, 1, 0]), 1))
    assert model.predict(X[:0]).shape == (0, 2)
    assert model.decision_function(torch.tensor(X[:0])).shape == (0, 5)


@given(st.integers(1, 60), st.integers(1, 4), st.sampled_from([torch.float32, torch.float64]))
def test_panels_agree_with_a_dense_factor(n: int, k: int, dtype: torch.dtype) -> None:
    rng = np.random.default_rng(n)
    A = rng.standard_normal((n, n + 5))
    K, B = A @ A.T + np.eye(n), rng.standard_normal((n, k))
    matrix = of_array(torch.from_numpy(K))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(matrix_module.BLOCK, "cpu", 16)
        factor = cholesky(matrix, dtype)
        solved = factor.solve(torch.from_numpy(B)).numpy()
        product = (matrix @ torch.from_numpy(B)).numpy()
    rounding = 1e-3 if dtype == torch.float32 else 1e-11
    np.testing.assert_allclose(solved, np.linalg.solve(K, B), rtol=rounding, atol=rounding)
    np.testing.assert_allclose(product, K @ B, rtol=1e-12, atol=1e-10)
    lower = np.linalg.cholesky(K)
    for number, panel in enumerate(factor.panels):
        start = 16 * number
        expected = lower[start:, start : start + 16]
        assert panel.shape == expected.shape
        np.testing.assert_allclose(
            np.tril(panel.numpy()), np.tril(expected), rtol=rounding, atol=rounding
        )


@pytest.mark.parametrize("largest", [3e38, 1e151, 1.7e308])
def test_coordinates_of_any_size_are_taken_or_refused_by_name(largest: float) -> None:
    X, y = np.array([[largest, 1.0], [-largest, 2.0], [0.0, 3.0]]), np.arange(3.0)
    model = MinimumNormInterpolator(Laplace(1 / largest))
    if largest < 1e150:
        np.testing.assert_allclose(model.fit(X, y).predict(X), y, atol=1e-9)
        return
    with pytest.raises(ValueError, match=r"X has coordinates of .*: rescale"):
        model.fit(X, y)


@pytest.mark.usefixtures("small_blocks")
def test_interpolant_agrees_with_the_authors_recipe_and_with_scikit_learn() -> None:
    model = MinimumNormInterpolator(Gaussian(0.3)).fit(X, Y)
    assert model.report_.precision == "float32"
    assert model.report_.relative_residual < 1e-10 and model.report_.iterations > 0
    K = gaussian(X, X, 0.3)
    np.testing.assert_allclose(model.dual_coef_, scipy.linalg.solve(K, Y), rtol=1e-6)
    residual = np.linalg.norm(K @ model.dual_coef_ - Y, axis=0) / np.linalg.norm(Y, axis=0)
    assert (residual < 2e-10).all()
    ridge: Any = KernelRidge(kernel="rbf", gamma=0.3)
    ridge = ridge.set_params(alpha=1e-14).fit(X, Y)
    np.testing.assert_allclose(model.predict(Z), ridge.predict(Z), rtol=1e-6)
    norms = np.sqrt(np.diag(Y.T @ np.linalg.solve(K, Y)))
    np.testing.assert_allclose(model.report_.norms, norms, rtol=1e-8)
    least = np.linalg.eigvalsh(K)[0]
    assert model.report_.smallest_eigenvalue == pytest.approx(least, rel=0.05)


@pytest.mark.usefixtures("small_blocks")
def test_a_matrix_too_ill_conditioned_for_single_precision_is_solved_in_double() -> None:
    x = np.linspace(0, 1, 40)[:, None]
    y = np.sin(9 * x)
    model = MinimumNormInterpolator(Laplace(3e-6)).fit(x, y)
    assert model.report_.precision == "float64" and model.report_.relative_residual < 1e-8


def test_norm_is_least_among_the_interpolants_of_the_span() -> None:
    # With more centres than points every other interpolant has a larger RKHS norm.
    centres = np.vstack([X, Z])
    model = MinimumNormInterpolator(Gaussian(0.3)).fit(X, Y)
    null = scipy.linalg.null_space(gaussian(X, centres, 0.3))
    other = np.vstack([model.dual_coef_, np.zeros((len(Z), 3))]) + null[:, :3]
    gram = gaussian(centres, centres, 0.3)
    norms = np.sqrt(np.diag(other.T @ gram @ other))
    assert (norms > model.report_.norms).all()


def test_a_ridge_is_that_of_kernel_ridge_regression() -> None:
    model = MinimumNormInterpolator(Gaussian(0.3), ridge=0.5).fit(X, Y)
    reference: Any = KernelRidge(kernel="rbf", gamma=0.3, alpha=0.5)  # pyright: ignore
    np.testing.assert_allclose(model.predict(Z), reference.fit(X, Y).predict(Z), rtol=1e-8)
    np.testing.assert_allclose(model.fitted_, model.predict(X), rtol=1e-8)
    # Points may repeat: with a ridge nothing is interpolated.
    twice = MinimumNormInterpolator(Gaussian(0.3), ridge=0.5).fit(
        np.vstack([X, X[:1]]), np.vstack([Y, Y[:1] + 1])
    )
    assert len(twice.support_) == 81


@pytest.mark.parametrize("shape", [(40, 6), (6, 40), (30, 30)])
def test_linear_kernel_gives_the_minimum_norm_least_squares_solution(
    shape: tuple[int, int],
) -> None:
    x, y = RNG.standard_normal(shape), RNG.standard_normal(shape[0])
    model = MinimumNormInterpolator(Linear())
    if shape[0] > shape[1]:
        with pytest.warns(UserWarning, match=r"rank 6, fewer than its 40 points.*least-squares"):
            model.fit(x, y)
    else:
        model.fit(x, y)
    w = np.linalg.pinv(x) @ y
    query = RNG.standard_normal((9, shape[1]))
    np.testing.assert_allclose(model.predict(query), query @ w, rtol=1e-6, atol=1e-9)
    assert model.report_.norms[0] == pytest.approx(np.linalg.norm(w), rel=1e-6)


def test_linear_kernel_of_a_deficient_wide_sample_and_with_a_ridge() -> None:
    x = RNG.standard_normal((20, 5)) @ RNG.standard_normal((5, 30))
    y = x @ RNG.standard_normal(30)
    model = MinimumNormInterpolator(Linear()).fit(x, y)
    assert model.report_.rank == 5
    np.testing.assert_allclose(model.predict(x), y, rtol=1e-8)
    tall = RNG.standard_normal((30, 4))
    ridged = MinimumNormInterpolator(Linear(), ridge=0.7).fit(tall, np.ones(30))
    w = np.linalg.solve(tall.T @ tall + 0.7 * np.eye(4), tall.T @ np.ones(30))
    np.testing.assert_allclose(ridged.predict(tall), tall @ w, rtol=1e-8)


@pytest.mark.parametrize("seed", range(8))
def test_linear_kernel_of_dependent_points_is_least_squares_whatever_rounding_leaves(
    seed: int, tmp_path: Path
) -> None:
    """The factor of a singular matrix ended once, and the outputs were off by 1e18 of the norm."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(3, 60)), 80
    n = d = 6 if seed == 0 else n
    k = int(rng.integers(1, n))
    x = rng.standard_normal((n, d))
    x = rng.standard_normal((n, k)) @ x[:k] if seed % 2 else x[rng.integers(0, k, n)]
    y = rng.standard_normal((n, 2))
    folder = tmp_path / "panels"
    with pytest.warns(UserWarning, match="fewer than its"):
        model = MinimumNormInterpolator(Linear(), checkpoint=folder).fit(x, y)
    np.testing.assert_allclose(model.predict(x), x @ np.linalg.pinv(x) @ y, atol=1e-7)
    assert not folder.exists()


def test_functions_of_arrays_and_precomputed_matrices_give_the_same_interpolant() -> None:
    built_in = MinimumNormInterpolator(Gaussian(0.3)).fit(X, Y).predict(Z)
    function = MinimumNormInterpolator(lambda x, z: gaussian(x, z, 0.3)).fit(X, Y).predict(Z)
    K = MinimumNormInterpolator("precomputed").fit(gaussian(X, X, 0.3), Y)
    np.testing.assert_allclose(function, built_in, rtol=1e-7)
    np.testing.assert_allclose(K.predict(gaussian(Z, X, 0.3)), built_in, rtol=1e-7)
    # scikit-learn's scale: 1 / (d Var X)
    scaled = MinimumNormInterpolator().fit(X, Y)
    assert scaled.kernel_.gamma == pytest.approx(1 / (6 * X.var()))  # pyright: ignore


@pytest.mark.parametrize("to", [np.asarray, torch.tensor])
def test_a_function_is_given_the_points_themselves(to: Any) -> None:
    """Not what is left of them around a mean: 0.1 - 5 + 5 is another number."""
    x, query = np.array([[0.1], [0.7], [1e-20], [19.3]]), np.array([[0.3], [1e-20]])
    seen: set[float] = set()

    def delta(x: Any, z: Any) -> Any:
        seen.update(np.asarray(x).ravel().tolist(), np.asarray(z).ravel().tolist())
        return x == z.T

    model = MinimumNormInterpolator(lambda x, z: to(delta(x, z))).fit(to(x), to([1.0, 2, 3, 4]))
    assert np.asarray(model.predict(to(query))).tolist() == [0, 3]
    assert seen == {0.1, 0.7, 1e-20, 19.3, 0.3}


def test_torch_in_torch_out() -> None:
    x, y, z = (torch.from_numpy(a) for a in (X, Y, Z))
    model = MinimumNormInterpolator(lambda x, z: torch.cdist(x, z).square().mul(-0.3).exp())
    predicted = model.fit(x, y).predict(z)
    assert isinstance(predicted, torch.Tensor) and isinstance(model.dual_coef_, torch.Tensor)
    numpy = MinimumNormInterpolator(Gaussian(0.3)).fit(X, Y).predict(Z)
    np.testing.assert_allclose(predicted.numpy(), numpy, rtol=1e-6)
    K = torch.from_numpy(gaussian(X, X, 0.3))
    again = MinimumNormInterpolator("precomputed").fit(K, y)
    np.testing.assert_allclose(
        again.predict(torch.from_numpy(gaussian(Z, X, 0.3))).numpy(), numpy, rtol=1e-6
    )
    labels = torch.from_numpy(np.arange(80) % 3)
    assert (MinimumNormInterpolator(Gaussian(0.3)).fit(x, labels).predict(x) == labels).all()


def test_classes_of_any_kind_and_several_labelings_at_once() -> None:
    names = np.array(["cat", "dog", "owl"])[np.arange(80) % 3]
    model = MinimumNormInterpolator(Gaussian(0.3)).fit(X, names)
    assert (model.predict(X) == names).all() and model.score(X, names) == 1
    assert model.classes_.tolist() == ["cat", "dog", "owl"]  # pyright: ignore
    both = np.column_stack([np.arange(80) % 3, np.arange(80) % 2])
    two = MinimumNormInterpolator(Gaussian(0.3)).fit(X, both)
    assert (two.predict(X) == both).all() and two.report_.norms.shape == (5,)
    np.testing.assert_allclose(
        two.decision_function(Z)[:, :3], model.decision_function(Z), rtol=1e-8
    )


def test_it_works_in_scikit_learns_pipelines_and_searches() -> None:
    y = (np.sin(3 * X[:, 0]) > 0).astype(int)
    grid = {"minimumnorminterpolator__kernel": [Gaussian(g) for g in (1e-3, 0.1, 3.0)]}
    search = GridSearchCV(make_pipeline(StandardScaler(), MinimumNormInterpolator()), grid)
    assert search.fit(X, y).score(X, y) == 1
    copy: Any = clone(MinimumNormInterpolator(Gaussian(2.0)))
    assert copy.kernel == Gaussian(2.0)
    K = gaussian(X, X, 0.3)
    pairwise: Any = GridSearchCV(MinimumNormInterpolator("precomputed"), {"ridge": [0.0, 1.0]})
    assert pairwise.fit(K, y).score(K, y) > 0.8


def test_identical_points_are_merged_and_contradictions_refused() -> None:
    repeated = np.vstack([X, X[:2]])
    with pytest.warns(UserWarning, match="2 points that repeat others"):
        model = MinimumNormInterpolator(Gaussian(0.3)).fit(repeated, np.vstack([Y, Y[:2]]))
    assert len(model.support_) == 80
    np.testing.assert_allclose(model.predict(repeated[-2:]), Y[:2], atol=1e-8)
    with pytest.raises(ValueError, match="identical points 1 and 81: no function"):
        MinimumNormInterpolator(Gaussian(0.3)).fit(repeated, np.vstack([Y, Y[:1], Y[:1]]))


def test_a_matrix_that_is_not_positive_definite_is_refused_with_pivot_and_mend() -> None:
    K = np.eye(5)
    K[3, 3] = -1
    with pytest.raises(NotPositiveDefinite, match=r"pivot 4 of 5 in float64.*or add a ridge"):
        MinimumNormInterpolator("precomputed").fit(K, np.ones(5))
    near = np.repeat(X[:20], 2, axis=0) + 1e-12 * RNG.standard_normal((40, 6))
    with pytest.raises(NotPositiveDefinite, match="nearly repeated"):
        MinimumNormInterpolator(Gaussian(0.01)).fit(near, np.arange(40.0))


def test_degenerate_bandwidths_are_warned_of_with_the_numbers() -> None:
    with pytest.warns(UserWarning, match=r"underflows: the largest kernel value.*smaller gamma"):
        MinimumNormInterpolator(Gaussian(1e6)).fit(X, Y)
    with (
        pytest.warns(UserWarning, match=r"is constant.*rank one; use a larger gamma"),
        pytest.raises(NotPositiveDefinite),
    ):
        MinimumNormInterpolator(Gaussian(1e-18)).fit(X, Y)


def tilted(x: Any, z: Any) -> Any:
    """A Gaussian kernel, but for a factor that depends on the first of two points alone."""
    return gaussian(x, z, 0.3) * (1 + 0.1 * np.tanh(x[:, :1]))


@pytest.mark.parametrize(
    ("model", "x", "y", "says"),
    [
        (MinimumNormInterpolator(), X, Y[:9], "80 rows but y has 9"),
        (MinimumNormInterpolator(), X * np.nan, Y, "NaN"),
        (MinimumNormInterpolator(), X, Y * np.inf, r"y\[0, 0\] is -?inf"),
        (MinimumNormInterpolator(), X[0], Y, "two-dimensional"),
        (MinimumNormInterpolator(), X, Y[:0], "at least one"),
        (MinimumNormInterpolator(ridge=-1), X, Y, "ridge is -1"),
        (MinimumNormInterpolator("gaussian"), X, Y, "kernel is 'gaussian'.*Gaussian"),  # pyright: ignore
        (MinimumNormInterpolator("precomputed"), X, Y, r"shape \(80, 6\)"),
        (MinimumNormInterpolator("precomputed"), np.triu(np.ones((80, 80))), Y, "transpose"),
        (MinimumNormInterpolator("precomputed"), np.full((80, 80), np.nan), Y, "NaN"),
        (MinimumNormInterpolator(lambda x, z: x @ z.T[:, :1]), X, Y, "gives shape"),
        (MinimumNormInterpolator(lambda x, z: x @ z.T * np.nan), X, Y, "gives NaN"),
        (MinimumNormInterpolator(tilted), X, Y, "is not symmetric: K differs .* by"),
        (
            MinimumNormInterpolator(),
            X * 1e200,
            Y,
            r"X has coordinates of \d.*e\+200: rescale",
        ),
        (MinimumNormInterpolator(), X * 1e-200, Y, "X has variance 0, too far from 1"),
        (MinimumNormInterpolator(), np.ones_like(X), Y[:, :1] * 0, "all its points are equal"),
    ],
)
def test_bad_input_is_refused(model: Any, x: Any, y: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        model.fit(x, y)


def test_bad_kernels_and_queries_are_refused() -> None:
    for wrong in (
        lambda: Gaussian(0.0),
        lambda: Laplace(np.nan),
        *(lambda degree=degree: Polynomial(degree) for degree in WRONG),
        *(lambda offset=offset: Polynomial(2, 1.0, offset) for offset in (-1, np.nan, np.inf)),
        lambda: NTK(layers=np.inf),  # pyright: ignore[reportArgumentType]
    ):
        with pytest.raises(ValueError, match=r"give a positive number|degree|layers is inf"):
            wrong()
    with pytest.raises(ValueError, match=r"shape \(30, 5\): give \(m, 6\)"):
        MinimumNormInterpolator(Gaussian(1.0)).fit(X, Y).predict(Z[:, :5])


def test_values_of_a_function_come_in_as_all_numbers_do() -> None:
    def function(change: Any, of_tensors: bool = False) -> MinimumNormInterpolator:
        def kernel(A: Any, B: Any) -> Any:
            return change(gaussian(np.asarray(A), np.asarray(B), 0.5))

        return MinimumNormInterpolator(kernel).fit(torch.tensor(X) if of_tensors else X, Y)

    right = function(np.asarray).predict(Z)
    taken = [lambda K: K.tolist(), lambda K: K.astype(np.longdouble), lambda K: K.astype(object)]
    taken.append(lambda K: torch.tensor(K, requires_grad=True))
    for change in taken:
        assert (function(change).predict(Z) == right).all()
        assert np.allclose(function(change, True).predict(Z), right)
    for refused in (lambda K: K + 0j, lambda K: torch.tensor(K + 0j), lambda K: K.astype(str)):
        with pytest.raises(TypeError, match=r"kernel\(X, Z\) has dtype"):
            function(refused)
    with pytest.raises(TypeError, match=r"kernel\(X, Z\) is a NoneType"):
        function(lambda K: None)


def test_a_solve_that_does_not_fit_is_refused_with_the_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("experiments.sweeps.memory.available", lambda: 10 * 2**30)
    ways = plan_module.plan(60_000, 10, CPU)
    assert [way.name for way in ways] == ["float32"]
    with pytest.raises(MemoryError, match=r"n is 600,000.*GiB in single.*10\.0 GiB are left"):
        plan_module.plan(600_000, 10, CPU)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("damage", ["missing", "flipped", "cut"])
def test_an_interrupted_factorization_goes_on_and_ends_the_same(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = MinimumNormInterpolator(Gaussian(0.3)).fit(X, Y)
    folder = tmp_path / "panels"
    model = MinimumNormInterpolator(Gaussian(0.3), checkpoint=folder)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.kernels.solver.conjugate_gradients", interrupted)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y)
    monkeypatch.undo()
    monkeypatch.setitem(matrix_module.BLOCK, "cpu", 16)
    monkeypatch.setattr(plan_module, "SMALL", 30)
    kept = sorted((folder / "float32").iterdir())
    assert len(kept) == 5
    last, content = kept[-1], bytearray(kept[-1].read_bytes())
    if damage == "missing":
        last.unlink()
    else:
        content[-2] ^= 1
        last.write_bytes(content if damage == "flipped" else content[:-8])
    with pytest.raises(ValueError, match="belongs to another matrix"):
        MinimumNormInterpolator(Gaussian(0.2), checkpoint=folder).fit(X, Y)
    computed: list[slice] = []
    panel = cholesky.__globals__["_panel"]
    monkeypatch.setitem(
        cholesky.__globals__, "_panel", lambda *a: (computed.append(a[1]), panel(*a))[1]
    )
    model.fit(X, Y)
    assert len(computed) == 1 and not folder.exists()
    assert (f"{last} is damaged" in capsys.readouterr().err) == (damage != "missing")
    assert (model.dual_coef_ == whole.dual_coef_).all()


def test_a_checkpoint_takes_no_folder_of_a_users_and_leaves_what_comes_into_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is deleted at the end: the folder of a thesis went with it."""
    for name in ("thesis.tex", "float32"):
        (tmp_path / name).touch()
        with pytest.raises(ValueError, match=f"holds {name}, which is no part of one"):
            MinimumNormInterpolator(Gaussian(0.3), checkpoint=tmp_path).fit(X, Y)
        assert [path.name for path in tmp_path.iterdir()] == [name]
        (tmp_path / name).unlink()
    own = tmp_path / "panels"
    conjugate_gradients = solver.conjugate_gradients

    def noted(*arguments: Any) -> Any:
        (own / "note.txt").touch()
        return conjugate_gradients(*arguments)

    monkeypatch.setattr(solver, "conjugate_gradients", noted)
    MinimumNormInterpolator(Gaussian(0.3), checkpoint=own).fit(X, Y)
    assert [path.name for path in own.iterdir()] == ["note.txt"]


def test_bandwidth_is_the_best_on_the_held_out_fifth() -> None:
    labels = (np.sin(3 * X[:, 0]) > 0).astype(np.int64)
    held_out = np.arange(80) % 5 == 0
    fit, one_hot = X[~held_out], np.eye(2)[labels[~held_out]]
    accuracy = {}
    for gamma in (2.0 ** np.arange(-3, 4) / (2 * X.var(axis=0).sum())).tolist():
        alpha = np.linalg.lstsq(gaussian(fit, fit, gamma), one_hot)[0]
        outputs = gaussian(X[held_out], fit, gamma) @ alpha
        accuracy[gamma] = (outputs.argmax(1) == labels[held_out]).mean()
    assert len(set(accuracy.values())) > 1
    assert accuracy[choose_gamma(X, labels)] == max(accuracy.values())


TWO = """
import sys, warnings, numpy as np, torch, torch.distributed as dist
from experiments.kernels import Gaussian, MinimumNormInterpolator
from experiments.kernels import matrix
matrix.BLOCK["cpu"] = 16
dist.init_process_group("gloo")
rng = np.random.default_rng(0)
X, Y = rng.standard_normal((101, 6)), rng.standard_normal((101, 3))
model = MinimumNormInterpolator(Gaussian(0.3), ridge=float(sys.argv[2])).fit(X, Y)
assert "2 blocks" in model.report_.precision
try:
    MinimumNormInterpolator(Gaussian(0.3), checkpoint=f"{sys.argv[1]}/kept").fit(X, Y)
except ValueError as error:
    assert "what several processes factor is not kept" in str(error)
else:
    raise AssertionError("the checkpoint was passed over")
np.save(f"{sys.argv[1]}/{dist.get_rank()}.npy", model.dual_coef_)
dist.destroy_process_group()
"""


@pytest.mark.slow
@pytest.mark.parametrize("ridge", [0.0, 0.1])
def test_two_processes_give_the_dense_answer(tmp_path: Path, ridge: float) -> None:
    script = tmp_path / "two.py"
    script.write_text(TWO)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    subprocess.run(
        [*torchrun, "--nproc-per-node", "2", str(script), str(tmp_path), str(ridge)],
        check=True,
        timeout=120,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.getcwd()},
    )
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((101, 6)), rng.standard_normal((101, 3))
    expected = scipy.linalg.solve(gaussian(x, x, 0.3) + ridge * np.eye(101), y)
    both = [np.load(tmp_path / f"{rank}.npy") for rank in (0, 1)]
    assert (both[0] == both[1]).all()
    np.testing.assert_allclose(both[0], expected, rtol=1e-6)


ONE_FAILS = """
import sys, numpy as np, torch.distributed as dist
from experiments.kernels import distributed
from experiments.kernels.bandwidth import held_out_accuracies
from experiments.kernels.cholesky import NotPositiveDefinite
dist.init_process_group("gloo")
calls, real = [], distributed.cholesky
def fails_once(K, dtype):
    calls.append(K)
    if sys.argv[2] == "one" and dist.get_rank() == 1 and len(calls) == 2:
        raise NotPositiveDefinite(3, K.n, dtype)
    return real(K, dtype)
distributed.cholesky = fails_once
X = np.random.default_rng(0).standard_normal((60, 40))
found = held_out_accuracies(X, (X[:, 0] > 0).astype(int))
np.save(f"{sys.argv[1]}/{sys.argv[2]}-{dist.get_rank()}.npy", np.array(sorted(found.items())))
dist.destroy_process_group()
"""


@pytest.mark.slow
def test_what_one_process_cannot_factor_is_passed_over_by_all(tmp_path: Path) -> None:
    script = tmp_path / "one_fails.py"
    script.write_text(ONE_FAILS)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    for how in ("none", "one"):
        subprocess.run(
            [*torchrun, "--nproc-per-node", "2", str(script), str(tmp_path), how],
            check=True,
            timeout=120,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.getcwd()},
        )
    whole, *others = (
        np.load(tmp_path / f"{how}-{rank}.npy") for how in ("none", "one") for rank in (0, 1)
    )
    assert len(whole) == 7 and (others[0] == whole).all()
    left = np.delete(whole, 1, axis=0)
    assert (others[1] == left).all() and (others[2] == left).all()


def test_devices_without_numbers_or_doubles_are_refused_by_name() -> None:
    for device in ("meta", "nowhere", "cuda:99"):
        with pytest.raises(
            ValueError, match=f"device is '{device}', which is not there .*give cpu"
        ):
            MinimumNormInterpolator(Gaussian(1.0), device=device).fit(np.eye(4), np.arange(4.0))


def test_what_torch_keeps_of_a_gpu_for_itself_counts_as_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = [60 * 2**30]
    monkeypatch.setattr(torch.cuda, "empty_cache", kept.clear)
    monkeypatch.setattr(
        torch.cuda, "mem_get_info", lambda device: (72 * 2**30 - sum(kept), 80 * 2**30)
    )
    first = plan_module.plan(60_000, 10, torch.device("cuda"))[0]
    assert first.dtype == torch.float64 and first.kept > 0


def test_more_processes_than_gpus_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ValueError, match="2 processes were started here for 1 GPUs: start one a"):
        solve_and_report("digits", None, None, False, None)


def test_entries_of_a_matrix_of_points_are_those_of_its_kernel() -> None:
    x = points(torch.from_numpy(X), CPU)
    matrix = of_points(Gaussian(0.3), x, ridge=0.25)
    block = matrix.block(slice(0, 20), slice(0, 20)).numpy()
    expected = gaussian(X[:20], X[:20], 0.3) + 0.25 * np.eye(20)
    np.testing.assert_allclose(block, expected, rtol=1e-12)
    assert replace(matrix, ridge=0.0).block(slice(0, 3), slice(0, 3))[0, 0] == 1


def test_noise_that_is_no_kernel_between_two_arrays_is_refused() -> None:
    X, y = np.random.default_rng(0).standard_normal((20, 2)), np.arange(20.0)
    with pytest.raises(ValueError, match=r"with a WhiteKernel.*give its noise_level as ridge"):
        MinimumNormInterpolator(RBF() + WhiteKernel(0.5)).fit(X, y)
    assert np.abs(MinimumNormInterpolator(RBF() + RBF(3.0)).fit(X, y).predict(X) - y).max() < 1e-6
