(* Real labels need as many parameters as there are points, whatever the network is built of: sums,
   products, ReLUs and thresholds of parameters and constants. On finitely many pieces such outputs
   are polynomials in the parameters; n polynomials in fewer than n variables satisfy an equation,
   as there are more products of them than monomials; and some labels satisfy none of finitely many
   equations. *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.zify Require Import zify.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Require Import Theorem1 Depth.
Local Open Scope ring_scope.

(* ---- numbers are told apart by their digits -------------------------------------------------- *)
Lemma digits_inj B n (a a' : nat -> nat) : (forall i, a i < B)%N -> (forall i, a' i < B)%N ->
  (\sum_(i < n) a i * B ^ i = \sum_(i < n) a' i * B ^ i)%N -> forall i, (i < n)%N -> a i = a' i.
Proof.
elim: n a a' => // n IH a a' aB aB'; have B0 : (0 < B)%N := leq_ltn_trans (leq0n _) (aB 0%N).
have cut (f : nat -> nat) :
    (\sum_(i < n.+1) f i * B ^ i = (\sum_(i < n) f i.+1 * B ^ i) * B + f 0%N)%N.
  rewrite big_ord_recl expn0 muln1 addnC big_distrl /=; congr (_ + _)%N; apply: eq_bigr => i _.
  by rewrite -mulnA -expnSr.
rewrite !cut => e; have e0 : a 0%N = a' 0%N.
  by have := congr1 (modn^~ B) e; rewrite !modnMDl !modn_small.
case=> [//|i]; rewrite ltnS; apply: (IH (fun i => a i.+1) (fun i => a' i.+1)) => //.
by move/eqP: e; rewrite e0 eqn_add2r eqn_pmul2r // => /eqP.
Qed.

Section Dimension.
Variable R : realFieldType.

(* ---- polynomials in W variables, of degree at most D in each --------------------------------- *)
Section Polynomials.
Variable W : nat.
Implicit Types (x : 'I_W -> R) (f g : ('I_W -> R) -> R).

Definition monomial D (e : {ffun 'I_W -> 'I_D.+1}) x := \prod_i x i ^+ e i.
Definition polynomial D f := exists c : {ffun 'I_W -> 'I_D.+1} -> R,
  forall x, f x = \sum_e c e * monomial e x.

Lemma polynomial_eq D f g : (forall x, f x = g x) -> polynomial D f -> polynomial D g.
Proof. by move=> e [c h]; exists c => x; rewrite -e. Qed.

Lemma polynomial_sum D (I : finType) (f : I -> ('I_W -> R) -> R) :
  (forall i, polynomial D (f i)) -> polynomial D (fun x => \sum_i f i x).
Proof.
case/fin_all_exists => c h; exists (fun e => \sum_i c i e) => x.
under eq_bigr do rewrite h; rewrite exchange_big; apply: eq_bigr => e _.
by rewrite mulr_suml.
Qed.

Lemma polynomial_scale D k f : polynomial D f -> polynomial D (fun x => k * f x).
Proof.
case=> c h; exists (fun e => k * c e) => x; rewrite h mulr_sumr.
by apply: eq_bigr => e _; rewrite mulrA.
Qed.

Lemma polynomial_powers D (e : 'I_W -> nat) : (forall i, e i <= D)%N ->
  polynomial D (fun x => \prod_i x i ^+ e i).
Proof.
move=> eD; pose e' : {ffun 'I_W -> 'I_D.+1} := [ffun i => inord (e i)].
exists (fun k => (k == e')%:R) => x; rewrite (bigD1 e') //= eqxx mul1r [X in _ + X]big1 ?addr0.
  by rewrite /monomial; apply: eq_bigr => i _; rewrite ffunE inordK // ltnS.
by move=> k /negPf->; rewrite mul0r.
Qed.

Lemma polynomial_mul D D' f g : polynomial D f -> polynomial D' g ->
  polynomial (D + D') (fun x => f x * g x).
Proof.
move=> [c h] [c' h'].
apply: (@polynomial_eq _ (fun x => \sum_e \sum_e' c e * (c' e' * \prod_i x i ^+ (e i + e' i)))).
  move=> x; rewrite h h' mulr_suml; apply: eq_bigr => e _; rewrite mulr_sumr.
  apply: eq_bigr => e' _; rewrite -mulrA; congr (_ * _); rewrite mulrCA; congr (_ * _).
  by rewrite -big_split; apply: eq_bigr => i _; rewrite exprD.
apply: polynomial_sum => e; apply: polynomial_sum => e'; do 2!apply: polynomial_scale.
by apply: polynomial_powers => i; rewrite leq_add // -ltnS.
Qed.

Lemma polynomial_const D k : polynomial D (fun=> k).
Proof.
apply: (@polynomial_eq _ (fun x => k * \prod_i x i ^+ 0)).
  by move=> x; rewrite big1 ?mulr1.
by apply: polynomial_scale; apply: polynomial_powers.
Qed.

Lemma polynomial_var D i : polynomial D.+1 (fun x => x i).
Proof.
apply: (@polynomial_eq _ (fun x => \prod_j x j ^+ (j == i))).
  by move=> x; rewrite (bigD1 i) //= eqxx expr1 big1 ?mulr1 // => j /negPf->.
by apply: polynomial_powers => j; case: (j == i).
Qed.

Lemma polynomial_le D D' f : (D <= D')%N -> polynomial D f -> polynomial D' f.
Proof.
move=> DD h; rewrite -(subnKC DD).
apply: polynomial_eq (polynomial_mul h (polynomial_const (D' - D) 1)) => x.
by rewrite mulr1.
Qed.

Lemma polynomial_add D f g : polynomial D f -> polynomial D g -> polynomial D (fun x => f x + g x).
Proof.
move=> h h'; apply: (@polynomial_eq _ (fun x => \sum_(b : bool) (if b then f x else g x))).
  by move=> x; rewrite big_bool.
by apply: (@polynomial_sum _ _ (fun (b : bool) x => if b then f x else g x)) => -[].
Qed.

Lemma polynomial_exp D f k : polynomial D f -> polynomial (k * D) (fun x => f x ^+ k).
Proof.
move=> h; elim: k => [|k IH]; first exact: polynomial_const.
by rewrite mulSn; apply: polynomial_eq (polynomial_mul h IH) => x; rewrite exprS.
Qed.

Lemma polynomial_prod D n (f : 'I_n -> ('I_W -> R) -> R) : (forall i, polynomial D (f i)) ->
  polynomial (n * D) (fun x => \prod_i f i x).
Proof.
elim: n f => [|n IH] f h.
  by apply: polynomial_eq (polynomial_const _ 1) => x; rewrite big_ord0.
rewrite mulSn; have h' := IH (fun i => f (lift ord0 i)) (fun i => h _).
by apply: polynomial_eq (polynomial_mul (h ord0) h') => x; rewrite big_ord_recl.
Qed.

(* ---- n polynomials in fewer variables satisfy an equation ------------------------------------ *)
Lemma equation n D : (W < n)%N -> exists A, forall f : 'I_n -> ('I_W -> R) -> R,
  (forall i, polynomial D (f i)) -> exists c : {ffun 'I_n -> 'I_A.+1} -> R,
  (exists a, c a != 0) /\ forall x, \sum_a c a * \prod_i f i x ^+ a i = 0.
Proof.
move=> Wn; pose A := ((n * D).+1 ^ W)%N; exists A => f hf.
have many : (#|{ffun 'I_W -> 'I_(n * (A * D)).+1}| < #|{ffun 'I_n -> 'I_A.+1}|)%N.
  rewrite !card_ffun !card_ord; apply: (@leq_trans (A.+1 ^ W.+1)); last by rewrite leq_pexp2l.
  apply: (@leq_ltn_trans (((n * D).+1 * A.+1) ^ W)).
    by case: (W) => // w; rewrite leq_exp2r //; lia.
  by rewrite expnMn expnS ltn_pmul2r ?expn_gt0.
have h a : polynomial (n * (A * D)) (fun x => \prod_i f i x ^+ (a : {ffun 'I_n -> 'I_A.+1}) i).
  apply: (@polynomial_prod _ _ (fun i x => f i x ^+ a i)) => i.
  by apply: polynomial_le (polynomial_exp _ (hf i)); rewrite leq_mul2r -ltnS ltn_ord orbT.
have [c hc] := fin_all_exists h.
pose M : 'M[R]_(#|{ffun 'I_n -> 'I_A.+1}|, #|{ffun 'I_W -> 'I_(n * (A * D)).+1}|) :=
  \matrix_(i, j) c (enum_val i) (enum_val j).
have : kermx M != 0.
  by rewrite kermx_eq0 /row_free neq_ltn (leq_ltn_trans (rank_leq_col _)).
case/rowV0Pn => u /sub_kermxP uM u0; exists (fun a => u 0 (enum_rank a)); split.
  by have /rV0Pn[i ui] := u0; exists (enum_val i); rewrite enum_valK.
move=> x; under eq_bigr do rewrite hc mulr_sumr; rewrite exchange_big big1 //= => e _.
under eq_bigr do rewrite mulrA; rewrite -mulr_suml.
suff -> : \sum_a u 0 (enum_rank a) * c a e = 0 by rewrite mul0r.
have := congr1 (fun v : 'rV_ _ => v 0 (enum_rank e)) uM; rewrite mxE mxE => {}uM; rewrite -[RHS]uM.
rewrite (reindex (@enum_val _ {ffun 'I_n -> 'I_A.+1})); last exact/onW_bij/enum_val_bij.
by apply: eq_bigr => i _; rewrite mxE enum_valK enum_rankK.
Qed.

(* ---- and some values satisfy none of finitely many equations: y_i = x^(B^i) for some x ------- *)
Lemma values_missed n D (K : finType) (f : K -> 'I_n -> ('I_W -> R) -> R) : (W < n)%N ->
  (forall k i, polynomial D (f k i)) -> exists y : 'I_n -> R, forall k x, ~ forall i, f k i x = y i.
Proof.
move=> Wn hf; have [A hA] := equation D Wn.
have [c hc] := fin_all_exists (fun k => hA (f k) (hf k)).
pose weight (a : {ffun 'I_n -> 'I_A.+1}) := (\sum_(i < n) a i * A.+1 ^ i)%N.
have weight_inj : injective weight.
  move=> a a' e; apply/ffunP => i; apply: val_inj.
  have n0 : (0 < n)%N := leq_ltn_trans (leq0n _) (ltn_ord i).
  pose F (b : {ffun 'I_n -> 'I_A.+1}) j := if insub j is Some i then val (b i) else 0%N.
  have FE (b : {ffun 'I_n -> 'I_A.+1}) (j : 'I_n) : F b j = b j by rewrite /F valK.
  have FA b j : (F b j < A.+1)%N by rewrite /F; case: insub => // k; apply: ltn_ord.
  rewrite -[LHS]FE -[RHS]FE; apply: (digits_inj (FA a) (FA a')) (ltn_ord i).
  by move: e; rewrite /weight; under eq_bigr do rewrite -FE; under [in RHS]eq_bigr do rewrite -FE.
pose p k : {poly R} := \sum_a c k a *: 'X^(weight a).
have p0 k : p k != 0.
  have [[a ca] _] := hc k; apply/eqP => /(congr1 (fun q : {poly R} => q`_(weight a))).
  rewrite coef0 coef_sum (bigD1 a) //= coefZ coefXn eqxx mulr1 big1 ?addr0; first by apply/eqP.
  by move=> a' aa; rewrite coefZ coefXn (inj_eq weight_inj) eq_sym (negPf aa) mulr0.
have pp : \prod_k p k != 0 by apply/prodf_neq0 => k _.
have [s _] := nonroot pp.
rewrite rootE horner_prod => /prodf_neq0 hs.
exists (fun i => s%:R ^+ (A.+1 ^ i)) => k x h; have /eqP[] := hs k isT.
rewrite horner_sum; have [_ /(_ x) h0] := hc k; rewrite -[RHS]h0.
apply: eq_bigr => a _; rewrite hornerZ hornerXn; congr (_ * _).
rewrite /weight -prodrXr; apply: eq_bigr => i _; rewrite h.
by rewrite -exprM mulnC.
Qed.
End Polynomials.

(* ---- what networks are built of -------------------------------------------------------------- *)
Inductive term W :=
  | Weight of 'I_W
  | Given of R
  | Sum of term W & term W
  | Product of term W & term W
  | Relu of term W
  | Threshold of term W.

Definition threshold (x : R) : R := if 0 <= x then 1 else 0.

Fixpoint value W (x : 'I_W -> R) (s : term W) : R :=
  match s with
  | Weight i => x i
  | Given c => c
  | Sum s1 s2 => value x s1 + value x s2
  | Product s1 s2 => value x s1 * value x s2
  | Relu s1 => relu (value x s1)
  | Threshold s1 => threshold (value x s1)
  end.

(* everywhere one of M polynomials *)
Lemma pieces W (s : term W) : exists (M D : nat) (f : nat -> ('I_W -> R) -> R),
  (forall j, polynomial D (f j)) /\ forall x, exists2 j, (j < M)%N & value x s = f j x.
Proof.
have both M M' (f f' : nat -> ('I_W -> R) -> R) x j j' : (j < M)%N -> (j' < M')%N ->
    [/\ (j * M' + j' < M * M')%N, f ((j * M' + j') %/ M')%N x = f j x &
        f' ((j * M' + j') %% M')%N x = f' j' x].
  move=> jM jM'; have M0 : (0 < M')%N := leq_ltn_trans (leq0n _) jM'.
  rewrite divnMDl // divn_small // addn0 modnMDl modn_small //; split=> //.
  apply: (@leq_trans (j.+1 * M')); first by rewrite mulSn addnC ltn_add2r.
  by rewrite leq_mul2r jM orbT.
elim: s => [i|c|s [M [D [f [hf h]]]] s' [M' [D' [f' [hf' h']]]]
           |s [M [D [f [hf h]]]] s' [M' [D' [f' [hf' h']]]]|s [M [D [f [hf h]]]]|s _] /=.
- by exists 1%N, 1%N, (fun _ x => x i); split=> [j|x]; [exact: polynomial_var | exists 0%N].
- by exists 1%N, 0%N, (fun _ _ => c); split=> [j|x]; [exact: polynomial_const | exists 0%N].
- exists (M * M')%N, (D + D')%N, (fun j x => f (j %/ M')%N x + f' (j %% M')%N x); split=> [j|x].
    apply: polynomial_add; first exact: polynomial_le (leq_addr _ _) (hf _).
    exact: polynomial_le (leq_addl _ _) (hf' _).
  have [[j jM ->] [j' jM' ->]] := (h x, h' x).
  by have [lt e1 e2] := both M M' f f' x j j' jM jM'; exists (j * M' + j')%N; rewrite ?e1 ?e2.
- exists (M * M')%N, (D + D')%N, (fun j x => f (j %/ M')%N x * f' (j %% M')%N x); split=> [j|x].
    exact: polynomial_mul.
  have [[j jM ->] [j' jM' ->]] := (h x, h' x).
  by have [lt e1 e2] := both M M' f f' x j j' jM jM'; exists (j * M' + j')%N; rewrite ?e1 ?e2.
- exists M.+1, D, (fun j x => if j is j'.+1 then f j' x else 0); split=> [[|j]|x] //.
    exact: polynomial_const.
  have [j jM ->] := h x; case: (lerP 0 (f j x)) => [le|lt].
    by exists j.+1; rewrite ?ltnS // relu_ge0.
  by exists 0%N; rewrite // relu_le0 // ltW.
exists 2%N, 0%N, (fun j x => j%:R); split=> [j|x]; first exact: polynomial_const.
by exists (0 <= value x s)%R; rewrite /threshold; case: (0 <= _).
Qed.

Lemma terms_need_n_weights n W (f : 'I_n -> term W) :
  (forall y : 'I_n -> R, exists x, forall i, value x (f i) = y i) -> (n <= W)%N.
Proof.
move=> all_y; rewrite leqNgt; apply/negP => Wn.
have /fin_all_exists[g hg] (i : 'I_n) : exists g : nat * nat * (nat -> ('I_W -> R) -> R),
    (forall j, polynomial g.1.2 (g.2 j)) /\
    forall x, exists2 j, (j < g.1.1)%N & value x (f i) = g.2 j x.
  by have [M [D [h hh]]] := pieces (f i); exists (M, D, h).
pose M := (\max_i (g i).1.1)%N; pose D := (\max_i (g i).1.2)%N.
pose piece (k : {ffun 'I_n -> 'I_M}) i := (g i).2 (k i).
have [|y miss] := @values_missed W n D _ piece Wn.
  move=> k i; have [h _] := hg i.
  by apply: polynomial_le (h _); apply: (@leq_bigmax _ (fun i => (g i).1.2)).
have [x hx] := all_y y.
have /fin_all_exists[k hk] (i : 'I_n) : exists j : 'I_M, (g i).2 j x = y i.
  have [_ /(_ x)[j jM e]] := hg i.
  have jM' : (j < M)%N := leq_trans jM (@leq_bigmax _ (fun i => (g i).1.1) i).
  by exists (Ordinal jM'); rewrite -hx e.
by apply: (miss [ffun i => k i] x) => i; rewrite /piece ffunE.
Qed.

(* functions of W numbers that are built of them and constants, in the same way *)
Definition built_of W (f : ('I_W -> R) -> R) : Prop :=
  forall P : (('I_W -> R) -> R) -> Prop,
    (forall i, P (fun w => w i)) -> (forall c, P (fun=> c)) ->
    (forall f g, P f -> P g -> P (fun w => f w + g w)) ->
    (forall f g, P f -> P g -> P (fun w => f w * g w)) ->
    (forall f, P f -> P (fun w => relu (f w))) ->
    (forall f, P f -> P (fun w => threshold (f w))) -> P f.

Theorem real_labels_need_n_parameters n W (f : 'I_n -> ('I_W -> R) -> R) :
  (forall i, built_of (f i)) -> (forall y : 'I_n -> R, exists w, forall i, f i w = y i) ->
  (n <= W)%N.
Proof.
move=> built all_y.
have /fin_all_exists[s hs] (i : 'I_n) : exists s : term W, forall w, value w s = f i w.
  apply: (built i (fun f => exists s : term W, forall w, value w s = f w)).
  - by move=> j; exists (Weight j).
  - by move=> c; exists (Given W c).
  - by move=> g h [s hs] [s' hs']; exists (Sum s s') => w /=; rewrite hs hs'.
  - by move=> g h [s hs] [s' hs']; exists (Product s s') => w /=; rewrite hs hs'.
  - by move=> g [s hs]; exists (Relu s) => w /=; rewrite hs.
  - by move=> g [s hs]; exists (Threshold s) => w /=; rewrite hs.
apply: (terms_need_n_weights (f := s)) => y.
by have [w hw] := all_y y; exists w => i; rewrite hs.
Qed.

(* ---- feed-forward networks ------------------------------------------------------------------- *)
(* the numbers of incoming weights of all units, layer by layer, the output last *)
Definition architecture (T : Type) (Ls : seq (seq (seq T * T))) (o : seq T * T) : seq (seq nat) :=
  [seq [seq size u.1 | u <- L] | L <- rcons Ls [:: o]].
Definition numbers (A : seq (seq nat)) : nat := (\sum_(L <- A) \sum_(k <- L) k.+1)%N.

(* a network's numbers in a row, and back *)
Definition in_a_row T (N : seq (seq (seq T * T))) : seq T :=
  flatten [seq u.2 :: u.1 | u <- flatten N].
Definition laid_out T (x0 : T) (A : seq (seq nat)) (s : seq T) : seq (seq (seq T * T)) :=
  reshape (shape A) [seq (behead u, head x0 u) | u <- reshape [seq k.+1 | k <- flatten A] s].

Lemma in_a_rowK (N : seq (layer R)) : let A := [seq [seq size u.1 | u <- L] | L <- N] in
  size (in_a_row N) = numbers A /\ laid_out 0 A (in_a_row N) = N.
Proof.
move=> A; have shA : shape A = shape N.
  by rewrite /shape -map_comp; apply: eq_map => L /=; rewrite size_map.
have flA : [seq k.+1 | k <- flatten A] = shape [seq u.2 :: u.1 | u <- flatten N].
  by rewrite /A -map_flatten /shape -!map_comp.
split.
  rewrite size_flatten -flA /numbers sumnE big_map.
  by elim: A {shA flA} => [|L A IH] /=; rewrite ?big_nil // big_cat big_cons IH.
rewrite /laid_out flA flattenK -map_comp shA.
by rewrite (@eq_map _ _ _ id) ?map_id ?flattenK // => -[].
Qed.

Definition each T T' (h : T -> T') (L : seq (seq T * T)) :=
  [seq ([seq h a | a <- u.1], h u.2) | u <- L].

Lemma laid_out_map T T' (h : T -> T') x0 A s :
  [seq each h L | L <- laid_out x0 A s] = laid_out (h x0) A [seq h a | a <- s].
Proof.
rewrite /laid_out /each (map_reshape (fun u => ([seq h a | a <- u.1], h u.2))) -map_comp.
by rewrite -(map_reshape h) -[in RHS]map_comp; congr reshape; apply: eq_map => -[|a u].
Qed.

(* a network as a term in its numbers *)
Section Symbolic.
Variables (W : nat) (w : 'I_W -> R).
Local Notation value := (value w).
Local Notation symbols := (seq (term W)).
Implicit Types (u : symbols * term W) (x : symbols) (N : seq (seq (symbols * term W))).

Definition term_affine u x := foldr (fun p => Sum (Product p.1 p.2)) u.2 (zip u.1 x).
Fixpoint term_network N x : term W :=
  match N with
  | [::] => Given W 0
  | [:: L] => head (Given W 0) [seq term_affine u x | u <- L]
  | L :: N' => term_network N' [seq Relu (term_affine u x) | u <- L]
  end.

Lemma value_affine u x :
  value (term_affine u x) = affine ([seq value a | a <- u.1], value u.2) [seq value a | a <- x].
Proof.
rewrite /affine /term_affine; case: u => /= v c.
elim: v x => [|a v IH] [|b x] /=; rewrite ?sdot_nil ?add0r //.
  by rewrite /sdot big_nil add0r.
by rewrite sdot_cons IH addrA.
Qed.

Lemma value_network N x Ls o : [seq each value L | L <- N] = rcons Ls [:: o] ->
  value (term_network N x) = forward Ls o [seq value a | a <- x].
Proof.
elim: N x Ls => [|L N IH] x [|L' Ls] //= [].
  case: L => [|u [|u' L]] // [<-]; case: N {IH} => // _.
  by rewrite /= value_affine /forward.
move=> <- hN; have := IH [seq Relu (term_affine u x) | u <- L] Ls hN.
case: N {IH} hN => [|L'' N] hN; first by case: Ls hN.
move=> ->; rewrite /forward /=; congr (affine o (foldl _ _ Ls)).
rewrite /hidden /each -!map_comp; apply: eq_map => u /=.
by rewrite value_affine.
Qed.
End Symbolic.

Theorem real_labels_need_n_weights n d (z : 'I_n -> 'rV[R]_d) (A : seq (seq nat)) :
  (forall y : 'I_n -> R, exists (Ls : seq (layer R)) (o : neuron R),
    architecture Ls o = A /\ forall i, forward Ls o (row_seq (z i)) = y i) -> (n <= numbers A)%N.
Proof.
move=> all_y; pose W := numbers A.
pose N := laid_out (Given W 0) A [seq Weight i | i <- enum 'I_W].
apply: (@terms_need_n_weights n W
  (fun i => term_network N [seq Given W a | a <- row_seq (z i)])) => y.
have [Ls [o [hA h]]] := all_y y.
have [] := in_a_rowK (rcons Ls [:: o]); rewrite -/(architecture Ls o) hA => size_s out.
set s := in_a_row _ in size_s out; exists (fun i => nth 0 s i) => i.
rewrite (@value_network _ _ _ _ Ls o) => [|]; first by rewrite -map_comp map_id_in ?h.
rewrite /N laid_out_map -out -map_comp; congr (laid_out _ _ _).
rewrite -[RHS](mkseq_nth 0) /mkseq size_s -val_enum_ord -[RHS]map_comp.
exact: eq_map.
Qed.
End Dimension.
