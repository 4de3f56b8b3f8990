(* The units of a layer at one point after another: a unit is computed where one of its inputs has
   changed, and a sum of products with few multiplications. *)
From Coq Require Import ZArith List Bool Lia PeanoNat.
Require Import Layered.
Import ListNotations.
Local Open Scope Z_scope.

(* Z multiplies fastest with the shorter factor first *)
Fixpoint shorter (p q : positive) : bool :=
  match p, q with
  | xH, _ => true
  | _, xH => false
  | (xO p' | xI p'), (xO q' | xI q') => shorter p' q'
  end.

Definition times (x y : Z) : Z :=
  match x, y with
  | (Zpos p | Zneg p), (Zpos q | Zneg q) => if shorter p q then x * y else y * x
  | _, _ => 0
  end.

(* two neighbours of opposite weights w and -w, as in the steps of a staircase, are multiplied once *)
Fixpoint dot_in_pairs (row : list (nat * Z)) (h : list Z) : Z :=
  match row with
  | [] => 0
  | (skipped, w) :: row' =>
      match skipn skipped h with
      | [] => 0
      | x :: h' =>
          match row', h' with
          | (O, v) :: row'', y :: h'' =>
              if Z.eqb v (- w) then times (x - y) w + dot_in_pairs row'' h''
              else times x w + dot_in_pairs row' h'
          | _, _ => times x w + dot_in_pairs row' h'
          end
      end
  end.

Fixpoint touched (row : list (nat * Z)) (changed : list bool) : bool :=
  match row with
  | [] => false
  | (skipped, _) :: row' =>
      match skipn skipped changed with [] => false | c :: cs => if c then true else touched row' cs end
  end.

(* `old` are the outputs at the point before; with each new one, whether it is another *)
Fixpoint update (r : positive) (us : list unit) (h : list Z) (changed : list bool) (old : list Z) :
    list (Z * bool) :=
  match us, old with
  | u :: us', o :: old' =>
      (if touched (row u) changed then let v := fire (kind u) r (dot_in_pairs (row u) h + bias u) in (v, negb (Z.eqb v o))
       else (o, false)) :: update r us' h changed old'
  | _, _ => []
  end.

Fixpoint differences (h old : list Z) : list bool :=
  match h, old with x :: h', o :: old' => negb (Z.eqb x o) :: differences h' old' | _, _ => [] end.

(* ---- it is right ----------------------------------------------------------------------------- *)
Lemma times_correct x y : times x y = x * y.
Proof.
unfold times. destruct x, y; try reflexivity; destruct shorter; reflexivity || apply Z.mul_comm.
Qed.

Lemma pairs_correct row h : dot_in_pairs row h = dot row h.
Proof.
enough (all : forall n row h, (length row <= n)%nat -> dot_in_pairs row h = dot row h) by now apply (all (length row)).
clear row h. induction n as [|n IH]; intros [|[s w] row] h le; try reflexivity;
  [now apply Nat.nle_succ_0 in le|].
apply Nat.succ_le_mono in le. cbn [dot_in_pairs dot]. destruct (skipn s h) as [|x h']; [reflexivity|].
destruct row as [|[[|g] v] row]; rewrite ?times_correct; try (rewrite IH by exact le; ring).
destruct h' as [|y h'']; rewrite ?times_correct; [rewrite IH by exact le; ring|].
destruct (Z.eqb_spec v (- w)) as [->|_]; rewrite ?times_correct, IH; cbn [dot skipn]; try ring;
  [|exact le]. cbn in le. now apply Nat.lt_le_incl in le.
Qed.

(* what has not changed is the same *)
Fixpoint agree (changed : list bool) (h h0 : list Z) : Prop :=
  match changed, h, h0 with
  | [], [], [] => True
  | c :: cs, x :: h', x0 :: h0' => (c = false -> x = x0) /\ agree cs h' h0'
  | _, _, _ => False
  end.

Lemma agree_skipn n cs h h0 : agree cs h h0 -> agree (skipn n cs) (skipn n h) (skipn n h0).
Proof.
revert cs h h0; induction n as [|n IH]; intros cs h h0 a; [exact a|].
destruct cs, h, h0; try contradiction; [exact I|]. apply IH, a.
Qed.

Lemma untouched row cs h h0 : agree cs h h0 -> touched row cs = false -> dot row h = dot row h0.
Proof.
revert cs h h0; induction row as [|[s w] row IH]; intros cs h h0 a n; [reflexivity|].
cbn [touched dot] in *. apply (agree_skipn s) in a.
destruct (skipn s cs) as [|[|] cs'], (skipn s h), (skipn s h0); try contradiction; try discriminate;
  [reflexivity|]. destruct a as [-> a]; [|reflexivity]. now rewrite (IH cs' _ _ a n).
Qed.

Lemma update_correct r us h h0 cs : agree cs h h0 ->
  let new := update r us h cs (map (output r h0) us) in
  map fst new = map (output r h) us /\
  agree (map snd new) (map (output r h) us) (map (output r h0) us).
Proof.
intros a. induction us as [|u us [IH1 IH2]]; [now split|]. cbn [update map fst snd agree].
rewrite pairs_correct, IH1. fold (output r h u). destruct (touched (row u) cs) eqn:E; cbn.
- repeat split; [|exact IH2]. intros e. now apply negb_false_iff, Z.eqb_eq in e.
- assert (e : output r h u = output r h0 u) by (unfold output; now rewrite (untouched _ _ _ _ a E)).
  rewrite e. now repeat split.
Qed.

Lemma differences_agree h h0 : length h = length h0 -> agree (differences h h0) h h0.
Proof.
revert h0; induction h as [|x h IH]; intros [|x0 h0] e; try discriminate; [exact I|].
cbn. split; [|apply IH; now injection e]. intros n. now apply negb_false_iff, Z.eqb_eq in n.
Qed.
