"""The command's errors against fits without each point."""

from __future__ import annotations

import re

import numpy as np
import pytest

from experiments.contestants.interpolant import Interpolant, named, standardized
from experiments.contestants.left_out import left_out
from experiments.datasets.sample import draw
from experiments.kernels import MinimumNormInterpolator


def errors(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"leave-one-out error ([\d.]+) %", text)]


def test_the_errors_are_those_of_fits_without_the_point() -> None:
    n = 40
    samples = draw([Interpolant(n=n, level=level, seed=3) for level in (0.0, 1.0)])
    X = standardized(samples[0].seen[0], samples[0])
    kernel = named("laplace", X, samples[0].labels)
    wrong = np.zeros((2, n))
    for k, sample in enumerate(samples):
        Y = np.eye(10)[sample.labels]
        for i in range(n):
            others = np.delete(np.arange(n), i)
            model = MinimumNormInterpolator(kernel).fit(X[others], Y[others])
            wrong[k, i] = model.decision_function(X[i : i + 1]).argmax() != sample.labels[i]
    expected = (100 * wrong.mean(1)).tolist()
    assert errors(left_out("digits", "laplace", n, None, 3)) == pytest.approx(expected, abs=0.01)
    # All points as a sample of them, by the solver's columns.
    assert errors(left_out("digits", "laplace", n, n, 3)) == pytest.approx(expected, abs=0.01)
    part = left_out("digits", "ntk", n, 10, 3)
    assert "10 points left out" in part and part.count("standard error") == 2


@pytest.mark.parametrize("points", [0, -1, 41])
def test_points_that_are_not_there_are_refused(points: int) -> None:
    with pytest.raises(ValueError, match=f"points is {points}: give 1 to 40"):
        left_out("digits", "laplace", 40, points, 0)
