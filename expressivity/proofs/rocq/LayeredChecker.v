(* A checker that computes whether a network of any layers meets every target of a sample: point after
   point, and of each point no more than what differs from the one before. Proved sound. *)
From Coq Require Import ZArith QArith List Bool Lia PeanoNat.
Require Checker.
Require Import Layered Updates.
Import ListNotations.
Local Open Scope Z_scope.

(* ---- after units max(t + c, 0) of one number t, what follows is a line in t up to the next knot --- *)
Definition hinged (A : layer) : bool :=
  forallb (fun u => match kind u, row u with Relu, [(O, 1)] => true | _, _ => false end) (units A).

(* where the next knot after t is, and each unit's slope and value at 0 until there *)
Fixpoint lines (t : Z) (us : list unit) : option Z * list (Z * Z) :=
  match us with
  | [] => (None, [])
  | u :: us' =>
      let (next, ls) := lines t us' in
      if Z.leb 0 (t + bias u) then (next, (1, bias u) :: ls)
      else (Some (match next with None => - bias u | Some b => Z.min b (- bias u) end), (0, 0) :: ls)
  end.

Inductive stage := Plain (L : layer) | Hinges (A L : layer).

Fixpoint stages (Ls : list layer) : list stage :=
  match Ls with
  | [] => []
  | A :: Ls' =>
      match Ls' with
      | L :: Ls'' => if hinged A then Hinges A L :: stages Ls'' else Plain A :: stages Ls'
      | [] => [Plain A]
      end
  end.

(* The outputs of a stage at the point before, and, behind hinges, lines in t that hold from `low` to
   `high`. *)
Record memory := Memory { outputs : list Z; low : Z; high : option Z; known : list (Z * Z) }.

Definition holds (m : memory) (t : Z) : bool :=
  Z.leb (low m) t && match high m with None => true | Some b => Z.leb t b end.

Definition recall (A L : layer) (m : memory) (t : Z) : memory :=
  if holds m t then m
  else
    let (next, ls) := lines t (units A) in
    let slopes := map fst ls in let starts := map snd ls in
    Memory [] t next
      (map (fun u => (dot_in_pairs (row u) slopes, dot_in_pairs (row u) starts)) (units L)).

Definition gain_of (s : stage) : positive :=
  match s with Plain L => gain L | Hinges A L => gain A * gain L end.

Definition step (r : positive) (s : stage) (h : list Z) (changed : list bool) (m : memory) :
    memory * list bool :=
  match s with
  | Plain L =>
      let new := update r (units L) h changed (outputs m) in
      (Memory (map fst new) 0 None [], map snd new)
  | Hinges A L =>
      let t := hd 0 h in
      let m' := recall A L m t in
      let new := map (fun ul => fire (kind (fst ul)) r
        (times (fst (snd ul)) t + snd (snd ul) + bias (fst ul))) (combine (units L) (known m')) in
      (Memory new (low m') (high m') (known m'), differences new (outputs m))
  end.

Fixpoint steps (r : positive) (ss : list stage) (h : list Z) (changed : list bool)
    (ms : list memory) : list memory :=
  match ss, ms with
  | s :: ss', m :: ms' =>
      let r' := (r * gain_of s)%positive in
      let (m', changed') := step r' s h changed m in m' :: steps r' ss' (outputs m') changed' ms'
  | _, _ => []
  end.

Definition values (r : positive) (s : stage) (h : list Z) : list Z :=
  match s with
  | Plain L => map (output r h) (units L)
  | Hinges A L => map (output r (map (output r h) (units A))) (units L)
  end.

(* what is known after the first point: its outputs, and no line *)
Fixpoint begin (r : positive) (ss : list stage) (h : list Z) : list memory :=
  match ss with
  | [] => []
  | s :: ss' =>
      let r' := (r * gain_of s)%positive in
      let h' := values r' s h in Memory h' 0 (Some (-1)) [] :: begin r' ss' h'
  end.

Definition last_outputs (ms : list memory) (h : list Z) : list Z :=
  fold_left (fun _ m => outputs m) ms h.

(* ---- the checker -------------------------------------------------------------------------------- *)
Fixpoint all_within (r : positive) (es : list Checker.bound) (vs : list Z) (ys : list Q) : bool :=
  match es, vs, ys with
  | [], [], [] => true
  | e :: es', v :: vs', y :: ys' => Checker.withinb e (v # r) y && all_within r es' vs' ys'
  | _, _, _ => false
  end.

Fixpoint all_valid (c : certificate) (ss : list stage) (r : positive) (before : list Z)
    (ms : list memory) (ps : list Checker.point) : bool :=
  match ps with
  | [] => true
  | (z, y) :: ps' =>
      let new := steps (scale c) ss z (differences z before) ms in
      if Nat.eqb (length z) (inputs c) && all_within r (bounds c) (last_outputs new z) y
      then all_valid c ss r z new ps' else false  (* && would keep the memory of every point *)
  end.

Definition valid (c : certificate) : bool :=
  N.eqb (N.of_nat (length (points c))) (count c)
  && match points c with
     | [] => true
     | (z, _) :: _ =>
         let ss := stages (layers c) in
         let r := fst (run (scale c) (layers c) []) in
         Nat.eqb (length z) (inputs c) && all_valid c ss r z (begin (scale c) ss z) (points c)
     end.

(* ---- it is sound -------------------------------------------------------------------------------- *)
Definition at_t (t : Z) (l : Z * Z) : Z := fst l * t + snd l.

Lemma lines_correct t us r h : let (next, ls) := lines t us in
  forallb (fun u => match kind u, row u with Relu, [(O, 1)] => true | _, _ => false end) us = true ->
  t <= hd 0 h -> (forall b, next = Some b -> hd 0 h <= b) ->
  map (output r h) us = map (at_t (hd 0 h)) ls.
Proof.
induction us as [|u us IH]; [now cbn|]. cbn [lines]. destruct (lines t us) as [next ls].
destruct (Z.leb_spec 0 (t + bias u)) as [on|off]; intros f le up; cbn [forallb] in f;
  apply andb_prop in f as [f fs].
all: assert (e : output r h u = Z.max 0 (hd 0 h + bias u)) by
  (unfold output; destruct (kind u), (row u) as [|[[|g] [|[| |]|]] [|]]; try discriminate;
   cbn [fire dot skipn]; destruct h; cbn [hd]; f_equal; lia).
- cbn [map]. rewrite e, IH by assumption. f_equal. unfold at_t. cbn [fst snd]. lia.
- cbn [map]. rewrite e, IH; [|assumption..|].
  + f_equal. unfold at_t. cbn [fst snd]. specialize (up _ eq_refl). destruct next; lia.
  + intros b ->. specialize (up _ eq_refl). lia.
Qed.

Lemma dot_lines row t ls :
  dot row (map (at_t t) ls) = dot row (map fst ls) * t + dot row (map snd ls).
Proof.
revert ls; induction row as [|[s w] row IH]; intros ls; [reflexivity|]. cbn [dot].
rewrite !skipn_map. destruct (skipn s ls) as [|l ls']; [reflexivity|]. cbn [map].
rewrite IH. unfold at_t. ring.
Qed.

(* the lines of a memory are those of its stage *)
Definition lined (s : stage) (m : memory) : Prop :=
  match s with
  | Plain _ => True
  | Hinges A L => hinged A = true /\ forall r h, holds m (hd 0 h) = true ->
      map (fun u => dot (row u) (map (output r h) (units A))) (units L) = map (at_t (hd 0 h)) (known m)
  end.

Lemma recall_lined A L m : lined (Hinges A L) m ->
  forall t, lined (Hinges A L) (recall A L m t) /\ holds (recall A L m t) t = true.
Proof.
intros [ha k] t. unfold recall. destruct (holds m t) eqn:E; [split; [split|]; assumption|].
assert (C := fun r h => lines_correct t (units A) r h). destruct (lines t (units A)) as [next ls] eqn:e.
assert (B : match next with None => true | Some b => Z.leb t b end = true).
{ destruct next as [b|]; [|reflexivity]. apply Z.leb_le. revert b ls e C. clear.
  induction (units A) as [|u us IH]; intros b ls e C; cbn in e; [discriminate|].
  destruct (lines t us) as [next ls'] eqn:e'. destruct (Z.leb_spec 0 (t + bias u)) as [on|off].
  - injection e as -> <-. apply (IH b ls' eq_refl). intros r h f le up.
    assert (D := lines_correct t us r h). rewrite e' in D. now apply D.
  - injection e as <- <-. destruct next as [b|]; [|lia].
    assert (t <= b); [|lia]. apply (IH b ls' eq_refl). intros r h f le up.
    assert (D := lines_correct t us r h). rewrite e' in D. now apply D. }
split; [split; [exact ha|]|].
- intros r h. unfold holds. cbn [low high known]. intros i. apply andb_prop in i as [i1 i2].
  rewrite (C r h ha); [| now apply Z.leb_le|].
  + rewrite map_map. apply map_ext. intros u. now rewrite dot_lines, !pairs_correct.
  + intros b ->. now apply Z.leb_le.
- unfold holds. cbn [low high]. now rewrite Z.leb_refl, B.
Qed.

Fixpoint remembers (r : positive) (ss : list stage) (h : list Z) (ms : list memory) : Prop :=
  match ss, ms with
  | [], [] => True
  | s :: ss', m :: ms' =>
      let r' := (r * gain_of s)%positive in
      outputs m = values r' s h /\ lined s m /\ remembers r' ss' (outputs m) ms'
  | _, _ => False
  end.

Lemma step_correct r s h h0 cs m : agree cs h h0 -> outputs m = values r s h0 -> lined s m ->
  let (m', cs') := step r s h cs m in
  outputs m' = values r s h /\ lined s m' /\ agree cs' (values r s h) (values r s h0).
Proof.
intros a o l. destruct s as [L|A L]; cbn [step values] in *.
- rewrite o. destruct (update_correct r (units L) h h0 cs a) as [e a']. cbn [outputs].
  split; [exact e|]. split; [exact I|exact a'].
- destruct (recall_lined A L m l (hd 0 h)) as [[ha k] hold].
  set (m' := recall A L m (hd 0 h)) in *. cbn [outputs].
  assert (e : map (fun ul => fire (kind (fst ul)) r (times (fst (snd ul)) (hd 0 h) + snd (snd ul)
      + bias (fst ul))) (combine (units L) (known m')) =
    map (output r (map (output r h) (units A))) (units L)).
  { specialize (k r h hold). revert k. generalize (known m') as ls. clear. induction (units L) as [|u us IH];
      intros [|l' ls] k; try discriminate; [reflexivity|]. cbn [map] in k. injection k as k1 k2.
    cbn [combine map fst snd]. rewrite (IH ls k2). f_equal. unfold output at 1.
    rewrite k1, times_correct. reflexivity. }
  rewrite e. split; [reflexivity|]. split; [split; [exact ha|exact k]|].
  rewrite o. apply differences_agree. now rewrite !map_length.
Qed.

Lemma steps_correct r ss h h0 cs ms : agree cs h h0 -> remembers r ss h0 ms ->
  remembers r ss h (steps r ss h cs ms).
Proof.
revert r h h0 cs ms; induction ss as [|s ss IH]; intros r h h0 cs [|m ms] a k; try contradiction;
  [exact I|]. destruct k as [o [l k]]. cbn [steps]. cbv zeta.
assert (S := step_correct (r * gain_of s) s h h0 cs m a o l).
destruct (step (r * gain_of s) s h cs m) as [m' cs']. destruct S as [o' [l' a']].
split; [exact o'|]. split; [exact l'|]. rewrite o in k. rewrite o'. now apply (IH _ _ _ _ _ a').
Qed.

Definition well (s : stage) : Prop := match s with Plain _ => True | Hinges A _ => hinged A = true end.

Lemma begin_correct r ss h : Forall well ss -> remembers r ss h (begin r ss h).
Proof.
intros w. revert r h; induction w as [|s ss ws w IH]; intros r h; [exact I|].
split; [reflexivity|]. split; [|apply IH]. destruct s; [exact I|]. split; [exact ws|].
intros r' h'. unfold holds. cbn [low high]. intros i. apply andb_prop in i as [i1 i2].
apply Z.leb_le in i1, i2. lia.
Qed.

(* the stages compute the network *)
Fixpoint run_stages (r : positive) (ss : list stage) (h : list Z) : positive * list Z :=
  match ss with
  | [] => (r, h)
  | s :: ss' => let r' := (r * gain_of s)%positive in run_stages r' ss' (values r' s h)
  end.

Lemma run_remembered r ss h ms : remembers r ss h ms ->
  snd (run_stages r ss h) = last_outputs ms h.
Proof.
revert r h ms; induction ss as [|s ss IH]; intros r h [|m ms] k; try contradiction; [reflexivity|].
destruct k as [o [_ k]]. cbn [run_stages]. cbv zeta. rewrite o in k. rewrite (IH _ _ _ k).
unfold last_outputs. cbn [fold_left]. now rewrite o.
Qed.

Lemma stages_correct n : forall Ls, (length Ls <= n)%nat -> Forall well (stages Ls) /\
  forall r h, run_stages r (stages Ls) h = run r Ls h.
Proof.
induction n as [|n IH]; intros [|A Ls] le; try (split; [constructor|reflexivity]);
  [now apply Nat.nle_succ_0 in le|]. cbn in le. apply Nat.succ_le_mono in le.
destruct Ls as [|L Ls]; [split; [repeat constructor|reflexivity]|]. cbn [stages].
destruct (hinged A) eqn:E.
- destruct (IH Ls) as [w e]; [cbn in le; lia|]. split; [now constructor|]. intros r h.
  cbn [run_stages run gain_of values]. cbv zeta. rewrite e, Pos.mul_assoc. f_equal.
  apply map_ext. intros u. unfold output at 1 3. do 3 f_equal. apply map_ext_in. intros v hv.
  apply (proj1 (forallb_forall _ _) E) in hv. unfold output. now destruct (kind v).
- destruct (IH (L :: Ls) le) as [w e]. split; [now constructor|]. intros r h.
  cbn [run_stages gain_of values]. cbv zeta. now rewrite e.
Qed.

Lemma run_scale r Ls h h' : fst (run r Ls h) = fst (run r Ls h').
Proof. revert r h h'; induction Ls as [|L Ls IH]; intros r h h'; [reflexivity|apply IH]. Qed.

Lemma all_valid_sound c before ms ps : let ss := stages (layers c) in
  remembers (scale c) ss before ms -> length before = inputs c ->
  all_valid c ss (fst (run (scale c) (layers c) [])) before ms ps = true ->
  forall p, In p ps ->
    let (r, vs) := run (scale c) (layers c) (fst p) in all_within r (bounds c) vs (snd p) = true.
Proof.
cbv zeta. revert before ms; induction ps as [|[z y] ps IH]; intros before ms k len h p hp;
  [contradiction|].
cbn [all_valid] in h. cbv zeta in h. destruct (_ && _) eqn:both; [|discriminate].
apply andb_prop in both as [h1 h2].
apply Nat.eqb_eq in h1.
assert (k' := steps_correct _ _ z before (differences z before) ms
  ltac:(apply differences_agree; congruence) k).
destruct hp as [<-|hp]; [|now apply (IH z _ k' h1 h)].
rewrite <- (run_remembered _ _ _ _ k') in h2.
destruct (stages_correct _ (layers c) (le_n _)) as [_ e]. rewrite e in h2.
rewrite (run_scale _ _ _ z) in h2. cbn [fst snd]. now destruct (run (scale c) (layers c) z).
Qed.

Theorem valid_sound c : valid c = true ->
  N.of_nat (length (points c)) = count c /\
  forall p, In p (points c) ->
    let (r, vs) := run (scale c) (layers c) (fst p) in all_within r (bounds c) vs (snd p) = true.
Proof.
unfold valid. intros h. apply andb_prop in h as [h1 h2]. split; [now apply N.eqb_eq|].
destruct (points c) as [|[z y] ps]; [contradiction|]. apply andb_prop in h2 as [h2 h3].
apply Nat.eqb_eq in h2.
destruct (stages_correct _ (layers c) (le_n _)) as [w _].
now apply (all_valid_sound c z _ ((z, y) :: ps) (begin_correct _ _ _ w) h2).
Qed.

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
