(** Limits at minus infinity that are approached exponentially fast: what exported proofs use of the lemmas
    [orders-of-growth] and [limit-rule].

    [approaches f L]: |f x - L| <= C exp(e x) for all x below some M, with e > 0. Sums, products, and compositions with
    functions that are differentiable at the limit keep this; so does a factor x where the limit is 0.

    Lemma ids: none of its own; the lemmas themselves are proved in full in TermTails.v and Growth.v. *)

From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Erf Terms.
Open Scope R_scope.

Definition approaches (f : R -> R) (L : R) : Prop :=
  exists C e M, 0 <= C /\ 0 < e /\ M <= 0 /\ forall x, x < M -> Rabs (f x - L) <= C * exp (e * x).

(** Below a line that falls to minus infinity. *)
Definition drops (u : R -> R) : Prop := exists a K M, 0 < a /\ M <= 0 /\ forall x, x < M -> u x <= a * x + K.
Definition rises_up (u : R -> R) : Prop := drops (fun x => - u x).

Lemma exp_small e x : 0 < e -> x <= 0 -> exp (e * x) <= 1.
Proof. intros He Hx. rewrite <- exp_0. destruct (Rle_lt_or_eq_dec _ _ Hx) as [H| ->].
  - left. apply exp_increasing. nra.
  - right. f_equal. ring.
Qed.

Lemma exp_slower d e x : d <= e -> x <= 0 -> exp (e * x) <= exp (d * x).
Proof.
  intros H Hx. destruct (Req_dec (e * x) (d * x)) as [->|N]; [apply Rle_refl|].
  left. apply exp_increasing. nra.
Qed.

Lemma approaches_ext f g L : (forall x, f x = g x) -> approaches f L -> approaches g L.
Proof. intros E [C [e [M [HC [He [HM H]]]]]]. exists C, e, M. repeat split; auto. intros x Hx. rewrite <- E. auto. Qed.

Lemma approaches_const c : approaches (fun _ => c) c.
Proof.
  exists 0, 1, 0. repeat split; try lra. intros x _. rewrite Rminus_diag_eq by reflexivity. rewrite Rabs_R0. lra.
Qed.

Lemma approaches_add f g L K : approaches f L -> approaches g K -> approaches (fun x => f x + g x) (L + K).
Proof.
  intros [C [e [M [HC [He [HM H]]]]]] [D [d [N [HD [Hd [HN G]]]]]].
  exists (C + D), (Rmin e d), (Rmin M N).
  assert (A1 := Rmin_l e d). assert (A2 := Rmin_r e d). assert (B1 := Rmin_l M N). assert (B2 := Rmin_r M N).
  repeat split; try lra; [apply Rmin_pos; assumption|].
  intros x Hx. specialize (H x ltac:(lra)). specialize (G x ltac:(lra)).
  replace (f x + g x - (L + K)) with ((f x - L) + (g x - K)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _).
  assert (E1 := exp_slower (Rmin e d) e x A1 ltac:(lra)). assert (E2 := exp_slower (Rmin e d) d x A2 ltac:(lra)).
  nra.
Qed.

Lemma approaches_scale c f L : approaches f L -> approaches (fun x => c * f x) (c * L).
Proof.
  intros [C [e [M [HC [He [HM H]]]]]]. exists (Rabs c * C), e, M. assert (P := Rabs_pos c).
  repeat split; auto; [apply Rmult_le_pos; assumption|].
  intros x Hx. specialize (H x Hx). replace (c * f x - c * L) with (c * (f x - L)) by ring.
  rewrite Rabs_mult, Rmult_assoc. apply Rmult_le_compat_l; assumption.
Qed.

Lemma approaches_opp f L : approaches f L -> approaches (fun x => - f x) (- L).
Proof.
  intro H. replace (- L) with (-1 * L) by ring. apply (approaches_ext (fun x => -1 * f x)); [intro; ring|].
  apply approaches_scale, H.
Qed.

Lemma approaches_sub f g L K : approaches f L -> approaches g K -> approaches (fun x => f x - g x) (L - K).
Proof. intros H G. apply (approaches_add f (fun x => - g x) L (- K) H), approaches_opp, G. Qed.

Lemma approaches_mul f g L K : approaches f L -> approaches g K -> approaches (fun x => f x * g x) (L * K).
Proof.
  intros [C [e [M [HC [He [HM H]]]]]] [D [d [N [HD [Hd [HN G]]]]]].
  exists (C * (Rabs K + D) + Rabs L * D), (Rmin e d), (Rmin M N).
  assert (A1 := Rmin_l e d). assert (A2 := Rmin_r e d). assert (B1 := Rmin_l M N). assert (B2 := Rmin_r M N).
  assert (P := Rabs_pos K). assert (Q := Rabs_pos L).
  repeat split; try lra; [nra|apply Rmin_pos; assumption|].
  intros x Hx. specialize (H x ltac:(lra)). specialize (G x ltac:(lra)).
  assert (E1 := exp_slower (Rmin e d) e x A1 ltac:(lra)). assert (E2 := exp_slower (Rmin e d) d x A2 ltac:(lra)).
  assert (S := exp_small d x Hd ltac:(lra)). assert (T := exp_pos (e * x)). assert (U := exp_pos (d * x)).
  replace (f x * g x - L * K) with ((f x - L) * g x + L * (g x - K)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite !Rabs_mult.
  assert (B : Rabs (g x) <= Rabs K + D).
  { replace (g x) with (K + (g x - K)) by ring. apply Rle_trans with (1 := Rabs_triang _ _). nra. }
  assert (V := Rabs_pos (f x - L)). assert (W := Rabs_pos (g x)).
  apply Rle_trans with (C * exp (e * x) * (Rabs K + D) + Rabs L * (D * exp (d * x))).
  - apply Rplus_le_compat; [apply Rmult_le_compat; assumption|apply Rmult_le_compat_l; assumption].
  - assert (C * exp (e * x) * (Rabs K + D) <= C * (Rabs K + D) * exp (Rmin e d * x)).
    { replace (C * exp (e * x) * (Rabs K + D)) with (C * (Rabs K + D) * exp (e * x)) by ring.
      apply Rmult_le_compat_l; [nra|exact E1]. }
    assert (Rabs L * (D * exp (d * x)) <= Rabs L * D * exp (Rmin e d * x)).
    { rewrite <- Rmult_assoc. apply Rmult_le_compat_l; [nra|exact E2]. }
    lra.
Qed.

(** Functions that are differentiable at the limit. *)
Lemma approaches_comp h f L : ex_derive h L -> approaches f L -> approaches (fun x => h (f x)) (h L).
Proof.
  intros [l D] [C [e [M [HC [He [HM H]]]]]]. apply is_derive_Reals in D.
  destruct (D 1 Rlt_0_1) as [d Hd].
  assert (Lip : forall y, Rabs (y - L) < d -> Rabs (h y - h L) <= (Rabs l + 1) * Rabs (y - L)).
  { intros y Hy. destruct (Req_dec y L) as [->|N].
    - rewrite !Rminus_diag_eq, Rabs_R0 by reflexivity. lra.
    - assert (K := Hd (y - L) ltac:(lra) Hy). replace (L + (y - L)) with y in K by ring.
      replace (h y - h L) with ((h y - h L) / (y - L) * (y - L)) by (field; lra). rewrite Rabs_mult.
      apply Rmult_le_compat_r; [apply Rabs_pos|].
      replace ((h y - h L) / (y - L)) with (l + ((h y - h L) / (y - L) - l)) by ring.
      apply Rle_trans with (1 := Rabs_triang _ _). lra. }
  assert (Pd := cond_pos d). assert (Pl := Rabs_pos l).
  (* beyond N the argument is within d of L *)
  set (N := Rmin M (ln (d / (C + 1)) / e)).
  assert (N1 := Rmin_l M (ln (d / (C + 1)) / e)). assert (N2 := Rmin_r M (ln (d / (C + 1)) / e)). fold N in N1, N2.
  exists ((Rabs l + 1) * C), e, N. repeat split; try lra; [apply Rmult_le_pos; lra|].
  intros x Hx. specialize (H x ltac:(lra)).
  assert (Q : 0 < d / (C + 1)) by (apply Rdiv_lt_0_compat; lra).
  assert (E : exp (e * x) < d / (C + 1)).
  { rewrite <- (exp_ln _ Q). apply exp_increasing.
    assert (x < ln (d / (C + 1)) / e) by lra.
    apply Rlt_le_trans with (e * (ln (d / (C + 1)) / e)); [apply Rmult_lt_compat_l; lra|]. right. field. lra. }
  assert (Near : Rabs (f x - L) < d).
  { apply Rle_lt_trans with (1 := H). assert (P := exp_pos (e * x)).
    apply Rle_lt_trans with ((C + 1) * exp (e * x)); [nra|].
    apply Rlt_le_trans with ((C + 1) * (d / (C + 1))); [apply Rmult_lt_compat_l; lra|]. right. field. lra. }
  apply Rle_trans with (1 := Lip _ Near). rewrite Rmult_assoc. apply Rmult_le_compat_l; lra.
Qed.

(** The operations of terms, where they are analytic at the limit. *)
Lemma approaches_un o f L : un_analytic o L -> approaches f L -> approaches (fun x => un o (f x)) (un o L).
Proof. intro H. apply approaches_comp. exists (eval (slope o X) L). apply (un_derive o X L H). Qed.
Lemma approaches_power n f L :
  power_defined L n -> approaches f L -> approaches (fun x => power (f x) n) (power L n).
Proof.
  intro H. apply (approaches_comp (fun v => power v n)). eexists. apply power_derive, H.
Qed.
Lemma approaches_div f g L K : K <> 0 -> approaches f L -> approaches g K -> approaches (fun x => f x / g x) (L / K).
Proof.
  intros H A B. apply (approaches_mul f (fun x => / g x) L (/ K) A), (approaches_comp Rinv); [|exact B].
  auto_derive. exact H.
Qed.
Lemma approaches_eq f L K : L = K -> approaches f L -> approaches f K.
Proof. intros ->. auto. Qed.

(** A factor x does no harm to the limit 0: |x| <= (2/e) exp(-e x / 2) for x <= 0. *)
Lemma approaches_times_x f : approaches f 0 -> approaches (fun x => x * f x) 0.
Proof.
  intros [C [e [M [HC [He [HM H]]]]]]. exists (C * (2 / e)), (e / 2), M.
  assert (P : 0 < 2 / e) by (apply Rdiv_lt_0_compat; lra).
  repeat split; try lra; [apply Rmult_le_pos; lra|].
  intros x Hx. specialize (H x Hx). rewrite Rminus_0_r in *. rewrite Rabs_mult, (Rabs_left x) by lra.
  assert (K : - x <= 2 / e * exp (- (e / 2 * x))).
  { assert (T := exp_ineq1_le (- (e / 2 * x))).
    apply Rle_trans with (2 / e * (1 + - (e / 2 * x))); [|apply Rmult_le_compat_l; lra].
    replace (2 / e * (1 + - (e / 2 * x))) with (2 / e + - x) by (field; lra). lra. }
  assert (E : exp (e * x) * exp (- (e / 2 * x)) = exp (e / 2 * x)) by (rewrite <- exp_plus; f_equal; lra).
  assert (Q := exp_pos (- (e / 2 * x))). assert (S := exp_pos (e * x)).
  apply Rle_trans with (2 / e * exp (- (e / 2 * x)) * (C * exp (e * x))).
  - apply Rmult_le_compat; [lra|apply Rabs_pos|exact K|exact H].
  - right. rewrite <- E. ring.
Qed.
Lemma approaches_by_x f : approaches f 0 -> approaches (fun x => f x * x) 0.
Proof. intro H. apply (approaches_ext (fun x => x * f x)); [intro; ring|apply approaches_times_x, H]. Qed.

(** ** Arguments that fall to minus infinity *)

Lemma drops_x : drops (fun x => x).
Proof. exists 1, 0, 0. repeat split; try lra. intros; lra. Qed.
Lemma drops_linear a b : 0 < a -> drops (fun x => a * x + b).
Proof. intro Ha. exists a, b, 0. repeat split; try lra. intros; lra. Qed.
Lemma drops_scale c u : 0 < c -> drops u -> drops (fun x => c * u x).
Proof.
  intros Hc [a [K [M [Ha [HM H]]]]]. exists (c * a), (c * K), M. repeat split; [nra|exact HM|].
  intros x Hx. specialize (H x Hx). nra.
Qed.
Lemma drops_ext u v : (forall x, u x = v x) -> drops u -> drops v.
Proof. intros E [a [K [M [Ha [HM H]]]]]. exists a, K, M. repeat split; auto. intros x Hx. rewrite <- E. auto. Qed.
Lemma drops_add_limit u g L : drops u -> approaches g L -> drops (fun x => u x + g x).
Proof.
  intros [a [K [M [Ha [HM H]]]]] [C [e [N [HC [He [HN G]]]]]].
  exists a, (K + Rabs L + C), (Rmin M N). assert (B1 := Rmin_l M N). assert (B2 := Rmin_r M N).
  repeat split; try lra. intros x Hx. specialize (H x ltac:(lra)). specialize (G x ltac:(lra)).
  assert (S := exp_small e x He ltac:(lra)). assert (T := exp_pos (e * x)).
  assert (A := Rle_abs (g x - L)). assert (B := Rle_abs L). nra.
Qed.
Lemma drops_add u v : drops u -> drops v -> drops (fun x => u x + v x).
Proof.
  intros [a [K [M [Ha [HM H]]]]] [b [J [N [Hb [HN G]]]]].
  exists (a + b), (K + J), (Rmin M N). assert (B1 := Rmin_l M N). assert (B2 := Rmin_r M N).
  repeat split; try lra. intros x Hx. specialize (H x ltac:(lra)). specialize (G x ltac:(lra)). lra.
Qed.
(** -c u^2 for c > 0 and an argument that falls or rises. *)
Lemma drops_square c u : 0 < c -> drops u -> drops (fun x => - (c * u x ^ 2)).
Proof.
  intros Hc [a [K [M [Ha [HM H]]]]].
  exists (c * a), (c * (K + 1)), (Rmin M (- K / a)). assert (B1 := Rmin_l M (- K / a)). assert (B2 := Rmin_r M (- K / a)).
  repeat split; [nra|lra|]. intros x Hx. specialize (H x ltac:(lra)).
  assert (Z : a * x + K <= 0).
  { assert (x <= - K / a) by lra. assert (a * x <= a * (- K / a)) by (apply Rmult_le_compat_l; lra).
    replace (a * (- K / a)) with (- K) in H1 by (field; lra). lra. }
  assert (S : - u x ^ 2 <= a * x + (K + 1)) by (simpl; nra).
  apply (Rmult_le_compat_l c) in S; [|lra]. lra.
Qed.

Lemma approaches_exp u : drops u -> approaches (fun x => exp (u x)) 0.
Proof.
  intros [a [K [M [Ha [HM H]]]]]. exists (exp K), a, M. assert (P := exp_pos K). repeat split; try lra.
  intros x Hx. specialize (H x Hx). rewrite Rminus_0_r, Rabs_pos_eq by (left; apply exp_pos).
  rewrite <- exp_plus. destruct H as [H|H]; [left; apply exp_increasing; lra|right; f_equal; lra].
Qed.

Lemma approaches_between f g L : (forall x, 0 <= f x - L <= g x) -> approaches g 0 -> approaches f L.
Proof.
  intros H [C [e [M [HC [He [HM G]]]]]]. exists C, e, M. repeat split; auto. intros x Hx. specialize (G x Hx).
  specialize (H x). rewrite Rabs_pos_eq by lra. rewrite Rminus_0_r in G. rewrite Rabs_pos_eq in G; lra.
Qed.

Lemma approaches_sigmoid u : drops u -> approaches (fun x => sigmoid (u x)) 0.
Proof.
  intro H. apply (approaches_between _ (fun x => exp (u x))); [|apply approaches_exp, H].
  intro x. unfold sigmoid. rewrite exp_Ropp. assert (P := exp_pos (u x)). set (y := exp (u x)) in *.
  replace (/ (1 + / y) - 0) with (y / (1 + y)) by (field; split; lra).
  assert (Q : 0 < / (1 + y)) by (apply Rinv_0_lt_compat; lra).
  assert (E : / (1 + y) * (1 + y) = 1) by (field; lra). unfold Rdiv. split; nra.
Qed.
Lemma approaches_sigmoid_up u : rises_up u -> approaches (fun x => sigmoid (u x)) 1.
Proof.
  intro H. apply (approaches_ext (fun x => 1 - sigmoid (- u x))).
  - intro x. unfold sigmoid. rewrite Ropp_involutive, exp_Ropp. assert (P := exp_pos (u x)).
    set (y := exp (u x)) in *. field. split; lra.
  - assert (K : approaches (fun x => 1 - sigmoid (- u x)) (1 - 0)).
    { apply (approaches_sub (fun _ => 1)); [apply approaches_const|apply approaches_sigmoid, H]. }
    rewrite Rminus_0_r in K. exact K.
Qed.
Lemma approaches_softplus u : drops u -> approaches (fun x => softplus (u x)) 0.
Proof.
  intro H. apply (approaches_between _ (fun x => exp (u x))); [|apply approaches_exp, H].
  intro x. unfold softplus. assert (P := exp_pos (u x)). rewrite Rminus_0_r. split.
  - rewrite <- ln_1. left. apply ln_increasing; lra.
  - rewrite <- (ln_exp (exp (u x))) at 2. assert (T := exp_ineq1_le (exp (u x))).
    destruct T as [T|T]; [left; apply ln_increasing; lra|right; rewrite T; reflexivity].
Qed.
Lemma approaches_erf u : drops u -> approaches (fun x => erf (u x)) (-1).
Proof.
  intros [a [K [M [Ha [HM H]]]]].
  assert (P := PI_RGT_0).
  exists (4 / PI * exp (K + 1)), a, (Rmin M (- K / a)).
  assert (B1 := Rmin_l M (- K / a)). assert (B2 := Rmin_r M (- K / a)).
  assert (Q := exp_pos (K + 1)). assert (F : 0 < 4 / PI) by (apply Rdiv_lt_0_compat; lra).
  repeat split; try lra; [nra|]. intros x Hx. specialize (H x ltac:(lra)).
  assert (Z : a * x + K <= 0).
  { assert (x <= - K / a) by lra. assert (a * x <= a * (- K / a)) by (apply Rmult_le_compat_l; lra).
    replace (a * (- K / a)) with (- K) in H1 by (field; lra). lra. }
  destruct (erfc_bounds (- u x)) as [E1 E2]; [lra|]. rewrite erf_opp in E1, E2.
  rewrite Rabs_pos_eq by lra.
  assert (E3 : exp (- (- u x) ^ 2) <= exp (K + 1) * exp (a * x)).
  { rewrite <- exp_plus. assert (G : - (- u x) ^ 2 <= K + 1 + a * x) by (simpl; nra).
    destruct G as [G|G]; [left; apply exp_increasing; exact G|right; f_equal; exact G]. }
  apply Rle_trans with (4 / PI * exp (- (- u x) ^ 2)); [lra|].
  rewrite Rmult_assoc. apply Rmult_le_compat_l; lra.
Qed.

(** ** From the limit to a sign: the lemma [limit-rule] at minus infinity *)

Section Rule.
Variables (t : Terms.term) (b L : R).
Hypothesis smooth : forall x, x < b -> analytic t x.
Hypothesis limit : approaches (eval t) L.

Lemma near_limit T eta : 0 < eta -> exists y, y < T /\ Rabs (eval t y - L) < eta.
Proof.
  intro He. destruct limit as [C [e [M [HC [H1 [HM H]]]]]].
  set (y := Rmin (Rmin (T - 1) (M - 1)) (ln (eta / (C + 1)) / e - 1)).
  assert (A1 := Rmin_l (Rmin (T - 1) (M - 1)) (ln (eta / (C + 1)) / e - 1)).
  assert (A2 := Rmin_r (Rmin (T - 1) (M - 1)) (ln (eta / (C + 1)) / e - 1)). fold y in A1, A2.
  assert (A3 := Rmin_l (T - 1) (M - 1)). assert (A4 := Rmin_r (T - 1) (M - 1)).
  exists y. split; [lra|]. apply Rle_lt_trans with (1 := H y ltac:(lra)).
  assert (Q : 0 < eta / (C + 1)) by (apply Rdiv_lt_0_compat; lra).
  assert (E : exp (e * y) < eta / (C + 1)).
  { rewrite <- (exp_ln _ Q). apply exp_increasing.
    apply Rlt_le_trans with (e * (ln (eta / (C + 1)) / e)); [apply Rmult_lt_compat_l; lra|]. right. field. lra. }
  assert (P := exp_pos (e * y)). apply Rle_lt_trans with ((C + 1) * exp (e * y)); [nra|].
  apply Rlt_le_trans with ((C + 1) * (eta / (C + 1))); [apply Rmult_lt_compat_l; lra|]. right. field. lra.
Qed.

Lemma increment u v : u < v -> v < b -> exists c, u < c < v /\ eval t v - eval t u = eval (deriv t) c * (v - u).
Proof.
  intros Huv Hv. destruct (MVT_cor2 (eval t) (eval (deriv t)) u v Huv) as [c [E Hc]].
  { intros c Hc. apply is_derive_Reals, deriv_correct, smooth. lra. }
  exists c. split; assumption.
Qed.

Lemma above_limit x : (forall y, y < b -> 0 <= eval (deriv t) y) -> x < b -> L <= eval t x.
Proof.
  intros S Hx. apply Rnot_lt_le. intro N. destruct (near_limit x (L - eval t x)) as [y [Hy A]]; [lra|].
  apply Rabs_def2 in A. destruct (increment y x Hy Hx) as [c [Hc E]]. specialize (S c ltac:(lra)). nra.
Qed.
Lemma above_limit_strict x : (forall y, y < b -> 0 < eval (deriv t) y) -> x < b -> L < eval t x.
Proof.
  intros S Hx. assert (K : L <= eval t (x - 1)) by (apply above_limit; [intros; left; auto|lra]).
  destruct (increment (x - 1) x ltac:(lra) Hx) as [c [Hc E]]. specialize (S c ltac:(lra)). nra.
Qed.
Lemma below_limit x : (forall y, y < b -> eval (deriv t) y <= 0) -> x < b -> eval t x <= L.
Proof.
  intros S Hx. apply Rnot_lt_le. intro N. destruct (near_limit x (eval t x - L)) as [y [Hy A]]; [lra|].
  apply Rabs_def2 in A. destruct (increment y x Hy Hx) as [c [Hc E]]. specialize (S c ltac:(lra)). nra.
Qed.
Lemma below_limit_strict x : (forall y, y < b -> eval (deriv t) y < 0) -> x < b -> eval t x < L.
Proof.
  intros S Hx. assert (K : eval t (x - 1) <= L) by (apply below_limit; [intros; left; auto|lra]).
  destruct (increment (x - 1) x ltac:(lra) Hx) as [c [Hc E]]. specialize (S c ltac:(lra)). nra.
Qed.
End Rule.
