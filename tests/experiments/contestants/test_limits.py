"""What pictures the theorem and its limits: the construction, critical widths, random features."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.contestants import Construction, CriticalWidth, RandomFeatures
from experiments.contestants.critical_width import bisect, n_weights
from experiments.contestants.explicit import flat
from experiments.datasets.sample import draw
from experiments.sweeps.run import execute
from experiments.training.networks import build


@given(st.integers(1, 10_000), st.integers(0, 10_000))
def test_bisection_finds_the_threshold_in_logarithmically_many_questions(
    least: int, more: int
) -> None:
    asked: list[int] = []

    def fits(width: int) -> bool:
        asked.append(width)
        return width >= least

    assert bisect(fits, least + more) == (least - 1, least)
    assert len(set(asked)) == len(asked) <= 2 * math.log2(least) + 2
    assert max(asked) <= least + more


@given(st.integers(1, 1000))
def test_bisection_ends_where_no_width_fits(limit: int) -> None:
    with pytest.raises(RuntimeError, match=f"does not fit {limit} units"):
        bisect(lambda width: False, limit)


@given(st.integers(1, 20), st.integers(1, 30), st.integers(2, 12))
def test_weights_are_counted_as_the_network_has_them(width: int, d: int, classes: int) -> None:
    network = build(f"mlp-1x{width}", (d, 1, 1), classes, [0])
    assert n_weights(width, d, classes) == sum(p.numel() for p in network.parameters())


def test_the_narrowest_network_fits_and_the_next_narrower_did_not() -> None:
    (record,) = execute([CriticalWidth(n=16, step_limit=400, restarts=2)])
    tried = {entry["width"]: entry for entry in record["tried"]}
    assert tried[record["width"]]["best_accuracy"] == 1
    assert record["largest_failed"] == record["width"] - 1
    assert tried[record["largest_failed"]]["best_accuracy"] < 1
    assert tried[record["largest_failed"]]["steps"] == 400
    assert record["explicit_weights"] == 2 * 16 + 64 >= record["explicit_fewest_weights"]


def test_random_features_interpolate_from_n_features_on_with_the_least_norm() -> None:
    run = RandomFeatures(n=40, shares=(0.5, 2.0))
    (record,) = execute([run])
    assert record["features"] == [20, 80]
    few, many = record["course"]["train_error"]
    assert few > 0 == many
    # The least norm of W with Phi W = Y is sqrt(tr Y' (Phi Phi')^-1 Y).
    (sample,) = draw([run])
    X = flat(sample.seen[0]) / sample.data.white
    V = np.random.default_rng(run.seed).standard_normal((80, X.shape[1]))
    features = np.maximum(X @ V.T, 0) / np.sqrt(80)
    Y = np.eye(10)[sample.labels]
    norm = math.sqrt(np.vdot(Y, np.linalg.solve(features @ features.T, Y)))
    assert math.isclose(record["course"]["norm"][1], norm, rel_tol=1e-6)


def test_construction_measures_every_direction_and_the_textbook() -> None:
    (record,) = execute([Construction(n=32, d=64)])
    directions = record["directions"]
    assert set(directions) == {"default", "gaussian", "integer", "widened", "equally-spaced"}
    assert record["n_weights"] == 2 * 32 + 64
    # 31 equal gaps fill the range.
    assert math.isclose(directions["equally-spaced"]["least_gap"], 32**2 / 31, rel_tol=1e-6)
    for measured in directions.values():
        assert measured["double"] < measured["single"]
    assert directions["default"]["double"] <= record["bound"]
    assert record["textbook"]["double"] < 1e-3


def test_more_points_than_dimensions_cannot_be_equally_spaced() -> None:
    (record,) = execute([Construction(n=40, d=16)])
    assert "equally-spaced" not in record["directions"]


def test_random_images_need_a_number_of_them() -> None:
    with pytest.raises(ValueError, match="n is None"):
        list(execute([Construction(n=None)]))
