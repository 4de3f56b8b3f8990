"""Stacks with convolutions, pooling and BatchNorm against dense matrices and enumerated paths."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - as everybody writes it

from experiments.measures import norms, path, vc
from experiments.measures.layers import Layer, evaluate
from experiments.measures.matrix import Array
from experiments.measures.panel import OF_LAYERS, panel, panel_of_module
from experiments.measures.pooling import from_torch as pooling_from_torch
from experiments.measures.stack import from_torch

IMAGE = (2, 7, 6)
POOLINGS: list[nn.Module] = [
    nn.MaxPool2d(2),
    nn.MaxPool2d(3, 2, padding=1),
    nn.MaxPool2d((2, 3), (1, 2), ceil_mode=True),
    nn.MaxPool2d(2, 1, dilation=2),
    nn.AdaptiveMaxPool2d((3, None)),
    nn.AvgPool2d(2),
    nn.AvgPool2d(3, 2, padding=1),
    nn.AvgPool2d(3, 2, padding=1, count_include_pad=False),
    nn.AvgPool2d((3, 2), 2, padding=(1, 1), ceil_mode=True),
    nn.AdaptiveAvgPool2d((2, 4)),
    nn.AdaptiveAvgPool2d(1),
]


class Functions(nn.Module):
    """As most networks of users are written."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(2, 4, 3, padding=1), nn.Conv2d(4, 6, 2, stride=2)
        self.hidden, self.last = nn.Linear(6, 5), nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.first(x)), 2)
        x = F.dropout(torch.relu(self.second(x)), 0.5, self.training)
        return self.last(self.hidden(x.view(x.size(0), -1)).relu())


class DeclaredBackwards(nn.Module):
    """Public code folded each BatchNorm into the layer that is declared before it."""

    def __init__(self) -> None:
        super().__init__()
        self.last, self.norm = nn.Linear(80, 3), nn.BatchNorm2d(4)
        self.first = nn.Conv2d(2, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.norm(self.first(x)).relu().view(len(x), -1))


class Mean(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm2d(4)
        self.last = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(F.relu(self.norm(self.first(x))).mean((2, 3)))


def head(features: int) -> list[nn.Module]:
    return [nn.Flatten(), nn.Linear(features, 3)]


def one_relu() -> nn.Module:
    """One module that stands in two places."""
    relu = nn.ReLU()
    return nn.Sequential(nn.Conv2d(2, 4, 3), relu, nn.Flatten(), nn.Linear(80, 5), relu, *head(5))


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "convolutions": lambda: nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(4, 6, (3, 2), stride=2, groups=2, bias=False),
        nn.ReLU(),
        *head(54),
    ),
    "dilated, then circular": lambda: nn.Sequential(
        nn.Conv2d(2, 4, 3, padding="same", dilation=2),
        nn.ReLU(),
        nn.Conv2d(4, 2, 3, padding=1, padding_mode="circular"),
        nn.ReLU(),
        *head(84),
    ),
    "BatchNorm after": lambda: nn.Sequential(
        nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), *head(80)
    ),
    "BatchNorm before": lambda: nn.Sequential(
        nn.BatchNorm2d(2),
        nn.Conv2d(2, 4, 3, padding=1, groups=2),
        nn.ReLU(),
        nn.BatchNorm2d(4),
        nn.Conv2d(4, 4, 3, padding=1),
        nn.ReLU(),
        nn.BatchNorm2d(4, affine=False),
        nn.Dropout2d(),
        *head(168),
    ),
    "pooled": lambda: nn.Sequential(
        *(nn.Conv2d(2, 4, 3, padding=1), nn.MaxPool2d(2, 1), nn.ReLU()),
        nn.AvgPool2d(2, ceil_mode=True),
        *(nn.Conv2d(4, 5, 2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), *head(5)),
    ),
    "averaged scores": lambda: nn.Sequential(
        *(nn.Conv2d(2, 4, 3), nn.ReLU(), nn.Conv2d(4, 3, 1)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    ),
    "functions": Functions,
    "mean": Mean,
    "declared backwards": DeclaredBackwards,
    "one ReLU": one_relu,
}
WITHOUT_POOLING = ("convolutions", "dilated, then circular", "one ReLU")


def made(name: str, seed: int = 0) -> nn.Module:
    """A network in double precision, the statistics and weights of its BatchNorms not trivial."""
    torch.manual_seed(seed)
    module = NETWORKS[name]().double()
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d) and part.affine:
            nn.init.normal_(part.weight)
            nn.init.normal_(part.bias)
    for _ in range(5):
        module(1 + 2 * torch.randn(20, *IMAGE).double())
    return module.eval()


def points(n: int = 30) -> Tensor:
    return torch.randn(n, *IMAGE, generator=torch.Generator().manual_seed(9)).double()


def matrix(linear: Callable[[Tensor], Tensor], image: tuple[int, ...]) -> Array:
    """The matrix of a map without its constant, column by column."""
    basis = torch.eye(math.prod(image)).double().view(-1, *image)
    with torch.no_grad():
        return (linear(basis) - linear(torch.zeros_like(basis))).flatten(1).T.numpy()


@pytest.mark.parametrize("name", NETWORKS)
def test_the_layers_are_the_function_of_the_module(name: str) -> None:
    module, x = made(name), points()
    with torch.no_grad():
        expected = module(x).numpy()
    found = evaluate(from_torch(module, IMAGE), x.flatten(1).numpy())
    assert np.abs(found - expected).max() < 1e-12 * max(1, np.abs(expected).max())


@pytest.mark.parametrize("name", WITHOUT_POOLING)
def test_every_measure_is_that_of_the_dense_network(name: str) -> None:
    def dense(module: nn.Module) -> list[Layer]:
        layers, image = [], IMAGE
        for part in module.children():
            if isinstance(part, nn.Conv2d | nn.Linear):
                image = image if isinstance(part, nn.Conv2d) else (math.prod(image),)
                with torch.no_grad():
                    c = part(torch.zeros(1, *image).double())
                layers.append(Layer(matrix(part, image), c.flatten().numpy()))
                image = tuple(c.shape[1:])
        return layers

    module, initial = made(name, 0), made(name, 1)
    X = points().flatten(1).numpy()
    network = from_torch(module, IMAGE)
    labels = evaluate(network, X).argmax(1)
    found = panel(network, from_torch(initial, IMAGE), X, labels)
    expected = panel(dense(module), dense(initial), X, labels)
    for measure in OF_LAYERS:
        if measure == "VC bound":  # which counts shared weights once
            continue
        assert found[measure].value == pytest.approx(expected[measure].value, rel=1e-7), measure
    weights = torch.cat([w.detach().flatten() for w in module.parameters()])
    assert found["parameter norm"].value == pytest.approx(float(weights.norm()))


@pytest.mark.parametrize("layer", POOLINGS, ids=str)
def test_a_pooling_is_the_module_and_its_constant_is_attained(layer: nn.Module) -> None:
    pool, x = pooling_from_torch(layer, IMAGE), points()
    expected = layer(x)
    assert pool.image_out == tuple(expected.shape[1:])
    X = x.flatten(1).numpy()
    assert pool(X) == pytest.approx(expected.flatten(1).numpy(), abs=1e-14)
    # Pushed through, a unit vector shows in which windows it is, or its weights in them.
    entries = matrix(layer, IMAGE)
    assert pool.over_paths(X, 2) == pytest.approx(X @ (entries**2).T, abs=1e-12)
    if pool.largest:
        in_windows = (entries > 0).sum(1)
        assert pool.comparisons == (in_windows * (in_windows - 1) // 2).sum()
        assert pool.lipschitz == pytest.approx(np.linalg.norm(entries, axis=0).max())
    else:
        assert pool.lipschitz == pytest.approx(np.linalg.norm(entries, 2))
    other = points(60).flatten(1).numpy()[30:]
    moved = np.linalg.norm(pool(X) - pool(other), axis=1)
    assert (moved <= pool.lipschitz * np.linalg.norm(X - other, axis=1) * (1 + 1e-12)).all()


def test_a_three_by_three_window_two_apart_has_the_constant_two() -> None:
    assert pooling_from_torch(nn.MaxPool2d(3, 2, padding=1), (1, 9, 9)).lipschitz == 2


@pytest.mark.parametrize("pool", [nn.MaxPool2d(2, 1), nn.AvgPool2d(2, 1)], ids=str)
def test_path_norms_are_sums_over_all_paths_one_by_one(pool: nn.Module) -> None:
    torch.manual_seed(3)
    first, last = nn.Conv2d(1, 2, 2), nn.Linear(4, 2)
    module = nn.Sequential(first, nn.ReLU(), pool, nn.Flatten(), last).double()
    w, b = first.weight.detach().numpy(), first.bias.detach().numpy()  # pyright: ignore
    v, c = last.weight.detach().numpy(), last.bias.detach().numpy()
    share = 1.0 if isinstance(pool, nn.MaxPool2d) else 1 / 4

    def paths(output: int) -> Iterator[float]:
        """Products along each path from an input, or the 1 of a bias, to the output."""
        yield c[output]
        for channel in range(2):
            for column in range(2):  # images (3, 4) -> (2, 3) -> (1, 2)
                for _place in range(4):
                    behind = v[output, 2 * channel + column] * share
                    yield behind * b[channel]
                    for weight in w[channel].ravel():
                        yield behind * weight

    layers = from_torch(module, (1, 3, 4))
    sums = [[sum(abs(each) ** p for each in paths(k)) for k in range(2)] for p in (1, 2)]
    assert path.l1(layers) == pytest.approx(max(sums[0]))
    assert path.l2(layers) == pytest.approx(math.sqrt(sum(sums[1])))


def test_paths_through_a_mean_are_those_through_the_convolution_that_it_is() -> None:
    """Its weights are squared as all others are; public code left them as they were."""
    torch.manual_seed(4)
    mean = nn.Conv2d(4, 4, 2, stride=2, groups=4, bias=False)
    nn.init.constant_(mean.weight, 1 / 4)
    first, last = nn.Conv2d(2, 4, 2, padding=1), nn.Linear(48, 3)
    pooled = nn.Sequential(first, nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), last).double()
    # Between a ReLU and a ReLU, which changes nothing of what is not negative.
    written = nn.Sequential(first, nn.ReLU(), mean, nn.ReLU(), nn.Flatten(), last).double()
    found, expected = (from_torch(module, IMAGE) for module in (pooled, written))
    assert path.l1(found) == pytest.approx(path.l1(expected))
    assert path.l2(found) == pytest.approx(path.l2(expected))
    assert norms.of_pooling(found) == pytest.approx(1 / 2)
    lipschitz = norms.product_of_spectral([p.M for p in found]) * norms.of_pooling(found)
    assert lipschitz == pytest.approx(norms.product_of_spectral([p.M for p in expected]))


@pytest.mark.parametrize("name", ["pooled", "averaged scores", "functions"])
def test_the_product_of_norms_bounds_the_change_of_the_outputs(name: str) -> None:
    network = from_torch(made(name), IMAGE)
    X, other = (points(60)[half].flatten(1).numpy() for half in (slice(30), slice(30, None)))
    change = np.linalg.norm(evaluate(network, X) - evaluate(network, other), axis=1)
    constant = norms.product_of_spectral([p.M for p in network]) * norms.of_pooling(network)
    assert (change <= constant * np.linalg.norm(X - other, axis=1)).all()


def test_what_batchnorm_undoes_changes_no_measure() -> None:
    """A channel's kernel times 4 is divided out: norms of the parameters would see it."""
    module, initial = made("BatchNorm after"), made("BatchNorm after", 1)
    x = points().float()
    module[1].eps = 0.0  # pyright: ignore
    labels = module(x.double()).argmax(1).numpy()
    before = panel_of_module(module.float(), initial.float(), x, labels)
    with torch.no_grad():
        module[0].weight *= 4  # pyright: ignore
        module[1].running_mean *= 4  # pyright: ignore
        module[1].running_var *= 16  # pyright: ignore
    after = panel_of_module(module, initial, x, labels)
    for name in OF_LAYERS:
        assert after[name] == before[name] or after[name].value == pytest.approx(
            before[name].value, rel=1e-6
        ), name
    assert after["parameter norm"].value != pytest.approx(before["parameter norm"].value, rel=0.1)
    assert "come from the sample" in after["spectral bound"].why
    assert after["path norm, l1"].value is not None


def test_shared_weights_count_once_in_the_vc_bound_and_comparisons_as_units() -> None:
    from experiments.measures.panel import _architecture

    found = _architecture(from_torch(made("pooled"), IMAGE), 3)
    # 4 channels of 2 x 3 x 3 and a bias, at 7 x 6 places; windows of 4 at 6 x 5, 6 pairs each.
    assert found.parameters == (4 * 18 + 4, 0, 5 * 16 + 5, 5 * 3 + 3)
    assert found.units == (4 * 42, 4 * 30 * 6, 5 * 2 * 2, 3)
    assert vc.solved(found) > vc.solved(vc.Architecture((76, 85, 18), (168, 20, 3)))


def test_the_largest_value_has_no_theorem_of_golowich_and_says_so() -> None:
    module, x = made("functions").float(), points().float()
    found = panel_of_module(module, made("functions", 1).float(), x, module(x).argmax(1).numpy())
    assert "max-pooling" in found["Golowich, Rakhlin, Shamir"].why
    assert [name for name in OF_LAYERS if found[name].value is None] == [
        "Golowich, Rakhlin, Shamir",
        "VC bound",  # fewer points than the dimension
    ]


class Branches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.other, self.last = nn.Linear(4, 3), nn.Linear(4, 3), nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(torch.cat((self.one(x).relu(), self.other(x).relu()), 1))


class Depends(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


REFUSED: list[tuple[nn.Module, tuple[int, ...], str]] = [
    (Branches(), (4,), "Branches is no stack of layers: it branches at other"),
    (Depends(), (4,), "Depends is no stack of layers: its forward cannot be traced"),
    (nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2)), (4,), "1 is a Tanh"),
    (nn.Sequential(nn.LSTM(4, 2)), (3, 4), "0 is a LSTM"),
    (nn.Sequential(nn.Linear(4, 2), nn.ReLU(), nn.Flatten(), nn.Linear(6, 2)), (3, 4), "flatten"),
    (nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect")), (1, 5, 5), "reflect"),
    (
        nn.Sequential(nn.Conv2d(1, 2, 3, padding=2, padding_mode="circular")),
        (1, 2, 2),
        "circular padding",
    ),
    (nn.Sequential(nn.Conv2d(1, 2, 3), nn.AvgPool2d(2), nn.ReLU()), (1, 6, 6), "after an average"),
    (
        nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.BatchNorm2d(2)),
        (1, 6, 6),
        "3 is a BatchNorm2d after a pooling",
    ),
    (
        nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.BatchNorm1d(8), nn.ReLU()),
        (1, 4, 4),
        "each place of a Conv2d",
    ),
    (nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4, 2)), (1, 4, 4), "0 is a MaxPool2d"),
    (
        nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.AvgPool2d(2, divisor_override=3)),
        (1, 4, 4),
        "divisor of its own",
    ),
    (nn.Sequential(nn.Conv2d(1, 2, 3)), (1, 4, 4), "K scores"),
    (nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2), nn.Flatten()), (1, 4, 4), "largest value"),
]


@pytest.mark.parametrize(("module", "shape", "why"), REFUSED, ids=[each[2] for each in REFUSED])
def test_what_is_no_stack_is_refused_by_name(
    module: nn.Module, shape: tuple[int, ...], why: str
) -> None:
    with pytest.raises(TypeError, match=why):
        from_torch(module, shape)


def test_one_layer_is_a_stack() -> None:
    assert from_torch(nn.Linear(3, 2))[0].M.shape == (2, 3)


def test_a_convolution_needs_the_shape_of_its_images() -> None:
    with pytest.raises(TypeError, match="give the shape"):
        from_torch(made("convolutions"))


def test_a_module_that_does_more_than_its_layers_gets_no_norms_of_them() -> None:
    def twice(*given: Any) -> Tensor:
        return 2 * given[-1]

    module = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    module[0].register_forward_hook(twice)
    x = torch.randn(20, 4)
    assert len(from_torch(module)) == 2
    found = panel_of_module(module, module, x, module(x).argmax(1).numpy())
    assert all("something else" in found[name].why for name in OF_LAYERS)


def test_reading_leaves_the_module_in_its_mode() -> None:
    module = made("BatchNorm after")
    module[1].train()  # pyright: ignore
    modes = [part.training for part in module.modules()]
    from_torch(module, IMAGE)
    assert [part.training for part in module.modules()] == modes


@pytest.mark.parametrize("noise", [False, True])
def test_measuring_leaves_modules_in_their_modes(noise: bool) -> None:
    module, initial = (
        nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Dropout(), nn.Linear(4, 2)) for _ in range(2)
    )
    module.train()[2].eval()
    panel_of_module(module, initial, torch.randn(20, 3), np.arange(20) % 2, noise=noise)
    assert [part.training for part in module.modules()] == [True, True, True, False, True]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_layers_stay_what_they_were_when_training_goes_on(dtype: torch.dtype) -> None:
    """In double precision too, where nothing needs to be converted."""
    net = nn.Sequential(nn.Conv2d(1, 2, 2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2)).to(dtype)
    before = from_torch(net, (1, 3, 3))
    with torch.no_grad():
        for weight in net.parameters():
            weight += 1
    # 8 weights and 2 biases of the convolution, 16 weights and 2 biases of the last layer.
    assert norms.distance(from_torch(net, (1, 3, 3)), before) == pytest.approx(math.sqrt(28))


def test_a_layer_keeps_its_own_copy() -> None:
    M, c = np.eye(2), np.zeros(2)
    layer = Layer(M, c)
    M += 1
    c += 1
    assert layer.weights.tolist() == [1, 0, 0, 1, 0, 0]
