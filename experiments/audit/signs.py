"""Does it fit random signs? Then Rademacher complexity says nothing about it."""

from __future__ import annotations

import numpy as np

from experiments.audit.budget import Budget, Overdue, about
from experiments.audit.case import Case
from experiments.audit.step import Findings, Progress
from experiments.audit.true_and_random import is_known, seconds
from experiments.measures.rademacher import lower_limit, random_signs
from experiments.randomization.subject import TestedRun

DRAWS = 3
SHARE = 1 / 3  # of what is left of the budget, at most: other questions follow
DELTA = 0.05


def cost(case: Case, findings: Findings) -> tuple[str, float]:
    """Return the trainings, each about as long as that on random labels."""
    waiting = sum(not case.kept.is_done(run) for run in runs(case))
    if not waiting:
        return "done already", 0.0
    return f"{waiting} trainings", waiting * seconds(case, findings, random=True)


def work(case: Case, findings: Findings, progress: Progress, budget: Budget) -> None:
    """Train on sign vectors, as many of three as a third of what is left allows.

    Two of the model's outputs are the two signs: (1/n) sum_i s_i f(x_i) = 2 accuracy - 1.
    """
    one, last = seconds(case, findings, random=True), budget.spent + SHARE * budget.left
    reached, fitted = [], True
    for draw, run in enumerate(runs(case)):
        left = DRAWS - draw
        line = f"{left} of {DRAWS} sign vectors, {about(left * one)}"
        late = budget.spent + one > last
        if late and is_known(findings) and not case.kept.is_done(run):
            progress.left_out.append(line)
            break
        try:
            record, _ = case.kept.do(run, lambda trained: {})
        except Overdue:
            progress.left_out.append(line)
            raise
        reached.append(2 * record["train_accuracy"] - 1)
        fitted &= record["fitted"]
        progress.finding |= {
            "correlations": reached,
            "mean": float(np.mean(reached)),
            "lower_limit": lower_limit(reached, case.n, DELTA),
            "delta": DELTA,
            "all_fitted": fitted,
        }


def runs(case: Case) -> list[TestedRun]:
    """Return a training for each sign vector."""
    vectors = (random_signs(case.n, DRAWS, seed=0) + 1) // 2
    data = (case.relabelled(y, ("-1", "+1"), f"signs {k}") for k, y in enumerate(vectors))
    return [case.subject.run(each, 0.0, seed) for seed, each in enumerate(data)]
