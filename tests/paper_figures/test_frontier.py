"""The figure and the table of the frontier show the records as they are."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.sweeps.store import load_records, read_records
from expressivity.memorizers.frontier import Case, measure
from paper_figures.figures import frontier
from paper_figures.tables import constructions

COMMITTED = [record for record in load_records(None) if frontier.RECORDS(record)]


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    cases = [("zhang", None), ("yun", None), ("baum", 2), ("yun", 2)]
    return [measure(Case(name, n, 3, classes, 0)) for name, classes in cases for n in (10, 40)]


def test_every_line_is_that_of_its_records(records: list[dict[str, Any]]) -> None:
    figure = frontier.draw(records)
    assert isinstance(figure, Figure)
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    for name, classes in (("zhang", None), ("yun", None), ("baum", 2)):
        wanted = [r["n_weights"] for r in records if _is(r, name, classes)]
        assert np.asarray(lines[name].get_ydata()).tolist() == wanted
    assert np.asarray(lines["_n, real labels"].get_ydata()).tolist() == [10, 40]
    bits = {line.get_label(): line for line in figure.axes[1].lines}
    wanted = [r["total_bits"] / r["n"] for r in records if _is(r, "yun", 2)]
    assert np.asarray(bits["yun"].get_ydata()).tolist() == wanted


def test_the_table_has_formula_and_measured_count_side_by_side(
    records: list[dict[str, Any]],
) -> None:
    rows = constructions.rows(records)
    assert [(row["construction"], row["labels"]) for row in rows] == [
        ("baum", "2 classes"),
        ("yun", "real"),
        ("yun", "2 classes"),
        ("zhang", "real"),
    ]
    assert all(row["n"] == "40" and row["formula"] == row["weights"] for row in rows)


def test_real_labels_alone_are_one_panel_and_any_number_of_classes_has_its_line() -> None:
    real = [measure(Case("zhang", n, 3, None, 0)) for n in (10, 40)]
    figure = frontier.draw(real)
    assert isinstance(figure, Figure) and len(figure.axes) == 1
    figure = frontier.draw([*real, *(measure(Case("yun", n, 3, 4, 0)) for n in (10, 40))])
    assert isinstance(figure, Figure) and len(figure.axes) == 1
    assert "yun, 4 classes" in figure.axes[0].get_legend_handles_labels()[1]


def test_two_dimensions_make_no_line_together(records: list[dict[str, Any]]) -> None:
    one = measure(Case("zhang", 40, 5, None, 0))
    assert frontier.drawn([one, *records]) == frontier.drawn(records) == records
    assert constructions.rows([one, *records]) == constructions.rows(records)
    assert {row["d"] for row in constructions.rows(records)} == {"3"}


def test_nothing_built_draws_nothing() -> None:
    assert frontier.draw([measure(Case("residual", 30, 2, 2, 0))]) is None
    assert constructions.rows([]) == []


def test_committed_records_are_right_wherever_they_were_checked() -> None:
    for record in COMMITTED:
        assert record["fitted"] or "refused" in record
        if record["fitted"]:
            assert record["formula"]["n_weights"] == record["n_weights"]


def _is(record: dict[str, Any], name: str, classes: int | None) -> bool:
    return record["title"] == name and record["specification"]["classes"] == classes


@pytest.mark.slow
def test_its_command_makes_what_it_draws(tmp_path: Path) -> None:
    *words, last = shlex.split(frontier.COMMAND)
    assert words[:1] + words[-1:] == ["python", "--out"]
    assert last == "experiments/records/frontier.jsonl"
    made = tmp_path / "frontier.jsonl"
    command = [sys.executable, *words[1:], str(made), "--n", "20", "40"]
    subprocess.run(command, check=True, capture_output=True)
    records = read_records(made)
    assert records and all(map(frontier.RECORDS, records))
    assert isinstance(frontier.draw(records), Figure)
