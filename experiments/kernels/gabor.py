"""Gabor wavelets as preprocessing of grey images, their frequencies chosen on held-out points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.filters import gabor_kernel
from torch import Tensor
from torch.nn.functional import avg_pool2d, conv2d

from experiments.training.convolutions import full_precision

ORIENTATIONS = 8
SIDE = 11  # pixels; wavelets of frequencies below about 0.25 reach further and are cut off
POOL = 4
# Cycles a pixel. The paper does not publish its own.
CANDIDATES: tuple[tuple[float, ...], ...] = ((0.2,), (0.15, 0.3), (0.1, 0.2), (0.12, 0.2, 0.3))


def gabor(
    images: NDArray[Any], frequencies: Sequence[float], device: str = "cpu"
) -> NDArray[np.float32]:
    """Return the magnitudes of Gabor wavelets, averaged over 4 x 4 pixels, each image of norm 1.

    Parameters
    ----------
    images : array (n, height, width) of grey images
    frequencies : in cycles a pixel; 8 orientations of each, bandwidth of an octave
    device : of the convolutions

    Returns
    -------
    float32 array (n, 8 len(frequencies) (height / 4) (width / 4))

    Raises ValueError for images that are not grey. Cost: 484 operations a pixel and wavelet, a
    multiplication and an addition for each of 11 x 11 entries of both its parts.
    Source: section 5, "applying a Gabor wavelet transform"; wavelets of scikit-image.
    """
    if images.ndim != 3:
        raise ValueError(
            f"images have shape {images.shape}: Gabor wavelets take (n, height, width)"
        )
    wavelets = _wavelets(frequencies).to(device)
    parts = []
    for part in np.array_split(images, max(1, len(images) // 512)):
        x = torch.from_numpy(np.array(part, dtype=np.float32)).to(device)[:, None]
        with full_precision():
            pairs = conv2d(x, wavelets, padding=SIDE // 2).unflatten(1, (-1, 2))
        pooled = avg_pool2d(pairs.square().sum(2).sqrt(), POOL).flatten(1)
        # A blank image has no direction and stays 0.
        parts.append(pooled / pooled.norm(dim=1, keepdim=True).clamp(min=1e-6))
    return torch.cat(parts).cpu().numpy()


def _wavelets(frequencies: Sequence[float]) -> Tensor:
    """Real and imaginary parts, each of mean 0 and norm 1, (2 x wavelets, 1, 11, 11)."""
    filters = []
    for frequency in frequencies:
        for k in range(ORIENTATIONS):
            wavelet = gabor_kernel(frequency, theta=np.pi * k / ORIENTATIONS)  # pyright: ignore
            window: NDArray[np.complex128] = np.zeros((SIDE, SIDE), dtype=np.complex128)
            centre = np.array(wavelet.shape) // 2
            reach = np.minimum(centre, SIDE // 2)
            inner = tuple(slice(SIDE // 2 - r, SIDE // 2 + r + 1) for r in reach)
            outer = tuple(slice(c - r, c + r + 1) for c, r in zip(centre, reach, strict=True))
            window[inner] = wavelet[outer]
            for part in (np.real(window) - np.real(window).mean(), np.imag(window)):
                filters.append(part / np.linalg.norm(part))
    return torch.from_numpy(np.array(filters, dtype=np.float32))[:, None]
