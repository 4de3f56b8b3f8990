"""Bad input is refused before any work, by an error that names argument, place and mend."""

from __future__ import annotations

import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from expressivity import Network, certify, classify, interpolate, memorize, verify

GOOD = np.arange(6.0).reshape(3, 2)


@pytest.mark.parametrize(
    ("X", "y", "error", "says"),
    [
        ([[1.0], [np.nan]], [0, 1], ValueError, r"X\[1, 0\] is nan.*drop or replace"),
        ([[1.0], [2.0]], [0, np.inf], ValueError, r"y\[1\] is inf"),
        ([1.0, 2.0], [0, 1], ValueError, r"two-dimensional.*\(2,\).*reshape\(-1, 1\)"),
        (np.zeros((2, 2, 2)), [0, 1], ValueError, r"two-dimensional.*\(2, 2, 2\)"),
        (np.zeros((2, 0)), [0, 1], ValueError, "at least one coordinate"),
        (GOOD, [0, 1], ValueError, "X has 3 rows but y has 2 targets"),
        (np.zeros((0, 2)), [], ValueError, "empty sample"),
        (GOOD, np.zeros((3, 1, 1)), ValueError, r"y must have one target.*\(3, 1, 1\)"),
        (GOOD, ["a", "b", "c"], TypeError, "y has dtype <U1.*expressivity.classify"),
        (GOOD, [0, 1, 1j], TypeError, "y has dtype complex128"),
        (GOOD * 1j, [0, 1, 2], TypeError, "X has dtype complex128"),
        ([["a"], ["b"]], [0, 1], TypeError, "X has dtype <U1"),
        ([[1, None]], [0], TypeError, "X has dtype object"),
        ([[1, 2], [3]], [0, 1], ValueError, "X is ragged"),
        ([[2**53 + 1]], [0], ValueError, r"X\[0, 0\] = 9007199254740993 is beyond 2\^53"),
        ([[1], [2], [1]], [0, 5, 7], ValueError, "identical points 0 and 2.*drop one or average"),
        ([[1], [1]], [0.1, 0.1 + 1e-16], ValueError, r"\(0.1 and 0.1000000000000001\)"),
        ([[1], [1]], [2, 1e300], ValueError, r"\(2 and 1e\+300\)"),
        ([[0.0], [-0.0]], [0, 1], ValueError, "identical points 0 and 1"),
        ([[0.0], [1e-300], [1.0]], [0, 1e300, 0], ValueError, "too steeply"),
    ],
)
def test_refused(X: Any, y: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        interpolate(X, y)


def test_refused_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: Any) -> None:
        raise AssertionError("work had started")

    module = sys.modules["expressivity.interpolate"]
    monkeypatch.setattr(module, "separating_direction", started)
    with pytest.raises(ValueError, match="y has 2 targets"):
        interpolate(GOOD, [0, 1])


def test_a_sum_of_relus_that_overflows_is_refused_and_the_compiled_form_is_not() -> None:
    X = np.arange(5.0)[:, None]
    net = interpolate(X, [0.0, 3.0, 0.0, 3.0, 2.5], direction=[1.0])
    assert net.compiled([[1e308]]) == pytest.approx(-5e307)
    for form in (net, net.literal):
        with pytest.raises(ValueError, match=r"sum of ReLUs overflows .* use `compiled`"):
            form([[1e308]])
    steep = interpolate([[0.0], [1.0], [2.0]], [0.0, 1e300, 0.0], direction=[1.0])
    with pytest.raises(ValueError, match=r"X\[1\] is so far .* the value there overflows"):
        steep.compiled([[1.0], [1e308]])


def test_a_projection_that_overflows_is_refused() -> None:
    net = Network(np.array([1e10, 1e10]), np.array([0.0]), np.array([1.0]))
    with pytest.raises(ValueError, match=r"X\[1\] is so large that its projection.*scale X down"):
        net([[1.0, 1.0], [1e300, 1e300]])


def test_the_largest_doubles_still_work() -> None:
    X = np.array([[1.7e308, -1.7e308], [1.6e308, 1.7e308], [-1.7e308, 1.0]])
    net = interpolate(X, [1.0, 2.0, 3.0])
    np.testing.assert_allclose(net(X), [1, 2, 3], rtol=1e-12)


def test_options_and_networks_of_another_kind_are_refused() -> None:
    y, wrong = [0, 1, 2], {"seed": (-1, 1.5), "depth": (2.0, "3")}
    for name, values in wrong.items():
        for value in values:
            options: Any = {name: value}
            with pytest.raises((ValueError, TypeError), match=f"{name} is .*: give a whole number"):
                interpolate(GOOD, y, **options)
    classifier: Any = classify(GOOD, y)
    layered: Any = memorize(GOOD, y)
    for check in (verify, certify):
        with pytest.raises(TypeError, match=r"net is a Classifier: give .*, its attribute network"):
            check(classifier, GOOD, y)
    with pytest.raises(TypeError, match="net is a Layered: give a network that"):
        verify(layered, GOOD, y)
    rational: Any = interpolate(GOOD, y, exact=True)
    with pytest.raises(TypeError, match=r"net is a RationalNetwork: certify\(net, X, y\) checks"):
        verify(rational, GOOD, y)


def test_queries_of_another_dimension_are_refused() -> None:
    y = [0, 1, 2]
    for net in (interpolate(GOOD, y), interpolate(GOOD, y, exact=True), memorize(GOOD, y)):
        with pytest.raises(ValueError, match="X has 3 coordinates but the network was built for 2"):
            net(np.zeros((1, 3)))
        with pytest.raises(ValueError, match=r"use X.reshape\(1, -1\) for one point"):
            net(np.zeros(2))


def test_identical_points_with_equal_targets_are_merged_and_reported() -> None:
    X = [[1, 2], [3, 4], [1, 2], [1, 2]]
    with pytest.warns(UserWarning, match="2 rows that repeat.*n = 2 distinct points"):
        net = interpolate(X, [7, 8, 7, 7])
    assert net.n_weights == 2 * 2 + 2
    with pytest.warns(UserWarning, match="2 rows that repeat.*n = 2 distinct points"):
        assert interpolate(X, [7, 8, 7, 7], exact=True).n_weights == 2 * 2 + 2
    np.testing.assert_allclose(net(X), [7, 8, 7, 7])


def test_too_close_for_double_precision_names_the_points() -> None:
    # Every direction adds a third coordinate below half an ulp of the first, in both signs.
    X = np.array([[1.0, 0, 0], [1.0, 5e-324, 0], [1.0, 0, 5e-324], [-1e308, 1e308, 1e308]])
    with pytest.raises(ValueError, match=r"distinct points \d and \d that are too close"):
        interpolate(X, [0, 1, 2, 3])


def test_data_frames_and_lists_and_dtypes_give_the_same_function() -> None:
    X = np.arange(12).reshape(6, 2)
    y = [1, 0, 2, 5, 4, 3]
    for given in (X, X.tolist(), pd.DataFrame(X), X.astype(np.uint8), X.astype(np.float32)):
        net = interpolate(given, pd.Series(y))
        np.testing.assert_allclose(net(given), y, atol=1e-12)


@pytest.mark.parametrize(
    ("direction", "error", "says"),
    [
        ([np.nan, 1.0], ValueError, r"direction\[0\] is nan"),
        ([1.0], ValueError, r"direction has shape \(1,\): give d = 2 numbers"),
        ([1j, 1.0], TypeError, "direction has dtype complex128"),
        (["1", "2"], TypeError, "direction has dtype <U1"),
        ([None, 1.0], TypeError, r"direction\[0\] is missing"),
    ],
)
def test_a_direction_comes_in_as_all_arrays_do(direction: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        interpolate([[1.0, 2.0], [3.0, 4.0]], [0, 1], direction=direction)
    exact: Any = [Fraction(1, 2), 2]
    assert interpolate([[1.0, 2.0], [3.0, 5.0]], [0, 1], direction=exact).n_hidden == 2
