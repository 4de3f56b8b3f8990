(* A two-layer ReLU network on a line bends_need_units at most once a hidden unit: through n points whose
   values go up and down it needs at least n - 2 hidden units, and as many in every R^d; if all units
   share their direction and there is no output bias, as in Theorem 1, it needs n. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Require Import RealRing Theorem1.
Require Lemma1.
Local Open Scope ring_scope.

Section LowerBounds.
Variable R : realFieldType.
Add Ring real_ring : (laws R).
Implicit Types (f : R -> R) (a b x y z : R) (t : nat -> R).

(* ---- one unit ------------------------------------------------------------------------------ *)
(* at x < y < z: positive if f bends_need_units upwards, negative if it bends_need_units downwards, 0 if it is affine *)
Definition bend f x y z := (z - y) * (f x - f y) + (y - x) * (f z - f y).
Definition unit1 a b x := relu (a * x - b).

Lemma relu_ge x : 0 <= relu x. Proof. by rewrite /relu le_maxr lexx. Qed.
Lemma le_relu x : x <= relu x. Proof. by rewrite /relu le_maxr lexx orbT. Qed.

(* a unit's value at y is at most its chord's *)
Lemma unit_bend a b x y z : x < y -> y < z -> 0 <= bend (unit1 a b) x y z.
Proof.
move=> xy yz; have zy0 : 0 <= z - y by rewrite subr_ge0 ltW.
have yx0 : 0 <= y - x by rewrite subr_ge0 ltW.
rewrite /bend /unit1; case: (lerP (a * y - b) 0) => h.
  by rewrite (relu_le0 h) !subr0 addr_ge0 // mulr_ge0 // relu_ge.
have -> : 0 = (z - y) * ((a * x - b) - (a * y - b)) + (y - x) * ((a * z - b) - (a * y - b)).
  by algebra.
by rewrite (relu_ge0 (ltW h)) ler_add // ler_wpmul2l // ler_add2r le_relu.
Qed.

(* it bends_need_units only around its kink *)
Lemma bend_kink a b x y z : x < y -> y < z -> bend (unit1 a b) x y z != 0 ->
  (a * x - b) * (a * z - b) < 0.
Proof.
move=> xy yz; have zy0 : 0 < z - y by rewrite subr_gt0.
have yx0 : 0 < y - x by rewrite subr_gt0.
have zx0 : 0 < z - x by rewrite subr_gt0 (lt_trans xy).
have chord : (z - x) * (a * y - b) = (z - y) * (a * x - b) + (y - x) * (a * z - b) by algebra.
apply: contraR; rewrite -leNgt => h; apply/eqP; rewrite /bend /unit1.
case: (lerP 0 (a * x - b)) => hx; case: (lerP 0 (a * z - b)) => hz.
- have hy : 0 <= a * y - b.
    by rewrite -(pmulr_rge0 _ zx0) chord addr_ge0 // mulr_ge0 // ltW.
  by rewrite !relu_ge0 //; algebra.
- have x0 : a * x - b = 0.
    by apply/eqP; move: h; rewrite nmulr_lge0 // => h; rewrite eq_le h hx.
  have hy : a * y - b <= 0.
    by rewrite -(pmulr_rle0 _ zx0) chord x0 mulr0 add0r mulr_ge0_le0 // ltW.
  by rewrite x0 (relu_le0 hy) (relu_le0 (ltW hz)) relu_le0 //; algebra.
- have z0 : a * z - b = 0.
    by apply/eqP; move: h; rewrite nmulr_rge0 // => h; rewrite eq_le h hz.
  have hy : a * y - b <= 0.
    by rewrite -(pmulr_rle0 _ zx0) chord z0 mulr0 addr0 mulr_ge0_le0 // ltW.
  by rewrite z0 (relu_le0 hy) (relu_le0 (ltW hx)) relu_le0 //; algebra.
have hy : a * y - b <= 0.
  by rewrite -(pmulr_rle0 _ zx0) chord ler_naddr // mulr_ge0_le0 // ltW.
by rewrite !relu_le0 ?(ltW hx) ?(ltW hz) //; algebra.
Qed.

(* an affine function that grows changes its sign in at most one of two intervals side by side *)
Lemma one_kink_up a b x z x' z' : 0 <= a -> x <= z -> z <= x' -> x' <= z' ->
  (a * x - b) * (a * z - b) < 0 -> 0 <= (a * x' - b) * (a * z' - b).
Proof.
move=> a0 xz zx xz' h; have up u v : u <= v -> a * u - b <= a * v - b.
  by move=> uv; rewrite ler_add2r ler_wpmul2l.
have hz : 0 <= a * z - b.
  rewrite leNgt; apply/negP => hz; move: h.
  by rewrite ltNge mulr_le0 // ltW // (le_lt_trans (up _ _ xz)).
have hx : 0 <= a * x' - b := le_trans hz (up _ _ zx).
by rewrite mulr_ge0 // (le_trans hx) // up.
Qed.

Lemma one_kink a b x z x' z' : x <= z -> z <= x' -> x' <= z' ->
  (a * x - b) * (a * z - b) < 0 -> (a * x' - b) * (a * z' - b) < 0 -> False.
Proof.
move=> xz zx xz' h; case: (lerP 0 a) => a0.
  by rewrite ltNge (one_kink_up a0 xz zx xz' h).
have N u v : (a * u - b) * (a * v - b) = (- a * u - - b) * (- a * v - - b) by algebra.
have Na0 : 0 <= - a by rewrite oppr_ge0 ltW.
by rewrite N in h; rewrite N ltNge (one_kink_up Na0 xz zx xz' h).
Qed.

(* ---- a network on the line ----------------------------------------------------------------- *)
Definition line_net H (c v : R) (w a b : 'I_H -> R) x :=
  c + v * x + \sum_(j < H) w j * unit1 (a j) (b j) x.

Lemma bend_sum H (c v : R) (w a b : 'I_H -> R) x y z :
  bend (line_net c v w a b) x y z = \sum_(j < H) w j * bend (unit1 (a j) (b j)) x y z.
Proof.
rewrite /line_net; set s := fun x => \sum_(j < H) w j * unit1 (a j) (b j) x.
have -> : bend (fun x => c + v * x + s x) x y z = (z - y) * (s x - s y) + (y - x) * (s z - s y).
  by rewrite /bend; algebra.
rewrite /s -!sumrB !mulr_sumr -big_split; apply: eq_bigr => j _.
by rewrite /bend /=; algebra.
Qed.

(* a positive sum has a positive term *)
Lemma positive_term (I : finType) (F : I -> R) : 0 < \sum_i F i -> {i | 0 < F i}.
Proof.
move=> h; case: (pickP (fun i => 0 < F i)) => [i hi|none]; first by exists i.
by move: h; rewrite ltNge -oppr_ge0 -sumrN sumr_ge0 // => i _; rewrite oppr_ge0 leNgt none.
Qed.

Definition increasing n t := forall i, (i.+1 < n)%N -> t i < t i.+1.

Lemma increasing_le n t i j : increasing n t -> (i <= j)%N -> (j < n)%N -> t i <= t j.
Proof.
move=> ht; elim: j => [|j IH]; first by rewrite leqn0 => /eqP->.
rewrite leq_eqVlt => /orP[/eqP->//|]; rewrite ltnS => ij jn.
exact: le_trans (IH ij (ltnW jn)) (ltW (ht _ jn)).
Qed.

(* m bends_need_units of alternating sign need m units: each needs a unit of its sign with its kink inside, and
   bends_need_units of the same sign lie side by side *)
Theorem bends_need_units m H (c v s : R) (w a b : 'I_H -> R) t : increasing m.+2 t ->
  (forall i, (i < m)%N ->
    0 < (-1) ^+ i * s * bend (line_net c v w a b) (t i) (t i.+1) (t i.+2)) ->
  (m <= H)%N.
Proof.
move=> ht hb.
have step (i : 'I_m) : (t i < t i.+1) * (t i.+1 < t i.+2) by rewrite !ht // !ltnS // ltnW.
have E (i : 'I_m) : {j : 'I_H | 0 < (-1) ^+ i * s * w j &
    (a j * t i - b j) * (a j * t i.+2 - b j) < 0}.
  have [j] : {j : 'I_H |
      0 < (-1) ^+ i * s * (w j * bend (unit1 (a j) (b j)) (t i) (t i.+1) (t i.+2))}.
    by apply: positive_term; rewrite -mulr_sumr -(bend_sum c v) hb.
  have [lt1 lt2] := step i; have := unit_bend (a j) (b j) lt1 lt2.
  rewrite le_eqVlt; case: eqVneq => [<-|_ /= pos]; first by rewrite !mulr0 ltxx.
  by rewrite mulrA pmulr_lgt0 // => hj; exists j => //; apply: bend_kink lt1 lt2 _; rewrite gt_eqF.
pose own i := s2val (E i).
suff : injective own by move/leq_card; rewrite !card_ord.
have apart (i i' : 'I_m) : (i < i')%N -> own i != own i'.
  move=> lt; apply/eqP => e.
  have := s2valP (E i); have := s2valP' (E i); rewrite -/(own i) e => k1 p1.
  have := s2valP (E i'); have := s2valP' (E i'); rewrite -/(own i') => k2 p2.
  have far : (i.+2 <= i')%N.
    rewrite ltn_neqAle lt andbT; apply/eqP => i'E; move: (mulr_gt0 p1 p2).
    rewrite -i'E exprS mulN1r !mulNr mulrN oppr_gt0 ltNge.
    by rewrite -expr2 sqr_ge0.
  have le1 : t i <= t i.+2 by apply: increasing_le ht _ _; rewrite ?ltnS // -addn2 leq_addr.
  have le2 : t i.+2 <= t i' by apply: increasing_le ht far _; rewrite ltnS ltnW // ltnS ltnW.
  have le3 : t i' <= t i'.+2 by apply: increasing_le ht _ _; rewrite ?ltnS // -addn2 leq_addr.
  exact: one_kink le1 le2 le3 k1 k2.
move=> i i' e; apply/val_inj; case: (ltngtP i i') => // /apart; by rewrite e eqxx.
Qed.

(* the values lie on alternating sides of a level th, some perhaps on it: it bends_need_units at each triple
   that is not all on the level *)
Lemma zigzag_needs_units m H (c v th s : R) (w a b : 'I_H -> R) t :
  let g i := (-1) ^+ i * s * (line_net c v w a b (t i) - th) in
  increasing m.+2 t -> (forall i, (i < m.+2)%N -> 0 <= g i) ->
  (forall i, (i < m)%N -> [|| 0 < g i, 0 < g i.+1 | 0 < g i.+2]) -> (m <= H)%N.
Proof.
move=> g ht g0 g1; apply: (@bends_need_units m H c v s w a b t ht) => i im.
have [lt1 lt2] : t i < t i.+1 /\ t i.+1 < t i.+2 by rewrite !ht // !ltnS // ltnW.
have zy : 0 < t i.+2 - t i.+1 by rewrite subr_gt0.
have yx : 0 < t i.+1 - t i by rewrite subr_gt0.
have zx : 0 < t i.+2 - t i by rewrite subr_gt0 (lt_trans lt1).
have -> : (-1) ^+ i * s * bend (line_net c v w a b) (t i) (t i.+1) (t i.+2) =
    (t i.+2 - t i.+1) * g i + (t i.+2 - t i) * g i.+1 + (t i.+1 - t i) * g i.+2.
  by rewrite /g !exprS /bend; algebra.
have [h0 [h1 h2]] : 0 <= g i /\ 0 <= g i.+1 /\ 0 <= g i.+2 by rewrite !g0 // !ltnS // ltnW // ltnW.
have n0 : 0 <= (t i.+2 - t i.+1) * g i by rewrite mulr_ge0 // ltW.
have n1 : 0 <= (t i.+2 - t i) * g i.+1 by rewrite mulr_ge0 // ltW.
have n2 : 0 <= (t i.+1 - t i) * g i.+2 by rewrite mulr_ge0 // ltW.
case/or3P: (g1 i im) => h.
- by apply: ltr_paddr n2 _; apply: ltr_paddr n1 _; rewrite mulr_gt0.
- by apply: ltr_paddr n2 _; apply: ltr_paddl n0 _; rewrite mulr_gt0.
by apply: ltr_paddl (addr_ge0 n0 n1) _; rewrite mulr_gt0.
Qed.

(* n points on alternating sides of a level need n - 2 units *)
Theorem line_needs_n_minus_2_units n H (c v th s : R) (w a b : 'I_H -> R) t : increasing n t ->
  (forall i, (i < n)%N -> 0 < (-1) ^+ i * s * (line_net c v w a b (t i) - th)) ->
  (n <= H + 2)%N.
Proof.
case: n => [|[|m]] // ht hg; first by rewrite addn2.
rewrite addn2 !ltnS.
apply: (@zigzag_needs_units m H c v th s w a b t ht) => [i im|i im]; first by rewrite ltW // hg.
by apply/or3P/Or31/hg; rewrite ltnS ltnW // ltnS ltnW.
Qed.

(* in particular n points with the labels 0, 1, 0, 1, .. *)
Corollary line_labels_need_n_minus_2_units n H (c v : R) (w a b : 'I_H -> R) t : increasing n t ->
  (forall i, (i < n)%N -> line_net c v w a b (t i) = (odd i)%:R) -> (n <= H + 2)%N.
Proof.
move=> ht hf; apply: (@line_needs_n_minus_2_units n H c v 2%:R^-1 (-1) w a b t ht) => i lt_n.
have half : 0 < 2%:R^-1 :> R by rewrite invr_gt0 ltr0n.
rewrite hf // -signr_odd; case: (odd i) => /=; last by rewrite mul1r sub0r mulrNN mul1r.
by rewrite expr1 mulrNN !mul1r subr_gt0 invf_lt1 ?ltr0n // ltr1n.
Qed.

(* and n - 2 units with an affine term are enough for any values at n points *)
Theorem n_minus_2_units_suffice_on_a_line n (t y : nat -> R) : increasing n.+2 t ->
  exists (c v : R) (w b : 'I_n -> R),
    forall i, (i < n.+2)%N -> line_net c v w (fun=> 1) b (t i) = y i.
Proof.
move=> ht; have b0 : t 0%N - 1 < t 0%N by rewrite ltr_subl_addr ltr_addl ltr01.
pose W := Lemma1.weight t y (t 0%N - 1).
exists (- (W 0%N * (t 0%N - 1) + W 1%N * t 0%N)), (W 0%N + W 1%N).
exists (fun j => W j.+2), (fun j => t j.+1).
move=> i lt_n; rewrite -(Lemma1.closed_form y b0 ht lt_n) !big_ord_recl /=.
have t0 : t 0%N <= t i by apply: increasing_le ht _ lt_n.
have [h0 h1] : 0 <= t i - (t 0%N - 1) /\ 0 <= t i - t 0%N.
  by rewrite !subr_ge0 t0 (le_trans (ltW b0)).
rewrite (relu_ge0 h0) (relu_ge0 h1) /line_net addrA; congr (_ + _).
  by rewrite (_ : bump 0 0 = 1%N) // -/W; algebra.
by apply: eq_bigr => j _; rewrite /unit1 mul1r.
Qed.

(* ---- units of one direction, no output bias ------------------------------------------------ *)
(* a number below y and below finitely many others *)
Lemma below (I : finType) (F : I -> R) y : exists2 x, x < y & forall i, x <= F i.
Proof.
have S0 : 0 <= \sum_i `|F i - y| by rewrite sumr_ge0.
exists (y - 1 - \sum_i `|F i - y|) => [|i].
  by rewrite -addrA gtr_addl -opprD oppr_lt0 ltr_paddr // ltr01.
have le : `|F i - y| <= \sum_i `|F i - y| by rewrite (bigD1 i) //= ler_addl sumr_ge0.
have low : y - `|F i - y| <= F i.
  by rewrite ler_subl_addr -ler_subl_addl distrC ler_norm.
apply: le_trans low; rewrite ler_add // ?ler_opp2 //.
by rewrite ger_addl lerN10.
Qed.

(* the network vanishes far to the left: two more points there, so n units for n points *)
Lemma shared_up n H (a s : R) (w b : 'I_H -> R) t : 0 < a -> increasing n t ->
  (forall i, (i < n)%N -> 0 < (-1) ^+ i * s * line_net 0 0 w (fun=> a) b (t i)) -> (n <= H)%N.
Proof.
move=> a0 ht hf; have [x xt xb] := below (fun j => b j / a) (t 0%N).
pose t' i := if i is k.+2 then t k else if i is 1%N then x else x - 1.
have far y : y <= x -> line_net 0 0 w (fun=> a) b y = 0.
  move=> yx; rewrite /line_net mul0r !add0r big1 // => j _.
  rewrite /unit1 relu_le0 ?mulr0 // subr_le0 mulrC -ler_pdivl_mulr //.
  exact: le_trans yx (xb j).
have x1 : x - 1 < x by rewrite ltr_subl_addr ltr_addl ltr01.
have even i : (-1) ^+ i.+2 = (-1) ^+ i :> R by rewrite !exprS !mulN1r opprK.
apply: (@zigzag_needs_units n H 0 0 0 s w (fun=> a) b t') => [[|[|i]]|[|[|i]]|[|[|i]]] lt_n /=.
- exact: x1.
- exact: xt.
- exact: ht.
- by rewrite far ?(ltW x1) // subrr mulr0.
- by rewrite far // subrr mulr0.
- by rewrite subr0 even ltW // hf.
- by apply/or3P/Or33; rewrite subr0 even hf.
- by apply/or3P/Or33; rewrite subr0 even hf.
by apply/or3P/Or31; rewrite subr0 even hf // ltnW // ltnW.
Qed.

(* the other way round: from right to left *)
Lemma shared_down n H (a s : R) (w b : 'I_H -> R) t : a < 0 -> increasing n t ->
  (forall i, (i < n)%N -> 0 < (-1) ^+ i * s * line_net 0 0 w (fun=> a) b (t i)) -> (n <= H)%N.
Proof.
move=> a0 ht hf; have a1 : 0 < - a by rewrite oppr_gt0.
case: n ht hf => // n ht hf.
apply: (@shared_up n.+1 H (- a) ((-1) ^+ n * s) w b (fun i => - t (n - i)%N) a1) => i lt_n.
  rewrite ltr_opp2; have {1}-> : (n - i.+1 = (n - i).-1)%N by rewrite subnS.
  have i0 : (0 < n - i)%N by rewrite subn_gt0.
  by rewrite -{2}(prednK i0); apply: ht; rewrite prednK // ltnS leq_subr.
have -> : line_net 0 0 w (fun=> - a) b (- t (n - i)%N) = line_net 0 0 w (fun=> a) b (t (n - i)%N).
  rewrite /line_net !mul0r; congr (_ + _); apply: eq_bigr => j _.
  by rewrite /unit1 mulrNN.
have -> : (-1) ^+ i * ((-1) ^+ n * s) = (-1) ^+ (n - i) * s.
  have in1 : (i <= n)%N by rewrite -ltnS.
  by rewrite mulrA -{1}(subnKC in1) exprD mulrA -exprD addnn -mul2n exprM sqrrN expr1n expr1n mul1r.
by apply: hf; rewrite ltnS leq_subr.
Qed.

(* n points on alternating sides of 0 need n units *)
Theorem line_shared n H (a s : R) (w b : 'I_H -> R) t : increasing n t ->
  (forall i, (i < n)%N -> 0 < (-1) ^+ i * s * line_net 0 0 w (fun=> a) b (t i)) -> (n <= H)%N.
Proof.
move=> ht hf; case: (ltrgtP a 0) => a0.
- exact: shared_down a0 ht hf.
- exact: shared_up a0 ht hf.
have flat x : line_net 0 0 w (fun=> a) b x = line_net 0 0 w (fun=> a) b 0.
  by rewrite /line_net /unit1 a0 !mul0r; congr (_ + _); apply: eq_bigr => j _; rewrite !mul0r.
case: n ht hf => [|[|n]] // ht hf.
  case: H w b hf {flat} => // w b hf.
  by have := hf 0%N isT; rewrite /line_net big_ord0 mul0r !addr0 mulr0 ltxx.
have := addr_gt0 (hf 0%N isT) (hf 1%N isT); rewrite (flat (t 0%N)) (flat (t 1%N)).
by rewrite expr0 expr1 mul1r mulN1r mulNr subrr ltxx.
Qed.

(* ---- in R^d, on samples that lie on a line ------------------------------------------------- *)
Section Space.
Variables (n H d : nat) (z0 u : 'rV[R]_d) (t : nat -> R).
Hypothesis ht : increasing n t.

(* any two-layer network: H directions, an affine term *)
Definition two_layer (c : R) (v : 'rV[R]_d) (w b : 'I_H -> R) (a : 'I_H -> 'rV[R]_d)
    (p : 'rV[R]_d) :=
  c + dot v p + \sum_(j < H) w j * relu (dot (a j) p - b j).

Lemma dot_line (a : 'rV[R]_d) x : dot a (z0 + x *: u) = dot a z0 + dot a u * x.
Proof.
rewrite /dot mulr_suml -big_split; apply: eq_bigr => k _ /=.
by rewrite !mxE mulrDr; congr (_ + _); rewrite mulrCA mulrC.
Qed.

Lemma two_layer_line c v w (b : 'I_H -> R) (a : 'I_H -> 'rV[R]_d) x :
  two_layer c v w b a (z0 + x *: u) =
  line_net (c + dot v z0) (dot v u) w (fun j => dot (a j) u) (fun j => b j - dot (a j) z0) x.
Proof.
rewrite /two_layer /line_net dot_line addrA; congr (_ + _); apply: eq_bigr => j _.
by rewrite dot_line /unit1; congr (_ * relu _); algebra.
Qed.

Theorem space_needs_n_minus_2_units c v w (b : 'I_H -> R) (a : 'I_H -> 'rV[R]_d) th s :
  (forall i, (i < n)%N -> 0 < (-1) ^+ i * s * (two_layer c v w b a (z0 + t i *: u) - th)) ->
  (n <= H + 2)%N.
Proof.
move=> h; apply: (@line_needs_n_minus_2_units n H (c + dot v z0) (dot v u) th s w (fun j => dot (a j) u)
  (fun j => b j - dot (a j) z0) t ht) => i /h; by rewrite two_layer_line.
Qed.

Corollary space_labels_need_n_minus_2_units c v w (b : 'I_H -> R) (a : 'I_H -> 'rV[R]_d) :
  (forall i, (i < n)%N -> two_layer c v w b a (z0 + t i *: u) = (odd i)%:R) -> (n <= H + 2)%N.
Proof.
move=> h; apply: (@line_labels_need_n_minus_2_units n H (c + dot v z0) (dot v u) w (fun j => dot (a j) u)
  (fun j => b j - dot (a j) z0) t ht) => i /h; by rewrite two_layer_line.
Qed.

(* Theorem 1's network vanishes far on one side of every line: two more points, so n units *)
Lemma net_line (a : 'rV[R]_d) (b w : 'I_H -> R) x : net a b w (z0 + x *: u) =
  line_net 0 0 w (fun=> dot a u) (fun j => b j - dot a z0) x.
Proof.
rewrite /net /line_net mul0r !add0r; apply: eq_bigr => j _.
by rewrite dot_line /unit1; congr (_ * relu _); algebra.
Qed.

Theorem shared_direction_needs_n_units_on_a_line (a : 'rV[R]_d) (b w : 'I_H -> R) s :
  (forall i, (i < n)%N -> 0 < (-1) ^+ i * s * net a b w (z0 + t i *: u)) -> (n <= H)%N.
Proof.
move=> h; apply: (@line_shared n H (dot a u) s w (fun j => b j - dot a z0) t ht) => i /h.
by rewrite net_line.
Qed.
End Space.

(* the sample (k, .., k), k = 0 .. n - 1, with the labels 0, 1, 0, 1, .. *)
Definition diagonal n d (i : 'I_n) : 'rV[R]_d.+1 := const_mx i%:R.

Lemma diagonal_inj n d : injective (@diagonal n d).
Proof.
move=> i j /matrixP/(_ 0 0); rewrite !mxE => /eqP; rewrite eqr_nat => /eqP; exact: val_inj.
Qed.

Lemma diagonal_line n d (i : 'I_n) : diagonal d i = 0 + i%:R *: const_mx 1.
Proof. by apply/matrixP => k l; rewrite !mxE add0r mulr1. Qed.

Lemma naturals n : increasing n (fun i => i%:R).
Proof. by move=> i _; rewrite ltr_nat. Qed.

(* in every dimension some n distinct points with labels 0 and 1 need n - 2 hidden units *)
Theorem two_layers_need_n_minus_2_units n d : exists (z : 'I_n -> 'rV[R]_d.+1) (y : 'I_n -> R), injective z /\
  forall H c v (w b : 'I_H -> R) (a : 'I_H -> 'rV[R]_d.+1),
    (forall i, two_layer c v w b a (z i) = y i) -> (n <= H + 2)%N.
Proof.
exists (@diagonal n d), (fun i => (odd i)%:R); split=> [|H c v w b a h]; first exact: diagonal_inj.
apply: (@space_labels_need_n_minus_2_units n H _ 0 (const_mx 1) _ (@naturals n) c v w b a) => i lt_n.
by rewrite -(diagonal_line d (Ordinal lt_n)) h.
Qed.

(* and n hidden units if they are as in Theorem 1, whose number of units is therefore the least *)
Theorem shared_direction_needs_n_units n d : exists (z : 'I_n -> 'rV[R]_d.+1) (y : 'I_n -> R), injective z /\
  forall H (a : 'rV[R]_d.+1) (b w : 'I_H -> R),
    (forall i, net a b w (z i) = y i) -> (n <= H)%N.
Proof.
exists (@diagonal n d), (fun i => (-1) ^+ i); split=> [|H a b w h]; first exact: diagonal_inj.
apply: (@shared_direction_needs_n_units_on_a_line n H _ 0 (const_mx 1) _ (@naturals n) a b w 1) => i lt_n.
by rewrite -(diagonal_line d (Ordinal lt_n)) h mulr1 -expr2 -exprM mulnC exprM sqrrN !expr1n ltr01.
Qed.
End LowerBounds.
