"""The networks that are trained."""

from __future__ import annotations

import torch
from torch import nn


def two_layer(d: int, width: int, n_classes: int, seed: int) -> nn.Sequential:
    """Build d - width - n_classes with ReLU, (d + 1) width + (width + 1) n_classes weights.

    Initialized by torch's default from the seed, without touching the global generator.
    Source: section 2, "MLP 1 x 512".
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Flatten(), nn.Linear(d, width), nn.ReLU(), nn.Linear(width, n_classes)
        )
