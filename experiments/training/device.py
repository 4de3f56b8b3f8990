"""Where networks are trained."""

from __future__ import annotations

import torch


def training_device(name: str | None = None) -> torch.device:
    """Return the device of that name; where none is named, a GPU if there is one, else the CPU."""
    return torch.device(name or ("cuda" if torch.cuda.is_available() else "cpu"))
