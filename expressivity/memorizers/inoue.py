"""Inoue 2019: two hidden layers of p and q units fit any p q points, with about n weights.

Sort the projections and cut them into p groups of q neighbours, numbered ascending in the first,
third, ... group and descending in the others: x_{i,0}, ..., x_{i,q-1}. The first hidden layer has
the hinges relu(t - k_i) at the middles k_i of the gaps between the groups. So a unit of the second
is affine on each group. Let G_j be the function with knots k_i through the points x_{i,j}, one
in each group, with a first slope S_{0,j} that is free:

    S_{i+1,j} = (y_{i+1,j} - G_j(k_i)) / (x_{i+1,j} - k_i).

Unit j is g_j = e_j (G_j - G_{j-1}), e_j = (-1)^j, with G_{-1} = min_i y_{i,0}. Put s_i = (-1)^i. If
the slopes are at least those of the targets beside the point,

    e_j s_i S_{i,j} >= e_j (y_{i,j} - y_{i,j-1}) / |x_{i,j} - x_{i,j-1}| and
    e_j s_i S_{i,j} >= e_j (y_{i,j+1} - y_{i,j}) / |x_{i,j+1} - x_{i,j}|   (>= 0 for j = 0),

then g_j <= 0 at all earlier points of each group and g_j >= 0 at its own and at all later ones. So
G_{-1} + sum_j e_j relu(g_j) is G_j at x_{i,j}: the target. The left sides grow with e_j S_{0,j},
which is chosen as the least that will do.

The derivation is ours; the theorem is K. Inoue's, "Expressive numbers of two or more hidden layer
ReLU neural networks" (2019).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.direction import Direction, separating_direction
from expressivity.memorizers.doubles import check_met
from expressivity.memorizers.inoue_exact import build_exact
from expressivity.memorizers.inoue_groups import (
    groups,
    least_slopes,
    network,
    second_width,
    signs,
)
from expressivity.memorizers.layer import Size
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.shape import of_counts
from expressivity.sample import Sample

REFERENCE = "K. Inoue, CANDARW 2019, Expressive numbers of two or more hidden layer ReLU networks"
LABELS = "real"

Doubles = NDArray[np.float64]


def build(
    given: Sample,
    *,
    width: int | None = None,
    direction: Direction | ArrayLike | None = None,
    seed: int = 0,
    exact: bool = False,
) -> Layered:
    """Build the network with q units for each output in its second hidden layer.

    Parameters
    ----------
    width : q; without it as `size` chooses: the errors of doubles multiply over p = ceil(n / q)
        groups, so a q beyond the sqrt(n / 2) of the fewest weights buys accuracy
    direction, seed : as for `interpolate`
    exact : compute in integers and fractions, with residual exactly 0; the direction is one of
        short integers then

    Raises ValueError as `separating_direction`; without `exact` where an output is off by more than
    1 % of the range of its targets in double precision. Cost O(n K) beside the direction and the
    sort, and O(n^2 K) to see that it is not, at a part of more than some 100,000 points; exact:
    numbers of about 4 p times the bits of the projections.
    """
    if exact:
        return build_exact(given, width, direction, seed)
    line = separating_direction(given, direction, seed)
    q = second_width(len(line.t), width)
    y = given.y[line.rows].reshape(len(line.t), -1)
    knots, slopes, bias, base = zigzag(line.t, y, q)
    if not all(np.isfinite(v).all() for v in (slopes, bias)):
        raise ValueError(
            f"y changes too steeply for double precision in {-(-len(line.t) // q)} groups: use "
            "exact = True, a larger width, or construction = 'zhang'"
        )
    net = network(given, line.a, knots, slopes, bias, base, len(line.t))
    # The bound is far above what is seen where groups are many.
    check_met(
        net, given.y, "use exact = True, a larger width, or construction = 'zhang'", seen=True
    )
    return net


@of_counts
def size(
    n: int, d: int, classes: int | None = None, *, width: int | None = None, outputs: int = 1
) -> Size:
    """Count p q K + 2 q K + p + K + d weights, p = ceil(n / q), for q = `width` and K outputs.

    The fewest weights, n + 2.83 sqrt(n) + d + 1, has q = sqrt(n / 2), the default up to 1,000
    points. Then it is 4 sqrt(n), beyond 10,000 points 8 sqrt(n), for the sake of accuracy; always
    less what an even share of the points among the groups does not need.
    """
    q = second_width(n, width)
    p, units = -(-n // q), q * outputs
    return Size(
        n_weights=d + p + units * (p + 2) + outputs,
        n_nonzero=p * (d + 1) + units * (p + 2) + outputs,
        n_dense=p * (d + 1) + units * (p + 1) + outputs * (units + 1),
        n_hidden=p + units,
        width=max(p, units),
        depth=3,
    )


@np.errstate(all="ignore")  # `build` refuses what is not finite
def zigzag(t: Doubles, y: Doubles, q: int) -> tuple[Doubles, Doubles, Doubles, Doubles]:
    """Return knots (p,), slope changes (p, q, K), values at knots[0] (q, K) and G_{-1} (K,).

    t (n,) increasing, y (n, K). Slopes are rounded so that the changes of their differences are
    exact: what is stored goes through the points up to roundings within one group.
    """
    x, v, knots = groups(t, y, q)
    e = signs(q)[:, None]
    steepest = e * _first_slopes(x, v, knots)
    size = np.abs(_slopes(x, v, knots, steepest)[0]).max(axis=0)
    S, V = _slopes(x, v, knots, steepest, _place(size))
    base = v[:, 0].min(axis=0)
    S = np.concatenate((np.zeros_like(S[:, :1]), S), axis=1)
    m = e * np.diff(S, axis=1)
    bias = e * np.diff(np.concatenate((base[None], V)), axis=0)
    return knots, np.concatenate((m[:1], np.diff(m, axis=0))), bias, base


def _first_slopes(x: Doubles, v: Doubles, knots: Doubles) -> Doubles:
    """Return the least e_j S_0j (q, K) with which all slopes of unit j are steep enough.

    S_ij = alpha_ij + beta_ij S_0j with s_i beta_ij > 0.
    """
    p, q, K = v.shape
    need, gap = least_slopes(x, v)
    least_ij = (need / gap[..., None]).max(axis=2)
    alpha, beta, least = np.zeros((q, K)), np.ones((q, 1)), least_ij[0].copy()
    for i in range(1, p):
        past, ahead = (knots[i] - x[i - 1])[:, None], (x[i] - knots[i])[:, None]
        alpha = (v[i] - v[i - 1] - alpha * past) / ahead
        beta = -beta * past / ahead
        signed = signs(q)[:, None] * (-1) ** i * alpha
        np.maximum(least, (least_ij[i] - signed) / np.abs(beta), out=least)
    return least


def _slopes(
    x: Doubles, v: Doubles, knots: Doubles, first: Doubles, place: Doubles | None = None
) -> tuple[Doubles, Doubles]:
    """Return the slopes S (p, q, K), rounded to multiples of `place`, and G_j(knots[0])."""
    S = np.empty_like(v)
    S[0] = first if place is None else np.rint(first / place) * place
    value = v[0] + S[0] * (knots[0] - x[0])[:, None]
    if place is not None:
        unit = _place(np.abs(value))
        value = np.rint(value / unit) * unit
    start = value
    for i in range(1, len(v)):
        value = value + S[i - 1] * (knots[i] - knots[i - 1])
        S[i] = (v[i] - value) / (x[i] - knots[i])[:, None]
        if place is not None:
            S[i] = np.rint(S[i] / place) * place
    return S, start


def _place(size: Doubles) -> Doubles:
    """Return for each j a power of two that divides the doubles near 4 size_j and its neighbours'.

    Sums of four multiples of it, at most size_j, size_{j-1} and size_{j+1} each, are exact.
    """
    before = np.concatenate((size[:1], size[:-1]))
    after = np.concatenate((size[1:], size[-1:]))
    return np.spacing(4 * np.maximum(np.maximum(size, before), after))
