(** * Orders of growth of terms

    Proves the lemma [orders-of-growth]: all facts that the checker derives about a smooth term at an infinite end are
    true, if the term is defined on a half-line. The rules for the nodes are in [Tails], [TailArithmetic],
    [TailFunctions] and [TailSigmoids]. *)

From Coq Require Import Reals Lra Lia Bool ZArith QArith Qreals.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Orders Tails TailArithmetic TailFunctions TailSigmoids Erf Terms.
Open Scope R_scope.

(** ** tanh, erf, atan; sin and cos *)

(** Odd, increasing, bounded, with a limit, and near 0 between two multiples of the identity. *)
Record bounded_odd (h : R -> R) (top : R) : Prop := BoundedOdd {
  is_odd : forall y, h (- y) = - h y;
  is_bounded : exists M, forall y, Rabs (h y) <= M;
  has_limit : is_lim h p_infty top;
  keeps_sign : forall y, 0 < y -> 0 < h y;
  near_zero : exists c C delta, 0 < c /\ 0 < delta /\ forall y, 0 < y < delta -> c * y <= h y <= C * y;
  everywhere_continuous : forall y, continuous h y }.

Section Bounded.
Variable A : arithmetic.
Notation tail := (tail A).

Definition bounded_tail (h : R -> R) (top : ball A) (a : tail) : tail :=
  match infinite a with
  | Plus => finite_constant (Some top)
  | Minus => finite_constant (image A Ropp top)
  | Unknown =>
    if tends_to_zero a then Tail (Some (exactly A 0)) Unknown (sign a) (upper a) (lower a)
    else match limit a with
         | Some b => continuous_image A h b
         | None => Tail None Unknown (sign a) (Some constant_order) None
         end
  end.

Lemma bounded_upper (h f : R -> R) (M : R) :
  (forall y, Rabs (h y) <= M) -> upper_bound constant_order (fun x => h (f x)).
Proof. intro H. exists M. exists 0. intros x _. rewrite magnitude_0, Rmult_1_r. apply H. Qed.

Theorem valid_bounded_tail (h : R -> R) (T : R) (top : ball A) (a : tail) (f : R -> R) :
  bounded_odd h T -> inside A top T -> valid a f -> valid (bounded_tail h top a) (fun x => h (f x)).
Proof.
  intros [Odd [M Bd] Lim Sg [c [C [delta [Hc [Hd Near]]]]] Cont] HT Va. unfold bounded_tail.
  assert (Inf := valid_infinite a f Va). destruct (infinite a) eqn:Ei; simpl in Inf.
  - destruct (tends_to_zero a) eqn:E0.
    { apply (valid_near_zero A a f h c C delta); try assumption. apply odd_near_zero; assumption. }
    destruct (limit a) as [b|] eqn:Eb.
    { apply (valid_image A a f h b Va Eb). intros; apply Cont. }
    split; simpl; try discriminate; [exact I| |].
    + assert (S := valid_sign a f Va). destruct (sign a); simpl in *; [exact I| |]; revert S; apply ev_imp; intros x Hx.
      * apply Sg, Hx.
      * assert (K := Sg (- f x) ltac:(lra)). rewrite Odd in K. lra.
    + intros o [= <-]. apply (bounded_upper h f M Bd).
  - apply (valid_finite_constant _ _ T); [intros b [= <-]; exact HT|].
    apply (is_lim_comp h f p_infty T p_infty); [exact Lim|exact Inf|exists 0; intros; discriminate].
  - apply (valid_finite_constant _ _ (- T)).
    + intros b Hb. apply (image_spec A _ _ _ _ Hb HT).
    + apply (is_lim_ext (fun x => - h (- f x))); [intro x; rewrite Odd; ring|].
      apply (is_lim_opp (fun x => h (- f x)) p_infty T).
      apply (is_lim_comp h (fun x => - f x) p_infty T p_infty); [exact Lim|apply (is_lim_opp f p_infty m_infty Inf)|
        exists 0; intros; discriminate].
Qed.

Definition oscillating (h : R -> R) (a : tail) : tail :=
  match limit a with Some b => continuous_image A h b | None => Tail None Unknown Unknown (Some constant_order) None end.

Theorem valid_oscillating (h : R -> R) (a : tail) (f : R -> R) :
  (forall y, Rabs (h y) <= 1) -> (forall y, continuous h y) -> valid a f -> valid (oscillating h a) (fun x => h (f x)).
Proof.
  intros Bd Cont Va. unfold oscillating. destruct (limit a) as [b|] eqn:Eb.
  - apply (valid_image A a f h b Va Eb). intros; apply Cont.
  - split; simpl; try discriminate; try exact I. intros o [= <-]. apply (bounded_upper h f 1 Bd).
Qed.
End Bounded.

Lemma tanh_odd y : tanh (- y) = - tanh y.
Proof.
  unfold tanh. rewrite sinh_odd. assert (C := cosh_pos y).
  replace (cosh (- y)) with (cosh y) by (unfold cosh; rewrite Ropp_involutive; f_equal; ring). field. lra.
Qed.

Lemma tanh_exp y : tanh y = 1 - 2 * / (exp (2 * y) + 1).
Proof.
  unfold tanh, sinh, cosh. assert (P := exp_pos y). assert (P' := exp_pos (- y)).
  assert (E : exp y * exp (- y) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
  replace (exp (2 * y)) with (exp y * exp y) by (rewrite <- exp_plus; f_equal; ring).
  replace (exp (- y)) with (/ exp y) by (rewrite exp_Ropp; reflexivity). field. repeat split; nra.
Qed.

Lemma tanh_derive y : is_derive tanh y (/ cosh y ^ 2).
Proof.
  evar_last; [apply (un_derive Tanh X y I)|]. simpl. unfold rational; simpl. field. generalize (cosh_pos y); lra.
Qed.

Lemma tanh_bounded_odd : bounded_odd tanh 1.
Proof.
  split.
  - exact tanh_odd.
  - exists 1. intro y. rewrite tanh_exp. assert (P := exp_pos (2 * y)).
    assert (0 < / (exp (2 * y) + 1) < 1).
    { split; [apply Rinv_0_lt_compat; lra|]. rewrite <- Rinv_1. apply Rinv_lt_contravar; lra. }
    apply Rabs_le. lra.
  - apply (is_lim_ext (fun y => 1 - 2 * / (exp (2 * y) + 1))); [intro; symmetry; apply tanh_exp|].
    replace (Finite 1) with (Finite (1 - 0)) by (f_equal; ring).
    apply (is_lim_minus (fun _ => 1) (fun y => 2 * / (exp (2 * y) + 1)) p_infty 1 0); [apply is_lim_const| |reflexivity].
    replace (Finite 0) with (Rbar_mult 2 0) by (simpl; f_equal; ring). apply is_lim_scal_l.
    apply lim_inv_infinite. intro K. exists (Rabs K). intros y Hy. assert (1 + 2 * y <= exp (2 * y)) by apply exp_ineq1_le.
    generalize (Rle_abs K), (Rabs_pos K). intros. rewrite Rabs_pos_eq; lra.
  - intros y Hy. unfold tanh. apply Rdiv_lt_0_compat; [|apply cosh_pos]. rewrite <- sinh_0. apply sinh_lt, Hy.
  - exists (/ 9), 1, 1. split; [lra|]. split; [lra|]. apply (slope_near_zero tanh (fun y => / cosh y ^ 2)).
    + unfold tanh. rewrite sinh_0. lra.
    + intros y _. apply tanh_derive.
    + intros y Hy. assert (P := exp_pos y). assert (P' := exp_pos (- y)).
      assert (E : exp y * exp (- y) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
      assert (exp y <= 3) by (apply Rle_trans with (2 := exp_le_3), exp_le; lra).
      assert (exp (- y) <= 1) by (rewrite <- exp_0; apply exp_le; lra).
      assert (H1 : 1 <= cosh y).
      { unfold cosh. assert (0 <= (exp y - exp (- y)) ^ 2) by apply pow2_ge_0. nra. }
      assert (H3 : cosh y <= 3) by (unfold cosh; lra).
      split; [apply Rinv_le_contravar; nra|]. rewrite <- Rinv_1. apply Rinv_le_contravar; nra.
  - intro y. apply (un_continuous Tanh y I).
Qed.

Lemma erf_bounded_odd : bounded_odd erf 1.
Proof.
  assert (S := sqrt_PI_pos). split.
  - exact erf_opp.
  - exists 1. intro y. apply Rabs_le. generalize (erf_lt_1 y), (erf_gt_m1 y). lra.
  - exact erf_lim.
  - intros y Hy. rewrite <- erf_0. apply erf_increasing, Hy.
  - exists (2 / sqrt PI * exp (-1)), (2 / sqrt PI), 1.
    assert (P : 0 < 2 / sqrt PI) by (apply Rdiv_lt_0_compat; lra).
    split; [apply Rmult_lt_0_compat; [exact P|apply exp_pos]|]. split; [lra|].
    apply (slope_near_zero erf (fun y => 2 / sqrt PI * exp (- y ^ 2))); [apply erf_0|intros; apply erf_derive|].
    intros y Hy. assert (exp (-1) <= exp (- y ^ 2)) by (apply exp_le; nra).
    assert (exp (- y ^ 2) <= 1) by (rewrite <- exp_0; apply exp_le; nra). split; nra.
  - intro y. apply (ex_derive_continuous erf y). eexists. apply erf_derive.
Qed.

Lemma atan_lim : is_lim atan p_infty (PI / 2).
Proof.
  intros P [e He]. assert (Pe := cond_pos e). assert (PP := PI_RGT_0).
  set (d := Rmin (e / 2) (PI / 4)). assert (Hd : 0 < d) by (apply Rmin_pos; lra).
  assert (D1 : d <= e / 2) by apply Rmin_l. assert (D2 : d <= PI / 4) by apply Rmin_r.
  exists (tan (PI / 2 - d)). intros y Hy. apply He. change (Rabs (atan y - PI / 2) < e).
  destruct (atan_bound y) as [B1 B2].
  assert (K : PI / 2 - d < atan y).
  { rewrite <- (atan_tan (PI / 2 - d)) by lra. apply atan_increasing, Hy. }
  rewrite Rabs_left; lra.
Qed.

Lemma atan_bounded_odd : bounded_odd atan (PI / 2).
Proof.
  split.
  - apply atan_opp.
  - exists (PI / 2). intro y. destruct (atan_bound y). apply Rabs_le. lra.
  - exact atan_lim.
  - intros y Hy. rewrite <- atan_0. apply atan_increasing, Hy.
  - exists (1 / 2), 1, 1. split; [lra|]. split; [lra|].
    apply (slope_near_zero atan (fun y => / (1 + y ^ 2))); [apply atan_0|intros; apply atan_derive|].
    intros y Hy. split.
    + replace (1 / 2) with (/ 2) by field. apply Rinv_le_contravar; nra.
    + rewrite <- Rinv_1. apply Rinv_le_contravar; nra.
  - intro y. apply (un_continuous Atan y I).
Qed.

(** ** Powers *)

Lemma Rpower_pow_abs (y : R) (n : nat) : y <> 0 -> Rpower (Rabs y) (INR n) = Rabs y ^ n.
Proof. intro H. apply Rpower_pow, Rabs_pos_lt, H. Qed.

(** Positive integer exponents. *)
Lemma integer_power_function (n : nat) : (0 < n)%nat -> power_function (fun y => y ^ n) (INR n) (Nat.even n) false.
Proof.
  intro Hn. split.
  - apply lt_0_INR, Hn.
  - intros y _. unfold abs_power. destruct (Req_EM_T y 0) as [->|Hy].
    + rewrite pow_ne_zero by lia. apply Rabs_R0.
    + rewrite Rpower_pow_abs by exact Hy. symmetry. apply RPow_abs.
  - intros E y _. apply Nat.even_spec in E. destruct E as [m ->]. rewrite pow_mult. apply pow_le, pow2_ge_0.
  - intros E y. assert (Odd : Nat.odd n = true) by (rewrite <- Nat.negb_even, E; reflexivity).
    apply Nat.odd_spec in Odd. destruct Odd as [m ->]. split; intro Hy; [apply pow_lt, Hy|].
    rewrite pow_add, pow_mult, pow_1. assert (0 < (y ^ 2) ^ m) by (apply pow_lt; nra). nra.
  - intros L _. apply (ex_derive_continuous (fun y => y ^ n)). auto_derive. exact I.
Qed.

(** Square roots. *)
Lemma sqrt_power_function : power_function sqrt (/ 2) true true.
Proof.
  split.
  - lra.
  - intros y Hy. specialize (Hy eq_refl). rewrite Rabs_pos_eq by apply sqrt_pos. unfold abs_power.
    destruct (Req_EM_T y 0) as [->|Hy0]; [apply sqrt_0|]. rewrite Rabs_pos_eq by exact Hy. symmetry.
    apply Rpower_sqrt. lra.
  - intros _ y _. apply sqrt_pos.
  - discriminate.
  - intros L _. apply continuous_sqrt.
Qed.

(** Rational exponents. *)
Lemma rational_power_function (r : R) : 0 < r -> power_function (fun y => qpower y r) r true true.
Proof.
  intro Hr. assert (N : forall y, 0 <= qpower y r).
  { intro y. unfold qpower. destruct (Rle_dec y 0); [lra|left; apply exp_pos]. }
  split.
  - exact Hr.
  - intros y Hy. specialize (Hy eq_refl). rewrite Rabs_pos_eq by apply N. unfold qpower, abs_power.
    destruct (Rle_dec y 0), (Req_EM_T y 0); try lra. rewrite Rabs_pos_eq by exact Hy. reflexivity.
  - intros _ y _. apply N.
  - discriminate.
  - intros L HL. apply (ex_derive_continuous (fun y => qpower y r)). eexists. apply is_derive_qpower, HL. reflexivity.
Qed.

Lemma qpower_opp (y r : R) : 0 < y -> qpower y (- r) = / qpower y r.
Proof. intro H. rewrite !qpower_pos by exact H. apply Rpower_Ropp. Qed.

(** ** Terms *)

Section Terms.
Variable A : arithmetic.
Notation tail := (tail A).

(** The end: +oo or -oo. *)
Variable right : bool.
Definition side (x : R) : R := if right then x else - x.
Definition side_sgn : sgn := if right then Plus else Minus.

(** Whether a term is exactly a x + b where it is defined (a normal form), and the values of constants. *)
Variable slope_of : term -> option R.
Hypothesis slope_of_spec : forall t a, slope_of t = Some a -> exists b, forall x, defined t x -> eval t x = a * x + b.
Variable value_of : term -> option (ball A).
Hypothesis value_of_spec : forall t b x, value_of t = Some b -> has_x t = false -> defined t x -> inside A b (eval t x).
Variable pi_half : ball A.
Hypothesis pi_half_spec : inside A pi_half (PI / 2).

Definition constant_tail (t : term) : tail :=
  match value_of t with
  | Some b => if is_zero A b then Tail (Some (exactly A 0)) Unknown Unknown (Some Super) None else finite_constant (Some b)
  | None => nothing
  end.

Definition slope_at (t : term) : option R := option_map (fun a => if right then a else - a) (slope_of t).

Definition un_tail (o : unary) (u : term) (a : tail) : tail :=
  match o with
  | Terms.Neg => negate a
  | Exp => exponential A a (slope_at u)
  | Cosh => hyperbolic A a (slope_at u)
  | Sinh => sinh_tail A a (slope_at u)
  | Sigmoid => sigmoid_tail A a (slope_at u)
  | Softplus => softplus_tail A a (slope_at u)
  | Tanh => bounded_tail A tanh (exactly A 1) a
  | Terms.Erf => bounded_tail A erf (exactly A 1) a
  | Atan => bounded_tail A atan pi_half a
  | Sin => oscillating A sin a
  | Cos => oscillating A cos a
  | Sqrt => positive_power A sqrt (/ 2) true true a
  | Log => match limit a with Some b => if is_positive A b then continuous_image A ln b else nothing | None => nothing end
  | Asinh => match limit a with Some b => continuous_image A arcsinh b | None => nothing end
  | Tan => nothing
  end.

Definition bin_tail (o : binary) (a b : tail) : tail :=
  match o with
  | Add => TailArithmetic.add a b
  | Sub => TailArithmetic.add a (negate b)
  | Mul => multiply a b
  | Div => multiply a (invert b)
  end.

Definition natural_power (n : nat) (a : tail) : tail := positive_power A (fun y => y ^ n) (INR n) (Nat.even n) false a.

Definition power_tail (a : tail) (n : Z) : tail :=
  match n with
  | Z0 => finite_constant (Some (exactly A 1))
  | Zpos p => natural_power (Pos.to_nat p) a
  | Zneg p => invert (natural_power (Pos.to_nat p) a)
  end.

Definition qpower_tail (a : tail) (q : Q) : tail :=
  match Qnum q with
  | Z0 => nothing
  | Zpos _ => positive_power A (fun y => qpower y (rational q)) (rational q) true true a
  | Zneg _ => invert (positive_power A (fun y => qpower y (- rational q)) (- rational q) true true a)
  end.

(** The facts that the checker derives, node by node. *)
Fixpoint tail_of (t : term) : tail :=
  if has_x t then
    match t with
    | X => Tail None side_sgn side_sgn (Some (Exact 0 1)) (Some (Exact 0 1))
    | Un o u => un_tail o u (tail_of u)
    | Bin o u v => bin_tail o (tail_of u) (tail_of v)
    | Pow u n => power_tail (tail_of u) n
    | PowQ u q => qpower_tail (tail_of u) q
    | _ => nothing
    end
  else constant_tail t.

Lemma valid_constant (t : term) :
  has_x t = false -> eventually (fun x => defined t (side x)) -> valid (constant_tail t) (fun x => eval t (side x)).
Proof.
  intros Hx D. unfold constant_tail. destruct (value_of t) as [b|] eqn:Eb; [|apply valid_nothing].
  destruct (ev_witness _ D) as [x0 D0].
  assert (In := value_of_spec t b _ Eb Hx D0). set (c := eval t (side x0)) in *.
  assert (Ec : forall x, eval t (side x) = c) by (intro x; apply has_x_false, Hx).
  destruct (is_zero A b) eqn:E0.
  - assert (Z := is_zero_spec A b c E0 In).
    assert (Lim : is_lim (fun x => eval t (side x)) p_infty 0).
    { apply (is_lim_ext (fun _ => 0)); [intro x; rewrite Ec, Z; reflexivity|apply is_lim_const]. }
    split; simpl; try discriminate; try exact I.
    + intros b' [= <-]. exists 0. split; [apply exactly_inside|exact Lim].
    + intros o [= <-] K. exists 0. intros x _. rewrite Ec, Z, Rabs_R0. left; apply exp_pos.
  - apply (valid_finite_constant _ _ c); [intros b' [= <-]; exact In|].
    apply (is_lim_ext (fun _ => c)); [intro x; symmetry; apply Ec|apply is_lim_const].
Qed.

Lemma valid_x : valid (@Tail A None side_sgn side_sgn (Some (Exact 0 1)) (Some (Exact 0 1))) side.
Proof.
  assert (E : eventually (fun x => Rabs (side x) = magnitude 0 1 x)).
  { generalize (ev_gt 0). apply ev_imp. intros x Hx. unfold magnitude.
    replace (1 * ln x + 0 * x) with (ln x) by ring. rewrite exp_ln by exact Hx.
    unfold side. destruct right; rewrite ?Rabs_Ropp; apply Rabs_pos_eq; lra. }
  split; simpl; try discriminate.
  - unfold side_sgn, side. destruct right; simpl; [apply is_lim_id|].
    apply (is_lim_opp (fun x => x) p_infty p_infty), is_lim_id.
  - unfold side_sgn, side. destruct right; simpl; generalize (ev_gt 0); apply ev_imp; intros; lra.
  - intros o [= <-]. exists 1. revert E. apply ev_imp. intros x ->. lra.
  - intros o [= <-]. exists 1. split; [lra|]. revert E. apply ev_imp. intros x ->. lra.
Qed.

Lemma slope_at_spec (u : term) (m : R) :
  eventually (fun x => defined u (side x)) -> slope_at u = Some m -> is_slope m (fun x => eval u (side x)).
Proof.
  intros D. unfold slope_at. destruct (slope_of u) as [a|] eqn:Ea; [|discriminate]. intros [= <-].
  destruct (slope_of_spec u a Ea) as [b Hb]. exists b. revert D. apply ev_imp. intros x Dx. rewrite (Hb _ Dx).
  unfold side. destruct right; ring.
Qed.

Lemma valid_un (o : unary) (u : term) (a : tail) :
  eventually (fun x => defined (Un o u) (side x)) -> valid a (fun x => eval u (side x)) ->
  valid (un_tail o u a) (fun x => eval (Un o u) (side x)).
Proof.
  intros D Va.
  assert (Du : eventually (fun x => defined u (side x))) by (revert D; apply ev_imp; intros x H; apply H).
  assert (Do : eventually (fun x => un_defined o (eval u (side x)))) by (revert D; apply ev_imp; intros x H; apply H).
  assert (Sl : forall s, slope_at u = Some s -> is_slope s (fun x => eval u (side x))).
  { intros s. apply slope_at_spec, Du. }
  set (f := fun x => eval u (side x)) in *.
  change (fun x => eval (Un o u) (side x)) with (fun x => un o (f x)).
  destruct o; cbn [un_tail un].
  - apply valid_negate, Va.
  - apply valid_exponential; assumption.
  - destruct (limit a) as [b|] eqn:Eb; [|apply valid_nothing]. destruct (is_positive A b) eqn:Ep; [|apply valid_nothing].
    apply (valid_image A a f ln b Va Eb). intros L HL. apply (un_continuous Log L), (is_positive_spec A b L Ep HL).
  - apply (valid_positive_power A sqrt (/ 2) true true a f); [exact sqrt_power_function| |exact Va].
    revert Do. apply ev_imp. intros x H _. exact H.
  - apply valid_oscillating; [intro y; apply Rabs_le, SIN_bound|intro y; apply (un_continuous Sin y I)|exact Va].
  - apply valid_oscillating; [intro y; apply Rabs_le, COS_bound|intro y; apply (un_continuous Cos y I)|exact Va].
  - apply valid_nothing.
  - apply (valid_bounded_tail A atan (PI / 2)); [exact atan_bounded_odd|exact pi_half_spec|exact Va].
  - destruct (limit a) as [b|] eqn:Eb; [|apply valid_nothing].
    apply (valid_image A a f arcsinh b Va Eb). intros L _. apply (un_continuous Asinh L I).
  - apply valid_sinh; assumption.
  - apply valid_cosh; assumption.
  - apply (valid_bounded_tail A tanh 1); [exact tanh_bounded_odd|apply exactly_inside|exact Va].
  - apply valid_sigmoid; assumption.
  - apply valid_softplus; assumption.
  - apply (valid_bounded_tail A erf 1); [exact erf_bounded_odd|apply exactly_inside|exact Va].
Qed.

Lemma valid_bin (o : binary) (u v : term) (a b : tail) :
  eventually (fun x => defined (Bin o u v) (side x)) ->
  valid a (fun x => eval u (side x)) -> valid b (fun x => eval v (side x)) ->
  valid (bin_tail o a b) (fun x => eval (Bin o u v) (side x)).
Proof.
  intros D Va Vb. destruct o; cbn [bin_tail eval bin].
  - apply valid_add; assumption.
  - apply (valid_add A a (negate b) (fun x => eval u (side x)) (fun x => - eval v (side x))); [exact Va|].
    apply valid_negate, Vb.
  - apply valid_multiply; assumption.
  - apply (valid_multiply A a (invert b) (fun x => eval u (side x)) (fun x => / eval v (side x))); [exact Va|].
    apply valid_invert; [|exact Vb]. revert D. apply ev_imp. intros x H. apply H.
Qed.

Lemma valid_natural_power (n : nat) (a : tail) f :
  (0 < n)%nat -> valid a f -> valid (natural_power n a) (fun x => f x ^ n).
Proof.
  intros Hn Va. apply (valid_positive_power A (fun y => y ^ n) (INR n) (Nat.even n) false a f); [|exists 0; discriminate|exact Va].
  apply integer_power_function, Hn.
Qed.

Lemma valid_pow (u : term) (n : Z) (a : tail) :
  eventually (fun x => defined (Pow u n) (side x)) -> valid a (fun x => eval u (side x)) ->
  valid (power_tail a n) (fun x => eval (Pow u n) (side x)).
Proof.
  intros D Va. destruct n as [|p|p]; cbn [power_tail eval power].
  - apply (valid_finite_constant _ _ 1); [intros c [= <-]; apply exactly_inside|apply is_lim_const].
  - apply (valid_natural_power _ a (fun x => eval u (side x))); [lia|exact Va].
  - apply (valid_invert A _ (fun x => eval u (side x) ^ Pos.to_nat p)).
    + revert D. apply ev_imp. intros x [_ H]. cbn [power_defined] in H. apply pow_nonzero, H.
    + apply (valid_natural_power _ a (fun x => eval u (side x))); [lia|exact Va].
Qed.

Lemma rational_sign (q : Q) :
  (forall p, Qnum q = Zpos p -> 0 < rational q) /\ (forall p, Qnum q = Zneg p -> rational q < 0).
Proof.
  rewrite rational_Q2R. unfold Q2R.
  assert (P : 0 < / IZR (Zpos (Qden q))) by (apply Rinv_0_lt_compat, IZR_lt; reflexivity).
  split; intros p E; rewrite E.
  - apply Rmult_lt_0_compat; [apply IZR_lt; reflexivity|exact P].
  - assert (IZR (Zneg p) < 0) by (apply IZR_lt; reflexivity). nra.
Qed.

Lemma valid_powq (u : term) (q : Q) (a : tail) :
  eventually (fun x => defined (PowQ u q) (side x)) -> valid a (fun x => eval u (side x)) ->
  valid (qpower_tail a q) (fun x => eval (PowQ u q) (side x)).
Proof.
  intros D Va. destruct (rational_sign q) as [Sp Sn]. unfold qpower_tail. cbn [defined] in D. unfold qpower_defined in D.
  destruct (Qnum q) as [|p|p] eqn:Eq; cbn [eval].
  - apply valid_nothing.
  - apply (valid_positive_power A (fun y => qpower y (rational q)) (rational q) true true a (fun x => eval u (side x))).
    + apply rational_power_function, (Sp p), eq_refl.
    + revert D. apply ev_imp. intros x [_ H] _. exact H.
    + exact Va.
  - assert (Neg : 0 < - rational q) by (generalize (Sn p eq_refl); lra).
    apply (valid_ext _ (fun x => / qpower (eval u (side x)) (- rational q))).
    + revert D. apply ev_imp. intros x [_ H]. rewrite <- qpower_opp by exact H. f_equal. ring.
    + apply (valid_invert A _ (fun x => qpower (eval u (side x)) (- rational q))).
      * revert D. apply ev_imp. intros x [_ H]. rewrite qpower_pos by exact H. apply Rgt_not_eq, exp_pos.
      * apply (valid_positive_power A (fun y => qpower y (- rational q)) (- rational q) true true a (fun x => eval u (side x))).
        -- apply rational_power_function, Neg.
        -- revert D. apply ev_imp. intros x [_ H] _. lra.
        -- exact Va.
Qed.

(** [orders-of-growth]: all derived facts are true of a term that is defined on a half-line. *)
Theorem orders_of_growth (t : term) :
  eventually (fun x => defined t (side x)) -> valid (tail_of t) (fun x => eval t (side x)).
Proof.
  induction t as [| | | |o u IH|o u IHu v IHv|u IH n|u IH q]; intro D; cbn [tail_of];
    match goal with |- context [if has_x ?t then _ else _] => destruct (has_x t) eqn:Hx end;
    try (apply valid_constant; assumption); try discriminate.
  - apply valid_x.
  - apply valid_un; [exact D|]. apply IH. revert D. apply ev_imp. intros x H. apply H.
  - apply valid_bin; [exact D|apply IHu|apply IHv]; revert D; apply ev_imp; intros x H; apply H.
  - apply valid_pow; [exact D|]. apply IH. revert D. apply ev_imp. intros x H. apply H.
  - apply valid_powq; [exact D|]. apply IH. revert D. apply ev_imp. intros x H. apply H.
Qed.
End Terms.

(** What the rules [limit] and [unbounded-slope] use: the limit of the term itself at the infinite end. *)
Corollary limit_at_infinity (A : arithmetic) (right : bool) slope_of value_of pi_half (t : term) (b : ball A) :
  (forall t a, slope_of t = Some a -> exists b, forall x, defined t x -> eval t x = a * x + b) ->
  (forall t b x, value_of t = Some b -> has_x t = false -> defined t x -> inside A b (eval t x)) ->
  inside A pi_half (PI / 2) ->
  eventually (fun x => defined t (side right x)) ->
  limit (tail_of A right slope_of value_of pi_half t) = Some b ->
  exists L : R, inside A b L /\ is_lim (eval t) (if right then p_infty else m_infty) L.
Proof.
  intros H1 H2 H3 D E. assert (V := orders_of_growth A right slope_of H1 value_of H2 pi_half H3 t D).
  destruct (valid_limit _ _ V b E) as [L [HL Hlim]]. exists L. split; [exact HL|]. unfold side in Hlim.
  destruct right; [exact Hlim|].
  apply (is_lim_ext (fun x => eval t (- - x))); [intro x; rewrite Ropp_involutive; reflexivity|].
  apply (is_lim_comp (fun x => eval t (- x)) Ropp m_infty L p_infty); [exact Hlim| |exists 0; intros; discriminate].
  apply (is_lim_opp (fun x : R => x) m_infty m_infty), is_lim_id.
Qed.

Corollary infinite_at_infinity (A : arithmetic) (right : bool) slope_of value_of pi_half (t : term) :
  (forall t a, slope_of t = Some a -> exists b, forall x, defined t x -> eval t x = a * x + b) ->
  (forall t b x, value_of t = Some b -> has_x t = false -> defined t x -> inside A b (eval t x)) ->
  inside A pi_half (PI / 2) ->
  eventually (fun x => defined t (side right x)) ->
  let s := infinite (tail_of A right slope_of value_of pi_half t) in
  (s = Plus -> is_lim (eval t) (if right then p_infty else m_infty) p_infty) /\
  (s = Minus -> is_lim (eval t) (if right then p_infty else m_infty) m_infty).
Proof.
  intros H1 H2 H3 D s. assert (V := orders_of_growth A right slope_of H1 value_of H2 pi_half H3 t D).
  assert (T := valid_infinite _ _ V). fold s in T.
  assert (Back : forall l, is_lim (fun x => eval t (side right x)) p_infty l ->
                           is_lim (eval t) (if right then p_infty else m_infty) l).
  { intros l Hl. unfold side in Hl. destruct right; [exact Hl|].
    apply (is_lim_ext (fun x => eval t (- - x))); [intro x; rewrite Ropp_involutive; reflexivity|].
    apply (is_lim_comp (fun x => eval t (- x)) Ropp m_infty l p_infty); [exact Hl| |exists 0; intros; discriminate].
    apply (is_lim_opp (fun x : R => x) m_infty m_infty), is_lim_id. }
  split; intro E; rewrite E in T; apply Back, T.
Qed.
