"""Does it fit random labels? One training on the true ones, one on random ones."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from experiments.audit.budget import Budget, Overdue, in_words
from experiments.audit.case import Case
from experiments.audit.kept import Arrays
from experiments.audit.step import Findings, Progress
from experiments.datasets.corruption import corrupt_labels
from experiments.randomization.randomize import notes
from experiments.randomization.trained_model import TrainedModel
from experiments.randomization.verdict import Verdict

LEVELS = {"true labels": 0.0, "random labels": 1.0}
SEED = 0
SHARE = 3 / 4  # of what is left, for a network on random labels: what trains nothing follows
WEIGHTS = ("initial:", "trained:")  # before the names of a module's weights


def cost(case: Case, findings: Findings) -> tuple[str, float]:
    """Return two trainings, to the limit of epochs at the longest."""
    runs = [case.subject.run(case.data, level, SEED) for level in LEVELS.values()]
    waiting = sum(not case.kept.is_done(run) for run in runs)
    if not waiting:
        return "done already", 0.0
    return f"{waiting} trainings, at the longest", waiting * case.subject.tried.seconds(case.n)


def work(case: Case, findings: Findings, progress: Progress, budget: Budget) -> None:
    """Train on both, the true labels first.

    A network's training on random labels goes on in the next call where it was cut off; an
    estimator's begins anew, and has all the time that is left.
    """
    records: list[Any] = []
    progress.finding["notes"] = list(notes(case.data, [SEED]))
    for name, level in LEVELS.items():
        share = SHARE if level and not case.is_estimator else 1.0
        try:
            with budget.held(share):
                record, _ = train(case, level)
        except Overdue:
            progress.left_out.append(_how_far(case, name, level))
            if share == 1:
                raise
            return
        records.append(record)
        progress.finding[name] = record
    verdict = Verdict(records, tuple(progress.finding["notes"]))
    progress.finding |= {
        "words": verdict.words(),
        "table": verdict.table(),
        "rule": verdict.rule(),
        "fits_random_labels": verdict.fits_random_labels,
        "fits_true_labels": verdict.fits_true_labels,
    }


def train(case: Case, level: float) -> tuple[dict[str, Any], Arrays]:
    """Return the record of a training on labels of this level, and what is kept of its model.

    "probabilities" (n, classes) of the training examples, the "seconds" that they took, and of a
    module its weights before and after, under "initial:NAME" and "trained:NAME".
    """

    def look(trained: TrainedModel) -> Arrays:
        trained.probabilities(case.data.train_images[:1024])  # the first pass allocates
        started = time.perf_counter()
        found: Arrays = {"probabilities": trained.probabilities(case.data.train_images)}
        found["seconds"] = np.array(time.perf_counter() - started)
        if trained.initial is not None:
            states = trained.initial, trained.model.state_dict()
            for prefix, state in zip(WEIGHTS, states, strict=True):
                tensors = {k: v for k, v in state.items() if hasattr(v, "detach")}
                found |= {prefix + name: _array(value) for name, value in tensors.items()}
        return found

    return case.kept.do(case.subject.run(case.data, level, SEED), look)


def labels_of(case: Case, level: float) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the labels, int64 (n,), of the training at this level."""
    return corrupt_labels(case.data.train_labels, case.classes, level, SEED).labels


def seconds(case: Case, findings: Findings, random: bool) -> float:
    """Return what a training took, on random labels if they were fitted, for those to come.

    Where none is known, what one may take at the longest.
    """
    found = findings.get("randomization", {})
    record = (found.get("random labels") if random else None) or found.get("true labels")
    return float(record["seconds"]) if record else case.subject.tried.seconds(case.n)


def is_known(findings: Findings) -> bool:
    """Tell whether `seconds` was measured; a guess is no reason to leave anything out."""
    return "true labels" in findings.get("randomization", {})


def _array(value: Any) -> np.ndarray[Any, Any]:
    value = value.detach().cpu()
    return (
        value.float() if value.dtype.is_floating_point and value.dtype.itemsize < 4 else value
    ).numpy()


def _how_far(case: Case, name: str, level: float) -> str:
    """Say how far a training came that the end of the budget interrupted."""
    whole = in_words(case.subject.tried.seconds(case.n))
    if case.is_estimator:
        return f"{name}: the fit was not finished, it would take about {whole}"
    epochs = case.kept.epoch(case.subject.run(case.data, level, SEED))
    so_far = f"{epochs} epochs are kept" if epochs else "nothing of it is kept"
    return f"{name}: not fitted yet, {so_far}; it would take {whole} at the longest"
