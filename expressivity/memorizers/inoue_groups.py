"""What Inoue's network in doubles and the exact one share: groups, numbering, layers."""

from __future__ import annotations

from math import ceil, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.memorizers.layer import Layer
from expressivity.memorizers.layered import Layered
from expressivity.sample import Sample
from expressivity.verify import Premise
from expressivity.whole import whole

Doubles = NDArray[np.float64]


def network(
    given: Sample, a: Any, knots: Any, slopes: Any, bias: Any, base: Any, n: int, exponent: int = 0
) -> Layered:
    """Put the layers together: slope changes (p, q, K), values at the first knot (q, K), G_{-1}."""
    p, q, K = slopes.shape
    units = slopes.transpose(2, 1, 0).reshape(q * K, p)
    signs = [{k * q + j: (-1) ** j for j in range(q)} for k in range(K)]
    layers = (
        Layer.of(a[None, :], -knots, unit=np.zeros(p)),
        Layer.of(units, bias.T.ravel()),
        Layer.of(signs, base, n_inputs=q * K, activation="identity"),
    )
    options = {"width": q} if K == 1 else {"width": q, "outputs": K}
    premises = {"distinct": Premise(True, "projections of distinct points are distinct", n)}
    return Layered(layers, "inoue", exponent, options, premises, given)


def groups(t: Any, y: Any, q: int) -> tuple[Any, Any, Any]:
    """Cut the sorted points into p groups: x (p, q) and v (p, q, K) as numbered, knots (p,).

    Missing points of the last group are added to the right, with the last target.
    """
    n, K = y.shape
    p = -(-n // q)
    step = max((t[-1] - t[0]) // n, 1) if t.dtype != np.float64 else (t[-1] - t[0]) / n or 1.0
    t = np.concatenate((t, t[-1] + step * np.arange(1, p * q - n + 1).astype(t.dtype)))
    y = np.concatenate((y, np.repeat(y[-1:], p * q - n, axis=0)))
    x, v = t.reshape(p, q).copy(), y.reshape(p, q, K).copy()
    middles = x[:-1, -1] + x[1:, 0]
    knots = np.concatenate((t[:1], middles / 2 if t.dtype == np.float64 else middles // 2))
    x[1::2], v[1::2] = x[1::2, ::-1].copy(), v[1::2, ::-1].copy()
    return x, v, knots


def least_slopes(x: Any, v: Any) -> tuple[Any, Any]:
    """Return numerators (p, q, 2, K) and denominators (p, q, 2) of what e_j s_i S_ij must reach.

    The two are those of the points before and after; 0 / 1 where there is none.
    """
    p, q, K = v.shape
    need = np.zeros((p, q, 2, K), dtype=v.dtype)
    gap = np.ones((p, q, 2), dtype=x.dtype)
    ahead, gaps = np.diff(v, axis=1), np.abs(np.diff(x, axis=1))
    e = signs(q).astype(int)[:, None]
    need[:, 1:, 0], gap[:, 1:, 0] = e[1:] * ahead, gaps
    need[:, :-1, 1], gap[:, :-1, 1] = e[:-1] * ahead, gaps
    if q > 1:  # the last point has none after it, and its least slope need not be positive
        need[:, -1, 1], gap[:, -1, 1] = need[:, -1, 0], gap[:, -1, 0]
    return need, gap


def signs(count: int) -> Doubles:
    return np.where(np.arange(count) % 2, -1.0, 1.0)


def second_width(n: int, width: int | None) -> int:
    if width is None:
        width = min(n, ceil((sqrt(0.5) if n <= 1_000 else 4 if n <= 10_000 else 8) * sqrt(n)))
        width = -(-n // -(-n // width))
    width = whole(width, "width", 1)
    if width > n:
        raise ValueError(f"width = {width} is not between 1 and n = {n} distinct points")
    return width
