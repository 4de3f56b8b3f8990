"""Samples of any scale, and of several: right to the promise, or refused in a sentence."""

from __future__ import annotations

import warnings
from fractions import Fraction
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from expressivity import memorize
from expressivity.memorizers.construction import constructions
from expressivity.memorizers.doubles import worst

EXACT = {"bubeck": {"exact": True}, "yun": {"exact": True}, "inoue": {"exact": True}}
BUILT = [(name, {}) for name in constructions()] + list(EXACT.items())
# What Python, NumPy and SciPy say of numbers beyond them is no sentence for users.
RAW = ("shift count", "infs or NaNs", "int too large", "convert", "overflow enc", "invalid value")


@st.composite
def scaled(draw: Any, *shape: int) -> Any:
    """Numbers that powers of two have carried to any size: all alike, by column, or each."""
    numbers = np.array(
        [draw(st.floats(-8, 8).map(lambda v: round(v, 2))) for _ in range(int(np.prod(shape)))]
    ).reshape(shape)
    powers = st.integers(-1040, 1020)
    kind = draw(st.sampled_from(["all", "columns", "each"]))
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
            assert off <= worst(y.astype(float))
        if np.isfinite(net.error):
            assert (np.abs(net(X) - y) <= net.error).all()
