"""A convolution as a matrix that is not written out: its norms at its own input size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, svds
from torch import Tensor, nn

Array = NDArray[np.float64]
DENSE = 200  # inputs or outputs up to which the matrix is written out
PART = 256  # images at a time


def operator_norm(layer: nn.Conv2d, shape: tuple[int, int, int]) -> float:
    """Return max |conv(x)| / |x| over images x of this shape, without the bias.

    It is not the norm of the kernel reshaped to (out, in k k), which is neither the value nor an
    upper bound.

    Parameters
    ----------
    layer : any padding and its mode, stride, dilation and groups
    shape : channels, height, width of what enters this layer

    By the Fourier transform for circular convolutions that keep the size (Sedghi, Gupta, Long
    2019), else by Lanczos' iteration on the convolution and its transpose, to about 1e-10.

    Examples
    --------
    >>> layer = nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular", bias=False)
    >>> _ = nn.init.ones_(layer.weight)
    >>> round(operator_norm(layer, (1, 8, 8)), 6)  # a constant image is multiplied by 9
    9.0
    """
    return Convolution(layer.weight.detach().cpu().double(), layer, shape).spectral_norm


@dataclass(frozen=True, eq=False)
class Convolution:
    """The matrix (out, in) of a convolution of images, which are rows of channels x places.

    Attributes
    ----------
    kernel : float64 tensor (channels out, channels in / groups, height, width)
    layer : whose padding, stride, dilation and groups it has; its weights are not looked at
    image : channels, height, width of what enters
    """

    kernel: Tensor
    layer: nn.Conv2d
    image: tuple[int, int, int]

    @cached_property
    def image_out(self) -> tuple[int, int, int]:
        channels, height, width = self._convolve(torch.zeros(1, *self.image).double()).shape[1:]
        return channels, height, width

    @property
    def shape(self) -> tuple[int, int]:
        return int(np.prod(self.image_out)), int(np.prod(self.image))

    def times(self, h: Array) -> Array:
        """Return M h for every row h of (n, in), as (n, out)."""
        parts = torch.from_numpy(np.ascontiguousarray(h)).split(PART)
        with torch.no_grad():
            return torch.cat([self.flat(part) for part in parts]).numpy()

    def flat(self, h: Tensor) -> Tensor:
        """Return the same of tensors, with a derivative."""
        return self._convolve(h.view(-1, *self.image)).flatten(1)

    def to_the(self, power: int) -> Convolution:
        """Return the matrix of the entries' absolute values to a power.

        Of paddings that take no input twice into one output, as zeros do.
        """
        return Convolution(self.kernel.abs() ** power, self.layer, self.image)

    def __sub__(self, other: Convolution) -> Convolution:
        return Convolution(self.kernel - other.kernel, self.layer, self.image)

    def squared_rows(self) -> Array:
        """Return the squared norm of each row, (out,)."""
        return self.to_the(2).times(np.ones((1, self.shape[1])))[0]

    @cached_property
    def spectral_norm(self) -> float:
        if _keeps_size_on_a_torus(self.layer, self.image):
            transform = torch.fft.fft2(self.kernel, s=self.image[1:]).permute(2, 3, 0, 1)
            return float(torch.linalg.matrix_norm(transform, 2).max())
        return largest_singular_value(self.flat, *self.shape)

    def _convolve(self, x: Tensor) -> Tensor:
        return self.layer._conv_forward(x, self.kernel, None)


@dataclass(frozen=True, eq=False)
class WithBias:
    """The matrix (out + 1, in + 1) of (h, 1) -> (M h + c, one) for a convolution M."""

    M: Convolution
    c: Array
    one: float

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.M.shape
        return rows + 1, columns + 1

    def __sub__(self, other: WithBias) -> WithBias:
        return WithBias(self.M - other.M, self.c - other.c, self.one - other.one)

    def squared_rows(self) -> Array:
        return np.append(self.M.squared_rows() + self.c**2, self.one**2)

    @cached_property
    def spectral_norm(self) -> float:
        c = torch.from_numpy(self.c)

        def flat(h: Tensor) -> Tensor:
            one = h[:, -1:]
            return torch.cat((self.M.flat(h[:, :-1].contiguous()) + one * c, self.one * one), 1)

        return largest_singular_value(flat, *self.shape)


def largest_singular_value(linear: Callable[[Tensor], Tensor], rows: int, columns: int) -> float:
    """Return that of a matrix (rows, columns), given as its product with rows of a float64 tensor.

    Written out where a side is at most `DENSE`; else by Lanczos' iteration, to about 1e-10.
    """
    if min(rows, columns) <= DENSE:
        if columns <= rows:
            with torch.no_grad():
                written = linear(torch.eye(columns).double())
        else:  # by the transpose: of a side that may be long no identity is held
            inputs = torch.zeros(rows, columns, dtype=torch.float64)
            (written,) = torch.func.vjp(linear, inputs)[1](torch.eye(rows).double())
        return float(torch.linalg.matrix_norm(written, 2))
    pull = torch.func.vjp(linear, torch.zeros(1, columns, dtype=torch.float64))[1]

    def forward(x: Array) -> Array:
        with torch.no_grad():
            return linear(torch.from_numpy(x.reshape(1, -1))).flatten().numpy()

    def transposed(y: Array) -> Array:
        return pull(torch.from_numpy(y.reshape(1, -1)))[0].flatten().numpy()

    operator = LinearOperator((rows, columns), matvec=forward, rmatvec=transposed, dtype=np.float64)  # pyright: ignore
    rng = np.random.default_rng(0)
    if not forward(rng.standard_normal(columns)).any():  # ARPACK takes no matrix of zeros
        return 0.0
    start = rng.standard_normal(min(rows, columns))
    found: Any = svds(operator, k=1, v0=start, return_singular_vectors=False)
    return float(found[0])


def _keeps_size_on_a_torus(layer: nn.Conv2d, shape: tuple[int, int, int]) -> bool:
    if isinstance(layer.padding, str):
        return False
    sides = zip(layer.kernel_size, shape[1:], layer.padding, strict=True)
    return (
        layer.padding_mode == "circular"
        and (layer.groups, *layer.stride, *layer.dilation) == (1, 1, 1, 1, 1)
        and all(k <= side and 2 * p == k - 1 for k, side, p in sides)
    )
