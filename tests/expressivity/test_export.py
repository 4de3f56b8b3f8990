"""The same function in torch, ONNX and safetensors."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from expressivity import Network, interpolate

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
