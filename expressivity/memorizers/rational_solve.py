"""Linear systems of integers solved exactly: Dixon's p-adic lifting."""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Near 2^21: sums of 2^21 products of two residues fit a machine integer.
PRIMES = (2097143, 1048583, 1048573)
Integers = NDArray[Any]


def solve(A: Integers, B: Integers) -> tuple[Integers, int] | None:
    """Solve A X = B for the X that vanishes outside k pivot columns of A.

    Parameters
    ----------
    A : integers (k, r), int64 or Python's own in an object array, k <= r
    B : integers (k, m), likewise

    Returns
    -------
    (numerators, denominator) with A @ numerators == denominator B: an object array (r, m) and one
    positive integer. None if the rows of A are dependent modulo each of three primes near 2^21:
    independent rows are taken for dependent ones only if all three divide all their k x k minors.

    Cost: O(k^2 r) machine operations for an inverse modulo p, then O(k^2 m) for each of the
    2 log2(bound on the determinant) / 21 digits, and O(k m) operations on integers of that length.
    Source: J. D. Dixon, Numer. Math. 40 (1982) 137.
    """
    k, r = A.shape
    for p in PRIMES:
        columns, inverse = inverse_modulo(residues(A, p), p)
        if len(columns) == k:
            break
    else:
        return None
    square = A[:, columns]
    bound = _cramer_bound(square, B)
    modulus, digits = 1, []
    square, residual = _machine_integers(square, B, p)
    while modulus <= 2 * bound * bound:
        digit = inverse @ residues(residual, p) % p
        residual = (residual - square @ digit) // p
        digits.append(digit)
        modulus *= p
    X = np.zeros((k, B.shape[1]), dtype=object)
    for digit in reversed(digits):
        X = X * p + digit.astype(object)
    numerators = np.zeros((r, B.shape[1]), dtype=object)
    numerators[columns], denominator = _common_fractions(X, modulus, bound)
    return numerators, denominator


def residues(A: Integers, p: int) -> NDArray[np.int64]:
    """Return A modulo p as machine integers in [0, p)."""
    return (A % p).astype(np.int64)


def inverse_modulo(A: NDArray[np.int64], p: int) -> tuple[list[int], NDArray[np.int64]]:
    """Return pivot columns of A, as many as the rank, and T with T A = 1 on them, modulo p.

    Parameters
    ----------
    A : int64 array (k, r) of residues

    Returns
    -------
    The pivot columns in the order of their rows, and T (k, k), of use where all rows are
    independent. Cost O(k^2 (r + k)); only the pivot's row and column are reduced at each step.
    """
    k, r = A.shape
    M = np.concatenate((A, np.eye(k, dtype=np.int64)), axis=1)
    columns = []
    for i in range(k):
        row = M[i] % p
        pivots = np.flatnonzero(row[:r])
        if len(pivots) == 0:
            continue
        c = int(pivots[0])
        columns.append(c)
        row = row * pow(int(row[c]), -1, p) % p
        column = M[:, c] % p
        column[i] = 0
        M -= np.outer(column, row)
        M[i] = row
    return columns, M[:, r:] % p


def pivot_columns(A: NDArray[np.int64], p: int) -> list[int]:
    """Return columns of A on which its rows are independent, as many as its rank, modulo p.

    Cost O(k r rank) for A of shape (k, r); rows after which the rank is full are not looked at.
    """
    return _eliminated(A, len(A), p)[0]


def reduced(A: NDArray[np.int64], k: int, p: int) -> NDArray[np.int64]:
    """Return the rows of A from the k-th on, less combinations of the first k, modulo p.

    A row is 0 if it is one; none that is not. Cost O(k) times the size of A.
    """
    return _eliminated(A, k, p)[1][k:] % p


def _eliminated(A: NDArray[np.int64], k: int, p: int) -> tuple[list[int], NDArray[np.int64]]:
    M, columns = A.copy(), []
    for i in range(k):
        row = M[i] % p
        pivots = np.flatnonzero(row)
        if len(pivots) == 0:
            continue
        c = int(pivots[0])
        columns.append(c)
        row = row * pow(int(row[c]), -1, p) % p
        M[i + 1 :] -= np.outer(M[i + 1 :, c] % p, row)
        if len(columns) == M.shape[1]:
            break
    return columns, M


def _machine_integers(A: Integers, B: Integers, p: int) -> tuple[Integers, Integers]:
    """Keep to machine integers where no step of the lifting can overflow them."""
    largest = len(A) * p * int(abs(A).max(initial=0)) + int(abs(B).max(initial=0))
    kind = np.int64 if largest < 2**62 else object
    return A.astype(kind), B.astype(kind)


def _cramer_bound(A: Integers, B: Integers) -> int:
    """Bound the determinant of A and those with a column of B in it: Hadamard, by rows."""
    bound = 1
    squares = [[int(v) ** 2 for v in row] for row in A.tolist()]
    for row, right in zip(squares, B.tolist(), strict=True):
        bound *= isqrt(sum(row) + max(int(v) ** 2 for v in right)) + 1
    return bound


def _common_fractions(X: Integers, modulus: int, bound: int) -> tuple[Integers, int]:
    """Find the fractions below the bound that X is modulo p^m, with their least denominator."""
    denominator = 1
    for x in X.ravel().tolist():
        value = _symmetric(denominator * x, modulus)
        if abs(value) > bound:
            denominator *= _denominator(value % modulus, modulus, bound)
    numerators = np.empty(X.size, dtype=object)
    numerators[:] = [_symmetric(denominator * x, modulus) for x in X.ravel().tolist()]
    return numerators.reshape(X.shape), denominator


def _denominator(x: int, modulus: int, bound: int) -> int:
    """Euclid's algorithm, stopped at the first remainder within the bound."""
    r0, r1, s0, s1 = modulus, x, 0, 1
    while r1 > bound:
        q = r0 // r1
        r0, r1, s0, s1 = r1, r0 - q * r1, s1, s0 - q * s1
    return abs(s1)


def _symmetric(x: int, modulus: int) -> int:
    x %= modulus
    return x - modulus if 2 * x > modulus else x
