"""Certificates of layered networks: true ones hold, and no number that matters can be changed."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import expressivity.check
import expressivity.check_layers
from expressivity import Layered, certify, memorize
from expressivity.certificate import digest
from expressivity.check_layers import check, examine
from expressivity.memorizers.construction import constructions

NETWORKS = [
    ("zhang", {}),
    ("zhang", {"exact": True}),
    ("inoue", {"width": 4}),
    ("inoue", {"width": 4, "exact": True}),
    ("bit-extraction", {"group_size": 3}),
    ("one-knot", {"group_size": 2}),
    ("one-knot", {"float64": True}),
    ("baum", {}),
    ("bubeck", {}),
]


def _sample(n: int = 12) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    return rng.integers(-99, 99, (n, 2)), np.arange(n) % 2


def _check(folder: Path, X: Any, y: Any, content: dict[str, Any]) -> list[str]:
    (folder / "c.json").write_text(json.dumps(content))
    np.save(folder / "X.npy", X)
    np.save(folder / "y.npy", y)
    return check(folder / "c.json", folder / "X.npy", folder / "y.npy")


def _tied(folder: Path, network: Path) -> list[str]:
    return check(folder / "c.json", folder / "X.npy", folder / "y.npy", network)


@pytest.mark.parametrize(("name", "options"), NETWORKS)
def test_true_certificates_hold(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    X, y = _sample(40)
    content = certify(memorize(X, y, construction=name, **options), X, y)
    assert _check(tmp_path, X, y, content) == []
    found = examine(tmp_path / "c.json", tmp_path / "X.npy", tmp_path / "y.npy")
    assert found.interpolates and found.rows == 40
    if name in ("bit-extraction", "one-knot", "baum") or options.get("exact"):
        assert content["largest residual"] == "0"


@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("name", [*constructions()])
def test_one_label_alone_is_built_saved_and_certified(
    tmp_path: Path, name: str, n: int, label: int
) -> None:
    # Points of one norm, for the construction that needs it.
    X, y = np.array([[3, 4], [-3, 4], [5, 0], [0, -5], [4, -3]])[:n], np.full(n, label)
    memorize(X, y, name).save(tmp_path / "n.safetensors")
    net = Layered.load(tmp_path / "n.safetensors")
    size = constructions()[name].size(n, 2, 2, **net.options)
    assert (size.n_weights, size.depth) == (net.n_weights, net.depth)
    assert _check(tmp_path, X, y, certify(net, X, y)) == []


def test_points_that_are_no_integers_and_several_outputs(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((30, 3)), rng.standard_normal((30, 2))
    for options in ({}, {"exact": True}):
        content = certify(memorize(X, y, construction="inoue", **options), X, y)
        assert _check(tmp_path, X, y, content) == []


def _places(content: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the place of each number of the network and of what is claimed."""
    if isinstance(content, dict | list):
        items = content.items() if isinstance(content, dict) else enumerate(content)
        return [place for key, value in items for place in _places(value, (*path, key))]
    words = ("certificate", "claim", "sha256", "construction", "rule", "activation")
    return [] if path[-1] in words or content == "none" else [path]


def _change(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if "x" in value:
        return float(np.nextafter(float.fromhex(value), np.inf)).hex()
    return str(Fraction(value) + 1)


@pytest.mark.parametrize(("name", "options"), NETWORKS[2:6])
def test_tampering_with_any_claim_and_any_part_of_a_dense_layer_is_caught(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    X, y = _sample()
    y = np.random.default_rng(1).standard_normal(12) if name == "inoue" else y
    content = certify(memorize(X, y, construction=name, **options), X, y)
    # Another network of sparse layers may well do the same at the sample: then nothing is wrong.
    places = [place for place in _places(content) if name == "inoue" or "layers" not in place]
    assert len(places) > 12 + 8
    for place in places:
        forged = copy.deepcopy(content)
        inner = forged
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = _change(inner[place[-1]])
        forged.pop("sha256")
        assert _check(tmp_path, X, y, {**forged, "sha256": digest(forged)}), place
    forged = {**content, "largest residual": "1"}
    assert _check(tmp_path, X, y, forged) == [
        "the certificate's own sha256 is another: it was changed"
    ]


def test_digits_matter_and_guard_bits_do_not(tmp_path: Path) -> None:
    X, y = _sample(40)
    net = memorize(X, y, construction="bit-extraction", group_size=3)
    content, rho = certify(net, X, y), net.options["bits"] + 3
    bias = content["network"]["layers"][2]["bias"]
    held = int(bias[0])
    for bit in range(3 * rho + 2):
        forged = copy.deepcopy(content)
        forged["network"]["layers"][2]["bias"][0] = str(held ^ (1 << bit))
        forged.pop("sha256")
        wrong = _check(tmp_path, X, y, {**forged, "sha256": digest(forged)})
        digit, place = divmod(bit - 2, rho)
        if bit == 0:
            assert not wrong
        elif digit >= 0 and place == 3:  # the last bit of the key of a stored point
            assert wrong


@pytest.mark.parametrize("what", ["point", "target", "row"])
def test_another_sample_is_caught(tmp_path: Path, what: str) -> None:
    X, y = _sample()
    content = certify(memorize(X, y, construction="one-knot"), X, y)
    X, y = X.copy(), y.copy()
    if what == "point":
        X[3, 1] += 1
    elif what == "target":
        y[3] = 1 - y[3]
    else:
        X, y = X[:-1], y[:-1]
    assert _check(tmp_path, X, y, content)


def test_a_network_for_other_labels_gets_a_certificate_that_says_so(tmp_path: Path) -> None:
    X, y = _sample()
    other = y.copy()
    other[[0, 1]] = y[[1, 0]]
    net = replace(memorize(X, y, construction="bit-extraction"), sample=None)
    content = certify(net, X, other)
    assert not content["interpolation"]["holds"] and content["largest residual"] == "1"
    assert [i for i, row in enumerate(content["residuals"]) if row != ["0"]] == [0, 1]
    assert _check(tmp_path, X, other, content) == []


def test_check_layers_runs_with_the_standard_library_alone(tmp_path: Path) -> None:
    X, y = _sample()
    content = certify(memorize(X, y, construction="bit-extraction"), X, y)
    assert _check(tmp_path, X, y, content) == []
    for module in (expressivity.check, expressivity.check_layers):
        shutil.copy(str(module.__file__), tmp_path)
    command = [sys.executable, "-S", "check_layers.py", "c.json", "--data", "X.npy"]
    run = subprocess.run(
        [*command, "--targets", "y.npy"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert "every claim holds" in run.stdout


@pytest.mark.parametrize(("name", "options"), NETWORKS)
def test_a_certificate_is_tied_to_the_file_of_its_network(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    X, y = _sample()
    net = memorize(X, y, construction=name, **options)
    file, other = tmp_path / "n.safetensors", tmp_path / "o.safetensors"
    net.save(file)
    memorize(X, 1 - y, construction=name, **options).save(other)
    content = certify(net, X, y, file=file)
    assert _check(tmp_path, X, y, content) == []
    assert _tied(tmp_path, file) == []
    assert _tied(tmp_path, other)[0] == f"the network's file: {other} has another sha256"
    with pytest.raises(ValueError, match="holds another network"):
        certify(net, X, y, file=other)
    # A certificate that names the hash of a file with another network.
    content["network"]["file"] = hashlib.sha256(other.read_bytes()).hexdigest()
    content.pop("sha256")
    assert _check(tmp_path, X, y, {**content, "sha256": digest(content)}) == []
    assert _tied(tmp_path, other) == [f"the network: {other} holds another one"]


def test_every_number_in_the_file_of_a_network_is_compared(tmp_path: Path) -> None:
    X, y = _sample()
    file = tmp_path / "n.safetensors"
    memorize(X, y, construction="inoue", width=4).save(file)
    content = certify(Layered.load(file), X, y, file=file)
    raw = file.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    unstored = [
        header[f"{k}.bias"]["data_offsets"][0] + 8 * i
        for k in range(len(content["network"]["layers"]))
        for i, v in enumerate(content["network"]["layers"][k]["bias"])
        if v == "none"
    ]
    for place in range(start, len(raw), 5):
        forged = bytearray(raw)
        forged[place] ^= 1
        file.write_bytes(forged)
        content["network"]["file"] = hashlib.sha256(forged).hexdigest()
        content.pop("sha256", None)
        content["sha256"] = digest(content)
        _check(tmp_path, X, y, content)
        found = _tied(tmp_path, file)
        # What stands where there is no bias is no part of the network.
        assert bool(found) != any(0 <= place - start - first < 8 for first in unstored), place


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 8, b"[" * 100_000, json.dumps({"__metadata__": {}}).encode()]
)
def test_what_is_no_network_is_refused(tmp_path: Path, content: bytes) -> None:
    X, y = _sample()
    file = tmp_path / "n.safetensors"
    file.write_bytes(len(content).to_bytes(8, "little") + content)
    assert _check(tmp_path, X, y, certify(memorize(X, y), X, y)) == []
    found = _tied(tmp_path, file)
    assert len(found) == 1 and str(file) in found[0]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("exponent", 2**20, "the residual at row 1"),
        ("exponent", -(2**20), "the residual at row 1"),
        ("exponent", 2**20 + 1, "a wild exponent"),
        ("construction", "in two\nlines", "no name of small letters"),
        ("construction", "\u202e", "no name of small letters"),
        ("file", "none\n", "neither 'none' nor a SHA-256"),
    ],
)
def test_wild_values_are_refused_in_words(tmp_path: Path, name: str, value: Any, said: str) -> None:
    X, y = _sample()
    content = certify(memorize(X, y, construction="inoue", width=4), X, y)
    content["network"][name] = value
    content.pop("sha256")
    (found,) = _check(tmp_path, X, y, {**content, "sha256": digest(content)})
    assert said in found


def test_units_in_another_order_are_the_same_network(tmp_path: Path) -> None:
    X, y = _sample()
    content = certify(memorize(X, y, construction="zhang", exact=True), X, y)
    first, second = content["network"]["layers"]
    n = len(first["bias"])
    assert second["columns"] == list(range(n)) and set(first["unit"]) == {0}
    order = np.random.default_rng(1).permutation(n).tolist()
    first["bias"] = [first["bias"][j] for j in order]
    second["values"] = [second["values"][j] for j in order]
    content.pop("sha256")
    assert _check(tmp_path, X, y, {**content, "sha256": digest(content)}) == []


def test_a_file_of_another_construction_or_of_more_layers_is_another_network(
    tmp_path: Path,
) -> None:
    X, y = _sample()
    file = tmp_path / "n.safetensors"
    net = memorize(X, y, construction="inoue", width=4)
    net.save(file)
    raw = file.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    for key, value in (("construction", "zhang"), ("layers", None), ("exponent", 7)):
        header = json.loads(raw[8:start])
        about = json.loads(header["__metadata__"]["network"])
        about[key] = about["layers"] + about["layers"][-1:] if value is None else value
        header["__metadata__"]["network"] = json.dumps(about)
        text = json.dumps(header).encode()
        file.write_bytes(len(text).to_bytes(8, "little") + text + raw[start:])
        content = certify(net, X, y)
        content["network"]["file"] = hashlib.sha256(file.read_bytes()).hexdigest()
        content.pop("sha256")
        assert _check(tmp_path, X, y, {**content, "sha256": digest(content)}) == []
        assert _tied(tmp_path, file) == [f"the network: {file} holds another one"]


def test_a_given_tolerance_is_that_of_the_certificate(tmp_path: Path) -> None:
    X, y = _sample()
    y = y * 0.3
    content = certify(memorize(X, y, "zhang"), X, y, tolerance=0.25)
    assert content["interpolation"] | {"distance": 0} == {
        "rule": "given",
        "tolerance": ["1/4"],
        "distance": 0,
        "holds": True,
    }
    assert _check(tmp_path, X, y, content) == []


def test_targets_of_another_number_are_refused_by_shape() -> None:
    X, y = _sample()
    two = memorize(X, np.column_stack((y, y)), "zhang")
    with pytest.raises(ValueError, match=r"targets of shape \(12,\), but the network 2 and 2"):
        certify(two, X, y)
    one = memorize(X, y, "zhang")
    assert certify(one, X, y)["residuals"] == certify(one, X, y[:, None])["residuals"]
