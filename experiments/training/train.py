"""Train networks until they fit their labels: epochs of SGD, evaluation, and who has ended."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from experiments.sweeps.progress import bar
from experiments.training.allocator import keep_large_blocks
from experiments.training.checkpoint import Checkpoint
from experiments.training.course import Course, Ended, summary
from experiments.training.evaluation import Evaluation
from experiments.training.examples import Examples, View, as_it_is
from experiments.training.forecast import announce
from experiments.training.networks import Replicas
from experiments.training.randomness import Randomness
from experiments.training.recipe import Recipe
from experiments.training.sgd import SGD


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
    epoch, is 100 % (unless the recipe goes on to the limit or to a loss), at the epoch limit, or
    when its loss is no longer finite, and says which. The
    evaluation breaks off at the first part of the sample that every replica has a mistake in. A
    resumed training ends bit-identical to an uninterrupted one on the same CPU and threads, of
    someone else's network where its state is what `Foreign` says.
    Source: section 2 and appendix A.
    """
    if checkpoint and (state := checkpoint.read()):
        try:
            training.restore(state)
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise checkpoint.refused(error) from error
    limit = training.recipe.epoch_limit
    if training.places:
        announce(training.sgd, limit - training.epoch, title)
    with bar(
        total=limit, initial=training.epoch, unit="epoch", leave=False, desc=title
    ) as progress:
        while training.places:
            if checkpoint:
                # An ended replica is in the file before anyone learns of its end.
                checkpoint.write(training.state(), force=training.ended())
            yield from training.take_ended()
            if training.places:
                training.do_epoch()
                progress.set_postfix_str(summary(training.at_work()), refresh=False)
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
    watched : whose accuracy is added to the course after each epoch
    """

    def __init__(
        self,
        recipe: Recipe,
        network: Replicas,
        train_set: Examples,
        test_set: Examples,
        seeds: Sequence[int],
        view: View = as_it_is,
        watched: Examples | None = None,
    ) -> None:
        keep_large_blocks()
        network.to(train_set.x.device)
        self.recipe, self.test_set, self.watched = recipe, test_set, watched
        self.sgd = SGD(recipe, network, train_set, view)
        self.evaluation = Evaluation(network, recipe.precision, view)
        self.randomness = Randomness(seeds, train_set.x.device)
        self.epoch = 0
        self.places = list(range(len(seeds)))
        self.courses = [Course() for _ in seeds]

    def do_epoch(self) -> None:
        """Train one epoch, then decide which replicas have ended."""
        started = time.perf_counter()
        loss, correct = self.sgd_epoch()
        trained = time.perf_counter()
        self.epoch += 1
        with self.randomness.drawn():  # someone else's network may draw in evaluation too
            test = self.evaluation.accuracy(self.test_set) if self.recipe.early_stopping else None
            watched = self.evaluation.accuracy(self.watched) if self.watched else None
            fitted = self.evaluation.fitted(self.sgd.examples)
        share = 1 / len(self.places)
        sgd, in_all = (trained - started) * share, (time.perf_counter() - started) * share
        totals = self.sgd.examples.totals
        step = self.epoch * self.sgd.steps_per_epoch
        for row, course in enumerate(self.at_work()):
            course.spend(sgd, in_all)
            course.add(
                step,
                loss[row] / totals[row],
                correct[row] / totals[row],
                test[row] if test else None,
                watched[row] if watched else None,
            )
            if course.stopped:
                continue
            if fitted[row]:
                course.fitted_at = course.fitted_at or step
            target = self.recipe.target_loss
            low = target is None or course.loss[-1] <= target
            if fitted[row] and low and not self.recipe.to_the_limit:
                course.stopped = "fitted"
            elif self.epoch == self.recipe.epoch_limit:
                course.stopped = "epoch limit"

    def sgd_epoch(self) -> tuple[list[float], list[int]]:
        """Train one epoch; return each replica's summed loss and number of right predictions."""
        _, n = self.sgd.examples.y.shape
        with self.randomness.drawn():
            return self.sgd.epoch(self.epoch, self.randomness.order(n, self.places))

    def at_work(self) -> list[Course]:
        """Return the courses of the replicas that were not taken yet."""
        return [self.courses[place] for place in self.places]

    def ended(self) -> bool:
        """Say whether a replica has ended that was not taken yet."""
        return any(course.stopped for course in self.at_work())

    def take_ended(self) -> Iterator[Ended]:
        """Drop the replicas that have ended and yield what they are."""
        if not self.ended():
            return
        with self.randomness.drawn():
            top_train = self.evaluation.top(self.sgd.examples)
            top_test = self.evaluation.top(self.test_set)
        n_weights, norms = self.evaluation.sizes()
        found, left = [], []
        for row, course in enumerate(self.at_work()):
            if course.stopped:
                tops = top_train[row], top_test[row]
                network = self.sgd.network.one(row)
                found.append(Ended(self.places[row], course, *tops, n_weights, norms[row], network))
            else:
                left.append(row)
        self._keep(left)
        yield from found

    def state(self) -> dict[str, Any]:
        """Return all that the coming epochs depend on."""
        return {
            "epoch": self.epoch,
            "places": self.places,
            "courses": [asdict(course) for course in self.courses],
            "randomness": self.randomness.state(),
            "network": self.sgd.network.state_dict(),
            "optimizer": self.sgd.optimizer.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a state of the same training."""
        self._keep(state["places"])
        self.epoch = state["epoch"]
        self.courses = [Course(**course) for course in state["courses"]]
        self.randomness.restore(state["randomness"])
        self.sgd.network.load_state_dict(state["network"])
        self.sgd.optimizer.load_state_dict(state["optimizer"])

    def _keep(self, rows: list[int]) -> None:
        if rows != list(range(len(self.places))):
            self.places = [self.places[row] for row in rows]
            self.test_set = self.test_set.keep(rows)
            self.watched = self.watched.keep(rows) if self.watched else None
            self.sgd.keep(rows)
