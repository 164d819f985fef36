(* Piecewise analytic functions of one variable.
   Lemma ids: piecewise-analytic; rescaling (this claim). *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary RealAnalytic.
From Invex Require Export Chain Properties.
Open Scope R_scope.

(** The claim: continuous on the line, and real-analytic off a finite set. *)
Definition piecewise_analytic (f : R -> R) : Prop :=
  (forall x, continuous f x) /\ exists E, forall x, ~ In x E -> real_analytic f x.

(** f equals the term on the open piece, and the term is real-analytic there. *)
Definition analytic_piece (f : R -> R) (lo hi : Rbar) (F : R -> R) : Prop :=
  (forall x, span lo hi x -> f x = F x) /\ (forall x, span lo hi x -> real_analytic F x).

Lemma analytic_piece_local f lo hi F x :
  analytic_piece f lo hi F -> span lo hi x -> real_analytic f x.
Proof.
  intros [E A] Hx. apply (real_analytic_ext F f); [|apply A, Hx].
  apply filter_imp with (2 := span_open lo hi x Hx). intros y Hy. symmetry. apply E, Hy.
Qed.

(** piecewise-analytic: finitely many analytic pieces, continuous at the cuts. *)
Theorem piecewise_analytic_pieces (f : R -> R) (d : chain (R -> R)) :
  along (analytic_piece f) (joined f) m_infty p_infty d -> piecewise_analytic f.
Proof.
  intro H. split.
  - intro x. destruct (along_locate _ _ d _ _ H x) as [[l [h [F [A [Hx _]]]]]|[_ [F [G J]]]].
    + split; exact I.
    + apply real_analytic_continuous, (analytic_piece_local f l h F); assumption.
    + exact J.
  - exists (cuts d). intros x N.
    destruct (along_inside _ _ d _ _ H x) as [l [h [F [A Hx]]]]; [split; exact I|exact N|].
    apply (analytic_piece_local f l h F); assumption.
Qed.

(** * Sums and products *)

Lemma piecewise_analytic_plus (f g : R -> R) :
  piecewise_analytic f -> piecewise_analytic g -> piecewise_analytic (fun x => f x + g x).
Proof.
  intros [Cf [E Af]] [Cg [D Ag]]. split.
  - intro x. apply (continuous_plus f g); auto.
  - exists (E ++ D). intros x N. apply real_analytic_plus; [apply Af|apply Ag];
      intro H; apply N, in_or_app; auto.
Qed.

Lemma piecewise_analytic_mult (f g : R -> R) :
  piecewise_analytic f -> piecewise_analytic g -> piecewise_analytic (fun x => f x * g x).
Proof.
  intros [Cf [E Af]] [Cg [D Ag]]. split.
  - intro x. apply (continuous_mult f g); auto.
  - exists (E ++ D). intros x N. apply real_analytic_mult; [apply Af|apply Ag];
      intro H; apply N, in_or_app; auto.
Qed.

(** * rescaling *)

Theorem rescaling_piecewise_analytic (f : R -> R) (s : R) (Hs : 0 < s) :
  piecewise_analytic f <-> piecewise_analytic (rescaled f s).
Proof.
  split; intros [C [E A]]; split.
  - apply (rescaling_continuous f s Hs), C.
  - exists (map (fun e => e / s) E). intros x N.
    apply (real_analytic_stretch f s x Hs), A. intro H. apply N.
    apply in_map_iff. exists (s * x). split; [field; lra|exact H].
  - apply (rescaling_continuous f s Hs), C.
  - exists (map (fun e => s * e) E). intros x N.
    apply (real_analytic_ext (fun t => rescaled f s (/ s * t))).
    + apply filter_forall. intro t. unfold rescaled. f_equal. field. lra.
    + apply (real_analytic_stretch (rescaled f s) (/ s)); [apply Rinv_0_lt_compat, Hs|].
      apply A. intro H. apply N. apply in_map_iff. exists (/ s * x).
      split; [field; lra|exact H].
Qed.
