(** * Mean-value and Taylor forms

    Proves the lemma [mean-value-form], and the versions of [monotone-from-end] and [limit-rule] for smooth terms, in
    which Fact 1 and the correctness of the derivative terms are no hypotheses any more. *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs Growth Terms Smooth.
Open Scope R_scope.

(** ** Boxes *)

(** A closed bounded box; beyond the variables of the term the ends are free. *)
Definition in_box (lo hi r : env) : Prop := forall i, lo i <= r i <= hi i.

(** The mean value theorem along one coordinate of a box. *)
Lemma mean_value_line (t : sterm) (lo hi r : env) (i : nat) (y z : R) :
  in_box lo hi r -> lo i <= y <= hi i -> lo i <= z <= hi i ->
  (forall s, in_box lo hi s -> sdefined t s) -> (forall s, in_box lo hi s -> sdefined (sderiv i t) s) ->
  exists x, Rmin y z <= x <= Rmax y z /\
    seval t (upd r i z) - seval t (upd r i y) = seval (sderiv i t) (upd r i x) * (z - y).
Proof.
  intros Hr Hy Hz Dt Dd.
  assert (Box : forall x, lo i <= x <= hi i -> in_box lo hi (upd r i x)).
  { intros x Hx j. unfold upd. destruct (Nat.eqb_spec j i) as [->|]; [exact Hx|apply Hr]. }
  assert (K : forall u v, lo i <= u -> u < v -> v <= hi i -> exists x, u < x < v /\
    seval t (upd r i v) - seval t (upd r i u) = seval (sderiv i t) (upd r i x) * (v - u)).
  { intros u v Hu Huv Hv.
    destruct (mvt_within (fun x => seval t (upd r i x)) (fun x => seval (sderiv i t) (upd r i x)) u v Huv)
      as [x [Hx E]].
    - intros x Hx P HP. destruct (sdefined_continuous t r i x (Dt _ (Box x ltac:(lra))) P HP) as [e He].
      exists e. intros w Hw _. apply He, Hw.
    - apply (sderiv_correct r i u v t); intros x Hx; [apply Dt|apply Dd]; apply Box; lra.
    - exists x. split; assumption. }
  destruct (Rtotal_order y z) as [H|[->|H]].
  - destruct (K y z) as [x [Hx E]]; try lra. exists x. rewrite Rmin_left, Rmax_right by lra. split; [lra|exact E].
  - exists z. rewrite Rmin_left, Rmax_left by lra. split; [lra|ring].
  - destruct (K z y) as [x [Hx E]]; try lra. exists x. rewrite Rmin_right, Rmax_left by lra. split; [lra|lra].
Qed.

(** The sum of f 0, ..., f (n-1). *)
Fixpoint sum_below (f : nat -> R) (n : nat) : R := match n with O => 0 | S n' => sum_below f n' + f n' end.

(** [mean-value-form], part 1: the box has n variables, m and c are points of it; the slopes are taken at points of
    the box, so sets that contain them over the box contain them here. *)
Theorem mean_value_form (t : sterm) (n : nat) (lo hi m c : env) :
  in_box lo hi m -> in_box lo hi c -> (forall i, (n <= i)%nat -> c i = m i) ->
  (forall s, in_box lo hi s -> sdefined t s) ->
  (forall i s, (i < n)%nat -> in_box lo hi s -> sdefined (sderiv i t) s) ->
  exists p : nat -> env, (forall i, (i < n)%nat -> in_box lo hi (p i)) /\
    seval t c = seval t m + sum_below (fun i => seval (sderiv i t) (p i) * (c i - m i)) n.
Proof.
  intros Hm Hc Hn Dt Dd.
  set (w := fun k j => if Nat.ltb j k then c j else m j).
  assert (Wbox : forall k, in_box lo hi (w k)).
  { intros k j. unfold w. destruct (Nat.ltb j k); [apply Hc|apply Hm]. }
  assert (Step : forall k, (k <= n)%nat -> exists p : nat -> env, (forall i, (i < k)%nat -> in_box lo hi (p i)) /\
    seval t (w k) = seval t m + sum_below (fun i => seval (sderiv i t) (p i) * (c i - m i)) k).
  { induction k as [|k IH]; intro Hk.
    - exists (fun _ => m). split; [intros; lia|]. simpl. rewrite Rplus_0_r. apply seval_ext.
      intro j. unfold w. destruct (Nat.ltb_spec j 0); [lia|reflexivity].
    - destruct IH as [p [Hp E]]; [lia|].
      destruct (mean_value_line t lo hi (w k) k (m k) (c k) (Wbox k) (Hm k) (Hc k) Dt) as [x [Hx Ex]].
      { intros s Hs. apply Dd; [lia|exact Hs]. }
      assert (E1 : seval t (upd (w k) k (c k)) = seval t (w (S k))).
      { apply seval_ext. intro j. unfold upd, w. destruct (Nat.eqb_spec j k) as [->|Hjk].
        - destruct (Nat.ltb_spec k (S k)); [reflexivity|lia].
        - destruct (Nat.ltb_spec j k), (Nat.ltb_spec j (S k)); try reflexivity; lia. }
      assert (E0 : seval t (upd (w k) k (m k)) = seval t (w k)).
      { apply seval_ext. intro j. unfold upd, w. destruct (Nat.eqb_spec j k) as [->|Hjk]; [|reflexivity].
        destruct (Nat.ltb_spec k k); [lia|reflexivity]. }
      rewrite E1, E0 in Ex.
      exists (fun i => if Nat.eqb i k then upd (w k) k x else p i). split.
      + intros i Hi. destruct (Nat.eqb_spec i k) as [->|Hik]; [|apply Hp; lia].
        intro j. unfold upd. destruct (Nat.eqb_spec j k) as [->|]; [|apply Wbox].
        assert (H1 := Hm k). assert (H2 := Hc k). revert Hx. unfold Rmin, Rmax. destruct (Rle_dec (m k) (c k)); lra.
      + simpl. rewrite Nat.eqb_refl.
        assert (Ext : forall q q' l, (forall i, (i < l)%nat -> q i = q' i) -> sum_below q l = sum_below q' l).
        { intros q q' l. induction l as [|l IHl]; intro H; simpl; [reflexivity|]. rewrite IHl, (H l); [reflexivity|lia|].
          intros; apply H; lia. }
        rewrite (Ext (fun i => seval (sderiv i t) (if Nat.eqb i k then upd (w k) k x else p i) * (c i - m i))
                   (fun i => seval (sderiv i t) (p i) * (c i - m i)) k).
        * rewrite <- Rplus_assoc, <- E. lra.
        * intros i Hi. destruct (Nat.eqb_spec i k); [lia|reflexivity]. }
  destruct (Step n (le_n n)) as [p [Hp E]]. exists p. split; [exact Hp|]. rewrite <- E. apply seval_ext.
  intro j. unfold w. destruct (Nat.ltb_spec j n); [reflexivity|apply Hn; assumption].
Qed.

(** [mean-value-form], part 2: the Taylor form in one variable, the others being fixed. *)
Theorem taylor_form (t : sterm) (r : env) (i : nat) (lo hi m c : R) :
  lo <= m <= hi -> lo <= c <= hi ->
  (forall x, lo <= x <= hi -> sdefined t (upd r i x)) ->
  (forall x, lo <= x <= hi -> sdefined (sderiv i t) (upd r i x)) ->
  (forall x, lo <= x <= hi -> sdefined (sderiv i (sderiv i t)) (upd r i x)) ->
  exists x, lo <= x <= hi /\
    seval t (upd r i c) = seval t (upd r i m) + seval (sderiv i t) (upd r i m) * (c - m)
      + seval (sderiv i (sderiv i t)) (upd r i x) * ((c - m) ^ 2 / 2).
Proof.
  intros Hm Hc D0 D1 D2.
  set (f := fun x => seval t (upd r i x)). set (f1 := fun x => seval (sderiv i t) (upd r i x)).
  set (f2 := fun x => seval (sderiv i (sderiv i t)) (upd r i x)).
  change (exists x, lo <= x <= hi /\ f c = f m + f1 m * (c - m) + f2 x * ((c - m) ^ 2 / 2)).
  destruct (Req_dec c m) as [->|Hne]; [exists m; split; [exact Hm|]; unfold Rdiv; ring|].
  set (K := (f c - f m - f1 m * (c - m)) / (c - m) ^ 2).
  set (phi := fun x => f c - f x - f1 x * (c - x) - K * (c - x) ^ 2).
  set (dphi := fun x => - f2 x * (c - x) + 2 * K * (c - x)).
  assert (P0 : phi m = 0) by (unfold phi, K; field; lra).
  assert (P1 : phi c = 0) by (unfold phi; ring).
  assert (Cont : forall x, lo <= x <= hi -> continuous phi x).
  { intros x Hx. assert (C0 : continuous f x) by (apply sdefined_continuous, D0, Hx).
    assert (C1 : continuous f1 x) by (apply sdefined_continuous, D1, Hx).
    unfold phi. apply (continuous_minus (fun x => f c - f x - f1 x * (c - x)) (fun x => K * (c - x) ^ 2)).
    - apply (continuous_minus (fun x => f c - f x) (fun x => f1 x * (c - x))).
      + apply (continuous_minus (fun _ => f c) f); [apply continuous_const|exact C0].
      + apply (continuous_mult f1 (fun x => c - x)); [exact C1|].
        apply (continuous_minus (fun _ => c) (fun x : R => x)); [apply continuous_const|apply continuous_id].
    - apply (ex_derive_continuous (fun x => K * (c - x) ^ 2)). auto_derive. exact I. }
  assert (Der : forall x, lo < x < hi -> is_derive phi x (dphi x)).
  { intros x Hx.
    assert (E0 : is_derive f x (f1 x)).
    { apply (sderiv_correct r i lo hi t); [intros; apply D0; lra|intros; apply D1; lra|exact Hx]. }
    assert (E1 : is_derive f1 x (f2 x)).
    { apply (sderiv_correct r i lo hi (sderiv i t)); [intros; apply D1; lra|intros; apply D2; lra|exact Hx]. }
    assert (A : is_derive (fun x => f c - f x) x (0 - f1 x)).
    { apply (is_derive_minus (fun _ => f c) f x 0 (f1 x)); [apply @is_derive_const|exact E0]. }
    assert (B : is_derive (fun x => f1 x * (c - x)) x (f2 x * (c - x) + f1 x * (-1))).
    { apply (is_derive_mult f1 (fun x => c - x) x (f2 x) (-1)); [exact E1| |apply Rmult_comm].
      auto_derive; [exact I|ring]. }
    assert (C : is_derive (fun x => K * (c - x) ^ 2) x (- (2 * K * (c - x)))).
    { auto_derive; [exact I|]. simpl. ring. }
    assert (D := is_derive_minus _ _ x _ _ (is_derive_minus _ _ x _ _ A B) C).
    replace (dphi x) with (0 - f1 x - (f2 x * (c - x) + f1 x * (-1)) - - (2 * K * (c - x))) by (unfold dphi; ring).
    exact D. }
  assert (Zero : exists x, lo <= x <= hi /\ x <> c /\ dphi x = 0).
  { destruct (Rdichotomy _ _ Hne) as [Hcm|Hmc].
    - destruct (mvt_within phi dphi c m Hcm) as [x [Hx E]].
      + intros x Hx P HP. destruct (Cont x ltac:(lra) P HP) as [e He]. exists e. intros w Hw _. apply He, Hw.
      + intros x Hx. apply Der. lra.
      + exists x. split; [lra|]. split; [lra|]. rewrite P0, P1 in E.
        assert (M : dphi x * (m - c) = 0) by lra. apply Rmult_integral in M. destruct M; [assumption|lra].
    - destruct (mvt_within phi dphi m c) as [x [Hx E]]; [lra| | |].
      + intros x Hx P HP. destruct (Cont x ltac:(lra) P HP) as [e He]. exists e. intros w Hw _. apply He, Hw.
      + intros x Hx. apply Der. lra.
      + exists x. split; [lra|]. split; [lra|]. rewrite P0, P1 in E.
        assert (M : dphi x * (c - m) = 0) by lra. apply Rmult_integral in M. destruct M; [assumption|lra]. }
  destruct Zero as [x [Hx [Hxc E]]]. exists x. split; [exact Hx|].
  assert (EK : f2 x = 2 * K).
  { unfold dphi in E. assert (M : (c - x) * (2 * K - f2 x) = 0) by lra. apply Rmult_integral in M. destruct M; lra. }
  rewrite EK. unfold K. field. lra.
Qed.

(** The remainder's factor: a square has an enclosure of its own. *)
Lemma square_factor (c m rad : R) : Rabs (c - m) <= rad -> 0 <= (c - m) ^ 2 <= rad ^ 2.
Proof.
  intro H. split; [apply pow2_ge_0|]. rewrite <- (pow2_abs (c - m)). apply pow_incr. split; [apply Rabs_pos|exact H].
Qed.

(** The centre that the checker takes lies in the box: rounding is monotone, and keeps 2 lo and 2 hi. *)
Lemma centre_in_box (round : R -> R) (lo hi : R) :
  (forall x y, x <= y -> round x <= round y) -> round (2 * lo) = 2 * lo -> round (2 * hi) = 2 * hi ->
  lo <= hi -> lo <= round (lo + hi) / 2 <= hi.
Proof.
  intros Mono E1 E2 H.
  assert (K1 := Mono (2 * lo) (lo + hi) ltac:(lra)). assert (K2 := Mono (lo + hi) (2 * hi) ltac:(lra)). lra.
Qed.

(** ** The lemmas of calculus, for smooth terms *)

Lemma interior_segment (S : span) (x : R) :
  mem (interior S) x -> exists a b, a < x < b /\ forall y, a < y < b -> mem (interior S) y.
Proof.
  destruct S as [[lo| |] [hi| |] o o']; unfold mem; simpl; try tauto; intros [H1 H2].
  - exists lo, hi. split; [lra|intros; lra].
  - exists lo, (x + 1). split; [lra|intros; split; [lra|exact I]].
  - exists (x - 1), hi. split; [lra|intros; split; [exact I|lra]].
  - exists (x - 1), (x + 1). split; [lra|intros; split; exact I].
Qed.

(** A derivative term that is defined inside a span, like the term, is the derivative there. *)
Lemma has_slope_along (t : sterm) (r : env) (i : nat) (S : span) :
  defined_on (along t r i) S -> defined_on (along (sderiv i t) r i) (interior S) ->
  has_slope (along t r i) (along (sderiv i t) r i) (interior S).
Proof.
  intros Dt Dd x Hx. destruct (interior_segment S x Hx) as [a [b [Hab Hin]]].
  apply (sderiv_correct r i a b t).
  - intros y Hy. apply Dt, interior_mem, Hin, Hy.
  - intros y Hy. apply Dd, Hin, Hy.
  - exact Hab.
Qed.

Lemma has_sign_defined t r S : has_sign t r S -> defined_on t S.
Proof. intros H x Hx. apply (H x Hx). Qed.

(** [monotone-from-end] for terms, lower end: [r] fixes the parameters, [i] is the variable. *)
Theorem monotone_from_lower_term (t : sterm) (r : env) (i : nat) (a : R) (hi : Rbar) (open open' : bool)
    (start slope rel : relation) :
  let S := Span a hi open open' in
  has_sign (along t r i) start (at_point a) ->
  defined_on (along t r i) S -> has_sign (along (sderiv i t) r i) slope (interior S) ->
  positive start = positive rel -> positive slope = positive rel ->
  (strict rel = true -> strict start = true \/ (open = true /\ strict slope = true)) ->
  has_sign (along t r i) rel S.
Proof.
  intros S Hs Hd Hds E1 E2 Hst.
  apply (monotone_from_lower (along t r i) (along (sderiv i t) r i) a hi open open' start slope rel); try assumption.
  - apply fact1_along.
  - apply has_slope_along; [exact Hd|apply (has_sign_defined _ _ _ Hds)].
Qed.

(** [monotone-from-end] for terms, upper end. *)
Theorem monotone_from_upper_term (t : sterm) (r : env) (i : nat) (lo : Rbar) (b : R) (open open' : bool)
    (start slope rel : relation) :
  let S := Span lo b open open' in
  has_sign (along t r i) start (at_point b) ->
  defined_on (along t r i) S -> has_sign (along (sderiv i t) r i) slope (interior S) ->
  positive start = positive rel -> positive slope = negb (positive rel) ->
  (strict rel = true -> strict start = true \/ (open' = true /\ strict slope = true)) ->
  has_sign (along t r i) rel S.
Proof.
  intros S Hs Hd Hds E1 E2 Hst.
  apply (monotone_from_upper (along t r i) (along (sderiv i t) r i) lo b open open' start slope rel); try assumption.
  - apply fact1_along.
  - apply has_slope_along; [exact Hd|apply (has_sign_defined _ _ _ Hds)].
Qed.

(** [limit-rule] for terms, from -oo. *)
Theorem limit_rule_left_term (t : sterm) (r : env) (i : nat) (hi : Rbar) (o o' : bool) (slope rel : relation) (L : R) :
  let S := Span m_infty hi o o' in
  defined_on (along t r i) S -> has_sign (along (sderiv i t) r i) slope (interior S) ->
  is_lim (fun x => seval t (upd r i x)) m_infty L ->
  positive slope = positive rel -> holds (weakened rel) L ->
  (strict rel = true -> holds rel L \/ strict slope = true) ->
  has_sign (along t r i) rel S.
Proof.
  intros S Hd Hds Hl E Hw Hst.
  apply (limit_rule_left (along t r i) (along (sderiv i t) r i) hi o o' slope rel L); try assumption.
  - apply fact1_along.
  - apply has_slope_along; [exact Hd|apply (has_sign_defined _ _ _ Hds)].
Qed.

(** [limit-rule] for terms, from +oo. *)
Theorem limit_rule_right_term (t : sterm) (r : env) (i : nat) (lo : Rbar) (o o' : bool) (slope rel : relation) (L : R) :
  let S := Span lo p_infty o o' in
  defined_on (along t r i) S -> has_sign (along (sderiv i t) r i) slope (interior S) ->
  is_lim (fun x => seval t (upd r i x)) p_infty L ->
  positive slope = negb (positive rel) -> holds (weakened rel) L ->
  (strict rel = true -> holds rel L \/ strict slope = true) ->
  has_sign (along t r i) rel S.
Proof.
  intros S Hd Hds Hl E Hw Hst.
  apply (limit_rule_right (along t r i) (along (sderiv i t) r i) lo o o' slope rel L); try assumption.
  - apply fact1_along.
  - apply has_slope_along; [exact Hd|apply (has_sign_defined _ _ _ Hds)].
Qed.
