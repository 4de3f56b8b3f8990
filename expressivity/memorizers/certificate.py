"""Issue the certificate of a layered network; `expressivity.check_layers` checks it.

A JSON object with exactly these fields, written as in `expressivity.certificate`:

    certificate       "expressivity layers certificate 2"
    claim, sample, interpolation, largest residual, residuals, sha256    as there
    network           file: the SHA-256 of the file it is saved in, or "none"
                      construction: its name, of small letters and hyphens
                      exponent: outputs are 2^exponent times those of the last layer
                      weights, nonzero, dense: the counts of `Layered`
                      layers: for each its number of inputs, activation and carried units; rows,
                      columns, values of the stored entries of its directions, in order of the
                      rows; unit: the direction of each unit; bias: a number, or "none", for each

Values and biases are doubles or rational numbers.
"""

from __future__ import annotations

import hashlib
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from expressivity.claim import CLAIM, digest, sample_hash, written
from expressivity.exact import as_fractions
from expressivity.files import ordinary
from expressivity.memorizers.evaluation import evaluate
from expressivity.memorizers.export import unpack
from expressivity.memorizers.layer import Layer, Numbers
from expressivity.memorizers.layered import Layered
from expressivity.residual import judged
from expressivity.sample import distinct, sample

FORMAT = "expressivity layers certificate 2"


def certify(
    net: Layered,
    X: ArrayLike,
    y: ArrayLike,
    tolerance: float | Fraction | None = None,
    file: Path | None = None,
) -> dict[str, Any]:
    """Certify in exact arithmetic what a layered network does at each point of a sample.

    Parameters, errors and result as for `expressivity.certify`. Cost: exact evaluation, and O(n)
    rational numbers.
    """
    given = sample(X, y)
    outputs = net.layers[-1].n_units
    targets = given.y.size // len(given.y)
    if (given.z.shape[1], targets) != (net.layers[0].n_inputs, outputs):
        raise ValueError(
            f"X and y have {given.z.shape[1]} coordinates and targets of shape {given.y.shape}, "
            f"but the network {net.layers[0].n_inputs} and {outputs}"
        )
    if not re.fullmatch("[a-z-]{1,40}", net.construction):
        raise ValueError(
            f"net has the construction {net.construction[:60]!r}: a certificate has one of up to "
            "40 small letters and hyphens"
        )
    values = as_fractions(evaluate(net, given.z).reshape(given.y.shape)) - as_fractions(given.y)
    found = judged(values, given.y, len(distinct(given)), tolerance)
    content = {
        "certificate": FORMAT,
        "claim": CLAIM,
        "sample": {
            "rows": len(given.z),
            "coordinates": given.z.shape[1],
            "targets": outputs,
            "sha256": sample_hash(given.z, given.y),
        },
        "network": {
            "file": "none" if file is None else _file_hash(net, file),
            "construction": net.construction,
            "exponent": net.exponent,
            "weights": net.n_weights,
            "nonzero": net.n_nonzero,
            "dense": net.n_dense,
            "layers": [_written(layer) for layer in net.layers],
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


def _file_hash(net: Layered, file: Path) -> str:
    """Return the SHA-256 of a network's file, having made sure that it holds this network."""
    held = ordinary(file).read_bytes()
    saved = Layered(**unpack(held, str(file)))
    if [*map(_written, saved.layers)] != [*map(_written, net.layers)] or (
        (saved.construction, saved.exponent) != (net.construction, net.exponent)
    ):
        raise ValueError(f"file = {file} holds another network, {saved}: save this one there")
    return hashlib.sha256(held).hexdigest()


def _written(layer: Layer) -> dict[str, Any]:
    bias = zip(_shown(layer.bias), layer.biased.tolist(), strict=True)
    return {
        "inputs": layer.n_inputs,
        "activation": layer.activation,
        "carried": layer.carried,
        "rows": layer.rows.tolist(),
        "columns": layer.columns.tolist(),
        "values": _shown(layer.values),
        "unit": layer.unit.tolist(),
        "bias": [shown if there else "none" for shown, there in bias],
    }


def _shown(values: Numbers) -> list[str]:
    """Write doubles as `float.hex` does, integers and fractions as p/q."""
    return [v.hex() if isinstance(v, float) else written(v) for v in values.tolist()]
