(** * Signs of partial functions on intervals

    Proves the lemmas [cases], [product-of-signs], [sum-of-signs], [period] and [monotone-from-end].

    A term without its parameters is a partial function of [x]: a predicate [dom] (where it is defined) and a value.
    That smooth terms are continuous on their domains (Fact 1 of the course), and that their derivative terms are
    their derivatives, is proved in [Terms]; here it is the hypothesis [fact1], and one about [is_derive]. *)

From Coq Require Import Reals Lra Lia List Bool.
From Coquelicot Require Import Coquelicot.
Import ListNotations.
Open Scope R_scope.

(** ** Relations, spans, goals *)

(** [Pos] is [> 0], [Neg] is [< 0], [NonNeg] is [>= 0], [NonPos] is [<= 0]. *)
Inductive relation := Pos | Neg | NonNeg | NonPos.

Definition holds (r : relation) (v : R) : Prop :=
  match r with Pos => 0 < v | Neg => v < 0 | NonNeg => 0 <= v | NonPos => v <= 0 end.
Definition strict (r : relation) : bool := match r with Pos | Neg => true | _ => false end.
Definition positive (r : relation) : bool := match r with Pos | NonNeg => true | _ => false end.
Definition weakened (r : relation) : relation := match r with Pos => NonNeg | Neg => NonPos | r => r end.
Definition reversed (r : relation) : relation :=
  match r with Pos => Neg | Neg => Pos | NonNeg => NonPos | NonPos => NonNeg end.
(** The relation with this direction and this strictness. *)
Definition relation_of (pos str : bool) : relation :=
  if pos then (if str then Pos else NonNeg) else (if str then Neg else NonPos).
(** [t known 0] implies [t wanted 0]: the same direction, and strict if wanted. *)
Definition implies (known wanted : relation) : bool :=
  Bool.eqb (positive known) (positive wanted) && (strict known || negb (strict wanted)).

(** An interval; an infinite end is no value, and its flag says nothing. *)
Record span := Span { lower : Rbar; upper : Rbar; lower_open : bool; upper_open : bool }.

Definition above (e : Rbar) (open : bool) (x : R) : Prop :=
  match e with Finite a => if open then a < x else a <= x | m_infty => True | p_infty => False end.
Definition below (e : Rbar) (open : bool) (x : R) : Prop :=
  match e with Finite b => if open then x < b else x <= b | p_infty => True | m_infty => False end.
Definition mem (S : span) (x : R) : Prop :=
  above (lower S) (lower_open S) x /\ below (upper S) (upper_open S) x.
Definition interior (S : span) : span := Span (lower S) (upper S) true true.
Definition at_point (a : R) : span := Span a a false false.

Record pfun := PFun { dom : R -> Prop; value : R -> R }.
Definition total (f : R -> R) : pfun := PFun (fun _ => True) f.

(** A sign goal: defined, and of the sign, at every point of the span. *)
Definition has_sign (t : pfun) (r : relation) (S : span) : Prop :=
  forall x, mem S x -> dom t x /\ holds r (value t x).
Definition defined_on (t : pfun) (S : span) : Prop := forall x, mem S x -> dom t x.

Lemma implies_holds known wanted v : implies known wanted = true -> holds known v -> holds wanted v.
Proof. destruct known, wanted; simpl; intros H Hv; try discriminate; lra. Qed.

Lemma total_sign f r S : has_sign (total f) r S <-> forall x, mem S x -> holds r (f x).
Proof. unfold has_sign; simpl; firstorder. Qed.

Lemma interior_mem S x : mem (interior S) x -> mem S x.
Proof.
  destruct S as [lo hi o o']; unfold mem, interior, above, below; simpl.
  destruct lo, hi, o, o'; simpl; intros [H1 H2]; split; try lra; auto.
Qed.

(** ** cases *)

(** The parts between cuts, the cuts closed on both sides. *)
Fixpoint parts (lo : Rbar) (open : bool) (cuts : list R) (hi : Rbar) (open' : bool) : list span :=
  match cuts with
  | nil => [Span lo hi open open']
  | c :: cuts' => Span lo c open false :: parts c false cuts' hi open'
  end.

(** [cases], for any property of points. The order of the cuts is not needed. *)
Theorem cases (P : R -> Prop) (S : span) (cuts : list R) :
  (forall p, In p (parts (lower S) (lower_open S) cuts (upper S) (upper_open S)) -> forall x, mem p x -> P x) ->
  forall x, mem S x -> P x.
Proof.
  destruct S as [lo hi o o']; simpl.
  revert lo o; induction cuts as [|c cuts IH]; simpl; intros lo o H x [Hl Hu].
  - apply (H (Span lo hi o o')); [left; reflexivity|split; assumption].
  - destruct (Rle_lt_dec x c) as [Hx|Hx].
    + apply (H (Span lo c o false)); [left; reflexivity|split; [exact Hl|exact Hx]].
    + apply (IH c false); [intros p Hp; apply H; right; exact Hp|].
      split; [apply Rlt_le, Hx|exact Hu].
Qed.

Corollary cases_sign (t : pfun) (r : relation) (S : span) (cuts : list R) :
  (forall p, In p (parts (lower S) (lower_open S) cuts (upper S) (upper_open S)) -> has_sign t r p) ->
  has_sign t r S.
Proof.
  intros H x Hx.
  apply (cases (fun x => dom t x /\ holds r (value t x)) S cuts); [|exact Hx].
  intros p Hp y Hy; exact (H p Hp y Hy).
Qed.

(** ** product-of-signs and sum-of-signs *)

(** The relation of a product: positive if the number of negative factors is even, strict if all factors are. *)
Definition product_relation (l : list relation) : relation :=
  relation_of (negb (fold_right (fun r odd => xorb (negb (positive r)) odd) false l)) (forallb strict l).

Lemma product_relation_cons r l v w :
  holds r v -> holds (product_relation l) w -> holds (product_relation (r :: l)) (v * w).
Proof.
  unfold product_relation; simpl.
  destruct (fold_right _ false l), (forallb strict l), r; simpl; intros; nra.
Qed.

(** What "equal by normal form" means, for a term and a combination of terms: equal where all are defined. *)
Definition equal_where_defined (t : pfun) (ps : list pfun) (f : list R -> R) : Prop :=
  forall x, dom t x -> (forall p, In p ps -> dom p x) -> value t x = f (map (fun p => value p x) ps).

Definition all_sign (ps : list (pfun * relation)) (S : span) : Prop :=
  forall p, In p ps -> has_sign (fst p) (snd p) S.

(** [product-of-signs]. *)
Theorem product_of_signs (t : pfun) (ps : list (pfun * relation)) (r : relation) (S : span) :
  defined_on t S -> all_sign ps S ->
  equal_where_defined t (map fst ps) (fold_right Rmult 1) ->
  implies (product_relation (map snd ps)) r = true ->
  has_sign t r S.
Proof.
  intros Hd Hp He Hi x Hx. split; [apply Hd, Hx|].
  rewrite (He x (Hd x Hx)).
  2:{ intros p Hin. apply in_map_iff in Hin. destruct Hin as [[q s] [<- Hin]]. apply (Hp _ Hin x Hx). }
  apply (implies_holds _ _ _ Hi). clear Hi He.
  induction ps as [|[p s] ps IH]; simpl map; simpl fold_right.
  - simpl; lra.
  - apply product_relation_cons.
    + apply (Hp (p, s) (or_introl eq_refl) x Hx).
    + apply IH. intros q Hq. apply Hp; right; exact Hq.
Qed.

(** [sum-of-signs]. *)
Theorem sum_of_signs (t : pfun) (ps : list (pfun * relation)) (r : relation) (S : span) :
  defined_on t S -> all_sign ps S ->
  equal_where_defined t (map fst ps) (fold_right Rplus 0) ->
  (forall p, In p ps -> positive (snd p) = positive r) ->
  (strict r = true -> exists p, In p ps /\ strict (snd p) = true) ->
  has_sign t r S.
Proof.
  intros Hd Hp He Hs Hst x Hx. split; [apply Hd, Hx|].
  rewrite (He x (Hd x Hx)).
  2:{ intros p Hin. apply in_map_iff in Hin. destruct Hin as [[q s] [<- Hin]]. apply (Hp _ Hin x Hx). }
  assert (K : forall qs, (forall q, In q qs -> In q ps) ->
    holds (weakened r) (fold_right Rplus 0 (map (fun p => value p x) (map fst qs))) /\
    ((exists p, In p qs /\ strict (snd p) = true) ->
     holds r (fold_right Rplus 0 (map (fun p => value p x) (map fst qs))))).
  { induction qs as [|[p s] qs IH]; intros Hq; simpl.
    - split; [destruct r; simpl; lra|intros [p [[] _]]].
    - destruct IH as [IH1 IH2]; [intros q Hqq; apply Hq; right; exact Hqq|].
      destruct (Hp (p, s) (Hq _ (or_introl eq_refl)) x Hx) as [_ Hv]. simpl in Hv.
      assert (Hpos := Hs (p, s) (Hq _ (or_introl eq_refl))). simpl in Hpos.
      split; [destruct r, s; simpl in *; try discriminate; lra|].
      intros [q [[Eq|Hin] Hstr]].
      + subst q; simpl in Hstr. destruct r, s; simpl in *; try discriminate; lra.
      + assert (Hr := IH2 (ex_intro _ q (conj Hin Hstr))).
        destruct r, s; simpl in *; try discriminate; lra. }
  destruct (K ps (fun q H => H)) as [K1 K2].
  destruct (strict r) eqn:E; [apply K2, Hst, eq_refl|].
  destruct r; simpl in *; try discriminate; exact K1.
Qed.

(** [sum-of-signs] in the form [t = rest + factor * d] with a proved inequality [d > 0] or [d >= 0]. *)
Theorem combination_of_signs (t rest factor d : pfun) (r rr fr dr : relation) (S : span) :
  defined_on t S -> has_sign rest rr S -> has_sign factor fr S -> has_sign d dr S ->
  (forall x, dom t x -> dom rest x -> dom factor x -> dom d x ->
     value t x = value rest x + value factor x * value d x) ->
  positive rr = positive r -> positive fr = positive r -> positive dr = true ->
  (strict r = true -> strict rr = true \/ (strict fr = true /\ strict dr = true)) ->
  has_sign t r S.
Proof.
  intros Hd Hr Hf Hdd He E1 E2 E3 Hst x Hx.
  destruct (Hr x Hx) as [D1 V1], (Hf x Hx) as [D2 V2], (Hdd x Hx) as [D3 V3].
  split; [apply Hd, Hx|]. rewrite (He x (Hd x Hx) D1 D2 D3).
  generalize dependent (value rest x). generalize dependent (value factor x). generalize dependent (value d x).
  clear - E1 E2 E3 Hst. intros v V3 u V2 w V1.
  assert (P : holds (if positive r then NonNeg else NonPos) (u * v)).
  { destruct r, fr, dr; simpl in *; try discriminate; nra. }
  assert (Q : strict fr = true -> strict dr = true -> holds (if positive r then Pos else Neg) (u * v)).
  { intros F1 F2. destruct r, fr, dr; simpl in *; try discriminate; nra. }
  destruct (strict r) eqn:E.
  - destruct (Hst eq_refl) as [F|[F1 F2]].
    + destruct r, rr; simpl in *; try discriminate; lra.
    + specialize (Q F1 F2). destruct r, rr; simpl in *; try discriminate; lra.
  - destruct r, rr; simpl in *; try discriminate; lra.
Qed.

(** ** period *)

(** A point right of [e] is some whole number of periods beyond a point of [(e, e + T]]. *)
Lemma shift_back (e T x : R) : 0 < T -> e < x -> exists k : nat, e < x - INR k * T <= e + T.
Proof.
  intros HT Hx.
  assert (H0 : 0 <= (x - e) / T) by (apply Rlt_le, Rdiv_lt_0_compat; lra).
  destruct (nfloor_ex _ H0) as [n [H1 H2]].
  assert (E : x - e = (x - e) / T * T) by (field; lra).
  set (q := (x - e) / T) in *. clearbody q.
  destruct H1 as [H1|H1].
  - exists n. assert (INR n * T < q * T) by (apply Rmult_lt_compat_r; lra).
    assert (q * T < (INR n + 1) * T) by (apply Rmult_lt_compat_r; lra). lra.
  - destruct n as [|n].
    + exfalso. simpl in H1. subst q. lra.
    + exists n. rewrite S_INR in H1. subst q.
      assert (E' : (INR n + 1) * T = INR n * T + T) by ring. lra.
Qed.

Section Period.
Variables (t : pfun) (T : R) (r : relation).
Hypothesis T_pos : 0 < T.
(** The identity holds where both sides are defined. *)
Hypothesis periodic : forall x, dom t (x + T) -> dom t x -> value t (x + T) = value t x.

Lemma shifted (x : R) (k : nat) :
  (forall j, (j <= k)%nat -> dom t (x - INR j * T)) -> value t x = value t (x - INR k * T).
Proof.
  induction k as [|k IH]; intros H.
  - simpl. f_equal; ring.
  - rewrite IH; [|intros j Hj; apply H; lia].
    replace (x - INR k * T) with (x - INR (S k) * T + T) by (rewrite S_INR; ring).
    apply periodic; [|apply H; lia].
    replace (x - INR (S k) * T + T) with (x - INR k * T) by (rewrite S_INR; ring). apply H; lia.
Qed.

(** [period] on a half-line to the right; [open] is the kind of its end. *)
Theorem period_right (e : R) (open any : bool) :
  defined_on t (Span e p_infty open any) ->
  has_sign t r (Span e (e + T) open false) ->
  has_sign t r (Span e p_infty open any).
Proof.
  intros Hd Hs x Hx. split; [apply Hd, Hx|].
  destruct (Req_dec x e) as [->|Hne].
  { apply (Hs e). destruct Hx as [Hx _]. split; [exact Hx|simpl; lra]. }
  assert (Hex : e < x) by (destruct Hx as [Hx _]; simpl in Hx; destruct open; lra).
  destruct (shift_back e T x T_pos Hex) as [k [H1 H2]].
  rewrite (shifted x k).
  - apply (Hs (x - INR k * T)). split; simpl; [destruct open; lra|lra].
  - intros j Hj. apply Hd. split; [|exact I].
    assert (INR j * T <= INR k * T) by (apply Rmult_le_compat_r; [lra|apply le_INR, Hj]).
    simpl; destruct open; lra.
Qed.
End Period.

(** The mirror image of a partial function and of a span. *)
Definition mirror (t : pfun) : pfun := PFun (fun x => dom t (- x)) (fun x => value t (- x)).
Definition mirror_span (S : span) : span :=
  Span (Rbar_opp (upper S)) (Rbar_opp (lower S)) (upper_open S) (lower_open S).

Lemma mem_mirror S x : mem (mirror_span S) x <-> mem S (- x).
Proof.
  destruct S as [lo hi o o']; unfold mem, above, below; simpl.
  destruct lo, hi, o, o'; simpl; split; intros [H1 H2]; split; auto; lra.
Qed.

Lemma has_sign_mirror t r S : has_sign (mirror t) r (mirror_span S) -> has_sign t r S.
Proof.
  intros H x Hx. destruct (H (- x)) as [H1 H2].
  - apply mem_mirror. rewrite Ropp_involutive. exact Hx.
  - simpl in H1, H2. rewrite Ropp_involutive in H1, H2. split; assumption.
Qed.

(** [period] on a half-line to the left. *)
Theorem period_left (t : pfun) (T : R) (r : relation) (e : R) (open any : bool) :
  0 < T -> (forall x, dom t (x + T) -> dom t x -> value t (x + T) = value t x) ->
  defined_on t (Span m_infty e any open) ->
  has_sign t r (Span (e - T) e false open) ->
  has_sign t r (Span m_infty e any open).
Proof.
  intros HT Hp Hd Hs. apply has_sign_mirror. simpl.
  apply (period_right (mirror t) T r HT).
  - intros x D1 D2. simpl in *. rewrite <- (Hp (- (x + T))).
    + f_equal; ring.
    + replace (- (x + T) + T) with (- x) by ring. exact D2.
    + exact D1.
  - intros x [Hx _]. apply Hd. split; [exact I|]. simpl in *. destruct open; lra.
  - intros x [H1 H2]. apply (Hs (- x)). simpl in *. split; simpl; [lra|destruct open; lra].
Qed.

(** [period] on the whole line. *)
Theorem period_line (t : pfun) (T : R) (r : relation) (o o' : bool) :
  0 < T -> (forall x, dom t (x + T) -> dom t x -> value t (x + T) = value t x) ->
  defined_on t (Span m_infty p_infty o o') ->
  has_sign t r (Span 0 T false false) ->
  has_sign t r (Span m_infty p_infty o o').
Proof.
  intros HT Hp Hd Hs.
  assert (D : forall x, dom t x) by (intro x; apply Hd; split; exact I).
  assert (R0 : has_sign t r (Span 0 p_infty false true)).
  { apply (period_right t T r HT Hp); [intros x _; apply D|]. rewrite Rplus_0_l. exact Hs. }
  intros x _. split; [apply D|].
  destruct (Rle_lt_dec 0 x) as [H|H]; [apply (R0 x); split; [exact H|exact I]|].
  destruct (shift_back 0 T (- x + T)) as [k [H1 H2]]; [lra|lra|].
  assert (E : value t (x + INR k * T) = value t x).
  { rewrite (shifted t T Hp (x + INR k * T) k (fun j _ => D _)). f_equal; ring. }
  rewrite <- E. apply (R0 (x + INR k * T)). split; [simpl; lra|exact I].
Qed.

(** ** monotone-from-end *)

(** Fact 1, for one partial function: it is continuous on its domain, as a function on its domain. *)
Definition fact1 (t : pfun) : Prop :=
  forall x, dom t x -> filterlim (value t) (within (dom t) (locally x)) (locally (value t x)).

Definition has_slope (t dt : pfun) (S : span) : Prop :=
  forall x, mem S x -> is_derive (value t) x (value dt x).

(** The mean value theorem for a function that is continuous on a closed interval only as a function on it. *)
Lemma mvt_within (f df : R -> R) (u v : R) :
  u < v ->
  (forall x, u <= x <= v -> filterlim f (within (fun y => u <= y <= v) (locally x)) (locally (f x))) ->
  (forall x, u < x < v -> is_derive f x (df x)) ->
  exists c, u < c < v /\ f v - f u = df c * (v - u).
Proof.
  intros Huv Hc Hd.
  set (clamp := fun y => Rmax u (Rmin v y)).
  assert (C1 : forall y, u <= clamp y <= v).
  { intro y. unfold clamp, Rmax, Rmin. destruct (Rle_dec v y), (Rle_dec u _); lra. }
  assert (C2 : forall y, u <= y <= v -> clamp y = y).
  { intros y Hy. unfold clamp. rewrite Rmin_right by lra. apply Rmax_right; lra. }
  assert (C3 : forall y z, Rabs (clamp y - clamp z) <= Rabs (y - z)).
  { intros y z. unfold clamp, Rmax, Rmin.
    destruct (Rle_dec v y), (Rle_dec v z); repeat destruct (Rle_dec u _); unfold Rabs;
      repeat destruct (Rcase_abs _); lra. }
  assert (Hg : forall x, u <= x <= v -> continuity_pt (fun y => f (clamp y)) x).
  { intros x Hx. apply continuity_pt_filterlim. rewrite (C2 x Hx).
    apply (filterlim_comp _ _ _ clamp f _ (within (fun y => u <= y <= v) (locally x))); [|apply Hc, Hx].
    intros P [eps HP]. exists eps. intros y Hy.
    apply HP; [|apply C1].
    change (Rabs (clamp y - x) < eps). rewrite <- (C2 x Hx).
    apply Rle_lt_trans with (Rabs (y - x)); [apply C3|exact Hy]. }
  assert (Hdg : forall x, u < x < v -> is_derive (fun y => f (clamp y)) x (df x)).
  { intros x Hx. apply (is_derive_ext_loc f); [|apply Hd, Hx].
    assert (P : 0 < Rmin (x - u) (v - x)) by (apply Rmin_pos; lra).
    exists (mkposreal _ P). intros y Hy. symmetry; f_equal. apply C2.
    assert (K : Rabs (y - x) < Rmin (x - u) (v - x)) by exact Hy.
    assert (K1 := Rmin_l (x - u) (v - x)). assert (K2 := Rmin_r (x - u) (v - x)).
    apply Rabs_def2 in K. lra. }
  assert (pr1 : forall c, u < c < v -> derivable_pt (fun y => f (clamp y)) c).
  { intros c Hcc. exists (df c). apply is_derive_Reals, Hdg, Hcc. }
  assert (pr2 : forall c, u < c < v -> derivable_pt id c) by (intros; apply derivable_pt_id).
  destruct (MVT _ id u v pr1 pr2 Huv Hg) as [c [P E]].
  { intros; apply derivable_continuous_pt, derivable_pt_id. }
  exists c. split; [exact P|].
  assert (E1 : derive_pt _ c (pr1 c P) = df c) by (apply derive_pt_eq_0, is_derive_Reals, Hdg, P).
  assert (E2 : derive_pt id c (pr2 c P) = 1) by (apply derive_pt_eq_0, derivable_pt_lim_id).
  rewrite E1, E2 in E. unfold id in E. rewrite !C2 in E by lra. lra.
Qed.

(** The same inside the domain of a partial function that satisfies Fact 1. *)
Lemma mvt_dom (t dt : pfun) (u v : R) :
  fact1 t -> u < v -> (forall x, u <= x <= v -> dom t x) ->
  (forall x, u < x < v -> is_derive (value t) x (value dt x)) ->
  exists c, u < c < v /\ value t v - value t u = value dt c * (v - u).
Proof.
  intros H1 Huv Hdom Hd. apply (mvt_within (value t) (value dt)); [exact Huv| |exact Hd].
  intros x Hx P HP. specialize (H1 x (Hdom x Hx) P HP).
  destruct H1 as [eps He]. exists eps. intros y Hy Hyy. apply He; [exact Hy|apply Hdom, Hyy].
Qed.

Definition opposite (t : pfun) : pfun := PFun (dom t) (fun x => - value t x).

Lemma fact1_opposite t : fact1 t -> fact1 (opposite t).
Proof.
  intros H x Hx. apply (filterlim_comp _ _ _ (value t) Ropp _ (locally (value t x))); [apply H, Hx|].
  apply (filterlim_opp (value t x)).
Qed.

Lemma has_slope_opposite t dt S : has_slope t dt S -> has_slope (opposite t) (opposite dt) S.
Proof. intros H x Hx. apply (is_derive_opp (value t)), H, Hx. Qed.

Lemma holds_opp r v : holds r (- v) <-> holds (reversed r) v.
Proof. destruct r; simpl; lra. Qed.

Lemma has_sign_opposite t r S : has_sign (opposite t) r S <-> has_sign t (reversed r) S.
Proof.
  unfold has_sign; simpl; split; intros H x Hx; destruct (H x Hx) as [H1 H2]; (split; [exact H1|]);
    apply holds_opp; exact H2.
Qed.

Lemma fact1_mirror t : fact1 t -> fact1 (mirror t).
Proof.
  intros H x Hx P HP. destruct (H (- x) Hx P HP) as [eps He]. exists eps. intros y Hy Hyd.
  apply (He (- y)); [|exact Hyd].
  assert (K : Rabs (y - x) < eps) by exact Hy.
  change (Rabs (- y - - x) < eps). replace (- y - - x) with (- (y - x)) by ring. rewrite Rabs_Ropp. exact K.
Qed.

Lemma has_slope_mirror t dt S :
  has_slope t dt S -> has_slope (mirror t) (opposite (mirror dt)) (mirror_span S).
Proof.
  intros H x Hx. apply mem_mirror in Hx. specialize (H _ Hx). simpl.
  evar_last.
  - apply (is_derive_comp (value t) Ropp); [exact H|apply (is_derive_opp (fun y : R => y)), @is_derive_id].
  - unfold scal, opp, one; simpl; unfold mult; simpl; ring.
Qed.

(** A positive sign from the lower end. *)
Lemma monotone_from_lower_pos (t dt : pfun) (a : R) (hi : Rbar) (open open' : bool) (start slope r : relation) :
  let S := Span a hi open open' in
  fact1 t ->
  has_sign t start (at_point a) ->
  defined_on t S -> has_slope t dt (interior S) -> has_sign dt slope (interior S) ->
  positive r = true -> positive start = true -> positive slope = true ->
  (strict r = true -> strict start = true \/ (open = true /\ strict slope = true)) ->
  has_sign t r S.
Proof.
  intros S H1 Hs Hd Hsl Hds Pr Ps Pd Hst x Hx. split; [apply Hd, Hx|].
  destruct (Hs a) as [Da Va]; [unfold mem, at_point; simpl; lra|].
  assert (Hax : a <= x) by (destruct Hx as [Hx _]; simpl in Hx; destruct open; lra).
  destruct (Rle_lt_or_eq_dec _ _ Hax) as [Hlt|Heq].
  - assert (In : forall y, a < y < x -> mem (interior S) y).
    { intros y Hy. destruct Hx as [_ Hx]. simpl in Hx. split; simpl; [lra|].
      destruct hi; simpl in *; try tauto. destruct open'; lra. }
    destruct (mvt_dom t dt a x H1 Hlt) as [c [Hc E]].
    + intros y Hy. destruct (Req_dec y a) as [->|Hya]; [exact Da|].
      destruct (Req_dec y x) as [->|Hyx]; [apply Hd, Hx|].
      apply Hd, interior_mem, In. lra.
    + intros y Hy. apply Hsl, In, Hy.
    + destruct (Hds c (In c Hc)) as [_ Vc].
      assert (0 < x - a) by lra.
      destruct r, start, slope; simpl in *; try discriminate; try nra;
        exfalso; destruct (Hst eq_refl) as [K|[K1 K2]]; discriminate.
  - subst x. destruct Hx as [Hx _]. simpl in Hx. destruct open; [lra|].
    destruct r, start, slope; simpl in *; try discriminate; try lra;
      exfalso; destruct (Hst eq_refl) as [K|[K1 K2]]; discriminate.
Qed.

(** [monotone-from-end], lower end: value and slope have the direction of the goal. *)
Theorem monotone_from_lower (t dt : pfun) (a : R) (hi : Rbar) (open open' : bool) (start slope r : relation) :
  let S := Span a hi open open' in
  fact1 t ->
  has_sign t start (at_point a) ->
  defined_on t S -> has_slope t dt (interior S) -> has_sign dt slope (interior S) ->
  positive start = positive r -> positive slope = positive r ->
  (strict r = true -> strict start = true \/ (open = true /\ strict slope = true)) ->
  has_sign t r S.
Proof.
  intros S H1 Hs Hd Hsl Hds Es Ed Hst. destruct (positive r) eqn:Pr.
  - apply (monotone_from_lower_pos t dt a hi open open' start slope r); assumption.
  - assert (K : has_sign (opposite t) (reversed r) S).
    { apply (monotone_from_lower_pos (opposite t) (opposite dt) a hi open open' (reversed start) (reversed slope)
               (reversed r)).
      - apply fact1_opposite, H1.
      - apply has_sign_opposite. destruct start; exact Hs.
      - exact Hd.
      - apply has_slope_opposite, Hsl.
      - apply has_sign_opposite. destruct slope; exact Hds.
      - destruct r; simpl in *; congruence.
      - destruct start; simpl in *; congruence.
      - destruct slope; simpl in *; congruence.
      - intros E. destruct start, slope, r; simpl in *; try discriminate; auto. }
    apply (proj1 (has_sign_opposite _ _ _)) in K. destruct r; exact K.
Qed.

(** [monotone-from-end], upper end: the slope has the opposite direction. *)
Theorem monotone_from_upper (t dt : pfun) (lo : Rbar) (b : R) (open open' : bool) (start slope r : relation) :
  let S := Span lo b open open' in
  fact1 t ->
  has_sign t start (at_point b) ->
  defined_on t S -> has_slope t dt (interior S) -> has_sign dt slope (interior S) ->
  positive start = positive r -> positive slope = negb (positive r) ->
  (strict r = true -> strict start = true \/ (open' = true /\ strict slope = true)) ->
  has_sign t r S.
Proof.
  intros S H1 Hs Hd Hsl Hds Es Ed Hst. apply has_sign_mirror. unfold S, mirror_span; simpl.
  apply (monotone_from_lower (mirror t) (opposite (mirror dt)) (- b) (Rbar_opp lo) open' open start
           (reversed slope) r).
  - apply fact1_mirror, H1.
  - intros x [Hx1 Hx2]. simpl in *. apply (Hs (- x)). split; simpl; lra.
  - intros x Hx. apply (Hd (- x)). apply (mem_mirror S x). exact Hx.
  - apply (has_slope_mirror t dt (interior S) Hsl).
  - apply has_sign_opposite. intros x Hx. simpl.
    assert (Hx' : mem (mirror_span (interior S)) x) by exact Hx.
    apply mem_mirror in Hx'. destruct (Hds _ Hx') as [D V].
    split; [exact D|destruct slope; exact V].
  - exact Es.
  - destruct slope, r; simpl in *; congruence.
  - destruct slope, start, r; simpl in *; intuition discriminate.
Qed.
