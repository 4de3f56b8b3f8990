"""Layered networks in other formats: torch, ONNX, safetensors. Imported on use."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from expressivity.files import ordinary, write_atomically
from expressivity.memorizers.exact_numbers import factors
from expressivity.memorizers.layer import Layer, Numbers, check_layer, dense
from expressivity.storage import MEND, TYPES, read_arrays, read_json, require_safetensors
from expressivity.verify import Premise

if TYPE_CHECKING:
    import torch

    from expressivity.memorizers.layered import Layered

FORMAT = "expressivity layers 1"
LARGEST_EXPONENT = 2**20


def to_torch(net: Layered) -> torch.nn.Module:
    """Return the network as an `nn.Module` in double precision, x (m, d) to (m,) or (m, K).

    Raises ValueError by name where doubles are not proved right on its sample: `net.float64`.
    """
    _check_float64(net)
    from expressivity.torch_layers import TorchLayers

    return TorchLayers(net)


def to_onnx(net: Layered, path: str | Path) -> None:
    """Write the network as an ONNX model in double precision, input X (m, d), output y.

    Needs the package onnx. Raises ValueError as `to_torch`. Written atomically.
    """
    _check_float64(net)
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, arrays, h = [], {}, "X"
    for number, layer in enumerate(net.layers):
        matrix, bias = dense(layer)
        arrays |= {f"M{number}": matrix.T, f"c{number}": bias}
        nodes.append(helper.make_node("MatMul", [h, f"M{number}"], [f"p{number}"]))
        nodes.append(helper.make_node("Add", [f"p{number}", f"c{number}"], [f"v{number}"]))
        active = h = f"v{number}"
        if layer.carried and layer.activation != "identity":
            arrays[f"s{number}"] = np.array([layer.carried, layer.n_units - layer.carried])
            active = f"a{number}"
            nodes.append(
                helper.make_node("Split", [h, f"s{number}"], [f"k{number}", active], axis=1)
            )
        if layer.activation == "relu":
            nodes.append(helper.make_node("Relu", [active], [f"r{number}"]))
        elif layer.activation == "threshold":
            arrays["zero"] = np.zeros(1)
            nodes.append(helper.make_node("GreaterOrEqual", [active, "zero"], [f"b{number}"]))
            nodes.append(
                helper.make_node("Cast", [f"b{number}"], [f"r{number}"], to=TensorProto.DOUBLE)
            )
        if layer.activation != "identity":
            h = f"r{number}"
        if active == f"a{number}":
            nodes.append(helper.make_node("Concat", [f"k{number}", h], [f"h{number}"], axis=1))
            h = f"h{number}"
    for number, factor in enumerate(factors(net.exponent)):
        arrays[f"f{number}"] = np.array([factor])
        nodes.append(helper.make_node("Mul", [h, f"f{number}"], [f"m{number}"]))
        h = f"m{number}"
    K = net.layers[-1].n_units
    if K == 1:
        arrays["axes"] = np.array([1])
        nodes.append(helper.make_node("Squeeze", [h, "axes"], ["y"]))
    else:
        nodes.append(helper.make_node("Identity", [h], ["y"]))
    shape = ["m"] if K == 1 else ["m", K]
    graph = helper.make_graph(
        nodes,
        "expressivity",
        [helper.make_tensor_value_info("X", TensorProto.DOUBLE, ["m", net.layers[0].n_inputs])],
        [helper.make_tensor_value_info("y", TensorProto.DOUBLE, shape)],
        [numpy_helper.from_array(np.ascontiguousarray(v), name) for name, v in arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    write_atomically(path, model.SerializeToString())


def save(net: Layered, path: str | Path) -> None:
    """Save the network as safetensors, which holds arrays and no code. Written atomically.

    Integers beyond 64 bits are written as rows of bytes (little-endian, two's complement),
    fractions as two such arrays.
    """
    require_safetensors()
    from safetensors.numpy import save as serialize

    arrays: dict[str, NDArray[Any]] = {}
    for number, layer in enumerate(net.layers):
        arrays |= {
            f"{number}.rows": layer.rows,
            f"{number}.columns": layer.columns,
            f"{number}.unit": layer.unit,
            f"{number}.biased": layer.biased,
            **_written(f"{number}.values", layer.values),
            **_written(f"{number}.bias", layer.bias),
        }
    facts = {
        "construction": net.construction,
        "exponent": net.exponent,
        "options": net.options,
        "classes": net.classes,
        "premises": {k: [p.holds, p.what, p.value] for k, p in net.premises.items()},
        "layers": [[v.n_inputs, v.activation, v.carried] for v in net.layers],
    }
    contiguous = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
    write_atomically(path, serialize(contiguous, {"format": FORMAT, "network": json.dumps(facts)}))


def load(path: str | Path) -> dict[str, Any]:
    """Return the fields of the network that `save` wrote; its sample is not known.

    Raises ValueError if the file holds no such network, of finite numbers that fit together.
    """
    return unpack(ordinary(path).read_bytes(), str(path))


def unpack(content: bytes, name: str) -> dict[str, Any]:
    """Return what `load` does of a file's content; errors call it `name`."""
    arrays, facts = read_arrays(content, name, TYPES)
    if facts.get("format") != FORMAT:
        raise ValueError(
            f"{name} holds {json.dumps(facts)[:80]}: no layered network that `save` wrote"
        )
    try:
        return _unpacked(arrays, read_json(facts["network"]))
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
        raise ValueError(
            f"{name} holds no layered network that fits together ({error}): {MEND}"
        ) from error


def _unpacked(arrays: dict[str, NDArray[Any]], about: dict[str, Any]) -> dict[str, Any]:
    layers, width = [], None
    for number, (n_inputs, activation, carried) in enumerate(about["layers"]):
        layer = Layer(
            arrays[f"{number}.rows"],
            arrays[f"{number}.columns"],
            _read(f"{number}.values", arrays),
            n_inputs,
            arrays[f"{number}.unit"],
            _read(f"{number}.bias", arrays),
            arrays[f"{number}.biased"],
            activation,
            carried,
        )
        check_layer(layer)
        if width not in (None, n_inputs):
            raise ValueError(f"layer {number} has {n_inputs} inputs, not {width}")
        layers.append(layer)
        width = layer.n_units
    exponent, construction, classes = (about[v] for v in ("exponent", "construction", "classes"))
    if not layers or type(exponent) is not int or abs(exponent) > LARGEST_EXPONENT:
        raise ValueError(f"{len(layers)} layers, the exponent {exponent!r}")
    if not isinstance(construction, str) or type(classes) not in (int, type(None)):
        raise TypeError(f"construction {construction!r}, classes {classes!r}")
    return {
        "layers": tuple(layers),
        "premises": {k: Premise(*p) for k, p in about["premises"].items()},
        "construction": construction,
        "exponent": exponent,
        "options": dict(about["options"]),
        "classes": classes,
    }


def _written(name: str, values: Numbers) -> dict[str, NDArray[Any]]:
    if values.dtype != object:
        return {name: values}
    if any(isinstance(v, Fraction) for v in values):
        parts = ("numerator", "denominator")
        return {
            f"{name}.{part}": _bytes([getattr(v, part) for v in values.tolist()]) for part in parts
        }
    return {f"{name}.integers": _bytes(values.tolist())}


def _bytes(values: list[int]) -> NDArray[np.uint8]:
    width = max(v.bit_length() for v in values) // 8 + 1
    joined = b"".join(v.to_bytes(width, "little", signed=True) for v in values)
    return np.frombuffer(joined, dtype=np.uint8).reshape(len(values), width)


def _read(name: str, arrays: dict[str, NDArray[Any]]) -> Numbers:
    if name in arrays:
        return arrays[name]
    if f"{name}.integers" in arrays:
        return _integers(arrays[f"{name}.integers"])
    parts = [_integers(arrays[f"{name}.{part}"]) for part in ("numerator", "denominator")]
    found = np.empty(len(parts[0]), dtype=object)
    found[:] = [Fraction(p, q) for p, q in zip(*parts, strict=True)]
    return found


def _integers(rows: NDArray[np.uint8]) -> Numbers:
    found = np.empty(len(rows), dtype=object)
    found[:] = [int.from_bytes(row.tobytes(), "little", signed=True) for row in rows]
    return found


def _check_float64(net: Layered) -> None:
    if net.sample is None:
        raise ValueError(
            "sample is not known for this network, so that nothing is proved of it in doubles: "
            "`memorize` it anew, or give it by dataclasses.replace(net, sample=Sample(X, y))"
        )
    if not net.float64:
        raise ValueError(
            f"construction = {net.construction!r} with weights of up to {net.bit_size} bits is not "
            f"proved right in double precision (off by up to {net.error:.2g}): evaluate it with "
            "`exact`, or memorize without naming a construction"
        )
