"""A cell holds the paper's value, ours and the difference; nothing where nothing was run."""

from __future__ import annotations

import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from paper_figures import paper, tables
from paper_figures.cells import columns_compared, compared, digits, spread
from paper_figures.findings import accuracies
from paper_figures.records import by_sample
from paper_figures.table import as_csv, as_latex, as_text, numeric
from paper_figures.three_ways import ways
from tests.paper_figures.made_up import record, records, trained


def _rows(name: str, given: list[dict]) -> list[dict[str, str]]:
    module = tables.discover()[name]
    return module.rows([one for one in given if module.RECORDS(one)])


def test_without_records_the_paper_stands_alone() -> None:
    sources = ("table1_cifar10", "table2_imagenet", "table3_kernels")
    for name, source in zip(("table1", "table2", "table3"), sources, strict=True):
        module, rows = tables.discover()[name], _rows(name, [])
        assert len(rows) == len(paper.values(source))
        for row in rows:
            assert set(row) == set(module.COLUMNS)
            ours = [key for key in module.COLUMNS if key.endswith("_ours") and key in row]
            measured = [key for key in ours if not key.startswith("parameters")]
            assert measured and all(row[key] == "not run" for key in measured)
            assert not row["seeds"] and not row["data"]
            assert not any(row[key] for key in row if key.endswith("_difference"))


def test_a_cell_of_table1_is_the_mean_of_its_own_records_only() -> None:
    other = [
        trained("mlp-1x512", decay=0.99),
        trained("mlp-1x512", precision="fp32"),
        trained("mlp-1x512", pixels="shuffled"),
        trained("mlp-1x512", weight_decay=5e-4),
        trained("mlp-1x512", 0.1),
        trained("mlp-1x512", epoch_limit=2),
        record("explicit", specification={"data": "cifar10-jpeg"}),
    ]
    rows = _rows("table1", [*other, *(trained("mlp-1x512", seed=seed) for seed in (0, 1))])
    (row,) = (r for r in rows if r["seeds"] and r["weight_decay"] == "no")
    assert row["test_ours"] == "50.00 [25.00, 75.00]" and row["test_paper"] == "50.51"
    # No more digits than a spread of 50 carries, and the data are not the paper's.
    assert row["test_difference"] == "-1 on JPEG" and row["train_difference"] == "+0.0 on JPEG"
    assert row["seeds"] == "2" and row["data"] == "CIFAR-10 (JPEG)" and "2 cores" in row["machine"]


def test_a_subset_has_its_own_row_and_no_value_of_the_paper() -> None:
    rows = _rows("table1", [trained("inception", n=500, learning_rate=0.1)])
    (row,) = (row for row in rows if row["seeds"])
    assert row["data"].endswith("n = 500") and not row["test_paper"] and not row["test_difference"]
    assert len(rows) == len(paper.values("table1_cifar10")) + 1


def test_the_original_data_come_first_and_two_data_sets_make_no_mean() -> None:
    both = [trained("mlp-1x512"), trained("mlp-1x512", seed=1, data="cifar10")]
    assert list(by_sample(both)) == ["CIFAR-10", "CIFAR-10 (JPEG)"]
    (row,) = (row for row in _rows("table1", both) if row["seeds"])
    assert row["data"] == "CIFAR-10" and row["test_ours"] == "75.00"


def test_table3_takes_kernels_by_their_features_and_keeps_variants_apart() -> None:
    def kernel(test: float, data: str, ridge: float = 0.0, **features: object) -> dict:
        what = {"data": data, "features": "raw", **features}
        return record("kernel", specification=what, test_accuracy=test, chosen_ridge=ridge)

    filters: dict[str, Any] = {"features": "random-convolution"}
    rows = _rows(
        "table3",
        [
            kernel(0.98, "mnist", gamma=0.02),
            kernel(0.5, "mnist", gamma=0.3),
            kernel(0.99, "mnist", features="gabor"),
            kernel(0.8, "cifar10-jpeg", **filters, n_filters=32_000),
            kernel(0.7, "cifar10-jpeg", **filters, n_filters=2000),
            kernel(0.82, "cifar10-jpeg", **filters, n_filters=2000, ridge=1.0),
        ],
    )
    ours = {(r["error_paper"], r["preprocessing"]): r["error_ours"] for r in rows}
    net = "random convolutional net with"
    assert ours == {
        ("1.2", "none"): "2.00",
        ("0.6", "Gabor wavelets"): "1.00",
        ("46", "none"): "not run",
        ("17", f"{net} 32000 filters"): "20.00",
        ("", f"{net} 2,000 filters"): "30.00",
        ("", f"{net} 2,000 filters, ridge 1"): "18.00",
    }


def test_random_labels_are_no_row_of_table3() -> None:
    (kernel,) = (record("kernel", 1.0, specification={"data": "mnist"}) for _ in range(1))
    assert not tables.discover()["table3"].RECORDS(kernel)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=5), st.floats(0, 100))
def test_difference_is_ours_minus_the_papers(ours: list[float], known: float) -> None:
    cells = compared("x", f"{known:.2f}", ours)
    mean = sum(ours) / len(ours)
    places = digits(ours)
    error = float(cells["x_difference"]) - (mean - round(known, 2))
    assert abs(error) <= 0.5 * 10**-places + 1e-9
    assert places == 1 or 10**-places <= max(1, 10 * (max(ours) - min(ours)))
    assert compared("x", "failed to converge", ours)["x_difference"] == ""
    shown = spread(ours).split(" ")[0]
    assert abs(float(shown) - mean) <= 0.01 + 1e-9
    assert (shown == "100.00") == (mean == 100) and (shown == "0.00") == (mean == 0)


def test_all_but_one_label_is_not_all_of_them() -> None:
    assert spread([100 - 1 / 500]) == "99.99"
    assert spread([100.0, 100 - 1 / 500]) == "99.99 [99.99, 100.00]"
    assert accuracies([100 - 1 / 500, 100.0]) == "99.99 to 100"


def test_csv_and_latex_hold_every_row() -> None:
    for name, module in tables.discover().items():
        rows = _rows(name, records())
        lines = list(csv.reader(io.StringIO(as_csv(module.COLUMNS, rows))))
        assert lines[1:] == [[row[key] for key in module.COLUMNS] for row in rows]
        assert len(set(lines[0])) == len(lines[0]), "two columns have one heading"
        latex = as_latex(module.COLUMNS, rows)
        body = latex.split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
        assert len(body) == len(rows) and all(line.endswith(r"\\") for line in body)


def test_names_with_marks_of_latex_are_set_as_they_are() -> None:
    latex = as_latex({"a": "a"}, [{"a": r"50 % of {x}_1 & ~ \ ^ $#"}])
    body = latex.split(r"\midrule")[1].split(r"\bottomrule")[0].strip()
    assert body == (
        r"50 \% of \{x\}\_1 \& \textasciitilde{} \textbackslash{} \textasciicircum{} \$\# \\"
    )


def test_columns_of_numbers_are_told_from_words() -> None:
    rows = [{"n": "1,024", "w": "1 of 2", "d": "-0.5 on JPEG"}, {"n": "> 3.4", "w": "", "d": ""}]
    rows += [{"n": "98.4 [98.1, 98.6]", "w": "MLP 1x512", "d": "not run"}]
    assert [key for key in "nwd" if numeric(rows, key)] == ["n", "d"]


def test_latex_puts_a_quantity_over_its_columns() -> None:
    columns = {"m": "model", **columns_compared("x", "error (%)")}
    row = {"m": "A", "x_paper": "1", "x_ours": "2", "x_difference": "+1.0"}
    lines = as_latex(columns, [row]).splitlines()
    assert lines[2] == r" & \multicolumn{3}{c}{error (\%)} \\"
    assert lines[3] == r"\cmidrule(lr){2-4}"
    assert lines[4] == r"model & paper & ours & difference \\"


def test_what_was_not_run_says_its_cost_on_paper_and_in_a_terminal_too() -> None:
    columns = {"m": "model", "seeds": "seeds", "machine": "machine, or what it would take"}
    rows = [
        {"m": "A", "seeds": "3", "machine": "CPU, 2 cores"},
        *({"m": model, "seeds": "", "machine": "up to 2 h a seed"} for model in "BC"),
    ]
    assert as_text(columns, rows).splitlines()[-1] == "not run: up to 2 h a seed"
    after = as_latex(columns, rows).split(r"\bottomrule")[1]
    assert r"\multicolumn{2}{l}{not run: up to 2 h a seed} \\" in after
    assert "not run" not in as_text(columns, rows[:1]) + as_latex(columns, rows[:1])


def test_a_ridge_is_judged_with_each_kernel_apart() -> None:
    def kernel(features: str, gamma: float | None, ridge: float, test: float) -> dict[str, Any]:
        what = {"data": "mnist", "n": 1000, "features": features, "gamma": gamma, "ridge": ridge}
        return record("kernel", specification=what, test_accuracy=test)

    ridge: Any = tables.discover()["ridge"]
    found = [kernel("raw", 0.02, value, 0.97 + value / 100) for value in (0.0, 0.1, 1.0)]
    found += [kernel("gabor", None, value, 0.99 - value / 100) for value in (0.0, 0.1)]
    assert [(row["kernel"], row["ridge"]) for row in ridge.rows(found)] == [
        *(("raw pixels", value) for value in ("0", "0.1", "1")),
        *(("Gabor wavelets", value) for value in ("0", "0.1")),
    ]
    raw, gabor = ridge.findings(found).split(" With Gabor wavelets ")
    assert raw.startswith("With raw pixels of MNIST, n = 1,000 the error is 3.00 % without")
    assert "2.00 % with the best of 2 (1): 1.00 points less" in raw
    assert gabor.endswith(
        "with the best of 1 (0.1): no ridge tried improves it, as the paper says."
    )
    assert ridge.rows([each for each in found if not each["specification"]["ridge"]]) == []


def test_seconds_beside_each_other_are_of_one_machine() -> None:
    def one(level: float, seed: int, processor: str, seconds: float) -> dict[str, Any]:
        where = {"platform": "P", "processor": processor, "cores": 2, "gpu": None}
        return trained("alexnet", level, seed) | {"machine": where, "seconds": seconds}

    fast = [one(0.0, 0, "fast", 10.0), one(1.0, 0, "fast", 80.0)]
    slow = [one(0.0, seed, "slow", 100.0) for seed in (1, 2)]
    (way,) = ways([*slow, *fast])
    assert way.seconds == {"true labels": [10.0], "random labels": [80.0]}
    (way,) = ways([*slow, fast[0]])
    assert way.seconds == {"true labels": [100.0, 100.0], "random labels": []}
    shown: Any = tables.discover()["three_ways"]
    assert [row["seconds"] for row in shown.rows([*slow, *fast])] == ["10", "80"]
