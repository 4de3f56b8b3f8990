"""What each construction would cost on a sample, and the cheapest that is right in doubles."""

from __future__ import annotations

import time
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.memorizers.construction import Construction, constructions
from expressivity.memorizers.layer import Size
from expressivity.memorizers.layered import Layered
from expressivity.rounding import upwards
from expressivity.sample import Sample, distinct, sample

# Constructions that take more operations than this are counted, not built.
MOST_OPERATIONS = 1e10
# Class numbers beyond are targets of another kind.
MOST_CLASSES = 2**16


@dataclass(frozen=True)
class Trade:
    """What one construction makes of a sample.

    Attributes
    ----------
    name : the construction's
    size : the counts of the network, or of its formula where it was not built; None where the
        construction cannot do samples of this kind
    network : the network, None where it was not built
    why_not : why there is no network; empty where there is one
    seconds : that building took
    """

    name: str
    size: Size | None
    network: Layered | None
    why_not: str
    seconds: float = 0.0


def compare(X: ArrayLike, y: ArrayLike) -> list[Trade]:
    """Build the network of every construction for a sample, those with the fewest weights first.

    One of more than about 1e10 operations is not built, and says so (`why_not`). Constructions that
    have an option `float64` are built with it where that is possible.

    Parameters
    ----------
    X, y : as for `memorize`

    Returns
    -------
    list of Trade

    Raises
    ------
    TypeError, ValueError
        for what is no sample.

    Cost: that of all constructions of less than 1e10 operations.

    Examples
    --------
    >>> from expressivity import compare
    >>> trades = compare([[0, 1], [1, 1], [3, 0]], [0.5, 2, -1])
    >>> {trade.name for trade in trades} >= {"zhang", "inoue"}
    True
    """
    given = sample_of(X, y)
    trades = [_built(trade, given) for trade in candidates(given)]
    return sorted(trades, key=lambda trade: trade.size.n_weights if trade.size else np.inf)


def sample_of(X: ArrayLike, y: ArrayLike) -> Sample:
    """Validate X and y and keep copies; a column of targets (N, 1) is one output, as (N,)."""
    given = sample(X, y)
    if given.y.shape[1:] == (1,):
        given = Sample(given.z, given.y[:, 0])
    return given.kept()


def chosen(given: Sample) -> tuple[Layered, list[Trade]]:
    """Return the network of the fewest weights that is proved right in doubles, and all trades.

    Constructions are built in the order of what their formulas say, until those that are left are
    expected to have no fewer weights; they are counted only.
    """
    trades, best = [], None
    for trade in candidates(given):
        expected = trade.size.n_weights if trade.size else np.inf
        if trade.why_not or (best is not None and expected >= best.n_weights):
            trades.append(trade)
            continue
        trade = _built(trade, given)
        trades.append(trade)
        net = trade.network
        if net is not None and (best is None or net.n_weights < best.n_weights) and net.float64:
            best = net
    if best is None:
        raise ValueError(
            "no construction is proved right in double precision for this sample: name one, and "
            "evaluate it with `exact`, or rescale X"
        )
    return best, trades


def candidates(given: Sample) -> list[Trade]:
    """Count every construction from its formula, those with the fewest weights first.

    Raises ValueError for identical points with different targets: no network has both.
    """
    rows = distinct(given)
    n, d = len(rows), given.z.shape[1]
    outputs = 1 if given.y.ndim == 1 else given.y.shape[1]
    classes = class_count(given)
    found = []
    for name, construction in constructions().items():
        why_not = _why_not(construction, classes, outputs)
        if why_not:
            found.append(Trade(name, None, None, why_not))
            continue
        options: dict[str, Any] = {"outputs": outputs} if outputs > 1 else {}
        if classes and "stored" in signature(construction.size).parameters:
            options["stored"] = n - _most_frequent(given.y[rows])
        size = construction.size(n, d, classes, **options)
        operations = getattr(construction, "operations", lambda n, d: n * d)(n, d)
        if operations > MOST_OPERATIONS:
            why_not = f"about {operations:.0e} operations: name it to have it built"
        found.append(Trade(name, size, None, why_not))
    return sorted(found, key=lambda trade: trade.size.n_weights if trade.size else np.inf)


def class_count(given: Sample) -> int | None:
    """Return C if the targets are class numbers 0, ..., C - 1, else None."""
    y = given.y
    if y.ndim > 1 or (y != np.rint(y)).any() or (y < 0).any() or y.max() >= MOST_CLASSES:
        return None
    return int(y.max()) + 1


def _most_frequent(y: NDArray[np.float64]) -> int:
    """Return how many class numbers are the most frequent one."""
    return int(np.bincount(y.astype(np.int64)).max())


def table(trades: list[Trade], n: int) -> str:
    """Return the trades as lines of text, one a construction."""
    head = "construction       weights   nonzero    hidden   depth    bits  bits/label  doubles off"
    return "\n".join([head, *(_line(trade, n) for trade in trades)])


def _line(trade: Trade, n: int) -> str:
    if trade.size is None:
        return f"{trade.name:16}  {trade.why_not}"
    size, net = trade.size, trade.network
    counts = f"{trade.name:16} {size.n_weights:9,} {size.n_nonzero:9,} {size.n_hidden:9,}"
    counts += f" {size.depth:7,}"
    if net is None:
        return f"{counts}  by its formula; not built: {trade.why_not or 'not needed'}"
    off = "no doubles" if net.error == float("inf") else upwards(net.error)
    proved = " proved right" if net.float64 else ""
    bits = f"{net.bit_size:7,} {net.total_bits / n:11.1f}"
    return f"{counts} {bits}  {off}{proved}, {trade.seconds:.2f} s"


def _built(trade: Trade, given: Sample) -> Trade:
    if trade.why_not:
        return trade
    construction = constructions()[trade.name]
    tries: list[dict[str, Any]] = [{}]
    if "float64" in signature(construction.build).parameters:
        tries = [{"float64": True}, {}]
    refusal = ""
    for options in tries:
        started = time.perf_counter()
        try:
            net = construction.build(given, **options)
        except ValueError as error:
            refusal = str(error)
            continue
        return Trade(trade.name, net.size, net, "", time.perf_counter() - started)
    return Trade(trade.name, None, None, refusal)


def _why_not(construction: Construction, classes: int | None, outputs: int) -> str:
    if construction.LABELS == "real":
        if outputs > 1 and "outputs" not in signature(construction.size).parameters:
            return f"has one output, y has {outputs}"
        return ""
    if classes is None:
        return "needs class numbers 0, 1, ... as targets"
    if construction.LABELS == "binary" and classes > 2:
        return f"needs the class numbers 0 and 1, y goes up to {classes - 1}"
    return ""
