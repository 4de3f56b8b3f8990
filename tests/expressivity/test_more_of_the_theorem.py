"""Vector targets, classes, depth, fewest units, capacity, and the choice of a direction."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressivity import Network, capacity, certify, classify, interpolate, verify
from expressivity import check as checker
from expressivity.compiled import Compiled
from expressivity.deep import count, layers, matrices, width
from expressivity.fewest import fewest_units
from expressivity.knots import interleaved_knots
from expressivity.rational import RationalNetwork


def _sample(n: int, d: int, K: int, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.standard_normal((n, K) if K > 1 else n)


def test_vector_targets_share_their_hidden_units() -> None:
    X, y = _sample(40, 5, 3)
    net = interpolate(X, y)
    assert net.n_weights == 40 * 3 + 40 + 5
    np.testing.assert_allclose(net(X), y, atol=1e-9)
    np.testing.assert_allclose(net.compiled(X), y, atol=1e-9)
    each = [interpolate(X, column) for column in y.T]
    assert all((one.w == net.w[:, k]).all() for k, one in enumerate(each))
    assert all(premise.holds for premise in verify(net, X, y).values())


@given(st.integers(1, 40), st.integers(1, 3), st.integers(1, 3), st.data())
@settings(max_examples=50)
def test_depth_k_is_the_same_function_and_has_the_stated_size(
    n: int, d: int, K: int, data: st.DataObject
) -> None:
    depth = data.draw(st.integers(2, n + 1))
    X, y = _sample(n, d, K, seed=n)
    y = y + 10  # no weight and no knot is zero
    net = interpolate(X, y, depth=depth)
    written = matrices(net.b, net.w, depth)
    assert len(written) == depth
    assert net.width == max(len(c) for _, c in written[:-1]) < n / (depth - 1) + 3 + 2 * K + 1
    nonzero = sum(M.nnz + np.count_nonzero(c) for M, c in written)
    # The rows of the first layer all stand for the one direction a.
    assert net.n_weights == nonzero - written[0][0].nnz + d
    assert net.n_weights <= d + (3 + 2 * K) * n + (2 + 4 * K) * depth
    Q = np.concatenate((X, np.random.default_rng(1).standard_normal((20, d)) * 5))
    h = (Q @ net.a)[:, None]
    for M, c in written[:-1]:
        h = np.maximum(h @ M.toarray().T + c, 0)
    output = h @ written[-1][0].toarray().T
    shallow = interpolate(X, y)
    scale = 1e-9 * (1 + np.abs(net.w).sum() * np.abs(Q @ net.a).max())
    np.testing.assert_allclose(output.reshape(len(Q), -1), net(Q).reshape(len(Q), -1), atol=scale)
    np.testing.assert_allclose(net(Q), shallow(Q), atol=scale)
    assert all(premise.holds for premise in verify(net, X, y).values())


@pytest.mark.parametrize(
    ("depth", "says"), [(1, "depth is 1: give a whole"), (12, "depth = 12 is not between 2 and n")]
)
def test_a_depth_without_units_is_refused(depth: int, says: str) -> None:
    X, y = _sample(10, 2, 1)
    with pytest.raises(ValueError, match=says):
        interpolate(X, y, depth=depth)


@pytest.mark.parametrize("labels", [["b", "a", "c"] * 7, [3, -1, 10] * 7, [True, False, True] * 7])
def test_class_labels_in_and_out(labels: list[Any]) -> None:
    X = np.random.default_rng(0).standard_normal((21, 4))
    classifier = classify(X, labels)
    assert classifier.network.n_weights == 2 * 21 + 4
    assert classifier(X).tolist() == labels
    assert set(classifier(X * 100).tolist()) <= set(labels)


def test_labels_that_rounding_would_mix_up_are_refused() -> None:
    X = 1e8 + np.random.default_rng(0).random((2000, 3))
    with pytest.raises(ValueError, match="more than half a class"):
        classify(X, np.arange(2000) % 10)


LINE = np.arange(10.0)[:, None]


@pytest.mark.parametrize(
    ("y", "units"),
    [
        (np.arange(10) + 1, 1),  # one line that falls to zero on the left
        (10 - np.arange(10), 2),  # up to the first point, then down
        (np.ones(10), 2),
        (np.zeros(10), 1),
        (np.abs(np.arange(10) - 4), 3),
        (np.maximum(np.arange(10) - 4, 0), 1),
        ([1, 2, 4, 8, 16, 32, 64, 128, 256, 512], 9),
        ([0, 0, 0, 1, 0, 0, 0, 1, 1, 1], 5),
    ],
)
def test_fewest_units_of_samples_known_by_hand(y: Any, units: int) -> None:
    net = interpolate(LINE, y, fewest=True)
    assert net.n_hidden == units
    np.testing.assert_allclose(net(LINE), y, atol=1e-12)
    premises = verify(net, LINE, y)
    assert all(premise.holds for premise in premises.values()), premises


@given(st.lists(st.integers(0, 2), min_size=1, max_size=40), st.integers(1, 2))
def test_fewest_units_give_the_same_values(labels: list[int], K: int) -> None:
    X = np.random.default_rng(0).integers(0, 1000, (len(labels), 3)) + 1000 * np.eye(3)[0]
    X[:, 0] += 1000 * np.arange(len(labels))
    y = np.array(labels) if K == 1 else np.stack((labels, labels[::-1]), axis=1)
    net = interpolate(X, y, fewest=True)
    assert net.n_hidden <= len(labels)
    np.testing.assert_allclose(net(X), y, atol=1e-9)


def test_capacity_is_where_the_constructor_needs_one_unit_more() -> None:
    # Real targets need a unit for each point, but for the first where a line starts before it.
    assert capacity(50, 3) in (51, 52)
    assert capacity(1, 1) in (2, 3)
    two = capacity(60, 3, n_classes=2, seed=4)
    assert two > capacity(60, 3, n_classes=10, seed=4) > 60
    with pytest.raises(ValueError, match="width is 0"):
        capacity(0, 3)


def test_knots_between_the_projections_may_do_with_fewer_units_than_fewest() -> None:
    """What the docstrings of `fewest` and `capacity` say: neither is a least number of units."""
    X, y = np.arange(4.0)[:, None], np.array([1.0, 2, 0, -5])
    assert interpolate(X, y, direction=[1.0], fewest=True).n_hidden == 3
    lines = Network(np.ones(1), np.array([-1.0, 1.5]), np.array([1.0, -6.0]))
    assert lines(X).tolist() == y.tolist()


@pytest.mark.parametrize("kind", ["uint8", "float64"])
def test_widened_gaps_are_wider(kind: str) -> None:
    rng = np.random.default_rng(0)
    X = rng.integers(0, 256, (2000, 400)).astype(kind)
    X = X + rng.random(X.shape) if kind == "float64" else X
    y = rng.integers(0, 10, 2000)
    least = {}
    for direction in ("gaussian", "widened", None):
        net = interpolate(X, y, direction=direction)
        assert net.fit is not None
        t = net.fit.t
        least[direction] = np.diff(t).min() / (t[-1] - t[0])
        assert (np.rint(net(X)) == y).all()
    assert least["widened"] == least[None] > 5 * least["gaussian"]


@pytest.mark.parametrize("n", [3, 20, 61])
def test_equally_spaced_projections(n: int) -> None:
    X, y = _sample(n, 60, 1)
    net = interpolate(X, y, direction="equally-spaced")
    assert net.fit is not None
    np.testing.assert_allclose(np.diff(net.fit.t) * (n - 1) / np.ptp(net.fit.t), 1, rtol=1e-6)
    assert (interpolate(X, y).a == net.a).all()


def test_a_given_direction_is_taken_and_checked() -> None:
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    net = interpolate(X, [1, 2, 3], direction=[1, 3])
    assert net.a.tolist() == [1, 3]
    np.testing.assert_allclose(net(X), [1, 2, 3])
    with pytest.raises(ValueError, match=r"points 0 and 1 .*given direction.*give another"):
        interpolate(X, [1, 2, 3], direction=[1, 0])
    with pytest.raises(ValueError, match=r"shape \(3,\): give d = 2 numbers"):
        interpolate(X, [1, 2, 3], direction=[1, 2, 3])
    with pytest.raises(ValueError, match="'steepest' is not one of gaussian"):
        interpolate(X, [1, 2, 3], direction="steepest")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="'integer' needs a sample of integers"):
        interpolate(X + 0.5, [1, 2, 3], direction="integer")
    with pytest.raises(ValueError, match="'equally-spaced' needs n <= d"):
        interpolate(np.arange(8.0).reshape(4, 2), [1, 2, 3, 4], direction="equally-spaced")


def test_the_checker_counts_weights_as_the_written_layers_do() -> None:
    for n in range(1, 9):
        for depth in range(2, n + 2):
            for K in (1, 2, 3):
                w = np.ones((n, K))
                written = matrices(np.arange(1.0, n + 1), w, depth)
                nonzero = sum(M.nnz + np.count_nonzero(c) for M, c in written)
                right = nonzero - written[0][0].nnz + 5
                assert checker.count(n, 5, K, depth) == count(n, 5, K, depth) == right
                assert width(n, K, depth) == max(len(c) for _, c in written[:-1])


def test_verify_counts_units_and_weights() -> None:
    X, y = _sample(6, 2, 1)
    net = interpolate(X, y)
    deep = Network(net.a, net.b, net.w, depth=3)
    assert verify(deep, X, y)["weights"].holds
    more = np.append(net.b, net.b[-1] + 1)
    for depth in (2, 3):
        wide = Network(net.a, more, np.append(net.w, 0.0), depth=depth)
        assert not verify(wide, X, y)["weights"].holds
    fewer = Network(net.a, net.b[:-1], net.w[:-1])
    assert verify(fewer, X, y)["weights"].holds  # 11 weights for 14
    assert not {"interleaved", "triangular"} & set(verify(fewer, X, y))
    one = Network(net.a, net.b[:1], net.w[:1])
    premises = verify(one, X[:1], y[:1])
    assert premises["weights"].holds and premises["distinct"].holds
    assert premises["distinct"].value == np.inf


@given(st.lists(st.integers(0, 2), min_size=1, max_size=9), st.integers(1, 2))
def test_a_knot_is_kept_exactly_where_three_points_are_not_collinear(y: list[int], K: int) -> None:
    t = np.arange(1.0, len(y) + 1)
    values = np.array(y, dtype=float)
    targets = values if K == 1 else np.stack((values, values[::-1]), axis=1)
    rows = targets.reshape(len(y), -1)
    bends = [j for j in range(1, len(y) - 1) if (rows[j + 1] - 2 * rows[j] + rows[j - 1]).any()]
    _, knots, _ = fewest_units(t, interleaved_knots(t), targets)
    # Beyond the bends: the first unit, and one at the first point, where they are needed.
    inner = [t[j] for j in bends]
    assert (
        knots[max(0, len(knots) - len(inner)) :].tolist()
        == inner[max(0, len(inner) - len(knots)) :]
    )
    assert len(inner) - 1 <= len(knots) <= len(inner) + 2


def test_the_search_of_the_compiled_form_counts_knots_up_to_and_at_each_point() -> None:
    rng = np.random.default_rng(0)
    samples: list[Any] = [
        rng.standard_normal(300),
        rng.integers(0, 40, 300) * 1.0,
        np.concatenate((rng.random(200) * 1e-9, rng.random(100))),
        np.zeros(3),
        np.array([-1e308, 0.0, 1e308]),
        np.array([-1e9, 0.0, 1.0]),
        np.array([5.0]),
        np.concatenate(([-1e200], np.geomspace(1e-300, 1e200, 5000))),
    ]
    for knots in samples:
        b: Any = np.sort(knots)
        compiled = Network(np.ones(1), b, np.ones(len(b))).compiled
        t = np.concatenate((b, np.nextafter(b, -np.inf), rng.standard_normal(100), [-1e308, 1e308]))
        steps = np.arange(1.0, len(b) + 1)
        counting = Compiled(np.ones(1), b, steps, np.zeros(len(b)))
        assert (counting.along(t) == np.searchsorted(b, t, side="right")).all()
        both = Compiled(np.ones(1), b, np.stack((steps, -steps), axis=1), np.zeros((len(b), 2)))
        assert (both.along(t) == counting.along(t)[:, None] * [1, -1]).all()
        t = t[:600][np.abs(t[:600]) < 1e300]
        with np.errstate(over="ignore"):
            right = np.maximum(t[:, None] - b, 0).sum(axis=1)
        fine = np.isfinite(right)
        np.testing.assert_allclose(compiled.along(t[fine]), right[fine], rtol=1e-9, atol=1e-9)


def test_networks_say_what_they_are() -> None:
    X, y = _sample(6, 2, 1)
    assert repr(interpolate(X, y)) == "Network(n=6, d=2, n_weights=14)"
    deep = interpolate(X, np.stack((y, y), axis=1), depth=3)
    assert repr(deep) == f"Network(n=6, d=2, K=2, depth=3, n_weights={deep.n_weights})"
    assert (deep.n_hidden, deep.n_outputs, interpolate(X, y).n_outputs) == (6, 2, 1)


def test_a_depth_that_is_refused_is_named_with_what_there_may_be() -> None:
    with pytest.raises(ValueError) as refused:
        layers(7, 9)
    assert str(refused.value) == (
        "depth = 9 is not between 2 and n + 1 = 8: each hidden layer needs at least one of the n "
        "units"
    )
    for depth in (1, 2.5):
        with pytest.raises(ValueError, match=f"depth is {depth}: give a whole number of at least"):
            layers(7, depth)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "n", [*range(1, 9), *range(120, 137), *range(250, 262), 32767, 32768, 32769]
)
def test_the_compiled_form_is_within_its_bound_for_any_number_of_units(n: int) -> None:
    """Of counts that no longer fit a small type the last would be taken for the first."""
    X, y = np.random.default_rng(n).standard_normal((n, 3)), np.arange(n) % 10
    net = interpolate(X, y, direction="gaussian")
    assert np.abs(net.compiled(X) - y).max() <= net.error.compiled < 0.5
    if n < 1000:
        assert classify(X, y)(X).tolist() == y.tolist()


@pytest.mark.parametrize("depth", [np.int64(2), np.int64(3), np.uint8(4)])
def test_a_depth_of_numpy_is_a_depth(depth: Any) -> None:
    X, y = [[0], [1], [2], [5]], [0, 1, 5, 2]
    for exact in (False, True):
        net: Any = interpolate(X, y, depth=depth, exact=exact)
        assert type(net.depth) is int and type(net.n_weights) is int
        assert json.loads(json.dumps(certify(net, X, y)))["network"]["depth"] == depth


def test_a_direction_that_is_not_there_is_refused_and_none_is_rounded() -> None:
    with pytest.raises(ValueError, match=r"'equally-spaced' needs n <= d \+ 1.*n = 4, d = 1"):
        interpolate([[0.0], [1], [5], [7]], [0, 1, 2, 1], direction="equally-spaced")
    for way in ("equally-spaced", "widened"):
        with pytest.raises(ValueError, match=f"'{way}' needs a largest coordinate between 1e-100"):
            interpolate(1e200 * np.eye(3), [0, 1, 2], direction=way)
    assert interpolate([[1e200], [2e200], [4e200]], [0, 1, 2], direction="widened").n_weights == 7
    assert interpolate([[0.0], [1], [5]], [0, 1, 2], direction="widened").n_weights == 7
    with pytest.raises(ValueError, match=r"2\^53"):
        interpolate([[0], [1]], [0, 1], direction=[2**53 + 1])


def test_a_direction_near_the_largest_double_leaves_a_network_that_can_be_saved(
    tmp_path: Path,
) -> None:
    net = interpolate([[1e-10, 0.0], [0, 1e-10]], [0, 1], direction=[1e308, 0.9e308])
    assert net.fit is not None and net.fit.error < np.inf
    net.save(tmp_path / "n.safetensors")
    assert Network.load(tmp_path / "n.safetensors").fit is not None
    assert interpolate([[0, 0.0]], [1], direction=[1e308, 1e308])([[0, 0]]).tolist() == [1]
    long = interpolate([[0.6], [0.8], [1.2]], [0, 1, 2], direction=[1e308])
    assert long.fit is not None and 0 < long.fit.error < 1e293 and long.error.compiled < 1e-9


def test_rational_weights_are_fractions_of_pythons_integers() -> None:
    def net(b: Any, w: Any) -> RationalNetwork:
        return RationalNetwork(np.array([1.0]), b, w)

    long: Any = np.int64(2**62)
    big = net([Fraction(0), Fraction(1)], [long, long])
    assert big([[3]]).tolist() == [3 * 2**62 + 2 * 2**62]
    assert certify(net([0], [2**53 + 1]), [[1]], [1])["network"]["w"] == [["9007199254740993"]]
    assert net([0], [Fraction(long, np.int64(1))])([[4]]).tolist() == [2**64]  # pyright: ignore
    assert net([0], [Fraction(1, long)])([[0.25]]).tolist() == [Fraction(1, 2**64)]
    assert certify(net([0], [10**400]), [[0]], [0])


def test_exact_names_the_points_as_they_were_given() -> None:
    X, y = [[0, 0], [0, 0], [1, 0], [0, 1]], [0, 0, 1, 2]
    for exact in (False, True):
        with pytest.raises(ValueError, match=r"distinct points 2 and 3.*give another"):
            interpolate(X, y, direction=[1, 1], exact=exact)


@pytest.mark.parametrize("below", range(4))
def test_a_product_that_is_rounded_to_the_least_normal_double_is_not_called_exact(
    below: int, tmp_path: Path
) -> None:
    X, y = np.array([[2.0**-1021 - below * 2.0**-1074], [1.0]]), np.array([3.0, 5.0])
    (tmp_path / "c.json").write_text(json.dumps(certify(interpolate(X, y, exact=True), X, y)))
    np.save(tmp_path / "s.npy", np.column_stack((X, y)))
    assert checker.check(tmp_path / "c.json", tmp_path / "s.npy") == []


def test_left_of_the_first_knot_the_compiled_form_is_zero_however_far() -> None:
    net = interpolate([[1e308], [1.1e308]], [1.0, 2.0], direction=[1.0])
    assert net.compiled([[-1.7e308]]).tolist() == net([[-1.7e308]]).tolist() == [0.0]


@pytest.mark.parametrize("d", [15, 16, 64])
def test_points_that_doubles_do_not_tell_apart_are_left_to_the_exact_mode(d: int) -> None:
    X = np.full((3, d), 1e30)
    X[:, 0] = [0, 1e-8, 5e-8]
    for direction in (None, "widened"):
        with pytest.raises(ValueError, match="same number"):
            interpolate(X, [0, 1, 0], direction=direction)
    assert interpolate(X, [0, 1, 0], exact=True)(X).tolist() == [0, 1, 0]
