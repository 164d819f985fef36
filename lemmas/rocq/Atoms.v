(** * Fractions of polynomials in atoms

    The language of the lemma [normal-form]: atoms, polynomials over the rationals in them, fractions, and the
    rewritings of fractions. The rules for the operators are in [Rewritings], the lemma in [NormalForm]. *)

From Coq Require Import Reals Lra Lia ZArith QArith Qreals Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Terms Smooth.
Open Scope R_scope.

(** An atom stands for a function of the variables; it is named by what it is a function of. *)
Inductive poly :=
| PQ (q : Q)
| PAtom (a : atom)
| PAdd (p q : poly)
| PMul (p q : poly)
with atom :=
| AVar (n : nat)
| APi
| AFun (o : unary) (num den : poly)
| ARoot (num den : poly) (k : BinNums.positive).

Fixpoint peval (p : poly) (r : env) : R :=
  match p with
  | PQ q => rational q
  | PAtom a => aeval a r
  | PAdd p q => peval p r + peval q r
  | PMul p q => peval p r * peval q r
  end
with aeval (a : atom) (r : env) : R :=
  match a with
  | AVar n => r n
  | APi => PI
  | AFun o n d => un o (peval n r / peval d r)
  | ARoot n d k => qpower (peval n r / peval d r) (/ IZR (Zpos k))
  end.

(** Where the atoms are defined. *)
Fixpoint pdef (p : poly) (r : env) : Prop :=
  match p with
  | PQ _ => True
  | PAtom a => adef a r
  | PAdd p q => pdef p r /\ pdef q r
  | PMul p q => pdef p r /\ pdef q r
  end
with adef (a : atom) (r : env) : Prop :=
  match a with
  | AVar _ | APi => True
  | AFun o n d => (pdef n r /\ pdef d r /\ peval d r <> 0) /\ un_defined o (peval n r / peval d r)
  | ARoot n d _ => (pdef n r /\ pdef d r /\ peval d r <> 0) /\ 0 <= peval n r / peval d r
  end.

(** Equality of polynomials: the atoms are indeterminates. *)
Fixpoint pval (v : atom -> R) (p : poly) : R :=
  match p with
  | PQ q => rational q
  | PAtom a => v a
  | PAdd p q => pval v p + pval v q
  | PMul p q => pval v p * pval v q
  end.
Definition same (p q : poly) : Prop := forall v, pval v p = pval v q.

Fixpoint occurs (a : atom) (p : poly) : Prop :=
  match p with
  | PQ _ => False
  | PAtom b => a = b
  | PAdd p q => occurs a p \/ occurs a q
  | PMul p q => occurs a p \/ occurs a q
  end.

Lemma peval_pval p r : peval p r = pval (fun a => aeval a r) p.
Proof. induction p; cbn [peval pval]; congruence. Qed.

Lemma same_eval p q r : same p q -> peval p r = peval q r.
Proof. intro H. rewrite !peval_pval. apply H. Qed.

Lemma pdef_occurs p r : pdef p r <-> forall a, occurs a p -> adef a r.
Proof.
  induction p as [q|a|p IHp q IHq|p IHp q IHq]; cbn [pdef occurs].
  - split; [intros _ a []|intros; exact I].
  - split; [intros H b ->; exact H|intro H; apply H, eq_refl].
  - rewrite IHp, IHq. split; [intros [H1 H2] a [K|K]; auto|intro H; split; intros; apply H; auto].
  - rewrite IHp, IHq. split; [intros [H1 H2] a [K|K]; auto|intro H; split; intros; apply H; auto].
Qed.

Fixpoint ppow (p : poly) (n : nat) : poly := match n with O => PQ 1 | S n' => PMul p (ppow p n') end.

Lemma ppow_eval p n r : peval (ppow p n) r = peval p r ^ n.
Proof. induction n as [|n IH]; cbn [ppow peval pow]; [reflexivity|rewrite IH; reflexivity]. Qed.

Lemma ppow_def p n r : pdef p r -> pdef (ppow p n) r.
Proof. intro H. induction n; cbn [ppow pdef]; auto. Qed.

(** ** Fractions *)

Definition frac := (poly * poly)%type.

Definition feval (F : frac) (r : env) : R := peval (fst F) r / peval (snd F) r.
Definition fdef (F : frac) (r : env) : Prop := pdef (fst F) r /\ pdef (snd F) r /\ peval (snd F) r <> 0.

Definition fconst (q : Q) : frac := (PQ q, PQ 1).
Definition fatom (a : atom) : frac := (PAtom a, PQ 1).
Definition fun_atom (o : unary) (F : frac) : atom := AFun o (fst F) (snd F).
Definition root_atom (F : frac) (k : BinNums.positive) : atom := ARoot (fst F) (snd F) k.
Definition fadd (F G : frac) : frac := (PAdd (PMul (fst F) (snd G)) (PMul (fst G) (snd F)), PMul (snd F) (snd G)).
Definition fmul (F G : frac) : frac := (PMul (fst F) (fst G), PMul (snd F) (snd G)).
Definition fneg (F : frac) : frac := (PMul (PQ (-1)) (fst F), snd F).
Definition fsub (F G : frac) : frac := fadd F (fneg G).
Definition finv (F : frac) : frac := (snd F, fst F).
Definition fdiv (F G : frac) : frac := fmul F (finv G).
Definition fpow (F : frac) (n : nat) : frac := (ppow (fst F) n, ppow (snd F) n).
Definition fpowz (F : frac) (n : Z) : frac :=
  match n with Z0 => fconst 1 | Zpos p => fpow F (Pos.to_nat p) | Zneg p => finv (fpow F (Pos.to_nat p)) end.

(** A fraction is defined with a value. *)
Definition is (F : frac) (r : env) (x : R) : Prop := fdef F r /\ feval F r = x.

Lemma rational_one : rational 1 = 1.
Proof. reflexivity. Qed.
Lemma rational_mone : rational (-1) = -1.
Proof. reflexivity. Qed.

Lemma fconst_is q r : is (fconst q) r (rational q).
Proof.
  unfold is, fdef, feval; cbn [fconst fst snd pdef peval]. rewrite rational_one. repeat split; lra.
Qed.

Lemma fatom_is a r : adef a r -> is (fatom a) r (aeval a r).
Proof.
  intro H. unfold is, fdef, feval; cbn [fatom fst snd pdef peval]. rewrite rational_one. repeat split; try assumption; lra.
Qed.

Lemma fun_atom_is o F r : fdef F r -> un_defined o (feval F r) -> is (fatom (fun_atom o F)) r (un o (feval F r)).
Proof. intros H K. apply (fatom_is (fun_atom o F)). split; assumption. Qed.

Lemma fadd_is F G r x y : is F r x -> is G r y -> is (fadd F G) r (x + y).
Proof.
  intros [[A1 [A2 A3]] E1] [[B1 [B2 B3]] E2]. unfold is, fdef, feval in *; cbn [fadd fst snd pdef peval].
  split; [repeat split; try assumption; apply Rmult_integral_contrapositive; split; assumption|].
  rewrite <- E1, <- E2. field. split; assumption.
Qed.

Lemma fmul_is F G r x y : is F r x -> is G r y -> is (fmul F G) r (x * y).
Proof.
  intros [[A1 [A2 A3]] E1] [[B1 [B2 B3]] E2]. unfold is, fdef, feval in *; cbn [fmul fst snd pdef peval].
  split; [repeat split; try assumption; apply Rmult_integral_contrapositive; split; assumption|].
  rewrite <- E1, <- E2. field. split; assumption.
Qed.

Lemma fneg_is F r x : is F r x -> is (fneg F) r (- x).
Proof.
  intros [[A1 [A2 A3]] E1]. unfold is, fdef, feval in *; cbn [fneg fst snd pdef peval]. rewrite rational_mone.
  split; [repeat split; assumption|]. rewrite <- E1. field. exact A3.
Qed.

Lemma fsub_is F G r x y : is F r x -> is G r y -> is (fsub F G) r (x - y).
Proof. intros H1 H2. apply fadd_is; [exact H1|apply fneg_is, H2]. Qed.

Lemma finv_is F r x : is F r x -> x <> 0 -> is (finv F) r (/ x).
Proof.
  intros [[A1 [A2 A3]] E1] Hx. unfold is, fdef, feval in *; cbn [finv fst snd].
  assert (N : peval (fst F) r <> 0) by (intro K; apply Hx; rewrite <- E1, K; unfold Rdiv; ring).
  split; [repeat split; assumption|]. rewrite <- E1. field. split; assumption.
Qed.

Lemma fdiv_is F G r x y : is F r x -> is G r y -> y <> 0 -> is (fdiv F G) r (x / y).
Proof. intros H1 H2 Hy. apply fmul_is; [exact H1|apply finv_is; assumption]. Qed.

Lemma fpow_is F n r x : is F r x -> is (fpow F n) r (x ^ n).
Proof.
  intros [[A1 [A2 A3]] E1]. unfold is, fdef, feval in *; cbn [fpow fst snd]. rewrite !ppow_eval.
  split; [repeat split; try (apply ppow_def; assumption); apply pow_nonzero, A3|].
  rewrite <- E1. unfold Rdiv. rewrite Rpow_mult_distr, pow_inv. reflexivity.
Qed.

Lemma fpowz_is F n r x : is F r x -> power_defined x n -> is (fpowz F n) r (power x n).
Proof.
  intros H D. destruct n as [|p|p]; cbn [fpowz power].
  - apply (fconst_is 1).
  - apply fpow_is, H.
  - apply finv_is; [apply fpow_is, H|]. apply pow_nonzero, D.
Qed.

(** A sum, product or opposite is defined only where its parts are. *)
Lemma fadd_def F G r : fdef (fadd F G) r -> fdef F r /\ fdef G r.
Proof.
  unfold fdef; cbn [fadd fst snd pdef peval]. intros [[[H1 H2] [H3 H4]] [_ H5]].
  repeat split; try assumption; intro K; apply H5; rewrite K; ring.
Qed.

Lemma fmul_def F G r : fdef (fmul F G) r -> fdef F r /\ fdef G r.
Proof.
  unfold fdef; cbn [fmul fst snd pdef peval]. intros [[H1 H2] [[H3 H4] H5]].
  repeat split; try assumption; intro K; apply H5; rewrite K; ring.
Qed.

Lemma fneg_def F r : fdef (fneg F) r -> fdef F r.
Proof. unfold fdef; cbn [fneg fst snd pdef]. tauto. Qed.

Lemma is_feval F r x : is F r x -> feval F r = x.
Proof. intros [_ H]. exact H. Qed.
Lemma fdef_is F r : fdef F r -> is F r (feval F r).
Proof. intro H. split; [exact H|reflexivity]. Qed.

(** ** Rewritings of fractions *)

Definition atoms_among (a : atom) (F : frac) : Prop := occurs a (fst F) \/ occurs a (snd F).

(** The relations of the algebraic atoms: a polynomial that is 0 where its atoms are defined, a factor that is not. *)
Inductive algebraic : atom -> poly -> poly -> Prop :=
| algebraic_root F k : algebraic (root_atom F k)
    (PAdd (PMul (snd F) (ppow (PAtom (root_atom F k)) (Pos.to_nat k))) (PMul (PQ (-1)) (fst F))) (snd F)
| algebraic_sine F : algebraic (fun_atom Sin F)
    (PAdd (PAdd (ppow (PAtom (fun_atom Sin F)) 2) (ppow (PAtom (fun_atom Cos F)) 2)) (PQ (-1))) (PQ 1).

(** One fraction may stand for another. *)
Inductive rewrites : frac -> frac -> Prop :=
| rewrites_trans F G H : rewrites F G -> rewrites G H -> rewrites F H
(** Identities of fractions: cancelling, scaling, another spelling. *)
| rewrites_identity N D N' D' h :
    same D (PMul D' h) -> same (PMul N D') (PMul N' D) ->
    (forall a, atoms_among a (N', D') -> atoms_among a (N, D)) -> rewrites (N, D) (N', D')
(** Reducing the numerator, or the denominator, by the relation of an atom: multiples of the relation are 0. *)
| rewrites_numerator N D N' a rel c k h :
    algebraic a rel c -> atoms_among a (N, D) ->
    same (PMul (ppow c k) N) (PAdd N' (PMul rel h)) ->
    (forall b, occurs b N' -> atoms_among b (N, D) \/ occurs b rel) -> rewrites (N, D) (N', PMul (ppow c k) D)
| rewrites_denominator N D D' a rel c k h :
    algebraic a rel c -> atoms_among a (N, D) ->
    same (PMul (ppow c k) D) (PAdd D' (PMul rel h)) ->
    (forall b, occurs b D' -> atoms_among b (N, D) \/ occurs b rel) -> rewrites (N, D) (PMul (ppow c k) N, D')
(** Clearing roots: an atom that divides the denominator is not 0. *)
| rewrites_clear N D D' a m :
    same D (PMul (PAtom a) D') -> atoms_among a (N, D) ->
    rewrites (N, D) (PMul (ppow (PAtom a) m) N, PMul (ppow (PAtom a) m) D).

Lemma atoms_among_def F r a : fdef F r -> atoms_among a F -> adef a r.
Proof.
  intros [H1 [H2 _]] [K|K]; [apply (proj1 (pdef_occurs _ r) H1 a K)|apply (proj1 (pdef_occurs _ r) H2 a K)].
Qed.

Lemma root_power (x : R) (k : BinNums.positive) : 0 <= x -> qpower x (/ IZR (Zpos k)) ^ Pos.to_nat k = x.
Proof.
  intros [H|<-].
  - rewrite qpower_pos by exact H. rewrite <- Rpower_pow by apply exp_pos. rewrite Rpower_mult.
    rewrite INR_IZR_INZ_pos, Rinv_l by (apply Rgt_not_eq, IZR_lt; reflexivity). apply Rpower_1, H.
  - unfold qpower. destruct (Rle_dec 0 0); [|lra]. apply pow_ne_zero. lia.
Qed.

Lemma algebraic_zero a rel c r :
  algebraic a rel c -> adef a r -> peval rel r = 0 /\ peval c r <> 0 /\ pdef c r /\ pdef rel r.
Proof.
  intros [F k|F] D.
  - destruct D as [[D1 [D2 D3]] D4].
    cbn [peval pdef]. rewrite ppow_eval. cbn [peval aeval root_atom]. rewrite root_power by exact D4. rewrite rational_mone.
    split; [field; exact D3|]. split; [exact D3|]. split; [exact D2|]. repeat split; try assumption.
    apply ppow_def. cbn [pdef]. split; [repeat split; assumption|exact D4].
  - destruct D as [D1 _].
    assert (Ds : pdef (ppow (PAtom (fun_atom Sin F)) 2) r) by (apply ppow_def; exact (conj D1 I)).
    assert (Dc : pdef (ppow (PAtom (fun_atom Cos F)) 2) r) by (apply ppow_def; exact (conj D1 I)).
    split; [|split; [cbn [peval]; rewrite rational_one; lra|split; [exact I|exact (conj (conj Ds Dc) I)]]].
    cbn [peval]. rewrite !ppow_eval. cbn [peval aeval fun_atom un].
    rewrite rational_mone.
    assert (S := sin2_cos2 (peval (fst F) r / peval (snd F) r)). unfold Rsqr in S.
    simpl. lra.
Qed.

Theorem rewrites_sound F G r : rewrites F G -> fdef F r -> is G r (feval F r).
Proof.
  intro H. induction H as [F G H _ IH1 _ IH2|N D N' D' h E1 E2 At|N D N' a rel c k h Al Aa E At|N D D' a rel c k h Al Aa E At
    |N D D' a m E Aa]; intro Df.
  - destruct (IH1 Df) as [D1 E1]. destruct (IH2 D1) as [D2 E2]. split; [exact D2|congruence].
  - assert (Da := fun b => atoms_among_def (N, D) r b Df).
    destruct Df as [D1 [D2 D3]]. cbn [fst snd] in *.
    apply (same_eval _ _ r) in E1. apply (same_eval _ _ r) in E2. cbn [peval] in E1, E2.
    assert (N1 : peval D' r <> 0) by (intro K; apply D3; rewrite E1, K; ring).
    split.
    + repeat split; cbn [fst snd]; [| |exact N1]; apply pdef_occurs; intros b Hb; apply Da, At; [left|right]; exact Hb.
    + unfold feval; cbn [fst snd].
      apply (Rmult_eq_reg_r (peval D r * peval D' r)); [|apply Rmult_integral_contrapositive; split; assumption].
      transitivity (peval N' r * peval D r); [field; exact N1|]. rewrite <- E2. field. exact D3.
  - assert (Da := fun b => atoms_among_def (N, D) r b Df).
    destruct (algebraic_zero a rel c r Al (Da a Aa)) as [Z [C [Dc Dr]]].
    destruct Df as [D1 [D2 D3]]. cbn [fst snd] in *.
    apply (same_eval _ _ r) in E. cbn [peval] in E. rewrite ppow_eval, Z, Rmult_0_l, Rplus_0_r in E.
    assert (Ck : peval c r ^ k <> 0) by apply pow_nonzero, C.
    unfold is, fdef, feval; cbn [fst snd pdef peval]. rewrite ppow_eval. split.
    + repeat split; [|apply ppow_def, Dc|exact D2|apply Rmult_integral_contrapositive; split; assumption].
      apply pdef_occurs. intros b Hb. destruct (At b Hb) as [K|K]; [apply Da, K|apply (proj1 (pdef_occurs _ r) Dr b K)].
    + rewrite <- E. field. split; assumption.
  - assert (Da := fun b => atoms_among_def (N, D) r b Df).
    destruct (algebraic_zero a rel c r Al (Da a Aa)) as [Z [C [Dc Dr]]].
    destruct Df as [D1 [D2 D3]]. cbn [fst snd] in *.
    apply (same_eval _ _ r) in E. cbn [peval] in E. rewrite ppow_eval, Z, Rmult_0_l, Rplus_0_r in E.
    assert (Ck : peval c r ^ k <> 0) by apply pow_nonzero, C.
    unfold is, fdef, feval; cbn [fst snd pdef peval]. rewrite ppow_eval, <- E. split.
    + repeat split; [apply ppow_def, Dc|exact D1| |apply Rmult_integral_contrapositive; split; assumption].
      apply pdef_occurs. intros b Hb. destruct (At b Hb) as [K|K]; [apply Da, K|apply (proj1 (pdef_occurs _ r) Dr b K)].
    + field. split; assumption.
  - assert (Dat := atoms_among_def (N, D) r a Df Aa). destruct Df as [D1 [D2 D3]]. cbn [fst snd] in *.
    apply (same_eval _ _ r) in E. cbn [peval] in E.
    assert (Na : aeval a r <> 0) by (intro K; apply D3; rewrite E, K; ring).
    assert (Nm : aeval a r ^ m <> 0) by apply pow_nonzero, Na.
    unfold is, fdef, feval; cbn [fst snd pdef peval]. rewrite !ppow_eval. cbn [peval]. split.
    + repeat split; try assumption; try (apply ppow_def; exact Dat).
      apply Rmult_integral_contrapositive; split; assumption.
    + field. split; assumption.
Qed.
