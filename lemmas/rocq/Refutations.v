(* Refutations: stationary points that are not global minimisers, and witnesses against
   the other claims.  Lemma ids: stationary-point, plateau, kink, interior-maximum,
   interior-minimum, jump, turning, chord.  The function is arbitrary off the interval
   that a lemma speaks of. *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary.
From Invex Require Export Chain.
Open Scope R_scope.

(** Some Clarke-stationary point is not a global minimiser. *)
Definition refuted (f : R -> R) : Prop :=
  exists x, clarke_stationary f x /\ exists y, f y < f x.

Lemma refuted_not_invex (f : R -> R) : refuted f -> ~ invex f.
Proof. intros [x [St [y Hy]]] H. specialize (H x St y). lra. Qed.

(** Nothing is lost: a function that is not invex is refuted. *)
Lemma not_invex_refuted (f : R -> R) : ~ invex f -> refuted f.
Proof.
  intro H. apply Classical_Prop.NNPP. intro N. apply H. intros x St y.
  apply Rnot_lt_le. intro L. apply N. exists x. split; [exact St|]. exists y. exact L.
Qed.

Lemma refuted_at (f : R -> R) (x y : R) : clarke_stationary f x -> f y < f x -> refuted f.
Proof. intros St Hy. exists x. split; [exact St|]. exists y. exact Hy. Qed.

Lemma between_locally (u v c : R) : u < c < v -> locally c (fun x => u < x < v).
Proof.
  intro H. assert (M1 := Rmin_l (c - u) (v - c)). assert (M2 := Rmin_r (c - u) (v - c)).
  apply (locally_intro c (Rmin (c - u) (v - c))); [apply Rmin_pos; lra|]. intros; lra.
Qed.

(** * Stationary points *)

(** stationary-point: f = F on (u, v), F' is continuous and F'(c) = 0. *)
Theorem stationary_point (f F dF : R -> R) (u v c : R) :
  u < c < v ->
  (forall x, u < x < v -> f x = F x) ->
  (forall x, u < x < v -> is_derive F x (dF x)) ->
  continuous dF c -> dF c = 0 -> clarke_stationary f c.
Proof.
  intros Hc E D C Z.
  apply (clarke_stationary_local F f).
  - apply filter_imp with (2 := between_locally u v c Hc). intros x Hx. symmetry. apply E, Hx.
  - apply (stationary_smooth F dF c); [|exact C|exact Z].
    apply filter_imp with (2 := between_locally u v c Hc). exact D.
Qed.

(** The same with F' = z w near a zero c of z: the form of an exact zero that is a zero
    of another term. *)
Corollary stationary_point_factor (f F dF z w : R -> R) (u v c : R) :
  u < c < v ->
  (forall x, u < x < v -> f x = F x) ->
  (forall x, u < x < v -> is_derive F x (dF x)) ->
  continuous dF c -> z c = 0 -> dF c = z c * w c -> clarke_stationary f c.
Proof.
  intros Hc E D C Z W. apply (stationary_point f F dF u v c Hc E D C). rewrite W, Z. ring.
Qed.

(** plateau: f = F on (u, v) and F' = 0 there.  Every point is stationary, f is constant. *)
Theorem plateau (f F : R -> R) (u v : R) :
  (forall x, u < x < v -> f x = F x) ->
  (forall x, u < x < v -> is_derive F x 0) ->
  (forall x, u < x < v -> clarke_stationary f x) /\
  (forall x y, u < x < v -> u < y < v -> f x = f y).
Proof.
  intros E D. split.
  - intros x Hx. apply (stationary_point f F (fun _ => 0) u v x Hx E D); [|reflexivity].
    apply continuous_const.
  - assert (L : forall x y, u < x < v -> u < y < v -> x <= y -> f x = f y).
    { intros x y Hx Hy Hxy. rewrite !E by assumption.
      assert (C : continuous_on (fun t => x <= t <= y) F).
      { apply continuous_on_pointwise. intros t Ht.
        apply is_derive_continuous with 0, D. lra. }
      assert (A : 0 * (y - x) <= F y - F x).
      { apply (increment_ge F (fun _ => 0) nil); [exact Hxy|exact C|].
        intros t Ht _. split; [apply D|]; lra. }
      assert (B : F y - F x <= 0 * (y - x)).
      { apply (increment_le F (fun _ => 0) nil); [exact Hxy|exact C|].
        intros t Ht _. split; [apply D|]; lra. }
      lra. }
    intros x y Hx Hy. destruct (Rle_lt_dec x y); [apply L|symmetry; apply L]; try assumption; lra.
Qed.

(** kink: continuous at c, slopes of opposite weak signs up to c. *)
Theorem kink (f F G dF dG : R -> R) (u c v : R) :
  u < c < v -> continuous f c ->
  (forall x, u < x < c -> f x = F x) -> (forall x, c < x < v -> f x = G x) ->
  (forall x, u < x < c -> is_derive F x (dF x)) ->
  (forall x, c < x < v -> is_derive G x (dG x)) ->
  filterlim dF (at_left c) (locally (dF c)) -> filterlim dG (at_right c) (locally (dG c)) ->
  (0 <= dF c /\ dG c <= 0) \/ (dF c <= 0 /\ 0 <= dG c) ->
  clarke_stationary f c.
Proof.
  intros Hc Cf E1 E2 D1 D2 L1 L2 S.
  set (df := fun x => if Rle_dec x c then dF x else dG x).
  assert (M1 := Rmin_l (c - u) (v - c)). assert (M2 := Rmin_r (c - u) (v - c)).
  assert (Dl : forall x, u < x < c -> is_derive f x (dF x)).
  { intros x Hx. apply (is_derive_piece f F u c); [|exact Hx|apply D1, Hx]. exact E1. }
  assert (Dr : forall x, c < x < v -> is_derive f x (dG x)).
  { intros x Hx. apply (is_derive_piece f G c v); [|exact Hx|apply D2, Hx]. exact E2. }
  apply (stationary_kink f df c (Rmin (c - u) (v - c)) (dF c) (dG c)).
  - apply Rmin_pos; lra.
  - split.
    + intros t Ht. destruct (Rtotal_order t c) as [H|[->|H]]; [|exact Cf|].
      * apply is_derive_continuous with (dF t), Dl. lra.
      * apply is_derive_continuous with (dG t), Dr. lra.
    + intros t Ht Htc. unfold df. destruct (Rle_dec t c); [apply Dl|apply Dr]; lra.
  - apply (filterlim_ext_loc dF df); [|exact L1].
    apply (at_left_intro c u); [lra|].
    intros x Hx. unfold df. destruct (Rle_dec x c); [reflexivity|lra].
  - apply (filterlim_ext_loc dG df); [|exact L2].
    apply (at_right_intro c v); [lra|].
    intros x Hx. unfold df. destruct (Rle_dec x c); [lra|reflexivity].
  - assert (N1 := Rmin_l (dF c) (dG c)). assert (N2 := Rmin_r (dF c) (dG c)).
    assert (N3 := Rmax_l (dF c) (dG c)). assert (N4 := Rmax_r (dF c) (dG c)).
    lra.
Qed.

(** * Extrema inside an interval *)

Section Extrema.

(** f is made of pieces on (u, v), continuous at the cuts; the first piece's term is
    continuous up to u, the last one's up to v. *)
Variables (f : R -> R) (u m v : R) (d : chain (R -> R)).
Hypothesis Hm : u < m < v.
Hypothesis pieces : along (equals f) (joined f) u v d.
Hypothesis at_u : filterlim (first d) (at_right u) (locally (first d u)).
Hypothesis at_v : filterlim (last d) (at_left v) (locally (last d v)).

Lemma first_piece (w : R) (e : chain (R -> R)) :
  along (equals f) (joined f) w v e -> w < v -> at_right w (fun x => f x = first e x).
Proof.
  destruct e as [a|a c rest]; simpl; intros H Hw.
  - apply (at_right_intro w v); [exact Hw|]. apply H.
  - apply (at_right_intro w c); [apply H|]. apply H.
Qed.

Lemma last_piece (w : R) (e : chain (R -> R)) :
  along (equals f) (joined f) w v e -> w < v -> at_left v (fun x => f x = last e x).
Proof.
  revert w. induction e as [a|a c rest IH]; simpl; intros w H Hw.
  - apply (at_left_intro v w); [exact Hw|]. apply H.
  - apply (IH c); tauto.
Qed.

(** f continued to the ends. *)
Lemma continued :
  exists g, (forall x, continuous g x) /\ (forall x, u < x < v -> g x = f x) /\
            g u = first d u /\ g v = last d v.
Proof.
  destruct (C0_extension_lt f (first d u) (last d v) u v) as [g [Cg [Eg [Gu Gv]]]].
  - lra.
  - intros c Hc. apply (equals_along_continuous f d u v pieces). exact Hc.
  - apply (filterlim_ext_loc (first d)); [|exact at_u].
    apply filter_imp with (2 := first_piece u d pieces ltac:(lra)). auto.
  - apply (filterlim_ext_loc (last d)); [|exact at_v].
    apply filter_imp with (2 := last_piece u d pieces ltac:(lra)). auto.
  - exists g. auto.
Qed.

(** interior-maximum *)
Theorem interior_maximum :
  first d u < f m -> last d v < f m ->
  exists c, u < c < v /\ clarke_stationary f c /\ exists y, f y < f c.
Proof.
  intros Hu Hv. destruct continued as [g [Cg [Eg [Gu Gv]]]].
  destruct (continuity_ab_maj g u v) as [c [Max Hc]]; [lra| |].
  { intros x _. apply continuity_pt_filterlim, Cg. }
  assert (Gm : f m <= g c) by (rewrite <- Eg by exact Hm; apply Max; lra).
  assert (Hcu : c <> u) by (intros ->; lra).
  assert (Hcv : c <> v) by (intros ->; lra).
  assert (Hc' : u < c < v) by lra.
  exists c. split; [exact Hc'|]. split.
  - apply stationary_local_maximum.
    apply filter_imp with (2 := between_locally u v c Hc').
    intros y Hy. rewrite <- !Eg by assumption. apply Max. lra.
  - (* near u, f takes values below f m *)
    assert (P : 0 < f m - g u) by lra.
    destruct (locally_elim u _ (Cg u _ (locally_ball (g u) (mkposreal _ P)))) as [r [Hr K]].
    assert (M1 := Rmin_l r (v - u)). assert (M2 := Rmin_r r (v - u)).
    assert (M : 0 < Rmin r (v - u)) by (apply Rmin_pos; lra).
    exists (u + Rmin r (v - u) / 2).
    assert (B : Rabs (g (u + Rmin r (v - u) / 2) - g u) < f m - g u) by (apply K; lra).
    apply Rabs_def2 in B. rewrite <- Eg by lra. rewrite <- (Eg c Hc'). lra.
Qed.

(** interior-minimum, the stationary point *)
Theorem interior_minimum :
  f m < first d u -> f m < last d v ->
  exists c, u < c < v /\ clarke_stationary f c.
Proof.
  intros Hu Hv. destruct continued as [g [Cg [Eg [Gu Gv]]]].
  destruct (continuity_ab_min g u v) as [c [Min Hc]]; [lra| |].
  { intros x _. apply continuity_pt_filterlim, Cg. }
  assert (Gm : g c <= f m) by (rewrite <- Eg by exact Hm; apply Min; lra).
  assert (Hcu : c <> u) by (intros ->; lra).
  assert (Hcv : c <> v) by (intros ->; lra).
  assert (Hc' : u < c < v) by lra.
  exists c. split; [exact Hc'|]. apply stationary_local_minimum.
  apply filter_imp with (2 := between_locally u v c Hc').
  intros y Hy. rewrite <- !Eg by assumption. apply Min. lra.
Qed.

(** A weak inequality on all pieces holds at the cuts, by continuity. *)
Lemma above_level (L : R) :
  along (fun lo hi t => forall x, span lo hi x -> L <= t x) (fun _ _ _ => True) u v d ->
  forall x, u < x < v -> L <= f x.
Proof.
  intros HL x Hx. apply Rnot_lt_le. intro N.
  (* off the cuts f >= L; near x there is a point that is no cut *)
  assert (Off : forall y, u < y < v -> ~ In y (cuts d) -> L <= f y).
  { clear - pieces HL. revert pieces HL. generalize u as w.
    induction d as [a|a c rest IH]; simpl; intros w H HL y Hy Ny.
    - destruct H as [E _]. rewrite E by exact Hy. apply HL. exact Hy.
    - destruct H as [H1 [H2 [[E _] [_ Hr]]]]. destruct HL as [_ [_ [La [_ Lr]]]].
      destruct (Rtotal_order y c) as [G|[->|G]]; [|tauto|].
      + assert (S : span w c y) by (split; [apply Hy|exact G]).
        rewrite E by exact S. apply La, S.
      + apply (IH c Hr Lr); [split; [exact G|apply Hy]|tauto]. }
  assert (Cx := equals_along_continuous f d u v pieces x Hx).
  assert (P : 0 < L - f x) by lra.
  assert (B := filter_and _ _ (between_locally u v x Hx)
                 (Cx _ (locally_ball (f x) (mkposreal _ P)))).
  destruct (locally_elim _ _ B) as [r [Hr K]].
  assert (Z : exists y, x < y < x + r /\ ~ In y (cuts d)).
  { clear - Hr. revert r Hr. induction (cuts d) as [|e l IH]; intros r Hr.
    - exists (x + r / 2). split; [lra|simpl; tauto].
    - destruct (Rle_lt_dec e x) as [H|H].
      + destruct (IH r Hr) as [y [Hy Ny]]. exists y. split; [exact Hy|].
        intros [->|Hi]; [lra|contradiction].
      + assert (M1 := Rmin_l r (e - x)). assert (M2 := Rmin_r r (e - x)).
        destruct (IH (Rmin r (e - x))) as [y [Hy Ny]]; [apply Rmin_pos; lra|].
        exists y. split; [lra|]. intros [->|Hi]; [lra|contradiction]. }
  destruct Z as [y [Hy Ny]].
  assert (Ky := K y ltac:(lra)). destruct Ky as [Hy1 Hy2].
  assert (Hy3 : Rabs (f y - f x) < L - f x) by exact Hy2.
  apply Rabs_def2 in Hy3. specialize (Off y Hy1 Ny). lra.
Qed.

(** interior-minimum, with a lower point elsewhere *)
Theorem interior_minimum_refuted (L y : R) :
  f m < first d u -> f m < last d v ->
  along (fun lo hi t => forall x, span lo hi x -> L <= t x) (fun _ _ _ => True) u v d ->
  f y < L -> exists c, u < c < v /\ clarke_stationary f c /\ f y < f c.
Proof.
  intros Hu Hv HL Hy. destruct (interior_minimum Hu Hv) as [c [Hc St]].
  exists c. split; [exact Hc|]. split; [exact St|].
  assert (K := above_level L HL c Hc). lra.
Qed.

End Extrema.

(** * The other claims *)

(** jump: one-sided limits and the value at c, two of which differ. *)
Theorem jump (f l r : R -> R) (c : R) :
  at_left c (fun x => f x = l x) -> at_right c (fun x => f x = r x) ->
  (filterlim l (at_left c) (locally (l c)) /\ filterlim r (at_right c) (locally (r c)) /\ l c <> r c) \/
  (filterlim l (at_left c) (locally (l c)) /\ l c <> f c) \/
  (filterlim r (at_right c) (locally (r c)) /\ r c <> f c) ->
  ~ continuous f c.
Proof.
  intros El Er H C.
  assert (Cl : filterlim l (at_left c) (locally (f c))).
  { apply (filterlim_ext_loc f l El), continuous_within, C. }
  assert (Cr : filterlim r (at_right c) (locally (f c))).
  { apply (filterlim_ext_loc f r Er), continuous_within, C. }
  assert (Ul : filterlim l (at_left c) (locally (l c)) -> l c = f c).
  { intro K. apply (filterlim_locally_unique l _ _ K Cl). }
  assert (Ur : filterlim r (at_right c) (locally (r c)) -> r c = f c).
  { intro K. apply (filterlim_locally_unique r _ _ K Cr). }
  destruct H as [[H1 [H2 N]]|[[H1 N]|[H1 N]]].
  - apply N. rewrite (Ul H1), (Ur H2). reflexivity.
  - apply N, Ul, H1.
  - apply N, Ur, H1.
Qed.

Definition strictly_increasing (f : R -> R) : Prop := forall x y, x < y -> f x < f y.
Definition strictly_decreasing (f : R -> R) : Prop := forall x y, x < y -> f y < f x.
Definition strictly_monotone (f : R -> R) : Prop :=
  strictly_increasing f \/ strictly_decreasing f.

(** turning: the two differences do not both have the sign 1, nor both the sign -1. *)
Theorem turning (f : R -> R) (u v w : R) :
  u < v < w ->
  ~ (f u < f v /\ f v < f w) -> ~ (f v < f u /\ f w < f v) -> ~ strictly_monotone f.
Proof.
  intros [H1 H2] N1 N2 [M|M]; [apply N1|apply N2]; split; apply M; assumption.
Qed.

Definition lipschitz_with (f : R -> R) (K : R) : Prop :=
  forall x y, Rabs (f x - f y) <= K * Rabs (x - y).

(** chord (1): a chord that is steeper than the constant. *)
Theorem steep_chord (f : R -> R) (u v K : R) :
  u < v -> K * (v - u) < Rabs (f v - f u) -> ~ lipschitz_with f K.
Proof.
  intros H S L. specialize (L v u). rewrite (Rabs_pos_eq (v - u)) in L by lra. lra.
Qed.

Definition convex (f : R -> R) : Prop :=
  forall x y t, 0 <= t <= 1 -> f (t * x + (1 - t) * y) <= t * f x + (1 - t) * f y.

(** chord (2): a value above the chord. *)
Theorem chord (f : R -> R) (u m w : R) :
  u < m < w -> (w - m) * f u + (m - u) * f w < (w - u) * f m -> ~ convex f.
Proof.
  intros H N C. specialize (C u w ((w - m) / (w - u))).
  assert (P : 0 < w - u) by lra.
  assert (T : 0 <= (w - m) / (w - u) <= 1).
  { split.
    - apply Rmult_le_pos; [lra|]. apply Rlt_le, Rinv_0_lt_compat, P.
    - apply (Rmult_le_reg_r (w - u)); [exact P|].
      unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  specialize (C T).
  replace ((w - m) / (w - u) * u + (1 - (w - m) / (w - u)) * w) with m in C by (field; lra).
  apply (Rmult_le_compat_l (w - u)) in C; [|lra].
  replace ((w - u) * ((w - m) / (w - u) * f u + (1 - (w - m) / (w - u)) * f w))
    with ((w - m) * f u + (m - u) * f w) in C by (field; lra).
  lra.
Qed.
