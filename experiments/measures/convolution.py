"""The operator norm of a convolution at its own input size, padding and stride."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, svds
from torch import Tensor, nn

DENSE = 200  # inputs or outputs up to which the matrix is written out


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
    weight = layer.weight.detach().double()
    if _keeps_size_on_a_torus(layer, shape):
        transform = torch.fft.fft2(weight, s=shape[1:]).permute(2, 3, 0, 1)
        return float(torch.linalg.matrix_norm(transform, 2).max())

    def convolve(x: Tensor) -> Tensor:
        return layer._conv_forward(x, weight, None)

    with torch.no_grad():
        out = convolve(torch.zeros(1, *shape, dtype=torch.float64)).shape[1:]
    n_in, n_out = int(np.prod(shape)), int(np.prod(out))
    if min(n_in, n_out) <= DENSE:
        with torch.no_grad():
            columns = convolve(torch.eye(n_in, dtype=torch.float64).view(n_in, *shape))
        return float(torch.linalg.matrix_norm(columns.flatten(1), 2))

    def forward(x: NDArray[np.float64]) -> NDArray[np.float64]:
        with torch.no_grad():
            return convolve(torch.from_numpy(x.reshape(1, *shape))).flatten().numpy()

    def transposed(y: NDArray[np.float64]) -> NDArray[np.float64]:
        x = torch.zeros(1, *shape, dtype=torch.float64, requires_grad=True)
        cotangent = torch.from_numpy(y.reshape(1, *out))
        return torch.autograd.grad(convolve(x), x, cotangent)[0].flatten().numpy()

    operator = LinearOperator((n_out, n_in), matvec=forward, rmatvec=transposed, dtype=np.float64)  # pyright: ignore
    start = np.random.default_rng(0).standard_normal(min(n_in, n_out))
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
