(** * Operators applied to fractions

    The rewritings by which the checker finds normal forms of operators and powers, as inference rules, and their
    soundness: part of the lemma [normal-form]. *)

From Coq Require Import Reals Lra Lia ZArith QArith Qreals Bool List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Terms Smooth Atoms.
Open Scope R_scope.

(** ** Positive for their form *)

(** Positive coefficients, and atoms that are always positive. *)
Inductive positive_poly : poly -> Prop :=
| positive_const q : (0 < q)%Q -> positive_poly (PQ q)
| positive_pi : positive_poly (PAtom APi)
| positive_exp n d : positive_poly (PAtom (AFun Exp n d))
| positive_add p q : positive_poly p -> positive_poly q -> positive_poly (PAdd p q)
| positive_mul p q : positive_poly p -> positive_poly q -> positive_poly (PMul p q).

Definition positive_frac (F : frac) : Prop := positive_poly (fst F) /\ positive_poly (snd F).

Lemma rational_pos q : (0 < q)%Q -> 0 < rational q.
Proof.
  intro H. rewrite rational_Q2R. apply Qlt_Rlt in H. replace (Q2R 0) with 0 in H; [exact H|]. unfold Q2R; simpl; ring.
Qed.

Lemma positive_poly_eval p r : positive_poly p -> 0 < peval p r.
Proof.
  induction 1; cbn [peval aeval un].
  - apply rational_pos; assumption.
  - apply PI_RGT_0.
  - apply exp_pos.
  - lra.
  - apply Rmult_lt_0_compat; assumption.
Qed.

Lemma positive_frac_eval F r : positive_frac F -> 0 < feval F r /\ peval (snd F) r <> 0.
Proof.
  intros [H1 H2]. assert (N := positive_poly_eval _ r H1). assert (D := positive_poly_eval _ r H2).
  split; [apply Rdiv_lt_0_compat; assumption|lra].
Qed.

(** ** Operators applied to fractions *)

(** The fraction (i/12) pi. *)
Definition twelfth_pi (i : Z) : frac := fmul (fconst (i # 12)) (fatom APi).
Definition half : frac := fconst (1 # 2).
(** Half the square root of a prime, by the root of any even order. *)
Definition half_root (prime : Z) (k : BinNums.positive) : frac :=
  fmul half (fpow (fatom (root_atom (fconst (inject_Z prime)) (2 * k))) (Pos.to_nat k)).
Definition one : frac := fconst 1.
Definition twice (F : frac) : frac := fmul (fconst 2) F.

(** [applies o F G]: where F and o(F) are defined, G is defined and equal to o(F). *)
Inductive applies : unary -> frac -> frac -> Prop :=
| applies_before o F F' G : rewrites F F' -> applies o F' G -> applies o F G
| applies_after o F G G' : applies o F G -> rewrites G G' -> applies o F G'
| applies_atom o F : applies o F (fatom (fun_atom o F))
(* exp: sums and integer multiples of summands, logarithms *)
| exp_zero : applies Exp (fconst 0) one
| exp_sum F1 F2 G1 G2 : applies Exp F1 G1 -> applies Exp F2 G2 -> applies Exp (fadd F1 F2) (fmul G1 G2)
| exp_opposite F G : applies Exp F G -> applies Exp (fneg F) (finv G)
| exp_log F : applies Exp (fatom (fun_atom Log F)) F
(* log of what is positive for its form *)
| log_product F1 F2 G1 G2 : positive_frac F1 -> positive_frac F2 -> applies Log F1 G1 -> applies Log F2 G2 ->
    applies Log (fmul F1 F2) (fadd G1 G2)
| log_inverse F G : positive_frac F -> applies Log F G -> applies Log (finv F) (fneg G)
| log_exp F : applies Log (fatom (fun_atom Exp F)) F
| log_one : applies Log one (fconst 0)
(* the hyperbolic functions, sigmoid and softplus through exp *)
| tanh_exp F G : applies Exp (twice F) G -> applies Tanh F (fdiv (fsub G one) (fadd G one))
| sinh_exp F G : applies Exp F G -> applies Sinh F (fmul half (fsub G (finv G)))
| cosh_exp F G : applies Exp F G -> applies Cosh F (fmul half (fadd G (finv G)))
| sigmoid_exp F G : applies Exp F G -> applies Sigmoid F (fdiv G (fadd G one))
| softplus_exp F G H : applies Exp F G -> applies Log (fadd G one) H -> applies Softplus F H
(* odd functions *)
| odd_opposite o F G : In o (Terms.Erf :: Atan :: Asinh :: Sin :: nil) -> applies o F G -> applies o (fneg F) (fneg G)
| odd_zero o : In o (Terms.Erf :: Atan :: Asinh :: Sin :: nil) -> applies o (fconst 0) (fconst 0)
| atan_one : applies Atan one (fmul (fconst (1 # 4)) (fatom APi))
(* angles: addition theorems, exact values *)
| cos_sum F1 F2 C1 S1 C2 S2 : applies Cos F1 C1 -> applies Sin F1 S1 -> applies Cos F2 C2 -> applies Sin F2 S2 ->
    applies Cos (fadd F1 F2) (fsub (fmul C1 C2) (fmul S1 S2))
| sin_sum F1 F2 C1 S1 C2 S2 : applies Cos F1 C1 -> applies Sin F1 S1 -> applies Cos F2 C2 -> applies Sin F2 S2 ->
    applies Sin (fadd F1 F2) (fadd (fmul S1 C2) (fmul C1 S2))
| cos_opposite F G : applies Cos F G -> applies Cos (fneg F) G
| cos_zero : applies Cos (fconst 0) one
| cos_30 k : applies Cos (twelfth_pi 2) (half_root 3 k)
| sin_30 : applies Sin (twelfth_pi 2) half
| cos_45 k : applies Cos (twelfth_pi 3) (half_root 2 k)
| sin_45 k : applies Sin (twelfth_pi 3) (half_root 2 k)
| cos_60 : applies Cos (twelfth_pi 4) half
| sin_60 k : applies Sin (twelfth_pi 4) (half_root 3 k)
| cos_90 : applies Cos (twelfth_pi 6) (fconst 0)
| sin_90 : applies Sin (twelfth_pi 6) one
| tan_quotient F C S : applies Cos F C -> applies Sin F S -> applies Tan F (fdiv S C).

(** [raises q F G]: where F and its power with exponent q are defined, G is defined and equal to it. *)
Inductive raises : Q -> frac -> frac -> Prop :=
| raises_before q F F' G : rewrites F F' -> raises q F' G -> raises q F G
| raises_after q F G G' : raises q F G -> rewrites G G' -> raises q F G'
| raises_zero q : (0 < q)%Q -> raises q (fconst 0) (fconst 0)
| raises_one q : raises q one one
(* positive factors come out, by primes, powers of pi, and exponentials *)
| raises_product q F1 F2 G1 G2 : positive_frac F1 -> raises q F1 G1 -> raises q F2 G2 ->
    raises q (fmul F1 F2) (fmul G1 G2)
| raises_inverse q F G : positive_frac F -> raises q F G -> raises q (finv F) (finv G)
| raises_power q n F G : positive_frac F -> n <> 0%Z -> raises (q * inject_Z n) F G -> raises q (fpowz F n) G
| raises_exp q F G : applies Exp (fmul (fconst q) F) G -> raises q (fatom (fun_atom Exp F)) G
(* the whole part of the exponent, and a power of a root *)
| raises_integer q n F : (q == inject_Z n)%Q -> n <> 0%Z -> raises q F (fpowz F n)
| raises_whole q w F G : (0 < q - inject_Z w)%Q -> ((w < 0)%Z -> (q < 0)%Q) -> raises (q - inject_Z w) F G ->
    raises q F (fmul (fpowz F w) G)
| raises_root q n k F : (q == Zpos n # k)%Q -> raises q F (fpow (fatom (root_atom F k)) (Pos.to_nat n)).

(** ** Soundness *)

Lemma exp_feval_pos G r x : is G r (exp x) -> exp x <> 0.
Proof. intros _. apply Rgt_not_eq, exp_pos. Qed.

Lemma finv_positive_def F r : positive_frac F -> fdef (finv F) r -> fdef F r.
Proof.
  intros P [H1 [H2 H3]]. cbn [finv fst snd] in *. repeat split; try assumption. apply (positive_frac_eval F r P).
Qed.

Lemma twelfth_pi_is i r : is (twelfth_pi i) r (rational (i # 12) * PI).
Proof. apply fmul_is; [apply fconst_is|apply (fatom_is APi); exact I]. Qed.

Lemma half_is r : is half r (1 / 2).
Proof. apply (fconst_is (1 # 2)). Qed.
Lemma one_is r : is one r 1.
Proof. apply (fconst_is 1). Qed.

Lemma is_eq F r x y : is F r x -> x = y -> is F r y.
Proof. intros H <-. exact H. Qed.

Lemma half_root_is (n : Z) (k : BinNums.positive) r : 0 < IZR n -> is (half_root n k) r (sqrt (IZR n) / 2).
Proof.
  intro H. assert (C := fconst_is (inject_Z n) r). rewrite rational_Z in C. destruct C as [D E].
  assert (Ad : adef (root_atom (fconst (inject_Z n)) (2 * k)) r).
  { split; [exact D|]. change (0 <= feval (fconst (inject_Z n)) r). rewrite E. lra. }
  apply (is_eq _ _ (1 / 2 * qpower (IZR n) (/ IZR (Zpos (2 * k))) ^ Pos.to_nat k)).
  - apply fmul_is; [apply half_is|]. apply fpow_is. apply (is_eq _ _ _ _ (fatom_is _ r Ad)). cbn [aeval root_atom].
    change (qpower (feval (fconst (inject_Z n)) r) (/ IZR (Zpos (2 * k))) = qpower (IZR n) (/ IZR (Zpos (2 * k)))).
    rewrite E. reflexivity.
  - rewrite qpower_pos by exact H. rewrite <- Rpower_pow by apply exp_pos. rewrite Rpower_mult.
    rewrite <- Rpower_sqrt by exact H.
    replace (/ IZR (Zpos (2 * k)) * INR (Pos.to_nat k)) with (/ 2); [field|].
    rewrite INR_IZR_INZ_pos. change (Zpos (2 * k)) with (2 * Zpos k)%Z. rewrite mult_IZR.
    field. apply Rgt_not_eq, IZR_lt. reflexivity.
Qed.

Lemma angle_value i (x : R) r : rational (i # 12) * PI = x -> feval (twelfth_pi i) r = x.
Proof. intros <-. apply twelfth_pi_is. Qed.

Lemma atan_1_value : atan 1 = 1 / 4 * PI.
Proof. rewrite atan_1. lra. Qed.

Theorem applies_sound o F G r :
  applies o F G -> fdef F r -> un_defined o (feval F r) -> is G r (un o (feval F r)).
Proof.
  induction 1 as [o F F' G Hr _ IH|o F G G' _ IH Hr|o F| |F1 F2 G1 G2 _ IH1 _ IH2|F G _ IH|F
    |F1 F2 G1 G2 P1 P2 _ IH1 _ IH2|F G P _ IH|F| |F G _ IH|F G _ IH|F G _ IH|F G _ IH|F G H _ IH1 _ IH2|o F G Ho _ IH|o Ho|
    |F1 F2 C1 S1 C2 S2 _ IC1 _ IS1 _ IC2 _ IS2|F1 F2 C1 S1 C2 S2 _ IC1 _ IS1 _ IC2 _ IS2|F G _ IH| |k| |k|k| |k| |
    |F C S _ IC _ IS];
    intros D U.
  - destruct (rewrites_sound F F' r Hr D) as [D' E']. rewrite <- E' in *. apply IH; assumption.
  - destruct (IH D U) as [D' E']. destruct (rewrites_sound G G' r Hr D') as [D'' E'']. split; [exact D''|congruence].
  - apply fun_atom_is; assumption.
  - apply (is_eq _ _ 1); [apply one_is|]. destruct (fconst_is 0 r) as [_ ->]. cbn [un].
    change (rational 0) with 0. rewrite exp_0. reflexivity.
  - destruct (fadd_def F1 F2 r D) as [D1 D2]. cbn [un].
    rewrite (is_feval _ _ _ (fadd_is F1 F2 r _ _ (fdef_is F1 r D1) (fdef_is F2 r D2))), exp_plus.
    apply fmul_is; [apply IH1|apply IH2]; try assumption; exact I.
  - assert (D1 := fneg_def F r D). cbn [un].
    rewrite (is_feval _ _ _ (fneg_is F r _ (fdef_is F r D1))), exp_Ropp.
    apply finv_is; [apply IH; [exact D1|exact I]|apply Rgt_not_eq, exp_pos].
  - destruct D as [[[D1 [D2 D3]] D4] _]. cbn [un_defined] in D4.
    assert (DF : fdef F r) by (repeat split; assumption).
    rewrite (is_feval _ _ _ (fun_atom_is Log F r DF D4)). cbn [un].
    apply (is_eq _ _ (feval F r)); [apply fdef_is, DF|]. symmetry. apply exp_ln, D4.
  - destruct (fmul_def F1 F2 r D) as [D1 D2].
    destruct (positive_frac_eval F1 r P1) as [Q1 _], (positive_frac_eval F2 r P2) as [Q2 _]. cbn [un].
    rewrite (is_feval _ _ _ (fmul_is F1 F2 r _ _ (fdef_is F1 r D1) (fdef_is F2 r D2))), ln_mult by assumption.
    apply fadd_is; [apply IH1|apply IH2]; assumption.
  - assert (D1 := finv_positive_def F r P D). destruct (positive_frac_eval F r P) as [Q1 _]. cbn [un].
    rewrite (is_feval _ _ _ (finv_is F r _ (fdef_is F r D1) (Rgt_not_eq _ _ Q1))), ln_Rinv by exact Q1.
    apply fneg_is, IH; assumption.
  - destruct D as [[[D1 [D2 D3]] D4] _]. assert (DF : fdef F r) by (repeat split; assumption).
    rewrite (is_feval _ _ _ (fun_atom_is Exp F r DF I)). cbn [un].
    apply (is_eq _ _ (feval F r)); [apply fdef_is, DF|]. symmetry. apply ln_exp.
  - rewrite (is_feval _ _ _ (one_is r)). apply (is_eq _ _ 0); [apply (fconst_is 0)|]. symmetry. apply ln_1.
  - assert (T : is (twice F) r (2 * feval F r)) by (apply fmul_is; [apply (fconst_is 2)|apply fdef_is, D]).
    assert (K := IH (proj1 T) I). rewrite (is_feval _ _ _ T) in K. cbn [un] in *.
    set (y := feval F r) in *. assert (P := exp_pos (2 * y)).
    apply (is_eq _ _ ((exp (2 * y) - 1) / (exp (2 * y) + 1))).
    + apply fdiv_is; [apply fsub_is; [exact K|apply one_is]|apply fadd_is; [exact K|apply one_is]|lra].
    + unfold tanh, sinh, cosh. assert (E1 := exp_pos y). replace (2 * y) with (y + y) by ring. rewrite exp_plus, exp_Ropp.
      field. repeat split; nra.
  - assert (K := IH D I). cbn [un] in *. set (y := feval F r) in *. assert (P := exp_pos y).
    apply (is_eq _ _ (1 / 2 * (exp y - / exp y))).
    + apply fmul_is; [apply half_is|]. apply fsub_is; [exact K|apply finv_is; [exact K|lra]].
    + unfold sinh. rewrite exp_Ropp. field. lra.
  - assert (K := IH D I). cbn [un] in *. set (y := feval F r) in *. assert (P := exp_pos y).
    apply (is_eq _ _ (1 / 2 * (exp y + / exp y))).
    + apply fmul_is; [apply half_is|]. apply fadd_is; [exact K|apply finv_is; [exact K|lra]].
    + unfold cosh. rewrite exp_Ropp. field. lra.
  - assert (K := IH D I). cbn [un] in *. set (y := feval F r) in *. assert (P := exp_pos y).
    apply (is_eq _ _ (exp y / (exp y + 1))).
    + apply fdiv_is; [exact K|apply fadd_is; [exact K|apply one_is]|lra].
    + unfold sigmoid. rewrite exp_Ropp. field. lra.
  - assert (K := IH1 D I). cbn [un] in K. assert (P := exp_pos (feval F r)).
    assert (S := fadd_is G one r _ _ K (one_is r)).
    assert (L : 0 < feval (fadd G one) r) by (rewrite (is_feval _ _ _ S); lra).
    apply (is_eq _ _ _ _ (IH2 (proj1 S) L)). cbn [un]. rewrite (is_feval _ _ _ S). unfold softplus. f_equal. ring.
  - assert (D1 := fneg_def F r D). rewrite (is_feval _ _ _ (fneg_is F r _ (fdef_is F r D1))).
    assert (U' : un_defined o (feval F r)).
    { simpl in Ho. destruct Ho as [<-|[<-|[<-|[<-|[]]]]]; exact I. }
    apply (is_eq _ _ (- un o (feval F r))); [apply fneg_is, IH; assumption|].
    simpl in Ho. destruct Ho as [<-|[<-|[<-|[<-|[]]]]]; cbn [un].
    + symmetry. apply Erf.erf_opp.
    + symmetry. apply atan_opp.
    + unfold arcsinh. set (y := feval F r).
      assert (Q : forall z, 0 < z + sqrt (z ^ 2 + 1)).
      { intro z. assert (S := sqrt_pos (z ^ 2 + 1)). assert (S2 := pow2_sqrt (z ^ 2 + 1) ltac:(nra)).
        destruct (Rle_lt_dec 0 z); [assert (0 < sqrt (z ^ 2 + 1)) by (apply sqrt_lt_R0; nra); lra|].
        apply Rnot_le_lt. intro K. nra. }
      rewrite <- ln_Rinv by apply Q. f_equal. replace ((- y) ^ 2) with (y ^ 2) by ring.
      assert (S2 := pow2_sqrt (y ^ 2 + 1) ltac:(nra)). assert (K := Q y). set (s := sqrt (y ^ 2 + 1)) in *.
      apply (Rmult_eq_reg_l (y + s)); [|lra]. rewrite Rinv_r by lra. nra.
    + symmetry. apply sin_neg.
  - apply (is_eq _ _ 0); [apply (fconst_is 0)|]. rewrite (is_feval _ _ _ (fconst_is 0 r)). change (rational 0) with 0.
    simpl in Ho. destruct Ho as [<-|[<-|[<-|[<-|[]]]]]; cbn [un]; symmetry.
    + apply Erf.erf_0.
    + apply atan_0.
    + apply arcsinh_0.
    + apply sin_0.
  - apply (is_eq _ _ (1 / 4 * PI)).
    + apply fmul_is; [apply (fconst_is (1 # 4))|apply (fatom_is APi); exact I].
    + rewrite (is_feval _ _ _ (one_is r)). cbn [un]. symmetry. apply atan_1_value.
  - destruct (fadd_def F1 F2 r D) as [D1 D2]. cbn [un].
    rewrite (is_feval _ _ _ (fadd_is F1 F2 r _ _ (fdef_is F1 r D1) (fdef_is F2 r D2))), cos_plus.
    apply fsub_is; apply fmul_is; [apply IC1|apply IC2|apply IS1|apply IS2]; try assumption; exact I.
  - destruct (fadd_def F1 F2 r D) as [D1 D2]. cbn [un].
    rewrite (is_feval _ _ _ (fadd_is F1 F2 r _ _ (fdef_is F1 r D1) (fdef_is F2 r D2))), sin_plus.
    apply fadd_is; apply fmul_is; [apply IS1|apply IC2|apply IC1|apply IS2]; try assumption; exact I.
  - assert (D1 := fneg_def F r D). cbn [un]. rewrite (is_feval _ _ _ (fneg_is F r _ (fdef_is F r D1))), cos_neg.
    apply IH; [exact D1|exact I].
  - apply (is_eq _ _ 1); [apply one_is|]. rewrite (is_feval _ _ _ (fconst_is 0 r)). symmetry. apply cos_0.
  - apply (is_eq _ _ _ _ (half_root_is 3 k r ltac:(lra))). rewrite (angle_value 2 (PI / 6)) by (unfold rational; simpl; field).
    symmetry. apply cos_PI6.
  - apply (is_eq _ _ _ _ (half_is r)). rewrite (angle_value 2 (PI / 6)) by (unfold rational; simpl; field).
    symmetry. apply sin_PI6.
  - apply (is_eq _ _ _ _ (half_root_is 2 k r ltac:(lra))). rewrite (angle_value 3 (PI / 4)) by (unfold rational; simpl; field).
    cbn [un]. rewrite cos_PI4. assert (S := sqrt_lt_R0 2 ltac:(lra)). assert (S2 := pow2_sqrt 2 ltac:(lra)).
    apply (Rmult_eq_reg_r (2 * sqrt 2)); [|nra]. field_simplify; [|lra]. nra.
  - apply (is_eq _ _ _ _ (half_root_is 2 k r ltac:(lra))). rewrite (angle_value 3 (PI / 4)) by (unfold rational; simpl; field).
    cbn [un]. rewrite sin_PI4. assert (S := sqrt_lt_R0 2 ltac:(lra)). assert (S2 := pow2_sqrt 2 ltac:(lra)).
    apply (Rmult_eq_reg_r (2 * sqrt 2)); [|nra]. field_simplify; [|lra]. nra.
  - apply (is_eq _ _ _ _ (half_is r)). rewrite (angle_value 4 (PI / 3)) by (unfold rational; simpl; field).
    symmetry. apply cos_PI3.
  - apply (is_eq _ _ _ _ (half_root_is 3 k r ltac:(lra))). rewrite (angle_value 4 (PI / 3)) by (unfold rational; simpl; field).
    symmetry. apply sin_PI3.
  - apply (is_eq _ _ 0); [apply (fconst_is 0)|]. rewrite (angle_value 6 (PI / 2)) by (unfold rational; simpl; field).
    symmetry. apply cos_PI2.
  - apply (is_eq _ _ 1); [apply one_is|]. rewrite (angle_value 6 (PI / 2)) by (unfold rational; simpl; field).
    symmetry. apply sin_PI2.
  - cbn [un un_defined] in *. unfold tan. apply fdiv_is; [apply IS; [exact D|exact I]|apply IC; [exact D|exact I]|exact U].
Qed.

(** *** Powers *)

Lemma qpower_defined_nonneg x q : qpower_defined x q -> 0 <= x.
Proof. unfold qpower_defined. destruct (Qnum q); lra. Qed.

Lemma qpower_defined_sign x q : qpower_defined x q -> (q <= 0)%Q -> 0 < x.
Proof.
  unfold qpower_defined, Qle. cbn [Qnum Qden]. destruct (Qnum q) as [|p|p]; intros H K; try exact H. exfalso. lia.
Qed.

Lemma qpower_defined_intro x q : 0 <= x -> ((q <= 0)%Q -> 0 < x) -> qpower_defined x q.
Proof.
  unfold qpower_defined, Qle. cbn [Qnum Qden]. intros H K. destruct (Qnum q) as [|p|p]; [apply K; lia|exact H|apply K; lia].
Qed.

Lemma qpower_0 e : qpower 0 e = 0.
Proof. unfold qpower. destruct (Rle_dec 0 0); lra. Qed.

Lemma power_Rpower (y : R) (n : Z) : 0 < y -> power y n = Rpower y (IZR n).
Proof.
  intro H. destruct n as [|p|p]; cbn [power].
  - rewrite Rpower_O by exact H. reflexivity.
  - rewrite <- INR_IZR_INZ_pos. symmetry. apply Rpower_pow, H.
  - change (Zneg p) with (- Zpos p)%Z. rewrite opp_IZR, Rpower_Ropp, <- INR_IZR_INZ_pos, Rpower_pow by exact H. reflexivity.
Qed.

Lemma power_pos (y : R) (n : Z) : 0 < y -> 0 < power y n.
Proof. intro H. rewrite power_Rpower by exact H. apply exp_pos. Qed.

Lemma ppow_pdef_inv p n r : (0 < n)%nat -> pdef (ppow p n) r -> pdef p r.
Proof. destruct n as [|n]; [lia|]. intros _ [H _]. exact H. Qed.

Lemma fpowz_def F n r : positive_frac F -> n <> 0%Z -> fdef (fpowz F n) r -> fdef F r.
Proof.
  intros P Hn D. assert (NZ := proj2 (positive_frac_eval F r P)).
  destruct n as [|p|p]; [contradiction| |]; destruct D as [H1 [H2 H3]]; cbn [fpowz fpow finv fst snd] in *;
    apply ppow_pdef_inv in H1; try lia; apply ppow_pdef_inv in H2; try lia; repeat split; assumption.
Qed.

Lemma rational_Qeq p q : (p == q)%Q -> rational p = rational q.
Proof. intro H. rewrite !rational_Q2R. apply Qeq_eqR, H. Qed.

Lemma rational_Q_mult p q : rational (p * q) = rational p * rational q.
Proof. rewrite <- rational_Qred. apply rational_mult. Qed.

Lemma rational_Q_minus p q : rational (p - q) = rational p - rational q.
Proof. rewrite !rational_Q2R. apply Q2R_minus. Qed.

Theorem raises_sound q F G r :
  raises q F G -> fdef F r -> qpower_defined (feval F r) q -> is G r (qpower (feval F r) (rational q)).
Proof.
  induction 1 as [q F F' G Hr _ IH|q F G G' _ IH Hr|q Hq|q|q F1 F2 G1 G2 P _ IH1 _ IH2|q F G P _ IH|q n F G P Hn _ IH
    |q F G Ha|q n F Hq Hn|q w F G Hw Hs _ IH|q n k F Hq]; intros D U.
  - destruct (rewrites_sound F F' r Hr D) as [D' E']. rewrite <- E' in *. apply IH; assumption.
  - destruct (IH D U) as [D' E']. destruct (rewrites_sound G G' r Hr D') as [D'' E'']. split; [exact D''|congruence].
  - rewrite (is_feval _ _ _ (fconst_is 0 r)). change (rational 0) with 0. rewrite qpower_0. apply (fconst_is 0).
  - rewrite (is_feval _ _ _ (one_is r)). rewrite qpower_pos by lra.
    apply (is_eq _ _ 1); [apply one_is|]. unfold Rpower. rewrite ln_1, Rmult_0_r, exp_0. reflexivity.
  - destruct (fmul_def F1 F2 r D) as [D1 D2]. destruct (positive_frac_eval F1 r P) as [Q1 _].
    rewrite (is_feval _ _ _ (fmul_is F1 F2 r _ _ (fdef_is F1 r D1) (fdef_is F2 r D2))) in *.
    set (x := feval F1 r) in *. set (y := feval F2 r) in *.
    assert (N := qpower_defined_nonneg _ _ U). assert (Hy : 0 <= y) by nra.
    assert (U1 : qpower_defined x q) by (apply qpower_defined_intro; [lra|intros _; exact Q1]).
    assert (U2 : qpower_defined y q).
    { apply qpower_defined_intro; [exact Hy|]. intro K. assert (0 < x * y) by apply (qpower_defined_sign _ _ U K). nra. }
    apply (is_eq _ _ (qpower x (rational q) * qpower y (rational q))); [apply fmul_is; [apply IH1|apply IH2]; assumption|].
    destruct Hy as [Hy|Hy].
    + rewrite !qpower_pos by nra. apply Rpower_mult_distr; assumption.
    + rewrite <- Hy, Rmult_0_r, qpower_0. ring.
  - assert (D1 := finv_positive_def F r P D). destruct (positive_frac_eval F r P) as [Q1 _].
    rewrite (is_feval _ _ _ (finv_is F r _ (fdef_is F r D1) (Rgt_not_eq _ _ Q1))) in *. set (x := feval F r) in *.
    assert (U1 : qpower_defined x q) by (apply qpower_defined_intro; [lra|intros _; exact Q1]).
    assert (Pi := Rinv_0_lt_compat x Q1).
    apply (is_eq _ _ (/ qpower x (rational q))).
    + apply finv_is; [apply IH; assumption|]. rewrite qpower_pos by exact Q1. apply Rgt_not_eq, exp_pos.
    + rewrite !qpower_pos by assumption. unfold Rpower. rewrite ln_Rinv, <- exp_Ropp by exact Q1. f_equal. ring.
  - assert (D1 := fpowz_def F n r P Hn D). destruct (positive_frac_eval F r P) as [Q1 _].
    assert (Pd : power_defined (feval F r) n) by (destruct n; cbn [power_defined]; try exact I; lra).
    rewrite (is_feval _ _ _ (fpowz_is F n r _ (fdef_is F r D1) Pd)) in *. set (x := feval F r) in *.
    assert (U1 : qpower_defined x (q * inject_Z n)) by (apply qpower_defined_intro; [lra|intros _; exact Q1]).
    apply (is_eq _ _ (qpower x (rational (q * inject_Z n)))); [apply IH; assumption|].
    rewrite rational_Q_mult, rational_Z. rewrite !qpower_pos by (try exact Q1; apply power_pos, Q1).
    rewrite power_Rpower by exact Q1. rewrite Rpower_mult. f_equal. ring.
  - destruct D as [[[D1 [D2 D3]] D4] _]. assert (DF : fdef F r) by (repeat split; assumption).
    rewrite (is_feval _ _ _ (fun_atom_is Exp F r DF I)). cbn [un].
    assert (T : is (fmul (fconst q) F) r (rational q * feval F r)) by (apply fmul_is; [apply fconst_is|apply fdef_is, DF]).
    assert (K := applies_sound Exp _ G r Ha (proj1 T) I). rewrite (is_feval _ _ _ T) in K. cbn [un] in K.
    apply (is_eq _ _ _ _ K). rewrite qpower_pos by apply exp_pos. unfold Rpower. rewrite ln_exp. reflexivity.
  - set (x := feval F r) in *. assert (N := qpower_defined_nonneg _ _ U).
    assert (Neg : (n < 0)%Z -> 0 < x).
    { intro K. apply (qpower_defined_sign _ _ U). rewrite Hq. unfold Qle; simpl. lia. }
    assert (Pd : power_defined x n) by (destruct n; cbn [power_defined]; try exact I; assert (0 < x) by (apply Neg; lia); lra).
    apply (is_eq _ _ (power x n)); [apply fpowz_is; [apply fdef_is, D|exact Pd]|].
    rewrite (rational_Qeq _ _ Hq), rational_Z. destruct N as [N|N].
    + rewrite qpower_pos, power_Rpower by exact N. reflexivity.
    + rewrite <- N, qpower_0. destruct n as [|p|p]; [contradiction| |assert (0 < x) by (apply Neg; lia); lra].
      cbn [power]. apply pow_ne_zero. lia.
  - set (x := feval F r) in *. assert (N := qpower_defined_nonneg _ _ U).
    assert (Neg : (w < 0)%Z -> 0 < x).
    { intro K. apply (qpower_defined_sign _ _ U). apply Qlt_le_weak, Hs, K. }
    assert (Pd : power_defined x w) by (destruct w; cbn [power_defined]; try exact I; assert (0 < x) by (apply Neg; lia); lra).
    assert (U1 : qpower_defined x (q - inject_Z w)).
    { apply qpower_defined_intro; [exact N|]. intro K. exfalso. apply (Qlt_not_le _ _ Hw K). }
    apply (is_eq _ _ (power x w * qpower x (rational (q - inject_Z w)))).
    + apply fmul_is; [apply fpowz_is; [apply fdef_is, D|exact Pd]|apply IH; assumption].
    + rewrite rational_Q_minus, rational_Z. destruct N as [N|N].
      * rewrite !qpower_pos, power_Rpower by exact N. rewrite <- Rpower_plus. f_equal. ring.
      * rewrite <- N, !qpower_0. ring.
  - set (x := feval F r) in *. assert (N := qpower_defined_nonneg _ _ U).
    assert (Ad : adef (root_atom F k) r) by (split; [exact D|exact N]).
    apply (is_eq _ _ (qpower x (/ IZR (Zpos k)) ^ Pos.to_nat n)); [apply fpow_is, (fatom_is _ r Ad)|].
    rewrite (rational_Qeq _ _ Hq), rational_Q2R. unfold Q2R; cbn [Qnum Qden]. destruct N as [N|N].
    + rewrite !qpower_pos by exact N. rewrite <- Rpower_pow by apply exp_pos. rewrite Rpower_mult. f_equal.
      rewrite INR_IZR_INZ_pos. ring.
    + rewrite <- N, !qpower_0. apply pow_ne_zero. lia.
Qed.
