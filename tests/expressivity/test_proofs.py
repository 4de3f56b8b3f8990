"""The proofs: each symbolic step can fail, certificates say what the network does, and a machine
accepts the true theorem and refuses false ones."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from expressivity import Network, interpolate
from expressivity.proofs import formal, symbolic
from expressivity.proofs.certificate import formalize
from expressivity.triangular import solve, triangular_matrix

RNG = np.random.default_rng(0)
needs_rocq = pytest.mark.skipif(shutil.which("coqc") is None, reason="Rocq is not installed")


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_every_step_holds(n: int) -> None:
    steps = symbolic.prove(n)
    assert len(steps) == 9 and all(step.holds for step in steps)
    text, latex = symbolic.as_text(steps), symbolic.as_latex(steps)
    assert text.count("ok  ") == 9 and "FAIL" not in text
    assert latex.count(r"\paragraph") == 9 and "NOT" not in latex
    assert latex.count("$") % 2 == 0 and latex.count(r"\[") == latex.count(r"\]")


def test_wrong_weights_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    right = symbolic._weights

    def wrong(points: symbolic.Line) -> list[sympy.Expr]:
        return [*right(points)[:-1], 2 * right(points)[-1]]

    monkeypatch.setattr(symbolic, "_weights", wrong)
    assert not symbolic.closed_form(3).holds and not symbolic.any_knots(3).holds
    assert "FAIL" in symbolic.as_text([symbolic.closed_form(2)])


def test_a_knot_behind_its_projection_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def swapped(n: int, knots_at_projections: bool = False) -> symbolic.Line:
        points = right(n)
        return symbolic.Line(points.b[::-1], points.t, points.y)

    right = symbolic.line
    monkeypatch.setattr(symbolic, "line", swapped)
    assert not symbolic.triangular(3).holds
    assert not symbolic.determinant(3).holds
    assert not symbolic.eigenvalues(3).holds


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=5),
    st.lists(st.integers(-9, 9), min_size=5, max_size=5),
)
def test_the_symbols_mean_what_the_code_computes(gaps: list[int], targets: list[int]) -> None:
    n = len(gaps)
    points = symbolic.line(n, knots_at_projections=True)
    given_values: dict[Any, Any] = {sympy.Symbol("b_1", real=True): -3}
    symbols = sympy.symbols(f"p_1:{n + 1}", positive=True)
    given_values |= dict(zip(symbols, gaps, strict=True))
    given_values |= dict(zip(points.y, targets[:n], strict=True))
    b, t, w = (
        np.array([float(e.subs(given_values)) for e in expressions])
        for expressions in (points.b, points.t, symbolic._weights(points))
    )
    y = np.array(targets[:n], dtype=float)
    np.testing.assert_allclose(solve(t, b, y), w, atol=1e-9)
    A = np.array(points.matrix.subs(given_values), dtype=float)
    np.testing.assert_array_equal(A, triangular_matrix(t, b))


def _numbers(source: str) -> list[Fraction]:
    """Read the integers and ratios of the certificate's definition, in order."""
    body = source[source.index("(Checker.Certificate") : source.index(")%Z.")]
    found = re.findall(r"\(?-?0x[0-9a-f]+\)?(?: # 0x[0-9a-f]+)?", body)
    parts = (text.replace("(", "").replace(")", "").split(" # ") for text in found)
    return [Fraction(int(p[0], 16), int(p[1], 16) if p[1:] else 1) for p in parts]


@pytest.mark.parametrize("exact", [False, True])
def test_a_certificate_states_the_network_and_the_sample_without_rounding(exact: bool) -> None:
    X, y = RNG.standard_normal((7, 3)), RNG.standard_normal(7)
    net = interpolate(X, y, exact=exact)
    numbers = iter(_numbers(formalize(net, X, y)))
    scale_a, scale_z = next(numbers), next(numbers)
    assert [next(numbers) / scale_a for _ in range(3)] == [Fraction(v) for v in net.a]
    for b, w in zip(net.b, net.w, strict=True):
        assert next(numbers) / (scale_a * scale_z) == Fraction(b)
        assert next(numbers) * scale_a * scale_z == Fraction(w)
    tolerance = next(numbers)
    assert tolerance == 0 if exact else 0 < tolerance < 1e-12
    rows = [[next(numbers) for _ in range(5)] for _ in range(7)]
    assert not list(numbers)
    stated = {tuple(z / scale_z for z in row[:3]): (row[3], row[4]) for row in rows}
    for x, target in zip(X, y, strict=True):
        value, said = stated[tuple(map(Fraction, x))]
        assert said == Fraction(target) and abs(value - said) <= tolerance


def test_networks_that_the_theorem_is_not_about_are_refused() -> None:
    X = RNG.standard_normal((6, 2))
    with pytest.raises(ValueError, match="build it with depth=2"):
        formalize(interpolate(X, X), X, X)
    with pytest.raises(ValueError, match="net has depth 3"):
        formalize(interpolate(X, X[:, 0], depth=3), X, X[:, 0])


def test_a_missing_prover_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formal.shutil, "which", lambda name: None)
    with pytest.raises(FileNotFoundError, match="apt-get install coq"):
        formal.prerequisites()


@pytest.mark.slow
@needs_rocq
def test_the_theorem_and_its_certificates_are_accepted(tmp_path: Path) -> None:
    X, y = RNG.standard_normal((1000, 8)), RNG.standard_normal(1000)
    paths = []
    for exact in (False, True):
        paths.append(tmp_path / f"{exact}.v")
        paths[-1].write_text(formalize(interpolate(X, y, exact=exact), X, y))
    # Fewer units than points, identical points, and integers.
    Z = np.array([[0, 1], [1, 0], [2, 5], [0, 1], [-4, 7]])
    with pytest.warns(UserWarning, match="merged"):
        few = interpolate(Z, [1, 2, 0, 1, -1], fewest=True)
    paths.append(tmp_path / "few.v")
    paths[-1].write_text(formalize(few, Z, [1, 2, 0, 1, -1]))
    said = formal.rebuild(paths)
    assert sum("rests on no axiom" in line for line in said) == len(formal.THEOREMS)
    assert sum("is a theorem" in line for line in said) == 3


PLANTS = {
    "a false statement": ("Lemma1.v", "weight j * relu (t i - knot j) = y i.", "= y i + 1."),
    "an admitted proof": (
        "Theorem1.v",
        "by exists (powers d s%:R), b, w.\nQed.",
        "Admitted.",
    ),
    "an axiom": ("Necessity.v", "Local Open Scope ring_scope.\n", "\nAxiom false : False.\n"),
}


@pytest.mark.slow
@needs_rocq
@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_falsehood_is_refused(plant: str, tmp_path: Path) -> None:
    shutil.copytree(formal.SOURCES, tmp_path / "rocq")
    name, old, new = PLANTS[plant]
    path = tmp_path / "rocq" / name
    text = path.read_text()
    assert text.count(old) == 1
    if plant == "a false statement":
        new = old.replace("= y i.", new)
    if plant == "an axiom":
        new = old + new
        text = text.replace("Proof.\nmove=> h i j zij;", "Proof.\ncase: false.\nmove=> h i j zij;")
    path.write_text(text.replace(old, new))
    with pytest.raises(formal.ProofError, match=r"does not compile|must rest on no axiom"):
        formal.rebuild(sources=tmp_path / "rocq")


@pytest.mark.slow
@needs_rocq
def test_a_certificate_of_another_network_is_refused(tmp_path: Path) -> None:
    X, y = RNG.standard_normal((20, 2)), RNG.standard_normal(20)
    net = interpolate(X, y)
    w = net.w.copy()
    w[3] += 1e-9
    true = formalize(net, X, y)
    # The values and the tolerance of the true network beside the weights of another.
    units = [
        text[text.index("(Checker.Net") : text.index("])\n")]
        for text in (true, formalize(Network(net.a, net.b, w, net.fit), X, y))
    ]
    path = tmp_path / "false.v"
    path.write_text(true.replace(units[0], units[1]))
    with pytest.raises(formal.ProofError, match="does not compile"):
        formal.rebuild([path])


def test_the_command_line_proves_and_exports(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "expressivity", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    proved = run("prove", "--n", "2")
    assert proved.returncode == 0 and "Lemma 1: the determinant" in proved.stdout
    assert run("prove", "--n", "0").returncode == 2
    np.save(tmp_path / "points.npy", RNG.standard_normal((9, 3)))
    assert run("build", "points.npy", "--out", "net.safetensors").returncode == 0
    done = run("certify", "net.safetensors", "--sample", "points.npy", "--out", "net.v")
    assert done.returncode == 0 and "vm_cast_no_check" in (tmp_path / "net.v").read_text()
