(** * Comparisons

    Proves the lemmas [mills] and [elementary]: each row of the two tables, with the name of the row. *)

From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs Growth Erf.
Open Scope R_scope.

(** An equation in a normed module over R, as one of real numbers. *)
Ltac as_reals := match goal with |- ?a = ?b => change (@eq R a b) end.

(** ** mills *)

(** exp(-u^2) / sqrt pi. *)
Definition G (u : R) : R := exp (- u ^ 2) / sqrt PI.
Definition erfc (u : R) : R := 1 - erf u.

Lemma G_derive (u : R) : is_derive G u (- (2 * u) * G u).
Proof.
  unfold G. auto_derive; [exact I|]. simpl. field. apply Rgt_not_eq, sqrt_PI_pos.
Qed.

Lemma G_pos (u : R) : 0 < G u.
Proof. apply Rdiv_lt_0_compat; [apply exp_pos|apply sqrt_PI_pos]. Qed.

Lemma erfc_derive (u : R) : is_derive erfc u (- (2 * G u)).
Proof.
  evar_last.
  - apply (is_derive_minus (fun _ => 1) erf); [apply @is_derive_const|apply erf_derive].
  - unfold minus, plus, opp, zero, G; simpl. as_reals. field. apply Rgt_not_eq, sqrt_PI_pos.
Qed.

Lemma fact1_of_derive (t : pfun) : (forall x, dom t x -> ex_derive (value t) x) -> fact1 t.
Proof.
  intros H x Hx P HP. assert (C := ex_derive_continuous (value t) x (H x Hx) P HP).
  destruct C as [eps C]. exists eps. intros y Hy _. apply C, Hy.
Qed.

(** The difference [r G - erfc] of a ratio [r] moves monotonically to 0; [r' - 2 u r + 2] has the sign of its slope. *)
Lemma mills_ratio (r dr : R -> R) (slope : relation) :
  (forall u, 0 < u -> is_derive r u (dr u)) ->
  (forall u, 0 < u -> holds slope (dr u - 2 * u * r u + 2)) ->
  (forall u, 1 <= u -> Rabs (r u) <= 2) ->
  forall u, 0 < u -> holds (reversed slope) (r u * G u - erfc u).
Proof.
  intros Hr Hs Hb u Hu.
  set (t := PFun (fun u => 0 < u) (fun u => r u * G u - erfc u)).
  set (dt := PFun (fun u => 0 < u) (fun u => (dr u - 2 * u * r u + 2) * G u)).
  assert (D : forall u, 0 < u -> is_derive (value t) u (value dt u)).
  { intros v Hv. evar_last.
    - apply (is_derive_minus (fun u => r u * G u) erfc).
      + apply (is_derive_mult r G); [apply Hr, Hv|apply G_derive|apply Rmult_comm].
      + apply erfc_derive.
    - unfold minus, plus, opp, mult; simpl. as_reals. ring. }
  replace (r u * G u - erfc u) with (value t u - 0) by (simpl; ring).
  apply (limit_table_right t dt 0 true true slope 0).
  - apply fact1_of_derive. intros v Hv. exists (value dt v). apply D, Hv.
  - intros v [Hv _]. exact Hv.
  - intros v [Hv _]. apply D, Hv.
  - intros v [Hv _]. split; [exact Hv|]. specialize (Hs v Hv). assert (P := G_pos v).
    destruct slope; simpl in *; nra.
  - simpl. replace (Finite 0) with (Finite (0 - 0)) by (f_equal; ring).
    apply (is_lim_minus (fun u => r u * G u) erfc p_infty 0 0); [| |reflexivity].
    + apply (is_lim_le_le_loc (fun u => - (2 / sqrt PI * exp (- u ^ 2))) (fun u => 2 / sqrt PI * exp (- u ^ 2))).
      * exists 1. intros v Hv. specialize (Hb v ltac:(lra)). apply Rabs_le_between in Hb.
        assert (P := G_pos v).
        replace (2 / sqrt PI * exp (- v ^ 2)) with (2 * G v) by (unfold G, Rdiv; ring). nra.
      * replace (Finite 0) with (Rbar_opp (Rbar_mult (2 / sqrt PI) 0)) by (simpl; f_equal; ring).
        apply is_lim_opp, is_lim_scal_l, gauss_lim.
      * replace (Finite 0) with (Rbar_mult (2 / sqrt PI) 0) by (simpl; f_equal; ring).
        apply is_lim_scal_l, gauss_lim.
    + unfold erfc. replace (Finite 0) with (Finite (1 - 1)) by (f_equal; ring).
      apply (is_lim_minus (fun _ => 1) erf p_infty 1 1); [apply is_lim_const|apply erf_lim|reflexivity].
  - split; [exact Hu|exact I].
Qed.

Theorem mills_upper_1 (u : R) : 0 < u -> 0 < 1 / u * G u - erfc u.
Proof.
  intro Hu. apply (mills_ratio (fun u => 1 / u) (fun u => - 1 / u ^ 2) Neg); [| | |exact Hu].
  - intros v Hv. auto_derive; [lra|]. field; lra.
  - intros v Hv. simpl. replace (-1 / (v * (v * 1)) - 2 * v * (1 / v) + 2) with (- / v ^ 2) by (simpl; field; lra).
    assert (0 < / v ^ 2) by (apply Rinv_0_lt_compat, pow_lt, Hv). lra.
  - intros v Hv. rewrite Rabs_pos_eq.
    + apply Rmult_le_reg_r with v; [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
    + apply Rlt_le, Rdiv_lt_0_compat; lra.
Qed.

Lemma ratio_bound p q : 0 <= p -> 0 < q -> p <= 2 * q -> Rabs (p / q) <= 2.
Proof.
  intros Hp Hq H. rewrite Rabs_pos_eq.
  - apply Rmult_le_reg_r with q; [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
  - apply Rmult_le_pos; [lra|]. apply Rlt_le, Rinv_0_lt_compat, Hq.
Qed.

Theorem mills_upper_2 (u : R) :
  0 < u -> 0 < (2 + 2 * u ^ 2) / (3 * u + 2 * u ^ 3) * G u - erfc u.
Proof.
  intro Hu.
  assert (Q : forall v, 0 < v -> 0 < 3 * v + 2 * v ^ 3).
  { intros v Hv. assert (0 < v ^ 3) by (apply pow_lt, Hv). lra. }
  apply (mills_ratio (fun u => (2 + 2 * u ^ 2) / (3 * u + 2 * u ^ 3))
    (fun u => (4 * u * (3 * u + 2 * u ^ 3) - (2 + 2 * u ^ 2) * (3 + 6 * u ^ 2)) / (3 * u + 2 * u ^ 3) ^ 2) Neg);
    [| | |exact Hu].
  - intros v Hv. specialize (Q v Hv). auto_derive; [lra|]. simpl in *. field. lra.
  - intros v Hv. specialize (Q v Hv). unfold holds.
    replace (_ + 2) with (- (6 / (3 * v + 2 * v ^ 3) ^ 2)).
    + assert (0 < 6 / (3 * v + 2 * v ^ 3) ^ 2) by (apply Rdiv_lt_0_compat; [lra|apply pow_lt, Q]). lra.
    + field. lra.
  - intros v Hv. apply ratio_bound; [nra|apply Q; lra|].
    assert (1 <= v ^ 3) by (apply pow_R1_Rle, Hv). nra.
Qed.

Theorem mills_lower_1 (u : R) : 0 < u -> 0 < erfc u - 2 * u / (1 + 2 * u ^ 2) * G u.
Proof.
  intro Hu.
  assert (Q : forall v, 0 < 1 + 2 * v ^ 2) by (intro v; generalize (pow2_ge_0 v); lra).
  assert (K : holds Neg (2 * u / (1 + 2 * u ^ 2) * G u - erfc u)); [|simpl in *; lra].
  apply (mills_ratio (fun u => 2 * u / (1 + 2 * u ^ 2))
    (fun u => (2 * (1 + 2 * u ^ 2) - 2 * u * (4 * u)) / (1 + 2 * u ^ 2) ^ 2) Pos); [| | |exact Hu].
  - intros v Hv. specialize (Q v). auto_derive; [simpl in *; lra|]. simpl in *. field. lra.
  - intros v Hv. specialize (Q v). unfold holds.
    replace (_ + 2) with (4 / (1 + 2 * v ^ 2) ^ 2).
    + apply Rdiv_lt_0_compat; [lra|apply pow_lt, Q].
    + field. lra.
  - intros v Hv. apply ratio_bound; [lra|apply Q|nra].
Qed.

Theorem mills_lower_2 (u : R) :
  0 < u -> 0 < erfc u - (10 * u + 4 * u ^ 3) / (3 + 12 * u ^ 2 + 4 * u ^ 4) * G u.
Proof.
  intro Hu.
  assert (Q : forall v, 0 < 3 + 12 * v ^ 2 + 4 * v ^ 4).
  { intro v. assert (H := pow2_ge_0 v). assert (H' := pow2_ge_0 (v ^ 2)).
    replace (v ^ 4) with ((v ^ 2) ^ 2) by ring. lra. }
  assert (K : holds Neg ((10 * u + 4 * u ^ 3) / (3 + 12 * u ^ 2 + 4 * u ^ 4) * G u - erfc u)); [|simpl in *; lra].
  apply (mills_ratio (fun u => (10 * u + 4 * u ^ 3) / (3 + 12 * u ^ 2 + 4 * u ^ 4))
    (fun u => ((10 + 12 * u ^ 2) * (3 + 12 * u ^ 2 + 4 * u ^ 4) - (10 * u + 4 * u ^ 3) * (24 * u + 16 * u ^ 3))
              / (3 + 12 * u ^ 2 + 4 * u ^ 4) ^ 2) Pos); [| | |exact Hu].
  - intros v Hv. specialize (Q v). auto_derive; [simpl in *; lra|]. simpl in *. field. lra.
  - intros v Hv. specialize (Q v). unfold holds.
    replace (_ + 2) with (48 / (3 + 12 * v ^ 2 + 4 * v ^ 4) ^ 2).
    + apply Rdiv_lt_0_compat; [lra|apply pow_lt, Q].
    + field. lra.
  - intros v Hv. assert (0 < v ^ 3) by (apply pow_lt; lra). apply ratio_bound; [lra|apply Q|].
    assert (v <= v ^ 2) by nra. assert (v ^ 3 <= v ^ 4).
    { replace (v ^ 4) with (v * v ^ 3) by ring. nra. } lra.
Qed.

(** ** elementary *)

(** A function that is 0 at 0 and whose derivative is positive for [u > 0] is positive there. *)
Lemma positive_after_zero (f df : R -> R) :
  f 0 = 0 -> (forall u, 0 <= u -> is_derive f u (df u)) -> (forall u, 0 < u -> 0 < df u) ->
  forall u, 0 < u -> 0 < f u.
Proof.
  intros H0 Hd Hp u Hu. destruct (MVT_cor2 f df 0 u Hu) as [c [E Hc]].
  { intros c Hc. apply is_derive_Reals, Hd; lra. }
  assert (0 < df c) by (apply Hp; lra). rewrite H0 in E. nra.
Qed.

Theorem exp_above_tangent (u : R) : 0 <= exp u - (1 + u).
Proof. generalize (exp_ineq1_le u). lra. Qed.

Theorem log_below_tangent (u : R) : 0 < u -> 0 < u - ln (1 + u).
Proof.
  apply (positive_after_zero (fun u => u - ln (1 + u)) (fun u => 1 - / (1 + u))).
  - rewrite Rplus_0_r, ln_1. lra.
  - intros v Hv. auto_derive; [lra|]. field; lra.
  - intros v Hv. assert (/ (1 + v) < 1); [|lra].
    rewrite <- Rinv_1. apply Rinv_lt_contravar; lra.
Qed.

Theorem log_above_parabola (u : R) : 0 < u -> 0 < ln (1 + u) - (u - u ^ 2 / 2).
Proof.
  apply (positive_after_zero (fun u => ln (1 + u) - (u - u ^ 2 / 2)) (fun u => u ^ 2 / (1 + u))).
  - rewrite Rplus_0_r, ln_1. lra.
  - intros v Hv. auto_derive; [lra|]. simpl. field; lra.
  - intros v Hv. apply Rdiv_lt_0_compat; [apply pow_lt, Hv|lra].
Qed.

Theorem tanh_below_line (u : R) : 0 < u -> 0 < u - tanh u.
Proof.
  assert (C : forall v, 0 < cosh v).
  { intro v. unfold cosh. generalize (exp_pos v), (exp_pos (- v)); lra. }
  apply (positive_after_zero (fun u => u - tanh u) (fun u => tanh u ^ 2)).
  - unfold tanh. rewrite sinh_0. lra.
  - intros v _. assert (Hc := C v). apply is_derive_Reals.
    replace (tanh v ^ 2) with (1 - (cosh v * cosh v - sinh v * sinh v) / Rsqr (cosh v)).
    + apply derivable_pt_lim_minus; [apply derivable_pt_lim_id|].
      apply (derivable_pt_lim_div sinh cosh); [apply derivable_pt_lim_sinh|apply derivable_pt_lim_cosh|lra].
    + unfold tanh, Rsqr. field. lra.
  - intros v Hv. apply pow_lt. unfold tanh. apply Rdiv_lt_0_compat; [|apply C].
    rewrite <- sinh_0. apply sinh_lt, Hv.
Qed.

Theorem sin_below_line (u : R) : 0 < u -> 0 < u - sin u.
Proof. intro Hu. generalize (sin_lt_x u Hu). lra. Qed.

Theorem erf_below_line (u : R) : 0 < u -> 0 < 2 * u / sqrt PI - erf u.
Proof.
  assert (S := sqrt_PI_pos).
  apply (positive_after_zero (fun u => 2 * u / sqrt PI - erf u) (fun u => 2 / sqrt PI * (1 - exp (- u ^ 2)))).
  - rewrite erf_0. field. lra.
  - intros v _. evar_last.
    + apply (is_derive_minus (fun u => 2 * u / sqrt PI) erf v (2 / sqrt PI)); [|apply erf_derive].
      auto_derive; [lra|]. field. lra.
    + unfold minus, plus, opp; simpl. as_reals. ring.
  - intros v Hv. apply Rmult_lt_0_compat; [apply Rdiv_lt_0_compat; lra|].
    assert (exp (- v ^ 2) < exp 0); [|rewrite exp_0 in *; lra].
    apply exp_increasing. assert (0 < v ^ 2) by (apply pow_lt, Hv). lra.
Qed.
