"""Memorization scores, and the labels to look at first: what models say that did not see them.

Each round cuts the training examples into five parts and trains five models, each without one of
them; so every example is judged by a model that never saw its label, once a round. The score of a
label is 1 - the probability that those give it, averaged over the rounds; the memorization score
mem(i) = P[right | seen] - P[right | not seen] is that of Feldman and Zhang 2020.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.audit.budget import Budget, Overdue, about
from experiments.audit.case import Case
from experiments.audit.kept import Arrays
from experiments.audit.step import Findings, Progress
from experiments.audit.true_and_random import is_known, seconds
from experiments.measures.memorization import scores
from experiments.randomization.subject import TestedRun
from experiments.randomization.trained_model import TrainedModel
from experiments.sweeps.progress import bar

FOLDS = 5
ROUNDS = 12
MEMORIZED = 0.5


def cost(case: Case, findings: Findings) -> tuple[str, float]:
    """Return the trainings, each on four fifths of the examples."""
    every = [run for number in range(ROUNDS) for run in runs(case, parts(case.n, number), number)]
    waiting = sum(not case.kept.is_done(run) for run in every)
    if not waiting:
        return "done already", 0.0
    return f"up to {waiting} trainings on 4/5 each", waiting * _one(case, findings)


def work(case: Case, findings: Findings, progress: Progress, budget: Budget) -> None:
    """Do as many rounds as there is time for; a round that is cut off counts for nothing."""
    if case.n < FOLDS:
        progress.left_out.append(f"memorization scores: {case.n} training examples, {FOLDS} needed")
        return
    judged = Judged.none(case)
    one, known = _one(case, findings), is_known(findings)
    with bar(total=FOLDS * ROUNDS, unit="model", leave=False, desc="models") as shown:
        for number in range(ROUNDS):
            folds = parts(case.n, number)
            models = runs(case, folds, number)
            waiting = sum(not case.kept.is_done(run) for run in models)
            left = f"{FOLDS * (ROUNDS - number)} of {FOLDS * ROUNDS} models for memorization scores"
            line = f"{left}, {about(FOLDS * (ROUNDS - number) * one)}"
            if known and waiting * one > budget.left:
                progress.left_out.append(line)
                break
            done = []
            try:
                for run in models:
                    done.append(case.kept.do(run, partial(look, case)))
                    shown.update()
            except Overdue:
                progress.left_out.append(line)
                break
            judged = judged.and_round(case, folds, [arrays for _, arrays in done])
            progress.finding |= judged.finding(case)
            one, known = float(np.mean([record["seconds"] for record, _ in done])), True


def a_round(case: Case, findings: Findings) -> float:
    """Return the seconds of a round, without which there are no scores."""
    return FOLDS * _one(case, findings)


def runs(case: Case, folds: list[NDArray[np.bool_]], number: int) -> list[TestedRun]:
    """Return the trainings of a round."""
    return [case.subject.run(case.without(fold), 0.0, number) for fold in folds]


def parts(n: int, number: int) -> list[NDArray[np.bool_]]:
    """Return which examples each model of a round does not see, five masks (n,)."""
    part = np.random.default_rng([number, 0xF01D]).permutation(n) % FOLDS
    return [part == k for k in range(FOLDS)]


@dataclass(frozen=True)
class Judged:
    """What the models of some rounds say.

    Attributes
    ----------
    held_out : float64 (n, classes), sums over the rounds of what the model without an example says
    test : float64 (m, classes), sums over all models of what they say of the test examples
    seen, right : bool (models, n)
    """

    held_out: NDArray[np.float64]
    test: NDArray[np.float64]
    seen: NDArray[np.bool_]
    right: NDArray[np.bool_]

    @classmethod
    def none(cls, case: Case) -> Judged:
        none = np.zeros((0, case.n), dtype=bool)
        held_out = np.zeros((case.n, case.classes))
        return cls(held_out, np.zeros((len(case.data.test_labels), case.classes)), none, none)

    def and_round(self, case: Case, folds: list[NDArray[np.bool_]], looks: list[Arrays]) -> Judged:
        """Return the same with one more round."""
        held_out, test = self.held_out.copy(), self.test.copy()
        for fold, look in zip(folds, looks, strict=True):
            held_out[fold] += look["probabilities"][fold]
            test += look["test"]
        right = [look["probabilities"].argmax(1) == case.data.train_labels for look in looks]
        seen = np.concatenate((self.seen, ~np.array(folds)))
        return Judged(held_out, test, seen, np.concatenate((self.right, np.array(right))))

    def finding(self, case: Case) -> dict[str, Any]:
        """Return scores and proposals, and the list of labels to look at first."""
        models = len(self.seen)
        rounds = models // FOLDS
        memorization = scores(self.seen, self.right)
        suspicion = 1 - given(self.held_out / rounds, case.data.train_labels)
        return {
            "models": models,
            "rounds": rounds,
            "memorization": memorization.value.round(4).tolist(),
            "standard_error": memorization.standard_error.round(4).tolist(),
            "memorized": int((memorization.value >= MEMORIZED).sum()),
            "mean_memorization": float(memorization.value.mean()),
            "scores": suspicion.round(6).tolist(),
            "labels": sorted(
                [
                    *rows(case, "training", self.held_out / rounds, memorization.value),
                    *rows(case, "test", self.test / models),
                ],
                key=lambda row: -row["score"],
            ),
        }


def rows(
    case: Case, split: str, p: NDArray[np.float64], memorization: NDArray[np.float64] | None = None
) -> list[dict[str, Any]]:
    """Return the labels of a split that the models would give otherwise, the likeliest first."""
    data, training = case.data, split == "training"
    labels = data.train_labels if training else data.test_labels
    where = data.train_rows if training else data.test_rows
    score, proposed = 1 - given(p, labels), p.argmax(axis=1)
    held_out = "held out" if where is not None else "test"
    return [
        {
            "index": int(i if where is None else where[i]),
            "place": int(i),
            "given": data.classes[labels[i]],
            "score": round(float(score[i]), 6),
            "proposed": data.classes[proposed[i]],
            "memorization": None if memorization is None else round(float(memorization[i]), 4),
            "split": "training" if training else held_out,
        }
        for i in np.argsort(-score, kind="stable")
        if proposed[i] != labels[i]
    ]


def given(p: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the probability of each example's own label, (n,)."""
    return p[np.arange(len(labels)), labels]


def _one(case: Case, findings: Findings) -> float:
    return (1 - 1 / FOLDS) * seconds(case, findings, random=False)


def look(case: Case, trained: TrainedModel) -> Arrays:
    """Return what a model says of every example, float32: it is kept for each of the models.

    Raises ValueError for NaN: what diverged says nothing.
    """
    images = {"probabilities": case.data.train_images, "test": case.data.test_images}
    found = {name: trained.probabilities(x).astype(np.float32) for name, x in images.items()}
    if not all(np.isfinite(p).all() for p in found.values()):
        raise ValueError("a training without a fifth of the examples diverged: lower the rate")
    return found
