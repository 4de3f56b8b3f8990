"""Products in bfloat16: by the device's own instructions, or rounded to what those would give."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear
from torch.overrides import TorchFunctionMode

from experiments.training.recipe import Precision
from experiments.training.side_by_side import affine

PRODUCTS = {torch.conv2d, affine, linear}


def has_bfloat16(device: torch.device) -> bool:
    """Tell whether a device has instructions for products in bfloat16.

    Torch's own test of what it supports (AVX-512, say) includes processors on which it emulates.
    """
    if device.type != "cpu":
        return True
    there = torch.cpu.get_capabilities()
    return any(there.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def products(
    precision: Precision, device: torch.device, ours: bool
) -> AbstractContextManager[object]:
    """Return the context in which a network's products have this precision.

    Processors without instructions for bfloat16 would take up to a hundred times as long as for
    single precision, so on those `Rounded` stands in, where the network is `ours`: it knows no
    products but theirs.
    """
    if precision == "fp32":
        return nullcontext()
    if ours and not has_bfloat16(device):
        return Rounded()
    return _summed_in_single(device)


@contextmanager
def _summed_in_single(device: torch.device) -> Iterator[None]:
    """Multiply in bfloat16; on a GPU parts of a sum are not rounded to it either."""
    matmul = torch.backends.cuda.matmul
    before = matmul.allow_bf16_reduced_precision_reduction
    matmul.allow_bf16_reduced_precision_reduction = False
    try:
        with torch.autocast(device.type, torch.bfloat16):
            yield
    finally:
        matmul.allow_bf16_reduced_precision_reduction = before


class Rounded(TorchFunctionMode):
    """Round what products take and give to bfloat16, forward and backward, and add in single.

    A product of two such numbers is exact in single precision: the results are those of
    instructions for bfloat16 that add up in single precision, but for the order of the sum.
    """

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func not in PRODUCTS:
            return func(*args, **(kwargs or {}))
        return func(*map(_rounded, args), **(kwargs or {})).to(torch.bfloat16)


def _rounded(value: Any) -> Any:
    floating = isinstance(value, Tensor) and value.is_floating_point()
    return value.to(torch.bfloat16).float() if floating else value
