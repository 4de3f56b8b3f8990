(* Lemma 1: A_ij = max(t_i - b_j, 0) is lower triangular, its determinant is the product of its
   diagonal t_i - b_i, which is also the list of its eigenvalues; hence the weights are unique given
   the knots. And the closed form that the Python code computes them by. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Require Import Theorem1.
Local Open Scope ring_scope.

Section Triangular.
Variables (R : realFieldType) (n : nat) (b x : 'I_n -> R).
Hypothesis bx : forall i, b i < x i.
Hypothesis xb : forall i j : 'I_n, (i < j)%N -> x i <= b j.

Definition kinks : 'M[R]_n := \matrix_(i, j) relu (x i - b j).

Lemma kinks_trig : is_trig_mx kinks.
Proof.
by apply/is_trig_mxP => i j ij; rewrite mxE relu_le0 // subr_le0 xb.
Qed.

Lemma kinks_diag i : kinks i i = x i - b i.
Proof. by rewrite mxE relu_ge0 // subr_ge0 ltW. Qed.

Lemma det_kinks : \det kinks = \prod_i (x i - b i).
Proof. by rewrite det_trig ?kinks_trig //; apply: eq_bigr => i _; rewrite kinks_diag. Qed.

Lemma kinks_unit : kinks \in unitmx.
Proof.
rewrite unitmxE det_kinks unitfE; apply/prodf_neq0 => i _.
by rewrite subr_eq0 gt_eqF.
Qed.

Lemma kinks_rank : \rank kinks = n.
Proof. exact: mxrank_unit kinks_unit. Qed.

Lemma kinks_eigenvalue c : eigenvalue kinks c = [exists i, c == x i - b i].
Proof.
rewrite eigenvalue_root_char char_poly_trig ?kinks_trig // rootE horner_prod.
apply/eqP/existsP => [h|[i /eqP->]].
  apply/existsP; apply: contra_eqT h => /existsPn h; apply/prodf_neq0 => i _.
  by rewrite hornerXsubC subr_eq0 kinks_diag h.
by rewrite (bigD1 i) //= hornerXsubC kinks_diag subrr mul0r.
Qed.

(* unique weights, given the thresholds *)
Theorem triangular_interp (y : 'I_n -> R) :
  exists! w : 'cV[R]_n, forall i, \sum_j w j 0 * relu (x i - b j) = y i.
Proof.
pose Y : 'cV[R]_n := \col_i y i.
have E (w : 'cV[R]_n) : (forall i, \sum_j w j 0 * relu (x i - b j) = y i) <-> kinks *m w = Y.
  split=> [h|h i].
    apply/matrixP => i k; rewrite (ord1 k) !mxE -h; apply: eq_bigr => j _.
    by rewrite mxE mulrC.
  move/matrixP/(_ i 0): h; rewrite !mxE => <-; apply: eq_bigr => j _.
  by rewrite mxE mulrC.
exists (invmx kinks *m Y); split; first by apply/E; rewrite mulKVmx // kinks_unit.
by move=> w /E <-; rewrite mulKmx // kinks_unit.
Qed.
End Triangular.

Section ClosedForm.
Variables (R : realFieldType) (n : nat) (t y : nat -> R) (b0 : R).
Hypothesis b0_lt : b0 < t 0%N.
Hypothesis t_incr : forall i, (i.+1 < n)%N -> t i < t i.+1.

(* the first knot b0 lies anywhere to the left, each other at the projection before its own *)
Definition knot j := if j is k.+1 then t k else b0.
Definition slope j :=
  if j is k.+1 then (y k.+1 - y k) / (t k.+1 - t k) else y 0%N / (t 0%N - b0).
Definition weight j := slope j - (if j is k.+1 then slope k else 0).

Lemma t_mono i j : (i <= j)%N -> (j < n)%N -> t i <= t j.
Proof.
elim: j => [|j IH]; first by rewrite leqn0 => /eqP->.
rewrite leq_eqVlt => /orP[/eqP->//|]; rewrite ltnS => ij jn.
exact: le_trans (IH ij (ltnW jn)) (ltW (t_incr jn)).
Qed.

Lemma sum_weight m : \sum_(j < m.+1) weight j = slope m.
Proof.
elim: m => [|m IH]; first by rewrite big_ord1 /weight subr0.
by rewrite big_ord_recr /= IH /weight addrC subrK.
Qed.

Lemma closed_form_prefix i : (i < n)%N ->
  \sum_(j < i.+1) weight j * (t i - knot j) = y i.
Proof.
elim: i => [|i IH] lt_n.
  by rewrite big_ord1 /weight subr0 /= divfK // subr_eq0 gt_eqF.
have h : \sum_(j < i.+2) weight j * (t i.+1 - knot j) =
         \sum_(j < i.+2) weight j * (t i - knot j) + slope i.+1 * (t i.+1 - t i).
  rewrite -sum_weight big_distrl -big_split /=; apply: eq_bigr => j _.
  by rewrite -mulrDr [in RHS]addrC addrA subrK.
rewrite h big_ord_recr /= subrr mulr0 addr0 IH ?(ltnW lt_n) //.
by rewrite divfK ?subr_eq0 ?gt_eqF ?t_incr // addrC subrK.
Qed.

Theorem closed_form i : (i < n)%N ->
  \sum_(j < n) weight j * relu (t i - knot j) = y i.
Proof.
move=> lt_n; rewrite -(closed_form_prefix lt_n).
rewrite (big_ord_widen n (fun j => weight j * (t i - knot j)) lt_n).
rewrite [LHS](bigID (fun j : 'I_n => (j < i.+1)%N)) /= [X in _ + X]big1 ?addr0.
  apply: eq_bigr => j ji; rewrite relu_ge0 // subr_ge0.
  case: j ji => -[|j] jn //= ji; last exact: t_mono (@ltnW j i ji) lt_n.
  exact: le_trans (ltW b0_lt) (t_mono (leq0n i) lt_n).
move=> j; rewrite -leqNgt => ij; rewrite relu_le0 ?mulr0 // subr_le0.
by case: j ij => -[|j] jn //= ij; rewrite t_mono // (ltn_trans _ jn).
Qed.
End ClosedForm.
