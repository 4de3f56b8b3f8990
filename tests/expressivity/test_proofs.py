"""The symbolic proof: every step holds, can fail, and means what the code computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from expressivity.proofs import beyond, symbolic
from expressivity.triangular import solve, triangular_matrix


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_every_step_holds(n: int) -> None:
    steps = [*symbolic.prove(n), *beyond.prove_beyond(n)]
    assert len(steps) == 13 and all(step.holds for step in steps)
    text, latex = symbolic.as_text(steps), symbolic.as_latex(steps)
    assert text.count("ok  ") == 13 and "FAIL" not in text
    assert max(map(len, [*text.splitlines(), *latex.splitlines()])) <= 100
    assert latex.count(r"\paragraph") == 13 and "NOT" not in latex
    assert latex.count("$") % 2 == 0 and latex.count(r"\[") == latex.count(r"\]")


def test_wrong_weights_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    right = symbolic._weights

    def wrong(points: symbolic.Line) -> list[sympy.Expr]:
        return [*right(points)[:-1], 2 * right(points)[-1]]

    monkeypatch.setattr(symbolic, "_weights", wrong)
    assert not symbolic.closed_form(3).holds and not symbolic.any_knots(3).holds
    assert "FAIL" in symbolic.as_text([symbolic.closed_form(2)])


def test_a_wrong_bend_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def second_difference(values: list[Any], at: list[Any]) -> Any:
        return values[0] - 2 * values[1] + values[2]

    monkeypatch.setattr(beyond, "bend", second_difference)
    assert not beyond.one_bend().holds and not beyond.bends(4).holds


def test_a_unit_without_its_maximum_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beyond, "Max", lambda value, zero: value)
    assert not beyond.pieces(4).holds and not beyond.one_bend().holds
    assert not beyond.corrections(4).holds


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
