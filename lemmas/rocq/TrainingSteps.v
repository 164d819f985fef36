(** Steps of a training method: for all step sizes but countably many, the derivative of a step is not singular
    almost everywhere; and what follows for the points of a run if the steps are non-singular maps.

    The space is any space with a sigma-finite measure. That a continuously differentiable map whose derivative is not
    singular almost everywhere is a non-singular map (Fact 8 of the course) is not proved here.

    Lemmas: almost-every-step (its exceptional set), iterates, step-sequences, sequential-steps (one step). *)

From mathcomp Require Import all_ssreflect all_algebra finmap.
From mathcomp.classical Require Import boolp classical_sets functions cardinality mathcomp_extra.
From mathcomp.analysis Require Import reals ereal signed topology normedtype sequences esum numfun.
From mathcomp.analysis Require Import measure lebesgue_measure lebesgue_integral.
From Invex Require Import StepSizes Null.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Section Overlaps.
Context d (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R}).
Variables (I : choiceType) (S : I -> set T) (n : nat).
Hypothesis mS : forall i, measurable (S i).

Local Open Scope ereal_scope.

Lemma overlap_sum (B : set T) (s : seq I) : measurable B -> uniq s ->
  (forall t, B t -> forall r : seq I, uniq r -> (forall i, i \in r -> S i t) -> (size r <= n)%N) ->
  \sum_(i <- s) mu (S i `&` B) <= n%:R%:E * mu B.
Proof.
move=> mB us few; rewrite -(integral_cst mu mB).
under eq_bigr => i _ do rewrite -integral_indic //.
rewrite -ge0_integral_sum //; last 2 first.
- by move=> i; apply: measurable_fun_comp => //; apply: measurable_fun_indic.
- by move=> i t _; rewrite lee_fin.
apply: ge0_le_integral => //.
- by move=> t _; apply: sume_ge0 => i _; rewrite lee_fin.
- by apply: emeasurable_fun_sum => i; apply: measurable_fun_comp => //; apply: measurable_fun_indic.
- by move=> t _; rewrite lee_fin.
- exact: measurable_fun_cst.
move=> t Bt; rewrite sumEFin lee_fin /=.
under eq_bigr => i _ do rewrite indicE.
rewrite -natr_sum ler_nat.
rewrite (_ : (\sum_(i <- s) _)%N = size [seq i <- s | t \in S i]); last first.
  by rewrite size_filter -sum1_count [RHS]big_mkcond; apply: eq_bigr => i _; case: (_ \in _).
apply: (few t Bt); first exact: filter_uniq.
by move=> i; rewrite mem_filter => /andP[/set_mem].
Qed.

(** Sets that overlap at most n-fold, up to a null set: countably many of them, at most, are not null. *)
Theorem countably_many_overlapping : sigma_finite setT mu ->
  {ae mu, forall t, forall s : seq I, uniq s -> (forall i, i \in s -> S i t) -> (size s <= n)%N} ->
  countable [set i | mu (S i) != 0].
Proof.
move=> [F FT mF] [N [mN N0 NF]].
have mFN k : measurable (F k `\` N) by apply: measurableD => //; case: (mF k).
pose A k m := [set i | (m.+1%:R^-1)%:E <= mu (S i `&` (F k `\` N))].
have finA k m : finite_set (A k m).
  apply: contrapT => infA.
  have finF : mu (F k `\` N) \is a fin_num.
    rewrite ge0_fin_numE //; case: (mF k) => mFk; apply: le_lt_trans.
    by apply: le_measure; rewrite ?inE //; apply: subDsetl.
  pose b := (n%:R * fine (mu (F k `\` N)) * m.+1%:R)%R.
  have b0 : (0 <= b)%R by rewrite !mulr_ge0 // fine_ge0.
  have [B BA cB] := infinite_set_fset (Num.bound b) infA.
  have : (#|` B|%:R / m.+1%:R)%:E <= n%:R%:E * mu (F k `\` N).
    apply: le_trans (overlap_sum (mFN k) (fset_uniq B) _); last first.
      by move=> t [_ Nt] r ur rS; apply: contrapT => nr; apply: Nt; apply: NF => /(_ r ur rS).
    rewrite mulr_natl -iter_addr_0 -count_predT -big_const_seq -sumEFin big_seq [leRHS]big_seq.
    by apply: lee_sum => i iB; apply: BA.
  rewrite -(fineK finF) -EFinM lee_fin ler_pdivr_mulr // => le.
  have := le_lt_trans le (archi_boundP b0).
  by rewrite ltr_nat ltnNge cB.
have sub : [set i | mu (S i) != 0] `<=` \bigcup_k \bigcup_m A k m.
  move=> i /eqP Si0.
  have [k] : exists k, mu (S i `&` (F k `\` N)) != 0.
    apply: contrapT => /forallNP all0; apply: Si0; apply/negligibleP => //.
    apply: (@null_sub _ _ _ mu _ (N `|` \bigcup_k (S i `&` (F k `\` N)))).
      move=> t St; have [Nt|Nt] := pselect (N t); [by left | right].
      by have : [set: T] t := Logic.I; rewrite FT => -[k _ Fk]; exists k => //; split=> //; split.
    apply: null_union; first by exists N; split=> //; exact: subset_refl.
    by apply: null_bigcup => k; apply/negligibleP; [exact: measurableI | apply: contrapT => nz; apply: (all0 k); apply/eqP].
  have fin : mu (S i `&` (F k `\` N)) \is a fin_num.
    rewrite ge0_fin_numE //; case: (mF k) => mFk; apply: le_lt_trans.
    by apply: le_measure; rewrite ?inE //; [exact: measurableI | apply: subset_trans (@subIsetr _ _ _) (@subDsetl _ _ _)].
  rewrite -(fineK fin) eqe => r0.
  have : (0 < fine (mu (S i `&` (F k `\` N))))%R by rewrite lt_neqAle eq_sym r0 fine_ge0.
  move=> /ltr_add_invr[m]; rewrite add0r => lt; exists k => //; exists m => //.
  by rewrite /A /= -(fineK fin) lee_fin ltW.
apply: sub_countable (subset_card_le sub) _.
apply: bigcup_countable => // k _; apply: bigcup_countable => // m _.
exact: finite_set_countable.
Qed.
End Overlaps.

Section StepSizes.
Context d (T : measurableType d) (R : realType).
Variables (mu : {measure set T -> \bar R}) (n : nat) (A B : T -> 'M[R]_n).
Hypotheses (mA : forall i j, measurable_fun setT (fun t => A t i j))
  (mB : forall i j, measurable_fun setT (fun t => B t i j)).

Lemma measurable_step : measurable_fun setT (fun te : T * line R => \det (A te.1 - te.2 *: B te.1)).
Proof.
apply: measurable_det => i j.
rewrite (_ : (fun _ => _) = fun te => A te.1 i j - te.2 * B te.1 i j); last by apply: funext => te; rewrite !mxE.
have m1 (f : T -> R) : measurable_fun setT f -> measurable_fun setT (fun te : T * line R => f te.1).
  by move=> mf; exact: (measurable_fun_comp mf (@measurable_fst _ _ T (line R))).
apply: measurable_funB; first exact: (m1 (fun t => A t i j)).
apply: measurable_funM; last exact: (m1 (fun t => B t i j)).
exact: measurable_snd.
Qed.

Lemma measurable_bad eta : measurable [set t | \det (A t - eta *: B t) = 0].
Proof. by apply: measurable_zeros; exact: (measurable_fun_prod2 eta measurable_step). Qed.

(** Let a step be given with the derivative A - eta B, where A is not singular almost everywhere. The step sizes eta for
    which the derivative is singular on a set that is not null are countably many, at most. *)
Theorem countably_many_bad_step_sizes : sigma_finite setT mu -> {ae mu, forall t, \det (A t) != 0} ->
  countable [set eta | mu [set t | \det (A t - eta *: B t) = 0] != 0%E].
Proof.
move=> sf regular; apply: (@countably_many_overlapping _ _ _ _ _ _ n measurable_bad sf).
apply: null_sub regular => t; apply: contra_not => dA s us bad.
exact: few_bad_step_sizes_after dA us bad.
Qed.

(** The pairs of a point and a step size that are bad there form a null set; so for almost every step size, in the sense
    of Lebesgue's measure, almost every point is good. This carries the induction over random step sizes. *)
Theorem random_step_size (sf : sigma_finite setT mu) : {ae mu, forall t, \det (A t) != 0} ->
  product_measure1 mu (@length_sigma_finite R) [set te | \det (A te.1 - te.2 *: B te.1) = 0] = 0%E /\
  {ae @length R, forall eta, mu [set t | \det (A t - eta *: B t) = 0] = 0%E}.
Proof.
move=> regular; have mZ := measurable_zeros measurable_step.
have null0 : product_measure1 mu (@length_sigma_finite R) [set te | \det (A te.1 - te.2 *: B te.1) = 0] = 0%E.
  apply: (proj2 (null_xsections mu (@length_sigma_finite R) mZ)).
  apply: null_sub regular => t; apply: contra_not => dA.
  apply: measure_negligible; first exact: measurable_xsection.
  apply: null_countable; apply: finite_set_countable; apply: contrapT => inf.
  have [s sub] := infinite_set_fset n.+1 inf.
  apply/negP; rewrite -leqNgt; apply: (few_bad_step_sizes_after (B := B t) dA (fset_uniq s)) => eta es.
  by have := sub _ es; rewrite /xsection /= inE.
split=> //; apply: null_sub (proj1 (null_ysections sf (@length_sigma_finite R) mZ) null0) => eta.
apply: contra_not => <-; congr (mu _); apply/seteqP; split=> t; rewrite /ysection /= inE //.
Qed.
End StepSizes.

(** Gradient descent, and any step theta - eta w(theta) with Dw = H: the exceptional step sizes are countably many, and 0 is
    none of them. *)
Theorem exceptional_step_sizes d (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R}) n
    (H : T -> 'M[R]_n) : (forall i j, measurable_fun setT (fun t => H t i j)) -> sigma_finite setT mu ->
  let E := [set eta | mu [set t | \det (1%:M - eta *: H t) = 0] != 0%E] in countable E /\ ~ E 0.
Proof.
move=> mH sf /=; split.
  apply: (@countably_many_bad_step_sizes _ _ _ _ _ (fun=> 1%:M)) => //.
    by move=> i j; exact: measurable_fun_cst.
  exists set0; split=> // t /=; by rewrite det1 oner_neq0.
apply/negP; rewrite negbK; apply/eqP; rewrite (_ : [set _ | _] = set0) ?measure0 //.
by apply/seteqP; split=> // t /=; rewrite scale0r subr0 det1 => /eqP; rewrite oner_eq0.
Qed.


Section Steps.
Context d (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R}).

(** A map is non-singular if preimages of null sets are null. *)
Definition nonsingular (G : T -> T) := forall N, mu.-negligible N -> mu.-negligible (G @^-1` N).

(** The point after t steps, of which the k-th is G k. *)
Fixpoint after (G : nat -> T -> T) (t : nat) (x : T) : T :=
  if t is k.+1 then G k (after G k x) else x.

Lemma nonsingular_id : nonsingular id. Proof. by []. Qed.

Lemma nonsingular_comp G H : nonsingular G -> nonsingular H -> nonsingular (G \o H).
Proof. by move=> nG nH N /nG /nH. Qed.

Lemma nonsingular_after G : (forall k, nonsingular (G k)) -> forall t, nonsingular (after G t).
Proof. by move=> nG; elim=> [|t IH] // N /(nG t) /IH. Qed.

(** Almost every start avoids a null set at all times. *)
Theorem iterates_avoid (G : nat -> T -> T) (N : set T) :
  (forall k, nonsingular (G k)) -> mu.-negligible N ->
  {ae mu, forall x, forall t, ~ N (after G t x)}.
Proof.
move=> nG nN; have : mu.-negligible (\bigcup_t (after G t @^-1` N)).
  by apply: null_bigcup => t; exact: nonsingular_after.
by apply: null_sub => x /existsNP[t /contrapT Nt]; exists t.
Qed.

(** If the law P of the first point gives null sets the probability 0, so does the law of each later point. *)
Theorem iterates_density (G : nat -> T -> T) (P : {measure set T -> \bar R}) :
  (forall k, nonsingular (G k)) ->
  (forall N, mu.-negligible N -> P.-negligible N) ->
  forall t N, mu.-negligible N -> P.-negligible (after G t @^-1` N).
Proof. by move=> nG density t N nN; apply: density; exact: nonsingular_after. Qed.

(** So, almost surely all points have any property that almost every point has: for instance, that the loss is analytic
    near it. *)
Theorem iterates_almost_surely (G : nat -> T -> T) (P : {measure set T -> \bar R}) (V : set T) :
  (forall k, nonsingular (G k)) ->
  (forall N, mu.-negligible N -> P.-negligible N) ->
  {ae mu, forall x, V x} -> {ae P, forall x, forall t, V (after G t x)}.
Proof.
move=> nG density aeV; apply: density.
have /(iterates_avoid nG) : mu.-negligible (~` V) by [].
by apply: null_sub => x; apply: contra_not => h t; apply: contrapT; exact: h.
Qed.

(** If each step is one of countably many non-singular maps, then almost every start avoids a null set whatever
    rule chooses the maps. *)
Theorem any_choice (I : countType) (G : I -> T -> T) (N : set T) :
  (forall i, nonsingular (G i)) -> mu.-negligible N ->
  {ae mu, forall x, forall (choice : nat -> I) t, ~ N (after (fun k => G (choice k)) t x)}.
Proof.
move=> nG nN; pose run (w : seq I) x := foldr (fun i y => G i y) x w.
have nrun w : nonsingular (run w) by elim: w => [|i w IH] // M /(nG i) /IH.
pose M k : set T := oapp (fun w => run w @^-1` N) set0 (choice.unpickle k).
have : mu.-negligible (\bigcup_k M k).
  apply: null_bigcup => k; rewrite /M; case: (choice.unpickle k) => [w|]; first exact: nrun.
  exact: negligible_set0.
apply: null_sub => x /existsNP[c /existsNP[t /contrapT Nt]].
have [w rw] : exists w, run w x = after (fun k => G (c k)) t x.
  elim: t {Nt} => [|t [w IH]]; first by exists [::].
  by exists (c t :: w); rewrite /= IH.
by exists (choice.pickle w) => //; rewrite /M choice.pickleK /= rw.
Qed.

(** Countably many fields and multiples of the step size have a common countable set of exceptions. *)
Theorem common_step_sizes (I J : countType) (G : I -> R -> T -> T) (E : I -> set R) (c : J -> R) :
  (forall i, countable (E i)) -> (forall i, ~ E i 0) ->
  (forall i s, ~ E i s -> nonsingular (G i s)) ->
  exists2 E' : set R, countable E' & forall eta, ~ E' eta -> forall i j, nonsingular (G i (eta * c j)).
Proof.
move=> cE E0 nG; exists (\bigcup_(ij in [set: I * J]) [set eta | E ij.1 (eta * c ij.2)]).
  apply: bigcup_countable => // -[i j] _ /=.
  have [c0|c0] := eqVneq (c j) 0.
    rewrite (_ : [set _ | _] = set0) //; apply/seteqP; split=> // eta /=.
    by rewrite c0 mulr0 => /E0.
  apply: sub_countable (cE i); apply: card_le_trans (card_image_le (fun s => s / c j) _).
  apply: subset_card_le => eta /= h; exists (eta * c j) => //.
  by rewrite mulfK.
by move=> eta ne i j; apply: nG => h; apply: ne; exists (i, j).
Qed.
End Steps.
