"""The checker of layered networks: what it evaluates, what it counts, and each part it refuses."""

from __future__ import annotations

import copy
import hashlib
import json
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from safetensors.numpy import save as serialize

from expressivity import certify, check, interpolate, memorize
from expressivity.certificate import digest
from expressivity.check import CLAIM, RefusedError
from expressivity.check_layers import check as check_certificate
from expressivity.check_layers import evaluate, examine, is_about_layers, read_layers
from expressivity.memorizers.layer import Layer
from expressivity.memorizers.layered import Layered

Json = dict[str, Any]


def layer(
    rows: list[dict[int, Any]],
    bias: list[Any],
    activation: str = "relu",
    *,
    inputs: int,
    unit: list[int] | None = None,
    carried: int = 0,
) -> Json:
    """Return a layer as certificates hold it, its directions given by column and value."""
    places = [(r, k, str(Fraction(v))) for r, row in enumerate(rows) for k, v in row.items()]
    return {
        "inputs": inputs,
        "rows": [r for r, _, _ in places],
        "columns": [k for _, k, _ in places],
        "values": [v for _, _, v in places],
        "unit": unit or list(range(len(rows))),
        "bias": ["none" if v is None else str(Fraction(v)) for v in bias],
        "activation": activation,
        "carried": carried,
    }


def by_hand(layers: list[Json], x: list[float]) -> list[Fraction]:
    """Evaluate the layers at one point, unit by unit, by the definition."""
    h = [Fraction(v) for v in x]
    for one in layers:
        entries = list(zip(one["rows"], one["columns"], map(Fraction, one["values"]), strict=True))
        units = []
        for u, (row, bias) in enumerate(zip(one["unit"], one["bias"], strict=True)):
            v = sum((w * h[k] for r, k, w in entries if r == row), Fraction(0))
            v += 0 if bias == "none" else Fraction(bias)
            if u < one["carried"]:
                units.append(v + h[u])
            elif one["activation"] == "relu":
                units.append(max(v, Fraction(0)))
            else:
                units.append(Fraction(v >= 0) if one["activation"] == "threshold" else v)
        h = units
    return h


def agree(layers: list[Json], points: list[list[float]]) -> None:
    d, K = layers[0]["inputs"], len(layers[-1]["unit"])
    outputs, scale = evaluate(read_layers(layers, d, K), points)
    for i, x in enumerate(points):
        assert [Fraction(v[i], scale) for v in outputs] == by_hand(layers, x), (layers, x)


def drawn(seed: int) -> tuple[list[Json], list[list[float]]]:
    """Draw layers with all that they may have: rows of nothing, of one, of many entries."""
    rng = np.random.default_rng(seed)
    width = int(rng.integers(1, 4))
    points = (rng.integers(-4, 5, (6, width)) / rng.choice([1, 1, 2])).tolist()
    layers = []
    for number in range(int(rng.integers(1, 5))):
        units = int(rng.integers(1, 5))
        n_rows = 1 if number == 0 and rng.random() < 0.5 else int(rng.integers(1, units + 1))
        values = [1, 1, 2, -1, 3, Fraction(1, 3)]
        rows = [
            {
                k: values[rng.integers(len(values))]
                for k in sorted(rng.choice(width, rng.integers(width + 1), replace=False).tolist())
            }
            for _ in range(n_rows)
        ]
        unit = [*range(n_rows), *rng.integers(0, n_rows, units - n_rows).tolist()]
        bias = [None if rng.random() < 0.4 else int(rng.integers(-3, 4)) for _ in unit]
        carried = int(rng.integers(0, min(width, units) + 1)) if rng.random() < 0.5 else 0
        kind = ["relu", "relu", "threshold", "identity"][rng.integers(4)]
        layers.append(layer(rows, bias, kind, inputs=width, unit=unit, carried=carried))
        width = units
    return layers, points


@pytest.mark.parametrize("seed", range(150))
def test_layers_are_evaluated_as_they_are_defined(seed: int) -> None:
    agree(*drawn(seed))


POINTS = [[float(p), float(q)] for p in (-3, -1, 0, 1, 2, 5) for q in (-2, 0, 1)]
SUM, PASS = [{0: 1, 1: 1}], [{0: 1}, {1: 1}]
STEPS = layer(SUM, [0, -1, 2], "relu", inputs=2, unit=[0, 0, 0])


@pytest.mark.parametrize("activation", ["relu", "threshold", "identity"])
@pytest.mark.parametrize("carried", [0, 1, 2])
def test_a_unit_that_is_handed_on_is_activated_unless_it_cannot_be_negative(
    activation: str, carried: int
) -> None:
    first = layer([{0: -2}, {1: -2}], [None, None], activation, inputs=2, carried=carried)
    for value in (1, 2, -1):
        onward = layer([{0: value}, {1: value}], [None, 1], inputs=2)
        agree([first, onward], POINTS)
        agree([onward], POINTS)
        agree([onward, first, onward], POINTS)


def test_hinges_are_summed_carried_and_mixed() -> None:
    ramp = [{0: 1, 1: -2, 2: 1}, {0: 1}, {}, {1: 2, 2: -2}]
    for carried in (0, 1, 3):
        agree([STEPS, layer(ramp, [1, None, 3, -1], inputs=3, carried=carried)], POINTS)
    # Where all slopes cancel, what follows is a step function with few values, which are shared.
    flat = [{0: 2, 1: -2}, {0: 1, 2: -1}, {0: 1}]
    far = [[float(p), 0.0] for p in (-9, -5, 50, 60, 70)]
    for points in (POINTS, far):
        for mixed in ([{0: 1, 1: 1}], [{0: 1, 2: 1}], [{0: 3}, {2: 1}], [{2: 1, 1: 1, 0: 1}]):
            for carried in (0, 1):
                middle = layer(flat, [1, None, 0], "identity", inputs=3)
                last = layer(mixed, [None] * len(mixed), "relu", inputs=3, carried=carried)
                agree([STEPS, middle, last], points)


def test_knots_in_any_order_and_one_unit_alone_or_last() -> None:
    backwards = layer(SUM, [2, -1, 0, 1], "relu", inputs=2, unit=[0] * 4)
    agree([backwards, layer([{0: 1, 1: -1, 3: 2}], [None], "identity", inputs=4)], POINTS)
    agree([backwards], POINTS)
    agree([layer(SUM, [1], "relu", inputs=2)], POINTS)
    agree([layer(SUM, [1, 2], "relu", inputs=2, unit=[0, 0])], POINTS)
    agree([layer(SUM, [1, 0], "threshold", inputs=2, unit=[0, 0])], POINTS)


def certificate(layers: list[Json], X: Any, y: Any) -> Json:
    """Return the certificate of layers at a sample of one target."""
    net = Layered(
        tuple(
            Layer.of(
                [
                    {
                        k: Fraction(v)
                        for r, k, v in zip(one["rows"], one["columns"], one["values"], strict=True)
                        if r == row
                    }
                    for row in range(max(one["unit"]) + 1)
                ],
                [None if v == "none" else Fraction(v) for v in one["bias"]],
                unit=one["unit"],
                n_inputs=one["inputs"],
                activation=one["activation"],
                carried=one["carried"],
            )
            for one in layers
        ),
        "drawn",
    )
    return certify(net, X, y)


def verdict(folder: Path, content: Json, X: Any, y: Any) -> list[str]:
    content = {key: value for key, value in content.items() if key != "sha256"}
    (folder / "c.json").write_text(json.dumps({**content, "sha256": digest(content)}))
    np.save(folder / "d.npy", np.column_stack((X, y)))
    return check_certificate(folder / "c.json", folder / "d.npy")


@pytest.mark.parametrize("seed", range(12))
def test_certificates_of_drawn_layers_hold_and_each_count_is_checked(
    tmp_path: Path, seed: int
) -> None:
    layers, points = drawn(seed)
    # A last layer of one unit that is carried, or without a row of its own, among the others.
    layers.append(layer([{}], [1], "identity", inputs=len(layers[-1]["unit"]), carried=1))
    X = np.unique(points, axis=0)
    y = np.arange(len(X)) % 3.0
    content = certificate(layers, X, y)
    assert verdict(tmp_path, content, X, y) == []
    network = content["network"]
    entries = [[one["rows"].count(row) for row in one["unit"]] for one in layers]
    biased = [sum(v != "none" for v in one["bias"]) for one in layers]
    assert network["weights"] == sum(len(one["rows"]) for one in layers) + sum(biased)
    assert network["nonzero"] == sum(map(sum, entries)) + sum(biased)
    assert network["dense"] == sum(
        sum(
            one["inputs"] + 1
            for u in range(len(one["unit"]))
            if u >= one["carried"] or stored[u] or one["bias"][u] != "none"
        )
        for one, stored in zip(layers, entries, strict=True)
    )
    for place, said in (
        (("network", "weights"), "the number of weights"),
        (("network", "nonzero"), "the number of weights that are stored"),
        (("network", "dense"), "the number of weights of full matrices"),
        (("sample", "rows"), "the number of rows"),
        (("sample", "sha256"), "the sha256 of the sample"),
        (("largest residual",), "the largest residual"),
    ):
        inner = forged = copy.deepcopy(content)
        for key in place[:-1]:
            inner = inner[key]
        old = inner[place[-1]]
        inner[place[-1]] = old + 1 if type(old) is int else "0" * 64
        assert verdict(tmp_path, forged, X, y) == [said]


def idle(carried: int, row: dict[int, int], bias: Any) -> Json:
    rows = [row, {0: 1}]
    return layer(rows, [bias, None], "relu", inputs=2, carried=carried)


@pytest.mark.parametrize(
    ("carried", "row", "bias", "dense"),
    [(0, {}, None, 6), (1, {}, None, 3), (1, {1: 1}, None, 6), (1, {}, 2, 6), (2, {}, None, 3)],
)
def test_a_carried_unit_without_a_weight_costs_none(
    tmp_path: Path, carried: int, row: Any, bias: Any, dense: int
) -> None:
    X, y = np.array([[1.0, 2], [3, -4], [5, 6]]), np.array([0.0, 1, 0])
    last = layer([{0: 1, 1: 1}], [None], "identity", inputs=2)
    content = certificate([idle(carried, row, bias), last], X, y)
    assert content["network"]["dense"] == dense + 3
    assert verdict(tmp_path, content, X, y) == []


GOOD = layer([{0: 1, 1: 2}, {1: 3}], [1, None, 2], inputs=2, unit=[0, 1, 1])


@pytest.mark.parametrize(
    "change",
    [
        {"rows": [0, 0, 1, 1], "columns": [0, 1, 1, 0]},  # one value too few
        {"rows": [0, 0]},
        {"columns": [0, 1]},
        {"values": ["1", "2"]},
        {"rows": [0, 0, 2]},  # a direction that no unit has
        {"rows": [0, 0, -1]},
        {"rows": [0, 1, 0]},  # not in order
        {"rows": [0, 0, True]},
        {"rows": [0, 0, 1.5]},
        {"rows": [0, 0, "1"]},
        {"columns": [0, 1, 2]},  # beyond the inputs
        {"columns": [0, 1, -1]},
        {"columns": [0, 1, True]},
        {"columns": [0, 1, None]},
        {"rows": [0, 0, 0], "columns": [0, 1, 1]},  # twice, and a unit without a direction
        {"columns": [0, 0, 1]},  # a place twice
        {"unit": [0, 2, 2]},  # a direction that is missing
        {"unit": [0, 1]},
        {"unit": [0, 1, 1, 1]},
        {"unit": [0, -1, 1]},
        {"unit": [0, True, 1]},
        {"unit": [1, 2, 2]},
        {"unit": []},
        {"rows": [], "columns": [], "values": [], "unit": [], "bias": []},
        {"bias": ["1", "none"]},
        {"bias": ["1", "none", "2", "3"]},
        {"inputs": 3},
        {"inputs": 1},
        {"carried": -1},
        {"carried": 3},
        {"activation": "gelu"},
        {"activation": "Relu"},
        {"unit": [0, 1, []]},
    ],
)
def test_each_part_of_a_layer_that_does_not_fit_is_refused_by_its_number(change: Json) -> None:
    last = layer([{0: 1}], [None], "identity", inputs=3)
    assert len(read_layers([GOOD, last], 2, 1)) == 2
    with pytest.raises(RefusedError, match="the parts of layer 0 do not fit together"):
        read_layers([{**GOOD, **change}, last], 2, 1)
    first = layer([{0: 1}, {0: 1}], [None, None], inputs=5)
    with pytest.raises(RefusedError, match="the parts of layer 1 do not fit together"):
        read_layers([first, {**GOOD, **change}], 5, 3)


def test_carried_units_are_at_most_inputs_and_units() -> None:
    narrow = layer([{0: 1}], [None], inputs=3, carried=1)
    assert read_layers([narrow], 3, 1)
    for carried in (2, 3, 4):
        with pytest.raises(RefusedError, match="layer 0"):
            read_layers([{**narrow, "carried": carried}], 3, 1)
    wide = layer([{0: 1}], [None] * 3, inputs=1, unit=[0, 0, 0], carried=1)
    assert read_layers([wide], 1, 3)
    with pytest.raises(RefusedError, match="layer 0"):
        read_layers([{**wide, "carried": 2}], 1, 3)


def test_layers_without_an_entry_and_none_at_all(tmp_path: Path) -> None:
    agree([layer([{}, {}], [3, None], inputs=2)], POINTS)
    agree([layer([{}], [-3], "threshold", inputs=2)], POINTS)
    # Without a layer one coordinate would be its own target.
    X, y = np.array([[1.0], [2], [4]]), np.array([1.0, 2, 4])
    content = certificate([layer([{0: 1}], [None], "identity", inputs=1)], X, y)
    assert content["interpolation"]["holds"] and verdict(tmp_path, content, X, y) == []
    content["network"] |= {"layers": [], "weights": 0, "nonzero": 0, "dense": 0}
    (wrong,) = verdict(tmp_path, content, X, y)
    assert wrong == "the last layer has 1 units, not one for each of 1 targets"
    with pytest.raises(RefusedError, match="has 3 units, not one for each of 2 targets"):
        read_layers([GOOD], 2, 2)


def test_values_and_biases_are_numbers_in_their_only_spelling() -> None:
    for part, where in (("values", "a value"), ("bias", "a bias")):
        for wrong in ("1/1", "2/4", "1.5", "nan", "", 1, None, ["1"], "0x1p+0"):
            forged = copy.deepcopy(GOOD)
            forged[part][0] = wrong
            with pytest.raises(RefusedError, match=f"layer 0, {where} is "):
                read_layers([forged], 2, 3)
    for wrong in ([], "x", None):
        with pytest.raises(RefusedError, match="layer 1 is no JSON object"):
            read_layers([GOOD, wrong], 2, 3)


@pytest.mark.parametrize("more", [-1, 1])
def test_there_is_a_residual_for_each_row(tmp_path: Path, more: int) -> None:
    X, y = np.array([[1.0, 2], [3, -4], [5, 6]]), np.array([0.0, 1, 0])
    content = certificate([layer([{0: 1}], [1], "identity", inputs=2)], X, y)
    held = content["residuals"]
    content["residuals"] = held[:-1] if more < 0 else [*held, held[0]]
    (wrong,) = verdict(tmp_path, content, X, y)
    assert "the number of residuals is not that of the rows" in wrong
    content["residuals"] = [*held[:1], ["7"], *held[2:]]
    assert verdict(tmp_path, content, X, y) == ["the residual at row 1"]


def test_another_format_and_another_claim_are_refused_by_name(tmp_path: Path) -> None:
    X, y = np.array([[1.0, 2], [3, -4], [5, 6]]), np.array([0.0, 1, 0])
    content = certificate([layer([{0: 1}], [1], "identity", inputs=2)], X, y)
    for change in ({"certificate": "expressivity layers certificate 1"}, {"claim": CLAIM + "."}):
        (wrong,) = verdict(tmp_path, {**content, **change}, X, y)
        assert "certify the network anew" in wrong
    (wrong,) = verdict(tmp_path, {**content, "more": 1}, X, y)
    assert wrong == "the certificate has the unknown field 'more'"
    assert check.check(tmp_path / "c.json", tmp_path / "d.npy")[0].endswith("_layers.py is for it")
    del content["interpolation"]["rule"]
    (wrong,) = verdict(tmp_path, content, X, y)
    assert wrong == "interpolation has no field 'rule'"
    other = certify(interpolate(X, y), X, y)
    assert verdict(tmp_path, other, X, y)[0].endswith("check.py is for it")


def test_a_network_of_no_coordinate_or_no_output_has_no_certificate(tmp_path: Path) -> None:
    X, y = np.array([[1.0, 2], [3, -4], [5, 6]]), np.array([0.0, 1, 0])
    content = certificate([layer([{0: 1}], [1], "identity", inputs=2)], X, y)
    for part, layers in (
        ("coordinates", [layer([{}], [1], "identity", inputs=0)]),
        ("targets", [layer([], [], "identity", inputs=2)]),
        ("rows", content["network"]["layers"]),
    ):
        forged = copy.deepcopy(content)
        forged["sample"][part] = 0
        forged["network"]["layers"] = layers
        (wrong,) = verdict(tmp_path, forged, X, y)
        assert wrong.startswith("the sample is empty")


def test_a_stated_number_of_coordinates_costs_nothing(tmp_path: Path) -> None:
    X, y = np.array([[1.0, 2], [3, -4], [5, 6]]), np.array([0.0, 1, 0])
    content = certificate([layer([{0: 1}], [1], "identity", inputs=2)], X, y)
    content["sample"]["coordinates"] = content["network"]["layers"][0]["inputs"] = 10**15
    found = verdict(tmp_path, content, X, y)
    assert "row 0 of the data has 3 coordinates and 0 targets" in found[-1]


def test_common_denominators_up_to_the_limit_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "LARGEST_SUM", 12)
    for power, taken in ((11, True), (12, False)):
        one = layer([{0: Fraction(1, 2**power)}], [None], "identity", inputs=2)
        if taken:
            agree([one], [[1.0, 1.0]])
            continue
        with pytest.raises(RefusedError, match="more than a million bits"):
            agree([one], [[1.0, 1.0]])


def test_denominators_are_refused_before_all_are_multiplied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The common denominator of these 4,000 has four million bits, and takes ten seconds.
    monkeypatch.setattr(check, "LARGEST_SUM", 2**14)
    values = [Fraction(1, 10**300 + k) for k in range(4000)]
    layers = read_layers([layer([dict(enumerate(values))], [None], inputs=4000)], 4000, 1)
    started = time.process_time()
    with pytest.raises(RefusedError, match="more than a million bits"):
        evaluate(layers, [[0.0] * 4000])
    assert time.process_time() - started < 2


@pytest.mark.parametrize("exact", [False, True])
def test_every_array_of_a_file_has_the_length_of_the_certificate(
    tmp_path: Path, exact: bool
) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((6, 2)), rng.standard_normal(6)
    net, file = memorize(X, y, "zhang", exact=exact), tmp_path / "n.safetensors"
    net.save(file)
    raw = file.read_bytes()
    facts = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])["__metadata__"]
    arrays, content = load_file(file), certify(net, X, y, file=file)
    path, data = tmp_path / "c.json", tmp_path / "d.npy"
    np.save(data, np.column_stack((X, y)))
    assert exact == any("denominator" in name for name in arrays)
    path.write_text(json.dumps(content))
    assert check_certificate(path, data, network=file) == []
    # What is said of the premises may have any numbers: they are no part of the network.
    about = json.loads(facts["network"])
    about["premises"] = {"one": [True, "one", 0.5], "two": [True, "two", float("inf")]}
    file.write_bytes(serialize(arrays, {**facts, "network": json.dumps(about)}))
    said = copy.deepcopy(content)
    said.pop("sha256")
    said["network"]["file"] = hashlib.sha256(file.read_bytes()).hexdigest()
    path.write_text(json.dumps({**said, "sha256": digest(said)}))
    assert check_certificate(path, data, network=file) == []
    for name, held in arrays.items():
        for other in (held[:-1], np.concatenate((held, held[-1:]))):
            file.write_bytes(serialize({**arrays, name: other}, facts))
            forged = copy.deepcopy(content)
            forged.pop("sha256")
            forged["network"]["file"] = hashlib.sha256(file.read_bytes()).hexdigest()
            path.write_text(json.dumps({**forged, "sha256": digest(forged)}))
            assert examine(path, data).wrong == []
            (wrong,) = check_certificate(path, data, network=file)
            assert str(file) in wrong, name


def test_what_a_certificate_is_about_is_seen_at_its_beginning(tmp_path: Path) -> None:
    X, y = np.array([[1.0, 2], [3, -4], [5, 6]]), np.array([0.0, 1, 0])
    layered, plain = (certify(build(X, y), X, y) for build in (memorize, interpolate))
    path = tmp_path / "c.json"
    for content, about in ((layered, True), (plain, False)):
        path.write_text(json.dumps(content))
        assert is_about_layers(path) is about
    path.write_text(" " * 1000 + json.dumps(layered))
    assert not is_about_layers(path)
    with pytest.raises(OSError, match="give an ordinary file"):
        is_about_layers(tmp_path)
