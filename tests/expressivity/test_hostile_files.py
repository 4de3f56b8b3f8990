"""Files that somebody means ill with: each ends in a refusal that names it, and none hangs."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from safetensors.numpy import save as serialize

from expressivity import Classifier, Layered, Network, certify, check_layers, interpolate, memorize
from expressivity import check as check_network
from expressivity.certificate import digest
from expressivity.check import RefusedError, read_safetensors
from expressivity.command_line import choose, run
from expressivity.tables import read_sample

X = np.arange(16.0).reshape(8, 2)
Y = np.array([0.0, 1, 2, 0, 1, 2, 0, 1])
posix = pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in a folder")


def _make(folder: Path, layered: bool) -> tuple[Any, Path, Path, Path]:
    """Return a module that checks, and true files: certificate, data and network."""
    net = memorize(X, Y, "inoue", width=4) if layered else interpolate(X, Y)
    file, path, data = folder / "n.safetensors", folder / "c.json", folder / "d.npy"
    net.save(file)
    path.write_text(json.dumps(certify(net, X, Y, file=file)))
    np.save(data, np.column_stack((X, Y)))
    module = check_layers if layered else check_network
    assert module.check(path, data, network=file) == []
    return module, path, data, file


def _sign(path: Path, content: dict[str, Any]) -> None:
    content = {key: value for key, value in content.items() if key != "sha256"}
    path.write_text(json.dumps({**content, "sha256": digest(content)}))


def _pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _device(path: Path) -> Path:
    path.symlink_to("/dev/zero")
    return path


KINDS = [_pipe, _folder, _device]


@posix
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layered", [False, True])
def test_what_is_no_file_is_refused_by_name_and_not_waited_for(
    tmp_path: Path, layered: bool, kind: Callable[[Path], Path]
) -> None:
    module, path, data, file = _make(tmp_path, layered)
    for ending in (".json", ".npy", ".csv", ".safetensors"):
        other = kind(tmp_path / f"other{ending}")
        calls: list[Callable[[], Any]] = {
            ".json": [lambda p=other: module.check(p, data)],
            ".npy": [
                lambda p=other: module.check(path, p),
                lambda p=other: module.check(path, data, p),
                lambda p=other: read_sample(p),
            ],
            ".csv": [lambda p=other: module.check(path, p), lambda p=other: read_sample(p)],
            ".safetensors": [
                lambda p=other: module.check(path, data, network=p),
                lambda p=other: certify(Network.load(file), X, Y, file=p),
                *(
                    lambda p=other, of=kind_of: of.load(p)
                    for kind_of in (Network, Classifier, Layered)
                ),
            ],
        }[ending]
        for call in calls[: 1 + 4 * (not layered)]:
            with pytest.raises((OSError, ValueError), match="folder"):
                call()


@posix
@pytest.mark.parametrize("kind", KINDS)
def test_every_command_ends_in_one_line_for_what_is_no_file(
    tmp_path: Path,
    kind: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from expressivity.__main__ import commands

    _, path, data, file = _make(tmp_path, False)
    json_, npy, tensors = (kind(tmp_path / f"o{v}") for v in (".json", ".npy", ".safetensors"))
    out = ["--out", str(tmp_path / "out.json")]
    for arguments in (
        ["check", json_, "--data", data],
        ["check", path, "--data", npy],
        ["check", path, "--data", data, "--network", tensors],
        ["formal", json_, "--data", data],
        ["formal", tensors],
        ["certify", file, "--data", npy, *out],
        ["certify", tensors, "--data", data, *out],
        ["verify", "--data", npy],
        ["build", npy, *out],
        ["memorize", npy, *out],
        ["frontier", "--n", "10", "--out", json_],
    ):
        monkeypatch.setattr(sys, "argv", ["expressivity", *map(str, arguments)])
        status = run("expressivity", lambda p, a: choose(commands(), p, a))
        said = capsys.readouterr()
        assert status == 2 and said.err.count("\n") == 1, arguments
        assert said.err.startswith("error: ") and str(tmp_path) in said.err, arguments


def _with_header(file: Path, change: Callable[[bytes], bytes]) -> bytes:
    raw = file.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    header = change(raw[8:start])
    assert header != raw[8:start]
    return len(header).to_bytes(8, "little") + header + raw[start:]


@pytest.mark.parametrize("layered", [False, True])
def test_keys_given_twice_in_a_network_are_refused_by_both_readers(
    tmp_path: Path, layered: bool
) -> None:
    module, path, data, file = _make(tmp_path, layered)
    load = Layered.load if layered else Network.load
    array = b'"0.values":' if layered else b'"w":'
    inner = rb"\"exponent\": 3, \"exponent\":" if layered else b'"depth":"3","depth":'
    fact = inner.split(b", " if layered else b",")[-1]
    changes: list[Callable[[bytes], bytes]] = [
        lambda h: h.replace(b'"dtype":"F64"', b'"dtype":"F64","dtype":"F64"', 1),
        lambda h: h.replace(b'"format":', b'"format":"x","format":'),
        lambda h: h.replace(fact, inner),
        lambda h: h.replace(array, array + h.split(array)[1].split(b"}")[0] + b"}," + array),
    ]
    for change in changes:
        held = _with_header(file, change)
        twice = tmp_path / "twice.safetensors"
        twice.write_bytes(held)
        content = json.loads(path.read_text())
        content["network"]["file"] = hashlib.sha256(held).hexdigest()
        _sign(tmp_path / "twice.json", content)
        (wrong,) = module.check(tmp_path / "twice.json", data, network=twice)
        assert wrong.startswith(f"{twice} holds no ")
        with pytest.raises(ValueError, match=r"twice.safetensors (holds|is) no"):
            load(twice)
        with pytest.raises(ValueError, match=r"twice.safetensors (holds|is) no"):
            certify(load(file), X, Y, file=twice)


@pytest.mark.parametrize("layered", [False, True])
@pytest.mark.parametrize("missing", ["a", "b", "w", "__metadata__", "0.rows", "0.biased", "1.bias"])
def test_a_network_without_an_array_is_another_one(
    tmp_path: Path, layered: bool, missing: str
) -> None:
    module, path, data, file = _make(tmp_path, layered)
    raw = file.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    if missing not in header:
        return
    del header[missing]
    text = json.dumps(header).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text + raw[start:])
    content = json.loads(path.read_text())
    content["network"]["file"] = hashlib.sha256(file.read_bytes()).hexdigest()
    _sign(path, content)
    (wrong,) = module.check(path, data, network=file)
    assert str(file) in wrong
    with pytest.raises(ValueError, match=r"n\.safetensors"):
        (Layered if layered else Network).load(file)


@pytest.mark.parametrize("depth", [50, 500, 900, 960, 980, 990, 100_000])
@pytest.mark.parametrize("layered", [False, True])
def test_nesting_of_any_depth_anywhere_is_a_finding(
    tmp_path: Path, layered: bool, depth: int
) -> None:
    module, path, data, _ = _make(tmp_path, layered)
    content = json.loads(path.read_text())
    nested = "[" * depth + "]" * depth
    inner = "layers" if layered else "a"
    for place in ((), ("sample", "rows"), ("network", inner), ("residuals",), ("more",)):
        text = json.dumps(_put(content, place, "NESTED") if place else "NESTED")
        path.write_text(text.replace('"NESTED"', nested))
        assert len(module.check(path, data)) == 1
    for place in (("network", inner, 0), ("interpolation", "distance", 0), ("residuals", 0, 0)):
        text = json.dumps(_put(content, place, "NESTED"))
        path.write_text(text.replace('"NESTED"', nested))
        assert module.check(path, data)


def _put(content: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = json.loads(json.dumps(content))
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return changed


@pytest.mark.parametrize("text", ["Infinity", "-Infinity", "NaN", "1e5", "-0.0", "1E999999999"])
@pytest.mark.parametrize("layered", [False, True])
def test_numbers_that_are_no_integers_are_refused_wherever_they_stand(
    tmp_path: Path, layered: bool, text: str
) -> None:
    module, path, data, _ = _make(tmp_path, layered)
    content = json.loads(path.read_text())
    for place in (("sample", "rows"), ("network", "weights"), ("residuals", 0, 0), ("more",)):
        path.write_text(json.dumps(_put(content, place, "HERE")).replace('"HERE"', text))
        assert module.check(path, data) == [
            f"{path} has the number {text}: all but counts are strings"
        ]


@pytest.mark.parametrize("layered", [False, True])
def test_integers_of_thousands_of_digits_are_refused_or_no_claim_that_holds(
    tmp_path: Path, layered: bool
) -> None:
    module, path, data, _ = _make(tmp_path, layered)
    content = json.loads(path.read_text())
    names = ["weights", "exponent", "dense"] if layered else ["weights", "depth"]
    for large in (10**4000, -(10**4000)):
        for place in [("sample", v) for v in ("rows", "coordinates", "targets")] + [
            ("network", v) for v in names
        ]:
            _sign(path, _put(content, place, large))
            assert module.check(path, data)
    if layered:
        for name in ("rows", "columns", "unit"):
            for large in (10**4000, 2**40):  # of which there is no list
                _sign(path, _put(content, ("network", "layers", 0, name, 0), large))
                (wrong,) = module.check(path, data)
                assert wrong == "the parts of layer 0 do not fit together"


def test_a_header_of_many_long_dimensions_is_refused_at_once() -> None:
    shape = [10**4000] * 2000  # their product would take minutes
    text = json.dumps(
        {"__metadata__": {}, "a": {"dtype": "F64", "shape": shape, "data_offsets": [0, 0]}}
    ).encode()
    with pytest.raises(RefusedError, match="holds no network"):
        read_safetensors(len(text).to_bytes(8, "little") + text, Path("n.safetensors"))


def _tensors(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    raw = file.read_bytes()
    facts = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])["__metadata__"]
    return load_file(file), json.loads(facts["network"])


def _write(file: Path, arrays: dict[str, Any], about: Any) -> None:
    text = about if isinstance(about, str) else json.dumps(about)
    file.write_bytes(serialize(arrays, {"format": "expressivity layers 1", "network": text}))


@pytest.mark.parametrize("part", ["rows", "columns", "unit", "biased", "values", "bias"])
def test_layers_whose_parts_do_not_fit_together_are_not_loaded(tmp_path: Path, part: str) -> None:
    *_, file = _make(tmp_path, True)
    arrays, about = _tensors(file)
    _write(file, arrays, about)
    Layered.load(file)
    for number in range(len(about["layers"])):
        name = f"{number}.{part}"
        held = arrays[name]
        forged = [held[:-1], np.append(held, held[-1:]), held[:, None], held.astype(np.uint8)]
        if part in ("rows", "columns", "unit"):
            forged += [held + 99, held - 1, held.astype(float)]
        elif part == "biased":
            forged += [held.astype(float)] + [~held] * bool((arrays[f"{number}.bias"] != 0).any())
        else:
            forged += [held * np.nan, held + np.inf]
        for other in forged:
            _write(file, {**arrays, name: np.ascontiguousarray(other)}, about)
            with pytest.raises(ValueError, match=r"n\.safetensors holds"):
                Layered.load(file)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((("exponent",), v) for v in (None, 1.0, "1", True, 2**20 + 1, -(2**70))),
        *((("construction",), v) for v in (None, 3, ["zhang"])),
        *((("classes",), v) for v in ("2", 2.0, [2])),
        *((("options",), v) for v in (None, "x", 3)),
        *((("premises",), v) for v in (None, [1], {"distinct": 3}, {"distinct": [1, 2, 3, 4]})),
        *((("layers",), v) for v in (None, [], {}, [[2, "relu"]], "relu")),
        *((("layers", 1, 0), v) for v in (1, 3, 2.0, "2", None, True)),
        *((("layers", 0, 1), v) for v in ("gelu", None, 3, ["relu"])),
        *((("layers", 1, 2), v) for v in (-1, 3, 1.0, None, "0")),
    ],
)
def test_layers_of_other_facts_are_not_loaded(tmp_path: Path, key: Any, value: Any) -> None:
    *_, file = _make(tmp_path, True)
    arrays, about = _tensors(file)
    _write(file, arrays, _put(about, key, value))
    with pytest.raises(ValueError, match=r"n\.safetensors holds no layered network"):
        Layered.load(file)


@pytest.mark.parametrize("text", ["", "[", "3", "[]", "{}", "[" * 100_000, '{"layers": NaN}'])
def test_facts_that_are_no_object_are_not_loaded(tmp_path: Path, text: str) -> None:
    *_, file = _make(tmp_path, True)
    arrays, _ = _tensors(file)
    _write(file, arrays, text)
    with pytest.raises(ValueError, match=r"n\.safetensors holds no layered network"):
        Layered.load(file)


def test_entries_out_of_order_or_twice_in_a_place_are_not_loaded(tmp_path: Path) -> None:
    *_, file = _make(tmp_path, True)
    arrays, about = _tensors(file)
    number = max(range(len(about["layers"])), key=lambda k: len(arrays[f"{k}.rows"]))
    rows, columns = (arrays[f"{number}.{part}"] for part in ("rows", "columns"))
    assert len(rows) > 3 and rows[0] != rows[-1]
    values = arrays[f"{number}.values"]
    again = [np.insert(held, 1, held[0]) for held in (rows, columns, values)]
    for forged in ([rows[::-1], columns[::-1], values[::-1]], again):
        parts = {
            f"{number}.{part}": np.ascontiguousarray(held)
            for part, held in zip(("rows", "columns", "values"), forged, strict=True)
        }
        _write(file, {**arrays, **parts}, about)
        with pytest.raises(ValueError, match="each place once"):
            Layered.load(file)


@pytest.mark.parametrize("layered", [False, True])
def test_a_network_without_facts_is_none_for_both_readers(tmp_path: Path, layered: bool) -> None:
    *_, file = _make(tmp_path, layered)
    length = int.from_bytes(file.read_bytes()[:8], "little")
    for facts in (None, {}):
        header = json.loads(file.read_bytes()[8 : 8 + length]) | {"__metadata__": facts}
        bare = tmp_path / "bare.safetensors"
        bare.write_bytes(_with_header(file, lambda _, header=header: json.dumps(header).encode()))
        with pytest.raises(ValueError, match=r"bare\.safetensors holds \{\}: no"):
            (Layered.load if layered else Network.load)(bare)
