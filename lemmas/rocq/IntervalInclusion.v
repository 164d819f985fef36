(** * The checker's interval arithmetic is sound

    The remaining functions (roots, logarithm, cosh, sin, cos, tan), and with them the lemma [interval-inclusion] for
    extended intervals: [extended_intervals] are enclosures in the sense of [Enclosures]. *)

From Coq Require Import Reals Lra Lia ZArith QArith Bool List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs Erf Terms Smooth Enclosures Intervals IntervalFunctions.
Import ListNotations.
Open Scope R_scope.

Section Functions.
Variable E : rounding.

(** ** Roots and rational powers *)

Definition root (d : BinNums.positive) (x : R) : R := qpower x (/ IZR (Zpos d)).

Definition root_end_low (d : BinNums.positive) (e : Rbar) : Rbar :=
  match e with Finite a => if Req_EM_T a 0 then Finite 0 else down E (root d) a | e => e end.
Definition root_end_high (d : BinNums.positive) (e : Rbar) : Rbar :=
  match e with Finite a => if Req_EM_T a 0 then Finite 0 else up E (root d) a | e => e end.

(** A fractional power needs [v >= 0], and [v > 0] for a negative exponent, or where analyticity is asked for. *)
Definition i_qpower (m : bool) (a : span) (q : Q) : option span :=
  if all_positive a || (all_nonneg a && match Qnum q with Zpos _ => negb m | _ => false end)
  then i_power E (with_positive (all_positive a)
         (Span (root_end_low (Qden q) (lower a)) (root_end_high (Qden q) (upper a)) (lower_open a) (upper_open a))) (Qnum q)
  else None.

Lemma root_0 d : root d 0 = 0.
Proof. unfold root, qpower. destruct (Rle_dec 0 0); lra. Qed.

Lemma root_pos d x : 0 < x -> 0 < root d x.
Proof. intro H. unfold root. rewrite qpower_pos by exact H. apply exp_pos. Qed.

Lemma inv_den_pos d : 0 < / IZR (Zpos d).
Proof. apply Rinv_0_lt_compat, IZR_lt. reflexivity. Qed.

Lemma root_lt d u v : 0 <= u -> u < v -> root d u < root d v.
Proof.
  intros Hu Huv. destruct Hu as [Hu|<-].
  - unfold root. rewrite !qpower_pos by lra. apply Rlt_Rpower_l; [apply inv_den_pos|lra].
  - rewrite root_0. apply root_pos, Huv.
Qed.

Lemma power_pos_Rpower (y : R) (n : Z) : 0 < y -> power y n = Rpower y (IZR n).
Proof.
  intro H. destruct n as [|p|p]; cbn [power].
  - rewrite Rpower_O by exact H. reflexivity.
  - rewrite <- INR_IZR_INZ_pos. symmetry. apply Rpower_pow, H.
  - change (Zneg p) with (- Zpos p)%Z. rewrite opp_IZR, Rpower_Ropp, <- INR_IZR_INZ_pos, Rpower_pow by exact H. reflexivity.
Qed.

Lemma qpower_root (x : R) (q : Q) : 0 < x -> qpower x (rational q) = power (root (Qden q) x) (Qnum q).
Proof.
  intro H. rewrite power_pos_Rpower by (apply root_pos, H). unfold root. rewrite !qpower_pos by exact H.
  rewrite Rpower_mult. f_equal. rewrite rational_Q2R. unfold Q2R. ring.
Qed.

Lemma qpower_root_0 (q : Q) : (exists p, Qnum q = Zpos p) -> qpower 0 (rational q) = power (root (Qden q) 0) (Qnum q).
Proof.
  intros [p ->]. rewrite root_0. unfold qpower. destruct (Rle_dec 0 0); [|lra]. cbn [power].
  rewrite pow_ne_zero by lia. reflexivity.
Qed.

Lemma root_span d a x :
  all_nonneg a = true -> mem a x ->
  mem (Span (root_end_low d (lower a)) (root_end_high d (upper a)) (lower_open a) (upper_open a)) (root d x).
Proof.
  intros N H. assert (Nx := all_nonneg_spec a x N H). destruct H as [H1 H2]. split; simpl.
  - unfold all_nonneg in N. destruct (lower a) as [l| |] eqn:El; simpl in *; try tauto.
    destruct (Rle_dec 0 l) as [Nl|]; [|discriminate].
    assert (K : strictly (lower_open a) (root d l) (root d x)).
    { destruct (lower_open a); simpl; [apply root_lt; assumption|].
      destruct H1 as [H1|<-]; [left; apply root_lt; assumption|lra]. }
    destruct (Req_EM_T l 0) as [-> | Hl].
    + rewrite root_0 in K. exact K.
    + apply (above_intro _ _ (root d l)); [apply (down_spec E (root d) l)|exact K].
  - destruct (upper a) as [h| |] eqn:Eh; simpl in *; try tauto.
    assert (K : strictly (upper_open a) (root d x) (root d h)).
    { destruct (upper_open a); simpl; [apply root_lt; assumption|].
      destruct H2 as [H2| ->]; [left; apply root_lt; assumption|lra]. }
    destruct (Req_EM_T h 0) as [-> | Hh].
    + rewrite root_0 in K. exact K.
    + apply (below_intro _ _ (root d h)); [apply (up_spec E (root d) h)|exact K].
Qed.

Lemma positive_nonneg a : all_positive a = true -> all_nonneg a = true.
Proof.
  destruct a as [[l| |] hi o o']; unfold all_positive, all_nonneg; simpl; try discriminate; auto.
  destruct (Rlt_dec 0 l), (Req_EM_T l 0), (Rle_dec 0 l); intro; try discriminate; try reflexivity; lra.
Qed.

Lemma i_qpower_spec m a q b x :
  i_qpower m a q = Some b -> mem a x ->
  qpower_defined x q /\ (m = true -> 0 < x) /\ mem b (qpower x (rational q)).
Proof.
  unfold i_qpower. intros H Hx.
  destruct (all_positive a || _) eqn:K; [|discriminate].
  assert (N : all_nonneg a = true).
  { apply orb_prop in K. destruct K as [K|K]; [apply positive_nonneg, K|apply andb_prop in K; apply K]. }
  assert (Nx := all_nonneg_spec a x N Hx).
  assert (M := root_span (Qden q) a x N Hx).
  assert (M' : mem (with_positive (all_positive a)
     (Span (root_end_low (Qden q) (lower a)) (root_end_high (Qden q) (upper a)) (lower_open a) (upper_open a))) (root (Qden q) x)).
  { apply with_positive_spec; [|exact M]. intro P. apply root_pos, (all_positive_spec a x P Hx). }
  destruct (i_power_spec E _ _ b _ H M') as [_ R0].
  apply orb_prop in K. destruct K as [K|K].
  - assert (P := all_positive_spec a x K Hx). split; [unfold qpower_defined; destruct (Qnum q); lra|].
    split; [intros _; exact P|]. rewrite qpower_root by exact P. exact R0.
  - apply andb_prop in K. destruct K as [_ K]. unfold qpower_defined.
    destruct (Qnum q) as [|p|p] eqn:Eq; try discriminate. split; [exact Nx|].
    split; [intros ->; discriminate|].
    destruct Nx as [P|<-].
    + rewrite qpower_root by exact P. rewrite Eq. exact R0.
    + rewrite qpower_root_0 by (exists p; exact Eq). rewrite Eq. exact R0.
Qed.

(** ** Logarithm and cosh *)

Definition i_log (a : span) : span :=
  image_span E ln m_infty p_infty
    (Span (match lower a with Finite l => if Req_EM_T l 0 then m_infty else l | e => e end) (upper a)
       (lower_open a) (upper_open a)).

Lemma i_log_spec a x : all_positive a = true -> mem a x -> mem (i_log a) (ln x).
Proof.
  intros P H. assert (Hx := all_positive_spec a x P H). unfold i_log.
  apply (image_span_spec E ln m_infty p_infty (fun y => 0 < y)).
  - intros u v Hu _ Huv. apply ln_increasing; assumption.
  - intros y _. split; exact I.
  - simpl. intros l. unfold all_positive in P. destruct (lower a) as [l'| |]; try discriminate.
    destruct (Req_EM_T l' 0); [discriminate|]. intros [= <-].
    destruct (Rlt_dec 0 l'); [assumption|discriminate].
  - simpl. intros h Eh. destruct H as [_ H]. rewrite Eh in H. simpl in H. destruct (upper_open a); lra.
  - exact Hx.
  - destruct H as [H1 H2]. split; simpl; [|exact H2]. destruct (lower a) as [l'| |]; try exact H1.
    destruct (Req_EM_T l' 0); [exact I|exact H1].
Qed.

Lemma cosh_lt (u v : R) : 0 <= u -> u < v -> cosh u < cosh v.
Proof.
  intros Hu Huv. destruct (MVT_cor2 cosh sinh u v Huv) as [c [Ec Hc]].
  - intros c _. apply derivable_pt_lim_cosh.
  - assert (0 < sinh c) by (rewrite <- sinh_0; apply sinh_lt; lra). nra.
Qed.

Definition i_cosh (a : span) : span :=
  let m := magnitude a in
  Span (match lower m with Finite l => if Req_EM_T l 0 then Finite 1 else down E cosh l | _ => m_infty end)
    (match upper m with Finite h => up E cosh h | _ => p_infty end) (lower_open m) (upper_open m).

Lemma i_cosh_spec a x : mem a x -> mem (i_cosh a) (cosh x).
Proof.
  intro H. assert (M := i_magnitude_spec a x H). assert (N := magnitude_all_nonneg a x H). unfold i_cosh.
  set (m := magnitude a) in *. clearbody m.
  replace (cosh x) with (cosh (Rabs x)).
  2:{ unfold Rabs. destruct (Rcase_abs x); [|reflexivity]. unfold cosh. rewrite Ropp_involutive. f_equal. ring. }
  assert (P := Rabs_pos x). set (y := Rabs x) in *. clearbody y. clear H x a. destruct M as [M1 M2]. split; simpl.
  - unfold all_nonneg in N. destruct (lower m) as [l| |] eqn:El; simpl in *; try tauto.
    destruct (Rle_dec 0 l) as [Nl|]; [|discriminate].
    assert (K : strictly (lower_open m) (cosh l) (cosh y)).
    { destruct (lower_open m); simpl; [apply cosh_lt; assumption|].
      destruct M1 as [M1|<-]; [left; apply cosh_lt; assumption|lra]. }
    destruct (Req_EM_T l 0) as [-> | Hl].
    + rewrite cosh_0 in K. exact K.
    + apply (above_intro _ _ (cosh l)); [apply (down_spec E cosh l)|exact K].
  - destruct (upper m) as [h| |] eqn:Eh; simpl in *; try tauto.
    apply (below_intro _ _ (cosh h)); [apply (up_spec E cosh h)|].
    destruct (upper_open m); simpl; [apply cosh_lt; assumption|].
    destruct M2 as [M2| ->]; [left; apply cosh_lt; assumption|lra].
Qed.

(** ** sin, cos, tan *)

(** Exact ends where the slope has a strict sign on the closed hull, else an enclosure over the hull, cut to [-1, 1]. *)
Definition trigonometric (f slope : R -> R) (a : span) : span :=
  match lower a, upper a with
  | Finite l, Finite h =>
      let s := range E slope l h in
      if all_positive s then Span (down E f l) (up E f h) (lower_open a) (upper_open a)
      else if all_negative s then Span (down E f h) (up E f l) (upper_open a) (lower_open a)
      else Span (greatest (lower (range E f l h)) (-1)) (least (upper (range E f l h)) 1) false false
  | _, _ => Span (-1) 1 false false
  end.

Lemma hull_bounds a l h x : lower a = Finite l -> upper a = Finite h -> mem a x -> l <= x <= h.
Proof.
  intros El Eh [H1 H2]. rewrite El in H1. rewrite Eh in H2. simpl in *.
  destruct (lower_open a), (upper_open a); lra.
Qed.

Lemma increasing_on_hull (f df : R -> R) (l h u v : R) :
  (forall x, is_derive f x (df x)) -> (forall x, l <= x <= h -> 0 < df x) -> l <= u -> v <= h -> u < v -> f u < f v.
Proof.
  intros D P Hl Hh Huv. destruct (MVT_cor2 f df u v Huv) as [c [Ec Hc]].
  - intros c _. apply is_derive_Reals, D.
  - assert (0 < df c) by (apply P; lra). nra.
Qed.

Lemma greatest_real x (r v : R) : Rbar_le x v -> r <= v -> Rbar_le (greatest x r) v.
Proof. intros H1 H2. unfold greatest. destruct (Rbar_le_dec x r); [exact H2|exact H1]. Qed.
Lemma least_real x (r v : R) : Rbar_le v x -> v <= r -> Rbar_le v (least x r).
Proof. intros H1 H2. unfold least. destruct (Rbar_le_dec x r); [exact H1|exact H2]. Qed.

Lemma trigonometric_spec (f slope : R -> R) a x :
  (forall y, is_derive f y (slope y)) -> (forall y, -1 <= f y <= 1) -> mem a x -> mem (trigonometric f slope a) (f x).
Proof.
  intros D B H. unfold trigonometric.
  destruct (lower a) as [l| |] eqn:El; [|split; simpl; apply B..].
  destruct (upper a) as [h| |] eqn:Eh; [|split; simpl; apply B..].
  assert (Hx := hull_bounds a l h x El Eh H). destruct H as [H1 H2]. rewrite El in H1. rewrite Eh in H2. simpl in H1, H2.
  destruct (all_positive (range E slope l h)) eqn:P.
  - assert (Pos : forall y, l <= y <= h -> 0 < slope y).
    { intros y Hy. apply (all_positive_spec _ _ P), range_spec, Hy. }
    split; simpl.
    + apply (above_intro _ _ (f l)); [apply (down_spec E f l)|]. destruct (lower_open a); simpl.
      * apply (increasing_on_hull f slope l h); try assumption; lra.
      * destruct H1 as [H1|<-]; [left; apply (increasing_on_hull f slope l h); try assumption; lra|lra].
    + apply (below_intro _ _ (f h)); [apply (up_spec E f h)|]. destruct (upper_open a); simpl.
      * apply (increasing_on_hull f slope l h); try assumption; lra.
      * destruct H2 as [H2| ->]; [left; apply (increasing_on_hull f slope l h); try assumption; lra|lra].
  - destruct (all_negative (range E slope l h)) eqn:N.
    + assert (Dec : forall u v, l <= u -> v <= h -> u < v -> f v < f u).
      { intros u v Hu Hv Huv. assert (K : - f u < - f v); [|lra].
        apply (increasing_on_hull (fun y => - f y) (fun y => - slope y) l h u v); try assumption.
        - intro y. apply (is_derive_opp f), D.
        - intros y Hy. assert (slope y < 0) by (apply (all_negative_spec _ _ N), range_spec, Hy). lra. }
      split; simpl.
      * apply (above_intro _ _ (f h)); [apply (down_spec E f h)|]. destruct (upper_open a); simpl.
        -- apply Dec; lra.
        -- destruct H2 as [H2| ->]; [left; apply Dec; lra|lra].
      * apply (below_intro _ _ (f l)); [apply (up_spec E f l)|]. destruct (lower_open a); simpl.
        -- apply Dec; lra.
        -- destruct H1 as [H1|<-]; [left; apply Dec; lra|lra].
    + assert (R0 := range_spec E f l h x Hx). destruct R0 as [R1 R2]. apply above_le in R1. apply below_le in R2.
      split; simpl.
      * apply (above_intro _ _ (f x)); [apply greatest_real; [exact R1|apply B]|simpl; lra].
      * apply (below_intro _ _ (f x)); [apply least_real; [exact R2|apply B]|simpl; lra].
Qed.

(** tan: if cos has a strict sign on the hull there is no pole, and tan increases. *)
Definition i_tan (a : span) : option span :=
  match lower a, upper a with
  | Finite l, Finite h =>
      if all_positive (range E cos l h) || all_negative (range E cos l h)
      then Some (Span (down E tan l) (up E tan h) (lower_open a) (upper_open a)) else None
  | _, _ => None
  end.

Lemma i_tan_spec a b x : i_tan a = Some b -> mem a x -> cos x <> 0 /\ mem b (tan x).
Proof.
  unfold i_tan. intros Hb H. destruct (lower a) as [l| |] eqn:El; try discriminate.
  destruct (upper a) as [h| |] eqn:Eh; try discriminate.
  assert (Hx := hull_bounds a l h x El Eh H). destruct H as [H1 H2]. rewrite El in H1. rewrite Eh in H2. simpl in H1, H2.
  destruct (all_positive _ || all_negative _) eqn:S; [|discriminate]. injection Hb as <-.
  assert (NZ : forall y, l <= y <= h -> cos y <> 0).
  { intros y Hy. assert (M := range_spec E cos l h y Hy). apply orb_prop in S. destruct S as [S|S].
    - generalize (all_positive_spec _ _ S M). lra.
    - generalize (all_negative_spec _ _ S M). lra. }
  assert (Inc : forall u v, l <= u -> v <= h -> u < v -> tan u < tan v).
  { intros u v Hu Hv Huv. destruct (MVT_cor2 tan (fun y => tan y ^ 2 + 1) u v Huv) as [c [Ec Hc]].
    - intros c Hc. apply is_derive_Reals. apply is_derive_tan, NZ. lra.
    - assert (0 <= tan c ^ 2) by apply pow2_ge_0. nra. }
  split; [apply NZ, Hx|]. split; simpl.
  - apply (above_intro _ _ (tan l)); [apply (down_spec E tan l)|]. destruct (lower_open a); simpl; [apply Inc; lra|].
    destruct H1 as [H1|<-]; [left; apply Inc; lra|lra].
  - apply (below_intro _ _ (tan h)); [apply (up_spec E tan h)|]. destruct (upper_open a); simpl; [apply Inc; lra|].
    destruct H2 as [H2| ->]; [left; apply Inc; lra|lra].
Qed.

(** ** All operations *)

Definition i_constant (c : R) : option span := Some (Span (down E (fun y => y) c) (up E (fun y => y) c) false false).

Definition i_op1 (m : bool) (o : unary) (a : span) : option span :=
  match o with
  | Terms.Neg => Some (i_neg a)
  | Log => if all_positive a then Some (i_log a) else None
  | Sqrt => i_qpower m a (1 # 2)
  | Sin => Some (trigonometric sin cos a)
  | Cos => Some (trigonometric cos (fun y => - sin y) a)
  | Tan => i_tan a
  | Cosh => Some (i_cosh a)
  | _ => option_map (fun f => image_span E f (bottom_of E o) (top_of E o) a) (increasing o)
  end.

Definition i_op2 (o : binary) (a b : span) : option span :=
  match o with
  | Add => Some (i_add E a b) | Sub => Some (i_sub E a b) | Mul => Some (i_mul E a b) | Div => i_div E a b end.

Lemma sqrt_qpower x : 0 <= x -> sqrt x = qpower x (rational (1 # 2)).
Proof.
  intro H. change (rational (1 # 2)) with (1 / 2). unfold qpower. destruct (Rle_dec x 0).
  - replace x with 0 by lra. apply sqrt_0.
  - replace (1 / 2) with (/ 2) by field. symmetry. apply Rpower_sqrt. lra.
Qed.

Lemma i_op1_spec m o a b x :
  i_op1 m o a = Some b -> mem a x -> un_defined o x /\ (m = true -> un_analytic o x) /\ mem b (un o x).
Proof.
  intros H Hx.
  assert (Inc : increasing o <> None ->
    option_map (fun f => image_span E f (bottom_of E o) (top_of E o) a) (increasing o) = Some b -> mem b (un o x)).
  { intros _ K. destruct (increasing o) as [f|] eqn:Ef; [|discriminate]. injection K as <-.
    destruct (increasing_spec E o f Ef) as [-> [I1 I2]].
    apply (image_span_spec E (un o) _ _ everywhere); try (intros; exact I); [intros u v _ _; apply I1|intros y _; apply I2|exact Hx]. }
  destruct o; cbn [i_op1] in H; cbn [un_defined un_analytic];
    try (split; [exact I|split; [intros; exact I|apply Inc; [discriminate|exact H]]]).
  - injection H as <-. split; [exact I|split; [intros; exact I|apply i_neg_spec, Hx]].
  - destruct (all_positive a) eqn:P; [|discriminate]. injection H as <-. assert (K := all_positive_spec a x P Hx).
    split; [exact K|split; [intros; exact K|apply i_log_spec; assumption]].
  - destruct (i_qpower_spec m a _ b x H Hx) as [D [An M]]. cbn in D.
    split; [exact D|split; [exact An|]]. cbn [un]. rewrite sqrt_qpower by exact D. exact M.
  - injection H as <-. split; [exact I|split; [intros; exact I|]].
    apply trigonometric_spec; [intro y; apply is_derive_Reals, derivable_pt_lim_sin|apply SIN_bound|exact Hx].
  - injection H as <-. split; [exact I|split; [intros; exact I|]].
    apply trigonometric_spec; [intro y; apply is_derive_Reals, derivable_pt_lim_cos|apply COS_bound|exact Hx].
  - destruct (i_tan_spec a b x H Hx) as [N M]. split; [exact N|split; [intros; exact N|exact M]].
  - injection H as <-. split; [exact I|split; [intros; exact I|apply i_cosh_spec, Hx]].
Qed.

Lemma i_op2_spec o a b c x y : i_op2 o a b = Some c -> mem a x -> mem b y -> bin_defined o y /\ mem c (bin o x y).
Proof.
  destruct o; cbn [i_op2 bin_defined bin]; intros H Hx Hy.
  - injection H as <-. split; [exact I|apply i_add_spec; assumption].
  - injection H as <-. split; [exact I|apply i_sub_spec; assumption].
  - injection H as <-. split; [exact I|apply i_mul_spec; assumption].
  - apply (i_div_spec E a b); assumption.
Qed.

Lemma i_constant_spec c s : i_constant c = Some s -> mem s c.
Proof.
  intros [= <-]. split; simpl.
  - apply (above_intro _ _ c); [apply (down_spec E (fun y => y) c)|simpl; lra].
  - apply (below_intro _ _ c); [apply (up_spec E (fun y => y) c)|simpl; lra].
Qed.

Lemma i_square_spec a s x : Some (i_pow E 2 a) = Some s -> mem a x -> mem s (x * x).
Proof.
  intros [= <-] H. replace (x * x) with (x ^ 2) by ring. apply i_pow_spec; [lia|exact H].
Qed.

(** Extended intervals with outward rounding are enclosures. *)
Definition extended_intervals : enclosures :=
  Enclosures span mem i_constant i_constant_spec i_op1 i_op1_spec i_op2 i_op2_spec
    (fun a => Some (i_pow E 2 a)) i_square_spec (i_power E) (i_power_spec E) i_qpower i_qpower_spec.

(** [interval-inclusion], part 1, for extended intervals. *)
Theorem extended_interval_inclusion (m : bool) (b : box) (t : sterm) (s : span) (r : env) :
  evaluate extended_intervals m b t = Some s -> in_spans b r ->
  sdefined t r /\ (m = true -> sanalytic t r) /\ mem s (seval t r).
Proof. apply (interval_inclusion extended_intervals). Qed.

(** The rule [interval] with leaves of this form: if every leaf of a split tree shows the relation, it holds on the
    root box, and the term is defined there. *)
Theorem interval_rule (text : list letter) (root_box : box) (found : list box) (t : sterm) (rel : relation) :
  leaves text [root_box] = Some found ->
  (forall l, In l found -> exists s, evaluate extended_intervals false l t = Some s /\ satisfies rel s = true) ->
  forall r, in_spans root_box r -> sdefined t r /\ holds rel (seval t r).
Proof.
  intros Hl Hs r Hr. destruct (tree_covers text root_box found r Hl Hr) as [l [Hin Hlr]].
  destruct (Hs l Hin) as [s [Es Sat]]. destruct (extended_interval_inclusion false l t s r Es Hlr) as [D [_ M]].
  split; [exact D|apply (satisfies_spec rel s); assumption].
Qed.
End Functions.
