"""What tells models apart: two that compute different things never share a record."""

from __future__ import annotations

import copy
import functools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from scipy import sparse
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeRegressor
from torch import nn

from experiments.datasets import from_arrays
from experiments.randomization.estimator import estimator_name, new_estimator
from experiments.randomization.factory import load_factory, make_model
from experiments.randomization.identity import (
    BRIEF,
    estimator_hash,
    identity,
    model_hash,
    name_of,
    optimizer_hash,
)
from experiments.randomization.randomize import randomize
from experiments.training.recipe import Recipe


class Net(nn.Module):
    """Attributes that no module prints and no weight shows."""

    def __init__(self, activation: Any = torch.relu, **others: Any) -> None:
        super().__init__()
        self.first, self.last, self.activation = nn.Linear(4, 8), nn.Linear(8, 2), activation
        self.others, self.made = others, time.perf_counter_ns()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self.activation(self.first(x)))


class Settings:
    def __init__(self, scale: float) -> None:
        self.scale = scale


def scaled(factor: float) -> Callable[[Any], Any]:
    return lambda x: factor * x


def hashed(factory: Callable[[], nn.Module]) -> str:
    return model_hash(factory, make_model(factory, 0), make_model(factory, 0))


@pytest.mark.parametrize(
    "others",
    [
        [{"activation": torch.relu}, {"activation": torch.sin}],
        [{"activation": lambda x: x + 1}, {"activation": lambda x: x - 1}],
        [{"activation": scaled(1)}, {"activation": scaled(2)}],
        [{"activation": functools.partial(torch.clamp, min=k)} for k in (0, 1)],
        [{"scale": 1.0}, {"scale": 2.0}],
        [{"settings": Settings(1)}, {"settings": Settings(2)}],
        [{"mask": torch.arange(4000)}, {"mask": torch.arange(4000).flip(0)}],
        [{"mask": np.arange(4000) == k} for k in (7, 8)],
        [{"names": {"a", "b"}}, {"names": {"a", "c"}}],
        [{"layers": [nn.Linear(2, 3)]}, {"layers": [nn.Linear(2, 4)]}],
    ],
)
def test_attributes_tell_modules_apart(others: list[dict[str, Any]]) -> None:
    def made(given: dict[str, Any]) -> Callable[[], nn.Module]:
        return lambda: Net(**given)

    first, same, second = (hashed(made(given)) for given in (others[0], *others))
    assert first == same != second


def test_a_record_is_of_the_model_and_of_the_optimizer_that_were_given(tmp_path: Path) -> None:
    """As in a script that compares some of them in a loop."""
    x = np.random.default_rng(0).standard_normal((40, 4)).astype(np.float32)
    data = from_arrays("numbers", {"images": x, "labels": np.arange(40) % 2})
    recipe = Recipe(batch_size=16, epoch_limit=1)

    def norm(model: Callable[[], nn.Module], **options: Any) -> float:
        given = {"recipe": recipe, "levels": (), "seeds": 0, "records": tmp_path / "r", **options}
        return randomize(model, data, **given).records[0]["norm"]

    found = []
    for activation in (torch.relu, torch.sin):
        found.append(norm(lambda: Net(activation)))  # noqa: B023
    for rate in (0.1, 0.2):
        found.append(norm(Net, optimizer=lambda p: torch.optim.SGD(p, lr=rate)))  # noqa: B023
    assert len(set(found)) == 4


def test_rates_and_the_weights_that_they_are_for_tell_optimizers_apart() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))

    def of(optimizer: Callable[[list[Any]], torch.optim.Optimizer]) -> str:
        return optimizer_hash(optimizer, optimizer(list(model.parameters())), model)

    def sgd(k: int, rate: float = 0.1) -> Callable[[list[Any]], torch.optim.Optimizer]:
        return lambda p: torch.optim.SGD([p[k]], lr=rate)

    assert of(sgd(0)) == of(sgd(0))
    assert len({of(sgd(0)), of(sgd(2)), of(sgd(0, 0.2)), of(torch.optim.SGD)}) == 4


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (LogisticRegression(C=1), LogisticRegression(C=2)),
        *[
            tuple(make_pipeline(FunctionTransformer(f), LogisticRegression()) for f in pair)
            for pair in ((np.sin, np.cos), (scaled(1), scaled(2)), (lambda x: x, lambda x: -x))
        ],
        (LogisticRegression(class_weight={0: 1}), LogisticRegression(class_weight={0: 2})),
    ],
)
def test_parameters_tell_estimators_apart(first: Any, second: Any) -> None:
    a, same, b = (estimator_hash(new_estimator(m, 0), None) for m in (first, first, second))
    assert a == same != b


def frozen(shift: float) -> Any:
    points = np.random.default_rng(0).standard_normal((30, 3))
    points[:, 1] *= 1 + shift
    return make_pipeline(FrozenEstimator(PCA(1).fit(points)), LogisticRegression())


class Scale:
    def __init__(self, factor: float) -> None:
        self.factor = factor

    def apply(self, x: Any) -> Any:
        return self.factor * x


def tree(depth: int) -> Any:
    x = np.arange(12.0)[:, None]
    return FrozenEstimator(DecisionTreeRegressor(random_state=0).fit(x, (x[:, 0] > depth) * 1.0))


@pytest.mark.parametrize(
    "made",
    [
        frozen,
        tree,
        lambda k: make_pipeline(FunctionTransformer(Scale(k).apply), LogisticRegression()),
    ],
)
def test_what_a_fit_has_left_and_what_a_method_is_of_tell_estimators_apart(made: Any) -> None:
    first, same, other = (estimator_hash(clone(made(k)), None) for k in (1, 1, 5))
    assert first == same != other


def with_scale(scale: float, freeze: bool = False) -> Callable[[], nn.Module]:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(4, 2)
            self.layer.bias.requires_grad_(not freeze)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.layer(scale * x)

    return lambda: Scaled()


class Masked(nn.Module):
    def __init__(self, mask: torch.Tensor, adjacency: Any = None) -> None:
        super().__init__()
        self.layer, self.adjacency = nn.Linear(4, 2), adjacency
        self.register_buffer("mask", mask, persistent=False)
        self.register_buffer("sparse", torch.eye(3).to_sparse())


def test_what_a_model_computes_with_tells_it_from_another() -> None:
    for first, same, *others in (
        (with_scale(1), with_scale(1), with_scale(2), with_scale(1, freeze=True)),
        [functools.partial(Masked, torch.full((4,), float(k))) for k in (0, 0, 1)],
        [
            functools.partial(Masked, torch.ones(4), sparse.csr_array(np.eye(3) * k))
            for k in (2, 2, 3)
        ],
        [
            functools.partial(Masked, torch.ones(4), pd.DataFrame({"a": [k] * 99}))
            for k in (0, 0, 1)
        ],
        [functools.partial(Masked, torch.ones(4), Named(frozenset({k}))) for k in ("a", "a", "b")],
    ):
        assert hashed(first) == hashed(same)
        assert len({hashed(each) for each in (first, *others)}) == 1 + len(others)


def test_frames_classes_and_modules_have_an_identity() -> None:
    assert identity(pd.DataFrame) != identity(pd.Series)
    for kind in (pd.DataFrame, pl.DataFrame):
        first, same, other = (kind({"a": range(k, k + 200)}) for k in (0, 0, 1))
        assert identity(first) == identity(same) != identity(other)
    layers = [nn.Linear(2, 2) for _ in range(2)]
    assert identity(layers[0]) == identity(copy.deepcopy(layers[0])) != identity(layers[1])
    objects = [np.array([k] * 2000, dtype=object) for k in (0, 0, 1)]
    assert identity(objects[0]) == identity(objects[1]) != identity(objects[2])


@dataclass
class Named:
    names: frozenset[str]


def test_the_order_of_a_set_that_python_draws_does_not_count() -> None:
    code = (
        "from dataclasses import dataclass\n"
        "from experiments.randomization.identity import identity\n"
        "@dataclass\nclass Named:\n    names: object\n"
        "print(identity(Named(frozenset(map(str, range(9))))))"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()},
        ).stdout
        for seed in "12"
    }
    assert len(seen) == 1


def of_one_file(texts: Iterable[str], name: str, tmp_path: Path, monkeypatch: Any) -> list[str]:
    """Return the hash of a model of what a file defines, as it is with one text after another."""
    monkeypatch.syspath_prepend(tmp_path)
    found = []
    for number, text in enumerate(texts):
        (tmp_path / f"{name}{number}.py").write_text(text)
        made = load_factory(f"{name}{number}:{name}")
        made.__module__ = "text"  # as if the one file had been changed
        monkeypatch.setitem(sys.modules, "text", sys.modules[f"{name}{number}"])
        # A class is a part of the model, a function is what makes it.
        factory = (lambda: nn.Sequential(made(2, 2))) if isinstance(made, type) else made  # noqa: B023
        found.append(hashed(factory))
    return found


def test_a_block_in_another_file_tells_models_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = "from torch import nn\nclass Block(nn.Linear):\n  def forward(self, x): return {}\n"
    texts = (block.format(forward) for forward in ("x", "x", "-x"))
    first, same, other = of_one_file(texts, "Block", tmp_path, monkeypatch)
    assert first == same != other


def test_comments_and_line_breaks_do_not_change_the_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "from torch import nn\ndef made(): return nn.Linear(4, 3)\n"
    texts = (source, f"# why\n{source}", source.replace("3", "5 - 2"))
    first, same, other = of_one_file(texts, "made", tmp_path, monkeypatch)
    assert first == same != other


def test_another_process_gives_the_same_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the addresses of functions and the order of sets there."""
    (tmp_path / "own.py").write_text(
        "import torch\nfrom torch import nn\nfrom functools import partial\n"
        "from experiments.randomization.factory import make_model\n"
        "from experiments.randomization.identity import model_hash, name_of\n"
        "class Net(nn.Linear):\n"
        "  def __init__(self, f):\n"
        "    super().__init__(4, 2)\n"
        "    self.f, self.names, self.lock = f, {'a', 'b', 'c'}, object()\n"
        "made = partial(Net, torch.relu)\n"
        "print(model_hash(made, make_model(made, 0), make_model(made, 0)), name_of(made))\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    made = load_factory("own:made")
    command = [sys.executable, "-c", "import own"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert found.stdout.split() == [hashed(made), "own:Net(relu)"]


def test_objects_that_all_know_each_other_are_looked_at_once() -> None:
    def nodes(last: float) -> Settings:
        made = [Settings(scale) for scale in (*range(19), last)]
        for node in made:
            vars(node)["others"] = made
        return made[0]

    assert identity(nodes(19)) == identity(nodes(19)) != identity(nodes(20))


def test_a_function_may_close_over_what_is_not_yet_there() -> None:
    def activation(x: Any) -> Any:
        return later(x)

    before = identity(activation)
    later = torch.relu
    assert before != identity(activation)


def test_what_holds_itself_has_an_identity() -> None:
    def again() -> Any:
        return again

    loop: list[Any] = [again]
    loop.append(loop)
    assert identity(loop) == identity(loop)


def test_names_are_brief_and_have_no_addresses() -> None:
    assert name_of(functools.partial(Net, torch.relu, scale=2)).endswith(":Net(relu, scale=2)")
    long = name_of(functools.partial(Net, np.arange(900)))
    assert len(long) < BRIEF + len(name_of(Net)) + 3
    named = estimator_name(make_pipeline(FunctionTransformer(scaled(1)), LogisticRegression()))
    assert "scaled" in named and "0x" not in named
