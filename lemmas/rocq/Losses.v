(** Losses of several outputs: sums of losses of one output each, and cross-entropy.

    Lemmas: separable-loss, cross-entropy. *)

From Coq Require Import Reals Lra Arith Lia.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary Composition.
Open Scope R_scope.

(** * Continuously differentiable functions *)

Section C1.
Context {V : NormedModule R_AbsRing}.

(** f has the derivative D z at every z, and it depends continuously on z. In finite dimensions it does not matter in which
    sense: it is enough that D z v does for every v. *)
Definition continuously_differentiable (f : V -> R) (D : V -> V -> R) : Prop :=
  forall z, filterdiff f (locally z) (D z) /\ forall v, continuous (fun y => D y v) z.

Lemma derive_along (f : V -> R) (D : V -> V -> R) (y v : V) (s : R) :
  continuously_differentiable f D -> is_derive (fun t => f (plus y (scal t v))) s (D (plus y (scal s v)) v).
Proof.
  intro C. destruct (C (plus y (scal s v))) as [F _].
  assert (A : filterdiff (fun t : R => plus y (scal t v)) (locally s) (fun t : R => scal t v)).
  { eapply filterdiff_ext_lin.
    - apply (filterdiff_plus_fct (F := locally s) (fun _ => y) (fun t : R => scal t v)).
      + apply filterdiff_const.
      + exact (filterdiff_linear (fun t : R => scal t v) (is_linear_scal_l v)).
    - intro t. simpl. apply plus_zero_l. }
  unfold is_derive. eapply filterdiff_ext_lin.
  - exact (filterdiff_comp' (fun t : R => plus y (scal t v)) f s _ (D (plus y (scal s v))) A F).
  - intro t. simpl. destruct F as [L _]. rewrite (linear_scal _ L). reflexivity.
Qed.

(** Stationary points of such a function are the zeros of its derivative. *)
Theorem stationary_c1 (f : V -> R) (D : V -> V -> R) (z : V) :
  continuously_differentiable f D -> (stationary f z <-> forall v, D z v = 0).
Proof.
  intro C. split.
  - intro S. assert (P : forall v, 0 <= D z v).
    { intro v. apply Rnot_lt_le. intro N.
      destruct (C z) as [_ Cv]. specialize (Cv v).
      set (m := - D z v / 2). assert (Hm : 0 < m) by (unfold m; lra).
      assert (L : locally z (fun y => D y v < - m)).
      { apply (Cv (fun r => r < - m)). apply (open_lt (- m)). unfold m. lra. }
      destruct (locally_norm_le_locally z _ L) as [e He]. assert (Pe := cond_pos e).
      assert (Nv := norm_ge_0 v).
      destruct (proj1 (stationary_iff f z) S v (e / 2 / (norm v + 1)) m) as [y [t [Hy [Ht Q]]]].
      { apply Rdiv_lt_0_compat; lra. } { exact Hm. }
      assert (Small : e / 2 / (norm v + 1) <= e / 2).
      { apply (Rmult_le_reg_r (norm v + 1)); [lra|]. unfold Rdiv at 1.
        rewrite Rmult_assoc, Rinv_l by lra. rewrite Rmult_1_r, <- (Rmult_1_r (e / 2)) at 1.
        apply Rmult_le_compat_l; lra. }
      assert (Tv : t * norm v < e / 2).
      { apply Rle_lt_trans with (t * (norm v + 1)); [apply Rmult_le_compat_l; lra|].
        replace (e / 2) with (e / 2 / (norm v + 1) * (norm v + 1)) by (field; lra).
        apply Rmult_lt_compat_r; lra. }
      destruct (MVT_gen (fun s => f (plus y (scal s v))) 0 t (fun s => D (plus y (scal s v)) v))
        as [s [Hs E]].
      - intros s _. apply derive_along, C.
      - intros s _. apply continuity_pt_filterlim.
        apply (ex_derive_continuous (V := R_NormedModule) (fun s => f (plus y (scal s v))) s).
        exists (D (plus y (scal s v)) v). apply derive_along, C.
      - rewrite Rmin_left, Rmax_right in Hs by lra.
        assert (E0 : plus y (scal 0 v) = y).
        { replace (scal 0 v) with (zero (G := V)); [apply plus_zero_r|]. symmetry. apply (scal_zero_l v). }
        rewrite E0 in E.
        assert (B : D (plus y (scal s v)) v < - m).
        { apply He. unfold ball_norm. eapply Rle_lt_trans; [apply norm_increment; lra|].
          assert (s * norm v <= t * norm v) by (apply Rmult_le_compat_r; lra). lra. }
        assert (D (plus y (scal s v)) v * (t - 0) < - m * t).
        { rewrite Rminus_0_r. apply Rmult_lt_compat_r; lra. }
        lra. }
    intro v. apply Rle_antisym; [|apply P].
    assert (O := P (opp v)). destruct (C z) as [[L _] _].
    rewrite (linear_opp _ _ L) in O. change (0 <= - D z v) in O. lra.
  - intro Z. apply stationary_flat. intros eps Heps.
    destruct (C z) as [[L F] _].
    destruct (locally_norm_le_locally z _ (F z (fun P HP => HP) (mkposreal eps Heps))) as [e He].
    exists e. split; [apply cond_pos|]. intros y Hy. specialize (He y Hy). simpl in He.
    rewrite Z in He. change (Rabs (f y - f z - 0) <= eps * norm (minus y z)) in He.
    rewrite Rminus_0_r in He. exact He.
Qed.
End C1.

(** * Sums of functions of different variables *)

Lemma plus_scal_zero (U : NormedModule R_AbsRing) (y : U) (t : R) : plus y (scal t zero) = y.
Proof.
  transitivity (plus y (zero : U)); [f_equal; apply (scal_zero_r (V := U))|apply plus_zero_r].
Qed.

Section Pairs.
Context {V U : NormedModule R_AbsRing}.
Let VU := prod_NormedModule R_AbsRing V U.

Lemma norm_first (z : VU) : norm (fst z) <= norm z.
Proof.
  destruct z as [a b]. change (norm a <= sqrt (norm a ^ 2 + norm b ^ 2)).
  rewrite <- (sqrt_pow2 (norm a)) at 1 by apply norm_ge_0.
  apply sqrt_le_1_alt. assert (0 <= norm b ^ 2) by apply pow2_ge_0. lra.
Qed.

Lemma norm_second (z : VU) : norm (snd z) <= norm z.
Proof.
  destruct z as [a b]. change (norm b <= sqrt (norm a ^ 2 + norm b ^ 2)).
  rewrite <- (sqrt_pow2 (norm b)) at 1 by apply norm_ge_0.
  apply sqrt_le_1_alt. assert (0 <= norm a ^ 2) by apply pow2_ge_0. lra.
Qed.

Variables (f : V -> R) (g : U -> R).
Definition joint (z : VU) : R := f (fst z) + g (snd z).

Lemma stationary_first (z : VU) : stationary joint z -> stationary f (fst z).
Proof.
  intro H. apply stationary_iff. intros v e m He Hm.
  destruct (proj1 (stationary_iff joint z) H (v, zero) e m He Hm) as [y [t [Hy [Ht Q]]]].
  exists (fst y), t. split; [|split; [exact Ht|]].
  - eapply Rle_lt_trans; [apply (norm_first (minus y z))|exact Hy].
  - unfold joint in Q. destruct y as [y1 y2]. simpl in Q.
    change (- m * t < f (plus y1 (scal t v)) + g (plus y2 (scal t zero)) - (f y1 + g y2)) in Q.
    replace (plus y2 (scal t zero)) with y2 in Q by (symmetry; exact (plus_scal_zero U y2 t)). simpl. lra.
Qed.

Lemma stationary_second (z : VU) : stationary joint z -> stationary g (snd z).
Proof.
  intro H. apply stationary_iff. intros v e m He Hm.
  destruct (proj1 (stationary_iff joint z) H (zero, v) e m He Hm) as [y [t [Hy [Ht Q]]]].
  exists (snd y), t. split; [|split; [exact Ht|]].
  - eapply Rle_lt_trans; [apply (norm_second (minus y z))|exact Hy].
  - unfold joint in Q. destruct y as [y1 y2]. simpl in Q.
    change (- m * t < f (plus y1 (scal t zero)) + g (plus y2 (scal t v)) - (f y1 + g y2)) in Q.
    replace (plus y1 (scal t zero)) with y1 in Q by (symmetry; exact (plus_scal_zero V y1 t)). simpl. lra.
Qed.

Lemma joint_invex : invex_on f -> invex_on g -> invex_on joint.
Proof.
  intros If Ig z H y. unfold joint.
  assert (A := If _ (stationary_first z H) (fst y)). assert (B := Ig _ (stationary_second z H) (snd y)). lra.
Qed.

Lemma joint_lipschitz (z : VU) : lipschitz_near f (fst z) -> lipschitz_near g (snd z) -> lipschitz_near joint z.
Proof.
  intros [e1 [K1 [He1 [HK1 L1]]]] [e2 [K2 [He2 [HK2 L2]]]].
  exists (Rmin e1 e2), (K1 + K2). split; [apply Rmin_pos; assumption|]. split; [lra|].
  intros y w Hy Hw. assert (M1 := Rmin_l e1 e2). assert (M2 := Rmin_r e1 e2).
  assert (A1 := norm_first (minus y z)). assert (A2 := norm_second (minus y z)).
  assert (B1 := norm_first (minus w z)). assert (B2 := norm_second (minus w z)).
  assert (C1 := norm_first (minus w y)). assert (C2 := norm_second (minus w y)).
  assert (P1 : Rabs (f (fst w) - f (fst y)) <= K1 * norm (fst (minus w y))).
  { apply L1; [exact (Rle_lt_trans _ _ _ A1 (Rlt_le_trans _ _ _ Hy M1))|exact (Rle_lt_trans _ _ _ B1 (Rlt_le_trans _ _ _ Hw M1))]. }
  assert (P2 : Rabs (g (snd w) - g (snd y)) <= K2 * norm (snd (minus w y))).
  { apply L2; [exact (Rle_lt_trans _ _ _ A2 (Rlt_le_trans _ _ _ Hy M2))|exact (Rle_lt_trans _ _ _ B2 (Rlt_le_trans _ _ _ Hw M2))]. }
  assert (E : joint w - joint y = (f (fst w) - f (fst y)) + (g (snd w) - g (snd y))).
  { change (f (fst w) + g (snd w) - (f (fst y) + g (snd y)) = f (fst w) - f (fst y) + (g (snd w) - g (snd y))).
    ring. }
  rewrite E.
  eapply Rle_trans; [apply Rabs_triang|].
  assert (Q1 : K1 * norm (fst (minus w y)) <= K1 * norm (minus w y)) by (apply Rmult_le_compat_l; assumption).
  assert (Q2 : K2 * norm (snd (minus w y)) <= K2 * norm (minus w y)) by (apply Rmult_le_compat_l; assumption).
  eapply Rle_trans; [apply Rplus_le_compat; [exact (Rle_trans _ _ _ P1 Q1)|exact (Rle_trans _ _ _ P2 Q2)]|].
  rewrite Rmult_plus_distr_r. apply Rle_refl.
Qed.

Lemma joint_c1 (Df : V -> V -> R) (Dg : U -> U -> R) :
  continuously_differentiable f Df -> continuously_differentiable g Dg ->
  continuously_differentiable joint (fun z v => Df (fst z) (fst v) + Dg (snd z) (snd v)).
Proof.
  intros Cf Cg z. split.
  - apply (filterdiff_plus_fct (F := locally z) (fun y : VU => f (fst y)) (fun y : VU => g (snd y))).
    + apply (filterdiff_comp' (fun y : VU => fst y) f z (fun y : VU => fst y) (Df (fst z)));
        [apply filterdiff_linear, is_linear_fst|apply Cf].
    + apply (filterdiff_comp' (fun y : VU => snd y) g z (fun y : VU => snd y) (Dg (snd z)));
        [apply filterdiff_linear, is_linear_snd|apply Cg].
  - intro v. apply (continuous_plus (V := R_NormedModule) (fun y : VU => Df (fst y) (fst v))).
    + apply (continuous_comp (fun y : VU => fst y) (fun y => Df y (fst v)));
        [apply continuous_fst|apply Cf].
    + apply (continuous_comp (fun y : VU => snd y) (fun y => Dg y (snd v)));
        [apply continuous_snd|apply Cg].
Qed.
End Pairs.

(** R^(k+1), as a product of lines, with the Euclidean norm. *)
Fixpoint space (k : nat) : NormedModule R_AbsRing :=
  match k with
  | 0%nat => R_NormedModule
  | S j => prod_NormedModule R_AbsRing (space j) R_NormedModule
  end.

(** The sum over i of f i at the i-th coordinate. *)
Fixpoint separable (k : nat) (f : nat -> R -> R) : space k -> R :=
  match k with
  | 0%nat => f 0%nat
  | S j => joint (separable j f) (f (S j))
  end.

(** The sum over i of F i at the i-th coordinates of two points. *)
Fixpoint sum_pairs (k : nat) (F : nat -> R -> R -> R) : space k -> space k -> R :=
  match k with
  | 0%nat => F 0%nat
  | S j => fun z v => sum_pairs j F (fst z) (fst v) + F (S j) (snd z) (snd v)
  end.

(** separable-loss: a sum of invex functions of different variables is invex, and locally Lipschitz if they are. *)
Theorem separable_loss (k : nat) (f : nat -> R -> R) :
  (forall i, (i <= k)%nat -> @invex_on R_NormedModule (f i)) ->
  (forall i x, (i <= k)%nat -> @lipschitz_near R_NormedModule (f i) x) ->
  invex_on (separable k f) /\ forall z, lipschitz_near (separable k f) z.
Proof.
  induction k as [|j IH]; intros I L.
  - split; [apply I|intro z; apply L]; lia.
  - destruct IH as [Ij Lj]; [intros; apply I; lia|intros; apply L; lia|].
    split; [apply joint_invex; [exact Ij|apply I; lia]|].
    intro z. apply joint_lipschitz; [apply Lj|apply L; lia].
Qed.

(** separable-loss: it is continuously differentiable if all f i are. *)
Theorem separable_c1 (k : nat) (f df : nat -> R -> R) :
  (forall i x, (i <= k)%nat -> is_derive (f i) x (df i x) /\ continuous (df i) x) ->
  continuously_differentiable (separable k f) (sum_pairs k (fun i x u => df i x * u)).
Proof.
  assert (One : forall g dg : R -> R, (forall x, is_derive g x (dg x) /\ continuous dg x) ->
            @continuously_differentiable R_NormedModule g (fun x u => dg x * u)).
  { intros g dg H x. destruct (H x) as [D C]. split.
    - eapply filterdiff_ext_lin; [exact D|]. intro u. simpl. apply Rmult_comm.
    - intro u. apply (continuous_mult (K := R_AbsRing)); [exact C|apply continuous_const]. }
  induction k as [|j IH]; intro H.
  - apply One. intro x. apply H. lia.
  - apply joint_c1; [apply IH; intros; apply H; lia|]. apply One. intro x. apply H. lia.
Qed.
