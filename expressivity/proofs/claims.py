"""What a certificate claims of its sample, read as numbers, as a Rocq file and in words.

The functions here read certificates that `check` has found to hold.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from expressivity import check, check_layers
from expressivity.check import number, points_of
from expressivity.proofs.compiler import ProofError
from expressivity.proofs.direction_statement import Claim, direction_file
from expressivity.proofs.layered_statement import layered_file
from expressivity.proofs.statement import theorem


def of_one_direction(
    certificate: Path, data: Path, targets: Path | None = None
) -> tuple[str, list[str]]:
    """Return the Rocq file for a network whose units share a direction, and what it says."""
    content = check.read_certificate(certificate)
    claim = read_claim(content, data, targets)
    network = content["network"]
    numbers = [*network["a"], *network["b"], *(v for row in network["w"] for v in row)]
    text = theorem(len(claim.points), len(claim.tolerance))
    about = f"{network['weights']} weights; SHA-256 of its file: {network['file']}"
    return direction_file(claim), described(text, claim, content, about, numbers)


def of_layers(certificate: Path, data: Path, targets: Path | None = None) -> tuple[str, list[str]]:
    """Return the Rocq file for a layered network, and what it says."""
    content = check_layers.read_certificate(certificate)
    network, shape = content["network"], content["sample"]
    layers = check_layers.read_layers(network["layers"], shape["coordinates"], shape["targets"])
    claim = _claim(content, data, targets)
    text = theorem(len(claim.points), len(claim.tolerance))
    about = f"{network['construction']}, {len(layers)} layers, {network['weights']} weights"
    about += f"; SHA-256 of its file: {network['file']}"
    said = described(text, claim, content, about, [json.dumps(network["layers"])])
    file = layered_file(
        layers, network["exponent"], claim.points, claim.targets, claim.tolerance, claim.distance
    )
    return file, said


def read_claim(content: dict[str, Any], data: Path, targets: Path | None = None) -> Claim:
    """Return the claim of a certificate of one direction, with its sample."""
    network = content["network"]
    return _claim(
        content,
        data,
        targets,
        [number(v, "a") for v in network["a"]],
        [number(v, "b") for v in network["b"]],
        [[number(v, "w") for v in row] for row in network["w"]],
    )


def _claim(
    content: dict[str, Any],
    data: Path,
    targets: Path | None,
    a: Sequence[Fraction] = (),
    b: Sequence[Fraction] = (),
    w: Sequence[Sequence[Fraction]] = (),
) -> Claim:
    """Read the sample, again: ProofError if it is no longer the one that was checked."""
    shape, rule = content["sample"], content["interpolation"]
    hashed, points, values = hashlib.sha256(), [], []
    for z, y in points_of(Path(data), targets, shape["coordinates"], shape["targets"]):
        hashed.update(struct.pack(f"<{len(z)}d", *z) + struct.pack(f"<{len(y)}d", *y))
        points.append(z)
        values.append(y)
    if hashed.hexdigest() != shape["sha256"]:
        raise ProofError(f"{data} has changed since it was checked")
    tolerance = [Fraction(v) for v in rule["tolerance"]]
    distance = [None if v == "none" else Fraction(v) for v in rule["distance"]]
    return Claim(a, b, w, tolerance, distance, points, values)


def described(
    text: str, claim: Claim, content: dict[str, Any], about: str, numbers: Sequence[str]
) -> list[str]:
    """Return what the theorem says, and about which sample and network, in lines."""
    hashed = hashlib.sha256("\n".join(numbers).encode()).hexdigest()
    return [
        text.rstrip(),
        "",
        "in words   over every real field the network differs from the target, at every point and",
        "           for every output, by no more than the tolerance",
        f"points     {len(claim.points)}, of {content['sample']['coordinates']} coordinates and "
        f"{len(claim.tolerance)} targets",
        f"tolerance  {limits(claim.tolerance, claim.distance)}",
        f"sample     SHA-256 {content['sample']['sha256']}",
        f"network    {about}",
        f"           SHA-256 of its numbers: {hashed}",
        "",
    ]


def limits(tolerance: Sequence[Fraction], distance: Sequence[Fraction | None]) -> str:
    """Return how far outputs may be off, exactly, each limit once with the outputs it is for."""
    outputs: dict[tuple[Fraction, Fraction | None], list[int]] = {}
    for k, limit in enumerate(zip(tolerance, distance, strict=True)):
        outputs.setdefault(limit, []).append(k)
    said = []
    for (most, apart), which in outputs.items():
        text = f"{most}, exactly"
        if apart is not None:
            text += f", and nearest to its own label ({apart} apart)"
        if len(outputs) > 1:
            text += f", for output{'s' * (len(which) > 1)} {', '.join(map(str, which))}"
        said.append(text)
    return "\n           ".join(said)
