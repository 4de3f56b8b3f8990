"""The details of the authors' framework: against windows and averages written out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d

from experiments.contestants import Trained
from experiments.training.networks import build
from experiments.training.recipe import Recipe
from experiments.training.tensorflow import as_in_tensorflow


def same(x: np.ndarray, side: int, stride: int) -> np.ndarray:
    """Return the padded image of TensorFlow's definition of "SAME" (its guide to convolution)."""
    out = math.ceil(len(x) / stride)
    total = max((out - 1) * stride + side - len(x), 0)
    return np.pad(x, (total // 2, total - total // 2))


@pytest.mark.parametrize("side", [7, 8, 28])
def test_strided_windows_lie_where_same_puts_them(side: int) -> None:
    network = build("inception", (side, side, 3), 10, [0])
    as_in_tensorflow(network)
    strided = [m for m in network.modules() if getattr(m, "stride", 1) in (2, (2, 2))]
    assert len(strided) == 4
    x = torch.rand(side, side)
    padded = torch.from_numpy(same(x.numpy(), 3, 2))
    for layer in strided:
        if isinstance(layer, nn.MaxPool2d):
            windows = padded.unfold(0, 3, 2).unfold(1, 3, 2)
            expected, found = windows.amax((2, 3)), layer(x[None, None])[0, 0]
        else:
            layer = layer.float()
            weight = layer.get_parameter("weight")
            many = x.expand(1, weight.shape[1], side, side)
            expected = conv2d(padded.expand(1, weight.shape[1], *padded.shape), weight, stride=2)
            found = layer(many)
        torch.testing.assert_close(found, expected)


def test_sides_weights_and_their_number_stay() -> None:
    for name in ("alexnet", "inception", "inception-without-batchnorm"):
        network, plain = (build(name, (28, 28, 3), 10, [0]) for _ in range(2))
        as_in_tensorflow(network)
        pairs = list(zip(network.parameters(), plain.parameters(), strict=True))
        assert all((a == b).all() for a, b in pairs)
        x = torch.rand(1, 2, 3, 28, 28)
        assert network(x).shape == plain(x).shape == (1, 2, 10)


def test_averages_move_by_a_thousandth_a_step() -> None:
    network = build("inception", (8, 8, 3), 10, [0])
    as_in_tensorflow(network)
    norm = next(m for m in network.modules() if isinstance(m, nn.BatchNorm2d))
    x = torch.rand(4, 96, 8, 8)
    norm.train()(x)
    mean = norm.get_buffer("running_mean")
    torch.testing.assert_close(mean, 0.001 * x.mean((0, 2, 3)))


@pytest.mark.parametrize("name", ["alexnet", "mlp-3x512"])
def test_decay_spares_biases(name: str) -> None:
    network = build(name, (8, 8, 3), 10, [0])
    as_in_tensorflow(network)
    before = {name: w.detach().clone() for name, w in network.named_parameters()}
    for name, parameter in network.named_parameters():
        if "bias" in name:
            nn.init.ones_(parameter)
        parameter.grad = torch.zeros_like(parameter)
    network.optimizer(Recipe(learning_rate=0.1, weight_decay=0.5)).step()
    for name, parameter in network.named_parameters():
        expected = torch.ones_like(parameter) if "bias" in name else 0.95 * before[name]
        torch.testing.assert_close(parameter.detach(), expected)


def test_the_hashes_of_older_records_stay() -> None:
    assert "framework" not in Trained().specification
    assert Trained(framework="tensorflow").specification["framework"] == "tensorflow"
    with pytest.raises(ValueError, match="framework is 'jax': it is pytorch or tensorflow"):
        Trained(framework="jax")  # pyright: ignore[reportArgumentType]
