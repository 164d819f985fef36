(** Covers of null sets by cubes: every measurable set is nearly open for each finite measure, and a null set of R^p is
    contained in a union of disjoint cubes of small total volume. *)

From mathcomp Require Import all_ssreflect all_algebra finmap.
From mathcomp.classical Require Import boolp classical_sets functions cardinality mathcomp_extra.
From mathcomp.analysis Require Import reals ereal signed topology normedtype sequences esum numfun.
From mathcomp.analysis Require Import measure lebesgue_measure lebesgue_integral.
From Invex Require Import Null Dyadic.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Section Open.
Variables (R : realType) (p : nat).

(** What holds of cubes, and is kept by countable unions, holds of dyadically open sets. *)
Lemma dyadic_open_induction (G : set (set (space R p))) : G set0 ->
  (forall n ks, G [set z | key n z = ks]) -> (forall A : nat -> set (space R p), (forall k, G (A k)) -> G (\bigcup_k A k)) ->
  forall U, dyadic_open U -> G U.
Proof.
move=> G0 Gcube GU U oU; pose C n (ks : seq int) : set (space R p) := [set z | key n z = ks /\ forall y, key n y = ks -> U y].
have GC n ks : G (C n ks).
  have [in_|out] := pselect (forall y, key n y = ks -> U y).
    by rewrite (_ : C n ks = [set z | key n z = ks]) //; apply/seteqP; split=> z => [[]|].
  by rewrite (_ : C n ks = set0) //; apply/seteqP; split=> // z [_] /out.
have -> : U = \bigcup_n \bigcup_k oapp (C n) set0 (choice.unpickle k).
  apply/seteqP; split=> [z /[dup] Uz /oU[n sub]|z [n _ [k _]]].
    by exists n => //; exists (choice.pickle (key n z)) => //; rewrite choice.pickleK /=; split.
  by case: (choice.unpickle k) => // ks [E]; exact.
by apply: (GU) => n; apply: (GU) => k; case: (choice.unpickle k) => [ks|] //=.
Qed.
End Open.

Section Regular.
Variables (R : realType) (p : nat) (mu : {measure set (space R p) -> \bar R}).
Hypothesis finite : (mu setT < +oo)%E.

(** A and its complement have open neighbourhoods that overlap in a small set. *)
Definition regular (A : set (space R p)) := forall e : R, 0 < e -> exists UV : set (space R p) * set (space R p),
  [/\ dyadic_open UV.1, dyadic_open UV.2, A `<=` UV.1, ~` A `<=` UV.2 & (mu (UV.1 `&` UV.2) <= e%:E)%E].

Let f A := fine (mu A).
Lemma finiteE A : measurable A -> mu A = (f A)%:E.
Proof.
move=> mA; rewrite fineK // ge0_fin_numE //; apply: le_lt_trans finite.
by apply: le_measure; rewrite ?inE.
Qed.

Lemma regular0 : regular set0.
Proof.
move=> e e0; exists (set0, setT); split=> //=; [exact: dyadic_openT|].
by rewrite set0I measure0 lee_fin ltW.
Qed.

Lemma regularC A : regular A -> regular (~` A).
Proof.
move=> rA e /rA[[U V] [oU oV AU AV le]]; exists (V, U); split=> //=; first by rewrite setCK.
by rewrite setIC.
Qed.

Lemma regular_cube n ks : regular [set z | key n z = ks].
Proof.
move=> e e0; exists ([set z | key n z = ks], ~` [set z | key n z = ks]); split=> //=.
- exact: dyadic_open_cube.
- by move=> z /= ne; exists n => y ->.
- by rewrite setICr measure0 lee_fin ltW.
Qed.

Lemma regular_bigcup (A : nat -> set (space R p)) : (forall k, regular (A k)) -> regular (\bigcup_k A k).
Proof.
move=> rA e e0; have e20 : 0 < e / 2 by rewrite divr_gt0.
have /choice[UV hUV] : forall k, exists UV : set (space R p) * set (space R p),
    [/\ dyadic_open UV.1, dyadic_open UV.2, A k `<=` UV.1, ~` A k `<=` UV.2 &
      (mu (UV.1 `&` UV.2) <= (e / 2 / (2 ^ k.+1)%:R)%:E)%E].
  by move=> k; apply: rA; rewrite divr_gt0 // ltr0n expn_gt0.
pose U := \bigcup_k (UV k).1; pose W := \bigcap_k (UV k).2.
pose V N : set (space R p) := [set z | forall k, (k < N)%N -> (UV k).2 z].
have oU : dyadic_open U by apply: dyadic_open_bigcup => k _; case: (hUV k).
have oV N : dyadic_open (V N).
  elim: N => [|N IH].
    by have -> : V 0%N = setT by [apply/seteqP; split]; exact: dyadic_openT.
  rewrite (_ : V N.+1 = V N `&` (UV N).2); first by apply: dyadic_openI => //; case: (hUV N).
  apply/seteqP; split=> z => [h|[h1 h2] k]; first by split=> [k kN|]; apply: h => //; exact: ltnW.
  by rewrite ltnS leq_eqVlt => /orP[/eqP-> //|]; exact: h1.
have mU : measurable U by exact: measurable_dyadic_open.
have mV N : measurable (V N) by exact: measurable_dyadic_open.
have mW : measurable W.
  by apply: bigcap_measurable => k _; apply: measurable_dyadic_open; case: (hUV k).
have mo k : measurable ((UV k).1 `&` (UV k).2).
  by case: (hUV k) => o1 o2 _ _ _; apply: measurableI; exact: measurable_dyadic_open.
have overlap : f (U `&` W) <= e / 2.
  rewrite -lee_fin -finiteE; last exact: measurableI.
  apply: (@le_trans _ _ (\sum_(k <oo) mu ((UV k).1 `&` (UV k).2))%E).
    have le1 : (mu (U `&` W) <= mu (\bigcup_k ((UV k).1 `&` (UV k).2)))%E.
      apply: le_measure; rewrite ?inE; [exact: measurableI | exact: bigcupT_measurable |].
      by move=> z [[k _ Uz] Wz]; exists k => //; split=> //; exact: Wz.
    by apply: le_trans le1 _; apply: generalized_Boole_inequality => //; exact: bigcupT_measurable.
  have := @epsilon_trick R (fun=> 0%E) (e / 2) xpredT (fun=> lexx _) (ltW e20).
  rewrite [X in (_ <= X + _)%E]eseries0 // add0e; apply: le_trans.
  by apply: lee_nneseries => // k _; rewrite add0e; case: (hUV k).
pose D N := U `\` V N.
have mD N : measurable (D N) by exact: measurableD.
have DE : \bigcup_N D N = U `\` W.
  apply/seteqP; split=> z; first by move=> [N _ [Uz VN]]; split=> // Wz; apply: VN => k _; exact: Wz.
  move=> [Uz /existsNP[k /not_implyP[_ nk]]]; exists k.+1 => //; split=> // VN; apply: nk; exact: VN.
have ndD : nondecreasing_seq D.
  by move=> m n mn; apply/subsetPset => z [Uz VN]; split=> // Vn; apply: VN => k km; apply: Vn; exact: leq_trans mn.
have cD : mu \o D --> mu (U `\` W) by rewrite -DE; apply: nondecreasing_cvg_mu => //; exact: bigcupT_measurable.
have [N hN] : exists N, f (U `\` W) <= f (D N) + e / 2.
  apply: contrapT => /forallNP none.
  have : (mu (U `\` W) <= (f (U `\` W) - e / 2)%:E)%E.
    rewrite -(cvg_lim _ cD) //; apply: lime_le; first by apply/cvg_ex; exists (mu (U `\` W)).
    apply: nearW => N /=; rewrite finiteE // lee_fin ler_subr_addr ltW // ltNge; apply/negP; exact: none.
  rewrite finiteE ?lee_fin; last exact: measurableD.
  by rewrite ler_subr_addr ger_addl leNgt e20.
exists (U, V N); split=> //=.
- by move=> z [k _ Akz]; exists k => //; case: (hUV k) => _ _ h _ _; exact: h.
- by move=> z nz k _; case: (hUV k) => _ _ _ h _; apply: h => Akz; apply: nz; exists k.
have mUV : measurable (U `&` V N) by exact: measurableI.
rewrite finiteE // lee_fin.
have E1 : f (D N) + f (U `&` V N) = f U.
  by apply: EFin_inj; rewrite EFinD -!finiteE // -measureDI.
have E2 : f (U `\` W) + f (U `&` W) = f U.
  apply: EFin_inj; rewrite EFinD -!finiteE //; [by rewrite -measureDI|exact: measurableI|exact: measurableD].
rewrite -(ler_add2l (f (D N))) E1 -E2 [e in leRHS](splitr e) addrA.
exact: ler_add.
Qed.

(** Every measurable set is regular. *)
Theorem measurable_regular A : measurable A -> regular A.
Proof.
move=> /measurable_generated; apply: smallest_sub.
  split; [exact: regular0 | by move=> B rB; rewrite setTD; exact: regularC | exact: regular_bigcup].
by apply: dyadic_open_induction; [exact: regular0 | exact: regular_cube | exact: regular_bigcup].
Qed.
End Regular.

Section NullCovers.
Variables (R : realType).

Lemma volume_cube p n (z : space R p) : volume R p [set y | key n y = key n z] = ((2 ^+ n)^-1 ^+ p.+1)%:E.
Proof.
have p0 : (0 : R) < 2 ^+ n by rewrite exprn_gt0.
have side (x : R) : length R [set y | digit n y = digit n x] = ((2 ^+ n)^-1)%:E.
  rewrite digit_interval /= lebesgue_measure_itv hlength_itv /= lte_fin ltr_pmul2r ?invr_gt0 // ltr_int ltz_addr1 lexx.
  by rewrite -EFinB -mulrBl intrD addrAC subrr add0r mul1r.
elim: p z => [|q IH] z.
  rewrite expr1 -(side z); congr (volume R 0 _); apply/seteqP; split=> y /=; first by case.
  by move=> ->.
rewrite (_ : [set y | _] = [set t : space R q | key n t = key n z.1] `*` [set x : line R | digit n x = digit n z.2]); last first.
  by apply/seteqP; split=> -[t x] /= [-> ->].
rewrite volumeS product_measure1E ?IH ?side -?EFinM ?exprSr //.
  exact: measurable_cube.
exact: measurable_digit.
Qed.

(** Cubes with a property, the least of each point: they are disjoint, and cover what any of them covers. *)
Lemma disjoint_cubes p (good : nat -> space R p -> Prop) :
  (forall n y z, key n y = key n z -> good n z -> good n y) ->
  exists (D : nat -> set (space R p)) (n : nat -> nat),
    [/\ forall i, D i = set0 \/ exists z : space R p, D i = [set y | key (n i) y = key (n i) z] /\ good (n i) z,
        \bigcup_i D i = [set z | exists n, good n z], trivIset setT D & forall i, measurable (D i)].
Proof.
move=> same.
pose D' (nk : nat * seq int) : set (space R p) :=
  [set z | [/\ key nk.1 z = nk.2, good nk.1 z & forall m, (m < nk.1)%N -> ~ good m z]].
have D'E nk : D' nk = set0 \/ exists z : space R p, D' nk = [set y | key nk.1 y = key nk.1 z] /\ good nk.1 z.
  have [[z [kz gz lz]]|none] := pselect (exists z, D' nk z); [right | left].
    exists z; split=> //; apply/seteqP; split=> [y [ky _ _] /=|y /= kyz]; first by rewrite ky kz.
    split; [by rewrite kyz | exact: same gz | move=> m mn gm; apply: (lz m mn)].
    by apply: same gm; apply/esym; exact: key_coarser (ltnW mn) kyz.
  by apply/seteqP; split=> // z Dz; apply: none; exists z.
pose D k := oapp D' set0 (choice.pickle_inv k).
pose n k := oapp (fun nk : nat * seq int => nk.1) 0%N (choice.pickle_inv k).
exists D, n; split.
- move=> k; rewrite /D /n; case: (choice.pickle_inv k) => [nk|] /=; [exact: D'E | by left].
- apply/seteqP; split=> [z [k _]|z [m0 gz]].
    by rewrite /D; case: (choice.pickle_inv k) => [nk|] //= [_ gz _]; exists nk.1.
  have ex : exists n, `[< good n z >] by exists m0; apply/asboolP.
  exists (choice.pickle (ex_minn ex, key (ex_minn ex) z)) => //.
  rewrite /D choice.pickleK_inv /=; case: ex_minnP => m /asboolP gm least; split=> // l lm gl.
  by have := least l; rewrite leqNgt lm => /(_ (asboolT gl)).
- move=> i j _ _ [z []]; rewrite /D.
  have := @choice.pickle_invK [countType of nat * seq int] i; have := @choice.pickle_invK [countType of nat * seq int] j.
  case: (choice.pickle_inv j) => [b|] //= <-; case: (choice.pickle_inv i) => [a|] //= <- [ka ga la] [kb gb lb].
  have ab : a.1 = b.1.
    by case: (ltngtP a.1 b.1) => // lt; [case: (lb _ lt ga) | case: (la _ lt gb)].
  by congr (choice.pickle _); rewrite [a]surjective_pairing [b]surjective_pairing -ka -kb ab.
- move=> k; rewrite /D; case: (choice.pickle_inv k) => [nk|] //=.
  by have [->|[z [-> _]]] := D'E nk; [|exact: measurable_cube].
Qed.

(** A null set, within a cube of level 0, is contained in a union of disjoint cubes of small total volume. *)
Theorem null_cover p (N : set (space R p)) ks (e : R) : (volume R p).-negligible N -> 0 < e ->
  exists (D : nat -> set (space R p)) (n : nat -> nat),
    [/\ forall i, D i = set0 \/ exists z : space R p, D i = [set y | key (n i) y = key (n i) z],
        N `&` [set z | key 0%N z = ks] `<=` \bigcup_i D i & (\sum_(i <oo) volume R p (D i) <= e%:E)%E].
Proof.
move=> [N0 [mN0 N00 NN0]] e0; set K : set (space R p) := [set z | key 0%N z = ks].
have mK : measurable K by exact: measurable_cube.
have finK : (mrestr (volume R p) mK setT < +oo)%E.
  rewrite /mrestr setTI /K; have [[z <-]|none] := pselect (exists z : space R p, key 0%N z = ks).
    by rewrite volume_cube ltry.
  rewrite (_ : [set z | _] = set0) ?measure0 ?ltry //; apply/seteqP; split=> // z h; apply: none; by exists z.
have [[U V] /= [oU oV NU NV small]] := measurable_regular finK mN0 e0.
pose W := U `&` K; have oW : dyadic_open W by apply: dyadic_openI => //; exact: dyadic_open_cube.
have mW : measurable W by exact: measurable_dyadic_open.
have volW : (volume R p W <= e%:E)%E.
  apply: le_trans small; rewrite /mrestr.
  have mX : measurable (U `&` V `&` K) by apply: measurableI => //; apply: measurableI; exact: measurable_dyadic_open.
  have WN0 : volume R p (W `&` N0) = 0%E.
    by apply/eqP; rewrite eq_le measure_ge0 andbT -N00; exact: measureIr.
  rewrite (measureDI _ mW mN0) WN0 adde0; apply: le_measure; rewrite ?inE //; first exact: measurableD.
  by move=> z [[Uz Kz] Nz]; split=> //; split=> //; exact: NV.
pose good n (z : space R p) := forall y, key n y = key n z -> W y.
have same n y z : key n y = key n z -> good n z -> good n y by move=> E gz x kx; apply: gz; rewrite kx.
have [D [n [cubes DW trD mD]]] := disjoint_cubes same.
exists D, n; split.
- by move=> i; have [->|[z [-> _]]] := cubes i; [left | right; exists z].
- rewrite DW => z [Nz Kz]; have : W z by split=> //; apply: NU; exact: NN0.
  by move=> /oW[m sub]; exists m.
- rewrite -measure_bigcup // DW; apply: le_trans volW; apply: le_measure; rewrite ?inE //.
    by rewrite -DW; exact: bigcupT_measurable.
  by move=> z [m gz]; exact: gz.
Qed.
End NullCovers.
