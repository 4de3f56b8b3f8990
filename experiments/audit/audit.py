"""The audit of a model: each question within the budget, a verdict, a page, and files."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.audit import alignment, panel, signs, suspects, true_and_random
from experiments.audit.budget import Budget, in_words, seconds_of
from experiments.audit.case import Case
from experiments.audit.kept import Kept
from experiments.audit.step import Findings, Interrupted, Step, do_steps, say
from experiments.audit.verdict import words
from experiments.randomization.optimizer import Optimizer
from experiments.randomization.randomize import read_data
from experiments.randomization.subject import subject
from experiments.sweeps.machine import machine, versions
from experiments.training.recipe import Recipe
from expressivity.files import file_name, write_atomically

STEPS = [
    Step("randomization", "true and random labels", true_and_random.cost, true_and_random.work),
    Step("alignment", "the labels and the inputs alone", alignment.cost, alignment.work),
    Step("signs", "random signs", signs.cost, signs.work),
    Step("panel", "measures of both models", panel.cost, panel.work),
    Step("suspects", "memorization, labels to look at", suspects.cost, suspects.work),
]
FILES = ("audit.json", "labels.csv", "audit.html")
COLUMNS: tuple[str, ...] = ("index", "given", "score", "proposed", "memorization", "split")


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Attributes
    ----------
    numbers : all of it, as in the JSON file
    folder : where audit.html, audit.json and labels.csv are

    Examples
    --------
    >>> from pathlib import Path
    >>> from experiments.audit import Audit
    >>> found = Audit({"verdict": ["It fits."], "suspects": {}}, Path("results"))
    >>> print(found, found.page.name, found.labels)
    It fits. audit.html []
    """

    numbers: dict[str, Any]
    folder: Path

    @property
    def page(self) -> Path:
        """The page with the pictures."""
        return self.folder / "audit.html"

    @property
    def labels(self) -> list[dict[str, Any]]:
        """The labels to look at, the likeliest errors first: index, given, score, proposed."""
        return self.numbers["suspects"].get("labels", [])

    def __str__(self) -> str:
        return "\n\n".join(self.numbers["verdict"])


def audit(
    model: Any,
    data: Any,
    y: Any = None,
    budget: str = "20m",
    folder: str | Path | None = None,
    *,
    recipe: Recipe | None = None,
    optimizer: Optimizer = "sgd",
    device: str | None = None,
) -> Audit:
    """Ask of a model what it fits, what it memorizes, and which labels look wrong.

    Parameters
    ----------
    model, data, y, recipe, optimizer, device : as for `experiments.randomize.randomize`
    budget : the time of this call, "90s", "20m" or "2h"; what does not fit is left out and said
    folder : where the files are; results/audit-MODEL-DATA where it is None. What was done is kept
        in it, and the same call goes on from there

    Returns
    -------
    Audit; printed, it is the verdict in words

    Raises ValueError and TypeError, in one line and before any training, as `randomize`, and for
    another spelling of the budget; FileExistsError for a folder that holds a user's own files by
    these names. Ctrl-C writes what was found, then raises KeyboardInterrupt.
    Cost: two trainings, three on random signs, and up to 60 on four fifths of the examples.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from experiments.audit import audit
    >>> from sklearn.naive_bayes import GaussianNB
    >>> X, y = np.random.default_rng(0).standard_normal((50, 3)), ["cat", "dog"] * 25
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = audit(GaussianNB(), X, y, budget="60s", folder=folder)
    ...     found.page.exists(), sorted(found.labels[0])[:3]
    (True, ['given', 'index', 'memorization'])
    """
    clock = Budget(seconds_of(budget))
    given = read_data(data, y)
    tested = subject(model, given, recipe, optimizer, device)
    folder = Path(folder) if folder is not None else default_folder(tested.tried.name, given.name)
    _check_folder(folder)
    case = Case(tested, given, Kept(folder / "kept"))
    say(f"audit of {tested.tried.name} on {given.name}, {case.n:,} training examples, {budget}")
    try:
        findings, left_out = do_steps(STEPS, case, clock)
    except Interrupted as ended:
        _write(case, budget, clock, ended.findings, ended.left_out, folder)
        raise
    return _write(case, budget, clock, findings, left_out, folder)


def default_folder(model: str, data: str) -> Path:
    """Return a folder of the model's and the data set's own."""
    return Path("results") / f"audit-{file_name(f'{model}-{data}')}"


def _check_folder(folder: Path) -> None:
    """Refuse a folder with files of the user's own by the names of those that are written."""
    theirs = [folder / name for name in FILES if (folder / name).exists()]
    if theirs and not (folder / "kept").is_dir():
        raise FileExistsError(
            f"{theirs[0]} is no audit's, and would be lost: give the audit a folder of its own"
        )


def _write(
    case: Case,
    budget: str,
    clock: Budget,
    findings: Findings,
    left_out: dict[str, list[str]],
    folder: Path,
) -> Audit:
    """Write the page, the numbers and the labels."""
    from experiments.audit.page import page

    numbers: dict[str, Any] = {
        "model": case.subject.tried.name,
        "data": case.data.name,
        "n": case.n,
        "n_test": len(case.data.test_labels),
        "classes": list(case.data.classes),
        "estimator": case.is_estimator,
        "budget": budget,
        "seconds": clock.spent,
        "machine": machine(),
        "versions": versions(),
        **{step.key: findings.get(step.key, {}) for step in STEPS},
        "left_out": [line for lines in left_out.values() for line in lines],
    }
    numbers["verdict"] = words(numbers)
    content = (
        json.dumps(_finite(numbers), indent=1).encode(),
        _csv(numbers["suspects"].get("labels", [])),
        page(numbers, case.data).encode(),
    )
    for name, each in zip(FILES, content, strict=True):
        write_atomically(folder / name, each)
    say(f"{in_words(clock.spent)} of {budget}; page, numbers and labels in {folder}")
    return Audit(numbers, folder)


def _csv(labels: list[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(labels)
    return text.getvalue().encode()


def _finite(value: Any) -> Any:
    """Return JSON's numbers: NaN and infinity, which it lacks, become null."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float) and value not in (float("inf"), float("-inf")) and value == value:
        return value
    return None if isinstance(value, float) else value
