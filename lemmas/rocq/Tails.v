(** * Facts about terms at infinity

    The facts that the checker derives, limits, signs and bounds, and what follows from them; with [Orders],
    [TailArithmetic] and [TailFunctions] they prove the lemma [orders-of-growth], whose last theorem is in [TermTails].
    X tends to +oo; a term at -oo is a function of X = -x. *)

From Coq Require Import Reals Lra Lia Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Orders.
Open Scope R_scope.

(** ** Balls: any arithmetic of sets that contains the exact results *)

Record arithmetic := Arithmetic {
  ball : Type;
  inside : ball -> R -> Prop;
  exactly : R -> ball;
  exactly_inside : forall x, inside (exactly x) x;
  is_zero : ball -> bool;
  is_zero_exactly : is_zero (exactly 0) = true;
  is_zero_spec : forall b x, is_zero b = true -> inside b x -> x = 0;
  is_positive : ball -> bool;
  is_positive_spec : forall b x, is_positive b = true -> inside b x -> 0 < x;
  is_negative : ball -> bool;
  is_negative_spec : forall b x, is_negative b = true -> inside b x -> x < 0;
  (** An enclosure of the image, or nothing. *)
  image : (R -> R) -> ball -> option ball;
  image_spec : forall f b c x, image f b = Some c -> inside b x -> inside c (f x);
  image2 : (R -> R -> R) -> ball -> ball -> option ball;
  image2_spec : forall f a b c x y, image2 f a b = Some c -> inside a x -> inside b y -> inside c (f x y)
}.

(** ** Signs *)

Inductive sgn := Unknown | Plus | Minus.
Definition sgn_opp (s : sgn) : sgn := match s with Unknown => Unknown | Plus => Minus | Minus => Plus end.
Definition sgn_mul (s t : sgn) : sgn :=
  match s, t with Unknown, _ | _, Unknown => Unknown | Plus, t => t | Minus, t => sgn_opp t end.
Definition known (s : sgn) : bool := match s with Unknown => false | _ => true end.
Definition sgn_eqb (s t : sgn) : bool :=
  match s, t with Unknown, Unknown | Plus, Plus | Minus, Minus => true | _, _ => false end.
Lemma sgn_eqb_eq s t : sgn_eqb s t = true -> s = t.
Proof. destruct s, t; simpl; congruence. Qed.

Definition has_sgn (s : sgn) (f : R -> R) : Prop :=
  match s with Unknown => True | Plus => eventually (fun x => 0 < f x) | Minus => eventually (fun x => f x < 0) end.
Definition tends (s : sgn) (f : R -> R) : Prop :=
  match s with Unknown => True | Plus => is_lim f p_infty p_infty | Minus => is_lim f p_infty m_infty end.

Lemma has_sgn_nonzero s f : known s = true -> has_sgn s f -> eventually (fun x => f x <> 0).
Proof. destruct s; simpl; intros E; try discriminate; apply ev_imp; intros; lra. Qed.

Lemma has_sgn_mul s t f g : has_sgn s f -> has_sgn t g -> has_sgn (sgn_mul s t) (fun x => f x * g x).
Proof. destruct s, t; simpl; intros Hf Hg; try exact I; revert Hf Hg; apply ev_imp2; intros; nra. Qed.

Lemma has_sgn_opp s f : has_sgn s f -> has_sgn (sgn_opp s) (fun x => - f x).
Proof. destruct s; simpl; try (intros; exact I); apply ev_imp; intros; lra. Qed.

Lemma ev_lim_ge (f : R -> R) : (forall K, eventually (fun x => K < f x)) -> is_lim f p_infty p_infty.
Proof. intros H P [M HM]. generalize (H M). apply ev_imp. intros x Hx. apply HM, Hx. Qed.

Lemma tends_plus_spec (f : R -> R) : is_lim f p_infty p_infty <-> forall K, eventually (fun x => K < f x).
Proof.
  split; [|apply ev_lim_ge]. intros H K. apply (H (fun y => K < y)). exists K. auto.
Qed.

Lemma tends_minus_spec (f : R -> R) : is_lim f p_infty m_infty <-> forall K, eventually (fun x => f x < K).
Proof.
  split.
  - intros H K. apply (H (fun y => y < K)). exists K. auto.
  - intros H P [M HM]. generalize (H M). apply ev_imp. intros x Hx. apply HM, Hx.
Qed.

(** Infinite in absolute value, with a sign. *)
Lemma tends_of_abs (s : sgn) (f : R -> R) :
  (forall K, eventually (fun x => K < Rabs (f x))) -> has_sgn s f -> tends s f.
Proof.
  intros H Hs. destruct s; simpl in *; [exact I| |].
  - apply tends_plus_spec. intro K. generalize (H K). revert Hs. apply ev_imp2. intros x A B.
    rewrite Rabs_pos_eq in B; lra.
  - apply tends_minus_spec. intro K. generalize (H (- K)). revert Hs. apply ev_imp2. intros x A B.
    rewrite Rabs_left in B; lra.
Qed.

Lemma tends_abs (s : sgn) (f : R -> R) :
  known s = true -> tends s f -> forall K, eventually (fun x => K < Rabs (f x)).
Proof.
  destruct s; simpl; intros E H K; try discriminate.
  - generalize (proj1 (tends_plus_spec f) H K). apply ev_imp. intros x Hx. generalize (Rle_abs (f x)); lra.
  - generalize (proj1 (tends_minus_spec f) H (- K)). apply ev_imp. intros x Hx.
    generalize (Rle_abs (- f x)). rewrite Rabs_Ropp. lra.
Qed.

Lemma tends_has_sgn (s : sgn) (f : R -> R) : tends s f -> has_sgn s f.
Proof.
  destruct s; simpl; intro H; [exact I| |].
  - exact (proj1 (tends_plus_spec f) H 0).
  - exact (proj1 (tends_minus_spec f) H 0).
Qed.

(** The limit of 1/f where the limit of f is infinite, and the other way round. *)
Lemma lim_inv_infinite (f : R -> R) :
  (forall K, eventually (fun x => K < Rabs (f x))) -> is_lim (fun x => / f x) p_infty 0.
Proof.
  intros H P [e He]. generalize (H (/ e)). apply ev_imp. intros x Hx. apply He.
  change (Rabs (/ f x - 0) < e). rewrite Rminus_0_r, Rabs_inv.
  assert (P0 := cond_pos e). rewrite <- (Rinv_inv e). apply Rinv_lt_contravar; [|exact Hx].
  apply Rmult_lt_0_compat; [apply Rinv_0_lt_compat, P0|]. apply Rlt_trans with (2 := Hx), Rinv_0_lt_compat, P0.
Qed.

Lemma inv_vanishes_infinite (f : R -> R) :
  eventually (fun x => f x <> 0) -> is_lim (fun x => / f x) p_infty 0 ->
  forall K, eventually (fun x => K < Rabs (f x)).
Proof.
  intros Z H K. set (k := Rabs K + 1). assert (Hk : 0 < k) by (unfold k; generalize (Rabs_pos K); lra).
  assert (E : eventually (fun x => Rabs (/ f x) < / k)).
  { apply (H (fun y => Rabs y < / k)). exists (mkposreal _ (Rinv_0_lt_compat _ Hk)). intros y Hy.
    assert (Hy' : Rabs (y - 0) < / k) by exact Hy. rewrite Rminus_0_r in Hy'. exact Hy'. }
  revert Z E. apply ev_imp2. intros x Z E. rewrite Rabs_inv in E.
  assert (P : 0 < Rabs (f x)) by (apply Rabs_pos_lt, Z).
  apply Rle_lt_trans with (1 := Rle_abs K). apply Rlt_trans with k; [unfold k; lra|].
  apply Rinv_lt_cancel; [exact P|exact E].
Qed.

(** ** What is known of a term *)

Section Tails.
Variable A : arithmetic.

Record tail := Tail {
  limit : option (ball A); infinite : sgn; sign : sgn; upper : option order; lower : option order }.

(** All facts are true of f. *)
Record valid (t : tail) (f : R -> R) : Prop := Valid {
  valid_limit : forall b, limit t = Some b -> exists L : R, inside A b L /\ is_lim f p_infty L;
  valid_infinite : tends (infinite t) f;
  valid_sign : has_sgn (sign t) f;
  valid_upper : forall o, upper t = Some o -> upper_bound o f;
  valid_lower : forall o, lower t = Some o -> lower_bound o f }.

Definition nothing : tail := Tail None Unknown Unknown None None.
Definition constant_order : order := Exact 0 0.

Lemma valid_nothing f : valid nothing f.
Proof. split; simpl; try discriminate; exact I. Qed.

Definition tends_to_zero (t : tail) : bool := match limit t with Some b => is_zero A b | None => false end.

Lemma tends_to_zero_lim t f : valid t f -> tends_to_zero t = true -> is_lim f p_infty 0.
Proof.
  unfold tends_to_zero. intros V E. destruct (limit t) as [b|] eqn:Eb; [|discriminate].
  destruct (valid_limit t f V b Eb) as [L [HL Hlim]]. rewrite (is_zero_spec A b L E HL) in Hlim. exact Hlim.
Qed.

(** *** A finite limit *)

Definition sign_of (b : ball A) : sgn :=
  if is_positive A b then Plus else if is_negative A b then Minus else Unknown.

Definition finite (b : option (ball A)) (up low : option order) : tail :=
  match b with
  | None => nothing
  | Some b => Tail (Some b) Unknown (sign_of b) up (if known (sign_of b) then Some constant_order else low)
  end.

Lemma lim_bounded (f : R -> R) (L : R) : is_lim f p_infty L -> upper_bound constant_order f.
Proof.
  intro H. exists (Rabs L + 1).
  assert (E : eventually (fun x => Rabs (f x - L) < 1)).
  { apply (H (fun y => Rabs (y - L) < 1)). exists (mkposreal 1 Rlt_0_1). intros y Hy. exact Hy. }
  revert E. apply ev_imp. intros x Hx. rewrite magnitude_0, Rmult_1_r.
  replace (f x) with (L + (f x - L)) by ring. apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

Lemma lim_near (f : R -> R) (L e : R) : 0 < e -> is_lim f p_infty L -> eventually (fun x => L - e < f x < L + e).
Proof.
  intros He H. apply (H (fun y => L - e < y < L + e)). exists (mkposreal e He). intros y Hy.
  assert (Hy' : Rabs (y - L) < e) by exact Hy. apply Rabs_def2 in Hy'. lra.
Qed.

Lemma lim_zero_le (f g : R -> R) (C : R) :
  eventually (fun x => Rabs (g x) <= C * Rabs (f x)) -> is_lim f p_infty 0 -> is_lim g p_infty 0.
Proof.
  intros E H P [e He]. assert (P0 := cond_pos e). assert (PC := Rabs_pos C).
  assert (N := lim_near f 0 (e / (Rabs C + 1)) ltac:(apply Rdiv_lt_0_compat; lra) H).
  revert E N. apply ev_imp2. intros x E N. apply He. change (Rabs (g x - 0) < e). rewrite Rminus_0_r.
  apply Rle_lt_trans with (1 := E).
  assert (F : Rabs (f x) < e / (Rabs C + 1)) by (apply Rabs_def1; lra).
  assert (F' : (Rabs C + 1) * Rabs (f x) < e).
  { apply (Rmult_lt_compat_l (Rabs C + 1)) in F; [|lra].
    replace ((Rabs C + 1) * (e / (Rabs C + 1))) with (pos e) in F by (field; lra). exact F. }
  generalize (Rle_abs C), (Rabs_pos (f x)). nra.
Qed.

Lemma lim_sign (f : R -> R) (L : R) (b : ball A) :
  inside A b L -> is_lim f p_infty L -> has_sgn (sign_of b) f /\ (known (sign_of b) = true -> lower_bound constant_order f).
Proof.
  intros Hb H. unfold sign_of. destruct (is_positive A b) eqn:Ep.
  - assert (P := is_positive_spec A b L Ep Hb). assert (N := lim_near f L (L / 2) ltac:(lra) H). split.
    + revert N. apply ev_imp. intros x Hx. lra.
    + intros _. exists (L / 2). split; [lra|]. revert N. apply ev_imp. intros x Hx.
      rewrite magnitude_0, Rabs_pos_eq; lra.
  - destruct (is_negative A b) eqn:En; [|split; [exact I|discriminate]].
    assert (P := is_negative_spec A b L En Hb). assert (N := lim_near f L (- L / 2) ltac:(lra) H). split.
    + revert N. apply ev_imp. intros x Hx. lra.
    + intros _. exists (- L / 2). split; [lra|]. revert N. apply ev_imp. intros x Hx.
      rewrite magnitude_0, Rabs_left; lra.
Qed.

Lemma valid_finite (b : option (ball A)) (up low : option order) (f : R -> R) (L : R) :
  (forall c, b = Some c -> inside A c L) -> is_lim f p_infty L ->
  (forall o, up = Some o -> upper_bound o f) -> (forall o, low = Some o -> lower_bound o f) ->
  valid (finite b up low) f.
Proof.
  intros Hb H Hup Hlow. destruct b as [b|]; [|apply valid_nothing]. specialize (Hb b eq_refl).
  destruct (lim_sign f L b Hb H) as [S1 S2]. split; simpl.
  - intros c [= <-]. exists L. split; assumption.
  - exact I.
  - exact S1.
  - exact Hup.
  - destruct (known (sign_of b)); [intros o [= <-]; apply S2; reflexivity|exact Hlow].
Qed.

Definition finite_constant (b : option (ball A)) : tail := finite b (Some constant_order) None.

Lemma valid_finite_constant b f L :
  (forall c, b = Some c -> inside A c L) -> is_lim f p_infty L -> valid (finite_constant b) f.
Proof.
  intros Hb H. apply (valid_finite b _ _ f L Hb H); [intros o [= <-]; apply (lim_bounded f L H)|discriminate].
Qed.

(** *** Settling *)

Definition bound_vanishes (o : option order) : bool := match o with Some o => vanishesb o | None => false end.

Definition settle (t : tail) : tail :=
  if negb (match limit t with Some _ => true | None => false end) && negb (known (infinite t)) && bound_vanishes (upper t)
  then Tail (Some (exactly A 0)) (infinite t) (sign t) (upper t) (lower t)
  else if negb (known (infinite t)) && known (sign t) && bound_vanishes (option_map inverse (lower t))
  then Tail None (sign t) (sign t) (upper t) (lower t)
  else t.

Lemma valid_settle t f : valid t f -> valid (settle t) f.
Proof.
  intro V. unfold settle.
  destruct (negb _ && negb _ && bound_vanishes (upper t)) eqn:E1; [|destruct (negb _ && known (sign t) && _) eqn:E2; [|exact V]].
  - apply andb_prop in E1. destruct E1 as [_ E1].
    destruct (upper t) as [o|] eqn:Eo; [|discriminate]. simpl in E1.
    destruct V as [V1 V2 V3 V4 V5]. split; simpl; try assumption.
    + intros b [= <-]. exists 0. split; [apply exactly_inside|].
      apply (vanishes_lim o); [apply vanishesb_true, E1|apply V4, Eo].
    + intros o' Ho. apply V4. congruence.
  - apply andb_prop in E2. destruct E2 as [_ E2].
    destruct (lower t) as [o|] eqn:Eo; [|discriminate]. simpl in E2.
    destruct V as [V1 V2 V3 V4 V5]. split; simpl; try assumption; try discriminate.
    + apply tends_of_abs; [|exact V3].
      assert (Lo := V5 o Eo). apply lower_inverse in Lo. destruct Lo as [Z U].
      apply inv_vanishes_infinite; [exact Z|]. apply (vanishes_lim (inverse o)); [apply vanishesb_true, E2|exact U].
    + intros o' Ho. apply V5. congruence.
Qed.

(** *** Negation *)

Definition negate (t : tail) : tail :=
  Tail (match limit t with Some b => image A Ropp b | None => None end) (sgn_opp (infinite t)) (sgn_opp (sign t))
    (upper t) (lower t).

Lemma tends_opp s f : tends s f -> tends (sgn_opp s) (fun x => - f x).
Proof.
  destruct s; simpl; intro H; [exact I| |].
  - apply (is_lim_opp f p_infty p_infty H).
  - apply (is_lim_opp f p_infty m_infty H).
Qed.

Lemma valid_negate t f : valid t f -> valid (negate t) (fun x => - f x).
Proof.
  intros [V1 V2 V3 V4 V5]. split; simpl.
  - intros b Hb. destruct (limit t) as [c|]; [|discriminate]. destruct (V1 c eq_refl) as [L [HL Hlim]].
    exists (- L). split; [apply (image_spec A _ _ _ _ Hb HL)|apply (is_lim_opp f p_infty L Hlim)].
  - apply tends_opp, V2.
  - apply has_sgn_opp, V3.
  - intros o Ho. apply (upper_bound_le o f _ 1); [|apply V4, Ho]. exists 0. intros x _. rewrite Rabs_Ropp. lra.
  - intros o Ho. apply (lower_bound_le o f _ 1); [lra| |apply V5, Ho]. exists 0. intros x _. rewrite Rabs_Ropp. lra.
Qed.

Lemma valid_ext t f g : eventually (fun x => f x = g x) -> valid t f -> valid t g.
Proof.
  intros E [V1 V2 V3 V4 V5].
  assert (Lim : forall l, is_lim f p_infty l -> is_lim g p_infty l) by (intros l; apply is_lim_ext_loc, E).
  split.
  - intros b Hb. destruct (V1 b Hb) as [L [HL H]]. exists L. split; [exact HL|apply Lim, H].
  - destruct (infinite t); simpl in *; [exact I|apply Lim, V2|apply Lim, V2].
  - destruct (sign t); simpl in *; [exact I| |]; revert E V3; apply ev_imp2; intros x ->; auto.
  - intros o Ho. apply (upper_bound_le o f _ 1); [|apply V4, Ho]. revert E. apply ev_imp. intros x ->. lra.
  - intros o Ho. apply (lower_bound_le o f _ 1); [lra| |apply V5, Ho]. revert E. apply ev_imp. intros x ->. lra.
Qed.

(** Between two constant multiples of a function, of the same sign: all facts but a limit that is not 0. *)
Lemma valid_comparable t f g c C :
  (limit t = None \/ tends_to_zero t = true) -> 0 < c ->
  eventually (fun x => c * Rabs (f x) <= Rabs (g x) <= C * Rabs (f x) /\ (0 < f x -> 0 < g x) /\ (f x < 0 -> g x < 0)) ->
  valid t f -> valid t g.
Proof.
  intros Hl Hc E V.
  assert (Sg : has_sgn (sign t) g).
  { destruct (sign t) eqn:Es; simpl; [exact I| |]; assert (K := valid_sign t f V); rewrite Es in K; simpl in K;
      revert E K; apply ev_imp2; intros x [_ [H1 H2]] H; auto. }
  split.
  - intros b Hb. destruct Hl as [Hl|Hl]; [congruence|]. assert (L0 := tends_to_zero_lim t f V Hl).
    unfold tends_to_zero in Hl. rewrite Hb in Hl. destruct (valid_limit t f V b Hb) as [L [HL HLim]].
    exists L. split; [exact HL|]. rewrite (is_zero_spec A b L Hl HL).
    apply (lim_zero_le f g C); [|exact L0]. revert E. apply ev_imp. intros x Hx. apply Hx.
  - destruct (infinite t) eqn:Ei; [exact I| |]; assert (K := valid_infinite t f V); rewrite Ei in K.
    + apply tends_of_abs.
      * intro M. generalize (tends_abs Plus f eq_refl K (Rabs M / c)). revert E. apply ev_imp2. intros x [H _] H'.
        apply Rle_lt_trans with (1 := Rle_abs M). apply Rlt_le_trans with (2 := proj1 H).
        apply (Rmult_lt_compat_l c) in H'; [|exact Hc]. replace (c * (Rabs M / c)) with (Rabs M) in H' by (field; lra).
        exact H'.
      * apply tends_has_sgn in K. simpl in *. revert E K. apply ev_imp2. intros x [_ [H _]]. exact H.
    + apply tends_of_abs.
      * intro M. generalize (tends_abs Minus f eq_refl K (Rabs M / c)). revert E. apply ev_imp2. intros x [H _] H'.
        apply Rle_lt_trans with (1 := Rle_abs M). apply Rlt_le_trans with (2 := proj1 H).
        apply (Rmult_lt_compat_l c) in H'; [|exact Hc]. replace (c * (Rabs M / c)) with (Rabs M) in H' by (field; lra).
        exact H'.
      * apply tends_has_sgn in K. simpl in *. revert E K. apply ev_imp2. intros x [_ [_ H]]. exact H.
  - exact Sg.
  - intros o Ho. apply (upper_bound_le o f _ C); [|apply (valid_upper t f V), Ho].
    revert E. apply ev_imp. intros x H. apply H.
  - intros o Ho. apply (lower_bound_le o f _ c Hc); [|apply (valid_lower t f V), Ho].
    revert E. apply ev_imp. intros x H. apply H.
Qed.
End Tails.

Arguments Tail {A}.
Arguments limit {A}. Arguments infinite {A}. Arguments sign {A}. Arguments upper {A}. Arguments lower {A}.
Arguments valid {A}. Arguments nothing {A}. Arguments tends_to_zero {A}. Arguments finite {A}.
Arguments finite_constant {A}. Arguments settle {A}. Arguments negate {A}.
Arguments valid_limit {A}. Arguments valid_infinite {A}. Arguments valid_sign {A}. Arguments valid_upper {A}.
Arguments valid_lower {A}. Arguments valid_settle {A}. Arguments valid_negate {A}. Arguments valid_ext {A}.
Arguments valid_comparable {A}. Arguments valid_finite {A}. Arguments valid_finite_constant {A}.
Arguments tends_to_zero_lim {A}. Arguments sign_of {A}. Arguments valid_nothing {A}.
