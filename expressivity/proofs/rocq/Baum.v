(* n points in general position in R^d, labels 0 and 1: 2 K threshold units do if n <= 2 K d, so about
   n / d of them (Baum 1988). Each group of at most d points of the rarer class lies on a hyperplane
   that meets no other point; two units bound a slab around it. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Require Import Theorem1.
Local Open Scope ring_scope.

Section Baum.
Variable R : realFieldType.

Definition threshold (x : R) : R := if 0 <= x then 1 else 0.
Definition with_one d (x : 'rV[R]_d) : 'rV[R]_(1 + d) := row_mx 1 x.
(* every d + 1 of the points are affinely independent *)
Definition general_position n d (z : 'I_n -> 'rV[R]_d) : Prop :=
  forall f : 'I_(1 + d) -> 'I_n, injective f ->
    \det (\matrix_(i, k) with_one (z (f i)) 0 k) != 0.

Section Sample.
Variables (n d : nat) (z : 'I_n -> 'rV[R]_d).
Hypotheses (general : general_position z) (dn : (d < n)%N).
Implicit Types (G : {set 'I_n}) (v : 'cV[R]_(1 + d)).

(* an affine function of the points *)
Definition at_point v i : R := \sum_k with_one (z i) 0 k * v k 0.

Lemma at_pointE v i : at_point v i = v (lshift d 0) 0 + dot (\row_k v (rshift 1 k) 0) (z i).
Proof.
rewrite /at_point big_split_ord /= big_ord1 row_mxEl mxE eqxx mul1r; congr (_ + _).
by apply: eq_bigr => k _; rewrite row_mxEr mxE mulrC.
Qed.

Lemma at_pointD c v u i : at_point (c *: v + u) i = c * at_point v i + at_point u i.
Proof.
rewrite /at_point mulr_sumr -big_split /=; apply: eq_bigr => k _.
by rewrite !mxE mulrDr mulrCA.
Qed.

Lemma one_outside G j : (#|G| <= d)%N -> j \notin G ->
  exists v, {in G, forall i, at_point v i = 0} /\ at_point v j != 0.
Proof.
move=> Gd jG; pose s := enum G ++ j :: enum (~: (j |: G)).
have us : uniq s.
  rewrite /s cat_uniq /= !enum_uniq /= andbT !mem_enum (negbTE jG) /= !inE eqxx /= andbT.
  by apply/hasPn => i /=; rewrite !mem_enum !inE negb_or => /andP[].
have ss : size s = n.
  have c := cardsC (j |: G); rewrite cardsU1 jG card_ord in c.
  by rewrite /s size_cat /= -!cardE addnS -addSn -[RHS]c.
pose f (i : 'I_(1 + d)) := nth j s i.
have lt_s (i : 'I_(1 + d)) : (i < size s)%N by rewrite ss (leq_trans (ltn_ord i)).
have fI : injective f.
  by move=> i k e; apply/val_inj/eqP; rewrite -(nth_uniq j (lt_s i) (lt_s k) us) -/(f i) e.
pose M : 'M[R]_(1 + d) := \matrix_(i, k) with_one (z (f i)) 0 k.
have uM : M \in unitmx by rewrite unitmxE unitfE; exact: general.
have rd : (#|G| < 1 + d)%N by [].
pose r := Ordinal rd; pose v := invmx M *m delta_mx r (0 : 'I_1).
have at_f k : at_point v (f k) = (k == r)%:R.
  have : (M *m v) k 0 = (k == r)%:R by rewrite /v mulKVmx // mxE andbT.
  by rewrite mxE /at_point => <-; apply: eq_bigr => l _; rewrite [M k l]mxE.
exists v; split=> [i iG|].
  have lt_i : (index i (enum G) < #|G|)%N by rewrite cardE index_mem mem_enum.
  have fi : f (Ordinal (ltn_trans lt_i rd)) = i.
    by rewrite /f /s nth_cat -cardE lt_i nth_index // mem_enum.
  by rewrite -fi at_f -val_eqE /= ltn_eqF.
have fj : f r = j by rewrite /f /s nth_cat -cardE ltnn subnn.
by rewrite -fj at_f eqxx oner_eq0.
Qed.

Lemma all_outside G (J : seq 'I_n) : (#|G| <= d)%N -> {in J, forall j, j \notin G} ->
  exists v, {in G, forall i, at_point v i = 0} /\ {in J, forall j, at_point v j != 0}.
Proof.
move=> Gd; elim: J => [|j J IH] out.
  exists 0; split=> [i _|//]; rewrite /at_point big1 // => k _; by rewrite [X in _ * X]mxE mulr0.
have [k kJ|v [vG vJ]] := IH; first by apply: out; rewrite inE kJ orbT.
have [u [uG uj]] := one_outside Gd (out j (mem_head _ _)).
case vj : (at_point v j == 0); last first.
  by exists v; split=> // k; rewrite inE => /orP[/eqP->|/vJ //]; rewrite vj.
pose c := 1 + \sum_(k <- J) `|at_point u k / at_point v k|.
exists (c *: v + u); split=> [i iG|k]; first by rewrite at_pointD vG // uG // mulr0 addr0.
rewrite at_pointD inE => /orP[/eqP->|kJ]; first by rewrite (eqP vj) mulr0 add0r.
apply/negP => /eqP /(canRL (addrK _)); rewrite sub0r => /(canRL (mulfK (vJ k kJ))) e.
have : `|c| <= \sum_(k <- J) `|at_point u k / at_point v k|.
  rewrite e mulNr normrN (big_rem k) //= ler_addl; exact: sumr_ge0.
have c0 : 0 <= c by rewrite addr_ge0 ?ler01 // sumr_ge0.
by rewrite (ger0_norm c0) /c ger_addr leNgt ltr01.
Qed.

Lemma margin v (J : seq 'I_n) : {in J, forall j, at_point v j != 0} ->
  exists2 e, 0 < e & {in J, forall j, e < `|at_point v j|}.
Proof.
elim: J => [|j J IH] out; first by exists 1; rewrite ?ltr01.
have [k kJ|e e0 le] := IH; first by apply: out; rewrite inE kJ orbT.
have p : 0 < `|at_point v j| by rewrite normr_gt0; apply: out; apply: mem_head.
exists (Num.min e (`|at_point v j| / 2%:R)).
  by rewrite lt_minr e0 divr_gt0 // ltr0n.
move=> k; rewrite inE lt_minl => /orP[/eqP->|/le->//].
by rewrite ltr_pdivr_mulr ?ltr0n // mulr_natr mulr2n ltr_addl p orbT.
Qed.

(* two units: 1 at the points of G, 0 at the others *)
Lemma slab G : (#|G| <= d)%N -> exists u : 'rV[R]_d * R * R, forall i,
  threshold (dot u.1.1 (z i) - u.1.2) - threshold (dot u.1.1 (z i) - u.2) = (i \in G)%:R.
Proof.
move=> Gd; have [i|v [vG vJ]] := @all_outside G (enum (~: G)) Gd; first by rewrite mem_enum inE.
have [e e0 le] := margin vJ; pose v0 := v (lshift d 0) 0.
exists (\row_k v (rshift 1 k) 0, - v0 - e, - v0 + e) => i /=.
have -> : dot (\row_k v (rshift 1 k) 0) (z i) - (- v0 - e) = at_point v i + e.
  by rewrite at_pointE opprB opprK addrA addrAC [_ + v0]addrC addrAC.
have -> : dot (\row_k v (rshift 1 k) 0) (z i) - (- v0 + e) = at_point v i - e.
  by rewrite at_pointE opprD opprK addrA [_ + v0]addrC.
rewrite /threshold; case iG : (i \in G).
  by rewrite (vG i iG) add0r sub0r (ltW e0) oppr_ge0 leNgt e0 subr0.
have := le i; rewrite mem_enum inE iG => /(_ isT); rewrite ltr_normr => /orP[h|h].
  have h' : 0 < at_point v i by apply: lt_trans h.
  by rewrite addr_ge0 ?(ltW h') ?(ltW e0) // subr_ge0 (ltW h) subrr.
have h1 : at_point v i + e < 0 by rewrite -ltr_oppr in h; rewrite -(subrr e) addrC ltr_add2l.
have h2 : at_point v i - e < 0 by apply: lt_trans h1; rewrite ltr_add2l gt0_cp.
by rewrite !leNgt h1 h2 subrr.
Qed.

Theorem one_class_in_slabs (y : 'I_n -> bool) K : (#|[set i | y i]| <= K * d)%N ->
  exists (a : 'I_K -> 'rV[R]_d) (b c : 'I_K -> R), forall i,
    \sum_(j < K) (threshold (dot (a j) (z i) - b j) - threshold (dot (a j) (z i) - c j)) = (y i)%:R.
Proof.
set P := [set i | y i] => PK; pose place i := index i (enum P).
pose G (j : 'I_K) := [set i in P | (place i %/ d)%N == j].
have GK j : (#|G j| <= d)%N.
  pose i0 := Ordinal (leq_ltn_trans (leq0n d) dn).
  pose f (r : 'I_d) := nth i0 (enum P) (j * d + r)%N.
  rewrite -[X in (_ <= X)%N]card_ord -[X in (_ <= X)%N]cardsT.
  apply: leq_trans (leq_imset_card f setT); apply/subset_leq_card/subsetP => i.
  rewrite 2!inE => /andP[iP /eqP e].
  have d0 : (0 < d)%N.
    case: (posnP d) => // d0; move: PK; rewrite d0 muln0 leqn0 cards_eq0 => /eqP P0.
    have : i \in P by rewrite inE.
    by rewrite P0 inE.
  apply/imsetP; exists (Ordinal (ltn_pmod (place i) d0)) => //.
  by rewrite /f /= -e -divn_eq nth_index // mem_enum inE.
have [u h] := fin_all_exists (fun j => slab (GK j)).
exists (fun j => (u j).1.1), (fun j => (u j).1.2), (fun j => (u j).2) => i.
under eq_bigr do rewrite h.
case yi : (y i); last by rewrite big1 // => j _; rewrite !inE yi.
have lt_i : (place i < K * d)%N.
  by apply: leq_trans PK; rewrite cardE index_mem mem_enum inE.
have d0 : (0 < d)%N by case: (d) lt_i => //; rewrite muln0.
have gK : (place i %/ d < K)%N by rewrite ltn_divLR.
rewrite (bigD1 (Ordinal gK)) //= big1 ?addr0 => [|j ne].
  by rewrite !inE yi eqxx.
by rewrite !inE yi /= -[(place i %/ d)%N]/(val (Ordinal gK)) val_eqE eq_sym (negbTE ne).
Qed.
End Sample.

Theorem threshold_units_in_general_position n d (z : 'I_n -> 'rV[R]_d) (y : 'I_n -> bool) K :
  general_position z -> (d < n)%N -> (n <= 2 * (K * d))%N ->
  exists (o s : R) (a : 'I_K -> 'rV[R]_d) (b c : 'I_K -> R), forall i,
    o + s * (\sum_(j < K)
      (threshold (dot (a j) (z i) - b j) - threshold (dot (a j) (z i) - c j))) = (y i)%:R.
Proof.
move=> general dn nK; case: (leqP #|[set i | y i]| (K * d)) => few.
  have [a [b [c h]]] := one_class_in_slabs general dn few.
  by exists 0, 1, a, b, c => i; rewrite h add0r mul1r.
have rest : (#|[set i | ~~ y i]| <= K * d)%N.
  have := cardsC [set i | y i]; rewrite card_ord => e.
  have -> : [set i | ~~ y i] = ~: [set i | y i] by apply/setP => i; rewrite !inE.
  rewrite -(leq_add2l #|[set i | y i]|) e; apply: leq_trans nK _.
  by rewrite mul2n -addnn leq_add2r ltnW.
have [a [b [c h]]] := one_class_in_slabs general dn rest.
exists 1, (-1), a, b, c => i; rewrite h; case: (y i) => /=; first by rewrite mulr0 addr0.
by rewrite mulr1 subrr.
Qed.
End Baum.
