"""The paper's SGD as one loop, for one network or a stack of replicas trained side by side."""

from __future__ import annotations

import copy
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from experiments.sweeps.progress import bar
from experiments.training.allocator import keep_large_blocks
from experiments.training.checkpoint import Checkpoint
from experiments.training.convolutions import full_precision
from experiments.training.fusion import Forward, can_fuse, fused, plain
from experiments.training.networks import Replicas
from experiments.training.precision import products
from experiments.training.recipe import Recipe
from experiments.training.replay import Replay, cuda_graph

View = Callable[[Tensor, bool], Tensor]


def _as_it_is(x: Tensor, training: bool) -> Tensor:
    return x


@dataclass
class Course:
    """How the training of one replica went.

    Attributes
    ----------
    step : of SGD at the end of each epoch
    loss, running_accuracy : mean of each epoch's batches, as they were trained on
    test_accuracy : at the end of each epoch, under early stopping only
    sgd_seconds : of each epoch, without evaluation; of a stack, this replica's share
    seconds : in all, this replica's share too
    stopped : "fitted", "epoch limit" or "loss is not finite"; "" while it goes on
    """

    step: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    running_accuracy: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    sgd_seconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    stopped: str = ""


@dataclass(frozen=True)
class Examples:
    """A sample on its device: x (n, ...) shared by all replicas, y int64 (k, n), one row each."""

    x: Tensor
    y: Tensor


@dataclass(frozen=True)
class Inputs:
    """The inputs of both splits (n, ...), and how a network views a batch of them."""

    train: Tensor
    test: Tensor
    view: View = _as_it_is


@dataclass(frozen=True)
class Ended:
    """A replica that has ended: its place in the stack, course, predictions, and size.

    `top_train` and `top_test` hold the classes with the five largest outputs, best first, int64
    (n, 5); `norm` is the l2 norm of all weights.
    """

    position: int
    course: Course
    top_train: Tensor
    top_test: Tensor
    n_weights: int
    norm: float


def train(
    training: Training, checkpoint: Checkpoint | None = None, title: str = ""
) -> Iterator[Ended]:
    """Train every replica until it fits its labels, and yield each when it ends.

    Parameters
    ----------
    training : what is trained, on what and how; changed in place
    checkpoint : where to continue from, and where to save
    title : what the progress bar says

    A replica stops when its accuracy, evaluated in evaluation mode over the whole sample after each
    epoch, is 100 %, at the epoch limit, or when its loss is no longer finite, and says which. The
    evaluation breaks off at the first part of the sample that every replica has a mistake in. A
    resumed training ends bit-identical to an uninterrupted one on the same CPU and threads.
    Source: section 2 and appendix A.
    """
    if checkpoint and (state := checkpoint.read()):
        training.restore(state)
    if training.places:
        training.announce(title)
    limit = training.recipe.epoch_limit
    with bar(total=limit, unit="epoch", leave=False, desc=title) as progress:
        progress.update(training.epoch)
        while training.places:
            if checkpoint:
                # An ended replica is in the file before anyone learns of its end.
                checkpoint.write(training.state(), force=training.ended())
            yield from training.take_ended()
            if training.places:
                training.do_epoch()
                progress.set_postfix_str(training.summary(), refresh=False)
                progress.update()


class Training:
    """A training between two epochs: `places` are the replicas still at work.

    Parameters
    ----------
    recipe : the numbers of SGD, the same for all replicas
    network : k replicas, trained in place; those that have ended are dropped from it
    train_set, test_set : x (n, ...), y (k, n), on one device
    seeds : k, for the order of the examples, which each replica shuffles for itself every epoch
    view : maps a batch (B, ...) to what a network sees of it, in training and in evaluation
    """

    def __init__(
        self,
        recipe: Recipe,
        network: Replicas,
        train_set: Examples,
        test_set: Examples,
        seeds: Sequence[int],
        view: View = _as_it_is,
    ) -> None:
        keep_large_blocks()
        self.recipe, self.network, self.view = recipe, network, view
        self.train_set, self.test_set = train_set, test_set
        self.device = train_set.x.device
        self.network.to(self.device)
        self.optimizer = torch.optim.SGD(
            network.parameters(),
            lr=recipe.learning_rate,
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
            fused=True,
        )
        self.recorded = network.ours and self.device.type == "cuda"
        self.step = Replay(self._step, cuda_graph if self.recorded else None)
        # A recorded step reads the rate where it lies: it cannot be handed over as a number.
        self.rate = torch.tensor(recipe.learning_rate, device=self.device)
        convolutional = network.ours and not network.stacked
        self.forward = fused() if convolutional and can_fuse(self.device) else plain
        self.epoch = 0
        self.places = list(range(len(seeds)))
        self.courses = [Course() for _ in seeds]
        self.orders = [torch.Generator().manual_seed(seed) for seed in seeds]
        with torch.random.fork_rng():
            torch.manual_seed(seeds[0])
            self.rng = _rng_state()

    def do_epoch(self) -> None:
        """Train one epoch, then decide which replicas have ended."""
        started = time.perf_counter()
        with self._own_rng():
            loss, correct = self.sgd_epoch()
        trained = time.perf_counter()
        self.epoch += 1
        n = self.train_set.x.shape[0]
        steps = len(self._batches(torch.empty(1, n)))
        test = self._accuracy(self.test_set) if self.recipe.early_stopping else None
        fitted = self._fitted()
        ended = time.perf_counter()
        for row, place in enumerate(self.places):
            course = self.courses[place]
            course.seconds += (ended - started) / len(self.places)
            course.sgd_seconds.append((trained - started) / len(self.places))
            if not math.isfinite(loss[row]):
                course.stopped = "loss is not finite"
                continue  # the curves end with the last epoch that had a loss
            course.step.append(self.epoch * steps)
            course.loss.append(loss[row] / n)
            course.running_accuracy.append(correct[row] / n)
            if test:
                course.test_accuracy.append(test[row])
            if fitted[row]:
                course.stopped = "fitted"
            elif self.epoch == self.recipe.epoch_limit:
                course.stopped = "epoch limit"

    def announce(self, title: str) -> None:
        """Say what all epochs take at most, from two steps on a copy, if it is over a minute."""
        k, n = self.train_set.y.shape
        batches = self._batches(torch.arange(n, device=self.device).expand(k, -1))
        copied = copy.deepcopy(self.network).train()
        started = ended = 0.0
        with torch.random.fork_rng():
            for _ in range(2):
                started = time.perf_counter()
                losses, _ = self._backward(copied, batches[0])
                losses.tolist()  # a GPU has finished when the values are here
                ended = time.perf_counter()
        epoch = (ended - started) * len(batches)
        left = (self.recipe.epoch_limit - self.epoch) * epoch
        if left > 60:
            tqdm.write(
                f"{title}: about {epoch:.3g} s an epoch, at most {left / 60:.0f} min for "
                f"{self.recipe.epoch_limit - self.epoch} epochs",
                file=sys.stderr,
            )

    def ended(self) -> bool:
        """Say whether a replica has ended that was not taken yet."""
        return any(self.courses[place].stopped for place in self.places)

    def take_ended(self) -> Iterator[Ended]:
        """Drop the replicas that have ended and yield what they are."""
        if not self.ended():
            return
        rows = [row for row, place in enumerate(self.places) if self.courses[place].stopped]
        top_train, top_test = self._top(self.train_set), self._top(self.test_set)
        squares = sum(w.double().square().flatten(1).sum(1) for w in self._by_replica())
        norms = torch.as_tensor(squares).sqrt().tolist()
        size = sum(w[0].numel() for w in self._by_replica())
        found = [
            Ended(place, self.courses[place], top_train[row], top_test[row], size, norms[row])
            for row, place in ((row, self.places[row]) for row in rows)
        ]
        self._keep([row for row in range(len(self.places)) if row not in rows])
        yield from found

    def summary(self) -> str:
        """Say how the replicas at work are doing."""
        last = [self.courses[p] for p in self.places if self.courses[p].loss]
        if not last:
            return ""
        loss = sum(course.loss[-1] for course in last) / len(last)
        accuracy = sum(course.running_accuracy[-1] for course in last) / len(last)
        return f"{len(last)} at work, loss {loss:.3g}, running accuracy {accuracy:.1%}"

    def state(self) -> dict[str, Any]:
        """Return all that the coming epochs depend on."""
        return {
            "epoch": self.epoch,
            "places": self.places,
            "courses": [asdict(course) for course in self.courses],
            "orders": [order.get_state() for order in self.orders],
            "rng": self.rng,
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a state of the same training."""
        self._keep(state["places"])
        self.epoch = state["epoch"]
        self.courses = [Course(**course) for course in state["courses"]]
        for order, saved in zip(self.orders, state["orders"], strict=True):
            order.set_state(saved)
        self.rng = state["rng"]
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])

    def sgd_epoch(self) -> tuple[list[float], list[int]]:
        """Do one epoch; return each replica's summed loss and number of right predictions."""
        self._set_rate(self.recipe.learning_rate * self.recipe.decay**self.epoch)
        k, n = self.train_set.y.shape
        loss = torch.zeros(k, device=self.device)
        correct = torch.zeros(k, dtype=torch.int64, device=self.device)
        order = torch.stack([torch.randperm(n, generator=self.orders[p]) for p in self.places])
        self.network.train()
        with full_precision():
            for batch in self._batches(order.to(self.device)):
                losses, right = self.step(batch)
                loss += losses
                correct += right
        return loss.tolist(), correct.tolist()

    def _set_rate(self, rate: float) -> None:
        self.rate.fill_(rate)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate if self.recorded else rate

    def _step(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Do one step of SGD; return each replica's summed loss and right predictions."""
        self.optimizer.zero_grad()
        found = self._backward(self.network, batch)
        self.optimizer.step()
        return found

    def _backward(self, network: Replicas, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Compute the gradients; return each replica's summed loss and right predictions."""
        x = self.view(self.train_set.x.index_select(0, batch.flatten()), True)
        y = self.train_set.y.gather(1, batch)
        # Compiling once more for the last batch would take longer than it saves.
        forward = self.forward if batch.shape[1] == self.recipe.batch_size else plain
        outputs = self._outputs(network, x.view(*batch.shape, *x.shape[1:]), forward)
        losses = cross_entropy(outputs.flatten(0, 1), y.flatten(), reduction="none").view(y.shape)
        losses.mean(1).sum().backward()
        return losses.detach().sum(1), (outputs.detach().argmax(2) == y).sum(1)

    def _batches(self, order: Tensor) -> list[Tensor]:
        """Split (k, n) into batches; a last batch of one, which has no variance, joins another."""
        batches = list(order.split(self.recipe.batch_size, dim=1))
        if len(batches) > 1 and batches[-1].shape[1] == 1:
            batches[-2:] = [torch.cat(batches[-2:], 1)]
        return batches

    def _outputs(self, network: Replicas, x: Tensor, forward: Forward = plain) -> Tensor:
        with products(self.recipe.precision, self.device):
            return forward(network, x).float()

    def _evaluated(self, examples: Examples) -> Iterator[tuple[slice, Tensor]]:
        """Yield (part, outputs (k, B, classes)) over the whole sample, in evaluation mode."""
        self.network.eval()
        for start in range(0, len(examples.x), 1024):
            part = slice(start, start + 1024)
            with torch.no_grad(), full_precision():
                x = self.view(examples.x[part], False)
                yield part, self._outputs(self.network, x.expand(len(self.places), *x.shape))

    def _fitted(self) -> list[bool]:
        fitted = torch.ones(len(self.places), dtype=torch.bool, device=self.device)
        for part, outputs in self._evaluated(self.train_set):
            fitted &= (outputs.argmax(2) == self.train_set.y[:, part]).all(1)
            if not fitted.any():
                break
        return fitted.tolist()

    def _accuracy(self, examples: Examples) -> list[float]:
        hits = sum(
            (outputs.argmax(2) == examples.y[:, part]).sum(1)
            for part, outputs in self._evaluated(examples)
        )
        return (torch.as_tensor(hits).double() / len(examples.x)).tolist()

    def _top(self, examples: Examples) -> Tensor:
        """Return the classes with the largest outputs, best first, (k, n, 5 or all)."""
        parts = [
            outputs.topk(min(5, outputs.shape[2]), 2).indices.cpu()
            for _, outputs in self._evaluated(examples)
        ]
        return torch.cat(parts, 1)

    def _by_replica(self) -> list[Tensor]:
        """Return the weights with the replica as first dimension."""
        weights = [weight.detach() for weight in self.network.parameters()]
        return weights if self.network.stacked else [weight[None] for weight in weights]

    def _keep(self, rows: list[int]) -> None:
        if rows != list(range(len(self.places))):
            self.places = [self.places[row] for row in rows]
            self.train_set = Examples(self.train_set.x, self.train_set.y[rows])
            self.test_set = Examples(self.test_set.x, self.test_set.y[rows])
            self.step.forget()
            if rows:
                self.network.keep(rows)
                for state in self.optimizer.state.values():
                    if state.get("momentum_buffer") is not None:
                        state["momentum_buffer"] = state["momentum_buffer"][rows]

    @contextmanager
    def _own_rng(self) -> Iterator[None]:
        """Draw dropout and augmentation from this training's generator, not from the caller's."""
        with torch.random.fork_rng():
            torch.set_rng_state(self.rng[0])
            if len(self.rng) > 1:
                torch.cuda.set_rng_state(self.rng[1])
            yield
            self.rng = _rng_state()


def _rng_state() -> list[Tensor]:
    states = [torch.get_rng_state()]
    return states + ([torch.cuda.get_rng_state()] if torch.cuda.is_available() else [])
