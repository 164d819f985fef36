(** * Signs of polynomials

    Proves the lemma [sturm], parts 2 (strict signs) and 3 (weak signs). *)

From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs Polynomials Sturm.
Import ListNotations.
Open Scope R_scope.

(** ** The square-free part *)

(** Functions that are continuous at c and equal elsewhere are equal at c. *)
Lemma equal_at (f g : R -> R) (c : R) :
  continuity_pt f c -> continuity_pt g c -> (forall x, x <> c -> f x = g x) -> f c = g c.
Proof.
  intros Hf Hg E. apply Rminus_diag_uniq. apply Rabs_eq_0, Rle_antisym; [|apply Rabs_pos].
  apply le_epsilon. intros eps He. rewrite Rplus_0_l.
  destruct (continuity_pt_minus f g c Hf Hg eps He) as [d [Hd K]].
  assert (B : Rabs ((f - g)%F (c + d / 2) - (f - g)%F c) < eps).
  { apply (K (c + d / 2)). split; [split; [exact I|lra]|].
    simpl. unfold R_dist. replace (c + d / 2 - c) with (d / 2) by ring. rewrite Rabs_pos_eq; lra. }
  unfold minus_fct in B. rewrite (E (c + d / 2)) in B by lra.
  replace (g (c + d / 2) - g (c + d / 2) - (f c - g c)) with (- (f c - g c)) in B by ring.
  rewrite Rabs_Ropp in B. lra.
Qed.

(** Comparing orders of vanishing. *)
Lemma order_le (f w : R -> R) (c : R) (m n : nat) :
  continuity_pt f c -> continuity_pt w c -> f c <> 0 ->
  (forall x, (x - c) ^ m * f x = (x - c) ^ n * w x) -> (n <= m)%nat.
Proof.
  intros Hf Hw Hc E. destruct (Nat.le_gt_cases n m) as [H|H]; [exact H|exfalso]. apply Hc.
  rewrite (equal_at f (fun x => (x - c) ^ (n - m) * w x) c).
  - rewrite Rminus_eq_0, pow_ne_zero by lia. ring.
  - exact Hf.
  - apply (continuity_pt_mult (fun x => (x - c) ^ (n - m)) w); [|exact Hw].
    apply derivable_continuous_pt. apply ex_derive_Reals_0. auto_derive. exact I.
  - intros x Hx. assert (K : (x - c) ^ m <> 0) by (apply pow_nonzero; lra).
    apply (Rmult_eq_reg_l ((x - c) ^ m)); [|exact K]. rewrite E, <- Rmult_assoc, <- pow_add.
    replace (m + (n - m))%nat with n by lia. reflexivity.
Qed.

(** A greatest common divisor, with Bezout's identity. *)
Definition is_gcd (g a b : poly) : Prop :=
  (exists q, forall x, peval a x = peval q x * peval g x) /\
  (exists q, forall x, peval b x = peval q x * peval g x) /\
  (exists u v, forall x, peval g x = peval u x * peval a x + peval v x * peval b x).

(** s = p / gcd(p, p'). *)
Definition square_free_part (p s : poly) : Prop :=
  exists g, is_gcd g p (pderiv p) /\ forall x, peval p x = peval s x * peval g x.

Definition nonzero (p : poly) : Prop := exists x, peval p x <> 0.

(** The square-free part has the zeros of the polynomial, all simple. *)
Lemma square_free_part_zero (p s : poly) :
  nonzero p -> square_free_part p s ->
  square_free s /\ forall c, peval p c = 0 <-> peval s c = 0.
Proof.
  intros [x0 Hx0] [g [[_ [[h Eh] [u [v Eb]]]] Es]].
  assert (Main : forall c, (peval p c <> 0 /\ peval s c <> 0) \/
    (peval p c = 0 /\ peval s c = 0 /\ peval (pderiv s) c <> 0)).
  { intro c.
    destruct (multiplicity c (length p) p (le_n _) (ex_intro _ x0 Hx0)) as [m [q [Hq Ep]]].
    assert (Hs0 : peval s x0 <> 0) by (intro K; apply Hx0; rewrite Es, K; ring).
    assert (Hg0 : peval g x0 <> 0) by (intro K; apply Hx0; rewrite Es, K; ring).
    destruct (multiplicity c (length s) s (le_n _) (ex_intro _ x0 Hs0)) as [j [s1 [Hs1 Ej]]].
    destruct (multiplicity c (length g) g (le_n _) (ex_intro _ x0 Hg0)) as [k [g1 [Hg1 Ek]]].
    assert (E1 : forall x, (x - c) ^ m * peval q x = (x - c) ^ (j + k) * (peval s1 x * peval g1 x)).
    { intro x. rewrite <- Ep, Es, Ej, Ek, pow_add. ring. }
    assert (C : forall l, continuity_pt (peval l) c) by (intro; apply peval_continuous).
    assert (C2 : forall l l', continuity_pt (fun x => peval l x * peval l' x) c)
      by (intros; apply (continuity_pt_mult (peval l) (peval l')); apply C).
    assert (L1 : (j + k <= m)%nat).
    { apply (order_le (peval q) (fun x => peval s1 x * peval g1 x) c); [apply C|apply C2|exact Hq|exact E1]. }
    assert (L2 : (m <= j + k)%nat).
    { apply (order_le (fun x => peval s1 x * peval g1 x) (peval q) c); [apply C2|apply C| |].
      - apply Rmult_integral_contrapositive; split; assumption.
      - intro x; symmetry; apply E1. }
    destruct m as [|m].
    - left. assert (j = 0)%nat by lia. subst j. rewrite Ep, Ej. simpl. rewrite !Rmult_1_l. split; assumption.
    - right.
      set (w := fun x => INR (S m) * peval q x + (x - c) * peval (pderiv q) x).
      assert (Dp : forall x, peval (pderiv p) x = (x - c) ^ m * w x).
      { intro x. assert (D := pderiv_correct p x). apply is_derive_unique in D. rewrite <- D.
        apply is_derive_unique. apply (is_derive_ext (fun y => (y - c) ^ S m * peval q y)).
        { intro y. symmetry; apply Ep. }
        evar_last.
        - apply (is_derive_mult (fun y => (y - c) ^ S m) (peval q) x (INR (S m) * (x - c) ^ m));
            [|apply pderiv_correct|apply Rmult_comm].
          auto_derive; [exact I|]. change (1 * (INR (S m) * (x - c) ^ m) = INR (S m) * (x - c) ^ m). ring.
        - unfold w. change (INR (S m) * (x - c) ^ m * peval q x + (x - c) ^ S m * peval (pderiv q) x =
            (x - c) ^ m * (INR (S m) * peval q x + (x - c) * peval (pderiv q) x)).
          rewrite <- tech_pow_Rmult. ring. }
      assert (Cw : continuity_pt w c).
      { unfold w. apply (continuity_pt_plus (fun x => INR (S m) * peval q x) (fun x => (x - c) * peval (pderiv q) x)).
        - apply (continuity_pt_scal (peval q)), C.
        - apply (continuity_pt_mult (fun x => x - c) (peval (pderiv q))); [|apply C].
          apply derivable_continuous_pt, ex_derive_Reals_0. auto_derive. exact I. }
      assert (Wc : w c <> 0).
      { unfold w. rewrite Rminus_eq_0, Rmult_0_l, Rplus_0_r.
        apply Rmult_integral_contrapositive; split; [apply not_0_INR; lia|exact Hq]. }
      assert (L3 : (k <= m)%nat).
      { apply (order_le w (fun x => peval h x * peval g1 x) c); [exact Cw|apply C2|exact Wc|].
        intro x. rewrite <- Dp, Eh, Ek. ring. }
      assert (L4 : (m <= k)%nat).
      { apply (order_le (peval g1) (fun x => peval u x * ((x - c) * peval q x) + peval v x * w x) c).
        - apply C.
        - apply (continuity_pt_plus (fun x => peval u x * ((x - c) * peval q x)) (fun x => peval v x * w x)).
          + apply (continuity_pt_mult (peval u) (fun x => (x - c) * peval q x)); [apply C|].
            apply (continuity_pt_mult (fun x => x - c) (peval q)); [|apply C].
            apply derivable_continuous_pt, ex_derive_Reals_0. auto_derive. exact I.
          + apply (continuity_pt_mult (peval v) w); [apply C|exact Cw].
        - exact Hg1.
        - intro x. rewrite <- Ek, Eb, Ep, Dp. simpl. ring. }
      assert (j = 1)%nat by lia. subst j.
      split; [rewrite Ep, Rminus_eq_0; simpl; ring|]. split; [rewrite Ej, Rminus_eq_0; simpl; ring|].
      assert (D := pderiv_correct s c). apply is_derive_unique in D. rewrite <- D.
      replace (Derive (peval s) c) with (peval s1 c); [exact Hs1|].
      symmetry. apply is_derive_unique. apply (is_derive_ext (fun y => (y - c) * peval s1 y)).
      { intro y. rewrite Ej. simpl. ring. }
      evar_last.
      + apply (is_derive_mult (fun y => y - c) (peval s1) c 1); [|apply pderiv_correct|apply Rmult_comm].
        auto_derive; [exact I|ring].
      + unfold plus, mult; simpl. ring. }
  split.
  - intros c [K1 K2]. destruct (Main c) as [[_ H]|[_ [_ H]]]; contradiction.
  - intro c. destruct (Main c) as [[H1 H2]|[H1 [H2 _]]]; tauto.
Qed.

(** ** The test of the checker: no zero inside *)

Definition zero_at (s : poly) (e : Rbar) : nat :=
  match e with Finite b => if Req_EM_T (peval s b) 0 then 1 else 0 | _ => 0 end.

(** The count on (a, b], less one if b is a zero, is 0; a constant has no zeros. *)
Definition no_zero_counted (s : poly) (chain : list poly) (a b : Rbar) : Prop :=
  (exists d, d <> 0 /\ forall x, peval s x = d) \/
  (sturm_chain s chain /\ variations chain a = (zero_at s b + variations chain b)%nat).

Lemma no_zero_inside (p s : poly) (chain : list poly) (a b : Rbar) :
  nonzero p -> square_free_part p s -> Rbar_lt a b -> no_zero_counted s chain a b ->
  forall x : R, Rbar_lt a x -> Rbar_lt x b -> peval p x <> 0.
Proof.
  intros Hp Hs Hab H x Ha Hb Ex. destruct (square_free_part_zero p s Hp Hs) as [Free Z].
  apply Z in Ex. destruct H as [[d [Hd E]]|[Hc E]]; [rewrite E in Ex; contradiction|].
  destruct (sturm s chain a b Hc Free Hab) as [zs [N [I0 E']]].
  assert (Ix : In x zs) by (apply I0; split; [exact Ha|split; [apply Rbar_lt_le, Hb|exact Ex]]).
  assert (Len : length zs = zero_at s b) by lia.
  unfold zero_at in Len. destruct b as [b| |]; [|destruct zs; [destruct Ix|discriminate]..].
  destruct (Req_EM_T (peval s b) 0) as [Eb|Eb]; [|destruct zs; [destruct Ix|discriminate]].
  assert (Ib : In b zs).
  { apply I0. split; [exact Hab|split; [apply Rle_refl|exact Eb]]. }
  simpl in Hb. destruct zs as [|z [|z' zs]]; simpl in *; try discriminate; try tauto.
  destruct Ix as [<-|[]], Ib as [->|[]]. lra.
Qed.

Lemma no_zero_inside_converse (p s : poly) (chain : list poly) (a b : Rbar) :
  nonzero p -> square_free_part p s -> Rbar_lt a b -> sturm_chain s chain ->
  (forall x : R, Rbar_lt a x -> Rbar_lt x b -> peval p x <> 0) -> no_zero_counted s chain a b.
Proof.
  intros Hp Hs Hab Hc H. right. split; [exact Hc|].
  destruct (square_free_part_zero p s Hp Hs) as [Free Z].
  destruct (sturm s chain a b Hc Free Hab) as [zs [N [I0 E]]]. rewrite E. f_equal.
  assert (Only : forall x, In x zs -> Finite x = b).
  { intros x Hx. apply I0 in Hx. destruct Hx as [H1 [H2 H3]]. apply Z in H3.
    destruct (Rbar_le_lt_or_eq_dec _ _ H2) as [L|L]; [|exact L]. elim (H x H1 L H3). }
  unfold zero_at. destruct b as [b| |].
  - destruct (Req_EM_T (peval s b) 0) as [Eb|Eb].
    + assert (Ib : In b zs) by (apply I0; split; [exact Hab|split; [apply Rle_refl|exact Eb]]).
      destruct zs as [|z [|z' zs]]; [destruct Ib|reflexivity|exfalso].
      assert (E1 := Only z (or_introl eq_refl)). assert (E2 := Only z' (or_intror (or_introl eq_refl))).
      inversion N as [|? ? K _]; subst. apply K. left. congruence.
    + destruct zs as [|z zs]; [reflexivity|exfalso]. assert (E1 := Only z (or_introl eq_refl)).
      injection E1 as ->. apply Eb. apply (I0 b). left; reflexivity.
  - destruct zs as [|z zs]; [reflexivity|]. discriminate (Only z (or_introl eq_refl)).
  - destruct zs as [|z zs]; [reflexivity|]. discriminate (Only z (or_introl eq_refl)).
Qed.

(** ** Signs *)

Lemma interior_iff (S : span) (x : R) : mem (interior S) x <-> Rbar_lt (lower S) x /\ Rbar_lt x (upper S).
Proof. destruct S as [[lo| |] [hi| |] o o']; unfold mem; simpl; tauto. Qed.

Lemma same_sign_inside (p : poly) (a b : Rbar) (x y : R) :
  (forall z : R, Rbar_lt a z -> Rbar_lt z b -> peval p z <> 0) ->
  Rbar_lt a x -> Rbar_lt x b -> Rbar_lt a y -> Rbar_lt y b -> 0 < peval p x * peval p y.
Proof.
  intros H Hx1 Hx2 Hy1 Hy2.
  assert (Px := H x Hx1 Hx2). assert (Py := H y Hy1 Hy2).
  destruct (Rlt_le_dec 0 (peval p x * peval p y)) as [L|L]; [exact L|exfalso].
  assert (L' : peval p x * peval p y < 0).
  { destruct L as [L|L]; [exact L|]. apply Rmult_integral in L. tauto. }
  destruct (Rtotal_order x y) as [Hxy|[->|Hxy]].
  - destruct (sign_change_zero p x y Hxy L') as [c [Hc Ec]]. apply (H c); [| |exact Ec].
    + apply (Rbar_lt_trans a x c); [exact Hx1|exact (proj1 Hc)].
    + apply (Rbar_lt_trans c y b); [exact (proj2 Hc)|exact Hy2].
  - nra.
  - rewrite Rmult_comm in L'. destruct (sign_change_zero p y x Hxy L') as [c [Hc Ec]]. apply (H c); [| |exact Ec].
    + apply (Rbar_lt_trans a y c); [exact Hy1|exact (proj1 Hc)].
    + apply (Rbar_lt_trans c x b); [exact (proj2 Hc)|exact Hx2].
Qed.

(** The polynomial is not 0 at an end that belongs to the span. *)
Definition nonzero_ends (p : poly) (S : span) : Prop :=
  (forall a, lower S = Finite a -> lower_open S = false -> peval p a <> 0) /\
  (forall b, upper S = Finite b -> upper_open S = false -> peval p b <> 0).

(** At some inner point the polynomial has the sign. *)
Definition sample (p : poly) (S : span) (r : relation) : Prop :=
  exists x, mem (interior S) x /\ holds (relation_of (positive r) true) (peval p x).

Lemma mem_cases (S : span) (x : R) : mem S x -> mem (interior S) x \/
  (lower S = Finite x /\ lower_open S = false) \/ (upper S = Finite x /\ upper_open S = false).
Proof.
  destruct S as [lo hi o o']. unfold mem; simpl. intros [H1 H2].
  destruct lo as [lo| |], hi as [hi| |]; simpl in *; try tauto;
    try destruct o; try destruct o'; simpl in *; try tauto;
    try (destruct H1 as [H1|<-]); try (destruct H2 as [H2| ->]); tauto.
Qed.

(** From no zeros inside and one sample, the weak sign on the span. *)
Lemma weak_from_inside (p : poly) (S : span) (r : relation) :
  (forall x : R, Rbar_lt (lower S) x -> Rbar_lt x (upper S) -> peval p x <> 0) -> sample p S r ->
  (forall x, mem (interior S) x -> holds (relation_of (positive r) true) (peval p x)) /\
  (forall x, mem S x -> holds (relation_of (positive r) false) (peval p x)).
Proof.
  intros H [x0 [I0 V0]]. apply (proj1 (interior_iff S x0)) in I0. destruct I0 as [A0 B0].
  assert (In : forall x, mem (interior S) x -> holds (relation_of (positive r) true) (peval p x)).
  { intros x Hx. apply (proj1 (interior_iff S x)) in Hx. destruct Hx as [A B].
    assert (K := same_sign_inside p _ _ x0 x H A0 B0 A B). destruct (positive r); simpl in *; nra. }
  split; [exact In|]. intros x Hx.
  assert (End : forall y, y <> x0 -> (forall z, Rmin y x0 < z < Rmax y x0 -> peval p z <> 0) ->
    holds (relation_of (positive r) false) (peval p y)).
  { intros y Hne Hz.
    assert (K : ~ peval p y * peval p x0 < 0).
    { intro L. destruct (Rdichotomy _ _ Hne) as [Lt|Gt].
      - destruct (sign_change_zero p y x0 Lt L) as [c [Hc E]]. apply (Hz c); [|exact E].
        rewrite Rmin_left, Rmax_right by lra. exact Hc.
      - rewrite Rmult_comm in L. destruct (sign_change_zero p x0 y Gt L) as [c [Hc E]]. apply (Hz c); [|exact E].
        rewrite Rmin_right, Rmax_left by lra. exact Hc. }
    destruct (positive r); simpl in *; nra. }
  destruct (mem_cases S x Hx) as [Hi|[[E _]|[E _]]].
  - specialize (In x Hi). destruct (positive r); simpl in *; lra.
  - rewrite E in A0. simpl in A0. apply End; [lra|]. rewrite Rmin_left, Rmax_right by lra.
    intros z Hz. apply H; [rewrite E; exact (proj1 Hz)|apply (Rbar_lt_trans z x0 _ (proj2 Hz) B0)].
  - rewrite E in B0. simpl in B0. apply End; [lra|]. rewrite Rmin_right, Rmax_left by lra.
    intros z Hz. apply H; [apply (Rbar_lt_trans _ x0 z A0 (proj1 Hz))|rewrite E; exact (proj2 Hz)].
Qed.

Lemma inner_point (S : span) : Rbar_lt (lower S) (upper S) -> exists x, mem (interior S) x.
Proof.
  destruct S as [[a| |] [b| |] o o']; unfold mem; simpl; try tauto; intro H.
  - exists ((a + b) / 2). lra.
  - exists (a + 1). split; [lra|exact I].
  - exists (b - 1). split; [exact I|lra].
  - exists 0. split; exact I.
Qed.

Section Test.
Variables (p s : poly) (chain : list poly) (S : span).
Hypothesis proper : Rbar_lt (lower S) (upper S).

(** [sturm], part 2: a strict sign on the span, by the count for the square-free part s of p, the values at ends that
    belong to the span, and one sample. *)
Theorem sturm_strict (r : relation) :
  strict r = true -> nonzero p -> square_free_part p s ->
  ((exists d, d <> 0 /\ forall x, peval s x = d) \/ sturm_chain s chain) ->
  (no_zero_counted s chain (lower S) (upper S) /\ nonzero_ends p S /\ sample p S r) <->
  (forall x, mem S x -> holds r (peval p x)).
Proof.
  intros Hst p_nonzero Hs Hchain.
  assert (Er : relation_of (positive r) true = r) by (destruct r; try discriminate; reflexivity).
  split.
  - intros [Hc [[E1 E2] Sm]].
    destruct (weak_from_inside p S r (no_zero_inside p s chain _ _ p_nonzero Hs proper Hc) Sm) as [In Weak].
    rewrite Er in In. intros x Hx. destruct (mem_cases S x Hx) as [Hi|[[E F]|[E F]]]; [apply In, Hi| |].
    + specialize (Weak x Hx). specialize (E1 x E F). destruct r; simpl in *; try discriminate; lra.
    + specialize (Weak x Hx). specialize (E2 x E F). destruct r; simpl in *; try discriminate; lra.
  - intro H.
    assert (NZ : forall x, mem S x -> peval p x <> 0).
    { intros x Hx E. specialize (H x Hx). rewrite E in H. destruct r; simpl in *; try discriminate; lra. }
    split; [|split; [split|]].
    + destruct Hchain as [Hd|Hc]; [left; exact Hd|].
      apply (no_zero_inside_converse p s chain _ _ p_nonzero Hs proper Hc).
      intros x A B. apply NZ, interior_mem, interior_iff. split; assumption.
    + intros a E F. apply NZ. unfold mem. rewrite E, F. simpl. split; [apply Rle_refl|].
      rewrite E in proper. destruct (upper S); simpl in *; try tauto. destruct (upper_open S); lra.
    + intros b E F. apply NZ. unfold mem. rewrite E, F. simpl. split; [|apply Rle_refl].
      rewrite E in proper. destruct (lower S); simpl in *; try tauto. destruct (lower_open S); lra.
    + rewrite <- Er in H. destruct (inner_point S proper) as [x Hx]. exists x.
      split; [exact Hx|]. apply H, interior_mem, Hx.
Qed.

(** [sturm], part 3: a weak sign, by the count for the factors of odd multiplicity: p is a constant times o times a
    square, and o has no zero inside. *)
Theorem sturm_weak (r : relation) (o w : poly) (k : R) :
  (forall x, peval p x = k * peval o x * (peval w x) ^ 2) ->
  nonzero o -> square_free_part o s -> no_zero_counted s chain (lower S) (upper S) -> sample p S r ->
  forall x, mem S x -> holds (relation_of (positive r) false) (peval p x).
Proof.
  intros E Ho Hs Hc [x0 [I0 V0]].
  assert (NZ := no_zero_inside o s chain _ _ Ho Hs proper Hc).
  assert (K0 : peval p x0 <> 0) by (intro K; rewrite K in V0; destruct (positive r); simpl in V0; lra).
  assert (W0 : 0 < (peval w x0) ^ 2).
  { apply pow2_gt_0. intro K. apply K0. rewrite E, K. ring. }
  (* a relation for k * o, the sign of the sample *)
  set (ko := map (Rmult k) o).
  assert (Eko : forall x, peval ko x = k * peval o x).
  { intro x. unfold ko. clear. induction o as [|a l IH]; simpl; [ring|rewrite IH; ring]. }
  assert (k <> 0) by (intro K; apply K0; rewrite E, K; ring).
  assert (NZk : forall x : R, Rbar_lt (lower S) x -> Rbar_lt x (upper S) -> peval ko x <> 0).
  { intros x A B. rewrite Eko. apply Rmult_integral_contrapositive; split; [assumption|apply NZ; assumption]. }
  assert (Sk : exists x, mem (interior S) x /\ holds (relation_of (positive r) true) (peval ko x)).
  { exists x0. split; [exact I0|]. rewrite E in V0. rewrite Eko.
    destruct (positive r); simpl holds in *; nra. }
  intros x Hx. rewrite E, <- Eko.
  destruct (weak_from_inside ko S r NZk Sk) as [_ Weak]. specialize (Weak x Hx).
  assert (0 <= (peval w x) ^ 2) by apply pow2_ge_0.
  destruct (positive r); simpl holds in *; nra.
Qed.
End Test.
