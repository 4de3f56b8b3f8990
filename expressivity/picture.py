"""A picture of a network along its direction. Imports matplotlib."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from expressivity.files import check_writable, write_atomically
from expressivity.network import Network


def check_picture(path: Path, *read: Path | None) -> None:
    """Refuse a file that no picture can be, before there is one: ValueError for its suffix.

    Raises OSError as `check_writable`; `read` are the files that the picture is made from.
    """
    known = sorted(Figure().canvas.get_supported_filetypes())
    if path.suffix.removeprefix(".").lower() not in known:
        raise ValueError(
            f"picture {path} has suffix {path.suffix!r}: give one of {', '.join(known)}"
        )
    check_writable(path, *read)


def draw(net: Network, path: Path) -> None:
    """Draw the network through its sample, over the projections: points, knots and function.

    Parameters
    ----------
    net : Network with a known fit
    path : file to write; its suffix (.svg, .pdf, .png) says how
    """
    if net.fit is None:
        raise ValueError("fit is not known for this network: there is no sample to draw")
    t, y = net.fit.t, net.fit.y
    line = np.sort(np.concatenate((net.b, t)))
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(line, net.compiled.along(line), color="0.55", linewidth=1, label="network")
    axes.plot(t, y, "o", color="#0072b2", markersize=3, label="sample")
    low = float(min(np.min(y), 0.0)) - 0.06 * float(np.ptp(y) or 1.0)
    axes.plot(net.b, np.full(len(net.b), low), "|", color="#d55e00", label="knots b")
    axes.set_xlabel("projection t = <a, x>")
    axes.set_ylabel("target y")
    axes.set_title(f"{net.n_hidden} hidden units, {net.n_weights} weights", fontsize="medium")
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    content = io.BytesIO()
    figure.savefig(content, format=path.suffix[1:])
    write_atomically(path, content.getbuffer())
