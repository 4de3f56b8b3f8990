"""Cut a class of points into groups, each alone between two parallel hyperplanes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from expressivity.memorizers.hyperplanes import Points, Rows, Slab
from expressivity.verify import Premise


@dataclass(frozen=True)
class Group:
    """Points in a slab that holds none of those outside."""

    rows: Rows
    slab: Slab


@dataclass(frozen=True)
class Grouping:
    """The groups, and how far the points were from general position.

    Attributes
    ----------
    groups : every point is in one of them
    failed : how many groups of the size asked for were in no slab of their own
    """

    groups: list[Group]
    failed: int

    def premise(self, points: Points) -> Premise:
        """Report on general position in one line: no d + 1 points on a hyperplane."""
        n, d = points.Z.shape
        sizes = [len(group.rows) for group in self.groups]
        what = "general position: every group of points has a slab to itself"
        if self.failed or points.dimension < min(d, n - 1):
            what += (
                f"; {self.failed} groups failed and were cut smaller, sizes "
                f"{min(sizes, default=0)} to {max(sizes, default=0)}, mean "
                f"{np.mean(sizes or [0]):.1f}; affine rank {points.dimension} of {d}, coordinates "
                f"{_shown(points.pivots)}"
            )
        return Premise(not self.failed and points.dimension >= min(d, n - 1), what, len(sizes))


def cut_into_groups(points: Points, rows: Rows, outside: Rows, size: int, alone: bool) -> Grouping:
    """Cut points into groups of a size, smaller ones where points are not in general position.

    Parameters
    ----------
    points : Points
    rows : the points to group, in the order in which to take them
    outside : points that no group's slab may hold
    size : at most d
    alone : whether a slab may hold no other point of `rows` either, and the points of a group can
        have any values of an affine function; else those that a slab does hold are taken into its
        group where the full size has failed

    Returns
    -------
    Grouping. Groups of one always exist, for distinct points. Cost: `Points.slab` once for each
    group in general position, else about 2 size times.
    """
    groups, failed = [], 0
    while len(rows):
        first = min(size, len(rows))
        found = _try(points, rows[:first], rows[first:], outside, alone)
        if found is None:
            failed += 1
            chosen, slab = _smaller(points, rows, outside, first, alone)
            if not alone:
                chosen = rows[points.contains(slab, rows)]
        else:
            chosen, slab = rows[:first], found
        groups.append(Group(chosen, slab))
        taken = np.isin(rows, chosen)
        outside = np.concatenate((outside, rows[taken])) if alone else outside
        rows = rows[~taken]
    return Grouping(groups, failed)


def _try(points: Points, chosen: Rows, others: Rows, outside: Rows, alone: bool) -> Slab | None:
    if not alone:
        return points.slab(chosen, outside)
    if not points.independent(chosen):
        return None
    return points.slab(chosen, np.concatenate((outside, others)))


def _smaller(
    points: Points, rows: Rows, outside: Rows, size: int, alone: bool
) -> tuple[Rows, Slab]:
    """Halve for the longest beginning of the rows with a slab, then add later ones one by one."""
    low, high, best = 0, size, None
    while high - low > 1:
        middle = (low + high) // 2
        found = _try(points, rows[:middle], rows[middle:], outside, alone)
        low, high, best = (middle, high, found) if found else (low, middle, best)
    if best is None:
        return rows[:1], _single(points, rows, outside, alone)
    chosen, slab = rows[:low], best
    for later in range(high, min(high + size, len(rows))):
        if len(chosen) == size:
            break
        more = np.append(chosen, rows[later])
        found = _try(points, more, np.setdiff1d(rows, more), outside, alone)
        if found:
            chosen, slab = more, found
    return chosen, slab


def _single(points: Points, rows: Rows, outside: Rows, alone: bool) -> Slab:
    """Find a slab for one point: a random normal separates it, in exact arithmetic, at last."""
    others = np.concatenate((outside, rows[1:])) if alone else outside
    for _ in range(16):
        normal = points.normal(rows[:1])
        found = None if normal is None else points.cut(normal, rows[:1], others)
        if found:
            return found
    raise ValueError(
        f"X has no hyperplane that parts point {rows[0]} from the others: is it twice there?"
    )


def _shown(pivots: Rows) -> str:
    listed = ", ".join(map(str, pivots[:8].tolist()))
    return listed + (f", .. ({len(pivots)})" if len(pivots) > 8 else "")
