"""The values of a drawn figure and where they lie in its SVG, for showing them under a pointer."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure

POINTS_PER_INCH = 72  # the unit of matplotlib's SVG


def curves(figure: Figure) -> list[dict[str, Any]]:
    """Return every labelled line and bar: name, names of the axes, and points.

    A point is [left, top, x, y]: its place in the SVG's units and its values as text; x is "" for
    a bar. The figure must have been rendered, or its layout is not final.
    """
    height = figure.get_figheight() * POINTS_PER_INCH
    found = []
    for panel in figure.axes:
        for name, xy, is_bar in _series(panel):
            xy = xy[np.isfinite(xy).all(axis=1)]
            places = panel.transData.transform(xy) * POINTS_PER_INCH / figure.dpi
            points = [
                [
                    round(left, 1),
                    round(height - bottom, 1),
                    "" if is_bar else f"{x:.4g}",
                    f"{y:.4g}",
                ]
                for (left, bottom), (x, y) in zip(places.tolist(), xy.tolist(), strict=True)
            ]
            if points:
                axes = {"x": _plain(panel.get_xlabel()), "y": _plain(panel.get_ylabel())}
                found.append({"name": name, **axes, "points": points})
    return found


def _series(panel: Axes) -> list[tuple[str, np.ndarray, bool]]:
    found = [
        (_name(line.get_label()), np.asarray(line.get_xydata(), dtype=float), False)
        for line in panel.get_lines()
        if _name(line.get_label()) and line.get_transform().contains_branch(panel.transData)
    ]
    for bars in panel.containers:
        if isinstance(bars, BarContainer) and _name(bars.get_label()):
            tops = [(bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in bars]
            found.append((_name(bars.get_label()), np.array(tops, dtype=float), True))
    return found


def _name(label: object) -> str:
    """Return what a label says, "" for the ones matplotlib makes up."""
    text = str(label)
    return (
        "" if text.startswith(("_child", "_container", "_nolegend")) else _plain(text.lstrip("_"))
    )


def _plain(text: str) -> str:
    """Return a text without the marks of mathematics."""
    for mark in ("$", "\\,", "\\"):
        text = text.replace(mark, "")
    return text
