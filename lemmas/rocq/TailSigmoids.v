(** * Facts at infinity: cosh, sinh, sigmoid, softplus

    Part of the lemma [orders-of-growth]: functions that behave like an exponential, or like their argument. *)

From Coq Require Import Reals Lra Lia Bool ZArith QArith Qreals.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Orders Tails TailArithmetic TailFunctions Erf Terms.
Open Scope R_scope.

Section Functions.
Variable A : arithmetic.
Notation tail := (tail A).

Lemma un_continuous (o : unary) (L : R) : un_analytic o L -> continuous (un o) L.
Proof. intro H. apply (ex_derive_continuous (un o) L). exists (eval (slope o X) L). apply (un_derive o X L H). Qed.

(** ** cosh and sinh *)

(** The side of the infinite limit, made positive; the slope is that of |u|. *)
Definition grown (a : tail) : tail := match infinite a with Minus => negate a | _ => a end.

Definition hyperbolic (a : tail) (slope : option R) : tail :=
  match limit a with
  | Some b => continuous_image A cosh b
  | None => exponential A (grown a) (option_map Rabs slope)
  end.

Lemma cosh_continuous (L : R) : continuous cosh L.
Proof. apply (un_continuous Cosh L I). Qed.
Lemma sinh_continuous (L : R) : continuous sinh L.
Proof. apply (un_continuous Sinh L I). Qed.

Lemma slope_of_infinite (s : sgn) (f : R -> R) (m : R) :
  known s = true -> tends s f -> is_slope m f ->
  is_slope (Rabs m) (match s with Minus => fun x => - f x | _ => f end).
Proof.
  intros K H [b Hb]. destruct s; try discriminate; simpl in H.
  - assert (P : 0 <= m).
    { apply Rnot_lt_le. intro Hm. assert (T := proj1 (tends_plus_spec f) H b).
      destruct (ev_witness _ (ev_and _ _ (ev_gt 0) (ev_and _ _ T Hb))) as [x [Hx [H1 H2]]]. nra. }
    rewrite Rabs_pos_eq by exact P. exists b. exact Hb.
  - assert (P : m <= 0).
    { apply Rnot_lt_le. intro Hm. assert (T := proj1 (tends_minus_spec f) H b).
      destruct (ev_witness _ (ev_and _ _ (ev_gt 0) (ev_and _ _ T Hb))) as [x [Hx [H1 H2]]]. nra. }
    exists (- b). rewrite Rabs_left1 by exact P. revert Hb. apply ev_imp. intros x ->. ring.
Qed.

(** The function of the grown side. *)
Definition grown_function (a : tail) (f : R -> R) : R -> R :=
  match infinite a with Minus => fun x => - f x | _ => f end.

Lemma valid_grown (a : tail) f : valid a f -> valid (grown a) (grown_function a f).
Proof.
  unfold grown, grown_function. destruct (infinite a); try (intro V; exact V). apply valid_negate.
Qed.

Lemma grown_infinite (a : tail) f :
  valid a f -> known (infinite a) = true -> eventually (fun x => 1 < grown_function a f x).
Proof.
  intros V K. unfold grown_function. assert (H := valid_infinite a f V). destruct (infinite a); try discriminate; simpl in H.
  - exact (proj1 (tends_plus_spec f) H 1).
  - generalize (proj1 (tends_minus_spec f) H (-1)). apply ev_imp. intros x Hx. lra.
Qed.

Lemma exponential_unknown (a : tail) (slope : option R) :
  limit a = None -> known (infinite a) = false -> exponential A a slope = Tail None Unknown Plus None None.
Proof. intros E K. unfold exponential. rewrite E. destruct (infinite a); try discriminate. reflexivity. Qed.

Lemma exponential_slope_unused (a : tail) (slope slope' : option R) :
  known (infinite a) = false -> exponential A a slope = exponential A a slope'.
Proof. intro K. unfold exponential. destruct (limit a); [reflexivity|]. destruct (infinite a); try discriminate. reflexivity. Qed.

Lemma grown_limit (a : tail) : limit a = None -> limit (grown a) = None.
Proof. intro E. unfold grown. destruct (infinite a); try exact E. simpl. rewrite E. reflexivity. Qed.

Lemma valid_grown_exp (a : tail) (slope : option R) f :
  (forall s, slope = Some s -> is_slope s f) -> known (infinite a) = true -> valid a f ->
  valid (exponential A (grown a) (option_map Rabs slope)) (fun x => exp (grown_function a f x)).
Proof.
  intros Hs K Va. apply (valid_exponential A (grown a) _ (grown_function a f)); [|apply valid_grown, Va].
  intros s Es. destruct slope as [m|]; [|discriminate]. injection Es as <-.
  apply (slope_of_infinite (infinite a) f m K (valid_infinite a f Va) (Hs m eq_refl)).
Qed.

Lemma cosh_pos y : 0 < cosh y.
Proof. unfold cosh. generalize (exp_pos y), (exp_pos (- y)); lra. Qed.

Theorem valid_cosh (a : tail) (slope : option R) f :
  (forall s, slope = Some s -> is_slope s f) -> valid a f -> valid (hyperbolic a slope) (fun x => cosh (f x)).
Proof.
  intros Hs Va. unfold hyperbolic. destruct (limit a) as [b|] eqn:Eb.
  { apply (valid_image A a f cosh b Va Eb). intros; apply cosh_continuous. }
  destruct (known (infinite a)) eqn:K.
  - apply (valid_comparable _ (fun x => exp (grown_function a f x)) _ (1 / 2) 1).
    + apply exponential_limit, grown_limit, Eb.
    + lra.
    + generalize (grown_infinite a f Va K). apply ev_imp. intros x Hx.
      assert (E : cosh (f x) = cosh (grown_function a f x)).
      { unfold grown_function. destruct (infinite a); try reflexivity. unfold cosh. rewrite Ropp_involutive. f_equal. ring. }
      rewrite E. set (y := grown_function a f x) in *. assert (P := exp_pos y). assert (P' := exp_pos (- y)).
      assert (exp (- y) <= exp y) by (apply exp_le; lra). assert (C := cosh_pos y).
      rewrite !Rabs_pos_eq by lra. unfold cosh in *. repeat split; intros; lra.
    + apply valid_grown_exp; assumption.
  - assert (Eg : grown a = a) by (unfold grown; destruct (infinite a); try reflexivity; discriminate).
    rewrite Eg, (exponential_unknown a _ Eb K).
    split; simpl; try discriminate; [exact I|]. exists 0. intros; apply cosh_pos.
Qed.

Definition sinh_tail (a : tail) (slope : option R) : tail :=
  if tends_to_zero a then Tail (Some (exactly A 0)) Unknown (sign a) (upper a) (lower a)
  else match limit a with
       | Some b => continuous_image A sinh b
       | None => match infinite a with
                 | Unknown => nothing
                 | Plus => hyperbolic a slope
                 | Minus => negate (hyperbolic a slope)
                 end
       end.

(** A function between two positive multiples of the identity near 0, of the same sign, keeps sign and bounds. *)
Lemma valid_near_zero (a : tail) (f h : R -> R) (c C delta : R) :
  0 < c -> 0 < delta ->
  (forall y, Rabs y < delta -> c * Rabs y <= Rabs (h y) <= C * Rabs y /\ (0 < y -> 0 < h y) /\ (y < 0 -> h y < 0)) ->
  tends_to_zero a = true -> valid a f ->
  valid (Tail (Some (exactly A 0)) Unknown (sign a) (upper a) (lower a)) (fun x => h (f x)).
Proof.
  intros Hc Hd H E0 Va. assert (L0 := tends_to_zero_lim a f Va E0).
  assert (N := lim_near f 0 delta Hd L0).
  apply (valid_comparable _ f _ c C).
  - right. apply is_zero_exactly.
  - exact Hc.
  - revert N. apply ev_imp. intros x Hx. apply H. apply Rabs_def1; lra.
  - destruct Va as [V1 V2 V3 V4 V5]. split; simpl; try assumption; [|exact I].
    intros b [= <-]. exists 0. split; [apply exactly_inside|exact L0].
Qed.

(** For an odd function it is enough to look at positive numbers. *)
Lemma odd_near_zero (h : R -> R) (c C delta : R) :
  (forall y, h (- y) = - h y) -> (forall y, 0 < y < delta -> c * y <= h y <= C * y) -> 0 < c ->
  forall y, Rabs y < delta -> c * Rabs y <= Rabs (h y) <= C * Rabs y /\ (0 < y -> 0 < h y) /\ (y < 0 -> h y < 0).
Proof.
  intros Odd H Hc y Hy.
  assert (H0 : h 0 = 0) by (generalize (Odd 0); rewrite Ropp_0; lra).
  destruct (Rtotal_order y 0) as [L|[->|G]].
  - rewrite Rabs_left in * by lra. assert (K := H (- y) ltac:(lra)). rewrite Odd in K.
    rewrite Rabs_left by nra. repeat split; intros; nra.
  - rewrite H0, Rabs_R0. repeat split; intros; lra.
  - rewrite Rabs_pos_eq in * by lra. assert (K := H y ltac:(lra)). rewrite Rabs_pos_eq by nra.
    repeat split; intros; nra.
Qed.

Lemma sinh_odd y : sinh (- y) = - sinh y.
Proof. unfold sinh. rewrite Ropp_involutive. field. Qed.

(** A function that is 0 at 0 lies between the multiples of the identity that bound its slope. *)
Lemma slope_near_zero (h dh : R -> R) (c C delta : R) :
  h 0 = 0 -> (forall y, 0 <= y <= delta -> is_derive h y (dh y)) -> (forall y, 0 < y < delta -> c <= dh y <= C) ->
  forall y, 0 < y < delta -> c * y <= h y <= C * y.
Proof.
  intros H0 Hd Hb y Hy. destruct (MVT_cor2 h dh 0 y) as [z [E Hz]]; [lra| |].
  - intros z Hz. apply is_derive_Reals, Hd. lra.
  - rewrite H0 in E. assert (K := Hb z ltac:(lra)). assert (h y = dh z * y) by lra. nra.
Qed.

Lemma sinh_near_zero : forall y, 0 < y < 1 -> 1 * y <= sinh y <= 2 * y.
Proof.
  apply (slope_near_zero sinh cosh).
  - apply sinh_0.
  - intros y _. apply is_derive_Reals, derivable_pt_lim_sinh.
  - intros y Hy. unfold cosh. assert (P := exp_pos y). assert (E : exp y * exp (- y) = 1).
    { rewrite <- exp_plus, Rplus_opp_r. apply exp_0. }
    assert (exp y <= 3) by (apply Rle_trans with (2 := exp_le_3), exp_le; lra).
    assert (1 < exp y) by (rewrite <- exp_0; apply exp_increasing; lra).
    assert (exp (- y) <= 1) by (rewrite <- exp_0; apply exp_le; lra).
    split; [|lra]. assert (0 <= (exp y - exp (- y)) ^ 2) by apply pow2_ge_0. nra.
Qed.

Theorem valid_sinh (a : tail) (slope : option R) f :
  (forall s, slope = Some s -> is_slope s f) -> valid a f -> valid (sinh_tail a slope) (fun x => sinh (f x)).
Proof.
  intros Hs Va. unfold sinh_tail. destruct (tends_to_zero a) eqn:E0.
  { apply (valid_near_zero a f sinh 1 2 1); try lra; try assumption.
    apply odd_near_zero; [apply sinh_odd|apply sinh_near_zero|lra]. }
  destruct (limit a) as [b|] eqn:Eb.
  { apply (valid_image A a f sinh b Va Eb). intros; apply sinh_continuous. }
  assert (Main : known (infinite a) = true -> valid (hyperbolic a slope) (fun x => sinh (grown_function a f x))).
  { intro K. unfold hyperbolic. rewrite Eb. apply (valid_comparable _ (fun x => exp (grown_function a f x)) _ (1 / 4) 1).
    - apply exponential_limit, grown_limit, Eb.
    - lra.
    - generalize (grown_infinite a f Va K). apply ev_imp. intros x Hx.
      set (y := grown_function a f x) in *. assert (P := exp_pos y). assert (P' := exp_pos (- y)).
      assert (1 + y <= exp y) by apply exp_ineq1_le.
      assert (exp (- y) <= 1) by (rewrite <- exp_0; apply exp_le; lra).
      assert (S : 0 < sinh y) by (unfold sinh; lra).
      rewrite !Rabs_pos_eq by lra. unfold sinh in *. repeat split; intros; lra.
    - apply valid_grown_exp; assumption. }
  destruct (infinite a) eqn:Ei; [apply valid_nothing| |].
  - specialize (Main eq_refl). unfold grown_function in Main. rewrite Ei in Main. exact Main.
  - specialize (Main eq_refl). unfold grown_function in Main. rewrite Ei in Main.
    apply (valid_ext _ (fun x => - sinh (- f x))); [exists 0; intros; rewrite sinh_odd; ring|].
    apply (valid_negate _ (fun x => sinh (- f x)) Main).
Qed.

(** ** sigmoid and softplus *)

Lemma sigmoid_continuous L : continuous sigmoid L.
Proof. apply (un_continuous Sigmoid L I). Qed.
Lemma softplus_continuous L : continuous softplus L.
Proof. apply (un_continuous Softplus L I). Qed.

Lemma sigmoid_bounds y : 0 < sigmoid y < 1 /\ (y < 0 -> 1 / 2 * exp y <= sigmoid y <= 1 * exp y).
Proof.
  unfold sigmoid. assert (P := exp_pos (- y)). assert (Q := exp_pos y).
  assert (E : exp y * exp (- y) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
  assert (I0 : 0 < / (1 + exp (- y))) by (apply Rinv_0_lt_compat; lra).
  assert (M : / (1 + exp (- y)) * (1 + exp (- y)) = 1) by (apply Rinv_l; lra).
  set (s := / (1 + exp (- y))) in *. split; [split; [exact I0|nra]|]. intro Hy.
  assert (1 <= exp (- y)) by (rewrite <- exp_0; apply exp_le; lra).
  assert (Es : s * (exp y + 1) = exp y) by (replace (s * (exp y + 1)) with (s * (1 + exp (- y)) * exp y + s * (1 - exp y * exp (- y))) by ring; rewrite M, E; ring).
  assert (exp y <= 1) by (rewrite <- exp_0; apply exp_le; lra). split; nra.
Qed.

Definition sigmoid_tail (a : tail) (slope : option R) : tail :=
  match infinite a, limit a with
  | Plus, _ => finite_constant (Some (exactly A 1))
  | Minus, None => exponential A a slope
  | _, Some b => continuous_image A sigmoid b
  | Unknown, None => Tail None Unknown Plus (Some constant_order) None
  end.

Theorem valid_sigmoid (a : tail) (slope : option R) f :
  (forall s, slope = Some s -> is_slope s f) -> valid a f -> valid (sigmoid_tail a slope) (fun x => sigmoid (f x)).
Proof.
  intros Hs Va. unfold sigmoid_tail.
  assert (Im : forall b, limit a = Some b -> valid (continuous_image A sigmoid b) (fun x => sigmoid (f x))).
  { intros b Eb. apply (valid_image A a f sigmoid b Va Eb). intros; apply sigmoid_continuous. }
  assert (Inf := valid_infinite a f Va). destruct (infinite a) eqn:Ei; simpl in Inf.
  - destruct (limit a) as [b|]; [apply Im; reflexivity|]. split; simpl; try discriminate; [exact I| |].
    + exists 0. intros x _. apply sigmoid_bounds.
    + intros o [= <-]. exists 1. exists 0. intros x _. rewrite magnitude_0. destruct (sigmoid_bounds (f x)) as [B _].
      rewrite Rabs_pos_eq; lra.
  - apply (valid_finite_constant _ _ 1); [intros c [= <-]; apply exactly_inside|].
    unfold sigmoid. replace (Finite 1) with (Finite (/ (1 + 0))) by (f_equal; rewrite Rplus_0_r; apply Rinv_1).
    apply (is_lim_inv (fun x => 1 + exp (- f x)) p_infty (1 + 0)); [|intros [= K]; lra].
    apply (is_lim_plus (fun _ => 1) (fun x => exp (- f x)) p_infty 1 0); [apply is_lim_const| |reflexivity].
    apply (is_lim_comp exp (fun x => - f x) p_infty 0 m_infty); [apply is_lim_exp_m| |exists 0; intros; discriminate].
    apply (is_lim_opp f p_infty p_infty Inf).
  - destruct (limit a) as [b|] eqn:Eb; [apply Im; reflexivity|].
    apply (valid_comparable _ (fun x => exp (f x)) _ (1 / 2) 1).
    + apply exponential_limit, Eb.
    + lra.
    + generalize (proj1 (tends_minus_spec f) Inf 0). apply ev_imp. intros x Hx.
      destruct (sigmoid_bounds (f x)) as [B1 B2]. specialize (B2 Hx). assert (P := exp_pos (f x)).
      rewrite !Rabs_pos_eq by lra. repeat split; intros; lra.
    + apply (valid_exponential A a slope f Hs Va).
Qed.

Lemma softplus_bounds y :
  0 < softplus y /\ (y < 0 -> 1 / 2 * exp y <= softplus y <= 1 * exp y) /\ (1 < y -> y <= softplus y <= 2 * y).
Proof.
  unfold softplus. assert (Q := exp_pos y).
  assert (P : 0 < ln (1 + exp y)) by (rewrite <- ln_1; apply ln_increasing; lra).
  assert (Up : ln (1 + exp y) <= exp y).
  { rewrite <- (ln_exp (exp y)) at 2. apply ln_le; [lra|apply exp_ineq1_le]. }
  split; [exact P|split].
  - intro Hy. split; [|lra]. assert (E1 : exp y < 1) by (rewrite <- exp_0; apply exp_increasing; lra).
    rewrite <- (ln_exp (1 / 2 * exp y)). apply ln_le; [apply exp_pos|].
    (* exp (h) <= 1 + 2 h for 0 <= h <= 1/2 *)
    set (h := 1 / 2 * exp y). assert (Hh : 0 < h < 1 / 2) by (unfold h; lra).
    replace (exp y) with (2 * h) by (unfold h; field).
    assert (K : 1 + - h <= exp (- h)) by apply exp_ineq1_le.
    assert (E : exp h * exp (- h) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
    assert (Ph := exp_pos h). assert (exp h * (1 - h) <= 1) by nra.
    apply Rmult_le_reg_r with (1 - h); [lra|]. nra.
  - intro Hy. split.
    + rewrite <- (ln_exp y) at 1. apply ln_le; lra.
    + rewrite <- (ln_exp (2 * y)). apply ln_le; [lra|]. replace (2 * y) with (y + y) by ring. rewrite exp_plus.
      assert (1 + y <= exp y) by apply exp_ineq1_le. nra.
Qed.

Definition softplus_tail (a : tail) (slope : option R) : tail :=
  match infinite a, limit a with
  | Plus, None => a
  | Minus, None => exponential A a slope
  | _, Some b => continuous_image A softplus b
  | Unknown, None => Tail None Unknown Plus None None
  end.

Theorem valid_softplus (a : tail) (slope : option R) f :
  (forall s, slope = Some s -> is_slope s f) -> valid a f -> valid (softplus_tail a slope) (fun x => softplus (f x)).
Proof.
  intros Hs Va. unfold softplus_tail.
  assert (Im : forall b, limit a = Some b -> valid (continuous_image A softplus b) (fun x => softplus (f x))).
  { intros b Eb. apply (valid_image A a f softplus b Va Eb). intros; apply softplus_continuous. }
  assert (Inf := valid_infinite a f Va).
  destruct (infinite a) eqn:Ei; simpl in Inf; (destruct (limit a) as [b|] eqn:Eb; [apply Im; reflexivity|]).
  - split; simpl; try discriminate; [exact I|]. exists 0. intros x _. apply softplus_bounds.
  - apply (valid_comparable _ f _ 1 2); [left; exact Eb|lra| |exact Va].
    generalize (proj1 (tends_plus_spec f) Inf 1). apply ev_imp. intros x Hx.
    destruct (softplus_bounds (f x)) as [B1 [_ B2]]. specialize (B2 Hx).
    rewrite !Rabs_pos_eq by lra. repeat split; intros; lra.
  - apply (valid_comparable _ (fun x => exp (f x)) _ (1 / 2) 1).
    + apply exponential_limit, Eb.
    + lra.
    + generalize (proj1 (tends_minus_spec f) Inf 0). apply ev_imp. intros x Hx.
      destruct (softplus_bounds (f x)) as [B1 [B2 _]]. specialize (B2 Hx). assert (P := exp_pos (f x)).
      rewrite !Rabs_pos_eq by lra. repeat split; intros; lra.
    + apply (valid_exponential A a slope f Hs Va).
Qed.
End Functions.
