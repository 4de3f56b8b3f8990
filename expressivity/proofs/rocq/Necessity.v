(* The points must be distinct: if every choice of targets can be interpolated, they are. *)
From mathcomp Require Import all_ssreflect all_algebra.
Require Import Theorem1.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(* the theorem at the rational numbers: it is not vacuous *)
Definition theorem1_rat := @theorem1 rat_realFieldType.

Lemma injectivity_needed (R : realFieldType) n d (z : 'I_n -> 'rV[R]_d) :
  (forall y : 'I_n -> R, exists (a : 'rV[R]_d) (b w : 'I_n -> R), forall i, net a b w (z i) = y i) -> injective z.
Proof.
move=> h i j zij; have [a [b [w e]]] := h (fun k => (k == i)%:R).
apply/eqP; rewrite eq_sym; apply/negPn/negP => ji; have := e j; rewrite -zij e eqxx (negbTE ji).
by move/eqP; rewrite oner_eq0.
Qed.
