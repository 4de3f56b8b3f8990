(* A checker for networks of any layers: sparse rows of integers over a scale for each layer, units
   with a ReLU, a threshold or neither, K outputs. On binary integers; proved sound in
   LayeredCertificate. *)
From Coq Require Import ZArith QArith List Bool PeanoNat.
Require Checker.
Import ListNotations.
Local Open Scope Z_scope.

Inductive activation := Relu | Threshold | Identity.

(* The row of a unit lists its entries from left to right: how many inputs are skipped before each,
   and its weight. *)
Record unit := Unit { kind : activation; row : list (nat * Z); bias : Z }.

(* Weights are integers over `gain`, biases over the product of the gains up to this layer and of the
   scale of the coordinates. *)
Record layer := Layer { gain : positive; units : list unit }.

Record certificate := Certificate {
  scale : positive;                       (* of the coordinates *)
  inputs : nat;
  layers : list layer;
  bounds : list Checker.bound;            (* one an output *)
  count : N;                              (* of points *)
  points : list Checker.point             (* coordinates and targets *)
}.

Fixpoint dot (row : list (nat * Z)) (h : list Z) : Z :=
  match row with
  | [] => 0
  | (skipped, w) :: row' =>
      match skipn skipped h with [] => 0 | x :: h' => w * x + dot row' h' end
  end.

(* the unit's value times r, from its preactivation times r *)
Definition fire (k : activation) (r : positive) (v : Z) : Z :=
  match k with
  | Relu => Z.max 0 v
  | Threshold => if Z.leb 0 v then Zpos r else 0
  | Identity => v
  end.

(* the outputs times the scale that is handed back *)
Fixpoint run (r : positive) (Ls : list layer) (h : list Z) : positive * list Z :=
  match Ls with
  | [] => (r, h)
  | L :: Ls' =>
      let r' := (r * gain L)%positive in
      run r' Ls' (map (fun u => fire (kind u) r' (dot (row u) h + bias u)) (units L))
  end.

Fixpoint all_within (r : positive) (es : list Checker.bound) (vs : list Z) (ys : list Q) : bool :=
  match es, vs, ys with
  | [], [], [] => true
  | e :: es', v :: vs', y :: ys' => Checker.withinb e (v # r) y && all_within r es' vs' ys'
  | _, _, _ => false
  end.

Definition valid (c : certificate) : bool :=
  N.eqb (N.of_nat (length (points c))) (count c)
  && forallb (fun p => Nat.eqb (length (fst p)) (inputs c) &&
       let (r, vs) := run (scale c) (layers c) (fst p) in all_within r (bounds c) vs (snd p))
     (points c).

Lemma all_within_sound r es vs ys : all_within r es vs ys = true ->
  forall k, (k < length es)%nat -> (k < length vs)%nat /\
    Checker.within (nth k es (Checker.Bound 0 None)) (nth k vs 0 # r) (nth k ys 0%Q).
Proof.
revert vs ys; induction es as [|e es IH]; intros [|v vs] [|y ys] h k hk; try discriminate;
  try (now apply Nat.nlt_0_r in hk).
cbn in h. apply andb_prop in h as [h1 h2]. destruct k as [|k]; cbn.
- split; [apply Nat.lt_0_succ|]. now apply Checker.withinb_sound.
- destruct (IH vs ys h2 k) as [a b]; [now apply Nat.succ_lt_mono|].
  split; [now apply Nat.succ_lt_mono in a|exact b].
Qed.

(* ---- a layer from columns of numbers ----------------------------------------------------------- *)
Definition kind_of (k : Z) : activation :=
  match k with 0 => Relu | 1 => Threshold | _ => Identity end.

Fixpoint rows_of (counts : list Z) (entries : list (nat * Z)) : list (list (nat * Z)) :=
  match counts with
  | [] => []
  | n :: counts' =>
      firstn (Z.to_nat n) entries :: rows_of counts' (skipn (Z.to_nat n) entries)
  end.

Definition layer_of (gain : positive) (kinds counts skipped weights biases : list Z) : layer :=
  Layer gain (map (fun u => Unit (kind_of (fst (fst u))) (snd (fst u)) (snd u))
    (combine (combine kinds (rows_of counts (combine (map Z.to_nat skipped) weights))) biases)).
