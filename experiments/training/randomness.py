"""All that a training draws, from generators of its own, so that it can be gone on with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor


class Randomness:
    """The orders of the examples, and the generator of dropout and augmentation.

    Parameters
    ----------
    seeds : one for each replica, which shuffles the examples for itself every epoch
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        self._orders = [torch.Generator().manual_seed(seed) for seed in seeds]
        with torch.random.fork_rng():
            torch.manual_seed(seeds[0])
            self._global = _global_state()

    def order(self, n: int, places: Sequence[int]) -> Tensor:
        """Draw the next order of n examples for each of these replicas, int64 (k, n)."""
        return torch.stack([torch.randperm(n, generator=self._orders[p]) for p in places])

    @contextmanager
    def drawn(self) -> Iterator[None]:
        """Draw dropout and augmentation from this training's generator, not from the caller's."""
        with torch.random.fork_rng():
            torch.set_rng_state(self._global[0])
            if len(self._global) > 1:
                torch.cuda.set_rng_state(self._global[1])
            yield
            self._global = _global_state()

    def state(self) -> dict[str, Any]:
        """Return all that the coming draws depend on."""
        return {"orders": [order.get_state() for order in self._orders], "global": self._global}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a state."""
        for order, saved in zip(self._orders, state["orders"], strict=True):
            order.set_state(saved)
        self._global = state["global"]


def _global_state() -> list[Tensor]:
    states = [torch.get_rng_state()]
    return states + ([torch.cuda.get_rng_state()] if torch.cuda.is_available() else [])
