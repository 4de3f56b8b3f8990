(* What depth buys. Some m^2 points need m^2 - 2 hidden units in two layers and no more than 2 m in
   three; some 2^k + 1 points need 2^k - 1 hidden units in two layers and no more than 2 k in k + 1
   layers (Telgarsky's zig-zag). In every dimension, over every real field. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Require Import RealRing Theorem1 Depth LowerBounds Inoue Pieces.
Local Open Scope ring_scope.

Theorem three_layers_need_fewer_units (R : realFieldType) m d :
  exists (z : 'I_(m * m) -> 'rV[R]_d.+1) (y : 'I_(m * m) -> R), [/\ injective z,
    forall H c v (w b : 'I_H -> R) (a : 'I_H -> 'rV[R]_d.+1),
      (forall i, two_layer c v w b a (z i) = y i) -> (m * m <= H + 2)%N &
    exists (L1 L2 : layer R) (o : neuron R), [/\ size L1 = m, size L2 = m &
      forall i, forward [:: L1; L2] o (row_seq (z i)) = y i]].
Proof.
have [z [y [zI h]]] := two_layers_need_n_minus_2_units R (m * m) d.
exists z, y; split=> //.
have [L1 [L2 [o [s1 s2 _ ho]]]] := two_hidden_layers_with_count y zI (leqnn (m * m)).
by exists L1, L2, o; split.
Qed.

(* ---- the zig-zag: k layers of two units fold [0, 1] k times ---------------------------------- *)
Section Fold.
Variable R : realFieldType.
Add Ring real_ring : (laws R).
Implicit Types x : R.

Definition tent x := relu (2%:R * x) - relu (4%:R * x - 2%:R).
Definition folded x : seq R := [:: relu (2%:R * x); relu (4%:R * x - 2%:R)].
Definition fold_layer : layer R := [:: ([:: 2%:R; - 2%:R], 0); ([:: 4%:R; - 4%:R], - 2%:R)].
Definition difference : neuron R := ([:: 1; -1], 0).

Lemma affine2 (u v c p q : R) : affine ([:: u; v], c) [:: p; q] = u * p + v * q + c.
Proof. by rewrite /affine !sdot_cons sdot_nil addr0. Qed.

Lemma fold_step x : hidden fold_layer (folded x) = folded (tent x).
Proof.
rewrite /hidden /fold_layer /= !affine2 /folded /tent; congr [:: relu _; relu _].
  by rewrite addr0; set p := relu _; set q := relu _; algebra.
by set p := relu _; set q := relu _; algebra.
Qed.

Lemma fold_steps k x :
  foldl (fun v L => hidden L v) (folded x) (nseq k fold_layer) = folded (iter k tent x).
Proof.
elim: k x => // k IH x; change (foldl (fun v L => hidden L v) (hidden fold_layer (folded x))
  (nseq k fold_layer) = folded (iter k.+1 tent x)).
by rewrite fold_step IH iterSr.
Qed.

Lemma read_off x : affine difference (folded x) = tent x.
Proof. by rewrite affine2 /tent; set p := relu _; set q := relu _; algebra. Qed.

(* on multiples of 2^-k the k-fold tent is 0 at the even and 1 at the odd ones *)
Lemma tent_dyadic k i : (i <= 2 ^ k.+1)%N -> exists2 j, (j <= 2 ^ k)%N &
  odd j = odd i /\ tent (i%:R / (2 ^ k.+1)%:R) = j%:R / (2 ^ k)%:R.
Proof.
have two : 2%:R != 0 :> R by rewrite pnatr_eq0.
have q0 : (2 ^ k)%:R != 0 :> R by rewrite pnatr_eq0 -lt0n expn_gt0.
have qpos : 0 < (2 ^ k)%:R :> R by rewrite ltr0n expn_gt0.
move=> le; have half : 2%:R * (i%:R / (2 ^ k.+1)%:R) = i%:R / (2 ^ k)%:R :> R.
  by rewrite expnS natrM invfM mulrCA mulVKf.
have four : 4%:R * (i%:R / (2 ^ k.+1)%:R) - 2%:R = 2%:R * (i%:R / (2 ^ k)%:R - 1) :> R.
  by rewrite (natrM _ 2 2) -mulrA half mulrBr mulr1.
have i0 : 0 <= i%:R / (2 ^ k)%:R :> R by rewrite divr_ge0 // ler0n.
rewrite /tent half four (relu_ge0 i0); case: (leqP i (2 ^ k)) => ik.
  exists i => //; split=> //; rewrite relu_le0 ?subr0 //.
  by rewrite pmulr_rle0 ?ltr0n // subr_le0 ler_pdivr_mulr // mul1r ler_nat.
exists (2 ^ k.+1 - i)%N; first by rewrite leq_subLR expnS mul2n -addnn leq_add2r ltnW.
split; first by rewrite oddB // oddX.
rewrite relu_ge0; last first.
  by rewrite pmulr_rge0 ?ltr0n // subr_ge0 ler_pdivl_mulr // mul1r ler_nat ltnW.
rewrite natrB // expnS natrM mulrBl mulfK // mulrBr mulr1.
set p := i%:R / (2 ^ k)%:R.
by rewrite mulr_natl mulr2n; algebra.
Qed.

Lemma tents k i : (i <= 2 ^ k)%N -> iter k tent (i%:R / (2 ^ k)%:R) = (odd i)%:R.
Proof.
elim: k i => [|k IH] i le /=; first by case: i le => [|[|i]] //= _; rewrite divr1.
have [j jk [<- e]] := tent_dyadic le.
by rewrite -iterS iterSr e IH.
Qed.
End Fold.

Theorem depth_saves_exponentially (R : realFieldType) k d :
  exists (z : 'I_(2 ^ k.+1).+1 -> 'rV[R]_d.+1) (y : 'I_(2 ^ k.+1).+1 -> R), [/\ injective z,
    (forall (Ls : seq (layer R)) (o : neuron R), (forall i, forward Ls o (row_seq (z i)) = y i) ->
      (2 ^ k.+1 <= \prod_(L <- Ls) (size L).+1)%N),
    (forall H c v (w b : 'I_H -> R) (a : 'I_H -> 'rV[R]_d.+1),
      (forall i, two_layer c v w b a (z i) = y i) -> (2 ^ k.+1 <= H + 1)%N) &
    exists (Ls : seq (layer R)) (o : neuron R), [/\ size Ls = k.+1, all (fun L => size L == 2%N) Ls &
      forall i, forward Ls o (row_seq (z i)) = y i]].
Proof.
set n := (2 ^ k.+1).+1; exists (@diagonal R n d), (fun i => (odd i)%:R).
split; first exact: diagonal_inj.
- move=> Ls o h; have := @any_depth_needs_pieces_on_a_line R d.+1 n Ls o 2%:R^-1 (-1) 0 (const_mx 1)
    _ (@naturals R n); rewrite /n addn1 ltnS; apply=> i lt_n.
  rewrite -(diagonal_line R d (Ordinal lt_n)) h /= -signr_odd.
  have half : 0 < 2%:R^-1 :> R by rewrite invr_gt0 ltr0n.
  case: (odd i) => /=; last by rewrite mul1r sub0r mulrNN mul1r.
  by rewrite expr1 mulrNN !mul1r subr_gt0 invf_lt1 ?ltr0n // ltr1n.
- move=> H c v w b a h; rewrite -ltnS -addnS.
  apply: (@space_labels_need_n_minus_2_units R n H _ 0 (const_mx 1) _ (@naturals R n) c v w b a) => i lt_n.
  by rewrite -(diagonal_line R d (Ordinal lt_n)) h.
pose e : 'rV[R]_d.+1 := \row_j (if j == 0 then (2 ^ k.+1)%:R^-1 else 0).
pose first : layer R := [:: (row_seq (2%:R *: e), 0); (row_seq (4%:R *: e), - 2%:R)].
have dot_e c i : dot (c *: e) (diagonal R d i) = c * (i%:R / (2 ^ k.+1)%:R).
  rewrite /dot big_ord_recl big1 => [|j _]; rewrite !mxE /= ?mulr0 ?mul0r //.
  by rewrite addr0 -mulrA (mulrC _^-1).
exists (first :: nseq k (fold_layer R)), (difference R); split=> [||i].
- by rewrite /= size_nseq.
- by rewrite /= all_nseq /= orbT.
have start : hidden first (row_seq (diagonal R d i)) = folded (i%:R / (2 ^ k.+1)%:R).
  by rewrite /hidden /first /affine /= !sdot_row !dot_e addr0.
change (affine (difference R) (foldl (fun v L => hidden L v)
  (hidden first (row_seq (diagonal R d i))) (nseq k (fold_layer R))) = (odd i)%:R).
by rewrite start fold_steps read_off -iterS tents // -ltnS ltn_ord.
Qed.
