(* The checker's smooth operations are operations in the sense of Pieces.v: continuous on
   their domains (Fact 1), so that the lemma continuity is about all of its subjects. *)
From Coq Require Import Reals Lra QArith.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Pieces.
From Invex Require Terms.
Open Scope R_scope.

(** Operations of one argument: exp, log, ..., erf, powers with an integer or a fractional
    exponent. *)
Lemma un_continuous (o : Terms.unary) (a : R) :
  Terms.un_defined o a ->
  filterlim (Terms.un o) (within (Terms.un_defined o) (locally a)) (locally (Terms.un o a)).
Proof.
  intro H. apply (continuous_within _ (Terms.un o)).
  apply (Terms.defined_continuous (Terms.Un o Terms.X) a). split; [exact I|exact H].
Qed.

Definition unary (o : Terms.unary) : operation1 :=
  Operation1 (Terms.un_defined o) (Terms.un o) (un_continuous o).

Lemma power_continuous (n : Z) (a : R) :
  Terms.power_defined a n ->
  filterlim (fun v => Terms.power v n)
    (within (fun v => Terms.power_defined v n) (locally a)) (locally (Terms.power a n)).
Proof.
  intro H. apply (continuous_within _ (fun v => Terms.power v n)).
  apply (Terms.defined_continuous (Terms.Pow Terms.X n) a). split; [exact I|exact H].
Qed.

Definition integer_power (n : Z) : operation1 :=
  Operation1 (fun a => Terms.power_defined a n) (fun a => Terms.power a n) (power_continuous n).

Lemma qpower_continuous (q : Q) (a : R) :
  Terms.qpower_defined a q ->
  filterlim (fun v => Terms.qpower v (Terms.rational q))
    (within (fun v => Terms.qpower_defined v q) (locally a))
    (locally (Terms.qpower a (Terms.rational q))).
Proof.
  intro H. apply (continuous_within _ (fun v => Terms.qpower v (Terms.rational q))).
  apply (Terms.defined_continuous (Terms.PowQ Terms.X q) a). split; [exact I|exact H].
Qed.

Definition fractional_power (q : Q) : operation1 :=
  Operation1 (fun a => Terms.qpower_defined a q) (fun a => Terms.qpower a (Terms.rational q))
    (qpower_continuous q).

(** Operations of two arguments: the four operations. *)
Lemma bin_continuous (o : Terms.binary) (a b : R) :
  Terms.bin_defined o b ->
  filterlim (fun p => Terms.bin o (fst p) (snd p))
    (within (fun p => Terms.bin_defined o (snd p)) (filter_prod (locally a) (locally b)))
    (locally (Terms.bin o a b)).
Proof.
  intro H.
  assert (F1 : filterlim fst (filter_prod (locally a) (locally b)) (locally a)) by apply filterlim_fst.
  assert (F2 : filterlim snd (filter_prod (locally a) (locally b)) (locally b)) by apply filterlim_snd.
  assert (L : filterlim (fun p => Terms.bin o (fst p) (snd p))
                (filter_prod (locally a) (locally b)) (locally (Terms.bin o a b))).
  { destruct o; simpl in H.
    - eapply filterlim_comp_2; [exact F1|exact F2|apply (filterlim_plus a b)].
    - eapply (filterlim_comp_2 fst (fun p => - snd p) Rplus); [exact F1| |].
      + apply (filterlim_comp _ _ _ snd Ropp _ _ _ F2), (filterlim_opp b).
      + apply (filterlim_plus a (- b)).
    - eapply filterlim_comp_2; [exact F1|exact F2|apply (filterlim_mult a b)].
    - eapply (filterlim_comp_2 fst (fun p => / snd p) Rmult); [exact F1| |].
      + apply (filterlim_comp _ _ _ snd Rinv _ _ _ F2).
        apply (filterlim_Rbar_inv b). intro E. injection E as E. contradiction.
      + apply (filterlim_mult a (/ b)). }
  intros P HP. destruct (L P HP) as [Q1 Q2 H1 H2 K].
  apply (Filter_prod _ _ _ Q1 Q2 H1 H2). intros x y Hx Hy _. exact (K x y Hx Hy).
Qed.

Definition binary (o : Terms.binary) : operation2 :=
  Operation2 (fun p => Terms.bin_defined o (snd p)) (fun p => Terms.bin o (fst p) (snd p))
    (bin_continuous o).

(** The checker's smooth terms as terms of Pieces.v, with the same values and domains. *)
Fixpoint embed (t : Terms.term) : smooth :=
  match t with
  | Terms.X => SX
  | Terms.Rat q => SConst (Terms.rational q)
  | Terms.Pi => SConst PI
  | Terms.E1 => SConst (exp 1)
  | Terms.Un o u => SOp1 (unary o) (embed u)
  | Terms.Bin o u v => SOp2 (binary o) (embed u) (embed v)
  | Terms.Pow u n => SOp1 (integer_power n) (embed u)
  | Terms.PowQ u q => SOp1 (fractional_power q) (embed u)
  end.

Theorem embed_value (t : Terms.term) (x : R) : value (embed t) x = Terms.eval t x.
Proof.
  induction t; simpl; try reflexivity;
    rewrite ?IHt, ?IHt1, ?IHt2; reflexivity.
Qed.

Theorem embed_defined (t : Terms.term) (x : R) : defined (embed t) x <-> Terms.defined t x.
Proof.
  induction t; simpl; rewrite ?embed_value; tauto.
Qed.
