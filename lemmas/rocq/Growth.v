(** * Behaviour at infinity

    Proves the lemmas [limit-rule], [decay] and [unbounded-slope]. The orders of magnitude are in [Orders]. *)

From Coq Require Import Reals Lra Lia List Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs.
Open Scope R_scope.

(** ** limit-rule *)

(** A function with a slope of one sign on a half-line from -oo, and with a limit there, lies on that side of it. *)
Lemma beyond_limit_pos (t dt : pfun) (hi : Rbar) (o o' : bool) (slope : relation) (L : R) :
  let S := Span m_infty hi o o' in
  fact1 t -> defined_on t S -> has_slope t dt (interior S) -> has_sign dt slope (interior S) ->
  positive slope = true -> is_lim (value t) m_infty L ->
  forall x, mem S x -> holds slope (value t x - L).
Proof.
  intros S H1 Hd Hsl Hds Pos Hlim x Hx.
  assert (Lower : forall u, u < x -> mem (interior S) u).
  { intros u Hu. destruct Hx as [_ Hx]. split; simpl in *; [exact I|].
    destruct hi; simpl in *; try tauto. destruct o'; lra. }
  assert (Mono : forall u v, u < v -> v <= x -> holds slope (value t v - value t u)).
  { intros u v Huv Hvx.
    destruct (mvt_dom t dt u v H1 Huv) as [c [Hc E]].
    - intros y Hy. destruct (Req_dec y x) as [->|]; [apply Hd, Hx|]. apply Hd, interior_mem, Lower; lra.
    - intros y Hy. apply Hsl, Lower; lra.
    - destruct (Hds c) as [_ V]; [apply Lower; lra|]. rewrite E.
      assert (0 < v - u) by lra. destruct slope; simpl in *; try discriminate; nra. }
  assert (Hle : L <= value t (x - 1)).
  { assert (K : Rbar_le L (value t (x - 1))); [|exact K].
    apply (is_lim_le_loc (value t) (fun _ => value t (x - 1)) m_infty).
    - exists (x - 1). intros u Hu. specialize (Mono u (x - 1) Hu ltac:(lra)).
      destruct slope; simpl in *; try discriminate; lra.
    - exact Hlim.
    - apply is_lim_const. }
  specialize (Mono (x - 1) x ltac:(lra) ltac:(lra)).
  destruct slope; simpl in *; try discriminate; lra.
Qed.

(** [limit-rule], the table at -oo: [slope] is the sign of the derivative and of [t - L]. *)
Theorem limit_table_left (t dt : pfun) (hi : Rbar) (o o' : bool) (slope : relation) (L : R) :
  let S := Span m_infty hi o o' in
  fact1 t -> defined_on t S -> has_slope t dt (interior S) -> has_sign dt slope (interior S) ->
  is_lim (value t) m_infty L ->
  forall x, mem S x -> holds slope (value t x - L).
Proof.
  intros S H1 Hd Hsl Hds Hlim x Hx. destruct (positive slope) eqn:P.
  - apply (beyond_limit_pos t dt hi o o'); assumption.
  - assert (K : holds (reversed slope) (- value t x - - L)).
    { apply (beyond_limit_pos (opposite t) (opposite dt) hi o o' (reversed slope) (- L)).
      - apply fact1_opposite, H1.
      - exact Hd.
      - apply has_slope_opposite, Hsl.
      - apply has_sign_opposite. destruct slope; exact Hds.
      - destruct slope; simpl in *; congruence.
      - apply (is_lim_opp (value t) m_infty L Hlim).
      - exact Hx. }
    destruct slope; simpl in *; lra.
Qed.

(** [limit-rule], the table at +oo: [t - L] has the reversed sign. *)
Theorem limit_table_right (t dt : pfun) (lo : Rbar) (o o' : bool) (slope : relation) (L : R) :
  let S := Span lo p_infty o o' in
  fact1 t -> defined_on t S -> has_slope t dt (interior S) -> has_sign dt slope (interior S) ->
  is_lim (value t) p_infty L ->
  forall x, mem S x -> holds (reversed slope) (value t x - L).
Proof.
  intros S H1 Hd Hsl Hds Hlim x Hx.
  rewrite <- (Ropp_involutive x).
  apply (limit_table_left (mirror t) (opposite (mirror dt)) (Rbar_opp lo) o' o (reversed slope) L).
  - apply fact1_mirror, H1.
  - intros y Hy. apply (Hd (- y)). apply (mem_mirror S y). exact Hy.
  - apply (has_slope_mirror t dt (interior S) Hsl).
  - apply has_sign_opposite. intros y Hy. simpl.
    assert (Hy' : mem (mirror_span (interior S)) y) by exact Hy.
    apply mem_mirror in Hy'. destruct (Hds _ Hy') as [D V].
    split; [exact D|destruct slope; exact V].
  - simpl. apply (is_lim_comp (value t) Ropp m_infty L p_infty).
    + exact Hlim.
    + apply (is_lim_ext (fun y => - y)); [reflexivity|].
      apply (is_lim_opp (fun y => y) m_infty m_infty), is_lim_id.
    + exists 0; intros; discriminate.
  - apply (proj2 (mem_mirror S (- x))). rewrite Ropp_involutive. exact Hx.
Qed.

Lemma beyond_limit_sign (slope r : relation) (v L : R) :
  holds slope (v - L) -> positive slope = positive r -> holds (weakened r) L ->
  (strict r = true -> holds r L \/ strict slope = true) -> holds r v.
Proof.
  intros H E Hw Hs. destruct r, slope; simpl in *; try discriminate; try lra;
    destruct (Hs eq_refl) as [K|K]; try discriminate; lra.
Qed.

(** [limit-rule] from -oo. *)
Theorem limit_rule_left (t dt : pfun) (hi : Rbar) (o o' : bool) (slope r : relation) (L : R) :
  let S := Span m_infty hi o o' in
  fact1 t -> defined_on t S -> has_slope t dt (interior S) -> has_sign dt slope (interior S) ->
  is_lim (value t) m_infty L ->
  positive slope = positive r -> holds (weakened r) L ->
  (strict r = true -> holds r L \/ strict slope = true) ->
  has_sign t r S.
Proof.
  intros S H1 Hd Hsl Hds Hlim E Hw Hst x Hx. split; [apply Hd, Hx|].
  apply (beyond_limit_sign slope r _ L); try assumption.
  apply (limit_table_left t dt hi o o'); assumption.
Qed.

(** [limit-rule] from +oo. *)
Theorem limit_rule_right (t dt : pfun) (lo : Rbar) (o o' : bool) (slope r : relation) (L : R) :
  let S := Span lo p_infty o o' in
  fact1 t -> defined_on t S -> has_slope t dt (interior S) -> has_sign dt slope (interior S) ->
  is_lim (value t) p_infty L ->
  positive slope = negb (positive r) -> holds (weakened r) L ->
  (strict r = true -> holds r L \/ strict slope = true) ->
  has_sign t r S.
Proof.
  intros S H1 Hd Hsl Hds Hlim E Hw Hst x Hx. split; [apply Hd, Hx|].
  apply (beyond_limit_sign (reversed slope) r _ L).
  - apply (limit_table_right t dt lo o o'); assumption.
  - destruct slope, r; simpl in *; congruence.
  - exact Hw.
  - destruct slope; exact Hst.
Qed.

(** ** decay *)

Definition decaying (k : nat) (c u : R) : R := u ^ k * exp (- (c * u)).

Lemma decaying_derive k c u :
  is_derive (decaying k c) u (exp (- (c * u)) * (INR k * u ^ pred k - c * u ^ k)).
Proof. unfold decaying. auto_derive; [exact I|]. ring. Qed.

Lemma decay_beyond (k : nat) (c a u : R) :
  0 < c -> 0 <= a -> INR k <= a * c -> a <= u -> decaying k c u <= decaying k c a.
Proof.
  intros Hc Ha Hk [Hu|<-]; [|lra].
  destruct (MVT_cor2 (decaying k c) (fun v => exp (- (c * v)) * (INR k * v ^ pred k - c * v ^ k)) a u Hu)
    as [v [E Hv]].
  { intros v _. apply is_derive_Reals, decaying_derive. }
  assert (D : exp (- (c * v)) * (INR k * v ^ pred k - c * v ^ k) <= 0).
  { assert (He := exp_pos (- (c * v))).
    assert (K : INR k * v ^ pred k - c * v ^ k <= 0).
    { destruct k as [|k]; [simpl; lra|].
      change (pred (S k)) with k. replace (v ^ S k) with (v * v ^ k) by reflexivity.
      assert (0 < v ^ k) by (apply pow_lt; lra).
      assert (INR (S k) <= c * v) by nra. nra. }
    nra. }
  assert (0 < u - a) by lra. nra.
Qed.

(** [decay]. *)
Theorem decay (k : nat) (c a x : R) :
  0 < c -> 0 <= a -> INR k <= a * c -> a <= Rabs x ->
  Rabs x ^ k * exp (- (c * Rabs x)) <= a ^ k * exp (- (c * a)).
Proof. intros. apply (decay_beyond k c a (Rabs x)); assumption. Qed.

(** [decay] as the rule uses it, on a half-line to the right and to the left. *)
Corollary decay_right (k : nat) (c a b : R) (o o' : bool) :
  0 < c -> 0 <= a -> INR k <= a * c -> a <= b ->
  has_sign (total (fun x => a ^ k * exp (- c * a) - x ^ k * exp (- c * x))) NonNeg (Span b p_infty o o').
Proof.
  intros Hc Ha Hk Hb. apply total_sign. intros x [Hx _].
  assert (H := decay_beyond k c a x Hc Ha Hk). unfold decaying in H.
  replace (- c * a) with (- (c * a)) by ring. replace (- c * x) with (- (c * x)) by ring.
  simpl in *. destruct o; lra.
Qed.

Corollary decay_left (k : nat) (c a b : R) (o o' : bool) :
  0 < c -> 0 <= a -> INR k <= a * c -> b <= - a ->
  has_sign (total (fun x => a ^ k * exp (- c * a) - (- x) ^ k * exp (- c * - x))) NonNeg (Span m_infty b o o').
Proof.
  intros Hc Ha Hk Hb. apply total_sign. intros x [_ Hx].
  assert (H := decay_beyond k c a (- x) Hc Ha Hk). unfold decaying in H.
  replace (- c * a) with (- (c * a)) by ring. replace (- c * - x) with (- (c * - x)) by ring.
  simpl in *. destruct o'; lra.
Qed.

(** ** unbounded-slope *)


Lemma slope_bound (f : R -> R) (K x l : R) :
  (forall u v, Rabs (f u - f v) <= K * Rabs (u - v)) -> is_derive f x l -> Rabs l <= K.
Proof.
  intros HK Hd. apply Rnot_lt_le. intro Hlt.
  apply is_derive_Reals in Hd.
  destruct (Hd (Rabs l - K)) as [d Hd']; [lra|].
  assert (Hd0 := cond_pos d).
  specialize (Hd' (d / 2)). rewrite (Rabs_pos_eq (d / 2)) in Hd' by lra.
  specialize (Hd' ltac:(lra) ltac:(lra)).
  assert (B := HK (x + d / 2) x). replace (x + d / 2 - x) with (d / 2) in B by ring.
  rewrite (Rabs_pos_eq (d / 2)) in B by lra.
  assert (Q : Rabs ((f (x + d / 2) - f x) / (d / 2)) <= K).
  { unfold Rdiv. rewrite Rabs_mult, (Rabs_pos_eq (/ (d * / 2))).
    2:{ apply Rlt_le, Rinv_0_lt_compat. lra. }
    apply Rmult_le_reg_r with (d / 2); [lra|]. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  assert (T := Rabs_triang_inv l ((f (x + d / 2) - f x) / (d / 2))).
  rewrite Rabs_minus_sym in T. lra.
Qed.

(** [unbounded-slope]: a function that agrees near an infinite end with one whose slope tends to +-oo there. *)
Theorem unbounded_slope (f F dF : R -> R) (e infinite : Rbar) :
  (e = p_infty \/ e = m_infty) -> (infinite = p_infty \/ infinite = m_infty) ->
  Rbar_locally e (fun x => f x = F x) -> Rbar_locally e (fun x => is_derive F x (dF x)) ->
  is_lim dF e infinite ->
  ~ exists K, forall u v, Rabs (f u - f v) <= K * Rabs (u - v).
Proof.
  intros He Hi Heq Hd Hlim [K HK].
  assert (HKd : Rbar_locally e (fun x => K < Rabs (dF x))).
  { destruct He as [-> | ->], Hi as [-> | ->].
    - apply (Hlim (fun y => K < Rabs y)). exists K. intros y Hy. generalize (Rle_abs y); lra.
    - apply (Hlim (fun y => K < Rabs y)). exists (- K). intros y Hy.
      generalize (Rle_abs (- y)). rewrite Rabs_Ropp. lra.
    - apply (Hlim (fun y => K < Rabs y)). exists K. intros y Hy. generalize (Rle_abs y); lra.
    - apply (Hlim (fun y => K < Rabs y)). exists (- K). intros y Hy.
      generalize (Rle_abs (- y)). rewrite Rabs_Ropp. lra. }
  assert (Hx : exists x, is_derive f x (dF x) /\ K < Rabs (dF x)).
  { destruct He as [-> | ->]; destruct Heq as [M1 E1], Hd as [M2 E2], HKd as [M3 E3].
    - set (x := Rmax (Rmax M1 M2) M3 + 1).
      assert (B1 := Rmax_l (Rmax M1 M2) M3). assert (B2 := Rmax_r (Rmax M1 M2) M3).
      assert (B3 := Rmax_l M1 M2). assert (B4 := Rmax_r M1 M2).
      exists x. split; [|apply E3; unfold x; lra].
      apply (is_derive_ext_loc F); [|apply E2; unfold x; lra].
      exists (mkposreal 1 Rlt_0_1). intros y Hy. symmetry; apply E1.
      assert (H : Rabs (y - x) < 1) by exact Hy. apply Rabs_def2 in H. unfold x in H. lra.
    - set (x := Rmin (Rmin M1 M2) M3 - 1).
      assert (B1 := Rmin_l (Rmin M1 M2) M3). assert (B2 := Rmin_r (Rmin M1 M2) M3).
      assert (B3 := Rmin_l M1 M2). assert (B4 := Rmin_r M1 M2).
      exists x. split; [|apply E3; unfold x; lra].
      apply (is_derive_ext_loc F); [|apply E2; unfold x; lra].
      exists (mkposreal 1 Rlt_0_1). intros y Hy. symmetry; apply E1.
      assert (H : Rabs (y - x) < 1) by exact Hy. apply Rabs_def2 in H. unfold x in H. lra. }
  destruct Hx as [x [D Hx]]. generalize (slope_bound f K x (dF x) HK D). lra.
Qed.
