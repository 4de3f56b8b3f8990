(* From a computed check to the theorem: a certificate that passes is a network over every real field
   that meets every target of the sample within the tolerance stated. *)
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
rewrite ZRD ZRM mulrC IH; congr (_ + _); apply: eq_bigr => k _.
by rewrite !mxE.
Qed.

Lemma QR_lt (p q : Q) : Qlt p q -> QR p < QR q.
Proof.
move=> h; rewrite lt_neqAle QR_le ?andbT; last exact: Qlt_le_weak.
apply/negP => /eqP e; apply: (Qlt_irrefl p); rewrite {2}(_ : Qeq p q) //.
move: e; rewrite /QR => /eqP; rewrite eqr_div ?ZR_pos0 // -!ZRM => /eqP.
by rewrite /ZR => /intr_inj /(can_inj int_of_ZK).
Qed.

Lemma within_bound (e : Checker.bound) (v y : Q) : Checker.within e v y ->
  `|QR v - QR y| <= QR (Checker.tolerance e) /\
  forall s, Checker.distance e = Some s -> `|QR v - QR y| < QR s / 2%:R.
Proof.
rewrite /Checker.within => -[h1 [h2 h3]]; split=> [|s hs].
  rewrite ler_norml; apply/andP; split; last by rewrite -QRB QR_le.
  by rewrite ler_oppl opprB -QRB QR_le.
have two : 0 < 2%:R :> R by rewrite ltr0n.
have QR2 (q : Q) : QR (Qmult (Qmake (Zpos 2) xH) q) = 2%:R * QR q.
  by rewrite QRM; congr (_ * _); rewrite /QR /ZR /= divr1.
move: h3; rewrite hs => -[/QR_lt h3 /QR_lt h4].
move: h3 h4; rewrite !QR2 !QRB => h3 h4.
rewrite ltr_pdivl_mulr // mulrC -[X in X * _]ger0_norm ?(ltW two) // -normrM ltr_norml.
by rewrite h3 andbT ltr_oppl -mulrN opprB.
Qed.

Lemma QR_value ks ws t :
  QR (Checker.value (combine ks ws) t) =
  \sum_(j < size ks) QR (nth (Qmake Z0 xH) ws j) * Theorem1.relu (ZR t - ZR (nth Z0 ks j)).
Proof.
have QR0 : QR (Qmake Z0 xH) = 0 by rewrite /QR mul0r.
elim: ks ws => [|b ks IH] [|w ws] /=; rewrite ?QR0 ?big_ord0 //.
  by rewrite big1 // => j _; rewrite nth_nil QR0 mul0r.
by rewrite big_ord_recl QRD QRM QRZ ZR_relu ZRB IH.
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
Let n := size (Checker.knots N).
Let s : R := ZR (Zpos (Checker.scale_a c)).
Let r : R := ZR (Zpos (Checker.scale_z c)).
Let none : Q := Qmake Z0 xH.

Definition direction : 'rV[R]_d := s^-1 *: row d (Checker.dir N).
Definition knots (j : 'I_n) : R := ZR (nth Z0 (Checker.knots N) j) / (s * r).
Definition weights k (j : 'I_n) : R := QR (nth none (nth [::] (Checker.weights N) k) j) * (s * r).
Definition coordinates (z : seq Z) : 'rV[R]_d := r^-1 *: row d z.
Definition output k (z : seq Z) : R :=
  Theorem1.net direction knots (weights k) (coordinates z).
Definition target k (y : seq Q) : R := QR (nth none y k).
Definition bound k := nth (Checker.Bound none None) (Checker.bounds c) k.

Lemma List_nth T (x : T) l k : List.nth k l x = nth x l k.
Proof. by elim: l k => [|y l IH] [|k] /=. Qed.

Lemma output_value k (z : seq Z) :
  output k z = QR (Checker.value (Checker.units N k) (Checker.dotZ (Checker.dir N) z)).
Proof.
have s0 : 0 < s := ZR_pos _; have r0 : 0 < r := ZR_pos _.
have sr0 : 0 < s * r := mulr_gt0 s0 r0.
rewrite /Checker.units QR_value (@dot_row d) // List_nth /output /Theorem1.net.
apply: eq_bigr => j _; rewrite /knots /weights dot_scale -mulrBl relu_scale //.
by rewrite mulrACA divff ?mulr1 // gt_eqF.
Qed.

(* ---- the same in MathComp's own terms, as each certificate's file states it ------------------- *)
Definition residual k (p : seq Z * seq Q) : R :=
  let a i := ZR (nth Z0 (Checker.dir N) i) / s in
  let z i := ZR (nth Z0 p.1 i) / r in
  let b j := ZR (nth Z0 (Checker.knots N) j) / (s * r) in
  let w j := QR (nth none (nth [::] (Checker.weights N) k) j) * (s * r) in
  let t := \sum_(i < size (Checker.dir N)) a i * z i in
  \sum_(j < size (Checker.knots N)) w j * Num.max 0 (t - b j) - QR (nth none p.2 k).

Theorem accepted_certificates_interpolate : Checker.valid c = true ->
  BinNat.N.of_nat (size (Checker.points c)) = Checker.count c /\
  forall p, List.In p (Checker.points c) -> forall k, (k < size (Checker.bounds c))%N ->
    `|residual k p| <= QR (Checker.tolerance (bound k)) /\
    forall e, Checker.distance (bound k) = Some e -> `|residual k p| < QR e / 2%:R.
Proof.
move=> /Checker.valid_sound[hn h]; split=> // p hp k kK.
have [_] := h p k hp (ssrnat.ltP kK); rewrite !List_nth -/(bound k) => /within_bound; rewrite -output_value.
suff -> : residual k p = output k p.1 - target k p.2 by [].
congr (_ - _); apply: eq_bigr => j _; congr (_ * Num.max 0 (_ - _)).
by apply: eq_bigr => i _; rewrite !mxE ![_^-1 * _]mulrC.
Qed.
End Certificate.
