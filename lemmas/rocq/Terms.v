(** Smooth terms in one variable, their values, domains and derivatives.

    Lemma ids: derivative, part (a); Facts 1 and 2 of the index (continuity of defined terms; what analyticity is used
    for: the derivative term of a term is analytic where the term is).

    [term] is the checker's table of smooth operators as a type. [eval] gives the value as a total function of Coq's reals;
    [defined] and [analytic] are the conditions under which that value is the mathematical one. *)

From Coq Require Import Reals Lra Lia ZArith QArith Qreals Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Erf.
Open Scope R_scope.

(** ** Functions that the standard library lacks *)

Definition sigmoid (u : R) : R := / (1 + exp (- u)).
Definition softplus (u : R) : R := ln (1 + exp u).
(** Powers with a rational exponent, for nonnegative bases; 0 to a positive power is 0. *)
Definition qpower (u r : R) : R := if Rle_dec u 0 then 0 else Rpower u r.

(** A rational number as a real one, written as a quotient of integers. *)
Definition rational (q : Q) : R :=
  match Qden q with xH => IZR (Qnum q) | _ => IZR (Qnum q) / IZR (Zpos (Qden q)) end.

(** ** Terms *)

Inductive unary := Neg | Exp | Log | Sqrt | Sin | Cos | Tan | Atan | Asinh | Sinh | Cosh | Tanh
                 | Sigmoid | Softplus | Erf.
Inductive binary := Add | Sub | Mul | Div.

Inductive term :=
| X
| Rat (q : Q)
| Pi
| E1
| Un (o : unary) (u : term)
| Bin (o : binary) (u v : term)
| Pow (u : term) (n : Z)
| PowQ (u : term) (q : Q).

Definition un (o : unary) (a : R) : R :=
  match o with
  | Neg => - a | Exp => exp a | Log => ln a | Sqrt => sqrt a | Sin => sin a | Cos => cos a | Tan => tan a
  | Atan => atan a | Asinh => arcsinh a | Sinh => sinh a | Cosh => cosh a | Tanh => tanh a
  | Sigmoid => sigmoid a | Softplus => softplus a | Erf => erf a
  end.

Definition bin (o : binary) (a b : R) : R :=
  match o with Add => a + b | Sub => a - b | Mul => a * b | Div => a / b end.

Definition power (a : R) (n : Z) : R :=
  match n with Z0 => 1 | Zpos p => a ^ Pos.to_nat p | Zneg p => / a ^ Pos.to_nat p end.

Fixpoint eval (t : term) (x : R) : R :=
  match t with
  | X => x
  | Rat q => rational q
  | Pi => PI
  | E1 => exp 1
  | Un o u => un o (eval u x)
  | Bin o u v => bin o (eval u x) (eval v x)
  | Pow u n => power (eval u x) n
  | PowQ u q => qpower (eval u x) (rational q)
  end.

(** Where an operation is defined, and where it is analytic. *)
Definition un_defined (o : unary) (a : R) : Prop :=
  match o with Log => 0 < a | Sqrt => 0 <= a | Tan => cos a <> 0 | _ => True end.
Definition un_analytic (o : unary) (a : R) : Prop :=
  match o with Log | Sqrt => 0 < a | Tan => cos a <> 0 | _ => True end.
Definition bin_defined (o : binary) (b : R) : Prop := match o with Div => b <> 0 | _ => True end.
Definition power_defined (a : R) (n : Z) : Prop := match n with Zneg _ => a <> 0 | _ => True end.
Definition qpower_defined (a : R) (q : Q) : Prop := match Qnum q with Zpos _ => 0 <= a | _ => 0 < a end.

Fixpoint defined (t : term) (x : R) : Prop :=
  match t with
  | X | Rat _ | Pi | E1 => True
  | Un o u => defined u x /\ un_defined o (eval u x)
  | Bin o u v => (defined u x /\ defined v x) /\ bin_defined o (eval v x)
  | Pow u n => defined u x /\ power_defined (eval u x) n
  | PowQ u q => defined u x /\ qpower_defined (eval u x) q
  end.

Fixpoint analytic (t : term) (x : R) : Prop :=
  match t with
  | X | Rat _ | Pi | E1 => True
  | Un o u => analytic u x /\ un_analytic o (eval u x)
  | Bin o u v => (analytic u x /\ analytic v x) /\ bin_defined o (eval v x)
  | Pow u n => analytic u x /\ power_defined (eval u x) n
  | PowQ u q => analytic u x /\ 0 < eval u x
  end.

(** ** Derivatives, with the checker's simplifications *)

Definition zero := Rat 0.
Definition one := Rat 1.
Definition two := Rat 2.

Definition add (a b : term) : term :=
  match a, b with
  | Rat p, Rat q => Rat (Qred (p + q))
  | Rat p, _ => if Qeq_bool p 0 then b else Bin Add a b
  | _, Rat q => if Qeq_bool q 0 then a else Bin Add a b
  | _, _ => Bin Add a b
  end.

Definition neg (a : term) : term :=
  match a with Rat p => Rat (Qred (- p)) | Un Neg u => u | _ => Un Neg a end.

Definition mul (a b : term) : term :=
  match a, b with
  | Rat p, Rat q => Rat (Qred (p * q))
  | Rat p, _ => if Qeq_bool p 0 then zero else if Qeq_bool p 1 then b else Bin Mul a b
  | _, Rat q => if Qeq_bool q 0 then zero else if Qeq_bool q 1 then a else Bin Mul a b
  | _, _ => Bin Mul a b
  end.

Definition div (a b : term) : term :=
  match b with
  | Rat q => if Qeq_bool q 0 then Bin Div a b else mul (Rat (Qred (/ q))) a
  | _ => match a with Rat p => if Qeq_bool p 0 then zero else Bin Div a b | _ => Bin Div a b end
  end.

(** [u^n] for an integer [n]. *)
Definition pow (a : term) (n : Z) : term :=
  match n with Z0 => one | Zpos xH => a | _ => Pow a n end.

Definition slope (o : unary) (u : term) : term :=
  match o with
  | Neg => Rat (-1)
  | Exp => Un Exp u
  | Log => div one u
  | Sqrt => div one (mul two (Un Sqrt u))
  | Sin => Un Cos u
  | Cos => neg (Un Sin u)
  | Tan => add one (Pow (Un Tan u) 2)
  | Atan => div one (add one (Pow u 2))
  | Asinh => div one (Un Sqrt (add one (Pow u 2)))
  | Sinh => Un Cosh u
  | Cosh => Un Sinh u
  | Tanh => div one (Pow (Un Cosh u) 2)
  | Sigmoid => mul (Un Sigmoid u) (Un Sigmoid (neg u))
  | Softplus => Un Sigmoid u
  | Erf => mul (div two (Un Sqrt Pi)) (Un Exp (neg (Pow u 2)))
  end.

Fixpoint has_x (t : term) : bool :=
  match t with
  | X => true
  | Rat _ | Pi | E1 => false
  | Un _ u | Pow u _ | PowQ u _ => has_x u
  | Bin _ u v => has_x u || has_x v
  end.

Fixpoint deriv (t : term) : term :=
  if has_x t then
    match t with
    | X => one
    | Un Neg u => neg (deriv u)
    | Un o u => mul (slope o u) (deriv u)
    | Bin Add u v => add (deriv u) (deriv v)
    | Bin Sub u v => add (deriv u) (neg (deriv v))
    | Bin Mul u v => add (mul (deriv u) v) (mul u (deriv v))
    | Bin Div u v => add (div (deriv u) v) (neg (div (mul u (deriv v)) (Pow v 2)))
    | Pow u n => mul (mul (Rat (inject_Z n)) (pow u (n - 1))) (deriv u)
    | PowQ u q => mul (mul (Rat q) (PowQ u (Qred (q - 1)))) (deriv u)
    | _ => zero
    end
  else zero.

(** ** The simplifications keep values and do not shrink domains *)

Lemma rational_Q2R q : rational q = Q2R q.
Proof.
  unfold rational, Q2R. destruct (Qden q); try reflexivity. rewrite Rinv_1. ring.
Qed.

Lemma rational_Qred q : rational (Qred q) = rational q.
Proof. rewrite !rational_Q2R. apply Qeq_eqR, Qred_correct. Qed.

Lemma rational_eq p q : Qeq_bool p q = true -> rational p = rational q.
Proof. intro H. rewrite !rational_Q2R. apply Qeq_eqR, Qeq_bool_eq, H. Qed.

Lemma rational_0 p : Qeq_bool p 0 = true -> rational p = 0.
Proof. intro H. rewrite (rational_eq _ _ H). reflexivity. Qed.

Lemma rational_1 p : Qeq_bool p 1 = true -> rational p = 1.
Proof. intro H. rewrite (rational_eq _ _ H). reflexivity. Qed.

Lemma rational_neq_0 p : Qeq_bool p 0 = false -> rational p <> 0.
Proof.
  intros H E. rewrite rational_Q2R in E. apply Qeq_bool_neq in H. apply H.
  apply eqR_Qeq. rewrite E. unfold Q2R; simpl; ring.
Qed.

Lemma rational_plus p q : rational (Qred (p + q)) = rational p + rational q.
Proof. rewrite rational_Qred, !rational_Q2R. apply Q2R_plus. Qed.
Lemma rational_mult p q : rational (Qred (p * q)) = rational p * rational q.
Proof. rewrite rational_Qred, !rational_Q2R. apply Q2R_mult. Qed.
Lemma rational_opp p : rational (Qred (- p)) = - rational p.
Proof. rewrite rational_Qred, !rational_Q2R. apply Q2R_opp. Qed.
Lemma rational_inv p : Qeq_bool p 0 = false -> rational (Qred (/ p)) = / rational p.
Proof.
  intro H. rewrite rational_Qred, !rational_Q2R. apply Q2R_inv. apply Qeq_bool_neq, H.
Qed.
Lemma rational_Z n : rational (inject_Z n) = IZR n.
Proof. reflexivity. Qed.

Ltac by_cases :=
  repeat match goal with
  | |- context [if Qeq_bool ?p ?q then _ else _] => destruct (Qeq_bool p q) eqn:?
  | H : context [if Qeq_bool ?p ?q then _ else _] |- _ => destruct (Qeq_bool p q) eqn:?
  end.

Ltac constants :=
  repeat match goal with
  | H : Qeq_bool ?p 0 = true |- _ => apply rational_0 in H
  | H : Qeq_bool ?p 1 = true |- _ => apply rational_1 in H
  end.

Lemma add_eval a b x : eval (add a b) x = eval a x + eval b x.
Proof.
  destruct a, b; cbn [add]; by_cases; constants; cbn [eval bin]; rewrite ?rational_plus;
    try reflexivity; lra.
Qed.

Lemma neg_eval a x : eval (neg a) x = - eval a x.
Proof.
  destruct a; cbn [neg]; try reflexivity.
  - apply rational_opp.
  - destruct o; cbn [eval un]; try reflexivity. ring.
Qed.

Lemma mul_eval a b x : eval (mul a b) x = eval a x * eval b x.
Proof.
  destruct a, b; cbn [mul]; by_cases; constants;
    cbn [eval bin zero]; rewrite ?rational_mult; try reflexivity;
    match goal with H : rational ?p = _ |- _ => rewrite H end;
    try (change (rational 0) with 0); ring.
Qed.

Lemma div_eval a b x : eval (div a b) x = eval a x / eval b x.
Proof.
  assert (K : forall p v, eval (if Qeq_bool p 0 then zero else Bin Div (Rat p) v) x = rational p / eval v x).
  { intros p v. destruct (Qeq_bool p 0) eqn:H; [|reflexivity].
    cbn [eval zero]. rewrite (rational_0 _ H). change (rational 0) with 0. unfold Rdiv; ring. }
  destruct b; unfold div; try (destruct a; try reflexivity; apply K).
  destruct (Qeq_bool q 0) eqn:H; [reflexivity|].
  rewrite mul_eval. cbn [eval]. rewrite rational_inv by exact H. unfold Rdiv; ring.
Qed.

Lemma pow_eval a n x : eval (pow a n) x = power (eval a x) n.
Proof.
  destruct n as [|[p|p|]|p]; try reflexivity. cbn [pow power]. simpl. ring.
Qed.

Lemma add_analytic a b x : analytic a x -> analytic b x -> analytic (add a b) x.
Proof. intros Ha Hb. destruct a, b; cbn [add]; by_cases; cbn [analytic bin_defined]; auto. Qed.

Lemma neg_analytic a x : analytic a x -> analytic (neg a) x.
Proof. destruct a; cbn [neg]; try (intro H; exact (conj H I)); auto.
  destruct o; cbn [analytic un_analytic]; intuition auto. Qed.

Lemma mul_analytic a b x : analytic a x -> analytic b x -> analytic (mul a b) x.
Proof. intros Ha Hb. destruct a, b; cbn [mul]; by_cases; cbn [analytic bin_defined]; unfold zero; cbn [analytic]; auto. Qed.

Lemma div_analytic a b x : analytic a x -> analytic b x -> eval b x <> 0 -> analytic (div a b) x.
Proof.
  intros Ha Hb Hn.
  assert (K : analytic (Bin Div a b) x) by (cbn [analytic bin_defined]; auto).
  unfold div.
  destruct b; try (destruct a; try exact K; destruct (Qeq_bool q 0); [exact I|exact K]).
  all: try (destruct a; try exact K; destruct (Qeq_bool _ 0); [exact I|exact K]).
  destruct (Qeq_bool q 0); [exact K|]. apply mul_analytic; [exact I|assumption].
Qed.

Lemma pow_analytic a n x : analytic a x -> power_defined (eval a x) n -> analytic (pow a n) x.
Proof. destruct n as [|[p|p|]|p]; cbn [pow]; unfold one; cbn [analytic power_defined]; auto. Qed.

Lemma slope_analytic o u x :
  analytic u x -> un_analytic o (eval u x) -> analytic (slope o u) x.
Proof.
  intros Hu Ho. destruct o; cbn [slope]; cbn [un_analytic] in Ho;
    repeat first [ assumption | exact I | apply div_analytic | apply mul_analytic | apply add_analytic
                 | apply neg_analytic | apply conj ];
    cbn [analytic eval un un_analytic one two zero]; rewrite ?mul_eval, ?add_eval; cbn [eval un bin one two zero power];
    repeat split; auto; try exact I;
    change (rational 1) with 1; change (rational 2) with 2; try lra; simpl.
  all: try (generalize (Rle_0_sqr (eval u x)); unfold Rsqr; lra).
  all: try (apply Rgt_not_eq, sqrt_lt_R0).
  all: try exact PI_RGT_0.
  all: try (generalize (Rle_0_sqr (eval u x)); unfold Rsqr; lra).
  - apply Rmult_integral_contrapositive; split; [lra|]. apply Rgt_not_eq, sqrt_lt_R0, Ho.
  - assert (0 < cosh (eval u x)).
    { unfold cosh. generalize (exp_pos (eval u x)) (exp_pos (- eval u x)); lra. }
    apply Rgt_not_eq. rewrite Rmult_1_r. apply Rmult_lt_0_compat; assumption.
Qed.

(** Where a term is analytic, so is its derivative term. *)
Theorem deriv_analytic t x : analytic t x -> analytic (deriv t) x.
Proof.
  induction t as [| | | |o u IH|o u IHu v IHv|u IH n|u IH q]; cbn [deriv];
    match goal with |- context [if ?b then _ else _] => destruct b end; try (intros; exact I).
  - intros [Hu Ho]. specialize (IH Hu).
    assert (K : analytic (mul (slope o u) (deriv u)) x) by (apply mul_analytic; [apply slope_analytic|]; assumption).
    destruct o; try exact K. apply neg_analytic, IH.
  - intros [[Hu Hv] Ho]. specialize (IHu Hu). specialize (IHv Hv).
    destruct o; cbn [bin_defined] in Ho;
      repeat first [assumption | apply add_analytic | apply neg_analytic | apply mul_analytic | apply div_analytic].
    + cbn [analytic power_defined]; auto.
    + cbn [eval power]. simpl. rewrite Rmult_1_r. apply Rmult_integral_contrapositive; auto.
  - intros [Hu Ho]. specialize (IH Hu).
    apply mul_analytic; [|assumption].
    destruct n as [|p|p]; cbn [power_defined] in Ho.
    + destruct (pow u (0 - 1)); exact I.
    + apply mul_analytic; [exact I|]. apply pow_analytic; [assumption|].
      destruct (Z.pos p - 1)%Z eqn:E; try exact I. lia.
    + apply mul_analytic; [exact I|]. apply pow_analytic; [assumption|]. exact Ho.
  - intros [Hu Ho]. specialize (IH Hu).
    apply mul_analytic; [|assumption]. apply mul_analytic; [exact I|]. split; assumption.
Qed.

Lemma has_x_false t x y : has_x t = false -> eval t x = eval t y.
Proof.
  induction t; cbn [has_x eval]; intro H; try reflexivity; try discriminate;
    try (rewrite IHt; [reflexivity|assumption]).
  apply orb_false_elim in H. destruct H. rewrite IHt1, IHt2; auto.
Qed.

(** ** The derivative of each operation *)

Lemma qpower_pos u r : 0 < u -> qpower u r = Rpower u r.
Proof. intro H. unfold qpower. destruct (Rle_dec u 0); [lra|reflexivity]. Qed.

Lemma is_derive_qpower u r : 0 < u -> is_derive (fun v => qpower v r) u (r * qpower u (r - 1)).
Proof.
  intro H. rewrite qpower_pos by assumption.
  apply (is_derive_ext_loc (fun v => Rpower v r)).
  - exists (mkposreal _ H). intros v Hv. symmetry. apply qpower_pos.
    assert (K : Rabs (v - u) < u) by exact Hv. apply Rabs_def2 in K. lra.
  - apply is_derive_Reals, derivable_pt_lim_power, H.
Qed.

Lemma un_derive o u x :
  un_analytic o (eval u x) -> is_derive (un o) (eval u x) (eval (slope o u) x).
Proof.
  intro H. destruct o; cbn [slope]; cbn [un_analytic] in H;
    repeat (progress (rewrite ?div_eval, ?mul_eval, ?add_eval, ?neg_eval; cbn [eval un power one two]));
    change (rational 1) with 1; change (rational 2) with 2; change (rational (-1)) with (-1);
    set (a := eval u x) in *; unfold un.
  - auto_derive; [exact I|ring].
  - auto_derive; [exact I|ring].
  - auto_derive; [exact H|field; lra].
  - auto_derive; [exact H|]. field. apply Rgt_not_eq, sqrt_lt_R0, H.
  - auto_derive; [exact I|ring].
  - auto_derive; [exact I|ring].
  - evar_last; [apply is_derive_tan, H|]. simpl. ring.
  - evar_last; [apply is_derive_Reals, derivable_pt_lim_atan|].
    simpl. field. generalize (Rle_0_sqr a); unfold Rsqr; lra.
  - evar_last; [apply is_derive_Reals, derivable_pt_lim_arcsinh|].
    change (Pos.to_nat 2) with 2%nat. rewrite (Rplus_comm 1 (a ^ 2)). unfold Rdiv. ring.
  - apply is_derive_Reals, derivable_pt_lim_sinh.
  - apply is_derive_Reals, derivable_pt_lim_cosh.
  - assert (0 < cosh a).
    { unfold cosh. generalize (exp_pos a) (exp_pos (- a)); lra. }
    unfold tanh, sinh, cosh in *. auto_derive; [lra|].
    generalize (exp_pos a); intro. rewrite exp_Ropp in *. set (e := exp a) in *. simpl.
    assert (0 < e * e) by (apply Rmult_lt_0_compat; lra). field; repeat split; nra.
  - unfold sigmoid. generalize (exp_pos a); intro. rewrite Ropp_involutive.
    auto_derive; [generalize (exp_pos (- a)); lra|]. rewrite exp_Ropp. set (e := exp a) in *. field. lra.
  - unfold softplus, sigmoid. generalize (exp_pos a); intro.
    auto_derive; [lra|]. rewrite exp_Ropp. set (e := exp a) in *. field. lra.
  - evar_last; [apply erf_derive|]. simpl. reflexivity.
Qed.

Lemma INR_IZR_INZ_pos p : INR (Pos.to_nat p) = IZR (Z.pos p).
Proof. rewrite INR_IZR_INZ. rewrite positive_nat_Z. reflexivity. Qed.

Lemma power_derive a n :
  power_defined a n -> is_derive (fun v => power v n) a (IZR n * power a (n - 1)).
Proof.
  intro H. destruct n as [|p|p].
  - simpl. rewrite Rmult_0_l. apply @is_derive_const.
  - assert (E : power a (Z.pos p - 1) = a ^ pred (Pos.to_nat p)).
    { replace (pred (Pos.to_nat p)) with (Z.to_nat (Z.pos p - 1)) by lia.
      destruct (Z.pos p - 1)%Z eqn:Ez; try reflexivity. lia. }
    rewrite E. unfold power. evar_last.
    + apply is_derive_Reals, derivable_pt_lim_pow.
    + rewrite <- INR_IZR_INZ_pos. reflexivity.
  - cbn [power_defined] in H. replace (Z.neg p - 1)%Z with (Z.neg (p + 1)) by lia.
    unfold power. assert (K : a ^ Pos.to_nat p <> 0) by (apply pow_nonzero, H).
    evar_last.
    + apply is_derive_inv; [|exact K]. apply is_derive_Reals, derivable_pt_lim_pow.
    + change (Z.neg p) with (- Z.pos p)%Z. rewrite opp_IZR, <- INR_IZR_INZ_pos, Pos2Nat.inj_add.
      change (Pos.to_nat 1) with 1%nat. generalize (INR (Pos.to_nat p)). intro c. revert K.
      destruct (Pos.to_nat p) as [|m] eqn:Ep; [lia|]. cbn [pred]. rewrite Nat.add_1_r.
      intro K. rewrite <- !tech_pow_Rmult in *. field. split; [|exact H].
      intro Z0. apply K. rewrite Z0; ring.
Qed.

Lemma deriv_false t : has_x t = false -> deriv t = zero.
Proof. intro H. destruct t; cbn [deriv]; rewrite H; reflexivity. Qed.

(** Where a term is analytic, its derivative term is its derivative: lemma [derivative], part (a). *)
Theorem deriv_correct t x : analytic t x -> is_derive (eval t) x (eval (deriv t) x).
Proof.
  intro Ht. destruct (has_x t) eqn:Hx.
  2:{ rewrite deriv_false by assumption. apply (is_derive_ext (fun _ => eval t x)).
      - intro y. apply has_x_false, Hx.
      - change (eval zero x) with 0. apply @is_derive_const. }
  revert Ht Hx.
  assert (All : forall u, (analytic u x -> has_x u = true -> is_derive (eval u) x (eval (deriv u) x)) ->
                analytic u x -> is_derive (eval u) x (eval (deriv u) x)).
  { intros u IH Hu. destruct (has_x u) eqn:Hx; [apply IH; auto|].
    rewrite deriv_false by assumption. apply (is_derive_ext (fun _ => eval u x)).
    - intro y. apply has_x_false, Hx.
    - change (eval zero x) with 0. apply @is_derive_const. }
  induction t as [| | | |o u IH|o u IHu v IHv|u IH n|u IH q]; intros Ht Hx; try discriminate.
  - change (eval (deriv X) x) with 1. apply @is_derive_id.
  - destruct Ht as [Hu Ho]. specialize (All u IH Hu).
    assert (K : is_derive (fun y => un o (eval u y)) x (eval (mul (slope o u) (deriv u)) x)).
    { rewrite mul_eval. evar_last; [apply (is_derive_comp (un o) (eval u)); [apply un_derive, Ho|exact All]|].
      unfold scal; simpl; unfold mult; simpl. ring. }
    cbn [deriv]. rewrite Hx. destruct o; try exact K.
    rewrite neg_eval. apply (is_derive_opp (eval u)), All.
  - destruct Ht as [[Hu Hv] Ho]. pose proof (All u IHu Hu) as Du. pose proof (All v IHv Hv) as Dv.
    cbn [deriv]. rewrite Hx. destruct o; cbn [bin_defined] in Ho;
      repeat rewrite ?add_eval, ?neg_eval, ?mul_eval, ?div_eval.
    + apply (is_derive_plus (eval u) (eval v)); assumption.
    + evar_last; [apply (is_derive_minus (eval u) (eval v)); eassumption|]. reflexivity.
    + evar_last; [apply (is_derive_mult (eval u) (eval v)); [eassumption|eassumption|exact Rmult_comm]|].
      reflexivity.
    + evar_last; [apply (is_derive_div (eval u) (eval v)); [eassumption|eassumption|exact Ho]|].
      cbn [eval power]. simpl. field. exact Ho.
  - destruct Ht as [Hu Ho]. cbn [has_x] in Hx. specialize (All u IH Hu).
    cbn [deriv]. cbn [has_x]. rewrite Hx, !mul_eval, pow_eval. cbn [eval]. rewrite rational_Z.
    evar_last; [apply (is_derive_comp (fun v => power v n) (eval u)); [apply power_derive, Ho|exact All]|].
    unfold scal; simpl; unfold mult; simpl. ring.
  - destruct Ht as [Hu Ho]. cbn [has_x] in Hx. specialize (All u IH Hu).
    cbn [deriv]. cbn [has_x]. rewrite Hx, !mul_eval. cbn [eval].
    replace (rational (Qred (q - 1))) with (rational q - 1).
    + evar_last; [apply (is_derive_comp (fun v => qpower v (rational q)) (eval u));
        [apply is_derive_qpower, Ho|exact All]|].
      unfold scal; simpl; unfold mult; simpl. ring.
    + rewrite rational_Qred, !rational_Q2R. rewrite Q2R_minus. unfold Q2R at 3. simpl. field.
Qed.

(** ** Continuity (Fact 1) *)

Lemma analytic_continuous t x : analytic t x -> continuous (eval t) x.
Proof. intro H. apply (ex_derive_continuous (eval t) x). eexists. apply deriv_correct, H. Qed.

Lemma continuous_qpower_0 r : 0 < r -> continuous (fun v => qpower v r) 0.
Proof.
  intro Hr. apply filterlim_locally. intros [e He]. cbn [pos].
  assert (E : qpower 0 r = 0) by (unfold qpower; destruct (Rle_dec 0 0); [reflexivity|lra]).
  rewrite E. exists (mkposreal (Rpower e (/ r)) (exp_pos _)). intros y Hy.
  assert (Ky : Rabs (y - 0) < Rpower e (/ r)) by exact Hy.
  change (Rabs (qpower y r - 0) < e). rewrite Rminus_0_r in *.
  unfold qpower. destruct (Rle_dec y 0) as [|Hp]; [rewrite Rabs_R0; exact He|].
  apply Rnot_le_lt in Hp. rewrite Rabs_pos_eq in Ky by lra.
  rewrite Rabs_pos_eq by (left; apply exp_pos).
  replace e with (Rpower (Rpower e (/ r)) r).
  - apply Rlt_Rpower_l; lra.
  - rewrite Rpower_mult, Rinv_l, Rpower_1; lra.
Qed.

(** A defined term is continuous: outside of their domains sqrt and powers are continued by 0. *)
Theorem defined_continuous t x : defined t x -> continuous (eval t) x.
Proof.
  induction t as [| | | |o u IH|o u IHu v IHv|u IH n|u IH q]; cbn [defined].
  1,2,3,4: intros _; first [apply continuous_id | apply continuous_const].
  - intros [Hu Ho]. specialize (IH Hu). apply (continuous_comp (eval u) (un o)); [exact IH|].
    assert (K : un_analytic o (eval u x) -> continuous (un o) (eval u x)).
    { intro A. apply (ex_derive_continuous (un o) (eval u x)). eexists. apply un_derive, A. }
    destruct o; cbn [un_defined] in Ho; try (apply K; exact Ho).
    apply continuous_sqrt.
  - intros [[Hu Hv] Ho]. specialize (IHu Hu). specialize (IHv Hv).
    destruct o; cbn [bin_defined] in Ho; cbn [eval bin].
    + apply (continuous_plus (eval u) (eval v)); assumption.
    + apply (continuous_minus (eval u) (eval v)); assumption.
    + apply (continuous_mult (eval u) (eval v)); assumption.
    + unfold Rdiv. apply (continuous_mult (eval u) (fun y => / eval v y)); [assumption|].
      apply continuous_comp; [assumption|]. apply (ex_derive_continuous Rinv (eval v x)).
      auto_derive. exact Ho.
  - intros [Hu Ho]. specialize (IH Hu). cbn [eval].
    apply (continuous_comp (eval u) (fun a => power a n)); [exact IH|].
    apply (ex_derive_continuous (fun a => power a n) (eval u x)). eexists. apply power_derive, Ho.
  - intros [Hu Ho]. specialize (IH Hu). cbn [eval].
    apply (continuous_comp (eval u) (fun a => qpower a (rational q))); [exact IH|].
    assert (K : 0 < eval u x -> continuous (fun a => qpower a (rational q)) (eval u x)).
    { intro A. apply (ex_derive_continuous (fun a => qpower a (rational q)) (eval u x)).
      eexists. apply is_derive_qpower, A. }
    unfold qpower_defined in Ho. destruct (Qnum q) eqn:E; try (apply K; exact Ho).
    destruct Ho as [Ho|<-]; [apply K, Ho|]. apply continuous_qpower_0.
    rewrite rational_Q2R. unfold Q2R. rewrite E. apply Rmult_lt_0_compat; [|apply Rinv_0_lt_compat]; apply IZR_lt; reflexivity.
Qed.

(** Where a term is analytic, it is defined. *)
Lemma analytic_defined t x : analytic t x -> defined t x.
Proof.
  induction t; cbn [analytic defined]; try (intros; exact I); intuition auto.
  - destruct o; cbn in *; auto; lra.
  - unfold qpower_defined. destruct (Qnum q); lra.
Qed.
