"""A network's forward pass with its elementwise work fused into few kernels."""

from __future__ import annotations

import shutil
import sysconfig
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor, nn

Forward = Callable[[nn.Module, Tensor], Tensor]


def plain(network: nn.Module, x: Tensor) -> Tensor:
    """Return network(x)."""
    return network(x)


@cache
def fused() -> Forward:
    """Return `plain` compiled: for each kind of network and shape once, which takes a minute.

    Networks of one kind share what was compiled, whatever their weights.
    """
    return torch.compile(plain, dynamic=False)


def can_fuse(device: torch.device) -> bool:
    """Tell whether there is a GPU, and what compiling for it needs: Triton, C, Python's headers."""
    compilers = map(shutil.which, ("cc", "gcc", "clang"))
    headers = Path(sysconfig.get_path("include"), "Python.h").exists()
    triton = find_spec("triton") is not None
    return device.type == "cuda" and triton and headers and any(compilers)
