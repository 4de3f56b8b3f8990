"""The corollary: the same function at depth k, with width O(n / k) and O(n + d) weights.

Hidden layer l of k - 1 holds the units max(t - b_j, 0) of its share of the knots. Beside them two
units hand on the projection, t = max(t, 0) - max(-t, 0), and two for each output the running
value. Both differences are exact in floating point, so the deep network is the two-layer network
with its sum taken layer by layer, everywhere and not only on the sample.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from expressivity.whole import whole

Matrix = scipy.sparse.csr_array


def layers(n: int, depth: int) -> list[slice]:
    """Share out n hidden units over depth - 1 hidden layers, the first ones larger by one.

    Parameters
    ----------
    n : number of hidden units that carry a knot
    depth : number of layers of weights

    Returns
    -------
    list of depth - 1 slices, the units of each hidden layer

    Raises
    ------
    ValueError
        for a depth that is no whole number, and if a hidden layer would be without a unit.

    Examples
    --------
    >>> from expressivity.deep import layers
    >>> layers(7, 4)
    [slice(0, 3, None), slice(3, 5, None), slice(5, 7, None)]
    """
    depth = whole(depth, "depth", 2)
    if depth > n + 1:
        raise ValueError(
            f"depth = {depth} is not between 2 and n + 1 = {n + 1}: each hidden layer needs at "
            "least one of the n units"
        )
    share, more = divmod(n, depth - 1)
    ends = np.cumsum([share + (layer < more) for layer in range(depth - 1)]).tolist()
    return [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]


def count(n: int, d: int, K: int, depth: int) -> int:
    """Count the weights and biases of the network, the shared direction once.

    With h_l units in hidden layer l and K outputs, n K + n + d at depth 2 and at depth k > 2

        d + h_1 + 3 (n - h_1) + 2 (k - 3)                        direction, knots, projection
          + 2K (n - h_{k-1}) + 4K (k - 3) + K h_{k-1} + 2K       weights, running values

    As k <= n + 1 this is O(n + d) for a fixed number of outputs.
    Source: Corollary 1 of the paper; the constants are this construction's.

    Parameters
    ----------
    n : number of hidden units that carry a knot
    d : number of coordinates
    K : number of outputs
    depth : number of layers of weights

    Returns
    -------
    int

    Examples
    --------
    >>> from expressivity.deep import count
    >>> count(1000, 10, 1, 2), count(1000, 10, 1, 5)  # 2n + d, and the corollary's
    (2010, 4274)
    """
    if depth == 2:
        return n * K + n + d
    units = [share.stop - share.start for share in layers(n, depth)]
    first, last, inner = units[0], units[-1], depth - 3
    line = d + first + 3 * (n - first) + 2 * inner
    return line + 2 * K * (n - last) + 4 * K * inner + K * last + 2 * K


def width(n: int, K: int, depth: int) -> int:
    """Return the number of units of the largest hidden layer, below n / (k - 1) + 3 + 2K.

    Parameters
    ----------
    n : number of hidden units that carry a knot
    K : number of outputs
    depth : number k of layers of weights

    Returns
    -------
    int

    Examples
    --------
    >>> from expressivity.deep import width
    >>> [width(1000, 1, depth) for depth in (2, 3, 5, 11)]
    [1000, 502, 254, 104]
    """
    if depth == 2:
        return n
    units = [share.stop - share.start for share in layers(n, depth)]
    inner = [h + 2 + 2 * K for h in units[1:-1]]
    return max(units[0] + 2, units[-1] + 2 * K, *inner)


def matrices(
    b: NDArray[np.float64], w: NDArray[np.float64], depth: int
) -> list[tuple[Matrix, NDArray[np.float64]]]:
    """Write out every layer as a sparse weight matrix M and a bias c: h -> max(M h + c, 0).

    The last layer is h -> M h + c. The input of the first is the projection <a, x> alone, for all
    its units have the same weights a. The outputs of a hidden layer are, in this order, the
    projection (2), the running values (2K, from the second layer on), the units; the last hidden
    layer does not hand on the projection.

    Parameters
    ----------
    b : float64 array (n,)
    w : float64 array (n,) or (n, K)
    depth : number of layers of weights

    Returns
    -------
    list of depth pairs (M, c). Cost O(n).

    Examples
    --------
    >>> import numpy as np
    >>> from expressivity.deep import matrices
    >>> (first, c), (last, zero) = matrices(np.array([0.0, 1.0]), np.array([1.0, -1.0]), 2)
    >>> first.toarray().tolist(), c.tolist(), last.toarray().tolist(), zero.tolist()
    ([[1.0], [1.0]], [-0.0, -1.0], [[1.0, -1.0]], [0.0])
    """
    w = w.reshape(len(b), -1)
    K, shares = w.shape[1], layers(len(b), depth)
    found = []
    line, value = np.array([[1.0]]), np.zeros((0, 1))
    for number, units in enumerate(shares):
        # max(t, 0) and max(-t, 0) are themselves nonnegative: later layers copy them.
        hand_on = np.concatenate((line, -line)) if number == 0 else np.eye(2, line.shape[1])
        carried = hand_on[: 0 if number == len(shares) - 1 else 2]
        values = np.concatenate((value, -value))
        ones = np.repeat(line, units.stop - units.start, axis=0)
        matrix = Matrix(np.concatenate((carried, values, ones)))
        above = len(carried) + len(values)
        found.append((matrix, np.append(np.zeros(above), -b[units])))
        up_and_down = [np.eye(K), -np.eye(K)] if number else []
        value = np.concatenate((np.zeros((K, len(carried))), *up_and_down, w[units].T), axis=1)
        line = np.zeros((1, matrix.shape[0]))
        line[0, : len(carried)] = [1.0, -1.0][: len(carried)]
    return [*found, (Matrix(value), np.zeros(K))]
