"""A recorded training is the training: rehearsed with a recorder that does what a GPU's does."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn
from torch._dynamo.testing import CompileCounter

from experiments.training import replay
from experiments.training.examples import Examples
from experiments.training.fusion import fused, plain
from experiments.training.networks import Foreign, build
from experiments.training.recipe import Recipe
from experiments.training.replay import WARM_UP, Recording, Replay, Step
from experiments.training.train import Training, train

X = torch.rand(40, 8, 8, 1, generator=torch.Generator().manual_seed(0))
Y = torch.randint(0, 10, (2, 40), generator=torch.Generator().manual_seed(1))


def record(step: Step, x: Tensor) -> Recording:
    """Run nothing now; when replayed, read the input and overwrite the outputs where they lie."""
    own, outputs = x.clone(), (torch.zeros(2), torch.zeros(2, dtype=torch.int64))

    def run() -> None:
        for output, value in zip(outputs, step(own), strict=True):
            output.resize_(value.shape).copy_(value)

    return Recording(own, outputs, run)


def test_a_replayed_training_ends_as_one_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded: list[torch.Size] = []

    def counting(step: Step, x: Tensor) -> Recording:
        recorded.append(x.shape)
        return record(step, x)

    ends = []
    for recorder in (None, counting):
        network = build("mlp-1x64", (8, 8, 1), 10, [0, 1])
        labels = torch.stack([(Y[0] < 5).long(), Y[1]])
        recipe = Recipe(0.1, decay=1.0, batch_size=16, epoch_limit=40)
        examples = Examples(X, labels)
        training = Training(recipe, network, examples, examples, [0, 1])
        training.sgd.step = Replay(training.sgd.do_step, recorder)
        ends.append(sorted(train(training), key=lambda ended: ended.position))
    for one, other in zip(*ends, strict=True):
        assert one.course.loss == other.course.loss
        assert torch.equal(one.top_train, other.top_train)
        assert one.course.stopped == other.course.stopped
    assert len(ends[0][0].course.step) != len(ends[0][1].course.step)
    # Both shapes of batch, anew after the stack has become smaller.
    assert [tuple(shape) for shape in recorded] == [(2, 16), (2, 8), (1, 16), (1, 8)]


def test_the_first_steps_are_real_ones() -> None:
    total, recordings = torch.zeros(()), []

    def step(x: Tensor) -> tuple[Tensor, ...]:
        total.add_(x.sum())
        return (total.clone(), total.clone())

    def remember(step: Step, x: Tensor) -> Recording:
        recordings.append(float(total))
        return record(step, x)

    replayed = Replay(step, remember)
    for k in range(1, 7):
        found, _ = replayed(torch.tensor([float(k)]))
        assert float(found) == sum(range(k + 1))
    assert recordings == [sum(range(WARM_UP + 1))]


def test_a_model_of_ones_own_is_never_recorded() -> None:
    model = Foreign(nn.Sequential(nn.Flatten(), nn.Linear(64, 10)))
    examples = Examples(X, Y[:1])
    assert not Training(Recipe(), model, examples, examples, [0]).sgd.recorded
    assert not model.ours and build("alexnet", (8, 8, 1), 10, [0]).ours


def test_networks_of_one_kind_share_what_was_compiled() -> None:
    counter = CompileCounter()
    forward = torch.compile(plain, dynamic=False, backend=counter)
    for seed in (0, 1, 2):
        for name in ("alexnet", "inception"):
            network = build(name, (8, 8, 1), 10, [seed])
            forward(network, X[:16].permute(0, 3, 1, 2)[None]).sum().backward()
    assert counter.frame_count == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["inception", "alexnet"])
def test_a_fused_network_has_the_same_outputs_and_gradients(name: str) -> None:
    one = build(name, (8, 8, 1), 10, [0]).double()
    other = build(name, (8, 8, 1), 10, [1]).double()
    x = X[:16].permute(0, 3, 1, 2).double()[None]
    for network in (one, other):  # the second is computed by what was compiled for the first
        twin = copy.deepcopy(network)
        outputs, expected = fused()(network, x), plain(twin, x)
        assert torch.allclose(outputs, expected, rtol=1e-9)
        outputs.square().sum().backward()
        expected.square().sum().backward()
        for w, v in zip(network.parameters(), twin.parameters(), strict=True):
            assert w.grad is not None and v.grad is not None
            assert torch.allclose(w.grad, v.grad, rtol=1e-6, atol=1e-9 * float(v.grad.abs().max()))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("name", ["mlp-1x64", "alexnet"])
def test_on_a_gpu_a_recorded_training_is_the_training(name: str) -> None:
    ends = []
    for recorder in (None, replay.cuda_graph):
        network = build(name, (8, 8, 1), 10, [0])
        x = (X if name.startswith("mlp") else X.permute(0, 3, 1, 2)).cuda()
        examples = Examples(x, Y[:1].cuda())
        recipe = Recipe(0.01, batch_size=16, epoch_limit=8)
        training = Training(recipe, network, examples, examples, [0])
        training.sgd.forward = plain
        training.sgd.step = Replay(training.sgd.do_step, recorder)
        ends += list(train(training))
    assert ends[0].course.loss == pytest.approx(ends[1].course.loss, rel=1e-4)
