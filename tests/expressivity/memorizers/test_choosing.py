"""Choosing a construction, and the commands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressivity import memorize
from expressivity.memorizer_benchmark import report_sample
from expressivity.memorizers.compare import class_count, compare
from expressivity.memorizers.construction import constructions
from expressivity.sample import sample


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 4), st.integers(0, 3))
@settings(max_examples=25)
def test_what_is_chosen_is_right_in_doubles_and_has_the_fewest_weights(
    seed: int, n: int, d: int, classes: int
) -> None:
    rng = np.random.default_rng(seed)
    X = np.unique(rng.integers(-999, 999, (n, d)), axis=0)
    y: Any = rng.integers(0, classes, len(X)) if classes else rng.standard_normal(len(X))
    net = memorize(X, y)
    assert net.float64
    off = np.abs(net.doubles(X).values - y)
    assert off.max() < 0.5 if classes else off.max() <= 1e-4 * (np.ptp(y) or abs(y[0]))
    trades = compare(X, y)
    assert {trade.name for trade in trades} == set(constructions())
    proved = [t.network.n_weights for t in trades if t.network is not None and t.network.float64]
    # An unbuilt construction may have fewer weights than its formula expects.
    assert net.n_weights <= 1.5 * min(proved) + 20
    assert net.construction in net.choice and "weights" in net.choice


@pytest.mark.parametrize(("n", "d", "ones"), [(200, 8, 3), (300, 3, 10), (60, 5, 1), (50, 1, 5)])
@pytest.mark.parametrize("rare", [0, 1])
def test_a_rare_class_is_counted_as_such(n: int, d: int, ones: int, rare: int) -> None:
    """Of Baum's threshold units it needs two for d points of the smaller class, whatever n is."""
    rng = np.random.default_rng(0)
    X = rng.integers(-500, 500, (n, d)) if d > 1 else np.arange(n)[:, None]
    y = np.full(n, 1 - rare)
    y[rng.permutation(n)[:ones]] = rare
    proved = [t.network for t in compare(X, y) if t.network is not None and t.network.float64]
    assert memorize(X, y).n_weights == min(net.n_weights for net in proved)


def test_class_numbers_are_recognized() -> None:
    X = np.arange(4.0)[:, None]
    for y, count in (
        ([0, 1, 2, 0], 3),
        ([0, 0, 0, 0], 1),
        ([0, 9, 1, 2], 10),
        ([0, 99_999, 1, 2], None),
    ):
        assert class_count(sample(X, y)) == count
    for y in ([0, 0.5, 1, 0], [-1, 1, 1, 0]):
        assert class_count(sample(X, y)) is None


def test_identical_points_with_different_targets_are_refused_by_their_rows() -> None:
    for function in (memorize, compare):
        with pytest.raises(ValueError, match="points 0 and 2"):
            function([[1, 2], [3, 4], [1, 2]], [0, 0, 1])


def test_one_class_needs_one_weight_and_repeated_points_count_once() -> None:
    X = np.random.default_rng(0).standard_normal((20, 3))
    assert memorize(X, np.full(20, 3)).n_weights == 1
    twice = memorize(np.repeat(X, 2, axis=0), np.repeat(np.arange(20) / 7, 2))
    assert twice.size == memorize(X, np.arange(20) / 7).size
    assert "zhang                   43" in twice.choice


def test_options_need_a_construction() -> None:
    with pytest.raises(TypeError, match="width is an option of a construction: name one"):
        memorize([[0], [1]], [0, 1], width=1)


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "expressivity", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_memorize_certify_check_and_compare_from_the_command_line(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    X = rng.integers(0, 999, (40, 3))
    np.save(tmp_path / "s.npy", np.column_stack((X, rng.integers(0, 2, 40))))
    points, net, certificate = (str(tmp_path / v) for v in ("s.npy", "n.safetensors", "c.json"))
    for arguments in (
        ["memorize", points, "--out", net, "--construction", "one-knot"],
        ["certify", net, "--sample", points, "--out", certificate],
        ["check", certificate, "--data", points],
    ):
        result = _run(*arguments)
        assert result.returncode == 0, result.stderr
    assert "every claim holds" in result.stdout
    result = _run("compare", "--sample", points)
    assert result.returncode == 0, result.stderr
    for name in constructions():
        assert name in result.stdout


def test_the_benchmark_of_a_sample_goes_past_what_refuses_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rng = np.random.default_rng(0)
    report_sample(rng.standard_normal((30, 2)), rng.integers(0, 3, 30))
    said = capsys.readouterr().out
    assert "one-knot        refused: X has projections of" in said and "all 30 right" in said
    repeated = rng.integers(0, 3, (30, 2))
    report_sample(repeated, repeated[:, 0] % 3)
    assert f"all {len(np.unique(repeated, axis=0))} right" in capsys.readouterr().out
    with pytest.raises(ValueError, match=r"y has shape \(30, 2\): give one target a point"):
        report_sample(repeated, repeated)


def test_of_several_outputs_those_that_have_them_are_named() -> None:
    Y = np.eye(4)[:, :2]
    for name in ("baum", "bit-extraction"):
        with pytest.raises(ValueError, match="has one output: use ") as refused:
            memorize(np.arange(4)[:, None], Y, name)
        for other in str(refused.value).rpartition("use ")[2].split(", "):
            assert memorize(np.arange(4)[:, None], Y, other).layers[-1].n_units == 2


@pytest.mark.slow
def test_the_benchmark_prints_a_line_for_each_construction() -> None:
    result = _run("benchmark-memorizers", "--small")
    assert result.returncode == 0, result.stderr
    assert "WRONG" not in result.stdout and "MET" not in result.stdout
    assert result.stdout.count(" right") >= 9
    result = _run("benchmark-memorizers", "--growth", "--small")
    assert "weights grow like n^" in result.stdout


def test_names_are_the_functions_wherever_they_are_imported_from() -> None:
    import expressivity
    import expressivity.memorizers as room
    from expressivity.memorizers.lower_bounds import lower_bounds

    assert (room.memorize, room.compare, room.lower_bounds) == (memorize, compare, lower_bounds)
    assert expressivity.compare is compare and expressivity.lower_bounds is lower_bounds
    # A fresh interpreter, for the order of imports decides what a name of a package means.
    code = "from expressivity.memorizers import memorize; print(memorize([[0], [1]], [0, 1]))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0 and run.stdout.startswith("Layered("), run.stderr


def test_a_column_of_targets_is_one_output() -> None:
    X, y = np.random.default_rng(0).integers(0, 50, (30, 4)), np.arange(30) % 2
    for name in (None, "baum", "bubeck", "one-knot", "zhang"):
        column, flat = memorize(X, y[:, None], name), memorize(X, y, name)
        assert column.size == flat.size and column.residual == flat.residual
        assert column(X).shape == (30,)
    assert [t.size for t in compare(X, y[:, None])] == [t.size for t in compare(X, y)]
