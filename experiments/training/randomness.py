"""All that a training draws, from generators of its own, so that it can be gone on with."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

CPU = torch.device("cpu")


class Randomness:
    """The orders of the examples, and the generators of dropout, augmentation and users' models.

    Parameters
    ----------
    seeds : one for each replica, which shuffles the examples for itself every epoch
    device : of the training, whose generator is drawn from beside the processor's
    """

    def __init__(self, seeds: Sequence[int], device: torch.device = CPU) -> None:
        self._orders = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._devices = [device] if device.type != "cpu" else []
        self._global = [
            torch.Generator(place).manual_seed(seeds[0]).get_state()
            for place in (CPU, *self._devices)
        ]
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
        with self._forked():
            torch.set_rng_state(self._global[0])
            for device, state in zip(self._devices, self._global[1:], strict=True):
                torch.get_device_module(device).set_rng_state(state, device)
            _set_others(self._others)
            try:
                yield
                self._global = [
                    torch.get_rng_state(),
                    *(torch.get_device_module(d).get_rng_state(d) for d in self._devices),
                ]
                self._others = _packed(np.random.get_state(), random.getstate())
            finally:
                _set_others(callers)

    def _forked(self) -> AbstractContextManager[None]:
        kind = self._devices[0].type if self._devices else "cuda"
        return torch.random.fork_rng(devices=self._devices, device_type=kind)

    def state(self) -> dict[str, Any]:
        """Return all that the coming draws depend on."""
        orders = [order.get_state() for order in self._orders]
        return {"orders": orders, "global": self._global, "others": self._others}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a state."""
        for order, saved in zip(self._orders, state["orders"], strict=True):
            order.set_state(saved)
        # Kept elsewhere, on a processor or on a GPU, it says nothing of this device's generator.
        known = state["global"][: len(self._global)]
        self._global = [*known, *self._global[len(known) :]]
        self._others = state.get("others", self._others)  # older checkpoints have none


def _packed(of_numpy: Any, of_python: tuple[Any, ...]) -> list[Any]:
    """Return the states of NumPy's and Python's generators as a checkpoint can hold them."""
    name, key, *rest = of_numpy
    return [name, torch.from_numpy(key.astype(np.int64)), rest, of_python]


def _set_others(state: list[Any]) -> None:
    name, key, rest, of_python = state
    np.random.set_state((name, key.numpy().astype(np.uint32), *rest))
    random.setstate(of_python)
