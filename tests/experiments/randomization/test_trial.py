"""Models of every kind that users bring: taken, or refused in one line before any training."""

from __future__ import annotations

import functools
import os
import random
import sys
import threading
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.tree import DecisionTreeClassifier
from torch import nn

from experiments.datasets import Dataset, from_arrays
from experiments.randomization.factory import load_factory, make_model
from experiments.randomization.identity import model_hash, name_of
from experiments.randomization.inputs import as_rows, as_tensor, digests_as_seen
from experiments.randomization.randomize import notes, randomize, read_data
from experiments.randomization.trial import try_model
from experiments.training.recipe import Recipe

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 4)).astype(np.float32)
Y = np.arange(60) % 3
NUMBERS = from_arrays("numbers", {"images": X, "labels": Y})
PICTURES = from_arrays(
    "pictures", {"images": RNG.integers(0, 256, (60, 8, 8, 3), np.uint8), "labels": Y}
)
TOKENS = from_arrays("tokens", {"images": RNG.integers(0, 50, (60, 7)), "labels": Y})


def net(classes: int = 3, d: int = 4) -> nn.Module:
    return nn.Sequential(nn.Linear(d, 8), nn.ReLU(), nn.Linear(8, classes))


class Within(nn.Module):
    """A module whose inputs or outputs someone has done something to."""

    def __init__(self, before: Callable[..., Any] = id, after: Callable[..., Any] = id) -> None:
        super().__init__()
        self.net, self.before, self.after = net(), before, after

    def forward(self, x: torch.Tensor) -> Any:
        x = x if self.before is id else self.before(x)
        outputs = self.net(x)
        return outputs if self.after is id else self.after(outputs)


class ViewAfterConvolution(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.linear = nn.Conv2d(3, 4, 3), nn.Linear(144, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(self.convolution(x).view(-1, 144))


class Tokens(nn.Module):
    def __init__(self, known: int = 50) -> None:
        super().__init__()
        self.embedding, self.linear = nn.Embedding(known, 8), nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(self.embedding(x).mean(1))


class Unlike(nn.Module):
    """Holds a lock, a scalar weight and a weight that its norm and direction make up."""

    def __init__(self) -> None:
        super().__init__()
        self.lock, self.scale = threading.Lock(), nn.Parameter(torch.tensor(1.0))
        self.linear = nn.utils.parametrizations.weight_norm(nn.Linear(4, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scale * self.linear(x)


class Growing(nn.Module):
    """Makes its last layer in its first forward pass, after an optimizer has been made."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(4, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not hasattr(self, "head"):
            self.head = nn.Linear(8, 3)
        return self.head(self.body(x))


class NeverBegun(nn.Module):
    def __init__(self) -> None:
        self.width = 3


class Exits(nn.Module):
    """Ends the program in a forward pass, after some that went well."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.net, self.left = net(), after

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.left -= 1
        return self.net(x) if self.left >= 0 else sys.exit("enough")


class Forgetful(Within):
    """Answers in training alone."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x) * (1 if self.training else float("nan"))


class Maker:
    def __call__(self) -> nn.Module:
        return net()


def lazy() -> nn.Module:
    return nn.Sequential(nn.LazyLinear(8), nn.LazyBatchNorm1d(), nn.ReLU(), nn.LazyLinear(3))


def go(factory: Any, data: Any, folder: Path, **options: Any) -> list[dict[str, Any]]:
    given: dict[str, Any] = {"recipe": Recipe(batch_size=16, epoch_limit=2), "levels": ()}
    given |= {"seeds": 0, "records": folder / "r.sqlite", **options}
    return randomize(factory, data, **given).records


@pytest.mark.parametrize(
    ("factory", "data"),
    [
        (functools.partial(net, classes=3), NUMBERS),
        (Maker(), NUMBERS),
        (lazy, NUMBERS),
        (Unlike, NUMBERS),
        (lambda: net(classes=7), NUMBERS),
        (lambda: net().double(), NUMBERS),
        (lambda: net().bfloat16(), NUMBERS),
        (lambda: nn.Sequential(nn.Flatten(), net(d=192)), PICTURES),
        (ViewAfterConvolution, PICTURES),
        (Tokens, TOKENS),
        (lambda: net(d=7), TOKENS),
        (lambda: nn.Sequential(nn.Embedding(50, 1, sparse=True), nn.Flatten(), net(d=7)), TOKENS),
    ],
)
def test_models_of_many_kinds_are_trained(factory: Any, data: Dataset, tmp_path: Path) -> None:
    found = go(factory, data, tmp_path)
    assert [record["stopped"] in ("epoch limit", "fitted") for record in found] == [True, True]


@pytest.mark.parametrize(
    ("factory", "data", "says"),
    [
        (net(), NUMBERS, "the factory is a Sequential, a module itself"),
        (3, NUMBERS, "the factory is of type int"),
        (lambda: 3, NUMBERS, r"returned int: it must return a torch\.nn\.Module"),
        (lambda: nn.ReLU(), NUMBERS, "with weights"),
        (lambda x: net(), NUMBERS, r"cannot be made \(TypeError: .*functools\.partial"),
        (lambda: net(d=5), NUMBERS, r"fails on a batch of shape \(16, 4\), float32: mat1"),
        (lambda: Within(after=lambda o: (o, o)), NUMBERS, r"returned a tuple: .*\(16, 3\).*\[0\]"),
        (lambda: Within(after=lambda o: {"a": o}), NUMBERS, r"returned a dict.*outputs\['a'\]"),
        (lambda: net(classes=2), NUMBERS, "2 outputs for 3 classes"),
        (lambda: net(classes=1), NUMBERS, "one output for 3 classes.*one logit"),
        (lambda: Within(after=lambda o: o[:, 0]), NUMBERS, "one output for 3 classes"),
        (lambda: Within(after=lambda o: o.detach()), NUMBERS, "without a gradient"),
        (lambda: Growing(), NUMBERS, r"makes the weights head\.weight in its first forward pass"),
        (lambda: Within(after=lambda o: o.argmax(1)), NUMBERS, r"torch\.int64"),
        (lambda: nn.Conv2d(3, 3, 1), PICTURES, r"shape \(16, 3, 8, 8\) for 16 examples"),
        (lambda: Tokens(known=45), TOKENS, "int64: IndexError: index out of range"),
        (lambda: sys.exit(), NUMBERS, r"<lambda> cannot be made \(it calls sys\.exit\(None\)\)"),
        (lambda: sys.exit("no GPU"), NUMBERS, r"cannot be made \(it calls sys\.exit\('no GPU'\)\)"),
        (lambda: Exits(after=0), NUMBERS, r"fails on a batch .*: it calls sys\.exit\("),
        (NeverBegun, NUMBERS, "NeverBegun cannot be made .*AttributeError"),
        (lambda: int(input()) and net(), NUMBERS, "cannot be made .*(EOF|stdin)"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line_before_any_training(
    factory: Any, data: Dataset, says: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        go(factory, data, tmp_path)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "r.sqlite").exists()


def test_an_exit_in_the_midst_of_a_training_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"failed: it calls sys\.exit\('enough'\)"):
        go(lambda: Exits(after=9), NUMBERS, tmp_path)


def _settings() -> tuple[Any, ...]:
    return (
        *(Path.cwd(), torch.get_default_dtype(), torch.get_default_device(), np.geterr()),
        *(torch.get_num_threads(), torch.is_grad_enabled(), torch.initial_seed()),
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda: os.chdir("/"),
        lambda: torch.set_default_dtype(torch.float64),
        lambda: torch.set_default_device("cpu:0"),
        lambda: torch.set_num_threads(torch.get_num_threads() + 1),
        lambda: torch.set_grad_enabled(False),
        lambda: torch.manual_seed(5),
        lambda: np.seterr(all="raise"),
        lambda: print("made"),
    ],
)
def test_what_a_factory_sets_for_the_whole_process_is_put_back(
    change: Callable[[], Any], tmp_path: Path
) -> None:
    before = _settings()
    found = go(lambda: (change(), net())[1], NUMBERS, tmp_path)
    assert len(found) == 2 and _settings() == before


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_a_model_that_returns_probabilities_is_told_to_return_scores(dtype: torch.dtype) -> None:
    def made(*last: nn.Module) -> nn.Module:
        return nn.Sequential(net(), *last).to(dtype)

    def tiny() -> nn.Module:
        model = made()
        with torch.no_grad():
            for weight in model.parameters():
                weight.abs_().mul_(1e-6)
        return model

    recipe = Recipe(batch_size=16, epoch_limit=1)
    with pytest.warns(UserWarning, match="returns probabilities.*return the scores"):
        try_model(lambda: made(nn.Softmax(1)), NUMBERS, recipe, "sgd")
    for right in (made, tiny, lambda: made(nn.Sigmoid()), lambda: made(nn.LogSoftmax(1))):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try_model(right, NUMBERS, recipe, "sgd")


def test_a_factory_that_hands_out_the_same_weights_is_refused(tmp_path: Path) -> None:
    shared = net()
    for factory in (lambda: shared, lambda: nn.Sequential(shared, nn.Identity())):
        with pytest.raises(ValueError, match=r"same weights twice.*copy\.deepcopy"):
            go(factory, NUMBERS, tmp_path)


def test_tensors_that_modules_share_are_refused_and_left_as_they_were(tmp_path: Path) -> None:
    """Views of the user's own numbers, which every training went on with, and changed."""
    vectors, bn = torch.randn(50, 4), nn.BatchNorm1d(4, affine=False)
    before = vectors.clone()

    def embedding() -> nn.Module:
        return nn.Sequential(
            nn.Embedding.from_pretrained(vectors, freeze=False), nn.Flatten(), net(d=28)
        )

    with pytest.raises(ValueError, match=r"same weights twice.*tensor\.clone"):
        go(embedding, TOKENS, tmp_path)
    with pytest.raises(ValueError, match="same buffers, which training changes, twice"):
        go(lambda: nn.Sequential(bn, net()), NUMBERS, tmp_path)
    layer = nn.LazyLinear(3)
    with pytest.raises(ValueError, match="same weights twice"):
        go(lambda: nn.Sequential(layer), NUMBERS, tmp_path)
    assert torch.equal(vectors, before) and int(bn.num_batches_tracked) == 0  # pyright: ignore
    assert torch.equal(bn.running_mean, torch.zeros(4))  # pyright: ignore

    class Fixed(Within):
        """Shares what no training changes, as an adjacency matrix."""

        def __init__(self) -> None:
            super().__init__(lambda x: x @ self.adjacency)
            self.register_buffer("adjacency", ADJACENCY)

    assert len(go(Fixed, NUMBERS, tmp_path)) == 2


ADJACENCY = torch.eye(4)


def test_an_optimizer_without_a_rate_is_left_alone(tmp_path: Path) -> None:
    class Fixed(torch.optim.Optimizer):
        def __init__(self, params: Any) -> None:
            super().__init__(params, {"step_size": 0.1})

        def step(self, closure: Any = None) -> None:  # pyright: ignore
            with torch.no_grad():
                for group in self.param_groups:
                    for p in group["params"]:
                        p -= group["step_size"] * p.grad

    first, _ = go(net, NUMBERS, tmp_path, optimizer=Fixed)
    assert first["course"]["loss"][1] < first["course"]["loss"][0]


class Recurrent(nn.Module):
    """Products of many kinds: bfloat16 goes from one into the next."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.hidden = nn.Linear(4, 8), nn.LSTM(8, 8, batch_first=True)
        self.along, self.last = nn.Conv1d(8, 8, 1), nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hidden, _ = self.hidden(self.first(x)[:, None])
        return self.last(self.along(hidden.transpose(1, 2))[..., -1] @ torch.eye(8))


class Gathering(Within):
    """Takes single precision only."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outputs = super().forward(x)
        return torch.zeros(outputs.shape).index_add(0, torch.arange(len(x)), outputs)


@pytest.mark.parametrize("instructions", [True, False])
def test_models_in_bfloat16_are_trained_or_refused_before_it(
    instructions: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.training.precision.has_bfloat16", lambda device: instructions)
    recipe = Recipe(batch_size=16, epoch_limit=2, precision="bf16")
    first, _ = go(Recurrent, NUMBERS, tmp_path, recipe=recipe)
    assert np.isfinite(first["course"]["loss"]).all()
    assert go(Gathering, NUMBERS, tmp_path, recipe=replace(recipe, precision="fp32"))
    with pytest.raises(ValueError, match=r"fails on a batch .*; so in bf16, not in fp32"):
        go(Gathering, NUMBERS, tmp_path, recipe=recipe)


def test_random_labels_are_of_the_classes_that_are_stated(tmp_path: Path) -> None:
    wider = replace(NUMBERS, classes=("0", "1", "2", "3"))
    three, four = (go(lambda: net(classes=4), data, tmp_path)[1] for data in (NUMBERS, wider))
    assert len(three["test_counts"]) == 3 and len(four["test_counts"]) == 4


def test_bytes_are_copies_where_standardized_they_are_equal() -> None:
    rng = np.random.default_rng(0)
    base = rng.integers(0, 40, (6, 5, 5, 3)) * (np.arange(6) > 1)[:, None, None, None]
    flat = np.full((2, 5, 5, 3), [[[[4, 4, 4]]], [[[9, 9, 9]]]])
    faint = np.zeros((2, 5, 5, 3), int)  # below the least deviation, where contrast stays
    faint[0, 0, 0, 0], faint[1, 0, 0, 0] = 1, 2
    images = np.concatenate([base, 3 * base + 7, 2 * base, base[2:] + 1, flat, faint])
    images = images.astype(np.uint8)
    rows = as_rows(images, 255)
    digests = digests_as_seen(images, 255)
    for i, one in enumerate(rows):
        for j, other in enumerate(rows):
            assert (digests[i] == digests[j]) == (abs(one - other).max() < 1e-4), (i, j)


def test_copies_are_those_that_a_model_sees(tmp_path: Path) -> None:
    grey = np.repeat(np.arange(40, dtype=np.uint8), 16).reshape(40, 4, 4)
    data = from_arrays("grey", {"images": grey, "labels": np.arange(40) % 2})
    said = notes(data, [0])
    assert "different training images of bytes are 1 once each has mean 0" in said[0]
    assert "are copies of others, and contradict each other" in said[1]
    arrays: dict[str, Any] = {"X": X.astype(np.float64), "y": Y, "X_test": X[:9], "y_test": Y[:9]}
    assert (
        "9 of 9 test examples are training examples too" in notes(from_arrays("m", arrays), [0])[0]
    )


@pytest.mark.parametrize("data", [NUMBERS, PICTURES])
def test_a_first_layer_that_works_in_place_changes_no_data_and_no_result(
    data: Dataset, tmp_path: Path
) -> None:
    d = data.train_images[0].size
    before = data.train_images.copy(), data.test_images.copy()

    def halved(in_place: bool) -> nn.Module:
        model = Within(lambda x: (x.mul_(0.5) if in_place else x * 0.5).flatten(1))
        model.net = net(d=d)
        return model

    found = [
        go(functools.partial(halved, in_place), data, tmp_path / str(in_place))
        for in_place in (True, False)
    ]
    keys = ("train_accuracy", "test_accuracy", "norm")
    assert [[r[k] for k in keys] for r in found[0]] == [[r[k] for k in keys] for r in found[1]]
    assert (data.train_images == before[0]).all() and (data.test_images == before[1]).all()


def test_weights_from_numpy_and_random_follow_from_the_seed(tmp_path: Path) -> None:
    def drawn() -> nn.Module:
        model = net()
        with torch.no_grad():
            weight = np.random.randn(3, 8) * random.random()
            next(iter(model[2].parameters())).copy_(torch.tensor(weight))  # pyright: ignore
        return model

    states = np.random.get_state()[1], random.getstate(), torch.get_rng_state()  # pyright: ignore
    assert go(drawn, NUMBERS, tmp_path) == go(drawn, NUMBERS, tmp_path)
    assert (np.random.get_state()[1] == states[0]).all()  # pyright: ignore
    assert random.getstate() == states[1] and (torch.get_rng_state() == states[2]).all()
    first, other = (make_model(drawn, seed).state_dict()["2.weight"] for seed in (0, 1))
    assert (first != other).any()


class Chancy(nn.Module):
    """Draws from every generator in its forward pass, and leaves settings changed."""

    def __init__(self, in_evaluation: bool = False) -> None:
        super().__init__()
        self.net, self.in_evaluation = net(), in_evaluation

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training or self.in_evaluation:
            x = x * (random.random() + np.random.rand() + torch.rand(()))
        outputs = self.net(x)
        np.seterr(all="raise")
        torch.set_grad_enabled(self.training)
        return outputs


@pytest.mark.parametrize("in_evaluation", [False, True])
def test_what_a_forward_pass_draws_follows_from_the_seed(
    in_evaluation: bool, tmp_path: Path
) -> None:
    before = random.getstate(), _settings(), np.random.get_state()[1].tolist()  # pyright: ignore
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model = functools.partial(Chancy, in_evaluation)
        found = [go(model, NUMBERS, tmp_path / folder) for folder in ("first", "again")]
    assert found[0][0]["course"]["loss"] == found[1][0]["course"]["loss"]
    assert found[0][0]["train_accuracy"] == found[1][0]["train_accuracy"]
    assert (random.getstate(), _settings()) == before[:2]
    assert np.random.get_state()[1].tolist() == before[2]  # pyright: ignore
    told = ["differently at each call in evaluation mode" in str(w.message) for w in said]
    assert any(told) == in_evaluation


def test_first_weights_that_no_seed_decides_are_told_and_trained_once(tmp_path: Path) -> None:
    def drawn() -> nn.Module:
        model = net()
        with torch.no_grad():
            weight = np.random.default_rng().standard_normal((3, 8))
            next(iter(model[2].parameters())).copy_(torch.tensor(weight))  # pyright: ignore
        return model

    with pytest.warns(UserWarning, match="other first weights at every call"):
        first = go(drawn, NUMBERS, tmp_path)
    with pytest.warns(UserWarning, match="whatever the seed"):
        assert go(drawn, NUMBERS, tmp_path) == first


def test_optimizers_are_sgd_adam_or_ones_own(tmp_path: Path) -> None:
    def own(parameters: Any) -> torch.optim.Optimizer:
        return torch.optim.AdamW(parameters, lr=1e-2)

    found = [go(net, NUMBERS, tmp_path, optimizer=o)[1]["norm"] for o in ("sgd", "adam", own)]
    assert len(set(found)) == 3
    for wrong, says in (
        ("sdg", "optimizer is 'sdg': give sgd, adam"),
        (lambda p: 3, "optimizer returned int"),
        (torch.optim.LBFGS, "the optimizer fails on model"),
    ):
        with pytest.raises(ValueError, match=says):
            go(net, NUMBERS, tmp_path, optimizer=wrong)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"seeds": (0, -1)}, "seeds are -1: give whole numbers"),
        ({"seeds": 1.5}, r"seeds are 1\.5"),
        ({"seeds": ()}, "seeds are empty"),
        ({"levels": (0.5, 2)}, r"level is 2\.0"),
        ({"levels": float("nan")}, "level is nan"),
        ({"levels": [[0.5]]}, r"levels are \[\[0\.5\]\]: give a number or a list"),
        ({"levels": "half"}, "levels are 'half'"),
        ({"device": "cuda:99"}, "device is 'cuda:99', which is not there"),
        ({"device": "meta"}, "device is 'meta', which is not there"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict, says: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=says):
        go(net, NUMBERS, tmp_path, **options)


def test_a_recipe_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"recipe is a dict: give experiments\.randomize\.Recipe"):
        go(net, NUMBERS, tmp_path, recipe={"learning_rate": 0.1})


def test_what_is_no_data_set_is_refused_with_the_mend(tmp_path: Path) -> None:
    tensors = torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(Y))
    loader = torch.utils.data.DataLoader(tensors)
    for wrong in (tensors, loader, {"images": X, "labels": Y}, (X, Y)):
        with pytest.raises(TypeError, match=r"give experiments\.datasets\.from_arrays\('name'"):
            go(net, wrong, tmp_path)


def test_numbers_of_numpy_are_recorded(tmp_path: Path) -> None:
    recipe = Recipe(np.float32(0.1), epoch_limit=np.int64(1))  # pyright: ignore
    levels = np.linspace(0, 1, 3, dtype=np.float32)
    found = go(net, NUMBERS, tmp_path, recipe=recipe, levels=levels, seeds=np.arange(2))
    assert [r["specification"]["level"] for r in found] == [0, 0, 0.5, 0.5, 1, 1]


def test_names_and_hashes_tell_models_apart() -> None:
    def other() -> nn.Module:
        return nn.Sequential(net(), nn.Identity())

    assert name_of(functools.partial(net, 5, d=3)).endswith("test_trial:net(5, d=3)")
    assert name_of(Maker()).endswith(":Maker")
    made = ((f, make_model(f, 0), make_model(f, 0)) for f in (net, net, other))
    ours, same, another = (model_hash(*one) for one in made)
    assert ours == same != another


def test_factories_that_cannot_be_imported_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "broken.py").write_text("raise KeyError('x')")
    (tmp_path / "script.py").write_text("import sys\nsys.exit(2)")
    for name in ("no_such:thing", "json:no_such", "broken:net", "script:net"):
        with pytest.raises(ValueError, match=rf"'{name}' cannot be imported.*package\.module"):
            load_factory(name)


def test_a_training_that_diverges_is_a_record(tmp_path: Path) -> None:
    far = replace(NUMBERS, train_images=1e18 * NUMBERS.train_images)
    recipe = Recipe(100.0, batch_size=16, epoch_limit=5)
    verdict = randomize(net, far, recipe, (), 0, tmp_path / "r.sqlite")
    assert [record["stopped"] for record in verdict.records] == ["loss is not finite"] * 2
    assert verdict.records[0]["norm"] is None
    assert "diverged" in str(verdict) and "lower the rate" in str(verdict)
    assert verdict.fits_random_labels is None


def test_a_model_of_nan_is_refused_before_any_training(tmp_path: Path) -> None:
    nan = float("nan")
    with pytest.raises(ValueError, match="returns NaN or infinity before any training"):
        go(lambda: Within(after=lambda o: o * nan), NUMBERS, tmp_path)
    with pytest.raises(ValueError, match="returns NaN or infinity in evaluation mode"):
        go(Forgetful, NUMBERS, tmp_path)


def test_what_a_model_says_in_the_midst_of_a_training_is_one_line_with_its_kind(
    tmp_path: Path,
) -> None:
    calls = [0]

    def raise_later(outputs: torch.Tensor) -> torch.Tensor:
        calls[0] += 1
        return outputs if calls[0] < 20 else {}["no\nkey"]

    with pytest.raises(RuntimeError, match=r"failed: KeyError: 'no\\nkey'$"):
        go(lambda: Within(after=raise_later), NUMBERS, tmp_path)


@pytest.mark.parametrize(
    ("dtype", "change", "says"),
    [
        (
            torch.float32,
            lambda x: 1e60 * x,
            r"images go up to .*e\+60, beyond float32, in which the model computes",
        ),
        (
            torch.float32,
            lambda x: 1e-60 * x,
            r"48 different examples, of which float32, .* tells 1 apart: subtract",
        ),
        (torch.float32, lambda x: 1e12 + x, r"of which float32, in which .*, tells \d+ apart"),
        (torch.float16, lambda x: 1e6 * x.astype(np.float32), r"e\+06, beyond float16, in which"),
        (torch.bfloat16, lambda x: 1e3 + x, r"of which bfloat16, in which .*, tells \d+ apart"),
        (torch.float64, lambda x: 2**60 + np.arange(4) + np.int64(10 * x), "of which float64,"),
    ],
)
def test_numbers_that_the_models_dtype_does_not_hold_are_refused(
    dtype: torch.dtype, change: Callable[[Any], Any], says: str, tmp_path: Path
) -> None:
    images = change(X.astype(np.float64))
    data = from_arrays("scaled", {"images": images, "labels": Y})
    with pytest.raises(ValueError, match=says):
        go(lambda: net().to(dtype), data, tmp_path)
    apart = from_arrays("apart", {"images": 1e6 + X.astype(np.float64), "labels": Y})
    go(lambda: net().double(), apart, tmp_path)


def test_a_few_examples_that_become_equal_are_said(tmp_path: Path) -> None:
    images = X.astype(np.float64)
    images[1] = images[0] * (1 + 1e-12)
    share = {"images": images, "labels": Y, "test_images": X[:9], "test_labels": Y[:9]}
    with pytest.warns(UserWarning, match=r"60 different examples, .* tells 59 apart") as caught:
        go(net, from_arrays("near", share), tmp_path)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("factory", [lambda: nn.Sequential(nn.Flatten(), net(d=36)), None])
def test_what_networks_see_of_images_is_what_the_model_gets(factory: Any, tmp_path: Path) -> None:
    """Their centre, in the trial and the verdict as in the training."""
    images = RNG.integers(0, 256, (40, 8, 8), dtype=np.uint8)
    labels = np.arange(40) % 3
    data = Dataset("cropped", images, labels, images[:9], labels[:9], ("a", "b", "c"), crop=6)
    options = {} if factory else {"recipe": None}
    found = go(factory or DecisionTreeClassifier(), data, tmp_path, **options)
    assert [record["n"] for record in found] == [40, 40]
    with pytest.raises(ValueError, match=r"fails on a batch of shape \(16, 1, 6, 6\)"):
        go(lambda: nn.Sequential(nn.Flatten(), net(d=64)), data, tmp_path)
    seen: list[Any] = []

    class Looks(DecisionTreeClassifier):
        def predict(self, X: Any, check_input: bool = True) -> Any:
            seen.append(X.shape[1])
            return super().predict(X, check_input)

    go(Looks(), data, tmp_path, recipe=None)
    assert set(seen) == {36} and read_data(data).train_images.shape == (40, 6, 6)


@pytest.mark.parametrize("white", [1, 16, 255])
def test_bytes_of_any_brightness_reach_the_model_standardized(white: int) -> None:
    images = white * RNG.integers(0, 2, (30, 8, 8), dtype=np.uint8)
    data = from_arrays("bytes", {"images": images, "labels": np.arange(30) % 2})
    x = as_tensor(data.train_images, data.white, torch.float32, torch.device("cpu"))
    assert (x.flatten(1).std(1, correction=0) - 1).abs().max() < 1e-3
