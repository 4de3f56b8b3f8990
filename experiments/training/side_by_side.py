"""Replicas trained side by side on a CPU, each to the last bit as it would be alone.

A batched product is cut among threads by how many replicas there are, and a fused update rounds
the last numbers of an array otherwise than the rest: so each replica has products and updates of
its own here, on the same numbers whatever its company.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.sgd import sgd
from torch.overrides import handle_torch_function, has_torch_function


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
        for row, parts in zip(out, zip(bias, x, weight, strict=True), strict=True):
            torch.addmm(*parts, out=row)
        return out

    @staticmethod
    @torch.amp.custom_bwd(device_type="cpu")
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor | None, Tensor]:
        (g,), (x, weight) = gradients, ctx.saved_tensors
        of_bias, of_weight = g.new_empty(len(g), g.shape[2]), torch.empty_like(weight)
        of_x = torch.empty_like(x) if ctx.needs_input_grad[1] else None
        for k, each in enumerate(g):
            torch.sum(each, 0, out=of_bias[k])
            torch.mm(x[k].t(), each, out=of_weight[k])
            if of_x is not None:
                torch.mm(each, weight[k].t(), out=of_x[k])
        return of_bias, of_x, of_weight


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
