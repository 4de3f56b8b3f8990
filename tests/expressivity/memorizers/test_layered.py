"""The common form: exact evaluation, doubles within their bound, counts, files."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from expressivity import Layered, memorize
from expressivity.memorizers.construction import construction
from expressivity.memorizers.layer import Layer
from expressivity.sample import Sample


@st.composite
def networks(draw: st.DrawFn, m: int = 7, one_direction: bool = False) -> tuple[Layered, Any]:
    """Draw a network of random layers of every kind of number, and m points for it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    widths = [draw(st.integers(1, 5)) for _ in range(draw(st.integers(2, 4)))]
    layers = []
    for number, (inputs, units) in enumerate(pairwise(widths)):
        kind = draw(st.sampled_from(["small", "edge", "large", "fractions", "doubles"]))
        first = one_direction and number == 0
        directions = 1 if first else draw(st.integers(1, units))
        size = (directions, inputs)
        whole = rng.integers(-9, 9, size)
        values: Any = {
            "small": whole,
            "edge": rng.choice([-(2**63), 2**63 - 1, -(2**62), 2**62, 1, 0], size),
            "large": whole.astype(object) * 3**80,
            "fractions": whole.astype(object) * Fraction(1, 3),
            "doubles": rng.standard_normal(size),
        }[kind]
        last = number == len(widths) - 2
        layers.append(
            Layer.of(
                values,
                rng.integers(-9, 9, units) if draw(st.booleans()) else None,
                unit=np.minimum(rng.permutation(units), directions - 1),
                activation="identity" if last else draw(st.sampled_from(["relu", "threshold"])),
                carried=0 if first else draw(st.integers(0, min(units, inputs))),
            )
        )
    X: Any = rng.integers(-50, 50, (m, widths[0]))
    if draw(st.booleans()):
        X = X * rng.standard_normal(X.shape)
    return Layered(tuple(layers), "none", exponent=draw(st.integers(-3, 3))), X


def _by_fractions(net: Layered, x: Any) -> list[Fraction]:
    h = [Fraction(v) for v in x.tolist()]
    for layer in net.layers:
        values, bias = layer.values.tolist(), layer.bias.tolist()
        rows = [Fraction(0)] * (int(layer.unit.max()) + 1)
        for row, column, value in zip(layer.rows, layer.columns, values, strict=True):
            rows[row] += Fraction(value) * h[column]
        out = []
        for unit, direction in enumerate(layer.unit):
            v = rows[direction] + Fraction(bias[unit])
            if unit < layer.carried:
                v += h[unit]
            elif layer.activation == "relu":
                v = max(v, Fraction(0))
            elif layer.activation == "threshold":
                v = Fraction(int(v >= 0))
            out.append(v)
        h = out
    return [v * Fraction(2) ** net.exponent for v in h]


@given(networks())
def test_exact_evaluation_is_that_of_fractions(drawn: tuple[Layered, Any]) -> None:
    net, X = drawn
    expected = [_by_fractions(net, x) for x in X]
    assert net.exact(X).reshape(len(X), -1).tolist() == expected


@given(networks(m=40, one_direction=True))
def test_pieces_behind_one_direction_have_the_values_of_fractions(
    drawn: tuple[Layered, Any],
) -> None:
    net, X = drawn
    expected = [_by_fractions(net, x) for x in X]
    assert net.exact(X).reshape(len(X), -1).tolist() == expected


@given(networks())
def test_doubles_are_within_their_bound(drawn: tuple[Layered, Any]) -> None:
    net, X = drawn
    try:
        found = net.doubles(X)
    except ValueError as refusal:
        assert "which is no double" in str(refusal)
        return
    values, bound = found.values.reshape(len(X), -1), found.bound.reshape(len(X), -1)
    for x, row, within in zip(X, values.tolist(), bound.tolist(), strict=True):
        for exact, value, most in zip(_by_fractions(net, x), row, within, strict=True):
            assert abs(Fraction(value) - exact) <= Fraction(most)


@given(networks())
def test_saved_networks_come_back(drawn: tuple[Layered, Any]) -> None:
    import tempfile

    net, X = drawn
    with tempfile.TemporaryDirectory() as folder:
        net.save(Path(folder) / "net.safetensors")
        again = Layered.load(Path(folder) / "net.safetensors")
    assert again.exact(X).tolist() == net.exact(X).tolist()
    assert (again.size, again.total_bits) == (net.size, net.total_bits)


def test_repeated_directions_count_once() -> None:
    layer = Layer.of([[2, 1]], [0, None, -3], unit=[0, 0, 0])
    assert (layer.n_weights, layer.n_nonzero, layer.n_dense) == (4, 8, 9)


def test_an_unknown_construction_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"'zang' is not one of .*zhang"):
        memorize([[0.0], [1.0]], [0, 1], construction="zang")


@pytest.mark.parametrize("K", [1, 3])
@pytest.mark.parametrize("exact", [False, True])
def test_zhang_is_interpolate_and_its_size_is_the_formula(K: int, exact: bool) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((30, 4)), rng.standard_normal((30, K) if K > 1 else 30)
    net = memorize(X, y, construction="zhang", exact=exact)
    assert net.size == construction("zhang").size(30, 4, **net.options)
    assert net.n_weights == 30 * K + 30 + 4
    assert net.residual == 0 if exact else 0 < net.residual < Fraction(1, 10**10)
    if not exact:
        assert np.abs(net(X) - y).max() <= net.error < 1e-8


@pytest.mark.parametrize("name", ["bit-extraction", "inoue", "bubeck"])
def test_arrays_of_a_network_are_not_written_to(name: str, tmp_path: Path) -> None:
    X, y = np.random.default_rng(0).standard_normal((12, 3)), np.arange(12) % 2
    net = memorize(X, y, name)
    net.save(tmp_path / "net.safetensors")
    for one in (net, Layered.load(tmp_path / "net.safetensors")):
        for layer in one.layers:
            for held in (layer.rows, layer.columns, layer.values, layer.unit, layer.bias):
                with pytest.raises(ValueError, match="read-only"):
                    held[:1] = 0


def test_a_loaded_network_says_what_its_export_needs(tmp_path: Path) -> None:
    X, y = np.arange(6.0).reshape(3, 2), [0, 1, 0]
    memorize(X, y, "zhang").save(tmp_path / "n.safetensors")
    loaded = Layered.load(tmp_path / "n.safetensors")
    with pytest.raises(ValueError, match=r"dataclasses.replace\(net, sample=Sample\(X, y\)\)"):
        loaded.to_torch()
    given = dataclasses.replace(loaded, sample=Sample(X, np.array(y, dtype=float)))
    assert given.to_torch()(torch.from_numpy(X)).tolist() == pytest.approx(y)
