(* Fact 2 of the index: the checker's smooth operations are real-analytic where they are
   called analytic, and so are its terms. *)
From Coq Require Import Reals Lra Lia QArith.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus RealAnalytic PowerSeriesComposition.
From Invex Require Terms.
Open Scope R_scope.

(** * Exponential, inverse, sine *)

Lemma real_analytic_exp (x : R) : real_analytic exp x.
Proof.
  exists (fun n => exp x * / INR (fact n)), 1. split; [lra|]. intros h _.
  rewrite exp_plus.
  apply (is_pseries_scal (K := R_AbsRing) (V := R_NormedModule) (exp x) (fun n => / INR (fact n))).
  - apply Rmult_comm.
  - apply is_exp_Reals.
Qed.

Lemma real_analytic_inv (x : R) : x <> 0 -> real_analytic Rinv x.
Proof.
  intro Hx. exists (fun n => / x * (- / x) ^ n), (Rabs x). split; [apply Rabs_pos_lt, Hx|].
  intros h Hh. apply is_pseries_R.
  assert (Q : Rabs (- / x * h) < 1).
  { rewrite Rabs_mult, Rabs_Ropp, Rabs_inv.
    apply (Rmult_lt_reg_l (Rabs x)); [apply Rabs_pos_lt, Hx|].
    rewrite <- Rmult_assoc, Rinv_r by (apply Rabs_no_R0, Hx). lra. }
  assert (N : x + h <> 0).
  { intro E. assert (h = - x) by lra. subst h. rewrite Rabs_Ropp in Hh. lra. }
  assert (K := is_series_scal (K := R_AbsRing) (V := R_NormedModule) (/ x) _ _ (is_series_geom _ Q)).
  replace (/ (x + h)) with (scal (/ x) (/ (1 - (- / x * h)))).
  - revert K. apply is_series_ext. intro n. unfold scal; simpl; unfold mult; simpl.
    rewrite Rpow_mult_distr. ring.
  - unfold scal; simpl; unfold mult; simpl. field.
    repeat split; first [exact Hx|lra].
Qed.

Lemma derive_n_sin (n : nat) :
  forall x, is_derive_n sin n x (sin (x + INR n * (PI / 2))).
Proof.
  induction n as [|n IH]; intro x.
  - simpl. rewrite Rmult_0_l, Rplus_0_r. reflexivity.
  - change (is_derive (Derive_n sin n) x (sin (x + INR (S n) * (PI / 2)))).
    apply (is_derive_ext (fun t => sin (t + INR n * (PI / 2)))).
    + intro t. symmetry. apply is_derive_n_unique, IH.
    + replace (x + INR (S n) * (PI / 2)) with (PI / 2 + (x + INR n * (PI / 2)))
        by (rewrite S_INR; ring).
      rewrite <- cos_sin. auto_derive; [exact I|ring].
Qed.

Lemma real_analytic_sin (x : R) : real_analytic sin x.
Proof.
  set (f := fun h => sin (h + x)).
  assert (D : forall n h, is_derive_n f n h (sin (h + x + INR n * (PI / 2)))).
  { intros n h. unfold f. apply is_derive_n_comp_trans, derive_n_sin. }
  exists (fun n => Derive_n f n 0 / INR (fact n)), 1. split; [lra|]. intros h Hh.
  replace (sin (x + h)) with (f h) by (unfold f; f_equal; ring).
  apply (mk_pseries f 1 1); [|exact Hh].
  intros n y _. split.
  - destruct n; [exact I|]. exists (sin (y + x + INR (S n) * (PI / 2))). apply (D (S n)).
  - rewrite (is_derive_n_unique _ _ _ _ (D n y)). apply Rabs_le.
    destruct (SIN_bound (y + x + INR n * (PI / 2))). lra.
Qed.

(** * A function whose derivative is real-analytic *)

Lemma real_analytic_primitive (g dg : R -> R) (x : R) :
  locally x (fun t => is_derive g t (dg t)) -> real_analytic dg x -> real_analytic g x.
Proof.
  intros D H. destruct (analytic_series dg x H) as [a [r [Hr [CV E]]]].
  destruct (locally_elim _ _ D) as [e [He K]].
  set (A := fun n => match n with O => g x | S m => a m / INR (S m) end).
  assert (DA : forall n, PS_derive A n = a n).
  { intro n. unfold PS_derive, A. field. apply not_0_INR. lia. }
  assert (CA : CV_radius A = CV_radius a).
  { rewrite <- CV_radius_derive. apply CV_radius_ext. exact DA. }
  assert (M1 := Rmin_l r e). assert (M2 := Rmin_r r e).
  assert (M : 0 < Rmin r e) by (apply Rmin_pos; assumption).
  exists A, (Rmin r e). split; [exact M|].
  assert (DP : forall h, Rabs h < Rmin r e -> is_derive (fun t => g (x + t) - PSeries A t) h 0).
  { intros h Hh. assert (Hr' : Rbar_lt (Rabs h) (CV_radius A)) by (rewrite CA; apply CV; lra).
    replace 0 with (dg (x + h) - PSeries (PS_derive A) h).
    - apply (is_derive_minus (fun t => g (x + t)) (PSeries A)); [|apply is_derive_PSeries, Hr'].
      assert (B : Rabs h < e) by lra. apply Rabs_def2 in B.
      assert (Dg := K (x + h) ltac:(lra)).
      evar_last; [apply (is_derive_comp g (fun t => x + t) h); [exact Dg|]|].
      + auto_derive; [exact I|reflexivity].
      + unfold scal; simpl; unfold mult; simpl. ring.
    - rewrite (PSeries_ext _ a h DA), E by lra. ring. }
  intros h Hh.
  assert (Z : g (x + h) - PSeries A h = 0).
  { transitivity (g (x + 0) - PSeries A 0); [|rewrite Rplus_0_r, PSeries_0; simpl; ring].
    set (d := fun t => g (x + t) - PSeries A t) in *.
    assert (Eq : forall u v, u <= v -> - Rmin r e < u -> v < Rmin r e -> d u = d v).
    { intros u v Huv Hu Hv.
      assert (C : continuous_on (fun t => u <= t <= v) d).
      { apply continuous_on_pointwise. intros t Ht.
        apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) d t).
        exists 0. apply DP. apply Rabs_def1; lra. }
      assert (I1 : 0 * (v - u) <= d v - d u).
      { apply (increment_ge d (fun _ => 0) nil); [exact Huv|exact C|].
        intros t Ht _. split; [apply DP, Rabs_def1; lra|lra]. }
      assert (I2 : d v - d u <= 0 * (v - u)).
      { apply (increment_le d (fun _ => 0) nil); [exact Huv|exact C|].
        intros t Ht _. split; [apply DP, Rabs_def1; lra|lra]. }
      lra. }
    apply Rabs_def2 in Hh.
    destruct (Rle_lt_dec 0 h); [symmetry|]; apply Eq; lra. }
  replace (g (x + h)) with (PSeries A h) by lra.
  apply PSeries_correct, CV_radius_inside. rewrite CA. apply CV. lra.
Qed.

(** * The other functions *)

Lemma real_analytic_div (f g : R -> R) (x : R) :
  real_analytic f x -> real_analytic g x -> g x <> 0 -> real_analytic (fun t => f t / g t) x.
Proof.
  intros Hf Hg N. apply (real_analytic_mult f (fun t => / g t)); [exact Hf|].
  apply (real_analytic_comp Rinv g); [exact Hg|apply real_analytic_inv, N].
Qed.

Lemma real_analytic_cos (x : R) : real_analytic cos x.
Proof.
  apply (real_analytic_ext (fun t => sin (PI / 2 + t))).
  - apply filter_forall. intro t. symmetry. apply cos_sin.
  - apply (real_analytic_comp sin (fun t => PI / 2 + t)); [|apply real_analytic_sin].
    apply (real_analytic_plus (fun _ => PI / 2)); [apply real_analytic_const|apply real_analytic_id].
Qed.

Lemma positive_near (x : R) : 0 < x -> locally x (fun t => 0 < t).
Proof. intro H. apply (locally_intro x x); [exact H|]. intros; lra. Qed.

Lemma real_analytic_ln (x : R) : 0 < x -> real_analytic ln x.
Proof.
  intro H. apply (real_analytic_primitive ln Rinv); [|apply real_analytic_inv; lra].
  apply filter_imp with (2 := positive_near x H). intros t Ht. auto_derive; [exact Ht|]. field. lra.
Qed.

(** u^r for u > 0 *)
Lemma real_analytic_Rpower (x r : R) : 0 < x -> real_analytic (fun u => Rpower u r) x.
Proof.
  intro H. unfold Rpower. apply (real_analytic_comp exp (fun u => r * ln u)).
  - apply real_analytic_scal, real_analytic_ln, H.
  - apply real_analytic_exp.
Qed.

Lemma real_analytic_sqrt (x : R) : 0 < x -> real_analytic sqrt x.
Proof.
  intro H. apply (real_analytic_ext (fun u => Rpower u (/ 2))); [|apply real_analytic_Rpower, H].
  apply filter_imp with (2 := positive_near x H). intros t Ht. apply Rpower_sqrt, Ht.
Qed.

Lemma real_analytic_qpower (x r : R) : 0 < x -> real_analytic (fun u => Terms.qpower u r) x.
Proof.
  intro H. apply (real_analytic_ext (fun u => Rpower u r)); [|apply real_analytic_Rpower, H].
  apply filter_imp with (2 := positive_near x H). intros t Ht. symmetry. apply Terms.qpower_pos, Ht.
Qed.

Lemma real_analytic_pow (n : nat) (x : R) : real_analytic (fun u => u ^ n) x.
Proof.
  induction n as [|n IH]; simpl; [apply real_analytic_const|].
  apply (real_analytic_mult (fun u => u)); [apply real_analytic_id|exact IH].
Qed.

Lemma real_analytic_power (n : Z) (x : R) :
  Terms.power_defined x n -> real_analytic (fun u => Terms.power u n) x.
Proof.
  intro H. destruct n as [|p|p]; simpl in *.
  - apply real_analytic_const.
  - apply real_analytic_pow.
  - apply (real_analytic_comp Rinv (fun u => u ^ Pos.to_nat p)); [apply real_analytic_pow|].
    apply real_analytic_inv, pow_nonzero, H.
Qed.

Lemma real_analytic_exp_opp (x : R) : real_analytic (fun u => exp (- u)) x.
Proof.
  apply (real_analytic_comp exp Ropp); [|apply real_analytic_exp].
  apply (real_analytic_opp (fun u => u)), real_analytic_id.
Qed.

Lemma real_analytic_half (f : R -> R) (x : R) :
  real_analytic f x -> real_analytic (fun t => f t / 2) x.
Proof. intro H. apply real_analytic_div; [exact H|apply real_analytic_const|lra]. Qed.

Lemma real_analytic_sinh (x : R) : real_analytic sinh x.
Proof.
  apply real_analytic_half, real_analytic_minus; [apply real_analytic_exp|apply real_analytic_exp_opp].
Qed.

Lemma real_analytic_cosh (x : R) : real_analytic cosh x.
Proof.
  apply real_analytic_half, real_analytic_plus; [apply real_analytic_exp|apply real_analytic_exp_opp].
Qed.

Lemma cosh_positive (x : R) : 0 < cosh x.
Proof. unfold cosh. generalize (exp_pos x) (exp_pos (- x)). lra. Qed.

Lemma square_plus_1 (x : R) : 0 < 1 + x ^ 2.
Proof. generalize (pow2_ge_0 x). lra. Qed.

Lemma real_analytic_square_plus_1 (x : R) : real_analytic (fun t => 1 + t ^ 2) x.
Proof. apply real_analytic_plus; [apply real_analytic_const|apply real_analytic_pow]. Qed.

Lemma real_analytic_atan (x : R) : real_analytic atan x.
Proof.
  apply (real_analytic_primitive atan (fun t => / (1 + t ^ 2))).
  - apply filter_forall. intro t. apply is_derive_Reals.
    apply derivable_pt_lim_atan.
  - apply (real_analytic_comp Rinv); [apply real_analytic_square_plus_1|].
    apply real_analytic_inv. generalize (square_plus_1 x). lra.
Qed.

Lemma real_analytic_arcsinh (x : R) : real_analytic arcsinh x.
Proof.
  apply (real_analytic_primitive arcsinh (fun t => / sqrt (1 + t ^ 2))).
  - apply filter_forall. intro t. apply is_derive_Reals.
    replace (1 + t ^ 2) with (t ^ 2 + 1) by ring. apply derivable_pt_lim_arcsinh.
  - apply (real_analytic_comp Rinv (fun t => sqrt (1 + t ^ 2))).
    + apply (real_analytic_comp sqrt); [apply real_analytic_square_plus_1|].
      apply real_analytic_sqrt, square_plus_1.
    + apply real_analytic_inv, Rgt_not_eq, sqrt_lt_R0, square_plus_1.
Qed.

Lemma real_analytic_erf (x : R) : real_analytic Erf.erf x.
Proof.
  apply (real_analytic_primitive Erf.erf (fun t => 2 / sqrt PI * exp (- t ^ 2))).
  - apply filter_forall. intro t. apply Erf.erf_derive.
  - apply real_analytic_scal. apply (real_analytic_comp exp (fun t => - t ^ 2)).
    + apply real_analytic_opp, real_analytic_pow.
    + apply real_analytic_exp.
Qed.

Lemma real_analytic_un (o : Terms.unary) (x : R) :
  Terms.un_analytic o x -> real_analytic (Terms.un o) x.
Proof.
  destruct o; simpl; intro H.
  - apply (real_analytic_opp (fun u => u)), real_analytic_id.
  - apply real_analytic_exp.
  - apply real_analytic_ln, H.
  - apply real_analytic_sqrt, H.
  - apply real_analytic_sin.
  - apply real_analytic_cos.
  - apply (real_analytic_div sin cos); [apply real_analytic_sin|apply real_analytic_cos|exact H].
  - apply real_analytic_atan.
  - apply real_analytic_arcsinh.
  - apply real_analytic_sinh.
  - apply real_analytic_cosh.
  - apply (real_analytic_div sinh cosh); [apply real_analytic_sinh|apply real_analytic_cosh|].
    apply Rgt_not_eq, cosh_positive.
  - apply (real_analytic_comp Rinv (fun u => 1 + exp (- u))).
    + apply real_analytic_plus; [apply real_analytic_const|apply real_analytic_exp_opp].
    + apply real_analytic_inv. generalize (exp_pos (- x)). lra.
  - apply (real_analytic_comp ln (fun u => 1 + exp u)).
    + apply real_analytic_plus; [apply real_analytic_const|apply real_analytic_exp].
    + apply real_analytic_ln. generalize (exp_pos x). lra.
  - apply real_analytic_erf.
Qed.

(** Fact 2: a term is a real-analytic function where it is called analytic. *)
Theorem real_analytic_term (t : Terms.term) (x : R) :
  Terms.analytic t x -> real_analytic (Terms.eval t) x.
Proof.
  induction t as [|q| | |o u IH|o u IHu v IHv|u IH n|u IH q]; simpl; intro H.
  - apply real_analytic_id.
  - apply real_analytic_const.
  - apply real_analytic_const.
  - apply real_analytic_const.
  - destruct H as [Hu Ho]. apply (real_analytic_comp (Terms.un o)); [apply IH, Hu|].
    apply real_analytic_un, Ho.
  - destruct H as [[Hu Hv] Ho]. specialize (IHu Hu). specialize (IHv Hv). destruct o; simpl.
    + apply real_analytic_plus; assumption.
    + apply real_analytic_minus; assumption.
    + apply real_analytic_mult; assumption.
    + apply real_analytic_div; assumption.
  - destruct H as [Hu Ho]. apply (real_analytic_comp (fun v => Terms.power v n)); [apply IH, Hu|].
    apply real_analytic_power, Ho.
  - destruct H as [Hu Ho].
    apply (real_analytic_comp (fun v => Terms.qpower v (Terms.rational q))); [apply IH, Hu|].
    apply real_analytic_qpower, Ho.
Qed.

(** So is its derivative term. *)
Corollary real_analytic_derivative (t : Terms.term) (x : R) :
  Terms.analytic t x -> real_analytic (Terms.eval (Terms.deriv t)) x.
Proof. intro H. apply real_analytic_term, Terms.deriv_analytic, H. Qed.
