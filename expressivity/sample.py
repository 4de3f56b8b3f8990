"""A finite sample: validated at the door, identical points merged, contradictions refused."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.arrays import blocks, check_values, real, table
from expressivity.frozen import frozen
from expressivity.projection import project, project_and_measure


@dataclass(frozen=True, eq=False)
class Sample:
    """n points with one target, or K targets, each.

    Attributes
    ----------
    z : array (n, d), real
        The points, in the dtype they came in.
    y : float64 array (n,) or (n, K)
        The targets.
    """

    z: NDArray[Any]
    y: NDArray[np.float64]

    @cached_property
    def largest(self) -> float:
        """max |z| over all coordinates.

        Raises ValueError for NaN, infinity, and integers that no double represents. Cost O(n d),
        once.
        """
        return check_values(self.z)

    def look(self) -> None:
        """Refuse coordinates that are no finite doubles, as `largest` does."""
        _ = self.largest

    def project(self, a: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the projections t = Z a, float64 (n,), see `projection.project`.

        Raises what `largest` raises: the first projection of floats finds it on its way.
        """
        if "largest" in vars(self) or self.z.dtype.kind != "f":
            self.look()
            return project(self.z, a)
        t, largest = project_and_measure(self.z, a)
        vars(self)["largest"] = largest if np.isfinite(largest) else check_values(self.z)
        return t

    def take(self, rows: NDArray[np.int64]) -> Sample:
        """Return the sample of the given rows."""
        return Sample(self.z[rows], self.y[rows])

    def kept(self) -> Sample:
        """Return the sample in arrays that nobody can change afterwards. Cost O(n d) memory."""
        z, y = frozen(self.z), frozen(self.y)
        return self if z is self.z and y is self.y else Sample(z, y)


def sample(X: ArrayLike, y: ArrayLike, *, look: bool = True) -> Sample:
    """Validate X and y.

    Parameters
    ----------
    X : array-like (n, d) of booleans, integers or floats up to 64 bits; data frames work
    y : array-like (n,) or (n, K) of real targets
    look : at the coordinates now; else they are looked at where `largest` or `project` is called

    Returns
    -------
    Sample; identical points are still in it, see `distinct`.

    Raises
    ------
    TypeError
        for complex, object and other non-real arrays.
    ValueError
        for a wrong shape, an empty sample, lengths that differ, NaN or infinity, and integers
        that no double represents.

    Cost: O(n d) time, no copy of X.
    Source: Theorem 1, "any function on a sample of size n in d dimensions".
    """
    Z, targets = table(X), _targets(y)
    if len(Z) != len(targets):
        raise ValueError(
            f"X has {len(Z)} rows but y has {len(targets)} targets: give one target for each row"
        )
    if len(Z) == 0:
        raise ValueError("X is an empty sample (0 rows): give at least one point")
    given = Sample(Z, targets)
    if look:
        given.look()
    return given


def sample_for(net: Any, X: ArrayLike, y: ArrayLike) -> Sample:
    """Validate the sample of a network that is there already, with direction net.a, weights net.w.

    Raises TypeError or ValueError as `sample`, for another number of coordinates or outputs, and
    for what is no such network.
    """
    if not (hasattr(net, "a") and hasattr(net, "w")):
        mend = ", its attribute network" if hasattr(net, "network") else ""
        raise TypeError(
            f"net is a {type(net).__name__}: give a network that `interpolate` returned{mend}"
        )
    given = sample(X, y)
    if given.z.shape[1] != len(net.a):
        raise ValueError(
            f"X has {given.z.shape[1]} coordinates but the network was built for {len(net.a)}"
        )
    if given.y.shape[1:] != net.w.shape[1:]:
        raise ValueError(
            f"y has shape {given.y.shape} but the network has outputs of shape {net.w.shape[1:]}"
        )
    return given


def distinct(given: Sample, suspects: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Return the first row of each distinct point, in increasing order.

    Parameters
    ----------
    given : Sample
    suspects : int64 array of the only rows that may repeat another row; all rows without it

    Returns
    -------
    int64 array of row numbers

    Raises
    ------
    ValueError
        for identical points with different targets: no function can interpolate both.

    Cost: O(m d + m log m) for m suspects.
    """
    rows = np.arange(len(given.z)) if suspects is None else np.unique(suspects)
    fingerprint = _fingerprints(given.z, rows)
    order = np.argsort(fingerprint, kind="stable")
    same = np.flatnonzero(fingerprint[order][1:] == fingerprint[order][:-1])
    keep = np.ones(len(given.z), dtype=bool)
    first: dict[bytes, int] = {}
    # Only rows whose fingerprints meet are compared coordinate by coordinate.
    for i in rows[np.union1d(order[same], order[same + 1])].tolist():
        i0 = first.setdefault((given.z[i].astype(np.float64) + 0.0).tobytes(), i)
        if i0 == i:
            continue
        if (given.y[i0] != given.y[i]).any():
            raise ValueError(
                f"y has 2 different values ({_shown(given.y[i0])} and {_shown(given.y[i])}) for "
                f"the identical points {i0} and {i}: no function can interpolate both; drop one "
                "or average them"
            )
        keep[i] = False
    return np.flatnonzero(keep)


def _targets(y: ArrayLike) -> NDArray[np.float64]:
    targets = real(y, "y")
    if targets.ndim not in (1, 2) or (targets.ndim == 2 and targets.shape[1] == 0):
        raise ValueError(
            f"y must have one target for each point or a row of K targets, got shape "
            f"{targets.shape}"
        )
    check_values(targets, "y")
    return targets.astype(np.float64, copy=False)


def _shown(targets: NDArray[np.float64]) -> str:
    """Write targets so that what differs looks different."""
    return ", ".join(repr(value).removesuffix(".0") for value in np.atleast_1d(targets).tolist())


def _fingerprints(Z: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Multilinear hash of each row modulo 2^64: equal rows agree whatever the block they are in."""
    odd = np.random.default_rng(0).integers(0, 2**63, Z.shape[1], dtype=np.uint64) * 2 + 1
    fingerprint = np.empty(len(rows), dtype=np.uint64)
    for block in blocks(Z[: len(rows)]):
        # Adding zero gives 0.0 and -0.0, which are the same coordinate, the same bits.
        bits = (Z[rows[block]].astype(np.float64) + 0.0).view(np.uint64)
        # Trailing zero bits of round numbers would survive the product: fold the high half in.
        bits ^= bits >> np.uint64(32)
        fingerprint[block] = bits @ odd
    return fingerprint
