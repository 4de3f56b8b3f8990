"""What no network can do with less: every line with what it counts and for which samples it holds.

The bounds differ in their quantifiers, so that a network may lie below one without contradiction:
one that holds for some sample says nothing of the sample at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from math import ceil
from typing import Literal

from expressivity.whole import whole

Counted = Literal["weights", "hidden units", "total bits"]
DOUBLE = 64


@dataclass(frozen=True)
class Bound:
    """No network of the kind described has less.

    Attributes
    ----------
    least : the least number
    counts : what is counted
    sample : "every" sample of n distinct points, or "some" sample
    networks : which networks
    why : the argument in one line, with its source
    theorem : the name of the formal theorem in `proofs/rocq`, None where there is none
    """

    least: int
    counts: Counted
    sample: Literal["every", "some"]
    networks: str
    why: str
    theorem: str | None = None


def lower_bounds(
    n: int, d: int, classes: int | None = None, depth: int | None = None, hidden: int = 0
) -> dict[str, Bound]:
    """Return the lower bounds for n points in d dimensions that hold in this case.

    Parameters
    ----------
    n, d : numbers of points and coordinates, at least 1
    classes : the number C >= 2 of classes, None for real targets
    depth : the number of layers of weights, None for any
    hidden : the number H of hidden units, which sharpens the bound by dimension

    Returns
    -------
    dict by name: "bits" and "doubles" (finite labels), "dimension" (real ones), "pieces", "vc",
    and for threshold units in two layers "crossings"

    Raises ValueError for sizes that are not possible.

    Examples
    --------
    >>> {name: bound.least for name, bound in lower_bounds(1000, 8, classes=2).items()}
    {'bits': 1000, 'doubles': 16, 'pieces': 10, 'vc': 9}
    >>> lower_bounds(1000, 8, depth=3, hidden=68)["dimension"].least
    1068
    """
    n, d, hidden = whole(n, "n", 1), whole(d, "d", 1), whole(hidden, "hidden")
    classes = None if classes is None else whole(classes, "classes", 2)
    depth = None if depth is None else whole(depth, "depth", 2)
    found = {}
    if classes is None:
        found["dimension"] = _dimension(n, hidden)
    else:
        found["bits"] = _bits(n, classes)
        found["doubles"] = _doubles(n, classes)
    found["pieces"] = _pieces(n, depth)
    found["vc"] = _vc(n, depth)
    if depth == 2 and classes is not None:
        found["crossings"] = _crossings(n, d)
    return found


def _bits(n: int, classes: int) -> Bound:
    return Bound(
        _words(n, classes, 1),
        "total bits",
        "every",
        "one architecture whose numbers have fixed lengths, for all C^n labelings",
        "different labelings need different weights: 2^bits >= C^n",
        "labels_need_bits",
    )


def _doubles(n: int, classes: int) -> Bound:
    return Bound(
        _words(n, classes, DOUBLE),
        "weights",
        "every",
        "one architecture with weights of 64 bits, for all C^n labelings",
        "different labelings need different weights: 2^(64 weights) >= C^n",
        "labels_need_values",
    )


def _dimension(n: int, hidden: int) -> Bound:
    return Bound(
        n + hidden,
        "weights",
        "every",
        "one ReLU architecture without shared weights and with H hidden units, for all real labels",
        "labels are a piecewise polynomial function of P weights that is constant along H "
        "directions, the rescalings of the hidden units: P - H >= n",
        None if hidden else "real_labels_need_n_weights",
    )


def _pieces(n: int, depth: int | None) -> Bound:
    if depth is None:
        least = max(0, n - 2).bit_length()
        why = "widths d_l give at most prod(d_l + 1) <= 2^H pieces; alternating labels need n - 1"
    else:
        least = _least(lambda H: _most_pieces(H, depth - 1) >= n - 1)
        why = (
            "widths d_l give at most prod(d_l + 1) pieces on a line; alternating labels need n - 1"
        )
    return Bound(
        least,
        "hidden units",
        "some",
        "ReLU" + ("" if depth is None else f", {depth} layers of weights"),
        f"points on a line: {why}",
        "two_layers_need_n_minus_2_units" if depth == 2 else "any_depth_needs_n_minus_1_pieces",
    )


def _most_pieces(hidden: int, layers: int) -> int:
    """Return the largest product of d_l + 1 over widths that add up to `hidden`."""
    share, more = divmod(hidden, layers)
    return (share + 1) ** (layers - more) * (share + 2) ** more


def _vc(n: int, depth: int | None) -> Bound:
    """Count regions of the weights on which all signs are constant.

    In layer i the k_i units at n points are polynomials of degree at most i in the W_i weights up
    to there, on each region of the layers before. M polynomials in W variables have at most
    2 (2 e M i / W)^W sign vectors for M >= W; so 2^n <= prod_i 2 (2 e i (n k_i + W_i) / W_i)^W_i,
    and by the inequality of the means, with sum W_i <= L P and sum i k_i <= L P, which take that no
    weight is in two layers and that units are no more than weights,
    n <= L + L P log2(2 e (n + L)).
    """

    # In doubles the last digits of a large n are lost.
    context = Context(prec=40 + len(str(n)))

    def fits(P: int) -> bool:
        L = P if depth is None else depth
        bits = context.divide(context.ln(2 * (n + L)) + 1, context.ln(2))
        return P >= L and n <= context.add(L, context.multiply(L * P, bits))

    return Bound(
        _least(fits),
        "weights",
        "every",
        "one architecture of ReLU or threshold units, at least as many weights, none of them in "
        "two layers, for all labelings in two classes"
        + ("" if depth is None else f", {depth} layers of weights"),
        "n <= L + L P log2(2e (n + L)) by sign vectors of polynomials (Warren; Anthony and "
        "Bartlett 1999, Theorem 8.3), layer by layer as in Bartlett, Harvey, Liaw, Mehrabian 2019",
    )


def _crossings(n: int, d: int) -> Bound:
    return Bound(
        -(-(n - 1) // d),
        "hidden units",
        "some",
        "one hidden layer of threshold units",
        "points on the moment curve, which are in general position: a hyperplane crosses it at "
        "most d times, and alternating labels need n - 1 crossings",
    )


def _words(n: int, classes: int, bits: int) -> int:
    """Return the least m with 2^(bits m) >= C^n: n log2(C) / bits, rounded up."""
    power = classes.bit_length() - 1
    if classes == 1 << power:
        return -(-n * power // bits)
    # No whole number then, as n log2(C) is none; to 40 digits behind the point.
    context = Context(prec=60 + len(str(n * power)))
    exact = context.divide(context.ln(Decimal(classes)), context.ln(Decimal(2)))
    return ceil(context.divide(context.multiply(exact, Decimal(n)), Decimal(bits)))


def _least(holds: Callable[[int], bool]) -> int:
    """Return the least number from 0 on for which a condition holds that then stays true."""
    high = 1
    while not holds(high):
        high *= 2
    low = -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
