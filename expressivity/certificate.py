"""Issue a certificate: everything that anyone needs to check the theorem for one sample."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.exact import (
    Exact,
    as_fraction,
    as_fractions,
    exact_error,
    exact_projections,
    exact_relu_sum,
    fractions,
)
from expressivity.network import Network
from expressivity.rational import RationalNetwork
from expressivity.sample import blocks, distinct, sample_for

FORMAT = "expressivity certificate 1"


def certify(net: Network | RationalNetwork, X: ArrayLike, y: ArrayLike) -> dict[str, Any]:
    """Certify in exact arithmetic what a network does at each point of a sample.

    Nothing is rounded: floats are read as the dyadic rationals that they are. `check` verifies a
    certificate with the standard library alone.

    Parameters
    ----------
    net : Network, its stored doubles taken as they are, or RationalNetwork
    X, y : the sample, as for `interpolate`

    Returns
    -------
    dict that `json.dump` writes: the sample's shape and hash, the network, the premises of the
    theorem, the residual at each row as a rational number, and a digest of it all

    Raises
    ------
    TypeError, ValueError
        as `interpolate`; also if the network's projections of distinct points are not distinct,
        or if its knots do not increase.

    Cost: O(n d) products of integers and O(n) rational operations after a sort.
    Source: Theorem 1, steps 1 to 4.
    """
    given = sample_for(net.a, net.w, X, y)
    if not (net.b[1:] >= net.b[:-1]).all():
        raise ValueError("net.b is not increasing: sort the knots together with their weights")
    whole, exponent = exact_projections(given.z, net.a)
    kept = distinct(given)
    order = np.array(sorted(kept.tolist(), key=whole.__getitem__))
    gaps = np.diff(whole[order])
    if len(gaps) and gaps.min() == 0:
        j = int(np.argmin(gaps))
        raise ValueError(
            f"X has distinct points {order[j]} and {order[j + 1]} with the same projection on "
            "net.a: no network on this direction tells them apart"
        )
    residuals = _residuals(net, (whole, exponent), given.y).reshape(len(given.y), -1)
    t, b = fractions(whole[order], exponent), as_fractions(net.b)
    content = {
        "certificate": FORMAT,
        "claim": "the network differs from the targets at each row by exactly the residual given",
        "sample": {
            "rows": len(given.z),
            "coordinates": given.z.shape[1],
            "targets": residuals.shape[1],
            "sha256": sample_hash(given.z, given.y),
        },
        "network": {
            "depth": net.depth,
            "weights": net.n_weights,
            "a": _shown(net.a),
            "b": _shown(net.b),
            "w": [_shown(row) for row in net.w.reshape(len(net.b), -1)],
        },
        "premises": {
            "distinct projections": len(order),
            "least gap": str(as_fraction(int(gaps.min()), exponent)) if len(gaps) else "none",
            "interleaved": len(b) == len(t) and all(b < t) and all(t[:-1] <= b[1:]),
        },
        "largest residual": str(max(abs(r) for r in residuals.ravel())),
        "residuals": [[str(r) for r in row] for row in residuals],
    }
    return {**content, "sha256": digest(content)}


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a certificate's content as canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sample_hash(Z: NDArray[Any], y: NDArray[np.float64]) -> str:
    """Return the SHA-256 of the rows (coordinates, then targets) as little-endian doubles."""
    targets = y.reshape(len(Z), -1)
    found = hashlib.sha256()
    for block in blocks(Z):
        rows = np.concatenate((Z[block].astype("<f8"), targets[block].astype("<f8")), axis=1)
        found.update(rows.tobytes())
    return found.hexdigest()


def _residuals(
    net: Network | RationalNetwork, t: tuple[Exact, int], y: NDArray[np.float64]
) -> Exact:
    if isinstance(net, RationalNetwork):
        return exact_relu_sum(fractions(*t), net.b, net.w) - as_fractions(y)
    return fractions(*exact_error(t, net.b, net.w, y))


def _shown(values: NDArray[Any]) -> list[str]:
    """Write doubles in C's hexadecimal form, which is exact, and fractions as p/q."""
    return [str(v) if isinstance(v, Fraction) else float(v).hex() for v in values.ravel().tolist()]
