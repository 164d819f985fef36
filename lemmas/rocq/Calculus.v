(* Elementary analysis on the real line that the lemmas on functions of one
   variable rest on: mean values with finitely many exceptional points, slopes at
   the end of an interval, continuity at a cut.  Lemma id: derivative (b), (c). *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

(** The open interval between two ends, which may be infinite. *)
Definition span (lo hi : Rbar) (x : R) : Prop := Rbar_lt lo x /\ Rbar_lt x hi.

(** The same interval with its finite ends. *)
Definition closed_span (lo hi : Rbar) (x : R) : Prop := Rbar_le lo x /\ Rbar_le x hi.

(** * Neighbourhoods on one side *)

Lemma at_right_intro (c e : R) (P : R -> Prop) :
  c < e -> (forall x, c < x < e -> P x) -> at_right c P.
Proof.
  intros H HP. assert (K : 0 < e - c) by lra.
  exists (mkposreal _ K). intros x Hx Hc. apply HP.
  assert (B : Rabs (x - c) < e - c) by exact Hx.
  apply Rabs_def2 in B. lra.
Qed.

Lemma at_left_intro (c e : R) (P : R -> Prop) :
  e < c -> (forall x, e < x < c -> P x) -> at_left c P.
Proof.
  intros H HP. assert (K : 0 < c - e) by lra.
  exists (mkposreal _ K). intros x Hx Hc. apply HP.
  assert (B : Rabs (x - c) < c - e) by exact Hx.
  apply Rabs_def2 in B. lra.
Qed.

Lemma at_right_elim (c : R) (P : R -> Prop) :
  at_right c P -> exists e, c < e /\ forall x, c < x < e -> P x.
Proof.
  intros [d Hd]. exists (c + d). assert (Hp := cond_pos d). split; [lra|].
  intros x Hx. apply Hd; [|lra].
  change (Rabs (x - c) < d). rewrite Rabs_pos_eq; lra.
Qed.

Lemma at_left_elim (c : R) (P : R -> Prop) :
  at_left c P -> exists e, e < c /\ forall x, e < x < c -> P x.
Proof.
  intros [d Hd]. exists (c - d). assert (Hp := cond_pos d). split; [lra|].
  intros x Hx. apply Hd; [|lra].
  change (Rabs (x - c) < d). apply Rabs_def1; lra.
Qed.

Lemma locally_intro (x d : R) (P : R -> Prop) :
  0 < d -> (forall y, x - d < y < x + d -> P y) -> locally x P.
Proof.
  intros Hd HP. exists (mkposreal d Hd). intros y Hy. apply HP.
  assert (B : Rabs (y - x) < d) by exact Hy.
  apply Rabs_def2 in B. lra.
Qed.

Lemma locally_elim (x : R) (P : R -> Prop) :
  locally x P -> exists d, 0 < d /\ forall y, x - d < y < x + d -> P y.
Proof.
  intros [d Hd]. exists d. split; [apply cond_pos|].
  intros y Hy. apply Hd. change (Rabs (y - x) < d). apply Rabs_def1; lra.
Qed.

Lemma span_open (lo hi : Rbar) (x : R) : span lo hi x -> locally x (span lo hi).
Proof.
  intros [H1 H2]. apply (filter_and (F := locally x)).
  - apply (open_Rbar_gt' (Finite x) lo H1).
  - apply (open_Rbar_lt' (Finite x) hi H2).
Qed.

Lemma span_closed (lo hi : Rbar) (x : R) : span lo hi x -> closed_span lo hi x.
Proof. intros [H1 H2]. split; apply Rbar_lt_le; assumption. Qed.

Lemma continuous_within (D : R -> Prop) (g : R -> R) (x : R) :
  continuous g x -> filterlim g (within D (locally x)) (locally (g x)).
Proof.
  intros H P HP. destruct (H P HP) as [d Hd]. exists d. intros y Hy _. apply Hd, Hy.
Qed.

(** A function that is continuous at each point of a set is continuous on it. *)
Lemma continuous_on_pointwise (D : R -> Prop) (g : R -> R) :
  (forall x, D x -> continuous g x) -> continuous_on D g.
Proof. intros H x Hx. apply continuous_within, H, Hx. Qed.

(** Equal functions near a point are both continuous there, or neither is. *)
Lemma continuous_local (f g : R -> R) (x : R) :
  locally x (fun y => f y = g y) -> continuous g x -> continuous f x.
Proof.
  intros E H. apply continuous_ext_loc with g; [|exact H].
  apply filter_imp with (2 := E). auto.
Qed.

(** Continuity at a cut, from the two neighbouring pieces and the value. *)
Lemma continuous_glue (f l r : R -> R) (c : R) :
  at_left c (fun x => f x = l x) -> at_right c (fun x => f x = r x) ->
  filterlim l (at_left c) (locally (f c)) ->
  filterlim r (at_right c) (locally (f c)) ->
  continuous f c.
Proof.
  intros El Er Hl Hr P HP.
  assert (Hl' := Hl P HP). assert (Hr' := Hr P HP).
  unfold filtermap in *.
  destruct (at_left_elim _ _ (filter_and _ _ El Hl')) as [a [Ha Ka]].
  destruct (at_right_elim _ _ (filter_and _ _ Er Hr')) as [b [Hb Kb]].
  apply (locally_intro c (Rmin (c - a) (b - c))).
  - apply Rmin_pos; lra.
  - intros y Hy.
    assert (M1 := Rmin_l (c - a) (b - c)). assert (M2 := Rmin_r (c - a) (b - c)).
    destruct (Rtotal_order y c) as [H|[->|H]].
    + destruct (Ka y) as [E K]; [lra|]. rewrite E. exact K.
    + apply locally_singleton, HP.
    + destruct (Kb y) as [E K]; [lra|]. rewrite E. exact K.
Qed.

(** The form for two terms that are continuous at the cut and agree there. *)
Lemma continuous_cut (f l r : R -> R) (a b c : R) :
  a < c < b ->
  (forall x, a < x < c -> f x = l x) -> (forall x, c < x < b -> f x = r x) ->
  continuous l c -> continuous r c -> l c = f c -> r c = f c -> continuous f c.
Proof.
  intros Hc El Er Hl Hr Vl Vr. apply (continuous_glue f l r c).
  - apply at_left_intro with a; [lra|exact El].
  - apply at_right_intro with b; [lra|exact Er].
  - rewrite <- Vl. apply continuous_within, Hl.
  - rewrite <- Vr. apply continuous_within, Hr.
Qed.

(** * Mean values *)

(** Clamping to an interval turns continuity on it into continuity. *)
Definition clamp (u v x : R) : R := Rmax u (Rmin v x).

Lemma clamp_range u v x : u <= v -> u <= clamp u v x <= v.
Proof.
  intro H. unfold clamp. split; [apply Rmax_l|].
  apply Rmax_lub; [exact H|apply Rmin_l].
Qed.

Lemma clamp_inside u v x : u <= x <= v -> clamp u v x = x.
Proof. intro H. unfold clamp. rewrite Rmin_right, Rmax_right; lra. Qed.

Lemma clamp_continuous u v x (d : posreal) (y : R) :
  Rabs (y - x) < d -> Rabs (clamp u v y - clamp u v x) < d.
Proof.
  intro H. unfold clamp, Rmin, Rmax.
  apply Rabs_def2 in H.
  repeat destruct Rle_dec; apply Rabs_def1; lra.
Qed.

Lemma clamp_continuity (f : R -> R) u v x :
  u <= v -> continuous_on (fun t => u <= t <= v) f ->
  continuity_pt (fun t => f (clamp u v t)) x.
Proof.
  intros Huv Hf. apply continuity_pt_filterlim. intros P HP.
  destruct (Hf (clamp u v x) (clamp_range u v x Huv) P HP) as [d Hd].
  exists d. intros y Hy. apply Hd.
  - apply clamp_continuous, Hy.
  - apply clamp_range, Huv.
Qed.

(** The mean value theorem for a function that is continuous on a closed interval
    (as a function on it) and differentiable inside. *)
Lemma mean_value (f df : R -> R) (u v : R) :
  u < v -> continuous_on (fun t => u <= t <= v) f ->
  (forall t, u < t < v -> is_derive f t (df t)) ->
  exists t, u < t < v /\ f v - f u = df t * (v - u).
Proof.
  intros Huv Hc Hd. set (g := fun t => f (clamp u v t)).
  assert (Dg : forall t, u < t < v -> derivable_pt_lim g t (df t)).
  { intros t Ht. apply is_derive_Reals. apply is_derive_ext_loc with f; [|apply Hd, Ht].
    apply (locally_intro t (Rmin (t - u) (v - t))); [apply Rmin_pos; lra|].
    intros y Hy. assert (M1 := Rmin_l (t - u) (v - t)). assert (M2 := Rmin_r (t - u) (v - t)).
    unfold g. rewrite clamp_inside; [reflexivity|lra]. }
  assert (pr1 : forall c, u < c < v -> derivable_pt g c).
  { intros c Hcc. exists (df c). apply Dg, Hcc. }
  assert (pr2 : forall c, u < c < v -> derivable_pt id c) by (intros; apply derivable_pt_id).
  destruct (MVT g id u v pr1 pr2 Huv) as [c [P E]].
  - intros c _. apply clamp_continuity; [lra|exact Hc].
  - intros; apply derivable_continuous_pt, derivable_pt_id.
  - exists c. split; [exact P|].
    rewrite (derive_pt_eq_0 _ _ _ (pr1 c P) (Dg c P)) in E.
    rewrite (derive_pt_eq_0 _ _ _ (pr2 c P) (derivable_pt_lim_id c)) in E.
    unfold g, id in E. rewrite !clamp_inside in E by lra. lra.
Qed.

Lemma continuous_on_subset (D E : R -> Prop) (f : R -> R) :
  (forall x, D x -> E x) -> continuous_on E f -> continuous_on D f.
Proof.
  intros H Hf x Hx P HP. destruct (Hf x (H x Hx) P HP) as [d Hd].
  exists d. intros y Hy HD. apply Hd; [exact Hy|apply H, HD].
Qed.

(** derivative (c), from below: off finitely many points the slope is at least m. *)
Lemma increment_ge (f df : R -> R) (E : list R) (m u v : R) :
  u <= v -> continuous_on (fun t => u <= t <= v) f ->
  (forall t, u < t < v -> ~ In t E -> is_derive f t (df t) /\ m <= df t) ->
  m * (v - u) <= f v - f u.
Proof.
  revert u v. induction E as [|e E IH]; intros u v [Huv| ->] Hc Hd; try lra.
  - destruct (mean_value f df u v Huv Hc) as [c [Hcc Ec]].
    + intros t Ht. apply Hd; auto.
    + rewrite Ec. apply Rmult_le_compat_r; [lra|]. apply Hd; auto.
  - assert (K : forall a b, a <= b -> u <= a -> b <= v -> (e <= a \/ b <= e) ->
                m * (b - a) <= f b - f a).
    { intros a b Hab Ha Hb He. apply IH; [exact Hab| |].
      - apply continuous_on_subset with (2 := Hc). intros; lra.
      - intros t Ht HtE. apply Hd; [lra|]. intros [->|H]; [lra|contradiction]. }
    destruct (Rle_lt_dec e u) as [H1|H1]; [apply K; lra|].
    destruct (Rle_lt_dec v e) as [H2|H2]; [apply K; lra|].
    assert (A := K u e). assert (B := K e v). lra.
Qed.

(** derivative (c), from below, strict. *)
Lemma increment_gt (f df : R -> R) (E : list R) (m u v : R) :
  u < v -> continuous_on (fun t => u <= t <= v) f ->
  (forall t, u < t < v -> ~ In t E -> is_derive f t (df t) /\ m < df t) ->
  m * (v - u) < f v - f u.
Proof.
  revert u v. induction E as [|e E IH]; intros u v Huv Hc Hd.
  - destruct (mean_value f df u v Huv Hc) as [c [Hcc Ec]].
    + intros t Ht. apply Hd; auto.
    + rewrite Ec. apply Rmult_lt_compat_r; [lra|]. apply Hd; auto.
  - assert (K : forall a b, a < b -> u <= a -> b <= v -> (e <= a \/ b <= e) ->
                m * (b - a) < f b - f a).
    { intros a b Hab Ha Hb He. apply IH; [exact Hab| |].
      - apply continuous_on_subset with (2 := Hc). intros; lra.
      - intros t Ht HtE. apply Hd; [lra|]. intros [->|H]; [lra|contradiction]. }
    destruct (Rle_lt_dec e u) as [H1|H1]; [apply K; lra|].
    destruct (Rle_lt_dec v e) as [H2|H2]; [apply K; lra|].
    assert (A := K u e). assert (B := K e v). lra.
Qed.

Lemma continuous_on_opp (D : R -> Prop) (f : R -> R) :
  continuous_on D f -> continuous_on D (fun t => - f t).
Proof.
  intros H x Hx.
  apply (filterlim_comp _ _ _ f Ropp _ _ _ (H x Hx)), (filterlim_opp (f x)).
Qed.

(** derivative (c), from above. *)
Lemma increment_le (f df : R -> R) (E : list R) (M u v : R) :
  u <= v -> continuous_on (fun t => u <= t <= v) f ->
  (forall t, u < t < v -> ~ In t E -> is_derive f t (df t) /\ df t <= M) ->
  f v - f u <= M * (v - u).
Proof.
  intros Huv Hc Hd.
  assert (K := increment_ge (fun t => - f t) (fun t => - df t) E (- M) u v Huv
                 (continuous_on_opp _ _ Hc)).
  cut (- M * (v - u) <= - f v - - f u); [lra|]. apply K.
  intros t Ht HtE. destruct (Hd t Ht HtE) as [D B].
  split; [apply (is_derive_opp f), D|lra].
Qed.

(** derivative (c), from above, strict. *)
Lemma increment_lt (f df : R -> R) (E : list R) (M u v : R) :
  u < v -> continuous_on (fun t => u <= t <= v) f ->
  (forall t, u < t < v -> ~ In t E -> is_derive f t (df t) /\ df t < M) ->
  f v - f u < M * (v - u).
Proof.
  intros Huv Hc Hd.
  assert (K := increment_gt (fun t => - f t) (fun t => - df t) E (- M) u v Huv
                 (continuous_on_opp _ _ Hc)).
  cut (- M * (v - u) < - f v - - f u); [lra|]. apply K.
  intros t Ht HtE. destruct (Hd t Ht HtE) as [D B].
  split; [apply (is_derive_opp f), D|lra].
Qed.

(** * Slopes at an end of an interval: derivative (b) *)

Theorem slope_right (f df : R -> R) (c d : R) (D : Rbar) :
  c < d -> continuous_on (fun t => c <= t < d) f ->
  (forall t, c < t < d -> is_derive f t (df t)) ->
  filterlim df (at_right c) (Rbar_locally D) ->
  filterlim (fun h => (f (c + h) - f c) / h) (at_right 0) (Rbar_locally D).
Proof.
  intros Hcd Hc Hd HD P HP.
  destruct (at_right_elim _ _ (HD P HP)) as [e [He HPe]].
  apply (at_right_intro 0 (Rmin (d - c) (e - c))); [apply Rmin_pos; lra|].
  intros h Hh. assert (M1 := Rmin_l (d - c) (e - c)). assert (M2 := Rmin_r (d - c) (e - c)).
  destruct (mean_value f df c (c + h)) as [t [Ht E]]; [lra| | |].
  - apply continuous_on_subset with (2 := Hc). intros; lra.
  - intros t Ht. apply Hd. lra.
  - replace ((f (c + h) - f c) / h) with (df t); [apply HPe; lra|].
    rewrite E. field. lra.
Qed.

Theorem slope_left (f df : R -> R) (c d : R) (D : Rbar) :
  d < c -> continuous_on (fun t => d < t <= c) f ->
  (forall t, d < t < c -> is_derive f t (df t)) ->
  filterlim df (at_left c) (Rbar_locally D) ->
  filterlim (fun h => (f (c + h) - f c) / h) (at_left 0) (Rbar_locally D).
Proof.
  intros Hcd Hc Hd HD P HP.
  destruct (at_left_elim _ _ (HD P HP)) as [e [He HPe]].
  apply (at_left_intro 0 (Rmax (d - c) (e - c))); [apply Rmax_lub_lt; lra|].
  intros h Hh. assert (M1 := Rmax_l (d - c) (e - c)). assert (M2 := Rmax_r (d - c) (e - c)).
  destruct (mean_value f df (c + h) c) as [t [Ht E]]; [lra| | |].
  - apply continuous_on_subset with (2 := Hc). intros; lra.
  - intros t Ht. apply Hd. lra.
  - replace ((f (c + h) - f c) / h) with (df t); [apply HPe; lra|].
    replace (f (c + h) - f c) with (- (f c - f (c + h))) by ring. rewrite E. field. lra.
Qed.
