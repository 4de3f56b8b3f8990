"""Vardi, Yehudai, Shamir 2022: class labels as the bits of long weights, about sqrt(n) weights.

The most frequent class is the answer where nothing else is found; of the other classes every
point is stored. With projections t >= 0 whose least gap is at least 1, C' = 2^c >= C and E = c + 2,
the digit of a stored point is K = ceil((t + y / C') 2^E), of rho bits. Groups of m neighbours on the
line have their digits K_1, ..., K_m in one number z_1, in the reflected encoding

    z_{m+1} = 1/2,  z_j = (K_j + w) / 2^rho,  w = z_{j+1} if K_j is even, else 1 - z_{j+1}.

1. A staircase with one step a group maps t to z_1.
2. The tent T(z) = 1 - |2 z - 1| = relu(2 z) - relu(4 z - 2) drops the first bit of z and reflects
   the rest if that bit was 1: T^rho(z_j) = z_{j+1}, exactly.
3. For each digit, S = 2^(rho - E) z_j - t is in [y / C', y / C' + 1 / (2 C')) at its own point, and
   S <= 0 or S >= 1 + 1 / C' at every other: there
   V = relu(S) - (1 + C') relu(S - 1) + C' relu(S - 1 - 1 / C') is 0, at its own point S.
4. The sum of the V passes k / C' where y >= k: C - 1 ramps of width 1 / (2 C') give the class.

All is done in integers. The theorem is Vardi, Yehudai and Shamir's, "On the optimal memorization
power of ReLU neural networks" (2022); this simpler network and its constants are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expressivity.exact import Exact
from expressivity.memorizers.integer_line import IntegerLine, integer_line
from expressivity.memorizers.layered import Layer, Layered, Size
from expressivity.sample import Sample
from expressivity.verify import Premise

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

    Raises ValueError as `integer_line`. Cost: that of the direction, and O(n) numbers of m rho bits.
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
    directions counted once, there are 2 (G - 1) + 6 m + 2 (4 + (m > 1)) (C - 1) fewer or so.
    """
    C = 2 if classes is None else classes
    stored = n - -(-n // C) if stored is None else stored
    if stored == 0:
        return Size(1, 1, d + 1, 0, 0, 1)
    bits = ceil(2 * log2(max(n, 2))) + 1 if bits is None else bits
    rho = bits + class_bits(C) + 2
    m = _group_size(stored, rho, group_size)
    shape = _shape(d, -(-stored // m), m, rho, C)
    hidden = [layer.units for layer in shape[:-1]]
    return Size(
        n_weights=sum(layer.shared for layer in shape),
        n_nonzero=sum(layer.nonzero for layer in shape),
        n_dense=sum(layer.units * (layer.inputs + 1) for layer in shape),
        n_hidden=sum(hidden),
        width=max(hidden),
        depth=len(shape),
    )


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


def default_first(y: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the classes anew, the most frequent one 0.

    Returns the old numbers (C,) of the new ones, and the new numbers of all points.
    """
    C = int(y.max()) + 1
    first = int(np.argmax(np.bincount(y, minlength=C)))
    values = np.array([first, *(k for k in range(C) if k != first)])
    return values, np.argsort(values)[y]


def class_bits(C: int) -> int:
    """Return the bits c of a class number."""
    return max((C - 1).bit_length(), 1)


def reflected(digits: Exact, rho: int) -> Exact:
    """Encode rows of digits (G, m) of rho bits in numbers z 2^(m rho + 1), object array (G,)."""
    z = np.full(len(digits), 1, dtype=object)
    for j in reversed(range(digits.shape[1])):
        one = 1 << ((digits.shape[1] - 1 - j) * rho + 1)
        K = digits[:, j]
        z = K * one + np.where(K % 2 == 0, z, one - z)
    return z


def constant(d: int, value: int) -> Layer:
    """Return the network that gives one number everywhere."""
    return Layer.of([{}], [value], n_inputs=d, activation="identity")


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
    K = np.full(G * m, 2**rho - 1, dtype=object)
    K[: len(stored)] = -((-(t << (c + 2))) >> scaled.unit) + 4 * labels.astype(object)
    B = m * rho + 2
    Z = reflected(K.reshape(G, m), rho) * 2
    # The first layer is 4 T; where that is no integer of the points, a power of two of it.
    free = max(0, scaled.unit + line.exponent - 2)
    one = 1 << (B + free)
    a = line.a.astype(object) << max(0, 2 - scaled.unit - line.exponent)
    last = t[m - 1 :: m][: G - 1]
    knots = (-((-4 * last) >> scaled.unit)) << free
    steps = (Z[1:] - Z[:-1]) // 2
    hinges = [-v for k in knots for v in (k, k + (2 << free))]
    staircase = {h: v for g, v in enumerate(steps) for h, v in ((2 * g + 1, v), (2 * g + 2, -v))}
    layers = [
        Layer.of(a[None, :], [-4 * (scaled.start >> scaled.unit) << free]),
        Layer.of([[1]], [None, *hinges], unit=np.zeros(2 * G - 1)),
        Layer.of([staircase, {0: 1 << (B - 2)}], [Z[0] << free, None], n_inputs=2 * G - 1),
    ]
    z, T, V = {0: 1}, 1, {}
    n_inputs = 2
    for digit in range(m):
        more = digit < m - 1
        S = {k: v << scaled.bits for k, v in z.items()} | {T: -1}
        directions = [S, *([V] if V else [])]
        bias: list[Any] = [None, -one, -(one + (one >> c)), *([None] if V else [])]
        unit = [0, 0, 0, *([1] if V else [])]
        for tent in range(rho if more else 1):
            if more:
                first = len(bias)
                directions += [_times(z, 2), _times(z, 4), {T: 1}]
                bias += [None, -2 * one, None]
                unit += range(len(directions) - 3, len(directions))
            layers.append(Layer.of(directions, bias, unit=unit, n_inputs=n_inputs))
            n_inputs = len(bias)
            if tent == 0:
                V = {0: 1, 1: -(1 + 2**c), 2: 2**c} | ({3: 1} if V else {})
            else:
                V = {0: 1}
            if more:
                z, T = {first: 1, first + 1: -1}, first + 2
            directions, bias, unit = [V], [None], [0]
    ramps = [-(one * j >> (c + 1)) for k in range(1, len(values)) for j in (2 * k - 1, 2 * k)]
    layers.append(Layer.of([V], ramps, unit=np.zeros(len(ramps)), n_inputs=n_inputs))
    rises = [v << (c + 1) for v in np.diff(values).tolist()]
    output = [v for rise in rises for v in (rise, -rise)]
    layers.append(Layer.of([output], [int(values[0]) * one], activation="identity"))
    return tuple(layers), -(B + free)


@dataclass(frozen=True)
class _LayerShape:
    inputs: int
    units: int
    shared: int
    nonzero: int


def _shape(d: int, G: int, m: int, rho: int, C: int) -> list[_LayerShape]:
    """Return the shape of each layer: what `_layers` stores."""
    found = [
        _LayerShape(d, 1, d + 1, d + 1),
        _LayerShape(1, 2 * G - 1, 2 * G - 1, 4 * G - 3),
        _LayerShape(2 * G - 1, 2, 2 * G, 2 * G),
    ]
    for digit in range(m):
        more, z, V = digit < m - 1, 1 if digit == 0 else 2, int(digit > 0)
        for tent in range(rho if more else 1):
            if tent == 0:
                units, shared, nonzero = 3 + V, z + 3 + V, 3 * (z + 1) + 2 + V
            else:
                units = 1
                shared = nonzero = 3 + V if tent == 1 else 1
            if more:
                units, shared, nonzero = units + 3, shared + 2 * z + 2, nonzero + 2 * z + 2
            found.append(_LayerShape(found[-1].units, units, shared, nonzero))
            z = 2
    ramps, V = 2 * (C - 1), 3 + int(m > 1)
    found.append(_LayerShape(found[-1].units, ramps, V + ramps, (V + 1) * ramps))
    return [*found, _LayerShape(ramps, 1, ramps + 1, ramps + 1)]


def _group_size(stored: int, rho: int, given: int | None) -> int:
    """Return the given m, or that of the fewest nonzero weights."""
    if given is not None:
        if not 1 <= given <= stored:
            raise ValueError(
                f"group_size = {given} is not between 1 and the {stored} points that are stored"
            )
        return given
    most = min(stored, 2 + 2 * ceil((6 * stored / (7 * rho + 14)) ** 0.5))
    return min(range(1, most + 1), key=lambda m: 6 * -(-stored // m) + m * (7 * rho + 14))


def _times(row: dict[int, int], by: int) -> dict[int, int]:
    return {k: by * v for k, v in row.items()}
