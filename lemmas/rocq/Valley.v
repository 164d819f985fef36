(* The valley: a continuous function whose pieces are decreasing* block* increasing*,
   with the conditions at the cuts, is invex.  Lemma id: valley. *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary.
From Invex Require Export Shapes.
Open Scope R_scope.

Section Pieces.

Variable f : R -> R.

Lemma piece_derive lo hi q x :
  piece_ok f lo hi q -> span lo hi x -> is_derive f x (slope q x).
Proof.
  intros [E [D _]] Hx. apply is_derive_ext_loc with (term q); [|apply D, Hx].
  apply filter_imp with (2 := span_open lo hi x Hx). intros y Hy. symmetry. apply E, Hy.
Qed.

Lemma piece_Derive lo hi q x :
  piece_ok f lo hi q -> span lo hi x -> Derive f x = slope q x.
Proof. intros H Hx. apply is_derive_unique, piece_derive with (1 := H), Hx. Qed.

(** k is nondecreasing on the closed piece. *)
Lemma factor_monotone lo hi q p k dk (x y : R) :
  piece_ok f lo hi q -> form q = Block p k dk ->
  closed_span lo hi x -> closed_span lo hi y -> x <= y -> k x <= k y.
Proof.
  intros [_ [_ [_ S]]] F [Hx1 Hx2] [Hy1 Hy2] Hxy. unfold shaped in S. rewrite F in S.
  destruct S as [_ [_ [_ [Ck Dk]]]].
  assert (I : 0 * (y - x) <= k y - k x); [|lra].
  apply (increment_ge k dk nil); [exact Hxy| |].
  - apply continuous_on_subset with (2 := Ck). intros t [Ht1 Ht2].
    split; [apply Rbar_le_trans with x|apply Rbar_le_trans with y]; assumption.
  - intros t [Ht1 Ht2] _. apply Dk.
    split; [apply Rbar_le_lt_trans with x|apply Rbar_lt_le_trans with y]; assumption.
Qed.

Lemma block_slope lo hi q p k dk x :
  piece_ok f lo hi q -> form q = Block p k dk -> span lo hi x ->
  Derive f x = p x * k x /\ 0 < p x.
Proof.
  intros H F Hx. rewrite (piece_Derive lo hi q x H Hx).
  destruct H as [_ [_ [_ S]]]. unfold shaped in S. rewrite F in S.
  destruct S as [E [P _]]. split; [apply E, Hx|apply P, span_closed, Hx].
Qed.

Lemma valley_continuous_from d lo :
  valley_from f lo d -> forall t : R, Rbar_lt lo t -> continuous f t.
Proof.
  revert lo. induction d as [q|q c rest IH]; intros lo H t Ht; simpl in H.
  - apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) f t).
    exists (slope q t). apply (piece_derive lo p_infty q t H). split; [exact Ht|exact I].
  - destruct H as [_ [Hq [Hc [_ Hr]]]].
    destruct (Rtotal_order t c) as [L|[->|G]]; [|exact Hc|apply (IH c Hr t G)].
    apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) f t).
    exists (slope q t). apply (piece_derive lo c q t Hq). split; [exact Ht|exact L].
Qed.

Lemma valley_derive_from d lo :
  valley_from f lo d -> forall t : R, Rbar_lt lo t -> ~ In t (cuts d) -> ex_derive f t.
Proof.
  revert lo. induction d as [q|q c rest IH]; intros lo H t Ht N; simpl in H, N.
  - exists (slope q t). apply (piece_derive lo p_infty q t H). split; [exact Ht|exact I].
  - destruct H as [_ [Hq [Hc [_ Hr]]]].
    destruct (Rtotal_order t c) as [L|[->|G]]; [|tauto|apply (IH c Hr t G); tauto].
    exists (slope q t). apply (piece_derive lo c q t Hq). split; [exact Ht|exact L].
Qed.

(** Slopes to the right of x, when nothing but the block and increasing pieces is there. *)
Lemma slopes_right d lo (x : R) :
  valley_from f lo d -> Rbar_le lo x -> Rbar_le x (upper d) ->
  match form (first d) with
  | Decreasing => False | Block _ k _ => 0 <= k x | Increasing => True
  end ->
  forall t, x < t -> ~ In t (cuts d) -> 0 <= Derive f t.
Proof.
  revert lo x. induction d as [q|q c rest IH]; intros lo x H Hlo Hup Hk t Ht N; simpl in *.
  - assert (St : span lo p_infty t).
    { split; [apply Rbar_le_lt_trans with x; assumption|exact I]. }
    destruct (form q) as [|p k dk|] eqn:F; [contradiction| |].
    + destruct (block_slope lo p_infty q p k dk t H F St) as [-> P].
      apply Rmult_le_pos; [lra|]. apply Rle_trans with (k x); [exact Hk|].
      apply (factor_monotone lo p_infty q p k dk); try assumption; [| |lra].
      * split; assumption.
      * apply span_closed, St.
    + rewrite (piece_Derive lo p_infty q t H St).
      destruct H as [_ [_ [_ S]]]. unfold shaped in S. rewrite F in S.
      apply Rlt_le, S, St.
  - destruct H as [Hlc [Hq [Hc [J Hr]]]].
    destruct (Rtotal_order t c) as [L|[E|G]]; [|subst; tauto|].
    + assert (St : span lo c t).
      { split; [apply Rbar_le_lt_trans with x; assumption|exact L]. }
      destruct (form q) as [|p k dk|] eqn:F; [contradiction| |].
      * destruct (block_slope lo c q p k dk t Hq F St) as [-> P].
        apply Rmult_le_pos; [lra|]. apply Rle_trans with (k x); [exact Hk|].
        apply (factor_monotone lo c q p k dk); try assumption; [| |lra].
        -- split; assumption.
        -- apply span_closed, St.
      * rewrite (piece_Derive lo c q t Hq St).
        destruct Hq as [_ [_ [_ S]]]. unfold shaped in S. rewrite F in S.
        apply Rlt_le, S, St.
    + apply (IH c c Hr); [apply Rbar_le_refl| | |exact G|tauto].
      * destruct rest; simpl in *; [exact I|]. apply Rlt_le. tauto.
      * unfold joint in J.
        destruct (form q) as [|p k dk|] eqn:F; [contradiction| |];
          destruct (form (first rest)) as [|p' k' dk'|]; try contradiction; try exact I.
        apply Rle_trans with (k c); [|exact J]. apply Rle_trans with (k x); [exact Hk|].
        apply (factor_monotone lo c q p k dk); try assumption.
        -- split; assumption.
        -- split; [apply Rbar_lt_le, Hlc|apply Rbar_le_refl].
Qed.

(** ** The whole line *)

Variable E : list R.
Hypothesis f_continuous : forall t, continuous f t.
Hypothesis f_derive : forall t, ~ In t E -> ex_derive f t.

Definition minimal_at (x : R) : Prop :=
  (forall t, t < x -> ~ In t E -> Derive f t <= 0) /\
  (forall t, x < t -> ~ In t E -> 0 <= Derive f t).

Lemma minimal_at_minimum x : minimal_at x -> forall y, f x <= f y.
Proof.
  intros [H1 H2] y. destruct (Rle_lt_dec x y) as [Hxy|Hyx].
  - assert (K : 0 * (y - x) <= f y - f x); [|lra].
    apply (increment_ge f (Derive f) E); [exact Hxy| |].
    + apply continuous_on_pointwise. intros; apply f_continuous.
    + intros t Ht N. split; [apply Derive_correct, f_derive, N|apply H2; [lra|exact N]].
  - assert (K : f x - f y <= 0 * (x - y)); [|lra].
    apply (increment_le f (Derive f) E); [lra| |].
    + apply continuous_on_pointwise. intros; apply f_continuous.
    + intros t Ht N. split; [apply Derive_correct, f_derive, N|apply H1; [lra|exact N]].
Qed.

(** Slopes that stay away from 0, with one sign, on both sides of a point. *)
Lemma not_stationary_falling c ml mr :
  0 < ml -> at_left c (fun t => is_derive f t (Derive f t) /\ Derive f t <= - ml) ->
  0 < mr -> at_right c (fun t => is_derive f t (Derive f t) /\ Derive f t <= - mr) ->
  ~ clarke_stationary f c.
Proof.
  intros Hml Hl Hmr Hr.
  destruct (at_left_elim _ _ Hl) as [a [Ha Ka]]. destruct (at_right_elim _ _ Hr) as [b [Hb Kb]].
  assert (M1 := Rmin_l (c - a) (b - c)). assert (M2 := Rmin_r (c - a) (b - c)).
  assert (N1 := Rmin_l ml mr). assert (N2 := Rmin_r ml mr).
  apply (not_stationary_decreasing f (Derive f) c (Rmin (c - a) (b - c)) (Rmin ml mr)).
  - apply Rmin_pos; lra.
  - apply Rmin_pos; lra.
  - split; [intros; apply f_continuous|]. intros t Ht Htc.
    destruct (Rtotal_order t c) as [H|[H|H]]; [apply Ka; lra|contradiction|apply Kb; lra].
  - intros t Ht Htc.
    destruct (Rtotal_order t c) as [H|[H|H]]; [|contradiction|].
    + assert (Q : Derive f t <= - ml) by (apply Ka; lra). lra.
    + assert (Q : Derive f t <= - mr) by (apply Kb; lra). lra.
Qed.

Lemma not_stationary_rising c ml mr :
  0 < ml -> at_left c (fun t => is_derive f t (Derive f t) /\ ml <= Derive f t) ->
  0 < mr -> at_right c (fun t => is_derive f t (Derive f t) /\ mr <= Derive f t) ->
  ~ clarke_stationary f c.
Proof.
  intros Hml Hl Hmr Hr.
  destruct (at_left_elim _ _ Hl) as [a [Ha Ka]]. destruct (at_right_elim _ _ Hr) as [b [Hb Kb]].
  assert (M1 := Rmin_l (c - a) (b - c)). assert (M2 := Rmin_r (c - a) (b - c)).
  assert (N1 := Rmin_l ml mr). assert (N2 := Rmin_r ml mr).
  apply (not_stationary_increasing f (Derive f) c (Rmin (c - a) (b - c)) (Rmin ml mr)).
  - apply Rmin_pos; lra.
  - apply Rmin_pos; lra.
  - split; [intros; apply f_continuous|]. intros t Ht Htc.
    destruct (Rtotal_order t c) as [H|[H|H]]; [apply Ka; lra|contradiction|apply Kb; lra].
  - intros t Ht Htc.
    destruct (Rtotal_order t c) as [H|[H|H]]; [|contradiction|].
    + assert (Q : ml <= Derive f t) by (apply Ka; lra). lra.
    + assert (Q : mr <= Derive f t) by (apply Kb; lra). lra.
Qed.

(** A property of the slope of a piece near an end is one of the derivative of f. *)
Lemma transfer_left lo (c : R) q (P : R -> Prop) :
  Rbar_lt lo c -> piece_ok f lo c q -> at_left c (fun t => P (slope q t)) ->
  at_left c (fun t => is_derive f t (Derive f t) /\ P (Derive f t)).
Proof.
  intros Hlo Hq H. destruct (at_left_elim _ _ H) as [a [Ha Ka]].
  assert (B : exists u, u < c /\ forall t, u < t < c -> span lo c t).
  { destruct lo as [r| |]; [exists r|contradiction|exists (c - 1)].
    - split; [exact Hlo|]. intros t Ht. split; simpl; lra.
    - split; [lra|]. intros t Ht. split; simpl; [exact I|lra]. }
  destruct B as [u [Hu Bu]].
  apply (at_left_intro c (Rmax a u)); [apply Rmax_lub_lt; assumption|].
  intros t Ht. assert (M1 := Rmax_l a u). assert (M2 := Rmax_r a u).
  assert (St : span lo c t) by (apply Bu; lra).
  rewrite (piece_Derive lo c q t Hq St).
  split; [apply (piece_derive lo c q t Hq St)|apply Ka; lra].
Qed.

Lemma transfer_right hi (c : R) q (P : R -> Prop) :
  Rbar_lt c hi -> piece_ok f c hi q -> at_right c (fun t => P (slope q t)) ->
  at_right c (fun t => is_derive f t (Derive f t) /\ P (Derive f t)).
Proof.
  intros Hhi Hq H. destruct (at_right_elim _ _ H) as [a [Ha Ka]].
  assert (B : exists u, c < u /\ forall t, c < t < u -> span c hi t).
  { destruct hi as [r| |]; [exists r|exists (c + 1)|contradiction].
    - split; [exact Hhi|]. intros t Ht. split; simpl; lra.
    - split; [lra|]. intros t Ht. split; simpl; [lra|exact I]. }
  destruct B as [u [Hu Bu]].
  apply (at_right_intro c (Rmin a u)); [apply Rmin_glb_lt; assumption|].
  intros t Ht. assert (M1 := Rmin_l a u). assert (M2 := Rmin_r a u).
  assert (St : span c hi t) by (apply Bu; lra).
  rewrite (piece_Derive c hi q t Hq St).
  split; [apply (piece_derive c hi q t Hq St)|apply Ka; lra].
Qed.

(** What is known of the slopes to the left of the lower end of a piece. *)
Definition slopes_left (lo : Rbar) (sh : shape) : Prop :=
  match sh with
  | Decreasing => forall t : R, Rbar_lt t lo -> ~ In t E -> Derive f t <= 0
  | Block _ k _ => (forall r, lo = Finite r -> k r <= 0) ->
                   forall t : R, Rbar_lt t lo -> ~ In t E -> Derive f t <= 0
  | Increasing => True
  end.

Definition known (lo : Rbar) : Prop := forall r, lo = Finite r -> In r E.

Lemma left_trichotomy (lo : Rbar) (t : R) (hi : Rbar) :
  known lo -> lo <> p_infty -> Rbar_lt t hi -> ~ In t E -> Rbar_lt t lo \/ span lo hi t.
Proof.
  intros K Hp H N. destruct lo as [r| |]; [|contradiction|right; split; [exact I|exact H]].
  destruct (Rtotal_order t r) as [L|[->|G]].
  - left. exact L.
  - contradiction N. apply K. reflexivity.
  - right. split; [exact G|exact H].
Qed.

Lemma left_of_decreasing lo hi q :
  known lo -> lo <> p_infty -> piece_ok f lo hi q -> form q = Decreasing ->
  slopes_left lo (form q) ->
  forall t : R, Rbar_lt t hi -> ~ In t E -> Derive f t <= 0.
Proof.
  intros K Hp Hq F L t Ht N. rewrite F in L.
  destruct (left_trichotomy lo t hi K Hp Ht N) as [H|H]; [apply L; assumption|].
  rewrite (piece_Derive lo hi q t Hq H). destruct Hq as [_ [_ [_ S]]].
  unfold shaped in S. rewrite F in S. apply Rlt_le, S, H.
Qed.

Lemma left_of_block lo hi q p k dk (x : R) :
  known lo -> piece_ok f lo hi q -> form q = Block p k dk -> Rbar_lt lo x -> Rbar_le x hi ->
  slopes_left lo (form q) -> k x <= 0 ->
  forall t, t < x -> ~ In t E -> Derive f t <= 0.
Proof.
  intros K Hq F Hlo Hhi L Hk t Ht N. rewrite F in L.
  assert (Hp : lo <> p_infty) by (intros ->; contradiction).
  assert (Cx : closed_span lo hi x) by (split; [apply Rbar_lt_le, Hlo|exact Hhi]).
  destruct (left_trichotomy lo t hi K Hp) as [H|H].
  - apply Rbar_lt_le_trans with x; [exact Ht|exact Hhi].
  - exact N.
  - apply L; [|exact H|exact N]. intros r ->. apply Rle_trans with (k x); [|exact Hk].
    apply (factor_monotone r hi q p k dk); try assumption; [|apply Rlt_le, Hlo].
    split; [apply Rbar_le_refl|apply Rbar_le_trans with x; [apply Rlt_le, Hlo|exact Hhi]].
  - destruct (block_slope lo hi q p k dk t Hq F H) as [-> P].
    assert (k t <= k x).
    { apply (factor_monotone lo hi q p k dk); try assumption; [|lra].
      apply span_closed, H. }
    replace 0 with (p t * 0) by ring. apply Rmult_le_compat_l; lra.
Qed.

(** A stationary point inside a piece. *)
Lemma stationary_inside lo d (x : R) :
  known lo -> valley_from f lo d -> incl (cuts d) E -> slopes_left lo (form (first d)) ->
  piece_ok f lo (upper d) (first d) -> span lo (upper d) x -> clarke_stationary f x ->
  minimal_at x.
Proof.
  intros K Hd Inc L Hq Hx St.
  assert (Z : slope (first d) x = 0).
  { apply (stationary_smooth f (slope (first d)) x); [| |exact St].
    - apply filter_imp with (2 := span_open lo (upper d) x Hx).
      intros y Hy. apply (piece_derive lo (upper d) (first d) y Hq Hy).
    - apply Hq, Hx. }
  destruct (form (first d)) as [|p k dk|] eqn:F.
  - destruct Hq as [_ [_ [_ S]]]. unfold shaped in S. rewrite F in S.
    specialize (S x Hx). lra.
  - assert (k x = 0) as Kx.
    { destruct (block_slope lo (upper d) _ p k dk x Hq F Hx) as [D P].
      rewrite (piece_Derive lo (upper d) _ x Hq Hx), Z in D.
      symmetry in D. apply Rmult_integral in D. destruct D; lra. }
    split.
    + apply (left_of_block lo (upper d) (first d) p k dk x); try assumption.
      * apply Hx.
      * apply Rbar_lt_le, Hx.
      * rewrite F. exact L.
      * lra.
    + intros t Ht N. apply (slopes_right d lo x); try assumption.
      * apply Rbar_lt_le, Hx.
      * apply Rbar_lt_le, Hx.
      * rewrite F. lra.
      * intro H. apply N, Inc, H.
  - destruct Hq as [_ [_ [_ S]]]. unfold shaped in S. rewrite F in S.
    specialize (S x Hx). lra.
Qed.

Lemma first_ok d lo : valley_from f lo d -> piece_ok f lo (upper d) (first d).
Proof. destruct d; simpl; tauto. Qed.

Lemma block_left lo (c : R) q p k dk :
  Rbar_lt lo c -> piece_ok f lo c q -> form q = Block p k dk ->
  (k c < 0 -> exists m, 0 < m /\ at_left c (fun x => slope q x <= - m)) /\
  (0 < k c -> exists m, 0 < m /\ at_left c (fun x => m <= slope q x)).
Proof.
  intros Hlo [_ [_ [_ S]]] F. unfold shaped in S. rewrite F in S.
  destruct S as [Es [P [Cp [Ck _]]]].
  apply (block_end (at_left c) (slope q) p k c).
  - apply at_left_closed with lo; assumption.
  - apply at_left_closed with lo; assumption.
  - apply filter_imp with (2 := at_left_span lo c Hlo). exact Es.
  - apply P. split; [apply Rbar_lt_le, Hlo|apply Rbar_le_refl].
Qed.

Lemma block_right hi (c : R) q p k dk :
  Rbar_lt c hi -> piece_ok f c hi q -> form q = Block p k dk ->
  (k c < 0 -> exists m, 0 < m /\ at_right c (fun x => slope q x <= - m)) /\
  (0 < k c -> exists m, 0 < m /\ at_right c (fun x => m <= slope q x)).
Proof.
  intros Hhi [_ [_ [_ S]]] F. unfold shaped in S. rewrite F in S.
  destruct S as [Es [P [Cp [Ck _]]]].
  apply (block_end (at_right c) (slope q) p k c).
  - apply at_right_closed with hi; assumption.
  - apply at_right_closed with hi; assumption.
  - apply filter_imp with (2 := at_right_span hi c Hhi). exact Es.
  - apply P. split; [apply Rbar_le_refl|apply Rbar_lt_le, Hhi].
Qed.

(** A stationary point at a cut. *)
Lemma stationary_cut lo q c rest :
  known lo -> valley_from f lo (Cut q c rest) -> incl (cuts (Cut q c rest)) E ->
  slopes_left lo (form q) -> clarke_stationary f c -> minimal_at c.
Proof.
  intros K H Inc L St. simpl in H. destruct H as [Hlo [Hq [_ [J Hr]]]].
  assert (Hp : lo <> p_infty) by (intros ->; contradiction).
  assert (Hr1 := first_ok rest c Hr).
  assert (Hup : Rbar_lt c (upper rest)) by (destruct rest; simpl; [exact I|apply Hr]).
  assert (IncR : forall t, ~ In t E -> ~ In t (cuts rest)).
  { intros t N H. apply N, Inc. right. exact H. }
  (* the slopes on both sides keep one sign: then c is not stationary *)
  assert (NF : (exists m, 0 < m /\ at_left c (fun x => slope q x <= - m)) ->
               (exists m, 0 < m /\ at_right c (fun x => slope (first rest) x <= - m)) -> False).
  { intros [m [Hm A]] [m' [Hm' B]]. revert St.
    apply (not_stationary_falling c m m' Hm); [|exact Hm'|].
    - apply (transfer_left lo c q (fun s => s <= - m)); assumption.
    - apply (transfer_right (upper rest) c (first rest) (fun s => s <= - m')); assumption. }
  assert (NR : (exists m, 0 < m /\ at_left c (fun x => m <= slope q x)) ->
               (exists m, 0 < m /\ at_right c (fun x => m <= slope (first rest) x)) -> False).
  { intros [m [Hm A]] [m' [Hm' B]]. revert St.
    apply (not_stationary_rising c m m' Hm); [|exact Hm'|].
    - apply (transfer_left lo c q (fun s => m <= s)); assumption.
    - apply (transfer_right (upper rest) c (first rest) (fun s => m' <= s)); assumption. }
  assert (RightOf : match form (first rest) with
                    | Decreasing => False | Block _ k _ => 0 <= k c | Increasing => True end ->
                    forall t, c < t -> ~ In t E -> 0 <= Derive f t).
  { intros B t Ht N. apply (slopes_right rest c c); try assumption.
    - apply Rbar_le_refl.
    - apply Rbar_lt_le, Hup.
    - apply IncR, N. }
  unfold joint in J.
  destruct (form q) as [|p k dk|] eqn:F; destruct (form (first rest)) as [|p' k' dk'|] eqn:F';
    try contradiction.
  - (* decreasing, decreasing *)
    exfalso. destruct J as [J1 J2]. apply NF; [exact (falls_bound _ _ _ J1)|].
    exact (falls_bound _ _ _ J2).
  - (* decreasing, block *)
    destruct (Rlt_le_dec (k' c) 0) as [N|N].
    + exfalso. destruct J as [J|J]; [|lra]. apply NF.
      * exact (falls_bound _ _ _ J).
      * apply (block_right (upper rest) c (first rest) p' k' dk'); assumption.
    + split; [|apply RightOf, N].
      apply (left_of_decreasing lo c q); try assumption. rewrite F. exact L.
  - (* decreasing, increasing *)
    split; [|apply RightOf, I].
    apply (left_of_decreasing lo c q); try assumption. rewrite F. exact L.
  - (* block, block *)
    destruct (block_left lo c q p k dk Hlo Hq F) as [Bl1 Bl2].
    destruct (block_right (upper rest) c (first rest) p' k' dk' Hup Hr1 F') as [Br1 Br2].
    destruct (Rlt_le_dec 0 (k c)) as [N|N].
    { exfalso. apply NR; [apply Bl2|apply Br2]; lra. }
    destruct (Rlt_le_dec (k' c) 0) as [N'|N'].
    { exfalso. apply NF; [apply Bl1|apply Br1]; lra. }
    split; [|apply RightOf, N'].
    apply (left_of_block lo c q p k dk c); try assumption; [apply Rbar_le_refl|].
    rewrite F. exact L.
  - (* block, increasing *)
    destruct (Rlt_le_dec 0 (k c)) as [N|N].
    + exfalso. destruct J as [J|J]; [|lra]. apply NR.
      * apply (block_left lo c q p k dk); assumption.
      * exact (rises_bound _ _ _ J).
    + split; [|apply RightOf, I].
      apply (left_of_block lo c q p k dk c); try assumption; [apply Rbar_le_refl|].
      rewrite F. exact L.
  - (* increasing, increasing *)
    exfalso. destruct J as [J1 J2]. apply NR; [exact (rises_bound _ _ _ J1)|].
    exact (rises_bound _ _ _ J2).
Qed.

(** What is known to the left of the next piece. *)
Lemma slopes_left_next lo q (c : R) r :
  known lo -> Rbar_lt lo c -> piece_ok f lo c q -> joint q c r ->
  slopes_left lo (form q) -> slopes_left c (form r).
Proof.
  intros K Hlo Hq J L.
  assert (Hp : lo <> p_infty) by (intros ->; contradiction).
  unfold joint in J.
  destruct (form q) as [|p k dk|] eqn:F; destruct (form r) as [|p' k' dk'|];
    try contradiction; try exact I; simpl.
  - apply (left_of_decreasing lo c q); try assumption. rewrite F. exact L.
  - intros _. apply (left_of_decreasing lo c q); try assumption. rewrite F. exact L.
  - intros N. apply (left_of_block lo c q p k dk c); try assumption.
    + apply Rbar_le_refl.
    + rewrite F. exact L.
    + apply Rle_trans with (k' c); [exact J|apply N; reflexivity].
Qed.

Lemma stationary_minimal d lo (x : R) :
  known lo -> valley_from f lo d -> incl (cuts d) E -> slopes_left lo (form (first d)) ->
  Rbar_lt lo x -> clarke_stationary f x -> minimal_at x.
Proof.
  revert lo. induction d as [q|q c rest IH]; intros lo K H Inc L Hx St.
  - apply (stationary_inside lo (Last q)); try assumption. split; [exact Hx|exact I].
  - destruct (Rtotal_order x c) as [Lt|[->|Gt]].
    + apply (stationary_inside lo (Cut q c rest)); try assumption.
      * apply first_ok, H.
      * split; [exact Hx|exact Lt].
    + apply (stationary_cut lo q c rest); assumption.
    + simpl in H. destruct H as [Hlo [Hq [_ [J Hr]]]].
      apply (IH c); try assumption.
      * intros r Er. injection Er as <-. apply Inc. left. reflexivity.
      * intros t Ht. apply Inc. right. exact Ht.
      * apply (slopes_left_next lo q c); assumption.
Qed.

End Pieces.

(** * The lemma *)

Theorem valley_continuous (f : R -> R) (d : pieces) :
  valley_data f d -> forall x, continuous f x.
Proof. intros H x. apply (valley_continuous_from f d m_infty H). exact I. Qed.

Lemma stationary_of_valley (f : R -> R) (d : pieces) :
  valley_data f d -> forall x, clarke_stationary f x -> minimal_at f (cuts d) x.
Proof.
  intros H x St.
  apply (stationary_minimal f (cuts d) (valley_continuous f d H) d m_infty).
  - intros r Er. discriminate.
  - exact H.
  - apply incl_refl.
  - destruct (form (first d)); simpl; try contradiction; exact I.
  - exact I.
  - exact St.
Qed.

(** valley: every Clarke-stationary point of f is a global minimiser. *)
Theorem valley (f : R -> R) (d : pieces) : valley_data f d -> invex f.
Proof.
  intros H x St. apply (minimal_at_minimum f (cuts d)).
  - apply (valley_continuous f d H).
  - intros t N. apply (valley_derive_from f d m_infty H); [exact I|exact N].
  - apply (stationary_of_valley f d H x St).
Qed.

(** A point beyond x that is not in a finite list. *)
Lemma point_above (l : list R) (x : R) : exists t, x < t /\ ~ In t l.
Proof.
  assert (B : exists b, forall y, In y l -> y <= b).
  { induction l as [|a l [b Hb]]; [exists 0; simpl; tauto|].
    exists (Rmax a b). intros y [<-|H]; [apply Rmax_l|].
    apply Rle_trans with b; [apply Hb, H|apply Rmax_r]. }
  destruct B as [b Hb]. exists (Rmax x b + 1).
  assert (M1 := Rmax_l x b). assert (M2 := Rmax_r x b).
  split; [lra|]. intro H. specialize (Hb _ H). lra.
Qed.

Lemma point_below (l : list R) (x : R) : exists t, t < x /\ ~ In t l.
Proof.
  destruct (point_above (map Ropp l) (- x)) as [t [Ht N]]. exists (- t). split; [lra|].
  intro H. apply N. rewrite <- (Ropp_involutive t). apply in_map, H.
Qed.

Lemma derive_sign (f : R -> R) (sh : shape) (P : R -> Prop) d lo :
  (forall lo hi q t, piece_ok f lo hi q -> form q = sh -> span lo hi t -> P (slope q t)) ->
  valley_from f lo d -> all_pieces (eq sh) d ->
  forall t : R, Rbar_lt lo t -> ~ In t (cuts d) -> P (Derive f t).
Proof.
  intro HP. revert lo. induction d as [q|q c rest IH]; intros lo H A t Ht N; simpl in *.
  - rewrite (piece_Derive f lo p_infty q t H); [|split; [exact Ht|exact I]].
    apply (HP lo p_infty q t H); [symmetry; exact A|split; [exact Ht|exact I]].
  - destruct H as [Hlo [Hq [_ [_ Hr]]]]. destruct A as [A Ar].
    destruct (Rtotal_order t c) as [L|[->|G]]; [|tauto|apply (IH c); tauto].
    assert (St : span lo c t) by (split; [exact Ht|exact L]).
    rewrite (piece_Derive f lo c q t Hq St). apply (HP lo c q t Hq (eq_sym A) St).
Qed.

(** valley, second sentence: if all pieces have one direction there is no stationary point. *)
Theorem valley_monotone (f : R -> R) (d : pieces) :
  valley_data f d -> all_pieces (eq Decreasing) d \/ all_pieces (eq Increasing) d ->
  no_stationary_point f.
Proof.
  intros H A x St.
  assert (M := stationary_of_valley f d H x St). destruct M as [M1 M2].
  destruct A as [A|A].
  - destruct (point_above (cuts d) x) as [t [Ht N]].
    assert (K : Derive f t < 0); [|specialize (M2 t Ht N); lra].
    apply (derive_sign f Decreasing (fun s => s < 0) d m_infty); try assumption; try exact I.
    intros lo hi q u [_ [_ [_ S]]] F. unfold shaped in S. rewrite F in S. apply S.
  - destruct (point_below (cuts d) x) as [t [Ht N]].
    assert (K : 0 < Derive f t); [|specialize (M1 t Ht N); lra].
    apply (derive_sign f Increasing (fun s => 0 < s) d m_infty); try assumption; try exact I.
    intros lo hi q u [_ [_ [_ S]]] F. unfold shaped in S. rewrite F in S. apply S.
Qed.
