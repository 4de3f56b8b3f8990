(* A certificate whose numbers are bits of the kernel's own integers: Rocq reads them a hundred times
   faster than literals of Z, and its virtual machine makes them the numbers that the theorem is
   about. Nothing is computed in the kernel's integers: only bits are taken from them. *)
From Coq Require Import ZArith QArith List Uint63 PArray.
Require Checker.
Import ListNotations.

(* Words are written with their thirds mixed, as Rocq hashes integers by their lowest bits and takes
   quadratic time where these are often the same. *)
Definition plain (w : int) : int := (w lxor (w >> 20))%uint63.

(* The bits of `count` words from word `from` on: 60 a word, the highest first. *)
Fixpoint word_bits (k : nat) (w : int) (rest : list bool) : list bool :=
  match k with
  | O => rest
  | S k' => word_bits k' (w >> 1)%uint63 ((w land 1 =? 1)%uint63 :: rest)
  end.

Fixpoint bits (words : array int) (from : int) (count : nat) : list bool :=
  match count with
  | O => []
  | S count' => word_bits 60 (plain words.[from]) (bits words (from + 1)%uint63 count')
  end.

(* a number: its sign, then its absolute value in `width` bits *)
Fixpoint absolute (width : nat) (value : Z) (s : list bool) : Z * list bool :=
  match width, s with
  | S width', b :: s' => absolute width' (if b then Z.succ_double value else Z.double value) s'
  | _, _ => (value, s)
  end.

Definition number (width : nat) (s : list bool) : Z * list bool :=
  match s with
  | [] => (0%Z, [])
  | negative :: s' =>
      let (value, rest) := absolute width 0%Z s' in ((if negative then - value else value)%Z, rest)
  end.

Fixpoint numbers (width count : nat) (s : list bool) : list Z :=
  match count with
  | O => []
  | S count' => let (value, rest) := number width s in value :: numbers width count' rest
  end.

(* ---- a table: `count` numbers of `width` bits, from a word of its own on --------------------- *)
Definition words_for (width count : nat) : nat :=
  N.to_nat ((N.of_nat count * N.succ (N.of_nat width) + 59) / 60)%N.

Definition column (words : array int) (width count : nat) : list Z :=
  numbers width count (bits words 0%uint63 (words_for width count)).

(* `rows` rows of `columns` numbers; a row begins with a word of its own *)
Fixpoint table_from (words : array int) (from step : int) (size width columns rows : nat) :
    list (list Z) :=
  match rows with
  | O => []
  | S rows' =>
      numbers width columns (bits words from size)
        :: table_from words (from + step)%uint63 step size width columns rows'
  end.

Definition table (words : array int) (step : int) (width columns rows : nat) : list (list Z) :=
  table_from words 0%uint63 step (words_for width columns) width columns rows.

(* rational numbers over one denominator, or each over its own *)
Definition over (q : positive) (ps : list Z) : list Q := map (fun p => Qmake p q) ps.
Definition ratios (ps qs : list Z) : list Q :=
  map (fun pq => Qmake (fst pq) (Z.to_pos (snd pq))) (combine ps qs).
Definition ratio_rows (ps qs : list (list Z)) : list (list Q) :=
  map (fun r => ratios (fst r) (snd r)) (combine ps qs).
