(** One point shows that a step size is good: gradient descent with this step size is a non-singular map of R^p.

    Lemmas: hessian-witness, analytic-selections, flat-point. *)

From mathcomp Require Import all_ssreflect all_algebra finmap.
From mathcomp.classical Require Import boolp classical_sets functions cardinality mathcomp_extra.
From mathcomp.analysis Require Import reals ereal signed topology normedtype sequences esum numfun.
From mathcomp.analysis Require Import measure lebesgue_measure lebesgue_integral Rstruct.
From Invex Require Import StepSizes Null TrainingSteps GenericRank Analytic NonSingular.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Section Witnesses.
Variables (p : nat) (v : space real p -> space real p) (H : space real p -> 'M[real]_p.+1).
(** The field v, a gradient for instance, has the strict derivative H at almost every point. *)
Hypothesis derivative : {ae volume real p, forall x, strictly_differentiable v x (H x)}.

(** The step theta - eta v(theta). *)
Let step (eta : real) x := descend eta x (v x).

Lemma good_step eta : {ae volume real p, forall x, \det (1%:M - eta *: H x) != 0} -> nonsingular (volume real p) (step eta).
Proof.
apply: (step_nonsingular (F := id) (A := fun=> 1%:M)) => //.
by exists set0; split=> // x nx; exfalso; apply: nx; exact: strictly_differentiable_id.
Qed.

(** hessian-witness (1): H is analytic; one point at which 1 - eta H is not singular is enough. *)
Theorem hessian_witness eta : (forall i j, analytic (fun x => H x i j)) ->
  (exists x, \det (1%:M - eta *: H x) != 0) -> nonsingular (volume real p) (step eta).
Proof. by move=> aH wit; apply: good_step; exact: analytic_step_size. Qed.

(** hessian-witness (2), analytic-selections (3): near almost every point H is one of finitely many analytic selections; one
    point for each of them is enough, wherever it lies. *)
Theorem witness_of_each_selection (I : finType) (S : I -> space real p -> 'M[real]_p.+1) eta :
  (forall i j k, analytic (fun x => S i x j k)) -> {ae volume real p, forall x, exists i, H x = S i x} ->
  (forall i, exists x, \det (1%:M - eta *: S i x) != 0) -> nonsingular (volume real p) (step eta).
Proof. by move=> aS sel wit; apply: good_step; exact: analytic_selections sel wit. Qed.

(** hessian-witness (3): it is enough that no eigenvalue mu of H at the witness has 1/mu = eta. *)
Corollary eigenvalue_witness eta : (forall i j, analytic (fun x => H x i j)) ->
  (exists x, ~~ eigenvalue (H x) eta^-1) -> nonsingular (volume real p) (step eta).
Proof. by move=> aH [x ev]; apply: hessian_witness => //; exists x; exact: witness_of_step_sizes. Qed.

(** flat-point: if each selection has a point at which it is 0, every step size is good. *)
Theorem flat_point (I : finType) (S : I -> space real p -> 'M[real]_p.+1) :
  (forall i j k, analytic (fun x => S i x j k)) -> {ae volume real p, forall x, exists i, H x = S i x} ->
  (forall i, exists x, S i x = 0) -> forall eta, nonsingular (volume real p) (step eta).
Proof.
move=> aS sel flat eta; apply: (witness_of_each_selection aS sel) => i.
by have [x Sx] := flat i; exists x; rewrite Sx flat_no_bad oner_neq0.
Qed.

(** almost-every-step (2): for an analytic H, an exceptional step size is the inverse of an eigenvalue of H at every point. *)
Theorem exceptional_eigenvalue eta : (forall i j, analytic (fun x => H x i j)) ->
  ~ nonsingular (volume real p) (step eta) -> forall x, eta != 0 /\ eigenvalue (H x) eta^-1.
Proof.
move=> aH bad x; apply/bad_step_size_eigenvalue; apply: contrapT => /eqP dx; apply: bad.
by apply: hessian_witness => //; exists x.
Qed.
End Witnesses.
