(* Substitution in subjects: a term for x (the rule rescale), numbers for the parameters
   (the rule instantiate).  Lemma ids: rescaling, instantiation. *)
From Coq Require Import Reals Lra Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Pieces.
Open Scope R_scope.

(** * A term for x *)

(** t with w in the place of x. *)
Fixpoint substitute (w : subject) (t : subject) : subject :=
  match t with
  | X => w
  | Const r => Const r
  | Op1 o u => Op1 o (substitute w u)
  | Op2 o u v => Op2 o (substitute w u) (substitute w v)
  | Abs u => Abs (substitute w u)
  | Sign u => Sign (substitute w u)
  | Min u v => Min (substitute w u) (substitute w v)
  | Max u v => Max (substitute w u) (substitute w v)
  | If c u v => If (substitute_in w c) (substitute w u) (substitute w v)
  | Undefined => Undefined
  end
with substitute_in (w : subject) (c : condition) : condition :=
  match c with
  | CTrue => CTrue
  | CLt u v => CLt (substitute w u) (substitute w v)
  | CLe u v => CLe (substitute w u) (substitute w v)
  | CNot c => CNot (substitute_in w c)
  | CAnd c d => CAnd (substitute_in w c) (substitute_in w d)
  | COr c d => COr (substitute_in w c) (substitute_in w d)
  end.

(** Where w has the value a, the new subject has the value of t at a: it is defined there
    if and only if t is defined at a. *)
Theorem substitute_means (w : subject) (x a : R) :
  means w x a ->
  (forall t y, means (substitute w t) x y <-> means t a y) /\
  (forall c b, decides (substitute_in w c) x b <-> decides c a b).
Proof.
  intro W. apply subject_condition_induction; simpl.
  - intro y. split; [intro H; apply (proj1 functional w x); assumption|intros ->; exact W].
  - intros r y. reflexivity.
  - intros o u IH y. split; intros [p [H K]]; exists p; split; try apply IH; assumption.
  - intros o u IHu v IHv y. split; intros [p [q [H [K L]]]]; exists p, q;
      (split; [apply IHu; exact H|split; [apply IHv; exact K|exact L]]).
  - intros u IH y. split; intros [p [H K]]; exists p; split; try apply IH; assumption.
  - intros u IH y. split; intros [p [H K]]; exists p; split; try apply IH; assumption.
  - intros u IHu v IHv y. split; intros [p [q [H [K L]]]]; exists p, q;
      (split; [apply IHu; exact H|split; [apply IHv; exact K|exact L]]).
  - intros u IHu v IHv y. split; intros [p [q [H [K L]]]]; exists p, q;
      (split; [apply IHu; exact H|split; [apply IHv; exact K|exact L]]).
  - intros c IHc u IHu v IHv y. rewrite !IHc, IHu, IHv. reflexivity.
  - intro y. reflexivity.
  - intro b. reflexivity.
  - intros u IHu v IHv b. split; intros [p [q [H [K L]]]]; exists p, q;
      (split; [apply IHu; exact H|split; [apply IHv; exact K|exact L]]).
  - intros u IHu v IHv b. split; intros [p [q [H [K L]]]]; exists p, q;
      (split; [apply IHu; exact H|split; [apply IHv; exact K|exact L]]).
  - intros c IH b. apply IH.
  - intros c IHc d IHd b. split; intros [p [q [H [K L]]]]; exists p, q;
      (split; [apply IHc; exact H|split; [apply IHd; exact K|exact L]]).
  - intros c IHc d IHd b. split; intros [p [q [H [K L]]]]; exists p, q;
      (split; [apply IHc; exact H|split; [apply IHd; exact K|exact L]]).
Qed.

(** rescaling: if w is s x for all x, the new subject is defined on the line if and only if
    t is, and it denotes f(s x) if and only if t denotes f. *)
Corollary substitute_rescaled (w t : subject) (s : R) :
  0 < s -> (forall x, means w x (s * x)) ->
  ((forall x, exists y, means t x y) <-> (forall x, exists y, means (substitute w t) x y)) /\
  (forall f, (forall x, means t x (f x)) <-> (forall x, means (substitute w t) x (f (s * x)))).
Proof.
  intros Hs W.
  assert (S : forall x y, means (substitute w t) x y <-> means t (s * x) y).
  { intros x y. apply (substitute_means w x (s * x) (W x)). }
  assert (E : forall x, s * (x / s) = x) by (intro x; field; lra).
  split; [|intro f]; split; intros H x.
  - destruct (H (s * x)) as [y Hy]. exists y. apply S, Hy.
  - destruct (H (x / s)) as [y Hy]. exists y. apply S in Hy. rewrite E in Hy. exact Hy.
  - apply S, H.
  - assert (K := H (x / s)). apply S in K. rewrite E in K. exact K.
Qed.

(** * Numbers for parameters *)

(** Subjects with parameters. *)
Inductive template : Type :=
  | TX
  | TParameter (n : nat)
  | TConst (r : R)
  | TOp1 (o : operation1) (u : template)
  | TOp2 (o : operation2) (u v : template)
  | TAbs (u : template)
  | TSign (u : template)
  | TMin (u v : template)
  | TMax (u v : template)
  | TIf (c : template_condition) (u v : template)
  | TUndefined
with template_condition : Type :=
  | TCTrue
  | TCLt (u v : template)
  | TCLe (u v : template)
  | TCNot (c : template_condition)
  | TCAnd (c d : template_condition)
  | TCOr (c d : template_condition).

Scheme template_induction := Induction for template Sort Prop
  with template_condition_induction := Induction for template_condition Sort Prop.
Combined Scheme templates_induction from template_induction, template_condition_induction.

(** The subject for given values of the parameters. *)
Fixpoint at_values (p : nat -> R) (t : template) : subject :=
  match t with
  | TX => X
  | TParameter n => Const (p n)
  | TConst r => Const r
  | TOp1 o u => Op1 o (at_values p u)
  | TOp2 o u v => Op2 o (at_values p u) (at_values p v)
  | TAbs u => Abs (at_values p u)
  | TSign u => Sign (at_values p u)
  | TMin u v => Min (at_values p u) (at_values p v)
  | TMax u v => Max (at_values p u) (at_values p v)
  | TIf c u v => If (at_values_in p c) (at_values p u) (at_values p v)
  | TUndefined => Undefined
  end
with at_values_in (p : nat -> R) (c : template_condition) : condition :=
  match c with
  | TCTrue => CTrue
  | TCLt u v => CLt (at_values p u) (at_values p v)
  | TCLe u v => CLe (at_values p u) (at_values p v)
  | TCNot c => CNot (at_values_in p c)
  | TCAnd c d => CAnd (at_values_in p c) (at_values_in p d)
  | TCOr c d => COr (at_values_in p c) (at_values_in p d)
  end.

(** The template in which all parameters have been replaced by numbers. *)
Fixpoint instance (q : nat -> R) (t : template) : template :=
  match t with
  | TX => TX
  | TParameter n => TConst (q n)
  | TConst r => TConst r
  | TOp1 o u => TOp1 o (instance q u)
  | TOp2 o u v => TOp2 o (instance q u) (instance q v)
  | TAbs u => TAbs (instance q u)
  | TSign u => TSign (instance q u)
  | TMin u v => TMin (instance q u) (instance q v)
  | TMax u v => TMax (instance q u) (instance q v)
  | TIf c u v => TIf (instance_in q c) (instance q u) (instance q v)
  | TUndefined => TUndefined
  end
with instance_in (q : nat -> R) (c : template_condition) : template_condition :=
  match c with
  | TCTrue => TCTrue
  | TCLt u v => TCLt (instance q u) (instance q v)
  | TCLe u v => TCLe (instance q u) (instance q v)
  | TCNot c => TCNot (instance_in q c)
  | TCAnd c d => TCAnd (instance_in q c) (instance_in q d)
  | TCOr c d => TCOr (instance_in q c) (instance_in q d)
  end.

(** The instance is the subject at these values, whatever values are given to it. *)
Lemma at_values_instance (p q : nat -> R) :
  (forall t, at_values p (instance q t) = at_values q t) /\
  (forall c, at_values_in p (instance_in q c) = at_values_in q c).
Proof. apply templates_induction; simpl; congruence. Qed.

(** instantiation: a negated claim about all subjects of a template, "for some values of
    the parameters in their ranges, not ...", follows from its case at one admissible
    value.  The claim may be any property of subjects. *)
Theorem instantiation (admissible : (nat -> R) -> Prop) (claim : subject -> Prop)
    (t : template) (q : nat -> R) :
  admissible q -> (forall p, ~ claim (at_values p (instance q t))) ->
  exists p, admissible p /\ ~ claim (at_values p t).
Proof.
  intros A N. exists q. split; [exact A|].
  rewrite <- (proj1 (at_values_instance q q) t). apply N.
Qed.
