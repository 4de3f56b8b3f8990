"""Where there are no instructions for bfloat16, products are rounded as theirs would be."""

from __future__ import annotations

import copy

import pytest
import torch

from experiments.training.networks import build
from experiments.training.precision import PRODUCTS, Rounded
from experiments.training.side_by_side import affine

X = torch.rand(24, 8, 8, 1, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", ["mlp-2x32", "alexnet", "inception-without-batchnorm"])
def test_outputs_and_gradients_are_those_of_bfloat16_instructions(name: str) -> None:
    network = build(name, (8, 8, 1), 10, [0])
    twin = copy.deepcopy(network)
    x = (X if name.startswith("mlp") else X.permute(0, 3, 1, 2))[None]
    with Rounded():
        found = network(x)
    with torch.autocast("cpu", torch.bfloat16):
        expected = twin(x)
    assert found.dtype == torch.bfloat16
    single = build(name, (8, 8, 1), 10, [0])(x)
    scale = float(single.detach().abs().max())
    assert (found.float() - expected.float()).abs().max() < 0.02 * scale
    assert not torch.equal(found.float(), single)
    for outputs in (found, expected):
        outputs.float().square().sum().backward()
    for w, v in zip(network.parameters(), twin.parameters(), strict=True):
        assert w.grad is not None and v.grad is not None and w.grad.dtype == torch.float32
        assert (w.grad - v.grad).norm() < 0.03 * v.grad.norm()


def test_a_product_is_exact_but_for_the_rounding_of_its_factors_and_result() -> None:
    generator = torch.Generator().manual_seed(0)
    bias, x, w = (
        torch.randn(*shape, generator=generator) for shape in ((1, 7), (1, 5, 5), (1, 5, 7))
    )
    with Rounded():
        found = affine(bias, x, w)
    low = [part.bfloat16().double() for part in (bias, x, w)]
    assert torch.equal(found, (low[0] + low[1] @ low[2]).float().bfloat16())


def test_every_product_of_the_networks_is_rounded() -> None:
    assert {torch.conv2d, affine, torch.nn.functional.linear} == PRODUCTS
    with Rounded():
        layer = torch.nn.Conv2d(1, 2, 3)
        assert layer(X.permute(0, 3, 1, 2)).dtype == torch.bfloat16
        assert torch.nn.Linear(8, 2)(X[..., 0]).dtype == torch.bfloat16
