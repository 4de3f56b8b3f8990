"""The proof of Theorem 1 as algebra that sympy verifies, for n points with symbols for everything.

The projections are written as sums of gaps, t_j = b_j + p_j and b_{j+1} = t_j + q_j with p_j > 0
and q_j >= 0, so that every order b_1 < t_1 <= b_2 < ... < t_n is one choice of the symbols.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from textwrap import fill
from typing import Any

import sympy
from sympy import (
    Determinant,
    Expr,
    Matrix,
    MatrixSymbol,
    Max,
    Poly,
    Symbol,
    binomial,
    symbols,
)

WIDTH = 100  # columns of a terminal that text may take


@dataclass(frozen=True)
class Step:
    """One step of the proof.

    Attributes
    ----------
    title, words : what is shown
    formulas : the equations or statements that sympy was asked about
    holds : whether all of them hold identically
    """

    title: str
    words: str
    formulas: list[Any]
    holds: bool


@dataclass(frozen=True)
class Line:
    """n symbolic projections and knots, and what is left of them in a step.

    Attributes
    ----------
    b, t : knots and projections, as sums of the first knot and of gaps
    y : targets
    """

    b: list[Any]
    t: list[Any]
    y: list[Symbol]

    @property
    def matrix(self) -> Any:
        """A_ij = max(t_i - b_j, 0)."""
        n = len(self.t)
        return Matrix(n, n, lambda i, j: Max(self.t[i] - self.b[j], 0))


def prove(n: int) -> list[Step]:
    """Verify every step of the proof of Theorem 1, for n symbolic points and by induction.

    Raises ValueError for n < 1. Cost: the determinant of a symbolic n x n matrix, seconds up to
    n = 12. Source: Theorem 1, Lemma 1, Corollary 1.
    """
    if n < 1:
        raise ValueError(f"n is {n}: give at least one point")
    return [step(n) for step in STEPS]


def line(n: int, knots_at_projections: bool = False) -> Line:
    """Return n projections with knots anywhere between them, or each at the projection before."""
    first = Symbol("b_1", real=True)
    p = symbols(f"p_1:{n + 1}", positive=True)
    q = (
        [sympy.Integer(0)] * n
        if knots_at_projections
        else symbols(f"q_1:{n + 1}", nonnegative=True)
    )
    b: list[Any] = [first]
    t: list[Any] = []
    for j in range(n):
        t.append(b[j] + p[j])
        b.append(t[j] + q[j])
    return Line(b[:n], t, list(symbols(f"y_1:{n + 1}", real=True)))


def distinct_projections(n: int) -> Step:
    """Two distinct points agree on (1, s, s^2, ...) for fewer than d values of s."""
    d = max(n, 2)
    s = Symbol("s", real=True)
    z, other = (symbols(f"{name}_1:{d + 1}", real=True) for name in ("z", "x"))
    difference = sum((u - v) * s**k for k, (u, v) in enumerate(zip(z, other, strict=True)))
    polynomial = Poly(difference, s)
    coefficients = polynomial.all_coeffs()[::-1]
    return Step(
        "Step 1: a direction with distinct projections",
        f"On a = (1, s, ..., s^{d - 1}) the projections of two points differ by a polynomial in s "
        "whose coefficients are the differences of their coordinates: it is not zero if the points "
        f"are distinct, and then has at most {d - 1} roots. At most "
        f"{binomial(n, 2) * (d - 1)} values of s are bad for {n} points.",
        [difference],
        len(coefficients) == d
        and all(
            sympy.expand(c - (u - v)) == 0 for c, u, v in zip(coefficients, z, other, strict=True)
        ),
    )


def triangular(n: int) -> Step:
    """A is lower triangular with the diagonal t_i - b_i > 0, for all interleaved knots."""
    points = line(n)
    A = points.matrix
    above = all(A[i, j] == 0 for i in range(n) for j in range(i + 1, n))
    below = all(A[i, j] == points.t[i] - points.b[j] for i in range(n) for j in range(i + 1))
    return Step(
        "Steps 2 and 3: the matrix is lower triangular with a positive diagonal",
        "With b_1 < t_1 <= b_2 < ... < t_n, that is p_j = t_j - b_j > 0 and q_j = b_{j+1} - t_j"
        " >= 0, A_ij = max(t_i - b_j, 0) is",
        [A],
        above and below and all(A[i, i].is_positive for i in range(n)),
    )


def determinant(n: int) -> Step:
    """The determinant, expanded without use of the triangle, is the product of the diagonal."""
    points = line(n)
    A = points.matrix
    product: Any = sympy.prod(t - b for t, b in zip(points.t, points.b, strict=True))
    found = A.det(method="berkowitz")
    return Step(
        "Lemma 1: the determinant",
        "det A is the product of the t_i - b_i, so it is positive and A w = y has one solution.",
        [sympy.Eq(Determinant(MatrixSymbol("A", n, n)), product)],
        sympy.expand(found - product) == 0 and bool(product.is_positive),
    )


def eigenvalues(n: int) -> Step:
    """The characteristic polynomial vanishes exactly at the diagonal entries."""
    points = line(n)
    x = Symbol("lambda")
    found = points.matrix.charpoly(x).as_expr()
    product: Any = sympy.prod(x - (t - b) for t, b in zip(points.t, points.b, strict=True))
    return Step(
        "Lemma 1: the eigenvalues",
        "The eigenvalues of A are its diagonal entries t_i - b_i. (A is not symmetric: they "
        "bound no condition number.)",
        [product],
        sympy.expand(found - product) == 0,
    )


def closed_form(n: int) -> Step:
    """With each knot at the projection before, the weights are differences of slopes."""
    points = line(n, knots_at_projections=True)
    w = _weights(points)
    residuals = points.matrix * Matrix(w) - Matrix(points.y)
    return Step(
        "Step 4: the closed form of the weights",
        "With b_{j+1} = t_j, s_1 = y_1 / (t_1 - b_1) and s_j = (y_j - y_{j-1}) / (t_j - "
        "t_{j-1}), the weights w_1 = s_1, w_j = s_j - s_{j-1} satisfy all n equations A w = y "
        "identically.",
        [sympy.Eq(Symbol(f"w_{j + 1}"), weight) for j, weight in enumerate(w)],
        all(sympy.simplify(residual) == 0 for residual in residuals),
    )


def any_knots(n: int) -> Step:
    """The recursion for knots anywhere between the projections, and what it does to errors."""
    points = line(n)
    residuals = points.matrix * Matrix(_weights(points)) - Matrix(points.y)
    before, rise, r, gap = symbols("s_j Delta_y r_j p_{j+1}", real=True)
    slope = (rise - before * r) / gap
    return Step(
        "Step 4, for knots anywhere in the gaps",
        "With r_j = b_{j+1} - t_j and p_{j+1} = t_{j+1} - b_{j+1} the slopes s_{j+1} = (y_{j+1}"
        " - y_j - s_j r_j) / p_{j+1} solve the system too. An error of s_j is multiplied by "
        "-r_j / p_{j+1}: knots at the previous projection, r_j = 0, are best.",
        [sympy.Eq(sympy.Derivative(Symbol("s_{j+1}"), before), sympy.diff(slope, before))],
        all(sympy.simplify(residual) == 0 for residual in residuals)
        and sympy.simplify(sympy.diff(slope, before) + r / gap) == 0,
    )


def count(n: int) -> Step:
    """The network's expression holds 2n + d free symbols besides the input's."""
    d = 3
    a, x = symbols(f"a_1:{d + 1}"), symbols(f"x_1:{d + 1}")
    b, w = symbols(f"b_1:{n + 1}"), symbols(f"w_1:{n + 1}")
    projection = sum(u * v for u, v in zip(a, x, strict=True))
    network: Any = sum(
        weight * Max(projection - knot, 0) for weight, knot in zip(w, b, strict=True)
    )
    weights = network.free_symbols - set(x)
    return Step(
        "The count",
        f"For d = {d} and n = {n} the network has {len(weights)} = 2n + d weights: a, b, w.",
        [network],
        len(weights) == 2 * n + d,
    )


def induction(n: int) -> Step:
    """One more point to the right changes only later values: the proof for every n.

    `c` stands for the value there of a network whose n units are given; nothing else of it is used.
    """
    b, c, target, slope, before = symbols("b c y s y_n", real=True)
    p = Symbol("p", positive=True)
    q = Symbol("q", nonnegative=True)
    w = (target - c) / p
    earlier = w * Max((b - q) - b, 0)  # at every projection t = b - q up to the new knot
    new = c + w * Max((b + p) - b, 0)  # at the new projection t = b + p
    # With the knot at the last projection the old network goes on there as y_n + s (t - b).
    step = ((target - (before + slope * p)) / p) - ((target - before) / p - slope)
    return Step(
        "Induction: from n to n + 1 points",
        "No unit interpolates no point. Given n units for the n leftmost points, one more at a "
        "knot b with t_n <= b < t_{n+1} and the weight (y - c) / (t_{n+1} - b), where c is the "
        "old network's value at t_{n+1}, changes nothing at t_1, ..., t_n and gives y at "
        "t_{n+1}. With b = t_n its weight is the difference of the new slope and the old one, "
        "so the closed form holds for every n.",
        [sympy.Eq(Symbol("w_{n+1}"), w)],
        earlier == 0 and sympy.simplify(new - target) == 0 and sympy.simplify(step) == 0,
    )


def handing_on(n: int) -> Step:
    """Two units hand a number on unchanged: what the corollary's layers do with t and the sum."""
    v = Symbol("v", real=True)
    identity = (Max(v, 0) - Max(-v, 0) - v).rewrite(sympy.Piecewise)
    return Step(
        "Corollary 1: depth k",
        "A layer hands a number on as two units: v = max(v, 0) - max(-v, 0). So k - 1 layers of"
        " n / (k - 1) units each, two channels for t and two for the running sum, compute the "
        "same function.",
        [sympy.Eq(v, Max(v, 0) - Max(-v, 0), evaluate=False)],
        sympy.simplify(identity) == 0,
    )


STEPS: tuple[Callable[[int], Step], ...] = (
    distinct_projections,
    triangular,
    determinant,
    eigenvalues,
    closed_form,
    any_knots,
    count,
    induction,
    handing_on,
)


def as_text(steps: list[Step]) -> str:
    """Return the proof as text for a terminal."""
    parts = []
    for step in steps:
        drawn = (sympy.pretty(f, use_unicode=True, num_columns=WIDTH - 4) for f in step.formulas)
        rows = "\n\n".join(drawn).splitlines()
        head = f"{'ok  ' if step.holds else 'FAIL'}  {step.title}"
        parts.append("\n".join([head, fill(step.words, 88), "", *(f"    {row}" for row in rows)]))
    return "\n\n".join(parts)


def as_latex(steps: list[Step]) -> str:
    """Return the proof as LaTeX paragraphs, no wider than a terminal; they need amsmath."""
    parts = []
    for step in steps:
        mark = "verified" if step.holds else "NOT verified"
        words = f"\\paragraph{{{step.title}}} ({mark}) {_typeset(step.words)}"
        lines = [words, *(f"\\[ {sympy.latex(f)} \\]" for f in step.formulas)]
        parts.append(
            "\n".join(fill(v, WIDTH, break_long_words=False, break_on_hyphens=False) for v in lines)
        )
    return "\n\n".join(parts) + "\n"


def _typeset(words: str) -> str:
    """Put symbols with an index or a power, and signs of order, in mathematics."""
    words = re.sub(r"(?<![\w$])([A-Za-z])([_^])\{?([\w+-]+)\}?", r"$\1\2{\3}$", words)
    for sign, command in (("<=", r"$\le$"), (">=", r"$\ge$"), (" < ", " $<$ "), (" > ", " $>$ ")):
        words = words.replace(sign, command)
    return words


def _weights(points: Line) -> list[Expr]:
    """Return the weights as differences of slopes; with r_j = 0 this is the closed form."""
    slopes = [points.y[0] / (points.t[0] - points.b[0])]
    for j in range(1, len(points.t)):
        bent = slopes[-1] * (points.b[j] - points.t[j - 1])
        rise = points.y[j] - points.y[j - 1] - bent
        slopes.append(rise / (points.t[j] - points.b[j]))
    return [slopes[0], *(after - before for before, after in pairwise(slopes))]
