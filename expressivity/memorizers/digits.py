"""Digits that are drawn one after the other from a long number, and compared with a key.

The common part of `bit_extraction` and `one_knot`. A number z in (0, 1) holds the digits K_1, ...,
K_m, of rho bits each, of the stored points of one group, in the reflected encoding

    z_{m+1} = 1/2,  z_j = (K_j + w) / 2^rho,  w = z_{j+1} if K_j is even, else 1 - z_{j+1}.

1. The tent T(z) = 1 - |2 z - 1| = 2 relu(z) - 4 relu(z - 1/2) drops the first bit of z and reflects
   the rest if that bit was 1: T^rho(z_j) = z_{j+1}, exactly.
2. A digit is K = (key + y / C') 2^E, rounded up, C' = 2^c >= C and E = rho - bits > c. In the layer
   where z_j is there, S = 2^bits z_j - key is in [y / C', y / C' + 1 / (2 C')) at the point stored
   there, while S <= 0 or S >= 1 + 1 / C' at all points whose keys are 1 or more away. So
   V(S) = relu(S) - (1 + C') relu(S - 1) + C' relu(S - 1 - 1 / C') is S there, and 0 at these.
3. The sum of the V passes k / C' where y >= k: C - 1 ramps of width 1 / (2 C') give the class.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.exact import Exact
from expressivity.memorizers.layer import Layer
from expressivity.memorizers.shape import LayerShape, shape_of

Row = dict[int, int]


def extraction(
    z: Row,
    key: Row,
    n_inputs: int,
    one: int,
    m: int,
    rho: int,
    bits: int,
    values: NDArray[np.int64],
) -> list[Layer]:
    """Return the layers from z and the key to the class.

    Parameters
    ----------
    z, key : rows {input: weight}, whose values stand for z / one and key / one
    n_inputs : the number of inputs of the first layer
    one : the integer that stands for 1, a multiple of 2^(c + 1)
    m, rho, bits : digits in z, bits of a digit, bits of a key
    values : int64 array (C,), the output for y = 0, ..., C - 1, times one
    """
    c, layers = class_bits(len(values)), []
    V: Row = {}
    for digit in range(m):
        S = times(z, 1 << bits) | times(key, -1)
        directions, unit = [S], [0, 0, 0]
        bias: list[Any] = [None, -one, -(one + (one >> c))]
        for tent in range(rho if digit < m - 1 else 1):
            if V:
                unit.append(len(directions))
                directions.append(V)
                bias.append(None)
            if digit < m - 1:
                unit += [len(directions)] * 2 + [len(directions) + 1]
                directions += [z, key]
                bias += [None, -(one // 2), None]
            layers.append(Layer.of(directions, bias, unit=unit, n_inputs=n_inputs))
            n_inputs = len(unit)
            z, key = {n_inputs - 3: 2, n_inputs - 2: -4}, {n_inputs - 1: 1}
            found = {0: 1, 1: -(1 + 2**c), 2: 2**c} | ({3: 1} if V else {})
            V = found if tent == 0 else {0: 1}
            directions, bias, unit = [], [], []
    ramps = [-(one * j >> (c + 1)) for k in range(1, len(values)) for j in (2 * k - 1, 2 * k)]
    layers.append(Layer.of([V], ramps, unit=np.zeros(len(ramps)), n_inputs=n_inputs))
    rises = [v << (c + 1) for v in np.diff(values).tolist()]
    output = [v for rise in rises for v in (rise, -rise)]
    return [*layers, Layer.of([output], [int(values[0]) * one], activation="identity")]


def extraction_shape(n_inputs: int, z: int, key: int, m: int, rho: int, C: int) -> list[LayerShape]:
    """Return the shapes of `extraction`, for rows z and key of so many entries."""
    found, V = [], 0
    for digit in range(m):
        more = digit < m - 1
        for tent in range(rho if more else 1):
            rows = [(z + key, 3, 2)] if tent == 0 else []
            rows += [(V, 1, 0)] if V else []
            rows += [(z, 2, 1), (key, 1, 0)] if more else []
            found.append(shape_of(n_inputs, *rows))
            n_inputs, z, key = found[-1].units, 2, 1
            V = 3 + (V > 0) if tent == 0 else 1
    ramps = 2 * (C - 1)
    return [*found, shape_of(n_inputs, (V, ramps, ramps)), shape_of(ramps, (ramps, 1, 1))]


def encode(digits: Exact, rho: int) -> Exact:
    """Encode rows of digits (G, m) of rho bits as z 2^(m rho + 1), object array (G,). Exact."""
    z = np.full(len(digits), 1, dtype=object)
    for j in reversed(range(digits.shape[1])):
        one = 1 << ((digits.shape[1] - 1 - j) * rho + 1)
        K = digits[:, j]
        z = K * one + np.where(K % 2 == 0, z, one - z)
    return z


def in_groups(digits: Exact, m: int, rho: int) -> Exact:
    """Cut digits (N,) into rows of m; missing ones are 2^rho - 1, which no key may meet."""
    padded = np.full(-(-len(digits) // m) * m, (1 << rho) - 1, dtype=object)
    padded[: len(digits)] = digits
    return padded.reshape(-1, m)


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


def constant(d: int, value: int) -> Layer:
    """Return the network that gives one number everywhere."""
    return Layer.of([{}], [value], n_inputs=d, activation="identity")


def times(row: Row, by: int) -> Row:
    """Return a row times a number."""
    return {column: by * weight for column, weight in row.items()}
