(** Null sets: countable unions, Tonelli's theorem, Lebesgue's measure on R^p, and zeros of functions that are thin on lines.

    R^p is built as a product of lines, one after the other, since that is how Tonelli's theorem is used of it: [space q]
    is R^(q+1), [volume q] Lebesgue's measure on it.

    Lemmas: almost-every-step, iterates, step-sequences, sequential-steps, countable-image, witness rest on it. *)

From mathcomp Require Import all_ssreflect all_algebra finmap.
From mathcomp.classical Require Import boolp classical_sets functions cardinality mathcomp_extra.
From mathcomp.analysis Require Import reals ereal signed topology normedtype sequences esum numfun.
From mathcomp.analysis Require Import measure lebesgue_measure lebesgue_integral.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Section NullSets.
Context d (T : measurableType d) (R : realType) (mu : {measure set T -> \bar R}).

(** A countable union of null sets is null. *)
Theorem null_bigcup (N : (set T)^nat) :
  (forall k, mu.-negligible (N k)) -> mu.-negligible (\bigcup_k N k).
Proof.
move=> /choice[A hA]; have mA k : measurable (A k) by case: (hA k).
have mU : measurable (\bigcup_k A k) by exact: bigcupT_measurable.
exists (\bigcup_k A k); split=> //; last by apply: subset_bigcup => k _; case: (hA k).
apply/eqP; rewrite eq_le measure_ge0 andbT.
apply: le_trans (generalized_Boole_inequality mu mA mU) _.
by rewrite eseries0 // => k _; case: (hA k).
Qed.

Lemma null_sub (A B : set T) : A `<=` B -> mu.-negligible B -> mu.-negligible A.
Proof. by move=> AB [C [mC C0 BC]]; exists C; split=> // t /AB /BC. Qed.

Lemma null_union (A B : set T) : mu.-negligible A -> mu.-negligible B -> mu.-negligible (A `|` B).
Proof.
move=> nA nB; rewrite -bigcup2E; apply: null_bigcup => -[|[|k]] //=.
exact: negligible_set0.
Qed.
End NullSets.

Section Measurable.
Context d (T : measurableType d) (R : realType).

Lemma measurable_sum (I : Type) (r : seq I) (P : pred I) (f : I -> T -> R) :
  (forall i, measurable_fun setT (f i)) -> measurable_fun setT (fun t => \sum_(i <- r | P i) f i t).
Proof.
move=> mf; elim: r => [|i r IH].
  by rewrite (_ : (fun _ => _) = cst 0); [exact: measurable_fun_cst | apply: funext => t; rewrite big_nil].
rewrite (_ : (fun _ => _) = fun t => (if P i then f i t else 0) + \sum_(j <- r | P j) f j t).
  by apply: measurable_funD => //; case: (P i) => //; exact: measurable_fun_cst.
by apply: funext => t; rewrite big_cons; case: (P i) => //; rewrite add0r.
Qed.

Lemma measurable_prod (I : Type) (r : seq I) (P : pred I) (f : I -> T -> R) :
  (forall i, measurable_fun setT (f i)) -> measurable_fun setT (fun t => \prod_(i <- r | P i) f i t).
Proof.
move=> mf; elim: r => [|i r IH].
  by rewrite (_ : (fun _ => _) = cst 1); [exact: measurable_fun_cst | apply: funext => t; rewrite big_nil].
rewrite (_ : (fun _ => _) = fun t => (if P i then f i t else 1) * \prod_(j <- r | P j) f j t).
  by apply: measurable_funM => //; case: (P i) => //; exact: measurable_fun_cst.
by apply: funext => t; rewrite big_cons; case: (P i) => //; rewrite mul1r.
Qed.

Lemma measurable_det n (M : T -> 'M[R]_n) :
  (forall i j, measurable_fun setT (fun t => M t i j)) -> measurable_fun setT (fun t => \det (M t)).
Proof.
move=> mM; apply: measurable_sum => s; apply: measurable_funM; first exact: measurable_fun_cst.
by apply: measurable_prod => i.
Qed.

Lemma measurable_zeros (f : T -> R) : measurable_fun setT f -> measurable [set t | f t = 0].
Proof.
move=> mf; have := mf measurableT [set 0] (measurable_set1 0).
by rewrite setTI.
Qed.

End Measurable.

Section Coordinates.
Context d1 d2 (T1 : measurableType d1) (T2 : measurableType d2).

Lemma measurable_fst : measurable_fun setT (@fst T1 T2).
Proof.
suff /prod_measurable_funP[] : measurable_fun setT (fun x : T1 * T2 => (x.1, x.2)) by [].
by rewrite (_ : (fun x => _) = id); [exact: measurable_fun_id | apply: funext => -[]].
Qed.

Lemma measurable_snd : measurable_fun setT (@snd T1 T2).
Proof.
suff /prod_measurable_funP[] : measurable_fun setT (fun x : T1 * T2 => (x.1, x.2)) by [].
by rewrite (_ : (fun x => _) = id); [exact: measurable_fun_id | apply: funext => -[]].
Qed.
End Coordinates.

Section Products.
Local Open Scope ereal_scope.
Context d1 d2 (T1 : measurableType d1) (T2 : measurableType d2) (R : realType).
Variables (m1 : {measure set T1 -> \bar R}) (m2 : {measure set T2 -> \bar R}).
Hypotheses (sm1 : sigma_finite setT m1) (sm2 : sigma_finite setT m2).
Local Notation m := (product_measure1 m1 sm2).
Variable A : set (T1 * T2).
Hypothesis mA : measurable A.

(** Tonelli's theorem for null sets: *)
Lemma null_xsections : m A = 0 <-> {ae m1, forall t, m2 (xsection A t) = 0}.
Proof.
have mf : measurable_fun setT (m2 \o xsection A).
  by apply: measurable_fun_xsection => //; rewrite inE.
have E : m A = \int[m1]_x `|(m2 \o xsection A) x|.
  by apply: eq_integral => x _; rewrite gee0_abs.
rewrite E; split=> [/(ae_eq_integral_abs _ measurableT mf)|h].
  by case=> N [mN N0 sub]; exists N; split=> // t ht; apply: sub => h; apply: ht; exact: (h Logic.I).
apply/(ae_eq_integral_abs _ measurableT mf).
by case: h => N [mN N0 sub]; exists N; split=> // t ht; apply: sub => h; apply: ht => _; exact: h.
Qed.

Lemma null_ysections : m A = 0 <-> {ae m2, forall t, m1 (ysection A t) = 0}.
Proof.
have mf : measurable_fun setT (m1 \o ysection A).
  by apply: measurable_fun_ysection => //; rewrite inE.
have E : m A = \int[m2]_x `|(m1 \o ysection A) x|.
  transitivity (product_measure2 sm1 m2 A).
    by apply: product_measure_unique => //= ? ? ? ?; rewrite product_measure2E.
  by apply: eq_integral => x _; rewrite gee0_abs.
rewrite E; split=> [/(ae_eq_integral_abs _ measurableT mf)|h].
  by case=> N [mN N0 sub]; exists N; split=> // t ht; apply: sub => h; apply: ht; exact: (h Logic.I).
apply/(ae_eq_integral_abs _ measurableT mf).
by case: h => N [mN N0 sub]; exists N; split=> // t ht; apply: sub => h; apply: ht => _; exact: h.
Qed.

Lemma sigma_finite_product : sigma_finite setT m.
Proof.
move/sigma_finiteP : sm1 => [F1 F1_T [F1_nd F1_oo]].
move/sigma_finiteP : sm2 => [F2 F2_T [F2_nd F2_oo]].
exists (fun n => F1 n `*` F2 n).
  rewrite -setMTT F1_T F2_T predeqE => -[x y]; split.
    move=> [/= [n _ F1nx] [k _ F2ky]]; exists (maxn n k) => //; split.
    - by move: x F1nx; apply/subsetPset/F1_nd; rewrite leq_maxl.
    - by move: y F2ky; apply/subsetPset/F2_nd; rewrite leq_maxr.
  by move=> [n _ []/= ? ?]; split; exists n.
move=> n; have [? ?] := F1_oo n; have [? ?] := F2_oo n.
split; first exact: measurableM.
by rewrite product_measure1E // lte_mul_pinfty// ge0_fin_numE.
Qed.
End Products.

Section Space.
Variable R : realType.

Definition line := (@measure_salgebraType__canonical__measure_Measurable _ (R.-ocitv.-measurable)).
Definition length : {measure set line -> \bar R} := [the measure _ _ of @lebesgue_measure R].

Lemma length_sigma_finite : sigma_finite setT length.
Proof.
exists (fun k : nat => `] (- k%:R)%R, k%:R]%classic).
  apply/esym; rewrite -subTset => x _ /=; exists `|(floor `|x| + 1)%R|%N => //=.
  rewrite in_itv/= !natr_absz intr_norm intrD.
  suff: `|x| < `|(floor `|x|)%:~R + 1| by rewrite ltr_norml => /andP[-> /ltW->].
  rewrite [ltRHS]ger0_norm//; last by rewrite addr_ge0// ler0z floor_ge0.
  by rewrite (le_lt_trans _ (lt_succ_floor _)) ?ler_norm.
move=> k; split; first exact: measurable_itv.
by rewrite /= lebesgue_measure_itv hlength_itv /= -EFinB; case: ifP; rewrite ltry.
Qed.

Fixpoint display (p : nat) : measure_display :=
  if p is q.+1 then measure_prod_display (display q, ((R.-ocitv.-measurable).-sigma)%mdisp) else ((R.-ocitv.-measurable).-sigma)%mdisp.

Fixpoint space (p : nat) : measurableType (display p) :=
  match p with
  | 0 => line
  | q.+1 => [the measurableType _ of (space q * line)%type]
  end.

Fixpoint volume_sf (p : nat) : {mu : {measure set (space p) -> \bar R} | sigma_finite setT mu} :=
  match p with
  | 0 => exist _ length length_sigma_finite
  | q.+1 => exist _ [the measure _ _ of product_measure1 (sval (volume_sf q)) length_sigma_finite]
      (sigma_finite_product (svalP (volume_sf q)) length_sigma_finite)
  end.
Definition volume p := sval (volume_sf p).

Lemma volumeS p : volume p.+1 = product_measure1 (volume p) length_sigma_finite :> (_ -> _).
Proof. by []. Qed.

(** Countable sets are null on the line. *)
Lemma null_countable (A : set line) : countable A -> length.-negligible A.
Proof.
case/countable_injP => code inj.
suff : length.-negligible (\bigcup_k (A `&` code @^-1` [set k])).
  by apply: null_sub => x Ax; exists (code x).
apply: null_bigcup => k; have [[x [Ax cx]]|none] := pselect (exists x, (A `&` code @^-1` [set k]) x).
  exists [set x]; split; [exact: measurable_set1 | exact: lebesgue_measure_set1|].
  by move=> y [Ay cy]; apply: inj; rewrite ?inE // cx cy.
rewrite (_ : _ `&` _ = set0); first exact: negligible_set0.
by apply/seteqP; split=> // x Ax; apply: none; exists x.
Qed.

(** On each line parallel to an axis, a function is 0 throughout or has countably many zeros at most. Polynomials are
    so, and so are analytic functions. *)
Definition thin (f : R -> R) := (forall x, f x = 0) \/ countable [set x | f x = 0].

Fixpoint thin_on_lines (p : nat) : (space p -> R) -> Prop :=
  match p with
  | 0 => fun f => thin f
  | q.+1 => fun f => (forall t, thin (fun x => f (t, x))) /\ (forall x, thin_on_lines (fun t => f (t, x)))
  end.

(** Such a function is 0 on a null set only, if it is not 0 at one point, any point at all. *)
Theorem null_zeros p (f : space p -> R) :
  measurable_fun setT f -> thin_on_lines f -> (exists x, f x != 0) -> (volume p).-negligible [set x | f x = 0].
Proof.
elim: p f => [|q IH] f mf.
  move=> [all0 [x]|cf _]; first by rewrite all0 eqxx.
  exact: null_countable.
move=> [vertical horizontal] [[t0 x0] f0].
have mZ : measurable [set tx | f tx = 0] by exact: measurable_zeros.
apply/negligibleP => //; apply: (proj2 (null_xsections (volume q) length_sigma_finite mZ)).
have : (volume q).-negligible [set t | f (t, x0) = 0].
  by apply: (IH (fun t => f (t, x0))) ; [exact: measurable_fun_prod2 | exact: horizontal | exists t0].
apply: null_sub => t /=; apply: contra_notP => ft.
apply: measure_negligible; first exact: measurable_xsection.
have [all0|cf] := vertical t; first by case: ft.
apply: null_countable; apply: sub_countable cf.
by apply: subset_card_le => x; rewrite /xsection /= inE.
Qed.
End Space.
