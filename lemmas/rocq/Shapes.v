(* The data of the valley: pieces with a shape, and the conditions at the cuts between
   them, which are those of the lemma valley.  The lemma itself is in Valley.v. *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary.
From Invex Require Export Chain.
Open Scope R_scope.

(** * The data *)

(** The shape of a piece.  A block piece has slope p * k with p > 0 and k
    nondecreasing; dk is the derivative of k. *)
Inductive shape : Type :=
  | Decreasing
  | Block (p k dk : R -> R)
  | Increasing.

(** A piece: the term that the function equals there, the derivative of this term. *)
Record piece : Type := Piece { term : R -> R; slope : R -> R; form : shape }.

(** Pieces from left to right, separated by cuts. *)
Definition pieces : Type := chain piece.

Definition upper (d : pieces) : Rbar :=
  match d with Last _ => p_infty | Cut _ c _ => Finite c end.

(** ** What is asked of a piece *)

Definition shaped (lo hi : Rbar) (q : piece) : Prop :=
  match form q with
  | Decreasing => forall x, span lo hi x -> slope q x < 0
  | Increasing => forall x, span lo hi x -> 0 < slope q x
  | Block p k dk =>
      (forall x, span lo hi x -> slope q x = p x * k x) /\
      (forall x, closed_span lo hi x -> 0 < p x) /\
      continuous_on (closed_span lo hi) p /\
      continuous_on (closed_span lo hi) k /\
      (forall x, span lo hi x -> is_derive k x (dk x) /\ 0 <= dk x)
  end.

Definition piece_ok (f : R -> R) (lo hi : Rbar) (q : piece) : Prop :=
  (forall x, span lo hi x -> f x = term q x) /\
  (forall x, span lo hi x -> is_derive (term q) x (slope q x)) /\
  (forall x, span lo hi x -> continuous (slope q) x) /\
  shaped lo hi q.

(** ** What is asked of the end of a piece *)

(** A closed end (the slope is continuous up to it and negative at it), or a steep one
    (the slope stays below a negative number near it). *)
Definition falls (side : (R -> Prop) -> Prop) (df : R -> R) (c : R) : Prop :=
  (filterlim df side (locally (df c)) /\ df c < 0) \/
  (exists s, s < 0 /\ side (fun x => df x < s)).

Definition rises (side : (R -> Prop) -> Prop) (df : R -> R) (c : R) : Prop :=
  (filterlim df side (locally (df c)) /\ 0 < df c) \/
  (exists s, 0 < s /\ side (fun x => s < df x)).

(** The condition at the cut c between the pieces q and r. *)
Definition joint (q : piece) (c : R) (r : piece) : Prop :=
  match form q, form r with
  | Decreasing, Decreasing => falls (at_left c) (slope q) c /\ falls (at_right c) (slope r) c
  | Decreasing, Block _ k _ => falls (at_left c) (slope q) c \/ 0 <= k c
  | Decreasing, Increasing => True
  | Block _ k _, Block _ k' _ => k c <= k' c
  | Block _ k _, Increasing => rises (at_right c) (slope r) c \/ k c <= 0
  | Increasing, Increasing => rises (at_left c) (slope q) c /\ rises (at_right c) (slope r) c
  | _, _ => False
  end.

(** The data of the lemma, from the point lo on. *)
Fixpoint valley_from (f : R -> R) (lo : Rbar) (d : pieces) : Prop :=
  match d with
  | Last q => piece_ok f lo p_infty q
  | Cut q c rest =>
      Rbar_lt lo c /\ piece_ok f lo c q /\ continuous f c /\ joint q c (first rest) /\
      valley_from f c rest
  end.

Definition valley_data (f : R -> R) (d : pieces) : Prop := valley_from f m_infty d.

Fixpoint all_pieces (P : shape -> Prop) (d : pieces) : Prop :=
  match d with Last q => P (form q) | Cut q _ rest => P (form q) /\ all_pieces P rest end.

(** ** Ends in the forms in which they are shown *)

Lemma falls_closed_left df c : continuous df c -> df c < 0 -> falls (at_left c) df c.
Proof. intros H N. left. split; [apply continuous_within, H|exact N]. Qed.

Lemma falls_closed_right df c : continuous df c -> df c < 0 -> falls (at_right c) df c.
Proof. intros H N. left. split; [apply continuous_within, H|exact N]. Qed.

Lemma rises_closed_left df c : continuous df c -> 0 < df c -> rises (at_left c) df c.
Proof. intros H N. left. split; [apply continuous_within, H|exact N]. Qed.

Lemma rises_closed_right df c : continuous df c -> 0 < df c -> rises (at_right c) df c.
Proof. intros H N. left. split; [apply continuous_within, H|exact N]. Qed.

Lemma falls_steep_left df c s u :
  s < 0 -> u < c -> (forall x, u < x < c -> df x < s) -> falls (at_left c) df c.
Proof. intros Hs Hu H. right. exists s. split; [exact Hs|apply (at_left_intro c u _ Hu H)]. Qed.

Lemma falls_steep_right df c s u :
  s < 0 -> c < u -> (forall x, c < x < u -> df x < s) -> falls (at_right c) df c.
Proof. intros Hs Hu H. right. exists s. split; [exact Hs|apply (at_right_intro c u _ Hu H)]. Qed.

Lemma rises_steep_left df c s u :
  0 < s -> u < c -> (forall x, u < x < c -> s < df x) -> rises (at_left c) df c.
Proof. intros Hs Hu H. right. exists s. split; [exact Hs|apply (at_left_intro c u _ Hu H)]. Qed.

Lemma rises_steep_right df c s u :
  0 < s -> c < u -> (forall x, c < x < u -> s < df x) -> rises (at_right c) df c.
Proof. intros Hs Hu H. right. exists s. split; [exact Hs|apply (at_right_intro c u _ Hu H)]. Qed.

(** * Ends keep slopes away from 0 *)

Section Ends.

Context (side : (R -> Prop) -> Prop) {FF : Filter side}.

(** Both kinds of end keep the slope away from 0. *)
Lemma falls_bound df c : falls side df c -> exists m, 0 < m /\ side (fun x => df x <= - m).
Proof.
  intros [[Hl N]|[s [Hs H]]].
  - exists (- df c / 2). split; [lra|].
    assert (P : 0 < - df c / 2) by lra.
    assert (Hb := Hl _ (locally_ball (df c) (mkposreal _ P))).
    unfold filtermap in Hb. revert Hb. apply filter_imp.
    intros x Hx. assert (B : Rabs (df x - df c) < - df c / 2) by exact Hx.
    apply Rabs_def2 in B. lra.
  - exists (- s). split; [lra|]. apply filter_imp with (2 := H). intros; lra.
Qed.

Lemma rises_bound df c : rises side df c -> exists m, 0 < m /\ side (fun x => m <= df x).
Proof.
  intros [[Hl N]|[s [Hs H]]].
  - exists (df c / 2). split; [lra|].
    assert (P : 0 < df c / 2) by lra.
    assert (Hb := Hl _ (locally_ball (df c) (mkposreal _ P))).
    unfold filtermap in Hb. revert Hb. apply filter_imp.
    intros x Hx. assert (B : Rabs (df x - df c) < df c / 2) by exact Hx.
    apply Rabs_def2 in B. lra.
  - exists s. split; [lra|]. apply filter_imp with (2 := H). intros; lra.
Qed.

(** The slope of a block piece keeps the sign of k at the end. *)
Lemma block_end (df p k : R -> R) c :
  filterlim p side (locally (p c)) -> filterlim k side (locally (k c)) ->
  side (fun x => df x = p x * k x) -> 0 < p c ->
  (k c < 0 -> exists m, 0 < m /\ side (fun x => df x <= - m)) /\
  (0 < k c -> exists m, 0 < m /\ side (fun x => m <= df x)).
Proof.
  intros Hp Hk E Pc.
  assert (L : filterlim (fun x => p x * k x) side (locally (p c * k c))).
  { eapply filterlim_comp_2; [exact Hp|exact Hk|apply (filterlim_mult (p c) (k c))]. }
  split; intro N.
  - destruct (falls_bound (fun x => p x * k x) c) as [m [Hm B]].
    + left. split; [exact L|]. replace 0 with (p c * 0) by ring.
      apply Rmult_lt_compat_l; assumption.
    + exists m. split; [exact Hm|]. generalize (filter_and _ _ E B). apply filter_imp.
      intros x [-> H]. exact H.
  - destruct (rises_bound (fun x => p x * k x) c) as [m [Hm B]].
    + left. split; [exact L|]. apply Rmult_lt_0_compat; assumption.
    + exists m. split; [exact Hm|]. generalize (filter_and _ _ E B). apply filter_imp.
      intros x [-> H]. exact H.
Qed.

End Ends.

Lemma at_left_closed lo (c : R) (g : R -> R) :
  Rbar_lt lo c -> continuous_on (closed_span lo c) g ->
  filterlim g (at_left c) (locally (g c)).
Proof.
  intros Hlo Hg.
  assert (Cc : closed_span lo c c) by (split; [apply Rbar_lt_le, Hlo|apply Rbar_le_refl]).
  intros P HP. destruct (Hg c Cc P HP) as [e He].
  destruct (locally_elim _ _ (open_Rbar_gt' c lo Hlo)) as [r [Hr Kr]].
  apply (at_left_intro c (Rmax (c - e) (c - r))).
  - assert (Pe := cond_pos e). apply Rmax_lub_lt; lra.
  - intros x Hx. assert (M1 := Rmax_l (c - e) (c - r)). assert (M2 := Rmax_r (c - e) (c - r)).
    apply He.
    + change (Rabs (x - c) < e). apply Rabs_def1; lra.
    + split; [apply Rbar_lt_le, Kr; lra|simpl; lra].
Qed.

Lemma at_right_closed hi (c : R) (g : R -> R) :
  Rbar_lt c hi -> continuous_on (closed_span c hi) g ->
  filterlim g (at_right c) (locally (g c)).
Proof.
  intros Hhi Hg.
  assert (Cc : closed_span c hi c) by (split; [apply Rbar_le_refl|apply Rbar_lt_le, Hhi]).
  intros P HP. destruct (Hg c Cc P HP) as [e He].
  destruct (locally_elim _ _ (open_Rbar_lt' c hi Hhi)) as [r [Hr Kr]].
  apply (at_right_intro c (Rmin (c + e) (c + r))).
  - assert (Pe := cond_pos e). apply Rmin_glb_lt; lra.
  - intros x Hx. assert (M1 := Rmin_l (c + e) (c + r)). assert (M2 := Rmin_r (c + e) (c + r)).
    apply He.
    + change (Rabs (x - c) < e). apply Rabs_def1; lra.
    + split; [simpl; lra|apply Rbar_lt_le, Kr; lra].
Qed.

Lemma at_left_span lo (c : R) : Rbar_lt lo c -> at_left c (span lo c).
Proof.
  intro Hlo. destruct (locally_elim _ _ (open_Rbar_gt' c lo Hlo)) as [r [Hr Kr]].
  apply (at_left_intro c (c - r)); [lra|].
  intros x Hx. split; [apply Kr; lra|simpl; lra].
Qed.

Lemma at_right_span hi (c : R) : Rbar_lt c hi -> at_right c (span c hi).
Proof.
  intro Hhi. destruct (locally_elim _ _ (open_Rbar_lt' c hi Hhi)) as [r [Hr Kr]].
  apply (at_right_intro c (c + r)); [lra|].
  intros x Hx. split; [simpl; lra|apply Kr; lra].
Qed.
