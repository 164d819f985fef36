(** * Extended intervals with open or closed ends

    The operations of the checker's interval arithmetic contain the exact results: the second half of the lemma
    [interval-inclusion]. Ends are exact numbers, rounded outward; an infinite end is no value. *)

From Coq Require Import Reals Lra Lia ZArith QArith Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs Erf Terms.
Open Scope R_scope.

(** Outward rounding of the value of a function at an exact end, and an enclosure of its values over a closed hull. *)
Record rounding := Rounding {
  down : (R -> R) -> R -> Rbar;
  down_spec : forall f x, Rbar_le (down f x) (f x);
  up : (R -> R) -> R -> Rbar;
  up_spec : forall f x, Rbar_le (f x) (up f x);
  range : (R -> R) -> R -> R -> span;
  range_spec : forall f lo hi x, lo <= x <= hi -> mem (range f lo hi) (f x) }.

(** ** Ends *)

Definition strictly (o : bool) (a b : R) : Prop := if o then a < b else a <= b.

Lemma strictly_le o a b : strictly o a b -> a <= b.
Proof. destruct o; simpl; lra. Qed.

Lemma above_intro (e : Rbar) (o : bool) (y x : R) : Rbar_le e y -> strictly o y x -> above e o x.
Proof. destruct e as [a| |], o; simpl; intros; try tauto; lra. Qed.

Lemma below_intro (e : Rbar) (o : bool) (y x : R) : Rbar_le y e -> strictly o x y -> below e o x.
Proof. destruct e as [a| |], o; simpl; intros; try tauto; lra. Qed.

Lemma above_le (e : Rbar) (o : bool) (x : R) : above e o x -> Rbar_le e x.
Proof. destruct e, o; simpl; try tauto; lra. Qed.

Lemma below_le (e : Rbar) (o : bool) (x : R) : below e o x -> Rbar_le x e.
Proof. destruct e, o; simpl; try tauto; lra. Qed.

(** ** Signs of intervals *)

Definition all_positive (s : span) : bool :=
  match lower s with
  | Finite a => if Rlt_dec 0 a then true else if Req_EM_T a 0 then lower_open s else false
  | p_infty => true | m_infty => false end.
Definition all_negative (s : span) : bool :=
  match upper s with
  | Finite a => if Rlt_dec a 0 then true else if Req_EM_T a 0 then upper_open s else false
  | m_infty => true | p_infty => false end.
Definition all_nonneg (s : span) : bool :=
  match lower s with Finite a => if Rle_dec 0 a then true else false | p_infty => true | m_infty => false end.
Definition all_nonpos (s : span) : bool :=
  match upper s with Finite a => if Rle_dec a 0 then true else false | m_infty => true | p_infty => false end.

Lemma all_positive_spec s x : all_positive s = true -> mem s x -> 0 < x.
Proof.
  destruct s as [[a| |] hi o o']; unfold all_positive, mem; simpl; try discriminate; [|tauto].
  intros H [K _]. destruct (Rlt_dec 0 a), (Req_EM_T a 0), o; try discriminate; lra.
Qed.
Lemma all_negative_spec s x : all_negative s = true -> mem s x -> x < 0.
Proof.
  destruct s as [lo [a| |] o o']; unfold all_negative, mem; simpl; try discriminate; [|tauto].
  intros H [_ K]. destruct (Rlt_dec a 0), (Req_EM_T a 0), o'; try discriminate; lra.
Qed.
Lemma all_nonneg_spec s x : all_nonneg s = true -> mem s x -> 0 <= x.
Proof.
  destruct s as [[a| |] hi o o']; unfold all_nonneg, mem; simpl; try discriminate; [|tauto].
  intros H [K _]. destruct (Rle_dec 0 a), o; try discriminate; lra.
Qed.
Lemma all_nonpos_spec s x : all_nonpos s = true -> mem s x -> x <= 0.
Proof.
  destruct s as [lo [a| |] o o']; unfold all_nonpos, mem; simpl; try discriminate; [|tauto].
  intros H [_ K]. destruct (Rle_dec a 0), o'; try discriminate; lra.
Qed.

(** What a leaf shows: the four relations. *)
Definition satisfies (r : relation) (s : span) : bool :=
  match r with Signs.Pos => all_positive s | Signs.Neg => all_negative s
             | NonNeg => all_nonneg s | NonPos => all_nonpos s end.

Theorem satisfies_spec r s x : satisfies r s = true -> mem s x -> holds r x.
Proof.
  destruct r; simpl; [apply all_positive_spec|apply all_negative_spec|apply all_nonneg_spec|apply all_nonpos_spec].
Qed.

(** Intersect with the open half-line of a sign that is known otherwise. *)
Definition with_positive (p : bool) (s : span) : span :=
  if p && negb (all_positive s) then Span 0 (upper s) true (upper_open s) else s.
Definition with_negative (p : bool) (s : span) : span :=
  if p && negb (all_negative s) then Span (lower s) 0 (lower_open s) true else s.

Lemma with_positive_spec p s x : (p = true -> 0 < x) -> mem s x -> mem (with_positive p s) x.
Proof.
  intros H [H1 H2]. unfold with_positive. destruct (p && negb (all_positive s)) eqn:E; [|split; assumption].
  apply andb_prop in E. split; [simpl; apply H, E|exact H2].
Qed.
Lemma with_negative_spec p s x : (p = true -> x < 0) -> mem s x -> mem (with_negative p s) x.
Proof.
  intros H [H1 H2]. unfold with_negative. destruct (p && negb (all_negative s)) eqn:E; [|split; assumption].
  apply andb_prop in E. split; [exact H1|simpl; apply H, E].
Qed.

Section Operations.
Variable E : rounding.

(** ** Sums *)

Definition add_low (x y : Rbar) : Rbar := match x, y with Finite a, Finite b => down E (Rplus a) b | _, _ => m_infty end.
Definition add_high (x y : Rbar) : Rbar := match x, y with Finite a, Finite b => up E (Rplus a) b | _, _ => p_infty end.

Definition i_add (a b : span) : span :=
  Span (add_low (lower a) (lower b)) (add_high (upper a) (upper b))
    (lower_open a || lower_open b) (upper_open a || upper_open b).

Lemma i_add_spec a b x y : mem a x -> mem b y -> mem (i_add a b) (x + y).
Proof.
  destruct a as [la ha oa oa'], b as [lb hb ob ob']. unfold mem; simpl. intros [A1 A2] [B1 B2]. split.
  - destruct la as [p| |], lb as [q| |]; simpl in *; try tauto.
    apply (above_intro _ _ (p + q)); [apply (down_spec E (Rplus p) q)|]. destruct oa, ob; simpl; lra.
  - destruct ha as [p| |], hb as [q| |]; simpl in *; try tauto.
    apply (below_intro _ _ (p + q)); [apply (up_spec E (Rplus p) q)|]. destruct oa', ob'; simpl; lra.
Qed.

Definition i_neg (a : span) : span := mirror_span a.

Lemma i_neg_spec a x : mem a x -> mem (i_neg a) (- x).
Proof. intro H. apply (proj2 (mem_mirror a (- x))). rewrite Ropp_involutive. exact H. Qed.

Definition i_sub (a b : span) : span := i_add a (i_neg b).

Lemma i_sub_spec a b x y : mem a x -> mem b y -> mem (i_sub a b) (x - y).
Proof. intros Ha Hb. apply i_add_spec; [exact Ha|apply i_neg_spec, Hb]. Qed.

(** ** Products *)

(** The product of two ends; an end 0 with an infinite end is 0. *)
Definition end_mult (x y : Rbar) : Rbar :=
  match x, y with
  | Finite a, Finite b => a * b
  | Finite a, p_infty | p_infty, Finite a => if Rlt_dec 0 a then p_infty else if Rlt_dec a 0 then m_infty else 0
  | Finite a, m_infty | m_infty, Finite a => if Rlt_dec 0 a then m_infty else if Rlt_dec a 0 then p_infty else 0
  | p_infty, p_infty | m_infty, m_infty => p_infty
  | p_infty, m_infty | m_infty, p_infty => m_infty
  end.

Definition corner_low (x y : Rbar) : Rbar := match x, y with Finite a, Finite b => down E (Rmult a) b | _, _ => end_mult x y end.
Definition corner_high (x y : Rbar) : Rbar := match x, y with Finite a, Finite b => up E (Rmult a) b | _, _ => end_mult x y end.

Definition least (x y : Rbar) : Rbar := if Rbar_le_dec x y then x else y.
Definition greatest (x y : Rbar) : Rbar := if Rbar_le_dec x y then y else x.

Lemma least_le x y : Rbar_le (least x y) x /\ Rbar_le (least x y) y.
Proof.
  unfold least. destruct (Rbar_le_dec x y) as [H|H]; split; try apply Rbar_le_refl; try exact H.
  apply Rbar_lt_le, Rbar_not_le_lt, H.
Qed.
Lemma greatest_le x y : Rbar_le x (greatest x y) /\ Rbar_le y (greatest x y).
Proof.
  unfold greatest. destruct (Rbar_le_dec x y) as [H|H]; split; try apply Rbar_le_refl; try exact H.
  apply Rbar_lt_le, Rbar_not_le_lt, H.
Qed.

Lemma greatest_inner x y z w :
  Rbar_le x (greatest (greatest x y) (greatest z w)) /\ Rbar_le y (greatest (greatest x y) (greatest z w)) /\
  Rbar_le z (greatest (greatest x y) (greatest z w)) /\ Rbar_le w (greatest (greatest x y) (greatest z w)).
Proof.
  destruct (greatest_le (greatest x y) (greatest z w)) as [H1 H2].
  destruct (greatest_le x y) as [H3 H4], (greatest_le z w) as [H5 H6].
  repeat split; eapply Rbar_le_trans; eassumption.
Qed.

Lemma end_mult_comm x y : end_mult x y = end_mult y x.
Proof. destruct x, y; simpl; try reflexivity. rewrite Rmult_comm. reflexivity. Qed.

(** A bilinear function attains its extremes at ends, also where they are infinite. *)
Lemma end_below (lo hi : Rbar) (v w : R) :
  Rbar_le lo v -> Rbar_le v hi ->
  (w <> 0 -> exists e, (e = lo \/ e = hi) /\ Rbar_le (end_mult e w) (v * w) /\ (e = p_infty -> w < 0) /\ (e = m_infty -> 0 < w)).
Proof.
  intros H1 H2 Hw. destruct (Rdichotomy _ _ Hw) as [Hw'|Hw'].
  - exists hi. split; [right; reflexivity|]. destruct hi as [h| |]; simpl in *; try tauto.
    + split; [nra|split; discriminate].
    + destruct (Rlt_dec 0 w), (Rlt_dec w 0); try lra; simpl. repeat split; try discriminate. intros; lra.
  - exists lo. split; [left; reflexivity|]. destruct lo as [l| |]; simpl in *; try tauto.
    + split; [nra|split; discriminate].
    + destruct (Rlt_dec 0 w), (Rlt_dec w 0); try lra; simpl. repeat split; try discriminate. intros; lra.
Qed.

Lemma zero_end (e : Rbar) : end_mult e 0 = 0 /\ end_mult 0 e = 0.
Proof.
  destruct e as [a| |]; simpl; repeat destruct (Rlt_dec _ _); try lra; split; try reflexivity; f_equal; ring.
Qed.

Lemma corner_below (la ha lb hb : Rbar) (v w : R) :
  Rbar_le la v -> Rbar_le v ha -> Rbar_le lb w -> Rbar_le w hb ->
  exists e e', (e = la \/ e = ha) /\ (e' = lb \/ e' = hb) /\ Rbar_le (end_mult e e') (v * w).
Proof.
  intros A1 A2 B1 B2.
  destruct (Req_dec w 0) as [->|Hw].
  - (* v * 0: some corner is at most 0 *)
    rewrite Rmult_0_r.
    assert (K : exists e', (e' = lb \/ e' = hb) /\ Rbar_le (end_mult la e') 0).
    { destruct la as [a| |]; simpl in A1; try tauto.
      - destruct (Rle_lt_dec 0 a) as [Ha|Ha]; [exists lb|exists hb]; (split; [tauto|]).
        + destruct lb as [b| |]; simpl in *; try tauto; [nra|]. repeat destruct (Rlt_dec _ _); simpl; try lra; exact I.
        + destruct hb as [b| |]; simpl in *; try tauto; [nra|]. repeat destruct (Rlt_dec _ _); simpl; try lra; exact I.
      - exists hb. split; [tauto|]. destruct hb as [b| |]; simpl in *; try tauto.
        repeat destruct (Rlt_dec _ _); simpl; try lra; exact I. }
    destruct K as [e' [He' K]]. exists la, e'. split; [tauto|]. split; [exact He'|exact K].
  - destruct (end_below la ha v w A1 A2 Hw) as [e [He [K [Kp Km]]]].
    destruct e as [a| |].
    + destruct (Req_dec a 0) as [->|Ha].
      { exists 0, lb. split; [exact He|]. split; [tauto|]. rewrite (proj2 (zero_end lb)).
        rewrite (proj2 (zero_end w)) in K. exact K. }
      destruct (end_below lb hb w a B1 B2 Ha) as [e' [He' [K' _]]].
      exists a, e'. split; [exact He|]. split; [exact He'|].
      rewrite end_mult_comm. apply (Rbar_le_trans _ (w * a)); [exact K'|]. rewrite Rmult_comm. exact K.
    + specialize (Kp eq_refl). exists p_infty, lb. split; [exact He|]. split; [tauto|].
      destruct lb as [b| |]; simpl in *; try tauto. destruct (Rlt_dec 0 b), (Rlt_dec b 0); simpl; try lra; exact I.
    + specialize (Km eq_refl). exists m_infty, hb. split; [exact He|]. split; [tauto|].
      destruct hb as [b| |]; simpl in *; try tauto. destruct (Rlt_dec 0 b), (Rlt_dec b 0); simpl; try lra; exact I.
Qed.

Lemma end_mult_opp x y : end_mult (Rbar_opp x) y = Rbar_opp (end_mult x y).
Proof.
  destruct x as [a| |], y as [b| |]; simpl; try reflexivity; repeat destruct (Rlt_dec _ _); simpl; try lra; try reflexivity;
    f_equal; ring.
Qed.

Lemma corner_above (la ha lb hb : Rbar) (v w : R) :
  Rbar_le la v -> Rbar_le v ha -> Rbar_le lb w -> Rbar_le w hb ->
  exists e e', (e = la \/ e = ha) /\ (e' = lb \/ e' = hb) /\ Rbar_le (v * w) (end_mult e e').
Proof.
  intros A1 A2 B1 B2.
  destruct (corner_below (Rbar_opp ha) (Rbar_opp la) lb hb (- v) w) as [e [e' [He [He' K]]]]; try assumption.
  - exact (proj2 (Rbar_opp_le ha v) A2).
  - exact (proj2 (Rbar_opp_le v la) A1).
  - exists (Rbar_opp e), e'. split; [|split; [exact He'|]].
    + destruct He as [-> | ->]; rewrite Rbar_opp_involutive; tauto.
    + rewrite end_mult_opp. apply Rbar_opp_le. rewrite Rbar_opp_involutive.
      change (Rbar_opp (v * w)) with (Finite (- (v * w))). replace (- (v * w)) with (- v * w) by ring. exact K.
Qed.

Lemma corner_low_le x y : Rbar_le (corner_low x y) (end_mult x y).
Proof. destruct x as [a| |], y as [b| |]; try apply Rbar_le_refl. apply (down_spec E (Rmult a) b). Qed.
Lemma corner_high_le x y : Rbar_le (end_mult x y) (corner_high x y).
Proof. destruct x as [a| |], y as [b| |]; try apply Rbar_le_refl. apply (up_spec E (Rmult a) b). Qed.

(** Ends are called closed, except where the strict signs of the factors give that of the product. *)
Definition i_mul (a b : span) : span :=
  let low := least (least (corner_low (lower a) (lower b)) (corner_low (lower a) (upper b)))
                   (least (corner_low (upper a) (lower b)) (corner_low (upper a) (upper b))) in
  let high := greatest (greatest (corner_high (lower a) (lower b)) (corner_high (lower a) (upper b)))
                       (greatest (corner_high (upper a) (lower b)) (corner_high (upper a) (upper b))) in
  let pos := (all_positive a && all_positive b) || (all_negative a && all_negative b) in
  let neg := (all_positive a && all_negative b) || (all_negative a && all_positive b) in
  with_negative neg (with_positive pos (Span low high false false)).

Lemma i_mul_spec a b x y : mem a x -> mem b y -> mem (i_mul a b) (x * y).
Proof.
  intros Ha Hb. assert (A := Ha). assert (B := Hb). destruct A as [A1 A2], B as [B1 B2].
  apply above_le in A1, B1. apply below_le in A2, B2. unfold i_mul.
  apply with_negative_spec; [|apply with_positive_spec].
  - intro H. apply orb_prop in H. destruct H as [H|H]; apply andb_prop in H; destruct H as [H1 H2].
    + assert (0 < x) by (apply (all_positive_spec a x H1 Ha)). assert (y < 0) by (apply (all_negative_spec b y H2 Hb)). nra.
    + assert (x < 0) by (apply (all_negative_spec a x H1 Ha)). assert (0 < y) by (apply (all_positive_spec b y H2 Hb)). nra.
  - intro H. apply orb_prop in H. destruct H as [H|H]; apply andb_prop in H; destruct H as [H1 H2].
    + assert (0 < x) by (apply (all_positive_spec a x H1 Ha)). assert (0 < y) by (apply (all_positive_spec b y H2 Hb)). nra.
    + assert (x < 0) by (apply (all_negative_spec a x H1 Ha)). assert (y < 0) by (apply (all_negative_spec b y H2 Hb)). nra.
  - split; simpl lower; simpl upper; simpl lower_open; simpl upper_open.
    + destruct (corner_below _ _ _ _ x y A1 A2 B1 B2) as [e [e' [He [He' K]]]].
      apply (above_intro _ _ (x * y)); [|simpl; lra].
      assert (C := corner_low_le e e').
      apply (Rbar_le_trans _ (corner_low e e')); [|apply (Rbar_le_trans _ _ _ C K)].
      destruct He as [-> | ->], He' as [-> | ->].
      * eapply Rbar_le_trans; [apply (proj1 (least_le _ _))|apply (proj1 (least_le _ _))].
      * eapply Rbar_le_trans; [apply (proj1 (least_le _ _))|apply (proj2 (least_le _ _))].
      * eapply Rbar_le_trans; [apply (proj2 (least_le _ _))|apply (proj1 (least_le _ _))].
      * eapply Rbar_le_trans; [apply (proj2 (least_le _ _))|apply (proj2 (least_le _ _))].
    + destruct (corner_above _ _ _ _ x y A1 A2 B1 B2) as [e [e' [He [He' K]]]].
      apply (below_intro _ _ (x * y)); [|simpl; lra].
      assert (C := corner_high_le e e').
      apply (Rbar_le_trans _ (corner_high e e')); [apply (Rbar_le_trans _ _ _ K C)|].
      destruct (greatest_inner (corner_high (lower a) (lower b)) (corner_high (lower a) (upper b))
                  (corner_high (upper a) (lower b)) (corner_high (upper a) (upper b))) as [G1 [G2 [G3 G4]]].
      destruct He as [-> | ->], He' as [-> | ->]; assumption.
Qed.
End Operations.
