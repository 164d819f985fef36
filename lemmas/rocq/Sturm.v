(** * Sturm's theorem

    Proves the lemma [sturm], part 1, the number of zeros in (a, b], for real coefficients. The parts about signs are in
    [PolynomialSigns]. *)

From Coq Require Import Reals Lra Lia List Classical_Prop.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs Polynomials.
Import ListNotations.
Open Scope R_scope.

(** ** Sturm chains *)

(** A list of polynomials in which each but the first two is the negative remainder of the two before it; it ends
    where the last divides the one before it, as a nonzero constant does. *)
Inductive remainders : list poly -> Prop :=
| remainders_end a b : (exists q, forall x, peval a x = peval q x * peval b x) -> remainders [a; b]
| remainders_step a b c l :
    (exists q, forall x, peval a x = peval q x * peval b x - peval c x) ->
    remainders (b :: c :: l) -> remainders (a :: b :: c :: l).

(** The chain of p begins with p and p'. *)
Definition sturm_chain (p : poly) (chain : list poly) : Prop :=
  exists d l, chain = p :: d :: l /\ (forall x, peval d x = peval (pderiv p) x) /\ remainders chain.

(** No multiple zero. Every polynomial that is prime to its derivative is so; see [square_free_prime]. *)
Definition square_free (p : poly) : Prop := forall x, ~ (peval p x = 0 /\ peval (pderiv p) x = 0).

Lemma square_free_prime (p u v : poly) :
  (forall x, peval u x * peval p x + peval v x * peval (pderiv p) x = 1) -> square_free p.
Proof. intros H x [E1 E2]. specialize (H x). rewrite E1, E2 in H. lra. Qed.

(** The number of sign changes, zeros dropped, in [s :: l]. *)
Fixpoint changes (s : R) (l : list R) : nat :=
  match l with
  | nil => 0
  | v :: l' => if Req_EM_T v 0 then changes s l' else (if Rlt_dec (s * v) 0 then 1 else 0) + changes v l'
  end.

(** V(e): at a point, or of the leading terms at an infinite end. *)
Definition variations (chain : list poly) (e : Rbar) : nat :=
  match e with
  | Finite x => changes 0 (map (fun p => peval p x) chain)
  | p_infty => changes 0 (map top chain)
  | m_infty => changes 0 (map bottom chain)
  end.

(** ** Signs only *)

Definition same_sign (v w : R) : Prop := (v = 0 /\ w = 0) \/ 0 < v * w.

Lemma changes_sign_ext l : forall m s s', same_sign s s' -> Forall2 same_sign l m -> changes s l = changes s' m.
Proof.
  induction l as [|v l IH]; intros m s s' Hs H; inversion H as [|? w ? m' Hvw Hl]; subst; simpl; [reflexivity|].
  destruct Hvw as [[-> ->]|Hvw].
  - destruct (Req_EM_T 0 0) as [_|n]; [|elim n; reflexivity]. apply IH; assumption.
  - destruct (Req_EM_T v 0) as [->|Hv]; [lra|]. destruct (Req_EM_T w 0) as [->|Hw]; [lra|].
    f_equal; [|apply IH; [right; exact Hvw|exact Hl]].
    destruct Hs as [[-> ->]|Hs].
    + destruct (Rlt_dec (0 * v) 0), (Rlt_dec (0 * w) 0); try reflexivity; lra.
    + destruct (Rlt_dec (s * v) 0), (Rlt_dec (s' * w) 0); try reflexivity; exfalso; nra.
Qed.

Lemma changes_start s l : s <> 0 -> changes 0 (s :: l) = changes s l.
Proof.
  intro H. simpl. destruct (Req_EM_T s 0); [contradiction|].
  destruct (Rlt_dec (0 * s) 0); [lra|reflexivity].
Qed.

(** ** Neighbours have no common zero *)

Lemma neighbours_step a b c x :
  (exists q, forall x, peval a x = peval q x * peval b x - peval c x) ->
  ~ (peval a x = 0 /\ peval b x = 0) -> ~ (peval b x = 0 /\ peval c x = 0).
Proof. intros [q E] H [Hb Hc]. apply H. split; [rewrite E, Hb, Hc; ring|exact Hb]. Qed.

(** Around a point c, seen from a point x so near that no member changes its sign unless it is 0 at c. *)
Section Local.
Variables c x : R.

Definition near (p : poly) : Prop := peval p c <> 0 -> 0 < peval p c * peval p x.

Lemma tail_stable : forall n l a, (length l <= n)%nat ->
  (l = nil \/ remainders (a :: l)) -> (forall p, In p (a :: l) -> near p) ->
  (forall b m, l = b :: m -> ~ (peval a c = 0 /\ peval b c = 0)) -> peval a c <> 0 ->
  changes (peval a c) (map (fun p => peval p c) l) = changes (peval a x) (map (fun p => peval p x) l).
Proof.
  induction n as [|n IH]; intros l a Hn Hr Hnear Hcommon Ha.
  { destruct l; [reflexivity|simpl in Hn; lia]. }
  destruct l as [|b l]; [reflexivity|].
  destruct Hr as [Hr|Hr]; [discriminate|].
  assert (Na : 0 < peval a c * peval a x) by (apply Hnear; [left; reflexivity|exact Ha]).
  simpl. destruct (Req_EM_T (peval b c) 0) as [Eb|Eb].
  - inversion Hr as [a' b' [q Eq]|a' b' d l' [q Eq] Hr']; subst.
    + elim Ha. rewrite Eq, Eb. ring.
    + assert (Ed : peval a c = - peval d c) by (rewrite Eq, Eb; ring).
      assert (Hd : peval d c <> 0) by lra.
      assert (Nd : 0 < peval d c * peval d x) by (apply Hnear; [right; right; left; reflexivity|exact Hd]).
      assert (T : changes (peval d c) (map (fun p => peval p c) l')
                = changes (peval d x) (map (fun p => peval p x) l')).
      { apply IH.
        - simpl in Hn. lia.
        - inversion Hr'; subst; [left; reflexivity|right; assumption].
        - intros p Hp. apply Hnear. right; right. exact Hp.
        - intros b0 m ->. inversion Hr' as [|? ? ? ? Hstep Hr'']; subst. apply (neighbours_step b d b0 c Hstep).
          intros [_ K]. contradiction.
        - exact Hd. }
      simpl. destruct (Req_EM_T (peval d c) 0) as [K|_]; [contradiction|].
      destruct (Rlt_dec (peval a c * peval d c) 0) as [_|K]; [|exfalso; apply K; rewrite Ed; nra].
      destruct (Req_EM_T (peval d x) 0) as [K|Hdx]; [rewrite K in Nd; lra|].
      rewrite T. rewrite Ed in Na.
      assert (Opp : peval a x * peval d x < 0).
      { destruct (Rdichotomy _ _ Hd); [assert (peval d x < 0) by nra|assert (0 < peval d x) by nra]; nra. }
      destruct (Req_EM_T (peval b x) 0) as [Ebx|Ebx].
      * destruct (Rlt_dec (peval a x * peval d x) 0); [reflexivity|contradiction].
      * destruct (Rlt_dec (peval a x * peval b x) 0), (Rlt_dec (peval b x * peval d x) 0);
          simpl; try reflexivity; exfalso.
        -- assert (0 < (peval a x * peval b x) * (peval b x * peval d x)) by nra. nra.
        -- destruct (Rdichotomy _ _ Ebx); destruct (Rlt_le_dec (peval a x) 0); nra.
  - assert (Nb : 0 < peval b c * peval b x) by (apply Hnear; [right; left; reflexivity|exact Eb]).
    destruct (Req_EM_T (peval b x) 0) as [K|_]; [rewrite K in Nb; lra|].
    f_equal.
    + assert (E : 0 < (peval a c * peval b c) * (peval a x * peval b x)) by nra.
      destruct (Rlt_dec (peval a c * peval b c) 0), (Rlt_dec (peval a x * peval b x) 0); try reflexivity;
        exfalso; nra.
    + apply IH.
      * simpl in Hn. lia.
      * inversion Hr; subst; [left; reflexivity|right; assumption].
      * intros p Hp. apply Hnear. right. exact Hp.
      * intros d m ->. intros [K _]. contradiction.
      * exact Eb.
Qed.
End Local.

(** Polynomials keep their signs near a point, where they are not 0. *)
Lemma near_all (l : list poly) (c : R) :
  exists e, 0 < e /\ forall x, Rabs (x - c) < e -> forall p, In p l -> near c x p.
Proof.
  induction l as [|p l [e [He H]]].
  - exists 1. split; [lra|]. intros x _ p [].
  - assert (K : exists e', 0 < e' /\ forall x, Rabs (x - c) < e' -> near c x p).
    { unfold near. destruct (Req_dec (peval p c) 0) as [E|E].
      - exists 1. split; [lra|]. intros x _ N. contradiction.
      - destruct (peval_continuous p c (Rabs (peval p c))) as [e' [He' K]]; [apply Rabs_pos_lt, E|].
        exists e'. split; [exact He'|]. intros x Hx _.
        destruct (Req_dec x c) as [->|Hne].
        { destruct (Rdichotomy _ _ E); nra. }
        assert (B : Rabs (peval p x - peval p c) < Rabs (peval p c)).
        { apply (K x). split; [split; [exact I|lra]|exact Hx]. }
        unfold Rabs in B. destruct (Rcase_abs (peval p x - peval p c)), (Rcase_abs (peval p c)); nra. }
    destruct K as [e' [He' K]]. exists (Rmin e e'). split; [apply Rmin_pos; assumption|].
    intros x Hx q [<-|Hq].
    + apply K. apply Rlt_le_trans with (1 := Hx), Rmin_r.
    + apply (H x); [|exact Hq]. apply Rlt_le_trans with (1 := Hx), Rmin_l.
Qed.

(** ** From local to global *)

(** An additive relation between points that holds locally, to the left and to the right, holds globally. *)
Lemma additive_intervals (Q : R -> R -> Prop) :
  (forall a b c, a < b -> b < c -> Q a b -> Q b c -> Q a c) ->
  (forall c, exists e, 0 < e /\ (forall x, c - e < x < c -> Q x c) /\ (forall x, c < x < c + e -> Q c x)) ->
  forall a b, a < b -> Q a b.
Proof.
  intros Tr Loc a b Hab. apply NNPP. intro N.
  set (E := fun x => a < x <= b /\ Q a x).
  destruct (Loc a) as [e0 [He0 [_ L0]]].
  set (x0 := Rmin b (a + e0 / 2)).
  assert (X0 : a < x0 <= b) by (unfold x0, Rmin; destruct (Rle_dec b (a + e0 / 2)); lra).
  assert (E0 : E x0).
  { split; [exact X0|]. apply L0. assert (x0 <= a + e0 / 2) by apply Rmin_r. lra. }
  destruct (completeness E) as [m [Ub Least]].
  { exists b. intros x [[_ H] _]. exact H. }
  { exists x0. exact E0. }
  assert (Ham : a < m) by (generalize (Ub x0 E0); lra).
  assert (Hmb : m <= b) by (apply Least; intros x [[_ H] _]; exact H).
  destruct (Loc m) as [e [He [Ll Lr]]].
  assert (Qm : Q a m).
  { apply NNPP. intro Nm. assert (m <= Rmax a (m - e)).
    { apply Least. intros x [Hx Qx]. apply Rnot_lt_le. intro Hlt. apply Nm.
      assert (x <= m) by (apply Ub; split; assumption).
      destruct (Req_dec x m) as [->|Hne]; [exact Qx|].
      apply (Tr a x m); [lra|lra|exact Qx|]. apply Ll. generalize (Rmax_r a (m - e)); lra. }
    assert (Rmax a (m - e) < m) by (apply Rmax_lub_lt; lra). lra. }
  destruct (Req_dec m b) as [Emb|Hne]; [apply N; rewrite <- Emb; exact Qm|].
  set (y := Rmin b (m + e / 2)).
  assert (Y : m < y <= b) by (unfold y, Rmin; destruct (Rle_dec b (m + e / 2)); lra).
  assert (y <= m); [|lra]. apply Ub. split; [lra|].
  apply (Tr a m y); [lra|lra|exact Qm|]. apply Lr.
  assert (y <= m + e / 2) by apply Rmin_r. lra.
Qed.

Lemma NoDup_app_intro (l m : list R) : NoDup l -> NoDup m -> (forall x, In x l -> In x m -> False) -> NoDup (l ++ m).
Proof.
  intros Hl Hm H. induction Hl as [|x l Hx Hl IH]; simpl; [exact Hm|]. constructor.
  - rewrite in_app_iff. intros [K|K]; [contradiction|]. apply (H x); [left; reflexivity|exact K].
  - apply IH. intros y Hy. apply H. right. exact Hy.
Qed.

(** ** The theorem *)

Definition zeros_in (p : poly) (a b : R) (zs : list R) : Prop :=
  NoDup zs /\ forall x, In x zs <-> a < x <= b /\ peval p x = 0.

Section Chain.
Variables (p : poly) (chain : list poly).
Hypothesis is_chain : sturm_chain p chain.
Hypothesis free : square_free p.

Lemma local_count (c : R) :
  exists e, 0 < e /\
    (forall x, c - e < x < c -> peval p x <> 0 /\
       variations chain x = ((if Req_EM_T (peval p c) 0 then 1 else 0) + variations chain c)%nat) /\
    (forall x, c < x < c + e -> peval p x <> 0 /\ variations chain c = variations chain x).
Proof.
  destruct is_chain as [d [l [Echain [Ed Hr]]]].
  destruct (near_all (pderiv p :: chain) c) as [e [He Hn]].
  exists e. split; [exact He|].
  assert (Key : forall x, Rabs (x - c) < e -> x <> c ->
    peval p x <> 0 /\ variations chain x =
      ((if Req_EM_T (peval p c) 0 then (if Rlt_dec x c then 1 else 0) else 0) + variations chain c)%nat).
  { intros x Hx Hxc. assert (Hnx := Hn x Hx). unfold variations. subst chain.
    destruct (Req_EM_T (peval p c) 0) as [Ep|Ep].
    - assert (Hd' : peval (pderiv p) c <> 0) by (intro K; apply (free c); split; assumption).
      assert (Hd : peval d c <> 0) by (rewrite Ed; exact Hd').
      assert (Nd := Hnx d ltac:(right; right; left; reflexivity) Hd).
      assert (Tail : changes (peval d c) (map (fun p => peval p c) l)
                     = changes (peval d x) (map (fun p => peval p x) l)).
      { apply (tail_stable c x (length l)).
        - lia.
        - inversion Hr; subst; [left; reflexivity|right; assumption].
        - intros q Hq. apply Hnx. right; right. exact Hq.
        - intros b m -> [K _]. contradiction.
        - exact Hd. }
      assert (M : exists y, Rabs (y - c) < e /\ peval p x = peval d y * (x - c)).
      { destruct (MVT_gen (peval p) c x (peval (pderiv p))) as [y [Hy E]].
        - intros; apply pderiv_correct.
        - intros; apply peval_continuous.
        - exists y. rewrite Ep, Rminus_0_r in E. rewrite Ed. split; [|exact E].
          apply Rabs_def2 in Hx. apply Rabs_def1; revert Hy; unfold Rmin, Rmax; destruct (Rle_dec c x); lra. }
      destruct M as [y [Hy E]].
      assert (Ny := Hn y Hy d ltac:(right; right; left; reflexivity) Hd).
      assert (Nxy : 0 < peval d y * peval d x).
      { assert (0 < (peval d c * peval d y) * (peval d c * peval d x)) by nra.
        assert (0 < peval d c * peval d c) by (destruct (Rdichotomy _ _ Hd); nra). nra. }
      assert (Hpx : peval p x <> 0).
      { rewrite E. apply Rmult_integral_contrapositive; split; [intro K; rewrite K in Nxy; lra|lra]. }
      split; [exact Hpx|].
      change (map (fun p0 => peval p0 x) (p :: d :: l))
        with (peval p x :: peval d x :: map (fun p0 => peval p0 x) l).
      change (map (fun p0 => peval p0 c) (p :: d :: l))
        with (peval p c :: peval d c :: map (fun p0 => peval p0 c) l).
      rewrite changes_start by exact Hpx. rewrite Ep. cbn [changes].
      destruct (Req_EM_T 0 0) as [_|K]; [|elim K; reflexivity].
      destruct (Req_EM_T (peval d c) 0) as [K|_]; [contradiction|].
      destruct (Req_EM_T (peval d x) 0) as [K|_]; [rewrite K in Nd; lra|].
      destruct (Rlt_dec (0 * peval d c) 0) as [K|_]; [lra|].
      rewrite Tail. rewrite E.
      destruct (Rlt_dec x c) as [L|L], (Rlt_dec (peval d y * (x - c) * peval d x) 0) as [L'|L'];
        try reflexivity; exfalso; [apply L'|]; nra.
    - assert (Np := Hnx p ltac:(right; left; reflexivity) Ep).
      assert (Hpx : peval p x <> 0) by (intro K; rewrite K in Np; lra).
      split; [exact Hpx|]. cbn [map]. rewrite !changes_start by assumption.
      change (changes (peval p x) (map (fun p0 => peval p0 x) (d :: l))
              = changes (peval p c) (map (fun p0 => peval p0 c) (d :: l))).
      symmetry. apply (tail_stable c x (length (d :: l))).
      + lia.
      + right. exact Hr.
      + intros q Hq. apply Hnx. right. exact Hq.
      + intros b m Eb [K _]. contradiction.
      + exact Ep. }
  split.
  - intros x Hx. destruct (Key x) as [K1 K2]; [rewrite Rabs_left; lra|lra|]. split; [exact K1|].
    rewrite K2. destruct (Rlt_dec x c); [reflexivity|lra].
  - intros x Hx. destruct (Key x) as [K1 K2]; [rewrite Rabs_pos_eq; lra|lra|]. split; [exact K1|].
    rewrite K2. destruct (Rlt_dec x c); [lra|]. destruct (Req_EM_T (peval p c) 0); reflexivity.
Qed.

(** [sturm], part 1, for finite ends: the zeros in (a, b] are V(a) - V(b) many. *)
Theorem sturm_finite (a b : R) : a < b ->
  exists zs, zeros_in p a b zs /\ variations chain a = (length zs + variations chain b)%nat.
Proof.
  apply (additive_intervals (fun a b =>
    exists zs, zeros_in p a b zs /\ variations chain a = (length zs + variations chain b)%nat)).
  - clear a b. intros a b c Hab Hbc [z1 [[N1 I1] E1]] [z2 [[N2 I2] E2]].
    exists (z1 ++ z2). split; [split|].
    + apply NoDup_app_intro; [exact N1|exact N2|].
      intros x H1 H2. apply I1 in H1. apply I2 in H2. lra.
    + intro x. rewrite in_app_iff, I1, I2. destruct (Rle_lt_dec x b); intuition lra.
    + rewrite app_length. lia.
  - clear a b. intro c. destruct (local_count c) as [e [He [L R0]]]. exists e. split; [exact He|split].
    + intros x Hx. destruct (L x Hx) as [_ E].
      assert (NZ : forall y, x < y -> y < c -> peval p y <> 0) by (intros y H1 H2; apply (L y); lra).
      destruct (Req_EM_T (peval p c) 0) as [Ec|Ec].
      * exists [c]. split; [split|exact E].
        -- constructor; [intros []|constructor].
        -- intro y. simpl. split.
           ++ intros [<-|[]]. split; [lra|exact Ec].
           ++ intros [[H1 H2] H3]. left. destruct (Req_dec y c) as [->|Hne]; [reflexivity|].
              elim (NZ y); [exact H1|lra|exact H3].
      * exists []. split; [split; [constructor|]|exact E].
        intro y. simpl. split; [intros []|]. intros [[H1 H2] H3].
        destruct (Req_dec y c) as [->|Hne]; [contradiction|]. elim (NZ y); [exact H1|lra|exact H3].
    + intros x Hx. destruct (R0 x Hx) as [_ E]. exists []. split; [split; [constructor|]|exact E].
      intro y. simpl. split; [intros []|]. intros [[H1 H2] H3]. elim (proj1 (R0 y ltac:(lra))). exact H3.
Qed.
End Chain.

(** ** Infinite ends *)

Lemma far_right (l : list poly) :
  exists M, forall x, M <= x -> Forall2 same_sign (map top l) (map (fun p => peval p x) l).
Proof.
  induction l as [|p l [M H]]; [exists 0; intros; constructor|].
  destruct (Req_dec (top p) 0) as [E|E].
  - exists M. intros x Hx. constructor; [|apply H, Hx]. left. split; [exact E|apply top_zero, E].
  - destruct (top_sign p E) as [M' [d [_ H']]]. exists (Rmax M M'). intros x Hx.
    assert (B1 := Rmax_l M M'). assert (B2 := Rmax_r M M').
    constructor; [right; apply H'; lra|apply H; lra].
Qed.

Lemma far_left (l : list poly) :
  exists M, forall x, x <= M -> Forall2 same_sign (map bottom l) (map (fun p => peval p x) l).
Proof.
  destruct (far_right (map reflect l)) as [M H]. exists (- M). intros x Hx. specialize (H (- x) ltac:(lra)).
  rewrite !map_map in H.
  replace (map (fun p => peval p x) l) with (map (fun p => peval (reflect p) (- x)) l); [exact H|].
  apply map_ext. intro p. rewrite reflect_eval, Ropp_involutive. reflexivity.
Qed.

Lemma square_free_top p : square_free p -> top p <> 0 /\ bottom p <> 0.
Proof.
  intro H.
  assert (K : ~ (forall x, peval p x = 0)).
  { intro Z. apply (H 0). split; [apply Z|].
    assert (D := pderiv_correct p 0). apply is_derive_unique in D. rewrite <- D.
    rewrite (Derive_ext (peval p) (fun _ => 0)) by exact Z. apply Derive_const. }
  split; intro E; apply K.
  - apply top_zero, E.
  - intro x. rewrite <- (Ropp_involutive x), <- reflect_eval. apply top_zero, E.
Qed.

(** [sturm], part 1: the zeros in (a, b], each end finite or infinite, are V(a) - V(b) many. *)
Theorem sturm (p : poly) (chain : list poly) (a b : Rbar) :
  sturm_chain p chain -> square_free p -> Rbar_lt a b ->
  exists zs : list R, NoDup zs /\ (forall x : R, In x zs <-> Rbar_lt a x /\ Rbar_le x b /\ peval p x = 0) /\
    variations chain a = (length zs + variations chain b)%nat.
Proof.
  intros Hc Hf Hab. destruct (square_free_top p Hf) as [Top Bot].
  destruct (far_right [p]) as [M1 F1]. destruct (far_right chain) as [M2 F2].
  destruct (far_left [p]) as [M3 F3]. destruct (far_left chain) as [M4 F4].
  assert (Z1 : forall x, M1 <= x -> peval p x <> 0).
  { intros x Hx E. specialize (F1 x Hx). inversion F1 as [|? ? ? ? [[K _]|K] _]; subst; [contradiction|].
    rewrite E in K. lra. }
  assert (Z3 : forall x, x <= M3 -> peval p x <> 0).
  { intros x Hx E. specialize (F3 x Hx). inversion F3 as [|? ? ? ? [[K _]|K] _]; subst; [contradiction|].
    rewrite E in K. lra. }
  (* finite stand-ins for the ends *)
  set (low := match a with Finite r => r
              | _ => Rmin (Rmin M3 M4) (match b with Finite r => r - 1 | _ => Rmin 0 (Rmin M1 M2) - 1 end) end).
  set (high := match b with Finite r => r
               | _ => Rmax (Rmax M1 M2) (match a with Finite r => r + 1 | _ => 0 end) end).
  assert (Hlh : low < high).
  { unfold low, high. destruct a as [a| |], b as [b| |]; simpl in Hab; try contradiction; try exact Hab.
    - generalize (Rmax_r (Rmax M1 M2) (a + 1)); lra.
    - generalize (Rmin_r (Rmin M3 M4) (b - 1)); lra.
    - assert (K1 := Rmin_r (Rmin M3 M4) (Rmin 0 (Rmin M1 M2) - 1)). assert (K2 := Rmin_l 0 (Rmin M1 M2)).
      assert (K3 := Rmax_r (Rmax M1 M2) 0). lra. }
  assert (Low : (forall x : R, peval p x = 0 -> (Rbar_lt a x <-> low < x)) /\ variations chain a = variations chain low).
  { unfold low. destruct a as [a| |]; simpl in Hab; try contradiction.
    - split; [intros; simpl; tauto|reflexivity].
    - set (w := match b with Finite r => r - 1 | _ => _ end). clearbody w.
      assert (K1 := Rmin_l (Rmin M3 M4) w). assert (K2 := Rmin_l M3 M4). assert (K3 := Rmin_r M3 M4).
      split.
      + intros x Hx. simpl. split; [intros _|tauto]. apply Rnot_le_lt. intro K. apply (Z3 x); [lra|exact Hx].
      + simpl. apply changes_sign_ext; [left; split; reflexivity|]. apply F4. lra. }
  assert (High : (forall x : R, peval p x = 0 -> (Rbar_le x b <-> x <= high)) /\ variations chain b = variations chain high).
  { unfold high. destruct b as [b| |]; [| |destruct a; simpl in Hab; contradiction].
    - split; [intros; simpl; tauto|reflexivity].
    - set (w := match a with Finite r => r + 1 | _ => _ end). clearbody w.
      assert (K1 := Rmax_l (Rmax M1 M2) w). assert (K2 := Rmax_l M1 M2). assert (K3 := Rmax_r M1 M2).
      split.
      + intros x Hx. simpl. split; [intros _|tauto]. apply Rnot_lt_le. intro K. apply (Z1 x); [lra|exact Hx].
      + simpl. apply changes_sign_ext; [left; split; reflexivity|]. apply F2. lra. }
  destruct Low as [L1 L2], High as [H1 H2].
  destruct (sturm_finite p chain Hc Hf low high Hlh) as [zs [[N I0] E]].
  exists zs. split; [exact N|]. split.
  - intro x. rewrite I0. split.
    + intros [[K1 K2] K3]. split; [apply L1; assumption|]. split; [apply H1; assumption|exact K3].
    + intros [K1 [K2 K3]]. split; [|exact K3]. split; [apply L1|apply H1]; assumption.
  - rewrite L2, H2. exact E.
Qed.
