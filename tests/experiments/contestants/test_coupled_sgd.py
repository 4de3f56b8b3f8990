"""Coupled SGD: the literal loop, one sample at a time, and the theorem for every replacement."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments.contestants import CoupledSGD
from experiments.contestants.coupled_sgd import descend
from experiments.sweeps.record import check_record
from experiments.sweeps.run import execute

RNG = np.random.default_rng(0)
X = RNG.standard_normal((12, 4))
X /= np.linalg.norm(X, axis=1, keepdims=True)
Y = RNG.integers(0, 3, 12)


def literal(X: Any, y: Any, order: Any, rate: float) -> Any:
    W = np.zeros((3, 4))
    for i in order:
        p = np.exp(W @ X[i]) / np.exp(W @ X[i]).sum()
        W = W - rate * np.outer(p - np.eye(3)[y[i]], X[i])
    return W


@pytest.mark.parametrize("rate", [0.1, 4.0])
def test_trainings_side_by_side_are_those_on_samples_with_one_example_replaced(rate: float) -> None:
    order = np.concatenate([RNG.permutation(12) for _ in range(4)])
    points, labels = X[::-1], (Y + 1) % 3
    instead = {i: (i + 1, points[i], int(labels[i])) for i in range(12)}
    found = descend(X, Y, order, rate, 3, instead, 13)
    assert found[0] == pytest.approx(literal(X, Y, order, rate), abs=1e-12)
    for i in range(12):
        other, y = X.copy(), Y.copy()
        other[i], y[i] = points[i], labels[i]
        assert found[i + 1] == pytest.approx(literal(other, y, order, rate), abs=1e-12)
        # 2 G x rate at each of the four visits, G = sqrt 2: the theorem, for every replacement.
        assert np.linalg.norm(found[i + 1] - found[0]) <= 4 * 2 * np.sqrt(2) * rate
    assert (descend(X, Y, order, rate, 3, {}, 2)[1] == found[0]).all()


@pytest.mark.parametrize("level", [0.0, 1.0])
@pytest.mark.parametrize(("rate", "epochs"), [(0.01, 1), (1.0, 4)])
def test_a_record_stays_within_its_bounds(level: float, rate: float, epochs: int) -> None:
    run = CoupledSGD(n=60, n_test=60, level=level, learning_rate=rate, epochs=epochs, replicas=6)
    (record,) = execute([run])
    check_record(record)
    assert record["bound"] == pytest.approx(4 * rate * epochs)
    assert record["distance_bound"] == pytest.approx(2 * np.sqrt(2) * rate * epochs)
    assert 0 < record["mean_change"] <= record["largest_change"] <= record["bound"]
    assert 0 < record["mean_distance"] <= record["largest_distance"] <= record["distance_bound"]
    assert record["floor"] == 0
