"""Vardi, Yehudai, Shamir 2022: class labels as the bits of long weights, about sqrt(n) weights.

The most frequent class is the answer where nothing else is found; of the other classes every
point is stored. With projections t >= 0 whose least gap is at least 1, the digit of a stored point
is K = ceil((t + y / C') 2^E), C' = 2^c >= C and E = c + 2. A staircase with one step for each group
of m neighbours maps t to the number z that holds their digits; `digits` draws and compares them.

All is done in integers. The theorem is Vardi, Yehudai and Shamir's, "On the optimal memorization
power of ReLU neural networks" (2022); this simpler network and its constants are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.exact import Exact
from expressivity.memorizers.digits import (
    class_bits,
    constant,
    default_first,
    encode,
    extraction,
    extraction_shape,
    in_groups,
)
from expressivity.memorizers.integer_line import IntegerLine, integer_line
from expressivity.memorizers.layer import Layer, Size
from expressivity.memorizers.layered import Layered
from expressivity.memorizers.shape import LayerShape, of_counts, shape_of, size_of
from expressivity.sample import Sample
from expressivity.verify import Premise
from expressivity.whole import whole

REFERENCE = "Vardi, Yehudai, Shamir, ICLR 2022, On the optimal memorization power of ReLU networks"
LABELS = "finite"


def build(
    given: Sample,
    *,
    group_size: int | None = None,
    direction: ArrayLike | None = None,
    seed: int = 0,
) -> Layered:
    """Build the network of a sample with class numbers as targets.

    Parameters
    ----------
    group_size : m, the knob between depth and weights: the depth is (m - 1) rho + 6. Without it
        that of the fewest nonzero weights
    direction : array-like (d,) of integers; the best of several random ones without it
    seed : seed of the random directions

    Raises ValueError as `integer_line`. Cost: the direction, and O(n) numbers of m rho bits.
    """
    line = integer_line(given, direction, seed)
    values, labels = default_first(given.y[line.rows].astype(np.int64))
    stored, scaled = np.flatnonzero(labels), code(line)
    options = {"stored": len(stored), "bits": scaled.bits}
    premises = {"distinct": Premise(True, "projections are distinct", len(line.t))}
    if len(stored) == 0:
        layers, exponent = (constant(given.z.shape[1], int(values[0])),), 0
    else:
        m = _group_size(len(stored), scaled.bits + class_bits(len(values)) + 2, group_size)
        options["group_size"] = m
        layers, exponent = _layers(line, scaled, stored, labels[stored], values, m)
    return Layered(layers, "bit-extraction", exponent, dict(options), premises, given, len(values))


@of_counts
def size(
    n: int,
    d: int,
    classes: int | None = None,
    *,
    stored: int | None = None,
    bits: int | None = None,
    group_size: int | None = None,
) -> Size:
    """Count d + 6 (G - 1) + (m - 1)(7 rho + 14) + 12 (C - 1) + 10 nonzero weights, for m > 1.

    G = ceil(stored / m) groups, rho = bits + c + 2. Without them: n (1 - 1 / C) points are stored,
    and t has 2 log2 n + 1 bits, about what the best of a few random directions gives. Repeated
    directions counted once, there are fewer weights than nonzero ones.
    """
    C = 2 if classes is None else classes
    stored = n - -(-n // C) if stored is None else stored
    if stored == 0:
        return Size(1, 1, d + 1, 0, 0, 1)
    bits = ceil(2 * log2(max(n, 2))) + 1 if bits is None else bits
    rho = bits + class_bits(C) + 2
    m = _group_size(stored, rho, group_size)
    return size_of(_shape(d, -(-stored // m), m, rho, C))


@dataclass(frozen=True)
class Code:
    """The projections as the network reads them: T = whole / 2^unit, gaps at least 1.

    Attributes
    ----------
    whole : object array (n,) of integers >= 0
    unit : the exponent of the least gap, rounded down
    start : T = (t - start) / 2^unit
    bits : T + 2 < 2^bits
    """

    whole: Exact
    unit: int
    start: int
    bits: int


def code(line: IntegerLine) -> Code:
    """Scale the projections by a power of two such that gaps are at least 1."""
    t = line.t.astype(object)
    unit = int(np.diff(t).min(initial=t[-1] - t[0] + 1)).bit_length() - 1
    start = int(t[0]) >> unit << unit
    whole = t - start
    return Code(whole, unit, start, ((int(whole[-1]) >> unit) + 3).bit_length())


def _layers(
    line: IntegerLine,
    scaled: Code,
    stored: NDArray[np.int64],
    labels: NDArray[np.int64],
    values: NDArray[np.int64],
    m: int,
) -> tuple[tuple[Layer, ...], int]:
    """Return the layers and the exponent of the output.

    T is carried as one T with one = 2^(B + free), B = m rho + 2, and z as one z: then all
    weights and biases are integers.
    """
    c = class_bits(len(values))
    rho, G = scaled.bits + c + 2, -(-len(stored) // m)
    t = scaled.whole[stored]
    digits = -((-(t << (c + 2))) >> scaled.unit) + 4 * labels.astype(object)
    B = m * rho + 2
    Z = encode(in_groups(digits, m, rho), rho) * 2
    # The first layer is 4 T; where that is no integer of the points, a power of two of it.
    free = max(0, scaled.unit + line.exponent - 2)
    a = line.a.astype(object) << max(0, 2 - scaled.unit - line.exponent)
    last = t[m - 1 :: m][: G - 1]
    # A quarter after the last point of a group; the next point is 1 further at least.
    knots = (-((-4 * last) >> scaled.unit)) << free
    hinges = [-v for k in knots for v in (k, k + (2 << free))]
    steps = enumerate((Z[1:] - Z[:-1]) // 2)
    staircase = {h: v for g, v in steps for h, v in ((2 * g + 1, v), (2 * g + 2, -v))}
    layers = [
        Layer.of(a[None, :], [-4 * (scaled.start >> scaled.unit) << free]),
        Layer.of([[1]], [None, *hinges], unit=np.zeros(2 * G - 1)),
        Layer.of([staircase, {0: 1 << (B - 2)}], [Z[0] << free, None], n_inputs=2 * G - 1),
    ]
    one = 1 << (B + free)
    layers += extraction({0: 1}, {1: 1}, 2, one, m, rho, scaled.bits, values)
    return tuple(layers), -(B + free)


def _shape(d: int, G: int, m: int, rho: int, C: int) -> list[LayerShape]:
    """Return the shape of each layer that `_layers` makes."""
    hinges = 2 * (G - 1)
    return [
        shape_of(d, (d, 1, 1)),
        shape_of(1, (1, 1 + hinges, hinges)),
        shape_of(1 + hinges, (hinges, 1, 1), (1, 1, 0)),
        *extraction_shape(2, 1, 1, m, rho, C),
    ]


def _group_size(stored: int, rho: int, given: int | None) -> int:
    """Return the given m, or that of the fewest nonzero weights."""
    if given is not None:
        given = whole(given, "group_size", 1)
        if given > stored:
            raise ValueError(
                f"group_size = {given} is not between 1 and the {stored} points that are stored"
            )
        return given
    most = min(stored, 2 + 2 * ceil((6 * stored / (7 * rho + 14)) ** 0.5))
    return min(range(1, most + 1), key=lambda m: 6 * -(-stored // m) + m * (7 * rho + 14))
