(* The direction may be (1, s, s^2, ...) for a natural number s <= (d - 1) n (n - 1) / 2: one that a
   search finds. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Require Import Theorem1.
Local Open Scope ring_scope.

Section Direction.
Variable R : realFieldType.

Theorem projection_bound n d (z : 'I_n -> 'rV[R]_d) :
  injective z ->
  exists2 s : nat, (s <= d.-1 * 'C(n, 2))%N &
    injective (fun i => dot (powers d s%:R) (z i)).
Proof.
move=> zI.
pose P (p : 'I_n * 'I_n) := (p.1 < p.2)%N.
pose F (p : 'I_n * 'I_n) : {poly R} := rVpoly (z p.1) - rVpoly (z p.2).
have F0 p : P p -> F p != 0.
  move=> lt_p; rewrite subr_eq0; apply/negP => /eqP /(can_inj rVpolyK) /zI e.
  by move: lt_p; rewrite /P e ltnn.
have cardP : #|P| = 'C(n, 2).
  rewrite -triangular_sum big_mkord -sum1_card.
  rewrite -(pair_big_dep xpredT (fun i j : 'I_n => (i < j)%N) (fun _ _ => 1%N)) /=.
  rewrite (exchange_big_dep xpredT) //=; apply: eq_bigr => j _.
  by rewrite -(big_ord_widen n (fun _ => 1%N)) ?sum1_card ?card_ord // ltnW.
have sz : (size (\prod_(p | P p) F p)%R <= (d.-1 * 'C(n, 2)).+1)%N.
  rewrite size_prod // -cardP leq_subLR.
  have : (\sum_(p | P p) size (F p : {poly R}) <= \sum_(p | P p) (d.-1).+1)%N.
    apply: leq_sum => p _; apply: leq_trans (leqSpred d).
    by rewrite (leq_trans (size_add _ _)) // size_opp geq_max !size_poly.
  rewrite sum_nat_const => h; apply: leq_trans (_ : (#|P| * d.-1.+1).+1 <= _)%N; first exact: h.
  by rewrite mulnS addnS mulnC.
have Q0 : \prod_(p | P p) F p != 0 by apply/prodf_neq0.
have [s lt_s] := nonroot Q0.
rewrite rootE horner_prod => /prodf_neq0 hs.
exists s; first by rewrite -ltnS (leq_trans lt_s).
have H (i j : 'I_n) : (i < j)%N -> dot (powers d s%:R) (z i) != dot (powers d s%:R) (z j).
  by move=> ij; have := hs (i, j) ij; rewrite hornerD hornerN subr_eq0 !dot_powers.
move=> i j e; apply/val_inj; case: (ltngtP i j) => // ij.
  by have := H _ _ ij; rewrite e eqxx.
by have := H _ _ ij; rewrite e eqxx.
Qed.
End Direction.
