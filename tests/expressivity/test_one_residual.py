"""build, verify, certify and check say the same of the same network, and their status means it."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from expressivity import Network, interpolate, verify
from expressivity.check import Finding, check_interpolation, residual_of
from expressivity.exact import as_fraction, dyadic, exact_projections, rounded_up
from expressivity.residual import judged, residual, upwards


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "expressivity", *command)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _residual(output: str) -> str:
    (found,) = re.findall(r"largest residual (\S+), exactly", output)
    return found


def _textbook(net: Network, X: Any, y: Any) -> Fraction:
    a, b, w = (list(map(Fraction, v.tolist())) for v in (net.a, net.b, net.w))
    found = Fraction(0)
    for z, target in zip(X.tolist(), y.tolist(), strict=True):
        t = sum(u * Fraction(v) for u, v in zip(a, z, strict=True))
        value = sum(q * max(t - p, Fraction(0)) for p, q in zip(b, w, strict=True))
        found = max(found, abs(value - Fraction(target)))
    return found


def test_four_commands_say_one_residual(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((300, 6)), rng.standard_normal(300)
    sample, net, out = (str(tmp_path / name) for name in ("s.npy", "n.safetensors", "c.json"))
    np.save(sample, np.column_stack((X, y)))
    outputs = [
        _run("verify", "--sample", sample),
        _run("build", sample, "--out", net),
        _run("certify", net, "--sample", sample, "--out", out),
        _run("check", out, "--data", sample, "--network", net),
    ]
    assert [run.returncode for run in outputs] == [0, 0, 0, 0], [run.stderr for run in outputs]
    right = upwards(_textbook(Network.load(net), X, y))
    assert {_residual(run.stdout) for run in outputs} == {right}
    assert "exact arithmetic" not in outputs[0].stdout


def test_a_network_that_misses_ends_in_status_1_everywhere(tmp_path: Path) -> None:
    # A hundred twins at a relative distance of 1e-12: the rounding bound exceeds every label.
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 2))
    X = np.concatenate((X, X * (1 + 1e-12)))
    y = rng.integers(0, 10, 200)
    interpolate(X, (y + 1) % 10).save(tmp_path / "n.safetensors")
    sample, net, path = (str(tmp_path / name) for name in ("s.npy", "n.safetensors", "c.json"))
    np.save(sample, np.column_stack((X, y)))
    certified = _run("certify", net, "--sample", sample, "--out", path)
    assert certified.returncode == 1 and "FAIL" in certified.stdout, certified.stdout
    checked = _run("check", path, "--data", sample)
    assert checked.returncode == 1
    assert "every claim holds; the network does not interpolate" in checked.stdout
    assert _residual(checked.stdout) == _residual(certified.stdout)


def test_a_tolerance_decides(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    sample, net, out = (str(tmp_path / name) for name in ("s.npy", "n.safetensors", "c.json"))
    np.save(sample, rng.standard_normal((50, 4)))
    assert _run("build", sample, "--out", net, "--tolerance", "1e-30").returncode == 1
    for tolerance, status in (("1e-30", 1), ("1e-6", 0)):
        assert _run("verify", "--sample", sample, "--tolerance", tolerance).returncode == status
        certified = _run("certify", net, "--sample", sample, "--out", out, "--tolerance", tolerance)
        checked = _run("check", out, "--data", sample)
        assert certified.returncode == checked.returncode == status
    assert "may be 0.000001" in checked.stdout and "may be 0.000001 (given)" in certified.stdout
    for bad in ("nan", "-1", "inf"):
        run = _run("build", sample, "--out", net, "--tolerance", bad)
        assert run.returncode == 2 and "give a finite number of at least 0" in run.stderr


def test_a_remark_in_a_table_is_read_by_all_commands(tmp_path: Path) -> None:
    sample, net, out = (str(tmp_path / name) for name in ("s.csv", "n.safetensors", "c.json"))
    Path(sample).write_text("# lab 7\n1,2,3\n4,5,6\n")
    for command in (
        ["build", sample, "--out", net],
        ["certify", net, "--sample", sample, "--out", out],
        ["check", out, "--data", sample],
    ):
        run = _run(*command)
        assert run.returncode == 0, run.stderr


def test_verify_says_the_same_in_other_layouts() -> None:
    # Another layout sums each projection in another order; nothing that is proved changes.
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((300, 37)), rng.standard_normal(300)
    net = interpolate(X, y)
    for layout in (X, np.asfortranarray(X), X[::-1][::-1], np.repeat(X, 2, axis=1)[:, ::2]):
        premises = verify(net, layout, y)
        assert all(premise.holds for premise in premises.values()), premises
        assert premises["residual"].value == rounded_up(_textbook(net, X, y))


def test_given_tolerances_are_read_as_they_print() -> None:
    y = np.array([0.1, 0.25])
    off = np.array([[Fraction(1, 10)], [Fraction(0)]], dtype=object)
    assert judged(off, y, 2, tolerance=0.1).interpolates
    assert not judged(off, y, 2, tolerance=np.nextafter(0.1, 0)).interpolates
    assert judged(off, y, 2, tolerance=Fraction(1, 10)).interpolates


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1.0, 1e9, 1e290])
@pytest.mark.parametrize("kind", [np.float64, np.float32, np.uint8, np.int64])
def test_exact_projections_are_exact(scale: float, kind: Any) -> None:
    rng = np.random.default_rng(0)
    for d in (1, 3, 50):
        Z = (rng.standard_normal((20, d)) * 50).astype(kind)
        Z[rng.random(Z.shape) < 0.2] = 0
        for a in (
            rng.standard_normal(d) * scale,
            rng.standard_normal(d) * 10.0 ** rng.uniform(-9, 9, d),
        ):
            whole, exponent = exact_projections(Z, a)
            for z, t in zip(Z.tolist(), whole.tolist(), strict=True):
                right = sum(Fraction(u) * Fraction(v) for u, v in zip(a.tolist(), z, strict=True))
                assert Fraction(t) * Fraction(2) ** exponent == right


def test_exact_projections_of_numbers_of_all_sizes() -> None:
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((30, 4)) * 10.0 ** rng.uniform(-300, 300, (30, 4))
    a = rng.standard_normal(4) * np.array([1e300, 5e-324, 1.0, 0.0])
    whole, exponent = exact_projections(Z, a)
    for z, t in zip(Z.tolist(), whole.tolist(), strict=True):
        right = sum(Fraction(u) * Fraction(v) for u, v in zip(a.tolist(), z, strict=True))
        assert Fraction(t) * Fraction(2) ** exponent == right
    assert dyadic(np.zeros(3))[0].tolist() == [0, 0, 0]


def test_sums_as_large_as_slices_allow_are_exact() -> None:
    """All digits of all coordinates set: one bit more in a slice, and a sum would be rounded."""
    for d in (1, 2, 4, 7, 8, 31, 32, 64):
        Z, a = np.full((2, d), 1.0 - 2.0**-53), np.full(d, 1.0 - 2.0**-53)
        Z[1] = -Z[1]
        whole, exponent = exact_projections(Z, a)
        right = d * (1 - Fraction(1, 2**53)) ** 2
        assert [Fraction(t) * Fraction(2) ** exponent for t in whole.tolist()] == [right, -right]


@pytest.mark.parametrize("size", [399, 400, 401, 1500])
def test_numbers_apart_by_any_power_of_two_are_added_exactly(size: int) -> None:
    Z = np.array([[2.0 ** (size - 1000), 2.0**-1000, 0.0], [0.0, 3.0 * 2.0**-1000, 1.0]])
    for a in ([1.0, 1.0, 1.0], [2.0**-60, 1.0 + 2.0**-52, 0.0]):
        whole, exponent = exact_projections(Z, np.array(a))
        for z, t in zip(Z.tolist(), whole.tolist(), strict=True):
            right = sum(Fraction(u) * Fraction(v) for u, v in zip(a, z, strict=True))
            assert Fraction(t) * Fraction(2) ** exponent == right


def test_no_point_has_no_projection() -> None:
    whole, exponent = exact_projections(np.empty((0, 3)), np.ones(3))
    assert (whole.dtype, whole.shape, exponent) == (object, (0,), 0)


LARGEST = Fraction(np.finfo(float).max)


@given(st.fractions(), st.integers(-1100, 1030))
@example(LARGEST, 0)
@example(LARGEST + 1, 0)
@example(Fraction(1), 0)
@example(Fraction(1, 10), 0)  # its double is above it
@example(Fraction(3, 10), 0)  # its double is below it
def test_rounding_up_gives_the_least_double_that_is_not_less(q: Fraction, power: int) -> None:
    value = abs(q) * Fraction(2) ** power
    up = rounded_up(value)
    if value > LARGEST:
        assert up == np.inf
    else:
        assert Fraction(up) >= value
        assert up == 0 or Fraction(np.nextafter(up, -np.inf)) < value


@given(st.integers(-(2**70), 2**70), st.integers(-80, 80))
def test_an_integer_and_an_exponent_are_a_fraction(whole: int, exponent: int) -> None:
    assert as_fraction(whole, exponent) == whole * Fraction(2) ** exponent


def test_the_residual_of_several_outputs_is_held_to_each_range() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20, 3))
    y = np.column_stack((rng.standard_normal(20), 1e-6 * rng.standard_normal(20)))
    net = interpolate(X, y)
    found = residual(net, X, y)
    assert found.interpolates and found.tolerance[0] > 1e5 * found.tolerance[1]
    w = net.w.copy()
    w[-1, 1] *= 2
    bent = residual(Network(net.a, net.b, w), X, y)
    assert found.tolerance[1] < bent.largest < found.tolerance[0] and not bent.interpolates


def _off(*residuals: str) -> Any:
    return np.array([[Fraction(v) for v in residuals]] + [[Fraction(0)] * len(residuals)] * 3)


@pytest.mark.parametrize(
    ("off", "targets", "tolerance", "interpolates", "said"),
    [
        # One limit for all: it is the one that is shown.
        (_off("1/20", "1/7"), [[0.5, 0.5], [0, 0], [1, 1], [2, 2.25]], 1, True, "; may be 1 (g"),
        # Residuals of the output of a small range are small, and may be no larger.
        (_off("1/10", "1/1000"), [[0, 0], [1e4, 20], [1.5, 3], [7, 4]], None, True, "0.1, exactly"),
        (_off("1/10", "1/1000"), [[0, 0], [1e4, 20], [1.5, 3], [7, 4]], None, True, "1: 0.001, ma"),
        (_off("1/10", "1/1000"), [[0, 0], [1e4, 20], [1.5, 3], [7, 4]], None, True, "be 0.002 (a "),
        (_off("1/10", "1/100"), [[0, 0], [1e4, 20], [1.5, 3], [7, 4]], None, False, "1: 0.01, may"),
        # Classes: half the distance is the smaller limit, and all of it is said.
        (_off("3/5"), [[0], [1], [0], [1]], 1, False, "may be 1 (given), and less than half of 1 "),
        (_off("1/5"), [[0], [1 / 3], [0], [0]], 1, False, "and less than half of 0.333 between"),
        # Between two targets that no double is as far apart as.
        (_off("0"), [[-1.7e308], [1.7e308]] * 2, None, True, "less than half of 3.39e+308 betw"),
    ],
)
def test_what_is_said_of_outputs_is_so_of_the_one_that_decides(
    off: Any, targets: Any, tolerance: Any, interpolates: bool, said: str, tmp_path: Path
) -> None:
    found = judged(off, np.array(targets, dtype=float), 4, tolerance)
    assert said in str(found) and found.interpolates is interpolates
    # The checker, which shares nothing with it, says the same.
    checked = Finding()
    largest = [max(map(abs, column)) for column in off.T]
    exact = [[Fraction(v) for v in row] for row in targets]
    stated = {
        "rule": found.rule,
        "tolerance": [*map(str, found.tolerance)],
        "distance": ["none" if v is None else str(v) for v in found.distance],
        "holds": interpolates,
    }
    check_interpolation(checked, stated, exact, 4, largest)
    assert checked.wrong == [] and residual_of(checked) == str(found)


def test_a_tolerance_is_a_finite_number_of_at_least_0() -> None:
    off, y = np.array([[Fraction(0)]]), np.array([1.0])
    some: list[Any] = [True, "0.1", [0.1], 1j, -1, np.inf, Decimal("nan"), Fraction(-1, 3)]
    for bad in some:
        with pytest.raises(ValueError, match=r"^tolerance = .*: give a finite number of at least"):
            judged(off, y, 1, bad)
    some = [0, 10**400, np.int8(3), np.float32(0.1), Decimal("0.1"), Fraction(10**400, 3)]
    for good in some:
        assert judged(off, y, 1, good).tolerance == (Fraction(str(good)),)


def test_a_tolerance_of_numpy_is_the_number_that_it_is() -> None:
    """Its integers overflow in products with long ones."""
    X, y = np.array([[0.0], [1.0]]), np.array([0.0, 2.0**-62])
    zero = interpolate(X, np.zeros(2))
    three: Any = np.int64(3)
    assert residual(zero, X, y, three).interpolates
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((20, 3)), rng.standard_normal(20)
    tolerance: Any
    for tolerance in (np.int64(1), np.uint8(1), np.int32(1)):
        found = residual(interpolate(X, y), X, y, tolerance)
        assert found.interpolates and found.tolerance == (Fraction(1),)
        assert type(found.tolerance[0].numerator) is int
