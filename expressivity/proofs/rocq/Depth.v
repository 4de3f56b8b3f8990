(* Corollary 1 for depth r + 2: one layer that projects, r layers of at most m units each, an affine
   output. If n <= r m, the width is at most m + 4 and at most 2d + 5n + 16r + 9 numbers are
   stored, weights and biases. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.zify Require Import zify.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Require Import Theorem1.
Local Open Scope ring_scope.

Section Depth.
Variable R : realFieldType.
Implicit Types (x h v : seq R) (c : seq (R * R)) (cs : seq (seq (R * R))).

(* ---- plain feed-forward networks on sequences ---------------------------- *)
Definition neuron := (seq R * R)%type.            (* incoming weights, bias *)
Definition layer := seq neuron.
Definition sdot v x : R := \sum_(p <- zip v x) p.1 * p.2.  (* missing weight = 0 *)
Definition affine (u : neuron) x : R := sdot u.1 x + u.2.
Definition hidden (L : layer) x : seq R := [seq relu (affine u x) | u <- L].
Definition forward (Ls : seq layer) (o : neuron) x : R :=
  affine o (foldl (fun v L => hidden L v) x Ls).
Definition depth (Ls : seq layer) := (size Ls).+1.
Definition width (Ls : seq layer) : nat := \max_(L <- Ls) size L.
Definition nweights (Ls : seq layer) (o : neuron) : nat :=
  (\sum_(L <- Ls) \sum_(u <- L) (size u.1).+1 + (size o.1).+1)%N.

Lemma sdot_nil x : sdot [::] x = 0. Proof. by rewrite /sdot; case: x => [|? ?]; rewrite big_nil. Qed.
Lemma sdot_cons a v b x : sdot (a :: v) (b :: x) = a * b + sdot v x.
Proof. by rewrite /sdot /= big_cons. Qed.
Lemma sdotN v x : sdot [seq - a | a <- v] x = - sdot v x.
Proof.
elim: v x => [|a v IH] [|b x] /=; rewrite ?sdot_nil ?oppr0 //.
  by rewrite /sdot !big_nil oppr0.
by rewrite !sdot_cons IH mulNr opprD.
Qed.

Lemma relu_split (u : R) : relu u - relu (- u) = u.
Proof.
case: (lerP 0 u) => h.
  by rewrite (relu_ge0 h) relu_le0 ?oppr_le0 // subr0.
by rewrite (relu_le0 (ltW h)) relu_ge0 ?oppr_ge0 ?(ltW h) // sub0r opprK.
Qed.

(* ---- the construction ---------------------------------------------------- *)
(* state after a chunk layer: t and the accumulator, each as a (+,-) pair,
   then the units of the current chunk *)
Definition state (t A : R) c : seq R :=
  [:: relu t; relu (- t); relu A; relu (- A)] ++ [seq relu (t - p.1) | p <- c].

Definition first : R -> seq R := fun t => [:: relu t; relu (- t)].

Definition accw c : seq R := [:: 0; 0; 1; -1] ++ [seq p.2 | p <- c].

Definition chunk_layer (prev c : seq (R * R)) : layer :=
  [:: ([:: 1; -1], 0); ([:: -1; 1], 0); (accw prev, 0); ([seq - a | a <- accw prev], 0)]
  ++ [seq ([:: 1; -1], - p.1) | p <- c].

Lemma sdot_t t x : sdot [:: 1; -1] [:: relu t, relu (- t) & x] = t.
Proof. by rewrite !sdot_cons sdot_nil addr0 mul1r mulN1r relu_split. Qed.
Lemma sdot_Nt t x : sdot [:: -1; 1] [:: relu t, relu (- t) & x] = - t.
Proof.
by rewrite -[X in _ = - X](sdot_t t x) -sdotN /= opprK.
Qed.

Lemma sdot_chunk c t : sdot [seq p.2 | p <- c] [seq relu (t - p.1) | p <- c] = net1 c t.
Proof.
rewrite /net1; elim: c => [|p c IH] /=; first by rewrite sdot_nil big_nil.
by rewrite sdot_cons big_cons IH.
Qed.

Lemma sdot_acc c t A : sdot (accw c) (state t A c) = A + net1 c t.
Proof.
rewrite /accw /state /= !sdot_cons !mul0r !add0r mul1r mulN1r addrA relu_split.
by rewrite sdot_chunk.
Qed.

Lemma step t A prev c :
  hidden (chunk_layer prev c) (state t A prev) = state t (A + net1 prev t) c.
Proof.
rewrite /hidden /chunk_layer map_cat /=; congr [:: _, _, _, _ & _].
- by rewrite /affine /= addr0 sdot_t.
- by rewrite /affine /= addr0 sdot_Nt.
- by rewrite /affine addr0 sdot_acc.
- by rewrite -sdot_acc -sdotN /affine addr0.
by rewrite -map_comp; apply: eq_map => p /=; rewrite /affine /= sdot_t.
Qed.

Fixpoint layers (prev : seq (R * R)) cs : seq layer :=
  if cs is c :: cs' then chunk_layer prev c :: layers c cs' else [::].

Lemma run t A prev cs :
  sdot (accw (last prev cs)) (foldl (fun v L => hidden L v) (state t A prev) (layers prev cs))
  = A + net1 prev t + net1 (flatten cs) t.
Proof.
elim: cs A prev => [|c cs IH] A prev.
  by rewrite /= sdot_acc {3}/net1 big_nil addr0.
change (sdot (accw (last c cs)) (foldl (fun v L => hidden L v)
  (hidden (chunk_layer prev c) (state t A prev)) (layers c cs)) =
  A + net1 prev t + net1 (c ++ flatten cs) t).
by rewrite step IH -addrA [in RHS]/net1 big_cat.
Qed.

(* ---- size bookkeeping ---------------------------------------------------- *)
Lemma size_layers prev cs : size (layers prev cs) = size cs.
Proof. by elim: cs prev => //= c cs IH prev; rewrite IH. Qed.

Lemma nweights_layers prev cs :
  (nweights (layers prev cs) (accw (last prev cs), 0%R)
   <= 16 * size cs + 2 * size prev + 5 * size (flatten cs) + 5)%N.
Proof.
rewrite /nweights; elim: cs prev => [|c cs IH] prev.
  by rewrite big_nil /= size_map; lia.
have := IH c; rewrite /= big_cons size_cat.
have -> : (\sum_(u <- chunk_layer prev c) (size u.1).+1
          = 16 + 2 * size prev + 3 * size c)%N.
  rewrite /chunk_layer big_cat !big_cons big_nil /= !size_map big_map /=.
  by rewrite big_const_seq iter_addn_0 count_predT; lia.
by lia.
Qed.

Lemma width_layers m prev cs : all (fun c => size c <= m)%N cs ->
  (width (layers prev cs) <= m + 4)%N.
Proof.
rewrite /width; elim: cs prev => [|c cs IH] prev /=; first by rewrite big_nil.
case/andP => cm /IH h; rewrite big_cons geq_max h andbT /= size_map; lia.
Qed.

Definition row_seq d (z : 'rV[R]_d) : seq R := [seq z 0 k | k <- enum 'I_d].

Lemma sdot_row d (a z : 'rV[R]_d) : sdot (row_seq a) (row_seq z) = dot a z.
Proof.
rewrite /dot -big_enum /= /row_seq; elim: (enum 'I_d) => [|k s IH] /=.
  by rewrite sdot_nil big_nil.
by rewrite sdot_cons big_cons IH.
Qed.

Definition projection_layer d (a : 'rV[R]_d) : layer :=
  [:: (row_seq a, 0); ([seq - u | u <- row_seq a], 0); ([::], 0); ([::], 0)].

Lemma projection_state d (a z : 'rV[R]_d) :
  hidden (projection_layer a) (row_seq z) = state (dot a z) 0 [::].
Proof.
by rewrite /hidden /state /= /affine /= !addr0 sdotN sdot_row sdot_nil oppr0.
Qed.

Theorem corollary1 n d (z : 'I_n -> 'rV[R]_d) (y : 'I_n -> R) r m :
  injective z -> (n <= r * m)%N ->
  exists (Ls : seq layer) (o : neuron),
    [/\ depth Ls = r.+2,
        (width Ls <= m + 4)%N,
        (nweights Ls o <= 2 * d + 5 * n + 16 * r + 9)%N &
        forall i, forward Ls o (row_seq (z i)) = y i].
Proof.
move=> zI nrm; have [a [b [w h]]] := theorem1 y zI.
pose bw := [seq (b j, w j) | j <- enum 'I_n].
have sbw : size bw = n by rewrite size_map size_enum_ord.
pose cs := reshape (nseq r m) bw.
have fcs : flatten cs = bw.
  by rewrite reshapeKr // sumn_nseq sbw mulnC.
have scs : size cs = r by rewrite size_reshape size_nseq.
have mcs : all (fun c => size c <= m)%N cs.
  apply/allP => c /(nthP [::])[i]; rewrite scs => ir <-.
  rewrite nth_reshape nth_nseq ir size_take; case: ltnP => //.
exists (projection_layer a :: layers [::] cs), (accw (last [::] cs), 0); split.
- by rewrite /depth /= size_layers scs.
- rewrite /width big_cons geq_max addn4 /=; have := width_layers [::] mcs.
  by rewrite /width addn4 => ->.
- have sr (a' : 'rV[R]_d) : size (row_seq a') = d by rewrite size_map size_enum_ord.
  have := nweights_layers [::] cs; rewrite /nweights big_cons fcs sbw scs.
  have -> : (\sum_(u <- projection_layer a) (size u.1).+1 = 2 * d + 4)%N.
    rewrite !big_cons big_nil /= (size_map _ (row_seq a)) sr. lia.
  by move=> /=; lia.
move=> i; rewrite /forward /affine addr0.
change (sdot (accw (last [::] cs)) (foldl (fun v L => hidden L v)
  (hidden (projection_layer a) (row_seq (z i))) (layers [::] cs)) = y i).
rewrite projection_state run fcs -(h i) /net /net1 big_nil !add0r.
by rewrite big_map big_enum.
Qed.
End Depth.
