(* A ReLU network of any depth with hidden widths d_1, .., d_k is affine on at most
   (d_1 + 1) .. (d_k + 1) pieces of a line: n points on alternating sides of a level, in R^d and on a
   line, need (d_1 + 1) .. (d_k + 1) >= n - 1. *)
From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory Order.Theory.
Require Import RealRing Theorem1 Depth LowerBounds.
Local Open Scope ring_scope.

Section Kinks.
Variable R : realFieldType.
Add Ring real_ring : (laws R).
Implicit Types (c v s x z K : R) (k w : nat -> R).

(* ---- max(h, 0) of an affine h on an interval: one kink ------------------------------------- *)
Lemma relu_opp x : relu x = x + relu (- x).
Proof.
case: (lerP 0 x) => h; first by rewrite relu_ge0 // relu_le0 ?oppr_le0 // addr0.
by rewrite relu_le0 ?(ltW h) // relu_ge0 ?oppr_ge0 ?(ltW h) // subrr.
Qed.

Definition one_kink_on (al be x0 K s u z : R) := [/\ x0 <= z, z <= K &
  forall x, x0 <= x -> x <= K ->
    relu (al + be * x) = relu (al + be * x0) + s * (x - x0) + u * relu (x - z)].

Lemma relu_rising (al be x0 K : R) : 0 <= be -> x0 <= K ->
  exists s u z, one_kink_on al be x0 K s u z.
Proof.
move=> b0 xK; pose h x := al + be * x.
have hB x x' : h x' = h x + be * (x' - x) by rewrite /h; algebra.
have up x x' : x <= x' -> h x <= h x' by move=> xx; rewrite (hB x x') ler_addl mulr_ge0 // subr_ge0.
case: (lerP 0 (h x0)) => hk.
  exists be, 0, x0; split=> // x kx _; rewrite mul0r addr0 -/(h x) -/(h x0) (relu_ge0 hk) -hB.
  by rewrite relu_ge0 // (le_trans hk) // up.
case: (lerP (h K) 0) => hK.
  exists 0, 0, x0; split=> // x _ le; rewrite !mul0r !addr0 -/(h x) -/(h x0) (relu_le0 (ltW hk)).
  by rewrite relu_le0 // (le_trans (up _ _ le)).
have b1 : 0 < be.
  rewrite lt_neqAle b0 andbT eq_sym; apply: contraL hK => /eqP b00.
  by rewrite (hB x0 K) b00 mul0r addr0 -leNgt ltW.
pose z := x0 - h x0 / be.
have hz x : h x = be * (x - z).
  have e : h x0 / be * be = h x0 by rewrite divfK // gt_eqF.
  have -> : be * (x - z) = be * (x - x0) + h x0 / be * be by rewrite /z; algebra.
  by rewrite e (hB x0 x) addrC.
exists 0, be, z; split=> [||x kx le].
- by move: hk; rewrite hz pmulr_rlt0 // subr_lt0 => /ltW.
- by move: hK; rewrite hz pmulr_rgt0 // subr_gt0 => /ltW.
rewrite -/(h x) -/(h x0) (relu_le0 (ltW hk)) mul0r !add0r hz.
case: (lerP 0 (x - z)) => xz; first by rewrite !relu_ge0 // mulr_ge0.
by rewrite !relu_le0 ?mulr0 ?mulr_ge0_le0 // ltW.
Qed.

Lemma relu_affine (al be x0 K : R) : x0 <= K -> exists s u z, one_kink_on al be x0 K s u z.
Proof.
move=> xK; case: (lerP 0 be) => b0; first exact: relu_rising.
have b1 : 0 <= - be by rewrite oppr_ge0 ltW.
have [s [u [z [xz zK h]]]] := relu_rising (- al) b1 xK.
exists (be + s), u, z; split=> // x kx le.
have N y : - (al + be * y) = - al + - be * y by algebra.
rewrite (relu_opp (al + be * x)) (relu_opp (al + be * x0)) !N h //.
set r := relu _; set r' := relu _; algebra.
Qed.

(* the same to the left of K, where nothing lies before *)
Lemma relu_affine_left (c v K : R) : exists c' v' u z, z <= K /\
  forall x, x <= K -> relu (c + v * x) = c' + v' * x + u * relu (x - z).
Proof.
case: (ltrgtP v 0) => v0; last first.
- exists (relu c), 0, 0, K; split=> // x _.
  by rewrite v0 !mul0r !addr0.
- case: (lerP (c + v * K) 0) => hK.
    exists 0, 0, 0, K; split=> // x le; rewrite !mul0r !addr0 relu_le0 //.
    by apply: le_trans hK; rewrite ler_add2l ler_wpmul2l // ltW.
  have x0K : - c / v <= K by rewrite ler_pdivr_mulr // -subr_ge0 opprK addrC mulrC ltW.
  have h0 : c + v * (- c / v) = 0 by rewrite mulrC divfK ?gt_eqF // subrr.
  exists 0, 0, v, (- c / v); split=> // x _; rewrite mul0r !add0r.
  have e : c + v * x = v * (x - - c / v).
    by rewrite mulrBr -[RHS]addr0 -h0; set y := v * (- c / v); algebra.
  rewrite e; case: (lerP 0 (x - - c / v)) => xz; first by rewrite !relu_ge0 // mulr_ge0 // ltW.
  by rewrite !relu_le0 ?mulr0 ?mulr_ge0_le0 // ltW.
case: (lerP 0 (c + v * K)) => hK.
  exists c, v, 0, K; split=> // x le; rewrite mul0r addr0 relu_ge0 //.
  by apply: le_trans hK _; rewrite ler_add2l ler_wnmul2l // ltW.
pose z := - c / v; have h0 : c + v * z = 0 by rewrite /z mulrC divfK ?lt_eqF // subrr.
have e x : c + v * x = v * (x - z) by rewrite mulrBr -[RHS]addr0 -h0; algebra.
exists c, v, (- v), z; split=> [|x _]; first by move: hK; rewrite e nmulr_rlt0 // subr_gt0 => /ltW.
rewrite e; case: (lerP 0 (x - z)) => xz.
  by rewrite (relu_ge0 xz) mulNr subrr relu_le0 // nmulr_rle0.
by rewrite (relu_le0 (ltW xz)) mulr0 addr0 relu_ge0 // nmulr_rge0 // ltW.
Qed.

(* ---- max(f, 0) of an f with p knots: these and p + 1 new ones, as far as K ----------------- *)
Definition kinked m c v w k x := c + v * x + \sum_(l < m) w l * relu (x - k l).

(* beyond its knots it is affine *)
Lemma kinked_affine m w k x0 : (forall l, (l < m)%N -> k l <= x0) ->
  exists A B, forall x, x0 <= x -> \sum_(l < m) w l * relu (x - k l) = A + B * x.
Proof.
move=> kx; exists (- \sum_(l < m) w l * k l), (\sum_(l < m) w l) => x xx.
rewrite mulr_suml addrC -sumrB; apply: eq_bigr => l _.
by rewrite relu_ge0 ?mulrBr // subr_ge0 (le_trans (kx l _)).
Qed.

(* before its knots it vanishes *)
Lemma late (w0 z x : R) : x <= z -> w0 * relu (x - z) = 0.
Proof. by move=> xz; rewrite relu_le0 ?mulr0 // subr_le0. Qed.

Definition put (m : nat) (g : nat -> R) (a : R) l := if l == m then a else g l.

Lemma put_sum m (g k : nat -> R) (a b x : R) :
  \sum_(l < m.+1) put m g a l * relu (x - put m k b l) =
  \sum_(l < m) g l * relu (x - k l) + a * relu (x - b).
Proof.
rewrite big_ord_recr /= /put eqxx; congr (_ + _); apply: eq_bigr => l _.
by rewrite (ltn_eqF (ltn_ord l)).
Qed.

Lemma sorted_le p k i j : (forall l, (l.+1 < p)%N -> k l <= k l.+1) ->
  (i <= j)%N -> (j < p)%N -> k i <= k j.
Proof.
move=> up; elim: j => [|j IH]; first by rewrite leqn0 => /eqP->.
rewrite leq_eqVlt => /orP[/eqP->//|]; rewrite ltnS => ij jp.
exact: le_trans (IH ij (ltnW jp)) (up _ jp).
Qed.

Lemma relu_kinked p c v w k K : (forall l, (l.+1 < p)%N -> k l <= k l.+1) ->
  (forall l, (l < p)%N -> k l <= K) ->
  exists (c' v' : R) (w' z u : nat -> R), (forall l, (l < p.+1)%N -> z l <= K) /\
    forall x, x <= K -> relu (kinked p c v w k x) =
      kinked p c' v' w' k x + \sum_(l < p.+1) u l * relu (x - z l).
Proof.
elim: p K => [|p IH] K k_up kK.
  have [c' [v' [u [z [zK h]]]]] := relu_affine_left c v K.
  exists c', v', (fun=> 0), (fun=> z), (fun=> u); split=> // x xK.
  by rewrite /kinked !big_ord0 !addr0 big_ord1 h.
have up l : (l < p.+1)%N -> k l <= k p by move=> lp; apply: sorted_le k_up _ (ltnSn p).
have [|l lp|c' [v' [w' [z [u [zk h]]]]]] := IH (k p).
- by move=> l lp; apply: k_up; apply: ltnW.
- by apply: up; apply: ltnW.
have [A [B hA]] := @kinked_affine p.+1 w k (k p) up.
have [A' [B' hA']] := @kinked_affine p w' k (k p) (fun l lp => up l (ltnW lp)).
have [A2 [B2 hA2]] := @kinked_affine p.+1 u z (k p) zk.
have [s [u' [z' [kz zK hs]]]] := @relu_affine (c + A) (v + B) (k p) K (kK p (ltnSn p)).
exists c', v', (put p w' (s - (v' + B' + B2))), (put p.+1 z z'), (put p.+1 u u'); split=> [l|x xK].
  rewrite ltnS leq_eqVlt /put => /orP[/eqP->|lp]; first by rewrite eqxx.
  by rewrite (ltn_eqF lp) (le_trans (zk l lp)) // kK.
have same x' : kinked p.+1 c' v' (put p w' (s - (v' + B' + B2))) k x' =
    kinked p c' v' w' k x' + (s - (v' + B' + B2)) * relu (x' - k p).
  rewrite /kinked big_ord_recr /= /put eqxx addrA; congr (_ + _ + _).
  by apply: eq_bigr => l _; rewrite (ltn_eqF (ltn_ord l)).
rewrite same put_sum; case: (lerP x (k p)) => xk.
  rewrite (late _ xk) (late _ (le_trans xk kz)) !addr0 -h //; congr (relu _).
  by rewrite /kinked big_ord_recr /= (late _ xk) addr0.
have xk' := ltW xk.
have affine y : k p <= y -> kinked p.+1 c v w k y = (c + A) + (v + B) * y.
  by move=> ky; rewrite /kinked hA //; algebra.
have start := h (k p) (lexx _).
have first : relu (c + A + (v + B) * k p) = c' + v' * k p + (A' + B' * k p) + (A2 + B2 * k p).
  rewrite -affine // -hA2 // -hA' // -[c' + _ + _]/(kinked p c' v' w' k (k p)) -start.
  congr (relu _).
  by rewrite /kinked big_ord_recr /= (late _ (lexx (k p))) addr0.
have right_ : relu (x - k p) = x - k p by rewrite relu_ge0 // subr_ge0.
rewrite affine // hs // first /kinked hA' // hA2 // right_.
by set r := relu _; algebra.
Qed.

End Kinks.

Section Layers.
Variable R : realFieldType.
Add Ring real_ring : (laws R).
Variable K : R.                                        (* everything is said as far as K *)

(* up to K, each number that a layer hands on is affine but for m knots, the same for all *)
Definition bent m (S : R -> seq R) := exists k : nat -> R,
  [/\ forall l, (l.+1 < m)%N -> k l <= k l.+1, forall l, (l < m)%N -> k l <= K &
      forall j, exists (c v : R) (w : nat -> R), forall x, x <= K ->
        nth 0 (S x) j = kinked m c v w k x].

Lemma sdot_nth (v x : seq R) : sdot v x = \sum_(j < size v) nth 0 v j * nth 0 x j.
Proof.
elim: v x => [|a v IH] [|b x].
- by rewrite sdot_nil big_ord0.
- by rewrite sdot_nil big_ord0.
- by rewrite /sdot /= big_nil big1 // => j _; rewrite nth_nil mulr0.
by rewrite sdot_cons IH big_ord_recl.
Qed.

Lemma kinked_sum I (r : seq I) m (f : I -> R) (c v : I -> R) (w : I -> nat -> R) k x :
  \sum_(i <- r) f i * kinked m (c i) (v i) (w i) k x =
  kinked m (\sum_(i <- r) f i * c i) (\sum_(i <- r) f i * v i)
    (fun l => \sum_(i <- r) f i * w i l) k x.
Proof.
elim: r => [|i r IH].
  rewrite /kinked !big_nil mul0r !add0r big1 // => l _; by rewrite big_nil mul0r.
rewrite big_cons IH /kinked !big_cons.
have -> : \sum_(l < m) (\sum_(j <- i :: r) f j * w j l) * relu (x - k l) =
    f i * (\sum_(l < m) w i l * relu (x - k l)) +
    \sum_(l < m) (\sum_(j <- r) f j * w j l) * relu (x - k l).
  rewrite mulr_sumr -big_split; apply: eq_bigr => l _ /=.
  by rewrite big_cons; set q := relu _; algebra.
set A := \sum_(l < m) _; set B := \sum_(l < m) _; set C := bigop _ _ _; set D := bigop _ _ _.
by algebra.
Qed.

(* what comes before the ReLU has the same knots *)
Lemma bent_affine m S k (u : neuron R) :
  (forall j, exists (c v : R) (w : nat -> R), forall x, x <= K -> nth 0 (S x) j = kinked m c v w k x) ->
  exists (c v : R) (w : nat -> R), forall x, x <= K -> affine u (S x) = kinked m c v w k x.
Proof.
move=> h; have /fin_all_exists[g hg] (j : 'I_(size u.1)) : exists g : R * R * (nat -> R),
    forall x, x <= K -> nth 0 (S x) j = kinked m g.1.1 g.1.2 g.2 k x.
  by have [c [v [w hw]]] := h j; exists (c, v, w).
pose F j := nth 0 u.1 (j : 'I_(size u.1)).
exists (\sum_j F j * (g j).1.1 + u.2), (\sum_j F j * (g j).1.2).
exists (fun l => \sum_j F j * (g j).2 l) => x xK.
rewrite /affine sdot_nth (eq_bigr (fun j => F j * kinked m (g j).1.1 (g j).1.2 (g j).2 k x)).
  rewrite kinked_sum /kinked; set A := bigop _ _ _; set B := bigop _ _ _; set C := bigop _ _ _.
  by algebra.
by move=> j _; rewrite hg.
Qed.

(* finitely many knots before K, sorted *)
Lemma sorted_knots m (ka : 'I_m -> R) : (forall i, ka i <= K) -> exists k : nat -> R,
  [/\ forall l, (l.+1 < m)%N -> k l <= k l.+1, forall l, (l < m)%N -> k l <= K &
      forall w0 : 'I_m -> R, exists w : nat -> R, forall x,
        \sum_(i < m) w0 i * relu (x - ka i) = \sum_(l < m) w l * relu (x - k l)].
Proof.
case: m ka => [|m] ka kaK.
  by exists (fun=> K); split=> // w0; exists (fun=> 0) => x; rewrite !big_ord0.
pose le := [rel i j : 'I_m.+1 | ka i <= ka j].
have tot : total le by move=> i j; apply: le_total.
pose r := sort le (enum 'I_m.+1).
have szr : size r = m.+1 by rewrite size_sort size_enum_ord.
have srt : sorted le r := sort_sorted tot _.
exists (fun l => ka (nth ord0 r l)); split=> [l lm|l _|w0]; last 1 first.
- exists (fun l => w0 (nth ord0 r l)) => x.
  rewrite -big_enum /= (perm_big r) /=; last by rewrite perm_sym perm_sort.
  by rewrite (big_nth ord0) szr big_mkord.
- by have /(_ l) := (sortedP ord0 srt); rewrite szr; apply.
exact: kaK.
Qed.

(* a layer of d units: m + d (m + 1) knots *)
Lemma bent_layer m S (L : layer R) : bent m S -> bent (m + size L * m.+1) (fun x => hidden L (S x)).
Proof.
case=> k [k_up kK h]; pose u0 : neuron R := ([::], 0).
have /fin_all_exists[g hg] (j : 'I_(size L)) :
    exists g : R * R * (nat -> R) * (nat -> R) * (nat -> R),
    (forall l, (l < m.+1)%N -> g.1.2 l <= K) /\
    forall x, x <= K -> relu (affine (nth u0 L j) (S x)) =
      kinked m g.1.1.1.1 g.1.1.1.2 g.1.1.2 k x + \sum_(l < m.+1) g.2 l * relu (x - g.1.2 l).
  have [c [v [w hw]]] := bent_affine (nth u0 L j) h.
  have [c' [v' [w' [z [u [zK hz]]]]]] := relu_kinked c v w k_up kK.
  by exists (c', v', w', z, u); split=> // x xK; rewrite hw // hz.
pose I : finType := [finType of 'I_m + 'I_(size L) * 'I_m.+1].
have <- : #|I| = (m + size L * m.+1)%N by rewrite card_sum card_prod !card_ord.
pose ka (i : I) := match i with inl l => k l | inr (j, l) => (g j).1.2 l end.
have [|k' [k'_up k'K hk]] := @sorted_knots #|I| (fun i => ka (enum_val i)).
  by move=> i; case: (enum_val i) => [l|[j l]] /=; [apply: kK | apply: (hg j).1].
exists k'; split=> // j; case: (ltnP j (size L)) => [jL|Lj]; last first.
  exists 0, 0, (fun=> 0) => x _; rewrite nth_default ?size_map // /kinked mul0r !add0r.
  by rewrite big1 // => l _; rewrite mul0r.
pose J := Ordinal jL; pose w0 (i : I) :=
  match i with inl l => (g J).1.1.2 l | inr (j', l) => if j' == J then (g J).2 l else 0 end.
have [w hw] := hk (fun i => w0 (enum_val i)).
exists (g J).1.1.1.1, (g J).1.1.1.2, w => x xK.
rewrite (nth_map u0) // ((hg J).2 x xK) /kinked -hw -addrA; congr (_ + _).
have <- : \sum_(i : I) w0 i * relu (x - ka i) =
    \sum_(i < #|I|) w0 (enum_val i) * relu (x - ka (enum_val i)) by rewrite big_enum_val.
rewrite big_sumType /=; congr (_ + _).
rewrite (eq_bigr (fun i : 'I_(size L) * 'I_m.+1 =>
  (if i.1 == J then (g J).2 i.2 else 0) * relu (x - (g i.1).1.2 i.2))) => [|[j' l] _ //].
rewrite -(pair_bigA _ (fun (j' : 'I_(size L)) (l : 'I_m.+1) =>
  (if j' == J then (g J).2 l else 0) * relu (x - (g j').1.2 l))) /=.
rewrite (bigD1 J) //= eqxx [X in _ = _ + X]big1 ?addr0 // => j' /negbTE ne.
by rewrite big1 // => l _; rewrite ne mul0r.
Qed.

(* all layers: the numbers of pieces multiply *)
Lemma bent_layers m S Ls : bent m S ->
  bent (m.+1 * \prod_(L <- Ls) (size L).+1).-1 (fun x => foldl (fun v L => hidden L v) (S x) Ls).
Proof.
elim: Ls m S => [|L Ls IH] m S h; first by rewrite big_nil muln1.
rewrite big_cons mulnA; have -> : (m.+1 * (size L).+1 = (m + size L * m.+1).+1)%N.
  by rewrite mulnC mulSn addSn.
exact: IH (bent_layer L h).
Qed.
End Layers.

Section Depth.
Variables (R : realFieldType) (d : nat).

(* a line in R^d *)
Lemma bent_line K (z0 u : 'rV[R]_d) : bent K 0 (fun x => row_seq (z0 + x *: u)).
Proof.
have sz (y : 'rV[R]_d) : size (row_seq y) = d by rewrite size_map size_enum_ord.
exists (fun=> K); split=> // j; case: (ltnP j d) => [jd|dj]; last first.
  exists 0, 0, (fun=> 0) => x _; rewrite nth_default ?sz //.
  by rewrite /kinked big_ord0 mul0r !addr0.
exists (z0 0 (Ordinal jd)), (u 0 (Ordinal jd)), (fun=> 0) => x _.
rewrite (nth_map (Ordinal jd)) ?size_enum_ord // /kinked big_ord0 addr0 !mxE mulrC.
have -> : nth (Ordinal jd) (enum 'I_d) j = Ordinal jd by apply/val_inj; rewrite /= nth_enum_ord.
by [].
Qed.

(* n points of a line on alternating sides of a level *)
Theorem any_depth_needs_pieces_on_a_line n (Ls : seq (layer R)) (o : neuron R) (th s : R) (z0 u : 'rV[R]_d) t :
  increasing n t ->
  (forall i, (i < n)%N -> 0 < (-1) ^+ i * s * (forward Ls o (row_seq (z0 + t i *: u)) - th)) ->
  (n <= \prod_(L <- Ls) (size L).+1 + 1)%N.
Proof.
move=> ht h; set P := (\prod_(L <- Ls) (size L).+1)%N.
have [k [_ _ hk]] := bent_layers Ls (bent_line (t n.-1) z0 u).
have [c [v [w hw]]] := bent_affine o hk.
have P0 : (0 < P)%N by rewrite /P; elim/big_rec: _ => // L m _ m0; rewrite muln_gt0.
have -> : (P + 1 = (1 * P).-1 + 2)%N by rewrite mul1n addn2 addn1 prednK.
apply: (@line_needs_n_minus_2_units R n _ c v th s (fun l => w l) (fun=> 1) (fun l => k l) t ht) => i lt_n.
have le : t i <= t n.-1.
  by apply: increasing_le ht _ _; rewrite ?(ltn_predK lt_n) // -ltnS (ltn_predK lt_n).
have <- : forward Ls o (row_seq (z0 + t i *: u)) =
    line_net c v (fun l : 'I_((1 * P).-1) => w l) (fun=> 1) (fun l => k l) (t i).
  rewrite /forward hw // /kinked /line_net; congr (_ + _); apply: eq_bigr => l _.
  by rewrite /unit1 mul1r.
exact: h.
Qed.
End Depth.

(* in every dimension n points with labels -1 and 1 that every network with these layers finds hard *)
Theorem any_depth_needs_n_minus_1_pieces (R : realFieldType) n d :
  exists (z : 'I_n -> 'rV[R]_d.+1) (y : 'I_n -> R), injective z /\
  forall (Ls : seq (layer R)) (o : neuron R), (forall i, forward Ls o (row_seq (z i)) = y i) ->
    (n <= \prod_(L <- Ls) (size L).+1 + 1)%N.
Proof.
exists (@diagonal R n d), (fun i => (-1) ^+ i); split=> [|Ls o h]; first exact: diagonal_inj.
apply: (@any_depth_needs_pieces_on_a_line R d.+1 n Ls o 0 1 0 (const_mx 1) _ (@naturals R n)) => i lt_n.
rewrite -(diagonal_line R d (Ordinal lt_n)) h subr0 mulr1.
by rewrite -expr2 -exprM mulnC exprM sqrrN !expr1n ltr01.
Qed.
