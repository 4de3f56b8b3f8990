(* A checker that computes, on binary integers and rationals, whether a two-layer network whose units
   share one direction meets every target of a sample within a tolerance; proved sound. *)
From Coq Require Import ZArith QArith List Bool Lia PeanoNat.
Import ListNotations.
Local Open Scope Z_scope.

(* ---- what a certificate states ------------------------------------------------------------- *)
(* Everything over common scales: a_k = dir_k / scale_a, z_k = coordinate_k / scale_z,
   b_j = knot_j / (scale_a scale_z), w_kj = weight_kj scale_a scale_z. *)
Record net := Net {
  dir : list Z;
  knots : list Z;
  weights : list (list Q)  (* a row an output, a weight a knot *)
}.

(* at most `tolerance`, and below half the least distance of two class labels, where there are any *)
Record bound := Bound { tolerance : Q; distance : option Q }.

Record certificate := Certificate {
  scale_a : positive;
  scale_z : positive;
  network : net;
  bounds : list bound;                    (* one an output *)
  count : N;                              (* of points *)
  points : list (list Z * list Q)         (* coordinates and targets, by increasing projection *)
}.

Definition point := (list Z * list Q)%type.

Fixpoint dotZ (a z : list Z) : Z :=
  match a, z with
  | x :: a', y :: z' => y * x + dotZ a' z'
  | _, _ => 0
  end.

(* The same for one direction and many points, whose numbers are long: one addition for four bits of
   a coordinate instead of one for two, by the odd multiples of the direction up to 7. *)
Fixpoint times (x x3 x5 x7 p : positive) : positive :=
  match p with
  | xO p' => xO (times x x3 x5 x7 p')
  | xI (xO (xO p')) => x + xO (xO (xO (times x x3 x5 x7 p')))
  | xI (xI (xO p')) => x3 + xO (xO (xO (times x x3 x5 x7 p')))
  | xI (xO (xI p')) => x5 + xO (xO (xO (times x x3 x5 x7 p')))
  | xI (xI (xI p')) => x7 + xO (xO (xO (times x x3 x5 x7 p')))
  | xI (xI xH) => x7
  | xI (xO xH) => x5
  | xI xH => x3
  | xH => x
  end%positive.

Definition multiples (x : Z) : positive -> Z :=
  match x with
  | Z0 => fun _ => 0
  | Zpos x => let x3 := Pos.mul 3 x in let x5 := Pos.mul 5 x in let x7 := Pos.mul 7 x in
              fun p => Zpos (times x x3 x5 x7 p)
  | Zneg x => let x3 := Pos.mul 3 x in let x5 := Pos.mul 5 x in let x7 := Pos.mul 7 x in
              fun p => Zneg (times x x3 x5 x7 p)
  end.

Fixpoint dot_multiples (ms : list (positive -> Z)) (z : list Z) : Z :=
  match ms, z with
  | m :: ms', y :: z' =>
      match y with Z0 => 0 | Zpos p => m p | Zneg p => - m p end + dot_multiples ms' z'
  | _, _ => 0
  end.

Definition projections (a : list Z) (ps : list point) : list Z :=
  let ms := map multiples a in map (fun p => dot_multiples ms (fst p)) ps.

Definition relu (x : Z) : Z := Z.max 0 x.

Fixpoint value (us : list (Z * Q)) (t : Z) : Q :=
  match us with
  | [] => 0%Q
  | (b, w) :: us' => (w * inject_Z (relu (t - b)) + value us' t)%Q
  end.

Definition units (N : net) (k : nat) : list (Z * Q) := combine (knots N) (nth k (weights N) []).

Definition within (b : bound) (v y : Q) : Prop :=
  (v - y <= tolerance b)%Q /\ (y - v <= tolerance b)%Q /\
  match distance b with
  | None => True
  | Some s => ((2 # 1) * (v - y) < s)%Q /\ ((2 # 1) * (y - v) < s)%Q
  end.

(* ---- the checker: one sweep from left to right an output, O(n d) in all --------------------- *)
Definition less (p q : Q) : bool := negb (Qle_bool q p).

Definition withinb (b : bound) (v y : Q) : bool :=
  let r := (v - y)%Q in
  Qle_bool r (tolerance b) && Qle_bool (- r) (tolerance b) &&
  match distance b with
  | None => true
  | Some s => less ((2 # 1) * r) s && less ((2 # 1) * - r) s
  end.

(* the largest m with m / q within the bound *)
Definition limit (e : bound) (q : positive) : Z :=
  let most := Qnum (tolerance e) * Zpos q / Zpos (Qden (tolerance e)) in
  match distance e with
  | None => most
  | Some s => Z.min most ((Qnum s * Zpos q - 1) / Zpos (2 * Qden s))
  end.

(* the same as withinb, by one comparison where the residual is over q and `most` is the limit *)
Definition near (e : bound) (q : positive) (most : Z) (v y : Q) : bool :=
  let r := (v - y)%Q in
  if Pos.eqb (Qden r) q then Z.leb (Z.abs (Qnum r)) most else withinb e v y.

(* rational numbers over one denominator are added without a greatest common divisor *)
Definition plus (p q : Q) : Q :=
  if Pos.eqb (Qden p) (Qden q) then Qnum p + Qnum q # Qden p else Qred (p + q).

(* At t the network has the value `at_t` and, until the next knot, the slope `slope`; `absorb` adds
   the units whose knots lie before t. *)
Fixpoint absorb (t : Z) (slope at_t : Q) (us : list (Z * Q)) : Q * Q * list (Z * Q) :=
  match us with
  | (b, w) :: us' =>
      if Z.ltb b t
      then absorb t (plus slope w) (plus at_t ((t - b) * Qnum w # Qden w)) us'
      else (slope, at_t, us)
  | [] => (slope, at_t, us)
  end.

(* `near` holds the values to the targets *)
Fixpoint sweep (near : Q -> Q -> bool) (t0 : Z) (slope at_t0 : Q) (us ps : list (Z * Q)) : bool :=
  match ps with
  | [] => true
  | (t, y) :: ps' =>
      let at_t := plus at_t0 ((t - t0) * Qnum slope # Qden slope) in
      let '(slope', at_t', us') := absorb t slope at_t us in
      Z.leb t0 t && near at_t' y && sweep near t slope' at_t' us' ps'
  end.

Fixpoint increasing (bs : list Z) : bool :=
  match bs with
  | b :: bs' => match bs' with [] => true | b' :: _ => Z.leb b b' end && increasing bs'
  | [] => true
  end.

(* all points that `ps` lists, for output k *)
Definition at_output (k : nat) (ts : list Z) (ps : list point) : list (Z * Q) :=
  combine ts (map (fun p => nth k (snd p) 0%Q) ps).

Definition sweep_from_left (e : bound) (us ps : list (Z * Q)) : bool :=
  match us, ps with
  | (_, w) :: _, (t, y) :: _ =>
      let q := Qden (w - y) in sweep (near e q (limit e q)) t (0 # Qden w) (0 # Qden w) us ps
  | _, _ => sweep (withinb e) (match ps with [] => 0 | (t, _) :: _ => t end) 0 0 us ps
  end.

Definition shaped (c : certificate) : bool :=
  let d := length (dir (network c)) in let K := length (bounds c) in
  N.eqb (N.of_nat (length (points c))) (count c)
  && forallb (fun p => Nat.eqb (length (fst p)) d && Nat.eqb (length (snd p)) K) (points c)
  && Nat.eqb (length (weights (network c))) K
  && forallb (fun w => Nat.eqb (length w) (length (knots (network c)))) (weights (network c)).

Definition valid (c : certificate) : bool :=
  let N := network c in
  let ts := projections (dir N) (points c) in
  shaped c && increasing (knots N)
  && forallb (fun k => sweep_from_left (nth k (bounds c) (Bound 0 None)) (units N k)
                                       (at_output k ts (points c))) (seq 0 (length (bounds c))).

(* ---- it is sound --------------------------------------------------------------------------- *)
Lemma times_correct x : forall p, times x (3 * x) (5 * x) (7 * x) p = (p * x)%positive.
Proof. fix IH 1; intros [[[p|p|]|[p|p|]|]|p|]; cbn [times]; rewrite ?IH; lia. Qed.

Lemma projections_correct a ps : projections a ps = map (fun p => dotZ a (fst p)) ps.
Proof.
apply map_ext; intros [z y]; cbn [fst]; revert z.
induction a as [|x a IH]; intros [|y' z]; cbn [map dot_multiples dotZ]; try reflexivity.
rewrite IH; f_equal; destruct x as [|x|x], y' as [|p|p]; cbn [multiples];
  rewrite ?times_correct; lia.
Qed.

Lemma withinb_sound e v y : withinb e v y = true -> within e v y.
Proof.
assert (lessP : forall p q, less p q = true -> (p < q)%Q).
{ intros p q h. unfold less in h. apply negb_true_iff in h.
  apply Qnot_le_lt. intros le. apply Qle_bool_iff in le. congruence. }
assert (N : (- (v - y) == y - v)%Q) by ring.
unfold withinb, within. intros h. apply andb_prop in h as [h h3]. apply andb_prop in h as [h1 h2].
apply Qle_bool_iff in h1, h2. rewrite N in h2. repeat split; [exact h1|exact h2|].
destruct (distance e) as [s|]; [|exact I].
apply andb_prop in h3 as [a b]. apply lessP in a, b. rewrite N in b. now split.
Qed.

Lemma limit_sound e q v y : (Z.abs (Qnum (v - y)) <= limit e q)%Z -> Qden (v - y) = q ->
  within e v y.
Proof.
intros h hq.
assert (N : (- (v - y) == y - v)%Q) by ring.
assert (most : (Z.abs (Qnum (v - y)) * Zpos (Qden (tolerance e)) <= Qnum (tolerance e) * Zpos q)%Z).
{ apply Z.le_trans with (Qnum (tolerance e) * Zpos q / Zpos (Qden (tolerance e)) *
    Zpos (Qden (tolerance e)))%Z.
  - apply Z.mul_le_mono_nonneg_r; [lia|]. unfold limit in h. destruct (distance e); lia.
  - rewrite Z.mul_comm. now apply Z.mul_div_le. }
assert (half : forall s, distance e = Some s ->
  (Z.abs (Qnum (v - y)) * Zpos (2 * Qden s) < Qnum s * Zpos q)%Z).
{ intros s hs. unfold limit in h. rewrite hs in h.
  assert (b := Z.mul_div_le (Qnum s * Zpos q - 1) (Zpos (2 * Qden s)) ltac:(lia)). nia. }
assert (two : forall s r, distance e = Some s -> (Qden r = q)%positive ->
  (Z.abs (Qnum r) = Z.abs (Qnum (v - y)))%Z -> ((2 # 1) * r < s)%Q).
{ intros s r hs hr ha. specialize (half s hs). unfold Qlt. cbn [Qnum Qden Qmult].
  change (1 * Qden r)%positive with (Qden r). rewrite hr. nia. }
assert (one : forall r, (Qden r = q)%positive ->
  (Z.abs (Qnum r) = Z.abs (Qnum (v - y)))%Z -> (r <= tolerance e)%Q).
{ intros r hr ha. unfold Qle. rewrite hr. nia. }
unfold within. rewrite <- N. repeat split.
- now apply one.
- apply one; [exact hq|apply Z.abs_opp].
- destruct (distance e) as [s|]; [|exact I]. split.
  + now apply two.
  + rewrite <- N. apply two; [reflexivity|exact hq|apply Z.abs_opp].
Qed.

Lemma near_sound e q v y : near e q (limit e q) v y = true -> within e v y.
Proof.
unfold near. cbv zeta. destruct (Pos.eqb_spec (Qden (v - y)) q) as [hq|_]; intros h.
- apply (limit_sound e q); [now apply Z.leb_le|exact hq].
- now apply withinb_sound.
Qed.

Lemma within_eq e v v' y : (v == v')%Q -> within e v y -> within e v' y.
Proof.
unfold within. intros h. destruct (distance e) as [s|]; rewrite h; trivial.
Qed.

Lemma plus_correct p q : (plus p q == p + q)%Q.
Proof.
unfold plus. destruct (Pos.eqb_spec (Qden p) (Qden q)) as [e|_]; [|apply Qred_correct].
unfold Qeq, Qplus. cbn. rewrite <- e. rewrite Pos2Z.inj_mul. ring.
Qed.

Definition knots_of (us : list (Z * Q)) := map fst us.
Definition before (t : Z) (us : list (Z * Q)) : Prop :=
  match us with [] => True | (b, _) :: _ => t <= b end.

Lemma value_before us t : increasing (knots_of us) = true -> before t us -> (value us t == 0)%Q.
Proof.
induction us as [|[b w] us IH]; cbn [increasing before value knots_of map fst]; intros h le;
  [reflexivity|].
apply andb_prop in h as [h1 h2]. rewrite IH; [|assumption|].
- unfold relu. rewrite Z.max_l by lia. ring.
- destruct us as [|[b' w'] us]; cbn [before]; [trivial|]. cbn in h1. apply Z.leb_le in h1. lia.
Qed.

Lemma injB x y : (inject_Z (x - y) == inject_Z x - inject_Z y)%Q.
Proof. unfold Z.sub. rewrite inject_Z_plus, inject_Z_opp. reflexivity. Qed.

Lemma times_whole w b : ((b * Qnum w # Qden w) == inject_Z b * w)%Q.
Proof. unfold Qeq, Qmult, inject_Z. cbn. reflexivity. Qed.

Lemma absorb_sound t us : forall slope at_t slope' at_t' us',
  absorb t slope at_t us = (slope', at_t', us') -> increasing (knots_of us) = true ->
  increasing (knots_of us') = true /\ before t us' /\
  forall x, t <= x ->
    (at_t + slope * inject_Z (x - t) + value us x ==
     at_t' + slope' * inject_Z (x - t) + value us' x)%Q.
Proof.
induction us as [|[b w] us IH]; intros slope at_t slope' at_t' us' e h; cbn [absorb] in e.
- injection e as <- <- <-. split; [reflexivity|]. split; [exact I|]. intros; reflexivity.
- destruct (Z.ltb_spec b t) as [lt|ge].
  + cbn [increasing knots_of map] in h. apply andb_prop in h as [_ h].
    destruct (IH _ _ _ _ _ e h) as [i [l v]]. split; [exact i|]. split; [exact l|].
    intros x le. rewrite <- (v x le), !plus_correct, times_whole. cbn [value].
    unfold relu. rewrite Z.max_r by lia. rewrite !injB. ring.
  + injection e as <- <- <-. split; [exact h|]. split; [cbn; lia|]. intros; reflexivity.
Qed.

Lemma sweep_sound e near : (forall v y, near v y = true -> within e v y) ->
  forall ps us t0 slope at_t0 (f : Z -> Q),
  (forall x, (t0 <= x)%Z -> f x == at_t0 + slope * inject_Z (x - t0))%Q ->
  increasing (knots_of us) = true -> sweep near t0 slope at_t0 us ps = true ->
  Forall (fun p => within e (f (fst p) + value us (fst p)) (snd p)) ps.
Proof.
intros hn. induction ps as [|[t y] ps IH]; intros us t0 slope at_t0 f hf hi h; [constructor|].
cbn [sweep] in h. cbv zeta in h.
destruct (absorb t slope _ us) as [[slope' at_t'] us'] eqn:E.
apply andb_prop in h as [h h3]. apply andb_prop in h as [h1 h2].
apply Z.leb_le in h1. apply hn in h2.
destruct (absorb_sound _ _ _ _ _ _ _ E hi) as [i [l v]].
assert (G : forall x, (t <= x)%Z ->
  (f x + value us x == at_t' + slope' * inject_Z (x - t) + value us' x)%Q).
{ intros x hx. rewrite hf, <- (v x hx), plus_correct, times_whole, !injB by lia. ring. }
constructor; cbn [fst snd].
- refine (within_eq _ _ _ _ _ h2).
  rewrite (G t (Z.le_refl t)), (value_before _ _ i l), injB. ring.
- assert (R := IH us' t slope' at_t' (fun x => (f x + value us x - value us' x)%Q)).
  cbv beta in R. eapply Forall_impl; [|apply R; [|exact i|exact h3]].
  + intros p hp. cbv beta in hp. refine (within_eq _ _ _ _ _ hp). ring.
  + intros x hx. rewrite (G x hx). ring.
Qed.

Lemma from_left_sound e us ps : increasing (knots_of us) = true -> sweep_from_left e us ps = true ->
  Forall (fun p => within e (value us (fst p)) (snd p)) ps.
Proof.
intros hi h.
assert (S : exists near t q, (forall v y, near v y = true -> within e v y) /\
  sweep near t (0 # q) (0 # q) us ps = true).
{ destruct us as [|[b w] us], ps as [|[t y] ps]; cbn [sweep_from_left] in h;
    try (now exists (withinb e); eexists; exists 1%positive; split; [apply withinb_sound|apply h]).
  eexists; exists t, (Qden w). split; [|exact h]. apply near_sound. }
destruct S as [near [t [q [hn hs]]]].
destruct ps as [|[t1 y] ps]; [constructor|].
eapply Forall_impl; [|apply (sweep_sound e near hn) with (f := fun _ => 0%Q) (3 := hs); [|exact hi]].
- intros p hp. cbv beta in hp. refine (within_eq _ _ _ _ _ hp). ring.
- intros. cbv beta. unfold Qeq. cbn. lia.
Qed.

Lemma increasing_firstn us n : increasing us = true -> increasing (firstn n us) = true.
Proof.
revert us; induction n as [|n IH]; intros [|b us] h; try reflexivity.
cbn [firstn increasing] in *. apply andb_prop in h as [h1 h2]. rewrite IH by assumption.
destruct n, us as [|b' us]; cbn in *; rewrite ?h1; reflexivity.
Qed.

Lemma knots_combine bs (ws : list Q) : knots_of (combine bs ws) = firstn (length ws) bs.
Proof.
revert ws; induction bs as [|b bs IH]; intros [|w ws]; try reflexivity.
cbn. f_equal. apply IH.
Qed.

Theorem valid_sound c : valid c = true ->
  N.of_nat (length (points c)) = count c /\
  forall p k, In p (points c) -> (k < length (bounds c))%nat ->
    length (fst p) = length (dir (network c)) /\
    within (nth k (bounds c) (Bound 0 None))
           (value (units (network c) k) (dotZ (dir (network c)) (fst p))) (nth k (snd p) 0%Q).
Proof.
unfold valid, shaped. rewrite projections_correct. intros h.
apply andb_prop in h as [h h3]. apply andb_prop in h as [h h2].
apply andb_prop in h as [h _]. apply andb_prop in h as [h _]. apply andb_prop in h as [h0 h1].
split; [now apply N.eqb_eq|]. intros p k hp hk. split.
- rewrite forallb_forall in h1. specialize (h1 p hp). apply andb_prop in h1 as [h1 _].
  now apply Nat.eqb_eq.
- rewrite forallb_forall in h3.
  assert (h := h3 k ltac:(apply in_seq; lia)). apply from_left_sound in h.
  + set (D := dotZ (dir (network c))) in *.
    set (Y := fun p : point => nth k (snd p) 0%Q).
    rewrite Forall_forall in h. apply (h (D (fst p), Y p)).
    unfold at_output. fold Y. clear -hp. induction (points c) as [|q ps IH]; [contradiction|].
    cbn. destruct hp as [<-|hp]; [now left|right; now apply IH].
  + unfold units. rewrite knots_combine. now apply increasing_firstn.
Qed.
