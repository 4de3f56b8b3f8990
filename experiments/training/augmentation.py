"""Regularizers that act on images: random crop, flip and rotation, drawn per image, batched."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, pad

from experiments.datasets import centre_crop


@dataclass(frozen=True)
class Augmentation:
    """What is done to a batch of images (B, height, width, channels) before it is standardized.

    Attributes
    ----------
    side : the height and width of the result; the margin beyond it is what a crop may choose from
    crop : take the crop at random instead of the centre
    flip : mirror left and right with probability 1/2
    rotation : turn by an angle uniform in +- this many degrees, bilinear, zeros outside

    All is drawn from torch's global generator. Cost O(B height width channels).
    Source: section 2.2 and table 4.
    """

    side: int
    crop: bool
    flip: bool
    rotation: float

    def __call__(self, x: Tensor) -> Tensor:
        if self.rotation:
            x = rotate(x, self.rotation)
        x = random_crop(x, self.side) if self.crop else centre_crop(x, self.side)
        return random_flip(x) if self.flip else x


def random_crop(x: Tensor, side: int) -> Tensor:
    """Cut side x side pixels out of each image at a place of its own."""
    n, height, width, _ = x.shape
    top = torch.randint(0, height - side + 1, (n, 1), device=x.device)
    left = torch.randint(0, width - side + 1, (n, 1), device=x.device)
    span = torch.arange(side, device=x.device)
    image = torch.arange(n, device=x.device)[:, None, None]
    return x[image, (top + span)[:, :, None], (left + span)[:, None, :]]


def random_flip(x: Tensor) -> Tensor:
    """Mirror each image left and right with probability 1/2."""
    chosen = torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5
    return torch.where(chosen, x.flip(2), x)


def rotate(x: Tensor, degrees: float) -> Tensor:
    """Turn each image about its centre by an angle uniform in +- degrees."""
    angle = (2 * torch.rand(len(x), device=x.device) - 1) * math.radians(degrees)
    cos, sin, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
    turn = torch.stack((cos, -sin, zero, sin, cos, zero), 1).view(-1, 2, 3)
    planes = x.permute(0, 3, 1, 2)
    grid = affine_grid(turn, list(planes.shape), align_corners=False)
    return grid_sample(planes, grid, align_corners=False).permute(0, 2, 3, 1)


def with_margin(x: Tensor, side: int, margin: int = 4) -> Tensor:
    """Pad images that have no margin beyond `side` by zeros on each edge, so a crop can move."""
    return x if x.shape[1] > side else pad(x, (0, 0, margin, margin, margin, margin))
