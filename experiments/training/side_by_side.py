"""Replicas trained side by side on a CPU, each to the last bit as it would be alone.

A batched product is cut among threads by how many replicas there are, and a fused update rounds
the last numbers of an array otherwise than the rest: so each replica has products and updates of
its own here, on the same numbers whatever its company. On some processors a product also rounds by
where its matrices begin in memory: here each begins as one that is allocated alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.sgd import sgd
from torch.overrides import handle_torch_function, has_torch_function

# Bytes: torch begins what it allocates on a CPU at a multiple of this.
ALIGNMENT = 64


def affine(bias: Tensor, x: Tensor, weight: Tensor) -> Tensor:
    """Return bias + x weight of each replica: (k, c), (k, B, d), (k, d, c) -> (k, B, c)."""
    if has_torch_function((bias, x, weight)):
        return handle_torch_function(affine, (bias, x, weight), bias, x, weight)
    if x.device.type != "cpu":
        return torch.baddbmm(bias[:, None], x, weight)
    return Affine.apply(bias, x, weight)


class Affine(torch.autograd.Function):
    """`affine` by one product a replica, forward and backward."""

    @staticmethod
    @torch.amp.custom_fwd(device_type="cpu", cast_inputs=torch.bfloat16)
    def forward(ctx: Any, bias: Tensor, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        out = x.new_empty(*x.shape[:2], weight.shape[2])
        for row, of_row, left, right in zip(out, bias, x, weight, strict=True):
            _write(row, torch.addmm, of_row, _aligned(left), _aligned(right))
        return out

    @staticmethod
    @torch.amp.custom_bwd(device_type="cpu")
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor | None, Tensor]:
        (g,), (x, weight) = gradients, ctx.saved_tensors
        of_bias, of_weight = g.new_empty(len(g), g.shape[2]), torch.empty_like(weight)
        of_x = torch.empty_like(x) if ctx.needs_input_grad[1] else None
        for k, each in enumerate(map(_aligned, g)):
            torch.sum(each, 0, out=of_bias[k])
            _write(of_weight[k], torch.mm, _aligned(x[k]).t(), each)
            if of_x is not None:
                _write(of_x[k], torch.mm, each, _aligned(weight[k]).t())
        return of_bias, of_x, of_weight


def _is_aligned(matrix: Tensor) -> bool:
    return matrix.data_ptr() % ALIGNMENT == 0


def _aligned(matrix: Tensor) -> Tensor:
    return matrix if _is_aligned(matrix) else matrix.clone()


def _write(out: Tensor, product: Callable[..., Tensor], *parts: Tensor) -> None:
    """Do out = product(*parts), in its place where the numbers are the same there."""
    if _is_aligned(out):
        product(*parts, out=out)
    else:
        out.copy_(product(*parts))


class EachSGD(torch.optim.SGD):
    """SGD of parameters (k, ...) whose replicas are updated one by one."""

    def step(self, closure: Callable[[], float] | None = None) -> None:  # pyright: ignore
        """Do one step."""
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            for p in params:
                if "momentum_buffer" not in self.state[p]:
                    self.state[p]["momentum_buffer"] = torch.zeros_like(p)
            with torch.no_grad():
                sgd(
                    [row for p in params for row in p],
                    [row for p in params for row in p.grad],
                    [row for p in params for row in self.state[p]["momentum_buffer"]],
                    fused=True,
                    **{name: group[name] for name in ("lr", "momentum", "weight_decay")},
                    **{name: group[name] for name in ("dampening", "nesterov", "maximize")},
                )
