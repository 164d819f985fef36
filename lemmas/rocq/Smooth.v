(** * Smooth terms in several variables

    Like [Terms], with numbered variables (x and the parameters of a claim): values, domains, Fact 1 along each
    coordinate, and the simplified partial derivatives of the checker. *)

From Coq Require Import Reals Lra Lia ZArith QArith Qreals Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs Terms.
Open Scope R_scope.

Inductive sterm :=
| SVar (n : nat)
| SRat (q : Q)
| SPi
| SE
| SUn (o : unary) (u : sterm)
| SBin (o : binary) (u v : sterm)
| SPow (u : sterm) (n : Z)
| SPowQ (u : sterm) (q : Q).

Definition env := nat -> R.

Fixpoint seval (t : sterm) (r : env) : R :=
  match t with
  | SVar n => r n
  | SRat q => rational q
  | SPi => PI
  | SE => exp 1
  | SUn o u => un o (seval u r)
  | SBin o u v => bin o (seval u r) (seval v r)
  | SPow u n => power (seval u r) n
  | SPowQ u q => qpower (seval u r) (rational q)
  end.

Fixpoint sdefined (t : sterm) (r : env) : Prop :=
  match t with
  | SVar _ | SRat _ | SPi | SE => True
  | SUn o u => sdefined u r /\ un_defined o (seval u r)
  | SBin o u v => (sdefined u r /\ sdefined v r) /\ bin_defined o (seval v r)
  | SPow u n => sdefined u r /\ power_defined (seval u r) n
  | SPowQ u q => sdefined u r /\ qpower_defined (seval u r) q
  end.

Fixpoint sanalytic (t : sterm) (r : env) : Prop :=
  match t with
  | SVar _ | SRat _ | SPi | SE => True
  | SUn o u => sanalytic u r /\ un_analytic o (seval u r)
  | SBin o u v => (sanalytic u r /\ sanalytic v r) /\ bin_defined o (seval v r)
  | SPow u n => sanalytic u r /\ power_defined (seval u r) n
  | SPowQ u q => sanalytic u r /\ 0 < seval u r
  end.

(** The environment with one variable changed. *)
Definition upd (r : env) (i : nat) (x : R) : env := fun j => if Nat.eqb j i then x else r j.

Lemma seval_ext t r s : (forall j, r j = s j) -> seval t r = seval t s.
Proof. intro H. induction t; cbn [seval]; congruence. Qed.

Lemma sdefined_ext t r s : (forall j, r j = s j) -> sdefined t r -> sdefined t s.
Proof.
  intro H. induction t; cbn [sdefined]; auto; rewrite <- ?(seval_ext _ r s H); intuition auto.
Qed.

Lemma upd_same r i : forall j, upd r i (r i) j = r j.
Proof. intro j. unfold upd. destruct (Nat.eqb_spec j i); subst; reflexivity. Qed.

Lemma sanalytic_defined t r : sanalytic t r -> sdefined t r.
Proof.
  induction t; cbn [sanalytic sdefined]; try (intros; exact I); intuition auto.
  - destruct o; cbn in *; auto; lra.
  - unfold qpower_defined. destruct (Qnum q); lra.
Qed.

(** ** Fact 1: a defined term is continuous in each variable *)

Lemma un_defined_continuous o a : un_defined o a -> continuous (un o) a.
Proof.
  assert (K : un_analytic o a -> continuous (un o) a).
  { intro H. apply (ex_derive_continuous (un o) a). exists (eval (slope o X) a). apply (un_derive o X a H). }
  destruct o; cbn [un_defined]; intro H; try (apply K; exact H). apply continuous_sqrt.
Qed.

Lemma qpower_defined_continuous a q : qpower_defined a q -> continuous (fun v => qpower v (rational q)) a.
Proof.
  assert (K : 0 < a -> continuous (fun v => qpower v (rational q)) a).
  { intro A. apply (ex_derive_continuous (fun v => qpower v (rational q)) a). eexists. apply is_derive_qpower, A. }
  unfold qpower_defined. destruct (Qnum q) eqn:E; intro H; try (apply K; exact H).
  destruct H as [H|<-]; [apply K, H|]. apply continuous_qpower_0.
  rewrite rational_Q2R. unfold Q2R. rewrite E. apply Rmult_lt_0_compat; [|apply Rinv_0_lt_compat]; apply IZR_lt; reflexivity.
Qed.

Theorem sdefined_continuous t r i x :
  sdefined t (upd r i x) -> continuous (fun y => seval t (upd r i y)) x.
Proof.
  induction t as [n| | | |o u IH|o u IHu v IHv|u IH n|u IH q]; cbn [sdefined].
  - intros _. cbn [seval]. unfold upd. destruct (Nat.eqb n i); [apply continuous_id|apply continuous_const].
  - intros _. apply continuous_const.
  - intros _. apply continuous_const.
  - intros _. apply continuous_const.
  - intros [Hu Ho]. apply (continuous_comp (fun y => seval u (upd r i y)) (un o)); [apply IH, Hu|].
    apply un_defined_continuous, Ho.
  - intros [[Hu Hv] Ho]. specialize (IHu Hu). specialize (IHv Hv). destruct o; cbn [bin_defined] in Ho; cbn [seval bin].
    + apply (continuous_plus (fun y => seval u (upd r i y)) (fun y => seval v (upd r i y))); assumption.
    + apply (continuous_minus (fun y => seval u (upd r i y)) (fun y => seval v (upd r i y))); assumption.
    + apply (continuous_mult (fun y => seval u (upd r i y)) (fun y => seval v (upd r i y))); assumption.
    + unfold Rdiv. apply (continuous_mult (fun y => seval u (upd r i y)) (fun y => / seval v (upd r i y))); [assumption|].
      apply continuous_comp; [assumption|]. apply (ex_derive_continuous Rinv). auto_derive. exact Ho.
  - intros [Hu Ho]. apply (continuous_comp (fun y => seval u (upd r i y)) (fun a => power a n)); [apply IH, Hu|].
    apply (ex_derive_continuous (fun a => power a n)). eexists. apply power_derive, Ho.
  - intros [Hu Ho]. apply (continuous_comp (fun y => seval u (upd r i y)) (fun a => qpower a (rational q))); [apply IH, Hu|].
    apply qpower_defined_continuous, Ho.
Qed.

(** A term along one variable, as a partial function: Fact 1 for the lemmas of [Signs] and [Growth]. *)
Definition along (t : sterm) (r : env) (i : nat) : pfun :=
  PFun (fun x => sdefined t (upd r i x)) (fun x => seval t (upd r i x)).

Theorem fact1_along t r i : fact1 (along t r i).
Proof.
  intros x Hx P HP. destruct (sdefined_continuous t r i x Hx P HP) as [e He]. exists e.
  intros y Hy _. apply He, Hy.
Qed.

(** ** Partial derivatives, with the checker's simplifications *)

Definition szero := SRat 0.
Definition sone := SRat 1.
Definition stwo := SRat 2.

Definition sadd (a b : sterm) : sterm :=
  match a, b with
  | SRat p, SRat q => SRat (Qred (p + q))
  | SRat p, _ => if Qeq_bool p 0 then b else SBin Add a b
  | _, SRat q => if Qeq_bool q 0 then a else SBin Add a b
  | _, _ => SBin Add a b
  end.

Definition sneg (a : sterm) : sterm :=
  match a with SRat p => SRat (Qred (- p)) | SUn Terms.Neg u => u | _ => SUn Terms.Neg a end.

Definition smul (a b : sterm) : sterm :=
  match a, b with
  | SRat p, SRat q => SRat (Qred (p * q))
  | SRat p, _ => if Qeq_bool p 0 then szero else if Qeq_bool p 1 then b else SBin Mul a b
  | _, SRat q => if Qeq_bool q 0 then szero else if Qeq_bool q 1 then a else SBin Mul a b
  | _, _ => SBin Mul a b
  end.

Definition sdiv (a b : sterm) : sterm :=
  match b with
  | SRat q => if Qeq_bool q 0 then SBin Div a b else smul (SRat (Qred (/ q))) a
  | _ => match a with SRat p => if Qeq_bool p 0 then szero else SBin Div a b | _ => SBin Div a b end
  end.

Definition spow (a : sterm) (n : Z) : sterm := match n with Z0 => sone | Zpos xH => a | _ => SPow a n end.

Definition sslope (o : unary) (u : sterm) : sterm :=
  match o with
  | Terms.Neg => SRat (-1)
  | Exp => SUn Exp u
  | Log => sdiv sone u
  | Sqrt => sdiv sone (smul stwo (SUn Sqrt u))
  | Sin => SUn Cos u
  | Cos => sneg (SUn Sin u)
  | Tan => sadd sone (SPow (SUn Tan u) 2)
  | Atan => sdiv sone (sadd sone (SPow u 2))
  | Asinh => sdiv sone (SUn Sqrt (sadd sone (SPow u 2)))
  | Sinh => SUn Cosh u
  | Cosh => SUn Sinh u
  | Tanh => sdiv sone (SPow (SUn Cosh u) 2)
  | Sigmoid => smul (SUn Sigmoid u) (SUn Sigmoid (sneg u))
  | Softplus => SUn Sigmoid u
  | Erf => smul (sdiv stwo (SUn Sqrt SPi)) (SUn Exp (sneg (SPow u 2)))
  end.

Fixpoint has_var (i : nat) (t : sterm) : bool :=
  match t with
  | SVar n => Nat.eqb n i
  | SRat _ | SPi | SE => false
  | SUn _ u | SPow u _ | SPowQ u _ => has_var i u
  | SBin _ u v => has_var i u || has_var i v
  end.

Fixpoint sderiv (i : nat) (t : sterm) : sterm :=
  if has_var i t then
    match t with
    | SVar _ => sone
    | SUn Terms.Neg u => sneg (sderiv i u)
    | SUn o u => smul (sslope o u) (sderiv i u)
    | SBin Add u v => sadd (sderiv i u) (sderiv i v)
    | SBin Sub u v => sadd (sderiv i u) (sneg (sderiv i v))
    | SBin Mul u v => sadd (smul (sderiv i u) v) (smul u (sderiv i v))
    | SBin Div u v => sadd (sdiv (sderiv i u) v) (sneg (sdiv (smul u (sderiv i v)) (SPow v 2)))
    | SPow u n => smul (smul (SRat (inject_Z n)) (spow u (n - 1))) (sderiv i u)
    | SPowQ u q => smul (smul (SRat q) (SPowQ u (Qred (q - 1)))) (sderiv i u)
    | _ => szero
    end
  else szero.

Lemma sadd_eval a b r : seval (sadd a b) r = seval a r + seval b r.
Proof.
  destruct a, b; cbn [sadd]; by_cases; constants; cbn [seval bin]; rewrite ?rational_plus; try reflexivity; lra.
Qed.

Lemma sneg_eval a r : seval (sneg a) r = - seval a r.
Proof.
  destruct a; cbn [sneg]; try reflexivity; [apply rational_opp|]. destruct o; cbn [seval un]; try reflexivity. ring.
Qed.

Lemma smul_eval a b r : seval (smul a b) r = seval a r * seval b r.
Proof.
  destruct a, b; cbn [smul]; by_cases; constants; cbn [seval bin szero]; rewrite ?rational_mult; try reflexivity;
    repeat match goal with H : rational _ = _ |- _ => rewrite H end; try change (rational 0) with 0; ring.
Qed.

Lemma sdiv_eval a b r : seval (sdiv a b) r = seval a r / seval b r.
Proof.
  assert (K : forall p v, seval (if Qeq_bool p 0 then szero else SBin Div (SRat p) v) r = rational p / seval v r).
  { intros p v. destruct (Qeq_bool p 0) eqn:H; [|reflexivity].
    cbn [seval szero]. rewrite (rational_0 _ H). change (rational 0) with 0. unfold Rdiv; ring. }
  destruct b; unfold sdiv; try (destruct a; try reflexivity; apply K).
  destruct (Qeq_bool q 0) eqn:H; [reflexivity|].
  rewrite smul_eval. cbn [seval]. rewrite rational_inv by exact H. unfold Rdiv; ring.
Qed.

Lemma spow_eval a n r : seval (spow a n) r = power (seval a r) n.
Proof. destruct n as [|[p|p|]|p]; try reflexivity. cbn [spow power]. simpl. ring. Qed.

Lemma sslope_eval o u r : seval (sslope o u) r = eval (slope o X) (seval u r).
Proof.
  destruct o; cbn [sslope slope];
    repeat (progress (rewrite ?sdiv_eval, ?smul_eval, ?sadd_eval, ?sneg_eval, ?div_eval, ?mul_eval, ?add_eval, ?neg_eval;
                      cbn [seval eval un bin sone stwo one two])); reflexivity.
Qed.

Lemma has_var_false i t r x y : has_var i t = false -> seval t (upd r i x) = seval t (upd r i y).
Proof.
  induction t; cbn [has_var seval]; intro H; try reflexivity;
    try (rewrite IHt; [reflexivity|assumption]).
  - unfold upd. rewrite H. reflexivity.
  - apply orb_false_elim in H. destruct H. rewrite IHt1, IHt2; auto.
Qed.

(** ** What a simplified derivative's definedness says about its parts *)

Definition is_szero (a : sterm) : bool := match a with SRat p => Qeq_bool p 0 | _ => false end.

Lemma is_szero_defined a r : is_szero a = true -> sdefined a r.
Proof. destruct a; simpl; try discriminate; auto. Qed.

Lemma is_szero_eval a r : is_szero a = true -> seval a r = 0.
Proof. destruct a; simpl; try discriminate. apply rational_0. Qed.

Lemma sadd_defined a b r : sdefined (sadd a b) r -> sdefined a r /\ sdefined b r.
Proof. destruct a, b; cbn [sadd]; by_cases; cbn [sdefined bin_defined]; intuition auto. Qed.

Lemma sneg_defined a r : sdefined (sneg a) r -> sdefined a r.
Proof. destruct a; cbn [sneg]; try (cbn [sdefined]; tauto). destruct o; cbn [sdefined un_defined]; tauto. Qed.

Lemma smul_defined a b r :
  is_szero a = false -> is_szero b = false -> sdefined (smul a b) r -> sdefined a r /\ sdefined b r.
Proof.
  destruct a, b; cbn [smul is_szero]; intros H1 H2; rewrite ?H1, ?H2; by_cases; cbn [sdefined bin_defined]; intuition auto.
Qed.

Lemma sdiv_defined a b r : sdefined (sdiv a b) r -> sdefined a r.
Proof.
  destruct (is_szero a) eqn:Ea; [intros _; apply is_szero_defined, Ea|].
  unfold sdiv. destruct b as [n|q| | |o u|o u v|u n|u q].
  2:{ destruct (Qeq_bool q 0) eqn:Eq; [cbn [sdefined]; tauto|]. intro H.
      apply smul_defined in H; [apply H| |exact Ea]. cbn [is_szero].
      destruct (Qeq_bool (Qred (/ q)) 0) eqn:E; [|reflexivity].
      apply rational_0 in E. rewrite rational_inv in E by exact Eq. apply rational_neq_0 in Eq.
      exfalso. apply (Rinv_neq_0_compat _ Eq E). }
  all: destruct a; try (cbn [sdefined]; tauto).
  all: cbn [is_szero] in Ea; rewrite Ea; cbn [sdefined]; tauto.
Qed.

Lemma sslope_not_zero o u i : has_var i u = true -> is_szero (sslope o u) = false.
Proof. destruct o, u; try reflexivity; intro H; discriminate H. Qed.

Lemma sslope_analytic o u r :
  un_defined o (seval u r) -> sdefined (sslope o u) r -> un_analytic o (seval u r).
Proof.
  destruct o; cbn [un_defined un_analytic]; try tauto. intros H D.
  change (sdefined (SBin Div sone (SBin Mul stwo (SUn Sqrt u))) r) in D. destruct D as [_ D].
  cbn [bin_defined seval bin un] in D. destruct H as [H|H]; [exact H|].
  exfalso. apply D. rewrite <- H, sqrt_0. ring.
Qed.

(** ** The simplified derivative is the derivative, where both are defined *)

Lemma constant_on (g : R -> R) (a b : R) :
  (forall x, a < x < b -> is_derive g x 0) -> forall x y, a < x < b -> a < y < b -> g x = g y.
Proof.
  intros D. assert (K : forall x y, a < x < b -> a < y < b -> x < y -> g x = g y).
  { intros x y Hx Hy Hxy. destruct (MVT_cor2 g (fun _ => 0) x y Hxy) as [c [E _]].
    - intros c Hc. apply is_derive_Reals, D. lra.
    - lra. }
  intros x y Hx Hy. destruct (Rtotal_order x y) as [H|[->|H]]; [apply K; assumption|reflexivity|symmetry; apply K; assumption].
Qed.

Lemma derive_constant_on (g : R -> R) (a b x : R) :
  a < x < b -> (forall y, a < y < b -> g y = g x) -> is_derive g x 0.
Proof.
  intros Hx H. apply (is_derive_ext_loc (fun _ => g x)); [|apply @is_derive_const].
  assert (P : 0 < Rmin (x - a) (b - x)) by (apply Rmin_pos; lra).
  exists (mkposreal _ P). intros y Hy. symmetry. apply H.
  assert (K : Rabs (y - x) < Rmin (x - a) (b - x)) by exact Hy.
  assert (K1 := Rmin_l (x - a) (b - x)). assert (K2 := Rmin_r (x - a) (b - x)). apply Rabs_def2 in K. lra.
Qed.

(** Powers with an exponent above 1 are differentiable at 0 too. *)
Lemma qpower_derive_0 (q : R) : 1 < q -> is_derive (fun v => qpower v q) 0 0.
Proof.
  intro Hq. apply is_derive_Reals. intros eps He.
  exists (mkposreal (Rpower eps (/ (q - 1))) (exp_pos _)). intros h Hh0 Hh. cbn [pos] in Hh.
  rewrite Rplus_0_l. assert (E0 : qpower 0 q = 0) by (unfold qpower; destruct (Rle_dec 0 0); lra).
  rewrite E0, !Rminus_0_r. unfold qpower. destruct (Rle_dec h 0) as [H|H].
  - unfold Rdiv. rewrite Rmult_0_l, Rabs_R0. exact He.
  - apply Rnot_le_lt in H. rewrite Rabs_pos_eq in Hh by lra.
    assert (E : Rpower h q / h = Rpower h (q - 1)).
    { unfold Rminus. rewrite Rpower_plus, Rpower_Ropp, Rpower_1 by exact H. reflexivity. }
    rewrite E, Rabs_pos_eq by (left; apply exp_pos).
    replace eps with (Rpower (Rpower eps (/ (q - 1))) (q - 1)).
    + apply Rlt_Rpower_l; lra.
    + rewrite Rpower_mult, Rinv_l, Rpower_1; lra.
Qed.

Section Segment.
Variables (r : env) (i : nat) (a b : R).
Notation line t := (fun y => seval t (upd r i y)).

(** On an open segment in direction i on which a term and its simplified derivative term are defined, the latter is the
    derivative. *)
Theorem sderiv_correct (t : sterm) :
  (forall x, a < x < b -> sdefined t (upd r i x)) -> (forall x, a < x < b -> sdefined (sderiv i t) (upd r i x)) ->
  forall x, a < x < b -> is_derive (line t) x (seval (sderiv i t) (upd r i x)).
Proof.
  assert (NoVar : forall u, has_var i u = false -> forall x, is_derive (line u) x 0).
  { intros u H x. apply (is_derive_ext (fun _ => seval u (upd r i x))); [|apply @is_derive_const].
    intro y. apply has_var_false, H. }
  assert (NoVarD : forall u, has_var i u = false -> sderiv i u = szero).
  { intros u H. destruct u; cbn [sderiv]; rewrite H; reflexivity. }
  induction t as [n| | | |o u IH|o u IHu v IHv|u IH n|u IH q]; intros Dt Dd x Hx;
    match goal with |- context [sderiv i ?t] => destruct (has_var i t) eqn:Hv;
      [|rewrite (NoVarD t Hv); apply NoVar, Hv] end; try discriminate.
  - cbn [sderiv]. rewrite Hv. cbn [has_var] in Hv. apply (is_derive_ext (fun y : R => y)); [|apply @is_derive_id].
    intro y. cbn [seval]. unfold upd. rewrite Hv. reflexivity.
  - (* unary operators *)
    assert (Du : forall y, a < y < b -> sdefined u (upd r i y)) by (intros y Hy; apply (Dt y Hy)).
    assert (Do : forall y, a < y < b -> un_defined o (seval u (upd r i y))) by (intros y Hy; apply (Dt y Hy)).
    assert (Hu : has_var i u = true) by exact Hv.
    assert (Main : (forall y, a < y < b -> sdefined (smul (sslope o u) (sderiv i u)) (upd r i y)) ->
      is_derive (line (SUn o u)) x (seval (smul (sslope o u) (sderiv i u)) (upd r i x))).
    { intro Dm. rewrite smul_eval. destruct (is_szero (sderiv i u)) eqn:Z.
      - assert (C : forall y, a < y < b -> seval u (upd r i y) = seval u (upd r i x)).
        { intros y Hy. apply (constant_on (line u) a b); try assumption. intros z Hz.
          rewrite <- (is_szero_eval (sderiv i u) (upd r i z) Z). apply IH; [exact Du|intros; apply is_szero_defined, Z|exact Hz]. }
        rewrite (is_szero_eval _ _ Z), Rmult_0_r. apply (derive_constant_on _ a b x Hx).
        intros y Hy. cbn [seval]. rewrite (C y Hy). reflexivity.
      - assert (S : forall y, a < y < b -> sdefined (sslope o u) (upd r i y) /\ sdefined (sderiv i u) (upd r i y)).
        { intros y Hy. apply smul_defined; [apply (sslope_not_zero o u i Hu)|exact Z|apply Dm, Hy]. }
        assert (An := sslope_analytic o u (upd r i x) (Do x Hx) (proj1 (S x Hx))).
        rewrite sslope_eval. evar_last.
        + apply (is_derive_comp (un o) (line u)); [apply (un_derive o X (seval u (upd r i x)) An)|].
          apply IH; [exact Du|intros y Hy; apply S, Hy|exact Hx].
        + unfold scal; simpl; unfold mult; simpl. ring. }
    destruct o; try (apply Main; intros y Hy; specialize (Dd y Hy); cbn [sderiv has_var] in Dd; rewrite Hu in Dd; exact Dd)
      ; try (cbn [sderiv has_var]; rewrite Hu; apply Main; intros y Hy; specialize (Dd y Hy); cbn [sderiv has_var] in Dd;
             rewrite Hu in Dd; exact Dd).
    cbn [sderiv has_var]. rewrite Hu, sneg_eval. apply (is_derive_opp (line u)). apply IH; [exact Du| |exact Hx].
    intros y Hy. specialize (Dd y Hy). cbn [sderiv has_var] in Dd. rewrite Hu in Dd. apply sneg_defined, Dd.
  - (* the four operations *)
    assert (Du : forall y, a < y < b -> sdefined u (upd r i y)) by (intros y Hy; apply (Dt y Hy)).
    assert (Dv : forall y, a < y < b -> sdefined v (upd r i y)) by (intros y Hy; apply (Dt y Hy)).
    assert (Do : forall y, a < y < b -> bin_defined o (seval v (upd r i y))) by (intros y Hy; apply (Dt y Hy)).
    assert (E : sderiv i (SBin o u v) =
      match o with
      | Add => sadd (sderiv i u) (sderiv i v)
      | Sub => sadd (sderiv i u) (sneg (sderiv i v))
      | Mul => sadd (smul (sderiv i u) v) (smul u (sderiv i v))
      | Div => sadd (sdiv (sderiv i u) v) (sneg (sdiv (smul u (sderiv i v)) (SPow v 2)))
      end) by (cbn [sderiv]; rewrite Hv; destruct o; reflexivity).
    rewrite E in *. clear E.
    assert (Zero : forall w, is_szero w = true -> sderiv i w = szero).
    { intros w Hw. apply NoVarD. destruct w; try discriminate. reflexivity. }
    assert (Fac : forall w z, is_szero w = false -> (forall y, a < y < b -> sdefined (smul w z) (upd r i y)) ->
      forall y, a < y < b -> sdefined z (upd r i y)).
    { intros w z Hw H y Hy. destruct (is_szero z) eqn:Ez; [apply is_szero_defined, Ez|].
      apply (smul_defined w z _ Hw Ez (H y Hy)). }
    assert (Fac' : forall w z, is_szero z = false -> (forall y, a < y < b -> sdefined (smul w z) (upd r i y)) ->
      forall y, a < y < b -> sdefined w (upd r i y)).
    { intros w z Hz H y Hy. destruct (is_szero w) eqn:Ew; [apply is_szero_defined, Ew|].
      apply (smul_defined w z _ Ew Hz (H y Hy)). }
    destruct o.
    + rewrite sadd_eval. apply (is_derive_plus (line u) (line v)); [apply IHu|apply IHv]; try assumption;
        intros y Hy; apply (sadd_defined _ _ _ (Dd y Hy)).
    + rewrite sadd_eval, sneg_eval. apply (is_derive_minus (line u) (line v)); [apply IHu|apply IHv]; try assumption;
        intros y Hy; [|apply sneg_defined]; apply (sadd_defined _ _ _ (Dd y Hy)).
    + assert (D1 : forall y, a < y < b -> sdefined (smul (sderiv i u) v) (upd r i y)).
      { intros y Hy. apply (sadd_defined _ _ _ (Dd y Hy)). }
      assert (D2 : forall y, a < y < b -> sdefined (smul u (sderiv i v)) (upd r i y)).
      { intros y Hy. apply (sadd_defined _ _ _ (Dd y Hy)). }
      rewrite sadd_eval, !smul_eval.
      destruct (is_szero u) eqn:Zu.
      { rewrite (Zero u Zu), (is_szero_eval u _ Zu). change (seval szero (upd r i x)) with 0.
        rewrite !Rmult_0_l, Rplus_0_l. apply (derive_constant_on _ a b x Hx). intros y Hy. cbn [seval bin].
        rewrite !(is_szero_eval u _ Zu). ring. }
      destruct (is_szero v) eqn:Zv.
      { rewrite (Zero v Zv), (is_szero_eval v _ Zv). change (seval szero (upd r i x)) with 0.
        rewrite !Rmult_0_r, Rplus_0_l. apply (derive_constant_on _ a b x Hx). intros y Hy. cbn [seval bin].
        rewrite !(is_szero_eval v _ Zv). ring. }
      apply (is_derive_mult (line u) (line v)); [| |exact Rmult_comm].
      * apply IHu; [exact Du|apply (Fac' _ v Zv D1)|exact Hx].
      * apply IHv; [exact Dv|apply (Fac u _ Zu D2)|exact Hx].
    + assert (D1 : forall y, a < y < b -> sdefined (sderiv i u) (upd r i y)).
      { intros y Hy. apply (sdiv_defined _ v). apply (sadd_defined _ _ _ (Dd y Hy)). }
      assert (D2 : forall y, a < y < b -> sdefined (smul u (sderiv i v)) (upd r i y)).
      { intros y Hy. apply (sdiv_defined _ (SPow v 2)), sneg_defined. apply (sadd_defined _ _ _ (Dd y Hy)). }
      assert (Vx := Do x Hx). cbn [bin_defined] in Vx.
      rewrite sadd_eval, sneg_eval, !sdiv_eval, smul_eval.
      destruct (is_szero u) eqn:Zu.
      { rewrite (Zero u Zu), (is_szero_eval u _ Zu). change (seval szero (upd r i x)) with 0.
        replace (_ + _) with 0 by (unfold Rdiv; ring).
        apply (derive_constant_on _ a b x Hx). intros y Hy. cbn [seval bin].
        rewrite !(is_szero_eval u _ Zu). unfold Rdiv; ring. }
      evar_last.
      * apply (is_derive_div (line u) (line v)); [apply IHu; [exact Du|exact D1|exact Hx]|
          apply IHv; [exact Dv|apply (Fac u _ Zu D2)|exact Hx]|exact Vx].
      * cbn [seval power]. simpl. field. exact Vx.
  - (* integer powers *)
    assert (Du : forall y, a < y < b -> sdefined u (upd r i y)) by (intros y Hy; apply (Dt y Hy)).
    assert (Hu : has_var i u = true) by exact Hv.
    assert (E : sderiv i (SPow u n) = smul (smul (SRat (inject_Z n)) (spow u (n - 1))) (sderiv i u))
      by (cbn [sderiv]; rewrite Hv; reflexivity).
    rewrite E in *. clear E. rewrite !smul_eval, spow_eval. cbn [seval]. rewrite rational_Z.
    destruct (is_szero (sderiv i u)) eqn:Z.
    { assert (C : forall y, a < y < b -> seval u (upd r i y) = seval u (upd r i x)).
      { intros y Hy. apply (constant_on (line u) a b); try assumption. intros z Hz.
        rewrite <- (is_szero_eval (sderiv i u) (upd r i z) Z). apply IH; [exact Du|intros; apply is_szero_defined, Z|exact Hz]. }
      rewrite (is_szero_eval _ _ Z), Rmult_0_r. apply (derive_constant_on _ a b x Hx).
      intros y Hy. rewrite (C y Hy). reflexivity. }
    destruct (Z.eq_dec n 0) as [->|Hn].
    { rewrite Rmult_0_l, Rmult_0_l. apply (derive_constant_on _ a b x Hx). intros; reflexivity. }
    assert (NZ : is_szero (smul (SRat (inject_Z n)) (spow u (n - 1))) = false).
    { destruct (Z.eq_dec n 1) as [->|Hn1]; [reflexivity|].
      assert (Qn : Qeq_bool (inject_Z n) 0 = false).
      { destruct (Qeq_bool (inject_Z n) 0) eqn:Q; [|reflexivity]. apply Qeq_bool_eq in Q. unfold Qeq in Q; simpl in Q. lia. }
      assert (Nr : exists w, spow u (n - 1) = w /\ is_szero w = false /\ forall q, w <> SRat q).
      { exists (spow u (n - 1)). split; [reflexivity|]. destruct (n - 1)%Z as [|[p|p|]|p] eqn:En; [lia|..]; cbn [spow];
          try (split; [reflexivity|discriminate]). destruct u; try discriminate; split; try reflexivity; discriminate. }
      destruct Nr as [w [-> [W1 W2]]]. destruct w; try (exfalso; eapply W2; reflexivity); cbn [smul];
        rewrite Qn; destruct (Qeq_bool (inject_Z n) 1); reflexivity. }
    assert (Dw : forall y, a < y < b -> sdefined (sderiv i u) (upd r i y)).
    { intros y Hy. apply (smul_defined _ _ _ NZ Z (Dd y Hy)). }
    evar_last.
    + apply (is_derive_comp (fun w => power w n) (line u)); [apply power_derive, (Dt x Hx)|apply IH; assumption].
    + unfold scal; simpl; unfold mult; simpl. ring.
  - (* rational powers *)
    assert (Du : forall y, a < y < b -> sdefined u (upd r i y)) by (intros y Hy; apply (Dt y Hy)).
    assert (Dq : forall y, a < y < b -> qpower_defined (seval u (upd r i y)) q) by (intros y Hy; apply (Dt y Hy)).
    assert (E : sderiv i (SPowQ u q) = smul (smul (SRat q) (SPowQ u (Qred (q - 1)))) (sderiv i u))
      by (cbn [sderiv]; rewrite Hv; reflexivity).
    rewrite E in *. clear E. rewrite !smul_eval. cbn [seval].
    destruct (is_szero (sderiv i u)) eqn:Z.
    { assert (C : forall y, a < y < b -> seval u (upd r i y) = seval u (upd r i x)).
      { intros y Hy. apply (constant_on (line u) a b); try assumption. intros z Hz.
        rewrite <- (is_szero_eval (sderiv i u) (upd r i z) Z). apply IH; [exact Du|intros; apply is_szero_defined, Z|exact Hz]. }
      rewrite (is_szero_eval _ _ Z), Rmult_0_r. apply (derive_constant_on _ a b x Hx).
      intros y Hy. rewrite (C y Hy). reflexivity. }
    destruct (Qeq_bool q 0) eqn:Q0.
    { assert (R0 := rational_0 q Q0). rewrite R0, !Rmult_0_l. apply (derive_constant_on _ a b x Hx).
      assert (Pos : forall y, a < y < b -> 0 < seval u (upd r i y)).
      { intros y Hy. specialize (Dq y Hy). apply Qeq_bool_eq in Q0. unfold Qeq in Q0; simpl in Q0.
        unfold qpower_defined in Dq. destruct (Qnum q); try exact Dq. simpl in Q0. lia. }
      intros y Hy. rewrite !qpower_pos by (apply Pos; assumption). rewrite !Rpower_O by (apply Pos; assumption).
      reflexivity. }
    assert (NZ : is_szero (smul (SRat q) (SPowQ u (Qred (q - 1)))) = false).
    { cbn [smul]. rewrite Q0. destruct (Qeq_bool q 1); reflexivity. }
    assert (Dw : forall y, a < y < b -> sdefined (SPowQ u (Qred (q - 1))) (upd r i y) /\ sdefined (sderiv i u) (upd r i y)).
    { intros y Hy. destruct (smul_defined _ _ _ NZ Z (Dd y Hy)) as [H1 H2]. split; [|exact H2].
      apply (smul_defined (SRat q) (SPowQ u (Qred (q - 1))) _ Q0 eq_refl H1). }
    assert (Eq1 : rational (Qred (q - 1)) = rational q - 1).
    { rewrite rational_Qred, !rational_Q2R, Q2R_minus.
      replace (Q2R 1) with 1 by (unfold Q2R; simpl; field). ring. }
    assert (Dx : is_derive (line u) x (seval (sderiv i u) (upd r i x))).
    { apply IH; [exact Du|intros y Hy; apply Dw, Hy|exact Hx]. }
    assert (Outer : is_derive (fun v => qpower v (rational q)) (seval u (upd r i x))
              (rational q * qpower (seval u (upd r i x)) (rational (Qred (q - 1))))).
    { rewrite Eq1. destruct (Dw x Hx) as [[_ H] _]. unfold qpower_defined in H.
      destruct (Qnum (Qred (q - 1))) as [|p|p] eqn:En; try (apply is_derive_qpower; exact H).
      destruct H as [H|H]; [apply is_derive_qpower, H|]. rewrite <- H.
      assert (P : 0 < rational q - 1).
      { rewrite <- Eq1, rational_Q2R. unfold Q2R. rewrite En.
        apply Rmult_lt_0_compat; [|apply Rinv_0_lt_compat]; apply IZR_lt; reflexivity. }
      evar_last; [apply qpower_derive_0; lra|]. unfold qpower. destruct (Rle_dec 0 0); [ring|lra]. }
    evar_last.
    + apply (is_derive_comp (fun w => qpower w (rational q)) (line u)); [exact Outer|exact Dx].
    + unfold scal; simpl; unfold mult; simpl. ring.
Qed.
End Segment.
