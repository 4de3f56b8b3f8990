"""Zhang et al. 2017, Theorem 1: two layers, n hidden units on one direction, 2n + d weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from expressivity.direction import Direction
from expressivity.interpolate import interpolate
from expressivity.memorizers.layer import Layer, Size
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.shape import of_counts
from expressivity.sample import Sample
from expressivity.verify import Premise

REFERENCE = "Zhang, Bengio, Hardt, Recht, Vinyals, ICLR 2017, Theorem 1"
LABELS = "real"


def build(
    given: Sample,
    *,
    direction: Direction | ArrayLike | None = None,
    seed: int = 0,
    fewest: bool = False,
    exact: bool = False,
) -> Layered:
    """Write the network that `interpolate` builds as layers.

    Options as for `interpolate`. Cost O(n d + n log n). Monotone between neighbouring points.
    """
    wanted: dict[str, Any] = {"fewest": fewest, "exact": exact}
    net = interpolate(given.z, given.y, direction=direction, seed=seed, **wanted)
    w, units = net.w.reshape(len(net.b), -1), len(net.b)
    layers = (
        Layer.of(net.a[None, :], -net.b, unit=np.zeros(units)),
        Layer.of(w.T, activation="identity"),
    )
    premises = {"distinct": Premise(True, "projections of distinct points are distinct", units)}
    options = {"units": units} if w.shape[1] == 1 else {"units": units, "outputs": w.shape[1]}
    return Layered(layers, "zhang", options=options, premises=premises, sample=given)


@of_counts
def size(
    n: int, d: int, classes: int | None = None, *, outputs: int = 1, units: int | None = None
) -> Size:
    """Count 2n + d weights, n K + n + d for K outputs; `units` of them with fewest=True."""
    m = n if units is None else units
    return Size(
        n_weights=d + m + m * outputs,
        n_nonzero=m * (d + 1 + outputs),
        n_dense=m * (d + 1) + (m + 1) * outputs,
        n_hidden=m,
        width=m,
        depth=2,
    )
