"""Two kinds of run make no number together, and behind a picture are the records that it shows."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from experiments.suites import SUITES, suite
from experiments.sweeps.run import Run
from experiments.sweeps.store import load_records
from paper_figures import figures, tables
from paper_figures.findings import caption, drawn
from paper_figures.hover import curves

RECORDS = load_records(None)
MODULES: dict[str, Any] = {
    **{f"figure {name}": module for name, module in figures.discover().items()},
    **{f"table {name}": module for name, module in tables.discover().items()},
}
SHOWN = {name: module for name, module in MODULES.items() if drawn(module, RECORDS)}
# What a reader is told of a run: by an axis, a column, a heading, a line of its own.
TOLD = {"seed", "n", "level", "network", "kernel", "classes", "construction", "data", "options"}
TOLD |= {"n_filters", "ridge"}
OF_SOME = {"coupled-sgd": {"learning_rate", "epochs"}, "memorizer": {"d"}}
OF_SOME |= {"measured": {"learning_rate", "batch_size"}}


@pytest.mark.parametrize("name", SHOWN)
def test_a_run_that_differs_in_what_no_reader_is_told_is_not_drawn(name: str) -> None:
    """Nor is one with a field that only a later version knows."""
    module = SHOWN[name]
    before = drawn(module, RECORDS)
    for record in {r["specification"]["contestant"]: r for r in before}.values():
        what = record["specification"]
        told = TOLD | OF_SOME.get(what["contestant"], set())
        for field in {*what, "n_test", "framework", "of a later version"} - told:
            other = {**what, field: _other(what.get(field))}
            foreign = {**record, "specification": other, "hash": f"other {field}"}
            assert drawn(module, [*RECORDS, foreign]) == before, field


def _other(value: Any) -> Any:
    """Return a value that is none of the paper's, and none that a suite takes."""
    if isinstance(value, bool):
        return "neither"
    if isinstance(value, int | float):
        return 1.7 * value + 3
    return 1 if value is None else value[:-1]


@pytest.mark.parametrize("name", SHOWN)
def test_a_run_of_size_smoke_changes_no_picture(name: str) -> None:
    module = SHOWN[name]
    before = drawn(module, RECORDS)
    assert drawn(module, [*RECORDS, *SMOKE]) == before


def _smoke() -> list[dict[str, Any]]:
    """Return records of the runs of size smoke that are no run of another size."""
    known = {record["hash"] for record in RECORDS}
    runs: dict[str, Run] = {}
    for name in SUITES:
        for data in ("cifar10-jpeg", "mnist"):
            runs |= {run.hash: run for run in suite(name, (0, 1), "smoke", data)}
            known |= {run.hash for run in suite(name, (0, 1), "cpu", data)}
    return [_as(run) for hash, run in runs.items() if hash not in known]


def _as(run: Run) -> dict[str, Any]:
    """Return a record of a run with the outcome of another of its contestant."""
    what = json.loads(json.dumps(run.specification))
    like = next(r for r in RECORDS if r["specification"]["contestant"] == run.contestant)
    own = {"hash": run.hash, "title": run.title, "condition": run.condition}
    return {**like, **own, "specification": what, "n": run.n or like["n"]}


SMOKE = _smoke()


@pytest.mark.parametrize("name", SHOWN)
def test_a_record_behind_a_picture_is_in_it(name: str) -> None:
    module = SHOWN[name]
    before, known = _view(module, RECORDS), drawn(module, RECORDS)
    for record in Random(0).sample(known, min(2, len(known))):
        given = [_changed(r) if r["hash"] == record["hash"] else r for r in RECORDS]
        assert _view(module, given) != before, record["title"]


def _view(module: Any, records: list[dict[str, Any]]) -> Any:
    """Return what a reader sees: the words and the cells, or all that is drawn."""
    chosen = drawn(module, records)
    said = caption(module, chosen)
    if hasattr(module, "rows"):
        return said, module.rows(chosen)
    figure = module.draw(chosen)
    lines = [str(line.get_xydata().tolist()) for panel in figure.axes for line in panel.get_lines()]
    bands = [
        str(path.vertices)
        for panel in figure.axes
        for band in panel.collections
        for path in band.get_paths()
    ]
    texts = [text.get_text() for panel in figure.axes for text in panel.texts]
    return said, curves(figure), lines, bands, texts


KEPT = {"hash", "specification", "n", "d", "condition", "title", "finished", "machine", "versions"}
KEPT |= {"epochs", "features", "labels_changed"}


def _changed(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with other outcomes."""

    def other(value: Any) -> Any:
        if isinstance(value, list):
            return [other(each) for each in value]
        if isinstance(value, dict):
            return {key: other(each) for key, each in value.items()}
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        return value + 3 if isinstance(value, int) else value * 0.61803

    found = {key: value if key in KEPT else other(value) for key, value in record.items()}
    if "stopped" in record:
        found["stopped"] = "epoch limit" if record["stopped"] == "fitted" else "fitted"
    return found
