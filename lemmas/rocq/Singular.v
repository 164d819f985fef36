(** Sard's theorem in equal dimensions, and the converse of [NonSingular]: where the strict derivative is singular, the
    image is null; so a step whose derivative is singular on a set that is not null is no non-singular map.

    Lemma: almost-every-step (1), that the exceptional step sizes are exactly those. *)

From mathcomp Require Import all_ssreflect all_algebra finmap.
From mathcomp.classical Require Import boolp classical_sets functions cardinality mathcomp_extra.
From mathcomp.analysis Require Import reals ereal signed topology normedtype sequences esum numfun.
From mathcomp.analysis Require Import measure lebesgue_measure lebesgue_integral.
From Invex Require Import StepSizes Null Dyadic Covers TrainingSteps GenericRank NonSingular.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Section Sections.
Local Open Scope ereal_scope.
Context d1 d2 (T1 : measurableType d1) (T2 : measurableType d2) (R : realType).
Variables (m1 : {measure set T1 -> \bar R}) (m2 : {measure set T2 -> \bar R}).
Hypotheses (sm1 : sigma_finite setT m1) (sm2 : sigma_finite setT m2).
Variables (A : set (T1 * T2)) (s : R).
Hypotheses (mA : measurable A) (s0 : (0 <= s)%R).

Lemma integral_indic_scale d (T : measurableType d) (m : {measure set T -> \bar R}) (B : set T) : measurable B ->
  \int[m]_x (s * \1_B x)%:E = s%:E * m B.
Proof.
move=> mB; under eq_integral do rewrite EFinM.
rewrite ge0_integralM //; first by rewrite integral_indic // setIT.
- by apply: measurable_fun_comp => //; exact: measurable_fun_indic.
- by move=> x _; rewrite lee_fin.
Qed.

Lemma le_xsections (B : set T1) : measurable B -> (forall x, m2 (xsection A x) <= (s * \1_B x)%:E) ->
  product_measure1 m1 sm2 A <= s%:E * m1 B.
Proof.
move=> mB le; rewrite -(integral_indic_scale m1 mB); apply: ge0_le_integral => //.
- by apply: measurable_fun_xsection => //; rewrite inE.
- by move=> x _; rewrite lee_fin mulr_ge0.
- by apply: measurable_fun_comp => //; apply: measurable_funM; [exact: measurable_fun_cst | exact: measurable_fun_indic].
- by move=> x _; exact: le.
Qed.

Lemma le_ysections (B : set T2) : measurable B -> (forall y, m1 (ysection A y) <= (s * \1_B y)%:E) ->
  product_measure1 m1 sm2 A <= s%:E * m2 B.
Proof.
move=> mB le; rewrite -(integral_indic_scale m2 mB).
have -> : product_measure1 m1 sm2 A = product_measure2 sm1 m2 A.
  by apply: product_measure_unique => //= ? ? ? ?; rewrite product_measure2E.
apply: ge0_le_integral => //.
- by apply: measurable_fun_ysection => //; rewrite inE.
- by move=> x _; rewrite lee_fin mulr_ge0.
- by apply: measurable_fun_comp => //; apply: measurable_funM; [exact: measurable_fun_cst | exact: measurable_fun_indic].
- by move=> x _; exact: le.
Qed.
End Sections.

Section Slab.
Variable R : realType.

(** The sum of c i times the i-th coordinate of u - g. *)
Fixpoint form (p : nat) (c : nat -> R) (g u : space R p) : R :=
  match p return space R p -> space R p -> R with
  | 0 => fun g u => c 0%N * (u - g)
  | q.+1 => fun g u => form (fun i => c i.+1) g.1 u.1 + c 0%N * (u.2 - g.2)
  end g u.

Definition slab p (c : nat -> R) (g : space R p) (b r t : R) : set (space R p) :=
  ball g r `&` [set u | `|form c g u + b| <= t].

Lemma measurable_form p c (g : space R p) : measurable_fun setT (form c g).
Proof.
elim: p c g => [|q IH] c g /=.
  apply: measurable_funM; first exact: measurable_fun_cst.
  by apply: measurable_funB; [exact: measurable_fun_id | exact: measurable_fun_cst].
apply: measurable_funD.
  exact: (measurable_fun_comp (IH (fun i => c i.+1) g.1) (@measurable_fst _ _ (space R q) (line R))).
apply: measurable_funM; first exact: measurable_fun_cst.
by apply: measurable_funB; [exact: measurable_snd | exact: measurable_fun_cst].
Qed.

Lemma measurable_slab p c (g : space R p) b r t : measurable (slab c g b r t).
Proof.
apply: measurableI; first exact: measurable_ball.
have mf : measurable_fun setT (fun u => form c g u + b).
  by apply: measurable_funD; [exact: measurable_form | exact: measurable_fun_cst].
have := mf measurableT `[- t, t]%classic (measurable_itv _); rewrite setTI.
rewrite (_ : _ @^-1` _ = [set u | `|form c g u + b| <= t]) //.
by apply/seteqP; split=> u; rewrite /= in_itv /= ler_norml.
Qed.

Lemma length_interval (a r : R) (A : set (line R)) : measurable A -> 0 <= r ->
  (forall x, A x -> `|a - x| <= r) -> (length R A <= (2 * r)%:E)%E.
Proof.
move=> mA r0 sub; rewrite -(length_ball a r0); apply: le_measure; rewrite ?inE //.
by rewrite interval_ball; exact: measurable_itv.
Qed.

Lemma unit_shift (c y g w t : R) : `|c| = 1 -> `|c * (y - g) + w| <= t -> `|g - c * w - y| <= t.
Proof.
move=> c1 h; have cc : c * c = 1 by rewrite -expr2 -(ger0_norm (sqr_ge0 c)) normrX c1 expr1n.
have : `|c * (c * (y - g) + w)| <= t by rewrite normrM c1 mul1r.
by rewrite mulrDr mulrA cc mul1r -normrN opprD opprB addrAC.
Qed.

(** A slab of thickness t in a cube: one of the coefficients is 1 or -1. *)
Lemma volume_slab p c (g : space R p) b r t k : (k <= p)%N -> `|c k| = 1 -> 0 <= r -> 0 <= t ->
  (volume R p (slab c g b r t) <= ((2 * r) ^+ p * (2 * t))%:E)%E.
Proof.
move=> + + r0 t0; elim: p c g b k => [|q IH] c g b k kp ck.
  rewrite expr0 mul1r; case: k kp ck => // _ c0.
  apply: (@length_interval (g - c 0%N * b)) => //; first exact: (@measurable_slab 0 c g b r t).
  by move=> x [_ /=]; exact: unit_shift.
have mS : measurable (slab c g b r t) by exact: measurable_slab.
have r20 : 0 <= 2 * r by rewrite mulr_ge0.
have t20 : 0 <= 2 * t by rewrite mulr_ge0.
case: k kp ck => [_|k kp] ck.
  (* the last coordinate has the coefficient of modulus 1 *)
  have le x : (length R (xsection (slab c g b r t) x) <= ((2 * t) * \1_(ball g.1 r) x)%:E)%E.
    rewrite indicE; have [/set_mem xb|xb] := boolP (x \in ball g.1 r).
      rewrite mulr1; apply: (@length_interval (g.2 - c 0%N * (form (fun i => c i.+1) g.1 x + b))) => //.
        exact: measurable_xsection.
      move=> y; rewrite /xsection /= inE => -[_ /=].
      by rewrite addrAC addrC => h; apply: unit_shift.
    rewrite mulr0 (_ : xsection _ _ = set0) ?measure0 //.
    apply/seteqP; split=> // y; rewrite /xsection /= inE => -[]; rewrite ballS => -[/= bx _] _.
    by move/negP: xb; apply; apply/mem_set.
  have step := le_xsections (volume R q) (@length_sigma_finite R) mS t20 (measurable_ball g.1 r) le.
  apply: le_trans step _; rewrite volume_ball // -EFinM lee_fin mulrC //.
(* another one has: the sections in it are slabs of the same kind *)
have le y : (volume R q (ysection (slab c g b r t) y) <=
    ((2 * r) ^+ q * (2 * t) * \1_([set z : line R | `|g.2 - z| <= r]) y)%:E)%E.
  rewrite indicE; have [/set_mem yb|yb] := boolP (y \in [set z : line R | `|g.2 - z| <= r]).
    rewrite mulr1; apply: le_trans (IH (fun i => c i.+1) g.1 (c 0%N * (y - g.2) + b) k kp ck).
    apply: le_measure; rewrite ?inE; [exact: measurable_ysection | exact: measurable_slab |].
    move=> x; rewrite /ysection /= inE => -[]; rewrite ballS => -[/= bx _] h; split=> //=.
    by rewrite addrA.
  rewrite mulr0 (_ : ysection _ _ = set0) ?measure0 //.
  apply/seteqP; split=> // x; rewrite /ysection /= inE => -[]; rewrite ballS => -[/= _ by_] _.
  by move/negP: yb; apply; apply/mem_set.
have mB : measurable [set z : line R | `|g.2 - z| <= r] by rewrite interval_ball; exact: measurable_itv.
have s0 : 0 <= (2 * r) ^+ q * (2 * t) by rewrite mulr_ge0 // exprn_ge0.
have step := le_ysections (volume_sigma_finite R q) (@length_sigma_finite R) mS s0 mB le.
apply: le_trans step _; rewrite length_ball // -EFinM lee_fin exprSr mulrAC //.
Qed.
End Slab.

Section Sard.
Variable R : realType.

Lemma formE p c (g u : space R p) : form c g u = \sum_(i < p.+1) c i * (coordinate i u - coordinate i g).
Proof.
elim: p c g u => [|q IH] c g u; first by rewrite big_ord_recl big_ord0 addr0.
by rewrite big_ord_recl /= IH addrC.
Qed.

(** A singular matrix maps a column with a largest entry 1 to 0. *)
Lemma singular_column m (A : 'M[R]_m.+1) : \det A = 0 ->
  exists (w : 'cV[R]_m.+1) (k : 'I_m.+1), [/\ A *m w = 0, w k 0 = 1 & forall j, `|w j 0| <= 1].
Proof.
move=> d0; have : \det A^T = 0 by rewrite det_tr.
move=> /eqP/det0P[v v0 vA].
pose k := [arg max_(i > ord0) `|v 0 i|]%O.
have big j : `|v 0 j| <= `|v 0 k| by rewrite /k; case: arg_maxP => // i _; apply.
have k0 : v 0 k != 0.
  apply: contra v0 => /eqP vk; apply/eqP/matrixP => i j; rewrite ord1 [RHS]mxE.
  by apply/eqP; rewrite -normr_le0 (le_trans (big j)) // vk normr0.
exists ((v 0 k)^-1 *: v^T), k; split.
- by rewrite -scalemxAr -[A]trmxK -trmx_mul vA trmx0 scaler0.
- by rewrite !mxE mulVf.
- move=> j; rewrite !mxE normrM normfV ler_pdivr_mull ?normr_gt0 // mulr1; exact: big.
Qed.

Variables (p : nat) (G : space R p -> space R p) (A : space R p -> 'M[R]_p.+1).

Definition critical : set (space R p) := [set x | strictly_differentiable G x (A x) /\ \det (A x) = 0].
Definition size_of (x : space R p) : R := \sum_i \sum_k `|A x i k|.

(** The image of a cube with a critical point is in a thin slab. *)
Lemma critical_slab x (N s e : R) : \det (A x) = 0 -> size_of x <= N -> 0 <= s -> 0 < e -> e <= 1 -> exists c k,
  [/\ (k <= p)%N, `|c k| = 1 & forall y, dist y x <= s ->
    (forall i, `|((vec (G y) - vec (G x)) - (vec y - vec x) *m A x) 0 i| <= e * s) ->
    slab c (G x) 0 ((N + 1) * s) (p.+1%:R * e * s) (G y)].
Proof.
move=> d0 xN s0 e0 e1; have [w [k [Aw wk w1]]] := singular_column d0.
exists (fun j => w (inord j) 0), k; split; [by rewrite -ltnS | by rewrite inord_val wk normr1 |].
move=> y yx small; pose r := (vec (G y) - vec (G x)) - (vec y - vec x) *m A x.
have gE : vec (G y) - vec (G x) = r + (vec y - vec x) *m A x by rewrite /r subrK.
split.
  rewrite /ball /= ; have : dist (G y) (G x) <= (N + 1) * s.
    apply/dist_vec => i; rewrite gE mxE; apply: le_trans (ler_norm_add _ _) _; rewrite mulrDl mul1r addrC.
    apply: ler_add; last by apply: le_trans (small i) _; rewrite ler_pimull.
    have ys j : `|(vec y - vec x) 0 j| <= s by move: j; apply/dist_vec.
    by apply: le_trans (mulmx_bound (A x) i ys) _; rewrite mulrC; apply: ler_wpmul2r.
  by move=> h; apply/dist_coordinate => i ip; rewrite distrC; move: i ip; apply/dist_coordinate.
rewrite /= addr0.
have -> : form (fun j => w (inord j) 0) (G x) (G y) = (r *m w) 0 0.
  have -> : r *m w = (vec (G y) - vec (G x)) *m w.
    by rewrite /r mulmxBl -mulmxA Aw mulmx0 subr0.
  by rewrite formE mxE; apply: eq_bigr => i _; rewrite !mxE inord_val mulrC.
rewrite mxE; apply: le_trans (ler_norm_sum _ _ _) _.
apply: (@le_trans _ _ (\sum_(i < p.+1) (e * s))).
  by apply: ler_sum => i _; rewrite normrM -[leRHS]mulr1; apply: ler_pmul => //; exact: small.
by rewrite sumr_const card_ord -mulrA mulr_natl.
Qed.

(** Sard's theorem in equal dimensions: the image of the critical points is null. *)
Theorem sard : (volume R p).-negligible (G @` critical).
Proof.
pose S (N : nat) ks : set (space R p) := critical `&` [set x | size_of x <= N%:R] `&` [set x | key 0%N x = ks].
suff part N ks : (volume R p).-negligible (G @` S N ks).
  pose P N k : set (space R p) := oapp (fun ks => G @` S N ks) set0 (choice.unpickle k).
  have : (volume R p).-negligible (\bigcup_N \bigcup_k P N k).
    apply: null_bigcup => N; apply: null_bigcup => k; rewrite /P.
    by case: (choice.unpickle k) => [ks|]; [exact: part | exact: negligible_set0].
  apply: null_sub => _ [x cx <-]; exists (Num.bound (size_of x)) => //; exists (choice.pickle (key 0%N x)) => //.
  rewrite /P choice.pickleK /=; exists x => //; split=> //; split=> //=; apply: ltW; apply: archi_boundP.
  by apply: sumr_ge0 => i _; apply: sumr_ge0.
apply: negligible_small => e e0.
pose C : R := (2 * (N%:R + 1)) ^+ p * (2 * p.+1%:R).
have N1 : 0 <= N%:R + 1 :> R by rewrite addr_ge0.
have C0 : 0 <= C by rewrite mulr_ge0 // ?exprn_ge0 // mulr_ge0.
have C1 : 0 < C + 1 by rewrite ltr_spaddr.
pose t : R := Num.min 1 (e / (C + 1)).
have t0 : 0 < t by rewrite lt_minr ltr01 divr_gt0.
have t1 : t <= 1 by rewrite le_minl lexx.
have Ct : C * t <= e.
  apply: (@le_trans _ _ (C * (e / (C + 1)))); first by apply: ler_wpmul2l => //; rewrite le_minl lexx orbT.
  by rewrite mulrA ler_pdivr_mulr // mulrC; apply: ler_wpmul2l; [exact: ltW | rewrite ler_addl].
pose near n (x : space R p) := forall y, key n y = key n x ->
  forall i, `|((vec (G y) - vec (G x)) - (vec y - vec x) *m A x) 0 i| <= t * (2 ^+ n)^-1.
pose good n (z : space R p) := key 0%N z = ks /\ exists2 x, S N ks x & key n x = key n z /\ near n x.
have same n y z : key n y = key n z -> good n z -> good n y.
  move=> E [kz [x Sx [kx nx]]]; split; first by rewrite -kz; exact: key_coarser E.
  by exists x => //; split=> //; rewrite kx E.
have [D [n [cubes DU trD mD]]] := disjoint_cubes same.
have some x : S N ks x -> exists m, good m x.
  move=> Sx; have [[[dx _] _] kx] := Sx; have [d d0 hd] := dx _ t0.
  have [m] := ltr_add_invr d0; rewrite add0r => md; exists m; split=> //; exists x => //; split=> // y ky i.
  have m2 : (2 ^+ m)^-1 <= d by apply: le_trans (ltW md); rewrite lef_pinv ?posrE ?exprn_gt0 // -natrX ler_nat ltn_expl.
  have xy : dist x y <= d by apply: le_trans m2; apply: key_dist; exact: esym.
  have xx : dist x x <= d by apply: le_trans m2; exact: key_dist.
  apply: le_trans (hd _ _ xy xx i) _; apply: ler_wpmul2l; [exact: ltW | exact: key_dist].
have /choice[M hM] : forall i, exists M, [/\ measurable M, G @` (S N ks `&` D i) `<=` M &
    (volume R p M <= (C * t)%:E * volume R p (D i))%E].
  move=> i; have [->|[z [Diz [kz [x Sx [kx nx]]]]]] := cubes i.
    by exists set0; split=> //; [rewrite setI0 image_set0 | rewrite !measure0 mule0].
  have [[[_ dx] xN] _] := Sx; pose s : R := (2 ^+ n i)^-1; have s0 : 0 <= s by rewrite invr_ge0 exprn_ge0.
  have [c [k [kp ck sl]]] := critical_slab dx xN s0 t0 t1.
  exists (slab c (G x) 0 ((N%:R + 1) * s) (p.+1%:R * t * s)); split; first exact: measurable_slab.
    move=> _ [y [_ +] <-]; rewrite Diz /= -kx => ky; apply: sl; [exact: key_dist | exact: nx].
  apply: le_trans (volume_slab (G x) 0 kp ck _ _) _; try by rewrite !mulr_ge0 // ltW.
  rewrite Diz volume_cube -EFinM lee_fin -/s.
  have -> : (2 * ((N%:R + 1) * s)) ^+ p * (2 * (p.+1%:R * t * s)) = C * t * s ^+ p.+1.
    rewrite /C [2 * (_ * s)]mulrA exprMn exprS -!mulrA; congr (_ * _).
    by rewrite mulrCA; congr (_ * _); rewrite mulrCA; congr (_ * _); rewrite mulrCA; congr (_ * _); exact: mulrC.
  by [].
have mM i : measurable (M i) by case: (hM i).
have mU : measurable (\bigcup_i M i) by exact: bigcupT_measurable.
exists (\bigcup_i M i); split=> //.
  move=> _ [x Sx <-]; have [m gx] := some x Sx.
  have : (\bigcup_i D i) x by rewrite DU; exists m.
  by move=> [i _ Dx]; exists i => //; case: (hM i) => _ h _; apply: h; exists x.
have b1 := generalized_Boole_inequality (volume R p) mM mU.
have b2 : (\sum_(i <oo) volume R p (M i) <= \sum_(i <oo) ((C * t)%:E * volume R p (D i)))%E.
  by apply: lee_nneseries => // i _; case: (hM i).
have Ct0 : 0 <= C * t by rewrite mulr_ge0 // ltW.
have b3 : (\sum_(i <oo) ((C * t)%:E * volume R p (D i)) <= (C * t)%:E * 1%:E)%E.
  rewrite nneseriesrM //; apply: lee_wpmul2l; first by rewrite lee_fin.
  have mk : measurable [set x : space R p | key 0%N x = ks] by exact: measurable_cube.
  rewrite -measure_bigcup //; apply: (@le_trans _ _ (volume R p [set x : space R p | key 0%N x = ks])).
    apply: le_measure; rewrite ?inE //; first exact: bigcupT_measurable.
    by rewrite DU => z [m []].
  have [[z <-]|none] := pselect (exists z : space R p, key 0%N z = ks).
    by rewrite volume_cube expr0 invr1 expr1n.
  rewrite (_ : [set x | _] = set0) ?measure0 ?lee_fin //.
  by apply/seteqP; split=> // z h; apply: none; exists z.
apply: le_trans b1 _; apply: le_trans b2 _; apply: le_trans b3 _.
by rewrite mule1 lee_fin.
Qed.

(** A map that is strictly differentiable, with a singular derivative, on a set that is not null, is not non-singular. *)
Theorem critical_singular : ~ (volume R p).-negligible critical -> ~ nonsingular (volume R p) G.
Proof.
by move=> nc nG; apply: nc; apply: null_sub (nG _ sard) => x cx; exists x.
Qed.
End Sard.

(** almost-every-step (1), both directions: under the hypotheses of [almost_every_step] there is a countable set E such that
    F - eta w is a non-singular map if and only if eta is not in E. *)
Theorem almost_every_step_exactly (R : realType) p (F w : space R p -> space R p) (A B : space R p -> 'M[R]_p.+1) :
  {ae volume R p, forall x, strictly_differentiable F x (A x)} ->
  {ae volume R p, forall x, strictly_differentiable w x (B x)} ->
  (forall i j, measurable_fun setT (fun x => A x i j)) -> (forall i j, measurable_fun setT (fun x => B x i j)) ->
  {ae volume R p, forall x, \det (A x) != 0} ->
  exists2 E : set R, countable E &
    forall eta, nonsingular (volume R p) (fun x => descend eta (F x) (w x)) <-> ~ E eta.
Proof.
move=> dF dw mA mB reg; pose Z eta := [set x | \det (A x - eta *: B x) = 0].
exists [set eta | volume R p (Z eta) != 0%E].
  exact: (countably_many_bad_step_sizes mA mB (volume_sigma_finite R p) reg).
have mZ eta : measurable (Z eta) by exact: measurable_bad.
move=> eta; split=> [nG /= /eqP nz|/negP].
  apply: (critical_singular (G := fun x => descend eta (F x) (w x)) (A := fun x => A x - eta *: B x)) nG => nc.
  apply: nz; apply/negligibleP => //; apply: null_sub (null_union nc (null_union dF dw)) => x zx.
  have [dx|] := pselect (strictly_differentiable F x (A x)); last by right; left.
  have [ex|] := pselect (strictly_differentiable w x (B x)); last by right; right.
  by left; split=> //; exact: strictly_differentiable_descend.
rewrite negbK => /eqP z0; apply: step_nonsingular dF dw _.
by exists (Z eta); split=> // x /= /negP; rewrite negbK => /eqP.
Qed.

(** quadratic-loss: along an affine field w(x) = x H + g (rows; the gradient of a quadratic loss with the Hessian H) the step
    is non-singular if and only if 1 - eta H is regular. *)
Theorem affine_step (R : realType) p (w : space R p -> space R p) (H : 'M[R]_p.+1) (g : 'rV[R]_p.+1) (eta : R) :
  (forall x, vec (w x) = vec x *m H + g) ->
  (nonsingular (volume R p) (fun x => descend eta x (w x)) <-> \det (1%:M - eta *: H) != 0).
Proof.
move=> wE; have dw x : strictly_differentiable w x H.
  move=> e e0; exists 1 => // y z _ _ i.
  by rewrite !wE opprD addrACA subrr addr0 mulmxBl subrr mxE normr0 mulr_ge0 ?dist_ge0 // ltW.
have all0 (P : space R p -> Prop) : (forall x, P x) -> {ae volume R p, forall x, P x}.
  by move=> Px; exists set0; split=> // x nx; exfalso; apply: nx; exact: Px.
split=> [nG|reg].
  apply/negP => /eqP d0; apply: (critical_singular (A := fun=> 1%:M - eta *: H)) nG => nc.
  apply: (@space_not_null R p); apply: null_sub nc => x _; split=> //.
  by apply: (@strictly_differentiable_descend R p eta id w) => //; exact: strictly_differentiable_id.
apply: (step_nonsingular (F := id) (A := fun=> 1%:M) (B := fun=> H)); apply: all0 => x //.
exact: strictly_differentiable_id.
Qed.
