"""Constructions give every sample its targets exactly, with the size that their formulas say."""

from __future__ import annotations

import warnings
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressivity import Layered, memorize
from expressivity.memorizers import inoue, integer_line
from expressivity.memorizers.construction import construction
from expressivity.memorizers.digits import encode

LAYOUTS = ("gaussian", "single", "grid", "cube", "collinear", "line", "repeated", "one point")
FINITE = ("bit-extraction", "one-knot")


@st.composite
def samples(draw: st.DrawFn, classes: int = 0, coarse: bool = False) -> tuple[Any, Any]:
    """Draw X and y: y real, or class numbers below `classes`; X of few digits if coarse."""
    layout = draw(st.sampled_from(LAYOUTS))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d = draw(st.integers(1, 30)), draw(st.integers(1, 6))
    X: Any = rng.standard_normal((n, d))
    X = np.round(X * 2**10) / 2**10 if coarse else X
    if layout == "single":
        X = X.astype(np.float32)
    elif layout == "grid":
        X = np.unique(rng.integers(0, 12, (n, d)), axis=0).astype(rng.choice(["u1", "i2", "i8"]))
    elif layout == "cube":
        X = np.unique(rng.integers(0, 2, (n, d)), axis=0).astype(bool)
    elif layout == "collinear":
        X = rng.permutation(n)[:, None] * rng.integers(1, 9, d)
    elif layout == "line":
        X = rng.permutation(3 * n)[:n, None] / 4
    elif layout == "one point":
        X = X[:1]
    X = np.unique(X, axis=0)
    values = rng.integers(0, classes, len(X)) if classes else rng.standard_normal(len(X))
    kind = draw(st.sampled_from(["any", "constant", "rare"]))
    if kind != "any":
        values = 0 * values + 1 if kind == "constant" else values * (rng.random(len(X)) < 0.1)
    if layout == "repeated":
        X, values = np.concatenate((X, X[::2])), np.concatenate((values, values[::2]))
    return X, values


def _built(X: Any, y: Any, name: str, **options: Any) -> Layered:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        net = memorize(X, y, construction=name, **options)
    n, d = len(np.unique(X, axis=0)), X.shape[1]
    assert construction(name).size(n, d, net.classes, **net.options) == net.size
    return net


def test_zhang_refuses_what_interpolate_refuses() -> None:
    X, y = np.arange(5.0)[:, None], [0, 1, 2, 3, 5]
    assert memorize(X, y, "zhang", fewest=True).n_hidden == 2
    with pytest.raises(ValueError, match="fewest and exact cannot both be True"):
        memorize(X, y, "zhang", fewest=True, exact=True)


@pytest.mark.parametrize("name", FINITE)
@given(st.data())
def test_class_numbers_are_exact_at_every_point(name: str, data: st.DataObject) -> None:
    classes = data.draw(st.integers(1, 11))
    X, y = data.draw(samples(classes, coarse=name == "one-knot"))
    net = _built(X, y, name)
    assert net.exact(X).tolist() == y.tolist()
    stored = net.options["stored"]
    if stored:
        size = data.draw(st.integers(1, stored))
        assert _built(X, y, name, group_size=size).exact(X).tolist() == y.tolist()


@given(samples(), st.data())
def test_inoue_is_exact_in_fractions(sample: tuple[Any, Any], data: st.DataObject) -> None:
    X, y = sample
    width = data.draw(st.integers(1, len(np.unique(X, axis=0))))
    net = _built(X, y, "inoue", width=width, exact=True)
    assert net.residual == 0


@given(samples(), st.data())
def test_inoue_in_doubles_is_within_its_bound(sample: tuple[Any, Any], data: st.DataObject) -> None:
    X, y = sample
    width = data.draw(st.integers(1, len(np.unique(X, axis=0))))
    net = _built(X, y, "inoue", width=width)
    found = net.doubles(X)
    for value, bound, exact in zip(found.values, found.bound, net.exact(X), strict=True):
        assert abs(Fraction(float(value)) - exact) <= Fraction(float(bound))
    assert np.abs(found.values - y).max() <= net.error


@given(samples(classes=3, coarse=True))
def test_one_knot_in_doubles_is_exact(sample: tuple[Any, Any]) -> None:
    X, y = sample
    net = _built(X, y, "one-knot", float64=True)
    assert net.error == 0 and net.float64
    assert net.doubles(X).values.tolist() == y.tolist()


@pytest.mark.parametrize("exact", [False, True])
def test_inoue_with_several_outputs(exact: bool) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((60, 5)), rng.standard_normal((60, 3))
    net = _built(X, y, "inoue", width=5, exact=exact)
    assert net.n_weights < 60 * 3 + 60 + 5
    assert net.residual == 0 if exact else net.residual < Fraction(1, 10**9)


def test_inoue_has_the_widths_that_are_asked_for_and_its_documented_counts() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((1000, 8)), rng.standard_normal(1000)
    net = _built(X, y, "inoue", width=23)
    p, q = 44, 23
    assert (net.n_weights, net.n_hidden) == (8 + p + p * q + 2 * q + 1, p + q)
    assert net.n_dense == p * 9 + q * (p + 1) + q + 1


def test_counts_of_bit_extraction_are_the_documented_ones() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 10**6, (500, 3)), rng.integers(0, 5, 500)
    net = _built(X, y, "bit-extraction", group_size=4)
    G, rho = -(-net.options["stored"] // 4), net.options["bits"] + 3 + 2
    assert net.n_nonzero == 3 + 6 * (G - 1) + 3 * (7 * rho + 14) + 12 * 4 + 10
    assert (net.depth, net.width) == (3 * rho + 6, max(2 * G - 1, 8))


def test_exact_constructions_tell_points_apart_that_doubles_cannot() -> None:
    rng = np.random.default_rng(0)
    near = 1 + rng.permutation(64)[:40, None] * 2.0**-52 * np.array([1, 0, 1]) + [0, 1, 0]
    tiny = [[1.0, 0, 0], [1.0, 5e-324, 0], [1.0, 0, 5e-324], [-1e308, 1e308, 1e308]]
    for X in (near, np.array(tiny)):
        y = np.arange(len(X)) % 3
        for name, options in (("bit-extraction", {}), ("inoue", {"exact": True})):
            assert memorize(X, y, construction=name, **options).exact(X).tolist() == y.tolist()


def test_two_swapped_labels_are_noticed_at_exactly_those_two_points() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 10**6, (200, 3)), rng.integers(0, 2, 200)
    i, j = int(np.argmin(y)), int(np.argmax(y))
    swapped = y.copy()
    swapped[[i, j]] = y[[j, i]]
    for name in (*FINITE, "inoue"):
        options = {"exact": True} if name == "inoue" else {}
        wrong = np.flatnonzero(memorize(X, y, construction=name, **options).exact(X) != swapped)
        assert wrong.tolist() == sorted([i, j])


def test_inoue_needs_the_directions_of_its_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 10**6, (60, 3)), rng.standard_normal(60)

    def all_ascending(t: Any, targets: Any, q: int) -> Any:
        x, v, knots = groups(t, targets, q)
        x[1::2], v[1::2] = x[1::2, ::-1].copy(), v[1::2, ::-1].copy()
        return x, v, knots

    groups = inoue.groups
    monkeypatch.setattr(inoue, "groups", all_ascending)
    with pytest.raises(ValueError, match="y would be met only within"):
        memorize(X, y, construction="inoue", width=10)


def _with_first_digits(net: Layered, change: int) -> Layered:
    """Add to the bias that holds the digits of the first group."""
    layer = net.layers[2]
    bias = layer.bias.astype(object)
    bias[0] += change
    return replace(net, layers=(*net.layers[:2], replace(layer, bias=bias), *net.layers[3:]))


def test_digits_matter_and_guard_bits_do_not() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 2**12, (64, 2)), np.arange(64) % 2
    net = memorize(X, y, construction="bit-extraction", group_size=3)
    rho = net.options["bits"] + 3
    top = 3 * rho + 2  # the number of the first group has this many bits after the point
    assert net.exact(X).tolist() == y.tolist()
    assert _with_first_digits(net, 2).exact(X).tolist() == y.tolist()
    for digit in range(3):
        changed = _with_first_digits(net, 1 << (top - (digit + 1) * rho + 3))  # 1 key
        assert changed.exact(X).tolist() != y.tolist()


def _rounded(net: Layered, bits: int) -> Layered:
    """Round every weight and bias to so many significant bits."""

    def nearest(v: int) -> int:
        cut = max(abs(v).bit_length() - bits, 0)
        return (v + (1 << cut >> 1)) >> cut << cut

    def all_of(values: Any) -> Any:
        return np.array([nearest(v) for v in values.tolist()], dtype=object)

    layers = (replace(v, values=all_of(v.values), bias=all_of(v.bias)) for v in net.layers)
    return replace(net, layers=tuple(layers))


def test_weights_rounded_to_53_bits_still_hold_the_labels_and_those_of_40_do_not() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 2**20, (200, 2)), np.arange(200) % 2
    net = memorize(X, y, construction="bit-extraction", group_size=3)
    assert net.bit_size == 60
    assert _rounded(net, 53).exact(X).tolist() == y.tolist()
    assert np.count_nonzero(_rounded(net, 40).exact(X) != y) > 20


def test_directions_beyond_all_doubles_are_evaluated_exactly_and_quietly() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 2**12, (200, 3)), rng.integers(0, 2, 200)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for size in (50, 90):
            net = memorize(X, y, construction="one-knot", group_size=size)
            assert net.exact(X).tolist() == y.tolist()
    assert net.bit_size > 1024


def test_one_digit_more_than_doubles_have_room_for_fails_in_doubles() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.integers(-(2**12), 2**12, (300, 8)), rng.integers(0, 2, 300)
    net = memorize(X, y, construction="one-knot", float64=True)
    assert net.float64 and net.doubles(X).values.tolist() == y.tolist()
    more = memorize(X, y, construction="one-knot", group_size=net.options["group_size"] + 2)
    assert more.exact(X).tolist() == y.tolist() and not more.float64
    with pytest.raises(ValueError, match=r"float64 = True needs integers below 2\^53"):
        memorize(X, y, "one-knot", float64=True, group_size=net.options["group_size"] + 2)


@given(st.integers(1, 8), st.lists(st.integers(0, 255), min_size=1, max_size=6), st.integers(0, 9))
def test_tents_draw_the_digits_that_were_encoded(m: int, digits: list[int], seed: int) -> None:
    rho = 8
    rows = np.array([digits], dtype=object)
    z = Fraction(int(encode(rows, rho)[0]), 2 ** (len(digits) * rho + 1))
    for digit in digits:
        assert int(z * 2**rho) == digit and (z * 2**rho).denominator > 1
        for _ in range(rho):
            z = 1 - abs(2 * z - 1)
    assert z == Fraction(1, 2)


@pytest.mark.parametrize("name", FINITE)
def test_real_labels_are_refused_and_a_construction_that_can_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=r"y\[1\] is 0.5 .* class numbers .* use .*inoue"):
        memorize([[0], [1], [2]], [0, 0.5, 1], construction=name)
    with pytest.raises(ValueError, match=r"y\[2\] is 1e\+06 .* C <= 65536.*np.unique"):
        memorize([[0], [1], [2]], [0, 1, 1_000_000], construction=name)
    with pytest.raises(ValueError, match=r"y has shape \(2, 2\)"):
        memorize([[0], [1]], [[0, 1], [1, 0]], construction=name)


def test_what_cannot_be_done_is_refused_by_name() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((50, 3)), rng.integers(0, 2, 50)
    with pytest.raises(ValueError, match=r"'one-knot' needs integers.*'bit-extraction'"):
        memorize(X, y, construction="one-knot")
    X = rng.integers(0, 2**40, (50, 3))
    with pytest.raises(ValueError, match=r"float64 = True needs integers below 2\^53"):
        memorize(X, y, construction="one-knot", float64=True, direction=[2**10, 1, 3])
    with pytest.raises(ValueError, match="group_size = 99 is not between 1 and"):
        memorize(X, y, construction="bit-extraction", group_size=99)
    with pytest.raises(ValueError, match="width = 51 is not between 1 and n = 50"):
        memorize(X, y, construction="inoue", width=51)
    with pytest.raises(ValueError, match=r"identical points 0 and 1"):
        memorize([[1, 2], [1, 2]], [0, 1], construction="bit-extraction")
    with pytest.raises(ValueError, match=r"points 0 and 1 with the same projection"):
        memorize([[0, 1], [1, 0]], [0, 1], construction="one-knot", direction=[1, 1])


def test_torch_and_onnx_agree_where_doubles_are_proved_and_refuse_elsewhere(tmp_path: Any) -> None:
    torch = pytest.importorskip("torch")
    onnxruntime = pytest.importorskip("onnxruntime")
    rng = np.random.default_rng(0)
    X, y = rng.integers(-(2**12), 2**12, (200, 8)), rng.integers(0, 2, 200)
    built = {"one-knot": {"float64": True}, "inoue": {}, "zhang": {}, "baum": {}}
    for name, options in built.items():
        net = memorize(X, y, construction=name, **options)
        with torch.no_grad():
            values = net.to_torch()(torch.tensor(X)).numpy()
        net.to_onnx(tmp_path / "net.onnx")
        session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
        run = session.run(None, {"X": X.astype(np.float64)})[0]
        for found in (values, run):
            assert np.abs(found - y).max() <= net.error < 1e-6
    net = memorize(X, y, construction="bit-extraction", group_size=4)
    with pytest.raises(ValueError, match="'bit-extraction' with weights of up to"):
        net.to_torch()
    with pytest.raises(ValueError, match="'bit-extraction' with weights of up to"):
        net.to_onnx(tmp_path / "net.onnx")


def test_points_that_need_the_longest_directions_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Corners of a cube have few distances: with many of them bits run out at once."""
    X = (np.arange(2**10)[:, None] >> np.arange(10)) & 1
    y = np.random.default_rng(0).integers(0, 2, len(X))
    for most in (16, 17, 18):
        monkeypatch.setattr(integer_line, "MOST_BITS", most)
        assert memorize(X, y, "one-knot").exact(X).tolist() == y.tolist()
