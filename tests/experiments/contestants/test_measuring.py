"""The contestants that measure: what their records hold, and the identities between the numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from experiments.contestants import LeaveOneOut, Measured, Memorization, Signs
from experiments.datasets.sample import draw
from experiments.measures.rademacher import lower_limit
from experiments.sweeps.record import check_record
from experiments.sweeps.run import Run, execute

RECIPE: dict[str, Any] = {"learning_rate": 0.1, "decay": 1.0, "epoch_limit": 400, "n_test": 64}


def done(run: Run) -> dict[str, Any]:
    (record,) = execute([run])
    return check_record(record)


def test_a_measured_network_fits_has_a_low_loss_and_every_measure() -> None:
    run = Measured(n=60, network="mlp-1x32", **RECIPE)
    levels = [replace(run, level=level) for level in (0.0, 0.5)]
    assert levels[0].stack == levels[1].stack
    true, half = (check_record(record) for record in execute(levels))
    for record in (true, half):
        assert record["fitted"] and record["course"]["loss"][-1] <= 0.01
        measures = record["measures"]
        without = {name for name, measure in measures.items() if measure["value"] is None}
        assert without == {"VC bound"} and "60 points are fewer" in measures["VC bound"]["why"]
        assert measures["parameter norm"]["value"] == pytest.approx(record["norm"])
        assert measures["distance from initialization"]["value"] < record["norm"] * 2
    # Learned early, and none of them is answered with its true label once all are fitted.
    assert max(half["course"]["watched_accuracy"]) > 0 == half["course"]["watched_accuracy"][-1]
    assert set(true["course"]["watched_accuracy"]) == {0.0}


def test_a_measure_of_a_record_has_a_number_or_a_reason() -> None:
    record = done(Measured(n=30, network="mlp-1x16", **RECIPE))
    for wrong in ({"value": None, "kind": "bound", "why": ""}, {"value": 1.0, "kind": "proof"}):
        broken = {**record, "measures": {"spectral bound": wrong}}
        with pytest.raises(ValueError, match="spectral bound"):
            check_record(broken)


def test_random_signs_are_fitted_by_a_wide_network_and_not_by_a_narrow_one() -> None:
    wide = done(Signs(n=60, network="mlp-1x128", **RECIPE))
    assert wide["fitted"] and wide["correlations"] == [1.0] * 3
    assert wide["complexity_lower"] == lower_limit([1.0] * 3, 60)
    assert wide["condition"] == "random signs"
    narrow = done(replace(Signs(n=60, network="mlp-1x1", **RECIPE), epoch_limit=20))
    assert not narrow["fitted"] and max(narrow["correlations"]) < 1
    for right, correlation in zip(narrow["right"], narrow["correlations"], strict=True):
        assert len(right) == 20 and right == sorted(right)
        assert 2 * right[-1] / 60 - 1 == pytest.approx(correlation)


def test_draws_of_signs_depend_on_the_seed_alone() -> None:
    run = replace(Signs(n=40, network="mlp-1x2", **RECIPE), epoch_limit=5)
    assert done(run)["right"] == done(run)["right"] != done(replace(run, seed=1))["right"]


def test_leaving_out_costs_less_than_relabeling_and_equal_samples_end_alike() -> None:
    run = LeaveOneOut(n=80, replicas=6, network="mlp-1x64", **RECIPE)
    removed, relabeled = done(run), done(replace(run, mode="relabel"))
    assert removed["floor"] == relabeled["floor"] == 0
    assert removed["distance"] > 0 and 0 <= removed["changed"] < 1
    # Both fit their sample: the answer at the example is its label, which is another one.
    assert relabeled["changed"] == 1 and relabeled["changed_error"] == 0


def test_memorization_is_training_less_held_out_accuracy_in_the_mean() -> None:
    run = Memorization(n=60, models=30, network="mlp-1x64", level=0.3, **RECIPE)
    found = done(run)
    assert found["train_accuracy"] == 1 and found["fitted"] and found["scored"] == 60
    gap = 1 - found["held_out_accuracy"]
    # Each example has its own number of models that did not see it: the means differ by chance.
    assert found["mean_score"] == pytest.approx(gap, abs=0.05)
    kinds, (sample,) = found["kinds"], draw([run])
    assert kinds["changed"]["n"] == len(sample.corruption.changed)
    assert sum(kinds["changed"]["histogram"]) == kinds["changed"]["n"]
    assert kinds["changed"]["mean"] > kinds["unchanged"]["mean"] and found["auc"] > 0.7
    assert done(replace(run, level=0.0))["auc"] is None


def test_what_is_trained_side_by_side_inside_a_run_is_a_stack_of_its_own() -> None:
    for run in (Signs(), LeaveOneOut(), Memorization()):
        assert run.stack is None and len({run.hash, replace(run, seed=1).hash}) == 2
    assert np.isclose(Measured().target_loss or 0, 0.01)
