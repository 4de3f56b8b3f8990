"""The network in other people's formats: torch and ONNX. Imported on use.

Both exported forms compute what `net.compiled` does, piece by piece along the direction: the sum
of ReLUs taken by parts, whose partial sums are values of the function and stay small. On the CPU,
whose cumulative sums add in order, `net.error.compiled` bounds either at the sample that the
network was built for: it holds for every order in which <a, x> is summed, and whether or not a
product and a sum are rounded as one. For other devices nothing is proved.

A sample that is so far from the origin that its bound exceeds half the distance between labels is
refused: its knots are projections rounded to doubles, and no shift of the exported graph brings
back what they lost. Subtract an offset from X before the network is built, as the refusal says.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.bounds import Fit
from expressivity.compiled import Compiled
from expressivity.files import write_atomically
from expressivity.residual import judged
from expressivity.sample import sample_for

if TYPE_CHECKING:
    import torch

    from expressivity.network import Network
    from expressivity.torch_network import TorchNetwork

# The share of the range of real targets beyond which an export is refused.
LARGEST_SHARE = 0.01


def to_torch(
    net: Network,
    dtype: torch.dtype | None = None,
    sample: tuple[ArrayLike, ArrayLike] | None = None,
) -> TorchNetwork:
    """Return the network as an `nn.Module` whose parameters number exactly 2n + d.

    It maps x (..., d) of any real dtype to (...,) or (..., K), runs on any device, compiles, and
    can be trained further: its gradients are those of the sum of ReLUs. Cost of a batch:
    O(m d + n), and one search a point.

    Parameters
    ----------
    net : Network of two layers
    dtype : float64 without it; a narrower type only if the network survives the rounding
    sample : (X, y) on which to try a narrower type

    Raises
    ------
    TypeError, ValueError
        for a deeper network, for one that double precision may put nearer to another label at its
        own sample (or 1 % of the range off, where targets are no classes), and for a narrower type
        unless every output on the sample is nearer to its own target than to any other (or within
        1 % of it, where all are equal). Several outputs are held to their own targets each. Random
        gaps are near range / n^2: single precision tells class labels apart up to one or two
        thousand random points, real targets up to some tens, bfloat16 a handful.
    """
    import torch

    from expressivity.torch_network import TorchNetwork

    _check(net)
    dtype = torch.float64 if dtype is None else _checked(dtype)
    module = TorchNetwork(*(torch.tensor(p, dtype=dtype) for p in (net.a, net.b, net.w)))
    if dtype != torch.float64:
        if sample is None:
            raise ValueError(
                f"sample is needed to export to {dtype}: the network of doubles is wrong there "
                "beyond some tens of points to one or two thousand; give sample=(X, y) to have it "
                "tried"
            )
        if not (isinstance(sample, tuple | list) and len(sample) == 2):
            raise TypeError(f"sample is a {type(sample).__name__}: give the pair (X, y)")
        _refuse_if_wrong(module, dtype, net, *sample)
    return module


def to_onnx(net: Network, path: str | Path, classes: NDArray[Any] | None = None) -> None:
    """Write the network as an ONNX model in double precision, input X (m, d), output y.

    The constants are the direction and, at each knot, value and slope; the piece of each point is
    found in two steps, in O(sqrt(n)) time and memory a point.

    Parameters
    ----------
    net : Network of two layers
    path : file to write, atomically
    classes : labels of the classes 0, 1, ...; then the output is `label` (m,)

    Raises ValueError as `to_torch`. Needs the package onnx.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    _check(net)
    constants = _pieces(net.compiled)
    nodes = [
        helper.make_node(kind, inputs.split(), [output], **more)
        for kind, inputs, output, more in _steps(net.w.ndim)
    ]
    kind, name = TensorProto.DOUBLE, "y"
    if classes is not None:
        constants |= {"none": np.array(0.0), "last": np.array(len(classes) - 1.0)}
        constants["labels"] = _labels(classes)
        nodes += [
            helper.make_node("Round", ["y"], ["rounded"]),
            helper.make_node("Max", ["rounded", "none"], ["not_below"]),
            helper.make_node("Min", ["not_below", "last"], ["number"]),
            helper.make_node("Cast", ["number"], ["index"], to=TensorProto.INT64),
            helper.make_node("Gather", ["labels", "index"], ["label"]),
        ]
        kind, name = helper.np_dtype_to_tensor_dtype(constants["labels"].dtype), "label"
    shape = ["m"] if net.w.ndim == 1 else ["m", net.n_outputs]
    graph = helper.make_graph(
        nodes,
        "expressivity",
        [helper.make_tensor_value_info("X", TensorProto.DOUBLE, ["m", len(net.a)])],
        [helper.make_tensor_value_info(name, kind, shape)],
        [numpy_helper.from_array(np.asarray(value), key) for key, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    write_atomically(path, model.SerializeToString())


def _pieces(compiled: Compiled) -> dict[str, NDArray[Any]]:
    """Return the constants of the ONNX model, the knots in about sqrt(n) rows of as many."""
    n = len(compiled.knots)
    width = int(np.ceil(np.sqrt(n)))
    rows = np.full(-(-n // width) * width, np.inf)
    rows[:n] = compiled.knots
    rows = rows.reshape(-1, width)
    return {
        "a": compiled.a[:, None],
        "rows": rows,
        "starts": rows[:, 0],
        "knots": compiled.knots,
        "values": compiled.values,
        "slopes": compiled.slopes,
        "width": np.array(width),
        "one": np.array(1),
        "zero": np.array(0),
        "across": np.array([1]),
    }


def _steps(ndim: int) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Return the nodes: kind, inputs, output; `piece` is the last knot that is not beyond t."""
    past = "past" if ndim == 1 else "each"
    return [
        ("MatMul", "X a", "t", {}),
        *_last("t", "starts", "row"),
        ("Gather", "rows row", "near", {}),
        *_last("t", "near", "column"),
        ("Mul", "row width", "before", {}),
        ("Add", "before column", "piece", {}),
        ("Gather", "knots piece", "knot", {}),
        ("Squeeze", "t across", "line", {}),
        ("Sub", "line knot", "moved", {}),
        ("Relu", "moved", "past", {}),
        *([("Unsqueeze", "past across", "each", {})] if ndim == 2 else []),
        ("Gather", "slopes piece", "slope", {}),
        ("Mul", f"slope {past}", "rise", {}),
        ("Gather", "values piece", "value", {}),
        ("Add", "value rise", "y", {}),
    ]


def _last(t: str, knots: str, found: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Find the index of the last knot that is not beyond t, 0 if there is none, by counting."""
    return [
        ("GreaterOrEqual", f"{t} {knots}", f"reached_{found}", {}),
        ("Cast", f"reached_{found}", f"ones_{found}", {"to": 7}),  # TensorProto.INT64
        ("ReduceSum", f"ones_{found} across", f"count_{found}", {"keepdims": 0}),
        ("Sub", f"count_{found} one", f"last_{found}", {}),
        ("Max", f"last_{found} zero", found, {}),
    ]


def _labels(classes: NDArray[Any]) -> NDArray[Any]:
    """Return labels in a type that ONNX has: text as objects, numbers as they are."""
    if classes.dtype.kind in "biuf":
        return classes
    try:
        texts = [v if isinstance(v, bytes) else str(v).encode() for v in classes.tolist()]
        return np.array([text.decode() for text in texts], dtype=object)
    except UnicodeError as error:
        raise ValueError(
            f"classes have a label that ONNX cannot write as text ({error}): use numbers"
        ) from error


def _checked(dtype: Any) -> torch.dtype:
    import torch

    if dtype not in (known := (torch.float64, torch.float32, torch.float16, torch.bfloat16)):
        raise TypeError(f"dtype is {dtype!r}: give {', '.join(map(str, known))}")
    return dtype


def _check(net: Network) -> None:
    """Refuse deeper networks, and those of which double precision may lose the sample."""
    if net.depth != 2:
        raise ValueError(f"depth = {net.depth}: only networks of depth 2 export; use depth=2")
    for error, y in [] if net.fit is None else _outputs(net, net.fit):
        if not _holds(error, y):
            raise ValueError(
                f"net may be off by {error:.2g} at its own sample in double precision, too much to "
                "tell its targets apart: subtract an offset from X, or rescale its coordinates"
            )


def _outputs(net: Network, fit: Fit) -> list[tuple[float, NDArray[np.float64]]]:
    """Return for each output the bound on its error in the compiled form, and its targets (n,)."""
    if net.w.ndim == 1:
        return [(net.error.compiled, fit.y)]
    found = []
    for w, y in zip(net.w.T, fit.y.T, strict=True):
        alone = replace(net, w=w, fit=Fit(fit.t, y, fit.error))
        found.append((alone.error.compiled, y))
    return found


def _holds(error: float, y: NDArray[np.float64]) -> bool:
    """Tell whether a bound is below half the distance of labels y, or 1 % of the targets' range."""
    distance = judged(np.zeros(y.shape, dtype=object), y, len(y)).distance[0]
    allowed = _share(y) if distance is None else float(distance) / 2
    return error < allowed or error == 0


def _share(y: NDArray[np.float64]) -> float:
    """Return 1 % of the range of targets, of the target itself where all are equal."""
    return LARGEST_SHARE * (float(np.ptp(y)) or float(np.abs(y).max()))


def _refuse_if_wrong(
    module: torch.nn.Module, dtype: torch.dtype, net: Network, X: ArrayLike, y: ArrayLike
) -> None:
    import torch

    given = sample_for(net, X, y)
    columns = given.y.reshape(len(given.y), -1).T
    nearest = [float(np.diff(np.unique(one)).min(initial=np.inf)) / 2 for one in columns]
    # Where all targets are equal there is no other one to be nearer to.
    limits = np.where(np.isinf(nearest), [*map(_share, columns)], nearest)
    points = torch.tensor(given.z.astype(np.float64), dtype=dtype)
    with torch.no_grad():
        outputs = module(points).double().numpy()
    off = np.abs(outputs - given.y)
    right = (off < limits.reshape(off.shape[1:])) | (off == 0)
    if not right.all():
        wrong = int((~right).sum())
        how = "wrong" if np.isinf(nearest).any() else "nearer to another target"
        raise ValueError(
            f"dtype = {dtype} gives {wrong} of {given.y.size} outputs {how}, "
            f"off by up to {off.max():.2g}: keep torch.float64, or take fewer points"
        )
