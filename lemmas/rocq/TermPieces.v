(* The pieces of the other claims, given by the checker's terms: what its rules verify of a
   term on a piece is what the lemmas strictly-monotone, lipschitz, convex and
   piecewise-analytic ask of the piece. *)
From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus RealAnalytic AnalyticOperations.
From Invex Require Export Monotone PiecewiseAnalytic.
From Invex Require Terms.
Open Scope R_scope.

Section TermPiece.

Variables (f : R -> R) (lo hi : Rbar) (t : Terms.term).
Let F := Terms.eval t.
Let dF := Terms.eval (Terms.deriv t).
Let ddF := Terms.eval (Terms.deriv (Terms.deriv t)).

Hypothesis equal : forall x, span lo hi x -> f x = F x.
Hypothesis analytic : forall x, span lo hi x -> Terms.analytic t x.

Lemma differentiable_term : differentiable f lo hi (F, dF).
Proof. split; [exact equal|]. intros x Hx. apply Terms.deriv_correct, analytic, Hx. Qed.

(** Rule monotone-pieces: the slope has one weak sign, and is not 0 at one point. *)
Lemma directed_term (s : R) :
  (forall x, span lo hi x -> 0 <= s * dF x) -> (exists x, span lo hi x /\ 0 < s * dF x) ->
  directed_piece f s lo hi (F, dF).
Proof.
  intros W S. split; [exact differentiable_term|]. right. split; [exact W|]. split; [|exact S].
  intros x Hx. apply real_analytic_derivative, analytic, Hx.
Qed.

Lemma directed_term_strict (s : R) :
  (forall x, span lo hi x -> 0 < s * dF x) -> directed_piece f s lo hi (F, dF).
Proof. intro S. split; [exact differentiable_term|]. left. exact S. Qed.

(** Rule slope-bound. *)
Lemma slope_within_term (K : R) :
  (forall x, span lo hi x -> - K <= dF x <= K) -> slope_within f K lo hi (F, dF).
Proof. intro B. split; [exact differentiable_term|exact B]. Qed.

(** Rule analytic-pieces. *)
Lemma analytic_term : analytic_piece f lo hi F.
Proof. split; [exact equal|]. intros x Hx. apply real_analytic_term, analytic, Hx. Qed.

(** Rule convex-pieces: analytic up to the finite ends, f'' >= 0. *)
Lemma convex_term :
  (forall x, closed_span lo hi x -> Terms.analytic t x) ->
  (forall x, span lo hi x -> 0 <= ddF x) -> convex_piece f lo hi (F, dF, ddF).
Proof.
  intros A S. split; [exact differentiable_term|]. split.
  - apply continuous_on_pointwise. intros x Hx.
    apply Terms.analytic_continuous, Terms.deriv_analytic, A, Hx.
  - intros x Hx. split; [|apply S, Hx].
    apply Terms.deriv_correct, Terms.deriv_analytic, analytic, Hx.
Qed.

End TermPiece.
