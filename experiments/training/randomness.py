"""All that a training draws, from generators of its own, so that it can be gone on with."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor


class Randomness:
    """The orders of the examples, and the generators of dropout, augmentation and users' models.

    Parameters
    ----------
    seeds : one for each replica, which shuffles the examples for itself every epoch
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        self._orders = [torch.Generator().manual_seed(seed) for seed in seeds]
        with torch.random.fork_rng():
            torch.manual_seed(seeds[0])
            self._global = _global_state()
        self._others = _packed(
            np.random.RandomState(seeds[0] % 2**32).get_state(), random.Random(seeds[0]).getstate()
        )

    def order(self, n: int, places: Sequence[int]) -> Tensor:
        """Draw the next order of n examples for each of these replicas, int64 (k, n)."""
        return torch.stack([torch.randperm(n, generator=self._orders[p]) for p in places])

    @contextmanager
    def drawn(self) -> Iterator[None]:
        """Let whatever draws from torch, NumPy or random draw from this training's generators."""
        callers = _packed(np.random.get_state(), random.getstate())
        with torch.random.fork_rng():
            torch.set_rng_state(self._global[0])
            if len(self._global) > 1 and torch.cuda.is_available():  # kept on a GPU, if one was
                torch.cuda.set_rng_state(self._global[1])
            _set_others(self._others)
            try:
                yield
                self._global = _global_state()
                self._others = _packed(np.random.get_state(), random.getstate())
            finally:
                _set_others(callers)

    def state(self) -> dict[str, Any]:
        """Return all that the coming draws depend on."""
        orders = [order.get_state() for order in self._orders]
        return {"orders": orders, "global": self._global, "others": self._others}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a state."""
        for order, saved in zip(self._orders, state["orders"], strict=True):
            order.set_state(saved)
        self._global = state["global"]
        self._others = state.get("others", self._others)  # older checkpoints have none


def _global_state() -> list[Tensor]:
    states = [torch.get_rng_state()]
    return states + ([torch.cuda.get_rng_state()] if torch.cuda.is_available() else [])


def _packed(of_numpy: Any, of_python: tuple[Any, ...]) -> list[Any]:
    """Return the states of NumPy's and Python's generators as a checkpoint can hold them."""
    name, key, *rest = of_numpy
    return [name, torch.from_numpy(key.astype(np.int64)), rest, of_python]


def _set_others(state: list[Any]) -> None:
    name, key, rest, of_python = state
    np.random.set_state((name, key.numpy().astype(np.uint32), *rest))
    random.setstate(of_python)
