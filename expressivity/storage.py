"""Networks in files: safetensors, which hold arrays and no code."""

from __future__ import annotations

import json
from collections.abc import Collection
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.bounds import Fit

FORMAT = "expressivity network 1"
MEND = "save the network anew"
TYPES = {"F64": "<f8", "I64": "<i8", "U8": "u1", "BOOL": "?"}


def pack(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    w: NDArray[np.float64],
    fit: Fit | None,
    depth: int,
    **more: str,
) -> bytes:
    """Return the content of a safetensors file that holds a network.

    Parameters
    ----------
    a, b, w, fit, depth : as for `Network`
    more : facts to be kept beside it, as the labels of a classifier
    """
    require_safetensors()
    from safetensors.numpy import save

    arrays = {"a": a, "b": b, "w": w}
    facts = {"format": FORMAT, "depth": str(depth), **more}
    if fit is not None:
        arrays |= {"t": fit.t, "y": fit.y}
        facts["projection_error"] = fit.error.hex()
    contiguous = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
    return save(contiguous, facts)


def unpack(content: bytes, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what `Network` is made of, and all facts, from the content of a file.

    Parameters
    ----------
    content : bytes that `pack` returned
    name : what errors call the file

    Raises ValueError if the content holds no network of finite doubles with increasing knots.
    """
    arrays, facts = read_arrays(content, name)
    if facts.get("format") != FORMAT or not {"a", "b", "w"} <= set(arrays):
        raise ValueError(f"{name} holds {json.dumps(facts)[:80]}: no network that `save` wrote")
    with_fit = {"t", "y"} <= set(arrays)
    values = [arrays[key] for key in ("a", "b", "w", *("t", "y") * with_fit)]
    if not all(np.isfinite(value).all() for value in values):
        raise ValueError(f"{name} holds numbers that are NaN or infinite: {MEND}")
    a, b, w = values[:3]
    shaped = a.ndim == b.ndim == 1 and w.ndim in (1, 2) and len(w) == len(b) > 0 < len(a)
    if not shaped or w.size == 0 or (np.diff(b) < 0).any():
        raise ValueError(f"{name} holds arrays of the wrong shape, dtype or order: {MEND}")
    depth = _number(int, facts, "depth", name)
    if not 2 <= depth <= len(b) + 1:
        raise ValueError(f"{name} holds {len(b)} knots and the depth {depth}: {MEND}")
    parts = {"a": a, "b": b, "w": w, "fit": None, "depth": depth}
    if with_fit:
        t, y = values[3:]
        error = _number(float.fromhex, facts, "projection_error", name)
        shaped = (
            t.ndim == 1 and y.ndim in (1, 2) and len(t) == len(y) > 0 and y.shape[1:] == w.shape[1:]
        )
        if not shaped or (np.diff(t) <= 0).any() or not error >= 0:
            raise ValueError(f"{name} holds a sample of the wrong shape or order: {MEND}")
        parts["fit"] = Fit(t, y, error)
    return parts, facts


def read_arrays(
    content: bytes, name: str, types: Collection[str] = ("F64",)
) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Return the arrays and the facts of a safetensors file of numbers of these types."""
    require_safetensors()
    from safetensors import SafetensorError, deserialize

    try:
        tensors = deserialize(content)
        header = read_json(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except (SafetensorError, ValueError) as error:
        raise ValueError(f"{name} is no safetensors file: {error}") from error
    arrays = {}
    for key, tensor in tensors:
        if tensor["dtype"] not in types:
            raise ValueError(
                f"{name} holds {key} in {tensor['dtype']}, not in {' or '.join(types)}: a network "
                f"of other numbers is another one; {MEND}"
            )
        arrays[key] = np.frombuffer(tensor["data"], TYPES[tensor["dtype"]])
        arrays[key] = arrays[key].reshape(tensor["shape"])
    return arrays, header.get("__metadata__") or {}


def read_json(text: str | bytes) -> Any:
    """Read JSON with every key once. Raises ValueError for what is none."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(found := dict(pairs)) < len(pairs):
            raise ValueError("a key is there twice")
        return found

    try:
        return json.loads(text, object_pairs_hook=once)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def require_safetensors() -> None:
    """Raise ModuleNotFoundError, with the mend, where the library came alone."""
    if find_spec("safetensors") is None:
        raise ModuleNotFoundError(
            "networks are kept in files by the package safetensors: pip install safetensors"
        )


def _number(read: Any, facts: dict[str, str], key: str, name: str) -> Any:
    try:
        return read(facts[key])
    except (KeyError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} holds no {key}: {MEND}") from error
