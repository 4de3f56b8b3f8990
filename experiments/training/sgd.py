"""SGD on one network, or on a stack of replicas side by side: a step, and an epoch of steps."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from experiments.training.convolutions import full_precision
from experiments.training.examples import Examples, View
from experiments.training.fusion import can_fuse, fused, plain
from experiments.training.networks import Replicas
from experiments.training.precision import products
from experiments.training.recipe import Recipe
from experiments.training.replay import Replay, cuda_graph


class SGD:
    """Momentum SGD by a recipe, whose rate falls from epoch to epoch.

    Parameters
    ----------
    recipe : the numbers of SGD, the same for all replicas
    network : k replicas, on the examples' device; trained in place
    examples : x (n, ...), y (k, n)
    view : maps a batch (B, ...) to what a network sees of it
    """

    def __init__(self, recipe: Recipe, network: Replicas, examples: Examples, view: View) -> None:
        self.recipe, self.network, self.examples, self.view = recipe, network, examples, view
        self.device = examples.x.device
        self.optimizer = network.optimizer(recipe)
        self._rates = [group.get("lr") for group in self.optimizer.param_groups]
        self.recorded = network.ours and self.device.type == "cuda"
        self.step = Replay(self.do_step, cuda_graph if self.recorded else None)
        # A recorded step reads the rate where it lies: it cannot be handed over as a number.
        self._rate = torch.tensor(recipe.learning_rate, device=self.device)
        convolutional = network.ours and not network.stacked
        self.forward = fused() if convolutional and can_fuse(self.device) else plain

    @property
    def steps_per_epoch(self) -> int:
        return len(self.batches(torch.empty(1, len(self.examples.x))))

    def epoch(self, number: int, order: Tensor) -> tuple[list[float], list[int]]:
        """Do one epoch; return each replica's summed loss and number of right predictions.

        Parameters
        ----------
        number : of the epoch, from 0, on which the rate depends
        order : int64 (k, n), the order in which each replica sees the examples
        """
        self._set_rates(self.recipe.decay**number)
        k = len(order)
        loss = torch.zeros(k, device=self.device)
        correct = torch.zeros(k, dtype=torch.int64, device=self.device)
        self.network.train()
        with full_precision():
            for batch in self.batches(order.to(self.device)):
                losses, right = self.step(batch)
                loss += losses
                correct += right
        return loss.tolist(), correct.tolist()

    def do_step(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Do one step of SGD; return each replica's summed loss and right predictions."""
        self.optimizer.zero_grad()
        found = self.gradients(self.network, batch)
        self.optimizer.step()
        return found

    def gradients(self, network: Replicas, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Compute the gradients; return each replica's summed loss and right predictions."""
        x = self.view(self.examples.x.index_select(0, batch.flatten()), True)
        y = self.examples.y.gather(1, batch)
        # Compiling once more for the last batch would take longer than it saves.
        forward = self.forward if batch.shape[1] == self.recipe.batch_size else plain
        with products(self.recipe.precision, self.device, network.ours):
            outputs = forward(network, x.view(*batch.shape, *x.shape[1:])).float()
        losses = cross_entropy(outputs.flatten(0, 1), y.flatten(), reduction="none").view(y.shape)
        right = outputs.detach().argmax(2) == y
        if self.examples.weight is not None:
            weight = self.examples.weight.gather(1, batch)
            losses, right = losses * weight, right & (weight > 0)
        losses.mean(1).sum().backward()
        # Each replica's sum apart: one over all of them would be cut otherwise among threads.
        summed = torch.stack([each.sum() for each in losses.detach()])
        return summed, right.sum(1)

    def batches(self, order: Tensor) -> list[Tensor]:
        """Split (k, n) into batches; a last batch of one, which has no variance, joins another."""
        batches = list(order.split(self.recipe.batch_size, dim=1))
        if len(batches) > 1 and batches[-1].shape[1] == 1 < self.recipe.batch_size:
            batches[-2:] = [torch.cat(batches[-2:], 1)]
        return batches

    def keep(self, rows: list[int]) -> None:
        """Drop all replicas but these, from the network too."""
        self.examples = self.examples.keep(rows)
        self.step.forget()
        if rows:
            self.network.keep(rows)
            for state in self.optimizer.state.values():
                if state.get("momentum_buffer") is not None:
                    state["momentum_buffer"] = state["momentum_buffer"][rows]

    def _set_rates(self, factor: float) -> None:
        for group, first in zip(self.optimizer.param_groups, self._rates, strict=True):
            if first is None:  # some of a user's own have no rate
                continue
            if self.recorded:
                group["lr"] = self._rate.fill_(first * factor)
            else:
                group["lr"] = first * factor
