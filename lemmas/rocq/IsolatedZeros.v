(** Zeros of a real-analytic function of one variable are isolated, unless it is 0 throughout. *)

From Coq Require Import Reals Lra Lia.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus RealAnalytic.
Open Scope R_scope.

(** A power series with a coefficient that is not 0 is not 0 near 0, off 0. *)
Lemma series_isolated (a : nat -> R) (r : R) :
  0 < r -> (forall h, Rabs h < r -> Rbar_lt (Rabs h) (CV_radius a)) -> (exists n, a n <> 0) ->
  exists e, 0 < e /\ forall h, Rabs h < e -> h <> 0 -> PSeries a h <> 0.
Proof.
  intros Hr CV [n0 N0].
  assert (Least : exists n, a n <> 0 /\ forall k, (k < n)%nat -> a k = 0).
  { revert N0. induction n0 as [n0 IH] using (well_founded_induction lt_wf). intro N0.
    destruct (Classical_Prop.classic (exists k, (k < n0)%nat /\ a k <> 0)) as [[k [Hk Nk]]|None].
    - apply (IH k Hk Nk).
    - exists n0. split; [exact N0|]. intros k Hk. apply Classical_Prop.NNPP. intro Nk. apply None. exists k. auto. }
  destruct Least as [n [Nn Z]]. clear n0 N0.
  set (b := PS_decr_n a n).
  assert (Rb : CV_radius b = CV_radius a).
  { unfold b. clear. induction n as [|n IH].
    - apply CV_radius_ext. intro k. reflexivity.
    - rewrite <- IH, <- (CV_radius_decr_1 (PS_decr_n a n)). apply CV_radius_ext. intro k.
      unfold PS_decr_n, PS_decr_1. f_equal. lia. }
  assert (Split : forall h, Rabs h < r -> PSeries a h = h ^ n * PSeries b h).
  { intros h Hh. unfold b. destruct n as [|n].
    - rewrite Rmult_1_l. apply PSeries_ext. intro k. reflexivity.
    - rewrite (PSeries_decr_n a n h).
      + rewrite (sum_eq_R0 (fun k => a k * h ^ k) n); [ring|].
        intros k Hk. rewrite (Z k) by lia. ring.
      + apply CV_disk_correct. apply CV_disk_inside. apply CV, Hh. }
  assert (C : continuous (PSeries b) 0).
  { apply continuity_pt_filterlim, PSeries_continuity. rewrite Rb. apply CV. rewrite Rabs_R0. exact Hr. }
  assert (B0 : PSeries b 0 <> 0).
  { rewrite PSeries_0. unfold b, PS_decr_n. rewrite Nat.add_0_r. exact Nn. }
  assert (L : locally 0 (fun h => PSeries b h <> 0)).
  { apply (C (fun v => v <> 0)). apply open_neq. exact B0. }
  destruct (locally_elim _ _ L) as [e [He K]].
  assert (M1 := Rmin_l e r). assert (M2 := Rmin_r e r).
  exists (Rmin e r). split; [apply Rmin_pos; assumption|]. intros h Hh N.
  rewrite Split by lra. apply Rmult_integral_contrapositive. split; [apply pow_nonzero, N|].
  assert (D : Rabs h < e) by lra. apply Rabs_def2 in D. apply K. lra.
Qed.

(** A function that is analytic on the whole line, and not 0 everywhere, has isolated zeros. *)
Theorem isolated_zeros (g : R -> R) :
  (forall x, real_analytic g x) -> (exists y, g y <> 0) ->
  forall x, exists e, 0 < e /\ forall t, x - e < t < x + e -> t <> x -> g t <> 0.
Proof.
  intros A [y Ny] x. destruct (analytic_series g x (A x)) as [a [r [Hr [CV E]]]].
  destruct (Classical_Prop.classic (exists n, a n <> 0)) as [N|None].
  - destruct (series_isolated a r Hr CV N) as [e [He K]].
    assert (M1 := Rmin_l e r). assert (M2 := Rmin_r e r).
    exists (Rmin e r). split; [apply Rmin_pos; assumption|]. intros t Ht Nt.
    replace t with (x + (t - x)) by ring. rewrite E by (apply Rabs_def1; lra).
    apply K; [apply Rabs_def1; lra|lra].
  - exfalso. apply Ny. apply (identity g m_infty p_infty (x - r) (x + r)); try exact I; [intros t _; apply A|lra| |].
    + intros t Ht. replace t with (x + (t - x)) by ring. rewrite E by (apply Rabs_def1; lra).
      rewrite (PSeries_ext a (fun _ => 0)); [apply PSeries_const_0|].
      intro n. apply Classical_Prop.NNPP. intro Nn. apply None. exists n. exact Nn.
    + split; exact I.
Qed.
