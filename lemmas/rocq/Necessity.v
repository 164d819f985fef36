(* What the valley looks like is also necessary in one variable: a continuous invex function
   strictly decreases, is constant on an interval, and strictly increases; the stationary
   points are this interval.  The last remark of the page on the valley. *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary Refutations.
Open Scope R_scope.

Section Necessity.

Variable f : R -> R.
Hypothesis f_continuous : forall x, continuous f x.
Hypothesis f_invex : invex f.

Definition minimiser (x : R) : Prop := forall y, f x <= f y.

(** The stationary points are the global minimisers. *)
Theorem stationary_minimiser (x : R) : clarke_stationary f x <-> minimiser x.
Proof.
  split; [intro H; intro y; apply f_invex, H|]. intro H.
  apply stationary_local_minimum, filter_forall. exact H.
Qed.

Lemma one_piece (u v : R) : along (equals f) (joined f) u v (Last f).
Proof. split; [reflexivity|intros; apply f_continuous]. Qed.

(** No value is above the values at two points around it. *)
Lemma no_peak (x y z : R) : x < y < z -> f x < f y -> f z < f y -> False.
Proof.
  intros H Hx Hz.
  destruct (interior_maximum f x y z (Last f) H (one_piece x z)
              (continuous_within _ f x (f_continuous x)) (continuous_within _ f z (f_continuous z))
              Hx Hz) as [c [_ [St [t Ht]]]].
  assert (K := f_invex c St t). lra.
Qed.

(** A value below those at two points around it is not below the minimum: there is a global
    minimiser in between. *)
Lemma dip (x y z : R) : x < y < z -> f y < f x -> f y < f z -> exists c, x < c < z /\ minimiser c.
Proof.
  intros H Hx Hz.
  destruct (interior_minimum f x y z (Last f) H (one_piece x z)
              (continuous_within _ f x (f_continuous x)) (continuous_within _ f z (f_continuous z))
              Hx Hz) as [c [Hc St]].
  exists c. split; [exact Hc|]. intro t. apply f_invex, St.
Qed.

(** Between two points with one value there is a global minimiser. *)
Lemma level (x y : R) : x < y -> f x = f y -> exists c, x < c < y /\ minimiser c.
Proof.
  intros H E.
  destruct (Classical_Prop.classic (exists t, x < t < y /\ f t < f x)) as [[t [Ht L]]|N].
  - apply (dip x t y Ht L). lra.
  - exists ((x + y) / 2). assert (M : x < (x + y) / 2 < y) by lra. split; [exact M|].
    intro t. apply f_invex, stationary_local_maximum.
    apply filter_imp with (2 := between_locally x y _ M). intros s Hs.
    assert (A : f x <= f ((x + y) / 2)) by (apply Rnot_lt_le; intro L; apply N; exists ((x + y) / 2); auto).
    apply Rle_trans with (f x); [|exact A]. apply Rnot_lt_le. intro L.
    apply (no_peak x s y Hs L). lra.
Qed.

(** The minimisers form an interval (on which f is constant). *)
Theorem minimisers_interval (a b t : R) :
  minimiser a -> minimiser b -> a <= t <= b -> minimiser t.
Proof.
  intros Ha Hb [[H1| ->] [H2|E2]]; try assumption; [|subst; exact Hb].
  intro y. apply Rle_trans with (f a); [|apply Ha]. apply Rnot_lt_le. intro L.
  apply (no_peak a t b (conj H1 H2) L). apply Rle_lt_trans with (2 := L). apply Hb.
Qed.

(** Before the minimisers f strictly decreases. *)
Theorem decreasing_before (x y s : R) :
  minimiser s -> (forall m, minimiser m -> y <= m) -> x < y -> f y < f x.
Proof.
  intros Hs B H. assert (Nx : ~ minimiser x) by (intro M; specialize (B x M); lra).
  apply Rnot_le_lt. intro L. destruct L as [L|E].
  - assert (Ys : y < s).
    { destruct (B s Hs) as [K|K]; [exact K|]. subst s. specialize (Hs x). lra. }
    apply (no_peak x y s (conj H Ys) L). assert (K := Hs x). lra.
  - destruct (level x y H E) as [c [Hc Mc]]. specialize (B c Mc). lra.
Qed.

(** After the minimisers f strictly increases. *)
Theorem increasing_after (x y s : R) :
  minimiser s -> (forall m, minimiser m -> m <= x) -> x < y -> f x < f y.
Proof.
  intros Hs B H. assert (Ny : ~ minimiser y) by (intro M; specialize (B y M); lra).
  apply Rnot_le_lt. intro L. destruct L as [L|E].
  - assert (Sx : s < x).
    { destruct (B s Hs) as [K|K]; [exact K|]. subst s. specialize (Hs y). lra. }
    apply (no_peak s x y (conj Sx H)); [|exact L]. assert (K := Hs y). lra.
  - destruct (level x y H (eq_sym E)) as [c [Hc Mc]]. specialize (B c Mc). lra.
Qed.

(** Without a minimiser f is strictly monotone. *)
Theorem monotone_without_minimiser : (forall m, ~ minimiser m) -> strictly_monotone f.
Proof.
  intro N.
  assert (Dif : forall x y, x < y -> f x <> f y).
  { intros x y H E. destruct (level x y H E) as [c [_ Mc]]. apply (N c Mc). }
  (* going on in one direction *)
  assert (On : forall p q r, p < q < r -> (f p < f q <-> f q < f r)).
  { intros p q r H. assert (D1 := Dif p q (proj1 H)). assert (D2 := Dif q r (proj2 H)).
    split; intro L; apply Rnot_le_lt; intro K.
    - apply (no_peak p q r H L). lra.
    - destruct (dip p q r H) as [c [_ Mc]]; [lra|exact L|]. apply (N c Mc). }
  (* any two pairs go in the same direction as the pair of a point far to the left *)
  assert (All : forall a b x y, a < b -> x < y -> f a < f b -> f x < f y).
  { intros a b x y Hab Hxy L.
    set (m := Rmin a x - 1). assert (M1 := Rmin_l a x). assert (M2 := Rmin_r a x).
    assert (Ma : m < a) by (unfold m; lra). assert (Mx : m < x) by (unfold m; lra).
    assert (Lm : f m < f a) by (apply (On m a b); [lra|exact L]).
    apply (On m x y); [lra|].
    destruct (Rtotal_order a x) as [G|[->|G]].
    - assert (K : f a < f x) by (apply (On m a x); [lra|exact Lm]). lra.
    - exact Lm.
    - assert (D := Dif m x Mx). apply Rnot_le_lt. intro K.
      assert (K' : ~ f x < f a) by (intro Q; apply (On m x a) in Q; lra). lra. }
  destruct (Rlt_le_dec (f 0) (f 1)) as [L|L].
  - left. intros x y H. apply (All 0 1 x y); try lra; assumption.
  - right. intros x y H. destruct (Rlt_le_dec (f x) (f y)) as [Q|Q].
    + assert (K : f 0 < f 1) by (apply (All x y 0 1); lra). lra.
    + assert (D := Dif x y H). lra.
Qed.

End Necessity.
