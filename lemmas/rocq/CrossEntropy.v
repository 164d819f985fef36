(** Cross-entropy: log of the sum of exponentials minus the mean of the outputs under the target.

    Lemma: cross-entropy. *)

From Coq Require Import Reals Lra Arith Lia.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary Composition Losses.
Open Scope R_scope.

(** The i-th coordinate of a point of R^(k+1), i <= k. *)
Fixpoint coordinate (k i : nat) : space k -> R :=
  match k with
  | 0%nat => fun z => z
  | S j => fun z => if i =? S j then snd z else coordinate j i (fst z)
  end.

(** The sum of c i times the i-th coordinate. *)
Definition dot (k : nat) (c : nat -> R) : space k -> R := separable k (fun i x => c i * x).

Fixpoint unit_vector (k i : nat) : space k :=
  match k with
  | 0%nat => if i =? 0 then 1 else 0
  | S j => if i =? S j then (zero, 1) else (unit_vector j i, 0)
  end.

(** The sum of the exponentials, and softmax. *)
Definition sum_exp (k : nat) : space k -> R := separable k (fun _ => exp).
Definition softmax (k : nat) (z : space k) (i : nat) : R := exp (coordinate k i z) / sum_exp k z.

Definition cross_entropy (k : nat) (q : nat -> R) (z : space k) : R := ln (sum_exp k z) - dot k q z.

(** q is a probability distribution on 0, ..., k. *)
Definition distribution (k : nat) (q : nat -> R) : Prop :=
  (forall i, (i <= k)%nat -> 0 <= q i) /\ sum_n q k = 1.

(** * Sums *)

Lemma dot_ext (k : nat) (c d : nat -> R) (v : space k) :
  (forall i, (i <= k)%nat -> c i = d i) -> dot k c v = dot k d v.
Proof.
  unfold dot. induction k as [|j IH]; intro H; simpl; [rewrite H by lia; reflexivity|].
  unfold joint. rewrite IH by (intros; apply H; lia). rewrite H by lia. reflexivity.
Qed.

Lemma dot_combination (k : nat) (a : R) (c d : nat -> R) (v : space k) :
  dot k (fun i => a * c i - d i) v = a * dot k c v - dot k d v.
Proof.
  unfold dot. induction k as [|j IH]; simpl; [ring|]. unfold joint. rewrite IH. ring.
Qed.

Lemma dot_zero (k : nat) (c : nat -> R) : dot k c zero = 0.
Proof.
  unfold dot. induction k as [|j IH]; [apply (Rmult_0_r (c 0%nat))|].
  change (separable j (fun i x => c i * x) zero + c (S j) * 0 = 0). rewrite IH. ring.
Qed.

Lemma dot_unit (k i : nat) (c : nat -> R) : (i <= k)%nat -> dot k c (unit_vector k i) = c i.
Proof.
  unfold dot. induction k as [|j IH]; intro Hi.
  - replace i with 0%nat by lia. apply Rmult_1_r.
  - simpl unit_vector. destruct (Nat.eqb_spec i (S j)) as [->|N].
    + change (dot j c zero + c (S j) * 1 = c (S j)). rewrite dot_zero. ring.
    + change (separable j (fun i x => c i * x) (unit_vector j i) + c (S j) * 0 = c i).
      rewrite IH by lia. ring.
Qed.

Lemma dot_null (k : nat) (c : nat -> R) :
  (forall v, dot k c v = 0) <-> forall i, (i <= k)%nat -> c i = 0.
Proof.
  split.
  - intros H i Hi. rewrite <- (dot_unit k i c Hi). apply H.
  - intros H v. rewrite (dot_ext k c (fun _ => 0) v H). clear H. unfold dot.
    induction k as [|j IH]; [apply Rmult_0_l|].
    change (separable j (fun _ x => 0 * x) (fst v) + 0 * snd v = 0). rewrite IH. ring.
Qed.

Lemma sum_exp_pos (k : nat) (z : space k) : 0 < sum_exp k z.
Proof.
  induction k as [|j IH]; [apply exp_pos|].
  change (0 < sum_exp j (fst z) + exp (snd z)). apply Rplus_lt_0_compat; [apply IH|apply exp_pos].
Qed.

Lemma sum_exp_coordinates (k : nat) (z : space k) : sum_exp k z = sum_n (fun i => exp (coordinate k i z)) k.
Proof.
  induction k as [|j IH]; [rewrite sum_O; reflexivity|].
  rewrite sum_Sn. change (sum_exp (S j) z) with (plus (sum_exp j (fst z)) (exp (snd z))).
  rewrite IH. f_equal.
  - apply sum_n_ext_loc. intros n Hn. simpl. destruct (Nat.eqb_spec n (S j)); [lia|reflexivity].
  - simpl. rewrite Nat.eqb_refl. reflexivity.
Qed.

Lemma sum_pairs_dot (k : nat) (z v : space k) :
  sum_pairs k (fun _ x u => exp x * u) z v = dot k (fun i => exp (coordinate k i z)) v.
Proof.
  induction k as [|j IH]; [reflexivity|]. simpl sum_pairs. rewrite IH.
  change (dot (S j) (fun i => exp (coordinate (S j) i z)) v)
    with (dot j (fun i => exp (coordinate (S j) i z)) (fst v) + exp (coordinate (S j) (S j) z) * snd v).
  f_equal.
  - apply dot_ext. intros i Hi. simpl. destruct (Nat.eqb_spec i (S j)); [lia|reflexivity].
  - simpl. rewrite Nat.eqb_refl. reflexivity.
Qed.

(** * The derivative *)

(** The derivative at z, along v: softmax minus the target. *)
Definition cross_entropy_derivative (k : nat) (q : nat -> R) (z v : space k) : R :=
  dot k (fun i => softmax k z i - q i) v.

Lemma cross_entropy_derivativeE (k : nat) (q : nat -> R) (z v : space k) :
  cross_entropy_derivative k q z v = / sum_exp k z * sum_pairs k (fun _ x u => exp x * u) z v - dot k q v.
Proof.
  rewrite sum_pairs_dot, <- dot_combination. apply dot_ext. intros i _. unfold softmax, Rdiv. ring.
Qed.

(** cross-entropy: it is continuously differentiable. *)
Theorem cross_entropy_c1 (k : nat) (q : nat -> R) :
  continuously_differentiable (cross_entropy k q) (cross_entropy_derivative k q).
Proof.
  assert (E : continuously_differentiable (sum_exp k) (sum_pairs k (fun _ x u => exp x * u))).
  { apply (separable_c1 k (fun _ => exp) (fun _ => exp)). intros i x _. split.
    - apply is_derive_exp.
    - apply continuous_exp. }
  assert (Q : continuously_differentiable (dot k q) (sum_pairs k (fun i _ u => q i * u))).
  { apply (separable_c1 k (fun i x => q i * x) (fun i _ => q i)). intros i x _. split.
    - auto_derive; [exact I|ring].
    - apply continuous_const. }
  assert (D : forall z v, cross_entropy_derivative k q z v =
            / sum_exp k z * sum_pairs k (fun _ x u => exp x * u) z v - sum_pairs k (fun i _ u => q i * u) z v).
  { intros z v. rewrite cross_entropy_derivativeE. f_equal. clear.
    induction k as [|j IH]; [reflexivity|]. simpl sum_pairs. rewrite <- IH. reflexivity. }
  intro z. destruct (E z) as [Ez Ec]. destruct (Q z) as [Qz Qc]. assert (P := sum_exp_pos k z). split.
  - eapply filterdiff_ext_lin.
    + apply (filterdiff_minus_fct (F := locally z) (fun y => ln (sum_exp k y)) (dot k q)); [|exact Qz].
      apply (filterdiff_comp' (sum_exp k) ln z _ (fun y => scal y (/ sum_exp k z)) Ez).
      apply (is_derive_ln _ P).
    + intro v. rewrite D. change (sum_pairs k (fun _ x u => exp x * u) z v * / sum_exp k z
        - sum_pairs k (fun i _ u => q i * u) z v = / sum_exp k z * sum_pairs k (fun _ x u => exp x * u) z v
        - sum_pairs k (fun i _ u => q i * u) z v). ring.
  - intro v. eapply continuous_ext; [intro y; symmetry; apply D|].
    apply (continuous_minus (V := R_NormedModule)); [|apply Qc].
    apply (continuous_mult (K := R_AbsRing)); [|apply Ec].
    apply (continuous_comp (sum_exp k) Rinv); [|apply continuous_Rinv; lra].
    exact (filterdiff_continuous (V := R_NormedModule) (sum_exp k) z (ex_intro _ _ Ez)).
Qed.

(** * Convexity *)

Lemma sum_exp_above (k : nat) (z w : space k) (c : R) :
  exp c * ((1 - c) * sum_exp k z + sum_pairs k (fun _ x u => exp x * u) z (minus w z)) <= sum_exp k w.
Proof.
  assert (One : forall x y, exp c * ((1 - c) * exp x + exp x * (y - x)) <= exp y).
  { intros x y. replace (exp y) with (exp c * (exp x * exp (y - x - c))).
    - apply Rmult_le_compat_l; [apply Rlt_le, exp_pos|].
      replace ((1 - c) * exp x + exp x * (y - x)) with (exp x * (1 + (y - x - c))) by ring.
      apply Rmult_le_compat_l; [apply Rlt_le, exp_pos|]. apply exp_ineq1_le.
    - rewrite <- !exp_plus. f_equal. ring. }
  assert (Split : forall e a b s t, e * ((1 - c) * (a + b) + (s + t)) = e * ((1 - c) * a + s) + e * ((1 - c) * b + t))
    by (intros; ring).
  induction k as [|j IH]; [apply One|].
  eapply Rle_trans; [apply Req_le, Split|].
  apply Rplus_le_compat; [apply (IH (fst z) (fst w))|apply (One (snd z) (snd w))].
Qed.

(** cross-entropy is above its tangents. *)
Theorem cross_entropy_above (k : nat) (q : nat -> R) (z w : space k) :
  cross_entropy k q z + cross_entropy_derivative k q z (minus w z) <= cross_entropy k q w.
Proof.
  rewrite cross_entropy_derivativeE. unfold cross_entropy.
  assert (Pz := sum_exp_pos k z). assert (Pw := sum_exp_pos k w).
  set (T := sum_pairs k (fun _ x u => exp x * u) z (minus w z)).
  set (c := / sum_exp k z * T).
  assert (A := sum_exp_above k z w c). fold T in A.
  replace ((1 - c) * sum_exp k z + T) with (sum_exp k z) in A by (unfold c; field; lra).
  assert (L : dot k q w = dot k q z + dot k q (minus w z)).
  { clear. assert (One : forall a x y : R, a * y = a * x + a * (y - x)) by (intros; ring).
    assert (Add : forall a b a1 b1 a2 b2 : R, a = a1 + a2 -> b = b1 + b2 -> a + b = a1 + b1 + (a2 + b2))
      by (intros; subst; ring).
    unfold dot. induction k as [|j IH]; [apply One|]. exact (Add _ _ _ _ _ _ (IH (fst z) (fst w)) (One _ _ _)). }
  assert (B : c + ln (sum_exp k z) <= ln (sum_exp k w)).
  { rewrite <- (ln_exp c), <- ln_mult by (try apply exp_pos; assumption).
    apply Rcomplements.ln_le; [apply Rmult_lt_0_compat; [apply exp_pos|assumption]|exact A]. }
  rewrite L. lra.
Qed.

Lemma scal_complement {V : NormedModule R_AbsRing} (s : R) (z : V) : scal (1 - s) z = minus z (scal s z).
Proof.
  transitivity (minus (scal one z) (scal s z)); [apply (scal_minus_distr_r (V := V) one s z)|].
  f_equal. apply (scal_one (V := V)).
Qed.

(** A differentiable function above its tangents is convex. *)
Lemma convex_of_tangents {V : NormedModule R_AbsRing} (f : V -> R) (D : V -> V -> R) :
  continuously_differentiable f D -> (forall z w, f z + D z (minus w z) <= f w) ->
  forall z w s, 0 <= s <= 1 -> f (plus (scal s z) (scal (1 - s) w)) <= s * f z + (1 - s) * f w.
Proof.
  intros C T z w s Hs. set (y := plus (scal s z) (scal (1 - s) w)).
  destruct (C y) as [[L _] _]. assert (A := T y z). assert (B := T y w).
  assert (Sub : forall a b c : V, minus a (plus b c) = minus (minus a b) c).
  { intros a b c. unfold minus. rewrite opp_plus, plus_assoc. reflexivity. }
  assert (Ez : minus z y = scal (1 - s) (minus z w)).
  { transitivity (minus (scal (1 - s) z) (scal (1 - s) w)).
    - unfold y. rewrite (scal_complement s z). apply Sub.
    - symmetry. apply (scal_minus_distr_l (V := V)). }
  assert (Ew : minus w y = opp (scal s (minus z w))).
  { transitivity (opp (minus (scal s z) (scal s w))).
    - unfold y. rewrite (scal_complement s w), Sub. unfold minus.
      rewrite !opp_plus, !opp_opp, (plus_comm w), <- plus_assoc, (plus_assoc w), plus_opp_r, plus_zero_l. reflexivity.
    - f_equal. symmetry. apply (scal_minus_distr_l (V := V)). }
  assert (Dz : D y (minus z y) = (1 - s) * D y (minus z w)).
  { transitivity (D y (scal (1 - s) (minus z w))); [f_equal; exact Ez|apply (linear_scal _ L)]. }
  assert (Dw : D y (minus w y) = - (s * D y (minus z w))).
  { transitivity (D y (opp (scal s (minus z w)))); [f_equal; exact Ew|].
    transitivity (- D y (scal s (minus z w))); [apply (linear_opp _ _ L)|].
    f_equal. apply (linear_scal _ L). }
  assert (A0 : f y + (1 - s) * D y (minus z w) <= f z) by (rewrite <- Dz; exact A).
  assert (B0 : f y + - (s * D y (minus z w)) <= f w) by (rewrite <- Dw; exact B).
  assert (A' : s * (f y + (1 - s) * D y (minus z w)) <= s * f z) by (apply Rmult_le_compat_l; lra).
  assert (B' : (1 - s) * (f y + - (s * D y (minus z w))) <= (1 - s) * f w) by (apply Rmult_le_compat_l; lra).
  lra.
Qed.

(** cross-entropy: it is convex. *)
Theorem cross_entropy_convex (k : nat) (q : nat -> R) (z w : space k) (s : R) : 0 <= s <= 1 ->
  cross_entropy k q (plus (scal s z) (scal (1 - s) w)) <=
  s * cross_entropy k q z + (1 - s) * cross_entropy k q w.
Proof. apply (convex_of_tangents _ _ (cross_entropy_c1 k q) (cross_entropy_above k q)). Qed.

(** * Stationary points *)

(** cross-entropy: the stationary points are those where softmax is the target. *)
Theorem cross_entropy_stationary (k : nat) (q : nat -> R) (z : space k) :
  stationary (cross_entropy k q) z <-> forall i, (i <= k)%nat -> softmax k z i = q i.
Proof.
  rewrite (stationary_c1 _ _ z (cross_entropy_c1 k q)). unfold cross_entropy_derivative.
  rewrite dot_null. split; intros H i Hi; specialize (H i Hi); lra.
Qed.

(** cross-entropy: it is invex, and its minimisers are its stationary points. *)
Theorem cross_entropy_invex (k : nat) (q : nat -> R) (z : space k) :
  stationary (cross_entropy k q) z <-> minimiser (cross_entropy k q) z.
Proof.
  split.
  - intros H w. assert (A := cross_entropy_above k q z w).
    rewrite (proj1 (stationary_c1 _ _ z (cross_entropy_c1 k q)) H) in A. lra.
  - intro H. apply stationary_of_increments. intros v m Hm. exists 1. split; [lra|]. intros t Ht.
    assert (A := H (plus z (scal t v))). assert (0 < m * t) by (apply Rmult_lt_0_compat; lra). lra.
Qed.

(** cross-entropy: for a target without zeros these are log q + t, for any t. *)
Theorem cross_entropy_points (k : nat) (q : nat -> R) (z : space k) :
  distribution k q -> (forall i, (i <= k)%nat -> 0 < q i) ->
  (stationary (cross_entropy k q) z <-> exists t, forall i, (i <= k)%nat -> coordinate k i z = ln (q i) + t).
Proof.
  intros [_ Sum] Pos. rewrite cross_entropy_stationary. assert (P := sum_exp_pos k z). split.
  - intro H. exists (ln (sum_exp k z)). intros i Hi. rewrite <- (H i Hi). unfold softmax.
    rewrite <- ln_mult; [|apply Rdiv_lt_0_compat; [apply exp_pos|assumption]|assumption].
    replace (exp (coordinate k i z) / sum_exp k z * sum_exp k z) with (exp (coordinate k i z)) by (field; lra).
    symmetry. apply ln_exp.
  - intros [t H] i Hi. unfold softmax.
    assert (E : forall j, (j <= k)%nat -> exp (coordinate k j z) = mult (exp t) (q j)).
    { intros j Hj. rewrite (H j Hj), exp_plus, exp_ln by (apply Pos, Hj). apply Rmult_comm. }
    assert (S1 : sum_exp k z = exp t).
    { rewrite sum_exp_coordinates. transitivity (sum_n (fun j => mult (exp t) (q j)) k).
      - apply sum_n_ext_loc. exact E.
      - transitivity (mult (exp t) (sum_n q k)); [apply (sum_n_mult_l (K := R_Ring))|].
        rewrite Sum. apply Rmult_1_r. }
    rewrite (E i Hi), S1. change (exp t * q i / exp t = q i). field. apply Rgt_not_eq, exp_pos.
Qed.

(** cross-entropy: for a target with a zero there is no stationary point, and the infimum is not attained. *)
Theorem cross_entropy_none (k i : nat) (q : nat -> R) : (i <= k)%nat -> q i = 0 ->
  forall z, ~ stationary (cross_entropy k q) z /\ ~ minimiser (cross_entropy k q) z.
Proof.
  intros Hi Zero z. assert (N : ~ stationary (cross_entropy k q) z).
  { rewrite cross_entropy_stationary. intro H. specialize (H i Hi). rewrite Zero in H. unfold softmax in H.
    assert (0 < exp (coordinate k i z) / sum_exp k z)
      by (apply Rdiv_lt_0_compat; [apply exp_pos|apply sum_exp_pos]). lra. }
  split; [exact N|]. rewrite <- cross_entropy_invex. exact N.
Qed.
