(* Bit extraction (Vardi, Yehudai and Shamir 2022): class labels as the bits of long weights, about
   sqrt(n) weights in all, as in the package's `memorizers.bit_extraction` for projections that are
   natural numbers. The stored points, in order, are cut into groups of m + 1. A staircase maps the
   projection t of a point to the number z that holds the digits of its group; the layers of
   `Digits` compare them with t, and a second staircase maps what they find to the label. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.zify Require Import zify.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Require Import RealRing Theorem1 Depth Inoue DepthSeparation Digits.
Local Open Scope ring_scope.

Section BitExtraction.
Variable R : realFieldType.
Add Ring real_ring : (laws R).
Implicit Types x w : R.

(* ---- staircases: sums of steps that two units make ------------------------------------------- *)
Lemma stairs (v : nat -> R) C r : (r <= C)%N ->
  v 0%N + \sum_(0 <= k < C) (v k.+1 - v k) * (k < r)%:R = v r.
Proof.
move=> rC; rewrite (big_cat_nat _ (n := r)) //= (eq_big_nat _ _ (F2 := fun k => v k.+1 - v k)).
  rewrite telescope_sumr // big_nat_cond big1 ?addr0 => [|k]; first by rewrite addrC subrK.
  by rewrite andbT => /andP[rk _]; rewrite ltnNge rk mulr0.
by move=> k /andP[_ ->]; rewrite mulr1.
Qed.

Lemma step_up (k t : nat) : relu (t%:R - k%:R) - relu (t%:R - k.+1%:R) = (k < t)%:R :> R.
Proof.
case: ltnP => h; last by rewrite !relu_le0 ?subr0 // subr_le0 ler_nat // ltnW.
by rewrite !relu_ge0 ?subr_ge0 ?ler_nat ?(ltnW h) // mulrS mulr1n; algebra.
Qed.

Lemma ramp_up (k y : nat) w : 0 <= w -> w <= 1 ->
  relu ((4 * y)%:R + w - (4 * k + 2)%:R) - relu ((4 * y)%:R + w - (4 * k + 4)%:R) =
  2%:R * (k < y)%:R.
Proof.
move=> w0 w1; case: (ltnP k y) => h.
  have above j : (j <= 4 * y)%N -> 0 <= (4 * y)%:R + w - j%:R.
    by move=> hj; rewrite addrAC addr_ge0 // subr_ge0 ler_nat.
  rewrite !relu_ge0 ?above; try lia.
  by rewrite mulr1 !(natrD _ (4 * k)) (natrD _ 2 2); algebra.
have below j : (4 * y < j)%N -> (4 * y)%:R + w - j%:R <= 0.
  by move=> hj; rewrite subr_le0 (le_trans (ler_add (lexx _) w1)) // -mulrSr ler_nat.
by rewrite !relu_le0 ?subr0 ?mulr0 //; apply: below; lia.
Qed.

Definition pair (f : nat -> R) C := [seq f k | k <- iota 0 C] ++ [seq - f k | k <- iota 0 C].

Lemma sdot_pair f C (g h : nat -> R) :
  sdot (pair f C) ([seq g k | k <- iota 0 C] ++ [seq h k | k <- iota 0 C]) =
  \sum_(0 <= k < C) f k * (g k - h k).
Proof.
rewrite /sdot /pair zip_cat ?size_map // big_cat -!/(sdot _ _) !sdot_maps /index_iota subn0.
by rewrite -big_split; apply: eq_bigr => k _; rewrite mulrBr mulNr.
Qed.

(* ---- the layers before the digits, and those behind ------------------------------------------ *)
Definition hinge_layer (knot : nat -> nat) G : layer R :=
  keep R :: [seq ([:: 1], - (knot g)%:R) | g <- iota 0 G]
       ++ [seq ([:: 1], - (knot g).+1%:R) | g <- iota 0 G].
Definition group_layer (Z : nat -> R) G : layer R :=
  [:: keep R; (0 :: pair (fun g => Z g.+1 - Z g) G, Z 0%N); ([::], 0); ([::], 0)].
Definition label_layer e C : layer R :=
  [seq (and_found R e, - (4 * k + 2)%:R) | k <- iota 0 C]
  ++ [seq (and_found R e, - (4 * k + 4)%:R) | k <- iota 0 C].
Definition output (v : nat -> R) C : neuron R := (pair (fun k => (v k.+1 - v k) / 2%:R) C, v 0%N).

Lemma affine1 c x : affine ([:: 1], c) [:: x] = x + c.
Proof. by rewrite /affine sdot_cons sdot_nil mul1r addr0. Qed.

Lemma group_step knot (Z : nat -> R) G r t : (r <= G)%N ->
  (forall g, (g < G)%N -> (knot g < t)%N = (g < r)%N) -> 0 <= Z r -> Z r <= 1 ->
  hidden (group_layer Z G) (hidden (hinge_layer knot G) [:: t%:R]) = state t%:R (Z r / 2%:R) 0.
Proof.
move=> rG hr Z0 Z1; have two : 2%:R != 0 :> R by rewrite pnatr_eq0.
have -> : hidden (hinge_layer knot G) [:: t%:R] =
    t%:R :: [seq relu (t%:R - (knot g)%:R) | g <- iota 0 G]
         ++ [seq relu (t%:R - (knot g).+1%:R) | g <- iota 0 G].
  rewrite /hidden /= map_cat -!map_comp affine1 addr0 (relu_ge0 (ler0n _ _)).
  by congr (_ :: _ ++ _); apply: eq_map => g /=; rewrite affine1.
rewrite /hidden /= /affine /= !sdot_cons !sdot_nil sdot_pair mul0r mul1r !addr0 add0r.
rewrite (eq_big_nat _ _ (F2 := fun g => (Z g.+1 - Z g) * (g < r)%:R)); last first.
  by move=> g /andP[_ gG]; rewrite step_up hr.
rewrite addrC stairs // /state mulrC divfK // (relu_ge0 (ler0n _ _)).
rewrite (natrM _ 2 2) -mulrA (mulrC 2%:R (_ / _)) divfK // (relu_le0 (lexx 0)).
by rewrite [relu (_ - _)]relu_le0 // subr_le0 -[X in _ <= X]mulr1 ler_pmul2l ?ltr0n.
Qed.

Lemma output_step (v : nat -> R) e C y w h : (y <= C)%N -> 0 <= w -> w <= 1 ->
  sdot (and_found R e) h = (4 * y)%:R + w -> affine (output v C) (hidden (label_layer e C) h) = v y.
Proof.
move=> yC w0 w1 hs.
have -> : hidden (label_layer e C) h =
    [seq relu ((4 * y)%:R + w - (4 * k + 2)%:R) | k <- iota 0 C]
    ++ [seq relu ((4 * y)%:R + w - (4 * k + 4)%:R) | k <- iota 0 C].
  rewrite /hidden /label_layer map_cat -!map_comp.
  by congr (_ ++ _); apply: eq_map => k; rewrite /= /affine /= hs.
rewrite /affine sdot_pair addrC -(stairs v yC); congr (_ + _); apply: eq_big_nat => k _.
by rewrite ramp_up // mulrA divfK // pnatr_eq0.
Qed.

(* ---- the groups of a sample ------------------------------------------------------------------ *)
Section Groups.
Variables (n : nat) (t c : 'I_n -> nat) (b e m G : nat).
Hypothesis t_inj : injective t.
Hypothesis t_small : forall i, (t i + 2 < 2 ^ b)%N.
Hypothesis c_small : forall i, (c i < 2 ^ e)%N.
Hypothesis few : (#|[set i | c i != 0%N]| <= G.+1 * m.+1)%N.

(* points of class 0 are not stored: it is the answer where nothing is found *)
Definition stored := sort leq [seq t i | i <- enum [set i | c i != 0%N]].
Definition nowhere := (2 ^ b).-1.
Definition key i := nth nowhere stored i.
Definition label_of k := (\sum_(i | t i == k) c i)%N.
Definition group g := [seq key j | j <- iota (g * m.+1) m.+1].
Definition knot g := key (g.+1 * m.+1).-1.

Lemma label_of_point i : label_of (t i) = c i.
Proof. by rewrite /label_of (eq_bigl (pred1 i)) ?big_pred1_eq // => j; apply: inj_eq. Qed.

Lemma nowhere_apart i : (t i + 2 <= nowhere)%N.
Proof. by rewrite -ltnS /nowhere prednK ?expn_gt0. Qed.

Lemma label_nowhere : label_of nowhere = 0%N.
Proof.
rewrite /label_of big1 // => i /eqP e_t; have := nowhere_apart i.
by rewrite e_t addn2 ltnNge leqnSn.
Qed.

Lemma mem_stored i : (t i \in stored) = (c i != 0%N).
Proof. by rewrite mem_sort mem_map // mem_enum inE. Qed.

Lemma size_stored : (size stored <= G.+1 * m.+1)%N.
Proof. by rewrite size_sort size_map -cardE. Qed.

Lemma stored_up : sorted ltn stored.
Proof.
rewrite ltn_sorted_uniq_leq sort_uniq map_inj_uniq ?enum_uniq //=.
exact: (sort_sorted leq_total).
Qed.

Lemma key_cases j : (exists2 i, key j = t i & c i != 0%N) \/ key j = nowhere.
Proof.
case: (ltnP j (size stored)) => h; last by right; rewrite /key nth_default.
left; have := mem_nth nowhere h; rewrite mem_sort => /mapP[i].
by rewrite mem_enum inE => ci e_t; exists i.
Qed.

Lemma key_lt i j : (i < size stored)%N -> (key j < key i)%N = (j < i)%N.
Proof.
move=> hi; have up := @sorted_ltn_nth _ ltn ltn_trans nowhere _ stored_up.
case: (ltngtP j i) => [ji|ij|->]; last by rewrite ltnn.
  by apply: up => //; rewrite inE (ltn_trans ji).
apply: negbTE; rewrite -leqNgt; case: (ltnP j (size stored)) => hj; first by apply/ltnW/up.
rewrite {2}/key nth_default //; have := mem_nth nowhere hi.
rewrite mem_sort -/(key i) => /mapP[k _ ->].
by rewrite (leq_trans _ (nowhere_apart k)) // leq_addr.
Qed.

Lemma key_le i j : (i <= j)%N -> (key i <= key j)%N.
Proof.
move=> ij; case: (ltnP j (size stored)) => hj.
  by rewrite leqNgt key_lt ?(leq_ltn_trans ij) // -leqNgt.
rewrite {2}/key nth_default //; case: (key_cases i) => [[k -> _]|->] //.
by rewrite (leq_trans _ (nowhere_apart k)) // leq_addr.
Qed.

Lemma key_eq i j : (i < size stored)%N -> key j = key i -> j = i.
Proof.
move=> hi e_k; have := key_lt j hi; rewrite e_k ltnn => ji.
case: (ltngtP j i) ji => // ij _; case: (ltnP j (size stored)) => hj.
  by have := key_lt i hj; rewrite e_k ltnn ij.
have := mem_nth nowhere hi; rewrite -/(key i) -e_k /key nth_default // mem_sort => /mapP[k _ e_n].
by have := nowhere_apart k; rewrite -e_n addn2 ltnNge leqnSn.
Qed.

Lemma storable_key j : storable b e label_of (key j).
Proof.
rewrite /storable; case: (key_cases j) => [[i -> _]|->].
  by rewrite label_of_point c_small andbT (leq_trans _ (t_small i)) // ltnS leq_addr.
by rewrite label_nowhere expn_gt0 andbT /nowhere prednK ?expn_gt0.
Qed.

Lemma apart_key i j : apart label_of (t i) (key j).
Proof.
rewrite /apart; case: (key_cases j) => [[k -> ck]|->]; last by rewrite nowhere_apart !orbT.
by rewrite label_of_point lt0n ck orbT.
Qed.

(* the group that the staircase leads to holds the digit of a stored point, and no other like it *)
Lemma group_of i : exists r, [/\ (r <= G)%N,
  forall g, (g < G)%N -> (knot g < t i)%N = (g < r)%N &
  exists w, [/\ 0 <= w, w <= 1 & @found R b e label_of (t i) (group r) = (4 * c i)%:R + w]].
Proof.
have hs g : all (storable b e label_of) (group g).
  by apply/allP => _ /mapP[j _ ->]; apply: storable_key.
have ha g : all (apart label_of (t i)) (group g).
  by apply/allP => _ /mapP[j _ ->]; apply: apart_key.
case: (altP (c i =P 0%N)) => ci.
  pose r := find (fun g => t i <= knot g)%N (iota 0 G).
  have rG : (r <= G)%N by rewrite (leq_trans (find_size _ _)) ?size_iota.
  exists r; split=> // [g gG|].
    case: (ltnP g r) => gr.
      by have := before_find 0%N gr; rewrite nth_iota // add0n ltnNge => ->.
    have rG' : (r < G)%N := leq_ltn_trans gr gG.
    have := nth_find 0%N (_ : has (fun g => t i <= knot g)%N (iota 0 G)).
    rewrite has_find size_iota -/r rG' nth_iota // add0n => /(_ isT) le.
    by apply: negbTE; rewrite -leqNgt (leq_trans le) // key_le // -!subn1 leq_sub2r ?leq_mul2r.
  exists 0; rewrite lexx ler01 ci muln0 addr0; split=> //.
  rewrite -[group r]cats0 found_none ?cats0 //.
  apply/negP => /mapP[j _ e_t]; case: (key_cases j) => [[k e_k ck]|e_k].
    by move: ck; rewrite -(t_inj (etrans e_t e_k)) ci.
  by have := nowhere_apart i; rewrite -e_k -e_t addn2 ltnNge leqnSn.
have hi : (index (t i) stored < size stored)%N by rewrite index_mem mem_stored.
set j := index (t i) stored in hi; have kj : key j = t i by rewrite /key nth_index ?mem_stored.
have jG : (j < G.+1 * m.+1)%N := leq_trans hi size_stored.
exists (j %/ m.+1)%N; split=> [|g gG|].
- by rewrite -ltnS ltn_divLR.
- by rewrite -kj /knot key_lt // prednK ?muln_gt0 // [RHS]leq_divRL.
set q := (j %/ m.+1)%N; set k := (j %% m.+1)%N; have km : (k < m.+1)%N by rewrite ltn_mod.
have jq : j = (q * m.+1 + k)%N by rewrite -divn_eq.
have split_ : group q =
    [seq key j | j <- iota (q * m.+1) k] ++ t i :: [seq key j | j <- iota j.+1 (m - k)].
  have e_m : m.+1 = (k + (m - k).+1)%N by rewrite addnS subnKC.
  by rewrite /group {2}e_m iotaD map_cat /= -jq kj.
have [w w01 hw] : exists2 w, 0 <= w <= 1 &
    @found R b e label_of (t i) (group q) = (4 * label_of (t i))%:R + w.
  rewrite split_; apply: found_one; rewrite -?split_ //.
    apply/negP => /mapP[l]; rewrite mem_iota -kj => /andP[_ lt] /esym/(key_eq hi) e_l.
    by move: lt; rewrite e_l {1}jq ltnn.
  apply/negP => /mapP[l]; rewrite mem_iota -kj => /andP[lt _] /esym/(key_eq hi) e_l.
  by move: lt; rewrite e_l ltnn.
by exists w; case/andP: w01 => -> ->; rewrite hw label_of_point.
Qed.
End Groups.

(* ---- the network, and its size --------------------------------------------------------------- *)
Definition nonzero (Ls : seq (layer R)) (o : neuron R) : nat :=
  (\sum_(L <- Ls) \sum_(u <- L) ((u.2 != 0%R) + count (predC1 0%R) u.1)
   + ((o.2 != 0%R) + count (predC1 0%R) o.1))%N.

Section Network.
Variables (d : nat) (a : 'rV[R]_d) (b e m G C : nat) (knots : nat -> nat) (Z v : nat -> R).

Definition layers_of : seq (layer R) :=
  [:: [:: (row_seq a, 0)]; hinge_layer knots G; group_layer Z G]
  ++ flatten (nseq m (digit_layers R b e)) ++ [:: compare_layer R b e; label_layer e C].

Lemma forward_layers (x : seq R) : forward layers_of (output v C) x =
  affine (output v C) (hidden (label_layer e C) (hidden (compare_layer R b e)
    (run (flatten (nseq m (digit_layers R b e))) (hidden (group_layer Z G)
      (hidden (hinge_layer knots G) [:: relu (affine (row_seq a, 0) x)]))))).
Proof. by rewrite /forward -/(run _ _) /layers_of !run_cat. Qed.

Lemma depth_layers : (size layers_of).+1 = (m * (b + e + 2) + 6)%N.
Proof.
rewrite /layers_of !size_cat size_flatten /shape map_nseq sumn_nseq /= size_nseq.
by rewrite addn2 mulnC; lia.
Qed.

Lemma sum_layers (F : layer R -> nat) : (\sum_(L <- layers_of) F L =
  F [:: (row_seq a, 0%R)] + F (hinge_layer knots G) + F (group_layer Z G)
  + m * (F (compare_layer R b e) + F (tent_layer (and_found R e))
         + (b + e) * F (tent_layer (so_far R)))
  + F (compare_layer R b e) + F (label_layer e C))%N.
Proof.
rewrite /layers_of !big_cat /= !big_cons !big_nil.
have -> : (\sum_(L <- flatten (nseq m (digit_layers R b e))) F L =
    m * \sum_(L <- digit_layers R b e) F L)%N.
  elim: m => [|k IH]; first by rewrite big_nil.
  by rewrite mulSn -IH -big_cat.
by rewrite /digit_layers !big_cons big_nseq iter_addn_0; lia.
Qed.

Lemma size_pair f k : size (pair f k) = (2 * k)%N.
Proof. by rewrite /pair size_cat !size_map size_iota addnn mul2n. Qed.

Lemma weights_layers : nweights layers_of (output v C) =
  (d + 6 * G + m * (15 * (b + e + 3)) + 18 * C + 37)%N.
Proof.
have size_a : size (row_seq a) = d by rewrite size_map size_enum_ord.
rewrite /nweights sum_layers /hinge_layer /group_layer /label_layer /compare_layer /tent_layer.
rewrite !(big_cons, big_nil, big_cat, big_map) /= size_a !size_pair.
by rewrite !big_const_seq !iter_addn_0 !count_predT !size_iota; lia.
Qed.

Lemma nonzero_layers :
  (nonzero layers_of (output v C) <= d + 6 * G + m * (7 * (b + e + 2) + 14) + 12 * C + 22)%N.
Proof.
pose f (u : neuron R) := ((u.2 != 0%R) + count (predC1 0%R) u.1)%N.
have some (u : seq R) (c : R) k : size u = k -> ((c != 0%R) + count (predC1 0%R) u <= k.+1)%N.
  by move=> <-; rewrite -add1n leq_add ?leq_b1 ?count_size.
have each k (F : nat -> neuron R) r : (forall j, f (F j) <= r)%N ->
    (\sum_(j <- iota 0 k) f (F j) <= k * r)%N.
  move=> h; rewrite -{2}(size_iota 0 k) -sum1_size big_distrl /=.
  by apply: leq_sum => j _; rewrite mul1n.
have fixed := (oppr_eq0, oner_eq0, pnatr_eq0, muln_eq0, addn_eq0, expn_eq0, eqxx).
have one_ : f (keep R) = 1%N by rewrite /f /= !fixed.
have first_ : (\sum_(u <- [:: (row_seq a, 0%R)]) f u <= d)%N.
  by rewrite big_seq1 /f /= eqxx (leq_trans (count_size _ _)) // size_map size_enum_ord.
have hinges : (\sum_(u <- hinge_layer knots G) f u <= 4 * G + 1)%N.
  rewrite /hinge_layer big_cons big_cat !big_map /=.
  have h := @each G (fun g => ([:: 1], - (knots g)%:R)) 2%N (fun g => some [:: 1] _ _ erefl).
  have h' := @each G (fun g => ([:: 1], - (knots g).+1%:R)) 2%N (fun g => some [:: 1] _ _ erefl).
  by move: h h'; rewrite /= one_; lia.
have groups : (\sum_(u <- group_layer Z G) f u <= 2 * G + 2)%N.
  have h := some _ (Z 0%N) _ (size_pair (fun g => Z g.+1 - Z g) G).
  by rewrite /group_layer !big_cons big_nil one_ /f /= !fixed; move: h => /=; lia.
have compares : (\sum_(u <- compare_layer R b e) f u = 18)%N.
  by rewrite /compare_layer !big_cons big_nil /f /= !fixed.
have tents : (\sum_(u <- tent_layer (so_far R)) f u = 7)%N.
  by rewrite /tent_layer !big_cons big_nil /f /= !fixed.
have founds : (\sum_(u <- tent_layer (and_found R e)) f u = 10)%N.
  by rewrite /tent_layer !big_cons big_nil /f /= !fixed.
have labels : (\sum_(u <- label_layer e C) f u <= 10 * C)%N.
  have five c : (f (and_found R e, c) <= 5)%N.
    by rewrite /f /= !fixed /= -[5%N]/(1 + 4)%N leq_add2r leq_b1.
  rewrite /label_layer big_cat !big_map.
  have h := @each C (fun k => (and_found R e, - (4 * k + 2)%:R)) 5%N (fun k => five _).
  have h' := @each C (fun k => (and_found R e, - (4 * k + 4)%:R)) 5%N (fun k => five _).
  by move: h h' => /=; lia.
have out := some _ (v 0%N) _ (size_pair (fun k => (v k.+1 - v k) / 2%:R) C).
rewrite /nonzero (sum_layers (fun L => \sum_(u <- L) f u)%N) compares tents founds.
have -> : (d + 6 * G + m * (7 * (b + e + 2) + 14) + 12 * C + 22 = d + (4 * G + 1) + (2 * G + 2)
  + m * (18 + 10 + (b + e) * 7) + 18 + 10 * C + (2 * C).+1)%N by lia.
by rewrite !leq_add.
Qed.
End Network.

Theorem few_weights_hold_all_labels n d (z : 'I_n -> 'rV[R]_d) (a : 'rV[R]_d) (t c : 'I_n -> nat)
    (v : nat -> R) b e C m G :
  injective t -> (forall i, dot a (z i) = (t i)%:R) -> (forall i, t i + 2 < 2 ^ b)%N ->
  (forall i, c i <= C)%N -> (C < 2 ^ e)%N -> (#|[set i | c i != 0%N]| <= G.+1 * m.+1)%N ->
  exists (Ls : seq (layer R)) (o : neuron R),
    [/\ depth Ls = (m * (b + e + 2) + 6)%N,
        nweights Ls o = (d + 6 * G + m * (15 * (b + e + 3)) + 18 * C + 37)%N,
        (nonzero Ls o <= d + 6 * G + m * (7 * (b + e + 2) + 14) + 12 * C + 22)%N &
        forall i, forward Ls o (row_seq (z i)) = v (c i)].
Proof.
move=> tI ta tb cC Ce few; have ce i : (c i < 2 ^ e)%N := leq_ltn_trans (cC i) Ce.
pose gr := group t c b m; pose Z g := code R b e (label_of t c) (gr g).
exists (layers_of a b e m G C (knot t c b m) Z), (output v C); split.
- exact: depth_layers.
- exact: weights_layers.
- exact: nonzero_layers.
move=> i; have [r [rG kr [w [w0 w1 hw]]]] := group_of tI tb ce few i.
rewrite forward_layers; have -> : relu (affine (row_seq a, 0) (row_seq (z i))) = (t i)%:R.
  by rewrite /affine addr0 sdot_row ta relu_ge0 ?ler0n.
have hs : all (storable b e (label_of t c)) (gr r).
  by apply/allP => _ /mapP[j _ ->]; apply: storable_key.
have [Z0 Z1] := code_in R hs.
rewrite (group_step rG kr Z0 Z1); apply: output_step (cC i) w0 w1 _.
have ha : all (apart (label_of t c) (t i)) (gr r).
  by apply/allP => _ /mapP[j _ ->]; apply: apart_key.
rewrite -hw -/(gr r); have size_gr : size (gr r) = m.+1 by rewrite size_map size_iota.
have two : 2%:R != 0 :> R by rewrite pnatr_eq0.
have half : tent (Z r / 2%:R) = code R b e (label_of t c) (gr r).
  have e_Z : 2%:R * (Z r / 2%:R) = Z r by rewrite mulrC divfK.
  by rewrite tent_low ?e_Z // divr_ge0 ?ler0n.
case e_gr : (gr r) size_gr hs ha half => [|k ks] //= [<-] hs ha half.
by rewrite (draw hs ha (lexx 0) half) add0r.
Qed.
End BitExtraction.
