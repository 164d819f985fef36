(** * Normal forms

    Proves the lemma [normal-form]. The computation of the checker is here a system of inference rules: each rewriting
    that it applies to a term or a fraction is a rule (see [Atoms] and [Rewritings]), in any order and number. *)

From Coq Require Import Reals Lra Lia ZArith QArith Qreals Bool List.
From Coquelicot Require Import Coquelicot.
From Invex Require Polynomials HalfAngle.
From Invex Require Import Terms Smooth Atoms Rewritings.
Open Scope R_scope.

(** ** Normal forms of terms *)

Inductive normal_form : sterm -> frac -> Prop :=
| nf_rewrite t F G : normal_form t F -> rewrites F G -> normal_form t G
| nf_var n : normal_form (SVar n) (fatom (AVar n))
| nf_rat q : normal_form (SRat q) (fconst q)
| nf_pi : normal_form SPi (fatom APi)
| nf_e G : applies Exp one G -> normal_form SE G
| nf_neg u F : normal_form u F -> normal_form (SUn Terms.Neg u) (fneg F)
| nf_un o u F G : normal_form u F -> applies o F G -> normal_form (SUn o u) G
| nf_sqrt u F G : normal_form u F -> raises (1 # 2) F G -> normal_form (SUn Sqrt u) G
| nf_add u v F G : normal_form u F -> normal_form v G -> normal_form (SBin Add u v) (fadd F G)
| nf_sub u v F G : normal_form u F -> normal_form v G -> normal_form (SBin Sub u v) (fsub F G)
| nf_mul u v F G : normal_form u F -> normal_form v G -> normal_form (SBin Mul u v) (fmul F G)
| nf_div u v F G : normal_form u F -> normal_form v G -> normal_form (SBin Div u v) (fdiv F G)
| nf_pow u n F : normal_form u F -> normal_form (SPow u n) (fpowz F n)
| nf_powq u q F G : normal_form u F -> raises q F G -> normal_form (SPowQ u q) G.

(** [normal-form], (I): where a term is defined, so are the atoms of its normal form; the denominator is not 0, and the
    fraction is the term's value. *)
Theorem normal_form_sound (t : sterm) (F : frac) (r : env) :
  normal_form t F -> sdefined t r -> fdef F r /\ seval t r = feval F r.
Proof.
  intros H D. assert (K : is F r (seval t r)); [|destruct K as [K1 K2]; split; [exact K1|symmetry; exact K2]].
  induction H as [t F G _ IH Hr|n|q| |G Ha|u F _ IH|o u F G _ IH Ha|u F G _ IH Ha|u v F G _ IH1 _ IH2|u v F G _ IH1 _ IH2
    |u v F G _ IH1 _ IH2|u v F G _ IH1 _ IH2|u n F _ IH|u q F G _ IH Ha]; cbn [seval bin] in *.
  - destruct (IH D) as [D' E']. destruct (rewrites_sound F G r Hr D') as [D'' E'']. split; [exact D''|congruence].
  - apply (fatom_is (AVar n)). exact I.
  - apply fconst_is.
  - apply (fatom_is APi). exact I.
  - assert (K := applies_sound Exp one G r Ha (proj1 (one_is r)) I). rewrite (is_feval _ _ _ (one_is r)) in K. exact K.
  - destruct D as [D _]. apply fneg_is, IH, D.
  - destruct D as [D U]. destruct (IH D) as [D' E']. rewrite <- E' in *. apply (applies_sound o F G r Ha D' U).
  - destruct D as [D U]. destruct (IH D) as [D' E']. cbn [un un_defined] in *.
    assert (Q : qpower_defined (feval F r) (1 # 2)) by (cbn; rewrite E'; exact U).
    apply (is_eq _ _ _ _ (raises_sound _ _ _ r Ha D' Q)). rewrite E'. change (rational (1 # 2)) with (1 / 2).
    destruct U as [U|U].
    + rewrite qpower_pos by exact U. replace (1 / 2) with (/ 2) by field. apply Rpower_sqrt, U.
    + rewrite <- U, qpower_0, sqrt_0. reflexivity.
  - destruct D as [[D1 D2] _]. apply fadd_is; [apply IH1, D1|apply IH2, D2].
  - destruct D as [[D1 D2] _]. apply fsub_is; [apply IH1, D1|apply IH2, D2].
  - destruct D as [[D1 D2] _]. apply fmul_is; [apply IH1, D1|apply IH2, D2].
  - destruct D as [[D1 D2] D3]. apply fdiv_is; [apply IH1, D1|apply IH2, D2|exact D3].
  - destruct D as [D U]. apply fpowz_is; [apply IH, D|exact U].
  - destruct D as [D U]. destruct (IH D) as [D' E']. rewrite <- E' in *. apply (raises_sound q F G r Ha D' U).
Qed.

(** ** What follows *)

Definition is_zero_form (F : frac) : Prop := same (fst F) (PQ 0).

Lemma zero_form_eval F r : is_zero_form F -> feval F r = 0.
Proof.
  intro H. unfold feval. rewrite (same_eval _ _ r H). cbn [peval]. change (rational 0) with 0. unfold Rdiv; ring.
Qed.

(** [normal-form], (1): a term whose normal form is 0 is 0 wherever it is defined. *)
Theorem zero_normal_form (t : sterm) (F : frac) (r : env) :
  normal_form t F -> is_zero_form F -> sdefined t r -> seval t r = 0.
Proof. intros H Z D. destruct (normal_form_sound t F r H D) as [_ ->]. apply zero_form_eval, Z. Qed.

(** [normal-form], (2): equal wherever both are defined. *)
Theorem equal_normal_forms (u v : sterm) (F : frac) (r : env) :
  normal_form (SBin Sub u v) F -> is_zero_form F -> sdefined u r -> sdefined v r -> seval u r = seval v r.
Proof.
  intros H Z Du Dv. assert (K := zero_normal_form _ F r H Z (conj (conj Du Dv) I)). cbn [seval bin] in K. lra.
Qed.

(** [normal-form], (3): a rational multiple, the zeros of v included. *)
Theorem multiple_normal_forms (u v : sterm) (q : Q) (F : frac) (r : env) :
  normal_form (SBin Sub u (SBin Mul (SRat q) v)) F -> is_zero_form F -> sdefined u r -> sdefined v r ->
  seval u r = rational q * seval v r.
Proof.
  intros H Z Du Dv. apply (equal_normal_forms u (SBin Mul (SRat q) v) F r H Z Du). repeat split; exact I || exact Dv.
Qed.

(** A polynomial in one atom with rational coefficients, the constant term first. *)
Fixpoint poly_in (a : atom) (l : list Q) : poly :=
  match l with nil => PQ 0 | q :: l' => PAdd (PQ q) (PMul (PAtom a) (poly_in a l')) end.

Lemma poly_in_eval a l r : peval (poly_in a l) r = Polynomials.peval (map rational l) (aeval a r).
Proof. induction l as [|q l IH]; cbn [poly_in peval map Polynomials.peval]; [reflexivity|rewrite IH; reflexivity]. Qed.

(** [normal-form], (4): a normal form that is a polynomial in a variable. *)
Theorem polynomial_normal_form (t : sterm) (N D : poly) (n : nat) (l : list Q) (r : env) :
  normal_form t (N, D) -> same N (poly_in (AVar n) l) -> same D (PQ 1) -> sdefined t r ->
  seval t r = Polynomials.peval (map rational l) (r n).
Proof.
  intros H E1 E2 Df. destruct (normal_form_sound t (N, D) r H Df) as [_ ->]. unfold feval; cbn [fst snd].
  rewrite (same_eval _ _ r E1), (same_eval _ _ r E2), poly_in_eval. cbn [peval aeval].
  change (rational 1) with 1. field.
Qed.

(** A polynomial in the cosine and the sine of w x. *)
Definition angle_frac (w : Q) (n : nat) : frac := fmul (fconst w) (fatom (AVar n)).
Fixpoint trigonometric_poly (w : Q) (n : nat) (m : list (Q * (nat * nat))) : poly :=
  match m with
  | nil => PQ 0
  | (c, (a, b)) :: m' =>
      PAdd (PMul (PMul (PQ c) (ppow (PAtom (fun_atom Cos (angle_frac w n))) a)) (ppow (PAtom (fun_atom Sin (angle_frac w n))) b))
        (trigonometric_poly w n m')
  end.

(** [normal-form], (4): a normal form that is a polynomial in cos wx and sin wx. *)
Theorem trigonometric_normal_form (t : sterm) (N D : poly) (n : nat) (w : Q) (m : list (Q * (nat * nat))) (r : env) :
  normal_form t (N, D) -> same N (trigonometric_poly w n m) -> same D (PQ 1) -> sdefined t r ->
  seval t r = HalfAngle.trigonometric (map (fun c => (rational (fst c), snd c)) m) (rational w) (r n).
Proof.
  intros H E1 E2 Df. destruct (normal_form_sound t (N, D) r H Df) as [_ ->]. unfold feval; cbn [fst snd].
  rewrite (same_eval _ _ r E1), (same_eval _ _ r E2). cbn [peval]. change (rational 1) with 1.
  assert (A : is (angle_frac w n) r (rational w * r n)) by (apply fmul_is; [apply fconst_is|apply (fatom_is (AVar n)); exact I]).
  apply is_feval in A. unfold feval in A.
  unfold HalfAngle.trigonometric. unfold Rdiv. rewrite Rinv_1, Rmult_1_r.
  clear H E1 E2 Df N D t. induction m as [|[c [a b]] m IH]; cbn [trigonometric_poly peval map fold_right fst snd]; [reflexivity|].
  rewrite IH, !ppow_eval. cbn [peval aeval fun_atom un]. rewrite A. reflexivity.
Qed.
