(** * The error function

    [erf x] is (2 / sqrt pi) times the integral of [exp (- t^2)] from 0 to [x]. Proves what the comparisons and the
    orders of growth need: its derivative, that it is odd and increasing, and that it tends to 1, which is the
    Gaussian integral. *)

From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Definition gauss (t : R) : R := exp (- t ^ 2).
Definition gauss_integral (x : R) : R := RInt gauss 0 x.
Definition erf (x : R) : R := 2 / sqrt PI * gauss_integral x.

Lemma gauss_continuous (t : R) : continuous gauss t.
Proof.
  apply (ex_derive_continuous gauss). unfold gauss. auto_derive. exact I.
Qed.

Lemma gauss_pos (t : R) : 0 < gauss t.
Proof. apply exp_pos. Qed.

Lemma gauss_ex_RInt a b : ex_RInt gauss a b.
Proof. apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros; apply gauss_continuous. Qed.

Lemma gauss_integral_derive (x : R) : is_derive gauss_integral x (gauss x).
Proof.
  apply (is_derive_RInt gauss gauss_integral 0 x).
  - apply filter_forall. intro y. apply (RInt_correct gauss), gauss_ex_RInt.
  - apply gauss_continuous.
Qed.

Lemma sqrt_PI_pos : 0 < sqrt PI.
Proof. apply sqrt_lt_R0, PI_RGT_0. Qed.

(** The derivative of erf. *)
Lemma erf_derive (x : R) : is_derive erf x (2 / sqrt PI * exp (- x ^ 2)).
Proof. apply (is_derive_scal gauss_integral), gauss_integral_derive. Qed.

Lemma erf_0 : erf 0 = 0.
Proof. unfold erf, gauss_integral. rewrite RInt_point. unfold zero; simpl. ring. Qed.

(** A function with derivative 0 is constant. *)
Lemma constant_of_derivative_zero (f : R -> R) :
  (forall x, is_derive f x 0) -> forall x y, f x = f y.
Proof.
  intro D.
  assert (K : forall x y, x < y -> f x = f y).
  { intros x y Hxy. destruct (MVT_cor2 f (fun _ => 0) x y Hxy) as [c [E _]].
    - intros; apply is_derive_Reals, D.
    - lra. }
  intros x y. destruct (Rtotal_order x y) as [H|[->|H]]; [apply K, H|reflexivity|symmetry; apply K, H].
Qed.

Lemma gauss_integral_0 : gauss_integral 0 = 0.
Proof. unfold gauss_integral. rewrite RInt_point. reflexivity. Qed.

(** erf is odd. *)
Lemma erf_opp (x : R) : erf (- x) = - erf x.
Proof.
  unfold erf. enough (E : gauss_integral (- x) = - gauss_integral x) by (rewrite E; ring).
  assert (D : forall y, is_derive (fun z => gauss_integral (- z) + gauss_integral z) y 0).
  { intro y. evar_last.
    - apply (is_derive_plus (fun z => gauss_integral (- z)) gauss_integral).
      + apply (is_derive_comp gauss_integral Ropp); [apply gauss_integral_derive|].
        apply (is_derive_opp (fun z : R => z)), @is_derive_id.
      + apply gauss_integral_derive.
    - unfold plus, scal, opp, one; simpl; unfold mult; simpl. unfold gauss.
      replace ((- y) ^ 2) with (y ^ 2) by ring. ring. }
  generalize (constant_of_derivative_zero _ D x 0). simpl. rewrite Ropp_0, gauss_integral_0. lra.
Qed.

(** erf is strictly increasing. *)
Lemma erf_increasing x y : x < y -> erf x < erf y.
Proof.
  intro Hxy. destruct (MVT_cor2 erf (fun x => 2 / sqrt PI * exp (- x ^ 2)) x y Hxy) as [c [E _]].
  { intros c _. apply is_derive_Reals, erf_derive. }
  assert (0 < 2 / sqrt PI * exp (- c ^ 2)).
  { apply Rmult_lt_0_compat; [apply Rdiv_lt_0_compat; [lra|apply sqrt_PI_pos]|apply exp_pos]. }
  assert (0 < y - x) by lra. nra.
Qed.

(** ** The Gaussian integral: the square of [gauss_integral x] and [gauss_tail x] add up to pi/4 *)

Definition kernel (x t : R) : R := exp (- (x ^ 2 * (1 + t ^ 2))) / (1 + t ^ 2).
Definition gauss_tail (x : R) : R := RInt (kernel x) 0 1.

Lemma square_pos (t : R) : 0 < 1 + t ^ 2.
Proof. generalize (pow2_ge_0 t); lra. Qed.

Lemma kernel_ex_RInt x a b : ex_RInt (kernel x) a b.
Proof.
  apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros t _.
  apply (ex_derive_continuous (kernel x)). unfold kernel. auto_derive.
  generalize (square_pos t); simpl; lra.
Qed.

Lemma kernel_derive (x t : R) :
  is_derive (fun u : R => kernel u t) x (- (2 * x) * exp (- (x ^ 2 * (1 + t ^ 2)))).
Proof.
  unfold kernel. auto_derive; [exact I|]. simpl. field. generalize (square_pos t); simpl; lra.
Qed.

Lemma kernel_slope_integral (x : R) :
  RInt (fun t => Derive (fun u : R => kernel u t) x) 0 1 = - (2 * gauss x * gauss_integral x).
Proof.
  transitivity (RInt (fun t => - (2 * gauss x) * (x * gauss (x * t + 0))) 0 1).
  { apply (RInt_ext (V := R_CompleteNormedModule)). intros t _.
    match goal with |- ?a = ?b => change (@eq R a b) end.
    replace (Derive (fun u : R => kernel u t) x) with (- (2 * x) * exp (- (x ^ 2 * (1 + t ^ 2))))
      by (symmetry; apply is_derive_unique, kernel_derive).
    unfold gauss. replace (exp (- (x ^ 2 * (1 + t ^ 2)))) with (exp (- x ^ 2) * exp (- (x * t + 0) ^ 2)); [ring|].
    rewrite <- exp_plus. f_equal. ring. }
  transitivity (- (2 * gauss x) * RInt (fun t => x * gauss (x * t + 0)) 0 1).
  { apply (RInt_scal (V := R_CompleteNormedModule) (fun t => x * gauss (x * t + 0)) 0 1 (- (2 * gauss x))).
    apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros t _.
    apply (ex_derive_continuous (fun y => x * gauss (x * y + 0))). unfold gauss. auto_derive. exact I. }
  assert (E := RInt_comp_lin (V := R_CompleteNormedModule) gauss x 0 0 1 (gauss_ex_RInt _ _)).
  change (RInt (fun t => x * gauss (x * t + 0)) 0 1 = RInt gauss (x * 0 + 0) (x * 1 + 0)) in E.
  replace (x * 0 + 0) with 0 in E by ring. replace (x * 1 + 0) with x in E by ring.
  rewrite E. unfold gauss_integral.
  match goal with |- ?a = ?b => change (@eq R a b) end. ring.
Qed.

Lemma gauss_tail_derive (x : R) : is_derive gauss_tail x (- (2 * gauss x * gauss_integral x)).
Proof.
  rewrite <- kernel_slope_integral. apply (is_derive_RInt_param kernel 0 1 x).
  - apply filter_forall. intros y t _. exists (- (2 * y) * exp (- (y ^ 2 * (1 + t ^ 2)))). apply kernel_derive.
  - intros t _.
    apply (continuity_2d_pt_ext (fun u v => - (2 * u) * exp (- (u * u * (1 + v * v))))).
    { intros u v. transitivity (- (2 * u) * exp (- (u ^ 2 * (1 + v ^ 2)))); [do 3 f_equal; ring|].
      symmetry; apply is_derive_unique, kernel_derive. }
    apply continuity_2d_pt_mult.
    + apply continuity_2d_pt_opp, continuity_2d_pt_mult; [apply continuity_2d_pt_const|apply continuity_2d_pt_id1].
    + apply (continuity_1d_2d_pt_comp exp).
      { apply derivable_continuous_pt, derivable_pt_exp. }
      apply continuity_2d_pt_opp, continuity_2d_pt_mult.
      * apply continuity_2d_pt_mult; apply continuity_2d_pt_id1.
      * apply continuity_2d_pt_plus; [apply continuity_2d_pt_const|].
        apply continuity_2d_pt_mult; apply continuity_2d_pt_id2.
  - apply filter_forall. intro y. apply kernel_ex_RInt.
Qed.

Lemma atan_derive (t : R) : is_derive atan t (/ (1 + t ^ 2)).
Proof. auto_derive; [exact I|]. field. generalize (square_pos t); simpl; lra. Qed.

Lemma gauss_tail_0 : gauss_tail 0 = PI / 4.
Proof.
  unfold gauss_tail. transitivity (RInt (Derive atan) 0 1).
  { apply (RInt_ext (V := R_CompleteNormedModule)). intros t _.
    match goal with |- ?a = ?b => change (@eq R a b) end.
    replace (Derive atan t) with (/ (1 + t ^ 2)) by (symmetry; apply is_derive_unique, atan_derive).
    unfold kernel. replace (- (0 ^ 2 * (1 + t ^ 2))) with 0 by ring. rewrite exp_0. unfold Rdiv; ring. }
  rewrite RInt_Derive.
  - rewrite atan_1, atan_0. lra.
  - intros t _. exists (/ (1 + t ^ 2)). apply atan_derive.
  - intros t _. apply (continuous_ext (fun t => / (1 + t ^ 2))).
    + intro u. symmetry. apply is_derive_unique, atan_derive.
    + apply (ex_derive_continuous (fun t => / (1 + t ^ 2))). auto_derive.
      generalize (square_pos t); simpl; lra.
Qed.

Lemma gauss_integral_square (x : R) : gauss_integral x ^ 2 = PI / 4 - gauss_tail x.
Proof.
  assert (D : forall y, is_derive (fun z => gauss_integral z * gauss_integral z + gauss_tail z) y 0).
  { intro y. evar_last.
    - apply (is_derive_plus (fun z => gauss_integral z * gauss_integral z) gauss_tail).
      + apply (is_derive_mult gauss_integral gauss_integral);
          [apply gauss_integral_derive|apply gauss_integral_derive|apply Rmult_comm].
      + apply gauss_tail_derive.
    - unfold plus, mult; simpl. ring. }
  generalize (constant_of_derivative_zero _ D x 0). simpl. rewrite gauss_integral_0, gauss_tail_0. lra.
Qed.

Lemma gauss_tail_bounds (x : R) : 0 < gauss_tail x <= exp (- x ^ 2).
Proof.
  split.
  - apply RInt_gt_0; [lra| |].
    + intros t _. unfold kernel. apply Rdiv_lt_0_compat; [apply exp_pos|apply square_pos].
    + intros t _. apply (ex_derive_continuous (kernel x)). unfold kernel. auto_derive.
      generalize (square_pos t); simpl; lra.
  - replace (exp (- x ^ 2)) with (RInt (fun _ => exp (- x ^ 2)) 0 1).
    2:{ rewrite RInt_const. unfold scal; simpl; unfold mult; simpl. ring. }
    apply RInt_le; [lra|apply kernel_ex_RInt|apply ex_RInt_const|].
    intros t Ht. unfold kernel.
    assert (H1 := square_pos t). assert (H2 := pow2_ge_0 t). assert (H3 := pow2_ge_0 x).
    apply Rle_trans with (exp (- (x ^ 2 * (1 + t ^ 2)))).
    + assert (He := exp_pos (- (x ^ 2 * (1 + t ^ 2)))).
      apply Rmult_le_reg_r with (1 + t ^ 2); [exact H1|].
      unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. nra.
    + assert (Hle : - (x ^ 2 * (1 + t ^ 2)) <= - x ^ 2) by nra.
      destruct Hle as [Hlt|Heq]; [left; apply exp_increasing, Hlt|rewrite Heq; right; reflexivity].
Qed.

Lemma erf_square (x : R) : erf x ^ 2 = 1 - 4 / PI * gauss_tail x.
Proof.
  unfold erf. rewrite Rpow_mult_distr, gauss_integral_square.
  assert (P := PI_RGT_0). assert (S := sqrt_PI_pos).
  replace ((2 / sqrt PI) ^ 2) with (4 / PI).
  - field. lra.
  - unfold Rdiv. rewrite Rpow_mult_distr, pow_inv. rewrite pow2_sqrt by lra. ring.
Qed.

(** The tail [1 - erf x] is positive, and at most [4/pi exp(-x^2)] for [x >= 0]. *)
Lemma erfc_bounds (x : R) : 0 <= x -> 0 < 1 - erf x <= 4 / PI * exp (- x ^ 2).
Proof.
  intro Hx. assert (E := erf_square x). destruct (gauss_tail_bounds x) as [T1 T2].
  assert (P : 0 < 4 / PI) by (apply Rdiv_lt_0_compat; [lra|apply PI_RGT_0]).
  assert (0 <= erf x).
  { destruct Hx as [Hx|<-]; [|rewrite erf_0; lra]. left. rewrite <- erf_0. apply erf_increasing, Hx. }
  assert (0 < 4 / PI * gauss_tail x) by (apply Rmult_lt_0_compat; assumption).
  assert (4 / PI * gauss_tail x <= 4 / PI * exp (- x ^ 2)) by (apply Rmult_le_compat_l; lra).
  split; nra.
Qed.

Lemma erf_lt_1 (x : R) : erf x < 1.
Proof.
  destruct (Rle_lt_dec 0 x) as [H|H].
  - generalize (erfc_bounds x H); lra.
  - assert (erf x < erf 0) by (apply erf_increasing, H). rewrite erf_0 in *. lra.
Qed.

Lemma erf_gt_m1 (x : R) : -1 < erf x.
Proof. generalize (erf_lt_1 (- x)). rewrite erf_opp. lra. Qed.

(** [exp(-x^2)] tends to 0. *)
Lemma gauss_lim : is_lim (fun x => exp (- x ^ 2)) p_infty 0.
Proof.
  apply (is_lim_le_le_loc (fun _ => 0) (fun x => / x)).
  - exists 1. intros x Hx. split; [left; apply exp_pos|].
    rewrite exp_Ropp. apply Rinv_le_contravar; [lra|].
    assert (1 + x ^ 2 <= exp (x ^ 2)) by apply exp_ineq1_le. nra.
  - apply is_lim_const.
  - apply (is_lim_inv (fun x => x) p_infty p_infty); [apply is_lim_id|discriminate].
Qed.

(** erf tends to 1. *)
Lemma erf_lim : is_lim erf p_infty 1.
Proof.
  assert (E : is_lim (fun x => 1 - erf x) p_infty 0).
  { apply (is_lim_le_le_loc (fun _ => 0) (fun x => 4 / PI * exp (- x ^ 2))).
    - exists 0. intros x Hx. generalize (erfc_bounds x); lra.
    - apply is_lim_const.
    - replace (Finite 0) with (Rbar_mult (4 / PI) 0) by (simpl; f_equal; ring).
      apply is_lim_scal_l, gauss_lim. }
  apply (is_lim_ext (fun x => 1 - (1 - erf x))); [intros; ring|].
  replace (Finite 1) with (Finite (1 - 0)) by (f_equal; ring).
  apply (is_lim_minus (fun _ => 1) (fun x => 1 - erf x) p_infty 1 0); [apply is_lim_const|exact E|reflexivity].
Qed.
