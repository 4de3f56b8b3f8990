"""The panel of measures of the model trained on true labels and of that on random ones."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.audit.budget import Budget, in_words
from experiments.audit.case import Case
from experiments.audit.kept import Arrays
from experiments.audit.step import Findings, Progress
from experiments.audit.true_and_random import LEVELS, SEED, WEIGHTS, labels_of, train
from experiments.measures.margins import margins
from experiments.randomization.outcome import has_epochs
from experiments.randomization.subject import NetworkSubject

SHARE = 1 / 4  # of what is left of the budget, at most: the labels to look at come last
PASSES = 500  # over the sample: noise is drawn anew and anew for sharpness and PAC-Bayes
FORWARD = 1 / 3  # of a step of training, which goes back too
OF_WEIGHTS = (
    "norms of weights, path norms, spectral complexity, sharpness and bounds that are made of them"
)


def cost(case: Case, findings: Findings) -> tuple[str, float]:
    """Return the seconds of passing the sample through the networks; nothing is trained."""
    found = findings.get("randomization", {})
    waiting = [found[name] for name in LEVELS if name in found and not _done(case, found[name])]
    each = [FORWARD * PASSES * record.get("seconds_per_epoch", 0.0) for record in waiting]
    return "no training", sum(each)


def work(case: Case, findings: Findings, progress: Progress, budget: Budget) -> None:
    """Measure both; where only one was trained, that one."""
    _, seconds = cost(case, findings)
    if seconds > SHARE * budget.left:
        progress.left_out.append(f"measures of both models, about {in_words(seconds)}")
        return
    for name, level in LEVELS.items():
        if name not in findings["randomization"]:
            progress.left_out.append(f"measures on {name}: nothing was trained on them")
            continue
        record, arrays = train(case, level)
        compute = partial(_measured, case, record, arrays, labels_of(case, level))
        progress.finding[name] = case.kept.once(_name(record), compute)
    progress.finding["not_defined"] = _reasons(progress.finding)
    if case.is_estimator:
        progress.finding["not_defined"] = [
            f"{case.subject.tried.name} is fitted, not trained in epochs, and has no weights that "
            f"these are defined for: {OF_WEIGHTS}."
        ]


def _measured(
    case: Case, record: dict[str, Any], arrays: Arrays, labels: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    found = {**_controls(record), **_of_margins(arrays["probabilities"], labels)}
    if isinstance(case.subject, NetworkSubject):
        found |= _of_module(case.subject, case, arrays, labels)
    return found


def _name(record: dict[str, Any]) -> str:
    return f"panel-{record['hash']}"


def _done(case: Case, record: dict[str, Any]) -> bool:
    return (case.kept.folder / f"{_name(record)}.json").exists()


def _of_module(
    subject: NetworkSubject, case: Case, arrays: Arrays, labels: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    from experiments.measures.panel import panel_of_module

    initial, x = subject.module(case.data, SEED)
    module, _ = subject.module(case.data, SEED)
    for prefix, each in zip(WEIGHTS, (initial, module), strict=True):
        _load(each, arrays, prefix)
    return {name: asdict(one) for name, one in panel_of_module(module, initial, x, labels).items()}


def _load(module: Any, arrays: Arrays, prefix: str) -> None:
    import torch

    module.load_state_dict(
        {
            k.removeprefix(prefix): torch.from_numpy(v)
            for k, v in arrays.items()
            if k.startswith(prefix)
        }
    )


def _controls(record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what costs nothing to know: measures that do no better than these explain nothing."""
    name = "epochs" if has_epochs(record) else "seconds"
    return {name: {"value": float(record[name]), "kind": "control", "why": ""}}


def _of_margins(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    """Return what is defined for whatever gives probabilities."""
    margin = margins(probabilities, labels)
    values = {
        "margin of probabilities, 10th percentile": float(np.quantile(margin, 0.1)),
        "margin of probabilities, median": float(np.median(margin)),
    }
    return {name: {"value": value, "kind": "score", "why": ""} for name, value in values.items()}


def _reasons(finding: dict[str, Any]) -> list[str]:
    """Return a sentence for each reason why measures are not defined."""
    names: dict[str, list[str]] = {}
    for level in LEVELS:
        for name, one in finding.get(level, {}).items():
            if one["value"] is None:
                known = names.setdefault(one["why"], [])
                known += [name] if name not in known else []
    return [f"Not defined: {', '.join(which)} ({why})." for why, which in names.items()]
