(* From a computed check to the theorem, for networks of any layers: what LayeredChecker.valid accepts is a
   network over every real field that meets every target within the tolerance stated. *)
From Coq Require Import ZArith QArith List.
From mathcomp Require Import all_ssreflect ssralg ssrnum ssrint.
From mathcomp.zify Require Import ssrZ.
Require Checker Certificate Layered LayeredChecker.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Layered.
Variable R : realFieldType.
Notation ZR := (Certificate.ZR R).
Notation QR := (Certificate.QR R).
Implicit Types (h : seq Z) (x : seq R) (r : positive).

(* ---- the network that a certificate states, in MathComp's own terms ----------------------------- *)
(* the entries of a sparse row: places and weights *)
Fixpoint entries i (row : seq (nat * Z)) : seq (nat * Z) :=
  if row is (skipped, w) :: row' then (i + skipped, w)%N :: entries (i + skipped).+1 row' else [::].

Definition fire (k : Layered.activation) (v : R) : R :=
  match k with
  | Layered.Relu => Num.max 0 v
  | Layered.Threshold => if 0 <= v then 1 else 0
  | Layered.Identity => v
  end.

Definition unit_value r (L : Layered.layer) x (u : Layered.unit) : R :=
  fire (Layered.kind u)
    (\sum_(e <- entries 0 (Layered.row u)) ZR e.2 / ZR (Zpos (Layered.gain L)) * nth 0 x e.1
     + ZR (Layered.bias u) / ZR (Zpos (Pos.mul r (Layered.gain L)))).

Fixpoint network r (Ls : seq Layered.layer) x : seq R :=
  if Ls is L :: Ls' then
    network (Pos.mul r (Layered.gain L)) Ls' [seq unit_value r L x u | u <- Layered.units L]
  else x.

(* ---- the checker computes it, times the scale --------------------------------------------------- *)
Lemma ZR0 : ZR Z0 = 0. Proof. by []. Qed.

Lemma entries_dot i row x h r : drop i x = [seq ZR v / ZR (Zpos r) | v <- h] ->
  \sum_(e <- entries i row) ZR e.2 * nth 0 x e.1 = ZR (Layered.dot row h) / ZR (Zpos r).
Proof.
elim: row i h => [|[g w] row IH] i h xh /=; first by rewrite big_nil ZR0 mul0r.
rewrite big_cons /=.
have dg : drop (i + g) x = [seq ZR v / ZR (Zpos r) | v <- List.skipn g h].
  rewrite addnC -drop_drop xh; elim: g h {xh} => [|g IHg] [|v h] //=.
have nx : nth 0 x (i + g) = nth 0 (drop (i + g) x) 0 by rewrite nth_drop addn0.
case: (List.skipn g h) dg => [|v h'] /= dg.
  rewrite nx dg /= mulr0 add0r ZR0 mul0r.
  have sz : (size x <= i + g)%N by rewrite -subn_eq0 -size_drop dg.
  elim: row (i + g).+1 (leqW sz) {IH nx dg} => [|[g' w'] row IH] j sj /=; first by rewrite big_nil.
  have sj' : (size x <= j + g')%N by apply: leq_trans sj (leq_addr _ _).
  by rewrite big_cons /= nth_default // mulr0 add0r IH // leqW.
rewrite (IH _ h'); last by rewrite -addn1 addnC -drop_drop dg /= drop0.
by rewrite nx dg /= Certificate.ZRD Certificate.ZRM mulrDl mulrA.
Qed.

Lemma fire_scaled k r v : fire k (ZR v / ZR (Zpos r)) = ZR (Layered.fire k r v) / ZR (Zpos r).
Proof.
have r0 : 0 < ZR (Zpos r) := Certificate.ZR_pos R r.
case: k => //=.
  by rewrite Certificate.max0_scale // -Certificate.ZR_relu.
have le : (0 <= ZR v / ZR (Zpos r)) = Z.leb 0 v.
  rewrite pmulr_lge0 ?invr_gt0 //; apply/idP/idP => [|/Z.leb_le]; last exact: Certificate.ZR_ge0.
  case: v => // p; rewrite leNgt => /negP; case.
  have -> : ZR (Zneg p) = - ZR (Zpos p) by rewrite -[Zneg p]/(Z.sub 0 (Zpos p)) Certificate.ZRB sub0r.
  by rewrite oppr_lt0 Certificate.ZR_pos.
by rewrite le; case: Z.leb => /=; rewrite ?ZR0 ?mul0r // divff // gt_eqF.
Qed.

Lemma unit_scaled r L x h u : x = [seq ZR v / ZR (Zpos r) | v <- h] ->
  let r' := Pos.mul r (Layered.gain L) in
  unit_value r L x u =
  ZR (Layered.fire (Layered.kind u) r' (Z.add (Layered.dot (Layered.row u) h) (Layered.bias u)))
    / ZR (Zpos r').
Proof.
move=> xh r'; rewrite -fire_scaled /unit_value Certificate.ZRD mulrDl; congr (fire _ (_ + _)).
transitivity (\sum_(e <- entries 0 (Layered.row u)) ZR e.2 * nth 0 x e.1
  / ZR (Zpos (Layered.gain L))).
  by apply: eq_bigr => e _; rewrite mulrAC.
rewrite -mulr_suml (@entries_dot 0 _ x h r) ?drop0 // -mulrA -invfM.
by rewrite /r' Pos2Z.inj_mul Certificate.ZRM.
Qed.

Lemma run_scaled r Ls x h : x = [seq ZR v / ZR (Zpos r) | v <- h] ->
  network r Ls x =
  [seq ZR v / ZR (Zpos (Layered.run r Ls h).1) | v <- (Layered.run r Ls h).2].
Proof.
elim: Ls r x h => [|L Ls IH] r x h xh //=.
apply: IH; rewrite -[List.map]/(@map) -map_comp; apply: eq_map => u /=.
exact: unit_scaled.
Qed.

Variable c : Layered.certificate.

Definition coordinates h : seq R := [seq ZR v / ZR (Zpos (Layered.scale c)) | v <- h].
Definition bound k := nth (Checker.Bound (Qmake 0 1) None) (Layered.bounds c) k.
Definition residual k (p : seq Z * seq Q) : R :=
  nth 0 (network (Layered.scale c) (Layered.layers c) (coordinates p.1)) k
  - QR (nth (Qmake 0 1) p.2 k).

Theorem accepted_layers_interpolate : LayeredChecker.valid c = true ->
  BinNat.N.of_nat (size (Layered.points c)) = Layered.count c /\
  forall p, List.In p (Layered.points c) -> forall k, (k < size (Layered.bounds c))%N ->
    `|residual k p| <= QR (Checker.tolerance (bound k)) /\
    forall e, Checker.distance (bound k) = Some e -> `|residual k p| < QR e / 2%:R.
Proof.
move=> /LayeredChecker.valid_sound[hn h]; split=> // p hp k kK; move: (h p hp).
case E : (Layered.run _ _ _) => [r vs] /LayeredChecker.all_within_sound /(_ k (ssrnat.ltP kK))[kv].
rewrite !Certificate.List_nth -/(bound k) => w.
rewrite /residual (@run_scaled _ _ _ p.1) // E /= (nth_map Z0); last exact/ssrnat.ltP.
by move: (Certificate.within_bound R w); rewrite /Certificate.QR /=.
Qed.
End Layered.
