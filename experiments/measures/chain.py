"""A torch module as a chain of its parts, in the order in which its forward calls them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

from torch import fx, nn

from experiments.measures.parameters import evaluating


def chain(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Yield each part with its name, functions as the modules that do the same.

    The forward is traced, not run, as in evaluation mode. Raises TypeError that names the first
    step that takes more than one input, is a function that is not known here, or cannot be traced.
    """
    tracer = _Tracer()
    if tracer.is_leaf_module(module, ""):  # a layer of torch's own by itself
        yield "module", module
        return
    try:
        with evaluating(module):
            graph = tracer.trace(module)
    except Exception as error:  # whatever the forward of someone else's module raises
        reason = (str(error).splitlines() or [type(error).__name__])[0].split(". ")[0]
        raise TypeError(f"its forward cannot be traced: {reason}") from error
    modules = dict(module.named_modules())
    current: fx.Node | None = None
    sizes: set[fx.Node] = set()  # numbers that come from shapes
    for node in graph.nodes:
        if node.op == "placeholder":
            current = current or node
            continue
        if not node.users and node.op != "output":
            continue
        inputs = [each for each in node.all_input_nodes if each not in sizes]
        if _is_size(node, sizes):
            sizes.add(node)
            continue
        if inputs != [current]:
            raise TypeError(f"it branches at {_name(node)}")
        if node.op == "output":
            return
        current = node
        yield from _parts(node, modules)


class _Traced(fx.Proxy):
    """A traced value of which `len`, the number of examples, may be asked: it is that of one."""

    def __len__(self) -> int:
        return 1


class _Tracer(fx.Tracer):
    def proxy(self, node: fx.Node) -> fx.Proxy:
        return _Traced(node, self)


def _parts(node: fx.Node, modules: dict[str, nn.Module]) -> Iterator[tuple[str, nn.Module]]:
    if node.op == "call_module":
        yield str(node.target), modules[str(node.target)]
        return
    name = node.target if isinstance(node.target, str) else node.target.__name__
    known = FUNCTIONS.get(name)
    try:
        parts = known(*node.args[1:], **node.kwargs) if known else None
    except TypeError:  # arguments that the module does not take
        parts = None
    if parts is None:
        raise TypeError(f"its step {_name(node)} is no layer, pooling or ReLU")
    for part in parts:
        yield node.name, part


def _is_size(node: fx.Node, sizes: set[fx.Node]) -> bool:
    if node.op == "call_function" and node.target in (operator.getitem, operator.mul):
        return all(each in sizes for each in node.all_input_nodes)
    of_shape = node.op == "call_function" and node.target is getattr and node.args[1] == "shape"
    return of_shape or (node.op == "call_method" and node.target == "size")


def _name(node: fx.Node) -> str:
    """Return the step, and the module of the whole's in which it is."""
    step = str(node.target) if node.op == "call_module" else node.name
    stack = (node.meta.get("nn_module_stack") or {}).values()
    inside = [(where, kind) for where, kind in stack if where not in ("", step)]
    return f"{step} in {inside[-1][0]} ({inside[-1][1].__name__})" if inside else step


def _relu(inplace: bool = False) -> list[nn.Module]:
    return [nn.ReLU()]


def _dropout(*_: Any, **__: Any) -> list[nn.Module]:
    return [nn.Identity()]


def _flatten(start_dim: int = 0, end_dim: int = -1) -> list[nn.Module]:
    return [nn.Flatten(start_dim, end_dim)]


def _reshape(*shape: Any) -> list[nn.Module] | None:
    """Flattened are the (n, -1) and the (n, d) of a reshape; the layer after it counts them."""
    return [nn.Flatten()] if len(shape) == 2 else None


def _mean(dim: Any = None, keepdim: bool = False) -> list[nn.Module] | None:
    if not isinstance(dim, tuple | list) or {d % 4 for d in dim} != {2, 3}:
        return None
    return [nn.AdaptiveAvgPool2d(1), *([] if keepdim else [nn.Flatten()])]


def _module(kind: Callable[..., nn.Module]) -> Callable[..., list[nn.Module]]:
    return lambda *arguments, **options: [kind(*arguments, **options)]


FUNCTIONS: dict[str, Callable[..., list[nn.Module] | None]] = {
    "relu": _relu,
    "relu_": _relu,
    "dropout": _dropout,
    "dropout2d": _dropout,
    "flatten": _flatten,
    "view": _reshape,
    "reshape": _reshape,
    "mean": _mean,
    "max_pool2d": _module(nn.MaxPool2d),
    "avg_pool2d": _module(nn.AvgPool2d),
    "adaptive_max_pool2d": _module(nn.AdaptiveMaxPool2d),
    "adaptive_avg_pool2d": _module(nn.AdaptiveAvgPool2d),
}
"""what functions and methods are as modules; their first argument is the input"""
