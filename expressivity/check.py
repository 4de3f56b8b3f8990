"""Check a certificate with the standard library alone: python check.py FILE --data X.npy.

This file shares nothing with the code that builds networks and issues certificates. All
arithmetic is exact: on integers and on `fractions.Fraction`. For little-endian machines.
"""

from __future__ import annotations

import argparse
import ast
import csv
import hashlib
import json
import sys
from array import array
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import prod
from operator import mul
from pathlib import Path

TYPES = {"|b1": "b", "|i1": "b", "|u1": "B", "<i2": "h", "<u2": "H", "<i4": "i", "<u4": "I"}
TYPES |= {"<i8": "q", "<u8": "Q", "<f4": "f", "<f8": "d"}


def check(certificate: Path, data: Path, targets: Path | None = None) -> list[str]:
    """Return every claim of the certificate that does not hold: none means that all hold.

    The file `data` holds one point a row (.npy or .csv), and its targets in the last columns
    unless `targets` names a file of their own. Cost O(n d) products of integers, O(n log n).
    """
    content = json.loads(Path(certificate).read_text())
    wrong = []

    def claim(holds: bool, what: str) -> None:
        if not holds:
            wrong.append(what)

    stated = content.pop("sha256")
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    claim(hashlib.sha256(text.encode()).hexdigest() == stated, "the certificate's own sha256")
    claim(content["certificate"] == "expressivity certificate 1", "the format")
    shape, network, premises = content["sample"], content["network"], content["premises"]
    d, K = shape["coordinates"], shape["targets"]
    a, b = [number(v) for v in network["a"]], [number(v) for v in network["b"]]
    w = [[number(v) for v in row] for row in network["w"]]
    n, depth = len(b), network["depth"]
    if (len(a), len(w), {*map(len, w)}) != (d, n, {K}) or not 2 <= depth <= n + 1:
        return [*wrong, "the shapes of a, b and w"]
    claim(network["weights"] == count(n, d, K, depth), "the number of weights")
    claim(all(b[j] <= b[j + 1] for j in range(n - 1)), "the order of the knots")

    # The points: hashed, projected exactly, and compared where projections agree.
    scale = max(v.denominator for v in a)
    direction = [int(v * scale) for v in a]
    seen, rows = hashlib.sha256(), []
    points: dict[Fraction, array[float]] = {}
    table = rows_of(Path(data))
    split = ((row[:-K], row[-K:]) for row in table)
    for z, y in zip(table, rows_of(Path(targets)), strict=True) if targets else split:
        if len(z) != d:
            return [*wrong, f"the number of coordinates: {len(z)} in the data, {d} stated"]
        point, values = array("d", z), array("d", y)
        seen.update(point.tobytes() + values.tobytes())
        t = project(direction, z) / scale
        same = points.setdefault(t, point)
        claim(same == point, f"distinct projections: row {len(rows)} meets another point")
        rows.append((t, y))
    claim(len(rows) == shape["rows"], "the number of rows")
    claim(seen.hexdigest() == shape["sha256"], "the sha256 of the sample")
    line = sorted(points)
    gaps = [after - before for before, after in pairwise(line)]
    claim(premises["distinct projections"] == len(line), "the number of distinct projections")
    claim(premises["least gap"] == (str(min(gaps)) if gaps else "none"), "the least gap")
    interleaved = n == len(line) and all(v < t for v, t in zip(b, line, strict=True))
    interleaved = interleaved and all(line[j] <= b[j + 1] for j in range(n - 1))
    claim(premises["interleaved"] == interleaved, "the interleaving of knots and projections")

    # The network: sum_j w_j max(t - b_j, 0) = slope t - offset over the knots below t. In a deep
    # network the value is handed on as max(v, 0) - max(-v, 0) = v: the layers add up to this sum.
    slope, offset, below, largest = [Fraction(0)] * K, [Fraction(0)] * K, 0, Fraction(0)
    claim(len(content["residuals"]) == len(rows), "the number of residuals")
    for i in sorted(range(len(rows)), key=lambda i: rows[i][0]):
        t, y = rows[i]
        while below < n and b[below] < t:
            slope = [s + v for s, v in zip(slope, w[below], strict=True)]
            offset = [c + v * b[below] for c, v in zip(offset, w[below], strict=True)]
            below += 1
        residual = [s * t - c - Fraction(v) for s, c, v in zip(slope, offset, y, strict=True)]
        largest = max(largest, *map(abs, residual))
        claim(
            content["residuals"][i : i + 1] == [[*map(str, residual)]], f"the residual at row {i}"
        )
    claim(content["largest residual"] == str(largest), f"the largest residual: it is {largest}")
    return wrong


def number(text: str) -> Fraction:
    """Read a double in hexadecimal or a fraction p/q."""
    return Fraction(float.fromhex(text)) if "x" in text else Fraction(text)


def project(direction: list[int], z: list[float] | list[int]) -> Fraction:
    """Return <direction, z> exactly."""
    if all(type(v) is int for v in z):
        return Fraction(sum(map(mul, direction, z)))
    ratios = [v.as_integer_ratio() for v in z]
    common = max(q for _, q in ratios)
    whole = (p * (common // q) for p, q in ratios)
    return Fraction(sum(map(mul, direction, whole)), common)


def count(n: int, d: int, K: int, depth: int) -> int:
    """Count the weights: every nonzero entry and bias of the layers, the direction once."""
    hidden = [n // (depth - 1) + (layer < n % (depth - 1)) for layer in range(depth - 1)]
    total = d + hidden[0]  # the direction, the knots of the first layer
    for layer in range(1, depth - 1):
        total += 3 * hidden[layer]  # t - b from two channels
        total += 2 * (layer < depth - 2)  # the two channels of t
        total += 2 * K * (hidden[layer - 1] + 2 * (layer > 1))  # the two channels of the value
    return total + K * (hidden[-1] + 2 * (depth > 2))


def rows_of(path: Path) -> Iterator[list]:
    """Yield the rows of a .npy or .csv file, further axes flattened."""
    if path.suffix == ".csv":
        with open(path, newline="") as file:
            lines = [line for line in csv.reader(file) if line]
            names = any(v.strip()[:1].isalpha() for v in lines[0])  # the first line may hold names
            yield from ([float(v) for v in line] for line in lines[names:])
        return
    with open(path, "rb") as file:
        if (magic := file.read(8))[:6] != b"\x93NUMPY":
            raise ValueError(f"{path} is neither a .npy nor a .csv file")
        length = int.from_bytes(file.read(2 if magic[6] == 1 else 4), "little")
        header = ast.literal_eval(file.read(length).decode("latin1"))
        if header["fortran_order"] or header["descr"] not in TYPES:
            raise ValueError(f"{path} holds {header}: save it in C order, of a little-endian type")
        width = prod(header["shape"][1:])
        for _ in range(header["shape"][0]):
            row = array(TYPES[header["descr"]])
            row.fromfile(file, width)
            yield row.tolist()


def report(certificate: Path, data: Path, targets: Path | None = None) -> int:
    """Print what does not hold, or that all holds; return 0 only if every claim holds."""
    wrong = check(certificate, data, targets)
    for what in wrong:
        print(f"FAIL  {what}")
    largest = float(Fraction(json.loads(Path(certificate).read_text())["largest residual"]))
    all_holds = f"ok  every claim holds; the network is off by at most {largest:.3g}"
    print("the certificate does not hold" if wrong else all_holds)
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("certificate", type=Path)
    parser.add_argument("--data", type=Path, required=True, help=".npy or .csv, one point a row")
    parser.add_argument("--targets", type=Path, help="their targets, if not in the last columns")
    sys.exit(report(**vars(parser.parse_args())))
