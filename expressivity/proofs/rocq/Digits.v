(* Digits of a long number, drawn one after the other by the tent map and compared with a key t, as
   in the package's `memorizers.digits` with keys that are natural numbers. What is compared is 4 C'
   times what it is there, C' = 2^e, and all weights are integers. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.zify Require Import zify.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Require Import RealRing Theorem1 Depth DepthSeparation.
Local Open Scope ring_scope.

Section Digits.
Variable R : realFieldType.
Add Ring real_ring : (laws R).
Implicit Types x w : R.

(* ---- the tent map drops the first bit and reflects the rest if that bit was 1 ---------------- *)
Lemma tent_low x : 0 <= x -> 2%:R * x <= 1 -> tent x = 2%:R * x.
Proof.
move=> x0 x1; rewrite /tent relu_ge0 ?mulr_ge0 ?ler0n // relu_le0 ?subr0 //.
by rewrite (natrM _ 2 2) -mulrA subr_le0 -[X in _ <= X]mulr1 ler_pmul2l ?ltr0n.
Qed.

Lemma tent_high x : 1 <= 2%:R * x -> tent x = 2%:R - 2%:R * x.
Proof.
move=> x1; rewrite /tent relu_ge0 ?(le_trans ler01) // (natrM _ 2 2) -mulrA relu_ge0.
  by rewrite !(mulr_natl, mulr2n); algebra.
by rewrite subr_ge0 -[X in X <= _]mulr1 ler_pmul2l ?ltr0n.
Qed.

Lemma pow_neq0 r : (2 ^ r)%:R != 0 :> R. Proof. by rewrite pnatr_eq0 -lt0n expn_gt0. Qed.
Lemma pow_gt0 r : 0 < (2 ^ r)%:R :> R. Proof. by rewrite ltr0n expn_gt0. Qed.

(* r tents read off K, r bits *)
Lemma tents_drop r K w : (K < 2 ^ r)%N -> 0 <= w -> w <= 1 ->
  iter r (@tent R) ((K%:R + w) / (2 ^ r)%:R) = if odd K then 1 - w else w.
Proof.
elim: r K w => [|r IH] K w Kr w0 w1.
  by move: Kr; rewrite expn0 ltnS leqn0 => /eqP-> /=; rewrite add0r divr1.
have half : 2%:R * ((K%:R + w) / (2 ^ r.+1)%:R) = (K%:R + w) / (2 ^ r)%:R.
  by rewrite expnS natrM invfM mulrCA mulVKf ?pnatr_eq0.
rewrite iterSr; case: (ltnP K (2 ^ r)) => Kr'.
  rewrite tent_low ?half ?IH //; first by rewrite divr_ge0 ?addr_ge0 ?ler0n.
  by rewrite ler_pdivr_mulr ?pow_gt0 // mul1r (le_trans (ler_add (lexx _) w1)) // -mulrSr ler_nat.
rewrite tent_high ?half; last first.
  by rewrite ler_pdivl_mulr ?pow_gt0 // mul1r ler_paddr // ler_nat.
have -> : 2%:R - (K%:R + w) / (2 ^ r)%:R = ((2 ^ r.+1 - K.+1)%:R + (1 - w)) / (2 ^ r)%:R.
  rewrite natrB // (mulrS 1 K) expnS natrM -[2%:R in LHS](mulfK (pow_neq0 r)) -mulrBl.
  congr (_ / _); set u := _ * _; set k := K%:R.
  by algebra.
rewrite IH ?subr_ge0 // ?ler_subl_addr ?ler_addl //; last first.
  by rewrite ltn_subLR // expnS mul2n -addnn addSn ltnS leq_add2r.
rewrite oddB // oddX /=.
by case: (odd K); rewrite //= opprB addrCA subrr addr0.
Qed.

(* ---- the digits of a group, and how they are compared ---------------------------------------- *)
(* keys are natural numbers below 2^b, `label` gives each a class below C' = 2^e *)
Variables (b e : nat) (label : nat -> nat).
Let C' := (2 ^ e)%N.
Definition digit_bits := (b + e + 2)%N.
Let rho := digit_bits.
Definition digit k := (4 * (C' * k + label k))%N.

Fixpoint code (ks : seq nat) : R :=
  if ks is k :: ks' then ((digit k)%:R + code ks') / (2 ^ rho)%:R else 0.

Definition storable k := (k < 2 ^ b)%N && (label k < C')%N.

Lemma digit_lt k : storable k -> (digit k < 2 ^ rho)%N.
Proof.
case/andP => kb lk; rewrite /rho /digit_bits /digit !expnD -/C'.
have : (C' * k + label k < 2 ^ b * C')%N.
  have : (C' * k.+1 <= C' * 2 ^ b)%N by rewrite leq_mul2l kb orbT.
  by rewrite mulnS (mulnC _ C'); lia.
by lia.
Qed.

Lemma code_in ks : all storable ks -> 0 <= code ks /\ code ks <= 1.
Proof.
elim: ks => [|k ks IH] /=; first by rewrite lexx ler01.
case/andP => hk /IH[w0 w1]; split; first by rewrite divr_ge0 ?addr_ge0 ?ler0n.
rewrite ler_pdivr_mulr ?pow_gt0 // mul1r (le_trans (ler_add (lexx _) w1)) //.
by rewrite -mulrSr ler_nat digit_lt.
Qed.

Lemma tents_code k ks : all storable (k :: ks) -> iter rho (@tent R) (code (k :: ks)) = code ks.
Proof.
case/andP => hk /code_in[w0 w1]; rewrite /= tents_drop ?digit_lt //.
by rewrite /digit oddM.
Qed.

(* S between 0 and 4 C', 0 up to 0 and from 4 C' + 4 on *)
Definition compare (S : R) : R :=
  relu S - (1 + C')%:R * relu (S - (4 * C')%:R) + C'%:R * relu (S - (4 * C' + 4)%:R).

(* key k may be compared with t: all stored keys but t and t + 1 with label 0 *)
Definition apart t k := (k <= t)%N || (0 < label k)%N || (t + 2 <= k)%N.

Lemma compare_digit t k w : storable k -> apart t k -> 0 <= w -> w <= 1 ->
  compare ((digit k)%:R + w - (4 * C' * t)%:R) = if k == t then (4 * label k)%:R + w else 0.
Proof.
move=> /andP[_ lk] kt w0 w1; have C0 : (0 < C')%N by rewrite expn_gt0.
have below (A B : nat) : (A < B)%N -> A%:R + w - B%:R <= 0.
  move=> AB; rewrite subr_le0 (le_trans (ler_add (lexx _) w1)) //.
  by rewrite -mulrSr ler_nat.
rewrite /compare -!addrA -!opprD -!natrD !addrA.
case: (ltngtP k t) kt lk => [lt _ lk|gt kt lk|-> _ lk].
- have h : (digit k < 4 * C' * t)%N.
    have : (C' * k.+1 <= C' * t)%N by rewrite leq_mul2l lt orbT.
    by rewrite /digit mulnS; lia.
  by rewrite !relu_le0 ?below ?(leq_trans h) ?leq_addr // !mulr0 subr0 addr0.
- have h : (4 * C' * t + (4 * C' + 4) <= digit k)%N.
    have lt2 : (t + 2 <= k)%N -> (C' * (t + 2) <= C' * k)%N by rewrite leq_mul2l orbC => ->.
    have lt1 : (C' * t.+1 <= C' * k)%N by rewrite leq_mul2l gt orbT.
    by move: kt lt1 lt2; rewrite /apart /digit !mulnS mulnDr; lia.
  have above m : (m <= 4 * C' * t + (4 * C' + 4))%N -> 0 <= (digit k)%:R + w - m%:R.
    by move=> hm; rewrite -addrA addrC -addrA addr_ge0 // addrC subr_ge0 ler_nat (leq_trans hm).
  rewrite !relu_ge0 ?above ?leq_add2l ?leq_addr //.
  by rewrite (natrD _ 1) mulr1n !(natrD, natrM) -/C'; set c := C'%:R; algebra.
rewrite /digit; set y := label t in lk *.
have -> : (4 * (C' * t + y))%:R = (4 * C' * t)%:R + (4 * y)%:R :> R.
  by rewrite -natrD; congr _%:R; lia.
set T := (4 * C' * t)%:R; have -> : T + (4 * y)%:R + w - T = (4 * y)%:R + w by algebra.
rewrite relu_ge0 ?addr_ge0 ?ler0n // !(natrD _ (4 * C' * t)) -/T.
have m u : T + (4 * y)%:R + w - (T + u) = (4 * y)%:R + w - u by algebra.
by rewrite !m !relu_le0 ?mulr0 ?subr0 ?addr0 //; apply: below; lia.
Qed.

(* what the comparisons of t with all digits of a group add up to *)
Fixpoint found (t : nat) (ks : seq nat) : R :=
  if ks is k :: ks'
  then compare ((2 ^ rho)%:R * code (k :: ks') - (4 * C' * t)%:R) + found t ks' else 0.

Lemma compare_code t k ks : all storable (k :: ks) -> apart t k ->
  compare ((2 ^ rho)%:R * code (k :: ks) - (4 * C' * t)%:R) =
  if k == t then (4 * label k)%:R + code ks else 0.
Proof.
case/andP => hk hks kt; have [w0 w1] := code_in hks.
by rewrite /= mulrC divfK ?pow_neq0 // compare_digit.
Qed.

Lemma found_none t ks1 ks2 : all storable (ks1 ++ ks2) -> all (apart t) ks1 -> t \notin ks1 ->
  found t (ks1 ++ ks2) = found t ks2.
Proof.
elim: ks1 => //= k ks1 IH h /andP[kt hks]; rewrite inE negb_or eq_sym => /andP[kt' tks].
have h' := h; move: h' => /andP[_ h'].
have /= -> := compare_code h kt; rewrite (negPf kt') add0r; exact: IH.
Qed.

Lemma found_ge0 t ks : all storable ks -> all (apart t) ks -> 0 <= found t ks.
Proof.
elim: ks => //= k ks IH h /andP[kt hks]; have /= -> := compare_code h kt.
case/andP: h => _ h; have [w0 _] := code_in h; rewrite addr_ge0 ?IH //.
by case: eqP; rewrite ?addr_ge0 ?ler0n.
Qed.

Lemma found_one t ks1 ks2 : all storable (ks1 ++ t :: ks2) -> all (apart t) (ks1 ++ t :: ks2) ->
  t \notin ks1 -> t \notin ks2 ->
  exists2 w, 0 <= w <= 1 & found t (ks1 ++ t :: ks2) = (4 * label t)%:R + w.
Proof.
move=> h; rewrite all_cat => /andP[a1 /= /andP[at_ a2]] n1 n2; rewrite found_none //.
move: h; rewrite all_cat => /andP[_ h]; have /= -> := compare_code h at_; rewrite eqxx.
case/andP: h => _ h; have [w0 w1] := code_in h.
have := @found_none t ks2 [::]; rewrite cats0 /= => -> //; rewrite addr0.
by exists (code ks2); rewrite ?w0.
Qed.

(* ---- the layers that draw the digits --------------------------------------------------------- *)
(* four units keep t, the number z = tent x as 2 x and 4 x - 2, and what was found so far; the first
   layer of a digit has three more, which compare it *)
Definition state t x s : seq R := [:: t; relu (2%:R * x); relu (4%:R * x - 2%:R); s].
Definition compared t x s : seq R :=
  let S := (2 ^ rho)%:R * x - (4 * C')%:R * t in
  state t x s ++ [:: relu S; relu (S - (4 * C')%:R); relu (S - (4 * C' + 4)%:R)].

Definition keep : neuron R := ([:: 1], 0).
Definition tent_units : layer R := [:: ([:: 0; 2%:R; - 2%:R], 0); ([:: 0; 4%:R; - 4%:R], - 2%:R)].
Definition so_far : seq R := [:: 0; 0; 0; 1].
Definition and_found : seq R := so_far ++ [:: 1; - (1 + C')%:R; C'%:R].
Definition difference : seq R := [:: - (4 * C')%:R; (2 ^ rho)%:R; - (2 ^ rho)%:R].

Definition compare_layer : layer R :=
  keep :: tent_units ++ [:: (so_far, 0); (difference, 0); (difference, - (4 * C')%:R);
                            (difference, - (4 * C' + 4)%:R)].
Definition tent_layer (sums : seq R) : layer R := keep :: tent_units ++ [:: (sums, 0)].
Definition digit_layers : seq (layer R) :=
  [:: compare_layer, tent_layer and_found & nseq (b + e) (tent_layer so_far)].

Definition run (Ls : seq (layer R)) h := foldl (fun v L => hidden L v) h Ls.
Lemma run_cons L Ls h : run (L :: Ls) h = run Ls (hidden L h). Proof. by []. Qed.
Lemma run_cat Ls Ls' h : run (Ls ++ Ls') h = run Ls' (run Ls h). Proof. exact: foldl_cat. Qed.

Lemma compare_step t x s : 0 <= t -> 0 <= s ->
  hidden compare_layer (state t x s) = compared t (tent x) s.
Proof.
move=> t0 s0; rewrite /compared /state /tent /hidden /=.
set p := relu (2%:R * x); set q := relu (4%:R * x - 2%:R).
rewrite /affine /= !sdot_cons !sdot_nil !mul0r !mul1r !addr0 !add0r (relu_ge0 t0) (relu_ge0 s0).
by congr [:: _; relu _; relu _; _; relu _; relu (_ - _); relu (_ - _)]; algebra.
Qed.

Lemma found_step t x s : 0 <= t -> let S := (2 ^ rho)%:R * x - (4 * C')%:R * t in
  0 <= s + compare S ->
  hidden (tent_layer and_found) (compared t x s) = state t (tent x) (s + compare S).
Proof.
move=> t0 S s0; rewrite /compared /state /tent /hidden /= -/S.
set p := relu (2%:R * x); set q := relu (4%:R * x - 2%:R).
rewrite /affine /= !sdot_cons !sdot_nil !mul0r !mul1r !addr0 !add0r (relu_ge0 t0).
rewrite -[in RHS](relu_ge0 s0) /compare.
by congr [:: _; relu _; relu _; relu _]; algebra.
Qed.

Lemma tent_step t x s : 0 <= t -> 0 <= s ->
  hidden (tent_layer so_far) (state t x s) = state t (tent x) s.
Proof.
move=> t0 s0; rewrite /state /tent /hidden /=.
set p := relu (2%:R * x); set q := relu (4%:R * x - 2%:R).
rewrite /affine /= !sdot_cons !sdot_nil !mul0r !mul1r !addr0 !add0r (relu_ge0 t0) (relu_ge0 s0).
by congr [:: _; relu _; relu _; _]; algebra.
Qed.

Lemma tent_steps t x s r : 0 <= t -> 0 <= s ->
  run (nseq r (tent_layer so_far)) (state t x s) = state t (iter r (@tent R) x) s.
Proof.
by move=> t0 s0; elim: r x => // r IH x; rewrite run_cons tent_step // IH iterSr.
Qed.

(* m more digits are drawn, the last one is compared and what was found is added up *)
Lemma draw t k ks x s : all storable (k :: ks) -> all (apart t) (k :: ks) -> 0 <= s ->
  tent x = code (k :: ks) ->
  sdot and_found (hidden compare_layer
    (run (flatten (nseq (size ks) digit_layers)) (state t%:R x s))) = s + found t (k :: ks).
Proof.
elim: ks k x s => [|k' ks IH] k x s hs ha s0 hx.
  rewrite compare_step ?ler0n // hx /compared /state /= /and_found /so_far /=.
  rewrite !sdot_cons sdot_nil !mul0r !mul1r !add0r !addr0 /compare -natrM mulNr.
  by rewrite !addrA.
have [hs' ha'] : all storable (k' :: ks) /\ all (apart t) (k' :: ks).
  by move: hs ha => /andP[_ hs] /andP[_ ha].
have -> : flatten (nseq (size (k' :: ks)) digit_layers) =
  digit_layers ++ flatten (nseq (size ks) digit_layers) by [].
rewrite run_cat.
have S0 : 0 <= compare ((2 ^ rho)%:R * code (k :: k' :: ks) - (4 * C' * t)%:R).
  have /andP[kt _] := ha; rewrite compare_code //; case: eqP => // _.
  by have [w0 _] := code_in hs'; rewrite addr_ge0 ?ler0n.
have S1 := addr_ge0 s0 S0.
have -> : run digit_layers (state t%:R x s) = state t%:R (iter (b + e).+1 (@tent R) (tent x))
    (s + compare ((2 ^ rho)%:R * code (k :: k' :: ks) - (4 * C' * t)%:R)).
  rewrite !run_cons compare_step ?ler0n // hx found_step ?ler0n -?natrM //.
  by rewrite tent_steps ?ler0n // iterSr.
rewrite (IH k') //; first by rewrite -addrA.
by rewrite hx -iterS -(tents_code hs) /rho /digit_bits addn2.
Qed.
End Digits.
