(* Strictly monotone functions made of pieces.  Lemma id: strictly-monotone. *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary RealAnalytic.
From Invex Require Export Chain Refutations Properties.
Open Scope R_scope.

(** A piece on which s f' > 0, or s f' >= 0, f' is analytic and s f' > 0 at one point: s is
    1 for increasing, -1 for decreasing. *)
Definition directed_piece (f : R -> R) (s : R) (lo hi : Rbar) (a : (R -> R) * (R -> R)) : Prop :=
  differentiable f lo hi a /\
  ((forall x, span lo hi x -> 0 < s * snd a x) \/
   ((forall x, span lo hi x -> 0 <= s * snd a x) /\
    (forall x, span lo hi x -> real_analytic (snd a) x) /\
    exists x, span lo hi x /\ 0 < s * snd a x)).

(** Such a piece is flat on no interval. *)
Lemma directed_piece_not_flat f s lo hi a u w :
  directed_piece f s lo hi a -> u < w -> (forall t, u < t < w -> span lo hi t) ->
  (forall t, u < t < w -> s * snd a t = 0) -> False.
Proof.
  intros [_ [P|[_ [A [p [Hp P]]]]]] Huw I Z.
  - assert (M : u < (u + w) / 2 < w) by lra.
    assert (K := P _ (I _ M)). rewrite (Z _ M) in K. lra.
  - assert (E : s * snd a p = 0); [|lra].
    assert (Hs : s <> 0) by (intros ->; rewrite Rmult_0_l in P; lra).
    rewrite (identity (snd a) lo hi ((3 * u + w) / 4) ((u + 3 * w) / 4) A);
      [ring|lra| | | |exact Hp].
    + apply Rbar_lt_le. apply (I ((3 * u + w) / 4)). lra.
    + apply Rbar_lt_le. apply (I ((u + 3 * w) / 4)). lra.
    + intros t Ht. apply (Rmult_eq_reg_l s); [|exact Hs]. rewrite Rmult_0_r. apply Z. lra.
Qed.

Theorem directed (f : R -> R) (s : R) (d : chain ((R -> R) * (R -> R))) :
  along (directed_piece f s) (joined f) m_infty p_infty d ->
  forall x y, x < y -> s * f x < s * f y.
Proof.
  intros H x y Hxy. set (g := fun t => s * f t).
  assert (All : forall t, span m_infty p_infty t) by (split; exact I).
  assert (Cf : forall t, continuous f t).
  { intro t. apply (differentiable_along_continuous f d m_infty p_infty); [|apply All].
    revert H. apply along_imp; [|auto]. intros l h a [Da _]. exact Da. }
  assert (Cg : forall u v, continuous_on (fun t => u <= t <= v) g).
  { intros u v. apply continuous_on_pointwise. intros t _.
    apply (continuous_scal_r s f t), Cf. }
  assert (Dg : forall t, ~ In t (cuts d) -> is_derive g t (Derive g t) /\ 0 <= Derive g t).
  { intros t N. destruct (along_inside _ _ d _ _ H t (All t) N) as [l [h [a [Ha Ht]]]].
    assert (D : is_derive g t (s * snd a t)).
    { apply (is_derive_scal f t s), (differentiable_derive f l h a t); [apply Ha|exact Ht]. }
    rewrite (is_derive_unique _ _ _ D). split; [exact D|].
    destruct Ha as [_ [P|[P _]]]; [apply Rlt_le, P, Ht|apply P, Ht]. }
  assert (Mono : forall u v, u <= v -> g u <= g v).
  { intros u v Huv. assert (K : 0 * (v - u) <= g v - g u); [|lra].
    apply (increment_ge g (Derive g) (cuts d)); [exact Huv|apply Cg|]. intros t _. apply Dg. }
  change (g x < g y). apply Rnot_le_lt. intro L.
  assert (Flat : forall t, x <= t <= y -> g t = g x).
  { intros t Ht. assert (A := Mono x t ltac:(lra)). assert (B := Mono t y ltac:(lra)). lra. }
  destruct (point_between (cuts d) x y Hxy) as [p [Hp N]].
  destruct (along_inside _ _ d _ _ H p (All p) N) as [l [h [a [Ha Sp]]]].
  destruct (locally_elim p _ (filter_and _ _ (span_open l h p Sp) (between_locally x y p Hp)))
    as [r [Hr K]].
  apply (directed_piece_not_flat f s l h a (p - r) (p + r) Ha); [lra| |].
  - intros t Ht. apply (K t Ht).
  - intros t Ht. destruct (K t Ht) as [St Bt].
    assert (D : is_derive g t (s * snd a t)).
    { apply (is_derive_scal f t s), (differentiable_derive f l h a t); [apply Ha|exact St]. }
    rewrite <- (is_derive_unique _ _ _ D).
    rewrite (Derive_ext_loc g (fun _ => g x)); [apply Derive_const|].
    apply filter_imp with (2 := between_locally x y t Bt). intros q Hq. apply Flat. lra.
Qed.

(** strictly-monotone: one direction for all pieces. *)
Theorem strictly_increasing_pieces (f : R -> R) (d : chain ((R -> R) * (R -> R))) :
  along (directed_piece f 1) (joined f) m_infty p_infty d -> strictly_increasing f.
Proof. intros H x y Hxy. assert (K := directed f 1 d H x y Hxy). lra. Qed.

Theorem strictly_decreasing_pieces (f : R -> R) (d : chain ((R -> R) * (R -> R))) :
  along (directed_piece f (-1)) (joined f) m_infty p_infty d -> strictly_decreasing f.
Proof. intros H x y Hxy. assert (K := directed f (-1) d H x y Hxy). lra. Qed.

(** For a function that is one term, with a slope of strict sign. *)
Corollary strictly_increasing_smooth (f df : R -> R) :
  (forall x, is_derive f x (df x)) -> (forall x, 0 < df x) -> strictly_increasing f.
Proof.
  intros D P. apply (strictly_increasing_pieces f (Last (f, df))). split.
  - split; [reflexivity|intros x _; apply D].
  - left. intros x _. simpl. specialize (P x). lra.
Qed.

Corollary strictly_decreasing_smooth (f df : R -> R) :
  (forall x, is_derive f x (df x)) -> (forall x, df x < 0) -> strictly_decreasing f.
Proof.
  intros D P. apply (strictly_decreasing_pieces f (Last (f, df))). split.
  - split; [reflexivity|intros x _; apply D].
  - left. intros x _. simpl. specialize (P x). lra.
Qed.
