(* Counting: a finite set of parameter vectors realises at most as many labelings_need_parameter_vectors as it has members.
   So all labelings_need_parameter_vectors of n points in C classes need n log2 C bits, however the network is built. *)
From mathcomp Require Import all_ssreflect.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Section Labelings.
Variables (n : nat) (Y P : finType) (f : P -> 'I_n -> Y).

(* every labeling of the n points is that of some parameter vector *)
Definition realises_all := forall y : 'I_n -> Y, exists p, f p =1 y.

Theorem labelings_need_parameter_vectors : realises_all -> #|Y| ^ n <= #|P|.
Proof.
move=> all; have E (y : {ffun 'I_n -> Y}) : exists p, [forall i, f p i == y i].
  by have [p hp] := all y; exists p; apply/forallP => i; rewrite hp.
pose g y := xchoose (E y).
have fg y i : f (g y) i = y i by have /forallP/(_ i)/eqP := xchooseP (E y).
have : injective g by move=> y y' e; apply/ffunP => i; rewrite -fg e fg.
by move/leq_card; rewrite card_ffun card_ord.
Qed.
End Labelings.

(* B bits in all: C^n <= 2^B, and n <= B for two classes *)
Corollary labels_need_bits n C B (f : B.-tuple bool -> 'I_n -> 'I_C) : realises_all f -> C ^ n <= 2 ^ B.
Proof. by move/labelings_need_parameter_vectors; rewrite card_tuple card_bool card_ord. Qed.

Corollary two_classes_need_n_bits n B (f : B.-tuple bool -> 'I_n -> bool) : realises_all f -> n <= B.
Proof. by move/labelings_need_parameter_vectors; rewrite card_tuple card_bool leq_exp2l. Qed.

(* W parameters with values in a finite set K: C^n <= |K|^W *)
Corollary labels_need_values n C W (K : finType) (f : {ffun 'I_W -> K} -> 'I_n -> 'I_C) :
  realises_all f -> C ^ n <= #|K| ^ W.
Proof. by move/labelings_need_parameter_vectors; rewrite card_ffun !card_ord. Qed.

(* W parameters of at most B bits each (64 for doubles): n <= W B for two classes *)
Corollary two_classes_need_n_over_B_parameters n W B (K : finType) (f : {ffun 'I_W -> K} -> 'I_n -> bool) :
  #|K| <= 2 ^ B -> realises_all f -> n <= W * B.
Proof.
move=> KB /labelings_need_parameter_vectors; rewrite card_ffun card_ord card_bool => h.
rewrite -(@leq_exp2l 2) // mulnC expnM; apply: leq_trans h _.
by case: W f => // W f; rewrite leq_exp2r.
Qed.
