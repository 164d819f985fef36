(** What exported certificates rest on: pieces and refutations for functions that are terms piece by piece, bounds of
    terms by small steps, and tactics.

    Lemma ids: none of its own. It brings the statements of Valley.v, Stationary.v and Terms.v into the form in which
    `invexproof export --to rocq` writes proofs. *)

From Coq Require Import Reals Lra Lia ZArith QArith Bool.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From Invex Require Import Calculus Stationary Shapes Valley Erf Terms.
From Invex Require Export SmallSteps Approach Refutations.
Open Scope R_scope.

(** ** Pieces of a valley, given by terms *)

Definition decreasing (t : Terms.term) : piece := Piece (eval t) (eval (deriv t)) Decreasing.
Definition increasing (t : Terms.term) : piece := Piece (eval t) (eval (deriv t)) Increasing.
(** f' = p k with p > 0 and k' >= 0. *)
Definition block (t p k : Terms.term) : piece :=
  Piece (eval t) (eval (deriv t)) (Block (eval p) (eval k) (eval (deriv k))).
(** f'' >= 0. *)
Definition convex (t : Terms.term) : piece :=
  Piece (eval t) (eval (deriv t)) (Block (fun _ => 1) (eval (deriv t)) (eval (deriv (deriv t)))).

Section Pieces.
Variables (f : R -> R) (lo hi : Rbar) (t : Terms.term).
Hypothesis equal : forall x, span lo hi x -> f x = eval t x.
Hypothesis smooth : forall x, span lo hi x -> analytic t x.

Lemma slope_continuous x : span lo hi x -> continuous (eval (deriv t)) x.
Proof. intro H. apply analytic_continuous, deriv_analytic, smooth, H. Qed.

Lemma decreasing_ok : (forall x, span lo hi x -> eval (deriv t) x < 0) -> piece_ok f lo hi (decreasing t).
Proof.
  intro S. split; [exact equal|]. split; [intros; apply deriv_correct, smooth; assumption|].
  split; [exact slope_continuous|exact S].
Qed.

Lemma increasing_ok : (forall x, span lo hi x -> 0 < eval (deriv t) x) -> piece_ok f lo hi (increasing t).
Proof.
  intro S. split; [exact equal|]. split; [intros; apply deriv_correct, smooth; assumption|].
  split; [exact slope_continuous|exact S].
Qed.

Lemma block_ok p k :
  (forall x, span lo hi x -> eval (deriv t) x = eval p x * eval k x) ->
  (forall x, closed_span lo hi x -> 0 < eval p x) ->
  (forall x, closed_span lo hi x -> defined p x) ->
  (forall x, closed_span lo hi x -> analytic k x) ->
  (forall x, span lo hi x -> 0 <= eval (deriv k) x) ->
  piece_ok f lo hi (block t p k).
Proof.
  intros E P Dp Ak S. split; [exact equal|]. split; [intros; apply deriv_correct, smooth; assumption|].
  split; [exact slope_continuous|]. split; [exact E|]. split; [exact P|].
  split; [apply continuous_on_pointwise; intros; apply defined_continuous, Dp; assumption|].
  split; [apply continuous_on_pointwise; intros; apply analytic_continuous, Ak; assumption|].
  intros x H. split; [apply deriv_correct, Ak, span_closed, H|apply S, H].
Qed.
End Pieces.

Lemma convex_ok f lo hi t :
  (forall x, span lo hi x -> f x = eval t x) ->
  (forall x, closed_span lo hi x -> analytic t x) ->
  (forall x, span lo hi x -> 0 <= eval (deriv (deriv t)) x) ->
  piece_ok f lo hi (convex t).
Proof.
  intros E A S. split; [exact E|].
  split; [intros; apply deriv_correct, A, span_closed; assumption|].
  split; [intros; apply analytic_continuous, deriv_analytic, A, span_closed; assumption|].
  split; [intros; simpl; ring|]. split; [intros; lra|].
  split; [apply continuous_on_pointwise; intros; apply continuous_const|].
  split; [apply continuous_on_pointwise; intros; apply analytic_continuous, deriv_analytic, A; assumption|].
  intros x H. split; [apply deriv_correct, deriv_analytic, A, span_closed, H|apply S, H].
Qed.

(** Continuity at a cut: the terms of both sides are defined there, with the value of f. *)
Lemma continuous_terms f l r a b c :
  a < c < b -> (forall x, a < x < c -> f x = eval l x) -> (forall x, c < x < b -> f x = eval r x) ->
  defined l c -> defined r c -> eval l c = f c -> eval r c = f c -> continuous f c.
Proof.
  intros H El Er Dl Dr Vl Vr. apply (continuous_cut f (eval l) (eval r) a b c); auto using defined_continuous.
Qed.

Section Ends.
Variables (t : Terms.term) (c : R).
Hypothesis smooth : analytic t c.
Lemma falls_left : eval (deriv t) c < 0 -> falls (at_left c) (eval (deriv t)) c.
Proof. apply falls_closed_left, analytic_continuous, deriv_analytic, smooth. Qed.
Lemma falls_right : eval (deriv t) c < 0 -> falls (at_right c) (eval (deriv t)) c.
Proof. apply falls_closed_right, analytic_continuous, deriv_analytic, smooth. Qed.
Lemma rises_left : 0 < eval (deriv t) c -> rises (at_left c) (eval (deriv t)) c.
Proof. apply rises_closed_left, analytic_continuous, deriv_analytic, smooth. Qed.
Lemma rises_right : 0 < eval (deriv t) c -> rises (at_right c) (eval (deriv t)) c.
Proof. apply rises_closed_right, analytic_continuous, deriv_analytic, smooth. Qed.
End Ends.

(** ** Refutations *)

(** Some stationary point is not a global minimiser. *)
Definition not_invex (f : R -> R) : Prop := exists x, clarke_stationary f x /\ exists y, f y < f x.

(** As the theorems on extrema across cuts say it. *)
Lemma refuted_inside f u v :
  (exists c, u < c < v /\ clarke_stationary f c /\ exists y, f y < f c) -> not_invex f.
Proof. intros [c [_ [S Y]]]. exists c. split; assumption. Qed.

Lemma equals_term f a b t :
  (forall x, span a b x -> f x = eval t x) -> (forall x, span a b x -> analytic t x) -> equals f a b (eval t).
Proof. intros E A. split; [exact E|]. intros x H. apply analytic_continuous, A, H. Qed.

(** The same for a function that is defined where D holds: near the stationary point, and at the lower one. *)
Definition not_invex_on (D : R -> Prop) (f : R -> R) : Prop :=
  exists x, locally x D /\ clarke_stationary f x /\ exists y, D y /\ f y < f x.

Lemma not_invex_everywhere f : not_invex_on (fun _ => True) f -> not_invex f.
Proof. intros [x [_ [S [y [_ L]]]]]. exists x. split; [exact S|exists y; exact L]. Qed.

Section Refutations.
Variable D : R -> Prop.

Lemma locally_inside u c v : u < c < v -> (forall x, u < x < v -> D x) -> locally c D.
Proof.
  intros H K. assert (P : 0 < Rmin (c - u) (v - c)) by (apply Rmin_pos; lra).
  exists (mkposreal _ P). intros x B. apply K.
  assert (Q : Rabs (x - c) < Rmin (c - u) (v - c)) by exact B.
  assert (M1 := Rmin_l (c - u) (v - c)). assert (M2 := Rmin_r (c - u) (v - c)).
  apply Rabs_def2 in Q. lra.
Qed.

Lemma refuted_by_plateau f u v c y :
  u < v -> (forall x, u < x < v -> f x = c) -> (forall x, u < x < v -> D x) -> D y -> f y < c -> not_invex_on D f.
Proof.
  intros H E Dx Dy L. exists ((u + v) / 2). assert (M : f ((u + v) / 2) = c) by (apply E; lra).
  split; [apply (locally_inside u _ v); [lra|exact Dx]|]. split; [|exists y; split; [exact Dy|lra]].
  apply stationary_local_minimum. assert (P : 0 < (v - u) / 2) by lra.
  exists (mkposreal _ P). intros x B.
  assert (K : Rabs (x - (u + v) / 2) < (v - u) / 2) by exact B. apply Rabs_def2 in K.
  rewrite (E x); lra.
Qed.

Lemma refuted_by_stationary_point f t u c v y :
  u < c < v -> (forall x, u < x < v -> f x = eval t x) -> (forall x, u < x < v -> analytic t x) ->
  eval (deriv t) c = 0 -> (forall x, u < x < v -> D x) -> D y -> f y < eval t c -> not_invex_on D f.
Proof.
  intros H E A S Dx Dy L. exists c. split; [apply (locally_inside u c v); assumption|].
  split; [|exists y; rewrite (E c) by lra; split; [exact Dy|exact L]].
  apply (stationary_smooth f (eval (deriv t)) c); [|apply analytic_continuous, deriv_analytic, A; lra|exact S].
  assert (P : 0 < Rmin (c - u) (v - c)) by (apply Rmin_pos; lra).
  exists (mkposreal _ P). intros x B.
  assert (K : Rabs (x - c) < Rmin (c - u) (v - c)) by exact B.
  assert (M1 := Rmin_l (c - u) (v - c)). assert (M2 := Rmin_r (c - u) (v - c)).
  apply Rabs_def2 in K.
  apply (is_derive_ext_loc (eval t)); [|apply deriv_correct, A; lra].
  assert (P2 : 0 < Rmin (x - u) (v - x)) by (apply Rmin_pos; lra).
  exists (mkposreal _ P2). intros z B2.
  assert (K2 : Rabs (z - x) < Rmin (x - u) (v - x)) by exact B2.
  assert (M3 := Rmin_l (x - u) (v - x)). assert (M4 := Rmin_r (x - u) (v - x)).
  apply Rabs_def2 in K2. symmetry. apply E. lra.
Qed.

Lemma refuted_by_maximum f t u m v :
  u < m < v -> (forall x, u < x < v -> f x = eval t x) -> (forall x, u <= x <= v -> defined t x) ->
  (forall x, u < x < v -> D x) -> eval t u < eval t m -> eval t v < eval t m -> not_invex_on D f.
Proof.
  intros H E Dt Dx Lu Lv.
  destruct (continuity_ab_maj (eval t) u v) as [c [Mx Hc]]; [lra| |].
  { intros x Hx. apply continuity_pt_filterlim, defined_continuous, Dt, Hx. }
  assert (Km := Mx m ltac:(lra)).
  assert (c <> u) by (intros ->; lra). assert (c <> v) by (intros ->; lra).
  assert (C : u < c < v) by lra.
  exists c. split; [apply (locally_inside u c v); assumption|]. split.
  - apply stationary_local_maximum. assert (P : 0 < Rmin (c - u) (v - c)) by (apply Rmin_pos; lra).
    exists (mkposreal _ P). intros x B.
    assert (K : Rabs (x - c) < Rmin (c - u) (v - c)) by exact B.
    assert (M1 := Rmin_l (c - u) (v - c)). assert (M2 := Rmin_r (c - u) (v - c)).
    apply Rabs_def2 in K. rewrite !E by lra. apply Mx. lra.
  - (* near u the values stay below f m *)
    assert (Cu : continuous (eval t) u) by (apply defined_continuous, Dt; lra).
    assert (P : 0 < eval t c - eval t u) by lra.
    destruct (Cu _ (locally_ball (eval t u) (mkposreal _ P))) as [e He].
    assert (Q : 0 < Rmin (e / 2) ((c - u) / 2)) by (apply Rmin_pos; [generalize (cond_pos e)|]; lra).
    assert (M1 := Rmin_l (e / 2) ((c - u) / 2)). assert (M2 := Rmin_r (e / 2) ((c - u) / 2)).
    set (d := Rmin (e / 2) ((c - u) / 2)) in *.
    assert (Ke : Rabs ((u + d) - u) < e).
    { replace (u + d - u) with d by ring. rewrite Rabs_pos_eq by lra. generalize (cond_pos e); lra. }
    assert (B : Rabs (eval t (u + d) - eval t u) < eval t c - eval t u) by exact (He (u + d) Ke).
    apply Rabs_def2 in B. exists (u + d). split; [apply Dx; lra|]. rewrite !E by lra. lra.
Qed.
End Refutations.

(** ** Monotone from an end *)

Section Monotone.
Variables (t : Terms.term) (u v : R).
Hypothesis order : u < v.
Hypothesis continuous_inside : forall x, u <= x <= v -> defined t x.
Hypothesis smooth : forall x, u < x < v -> analytic t x.

Lemma term_increment : exists c, u < c < v /\ eval t v - eval t u = eval (deriv t) c * (v - u).
Proof.
  destruct (mean_value (eval t) (eval (deriv t)) u v order) as [c [Hc E]].
  - apply continuous_on_pointwise. intros x Hx. apply defined_continuous, continuous_inside, Hx.
  - intros x Hx. apply deriv_correct, smooth, Hx.
  - exists c. split; [exact Hc|exact E].
Qed.

Lemma term_rises s : (forall x, u < x < v -> below s 0 (eval (deriv t) x)) -> below s (eval t u) (eval t v).
Proof.
  intro H. destruct term_increment as [c [Hc E]]. specialize (H c Hc). destruct s; simpl in *; nra.
Qed.
Lemma term_falls s : (forall x, u < x < v -> below s (eval (deriv t) x) 0) -> below s (eval t v) (eval t u).
Proof.
  intro H. destruct term_increment as [c [Hc E]]. specialize (H c Hc). destruct s; simpl in *; nra.
Qed.
End Monotone.

(** ** Strictly monotone functions, by slopes of a strict sign on every piece *)

Definition rising_piece (f : R -> R) (lo hi : Rbar) (t : Terms.term) : Prop :=
  (forall x, span lo hi x -> f x = eval t x) /\ (forall x, span lo hi x -> analytic t x) /\
  (forall x, span lo hi x -> 0 < eval (deriv t) x).
Definition falling_piece (f : R -> R) (lo hi : Rbar) (t : Terms.term) : Prop :=
  (forall x, span lo hi x -> f x = eval t x) /\ (forall x, span lo hi x -> analytic t x) /\
  (forall x, span lo hi x -> eval (deriv t) x < 0).

Section StrictlyMonotone.
Variables (f : R -> R) (sign : R -> Prop) (piece_is : Rbar -> Rbar -> Terms.term -> Prop).
Hypothesis means : forall lo hi t, piece_is lo hi t ->
  (forall x, span lo hi x -> f x = eval t x) /\ (forall x, span lo hi x -> analytic t x) /\
  (forall x, span lo hi x -> sign (eval (deriv t) x)).

Lemma piece_slope lo hi t x : piece_is lo hi t -> span lo hi x ->
  is_derive f x (Derive f x) /\ sign (Derive f x).
Proof.
  intros H Hx. destruct (means _ _ _ H) as [E [A S]].
  assert (D : is_derive f x (eval (deriv t) x)).
  { apply (is_derive_piece f (eval t) lo hi); [exact E|exact Hx|apply deriv_correct, A, Hx]. }
  rewrite (is_derive_unique _ _ _ D). split; [exact D|apply S, Hx].
Qed.

Lemma pieces_continuous d : along piece_is (joined f) m_infty p_infty d -> forall x, continuous f x.
Proof.
  intros H x. destruct (along_locate _ _ d _ _ H x) as [[l [h [t [Ht [Hx _]]]]]|[_ [a [b J]]]];
    [split; exact I| |exact J].
  apply (ex_derive_continuous f x). exists (Derive f x). apply (piece_slope l h t x Ht Hx).
Qed.
End StrictlyMonotone.

Theorem rising_pieces f d :
  along (rising_piece f) (joined f) m_infty p_infty d -> strictly_monotone f.
Proof.
  intro H. left. intros x y Hxy. enough (0 * (y - x) < f y - f x) by lra.
  assert (C := pieces_continuous f (fun s => 0 < s) (rising_piece f) ltac:(intros; assumption) d H).
  apply (increment_gt f (Derive f) (cuts d)); [exact Hxy|apply continuous_on_pointwise; intros; apply C|].
  intros t _ N. destruct (along_inside _ _ d _ _ H t) as [l [h [a [Ha Ht]]]]; [split; exact I|exact N|].
  apply (piece_slope f (fun s => 0 < s) (rising_piece f) ltac:(intros; assumption) l h a t Ha Ht).
Qed.

Theorem falling_pieces f d :
  along (falling_piece f) (joined f) m_infty p_infty d -> strictly_monotone f.
Proof.
  intro H. right. intros x y Hxy. enough (f y - f x < 0 * (y - x)) by lra.
  assert (C := pieces_continuous f (fun s => s < 0) (falling_piece f) ltac:(intros; assumption) d H).
  apply (increment_lt f (Derive f) (cuts d)); [exact Hxy|apply continuous_on_pointwise; intros; apply C|].
  intros t _ N. destruct (along_inside _ _ d _ _ H t) as [l [h [a [Ha Ht]]]]; [split; exact I|exact N|].
  apply (piece_slope f (fun s => s < 0) (falling_piece f) ltac:(intros; assumption) l h a t Ha Ht).
Qed.

(** Three points where f is defined, and at which its values do not go strictly one way. *)
Definition not_strictly_monotone_on (D : R -> Prop) (f : R -> R) : Prop :=
  exists u v w, u < v < w /\ (D u /\ D v /\ D w) /\
    ~ (f u < f v /\ f v < f w) /\ ~ (f v < f u /\ f w < f v).

(** ** Exponentials *)

Lemma exp_power u n : exp (INR n * u) = exp u ^ n.
Proof.
  induction n as [|n IH]; [simpl; rewrite Rmult_0_l; apply exp_0|].
  rewrite S_INR, Rmult_plus_distr_r, Rmult_1_l, exp_plus, IH. simpl. ring.
Qed.

Lemma exp_inverse_power u n : exp (- (INR n * u)) = / exp u ^ n.
Proof. rewrite exp_Ropp, exp_power. reflexivity. Qed.

(** sign(0) = 0 *)
Definition signum (u : R) : R := if Rlt_dec u 0 then -1 else if Rlt_dec 0 u then 1 else 0.

(** ** Tactics *)

Lemma sigmoid_exp u : sigmoid u = 1 / (1 + exp (- u)).
Proof. unfold sigmoid, Rdiv. ring. Qed.
Ltac unfold_exponentials := rewrite ?tanh_exp, ?sigmoid_exp in *; unfold softplus, sinh, cosh in *.

(** One enclosure; [enclose_halves x]: on a bounded span, by bisection of x. *)
Ltac simple_functions :=
  unfold rational; cbn [Qden Qnum]; rewrite ?tanh_exp; unfold sigmoid, softplus, sinh, cosh, arcsinh.
Ltac enclose := first [ lra | interval with (i_prec 53) | simple_functions; interval with (i_prec 53) ].
Ltac enclose_finely := simple_functions; interval with (i_prec 250).
Ltac enclose_halves x :=
  simple_functions; first [ interval with (i_prec 53, i_bisect x, i_depth 10)
        | interval with (i_prec 53, i_bisect x, i_autodiff x, i_depth 12)
        | interval with (i_prec 63, i_bisect x, i_taylor x, i_depth 14) ].
(** Values of the error function at numbers, by enclosing its integral. *)
Ltac enclose_erf := unfold erf, gauss_integral, gauss; integral with (i_prec 53).
Ltac ends := first [ lra | interval with (i_prec 53) ].

Ltac positive :=
  first [ assumption | lra | apply exp_pos | exact PI_RGT_0
        | apply Rmult_lt_0_compat; positive | apply Rplus_lt_0_compat; positive | apply pow_lt; positive
        | apply Rdiv_lt_0_compat; positive | apply Rinv_0_lt_compat; positive | apply sqrt_lt_R0; positive | nra ].
Ltac nonzero :=
  repeat split;
  first [ assumption
        | match goal with D : ?a <> 0 |- ?b <> 0 => replace b with a by ring; exact D end
        | apply Rgt_not_eq; lra | apply Rlt_not_eq; lra | apply Rgt_not_eq; positive
        | apply Rlt_not_eq; nra | apply pow_nonzero; nonzero ].
Ltac exponential :=
  first [ reflexivity | f_equal; first [ring | field; nonzero] | rewrite <- exp_0; f_equal; field; nonzero
        | rewrite <- exp_Ropp; f_equal; first [ring | field; nonzero]
        | rewrite <- ?exp_power, <- ?exp_Ropp, <- ?exp_plus; f_equal; cbn [INR]; first [ring | field; nonzero] ].
(** sqrt A = r * sqrt B, or sqrt A = r, for a positive number r. *)
Lemma sqrt_scaled a b r : 0 <= r -> 0 <= b -> a = r * r * b -> sqrt a = r * sqrt b.
Proof. intros Hr Hb ->. rewrite sqrt_mult by nra. rewrite sqrt_square by exact Hr. reflexivity. Qed.
Lemma ln_quotient a b c : 0 < b -> 0 < c -> a = b / c -> ln a = ln b - ln c.
Proof.
  intros Hb Hc ->. unfold Rdiv, Rminus. rewrite ln_mult, ln_Rinv; auto. apply Rinv_0_lt_compat, Hc.
Qed.
Lemma half_power u n r : 0 < u -> r = INR n / 2 -> qpower u r = sqrt u ^ n.
Proof.
  intros Hu ->. rewrite qpower_pos by exact Hu. rewrite <- Rpower_sqrt by exact Hu.
  rewrite <- Rpower_pow by apply exp_pos. rewrite Rpower_mult. f_equal. field.
Qed.
Lemma half_power_inverse u n r : 0 < u -> r = - (INR n / 2) -> qpower u r = / sqrt u ^ n.
Proof.
  intros Hu ->. rewrite <- (half_power u n (INR n / 2)) by auto. rewrite !qpower_pos by exact Hu. apply Rpower_Ropp.
Qed.
Lemma sqrt_is a b : 0 < b -> a = b * b -> sqrt a = b.
Proof. intros Hb ->. apply sqrt_square. lra. Qed.
Lemma sqrt_number a r : 0 <= r -> a = r * r -> sqrt a = r.
Proof. intros Hr ->. apply sqrt_square, Hr. Qed.
Ltac argument := f_equal; first [ring | field; nonzero].

(** The conditions under which a term is analytic or defined, as separate goals. *)
Ltac conditions :=
  try match goal with |- ?P ?t _ => let u := eval red in t in change t with u end;
  cbn [analytic defined un_analytic un_defined bin_defined power_defined qpower_defined Qnum];
  repeat match goal with |- _ /\ _ => split | |- True => exact I end.

(** Guarded functions, innermost guards first; contradictory cases are dropped. *)
Ltac no_guard u := lazymatch u with
  | context [Rle_dec] => fail | context [Rlt_dec] => fail | context [Rcase_abs] => fail | _ => idtac end.
Ltac resolve :=
  unfold signum, Rmax, Rmin, Rabs;
  repeat (match goal with
  | |- context [Rle_dec ?a ?b] => no_guard a; no_guard b; destruct (Rle_dec a b)
  | |- context [Rlt_dec ?a ?b] => no_guard a; no_guard b; destruct (Rlt_dec a b)
  | |- context [Rcase_abs ?a] => no_guard a; destruct (Rcase_abs a)
  end; try (exfalso; lra)).

(** Equality of a resolved function and the term of its piece; values at points. *)
Ltac same := first [ reflexivity | lra | ring | field; nonzero ].
Ltac values :=
  unfold rational; cbn [Qnum Qden];
  repeat first [ rewrite Rmult_0_l | rewrite Rmult_0_r | rewrite Ropp_0 | rewrite Rplus_0_l | rewrite Rplus_0_r
               | rewrite exp_0 | rewrite sqrt_0 | rewrite ln_1 | rewrite value_tanh_0 | rewrite sinh_0 | rewrite cosh_0
               | rewrite atan_0 | rewrite erf_0 | rewrite arcsinh_0 | rewrite value_sigmoid_0 | rewrite sin_0 | rewrite cos_0
               | rewrite sqrt_1 | progress replace (0 / 2) with 0 by field ].
Ltac same_value := first [ reflexivity | lra | ring | values; first [reflexivity | lra | ring | field; nonzero]
                         | simple_functions; values; first [reflexivity | lra | ring | field; nonzero] ].
Ltac eighths := match goal with |- context [?a / 4 * PI] => replace (a / 4 * PI) with (a * (PI / 4)) by field end;
  replace (-1 * (PI / 4)) with (- (PI / 4)) by ring; rewrite sin_neg, cos_neg, sin_PI4, cos_PI4;
  assert (E : sqrt 2 * sqrt 2 = 2) by (apply sqrt_sqrt; lra); field [E]; nonzero.
Ltac vanishes := first [ reflexivity | simpl; lra | ring | same_value | simpl; field; nonzero | eighths ].
Lemma Req_le_sym a b : b = a -> a <= b.
Proof. lra. Qed.
Lemma below_difference a s : a - s < 0 -> a < s.
Proof. lra. Qed.
Lemma above_difference a s : 0 < a - s -> s < a.
Proof. lra. Qed.
Ltac impossible :=
  exfalso; first [ lra | values; lra
  | match goal with
    | H : ~ (?a < ?b) |- _ => apply H; first [interval with (i_prec 53) | values; lra]
    | H : ~ (?a <= ?b) |- _ => apply H; first [interval with (i_prec 53) | values; lra]
    | H : ?a < ?b |- _ => apply (Rlt_not_le _ _ H); first [interval with (i_prec 53) | values; lra]
    | H : ?a <= ?b |- _ => apply (Rle_not_lt _ _ H); first [interval with (i_prec 53) | values; lra]
    | H : ?a >= ?b |- _ => apply (Rge_not_lt _ _ H); first [interval with (i_prec 53) | values; lra]
    end ].
Ltac resolve_point :=
  unfold signum, Rmax, Rmin, Rabs;
  repeat (match goal with
  | |- context [Rle_dec ?a ?b] => no_guard a; no_guard b; destruct (Rle_dec a b)
  | |- context [Rlt_dec ?a ?b] => no_guard a; no_guard b; destruct (Rlt_dec a b)
  | |- context [Rcase_abs ?a] => no_guard a; destruct (Rcase_abs a)
  end; try impossible).
Ltac known := repeat split; first [ assumption | exact I | lra | apply Rgt_not_eq; lra | apply Rlt_not_eq; lra | nonzero ].
Ltac use_hypothesis h := first [ exact h | lra ].
