(** * Comparisons as sign goals

    The differences of the tables in [mills] and [elementary] as the terms that the checker builds, and the difference of
    [decay]: where the argument is defined and has its sign, the difference is defined and has its own. This is the
    hypothesis on the difference in the rule [by_comparison] of [SignTrees]. *)

From Coq Require Import Reals Lra Lia ZArith QArith Bool List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs Growth Comparisons Terms Smooth SignTrees.
Import ListNotations.
Open Scope R_scope.

(** ** Definedness of simplified terms *)

Lemma sadd_is_defined a b r : sdefined a r -> sdefined b r -> sdefined (sadd a b) r.
Proof. intros Ha Hb. destruct a, b; cbn [sadd]; by_cases; cbn [sdefined bin_defined]; auto. Qed.

Lemma sneg_is_defined a r : sdefined a r -> sdefined (sneg a) r.
Proof.
  destruct a; cbn [sneg]; try (intro H; exact (conj H I)); auto. destruct o; cbn [sdefined un_defined]; intuition auto.
Qed.

Lemma smul_is_defined a b r : sdefined a r -> sdefined b r -> sdefined (smul a b) r.
Proof. intros Ha Hb. destruct a, b; cbn [smul]; by_cases; cbn [sdefined bin_defined szero]; auto. Qed.

Lemma sdiv_is_defined a b r : sdefined a r -> sdefined b r -> seval b r <> 0 -> sdefined (sdiv a b) r.
Proof.
  intros Ha Hb Hn. assert (K : sdefined (SBin Div a b) r) by (cbn [sdefined bin_defined]; auto).
  unfold sdiv. destruct b as [n|q| | |o u|o u v|u n|u q].
  2:{ destruct (Qeq_bool q 0) eqn:E; [exact K|]. apply smul_is_defined; [exact I|exact Ha]. }
  all: destruct a; try exact K; match goal with |- context [Qeq_bool ?z 0] => destruct (Qeq_bool z 0) end; [exact I|exact K].
Qed.

Lemma spow_is_defined a n r : (0 <= n)%Z -> sdefined a r -> sdefined (spow a n) r.
Proof. destruct n as [|[p|p|]|p]; cbn [spow]; unfold sone; cbn [sdefined power_defined]; auto; lia. Qed.

(** ** The differences *)

Definition gauss_term (u : sterm) : sterm := sdiv (SUn Exp (sneg (SPow u 2))) (SUn Sqrt SPi).
Definition erfc_term (u : sterm) : sterm := SBin Sub sone (SUn Terms.Erf u).
(** Degrees and coefficients. *)
Definition polynomial_term (u : sterm) (l : list (Z * Q)) : sterm :=
  fold_left (fun total p => sadd total (smul (SRat (snd p)) (spow u (fst p)))) l szero.
Definition mills_term (num den : list (Z * Q)) (upper : bool) (u : sterm) : sterm :=
  let bound := smul (sdiv (polynomial_term u num) (polynomial_term u den)) (gauss_term u) in
  if upper then SBin Sub bound (erfc_term u) else SBin Sub (erfc_term u) bound.

(** A row: whether the argument has to be positive, the relation, the difference. *)
Record comparison := Comparison { condition : bool; conclusion : relation; difference : sterm -> sterm }.

Definition comparisons : list comparison :=
  [ Comparison true Pos (mills_term [(0%Z, 1%Q)] [(1%Z, 1%Q)] true);
    Comparison true Pos (mills_term [(0%Z, 2%Q); (2%Z, 2%Q)] [(1%Z, 3%Q); (3%Z, 2%Q)] true);
    Comparison true Pos (mills_term [(1%Z, 2%Q)] [(0%Z, 1%Q); (2%Z, 2%Q)] false);
    Comparison true Pos (mills_term [(1%Z, 10%Q); (3%Z, 4%Q)] [(0%Z, 3%Q); (2%Z, 12%Q); (4%Z, 4%Q)] false);
    Comparison false NonNeg (fun u => SBin Sub (SUn Exp u) (sadd sone u));
    Comparison true Pos (fun u => SBin Sub u (SUn Log (sadd sone u)));
    Comparison true Pos (fun u => SBin Sub (SUn Log (sadd sone u)) (SBin Sub u (sdiv (SPow u 2) stwo)));
    Comparison true Pos (fun u => SBin Sub u (SUn Tanh u));
    Comparison true Pos (fun u => SBin Sub u (SUn Sin u));
    Comparison true Pos (fun u => SBin Sub (sdiv (smul stwo u) (SUn Sqrt SPi)) (SUn Terms.Erf u)) ].

Lemma gauss_term_eval u r : seval (gauss_term u) r = G (seval u r).
Proof.
  unfold gauss_term, G. rewrite sdiv_eval. cbn [seval un]. rewrite sneg_eval. cbn [seval power]. reflexivity.
Qed.

Lemma gauss_term_defined u r : sdefined u r -> sdefined (gauss_term u) r.
Proof.
  intro H. apply sdiv_is_defined.
  - split; [apply sneg_is_defined; split; [exact H|exact I]|exact I].
  - split; [exact I|]. cbn [un_defined seval]. generalize PI_RGT_0; lra.
  - cbn [seval un]. apply Rgt_not_eq, Erf.sqrt_PI_pos.
Qed.

Lemma erfc_term_eval u r : seval (erfc_term u) r = erfc (seval u r).
Proof. unfold erfc_term, erfc. cbn [seval bin un sone]. reflexivity. Qed.

Lemma polynomial_term_eval u l r :
  seval (polynomial_term u l) r = fold_left (fun s p => s + rational (snd p) * power (seval u r) (fst p)) l 0.
Proof.
  assert (K : forall t, seval (fold_left (fun total p => sadd total (smul (SRat (snd p)) (spow u (fst p)))) l t) r =
                        fold_left (fun s p => s + rational (snd p) * power (seval u r) (fst p)) l (seval t r)).
  { induction l as [|p l IH]; intro t; cbn [fold_left]; [reflexivity|].
    rewrite IH. rewrite sadd_eval, smul_eval, spow_eval. reflexivity. }
  apply (K szero).
Qed.

Lemma polynomial_term_defined u l r :
  sdefined u r -> List.Forall (fun p => (0 <= fst p)%Z) l -> sdefined (polynomial_term u l) r.
Proof.
  intros Hu Hl. unfold polynomial_term. assert (Z0 : sdefined szero r) by exact I. revert Z0. generalize szero.
  induction Hl as [|p l Hp _ IH]; intros t Ht; cbn [fold_left]; [exact Ht|].
  apply IH, sadd_is_defined; [exact Ht|]. apply smul_is_defined; [exact I|apply spow_is_defined; assumption].
Qed.

Lemma mills_term_sound num den up u r :
  sdefined u r -> List.Forall (fun p => (0 <= fst p)%Z) num -> List.Forall (fun p => (0 <= fst p)%Z) den ->
  seval (polynomial_term u den) r <> 0 ->
  sdefined (mills_term num den up u) r /\
  seval (mills_term num den up u) r =
    let b := seval (polynomial_term u num) r / seval (polynomial_term u den) r * G (seval u r) in
    if up then b - erfc (seval u r) else erfc (seval u r) - b.
Proof.
  intros Hu Hn Hd Hz. unfold mills_term. cbv zeta.
  set (bound := smul (sdiv (polynomial_term u num) (polynomial_term u den)) (gauss_term u)).
  assert (Db : sdefined bound r).
  { apply smul_is_defined; [|apply gauss_term_defined, Hu].
    apply sdiv_is_defined; [apply polynomial_term_defined; assumption..|exact Hz]. }
  assert (De : sdefined (erfc_term u) r) by (repeat split; exact I || exact Hu).
  assert (Eb : seval bound r = seval (polynomial_term u num) r / seval (polynomial_term u den) r * G (seval u r)).
  { unfold bound. rewrite smul_eval, sdiv_eval, gauss_term_eval. reflexivity. }
  destruct up; (split; [split; [split; assumption|exact I]|]); cbn [seval bin]; rewrite Eb, erfc_term_eval; reflexivity.
Qed.

(** Each row of the tables [mills] and [elementary], for the checker's terms. *)
Theorem comparison_sound (ranges : nat -> span) (c : comparison) (u : sterm) (S : span) :
  In c comparisons -> always_defined ranges u S -> (condition c = true -> sign_on ranges u Pos S) ->
  sign_on ranges (difference c u) (conclusion c) S.
Proof.
  intros Hc Hd Hp r Hr x Hx. cbn [along dom value].
  assert (Du := Hd r Hr x Hx). cbn [along dom] in Du.
  assert (P : condition c = true -> 0 < seval u (upd r 0 x)) by (intro K; apply (Hp K r Hr x Hx)).
  set (s := upd r 0 x) in *. clearbody s. clear Hd Hp Hx x Hr r.
  set (y := seval u s) in *.
  assert (Nn : List.Forall (fun p : Z * Q => (0 <= fst p)%Z) []) by constructor.
  simpl in Hc.
  destruct Hc as [<-|[<-|[<-|[<-|[<-|[<-|[<-|[<-|[<-|[<-|[]]]]]]]]]]];
    cbn [condition conclusion difference] in *; try (specialize (P eq_refl)).
  - assert (E1 : seval (polynomial_term u [(0%Z, 1%Q)]) s = 1) by (rewrite polynomial_term_eval; cbn; unfold rational; simpl; ring).
    assert (E2 : seval (polynomial_term u [(1%Z, 1%Q)]) s = y) by (rewrite polynomial_term_eval; cbn; unfold rational; simpl; fold y; ring).
    destruct (mills_term_sound [(0%Z, 1%Q)] [(1%Z, 1%Q)] true u s Du) as [D E];
      [repeat constructor; simpl; lia|repeat constructor; simpl; lia|rewrite E2; lra|].
    split; [exact D|]. rewrite E, E1, E2. apply mills_upper_1, P.
  - assert (E1 : seval (polynomial_term u [(0%Z, 2%Q); (2%Z, 2%Q)]) s = 2 + 2 * y ^ 2).
    { rewrite polynomial_term_eval. cbn. unfold rational; simpl. fold y. ring. }
    assert (E2 : seval (polynomial_term u [(1%Z, 3%Q); (3%Z, 2%Q)]) s = 3 * y + 2 * y ^ 3).
    { rewrite polynomial_term_eval. cbn. unfold rational; simpl. fold y. ring. }
    destruct (mills_term_sound [(0%Z, 2%Q); (2%Z, 2%Q)] [(1%Z, 3%Q); (3%Z, 2%Q)] true u s Du) as [D E];
      [repeat constructor; simpl; lia|repeat constructor; simpl; lia|rewrite E2; assert (0 < y ^ 3) by (apply pow_lt, P); lra|].
    split; [exact D|]. rewrite E, E1, E2. apply mills_upper_2, P.
  - assert (E1 : seval (polynomial_term u [(1%Z, 2%Q)]) s = 2 * y).
    { rewrite polynomial_term_eval. cbn. unfold rational; simpl. fold y. ring. }
    assert (E2 : seval (polynomial_term u [(0%Z, 1%Q); (2%Z, 2%Q)]) s = 1 + 2 * y ^ 2).
    { rewrite polynomial_term_eval. cbn. unfold rational; simpl. fold y. ring. }
    destruct (mills_term_sound [(1%Z, 2%Q)] [(0%Z, 1%Q); (2%Z, 2%Q)] false u s Du) as [D E];
      [repeat constructor; simpl; lia|repeat constructor; simpl; lia|rewrite E2; assert (0 < y ^ 2) by (apply pow_lt, P); lra|].
    split; [exact D|]. rewrite E, E1, E2. apply mills_lower_1, P.
  - assert (E1 : seval (polynomial_term u [(1%Z, 10%Q); (3%Z, 4%Q)]) s = 10 * y + 4 * y ^ 3).
    { rewrite polynomial_term_eval. cbn. unfold rational; simpl. fold y. ring. }
    assert (E2 : seval (polynomial_term u [(0%Z, 3%Q); (2%Z, 12%Q); (4%Z, 4%Q)]) s = 3 + 12 * y ^ 2 + 4 * y ^ 4).
    { rewrite polynomial_term_eval. cbn. unfold rational; simpl. fold y. ring. }
    destruct (mills_term_sound [(1%Z, 10%Q); (3%Z, 4%Q)] [(0%Z, 3%Q); (2%Z, 12%Q); (4%Z, 4%Q)] false u s Du) as [D E];
      [repeat constructor; simpl; lia|repeat constructor; simpl; lia|
       rewrite E2; assert (0 < y ^ 2) by (apply pow_lt, P); assert (0 < y ^ 4) by (apply pow_lt, P); lra|].
    split; [exact D|]. rewrite E, E1, E2. apply mills_lower_2, P.
  - split; [split; [split; [split; [exact Du|exact I]|apply (sadd_is_defined sone u); [exact I|exact Du]]|exact I]|].
    change (0 <= exp y - seval (sadd sone u) s). rewrite sadd_eval. apply (exp_above_tangent y).
  - assert (Es : seval (sadd sone u) s = 1 + y) by (rewrite sadd_eval; reflexivity).
    split; [split; [split; [exact Du|split; [apply (sadd_is_defined sone u); [exact I|exact Du]|change (0 < seval (sadd sone u) s); rewrite Es; lra]]|exact I]|].
    change (0 < y - ln (seval (sadd sone u) s)). rewrite Es. apply log_below_tangent, P.
  - assert (Es : seval (sadd sone u) s = 1 + y) by (rewrite sadd_eval; reflexivity).
    split.
    + split; [split|exact I].
      * split; [apply (sadd_is_defined sone u); [exact I|exact Du]|change (0 < seval (sadd sone u) s); rewrite Es; lra].
      * split; [split; [exact Du|]|exact I]. apply (sdiv_is_defined (SPow u 2) stwo); [split; [exact Du|exact I]|exact I|].
        cbn [seval stwo]. unfold rational; simpl. lra.
    + change (0 < ln (seval (sadd sone u) s) - (y - seval (sdiv (SPow u 2) stwo) s)). rewrite Es, sdiv_eval.
      apply (log_above_parabola y P).
  - split; [split; [split; [exact Du|split; [exact Du|exact I]]|exact I]|]. cbn [seval bin un]. apply tanh_below_line, P.
  - split; [split; [split; [exact Du|split; [exact Du|exact I]]|exact I]|]. cbn [seval bin un]. apply sin_below_line, P.
  - split.
    + split; [split; [|split; [exact Du|exact I]]|exact I].
      apply (sdiv_is_defined (smul stwo u) (SUn Sqrt SPi)); [apply smul_is_defined; [exact I|exact Du]| |cbn [seval un]; apply Rgt_not_eq, Erf.sqrt_PI_pos].
      split; [exact I|]. cbn [un_defined seval]. generalize PI_RGT_0; lra.
    + change (0 < seval (sdiv (smul stwo u) (SUn Sqrt SPi)) s - Erf.erf y). rewrite sdiv_eval, smul_eval.
      apply (erf_below_line y P).
Qed.

(** ** decay *)

Definition decaying_term (u : sterm) (k : nat) (c : Q) : sterm :=
  smul (spow u (Z.of_nat k)) (SUn Exp (smul (SRat (- c)) u)).

(** The size of x: x to the right, -x to the left. *)
Definition size_term (right : bool) : sterm := if right then SVar 0 else sneg (SVar 0).
Definition decay_term (right : bool) (k : nat) (c a : Q) : sterm :=
  SBin Sub (decaying_term (SRat a) k c) (decaying_term (size_term right) k c).

Lemma power_of_nat (y : R) (k : nat) : power y (Z.of_nat k) = y ^ k.
Proof. destruct k as [|k]; [reflexivity|]. cbn [Z.of_nat power]. rewrite SuccNat2Pos.id_succ. reflexivity. Qed.

Lemma rational_opp_plain p : rational (- p) = - rational p.
Proof. rewrite <- rational_Qred. apply rational_opp. Qed.

Lemma decaying_term_eval u k c r : seval (decaying_term u k c) r = decaying k (rational c) (seval u r).
Proof.
  unfold decaying_term, decaying. rewrite smul_eval, spow_eval. cbn [seval un]. rewrite smul_eval. cbn [seval].
  rewrite power_of_nat, rational_opp_plain. f_equal. f_equal. ring.
Qed.

Lemma decaying_term_defined u k c r : sdefined u r -> sdefined (decaying_term u k c) r.
Proof.
  intro H. apply smul_is_defined; [apply spow_is_defined; [lia|exact H]|].
  split; [apply smul_is_defined; [exact I|exact H]|exact I].
Qed.

(** The difference of [decay] as the checker's term, on a half-line beyond the start. *)
Theorem decay_goal (ranges : nat -> span) (right : bool) (k : nat) (c a : Q) (S : span) :
  0 < rational c -> 0 <= rational a -> INR k <= rational a * rational c ->
  (forall x, mem S x -> rational a <= if right then x else - x) ->
  sign_on ranges (decay_term right k c a) NonNeg S.
Proof.
  intros Hc Ha Hk HS r Hr x Hx. cbn [along dom value]. set (s := upd r 0 x).
  assert (Ds : sdefined (size_term right) s) by (unfold size_term; destruct right; [exact I|apply sneg_is_defined; exact I]).
  assert (Es : seval (size_term right) s = if right then x else - x).
  { unfold size_term, s. destruct right; [reflexivity|rewrite sneg_eval; reflexivity]. }
  split; [split; [split; apply decaying_term_defined; [exact I|exact Ds]|exact I]|].
  unfold decay_term. cbn [seval bin]. rewrite !decaying_term_eval, Es. cbn [seval].
  generalize (decay_beyond k (rational c) (rational a) _ Hc Ha Hk (HS x Hx)). simpl. lra.
Qed.
