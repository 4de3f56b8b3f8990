"""One look for every figure, and how a figure becomes files."""

from __future__ import annotations

import io
import re
from contextlib import AbstractContextManager
from html import escape
from typing import Any

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLUMN, PAGE = 3.35, 6.9  # inches: one column, two columns

# Okabe and Ito's colours differ in lightness too, so they can be told apart in grey.
COLOURS = {"explicit": "#0072B2", "kernel": "#E69F00", "trained": "#009E73"}
INK, FAINT = "#222222", "#8a8a8a"
# Colour, line and marker together, so that grey and colour-blind readers lose nothing.
CONDITIONS = {
    "true labels": ("#009E73", "-", "o"),
    "random labels": ("#D55E00", "--", "s"),
    "shuffled pixels": ("#0072B2", "-.", "^"),
    "random pixels": ("#E69F00", ":", "D"),
    "Gaussian": ("#CC79A7", (0, (5, 1, 1, 1, 1, 1)), "v"),
}
NETWORKS = {
    "inception": ("#0072B2", "-", "o"),
    "inception-without-batchnorm": ("#CC79A7", ":", "D"),
    "alexnet": ("#D55E00", "--", "s"),
    "mlp-3x512": ("#E69F00", "-.", "v"),
    "mlp-1x512": ("#009E73", "-.", "^"),
}
PAPER = {"marker": "*", "markersize": 9, "color": "white", "markeredgecolor": INK}
"""the look of the paper's own values: open stars, always without a line"""

RC: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9,
    "figure.constrained_layout.use": True,
    "figure.dpi": 150,
    "font.family": "sans-serif",
    # Verdana is as wide, for readers of the SVG who do not have the first.
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 8,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.6,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
}


def look(**more: Any) -> AbstractContextManager[None]:
    """Draw alike for every user: what their own matplotlibrc sets does not count."""
    return style.context(["default", {**RC, **more}])


def render(figure: Figure, kind: str, name: str, title: str = "") -> bytes:
    """Return a figure as the bytes of an svg, pdf or png; the same figure gives the same bytes.

    The text of an SVG is text, its title is what a screen reader says, and every id in it begins
    with the name, so that several can stand in one page.
    """
    metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[kind]
    target = io.BytesIO()
    with look(**{"svg.hashsalt": name}):
        figure.savefig(target, format=kind, metadata=metadata, dpi=200, facecolor="white")
    return _named(target.getvalue(), name, title) if kind == "svg" else target.getvalue()


def _named(svg: bytes, name: str, title: str) -> bytes:
    """Give an SVG a role, a title, and ids of its own."""
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", svg.decode())
    opened = f'<svg role="img" aria-labelledby="{name}-title" '
    head, rest = text.split("<svg ", 1)
    tag, rest = rest.split(">", 1)
    return f'{head}{opened}{tag}>\n <title id="{name}-title">{escape(title)}</title>{rest}'.encode()


def headroom(panel: Axes, share: float) -> None:
    """Raise the top of a panel by a share of its height, so that a legend covers no curve."""
    low, high = panel.transData.transform([(1, y) for y in panel.get_ylim()])[:, 1]
    top = panel.transData.inverted().transform((0, high + share * (high - low)))[1]
    panel.set_ylim(top=top)
