(* Networks of any layers: sparse rows of integers over a scale for each layer, units with a ReLU, a
   threshold or neither, K outputs, on binary integers. LayeredChecker computes them fast. *)
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

Definition output (r : positive) (h : list Z) (u : unit) : Z :=
  fire (kind u) r (dot (row u) h + bias u).

(* the outputs times the scale that is handed back *)
Fixpoint run (r : positive) (Ls : list layer) (h : list Z) : positive * list Z :=
  match Ls with
  | [] => (r, h)
  | L :: Ls' => let r' := (r * gain L)%positive in run r' Ls' (map (output r' h) (units L))
  end.

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
