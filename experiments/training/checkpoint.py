"""Checkpoints: the state of a training, on disk whole or not at all."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import torch

from experiments.datasets.sealed import read_sealed, write_sealed
from expressivity.files import make_folder


class Checkpoint:
    """One file with the latest state; written at most every `interval` seconds unless forced."""

    interval = 30.0

    def __init__(self, path: Path) -> None:
        self.path = path
        self._written = time.monotonic()

    def read(self) -> dict[str, Any] | None:
        """Return the state, or None if there is none. Nothing but tensors and plain containers
        is ever unpickled; a file that was altered or holds anything else is refused by name."""
        try:
            content = io.BytesIO(read_sealed(self.path))
            return torch.load(content, weights_only=True, map_location="cpu")
        except FileNotFoundError:
            return None
        except Exception as error:
            raise self.refused(error) from error

    def refused(self, error: Exception) -> ValueError:
        """Return the refusal of this file, with the mend."""
        return ValueError(
            f"checkpoint {self.path} is not readable ({error}): delete it to start that "
            "training again"
        )

    def write(self, state: dict[str, Any], force: bool = False) -> None:
        """Replace the state atomically."""
        if not force and time.monotonic() - self._written < self.interval:
            return
        content = io.BytesIO()
        torch.save(state, content)
        make_folder(self.path.parent)
        write_sealed(self.path, content.getvalue())
        self._written = time.monotonic()
