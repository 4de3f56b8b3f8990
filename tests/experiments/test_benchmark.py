"""The benchmark runs on every kind of network; nothing here is timed against a bar."""

from __future__ import annotations

import pytest

from experiments.benchmark import ours, plain
from experiments.suites import ALEXNET, MLPS


@pytest.mark.parametrize("network", [MLPS[0], ALEXNET])
def test_an_epoch_of_each_kind_of_network_takes_time(network: str) -> None:
    assert ours(network, "fp32", 128) > 0


def test_a_stack_and_the_plain_loop_take_time() -> None:
    assert ours(MLPS[1], "fp32", 128, 2) > 0 and plain(MLPS[1], 128) > 0
