"""The paper's preprocessing after the centre crop: each image is standardized by itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def standardize(images: Tensor) -> Tensor:
    """Subtract each image's mean and divide by max(std, 1 / sqrt(pixels)), float32 (n, ...).

    Pixels must be in [0, 1]: with a larger divisor than the brightest value, the floor would
    shrink the inputs. Source: appendix A, "per_image_whitening".
    """
    flat = images.flatten(1).float()
    centred = flat - flat.mean(1, keepdim=True)
    floor = 1 / math.sqrt(flat.shape[1])
    spread = centred.square().mean(1, keepdim=True).sqrt().clamp(min=floor)
    return (centred / spread).view(images.shape)


def as_pixels(images: NDArray[Any], white: int, device: torch.device) -> Tensor:
    """Bring images (n, height, width[, channels]) to [0, 1] by the brightest value `white`.

    Float32 (n, height, width, channels) on the device.
    """
    if images.ndim == 3:
        images = images[..., None]
    writable = np.require(images, requirements=["C", "W"])  # else PyTorch warns
    return torch.from_numpy(writable).to(device).float() / white


def as_inputs(images: NDArray[Any], white: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Standardize a whole split, part by part: (n, height, width, channels) on the device."""
    parts = np.array_split(images, math.ceil(len(images) / 4096))
    return torch.cat([standardize(as_pixels(part, white, device)).to(dtype) for part in parts])


def channels_first(images: Tensor) -> Tensor:
    """View images (n, height, width, channels) as (n, channels, height, width), copying nothing."""
    return images.permute(0, 3, 1, 2)
