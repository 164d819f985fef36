(** Analytic functions of several variables are 0 on a null set only, or everywhere; what follows for matrices of them.

    A function on R^p is [analytic] here if it is measurable and, along each line parallel to an axis, real-analytic in
    the sense of [RealAnalytic]: near each point the sum of a power series. Functions that are analytic in all variables
    together are so: they are continuous, and their restrictions to lines are analytic.

    Lemmas: witness, analytic-selections, flat-point. *)

From mathcomp Require Import all_ssreflect all_algebra finmap.
From mathcomp.classical Require Import boolp classical_sets functions cardinality mathcomp_extra.
From mathcomp.analysis Require Import reals ereal signed topology normedtype sequences esum numfun.
From mathcomp.analysis Require Import measure lebesgue_measure lebesgue_integral Rstruct.
From Coq Require Reals.
From Invex Require RealAnalytic IsolatedZeros.
From Invex Require Import StepSizes Null TrainingSteps GenericRank.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Notation R := Rdefinitions.R.
Notation real := real_realType.

(** A real-analytic function of one variable is 0 throughout or has countably many zeros. *)
Lemma thin_real_analytic (g : R -> R) : (forall x, RealAnalytic.real_analytic g x) -> @thin real g.
Proof.
move=> ag; have [all0|] := pselect (forall x, g x = 0); [by left | move=> /existsNP some; right].
have iso x : exists ab : rat * rat, [/\ ratr ab.1 < x :> real, x < ratr ab.2 :> real &
    forall t : real, ratr ab.1 < t -> t < ratr ab.2 -> t != x -> g t != 0].
  have [e [/RltP e0 he]] := IsolatedZeros.isolated_zeros g ag some x.
  have lo : (x : real) - e < x by rewrite ltr_subl_addr ltr_addl.
  have hi : (x : real) < x + e by rewrite ltr_addl.
  have [a] := rat_in_itvoo lo; rewrite in_itv /= => /andP[a1 a2].
  have [b] := rat_in_itvoo hi; rewrite in_itv /= => /andP[b1 b2].
  exists (a, b); split=> //= t at_ tb /eqP tx; apply/eqP; apply: he => //.
  by split; apply/RltP; [exact: lt_trans at_ | exact: lt_trans tb b2].
have [f hf] := choice iso.
apply/countable_injP; exists (fun x => choice.pickle (f x)) => x y; rewrite !inE /= => gx gy pxy.
have fxy : f x = f y by exact: (pcan_inj (@choice.pickleK _) pxy).
apply: contrapT => /eqP xy.
have [a1 a2 a3] := hf x; have [b1 b2 b3] := hf y.
have := a3 y; rewrite fxy eq_sym => /(_ b1 b2 xy) /eqP; exact.
Qed.

(** Real-analytic along each line parallel to an axis. *)
Fixpoint analytic_on_lines (p : nat) : (space real p -> R) -> Prop :=
  match p with
  | 0 => fun f => forall x, RealAnalytic.real_analytic f x
  | q.+1 => fun f => (forall t x, RealAnalytic.real_analytic (fun y => f (t, y)) x) /\
                     (forall x, analytic_on_lines (fun t => f (t, x)))
  end.

Definition analytic p (f : space real p -> R) := measurable_fun setT (f : space real p -> real) /\ analytic_on_lines f.

Lemma analytic_constant p (c : real) : analytic ((fun=> c) : space real p -> real).
Proof.
split; first exact: measurable_fun_cst.
elim: p => [x|q IH] /=; first exact: RealAnalytic.real_analytic_const.
by split=> // t x; exact: RealAnalytic.real_analytic_const.
Qed.

Lemma analytic_add p (f g : space real p -> real) : analytic f -> analytic g -> analytic (fun x => f x + g x).
Proof.
move=> [mf af] [mg ag]; split; first exact: measurable_funD.
elim: p f g af ag {mf mg} => [|q IH] f g /= af ag.
  by move=> x; exact: RealAnalytic.real_analytic_plus.
case: af ag => [a1 a2] [b1 b2]; split=> [t x|x]; first exact: RealAnalytic.real_analytic_plus.
by apply: (IH (fun t => f (t, x)) (fun t => g (t, x))).
Qed.

Lemma analytic_mul p (f g : space real p -> real) : analytic f -> analytic g -> analytic (fun x => f x * g x).
Proof.
move=> [mf af] [mg ag]; split; first exact: measurable_funM.
elim: p f g af ag {mf mg} => [|q IH] f g /= af ag.
  by move=> x; exact: RealAnalytic.real_analytic_mult.
case: af ag => [a1 a2] [b1 b2]; split=> [t x|x]; first exact: RealAnalytic.real_analytic_mult.
by apply: (IH (fun t => f (t, x)) (fun t => g (t, x))).
Qed.

Lemma analytic_measurable p (f : space real p -> real) : analytic f -> measurable_fun setT f.
Proof. by case. Qed.

Lemma analytic_thin p (f : space real p -> real) : analytic f -> thin_on_lines f.
Proof.
case=> _; elim: p f => [|q IH] f /= af; first exact: thin_real_analytic.
case: af => [a1 a2]; split=> [t|x]; last exact: IH.
exact: thin_real_analytic.
Qed.

(** An analytic function that is not 0 at one point is not 0 at almost every point. *)
Theorem analytic_zeros_null p (f : space real p -> real) :
  analytic f -> (exists x, f x != 0) -> (volume real p).-negligible [set x | f x = 0].
Proof. exact: (good_zeros_null analytic_measurable analytic_thin). Qed.

(** witness: if a matrix of analytic functions has full row rank at one point, it has at almost every point. *)
Theorem analytic_full_rank p k n (M : space real p -> 'M[real]_(k, n)) :
  (forall i j, analytic (fun x => M x i j)) ->
  (exists x, row_free (M x)) -> {ae volume real p, forall x, row_free (M x)}.
Proof. exact: (good_full_rank analytic_constant analytic_add analytic_mul analytic_measurable analytic_thin). Qed.

(** One witness for a step size: if the Hessian H is a matrix of analytic functions, and 1 - eta H is not singular at one
    point, any point at all, it is not singular at almost every point. *)
Theorem analytic_step_size p n (H : space real p -> 'M[real]_n) eta :
  (forall i j, analytic (fun x => H x i j)) ->
  (exists x, \det (1%:M - eta *: H x) != 0) -> {ae volume real p, forall x, \det (1%:M - eta *: H x) != 0}.
Proof. exact: (good_step_size analytic_constant analytic_add analytic_mul analytic_measurable analytic_thin). Qed.

(** A point at which the Hessian is 0 is a witness for every step size. *)
Corollary analytic_flat p n (H : space real p -> 'M[real]_n) :
  (forall i j, analytic (fun x => H x i j)) -> (exists x, H x = 0) ->
  forall eta, {ae volume real p, forall x, \det (1%:M - eta *: H x) != 0}.
Proof. by move=> aH [x Hx] eta; apply: analytic_step_size => //; exists x; rewrite Hx flat_no_bad oner_neq0. Qed.

(** analytic-selections (3): near almost every point the Hessian H is that of one of finitely many selections S i, each of
    which has a witness; then 1 - eta H is not singular at almost every point. *)
Theorem analytic_selections p n (I : finType) (H : space real p -> 'M[real]_n) (S : I -> space real p -> 'M[real]_n) eta :
  (forall i j k, analytic (fun x => S i x j k)) -> {ae volume real p, forall x, exists i, H x = S i x} ->
  (forall i, exists x, \det (1%:M - eta *: S i x) != 0) ->
  {ae volume real p, forall x, \det (1%:M - eta *: H x) != 0}.
Proof. exact: (good_selections analytic_constant analytic_add analytic_mul analytic_measurable analytic_thin). Qed.

(** zero-state: let the determinant f of the derivative of a map, as a function of the point and of the step size, be
    analytic, and not 0 at the step size 0, as that of the identity. For all step sizes outside of a countable set it is not
    0 at almost every point. *)
Theorem analytic_exceptions p (f : space real p.+1 -> real) :
  analytic f -> (forall x, f (x, 0) != 0) ->
  exists2 E : set R, countable E &
    forall eta, ~ E eta -> {ae volume real p, forall x, f (x, eta) != 0}.
Proof.
move=> af f0; have [_ [vertical horizontal]] := af.
pose x0 : space real p := diagonal p 0.
exists [set eta | f (x0, eta) = 0].
  have [all0|//] := thin_real_analytic (vertical x0).
  by have := f0 x0; rewrite all0 eqxx.
move=> eta good; have : (volume real p).-negligible [set x | f (x, eta) = 0].
  apply: analytic_zeros_null; last by exists x0; apply/eqP.
  split; last exact: horizontal.
  by case: af => mf _; apply: (@measurable_fun_prod2 _ _ _ _ (space real p) (line real) f eta).
by apply: null_sub => x /=; apply: contra_notP => /eqP.
Qed.
