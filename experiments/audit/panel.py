"""The panel of measures of the model trained on true labels and of that on random ones."""

from __future__ import annotations

import math
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.audit import suspects
from experiments.audit.budget import Budget, about
from experiments.audit.case import Case
from experiments.audit.kept import Arrays
from experiments.audit.step import Findings, Progress
from experiments.audit.true_and_random import LEVELS, SEED, WEIGHTS, labels_of, train
from experiments.measures.margins import margins
from experiments.randomization.outcome import has_epochs
from experiments.randomization.subject import NetworkSubject
from experiments.randomization.words import at_the_fit

FORM = 2  # of what is kept; the first had bounds for networks with BatchNorm
SHARE = 1 / 4  # of what is left of the budget: the labels to look at come last, if they do
PASSES = 500  # over the sample, nearly all of them with noise for sharpness and PAC-Bayes
OF_WEIGHTS = (
    "norms of weights, path norms, spectral complexity, sharpness and bounds that are made of them"
)


def cost(case: Case, findings: Findings) -> tuple[str, float]:
    """Return the seconds of passing the sample through the networks; nothing is trained."""
    found = findings.get("randomization", {})
    waiting = [level for name, level in LEVELS.items() if name in found]
    waiting = [level for level in waiting if not _done(case, train(case, level)[0])]
    if case.is_estimator or not waiting:
        return "no training", 0.0
    return "no training", sum(PASSES * float(train(case, v)[1]["seconds"]) for v in waiting)


def work(case: Case, findings: Findings, progress: Progress, budget: Budget) -> None:
    """Measure both; where only one was trained, that one; what draws noise if there is time."""
    _, seconds = cost(case, findings)
    share = SHARE if suspects.a_round(case, findings) <= budget.left else 1
    noise = seconds <= share * budget.left
    if not noise:
        progress.left_out.append(f"sharpness and the PAC-Bayes bound, {about(seconds)}")
    for name, level in LEVELS.items():
        if name not in findings["randomization"]:
            progress.left_out.append(f"measures on {name}: nothing was trained on them")
            continue
        record, arrays = train(case, level)
        compute = partial(_measured, case, record, arrays, labels_of(case, level), noise)
        whole = noise or _done(case, record)
        progress.finding[name] = case.kept.once(_name(record, whole), compute)
    progress.finding["not_defined"] = _reasons(progress.finding)
    if case.is_estimator:
        progress.finding["not_defined"] = [
            f"{case.subject.tried.name} is fitted, not trained in epochs, and has no weights that "
            f"these are defined for: {OF_WEIGHTS}."
        ]


def _measured(
    case: Case, record: dict[str, Any], arrays: Arrays, labels: NDArray[np.int64], noise: bool
) -> dict[str, dict[str, Any]]:
    found = {**_controls(record), **_of_margins(arrays["probabilities"], labels)}
    if isinstance(case.subject, NetworkSubject):
        found |= _of_module(case.subject, case, arrays, labels, noise)
    return found


def _name(record: dict[str, Any], whole: bool) -> str:
    return f"panel-{FORM}-{record['hash']}" + ("" if whole else "-without-noise")


def _done(case: Case, record: dict[str, Any]) -> bool:
    return (case.kept.folder / f"{_name(record, True)}.json").exists()


def _of_module(
    subject: NetworkSubject, case: Case, arrays: Arrays, labels: NDArray[np.int64], noise: bool
) -> dict[str, dict[str, Any]]:
    from experiments.measures.panel import panel_of_module

    initial, x = subject.module(case.data, SEED)
    module, _ = subject.module(case.data, SEED)
    for prefix, each in zip(WEIGHTS, (initial, module), strict=True):
        _load(each, arrays, prefix)
    found = panel_of_module(module, initial, x, labels, noise=noise)
    return {name: _finite(asdict(one)) for name, one in found.items()}


def _load(module: Any, arrays: Arrays, prefix: str) -> None:
    import torch

    tensors = {
        k.removeprefix(prefix): torch.from_numpy(v)
        for k, v in arrays.items()
        if k.startswith(prefix)
    }
    # State that is no tensor is not kept: it stays a new module's.
    module.load_state_dict({**module.state_dict(), **tensors})


def _controls(record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what costs nothing to know: measures that do no better than these explain nothing."""
    name = "epochs" if has_epochs(record) else "seconds"
    return {name: {"value": float(at_the_fit(record)[name]), "kind": "control", "why": ""}}


def _of_margins(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    """Return what is defined for whatever gives probabilities."""
    defined = np.isfinite(probabilities).all()
    margin = margins(probabilities, labels) if defined else np.array([np.nan])
    values = {
        "margin of probabilities, 10th percentile": float(np.quantile(margin, 0.1)),
        "margin of probabilities, median": float(np.median(margin)),
    }
    found = {name: {"value": v, "kind": "score", "why": ""} for name, v in values.items()}
    return {name: _finite(one) for name, one in found.items()}


def _finite(measure: dict[str, Any]) -> dict[str, Any]:
    """Return a measure that has a finite value, or none and the reason."""
    if measure["value"] is None or math.isfinite(measure["value"]):
        return measure
    return {**measure, "value": None, "why": "it is not finite: the training diverged"}


def _reasons(finding: dict[str, Any]) -> list[str]:
    """Return a sentence for each reason why measures are not defined."""
    reasons: dict[tuple[str, str], list[str]] = {}
    there = [level for level in LEVELS if level in finding]
    for name in {name: None for level in there for name in finding[level]}:
        whys = {level: finding[level][name]["why"] for level in there}
        both = len(set(whys.values())) == 1
        for level, why in list(whys.items())[: 1 if both else None]:
            if why:
                reasons.setdefault((why, "" if both else f" on {level}"), []).append(name)
    return [f"Not defined{on}: {'; '.join(names)} ({why})." for (why, on), names in reasons.items()]
