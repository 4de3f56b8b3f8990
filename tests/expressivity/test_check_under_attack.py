"""The checker is attacked: no forged certificate passes, whatever field, number or type is forged.

What a certificate may say is computed here anew, in `Fraction`, by the textbook's formulas: the sum
of all ReLUs at every point, every pair of targets, no running sums and no common denominators.
"""

from __future__ import annotations

import copy
import hashlib
import json
import struct
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expressivity import Network, certify, deep, interpolate
from expressivity.certificate import digest
from expressivity.check import RefusedError, check, examine, number, rows_of, upwards

Json = dict[str, Any]


def exact(text: str) -> Fraction:
    if "x" in text:
        return Fraction(float.fromhex(text))
    if "e" in text:  # no number of a certificate has an exponent, and 1e30000000 takes minutes
        raise ValueError(text)
    return Fraction(text)


def truth(content: Json, X: list[list[float]], Y: list[list[float]]) -> Json:
    """Return what a certificate of this network at this sample must say, but for the network."""
    a, b = ([exact(v) for v in content["network"][name]] for name in "ab")
    w = [[exact(v) for v in row] for row in content["network"]["w"]]
    K = len(w[0])
    points = [[Fraction(v) for v in z] for z in X]
    targets = [[Fraction(v) for v in y] for y in Y]
    t = [sum((u * v for u, v in zip(a, z, strict=True)), Fraction(0)) for z in points]
    residuals = [
        [
            sum((w[j][k] * max(ti - b[j], 0) for j in range(len(b))), Fraction(0)) - y[k]
            for k in range(K)
        ]
        for ti, y in zip(t, targets, strict=True)
    ]
    line = sorted(set(t))
    same = [p for p, q in combinations(range(len(t)), 2) if t[p] == t[q] and points[p] != points[q]]
    columns = [[y[k] for y in targets] for k in range(K)]
    rule = content["interpolation"]["rule"]
    distance, tolerance, holds = [], [], True
    for k, column in enumerate(columns):
        pairs = [abs(p - q) for p, q in combinations(column, 2) if p != q]
        if rule == "given":
            tolerance.append(exact(content["interpolation"]["tolerance"][0]))
        else:
            tolerance.append(Fraction(max(pairs, default=abs(column[0])), 10_000))
        few = 2 * len(set(column)) <= len({tuple(z) for z in points})
        classes = few or all(v.denominator == 1 and abs(v) <= 2**53 for v in column)
        distance.append(str(min(pairs)) if pairs and classes else "none")
        for row in residuals:
            holds &= abs(row[k]) <= tolerance[k]
            if pairs and classes:
                nearest = min(abs(row[k] + columns[k][0] - v) for v in columns[k])
                assert nearest >= 0
                holds &= all(abs(row[k]) < d - abs(row[k]) for d in [min(pairs)])
    n, m = len(line), len(b)
    hashed = hashlib.sha256()
    for z, y in zip(X, Y, strict=True):
        hashed.update(struct.pack(f"<{len(z) + len(y)}d", *z, *y))
    return {
        "sample": {
            "rows": len(X),
            "coordinates": len(X[0]),
            "targets": K,
            "sha256": hashed.hexdigest(),
        },
        "premises": {
            "distinct projections": n,
            "least gap": str(min((q - p for p, q in pairwise(line)), default="none")),
            "interleaved": n == m
            and all(b[j] < line[j] for j in range(m))
            and all(line[j] <= b[j + 1] for j in range(m - 1)),
        },
        "interpolation": {
            "rule": rule,
            "tolerance": [str(v) for v in tolerance],
            "distance": distance,
            "holds": holds,
        },
        "largest residual": str(max(abs(r) for row in residuals for r in row)),
        "residuals": [[str(r) for r in row] for row in residuals],
        "collisions": len(same),
    }


def is_true(content: Any, X: list[list[float]], Y: list[list[float]], original: Json) -> bool:
    """Tell whether a certificate says the truth, and nothing but it, in the form described."""
    try:
        told = dict(content)
        stated = told.pop("sha256")
        network = told["network"]
        right = truth(told, X, Y)
        n, d, depth = len(network["b"]), len(network["a"]), network["depth"]
        return (
            stated == digest(told)
            and told["interpolation"]["rule"] in RULES
            and exact(told["interpolation"]["tolerance"][0]) >= 0
            and right.pop("collisions") == 0
            and _same({k: v for k, v in told.items() if k in right}, right)
            and told.keys() == original.keys() - {"sha256"}
            and network.keys() == original["network"].keys()
            and _same(
                [told["certificate"], told["claim"]],
                [original[k] for k in ("certificate", "claim")],
            )
            # A string of one digit would pass for a list of numbers.
            and all(type(v) is list for v in (*(network[k] for k in "abw"), *network["w"]))
            and all(type(v) is str and "x" in v for v in network["a"])
            and all(
                _spelt(v)
                for v in (*network["a"], *network["b"], *(v for row in network["w"] for v in row))
            )
            and all(exact(p) <= exact(q) for p, q in pairwise(network["b"]))
            and len(X[0]) == d
            and type(depth) is int
            and 2 <= depth <= n + 1
            and [len(row) for row in network["w"]] == [len(Y[0])] * n
            and _same(network["weights"], deep.count(n, d, len(Y[0]), depth))
            and (network["file"] == "none" or len(bytes.fromhex(network["file"])) == 32)
            and network["file"] == network["file"].lower()
        )
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        ZeroDivisionError,
        OverflowError,
    ):
        return False


def _same(one: Any, other: Any) -> bool:
    """Compare as JSON does, which tells true, 1 and 1.0 apart."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _spelt(text: str) -> bool:
    if "x" in text:
        return float.fromhex(text).hex() == text
    return str(Fraction(text)) == text


def places(content: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every value of a certificate, objects and lists themselves included."""
    if path:
        yield path
    if isinstance(content, dict | list):
        items = content.items() if isinstance(content, dict) else enumerate(content)
        for key, value in items:
            yield from places(value, (*path, key))


RULES = ("given", "a ten-thousandth of the range of the targets")
LONG = "0x1." + "0" * 13 + "8p+0"  # more than 53 bits
VALUES: list[Any] = [
    *(None, True, False, 0, 1, 2, 3, -1, 1.0, 3.0, 1e308, [], {}, [[]], ["1"], [1], [True]),
    *({"a": 1}, [["0"]], "", "0", "1", "-0", "00", "1/1", "2/4", "1/3", "1/2", "-1/2", "1/0"),
    *("0.5", "1e3", "1e30000000", " 1", "1 ", "1_0", "+1", "١", "nan", "inf", "-inf", "none"),
    *("given", "true", "0x1p+0", "0x1.0000000000000p+0", "0x1.0000000000000p+1024", LONG),
    *("0X1.0P+0", "0x1.0000000000000p-1080", "0x0.0p+0", "-0x0.0p+0", "-0x1.0000000000000p+0"),
    *("a" * 64, "A" * 64, "a ten-thousandth of the range of the targets"),
]


@st.composite
def forgeries(draw: st.DrawFn) -> tuple[Json, Json, Any, Any, Any]:
    """Draw a true certificate, its data, and the same with one to three things forged."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d, K = draw(st.integers(1, 6)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    X = rng.integers(-9, 9, (n, d)) / draw(st.sampled_from([1, 4, 3]))
    X = np.unique(X, axis=0)
    y = rng.integers(-3, 4, (len(X), K)) / draw(st.sampled_from([1, 1, 8]))
    y = y if K > 1 else y[:, 0]
    depth = draw(st.integers(2, min(len(X) + 1, 4)))
    net = interpolate(X, y, exact=draw(st.booleans()), depth=depth)
    tolerance = draw(st.sampled_from([None, None, 0, 0.25, 10.0]))
    content = certify(net, X, y, tolerance=tolerance)
    forged = copy.deepcopy(content)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.sampled_from(list(places(forged))))
        inner = forged
        for key in place[:-1]:
            inner = inner[key]
        what = draw(st.sampled_from(["value", "value", "nudge", "drop", "add", "copy"]))
        old = inner[place[-1]]
        if what == "drop":
            del inner[place[-1]]
        elif what == "add" and isinstance(old, dict | list):
            value = copy.deepcopy(draw(st.sampled_from(VALUES)))
            old.append(value) if isinstance(old, list) else old.update({"extra": value})
        elif what == "copy":
            # The value of another place, so that types and forms are right.
            other = forged
            for key in draw(st.sampled_from(list(places(forged)))):
                other = other[key]
            inner[place[-1]] = copy.deepcopy(other)
        elif what == "nudge" and isinstance(old, str) and old[:1] in "-0123456789":
            inner[place[-1]] = nudged(old, draw(st.integers(-2, 2)))
        else:
            inner[place[-1]] = copy.deepcopy(draw(st.sampled_from(VALUES)))
    if draw(st.integers(0, 9)) and isinstance(forged.get("network"), dict):
        # A careful forger: everything that follows from the network is computed anew.
        kept = draw(st.sampled_from(["none", *content]))
        try:
            right = truth(forged, X.tolist(), y.reshape(len(X), -1).tolist())
            right.pop("collisions")
            forged |= {key: value for key, value in right.items() if key != kept}
        except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError):
            pass
    forged.pop("sha256", None)
    if draw(st.integers(0, 9)):
        forged["sha256"] = digest(forged)
    return content, forged, X, y, net


def nudged(text: str, by: int) -> str:
    try:
        value = exact(text)
    except (ValueError, ZeroDivisionError, OverflowError):
        return text
    if "x" in text and by:
        return float(np.nextafter(float.fromhex(text), by * np.inf)).hex()
    return str(value + Fraction(by, 2**60))


@given(forgeries())
@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_exactly_the_true_certificates_pass(tmp_path: Path, forgery: Any) -> None:
    content, forged, X, y, _ = forgery
    path, data, targets = tmp_path / "c.json", tmp_path / "X.npy", tmp_path / "y.npy"
    path.write_text(json.dumps(forged))
    np.save(data, X)
    np.save(targets, y)
    rows = X.tolist(), y.reshape(len(X), -1).tolist()
    assert is_true(content, *rows, content)
    found = examine(path, data, targets)
    assert (found.wrong == []) == is_true(forged, *rows, content), found.wrong
    if not found.wrong:
        assert found.interpolates == forged["interpolation"]["holds"]
        assert found.largest == exact(forged["largest residual"])


def _certified(folder: Path, **options: Any) -> tuple[Json, Path, Path, Any, Any]:
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 50, (8, 2)) / 4, rng.integers(0, 3, 8).astype(float)
    content = certify(interpolate(X, y), X, y, **options)
    path, data = folder / "c.json", folder / "data.npy"
    path.write_text(json.dumps(content))
    np.save(data, np.column_stack((X, y)))
    assert check(path, data) == []
    return content, path, data, X, y


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("{}", "no field 'certificate'"),
        ("[]", "is no JSON object"),
        ("", "is not JSON"),
        ("[" * 200_000, "is not JSON"),
        ('{"a": ' * 200_000, "is not JSON"),
        ("\ufeff{}", "is not JSON"),
        ('{"a": NaN}', "the number NaN"),
        ('{"a": 1.0}', "the number 1.0"),
        ('{"a": 1e30000000}', "the number 1e30000000"),
        ('{"a": ' + "9" * 5000 + "}", "is not JSON"),
        ('{"a": 1, "a": 1}', "a key twice"),
        (b"\xff\xfe", "is not JSON"),
    ],
)
def test_what_is_no_certificate_is_refused(tmp_path: Path, raw: Any, says: str) -> None:
    _, path, data, _, _ = _certified(tmp_path)
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    (wrong,) = check(path, data)
    assert says in wrong


def test_a_key_given_twice_is_refused_in_a_true_certificate(tmp_path: Path) -> None:
    _, path, data, _, _ = _certified(tmp_path)
    text = path.read_text()
    for key in ("rows", "depth", "interleaved", "residuals", "sha256"):
        path.write_text(text.replace(f'"{key}"', f'"{key}": 0, "{key}"', 1))
        assert check(path, data) == [f"{path} has a key twice"]


def test_the_first_format_is_refused_by_name(tmp_path: Path) -> None:
    content, path, data, _, _ = _certified(tmp_path)
    content["certificate"] = "expressivity certificate 1"
    path.write_text(json.dumps(content))
    (wrong,) = check(path, data)
    assert "'expressivity certificate 1'" in wrong and "certify the network anew" in wrong


def test_the_forged_direction_of_two_fractions(tmp_path: Path) -> None:
    # A direction of fractions was cut to the largest denominator: (1/3, 1/3) was checked.
    content, path, data, X, y = _certified(tmp_path)
    content["network"]["a"] = ["1/3", "1/2"]
    right = truth(content, X.tolist(), y[:, None].tolist())
    right.pop("collisions")
    content |= right
    content.pop("sha256")
    content["sha256"] = digest(content)
    path.write_text(json.dumps(content))
    (wrong,) = check(path, data)
    assert "a[0] is '1/3', not a double" in wrong


def test_wrong_labels_do_not_interpolate_however_large_the_rounding_bound() -> None:
    # Twins at a relative distance of 1e-12 make slopes, and with them rounding bounds, huge.
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 2))
    X = np.concatenate((X, X * (1 + 1e-12)))
    y = rng.integers(0, 10, 200).astype(float)
    wrong = certify(interpolate(X, (y + 1) % 10), X, y)
    assert wrong["interpolation"]["holds"] is False
    for tolerance in (0.4, 1, 100):
        given = certify(interpolate(X, (y + 1) % 10), X, y, tolerance=tolerance)
        assert given["interpolation"]["holds"] is False


@pytest.mark.parametrize(
    ("y", "tolerance", "off", "holds"),
    [
        ([0, 1, 2, 3], None, 0.0003, True),
        ([0, 1, 2, 3], None, 0.00031, False),
        ([0, 1, 2, 3], 0.25, 0.25, True),
        ([0, 1, 2, 3], 9, 0.49, True),
        ([0, 1, 2, 3], 9, 0.5, False),  # no longer nearest to its own label
        ([0, 0.5, 0, 0.5], 9, 0.25, False),  # labels, for there are few
        ([0, 0.5, 0.1, 0.7], 9, 0.25, True),
        ([7, 7, 7, 7], None, 0.0007, True),
        ([7, 7, 7, 7], None, 0.00071, False),
        ([0, 0, 0, 0], None, 1e-300, False),
        ([0, 2**60, 2**60 + 2**8, 1], None, 2**40, True),
    ],
)
def test_what_interpolates_means(
    tmp_path: Path, y: Any, tolerance: float | None, off: float, holds: bool
) -> None:
    X, y = np.arange(4.0)[:, None], np.array(y, dtype=float)
    # One unit more, which begins after the last point but one, bends the network at the last.
    base = interpolate(X, y, exact=True)
    net = type(base)(base.a, base.b, np.append(base.w[:-1], base.w[-1] + exact_off(base, off)))
    content = certify(net, X, y, tolerance=tolerance)
    assert content["interpolation"]["holds"] is holds
    path, data = tmp_path / "c.json", tmp_path / "data.npy"
    path.write_text(json.dumps(content))
    np.save(data, np.column_stack((X, y)))
    found = examine(path, data)
    assert found.wrong == [] and found.interpolates is holds


def exact_off(net: Any, off: float) -> Fraction:
    """Return the change of the last weight that moves the last output by `off`, as printed."""
    return Fraction(str(off)) / (Fraction(3) * Fraction(float(net.a[0])) - net.b[-1])


def test_the_network_file_is_tied_to_the_certificate(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((9, 2)), rng.standard_normal(9)
    net, file = interpolate(X, y), tmp_path / "net.safetensors"
    net.save(file)
    path, data = tmp_path / "c.json", tmp_path / "data.npy"
    np.save(data, np.column_stack((X, y)))
    path.write_text(json.dumps(certify(net, X, y, file=file)))
    assert check(path, data, network=file) == []
    # The hash alone would let a certificate of one network name the file of another.
    content = certify(net, X, y)
    interpolate(X, y + 1).save(file)
    content["network"]["file"] = hashlib.sha256(file.read_bytes()).hexdigest()
    content.pop("sha256")
    path.write_text(json.dumps({**content, "sha256": digest(content)}))
    assert check(path, data) == []
    assert check(path, data, network=file) == [f"the network: {file} holds another one"]
    path.write_text(json.dumps(certify(net, X, y)))
    assert len(check(path, data, network=file)) == 2
    with pytest.raises(ValueError, match="holds another network"):
        certify(net, X, y, file=file)
    for raw in (b"", b"\x01", b"\xff" * 99, b"\x02\0\0\0\0\0\0\0[]", net.a.tobytes()):
        file.write_bytes(raw)
        assert f"{file} holds no network of finite numbers" in check(path, data, network=file)[0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["a", "b", "w"])
def test_what_is_not_finite_is_no_network(name: str, bad: float) -> None:
    parts = {"a": np.ones(2), "b": np.arange(3.0), "w": np.ones(3)}
    parts[name][-1] = bad
    with pytest.raises(ValueError, match=rf"{name}\[\d\] is -?(nan|inf)"):
        Network(**parts)


INTEGERS = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


@pytest.mark.parametrize("dtype", [np.bool_, *INTEGERS, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("layout", ["C", "F"])
def test_arrays_are_read_as_numpy_reads_them(
    tmp_path: Path, dtype: Any, order: str, layout: Any
) -> None:
    values = np.random.default_rng(0).integers(0, 100, (5, 3)).astype(dtype)
    path = tmp_path / "x.npy"
    ordered = values.astype(order + values.dtype.str[1:])
    np.save(path, np.asarray(ordered, order=layout))
    assert list(rows_of(path)) == values.tolist() == np.load(path).tolist()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.array([[2**53 + 1, 1]]), "beyond 2"),
        (np.array([[2**63 + 2**11, 1]], dtype=np.uint64), "beyond 2"),
        (np.array([[-(2**53) - 1, 1]]), "beyond 2"),
        (np.array([[np.nan, 1]]), "not finite"),
        (np.array([[1, -np.inf]], dtype=np.float32), "not finite"),
        (np.array([[1j, 1]]), "no array of real numbers"),
        (np.array([["1", "2"]]), "no array of real numbers"),
        (np.array([[1, 2]], dtype=np.longdouble), "no array of real numbers"),
        (np.float64(3), "no array of real numbers"),
        (np.zeros(2, dtype=[("x", "f8")]), "no array of real numbers"),
        (np.asfortranarray(np.zeros((2, 2, 2))), "save it in C order"),
    ],
)
def test_arrays_without_an_exact_reading_are_refused(
    tmp_path: Path, values: Any, says: str
) -> None:
    path = tmp_path / "x.npy"
    np.save(path, values)
    with pytest.raises(RefusedError, match=says):
        list(rows_of(path))


def test_bytes_of_a_boolean_other_than_0_and_1_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.array([[True, False]]))
    raw = path.read_bytes()
    for bad in (2, 255):
        path.write_bytes(raw[:-2] + bytes([bad, 0]))
        with pytest.raises(RefusedError, match="neither 0 nor 1"):
            list(rows_of(path))


def test_a_cut_or_padded_array_or_a_header_that_lies_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.zeros((2, 3)))
    raw = path.read_bytes()
    lies = [raw[:-1], raw + b"\0", raw.replace(b"(2, 3)", b"(9, 3)"), raw[:20], raw[:6]]
    lies += [raw.replace(b"(2, 3)", b"(-2,3)"), raw.replace(b"'<f8'", b"'|O8'"), b""]
    lies += [raw.replace(b"(2, 3)", b"()    "), raw.replace(b"False", b"Maybe")]
    for lie in lies:
        path.write_bytes(lie)
        with pytest.raises(RefusedError):
            list(rows_of(path))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1,2,3\n4,5,6\n", 2),
        ("x,y,target\n4,5,6\n", 1),
        ("0,1,2,target\n4,5,6,7\n", 1),  # as pandas writes a frame without names
        ("# made by lab 7\n1,2,3\n# and 8\n\n4,5,6\n", 2),
        ("\ufeff1,2,3\n", 1),
        (" 1 , 2.5e0,-.5\r\n", 1),
        ('"1","2","3"\n', 1),
        ("9007199254740992,1,1\n", 1),
    ],
)
def test_tables_that_are_read(tmp_path: Path, text: str, rows: int) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text)
    assert len(list(rows_of(path))) == rows


@pytest.mark.parametrize(
    "text",
    [
        "inf,1,2\n3,4,5\n",
        "nan,nan,nan\n3,4,5\n",
        "Infinity,-inf,NaN\n3,4,5\n",
        "1.5,abc,2\n3,4,5\n",  # a word among numbers that are not those of their columns
        "1,2,3\nx,y,target\n",
        "1,2,\n",
        "1,2,1_0\n",
        "1_0,1,2\n",
        "1,2,0x10\n",
        "1,2,1e999\n",
        "1,2,1e30000000\n",
        "1,2," + "9" * 5000 + "\n",
        "9007199254740993,1,2\n",
        "-9007199254740993,1,2\n",
        "1,2,١\n",
        "1;2;3\n4;5;6\n",
        "1,2,3 # a remark\n",
        "1,2," + "1" * 200_000 + "\n",
        "1,2,3\n\x00\n",
    ],
)
def test_tables_without_an_exact_reading_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text)
    with pytest.raises(RefusedError):
        list(rows_of(path))


@pytest.mark.parametrize("text", ["", "x,y,target\n", "# nothing\n\n"])
def test_a_sample_without_a_point_is_refused(tmp_path: Path, text: str) -> None:
    content, path, _, _, _ = _certified(tmp_path)
    data = tmp_path / "data.csv"
    data.write_text(text)
    assert check(path, data) != []
    content["sample"] |= {"rows": 0, "sha256": hashlib.sha256().hexdigest()}
    content |= {"residuals": [], "largest residual": "0"}
    content["premises"] |= {"distinct projections": 0, "least gap": "none"}
    content.pop("sha256")
    path.write_text(json.dumps({**content, "sha256": digest(content)}))
    (wrong,) = check(path, data)
    assert "the sample is empty" in wrong


def test_data_and_targets_of_different_lengths_are_refused(tmp_path: Path) -> None:
    _, path, _, X, y = _certified(tmp_path)
    for rows in (len(y) - 1, len(y) + 1):
        np.save(tmp_path / "X.npy", X)
        np.save(tmp_path / "y.npy", np.resize(y, rows))
        (wrong,) = check(path, tmp_path / "X.npy", tmp_path / "y.npy")
        last = min(rows, len(y))
        assert f"row {last} of the data has {2 * (rows < len(y))} coordinates" in wrong


def test_weights_that_add_up_to_endless_fractions_are_refused(tmp_path: Path) -> None:
    # Denominators without a common factor: the running sum would take hours, and prove nothing.
    n = 400
    content, path, data, _, _ = _certified(tmp_path)
    huge = 10**4290
    content["network"] |= {
        "b": ["-" + str(10**6 - j) for j in range(n)],
        "w": [[f"1/{huge + 2 * j + 1}"] for j in range(n)],
        "weights": 2 * n + 2,
    }
    content.pop("sha256")
    path.write_text(json.dumps({**content, "sha256": digest(content)}))
    (wrong,) = check(path, data)
    assert "more than a million bits" in wrong


@given(st.fractions(min_value=0), st.integers(-800, 300))
def test_upwards_never_shows_less(value: Fraction, power: int) -> None:
    value *= Fraction(10) ** power
    shown = Fraction(upwards(value))
    assert value <= shown <= value * Fraction(101, 100)


@given(st.floats(allow_nan=False, allow_infinity=False), st.fractions())
def test_every_number_has_one_spelling(double: float, fraction: Fraction) -> None:
    assert number(double.hex(), "x") == Fraction(double)
    assert number(str(fraction), "x") == fraction
    for other in (
        double.hex().replace("p", "0p"),
        f" {double.hex()}",
        f"{fraction}/1",
        f"0{fraction}",
    ):
        with pytest.raises(RefusedError):
            number(other, "x")


def _resigned(path: Path, content: Json, X: Any, Y: Any) -> None:
    """Write a certificate in which everything that follows from the network is computed anew."""
    right = truth(content, X, Y)
    right.pop("collisions")
    content = {**content, **right}
    content.pop("sha256", None)
    path.write_text(json.dumps({**content, "sha256": digest(content)}))


@pytest.mark.parametrize("second", [1.0, 1e-20, 5e-324])
def test_distinct_points_on_one_projection_are_caught(tmp_path: Path, second: float) -> None:
    content, path, data, _, _ = _certified(tmp_path)
    content["network"] |= {"a": [(1.0).hex(), (0.0).hex()]}
    X, y = [[1.0, 0.0], [1.0, second], [2.0, 0.0]], [[0.0], [0.0], [1.0]]
    _resigned(path, content, X, y)
    np.save(data, np.column_stack((X, y)))
    assert check(path, data) == ["distinct projections: row 1 meets another point"]
    # The two zeros are one coordinate, and a point may be there twice.
    X[1] = [1.0, -0.0]
    _resigned(path, content, X, y)
    np.save(data, np.column_stack((X, y)))
    assert check(path, data) == []


def test_depth_and_order_of_the_knots_at_their_borders(tmp_path: Path) -> None:
    content, path, data, X, y = _certified(tmp_path)
    rows = X.tolist(), y[:, None].tolist()
    n = len(content["network"]["b"])
    for depth, fits in ((1, False), (2, True), (n + 1, True), (n + 2, False)):
        weights = deep.count(n, 2, 1, depth) if fits else 0
        content["network"] |= {"depth": depth, "weights": weights}
        _resigned(path, content, *rows)
        assert (check(path, data) == []) is fits
    content["network"] |= {"depth": 2, "weights": 2 * n + 2}
    b = list(content["network"]["b"])
    for knots, ordered in ((b[:1] * 2 + b[2:], True), (b[1::-1] + b[2:], False)):
        content["network"]["b"] = knots
        _resigned(path, content, *rows)
        assert check(path, data) == ([] if ordered else ["the order of the knots"])


@pytest.mark.parametrize(
    ("tolerance", "passes"),
    [
        (["1/4", "1/4"], True),
        (["1/4", "1/3"], False),
        (["1/4"], False),
        (["1/4", "1/4", "1/4"], False),
        (["-1/4", "-1/4"], False),
        (["2/8", "2/8"], False),
    ],
)
def test_a_given_tolerance_is_one_number(tmp_path: Path, tolerance: Any, passes: bool) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 50, (8, 2)) / 4, rng.integers(0, 3, (8, 2)).astype(float)
    content = certify(interpolate(X, y), X, y, tolerance=0.25)
    content["interpolation"]["tolerance"] = tolerance
    content.pop("sha256")
    path, data = tmp_path / "c.json", tmp_path / "data.npy"
    path.write_text(json.dumps({**content, "sha256": digest(content)}))
    np.save(data, np.column_stack((X, y)))
    assert (check(path, data) == []) is passes


@pytest.mark.parametrize(("largest", "holds"), [(2.0**53, False), (2.0**53 + 2, True)])
def test_whole_numbers_up_to_two_to_the_53_are_classes(
    tmp_path: Path, largest: float, holds: bool
) -> None:
    test_what_interpolates_means(tmp_path, [largest, 0.0, 1.0, 5.0], 9, 0.5, holds)


def test_a_file_of_another_dtype_is_not_the_network(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((9, 2)), rng.standard_normal(9)
    net, file = interpolate(X, y), tmp_path / "net.safetensors"
    net.save(file)
    file.write_bytes(file.read_bytes().replace(b'"F64"', b'"I64"'))
    content = certify(net, X, y)
    content["network"]["file"] = hashlib.sha256(file.read_bytes()).hexdigest()
    content.pop("sha256")
    path, data = tmp_path / "c.json", tmp_path / "data.npy"
    path.write_text(json.dumps({**content, "sha256": digest(content)}))
    np.save(data, np.column_stack((X, y)))
    assert check(path, data, network=file) == [f"the network: {file} holds another one"]


def test_tables_at_their_borders(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    for text, rows in (
        ("  # indented\n1,2\n", [[1.0, 2.0]]),
        ("0." + "1" * 998 + ",2\n", [[1 / 9, 2.0]]),
        ("0." + "1" * 999 + ",2\n", None),
        ("x,,target\n3,4,5\n", None),
        ("+9007199254740993,1\n", None),
    ):
        path.write_text(text)
        if rows is None:
            with pytest.raises(RefusedError):
                list(rows_of(path))
        else:
            assert list(rows_of(path)) == rows


@pytest.mark.parametrize("knot", ["-" + "9" * 4299, "1/" + "9" * 4299, "9" * 4299 + "/7"])
def test_numbers_too_long_to_be_written_are_no_claim_that_holds(tmp_path: Path, knot: str) -> None:
    content, path, data, *_ = _certified(tmp_path)
    content["network"]["b"][0], content["network"]["w"][0] = str(Fraction(knot)), ["1"]
    content.pop("sha256")
    path.write_text(json.dumps({**content, "sha256": digest(content)}))
    found = check(path, data)
    assert any("the residual at row" in what for what in found), found
