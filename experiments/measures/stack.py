"""A torch module read as a stack of layers: dense ones and convolutions, ReLU, pooling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor, nn

from experiments.measures import pooling
from experiments.measures.chain import chain
from experiments.measures.convolution import Convolution
from experiments.measures.layers import Layer
from experiments.measures.matrix import Array, times

NOTHING = (nn.Identity, nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.AlphaDropout)


def from_torch(module: object, shape: Sequence[int] | None = None) -> list[Layer]:
    """Return the layers of a torch module that is a stack of Linear, Conv2d, pooling and ReLU.

    Its forward may be its own, as long as it calls one part after the other. A BatchNorm becomes
    part of the layer before it, or of that after it, as in evaluation mode.

    Parameters
    ----------
    module : of torch
    shape : of one input as the module takes it, (channels, height, width) or (d,); may be left out
        where the first layer is a Linear

    Returns
    -------
    list of Layer, which act on inputs that are flattened

    Raises
    ------
    TypeError
        naming the first part that is something else, for which the norms here are not defined.

    Examples
    --------
    >>> import torch
    >>> from experiments.measures.stack import from_torch
    >>> layers = [torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2)]
    >>> net = torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.Linear(36, 10))
    >>> [layer.M.shape for layer in from_torch(net, (1, 8, 8))]
    [(144, 64), (10, 36)]
    """
    if not isinstance(module, nn.Module):
        raise TypeError(f"module is a {type(module).__name__}: give a torch.nn.Module")
    reading = _Reading(None if shape is None else tuple(shape))
    try:
        for name, part in chain(module):
            reading.read(name, part)
        return reading.layers()
    except TypeError as error:
        raise TypeError(f"{type(module).__name__} is no stack of layers: {error}") from error


@dataclass
class _Reading:
    """What was read so far.

    Attributes
    ----------
    shape : of what leaves it
    found : the layers
    activated : whether a ReLU, or nothing yet, was last
    scale, shift : of a BatchNorm that becomes part of the next layer, at every place
    """

    shape: tuple[int, ...] | None
    found: list[Layer] = field(default_factory=list)
    activated: bool = True
    waiting: tuple[Array, Array] | None = None

    def read(self, name: str, part: nn.Module) -> None:
        match part:
            case nn.Linear() | nn.Conv2d():
                self._layer(name, part)
            case nn.BatchNorm1d() | nn.BatchNorm2d():
                self._normalized(name, part)
            case nn.ReLU():
                self._activated(name)
            case nn.Flatten() if (part.start_dim, part.end_dim) == (1, -1):
                self.shape = None if self.shape is None else (math.prod(self.shape),)
            case _ if isinstance(part, pooling.KINDS):
                self._pooled(name, part)
            case _ if not isinstance(part, NOTHING):
                raise TypeError(
                    f"{name} is a {type(part).__name__}, and these measures are defined for stacks "
                    "of Linear, Conv2d, BatchNorm, pooling and ReLU"
                )

    def layers(self) -> list[Layer]:
        if not self.found or self.activated or self.waiting:
            raise TypeError("it must end in a Linear whose outputs are the class scores")
        if any(pool.largest for pool in self.found[-1].pooling):
            raise TypeError("it ends in a pooling of the largest value: there must be K scores")
        if len(self.shape or ()) != 1:
            raise TypeError(f"it ends in outputs of shape {self.shape}: there must be K scores")
        return self.found

    def _layer(self, name: str, part: nn.Linear | nn.Conv2d) -> None:
        kind = type(part).__name__
        if not self.activated:
            raise TypeError(f"{name} follows a {kind} without a ReLU: merge the two")
        weight = part.weight.detach().to("cpu", torch.float64, copy=True)
        if isinstance(part, nn.Linear):
            self.shape = self.shape or (part.in_features,)
            M, out, places = weight.numpy(), (part.out_features,), 1
        else:
            M = _convolution(name, part, weight, self._image(name, part))
            out, places = M.image_out, math.prod(M.image_out[1:])
        if isinstance(part, nn.Linear) and self.shape != (M.shape[1],):
            raise TypeError(f"{name} is a {kind} on inputs of shape {self.shape}: flatten them")
        bias = torch.zeros(len(weight)) if part.bias is None else part.bias.detach()
        layer = Layer(M, np.repeat(_array(bias), places))
        self.found.append(_after(layer, *self.waiting) if self.waiting else layer)
        self.activated, self.waiting, self.shape = False, None, out

    def _normalized(self, name: str, part: nn.BatchNorm1d | nn.BatchNorm2d) -> None:
        scale, shift = _folded(name, part)
        if self.shape is None:
            self.shape = (len(scale),)
        places = math.prod(self.shape[1:])
        scale, shift = np.repeat(scale, places), np.repeat(shift, places)
        if self.waiting or (self.found and self.found[-1].pooling):
            raise TypeError(f"{name} is a {type(part).__name__} after a pooling or another one")
        if self.activated:
            self.waiting = scale, shift
        elif isinstance(self.found[-1].M, Convolution) and len(self.shape) == 1:
            raise TypeError(f"{name} normalizes each place of a Conv2d by itself: flatten after it")
        else:
            self.found[-1] = _before(self.found[-1], scale, shift)

    def _activated(self, name: str) -> None:
        if not self.found or self.waiting:
            raise TypeError(f"{name} is a ReLU without a layer before it")
        if not self.activated and not all(pool.largest for pool in self.found[-1].pooling):
            raise TypeError(f"{name} is a ReLU after an average: put it before")
        self.activated = True

    def _pooled(self, name: str, part: nn.Module) -> None:
        if not self.found or self.waiting:
            raise TypeError(f"{name} is a {type(part).__name__} without a layer before it")
        pool = pooling.from_torch(part, self._image(name, part))
        self.found[-1] = replace(self.found[-1], pooling=(*self.found[-1].pooling, pool))
        self.shape = pool.image_out

    def _image(self, name: str, part: nn.Module) -> tuple[int, int, int]:
        if self.shape is None or len(self.shape) != 3:
            given = "unknown" if self.shape is None else self.shape
            raise TypeError(
                f"{name} is a {type(part).__name__} on inputs of shape {given}: give the shape, "
                "(channels, height, width)"
            )
        channels, height, width = self.shape
        return channels, height, width


def _convolution(
    name: str, part: nn.Conv2d, kernel: Tensor, image: tuple[int, int, int]
) -> Convolution:
    """Return its matrix. Raises TypeError where a place enters an output by two weights."""
    spans = [d * (k - 1) + 1 for d, k in zip(part.dilation, part.kernel_size, strict=True)]
    once = part.padding_mode == "circular" and all(
        span <= side for span, side in zip(spans, image[1:], strict=True)
    )
    if part.padding_mode != "zeros" and not once:
        raise TypeError(
            f"{name} is a Conv2d with {part.padding_mode} padding, where one place enters an "
            "output by several weights: path and Frobenius norms are not defined by its weights"
        )
    if image[0] != part.in_channels:
        raise TypeError(f"{name} takes {part.in_channels} channels and is given {image[0]}")
    return Convolution(kernel, part, image)


def _folded(name: str, norm: nn.BatchNorm1d | nn.BatchNorm2d) -> tuple[Array, Array]:
    """Return x -> scale x + shift of each channel, with the statistics that it has kept."""
    if norm.running_mean is None or norm.running_var is None:
        raise TypeError(
            f"{name} is a {type(norm).__name__} that keeps no statistics: it is another function "
            "on each batch"
        )
    scale = 1 / np.sqrt(_array(norm.running_var) + norm.eps)
    if norm.weight is not None:
        scale = scale * _array(norm.weight)
    shift = 0.0 if norm.bias is None else _array(norm.bias)
    return scale, shift - scale * _array(norm.running_mean)


def _before(layer: Layer, scale: Array, shift: Array) -> Layer:
    """Return the layer followed by its normalization."""
    if isinstance(layer.M, Convolution):
        channels = torch.from_numpy(scale[:: math.prod(layer.M.image_out[1:])].copy())
        M = replace(layer.M, kernel=layer.M.kernel * channels[:, None, None, None])
    else:
        M = layer.M * scale[:, None]
    return replace(layer, M=M, c=layer.c * scale + shift)


def _after(layer: Layer, scale: Array, shift: Array) -> Layer:
    """Return the layer of normalized inputs. Zeros of a padding are not shifted: c differs."""
    c = layer.c + times(layer.M, shift[None])[0]
    if isinstance(layer.M, Convolution):
        part = layer.M.layer
        channels = torch.from_numpy(scale[:: math.prod(layer.M.image[1:])].copy())
        grouped = layer.M.kernel.unflatten(0, (part.groups, -1))
        own = channels.view(part.groups, 1, -1, 1, 1)
        return Layer(replace(layer.M, kernel=(grouped * own).flatten(0, 1)), c)
    return Layer(layer.M * scale, c)


def _array(values: Tensor) -> Array:
    return values.detach().double().cpu().numpy()
