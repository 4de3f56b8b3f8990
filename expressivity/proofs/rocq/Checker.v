(* A checker that computes, on binary integers and rationals, whether a network takes given values at
   given points; proved sound. *)
From Coq Require Import ZArith QArith List Bool Lia Permutation Mergesort Orders PeanoNat.
Import ListNotations.
Local Open Scope Z_scope.

(* A sample point: integer coordinates and a rational target.
   A network: integer direction, and (threshold, weight) per hidden unit. *)
Definition point := (list Z * Q)%type.
Record net := Net { dir : list Z; units : list (Z * Q) }.

Fixpoint dotZ (a z : list Z) : Z :=
  match a, z with
  | x :: a', y :: z' => x * y + dotZ a' z'
  | _, _ => 0
  end.

Definition relu (x : Z) : Z := Z.max 0 x.

(* ---- the specification ------------------------------------------------- *)
Fixpoint value (us : list (Z * Q)) (t : Z) : Q :=
  match us with
  | [] => 0%Q
  | (b, w) :: us' => (w * inject_Z (relu (t - b)) + value us' t)%Q
  end.

Definition interpolates (N : net) (S : list point) : Prop :=
  Forall (fun p => (value (units N) (dotZ (dir N) (fst p)) == snd p)%Q) S.

(* ---- the checker: one sweep from left to right, O(n (d + log n)) ---------- *)
(* Over the knots below t the network is slope t - offset; `absorb` adds those that lie before t. *)
Fixpoint absorb (t : Z) (slope offset : Q) (us : list (Z * Q)) : Q * Q * list (Z * Q) :=
  match us with
  | (b, w) :: us' =>
      if Z.ltb b t
      then absorb t (Qred (slope + w)) (Qred (offset + w * inject_Z b)) us'
      else (slope, offset, us)
  | [] => (slope, offset, us)
  end.

Fixpoint sweep (tl : Z) (slope offset : Q) (us : list (Z * Q)) (ps : list (Z * Q)) : bool :=
  match ps with
  | [] => true
  | (t, y) :: ps' =>
      let '(slope', offset', us') := absorb t slope offset us in
      Z.leb tl t && Qeq_bool (slope' * inject_Z t - offset') y && sweep t slope' offset' us' ps'
  end.

Fixpoint increasing (us : list (Z * Q)) : bool :=
  match us with
  | (b, _) :: us' =>
      match us' with [] => true | (b', _) :: _ => Z.leb b b' end && increasing us'
  | [] => true
  end.

Definition before (t : Z) (us : list (Z * Q)) : Prop :=
  match us with [] => True | (b, _) :: _ => t <= b end.

Lemma value_before us t : increasing us = true -> before t us -> (value us t == 0)%Q.
Proof.
induction us as [|[b w] us IH]; cbn [increasing before value]; intros h le; [reflexivity|].
apply andb_prop in h as [h1 h2]. rewrite IH; [|assumption|].
- unfold relu. rewrite Z.max_l by lia. ring.
- destruct us as [|[b' w'] us]; cbn [before]; [trivial|]. apply Z.leb_le in h1. lia.
Qed.

Lemma injB x y : (inject_Z (x - y) == inject_Z x - inject_Z y)%Q.
Proof. unfold Z.sub. rewrite inject_Z_plus, inject_Z_opp. reflexivity. Qed.

Lemma absorb_sound t us : forall slope offset slope' offset' us',
  absorb t slope offset us = (slope', offset', us') -> increasing us = true ->
  increasing us' = true /\ before t us' /\
  forall x, t <= x ->
    (slope * inject_Z x - offset + value us x ==
     slope' * inject_Z x - offset' + value us' x)%Q.
Proof.
induction us as [|[b w] us IH]; intros slope offset slope' offset' us' e h; cbn [absorb] in e.
- injection e as <- <- <-. split; [reflexivity|]. split; [exact I|]. intros; reflexivity.
- destruct (Z.ltb_spec b t) as [lt|ge].
  + cbn [increasing] in h. apply andb_prop in h as [_ h].
    destruct (IH _ _ _ _ _ e h) as [i [l v]]. split; [exact i|]. split; [exact l|].
    intros x le. rewrite <- (v x le), !Qred_correct. cbn [value].
    unfold relu. rewrite Z.max_r by lia. rewrite injB. ring.
  + injection e as <- <- <-. split; [exact h|]. split; [cbn; lia|]. intros; reflexivity.
Qed.

Lemma sweep_sound : forall ps us tl slope offset (f : Z -> Q),
  (forall x, (tl <= x)%Z -> f x == slope * inject_Z x - offset)%Q ->
  increasing us = true -> sweep tl slope offset us ps = true ->
  Forall (fun p => (f (fst p) + value us (fst p) == snd p)%Q) ps.
Proof.
induction ps as [|[t y] ps IH]; intros us tl slope offset f hf hi h; [constructor|].
cbn [sweep] in h. destruct (absorb t slope offset us) as [[slope' offset'] us'] eqn:E.
apply andb_prop in h as [h h3]. apply andb_prop in h as [h1 h2].
apply Z.leb_le in h1. apply Qeq_bool_eq in h2.
destruct (absorb_sound _ _ _ _ _ _ _ E hi) as [i [l v]].
constructor; cbn [fst snd].
- rewrite hf by assumption. rewrite (v t (Z.le_refl t)), (value_before _ _ i l), <- h2. ring.
- assert (R := IH us' t slope' offset' (fun x => (f x + value us x - value us' x)%Q)).
  cbv beta in R. eapply Forall_impl; [|apply R; [|exact i|exact h3]].
  + intros p hp. cbv beta in hp. rewrite <- hp. ring.
  + intros x hx. rewrite hf by lia. rewrite (v x hx). ring.
Qed.

Module AbscissaOrder <: TotalLeBool.
  Definition t := (Z * Q)%type.
  Definition leb (x y : t) := Z.leb (fst x) (fst y).
  Lemma leb_total x y : leb x y = true \/ leb y x = true.
  Proof. unfold leb. destruct (Z.leb_spec (fst x) (fst y)); [now left|right; apply Z.leb_le; lia]. Qed.
End AbscissaOrder.
Module AbscissaSort := Sort AbscissaOrder.

Definition project (N : net) (S : list point) : list (Z * Q) :=
  map (fun p => (dotZ (dir N) (fst p), snd p)) S.

Definition check (N : net) (S : list point) : bool :=
  increasing (units N) &&
  match AbscissaSort.sort (project N S) with
  | [] => true
  | (t, y) :: ps => sweep t 0 0 (units N) ((t, y) :: ps)
  end.

Theorem check_sound N S : check N S = true -> interpolates N S.
Proof.
unfold check, interpolates. intros h. apply andb_prop in h as [hi h].
assert (P := AbscissaSort.Permuted_sort (project N S)).
assert (F : Forall (fun p => (value (units N) (fst p) == snd p)%Q)
              (AbscissaSort.sort (project N S))).
{ destruct (AbscissaSort.sort (project N S)) as [|[t y] ps]; [constructor|].
  eapply Forall_impl; [|apply (sweep_sound _ _ _ 0 0 (fun _ => 0%Q)) with (3 := h)].
  - intros p hp. cbv beta in hp. rewrite <- hp. ring.
  - intros. ring.
  - exact hi. }
apply (Permutation_Forall (Permutation_sym P)) in F.
unfold project in F. rewrite Forall_map in F. exact F.
Qed.

(* ---- a certificate: floating-point numbers as integers over common denominators ------------ *)
(* a_k = dir_k / scale_a, z_k = coordinate_k / scale_z, b_j = knot_j / (scale_a scale_z),
   w_j = weight_j scale_a scale_z; at each point the network's value and the target. *)
Record certificate := Certificate {
  scale_a : positive;
  scale_z : positive;
  network : net;
  tolerance : Q;
  points : list (list Z * (Q * Q))
}.

Definition values (c : certificate) : list point :=
  map (fun p => (fst p, fst (snd p))) (points c).

Definition near (tol v y : Q) : bool := Qle_bool (v - y) tol && Qle_bool (y - v) tol.

Definition valid (c : certificate) : bool :=
  forallb (fun p => Nat.eqb (length (fst p)) (length (dir (network c)))) (points c)
  && check (network c) (values c)
  && forallb (fun p => near (tolerance c) (fst (snd p)) (snd (snd p))) (points c).

Theorem valid_sound c : valid c = true ->
  interpolates (network c) (values c) /\
  Forall (fun p => length (fst p) = length (dir (network c)) /\
                   (fst (snd p) - snd (snd p) <= tolerance c)%Q /\
                   (snd (snd p) - fst (snd p) <= tolerance c)%Q) (points c).
Proof.
unfold valid. intros h. apply andb_prop in h as [h h3]. apply andb_prop in h as [h1 h2].
split.
- now apply check_sound.
- rewrite forallb_forall in h1, h3. apply Forall_forall. intros p hp.
  specialize (h1 p hp). specialize (h3 p hp). apply Nat.eqb_eq in h1.
  unfold near in h3. apply andb_prop in h3 as [a b].
  apply Qle_bool_iff in a, b. auto.
Qed.
