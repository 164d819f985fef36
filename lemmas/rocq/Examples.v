(* Small functions to which the lemmas are applied, and the counterexamples of the pages on
   stationary points and on the valley: they show that the definitions mean what they
   should, and that hypotheses cannot be left out. *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary Valley SmoothValley Refutations.
Open Scope R_scope.

(** |x| is invex: a decreasing and an increasing piece, with a kink at the bottom. *)
Example abs_invex : invex Rabs.
Proof.
  apply (valley _ (Cut (Piece (fun x => - x) (fun _ => -1) Decreasing) 0
                  (Last (Piece (fun x => x) (fun _ => 1) Increasing)))).
  split; [exact I|]. split; [|split; [apply continuous_Rabs|split; [exact I|]]].
  - split; [intros x [_ H]; apply Rabs_left; exact H|].
    split; [intros; simpl; auto_derive; [exact I|ring]|].
    split; [intros; apply continuous_const|]. intros x _. simpl. lra.
  - split; [intros x [H _]; apply Rabs_pos_eq; simpl in *; lra|].
    split; [intros; simpl; auto_derive; [exact I|ring]|].
    split; [intros; apply continuous_const|]. intros x _. simpl. lra.
Qed.

(** -|x| is stationary at 0, its maximum; so it is not invex. *)
Example opposite_abs_refuted : refuted (fun x => - Rabs x).
Proof.
  apply (refuted_at _ 0 1).
  - apply stationary_local_maximum, filter_forall. intro y. rewrite Rabs_R0.
    generalize (Rabs_pos y). lra.
  - rewrite Rabs_R0, Rabs_R1. lra.
Qed.

(** -x^3 has a negative slope off 0 and is stationary at 0: that slopes off c are negative is
    not enough in clarke-stationarity 3. *)
Example opposite_cube_refuted : refuted (fun x => - x ^ 3).
Proof.
  apply (refuted_at _ 0 1); [|lra].
  apply (stationary_point _ (fun x => - x ^ 3) (fun x => - (3 * x ^ 2)) (-1) 1); try lra.
  - reflexivity.
  - intros; auto_derive; [exact I|ring].
  - apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule)). auto_derive. exact I.
Qed.

(** sign(x) sqrt|x| has an infinite slope at 0 and no stationary point: steep ends. *)
Definition signed_root (x : R) : R := if Rle_dec 0 x then sqrt x else - sqrt (- x).

Lemma root_slope (x : R) : 0 < x < 1 -> 1 / 2 < / (2 * sqrt x).
Proof.
  intro H. assert (P : 0 < sqrt x) by (apply sqrt_lt_R0; lra).
  assert (S : sqrt x < 1) by (rewrite <- sqrt_1; apply sqrt_lt_1; lra).
  replace (1 / 2) with (/ 2) by lra. apply Rinv_lt_contravar; [|lra].
  apply Rmult_lt_0_compat; lra.
Qed.

Example signed_root_no_stationary_point : no_stationary_point signed_root.
Proof.
  apply (valley_monotone _
    (Cut (Piece (fun x => - sqrt (- x)) (fun x => / (2 * sqrt (- x))) Increasing) 0
    (Last (Piece sqrt (fun x => / (2 * sqrt x)) Increasing)))); [|right; simpl; auto].
  split; [exact I|]. split; [|split; [|split; [split|]]].
  - assert (Pos : forall x, x < 0 -> 0 < sqrt (- x)) by (intros; apply sqrt_lt_R0; lra).
    split; [|split; [|split]].
    + intros x [_ H]. simpl in H. unfold signed_root. destruct (Rle_dec 0 x); [lra|reflexivity].
    + intros x [_ H]. simpl in H. specialize (Pos x H). simpl. auto_derive; [lra|]. field. lra.
    + intros x [_ H]. simpl in H. specialize (Pos x H). simpl.
      apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule)).
      auto_derive. split; [lra|]. split; [lra|exact I].
    + intros x [_ H]. simpl in H. specialize (Pos x H). simpl.
      apply Rinv_0_lt_compat. lra.
  - apply (continuous_cut signed_root (fun x => - sqrt (- x)) sqrt (-1) 1 0); [lra| | | | | |].
    + intros x H. unfold signed_root. destruct (Rle_dec 0 x); [lra|reflexivity].
    + intros x H. unfold signed_root. destruct (Rle_dec 0 x); [reflexivity|lra].
    + apply (continuous_opp (fun x => sqrt (- x))).
      apply (continuous_comp Ropp sqrt); [apply (continuous_opp (fun x : R => x)), continuous_id|].
      apply continuous_sqrt.
    + apply continuous_sqrt.
    + unfold signed_root. destruct (Rle_dec 0 0); [|lra]. rewrite Ropp_0, sqrt_0. ring.
    + unfold signed_root. destruct (Rle_dec 0 0); [reflexivity|lra].
  - apply (rises_steep_left _ 0 (1 / 2) (-1)); [lra|lra|].
    intros x H. simpl. apply root_slope. lra.
  - apply (rises_steep_right _ 0 (1 / 2) 1); [lra|lra|].
    intros x H. simpl. apply root_slope. lra.
  - split; [|split; [|split]].
    + intros x [H _]. simpl in H. unfold signed_root. destruct (Rle_dec 0 x); [reflexivity|lra].
    + intros x [H _]. simpl in H. assert (P : 0 < sqrt x) by (apply sqrt_lt_R0; lra).
      simpl. auto_derive; [lra|]. field. lra.
    + intros x [H _]. simpl in H. assert (P : 0 < sqrt x) by (apply sqrt_lt_R0; lra). simpl.
      apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule)).
      auto_derive. split; [lra|]. split; [lra|exact I].
    + intros x [H _]. simpl in H. simpl.
      apply Rinv_0_lt_compat, Rmult_lt_0_compat; [lra|apply sqrt_lt_R0; lra].
Qed.

(** -x^3, then x^2 - x on [0, 1], then x - 1: decreasing, convex, increasing, and yet
    stationary at 0, above the bottom.  The condition at the end of the block is needed. *)
Definition spurious (x : R) : R :=
  if Rle_dec x 0 then - x ^ 3 else if Rle_dec x 1 then x ^ 2 - x else x - 1.

Example spurious_refuted : refuted spurious.
Proof.
  assert (El : forall x, x <= 0 -> spurious x = - x ^ 3).
  { intros x H. unfold spurious. destruct (Rle_dec x 0); [reflexivity|lra]. }
  assert (Er : forall x, 0 < x <= 1 -> spurious x = x ^ 2 - x).
  { intros x H. unfold spurious. destruct (Rle_dec x 0); [lra|].
    destruct (Rle_dec x 1); [reflexivity|lra]. }
  assert (C : forall g : R -> R, ex_derive g 0 -> continuous g 0).
  { intros g H. apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) g 0 H). }
  apply (refuted_at _ 0 (1 / 2)); [|rewrite (El 0), (Er (1 / 2)) by lra; lra].
  apply (kink spurious (fun x => - x ^ 3) (fun x => x ^ 2 - x)
           (fun x => - (3 * x ^ 2)) (fun x => 2 * x - 1) (-1) 0 1); [lra| | | | | | | |lra].
  - apply (continuous_cut spurious (fun x => - x ^ 3) (fun x => x ^ 2 - x) (-1) 1 0); [lra| | | | | |].
    + intros x H. apply El. lra.
    + intros x H. apply Er. lra.
    + apply C. auto_derive. exact I.
    + apply C. auto_derive. exact I.
    + rewrite El by lra. reflexivity.
    + rewrite El by lra. ring.
  - intros x H. apply El. lra.
  - intros x H. apply Er. lra.
  - intros x _. auto_derive; [exact I|ring].
  - intros x _. auto_derive; [exact I|ring].
  - apply (continuous_within _ (fun x => - (3 * x ^ 2)) 0), C. auto_derive. exact I.
  - apply (continuous_within _ (fun x => 2 * x - 1) 0), C. auto_derive. exact I.
Qed.

(** x - 2 sign(x) has the slope 1 off 0; it is stationary at 0 and unbounded below.
    Continuity at the cuts is needed. *)
Definition broken (x : R) : R := x - 2 * sign x.

Example broken_refuted : refuted broken.
Proof.
  assert (Neg : forall x, x < 0 -> broken x = x + 2).
  { intros x H. unfold broken. rewrite sign_eq_m1 by exact H. ring. }
  assert (Pos : forall x, 0 < x -> broken x = x - 2).
  { intros x H. unfold broken. rewrite sign_eq_1 by exact H. ring. }
  apply (refuted_at _ 0 (-3)).
  - split; apply clarke_derivative_pos; intros e l He Hl.
    + exists (e / 2), (e / 4). split; [lra|]. split; [lra|].
      unfold quotient. simpl. rewrite !Pos by lra. apply Rlt_le_trans with (1 := Hl).
      replace (e / 2 + e / 4 * 1 - 2 - (e / 2 - 2)) with (e / 4) by lra.
      apply Rlt_le, Rdiv_lt_0_compat; lra.
    + exists (Rmin e 1 / 4), (Rmin e 1 / 2). assert (M1 := Rmin_l e 1). assert (M2 := Rmin_r e 1).
      assert (M : 0 < Rmin e 1) by (apply Rmin_pos; lra).
      split; [lra|]. split; [lra|].
      unfold quotient. simpl. rewrite Neg, Pos by lra. apply Rlt_le_trans with (1 := Hl).
      apply Rlt_le, Rdiv_lt_0_compat; lra.
  - rewrite Neg by lra. unfold broken. rewrite sign_0. lra.
Qed.
