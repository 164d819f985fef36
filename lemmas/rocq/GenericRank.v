(** Functions on R^p that are 0 on a null set only, or everywhere: what follows for matrices of such functions. A matrix that
    has full row rank at one point has it at almost every point; a step size that is not bad at one point is good.

    Everything is proved for classes of functions with sums and products whose members are thin on lines. Polynomials are
    such a class; for analytic functions see [Analytic].

    Lemmas: witness, analytic-selections, flat-point, countable-image, null-image. *)

From mathcomp Require Import all_ssreflect all_algebra finmap.
From mathcomp.classical Require Import boolp classical_sets functions cardinality mathcomp_extra.
From mathcomp.analysis Require Import reals ereal signed topology normedtype sequences esum numfun.
From mathcomp.analysis Require Import measure lebesgue_measure lebesgue_integral.
From Invex Require Import StepSizes Null TrainingSteps.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Section Class.
Variables (R : realType) (good : forall p, (space R p -> R) -> Prop).
Arguments good {p}.
Hypotheses (good_constant : forall p (c : R), good ((fun=> c) : space R p -> R))
  (good_add : forall p (f g : space R p -> R), good f -> good g -> good (fun x => f x + g x))
  (good_mul : forall p (f g : space R p -> R), good f -> good g -> good (fun x => f x * g x))
  (good_measurable : forall p (f : space R p -> R), good f -> measurable_fun setT f)
  (good_thin : forall p (f : space R p -> R), good f -> thin_on_lines f).

Lemma good_zeros_null p (f : space R p -> R) :
  good f -> (exists x, f x != 0) -> (volume R p).-negligible [set x | f x = 0].
Proof. by move=> gf; apply: null_zeros; [exact: good_measurable | exact: good_thin]. Qed.

Lemma good_sum p (I : Type) (r : seq I) (f : I -> space R p -> R) :
  (forall i, good (f i)) -> good (fun x => \sum_(i <- r) f i x).
Proof.
move=> Pf; elim: r => [|i r IH].
  by rewrite (_ : (fun _ => _) = fun=> 0); [exact: good_constant | apply: funext => x; rewrite big_nil].
rewrite (_ : (fun _ => _) = fun x => f i x + \sum_(j <- r) f j x); first exact: good_add.
by apply: funext => x; rewrite big_cons.
Qed.

Lemma good_prod p (I : Type) (r : seq I) (f : I -> space R p -> R) :
  (forall i, good (f i)) -> good (fun x => \prod_(i <- r) f i x).
Proof.
move=> Pf; elim: r => [|i r IH].
  by rewrite (_ : (fun _ => _) = fun=> 1); [exact: good_constant | apply: funext => x; rewrite big_nil].
rewrite (_ : (fun _ => _) = fun x => f i x * \prod_(j <- r) f j x); first exact: good_mul.
by apply: funext => x; rewrite big_cons.
Qed.

(** Matrices whose entries are in the class. *)
Definition good_matrix p k n (M : space R p -> 'M[R]_(k, n)) := forall i j, good (fun x => M x i j).

Lemma good_det p n (M : space R p -> 'M[R]_n) : good_matrix M -> good (fun x => \det (M x)).
Proof.
move=> gM; apply: good_sum => s; apply: good_mul; first exact: good_constant.
by apply: good_prod => i.
Qed.

Lemma good_mulmx p k m n (M : space R p -> 'M[R]_(k, m)) (N : 'M[R]_(m, n)) :
  good_matrix M -> good_matrix (fun x => M x *m N).
Proof.
move=> gM i j; rewrite (_ : (fun _ => _) = fun x => \sum_l M x i l * N l j).
  by apply: good_sum => l; apply: good_mul => //; exact: good_constant.
by apply: funext => x; rewrite mxE.
Qed.

Lemma good_full_rank p k n (M : space R p -> 'M[R]_(k, n)) : good_matrix M ->
  (exists x, row_free (M x)) -> {ae volume R p, forall x, row_free (M x)}.
Proof.
move=> gM [x0 /row_freeP[N MN]].
have : (volume R p).-negligible [set x | \det (M x *m N) = 0].
  apply: good_zeros_null; first by apply: good_det; exact: good_mulmx.
  by exists x0; rewrite MN det1 oner_neq0.
apply: null_sub => x /=; apply: contra_notP => /eqP dx.
have uM : M x *m N \in unitmx by rewrite unitmxE unitfE.
by apply/row_freeP; exists (N *m invmx (M x *m N)); rewrite mulmxA mulmxV.
Qed.

Lemma good_step_size p n (H : space R p -> 'M[R]_n) eta : good_matrix H ->
  (exists x, \det (1%:M - eta *: H x) != 0) -> {ae volume R p, forall x, \det (1%:M - eta *: H x) != 0}.
Proof.
move=> gH wit; have : (volume R p).-negligible [set x | \det (1%:M - eta *: H x) = 0].
  apply: good_zeros_null wit; apply: good_det => i j.
  rewrite (_ : (fun _ => _) = fun x => (1%:M : 'M[R]_n) i j + (- eta) * H x i j).
    by apply: good_add; [exact: good_constant | apply: good_mul => //; exact: good_constant].
  by apply: funext => x; rewrite !mxE mulNr.
by apply: null_sub => x /=; apply: contra_notP => /eqP.
Qed.

Lemma good_selections p n (I : finType) (H : space R p -> 'M[R]_n) (S : I -> space R p -> 'M[R]_n) eta :
  (forall i, good_matrix (S i)) -> {ae volume R p, forall x, exists i, H x = S i x} ->
  (forall i, exists x, \det (1%:M - eta *: S i x) != 0) ->
  {ae volume R p, forall x, \det (1%:M - eta *: H x) != 0}.
Proof.
move=> gS sel wit; pose Z (i : I) := [set x | \det (1%:M - eta *: S i x) = 0].
have nZ i : (volume R p).-negligible (Z i).
  by have := good_step_size (gS i) (wit i); apply: null_sub => x /= ->; rewrite eqxx.
pose N k : set (space R p) := oapp Z set0 (choice.unpickle k).
have nN : (volume R p).-negligible (\bigcup_k N k).
  apply: null_bigcup => k; rewrite /N; case: (choice.unpickle k) => [i|]; [exact: nZ | exact: negligible_set0].
apply: null_sub (null_union sel nN) => x /= /negP; rewrite negbK => /eqP dx.
have [[i Hi]|none] := pselect (exists i, H x = S i x); [right | by left].
by exists (choice.pickle i) => //; rewrite /N choice.pickleK /= /Z /= -Hi.
Qed.

End Class.

Section Polynomials.
Variable R : realType.

(** The coordinates of a point, counted from the last one. *)
Fixpoint coordinate (p : nat) : nat -> space R p -> R :=
  match p with
  | 0 => fun _ x => x
  | q.+1 => fun i tx => if i is j.+1 then coordinate j tx.1 else tx.2
  end.

(** Polynomial functions: what sums and products make of constants and coordinates. *)
Inductive polynomial (p : nat) : (space R p -> R) -> Prop :=
| polynomial_constant c : polynomial (fun=> c)
| polynomial_coordinate i : (i <= p)%N -> polynomial (coordinate i)
| polynomial_add f g : polynomial f -> polynomial g -> polynomial (fun x => f x + g x)
| polynomial_mul f g : polynomial f -> polynomial g -> polynomial (fun x => f x * g x).

Lemma measurable_coordinate p i : measurable_fun setT (@coordinate p i).
Proof.
elim: p i => [|q IH] [|i] /=; try exact: measurable_fun_id.
  exact: measurable_snd.
exact: (measurable_fun_comp (IH i) (@measurable_fst _ _ (space R q) (line R))).
Qed.

Lemma measurable_polynomial p (f : space R p -> R) : polynomial f -> measurable_fun setT f.
Proof.
elim=> [c|i _|g h _ mg _ mh|g h _ mg _ mh].
- exact: measurable_fun_cst.
- exact: measurable_coordinate.
- exact: measurable_funD.
- exact: measurable_funM.
Qed.

Lemma thin_poly (P : {poly R}) : thin (fun x => P.[x]).
Proof.
have [->|P0] := eqVneq P 0; first by left=> x; rewrite horner0.
right; apply: finite_set_countable; apply: contrapT => inf.
have [s sub sP] := infinite_set_fset (size P) inf.
have := max_poly_roots P0 _ (fset_uniq s); rewrite ltnNge sP => /(_ _)/negP[] //.
by apply/allP => x /sub /eqP.
Qed.

Lemma polynomial_vertical q (f : space R q.+1 -> R) t : polynomial f ->
  exists P : {poly R}, (fun x => f (t, x)) = (fun x => P.[x]).
Proof.
elim=> [c|[|i] _|g h _ [P EP] _ [Q EQ]|g h _ [P EP] _ [Q EQ]].
- by exists c%:P; apply: funext => x; rewrite hornerC.
- by exists 'X; apply: funext => x; rewrite hornerX.
- by exists (coordinate i t)%:P; apply: funext => x; rewrite hornerC.
- by exists (P + Q); apply: funext => x; rewrite hornerD -(congr1 (@^~ x) EP) -(congr1 (@^~ x) EQ).
- by exists (P * Q); apply: funext => x; rewrite hornerM -(congr1 (@^~ x) EP) -(congr1 (@^~ x) EQ).
Qed.

Lemma polynomial_line (f : space R 0 -> R) : polynomial f -> exists P : {poly R}, f = (fun x => P.[x]).
Proof.
elim=> [c|i _|g h _ [P ->] _ [Q ->]|g h _ [P ->] _ [Q ->]].
- by exists c%:P; apply: funext => x; rewrite hornerC.
- by exists 'X; apply: funext => x; rewrite hornerX.
- by exists (P + Q); apply: funext => x; rewrite hornerD.
- by exists (P * Q); apply: funext => x; rewrite hornerM.
Qed.

Lemma polynomial_horizontal q (f : space R q.+1 -> R) x : polynomial f -> polynomial (fun t => f (t, x)).
Proof.
elim=> [c|[|i] ip|g h _ Pg _ Ph|g h _ Pg _ Ph] /=.
- exact: polynomial_constant.
- exact: (polynomial_constant q x).
- exact: polynomial_coordinate.
- exact: polynomial_add.
- exact: polynomial_mul.
Qed.

Lemma thin_polynomial p (f : space R p -> R) : polynomial f -> thin_on_lines f.
Proof.
elim: p f => [|q IH] f Pf /=.
  by have [P ->] := polynomial_line Pf; exact: thin_poly.
split=> [t|x]; last by apply: IH; exact: polynomial_horizontal.
by have [P ->] := polynomial_vertical t Pf; exact: thin_poly.
Qed.

(** A polynomial that is not 0 at one point is not 0 at almost every point. *)
Theorem polynomial_zeros_null p (f : space R p -> R) :
  polynomial f -> (exists x, f x != 0) -> (volume R p).-negligible [set x | f x = 0].
Proof. exact: (good_zeros_null measurable_polynomial thin_polynomial). Qed.

(** Full row rank at one point gives full row rank at almost every point, for matrices of polynomials. *)
Theorem polynomial_full_rank p k n (M : space R p -> 'M[R]_(k, n)) :
  (forall i j, polynomial (fun x => M x i j)) ->
  (exists x, row_free (M x)) -> {ae volume R p, forall x, row_free (M x)}.
Proof.
exact: (good_full_rank polynomial_constant polynomial_add polynomial_mul measurable_polynomial thin_polynomial).
Qed.

(** One witness for a step size: if the loss is a polynomial, with the Hessian H, and 1 - eta H is not singular at one
    point, any point at all, then the step size eta is good. *)
Theorem polynomial_step_size p n (H : space R p -> 'M[R]_n) eta :
  (forall i j, polynomial (fun x => H x i j)) ->
  (exists x, \det (1%:M - eta *: H x) != 0) -> {ae volume R p, forall x, \det (1%:M - eta *: H x) != 0}.
Proof.
exact: (good_step_size polynomial_constant polynomial_add polynomial_mul measurable_polynomial thin_polynomial).
Qed.

Lemma line_not_null : length R setT != 0%E.
Proof.
pose A : set (line R) := `]0, 1]%classic.
have A1 : length R A = 1%E.
  by rewrite /= lebesgue_measure_itv hlength_itv /= lte_fin ltr01 oppr0 adde0.
rewrite gt_eqF //; apply: (@lt_le_trans _ _ (length R A)); first by rewrite A1 lte01.
by apply: le_measure; rewrite ?inE //; exact: measurable_itv.
Qed.

(** Lebesgue's measure of the whole space is not 0. *)
Lemma space_not_null p : ~ (volume R p).-negligible [set: space R p].
Proof.
elim: p => [/(measure_negligible measurableT)/eqP|q IH nT]; first exact/negP/line_not_null.
have := measure_negligible measurableT nT.
move=> /(proj1 (null_xsections (volume R q) (@length_sigma_finite R) measurableT)) nt; apply: IH.
apply: null_sub nt => t _ /= /eqP; apply/negP.
rewrite (_ : xsection _ _ = setT); first exact: line_not_null.
by apply/seteqP; split=> // x _; rewrite /xsection /= inE.
Qed.

(** A map with all its values in a null set is not non-singular. *)
Theorem null_image p (G : space R p -> space R p) (N : set (space R p)) :
  (volume R p).-negligible N -> (forall x, N (G x)) -> ~ nonsingular (volume R p) G.
Proof.
move=> nN GN nG; apply: (@space_not_null p); apply: null_sub (nG _ nN) => x _; exact: GN.
Qed.

Fixpoint diagonal (p : nat) (c : R) : space R p :=
  match p with 0 => c | q.+1 => (diagonal q c, c) end.

Lemma coordinate_diagonal p i c : (i <= p)%N -> coordinate i (diagonal p c) = c.
Proof. by elim: p i => [|q IH] [|i] //= ip; exact: IH. Qed.

(** Rounding one coordinate to a countable set maps everything into a null set. *)
Theorem countable_image p (Q : set R) i (G : space R p -> space R p) : (i <= p)%N -> countable Q ->
  (forall x, Q (coordinate i (G x))) ->
  (volume R p).-negligible (range G) /\ ~ nonsingular (volume R p) G.
Proof.
move=> ip cQ GQ.
have nN : (volume R p).-negligible [set x | Q (coordinate i x)].
  have [code inj] := countable_injP _ cQ.
  suff : (volume R p).-negligible (\bigcup_k [set x | (Q `&` code @^-1` [set k]) (coordinate i x)]).
    by apply: null_sub => x Qx; exists (code (coordinate i x)).
  apply: null_bigcup => k; have [[c [Qc cc]]|none] := pselect (exists c, (Q `&` code @^-1` [set k]) c).
    have : (volume R p).-negligible [set x | coordinate i x + - c = 0].
      apply: polynomial_zeros_null.
        by apply: polynomial_add; [exact: polynomial_coordinate | exact: polynomial_constant].
      by exists (diagonal p (c + 1)); rewrite coordinate_diagonal // addrAC subrr add0r oner_neq0.
    apply: null_sub => x [Qx cx] /=; apply/eqP; rewrite subr_eq0; apply/eqP.
    by apply: inj; rewrite ?inE // cc cx.
  rewrite (_ : [set x | _] = set0); first exact: negligible_set0.
  by apply/seteqP; split=> // x h; apply: none; exists (coordinate i x).
split; last exact: null_image nN GQ.
by apply: null_sub nN => _ [x _ <-]; exact: GQ.
Qed.
End Polynomials.
