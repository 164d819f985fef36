(* Compositions of real-analytic functions are real-analytic: the power series of the
   inner function is put into that of the outer one, and the double series rearranged. *)
From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus RealAnalytic.
Open Scope R_scope.

(** * Powers of a sequence under the Cauchy product *)

Definition convolution (u v : nat -> R) (n : nat) : R :=
  sum_f_R0 (fun k => u k * v (n - k)%nat) n.

Fixpoint convolution_power (u : nat -> R) (m : nat) : nat -> R :=
  match m with
  | O => fun n => match n with O => 1 | _ => 0 end
  | S m => convolution (convolution_power u m) u
  end.

Lemma is_series_one : is_series (fun n => match n with O => 1 | _ => 0 end) 1.
Proof.
  evar_last; [apply (is_series_finite _ 0)|].
  - intros [|n] H; [lia|reflexivity].
  - apply sum_O.
Qed.

Lemma convolution_abs (u v : nat -> R) (n : nat) :
  Rabs (convolution u v n) <= convolution (fun k => Rabs (u k)) (fun k => Rabs (v k)) n.
Proof.
  unfold convolution. eapply Rle_trans; [apply Rsum_abs|].
  apply sum_Rle. intros k _. rewrite Rabs_mult. apply Rle_refl.
Qed.

(** The first nonzero entry of the m-th power is not before m, if the 0-th entry is 0. *)
Lemma convolution_power_zero (u : nat -> R) (m : nat) :
  u O = 0 -> forall n, (n < m)%nat -> convolution_power u m n = 0.
Proof.
  intro U. induction m as [|m IH]; intros n Hn; [lia|]. simpl. unfold convolution.
  apply sum_eq_R0. intros k Hk. destruct (Nat.eq_dec k m) as [->|N].
  - replace (n - m)%nat with O by lia. rewrite U. ring.
  - rewrite IH by lia. ring.
Qed.

(** Powers of the terms of a power series. *)
Lemma convolution_power_scale (a : nat -> R) (h : R) (m : nat) :
  forall n, convolution_power (fun k => a k * h ^ k) m n = convolution_power a m n * h ^ n.
Proof.
  induction m as [|m IH]; intro n; simpl.
  - destruct n; simpl; ring.
  - unfold convolution. rewrite Rmult_comm, scal_sum. apply sum_eq. intros k Hk.
    rewrite IH. replace (h ^ n) with (h ^ k * h ^ (n - k)).
    + ring.
    + rewrite <- pow_add. f_equal. lia.
Qed.

Lemma partial_sum_le (u : nat -> R) (s : R) (n : nat) :
  (forall k, 0 <= u k) -> is_series u s -> sum_n u n <= s.
Proof.
  intros P H.
  apply (is_lim_seq_incr_compare (sum_n u) s); [exact H|].
  intro k. rewrite sum_Sn. unfold plus; simpl. specialize (P (S k)). lra.
Qed.

Section Powers.

Variables (W : nat -> R) (w A : R).
Hypothesis W_sum : is_series W w.
Hypothesis W_abs : is_series (fun n => Rabs (W n)) A.

Lemma convolution_power_abs (m : nat) :
  exists s, is_series (fun n => Rabs (convolution_power W m n)) s /\ s <= A ^ m.
Proof.
  assert (A0 : 0 <= A).
  { apply Rle_trans with (sum_n (fun n => Rabs (W n)) 0); [rewrite sum_O; apply Rabs_pos|].
    apply partial_sum_le; [intro; apply Rabs_pos|exact W_abs]. }
  induction m as [|m [s [Hs B]]].
  - exists 1. split; [|simpl; lra]. simpl. apply (is_series_ext (fun n => match n with O => 1 | _ => 0 end)).
    + intros [|n]; [rewrite Rabs_R1|rewrite Rabs_R0]; reflexivity.
    + apply is_series_one.
  - set (p := fun n => convolution (fun k => Rabs (convolution_power W m k)) (fun k => Rabs (W k)) n).
    assert (Hp : is_series p (s * A)).
    { apply (is_series_mult_pos (fun k => Rabs (convolution_power W m k)) (fun k => Rabs (W k)));
        [exact Hs|exact W_abs| |]; intro; apply Rabs_pos. }
    assert (Hc : forall n, 0 <= Rabs (convolution_power W (S m) n) <= p n).
    { intro n. split; [apply Rabs_pos|apply convolution_abs]. }
    exists (Series (fun n => Rabs (convolution_power W (S m) n))). split.
    + apply Series_correct. apply (ex_series_le (V := R_CompleteNormedModule) _ p).
      * intro n. change (Rabs (Rabs (convolution_power W (S m) n)) <= p n).
        rewrite Rabs_Rabsolu. apply Hc.
      * exists (s * A). exact Hp.
    + apply Rle_trans with (Series p).
      * apply Series_le; [exact Hc|exists (s * A); exact Hp].
      * rewrite (is_series_unique p (s * A) Hp). simpl. rewrite (Rmult_comm A).
        apply Rmult_le_compat_r; assumption.
Qed.

Lemma convolution_power_sum (m : nat) : is_series (convolution_power W m) (w ^ m).
Proof.
  induction m as [|m IH]; [apply is_series_one|].
  simpl. rewrite Rmult_comm.
  apply (is_series_mult (convolution_power W m) W); [exact IH|exact W_sum| |].
  - destruct (convolution_power_abs m) as [s [Hs _]]. exists s. exact Hs.
  - exists A. exact W_abs.
Qed.

Lemma convolution_power_partial (m n : nat) :
  Rabs (sum_n (convolution_power W m) n) <= A ^ m.
Proof.
  destruct (convolution_power_abs m) as [s [Hs B]].
  apply Rle_trans with s; [|exact B].
  apply Rle_trans with (sum_n (fun k => Rabs (convolution_power W m k)) n).
  - apply (norm_sum_n_m (K := R_AbsRing) (V := R_NormedModule)).
  - apply partial_sum_le; [intro; apply Rabs_pos|exact Hs].
Qed.

(** * The rearrangement *)

Variable b : nat -> R.
Hypothesis W_0 : W O = 0.
Hypothesis b_abs : ex_series (fun m => Rabs (b m) * A ^ m).

Let u (m n : nat) : R := b m * sum_n (convolution_power W m) n.

Lemma u_bound m n : Rabs (u m n) <= Rabs (b m) * A ^ m.
Proof.
  unfold u. rewrite Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|].
  apply convolution_power_partial.
Qed.

Lemma u_zero m n : (n < m)%nat -> u m n = 0.
Proof.
  intro H. unfold u. rewrite (sum_n_ext_loc _ (fun _ => 0)).
  - rewrite sum_n_Reals, sum_eq_R0 by reflexivity. ring.
  - intros k Hk. apply convolution_power_zero; [exact W_0|lia].
Qed.

(** Up to any margin, what is left out beyond K is small, for all n at once. *)
Lemma u_uniform :
  filterlim (fun K n => sum_n (fun m => u m n) K) eventually
    (locally (T := fct_UniformSpace nat R_UniformSpace) (fun n => sum_n (fun m => u m n) n)).
Proof.
  intros P [eps HP].
  destruct (Cauchy_ex_series (V := R_CompleteNormedModule) _ b_abs eps) as [K0 HK0].
  exists K0. intros K HK. apply HP. intro n.
  change (Rabs (sum_n (fun m => u m n) K - sum_n (fun m => u m n) n) < eps).
  destruct (Nat.le_gt_cases n K) as [H|H].
  - assert (Z : sum_n_m (fun m => u m n) (S n) K = 0).
    { rewrite (sum_n_m_ext_loc _ (fun _ => zero)); [apply (sum_n_m_const_zero (G := R_AbelianGroup))|].
      intros m Hm. apply u_zero. lia. }
    unfold sum_n. rewrite (sum_n_m_Chasles _ 0 n K) by lia. rewrite Z.
    unfold plus; simpl. rewrite Rplus_0_r, Rminus_eq_0, Rabs_R0. apply cond_pos.
  - unfold sum_n. rewrite (sum_n_m_Chasles _ 0 K n) by lia.
    unfold plus; simpl.
    match goal with |- Rabs (?p - (?p + ?q)) < _ => replace (p - (p + q)) with (- q) by ring end.
    rewrite Rabs_Ropp.
    apply Rle_lt_trans with (sum_n_m (fun m => Rabs (b m) * A ^ m) (S K) n).
    + apply Rle_trans with (sum_n_m (fun m => Rabs (u m n)) (S K) n).
      * apply (norm_sum_n_m (K := R_AbsRing) (V := R_NormedModule)).
      * apply sum_n_m_le. intro m. apply u_bound.
    + apply Rle_lt_trans with (2 := HK0 (S K) n ltac:(lia) ltac:(lia)). apply Rle_abs.
Qed.

Lemma u_limit K :
  filterlim (fun n => sum_n (fun m => u m n) K) eventually
    (locally (sum_n (fun m => b m * w ^ m) K)).
Proof.
  assert (L : forall m, filterlim (fun n => u m n) eventually (locally (b m * w ^ m))).
  { intro m. unfold u. apply (is_lim_seq_scal_l (sum_n (convolution_power W m)) (b m) (w ^ m)).
    apply convolution_power_sum. }
  induction K as [|K IH].
  - rewrite sum_O. apply (filterlim_ext (fun n => u 0%nat n)); [|apply L].
    intro n. rewrite sum_O. reflexivity.
  - rewrite sum_Sn. apply (filterlim_ext (fun n => plus (sum_n (fun m => u m n) K) (u (S K) n))).
    { intro n. rewrite sum_Sn. reflexivity. }
    eapply filterlim_comp_2; [exact IH|apply L|]. apply (filterlim_plus (V := R_NormedModule)).
Qed.

(** The sum over m of b m (w ^ m), arranged by powers of the inner variable. *)
Theorem composition_series :
  is_series (fun n => sum_n (fun m => b m * convolution_power W m n) n)
            (Series (fun m => b m * w ^ m)).
Proof.
  assert (Bw : ex_series (fun m => b m * w ^ m)).
  { apply (ex_series_le (V := R_CompleteNormedModule) _ (fun m => Rabs (b m) * A ^ m)); [|exact b_abs].
    intro m. change (Rabs (b m * w ^ m) <= Rabs (b m) * A ^ m). rewrite Rabs_mult.
    apply Rmult_le_compat_l; [apply Rabs_pos|].
    destruct (convolution_power_abs m) as [s [Hs B]]. apply Rle_trans with s; [|exact B].
    rewrite <- (is_series_unique _ _ (convolution_power_sum m)), <- (is_series_unique _ _ Hs).
    apply Series_Rabs. exists s. exact Hs. }
  assert (L : filterlim (fun n => sum_n (fun m => u m n) n) eventually
                (locally (Series (fun m => b m * w ^ m)))).
  { apply (filterlim_switch_1 (U := R_UniformSpace) eventually _ eventually _
             (fun K n => sum_n (fun m => u m n) K) _ (sum_n (fun m => b m * w ^ m))).
    - exact u_uniform.
    - exact u_limit.
    - apply Series_correct, Bw. }
  revert L. apply filterlim_ext. intro n.
  transitivity (sum_n (fun m => sum_n (fun k => b m * convolution_power W m k) n) n).
  - apply sum_n_ext. intro m. unfold u. symmetry. apply (sum_n_mult_l (K := R_Ring)).
  - rewrite sum_n_switch. apply sum_n_ext_loc. intros k Hk.
    unfold sum_n at 1. rewrite (sum_n_m_Chasles _ 0 k n) by lia.
    rewrite (sum_n_m_ext_loc _ (fun _ => zero) (S k) n).
    + rewrite sum_n_m_const_zero. unfold plus, zero; simpl. apply Rplus_0_r.
    + intros m Hm. rewrite convolution_power_zero by (try exact W_0; lia). apply Rmult_0_r.
Qed.

End Powers.

(** * Compositions *)

Theorem real_analytic_comp (g f : R -> R) (x : R) :
  real_analytic f x -> real_analytic g (f x) -> real_analytic (fun t => g (f t)) x.
Proof.
  intros Hf Hg.
  destruct (analytic_series f x Hf) as [a [r [Hr [Ra Ea]]]].
  destruct (analytic_series g (f x) Hg) as [b [q [Hq [Rb Eb]]]].
  set (c := fun n => match n with O => 0 | _ => a n end).
  assert (A0 : f x = a O).
  { rewrite <- (Rplus_0_r x), Ea by (rewrite Rabs_R0; exact Hr). apply PSeries_0. }
  (* the series of f without its value at x *)
  assert (Abs : forall h, Rabs h < r -> ex_series (fun n => Rabs (c n * h ^ n))).
  { intros h Hh. apply (ex_series_le (V := R_CompleteNormedModule) _ (fun n => Rabs (a n * h ^ n))).
    - intro n. change (Rabs (Rabs (c n * h ^ n)) <= Rabs (a n * h ^ n)). rewrite Rabs_Rabsolu.
      destruct n; [|apply Rle_refl]. simpl c. rewrite Rmult_0_l, Rabs_R0. apply Rabs_pos.
    - apply CV_disk_inside, Ra, Hh. }
  assert (Sum : forall h, Rabs h < r -> is_series (fun n => c n * h ^ n) (f (x + h) - f x)).
  { intros h Hh. rewrite Ea by exact Hh. rewrite A0.
    assert (K : is_series (fun n => a n * h ^ n) (PSeries a h)).
    { apply is_pseries_R, PSeries_correct, CV_radius_inside, Ra, Hh. }
    assert (K0 : is_series (fun n => a n * h ^ n - a O * match n with O => 1 | _ => 0 end)
                   (PSeries a h - a O * 1)).
    { apply (is_series_minus (K := R_AbsRing) (V := R_NormedModule)); [exact K|].
      apply (is_series_scal (K := R_AbsRing) (V := R_NormedModule) (a O)), is_series_one. }
    replace (PSeries a h - a O) with (PSeries a h - a O * 1) by ring.
    revert K0. apply is_series_ext. intros [|n]; simpl; ring. }
  (* the sum of absolute values is small for small h *)
  assert (Rc : Rbar_lt (Rabs 0) (CV_radius (fun n => Rabs (c n)))).
  { apply (radius_of_convergence _ r Hr); [|rewrite Rabs_R0; exact Hr].
    intros h Hh. apply ex_pseries_R. apply ex_series_Rabs.
    destruct (Abs h Hh) as [s Hs]. exists s. revert Hs. apply is_series_ext.
    intro n. rewrite !Rabs_mult, Rabs_Rabsolu. reflexivity. }
  assert (CB : continuous (PSeries (fun n => Rabs (c n))) 0).
  { apply continuity_pt_filterlim, PSeries_continuity, Rc. }
  assert (Z : PSeries (fun n => Rabs (c n)) 0 = 0) by (rewrite PSeries_0; apply Rabs_R0).
  destruct (locally_elim 0 _ (CB _ (locally_ball _ (mkposreal (q / 2) ltac:(lra))))) as [e [He Ke]].
  assert (M1 := Rmin_l r e). assert (M2 := Rmin_r r e).
  exists (fun n => sum_n (fun m => b m * convolution_power c m n) n), (Rmin r e).
  split; [apply Rmin_pos; assumption|]. intros h Hh.
  assert (Hhr : Rabs h < r) by lra.
  set (A := Series (fun n => Rabs (c n * h ^ n))).
  assert (HA : is_series (fun n => Rabs (c n * h ^ n)) A) by (apply Series_correct, Abs, Hhr).
  assert (A1 : 0 <= A < q).
  { assert (EA : A = PSeries (fun n => Rabs (c n)) (Rabs h)).
    { unfold A, PSeries. apply Series_ext. intro n.
      rewrite Rabs_mult, <- RPow_abs. reflexivity. }
    assert (P := Rabs_pos h).
    assert (K : Rabs (PSeries (fun n => Rabs (c n)) (Rabs h) - PSeries (fun n => Rabs (c n)) 0) < q / 2).
    { apply (Ke (Rabs h)). lra. }
    rewrite Z, <- EA in K. apply Rabs_def2 in K.
    split; [|lra]. apply Rle_trans with (sum_n (fun n => Rabs (c n * h ^ n)) 0).
    - rewrite sum_O. apply Rabs_pos.
    - apply partial_sum_le; [intro; apply Rabs_pos|exact HA]. }
  assert (W0 : (fun n => c n * h ^ n) O = 0) by (simpl; ring).
  assert (Hb : ex_series (fun m => Rabs (b m) * A ^ m)).
  { assert (K : ex_series (fun m => Rabs (b m * A ^ m))).
    { apply CV_disk_inside, Rb. rewrite Rabs_pos_eq; lra. }
    destruct K as [s Hs]. exists s. revert Hs. apply is_series_ext. intro m.
    rewrite Rabs_mult, <- RPow_abs, (Rabs_pos_eq A) by lra. reflexivity. }
  assert (K := composition_series (fun n => c n * h ^ n) (f (x + h) - f x) A (Sum h Hhr) HA b W0 Hb).
  assert (E : g (f (x + h)) = Series (fun m => b m * (f (x + h) - f x) ^ m)).
  { assert (Bd : Rabs (f (x + h) - f x) < q).
    { apply Rle_lt_trans with A; [|lra].
      rewrite <- (is_series_unique _ _ (Sum h Hhr)). unfold A.
      apply Series_Rabs. apply Abs, Hhr. }
    replace (f (x + h)) with (f x + (f (x + h) - f x)) at 1 by ring.
    apply Eb, Bd. }
  rewrite E. apply is_pseries_R. revert K. apply is_series_ext. intro n.
  change (sum_n (fun m => b m * convolution_power c m n) n * h ^ n)
    with (mult (sum_n (fun m => b m * convolution_power c m n) n) (h ^ n)).
  rewrite <- (sum_n_mult_r (K := R_Ring)).
  apply sum_n_ext. intro m. rewrite convolution_power_scale. unfold mult; simpl. ring.
Qed.
