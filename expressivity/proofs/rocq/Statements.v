(* What is proved, in MathComp's own terms and the few definitions below: nothing else needs to be
   read to know what the theorems say. Each holds by a theorem of another file, and only because the
   definitions there mean the same. `formal` prints what each rests on. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Require Theorem1 Lemma1 Direction Necessity Depth LowerBounds Counting Inoue Pieces DepthSeparation.
Require Baum BitExtraction Dimension.
Local Open Scope ring_scope.

(* ---- the definitions ------------------------------------------------------------------------ *)
Section Definitions.
Variable R : realFieldType.

Definition max0 (x : R) : R := Num.max 0 x.
Definition inner d (a z : 'rV[R]_d) : R := \sum_(k < d) a 0 k * z 0 k.

(* n hidden units of one direction a, with thresholds b and output weights w: d + n + n numbers *)
Definition network n d (a : 'rV[R]_d) (b w : 'I_n -> R) (z : 'rV[R]_d) : R :=
  \sum_(j < n) w j * max0 (inner a z - b j).

(* H hidden units, each of its own direction, and an affine term *)
Definition two_layers H d (c : R) (v : 'rV[R]_d) (w b : 'I_H -> R) (a : 'I_H -> 'rV[R]_d)
    (z : 'rV[R]_d) : R :=
  c + inner v z + \sum_(j < H) w j * max0 (inner (a j) z - b j).

(* layers of units (incoming weights, bias), missing weights being 0, and an affine output *)
Definition unit_value (u : seq R * R) (x : seq R) : R := \sum_(p <- zip u.1 x) p.1 * p.2 + u.2.
Definition feedforward (Ls : seq (seq (seq R * R))) (o : seq R * R) (x : seq R) : R :=
  unit_value o (foldl (fun h L => [seq max0 (unit_value u h) | u <- L]) x Ls).
Definition coordinates d (z : 'rV[R]_d) : seq R := [seq z 0 k | k <- enum 'I_d].
Definition parameters (Ls : seq (seq (seq R * R))) (o : seq R * R) : nat :=
  (\sum_(L <- Ls) \sum_(u <- L) (size u.1).+1 + (size o.1).+1)%N.
Definition nonzero_parameters (Ls : seq (seq (seq R * R))) (o : seq R * R) : nat :=
  (\sum_(L <- Ls) \sum_(u <- L) ((u.2 != 0%R) + count (predC1 0%R) u.1)
   + ((o.2 != 0%R) + count (predC1 0%R) o.1))%N.

(* the numbers of incoming weights of all units, layer by layer, the output last *)
Definition architecture (Ls : seq (seq (seq R * R))) (o : seq R * R) : seq (seq nat) :=
  [seq [seq size u.1 | u <- L] | L <- rcons Ls [:: o]].

(* threshold units, and points of which every d + 1 are affinely independent *)
Definition threshold (x : R) : R := if 0 <= x then 1 else 0.
Definition general_position n d (z : 'I_n -> 'rV[R]_d) : Prop :=
  forall f : 'I_(1 + d) -> 'I_n, injective f ->
    \det (\matrix_(i, k) (row_mx 1 (z (f i)) : 'rV[R]_(1 + d)) 0 k) != 0.

(* functions of W parameters that are made of them and of constants by sums, products, ReLUs and
   thresholds: P holds of all of them if it holds of those and is handed on by these *)
Definition built_of W (f : ('I_W -> R) -> R) : Prop :=
  forall P : (('I_W -> R) -> R) -> Prop,
    (forall i, P (fun w => w i)) -> (forall c, P (fun=> c)) ->
    (forall f g, P f -> P g -> P (fun w => f w + g w)) ->
    (forall f g, P f -> P g -> P (fun w => f w * g w)) ->
    (forall f, P f -> P (fun w => max0 (f w))) ->
    (forall f, P f -> P (fun w => threshold (f w))) -> P f.
End Definitions.

Section Theorems.
Variable R : realFieldType.

(* ---- Theorem 1, Lemma 1, Corollary 1 ---------------------------------------------------------- *)
Theorem any_values_at_distinct_points n d (z : 'I_n -> 'rV[R]_d) (y : 'I_n -> R) : injective z ->
  exists (a : 'rV[R]_d) (b w : 'I_n -> R), forall i, network a b w (z i) = y i.
Proof. exact: Theorem1.theorem1. Qed.

Theorem only_distinct_points n d (z : 'I_n -> 'rV[R]_d) :
  (forall y : 'I_n -> R, exists (a : 'rV[R]_d) (b w : 'I_n -> R),
    forall i, network a b w (z i) = y i) -> injective z.
Proof. exact: Necessity.injectivity_needed. Qed.

Theorem a_small_direction_separates n d (z : 'I_n -> 'rV[R]_d) : injective z ->
  exists2 s : nat, (s <= d.-1 * 'C(n, 2))%N &
    injective (fun i => inner (\row_(k < d) s%:R ^+ k) (z i)).
Proof. exact: Direction.projection_bound. Qed.

Theorem triangular_positive_unique n (b t y : 'I_n -> R) : (forall i, b i < t i) ->
  (forall i j : 'I_n, (i < j)%N -> t i <= b j) ->
  let A : 'M[R]_n := \matrix_(i, j) max0 (t i - b j) in
  [/\ is_trig_mx A, \det A = \prod_i (t i - b i), \rank A = n,
      forall c, eigenvalue A c = [exists i, c == t i - b i] &
      exists! w : 'cV[R]_n, forall i, \sum_j w j 0 * max0 (t i - b j) = y i].
Proof.
move=> bt tb A; split; [exact: Lemma1.kinks_trig | exact: Lemma1.det_kinks
  | exact: (Lemma1.kinks_rank bt tb) | exact: (Lemma1.kinks_eigenvalue bt tb)
  | exact: Lemma1.triangular_interp].
Qed.

Theorem weights_are_differences_of_slopes n (t y : nat -> R) (b0 : R) : b0 < t 0%N ->
  (forall i, (i.+1 < n)%N -> t i < t i.+1) ->
  let b j := if j is k.+1 then t k else b0 in
  let s j := if j is k.+1 then (y k.+1 - y k) / (t k.+1 - t k) else y 0%N / (t 0%N - b0) in
  let w j := s j - (if j is k.+1 then s k else 0) in
  forall i, (i < n)%N -> \sum_(j < n) w j * max0 (t i - b j) = y i.
Proof. by move=> h0 ht b s w i; apply: Lemma1.closed_form. Qed.

Theorem any_depth_interpolates n d (z : 'I_n -> 'rV[R]_d) (y : 'I_n -> R) r m :
  injective z -> (n <= r * m)%N ->
  exists (Ls : seq (seq (seq R * R))) (o : seq R * R),
    [/\ (size Ls).+1 = r.+2, (\max_(L <- Ls) size L <= m + 4)%N,
        (parameters Ls o <= 2 * d + 5 * n + 16 * r + 9)%N &
        forall i, feedforward Ls o (coordinates (z i)) = y i].
Proof. exact: Depth.corollary1. Qed.

(* ---- lower bounds: what no network of a form does with less ------------------------------------- *)
Theorem shared_direction_needs_n_units n d :
  exists (z : 'I_n -> 'rV[R]_d.+1) (y : 'I_n -> R), injective z /\
  forall H (a : 'rV[R]_d.+1) (b w : 'I_H -> R),
    (forall i, network a b w (z i) = y i) -> (n <= H)%N.
Proof. exact: LowerBounds.shared_direction_needs_n_units. Qed.

Theorem two_layers_need_n_minus_2_units n d :
  exists (z : 'I_n -> 'rV[R]_d.+1) (y : 'I_n -> R), injective z /\
  forall H c v (w b : 'I_H -> R) (a : 'I_H -> 'rV[R]_d.+1),
    (forall i, two_layers c v w b a (z i) = y i) -> (n <= H + 2)%N.
Proof. exact: LowerBounds.two_layers_need_n_minus_2_units. Qed.

Theorem n_minus_2_units_suffice_on_a_line n (t y : nat -> R) :
  (forall i, (i.+1 < n.+2)%N -> t i < t i.+1) ->
  exists (c v : R) (w b : 'I_n -> R), forall i, (i < n.+2)%N ->
    c + v * t i + \sum_(j < n) w j * max0 (1 * t i - b j) = y i.
Proof. exact: LowerBounds.n_minus_2_units_suffice_on_a_line. Qed.

Theorem any_depth_needs_n_minus_1_pieces n d :
  exists (z : 'I_n -> 'rV[R]_d.+1) (y : 'I_n -> R), injective z /\
  forall (Ls : seq (seq (seq R * R))) (o : seq R * R),
    (forall i, feedforward Ls o (coordinates (z i)) = y i) ->
    (n <= \prod_(L <- Ls) (size L).+1 + 1)%N.
Proof. exact: Pieces.any_depth_needs_n_minus_1_pieces. Qed.

(* ---- what depth buys -------------------------------------------------------------------------- *)
Theorem two_hidden_layers_interpolate n d K (z : 'I_n -> 'rV[R]_d) (y : 'I_n -> 'I_K -> R) p q :
  injective z -> (n <= p * q)%N ->
  exists (a : 'rV[R]_d) (k : 'I_p -> R) (v : 'I_K -> 'M[R]_(q, p)) (c : 'I_K -> 'I_q -> R)
    (C : 'I_K -> R), forall i o,
    C o + \sum_(j < q) (-1) ^+ j *
      max0 (c o j + \sum_(l < p) v o j l * max0 (inner a (z i) - k l)) = y i o.
Proof. exact: Inoue.two_hidden_layers_interpolate_outputs. Qed.

Theorem two_hidden_layers_with_count n d (z : 'I_n -> 'rV[R]_d) (y : 'I_n -> R) p q :
  injective z -> (n <= p * q)%N ->
  exists (L1 L2 : seq (seq R * R)) (o : seq R * R),
    [/\ size L1 = p, size L2 = q,
        parameters [:: L1; L2] o = (p * d.+1 + q * p.+1 + q.+1)%N &
        forall i, feedforward [:: L1; L2] o (coordinates (z i)) = y i].
Proof. exact: Inoue.two_hidden_layers_with_count. Qed.

Theorem three_layers_need_fewer_units m d :
  exists (z : 'I_(m * m) -> 'rV[R]_d.+1) (y : 'I_(m * m) -> R), [/\ injective z,
    forall H c v (w b : 'I_H -> R) (a : 'I_H -> 'rV[R]_d.+1),
      (forall i, two_layers c v w b a (z i) = y i) -> (m * m <= H + 2)%N &
    exists (L1 L2 : seq (seq R * R)) (o : seq R * R), [/\ size L1 = m, size L2 = m &
      forall i, feedforward [:: L1; L2] o (coordinates (z i)) = y i]].
Proof. exact: DepthSeparation.three_layers_need_fewer_units. Qed.

Theorem depth_saves_exponentially k d :
  exists (z : 'I_(2 ^ k.+1).+1 -> 'rV[R]_d.+1) (y : 'I_(2 ^ k.+1).+1 -> R), [/\ injective z,
    (forall (Ls : seq (seq (seq R * R))) (o : seq R * R),
      (forall i, feedforward Ls o (coordinates (z i)) = y i) ->
      (2 ^ k.+1 <= \prod_(L <- Ls) (size L).+1)%N),
    (forall H c v (w b : 'I_H -> R) (a : 'I_H -> 'rV[R]_d.+1),
      (forall i, two_layers c v w b a (z i) = y i) -> (2 ^ k.+1 <= H + 1)%N) &
    exists (Ls : seq (seq (seq R * R))) (o : seq R * R),
      [/\ size Ls = k.+1, all (fun L => size L == 2%N) Ls &
          forall i, feedforward Ls o (coordinates (z i)) = y i]].
Proof. exact: DepthSeparation.depth_saves_exponentially. Qed.

(* ---- threshold units: 2 K of them, K about n / (2 d) -------------------------------------------- *)
Theorem threshold_units_in_general_position n d (z : 'I_n -> 'rV[R]_d) (y : 'I_n -> bool) K :
  general_position z -> (d < n)%N -> (n <= 2 * (K * d))%N ->
  exists (o s : R) (a : 'I_K -> 'rV[R]_d) (b c : 'I_K -> R), forall i,
    o + s * (\sum_(j < K)
      (threshold (inner (a j) (z i) - b j) - threshold (inner (a j) (z i) - c j))) = (y i)%:R.
Proof. exact: Baum.threshold_units_in_general_position. Qed.

(* ---- class labels in the bits of about sqrt(n) weights ------------------------------------------ *)
Theorem few_weights_hold_all_labels n d (z : 'I_n -> 'rV[R]_d) (a : 'rV[R]_d) (t c : 'I_n -> nat)
    (v : nat -> R) b e C m G :
  injective t -> (forall i, inner a (z i) = (t i)%:R) -> (forall i, t i + 2 < 2 ^ b)%N ->
  (forall i, c i <= C)%N -> (C < 2 ^ e)%N -> (#|[set i | c i != 0%N]| <= G.+1 * m.+1)%N ->
  exists (Ls : seq (seq (seq R * R))) (o : seq R * R),
    [/\ (size Ls).+1 = (m * (b + e + 2) + 6)%N,
        parameters Ls o = (d + 6 * G + m * (15 * (b + e + 3)) + 18 * C + 37)%N,
        (nonzero_parameters Ls o <= d + 6 * G + m * (7 * (b + e + 2) + 14) + 12 * C + 22)%N &
        forall i, feedforward Ls o (coordinates (z i)) = v (c i)].
Proof. exact: BitExtraction.few_weights_hold_all_labels. Qed.

(* ---- n real labels need n parameters ------------------------------------------------------------ *)
Theorem real_labels_need_n_parameters n W (f : 'I_n -> ('I_W -> R) -> R) :
  (forall i, built_of (f i)) -> (forall y : 'I_n -> R, exists w, forall i, f i w = y i) ->
  (n <= W)%N.
Proof. exact: Dimension.real_labels_need_n_parameters. Qed.

Theorem real_labels_need_n_weights n d (z : 'I_n -> 'rV[R]_d) (A : seq (seq nat)) :
  (forall y : 'I_n -> R, exists (Ls : seq (seq (seq R * R))) (o : seq R * R),
    architecture Ls o = A /\ forall i, feedforward Ls o (coordinates (z i)) = y i) ->
  (n <= \sum_(L <- A) \sum_(k <- L) k.+1)%N.
Proof. exact: Dimension.real_labels_need_n_weights. Qed.

End Theorems.

(* ---- counting: n labels need n bits ---------------------------------------------------------- *)
Section Counting.
Local Open Scope nat_scope.

Theorem labelings_need_parameter_vectors n (Y P : finType) (f : P -> 'I_n -> Y) :
  (forall y : 'I_n -> Y, exists p, f p =1 y) -> #|Y| ^ n <= #|P|.
Proof. exact: Counting.labelings_need_parameter_vectors. Qed.

Theorem labels_need_bits n C B (f : B.-tuple bool -> 'I_n -> 'I_C) :
  (forall y : 'I_n -> 'I_C, exists p, f p =1 y) -> C ^ n <= 2 ^ B.
Proof. exact: Counting.labels_need_bits. Qed.

Theorem labels_need_values n C W (K : finType) (f : {ffun 'I_W -> K} -> 'I_n -> 'I_C) :
  (forall y : 'I_n -> 'I_C, exists p, f p =1 y) -> C ^ n <= #|K| ^ W.
Proof. exact: Counting.labels_need_values. Qed.

Theorem two_classes_need_n_over_B_parameters n W B (K : finType)
    (f : {ffun 'I_W -> K} -> 'I_n -> bool) : #|K| <= 2 ^ B ->
  (forall y : 'I_n -> bool, exists p, f p =1 y) -> n <= W * B.
Proof. exact: Counting.two_classes_need_n_over_B_parameters. Qed.
End Counting.
