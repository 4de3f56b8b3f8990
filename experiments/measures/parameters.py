"""A torch module in evaluation mode as a function of the vector of its parameters."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import softmax

from experiments.training.convolutions import full_precision

Array = NDArray[np.float64]
PART = 1024


def flat(module: nn.Module) -> Array:
    """Return all parameters, float64 (W,), in the module's order."""
    return torch.cat([w.detach().cpu().double().flatten() for w in module.parameters()]).numpy()


def outputs(module: nn.Module, x: Tensor) -> Array:
    """Return what the module answers in evaluation mode, float64 (n, K), part by part.

    Raises TypeError for a module that does not answer in a tensor.
    """
    with evaluating(module), torch.no_grad(), full_precision():
        found = [module(part) for part in x.split(PART)]
    if other := [each for each in found if not isinstance(each, Tensor)]:
        raise TypeError(
            f"module answers with a {type(other[0]).__name__}: give one that returns its scores"
        )
    return torch.cat([each.cpu().double() for each in found]).numpy()


def error_at(module: nn.Module, x: Tensor, labels: NDArray[np.int64]) -> Callable[[Array], float]:
    """Return the function that maps parameters (W,) to the share of wrong answers on a sample.

    Buffers, as BatchNorm's statistics, stay what they are; the module itself is not changed.
    """
    own = deepcopy(module)
    sizes = [weight.numel() for weight in own.parameters()]

    def error(weights: Array) -> float:
        parts = torch.from_numpy(weights).split(sizes)
        with torch.no_grad():
            for weight, part in zip(own.parameters(), parts, strict=True):
                weight.copy_(part.view(weight.shape))
        return float((outputs(own, x).argmax(1) != labels).mean())

    return error


def fisher_rao(module: nn.Module, x: Tensor, labels: NDArray[np.int64]) -> float:
    """Return the root mean square over the sample of d loss_i(s w) / d s at s = 1.

    w are all parameters.

    The empirical Fisher-Rao norm of Liang, Poggio, Rakhlin and Stokes 2019, cross-entropy; of ReLU
    networks of L layers without biases, L times the root mean square of <gradient of loss_i in the
    outputs, outputs>. Cost: one pass forward with its derivative.
    """
    weights = {name: weight.detach() for name, weight in module.named_parameters()}
    total = 0.0
    given = torch.from_numpy(labels)
    for part, y in zip(x.split(PART), given.split(PART), strict=True):

        def answers(parameters: dict[str, Tensor], part: Tensor = part) -> Tensor:
            return torch.func.functional_call(module, parameters, (part,))

        with evaluating(module), full_precision(), _without_fused_layers():
            found, change = torch.func.jvp(answers, (weights,), (weights,))[:2]
        found, change = found.cpu(), change.cpu()
        gradient = softmax(found.double(), 1)
        gradient[torch.arange(len(y)), y] -= 1
        total += float((gradient * change.double()).sum(1).square().sum())
    return math.sqrt(total / len(x))


@contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """Have a module in evaluation mode, and leave its parts in the modes that they were in."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


@contextmanager
def _without_fused_layers() -> Iterator[None]:
    """Let recurrent layers and attention do without the kernels that have no forward derivative."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of TF32, which is not asked for
            with torch.backends.mkldnn.flags(enabled=False), sdpa_kernel(SDPBackend.MATH):
                yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
