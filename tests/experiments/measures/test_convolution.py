"""Operator norms of convolutions against dense matrices; BatchNorm as part of a layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from experiments.measures import convolution
from experiments.measures.convolution import operator_norm
from experiments.measures.layers import evaluate
from experiments.measures.panel import FROM_THE_START, panel_of_module
from experiments.measures.stack import from_torch

LAYERS: list[tuple[dict[str, Any], tuple[int, int, int]]] = [
    ({"padding": 1, "padding_mode": "circular"}, (3, 5, 5)),
    ({"padding": 1, "padding_mode": "circular"}, (3, 4, 7)),
    ({"padding": 1}, (3, 5, 5)),
    ({"padding": 2, "stride": 2}, (3, 7, 6)),
    ({"dilation": 2, "padding": "same"}, (3, 6, 6)),
    ({"padding": 1, "padding_mode": "reflect", "groups": 3}, (3, 5, 5)),
    ({"padding": 1, "padding_mode": "circular", "stride": 2}, (3, 6, 6)),
]


def dense(layer: nn.Conv2d, shape: tuple[int, int, int]) -> np.ndarray:
    """The matrix, column by column, by the layer itself."""
    own = layer.double()
    basis = torch.eye(int(np.prod(shape)), dtype=torch.float64).view(-1, *shape)
    with torch.no_grad():
        return (own(basis) - own(torch.zeros(1, *shape).double())).flatten(1).numpy()


@pytest.mark.parametrize("written_out", [True, False])
@pytest.mark.parametrize(("options", "shape"), LAYERS)
def test_the_norm_is_that_of_the_dense_matrix(
    options: dict[str, Any],
    shape: tuple[int, int, int],
    written_out: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch.manual_seed(0)
    monkeypatch.setattr(convolution, "DENSE", 10**6 if written_out else 0)
    layer = nn.Conv2d(3, 6, 3, **options)
    expected = np.linalg.norm(dense(layer, shape), 2)
    assert operator_norm(layer, shape) == pytest.approx(expected, rel=1e-8)


def test_few_outputs_of_many_inputs_are_written_out_by_the_transpose() -> None:
    """The identity of the inputs, 60,000 by 60,000, would be 27 GiB."""
    torch.manual_seed(0)
    layer = nn.Conv2d(15, 2, (40, 100), bias=False)
    found = operator_norm(layer, (15, 40, 100))
    written = layer.weight.detach().double().flatten(1)  # one place: the kernel is the matrix
    assert found == pytest.approx(float(torch.linalg.matrix_norm(written, 2)))


def test_the_reshaped_kernel_is_neither_the_norm_nor_a_bound() -> None:
    """Public code took it; k times it is a bound."""
    torch.manual_seed(0)
    layer = nn.Conv2d(3, 6, 3, padding=1)
    nn.init.ones_(layer.weight)
    true = operator_norm(layer, (3, 12, 12))
    reshaped = float(torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2))
    assert 1.5 * reshaped < true <= 3 * reshaped


def test_the_norm_depends_on_the_input_size_of_the_layer_itself() -> None:
    """Public code took the network's."""
    torch.manual_seed(0)
    layer = nn.Conv2d(1, 1, 5, padding=2)
    nn.init.ones_(layer.weight)
    assert operator_norm(layer, (1, 5, 5)) < 0.9 * operator_norm(layer, (1, 28, 28))


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("affine", [True, False])
def test_a_folded_batchnorm_keeps_the_outputs(bias: bool, affine: bool) -> None:
    """With and without a bias before it, which public code took for granted."""
    torch.manual_seed(0)
    layers = [nn.Linear(4, 8, bias=bias), nn.BatchNorm1d(8, affine=affine), nn.ReLU()]
    module = nn.Sequential(*layers, nn.Linear(8, 3)).double()
    if affine:
        nn.init.normal_(module[1].weight)  # pyright: ignore
        nn.init.normal_(module[1].bias)  # pyright: ignore
    for _ in range(5):
        module(3 + 2 * torch.randn(50, 4, dtype=torch.float64))
    x = torch.randn(30, 4, dtype=torch.float64)
    module.eval()
    with torch.no_grad():
        expected = module(x).numpy()
    assert np.abs(evaluate(from_torch(module), x.numpy()) - expected).max() < 1e-12


def test_a_batchnorm_has_no_reference_fixed_before_the_sample() -> None:
    torch.manual_seed(0)

    def make() -> nn.Module:
        return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))

    module, initial = make(), make()
    x = torch.randn(40, 4)
    module.eval()
    labels = module(x).argmax(1).numpy()
    found = panel_of_module(module, initial, x, labels)
    for name in (*FROM_THE_START, "PAC-Bayes bound"):
        assert found[name].value is None and "come from the sample" in found[name].why
    assert found["path norm, l1"].value is not None
    with pytest.raises(TypeError, match="keeps no statistics"):
        from_torch(
            nn.Sequential(
                nn.Linear(4, 8),
                nn.BatchNorm1d(8, track_running_stats=False),
                nn.ReLU(),
                nn.Linear(8, 3),
            )
        )


@pytest.mark.parametrize("side", [3, 14, 15, 20])
def test_a_convolution_of_zeros_has_the_norm_zero(side: int) -> None:
    layer = nn.Conv2d(1, 1, 3, padding=1)
    nn.init.zeros_(layer.weight)
    assert operator_norm(layer, (1, side, side)) == 0
