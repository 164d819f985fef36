(* The rules that refute invexity, put together: a subject with guards is resolved on pieces
   of a bounded interval; elsewhere it need not be defined.  The refutation holds for every
   function that has the values of the subject where this is defined.
   Rules: stationary-point, plateau, kink, maximum, minimum.  As in Rules.v, the terms have
   no parameters. *)
From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary RealAnalytic Pieces Operations.
From Invex Require Import Chain Refutations Rules.
From Invex Require Terms.
Open Scope R_scope.

Section Refutations.

Variables (t : subject) (f : R -> R).

(** f has the values of the subject where it is defined. *)
Hypothesis values : forall x y, means t x y -> f x = y.

(** The subject is resolved at the point y, and the value is below the number b. *)
Definition lower_point (y b : R) : Prop :=
  exists M, resolves (middle y) t M /\ defined M y /\ value M y < b.

Lemma lower_value y b : lower_point y b -> f y < b.
Proof.
  intros [M [R [D L]]].
  rewrite (values y (value M y)); [exact L|].
  apply (proj1 (resolved_value (middle y)) t M R y eq_refl D).
Qed.

(** f on a piece that has been resolved. *)
Lemma local_value lo hi T :
  subject_piece t lo hi T -> forall x, span lo hi x -> f x = Terms.eval T x.
Proof.
  intros [R A] x Hx. apply values. rewrite <- embed_value.
  apply (proj1 (resolved_value (span lo hi)) t (embed T) R x Hx).
  apply embed_defined, Terms.analytic_defined, A, Hx.
Qed.

(** Rule stationary-point; that the slope is exactly 0 at c is a hypothesis. *)
Theorem rule_stationary_point (u v c y : R) (T : Terms.term) :
  u < c < v -> subject_piece t u v T -> slope_of T c = 0 -> lower_point y (Terms.eval T c) ->
  clarke_stationary f c /\ f y < f c.
Proof.
  intros Hc Hp Z Hy. assert (A := proj2 Hp). split.
  - apply (stationary_point f (Terms.eval T) (slope_of T) u v c Hc).
    + intros x Hx. apply (local_value u v T Hp). exact Hx.
    + intros x Hx. apply Terms.deriv_correct, A. exact Hx.
    + apply Terms.analytic_continuous, Terms.deriv_analytic, A. exact Hc.
    + exact Z.
  - rewrite (local_value u v T Hp c Hc). apply lower_value, Hy.
Qed.

(** Rule plateau. *)
Theorem rule_plateau (u v y : R) (T : Terms.term) :
  u < v -> subject_piece t u v T -> (forall x, u < x < v -> slope_of T x = 0) ->
  lower_point y (Terms.eval T ((u + v) / 2)) ->
  forall c, u < c < v -> clarke_stationary f c /\ f y < f c.
Proof.
  intros Huv Hp Z Hy c Hc.
  destruct (plateau f (Terms.eval T) u v) as [St Eq].
  - intros x Hx. apply (local_value u v T Hp). exact Hx.
  - intros x Hx. rewrite <- (Z x Hx). apply Terms.deriv_correct, (proj2 Hp). exact Hx.
  - split; [apply St, Hc|]. assert (M : u < (u + v) / 2 < v) by lra.
    rewrite (Eq c _ Hc M), (local_value u v T Hp _ M). apply lower_value, Hy.
Qed.

(** A cut between two pieces that have been resolved: f is continuous there. *)
Lemma local_cut u c v T T' :
  u < c < v -> subject_piece t u c T -> subject_piece t c v T' -> subject_cut t c ->
  means t c (f c) /\ continuous f c.
Proof.
  intros Hc [Ra Da] [Rb Db] [u' [v' [M [Hc' [Rm [Dm K]]]]]].
  set (left := fun x => between u' c x /\ span u c x).
  set (right := fun x => between c v' x /\ span c v x).
  apply (continuous_at_cut left right c
           (at_left_between u' c u ltac:(lra) (proj1 Hc)) (at_right_between c v' v ltac:(lra) (proj2 Hc))
           t (embed T) M (embed T') f).
  - apply (proj1 (resolves_subset (span u c) left ltac:(intros x [_ H]; exact H))), Ra.
  - intros x [_ Hx]. apply embed_defined, Terms.analytic_defined, Da, Hx.
  - apply (proj1 (resolves_subset (span c v) right ltac:(intros x [_ H]; exact H))), Rb.
  - intros x [_ Hx]. apply embed_defined, Terms.analytic_defined, Db, Hx.
  - exact Rm.
  - exact Dm.
  - apply (marked_subset (between u' c) left (between c v') right c);
      [intros x [H _]; exact H|intros x [H _]; exact H|exact K].
  - exact values.
Qed.

(** Rule kink. *)
Theorem rule_kink (u c v y : R) (T T' : Terms.term) :
  u < c < v -> subject_piece t u c T -> subject_piece t c v T' -> subject_cut t c ->
  Terms.analytic T c -> Terms.analytic T' c ->
  (0 <= slope_of T c /\ slope_of T' c <= 0) \/ (slope_of T c <= 0 /\ 0 <= slope_of T' c) ->
  lower_point y (f c) -> clarke_stationary f c /\ f y < f c.
Proof.
  intros Hc Hl Hr Hk Al Ar S Hy. split; [|apply lower_value, Hy].
  apply (kink f (Terms.eval T) (Terms.eval T') (slope_of T) (slope_of T') u c v Hc).
  - apply (local_cut u c v T T' Hc Hl Hr Hk).
  - intros x Hx. apply (local_value u c T Hl). exact Hx.
  - intros x Hx. apply (local_value c v T' Hr). exact Hx.
  - intros x Hx. apply Terms.deriv_correct, (proj2 Hl). exact Hx.
  - intros x Hx. apply Terms.deriv_correct, (proj2 Hr). exact Hx.
  - apply continuous_within, Terms.analytic_continuous, Terms.deriv_analytic, Al.
  - apply continuous_within, Terms.analytic_continuous, Terms.deriv_analytic, Ar.
  - exact S.
Qed.

(** Resolved pieces of an interval make f continuous inside it. *)
Lemma local_chain (d : chain Terms.term) (lo hi : Rbar) :
  along (subject_piece t) (fun _ c _ => subject_cut t c) lo hi d ->
  along (equals f) (joined f) lo hi (chain_map Terms.eval d).
Proof.
  assert (One : forall l h T, subject_piece t l h T -> equals f l h (Terms.eval T)).
  { intros l h T H. split; [apply (local_value l h T H)|].
    intros x Hx. apply Terms.analytic_continuous, (proj2 H), Hx. }
  revert lo. induction d as [T|T c rest IH]; intros lo H; simpl in *; [apply One, H|].
  destruct H as [H1 [H2 [Ha [Hc Hr]]]].
  split; [exact H1|]. split; [exact H2|]. split; [apply One, Ha|]. split; [|apply IH, Hr].
  assert (Next : exists h, Rbar_lt c h /\ subject_piece t c h (first rest)).
  { destruct rest as [b|b e rest]; simpl in Hr; [exists hi|exists (Finite e)]; tauto. }
  destruct Next as [h [Hh Hb]].
  (* bounded pieces beside the cut *)
  assert (Lb : exists u, u < c /\ forall x, u < x < c -> span lo c x).
  { destruct lo as [r| |]; [exists r|contradiction|exists (c - 1)].
    - split; [exact H1|]. intros x Hx. exact Hx.
    - split; [lra|]. intros x Hx. split; [exact I|apply Hx]. }
  assert (Rb : exists v, c < v /\ forall x, c < x < v -> span c h x).
  { destruct h as [r| |]; [exists r|exists (c + 1)|contradiction].
    - split; [exact Hh|]. intros x Hx. exact Hx.
    - split; [lra|]. intros x Hx. split; [apply Hx|exact I]. }
  destruct Lb as [u [Hu Su]], Rb as [v [Hv Sv]].
  apply (local_cut u c v T (first rest)); [lra| | |exact Hc].
  - split; [apply (proj1 (resolves_subset (span lo c) (span u c) Su)), Ha|].
    intros x Hx. apply (proj2 Ha), Su, Hx.
  - split; [apply (proj1 (resolves_subset (span c h) (span c v) Sv)), Hb|].
    intros x Hx. apply (proj2 Hb), Sv, Hx.
Qed.

Lemma first_map (d : chain Terms.term) : first (chain_map Terms.eval d) = Terms.eval (first d).
Proof. destruct d; reflexivity. Qed.

Lemma last_map (d : chain Terms.term) : last (chain_map Terms.eval d) = Terms.eval (last d).
Proof. induction d as [T|T c rest IH]; [reflexivity|exact IH]. Qed.

(** Rule maximum. *)
Theorem rule_maximum (u m v : R) (d : chain Terms.term) :
  u < m < v -> along (subject_piece t) (fun _ c _ => subject_cut t c) u v d ->
  Terms.defined (first d) u -> Terms.defined (last d) v ->
  Terms.eval (first d) u < f m -> Terms.eval (last d) v < f m ->
  exists c, u < c < v /\ clarke_stationary f c /\ exists y, f y < f c.
Proof.
  intros Hm H Du Dv Lu Lv.
  apply (interior_maximum f u m v (chain_map Terms.eval d) Hm (local_chain d u v H));
    rewrite ?first_map, ?last_map; try assumption;
    apply continuous_within, Terms.defined_continuous; assumption.
Qed.

(** Rule minimum. *)
Theorem rule_minimum (u m v L y : R) (d : chain Terms.term) :
  u < m < v -> along (subject_piece t) (fun _ c _ => subject_cut t c) u v d ->
  Terms.defined (first d) u -> Terms.defined (last d) v ->
  f m < Terms.eval (first d) u -> f m < Terms.eval (last d) v ->
  along (fun lo hi T => forall x, span lo hi x -> L <= Terms.eval T x) (fun _ _ _ => True) u v d ->
  lower_point y L ->
  exists c, u < c < v /\ clarke_stationary f c /\ f y < f c.
Proof.
  intros Hm H Du Dv Lu Lv HL Hy.
  apply (interior_minimum_refuted f u m v (chain_map Terms.eval d) Hm (local_chain d u v H))
    with (L := L); rewrite ?first_map, ?last_map; try assumption.
  - apply continuous_within, Terms.defined_continuous; assumption.
  - apply continuous_within, Terms.defined_continuous; assumption.
  - revert HL. apply along_map; auto.
  - apply lower_value, Hy.
Qed.

End Refutations.
