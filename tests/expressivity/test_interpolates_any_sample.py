"""Theorem 1 as a property: every sample of distinct points is interpolated by 2n + d weights."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from expressivity import Network, interpolate, verify
from expressivity.bounds import rounding
from expressivity.direction import separating_direction
from expressivity.exact import dyadic, exact_error, exact_projections
from expressivity.literal import relu_sum
from expressivity.projection import project, projection_error
from expressivity.sample import check_values
from expressivity.sample import sample as checked
from expressivity.triangular import on_a_grid, slopes

Sample = tuple[NDArray[Any], NDArray[np.float64]]

LAYOUTS = ["gaussian", "integers", "collinear", "clustered", "nearly coincident", "mixed scales"]


@st.composite
def samples(draw: st.DrawFn, max_n: int = 60) -> Sample:
    n = draw(st.integers(1, max_n))
    d = draw(st.integers(1, 9))
    layout = draw(st.sampled_from(LAYOUTS))
    scale = 10.0 ** draw(st.sampled_from([-290, -100, -6, 0, 6, 100, 290]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X: NDArray[Any] = rng.standard_normal((n, d))
    if layout == "integers":
        dtype = draw(st.sampled_from([np.uint8, np.int16, np.int64]))
        X, scale = np.unique(rng.integers(0, 100, (n, d)), axis=0).astype(dtype), 1
    elif layout == "collinear":
        X = rng.permutation(n)[:, None] * rng.standard_normal(d)
    elif layout == "clustered":
        X = rng.integers(0, 3, (n, 1)) + 1e-4 * X
    elif layout == "nearly coincident":
        X = 1 + rng.permutation(n)[:, None] * 1e-11 * rng.choice([1, 2, 4], d)
    elif layout == "mixed scales":
        X = X * 10.0 ** rng.uniform(-6, 6, d)
    if layout != "integers":
        X = X * scale
        if scale == 1 and draw(st.booleans()) and layout == "gaussian":
            X = X.astype(np.float32)
    y = rng.standard_normal(len(X)) * 10.0 ** draw(st.sampled_from([-200, -3, 0, 3, 200]))
    return X, y


@given(samples())
def test_every_sample_is_interpolated(sample: Sample) -> None:
    X, y = sample
    net = interpolate(X, y)
    assert net.n_weights == 2 * len(y) + X.shape[1]
    premises = verify(net, X, y)
    for name in ("weights", "interleaved", "triangular"):
        assert premises[name].holds, premises[name].what
    # Projections within 1e-11 of each other blur a slope, by the rounding of doubles, to 1e-4.
    assert premises["residual"].value <= 1e-2 * (np.ptp(y) or abs(y[0]))


@given(samples(max_n=12))
@settings(max_examples=50)
def test_exact_residual_of_the_stored_weights_is_within_the_rounding_bound(sample: Sample) -> None:
    X, y = sample
    net = interpolate(X, y)
    assert net.fit is not None
    moved = rounding(net.b, net.w, net.fit.t, net.fit.error, [slice(0, len(net.b))])[0]
    bound = Fraction(net.error.stored) + Fraction(moved)
    for z, target in zip(X, y, strict=True):
        t = sum(Fraction(float(a)) * Fraction(float(v)) for a, v in zip(net.a, z, strict=True))
        value = sum(
            Fraction(w) * max(t - Fraction(b), Fraction(0))
            for b, w in zip(net.b.tolist(), net.w.tolist(), strict=True)
        )
        assert abs(value - Fraction(float(target))) <= bound


@given(samples(max_n=20))
@settings(max_examples=50)
def test_projection_error_bounds_the_exact_error(sample: Sample) -> None:
    X, y = sample
    line = separating_direction(checked(X, y), seed=1)
    a, bound = line.a, Fraction(line.error)
    for z, ti in zip(X[line.rows], line.t, strict=True):
        exact = sum(Fraction(float(u)) * Fraction(float(v)) for u, v in zip(a, z, strict=True))
        assert abs(exact - Fraction(ti)) <= bound


@pytest.mark.parametrize("direction", ["integer", "widened"])
def test_integer_points_have_exact_projections_whatever_the_order_of_summation(
    direction: Any,
) -> None:
    X = np.random.default_rng(0).integers(0, 256, (500, 3072)).astype(np.uint8)
    line = separating_direction(checked(X, np.zeros(500)), direction)
    a = line.a
    assert line.error == 0 == projection_error(X, a, 255)
    assert (project(X, a) == project(X[:, ::-1], a[::-1].copy())).all()
    exact, exponent = exact_projections(X[:20].astype(float), a)
    integers = [sum(Fraction(u) * int(v) for u, v in zip(a, z, strict=True)) for z in X[:20]]
    assert project(X[:20], a).tolist() == integers
    assert [Fraction(int(m)) * Fraction(2) ** exponent for m in exact] == integers


def test_a_real_sized_sample_has_a_small_residual() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((3000, 20)), rng.integers(0, 10, 3000)
    net = interpolate(X, y)
    assert np.abs(net(X) - y).max() < 1e-5
    assert (np.rint(net(X)) == y).all()


@pytest.mark.parametrize("y", [[3.0], [0.0], [-1e300]])
def test_one_point(y: list[float]) -> None:
    net = interpolate([[2.0, -1.0]], y)
    assert net.n_weights == 4
    np.testing.assert_allclose(net([[2.0, -1.0]]), y)


@pytest.mark.parametrize("constant", [0.0, 5.0])
def test_constant_targets(constant: float) -> None:
    X = np.arange(10.0).reshape(-1, 1)
    net = interpolate(X, np.full(10, constant))
    np.testing.assert_allclose(net(X), constant, rtol=1e-14)


def test_one_coordinate_keeps_neighbouring_doubles_apart() -> None:
    x = np.array([1.0, np.nextafter(1.0, 2), np.nextafter(1.0, 0), 1e6, -1e6])
    net = interpolate(x[:, None], np.arange(5.0))
    assert project(x[:, None], net.a).tolist() == [v * net.a[0] for v in x]
    assert len(set(project(x[:, None], net.a).tolist())) == 5


def test_the_same_seed_gives_the_same_network_and_another_another() -> None:
    X = np.random.default_rng(3).standard_normal((50, 4))
    first, again, other = (interpolate(X, X[:, 0], seed=s) for s in (0, 0, 1))
    assert (first.a == again.a).all() and (first.w == again.w).all()
    assert (first.a != other.a).any()


def test_the_order_of_the_points_does_not_matter() -> None:
    rng = np.random.default_rng(5)
    X = rng.integers(0, 50, (40, 6))
    y = rng.standard_normal(40)
    order = rng.permutation(40)
    first, shuffled = interpolate(X, y), interpolate(X[order], y[order])
    assert (first.b == shuffled.b).all() and (first.w == shuffled.w).all()


@pytest.mark.parametrize(
    "broken",
    ["weight", "knot", "direction", "unit"],
)
def test_verify_notices_a_broken_network(broken: str) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((30, 3)), rng.standard_normal(30)
    net = interpolate(X, y)
    a, b, w = net.a.copy(), net.b.copy(), net.w.copy()
    if broken == "weight":
        w[4] += 1e-3
    elif broken == "knot":
        b[7] = b[8]
    elif broken == "direction":
        a[1] *= 1.01
    else:
        b, w = b[:-1], w[:-1]
    premises = verify(Network(a, b, w), X, y)
    assert not all(premise.holds for premise in premises.values())


def test_verify_notices_a_projection_that_hides_two_points() -> None:
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    net = Network(np.array([1.0, 0.0]), np.array([-1.0, 0.0, 0.0]), np.zeros(3))
    assert not verify(net, X, np.zeros(3))["distinct"].holds


def test_largest_reads_the_most_negative_integer() -> None:
    assert check_values(np.array([[-128, 3]], dtype=np.int8)) == 128


@given(samples(max_n=30), st.integers(2, 6), st.integers(1, 3))
def test_error_bounds_are_never_exceeded(sample: Sample, depth: int, outputs: int) -> None:
    X, y = sample
    y = y if outputs == 1 else y[:, None] * np.arange(1.0, outputs + 1)
    net = interpolate(X, y, depth=min(depth, len(X) + 1))
    error = net.error
    exact = exact_projections(X, net.a)
    stored, exponent = exact_error(dyadic(project(X, net.a)), net.b, net.w, y)
    largest = Fraction(int(np.abs(stored).max())) * Fraction(2) ** exponent
    slope = max(abs(Fraction(s)) for s in np.cumsum(net.w, axis=0).ravel().tolist())
    assert net.fit is not None
    assert largest <= Fraction(error.stored) + 3 * slope * Fraction(net.fit.error)
    for form, bound in ((net, error.literal), (net.compiled, error.compiled)):
        assert np.abs(form(X) - y).max() <= bound
        # Against the exact value of the stored network at the exact projections, too.
        off, e = exact_error(exact, net.b, net.w, form(X))
        assert Fraction(int(np.abs(off).max())) * Fraction(2) ** e <= Fraction(bound)


@given(samples(max_n=40))
def test_weights_are_exact_differences_of_slopes(sample: Sample) -> None:
    X, y = sample
    net = interpolate(X, y)
    assert net.fit is not None
    t, b = net.fit.t, net.b
    s = on_a_grid(slopes(t, b, net.fit.y), t, b, t[-1])
    exact = [Fraction(v) for v in s.tolist()]
    for j, w in enumerate(net.w.tolist()):
        # Exact unless the gap before the previous slope exceeds the rest of the range.
        if j == 0 or t[j - 1] - b[j - 1] <= t[-1] - t[j - 1]:
            assert Fraction(w) == exact[j] - (exact[j - 1] if j else 0)


@given(samples(max_n=40), st.integers(0, 2**32 - 1))
def test_the_compiled_form_is_the_same_function(sample: Sample, seed: int) -> None:
    X, y = sample
    net = interpolate(X, y)
    assert net.fit is not None
    t = net.fit.t
    rng = np.random.default_rng(seed)
    inside = t[0] + rng.random(50) * (t[-1] - t[0])
    queries = np.sort(np.concatenate((inside, net.b, t)))
    queries = queries[queries <= t[-1]]
    bound = sum(rounding(net.b, net.w, t, 0.0, [slice(0, len(net.b))]))
    piecewise = net.compiled.along(queries)
    assert np.abs(piecewise - relu_sum(queries, net.b, net.w)).max() <= bound
