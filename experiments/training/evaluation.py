"""What networks answer in evaluation mode: whether they fit, how accurate they are, their best."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.training.convolutions import full_precision
from experiments.training.examples import Examples, View
from experiments.training.networks import Replicas
from experiments.training.precision import products
from experiments.training.recipe import Precision

PART = 1024


@dataclass(frozen=True)
class Evaluation:
    """k replicas, looked at in evaluation mode on the device where they are.

    Attributes
    ----------
    network : the replicas
    precision : of their products
    view : maps a batch (B, ...) to what a network sees of it
    """

    network: Replicas
    precision: Precision
    view: View

    def fitted(self, examples: Examples) -> list[bool]:
        """Say which replicas are right everywhere; breaks off where none of them can be."""
        right = torch.ones(len(examples.y), dtype=torch.bool, device=examples.y.device)
        for part, outputs in self._outputs(examples):
            correct = outputs.argmax(2) == examples.y[:, part]
            if examples.weight is not None:
                correct |= examples.weight[:, part] == 0
            right &= correct.all(1)
            if not right.any():
                break
        return right.tolist()

    def accuracy(self, examples: Examples) -> list[float]:
        """Return the share of right predictions of each replica."""
        hits = sum(
            (outputs.argmax(2) == examples.y[:, part]).sum(1)
            for part, outputs in self._outputs(examples)
        )
        return (torch.as_tensor(hits).cpu().double() / len(examples.x)).tolist()

    def top(self, examples: Examples) -> Tensor:
        """Return the classes with the largest outputs, best first, int64 (k, n, 5 or all).

        Of equal ones the first comes first, as `fitted` has it; `topk` takes any.
        """
        parts = [
            outputs.sort(dim=2, descending=True, stable=True).indices[..., :5].cpu()
            for _, outputs in self._outputs(examples)
        ]
        return torch.cat(parts, 1)

    def sizes(self) -> tuple[int, list[float]]:
        """Return the number of weights of a replica, and the l2 norm of each one's."""
        weights = [weight.detach() for weight in self.network.parameters()]
        if not self.network.stacked:
            weights = [weight[None] for weight in weights]
        # Each replica's sum apart: one over all of them would be cut otherwise among threads.
        # On the processor, for some devices have no doubles.
        squares = [
            sum(float(one.abs().cpu().double().square().sum()) for one in replica)
            for replica in zip(*weights, strict=True)
        ]
        return sum(w[0].numel() for w in weights), [math.sqrt(each) for each in squares]

    def _outputs(self, examples: Examples) -> Iterator[tuple[slice, Tensor]]:
        """Yield (part, outputs (k, B, classes)) over all examples."""
        self.network.eval()
        for start in range(0, len(examples.x), PART):
            part = slice(start, start + PART)
            # Someone else's network may work in place: the examples are not its to change.
            x = examples.x[part] if self.network.ours else examples.x[part].clone()
            with torch.no_grad(), full_precision():
                seen = self.view(x, False)
                with products(self.precision, x.device, self.network.ours):
                    yield part, self.network(seen.expand(len(examples.y), *seen.shape)).float()
