"""The verdict on the measures: its numbers from plain loops, and the sentence in the docs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from experiments.sweeps.store import load_records
from paper_figures import measures
from paper_figures.findings import drawn
from paper_figures.tables import discover

from .made_up import record

DOCS = Path(__file__).parents[2] / "docs" / "measures.md"
TABLE: Any = discover()["measures"]


KIND = {**measures.MEASURED, **measures.ONE}


def network(level: float, seed: int, norm: float, error: float, **what: Any) -> dict[str, Any]:
    return record(
        *("measured", level, seed),
        specification={**KIND, **what},
        measures={"parameter norm": {"value": norm, "kind": "score", "why": ""}},
        test_accuracy=1 - error,
        epochs=10,
    )


NORM = next(m for m in measures.SCORES if m.name == "parameter norm")


def test_a_bound_without_a_value_says_what_its_records_say() -> None:
    bound = next(m for m in measures.BOUNDS if m.name.startswith("spectral"))
    assert TABLE._bound([], bound) == "not run"
    found = [network(0.0, s, 2.0, 0.1) for s in (0, 1)]
    for one in found:
        one["measures"]["spectral bound"] = {
            "value": None,
            "kind": "bound",
            "why": "the margin is 0",
        }
    assert TABLE._bound(found, bound) == "none: the margin is 0"
    found[1]["measures"]["spectral bound"]["value"] = 7.0
    assert TABLE._bound(found, bound) == "7.000"


def test_a_ratio_is_the_geometric_mean_over_seeds_that_have_both() -> None:
    found = [network(0.0, s, 2.0, 0.1) for s in (0, 1, 2)]
    found += [network(1.0, 0, 4.0, 0.9), network(1.0, 1, 16.0, 0.9)]
    mean, low, high = measures.ratio(found, NORM) or (0, 0, 0)
    assert mean == pytest.approx(4.0) and low < 4 < high
    one = measures.ratio(found[:4], NORM)
    assert one is not None and one[0] == 2 and math.isnan(one[1])
    assert measures.ratio(found[:3], NORM) is None


def test_a_seed_without_a_change_leaves_no_ratio_of_the_others() -> None:
    found = [network(0.0, 0, 0.0, 0.1), network(0.0, 1, 0.04, 0.1)]
    found += [network(1.0, s, 0.8, 0.9) for s in (0, 1)]
    assert measures.ratio(found, NORM) is None
    (row,) = [row for row in TABLE.rows(found) if row["measure"] == "parameter norm"]
    assert row["ratio"] == "0.8 against 0.02"


def test_tau_is_of_the_measure_and_the_gap() -> None:
    found = [network(level, 0, 1 + level, level) for level in (0.0, 0.5, 1.0)]
    assert measures.tau_over_levels(found, NORM) == pytest.approx(1)
    found = [network(level, 0, 2 - level, level) for level in (0.0, 0.5, 1.0)]
    assert measures.tau_over_levels(found, NORM) == pytest.approx(-1)


def test_an_order_counts_pairs_that_differ_in_one_choice_and_beyond_noise() -> None:
    mnist = {"data": "mnist", "n": 1000}
    found = [
        network(0.0, 0, 5.0, 0.10, **mnist, network="mlp-1x32"),
        network(0.0, 0, 6.0, 0.08, **mnist),  # wider, better, larger: backwards
        network(0.0, 1, 7.0, 0.0801, **mnist),  # another seed: no choice differs
        network(0.0, 0, 9.0, 0.0802, **mnist, learning_rate=0.5),  # within noise of the second
        network(0.0, 0, 9.0, 0.20, **mnist, network="mlp-1x32", batch_size=64),
    ]
    order = measures.worst_order(found, NORM)
    assert order == measures.Order("network", -1.0, 2)


def test_growth_is_the_exponent_of_n() -> None:
    found = [network(0.0, 0, 3 * n**0.5, 0.1, n=n) for n in (100, 200, 800)]
    assert measures.growth(found, NORM) == pytest.approx(0.5)
    assert measures.growth(found[:2], NORM) is None


def test_signs_within_the_epochs_of_true_labels_are_read_off_their_courses() -> None:
    draws = [[600, 700, 1000], [500, 800, 1000]]  # of 1,000, the best by each epoch
    signs = record(
        *("signs", 1.0, 0),
        specification={**measures.TRAINING, **measures.ONE, "epoch_limit": 500, "draws": 3},
        **{"complexity_lower": 0.9, "correlations": [1.0, 1.0], "right": draws},
    )
    true = {**network(0.0, 0, 1.0, 0.1), "epochs": 2}

    def names(found: list[dict[str, Any]]) -> list[str]:
        return [row["measure"] for row in TABLE.rows(found) if "within" in row["measure"]]

    (name,) = names([signs, true])
    assert "0.50 reached" in name and name.endswith("(2)")  # the mean of 2 x 0.7 - 1, 2 x 0.8 - 1
    assert "1.00 reached" in names([signs, {**true, "epochs": 9}])[0]
    assert names([signs, {**network(0.0, 1, 1.0, 0.1)}]) == names([signs]) == []


def test_the_table_of_stability_has_the_bound_beside_both_labelings() -> None:
    def coupled(level: float, seed: int, change: float) -> dict[str, Any]:
        return record(
            *("coupled-sgd", level, seed),
            specification={"learning_rate": 0.1, "epochs": 3, "replicas": 20},
            **{"bound": 1.2, "distance_bound": 0.8, "largest_change": change},
            largest_distance=change / 2,
        )

    table: Any = discover()["stability"]
    found = [coupled(0.0, 0, 0.2), coupled(0.0, 1, 0.4), coupled(1.0, 0, 0.3)]
    (row,) = table.rows([one for one in found if table.RECORDS(one)])
    assert set(row) == set(table.COLUMNS)
    assert (row["training"], row["bound"], row["seeds"]) == ("0.1, 3", "1.2", "2")
    assert (row["true"], row["random"]) == ("0.3 [0.2, 0.4]", "0.3")
    said = table.findings(found)
    assert "3 to 6 times" in said and "in 0 of 1 trainings" in said
    assert "in 1 of 1" in table.findings([coupled(0.0, 0, 0.2), coupled(1.0, 0, 0.3)])
    assert table.findings([]) == ""


def test_the_docs_say_what_the_records_say() -> None:
    words = TABLE.findings(drawn(TABLE, load_records(None)))
    assert words and words in " ".join(DOCS.read_text().split()), f"put this into it:\n\n{words}"
