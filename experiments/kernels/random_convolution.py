"""Random convolutional features: whitened patches of the images themselves as filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d, conv2d

from experiments.training.convolutions import full_precision
from expressivity.randomness import generator

SIDE = 6
SAMPLED = 100_000  # patches from which the whitening is estimated
WHITENING_BIAS = 1e-3
POOL, STRIDE = 15, 6
BATCH = 128
NO_NORM = 1e-3  # of a patch without contrast, in units of white


@dataclass(frozen=True)
class Filters:
    """Filters (k, channels, 6, 6) that act on normalized patches, and what each subtracts, (k,)."""

    weights: Tensor
    offsets: Tensor

    def __getitem__(self, chosen: slice) -> Filters:
        return Filters(self.weights[chosen], self.offsets[chosen])


def draw_filters(images: NDArray[Any], n_filters: int, seed: int, device: str = "cpu") -> Filters:
    """Draw random patches, less their mean, of norm 1, whitened, as filters.

    Parameters
    ----------
    images : array (n, height, width, channels), values from 0 to white
    n_filters : of which the first ones are those that fewer would have been
    seed : of the patches
    device : where the filters go

    Returns
    -------
    Filters

    Cost: the eigenvalues of a (36 channels)^2 matrix.
    Source: Coates and Ng 2011, section 5 of the paper ("32,000 random filters"); ZCA whitening
    with bias 1e-3.
    """
    rng = generator(seed)
    n, height, width = images.shape[:3]
    # Row by row, so that more filters leave the first ones as they are.
    places = rng.random((SAMPLED + n_filters, 3)) * (n, height - SIDE + 1, width - SIDE + 1)
    which, top, left = places.astype(np.int64).T
    window = np.arange(SIDE)
    patches = images[
        which[:, None, None], (top[:, None] + window)[:, :, None], (left[:, None] + window)[:, None]
    ].astype(np.float64)
    flat = patches.reshape(len(patches), -1)
    flat -= flat.mean(1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
    mean = flat[:SAMPLED].mean(0)
    values, vectors = np.linalg.eigh(np.cov(flat[:SAMPLED].T))
    whitening = vectors / np.sqrt(values + WHITENING_BIAS) @ vectors.T
    white = (flat[SAMPLED:] - mean) @ whitening
    white /= np.maximum(np.linalg.norm(white, axis=1, keepdims=True), 1e-12)
    # <W (p - m), f> = <p, W f> - <m, W f>: the whitening of patches is done once, on the filters.
    weights = white @ whitening
    weights_of_patch = weights.reshape(n_filters, SIDE, SIDE, -1).transpose(0, 3, 1, 2)
    return Filters(
        torch.from_numpy(np.ascontiguousarray(weights_of_patch)).to(device, torch.float32),
        torch.from_numpy(weights @ mean).to(device, torch.float32),
    )


def random_convolution(images: NDArray[Any], filters: Filters, white: int) -> Tensor:
    """Return max(+-f - 1, 0) of each filter f's response, averaged over 3 x 3 regions.

    Parameters
    ----------
    images : array (n, 32, 32, channels); other sides give other numbers of regions
    filters : Filters, k of them
    white : the value of the brightest pixel

    Returns
    -------
    float32 tensor (n, 18 k) on the filters' device

    Cost: 2 x 729 x 108 k operations an image, in batches of 128.
    """
    device = filters.weights.device
    channels = filters.weights.shape[1]
    # <p - mean(p), f> = <p, f - mean(f)>
    centred = filters.weights - filters.weights.mean((1, 2, 3), keepdim=True)
    pooling = _pooling(images.shape[1] - SIDE + 1, images.shape[2] - SIDE + 1).to(device)
    features = []
    for start in range(0, len(images), BATCH):
        part = np.require(images[start : start + BATCH], requirements=["C", "W"])
        x = torch.from_numpy(part).to(device).permute(0, 3, 1, 2).float() / white
        mean = avg_pool2d(x, SIDE, 1).mean(1, keepdim=True)
        square = avg_pool2d(x.square(), SIDE, 1).mean(1, keepdim=True)
        norm = (square - mean.square()).clamp(min=0).mul(channels * SIDE**2).sqrt()
        with full_precision():
            response = conv2d(x, centred)
        response = response / norm.clamp(min=NO_NORM) - filters.offsets[:, None, None]
        response = response.flatten(2)
        up, down = (response - 1).relu_(), (-1 - response).relu_()
        features.append(torch.stack([up @ pooling, down @ pooling], 2).flatten(1))
    return torch.cat(features)


def features_of(images: NDArray[Any]) -> int:
    """Return how many features each filter gives of such images (n, height, width[, channels]).

    18 for sides of 32. Raises ValueError for images that hold no region of 15 x 15 patches.
    """
    sides = images.shape[1:3]
    if len(sides) < 2 or min(sides) < SIDE + POOL - 1:
        raise ValueError(
            f"images have shape {images.shape}: filters need (n, height, width[, channels]) with "
            f"sides of at least {SIDE + POOL - 1}"
        )
    rows, columns = ((side - SIDE + 1 - POOL) // STRIDE + 1 for side in sides)
    return 2 * rows * columns


def _pooling(height: int, width: int) -> Tensor:
    """The averages over regions of 15 x 15, 6 apart, as a matrix (height x width, regions)."""
    pixels = torch.eye(height * width).view(-1, 1, height, width)
    return avg_pool2d(pixels, POOL, STRIDE).flatten(1)
