"""A finite sample: validated at the door, identical points merged, contradictions refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg.blas import idamax, isamax  # pyright: ignore[reportAttributeAccessIssue]

LARGEST_EXACT_INTEGER = 2**53
BLOCK_BYTES = 1 << 19


@dataclass(frozen=True)
class Sample:
    """n points with one target, or K targets, each.

    Attributes
    ----------
    z : array (n, d), real
        The points, in the dtype they came in.
    y : float64 array (n,) or (n, K)
        The targets.
    largest : float
        At least max |z| over all coordinates.
    """

    z: NDArray[Any]
    y: NDArray[np.float64]
    largest: float

    def take(self, rows: NDArray[np.int64]) -> Sample:
        """Return the sample of the given rows."""
        return Sample(self.z[rows], self.y[rows], self.largest)


def sample(X: ArrayLike, y: ArrayLike) -> Sample:
    """Validate X and y.

    Parameters
    ----------
    X : array-like (n, d) of booleans, integers or floats up to 64 bits; data frames work
    y : array-like (n,) or (n, K) of real targets

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
    Z = table(X)
    size = check_values(Z)
    targets = _targets(y)
    if len(Z) != len(targets):
        raise ValueError(
            f"X has {len(Z)} rows but y has {len(targets)} targets: give one target for each row"
        )
    if len(Z) == 0:
        raise ValueError("X is an empty sample (0 rows): give at least one point")
    return Sample(Z, targets, size)


def sample_for(a: NDArray[np.float64], w: NDArray[Any], X: ArrayLike, y: ArrayLike) -> Sample:
    """Validate the sample of a network that is there already, with direction a and weights w.

    Raises TypeError or ValueError as `sample`, and for another number of coordinates or outputs.
    """
    given = sample(X, y)
    check_coordinates(given.z, a)
    if given.y.shape[1:] != w.shape[1:]:
        raise ValueError(
            f"y has shape {given.y.shape} but the network has outputs of shape {w.shape[1:]}"
        )
    return given


def check_coordinates(Z: NDArray[Any], a: NDArray[np.float64]) -> None:
    """Raise ValueError unless the points have as many coordinates as the direction."""
    if Z.shape[1] != len(a):
        raise ValueError(f"X has {Z.shape[1]} coordinates but the network was built for {len(a)}")


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


def table(X: ArrayLike) -> NDArray[Any]:
    """Return X as a real array of shape (n, d) without copying where it already is one.

    Raises TypeError or ValueError as `sample` does; the values are not looked at. Cost O(1).
    """
    Z = _real(X, "X")
    if Z.ndim != 2:
        mend = "; use X.reshape(-1, 1) for points on a line" if Z.ndim == 1 else ""
        raise ValueError(
            f"X must be two-dimensional (points, coordinates), got shape {Z.shape}{mend}"
        )
    if Z.shape[1] == 0:
        raise ValueError(f"X has shape {Z.shape}: points need at least one coordinate")
    return Z


def check_values(Z: NDArray[Any], name: str = "X") -> float:
    """Return max |z| over all entries, having refused values that are no finite doubles.

    Raises ValueError as `sample` does, naming the argument `name`. Cost O(n d), one pass.
    """
    if Z.dtype.kind != "f":
        size = max(abs(int(Z.max())), abs(int(Z.min()))) if Z.size else 0
        if size > LARGEST_EXACT_INTEGER:
            bad = np.argwhere((Z > LARGEST_EXACT_INTEGER) | (Z < -LARGEST_EXACT_INTEGER))
            raise ValueError(
                f"{_place(Z, bad, name)} = {Z[tuple(bad[0])]} is beyond 2^53 and has no "
                "exact double: subtract an offset or rescale"
            )
        return float(size)
    # BLAS is several times faster here than NumPy's min, max and isfinite.
    iamax = {"d": idamax, "f": isamax}.get(Z.dtype.char)
    ones, size = np.ones(Z.shape[1], dtype=Z.dtype), 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for rows in blocks(Z):
            block = Z[rows]
            # A sum is finite only if every term is, but may overflow where all terms are.
            if not np.isfinite(block @ ones).all() and not np.isfinite(block).all():
                bad = np.argwhere(~np.isfinite(Z))
                raise ValueError(
                    f"{_place(Z, bad, name)} is {Z[tuple(bad[0])]} (one of {len(bad)} values "
                    "that are NaN or infinite): drop or replace them"
                )
            flat = block.ravel()
            largest = flat[iamax(flat)] if iamax else np.abs(flat).max()
            size = max(size, abs(float(largest)))
    return size


def blocks(Z: NDArray[Any]) -> list[slice]:
    """Cut the rows of Z into slices whose float64 copies stay in the processor's cache."""
    size = max(1, BLOCK_BYTES // (8 * Z.shape[1]))
    return [slice(start, start + size) for start in range(0, len(Z), size)]


def is_integral(Z: NDArray[Any]) -> bool:
    """Tell whether every coordinate is an integer, whatever the dtype. Cost O(n d) at most."""
    return Z.dtype.kind in "biu" or all((Z[s] == np.rint(Z[s])).all() for s in blocks(Z))


def _targets(y: ArrayLike) -> NDArray[np.float64]:
    targets = _real(y, "y")
    if targets.ndim not in (1, 2) or (targets.ndim == 2 and targets.shape[1] == 0):
        raise ValueError(
            f"y must have one target for each point or a row of K targets, got shape "
            f"{targets.shape}"
        )
    check_values(targets if targets.ndim == 2 else targets[:, None], "y")
    return targets.astype(np.float64, copy=False)


def _real(values: ArrayLike, name: str) -> NDArray[Any]:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} is ragged: all rows need the same length ({error})") from error
    if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
        mend = (
            "use expressivity.classify for class labels"
            if name == "y" and array.dtype.kind in "OSUT"
            else f"for example np.asarray({name}, dtype=np.float64)"
        )
        raise TypeError(
            f"{name} has dtype {array.dtype}: give real numbers of at most 64 bits; {mend}"
        )
    return array


def _place(array: NDArray[Any], bad: NDArray[np.int64], name: str) -> str:
    place = bad[0][:1] if name == "y" and array.shape[1] == 1 else bad[0]
    return f"{name}[{', '.join(map(str, place))}]"


def _shown(targets: NDArray[np.float64]) -> str:
    return ", ".join(f"{value:g}" for value in np.atleast_1d(targets))


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
