(** Losses after maps: Clarke's stationary points in normed spaces, and what becomes of them under composition.

    Spaces are normed modules of Coquelicot over the real numbers; R^n with any norm is one. Clarke's directional
    derivative f°(x; v) is the upper limit of (f(y + tv) - f(y))/t for y -> x, t -> 0+. For f Lipschitz near x, 0 is in the
    generalised gradient of f at x if and only if f°(x; v) >= 0 for all v; this is what stationary means here.

    Lemmas: composition (1), (3) where (1) applies, (4); separable-loss. *)

From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary.
Open Scope R_scope.

Section Definitions.
Context {V : NormedModule R_AbsRing}.

(** The difference quotient (f(y + t v) - f(y)) / t at (y, t). *)
Definition quotient_along (f : V -> R) (v : V) (yt : V * R) : R :=
  (f (plus (fst yt) (scal (snd yt) v)) - f (fst yt)) / snd yt.

(** f°(x; v), in [-oo, +oo]. *)
Definition directional (f : V -> R) (x v : V) : Rbar :=
  upper_limit (filter_prod (locally x) (at_right 0)) (quotient_along f v).

(** x is Clarke-stationary for f. *)
Definition stationary (f : V -> R) (x : V) : Prop := forall v, Rbar_le 0 (directional f x v).

(** x is a global minimiser of f. *)
Definition minimiser (f : V -> R) (x : V) : Prop := forall y, f x <= f y.

(** Every stationary point is a global minimiser. *)
Definition invex_on (f : V -> R) : Prop := forall x, stationary f x -> minimiser f x.

(** f is Lipschitz near x. *)
Definition lipschitz_near (f : V -> R) (x : V) : Prop :=
  exists e K, 0 < e /\ 0 <= K /\
    forall y z, norm (minus y x) < e -> norm (minus z x) < e -> Rabs (f z - f y) <= K * norm (minus z y).

(** Stationarity in terms of neighbourhoods. *)
Lemma stationary_iff (f : V -> R) (x : V) :
  stationary f x <->
  forall v e m, 0 < e -> 0 < m ->
    exists y t, norm (minus y x) < e /\ 0 < t < e /\ - m * t < f (plus y (scal t v)) - f y.
Proof.
  assert (Q : forall v y t m, 0 < t ->
            (- m < quotient_along f v (y, t) <-> - m * t < f (plus y (scal t v)) - f y)).
  { intros v y t m Ht. unfold quotient_along. simpl. split; intro H.
    - apply (Rmult_lt_compat_r t) in H; [|exact Ht].
      unfold Rdiv in H. rewrite Rmult_assoc, Rinv_l, Rmult_1_r in H by lra. exact H.
    - apply (Rmult_lt_reg_r t); [exact Ht|].
      unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra. exact H. }
  split.
  - intros S v e m He Hm. apply Classical_Prop.NNPP. intro N.
    assert (K : Rbar_le (directional f x v) (- m)).
    { unfold directional, upper_limit.
      match goal with |- Rbar_le (Glb_Rbar ?P) _ => destruct (Glb_Rbar_correct P) as [L _] end.
      apply (L (- m)).
      apply (Filter_prod _ _ _ (fun y => norm (minus y x) < e) (fun t => 0 < t < e)).
      - apply (locally_le_locally_norm x). exists (mkposreal e He). intros y Hy. exact Hy.
      - apply (at_right_intro 0 e); auto.
      - intros y t Hy Ht. apply Rnot_lt_le. intro B. apply N. exists y, t.
        split; [exact Hy|]. split; [exact Ht|]. apply Q; [lra|exact B]. }
    assert (B := Rbar_le_trans _ _ _ (S v) K). simpl in B. lra.
  - intros H v. unfold directional, upper_limit.
    match goal with |- Rbar_le _ (Glb_Rbar ?P) => destruct (Glb_Rbar_correct P) as [_ G] end.
    apply G. intros M HM. simpl. destruct (Rle_lt_dec 0 M) as [|Hlt]; [assumption|exfalso].
    destruct HM as [P1 P2 H1 H2 HP].
    destruct (locally_norm_le_locally x _ H1) as [a Ha].
    destruct (at_right_elim _ _ H2) as [b [Hb Kb]].
    assert (M1 := Rmin_l a b). assert (M2 := Rmin_r a b).
    destruct (H v (Rmin a b) (- M)) as [y [t [Hy [Ht B]]]]; [apply Rmin_pos; [apply cond_pos|lra]|lra|].
    assert (HPyt : quotient_along f v (y, t) <= M).
    { apply HP; [apply Ha; unfold ball_norm; lra|apply Kb; lra]. }
    assert (C : - - M < quotient_along f v (y, t)) by (apply Q; [lra|exact B]). lra.
Qed.

(** A point at which a function is locally constant, or has a minimum, is stationary. *)
Lemma stationary_of_increments (f : V -> R) (x : V) :
  (forall v m, 0 < m -> exists e, 0 < e /\ forall t, 0 < t < e -> - m * t < f (plus x (scal t v)) - f x) ->
  stationary f x.
Proof.
  intro H. apply stationary_iff. intros v e m He Hm.
  destruct (H v m Hm) as [r [Hr K]].
  assert (M1 := Rmin_l e r). assert (M2 := Rmin_r e r). assert (M3 : 0 < Rmin e r) by (apply Rmin_pos; lra).
  exists x, (Rmin e r / 2). split; [|split; [lra|apply K; lra]].
  rewrite minus_eq_zero, norm_zero. exact He.
Qed.
End Definitions.

Section Norms.
Context {V : NormedModule R_AbsRing}.

Lemma norm_increment (y x v : V) (t : R) : 0 <= t ->
  norm (minus (plus y (scal t v)) x) <= norm (minus y x) + t * norm v.
Proof.
  intro Ht. replace (minus (plus y (scal t v)) x) with (plus (minus y x) (scal t v)).
  - eapply Rle_trans; [apply norm_triangle|]. apply Rplus_le_compat_l.
    eapply Rle_trans; [apply (@norm_scal R_AbsRing V t v)|]. apply Rmult_le_compat_r; [apply norm_ge_0|].
    apply Req_le. apply Rabs_pos_eq, Ht.
  - unfold minus. rewrite <- !plus_assoc. f_equal. apply plus_comm.
Qed.

Lemma minus_increment (y v : V) (t : R) : minus (plus y (scal t v)) y = scal t v.
Proof. unfold minus. rewrite (plus_comm y), <- plus_assoc, plus_opp_r, plus_zero_r. reflexivity. Qed.

Lemma norm_scal_pos (v : V) (t : R) : 0 <= t -> norm (scal t v) <= t * norm v.
Proof.
  intro Ht. eapply Rle_trans; [apply (@norm_scal R_AbsRing V t v)|]. apply Rmult_le_compat_r; [apply norm_ge_0|].
  apply Req_le. apply Rabs_pos_eq, Ht.
Qed.
End Norms.

Section Strict.
Context {V W : NormedModule R_AbsRing}.

(** Phi is strictly differentiable at x with the derivative M. Continuously differentiable near x suffices. *)
Definition strictly_differentiable (Phi : V -> W) (x : V) (M : V -> W) : Prop :=
  is_linear M /\
  forall eps, 0 < eps -> exists e, 0 < e /\ forall y z,
    norm (minus y x) < e -> norm (minus z x) < e ->
    norm (minus (minus (Phi z) (Phi y)) (M (minus z y))) <= eps * norm (minus z y).

(** M is onto; for matrices: of full row rank. *)
Definition onto (M : V -> W) : Prop := forall w, exists v, M v = w.

Lemma strictly_differentiable_lipschitz (Phi : V -> W) (x : V) (M : V -> W) :
  strictly_differentiable Phi x M -> exists e B, 0 < e /\ 0 < B /\ forall y z,
    norm (minus y x) < e -> norm (minus z x) < e -> norm (minus (Phi z) (Phi y)) <= B * norm (minus z y).
Proof.
  intros [[_ _ [C [HC MC]]] H]. destruct (H 1 Rlt_0_1) as [e [He K]].
  exists e, (C + 1). split; [exact He|]. split; [lra|]. intros y z Hy Hz.
  replace (minus (Phi z) (Phi y)) with (plus (minus (minus (Phi z) (Phi y)) (M (minus z y))) (M (minus z y))).
  - eapply Rle_trans; [apply norm_triangle|].
    specialize (K y z Hy Hz). specialize (MC (minus z y)). lra.
  - unfold minus at 1. rewrite <- plus_assoc, plus_opp_l, plus_zero_r. reflexivity.
Qed.

End Strict.

Section After.
Context {V W : NormedModule R_AbsRing}.

(** composition (1): if x is stationary for l after Phi, then Phi(x) is stationary for l. *)
Theorem stationary_after (l : W -> R) (Phi : V -> W) (x : V) (M : V -> W) :
  strictly_differentiable Phi x M -> onto M -> lipschitz_near l (Phi x) ->
  stationary (fun y => l (Phi y)) x -> stationary l (Phi x).
Proof.
  intros SD Onto [e1 [K [He1 [HK LK]]]] S. apply stationary_iff. intros w e m He Hm.
  destruct (Onto w) as [v Mv].
  destruct (strictly_differentiable_lipschitz _ _ _ SD) as [e0 [B [He0 [HB LB]]]].
  assert (Nv := norm_ge_0 v). assert (Nw := norm_ge_0 w).
  set (eps := m / (2 * ((K + 1) * (norm v + 1)))).
  assert (Hden : 0 < (K + 1) * (norm v + 1)) by (apply Rmult_lt_0_compat; lra).
  assert (Heps : 0 < eps) by (apply Rdiv_lt_0_compat; lra).
  assert (Keps0 : (K + 1) * (eps * (norm v + 1)) = m / 2) by (unfold eps; field; lra).
  clearbody eps.
  assert (Keps : K * (eps * norm v) <= m / 2).
  { assert (0 <= eps * norm v) by (apply Rmult_le_pos; lra).
    assert (0 <= K * eps) by (apply Rmult_le_pos; lra).
    replace ((K + 1) * (eps * (norm v + 1))) with (K * (eps * norm v) + K * eps + eps * norm v + eps) in Keps0 by ring.
    lra. }
  destruct SD as [Lin SD]. destruct (SD eps Heps) as [e2 [He2 K2]].
  set (E := Rmin e e1). assert (E1 := Rmin_l e e1 : E <= e). assert (E2 := Rmin_r e e1 : E <= e1).
  assert (HE : 0 < E) by (apply Rmin_pos; lra).
  set (D := 1 + norm v + norm w). set (rho := Rmin (Rmin e0 e2) (E / (2 * (B + 1)))).
  assert (HD : 1 <= D) by (unfold D; lra).
  assert (Hrho : 0 < rho).
  { unfold rho. repeat apply Rmin_pos; try lra. apply Rdiv_lt_0_compat; lra. }
  assert (R0 : rho <= e0).
  { unfold rho. eapply Rle_trans; [apply Rmin_l|apply Rmin_l]. }
  assert (R2 : rho <= e2).
  { unfold rho. eapply Rle_trans; [apply Rmin_l|apply Rmin_r]. }
  assert (RE : (B + 1) * rho <= E / 2).
  { apply Rle_trans with ((B + 1) * (E / (2 * (B + 1)))).
    - apply Rmult_le_compat_l; [lra|apply Rmin_r].
    - apply Req_le. field. lra. }
  assert (Hr : 0 < rho / D) by (apply Rdiv_lt_0_compat; lra).
  assert (rD : rho / D * D = rho) by (field; lra).
  destruct (proj1 (stationary_iff _ x) S v (rho / D) (m / 2) Hr ltac:(lra)) as [y [t [Hy [Ht Q]]]].
  assert (tv : t * norm v <= rho / D * norm v) by (apply Rmult_le_compat_r; lra).
  assert (tw : t * norm w <= rho / D * norm w) by (apply Rmult_le_compat_r; lra).
  assert (Sum : rho / D + rho / D * norm v + rho / D * norm w = rho) by (rewrite <- rD at 4; unfold D; ring).
  assert (P1 : 0 <= rho / D * norm v) by (apply Rmult_le_pos; lra).
  assert (P2 : 0 <= rho / D * norm w) by (apply Rmult_le_pos; lra).
  set (z := plus y (scal t v)).
  assert (Hz : norm (minus z x) < rho).
  { eapply Rle_lt_trans; [apply norm_increment; lra|]. lra. }
  assert (Hyr : norm (minus y x) < rho) by lra.
  assert (Hxx : norm (minus x x) < rho) by (rewrite minus_eq_zero, norm_zero; exact Hrho).
  assert (Py : norm (minus (Phi y) (Phi x)) <= E / 2 - rho).
  { eapply Rle_trans; [apply (LB x y); lra|].
    apply Rle_trans with (B * rho); [apply Rmult_le_compat_l; lra|lra]. }
  assert (Pz : norm (minus (Phi z) (Phi x)) <= E / 2 - rho).
  { eapply Rle_trans; [apply (LB x z); lra|].
    apply Rle_trans with (B * rho); [apply Rmult_le_compat_l; lra|lra]. }
  assert (Pw : norm (minus (plus (Phi y) (scal t w)) (Phi x)) < E).
  { eapply Rle_lt_trans; [apply norm_increment; lra|]. lra. }
  exists (Phi y), t. split; [lra|]. split.
  - split; [lra|]. assert (rho <= (B + 1) * rho).
    { rewrite <- (Rmult_1_l rho) at 1. apply Rmult_le_compat_r; lra. }
    assert (rho / D <= rho).
    { rewrite <- (Rmult_1_r (rho / D)). rewrite <- rD at 2. apply Rmult_le_compat_l; lra. }
    lra.
  - assert (zy : minus z y = scal t v) by apply minus_increment.
    assert (A : Rabs (l (Phi z) - l (plus (Phi y) (scal t w))) <= m / 2 * t).
    { eapply Rle_trans; [apply LK; lra|].
      apply Rle_trans with (K * (eps * (t * norm v))).
      - apply Rmult_le_compat_l; [exact HK|].
        replace (minus (Phi z) (plus (Phi y) (scal t w)))
          with (minus (minus (Phi z) (Phi y)) (M (minus z y))).
        + eapply Rle_trans; [apply (K2 y z); lra|]. apply Rmult_le_compat_l; [lra|].
          rewrite zy. apply norm_scal_pos. lra.
        + rewrite zy, (linear_scal M Lin), Mv. unfold minus. rewrite opp_plus, plus_assoc. reflexivity.
      - replace (K * (eps * (t * norm v))) with (K * (eps * norm v) * t) by ring.
        apply Rmult_le_compat_r; lra. }
    assert (A' := Rle_abs (l (Phi z) - l (plus (Phi y) (scal t w)))).
    assert (Q' : - (m / 2) * t < l (Phi z) - l (Phi y)) by exact Q. lra.
Qed.
(** composition (1) and (3): if l is invex, x is a global minimiser, and l attains its minimum at Phi(x). *)
Theorem invex_after (l : W -> R) (Phi : V -> W) (x : V) (M : V -> W) :
  strictly_differentiable Phi x M -> onto M -> lipschitz_near l (Phi x) -> invex_on l ->
  stationary (fun y => l (Phi y)) x -> minimiser l (Phi x) /\ minimiser (fun y => l (Phi y)) x.
Proof.
  intros SD Onto L I S. assert (K := I _ (stationary_after l Phi x M SD Onto L S)).
  split; [exact K|]. intro y. apply K.
Qed.

(** composition (3): a loss without stationary points has none after Phi. *)
Theorem no_stationary_after (l : W -> R) (Phi : V -> W) (x : V) (M : V -> W) :
  strictly_differentiable Phi x M -> onto M -> lipschitz_near l (Phi x) -> (forall w, ~ stationary l w) ->
  ~ stationary (fun y => l (Phi y)) x.
Proof. intros SD Onto L N S. apply (N (Phi x)), (stationary_after l Phi x M SD Onto L S). Qed.

(** Increments that are small compared with those of the argument. *)
Lemma stationary_flat (f : V -> R) (x : V) :
  (forall eps, 0 < eps -> exists e, 0 < e /\ forall z, norm (minus z x) < e ->
     Rabs (f z - f x) <= eps * norm (minus z x)) -> stationary f x.
Proof.
  intro H. apply stationary_of_increments. intros v m Hm. assert (Nv := norm_ge_0 v).
  destruct (H (m / (2 * (norm v + 1)))) as [e [He K]]; [apply Rdiv_lt_0_compat; lra|].
  exists (e / (norm v + 1)). split; [apply Rdiv_lt_0_compat; lra|]. intros t Ht.
  assert (B : t * norm v < e).
  { apply Rle_lt_trans with (t * (norm v + 1)).
    - apply Rmult_le_compat_l; lra.
    - replace e with (e / (norm v + 1) * (norm v + 1)) by (field; lra). apply Rmult_lt_compat_r; lra. }
  assert (N : norm (minus (plus x (scal t v)) x) <= t * norm v).
  { rewrite minus_increment. apply norm_scal_pos. lra. }
  specialize (K (plus x (scal t v)) ltac:(lra)).
  assert (C : m / (2 * (norm v + 1)) * norm (minus (plus x (scal t v)) x) <= m / 2 * t).
  { apply Rle_trans with (m / (2 * (norm v + 1)) * (t * norm v)).
    - apply Rmult_le_compat_l; [|exact N]. apply Rlt_le, Rdiv_lt_0_compat; lra.
    - apply Rle_trans with (m / (2 * (norm v + 1)) * (t * (norm v + 1))).
      + apply Rmult_le_compat_l; [apply Rlt_le, Rdiv_lt_0_compat; lra|]. apply Rmult_le_compat_l; lra.
      + apply Req_le. field. lra. }
  assert (A := Rle_abs (- (f (plus x (scal t v)) - f x))). rewrite Rabs_Ropp in A.
  assert (0 < m * t) by (apply Rmult_lt_0_compat; lra). lra.
Qed.

(** composition (4), first case: the gradient of l at Phi(x), taken after the derivative of Phi, is 0. *)
Theorem stationary_zero_gradient (l : W -> R) (Phi : V -> W) (x : V) (M : V -> W) (G : W -> R) :
  strictly_differentiable Phi x M ->
  @strictly_differentiable W R_NormedModule l (Phi x) G ->
  (forall v, G (M v) = 0) -> stationary (fun y => l (Phi y)) x.
Proof.
  intros SD [LG HG] Z. apply stationary_flat. intros eps Heps.
  destruct (strictly_differentiable_lipschitz _ _ _ SD) as [e0 [B [He0 [HB LB]]]].
  destruct SD as [LM HM]. assert (LG' := LG). destruct LG' as [_ _ [C [HC GC]]].
  destruct (HG (eps / (2 * B)) ltac:(apply Rdiv_lt_0_compat; lra)) as [e1 [He1 K1]].
  destruct (HM (eps / (2 * C)) ltac:(apply Rdiv_lt_0_compat; lra)) as [e2 [He2 K2]].
  set (r := Rmin (Rmin e0 e2) (e1 / B)).
  assert (R0 : r <= e0) by (eapply Rle_trans; apply Rmin_l).
  assert (R2 : r <= e2) by (eapply Rle_trans; [apply Rmin_l|apply Rmin_r]).
  assert (R1 : r <= e1 / B) by apply Rmin_r.
  exists r. split.
  { unfold r. repeat apply Rmin_pos; try assumption. apply Rdiv_lt_0_compat; lra. }
  intros z Hz. assert (Nz := norm_ge_0 (minus z x)).
  assert (Hx : forall (U : NormedModule R_AbsRing) (u : U) a, 0 < a -> norm (minus u u) < a).
  { intros U u a Ha. rewrite minus_eq_zero, norm_zero. exact Ha. }
  assert (P := LB x z (Hx _ _ _ He0) ltac:(lra)).
  assert (P1 : norm (minus (Phi z) (Phi x)) < e1).
  { eapply Rle_lt_trans; [exact P|]. replace e1 with (B * (e1 / B)) by (field; lra).
    apply Rmult_lt_compat_l; lra. }
  assert (Q1 := K1 (Phi x) (Phi z) (Hx _ _ _ He1) P1).
  assert (Q2 := K2 x z (Hx _ _ _ He2) ltac:(lra)).
  set (d := minus (Phi z) (Phi x)) in *. set (err := minus d (M (minus z x))) in *.
  assert (Gd : G d = G err).
  { unfold err, minus. rewrite (linear_plus G LG), (linear_opp G _ LG), Z.
    change (G d = G d + - 0). ring. }
  rewrite Gd in Q1. assert (Ge := GC err).
  change (Rabs (l (Phi z) - l (Phi x) - G err) <= eps / (2 * B) * norm d) in Q1.
  change (Rabs (G err) <= C * norm err) in Ge.
  assert (T := Rabs_triang (l (Phi z) - l (Phi x) - G err) (G err)).
  replace (l (Phi z) - l (Phi x) - G err + G err) with (l (Phi z) - l (Phi x)) in T by ring.
  assert (A1 : eps / (2 * B) * norm d <= eps / 2 * norm (minus z x)).
  { apply Rle_trans with (eps / (2 * B) * (B * norm (minus z x))).
    - apply Rmult_le_compat_l; [apply Rlt_le, Rdiv_lt_0_compat; lra|exact P].
    - apply Req_le. field. lra. }
  assert (A2 : C * norm err <= eps / 2 * norm (minus z x)).
  { apply Rle_trans with (C * (eps / (2 * C) * norm (minus z x))).
    - apply Rmult_le_compat_l; [lra|exact Q2].
    - apply Req_le. field. lra. }
  lra.
Qed.

(** composition (4), second case: the derivative of Phi is 0, and l is Lipschitz near Phi(x). *)
Theorem stationary_zero_derivative (l : W -> R) (Phi : V -> W) (x : V) :
  strictly_differentiable Phi x (fun _ => zero) -> lipschitz_near l (Phi x) ->
  stationary (fun y => l (Phi y)) x.
Proof.
  intros SD [e1 [K [He1 [HK LK]]]]. apply stationary_flat. intros eps Heps.
  destruct (proj2 SD (Rmin (eps / (K + 1)) 1)) as [e2 [He2 K2]].
  { apply Rmin_pos; [apply Rdiv_lt_0_compat; lra|lra]. }
  assert (M1 := Rmin_l (eps / (K + 1)) 1). assert (M2 := Rmin_r (eps / (K + 1)) 1).
  assert (N1 := Rmin_l e1 e2). assert (N2 := Rmin_r e1 e2).
  exists (Rmin e1 e2). split; [apply Rmin_pos; assumption|]. intros z Hz.
  assert (Nz := norm_ge_0 (minus z x)).
  assert (Hx : norm (minus x x) < e2) by (rewrite minus_eq_zero, norm_zero; exact He2).
  assert (P := K2 x z Hx ltac:(lra)).
  replace (minus (minus (Phi z) (Phi x)) zero) with (minus (Phi z) (Phi x)) in P
    by (unfold minus; rewrite opp_zero, plus_zero_r; reflexivity).
  assert (P1 : norm (minus (Phi z) (Phi x)) < e1).
  { eapply Rle_lt_trans; [exact P|]. apply Rle_lt_trans with (1 * norm (minus z x)); [|lra].
    apply Rmult_le_compat_r; lra. }
  eapply Rle_trans; [apply LK; [rewrite minus_eq_zero, norm_zero; exact He1|exact P1]|].
  apply Rle_trans with (K * (eps / (K + 1) * norm (minus z x))).
  - apply Rmult_le_compat_l; [exact HK|]. eapply Rle_trans; [exact P|]. apply Rmult_le_compat_r; lra.
  - replace (eps * norm (minus z x)) with ((K + 1) * (eps / (K + 1) * norm (minus z x))) by (field; lra).
    apply Rmult_le_compat_r; [|lra]. apply Rmult_le_pos; [apply Rlt_le, Rdiv_lt_0_compat; lra|exact Nz].
Qed.

(** composition (4), third case: Phi is constant near x; then every point near x is stationary. *)
Theorem stationary_constant (l : W -> R) (Phi : V -> W) (x : V) (e : R) :
  0 < e -> (forall y, norm (minus y x) < e -> Phi y = Phi x) ->
  forall y, norm (minus y x) < e -> stationary (fun y => l (Phi y)) y.
Proof.
  intros He C y Hy. apply stationary_flat. intros eps Heps.
  exists (e - norm (minus y x)). split; [lra|]. intros z Hz.
  assert (B : norm (minus z x) < e).
  { replace (minus z x) with (plus (minus z y) (minus y x)).
    - eapply Rle_lt_trans; [apply norm_triangle|]. lra.
    - unfold minus. rewrite <- plus_assoc. f_equal. rewrite plus_assoc, plus_opp_l, plus_zero_l. reflexivity. }
  rewrite (C z B), (C y Hy), Rminus_eq_0, Rabs_R0.
  apply Rmult_le_pos; [lra|apply norm_ge_0].
Qed.

(** composition (4), the conclusion: a stationary point above a lower value refutes invexity. *)
Theorem stationary_above (f : V -> R) (x y : V) : stationary f x -> f y < f x -> ~ invex_on f.
Proof. intros S L I. assert (B := I x S y). lra. Qed.
End After.

(** On the line, stationary means f°(x; 1) >= 0 and f°(x; -1) >= 0, as in [Stationary]. *)
Theorem stationary_line (f : R -> R) (x : R) :
  @stationary R_NormedModule f x <-> clarke_stationary f x.
Proof.
  split; [intro H; split; [apply (H 1%R)|apply (H (-1)%R)]|].
  intros [S1 S2]. apply stationary_iff. intro v0. set (v := v0 : R). change v0 with v. clearbody v.
  intros e m He Hm.
  assert (Go : forall d, d = 1 \/ d = -1 -> 0 < d * v -> Rbar_le 0 (clarke_derivative f x d) ->
    exists y t, norm (minus y x) < e /\ 0 < t < e /\ - m * t < f (plus y (scal t v)) - f y).
  { intros d Hd Hdv S. set (a := d * v) in *.
    assert (va : v = a * d) by (unfold a; destruct Hd as [-> | ->]; ring).
    destruct (proj1 (clarke_derivative_pos f x d) S (Rmin e (e * a)) (- (m / a))) as [y [t [Hy [Ht Q]]]].
    - apply Rmin_pos; [exact He|apply Rmult_lt_0_compat; assumption].
    - apply Ropp_lt_gt_0_contravar, Rdiv_lt_0_compat; assumption.
    - assert (M1 := Rmin_l e (e * a)). assert (M2 := Rmin_r e (e * a)).
      exists y, (t / a). split; [|split].
      + change (Rabs (y - x) < e). apply Rabs_def1; lra.
      + split; [apply Rdiv_lt_0_compat; lra|]. apply (Rmult_lt_reg_r a); [assumption|].
        unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra. lra.
      + change (- m * (t / a) < f (y + t / a * v) - f y).
        replace (t / a * v) with (t * d) by (rewrite va; field; lra).
        unfold quotient in Q. simpl in Q. apply (Rmult_lt_compat_r t) in Q; [|lra].
        unfold Rdiv at 2 in Q. rewrite Rmult_assoc, Rinv_l, Rmult_1_r in Q by lra.
        replace (- m * (t / a)) with (- (m / a) * t) by (field; lra). exact Q. }
  destruct (Rtotal_order v 0) as [Hv|[Hv|Hv]].
  - apply (Go (-1)); [right; reflexivity|lra|exact S2].
  - exists x, (e / 2). split; [|split; [lra|]].
    + rewrite minus_eq_zero, norm_zero. exact He.
    + rewrite Hv. change (- m * (e / 2) < f (x + e / 2 * 0) - f x). rewrite Rmult_0_r, Rplus_0_r.
      assert (0 < m * (e / 2)) by (apply Rmult_lt_0_compat; lra). lra.
  - apply (Go 1); [left; reflexivity|lra|exact S1].
Qed.
