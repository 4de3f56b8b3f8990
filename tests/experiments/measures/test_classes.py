"""VC bounds, Rademacher complexity and uniform stability against closed forms and simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.measures import rademacher, stability, vc


def test_the_bound_of_a_linear_classifier_exceeds_its_dimension() -> None:
    linear = vc.perceptron(64)
    assert 65 < vc.solved(linear) < vc.closed_form(linear)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=4), st.integers(1, 30))
def test_the_solved_bound_is_the_last_m_of_its_inequality_and_the_smaller_one(
    hidden: list[int], d: int
) -> None:
    network = vc.perceptron(d, *hidden)
    m, up_to = vc.solved(network), np.cumsum(network.parameters).tolist()

    def growth(m: int) -> float:
        return sum(
            1 + w * math.log2(2 * math.e * m * i * k / w)
            for i, (w, k) in enumerate(zip(up_to, network.units, strict=True), 1)
        )

    assert m <= growth(m) and m + 1 > growth(m + 1)
    assert up_to[-1] <= m <= vc.closed_form(network)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=3), st.integers(1, 30))
def test_a_wider_network_has_the_larger_bound(hidden: list[int], d: int) -> None:
    smaller = vc.solved(vc.perceptron(d, *hidden))
    for layer in range(len(hidden)):
        wider = [h + (i == layer) for i, h in enumerate(hidden)]
        assert vc.solved(vc.perceptron(d, *wider)) > smaller
    assert vc.shattered_by_the_construction(hidden[:1]) <= vc.solved(vc.perceptron(d, hidden[0]))


def test_from_where_on_the_bounds_say_something() -> None:
    for bound in (vc.agnostic, vc.realizable):
        n = vc.points_needed(bound, 305)
        assert bound(305, n) < 0.5 <= bound(305, n - 1)
        assert bound(305, 304) == math.inf
    assert vc.points_needed(vc.realizable, 305) < vc.points_needed(vc.agnostic, 305)


def test_the_closed_form_is_refused_for_more_than_one_output() -> None:
    with pytest.raises(ValueError, match="one output"):
        vc.closed_form(vc.classifier((3, 4), (2, 3)))
    with pytest.raises(ValueError, match="one number of each"):
        vc.Architecture((3, 4), (2,))


def test_two_classes_are_one_difference_and_more_classes_cost_more() -> None:
    two = vc.classifier((5 * 8, 9 * 2), (8, 2))
    assert two.units == (8, 1)
    assert vc.solved(vc.classifier((40, 90), (8, 10))) > vc.solved(two)


def test_two_constants_by_all_sign_vectors() -> None:
    for n in range(1, 11):
        signs = np.array(list(itertools.product((-1, 1), repeat=n)))
        assert rademacher.of_two_constants(n) == pytest.approx(np.abs(signs.mean(1)).mean())


def test_a_single_function_correlates_with_no_sign_in_the_mean() -> None:
    n = 8
    outputs = np.random.default_rng(0).standard_normal((n, 2))
    reached = [
        rademacher.correlation(outputs, np.array(signs))
        for signs in itertools.product((-1, 1), repeat=n)
    ]
    assert np.mean(reached) == pytest.approx(0, abs=1e-12)


def test_the_lower_limit_covers_the_complexity_of_two_constants() -> None:
    n, delta, D = 30, 0.1, 3
    true = rademacher.of_two_constants(n)
    failures = 0
    for seed in range(400):
        signs = rademacher.random_signs(n, D, seed)
        suprema = np.abs(signs.mean(1)).tolist()
        failures += rademacher.lower_limit(suprema, n, delta) > true
    assert failures <= delta * 400


def test_a_kernel_ball_is_below_its_closed_form_and_reached_by_a_function() -> None:
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((12, 3))
    K = Z @ Z.T + np.eye(12)
    signs = rademacher.random_signs(12, 50, 0)
    mean = rademacher.of_a_kernel_ball(K, 2.0, signs)
    assert mean <= 2.0 * math.sqrt(np.trace(K)) / 12 * 1.2
    # The supremum is attained at f = sum_i s_i k(x_i, .), scaled to the ball's radius.
    s = signs[0]
    values = 2.0 * K @ s / math.sqrt(s @ K @ s)
    single = rademacher.of_a_kernel_ball(K, 2.0, signs[:1])
    assert float(s @ values) / 12 == pytest.approx(single)


def test_signs_do_not_depend_on_how_many_follow() -> None:
    assert (rademacher.random_signs(9, 2, 1) == rademacher.random_signs(9, 5, 1)[:2]).all()
    assert set(np.unique(rademacher.random_signs(9, 5, 1))) == {-1, 1}


def test_no_correlation_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        rademacher.lower_limit([], 10)


def test_a_table_and_a_constant_have_the_known_stability() -> None:
    assert stability.from_random_labels(1.0, 10) == pytest.approx(0.9)
    assert stability.from_random_labels(0.1, 10) == pytest.approx(0.0)
    assert stability.from_interpolation(True) == 1.0


def test_the_distance_of_coupled_convex_runs_stays_below_the_bound() -> None:
    """Logistic regression on two samples that differ in one example, for every example."""
    rng = np.random.default_rng(0)
    n, d, rate, epochs = 20, 3, 0.5, 3
    X = rng.standard_normal((n, d))
    X /= np.linalg.norm(X, axis=1)[:, None]
    y = rng.choice([-1.0, 1.0], n)
    order = np.concatenate([rng.permutation(n) for _ in range(epochs)])

    def descend(X: np.ndarray, y: np.ndarray) -> np.ndarray:
        w = np.zeros(d)
        for i in order:
            w = w + rate * y[i] * X[i] / (1 + np.exp(y[i] * X[i] @ w))
        return w

    w = descend(X, y)
    bound = stability.convex_sgd_distance(1.0, [rate] * len(order), n)
    distances = []
    for i in range(n):
        X_i, y_i = X.copy(), y.copy()
        fresh = rng.standard_normal(d)
        X_i[i], y_i[i] = fresh / np.linalg.norm(fresh), -y[i]
        distances.append(float(np.linalg.norm(descend(X_i, y_i) - w)))
    # |w - w'| <= 2 G x rate at each visit of the example: epochs visits.
    assert 0 < max(distances) <= 2 * rate * epochs
    assert np.mean(distances) <= bound and descend(X, y).tolist() == w.tolist()


def test_the_nonconvex_bound_tends_to_the_number_of_epochs() -> None:
    assert stability.nonconvex_sgd(1.0, 1e6, 1e3, 50_000, 1000) == pytest.approx(50, rel=0.01)
