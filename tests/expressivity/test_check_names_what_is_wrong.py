"""What the checker says: each finding and refusal names its place, and shows the value there."""

from __future__ import annotations

import copy
import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from expressivity import Network, certify, interpolate
from expressivity import check as checker
from expressivity.certificate import digest
from expressivity.check import (
    DOUBLE,
    Finding,
    RefusedError,
    check,
    content_of,
    count,
    examine,
    main,
    number,
    read_safetensors,
    rows_of,
    say,
)

X = np.arange(16.0).reshape(8, 2)
Y = np.array([0.0, 1, 2, 0, 1, 2, 0, 1])
LONG = "1" * 500


@pytest.fixture
def files(tmp_path: Path) -> tuple[dict[str, Any], Path, Path]:
    """Return a true certificate, where it is written, and its data."""
    content, path, data = certify(interpolate(X, Y), X, Y), tmp_path / "c.json", tmp_path / "d.npy"
    _sign(content, path)
    np.save(data, np.column_stack((X, Y)))
    return content, path, data


def _sign(content: dict[str, Any], path: Path) -> None:
    content = {key: value for key, value in content.items() if key != "sha256"}
    path.write_text(json.dumps({**content, "sha256": digest(content)}))


def _set(content: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    inner = forged = copy.deepcopy(content)
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return forged


@pytest.mark.parametrize(
    ("place", "value", "named"),
    [
        (("sample", "rows"), 9, "number of rows"),
        (("sample", "sha256"), "0" * 64, "sha256 of the sample"),
        (("network", "weights"), 17, "weights"),
        (("premises", "distinct projections"), 7, "projections"),
        (("premises", "least gap"), "1/3", "least gap"),
        (("premises", "least gap"), "none", "least gap"),
        (("premises", "interleaved"), False, "interleaving"),
        (("interpolation", "rule"), "generous", "rule"),
        (("interpolation", "tolerance"), ["1"], "tolerance"),
        (("interpolation", "tolerance"), [None], "tolerance"),
        (("interpolation", "distance"), ["2"], "distance"),
        (("interpolation", "distance"), ["none"], "distance"),
        (("interpolation", "holds"), False, "interpolates"),
        (("largest residual",), "1", "largest residual"),
        (("residuals", 5), ["1/2"], "row 5"),
        (("residuals", 5), ["0", "0"], "row 5"),
    ],
)
def test_one_false_claim_is_the_one_that_is_named(
    files: Any, place: tuple[Any, ...], value: Any, named: str
) -> None:
    content, path, data = files
    _sign(_set(content, place, value), path)
    (wrong,) = check(path, data)
    assert named in wrong


@pytest.mark.parametrize(
    ("place", "value", "named"),
    [
        (("network", "a", 1), "1/3", "a[1]"),
        (("network", "b", 2), "2/4", "b[2]"),
        (("network", "w", 3, 0), "0.25", "w[3]"),
        (("network", "w", 3, 0), LONG + ".0", "w[3]"),
        (("network", "depth"), "2", "network: 'depth'"),
        (("network", "depth"), 2.5, "number 2.5"),
        (("sample", "rows"), True, "sample: 'rows'"),
        (("premises", "interleaved"), 1, "premises: 'interleaved'"),
        (("interpolation", "holds"), 1, "interpolation: 'holds'"),
        (("interpolation", "seed"), 3, "interpolation has the unknown field 'seed'"),
        (("residuals",), {}, "the certificate: 'residuals'"),
        (("certificate",), "expressivity certificate 3", "certificate 3'"),
    ],
)
def test_a_refusal_names_the_place_and_shows_the_value(
    files: Any, place: tuple[Any, ...], value: Any, named: str
) -> None:
    content, path, data = files
    _sign(_set(content, place, value), path)
    (wrong,) = check(path, data)
    assert named in wrong
    assert str(value)[:40] in wrong or place[-1] == "seed"
    assert len(wrong) < 200 + len(str(path))


@pytest.mark.parametrize("part", ["sample", "network", "premises", "interpolation"])
def test_a_field_that_is_missing_is_named_with_its_part(files: Any, part: str) -> None:
    content, path, data = files
    for name in content[part]:
        forged = copy.deepcopy(content)
        del forged[part][name]
        _sign(forged, path)
        (wrong,) = check(path, data)
        assert part in wrong and f"'{name}'" in wrong
    for other in ([], "x", 1):
        _sign({**content, part: other}, path)
        (wrong,) = check(path, data)
        assert f"{part} is no JSON object" in wrong and repr(other) in wrong


def test_a_given_tolerance_that_is_no_number_is_refused(files: Any) -> None:
    content, path, data = files
    content["interpolation"] |= {"rule": "given", "tolerance": ["0.5"]}
    _sign(content, path)
    (wrong,) = check(path, data)
    assert "tolerance" in wrong and "'0.5'" in wrong
    # The other spelling of numbers is that of a, b and w; a theorem is made of this one.
    content["interpolation"]["tolerance"] = ["0x1.0000000000000p-1"]
    _sign(content, path)
    (wrong,) = check(path, data)
    assert "the tolerance" in wrong and "not a fraction in lowest terms" in wrong


def test_there_are_as_many_residuals_as_rows_and_some(files: Any, tmp_path: Path) -> None:
    content, path, data = files
    residuals = content["residuals"]
    for stated in (residuals[:-1], [*residuals, ["0"]], []):
        _sign({**content, "residuals": stated}, path)
        (wrong,) = check(path, data)
        assert "residuals" in wrong and "rows" in wrong
    # A table without a row and no residual: the numbers agree, and there is nothing to check.
    empty = tmp_path / "empty.csv"
    empty.write_text("p,q,target\n")
    (wrong,) = check(path, empty)
    assert "residuals" in wrong and "rows" in wrong


def test_a_residual_that_no_certificate_can_hold_is_refused_whatever_is_stated(
    files: Any, tmp_path: Path
) -> None:
    """Two denominators of 4200 digits make one of 8400, which Python does not write."""
    points, y, q = np.array([[0.0], [1.0], [2.0]]), np.array([0.0, 1, 2]), 10**4200
    content = certify(interpolate(points, y, exact=True, direction=[1.0]), points, y)
    w = [Fraction(row[0]) for row in content["network"]["w"]]
    w[1:] = [w[1] + Fraction(1, q + 3), w[2] + Fraction(1, q + 1)]
    content["network"]["w"] = [[str(v)] for v in w]
    path, data = tmp_path / "c.json", tmp_path / "d.npy"
    np.save(data, np.column_stack((points, y)))
    for stated in ("too long", "none", "0"):
        content["residuals"] = [["0"], [f"1/{q + 3}"], [stated]]
        _sign({**content, "largest residual": stated}, path)
        (wrong,) = check(path, data)
        assert "residual at row 2" in wrong and "4300 digits" in wrong


@pytest.mark.parametrize(
    ("j", "knot", "interleaved"),
    [
        (0, -1.0, True),
        (0, 0.0, False),  # at its own point
        (2, 1.0, True),  # at the point before
        (2, 1.5, True),
        (2, 2.0, False),
        (2, 0.5, False),
    ],
)
def test_knots_at_the_borders_of_the_interleaving(
    tmp_path: Path, j: int, knot: float, interleaved: bool
) -> None:
    points, y = np.arange(4.0)[:, None], np.array([0.0, 1, 0, 1])
    b = np.array([-0.5, 0, 1, 2])
    b[j] = knot
    path, data = tmp_path / "c.json", tmp_path / "d.npy"
    np.save(data, np.column_stack((points, y)))
    content = certify(Network(np.ones(1), b, np.ones(4)), points, y)
    for stated in (True, False):
        _sign(_set(content, ("premises", "interleaved"), stated), path)
        assert (check(path, data) == []) is (stated == interleaved)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1,2\n3,x\n", ["row 1", "column 1", "'x'"]),
        (f"1,2\n3,{LONG}y\n", ["row 1", "column 1", LONG[:40]]),
        ("1,2\n9007199254740993,3\n", ["row 1", "column 0", "9007199254740993", "2^53"]),
        ("1,2\n3,-" + LONG + "\n", ["row 1", "column 1", LONG[:40], "2^53"]),
        ("1,2\n3,1e999\n", ["row 1", "finite"]),
        ("1,2\n3,\0\n", ["row 1"]),
        ('1,2\n3,"4', ["row 1", "a quote is not closed"]),
        ('1,2\n3,"4\n', ["row 1", "a quote is not closed"]),
        ('1,2\n3,"4\n5",6\n', ["row 1", "a quote is not closed"]),
        ("1," + "1" * 200_000 + "\n", ["field"]),
        (b"1,2\n\xff\n", ["decode"]),
    ],
)
def test_a_table_that_is_refused_is_named_with_row_and_column(
    tmp_path: Path, text: str | bytes, named: list[str]
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RefusedError) as refused:
        list(rows_of(path))
    said = str(refused.value)
    assert all(word in said for word in [str(path), *named]), said
    assert len(said) < 200 + len(str(path))


def test_an_indented_comment_below_the_first_line_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("1,2\n  # a remark\n3,4\n")
    assert list(rows_of(path)) == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        (np.array([[1.0, 2.0], [3.0, np.nan]]), "row 1"),
        (np.array([[1, 2], [2**60, 4]]), "row 1"),
        (np.array([[1j]]), ""),
        (np.asfortranarray(np.zeros((2, 3, 2))), ""),
    ],
)
def test_an_array_that_is_refused_is_named(tmp_path: Path, values: Any, named: str) -> None:
    path = tmp_path / "array.npy"
    np.save(path, values)
    with pytest.raises(RefusedError) as refused:
        list(rows_of(path))
    assert str(path) in str(refused.value) and named in str(refused.value)


def test_damaged_arrays_are_named(tmp_path: Path) -> None:
    path = tmp_path / "array.npy"
    np.save(path, np.zeros((2, 3)))
    raw = path.read_bytes()
    np.save(path, np.array([[True], [True]]))
    truths = path.read_bytes()
    for damaged, named in (
        (raw[:-1], "(2, 3)"),
        (b"PK" + raw[2:], ".npy"),
        (raw[:6] + b"\4" + raw[7:], ".npy"),
        (truths[:-1] + b"\2", "row 1"),
    ):
        path.write_bytes(damaged)
        with pytest.raises(RefusedError) as refused:
            list(rows_of(path))
        assert str(path) in str(refused.value) and named in str(refused.value)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(5,), (5, 1), (5, 2), (4, 2, 3), (0, 2), (1, 7)])
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_arrays_of_any_shape_and_version_are_read_row_by_row(
    tmp_path: Path, order: Any, shape: tuple[int, ...], version: tuple[int, int]
) -> None:
    values = np.asarray(np.arange(np.prod(shape), dtype=float).reshape(shape), order=order)
    path = tmp_path / "array.npy"
    with open(path, "wb") as file:
        np.lib.format.write_array(file, values, version=version)
    if values.flags.f_contiguous and not values.flags.c_contiguous and len(shape) > 2:
        with pytest.raises(RefusedError, match="save it in C order"):
            list(rows_of(path))
    else:
        assert (
            list(rows_of(path))
            == values.reshape(len(values), np.prod(shape[1:], dtype=int)).tolist()
        )


def test_headers_are_read_up_to_their_largest_length(tmp_path: Path) -> None:
    path, values = tmp_path / "array.npy", np.arange(6.0).reshape(2, 3)
    np.save(path, values)
    raw = path.read_bytes()
    head, body = raw[10:-48], raw[-48:]
    for length, fits in ((2**16, True), (2**16 + 64, False)):
        start = raw[:6] + b"\2\0" + length.to_bytes(4, "little")
        path.write_bytes(start + head.rstrip().ljust(length) + body)
        if fits:
            assert list(rows_of(path)) == values.tolist()
        else:
            with pytest.raises(RefusedError):
                list(rows_of(path))


@pytest.mark.parametrize("dtype", [np.float64, np.bool_])
def test_the_native_order_and_rows_of_nothing_are_read(tmp_path: Path, dtype: Any) -> None:
    path = tmp_path / "array.npy"
    np.save(path, np.arange(2.0)[:, None])
    path.write_bytes(path.read_bytes().replace(b"'<f8'", b"'=f8'"))
    assert list(rows_of(path)) == [[0.0], [1.0]]
    np.save(path, np.zeros((2, 0), dtype))
    assert list(rows_of(path)) == [[], []]


def test_no_rows_may_be_of_any_width(tmp_path: Path) -> None:
    """A width of 10^33 went into a struct, for its zero rows were as long as the file."""
    path = tmp_path / "array.npy"
    for shape in ((0, 9), (0, 10**11, 10**11, 10**11)):
        header = {"descr": "<f8", "fortran_order": False, "shape": shape}
        with path.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
        assert list(rows_of(path)) == []


def test_integers_up_to_two_to_the_53_are_read(tmp_path: Path) -> None:
    path = tmp_path / "array.npy"
    np.save(path, np.array([[2**53, -(2**53)]]))
    assert list(rows_of(path)) == [[2**53, -(2**53)]]


@pytest.mark.parametrize("text", ["0x1.0000000000000p+1024", "-0x1.8000000000000p+9999"])
def test_doubles_too_large_to_be_any_are_refused(text: str) -> None:
    for form in (None, DOUBLE):
        with pytest.raises(RefusedError) as refused:
            number(text, "b[3]", form)
        assert "b[3]" in str(refused.value) and text in str(refused.value)
        assert ("fraction" in str(refused.value)) is (form is None)


def test_rows_of_another_width_are_named_with_what_was_found(files: Any, tmp_path: Path) -> None:
    _, path, _ = files
    data = tmp_path / "wide.csv"
    data.write_text("1,2,0\n1,2,0,5\n")
    (wrong,) = check(path, data)
    assert "row 1" in wrong and "2 coordinates and 2 targets" in wrong and "2 and 1" in wrong
    np.save(tmp_path / "y.npy", Y[:-3])
    for points, rows in ((X, "row 5 of the data"), (X[:0], "row 0 of the data")):
        np.save(tmp_path / "X.npy", points)
        (wrong,) = check(path, tmp_path / "X.npy", tmp_path / "y.npy")
        assert rows in wrong


def test_a_file_of_a_network_that_is_none_is_named(files: Any, tmp_path: Path) -> None:
    content, path, data = files
    net, file = interpolate(X, Y), tmp_path / "net.safetensors"
    net.save(file)
    raw = file.read_bytes()
    (wrong,) = check(path, data, network=file)
    assert str(file) in wrong and "sha256" in wrong
    nan = np.array([np.nan]).tobytes()
    for damaged in (raw.replace(b'"shape":[2]', b'"shape":[3]'), raw[:-8] + nan):
        assert damaged != raw
        file.write_bytes(damaged)
        (wrong,) = check(path, data, network=file)
        assert str(file) in wrong and "finite" in wrong
    for stated in ("0" * 63, "0" * 65, "N" + "0" * 63, "None", ""):
        _sign(_set(content, ("network", "file"), stated), path)
        (wrong,) = check(path, data)
        assert "file" in wrong and "SHA-256" in wrong


@pytest.mark.parametrize("number", [1, 19, 20, 21, 45])
def test_twenty_findings_are_shown_and_the_others_counted(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert say(Finding([f"claim {i}" for i in range(number)]), compared=True) == 1
    lines = capsys.readouterr().out.splitlines()
    shown = [f"FAIL  claim {i}" for i in range(min(number, 20))]
    assert lines[: len(shown)] == shown
    (*more, verdict) = lines[len(shown) :]
    assert "does not hold" in verdict
    assert [line.split()[0] for line in more] == ["FAIL"] * (number > 20)
    assert all(f" {number - 20} " in line for line in more)


@pytest.mark.parametrize("interpolates", [True, False])
@pytest.mark.parametrize("compared", [True, False])
def test_the_verdict_shows_rows_residual_tolerance_and_rule(
    interpolates: bool, compared: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Finding([], interpolates, rule="given", rows=123)
    found.outputs = [(Fraction(1, 7), Fraction(1, 3), None), (Fraction(1, 8), Fraction(1, 9), None)]
    assert say(found, compared) == (0 if interpolates else 1)
    verdict, *remark = capsys.readouterr().out.splitlines()
    assert verdict.startswith("ok " if interpolates else "FAIL ")
    assert ("does not interpolate" in verdict) is not interpolates
    assert "123 rows: largest residual 0.143, exactly; nearest to its limit is outp" in verdict
    assert "output 1: 0.125, may be 0.112 (given)" in verdict
    assert ["--network FILE" in line for line in remark] == [True] * (not compared)


def test_the_command_ends_with_0_1_or_2(
    files: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    content, path, data = files
    net, missing = tmp_path / "net.safetensors", tmp_path / "missing.npy"
    interpolate(X, Y).save(net)
    tied = tmp_path / "tied.json"
    tied.write_text(json.dumps(certify(interpolate(X, Y), X, Y, file=net)))
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", Y)
    wrong = tmp_path / "wrong.json"
    _sign({**content, "largest residual": "7"}, wrong)
    apart = ["--data", str(tmp_path / "X.npy"), "--targets", str(tmp_path / "y.npy")]
    for arguments, status, out, error in (
        ([str(path), "--data", str(data)], 0, "--network FILE", ""),
        ([str(path), *apart], 0, "--network FILE", ""),
        ([str(tied), *apart, "--network", str(net)], 0, "8 rows", ""),
        ([str(path), *apart, "--network", str(net)], 1, str(net), ""),
        ([str(wrong), *apart], 1, "largest residual", ""),
        ([str(path), "--data", str(missing)], 2, "", str(missing)),
        ([str(path)], 2, "", "--data"),
        ([*apart], 2, "", "certificate"),
        (["--help"], 0, "a sentence about it", ""),
    ):
        monkeypatch.setattr(sys, "argv", ["check", *arguments])
        with pytest.raises(SystemExit) as ended:
            main(examine, "a sentence about it")
        said = capsys.readouterr()
        assert (ended.value.code, out in said.out, error in said.err) == (status, True, True)
        assert bool(said.err) is bool(error)
        assert ("--network FILE" in said.out) is (out == "--network FILE")


@pytest.mark.parametrize("depth", [-1, 0, 1, 2, 3, 8, 9, 10, 11])
def test_every_hidden_layer_of_a_stated_depth_has_a_unit(files: Any, depth: int) -> None:
    """Eight units are in at most eight hidden layers, whatever number of weights is stated."""
    content, path, data = files
    content["network"] |= {"depth": depth}
    fits = 2 <= depth <= 9
    if depth > 1:
        content["network"]["weights"] = count(8, 2, 1, depth)
    _sign(content, path)
    refused = "the shapes of a, b and w, or the depth, do not fit together"
    assert check(path, data) == ([] if fits else [refused])


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("a", lambda v: v[:-1]),
        ("a", lambda v: [*v, v[0]]),
        ("b", lambda v: v[:-1]),
        ("w", lambda v: v[:-1]),
        ("w", lambda v: [*v, v[0]]),
        ("w", lambda v: [*v[:-1], []]),
        ("w", lambda v: [*v[:-1], v[0] * 2]),
        ("w", lambda v: [row * 2 for row in v]),
    ],
)
def test_shapes_that_do_not_fit_together_are_refused(files: Any, name: str, change: Any) -> None:
    content, path, data = files
    content["network"][name] = change(content["network"][name])
    _sign(content, path)
    (wrong,) = check(path, data)
    assert wrong == "the shapes of a, b and w, or the depth, do not fit together"


@pytest.mark.parametrize("row", ["12", None, 3, {"0": "1"}])
def test_weights_are_rows_of_numbers(files: Any, row: Any) -> None:
    content, path, data = files
    content["network"]["w"][3] = row
    _sign(content, path)
    assert check(path, data) == ["w must be rows of numbers"]


def test_sums_of_as_many_bits_as_are_allowed_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points, y = np.array([[0.0], [1.0]]), np.array([0.0, 1.0])
    content = certify(interpolate(points, y, exact=True, direction=[1.0]), points, y)
    content["network"]["w"] = [["0"], [f"{2**20 + 1}/{2**20}"]]
    content["residuals"] = [["0"], [f"1/{2**20}"]]
    content["largest residual"] = f"1/{2**20}"
    path, data = tmp_path / "c.json", tmp_path / "d.npy"
    np.save(data, np.column_stack((points, y)))
    _sign(content, path)
    assert check(path, data) == []
    for bits, taken in ((21, True), (20, False)):
        monkeypatch.setattr(checker, "LARGEST_SUM", bits)
        found = check(path, data)
        assert found == [] if taken else "more than a million bits" in found[0]


def test_files_up_to_the_largest_are_read(files: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _, path, data = files
    size = path.stat().st_size
    monkeypatch.setattr(checker, "LARGEST_FILE", size)
    assert len(content_of(path)) == size and check(path, data) == []
    monkeypatch.setattr(checker, "LARGEST_FILE", size - 1)
    assert check(path, data) == [f"{path} is larger than {size - 1} bytes"]


@pytest.mark.parametrize(
    ("shape", "read"),
    [([4], True), ([2, 2], True), ([4, 1], True), ([1, 2, 2], False), ([3], False), ([], False)],
)
def test_arrays_of_a_network_have_one_or_two_axes(shape: list[int], read: bool) -> None:
    held = {"dtype": "F64", "shape": shape, "data_offsets": [0, 32]}
    header = json.dumps({"__metadata__": {"depth": "2"}, "b": held}).encode()
    raw = len(header).to_bytes(8, "little") + header + np.arange(4.0).tobytes()
    path = Path("net.safetensors")
    if read:
        assert read_safetensors(raw, path) == (
            {"b": ("F64", shape, [0.0, 1.0, 2.0, 3.0])},
            {"depth": "2"},
        )
    else:
        with pytest.raises(RefusedError, match=r"net\.safetensors holds no network of finite"):
            read_safetensors(raw, path)


def test_a_directory_is_no_file_and_a_link_to_a_file_is_one(files: Any, tmp_path: Path) -> None:
    _, path, data = files
    link = tmp_path / "link.json"
    link.symlink_to(path)
    assert check(link, data) == []
    with pytest.raises(OSError, match=r"folder, a pipe or a device: give an ordinary file"):
        check(tmp_path, data)
