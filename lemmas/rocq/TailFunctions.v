(** * Facts at infinity: powers, exponentials, bounded and oscillating functions

    Part of the lemma [orders-of-growth]: each function of the checker's table applied to a function with known facts. *)

From Coq Require Import Reals Lra Lia Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Orders Tails Erf Terms.
Open Scope R_scope.

Section TailFunctions.
Variable A : arithmetic.
Notation tail := (tail A).

(** ** Functions with a known image of the limit *)

(** A function that is continuous at the limit. *)
Definition continuous_image (h : R -> R) (b : ball A) : tail := finite_constant (image A h b).

Lemma valid_image (a : tail) (f h : R -> R) (b : ball A) :
  valid a f -> limit a = Some b -> (forall L : R, inside A b L -> continuous h L) ->
  valid (continuous_image h b) (fun x => h (f x)).
Proof.
  intros Va Eb Hc. destruct (valid_limit a f Va b Eb) as [L [HL Hf]].
  apply (valid_finite_constant _ _ (h L)).
  - intros c Hi. apply (image_spec A _ _ _ _ Hi HL).
  - apply (is_lim_comp_continuous f h p_infty L Hf), Hc, HL.
Qed.

(** ** Powers *)

Definition scaled (e : R) (o : order) : order := match o with Exact r d => Exact (r * e) (d * e) | o => o end.

(** The absolute value of a power with exponent e > 0. *)
Definition abs_power (y e : R) : R := if Req_EM_T y 0 then 0 else Rpower (Rabs y) e.

Lemma abs_power_pos y e : y <> 0 -> 0 < abs_power y e.
Proof. intro H. unfold abs_power. destruct (Req_EM_T y 0); [contradiction|apply exp_pos]. Qed.

Lemma abs_power_nonneg y e : 0 <= abs_power y e.
Proof. unfold abs_power. destruct (Req_EM_T y 0); [lra|left; apply exp_pos]. Qed.

Lemma abs_power_le y m e : 0 < e -> 0 < m -> Rabs y <= m -> abs_power y e <= Rpower m e.
Proof.
  intros He Hm H. unfold abs_power. destruct (Req_EM_T y 0) as [->|Hy]; [left; apply exp_pos|].
  apply Rle_Rpower_l; [lra|]. split; [apply Rabs_pos_lt, Hy|exact H].
Qed.

Lemma abs_power_ge y m e : 0 < e -> 0 < m -> m <= Rabs y -> Rpower m e <= abs_power y e.
Proof.
  intros He Hm H. unfold abs_power. destruct (Req_EM_T y 0) as [->|Hy]; [rewrite Rabs_R0 in H; lra|].
  apply Rle_Rpower_l; [lra|split; assumption].
Qed.

Lemma Rpower_exp a e : Rpower (exp a) e = exp (a * e).
Proof. unfold Rpower. rewrite ln_exp. f_equal. ring. Qed.

Lemma Rpower_scaled C r d e x : 0 < C -> Rpower (C * magnitude r d x) e = Rpower C e * magnitude (r * e) (d * e) x.
Proof.
  intro HC. rewrite <- Rpower_mult_distr by (try exact HC; apply magnitude_pos). f_equal. unfold magnitude.
  rewrite Rpower_exp. f_equal. ring.
Qed.

Lemma upper_power (e : R) (o : order) (f h : R -> R) :
  0 < e -> eventually (fun x => Rabs (h x) <= abs_power (f x) e) -> upper_bound o f -> upper_bound (scaled e o) h.
Proof.
  intros He Hh. destruct o as [r d| |]; simpl.
  - intros [C Hf]. exists (Rpower (Rabs C + 1) e). revert Hh Hf. apply ev_imp2. intros x H1 H2.
    apply Rle_trans with (1 := H1). rewrite <- Rpower_scaled by (generalize (Rabs_pos C); lra).
    assert (P := magnitude_pos r d x). apply abs_power_le; [exact He| |].
    + generalize (Rabs_pos C). nra.
    + apply Rle_trans with (1 := H2). generalize (Rle_abs C). nra.
  - intros [k [Hk Hf]]. exists (k * e). split; [apply Rmult_lt_0_compat; assumption|].
    revert Hh Hf. apply ev_imp2. intros x H1 H2. apply Rle_trans with (1 := H1).
    replace (- (k * e * x)) with (- (k * x) * e) by ring. rewrite <- Rpower_exp.
    apply abs_power_le; [exact He|apply exp_pos|exact H2].
  - intros Hf K. generalize (Hf (K / e)). revert Hh. apply ev_imp2. intros x H1 H2. apply Rle_trans with (1 := H1).
    replace (- (K * x)) with (- (K / e * x) * e) by (field; lra). rewrite <- Rpower_exp.
    apply abs_power_le; [exact He|apply exp_pos|exact H2].
Qed.

Lemma lower_power (e : R) (o : order) (f h : R -> R) :
  0 < e -> eventually (fun x => abs_power (f x) e <= Rabs (h x)) -> lower_bound o f -> lower_bound (scaled e o) h.
Proof.
  intros He Hh. destruct o as [r d| |]; simpl.
  - intros [c [Hc Hf]]. exists (Rpower c e). split; [apply exp_pos|]. revert Hh Hf. apply ev_imp2. intros x H1 H2.
    apply Rle_trans with (2 := H1). rewrite <- Rpower_scaled by exact Hc.
    assert (P := magnitude_pos r d x). apply abs_power_ge; [exact He|nra|exact H2].
  - intros [k [Hk Hf]]. exists (k * e). split; [apply Rmult_lt_0_compat; assumption|].
    revert Hh Hf. apply ev_imp2. intros x H1 H2. apply Rle_trans with (2 := H1).
    replace (k * e * x) with (k * x * e) by ring. rewrite <- Rpower_exp.
    apply abs_power_ge; [exact He|apply exp_pos|exact H2].
  - intros Hf K. generalize (Hf (K / e)). revert Hh. apply ev_imp2. intros x H1 H2. apply Rle_trans with (2 := H1).
    replace (K * x) with (K / e * x * e) by (field; lra). rewrite <- Rpower_exp.
    apply abs_power_ge; [exact He|apply exp_pos|exact H2].
Qed.

(** A power function with exponent [e] > 0: fractional powers live on the nonnegative numbers. *)
Record power_function (h : R -> R) (e : R) (never_negative fractional : bool) : Prop := PowerFunction {
  exponent_positive : 0 < e;
  absolute_value : forall y, (fractional = true -> 0 <= y) -> Rabs (h y) = abs_power y e;
  power_nonneg : never_negative = true -> forall y, (fractional = true -> 0 <= y) -> 0 <= h y;
  power_sign : never_negative = false -> forall y, (0 < y -> 0 < h y) /\ (y < 0 -> h y < 0);
  power_continuous : forall L, (fractional = true -> 0 < L) -> continuous h L }.

(** Exponents > 0. *)
Definition positive_power (h : R -> R) (e : R) (never_negative fractional : bool) (a : tail) : tail :=
  let s := if known (sign a) || (if lower a then true else false)
           then (if never_negative then Plus else sign a) else Unknown in
  let up := option_map (scaled e) (upper a) in
  let low := option_map (scaled e) (lower a) in
  if tends_to_zero a then Tail (Some (exactly A 0)) Unknown s up low
  else match limit a with
       | Some b => Tail (if fractional then (if is_positive A b then image A h b else None) else image A h b) Unknown s up low
       | None => if known (infinite a) then Tail None s s up low else settle (Tail None Unknown s up low)
       end.

Theorem valid_positive_power h e nn fr (a : tail) f :
  power_function h e nn fr -> eventually (fun x => fr = true -> 0 <= f x) -> valid a f ->
  valid (positive_power h e nn fr a) (fun x => h (f x)).
Proof.
  intros [He Habs Hnn Hsg Hcont] Dom Va. unfold positive_power.
  assert (Ev : eventually (fun x => Rabs (h (f x)) = abs_power (f x) e)).
  { revert Dom. apply ev_imp. intros x Hx. apply Habs, Hx. }
  set (s := if known (sign a) || _ then _ else Unknown).
  assert (S : has_sgn s (fun x => h (f x))).
  { unfold s. destruct (known (sign a) || (if lower a then true else false)) eqn:K; [|exact I].
    assert (Z : eventually (fun x => f x <> 0)).
    { apply orb_prop in K. destruct K as [K|K].
      - apply (has_sgn_nonzero (sign a) f K), Va.
      - destruct (lower a) as [o|] eqn:Eo; [|discriminate]. apply (lower_nonzero o), (valid_lower a f Va), Eo. }
    destruct nn.
    - simpl. generalize (ev_and _ _ Z (ev_and _ _ Ev Dom)). apply ev_imp. intros x [Z' [E D]].
      assert (P := abs_power_pos (f x) e Z'). rewrite <- E in P.
      assert (N := Hnn eq_refl (f x) D). rewrite Rabs_pos_eq in P; assumption.
    - assert (Sa := valid_sign a f Va). destruct (sign a); simpl in *; [exact I| |]; revert Sa; apply ev_imp;
        intros x Hx; apply (Hsg eq_refl (f x)); exact Hx. }
  assert (Hup : forall o, option_map (scaled e) (upper a) = Some o -> upper_bound o (fun x => h (f x))).
  { intros o Ho. destruct (upper a) as [u|] eqn:Eu; [|discriminate]. injection Ho as <-.
    apply (upper_power e u f); [exact He| |apply (valid_upper a f Va), Eu].
    revert Ev. apply ev_imp. intros x ->. lra. }
  assert (Hlow : forall o, option_map (scaled e) (lower a) = Some o -> lower_bound o (fun x => h (f x))).
  { intros o Ho. destruct (lower a) as [u|] eqn:Eu; [|discriminate]. injection Ho as <-.
    apply (lower_power e u f); [exact He| |apply (valid_lower a f Va), Eu].
    revert Ev. apply ev_imp. intros x ->. lra. }
  clearbody s.
  destruct (tends_to_zero a) eqn:E0.
  - split; simpl; try assumption; [|exact I]. intros b [= <-]. exists 0. split; [apply exactly_inside|].
    assert (L0 := tends_to_zero_lim a f Va E0). intros P [eps HP].
    assert (Pe : 0 < Rpower eps (/ e)) by apply exp_pos.
    generalize (lim_near f 0 (Rpower (eps / 2) (/ e)) (exp_pos _) L0). revert Ev. apply ev_imp2. intros x E N.
    apply HP. change (Rabs (h (f x) - 0) < eps). rewrite Rminus_0_r, E.
    assert (P2 := cond_pos eps).
    apply Rle_lt_trans with (eps / 2); [|lra].
    replace (eps / 2) with (Rpower (Rpower (eps / 2) (/ e)) e).
    + apply abs_power_le; [exact He|apply exp_pos|]. left. apply Rabs_def1; lra.
    + rewrite Rpower_mult, Rinv_l, Rpower_1; lra.
  - destruct (limit a) as [b|] eqn:Eb.
    + destruct (valid_limit a f Va b Eb) as [L [HL Hf]].
      split; simpl; try assumption; [|exact I]. intros c Hc. exists (h L).
      assert (K : image A h b = Some c /\ (fr = true -> 0 < L)).
      { destruct fr; [|split; [exact Hc|discriminate]]. destruct (is_positive A b) eqn:Ep; [|discriminate].
        split; [exact Hc|]. intros _. apply (is_positive_spec A b L Ep HL). }
      destruct K as [K1 K2]. split; [apply (image_spec A _ _ _ _ K1 HL)|].
      apply (is_lim_comp_continuous f h p_infty L Hf), Hcont, K2.
    + destruct (known (infinite a)) eqn:K.
      * split; simpl; try assumption; [discriminate|]. apply tends_of_abs; [|exact S]. intro M.
        generalize (tends_abs _ f K (valid_infinite a f Va) (Rpower (Rabs M + 1) (/ e))). revert Ev. apply ev_imp2.
        intros x E N. rewrite E. apply Rlt_le_trans with (Rabs M + 1); [generalize (Rle_abs M); lra|].
        replace (Rabs M + 1) with (Rpower (Rpower (Rabs M + 1) (/ e)) e).
        -- apply abs_power_ge; [exact He|apply exp_pos|left; exact N].
        -- rewrite Rpower_mult, Rinv_l, Rpower_1; generalize (Rabs_pos M); lra.
      * apply valid_settle. split; simpl; try assumption; [discriminate|exact I].
Qed.

(** ** The exponential function *)

Definition beyond_linear (o : option order) : bool :=
  match o with Some (Exact r d) => if Rlt_dec 0 r then true else if Req_EM_T r 0 then if Rle_dec 1 d then true else false else false
  | _ => false end.

Definition exponential (a : tail) (slope : option R) : tail :=
  match limit a with
  | Some b => continuous_image exp b
  | None =>
    match infinite a, slope with
    | Unknown, _ => Tail None Unknown Plus None None
    | _, Some s => settle (Tail None Unknown Plus (Some (Exact s 0)) (Some (Exact s 0)))
    | Minus, None =>
        Tail (Some (exactly A 0)) Unknown Plus
          (if exceeds (lower a) (Some (Exact 0 1)) then Some Super
           else if beyond_linear (lower a) then Some Exponential else None) None
    | Plus, None =>
        Tail None Plus Plus None
          (if exceeds (lower a) (Some (Exact 0 1)) then Some Super
           else if beyond_linear (lower a) then Some Exponential else None)
    end
  end.

(** The slope is a where the function is exactly a X + b. *)
Definition is_slope (s : R) (f : R -> R) : Prop := exists b, eventually (fun x => f x = s * x + b).

Lemma exp_continuous L : continuous exp L.
Proof. apply (ex_derive_continuous exp). auto_derive. exact I. Qed.

Lemma linear_bound (o : option order) (f : R -> R) :
  beyond_linear o = true -> (forall p, o = Some p -> lower_bound p f) ->
  exists c, 0 < c /\ eventually (fun x => c * x <= Rabs (f x)).
Proof.
  intros E H. destruct o as [[r d| |]|]; simpl in E; try discriminate.
  destruct (H _ eq_refl) as [c [Hc K]]. exists c. split; [exact Hc|].
  assert (M : eventually (fun x => magnitude 0 1 x <= magnitude r d x)).
  { destruct (Rlt_dec 0 r) as [Hr|].
    - generalize (magnitude_rate 1 0 1 r d Hr). apply ev_imp. intros x. lra.
    - destruct (Req_EM_T r 0) as [->|]; [|discriminate]. destruct (Rle_dec 1 d) as [Hd|]; [|discriminate].
      apply magnitude_degree, Hd. }
  generalize (ev_and _ _ (ev_gt 0) (ev_and _ _ K M)). apply ev_imp. intros x [Hx [H1 H2]].
  assert (E1 : magnitude 0 1 x = x).
  { unfold magnitude. replace (1 * ln x + 0 * x) with (ln x) by ring. apply exp_ln, Hx. }
  rewrite E1 in H2. nra.
Qed.

Lemma super_bound (o : option order) (f : R -> R) :
  exceeds o (Some (Exact 0 1)) = true -> (forall p, o = Some p -> lower_bound p f) ->
  forall K, eventually (fun x => K * x <= Rabs (f x)).
Proof.
  intros E H K. destruct o as [o|]; [|discriminate].
  assert (Hf := H o eq_refl).
  assert (U : upper_bound (Exact 0 1) (fun x => x)).
  { exists 1. generalize (ev_gt 0). apply ev_imp. intros x Hx. rewrite Rabs_pos_eq by lra.
    unfold magnitude. replace (1 * ln x + 0 * x) with (ln x) by ring. rewrite exp_ln; lra. }
  assert (Q := exceeds_lim o (Exact 0 1) f (fun x => x) E Hf U).
  assert (Hk : 0 < / (Rabs K + 1)) by (apply Rinv_0_lt_compat; generalize (Rabs_pos K); lra).
  assert (N := lim_near _ 0 _ Hk Q).
  generalize (ev_and _ _ (ev_gt 0) (ev_and _ _ (lower_nonzero o f Hf) N)). apply ev_imp. intros x [Hx [Z B]].
  assert (P : 0 < Rabs (f x)) by (apply Rabs_pos_lt, Z).
  assert (B' : Rabs (x * / f x) < / (Rabs K + 1)) by (apply Rabs_def1; lra).
  rewrite Rabs_mult, Rabs_inv, (Rabs_pos_eq x) in B' by lra.
  assert (B'' : x * (Rabs K + 1) < Rabs (f x)).
  { apply (Rmult_lt_compat_r (Rabs (f x) * (Rabs K + 1))) in B'; [|generalize (Rabs_pos K); nra].
    replace (x * / Rabs (f x) * (Rabs (f x) * (Rabs K + 1))) with (x * (Rabs K + 1)) in B' by (field; lra).
    replace (/ (Rabs K + 1) * (Rabs (f x) * (Rabs K + 1))) with (Rabs (f x)) in B'
      by (field; generalize (Rabs_pos K); lra). exact B'. }
  generalize (Rle_abs K). nra.
Qed.

Theorem valid_exponential (a : tail) (slope : option R) (f : R -> R) :
  (forall s, slope = Some s -> is_slope s f) -> valid a f -> valid (exponential a slope) (fun x => exp (f x)).
Proof.
  intros Hs Va. unfold exponential.
  destruct (limit a) as [b|] eqn:Eb.
  { apply (valid_image a f exp b Va Eb). intros; apply exp_continuous. }
  assert (S : eventually (fun x => 0 < exp (f x))) by (exists 0; intros; apply exp_pos).
  assert (Slope : forall s, slope = Some s ->
    valid (settle (@Tail A None Unknown Plus (Some (Exact s 0)) (Some (Exact s 0)))) (fun x => exp (f x))).
  { intros s E. destruct (Hs s E) as [b Hb]. apply valid_settle.
    assert (Eq : eventually (fun x => exp (f x) = exp b * magnitude s 0 x)).
    { revert Hb. apply ev_imp. intros x ->. unfold magnitude. rewrite <- exp_plus. f_equal. ring. }
    split; simpl; [discriminate|exact I|exact S| |].
    - intros o [= <-]. exists (exp b). revert Eq. apply ev_imp. intros x ->.
      rewrite Rabs_pos_eq; [lra|]. generalize (exp_pos b), (magnitude_pos s 0 x); nra.
    - intros o [= <-]. exists (exp b). split; [apply exp_pos|]. revert Eq. apply ev_imp. intros x ->.
      rewrite Rabs_pos_eq; [lra|]. generalize (exp_pos b), (magnitude_pos s 0 x); nra. }
  assert (Sup : exceeds (lower a) (Some (Exact 0 1)) = true -> forall K, eventually (fun x => K * x <= Rabs (f x))).
  { intro E. apply (super_bound _ f E), (valid_lower a f Va). }
  assert (Lin : beyond_linear (lower a) = true -> exists c, 0 < c /\ eventually (fun x => c * x <= Rabs (f x))).
  { intro E. apply (linear_bound _ f E), (valid_lower a f Va). }
  destruct (infinite a) eqn:Ei.
  - split; simpl; try discriminate; [exact I|exact S].
  - destruct slope as [s|]; [apply Slope; reflexivity|].
    assert (Inf := valid_infinite a f Va). rewrite Ei in Inf. assert (Pf := tends_has_sgn _ _ Inf). simpl in Pf, Inf.
    split; simpl; try discriminate; [|exact S|].
    + apply (is_lim_comp exp f p_infty p_infty p_infty); [apply is_lim_exp_p|exact Inf|exists 0; intros; discriminate].
    + intros o Ho. destruct (exceeds (lower a) (Some (Exact 0 1))) eqn:E1.
      * injection Ho as <-. intro K. generalize (Sup eq_refl K). revert Pf. apply ev_imp2. intros x P H.
        rewrite (Rabs_pos_eq (exp _)) by (left; apply exp_pos). rewrite Rabs_pos_eq in H by lra. apply exp_le, H.
      * destruct (beyond_linear (lower a)) eqn:E2; [|discriminate]. injection Ho as <-.
        destruct (Lin eq_refl) as [c [Hc H]]. exists c. split; [exact Hc|]. revert Pf H. apply ev_imp2. intros x P H.
        rewrite (Rabs_pos_eq (exp _)) by (left; apply exp_pos). rewrite Rabs_pos_eq in H by lra. apply exp_le, H.
  - destruct slope as [s|]; [apply Slope; reflexivity|].
    assert (Inf := valid_infinite a f Va). rewrite Ei in Inf. assert (Pf := tends_has_sgn _ _ Inf). simpl in Pf, Inf.
    split; simpl; try discriminate; [|exact I|exact S|].
    + intros b [= <-]. exists 0. split; [apply exactly_inside|].
      apply (is_lim_comp exp f p_infty 0 m_infty); [apply is_lim_exp_m|exact Inf|exists 0; intros; discriminate].
    + intros o Ho. destruct (exceeds (lower a) (Some (Exact 0 1))) eqn:E1.
      * injection Ho as <-. intro K. generalize (Sup eq_refl K). revert Pf. apply ev_imp2. intros x P H.
        rewrite (Rabs_pos_eq (exp _)) by (left; apply exp_pos). rewrite Rabs_left in H by lra. apply exp_le. lra.
      * destruct (beyond_linear (lower a)) eqn:E2; [|discriminate]. injection Ho as <-.
        destruct (Lin eq_refl) as [c [Hc H]]. exists c. split; [exact Hc|]. revert Pf H. apply ev_imp2. intros x P H.
        rewrite (Rabs_pos_eq (exp _)) by (left; apply exp_pos). rewrite Rabs_left in H by lra. apply exp_le. lra.
Qed.

(** Where its argument has no finite limit, the exponential's limit is 0 if it is finite. *)
Lemma exponential_limit (a : tail) (slope : option R) :
  limit a = None -> limit (exponential a slope) = None \/ tends_to_zero (exponential a slope) = true.
Proof.
  intro E. unfold exponential. rewrite E.
  assert (Se : forall o o', limit (settle (@Tail A None Unknown Plus o o')) = None
                            \/ tends_to_zero (settle (@Tail A None Unknown Plus o o')) = true).
  { intros o o'. unfold settle; simpl. destruct (bound_vanishes o); simpl.
    - right. apply is_zero_exactly.
    - destruct (bound_vanishes (option_map inverse o')); left; reflexivity. }
  destruct (infinite a), slope; simpl; try (left; reflexivity); try apply Se.
  right. apply is_zero_exactly.
Qed.
End TailFunctions.
