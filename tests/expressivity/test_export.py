"""The same function in torch, ONNX and safetensors, within its own bound."""

from __future__ import annotations

import copy
import os
import pickle
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from expressivity import Classifier, Network, RationalNetwork, classify, interpolate, memorize
from expressivity.compiled import Compiled
from expressivity.direction import separating_direction
from expressivity.export import _holds
from expressivity.sample import sample as checked
from expressivity.torch_network import TorchNetwork

os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def _net(n: int = 60, K: int = 1, **options: Any) -> tuple[Network, Any, Any]:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, 5))
    y = rng.integers(0, 10, (n, K) if K > 1 else n).astype(float)
    return interpolate(X, y, **options), X, y


@pytest.mark.parametrize("K", [1, 3])
def test_torch_has_the_same_weights_and_outputs(K: int) -> None:
    net, X, _ = _net(K=K)
    module = net.to_torch()
    assert sum(p.numel() for p in module.parameters()) == net.n_weights
    with torch.no_grad():
        outputs = module(torch.tensor(X))
        assert module(torch.tensor(X[0])).shape == outputs[0].shape
    np.testing.assert_allclose(outputs.numpy(), net(X), atol=1e-9)


def test_modules_take_points_of_any_dtype() -> None:
    X, y = np.random.default_rng(0).integers(0, 100, (30, 4)), np.arange(30) % 3
    for net in (interpolate(X, y), classify(X, y), memorize(X, y, "inoue")):
        module: Any = net.to_torch()
        with torch.no_grad():
            right = module(torch.tensor(X).double())
            for dtype in (torch.uint8, torch.int64, torch.float16, torch.float32):
                assert module(torch.tensor(X).to(dtype)).tolist() == right.tolist()
        assert module.float()(torch.tensor(X)).shape == (30,)


def test_torch_module_trains() -> None:
    net, X, y = _net()
    module = net.to_torch()
    loss = ((module(torch.tensor(X)) - torch.tensor(y) - 1) ** 2).mean()
    loss.backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in module.parameters())


@pytest.mark.slow
def test_torch_module_compiles() -> None:
    net, X, _ = _net()
    module = net.to_torch()
    compiled = torch.compile(module)
    with torch.no_grad():
        np.testing.assert_allclose(compiled(torch.tensor(X)), module(torch.tensor(X)), atol=1e-9)


def test_narrower_types_are_refused_where_they_would_be_wrong() -> None:
    net, X, y = _net(8)
    module = net.to_torch(torch.float32, sample=(X, y))
    assert {p.dtype for p in module.parameters()} == {torch.float32}
    with pytest.raises(ValueError, match=r"sample is needed to export to torch.float32"):
        net.to_torch(torch.float32)
    for wrong in (torch.int64, torch.complex64, torch.float8_e4m3fn, "float32", np.float32):
        with pytest.raises(TypeError, match=r"dtype is .*: give torch.float64, torch.float32"):
            net.to_torch(wrong, sample=(X, y))  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match=r"sample is a ndarray: give the pair \(X, y\)"):
        net.to_torch(torch.float32, sample=X)
    net, X, y = _net(3000)
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        with pytest.raises(ValueError, match="outputs nearer to another target"):
            net.to_torch(dtype, sample=(X, y))


@pytest.mark.parametrize("K", [1, 3])
def test_onnx_runs_in_double_precision_with_the_same_outputs(tmp_path: Path, K: int) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    net, X, _ = _net(K=K)
    net.to_onnx(tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "net.onnx"))
    (outputs,) = session.run(None, {"X": X})
    assert outputs.dtype == np.float64
    np.testing.assert_allclose(outputs, net(X), atol=1e-9)


def test_only_two_layers_export(tmp_path: Path) -> None:
    net, _, _ = _net(depth=3)
    for export in (net.to_torch, lambda: net.to_onnx(tmp_path / "deep.onnx")):
        with pytest.raises(ValueError, match="depth = 3: only networks of depth 2 export"):
            export()


@pytest.mark.parametrize("options", [{}, {"K": 2}, {"depth": 4}, {"fewest": True}])
def test_safetensors_round_trip(tmp_path: Path, options: Any) -> None:
    net, X, _ = _net(**options)
    net.save(tmp_path / "net.safetensors")
    loaded = Network.load(tmp_path / "net.safetensors")
    assert (loaded(X) == net(X)).all() and loaded.n_weights == net.n_weights
    assert loaded.error == net.error
    assert [path.name for path in tmp_path.iterdir()] == ["net.safetensors"]


def test_files_that_hold_no_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    path.write_bytes(b"not safetensors at all")
    with pytest.raises(ValueError, match="is no safetensors file"):
        Network.load(path)
    save_file({"a": np.zeros(2)}, path)
    with pytest.raises(ValueError, match="no network that `save` wrote"):
        Network.load(path)
    arrays = {"a": np.zeros(2), "b": np.array([1.0, 0.0]), "w": np.zeros(2)}
    save_file(arrays, path, {"format": "expressivity network 1", "depth": "2"})
    with pytest.raises(ValueError, match="wrong shape, dtype or order"):
        Network.load(path)


def _onnx(folder: Path, net: Any, X: Any) -> Any:
    onnxruntime = pytest.importorskip("onnxruntime")
    net.to_onnx(folder / "net.onnx")
    session = onnxruntime.InferenceSession(str(folder / "net.onnx"))
    return session.run(None, {"X": np.asarray(X, dtype=np.float64)})[0]


def _torch(net: Any, X: Any) -> Any:
    with torch.no_grad():
        return net.to_torch()(torch.tensor(np.asarray(X), dtype=torch.float64)).numpy()


@pytest.mark.parametrize("kind", ["bytes", "gaussian", "offset", "clustered", "one coordinate"])
@pytest.mark.parametrize(("n", "K"), [(1, 1), (2, 3), (5, 1), (700, 1), (1000, 2)])
def test_exported_forms_are_within_their_bound(tmp_path: Path, kind: str, n: int, K: int) -> None:
    rng = np.random.default_rng(n)
    X: Any = rng.standard_normal((n, 1 if kind == "one coordinate" else 7))
    if kind == "bytes":
        X = rng.integers(0, 256, (n, 784), dtype=np.uint8)
    elif kind == "offset":
        X = X + 1000
    elif kind == "clustered":
        X = rng.integers(0, 3, (n, 1)) + 1e-3 * X
    y = rng.integers(0, 10, (n, K)[: K + 1 if K > 1 else 1]).astype(float)
    net = interpolate(X, y)
    for outputs in (_torch(net, X), _onnx(tmp_path, net, X)):
        assert outputs.shape == y.shape
        assert np.abs(outputs - y).max() <= net.error.compiled < 0.5


def test_random_labels_of_thousands_of_images_are_within_a_millionth(tmp_path: Path) -> None:
    # The literal sum in torch was off by 1.6e-6 here.
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 256, (20_000, 784), dtype=np.uint8), rng.integers(0, 10, 20_000)
    net = interpolate(X, y)
    assert sum(p.numel() for p in net.to_torch().parameters()) == 2 * 20_000 + 784
    some = rng.permutation(20_000)[:3000]
    for outputs in (_torch(net, X[some]), _onnx(tmp_path, net, X[some])):
        assert np.abs(outputs - y[some]).max() <= net.error.compiled < 1e-9


def test_exported_forms_agree_everywhere(tmp_path: Path) -> None:
    net, X, _ = _net(300, K=2)
    rng = np.random.default_rng(1)
    Q = np.concatenate((X, rng.standard_normal((500, 5)) * 3, 1e9 * X[:5], 0 * X[:1]))
    right = net.compiled(Q)
    np.testing.assert_allclose(_torch(net, Q), right, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(_onnx(tmp_path, net, Q), right, rtol=1e-9, atol=1e-9)


def test_gradients_are_those_of_the_sum_of_relus() -> None:
    net, X, y = _net(K=2)
    module, x, targets = net.to_torch(), torch.tensor(X), torch.tensor(y) + 0.3
    with torch.no_grad():
        # As after a step of training: knots out of order.
        module.b[:] = module.b[torch.randperm(60, generator=torch.Generator().manual_seed(0))]
        module.b[3] = module.b[40]
    literal = [p.detach().clone().requires_grad_() for p in (module.a, module.b, module.w)]
    a, b, w = literal
    outputs = torch.relu((x @ a)[:, None] - b) @ w
    torch.testing.assert_close(module(x), outputs, rtol=1e-9, atol=1e-6)
    ((outputs - targets) ** 2).mean().backward()
    ((module(x) - targets) ** 2).mean().backward()
    for ours, theirs in zip((module.a, module.b, module.w), literal, strict=True):
        assert ours.grad is not None and theirs.grad is not None
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-6, atol=1e-3)


@pytest.mark.parametrize("labels", ["classes", "real"])
def test_an_export_that_would_lose_its_sample_is_refused(tmp_path: Path, labels: str) -> None:
    rng = np.random.default_rng(0)
    X = 1e10 + rng.standard_normal((500, 3))
    y = rng.integers(0, 10, 500) if labels == "classes" else rng.standard_normal(500)
    net = interpolate(X, y)
    for export in (net.to_torch, lambda: net.to_onnx(tmp_path / "net.onnx")):
        with pytest.raises(ValueError, match="too much to tell its targets apart: subtract an off"):
            export()
    assert not list(tmp_path.iterdir())
    # A network whose sample is not known is exported as it stands.
    Network(net.a, net.b, net.w).to_torch()


@pytest.mark.parametrize(
    "labels",
    [
        ["b", "ä", "c"] * 7,
        [3, -1, 10] * 7,
        [2**62, -(2**62), 1] * 7,
        [True, False, True] * 7,
        [b"x", b"y", b"zz"] * 7,
        np.array(["b", "a", "c"] * 7, dtype=np.dtypes.StringDType()),
        np.array([1, 2, 250] * 7, dtype=np.uint8),
    ],
)
def test_classifiers_are_saved_and_exported_with_their_labels(tmp_path: Path, labels: Any) -> None:
    X = np.random.default_rng(0).standard_normal((21, 4))
    classifier = classify(X, labels)
    labels = list(labels)
    classifier.save(tmp_path / "c")
    loaded = Classifier.load(tmp_path / "c")
    assert loaded(X).tolist() == labels and loaded.classes.dtype == classifier.classes.dtype
    assert Network.load(tmp_path / "c")(X).tolist() == classifier.network(X).tolist()
    with torch.no_grad():
        module = classifier.to_torch()
        numbers = module(torch.tensor(X)).tolist()
        assert module(torch.tensor(X * 1e3)).max() < len(module.classes)
    assert [module.classes[i] for i in numbers] == labels
    found = _onnx(tmp_path, classifier, X).tolist()
    assert found == [v.decode() if isinstance(v, bytes) else v for v in labels]
    assert _onnx(tmp_path, classifier, X * 1e3).shape == (21,)


def test_a_classifier_of_strings_of_any_length_is_saved(tmp_path: Path) -> None:
    network = classify([[0.0], [1.0]], [0, 1]).network
    classes = np.array(["a", "ccc"], dtype=np.dtypes.StringDType())
    Classifier(network, classes).save(tmp_path / "c")
    assert Classifier.load(tmp_path / "c")([[0.0], [1.0]]).tolist() == ["a", "ccc"]


@pytest.mark.parametrize("labels", [[b"\xff", b"a"], ["\ud800", "a"]])
def test_labels_that_are_no_text_are_saved_and_refused_by_onnx(tmp_path: Path, labels: Any) -> None:
    X = [[0.0], [1.0]]
    classify(X, labels).save(tmp_path / "c")
    assert Classifier.load(tmp_path / "c")(X).tolist() == labels
    with pytest.raises(ValueError, match=r"a label that ONNX cannot write as text.*use numbers"):
        classify(X, labels).to_onnx(tmp_path / "c.onnx")


def test_a_classifier_has_one_output_and_a_label_for_each_of_its_numbers() -> None:
    (one, _, _), (two, _, _) = _net(), _net(K=2)
    for net, classes in ((two, ["a", "b"]), (one, [["a", "b"]]), (one, [])):
        with pytest.raises(ValueError, match="a label for each number of the one output"):
            Classifier(net, classes)  # pyright: ignore[reportArgumentType]
    assert one.fit == one.fit != copy.deepcopy(one.fit)


def test_a_network_without_labels_is_no_classifier(tmp_path: Path) -> None:
    net, _, _ = _net()
    net.save(tmp_path / "net")
    with pytest.raises(ValueError, match=r"holds no labels of classes.*use Network.load"):
        Classifier.load(tmp_path / "net")


def _saved(path: Path, depth: str = "2", error: str = "0x0.0p+0", **arrays: Any) -> Path:
    facts = {"format": "expressivity network 1", "depth": depth, "projection_error": error}
    good = {"a": np.zeros(2), "b": np.array([0.0, 1.0]), "w": np.zeros(2)}
    good |= {"t": np.array([0.5, 1.5]), "y": np.zeros(2)}
    save_file({k: v for k, v in (good | arrays).items() if v is not None}, path, facts)
    return path


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, None),
        ({"t": None, "y": None}, None),
        ({"a": None}, "no network that `save` wrote"),
        ({"b": None}, "no network that `save` wrote"),
        ({"w": None}, "no network that `save` wrote"),
        ({"a": np.zeros(2, dtype=np.float32)}, r"holds a in F32, not in F64"),
        ({"w": np.zeros(2, dtype=np.int64)}, r"holds w in I64, not in F64"),
        ({"a": np.zeros((1, 2))}, "wrong shape"),
        ({"a": np.zeros(0)}, "wrong shape"),
        ({"b": np.zeros((2, 1))}, "wrong shape"),
        ({"w": np.zeros(3)}, "wrong shape"),
        ({"w": np.zeros((2, 0))}, "wrong shape"),
        ({"w": np.zeros((2, 1, 1))}, "wrong shape"),
        ({"b": np.zeros(0), "w": np.zeros(0)}, "wrong shape"),
        ({"b": np.array([1.0, 0.0])}, "wrong shape, dtype or order"),
        ({"y": np.array(1.0)}, "a sample of the wrong shape or order"),
        ({"b": np.array([1.0, 1.0])}, None),
        ({"a": np.array([0.0, np.nan])}, "NaN or infinite"),
        ({"b": np.array([-np.inf, 0.0])}, "NaN or infinite"),
        ({"w": np.array([np.inf, 0.0])}, "NaN or infinite"),
        ({"t": np.array([0.5, np.nan])}, "NaN or infinite"),
        ({"y": np.array([0.5, np.inf])}, "NaN or infinite"),
        ({"t": np.array([0.5, 0.5])}, "a sample of the wrong shape or order"),
        ({"t": np.array([0.5])}, "a sample of the wrong shape or order"),
        ({"y": np.zeros((2, 2))}, "a sample of the wrong shape or order"),
        ({"error": "nan"}, "a sample of the wrong shape or order"),
        ({"error": "-0x1p-3"}, "a sample of the wrong shape or order"),
        ({"error": "what"}, "holds no projection_error"),
        ({"depth": "1"}, "2 knots and the depth 1"),
        ({"depth": "4"}, "2 knots and the depth 4"),
        ({"depth": "3"}, None),
        ({"depth": "two"}, "holds no depth"),
    ],
)
def test_loading_is_refused_field_by_field(tmp_path: Path, more: Any, says: str | None) -> None:
    path = _saved(tmp_path / "net", **more)
    if says is None:
        assert Network.load(path).n_hidden == 2
    else:
        with pytest.raises(ValueError, match=says):
            Network.load(path)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float8_e4m3fn, torch.float16])
def test_narrow_types_are_refused_by_name_on_loading(tmp_path: Path, dtype: Any) -> None:
    from safetensors.torch import save_file as save_tensors

    net, _, _ = _net()
    arrays = {k: torch.tensor(getattr(net, k)).to(dtype) for k in "abw"}
    facts = {"format": "expressivity network 1", "depth": "2"}
    save_tensors(arrays, tmp_path / "net", facts)
    with pytest.raises(ValueError, match=r"holds \w in (BF16|F8_E4M3|F16), not in F64"):
        Network.load(tmp_path / "net")


def test_a_missing_folder_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    net, _, _ = _net()
    for write in (net.save, net.to_onnx):
        with pytest.raises(FileNotFoundError, match=r"nofolder is no folder"):
            write(tmp_path / "nofolder" / "net")
        with pytest.raises(IsADirectoryError, match=r"is a folder: give the name of a file"):
            write(tmp_path)
    assert not list(tmp_path.iterdir()) and not list(tmp_path.parent.glob("*.part"))


def test_a_sample_for_a_narrower_type_is_checked() -> None:
    net, X, y = _net(8)
    for sample, says in (
        ((X[:5], y), "X has 5 rows but y has 8 targets"),
        ((X[:0], y[:0]), "empty sample"),
        ((X[:, :2], y), "2 coordinates"),
        ((X, np.stack((y, y), axis=1)), "outputs of shape"),
    ):
        with pytest.raises(ValueError, match=says):
            net.to_torch(torch.float32, sample=sample)


def test_networks_and_their_copies_are_read_only() -> None:
    a, b, w = np.ones(2), np.arange(3.0), np.ones((3, 2))
    net = Network(a, b, w)
    fitted, X, _ = _net()
    assert fitted.fit is not None
    a[0] = b[0] = w[0, 0] = 9
    assert (net.a[0], net.b[0], net.w[0, 0]) == (1, 0, 1) and a.flags.writeable
    compiled: Compiled = fitted.compiled
    arrays = [net.a, net.b, net.w, fitted.a, fitted.b, fitted.w, fitted.fit.t, fitted.fit.y]
    arrays += [compiled.a, compiled.knots, compiled.values, compiled.slopes]
    rational = interpolate(X[:4], [1, 2, 3, 4], exact=True)
    arrays += [rational.a, rational.b, rational.w, classify(X[:4], list("abcd")).classes]
    line = separating_direction(checked(X, np.zeros(len(X))))
    arrays += [line.a, line.t, line.rows]
    layered = memorize(X, np.arange(len(X)), "inoue")
    for made in (net, fitted, compiled, rational, classify(X[:4], list("abcd")), layered):
        for same in (made, copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
            found = _arrays(same)
            assert len(found) == len(_arrays(made)) > 2
            arrays += found
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 5
    direction = np.array([1.0, 3.0])
    kept = interpolate([[0.0, 1.0], [1.0, 0.0]], [1, 2], direction=direction)
    direction[0] = 7
    assert kept.a.tolist() == [1, 3]


def _arrays(made: Any) -> list[Any]:
    """Return the arrays of a network and of its parts."""
    if isinstance(made, np.ndarray):
        return [made]
    parts = made if isinstance(made, tuple) else ()
    if is_dataclass(made):
        parts = [getattr(made, field.name) for field in fields(made)]
    return [array for part in parts for array in _arrays(part)]


def test_what_is_known_of_a_network_does_not_change_with_the_arrays_it_was_made_of() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((20, 3)), np.arange(20.0) % 2
    for name in (None, "zhang", "inoue", "bubeck", "baum", "random-features"):
        given, targets = X.copy(), y.copy()
        net = memorize(given, targets, name)
        given *= 3
        targets += 1
        right = float(abs(np.array(net.exact(X), dtype=float) - y).max())
        assert net.residual <= net.error < 1e-9 and net.float64 and right < 1e-9


@pytest.mark.parametrize(
    "shapes", [((2, 1), (3,), (3,)), ((2,), (3, 1), (3,)), ((2,), (3,), (2,)), ((0,), (3,), (3,))]
)
def test_shapes_that_make_no_network_are_refused(shapes: Any) -> None:
    with pytest.raises(ValueError, match="a, b and w have shapes"):
        a, b, w = (np.zeros(shape) for shape in shapes)
        Network(a, b, w)


@pytest.mark.parametrize(
    ("part", "error", "says"),
    [
        ({"a": np.ma.masked_array([1.0], [True])}, ValueError, r"a\[0\] is masked"),
        ({"a": ["1"]}, TypeError, "a has dtype <U1"),
        ({"a": [1j]}, TypeError, "a has dtype complex128"),
        ({"a": [np.nan]}, ValueError, r"a\[0\] is nan: a network has finite weights"),
        ({"a": [2**53 + 1]}, ValueError, r"a\[0\] = 9007199254740993 is beyond"),
        ({"b": [1, 0]}, ValueError, r"b is not increasing at b\[1\]: sort the knots"),
        ({"depth": 4}, ValueError, "depth = 4 is not between 2 and n"),
        ({"depth": 2.0}, ValueError, "depth is 2.0: give a whole number"),
    ],
)
def test_parts_that_make_no_network_are_refused(part: Any, error: Any, says: str) -> None:
    for kind in (Network, RationalNetwork):
        with pytest.raises(error, match=says):
            kind(**{"a": [1], "b": [0, 1], "w": [1, 1], **part})
    assert Network(torch.ones(1, requires_grad=True), [0, 1], [1, 1]).a.tolist() == [1]  # pyright: ignore


def test_a_rational_network_has_rational_weights_that_may_have_no_double() -> None:
    for wrong in ([0.5, 1], [np.nan, 1], ["0", 1], [None, 1]):
        with pytest.raises(TypeError, match=r"b\[0\] is .*: give fractions.Fraction"):
            RationalNetwork([1.0], wrong, [1, Fraction(1, 3)])  # pyright: ignore
    steep = interpolate([[0.0], [1e-300]], [0, 1e300], direction=[1.0], exact=True)
    with pytest.raises(ValueError, match="a number beyond the largest double: scale y down"):
        steep.rounded()


@pytest.mark.parametrize(
    ("y", "error", "holds"),
    [
        ([0.0, 1, 3], 0.499, True),
        ([0.0, 1, 3], 0.5, False),
        ([0.0, 2.0**-30, 0.1], 0.000999, True),
        ([0.0, 2.0**-30, 0.1], 0.001001, False),
        ([0.3, 0.3, 0.3], 0.002999, True),
        ([0.3, 0.3, 0.3], 0.003001, False),
        ([0.0, 0, 0], 0.0, True),
        ([0.0, 0, 0], 1.0, False),
    ],
)
def test_an_export_must_tell_labels_apart_or_be_within_a_hundredth(
    y: Any, error: float, holds: bool
) -> None:
    assert _holds(error, np.array(y)) is holds


def test_every_output_is_held_to_its_own_targets(tmp_path: Path) -> None:
    """One that is 0 everywhere, as that of a class without points, or of a scale of its own."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((60, 5)), rng.integers(0, 3, 60)
    scales = np.array([1e12, 1e-12, 0.0])
    for targets in (np.eye(5)[y], rng.standard_normal((60, 3)) * scales, np.zeros(60)):
        net = interpolate(X, targets)
        net.to_onnx(tmp_path / "n.onnx")
        run = pytest.importorskip("onnxruntime").InferenceSession(tmp_path / "n.onnx").run
        with torch.no_grad():
            for found in (net.to_torch()(torch.tensor(X)).numpy(), run(None, {"X": X})[0]):
                largest = np.abs(targets).max(axis=0)
                assert (np.abs(found - targets).max(axis=0) <= 1e-9 * largest).all()
    assert classify(X, ["cat"] * 60).to_torch()(torch.tensor(X)).tolist() == [0] * 60


def test_a_network_without_weights_is_exactly_zero() -> None:
    net = interpolate([[0.0], [0.1], [0.3]], [0, 0, 0])
    assert (net.error.stored, net.error.literal, net.error.compiled) == (0, 0, 0)
    assert not net([[0.2], [1e9]]).any() and not net.compiled([[0.2], [1e9]]).any()


def test_a_narrow_type_that_loses_the_only_target_is_refused() -> None:
    # In single precision numbers near 1e8 are 8 apart: all knots are one, and the output is 0.
    X, y = 1e8 + np.arange(5.0)[:, None] * 1e-3, np.full(5, 3.0)
    net = interpolate(X, y)
    with pytest.raises(ValueError, match="gives 5 of 5 outputs wrong, off by up to 3"):
        net.to_torch(torch.float32, (X, y))
    with pytest.raises(ValueError, match="gives 5 of 10 outputs wrong, off by up to 3"):
        interpolate(X, np.stack((y, 0 * y), 1)).to_torch(
            torch.float32, (X, np.stack((y, 0 * y), 1))
        )


def test_a_narrow_type_is_held_to_each_output_s_own_targets() -> None:
    # 0 and 1e-7 are targets of different outputs.
    X, half = np.arange(5.0)[:, None], np.arange(5) % 2
    Y = np.stack((half, 1e-7 + 3 * half), 1)
    module = interpolate(X, Y).to_torch(torch.float32, (X, Y))
    with torch.no_grad():
        assert np.abs(module(torch.tensor(X)).numpy() - Y).max() < 1e-6


@pytest.mark.parametrize("K", [1, 3])
def test_the_onnx_model_says_what_it_takes_and_gives(tmp_path: Path, K: int) -> None:
    X, y = np.arange(12.0).reshape(6, 2), np.arange(6.0)
    interpolate(X, np.stack([y] * K, 1) if K > 1 else y).to_onnx(tmp_path / "n.onnx")
    onnx: Any = pytest.importorskip("onnx")
    model = onnx.load(tmp_path / "n.onnx")
    shapes = {
        value.name: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
        for value in (*model.graph.input, *model.graph.output)
    }
    assert shapes == {"X": ["m", 2], "y": ["m"] if K == 1 else ["m", 3]}
    assert (model.ir_version, [v.version for v in model.opset_import]) == (9, [17])
    used = {name for node in model.graph.node for name in node.input} | {"y"}
    assert all(name in used for node in model.graph.node for name in node.output)


def test_a_type_that_is_too_narrow_is_refused_with_the_number_of_wrong_outputs() -> None:
    X, y = np.arange(40.0)[:, None] * 1.37, np.arange(40.0) * 7 % 40
    net = interpolate(X, y, direction=[1.0])
    # In bfloat16 numbers from 32 on are a quarter apart.
    with torch.no_grad():
        given = torch.tensor(X, dtype=torch.bfloat16)
        module = TorchNetwork(
            *(torch.tensor(v, dtype=torch.bfloat16) for v in (net.a, net.b, net.w))
        )
        off = np.abs(module(given).double().numpy() - y)
    wrong = int((off >= 0.5).sum())
    assert 0 < wrong < 40
    with pytest.raises(ValueError, match=f"gives {wrong} of 40 outputs nearer to another target"):
        net.to_torch(torch.bfloat16, (X, y))


@pytest.mark.parametrize("offset", [10.0**k for k in range(3, 13)])
def test_samples_far_from_the_origin_are_within_their_bound_or_refused(
    tmp_path: Path, offset: float
) -> None:
    """A knot is a projection rounded to a double: no shift brings back what it lost."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((300, 10)) + offset, rng.integers(0, 10, 300)
    centre = np.round(X.mean(axis=0))
    for points, must in ((X, offset <= 1e8), (X - centre, True)):
        net = interpolate(points, y)
        try:
            module = net.to_torch()
        except ValueError as refused:
            assert "subtract an offset from X" in str(refused)
            assert not must and net.error.compiled >= 0.5
            continue
        net.to_onnx(tmp_path / "n.onnx")
        run = pytest.importorskip("onnxruntime").InferenceSession(tmp_path / "n.onnx").run
        with torch.no_grad():
            found = [module(torch.tensor(points)).numpy(), run(None, {"X": points})[0]]
        for outputs in found:
            assert np.abs(outputs - y).max() <= net.error.compiled < 0.5


@pytest.mark.parametrize(("weight", "wrong"), [(0.6, 0), (0.5, 1), (0.4, 1), (1.4, 0), (1.5, 1)])
def test_a_narrow_type_is_right_below_half_the_distance_of_labels(
    weight: float, wrong: int
) -> None:
    net = Network(np.ones(1), np.zeros(1), np.array([weight]))
    sample = [[0.0], [1.0]], [0.0, 1.0]
    if not wrong:
        net.to_torch(torch.float32, sample)
        return
    with pytest.raises(ValueError, match=r"gives 1 of 2 outputs nearer to another target, off by"):
        net.to_torch(torch.float32, sample)


def test_a_constant_target_is_never_nearer_to_another() -> None:
    net = Network(np.ones(1), np.zeros(1), np.zeros(1))
    net.to_torch(torch.float32, ([[0.0], [1.0]], [0.0, 0.0]))
