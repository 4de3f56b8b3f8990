"""The network in other people's formats: torch and ONNX. Imported on use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from expressivity.files import write_atomically

if TYPE_CHECKING:
    import torch

    from expressivity.network import Network


def to_torch(
    net: Network,
    dtype: torch.dtype | None = None,
    sample: tuple[ArrayLike, ArrayLike] | None = None,
) -> torch.nn.Module:
    """Return the network as an `nn.Module` whose parameters number exactly 2n + d.

    The forward pass is the literal sum of ReLUs, x (..., d) to (...,) or (..., K), in O(m n)
    memory: give it batches. It runs on any device, compiles, and can be trained further.

    Parameters
    ----------
    net : Network of two layers
    dtype : float64 without it; a narrower type only if the network survives the rounding
    sample : (X, y) on which to try a narrower type

    Raises
    ------
    ValueError
        for a deeper network, and for a narrower type unless every output on the sample is nearer
        to its own target than to any other. Random gaps are near range / n^2: single precision
        fails beyond a few hundred points, bfloat16 beyond a handful.
    """
    import torch

    from expressivity.torch_network import TorchNetwork

    _check_two_layers(net)
    dtype = dtype or torch.float64
    module = TorchNetwork(*(torch.tensor(p, dtype=dtype) for p in (net.a, net.b, net.w)))
    if dtype != torch.float64:
        if sample is None:
            raise ValueError(
                f"sample is needed to export to {dtype}: the network of doubles is wrong there "
                "beyond a few hundred points; give sample=(X, y) to have it tried"
            )
        _refuse_if_wrong(module, dtype, *sample)
    return module


def to_onnx(net: Network, path: str | Path) -> None:
    """Write the network as an ONNX model in double precision, input X (m, d), output y.

    Needs the package onnx. Raises ValueError for a deeper network. Written atomically.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    _check_two_layers(net)
    arrays = {"a": net.a[:, None], "b": net.b, "w": net.w}
    nodes = [
        helper.make_node("MatMul", ["X", "a"], ["t"]),
        helper.make_node("Sub", ["t", "b"], ["past"]),
        helper.make_node("Relu", ["past"], ["active"]),
        helper.make_node("MatMul", ["active", "w"], ["y"]),
    ]
    shape = ["m"] if net.w.ndim == 1 else ["m", net.n_outputs]
    graph = helper.make_graph(
        nodes,
        "expressivity",
        [helper.make_tensor_value_info("X", TensorProto.DOUBLE, ["m", len(net.a)])],
        [helper.make_tensor_value_info("y", TensorProto.DOUBLE, shape)],
        [numpy_helper.from_array(value, name) for name, value in arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    write_atomically(path, model.SerializeToString())


def _check_two_layers(net: Network) -> None:
    if net.depth != 2:
        raise ValueError(f"depth = {net.depth}: only networks of depth 2 export; use depth=2")


def _refuse_if_wrong(
    module: torch.nn.Module, dtype: torch.dtype, X: ArrayLike, y: ArrayLike
) -> None:
    import torch

    targets = np.asarray(y, dtype=np.float64)
    distances = np.diff(np.unique(targets))
    tolerance = float(distances.min(initial=np.inf)) / 2
    points = torch.tensor(np.asarray(X), dtype=dtype)
    with torch.no_grad():
        outputs = torch.cat([module(block) for block in points.split(256)]).double().numpy()
    off = np.abs(outputs - targets)
    if not off.max() < tolerance:
        wrong = int((~(off < tolerance)).sum())
        raise ValueError(
            f"dtype = {dtype} gives {wrong} of {targets.size} outputs nearer to another target, "
            f"off by up to {off.max():.2g}: keep torch.float64, take fewer points, or use "
            "direction = 'widened'"
        )
