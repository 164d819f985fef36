(** * Leaves of split trees

    The forms of a leaf, for any sound arithmetic of sets ([Enclosures]): the enclosure itself, the mean-value form and
    the Taylor form. With [MeanValue] this is what the checker computes: the second half of [mean-value-form]. *)

From Coq Require Import Reals Lra Lia ZArith QArith List Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs Terms Smooth MeanValue Enclosures.
Import ListNotations.
Open Scope R_scope.

Section Leaves.
Variable E : enclosures.

(** A closed bounded box as sets: each contains the side. *)
Definition contains_box (b : nat -> set E) (lo hi : env) : Prop := forall i x, lo i <= x <= hi i -> member E (b i) x.

Lemma contains_in_box b lo hi r : contains_box b lo hi -> in_box lo hi r -> forall i, member E (b i) (r i).
Proof. intros H Hr i. apply H, Hr. Qed.

(** t(m) + slope 0 (B 0 - m 0) + ... over the first n variables. *)
Fixpoint mean_value_sum (t : sterm) (b centre : nat -> set E) (n : nat) : option (set E) :=
  match n with
  | O => evaluate E false centre t
  | S n' =>
      bind (mean_value_sum t b centre n') (fun total =>
      bind (evaluate E false b (sderiv n' t)) (fun slope =>
      bind (op2 E Sub (b n') (centre n')) (fun offset =>
      bind (op2 E Mul slope offset) (fun product => op2 E Add total product))))
  end.

(** The leaf succeeds only if the term itself is defined on the whole box. *)
Definition mean_value_leaf (t : sterm) (b centre : nat -> set E) (n : nat) : option (set E) :=
  bind (evaluate E false b t) (fun _ => mean_value_sum t b centre n).

Lemma mean_value_sum_spec (t : sterm) (b centre : nat -> set E) (lo hi m c : env) (p : nat -> env) (n : nat) (s : set E) :
  contains_box b lo hi -> (forall i, member E (centre i) (m i)) -> in_box lo hi c ->
  (forall i, (i < n)%nat -> in_box lo hi (p i)) -> mean_value_sum t b centre n = Some s ->
  member E s (seval t m + sum_below (fun i => seval (sderiv i t) (p i) * (c i - m i)) n).
Proof.
  intros Hb Hm Hc. revert s. induction n as [|n IH]; cbn [mean_value_sum sum_below]; intros s Hp H.
  - rewrite Rplus_0_r. apply (interval_inclusion E false centre t s m H Hm).
  - destruct (mean_value_sum t b centre n) as [total|]; cbn [bind] in H; [|discriminate].
    destruct (evaluate E false b (sderiv n t)) as [slope|] eqn:Es; cbn [bind] in H; [|discriminate].
    destruct (op2 E Sub (b n) (centre n)) as [offset|] eqn:Eo; cbn [bind] in H; [|discriminate].
    destruct (op2 E Mul slope offset) as [product|] eqn:Ep; cbn [bind] in H; [|discriminate].
    assert (M0 : member E total (seval t m + sum_below (fun i => seval (sderiv i t) (p i) * (c i - m i)) n)).
    { apply IH; [intros; apply Hp; lia|reflexivity]. }
    assert (M1 : member E slope (seval (sderiv n t) (p n))).
    { apply (interval_inclusion E false b (sderiv n t) slope (p n) Es). apply (contains_in_box b lo hi); [exact Hb|apply Hp; lia]. }
    assert (M2 : member E offset (c n - m n)) by (apply (op2_spec E Sub _ _ _ _ _ Eo); [apply Hb, Hc|apply Hm]).
    assert (M3 : member E product (seval (sderiv n t) (p n) * (c n - m n))) by apply (op2_spec E Mul _ _ _ _ _ Ep M1 M2).
    rewrite <- Rplus_assoc. apply (op2_spec E Add _ _ _ _ _ H M0 M3).
Qed.

Lemma mean_value_sum_defined (t : sterm) (b centre : nat -> set E) (n : nat) (s : set E) :
  mean_value_sum t b centre n = Some s ->
  forall i, (i < n)%nat -> exists s', evaluate E false b (sderiv i t) = Some s'.
Proof.
  revert s. induction n as [|n IH]; intros s H i Hi; [lia|]. cbn [mean_value_sum] in H.
  destruct (mean_value_sum t b centre n) as [total|]; cbn [bind] in H; [|discriminate].
  destruct (evaluate E false b (sderiv n t)) as [slope|] eqn:Es; cbn [bind] in H; [|discriminate].
  destruct (Nat.eq_dec i n) as [->|Hin]; [exists slope; exact Es|]. apply (IH total eq_refl). lia.
Qed.

(** [mean-value-form]: a leaf of the mean-value form shows the term defined on the box, with its values in the result. *)
Theorem mean_value_leaf_sound (t : sterm) (b centre : nat -> set E) (lo hi m c : env) (n : nat) (s : set E) :
  contains_box b lo hi -> (forall i, member E (centre i) (m i)) -> in_box lo hi m -> in_box lo hi c ->
  (forall i, (n <= i)%nat -> c i = m i) -> mean_value_leaf t b centre n = Some s ->
  sdefined t c /\ member E s (seval t c).
Proof.
  intros Hb Hm Bm Bc Hn H. unfold mean_value_leaf in H.
  destruct (evaluate E false b t) as [whole|] eqn:Ew; [|discriminate]. cbn [bind] in H.
  assert (Dt : forall r, in_box lo hi r -> sdefined t r).
  { intros r Hr. apply (interval_inclusion E false b t whole r Ew (contains_in_box b lo hi r Hb Hr)). }
  assert (Dd : forall i r, (i < n)%nat -> in_box lo hi r -> sdefined (sderiv i t) r).
  { intros i r Hi Hr. destruct (mean_value_sum_defined t b centre n s H i Hi) as [s' Es].
    apply (interval_inclusion E false b (sderiv i t) s' r Es (contains_in_box b lo hi r Hb Hr)). }
  split; [apply Dt, Bc|].
  destruct (mean_value_form t n lo hi m c Bm Bc Hn Dt Dd) as [p [Hp ->]].
  apply (mean_value_sum_spec t b centre lo hi m c p n s Hb Hm Bc Hp H).
Qed.

(** t(m) + t'(m) h + t''(B) q / 2, where q contains the squares: one variable, number 0. *)
Definition taylor_leaf (t : sterm) (b centre : nat -> set E) (q : set E) : option (set E) :=
  let d := sderiv 0 t in let dd := sderiv 0 d in
  bind (evaluate E false b t) (fun _ =>
  bind (evaluate E false b d) (fun _ =>
  bind (evaluate E false centre t) (fun value =>
  bind (evaluate E false centre d) (fun tangent =>
  bind (evaluate E false b dd) (fun bend =>
  bind (op2 E Sub (b 0%nat) (centre 0%nat)) (fun h =>
  bind (op2 E Mul tangent h) (fun linear =>
  bind (op2 E Mul bend q) (fun curved =>
  bind (op2 E Add value linear) (fun sum => op2 E Add sum curved))))))))).

Theorem taylor_leaf_sound (t : sterm) (b centre : nat -> set E) (q : set E) (lo hi m c : R) (r : env) (s : set E) :
  (forall x, lo <= x <= hi -> forall i, member E (b i) (upd r 0 x i)) ->
  (forall i, member E (centre i) (upd r 0 m i)) -> lo <= m <= hi -> lo <= c <= hi ->
  member E q ((c - m) ^ 2 / 2) -> taylor_leaf t b centre q = Some s ->
  sdefined t (upd r 0 c) /\ member E s (seval t (upd r 0 c)).
Proof.
  intros Hb Hm Bm Bc Hq H. unfold taylor_leaf in H. cbv zeta in H.
  destruct (evaluate E false b t) as [w0|] eqn:E0; [|discriminate]. cbn [bind] in H.
  destruct (evaluate E false b (sderiv 0 t)) as [w1|] eqn:E1; [|discriminate]. cbn [bind] in H.
  destruct (evaluate E false centre t) as [value|] eqn:E2; [|discriminate]. cbn [bind] in H.
  destruct (evaluate E false centre (sderiv 0 t)) as [tangent|] eqn:E3; [|discriminate]. cbn [bind] in H.
  destruct (evaluate E false b (sderiv 0 (sderiv 0 t))) as [bend|] eqn:E4; [|discriminate]. cbn [bind] in H.
  destruct (op2 E Sub (b 0%nat) (centre 0%nat)) as [h|] eqn:E5; [|discriminate]. cbn [bind] in H.
  destruct (op2 E Mul tangent h) as [linear|] eqn:E6; [|discriminate]. cbn [bind] in H.
  destruct (op2 E Mul bend q) as [curved|] eqn:E7; [|discriminate]. cbn [bind] in H.
  destruct (op2 E Add value linear) as [sum|] eqn:E8; [|discriminate]. cbn [bind] in H.
  assert (D0 : forall x, lo <= x <= hi -> sdefined t (upd r 0 x)).
  { intros x Hx. apply (interval_inclusion E false b t w0 _ E0 (Hb x Hx)). }
  assert (D1 : forall x, lo <= x <= hi -> sdefined (sderiv 0 t) (upd r 0 x)).
  { intros x Hx. apply (interval_inclusion E false b _ w1 _ E1 (Hb x Hx)). }
  assert (D2 : forall x, lo <= x <= hi -> sdefined (sderiv 0 (sderiv 0 t)) (upd r 0 x)).
  { intros x Hx. apply (interval_inclusion E false b _ bend _ E4 (Hb x Hx)). }
  split; [apply D0, Bc|].
  destruct (taylor_form t r 0 lo hi m c Bm Bc D0 D1 D2) as [x [Hx ->]].
  apply (op2_spec E Add _ _ _ _ _ H).
  - apply (op2_spec E Add _ _ _ _ _ E8); [apply (interval_inclusion E false centre t value _ E2 Hm)|].
    apply (op2_spec E Mul _ _ _ _ _ E6); [apply (interval_inclusion E false centre _ tangent _ E3 Hm)|].
    apply (op2_spec E Sub _ _ _ _ _ E5); [exact (Hb c Bc 0%nat)|exact (Hm 0%nat)].
  - apply (op2_spec E Mul _ _ _ _ _ E7); [|exact Hq]. apply (interval_inclusion E false b _ bend _ E4 (Hb x Hx)).
Qed.
End Leaves.
