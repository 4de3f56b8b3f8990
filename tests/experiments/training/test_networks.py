"""The paper's networks: exact weight counts, and nothing in them that the paper has not."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from experiments.training.networks import LocalResponseNorm, StackedMLP, build

COUNTS = {
    "inception": 1_649_402,
    "inception-without-batchnorm": 1_649_402,
    "alexnet": 1_387_786,
    "mlp-3x512": 1_735_178,
    "mlp-1x512": 1_209_866,
}


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_weight_counts_are_the_papers(name: str, count: int) -> None:
    network = build(name, (28, 28, 3), 10, [0])
    assert sum(w.numel() for w in network.parameters()) == count


def test_batch_normalization_is_where_it_is_named_and_nowhere_else() -> None:
    def norms(name: str) -> int:
        modules = build(name, (28, 28, 3), 10, [0]).modules()
        return sum(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in modules)

    # One for each of the 19 convolutions.
    assert {name: norms(name) for name in COUNTS} == dict.fromkeys(COUNTS, 0) | {"inception": 19}


def test_initialization_follows_from_the_seed_and_leaves_the_global_generator_alone() -> None:
    for name in ("alexnet", "mlp-1x512"):
        torch.manual_seed(5)
        before = torch.get_rng_state()
        first, again, other = (build(name, (8, 8, 1), 10, [seed]) for seed in (0, 0, 1))
        assert (torch.get_rng_state() == before).all()
        pairs = list(zip(first.parameters(), again.parameters(), strict=True))
        assert all((a == b).all() for a, b in pairs)
        pairs = list(zip(first.parameters(), other.parameters(), strict=True))
        assert any((a != b).any() for a, b in pairs)


@given(st.integers(1, 3), st.integers(1, 9), st.lists(st.integers(0, 99), min_size=1, max_size=4))
def test_a_stack_is_its_replicas_side_by_side(depth: int, width: int, seeds: list[int]) -> None:
    name = f"mlp-{depth}x{width}"
    x = torch.linspace(-1, 1, len(seeds) * 3 * 4).view(len(seeds), 3, 2, 2, 1)
    stacked = build(name, (2, 2, 1), 5, seeds)(x)
    for row, seed in enumerate(seeds):
        alone = build(name, (2, 2, 1), 5, [seed])(x[row : row + 1])
        torch.testing.assert_close(stacked[row : row + 1], alone)


def test_dropping_a_replica_leaves_the_others() -> None:
    stack = build("mlp-2x4", (2, 2, 1), 3, [0, 1, 2])
    x = torch.ones(3, 5, 2, 2, 1)
    before = stack(x)
    assert isinstance(stack, StackedMLP)
    stack.keep([2, 0])
    torch.testing.assert_close(stack(x[:2]), before[[2, 0]])


def test_an_mlp_is_that_of_torch() -> None:
    stack = build("mlp-2x16", (4, 4, 3), 10, [7])
    layers = []
    for weight, bias in zip(stack.weights, stack.biases, strict=True):  # pyright: ignore
        linear = nn.Linear(*weight.shape[1:])
        linear.weight.data, linear.bias.data = weight[0].t(), bias[0]
        layers += [linear, nn.ReLU()]
    x = torch.randn(6, 4, 4, 3, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(stack(x[None])[0], nn.Sequential(*layers[:-1])(x.flatten(1)))


def test_local_response_normalization_is_that_of_torch() -> None:
    x = 30 * torch.randn(2, 64, 5, 5, generator=torch.Generator().manual_seed(0))
    reference = nn.LocalResponseNorm(9, alpha=0.001, beta=0.75, k=1.0)(x)
    torch.testing.assert_close(LocalResponseNorm(64)(x), reference)


def test_an_unknown_network_and_a_stack_of_convolutions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"'resnet' is unknown: there are mlp-1x512"):
        build("resnet", (28, 28, 3), 10, [0])
    with pytest.raises(ValueError, match="only MLPs are stacked"):
        build("alexnet", (28, 28, 3), 10, [0, 1])


def test_inception_v3_is_torchvisions() -> None:
    pytest.importorskip("torchvision", exc_type=ImportError)
    network = build("inception-v3", (299, 299, 3), 1000, [0])
    # 27,161,264 with the auxiliary head, whose weights are 3,326,696.
    assert sum(w.numel() for w in network.parameters()) == 27_161_264 - 3_326_696
