"""Check the certificate of a layered network with the standard library alone.

python check_layers.py FILE --data X.npy, with check.py, which reads the files, beside it. Like that
file, this one shares nothing with the code that builds networks and issues certificates; the
format is described in memorizers/certificate.py. All arithmetic is on integers: the numbers of a
layer are multiplied by their common denominator, and so are all that follow; max(v, 0) and v >= 0
do not mind. Two shortcuts keep the numbers few. Between two knots, what follows a layer of units
max(t - b, 0) is a line in t. And units that take few values are computed once for each of these.
"""

from __future__ import annotations

import hashlib
import re
import struct
from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import lcm
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or __name__ != "__main__":
    from expressivity import check as files
else:
    import check as files

NETWORK = {"file": str, "construction": str, "exponent": int, "weights": int, "nonzero": int}
NETWORK |= {"dense": int, "layers": list}
FIELDS = {"certificate": str, "claim": str, "sample": files.SAMPLE, "network": NETWORK}
FIELDS |= {"interpolation": files.INTERPOLATION}
FIELDS |= {"largest residual": str, "residuals": list, "sha256": str}
LAYER = {"inputs": int, "rows": list, "columns": list, "values": list, "unit": list, "bias": list}
LAYER |= {"activation": str, "carried": int}
LARGEST_EXPONENT = 2**20


@dataclass
class Layer:
    """One layer h -> activation(M h + c): directions {column: value}, and each unit's direction."""

    directions: list[dict[int, Fraction]]
    unit: list[int]
    bias: list[Fraction | None]
    activation: str
    carried: int


@dataclass
class Column:
    """The values of one unit at the points: table[index[i]], or table[i] without an index."""

    table: list[int]
    index: list[int] | None = None


@dataclass
class Hinges:
    """The units max(t - knot, 0), not written out."""

    t: list[int]
    knots: list[int]


def check(
    certificate: Path, data: Path, targets: Path | None = None, network: Path | None = None
) -> list[str]:
    """Return every claim of the certificate that does not hold: none means that all hold."""
    return examine(certificate, data, targets, network).wrong


def examine(
    certificate: Path, data: Path, targets: Path | None = None, network: Path | None = None
) -> files.Finding:
    """Find out what holds, and whether the network interpolates the sample."""
    try:
        found = files.Finding()
        content = read_certificate(Path(certificate))
        stated, shape = content["network"], content["sample"]
        layers = read_layers(stated["layers"], shape["coordinates"], shape["targets"])
        _check_counts(found, stated, layers)
        raw = files.check_hash(found, stated["file"], network)
        if network is not None:
            _check_file(found, stated, layers, raw, network)
        _check_sample(found, content, layers, Path(data), Path(targets) if targets else None)
        return found
    except files.RefusedError as refusal:
        return files.Finding([str(refusal)])
    except RecursionError:
        return files.Finding([f"{certificate} is nested too deeply"])


def read_certificate(path: Path) -> dict[str, Any]:
    """Return the content of a certificate, all fields there, of their types, and no others."""
    content = files.unsealed_fields(path, files.LAYERS, FIELDS)
    if not re.fullmatch("[a-z-]{1,40}", content["network"]["construction"]):
        raise files.RefusedError("the construction is no name of small letters")
    return content


def is_about_layers(certificate: Path) -> bool:
    """Tell whether a certificate is one of a layered network."""
    with open(files.ordinary(certificate), "rb") as file:
        return b'"expressivity layers certificate' in file.read(1000)


def read_layers(stated: list[Any], d: int, K: int) -> list[Layer]:
    """Read the layers, from d inputs to K outputs."""
    layers, width = [], d
    for k, layer in enumerate(stated):
        files.fields(layer, f"layer {k}", LAYER)
        rows, columns, unit = layer["rows"], layer["columns"], layer["unit"]
        whole = all(type(v) is int and v >= 0 for v in (*rows, *columns, *unit))
        fit = whole and unit and len(rows) == len(columns) == len(layer["values"])
        fit = fit and len(unit) == len(layer["bias"]) and layer["inputs"] == width
        fit = (
            fit
            and {*unit} == {*range(len({*unit}))} >= {*rows}
            and max(columns, default=-1) < width
        )
        fit = fit and rows == sorted(rows) and len({*zip(rows, columns, strict=True)}) == len(rows)
        fit = fit and 0 <= layer["carried"] <= min(width, len(unit))
        if not fit or layer["activation"] not in ("relu", "threshold", "identity"):
            raise files.RefusedError(f"the parts of layer {k} do not fit together")
        directions: list[dict[int, Fraction]] = [{} for _ in {*unit}]
        for row, column, value in zip(rows, columns, layer["values"], strict=True):
            directions[row][column] = files.number(value, f"layer {k}, a value")
        bias = [
            None if v == "none" else files.number(v, f"layer {k}, a bias") for v in layer["bias"]
        ]
        layers.append(Layer(directions, unit, bias, layer["activation"], layer["carried"]))
        width = len(unit)
    if not layers or width != K:
        raise files.RefusedError(
            f"the last layer has {width} units, not one for each of {K} targets"
        )
    return layers


def _check_counts(found: files.Finding, network: dict[str, Any], layers: list[Layer]) -> None:
    """Check the numbers of weights: repeated directions once, each time, and zeros too."""
    weights = nonzero = dense = 0
    for layer, stated in zip(layers, network["layers"], strict=True):
        entries = [len(layer.directions[row]) for row in layer.unit]
        biased = [v is not None for v in layer.bias]
        idle = sum(not (entries[u] or biased[u]) for u in range(layer.carried))
        weights += sum(map(len, layer.directions)) + sum(biased)
        nonzero += sum(entries) + sum(biased)
        dense += (len(layer.unit) - idle) * (stated["inputs"] + 1)
    found.claim(network["weights"] == weights, "the number of weights")
    found.claim(network["nonzero"] == nonzero, "the number of weights that are stored")
    found.claim(network["dense"] == dense, "the number of weights of full matrices")


def _check_file(
    found: files.Finding, network: dict[str, Any], layers: list[Layer], raw: bytes, file: Path
) -> None:
    """Check that a file holds the network of the certificate."""
    arrays, facts = files.read_safetensors(raw, file)
    try:
        about = files.read_json(facts["network"].encode(), file, float)
        same = about["exponent"] == network["exponent"]
        same = same and about["construction"] == network["construction"]
        same = same and len(about["layers"]) == len(layers)
        for k, (layer, stated) in enumerate(zip(layers, network["layers"], strict=True)):
            same = same and _holds(arrays, k, about["layers"][k], layer, stated)
    except (ValueError, KeyError, TypeError, IndexError, ArithmeticError, RecursionError) as error:
        raise files.RefusedError(f"{file} holds no layered network") from error
    found.claim(same, f"the network: {file} holds another one")


def _holds(arrays: dict[str, Any], k: int, about: Any, layer: Layer, stated: Any) -> bool:
    """Tell whether the arrays of layer k in a file are those of the certificate."""
    rows, columns, unit, biased = (
        arrays[f"{k}.{name}"][2] for name in ("rows", "columns", "unit", "biased")
    )
    held = zip(rows, columns, map(Fraction, _numbers(arrays, f"{k}.values")), strict=True)
    ours = zip(stated["rows"], stated["columns"], stated["values"], strict=True)
    bias = zip(_numbers(arrays, f"{k}.bias"), biased, strict=True)
    return (
        about == [stated["inputs"], layer.activation, layer.carried]
        and unit == layer.unit
        and [*held] == [(row, column, files.number(v, "a value")) for row, column, v in ours]
        and [Fraction(v) if there else None for v, there in bias] == layer.bias
    )


def _numbers(arrays: dict[str, Any], name: str) -> list[Any]:
    """Return numbers that a file holds as doubles, as long integers, or as two of these each."""
    if name in arrays:
        return arrays[name][2]
    if f"{name}.integers" in arrays:
        _, (_, width), flat = arrays[f"{name}.integers"]
        rows = (bytes(flat[i : i + width]) for i in range(0, len(flat), width))
        return [int.from_bytes(row, "little", signed=True) for row in rows]
    parts = [{"n.integers": arrays[f"{name}.{part}"]} for part in ("numerator", "denominator")]
    return [Fraction(p, q) for p, q in zip(*(_numbers(v, "n") for v in parts), strict=True)]


def _check_sample(
    found: files.Finding,
    content: dict[str, Any],
    layers: list[Layer],
    data: Path,
    targets: Path | None,
) -> None:
    """Check all that is said of the network at the sample."""
    shape, exponent = content["sample"], content["network"]["exponent"]
    d, K = shape["coordinates"], shape["targets"]
    hashed, points, wanted = hashlib.sha256(), [], []
    for z, y in files.points_of(data, targets, d, K):
        hashed.update(struct.pack(f"<{d}d", *z) + struct.pack(f"<{K}d", *y))
        points.append(z)
        wanted.append([Fraction(v) for v in y])
    found.claim(len(points) == shape["rows"], "the number of rows")
    found.claim(hashed.hexdigest() == shape["sha256"], "the sha256 of the sample")
    if not points or len(content["residuals"]) != len(points) or abs(exponent) > LARGEST_EXPONENT:
        raise files.RefusedError(
            "the number of residuals is not that of the rows, or a wild exponent"
        )
    outputs, scale = evaluate(layers, points)
    power = Fraction(2) ** exponent
    largest = [Fraction(0)] * K
    for i, y in enumerate(wanted):
        values = [Fraction(output[i], scale) * power for output in outputs]
        residual = [v - w for v, w in zip(values, y, strict=True)]
        largest = [max(v, abs(r)) for v, r in zip(largest, residual, strict=True)]
        where = f"the residual at row {i}"
        found.claim([files.written(v, where) for v in residual] == content["residuals"][i], where)
    where = "the largest residual"
    found.claim(content["largest residual"] == files.written(max(largest), where), where)
    distinct = len({tuple(v + 0.0 for v in z) for z in points})
    files.check_interpolation(found, content["interpolation"], wanted, distinct, largest)


def evaluate(layers: list[Layer], points: list[list[Any]]) -> tuple[list[list[int]], int]:
    """Return each output at all points, as integers, and the number to divide them by."""
    ratios = [[v.as_integer_ratio() for v in z] for z in points]
    scale = max(q for z in ratios for _, q in z)
    h: list[Column] | Hinges = [
        Column([p * (scale // q) for p, q in coordinate])
        for coordinate in zip(*ratios, strict=True)
    ]
    nonnegative = False
    for layer in layers:
        numbers = [v for row in layer.directions for v in row.values()]
        numbers += [v for v in layer.bias if v is not None]
        before, common = scale, 1
        for denominator in {v.denominator for v in numbers}:
            common = lcm(common, denominator)
            if (scale * common).bit_length() > files.LARGEST_SUM:
                raise files.RefusedError(
                    "the weights have common denominators of more than a million bits"
                )
        scale *= common
        rows = [{k: int(v * common) for k, v in row.items()} for row in layer.directions]
        bias = [None if v is None else int(v * common) * before for v in layer.bias]
        one_row = {*layer.unit} == {0} and len(layer.unit) > 1 and layer.carried == 0
        if layer.carried:
            h = _written_out(h)
        columns = _lines(rows, h) if isinstance(h, Hinges) else _sums(rows, h, len(points))
        if one_row and layer.activation == "relu":
            h = Hinges(_at_points(columns[0]), [-(v or 0) for v in bias])
        else:
            carried = h[: layer.carried] if isinstance(h, list) else []
            old = {id(v.table) for v in h} if isinstance(h, list) and nonnegative else set()
            h = [
                _activated(layer, u, columns[row], bias[u], carried, common, scale, old)
                for u, row in enumerate(layer.unit)
            ]
        nonnegative = layer.activation != "identity" and layer.carried == 0
    return [_at_points(v) for v in _written_out(h)], scale


def _written_out(h: list[Column] | Hinges) -> list[Column]:
    if isinstance(h, list):
        return h
    return [Column([max(t - knot, 0) for t in h.t]) for knot in h.knots]


def _sums(rows: list[dict[int, int]], h: list[Column], m: int) -> list[Column]:
    """Return the rows times h, on the table that all inputs of a row share if there is one."""
    found, spread = [], {}
    for row in rows:
        if [*row.values()] == [1]:
            found.append(h[next(iter(row))])
            continue
        indices = {id(h[k].index): h[k].index for k in row}
        index = next(iter(indices.values())) if len(indices) == 1 else None
        for k in row if index is None else ():
            spread.setdefault(k, _at_points(h[k]))
        tables = [(w, spread[k] if index is None else h[k].table) for k, w in row.items()]
        total = [0] * m if not tables else [tables[0][0] * v for v in tables[0][1]]
        for w, table in tables[1:]:
            total = [s + w * v for s, v in zip(total, table, strict=True)]
        found.append(Column(total, index))
    return found


def _lines(rows: list[dict[int, int]], h: Hinges) -> list[Column]:
    """Return the rows times hinges: slope t - offset, running sums over the knots below t."""
    order = sorted(range(len(h.knots)), key=h.knots.__getitem__)
    knots = [h.knots[j] for j in order]
    cells = [bisect_left(knots, t) for t in h.t]
    found = []
    for row in rows:
        weights = [row.get(j, 0) for j in order]
        slope = [0, *accumulate(weights)]
        offset = [0, *accumulate(w * b for w, b in zip(weights, knots, strict=True))]
        if not any(slope[c] for c in {*cells}):
            found.append(Column([-v for v in offset], cells))
        else:
            found.append(
                Column([slope[c] * t - offset[c] for c, t in zip(cells, h.t, strict=True)])
            )
    return found


def _activated(
    layer: Layer,
    u: int,
    column: Column,
    bias: int | None,
    carried: list[Column],
    common: int,
    one: int,
    nonnegative: set[int],
) -> Column:
    """Return unit u: its row, plus its bias, plus what is carried, and the activation."""
    table = column.table
    if bias is not None:
        table = [v + bias for v in table]
    if u < layer.carried:
        values = _at_points(Column(table, column.index))
        old = _at_points(carried[u])
        return Column([v + common * w for v, w in zip(values, old, strict=True)])
    if layer.activation == "relu" and id(table) not in nonnegative:
        table = [v if v > 0 else 0 for v in table]
    elif layer.activation == "threshold":
        table = [one if v >= 0 else 0 for v in table]
    return Column(table, column.index)


def _at_points(column: Column) -> list[int]:
    return column.table if column.index is None else [column.table[i] for i in column.index]


if __name__ == "__main__":
    files.main(examine, __doc__ or "")
