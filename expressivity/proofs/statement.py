"""That a network interpolates a sample, as a Rocq file: what the statements about all forms share.

The file is made from numbers alone, in the template below; nothing of it comes from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from expressivity.proofs.packed import table

THEOREM = """\
Theorem interpolates (R : realFieldType) :
  BinNat.N.of_nat (size (points certificate)) = {n}%num /\\
  forall p, List.In p (points certificate) -> forall k, (k < {K})%N ->
    let e := nth (Checker.Bound (Qmake 0 1) None) (bounds certificate) k in
    `|residual R certificate k p| <= ofQ R (Checker.tolerance e) /\\
    forall s, Checker.distance e = Some s -> `|residual R certificate k p| < ofQ R s / 2%:R.
"""

TEMPLATE = """\
(* {about}, at {n} points of {d} coordinates with {K} targets each.
   `valid` is computed by Rocq's virtual machine; `interpolates` says what follows from it over
   every real field. *)
From Coq Require Import ZArith QArith List Uint63 PArray.
Require Checker Packed {checker}.
Import {checker}.

{network}
Definition coordinates : list (list Z) :=
  {coordinates}.
Definition targets : list (list Q) := List.map (Packed.over {target_scale}%positive)
  ({targets}).
Definition tolerances : list Checker.bound := {bounds}.

Definition certificate : {certificate} tolerances {n}%N (List.combine coordinates targets).

Lemma valid : valid certificate = true.
Proof. vm_cast_no_check (eq_refl true). Qed.

(* MathComp comes after the numbers: it would read them as its own. *)
From mathcomp Require Import all_ssreflect ssralg ssrnum ssrint.
From mathcomp.zify Require Import ssrZ.
Require {sound}.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* Integers and rational numbers of Coq in a real field, and what the network is off by: nothing
   else needs to be read to know what the theorem says. *)
Section Network.
Variable R : realFieldType.
Definition ofZ (x : Z) : R := (int_of_Z x)%:~R.
Definition ofQ (q : Q) : R := ofZ (Qnum q) / ofZ (Zpos (Qden q)).
{residual}
Lemma same c k p : {sound}.residual R c k p = residual c k p.
Proof. by []. Qed.
End Network.

{theorem}Proof.
have [hn h] := {sound}.accepted_{accepted}_interpolate R valid.
split; first exact hn; move=> p hp k kK; have := h p hp k kK.
by rewrite same; move=> [h1 h2]; split; [exact h1 | exact h2].
Qed.

Print Assumptions interpolates.
"""


@dataclass(frozen=True)
class Form:
    """What is said of the networks of one form, in Rocq.

    Attributes
    ----------
    checker : the files of the theory whose `valid` is computed
    sound, accepted : the file and the theorem that make a statement of it
    residual : what a network of this form is off by, over a field R
    """

    checker: str
    sound: str
    accepted: str
    residual: str


def theorem(n: int, K: int) -> str:
    """Return the text of the theorem that Rocq is to accept, for n points and K outputs."""
    return THEOREM.format(n=n, K=K)


def rocq_file(
    form: Form,
    about: str,
    network: str,
    certificate: str,
    coordinates: Sequence[Sequence[int]],
    targets: Sequence[Sequence[float | int]],
    tolerance: Sequence[Fraction],
    distance: Sequence[Fraction | None],
) -> str:
    """Return the Rocq file that states and proves what a network does; nothing is rounded.

    Parameters
    ----------
    form : of the network
    about : the network, in words
    network, certificate : the definition of its numbers, and a certificate's type and first fields
    coordinates, targets : n rows, the coordinates over the scale that the certificate states
    tolerance, distance : for each output the largest residual, and the least distance of labels
    """
    n, K = len(coordinates), len(tolerance)
    y, scale = over_common(targets)
    return TEMPLATE.format(
        **vars(form),
        about=about,
        n=n,
        d=len(coordinates[0]),
        K=K,
        network=network,
        certificate=certificate,
        coordinates=table(coordinates),
        target_scale=f"{scale:#x}",
        targets=table(y),
        bounds=_bounds(tolerance, distance),
        theorem=theorem(n, K),
    )


def over_common(rows: Sequence[Sequence[float | int]]) -> tuple[list[list[int]], int]:
    """Return integers m and one power of two q with values = m / q."""
    scale = max((v.as_integer_ratio()[1] for row in rows for v in row), default=1)
    if scale == 1:
        return [[int(v) for v in row] for row in rows], 1
    ratios = ((v.as_integer_ratio() for v in row) for row in rows)
    return [[p * (scale // q) for p, q in row] for row in ratios], scale


def _bounds(tolerance: Sequence[Fraction], distance: Sequence[Fraction | None]) -> str:
    terms = (
        f"Checker.Bound {_ratio(t)} {'None' if e is None else f'(Some {_ratio(e)})'}"
        for t, e in zip(tolerance, distance, strict=True)
    )
    return " :: ".join([*terms, "nil"])


def _ratio(value: Fraction) -> str:
    return f"({value.numerator} # {value.denominator})"
