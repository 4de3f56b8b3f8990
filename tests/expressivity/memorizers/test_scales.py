"""Samples of any scale, and of several: right to the promise, or refused in a sentence."""

from __future__ import annotations

import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from expressivity import memorize
from expressivity.memorizers.construction import constructions
from expressivity.memorizers.doubles import worst
from expressivity.memorizers.exact_numbers import factors

EXACT = {"bubeck": {"exact": True}, "yun": {"exact": True}, "inoue": {"exact": True}}
BUILT = [(name, {}) for name in constructions()] + list(EXACT.items())
# What Python, NumPy and SciPy say of numbers beyond them is no sentence for users.
RAW = (
    *("shift count", "infs or NaNs", "int too large", "convert"),
    *("overflow enc", "invalid value", "divide by zero"),
)


@st.composite
def scaled(draw: Any, *shape: int) -> Any:
    """Numbers that powers of two have carried to any size: all alike, by column, or each.

    Or doubles just above 1, many of them neighbours.
    """
    kind = draw(st.sampled_from(["all", "columns", "each", "neighbours"]))
    if kind == "neighbours":
        steps = [draw(st.integers(1, 12)) for _ in range(int(np.prod(shape)))]
        return 1 + np.spacing(1.0) * np.reshape(steps, shape)
    numbers = np.array(
        [draw(st.floats(-8, 8).map(lambda v: round(v, 2))) for _ in range(int(np.prod(shape)))]
    ).reshape(shape)
    powers = st.integers(-1040, 1020)
    count = {"all": 1, "columns": shape[-1], "each": numbers.size}[kind]
    exponents = np.array([draw(powers) for _ in range(count)])
    return np.ldexp(numbers, exponents.reshape(shape) if kind == "each" else exponents)


@pytest.mark.parametrize(("name", "options"), BUILT, ids=str)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_network_keeps_its_promise_at_any_scale(
    name: str, options: dict[str, Any], data: Any
) -> None:
    n, d = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 3))
    X = data.draw(scaled(n, d))
    real = constructions()[name].LABELS == "real"
    y = data.draw(scaled(n)) if real else np.arange(n) % 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", ".*repeat an earlier point")
        try:
            net = memorize(X, y, name, **options)
        except ValueError as error:
            assert not any(raw in str(error) for raw in RAW), str(error)
            return
        values = net.exact(X)
        off = max(abs(Fraction(v) - Fraction(float(t))) for v, t in zip(values, y, strict=True))
        if options or not real:
            assert off == 0
        elif name in ("bubeck", "yun", "random-features"):
            assert off <= worst(y.astype(float))[0]
        if np.isfinite(net.error):
            assert (np.abs(net(X) - y) <= net.error).all()


@pytest.mark.parametrize("power", [-900, -300, 0, 250])
def test_exports_keep_the_scale_of_the_targets(power: int, tmp_path: Path) -> None:
    torch, onnxruntime = pytest.importorskip("torch"), pytest.importorskip("onnxruntime")
    X = np.ldexp([[1.0, 2.0], [-3.0, 0.5], [0.25, 4.0], [5.0, -1.0]], -power // 2)
    y = np.ldexp([1.0, -0.5, 0.75, 0.125], power)
    net = memorize(X, y, "yun")
    assert np.isfinite(net.error) and (power >= 0 or net.exponent <= power)
    net.to_onnx(tmp_path / "n.onnx")
    (onnx,) = onnxruntime.InferenceSession(str(tmp_path / "n.onnx")).run(None, {"X": X})
    for values in (net.to_torch()(torch.from_numpy(X)).detach().numpy(), onnx):
        assert (np.abs(values - y) <= net.error).all()


def test_factors_multiply_to_any_power_of_two() -> None:
    for exponent in (0, 1, -1, 1000, -1074, -1911, 2100, 10**6, -(10**6)):
        for value in (1.5, 2.0**-1000, 2.0**1000):
            found = value
            for factor in factors(exponent):
                found *= factor
            with np.errstate(over="ignore"):
                assert found == np.ldexp(value, exponent)


def test_outputs_below_the_normal_doubles_are_within_their_bound() -> None:
    """They are rounded once more where the last layer's are brought to the scale of the targets."""
    rng = np.random.default_rng(0)
    for power in (-1066, -1060, -1030):
        X, y = rng.standard_normal((9, 2)), np.ldexp(rng.integers(0, 9, 9).astype(float), power)
        net, points = memorize(X, y, "yun"), rng.standard_normal((50, 2))
        found, exact = net.doubles(points), net.exact(points)
        off = [
            abs(Fraction(v) - Fraction(w))
            for v, w in zip(found.values.tolist(), exact.tolist(), strict=True)
        ]
        assert all(v <= Fraction(b) for v, b in zip(off, found.bound.tolist(), strict=True))
        assert max(found.bound) <= max(1e-6 * y.max(), 5e-323)


def test_what_is_proved_right_is_so_for_each_output() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 3))
    y = rng.standard_normal(40)
    for others in ([0 * y], [1e-12 * y, 1e9 * y], [np.arange(40) % 2, 0 * y]):
        net = memorize(X, np.stack((y, *others), axis=1))
        assert net.float64
        net.to_torch()


def test_equal_targets_are_right_within_a_ten_thousandth_of_them() -> None:
    # Bounds of 0.02 and 0.001, where 0.0003 is allowed: nothing tells whole numbers apart here.
    X = 1e8 + np.random.default_rng(0).standard_normal((300, 2)) * 1e-4
    for name in ("random-features", "zhang"):
        net = memorize(X, np.full(300, -3.0), name)
        assert 3e-4 < net.error < 0.1 and not net.float64
    assert memorize(X - 1e8, np.full(300, -3.0), "zhang").float64


def test_steps_and_slopes_beyond_doubles_are_refused_in_a_sentence() -> None:
    near = 1 + np.spacing(1.0) * np.array(
        [[12, 9, 9], [7, 3, 4], [3, 10, 11], [3, 3, 2], [10, 11, 6], [10, 6, 11], [5, 9, 6]]
    )
    far = [[0.0, 0, 0], [0, 0, 1], [0, 0, 2.60469314e238]]
    for X, y in ((near, [2.2, -7.6, -3.4, -6.9, 3.2, 5.5, -4.8]), (far, [0, 6.4703872e68, 0])):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                net = memorize(X, y, "inoue")
            except ValueError as error:
                assert "too steeply" in str(error)
            else:
                assert max(abs(net.exact(X) - np.array(y))) <= net.error


def test_exact_outputs_beyond_the_largest_double_are_refused() -> None:
    net = memorize([[0.0], [1e-10], [1.0]], [0, 1e300, 5], "zhang", exact=True)
    assert net.exact([[1e300]])[0] < -(Fraction(10) ** 308)
    with pytest.raises(ValueError, match="X gives outputs that overflow double precision"):
        net([[1e300]])


@pytest.mark.parametrize("name", [n for n, one in constructions().items() if one.LABELS == "real"])
@pytest.mark.parametrize("n", [40, 50, 60, 70, 100])
def test_points_whose_gaps_grow_are_met_or_refused(name: str, n: int) -> None:
    """Powers of two, and exponentials of normal numbers: what grows with the gaps is rounded."""
    rng = np.random.default_rng(n)
    for t in (2.0 ** np.arange(n), np.exp(5 * rng.standard_normal(3 * n))):
        X, y = t[:, None], np.arange(len(t)) % 2
        try:
            net = memorize(X, y, name)
        except ValueError as refusal:
            assert not any(words in str(refusal) for words in RAW)
        else:
            assert float(net.residual) <= worst(y.astype(float))[0]


def test_points_that_nearly_meet_on_a_sphere_are_met_or_refused() -> None:
    X = [[1, 0], [np.cos(7e-5), np.sin(7e-5)]]
    with pytest.raises(ValueError, match="met only within"):
        memorize(X, [1e7, 1e7 + 1], "residual")
    assert memorize(X, [0, 1], "residual").error < 0.01


@pytest.mark.filterwarnings("error")
def test_what_is_off_by_more_times_than_doubles_count_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"met only within .* build with exact=True"):
        memorize([[0.0], [9.70323808e229]], [0.0, 1.00538234e-87], "bubeck")
