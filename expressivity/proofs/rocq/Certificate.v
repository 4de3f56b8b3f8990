(* From a computed check to the theorem: a certificate that passes is a network over any real field
   that takes the stated values at the stated points, each within the tolerance of its target. *)
From Coq Require Import ZArith QArith List.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.zify Require Import ssrZ.
Require Theorem1 Checker.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Certificate.
Variable R : realFieldType.

Definition ZR (x : Z) : R := (int_of_Z x)%:~R.
Definition QR (q : Q) : R := ZR (Qnum q) / ZR (Zpos (Qden q)).

Lemma ZRD x y : ZR (Z.add x y) = ZR x + ZR y.
Proof. by rewrite /ZR (raddfD ZInstances.int_of_Z_additive) intrD. Qed.
Lemma ZRM x y : ZR (Z.mul x y) = ZR x * ZR y.
Proof. by rewrite /ZR (rmorphM ZInstances.int_of_Z_rmorphism) intrM. Qed.
Lemma ZRB x y : ZR (Z.sub x y) = ZR x - ZR y.
Proof. by rewrite /ZR (raddfB ZInstances.int_of_Z_additive) rmorphB. Qed.
Lemma ZR_pos p : 0 < ZR (Zpos p).
Proof. by rewrite /ZR /= ltr0z ltz_nat; apply/ssrnat.ltP/Pos2Nat.is_pos. Qed.
Lemma ZR_pos0 p : ZR (Zpos p) != 0.
Proof. by rewrite gt_eqF ?ZR_pos. Qed.
Lemma ZR_ge0 (x : Z) : Z.le 0 x -> 0 <= ZR x.
Proof. by case: x => // p _; apply/ltW/ZR_pos. Qed.
Lemma ZR_relu (x : Z) : ZR (Checker.relu x) = Theorem1.relu (ZR x).
Proof.
rewrite /Checker.relu; case: (Z.max_spec 0 x) => [[h ->]|[h ->]].
  by rewrite Theorem1.relu_ge0 // ZR_ge0 //; apply: Z.lt_le_incl.
have -> : ZR 0 = 0 by [].
rewrite Theorem1.relu_le0 // -oppr_ge0.
have -> : - ZR x = ZR (Z.sub 0 x) by rewrite ZRB sub0r.
by apply: ZR_ge0; apply/Z.le_0_sub.
Qed.

Lemma ZR_le (x y : Z) : Z.le x y -> ZR x <= ZR y.
Proof. by move=> h; rewrite -subr_ge0 -ZRB ZR_ge0 //; apply/Z.le_0_sub. Qed.

Lemma QR_inj (p q : Q) : Qeq p q -> QR p = QR q.
Proof.
move=> h; apply/eqP; rewrite /QR eqr_div ?ZR_pos0 // -!ZRM.
by apply/eqP; congr ZR; exact: h.
Qed.
Lemma QRD (p q : Q) : QR (Qplus p q) = QR p + QR q.
Proof.
rewrite /QR /= Pos2Z.inj_mul ZRD !ZRM.
by rewrite addf_div ?ZR_pos0.
Qed.
Lemma QRM (p q : Q) : QR (Qmult p q) = QR p * QR q.
Proof. by rewrite /QR /= Pos2Z.inj_mul !ZRM mulf_div. Qed.
Lemma QRZ (z : Z) : QR (inject_Z z) = ZR z.
Proof. by rewrite /QR /= divr1. Qed.
Lemma QRB (p q : Q) : QR (Qminus p q) = QR p - QR q.
Proof.
rewrite /Qminus QRD; congr (_ + _); rewrite /QR /=; case: (Qnum q) => [|x|x] /=.
- by rewrite /ZR mul0r oppr0.
- by rewrite -mulNr; congr (_ / _); rewrite (_ : Zneg x = Z.sub 0 (Zpos x)) // ZRB sub0r.
by rewrite -mulNr; congr (_ / _); rewrite (_ : Zneg x = Z.sub 0 (Zpos x)) // ZRB sub0r opprK.
Qed.
Lemma QR_le (p q : Q) : Qle p q -> QR p <= QR q.
Proof.
move=> h; rewrite /QR ler_pdivr_mulr ?ZR_pos // mulrAC ler_pdivl_mulr ?ZR_pos //.
by rewrite -!ZRM; apply: ZR_le.
Qed.

Definition row d (l : list Z) : 'rV[R]_d := \row_(k < d) ZR (nth Z0 l k).

Lemma dot_row d (a z : seq Z) : size a = d -> ZR (Checker.dotZ a z) = Theorem1.dot (row d a) (row d z).
Proof.
move=> <-; rewrite /Theorem1.dot; elim: a z => [|x a IH] z /=.
  by rewrite big_ord0; case: z.
rewrite big_ord_recl !mxE /=; case: z => [|u z] /=.
  rewrite big1 ?addr0; first by rewrite mulr0.
  by move=> k _; rewrite !mxE /= mulr0.
rewrite ZRD ZRM IH; congr (_ + _); apply: eq_bigr => k _.
by rewrite !mxE.
Qed.

Lemma QR_value us t :
  QR (Checker.value us t) =
  \sum_(p <- us) QR p.2 * Theorem1.relu (ZR t - ZR p.1).
Proof.
elim: us => [|[b w] us IH] /=; first by rewrite big_nil /QR mul0r.
by rewrite big_cons /= QRD QRM QRZ ZR_relu ZRB IH.
Qed.

Lemma relu_scale (x s : R) : 0 < s -> Theorem1.relu (x / s) = Theorem1.relu x / s.
Proof.
move=> s0; case: (lerP 0 x) => h.
  by rewrite !Theorem1.relu_ge0 // divr_ge0 // ltW.
by rewrite !Theorem1.relu_le0 ?mul0r ?(ltW h) // pmulr_lle0 ?invr_gt0 // ltW.
Qed.

Lemma dot_scale d (a z : 'rV[R]_d) s r :
  Theorem1.dot (s^-1 *: a) (r^-1 *: z) = Theorem1.dot a z / (s * r).
Proof.
rewrite /Theorem1.dot mulr_suml; apply: eq_bigr => k _; rewrite !mxE invfM.
by rewrite mulrACA [RHS]mulrC.
Qed.

(* ---- the network that a certificate states ------------------------------------------------ *)
Variable c : Checker.certificate.
Let N := Checker.network c.
Let d := size (Checker.dir N).
Let n := size (Checker.units N).
Let s : R := ZR (Zpos (Checker.scale_a c)).
Let r : R := ZR (Zpos (Checker.scale_z c)).
Let none : Z * Q := (Z0, Qmake Z0 xH).

Definition direction : 'rV[R]_d := s^-1 *: row d (Checker.dir N).
Definition knots (j : 'I_n) : R := ZR (nth none (Checker.units N) j).1 / (s * r).
Definition weights (j : 'I_n) : R := QR (nth none (Checker.units N) j).2 * (s * r).
Definition coordinates (z : seq Z) : 'rV[R]_d := r^-1 *: row d z.
Definition output (z : seq Z) : R := Theorem1.net direction knots weights (coordinates z).

Lemma output_value (z : seq Z) :
  output z = QR (Checker.value (Checker.units N) (Checker.dotZ (Checker.dir N) z)).
Proof.
have s0 : 0 < s := ZR_pos _; have r0 : 0 < r := ZR_pos _.
have sr0 : 0 < s * r := mulr_gt0 s0 r0.
rewrite QR_value (@dot_row d) // (big_nth none) big_mkord /output /Theorem1.net.
apply: eq_bigr => j _; rewrite /knots /weights dot_scale -mulrBl relu_scale //.
by rewrite mulrACA divff ?mulr1 // gt_eqF.
Qed.

Theorem certified : Checker.valid c = true ->
  forall p, List.In p (Checker.points c) ->
    output p.1 = QR p.2.1 /\ `|output p.1 - QR p.2.2| <= QR (Checker.tolerance c).
Proof.
move=> /Checker.valid_sound[hv ht] p hp.
have e : output p.1 = QR p.2.1.
  rewrite output_value; apply: QR_inj.
  move/Forall_forall/(_ (p.1, p.2.1)): hv => /=; apply.
  by apply/in_map_iff; exists p.
split=> //; move/Forall_forall/(_ p hp): ht => [_ [h1 h2]].
by rewrite e -QRB ler_norml; apply/andP; split; rewrite ?QR_le // -ler_oppl QRB opprB -QRB QR_le.
Qed.

(* with tolerance 0 it interpolates *)
Corollary interpolated : Checker.valid c = true -> Checker.tolerance c = Qmake Z0 xH ->
  forall p, List.In p (Checker.points c) -> output p.1 = QR p.2.2.
Proof.
move=> v t p hp; have [_] := certified v hp.
by rewrite t (_ : QR (Qmake Z0 xH) = 0) ?normr_le0 ?subr_eq0 => [/eqP//|]; rewrite /QR mul0r.
Qed.
End Certificate.
