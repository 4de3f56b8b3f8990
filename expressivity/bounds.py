"""Rigorous bounds on what rounding does to a network at the sample it was built for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from expressivity.exact import as_fraction, dyadic, exact_error, rounded_up
from expressivity.frozen import Remade, frozen
from expressivity.literal import UNIT_BLOCK
from expressivity.ranges import is_number

UNIT = float(np.finfo(float).eps) / 2
# Room for terms of second order and for the bound's own roundings: both, for n units, are below
# n^2 UNIT beside it (`_rounding`).
ROOM = 1.001


@dataclass(frozen=True, eq=False)
class Fit(Remade):
    """What a network was built for. Its arrays are read-only, as those of a `Network`.

    Raises ValueError for projections that do not increase, or are not as many as the targets, and
    for a bound that is none: what is made of them bounds something else.

    Attributes
    ----------
    t : float64 array (n,), the sorted projections of the sample as computed
    y : float64 array (n,) or (n, K), their targets
    error : bound on |computed - exact| of each projection
    """

    t: NDArray[np.float64]
    y: NDArray[np.float64]
    error: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "t", frozen(self.t, np.float64))
        object.__setattr__(self, "y", frozen(self.y, np.float64))
        t, y = self.t, self.y
        shaped = t.ndim == 1 and y.ndim in (1, 2) and len(t) == len(y) and y.size > 0
        finite = np.isfinite(t).all() and np.isfinite(y).all()
        if not (shaped and finite and (np.diff(t) > 0).all()):
            raise ValueError(
                f"t and y have shapes {t.shape} and {y.shape}: give increasing projections, and as "
                "many targets, all finite"
            )
        if not (is_number(self.error) and self.error >= 0):
            raise ValueError(f"error is {self.error}: give a bound, at least 0")
        object.__setattr__(self, "error", float(self.error))


@dataclass(frozen=True)
class ErrorBound:
    """Bounds on |network - target|, each over the whole sample and all outputs.

    Attributes
    ----------
    stored : the stored weights in exact arithmetic, at the stored projections; not only a bound
        but the error itself, rounded up
    literal : the sum of ReLUs in double precision, `net.literal(X)`, which `net(X)` is for samples
        of up to 65,536 points
    compiled : the piecewise form in double precision, `net.compiled(X)`

    Examples
    --------
    >>> import numpy as np
    >>> from expressivity import interpolate
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.standard_normal((50, 3)), rng.standard_normal(50)
    >>> net = interpolate(X, y)
    >>> bound = net.error  # an ErrorBound
    >>> bool(abs(net.compiled(X) - y).max() <= bound.compiled < 1e-9)
    True
    """

    stored: float
    literal: float
    compiled: float


def error_bound(
    b: NDArray[np.float64],
    w: NDArray[np.float64],
    fit: Fit,
    layers: list[slice],
) -> ErrorBound:
    """Bound the error of the network (b, w) at its sample.

    Parameters
    ----------
    b : float64 array (n,), increasing
    w : float64 array (n,) or (n, K)
    fit : Fit
    layers : the units of each hidden layer (`deep.layers`)

    Returns
    -------
    ErrorBound. Cost O(n) exact additions.
    """
    stored = stored_error(b, w, fit)
    literal, compiled = rounding(b, w, fit.t, fit.error, layers)
    return ErrorBound(stored, stored + literal, stored + compiled)


def stored_error(b: NDArray[np.float64], w: NDArray[np.float64], fit: Fit) -> float:
    """Return max |network - target| of the stored weights in exact arithmetic, rounded up."""
    error, exponent = exact_error(dyadic(fit.t), b, w, fit.y)
    return rounded_up(as_fraction(int(np.abs(error).max()), exponent))


def rounding(
    b: NDArray[np.float64],
    w: NDArray[np.float64],
    t: NDArray[np.float64],
    projection_error: float,
    layers: list[slice],
) -> tuple[float, float]:
    """Bound what double precision adds to the literal and to the compiled form at points t.

    With u the unit roundoff, to first order (Higham, Accuracy and Stability, section 3.1): a term
    of the literal sum is rounded once before it enters a dot product of 64, which rounds it 64
    times at most, whatever its order; then the partial sums are rounded once each. The compiled
    form rounds each step of the running value. A projection that is off by e moves either by e
    times the steepest slope.

    Parameters
    ----------
    b, w, layers : as for `error_bound`
    t : float64 array, sorted projections
    projection_error : bound on the error of one computed projection

    Returns
    -------
    the bound for the literal and for the compiled form. Cost O(n).
    """
    each = [_rounding(b, one, t, projection_error, layers) for one in w.reshape(len(w), -1).T]
    # Where a partial sum overflows, its bound is NaN: nothing is known there.
    literal, compiled = np.nan_to_num(np.max(each, axis=0), nan=np.inf, posinf=np.inf)
    return float(literal), float(compiled)


def _rounding(
    b: NDArray[np.float64],
    w: NDArray[np.float64],
    t: NDArray[np.float64],
    projection_error: float,
    layers: list[slice],
) -> tuple[float, float]:
    with np.errstate(over="ignore", invalid="ignore"):
        slope = np.cumsum(w)
        steps = slope[:-1] * np.diff(b)
        value = np.concatenate(([0.0], np.cumsum(steps)))
        reach = np.maximum(t[-1] - b, 0.0)
        # What a slope lost when it was summed bends the rest of the line.
        lost = np.abs(_sum_error(slope[:-1], w[1:], slope[1:])) @ reach[1:]
        moved = 2 * projection_error * np.abs(slope).max()
        # Where all weights are 0, nothing is there to be rounded.
        tiny = 4 * len(b) * float(np.finfo(float).tiny) if w.any() else 0.0
        # All terms below are at most S = |w| @ reach, and what is computed here for a partial sum
        # is within 4 n UNIT S of it: no more than 3 n of them are rounded, once each.
        room = ROOM + len(b) ** 2 * UNIT

        running = UNIT * (2 * np.abs(steps).sum() + np.abs(value).sum()) + lost
        piece = np.maximum(np.searchsorted(b, t, side="right") - 1, 0)
        last = np.abs(slope[piece]) * np.maximum(t - b[piece], 0.0)
        compiled = running + UNIT * (3 * last + np.abs(value[piece])).max()

        literal = (UNIT_BLOCK + 1) * UNIT * (np.abs(w) @ reach)
        for units in layers:
            ends = np.arange(units.start + UNIT_BLOCK - 1, units.stop - 1, UNIT_BLOCK)
            ends = np.append(ends, units.stop - 1)
            partial = np.abs(value[ends]) + np.abs(slope[ends]) * reach[ends]
            # The sum of a layer starts from zero, not from the value that is handed on to it.
            before = units.start - 1
            handed_on = np.abs(value[before]) + np.abs(slope[before]) * reach[before]
            literal += UNIT * partial.sum()
            if units.start:
                literal += UNIT * (len(ends) * handed_on + partial[-1])
        return float(room * (literal + moved) + tiny), float(room * (compiled + moved) + tiny)


def _sum_error(
    x: NDArray[np.float64], y: NDArray[np.float64], total: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return x + y - total exactly, for total = fl(x + y) (Knuth's two-sum)."""
    shadow = total - x
    return (x - (total - shadow)) + (y - shadow)
