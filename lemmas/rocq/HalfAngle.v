(** * Trigonometric polynomials

    Proves the lemma [half-angle]. *)

From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs Polynomials PolynomialSigns.
Import ListNotations.
Open Scope R_scope.

(** The monomials: a coefficient, the powers of the cosine and of the sine. *)
Definition monomials := list (R * (nat * nat)).

(** The sum of c cos(wx)^a sin(wx)^b. *)
Definition trigonometric (q : monomials) (w x : R) : R :=
  fold_right (fun m s => fst m * cos (w * x) ^ fst (snd m) * sin (w * x) ^ snd (snd m) + s) 0 q.

(** The sum of c (1-t^2)^a (2t)^b (1+t^2)^(N-a-b). *)
Definition half_angle_sum (q : monomials) (N : nat) (t : R) : R :=
  fold_right (fun m s => fst m * (1 - t ^ 2) ^ fst (snd m) * (2 * t) ^ snd (snd m)
                         * (1 + t ^ 2) ^ (N - fst (snd m) - snd (snd m)) + s) 0 q.

Definition total_degree (q : monomials) (N : nat) : Prop :=
  forall m, In m q -> (fst (snd m) + snd (snd m) <= N)%nat.

Lemma square_plus_pos (t : R) : 0 < 1 + t ^ 2.
Proof. generalize (pow2_ge_0 t); lra. Qed.

(** Where cos(wx/2) is not 0, with t = tan(wx/2). *)
Lemma trigonometric_half (q : monomials) (N : nat) (w x : R) :
  total_degree q N -> cos (w * x / 2) <> 0 ->
  trigonometric q w x = half_angle_sum q N (tan (w * x / 2)) / (1 + tan (w * x / 2) ^ 2) ^ N.
Proof.
  intros HN Hc. set (h := w * x / 2) in *. set (t := tan h).
  assert (P := square_plus_pos t).
  assert (Id := sin2_cos2 h). unfold Rsqr in Id.
  assert (Es : sin h = t * cos h) by (unfold t, tan; field; exact Hc).
  assert (C2 : cos h * cos h * (1 + t ^ 2) = 1) by (rewrite Es in Id; nra).
  assert (Ec : cos (w * x) = (1 - t ^ 2) / (1 + t ^ 2)).
  { replace (w * x) with (2 * h) by (unfold h; field). rewrite cos_2a, Es.
    apply (Rmult_eq_reg_r (1 + t ^ 2)); [|lra]. transitivity (1 - t ^ 2); [|field; lra].
    transitivity ((1 - t ^ 2) * (cos h * cos h * (1 + t ^ 2))); [ring|]. rewrite C2. ring. }
  assert (Esin : sin (w * x) = 2 * t / (1 + t ^ 2)).
  { replace (w * x) with (2 * h) by (unfold h; field). rewrite sin_2a, Es.
    apply (Rmult_eq_reg_r (1 + t ^ 2)); [|lra]. transitivity (2 * t); [|field; lra].
    transitivity (2 * t * (cos h * cos h * (1 + t ^ 2))); [ring|]. rewrite C2. ring. }
  unfold trigonometric, half_angle_sum. rewrite Ec, Esin.
  induction q as [|[c [a b]] q IH]; cbn [fold_right]; [unfold Rdiv; ring|].
  rewrite IH by (intros m Hm; apply HN; right; exact Hm).
  assert (Hab := HN (c, (a, b)) (or_introl eq_refl)). cbn [fst snd] in *.
  unfold Rdiv. rewrite Rmult_plus_distr_r. f_equal.
  rewrite !Rpow_mult_distr, !pow_inv. replace N with (a + b + (N - a - b))%nat at 2 by lia.
  rewrite !pow_add. field. repeat split; apply pow_nonzero; lra.
Qed.

(** The same sum turned round: t^(2N) times its value at 1/t. *)
Definition turned (q : monomials) (N : nat) (t : R) : R :=
  fold_right (fun m s => fst m * (t ^ 2 - 1) ^ fst (snd m) * (2 * t) ^ snd (snd m)
                         * (t ^ 2 + 1) ^ (N - fst (snd m) - snd (snd m)) + s) 0 q.

Lemma turned_half (q : monomials) (N : nat) (t : R) :
  total_degree q N -> t <> 0 -> turned q N t = t ^ (2 * N) * half_angle_sum q N (/ t).
Proof.
  intros HN Ht. unfold turned, half_angle_sum.
  induction q as [|[c [a b]] q IH]; cbn [fold_right]; [ring|].
  rewrite IH by (intros m Hm; apply HN; right; exact Hm).
  assert (Hab := HN (c, (a, b)) (or_introl eq_refl)). cbn [fst snd] in *.
  rewrite Rmult_plus_distr_l. f_equal.
  replace (2 * N)%nat with (2 * a + 2 * b + 2 * (N - a - b))%nat by lia.
  rewrite !pow_add, (pow_mult t 2 a), (pow_mult t 2 b), (pow_mult t 2 (N - a - b)).
  transitivity (c * (t ^ 2 * (1 - (/ t) ^ 2)) ^ a * (t ^ 2 * (2 * / t)) ^ b * (t ^ 2 * (1 + (/ t) ^ 2)) ^ (N - a - b)).
  - replace (t ^ 2 * (1 - (/ t) ^ 2)) with (t ^ 2 - 1) by (field; exact Ht).
    replace (t ^ 2 * (2 * / t)) with (2 * t) by (field; exact Ht).
    replace (t ^ 2 * (1 + (/ t) ^ 2)) with (t ^ 2 + 1) by (field; exact Ht). reflexivity.
  - rewrite !Rpow_mult_distr. ring.
Qed.

Lemma turned_0 (q : monomials) (N : nat) (w x : R) :
  cos (w * x / 2) = 0 -> turned q N 0 = trigonometric q w x.
Proof.
  intro Hc. set (h := w * x / 2) in *. assert (Id := sin2_cos2 h). unfold Rsqr in Id. rewrite Hc in Id.
  assert (Ec : cos (w * x) = -1).
  { replace (w * x) with (2 * h) by (unfold h; field). rewrite cos_2a, Hc. lra. }
  assert (Es : sin (w * x) = 0).
  { replace (w * x) with (2 * h) by (unfold h; field). rewrite sin_2a, Hc. lra. }
  unfold turned, trigonometric. rewrite Ec, Es.
  induction q as [|[c [a b]] q IH]; cbn [fold_right]; [reflexivity|]. rewrite IH. f_equal. cbn [fst snd].
  replace (0 ^ 2 - 1) with (-1) by ring. replace (0 ^ 2 + 1) with 1 by ring. rewrite pow1, Rmult_0_r. ring.
Qed.

(** A polynomial turned round is a polynomial, and at 0 it is the coefficient of t^n. *)
Lemma turned_polynomial : forall (n : nat) (l : poly), (length l <= S n)%nat ->
  exists m, peval m 0 = nth n l 0 /\ forall t, t <> 0 -> peval m t = t ^ n * peval l (/ t).
Proof.
  assert (Mono : forall n (a : R), exists m, forall t, peval m t = a * t ^ n).
  { intros n a. induction n as [|n [m E]]; [exists [a]; intro t; simpl; ring|].
    exists (0 :: m). intro t. simpl. rewrite E. ring. }
  induction n as [|n IH]; intros l Hl.
  - exists [nth 0 l 0]. destruct l as [|a [|b l]]; simpl in *; try lia; (split; [ring|intros; ring]).
  - destruct l as [|a l].
    + exists []. split; [reflexivity|intros; simpl; ring].
    + destruct (IH l) as [m [E0 E]]; [simpl in Hl; lia|]. destruct (Mono (S n) a) as [m' E'].
      exists (padd m m'). split.
      * rewrite padd_eval, E', E0. simpl. ring.
      * intros t Ht. rewrite padd_eval, E', E by exact Ht. simpl. field. exact Ht.
Qed.

Lemma turned_continuous (q : monomials) (N : nat) (t : R) : continuity_pt (turned q N) t.
Proof.
  unfold turned. induction q as [|[c [a b]] q IH]; cbn [fold_right].
  - apply continuity_pt_const. intros x y. reflexivity.
  - apply (continuity_pt_plus (fun t => c * (t ^ 2 - 1) ^ a * (2 * t) ^ b * (t ^ 2 + 1) ^ (N - a - b))
             (fun t => fold_right _ 0 q)); [|exact IH].
    apply derivable_continuous_pt, ex_derive_Reals_0. auto_derive. exact I.
Qed.

(** At wx = pi the value is the coefficient of t^(2N). *)
Lemma value_at_pi (q : monomials) (N : nat) (P : poly) (w x : R) :
  total_degree q N -> (forall t, peval P t = half_angle_sum q N t) -> (length P <= S (2 * N))%nat ->
  cos (w * x / 2) = 0 -> trigonometric q w x = nth (2 * N) P 0.
Proof.
  intros HN HP HL Hc. rewrite <- (turned_0 q N w x Hc).
  destruct (turned_polynomial (2 * N) P HL) as [m [E0 E]]. rewrite <- E0.
  apply (equal_at (turned q N) (peval m) 0); [apply turned_continuous|apply peval_continuous|].
  intros t Ht. rewrite turned_half, E, HP by assumption. reflexivity.
Qed.

(** [half-angle]: P is the polynomial in t, [nth (2 * N) P 0] its coefficient of t^(2N). *)
Theorem half_angle (q : monomials) (N : nat) (P : poly) (w : R) (r : relation) :
  0 < w -> total_degree q N -> (forall t, peval P t = half_angle_sum q N t) -> (length P <= S (2 * N))%nat ->
  (forall x, holds r (trigonometric q w x)) <-> ((forall t, holds r (peval P t)) /\ holds r (nth (2 * N) P 0)).
Proof.
  intros Hw HN HP HL.
  assert (Scale : forall u v, 0 < v -> holds r (u / v) <-> holds r u).
  { intros u v Hv. assert (Hi := Rinv_0_lt_compat v Hv).
    assert (E : u = u / v * v) by (field; lra). unfold Rdiv in *.
    destruct r; simpl; split; intro H; try nra; rewrite E in H; clear E;
      apply Rnot_lt_le || apply Rnot_le_lt; intro K; nra. }
  split.
  - intro H. split.
    + intro t. specialize (H (2 * atan t / w)).
      assert (E : w * (2 * atan t / w) / 2 = atan t) by (field; lra).
      rewrite (trigonometric_half q N w _ HN) in H; rewrite E in *.
      * rewrite tan_atan in H. apply Scale in H; [|apply pow_lt, square_plus_pos]. rewrite HP. exact H.
      * apply Rgt_not_eq. destruct (atan_bound t). apply cos_gt_0; lra.
    + specialize (H (PI / w)). rewrite (value_at_pi q N P w (PI / w) HN HP HL) in H; [exact H|].
      replace (w * (PI / w) / 2) with (PI / 2) by (field; lra). apply cos_PI2.
  - intros [H1 H2] x. destruct (Req_dec (cos (w * x / 2)) 0) as [E|E].
    + rewrite (value_at_pi q N P w x HN HP HL E). exact H2.
    + rewrite (trigonometric_half q N w x HN E). apply Scale; [apply pow_lt, square_plus_pos|].
      rewrite <- HP. apply H1.
Qed.
