(** * Real polynomials as lists of coefficients

    What [Sturm] and [HalfAngle] need: values, derivatives, signs far out. The constant term comes first. *)

From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
Import ListNotations.
Open Scope R_scope.

Definition poly := list R.

Fixpoint peval (l : poly) (x : R) : R := match l with nil => 0 | a :: l' => a + x * peval l' x end.

Fixpoint padd (l m : poly) : poly :=
  match l, m with
  | nil, _ => m
  | _, nil => l
  | a :: l', b :: m' => a + b :: padd l' m'
  end.

Lemma padd_eval l m x : peval (padd l m) x = peval l x + peval m x.
Proof. revert m; induction l as [|a l IH]; intros [|b m]; simpl; try ring. rewrite IH. ring. Qed.

(** The derivative: (a + x q)' = q + x q'. *)
Fixpoint pderiv (l : poly) : poly := match l with nil => nil | a :: l' => padd l' (0 :: pderiv l') end.

Lemma pderiv_correct l x : is_derive (peval l) x (peval (pderiv l) x).
Proof.
  induction l as [|a l IH]; simpl.
  - apply (is_derive_const 0).
  - rewrite padd_eval. simpl. evar_last.
    + apply (is_derive_plus (fun _ => a) (fun y => y * peval l y)); [apply @is_derive_const|].
      apply (is_derive_mult (fun y : R => y) (peval l)); [apply @is_derive_id|exact IH|apply Rmult_comm].
    + unfold plus, mult, zero, one; simpl. ring.
Qed.

Lemma peval_continuous l x : continuity_pt (peval l) x.
Proof. apply derivable_continuous_pt. exists (peval (pderiv l) x). apply is_derive_Reals, pderiv_correct. Qed.

(** The leading coefficient; 0 for the zero polynomial. *)
Fixpoint top (l : poly) : R :=
  match l with nil => 0 | a :: l' => if Req_EM_T (top l') 0 then a else top l' end.

(** The polynomial in -x. *)
Fixpoint reflect (l : poly) : poly := match l with nil => nil | a :: l' => a :: map Ropp (reflect l') end.

Lemma peval_opp l x : peval (map Ropp l) x = - peval l x.
Proof. induction l as [|a l IH]; simpl; [ring|rewrite IH; ring]. Qed.

Lemma reflect_eval l x : peval (reflect l) x = peval l (- x).
Proof. induction l as [|a l IH]; simpl; [ring|]. rewrite peval_opp, IH. ring. Qed.

(** The sign of the leading term at -oo. *)
Definition bottom (l : poly) : R := top (reflect l).

Lemma top_zero l : top l = 0 -> forall x, peval l x = 0.
Proof.
  induction l as [|a l IH]; simpl; intros H x; [reflexivity|].
  destruct (Req_EM_T (top l) 0) as [E|E]; [|contradiction]. rewrite IH by exact E. subst a; ring.
Qed.

(** Far to the right a polynomial has the sign of its leading coefficient. *)
Lemma top_sign l :
  top l <> 0 -> exists M d, 0 < d /\ forall x, M <= x -> 0 < top l * peval l x /\ d <= Rabs (peval l x).
Proof.
  induction l as [|a l IH]; simpl; intro H; [contradiction|].
  destruct (Req_EM_T (top l) 0) as [E|E].
  - exists 0, (Rabs a). split; [apply Rabs_pos_lt, H|]. intros x _. rewrite (top_zero l E), Rmult_0_r, Rplus_0_r.
    split; [|apply Rle_refl]. destruct (Rdichotomy a 0 H); nra.
  - destruct (IH E) as [M [d [Hd K]]].
    exists (Rmax (Rmax M 1) ((Rabs a + 1) / d)), 1. split; [lra|].
    intros x Hx.
    assert (B1 := Rmax_l (Rmax M 1) ((Rabs a + 1) / d)). assert (B2 := Rmax_r (Rmax M 1) ((Rabs a + 1) / d)).
    assert (B3 := Rmax_l M 1). assert (B4 := Rmax_r M 1).
    destruct (K x) as [K1 K2]; [lra|].
    assert (X : Rabs a + 1 <= x * d).
    { apply Rmult_le_reg_r with (/ d); [apply Rinv_0_lt_compat, Hd|].
      rewrite Rmult_assoc, Rinv_r, Rmult_1_r by lra. apply Rle_trans with (2 := Hx). exact B2. }
    set (p := peval l x) in *. set (t := top l) in *. clearbody p t.
    assert (Ha := Rle_abs a). assert (Ha' := Rle_abs (- a)). rewrite Rabs_Ropp in Ha'.
    assert (Y : Rabs a + 1 <= x * Rabs p).
    { apply Rle_trans with (1 := X). apply Rmult_le_compat_l; lra. }
    destruct (Rle_lt_dec 0 p) as [Hp|Hp].
    + rewrite (Rabs_pos_eq p) in Y by exact Hp.
      assert (1 <= a + x * p) by lra. rewrite (Rabs_pos_eq (a + x * p)) by lra. split; [|lra].
      assert (0 < t) by nra. nra.
    + rewrite (Rabs_left p) in Y by exact Hp.
      assert (a + x * p <= -1) by lra. rewrite (Rabs_left (a + x * p)) by lra. split; [|lra].
      assert (t < 0) by nra. nra.
Qed.

(** Dividing by x - c: the remainder is the value at c. *)
Lemma divide_linear (l : poly) (c : R) :
  exists q, length q = pred (length l) /\ forall x, peval l x = (x - c) * peval q x + peval l c.
Proof.
  induction l as [|a l [q [Hq E]]].
  - exists nil; split; [reflexivity|intro x; simpl; ring].
  - destruct l as [|b l].
    + exists nil; split; [reflexivity|intro x; simpl; ring].
    + exists (peval (b :: l) c :: q). split; [simpl in *; rewrite Hq; reflexivity|].
      intro x. change (peval (a :: b :: l) x) with (a + x * peval (b :: l) x).
      change (peval (a :: b :: l) c) with (a + c * peval (b :: l) c). rewrite (E x).
      change (peval (peval (b :: l) c :: q) x) with (peval (b :: l) c + x * peval q x). ring.
Qed.

(** A polynomial that is not zero everywhere is (x - c)^m times one that is not zero at c. *)
Lemma multiplicity (c : R) : forall n l, (length l <= n)%nat -> (exists x, peval l x <> 0) ->
  exists m q, peval q c <> 0 /\ forall x, peval l x = (x - c) ^ m * peval q x.
Proof.
  induction n as [|n IH]; intros l Hn [x0 Hx0].
  - destruct l; [elim Hx0; reflexivity|simpl in Hn; lia].
  - destruct (Req_EM_T (peval l c) 0) as [E|E].
    + destruct (divide_linear l c) as [q [Hq Eq]].
      destruct (IH q) as [m [q' [H1 H2]]].
      * destruct l; simpl in *; lia.
      * exists x0. intro Z. apply Hx0. rewrite Eq, Z, E. ring.
      * exists (S m), q'. split; [exact H1|]. intro x. rewrite Eq, E, H2. simpl. ring.
    + exists 0%nat, l. split; [exact E|]. intro x. simpl. ring.
Qed.

(** Between two points at which a polynomial has opposite signs it has a zero. *)
Lemma sign_change_zero l a b : a < b -> peval l a * peval l b < 0 -> exists c, a < c < b /\ peval l c = 0.
Proof.
  intros Hab H.
  assert (K : forall m, peval m a < 0 -> 0 < peval m b -> exists c, a < c < b /\ peval m c = 0).
  { intros m H1 H2. destruct (IVT (peval m) a b) as [c [Hc E]]; [intro; apply peval_continuous|exact Hab|exact H1|exact H2|].
    exists c. split; [|exact E].
    destruct Hc as [[Hc1|Hc1] [Hc2|Hc2]]; subst; try lra. }
  destruct (Rlt_le_dec (peval l a) 0) as [H1|H1].
  - apply K; [exact H1|nra].
  - assert (H2 : 0 < peval l a) by (destruct H1 as [H1|H1]; [exact H1|rewrite <- H1 in H; lra]).
    assert (H3 : peval l b < 0) by nra.
    destruct (K (map Ropp l)) as [c [Hc E]]; rewrite ?peval_opp; [lra|lra|].
    exists c. split; [exact Hc|]. rewrite peval_opp in E. lra.
Qed.
