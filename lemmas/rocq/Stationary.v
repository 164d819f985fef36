(* Clarke's generalised directional derivative, stationary points and invexity of a
   function of one variable, and the lemma clarke-stationarity.  These definitions
   are what the theorems about activations speak about. *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus.
Open Scope R_scope.

(** * Definitions *)

(** The difference quotient (f(y + t d) - f(y)) / t at (y, t). *)
Definition quotient (f : R -> R) (d : R) (yt : R * R) : R :=
  (f (fst yt + snd yt * d) - f (fst yt)) / snd yt.

(** y -> x and t -> 0 from above. *)
Definition approach (x : R) : (R * R -> Prop) -> Prop :=
  filter_prod (locally x) (at_right 0).

(** The upper limit of a function along a filter, in [-oo, +oo]: the infimum of the
    numbers that are upper bounds of it eventually. *)
Definition upper_limit {T : Type} (F : (T -> Prop) -> Prop) (q : T -> R) : Rbar :=
  Glb_Rbar (fun M => F (fun p => q p <= M)).

(** f°(x; d), the upper limit of (f(y + t d) - f(y)) / t as y -> x, t -> 0+. *)
Definition clarke_derivative (f : R -> R) (x d : R) : Rbar :=
  upper_limit (approach x) (quotient f d).

(** x is Clarke-stationary for f: f°(x; 1) >= 0 and f°(x; -1) >= 0. *)
Definition clarke_stationary (f : R -> R) (x : R) : Prop :=
  Rbar_le 0 (clarke_derivative f x 1) /\ Rbar_le 0 (clarke_derivative f x (-1)).

(** Every Clarke-stationary point is a global minimiser. *)
Definition invex (f : R -> R) : Prop :=
  forall x, clarke_stationary f x -> forall y, f x <= f y.

(** There is no Clarke-stationary point. *)
Definition no_stationary_point (f : R -> R) : Prop :=
  forall x, ~ clarke_stationary f x.

(** * The upper limit in terms of neighbourhoods *)

Lemma approach_intro (x e : R) (P : R * R -> Prop) :
  0 < e -> (forall y t, x - e < y < x + e -> 0 < t < e -> P (y, t)) -> approach x P.
Proof.
  intros He HP.
  apply (Filter_prod _ _ _ (fun y => x - e < y < x + e) (fun t => 0 < t < e)).
  - apply (locally_intro x e); [exact He|auto].
  - apply (at_right_intro 0 e); [exact He|auto].
  - intros y t Hy Ht. apply HP; assumption.
Qed.

Lemma approach_elim (x : R) (P : R * R -> Prop) :
  approach x P ->
  exists e, 0 < e /\ forall y t, x - e < y < x + e -> 0 < t < e -> P (y, t).
Proof.
  intros [Q1 Q2 H1 H2 H].
  destruct (locally_elim _ _ H1) as [a [Ha Ka]].
  destruct (at_right_elim _ _ H2) as [b [Hb Kb]].
  assert (M1 := Rmin_l a b). assert (M2 := Rmin_r a b).
  exists (Rmin a b). split; [apply Rmin_pos; lra|].
  intros y t Hy Ht. apply H; [apply Ka; lra|apply Kb; lra].
Qed.

Lemma clarke_derivative_le (f : R -> R) (x d M : R) :
  approach x (fun p => quotient f d p <= M) -> Rbar_le (clarke_derivative f x d) M.
Proof.
  intro H. unfold clarke_derivative, upper_limit.
  destruct (Glb_Rbar_correct (fun M => approach x (fun p => quotient f d p <= M))) as [L _].
  apply (L M H).
Qed.

(** A number below which the quotients do not stay eventually. *)
Lemma clarke_derivative_ge (f : R -> R) (x d m : R) :
  (forall e l, 0 < e -> l < m ->
     exists y t, x - e < y < x + e /\ 0 < t < e /\ l < quotient f d (y, t)) ->
  Rbar_le m (clarke_derivative f x d).
Proof.
  intro H. unfold clarke_derivative, upper_limit.
  destruct (Glb_Rbar_correct (fun M => approach x (fun p => quotient f d p <= M))) as [_ G].
  apply G. intros M HM. simpl.
  destruct (Rle_lt_dec m M) as [|Hlt]; [assumption|exfalso].
  destruct (approach_elim _ _ HM) as [e [He K]].
  destruct (H e M He Hlt) as [y [t [Hy [Ht Hq]]]].
  specialize (K y t Hy Ht). lra.
Qed.

(** The upper limit is above every number that the quotients pass arbitrarily near,
    and only above those: the two lemmas above, read for the number 0. *)
Lemma clarke_derivative_pos (f : R -> R) (x d : R) :
  Rbar_le 0 (clarke_derivative f x d) <->
  (forall e l, 0 < e -> l < 0 ->
     exists y t, x - e < y < x + e /\ 0 < t < e /\ l < quotient f d (y, t)).
Proof.
  split; [|apply clarke_derivative_ge].
  intros H e l He Hl. apply Classical_Prop.NNPP. intro N.
  assert (K : Rbar_le (clarke_derivative f x d) l).
  { apply clarke_derivative_le, (approach_intro x e); [exact He|].
    intros y t Hy Ht. apply Rnot_lt_le. intro Q. apply N. exists y, t. auto. }
  assert (B := Rbar_le_trans _ _ _ H K). simpl in B. lra.
Qed.

Lemma Rbar_le_epsilon (a : Rbar) (b : R) :
  (forall eps : posreal, Rbar_le a (b + eps)) -> Rbar_le a b.
Proof.
  intro H. destruct a as [a| |]; simpl.
  - apply le_epsilon. intros eps He. apply (H (mkposreal eps He)).
  - apply (H (mkposreal 1 Rlt_0_1)).
  - exact I.
Qed.

(** Stationarity depends only on the function near the point. *)
Lemma clarke_stationary_local (f g : R -> R) (x : R) :
  locally x (fun y => f y = g y) -> clarke_stationary f x -> clarke_stationary g x.
Proof.
  intro E. destruct (locally_elim _ _ E) as [r [Hr K]].
  assert (S : forall d, -1 <= d <= 1 ->
            Rbar_le 0 (clarke_derivative f x d) -> Rbar_le 0 (clarke_derivative g x d)).
  { intros d Hd H. apply clarke_derivative_pos. intros e l He Hl.
    destruct (proj1 (clarke_derivative_pos f x d) H (Rmin e (r / 2)) l)
      as [y [t [Hy [Ht Q]]]]; [apply Rmin_pos; lra|exact Hl|].
    assert (M1 := Rmin_l e (r / 2)). assert (M2 := Rmin_r e (r / 2)).
    exists y, t. split; [lra|]. split; [lra|].
    unfold quotient in *. simpl in *.
    assert (B : - t <= t * d <= t).
    { split; [replace (- t) with (t * -1) by ring|rewrite <- (Rmult_1_r t) at 2];
        apply Rmult_le_compat_l; lra. }
    rewrite <- !K by lra. exact Q. }
  intros [H1 H2]. split; apply S; try lra; assumption.
Qed.

(** * Clarke's subdifferential *)

(** The slopes below f°(x; .).  For a locally Lipschitz f this is Clarke's definition. *)
Definition subdifferential (f : R -> R) (x xi : R) : Prop :=
  forall d, Rbar_le (xi * d) (clarke_derivative f x d).

Lemma quotient_scale (f : R -> R) (s d y t : R) :
  0 < s -> 0 < t -> quotient f (s * d) (y, t) = s * quotient f d (y, s * t).
Proof.
  intros Hs Ht. unfold quotient. simpl. replace (y + t * (s * d)) with (y + s * t * d) by ring.
  field. lra.
Qed.

Lemma clarke_derivative_scale (f : R -> R) (x s d : R) :
  0 < s -> Rbar_le 0 (clarke_derivative f x d) -> Rbar_le 0 (clarke_derivative f x (s * d)).
Proof.
  intros Hs H. apply clarke_derivative_pos. intros e l He Hl.
  assert (M1 := Rmin_l e (s * e)). assert (M2 := Rmin_r e (s * e)).
  assert (P : 0 < s * e) by (apply Rmult_lt_0_compat; assumption).
  assert (L : l / s < 0).
  { apply Ropp_lt_cancel. rewrite Ropp_0. unfold Rdiv. rewrite Ropp_mult_distr_l.
    apply Rdiv_lt_0_compat; lra. }
  destruct (proj1 (clarke_derivative_pos f x d) H (Rmin e (s * e)) (l / s))
    as [y [t [Hy [Ht Q]]]]; [apply Rmin_pos; assumption|exact L|].
  assert (E : s * (t / s) = t) by (field; lra).
  assert (T : 0 < t / s) by (apply Rdiv_lt_0_compat; lra).
  exists y, (t / s). split; [lra|]. split.
  - split; [exact T|]. apply (Rmult_lt_reg_l s); [exact Hs|]. lra.
  - rewrite (quotient_scale f s d y (t / s) Hs T), E.
    apply (Rmult_lt_compat_l s) in Q; [|exact Hs].
    replace (s * (l / s)) with l in Q by (field; lra). exact Q.
Qed.

(** x is stationary iff 0 is in the subdifferential. *)
Theorem stationary_subdifferential (f : R -> R) (x : R) :
  clarke_stationary f x <-> subdifferential f x 0.
Proof.
  unfold subdifferential. split.
  - intros [H1 H2] d. rewrite Rmult_0_l.
    destruct (Rtotal_order d 0) as [L|[->|G]].
    + replace d with (- d * -1) by ring. apply clarke_derivative_scale; [lra|exact H2].
    + apply clarke_derivative_pos. intros e l He Hl. exists x, (e / 2).
      split; [lra|]. split; [lra|].
      unfold quotient. simpl. rewrite Rmult_0_r, Rplus_0_r, Rminus_eq_0.
      unfold Rdiv. rewrite Rmult_0_l. exact Hl.
    + replace d with (d * 1) by ring. apply clarke_derivative_scale; [lra|exact H1].
  - intro H. split; [specialize (H 1)|specialize (H (-1))]; rewrite Rmult_0_l in H; exact H.
Qed.

(** * clarke-stationarity *)

(** The quotient to the left of y is minus a quotient to the right of y - t. *)
Lemma quotient_left (f : R -> R) (y t : R) :
  quotient f (-1) (y, t) = - quotient f 1 (y - t, t).
Proof.
  unfold quotient. simpl.
  replace (y + t * -1) with (y - t) by ring. replace (y - t + t * 1) with y by ring.
  unfold Rdiv. ring.
Qed.

(** [punctured f df c e]: f is continuous within e of c and has the slope df there, off c. *)
Definition punctured (f df : R -> R) (c e : R) : Prop :=
  (forall t, c - e < t < c + e -> continuous f t) /\
  (forall t, c - e < t < c + e -> t <> c -> is_derive f t (df t)).

Lemma quotient_le (f df : R -> R) (c e M y t : R) :
  punctured f df c e -> (forall s, c - e < s < c + e -> s <> c -> df s <= M) ->
  c - e < y -> 0 < t -> y + t < c + e -> quotient f 1 (y, t) <= M.
Proof.
  intros [Hc Hd] HM Hy Ht Hyt. unfold quotient. simpl. rewrite Rmult_1_r.
  assert (K : f (y + t) - f y <= M * (y + t - y)).
  { apply (increment_le f df (c :: nil)); [lra| |].
    - apply continuous_on_pointwise. intros s Hs. apply Hc. lra.
    - intros s Hs Hsc. assert (s <> c) by (intros ->; apply Hsc; left; reflexivity).
      split; [apply Hd|apply HM]; try assumption; lra. }
  apply Rmult_le_reg_r with t; [exact Ht|].
  unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

Lemma quotient_ge (f df : R -> R) (c e m y t : R) :
  punctured f df c e -> (forall s, c - e < s < c + e -> s <> c -> m <= df s) ->
  c - e < y -> 0 < t -> y + t < c + e -> m <= quotient f 1 (y, t).
Proof.
  intros [Hc Hd] HM Hy Ht Hyt. unfold quotient. simpl. rewrite Rmult_1_r.
  assert (K : m * (y + t - y) <= f (y + t) - f y).
  { apply (increment_ge f df (c :: nil)); [lra| |].
    - apply continuous_on_pointwise. intros s Hs. apply Hc. lra.
    - intros s Hs Hsc. assert (s <> c) by (intros ->; apply Hsc; left; reflexivity).
      split; [apply Hd|apply HM]; try assumption; lra. }
  apply Rmult_le_reg_r with t; [exact Ht|].
  unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
Qed.

(** clarke-stationarity 3: slopes off c below a negative number. *)
Theorem not_stationary_decreasing (f df : R -> R) (c e m : R) :
  0 < e -> 0 < m -> punctured f df c e ->
  (forall t, c - e < t < c + e -> t <> c -> df t <= - m) -> ~ clarke_stationary f c.
Proof.
  intros He Hm HP HM [H _].
  assert (K : Rbar_le (clarke_derivative f c 1) (- m)).
  { apply clarke_derivative_le, (approach_intro c (e / 2)); [lra|].
    intros y t Hy Ht. apply (quotient_le f df c e); try assumption; lra. }
  assert (B := Rbar_le_trans _ _ _ H K). simpl in B. lra.
Qed.

(** clarke-stationarity 3: slopes off c above a positive number. *)
Theorem not_stationary_increasing (f df : R -> R) (c e m : R) :
  0 < e -> 0 < m -> punctured f df c e ->
  (forall t, c - e < t < c + e -> t <> c -> m <= df t) -> ~ clarke_stationary f c.
Proof.
  intros He Hm HP HM [_ H].
  assert (K : Rbar_le (clarke_derivative f c (-1)) (- m)).
  { apply clarke_derivative_le, (approach_intro c (e / 2)); [lra|].
    intros y t Hy Ht. rewrite quotient_left.
    assert (m <= quotient f 1 (y - t, t)); [|lra].
    apply (quotient_ge f df c e); try assumption; lra. }
  assert (B := Rbar_le_trans _ _ _ H K). simpl in B. lra.
Qed.

(** The two one-sided slopes at c, as limits of quotients. *)
Lemma punctured_slope_right (f df : R -> R) (c e D : R) :
  0 < e -> punctured f df c e -> filterlim df (at_right c) (locally D) ->
  filterlim (fun t => quotient f 1 (c, t)) (at_right 0) (locally D).
Proof.
  intros He [Hc Hd] HD.
  apply (filterlim_ext (fun h => (f (c + h) - f c) / h)).
  { intro h. unfold quotient. simpl. rewrite Rmult_1_r. reflexivity. }
  apply (slope_right f df c (c + e) (Finite D)); [lra| | |exact HD].
  - apply continuous_on_pointwise. intros t Ht. apply Hc. lra.
  - intros t Ht. apply Hd; lra.
Qed.

Lemma punctured_slope_left (f df : R -> R) (c e D : R) :
  0 < e -> punctured f df c e -> filterlim df (at_left c) (locally D) ->
  filterlim (fun t => quotient f 1 (c - t, t)) (at_right 0) (locally D).
Proof.
  intros He [Hc Hd] HD P HP.
  assert (K : filterlim (fun h => (f (c + h) - f c) / h) (at_left 0) (Rbar_locally D)).
  { apply (slope_left f df c (c - e) (Finite D)); [lra| | |exact HD].
    - apply continuous_on_pointwise. intros t Ht. apply Hc. lra.
    - intros t Ht. apply Hd; lra. }
  destruct (at_left_elim _ _ (K P HP)) as [a [Ha Ka]].
  apply (at_right_intro 0 (- a)); [lra|]. intros t Ht.
  assert (Q := Ka (- t)). simpl in Q.
  replace (quotient f 1 (c - t, t)) with ((f (c + - t) - f c) / - t); [apply Q; lra|].
  unfold quotient. simpl. replace (c - t + t * 1) with c by ring.
  replace (c + - t) with (c - t) by ring. field. lra.
Qed.

(** clarke-stationarity 2: finite one-sided limits of the slope. *)
Theorem clarke_derivative_kink (f df : R -> R) (c e Dm Dp : R) :
  0 < e -> punctured f df c e ->
  filterlim df (at_left c) (locally Dm) -> filterlim df (at_right c) (locally Dp) ->
  clarke_derivative f c 1 = Rmax Dm Dp /\ clarke_derivative f c (-1) = - Rmin Dm Dp.
Proof.
  intros He HP Hl Hr.
  assert (Sr := punctured_slope_right f df c e Dp He HP Hr).
  assert (Sl := punctured_slope_left f df c e Dm He HP Hl).
  (* slopes near c are between min - eps and max + eps *)
  assert (Near : forall eps, 0 < eps -> exists r, 0 < r /\ r <= e /\
            forall t, c - r < t < c + r -> t <> c ->
              Rmin Dm Dp - eps <= df t <= Rmax Dm Dp + eps).
  { intros eps Heps.
    destruct (at_left_elim _ _ (Hl _ (locally_ball Dm (mkposreal eps Heps)))) as [a [Ha Ka]].
    destruct (at_right_elim _ _ (Hr _ (locally_ball Dp (mkposreal eps Heps)))) as [b [Hb Kb]].
    exists (Rmin e (Rmin (c - a) (b - c))).
    assert (M0 := Rmin_l e (Rmin (c - a) (b - c))).
    assert (M1 := Rmin_r e (Rmin (c - a) (b - c))).
    assert (M2 := Rmin_l (c - a) (b - c)). assert (M3 := Rmin_r (c - a) (b - c)).
    split; [repeat apply Rmin_pos; lra|]. split; [exact M0|]. intros t Ht Htc.
    assert (N1 := Rmin_l Dm Dp). assert (N2 := Rmin_r Dm Dp).
    assert (N3 := Rmax_l Dm Dp). assert (N4 := Rmax_r Dm Dp).
    destruct (Rtotal_order t c) as [H|[H|H]]; [|contradiction|].
    - assert (B : Rabs (df t - Dm) < eps) by (apply (Ka t); lra).
      apply Rabs_def2 in B. lra.
    - assert (B : Rabs (df t - Dp) < eps) by (apply (Kb t); lra).
      apply Rabs_def2 in B. lra. }
  assert (Sub : forall r, r <= e -> punctured f df c r).
  { intros r Hre. destruct HP as [Hc Hd]. split; intros; [apply Hc|apply Hd]; lra. }
  (* a limit of quotients along t -> 0+ is passed, up to any margin, arbitrarily near c *)
  assert (Pass : forall (q : R -> R) D l r, filterlim q (at_right 0) (locally D) ->
            l < D -> 0 < r -> exists t, 0 < t < r /\ l < q t).
  { intros q D l r Hq Hl' Hr'.
    destruct (at_right_elim _ _ (Hq _ (locally_ball D (mkposreal (D - l) ltac:(lra)))))
      as [b [Hb Kb]].
    assert (M1 := Rmin_l r b). assert (M2 := Rmin_r r b).
    assert (M : 0 < Rmin r b) by (apply Rmin_pos; lra).
    exists (Rmin r b / 2). split; [lra|].
    assert (B : Rabs (q (Rmin r b / 2) - D) < D - l) by (apply (Kb (Rmin r b / 2)); lra).
    apply Rabs_def2 in B. lra. }
  split; apply Rbar_le_antisym.
  - apply Rbar_le_epsilon. intros eps.
    destruct (Near eps (cond_pos eps)) as [r [Hr0 [Hre B]]].
    apply clarke_derivative_le, (approach_intro c (r / 2)); [lra|].
    intros y t Hy Ht. apply (quotient_le f df c r); [apply Sub, Hre| |lra|lra|lra].
    intros s Hs Hsc. apply (B s Hs Hsc).
  - apply clarke_derivative_ge. intros r l Hr0 Hl0.
    unfold Rmax in Hl0. destruct (Rle_dec Dm Dp).
    + destruct (Pass _ _ _ r Sr Hl0 Hr0) as [t [Ht Q]].
      exists c, t. split; [lra|]. split; [lra|exact Q].
    + destruct (Pass _ _ _ r Sl Hl0 Hr0) as [t [Ht Q]].
      exists (c - t), t. split; [lra|]. split; [lra|exact Q].
  - apply Rbar_le_epsilon. intros eps.
    destruct (Near eps (cond_pos eps)) as [r [Hr0 [Hre B]]].
    apply clarke_derivative_le, (approach_intro c (r / 2)); [lra|].
    intros y t Hy Ht. rewrite quotient_left.
    assert (Rmin Dm Dp - eps <= quotient f 1 (y - t, t)); [|lra].
    apply (quotient_ge f df c r); [apply Sub, Hre| |lra|lra|lra].
    intros s Hs Hsc. apply (B s Hs Hsc).
  - apply clarke_derivative_ge. intros r l Hr0 Hl0.
    assert (Neg : forall (q : R -> R) D, filterlim q (at_right 0) (locally D) ->
              filterlim (fun t => - q t) (at_right 0) (locally (- D))).
    { intros q D Hq. apply (filterlim_comp _ _ _ q Ropp _ _ _ Hq), (filterlim_opp D). }
    unfold Rmin in Hl0. destruct (Rle_dec Dm Dp).
    + destruct (Pass _ _ _ r (Neg _ _ Sl) Hl0 Hr0) as [t [Ht Q]].
      exists c, t. rewrite quotient_left. split; [lra|]. split; [lra|exact Q].
    + destruct (Pass _ _ _ r (Neg _ _ Sr) Hl0 Hr0) as [t [Ht Q]].
      exists (c + t), t. rewrite quotient_left. split; [lra|]. split; [lra|].
      replace (c + t - t) with c by ring. exact Q.
Qed.

(** clarke-stationarity 2: stationary iff 0 is between the one-sided slopes. *)
Theorem stationary_kink (f df : R -> R) (c e Dm Dp : R) :
  0 < e -> punctured f df c e ->
  filterlim df (at_left c) (locally Dm) -> filterlim df (at_right c) (locally Dp) ->
  (clarke_stationary f c <-> Rmin Dm Dp <= 0 <= Rmax Dm Dp).
Proof.
  intros He HP Hl Hr. unfold clarke_stationary.
  destruct (clarke_derivative_kink f df c e Dm Dp He HP Hl Hr) as [-> ->].
  simpl. split; intros [H1 H2]; split; lra.
Qed.

(** clarke-stationarity 1: the slope is continuous at c. *)
Theorem clarke_derivative_smooth (f df : R -> R) (c : R) :
  locally c (fun x => is_derive f x (df x)) -> continuous df c ->
  clarke_derivative f c 1 = df c /\ clarke_derivative f c (-1) = - df c.
Proof.
  intros Hd Hc. destruct (locally_elim _ _ Hd) as [e [He K]].
  destruct (clarke_derivative_kink f df c e (df c) (df c) He) as [E1 E2].
  - split; intros t Ht; [|intros _; apply K, Ht].
    apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) f t).
    exists (df t). apply K, Ht.
  - apply continuous_within, Hc.
  - apply continuous_within, Hc.
  - rewrite E1, E2. unfold Rmin, Rmax. destruct Rle_dec; auto.
Qed.

(** clarke-stationarity 1: stationary iff the slope is 0. *)
Theorem stationary_smooth (f df : R -> R) (c : R) :
  locally c (fun x => is_derive f x (df x)) -> continuous df c ->
  (clarke_stationary f c <-> df c = 0).
Proof.
  intros Hd Hc. unfold clarke_stationary.
  destruct (clarke_derivative_smooth f df c Hd Hc) as [-> ->].
  simpl. split; [intros [H1 H2]|intro H]; lra.
Qed.

(** clarke-stationarity 4: a local maximum, of any function. *)
Theorem stationary_local_maximum (f : R -> R) (c : R) :
  locally c (fun y => f y <= f c) -> clarke_stationary f c.
Proof.
  intro H. destruct (locally_elim _ _ H) as [r [Hr K]].
  assert (Q : forall d, d = 1 \/ d = -1 -> Rbar_le 0 (clarke_derivative f c d)).
  { intros d Hd. apply clarke_derivative_ge. intros e l He Hl.
    assert (M1 := Rmin_l e r). assert (M2 := Rmin_r e r).
    assert (M : 0 < Rmin e r) by (apply Rmin_pos; lra).
    exists (c - Rmin e r / 2 * d), (Rmin e r / 2).
    split; [destruct Hd as [->| ->]; lra|]. split; [lra|].
    apply Rlt_le_trans with 0; [exact Hl|].
    unfold quotient. simpl. apply Rmult_le_pos; [|apply Rlt_le, Rinv_0_lt_compat; lra].
    replace (c - Rmin e r / 2 * d + Rmin e r / 2 * d) with c by ring.
    assert (f (c - Rmin e r / 2 * d) <= f c); [|lra].
    apply K. destruct Hd as [->| ->]; lra. }
  split; apply Q; auto.
Qed.

(** clarke-stationarity 4: a local minimum, of any function. *)
Theorem stationary_local_minimum (f : R -> R) (c : R) :
  locally c (fun y => f c <= f y) -> clarke_stationary f c.
Proof.
  intro H. destruct (locally_elim _ _ H) as [r [Hr K]].
  assert (Q : forall d, d = 1 \/ d = -1 -> Rbar_le 0 (clarke_derivative f c d)).
  { intros d Hd. apply clarke_derivative_ge. intros e l He Hl.
    assert (M1 := Rmin_l e r). assert (M2 := Rmin_r e r).
    assert (M : 0 < Rmin e r) by (apply Rmin_pos; lra).
    exists c, (Rmin e r / 2). split; [lra|]. split; [lra|].
    apply Rlt_le_trans with 0; [exact Hl|].
    unfold quotient. simpl. apply Rmult_le_pos; [|apply Rlt_le, Rinv_0_lt_compat; lra].
    assert (f c <= f (c + Rmin e r / 2 * d)); [|lra].
    apply K. destruct Hd as [->| ->]; lra. }
  split; apply Q; auto.
Qed.
