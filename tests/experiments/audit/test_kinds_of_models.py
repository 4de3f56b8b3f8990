"""Models that are no plain stack of layers: what needs outputs and weights, and a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from torch import Tensor, nn

from experiments.audit import audit, panel, suspects
from experiments.measures.parameters import fisher_rao
from experiments.training.recipe import Recipe

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 5, 4)).astype(np.float32)
Y = np.where(X[:, 0, 0] > 0, "up", "down")
QUICK = Recipe(0.05, decay=1.0, batch_size=16, epoch_limit=2)
DEFINED = {
    *("parameter norm", "distance from initialization", "cross-entropy", "Fisher-Rao norm"),
    *("PAC-Bayes bound", "margin of probabilities, median", "epochs"),
}
OF_STACKS = {"path norm, l1", "spectral bound", "product of Frobenius norms / margin"}


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.1, batch_first=True)
        self.into, self.out = nn.Linear(4, 8), nn.Linear(8, 2)
        self.body = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.body(self.into(x)).mean(1))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body, self.out = nn.LSTM(4, 8, batch_first=True), nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.body(x)[0][:, -1])


class Branched(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.left, self.out = nn.Linear(20, 8), nn.Linear(16, 2)
        self.right = nn.Sequential(nn.Linear(20, 8), nn.BatchNorm1d(8), nn.Tanh())

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1)
        return self.out(torch.cat((self.left(x).relu(), self.right(x)), 1))


def stack() -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(20, 8), nn.ReLU(), nn.Linear(8, 2))


@pytest.fixture(autouse=True)
def _one_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suspects, "ROUNDS", 1)
    monkeypatch.setattr(panel, "SHARE", 1)


@pytest.mark.parametrize(
    "make",
    [pytest.param(m, marks=pytest.mark.slow) for m in (Attention, Branched, Recurrent, stack)],
)
def test_networks(make: Callable[[], nn.Module], tmp_path: Path) -> None:
    found = audit(make, X, Y, "10m", tmp_path, recipe=QUICK)
    measured = found.numbers["panel"]
    for level in ("true labels", "random labels"):
        values = {name for name, one in measured[level].items() if one["value"] is not None}
        # Statistics of the sample leave no prior that was fixed before it.
        assert values >= DEFINED - ({"PAC-Bayes bound"} if make is Branched else set())
    said = " ".join(measured["not_defined"])
    if make is stack:
        assert measured["true labels"]["path norm, l1"]["value"] > 0
    else:
        assert all(name in said for name in OF_STACKS) and make.__name__ in said
        assert "Not defined" in str(found)
    assert found.numbers["suspects"]["models"] == 5 and found.numbers["left_out"] == []


def test_without_time_for_noise_the_other_measures_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel, "SHARE", 0)
    found = audit(Recurrent, X, Y, "10m", tmp_path, recipe=QUICK)
    values = {n for n, one in found.numbers["panel"]["true labels"].items() if one["value"]}
    assert values >= DEFINED - {"PAC-Bayes bound"} and "sharpness" not in values
    assert any("sharpness and the PAC-Bayes bound, " in x for x in found.numbers["left_out"])
    # Where not one round of memorization fits, nobody else wants the time.
    monkeypatch.setattr(suspects, "a_round", lambda case, findings: 1e9)
    again = audit(Recurrent, X, Y, "10m", tmp_path, recipe=QUICK)
    assert again.numbers["panel"]["true labels"]["PAC-Bayes bound"]["value"] > 0
    assert again.numbers["left_out"] == []


@pytest.mark.parametrize("model", [RandomForestClassifier(5), GradientBoostingClassifier()])
def test_estimators(model: Any, tmp_path: Path) -> None:
    found = audit(model, X, Y, "10m", tmp_path)
    assert set(found.numbers["panel"]["true labels"]) == {
        *("seconds", "margin of probabilities, median"),
        "margin of probabilities, 10th percentile",
    }
    assert "has no weights that these are defined for" in str(found)


def test_a_training_that_diverges_leaves_a_page_that_says_so(tmp_path: Path) -> None:
    recipe = Recipe(1e30, decay=1.0, batch_size=16, epoch_limit=3)
    found = audit(Branched, X, Y, "10m", tmp_path, recipe=recipe)
    assert "diverged" in str(found) and found.page.exists()
    assert any("diverged: lower the rate" in line for line in found.numbers["left_out"])
    measured = found.numbers["panel"]["true labels"]
    assert all(one["value"] is None for one in measured.values() if one["kind"] != "control")
    assert all("diverged" in one["why"] for one in measured.values() if one["kind"] != "control")


@pytest.mark.parametrize("make", [Attention, Recurrent])
def test_fisher_rao_is_the_derivative_along_the_weights(make: Callable[[], nn.Module]) -> None:
    torch.manual_seed(0)
    module, x = make().double().eval(), torch.from_numpy(X).double()
    labels, h = np.arange(60) % 2, 1e-5

    def losses(scale: float) -> Tensor:
        weights = {name: scale * w.detach() for name, w in module.named_parameters()}
        outputs = torch.func.functional_call(module, weights, (x,))
        return nn.functional.cross_entropy(outputs, torch.from_numpy(labels), reduction="none")

    with torch.no_grad():
        slope = (losses(1 + h) - losses(1 - h)) / (2 * h)
    assert fisher_rao(module, x, labels) == pytest.approx(float(slope.square().mean().sqrt()), 1e-6)


class Told(nn.Module):
    """Its state holds more than tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.seen = nn.Linear(20, 2), {"batches": 0}

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x.flatten(1))

    def get_extra_state(self) -> dict[str, int]:
        return self.seen

    def set_extra_state(self, state: dict[str, int]) -> None:
        self.seen = state


def test_a_module_whose_state_holds_more_than_tensors_is_trained(tmp_path: Path) -> None:
    found = audit(Told, X, Y, "10m", tmp_path, recipe=QUICK)
    assert found.numbers["randomization"]["true labels"]["epochs"] == 2
    assert found.numbers["panel"]["true labels"]["parameter norm"]["value"] > 0
    assert found.numbers["left_out"] == []
