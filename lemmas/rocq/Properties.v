(* The other claims about a function made of pieces: Lipschitz, convex; a change of the
   scale of x.  Lemma ids: lipschitz, convex, rescaling.  (strictly-monotone is in
   Monotone.v, for it speaks of analytic slopes; parameters are in Substitution.v.) *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary.
From Invex Require Export Chain Refutations.
Open Scope R_scope.

(** A point that is no cut, in any interval. *)
Lemma point_between (l : list R) (u v : R) : u < v -> exists t, u < t < v /\ ~ In t l.
Proof.
  revert v. induction l as [|e l IH]; intros v H.
  - exists ((u + v) / 2). split; [lra|simpl; tauto].
  - destruct (Rle_lt_dec e u) as [L|L].
    + destruct (IH v H) as [t [Ht N]]. exists t. split; [exact Ht|].
      intros [->|I]; [lra|contradiction].
    + assert (M1 := Rmin_l e v). assert (M2 := Rmin_r e v).
      destruct (IH (Rmin e v)) as [t [Ht N]]; [apply Rmin_glb_lt; assumption|].
      exists t. split; [lra|]. intros [->|I]; [lra|contradiction].
Qed.

(** * lipschitz *)

Definition slope_within (f : R -> R) (K : R) (lo hi : Rbar) (a : (R -> R) * (R -> R)) : Prop :=
  differentiable f lo hi a /\ forall x, span lo hi x -> - K <= snd a x <= K.

(** lipschitz: |f'| <= K on every piece of a continuous function on the whole line. *)
Theorem lipschitz (f : R -> R) (K : R) (d : chain ((R -> R) * (R -> R))) :
  along (slope_within f K) (joined f) m_infty p_infty d -> lipschitz_with f K.
Proof.
  intro H.
  assert (C : forall x, continuous f x).
  { intro x. apply (differentiable_along_continuous f d m_infty p_infty); [|split; exact I].
    revert H. apply along_imp; [|auto]. intros l h a [Da _]. exact Da. }
  assert (D : forall x, ~ In x (cuts d) -> is_derive f x (Derive f x) /\ - K <= Derive f x <= K).
  { intros x N. destruct (along_inside _ _ d _ _ H x) as [l [h [a [[Da B] Hx]]]];
      [split; exact I|exact N|].
    assert (E := differentiable_derive f l h a x Da Hx).
    rewrite (is_derive_unique f x _ E). split; [exact E|apply B, Hx]. }
  assert (L : forall x y, x <= y -> Rabs (f y - f x) <= K * (y - x)).
  { intros x y Hxy.
    assert (A : - K * (y - x) <= f y - f x).
    { apply (increment_ge f (Derive f) (cuts d)); [exact Hxy| |].
      - apply continuous_on_pointwise. auto.
      - intros t _ N. destruct (D t N). split; [assumption|lra]. }
    assert (B : f y - f x <= K * (y - x)).
    { apply (increment_le f (Derive f) (cuts d)); [exact Hxy| |].
      - apply continuous_on_pointwise. auto.
      - intros t _ N. destruct (D t N). split; [assumption|lra]. }
    apply Rabs_le. lra. }
  intros x y. destruct (Rle_lt_dec x y) as [H1|H1].
  - rewrite (Rabs_minus_sym (f x)), (Rabs_minus_sym x), (Rabs_pos_eq (y - x)) by lra.
    apply L, H1.
  - rewrite (Rabs_pos_eq (x - y)) by lra. apply L. lra.
Qed.

(** * convex *)

(** A piece: the term, its first and its second derivative.  The slope is continuous up
    to the finite ends. *)
Definition convex_piece (f : R -> R) (lo hi : Rbar)
    (a : (R -> R) * (R -> R) * (R -> R)) : Prop :=
  differentiable f lo hi (fst a) /\
  continuous_on (closed_span lo hi) (snd (fst a)) /\
  (forall x, span lo hi x -> is_derive (snd (fst a)) x (snd a x) /\ 0 <= snd a x).

(** Continuous at the cut, and the slope does not drop. *)
Definition convex_cut (f : R -> R) (a : (R -> R) * (R -> R) * (R -> R)) (c : R)
    (b : (R -> R) * (R -> R) * (R -> R)) : Prop :=
  continuous f c /\ snd (fst a) c <= snd (fst b) c.

Lemma convex_piece_slope f lo hi a x y :
  convex_piece f lo hi a -> closed_span lo hi x -> closed_span lo hi y -> x <= y ->
  snd (fst a) x <= snd (fst a) y.
Proof.
  intros [_ [C D]] [Hx1 Hx2] [Hy1 Hy2] Hxy.
  assert (I : 0 * (y - x) <= snd (fst a) y - snd (fst a) x); [|lra].
  apply (increment_ge (snd (fst a)) (snd a) nil); [exact Hxy| |].
  - apply continuous_on_subset with (2 := C). intros t [T1 T2].
    split; [apply Rbar_le_trans with x|apply Rbar_le_trans with y]; assumption.
  - intros t [T1 T2] _. apply D.
    split; [apply Rbar_le_lt_trans with x|apply Rbar_lt_le_trans with y]; assumption.
Qed.

(** The slopes to the right of the lower end are above the slope at it. *)
Lemma convex_slopes_above f d (lo : R) hi :
  along (convex_piece f) (convex_cut f) lo hi d ->
  forall t : R, lo < t -> Rbar_lt t hi -> ~ In t (cuts d) -> snd (fst (first d)) lo <= Derive f t.
Proof.
  revert lo. induction d as [a|a c rest IH]; intros lo H t T1 T2 N; simpl in *.
  - assert (S : span lo hi t) by (split; assumption).
    rewrite (is_derive_unique f t _ (differentiable_derive f lo hi (fst a) t (proj1 H) S)).
    apply (convex_piece_slope f lo hi a); [exact H| |apply span_closed, S|lra].
    split; [apply Rbar_le_refl|]. apply Rbar_le_trans with t; [simpl; lra|apply Rbar_lt_le, T2].
  - destruct H as [H1 [H2 [Ha [Hc Hr]]]].
    assert (B : snd (fst a) lo <= snd (fst a) c).
    { apply (convex_piece_slope f lo c a _ _ Ha); [| |lra].
      - split; [apply Rbar_le_refl|simpl; lra].
      - split; [simpl; lra|apply Rbar_le_refl]. }
    destruct (Rtotal_order t c) as [L|[->|G]]; [|tauto|].
    + assert (S : span lo c t) by (split; assumption).
      rewrite (is_derive_unique f t _ (differentiable_derive f lo c (fst a) t (proj1 Ha) S)).
      apply (convex_piece_slope f lo c a); [exact Ha| |apply span_closed, S|lra].
      split; [apply Rbar_le_refl|simpl; lra].
    + destruct Hc as [_ J]. assert (K : snd (fst (first rest)) c <= Derive f t).
      { apply (IH c Hr t G T2). tauto. }
      lra.
Qed.

Lemma convex_slopes f d lo hi :
  along (convex_piece f) (convex_cut f) lo hi d ->
  forall x y : R, span lo hi x -> span lo hi y -> x < y ->
  ~ In x (cuts d) -> ~ In y (cuts d) -> Derive f x <= Derive f y.
Proof.
  revert lo. induction d as [a|a c rest IH]; intros lo H x y Hx Hy Hxy Nx Ny; simpl in *.
  - rewrite (is_derive_unique f x _ (differentiable_derive f lo hi (fst a) x (proj1 H) Hx)).
    rewrite (is_derive_unique f y _ (differentiable_derive f lo hi (fst a) y (proj1 H) Hy)).
    apply (convex_piece_slope f lo hi a _ _ H); [| |lra]; apply span_closed; assumption.
  - destruct H as [H1 [H2 [Ha [Hc Hr]]]].
    destruct (Rtotal_order x c) as [L|[->|G]]; [|tauto|].
    + assert (Sx : span lo c x) by (split; [apply Hx|exact L]).
      rewrite (is_derive_unique f x _ (differentiable_derive f lo c (fst a) x (proj1 Ha) Sx)).
      destruct (Rtotal_order y c) as [L'|[->|G']]; [|tauto|].
      * assert (Sy : span lo c y) by (split; [apply Hy|exact L']).
        rewrite (is_derive_unique f y _ (differentiable_derive f lo c (fst a) y (proj1 Ha) Sy)).
        apply (convex_piece_slope f lo c a _ _ Ha); [| |lra]; apply span_closed; assumption.
      * apply Rle_trans with (snd (fst a) c).
        -- apply (convex_piece_slope f lo c a _ _ Ha); [apply span_closed, Sx| |lra].
           split; [apply Rbar_lt_le, H1|apply Rbar_le_refl].
        -- apply Rle_trans with (snd (fst (first rest)) c); [apply Hc|].
           apply (convex_slopes_above f rest c hi Hr y G' (proj2 Hy)). tauto.
    + apply (IH c Hr); try tauto; split; simpl; try lra; [apply Hx|apply Hy].
Qed.

(** Slopes that do not decrease, off a finite set, make a continuous function convex. *)
Lemma convex_of_slopes (f : R -> R) (E : list R) :
  (forall x, continuous f x) ->
  (forall x, ~ In x E -> ex_derive f x) ->
  (forall x y, x < y -> ~ In x E -> ~ In y E -> Derive f x <= Derive f y) ->
  convex f.
Proof.
  intros C D M.
  assert (Three : forall u m w, u < m < w ->
            (w - u) * f m <= (w - m) * f u + (m - u) * f w).
  { intros u m w [H1 H2].
    (* s separates the slopes on both sides of m *)
    set (P := fun s => exists t, u < t < m /\ ~ In t E /\ s = Derive f t).
    assert (Bd : bound P).
    { destruct (point_between E m w H2) as [y [Hy Ny]]. exists (Derive f y).
      intros s [t [Ht [Nt ->]]]. apply M; try assumption. lra. }
    assert (Ne : exists s, P s).
    { destruct (point_between E u m H1) as [t [Ht Nt]]. exists (Derive f t), t. auto. }
    destruct (completeness P Bd Ne) as [s [Up Least]].
    assert (A : f m - f u <= s * (m - u)).
    { apply (increment_le f (Derive f) E); [lra|apply continuous_on_pointwise; auto|].
      intros t Ht N. split; [apply Derive_correct, D, N|]. apply Up. exists t. auto. }
    assert (B : s * (w - m) <= f w - f m).
    { apply (increment_ge f (Derive f) E); [lra|apply continuous_on_pointwise; auto|].
      intros t Ht N. split; [apply Derive_correct, D, N|]. apply Least.
      intros r [t' [Ht' [Nt' ->]]]. apply M; try assumption. lra. }
    apply (Rmult_le_compat_r (w - m)) in A; [|lra].
    apply (Rmult_le_compat_r (m - u)) in B; [|lra]. lra. }
  assert (Ordered : forall x y t, x < y -> 0 <= t <= 1 ->
            f (t * x + (1 - t) * y) <= t * f x + (1 - t) * f y).
  { intros x y t Hxy [T0 T1].
    destruct (Req_dec t 0) as [->|N0].
    { replace (0 * x + (1 - 0) * y) with y by ring. lra. }
    destruct (Req_dec t 1) as [->|N1].
    { replace (1 * x + (1 - 1) * y) with x by ring. lra. }
    assert (Pt : 0 < t) by lra. assert (Pt1 : 0 < 1 - t) by lra.
    assert (L1 : 0 < (1 - t) * (y - x)) by (apply Rmult_lt_0_compat; lra).
    assert (L2 : 0 < t * (y - x)) by (apply Rmult_lt_0_compat; lra).
    assert (K := Three x (t * x + (1 - t) * y) y ltac:(lra)).
    apply (Rmult_le_reg_l (y - x)); [lra|].
    replace (y - (t * x + (1 - t) * y)) with (t * (y - x)) in K by ring.
    replace (t * x + (1 - t) * y - x) with ((1 - t) * (y - x)) in K by ring.
    lra. }
  intros x y t Ht. destruct (Rtotal_order x y) as [L|[->|G]].
  - apply Ordered; assumption.
  - replace (t * y + (1 - t) * y) with y by ring. lra.
  - assert (K := Ordered y x (1 - t) G ltac:(lra)).
    replace ((1 - t) * y + (1 - (1 - t)) * x) with (t * x + (1 - t) * y) in K by ring. lra.
Qed.

(** convex: on every piece f'' >= 0 and the slope is continuous up to the ends; the slope
    does not drop at cuts. *)
Theorem convex_pieces (f : R -> R) (d : chain ((R -> R) * (R -> R) * (R -> R))) :
  along (convex_piece f) (convex_cut f) m_infty p_infty d -> convex f.
Proof.
  intro H. apply (convex_of_slopes f (cuts d)).
  - intro x. destruct (along_locate _ _ d _ _ H x) as [[l [h [a [Da [Hx _]]]]]|[_ [a [b J]]]].
    + split; exact I.
    + apply (is_derive_continuous f x (snd (fst a) x)).
      apply (differentiable_derive f l h (fst a) x (proj1 Da) Hx).
    + apply J.
  - intros x N. destruct (along_inside _ _ d _ _ H x) as [l [h [a [Da Hx]]]];
      [split; exact I|exact N|].
    exists (snd (fst a) x). apply (differentiable_derive f l h (fst a) x (proj1 Da) Hx).
  - intros x y Hxy Nx Ny.
    apply (convex_slopes f d m_infty p_infty H); try assumption; split; exact I.
Qed.

(** * rescaling *)

Section Rescaling.

Variables (f : R -> R) (s : R).
Hypothesis s_positive : 0 < s.

Definition rescaled (x : R) : R := f (s * x).

Lemma quotient_rescaled (d y t : R) :
  0 < t -> quotient rescaled d (y, t) = s * quotient f d (s * y, s * t).
Proof.
  intro Ht. unfold quotient, rescaled. simpl.
  replace (s * (y + t * d)) with (s * y + s * t * d) by ring. field. lra.
Qed.

Lemma clarke_derivative_rescaled_pos (x d : R) :
  Rbar_le 0 (clarke_derivative rescaled x d) <-> Rbar_le 0 (clarke_derivative f (s * x) d).
Proof.
  rewrite !clarke_derivative_pos. split; intros H e l He Hl.
  - assert (Pe : 0 < e / s) by (apply Rdiv_lt_0_compat; assumption).
    assert (Nl : s * l < 0).
    { replace 0 with (s * 0) by ring. apply Rmult_lt_compat_l; assumption. }
    destruct (H (e / s) (s * l) Pe Nl) as [y [t [Hy [Ht Q]]]].
    rewrite quotient_rescaled in Q by lra. apply Rmult_lt_reg_l in Q; [|exact s_positive].
    assert (Es : s * (e / s) = e) by (field; lra).
    exists (s * y), (s * t). split; [|split; [|exact Q]].
    + split.
      * destruct Hy as [Hy _]. apply (Rmult_lt_compat_l s) in Hy; [lra|assumption].
      * destruct Hy as [_ Hy]. apply (Rmult_lt_compat_l s) in Hy; [lra|assumption].
    + split; [apply Rmult_lt_0_compat; lra|].
      destruct Ht as [_ Ht]. apply (Rmult_lt_compat_l s) in Ht; [lra|assumption].
  - assert (Pe : 0 < s * e) by (apply Rmult_lt_0_compat; assumption).
    assert (Nl : l / s < 0).
    { apply Ropp_lt_cancel. rewrite Ropp_0. unfold Rdiv. rewrite Ropp_mult_distr_l.
      apply Rdiv_lt_0_compat; lra. }
    destruct (H (s * e) (l / s) Pe Nl) as [y [t [Hy [Ht Q]]]].
    exists (y / s), (t / s).
    assert (Ey : s * (y / s) = y) by (field; lra).
    assert (Et : s * (t / s) = t) by (field; lra).
    assert (Pt : 0 < t / s) by (apply Rdiv_lt_0_compat; lra).
    split; [|split].
    + split; apply (Rmult_lt_reg_l s); try assumption; lra.
    + split; [exact Pt|]. apply (Rmult_lt_reg_l s); [assumption|lra].
    + rewrite quotient_rescaled by exact Pt. rewrite Ey, Et.
      apply (Rmult_lt_compat_l s) in Q; [|assumption].
      replace (s * (l / s)) with l in Q by (field; lra). exact Q.
Qed.

Lemma stationary_rescaled (x : R) :
  clarke_stationary rescaled x <-> clarke_stationary f (s * x).
Proof. unfold clarke_stationary. rewrite !clarke_derivative_rescaled_pos. tauto. Qed.

Lemma unscale (x : R) : s * (x / s) = x.
Proof. field. lra. Qed.

(** rescaling, invex *)
Theorem rescaling_invex : invex f <-> invex rescaled.
Proof.
  split; intros H x St y.
  - apply H, stationary_rescaled, St.
  - rewrite <- (unscale x), <- (unscale y). apply (H (x / s)).
    apply stationary_rescaled. rewrite unscale. exact St.
Qed.

(** rescaling, no stationary point *)
Theorem rescaling_no_stationary_point : no_stationary_point f <-> no_stationary_point rescaled.
Proof.
  split; intros H x St.
  - apply (H (s * x)), stationary_rescaled, St.
  - apply (H (x / s)), stationary_rescaled. rewrite unscale. exact St.
Qed.

Lemma scale_lt x y : x < y <-> s * x < s * y.
Proof.
  split; intro H; [apply Rmult_lt_compat_l|apply (Rmult_lt_reg_l s)]; assumption.
Qed.

Lemma scale_lt' x y : x < y -> x / s < y / s.
Proof. intro H. apply scale_lt. rewrite !unscale. exact H. Qed.

(** rescaling, strictly monotone *)
Theorem rescaling_strictly_monotone : strictly_monotone f <-> strictly_monotone rescaled.
Proof.
  split; (intros [H|H]; [left|right]); intros x y Hxy; unfold rescaled in *.
  - apply H. apply (proj1 (scale_lt x y)), Hxy.
  - apply H. apply (proj1 (scale_lt x y)), Hxy.
  - rewrite <- (unscale x), <- (unscale y). apply (H (x / s) (y / s)), scale_lt', Hxy.
  - rewrite <- (unscale x), <- (unscale y). apply (H (x / s) (y / s)), scale_lt', Hxy.
Qed.

(** rescaling, convex *)
Theorem rescaling_convex : convex f <-> convex rescaled.
Proof.
  split; intros H x y t Ht; unfold rescaled in *.
  - replace (s * (t * x + (1 - t) * y)) with (t * (s * x) + (1 - t) * (s * y)) by ring.
    apply H, Ht.
  - specialize (H (x / s) (y / s) t Ht). unfold rescaled in H. rewrite !unscale in H.
    replace (s * (t * (x / s) + (1 - t) * (y / s))) with (t * x + (1 - t) * y) in H
      by (field; lra).
    exact H.
Qed.

(** rescaling, continuous *)
Theorem rescaling_continuous :
  (forall x, continuous f x) <-> (forall x, continuous rescaled x).
Proof.
  split; intros H x.
  - unfold rescaled. apply (continuous_comp (fun t => s * t) f); [|apply H].
    apply (continuous_scal_r s (fun t : R => t)), continuous_id.
  - apply (continuous_ext (fun t => rescaled (t / s))).
    + intro t. unfold rescaled. rewrite unscale. reflexivity.
    + apply (continuous_comp (fun t => t / s) rescaled); [|apply H].
      apply (continuous_scal_l (K := R_AbsRing) (V := R_NormedModule) (fun t : R => t) (/ s)), continuous_id.
Qed.

End Rescaling.
