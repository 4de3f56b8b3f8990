"""Kernels of wide networks: identities, near coinciding points, a random network, refusals."""

from __future__ import annotations

import math
from decimal import Decimal, getcontext

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from experiments.kernels import NTK, ArcCosine, MinimumNormInterpolator
from experiments.kernels.arc_cosine import angles, next_angle
from experiments.kernels.cholesky import cholesky
from experiments.kernels.matrix import of_array
from experiments.kernels.points import points

CPU = torch.device("cpu")
KERNELS = [ArcCosine(), NTK(), NTK(layers=4), ArcCosine(bias=1.0)]
RNG = np.random.default_rng(0)
X = RNG.standard_normal((30, 5))


def matrix(kernel: ArcCosine | NTK, X: np.ndarray, Z: np.ndarray | None = None) -> np.ndarray:
    x = points(torch.from_numpy(X), CPU)
    z = x if Z is None else points(torch.from_numpy(Z), CPU, x.centre)
    return kernel(x, z).numpy()


def test_the_diagonal_is_the_number_of_layers_times_the_squared_norm() -> None:
    squares = (X**2).sum(1)
    assert np.allclose(np.diag(matrix(ArcCosine(), X)), squares / 2, rtol=1e-14)
    for layers in (2, 3, 7):
        K = matrix(NTK(layers=layers), X)
        assert np.allclose(np.diag(K), layers * squares, rtol=1e-14)


@pytest.mark.parametrize("kernel", KERNELS[:3])
def test_it_is_homogeneous_in_each_argument_and_blind_to_rotations(kernel: ArcCosine) -> None:
    K = matrix(kernel, X, 3 * X[:7])
    assert np.allclose(K, 3 * matrix(kernel, X, X[:7]), rtol=1e-12)
    Q, _ = np.linalg.qr(RNG.standard_normal((5, 5)))
    assert np.allclose(matrix(kernel, X @ Q), matrix(kernel, X), atol=1e-12)


@pytest.mark.parametrize("kernel", KERNELS)
def test_its_matrix_is_symmetric_positive_definite_and_interpolates(kernel: ArcCosine) -> None:
    K = matrix(kernel, X)
    assert np.array_equal(K, K.T) or np.allclose(K, K.T, rtol=1e-15)
    assert np.linalg.eigvalsh(K).min() > 1e-4
    y = RNG.integers(0, 3, 30)
    assert MinimumNormInterpolator(kernel).fit(X, y).score(X, y) == 1


def test_a_bias_is_a_constant_coordinate() -> None:
    lifted = np.column_stack((X, np.full(len(X), 2.0)))
    assert np.allclose(matrix(NTK(bias=2.0), X), matrix(NTK(), lifted), rtol=1e-13)


def test_h_infinity_is_what_a_wide_random_layer_gives() -> None:
    """The mean over units of <x, z> 1[<w, x> > 0] 1[<w, z> > 0], 100,000 of them."""
    w = RNG.standard_normal((5, 100_000))
    on = (X[:6] @ w > 0).astype(float)
    found = (X[:6] @ X[:6].T) * (on @ on.T) / 100_000
    scale = (X[:6] ** 2).sum(1).max()
    assert np.abs(found - matrix(ArcCosine(), X[:6])).max() < 5 * scale / math.sqrt(100_000)


def test_the_ntk_of_two_layers_is_that_of_a_wide_random_network() -> None:
    """Gradients in both layers of sqrt(2 / h) sum_r v_r max(<w_r, x>, 0)."""
    h = 100_000
    w, v = RNG.standard_normal((5, h)), RNG.standard_normal(h)
    z = X[:6] @ w
    on = (z > 0).astype(float)
    found = 2 * ((X[:6] @ X[:6].T) * ((on * v**2) @ on.T) + (on * z) @ (on * z).T) / h
    scale = 2 * (X[:6] ** 2).sum(1).max()
    assert np.abs(found - matrix(NTK(), X[:6])).max() < 10 * scale / math.sqrt(h)


def test_angles_of_nearly_equal_and_nearly_opposite_points_keep_their_digits() -> None:
    for theta in (1e-12, 1e-9, 1e-6, 1e-3, 0.0141, 0.5, 3.0):
        x = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
        z = torch.tensor([[math.cos(theta), math.sin(theta)]], dtype=torch.float64)
        assert float(angles(x, z)[0, 0]) == pytest.approx(theta, rel=1e-11)
        # pi itself is rounded: what is left of it is seen to 1e-15.
        assert math.pi - float(angles(x, -z)[0, 0]) == pytest.approx(theta, rel=1e-11, abs=1e-15)


@given(st.floats(1e-9, 3.1415))
def test_the_angle_after_a_layer_agrees_with_fifty_digits(theta: float) -> None:
    getcontext().prec = 60
    t, pi = Decimal(theta), Decimal("3.14159265358979323846264338327950288419716939937510582097494")
    sine, cosine, term, k = Decimal(0), Decimal(0), Decimal(1), 0
    while k < 60:  # the exponential series: cos, sin, -cos, -sin
        if k % 2:
            sine += term if k % 4 == 1 else -term
        else:
            cosine += term if k % 4 == 0 else -term
        k += 1
        term = term * t / k
    half = (1 - (sine + (pi - t) * cosine) / pi) / 2
    expected = 2 * math.asin(min(1.0, float(half.sqrt())))
    found = float(next_angle(torch.tensor([theta], dtype=torch.float64))[0])
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("size", [1e-140, 1e-12])
def test_a_point_next_to_the_origin_keeps_its_direction(size: float) -> None:
    """Around the mean of the points nothing was left of it."""
    x = np.array([[3 * size, 4 * size], [1.0, 1.0], [0.2, 5.0]])
    angle = np.arccos(7 / 5 / np.sqrt(2))
    expected = 7 * size * (1 - angle / np.pi) / 2
    model = MinimumNormInterpolator(ArcCosine()).fit(x, [0.0, 1.0, 0.0])
    K = ArcCosine()(*[points(torch.from_numpy(x), CPU, torch.zeros(2).double())] * 2)
    assert float(K[0, 1]) == pytest.approx(expected, rel=1e-12)
    found = np.asarray(model.decision_function(x))[:, 0]
    np.testing.assert_allclose(found, K.numpy() @ model.dual_coef_[:, 0], rtol=1e-9, atol=1e-12)


def test_parallel_points_are_refused_by_name_and_a_bias_tells_them_apart() -> None:
    y = RNG.standard_normal(31)
    for factor in (2.0, -0.5, 1 / 3):
        parallel = np.vstack((X, factor * X[4:5]))
        for kernel in (ArcCosine(), NTK(layers=3)):
            with pytest.raises(ValueError, match=r"X\[4\] and X\[30\] are parallel"):
                MinimumNormInterpolator(kernel).fit(parallel, y)
        model = MinimumNormInterpolator(NTK(bias=1.0)).fit(parallel, y)
        assert np.allclose(model.predict(parallel), y, atol=1e-6)
    with pytest.raises(ValueError, match=r"X\[0\] has a norm below 1e-150.*rescale X"):
        MinimumNormInterpolator(ArcCosine()).fit([[3e-170, 4e-170], [1, 1]], [0.0, 1.0])
    with pytest.raises(ValueError, match=r"X\[30\] is the origin"):
        MinimumNormInterpolator(NTK()).fit(np.vstack((X, np.zeros((1, 5)))), y)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: NTK(layers=1), "layers is 1"),
        (lambda: NTK(layers=True), "layers is True"),
        (lambda: ArcCosine(bias=-1.0), "bias is -1"),
    ],
)
def test_bad_parameters_are_refused(make: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()  # pyright: ignore


@given(st.integers(1, 60))
def test_the_diagonal_of_the_inverse_comes_from_the_factor(n: int) -> None:
    from experiments.kernels import matrix as matrix_module

    A = np.random.default_rng(n).standard_normal((n, n + 3))
    K = A @ A.T + np.eye(n)
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(matrix_module.BLOCK, "cpu", 16)
        factor = cholesky(of_array(torch.from_numpy(K)), torch.float64)
    found = factor.inverse_diagonal().numpy()
    assert np.allclose(found, np.diag(np.linalg.inv(K)), rtol=1e-10)
