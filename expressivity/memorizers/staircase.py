"""A staircase with one knot a step, modulo 2: z leads to a number Z_g on each group of points.

The tent map has period 2 on the line, so that at integers t a slope of 2 is as good as none: on the
groups the slope is 0, +-2, 0, +-2, ... and one knot parts two of them. Where the knot lies between
the last point of a group and the next integer decides the fractional part of z from there on. The
signs are chosen so that z stays in as short an interval as it may: fewer folds then bring it to
[0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass

from expressivity.exact import Exact


@dataclass(frozen=True)
class Staircase:
    """z(t) = start + sum_j change_j max(t - knot_j, 0); all in units of 1 / one.

    Attributes
    ----------
    start : z before the first knot, at least 0
    knots : where the slope changes
    changes : 2 or -2 each; after an even number of knots the slope is 0
    folds : z is at most 2^folds up to the last point
    """

    start: int
    knots: list[int]
    changes: list[int]
    folds: int


def staircase(last: Exact, Z: Exact, one: int) -> Staircase:
    """Lead z through the numbers of the groups.

    Parameters
    ----------
    last : increasing integers >= 0 (G,), the last point of each group, in the end that of all
    Z : object array (G,) of even integers in (0, one)
    one : an even integer, one of t

    Returns
    -------
    Staircase; z(t) is Z_g plus a multiple of 2 at the integers t of group g, those that are above
    the last point of the group before. Cost O(G) operations.
    """
    ends = (last.astype(object) * one).tolist()
    alpha, slope = int(Z[0]), 0  # z = alpha + slope t
    low, high = alpha, alpha
    knots, changes = [], []
    for end, following, after in zip(ends, Z[1:].tolist(), ends[1:], strict=False):
        change = -slope
        if slope == 0:
            step = 2 * (after - end)
            change = 2 if max(high, alpha + step) - low <= high - min(low, alpha - step) else -2
        knot = end + (alpha - following) * change // 4 % one
        alpha, slope = alpha - change * knot, slope + change
        low, high = min(low, alpha + slope * knot), max(high, alpha + slope * knot)
        knots.append(knot)
        changes.append(change)
    finish = alpha + slope * ends[-1]
    lift = -(min(low, finish) // (2 * one)) * 2 * one
    return Staircase(int(Z[0]) + lift, knots, changes, folds(max(high, finish) + lift, one))


def folds(largest: int, one: int) -> int:
    """Return the least k with largest <= 2^k one, k >= 0."""
    return (-(-largest // one) - 1).bit_length()
