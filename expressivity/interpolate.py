"""Theorem 1 as a function: the four steps of the proof in order."""

from __future__ import annotations

import warnings
from typing import Literal, overload

from numpy.typing import ArrayLike

from expressivity.bounds import Fit
from expressivity.deep import layers
from expressivity.direction import Direction, separating_direction
from expressivity.fewest import fewest_units
from expressivity.frozen import freeze
from expressivity.knots import interleaved_knots
from expressivity.network import Network
from expressivity.rational import RationalNetwork, rational_network
from expressivity.sample import sample
from expressivity.switch import switch
from expressivity.triangular import solve


@overload
def interpolate(
    X: ArrayLike,
    y: ArrayLike,
    *,
    direction: Direction | ArrayLike | None = None,
    seed: int = 0,
    depth: int = 2,
    fewest: bool = False,
    exact: Literal[False] = False,
) -> Network: ...


@overload
def interpolate(
    X: ArrayLike,
    y: ArrayLike,
    *,
    direction: Direction | ArrayLike | None = None,
    seed: int = 0,
    depth: int = 2,
    exact: Literal[True],
) -> RationalNetwork: ...


def interpolate(
    X: ArrayLike,
    y: ArrayLike,
    *,
    direction: Direction | ArrayLike | None = None,
    seed: int = 0,
    depth: int = 2,
    fewest: bool = False,
    exact: bool = False,
) -> Network | RationalNetwork:
    """Build the two-layer ReLU network with 2n + d weights through every point of a sample.

    Parameters
    ----------
    X : array-like (N, d), dense, of booleans, integers up to 2^53 or floats up to 64 bits; data
        frames work
    y : array-like (N,) of real targets, or (N, K) for a network with K outputs
    direction : None for the best that is quickly found, "gaussian" or "integer" for a random one,
        "widened", "equally-spaced", or the direction itself, array-like (d,); see
        `expressivity.direction.separating_direction`
    seed : seed of the random direction; the last digits of the default one depend on the threads of
        BLAS too, a "gaussian" one is drawn the same everywhere
    depth : number of layers of weights; more than 2 gives the corollary's network of width O(n/k)
    fewest : spare the hidden units that collinear projected points do not need; with knots at
        projections, so that other networks may do with fewer still
    exact : compute in rational numbers; the residual is exactly 0. Fractions and decimals in X and
        y are taken as the doubles nearest to them, with exact too

    Returns
    -------
    Network
        with n hidden units for the n distinct points; identical points with equal targets are
        merged and a `UserWarning` says so. `net.error` bounds its error over the sample. With
        `exact`, a RationalNetwork.

    Raises
    ------
    TypeError, ValueError
        for input that is not a finite real sample of a function; each message names the argument,
        the place and the mend. Nothing is built before all of X and y is checked.

    Cost: O(N d + N log N) time and O(N) memory beyond X, for a direction that is drawn or given.
    Looking for the default one adds up to O(n^2 d) and O(n d) where n <= min(d + 1, 1000), else up
    to O(d^3) and O(d^2) for up to 100,000 points: "gaussian" spares it in very many dimensions.
    Source: Theorem 1 (finite-sample expressivity), section 4 and appendix C.

    Examples
    --------
    >>> from expressivity import interpolate
    >>> X, y = [[0, 1], [1, 1], [3, 0]], [0.5, 2, -1]
    >>> net = interpolate(X, y)
    >>> net
    Network(n=3, d=2, n_weights=8)
    >>> net(X).round(6).tolist()
    [0.5, 2.0, -1.0]
    >>> interpolate(X, y, exact=True)(X)
    array([Fraction(1, 2), Fraction(2, 1), Fraction(-1, 1)], dtype=object)
    """
    exact, fewest = switch(exact, "exact"), switch(fewest, "fewest")
    given = sample(X, y, look=exact)
    if exact:
        if fewest:
            raise ValueError("fewest and exact cannot both be True: merge the network of doubles")
        rational = rational_network(given, direction, seed, depth)
        _warn_of_merged(len(given.z), len(rational.b))
        return rational
    line = separating_direction(given, direction, seed)
    _warn_of_merged(len(given.z), len(line.t))
    y_sorted = given.y.take(line.rows, axis=0)
    t, b, targets = line.t, interleaved_knots(line.t), y_sorted
    if fewest:
        t, b, targets = fewest_units(t, b, targets)
    layers(len(b), depth)  # refuses a depth that would leave a layer empty
    w = solve(t, b, targets)
    freeze(y_sorted, b, w)
    return Network(line.a, b, w, Fit(line.t, y_sorted, line.error), depth)


def _warn_of_merged(rows: int, n: int) -> None:
    if n < rows:
        warnings.warn(
            f"X has {rows - n} rows that repeat an earlier point with the same target; "
            f"they were merged: n = {n} distinct points",
            stacklevel=3,
        )
