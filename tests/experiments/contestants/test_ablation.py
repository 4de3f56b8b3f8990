"""The ablation differs in one thing at a time; a kernel's norms are those of other solves."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.contestants import Ablation, Construction, Kernel, Trained
from experiments.contestants.kernel import norms
from experiments.sweeps.record import content_hash
from experiments.sweeps.run import execute
from experiments.sweeps.store import COMMITTED, read_records


def test_each_pair_holds_a_value_a_draw_and_projections_are_the_construction() -> None:
    run = Ablation(n=64, d=20, draws=2)
    (record,) = execute([run])
    assert set(record["pairs"]) == {
        f"{direction}, {knots}"
        for direction in ("random", "widened")
        for knots in ("projections", "middle")
    }
    for found in record["pairs"].values():
        assert all(len(values) == 2 for values in found.values())
    (built,) = execute([Construction(n=64, d=20)])
    expected = built["directions"]["gaussian"]
    assert record["least_gap"]["random"][0] == pytest.approx(expected["least_gap"], rel=1e-3)
    weights = record["pairs"]["random, projections"]["largest_weight"]
    assert weights[0] == pytest.approx(expected["largest_weight"], rel=1e-3)
    middle = record["pairs"]["random, middle"]["largest_weight"]
    assert middle[0] == pytest.approx(built["textbook"]["largest_weight"], rel=1e-3)


def test_norms_of_other_targets_follow_from_those_of_one_hot_ones() -> None:
    rng = np.random.default_rng(0)
    points, labels = rng.standard_normal((40, 3)), rng.integers(0, 4, 40)
    K = np.exp(-((points[:, None] - points) ** 2).sum(2))
    Y = np.eye(4)[labels]

    def norm(targets: np.ndarray) -> float:
        columns = targets.reshape(40, -1)
        return float(np.sqrt(np.trace(columns.T @ np.linalg.solve(K, columns))))

    found = norms(np.linalg.solve(K, Y), Y)
    assert found["one-hot targets"] == pytest.approx(norm(Y))
    assert found["targets of 1 and -1"] == pytest.approx(norm(2 * Y - 1))
    assert found["class numbers as targets"] == pytest.approx(norm(labels.astype(float)))


def test_younger_fields_leave_old_hashes_alone_and_change_new_ones() -> None:
    for run, more in ((Trained(), {"to_the_limit": True}), (Kernel("mnist"), {"ridge": 0.1})):
        (name,) = more
        assert name not in run.specification
        assert type(run)(**{**vars(run), **more}).hash != run.hash


def test_the_hash_of_every_committed_record_is_that_of_its_specification() -> None:
    for path in COMMITTED.glob("*.jsonl"):
        for record in read_records(path):
            assert content_hash(record["specification"]) == record["hash"]
            if record["specification"]["contestant"] == "trained":
                what = {k: v for k, v in record["specification"].items() if k != "contestant"}
                assert Trained(**what).hash == record["hash"]
