"""How many random labels a given width can fit, counted on the constructor's own networks."""

from __future__ import annotations

from expressivity.interpolate import interpolate
from expressivity.randomness import generator
from expressivity.whole import whole


def capacity(width: int, d: int, n_classes: int | None = None, seed: int = 0) -> int:
    """Return the smallest n for which the constructor takes more than `width` units.

    One random sample is drawn point by point: Gaussian points in R^d, and labels uniform over the
    classes (Gaussian targets without `n_classes`). Collinear projected points share their units
    (`interpolate(fewest=True)`), so that few classes take less than n units.

    It is what this construction, with its knots at projections, does with a width, and no more than
    a lower limit on what that width can do: two lines of two points each may meet in one knot
    between them, where the construction has two.

    Parameters
    ----------
    width : number of hidden units, at least 1
    d : number of coordinates
    n_classes : number of classes, at least 2; None for real targets
    seed : seed of the sample and of the direction

    Returns
    -------
    int n: the first n - 1 points take at most `width` units, the first n take more.

    Raises
    ------
    ValueError
        for a width, d or n_classes below these, or that is no whole number.

    Cost: O(log n) constructions on O(width) points.

    Examples
    --------
    >>> from expressivity import capacity
    >>> capacity(10, d=5)  # real targets take a unit for each point
    11
    >>> capacity(64, d=5, n_classes=2)  # equal neighbours share units
    87
    """
    width, d = whole(width, "width", 1), whole(d, "d", 1)
    n_classes = None if n_classes is None else whole(n_classes, "n_classes", 2)
    enough, too_many = width, 2 * width + 1
    while _units(too_many, d, n_classes, seed) <= width:
        enough, too_many = too_many, 2 * too_many
    # A point more never takes fewer units, unless slopes agree by chance: bisection is exact.
    while too_many - enough > 1:
        middle = (enough + too_many) // 2
        if _units(middle, d, n_classes, seed) <= width:
            enough = middle
        else:
            too_many = middle
    return too_many


def _units(n: int, d: int, n_classes: int | None, seed: int) -> int:
    """Count the units that the first n points of the sample take."""
    points, labels, direction = (generator(seed, part) for part in range(3))
    X = points.standard_normal((n, d))
    # Drawn in order, so that a larger sample begins with the smaller one.
    y = labels.standard_normal(n) if n_classes is None else labels.integers(0, n_classes, n)
    a = direction.standard_normal(d)
    return interpolate(X, y, direction=a, fewest=True).n_hidden
