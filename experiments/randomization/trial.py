"""A trial before any training: one batch forward and back, and one line about what does not fit."""

from __future__ import annotations

import math
import time
import warnings
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from experiments.datasets import Dataset
from experiments.randomization.contained import contained
from experiments.randomization.factory import Factory, make_model
from experiments.randomization.identity import model_hash, name_of, optimizer_hash
from experiments.randomization.inputs import as_tensor, check_precision, dtypes, view_of
from experiments.randomization.optimizer import Optimizer, make_optimizer
from experiments.randomization.tried import Tried
from experiments.sweeps.reason import reason
from experiments.training.device import training_device
from experiments.training.precision import products
from experiments.training.recipe import Precision, Recipe


def try_model(
    factory: Factory,
    data: Dataset,
    recipe: Recipe,
    optimizer: Optimizer,
    device: str | None = None,
) -> Tried:
    """Do one step of training and one evaluation on a model that is then thrown away.

    Parameters
    ----------
    factory, data, optimizer, device : as for `randomize`
    recipe : whose batches are tried, in its precision too where the training is on the processor

    Raises ValueError, in one line, for a factory that is a module, fails, or returns no new module;
    for a model that fails on a batch, or makes weights in its first forward pass; for outputs that
    are no class scores (B, classes); and for an optimizer that does not fit. Warns of first weights
    that no seed decides, of outputs that are probabilities, and of chance in evaluation mode.
    Cost: one batch, and for integer inputs one evaluation of both splits.
    """
    _check_factory(factory)
    name = name_of(factory)
    first = make_model(factory, 0)
    shared = _shared(first, make_model(factory, 0))
    dtype, model = _accepted(factory, data, recipe, dtypes(data.train_images, first))
    batch = _batch(data, dtype, recipe.batch_size)
    outputs = _run(name, model.train(), batch)
    _check_outputs(outputs, len(batch), data.classes)
    if not torch.isfinite(outputs).all():
        raise ValueError(f"model {name} returns NaN or infinity before any training: mend it first")
    _warn_of_probabilities(name, outputs)
    labels = torch.from_numpy(data.train_labels[: len(batch)])
    _step(name, model, outputs, labels, recipe, optimizer)
    precision = recipe.precision if training_device(device).type == "cpu" else "fp32"
    started = time.perf_counter()  # the second step: the first one imports and allocates
    outputs = _run(name, model, batch, precision=precision)
    _step(name, model, outputs, labels, recipe, optimizer)
    step = time.perf_counter() - started
    model.eval()
    if dtype == torch.int64:
        for images in (data.train_images, data.test_images):
            for start in range(0, len(images), 1024):
                part = images[start : start + 1024]
                _run(name, model, view_of(images)(as_tensor(part, 1, dtype, CPU), False))
    _check_outputs(_run(name, model, batch[:1]), 1, data.classes)
    fresh, again = (make_model(factory, 0, batch.clone()) for _ in range(2))
    _check_grown(name, fresh, model)
    if not _same_weights(fresh, again):
        warnings.warn(
            f"model {name} has other first weights at every call, whatever the seed: let it draw "
            "them from torch, numpy.random or random, which are seeded",
            stacklevel=4,
        )
    model_known_by, optimizer_known_by = model_hash(factory, fresh, again), ""
    if not isinstance(optimizer, str):
        made = make_optimizer(optimizer, fresh.parameters(), recipe)
        optimizer_known_by = optimizer_hash(optimizer, made, fresh)
    _check_evaluation(name, again.eval(), batch)
    _check_kept(shared)
    return Tried(
        name,
        model_known_by,
        str(dtype).removeprefix("torch."),
        lambda n: step * math.ceil(n / recipe.batch_size) * recipe.epoch_limit,
        optimizer_known_by,
    )


CPU = torch.device("cpu")


def _check_factory(factory: Any) -> None:
    if isinstance(factory, nn.Module):
        raise ValueError(
            f"the factory is a {type(factory).__name__}, a module itself: give a function that "
            "returns a new one at every call, for example lambda: copy.deepcopy(module)"
        )
    if not callable(factory):
        raise ValueError(
            f"the factory is of type {type(factory).__name__}: give a function without arguments "
            "that returns a new torch.nn.Module, or a scikit-learn classifier"
        )


TWICE = (
    "the factory returned the same {} twice, and a second training would go on from the first: it "
    "must make a new module at every call, for example lambda: copy.deepcopy(module), and of "
    "tensors that it holds a copy, tensor.clone()"
)


def _shared(first: nn.Module, second: nn.Module) -> list[tuple[Tensor, Tensor]]:
    """Refuse weights that two modules share, and return buffers that they do, with what is in them.

    A view of the same numbers is the same weight, as of nn.Embedding.from_pretrained.
    """
    mine = {_place(weight) for weight in first.parameters()}
    if first is second or any(_place(weight) in mine for weight in second.parameters()):
        raise ValueError(TWICE.format("weights"))
    mine = {_place(buffer) for buffer in first.buffers()}
    both = [buffer for buffer in second.buffers() if _place(buffer) in mine]
    # A lazy one has nothing in it that could be kept.
    return [(b, b.clone()) for b in both if not nn.parameter.is_lazy(b)]


def _check_kept(shared: list[tuple[Tensor, Tensor]]) -> None:
    """Refuse shared buffers that a step has changed, and put back what was in them."""
    changed = [(now, before) for now, before in shared if not torch.equal(now, before)]
    for now, before in changed:
        now.copy_(before)
    if changed:
        raise ValueError(TWICE.format("buffers, which training changes,"))


def _place(tensor: Tensor) -> int:
    """Return where a tensor's numbers are in memory; where it is itself if lazy or sparse."""
    if nn.parameter.is_lazy(tensor) or tensor.layout != torch.strided:
        return id(tensor)
    return tensor.untyped_storage().data_ptr() or id(tensor)


def _accepted(
    factory: Factory, data: Dataset, recipe: Recipe, candidates: list[torch.dtype]
) -> tuple[torch.dtype, nn.Module]:
    """Return the first dtype of inputs that the model takes, and a model that has seen a batch."""
    failed: ValueError | None = None
    for dtype in candidates:
        batch = _batch(data, dtype, recipe.batch_size)
        try:
            model = make_model(factory, 0, batch.clone())
            _run(name_of(factory), model, batch)
            return dtype, make_model(factory, 0, batch.clone())
        except Exception as error:
            failed = failed or _failure(name_of(factory), batch, error)
    assert failed is not None
    raise failed


def _batch(data: Dataset, dtype: torch.dtype, size: int) -> Tensor:
    for split in (data.train_images, data.test_images):
        check_precision(split, dtype)
    images = data.train_images[:size]
    return view_of(data.train_images)(as_tensor(images, data.white, dtype, CPU), True)


def _run(
    name: str, model: nn.Module, batch: Tensor, seed: int = 0, precision: Precision = "fp32"
) -> Any:
    try:
        with contained(seed), products(precision, CPU, ours=False):
            return model(batch.clone())
    except Exception as error:
        raise _failure(name, batch, error, precision) from error


def _failure(
    name: str, batch: Tensor, error: Exception, precision: Precision = "fp32"
) -> ValueError:
    if isinstance(error, ValueError) and str(error).startswith(f"model {name} fails"):
        return error
    dtype = str(batch.dtype).removeprefix("torch.")
    return ValueError(
        f"model {name} fails on a batch of shape {tuple(batch.shape)}, {dtype}: {reason(error)}"
        + ("" if precision == "fp32" else f"; so in {precision}, not in fp32")
    )


def _check_outputs(outputs: Any, size: int, classes: tuple[str, ...]) -> None:
    wanted = f"it must return class scores ({size}, {len(classes)}), one row an example"
    if not isinstance(outputs, Tensor):
        kind = type(outputs).__name__
        mend = f"; take the part that holds them, for example {_part(outputs)}"
        raise ValueError(f"the model returned a {kind}: {wanted}{mend}")
    shape = tuple(outputs.shape)
    if not outputs.dtype.is_floating_point:
        raise ValueError(f"the model returned {outputs.dtype} of shape {shape}: {wanted}, floats")
    if outputs.ndim == 1 or (outputs.ndim == 2 and shape[1] == 1):
        raise ValueError(
            f"the model returned {shape}, one output for {len(classes)} classes: {wanted}; of one "
            "logit z make the two scores (0, z)"
        )
    if outputs.ndim != 2 or shape[0] != size:
        raise ValueError(f"the model returned shape {shape} for {size} examples: {wanted}")
    if shape[1] < len(classes):
        raise ValueError(
            f"the model returned {shape}, {shape[1]} outputs for {len(classes)} classes: {wanted}"
        )


def _warn_of_probabilities(name: str, outputs: Tensor) -> None:
    """Warn of a softmax, whose outputs train, but far more slowly than the scores before it."""
    slack = max(1e-5, outputs.shape[1] * torch.finfo(outputs.dtype).eps)
    rows = outputs.detach().double()
    sums = (rows.sum(1) - 1).abs().max()
    if rows.min() >= 0 and rows.max() <= 1 and sums <= slack:
        warnings.warn(
            f"model {name} returns probabilities, rows that sum to 1, and the loss takes a softmax "
            "of its own, so that it can hardly fall: leave the model's out and return the scores",
            stacklevel=5,
        )


def _check_evaluation(name: str, model: nn.Module, batch: Tensor) -> None:
    """Refuse NaN in evaluation mode, and warn of answers that differ from one call to the next."""
    first, second = (_run(name, model, batch, seed) for seed in range(2))
    if not torch.isfinite(first).all():
        raise ValueError(f"model {name} returns NaN or infinity in evaluation mode: mend it first")
    if not torch.equal(first, second):
        warnings.warn(
            f"model {name} answers differently at each call in evaluation mode, so that chance "
            "decides what it fits: dropout in forward needs training=self.training",
            stacklevel=5,
        )


def _part(outputs: Any) -> str:
    if isinstance(outputs, dict) and outputs:
        return f"outputs[{next(iter(outputs))!r}]"
    return "outputs[0]" if isinstance(outputs, tuple | list) else "outputs.logits"


def _step(
    name: str,
    model: nn.Module,
    outputs: Tensor,
    labels: Tensor,
    recipe: Recipe,
    optimizer: Optimizer,
) -> None:
    if not outputs.requires_grad:
        raise ValueError(
            f"model {name} returned outputs without a gradient: none of its weights can be trained "
            "(requires_grad, no detach, no torch.no_grad)"
        )
    trained = make_optimizer(optimizer, model.parameters(), recipe)
    try:
        cross_entropy(outputs.float(), labels).backward()
    except Exception as error:
        raise ValueError(f"model {name} has no gradient: {reason(error)}") from error
    try:
        trained.step()
    except Exception as error:
        raise ValueError(f"the optimizer fails on model {name}: {reason(error)}") from error


def _check_grown(name: str, fresh: nn.Module, run: nn.Module) -> None:
    """Refuse weights that the first forward pass makes: no optimizer would know of them."""
    known = {one for one, _ in fresh.named_parameters()}
    if grown := [one for one, _ in run.named_parameters() if one not in known]:
        raise ValueError(
            f"model {name} makes the weights {grown[0]} in its first forward pass, and they would "
            "not be trained: make them in __init__, for example with nn.LazyLinear"
        )


def _same_weights(first: nn.Module, second: nn.Module) -> bool:
    both = zip(first.parameters(), second.parameters(), strict=False)
    return all(a.shape == b.shape and bool((a == b).all()) for a, b in both)
