"""Exact solves against fractions, and dependence against an independent elimination."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expressivity.memorizers.rational_solve import (
    PRIMES,
    inverse_modulo,
    pivot_columns,
    reduced,
    residues,
    solve,
)


def _rank(rows: list[list[int]]) -> int:
    M, rank = [[Fraction(v) for v in row] for row in rows], 0
    for c in range(len(M[0])):
        pivot = next((i for i in range(rank, len(M)) if M[i][c]), None)
        if pivot is None:
            continue
        M[rank], M[pivot] = M[pivot], M[rank]
        for i in range(rank + 1, len(M)):
            factor = M[i][c] / M[rank][c]
            M[i] = [a - factor * b for a, b in zip(M[i], M[rank], strict=True)]
        rank += 1
    return rank


@st.composite
def systems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    k = draw(st.integers(1, 6))
    r, m = draw(st.integers(k, 7)), draw(st.integers(1, 2))
    entries = draw(st.sampled_from([st.integers(-2, 2), st.integers(-(2**70), 2**70)]))
    A = np.array([[draw(entries) for _ in range(r)] for _ in range(k)], dtype=object)
    B = np.array([[draw(entries) for _ in range(m)] for _ in range(k)], dtype=object)
    return A, B


@given(systems())
def test_a_solution_solves_and_only_dependent_rows_have_none(
    system: tuple[np.ndarray, np.ndarray],
) -> None:
    A, B = system
    found = solve(A, B)
    if found is None:
        assert _rank(A.tolist()) < len(A)
    else:
        numerators, denominator = found
        assert denominator > 0
        assert (A @ numerators == denominator * B).all()
        assert np.count_nonzero(numerators.any(axis=1)) <= len(A)


@given(systems())
def test_the_rank_modulo_a_prime_is_the_rank_of_small_integers(
    system: tuple[np.ndarray, np.ndarray],
) -> None:
    A = system[0] % 5
    assert len(pivot_columns(residues(A, PRIMES[0]), PRIMES[0])) == _rank(A.tolist())


def test_a_combination_of_rows_reduces_to_zero_and_no_other_row() -> None:
    A = np.random.default_rng(0).integers(0, 9, (3, 6))
    rows = np.concatenate((A, [A[0] + 4 * A[1] - A[2]], [np.eye(6, dtype=int)[0]])) % PRIMES[0]
    assert (reduced(rows, 3, PRIMES[0]) == 0).all(axis=1).tolist() == [True, False]


@pytest.mark.parametrize("p", PRIMES)
def test_the_moduli_are_primes_with_inverses(p: int) -> None:
    assert all(p % q for q in range(2, int(p**0.5) + 1))
    A = np.random.default_rng(1).integers(0, p, (5, 5))
    columns, T = inverse_modulo(A, p)
    assert (T @ A % p)[:, columns].tolist() == np.eye(5).tolist()


def test_the_least_common_denominator_is_found() -> None:
    numerators, denominator = solve(np.diag([6, 10, 15]), np.ones((3, 1), dtype=int)) or (0, 0)
    assert denominator == 30
    assert numerators[:, 0].tolist() == [5, 3, 2]  # pyright: ignore[reportIndexIssue]
