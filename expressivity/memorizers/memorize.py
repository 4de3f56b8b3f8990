"""Memorize a sample by any construction."""

from __future__ import annotations

from dataclasses import replace
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from expressivity.memorizers.compare import MOST_CLASSES, chosen, sample_of, table
from expressivity.memorizers.construction import construction as construction_of
from expressivity.memorizers.construction import constructions
from expressivity.memorizers.layered import Layered
from expressivity.sample import Sample
from expressivity.switch import switch


def memorize(
    X: ArrayLike, y: ArrayLike, construction: str | None = None, **options: Any
) -> Layered:
    """Build a network that gives every point of a sample its target.

    Parameters
    ----------
    X : array-like (N, d) of booleans, integers or floats up to 64 bits
    y : array-like (N,) or (N, 1) of real targets, (N, K) for K outputs, or of class numbers
        0, 1, ..., for the constructions that need a finite number of labels
    construction : name of the construction, a file of `expressivity.memorizers`. Without it: the
        fewest weights among those that are proved right in double precision for this sample, where
        those whose formulas expect more are not built; `net.choice` says what they would have cost
    options : those of the construction's `build`

    Returns
    -------
    Layered

    Raises
    ------
    TypeError, ValueError
        as `interpolate` for input that is no finite real sample of a function; also if there is no
        such construction, or the construction cannot do this sample: which one can is then said;
        and if no construction is proved right in doubles, where none is named.

    Examples
    --------
    >>> memorize([[0, 1], [1, 1], [3, 0]], [0.5, 2, -1], construction="zhang")
    Layered(zhang, d=2, depth=2, width=3, n_weights=8)
    """
    given = sample_of(X, y)
    if construction is None:
        if options:
            raise TypeError(f"{next(iter(options))} is an option of a construction: name one")
        net, trades = chosen(given)
        return replace(net, choice=table(trades, len(given.z)))
    named = construction_of(construction)
    if named.LABELS != "real":
        _check_classes(given, construction, 2 if named.LABELS == "binary" else None)
    parameters = signature(named.build).parameters
    known = [name for name in parameters if name != "given"]
    for name, value in options.items():
        if name not in known:
            raise TypeError(
                f"{name} is no option of construction = {construction!r}, which has "
                f"{', '.join(known) or 'none'}"
            )
        if isinstance(parameters[name].default, bool):
            options[name] = switch(value, name)
    return named.build(given, **options)


def _check_classes(given: Sample, name: str, most: int | None) -> None:
    y = given.y
    others = {key: each for key, each in constructions().items() if each.LABELS == "real"}
    real = ", ".join(others)
    if y.ndim != 1:
        several = (k for k, each in others.items() if "outputs" in signature(each.size).parameters)
        raise ValueError(
            f"y has shape {y.shape} but construction = {name!r} has one output: use "
            f"{', '.join(several)}"
        )
    wrong = np.flatnonzero((y < 0) | (y != np.rint(y)) | (y >= (most or MOST_CLASSES)))
    if len(wrong):
        kind = (
            "the class numbers 0 and 1"
            if most
            else f"class numbers 0, 1, ..., C - 1, C <= {MOST_CLASSES}"
        )
        raise ValueError(
            f"y[{wrong[0]}] is {y[wrong[0]]:g} but construction = {name!r} needs {kind}: "
            f"np.unique(y, return_inverse=True)[1] makes them, or use {real}"
        )
