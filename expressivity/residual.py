"""What "interpolates" means: exact residuals at a sample, and the tolerance they are held to.

A network interpolates a sample where, at every point and for every output, its exact residual is
at most a tolerance: one that is given, or a ten-thousandth of the range of that output's targets
(of the target itself where all are equal). Where the targets are classes, the residual must also
be below half the least distance between two labels, so that every output is nearest to its own.
Targets are classes where they are whole numbers up to 2^53, or take at most half as many values
as there are distinct points. Rounding has no part in any of this.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from numbers import Rational
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.arrays import in_a_line
from expressivity.exact import (
    Exact,
    as_fractions,
    exact_error,
    exact_projections,
    exact_relu_sum,
    fractions,
)
from expressivity.rounding import downwards, upwards
from expressivity.sample import distinct, sample_for

if TYPE_CHECKING:
    from expressivity.network import Network
    from expressivity.rational import RationalNetwork

SHARE = Fraction(1, 10_000)
GIVEN, SHARE_OF_RANGE = "given", "a ten-thousandth of the range of the targets"
LARGEST_CLASS = 2**53


@dataclass(frozen=True)
class Residual:
    """The exact residuals of a network at a sample.

    Attributes
    ----------
    values : object array (n, K) of `fractions.Fraction`, network - target
    rule : where the tolerance comes from, GIVEN or SHARE_OF_RANGE
    tolerance : for each output, the largest residual that interpolates
    distance : for each output, the least distance between two labels; None where its targets are
        no classes, or all the same
    """

    values: Exact
    rule: str
    tolerance: tuple[Fraction, ...]
    distance: tuple[Fraction | None, ...]

    @property
    def largest(self) -> Fraction:
        """The largest residual in absolute value."""
        return max(map(abs, self.values.ravel()))

    @property
    def interpolates(self) -> bool:
        """Whether every residual is within the tolerance and, of classes, nearest to its label."""
        return all(
            off <= allowed and (distance is None or 2 * off < distance)
            for off, allowed, distance in self._outputs
        )

    def __str__(self) -> str:
        """Say how far the network is off, exactly, and how far it may be.

        Where outputs have different limits, those of the one that is nearest to its own.
        """
        outputs = self._outputs
        k, (off, allowed, distance) = max(enumerate(outputs), key=lambda one: _share_of(*one[1]))
        said = f"largest residual {upwards(self.largest)}, exactly; "
        if len({output[1:] for output in outputs}) > 1:
            said += f"nearest to its limit is output {k}: {upwards(off)}, "
        said += f"may be {upwards(allowed)} ({self.rule})"
        if distance is not None:
            said += f", and less than half of {downwards(distance)} between labels"
        return said

    @property
    def _outputs(self) -> list[tuple[Fraction, Fraction, Fraction | None]]:
        """For each output its largest residual, its tolerance, and its distance."""
        largest = [max(map(abs, column)) for column in self.values.T]
        return [*zip(largest, self.tolerance, self.distance, strict=True)]


def residual(
    net: Network | RationalNetwork,
    X: ArrayLike,
    y: ArrayLike,
    tolerance: float | Fraction | None = None,
) -> Residual:
    """Compute the exact residuals of a network at a sample, and whether it interpolates.

    Parameters
    ----------
    net : Network, its stored doubles taken as they are, or RationalNetwork
    X, y : the sample, as for `interpolate`
    tolerance : as for `judged`

    Raises TypeError or ValueError as `interpolate`. Cost: `exact_projections`, and O(n) exact
    operations after a sort. Source: Theorem 1, "c(z_i) = y_i".
    """
    given = sample_for(net, X, y)
    t = exact_projections(given.z, net.a)
    return judged(residuals_at(net, t, given.y), given.y, len(distinct(given)), tolerance)


def stated(certificate: dict[str, Any]) -> Residual:
    """Return the residuals that a certificate which `certify` returned states. Cost O(n K)."""
    said = certificate["interpolation"]
    return Residual(
        np.array([[Fraction(v) for v in row] for row in certificate["residuals"]], dtype=object),
        said["rule"],
        tuple(map(Fraction, said["tolerance"])),
        tuple(None if v == "none" else Fraction(v) for v in said["distance"]),
    )


def residuals_at(
    net: Network | RationalNetwork, t: tuple[Exact, int], y: NDArray[np.float64]
) -> Exact:
    """Return network - target as fractions of the shape of y, at exact projections t."""
    if net.w.dtype == object:
        return exact_relu_sum(fractions(*t), net.b, net.w) - as_fractions(y)
    return fractions(*exact_error(t, net.b, net.w, y))


def judged(
    values: Exact, y: NDArray[np.float64], points: int, tolerance: float | Fraction | None = None
) -> Residual:
    """Hold residuals to the tolerance.

    Parameters
    ----------
    values : object array (n,) or (n, K) of fractions, network - target
    y : float64 array (n,) or (n, K), targets
    points : the number of distinct points among the n
    tolerance : the largest residual that interpolates, read as the decimal number that it prints
        as; without it SHARE of the range of each output's targets

    Raises ValueError for a tolerance that is negative or not finite. Cost O(n K) and a sort.
    """
    targets = as_fractions(y.reshape(len(y), -1))
    columns = [sorted(set(column)) for column in targets.T]
    if tolerance is None:
        rule, allowed = SHARE_OF_RANGE, [_share(labels) for labels in columns]
    else:
        rule, allowed = GIVEN, [_given(tolerance)] * len(columns)
    distance = tuple(_label_distance(labels, points) for labels in columns)
    return Residual(values.reshape(targets.shape), rule, tuple(allowed), distance)


def _share_of(off: Fraction, allowed: Fraction, distance: Fraction | None) -> tuple[bool, Fraction]:
    """Return a key that grows with the share of what an output may be off that it is off."""
    most = allowed if distance is None else min(allowed, distance / 2)
    return (off > 0, off) if most == 0 else (False, off / most)


def _share(labels: list[Fraction]) -> Fraction:
    return SHARE * ((labels[-1] - labels[0]) or abs(labels[0]))


def _given(tolerance: float | Fraction) -> Fraction:
    exact = Fraction(-1)
    if isinstance(tolerance, Rational) and not isinstance(tolerance, bool):
        # NumPy's integers would stay in there, and overflow.
        exact = Fraction(int(tolerance.numerator), int(tolerance.denominator))
    elif isinstance(tolerance, float | np.floating | Decimal):
        with suppress(ValueError):  # NaN, infinity
            exact = Fraction(str(tolerance))
    if exact < 0:
        raise ValueError(f"tolerance = {in_a_line(tolerance)}: give a finite number of at least 0")
    return exact


def _label_distance(labels: list[Fraction], points: int) -> Fraction | None:
    """Return the least distance between two of the sorted labels of classes."""
    whole = all(v.denominator == 1 and abs(v) <= LARGEST_CLASS for v in labels)
    if len(labels) < 2 or not (whole or 2 * len(labels) <= points):
        return None
    return min(after - before for before, after in pairwise(labels))
