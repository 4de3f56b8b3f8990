"""The training loop against a plain eager reference, its ends, its stacks and its repeatability."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from tqdm import tqdm

from experiments.datasets import load
from experiments.sweeps.progress import bar
from experiments.training.checkpoint import Checkpoint
from experiments.training.course import Ended
from experiments.training.evaluation import Evaluation
from experiments.training.examples import Examples
from experiments.training.networks import Foreign, LocalResponseNorm, Replicas, build
from experiments.training.preprocessing import as_inputs, channels_first, standardize
from experiments.training.recipe import Recipe
from experiments.training.side_by_side import EachSGD, affine
from experiments.training.train import Training, train

DATA = load("digits")
N = 200
X = as_inputs(DATA.train_images[:N], DATA.white, torch.device("cpu"), torch.float32)
Y = torch.from_numpy(DATA.train_labels[:N])
RECIPE = Recipe(learning_rate=0.05, decay=0.9, epoch_limit=2, batch_size=64)


def _train(
    recipe: Recipe,
    network: Replicas,
    seeds: Sequence[int] = (0,),
    labels: torch.Tensor = Y,
    x: torch.Tensor = X,
    checkpoint: Checkpoint | None = None,
) -> list[Ended]:
    y = labels.expand(len(seeds), -1) if labels.ndim == 1 else labels
    examples = Examples(x, y)
    found = train(Training(recipe, network, examples, examples, seeds), checkpoint)
    return sorted(found, key=lambda ended: ended.position)


def _reference(recipe: Recipe, module: nn.Module, x: torch.Tensor) -> list[float]:
    """Train with a DataLoader and the textbook's update, written out."""
    order = torch.Generator().manual_seed(0)
    velocity = [torch.zeros_like(weight) for weight in module.parameters()]
    rate, losses = recipe.learning_rate, []
    for _ in range(recipe.epoch_limit):
        indices = torch.randperm(len(x), generator=order).tolist()
        loader = DataLoader(TensorDataset(x, Y), batch_size=recipe.batch_size, sampler=indices)
        total = 0.0
        for images, labels in loader:
            loss = nn.CrossEntropyLoss()(module(images), labels)
            gradients = torch.autograd.grad(loss, list(module.parameters()))
            with torch.no_grad():
                for w, v, gradient in zip(module.parameters(), velocity, gradients, strict=True):
                    v.mul_(recipe.momentum).add_(gradient + recipe.weight_decay * w)
                    w -= rate * v
            total += loss.item() * len(images)
        losses.append(total / len(x))
        rate *= recipe.decay
    return losses


class _Plain(nn.Module):
    """The same network in torch's own layers and default memory layout."""

    def __init__(self, replicas: Replicas) -> None:
        super().__init__()
        network = copy.deepcopy(replicas.network).to(memory_format=torch.contiguous_format)  # pyright: ignore
        for name, layer in network.named_children():  # pyright: ignore
            if isinstance(layer, LocalResponseNorm):
                setattr(network, name, nn.LocalResponseNorm(9, alpha=0.001, beta=0.75, k=1.0))
        self.network = network

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.network(x)  # pyright: ignore


@pytest.mark.parametrize("weight_decay", [0.0, 0.01])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("inception", marks=pytest.mark.slow),
        pytest.param("inception-without-batchnorm", marks=pytest.mark.slow),
        "alexnet",
    ],
)
def test_losses_of_convolutional_networks_are_those_of_a_plain_loop(
    name: str, weight_decay: float
) -> None:
    recipe = Recipe(0.01, epoch_limit=2, batch_size=64, weight_decay=weight_decay)
    # In double precision: batch normalization magnifies the rounding of single too much.
    replicas = build(name, (8, 8, 1), 10, [0]).double()
    planes = channels_first(X).double()
    expected = _reference(recipe, _Plain(replicas), planes.contiguous())
    (ended,) = _train(recipe, replicas, x=planes)
    assert ended.course.loss == pytest.approx(expected, rel=1e-4)
    assert ended.course.step == [4, 8]


@pytest.mark.parametrize("name", ["mlp-1x512", "mlp-3x512"])
def test_losses_of_mlps_are_those_of_a_plain_loop(name: str) -> None:
    replicas = build(name, (8, 8, 1), 10, [0])
    layers: list[nn.Module] = [nn.Flatten()]
    for w, b in zip(replicas.weights, replicas.biases, strict=True):  # pyright: ignore
        linear = nn.Linear(*w.shape[1:])
        linear.weight.data, linear.bias.data = w[0].detach().t().clone(), b[0].detach().clone()
        layers += [linear, nn.ReLU()]
    expected = _reference(RECIPE, nn.Sequential(*layers[:-1]), X)
    (ended,) = _train(RECIPE, replicas)
    assert ended.course.loss == pytest.approx(expected, rel=1e-4)


def test_bfloat16_products_stay_near_single_precision() -> None:
    losses = []
    for precision in ("fp32", "bf16"):
        recipe = Recipe(0.05, epoch_limit=3, batch_size=64, precision=precision)
        (ended,) = _train(recipe, build("mlp-1x64", (8, 8, 1), 10, [0]))
        losses.append(ended.course.loss)
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.02)


@pytest.fixture(params=[1, 2])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("network", "batch", "k", "precision"),
    [("mlp-1x32", 50, 3, "fp32"), ("mlp-2x33", 64, 5, "fp32"), ("mlp-1x7", 11, 2, "bf16")],
)
def test_a_replica_is_to_the_last_bit_what_it_is_alone(
    threads: int, network: str, batch: int, k: int, precision: Any
) -> None:
    recipe = Recipe(0.05, epoch_limit=2, batch_size=batch, weight_decay=1e-3, precision=precision)
    labels = torch.stack([Y[:100].roll(by) for by in range(k)])
    seeds = list(range(3, 3 + k))
    together = _train(recipe, build(network, (8, 8, 1), 10, seeds), seeds, labels, X[:100])
    for row, seed in enumerate(seeds):
        one = build(network, (8, 8, 1), 10, [seed])
        (alone,) = _train(recipe, one, [seed], labels[row], X[:100])
        for name in ("step", "loss", "running_accuracy", "stopped"):
            assert getattr(together[row].course, name) == getattr(alone.course, name)
        assert together[row].norm == alone.norm
        assert torch.equal(together[row].top_test, alone.top_test)


@pytest.mark.parametrize("n", [1, 3, 200])
def test_products_and_updates_know_nothing_of_the_company(threads: int, n: int) -> None:
    generator = torch.Generator().manual_seed(n)
    for d, c in ((3, 1), (17, 5), (784, 10), (1000, 33)):
        parts = [torch.randn(3, *shape, generator=generator) for shape in ((c,), (n, d), (d, c))]
        found = []
        for rows in (slice(None), *(slice(k, k + 1) for k in range(3))):
            b, x, w = (part[rows].clone().requires_grad_() for part in parts)
            outputs = affine(b, x, w)
            outputs.square().sum().backward()
            EachSGD([b, w], lr=0.1, momentum=0.9, weight_decay=0.01, fused=True).step()
            found.append([outputs, b.detach(), w.detach(), x.grad])
        for whole, *alone in zip(*found, strict=True):
            assert torch.equal(whole, torch.cat(alone))


def test_replicas_end_one_by_one_each_fitted_in_evaluation_mode() -> None:
    labels = torch.stack([Y, torch.from_numpy(np.random.default_rng(0).integers(0, 10, N))])
    recipe = Recipe(0.1, decay=1.0, epoch_limit=300)
    true, random = _train(recipe, build("mlp-1x64", (8, 8, 1), 10, [0, 1]), [0, 1], labels)
    assert true.course.stopped == random.course.stopped == "fitted"
    assert len(true.course.step) < len(random.course.step)
    for row, ended in enumerate((true, random)):
        assert (ended.top_train[:, 0] == labels[row]).all()
        assert ended.top_train.shape == (N, 5)
        assert ended.n_weights == 64 * 64 + 64 + 64 * 10 + 10


def test_batch_normalization_is_judged_in_evaluation_mode() -> None:
    (ended,) = _train(
        Recipe(0.05, epoch_limit=60), build("inception", (8, 8, 1), 10, [0]), x=channels_first(X)
    )
    assert ended.course.stopped == "fitted"
    assert (ended.top_train[:, 0] == Y).all()


def test_it_says_when_it_did_not_fit_and_when_the_loss_blew_up() -> None:
    (short,) = _train(Recipe(epoch_limit=1), build("mlp-1x8", (8, 8, 1), 10, [0]))
    assert short.course.stopped == "epoch limit"
    (blown,) = _train(Recipe(1e30), build("mlp-1x8", (8, 8, 1), 10, [0]))
    assert blown.course.stopped == "loss is not finite"
    assert all(np.isfinite(blown.course.loss))


def test_a_last_batch_of_one_joins_the_one_before() -> None:
    recipe = Recipe(epoch_limit=1, batch_size=99)
    examples = Examples(X[:100], Y[None, :100])
    module = build("inception", (8, 8, 1), 10, [0])
    planes = Examples(channels_first(examples.x), examples.y)
    (ended,) = train(Training(recipe, module, planes, planes, [0]))
    assert ended.course.step == [1]


def test_early_stopping_records_the_test_accuracy_of_every_epoch() -> None:
    recipe = Recipe(0.05, epoch_limit=3, early_stopping=True)
    (ended,) = _train(recipe, build("mlp-1x8", (8, 8, 1), 10, [0]))
    accuracy = float((ended.top_test[:, 0] == Y).double().mean())
    assert len(ended.course.test_accuracy) == 3
    assert ended.course.test_accuracy[-1] == pytest.approx(accuracy)


class _InterruptedError(Exception):
    pass


@pytest.mark.parametrize("name", ["mlp-2x32", "alexnet"])
def test_a_resumed_training_ends_bit_identical(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted after every epoch; dropout makes the global generator part of the state."""
    monkeypatch.setattr(Checkpoint, "interval", 0.0)
    recipe = Recipe(0.1, epoch_limit=5, batch_size=64)
    seeds = [0, 1] if name.startswith("mlp") else [0]
    x = X if name.startswith("mlp") else channels_first(X)

    def network() -> Replicas:
        return build(name, (8, 8, 1), 10, seeds, dropout=0.3)

    whole = _train(recipe, network(), seeds, x=x)
    path = tmp_path / "state.pt"
    epochs = []

    def counted(self: Checkpoint, state: dict, force: bool = False) -> None:
        write(self, state, force)
        epochs.append(state["epoch"])
        if len(epochs) < 2 * recipe.epoch_limit and len(epochs) % 2 == 0:
            raise _InterruptedError

    def watched(**options: Any) -> tqdm[Any]:
        bars.append(bar(**options))
        return bars[-1]

    bars: list[tqdm[Any]] = []
    monkeypatch.setattr("experiments.training.train.bar", watched)
    write = Checkpoint.write
    monkeypatch.setattr(Checkpoint, "write", counted)
    while True:
        try:
            resumed = _train(recipe, network(), seeds, x=x, checkpoint=Checkpoint(path))
            break
        except _InterruptedError:
            continue
    assert len(epochs) > recipe.epoch_limit + 2
    # What was done before is no speed of today's: it would promise the end in a moment.
    assert [bar.initial for bar in bars] == sorted({bar.initial for bar in bars})
    assert bars[-1].initial == recipe.epoch_limit - 1
    for one, other in zip(whole, resumed, strict=True):
        assert one.course.loss == other.course.loss
        assert one.norm == other.norm
        assert (one.top_test == other.top_test).all()


class Drawing(nn.Module):
    """Draws from NumPy's and Python's generators, in training and in evaluation."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.linear = nn.Linear(64, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x.flatten(1)) * (random.random() + np.random.rand())


class Warming(nn.Module):
    """Counts its steps, and keeps an average that no file of weights would hold."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.linear, self.steps, self.seen = nn.Linear(64, 10), 0, [0.0]
        self.scale = torch.ones(())
        self.register_buffer("average", torch.zeros(64), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.flatten(1)
        if self.training:
            self.steps += 1
            self.seen.append(float(x.mean()))
            self.scale = self.scale * 0.9
            self.average = 0.9 * self.average + 0.1 * x.mean(0)
        return self.linear(x - self.average) * (
            1 + 1 / (1 + self.steps) + self.scale + self.seen[-1]
        )


def test_what_a_network_holds_beside_its_weights_goes_on_where_it_was(tmp_path: Path) -> None:
    def begun() -> Training:
        examples = Examples(X, Y[None])
        return Training(RECIPE, Foreign(Warming()), examples, examples, [3])

    whole, first, second = begun(), begun(), begun()
    first.do_epoch()
    checkpoint = Checkpoint(tmp_path / "c.pt")
    checkpoint.write(first.state(), force=True)
    second.restore(_kept(checkpoint))
    for training in (whole, whole, second):
        training.do_epoch()
    assert whole.courses[0].loss == second.courses[0].loss
    tops = [[ended.top_train.tolist() for ended in t.take_ended()] for t in (whole, second)]
    assert tops[0] == tops[1]


def _kept(checkpoint: Checkpoint) -> dict[str, Any]:
    state = checkpoint.read()
    assert state is not None
    return state


def test_what_a_network_draws_goes_on_where_it_was(tmp_path: Path) -> None:
    def begun() -> Training:
        examples = Examples(X, Y[None])
        return Training(RECIPE, Foreign(Drawing()), examples, examples, [3])

    whole, first, second = begun(), begun(), begun()
    states = random.getstate(), np.random.get_state()[1].tolist()  # pyright: ignore
    first.do_epoch()
    checkpoint = Checkpoint(tmp_path / "c.pt")
    checkpoint.write(first.state(), force=True)
    random.seed(5)
    np.random.seed(5)
    second.restore(_kept(checkpoint))
    second.do_epoch()
    random.setstate(states[0])
    whole.do_epoch()
    whole.do_epoch()
    assert whole.courses[0].loss == second.courses[0].loss
    assert random.getstate() == states[0]
    # So is one of a machine with a GPU, whose generator is not there.
    state = _kept(checkpoint)
    state["randomness"]["global"].append(torch.zeros(16, dtype=torch.uint8))
    third = begun()
    third.restore(state)
    third.do_epoch()
    assert third.courses[0].loss == whole.courses[0].loss
    # A checkpoint of before they were kept is still gone on with.
    del state["randomness"]["others"]
    begun().restore(state)


def test_of_equal_outputs_the_first_is_the_answer_everywhere() -> None:
    """As at the end of a network whose last layer is a ReLU: fitted must mean the same twice."""
    network = Foreign(nn.Sequential(nn.Flatten(), nn.Linear(64, 40, bias=False), nn.ReLU()))
    with torch.no_grad():
        network.network[1].weight.fill_(-1)  # pyright: ignore
    evaluation = Evaluation(network, "fp32", lambda x, training: x)
    examples = Examples(X.abs(), torch.zeros((1, N), dtype=torch.int64))
    assert evaluation.fitted(examples) == [True]
    assert (evaluation.top(examples)[0] == torch.arange(5)).all()


def test_a_checkpoint_that_is_torn_or_hostile_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    torch.save({"x": Path("anything but tensors")}, path)
    with pytest.raises(ValueError, match=r"state\.pt is not readable"):
        Checkpoint(path).read()
    path.write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ValueError, match="delete it to start"):
        Checkpoint(path).read()


def test_a_recipe_that_cannot_train_is_refused() -> None:
    for wrong in ({"epoch_limit": 0}, {"batch_size": 0}, {"learning_rate": 0.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Recipe(**wrong)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="precision is 'fp8'"):
        Recipe(precision="fp8")  # pyright: ignore[reportArgumentType]


def test_standardized_images_have_mean_zero_and_deviation_one() -> None:
    x = X.flatten(1).double()
    assert x.mean(1).abs().max() < 1e-6
    # No image of the digits is so flat that the floor applies, unless it was divided twice.
    assert (x.square().mean(1).sqrt() - 1).abs().max() < 1e-5


def test_a_flat_image_is_divided_by_the_floor() -> None:
    image = torch.zeros(1, 8, 8, 1)
    image[0, 0, 0] = 1 / 255
    torch.testing.assert_close(standardize(image), (image - image.mean()) * 8)


def test_to_the_limit_is_the_same_training_that_goes_on_after_the_sample_is_fitted() -> None:
    recipe = Recipe(learning_rate=0.1, decay=1.0, epoch_limit=60, batch_size=64)
    network = build("mlp-1x64", (8, 8, 1), 10, [0])
    (stops,) = _train(recipe, copy.deepcopy(network))
    (goes_on,) = _train(replace(recipe, to_the_limit=True), network)
    k = len(stops.course.step)
    assert stops.course.stopped == "fitted" and k < 60
    assert stops.course.fitted_at == goes_on.course.fitted_at == stops.course.step[-1]
    assert goes_on.course.stopped == "epoch limit" and len(goes_on.course.step) == 60
    assert goes_on.course.loss[:k] == stops.course.loss


def test_a_target_loss_goes_on_after_the_sample_is_fitted() -> None:
    recipe = replace(RECIPE, epoch_limit=200, learning_rate=0.2, decay=1.0)
    fitted = _train(recipe, build("mlp-1x32", (8, 8, 1), 10, [0]))[0].course
    further = _train(replace(recipe, target_loss=0.01), build("mlp-1x32", (8, 8, 1), 10, [0]))[0]
    assert fitted.loss == further.course.loss[: len(fitted.loss)]
    assert further.course.stopped == "fitted" and fitted.fitted_at == further.course.fitted_at
    assert fitted.loss[-1] > 0.01 >= further.course.loss[-1]
    assert min(further.course.loss[:-1]) > 0.01


def test_one_network_of_a_stack_answers_as_the_stack_does() -> None:
    stack = build("mlp-2x5", (8, 8, 1), 10, [0, 1])
    outputs = stack(X[:7].expand(2, -1, -1, -1, -1))
    drawn = torch.get_rng_state()
    for row in range(2):
        assert torch.allclose(stack.one(row)(X[:7]), outputs[row], atol=1e-6)
    assert torch.equal(torch.get_rng_state(), drawn)
    (ended,) = _train(RECIPE, build("mlp-1x5", (8, 8, 1), 10, [3]))
    assert torch.equal(ended.network(X).topk(5).indices, ended.top_train)


def test_an_example_without_weight_changes_nothing_but_keeps_its_place() -> None:
    """Training with another image in its place ends at the same weights."""
    weight = torch.ones(1, N)
    weight[0, 17] = 0
    other = X.clone()
    other[17] = -5
    found = []
    for x in (X, other):
        examples = Examples(x, Y[None], weight)
        network = build("mlp-1x8", (8, 8, 1), 10, [0])
        (ended,) = train(Training(RECIPE, network, examples, examples, [0]))
        found.append(ended)
    weights = [list(ended.network.parameters()) for ended in found]
    assert all(torch.equal(a, b) for a, b in zip(*weights, strict=True))
    assert found[0].course.loss == found[1].course.loss


def test_a_stack_with_weights_ends_when_what_counts_is_fitted() -> None:
    """Half of the labels are impossible to fit beside the other half, for the images are equal."""
    x, y = torch.cat((X[:40], X[:40])), torch.cat((Y[:40], (Y[:40] + 1) % 10))
    weight = torch.zeros(2, 80)
    weight[0, :40] = weight[1, 40:] = 1
    examples = Examples(x, y.expand(2, -1), weight)
    recipe = replace(RECIPE, epoch_limit=300, decay=1.0)
    for ended in train(
        Training(recipe, build("mlp-1x64", (8, 8, 1), 10, [0, 1]), examples, examples, [0, 1])
    ):
        assert ended.course.stopped == "fitted"
        half = slice(40 * ended.position, 40 * ended.position + 40)
        assert torch.equal(ended.top_train[half, 0], y[half])


def test_what_is_watched_is_in_the_course() -> None:
    examples = Examples(X, Y.expand(2, -1))
    nobody = Examples(X, torch.full((2, N), -1))
    watched = Examples(X, torch.stack((Y, nobody.y[1])))
    network = build("mlp-1x16", (8, 8, 1), 10, [0, 1])
    for ended in train(Training(RECIPE, network, examples, examples, [0, 1], watched=watched)):
        course = ended.course
        assert len(course.watched_accuracy) == RECIPE.epoch_limit
        last = float((ended.top_train[:, 0] == Y).double().mean())
        assert course.watched_accuracy[-1] == (last if ended.position == 0 else 0)
