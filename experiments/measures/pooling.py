"""Pooling: the windows of an image over which a layer takes the largest value or the mean."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

Array = NDArray[np.float64]
KINDS = (nn.MaxPool2d, nn.AdaptiveMaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)


@dataclass(frozen=True)
class Pooling:
    """Images, rows of channels x places, to the largest value or the mean in each window.

    Attributes
    ----------
    channels : each for itself
    down : float64 array (height out, height in)
    across : float64 array (width out, width in); a window is a row of each. Of the mean these are
        its weights, of the largest value 1 where a place is in the window.
    largest : whether the largest value is taken
    """

    channels: int
    down: Array
    across: Array
    largest: bool

    @property
    def image_out(self) -> tuple[int, int, int]:
        return self.channels, len(self.down), len(self.across)

    @property
    def lipschitz(self) -> float:
        """The largest |P x - P y| / |x - y|, of the largest value for a place in most windows.

        Of 3 x 3 windows two apart 2: a place is in at most 4 of them.
        """
        if self.largest:
            return math.sqrt(self.down.sum(0).max() * self.across.sum(0).max())
        return float(np.linalg.norm(self.down, 2) * np.linalg.norm(self.across, 2))

    @property
    def comparisons(self) -> int:
        """How many pairs of values decide which is the largest in its window."""
        if not self.largest:
            return 0
        sizes = np.outer(self.down.sum(1), self.across.sum(1))
        return round(self.channels * float((sizes * (sizes - 1) / 2).sum()))

    def __call__(self, h: Array) -> Array:
        """Return what becomes of each row of (n, in), as (n, out)."""
        images = self._images(h)
        if not self.largest:
            return self._weighted(images, self.down, self.across)
        for windows in (self.across, self.down):  # the last axis, then the one before it
            images = np.stack([images[..., row > 0].max(-1) for row in windows], axis=2)
        return images.reshape(len(h), -1)

    def over_paths(self, h: Array, power: int) -> Array:
        """Return, (n, out), the sums over each window: of the mean with its weights to a power.

        Every place of a window is a path to its output, also where the largest alone is passed on.
        """
        return self._weighted(self._images(h), self.down**power, self.across**power)

    def _images(self, h: Array) -> Array:
        return h.reshape(len(h), self.channels, self.down.shape[1], self.across.shape[1])

    def _weighted(self, images: Array, down: Array, across: Array) -> Array:
        return np.einsum("ph,nchw,qw->ncpq", down, images, across).reshape(len(images), -1)


def from_torch(layer: nn.Module, image: tuple[int, int, int]) -> Pooling:
    """Return a torch module of `KINDS` on images of channels, height, width.

    Raises TypeError for an average with a divisor of its own.
    """
    if isinstance(layer, nn.AvgPool2d) and layer.divisor_override is not None:
        raise TypeError("AvgPool2d has a divisor of its own: its output is no mean")
    channels, height, width = image
    down, across = _windows(layer, 0, height), _windows(layer, 1, width)
    largest = isinstance(layer, nn.MaxPool2d | nn.AdaptiveMaxPool2d)
    return Pooling(channels, down, across, largest)


def _windows(layer: nn.Module, axis: int, side: int) -> Array:
    """Return one axis' windows, (out, in): what the same pooling makes of each unit vector."""

    def along(option: object) -> int:
        return option[axis] if isinstance(option, tuple) else option  # pyright: ignore

    unit = torch.eye(side, dtype=torch.float64)[:, None]
    match layer:
        case nn.AdaptiveMaxPool2d():
            found = functional.adaptive_max_pool1d(unit, along(layer.output_size) or side)
        case nn.AdaptiveAvgPool2d():
            found = functional.adaptive_avg_pool1d(unit, along(layer.output_size) or side)
        case nn.MaxPool2d():
            options = [layer.kernel_size, layer.stride, layer.padding, layer.dilation]
            found = functional.max_pool1d(unit, *map(along, options), ceil_mode=layer.ceil_mode)
        case nn.AvgPool2d():
            size, stride, padding = map(along, (layer.kernel_size, layer.stride, layer.padding))
            options = (layer.ceil_mode, layer.count_include_pad)
            found = functional.avg_pool1d(unit, size, stride, padding, *options)
        case _:
            raise TypeError(f"{type(layer).__name__} is no pooling that is known here")
    return found[:, 0].T.numpy()
