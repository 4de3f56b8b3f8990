"""Baum 1988: one layer of threshold units, ceil(n/d) of them for points in general position.

Points of the smaller class are cut off d at a time by two parallel hyperplanes close to the one
through them; where that would take one unit too many, a facet of the convex hull comes first, and
one hyperplane cuts off the points of one class on it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import scipy.optimize
from numpy.typing import NDArray

from expressivity.exact import dyadic
from expressivity.memorizers.grouping import cut_into_groups
from expressivity.memorizers.hyperplanes import EXACT_DIMENSION, Points, Rows, Slab
from expressivity.memorizers.layer import Layer, Size
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.rational_solve import solve
from expressivity.memorizers.shape import of_counts
from expressivity.randomness import generator
from expressivity.sample import Sample, distinct

REFERENCE = "E. B. Baum, J. Complexity 4 (1988) 193: the count; the steps are ours"
LABELS = "binary"
# A facet is looked for up to this dimension, or n d^2: the linear program takes minutes beyond.
FACET_DIMENSION, FACET_COST = 256, 10**8


def build(given: Sample, *, seed: int = 0) -> Layered:
    """Build the network of threshold units of a sample with classes 0 and 1.

    In general position (any d + 1 of the points, or all where they are fewer, affinely independent)
    it has at most ceil(n / d) hidden units, those of `hidden_units`; possibly one more where no
    facet is looked for, for d > 256 and n d^2 > 10^8, or none is found in doubles, which is then
    said. Elsewhere groups are as large as the points allow, down to one, and the premise "general
    position" reports sizes, failures and the affine rank.

    Parameters
    ----------
    given : Sample
    seed : seed of the order of the points and of directions that are free

    Returns
    -------
    Layered; all weights and biases are integers, the output is 0 or 1

    Cost: O((n / d) (d^3 + n d)) in general position; where a facet is needed, also a linear program
    with d variables and the constraints of points far out.
    """
    rows = distinct(given)
    points, y = Points(given.z[rows], seed), given.y[rows]
    order = generator(seed).permutation(len(rows))
    ones, zeros = order[y[order] == 1], order[y[order] == 0]
    fired, other = (ones, zeros) if len(ones) <= len(zeros) else (zeros, ones)
    dimension = max(points.dimension, 1)
    half, pairs = hidden_units(len(rows), dimension, len(fired))
    slabs: list[Slab] = []
    if half:
        facet, part, fired, other = _facet(points, fired, other, pairs * dimension)
        slabs = [facet] if facet else []
        label = y[part[0]]
    else:
        label = y[fired[0]] if len(fired) else 1 - y[0]
    grouping = cut_into_groups(points, fired, other, dimension, alone=False)
    options = {"half": len(slabs), "pairs": len(grouping.groups)}
    slabs += [group.slab for group in grouping.groups]
    premise = grouping.premise(points)
    if half and not options["half"]:
        said = f"{premise.what}; without a facet of their hull, which may cost a unit"
        premise = replace(premise, what=said)
    return Layered(
        _layers(slabs, points.Z.shape[1], fires_for_one=bool(label)),
        "baum",
        options=options,
        premises={"general position": premise},
        sample=given,
        classes=2,
    )


def operations(n: int, d: int) -> float:
    """Estimate the operations of `build`: the solves, and the distances from each hyperplane."""
    return 10.0 * n * (d * d + n)


@of_counts
def size(
    n: int,
    d: int,
    classes: int | None = None,
    *,
    stored: int | None = None,
    half: int | None = None,
    pairs: int | None = None,
) -> Size:
    """Count the hidden units for `stored` points in the smaller class, in general position.

    ceil(n / d) of them for classes of equal size, which are counted without it, one for n <= d + 1.
    A pair of units shares its direction: d + 4 weights with biases and outputs, a unit of its own
    has d + 2, the output one bias. `half` and `pairs` are the numbers of those units.
    """
    if half is None or pairs is None:
        half, pairs = hidden_units(n, d, n // 2 if stored is None else stored)
    units = half + 2 * pairs
    return Size(
        n_weights=half * (d + 2) + pairs * (d + 4) + 1,
        n_nonzero=units * (d + 2) + 1,
        n_dense=units * (d + 2) + 1 if units else d + 1,
        n_hidden=units,
        width=units,
        depth=2 if units else 1,
    )


def hidden_units(n: int, d: int, smaller: int) -> tuple[int, int]:
    """Return the number of single units and of pairs for `smaller` points in the smaller class.

    In all min(2 ceil(smaller / d), ceil(n / d)) units; one for n <= d + 1, none for one class.

    Examples
    --------
    >>> hidden_units(1000, 8, 500), hidden_units(1001, 8, 500), hidden_units(1000, 8, 480)
    ((1, 62), (0, 63), (0, 60))
    """
    if smaller == 0:
        return 0, 0
    if n <= d + 1:
        return 1, 0
    pairs = -(-smaller // d)
    return (1, pairs - 1) if 2 * pairs > -(-n // d) else (0, pairs)


def _layers(slabs: list[Slab], d: int, fires_for_one: bool) -> tuple[Layer, ...]:
    """Write x -> 1 where any slab holds x, else 0, or the other way round."""
    if not slabs:
        return (Layer.of([{}], [-int(fires_for_one)], n_inputs=d, activation="threshold"),)
    directions = np.array([slab.normal for slab in slabs], dtype=object).reshape(-1, d)
    unit, bias, sign = [], [], []
    for number, slab in enumerate(slabs):
        bounds = [slab.low] if slab.high is None else [slab.low, slab.high]
        unit += [number] * len(bounds)
        bias += [-bound for bound in bounds]
        sign += [1, -1][: len(bounds)]
    hidden = Layer.of(directions, bias, unit=unit, activation="threshold")
    # The sum s is the number of slabs: s - 1 >= 0, or -s >= 0.
    outputs = np.array([sign if fires_for_one else [-v for v in sign]], dtype=np.int64)
    last = Layer.of(outputs, [-1 if fires_for_one else 0], activation="threshold")
    return hidden, last


def _facet(
    points: Points, fired: Rows, other: Rows, capacity: int
) -> tuple[Slab | None, Rows, Rows, Rows]:
    """Cut one class off a facet so that at most `capacity` of its points are left for pairs.

    Returns the half-space, the rows it cuts off, the rest of their class, and the other class; no
    half-space, and the classes as they came, where the points allow none.
    """
    facet = _facet_rows(points, np.concatenate((fired, other)))
    for mine, theirs in ((fired, other), (other, fired)):
        part = np.intersect1d(facet, mine)
        rest = np.setdiff1d(mine, part, assume_unique=True)
        if not len(part) or len(rest) > capacity:
            continue
        on_facet = np.concatenate((part, np.intersect1d(facet, theirs)))
        normal = _tilted(points, on_facet, len(part), np.concatenate((rest, theirs)))
        cut = None
        if normal is not None:
            cut = points.cut(normal, part, np.concatenate((rest, theirs)), half=True)
        if cut:
            return cut, part, rest, theirs
    return None, fired, fired, other


def _facet_rows(points: Points, rows: Rows) -> Rows:
    """Return the rows on a facet of the convex hull; all of them if they are independent."""
    r = points.dimension
    if len(rows) <= r + 1:
        return rows
    if not r or (r > FACET_DIMENSION and len(rows) * r**2 > FACET_COST):
        return rows[:0]
    Z = points.scaled[rows][:, points.pivots]
    # Far from the origin little is left of each column: the program needs numbers of one size.
    Z = Z - Z[0]
    Z = Z / np.abs(Z).max(axis=0)
    Z = Z - Z.mean(axis=0)
    goal = np.random.default_rng(0).standard_normal(r)
    # The points farthest out at first, then those beyond the best hyperplane of these.
    used = np.union1d(np.argsort(Z @ goal)[-4 * r :], (Z.argmax(axis=0), Z.argmin(axis=0)))
    while True:
        found = scipy.optimize.linprog(
            -goal, A_ub=Z[used], b_ub=np.ones(len(used)), bounds=(None, None), method="highs-ds"
        )
        height = Z @ (found.x if found.success else goal)
        outward = np.argsort(-height)
        if found.success:
            beyond = outward[: 2 * r]
            beyond = beyond[height[beyond] > 1 + 1e-9]
        else:
            # The origin is outside the hull of those used.
            beyond = outward[: 2 * len(used)]
        more = np.union1d(used, beyond)
        if len(more) == len(used):
            return rows[outward[:r]] if found.success else rows[:0]
        used = more


def _tilted(points: Points, facet: Rows, first: int, rest: Rows) -> NDArray[Any] | None:
    """Return a normal that the first points of a facet exceed all others in.

    The facet's own normal (all other points are on one side), plus a small multiple of one whose
    value is 1 at the first points and -1 at the rest of the facet; both solved for exactly up to
    64 coordinates.
    """
    signs = np.where(np.arange(len(facet)) < first, 1, -1)
    if points.Z.shape[1] > EXACT_DIMENSION:
        return _tilted_in_doubles(points, facet, signs, rest)
    whole = dyadic(points.Z[facet])[0]
    differences = whole[1:] - whole[0]
    steps = (signs[1:] - signs[0]).astype(object)[:, None]
    tilt = np.zeros(whole.shape[1], dtype=object)
    if steps.any():
        found = solve(differences, steps)
        if found is None:
            return None
        tilt = found[0][:, 0]
    flat = points.normal(facet)
    others = np.setdiff1d(rest, facet)
    if flat is None or not len(others):
        return tilt if tilt.any() else flat
    heights = _less(points, flat, others, facet[0])
    if heights.max() > 0:
        flat, heights = -flat, -heights
    if heights.max() >= 0:
        return None
    if not tilt.any():
        return flat
    leaning = _less(points, tilt, others, facet[0])
    return flat * (2 * max(1, int(abs(leaning).max()))) + tilt * -int(heights.max())


def _less(points: Points, normal: NDArray[Any], rows: Rows, origin: int) -> NDArray[Any]:
    """Return <normal, x> less its value at the origin, in integers of one unit."""
    values = points.values(normal, np.append(rows, origin))[0]
    return values[:-1] - values[-1]


def _tilted_in_doubles(
    points: Points, facet: Rows, signs: NDArray[np.int64], rest: Rows
) -> NDArray[Any] | None:
    S, origin = points.scaled[facet], points.scaled[facet[0]]
    tilt = np.linalg.lstsq(S[1:] - origin, (signs[1:] - signs[0]).astype(np.float64))[0]
    others = points.scaled[np.setdiff1d(rest, facet)] - origin
    if not len(others):
        return points.whole(tilt)
    flat = points.orthogonal(facet)
    heights = others @ flat
    flat = -flat if heights.max() > 0 else flat
    height = -float((others @ flat).max())
    if height <= 0:
        return None
    return points.whole(flat * (2 * float(np.abs(others @ tilt).max()) / height or 1.0) + tilt)
