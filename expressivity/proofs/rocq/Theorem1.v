(* Theorem 1 of Zhang, Bengio, Hardt, Recht and Vinyals (2017): over every real field, a two-layer
   ReLU network with d + n + n weights takes any values at n distinct points. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Expressivity.
Variable R : realFieldType.

Definition relu (x : R) : R := Num.max 0 x.
Definition dot d (a z : 'rV[R]_d) : R := \sum_(k < d) a 0 k * z 0 k.

(* c(z) = sum_j w_j max(<a, z> - b_j, 0): one direction a, n knots b, n weights w. Its type is its
   count: d + n + n numbers of the field. *)
Definition net n d (a : 'rV[R]_d) (b w : 'I_n -> R) (z : 'rV[R]_d) : R :=
  \sum_(j < n) w j * relu (dot a z - b j).

Lemma relu_le0 x : x <= 0 -> relu x = 0.
Proof. by move=> h; rewrite /relu; apply/max_idPl. Qed.

Lemma relu_ge0 x : 0 <= x -> relu x = x.
Proof. by move=> h; rewrite /relu; apply/max_idPr. Qed.

(* ---- step 1: a direction with distinct projections -------------------- *)

Definition powers d (s : R) : 'rV[R]_d := \row_(k < d) s ^+ k.

Lemma dot_powers d s (z : 'rV[R]_d) : dot (powers d s) z = (rVpoly z).[s].
Proof.
rewrite (@horner_coef_wide _ d) ?size_poly // /dot.
by apply: eq_bigr => k _; rewrite mxE coef_rVpoly_ord mulrC.
Qed.

Lemma nonroot (p : {poly R}) :
  p != 0 -> exists2 k : nat, (k < size p)%N & ~~ root p k%:R.
Proof.
move=> p0; pose rs : seq R := [seq k%:R | k <- iota 0 (size p)].
have : ~~ all (root p) rs.
  apply/negP => h.
  have u : uniq rs by rewrite map_inj_uniq ?iota_uniq //; exact: mulrIn (oner_neq0 _).
  by have := max_poly_roots p0 h u; rewrite size_map size_iota ltnn.
case/allPn => x /mapP[k]; rewrite mem_iota /= add0n => kp -> hk.
by exists k.
Qed.

Lemma projection n d (z : 'I_n -> 'rV[R]_d) :
  injective z -> exists s : nat, injective (fun i => dot (powers d s%:R) (z i)).
Proof.
move=> zI.
pose Q : {poly R} := \prod_i \prod_(j | j != i) (rVpoly (z i) - rVpoly (z j)).
have Q0 : Q != 0.
  apply/prodf_neq0 => i _; apply/prodf_neq0 => j ji.
  rewrite subr_eq0; apply: contra ji => /eqP /(can_inj rVpolyK) /zI ->.
  exact: eqxx.
have [s _] := nonroot Q0; rewrite rootE horner_prod => /prodf_neq0 hs.
exists s => i j /eqP; rewrite !dot_powers => e; apply/eqP/negPn/negP => ij.
have := hs i isT; rewrite horner_prod => /prodf_neq0 /(_ j).
by rewrite eq_sym ij hornerD hornerN subr_eq0 e => /(_ isT).
Qed.

(* ---- step 2: interpolation on the line, by adding points left to right - *)

Definition net1 (bw : seq (R * R)) (x : R) : R :=
  \sum_(p <- bw) p.2 * relu (x - p.1).

Lemma interp_sorted (y : R -> R) (s : seq R) : sorted <%R s ->
  exists2 bw : seq (R * R), size bw = size s & {in s, net1 bw =1 y}.
Proof.
elim/last_ind: s => [|s x IH] srt; first by exists [::].
have srt' : sorted <%R s.
  by move: srt; rewrite -cats1 => /cat_sorted2[].
have [bw sz hbw] := IH srt'.
pose b := last (x - 1) s.
have bx : b < x.
  rewrite /b; case: (lastP s) srt => [|s' u] h /=; first by rewrite ltr_subl_addr ltr_addl ltr01.
  move: h; rewrite last_rcons -!cats1 -catA /= => /cat_sorted2[_].
  by rewrite /= andbT.
have bs u : u \in s -> u <= b.
  move=> us; rewrite /b; case: (lastP s) srt' us => [|s' v] h //.
  rewrite last_rcons mem_rcons inE => /orP[/eqP->//|us'].
  move: h; rewrite (sorted_pairwise lt_trans) -cats1 pairwise_cat.
  by case/and3P => /allrelP /(_ u v us') h _ _; apply/ltW/h; rewrite inE.
pose w := (y x - net1 bw x) / (x - b).
exists (rcons bw (b, w)); first by rewrite !size_rcons sz.
move=> u; rewrite /net1 -(cats1 bw) big_cat big_seq1 /= -/(net1 _ _) mem_rcons inE.
case/orP => [/eqP-> | us].
  rewrite relu_ge0 ?subr_ge0 ?(ltW bx) // /w divfK ?subr_eq0 ?gt_eqF //.
  by rewrite addrC subrK.
by rewrite relu_le0 ?subr_le0 ?bs // mulr0 addr0 hbw.
Qed.

Lemma interp1 n (t y : 'I_n -> R) : injective t ->
  exists b w : 'I_n -> R,
    forall i, \sum_(j < n) w j * relu (t i - b j) = y i.
Proof.
move=> tI; pose s := sort <=%R [seq t i | i <- enum 'I_n].
have szs : size s = n by rewrite size_sort size_map size_enum_ord.
have srt : sorted <%R s.
  by rewrite sort_lt_sorted map_inj_uniq ?enum_uniq.
pose Y r := \sum_(i | t i == r) y i.
have [bw sz h] := interp_sorted Y srt.
exists (fun j : 'I_n => (nth (0, 0) bw j).1), (fun j : 'I_n => (nth (0, 0) bw j).2) => i.
have ti : t i \in s by rewrite mem_sort map_f ?mem_enum.
transitivity (net1 bw (t i)).
  rewrite /net1 (big_nth (0, 0)) sz szs big_mkord.
  by apply: eq_bigr.
rewrite h // /Y (eq_bigl (pred1 i)) ?big_pred1_eq // => j /=.
by rewrite (inj_eq tI).
Qed.

(* ---- the theorem --------------------------------------------------------- *)

Theorem theorem1 n d (z : 'I_n -> 'rV[R]_d) (y : 'I_n -> R) :
  injective z ->
  exists (a : 'rV[R]_d) (b w : 'I_n -> R), forall i, net a b w (z i) = y i.
Proof.
move=> zI; have [s sI] := projection zI.
have [b [w h]] := interp1 y sI.
by exists (powers d s%:R), b, w.
Qed.

End Expressivity.
