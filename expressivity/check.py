"""Check a certificate with the standard library alone: python check.py FILE --data X.npy.

This file shares nothing with the code that builds networks and issues certificates, whose
docstring (certificate.py) describes the format. Every number is read into one exact form or the
file is refused; all arithmetic is on integers and on `fractions.Fraction`.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from io import TextIOWrapper
from itertools import pairwise, zip_longest
from math import isfinite, lcm, prod
from operator import mul
from pathlib import Path
from stat import S_ISREG
from typing import Any

FORMAT = "expressivity certificate 2"
LAYERS = "expressivity layers certificate 2"
CHECKED_BY = {FORMAT: "check.py is for it", LAYERS: "check_layers.py is for it"}
CLAIM = (
    "the network differs from the targets at each row by exactly the residual given; it "
    "interpolates where each is at most the tolerance and below half the distance between labels"
)
GIVEN, SHARE_OF_RANGE = "given", "a ten-thousandth of the range of the targets"
SAMPLE = {"rows": int, "coordinates": int, "targets": int, "sha256": str}
NETWORK = {"file": str, "depth": int, "weights": int, "a": list, "b": list, "w": list}
PREMISES = {"distinct projections": int, "least gap": str, "interleaved": bool}
INTERPOLATION = {"rule": str, "tolerance": list, "distance": list, "holds": bool}
FIELDS = {"certificate": str, "claim": str, "sample": SAMPLE, "network": NETWORK}
FIELDS |= {"premises": PREMISES, "interpolation": INTERPOLATION}
FIELDS |= {"largest residual": str, "residuals": list, "sha256": str}

LARGEST_INTEGER = 2**53  # beyond it not every integer is a double
LARGEST_FILE = 2**30  # bytes of a certificate, or of a network's file
LARGEST_SUM = 2**20  # bits of a running sum
DOUBLE = re.compile(r"-?0x[01]\.[0-9a-f]{1,13}p[+-][0-9]{1,4}")
RATIONAL = re.compile(r"-?(0|[1-9][0-9]{0,4299})(/[1-9][0-9]{0,4299})?")
DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
HEADER = re.compile(
    r"\{'descr': ?'([<>|=])([a-z][0-9])', ?'fortran_order': ?(True|False), "
    r"?'shape': ?\(([0-9]{1,18})((?:, ?[0-9]{1,18})*),?\),? ?\} *\n?"
)
TYPES = {"b1": "B", "i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I"}
TYPES |= {"i8": "q", "u8": "Q", "f2": "e", "f4": "f", "f8": "d"}
SAFETENSORS = {"F64": (8, "d"), "I64": (8, "q"), "U8": (1, "B"), "BOOL": (1, "?")}


class RefusedError(ValueError):
    """Something in a file has no exact meaning, or not the form that is described."""


@dataclass
class Finding:
    """What was found: the claims that do not hold, and, if all do, what the network does.

    `outputs` are the largest residual, the tolerance, and the distance between labels of each.
    """

    wrong: list[str] = field(default_factory=list)
    interpolates: bool = False
    outputs: list[tuple[Fraction, Fraction, Fraction | None]] = field(default_factory=list)
    rule: str = ""
    rows: int = 0

    @property
    def largest(self) -> Fraction:
        """The largest residual of all outputs."""
        return max(off for off, _, _ in self.outputs)

    def claim(self, holds: bool, what: str) -> None:
        """Note a claim that does not hold."""
        if not holds:
            self.wrong.append(what)


def check(
    certificate: Path, data: Path, targets: Path | None = None, network: Path | None = None
) -> list[str]:
    """Return every claim of the certificate that does not hold: none means that all hold.

    The file `data` holds one point a row (.npy or .csv), and its targets in the last columns
    unless `targets` names a file of their own; `network` is the file that the certificate is said
    to be about. Whatever a file holds, the answer is a list; OSError only where there is no file.
    Cost O(n d) products of integers, O(n log n), for network and sample of usual sizes.
    """
    return examine(certificate, data, targets, network).wrong


def examine(
    certificate: Path, data: Path, targets: Path | None = None, network: Path | None = None
) -> Finding:
    """Find out what holds, as `check`, and whether the network interpolates the sample."""
    try:
        content = read_certificate(Path(certificate))
        found = Finding()
        _check_network(found, content["network"], content["sample"], network)
        _check_sample(found, content, Path(data), Path(targets) if targets else None)
        return found
    except RefusedError as refusal:
        return Finding([str(refusal)])
    except RecursionError:
        return Finding([f"{certificate} is nested too deeply"])


def read_certificate(path: Path) -> dict[str, Any]:
    """Return the content of a certificate, all fields there, of their types, and no others."""
    return unsealed_fields(path, FORMAT, FIELDS)


def unsealed_fields(path: Path, form: str, names: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a certificate of a format, which has these fields and no others."""
    content = read_json(content_of(path), path)
    if type(content) is dict and (stated := content.get("certificate", form)) != form:
        mend = CHECKED_BY.get(str(stated), "certify the network anew")
        raise RefusedError(f"the format is {ascii(stated)[:50]}, not '{form}': {mend}")
    fields(content, "the certificate", names)
    if content["claim"] != CLAIM:
        raise RefusedError("the claim is another than that checked here: certify the network anew")
    if min(content["sample"][name] for name in ("rows", "coordinates", "targets")) < 1:
        raise RefusedError("the sample is empty: rows, coordinates and targets must be at least 1")
    return unsealed(content)


def _check_network(
    found: Finding, network: dict[str, Any], sample: dict[str, Any], file: Path | None
) -> None:
    """Read the numbers of the network, in place, and check what is said of them alone."""
    d, K, depth = sample["coordinates"], sample["targets"], network["depth"]
    if any(type(row) is not list for row in network["w"]):
        raise RefusedError("w must be rows of numbers")
    a = [number(v, f"a[{k}]", DOUBLE) for k, v in enumerate(network["a"])]
    b = [number(v, f"b[{j}]") for j, v in enumerate(network["b"])]
    w = [[number(v, f"w[{j}]") for v in row] for j, row in enumerate(network["w"])]
    n = len(b)
    if (len(a), len(w), {*map(len, w)}) != (d, n, {K}) or not 2 <= depth <= n + 1:
        raise RefusedError("the shapes of a, b and w, or the depth, do not fit together")
    found.claim(network["weights"] == count(n, d, K, depth), "the number of weights")
    found.claim(all(before <= after for before, after in pairwise(b)), "the order of the knots")
    network |= {"a": a, "b": b, "w": w}
    raw = check_hash(found, network["file"], file)
    if file is not None:
        flat = {"a": a, "b": b, "w": [v for row in w for v in row]}
        arrays, facts = read_safetensors(raw, file)
        same = all(name in arrays and arrays[name][::2] == ("F64", flat[name]) for name in flat)
        same = same and facts.get("depth") == str(depth)
        found.claim(same, f"the network: {file} holds another one")


def check_hash(found: Finding, stated: str, file: Path | None) -> bytes:
    """Check that a network's file, if it is given, is the one that is named; return its content."""
    if not re.fullmatch("none|[0-9a-f]{64}", stated):
        raise RefusedError("the network's file is neither 'none' nor a SHA-256")
    raw = b"" if file is None else content_of(Path(file))
    same = file is None or hashlib.sha256(raw).hexdigest() == stated
    found.claim(same, f"the network's file: {file} has another sha256")
    return raw


def _check_sample(
    found: Finding, content: dict[str, Any], data: Path, targets: Path | None
) -> None:
    """Check all that is said of the network at the sample."""
    shape, network, premises = content["sample"], content["network"], content["premises"]
    a, b, w, n = network["a"], network["b"], network["w"], len(network["b"])
    d, K = shape["coordinates"], shape["targets"]

    # The points: hashed, projected exactly, and compared where projections agree.
    scale = lcm(*(v.denominator for v in a))
    direction = [v.numerator * (scale // v.denominator) for v in a]
    hashed, rows = hashlib.sha256(), []
    points: dict[Fraction, bytes] = {}
    for z, y in points_of(data, targets, d, K):
        coordinates = struct.pack(f"<{d}d", *z)
        hashed.update(coordinates + struct.pack(f"<{K}d", *y))
        t = project(direction, z) / scale
        # Adding zero makes one of 0.0 and -0.0, which are the same coordinate.
        point = hashlib.sha256(struct.pack(f"<{d}d", *(v + 0.0 for v in z))).digest()
        same = points.setdefault(t, point) == point
        found.claim(same, f"distinct projections: row {len(rows)} meets another point")
        rows.append((t, [Fraction(v) for v in y]))
    found.claim(len(rows) == shape["rows"], "the number of rows")
    found.claim(hashed.hexdigest() == shape["sha256"], "the sha256 of the sample")
    if not rows or len(content["residuals"]) != len(rows):
        raise RefusedError("the number of residuals is not the number of rows in the data")
    line = sorted(points)
    gaps = [after - before for before, after in pairwise(line)]
    found.claim(premises["distinct projections"] == len(line), "the number of projections")
    least = written(min(gaps), "the least gap") if gaps else "none"
    found.claim(premises["least gap"] == least, "the least gap")
    interleaved = n == len(line) and all(v < t for v, t in zip(b, line, strict=True))
    interleaved = interleaved and all(line[j] <= b[j + 1] for j in range(n - 1))
    found.claim(premises["interleaved"] == interleaved, "the interleaving of knots and points")

    # The network: sum_j w_j max(t - b_j, 0) = slope t - offset over the knots below t. In a deep
    # network the value is handed on as max(v, 0) - max(-v, 0) = v: the layers add up to this sum.
    slope, offset, below, largest = [Fraction(0)] * K, [Fraction(0)] * K, 0, [Fraction(0)] * K
    for i in sorted(range(len(rows)), key=lambda i: rows[i][0]):
        t, y = rows[i]
        while below < n and b[below] < t:
            slope = [s + v for s, v in zip(slope, w[below], strict=True)]
            offset = [c + v * b[below] for c, v in zip(offset, w[below], strict=True)]
            below += 1
            if max(v.denominator.bit_length() for v in (*slope, *offset)) > LARGEST_SUM:
                raise RefusedError("the weights add up to fractions of more than a million bits")
        residual = [s * t - c - v for s, c, v in zip(slope, offset, y, strict=True)]
        largest = [max(v, abs(r)) for v, r in zip(largest, residual, strict=True)]
        where = f"the residual at row {i}"
        found.claim([written(v, where) for v in residual] == content["residuals"][i], where)
    where = "the largest residual"
    found.claim(content["largest residual"] == written(max(largest), where), where)
    check_interpolation(found, content["interpolation"], [y for _, y in rows], len(line), largest)


def check_interpolation(
    found: Finding,
    stated: dict[str, Any],
    targets: list[list[Fraction]],
    points: int,
    largest: list[Fraction],
) -> None:
    """Check whether the largest residual of each output is one that interpolates.

    A given tolerance is taken, any other computed anew from the rows of targets, as is the least
    distance between labels where the targets of the distinct points are classes.
    """
    columns = [sorted(set(column)) for column in zip(*targets, strict=True)]
    if stated["rule"] == GIVEN:
        tolerance = [number(v, "the tolerance", RATIONAL) for v in stated["tolerance"]]
        if len(tolerance) != len(columns) or min(tolerance) < 0 or len({*tolerance}) > 1:
            raise RefusedError("the tolerance is not one number of at least 0 for every output")
    else:
        ranges = [(v[-1] - v[0]) or abs(v[0]) for v in columns]
        tolerance = [width / 10_000 for width in ranges]
        found.claim(stated["rule"] == SHARE_OF_RANGE, "the rule of the tolerance")
        shown = [written(v, "the tolerance") for v in tolerance]
        found.claim(stated["tolerance"] == shown, "the tolerance")
    distance: list[Fraction | None] = []
    for labels in columns:
        whole = all(v.denominator == 1 and abs(v) <= LARGEST_INTEGER for v in labels)
        classes = len(labels) > 1 and (whole or 2 * len(labels) <= points)
        distance.append(min(q - p for p, q in pairwise(labels)) if classes else None)
    where = "the distance between labels"
    shown = ["none" if v is None else written(v, where) for v in distance]
    found.claim(stated["distance"] == shown, where)
    found.outputs = [*zip(largest, tolerance, distance, strict=True)]
    found.interpolates = all(
        off <= allowed and (apart is None or 2 * off < apart)
        for off, allowed, apart in found.outputs
    )
    found.claim(stated["holds"] == found.interpolates, "whether the network interpolates")
    found.rule, found.rows = stated["rule"], len(targets)


def count(n: int, d: int, K: int, depth: int) -> int:
    """Count the weights: every nonzero entry and bias of the layers, the direction once."""
    hidden = [n // (depth - 1) + (layer < n % (depth - 1)) for layer in range(depth - 1)]
    total = d + hidden[0]  # the direction, the knots of the first layer
    for layer in range(1, depth - 1):
        total += 3 * hidden[layer]  # t - b from two channels
        total += 2 * (layer < depth - 2)  # the two channels of t
        total += 2 * K * (hidden[layer - 1] + 2 * (layer > 1))  # the two channels of the value
    return total + K * (hidden[-1] + 2 * (depth > 2))


def project(direction: list[int], z: list[float] | list[int]) -> Fraction:
    """Return <direction, z> exactly."""
    if {*map(type, z)} == {int}:
        return Fraction(sum(map(mul, direction, z)))
    ratios = [v.as_integer_ratio() for v in z]
    common = max(q for _, q in ratios)  # all are powers of two
    whole = (p * (common // q) for p, q in ratios)
    return Fraction(sum(map(mul, direction, whole)), common)


def number(text: Any, where: str, form: re.Pattern[str] | None = None) -> Fraction:
    """Read a double in hexadecimal or a fraction p/q, each in its only spelling, and no other."""
    if type(text) is str:
        if form is not RATIONAL and DOUBLE.fullmatch(text):
            try:
                value = float.fromhex(text)
            except OverflowError:
                value = 0.0
            if value.hex() == text:
                return Fraction(value)
        if form is not DOUBLE and RATIONAL.fullmatch(text) and str(v := Fraction(text)) == text:
            return v
    kinds = {DOUBLE: "a double", RATIONAL: "a fraction in lowest terms"}
    kind = kinds[form] if form else "a double or a fraction in lowest terms"
    raise RefusedError(f"{where} is {ascii(text)[:60]}, not {kind} in its only spelling")


def written(value: Fraction, where: str) -> str:
    """Write a number in its only spelling, or refuse one that Python does not write."""
    try:
        return str(value)
    except ValueError as error:
        raise RefusedError(f"{where} has more than 4300 digits: no certificate holds it") from error


def unsealed(content: dict[str, Any]) -> dict[str, Any]:
    """Return a certificate's content without its own sha256, which must be that of the rest."""
    stated = content.pop("sha256")
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    if hashlib.sha256(text.encode()).hexdigest() != stated:
        raise RefusedError("the certificate's own sha256 is another: it was changed")
    return content


def fields(value: Any, where: str, names: dict[str, Any]) -> dict[str, Any]:
    """Return an object that has exactly the fields named, each exactly of its type or fields."""
    if type(value) is not dict:
        raise RefusedError(f"{where} is no JSON object: it is {ascii(value)[:60]}")
    for name, kind in names.items():
        if name not in value:
            raise RefusedError(f"{where} has no field '{name}'")
        if type(kind) is dict:
            fields(value[name], name, kind)
        elif type(value[name]) is not kind:
            shown = ascii(value[name])[:60]
            raise RefusedError(f"{where}: '{name}' is {shown}, not of the type {kind.__name__}")
    for name in value.keys() - names.keys():
        raise RefusedError(f"{where} has the unknown field {ascii(name)[:60]}")
    return value


def content_of(path: Path) -> bytes:
    """Return what a file holds, which a certificate or a network may be."""
    if ordinary(path).stat().st_size > LARGEST_FILE:
        raise RefusedError(f"{path} is larger than {LARGEST_FILE} bytes")
    return path.read_bytes()


def ordinary(path: Path) -> Path:
    """Return the path of a file: folders hold nothing, pipes and devices may have no end."""
    if not S_ISREG(path.stat().st_mode):
        raise OSError(f"{path} is a folder, a pipe or a device: give an ordinary file")
    return path


def read_json(raw: bytes, path: Path, floats: Callable[[str], Any] | None = None) -> Any:
    """Read JSON with integers only, if `floats` does not read other numbers; every key once."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(found := dict(pairs)) < len(pairs):
            raise RefusedError(f"{path} has a key twice")
        return found

    def no_number(text: str) -> None:
        raise RefusedError(f"{path} has the number {text[:60]}: all but counts are strings")

    read = floats or no_number
    try:
        return json.loads(
            raw.decode(), object_pairs_hook=once, parse_float=read, parse_constant=read
        )
    except RefusedError:
        raise
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"{path} is not JSON: {ascii(str(error))[:80]}") from error


def points_of(
    data: Path, targets: Path | None, d: int, K: int
) -> Iterator[tuple[list[Any], list[Any]]]:
    """Yield each row of the sample as d coordinates and K targets, all finite."""
    if targets is None:
        pairs = ((row[:d], row[d:]) for row in rows_of(data))
    else:
        pairs = zip_longest(rows_of(data), rows_of(targets), fillvalue=[])
    for i, (z, y) in enumerate(pairs):
        if (len(z), len(y)) != (d, K):
            found = f"{len(z)} coordinates and {len(y)} targets"
            raise RefusedError(f"row {i} of the data has {found}; {d} and {K} are stated")
        yield z, y


def rows_of(path: Path) -> Iterator[list[Any]]:
    """Yield the rows of a .npy or .csv file, further axes flattened: finite numbers.

    Integers must be at most 2^53 in size, as for `interpolate`; the decimals of a table stand for
    the doubles nearest to them.
    """
    for i, row in enumerate(_csv_rows(path) if path.suffix == ".csv" else _npy_rows(path)):
        if not all(map(isfinite, row)):
            raise RefusedError(f"{path}, row {i}: a number is not finite or too large for a double")
        if any(abs(v) > LARGEST_INTEGER for v in row if type(v) is int):
            raise RefusedError(f"{path}, row {i}: an integer beyond 2^53 has no exact double")
        yield row


def _csv_rows(path: Path) -> Iterator[list[float]]:
    """Read comma-separated decimals. Empty lines and lines that begin with # are passed over.

    The first line may hold names: it does if one field is a word, and the others, if any, are the
    numbers 0, 1, .. of their own columns.
    """
    try:
        with open(ordinary(path), newline="", encoding="utf-8-sig") as file:
            # A quote that is not closed takes in the end of its line, which the last may lack.
            whole = (line.rstrip("\r\n") + "\n" for line in file)
            lines = csv.reader(line for line in whole if line.strip() and line.lstrip()[0] != "#")
            for i, line in enumerate(lines):
                if any("\n" in v for v in line):
                    raise RefusedError(f"{path}, row {i}: a quote is not closed in its line")
                line = [v.strip() for v in line]
                words = [_is_word(v) for v in line]
                names = (words[k] or v == str(k) for k, v in enumerate(line))
                if i == 0 and any(words) and all(names):
                    continue
                yield [_decimal(v, f"{path}, row {i}, column {k}") for k, v in enumerate(line)]
    except (csv.Error, UnicodeDecodeError) as error:
        raise RefusedError(
            f"{path} is no comma-separated table: {ascii(str(error))[:80]}"
        ) from error


def _is_word(text: str) -> bool:
    try:
        float(text)  # reads inf and nan as well, which are neither words nor finite numbers
    except ValueError:
        return text != ""
    return False


def _decimal(text: str, where: str) -> float:
    if not DECIMAL.fullmatch(text) or len(text) > 1000:
        raise RefusedError(f"{where}: {ascii(text)[:60]} is not a finite decimal number")
    if text.lstrip("+-").isdigit() and abs(int(text)) > LARGEST_INTEGER:
        raise RefusedError(
            f"{where}: the integer {text[:60]} is beyond 2^53 and has no exact double"
        )
    return float(text)


def _npy_rows(path: Path) -> Iterator[list[Any]]:
    with open(ordinary(path), "rb") as file:
        magic = file.read(8)
        if magic[:6] != b"\x93NUMPY" or magic[6:7] not in (b"\1", b"\2", b"\3"):
            raise RefusedError(f"{path} is neither a .npy nor a .csv file")
        length = int.from_bytes(file.read(2 if magic[6] == 1 else 4), "little")
        header = HEADER.fullmatch(file.read(min(length, 2**16)).decode("latin1"))
        if header is None or header[2] not in TYPES:
            raise RefusedError(f"{path} holds no array of real numbers of at most 64 bits")
        order, kind, fortran = header[1].replace("|", "<").replace("=", "<"), header[2], header[3]
        shape = [int(header[4]), *map(int, re.findall("[0-9]+", header[5]))]
        rows, width = shape[0], prod(shape[1:])
        size = rows * width * int(kind[1])
        if path.stat().st_size != file.tell() + size:
            raise RefusedError(f"{path} is not as long as its shape {tuple(shape)} says")
        if rows == 0:  # of any width
            return
        if fortran == "True" and len(shape) > 1:
            if len(shape) > 2:
                raise RefusedError(f"{path} is in Fortran order: save it in C order")
            values = struct.unpack(f"{order}{rows * width}{TYPES[kind]}", file.read())
            table = (list(values[i::rows]) for i in range(rows))
        else:
            form = struct.Struct(f"{order}{width}{TYPES[kind]}")
            table = (list(form.unpack(file.read(form.size))) for _ in range(rows))
        for i, row in enumerate(table):
            if kind == "b1" and max(row, default=0) > 1:
                raise RefusedError(f"{path}, row {i}: a boolean is neither 0 nor 1")
            yield row


def read_safetensors(
    raw: bytes, path: Path
) -> tuple[dict[str, tuple[str, list[int], list[Any]]], dict[str, str]]:
    """Return type, shape and numbers, flat, of each array in a network's file, and its facts."""
    try:
        start = 8 + int.from_bytes(raw[:8], "little")
        header, body = read_json(raw[8:start], path), memoryview(raw)[start:]
        facts, arrays = header.pop("__metadata__"), {}
        for name, held in header.items():
            first, last = held["data_offsets"]
            size, form = SAFETENSORS[held["dtype"]]
            values = struct.unpack(f"<{(last - first) // size}{form}", body[first:last])
            shape = held["shape"]
            if len(shape) > 2 or prod(shape) != len(values) or not all(map(isfinite, values)):
                raise ValueError(name)
            arrays[name] = held["dtype"], shape, [*values]
        return arrays, {str(name): str(fact) for name, fact in facts.items()}
    except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        raise RefusedError(f"{path} holds no network of finite numbers") from error


def residual_of(found: Finding) -> str:
    """Say how far the network is off, exactly, and how far it may be.

    Where outputs have different limits, those of the one that is nearest to its own.
    """

    def share(output: tuple[int, tuple[Fraction, Fraction, Fraction | None]]) -> Any:
        off, allowed, apart = output[1]
        most = allowed if apart is None else min(allowed, apart / 2)
        return (off > 0, off) if most == 0 else (False, off / most)

    k, (off, allowed, apart) = max(enumerate(found.outputs), key=share)
    said = f"largest residual {upwards(found.largest)}, exactly; "
    if len({output[1:] for output in found.outputs}) > 1:
        said += f"nearest to its limit is output {k}: {upwards(off)}, "
    said += f"may be {upwards(allowed)} ({found.rule})"
    labels = "" if apart is None else f", and less than half of {downwards(apart)} between labels"
    return said + labels


def upwards(value: Fraction) -> str:
    """Write a number to three digits, rounded upwards: "at most" stays true."""
    return _digits(value, ROUND_CEILING)


def downwards(value: Fraction) -> str:
    """Write a number to three digits, rounded downwards: "at least" stays true."""
    return _digits(value, ROUND_FLOOR)


def _digits(value: Fraction, rounding: str) -> str:
    found = Context(prec=3, rounding=rounding).divide(
        Decimal(value.numerator), Decimal(value.denominator)
    )
    return f"{found.normalize():.3g}"


def say(found: Finding, compared: bool) -> int:
    """Print a finding; return 0 only if every claim holds and the network interpolates."""
    for what in found.wrong[:20]:
        print(f"FAIL  {what}")
    if len(found.wrong) > 20:
        print(f"FAIL  and {len(found.wrong) - 20} more")
    if found.wrong:
        print("the certificate does not hold")
        return 1
    says = "ok    every claim holds; the network interpolates"
    if not found.interpolates:
        says = "FAIL  every claim holds; the network does not interpolate"
    print(f"{says} the {found.rows} rows: {residual_of(found)}")
    if not compared:
        print("      of the network that is written in the certificate; --network FILE compares")
    return 0 if found.interpolates else 1


def main(examine: Callable[..., Finding], what: str) -> None:
    """Check the files that the command line names; end with status 0, 1, or 2 for a missing one."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("certificate")
    parser.add_argument("--data", required=True, help=".npy or .csv, one point a row")
    parser.add_argument("--targets", help="their targets, if not in the last columns")
    parser.add_argument("--network", help="the network's file, to be compared")
    given = parser.parse_args()
    if isinstance(sys.stdout, TextIOWrapper):  # a file's name may be no text
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.exit(say(examine(**vars(given)), compared=given.network is not None))
    except (OSError, MemoryError) as error:
        print(f"error: {error or 'out of memory'}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main(examine, __doc__ or "")
