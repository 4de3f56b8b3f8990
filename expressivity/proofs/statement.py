"""What a certificate claims, as a Rocq file: "this network interpolates this sample", a theorem.

The file is made from numbers alone, in the template below; nothing of it comes from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from operator import mul

from expressivity.proofs.packed import column, table

THEOREM = """\
Theorem interpolates (R : realFieldType) :
  BinNat.N.of_nat (size (points certificate)) = {n}%num /\\
  forall p, List.In p (points certificate) -> forall k, (k < {K})%N ->
    let e := nth (Bound (Qmake 0 1) None) (bounds certificate) k in
    `|residual R certificate k p| <= ofQ R (tolerance e) /\\
    forall s, distance e = Some s -> `|residual R certificate k p| < ofQ R s / 2%:R.
"""

TEMPLATE = """\
(* A two-layer ReLU network whose {m} hidden units share one direction, at {n} points of {d}
   coordinates with {K} targets each. `valid` is computed by Rocq's virtual machine;
   `interpolates` says what follows from it over every real field. *)
From Coq Require Import ZArith QArith List Uint63 PArray.
Require Checker Packed.
Import Checker.

Definition direction : list Z := {direction}.
Definition knots : list Z := {knots}.
Definition weights : list (list Q) := {weights}.
Definition coordinates : list (list Z) :=
  {coordinates}.
Definition targets : list (list Q) := List.map (Packed.over {target_scale}%positive)
  ({targets}).
Definition tolerances : list bound := {bounds}.

Definition certificate : Checker.certificate :=
  Certificate {scale_a}%positive {scale_z}%positive
    (Net direction knots weights) tolerances {n}%N (List.combine coordinates targets).

Lemma valid : valid certificate = true.
Proof. vm_cast_no_check (eq_refl true). Qed.

(* MathComp comes after the numbers: it would read them as its own. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.zify Require Import ssrZ.
Require Certificate.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* Integers and rational numbers of Coq in a real field, and what the network is off by: nothing
   else needs to be read to know what the theorem says. *)
Definition ofZ (R : realFieldType) (x : Z) : R := (int_of_Z x)%:~R.
Definition ofQ (R : realFieldType) (q : Q) : R := ofZ R (Qnum q) / ofZ R (Zpos (Qden q)).
Definition residual (R : realFieldType) (c : Checker.certificate) k (p : list Z * list Q) : R :=
  let N := network c in
  let s := ofZ R (Zpos (scale_a c)) in
  let r := ofZ R (Zpos (scale_z c)) in
  let a i := ofZ R (nth Z0 (dir N) i) / s in
  let z i := ofZ R (nth Z0 p.1 i) / r in
  let b j := ofZ R (nth Z0 (Checker.knots N) j) / (s * r) in
  let w j := ofQ R (nth (Qmake 0 1) (nth nil (Checker.weights N) k) j) * (s * r) in
  let t := \\sum_(i < size (dir N)) a i * z i in
  \\sum_(j < size (Checker.knots N)) w j * Num.max 0 (t - b j) - ofQ R (nth (Qmake 0 1) p.2 k).

Lemma same R c k p : Certificate.residual R c k p = residual R c k p.
Proof. by []. Qed.

{theorem}Proof.
have [hn h] := Certificate.accepted_certificates_interpolate R valid.
split; first exact hn; move=> p hp k kK; have := h p hp k kK.
by rewrite same; move=> [h1 h2]; split; [exact h1 | exact h2].
Qed.

Print Assumptions interpolates.
"""


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


def theorem(claim: Claim) -> str:
    """Return the text of the theorem that Rocq is to accept."""
    return THEOREM.format(n=len(claim.points), K=len(claim.tolerance))


def rocq_file(claim: Claim) -> str:
    """Return the Rocq file that states and proves a claim; nothing is rounded.

    All numbers are integers over common denominators (of `a`, of the coordinates, of the targets,
    and of the weights unless these are so many that each keeps its own). The points are sorted by
    their projections. Cost O(n d) operations on integers. Source: `rocq/Certificate.v`.
    """
    z, scale_z = over_common(claim.points)
    y, scale_y = over_common(claim.targets)
    scale_a = lcm(*(v.denominator for v in claim.a))
    # The direction takes up what the knots need to be integers on the scale of the projections.
    step = lcm(scale_a * scale_z, *(v.denominator for v in claim.b))
    scale_a = step // scale_z
    a = [int(v * scale_a) for v in claim.a]
    order = sorted(range(len(z)), key=[sum(map(mul, a, row)) for row in z].__getitem__)
    return TEMPLATE.format(
        m=len(claim.b),
        n=len(z),
        d=len(a),
        K=len(claim.tolerance),
        direction=column(a),
        knots=column([int(v * step) for v in claim.b]),
        weights=_weights([[v / step for v in row] for row in zip(*claim.w, strict=True)]),
        coordinates=table([z[i] for i in order]),
        target_scale=f"{scale_y:#x}",
        targets=table([y[i] for i in order]),
        bounds=bounds(claim.tolerance, claim.distance),
        scale_a=f"{scale_a:#x}",
        scale_z=f"{scale_z:#x}",
        theorem=theorem(claim),
    )


def bounds(tolerance: Sequence[Fraction], distance: Sequence[Fraction | None]) -> str:
    """Write what each output's residual is held to, of type list Checker.bound."""
    terms = (
        f"Checker.Bound {ratio(t)} {'None' if e is None else f'(Some {ratio(e)})'}"
        for t, e in zip(tolerance, distance, strict=True)
    )
    return " :: ".join([*terms, "nil"])


def over_common(rows: Sequence[Sequence[float | int]]) -> tuple[list[list[int]], int]:
    """Return integers m and one power of two q with values = m / q."""
    scale = max((v.as_integer_ratio()[1] for row in rows for v in row), default=1)
    if scale == 1:
        return [[int(v) for v in row] for row in rows], 1
    ratios = ((v.as_integer_ratio() for v in row) for row in rows)
    return [[p * (scale // q) for p, q in row] for row in ratios], scale


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


def ratio(value: Fraction) -> str:
    """Write a rational number, of type Q."""
    return f"({value.numerator} # {value.denominator})"
