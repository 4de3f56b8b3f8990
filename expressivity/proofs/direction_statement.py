"""What a network whose units share one direction does on a sample, as a Rocq file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from operator import mul

from expressivity.proofs.packed import column, table
from expressivity.proofs.statement import Form, over_common, rocq_file

RESIDUAL = """\
Definition residual (c : Checker.certificate) k (p : list Z * list Q) : R :=
  let N := network c in
  let s := ofZ (Zpos (scale_a c)) in
  let r := ofZ (Zpos (scale_z c)) in
  let a i := ofZ (nth Z0 (dir N) i) / s in
  let z i := ofZ (nth Z0 p.1 i) / r in
  let b j := ofZ (nth Z0 (Checker.knots N) j) / (s * r) in
  let w j := ofQ (nth (Qmake 0 1) (nth nil (Checker.weights N) k) j) * (s * r) in
  let t := \\sum_(i < size (dir N)) a i * z i in
  \\sum_(j < size (Checker.knots N)) w j * Num.max 0 (t - b j) - ofQ (nth (Qmake 0 1) p.2 k).
"""

NETWORK = """\
Definition direction : list Z := {direction}.
Definition knots : list Z := {knots}.
Definition weights : list (list Q) := {weights}."""

CERTIFICATE = """\
Checker.certificate :=
  Certificate {scale_a:#x}%positive {scale_z:#x}%positive (Net direction knots weights)"""

ONE_DIRECTION = Form("Checker", "Certificate", "certificates", RESIDUAL)


@dataclass(frozen=True)
class Claim:
    """That a network meets every target of a sample: only numbers.

    Attributes
    ----------
    a : the direction, d rational numbers; b : m knots, increasing; w : m rows of K weights
    tolerance : for each output the largest residual that is claimed
    distance : for each output the least distance of two labels, or None where there are none
    points : n rows of d coordinates, floats or integers
    targets : n rows of K targets, floats or integers
    """

    a: Sequence[Fraction]
    b: Sequence[Fraction]
    w: Sequence[Sequence[Fraction]]
    tolerance: Sequence[Fraction]
    distance: Sequence[Fraction | None]
    points: Sequence[Sequence[float | int]]
    targets: Sequence[Sequence[float | int]]


def direction_file(claim: Claim) -> str:
    """Return the Rocq file that states and proves a claim; nothing is rounded.

    All numbers are integers over common denominators (of `a`, of the coordinates, of the targets,
    and of the weights unless these are so many that each keeps its own). The points are sorted by
    their projections. Cost O(n d) operations on integers. Source: `rocq/Certificate.v`.
    """
    z, scale_z = over_common(claim.points)
    scale_a = lcm(*(v.denominator for v in claim.a))
    # The direction takes up what the knots need to be integers on the scale of the projections.
    step = lcm(scale_a * scale_z, *(v.denominator for v in claim.b))
    scale_a = step // scale_z
    a = [int(v * scale_a) for v in claim.a]
    order = sorted(range(len(z)), key=[sum(map(mul, a, row)) for row in z].__getitem__)
    network = NETWORK.format(
        direction=column(a),
        knots=column([int(v * step) for v in claim.b]),
        weights=_weights([[v / step for v in row] for row in zip(*claim.w, strict=True)]),
    )
    return rocq_file(
        ONE_DIRECTION,
        f"A two-layer ReLU network whose {len(claim.b)} hidden units share one direction",
        network,
        CERTIFICATE.format(scale_a=scale_a, scale_z=scale_z),
        [z[i] for i in order],
        [claim.targets[i] for i in order],
        claim.tolerance,
        claim.distance,
    )


def _weights(rows: Sequence[Sequence[Fraction]]) -> str:
    """Write the weights of each output over one denominator, or each over its own."""
    denominators = {v.denominator for row in rows for v in row}
    longest = max(denominators, default=1)
    if all(longest % q == 0 for q in denominators):
        whole = [[int(v * longest) for v in row] for row in rows]
        return f"List.map (Packed.over {longest:#x}%positive) ({table(whole)})"
    above = table([[v.numerator for v in row] for row in rows])
    below = table([[v.denominator for v in row] for row in rows])
    return f"Packed.ratio_rows ({above}) ({below})"
