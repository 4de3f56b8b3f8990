"""What holds of a GPU, or of a device without doubles, rehearsed without one."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from experiments.kernels import gabor as wavelets
from experiments.measures import parameters
from experiments.training import fusion, randomness
from experiments.training.convolutions import full_precision
from experiments.training.examples import Examples
from experiments.training.networks import Foreign, build
from experiments.training.precision import products
from experiments.training.randomness import Randomness
from experiments.training.recipe import Recipe
from experiments.training.train import Training, train

CPU = torch.device("cpu")
cudnn: Any = torch.backends.cudnn


def settings() -> tuple[Any, ...]:
    try:
        older = cudnn.allow_tf32
    except RuntimeError:
        older = "raises"
    precisions = [kind.fp32_precision for kind in (cudnn.conv, cudnn.rnn, cudnn, torch.backends)]
    return *precisions, older, cudnn.benchmark, cudnn.deterministic


@pytest.fixture
def restored() -> Iterator[None]:
    before = settings()
    yield
    torch.backends.fp32_precision = cudnn.fp32_precision = "none"  # pyright: ignore
    cudnn.allow_tf32 = before[4]
    cudnn.conv.fp32_precision, cudnn.rnn.fp32_precision = before[:2]
    cudnn.benchmark, cudnn.deterministic = before[5:]
    assert settings() == before


@pytest.mark.parametrize(
    ("where", "name", "value"),
    [
        (cudnn, "allow_tf32", True),
        (cudnn, "allow_tf32", False),
        (cudnn.conv, "fp32_precision", "ieee"),
        (cudnn.conv, "fp32_precision", "tf32"),
        (cudnn, "fp32_precision", "ieee"),
        (torch.backends, "fp32_precision", "ieee"),
        (torch.backends, "fp32_precision", "tf32"),
        (cudnn, "deterministic", True),
        (cudnn, "benchmark", True),
    ],
)
def test_convolutions_are_in_single_precision_whatever_was_set(
    where: Any, name: str, value: Any, restored: None
) -> None:
    setattr(where, name, value)
    before = settings()
    with full_precision():
        assert settings()[:2] == ("ieee", "ieee")
        assert cudnn.benchmark == (not cudnn.deterministic)
        with full_precision():
            assert settings()[:2] == ("ieee", "ieee")
        assert settings()[:2] == ("ieee", "ieee")
    assert settings() == before


def test_what_convolves_beside_training_does_so_in_single_precision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []
    plain = torch.nn.functional.conv2d

    def spied(*arguments: Any, **options: Any) -> Any:
        seen.append(cudnn.conv.fp32_precision)
        return plain(*arguments, **options)

    class Convolving(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(2, 1, 3, 3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return spied(x, self.weight).flatten(2).sum(2)

    monkeypatch.setattr(wavelets, "conv2d", spied)
    wavelets.gabor(np.zeros((2, 12, 12), np.uint8), (0.2,))
    parameters.outputs(Convolving(), torch.ones(3, 1, 4, 4))
    parameters.fisher_rao(Convolving(), torch.ones(3, 1, 4, 4), np.zeros(3, np.int64))
    assert len(seen) == 3 and set(seen) == {"ieee"}


class TwoGPUs:
    """Two generators in the place of torch.cuda's, the first of them the current one's."""

    def __init__(self) -> None:
        self.generators = [torch.Generator().manual_seed(k) for k in range(2)]

    def of(self, device: Any) -> torch.Generator:
        return self.generators[torch.device(device).index or 0]

    def get_rng_state(self, device: Any = "cuda:0") -> torch.Tensor:
        return self.of(device).get_state()

    def set_rng_state(self, state: torch.Tensor, device: Any = "cuda:0") -> None:
        self.of(device).set_state(state)


@pytest.mark.parametrize("number", [0, 1])
def test_each_gpu_draws_on_and_the_callers_generators_stay(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus, generator = TwoGPUs(), torch.Generator
    for name in ("get_rng_state", "set_rng_state"):
        monkeypatch.setattr(torch.cuda, name, getattr(gpus, name))
    monkeypatch.setattr(randomness.torch, "Generator", lambda device=CPU: generator())
    mine = Randomness([5], torch.device("cuda", number))
    before = [each.get_state() for each in (torch.default_generator, *gpus.generators)]

    def epoch(drawing: Randomness) -> list[float]:
        with drawing.drawn():
            return torch.rand(3, generator=gpus.generators[number]).tolist()

    first = [epoch(mine) for _ in range(3)]
    assert len({tuple(each) for each in first}) == 3, "dropout would be the same in each epoch"
    again = Randomness([5], torch.device("cuda", number))
    assert [epoch(again) for _ in range(2)] == first[:2]
    resumed = Randomness([6], torch.device("cuda", number))
    resumed.restore(again.state())
    assert epoch(resumed) == first[2]
    after = [each.get_state() for each in (torch.default_generator, *gpus.generators)]
    assert all(map(torch.equal, before, after))


def test_what_was_kept_on_a_processor_goes_on_on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = torch.Generator
    monkeypatch.setattr(randomness.torch, "Generator", lambda device=CPU: generator())
    on_cpu, on_gpu = Randomness([5]), Randomness([6], torch.device("cuda"))
    with on_cpu.drawn():
        torch.rand(3)
    on_gpu.restore(on_cpu.state())
    assert len(on_gpu.state()["global"]) == 2
    assert torch.equal(on_gpu.state()["global"][0], on_cpu.state()["global"][0])
    on_cpu.restore(on_gpu.state())
    assert len(on_cpu.state()["global"]) == 1


def test_building_a_network_seeds_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "manual_seed_all", lambda seed: pytest.fail("seeded"))
    before = torch.get_rng_state()
    build("alexnet", (28, 28, 3), 10, [3])
    assert torch.equal(torch.get_rng_state(), before)


def test_numbers_become_doubles_on_the_processor_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tensor that is asked for doubles before it was asked to come to the processor fails."""
    arrived: set[int] = set()
    to_cpu, to_double = torch.Tensor.cpu, torch.Tensor.double

    def cpu(self: torch.Tensor, *given: Any, **options: Any) -> torch.Tensor:
        found = to_cpu(self, *given, **options).clone()
        arrived.add(id(found))
        kept.append(found)
        return found

    def double(self: torch.Tensor) -> torch.Tensor:
        assert id(self) in arrived, "doubles on the device"
        return to_double(self)

    kept: list[torch.Tensor] = []
    monkeypatch.setattr(torch.Tensor, "cpu", cpu)
    monkeypatch.setattr(torch.Tensor, "double", double)
    x, y = torch.rand(8, 16), torch.zeros(1, 8, dtype=torch.int64)
    examples = Examples(x, y)
    training = Training(
        Recipe(epoch_limit=1, batch_size=4, early_stopping=True),
        Foreign(nn.Linear(16, 2)),
        examples,
        examples,
        [0],
    )
    assert len(list(train(training))) == 1


class Remembering(nn.Module):
    """Keeps what its first forward pass makes, where it is made, and a history on the processor."""

    def __init__(self) -> None:
        super().__init__()
        self.linear, self.running = nn.Linear(3, 2), None
        self.bank: list[Any] = []
        self.history: dict[str, Any] = {}


def test_what_a_model_keeps_on_a_gpu_is_there_again_when_it_goes_on() -> None:
    """The device "meta" stands for the GPU: a checkpoint brings all tensors to the processor."""
    there = Remembering().to("meta")
    there.running = torch.ones(3, device="meta")  # pyright: ignore
    there.bank = [torch.ones(2, device="meta"), (torch.ones(1), 7)]
    there.history = {"loss": torch.ones(1), "names": ["a"]}
    state = Foreign(there).get_extra_state()
    here = torch.utils._pytree.tree_map_only(  # pyright: ignore
        torch.Tensor, lambda t: torch.zeros(t.shape), state
    )
    again = Remembering().to("meta")
    Foreign(again).set_extra_state(here)
    assert again.running.device.type == again.bank[0].device.type == "meta"  # pyright: ignore
    assert again.bank[1][0].device.type == again.history["loss"].device.type == "cpu"
    assert type(again.bank[1]) is tuple and again.bank[1][1] == 7
    assert again.history["names"] == ["a"]


@pytest.mark.parametrize("headers", [True, False])
def test_networks_are_compiled_only_where_pythons_headers_are(
    headers: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if headers:
        (tmp_path / "Python.h").touch()
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(fusion, "find_spec", lambda name: object())
    monkeypatch.setattr(fusion.shutil, "which", lambda name: "/usr/bin/cc")
    assert fusion.can_fuse(torch.device("cuda")) == headers
    assert not fusion.can_fuse(CPU)


def test_sums_of_products_in_bfloat16_are_in_single_precision_on_a_gpu_too() -> None:
    matmul = torch.backends.cuda.matmul
    before = matmul.allow_bf16_reduced_precision_reduction
    with products("bf16", CPU, ours=False):
        assert not matmul.allow_bf16_reduced_precision_reduction
    assert matmul.allow_bf16_reduced_precision_reduction == before
