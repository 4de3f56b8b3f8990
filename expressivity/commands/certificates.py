"""Commands about certificates: `certify` and `check`."""

from __future__ import annotations

import json
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expressivity.certificate import certify as certify_network
from expressivity.check import examine as check_certificate
from expressivity.check import rows_of
from expressivity.check import say as say_finding
from expressivity.check_layers import examine as check_layers
from expressivity.check_layers import is_about_layers
from expressivity.commands.arguments import CheckedData, File, Targets, Tolerance, say
from expressivity.commands.memorizers import is_layered
from expressivity.files import check_writable, file_and_column, write_atomically
from expressivity.memorizers.layered import Layered
from expressivity.network import Network
from expressivity.residual import stated
from expressivity.tables import read_sample


def certify(
    network: File,
    data: CheckedData,
    out: Path,
    targets: Targets = None,
    tolerance: Tolerance = None,
) -> int:
    """Certify in exact arithmetic what a saved network does at every point of a sample.

    Example: python -m expressivity certify network.safetensors --data points.csv --out c.json

    The exit status is 0 only when the network interpolates the sample.

    Args:
        network: a file that `build` or `memorize` wrote.
        out: the certificate to write, a .json file, for `check` and `formal`.
    """
    if out.suffix == ".v":
        raise ValueError(
            f"out = {out}: certificates are .json files; `python -m expressivity formal c.json "
            f"--data {data} --out {out}` makes the Rocq file of one, and checks it"
        )
    check_writable(out, network, data, targets)
    X, y = _read_alike(data, targets)
    net = (Layered if is_layered(network) else Network).load(network)
    content = certify_network(net, X, y, tolerance=tolerance, file=network)
    write_atomically(out, json.dumps(content).encode())
    print(f"what {net} in {network} does, in {out}")
    return say(stated(content))


def check(
    certificate: File,
    data: CheckedData,
    targets: Targets = None,
    network: Path | None = None,
) -> int:
    """Check a certificate, with the standard library alone.

    The same as `python check.py`, which needs neither this package nor any other, or, for what
    `memorize` built, as `python check_layers.py`.
    The exit status is 0 only when every claim holds and the network interpolates the sample.

    Args:
        certificate: the file that `certify` wrote.
        network: the network's file, to be compared with what the certificate says; without it the
            certificate stands for itself.
    """
    examine = check_layers if is_about_layers(certificate) else check_certificate
    return say_finding(examine(certificate, data, targets, network), compared=network is not None)


def _read_alike(data: Path, targets: Path | None) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read a sample. Raises ValueError unless `check`, whose reader is stricter, reads the same."""
    X, y = read_sample(data, targets)
    ours = [(file_and_column(data)[0], X if targets else np.column_stack((X, y)))]
    ours += [(targets, y)] if targets else []
    for path, table in ours:
        rows = table.reshape(len(table), -1)
        try:
            same = all(
                mine is not None and row == mine.tolist()
                for row, mine in zip_longest(rows_of(path), rows)
            )
        except (ValueError, OSError) as error:
            raise ValueError(
                f"`check` cannot read what `certify` would certify: {error}; save the sample as a "
                ".npy file of numbers first"
            ) from None
        if not same:
            raise ValueError(
                f"`check` would read other numbers in {path}, for example a line of names as a "
                "point, or the last column as the target: save the sample as a .npy file of "
                "numbers first, with the target last"
            )
    return X, y
