"""Sharpness, Fisher-Rao and the certificate: closed forms, and the errors of public code."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from scipy.stats import norm
from torch import nn

from experiments.measures import pac_bayes, parameters
from experiments.measures.panel import OF_LAYERS, panel_of_module
from experiments.measures.sharpness import largest_noise, noise

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 4))


def test_the_sigma_of_a_linear_classifier_solves_its_equation() -> None:
    """Noise moves a margin by N(0, sigma^2 |x|^2): the error is the mean of Phi(-m / sigma |x|)."""
    w = RNG.standard_normal(4)
    signs, sizes = np.sign(X @ w), np.linalg.norm(X, axis=1)
    margins = signs * (X @ w)

    def error(weights: np.ndarray) -> float:
        return float((signs * (X @ weights) <= 0).mean())

    def excess(sigma: float) -> float:
        return float(norm.cdf(-margins / (sigma * sizes)).mean()) - 0.1

    expected = brentq(excess, 1e-3, 1e3)
    assert largest_noise(error, w, seed=0, draws=2000) == pytest.approx(expected, rel=0.03)


def test_the_noise_has_the_standard_deviation_that_is_reported() -> None:
    """Public code handed sigma^2 to what wants sigma: 0.09 where 0.3 is said."""
    w = np.full(20_000, 2.0)
    seen: list[np.ndarray] = []

    def error(weights: np.ndarray) -> float:
        seen.append(weights - w)
        return float(np.abs(weights - w).mean() > 0.3 * math.sqrt(2 / math.pi))

    sigma = largest_noise(error, w, seed=1)
    assert sigma == pytest.approx(0.3, rel=0.03)
    drawn = noise(w, 0.3) * np.random.default_rng(0).standard_normal(len(w))
    assert drawn.std() == pytest.approx(0.3, rel=0.03)
    assert any(step.std() == pytest.approx(sigma, rel=0.02) for step in seen)
    # The same draws at every sigma: fresh ones would make the search one for the luckiest.
    moved = [step / step.std() for step in seen if step.any()]
    assert len({step[:3].round(6).tobytes() for step in moved}) == 8
    assert noise(w, 0.3, magnitude_aware=True, least=0.0) == pytest.approx(np.full(len(w), 0.6))


def test_magnitude_aware_noise_is_blind_to_rescaling_and_plain_noise_is_not() -> None:
    a, b = RNG.standard_normal(8), RNG.standard_normal(8)
    labels = np.maximum(X[:, :1] * a, 0) @ b > 0.2

    def error(weights: np.ndarray) -> float:
        return float(((np.maximum(X[:, :1] * weights[:8], 0) @ weights[8:] > 0.2) != labels).mean())

    w, scaled = np.concatenate((a, b)), np.concatenate((4 * a, b / 4))
    aware = [largest_noise(error, v, 0, magnitude_aware=True, least=0.0) for v in (w, scaled)]
    assert aware[0] == aware[1]
    plain = [largest_noise(error, v, 0) for v in (w, scaled)]
    assert plain[0] != pytest.approx(plain[1], rel=0.1)


def test_noise_that_changes_nothing_or_everything_is_said_not_clipped() -> None:
    """Public code searched in [0, 2] and took the end for the answer."""
    w = np.ones(3)
    with pytest.raises(ValueError, match="does not raise"):
        largest_noise(lambda weights: 0.0, w, 0)
    with pytest.raises(ValueError, match="by more than"):
        largest_noise(lambda weights: float((weights != w).any()), w, 0)
    # A sigma of 1,000 is found, not cut off.
    found = largest_noise(lambda weights: float(np.abs(weights - w).max() > 1000), w, 0)
    assert 100 < found < 10_000


def test_fisher_rao_of_a_network_without_biases_is_the_closed_form() -> None:
    torch.manual_seed(0)
    layers = [nn.Linear(4, 7, bias=False), nn.ReLU(), nn.Linear(7, 5, bias=False), nn.ReLU()]
    module = nn.Sequential(*layers, nn.Linear(5, 3, bias=False)).double()
    x, labels = torch.from_numpy(X), RNG.integers(0, 3, 60)
    f = parameters.outputs(module, x)
    p = np.exp(f) / np.exp(f).sum(1, keepdims=True)
    inner = ((p - np.eye(3)[labels]) * f).sum(1)
    expected = 3 * math.sqrt((inner**2).mean())
    assert parameters.fisher_rao(module, x, labels) == pytest.approx(expected, rel=1e-10)


def test_parameters_at_a_vector_are_those_of_the_module_which_stays_as_it_is() -> None:
    torch.manual_seed(1)
    module = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3))
    x = torch.from_numpy(X).float()
    labels = parameters.outputs(module, x).argmax(1)
    error, weights = parameters.error_at(module, x, labels), parameters.flat(module)
    assert error(weights) == 0 < error(-weights)
    assert np.array_equal(parameters.flat(module), weights) and error(weights) == 0


def test_the_certificate_of_weights_that_did_not_move_is_that_of_no_divergence() -> None:
    """The divergence is of the means: perturbed weights in their place would never give 0."""
    w = RNG.standard_normal(5)
    found = pac_bayes.certificate(lambda weights: 0.25, w, w, n=1000, seed=0)
    share = 0.05 / len(pac_bayes.GRID)
    assert found == pac_bayes.bound_by_draws(0.25, 100, 0.0, 1000, share)
    moved = pac_bayes.certificate(lambda weights: 0.25, w + 1, w, n=1000, seed=0)
    assert found < moved


@pytest.mark.parametrize("apart", [0.0, 2.0])
def test_the_union_over_the_noise_is_paid_once_and_the_draws_once(apart: float) -> None:
    """Public code paid a term of the union twice: each equation is solved here by itself."""
    w, n, draws, wrong = np.zeros(8), 2000, 100, 0.1
    start = np.full(8, apart / math.sqrt(8))
    found = pac_bayes.certificate(lambda weights: wrong, w, start, n, seed=0)

    def kl(q: float, p: float) -> float:
        return q * math.log(q / p) + (1 - q) * math.log((1 - q) / (1 - p))

    def above(q: float, allowance: float) -> float:
        return float(brentq(lambda p: kl(q, p) - allowance, q + 1e-12, 1 - 1e-12))  # pyright: ignore

    delta = 0.05 / len(pac_bayes.GRID)  # the union
    sample_error = above(wrong, math.log(1 / (delta / 2)) / draws)  # half of it for the draws
    divergence = apart**2 / (2 * max(pac_bayes.GRID) ** 2)  # all noise errs alike: the most is best
    allowance = (divergence + math.log(2 * math.sqrt(n) / (delta / 2))) / n
    assert found == pytest.approx(above(sample_error, allowance), abs=1e-7)


@pytest.mark.parametrize("size", [1e3, 1e30])
def test_a_network_that_is_sure_and_wrong_has_a_finite_loss(size: float) -> None:
    """Public code took log(1 + exp(.)) and logs of a softmax that is 0, which overflow."""
    module = nn.Linear(2, 2, bias=False).double()
    nn.init.eye_(module.weight)
    x = size * torch.eye(2).double().repeat(5, 1)
    right = np.array([0, 1] * 5)
    labels = np.where(np.arange(10) == 0, 1, right)
    found = panel_of_module(module, module, x, labels)
    assert found["cross-entropy"].value == pytest.approx(size / 10)
    # One example of ten has the gradient (1, -1) and outputs (size, 0), the others none.
    assert found["Fisher-Rao norm"].value == pytest.approx(size / math.sqrt(10))
    assert panel_of_module(module, module, x, right)["cross-entropy"].value == 0


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_network_that_diverged_has_no_measure_at_all(value: float) -> None:
    module, initial = nn.Linear(2, 2), nn.Linear(2, 2)
    nn.init.constant_(module.bias, value)
    found = panel_of_module(module, initial, torch.eye(2), np.array([0, 1]))
    assert {"PAC-Bayes bound", "sharpness", *OF_LAYERS} <= set(found)
    assert all(m.value is None and "diverged" in m.why for m in found.values())
    with pytest.raises(ValueError, match="kl is nan: give a finite number"):
        pac_bayes.bound(0.1, math.nan, 100)


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(4, 4), nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(x + self.first(x).relu())


def test_any_module_gets_what_needs_outputs_and_weights_and_a_reason_for_the_rest() -> None:
    torch.manual_seed(2)
    module, initial = Residual(), Residual()
    x = torch.from_numpy(X).float()
    labels = parameters.outputs(module, x).argmax(1)
    found = panel_of_module(module, initial, x, labels)
    for name, measure in found.items():
        assert (measure.value is None) == (name in OF_LAYERS) == bool(measure.why), name
        assert name not in OF_LAYERS or "Residual" in measure.why
    step = parameters.flat(module) - parameters.flat(initial)
    assert found["distance from initialization"].value == pytest.approx(np.linalg.norm(step))
    assert found == panel_of_module(module, initial, x, labels)


def test_a_module_that_answers_with_several_things_is_refused() -> None:
    class Two(nn.Linear):
        def forward(self, input: Any) -> Any:
            return super().forward(input), input

    with pytest.raises(TypeError, match="module answers with a tuple: give one that returns its"):
        panel_of_module(Two(2, 2), Two(2, 2), torch.eye(2), np.array([0, 1]))
