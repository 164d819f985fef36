(* Real-analytic functions of one variable: power series at a point, the identity
   theorem, sums and products.  What "analytic" means in the lemmas strictly-monotone and
   piecewise-analytic. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus.
Open Scope R_scope.

(** Near x, g is the sum of a power series in the distance to x. *)
Definition real_analytic (g : R -> R) (x : R) : Prop :=
  exists (a : nat -> R) (r : R), 0 < r /\ forall h, Rabs h < r -> is_pseries a h (g (x + h)).

(** * Radius of convergence *)

Lemma radius_of_convergence (a : nat -> R) (r : R) :
  0 < r -> (forall h, Rabs h < r -> ex_pseries a h) ->
  forall h, Rabs h < r -> Rbar_lt (Rabs h) (CV_radius a).
Proof.
  intros Hr H h Hh.
  set (m := (Rabs h + r) / 2).
  assert (P : 0 <= Rabs h) by apply Rabs_pos.
  assert (Am : Rabs m = m) by (apply Rabs_pos_eq; unfold m; lra).
  assert (B : Rbar_le (Rabs m) (CV_radius a)).
  { apply Rbar_not_lt_le. intro L. apply (CV_disk_outside a m L).
    apply ex_series_lim_0. apply (ex_series_ext (fun n => scal (pow_n m n) (a n))).
    - intro n. rewrite pow_n_pow. apply Rmult_comm.
    - apply H. rewrite Am. unfold m. lra. }
  apply Rbar_lt_le_trans with (Rabs m); [|exact B]. rewrite Am. unfold m. simpl. lra.
Qed.

Lemma analytic_series (g : R -> R) (x : R) :
  real_analytic g x ->
  exists a r, 0 < r /\ (forall h, Rabs h < r -> Rbar_lt (Rabs h) (CV_radius a)) /\
              (forall h, Rabs h < r -> g (x + h) = PSeries a h).
Proof.
  intros [a [r [Hr H]]]. exists a, r. split; [exact Hr|]. split.
  - apply radius_of_convergence; [exact Hr|]. intros h Hh. exists (g (x + h)). apply H, Hh.
  - intros h Hh. symmetry. apply is_pseries_unique, H, Hh.
Qed.

(** * The value and the derivatives *)

Lemma locally_ext_shift (g : R -> R) (a : nat -> R) (x r : R) :
  0 < r -> (forall h, Rabs h < r -> g (x + h) = PSeries a h) ->
  locally x (fun t => PSeries a (t - x) = g t).
Proof.
  intros Hr E. apply (locally_intro x r); [exact Hr|]. intros t Ht.
  rewrite <- E by (apply Rabs_def1; lra). f_equal. ring.
Qed.

Lemma real_analytic_derive (g : R -> R) (x : R) : real_analytic g x -> ex_derive g x.
Proof.
  intro H. destruct (analytic_series g x H) as [a [r [Hr [CV E]]]].
  apply (ex_derive_ext_loc (fun t => PSeries a (t - x))); [apply (locally_ext_shift g a x r); assumption|].
  apply (ex_derive_comp (PSeries a) (fun t => t - x)).
  - apply ex_derive_PSeries. apply CV. rewrite Rminus_eq_0, Rabs_R0. exact Hr.
  - auto_derive. exact I.
Qed.

Lemma real_analytic_continuous (g : R -> R) (x : R) : real_analytic g x -> continuous g x.
Proof. intro H. apply @ex_derive_continuous, real_analytic_derive, H. Qed.

Lemma real_analytic_ext (f g : R -> R) (x : R) :
  locally x (fun t => f t = g t) -> real_analytic f x -> real_analytic g x.
Proof.
  intros E [a [r [Hr H]]]. destruct (locally_elim _ _ E) as [e [He K]].
  assert (M1 := Rmin_l r e). assert (M2 := Rmin_r r e).
  exists a, (Rmin r e). split; [apply Rmin_pos; assumption|].
  intros h Hh. rewrite <- K; [apply H; lra|].
  assert (B : Rabs h < e) by lra. apply Rabs_def2 in B. lra.
Qed.

(** * The identity theorem *)

(** A power series that vanishes on one side of 0 has no nonzero coefficient. *)
Lemma zero_coefficients (a : nat -> R) (r : R) :
  0 < r -> (forall h, Rabs h < r -> Rbar_lt (Rabs h) (CV_radius a)) ->
  (forall h, - r < h < 0 -> PSeries a h = 0) -> forall n, a n = 0.
Proof.
  intros Hr CV Z n.
  set (b := PS_derive_n n a).
  assert (Rb : Rbar_lt (Rabs 0) (CV_radius b)).
  { unfold b. rewrite CV_radius_derive_n. apply CV. rewrite Rabs_R0. exact Hr. }
  assert (C : continuous (PSeries b) 0).
  { apply continuity_pt_filterlim, PSeries_continuity, Rb. }
  assert (Zb : forall h, - r < h < 0 -> PSeries b h = 0).
  { intros h Hh. unfold b. rewrite <- Derive_n_PSeries by (apply CV; apply Rabs_def1; lra).
    rewrite (Derive_n_ext_loc (PSeries a) (fun _ => 0)).
    - destruct n; [reflexivity|apply Derive_n_const].
    - assert (M1 := Rmin_l (h + r) (- h)). assert (M2 := Rmin_r (h + r) (- h)).
      apply (locally_intro h (Rmin (h + r) (- h))); [apply Rmin_pos; lra|].
      intros t Ht. apply Z. lra. }
  assert (L : filterlim (PSeries b) (at_left 0) (locally 0)).
  { apply (filterlim_ext_loc (fun _ => 0)); [|apply filterlim_const].
    apply (at_left_intro 0 (- r)); [lra|]. intros h Hh. symmetry. apply Zb, Hh. }
  assert (E : PSeries b 0 = 0).
  { apply (filterlim_locally_unique (F := at_left 0) (PSeries b)); [|exact L].
    apply continuous_within, C. }
  unfold b in E. rewrite PSeries_0 in E. unfold PS_derive_n in E.
  change (0 + n)%nat with n in E.
  apply Rmult_integral in E. destruct E as [E|E]; [|exact E].
  exfalso. revert E. unfold Rdiv.
  apply Rmult_integral_contrapositive. split; [apply INR_fact_neq_0|].
  apply Rinv_neq_0_compat, INR_fact_neq_0.
Qed.

Lemma zero_extends (g : R -> R) (s u : R) :
  real_analytic g s -> u < s -> (forall t, u < t < s -> g t = 0) ->
  exists e, 0 < e /\ forall t, s - e < t < s + e -> g t = 0.
Proof.
  intros H Hu Z. destruct (analytic_series g s H) as [a [r [Hr [CV E]]]].
  assert (M1 := Rmin_l r (s - u)). assert (M2 := Rmin_r r (s - u)).
  assert (M : 0 < Rmin r (s - u)) by (apply Rmin_pos; lra).
  assert (A : forall n, a n = 0).
  { apply (zero_coefficients a (Rmin r (s - u))); [exact M| |].
    - intros h Hh. apply CV. lra.
    - intros h Hh. rewrite <- E by (apply Rabs_def1; lra). apply Z. lra. }
  exists r. split; [exact Hr|]. intros t Ht.
  replace t with (s + (t - s)) by ring. rewrite E by (apply Rabs_def1; lra).
  rewrite (PSeries_ext a (fun _ => 0)) by exact A. apply PSeries_const_0.
Qed.

(** An analytic function on an interval that is 0 on a part of it is 0 beyond this part. *)
Lemma identity_right (g : R -> R) (lo hi : Rbar) (u w : R) :
  (forall t, span lo hi t -> real_analytic g t) ->
  u < w -> Rbar_le lo u -> (forall t, u < t < w -> g t = 0) ->
  forall x : R, w <= x -> Rbar_lt x hi -> g x = 0.
Proof.
  intros A Huw Hlo Z x Hwx Hx. apply Classical_Prop.NNPP. intro N.
  set (S := fun s => w <= s <= x /\ forall t, u < t < s -> g t = 0).
  assert (Bd : bound S) by (exists x; intros s [Hs _]; lra).
  assert (Ne : exists s, S s) by (exists w; split; [lra|exact Z]).
  destruct (completeness S Bd Ne) as [s [Up Least]].
  assert (Hws : w <= s) by (apply Up; split; [lra|exact Z]).
  assert (Hsx : s <= x) by (apply Least; intros t [Ht _]; lra).
  assert (Zs : forall t, u < t < s -> g t = 0).
  { intros t Ht. apply Classical_Prop.NNPP. intro Nt.
    assert (K : s <= t); [|lra]. apply Least. intros q [Hq Zq].
    apply Rnot_lt_le. intro L. apply Nt, Zq. lra. }
  assert (Sp : span lo hi s).
  { split.
    - apply Rbar_le_lt_trans with u; [exact Hlo|simpl; lra].
    - apply Rbar_le_lt_trans with x; [exact Hsx|exact Hx]. }
  destruct (zero_extends g s u (A s Sp)) as [e [He K]]; [lra|exact Zs|].
  destruct (Rle_lt_dec x s) as [L|L].
  - apply N, K. lra.
  - assert (M1 := Rmin_l (s + e / 2) x). assert (M2 := Rmin_r (s + e / 2) x).
    assert (M : s < Rmin (s + e / 2) x) by (apply Rmin_glb_lt; lra).
    assert (U : Rmin (s + e / 2) x <= s); [|lra].
    apply Up. split; [lra|]. intros t Ht.
    destruct (Rlt_le_dec t s); [apply Zs|apply K]; lra.
Qed.

Lemma real_analytic_mirror (g : R -> R) (x : R) :
  real_analytic g (- x) -> real_analytic (fun t => g (- t)) x.
Proof.
  intros [a [r [Hr H]]]. exists (fun n => (-1) ^ n * a n), r. split; [exact Hr|].
  intros h Hh. replace (- (x + h)) with (- x + - h) by ring.
  apply is_pseries_R. assert (K := H (- h)). rewrite Rabs_Ropp in K. specialize (K Hh).
  apply is_pseries_R in K. revert K. apply is_series_ext. intro n.
  replace (- h) with (-1 * h) by ring. rewrite Rpow_mult_distr.
  change (a n * ((-1) ^ n * h ^ n) = (-1) ^ n * a n * h ^ n). ring.
Qed.

Theorem identity (g : R -> R) (lo hi : Rbar) (u w : R) :
  (forall t, span lo hi t -> real_analytic g t) ->
  u < w -> Rbar_le lo u -> Rbar_le w hi -> (forall t, u < t < w -> g t = 0) ->
  forall x, span lo hi x -> g x = 0.
Proof.
  intros A Huw Hlo Hhi Z x [H1 H2].
  destruct (Rle_lt_dec w x) as [Hx|Hx].
  - apply (identity_right g lo hi u w); assumption.
  - destruct (Rle_lt_dec x u) as [Hx'|Hx']; [|apply Z; lra].
    rewrite <- (Ropp_involutive x).
    apply (identity_right (fun t => g (- t)) (Rbar_opp hi) (Rbar_opp lo) (- w) (- u)).
    + intros t [T1 T2]. apply real_analytic_mirror, A.
      split.
      * destruct lo; simpl in *; try lra; tauto.
      * destruct hi; simpl in *; try lra; tauto.
    + lra.
    + destruct hi; simpl in *; try lra; tauto.
    + intros t Ht. apply Z. lra.
    + lra.
    + destruct lo; simpl in *; try lra; tauto.
Qed.

(** * Sums and products *)

Lemma is_series_finite (u : nat -> R) (N : nat) :
  (forall n, (N < n)%nat -> u n = 0) -> is_series u (sum_n u N).
Proof.
  intro H. apply (filterlim_ext_loc (fun _ => sum_n u N)); [|apply filterlim_const].
  exists N. intros n Hn. induction Hn as [|n Hn IH]; [reflexivity|].
  rewrite sum_Sn, <- IH, H by lia. symmetry. apply Rplus_0_r.
Qed.

Lemma real_analytic_const (c x : R) : real_analytic (fun _ => c) x.
Proof.
  exists (fun n => match n with O => c | _ => 0 end), 1. split; [lra|]. intros h _.
  apply is_pseries_R. evar_last; [apply (is_series_finite _ 0)|].
  - intros [|n] Hn; [lia|ring].
  - rewrite sum_O. simpl. ring.
Qed.

Lemma real_analytic_id (x : R) : real_analytic (fun t => t) x.
Proof.
  exists (fun n => match n with O => x | S O => 1 | _ => 0 end), 1. split; [lra|]. intros h _.
  apply is_pseries_R. evar_last; [apply (is_series_finite _ 1)|].
  - intros [|[|n]] Hn; [lia|lia|ring].
  - rewrite sum_Sn, sum_O. change (x * 1 + 1 * (h * 1) = x + h). ring.
Qed.

Lemma real_analytic_plus (f g : R -> R) (x : R) :
  real_analytic f x -> real_analytic g x -> real_analytic (fun t => f t + g t) x.
Proof.
  intros [a [r [Hr H]]] [b [q [Hq K]]].
  assert (M1 := Rmin_l r q). assert (M2 := Rmin_r r q).
  exists (PS_plus a b), (Rmin r q). split; [apply Rmin_pos; assumption|].
  intros h Hh. apply (is_pseries_plus (K := R_AbsRing) (V := R_NormedModule));
    [apply H|apply K]; lra.
Qed.

Lemma real_analytic_mult (f g : R -> R) (x : R) :
  real_analytic f x -> real_analytic g x -> real_analytic (fun t => f t * g t) x.
Proof.
  intros [a [r [Hr H]]] [b [q [Hq K]]].
  assert (M1 := Rmin_l r q). assert (M2 := Rmin_r r q).
  exists (PS_mult a b), (Rmin r q). split; [apply Rmin_pos; assumption|].
  intros h Hh. apply is_pseries_mult; [apply H; lra|apply K; lra| |].
  - apply (radius_of_convergence a r Hr); [|lra]. intros t Ht. eexists. apply H, Ht.
  - apply (radius_of_convergence b q Hq); [|lra]. intros t Ht. eexists. apply K, Ht.
Qed.

Lemma real_analytic_scal (c : R) (f : R -> R) (x : R) :
  real_analytic f x -> real_analytic (fun t => c * f t) x.
Proof. apply real_analytic_mult, real_analytic_const. Qed.

Lemma real_analytic_opp (f : R -> R) (x : R) :
  real_analytic f x -> real_analytic (fun t => - f t) x.
Proof.
  intro H. apply (real_analytic_ext (fun t => -1 * f t)).
  - apply filter_forall. intro t. ring.
  - apply real_analytic_scal, H.
Qed.

Lemma real_analytic_minus (f g : R -> R) (x : R) :
  real_analytic f x -> real_analytic g x -> real_analytic (fun t => f t - g t) x.
Proof. intros H K. apply real_analytic_plus; [exact H|apply real_analytic_opp, K]. Qed.

(** A change of scale. *)
Lemma real_analytic_stretch (f : R -> R) (s x : R) :
  0 < s -> real_analytic f (s * x) -> real_analytic (fun t => f (s * t)) x.
Proof.
  intros Hs [a [r [Hr H]]]. exists (fun n => s ^ n * a n), (r / s).
  split; [apply Rdiv_lt_0_compat; assumption|]. intros h Hh.
  rewrite Rmult_plus_distr_l.
  assert (B : Rabs (s * h) < r).
  { rewrite Rabs_mult, (Rabs_pos_eq s) by lra. apply (Rmult_lt_compat_l s) in Hh; [|exact Hs].
    replace (s * (r / s)) with r in Hh by (field; lra). exact Hh. }
  assert (K := H (s * h) B). apply is_pseries_R in K. apply is_pseries_R.
  revert K. apply is_series_ext. intro n. rewrite Rpow_mult_distr.
  change (a n * (s ^ n * h ^ n) = s ^ n * a n * h ^ n). ring.
Qed.
