"""Issue a certificate: everything that anyone needs to check the theorem for one sample.

A certificate is a JSON object with exactly these fields:

    certificate    "expressivity certificate 2"
    claim          the sentence CLAIM
    sample         rows, coordinates, targets: numbers of rows n, of coordinates d, of outputs K
                   sha256: of the rows (coordinates, then targets) as little-endian doubles
    network        file: the SHA-256 of the file it is saved in, or "none"
                   depth, weights: the number of layers and of weights, for one sample 2n + d
                   a: d doubles; b: m numbers; w: m rows of K numbers
    premises       distinct projections: how many; least gap between them, or "none" for one;
                   interleaved: whether b_1 < t_1 <= b_2 < t_2 <= ... < t_m exactly
    interpolation  rule: "given" or "a ten-thousandth of the range of the targets"
                   tolerance: for each output the largest residual that interpolates
                   distance: for each output the least distance between two labels, or "none"
                   where its targets are no classes or all the same
                   holds: whether every residual is at most the tolerance and, where there is a
                   distance, below half of it; `expressivity.residual` says what classes are
    largest residual
    residuals      n rows of K numbers, network - target, in the order of the sample
    sha256         of all the other fields as JSON with sorted keys and no white space

Counts are JSON integers. Every other number is a string and exact, in its only spelling: a double
as Python's `float.hex` writes it ("0x1.8000000000000p+1"), a rational number in decimal digits and
lowest terms ("-3/8", "12"). Residuals, gaps, tolerances and distances are rational numbers; `a`
holds doubles; `b` and `w` hold doubles or, for a network built with `exact`, rational numbers.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.claim import CLAIM, digest, sample_hash, written
from expressivity.exact import as_fraction, as_fractions, exact_projections, fractions
from expressivity.files import ordinary
from expressivity.memorizers.layered import Layered
from expressivity.network import Network
from expressivity.rational import RationalNetwork
from expressivity.residual import judged, residuals_at
from expressivity.sample import distinct, sample_for

FORMAT = "expressivity certificate 2"


def certify(
    net: Network | RationalNetwork | Layered,
    X: ArrayLike,
    y: ArrayLike,
    *,
    tolerance: float | Fraction | None = None,
    file: Path | None = None,
) -> dict[str, Any]:
    """Certify in exact arithmetic what a network does at each point of a sample.

    Nothing is rounded: floats are read as the dyadic rationals that they are. `check` verifies a
    certificate with the standard library alone.

    Parameters
    ----------
    net : Network, its stored doubles taken as they are, RationalNetwork, or Layered: then in the
        format of `expressivity.memorizers.certificate`
    X, y : the sample, as for `interpolate`
    tolerance : the largest residual that interpolates; without it a ten-thousandth of the range of
        the targets (`expressivity.residual`)
    file : the file that holds the network, to be named in the certificate

    Returns
    -------
    dict that `json.dump` writes, described above

    Raises
    ------
    TypeError, ValueError
        as `interpolate`; also if the network's projections of distinct points are not distinct,
        or if the file holds another network.

    Cost: `exact_projections` and O(n) rational operations after a sort.
    Source: Theorem 1, steps 1 to 4.

    Examples
    --------
    >>> from expressivity import certify, interpolate
    >>> X, y = [[0, 1], [1, 1], [3, 0]], [0.5, 2, -1]
    >>> certificate = certify(interpolate(X, y, exact=True), X, y)
    >>> certificate["interpolation"]["holds"], certificate["residuals"]
    (True, [['0'], ['0'], ['0']])
    """
    if isinstance(net, Layered):
        from expressivity.memorizers.certificate import certify as certify_layers

        return certify_layers(net, X, y, tolerance, file)
    given = sample_for(net, X, y)
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
    found = judged(residuals_at(net, (whole, exponent), given.y), given.y, len(kept), tolerance)
    t, b = fractions(whole[order], exponent), as_fractions(net.b)
    content = {
        "certificate": FORMAT,
        "claim": CLAIM,
        "sample": {
            "rows": len(given.z),
            "coordinates": given.z.shape[1],
            "targets": found.values.shape[1],
            "sha256": sample_hash(given.z, given.y),
        },
        "network": {
            "file": "none" if file is None else _file_hash(net, file),
            "depth": net.depth,
            "weights": net.n_weights,
            "a": _shown(net.a),
            "b": _shown(net.b),
            "w": [_shown(row) for row in net.w.reshape(len(net.b), -1)],
        },
        "premises": {
            "distinct projections": len(order),
            "least gap": written(as_fraction(int(gaps.min()), exponent)) if len(gaps) else "none",
            "interleaved": bool(len(b) == len(t) and all(b < t) and all(t[:-1] <= b[1:])),
        },
        "interpolation": {
            "rule": found.rule,
            "tolerance": [written(v) for v in found.tolerance],
            "distance": ["none" if v is None else written(v) for v in found.distance],
            "holds": found.interpolates,
        },
        "largest residual": written(found.largest),
        "residuals": [[written(r) for r in row] for row in found.values],
    }
    return {**content, "sha256": digest(content)}


def _file_hash(net: Network | RationalNetwork, file: Path) -> str:
    """Return the SHA-256 of a network's file, having made sure that it holds this network."""
    held = ordinary(file).read_bytes()
    saved = Network.from_bytes(held, str(file))
    same = isinstance(net, Network) and saved.depth == net.depth
    if not same or not all(
        np.array_equal(getattr(saved, name), getattr(net, name)) for name in ("a", "b", "w")
    ):
        raise ValueError(f"file = {file} holds another network, {saved}: save this one there")
    return hashlib.sha256(held).hexdigest()


def _shown(values: NDArray[Any]) -> list[str]:
    """Write doubles in C's hexadecimal form, which is exact, and fractions as p/q."""
    return [
        written(v) if isinstance(v, Fraction) else float(v).hex() for v in values.ravel().tolist()
    ]
