(** * Sign goals

    The inferences by which the checker shows sign goals, as one system of rules with the obligations that it poses, and
    its soundness: what the lemmas of the pages on signs, growth, comparisons and enclosures come to together. Parameters
    range over fixed spans; variable 0 is x. *)

From Coq Require Import Reals Lra Lia ZArith QArith Bool List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs Growth Terms Smooth MeanValue Enclosures Atoms NormalForm.
Import ListNotations.
Open Scope R_scope.

(** ** The derivative term is analytic where the term is *)

Lemma sadd_analytic a b r : sanalytic a r -> sanalytic b r -> sanalytic (sadd a b) r.
Proof. intros Ha Hb. destruct a, b; cbn [sadd]; by_cases; cbn [sanalytic bin_defined]; auto. Qed.

Lemma sneg_analytic a r : sanalytic a r -> sanalytic (sneg a) r.
Proof.
  destruct a; cbn [sneg]; try (intro H; exact (conj H I)); auto. destruct o; cbn [sanalytic un_analytic]; intuition auto.
Qed.

Lemma smul_analytic a b r : sanalytic a r -> sanalytic b r -> sanalytic (smul a b) r.
Proof. intros Ha Hb. destruct a, b; cbn [smul]; by_cases; cbn [sanalytic bin_defined szero]; auto. Qed.

Lemma sdiv_analytic a b r : sanalytic a r -> sanalytic b r -> seval b r <> 0 -> sanalytic (sdiv a b) r.
Proof.
  intros Ha Hb Hn. assert (K : sanalytic (SBin Div a b) r) by (cbn [sanalytic bin_defined]; auto).
  unfold sdiv. destruct b as [n|q| | |o u|o u v|u n|u q].
  2:{ destruct (Qeq_bool q 0) eqn:E; [exact K|]. apply smul_analytic; [exact I|exact Ha]. }
  all: destruct a; try exact K; match goal with |- context [Qeq_bool ?z 0] => destruct (Qeq_bool z 0) end; [exact I|exact K].
Qed.

Lemma spow_analytic a n r : sanalytic a r -> power_defined (seval a r) n -> sanalytic (spow a n) r.
Proof. destruct n as [|[p|p|]|p]; cbn [spow]; unfold sone; cbn [sanalytic power_defined]; auto. Qed.

Lemma sslope_is_analytic o u r : sanalytic u r -> un_analytic o (seval u r) -> sanalytic (sslope o u) r.
Proof.
  intros Hu Ho.
  destruct o; cbn [sslope]; cbn [un_analytic] in Ho;
    repeat first [ assumption | exact I | apply sdiv_analytic | apply smul_analytic | apply sadd_analytic
                 | apply sneg_analytic | apply conj ];
    cbn [sanalytic seval un un_analytic sone stwo szero]; rewrite ?smul_eval, ?sadd_eval; cbn [seval un bin sone stwo szero power];
    repeat split; auto; try exact I; change (rational 1) with 1; change (rational 2) with 2; try lra; simpl.
  all: try (generalize (Rle_0_sqr (seval u r)); unfold Rsqr; lra).
  all: try (apply Rgt_not_eq, sqrt_lt_R0).
  all: try exact PI_RGT_0.
  all: try (generalize (Rle_0_sqr (seval u r)); unfold Rsqr; lra).
  - apply Rmult_integral_contrapositive; split; [lra|]. apply Rgt_not_eq, sqrt_lt_R0, Ho.
  - assert (0 < cosh (seval u r)).
    { unfold cosh. generalize (exp_pos (seval u r)) (exp_pos (- seval u r)); lra. }
    apply Rgt_not_eq. rewrite Rmult_1_r. apply Rmult_lt_0_compat; assumption.
Qed.

Theorem sderiv_analytic i t r : sanalytic t r -> sanalytic (sderiv i t) r.
Proof.
  induction t as [n| | | |o u IH|o u IHu v IHv|u IH n|u IH q]; cbn [sderiv];
    match goal with |- context [if ?b then _ else _] => destruct b end; try (intros; exact I).
  - intros [Hu Ho]. specialize (IH Hu).
    assert (K : sanalytic (smul (sslope o u) (sderiv i u)) r) by (apply smul_analytic; [apply sslope_is_analytic|]; assumption).
    destruct o; try exact K. apply sneg_analytic, IH.
  - intros [[Hu Hv] Ho]. specialize (IHu Hu). specialize (IHv Hv).
    destruct o; cbn [bin_defined] in Ho;
      repeat first [assumption | apply sadd_analytic | apply sneg_analytic | apply smul_analytic | apply sdiv_analytic].
    + cbn [sanalytic power_defined]; auto.
    + cbn [seval power]. simpl. rewrite Rmult_1_r. apply Rmult_integral_contrapositive; auto.
  - intros [Hu Ho]. specialize (IH Hu). apply smul_analytic; [|assumption].
    destruct n as [|p|p]; cbn [power_defined] in Ho.
    + destruct (spow u (0 - 1)); exact I.
    + apply smul_analytic; [exact I|]. apply spow_analytic; [assumption|].
      destruct (Z.pos p - 1)%Z eqn:E; try exact I. lia.
    + apply smul_analytic; [exact I|]. apply spow_analytic; [assumption|]. exact Ho.
  - intros [Hu Ho]. specialize (IH Hu). apply smul_analytic; [|assumption].
    apply smul_analytic; [exact I|]. split; assumption.
Qed.

(** ** The rules *)

Section Rules.
(** The spans of the parameters, the variables from 1 on. *)
Variable ranges : nat -> span.
Definition parameters (r : env) : Prop := forall i, (1 <= i)%nat -> mem (ranges i) (r i).

Definition analytic_on (t : sterm) (S : span) : Prop :=
  forall r, parameters r -> forall x, mem S x -> sanalytic t (upd r 0 x).
Definition always_defined (t : sterm) (S : span) : Prop :=
  forall r, parameters r -> defined_on (along t r 0) S.
Definition sign_on (t : sterm) (rel : relation) (S : span) : Prop :=
  forall r, parameters r -> has_sign (along t r 0) rel S.

(** A leaf shows the relation at each point of its box; see [Leaves] and [IntervalInclusion] for the forms of leaves. *)
Definition shows (t : sterm) (rel : relation) (l : box) : Prop :=
  forall r, in_spans l r -> sdefined t r /\ holds rel (seval t r).
(** The box of a span: at least the span, and the ranges of the parameters. *)
Definition covers (b : box) (S : span) : Prop :=
  (forall x, mem S x -> mem (b 0%nat) x) /\ (forall i x, (1 <= i)%nat -> mem (ranges i) x -> mem (b i) x).

(** Equal by normal form. *)
Definition identical (t u : sterm) : Prop := exists F, normal_form (SBin Sub t u) F /\ is_zero_form F.

Definition product_term (ps : list sterm) : sterm := fold_right (SBin Mul) (SRat 1) ps.
Definition sum_term (ps : list sterm) : sterm := fold_right (SBin Add) (SRat 0) ps.

(** x replaced by x + T in a term. *)
Fixpoint shift (T t : sterm) : sterm :=
  match t with
  | SVar n => if Nat.eqb n 0 then SBin Add (SVar 0) T else SVar n
  | SUn o u => SUn o (shift T u)
  | SBin o u v => SBin o (shift T u) (shift T v)
  | SPow u n => SPow (shift T u) n
  | SPowQ u q => SPowQ (shift T u) q
  | t => t
  end.

(** Definedness: given, or shown. *)
Definition defined_goal (t : sterm) (S : span) (g : bool) : Prop := g = true \/ always_defined t S.
(** Analytic inside the span: given, or shown. *)
Definition analytic_inside (t : sterm) (S : span) (g : bool) : Prop := g = true \/ analytic_on t (interior S).
(** A closed end opposite to the anchor: the term is defined there, too. *)
Definition other_end (t : sterm) (e : Rbar) (open g : bool) : Prop :=
  g = true \/ open = true \/ (forall x, e = Finite x -> always_defined t (at_point x)).
(** A period is a positive constant. *)
Definition period (T : sterm) : Prop :=
  (forall r s, seval T r = seval T s) /\ (forall r, sdefined T r) /\ 0 < seval T (fun _ => 0).

(** [sign_goal t rel S given]: a proof that [t rel 0] on S, where it may be given that t is analytic there. *)
Inductive sign_goal : sterm -> relation -> span -> bool -> Prop :=
| by_interval t rel S g text root found :
    covers root S -> leaves text [root] = Some found -> (forall l, In l found -> shows t rel l) -> sign_goal t rel S g
| by_cases t rel S g cuts : List.Forall (mem (interior S)) cuts ->
    (forall p, In p (parts (lower S) (lower_open S) cuts (upper S) (upper_open S)) -> sign_goal t rel p g) ->
    sign_goal t rel S g
| by_product t rel S g (ps : list (sterm * relation)) :
    defined_goal t S g -> (forall p, In p ps -> sign_goal (fst p) (snd p) S false) -> identical t (product_term (map fst ps)) ->
    implies (product_relation (map snd ps)) rel = true -> sign_goal t rel S g
| by_sum t rel S g (ps : list (sterm * relation)) :
    defined_goal t S g -> (forall p, In p ps -> sign_goal (fst p) (snd p) S false) -> identical t (sum_term (map fst ps)) ->
    (forall p, In p ps -> positive (snd p) = positive rel) ->
    (strict rel = true -> exists p, In p ps /\ strict (snd p) = true) -> sign_goal t rel S g
| by_comparison t rel S g rest factor difference rr fr dr :
    defined_goal t S g -> sign_goal rest rr S false -> sign_goal factor fr S false -> sign_on difference dr S ->
    identical t (SBin Add rest (SBin Mul factor difference)) ->
    positive rr = positive rel -> positive fr = positive rel -> positive dr = true ->
    (strict rel = true -> strict rr = true \/ (strict fr = true /\ strict dr = true)) -> sign_goal t rel S g
| by_zero t rel S g F :
    defined_goal t S g -> normal_form t F -> is_zero_form F -> strict rel = false -> sign_goal t rel S g
| by_zero_at t rel a g :
    defined_goal t (at_point a) g -> (forall r, parameters r -> seval t (upd r 0 a) = 0) -> strict rel = false ->
    sign_goal t rel (at_point a) g
| by_polynomial t rel S g N D l :
    defined_goal t S g -> normal_form t (N, D) -> same N (poly_in (AVar 0) l) -> same D (PQ 1) ->
    (forall x, mem S x -> holds rel (Polynomials.peval (map rational l) x)) -> sign_goal t rel S g
| by_trigonometric t rel S g N D w m :
    defined_goal t S g -> normal_form t (N, D) -> same N (trigonometric_poly w 0 m) -> same D (PQ 1) ->
    (forall x, holds rel (HalfAngle.trigonometric (map (fun c => (rational (fst c), snd c)) m) (rational w) x)) ->
    sign_goal t rel S g
| by_period_right t rel e o any g T :
    let S := Span (Finite e) p_infty o any in
    defined_goal t S g -> period T -> identical (shift T t) t ->
    sign_goal t rel (Span e (e + seval T (fun _ => 0)) o false) g -> sign_goal t rel S g
| by_period_left t rel e o any g T :
    let S := Span m_infty (Finite e) any o in
    defined_goal t S g -> period T -> identical (shift T t) t ->
    sign_goal t rel (Span (e - seval T (fun _ => 0)) e false o) g -> sign_goal t rel S g
| by_period_line t rel o o' g T :
    let S := Span m_infty p_infty o o' in
    defined_goal t S g -> period T -> identical (shift T t) t ->
    sign_goal t rel (Span 0 (seval T (fun _ => 0)) false false) g -> sign_goal t rel S g
| by_monotone_lower t rel a hi o o' g start slope :
    let S := Span (Finite a) hi o o' in
    sign_goal t start (at_point a) false -> sign_goal (sderiv 0 t) slope (interior S) true ->
    analytic_inside t S g -> other_end t hi o' g ->
    positive start = positive rel -> positive slope = positive rel ->
    (strict rel = true -> strict start = true \/ (o = true /\ strict slope = true)) -> sign_goal t rel S g
| by_monotone_upper t rel lo b o o' g start slope :
    let S := Span lo (Finite b) o o' in
    sign_goal t start (at_point b) false -> sign_goal (sderiv 0 t) slope (interior S) true ->
    analytic_inside t S g -> other_end t lo o g ->
    positive start = positive rel -> positive slope = negb (positive rel) ->
    (strict rel = true -> strict start = true \/ (o' = true /\ strict slope = true)) -> sign_goal t rel S g
| by_limit_left t rel hi o o' g slope L :
    let S := Span m_infty hi o o' in
    sign_goal (sderiv 0 t) slope (interior S) true -> analytic_inside t S g -> other_end t hi o' g ->
    (forall r, parameters r -> is_lim (fun x => seval t (upd r 0 x)) m_infty (Finite L)) ->
    positive slope = positive rel -> holds (weakened rel) L ->
    (strict rel = true -> holds rel L \/ strict slope = true) -> sign_goal t rel S g
| by_limit_right t rel lo o o' g slope L :
    let S := Span lo p_infty o o' in
    sign_goal (sderiv 0 t) slope (interior S) true -> analytic_inside t S g -> other_end t lo o g ->
    (forall r, parameters r -> is_lim (fun x => seval t (upd r 0 x)) p_infty (Finite L)) ->
    positive slope = negb (positive rel) -> holds (weakened rel) L ->
    (strict rel = true -> holds rel L \/ strict slope = true) -> sign_goal t rel S g.

(** ** Soundness *)

Lemma upd_upd r x y : forall j, upd (upd r 0 x) 0 y j = upd r 0 y j.
Proof. intro j. unfold upd. destruct (Nat.eqb j 0); reflexivity. Qed.

Lemma shift_eval T t r x :
  seval (shift T t) (upd r 0 x) = seval t (upd r 0 (x + seval T (upd r 0 x))).
Proof.
  induction t as [n| | | |o u IH|o u IHu v IHv|u IH n|u IH q]; cbn [shift seval]; try congruence.
  unfold upd at 2. destruct (Nat.eqb_spec n 0) as [->|H]; cbn [seval bin].
  - reflexivity.
  - unfold upd. destruct (Nat.eqb_spec n 0); [contradiction|reflexivity].
Qed.

Lemma shift_defined T t r x :
  sdefined T (upd r 0 x) -> sdefined t (upd r 0 (x + seval T (upd r 0 x))) -> sdefined (shift T t) (upd r 0 x).
Proof.
  intro DT. induction t as [n| | | |o u IH|o u IHu v IHv|u IH n|u IH q]; cbn [shift sdefined]; try tauto;
    rewrite ?shift_eval; try tauto.
  destruct (Nat.eqb n 0); cbn [sdefined bin_defined]; tauto.
Qed.

Lemma identical_eval t u r : identical t u -> sdefined t r -> sdefined u r -> seval t r = seval u r.
Proof. intros [F [H Z]] Dt Du. apply (equal_normal_forms t u F r H Z Dt Du). Qed.

Lemma defined_goal_sound t S g : defined_goal t S g -> (g = true -> analytic_on t S) -> always_defined t S.
Proof.
  intros [H|H] Hg r Hr x Hx; [|apply H; assumption]. apply sanalytic_defined, (Hg H r Hr x Hx).
Qed.

Lemma analytic_inside_sound t S g : analytic_inside t S g -> (g = true -> analytic_on t S) -> analytic_on t (interior S).
Proof. intros [H|H] Hg; [|exact H]. intros r Hr x Hx. apply (Hg H r Hr), interior_mem, Hx. Qed.

Lemma slope_given t S : analytic_on t (interior S) -> true = true -> analytic_on (sderiv 0 t) (interior S).
Proof. intros H _ r Hr x Hx. apply sderiv_analytic, H; assumption. Qed.

(** A span is its interior and its closed ends. *)
Lemma mem_parts (S : span) (x : R) :
  mem S x -> mem (interior S) x \/ (lower S = Finite x /\ lower_open S = false) \/ (upper S = Finite x /\ upper_open S = false).
Proof.
  destruct S as [lo hi o o']. unfold mem; simpl. intros [H1 H2].
  destruct lo as [lo| |], hi as [hi| |]; simpl in *; try tauto;
    try destruct o; try destruct o'; simpl in *; try tauto;
    try (destruct H1 as [H1|<-]); try (destruct H2 as [H2| ->]); tauto.
Qed.

Lemma at_mem a x : mem (at_point a) x <-> x = a.
Proof. unfold mem, at_point; simpl. split; [intros; lra|intros ->; lra]. Qed.

Lemma defined_from_parts t S g :
  analytic_on t (interior S) -> (g = true -> analytic_on t S) ->
  (forall x, lower S = Finite x -> lower_open S = false -> g = true \/ always_defined t (at_point x)) ->
  (forall x, upper S = Finite x -> upper_open S = false -> g = true \/ always_defined t (at_point x)) ->
  always_defined t S.
Proof.
  intros Hi Hg Hl Hu r Hr x Hx.
  destruct (mem_parts S x Hx) as [H|[[H1 H2]|[H1 H2]]].
  - apply sanalytic_defined, (Hi r Hr x H).
  - destruct (Hl x H1 H2) as [K|K]; [apply sanalytic_defined, (Hg K r Hr x Hx)|apply (K r Hr), at_mem, eq_refl].
  - destruct (Hu x H1 H2) as [K|K]; [apply sanalytic_defined, (Hg K r Hr x Hx)|apply (K r Hr), at_mem, eq_refl].
Qed.

Lemma other_end_spec t e o g x :
  other_end t e o g -> e = Finite x -> o = false -> g = true \/ always_defined t (at_point x).
Proof. intros [H|[H|H]] E Eo; [left; exact H|congruence|right; apply H, E]. Qed.

Lemma product_term_eval ps r : seval (product_term ps) r = fold_right Rmult 1 (map (fun p => seval p r) ps).
Proof. induction ps as [|p ps IH]; cbn [product_term fold_right seval bin map]; [reflexivity|rewrite <- IH; reflexivity]. Qed.
Lemma sum_term_eval ps r : seval (sum_term ps) r = fold_right Rplus 0 (map (fun p => seval p r) ps).
Proof. induction ps as [|p ps IH]; cbn [sum_term fold_right seval bin map]; [reflexivity|rewrite <- IH; reflexivity]. Qed.
Lemma product_term_defined ps r : (forall p, In p ps -> sdefined p r) -> sdefined (product_term ps) r.
Proof.
  induction ps as [|p ps IH]; cbn [product_term fold_right sdefined bin_defined]; intro H; [exact I|].
  split; [split; [apply H; left; reflexivity|apply IH; intros q Hq; apply H; right; exact Hq]|exact I].
Qed.
Lemma sum_term_defined ps r : (forall p, In p ps -> sdefined p r) -> sdefined (sum_term ps) r.
Proof.
  induction ps as [|p ps IH]; cbn [sum_term fold_right sdefined bin_defined]; intro H; [exact I|].
  split; [split; [apply H; left; reflexivity|apply IH; intros q Hq; apply H; right; exact Hq]|exact I].
Qed.

(** The parts as partial functions of x. *)
Definition along_all (ps : list (sterm * relation)) (r : env) : list (pfun * relation) :=
  map (fun p => (along (fst p) r 0, snd p)) ps.

Lemma along_all_sign ps S r :
  parameters r -> (forall p, In p ps -> sign_on (fst p) (snd p) S) -> all_sign (along_all ps r) S.
Proof.
  intros Hr H p Hp. apply in_map_iff in Hp. destruct Hp as [q [<- Hq]]. apply (H q Hq r Hr).
Qed.

Lemma along_all_snd ps r : map snd (along_all ps r) = map snd ps.
Proof. unfold along_all. rewrite map_map. reflexivity. Qed.

Lemma along_all_defined ps r x :
  (forall p, In p (map fst (along_all ps r)) -> dom p x) -> forall t, In t (map fst ps) -> sdefined t (upd r 0 x).
Proof.
  intros H t Ht. apply in_map_iff in Ht. destruct Ht as [p [<- Hp]].
  apply (H (along (fst p) r 0)). unfold along_all. rewrite map_map. apply in_map_iff. exists p. split; [reflexivity|exact Hp].
Qed.

Lemma along_all_values ps r x :
  map (fun p => value p x) (map fst (along_all ps r)) = map (fun t => seval t (upd r 0 x)) (map fst ps).
Proof. unfold along_all. rewrite !map_map. reflexivity. Qed.

Lemma period_shift t T r : period T -> identical (shift T t) t -> let p := seval T (fun _ => 0) in
  forall x, dom (along t r 0) (x + p) -> dom (along t r 0) x -> value (along t r 0) (x + p) = value (along t r 0) x.
Proof.
  intros [Const [DT _]] Id p x D1 D2. cbn [along dom value] in *.
  assert (E : seval T (upd r 0 x) = p) by apply Const.
  assert (Ds : sdefined (shift T t) (upd r 0 x)) by (apply shift_defined; [apply DT|rewrite E; exact D1]).
  rewrite <- (identical_eval _ _ _ Id Ds D2), shift_eval, E. reflexivity.
Qed.

(** The parts of a span belong to it: here the cuts have to be inside. *)
Lemma parts_in_span (S : span) (cuts : list R) : List.Forall (mem (interior S)) cuts ->
  forall p, In p (parts (lower S) (lower_open S) cuts (upper S) (upper_open S)) -> forall x, mem p x -> mem S x.
Proof.
  intros HF.
  assert (K : forall lo o, (forall x, above lo o x -> above (lower S) (lower_open S) x) ->
    forall p, In p (parts lo o cuts (upper S) (upper_open S)) -> forall x, mem p x -> mem S x).
  { induction HF as [|c cuts Hc _ IH]; intros lo o Hlo p Hp x Hx; cbn [parts] in Hp.
    - destruct Hp as [<-|[]]. destruct Hx as [H1 H2]. split; [apply Hlo, H1|exact H2].
    - destruct Hc as [C1 C2]. destruct Hp as [<-|Hp].
      + destruct Hx as [H1 H2]. split; [apply Hlo, H1|]. simpl in H2, C2.
        destruct (upper S), (upper_open S); simpl in *; try tauto; lra.
      + apply (IH c false) with (p := p); [|exact Hp|exact Hx]. intros y Hy. simpl in Hy, C1.
        destruct (lower S), (lower_open S); simpl in *; try tauto; lra. }
  apply K. auto.
Qed.

(** Every sign goal that the rules prove is true. *)
Theorem sign_goal_sound (t : sterm) (rel : relation) (S : span) (g : bool) :
  sign_goal t rel S g -> (g = true -> analytic_on t S) -> sign_on t rel S.
Proof.
  induction 1 as [t rel S g text root found Hc Hl Hs|t rel S g cuts HF _ IH|t rel S g ps Hd _ IH Hi Himp
    |t rel S g ps Hd _ IH Hi Hs Hst|t rel S g rest factor difference rr fr dr Hd _ IH1 _ IH2 Hdiff Hi E1 E2 E3 Hst
    |t rel S g F Hd Hn Hz Hst|t rel a g Hd Hz Hst|t rel S g N D l Hd Hn E1 E2 Hp|t rel S g N D w m Hd Hn E1 E2 Hp
    |t rel e o any g T S Hd HT Hi _ IH|t rel e o any g T S Hd HT Hi _ IH|t rel o o' g T S Hd HT Hi _ IH
    |t rel a hi o o' g start slope S _ IH1 _ IH2 Ha Ho E1 E2 Hst|t rel lo b o o' g start slope S _ IH1 _ IH2 Ha Ho E1 E2 Hst
    |t rel hi o o' g slope L S _ IH Ha Ho Hlim E1 E2 Hst|t rel lo o o' g slope L S _ IH Ha Ho Hlim E1 E2 Hst];
    intros Hg r Hr.
  - intros x Hx. destruct Hc as [C1 C2].
    assert (In0 : in_spans root (upd r 0 x)).
    { intro i. unfold upd. destruct (Nat.eqb_spec i 0) as [->|Hi]; [apply C1, Hx|]. apply C2; [lia|apply Hr; lia]. }
    destruct (tree_covers text root found _ Hl In0) as [l [Hin Hb]]. apply (Hs l Hin _ Hb).
  - apply (cases_sign (along t r 0) rel S cuts). intros p Hp. apply (IH p Hp); [|exact Hr].
    intros K r' Hr' x Hx. apply (Hg K r' Hr').
    apply (parts_in_span S cuts HF p Hp x Hx).
  - apply (product_of_signs (along t r 0) (along_all ps r) rel S).
    + apply (defined_goal_sound t S g Hd Hg r Hr).
    + apply along_all_sign; [exact Hr|]. intros p Hp. apply (IH p Hp). discriminate.
    + intros x Dx Dps. rewrite along_all_values, <- product_term_eval. cbn [along value].
      apply identical_eval; [exact Hi|exact Dx|]. apply product_term_defined, along_all_defined, Dps.
    + rewrite along_all_snd. exact Himp.
  - apply (sum_of_signs (along t r 0) (along_all ps r) rel S).
    + apply (defined_goal_sound t S g Hd Hg r Hr).
    + apply along_all_sign; [exact Hr|]. intros p Hp. apply (IH p Hp). discriminate.
    + intros x Dx Dps. rewrite along_all_values, <- sum_term_eval. cbn [along value].
      apply identical_eval; [exact Hi|exact Dx|]. apply sum_term_defined, along_all_defined, Dps.
    + intros p Hp. apply in_map_iff in Hp. destruct Hp as [q [<- Hq]]. apply (Hs q Hq).
    + intro K. destruct (Hst K) as [p [Hp Sp]]. exists (along (fst p) r 0, snd p).
      split; [apply in_map_iff; exists p; split; [reflexivity|exact Hp]|exact Sp].
  - apply (combination_of_signs (along t r 0) (along rest r 0) (along factor r 0) (along difference r 0) rel rr fr dr S);
      try assumption.
    + apply (defined_goal_sound t S g Hd Hg r Hr).
    + apply IH1; [discriminate|exact Hr].
    + apply IH2; [discriminate|exact Hr].
    + apply Hdiff, Hr.
    + intros x Dt Drest Df Ddiff. cbn [along value dom] in *.
      apply (identical_eval _ _ _ Hi Dt). cbn [sdefined bin_defined]. tauto.
  - intros x Hx. assert (Dx := defined_goal_sound t S g Hd Hg r Hr x Hx). split; [exact Dx|]. cbn [along value dom] in *.
    rewrite (zero_normal_form t F _ Hn Hz Dx). destruct rel; simpl in *; try discriminate; lra.
  - intros x Hx. assert (Dx := defined_goal_sound t _ g Hd Hg r Hr x Hx). split; [exact Dx|]. cbn [along value dom] in *.
    apply at_mem in Hx. subst x. rewrite (Hz r Hr). destruct rel; simpl in *; try discriminate; lra.
  - intros x Hx. assert (Dx := defined_goal_sound t S g Hd Hg r Hr x Hx). split; [exact Dx|]. cbn [along value dom] in *.
    rewrite (polynomial_normal_form t N D 0 l _ Hn E1 E2 Dx). apply Hp, Hx.
  - intros x Hx. assert (Dx := defined_goal_sound t S g Hd Hg r Hr x Hx). split; [exact Dx|]. cbn [along value dom] in *.
    rewrite (trigonometric_normal_form t N D 0 w m _ Hn E1 E2 Dx). apply Hp.
  - assert (Dn := defined_goal_sound t S g Hd Hg r Hr).
    apply (period_right (along t r 0) (seval T (fun _ => 0)) rel (proj2 (proj2 HT)) (period_shift t T r HT Hi) e o any Dn).
    apply IH; [|exact Hr]. intros K r' Hr' x [H1 _]. apply (Hg K r' Hr'). split; [exact H1|exact I].
  - assert (Dn := defined_goal_sound t S g Hd Hg r Hr).
    apply (period_left (along t r 0) (seval T (fun _ => 0)) rel e o any (proj2 (proj2 HT)) (period_shift t T r HT Hi) Dn).
    apply IH; [|exact Hr]. intros K r' Hr' x [_ H1]. apply (Hg K r' Hr'). split; [exact I|exact H1].
  - assert (Dn := defined_goal_sound t S g Hd Hg r Hr).
    apply (period_line (along t r 0) (seval T (fun _ => 0)) rel o o' (proj2 (proj2 HT)) (period_shift t T r HT Hi) Dn).
    apply IH; [|exact Hr]. intros K r' Hr' x _. apply (Hg K r' Hr'). split; exact I.
  - assert (An := analytic_inside_sound t S g Ha Hg).
    assert (Va : sign_on t start (at_point a)) by (apply IH1; discriminate).
    apply (monotone_from_lower_term t r 0 a hi o o' start slope rel); try assumption.
    + apply Va, Hr.
    + apply (defined_from_parts t S g An Hg); [| |exact Hr].
      * intros x [= <-] _. right. intros r' Hr'. apply has_sign_defined with (r := start), (Va r' Hr').
      * intros x Ex Eo. apply (other_end_spec t hi o' g x Ho Ex Eo).
    + apply IH2; [apply (slope_given t S An)|exact Hr].
  - assert (An := analytic_inside_sound t S g Ha Hg).
    assert (Va : sign_on t start (at_point b)) by (apply IH1; discriminate).
    apply (monotone_from_upper_term t r 0 lo b o o' start slope rel); try assumption.
    + apply Va, Hr.
    + apply (defined_from_parts t S g An Hg); [| |exact Hr].
      * intros x Ex Eo. apply (other_end_spec t lo o g x Ho Ex Eo).
      * intros x [= <-] _. right. intros r' Hr'. apply has_sign_defined with (r := start), (Va r' Hr').
    + apply IH2; [apply (slope_given t S An)|exact Hr].
  - assert (An := analytic_inside_sound t S g Ha Hg).
    apply (limit_rule_left_term t r 0 hi o o' slope rel L); try assumption.
    + apply (defined_from_parts t S g An Hg); [discriminate| |exact Hr].
      intros x Ex Eo. apply (other_end_spec t hi o' g x Ho Ex Eo).
    + apply IH; [apply (slope_given t S An)|exact Hr].
    + apply Hlim, Hr.
  - assert (An := analytic_inside_sound t S g Ha Hg).
    apply (limit_rule_right_term t r 0 lo o o' slope rel L); try assumption.
    + apply (defined_from_parts t S g An Hg); [|discriminate|exact Hr].
      intros x Ex Eo. apply (other_end_spec t lo o g x Ho Ex Eo).
    + apply IH; [apply (slope_given t S An)|exact Hr].
    + apply Hlim, Hr.
Qed.
End Rules.
