(* The valley for a function that is given by one term on the whole line: the cases of
   the lemma valley that need no kinks.  Corollaries, for use. *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary.
From Invex Require Export Valley.
Open Scope R_scope.

Section Smooth.

Variables f df : R -> R.
Hypothesis f_slope : forall x, is_derive f x (df x).
Hypothesis df_continuous : forall x, continuous df x.

Lemma smooth_continuous x : continuous f x.
Proof.
  apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) f x).
  exists (df x). apply f_slope.
Qed.

Lemma smooth_piece lo hi sh :
  shaped lo hi (Piece f df sh) -> piece_ok f lo hi (Piece f df sh).
Proof.
  intro H. split; [reflexivity|]. split; [intros x _; apply f_slope|].
  split; [intros x _; apply df_continuous|exact H].
Qed.

(** Decreasing, block, increasing. *)
Theorem valley_smooth (p k dk : R -> R) (a b : R) :
  a < b ->
  (forall x, x < a -> df x < 0) ->
  (forall x, a <= x <= b -> df x = p x * k x) ->
  (forall x, a <= x <= b -> 0 < p x) ->
  (forall x, a <= x <= b -> continuous p x) ->
  (forall x, a <= x <= b -> is_derive k x (dk x)) ->
  (forall x, a < x < b -> 0 <= dk x) ->
  (forall x, b < x -> 0 < df x) ->
  df a < 0 -> 0 < df b -> invex f.
Proof.
  intros Hab Hl E P Cp Dk Sk Hr Ha Hb.
  apply (valley f (Cut (Piece f df Decreasing) a
                  (Cut (Piece f df (Block p k dk)) b (Last (Piece f df Increasing))))).
  split; [exact I|]. split; [|split; [apply smooth_continuous|split]].
  - apply smooth_piece. intros x [_ Hx]. apply Hl, Hx.
  - left. apply falls_closed_left; [apply df_continuous|exact Ha].
  - split; [exact Hab|]. split; [|split; [apply smooth_continuous|split]].
    + apply smooth_piece. split; [|split; [|split; [|split]]]; simpl.
      * intros x [H1 H2]. simpl in H1, H2. apply E. lra.
      * exact P.
      * apply continuous_on_pointwise. exact Cp.
      * apply continuous_on_pointwise. intros x Hx.
        apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) k x).
        exists (dk x). apply Dk, Hx.
      * intros x [H1 H2]. simpl in H1, H2. split; [apply Dk|apply Sk]; lra.
    + left. apply rises_closed_right; [apply df_continuous|exact Hb].
    + apply smooth_piece. intros x [Hx _]. apply Hr, Hx.
Qed.

(** Decreasing, convex, increasing. *)
Corollary valley_smooth_convex (ddf : R -> R) (a b : R) :
  a < b ->
  (forall x, x < a -> df x < 0) ->
  (forall x, a <= x <= b -> is_derive df x (ddf x)) ->
  (forall x, a < x < b -> 0 <= ddf x) ->
  (forall x, b < x -> 0 < df x) ->
  df a < 0 -> 0 < df b -> invex f.
Proof.
  intros Hab Hl D S Hr Ha Hb.
  apply (valley_smooth (fun _ => 1) df ddf a b); try assumption; intros.
  - ring.
  - lra.
  - apply continuous_const.
Qed.

(** Decreasing up to c, increasing after it. *)
Theorem valley_smooth_bottom (c : R) :
  (forall x, x < c -> df x < 0) -> (forall x, c < x -> 0 < df x) -> invex f.
Proof.
  intros Hl Hr.
  apply (valley f (Cut (Piece f df Decreasing) c (Last (Piece f df Increasing)))).
  split; [exact I|]. split; [|split; [apply smooth_continuous|split]].
  - apply smooth_piece. intros x [_ Hx]. apply Hl, Hx.
  - exact I.
  - apply smooth_piece. intros x [Hx _]. apply Hr, Hx.
Qed.

Theorem smooth_increasing : (forall x, 0 < df x) -> no_stationary_point f.
Proof.
  intro H. apply (valley_monotone f (Last (Piece f df Increasing))).
  - apply smooth_piece. intros x _. apply H.
  - right. reflexivity.
Qed.

Theorem smooth_decreasing : (forall x, df x < 0) -> no_stationary_point f.
Proof.
  intro H. apply (valley_monotone f (Last (Piece f df Decreasing))).
  - apply smooth_piece. intros x _. apply H.
  - left. reflexivity.
Qed.

End Smooth.

(** A function without a stationary point is invex. *)
Lemma no_stationary_point_invex (f : R -> R) : no_stationary_point f -> invex f.
Proof. intros H x St. destruct (H x St). Qed.
