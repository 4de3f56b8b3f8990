"""The linear theory of section 5 against singular values, exact rationals and its negations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st

from experiments.contestants import Linear
from experiments.contestants.linear import claims_as_text
from experiments.kernels.gradient_descent import descend, dual_descent, hessian_change, projection
from experiments.sweeps.run import execute

SHAPES = st.integers(1, 6).flatmap(lambda n: st.tuples(st.just(n), st.integers(n + 4, 20)))
SEEDS = st.integers(0, 2**32 - 1)


def _problem(shape: tuple[int, int], seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    # Singular values between 1 and 2: descents end in hundreds of steps.
    rng = np.random.default_rng(seed)
    n, d = shape
    left, right = (np.linalg.qr(rng.standard_normal((m, m)))[0] for m in (n, d))
    X = left * rng.uniform(1, 2, n) @ right[:n]
    return X, rng.standard_normal(n), rng.standard_normal(d)


@given(SHAPES, SEEDS, st.sampled_from([None, 1, 2]))
def test_from_zero_it_ends_at_the_pseudoinverse_and_never_leaves_the_row_span(
    shape: tuple[int, int], seed: int, batch: int | None
) -> None:
    X, y, _ = _problem(shape, seed)
    batch = None if batch is None else min(batch, len(y))
    found = descend(X, y, np.zeros(shape[1]), batch=batch, seed=seed)
    least: Any = scipy.linalg.lstsq(X, y, lapack_driver="gelsd")
    assert found.converged
    assert np.linalg.norm(found.w - least[0]) <= 1e-10 * np.linalg.norm(least[0])
    outside = scipy.linalg.null_space(X)
    assert np.linalg.norm(outside.T @ found.w) <= 1e-10 * np.linalg.norm(found.w)
    assert max(found.outside) < 1e-10


@given(SHAPES, SEEDS, st.sampled_from([None, 1]))
def test_from_elsewhere_it_ends_at_the_projection_and_not_at_the_least_norm(
    shape: tuple[int, int], seed: int, batch: int | None
) -> None:
    X, y, start = _problem(shape, seed)
    found = descend(X, y, start, batch=batch, seed=seed)
    outside = scipy.linalg.null_space(X)
    least = X.T @ np.linalg.solve(X @ X.T, y)
    expected = least + outside @ (outside.T @ start)
    np.testing.assert_allclose(found.w, expected, atol=1e-9)
    np.testing.assert_allclose(projection(X, y, start), expected, atol=1e-9)
    gap = np.linalg.norm(outside.T @ start)
    assert np.linalg.norm(found.w - least) == pytest.approx(gap, rel=1e-6)
    assert np.linalg.norm(found.w) > np.linalg.norm(least)


def test_the_limit_is_that_of_exact_arithmetic() -> None:
    X = sympy.Matrix([[1, 2, 0, -1], [3, 0, 1, 1]])
    y = sympy.Matrix([1, -2])
    exact = X.T * (X * X.T).inv() * y
    numbers = np.array(X.tolist(), dtype=float), np.array(y.tolist(), dtype=float).ravel()
    found = descend(*numbers, np.zeros(4))
    np.testing.assert_allclose(found.w, np.array(exact.tolist(), dtype=float).ravel(), atol=1e-12)


def test_descent_on_inner_products_alone_gives_the_same_function() -> None:
    X, y, _ = _problem((5, 12), 0)
    full = descend(X, y, np.zeros(12))
    alpha = dual_descent(X @ X.T, y, full.step[-1])
    np.testing.assert_allclose(X.T @ alpha, full.w, atol=1e-12)


def test_a_hessian_that_depends_on_w_is_told_from_one_that_does_not() -> None:
    X, y, _ = (torch.from_numpy(a) for a in _problem((5, 12), 0))
    at = np.random.default_rng(0).standard_normal((3, 12))
    assert hessian_change(lambda w: (X @ w - y).square().mean(), at) < 1e-12
    assert hessian_change(lambda w: (X @ w - y).pow(4).mean(), at) > 0.1


def test_a_limit_of_steps_is_named() -> None:
    X, y, start = _problem((5, 12), 0)
    found = descend(X, y, start, limit=3)
    assert not found.converged and found.step[-1] == 3 and found.residual[-1] > 1e-6


@pytest.mark.parametrize(
    ("X", "y", "start", "batch", "says"),
    [
        (np.ones((2, 3)), np.ones(2), np.zeros(3), None, "rank 1, fewer than its 2 rows"),
        (np.eye(3)[:, :2], np.ones(3), np.zeros(2), None, "rank 2, fewer than its 3 rows"),
        (np.eye(2), np.ones(3), np.zeros(2), None, "shape"),
        (np.eye(2), np.array([1, np.nan]), np.zeros(2), None, "NaN"),
        (np.eye(2), np.ones(2), np.zeros(2), 3, "batch is 3: give 1 to 2"),
    ],
)
def test_bad_input_is_refused(X: Any, y: Any, start: Any, batch: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        descend(X, y, start, batch=batch)


def test_the_run_says_of_each_claim_whether_it_holds() -> None:
    # Too few steps for SGD: its claim, and no other one, must be seen to fail.
    (record,) = execute([Linear(n=8, limit=10_000)])
    (short,) = execute([Linear(n=8, limit=100)])
    assert record["fitted"] and "FAILS" not in claims_as_text(record)
    assert not short["fitted"] and "FAILS SGD from zero: distance" in claims_as_text(short)
