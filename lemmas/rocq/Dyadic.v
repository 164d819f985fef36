(** Dyadic cubes of R^p, and covers of null sets by them.

    A point of R^p has a key for each level n: for each coordinate x the integer part of x 2^n. The points with the key of z
    at level n form the cube of z, with sides of length 2^-n. A null set is covered by disjoint cubes of small total
    volume. *)

From mathcomp Require Import all_ssreflect all_algebra finmap.
From mathcomp.classical Require Import boolp classical_sets functions cardinality mathcomp_extra.
From mathcomp.analysis Require Import reals ereal signed topology normedtype sequences esum numfun.
From mathcomp.analysis Require Import measure lebesgue_measure lebesgue_integral.
From Invex Require Import Null.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope classical_set_scope.
Local Open Scope ring_scope.

Section Keys.
Variable R : realType.

Definition digit (n : nat) (x : R) : int := floor (x * 2 ^+ n).

Fixpoint key (p : nat) (n : nat) : space R p -> seq int :=
  match p with
  | 0 => fun x => [:: digit n x]
  | q.+1 => fun z => digit n z.2 :: key n z.1
  end.

Lemma digit_coarser n m x y : (n <= m)%N -> digit m x = digit m y -> digit n x = digit n y.
Proof.
move=> nm; pose P : int := Posz (2 ^ (m - n)).
have PE : P%:~R = 2 ^+ (m - n) :> R by rewrite /P -pmulrn natrX.
have p0 : (0 : R) < 2 ^+ (m - n) by rewrite exprn_gt0.
have split (u : R) : u * 2 ^+ m = u * 2 ^+ n * 2 ^+ (m - n) by rewrite -mulrA -exprD subnKC.
have half (u v : R) : digit m u = digit m v -> digit n u <= digit n v.
  rewrite /digit => E; rewrite -floor_ge_int -(ler_pmul2r p0) -split -PE -intrM floor_ge_int -E -floor_ge_int.
  by rewrite intrM PE split ler_pmul2r // floor_le.
by move=> E; apply/eqP; rewrite eq_le !half.
Qed.

Lemma digit_close n x y : digit n x = digit n y -> `|x - y| <= (2 ^+ n)^-1.
Proof.
rewrite /digit => E; have p0 : (0 : R) < 2 ^+ n by rewrite exprn_gt0.
rewrite -(ler_pmul2r p0) mulVf ?gt_eqF // -{1}(gtr0_norm p0) -normrM mulrBl.
have a := floor_le (x * 2 ^+ n); have b := lt_succ_floor (x * 2 ^+ n).
have c := floor_le (y * 2 ^+ n); have d := lt_succ_floor (y * 2 ^+ n).
rewrite -E in c d; rewrite ler_norml; apply/andP; split.
  by rewrite ler_subr_addr addrC ler_subl_addr (le_trans (ltW d)) // ler_add2r.
by rewrite ler_subl_addr addrC (le_trans (ltW b)) // ler_add2r.
Qed.

Lemma key_coarser p n m (x y : space R p) : (n <= m)%N -> key m x = key m y -> key n x = key n y.
Proof.
move=> nm; elim: p x y => [|q IH] x y /= [] E; first by rewrite (digit_coarser nm E).
by move=> /IH ->; rewrite (digit_coarser nm E).
Qed.

(** Sets that contain with each of their points one of its cubes. *)
Definition dyadic_open p (U : set (space R p)) := forall z, U z -> exists n, forall y, key n y = key n z -> U y.

Lemma dyadic_open_bigcup p (I : Type) (D : set I) (U : I -> set (space R p)) :
  (forall i, D i -> dyadic_open (U i)) -> dyadic_open (\bigcup_(i in D) U i).
Proof.
by move=> oU z [i Di /(oU i Di)[n sub]]; exists n => y /sub Uy; exists i.
Qed.

Lemma dyadic_openT p : dyadic_open [set: space R p]. Proof. by move=> z _; exists 0%N. Qed.
Lemma dyadic_open0 p : dyadic_open (set0 : set (space R p)). Proof. by []. Qed.

Lemma dyadic_openI p (U V : set (space R p)) : dyadic_open U -> dyadic_open V -> dyadic_open (U `&` V).
Proof.
move=> oU oV z [/oU[n Un] /oV[m Vm]]; exists (maxn n m) => y E.
by split; [apply: Un | apply: Vm]; apply: key_coarser E; rewrite ?leq_maxl ?leq_maxr.
Qed.

Lemma dyadic_open_cube p n ks : dyadic_open [set z : space R p | key n z = ks].
Proof. by move=> z /= <-; exists n. Qed.

Lemma digit_interval n (k : int) :
  [set x | digit n x = k] = `[k%:~R / 2 ^+ n, (k + 1)%:~R / 2 ^+ n[%classic :> set R.
Proof.
have p0 : (0 : R) < 2 ^+ n by rewrite exprn_gt0.
apply/seteqP; split=> x; rewrite /= in_itv /= ler_pdivr_mulr // ltr_pdivl_mulr // /digit floor_ge_int floor_lt_int.
  by move=> ->; rewrite lexx ltz_addr1 lexx.
by rewrite ltz_addr1 => /andP[a b]; apply/eqP; rewrite eq_le a b.
Qed.

Lemma measurable_digit n (k : int) : measurable [set x : line R | digit n x = k].
Proof. by rewrite digit_interval; exact: measurable_itv. Qed.

Lemma measurable_cube p n ks : measurable [set z : space R p | key n z = ks].
Proof.
elim: p ks => [|q IH] ks.
  case: ks => [|k [|l ks]]; try by rewrite (_ : [set z | _] = set0) //; apply/seteqP; split=> z.
  rewrite (_ : [set z | _] = [set x : line R | digit n x = k]); first exact: measurable_digit.
  by apply/seteqP; split=> z /= => [[]|->].
case: ks => [|k ks]; first by rewrite (_ : [set z | _] = set0) //; apply/seteqP; split=> z.
rewrite (_ : [set z | _] = [set t : space R q | key n t = ks] `*` [set x : line R | digit n x = k]).
  by apply: measurableM; [exact: IH | exact: measurable_digit].
by apply/seteqP; split=> -[t x] /= [-> ->].
Qed.

(** A dyadically open set is a countable union of cubes. *)
Lemma measurable_dyadic_open p (U : set (space R p)) : dyadic_open U -> measurable U.
Proof.
move=> oU; pose C n (ks : seq int) : set (space R p) := [set z | key n z = ks /\ forall y, key n y = ks -> U y].
have mC n ks : measurable (C n ks).
  have [in_|out] := pselect (forall y, key n y = ks -> U y).
    rewrite (_ : C n ks = [set z | key n z = ks]); first exact: measurable_cube.
    by apply/seteqP; split=> z => [[]|].
  by rewrite (_ : C n ks = set0) //; apply/seteqP; split=> // z [_] /out.
have -> : U = \bigcup_n \bigcup_k oapp (C n) set0 (choice.unpickle k).
  apply/seteqP; split=> [z /[dup] Uz /oU[n sub]|z [n _ [k _]]].
    by exists n => //; exists (choice.pickle (key n z)) => //; rewrite choice.pickleK /=; split.
  by case: (choice.unpickle k) => // ks [E]; exact.
apply: bigcupT_measurable => n; apply: bigcupT_measurable => k.
by case: (choice.unpickle k) => [ks|] //=; exact: mC.
Qed.

Lemma generated_setD (T : Type) (G : set (set T)) (A B : set T) : <<s G >> A -> <<s G >> B -> <<s G >> (A `\` B).
Proof.
move=> GA GB; rewrite (_ : A `\` B = setT `\` \bigcup_k (if k is 0 then setT `\` A else B)); last first.
  apply/seteqP; split=> [x [Ax Bx]|x [_ h]].
    by split=> // -[[|k] _] //= [].
  split; first by apply: contrapT => Ax; apply: h; exists 0%N.
  by move=> Bx; apply: h; exists 1%N.
apply: sigma_algebraCD; apply: sigma_algebra_bigcup => -[|k] //; exact: sigma_algebraCD.
Qed.

Lemma measurable_generated_line : @measurable _ (line R) `<=` <<s [set U : set (space R 0) | dyadic_open U] >>.
Proof.
apply: smallest_sub; first exact: smallest_sigma_algebra.
have ray (a : R) : <<s [set U : set (space R 0) | dyadic_open U] >> `]a, +oo[%classic.
  apply: sub_sigma_algebra => x; rewrite /= in_itv /= andbT => ax.
  have : 0 < x - a by rewrite subr_gt0.
  move=> /ltr_add_invr[n]; rewrite add0r => na; exists n => y [E]; rewrite in_itv /= andbT.
  have xy : x - y <= n.+1%:R^-1.
    apply: le_trans (le_trans (ler_norm _) (digit_close (esym E))) _.
    by rewrite lef_pinv ?posrE ?exprn_gt0 // -natrX ler_nat ltn_expl.
  have E1 : (x - a) - (x - y) = y - a by rewrite opprB addrC addrA subrK.
  by rewrite -subr_gt0 -E1 subr_gt0 (le_lt_trans xy).
move=> _ [[a b] _ <-] /=.
rewrite (_ : `]a, b]%classic = `]a, +oo[%classic `\` `]b, +oo[%classic); first exact: generated_setD.
apply/seteqP; split=> x; rewrite /= !in_itv /= !andbT.
  by move=> /andP[-> xb]; split=> //; apply/negP; rewrite -leNgt.
by move=> [-> /negP]; rewrite -leNgt.
Qed.

(** The cubes generate the measurable sets. *)
Lemma measurable_generated p : @measurable _ (space R p) `<=` <<s [set U | dyadic_open U] >>.
Proof.
elim: p => [|q IH]; first exact: measurable_generated_line.
have pull (T : Type) (G : set (set T)) (g : space R q.+1 -> T) :
    (forall U, G U -> dyadic_open (g @^-1` U)) ->
    <<s G >> `<=` [set A | <<s [set U : set (space R q.+1) | dyadic_open U] >> (g @^-1` A)].
  move=> og; apply: smallest_sub; last by move=> U /og oU; apply: sub_sigma_algebra.
  split.
  - by rewrite /= preimage_set0; exact: sigma_algebra0.
  - by move=> A GA; rewrite /= setTD -preimage_setC -setTD; exact: sigma_algebraCD.
  - by move=> A GA; rewrite /= preimage_bigcup; exact: sigma_algebra_bigcup.
apply: smallest_sub; first exact: smallest_sigma_algebra.
move=> X [[A mA <-]|[B mB <-]]; rewrite setTI.
  apply: (pull _ [set U | dyadic_open U] (fun z : space R q.+1 => z.1)); last exact: IH.
  by move=> U oU [t x] /= /oU[n sub]; exists n => -[u y] /= [_ /sub].
apply: (pull _ [set U : set (space R 0) | dyadic_open U] (fun z : space R q.+1 => z.2)).
  by move=> U oU [t x] /= /oU[n sub]; exists n => -[u y] /= [E _]; apply: sub; rewrite /= E.
exact: measurable_generated_line.
Qed.
End Keys.
