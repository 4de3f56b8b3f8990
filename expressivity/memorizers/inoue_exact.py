"""Inoue's construction in integers and fractions, with residual exactly 0 (see `inoue`)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from expressivity.exact import Exact, dyadic
from expressivity.memorizers import inoue_groups
from expressivity.memorizers.integer_line import integer_line
from expressivity.memorizers.layered import Layered
from expressivity.sample import Sample


def build_exact(given: Sample, width: int | None, direction: Any, seed: int) -> Layered:
    """Build the network without rounding; parameters as for `inoue.build`.

    The slopes of unit j have the common denominators P_ij = prod_{l <= i} (x_{l,j} - k_l).
    """
    line = integer_line(given, direction, seed)
    q = inoue_groups.second_width(len(line.t), width)
    t = line.t.astype(object) << (1 + max(line.exponent, 0))
    a = line.a.astype(object) << (1 + max(-line.exponent, 0))
    y, exponent = dyadic(given.y[line.rows].reshape(len(t), -1))
    # Finer units of the targets, so that the first slopes may be integers.
    finer = int(t[-1] - t[0]).bit_length()
    x, v, knots = inoue_groups.groups(t, y << finer, q)
    N, P = _slopes(x, v, knots, _first_slopes(x, v, knots))
    S = np.empty(v.shape, dtype=object)
    S.ravel()[:] = [
        Fraction(top, bottom)
        for top, bottom in zip(N.ravel(), np.broadcast_to(P, v.shape).ravel(), strict=True)
    ]
    start = v[0] + S[0] * (knots[0] - x[0])[:, None]
    base = v[:, 0].min(axis=0)
    e = inoue_groups.signs(q).astype(int)[:, None]
    m = e * np.diff(np.concatenate((np.zeros_like(S[:, :1]), S), axis=1), axis=1)
    bias = e * np.diff(np.concatenate((base[None], start)), axis=0)
    slopes = np.concatenate((m[:1], np.diff(m, axis=0)))
    return inoue_groups.network(given, a, knots, slopes, bias, base, len(t), exponent - finer)


def _first_slopes(x: Exact, v: Exact, knots: Exact) -> Exact:
    """Return the least integers S_0j with which all slopes are steep enough, exactly."""
    p, q, K = v.shape
    e = inoue_groups.signs(q).astype(int)[:, None]
    need, gap = inoue_groups.least_slopes(x, v)
    top, factor = np.zeros((q, K), dtype=object), np.ones((q, 1), dtype=object)
    bottom = np.ones((q, 1), dtype=object)
    least = np.zeros((q, K), dtype=object)
    for i in range(p):
        if i:
            past, ahead = (knots[i] - x[i - 1])[:, None], (x[i] - knots[i])[:, None]
            top = (v[i] - v[i - 1]) * bottom - top * past
            factor, bottom = -factor * past, bottom * ahead
        for side in range(2):
            room = need[i, :, side] * bottom * (-1) ** i - e * top * gap[i, :, side, None]
            divisor = gap[i, :, side, None] * factor
            bound = -(-room // divisor)
            least = bound if i == side == 0 else np.maximum(least, bound)
    return e * least


def _slopes(x: Exact, v: Exact, knots: Exact, first: Exact) -> tuple[Exact, Exact]:
    """Return numerators (p, q, K) and denominators (p, q, 1) of the slopes."""
    p, q, _ = v.shape
    N, P = np.empty(v.shape, dtype=object), np.ones((p, q, 1), dtype=object)
    N[0] = first
    for i in range(1, p):
        past, ahead = (knots[i] - x[i - 1])[:, None], (x[i] - knots[i])[:, None]
        N[i] = (v[i] - v[i - 1]) * P[i - 1] - N[i - 1] * past
        P[i] = P[i - 1] * ahead
    return N, P
