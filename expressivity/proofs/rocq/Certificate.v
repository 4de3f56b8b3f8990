(* From a computed check to the theorem: a certificate that passes is a network over every real field
   that meets every target of the sample within the tolerance stated. *)
From Coq Require Import ZArith QArith List.
From mathcomp Require Import all_ssreflect ssralg ssrnum ssrint.
From mathcomp.zify Require Import ssrZ.
Require Checker.
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
Lemma ZR_relu (x : Z) : ZR (Checker.relu x) = Num.max 0 (ZR x).
Proof.
rewrite /Checker.relu; case: (Z.max_spec 0 x) => [[h ->]|[h ->]].
  by rewrite max_r // ZR_ge0 //; apply: Z.lt_le_incl.
rewrite max_l // -oppr_ge0.
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

Lemma ZR_dot (a z : seq Z) :
  ZR (Checker.dotZ a z) = \sum_(i < size a) ZR (nth Z0 a i) * ZR (nth Z0 z i).
Proof.
elim: a z => [|x a IH] [|u z] /=; rewrite ?big_ord0 //.
  by rewrite big1 // => i _; rewrite nth_nil mulr0.
by rewrite big_ord_recl ZRD ZRM mulrC IH.
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
  \sum_(j < size ks) QR (nth (Qmake Z0 xH) ws j) * Num.max 0 (ZR t - ZR (nth Z0 ks j)).
Proof.
have QR0 : QR (Qmake Z0 xH) = 0 by rewrite /QR mul0r.
elim: ks ws => [|b ks IH] [|w ws] /=; rewrite ?QR0 ?big_ord0 //.
  by rewrite big1 // => j _; rewrite nth_nil QR0 mul0r.
by rewrite big_ord_recl QRD QRM QRZ ZR_relu ZRB IH.
Qed.

Lemma max0_scale (x s : R) : 0 < s -> Num.max 0 (x / s) = Num.max 0 x / s.
Proof. by move=> s0; rewrite maxr_pmull ?invr_ge0 ?ltW // mul0r. Qed.

(* ---- the network that a certificate states ------------------------------------------------ *)
Variable c : Checker.certificate.
Let none : Q := Qmake Z0 xH.
Definition bound k := nth (Checker.Bound none None) (Checker.bounds c) k.

Lemma List_nth T (x : T) l k : List.nth k l x = nth x l k.
Proof. by elim: l k => [|y l IH] [|k] /=. Qed.

Definition residual k (p : seq Z * seq Q) : R :=
  let N := Checker.network c in
  let s := ZR (Zpos (Checker.scale_a c)) in
  let r := ZR (Zpos (Checker.scale_z c)) in
  let a i := ZR (nth Z0 (Checker.dir N) i) / s in
  let z i := ZR (nth Z0 p.1 i) / r in
  let b j := ZR (nth Z0 (Checker.knots N) j) / (s * r) in
  let w j := QR (nth none (nth [::] (Checker.weights N) k) j) * (s * r) in
  let t := \sum_(i < size (Checker.dir N)) a i * z i in
  \sum_(j < size (Checker.knots N)) w j * Num.max 0 (t - b j) - QR (nth none p.2 k).

Lemma residual_value k p :
  let N := Checker.network c in
  residual k p = QR (Checker.value (Checker.units N k) (Checker.dotZ (Checker.dir N) p.1))
    - QR (nth none p.2 k).
Proof.
rewrite /residual; set N := Checker.network c.
have sr0 : 0 < ZR (Zpos (Checker.scale_a c)) * ZR (Zpos (Checker.scale_z c)).
  by rewrite mulr_gt0 ?ZR_pos.
set sr := _ * _ in sr0 *.
have -> : \sum_(i < size (Checker.dir N)) ZR (nth Z0 (Checker.dir N) i) / ZR (Zpos (Checker.scale_a c))
    * (ZR (nth Z0 p.1 i) / ZR (Zpos (Checker.scale_z c))) = ZR (Checker.dotZ (Checker.dir N) p.1) / sr.
  by rewrite ZR_dot mulr_suml; apply: eq_bigr => i _; rewrite mulrACA -invfM.
congr (_ - _); rewrite /Checker.units QR_value List_nth; apply: eq_bigr => j _.
by rewrite -mulrBl max0_scale // mulrACA divff ?mulr1 // gt_eqF.
Qed.

Theorem accepted_certificates_interpolate : Checker.valid c = true ->
  BinNat.N.of_nat (size (Checker.points c)) = Checker.count c /\
  forall p, List.In p (Checker.points c) -> forall k, (k < size (Checker.bounds c))%N ->
    `|residual k p| <= QR (Checker.tolerance (bound k)) /\
    forall e, Checker.distance (bound k) = Some e -> `|residual k p| < QR e / 2%:R.
Proof.
move=> /Checker.valid_sound[hn h]; split=> // p hp k kK.
have [_] := h p k hp (ssrnat.ltP kK).
by rewrite !List_nth -/(bound k) residual_value => /within_bound.
Qed.
End Certificate.
