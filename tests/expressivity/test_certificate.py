"""Certificates hold for true networks, and no number in them can be changed unnoticed."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import expressivity.check
from expressivity import Network, certify, interpolate
from expressivity.certificate import digest
from expressivity.check import check, examine, say
from expressivity.memorizers.layer import Layer
from expressivity.memorizers.layered import Layered
from expressivity.rational import RationalNetwork
from expressivity.residual import residual, stated


def _files(folder: Path, X: Any, y: Any, content: dict[str, Any]) -> tuple[Path, Path, Path]:
    paths = folder / "c.json", folder / "X.npy", folder / "y.npy"
    paths[0].write_text(json.dumps(content))
    np.save(paths[1], X)
    np.save(paths[2], y)
    return paths


def _sample(n: int = 12, d: int = 3, K: int = 1) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((n, d)), rng.standard_normal((n, K) if K > 1 else n)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("depth", [2, 4])
@pytest.mark.parametrize("K", [1, 3])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int16])
def test_a_true_certificate_holds(
    tmp_path: Path, exact: bool, depth: int, K: int, dtype: Any
) -> None:
    X, y = _sample(K=K)
    X = (X * 100).astype(dtype)
    net = interpolate(X, y, exact=exact, depth=depth)
    content = certify(net, X, y)
    assert check(*_files(tmp_path, X, y, content)) == []
    largest = Fraction(content["largest residual"])
    assert largest == 0 if exact else 0 < largest < 1e-12


def _numbers(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the place of each leaf of the certificate that holds a number."""
    if isinstance(content, dict | list):
        items = content.items() if isinstance(content, dict) else enumerate(content)
        return [place for key, value in items for place in _numbers(value, (*path, key))]
    is_number = not isinstance(content, str) or re.match(r"^-?(0x)?\d", content)
    return [path] if is_number and not {"sha256", "file"} & set(path) else []


def _change(value: Any) -> Any:
    if isinstance(value, bool | int):
        return value + 1 if not isinstance(value, bool) else not value
    if "x" in value:
        return float(np.nextafter(float.fromhex(value), np.inf)).hex()
    return str(Fraction(value) + Fraction(1, 2**200))


@pytest.mark.parametrize("resign", [False, True])
@pytest.mark.parametrize("exact", [False, True])
def test_tampering_with_any_number_is_caught(tmp_path: Path, exact: bool, resign: bool) -> None:
    X, y = _sample(6)
    content = certify(interpolate(X, y, exact=exact), X, y)
    places = _numbers(content)
    assert len(places) > 2 * 6 + 3 + 6
    for place in places:
        forged = copy.deepcopy(content)
        inner = forged
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = _change(inner[place[-1]])
        if resign:
            # A forger may compute the digest anew: the claims themselves must fail.
            forged.pop("sha256")
            forged["sha256"] = digest(forged)
        assert check(*_files(tmp_path, X, y, forged)), place


@pytest.mark.parametrize("what", ["point", "target", "row", "order"])
def test_another_sample_is_caught(tmp_path: Path, what: str) -> None:
    X, y = _sample()
    content = certify(interpolate(X, y), X, y)
    if what == "point":
        X[3, 1] = np.nextafter(X[3, 1], 9)
    elif what == "target":
        y[3] = np.nextafter(y[3], 9)
    elif what == "row":
        X, y = X[:-1], y[:-1]
    else:
        X[[0, 1]], y[[0, 1]] = X[[1, 0]], y[[1, 0]]
    assert check(*_files(tmp_path, X, y, content))


def test_check_runs_alone_without_any_package(tmp_path: Path) -> None:
    X, y = _sample()
    content = certify(interpolate(X, y), X, y)
    certificate, data, targets = _files(tmp_path, X, y, content)
    script = tmp_path / "alone.py"
    script.write_text(Path(expressivity.check.__file__).read_text())
    # -I and -S: neither the environment nor the installed packages are there.
    command = [sys.executable, "-I", "-S", str(script), str(certificate), "--data", str(data)]
    run = subprocess.run(
        [*command, "--targets", str(targets)], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    table = tmp_path / "table.csv"
    rows = [",".join(map(repr, [*z, t])) for z, t in zip(X.tolist(), y.tolist(), strict=True)]
    table.write_text("\n".join(["p,q,r,target", *rows]) + "\n")
    assert check(certificate, table) == []


def test_a_network_with_a_bent_unit_gets_a_certificate_that_says_so(tmp_path: Path) -> None:
    X, y = _sample()
    net = interpolate(X, y)
    w = net.w.copy()
    w[5] += 0.25
    content = certify(Network(net.a, net.b, w), X, y)
    assert float(Fraction(content["largest residual"])) > 1e-3
    assert content["interpolation"]["holds"] is False
    assert check(*_files(tmp_path, X, y, content)) == []
    assert say(examine(*_files(tmp_path, X, y, content)), compared=False) == 1


@given(st.integers(0, 2**32 - 1), st.integers(1, 15), st.integers(1, 4), st.integers(-300, 250))
def test_exact_mode_leaves_no_residual(seed: int, n: int, d: int, scale: int) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((n, d)) * 10.0**scale, rng.standard_normal(n)
    net = interpolate(X, y, exact=True)
    assert net.n_weights == 2 * n + d
    assert net(X).tolist() == [Fraction(v) for v in y.tolist()]


def test_exact_mode_tells_points_apart_that_doubles_cannot() -> None:
    X = np.array([[1.0, 0, 0], [1.0, 5e-324, 0], [1.0, 0, 5e-324], [-1e308, 1e308, 1e308]])
    net = interpolate(X, [0, 1, 2, 3], exact=True)
    assert net(X).tolist() == [0, 1, 2, 3]


def test_exact_mode_refuses_what_it_cannot_do() -> None:
    X, y = _sample()
    with pytest.raises(ValueError, match="'steepest' is not one of"):
        interpolate(X, y, exact=True, direction="steepest")  # pyright: ignore
    with pytest.raises(ValueError, match="fewest and exact"):
        interpolate(X, y, exact=True, fewest=True)  # pyright: ignore
    with pytest.raises(ValueError, match="depth = 99"):
        interpolate(X, y, exact=True, depth=99)
    with pytest.raises(ValueError, match=r"points 0 and 1 with the same projection"):
        interpolate(np.eye(3), [1, 2, 3], exact=True, direction=[1, 1, 0])


@pytest.mark.parametrize("K", [1, 2])
@pytest.mark.parametrize("n", [1, 2, 3, 9])
def test_the_rational_network_is_that_of_the_proof(n: int, K: int) -> None:
    """Knots at the projections before, the first a range (of one point: its size, or 1) ahead."""
    rng = np.random.default_rng(n)
    X = rng.integers(-50, 50, (n, 1)) + 100 * np.arange(n)[:, None]
    y = rng.standard_normal((n, K)) if K > 1 else rng.standard_normal(n)
    net = interpolate(X, y, exact=True, direction=[1.0])
    t = [Fraction(int(x)) for x in X[:, 0]]
    ahead = t[-1] - t[0] if n > 1 else max(abs(t[0]), Fraction(1))
    assert net.b.tolist() == [t[0] - ahead, *t[:-1]]
    assert all(type(v) is Fraction for v in (*net.b, *net.w.ravel()))
    assert not net.a.flags.writeable and not net.b.flags.writeable and not net.w.flags.writeable


@pytest.mark.parametrize("x", [0, 1, -7])
def test_a_single_rational_point_has_its_knot_its_size_ahead(x: int) -> None:
    net = interpolate([[x]], [5], exact=True, direction=[1.0])
    assert net.b.tolist() == [x - max(1, abs(x))]


def test_a_rational_network_of_whole_numbers_computes_with_fractions() -> None:
    net = RationalNetwork(np.array([3]), np.array([0, 1]), np.array([10**9, 10**18]))
    assert net.a.dtype == np.float64 and net.b.dtype == net.w.dtype == object
    assert net([[10**6]]).tolist() == [10**9 * 3 * 10**6 + 10**18 * (3 * 10**6 - 1)]


def test_rounding_the_rational_network_keeps_direction_and_depth() -> None:
    X, y = np.arange(9)[:, None] * 3, np.arange(9) % 4 / 3
    for depth in (2, 4):
        net = interpolate(X, y, exact=True, depth=depth, direction=[1.0])
        assert net.depth == depth
        near = net.rounded()
        assert near.depth == depth and near.a.tolist() == net.a.tolist()
        for mine, exact in ((near.b, net.b), (near.w, net.w)):
            assert mine.dtype == np.float64 and mine.tolist() == [float(v) for v in exact]


def test_the_exact_direction_follows_from_the_seed() -> None:
    X, y = np.random.default_rng(0).standard_normal((6, 3)), np.arange(6)
    # Doubles do not tell these apart: directions are drawn anew.
    close = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0 + 2**-52], [5.0, 2.0, 1e300]])
    closest = np.array([[1.0, 0, 0], [1.0, 5e-324, 0], [1.0, 0, 5e-324], [-1e308, 1e308, 1e308]])
    for points, targets in ((X, y), (close, [1, 2, 3]), (closest, [1, 2, 3, 4])):
        nets = [interpolate(points, targets, exact=True, seed=s) for s in (1, 1, 2)]
        assert (nets[0].a == nets[1].a).all() and (nets[0].a != nets[2].a).any()


def test_points_that_no_direction_tells_apart_are_named() -> None:
    X = [[0, 0], [7, 7], [3, -3], [5, 5]]
    with pytest.raises(
        ValueError,
        match=r"points 0 and 2 with the same projection on the given direction: give another",
    ):
        interpolate(X, [1, 2, 3, 4], exact=True, direction=[1.0, 1.0])


def test_knots_may_meet_but_not_turn_back() -> None:
    X, y = np.arange(4)[:, None], np.arange(4)
    for b, fine in (([-1.0, 0, 0, 2], True), ([-1.0, 2, 0, 3], False), ([0.0, -1, 1, 2], False)):
        if fine:
            net = Network(np.ones(1), np.array(b), np.ones(4))
            assert certify(net, X, y)["network"]["weights"] == 9
        else:
            with pytest.raises(ValueError, match=r"b is not increasing at b\[\d\]: sort the knots"):
                Network(np.ones(1), np.array(b), np.ones(4))


def test_points_that_a_network_cannot_tell_apart_are_named() -> None:
    net = Network(np.array([1.0, 1.0]), np.array([-1.0, 0.0]), np.ones(2))
    X = [[9, 9], [0, 3], [5, 5], [2, 1], [0, 0]]
    with pytest.raises(ValueError, match=r"points 1 and 3 with the same projection on net\.a: no"):
        certify(net, X, [1, 2, 3, 4, 5])


def test_a_rational_network_is_in_no_file(tmp_path: Path) -> None:
    X, y, file = np.arange(4)[:, None], np.arange(4), tmp_path / "net.safetensors"
    net = interpolate(X, y, exact=True, direction=[1.0])
    net.rounded().save(file)  # the same numbers, of another kind
    with pytest.raises(ValueError, match="holds another network"):
        certify(net, X, y, file=file)
    file.write_bytes(b"\0" * 9)
    with pytest.raises(ValueError, match=str(file)):
        certify(net.rounded(), X, y, file=file)


@pytest.mark.parametrize("layered", [False, True])
def test_numbers_that_python_does_not_write_have_no_certificate(layered: bool) -> None:
    X, y = np.array([[0], [1]]), np.array([1, 2])
    large = Fraction(1, 10**4400)
    net: Any = RationalNetwork(np.ones(1), _fractions(-1, 0), _fractions(large, 1))
    if layered:
        layer = Layer.of([{0: large}], [Fraction(0)], n_inputs=1, activation="identity")
        net = Layered((layer,), "drawn")
    for tolerance in (None, large):
        with pytest.raises(ValueError, match="more than 4300 digits, which no certificate holds"):
            certify(net, X, y, tolerance=tolerance)


@pytest.mark.parametrize("name", ["", "Zhang", "zhang 2", "é", "a" * 41])
def test_a_construction_that_no_certificate_can_name_has_none(name: str) -> None:
    net = Layered((Layer.of([[1]], activation="identity"),), name)
    with pytest.raises(ValueError, match=r"net has the construction .* 40 small letters and hyp"):
        certify(net, [[0], [1]], [0, 1])


def _fractions(*values: Any) -> Any:
    return np.array([Fraction(v) for v in values], dtype=object)


def test_what_a_certificate_states_is_what_was_found() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((9, 2)), np.column_stack((np.arange(9) % 2, rng.standard_normal(9)))
    net = interpolate(X, y)
    for tolerance in (None, 0.25, 0):
        again = stated(certify(net, X, y, tolerance=tolerance))
        found = residual(net, X, y, tolerance)
        assert again.interpolates is found.interpolates is (tolerance != 0)
        assert str(again) == str(found) and (again.values == found.values).all()
