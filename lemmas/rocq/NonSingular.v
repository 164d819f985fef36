(** Maps of R^p that are non-singular: preimages of null sets are null.

    A map that expands distances near almost every point, by some factor that may depend on the point, is non-singular; a
    map with a regular strict derivative at almost every point is of this kind. So the step of gradient descent is
    non-singular for all step sizes outside of a countable set. No inverse function is needed, only covers by cubes.

    Lemma: almost-every-step (with the direction of Fact 8 of the course that it needs most). *)

From mathcomp Require Import all_ssreflect all_algebra finmap.
From mathcomp.classical Require Import boolp classical_sets functions cardinality mathcomp_extra.
From mathcomp.analysis Require Import reals ereal signed topology normedtype sequences esum numfun.
From mathcomp.analysis Require Import measure lebesgue_measure lebesgue_integral.
From Invex Require Import StepSizes Null Dyadic Covers TrainingSteps GenericRank.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Section Distance.
Variable R : realType.

(** The largest difference of coordinates. *)
Fixpoint dist (p : nat) : space R p -> space R p -> R :=
  match p with
  | 0 => fun x y => `|x - y|
  | q.+1 => fun x y => Num.max (dist x.1 y.1) `|x.2 - y.2|
  end.

Lemma dist_ge0 p (x y : space R p) : 0 <= dist x y.
Proof. by case: p x y => [|q] x y /=; rewrite ?le_maxr normr_ge0 ?orbT. Qed.

Lemma dist_coordinate p (x y : space R p) (r : R) :
  dist x y <= r <-> forall i, (i <= p)%N -> `|coordinate i x - coordinate i y| <= r.
Proof.
elim: p x y => [|q IH] x y; first by split=> [h i _|/(_ 0%N)]; [case: i|exact].
rewrite /= le_maxl; split=> [/andP[/IH h1 h2] [|i] //|h]; first exact: h1.
by rewrite (h 0%N) // andbT; apply/IH => i ip; exact: (h i.+1).
Qed.

Lemma key_dist p n (x y : space R p) : key n x = key n y -> dist x y <= (2 ^+ n)^-1.
Proof.
elim: p x y => [|q IH] x y /= [] E; first exact: digit_close.
by move=> /IH h; rewrite le_maxl h digit_close.
Qed.

(** Cubes around a point: measurable, with the volume of their side. *)
Definition ball p (x : space R p) (r : R) : set (space R p) := [set y | dist x y <= r].

Lemma ballS q (x : space R q.+1) r : ball x r = ball x.1 r `*` [set y : line R | `|x.2 - y| <= r].
Proof. by apply/seteqP; split=> -[t y]; rewrite /ball /= le_maxl => /andP. Qed.

Lemma interval_ball (x r : R) : [set y | `|x - y| <= r] = `[x - r, x + r]%classic.
Proof. by apply/seteqP; split=> y; rewrite /= in_itv /= distrC ler_distl. Qed.

Lemma measurable_ball p (x : space R p) r : measurable (ball x r).
Proof.
elim: p x => [|q IH] x; first by rewrite /ball /= interval_ball; exact: measurable_itv.
by rewrite ballS; apply: measurableM => //; rewrite interval_ball; exact: measurable_itv.
Qed.

Lemma length_ball (y r : R) : 0 <= r -> length R [set z | `|y - z| <= r] = (2 * r)%:E.
Proof.
move=> r0; rewrite interval_ball /= lebesgue_measure_itv hlength_itv /= lte_fin.
have E : y + r - (y - r) = 2 * r by rewrite opprB addrCA addrAC subrr add0r mulr_natl mulr2n.
case: ltP => [_|]; first by rewrite -EFinB E.
rewrite -subr_ge0 -opprB E oppr_ge0 => le0; congr (_%:E).
by apply/eqP; rewrite eq_le le0 mulr_ge0.
Qed.

Lemma volume_ball p (x : space R p) r : 0 <= r -> volume R p (ball x r) = ((2 * r) ^+ p.+1)%:E.
Proof.
move=> r0; elim: p x => [|q IH] x; first by rewrite expr1 -(length_ball x).
rewrite ballS volumeS product_measure1E ?IH ?length_ball -?EFinM ?exprSr //; first exact: measurable_ball.
by rewrite interval_ball; exact: measurable_itv.
Qed.

Lemma negligible_small p (A : set (space R p)) :
  (forall e : R, 0 < e -> exists M, [/\ measurable M, A `<=` M & (volume R p M <= e%:E)%E]) ->
  (volume R p).-negligible A.
Proof.
move=> small; have /choice[M hM] : forall k : nat, exists M, [/\ measurable M, A `<=` M & (volume R p M <= (k.+1%:R^-1)%:E)%E].
  by move=> k; apply: small; rewrite invr_gt0.
have mI : measurable (\bigcap_k M k) by apply: bigcap_measurable => k _; case: (hM k).
exists (\bigcap_k M k); split=> //; last by move=> x Ax k _; case: (hM k) => _ h _; exact: h.
apply/eqP; rewrite eq_le measure_ge0 andbT; apply/lee_adde => e; rewrite add0e.
have e0 : 0 < e%:num by [].
have [k] := ltr_add_invr e0; rewrite add0r => ke.
have [mMk _ vMk] := hM k.
apply: (@le_trans _ _ (volume R p (M k))); first by apply: le_measure; rewrite ?inE // => x h; exact: h.
by apply: le_trans vMk _; rewrite lee_fin ltW.
Qed.

(** Where a map does not decrease distances by more than a factor, preimages of null sets are null. *)
Theorem expanding_null p (G : space R p -> space R p) (B N : set (space R p)) (L : R) : 0 <= L ->
  (forall y z, B y -> B z -> dist y z <= L * dist (G y) (G z)) ->
  (volume R p).-negligible N -> (volume R p).-negligible (B `&` G @^-1` N).
Proof.
move=> L0 expand nN; pose K ks : set (space R p) := [set z | key 0%N z = ks].
suff part ks : (volume R p).-negligible (B `&` G @^-1` (N `&` K ks)).
  pose P k : set (space R p) := oapp (fun ks => B `&` G @^-1` (N `&` K ks)) set0 (choice.unpickle k).
  have : (volume R p).-negligible (\bigcup_k P k).
    by apply: null_bigcup => k; rewrite /P; case: (choice.unpickle k) => [ks|]; [exact: part | exact: negligible_set0].
  apply: null_sub => z [Bz Nz]; exists (choice.pickle (key 0%N (G z))) => //.
  by rewrite /P choice.pickleK /=; split.
apply: negligible_small => e e0.
pose C : R := (2 * L) ^+ p.+1; have C0 : 0 <= C by rewrite exprn_ge0 // mulr_ge0.
have C1 : 0 < C + 1 by rewrite ltr_spaddr.
have e10 : 0 < e / (C + 1) by rewrite divr_gt0.
have [D [n [cubes cover small]]] := null_cover ks nN e10.
have /choice[M hM] : forall i, exists M, [/\ measurable M, B `&` G @^-1` (D i) `<=` M &
    (volume R p M <= C%:E * volume R p (D i))%E].
  move=> i; have [Di0|[z Diz]] := cubes i.
    by exists set0; split=> //; [rewrite Di0 preimage_set0 setI0 | rewrite measure0 Di0 measure0 mule0].
  have [[y [By Gy]]|none] := pselect (exists y, (B `&` G @^-1` (D i)) y); last first.
    exists set0; split=> //; first by move=> y h; apply: none; exists y.
    by rewrite measure0 mule_ge0.
  have s0 : (0 : R) <= (2 ^+ n i)^-1 by rewrite invr_ge0 exprn_ge0.
  exists (ball y (L * (2 ^+ n i)^-1)); split; first exact: measurable_ball.
    move=> x [Bx Gx]; apply: le_trans (expand _ _ By Bx) _; apply: ler_wpmul2l => //; apply: key_dist.
    by move: Gy Gx; rewrite Diz /= => -> ->.
  by rewrite volume_ball ?mulr_ge0 // Diz volume_cube -EFinM lee_fin mulrA exprMn.
have mM i : measurable (M i) by case: (hM i).
have mU : measurable (\bigcup_i M i) by exact: bigcupT_measurable.
exists (\bigcup_i M i); split=> //.
  by move=> x [Bx [Nx Kx]]; have [i _ Dx] := cover _ (conj Nx Kx); exists i => //; case: (hM i) => _ h _; exact: h.
have b1 := generalized_Boole_inequality (volume R p) mM mU.
have b2 : (\sum_(i <oo) volume R p (M i) <= \sum_(i <oo) (C%:E * volume R p (D i)))%E.
  by apply: lee_nneseries => // i _; case: (hM i).
have b3 : (\sum_(i <oo) (C%:E * volume R p (D i)) <= C%:E * (e / (C + 1))%:E)%E.
  by rewrite nneseriesrM //; apply: lee_wpmul2l.
apply: le_trans b1 _; apply: le_trans b2 _; apply: le_trans b3 _.
rewrite -EFinM lee_fin mulrA ler_pdivr_mulr //.
by rewrite mulrDr mulr1 mulrC ler_addl ltW.
Qed.

(** If a map expands distances near almost every point, it is non-singular. *)
Theorem locally_expanding_nonsingular p (G : space R p -> space R p) :
  {ae volume R p, forall x, exists d L : R, 0 < d /\
    forall y z, dist x y <= d -> dist x z <= d -> dist y z <= L * dist (G y) (G z)} ->
  nonsingular (volume R p) G.
Proof.
move=> expand N nN.
pose cube (i : nat * seq int * nat) : set (space R p) := [set z | key i.1.1 z = i.1.2].
pose ok i := forall y z, cube i y -> cube i z -> dist y z <= i.2%:R * dist (G y) (G z).
pose B i : set (space R p) := [set z | cube i z /\ ok i].
pose P k : set (space R p) := oapp (fun i => B i `&` G @^-1` N) set0 (choice.unpickle k).
have nP : (volume R p).-negligible (\bigcup_k P k).
  apply: null_bigcup => k; rewrite /P; case: (choice.unpickle k) => [i|] /=; last exact: negligible_set0.
  by apply: (@expanding_null _ _ _ _ i.2%:R) => // y z [cy oi] [cz _]; exact: oi.
apply: null_sub (null_union expand nP) => x Nx.
have [[d [L [d0 h]]]|none] := pselect (exists d L : R, 0 < d /\
    forall y z, dist x y <= d -> dist x z <= d -> dist y z <= L * dist (G y) (G z)); [right | by left].
have [n] := ltr_add_invr d0; rewrite add0r => nd.
have nd2 : (2 ^+ n)^-1 <= d.
  by apply: le_trans (ltW nd); rewrite lef_pinv ?posrE ?exprn_gt0 // -natrX ler_nat ltn_expl.
pose i := (n, key n x, Num.bound `|L|).
exists (choice.pickle i) => //; rewrite /P choice.pickleK /=; split=> //; split=> // y z cy cz.
have cd u : cube i u -> dist x u <= d by move=> cu; apply: le_trans nd2; apply: key_dist; exact: esym cu.
apply: le_trans (h _ _ (cd _ cy) (cd _ cz)) _; apply: ler_wpmul2r; first exact: dist_ge0.
by apply: le_trans (ler_norm L) (ltW _); apply: archi_boundP.
Qed.

(** The coordinates of a point as a row. *)
Definition vec p (x : space R p) : 'rV[R]_p.+1 := \row_i coordinate i x.

Lemma dist_vec p (x y : space R p) (r : R) : dist x y <= r <-> forall i, `|(vec x - vec y) 0 i| <= r.
Proof.
rewrite dist_coordinate; split=> h i; first by rewrite !mxE; apply: h; rewrite -ltnS.
by rewrite -ltnS => ip; have := h (Ordinal ip); rewrite !mxE.
Qed.

(** G is strictly differentiable at x; A is the transpose of its Jacobian matrix, which acts on rows. A map that is
    continuously differentiable near x is strictly differentiable at x. *)
Definition strictly_differentiable p (G : space R p -> space R p) (x : space R p) (A : 'M[R]_p.+1) :=
  forall e : R, 0 < e -> exists2 d : R, 0 < d & forall y z, dist x y <= d -> dist x z <= d ->
    forall i, `|((vec (G y) - vec (G z)) - (vec y - vec z) *m A) 0 i| <= e * dist y z.

Lemma mulmx_bound m (u : 'rV[R]_m) (B : 'M[R]_m) (r : R) j :
  (forall i, `|u 0 i| <= r) -> `|(u *m B) 0 j| <= r * \sum_i \sum_k `|B i k|.
Proof.
move=> ur; rewrite mxE; apply: le_trans (ler_norm_sum _ _ _) _; rewrite mulr_sumr; apply: ler_sum => i _.
rewrite normrM; apply: ler_pmul => //.
by rewrite (bigD1 j) //= ler_addl sumr_ge0.
Qed.

(** A map with a regular strict derivative at a point expands distances near it. *)
Lemma regular_expanding p (G : space R p -> space R p) x A :
  strictly_differentiable G x A -> A \in unitmx -> exists d L : R, 0 < d /\
    forall y z, dist x y <= d -> dist x z <= d -> dist y z <= L * dist (G y) (G z).
Proof.
move=> dG uA; pose K : R := \sum_i \sum_k `|(invmx A) i k|.
have K0 : 0 <= K by apply: sumr_ge0 => i _; apply: sumr_ge0.
have K1 : 0 < 2 * (K + 1) by rewrite mulr_gt0 // ltr_spaddr.
have e0 : 0 < (2 * (K + 1))^-1 by rewrite invr_gt0.
have [d d0 hd] := dG _ e0; exists d, (2 * K); split=> // y z yd zd.
set rho := dist y z; set g := dist (G y) (G z); have rho0 : 0 <= rho by exact: dist_ge0.
have half : (2 * (K + 1))^-1 * rho * K <= rho / 2.
  rewrite mulrAC [rho / 2]mulrC; apply: ler_wpmul2r => //.
  by rewrite invfM -mulrA ler_pimulr ?invr_ge0 // mulrC ler_pdivr_mulr ?ltr_spaddr // mul1r ler_addl.
have bound : rho <= g * K + rho / 2.
  apply/dist_vec => j.
  pose u := (vec (G y) - vec (G z)) - ((vec (G y) - vec (G z)) - (vec y - vec z) *m A).
  have vE : vec y - vec z = u *m invmx A by rewrite /u opprB addrCA subrr addr0 mulmxK.
  have ub i : `|u 0 i| <= g + (2 * (K + 1))^-1 * rho.
    rewrite /u mxE [X in _ + X]mxE; apply: le_trans (ler_norm_sub _ _) _; apply: ler_add; last exact: hd.
    by move: i; apply/dist_vec.
  rewrite vE; apply: le_trans (mulmx_bound (invmx A) j ub) _.
  by rewrite -/K mulrDl ler_add2l.
have : rho / 2 <= g * K by rewrite -(ler_add2r (rho / 2)) -splitr.
by rewrite ler_pdivr_mulr // [g * K * 2]mulrC (mulrC g) mulrA.
Qed.

(** Fact 8, the direction that is used: a map with a regular strict derivative at almost every point is non-singular. *)
Theorem regular_nonsingular p (G : space R p -> space R p) (A : space R p -> 'M[R]_p.+1) :
  {ae volume R p, forall x, strictly_differentiable G x (A x)} ->
  {ae volume R p, forall x, \det (A x) != 0} -> nonsingular (volume R p) G.
Proof.
move=> dG rA; apply: locally_expanding_nonsingular; apply: null_sub (null_union dG rA) => x nx.
have [dx|] := pselect (strictly_differentiable G x (A x)); [right | by left].
by move=> rx; apply: nx; apply: regular_expanding dx _; rewrite unitmxE unitfE.
Qed.

(** x - eta w. *)
Fixpoint descend (p : nat) (eta : R) : space R p -> space R p -> space R p :=
  match p with
  | 0 => fun x w => x - eta * w
  | q.+1 => fun x w => (descend eta x.1 w.1, x.2 - eta * w.2)
  end.

Lemma vec_descend p eta (x w : space R p) : vec (descend eta x w) = vec x - eta *: vec w.
Proof.
have co i : coordinate i (descend eta x w) = coordinate i x - eta * coordinate i w.
  by elim: p x w i => [|q IH] x w [|i] //=; exact: IH.
by apply/matrixP => i j; rewrite !mxE co.
Qed.

Lemma strictly_differentiable_descend p eta (F w : space R p -> space R p) x A B :
  strictly_differentiable F x A -> strictly_differentiable w x B ->
  strictly_differentiable (fun y => descend eta (F y) (w y)) x (A - eta *: B).
Proof.
move=> dF dw e e0; have n0 : 0 < 2 * (`|eta| + 1) by rewrite mulr_gt0 // ltr_spaddr.
have e10 : 0 < e / 2 by rewrite divr_gt0.
have e20 : 0 < e / (2 * (`|eta| + 1)) by rewrite divr_gt0.
have [d1 d10 h1] := dF _ e10; have [d2 d20 h2] := dw _ e20.
exists (Num.min d1 d2); first by rewrite lt_minr d10.
move=> y z; rewrite !le_minr => /andP[y1 y2] /andP[z1 z2] i.
pose f := (vec (F y) - vec (F z)) - (vec y - vec z) *m A.
pose g := (vec (w y) - vec (w z)) - (vec y - vec z) *m B.
have -> : vec (descend eta (F y) (w y)) - vec (descend eta (F z) (w z)) - (vec y - vec z) *m (A - eta *: B) = f - eta *: g.
  have four (V : zmodType) (a b c d : V) : (a - b) - (c - d) = (a - c) - (b - d) by rewrite !opprB [RHS]addrACA [LHS]addrACA [- b - c]addrC.
  have six (V : zmodType) (a b c d P Q : V) : (a - c) - (b - d) - (P - Q) = (a - b - P) - (c - d - Q).
    by rewrite (four _ a c b d) four.
  by rewrite !vec_descend /f /g mulmxBr -scalemxAr six -!scalerBr.
rewrite mxE [X in _ + X]mxE; apply: le_trans (ler_norm_sub _ _) _; rewrite [X in _ + `|X|]mxE normrM.
have le1 := h1 _ _ y1 z1 i; have le2 := h2 _ _ y2 z2 i.
apply: le_trans (ler_add le1 (ler_wpmul2l (normr_ge0 eta) le2)) _.
have X : `|eta| * (e / (2 * (`|eta| + 1))) <= e / 2.
  have E2 : e / 2 * (2 * (`|eta| + 1)) = e * (`|eta| + 1) by rewrite mulrA divfK.
  rewrite mulrA ler_pdivr_mulr // E2 mulrC; apply: ler_wpmul2l; first exact: ltW.
  by rewrite ler_addl.
apply: (@le_trans _ _ (e / 2 * dist y z + e / 2 * dist y z)); last by rewrite -mulrDl -splitr.
by rewrite ler_add2l mulrA; apply: ler_wpmul2r => //; exact: dist_ge0.
Qed.

(** The step F - eta w, where F and w have strict derivatives A and B at almost every point: for each eta for which
    A - eta B is not singular at almost every point, the step is non-singular. *)
Theorem step_nonsingular p (F w : space R p -> space R p) (A B : space R p -> 'M[R]_p.+1) (eta : R) :
  {ae volume R p, forall x, strictly_differentiable F x (A x)} ->
  {ae volume R p, forall x, strictly_differentiable w x (B x)} ->
  {ae volume R p, forall x, \det (A x - eta *: B x) != 0} ->
  nonsingular (volume R p) (fun x => descend eta (F x) (w x)).
Proof.
move=> dF dw reg; apply: (regular_nonsingular (A := fun x => A x - eta *: B x)) => //.
apply: null_sub (null_union dF dw) => x nx.
have [dx|] := pselect (strictly_differentiable F x (A x)); [right | by left].
by move=> ex; apply: nx; exact: strictly_differentiable_descend.
Qed.

Lemma volume_sigma_finite p : sigma_finite setT (volume R p).
Proof. exact: (svalP (volume_sf R p)). Qed.

(** almost-every-step: let F and w have strict derivatives A and B at almost every point, A not singular there, the entries
    of A and B measurable. Then F - eta w is a non-singular map for all eta outside of a countable set. *)
Theorem almost_every_step p (F w : space R p -> space R p) (A B : space R p -> 'M[R]_p.+1) :
  {ae volume R p, forall x, strictly_differentiable F x (A x)} ->
  {ae volume R p, forall x, strictly_differentiable w x (B x)} ->
  (forall i j, measurable_fun setT (fun x => A x i j)) -> (forall i j, measurable_fun setT (fun x => B x i j)) ->
  {ae volume R p, forall x, \det (A x) != 0} ->
  exists2 E : set R, countable E &
    forall eta, ~ E eta -> nonsingular (volume R p) (fun x => descend eta (F x) (w x)).
Proof.
move=> dF dw mA mB reg; pose E := [set eta | volume R p [set x | \det (A x - eta *: B x) = 0] != 0%E].
exists E; first exact: (countably_many_bad_step_sizes mA mB (volume_sigma_finite p) reg).
move=> eta /negP; rewrite negbK => /eqP null0; apply: step_nonsingular dF dw _.
exists [set x | \det (A x - eta *: B x) = 0]; split=> //; first exact: measurable_bad.
by move=> x /= /negP; rewrite negbK => /eqP.
Qed.

Lemma strictly_differentiable_id p (x : space R p) : strictly_differentiable id x 1%:M.
Proof.
move=> e e0; exists 1 => // y z _ _ i; rewrite mulmx1 subrr mxE normr0.
by rewrite mulr_ge0 ?dist_ge0 // ltW.
Qed.

(** Gradient descent, and every other step along a field w with strict derivatives H at almost every point: it is a
    non-singular map of R^p for all step sizes eta outside of a countable set, which does not contain 0. *)
Theorem gradient_step_nonsingular p (w : space R p -> space R p) (H : space R p -> 'M[R]_p.+1) :
  {ae volume R p, forall x, strictly_differentiable w x (H x)} ->
  (forall i j, measurable_fun setT (fun x => H x i j)) ->
  exists E : set R, [/\ countable E, ~ E 0 &
    forall eta, ~ E eta -> nonsingular (volume R p) (fun x => descend eta x (w x))].
Proof.
move=> dw mH; have [cE E0] := exceptional_step_sizes mH (volume_sigma_finite p).
exists [set eta | volume R p [set x | \det (1%:M - eta *: H x) = 0] != 0%E]; split=> //.
have m1 i j : measurable_fun setT (fun x : space R p => (1%:M : 'M[R]_p.+1) i j) by exact: measurable_fun_cst.
move=> eta /negP; rewrite negbK => /eqP null0.
apply: (step_nonsingular (F := id) (A := fun=> 1%:M) _ dw).
  exists set0; split=> // x nx; exfalso; apply: nx; exact: strictly_differentiable_id.
exists [set x | \det (1%:M - eta *: H x) = 0]; split=> //; first exact: (measurable_bad (A := fun=> 1%:M) m1 mH).
by move=> x /= /negP; rewrite negbK => /eqP.
Qed.
End Distance.
