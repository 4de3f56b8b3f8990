"""What the compiled form of a network gives in double precision at its sample, as a Rocq file."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import frexp, inf

from expressivity.network import Network
from expressivity.proofs.packed import column, table
from expressivity.proofs.statement import over_common

TEMPLATE = """\
(* The compiled form of a network of {m} hidden units at the {n} projections of its sample, in IEEE
   double precision by the operations of Doubles.v: its slopes and values from the knots b and the
   weights w, then a slope times (t - knot) plus a value. *)
From Coq Require Import NArith ZArith QArith List Uint63 PArray Floats.SpecFloat.
Require Checker Packed Doubles.

Definition doubles (mantissas exponents : list Z) : list Doubles.double :=
  List.map Doubles.double_of (List.combine mantissas exponents).
Definition b := doubles ({b[0]}) ({b[1]}).
Definition w := doubles ({w[0]}) ({w[1]}).
Definition projections := doubles ({t[0]}) ({t[1]}).
Definition targets : list Q := Packed.over {scale:#x}%positive ({targets}).
Definition bound : Q := {bound}.
Definition sizes : list N :=
  List.map N.of_nat
    (List.length b :: List.length w :: List.length projections :: List.length targets :: nil).
Definition stated : list N := {m}%N :: {m}%N :: {n}%N :: {n}%N :: nil.

Lemma counted : sizes = stated.
Proof. vm_cast_no_check (eq_refl stated). Qed.

Lemma valid : Doubles.valid b w projections targets bound = true.
Proof. vm_cast_no_check (eq_refl true). Qed.

From mathcomp Require Import all_ssreflect ssralg ssrnum ssrint.
From mathcomp.zify Require Import ssrZ.
Require Certificate.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Definition ofZ (R : realFieldType) (x : Z) : R := (int_of_Z x)%:~R.
Definition ofQ (R : realFieldType) (q : Q) : R := ofZ R (Qnum q) / ofZ R (Zpos (Qden q)).

Lemma in_doubles (R : realFieldType) b w ts ys most : Doubles.valid b w ts ys most = true ->
  forall t y, List.In (t, y) (List.combine ts ys) ->
  exists v, Doubles.exactly (Doubles.compiled (Doubles.pieces b w) t) = Some v /\\
    `|ofQ R v - ofQ R y| <= ofQ R most.
Proof.
move=> ok t y ty; have [v [e h]] := Doubles.valid_sound _ _ _ _ _ ok t y ty.
by exists v; split; [exact e | have [h1 _] := Certificate.within_bound R h; exact h1].
Qed.

Theorem compiled_in_doubles (R : realFieldType) :
  sizes = stated /\\
  forall t y, List.In (t, y) (List.combine projections targets) ->
  exists v, Doubles.exactly (Doubles.compiled (Doubles.pieces b w) t) = Some v /\\
    `|ofQ R v - ofQ R y| <= ofQ R bound.
Proof. by split; [exact counted | exact (in_doubles R b w projections targets bound valid)]. Qed.

Print Assumptions compiled_in_doubles.
"""


def doubles_file(net: Network) -> str:
    """Return the Rocq file for a network of one output that knows its sample.

    It states how many knots, weights, projections and targets there are, and with
    `net.error.compiled` as the bound: at each projection t of the sample, as it was computed, what
    the compiled form gives in doubles differs from the target by at most the bound.
    Raises ValueError for more outputs, if the sample is not known, or without a finite bound.
    Source: `rocq/Doubles.v`.
    """
    error = net.error.compiled
    if net.fit is None or net.n_outputs > 1:
        raise ValueError("net has several outputs: take a network of one")
    if error == inf:
        raise ValueError(
            "net.error.compiled is inf, so there is nothing to prove: scale the sample"
        )
    bound = Fraction(error)
    y, scale = over_common([net.fit.y.ravel().tolist()])
    return TEMPLATE.format(
        m=len(net.b),
        n=len(net.fit.t),
        b=_doubles(net.b.tolist()),
        w=_doubles(net.w.ravel().tolist()),
        t=_doubles(net.fit.t.tolist()),
        scale=scale,
        targets=f"List.concat ({table(y)})",
        bound=f"({bound.numerator} # {bound.denominator})",
    )


def _doubles(values: Sequence[float]) -> tuple[str, str]:
    """Write doubles m 2^e as IEEE 754 stores them, m below 2^53 and e at least -1074."""
    exponents = [max(frexp(v)[1] - 53, -1074) if v else 0 for v in values]
    mantissas = [
        int(Fraction(v) / Fraction(2) ** e) for v, e in zip(values, exponents, strict=True)
    ]
    return column(mantissas), column(exponents)
