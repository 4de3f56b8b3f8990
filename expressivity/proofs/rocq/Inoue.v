(* Inoue (2019): a ReLU network with two hidden layers of p and q units, all of the first along one
   direction, takes any values at n <= p q points; d + p + p q + q + 1 numbers, and q signs. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Require Import RealRing Theorem1 Depth.
Local Open Scope ring_scope.

Section Line.
Variable R : realFieldType.
Add Ring real_ring : (laws R).

Lemma ge_relu (x : R) : x <= relu x. Proof. by rewrite /relu le_maxr lexx orbT. Qed.

Lemma sign2 l : (-1) ^+ l * (-1) ^+ l = 1 :> R.
Proof. by rewrite -expr2 -exprM mulnC exprM sqrrN !expr1n. Qed.

(* a number above finitely many *)
Lemma above (I : finType) (F : I -> R) : exists x, forall i, F i <= x.
Proof.
exists (\sum_i `|F i|) => i; apply: le_trans (ler_norm _) _.
by rewrite (bigD1 i) //= ler_addl sumr_ge0.
Qed.

(* ---- the first layer: every continuous function that is affine between p knots ------------- *)
Section Pieces.
Variables (p : nat) (k al be : nat -> R).
Hypothesis k_le : forall i, (i.+1 < p)%N -> k i <= k i.+1.
Hypothesis glue : forall i, (i.+1 < p)%N -> al i + be i * k i.+1 = al i.+1 + be i.+1 * k i.+1.

Definition jump i := if i is i'.+1 then be i - be i' else be 0%N.

Lemma knots_le i j : (i <= j)%N -> (j < p)%N -> k i <= k j.
Proof.
elim: j => [|j IH]; first by rewrite leqn0 => /eqP->.
rewrite leq_eqVlt => /orP[/eqP->//|]; rewrite ltnS => ij jp.
exact: le_trans (IH ij (ltnW jp)) (k_le jp).
Qed.

Lemma pieces_sum i x : (i < p)%N ->
  al 0%N + be 0%N * k 0%N + \sum_(l < i.+1) jump l * (x - k l) = al i + be i * x.
Proof.
elim: i => [|i IH] ip; first by rewrite big_ord1 /=; algebra.
rewrite big_ord_recr addrA (IH (ltnW ip)) /=.
have := glue ip; set A := al i; set B := al i.+1; set a := be i; set b := be i.+1; set K := k i.+1.
move=> h; have -> : A + a * x + (b - a) * (x - K) = (A + a * K) + (b * x - b * K) by algebra.
by rewrite h; algebra.
Qed.

(* on piece i *)
Lemma pieces i x : (i < p)%N -> k i <= x -> ((i.+1 < p)%N -> x <= k i.+1) ->
  al 0%N + be 0%N * k 0%N + \sum_(l < p) jump l * relu (x - k l) = al i + be i * x.
Proof.
move=> ip kx xk; rewrite -(pieces_sum x ip); congr (_ + _).
rewrite (big_ord_widen p (fun l => jump l * (x - k l)) ip).
rewrite [LHS](bigID (fun l : 'I_p => (l < i.+1)%N)) /= [X in _ + X]big1 ?addr0.
  apply: eq_bigr => l li; rewrite relu_ge0 // subr_ge0.
  by apply: le_trans kx; apply: knots_le.
move=> l; rewrite -leqNgt => il; rewrite relu_le0 ?mulr0 // subr_le0.
have ip1 : (i.+1 < p)%N := leq_ltn_trans il (ltn_ord l).
by apply: le_trans (xk ip1) _; apply: knots_le.
Qed.
End Pieces.

(* ---- a zig-zag: value D_i at x_i, slope of alternating sign and as large as wanted --------- *)
Section Zigzag.
Variables (p : nat) (k x D : nat -> R).
Hypothesis left_of : forall i, (i.+1 < p)%N -> x i < k i.+1.
Hypothesis right_of : forall i, (i < p)%N -> k i < x i.

(* the next slope makes the two pieces meet at the knot *)
Fixpoint steep m i : R :=
  if i is i'.+1
  then (steep m i' * (k i - x i') + (-1) ^+ i' * (D i' - D i)) / (x i - k i)
  else m.

Lemma steep_large j M : (j <= p)%N ->
  exists N, forall m, N <= m -> forall i, (i < j)%N -> M <= steep m i.
Proof.
elim: j M => [|[|j] IH] M jp; first by exists 0.
  by exists M => m Mm [].
pose M' := (M * (x j.+1 - k j.+1) - (-1) ^+ j * (D j - D j.+1)) / (k j.+1 - x j).
have [N hN] := IH (Num.max M M') (ltnW jp); exists N => m Nm i; rewrite ltnS leq_eqVlt.
case/orP => [/eqP->|ij]; last by have := hN m Nm i ij; rewrite le_maxl => /andP[].
have := hN m Nm j (ltnSn j); rewrite le_maxl => /andP[_] /=.
rewrite ler_pdivr_mulr ?subr_gt0 ?left_of // ler_pdivl_mulr ?subr_gt0 ?right_of //.
by rewrite ler_subl_addr.
Qed.

Lemma zigzag M : exists (c : R) (v m : nat -> R),
  (forall i, (i < p)%N -> M <= m i) /\
  forall i t, (i < p)%N -> k i <= t -> ((i.+1 < p)%N -> t <= k i.+1) ->
    c + \sum_(l < p) v l * relu (t - k l) = D i + m i * ((-1) ^+ i * (t - x i)).
Proof.
have [N hN] := steep_large M (leqnn p).
pose m := steep N; pose be i := (-1) ^+ i * m i; pose al i := D i - be i * x i.
exists (al 0%N + be 0%N * k 0%N), (jump be), m; split=> [|i t ip kt tk]; first exact: hN.
rewrite (@pieces p k al be _ _ i t ip kt tk) => [|j jp|j jp].
- by rewrite /al /be; algebra.
- by rewrite ltW // (lt_trans (right_of (ltnW jp))) // left_of.
have e : m j.+1 * (x j.+1 - k j.+1) = m j * (k j.+1 - x j) + (-1) ^+ j * (D j - D j.+1).
  by rewrite /m /= divfK // subr_eq0 gt_eqF // right_of.
have twice (u : R) : (-1) ^+ j * ((-1) ^+ j * u) = u by rewrite mulrA sign2 mul1r.
have -> : al j.+1 + be j.+1 * k j.+1 = D j.+1 + (-1) ^+ j * (m j.+1 * (x j.+1 - k j.+1)).
  by rewrite /al /be exprS; algebra.
by rewrite e mulrDr twice /al /be; algebra.
Qed.
End Zigzag.

(* ---- the second layer: unit j sets the values at place j of each group --------------------- *)
Section Groups.
Variables (p q : nat) (k : nat -> R) (x y : nat -> nat -> R).
Hypothesis after_knot : forall i r, (i < p)%N -> (r < q)%N -> k i < x i r.
Hypothesis before_knot : forall i r, (i.+1 < p)%N -> (r < q)%N -> x i r < k i.+1.
(* from left to right in the groups 0, 2, .., from right to left in the groups 1, 3, .. *)
Hypothesis in_turn : forall i r r', (i < p)%N -> (r < r')%N -> (r' < q)%N ->
  0 < (-1) ^+ i * (x i r' - x i r).

Definition net2 j (C : R) (c : nat -> R) (v : nat -> nat -> R) t :=
  C + \sum_(l < j) (-1) ^+ l * relu (c l + \sum_(i < p) v l i * relu (t - k i)).

(* after j units: the first j places are right, and place j errs to the side that unit j corrects *)
Lemma units j : (j <= q)%N -> exists C c v,
  (forall i r, (i < p)%N -> (r < j)%N -> net2 j C c v (x i r) = y i r) /\
  ((j < q)%N -> forall i, (i < p)%N -> 0 <= (-1) ^+ j * (y i j - net2 j C c v (x i j))).
Proof.
elim: j => [|j IH] jq.
  have [N hN] := above (fun i : 'I_p => - y i 0%N).
  exists (- N), (fun=> 0), (fun _ _ => 0); split=> // _ i ip.
  rewrite /net2 big_ord0 addr0 mul1r opprK addrC -ler_subl_addr sub0r.
  exact: hN (Ordinal ip).
have [C [c [v [right_ side]]]] := IH (ltnW jq).
pose f := net2 j C c v; pose G i r := (-1) ^+ j * (y i r - f (x i r)); pose D i := G i j.
have D0 i : (i < p)%N -> 0 <= D i by apply: side.
pose gap i r := (-1) ^+ i * (x i r - x i j).
have [M hM] := above (fun ir : 'I_p * 'I_q => if (ir.2 < j)%N then D ir.1 / - gap ir.1 ir.2
                                             else (G ir.1 ir.2 - D ir.1) / gap ir.1 ir.2).
have left_of i : (i.+1 < p)%N -> x i j < k i.+1 by move=> ip; apply: before_knot.
have right_of i : (i < p)%N -> k i < x i j by move=> ip; apply: after_knot.
have [c' [v' [m [mM hg]]]] := zigzag D left_of right_of M.
pose g t := c' + \sum_(i < p) v' i * relu (t - k i).
have gE i r : (i < p)%N -> (r < q)%N -> g (x i r) = D i + m i * gap i r.
  move=> ip rq; apply: hg => // [|ip1]; apply/ltW; [exact: after_knot | exact: before_knot].
pose c1 l := if l == j then c' else c l; pose v1 l := if l == j then v' else v l.
have step t : net2 j.+1 C c1 v1 t = f t + (-1) ^+ j * relu (g t).
  rewrite /net2 big_ord_recr /= addrA /c1 /v1 eqxx; congr (_ + _ + _).
  by apply: eq_bigr => l _; rewrite (ltn_eqF (ltn_ord l)).
exists C, c1, v1; split=> [i r ip|j1q i ip].
  rewrite ltnS leq_eqVlt step => /orP[/eqP->|rj].
    rewrite gE // /gap subrr !mulr0 addr0 relu_ge0 ?D0 // /D /G mulrA sign2 mul1r.
    by rewrite addrC subrK.
  have rq : (r < q)%N := ltn_trans rj jq.
  rewrite -(right_ i r ip rj) relu_le0 ?mulr0 ?addr0 // gE //.
  have gap0 : 0 < - gap i r by rewrite /gap -mulrN opprB in_turn.
  have := hM (Ordinal ip, Ordinal rq); rewrite /= rj => h.
  have := le_trans h (mM i ip); rewrite ler_pdivr_mulr // mulrN => h'.
  by rewrite -ler_subr_addr sub0r.
have gap0 : 0 < gap i j.+1 by rewrite /gap in_turn.
have := hM (Ordinal ip, Ordinal j1q); rewrite /= ltnNge leqnSn /= => h.
have := le_trans h (mM i ip); rewrite ler_pdivr_mulr // => h'.
have Gg : G i j.+1 <= relu (g (x i j.+1)).
  by apply: le_trans (ge_relu _); rewrite gE // -ler_subl_addl.
rewrite step; set X := x i j.+1.
have -> : (-1) ^+ j.+1 * (y i j.+1 - (f X + (-1) ^+ j * relu (g X))) =
    ((-1) ^+ j * (-1) ^+ j) * relu (g X) - G i j.+1.
  by rewrite /G exprS -/X; algebra.
by rewrite sign2 mul1r subr_ge0.
Qed.

Theorem groups : exists C c v, forall i r, (i < p)%N -> (r < q)%N -> net2 q C c v (x i r) = y i r.
Proof. by have [C [c [v [h _]]]] := units (leqnn q); exists C, c, v. Qed.
End Groups.

(* ---- p q points on the line, cut into p groups of q ---------------------------------------- *)
Section Cut.
Variables (p q : nat) (T Y : nat -> R).
Hypothesis T_up : forall i, T i < T i.+1.
Hypothesis q0 : (0 < q)%N.

Lemma T_lt i j : (i < j)%N -> T i < T j.
Proof.
elim: j => // j IH; rewrite ltnS leq_eqVlt => /orP[/eqP->//|/IH h].
exact: lt_trans h (T_up j).
Qed.

Lemma T_le i j : (i <= j)%N -> T i <= T j.
Proof. by rewrite leq_eqVlt => /orP[/eqP->//|/T_lt/ltW]. Qed.

(* the knots lie in the middle between two groups; group i runs to the right if i is even *)
Definition between i := if i is i'.+1 then (T (i * q).-1 + T (i * q)%N) / 2%:R else T 0%N - 1.
Definition place i r := (i * q + if odd i then q.-1 - r else r)%N.

Lemma place_in i r : (r < q)%N -> (i * q <= place i r)%N /\ (place i r < i.+1 * q)%N.
Proof.
move=> rq; rewrite /place leq_addr mulSn addnC ltn_add2r; split=> //.
by case: odd => //; rewrite (leq_ltn_trans (leq_subr _ _)) // prednK.
Qed.

Lemma after_between i r : (r < q)%N -> between i < T (place i r).
Proof.
move=> rq; have [le _] := place_in i rq; apply: lt_le_trans (T_le le).
case: i {le} => [|i] /=; first by rewrite mul0n ltr_subl_addr ltr_addl ltr01.
rewrite midf_lt // T_lt // ltn_predL.
by rewrite muln_gt0.
Qed.

Lemma before_between i r : (r < q)%N -> T (place i r) < between i.+1.
Proof.
move=> rq; have [_ lt] := place_in i rq.
have iq : (0 < i.+1 * q)%N by rewrite muln_gt0.
have le : T (place i r) <= T (i.+1 * q).-1 by apply: T_le; rewrite -ltnS prednK.
by apply: le_lt_trans le _; rewrite /between midf_lt // T_lt // ltn_predL.
Qed.

Lemma place_turn i r r' : (r < r')%N -> (r' < q)%N ->
  0 < (-1) ^+ i * (T (place i r') - T (place i r)).
Proof.
move=> rr rq; rewrite -signr_odd /place; case: (odd i); last first.
  by rewrite mul1r subr_gt0 T_lt // ltn_add2l.
rewrite expr1 mulN1r opprB subr_gt0 T_lt // ltn_add2l ltn_sub2l //.
by rewrite -ltnS prednK // (leq_ltn_trans rr).
Qed.

Lemma place_onto m : (m < p * q)%N -> exists i r, [/\ (i < p)%N, (r < q)%N & place i r = m].
Proof.
move=> mpq; have mq : (m %% q <= q.-1)%N by rewrite -ltnS prednK // ltn_mod.
exists (m %/ q)%N, (if odd (m %/ q)%N then q.-1 - m %% q else m %% q)%N; split.
- by rewrite ltn_divLR.
- case: odd; last by rewrite ltn_mod.
  by rewrite (leq_ltn_trans (leq_subr _ _)) // prednK.
by rewrite /place [RHS](divn_eq m q); case: odd; rewrite ?subKn.
Qed.

Theorem two_hidden_layers_on_a_line : exists C c v, forall m, (m < p * q)%N -> net2 p between q C c v (T m) = Y m.
Proof.
have [C [c [v h]]] : exists C c v, forall i r, (i < p)%N -> (r < q)%N ->
    net2 p between q C c v (T (place i r)) = Y (place i r).
  apply: (@groups p q between (fun i r => T (place i r)) (fun i r => Y (place i r))).
  - by move=> i r _; apply: after_between.
  - by move=> i r _; apply: before_between.
  by move=> i r r' _; apply: place_turn.
by exists C, c, v => m /place_onto[i [r [ip rq <-]]]; apply: h.
Qed.
End Cut.

(* n different numbers are the first n of an increasing sequence, in some order *)
Lemma in_order n (t : 'I_n -> R) : injective t -> exists (T : nat -> R) (pos : 'I_n -> nat),
  [/\ forall i, T i < T i.+1, forall i, (pos i < n)%N, forall i, T (pos i) = t i & injective pos].
Proof.
move=> tI; pose s := sort <=%R [seq t i | i <- enum 'I_n].
have szs : size s = n by rewrite size_sort size_map size_enum_ord.
have srt : sorted <%R s by rewrite sort_lt_sorted map_inj_uniq ?enum_uniq.
have ts i : t i \in s by rewrite mem_sort map_f ?mem_enum.
pose T i := if (i < n)%N then nth 0 s i else last 0 s + (i.+1 - n)%:R.
pose pos i := index (t i) s.
have pn i : (pos i < n)%N by rewrite -szs index_mem.
have Tp i : T (pos i) = t i by rewrite /T pn nth_index.
exists T, pos; split=> // [i|i j e]; last by apply: tI; rewrite -!Tp e.
rewrite /T; case: (ltngtP i.+1 n) => [lt_n|lt_n|e].
- have := @sorted_ltn_nth _ _ lt_trans 0 s srt i i.+1; rewrite !inE szs.
  by apply; rewrite // ltnW.
- by rewrite ltr_add2l ltr_nat (subSn (ltnW lt_n)).
by rewrite -[last 0 s]nth_last szs -e subSnn ltr_addl ltr01.
Qed.

(* ---- in R^d -------------------------------------------------------------------------------- *)
(* Its type is its count: d + p + q p + q + 1 numbers of the field. The output weights are signs. *)
Definition net3 p q d (a : 'rV[R]_d) (k : 'I_p -> R) (v : 'M[R]_(q, p)) (c : 'I_q -> R) (C : R)
    (z : 'rV[R]_d) : R :=
  C + \sum_(j < q) (-1) ^+ j * relu (c j + \sum_(i < p) v j i * relu (dot a z - k i)).

(* K outputs share the first layer: d + p + K (q p + q + 1) numbers, and K q signs *)
Theorem two_hidden_layers_interpolate_outputs n d K (z : 'I_n -> 'rV[R]_d) (y : 'I_n -> 'I_K -> R)
    p q : injective z -> (n <= p * q)%N ->
  exists (a : 'rV[R]_d) (k : 'I_p -> R) (v : 'I_K -> 'M[R]_(q, p)) (c : 'I_K -> 'I_q -> R)
    (C : 'I_K -> R), forall i o, net3 a k (v o) (c o) (C o) (z i) = y i o.
Proof.
move=> zI npq; have [s sI] := projection zI.
have [T [pos [T_up pn Tp posI]]] := in_order sI.
have [q0|q0] := posnP q.
  exists 0, (fun=> 0), (fun=> 0), (fun _ _ => 0), (fun=> 0) => i.
  by case: i => m lt_m; exfalso; move: npq; rewrite q0 muln0 leqNgt (leq_ltn_trans _ lt_m).
pose Y o m := \sum_(i | pos i == m) y i o.
have /fin_all_exists[g hg] (o : 'I_K) : exists g : R * (nat -> R) * (nat -> nat -> R),
    forall m, (m < p * q)%N -> net2 p (between q T) q g.1.1 g.1.2 g.2 (T m) = Y o m.
  have [C [c [v h]]] := two_hidden_layers_on_a_line p (Y o) T_up q0.
  by exists (C, c, v).
exists (powers d s%:R), (fun i => between q T i), (fun o => \matrix_(j, i) (g o).2 j i).
exists (fun o j => (g o).1.2 j), (fun o => (g o).1.1) => i o.
have Yi : Y o (pos i) = y i o.
  by rewrite /Y (eq_bigl (pred1 i)) ?big_pred1_eq // => j; apply: inj_eq.
rewrite -Yi -hg ?(leq_trans (pn i)) // Tp /net3 /net2; congr (_ + _); apply: eq_bigr => j _.
by congr (_ * relu (_ + _)); apply: eq_bigr => l _; rewrite mxE.
Qed.

Corollary two_hidden_layers_interpolate n d (z : 'I_n -> 'rV[R]_d) (y : 'I_n -> R) p q :
  injective z -> (n <= p * q)%N ->
  exists (a : 'rV[R]_d) (k : 'I_p -> R) (v : 'M[R]_(q, p)) (c : 'I_q -> R) (C : R),
    forall i, net3 a k v c C (z i) = y i.
Proof.
move=> zI npq.
have [a [k [v [c [C h]]]]] := two_hidden_layers_interpolate_outputs (fun i (_ : 'I_1) => y i) zI npq.
by exists a, k, (v ord0), (c ord0), (C ord0) => i; apply: h.
Qed.

(* ---- the same, layer by layer, every weight and bias counted ------------------------------- *)
Lemma sdot_maps (I : Type) (r : seq I) (f g : I -> R) :
  sdot [seq f i | i <- r] [seq g i | i <- r] = \sum_(i <- r) f i * g i.
Proof.
elim: r => [|i r IH] /=; first by rewrite sdot_nil big_nil.
by rewrite sdot_cons big_cons IH.
Qed.

Lemma layer_count (L : layer R) m : (forall u, u \in L -> size u.1 = m) ->
  (\sum_(u <- L) (size u.1).+1 = size L * m.+1)%N.
Proof.
move=> h; rewrite (eq_big_seq (fun=> m.+1)) => [|u /h->//].
by rewrite big_const_seq count_predT iter_addn_0 mulnC.
Qed.

Lemma width_two (L1 L2 : layer R) : width [:: L1; L2] = maxn (size L1) (size L2).
Proof. by rewrite /width !big_cons big_nil maxn0. Qed.

Theorem two_hidden_layers_with_count n d (z : 'I_n -> 'rV[R]_d) (y : 'I_n -> R) p q :
  injective z -> (n <= p * q)%N ->
  exists (L1 L2 : layer R) (o : neuron R),
    [/\ size L1 = p, size L2 = q,
        nweights [:: L1; L2] o = (p * d.+1 + q * p.+1 + q.+1)%N &
        forall i, forward [:: L1; L2] o (row_seq (z i)) = y i].
Proof.
move=> zI npq; have [a [k [v [c [C h]]]]] := two_hidden_layers_interpolate y zI npq.
pose L1 : layer R := [seq (row_seq a, - k i) | i <- enum 'I_p].
pose L2 : layer R := [seq ([seq v j i | i <- enum 'I_p], c j) | j <- enum 'I_q].
pose o : neuron R := ([seq (-1) ^+ (j : 'I_q) | j <- enum 'I_q], C).
exists L1, L2, o; split.
- by rewrite size_map size_enum_ord.
- by rewrite size_map size_enum_ord.
- have size_d : size (row_seq a) = d by rewrite size_map size_enum_ord.
  have size_o : size o.1 = q by rewrite size_map size_enum_ord.
  rewrite /nweights !big_cons big_nil addn0 size_o (@layer_count L1 d) => [|_ /mapP[i _ ->] //].
  rewrite (@layer_count L2 p) => [|_ /mapP[j _ ->]]; last by rewrite size_map size_enum_ord.
  by rewrite !(size_map _ (enum _)) !size_enum_ord.
move=> i; pose F l := relu (dot a (z i) - k l).
have h1 : hidden L1 (row_seq (z i)) = [seq F l | l <- enum 'I_p].
  rewrite /hidden /L1 -(map_comp _ _ (enum 'I_p)); apply: eq_map => l.
  by rewrite /= /affine /= sdot_row.
have h2 : hidden L2 (hidden L1 (row_seq (z i))) =
    [seq relu (c j + \sum_(l < p) v j l * F l) | j <- enum 'I_q].
  rewrite h1 /hidden /L2 -(map_comp _ _ (enum 'I_q)); apply: eq_map => j.
  by rewrite /= /affine /= (sdot_maps (enum 'I_p)) big_enum addrC.
rewrite -h /forward /= h2 /affine /o /= (sdot_maps (enum 'I_q)) addrC; congr (_ + _).
by rewrite big_enum.
Qed.
End Line.
