(** * Orders of magnitude

    The calculus of bounds in the lemma [orders-of-growth]: X tends to +oo; bounds of the absolute value of a function
    of X, from above and from below, products, comparison, the larger of two. The facts about terms are in [Tails]. *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

(** For all sufficiently large X. *)
Notation eventually := (Rbar_locally p_infty).

Lemma ev_and (P Q : R -> Prop) : eventually P -> eventually Q -> eventually (fun x => P x /\ Q x).
Proof. apply (filter_and (F := Rbar_locally p_infty)). Qed.

Lemma ev_imp (P Q : R -> Prop) : (forall x, P x -> Q x) -> eventually P -> eventually Q.
Proof. intros H [M K]. exists M. intros x Hx. apply H, K, Hx. Qed.

Lemma ev_imp2 (P Q T : R -> Prop) :
  (forall x, P x -> Q x -> T x) -> eventually P -> eventually Q -> eventually T.
Proof. intros H HP HQ. apply (ev_imp (fun x => P x /\ Q x)); [intros x [A B]; auto|apply ev_and; assumption]. Qed.

Lemma ev_gt (a : R) : eventually (fun x => a < x).
Proof. exists a. auto. Qed.

Lemma ev_witness (P : R -> Prop) : eventually P -> exists x, P x.
Proof. intros [M H]. exists (M + 1). apply H. lra. Qed.

(** ** Exponentials and powers *)

Lemma exp_le (a b : R) : a <= b -> exp a <= exp b.
Proof. intros [H|<-]; [left; apply exp_increasing, H|right; reflexivity]. Qed.

(** Linear functions beat logarithms. *)
Lemma ln_below (d c delta : R) : 0 < delta -> eventually (fun x => d * ln x + c <= delta * x).
Proof.
  intro Hd.
  assert (L : is_lim (fun y => ln y / y) p_infty 0) by apply is_lim_div_ln_p.
  assert (E := L (fun y => Rabs y < delta / (2 * (Rabs d + 1)))).
  assert (Pd : 0 < delta / (2 * (Rabs d + 1))).
  { apply Rdiv_lt_0_compat; [exact Hd|]. generalize (Rabs_pos d); lra. }
  assert (E' : eventually (fun x => Rabs (ln x / x) < delta / (2 * (Rabs d + 1)))).
  { apply E. exists (mkposreal _ Pd). intros y Hy. simpl in Hy.
    assert (Hy' : Rabs (y - 0) < delta / (2 * (Rabs d + 1))) by exact Hy. rewrite Rminus_0_r in Hy'. exact Hy'. }
  clear E. generalize (ev_and _ _ E' (ev_gt (Rmax 0 (2 * Rabs c / delta)))). apply ev_imp.
  intros x [H1 H2]. assert (B1 := Rmax_l 0 (2 * Rabs c / delta)). assert (B2 := Rmax_r 0 (2 * Rabs c / delta)).
  assert (Hx : 0 < x) by lra.
  assert (Hc : c <= delta / 2 * x).
  { apply Rle_trans with (Rabs c); [apply Rle_abs|].
    assert (K : 2 * Rabs c / delta * delta <= x * delta) by (apply Rmult_le_compat_r; lra).
    unfold Rdiv in K. rewrite Rmult_assoc, Rinv_l in K by lra. lra. }
  assert (Hl : Rabs (ln x) <= delta / (2 * (Rabs d + 1)) * x).
  { replace (ln x) with (ln x / x * x) by (field; lra). rewrite Rabs_mult, (Rabs_pos_eq x) by lra.
    apply Rmult_le_compat_r; lra. }
  assert (Hdl : d * ln x <= delta / 2 * x).
  { apply Rle_trans with (Rabs d * Rabs (ln x)); [rewrite <- Rabs_mult; apply Rle_abs|].
    apply Rle_trans with (Rabs d * (delta / (2 * (Rabs d + 1)) * x)); [apply Rmult_le_compat_l; [apply Rabs_pos|exact Hl]|].
    assert (Rabs d / (Rabs d + 1) <= 1).
    { apply Rmult_le_reg_r with (Rabs d + 1); [generalize (Rabs_pos d); lra|].
      unfold Rdiv. rewrite Rmult_assoc, Rinv_l by (generalize (Rabs_pos d); lra). lra. }
    replace (Rabs d * (delta / (2 * (Rabs d + 1)) * x)) with (delta / 2 * x * (Rabs d / (Rabs d + 1)))
      by (field; generalize (Rabs_pos d); lra).
    rewrite <- (Rmult_1_r (delta / 2 * x)) at 2. apply Rmult_le_compat_l; [nra|assumption]. }
  lra.
Qed.

(** X^d e^(rX), for X > 0. *)
Definition magnitude (r d x : R) : R := exp (d * ln x + r * x).

Lemma magnitude_pos r d x : 0 < magnitude r d x.
Proof. apply exp_pos. Qed.

Lemma magnitude_mult r d r' d' x : magnitude r d x * magnitude r' d' x = magnitude (r + r') (d + d') x.
Proof. unfold magnitude. rewrite <- exp_plus. f_equal. ring. Qed.

Lemma magnitude_inv r d x : / magnitude r d x = magnitude (- r) (- d) x.
Proof. unfold magnitude. rewrite <- exp_Ropp. f_equal. ring. Qed.

(** It is what it is called. *)
Lemma magnitude_power r d x : magnitude r d x = Rpower x d * exp (r * x).
Proof. unfold magnitude, Rpower. apply exp_plus. Qed.

(** A smaller rate, or the same rate and a smaller degree, is a smaller magnitude, with any factor for a smaller rate. *)
Lemma magnitude_rate (C r d r' d' : R) :
  r < r' -> eventually (fun x => C * magnitude r d x <= magnitude r' d' x).
Proof.
  intro H. destruct (Rle_lt_dec C 0) as [HC|HC].
  - exists 0. intros x _. apply Rle_trans with 0; [|left; apply magnitude_pos].
    generalize (magnitude_pos r d x); nra.
  - generalize (ln_below (d - d') (ln C) (r' - r) ltac:(lra)). apply ev_imp. intros x Hx. unfold magnitude.
    rewrite <- (exp_ln C) at 1 by exact HC. rewrite <- exp_plus. apply exp_le. lra.
Qed.

Lemma magnitude_degree (r d d' : R) :
  d <= d' -> eventually (fun x => magnitude r d x <= magnitude r d' x).
Proof.
  intro H. generalize (ev_gt 1). apply ev_imp. intros x Hx. unfold magnitude. apply exp_le.
  assert (0 < ln x) by (rewrite <- ln_1; apply ln_increasing; lra). nra.
Qed.

Lemma magnitude_0 x : magnitude 0 0 x = 1.
Proof. unfold magnitude. rewrite !Rmult_0_l, Rplus_0_r. apply exp_0. Qed.

(** ** Orders *)

(** [Exact r d] is X^d e^(rX). [Exponential] and [Super] are the tiers -1 and -2 of upper bounds, 1 and 2 of lower ones. *)
Inductive order := Exact (r d : R) | Exponential | Super.

Definition upper_bound (o : order) (f : R -> R) : Prop :=
  match o with
  | Exact r d => exists C, eventually (fun x => Rabs (f x) <= C * magnitude r d x)
  | Exponential => exists e, 0 < e /\ eventually (fun x => Rabs (f x) <= exp (- (e * x)))
  | Super => forall K, eventually (fun x => Rabs (f x) <= exp (- (K * x)))
  end.

Definition lower_bound (o : order) (f : R -> R) : Prop :=
  match o with
  | Exact r d => exists c, 0 < c /\ eventually (fun x => c * magnitude r d x <= Rabs (f x))
  | Exponential => exists e, 0 < e /\ eventually (fun x => exp (e * x) <= Rabs (f x))
  | Super => forall K, eventually (fun x => exp (K * x) <= Rabs (f x))
  end.

Definition inverse (o : order) : order := match o with Exact r d => Exact (- r) (- d) | o => o end.

Lemma inverse_inverse o : inverse (inverse o) = o.
Proof. destruct o; simpl; rewrite ?Ropp_involutive; reflexivity. Qed.

Lemma Rinv_le_swap a b : 0 < a -> a <= b -> / b <= / a.
Proof. intros Ha Hab. apply Rinv_le_contravar; assumption. Qed.

(** A lower bound is an upper bound of the inverse. *)
Lemma lower_inverse (o : order) (f : R -> R) :
  lower_bound o f <-> eventually (fun x => f x <> 0) /\ upper_bound (inverse o) (fun x => / f x).
Proof.
  assert (NZ : forall m y, 0 < m -> m <= Rabs y -> y <> 0).
  { intros m y Hm H ->. rewrite Rabs_R0 in H. lra. }
  assert (Inv : forall m y, 0 < m -> m <= Rabs y -> Rabs (/ y) <= / m).
  { intros m y Hm H. rewrite Rabs_inv. apply Rinv_le_swap; assumption. }
  assert (Inv' : forall m y, 0 < m -> y <> 0 -> Rabs (/ y) <= m -> / m <= Rabs y).
  { intros m y Hm Hy H. rewrite <- (Rinv_inv (Rabs y)). apply Rinv_le_swap.
    - apply Rinv_0_lt_compat, Rabs_pos_lt, Hy.
    - rewrite <- Rabs_inv. exact H. }
  split.
  - destruct o as [r d| |]; simpl.
    + intros [c [Hc H]]. split.
      * revert H. apply ev_imp. intros x. apply NZ. generalize (magnitude_pos r d x); nra.
      * exists (/ c). revert H. apply ev_imp. intros x H. rewrite <- magnitude_inv, <- Rinv_mult.
        apply Inv; [generalize (magnitude_pos r d x); nra|exact H].
    + intros [e [He H]]. split; [|exists e; split; [exact He|]]; revert H; apply ev_imp; intros x H.
      * apply (NZ (exp (e * x))); [apply exp_pos|exact H].
      * rewrite exp_Ropp. apply Inv; [apply exp_pos|exact H].
    + intros H. split; [|intro K].
      * generalize (H 0). apply ev_imp. intros x H'. apply (NZ (exp (0 * x))); [apply exp_pos|exact H'].
      * generalize (H K). apply ev_imp. intros x H'. rewrite exp_Ropp. apply Inv; [apply exp_pos|exact H'].
  - destruct o as [r d| |]; simpl; intros [Z H].
    + destruct H as [C H]. exists (/ (Rabs C + 1)).
      assert (HC : 0 < Rabs C + 1) by (generalize (Rabs_pos C); lra).
      split; [apply Rinv_0_lt_compat, HC|]. revert Z H. apply ev_imp2. intros x Z H.
      rewrite <- (Rinv_inv (magnitude r d x)), <- Rinv_mult. rewrite magnitude_inv. assert (P := magnitude_pos (- r) (- d) x). apply Inv'; [nra|exact Z|].
      apply Rle_trans with (1 := H). generalize (Rle_abs C). nra.
    + destruct H as [e [He H]]. exists e. split; [exact He|]. revert Z H. apply ev_imp2. intros x Z H.
      rewrite exp_Ropp in H. rewrite <- (Rinv_inv (exp (e * x))).
      apply Inv'; [apply Rinv_0_lt_compat, exp_pos|exact Z|exact H].
    + intro K. generalize (H K). revert Z. apply ev_imp2. intros x Z H'.
      rewrite exp_Ropp in H'. rewrite <- (Rinv_inv (exp (K * x))).
      apply Inv'; [apply Rinv_0_lt_compat, exp_pos|exact Z|exact H'].
Qed.

(** A constant factor harms no bound. *)
Lemma upper_bound_le (o : order) (f g : R -> R) (C : R) :
  eventually (fun x => Rabs (g x) <= C * Rabs (f x)) -> upper_bound o f -> upper_bound o g.
Proof.
  intros Hg. assert (HC := Rle_abs C). assert (HC' := Rabs_pos C).
  assert (Hg' : eventually (fun x => Rabs (g x) <= (Rabs C + 1) * Rabs (f x))).
  { revert Hg. apply ev_imp. intros x H. generalize (Rabs_pos (f x)); nra. }
  clear Hg. set (c := Rabs C + 1) in *. assert (Hc : 0 < c) by (unfold c; lra). clearbody c.
  assert (Exp : forall a b x, ln c <= (b - a) * x -> c * exp (- (b * x)) <= exp (- (a * x))).
  { intros a b x H. rewrite <- (exp_ln c) by exact Hc. rewrite <- exp_plus. apply exp_le. lra. }
  destruct o as [r d| |]; simpl.
  - intros [D H]. exists (c * D). revert Hg' H. apply ev_imp2. intros x H1 H2. nra.
  - intros [e [He H]]. exists (e / 2). split; [lra|].
    generalize (ln_below 0 (ln c) (e / 2) ltac:(lra)). intro L.
    generalize (ev_and _ _ Hg' (ev_and _ _ H L)). apply ev_imp. intros x [H1 [H2 H3]].
    apply Rle_trans with (c * exp (- (e * x))); [nra|]. apply Exp. lra.
  - intros H K. generalize (ln_below 0 (ln c) 1 ltac:(lra)). intro L.
    generalize (ev_and _ _ Hg' (ev_and _ _ (H (K + 1)) L)). apply ev_imp. intros x [H1 [H2 H3]].
    apply Rle_trans with (c * exp (- ((K + 1) * x))); [nra|]. apply Exp. lra.
Qed.

Lemma lower_bound_le (o : order) (f g : R -> R) (c : R) :
  0 < c -> eventually (fun x => c * Rabs (f x) <= Rabs (g x)) -> lower_bound o f -> lower_bound o g.
Proof.
  intros Hc Hg H. apply lower_inverse in H. destruct H as [Z H]. apply lower_inverse.
  assert (ZG : eventually (fun x => g x <> 0)).
  { revert Z Hg. apply ev_imp2. intros x Z Hx E. rewrite E, Rabs_R0 in Hx.
    assert (0 < Rabs (f x)) by (apply Rabs_pos_lt, Z). nra. }
  split; [exact ZG|]. apply (upper_bound_le _ (fun x => / f x) _ (/ c)); [|exact H].
  generalize (ev_and _ _ Z (ev_and _ _ ZG Hg)). apply ev_imp. intros x [Z1 [Z2 Hx]].
  rewrite !Rabs_inv, <- Rinv_mult. apply Rinv_le_swap; [|exact Hx].
  apply Rmult_lt_0_compat; [exact Hc|apply Rabs_pos_lt, Z1].
Qed.

(** ** An order vanishes: its upper bound tends to 0 *)

Definition vanishes (o : order) : Prop :=
  match o with Exact r d => r < 0 \/ (r = 0 /\ d < 0) | _ => True end.

(** A negative rate is exponentially small. *)
Lemma upper_negative_rate (r d : R) (f : R -> R) : r < 0 -> upper_bound (Exact r d) f -> upper_bound Exponential f.
Proof.
  intros Hr [C H]. exists (- r / 2). split; [lra|].
  generalize (magnitude_rate C r d (r / 2) 0 ltac:(lra)). revert H. apply ev_imp2. intros x H1 H2.
  apply Rle_trans with (1 := H1), Rle_trans with (1 := H2). unfold magnitude. apply exp_le. lra.
Qed.

Lemma super_exponential (f : R -> R) : upper_bound Super f -> upper_bound Exponential f.
Proof. intro H. exists 1. split; [lra|exact (H 1)]. Qed.

Lemma exponential_exact (f : R -> R) (r d : R) : 0 <= r -> upper_bound Exponential f -> upper_bound (Exact r d) f.
Proof.
  intros Hr [e [He H]]. exists 1. generalize (magnitude_rate 1 (- e) 0 r d ltac:(lra)). revert H.
  apply ev_imp2. intros x H1 H2. apply Rle_trans with (1 := H1). rewrite Rmult_1_l in *.
  apply Rle_trans with (2 := H2). unfold magnitude. apply exp_le. lra.
Qed.

Lemma super_exact (f : R -> R) (r d : R) : upper_bound Super f -> upper_bound (Exact r d) f.
Proof.
  intros H. exists 1. generalize (magnitude_rate 1 (- (1 + Rabs r)) 0 r d). intro M.
  assert (Hr : - (1 + Rabs r) < r) by (generalize (Rle_abs (- r)); rewrite Rabs_Ropp; lra). specialize (M Hr).
  generalize (H (1 + Rabs r)). revert M. apply ev_imp2. intros x H2 H1. apply Rle_trans with (1 := H1).
  rewrite Rmult_1_l in *. apply Rle_trans with (2 := H2). unfold magnitude. apply exp_le. lra.
Qed.

Lemma lim_exp_decay (e : R) : 0 < e -> is_lim (fun x => exp (- (e * x))) p_infty 0.
Proof.
  intro He. apply (is_lim_comp exp (fun x => - (e * x)) p_infty 0 m_infty); [apply is_lim_exp_m| |].
  - replace m_infty with (Rbar_opp (Rbar_mult e p_infty)).
    + apply is_lim_opp, is_lim_scal_l, is_lim_id.
    + simpl. destruct (Rle_dec 0 e) as [H|H]; [|lra]. destruct (Rle_lt_or_eq_dec 0 e H); [reflexivity|lra].
  - exists 0. intros; discriminate.
Qed.

Lemma lim_abs_le (f g : R -> R) :
  eventually (fun x => Rabs (f x) <= g x) -> is_lim g p_infty 0 -> is_lim f p_infty 0.
Proof.
  intros H Hg. apply (is_lim_le_le_loc (fun x => - g x) g); [|replace (Finite 0) with (Rbar_opp 0) by (simpl; f_equal; ring); apply is_lim_opp, Hg|exact Hg].
  revert H. apply ev_imp. intros x H. apply Rabs_le_between, H.
Qed.

Theorem vanishes_lim (o : order) (f : R -> R) : vanishes o -> upper_bound o f -> is_lim f p_infty 0.
Proof.
  assert (K : upper_bound Exponential f -> is_lim f p_infty 0).
  { intros [e [He H]]. apply (lim_abs_le f _ H), lim_exp_decay, He. }
  destruct o as [r d| |]; simpl vanishes.
  - intros [Hr|[-> Hd]] H.
    + apply K, (upper_negative_rate r d); assumption.
    + destruct H as [C H]. apply (lim_abs_le f _ H).
      replace (Finite 0) with (Rbar_mult C 0) by (simpl; f_equal; ring). apply is_lim_scal_l.
      apply (is_lim_ext (fun x => exp (d * ln x))); [intro x; unfold magnitude; f_equal; ring|].
      apply (is_lim_comp exp (fun x => d * ln x) p_infty 0 m_infty); [apply is_lim_exp_m| |].
      * replace m_infty with (Rbar_mult d p_infty); [apply is_lim_scal_l, is_lim_ln_p|].
        simpl. destruct (Rle_dec 0 d) as [H0|H0]; [elim (Rlt_not_le _ _ Hd H0)|reflexivity].
      * exists 0. intros; discriminate.
  - intros _. exact K.
  - intros _ H. apply K, super_exponential, H.
Qed.

(** ** The order of a product *)

(** For two upper bounds; None where it is not known. *)
Definition times (a b : order) : option order :=
  match a, b with
  | Exact r d, Exact r' d' => Some (Exact (r + r') (d + d'))
  | Super, _ | _, Super => Some Super
  | Exponential, Exponential => Some Exponential
  | Exponential, Exact r _ | Exact r _, Exponential => if Rle_dec r 0 then Some Exponential else None
  end.

(** For two lower bounds. *)
Definition times_lower (a b : order) : option order :=
  match times (inverse a) (inverse b) with Some o => Some (inverse o) | None => None end.

Lemma times_comm a b : times a b = times b a.
Proof. destruct a, b; simpl; try reflexivity. f_equal; f_equal; ring. Qed.

Lemma upper_bound_ext (o : order) (f g : R -> R) : (forall x, f x = g x) -> upper_bound o f -> upper_bound o g.
Proof.
  intros E. apply (upper_bound_le o f g 1). exists 0. intros x _. rewrite E. lra.
Qed.

Lemma times_exponential (r d : R) (f g : R -> R) :
  r <= 0 -> upper_bound Exponential f -> upper_bound (Exact r d) g -> upper_bound Exponential (fun x => f x * g x).
Proof.
  intros Hr [e [He Hf]] [C Hg]. exists (e / 2). split; [lra|].
  generalize (magnitude_rate C (r - e) d (- e / 2) 0 ltac:(lra)). intro M.
  generalize (ev_and _ _ Hf (ev_and _ _ Hg M)). apply ev_imp. intros x [H1 [H2 H3]]. rewrite Rabs_mult.
  apply Rle_trans with (exp (- (e * x)) * (C * magnitude r d x)).
  - apply Rmult_le_compat; try apply Rabs_pos; assumption.
  - replace (exp (- (e * x)) * (C * magnitude r d x)) with (C * magnitude (r - e) d x).
    + apply Rle_trans with (1 := H3). unfold magnitude. apply exp_le. lra.
    + unfold magnitude. replace (d * ln x + (r - e) * x) with (- (e * x) + (d * ln x + r * x)) by ring.
      rewrite exp_plus. ring.
Qed.

Lemma times_super (o : order) (f g : R -> R) :
  upper_bound Super f -> upper_bound o g -> upper_bound Super (fun x => f x * g x).
Proof.
  intros Hf Hg K.
  assert (B : exists k, eventually (fun x => Rabs (g x) <= exp (k * x))).
  { destruct o as [r d| |].
    - destruct Hg as [C Hg]. exists (r + 1). generalize (magnitude_rate C r d (r + 1) 0 ltac:(lra)).
      revert Hg. apply ev_imp2. intros x H1 H2. apply Rle_trans with (1 := H1), Rle_trans with (1 := H2).
      unfold magnitude. apply exp_le. lra.
    - destruct Hg as [e [He Hg]]. exists (- e). revert Hg. apply ev_imp. intros x H.
      apply Rle_trans with (1 := H), exp_le. lra.
    - exists (-1). generalize (Hg 1). apply ev_imp. intros x H. apply Rle_trans with (1 := H), exp_le. lra. }
  destruct B as [k B]. generalize (Hf (K + k)). revert B. apply ev_imp2. intros x H1 H2.
  rewrite Rabs_mult. replace (exp (- (K * x))) with (exp (- ((K + k) * x)) * exp (k * x)).
  - apply Rmult_le_compat; try apply Rabs_pos; assumption.
  - rewrite <- exp_plus. f_equal. ring.
Qed.

Theorem times_upper (a b o : order) (f g : R -> R) :
  times a b = Some o -> upper_bound a f -> upper_bound b g -> upper_bound o (fun x => f x * g x).
Proof.
  assert (Comm : forall o', upper_bound o' (fun x => g x * f x) -> upper_bound o' (fun x => f x * g x)).
  { intros o' H. apply (upper_bound_ext o' (fun x => g x * f x)); [intro; ring|exact H]. }
  destruct a as [r d| |], b as [r' d'| |]; simpl times; intros E Ha Hb.
  - injection E as <-. destruct Ha as [C Ha], Hb as [D Hb]. exists (C * D).
    generalize (ev_and _ _ Ha Hb). apply ev_imp. intros x [H1 H2]. rewrite Rabs_mult, <- magnitude_mult.
    replace (C * D * (magnitude r d x * magnitude r' d' x)) with (C * magnitude r d x * (D * magnitude r' d' x)) by ring.
    apply Rmult_le_compat; try apply Rabs_pos; assumption.
  - destruct (Rle_dec r 0) as [Hr|]; [|discriminate]. injection E as <-.
    apply Comm, (times_exponential r d); assumption.
  - injection E as <-. apply Comm, (times_super (Exact r d)); assumption.
  - destruct (Rle_dec r' 0) as [Hr|]; [|discriminate]. injection E as <-. apply (times_exponential r' d'); assumption.
  - injection E as <-. apply (times_exponential 0 0); [lra|exact Ha|]. apply exponential_exact; [lra|exact Hb].
  - injection E as <-. apply Comm, (times_super Exponential); assumption.
  - injection E as <-. apply (times_super (Exact r' d')); assumption.
  - injection E as <-. apply (times_super Exponential); assumption.
  - injection E as <-. apply (times_super Super); assumption.
Qed.

Lemma lower_nonzero (o : order) (f : R -> R) : lower_bound o f -> eventually (fun x => f x <> 0).
Proof. intro H. apply lower_inverse in H. apply H. Qed.

Theorem times_lower_bound (a b o : order) (f g : R -> R) :
  times_lower a b = Some o -> lower_bound a f -> lower_bound b g -> lower_bound o (fun x => f x * g x).
Proof.
  unfold times_lower. destruct (times (inverse a) (inverse b)) as [o'|] eqn:E; [|discriminate].
  intros [= <-] Ha Hb. apply lower_inverse in Ha, Hb. destruct Ha as [Za Ha], Hb as [Zb Hb].
  apply lower_inverse. split.
  - revert Za Zb. apply ev_imp2. intros x A B. apply Rmult_integral_contrapositive; split; assumption.
  - rewrite inverse_inverse. apply (upper_bound_ext o' (fun x => / f x * / g x)).
    + intro x. symmetry. apply Rinv_mult.
    + apply (times_upper _ _ _ _ _ E Ha Hb).
Qed.

(** ** Comparison *)

Definition vanishesb (o : order) : bool :=
  match o with
  | Exact r d => if Rlt_dec r 0 then true else if Req_EM_T r 0 then if Rlt_dec d 0 then true else false else false
  | _ => true
  end.

Lemma vanishesb_true o : vanishesb o = true -> vanishes o.
Proof.
  destruct o as [r d| |]; simpl; auto.
  destruct (Rlt_dec r 0), (Req_EM_T r 0), (Rlt_dec d 0); intro; try discriminate; auto.
Qed.

(** A lower bound of order a dominates an upper bound of order b. *)
Definition exceeds (a b : option order) : bool :=
  match a, b with
  | Some a, Some b => match times b (inverse a) with Some o => vanishesb o | None => false end
  | _, _ => false
  end.

Theorem exceeds_lim (a b : order) (f g : R -> R) :
  exceeds (Some a) (Some b) = true -> lower_bound a f -> upper_bound b g -> is_lim (fun x => g x * / f x) p_infty 0.
Proof.
  simpl. destruct (times b (inverse a)) as [o|] eqn:E; [|discriminate]. intros V Ha Hb.
  apply lower_inverse in Ha. apply (vanishes_lim o); [apply vanishesb_true, V|].
  apply (times_upper b (inverse a)); [exact E|exact Hb|apply Ha].
Qed.

(** ** The larger of two upper bounds *)

Definition largest (a b : order) : order :=
  match a, b with
  | Exact r d, Exact r' d' =>
      if Rlt_dec r r' then b else if Rlt_dec r' r then a else if Rle_dec d d' then b else a
  | Exponential, Exact r _ => if Rlt_dec r 0 then Exponential else b
  | Exact r _, Exponential => if Rlt_dec r 0 then Exponential else a
  | Super, o | o, Super => o
  | Exponential, Exponential => Exponential
  end.

Lemma exact_le (f : R -> R) (r d r' d' : R) :
  r < r' \/ (r = r' /\ d <= d') -> upper_bound (Exact r d) f -> upper_bound (Exact r' d') f.
Proof.
  intros H [C Hf]. destruct H as [H|[<- H]].
  - exists 1. generalize (magnitude_rate C r d r' d' H). revert Hf. apply ev_imp2. intros x H1 H2. lra.
  - exists (Rabs C). generalize (magnitude_degree r d d' H). revert Hf. apply ev_imp2. intros x H1 H2.
    apply Rle_trans with (1 := H1). generalize (Rle_abs C), (Rabs_pos C), (magnitude_pos r d x). nra.
Qed.

Lemma largest_upper (a b : order) (f : R -> R) :
  (upper_bound a f -> upper_bound (largest a b) f) /\ (upper_bound b f -> upper_bound (largest a b) f).
Proof.
  destruct a as [r d| |], b as [r' d'| |]; cbn [largest]; split; intro H; try exact H.
  - destruct (Rlt_dec r r'); [apply (exact_le f r d); [lra|exact H]|]. destruct (Rlt_dec r' r); [exact H|].
    destruct (Rle_dec d d'); [apply (exact_le f r d); [lra|exact H]|exact H].
  - destruct (Rlt_dec r r'); [exact H|]. destruct (Rlt_dec r' r); [apply (exact_le f r' d'); [lra|exact H]|].
    destruct (Rle_dec d d'); [exact H|apply (exact_le f r' d'); [lra|exact H]].
  - destruct (Rlt_dec r 0); [apply (upper_negative_rate r d); assumption|exact H].
  - destruct (Rlt_dec r 0); [exact H|apply exponential_exact; [lra|exact H]].
  - apply super_exact, H.
  - destruct (Rlt_dec r' 0); [exact H|apply exponential_exact; [lra|exact H]].
  - destruct (Rlt_dec r' 0); [apply (upper_negative_rate r' d'); assumption|exact H].
  - apply super_exponential, H.
  - apply super_exact, H.
  - apply super_exponential, H.
Qed.

Lemma upper_sum (o : order) (f g : R -> R) :
  upper_bound o f -> upper_bound o g -> upper_bound o (fun x => f x + g x).
Proof.
  intros Hf Hg.
  assert (H : exists h, upper_bound o h /\ eventually (fun x => Rabs (f x) <= Rabs (h x) /\ Rabs (g x) <= Rabs (h x))).
  { exists (fun x => Rmax (Rabs (f x)) (Rabs (g x))). split.
    - destruct o as [r d| |].
      + destruct Hf as [C Hf], Hg as [D Hg]. exists (Rmax C D). revert Hf Hg. apply ev_imp2. intros x H1 H2.
        rewrite Rabs_pos_eq by (apply Rle_trans with (2 := Rmax_l _ _), Rabs_pos).
        generalize (Rmax_l C D), (Rmax_r C D), (magnitude_pos r d x). intros. apply Rmax_lub; nra.
      + destruct Hf as [e [He Hf]], Hg as [e' [He' Hg]]. exists (Rmin e e'). split; [apply Rmin_pos; assumption|].
        generalize (ev_and _ _ (ev_gt 0) (ev_and _ _ Hf Hg)). apply ev_imp. intros x [Hx [H1 H2]].
        rewrite Rabs_pos_eq by (apply Rle_trans with (2 := Rmax_l _ _), Rabs_pos).
        generalize (Rmin_l e e'), (Rmin_r e e'). intros.
        apply Rmax_lub; [apply Rle_trans with (1 := H1)|apply Rle_trans with (1 := H2)]; apply exp_le; nra.
      + intro K. generalize (Hf K), (Hg K). apply ev_imp2. intros x H1 H2.
        rewrite Rabs_pos_eq by (apply Rle_trans with (2 := Rmax_l _ _), Rabs_pos). apply Rmax_lub; assumption.
    - exists 0. intros x _. rewrite (Rabs_pos_eq (Rmax _ _)) by (apply Rle_trans with (2 := Rmax_l _ _), Rabs_pos).
      split; [apply Rmax_l|apply Rmax_r]. }
  destruct H as [h [Hh H]]. apply (upper_bound_le o h _ 2); [|exact Hh].
  revert H. apply ev_imp. intros x [H1 H2]. apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

Theorem largest_sum (a b : order) (f g : R -> R) :
  upper_bound a f -> upper_bound b g -> upper_bound (largest a b) (fun x => f x + g x).
Proof.
  intros Ha Hb. apply upper_sum; [apply (proj1 (largest_upper a b f)), Ha|apply (proj2 (largest_upper a b g)), Hb].
Qed.
