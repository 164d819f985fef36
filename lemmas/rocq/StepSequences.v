(** Sequences of steps along countably many fields, with step sizes that are multiples of one number.

    A field is [smooth] here if it has a strict derivative at almost every point, which is a measurable function of the
    point. A field that is analytic, or continuously differentiable, on an open set with a null complement is smooth.

    Lemma: step-sequences (2), (3), (4); (1) is [any_choice] in [TrainingSteps]. *)

From mathcomp Require Import all_ssreflect all_algebra finmap.
From mathcomp.classical Require Import boolp classical_sets functions cardinality mathcomp_extra.
From mathcomp.analysis Require Import reals ereal signed topology normedtype sequences esum numfun.
From mathcomp.analysis Require Import measure lebesgue_measure lebesgue_integral.
From Invex Require Import StepSizes Null TrainingSteps GenericRank NonSingular.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Section Sequences.
Variables (R : realType) (p : nat).

Definition smooth (v : space R p -> space R p) := exists H : space R p -> 'M[R]_p.+1,
  {ae volume R p, forall x, strictly_differentiable v x (H x)} /\
  forall i j, measurable_fun setT (fun x => H x i j).

(** step-sequences (2): countably many fields and multiples have a common countable set of exceptions. By [any_choice], the
    next field and multiple may then be chosen by any rule. *)
Theorem countably_many_fields (I J : countType) (v : I -> space R p -> space R p) (c : J -> R) :
  (forall i, smooth (v i)) -> exists2 E : set R, countable E &
    forall eta, ~ E eta -> forall i j, nonsingular (volume R p) (fun x => descend (eta * c j) x (v i x)).
Proof.
move=> sv; have /choice[E hE] : forall i, exists E : set R, [/\ countable E, ~ E 0 &
    forall s, ~ E s -> nonsingular (volume R p) (fun x => descend s x (v i x))].
  by move=> i; have [H [dv mH]] := sv i; exact: gradient_step_nonsingular dv mH.
apply: (@common_step_sizes _ _ _ (volume R p) I J (fun i s x => descend s x (v i x)) E c) => i; by case: (hE i).
Qed.

(** Every choice at once: almost every start avoids a null set, for all sequences of fields and multiples. *)
Corollary all_sequences_avoid (I J : countType) (v : I -> space R p -> space R p) (c : J -> R) (N : set (space R p)) :
  (forall i, smooth (v i)) -> (volume R p).-negligible N -> exists2 E : set R, countable E &
    forall eta, ~ E eta -> {ae volume R p, forall x, forall (choice : nat -> I * J) t,
      ~ N (after (fun k y => descend (eta * c (choice k).2) y (v (choice k).1 y)) t x)}.
Proof.
move=> sv nN; have [E cE good] := countably_many_fields c sv.
exists E => // eta ne.
exact: (@any_choice _ _ _ (volume R p) [countType of I * J] (fun ij y => descend (eta * c ij.2) y (v ij.1 y)) N
  (fun ij => good eta ne ij.1 ij.2) nN).
Qed.

(** step-sequences (4): for fixed sequences of fields and multiples, all step sizes outside of a countable set make all
    steps non-singular. *)
Corollary fixed_sequence (v : nat -> space R p -> space R p) (c : nat -> R) :
  (forall t, smooth (v t)) -> exists2 E : set R, countable E &
    forall eta, ~ E eta -> forall t, nonsingular (volume R p) (fun x => descend (eta * c t) x (v t x)).
Proof. by move=> sv; have [E cE good] := countably_many_fields c sv; exists E => // eta /good h t. Qed.

(** The sum of the fields with the factors named. *)
Fixpoint field_sum (l : seq (R * (space R p -> space R p))) (x : space R p) : space R p :=
  if l is (a, v) :: l' then descend (- a) (field_sum l' x) (v x) else diagonal p (0 : R).

Lemma vec_field_sum l x : vec (field_sum l x) = \sum_(av <- l) av.1 *: vec (av.2 x).
Proof.
elim: l => [|[a v] l IH]; last by rewrite big_cons /= vec_descend IH scaleNr opprK addrC.
by rewrite big_nil; apply/matrixP => i j; rewrite !mxE coordinate_diagonal // -ltnS.
Qed.

(** step-sequences (3): finite sums of smooth fields, with any factors, are smooth. *)
Theorem smooth_sum l : (forall av, List.In av l -> smooth av.2) -> smooth (field_sum l).
Proof.
elim: l => [|[a v] l IH] sl.
  exists (fun=> 0); split; last by move=> i j; exact: measurable_fun_cst.
  exists set0; split=> // x nx; exfalso; apply: nx => e e0; exists 1 => // y z _ _ i.
  by rewrite /= subrr mulmx0 subrr mxE normr0 mulr_ge0 ?dist_ge0 // ltW.
have [A [dA mA]] := IH (fun av h => sl av (or_intror h)).
have [B [dB mB]] := sl (a, v) (or_introl erefl).
exists (fun x => A x - (- a) *: B x); split.
  apply: null_sub (null_union dA dB) => x nx.
  have [ax|] := pselect (strictly_differentiable (field_sum l) x (A x)); [right | by left].
  by move=> bx; apply: nx; exact: strictly_differentiable_descend.
move=> i j; rewrite (_ : (fun _ => _) = fun x => A x i j - - a * B x i j); last by apply: funext => x; rewrite !mxE.
by apply: measurable_funB => //; apply: measurable_funM => //; exact: measurable_fun_cst.
Qed.
End Sequences.
