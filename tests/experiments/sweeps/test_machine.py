"""What a record says of its machine is enough to judge whether another computes the same bits."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest
import torch

from experiments.sweeps.machine import machine
from experiments.training.precision import has_bfloat16

CPUINFO = Path("/proc/cpuinfo")
linux_x86 = pytest.mark.skipif(
    not CPUINFO.exists() or platform.machine() != "x86_64", reason="reads /proc/cpuinfo of x86"
)


def _flags() -> set[str]:
    lines = CPUINFO.read_text().splitlines()
    return set(next(line for line in lines if line.startswith("flags")).split())


@linux_x86
def test_the_processor_is_named_by_vendor_model_and_instructions() -> None:
    found = machine()
    assert found["vendor"] in CPUINFO.read_text() and len(found["model"]) == 3
    assert set(found["instructions"]) <= _flags()
    assert "sse4_2" in found["instructions"]
    assert any("openblas" in name or "mkl" in name for name in found["blas"])


@linux_x86
def test_instructions_for_bfloat16_are_those_that_the_processor_lists() -> None:
    """Not those that torch supports, which include what it emulates at a third of the speed."""
    listed = bool({"avx512_bf16", "amx_bf16"} & _flags())
    assert has_bfloat16(torch.device("cpu")) == listed
