(* What the compiled form of a network gives in IEEE double precision, rounded to nearest, ties to even:
   SpecFloat's operations, which are defined on integers, so that nothing is assumed of a processor.
   A checker computes it at the projections of a sample and compares it with the targets. *)
From Coq Require Import ZArith QArith List Bool Floats.SpecFloat.
Require Checker.
Import ListNotations.

Definition double := spec_float.
Definition plus : double -> double -> double := SFadd 53 1024.
Definition minus : double -> double -> double := SFsub 53 1024.
Definition times : double -> double -> double := SFmul 53 1024.

(* x0, x0 + x1, (x0 + x1) + x2, ... *)
Fixpoint sums_from (sum : double) (xs : list double) : list double :=
  match xs with [] => [] | x :: xs' => let s := plus sum x in s :: sums_from s xs' end.
Definition sums (xs : list double) : list double :=
  match xs with [] => [] | x :: xs' => x :: sums_from x xs' end.

Fixpoint gaps (b : list double) : list double :=
  match b with
  | x :: b' => match b' with [] => [] | y :: _ => minus y x :: gaps b' end
  | [] => []
  end.

(* For each knot the slope to its right, a running sum of the weights, and the value there. *)
Definition pieces (b w : list double) : list (double * (double * double)) :=
  let slopes := sums w in
  let rises := map (fun p => times (fst p) (snd p)) (combine slopes (gaps b)) in
  combine b (combine slopes (S754_zero false :: sums rises)).

(* Left of all knots it is 0; elsewhere slope (t - knot) + value at the last knot <= t. *)
Fixpoint last_piece (found : option (double * (double * double)))
    (ps : list (double * (double * double))) (t : double) : option (double * (double * double)) :=
  match ps with
  | [] => found
  | p :: ps' => if SFleb (fst p) t then last_piece (Some p) ps' t else found
  end.

Definition compiled (ps : list (double * (double * double))) (t : double) : double :=
  match last_piece None ps t with
  | None => S754_zero false
  | Some (knot, (slope, value)) => plus (times slope (minus t knot)) value
  end.

(* the number that a double is; None for infinities and NaN *)
Definition exactly (x : double) : option Q :=
  match x with
  | S754_zero _ => Some 0%Q
  | S754_finite s m e =>
      let v := if s then Zneg m else Zpos m in
      Some (match e with Zneg k => v # (2 ^ k) | _ => inject_Z (v * 2 ^ e) end)
  | _ => None
  end.

Definition double_of (me : Z * Z) : double :=
  match fst me with
  | Z0 => S754_zero false
  | Zpos m => S754_finite false m (snd me)
  | Zneg m => S754_finite true m (snd me)
  end.

Definition is_within (e : Checker.bound) (x : double) (y : Q) : bool :=
  match exactly x with Some v => Checker.withinb e v y | None => false end.

Definition valid (b w ts : list double) (ys : list Q) (most : Q) : bool :=
  let ps := pieces b w in
  forallb (valid_binary 53 1024) (b ++ w ++ ts)
  && forallb (fun ty => is_within (Checker.Bound most None) (compiled ps (fst ty)) (snd ty))
       (combine ts ys).

Theorem valid_sound b w ts ys most : valid b w ts ys most = true ->
  forall t y, In (t, y) (combine ts ys) -> exists v, exactly (compiled (pieces b w) t) = Some v /\
    Checker.within (Checker.Bound most None) v y.
Proof.
intros h t y ty. apply andb_prop in h as [_ h]. apply (proj1 (forallb_forall _ _) h) in ty.
unfold is_within in ty. cbn [fst snd] in ty.
destruct (exactly (compiled (pieces b w) t)) as [v|]; [|discriminate].
exists v. split; [reflexivity|]. now apply Checker.withinb_sound.
Qed.
