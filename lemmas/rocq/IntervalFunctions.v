(** * Extended intervals: inverses, powers, functions

    With [Intervals] and [Enclosures] this proves the lemma [interval-inclusion] for the checker's interval arithmetic:
    the operations are sound enclosures ([intervals]), hence the evaluation of a term in them is. *)

From Coq Require Import Reals Lra Lia ZArith QArith Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs Erf Terms Smooth Enclosures Intervals.
Open Scope R_scope.

Section Functions.
Variable E : rounding.

(** ** Inverse *)

Definition invert_positive (a : span) : span :=
  let top := match lower a with Finite l => if Req_EM_T l 0 then p_infty else up E Rinv l | _ => p_infty end in
  match upper a with
  | Finite h => with_positive true (Span (down E Rinv h) top (upper_open a) (lower_open a))
  | _ => Span 0 top true (lower_open a)
  end.

Definition i_inv (a : span) : option span :=
  if all_negative a then Some (i_neg (invert_positive (i_neg a)))
  else if all_positive a then Some (invert_positive a) else None.

Lemma invert_positive_spec a x : all_positive a = true -> mem a x -> mem (invert_positive a) (/ x).
Proof.
  intros P H. assert (Hx := all_positive_spec a x P H). assert (Hi := Rinv_0_lt_compat x Hx).
  destruct H as [H1 H2]. unfold invert_positive.
  set (top := match lower a with Finite l => _ | _ => _ end).
  assert (T : below top (lower_open a) (/ x)).
  { unfold top. destruct (lower a) as [l| |] eqn:El; try exact I. destruct (Req_EM_T l 0) as [|Hl]; [exact I|].
    assert (Hl0 : 0 < l).
    { unfold all_positive in P. rewrite El in P. destruct (Rlt_dec 0 l) as [K|]; [exact K|].
      destruct (Req_EM_T l 0); [contradiction|discriminate]. }
    apply (below_intro _ _ (/ l)); [apply (up_spec E Rinv l)|]. simpl in H1. destruct (lower_open a); simpl.
    - apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; assumption|exact H1].
    - apply Rinv_le_contravar; [exact Hl0|exact H1]. }
  clearbody top. destruct (upper a) as [h| |] eqn:Eh; [|split; [exact Hi|exact T]|destruct H2].
  apply with_positive_spec; [intros _; exact Hi|]. split; [|exact T].
  simpl in H2. apply (above_intro _ _ (/ h)); [apply (down_spec E Rinv h)|].
  destruct (upper_open a); simpl.
  - apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; lra|exact H2].
  - apply Rinv_le_contravar; [exact Hx|exact H2].
Qed.

Lemma neg_positive a : all_negative a = true -> all_positive (i_neg a) = true.
Proof.
  destruct a as [lo [h| |] o o']; unfold all_negative, all_positive, i_neg, mirror_span; simpl; try discriminate; auto.
  destruct (Rlt_dec h 0), (Rlt_dec 0 (- h)), (Req_EM_T h 0), (Req_EM_T (- h) 0), o'; intro; try discriminate; try reflexivity; lra.
Qed.

Lemma i_inv_spec a b x : i_inv a = Some b -> mem a x -> x <> 0 /\ mem b (/ x).
Proof.
  unfold i_inv. intros H Hx. destruct (all_negative a) eqn:N.
  - injection H as <-. assert (K := all_negative_spec a x N Hx). split; [lra|].
    replace (/ x) with (- / - x) by (field; lra). apply i_neg_spec.
    apply invert_positive_spec; [apply neg_positive, N|apply i_neg_spec, Hx].
  - destruct (all_positive a) eqn:P; [|discriminate]. injection H as <-.
    assert (K := all_positive_spec a x P Hx). split; [lra|]. apply invert_positive_spec; assumption.
Qed.

Definition i_div (a b : span) : option span := option_map (i_mul E a) (i_inv b).

Lemma i_div_spec a b c x y : i_div a b = Some c -> mem a x -> mem b y -> y <> 0 /\ mem c (x / y).
Proof.
  unfold i_div. destruct (i_inv b) as [b'|] eqn:Eb; [|discriminate]. intros [= <-] Hx Hy.
  destruct (i_inv_spec b b' y Eb Hy) as [N M]. split; [exact N|]. apply i_mul_spec; assumption.
Qed.

(** ** Absolute value *)

Definition magnitude (a : span) : span :=
  if all_nonneg a then a
  else if all_nonpos a then i_neg a
  else let m := i_neg a in
    if Rbar_lt_dec (upper a) (upper m) then Span 0 (upper m) false (upper_open m)
    else Span 0 (upper a) false (upper_open a && (upper_open m || (if Rbar_lt_dec (upper m) (upper a) then true else false))).

Lemma magnitude_nonneg a x : mem a x -> 0 <= Rabs x.
Proof. intros _. apply Rabs_pos. Qed.

Lemma below_weaken (e e' : Rbar) (o o' : bool) (x : R) :
  Rbar_lt e e' \/ (e = e' /\ (o' = true -> o = true)) -> below e o x -> below e' o' x.
Proof.
  intros [H|[<- H]] B.
  - destruct e as [a| |], e' as [b| |], o, o'; simpl in *; try tauto; lra.
  - destruct e as [a| |], o, o'; simpl in *; try tauto; try lra.
Qed.

Lemma i_magnitude_spec a x : mem a x -> mem (magnitude a) (Rabs x).
Proof.
  intro H. unfold magnitude. destruct (all_nonneg a) eqn:N.
  { rewrite Rabs_pos_eq; [exact H|apply (all_nonneg_spec a x N H)]. }
  destruct (all_nonpos a) eqn:P.
  { rewrite Rabs_left1; [apply i_neg_spec, H|apply (all_nonpos_spec a x P H)]. }
  assert (H' := i_neg_spec a x H). destruct H as [_ H2], H' as [_ H2'].
  set (m := i_neg a) in *. clearbody m.
  destruct (Rbar_lt_dec (upper a) (upper m)) as [L|L].
  - split; [simpl; apply Rabs_pos|]. simpl. unfold Rabs. destruct (Rcase_abs x); [exact H2'|].
    apply (below_weaken (upper a) _ (upper_open a)); [left; exact L|exact H2].
  - split; [simpl; apply Rabs_pos|]. simpl.
    assert (Le : Rbar_le (upper m) (upper a)) by (apply Rbar_not_lt_le, L).
    unfold Rabs. destruct (Rcase_abs x).
    + apply (below_weaken (upper m) _ (upper_open m)); [|exact H2'].
      destruct (Rbar_lt_dec (upper m) (upper a)) as [L'|L']; [left; exact L'|right].
      split; [apply Rbar_le_antisym; [exact Le|apply Rbar_not_lt_le, L']|].
      rewrite orb_false_r. intro K. apply andb_prop in K. apply K.
    + apply (below_weaken (upper a) _ (upper_open a)); [|exact H2]. right. split; [reflexivity|].
      intro K. apply andb_prop in K. apply K.
Qed.

(** ** Functions that increase on the numbers from c on, or everywhere *)

(** An end of the image: at an infinite end the given bound of the range, which is not attained. *)
Definition image_span (f : R -> R) (bottom top : Rbar) (a : span) : span :=
  let low := match lower a with Finite l => down E f l | _ => bottom end in
  let high := match upper a with Finite h => up E f h | _ => top end in
  let '(lo, lo') := if Rbar_lt_dec bottom low then (low, lower_open a) else (bottom, true) in
  let '(hi, hi') := if Rbar_lt_dec high top then (high, upper_open a) else (top, true) in
  Span lo hi lo' hi'.

Lemma image_span_spec (f : R -> R) (bottom top : Rbar) (D : R -> Prop) (a : span) (x : R) :
  (forall u v, D u -> D v -> u < v -> f u < f v) ->
  (forall y, D y -> Rbar_lt bottom (f y) /\ Rbar_lt (f y) top) ->
  (forall l, lower a = Finite l -> D l) -> (forall h, upper a = Finite h -> D h) -> D x ->
  mem a x -> mem (image_span f bottom top a) (f x).
Proof.
  intros Inc Rng Dl Dh Dx [H1 H2]. unfold image_span. destruct (Rng x Dx) as [R1 R2].
  set (low := match lower a with Finite l => _ | _ => _ end). set (high := match upper a with Finite h => _ | _ => _ end).
  assert (L : Rbar_lt bottom low -> above low (lower_open a) (f x)).
  { intro K. unfold low in *. destruct (lower a) as [l| |] eqn:El.
    - apply (above_intro _ _ (f l)); [apply (down_spec E f l)|]. simpl in H1. specialize (Dl l eq_refl).
      destruct (lower_open a); simpl; [apply Inc; assumption|].
      destruct H1 as [H1|<-]; [left; apply Inc; assumption|lra].
    - destruct H1.
    - exfalso. destruct bottom; simpl in K; tauto || lra. }
  assert (H : Rbar_lt high top -> below high (upper_open a) (f x)).
  { intro K. unfold high in *. destruct (upper a) as [h| |] eqn:Eh.
    - apply (below_intro _ _ (f h)); [apply (up_spec E f h)|]. simpl in H2. specialize (Dh h eq_refl).
      destruct (upper_open a); simpl; [apply Inc; assumption|].
      destruct H2 as [H2| ->]; [left; apply Inc; assumption|lra].
    - exfalso. destruct top; simpl in K; tauto || lra.
    - destruct H2. }
  clearbody low high.
  assert (A : above (fst (if Rbar_lt_dec bottom low then (low, lower_open a) else (bottom, true)))
                (snd (if Rbar_lt_dec bottom low then (low, lower_open a) else (bottom, true))) (f x)).
  { destruct (Rbar_lt_dec bottom low) as [K|K]; simpl; [apply L, K|]. destruct bottom; simpl in *; tauto. }
  assert (B : below (fst (if Rbar_lt_dec high top then (high, upper_open a) else (top, true)))
                (snd (if Rbar_lt_dec high top then (high, upper_open a) else (top, true))) (f x)).
  { destruct (Rbar_lt_dec high top) as [K|K]; simpl; [apply H, K|]. destruct top; simpl in *; tauto. }
  destruct (if Rbar_lt_dec bottom low then (low, lower_open a) else (bottom, true)) as [lo lo'],
    (if Rbar_lt_dec high top then (high, upper_open a) else (top, true)) as [hi hi'].
  split; assumption.
Qed.

Definition everywhere : R -> Prop := fun _ => True.

(** The increasing functions on the whole line, with the bounds of their ranges, rounded outward. *)
Definition pi_low : Rbar := down E (fun x => - (x / 2)) PI.
Definition pi_high : Rbar := up E (fun x => x / 2) PI.

Definition increasing (o : unary) : option (R -> R) :=
  match o with
  | Exp => Some exp | Sigmoid => Some sigmoid | Softplus => Some softplus | Tanh => Some tanh | Terms.Erf => Some erf
  | Atan => Some atan | Asinh => Some arcsinh | Sinh => Some sinh | _ => None end.

Definition bottom_of (o : unary) : Rbar :=
  match o with
  | Exp | Sigmoid | Softplus => 0 | Tanh | Terms.Erf => -1 | Atan => pi_low | _ => m_infty end.
Definition top_of (o : unary) : Rbar :=
  match o with Sigmoid | Tanh | Terms.Erf => 1 | Atan => pi_high | _ => p_infty end.

Lemma tanh_as_exp y : tanh y = 1 - 2 * / (exp (2 * y) + 1).
Proof.
  unfold tanh, sinh, cosh. assert (P := exp_pos y). assert (P' := exp_pos (- y)).
  assert (E0 : exp y * exp (- y) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
  replace (exp (2 * y)) with (exp y * exp y) by (rewrite <- exp_plus; f_equal; ring).
  replace (exp (- y)) with (/ exp y) by (rewrite exp_Ropp; reflexivity). field. repeat split; nra.
Qed.

Lemma increasing_spec (o : unary) (f : R -> R) :
  increasing o = Some f ->
  f = un o /\ (forall u v, u < v -> f u < f v) /\ (forall y, Rbar_lt (bottom_of o) (f y) /\ Rbar_lt (f y) (top_of o)).
Proof.
  assert (PL : Rbar_le pi_low (- (PI / 2))) by apply (down_spec E (fun x => - (x / 2)) PI).
  assert (PH : Rbar_le (PI / 2) pi_high) by apply (up_spec E (fun x => x / 2) PI).
  destruct o; simpl; try discriminate; intros [= <-]; (split; [reflexivity|split]).
  - apply exp_increasing.
  - intro y. split; [apply exp_pos|exact I].
  - apply atan_increasing.
  - intro y. destruct (atan_bound y) as [B1 B2]. split.
    + apply (Rbar_le_lt_trans _ (- (PI / 2)) (atan y)); [exact PL|simpl; lra].
    + apply (Rbar_lt_le_trans (atan y) (PI / 2)); [simpl; lra|exact PH].
  - apply arcsinh_lt.
  - intro y. split; exact I.
  - apply sinh_lt.
  - intro y. split; exact I.
  - intros u v H. rewrite !tanh_as_exp. assert (P := exp_pos (2 * u)).
    assert (exp (2 * u) < exp (2 * v)) by (apply exp_increasing; lra).
    assert (/ (exp (2 * v) + 1) < / (exp (2 * u) + 1)) by (apply Rinv_lt_contravar; nra). lra.
  - intro y. rewrite tanh_as_exp. assert (P := exp_pos (2 * y)).
    assert (0 < / (exp (2 * y) + 1) < 1).
    { split; [apply Rinv_0_lt_compat; lra|]. rewrite <- Rinv_1. apply Rinv_lt_contravar; lra. }
    simpl. lra.
  - intros u v H. unfold sigmoid. assert (P := exp_pos (- u)). assert (P' := exp_pos (- v)).
    apply Rinv_lt_contravar; [nra|]. assert (exp (- v) < exp (- u)) by (apply exp_increasing; lra). lra.
  - intro y. unfold sigmoid. assert (P := exp_pos (- y)). simpl. split; [apply Rinv_0_lt_compat; lra|].
    rewrite <- Rinv_1. apply Rinv_lt_contravar; lra.
  - intros u v H. unfold softplus. assert (P := exp_pos u). apply ln_increasing; [lra|].
    assert (exp u < exp v) by (apply exp_increasing, H). lra.
  - intro y. unfold softplus. assert (P := exp_pos y). simpl. split; [|exact I].
    rewrite <- ln_1. apply ln_increasing; lra.
  - apply erf_increasing.
  - intro y. simpl. generalize (erf_lt_1 y), (erf_gt_m1 y). lra.
Qed.

(** ** Powers *)

Definition power_end_low (n : nat) (e : Rbar) : Rbar := match e with Finite a => down E (fun x => x ^ n) a | e => e end.
Definition power_end_high (n : nat) (e : Rbar) : Rbar := match e with Finite a => up E (fun x => x ^ n) a | e => e end.

(** Positive exponents; an even power is a power of the absolute value. *)
Definition i_pow (n : nat) (a : span) : span :=
  let b := if Nat.even n then magnitude a else a in
  with_negative (all_negative b) (with_positive (all_positive b)
    (Span (power_end_low n (lower b)) (power_end_high n (upper b)) (lower_open b) (upper_open b))).

Lemma pow_lt_nonneg (n : nat) (a b : R) : (0 < n)%nat -> 0 <= a -> a < b -> a ^ n < b ^ n.
Proof.
  intros Hn Ha Hab. destruct n as [|n]; [lia|]. clear Hn. induction n as [|n IH]; [simpl; lra|].
  rewrite <- !(tech_pow_Rmult _ (S n)). assert (0 <= a ^ S n) by (apply pow_le, Ha). nra.
Qed.

Lemma pow_opp_odd (n : nat) (a : R) : Nat.even n = false -> (- a) ^ n = - a ^ n.
Proof.
  intro En. assert (Odd : Nat.odd n = true) by (rewrite <- Nat.negb_even, En; reflexivity).
  apply Nat.odd_spec in Odd. destruct Odd as [m ->]. rewrite !pow_add, !pow_mult, !pow_1.
  replace ((- a) ^ 2) with (a ^ 2) by ring. ring.
Qed.

Lemma pow_lt_odd (n : nat) (u v : R) : Nat.even n = false -> u < v -> u ^ n < v ^ n.
Proof.
  intros En H. assert (Hn : (0 < n)%nat) by (destruct n; [discriminate|lia]).
  destruct (Rle_lt_dec 0 u) as [Hu|Hu]; [apply pow_lt_nonneg; assumption|].
  destruct (Rle_lt_dec v 0) as [Hv|Hv].
  - assert (K := pow_lt_nonneg n (- v) (- u) Hn ltac:(lra) ltac:(lra)). rewrite !pow_opp_odd in K by exact En. lra.
  - assert (K := pow_lt_nonneg n 0 (- u) Hn ltac:(lra) ltac:(lra)). rewrite pow_opp_odd in K by exact En.
    assert (0 < v ^ n) by (apply pow_lt, Hv). rewrite pow_ne_zero in K by lia. lra.
Qed.

Lemma lower_le (a : span) (l x : R) : lower a = Finite l -> mem a x -> strictly (lower_open a) l x.
Proof. intros El [H _]. rewrite El in H. exact H. Qed.
Lemma upper_le (a : span) (h x : R) : upper a = Finite h -> mem a x -> strictly (upper_open a) x h.
Proof. intros Eh [_ H]. rewrite Eh in H. exact H. Qed.

Lemma power_span (n : nat) (b : span) (x : R) :
  (forall u v, u < v -> (Nat.even n = true -> 0 <= u) -> u ^ n < v ^ n) ->
  (Nat.even n = true -> all_nonneg b = true) -> mem b x ->
  mem (Span (power_end_low n (lower b)) (power_end_high n (upper b)) (lower_open b) (upper_open b)) (x ^ n).
Proof.
  intros Inc Nb H.
  assert (Nx : Nat.even n = true -> 0 <= x) by (intro K; apply (all_nonneg_spec b x (Nb K) H)).
  destruct H as [H1 H2]. split; simpl.
  - destruct (lower b) as [l| |] eqn:El; simpl in *; try tauto.
    apply (above_intro _ _ (l ^ n)); [apply (down_spec E (fun x => x ^ n) l)|].
    assert (Nl : Nat.even n = true -> 0 <= l).
    { intro K. specialize (Nb K). unfold all_nonneg in Nb. rewrite El in Nb. destruct (Rle_dec 0 l); [assumption|discriminate]. }
    destruct (lower_open b); simpl; [apply Inc; assumption|]. destruct H1 as [H1|<-]; [left; apply Inc; assumption|lra].
  - destruct (upper b) as [h| |] eqn:Eh; simpl in *; try tauto.
    apply (below_intro _ _ (h ^ n)); [apply (up_spec E (fun x => x ^ n) h)|].
    destruct (upper_open b); simpl; [apply Inc; assumption|]. destruct H2 as [H2| ->]; [left; apply Inc; assumption|lra].
Qed.

Lemma magnitude_all_nonneg a x : mem a x -> all_nonneg (magnitude a) = true.
Proof.
  intro H. unfold magnitude. destruct (all_nonneg a) eqn:N; [exact N|]. destruct (all_nonpos a) eqn:P.
  - destruct a as [lo [h| |] o o']; unfold all_nonpos, all_nonneg, i_neg, mirror_span in *; simpl in *; try discriminate; auto.
    destruct (Rle_dec h 0), (Rle_dec 0 (- h)); try discriminate; try reflexivity; lra.
  - destruct (Rbar_lt_dec _ _); unfold all_nonneg; simpl; destruct (Rle_dec 0 0); try reflexivity; lra.
Qed.

Lemma i_pow_spec (n : nat) (a : span) (x : R) : (0 < n)%nat -> mem a x -> mem (i_pow n a) (x ^ n).
Proof.
  intros Hn H. unfold i_pow.
  set (b := if Nat.even n then magnitude a else a). set (y := if Nat.even n then Rabs x else x).
  assert (Hy : mem b y) by (unfold b, y; destruct (Nat.even n); [apply i_magnitude_spec, H|exact H]).
  assert (Ey : x ^ n = y ^ n).
  { unfold y. destruct (Nat.even n) eqn:En; [|reflexivity]. apply Nat.even_spec in En. destruct En as [m ->].
    rewrite !pow_mult, pow2_abs. reflexivity. }
  rewrite Ey. apply with_negative_spec; [|apply with_positive_spec].
  - intro K. assert (y < 0) by (apply (all_negative_spec b y K Hy)).
    destruct (Nat.even n) eqn:En; [unfold y in *; generalize (Rabs_pos x); lra|].
    assert (L := pow_lt_odd n y 0 En ltac:(lra)). rewrite pow_ne_zero in L by lia. exact L.
  - intro K. apply pow_lt, (all_positive_spec b y K Hy).
  - apply power_span; [|intro K; unfold b; rewrite K; apply (magnitude_all_nonneg a x H)|exact Hy].
    intros u v Huv K. destruct (Nat.even n) eqn:En; [apply pow_lt_nonneg; auto|apply pow_lt_odd; assumption].
Qed.

Definition i_power (a : span) (n : Z) : option span :=
  match n with
  | Z0 => Some (Span 1 1 false false)
  | Zpos p => Some (i_pow (Pos.to_nat p) a)
  | Zneg p => i_inv (i_pow (Pos.to_nat p) a)
  end.

Lemma i_power_spec a n b x : i_power a n = Some b -> mem a x -> power_defined x n /\ mem b (power x n).
Proof.
  destruct n as [|p|p]; cbn [i_power power power_defined]; intros H Hx.
  - injection H as <-. split; [exact I|]. unfold mem; simpl. lra.
  - injection H as <-. split; [exact I|]. apply i_pow_spec; [lia|exact Hx].
  - assert (M := i_pow_spec (Pos.to_nat p) a x ltac:(lia) Hx). destruct (i_inv_spec _ b _ H M) as [N M'].
    split; [|exact M']. intros ->. apply N. apply pow_ne_zero. lia.
Qed.
End Functions.
