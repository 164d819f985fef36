(* The slopes of a function made of pieces whose terms are C1 up to the ends: the
   generalised derivative, the range of slopes, when the function is C1.
   Lemma id: slope-range. *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary.
From Invex Require Export Chain.
Open Scope R_scope.

(** * Definitions *)

(** Limits of derivatives at points that tend to x, and their convex hull: Clarke's
    generalised derivative of f at x. *)
Definition limiting_slope (f : R -> R) (x xi : R) : Prop :=
  exists u : nat -> R, (forall n, ex_derive f (u n)) /\ is_lim_seq u x /\
                       is_lim_seq (fun n => Derive f (u n)) xi.

Definition generalised_derivative (f : R -> R) (x xi : R) : Prop :=
  exists a b, limiting_slope f x a /\ limiting_slope f x b /\ a <= xi <= b.

Definition lipschitz_near (f : R -> R) (x : R) : Prop :=
  exists e K, 0 < e /\ forall y z, x - e < y < x + e -> x - e < z < x + e ->
                         Rabs (f y - f z) <= K * Rabs (y - z).

Definition interval (S : R -> Prop) : Prop :=
  forall a b t, S a -> S b -> a <= t <= b -> S t.

(** A piece: f equals the term on the open piece; the term is C1 on the closed one, with
    slopes in S. *)
Definition range_piece (f : R -> R) (S : R -> Prop) (lo hi : Rbar)
    (a : (R -> R) * (R -> R)) : Prop :=
  (forall x, span lo hi x -> f x = fst a x) /\
  (forall x, closed_span lo hi x -> is_derive (fst a) x (snd a x)) /\
  (forall x, closed_span lo hi x -> continuous (snd a) x) /\
  (forall x, closed_span lo hi x -> S (snd a x)).

(** The slopes of f beside x tend to sl and sr. *)
Definition slopes_beside (f : R -> R) (x sl sr : R) : Prop :=
  exists e, 0 < e /\ punctured f (Derive f) x e /\
            filterlim (Derive f) (at_left x) (locally sl) /\
            filterlim (Derive f) (at_right x) (locally sr).

(** * One point *)

Section Point.

Variables (f : R -> R) (x sl sr : R).
Hypothesis beside : slopes_beside f x sl sr.

Lemma beside_near (eps : R) :
  0 < eps -> exists e, 0 < e /\ punctured f (Derive f) x e /\
    forall t, x - e < t < x + e -> t <> x ->
      (t < x -> Rabs (Derive f t - sl) < eps) /\ (x < t -> Rabs (Derive f t - sr) < eps).
Proof.
  intro He. destruct beside as [e [Pe [[C D] [L R]]]].
  destruct (at_left_elim _ _ (L _ (locally_ball sl (mkposreal eps He)))) as [a [Ha Ka]].
  destruct (at_right_elim _ _ (R _ (locally_ball sr (mkposreal eps He)))) as [b [Hb Kb]].
  exists (Rmin e (Rmin (x - a) (b - x))).
  assert (M0 := Rmin_l e (Rmin (x - a) (b - x))). assert (M1 := Rmin_r e (Rmin (x - a) (b - x))).
  assert (M2 := Rmin_l (x - a) (b - x)). assert (M3 := Rmin_r (x - a) (b - x)).
  split; [repeat apply Rmin_pos; lra|]. split.
  - split; intros t Ht; [apply C; lra|intro N; apply D; [lra|exact N]].
  - intros t Ht N. split; intro H; [apply (Ka t); lra|apply (Kb t); lra].
Qed.

(** The one-sided slopes exist: the quotients of f itself tend to sl and sr. *)
Lemma beside_slopes :
  filterlim (fun h => (f (x + h) - f x) / h) (at_left 0) (locally sl) /\
  filterlim (fun h => (f (x + h) - f x) / h) (at_right 0) (locally sr).
Proof.
  destruct beside as [e [Pe [[C D] [L R]]]]. split.
  - apply (slope_left f (Derive f) x (x - e) (Finite sl)); [lra| | |exact L].
    + apply continuous_on_pointwise. intros t Ht. apply C. lra.
    + intros t Ht. apply D; lra.
  - apply (slope_right f (Derive f) x (x + e) (Finite sr)); [lra| | |exact R].
    + apply continuous_on_pointwise. intros t Ht. apply C. lra.
    + intros t Ht. apply D; lra.
Qed.

Lemma beside_lipschitz : lipschitz_near f x.
Proof.
  destruct (beside_near 1 Rlt_0_1) as [e [Pe [[C D] B]]].
  set (K := Rmax (Rabs sl) (Rabs sr) + 1). exists e, K. split; [exact Pe|].
  assert (Bd : forall t, x - e < t < x + e -> t <> x -> - K <= Derive f t <= K).
  { intros t Ht N. destruct (B t Ht N) as [B1 B2].
    assert (N1 := Rmax_l (Rabs sl) (Rabs sr)). assert (N2 := Rmax_r (Rabs sl) (Rabs sr)).
    apply Rabs_le_between. unfold K.
    destruct (Rtotal_order t x) as [H|[H|H]]; [|contradiction|].
    - assert (T := Rabs_triang (Derive f t - sl) sl).
      replace (Derive f t - sl + sl) with (Derive f t) in T by ring.
      specialize (B1 H). lra.
    - assert (T := Rabs_triang (Derive f t - sr) sr).
      replace (Derive f t - sr + sr) with (Derive f t) in T by ring.
      specialize (B2 H). lra. }
  assert (Q : forall y z, x - e < y -> y <= z -> z < x + e -> Rabs (f z - f y) <= K * (z - y)).
  { intros y z Hy Hyz Hz.
    assert (Cf : continuous_on (fun t => y <= t <= z) f).
    { apply continuous_on_pointwise. intros t Ht. apply C. lra. }
    assert (I1 : - K * (z - y) <= f z - f y).
    { apply (increment_ge f (Derive f) (x :: nil)); [exact Hyz|exact Cf|].
      intros t Ht N. assert (t <> x) by (intros ->; apply N; left; reflexivity).
      split; [apply D|apply Bd]; try assumption; lra. }
    assert (I2 : f z - f y <= K * (z - y)).
    { apply (increment_le f (Derive f) (x :: nil)); [exact Hyz|exact Cf|].
      intros t Ht N. assert (t <> x) by (intros ->; apply N; left; reflexivity).
      split; [apply D|apply Bd]; try assumption; lra. }
    apply Rabs_le. lra. }
  intros y z Hy Hz. destruct (Rle_lt_dec y z) as [H|H].
  - rewrite (Rabs_minus_sym (f y)), (Rabs_minus_sym y), (Rabs_pos_eq (z - y)) by lra.
    apply Q; lra.
  - rewrite (Rabs_pos_eq (y - z)) by lra. apply Q; lra.
Qed.

(** If f is differentiable at x, both slopes are its derivative. *)
Lemma beside_derive : ex_derive f x -> Derive f x = sl /\ Derive f x = sr.
Proof.
  intro E. assert (D := Derive_correct f x E). apply is_derive_Reals in D.
  destruct beside_slopes as [L R].
  assert (Lim : filterlim (fun h => (f (x + h) - f x) / h) (locally' 0) (locally (Derive f x))).
  { intros P [eps HP]. destruct (D eps (cond_pos eps)) as [d Hd].
    exists d. intros h Hh N. apply HP. apply Hd; [exact N|].
    assert (B : Rabs (h - 0) < d) by exact Hh. rewrite Rminus_0_r in B. exact B. }
  split; [apply (filterlim_locally_unique (F := at_left 0) (fun h => (f (x + h) - f x) / h))
         |apply (filterlim_locally_unique (F := at_right 0) (fun h => (f (x + h) - f x) / h))];
    try assumption; intros P HP; destruct (Lim P HP) as [d Hd]; exists d;
    intros h Hh N; apply (Hd h Hh); lra.
Qed.

(** A limit of derivatives at points that tend to x is sl or sr. *)
Lemma limiting_slope_beside xi : limiting_slope f x xi -> xi = sl \/ xi = sr.
Proof.
  intros [u [Du [Lu Lx]]]. apply Classical_Prop.NNPP. intro N.
  assert (N1 : 0 < Rabs (xi - sl)) by (apply Rabs_pos_lt; intro E; apply N; left; lra).
  assert (N2 : 0 < Rabs (xi - sr)) by (apply Rabs_pos_lt; intro E; apply N; right; lra).
  set (eps := Rmin (Rabs (xi - sl)) (Rabs (xi - sr)) / 2).
  assert (M1 := Rmin_l (Rabs (xi - sl)) (Rabs (xi - sr))).
  assert (M2 := Rmin_r (Rabs (xi - sl)) (Rabs (xi - sr))).
  assert (Pe : 0 < eps).
  { assert (0 < Rmin (Rabs (xi - sl)) (Rabs (xi - sr))) by (apply Rmin_pos; assumption).
    unfold eps. lra. }
  destruct (beside_near eps Pe) as [e [He [P B]]].
  assert (A1 : eventually (fun n => Rabs (u n - x) < e)).
  { apply (Lu (fun y => Rabs (y - x) < e)). exists (mkposreal e He). intros y Hy. exact Hy. }
  assert (A2 : eventually (fun n => Rabs (Derive f (u n) - xi) < eps)).
  { apply (Lx (fun y => Rabs (y - xi) < eps)). exists (mkposreal eps Pe). intros y Hy. exact Hy. }
  destruct (filter_ex _ (filter_and _ _ A1 A2)) as [n [H1 H2]].
  assert (Near : forall s, Rabs (Derive f (u n) - s) < eps -> Rabs (xi - s) < 2 * eps).
  { intros s Hs. replace (xi - s) with (- (Derive f (u n) - xi) + (Derive f (u n) - s)) by ring.
    eapply Rle_lt_trans; [apply Rabs_triang|]. rewrite Rabs_Ropp. lra. }
  apply Rabs_def2 in H1.
  destruct (Req_dec (u n) x) as [E|Nx].
  - assert (Dx := Du n). rewrite E in Dx. destruct (beside_derive Dx) as [E1 _].
    assert (K : Rabs (xi - sl) < 2 * eps).
    { apply Near. rewrite E, E1, Rminus_eq_0, Rabs_R0. exact Pe. }
    unfold eps in K. lra.
  - destruct (B (u n) ltac:(lra) Nx) as [Bl Br].
    destruct (Rtotal_order (u n) x) as [H|[H|H]]; [|contradiction|].
    + assert (K := Near sl (Bl H)). unfold eps in K. lra.
    + assert (K := Near sr (Br H)). unfold eps in K. lra.
Qed.

(** Points beside x that tend to it. *)
Lemma approaching (s : R) :
  s = 1 \/ s = -1 ->
  exists u : nat -> R, (forall n, ex_derive f (u n)) /\ is_lim_seq u x /\
                       (forall n, 0 < s * (u n - x)).
Proof.
  intro Hs. destruct beside as [e [Pe [[C D] _]]].
  assert (P : forall n, 0 < / (INR n + 1)).
  { intro n. apply Rinv_0_lt_compat. generalize (pos_INR n). lra. }
  assert (P1 : forall n, / (INR n + 1) <= 1).
  { intro n. rewrite <- Rinv_1. apply Rinv_le_contravar; [lra|]. generalize (pos_INR n). lra. }
  exists (fun n => x + s * (e / 2) * / (INR n + 1)). split; [|split].
  - intro n. exists (Derive f (x + s * (e / 2) * / (INR n + 1))).
    assert (B : 0 < e / 2 * / (INR n + 1) <= e / 2 * 1).
    { split; [apply Rmult_lt_0_compat; [lra|apply P]|apply Rmult_le_compat_l; [lra|apply P1]]. }
    apply D; destruct Hs as [->| ->]; lra.
  - assert (L : is_lim_seq (fun n => / (INR n + 1)) 0).
    { apply (is_lim_seq_ext (fun n => / INR (S n))); [intro n; rewrite S_INR; reflexivity|].
      apply (is_lim_seq_incr_1 (fun n => / INR n)).
      apply (is_lim_seq_inv INR p_infty); [apply is_lim_seq_INR|discriminate]. }
    assert (K := is_lim_seq_scal_l _ (s * (e / 2)) 0 L).
    assert (K2 := is_lim_seq_plus' _ _ x (s * (e / 2) * 0) (is_lim_seq_const x) K).
    replace (x + s * (e / 2) * 0) with x in K2 by ring. exact K2.
  - intro n. specialize (P n).
    assert (0 < e / 2 * / (INR n + 1)) by (apply Rmult_lt_0_compat; lra).
    destruct Hs as [->| ->]; lra.
Qed.

Lemma limiting_slope_left : limiting_slope f x sl.
Proof.
  destruct (approaching (-1) (or_intror eq_refl)) as [u [Du [Lu Su]]].
  exists u. split; [exact Du|]. split; [exact Lu|].
  destruct beside as [e [Pe [_ [L _]]]]. intros P HP.
  destruct (L P HP) as [d Hd]. assert (K := Lu _ (locally_ball x d)). unfold filtermap in *.
  revert K. apply filter_imp. intros n Hn. apply Hd; [exact Hn|]. specialize (Su n). lra.
Qed.

Lemma limiting_slope_right : limiting_slope f x sr.
Proof.
  destruct (approaching 1 (or_introl eq_refl)) as [u [Du [Lu Su]]].
  exists u. split; [exact Du|]. split; [exact Lu|].
  destruct beside as [e [Pe [_ [_ R]]]]. intros P HP.
  destruct (R P HP) as [d Hd]. assert (K := Lu _ (locally_ball x d)). unfold filtermap in *.
  revert K. apply filter_imp. intros n Hn. apply Hd; [exact Hn|]. specialize (Su n). lra.
Qed.

(** The generalised derivative is the interval between the one-sided slopes. *)
Lemma generalised_derivative_beside xi :
  generalised_derivative f x xi <-> Rmin sl sr <= xi <= Rmax sl sr.
Proof.
  assert (N1 := Rmin_l sl sr). assert (N2 := Rmin_r sl sr).
  assert (N3 := Rmax_l sl sr). assert (N4 := Rmax_r sl sr). split.
  - intros [a [b [Ha [Hb H]]]].
    destruct (limiting_slope_beside a Ha), (limiting_slope_beside b Hb); subst; lra.
  - intro H. unfold Rmin, Rmax in H. destruct (Rle_dec sl sr).
    + exists sl, sr. split; [exact limiting_slope_left|]. split; [exact limiting_slope_right|exact H].
    + exists sr, sl. split; [exact limiting_slope_right|]. split; [exact limiting_slope_left|exact H].
Qed.

(** So are the slopes below f°(x; .). *)
Lemma subdifferential_beside xi :
  subdifferential f x xi <-> Rmin sl sr <= xi <= Rmax sl sr.
Proof.
  destruct beside as [e [Pe [P [Ll Lr]]]].
  destruct (clarke_derivative_kink f (Derive f) x e sl sr Pe P Ll Lr) as [E1 E2].
  split.
  - intro H. assert (H1 := H 1). assert (H2 := H (-1)). rewrite E1 in H1. rewrite E2 in H2.
    simpl in H1, H2. lra.
  - intros [H1 H2]. unfold subdifferential.
    (* shift f by the slope xi: then 0 is between the slopes *)
    set (g := fun t => f t - xi * t).
    assert (Dg : forall t, x - e < t < x + e -> t <> x -> is_derive g t (Derive f t - xi)).
    { intros t Ht N. apply (is_derive_minus f (fun s => xi * s)); [apply P; assumption|].
      auto_derive; [exact I|ring]. }
    assert (St : clarke_stationary g x).
    { apply (stationary_kink g (fun t => Derive f t - xi) x e (sl - xi) (sr - xi) Pe).
      - split; [|exact Dg]. intros t Ht. apply (continuous_minus f (fun s => xi * s)); [apply P, Ht|].
        apply (continuous_scal_r xi (fun s : R => s)), continuous_id.
      - eapply (filterlim_comp_2 (Derive f) (fun _ => - xi) Rplus);
          [exact Ll|apply filterlim_const|apply (filterlim_plus sl (- xi))].
      - eapply (filterlim_comp_2 (Derive f) (fun _ => - xi) Rplus);
          [exact Lr|apply filterlim_const|apply (filterlim_plus sr (- xi))].
      - unfold Rmin, Rmax in *. destruct (Rle_dec sl sr), (Rle_dec (sl - xi) (sr - xi)); lra. }
    apply stationary_subdifferential in St. intro d. specialize (St d). rewrite Rmult_0_l in St.
    assert (Q := proj1 (clarke_derivative_pos g x d) St).
    apply clarke_derivative_ge. intros r l Hr Hl.
    destruct (Q r (l - xi * d) Hr ltac:(lra)) as [y [t [Hy [Ht K]]]].
    exists y, t. split; [exact Hy|]. split; [exact Ht|].
    replace (quotient g d (y, t)) with (quotient f d (y, t) - xi * d) in K; [lra|].
    unfold quotient, g. simpl. field. lra.
Qed.

End Point.

(** * slope-range *)

Section Range.

Variables (f : R -> R) (S : R -> Prop) (d : chain ((R -> R) * (R -> R))).
Hypothesis S_interval : interval S.
Hypothesis pieces : along (range_piece f S) (joined f) m_infty p_infty d.

Lemma range_differentiable : along (differentiable f) (joined f) m_infty p_infty d.
Proof.
  revert pieces. apply along_imp; [|auto]. intros l h a [E [D _]]. split; [exact E|].
  intros x Hx. apply D, span_closed, Hx.
Qed.

Lemma range_continuous x : continuous f x.
Proof.
  apply (differentiable_along_continuous f d m_infty p_infty range_differentiable).
  split; exact I.
Qed.

Lemma range_Derive l h a x :
  range_piece f S l h a -> span l h x -> is_derive f x (snd a x).
Proof.
  intros [E [D _]] Hx. apply (is_derive_piece f (fst a) l h x _ E Hx), D, span_closed, Hx.
Qed.

(** Slopes beside a point on the side of one piece. *)
Lemma range_limit l h a (x : R) (side : (R -> Prop) -> Prop) {FF : Filter side} :
  range_piece f S l h a -> closed_span l h x -> side (span l h) -> filter_le side (locally x) ->
  filterlim (Derive f) side (locally (snd a x)).
Proof.
  intros Ha Hx Hs Hl. apply (filterlim_ext_loc (snd a)).
  - apply filter_imp with (2 := Hs). intros t Ht. symmetry.
    apply is_derive_unique, (range_Derive l h a t Ha Ht).
  - destruct Ha as [_ [_ [C _]]]. intros P HP. apply Hl, (C x Hx P HP).
Qed.

Lemma side_left x : filter_le (at_left x) (locally x).
Proof. intros P [e He]. exists e. intros y Hy _. apply He, Hy. Qed.

Lemma side_right x : filter_le (at_right x) (locally x).
Proof. intros P [e He]. exists e. intros y Hy _. apply He, Hy. Qed.

(** slope-range (1), (2): at each point there are one-sided slopes; they are slopes, at this
    point, of terms whose closed pieces contain it. *)
Theorem slopes_of_pieces (x : R) :
  exists l h a b, range_piece f S (fst l) (snd l) a /\ closed_span (fst l) (snd l) x /\
    range_piece f S (fst h) (snd h) b /\ closed_span (fst h) (snd h) x /\
    slopes_beside f x (snd a x) (snd b x) /\ (~ In x (cuts d) -> snd a x = snd b x).
Proof.
  assert (Near : exists e, 0 < e /\ punctured f (Derive f) x e).
  { assert (K : exists e, 0 < e /\ forall t, x - e < t < x + e -> t <> x -> ~ In t (cuts d)).
    { generalize (cuts d). intro E. induction E as [|c E [e [He IH]]].
      - exists 1. split; [lra|]. simpl. tauto.
      - destruct (Req_dec c x) as [->|N].
        + exists e. split; [exact He|]. intros t Ht Nt [H|H]; [apply Nt; auto|].
          apply (IH t Ht Nt H).
        + assert (P : 0 < Rabs (c - x)) by (apply Rabs_pos_lt; lra).
          assert (M1 := Rmin_l e (Rabs (c - x))). assert (M2 := Rmin_r e (Rabs (c - x))).
          exists (Rmin e (Rabs (c - x))). split; [apply Rmin_pos; assumption|].
          intros t Ht Nt [H|H]; [|apply (IH t ltac:(lra) Nt H)]. subst c.
          assert (Rabs (t - x) < Rabs (t - x)); [|lra]. apply Rabs_def1; lra. }
    destruct K as [e [He K]]. exists e. split; [exact He|].
    split; [intros; apply range_continuous|]. intros t Ht Nt.
    destruct (along_inside _ _ d _ _ pieces t) as [l [h [a [Ha Hs]]]];
      [split; exact I|apply K; assumption|].
    apply Derive_correct. exists (snd a t). apply (range_Derive l h a t Ha Hs). }
  destruct Near as [e [He P]].
  destruct (Classical_Prop.classic (In x (cuts d))) as [Hin|Hout].
  - destruct (along_cut _ _ d _ _ pieces x Hin) as [l [h [a [b [Hl [Hh [Ha [_ Hb]]]]]]]].
    exists (l, Finite x), (Finite x, h), a, b.
    assert (Ca : closed_span l x x) by (split; [apply Rbar_lt_le, Hl|apply Rbar_le_refl]).
    assert (Cb : closed_span x h x) by (split; [apply Rbar_le_refl|apply Rbar_lt_le, Hh]).
    split; [exact Ha|]. split; [exact Ca|]. split; [exact Hb|]. split; [exact Cb|].
    split; [|contradiction]. exists e. split; [exact He|]. split; [exact P|]. split.
    + apply (range_limit l x a x (at_left x) Ha Ca); [|apply side_left].
      destruct (locally_elim _ _ (open_Rbar_gt' x l Hl)) as [r [Hr Kr]].
      apply (at_left_intro x (x - r)); [lra|]. intros t Ht. split; [apply Kr; lra|simpl; lra].
    + apply (range_limit x h b x (at_right x) Hb Cb); [|apply side_right].
      destruct (locally_elim _ _ (open_Rbar_lt' x h Hh)) as [r [Hr Kr]].
      apply (at_right_intro x (x + r)); [lra|]. intros t Ht. split; [simpl; lra|apply Kr; lra].
  - destruct (along_inside _ _ d _ _ pieces x) as [l [h [a [Ha Hs]]]];
      [split; exact I|exact Hout|].
    exists (l, h), (l, h), a, a. simpl. assert (Cx := span_closed l h x Hs).
    split; [exact Ha|]. split; [exact Cx|]. split; [exact Ha|]. split; [exact Cx|].
    split; [|reflexivity]. exists e. split; [exact He|]. split; [exact P|].
    split.
    + apply (range_limit l h a x (at_left x) Ha Cx); [apply (side_left x), span_open, Hs|apply side_left].
    + apply (range_limit l h a x (at_right x) Ha Cx); [apply (side_right x), span_open, Hs|apply side_right].
Qed.

(** slope-range (1): f is locally Lipschitz; the generalised derivative at x is the interval
    between the one-sided slopes, which are in S, and so is contained in S. *)
Theorem slope_range (x : R) :
  lipschitz_near f x /\
  exists sl sr, S sl /\ S sr /\ slopes_beside f x sl sr /\
    (forall xi, generalised_derivative f x xi <-> Rmin sl sr <= xi <= Rmax sl sr) /\
    (forall xi, generalised_derivative f x xi -> S xi).
Proof.
  destruct (slopes_of_pieces x) as [l [h [a [b [Ha [Ca [Hb [Cb [B _]]]]]]]]].
  split; [apply (beside_lipschitz f x _ _ B)|].
  assert (Sa : S (snd a x)) by (destruct Ha as [_ [_ [_ H]]]; apply H, Ca).
  assert (Sb : S (snd b x)) by (destruct Hb as [_ [_ [_ H]]]; apply H, Cb).
  exists (snd a x), (snd b x). split; [exact Sa|]. split; [exact Sb|]. split; [exact B|].
  assert (G := generalised_derivative_beside f x _ _ B). split; [exact G|].
  intros xi H. apply G in H. unfold Rmin, Rmax in H. destruct (Rle_dec (snd a x) (snd b x)).
  - apply (S_interval (snd a x) (snd b x)); assumption.
  - apply (S_interval (snd b x) (snd a x)); assumption.
Qed.

(** slope-range (3): difference quotients are in S. *)
Lemma increment_in (E : list R) (u v : R) :
  u < v -> (forall t, u < t < v -> ~ In t E -> is_derive f t (Derive f t) /\ S (Derive f t)) ->
  exists q, S q /\ f v - f u = q * (v - u).
Proof.
  revert u v. induction E as [|e E IH]; intros u v Huv D.
  - destruct (mean_value f (Derive f) u v Huv) as [c [Hc Ec]].
    + apply continuous_on_pointwise. intros; apply range_continuous.
    + intros t Ht. apply D; [exact Ht|]. simpl. tauto.
    + exists (Derive f c). split; [apply D; [exact Hc|simpl; tauto]|exact Ec].
  - assert (K : forall a b, a < b -> u <= a -> b <= v -> (e <= a \/ b <= e) ->
                exists q, S q /\ f b - f a = q * (b - a)).
    { intros a b Hab Ha Hb He. apply IH; [exact Hab|]. intros t Ht N. apply D; [lra|].
      intros [->|H]; [lra|contradiction]. }
    destruct (Rle_lt_dec e u) as [H1|H1]; [apply K; lra|].
    destruct (Rle_lt_dec v e) as [H2|H2]; [apply K; lra|].
    destruct (K u e ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra)) as [p [Sp Ep]].
    destruct (K e v ltac:(lra) ltac:(lra) ltac:(lra) ltac:(lra)) as [q [Sq Eq]].
    exists ((f v - f u) / (v - u)). split; [|field; lra].
    assert (W : (f v - f u) * / (v - u) = (p * (e - u) + q * (v - e)) * / (v - u)) by (f_equal; lra).
    assert (I : 0 < / (v - u)) by (apply Rinv_0_lt_compat; lra).
    assert (Bt : forall m, (v - u) * m * / (v - u) = m) by (intro m; field; lra).
    unfold Rdiv. rewrite W. destruct (Rle_lt_dec p q) as [L|L].
    + apply (S_interval p q); try assumption.
      rewrite <- (Bt p) at 1. rewrite <- (Bt q) at 3. split; (apply Rmult_le_compat_r; [lra|]).
      * assert (p * (v - e) <= q * (v - e)) by (apply Rmult_le_compat_r; lra). lra.
      * assert (p * (e - u) <= q * (e - u)) by (apply Rmult_le_compat_r; lra). lra.
    + apply (S_interval q p); try assumption.
      rewrite <- (Bt q) at 1. rewrite <- (Bt p) at 3. split; (apply Rmult_le_compat_r; [lra|]).
      * assert (q * (e - u) <= p * (e - u)) by (apply Rmult_le_compat_r; lra). lra.
      * assert (q * (v - e) <= p * (v - e)) by (apply Rmult_le_compat_r; lra). lra.
Qed.

Theorem quotients_in_range (x y : R) : x <> y -> S ((f y - f x) / (y - x)).
Proof.
  assert (D : forall t, ~ In t (cuts d) -> is_derive f t (Derive f t) /\ S (Derive f t)).
  { intros t N. destruct (along_inside _ _ d _ _ pieces t) as [l [h [a [Ha Hs]]]];
      [split; exact I|exact N|].
    assert (E := range_Derive l h a t Ha Hs). rewrite (is_derive_unique _ _ _ E).
    split; [exact E|]. destruct Ha as [_ [_ [_ H]]]. apply H, span_closed, Hs. }
  intro N. destruct (Rtotal_order x y) as [H|[H|H]]; [|contradiction|].
  - destruct (increment_in (cuts d) x y H) as [q [Sq E]]; [intros t _; apply D|].
    replace ((f y - f x) / (y - x)) with q; [exact Sq|]. rewrite E. field. lra.
  - destruct (increment_in (cuts d) y x H) as [q [Sq E]]; [intros t _; apply D|].
    replace ((f y - f x) / (y - x)) with q; [exact Sq|].
    replace (f y - f x) with (- (f x - f y)) by ring. rewrite E. field. lra.
Qed.

(** slope-range (4): f is C1 iff the one-sided slopes agree at every cut. *)
Theorem range_C1 :
  (forall x, ex_derive f x /\ continuous (Derive f) x) <->
  (forall c sl sr, In c (cuts d) -> slopes_beside f c sl sr -> sl = sr).
Proof.
  split.
  - intros H c sl sr _ B. destruct (beside_derive f c sl sr B (proj1 (H c))) as [<- <-]. reflexivity.
  - intros H x.
    destruct (slopes_of_pieces x) as [l [h [a [b [Ha [Ca [Hb [Cb [B N]]]]]]]]].
    assert (E : snd a x = snd b x).
    { destruct (Classical_Prop.classic (In x (cuts d))) as [Hi|Ho]; [|apply N, Ho].
      apply (H x _ _ Hi B). }
    rewrite <- E in B. set (s := snd a x) in *.
    destruct (beside_slopes f x s s B) as [L R].
    assert (Dx : is_derive f x s).
    { apply is_derive_Reals. intros eps He.
      destruct (at_left_elim _ _ (L _ (locally_ball s (mkposreal eps He)))) as [p [Hp Kp]].
      destruct (at_right_elim _ _ (R _ (locally_ball s (mkposreal eps He)))) as [q [Hq Kq]].
      assert (M1 := Rmin_l (- p) q). assert (M2 := Rmin_r (- p) q).
      assert (M : 0 < Rmin (- p) q) by (apply Rmin_pos; lra).
      exists (mkposreal _ M). simpl. intros k Nk Hk. apply Rabs_def2 in Hk.
      destruct (Rtotal_order k 0) as [G|[G|G]]; [apply (Kp k); lra|contradiction|apply (Kq k); lra]. }
    split; [exists s; exact Dx|].
    destruct B as [e [He [_ [L' R']]]].
    apply (continuous_glue (Derive f) (Derive f) (Derive f) x).
    + apply filter_forall. reflexivity.
    + apply filter_forall. reflexivity.
    + rewrite (is_derive_unique _ _ _ Dx). exact L'.
    + rewrite (is_derive_unique _ _ _ Dx). exact R'.
Qed.

End Range.
