(* Subjects with abs, sign, min, max, comparisons and cases: their meaning, how they are
   resolved on a piece, and when a resolved subject is continuous at a cut.
   Lemma id: continuity. *)
From Coq Require Import Reals Lra List Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus.
Open Scope R_scope.

(** * Terms *)

(** A smooth operation: a function with a domain on which it is continuous (Fact 1). *)
Record operation1 : Type := Operation1 {
  domain1 : R -> Prop;
  apply1 : R -> R;
  continuous1 : forall a, domain1 a ->
    filterlim apply1 (within domain1 (locally a)) (locally (apply1 a)) }.

Record operation2 : Type := Operation2 {
  domain2 : R * R -> Prop;
  apply2 : R * R -> R;
  continuous2 : forall a b, domain2 (a, b) ->
    filterlim apply2 (within domain2 (filter_prod (locally a) (locally b)))
      (locally (apply2 (a, b))) }.

(** Smooth terms.  A constant may be any number: a rational, a value of a parameter. *)
Inductive smooth : Type :=
  | SX
  | SConst (r : R)
  | SOp1 (o : operation1) (u : smooth)
  | SOp2 (o : operation2) (u v : smooth).

Fixpoint value (F : smooth) (x : R) : R :=
  match F with
  | SX => x
  | SConst r => r
  | SOp1 o u => apply1 o (value u x)
  | SOp2 o u v => apply2 o (value u x, value v x)
  end.

Fixpoint defined (F : smooth) (x : R) : Prop :=
  match F with
  | SX | SConst _ => True
  | SOp1 o u => defined u x /\ domain1 o (value u x)
  | SOp2 o u v => defined u x /\ defined v x /\ domain2 o (value u x, value v x)
  end.

Lemma continuous_opposite (a : R) : True ->
  filterlim Ropp (within (fun _ => True) (locally a)) (locally (- a)).
Proof.
  intros _ P HP. destruct (filterlim_opp a P HP) as [e He].
  exists e. intros y Hy _. apply He, Hy.
Qed.

Definition opposite : operation1 := Operation1 (fun _ => True) Ropp continuous_opposite.

(** Subjects.  The cases of a piecewise node are one inside the other; Undefined stands
    where no condition is left. *)
Inductive subject : Type :=
  | X
  | Const (r : R)
  | Op1 (o : operation1) (u : subject)
  | Op2 (o : operation2) (u v : subject)
  | Abs (u : subject)
  | Sign (u : subject)
  | Min (u v : subject)
  | Max (u v : subject)
  | If (c : condition) (u v : subject)
  | Undefined
with condition : Type :=
  | CTrue
  | CLt (u v : subject)
  | CLe (u v : subject)
  | CNot (c : condition)
  | CAnd (c d : condition)
  | COr (c d : condition).

Scheme subject_induction := Induction for subject Sort Prop
  with condition_induction := Induction for condition Sort Prop.
Combined Scheme subject_condition_induction from subject_induction, condition_induction.

(** [means t x y]: t is defined at x, with the value y.  Both arguments of min and max, and
    of comparisons, must be defined; of the cases, only those that are evaluated. *)
Fixpoint means (t : subject) (x y : R) : Prop :=
  match t with
  | X => y = x
  | Const r => y = r
  | Op1 o u => exists a, means u x a /\ domain1 o a /\ y = apply1 o a
  | Op2 o u v => exists a b, means u x a /\ means v x b /\ domain2 o (a, b) /\ y = apply2 o (a, b)
  | Abs u => exists a, means u x a /\ y = Rabs a
  | Sign u => exists a, means u x a /\ ((0 < a /\ y = 1) \/ (a < 0 /\ y = -1) \/ (a = 0 /\ y = 0))
  | Min u v => exists a b, means u x a /\ means v x b /\ y = Rmin a b
  | Max u v => exists a b, means u x a /\ means v x b /\ y = Rmax a b
  | If c u v => (decides c x true /\ means u x y) \/ (decides c x false /\ means v x y)
  | Undefined => False
  end
with decides (c : condition) (x : R) (b : bool) : Prop :=
  match c with
  | CTrue => b = true
  | CLt u v => exists p q, means u x p /\ means v x q /\
                 ((p < q /\ b = true) \/ (q <= p /\ b = false))
  | CLe u v => exists p q, means u x p /\ means v x q /\
                 ((p <= q /\ b = true) \/ (q < p /\ b = false))
  | CNot c => decides c x (negb b)
  | CAnd c d => exists p q, decides c x p /\ decides d x q /\ b = p && q
  | COr c d => exists p q, decides c x p /\ decides d x q /\ b = p || q
  end.

(** A subject has at most one value. *)
Lemma functional :
  (forall t x y z, means t x y -> means t x z -> y = z) /\
  (forall c x a b, decides c x a -> decides c x b -> a = b).
Proof.
  apply subject_condition_induction; simpl.
  - intros; congruence.
  - intros; congruence.
  - intros o u IH x y z [a [Ha [_ ->]]] [b [Hb [_ ->]]]. rewrite (IH x a b Ha Hb). reflexivity.
  - intros o u IHu v IHv x y z [a [b [Ha [Hb [_ ->]]]]] [a' [b' [Ha' [Hb' [_ ->]]]]].
    rewrite (IHu x a a' Ha Ha'), (IHv x b b' Hb Hb'). reflexivity.
  - intros u IH x y z [a [Ha ->]] [b [Hb ->]]. rewrite (IH x a b Ha Hb). reflexivity.
  - intros u IH x y z [a [Ha Hy]] [b [Hb Hz]]. assert (E := IH x a b Ha Hb). subst.
    destruct Hy as [[? ?]|[[? ?]|[? ?]]]; destruct Hz as [[? ?]|[[? ?]|[? ?]]]; subst; lra.
  - intros u IHu v IHv x y z [a [b [Ha [Hb ->]]]] [a' [b' [Ha' [Hb' ->]]]].
    rewrite (IHu x a a' Ha Ha'), (IHv x b b' Hb Hb'). reflexivity.
  - intros u IHu v IHv x y z [a [b [Ha [Hb ->]]]] [a' [b' [Ha' [Hb' ->]]]].
    rewrite (IHu x a a' Ha Ha'), (IHv x b b' Hb Hb'). reflexivity.
  - intros c IHc u IHu v IHv x y z [[Hc Hy]|[Hc Hy]] [[Hc' Hz]|[Hc' Hz]].
    + apply (IHu x); assumption.
    + discriminate (IHc x _ _ Hc Hc').
    + discriminate (IHc x _ _ Hc Hc').
    + apply (IHv x); assumption.
  - contradiction.
  - intros; congruence.
  - intros u IHu v IHv x a b [p [q [Hp [Hq K]]]] [p' [q' [Hp' [Hq' K']]]].
    assert (E1 := IHu x p p' Hp Hp'). assert (E2 := IHv x q q' Hq Hq'). subst.
    destruct K as [[? ->]|[? ->]], K' as [[? ->]|[? ->]]; try reflexivity; lra.
  - intros u IHu v IHv x a b [p [q [Hp [Hq K]]]] [p' [q' [Hp' [Hq' K']]]].
    assert (E1 := IHu x p p' Hp Hp'). assert (E2 := IHv x q q' Hq Hq'). subst.
    destruct K as [[? ->]|[? ->]], K' as [[? ->]|[? ->]]; try reflexivity; lra.
  - intros c IH x a b Ha Hb. specialize (IH x _ _ Ha Hb). destruct a, b; simpl in IH; congruence.
  - intros c IHc d IHd x a b [p [q [Hp [Hq ->]]]] [p' [q' [Hp' [Hq' ->]]]].
    rewrite (IHc x p p' Hp Hp'), (IHd x q q' Hq Hq'). reflexivity.
  - intros c IHc d IHd x a b [p [q [Hp [Hq ->]]]] [p' [q' [Hp' [Hq' ->]]]].
    rewrite (IHc x p p' Hp Hp'), (IHd x q q' Hq Hq'). reflexivity.
Qed.

(** * Resolving *)

(** The signs of guards. *)
Inductive sign : Type := Pos | Neg | Nonneg | Nonpos | Zero.

Definition satisfies (s : sign) (r : R) : Prop :=
  match s with
  | Pos => 0 < r | Neg => r < 0 | Nonneg => 0 <= r | Nonpos => r <= 0 | Zero => r = 0
  end.

Definition upward (s : sign) : bool :=
  match s with Pos | Nonneg | Zero => true | Neg | Nonpos => false end.

(** The sign of a guard on a set: the term is defined there and has the sign.  A guard of a
    comparison is the difference of its arguments. *)
Definition signed (S : R -> Prop) (A : smooth) (s : sign) : Prop :=
  forall x, S x -> defined A x /\ satisfies s (value A x).

Definition compared (S : R -> Prop) (A B : smooth) (s : sign) : Prop :=
  forall x, S x -> defined A x /\ defined B x /\ satisfies s (value A x - value B x).

(** [resolves S t F]: guards with known signs on S leave the smooth term F of t. *)
Fixpoint resolves (S : R -> Prop) (t : subject) (F : smooth) : Prop :=
  match t with
  | X => F = SX
  | Const r => F = SConst r
  | Op1 o u => exists A, resolves S u A /\ F = SOp1 o A
  | Op2 o u v => exists A B, resolves S u A /\ resolves S v B /\ F = SOp2 o A B
  | Abs u => exists A s, resolves S u A /\ signed S A s /\
               F = (if upward s then A else SOp1 opposite A)
  | Sign u => exists A, resolves S u A /\
               ((signed S A Pos /\ F = SConst 1) \/ (signed S A Neg /\ F = SConst (-1)) \/
                (signed S A Zero /\ F = SConst 0))
  | Min u v => exists A B s, resolves S u A /\ resolves S v B /\ compared S A B s /\
               F = (if upward s then B else A)
  | Max u v => exists A B s, resolves S u A /\ resolves S v B /\ compared S A B s /\
               F = (if upward s then A else B)
  | If c u v => (truth S c true /\ resolves S u F) \/ (truth S c false /\ resolves S v F)
  | Undefined => False
  end
with truth (S : R -> Prop) (c : condition) (b : bool) : Prop :=
  match c with
  | CTrue => b = true
  | CLt u v => exists A B s, resolves S u A /\ resolves S v B /\ compared S A B s /\
               ((s = Neg /\ b = true) \/ (upward s = true /\ b = false))
  | CLe u v => exists A B s, resolves S u A /\ resolves S v B /\ compared S A B s /\
               (((s = Zero \/ upward s = false) /\ b = true) \/ (s = Pos /\ b = false))
  | CNot c => truth S c (negb b)
  | CAnd c d => exists p q, truth S c p /\ truth S d q /\ b = p && q
  | COr c d => exists p q, truth S c p /\ truth S d q /\ b = p || q
  end.

(** continuity (1): the subject is defined and equals the resolved term where this is
    defined. *)
Theorem resolved_value (S : R -> Prop) :
  (forall t F, resolves S t F -> forall x, S x -> defined F x -> means t x (value F x)) /\
  (forall c b, truth S c b -> forall x, S x -> decides c x b).
Proof.
  apply subject_condition_induction; simpl.
  - intros F -> x _ _. reflexivity.
  - intros r F -> x _ _. reflexivity.
  - intros o u IH F [A [HA ->]] x Hx [D1 D2]. exists (value A x).
    split; [apply IH; assumption|]. split; [exact D2|reflexivity].
  - intros o u IHu v IHv F [A [B [HA [HB ->]]]] x Hx [D1 [D2 D3]].
    exists (value A x), (value B x). split; [apply IHu; assumption|].
    split; [apply IHv; assumption|]. split; [exact D3|reflexivity].
  - intros u IH F [A [s [HA [Hs ->]]]] x Hx _. destruct (Hs x Hx) as [DA SA].
    exists (value A x). split; [apply IH; assumption|].
    destruct s; simpl in *; unfold Rabs; destruct Rcase_abs; lra.
  - intros u IH F [A [HA K]] x Hx _. exists (value A x).
    destruct K as [[Hs ->]|[[Hs ->]|[Hs ->]]]; destruct (Hs x Hx) as [DA SA];
      (split; [apply IH; assumption|]); simpl in *; auto.
  - intros u IHu v IHv F [A [B [s [HA [HB [Hs ->]]]]]] x Hx _.
    destruct (Hs x Hx) as [DA [DB SA]]. exists (value A x), (value B x).
    split; [apply IHu; assumption|]. split; [apply IHv; assumption|].
    destruct s; simpl in *; unfold Rmin; destruct Rle_dec; lra.
  - intros u IHu v IHv F [A [B [s [HA [HB [Hs ->]]]]]] x Hx _.
    destruct (Hs x Hx) as [DA [DB SA]]. exists (value A x), (value B x).
    split; [apply IHu; assumption|]. split; [apply IHv; assumption|].
    destruct s; simpl in *; unfold Rmax; destruct Rle_dec; lra.
  - intros c IHc u IHu v IHv F [[Hc HF]|[Hc HF]] x Hx D; [left|right]; split;
      try (apply IHc; assumption); [apply IHu|apply IHv]; assumption.
  - contradiction.
  - intros b -> x _. reflexivity.
  - intros u IHu v IHv b [A [B [s [HA [HB [Hs K]]]]]] x Hx.
    destruct (Hs x Hx) as [DA [DB SA]]. exists (value A x), (value B x).
    split; [apply IHu; assumption|]. split; [apply IHv; assumption|].
    destruct K as [[-> ->]|[U ->]]; [left; simpl in SA; split; [lra|reflexivity]|right].
    destruct s; simpl in *; try discriminate; split; try reflexivity; lra.
  - intros u IHu v IHv b [A [B [s [HA [HB [Hs K]]]]]] x Hx.
    destruct (Hs x Hx) as [DA [DB SA]]. exists (value A x), (value B x).
    split; [apply IHu; assumption|]. split; [apply IHv; assumption|].
    destruct K as [[U ->]|[-> ->]]; [left|right; simpl in SA; split; [lra|reflexivity]].
    destruct U as [->|U]; [|destruct s; try discriminate]; simpl in *; split; try reflexivity; lra.
  - intros c IH b Hc x Hx. apply IH; assumption.
  - intros c IHc d IHd b [p [q [Hp [Hq ->]]]] x Hx. exists p, q. auto.
  - intros c IHc d IHd b [p [q [Hp [Hq ->]]]] x Hx. exists p, q. auto.
Qed.

(** Where the subject is defined, so is the resolved term. *)
Lemma resolved_defined (S : R -> Prop) (t : subject) :
  forall F, resolves S t F -> forall x y, S x -> means t x y -> defined F x /\ y = value F x.
Proof.
  induction t; simpl.
  - intros F -> x y _ ->. split; [exact I|reflexivity].
  - intros F -> x y _ ->. split; [exact I|reflexivity].
  - intros F [A [HA ->]] x y Hx [a [Ha [D ->]]]. destruct (IHt A HA x a Hx Ha) as [DA ->].
    simpl. auto.
  - intros F [A [B [HA [HB ->]]]] x y Hx [a [b [Ha [Hb [D ->]]]]].
    destruct (IHt1 A HA x a Hx Ha) as [DA ->]. destruct (IHt2 B HB x b Hx Hb) as [DB ->].
    simpl. auto.
  - intros F [A [s [HA [Hs ->]]]] x y Hx [a [Ha ->]].
    destruct (IHt A HA x a Hx Ha) as [DA ->]. destruct (Hs x Hx) as [_ SA].
    destruct s; simpl in *; (split; [auto|unfold Rabs; destruct Rcase_abs; lra]).
  - intros F [A [HA K]] x y Hx [a [Ha Y]].
    destruct (IHt A HA x a Hx Ha) as [DA ->].
    destruct K as [[Hs ->]|[[Hs ->]|[Hs ->]]]; destruct (Hs x Hx) as [_ SA]; simpl in *;
      (split; [exact I|]); destruct Y as [[? ?]|[[? ?]|[? ?]]]; lra.
  - intros F [A [B [s [HA [HB [Hs ->]]]]]] x y Hx [a [b [Ha [Hb ->]]]].
    destruct (IHt1 A HA x a Hx Ha) as [DA ->]. destruct (IHt2 B HB x b Hx Hb) as [DB ->].
    destruct (Hs x Hx) as [_ [_ SA]].
    destruct s; simpl in *; (split; [assumption|unfold Rmin; destruct Rle_dec; lra]).
  - intros F [A [B [s [HA [HB [Hs ->]]]]]] x y Hx [a [b [Ha [Hb ->]]]].
    destruct (IHt1 A HA x a Hx Ha) as [DA ->]. destruct (IHt2 B HB x b Hx Hb) as [DB ->].
    destruct (Hs x Hx) as [_ [_ SA]].
    destruct s; simpl in *; (split; [assumption|unfold Rmax; destruct Rle_dec; lra]).
  - intros F HF x y Hx Hy.
    assert (Det : forall b b', truth S c b -> decides c x b' -> b = b').
    { intros b b' T D. apply (proj2 functional c x); [|exact D].
      apply (proj2 (resolved_value S) c b T x Hx). }
    destruct HF as [[T HF]|[T HF]]; destruct Hy as [[D Hy]|[D Hy]];
      try discriminate (Det _ _ T D).
    + apply IHt1; assumption.
    + apply IHt2; assumption.
  - contradiction.
Qed.

(** Fact 1: a smooth term is continuous on its domain. *)
Lemma smooth_continuous (A : smooth) (x : R) (F : (R -> Prop) -> Prop) {FF : Filter F} :
  filter_le F (locally x) -> F (defined A) -> defined A x ->
  filterlim (value A) F (locally (value A x)).
Proof.
  intros HF. induction A as [|r|o A IH|o A IHA B IHB]; simpl; intros HD D.
  - exact HF.
  - apply filterlim_const.
  - destruct D as [D1 D2].
    assert (L : filterlim (value A) F (locally (value A x))).
    { apply IH; [|exact D1]. apply filter_imp with (2 := HD). intros y [H _]. exact H. }
    intros P HP. assert (K := L _ (continuous1 o (value A x) D2 P HP)).
    unfold filtermap in *. generalize (filter_and _ _ K HD). apply filter_imp.
    intros y [H1 [_ H2]]. apply H1, H2.
  - destruct D as [D1 [D2 D3]].
    assert (LA : filterlim (value A) F (locally (value A x))).
    { apply IHA; [|exact D1]. apply filter_imp with (2 := HD). intros y [H _]. exact H. }
    assert (LB : filterlim (value B) F (locally (value B x))).
    { apply IHB; [|exact D2]. apply filter_imp with (2 := HD). intros y [_ [H _]]. exact H. }
    intros P HP. destruct (continuous2 o _ _ D3 P HP) as [Q1 Q2 H1 H2 H].
    assert (E1 : F (fun y => Q1 (value A y))) by exact (LA _ H1).
    assert (E2 : F (fun y => Q2 (value B y))) by exact (LB _ H2).
    unfold filtermap. generalize (filter_and _ _ (filter_and _ _ E1 E2) HD).
    apply filter_imp. intros y [[K1 K2] [_ [_ K3]]]. exact (H _ _ K1 K2 K3).
Qed.

(** * Continuity at a cut *)

Section Cut.

(** The sets on which guards have been decided: a piece to the left of c, c, one to the
    right. *)
Variables (left right : R -> Prop) (c : R).
Hypothesis left_side : at_left c left.
Hypothesis right_side : at_right c right.

Definition middle (x : R) : Prop := x = c.

Inductive marked : subject -> Prop :=
  | marked_x : marked X
  | marked_const r : marked (Const r)
  | marked_op1 o u : marked u -> marked (Op1 o u)
  | marked_op2 o u v : marked u -> marked v -> marked (Op2 o u v)
  | marked_abs u : marked u -> marked (Abs u)
  | marked_min u v : marked u -> marked v -> marked (Min u v)
  | marked_max u v : marked u -> marked v -> marked (Max u v)
  | marked_then k u v :
      truth left k true -> truth middle k true -> truth right k true ->
      marked u -> marked (If k u v)
  | marked_else k u v :
      truth left k false -> truth middle k false -> truth right k false ->
      marked v -> marked (If k u v)
  | marked_sign u r :
      resolves left (Sign u) (SConst r) -> resolves middle (Sign u) (SConst r) ->
      resolves right (Sign u) (SConst r) -> marked (Sign u)
  | marked_join t L M N :
      resolves left t L -> resolves middle t M -> resolves right t N ->
      defined L c -> defined M c -> defined N c ->
      value L c = value M c -> value N c = value M c -> marked t.

(** A property that holds on both sides and at c holds near c. *)
Lemma around (P : R -> Prop) :
  at_left c P -> P c -> at_right c P -> locally c P.
Proof.
  intros Hl Hc Hr.
  destruct (at_left_elim _ _ Hl) as [a [Ha Ka]]. destruct (at_right_elim _ _ Hr) as [b [Hb Kb]].
  assert (M1 := Rmin_l (c - a) (b - c)). assert (M2 := Rmin_r (c - a) (b - c)).
  apply (locally_intro c (Rmin (c - a) (b - c))); [apply Rmin_pos; lra|]. intros y Hy.
  destruct (Rtotal_order y c) as [H|[->|H]]; [apply Ka; lra|exact Hc|apply Kb; lra].
Qed.

Lemma near_left (P : R -> Prop) : locally c P -> at_left c P.
Proof. intros [e He]. exists e. intros y Hy _. apply He, Hy. Qed.

Lemma near_right (P : R -> Prop) : locally c P -> at_right c P.
Proof. intros [e He]. exists e. intros y Hy _. apply He, Hy. Qed.

(** A condition that is decided alike on both sides and at c is decided so near c. *)
Lemma truth_near k b :
  truth left k b -> truth middle k b -> truth right k b -> locally c (fun x => decides k x b).
Proof.
  intros Hl Hm Hr. apply around.
  - apply filter_imp with (2 := left_side). apply (proj2 (resolved_value left)), Hl.
  - apply (proj2 (resolved_value middle) k b Hm). reflexivity.
  - apply filter_imp with (2 := right_side). apply (proj2 (resolved_value right)), Hr.
Qed.

Definition continuous_near (t : subject) : Prop :=
  exists g, locally c (fun x => means t x (g x)) /\ continuous g c.

Lemma marked_continuous t :
  marked t -> locally c (fun x => exists y, means t x y) -> continuous_near t.
Proof.
  induction 1 as [|r|o u Hu IHu|o u v Hu IHu Hv IHv|u Hu IHu|u v Hu IHu Hv IHv|u v Hu IHu Hv IHv
                 |k u v Tl Tm Tr Hu IHu|k u v Tl Tm Tr Hv IHv|u r Rl Rm Rr|t L M N Rl Rm Rr Dl Dm Dn El En];
    intro D.
  - exists (fun x => x). split; [apply filter_forall; reflexivity|apply continuous_id].
  - exists (fun _ => r). split; [apply filter_forall; reflexivity|apply continuous_const].
  - (* a smooth operation of one argument *)
    destruct IHu as [g [Hg Cg]].
    { revert D. apply filter_imp. intros x [y [a [Ha _]]]. exists a. exact Ha. }
    assert (Dg : locally c (fun x => domain1 o (g x))).
    { generalize (filter_and _ _ D Hg). apply filter_imp. intros x [[y [a [Ha [Da _]]]] Hgx].
      rewrite (proj1 functional u x (g x) a Hgx Ha). exact Da. }
    exists (fun x => apply1 o (g x)). split.
    + generalize (filter_and _ _ Hg Dg). apply filter_imp. intros x [H1 H2].
      exists (g x). auto.
    + intros P HP.
      assert (K : locally c (fun x => domain1 o (g x) -> P (apply1 o (g x))))
        by exact (Cg _ (continuous1 o (g c) (locally_singleton _ _ Dg) P HP)).
      unfold filtermap. generalize (filter_and _ _ K Dg). apply filter_imp.
      intros x [H1 H2]. apply H1, H2.
  - (* of two arguments *)
    destruct IHu as [g [Hg Cg]].
    { revert D. apply filter_imp. intros x [y [a [b [Ha _]]]]. exists a. exact Ha. }
    destruct IHv as [h [Hh Ch]].
    { revert D. apply filter_imp. intros x [y [a [b [_ [Hb _]]]]]. exists b. exact Hb. }
    assert (Dg : locally c (fun x => domain2 o (g x, h x))).
    { generalize (filter_and _ _ D (filter_and _ _ Hg Hh)). apply filter_imp.
      intros x [[y [a [b [Ha [Hb [Da _]]]]]] [Hgx Hhx]].
      rewrite (proj1 functional u x (g x) a Hgx Ha), (proj1 functional v x (h x) b Hhx Hb).
      exact Da. }
    exists (fun x => apply2 o (g x, h x)). split.
    + generalize (filter_and _ _ (filter_and _ _ Hg Hh) Dg). apply filter_imp.
      intros x [[H1 H2] H3]. exists (g x), (h x). auto.
    + intros P HP.
      destruct (continuous2 o _ _ (locally_singleton _ _ Dg) P HP) as [Q1 Q2 H1 H2 H].
      assert (E1 : locally c (fun y => Q1 (g y))) by exact (Cg _ H1).
      assert (E2 : locally c (fun y => Q2 (h y))) by exact (Ch _ H2).
      unfold filtermap. generalize (filter_and _ _ (filter_and _ _ E1 E2) Dg).
      apply filter_imp. intros y [[K1 K2] K3]. exact (H _ _ K1 K2 K3).
  - destruct IHu as [g [Hg Cg]].
    { revert D. apply filter_imp. intros x [y [a [Ha _]]]. exists a. exact Ha. }
    exists (fun x => Rabs (g x)). split.
    + revert Hg. apply filter_imp. intros x H. exists (g x). auto.
    + apply (continuous_comp g Rabs c Cg), continuous_Rabs.
  - destruct IHu as [g [Hg Cg]].
    { revert D. apply filter_imp. intros x [y [a [b [Ha _]]]]. exists a. exact Ha. }
    destruct IHv as [h [Hh Ch]].
    { revert D. apply filter_imp. intros x [y [a [b [_ [Hb _]]]]]. exists b. exact Hb. }
    exists (fun x => Rmin (g x) (h x)). split.
    + generalize (filter_and _ _ Hg Hh). apply filter_imp. intros x [H1 H2]. exists (g x), (h x). auto.
    + apply (continuous_ext (fun x => (g x + h x - Rabs (g x - h x)) * / 2)).
      { intro x. unfold Rmin, Rabs. destruct Rle_dec, Rcase_abs; lra. }
      apply (continuous_mult (fun x => g x + h x - Rabs (g x - h x)) (fun _ => / 2));
        [|apply continuous_const].
      apply (continuous_minus (fun x => g x + h x) (fun x => Rabs (g x - h x))).
      * apply (continuous_plus g h); assumption.
      * apply (continuous_comp (fun x => g x - h x) Rabs); [|apply continuous_Rabs].
        apply (continuous_minus g h); assumption.
  - destruct IHu as [g [Hg Cg]].
    { revert D. apply filter_imp. intros x [y [a [b [Ha _]]]]. exists a. exact Ha. }
    destruct IHv as [h [Hh Ch]].
    { revert D. apply filter_imp. intros x [y [a [b [_ [Hb _]]]]]. exists b. exact Hb. }
    exists (fun x => Rmax (g x) (h x)). split.
    + generalize (filter_and _ _ Hg Hh). apply filter_imp. intros x [H1 H2]. exists (g x), (h x). auto.
    + apply (continuous_ext (fun x => (g x + h x + Rabs (g x - h x)) * / 2)).
      { intro x. unfold Rmax, Rabs. destruct Rle_dec, Rcase_abs; lra. }
      apply (continuous_mult (fun x => g x + h x + Rabs (g x - h x)) (fun _ => / 2));
        [|apply continuous_const].
      apply (continuous_plus (fun x => g x + h x) (fun x => Rabs (g x - h x))).
      * apply (continuous_plus g h); assumption.
      * apply (continuous_comp (fun x => g x - h x) Rabs); [|apply continuous_Rabs].
        apply (continuous_minus g h); assumption.
  - (* the same branch *)
    assert (T := truth_near k true Tl Tm Tr). destruct IHu as [g [Hg Cg]].
    { generalize (filter_and _ _ D T). apply filter_imp. intros x [[y [[_ Hy]|[F _]]] Tx].
      - exists y. exact Hy.
      - discriminate (proj2 functional k x _ _ F Tx). }
    exists g. split; [|exact Cg]. generalize (filter_and _ _ Hg T). apply filter_imp.
    intros x [H1 H2]. left. auto.
  - assert (T := truth_near k false Tl Tm Tr). destruct IHv as [g [Hg Cg]].
    { generalize (filter_and _ _ D T). apply filter_imp. intros x [[y [[F _]|[_ Hy]]] Tx].
      - discriminate (proj2 functional k x _ _ F Tx).
      - exists y. exact Hy. }
    exists g. split; [|exact Cg]. generalize (filter_and _ _ Hg T). apply filter_imp.
    intros x [H1 H2]. right. auto.
  - (* the same sign *)
    exists (fun _ => r). split; [|apply continuous_const]. apply around.
    + apply filter_imp with (2 := left_side). intros x Hx.
      apply (proj1 (resolved_value left) _ _ Rl x Hx). exact I.
    + apply (proj1 (resolved_value middle) _ _ Rm c eq_refl). exact I.
    + apply filter_imp with (2 := right_side). intros x Hx.
      apply (proj1 (resolved_value right) _ _ Rr x Hx). exact I.
  - (* three resolved forms with one value at c *)
    set (g := fun x => if Rlt_dec x c then value L x else if Rlt_dec c x then value N x else value M x).
    assert (Gl : forall x, x < c -> g x = value L x).
    { intros x Hx. unfold g. destruct (Rlt_dec x c); [reflexivity|contradiction]. }
    assert (Gr : forall x, c < x -> g x = value N x).
    { intros x Hx. unfold g. destruct (Rlt_dec x c); [lra|].
      destruct (Rlt_dec c x); [reflexivity|contradiction]. }
    assert (Gc : g c = value M c).
    { unfold g. destruct (Rlt_dec c c); [lra|reflexivity]. }
    assert (Below : at_left c (fun x => x < c)) by (apply (at_left_intro c (c - 1)); [lra|]; intros; lra).
    assert (Above : at_right c (fun x => c < x)) by (apply (at_right_intro c (c + 1)); [lra|]; intros; lra).
    assert (KL : at_left c (fun x => defined L x /\ means t x (value L x))).
    { generalize (filter_and _ _ left_side (near_left _ D)). apply filter_imp.
      intros x [Hx [y Hy]]. destruct (resolved_defined left t L Rl x y Hx Hy) as [DL <-].
      split; assumption. }
    assert (KN : at_right c (fun x => defined N x /\ means t x (value N x))).
    { generalize (filter_and _ _ right_side (near_right _ D)). apply filter_imp.
      intros x [Hx [y Hy]]. destruct (resolved_defined right t N Rr x y Hx Hy) as [DN <-].
      split; assumption. }
    exists g. split.
    + apply around.
      * generalize (filter_and _ _ KL Below). apply filter_imp.
        intros x [[_ H] Hx]. rewrite (Gl x Hx). exact H.
      * rewrite Gc. apply (proj1 (resolved_value middle) t M Rm c eq_refl Dm).
      * generalize (filter_and _ _ KN Above). apply filter_imp.
        intros x [[_ H] Hx]. rewrite (Gr x Hx). exact H.
    + apply (continuous_glue g (value L) (value N) c).
      * apply filter_imp with (2 := Below). exact Gl.
      * apply filter_imp with (2 := Above). exact Gr.
      * rewrite Gc, <- El. apply (smooth_continuous L c (at_left c)); [|revert KL; apply filter_imp; tauto|exact Dl].
        intros P. apply near_left.
      * rewrite Gc, <- En. apply (smooth_continuous N c (at_right c)); [|revert KN; apply filter_imp; tauto|exact Dn].
        intros P. apply near_right.
Qed.

(** continuity (2): the subject is defined at c and continuous there. *)
Theorem continuous_at_cut (t : subject) (L M N : smooth) (f : R -> R) :
  resolves left t L -> (forall x, left x -> defined L x) ->
  resolves right t N -> (forall x, right x -> defined N x) ->
  resolves middle t M -> defined M c ->
  marked t ->
  (forall x y, means t x y -> f x = y) ->
  means t c (f c) /\ continuous f c.
Proof.
  intros Rl Dl Rr Dr Rm Dm K Hf.
  assert (Mc : means t c (value M c)) by apply (proj1 (resolved_value middle) t M Rm c eq_refl Dm).
  destruct (marked_continuous t K) as [g [Hg Cg]].
  { apply around.
    - apply filter_imp with (2 := left_side). intros x Hx. exists (value L x).
      apply (proj1 (resolved_value left) t L Rl x Hx), Dl, Hx.
    - exists (value M c). exact Mc.
    - apply filter_imp with (2 := right_side). intros x Hx. exists (value N x).
      apply (proj1 (resolved_value right) t N Rr x Hx), Dr, Hx. }
  split; [rewrite (Hf c _ Mc); exact Mc|].
  apply (continuous_local f g); [|exact Cg].
  revert Hg. apply filter_imp. intros x. apply Hf.
Qed.

End Cut.
