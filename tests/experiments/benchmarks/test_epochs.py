"""The benchmarks run on this machine; nothing here is timed against a bar."""

from __future__ import annotations

import pytest
import torch

from experiments.benchmarks.device import kernel, literal
from experiments.benchmarks.epochs import EPOCH, operations, ours, plain
from experiments.suites.plan import ALEXNET, MLPS

CPU = torch.device("cpu")


@pytest.mark.parametrize("network", [MLPS[0], ALEXNET])
def test_an_epoch_of_each_kind_of_network_takes_time(network: str) -> None:
    assert ours(network, "fp32", 128).best > 0


def test_a_stack_and_the_plain_loop_take_time() -> None:
    assert ours(MLPS[1], "fp32", 128, 2).best > 0 and plain(MLPS[1], 128).best > 0


def test_an_epoch_takes_six_operations_for_each_weight_less_those_to_the_pixels() -> None:
    # Forward and two products backward, but nobody asks for the gradient of the images.
    first, second = 2352 * 512, 512 * 10
    expected = EPOCH * (4 * first + 6 * second)
    assert operations("mlp-1x512") == pytest.approx(expected, rel=1e-3)


def test_the_literal_network_and_the_kernel_come_near_the_reference(
    capsys: pytest.CaptureFixture[str],
) -> None:
    literal(200, CPU)
    kernel(200, CPU, {torch.float32: 1e9, torch.float64: 1e9})
    said = capsys.readouterr().out
    assert float(said.split("relative error ")[1].split()[0]) < 1e-12
    assert float(said.split("relative residual ")[1].split()[0]) < 1e-8
