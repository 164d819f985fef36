(** Bounds of terms by small steps: one lemma an operation, from bounds of its arguments. Exported proofs use them where
    an enclosure in numbers does not decide, as for the sign of a slope that tends to 0.

    Lemma ids: none of its own. *)

From Coq Require Import Reals Lra Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Erf Terms.
Open Scope R_scope.

(** ** Bounds by small steps *)

(** a < b or a <= b *)
Definition below (strict : bool) (a b : R) : Prop := if strict then a < b else a <= b.

Lemma add_lower s1 s2 p q c a b :
  below s1 p a -> below s2 q b -> c <= p + q -> below (s1 || s2) c (a + b).
Proof. destruct s1, s2; simpl; lra. Qed.
Lemma add_upper s1 s2 p q c a b :
  below s1 a p -> below s2 b q -> p + q <= c -> below (s1 || s2) (a + b) c.
Proof. destruct s1, s2; simpl; lra. Qed.
Lemma sub_lower s1 s2 p q c a b :
  below s1 p a -> below s2 b q -> c <= p - q -> below (s1 || s2) c (a - b).
Proof. destruct s1, s2; simpl; lra. Qed.
Lemma sub_upper s1 s2 p q c a b :
  below s1 a p -> below s2 q b -> p - q <= c -> below (s1 || s2) (a - b) c.
Proof. destruct s1, s2; simpl; lra. Qed.
Lemma neg_lower s p c a : below s a p -> c <= - p -> below s c (- a).
Proof. destruct s; simpl; lra. Qed.
Lemma neg_upper s p c a : below s p a -> - p <= c -> below s (- a) c.
Proof. destruct s; simpl; lra. Qed.

Lemma weaken s a b : a < b -> below s a b.
Proof. destruct s; simpl; lra. Qed.

(** Products of factors of known signs. *)
Lemma mul_pos_pos s1 s2 a b : below s1 0 a -> below s2 0 b -> below (s1 && s2) 0 (a * b).
Proof. destruct s1, s2; simpl; nra. Qed.
Lemma mul_neg_neg s1 s2 a b : below s1 a 0 -> below s2 b 0 -> below (s1 && s2) 0 (a * b).
Proof. destruct s1, s2; simpl; nra. Qed.
Lemma mul_pos_neg s1 s2 a b : below s1 0 a -> below s2 b 0 -> below (s1 && s2) (a * b) 0.
Proof. destruct s1, s2; simpl; nra. Qed.
Lemma mul_neg_pos s1 s2 a b : below s1 a 0 -> below s2 0 b -> below (s1 && s2) (a * b) 0.
Proof. destruct s1, s2; simpl; nra. Qed.
Lemma square_lower a : 0 <= a * a.
Proof. nra. Qed.

(** Products above the product of positive lower bounds, and below that of upper bounds. *)
Lemma mul_lower s1 s2 p q c a b :
  below s1 p a -> below s2 q b -> 0 < p -> 0 < q -> c <= p * q -> below (s1 || s2) c (a * b).
Proof.
  intros H1 H2 Hp Hq Hc.
  assert (p <= a) by (destruct s1; simpl in H1; lra). assert (q <= b) by (destruct s2; simpl in H2; lra).
  assert (p * q <= a * b) by (apply Rmult_le_compat; lra).
  destruct s1, s2; simpl in *; try lra; nra.
Qed.
Lemma mul_lower_negative s1 s2 p q c a b :
  below s1 a p -> below s2 b q -> p < 0 -> q < 0 -> c <= p * q -> below (s1 || s2) c (a * b).
Proof.
  intros H1 H2 Hp Hq Hc. replace (a * b) with (- a * - b) by ring.
  apply (mul_lower s1 s2 (- p) (- q)); [destruct s1; simpl in *; lra|destruct s2; simpl in *; lra|lra|lra|].
  replace (- p * - q) with (p * q) by ring. exact Hc.
Qed.
Lemma mul_upper s1 s2 p q c a b :
  below s1 a p -> below s2 b q -> 0 <= a -> 0 <= b -> 0 < p -> 0 < q -> p * q <= c -> below (s1 || s2) (a * b) c.
Proof.
  intros H1 H2 Ha Hb Hp Hq Hc.
  assert (a <= p) by (destruct s1; simpl in H1; lra). assert (b <= q) by (destruct s2; simpl in H2; lra).
  assert (a * b <= p * q) by (apply Rmult_le_compat; lra).
  destruct s1, s2; simpl in *; try lra; nra.
Qed.
Lemma mul_upper_negative s1 s2 p q c a b :
  below s1 p a -> below s2 b q -> 0 < p -> q < 0 -> p * q <= c -> below (s1 || s2) (a * b) c.
Proof.
  intros H1 H2 Hp Hq Hc.
  assert (K : below (s1 || s2) (- c) (a * - b)).
  { apply (mul_lower s1 s2 p (- q)); [exact H1|destruct s2; simpl in *; lra|lra|lra|].
    replace (p * - q) with (- (p * q)) by ring. lra. }
  replace (a * - b) with (- (a * b)) in K by ring. destruct s1, s2; simpl in *; lra.
Qed.
Lemma mul_upper_negative_left s1 s2 p q c a b :
  below s1 a p -> below s2 q b -> p < 0 -> 0 < q -> p * q <= c -> below (s1 || s2) (a * b) c.
Proof.
  intros H1 H2 Hp Hq Hc. rewrite Rmult_comm, orb_comm. apply (mul_upper_negative s2 s1 q p); try assumption. lra.
Qed.
Lemma mul_upper_negatives s1 s2 p q c a b :
  below s1 p a -> below s2 q b -> a <= 0 -> b <= 0 -> p < 0 -> q < 0 -> p * q <= c -> below (s1 || s2) (a * b) c.
Proof.
  intros H1 H2 Ha Hb Hp Hq Hc. replace (a * b) with (- a * - b) by ring.
  apply (mul_upper s1 s2 (- p) (- q)); try lra; [destruct s1; simpl in *; lra|destruct s2; simpl in *; lra].
Qed.
Lemma mul_lower_mixed s1 s2 p q c a b :
  below s1 a p -> below s2 q b -> 0 <= a -> b <= 0 -> 0 < p -> q < 0 -> c <= p * q -> below (s1 || s2) c (a * b).
Proof.
  intros H1 H2 Ha Hb Hp Hq Hc.
  assert (K : below (s1 || s2) (a * - b) (- c)).
  { apply (mul_upper s1 s2 p (- q)); try lra; [exact H1|destruct s2; simpl in *; lra]. }
  replace (a * - b) with (- (a * b)) in K by ring. destruct s1, s2; simpl in *; lra.
Qed.
Lemma mul_lower_mixed_left s1 s2 p q c a b :
  below s1 p a -> below s2 b q -> a <= 0 -> 0 <= b -> p < 0 -> 0 < q -> c <= p * q -> below (s1 || s2) c (a * b).
Proof.
  intros H1 H2 Ha Hb Hp Hq Hc. rewrite Rmult_comm, orb_comm. apply (mul_lower_mixed s2 s1 q p); try assumption. lra.
Qed.
Lemma mul_corners_lower p p' q q' c a b :
  p <= a -> a <= p' -> q <= b -> b <= q' -> c < p * q -> c < p * q' -> c < p' * q -> c < p' * q' -> c < a * b.
Proof.
  intros. destruct (Rle_lt_dec 0 b) as [B|B].
  - apply Rlt_le_trans with (p * b); [|nra]. destruct (Rle_lt_dec 0 p); nra.
  - apply Rlt_le_trans with (p' * b); [|nra]. destruct (Rle_lt_dec 0 p'); nra.
Qed.
Lemma mul_corners_upper p p' q q' c a b :
  p <= a -> a <= p' -> q <= b -> b <= q' -> p * q < c -> p * q' < c -> p' * q < c -> p' * q' < c -> a * b < c.
Proof.
  intros. assert (- c < a * - b); [|lra].
  apply (mul_corners_lower p p' (- q') (- q)); lra.
Qed.

(** Inverses. *)
Lemma inv_positive b : 0 < b -> 0 < / b.
Proof. apply Rinv_0_lt_compat. Qed.
Lemma inv_negative b : b < 0 -> / b < 0.
Proof. apply Rinv_lt_0_compat. Qed.
Lemma inv_lower s p c b : 0 < b -> below s b p -> 0 < p -> c <= / p -> below s c (/ b).
Proof.
  intros Hb H Hp Hc. destruct s; simpl in *.
  - apply Rle_lt_trans with (/ p); [exact Hc|]. apply Rinv_lt_contravar; nra.
  - apply Rle_trans with (/ p); [exact Hc|]. apply Rinv_le_contravar; lra.
Qed.
Lemma inv_upper s p c b : below s p b -> 0 < p -> / p <= c -> below s (/ b) c.
Proof.
  intros H Hp Hc. destruct s; simpl in *.
  - apply Rlt_le_trans with (/ p); [|exact Hc]. apply Rinv_lt_contravar; nra.
  - apply Rle_trans with (/ p); [|exact Hc]. apply Rinv_le_contravar; lra.
Qed.

(** Powers. *)
Lemma power_positive a n : 0 < a -> 0 < a ^ n.
Proof. apply pow_lt. Qed.
Lemma power_weak a n : 0 <= a -> 0 <= a ^ n.
Proof. apply pow_le. Qed.
Lemma power_even a m : 0 <= a ^ (2 * m).
Proof. rewrite pow_mult. apply pow_le. simpl. nra. Qed.
Lemma power_even_strict a m : a <> 0 -> 0 < a ^ (2 * m).
Proof. intro H. rewrite pow_mult. apply pow_lt. simpl. rewrite Rmult_1_r. apply Rsqr_pos_lt, H. Qed.
Lemma power_odd_negative a m : a < 0 -> a ^ S (2 * m) < 0.
Proof.
  intro H. rewrite <- tech_pow_Rmult. assert (0 < a ^ (2 * m)) by (apply power_even_strict; lra). nra.
Qed.
Lemma power_odd_weak a m : a <= 0 -> a ^ S (2 * m) <= 0.
Proof. intro H. rewrite <- tech_pow_Rmult. assert (K := power_even a m). nra. Qed.
Lemma power_lower p c a n : 0 <= p -> p <= a -> c <= p ^ n -> c <= a ^ n.
Proof. intros Hp H Hc. apply Rle_trans with (p ^ n); [exact Hc|]. apply pow_incr. lra. Qed.
Lemma power_upper p c a n : 0 <= a -> a <= p -> p ^ n <= c -> a ^ n <= c.
Proof. intros Ha H Hc. apply Rle_trans with (p ^ n); [|exact Hc]. apply pow_incr. lra. Qed.
Lemma power_lower_strict p c a n : 0 <= p -> p < a -> c <= p ^ S n -> c < a ^ S n.
Proof.
  intros Hp H Hc. apply Rle_lt_trans with (p ^ S n); [exact Hc|].
  assert (K : p ^ n <= a ^ n) by (apply pow_incr; lra). simpl. assert (0 < a ^ n) by (apply pow_lt; lra).
  assert (0 <= p ^ n) by (apply pow_le; lra). nra.
Qed.
Lemma power_upper_strict p c a n : 0 <= a -> a < p -> p ^ S n <= c -> a ^ S n < c.
Proof.
  intros Ha H Hc. apply Rlt_le_trans with (p ^ S n); [|exact Hc].
  assert (K : a ^ n <= p ^ n) by (apply pow_incr; lra). simpl. assert (0 < p ^ n) by (apply pow_lt; lra).
  assert (0 <= a ^ n) by (apply pow_le; lra). nra.
Qed.

(** Increasing operations. *)
Definition increases (h : R -> R) (S : R -> Prop) : Prop := forall a b, S a -> a < b -> h a < h b.
Definition everywhere (a : R) : Prop := True.

Lemma incr_lower h S s p c a : increases h S -> S p -> below s p a -> c <= h p -> below s c (h a).
Proof.
  intros I Hp H Hc. destruct s; simpl in *; [apply Rle_lt_trans with (h p); auto|].
  destruct H as [H|<-]; [|exact Hc]. left. apply Rle_lt_trans with (h p); auto.
Qed.
Lemma incr_upper h S s p c a : increases h S -> S a -> below s a p -> h p <= c -> below s (h a) c.
Proof.
  intros I Hp H Hc. destruct s; simpl in *; [apply Rlt_le_trans with (h p); auto|].
  destruct H as [H|<-]; [|exact Hc]. left. apply Rlt_le_trans with (h p); auto.
Qed.

Lemma incr_lower_value h S p c a : increases h S -> S p -> p <= a -> c < h p -> c < h a.
Proof. intros I Hp [H|<-] Hc; [apply Rlt_trans with (h p); auto|exact Hc]. Qed.
Lemma incr_upper_value h S p c a : increases h S -> S a -> a <= p -> h p < c -> h a < c.
Proof. intros I Hp [H|<-] Hc; [apply Rlt_trans with (h p); auto|exact Hc]. Qed.

Lemma exp_increases : increases exp everywhere.
Proof. intros a b _ H. apply exp_increasing, H. Qed.
Lemma ln_increases : increases ln (fun a => 0 < a).
Proof. intros a b H. apply ln_increasing, H. Qed.
Lemma sqrt_increases : increases sqrt (fun a => 0 <= a).
Proof. intros a b H L. apply sqrt_lt_1; lra. Qed.
Lemma sigmoid_increases : increases sigmoid everywhere.
Proof.
  intros a b _ H. unfold sigmoid. assert (Ha := exp_pos (- a)). assert (Hb := exp_pos (- b)).
  assert (K : exp (- b) < exp (- a)) by (apply exp_increasing; lra).
  apply Rinv_lt_contravar; nra.
Qed.
Lemma softplus_increases : increases softplus everywhere.
Proof.
  intros a b _ H. unfold softplus. assert (Ha := exp_pos a).
  assert (K : exp a < exp b) by (apply exp_increasing; lra). apply ln_increasing; lra.
Qed.
Lemma atan_increases : increases atan everywhere.
Proof. intros a b _ H. apply atan_increasing, H. Qed.
Lemma sinh_increases : increases sinh everywhere.
Proof.
  intros a b _ H. unfold sinh. assert (K : exp a < exp b) by (apply exp_increasing; lra).
  assert (L : exp (- b) < exp (- a)) by (apply exp_increasing; lra). lra.
Qed.
Lemma tanh_exp a : tanh a = 1 - 2 / (exp (2 * a) + 1).
Proof.
  unfold tanh, sinh, cosh. replace (2 * a) with (a + a) by ring. rewrite exp_plus, exp_Ropp.
  assert (H := exp_pos a). set (e := exp a) in *. assert (0 < e * e) by (apply Rmult_lt_0_compat; lra).
  field. repeat split; nra.
Qed.
Lemma tanh_increases : increases tanh everywhere.
Proof.
  intros a b _ H. rewrite !tanh_exp. assert (Ha := exp_pos (2 * a)).
  assert (K : exp (2 * a) < exp (2 * b)) by (apply exp_increasing; lra).
  assert (/ (exp (2 * b) + 1) < / (exp (2 * a) + 1)) by (apply Rinv_lt_contravar; nra). lra.
Qed.
Lemma erf_increases : increases erf everywhere.
Proof. intros a b _ H. apply erf_increasing, H. Qed.
Lemma arcsinh_increases : increases arcsinh everywhere.
Proof. intros a b _ H. apply arcsinh_lt, H. Qed.

Lemma sigmoid_pos a : 0 < sigmoid a.
Proof. unfold sigmoid. apply Rinv_0_lt_compat. generalize (exp_pos (- a)); lra. Qed.
Lemma sigmoid_lt_1 a : sigmoid a < 1.
Proof.
  unfold sigmoid. assert (H := exp_pos (- a)). rewrite <- Rinv_1 at 2. apply Rinv_lt_contravar; lra.
Qed.
Lemma softplus_pos a : 0 < softplus a.
Proof. unfold softplus. rewrite <- ln_1. apply ln_increasing; generalize (exp_pos a); lra. Qed.
Lemma tanh_lt_1 a : tanh a < 1.
Proof.
  rewrite tanh_exp. assert (H := exp_pos (2 * a)).
  assert (0 < / (exp (2 * a) + 1)) by (apply Rinv_0_lt_compat; lra). lra.
Qed.
Lemma tanh_gt_1 a : -1 < tanh a.
Proof.
  rewrite tanh_exp. assert (H := exp_pos (2 * a)).
  assert (/ (exp (2 * a) + 1) < / 1) by (apply Rinv_lt_contravar; lra). lra.
Qed.
Lemma cosh_pos a : 0 < cosh a.
Proof. unfold cosh. generalize (exp_pos a) (exp_pos (- a)); lra. Qed.
Lemma cosh_ge_1 a : 1 <= cosh a.
Proof.
  unfold cosh. rewrite exp_Ropp. assert (H := exp_pos a). set (e := exp a) in *.
  assert (0 <= (e - 1) * (e - 1) * / e).
  { apply Rmult_le_pos; [apply (Rle_0_sqr (e - 1))|]. left. apply Rinv_0_lt_compat, H. }
  replace ((e - 1) * (e - 1) * / e) with (e + / e - 2) in H0 by (field; lra). lra.
Qed.
Lemma cosh_gt_1 a : a <> 0 -> 1 < cosh a.
Proof.
  intro N. unfold cosh. rewrite exp_Ropp. assert (H := exp_pos a).
  assert (exp a <> 1). { intro E. apply N. rewrite <- (ln_exp a), E. apply ln_1. }
  set (e := exp a) in *.
  assert (0 < (e - 1) * (e - 1) * / e).
  { apply Rmult_lt_0_compat; [|apply Rinv_0_lt_compat, H]. apply (Rsqr_pos_lt (e - 1)). lra. }
  replace ((e - 1) * (e - 1) * / e) with (e + / e - 2) in H1 by (field; lra). lra.
Qed.
Lemma qpower_positive a r : 0 < a -> 0 < qpower a r.
Proof. intro H. rewrite qpower_pos by exact H. apply exp_pos. Qed.

Lemma value_exp_0 : exp 0 = 1. Proof. apply exp_0. Qed.
Lemma value_tanh_0 : tanh 0 = 0. Proof. unfold tanh. rewrite sinh_0. unfold Rdiv. ring. Qed.
Lemma value_sinh_0 : sinh 0 = 0. Proof. apply sinh_0. Qed.
Lemma value_arcsinh_0 : arcsinh 0 = 0. Proof. apply arcsinh_0. Qed.
Lemma value_sigmoid_0 : sigmoid 0 = / 2.
Proof. unfold sigmoid. rewrite Ropp_0, exp_0. f_equal. Qed.
Lemma value_softplus_0 : softplus 0 = ln 2.
Proof. unfold softplus. rewrite exp_0. f_equal. Qed.
