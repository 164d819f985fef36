(** * Facts at infinity: the four operations

    Sums, products and inverses of functions with known facts: part of the lemma [orders-of-growth]. *)

From Coq Require Import Reals Lra Lia Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Orders Tails.
Open Scope R_scope.

Section TailArithmetic.
Variable A : arithmetic.
Notation tail := (tail A).

(** ** Sums *)

(** One summand dominates: v/u tends to 0. *)
Definition both_limits (f : R -> R -> R) (a b : tail) : option (ball A) :=
  match limit a, limit b with Some x, Some y => image2 A f x y | _, _ => None end.

Definition add_dominant (a b : tail) : tail :=
  settle (Tail (both_limits Rplus a b) (infinite a) (sign a) (upper a) (lower a)).

Definition larger_lower (a b : option order) : option order :=
  match a, b with
  | Some (Exact r d), Some (Exact r' d') =>
      if Rlt_dec r r' then b else if Rlt_dec r' r then a else if Rle_dec d d' then b else a
  | Some _, _ => a
  | None, _ => b
  end.

Definition with_sign (t : tail) (s : sgn) : tail :=
  Tail (limit t) (infinite t) (if known (sign t) then sign t else s) (upper t) (lower t).

Definition add_common (a b : tail) : tail :=
  let agree := if sgn_eqb (sign a) (sign b) then sign a else Unknown in
  let low := if known agree then larger_lower (lower a) (lower b) else None in
  let up := match upper a, upper b with Some o, Some o' => Some (largest o o') | _, _ => None end in
  match limit a, limit b with
  | Some x, Some y => with_sign (finite (image2 A Rplus x y) up low) agree
  | la, lb =>
    if known (infinite a) && ((if lb then true else false) || sgn_eqb (infinite a) (infinite b))
    then Tail None (infinite a) (infinite a) up low
    else if known (infinite b) && (if la then true else false) then Tail None (infinite b) (infinite b) up low
    else settle (Tail None Unknown agree up low)
  end.

Definition add (a b : tail) : tail :=
  if exceeds (lower b) (upper a) then add_dominant b a
  else if exceeds (lower a) (upper b) then add_dominant a b else add_common a b.

Lemma both_limits_sound (h : R -> R -> R) a b f g c :
  valid a f -> valid b g -> both_limits h a b = Some c ->
  exists L M, is_lim f p_infty (Finite L) /\ is_lim g p_infty (Finite M) /\ inside A c (h L M).
Proof.
  unfold both_limits. intros Va Vb H. destruct (limit a) as [x|] eqn:Ea; [|discriminate].
  destruct (limit b) as [y|] eqn:Eb; [|discriminate].
  destruct (valid_limit a f Va x Ea) as [L [HL Hf]], (valid_limit b g Vb y Eb) as [M [HM Hg]].
  exists L, M. split; [exact Hf|split; [exact Hg|apply (image2_spec A _ _ _ _ _ _ H HL HM)]].
Qed.

Lemma valid_add_dominant a b f g :
  exceeds (lower a) (upper b) = true -> valid a f -> valid b g -> valid (add_dominant a b) (fun x => f x + g x).
Proof.
  intros E Va Vb. apply valid_settle.
  destruct (lower a) as [o|] eqn:Eo; [|discriminate]. destruct (upper b) as [o'|] eqn:Eo'; [|discriminate].
  assert (Hlow := valid_lower a f Va o Eo). assert (Hup := valid_upper b g Vb o' Eo').
  assert (Q := exceeds_lim o o' f g E Hlow Hup). assert (Z := lower_nonzero o f Hlow).
  assert (N := lim_near _ 0 (1 / 2) ltac:(lra) Q).
  assert (C : eventually (fun x => 1 / 2 * Rabs (f x) <= Rabs (f x + g x) <= 3 / 2 * Rabs (f x) /\
                (0 < f x -> 0 < f x + g x) /\ (f x < 0 -> f x + g x < 0))).
  { revert Z N. apply ev_imp2. intros x Z N.
    assert (G : g x = g x * / f x * f x) by (field; exact Z). set (q := g x * / f x) in *.
    rewrite G. replace (f x + q * f x) with ((1 + q) * f x) by ring.
    rewrite Rabs_mult, (Rabs_pos_eq (1 + q)) by lra. assert (P := Rabs_pos (f x)).
    split; [split; nra|]. split; intro; nra. }
  assert (V0 : valid (@Tail A None (infinite a) (sign a) (upper a) (lower a)) f).
  { destruct Va as [V1 V2 V3 V4 V5]. split; simpl; try assumption. discriminate. }
  rewrite <- Eo. assert (V1 := valid_comparable (@Tail A None (infinite a) (sign a) (upper a) (lower a)) f _ (1 / 2) (3 / 2) (or_introl eq_refl) ltac:(lra) C V0).
  destruct V1 as [W1 W2 W3 W4 W5]. split; simpl in *; try assumption.
  intros c Hc. destruct (both_limits_sound Rplus a b f g c Va Vb Hc) as [L [M [HL [HM Hin]]]].
  exists (L + M). split; [exact Hin|]. apply (is_lim_plus f g p_infty L M); [exact HL|exact HM|reflexivity].
Qed.

Lemma tends_plus_finite (s : sgn) (f g : R -> R) (L : R) :
  tends s f -> is_lim g p_infty L -> tends s (fun x => f x + g x).
Proof.
  intros Hf Hg. destruct s; simpl in *; [exact I| |].
  - apply (is_lim_plus f g p_infty p_infty L); [exact Hf|exact Hg|reflexivity].
  - apply (is_lim_plus f g p_infty m_infty L); [exact Hf|exact Hg|reflexivity].
Qed.

Lemma tends_plus_tends (s : sgn) (f g : R -> R) : tends s f -> tends s g -> tends s (fun x => f x + g x).
Proof.
  intros Hf Hg. destruct s; simpl in *; [exact I| |].
  - apply (is_lim_plus f g p_infty p_infty p_infty); [exact Hf|exact Hg|reflexivity].
  - apply (is_lim_plus f g p_infty m_infty m_infty); [exact Hf|exact Hg|reflexivity].
Qed.

Lemma lower_same_sign (s : sgn) (o : order) (f g : R -> R) :
  known s = true -> has_sgn s f -> has_sgn s g -> lower_bound o f -> lower_bound o (fun x => f x + g x).
Proof.
  intros K Hf Hg. apply (lower_bound_le o f _ 1 Rlt_0_1).
  destruct s; simpl in *; try discriminate; revert Hf Hg; apply ev_imp2; intros x H1 H2.
  - rewrite !Rabs_pos_eq; lra.
  - rewrite !Rabs_left; lra.
Qed.

Lemma valid_add_common a b f g : valid a f -> valid b g -> valid (add_common a b) (fun x => f x + g x).
Proof.
  intros Va Vb. unfold add_common.
  set (agree := if sgn_eqb (sign a) (sign b) then sign a else Unknown).
  assert (Sa : has_sgn agree f /\ has_sgn agree g).
  { unfold agree. destruct (sgn_eqb (sign a) (sign b)) eqn:E; [|split; exact I].
    apply sgn_eqb_eq in E. split; [apply Va|rewrite E; apply Vb]. }
  assert (S : has_sgn agree (fun x => f x + g x)).
  { destruct Sa as [S1 S2]. destruct agree; simpl in *; [exact I| |]; revert S1 S2; apply ev_imp2; intros; lra. }
  clearbody agree.
  set (low := if known agree then larger_lower (lower a) (lower b) else None).
  assert (Hlow : forall o, low = Some o -> lower_bound o (fun x => f x + g x)).
  { intros o Ho. unfold low in Ho. destruct (known agree) eqn:K; [|discriminate]. destruct Sa as [S1 S2].
    assert (H : lower a = Some o \/ lower b = Some o).
    { unfold larger_lower in Ho. destruct (lower a) as [[r d| |]|]; try (left; exact Ho); try (right; exact Ho).
      destruct (lower b) as [[r' d'| |]|]; try (left; exact Ho); try (right; exact Ho).
      destruct (Rlt_dec r r'); [right; exact Ho|]. destruct (Rlt_dec r' r); [left; exact Ho|].
      destruct (Rle_dec d d'); [right; exact Ho|left; exact Ho]. }
    destruct H as [H|H].
    - apply (lower_same_sign agree); try assumption. apply (valid_lower a f Va), H.
    - apply (lower_bound_le o (fun x => g x + f x) _ 1); [lra| |].
      + exists 0. intros x _. rewrite Rplus_comm. lra.
      + apply (lower_same_sign agree); try assumption. apply (valid_lower b g Vb), H. }
  set (up := match upper a, upper b with Some o, Some o' => Some (largest o o') | _, _ => None end).
  assert (Hup : forall o, up = Some o -> upper_bound o (fun x => f x + g x)).
  { intros o Ho. unfold up in Ho. destruct (upper a) as [u|] eqn:Eu; [|discriminate].
    destruct (upper b) as [v|] eqn:Ev; [|discriminate]. injection Ho as <-.
    apply largest_sum; [apply (valid_upper a f Va), Eu|apply (valid_upper b g Vb), Ev]. }
  clearbody low up.
  assert (Inf : forall s, tends s (fun x => f x + g x) -> valid (@Tail A None s s up low) (fun x => f x + g x)).
  { intros s Hs. split; simpl; try assumption; [discriminate|apply tends_has_sgn, Hs]. }
  assert (Rest : valid (settle (@Tail A None Unknown agree up low)) (fun x => f x + g x)).
  { apply valid_settle. split; simpl; try assumption; [discriminate|exact I]. }
  destruct (limit a) as [x|] eqn:Ea, (limit b) as [y|] eqn:Eb.
  - destruct (valid_limit a f Va x Ea) as [L [HL Hf]], (valid_limit b g Vb y Eb) as [M [HM Hg]].
    assert (V : valid (finite (image2 A Rplus x y) up low) (fun x => f x + g x)).
    { apply (valid_finite _ up low _ (L + M)); try assumption.
      - intros c Hc. apply (image2_spec A _ _ _ _ _ _ Hc HL HM).
      - apply (is_lim_plus f g p_infty L M); [exact Hf|exact Hg|reflexivity]. }
    destruct V as [V1 V2 V3 V4 V5]. split; simpl; try assumption.
    destruct (known (sign _)); assumption.
  - destruct (valid_limit a f Va x Ea) as [L [HL Hf]].
    destruct (known (infinite a) && (false || sgn_eqb (infinite a) (infinite b))) eqn:E1.
    + apply andb_prop in E1. destruct E1 as [_ E1]. simpl in E1. apply sgn_eqb_eq in E1. apply Inf.
      apply tends_plus_tends; [apply Va|rewrite E1; apply Vb].
    + destruct (known (infinite b) && true) eqn:E2; [|exact Rest]. apply Inf.
      assert (T := tends_plus_finite _ g f L (valid_infinite b g Vb) Hf).
      destruct (infinite b); simpl in *; [exact I| |]; revert T; apply is_lim_ext; intros; ring.
  - destruct (valid_limit b g Vb y Eb) as [L [HL Hg]].
    destruct (known (infinite a) && (true || sgn_eqb (infinite a) (infinite b))) eqn:E1.
    + apply Inf, (tends_plus_finite _ f g L); [apply Va|exact Hg].
    + destruct (known (infinite b) && false) eqn:E2; [|exact Rest]. destruct (known (infinite b)); discriminate.
  - destruct (known (infinite a) && (false || sgn_eqb (infinite a) (infinite b))) eqn:E1.
    + apply andb_prop in E1. destruct E1 as [_ E1]. simpl in E1. apply sgn_eqb_eq in E1. apply Inf.
      apply tends_plus_tends; [apply Va|rewrite E1; apply Vb].
    + destruct (known (infinite b) && false) eqn:E2; [|exact Rest]. destruct (known (infinite b)); discriminate.
Qed.

Theorem valid_add a b f g : valid a f -> valid b g -> valid (add a b) (fun x => f x + g x).
Proof.
  intros Va Vb. unfold add. destruct (exceeds (lower b) (upper a)) eqn:E1.
  - apply (valid_ext _ (fun x => g x + f x)); [exists 0; intros; ring|]. apply valid_add_dominant; assumption.
  - destruct (exceeds (lower a) (upper b)) eqn:E2; [apply valid_add_dominant|apply valid_add_common]; assumption.
Qed.

(** ** Products *)

Definition times_option (t : order -> order -> option order) (a b : option order) : option order :=
  match a, b with Some x, Some y => t x y | _, _ => None end.

Definition is_constant_order (o : option order) : bool :=
  match o with
  | Some (Exact r d) => if Req_EM_T r 0 then if Req_EM_T d 0 then true else false else false
  | _ => false
  end.

Definition multiply (a b : tail) : tail :=
  let s := sgn_mul (sign a) (sign b) in
  let up := times_option times (upper a) (upper b) in
  let low := times_option times_lower (lower a) (lower b) in
  match limit a, limit b with
  | Some x, Some y => Tail (image2 A Rmult x y) Unknown s up low
  | _, _ =>
    if (known (infinite a) && (known (infinite b) || is_constant_order (lower b)))
       || (known (infinite b) && is_constant_order (lower a))
    then Tail None s s up low
    else settle (Tail None Unknown s up low)
  end.

Lemma is_constant_order_bound (o : option order) (f : R -> R) :
  is_constant_order o = true -> (forall p, o = Some p -> lower_bound p f) ->
  exists c, 0 < c /\ eventually (fun x => c <= Rabs (f x)).
Proof.
  destruct o as [[r d| |]|]; simpl; try discriminate.
  destruct (Req_EM_T r 0) as [->|]; [|discriminate]. destruct (Req_EM_T d 0) as [->|]; [|discriminate].
  intros _ H. destruct (H _ eq_refl) as [c [Hc K]]. exists c. split; [exact Hc|]. revert K. apply ev_imp.
  intros x Hx. rewrite magnitude_0, Rmult_1_r in Hx. exact Hx.
Qed.

Lemma infinite_times_bounded (f g : R -> R) (c : R) :
  0 < c -> (forall K, eventually (fun x => K < Rabs (f x))) -> eventually (fun x => c <= Rabs (g x)) ->
  forall K, eventually (fun x => K < Rabs (f x * g x)).
Proof.
  intros Hc Hf Hg K. generalize (Hf (Rabs K / c)). revert Hg. apply ev_imp2. intros x H1 H2. rewrite Rabs_mult.
  apply Rle_lt_trans with (1 := Rle_abs K).
  assert (H3 : Rabs K < Rabs (f x) * c).
  { apply (Rmult_lt_compat_r c) in H2; [|exact Hc]. replace (Rabs K / c * c) with (Rabs K) in H2 by (field; lra). exact H2. }
  generalize (Rabs_pos (f x)). nra.
Qed.

Theorem valid_multiply a b f g : valid a f -> valid b g -> valid (multiply a b) (fun x => f x * g x).
Proof.
  intros Va Vb. unfold multiply.
  assert (S := has_sgn_mul _ _ _ _ (valid_sign a f Va) (valid_sign b g Vb)).
  assert (Hup : forall o, times_option times (upper a) (upper b) = Some o -> upper_bound o (fun x => f x * g x)).
  { intros o Ho. destruct (upper a) as [u|] eqn:Eu; [|discriminate]. destruct (upper b) as [v|] eqn:Ev; [|discriminate].
    apply (times_upper u v o f g Ho); [apply (valid_upper a f Va), Eu|apply (valid_upper b g Vb), Ev]. }
  assert (Hlow : forall o, times_option times_lower (lower a) (lower b) = Some o -> lower_bound o (fun x => f x * g x)).
  { intros o Ho. destruct (lower a) as [u|] eqn:Eu; [|discriminate]. destruct (lower b) as [v|] eqn:Ev; [|discriminate].
    apply (times_lower_bound u v o f g Ho); [apply (valid_lower a f Va), Eu|apply (valid_lower b g Vb), Ev]. }
  set (s := sgn_mul (sign a) (sign b)) in *. set (up := times_option times _ _) in *.
  set (low := times_option times_lower _ _) in *. clearbody s up low.
  assert (Main : valid (if (known (infinite a) && (known (infinite b) || is_constant_order (lower b)))
       || (known (infinite b) && is_constant_order (lower a)) then @Tail A None s s up low
    else settle (@Tail A None Unknown s up low)) (fun x => f x * g x)).
  { destruct ((known (infinite a) && _) || _) eqn:E.
    - assert (B : forall K, eventually (fun x => K < Rabs (f x * g x))).
      { apply orb_prop in E. destruct E as [E|E]; apply andb_prop in E; destruct E as [Ka E].
        - assert (Ia := tends_abs _ f Ka (valid_infinite a f Va)). apply orb_prop in E. destruct E as [E|E].
          + apply (infinite_times_bounded f g 1 Rlt_0_1 Ia).
            generalize (tends_abs _ g E (valid_infinite b g Vb) 1). apply ev_imp. intros; lra.
          + destruct (is_constant_order_bound _ g E (valid_lower b g Vb)) as [c [Hc Hg]].
            apply (infinite_times_bounded f g c Hc Ia Hg).
        - assert (Ib := tends_abs _ g Ka (valid_infinite b g Vb)).
          destruct (is_constant_order_bound _ f E (valid_lower a f Va)) as [c [Hc Hf]].
          intro K. generalize (infinite_times_bounded g f c Hc Ib Hf K). apply ev_imp. intros x.
          rewrite Rmult_comm. auto. }
      split; simpl; try assumption; [discriminate|]. apply tends_of_abs; assumption.
    - apply valid_settle. split; simpl; try assumption; [discriminate|exact I]. }
  destruct (limit a) as [x|] eqn:Ea, (limit b) as [y|] eqn:Eb; try exact Main.
  destruct (valid_limit a f Va x Ea) as [L [HL Hf]], (valid_limit b g Vb y Eb) as [M [HM Hg]].
  split; simpl; try assumption; [|exact I]. intros c Hc. exists (L * M).
  split; [apply (image2_spec A _ _ _ _ _ _ Hc HL HM)|].
  apply (is_lim_mult f g p_infty L M); [exact Hf|exact Hg|exact I].
Qed.

(** ** Inverse *)

Definition invert (a : tail) : tail :=
  let up := option_map inverse (lower a) in
  let low := option_map inverse (upper a) in
  if known (infinite a) then Tail (Some (exactly A 0)) Unknown (sign a) up low
  else match limit a with
       | Some b => if is_positive A b || is_negative A b then Tail (image A Rinv b) Unknown (sign a) up low
                   else settle (Tail None Unknown (sign a) up low)
       | None => settle (Tail None Unknown (sign a) up low)
       end.

(** The inverse of a term that is defined: the term is not 0. *)
Theorem valid_invert a f : eventually (fun x => f x <> 0) -> valid a f -> valid (invert a) (fun x => / f x).
Proof.
  intros Z Va. unfold invert.
  assert (S : has_sgn (sign a) (fun x => / f x)).
  { assert (K := valid_sign a f Va). destruct (sign a); simpl in *; [exact I| |]; revert K; apply ev_imp; intros x Hx.
    - apply Rinv_0_lt_compat, Hx.
    - apply Rinv_lt_0_compat, Hx. }
  assert (Hup : forall o, option_map inverse (lower a) = Some o -> upper_bound o (fun x => / f x)).
  { intros o Ho. destruct (lower a) as [u|] eqn:Eu; [|discriminate]. injection Ho as <-.
    assert (H := valid_lower a f Va u Eu). apply lower_inverse in H. apply H. }
  assert (Hlow : forall o, option_map inverse (upper a) = Some o -> lower_bound o (fun x => / f x)).
  { intros o Ho. destruct (upper a) as [u|] eqn:Eu; [|discriminate]. injection Ho as <-.
    apply lower_inverse. rewrite inverse_inverse. split.
    - revert Z. apply ev_imp. intros x. apply Rinv_neq_0_compat.
    - apply (upper_bound_ext u f); [intro x; symmetry; apply Rinv_inv|apply (valid_upper a f Va), Eu]. }
  assert (Rest : valid (settle (@Tail A None Unknown (sign a) (option_map inverse (lower a)) (option_map inverse (upper a))))
                   (fun x => / f x)).
  { apply valid_settle. split; simpl; try assumption; [discriminate|exact I]. }
  destruct (known (infinite a)) eqn:K.
  - split; simpl; try assumption; [|exact I]. intros b [= <-]. exists 0. split; [apply exactly_inside|].
    apply lim_inv_infinite, (tends_abs _ f K), Va.
  - destruct (limit a) as [b|] eqn:Eb; [|exact Rest].
    destruct (is_positive A b || is_negative A b) eqn:E; [|exact Rest].
    destruct (valid_limit a f Va b Eb) as [L [HL Hf]].
    assert (HL0 : L <> 0).
    { apply orb_prop in E. destruct E as [E|E]; [generalize (is_positive_spec A b L E HL)|generalize (is_negative_spec A b L E HL)]; lra. }
    split; simpl; try assumption; [|exact I]. intros c Hc. exists (/ L).
    split; [apply (image_spec A _ _ _ _ Hc HL)|]. apply (is_lim_inv f p_infty L Hf). intros [= K0]. contradiction.
Qed.
End TailArithmetic.

Arguments add {A}. Arguments multiply {A}. Arguments invert {A}.
