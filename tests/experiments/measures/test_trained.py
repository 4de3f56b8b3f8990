"""The measures of a trained network: invariances, closed forms, and the errors of public code."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from experiments.measures import memorization, norms, pac_bayes, path, spectral
from experiments.measures.layers import Layer, evaluate, with_biases_as_weights
from experiments.measures.margins import margin_at, margins
from experiments.measures.panel import OF_LAYERS, panel
from experiments.measures.stack import from_torch

INVARIANT = {
    "path norm, l1",
    "path norm, l2 / margin",
    "product of spectral norms / margin",
    "product of Frobenius norms / margin",
    "inverse squared margin",
    "VC bound",
}


def network(seed: int, d: int = 4, h: int = 6, K: int = 3) -> list[Layer]:
    rng = np.random.default_rng(seed)
    return [
        Layer(rng.standard_normal((h, d)), rng.standard_normal(h)),
        Layer(rng.standard_normal((K, h)), rng.standard_normal(K)),
    ]


def sample(net: list[Layer], n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Return points and the labels that the network gives them: all margins are positive."""
    X = np.random.default_rng(9).standard_normal((n, net[0].M.shape[1]))
    return X, evaluate(net, X).argmax(1)


def matrices(net: list[Layer]) -> list[np.ndarray]:
    return [np.asarray(layer.M) for layer in net]


def rescaled(net: list[Layer], c: float) -> list[Layer]:
    first, last = matrices(net)
    return [Layer(first * c, net[0].c * c), Layer(last / c, net[1].c)]


def same(a: float | None, b: float | None, precision: float) -> bool:
    return a is b if None in (a, b) else a == pytest.approx(b, rel=precision)


def test_rescaling_by_a_power_of_two_changes_what_it_should_and_nothing_else() -> None:
    net, initial = network(0), network(1)
    X, y = sample(net)
    before = panel(net, initial, X, y)
    after = panel(rescaled(net, 4.0), initial, X, y)
    assert (evaluate(net, X) == evaluate(rescaled(net, 4.0), X)).all()
    for name, measure in before.items():
        if name in INVARIANT:
            assert same(after[name].value, measure.value, 1e-14), name
        else:
            assert not same(after[name].value, measure.value, 1e-3), name


@given(st.permutations(range(6)))
def test_the_order_of_hidden_units_does_not_matter(order: list[int]) -> None:
    def turned(net: list[Layer]) -> list[Layer]:
        first, last = matrices(net)
        return [Layer(first[order], net[0].c[order]), Layer(last[:, order], net[1].c)]

    net, initial = network(0), network(1)
    X, y = sample(net)
    before, after = panel(net, initial, X, y), panel(turned(net), turned(initial), X, y)
    for name, measure in before.items():
        assert same(after[name].value, measure.value, 1e-9), name


def test_a_unit_split_into_two_halves_keeps_function_and_l1_path_norm() -> None:
    net = network(2)
    first, last = matrices(net)
    halved = np.column_stack((last, last[:, 0] / 2))
    halved[:, 0] /= 2
    split = [
        Layer(np.vstack((first, first[:1])), np.append(net[0].c, net[0].c[0])),
        Layer(halved, net[1].c),
    ]
    X, _ = sample(net)
    assert np.allclose(evaluate(split, X), evaluate(net, X))
    assert path.l1(split) == pytest.approx(path.l1(net))
    assert path.l2(split) < path.l2(net)


def test_path_norms_are_sums_over_paths() -> None:
    net = [Layer(np.array([[1.0, -2.0]]), np.array([0.5])), Layer(np.array([[3.0]]), np.zeros(1))]
    assert path.l1(net) == 3 * (1 + 2 + 0.5)
    assert path.l2(net) == pytest.approx(math.sqrt(9 * (1 + 4 + 0.25)))


def test_the_21_norm_sums_over_outputs() -> None:
    A = np.zeros((3, 4))
    A[1] = [1, 2, 2, 0]
    assert spectral.norm_21(A) == 3 and spectral.norm_21(A.T) == 5


def test_spectral_complexity_of_a_linear_map_and_of_no_change() -> None:
    W = np.random.default_rng(0).standard_normal((3, 5))
    assert spectral.complexity([W], [np.zeros_like(W)]) == pytest.approx(spectral.norm_21(W))
    assert spectral.complexity([W, W.T], [W, W.T]) == 0
    c = 8.0
    whole = spectral.complexity([W, W.T], [0 * W, 0 * W.T])
    assert spectral.complexity([W * c, W.T / c], [0 * W, 0 * W.T]) == pytest.approx(whole)


def test_the_spectral_bound_is_the_sum_of_its_parts_and_falls_with_the_margin() -> None:
    net = network(0)
    X, y = sample(net)
    m = margins(evaluate(net, X), y)
    weights = with_biases_as_weights(net)
    points = np.column_stack((X, np.ones(len(X))))
    found = spectral.bound(weights, None, points, m, 0.5)
    assert found.value == found.below + found.capacity + found.chance
    assert spectral.bound(weights, None, points, m, 1.0).capacity < found.capacity
    assert found == spectral.bound(weights, [np.zeros(W.shape) for W in weights], points, m, 0.5)
    with pytest.raises(ValueError, match=r"gamma is 0\.0: give a finite number above 0"):
        spectral.bound(weights, None, points, m, 0.0)


def test_larger_data_undo_smaller_weights_in_what_is_compared_over_data_sets() -> None:
    """Public code dropped the norm of the data: its bounds were 8 times smaller for 8 times X."""
    first, last = matrices(network(5))
    X = np.random.default_rng(6).standard_normal((50, 4))
    m, c = np.ones(50), 8.0
    for value in (
        lambda W, X: spectral.bound(W, None, X, m, 0.5).value,
        lambda W, X: norms.golowich_bound(W, X, 0.5),
    ):
        assert value([first / c, last], c * X) == pytest.approx(value([first, last], X))
        assert value([first, last], c * X) > 2 * value([first, last], X)


def test_the_panel_has_the_norm_of_the_data_in_its_spectral_complexity() -> None:
    net = network(0)
    X, y = sample(net)
    gamma = margin_at(evaluate(net, X), y)
    size = math.sqrt(float((X**2).sum()) + len(X))  # biases multiply a 1 beside each point
    whole = spectral.complexity(with_biases_as_weights(net), None)
    found = panel(net, network(1), X, y)["spectral complexity, from zero"].value
    assert found == pytest.approx(size * whole / (gamma * len(X)))


def test_only_what_has_all_its_constants_is_called_a_bound() -> None:
    found = {name for name, kind in OF_LAYERS.items() if kind == "bound"}
    assert found == {"spectral bound", "VC bound"}
    net = network(0)
    X, y = sample(net)
    called = {n for n, measure in panel(net, network(1), X, y).items() if measure.kind == "bound"}
    assert called == found


def test_biases_as_weights_are_the_same_network() -> None:
    net = network(3)
    X, _ = sample(net)
    h = np.column_stack((X, np.ones(len(X))))
    first, last = map(np.asarray, with_biases_as_weights(net))
    assert np.allclose(np.maximum(h @ first.T, 0) @ last.T, evaluate(net, X))


@given(st.floats(-100, 100))
def test_a_margin_does_not_change_with_all_scores(shift: float) -> None:
    outputs = np.array([[1.0, 2.0, 0.0], [5.0, 5.0, 1.0]])
    assert margins(outputs + shift, np.array([1, 0])) == pytest.approx([1.0, 0.0])


def test_a_wrong_network_has_a_negative_margin_and_no_value_is_made_up() -> None:
    net = network(0)
    X, y = sample(net)
    wrong = (y + 1) % 3
    assert np.quantile(margins(evaluate(net, X), wrong), 0.1) < 0
    with pytest.raises(ValueError, match=r"100\.0 % of the sample are wrong"):
        margin_at(evaluate(net, X), wrong)
    measured = panel(net, network(1), X, wrong)
    assert measured["inverse squared margin"].value is None
    assert "train until they are fitted" in measured["inverse squared margin"].why
    assert measured["path norm, l1"].value is not None


def test_the_product_of_spectral_norms_bounds_the_change_of_the_outputs() -> None:
    net = network(4)
    X, _ = sample(net)
    step = 1e-3 * np.random.default_rng(1).standard_normal(X.shape)
    change = np.linalg.norm(evaluate(net, X + step) - evaluate(net, X), axis=1)
    assert (
        change <= norms.product_of_spectral([p.M for p in net]) * np.linalg.norm(step, axis=1)
    ).all()


def test_a_torch_stack_is_read_and_anything_else_is_refused_by_name() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3)).double()
    X = torch.randn(5, 4, dtype=torch.float64)
    assert np.allclose(evaluate(from_torch(model), X.numpy()), model(X).detach().numpy())
    with pytest.raises(TypeError, match="without a ReLU"):
        from_torch(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)))
    with pytest.raises(TypeError, match="must end in a Linear"):
        from_torch(nn.Sequential(nn.Linear(2, 2), nn.ReLU()))


def test_kl_of_equal_gaussians_is_zero_and_grows_with_the_distance() -> None:
    w = np.random.default_rng(0).standard_normal(50)
    assert pac_bayes.kl_of_gaussians(w, w, 0.3, 0.3) == 0
    shifted = pac_bayes.kl_of_gaussians(w + 1, w, 0.3, 0.3)
    assert shifted == pytest.approx(50 / (2 * 0.3**2))
    assert pac_bayes.kl_of_gaussians(w, w, 0.1, 0.3) > 0
    z = np.zeros(5)
    log_ratio = -2 * 163 * math.log(10)
    tiny = pac_bayes.kl_of_gaussians(z, z, 1e-163, 1.0)
    assert tiny == pytest.approx(0.5 * 5 * (-1 - log_ratio))
    assert pac_bayes.kl_of_gaussians(z + 1e-171, z, 1e-170, 1e-170) == pytest.approx(0.025)
    assert pac_bayes.kl_of_gaussians(z, z, 1e200, 1.0) == math.inf


@given(st.floats(0, 1), st.floats(0, 5))
def test_the_largest_error_inverts_kl(q: float, allowance: float) -> None:
    p = pac_bayes.largest_error(q, allowance)
    assert q <= p <= 1
    if p < 1:
        assert pac_bayes.kl_of_bernoullis(q, p) >= allowance - 1e-12
    if p - 1e-8 > q:
        assert pac_bayes.kl_of_bernoullis(q, p - 1e-8) <= allowance + 1e-12
    # Pinsker: never above McAllester's form.
    assert p <= q + math.sqrt(allowance / 2) + 1e-8


def test_the_bound_by_draws_is_above_the_bound_by_the_exact_error() -> None:
    exact = pac_bayes.bound(0.05, 20.0, 1000)
    assert 0.05 < exact < pac_bayes.bound_by_draws(0.05, 100, 20.0, 1000) < 1


def test_a_table_memorizes_everything_and_a_constant_nothing() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 400)
    seen = memorization.subsets(400, 60, seed=1)
    table = seen | (labels == 0)  # what it has not seen it calls 0
    found = memorization.scores(seen, table)
    assert np.nanmean(found.value) == pytest.approx(1 - (labels == 0).mean())
    constant = np.broadcast_to(labels == 3, seen.shape)
    assert (memorization.scores(seen, constant).value == 0).all()
    assert (seen.sum(axis=1) == 280).all()


def test_an_example_that_every_model_saw_has_no_score() -> None:
    seen = np.array([[True, True], [True, False]])
    found = memorization.scores(seen, np.ones((2, 2), dtype=bool)).value
    assert np.isnan(found[0]) and found[1] == 0
    with pytest.raises(ValueError, match="share"):
        memorization.subsets(3, 2, share=0.01)
