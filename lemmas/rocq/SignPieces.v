(* Sign-piecewise analytic functions of one variable: countably many pieces, described by
   signs of analytic functions on open sets.  The class is closed under composition, sums
   and products, and such a function is analytic off a countable set: Facts 6 and 7 of the
   page on training graphs, in one variable. *)
From Coq Require Import Reals Lra Lia List Arith Cantor.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus RealAnalytic PowerSeriesComposition.
Open Scope R_scope.

(** The data of the pieces: an open set, conditions (an analytic function and the sign that
    it must have), and an analytic function. *)
Record sign_pieces : Type := SignPieces {
  region : nat -> R -> Prop;
  conditions : nat -> list ((R -> R) * R);
  formula : nat -> R -> R;
  region_open : forall j, open (region j);
  conditions_analytic : forall j y p, region j y -> In p (conditions j) -> real_analytic (fst p) y;
  formula_analytic : forall j y, region j y -> real_analytic (formula j) y }.

Definition in_piece (s : sign_pieces) (j : nat) (y : R) : Prop :=
  region s j y /\ forall p, In p (conditions s j) -> sign (fst p y) = snd p.

(** h is sign-piecewise analytic on D, by these pieces. *)
Definition piecewise_by (s : sign_pieces) (D : R -> Prop) (h : R -> R) : Prop :=
  (forall y, D y -> exists j, in_piece s j y) /\
  (forall j k y, D y -> in_piece s j y -> in_piece s k y -> j = k) /\
  (forall j y, D y -> in_piece s j y -> h y = formula s j y).

Definition sign_piecewise_analytic (D : R -> Prop) (h : R -> R) : Prop :=
  exists s, piecewise_by s D h.

(** * Composition: Fact 6 (c) *)

Section Composition.

Variables s t : sign_pieces.
Let inner (i : nat) : nat := fst (of_nat i).
Let outer (i : nat) : nat := snd (of_nat i).

Definition composed_region (i : nat) (y : R) : Prop :=
  region s (inner i) y /\ region t (outer i) (formula s (inner i) y).

Definition composed_conditions (i : nat) : list ((R -> R) * R) :=
  conditions s (inner i) ++
  map (fun p => (fun y => fst p (formula s (inner i) y), snd p)) (conditions t (outer i)).

Definition composed_formula (i : nat) (y : R) : R :=
  formula t (outer i) (formula s (inner i) y).

Lemma composed_region_open i : open (composed_region i).
Proof.
  intros y [H1 H2]. apply (filter_and (F := locally y)).
  - apply (region_open s (inner i) y H1).
  - apply (real_analytic_continuous _ _ (formula_analytic s _ y H1)).
    apply (region_open t (outer i) _ H2).
Qed.

Lemma composed_conditions_analytic i y p :
  composed_region i y -> In p (composed_conditions i) -> real_analytic (fst p) y.
Proof.
  intros [H1 H2] Hp. apply in_app_or in Hp. destruct Hp as [Hp|Hp].
  - apply (conditions_analytic s (inner i)); assumption.
  - apply in_map_iff in Hp. destruct Hp as [q [<- Hq]]. simpl.
    apply (real_analytic_comp (fst q) (formula s (inner i))).
    + apply formula_analytic, H1.
    + apply (conditions_analytic t (outer i)); assumption.
Qed.

Lemma composed_formula_analytic i y : composed_region i y -> real_analytic (composed_formula i) y.
Proof.
  intros [H1 H2]. apply (real_analytic_comp (formula t (outer i)) (formula s (inner i))).
  - apply formula_analytic, H1.
  - apply formula_analytic, H2.
Qed.

Definition composed : sign_pieces :=
  SignPieces composed_region composed_conditions composed_formula
    composed_region_open composed_conditions_analytic composed_formula_analytic.

Lemma in_composed i y :
  in_piece composed i y <->
  in_piece s (inner i) y /\ in_piece t (outer i) (formula s (inner i) y).
Proof.
  unfold in_piece, composed, composed_region, composed_conditions. simpl. split.
  - intros [[H1 H2] H]. split; split; try assumption; intros p Hp.
    + apply H, in_or_app. left. exact Hp.
    + apply (H (fun y => fst p (formula s (inner i) y), snd p)).
      apply in_or_app. right. apply in_map_iff. exists p. auto.
  - intros [[H1 K1] [H2 K2]]. split; [split; assumption|]. intros p Hp.
    apply in_app_or in Hp. destruct Hp as [Hp|Hp]; [apply K1, Hp|].
    apply in_map_iff in Hp. destruct Hp as [q [<- Hq]]. simpl. apply K2, Hq.
Qed.

Theorem composition_piecewise (D E : R -> Prop) (g h : R -> R) :
  (forall y, D y -> E (g y)) -> piecewise_by s D g -> piecewise_by t E h ->
  piecewise_by composed D (fun y => h (g y)).
Proof.
  intros M [C1 [U1 F1]] [C2 [U2 F2]]. repeat split.
  - intros y Hy. destruct (C1 y Hy) as [j Hj]. destruct (C2 (g y) (M y Hy)) as [k Hk].
    exists (to_nat (j, k)). apply in_composed. unfold inner, outer.
    rewrite cancel_of_to. simpl. rewrite <- (F1 j y Hy Hj). auto.
  - intros i i' y Hy Hi Hi'. apply in_composed in Hi, Hi'.
    destruct Hi as [A1 A2], Hi' as [B1 B2].
    rewrite <- (F1 _ y Hy A1) in A2. rewrite <- (F1 _ y Hy B1) in B2.
    assert (E1 := U1 _ _ y Hy A1 B1). assert (E2 := U2 _ _ (g y) (M y Hy) A2 B2).
    rewrite <- (cancel_to_of i), <- (cancel_to_of i').
    rewrite (surjective_pairing (of_nat i)), (surjective_pairing (of_nat i')).
    unfold inner, outer in E1, E2. rewrite E1, E2. reflexivity.
  - intros i y Hy Hi. apply in_composed in Hi. destruct Hi as [A1 A2].
    rewrite <- (F1 _ y Hy A1) in A2. unfold composed_formula.
    simpl. unfold composed_formula. rewrite <- (F1 _ y Hy A1). apply (F2 _ _ (M y Hy) A2).
Qed.

End Composition.

(** * Sums and products: Fact 6 (a) *)

Section Combination.

Variables s t : sign_pieces.
Variable op : R -> R -> R.
Hypothesis op_analytic : forall f g x,
  real_analytic f x -> real_analytic g x -> real_analytic (fun y => op (f y) (g y)) x.
Let one (i : nat) : nat := fst (of_nat i).
Let two (i : nat) : nat := snd (of_nat i).

Definition combined_region (i : nat) (y : R) : Prop := region s (one i) y /\ region t (two i) y.

Definition combined_conditions (i : nat) : list ((R -> R) * R) :=
  conditions s (one i) ++ conditions t (two i).

Definition combined_formula (i : nat) (y : R) : R := op (formula s (one i) y) (formula t (two i) y).

Lemma combined_region_open i : open (combined_region i).
Proof.
  intros y [H1 H2]. apply (filter_and (F := locally y));
    [apply (region_open s (one i) y H1)|apply (region_open t (two i) y H2)].
Qed.

Lemma combined_conditions_analytic i y p :
  combined_region i y -> In p (combined_conditions i) -> real_analytic (fst p) y.
Proof.
  intros [H1 H2] Hp. apply in_app_or in Hp. destruct Hp as [Hp|Hp].
  - apply (conditions_analytic s (one i)); assumption.
  - apply (conditions_analytic t (two i)); assumption.
Qed.

Lemma combined_formula_analytic i y : combined_region i y -> real_analytic (combined_formula i) y.
Proof. intros [H1 H2]. apply op_analytic; apply formula_analytic; assumption. Qed.

Definition combined : sign_pieces :=
  SignPieces combined_region combined_conditions combined_formula
    combined_region_open combined_conditions_analytic combined_formula_analytic.

Lemma in_combined i y : in_piece combined i y <-> in_piece s (one i) y /\ in_piece t (two i) y.
Proof.
  unfold in_piece, combined, combined_region, combined_conditions. simpl. split.
  - intros [[H1 H2] H]. split; split; try assumption; intros p Hp; apply H, in_or_app; auto.
  - intros [[H1 K1] [H2 K2]]. split; [split; assumption|]. intros p Hp.
    apply in_app_or in Hp. destruct Hp; auto.
Qed.

Theorem combination_piecewise (D : R -> Prop) (g h : R -> R) :
  piecewise_by s D g -> piecewise_by t D h -> piecewise_by combined D (fun y => op (g y) (h y)).
Proof.
  intros [C1 [U1 F1]] [C2 [U2 F2]]. repeat split.
  - intros y Hy. destruct (C1 y Hy) as [j Hj]. destruct (C2 y Hy) as [k Hk].
    exists (to_nat (j, k)). apply in_combined. unfold one, two. rewrite cancel_of_to. auto.
  - intros i i' y Hy Hi Hi'. apply in_combined in Hi, Hi'.
    destruct Hi as [A1 A2], Hi' as [B1 B2].
    assert (E1 := U1 _ _ y Hy A1 B1). assert (E2 := U2 _ _ y Hy A2 B2).
    rewrite <- (cancel_to_of i), <- (cancel_to_of i').
    rewrite (surjective_pairing (of_nat i)), (surjective_pairing (of_nat i')).
    unfold one, two in E1, E2. rewrite E1, E2. reflexivity.
  - intros i y Hy Hi. apply in_combined in Hi. destruct Hi as [A1 A2].
    simpl. unfold combined_formula. rewrite (F1 _ y Hy A1), (F2 _ y Hy A2). reflexivity.
Qed.

End Combination.

(** The class is closed under composition, sums and products. *)
Theorem sign_piecewise_comp (D E : R -> Prop) (g h : R -> R) :
  (forall y, D y -> E (g y)) -> sign_piecewise_analytic D g -> sign_piecewise_analytic E h ->
  sign_piecewise_analytic D (fun y => h (g y)).
Proof.
  intros M [s Hs] [t Ht]. exists (composed s t). apply (composition_piecewise s t D E); assumption.
Qed.

Theorem sign_piecewise_plus (D : R -> Prop) (g h : R -> R) :
  sign_piecewise_analytic D g -> sign_piecewise_analytic D h ->
  sign_piecewise_analytic D (fun y => g y + h y).
Proof.
  intros [s Hs] [t Ht]. exists (combined s t Rplus real_analytic_plus).
  apply combination_piecewise; assumption.
Qed.

Theorem sign_piecewise_mult (D : R -> Prop) (g h : R -> R) :
  sign_piecewise_analytic D g -> sign_piecewise_analytic D h ->
  sign_piecewise_analytic D (fun y => g y * h y).
Proof.
  intros [s Hs] [t Ht]. exists (combined s t Rmult real_analytic_mult).
  apply combination_piecewise; assumption.
Qed.

(** * Functions that are analytic off a countable closed set: Fact 6 (d) *)

Section Exceptional.

(** The exceptional set, listed without repetition by the n with [listed n]. *)
Variables (h : R -> R) (listed : nat -> Prop) (point : nat -> R).
Hypothesis once : forall n m, listed n -> listed m -> point n = point m -> n = m.

Definition exceptional (y : R) : Prop := exists n, listed n /\ point n = y.

Hypothesis closed_set : open (fun y => ~ exceptional y).
Hypothesis analytic_off : forall y, ~ exceptional y -> real_analytic h y.

Definition point_region (j : nat) (y : R) : Prop :=
  match j with O => ~ exceptional y | S n => listed n end.

Definition point_conditions (j : nat) : list ((R -> R) * R) :=
  match j with O => nil | S n => ((fun y => y - point n), 0) :: nil end.

Definition point_formula (j : nat) (y : R) : R :=
  match j with O => h y | S n => h (point n) end.

Lemma point_region_open j : open (point_region j).
Proof.
  destruct j as [|n]; [exact closed_set|]. intros y Hy. apply filter_forall. intro z. exact Hy.
Qed.

Lemma point_conditions_analytic j y p :
  point_region j y -> In p (point_conditions j) -> real_analytic (fst p) y.
Proof.
  destruct j as [|n]; simpl; intros _ H; [contradiction|]. destruct H as [<-|[]]. simpl.
  apply real_analytic_minus; [apply real_analytic_id|apply real_analytic_const].
Qed.

Lemma point_formula_analytic j y : point_region j y -> real_analytic (point_formula j) y.
Proof.
  destruct j as [|n]; intro H; [apply analytic_off, H|].
  exact (real_analytic_const (h (point n)) y).
Qed.

Lemma sign_zero_inv x : sign x = 0 -> x = 0.
Proof.
  intro H. destruct (Rtotal_order x 0) as [L|[E|G]]; [|exact E|].
  - rewrite sign_eq_m1 in H by exact L. lra.
  - rewrite sign_eq_1 in H by exact G. lra.
Qed.

Theorem countably_many_exceptions (D : R -> Prop) : sign_piecewise_analytic D h.
Proof.
  exists (SignPieces point_region point_conditions point_formula point_region_open
            point_conditions_analytic point_formula_analytic).
  assert (In_point : forall n y, in_piece (SignPieces point_region point_conditions point_formula
            point_region_open point_conditions_analytic point_formula_analytic) (S n) y ->
            listed n /\ y = point n).
  { intros n y [H K]. split; [exact H|].
    assert (Z := K _ (or_introl eq_refl)). simpl in Z. apply sign_zero_inv in Z. lra. }
  repeat split.
  - intros y _. destruct (Classical_Prop.classic (exceptional y)) as [[n [Hn E]]|N].
    + exists (S n). split; [exact Hn|]. simpl. intros p [<-|[]]. simpl.
      rewrite E, Rminus_eq_0. apply sign_0.
    + exists O. split; [exact N|]. simpl. contradiction.
  - intros [|n] [|m] y _ Hn Hm.
    + reflexivity.
    + destruct (In_point m y Hm) as [L ->]. destruct Hn as [N _]. elim N. exists m. auto.
    + destruct (In_point n y Hn) as [L ->]. destruct Hm as [N _]. elim N. exists n. auto.
    + destruct (In_point n y Hn) as [L1 E1]. destruct (In_point m y Hm) as [L2 E2].
      f_equal. apply once; try assumption. rewrite <- E1, <- E2. reflexivity.
  - intros [|n] y _ Hn; [reflexivity|]. destruct (In_point n y Hn) as [_ ->]. reflexivity.
Qed.

End Exceptional.

(** * Where the piece is constant: Fact 7 *)

(** At most countable: each point has a number, and no two points the same one. *)
Definition countable (S : R -> Prop) : Prop :=
  exists code : R -> nat -> Prop,
    (forall y, S y -> exists n, code y n) /\
    (forall y z n, S y -> S z -> code y n -> code z n -> y = z).

(** An analytic function that is 0 at a point is 0 near it, or nowhere else near it. *)
Lemma isolated_zero (g : R -> R) (x : R) :
  real_analytic g x ->
  locally x (fun y => g y = 0) \/
  exists e, 0 < e /\ forall y, y <> x -> x - e < y < x + e -> g y <> 0.
Proof.
  intro H. destruct (analytic_series g x H) as [a [r [Hr [CV E]]]].
  destruct (Classical_Prop.classic (forall n, a n = 0)) as [Z|N].
  - left. apply (locally_intro x r); [exact Hr|]. intros y Hy.
    replace y with (x + (y - x)) by ring. rewrite E by (apply Rabs_def1; lra).
    rewrite (PSeries_ext a (fun _ => 0) _ Z). apply PSeries_const_0.
  - right.
    assert (L : exists n, a n <> 0 /\ forall k, (k < n)%nat -> a k = 0).
    { apply Classical_Pred_Type.not_all_ex_not in N. destruct N as [n Hn].
      revert Hn. induction n as [n IH] using lt_wf_ind. intro Hn.
      destruct (Classical_Prop.classic (forall k, (k < n)%nat -> a k = 0)) as [K|K].
      - exists n. auto.
      - apply Classical_Pred_Type.not_all_ex_not in K. destruct K as [k Hk].
        assert (Lk : (k < n)%nat /\ a k <> 0) by (apply Classical_Prop.NNPP; tauto).
        apply (IH k); apply Lk. }
    destruct L as [n [Hn Lz]].
    set (b := PS_decr_n a n).
    assert (F : forall h, Rabs h < r -> is_pseries b h (PSeries b h) /\ g (x + h) = h ^ n * PSeries b h).
    { intros h Hh. assert (Ea : ex_pseries a h) by apply CV_radius_inside, CV, Hh.
      assert (Eb : ex_pseries b h).
      { destruct (Req_dec h 0) as [->|Nh]; [apply (ex_pseries_0 (K := R_AbsRing) (V := R_NormedModule))|].
        apply (ex_pseries_decr_n (K := R_AbsRing) (V := R_NormedModule) a n h); [|exact Ea].
        right. exists (/ h). unfold mult, one; simpl. field. exact Nh. }
      split; [apply PSeries_correct, Eb|].
      rewrite E by exact Hh. destruct n as [|m].
      - simpl. rewrite Rmult_1_l. apply PSeries_ext. intro k. reflexivity.
      - rewrite (PSeries_decr_n a m h Ea). rewrite sum_eq_R0; [unfold b; ring|].
        intros k Hk. rewrite Lz by lia. ring. }
    assert (Rb : Rbar_lt (Rabs 0) (CV_radius b)).
    { apply (radius_of_convergence b r Hr); [|rewrite Rabs_R0; exact Hr].
      intros h Hh. exists (PSeries b h). apply F, Hh. }
    assert (C : continuous (PSeries b) 0).
    { apply continuity_pt_filterlim, PSeries_continuity, Rb. }
    assert (B0 : PSeries b 0 = a n).
    { rewrite PSeries_0. unfold b, PS_decr_n. f_equal. lia. }
    assert (P : 0 < Rabs (a n)) by (apply Rabs_pos_lt, Hn).
    destruct (locally_elim 0 _ (C _ (locally_ball (PSeries b 0) (mkposreal _ P)))) as [e [He K]].
    assert (M1 := Rmin_l r e). assert (M2 := Rmin_r r e).
    exists (Rmin r e). split; [apply Rmin_pos; assumption|]. intros y Ny Hy.
    replace y with (x + (y - x)) by ring.
    destruct (F (y - x)) as [_ ->]; [apply Rabs_def1; lra|].
    apply Rmult_integral_contrapositive. split; [apply pow_nonzero; lra|].
    intro Z. assert (Q : Rabs (PSeries b (y - x) - PSeries b 0) < Rabs (a n)) by (apply K; lra).
    rewrite Z, B0, Rminus_0_l, Rabs_Ropp in Q. lra.
Qed.

Section Constant.

Variables (s : sign_pieces) (U : R -> Prop) (h : R -> R).
Hypothesis U_open : open U.
Hypothesis pieces : piecewise_by s U h.

(** The points near which the piece is constant. *)
Definition settled (x : R) : Prop := U x /\ exists j, locally x (in_piece s j).

Lemma settled_open : open settled.
Proof.
  intros x [Hx [j Hj]]. apply (filter_and (F := locally x)); [apply U_open, Hx|].
  destruct (locally_locally x (in_piece s j)) as [e He]; [exact Hj|].
  exists e. intros y Hy. exists j. apply He, Hy.
Qed.

Theorem settled_analytic x : settled x -> real_analytic h x.
Proof.
  intros [Hx [j Hj]]. destruct pieces as [_ [_ F]].
  apply (real_analytic_ext (formula s j) h).
  - generalize (filter_and _ _ (U_open x Hx) Hj). apply filter_imp.
    intros y [Hy Py]. symmetry. apply F; assumption.
  - apply formula_analytic, (locally_singleton _ _ Hj).
Qed.

(** A point of a piece that is not settled is an isolated zero of one of the conditions. *)
Lemma unsettled_zero x j :
  U x -> in_piece s j x -> ~ settled x ->
  exists i p e, nth_error (conditions s j) i = Some p /\ fst p x = 0 /\ 0 < e /\
                forall y, y <> x -> x - e < y < x + e -> fst p y <> 0.
Proof.
  intros Hx [Hr Hc] N. apply Classical_Prop.NNPP. intro M. apply N. split; [exact Hx|]. exists j.
  assert (A : forall p, In p (conditions s j) -> locally x (fun y => sign (fst p y) = snd p)).
  { intros p Hp.
    assert (An := conditions_analytic s j x p Hr Hp). assert (Sg := Hc p Hp).
    destruct (Req_dec (fst p x) 0) as [Z|Nz].
    - destruct (isolated_zero (fst p) x An) as [L|[e [He K]]].
      + revert L. apply filter_imp. intros y ->. rewrite <- Sg, Z. reflexivity.
      + exfalso. apply M. apply In_nth_error in Hp. destruct Hp as [i Hi].
        exists i, p, e. auto.
    - assert (P : 0 < Rabs (fst p x)) by (apply Rabs_pos_lt, Nz).
      assert (L := real_analytic_continuous _ _ An _ (locally_ball (fst p x) (mkposreal _ P))).
      unfold filtermap in L. revert L. apply filter_imp. intros y Hy.
      assert (B : Rabs (fst p y - fst p x) < Rabs (fst p x)) by exact Hy.
      rewrite <- Sg. destruct (Rtotal_order (fst p x) 0) as [L|[E|G]]; [|contradiction|].
      + rewrite (Rabs_left (fst p x)) in B by exact L. apply Rabs_def2 in B.
        rewrite !sign_eq_m1; [reflexivity|exact L|lra].
      + rewrite (Rabs_pos_eq (fst p x)) in B by lra. apply Rabs_def2 in B.
        rewrite !sign_eq_1; [reflexivity|exact G|lra]. }
  assert (All : forall l, (forall p, In p l -> locally x (fun y => sign (fst p y) = snd p)) ->
                locally x (fun y => forall p, In p l -> sign (fst p y) = snd p)).
  { intro l. induction l as [|p l IH]; intro H.
    - apply filter_forall. simpl. contradiction.
    - generalize (filter_and _ _ (H p (or_introl eq_refl)) (IH (fun q Hq => H q (or_intror Hq)))).
      apply filter_imp. intros y [H1 H2] q [<-|Hq]; [exact H1|apply H2, Hq]. }
  generalize (filter_and _ _ (region_open s j x Hr) (All _ A)). apply filter_imp.
  intros y [H1 H2]. split; assumption.
Qed.

(** Fact 7: off a countable set the piece is constant near the point. *)
Theorem unsettled_countable : countable (fun x => U x /\ ~ settled x).
Proof.
  destruct pieces as [C _].
  exists (fun x c => exists j i n a b p,
    c = to_nat (j, to_nat (i, to_nat (n, to_nat (a, b)))) /\
    nth_error (conditions s j) i = Some p /\ fst p x = 0 /\
    (forall y, y <> x -> Rabs (y - x) < / (INR n + 1) -> fst p y <> 0) /\
    INR a - INR b <= x * (INR n + 1) < INR a - INR b + 1).
  split.
  - intros x [Hx N]. destruct (C x Hx) as [j Hj].
    destruct (unsettled_zero x j Hx Hj N) as [i [p [e [Hp [Z [He K]]]]]].
    destruct (archimed_cor1 e He) as [n [Hn Pn]].
    set (z := (up (x * (INR n + 1)) - 1)%Z).
    exists (to_nat (j, to_nat (i, to_nat (n, to_nat (Z.to_nat z, Z.to_nat (- z)))))).
    exists j, i, n, (Z.to_nat z), (Z.to_nat (- z)), p.
    split; [reflexivity|]. split; [exact Hp|]. split; [exact Z|]. split.
    + intros y Ny Hy. apply K; [exact Ny|].
      assert (Pos : 0 < INR n) by (apply lt_0_INR, Pn).
      assert (Q : / (INR n + 1) < / INR n) by (apply Rinv_lt_contravar; [apply Rmult_lt_0_compat|]; lra).
      assert (B : Rabs (y - x) < e) by lra. apply Rabs_def2 in B. lra.
    + assert (Ez : INR (Z.to_nat z) - INR (Z.to_nat (- z)) = IZR z).
      { rewrite !INR_IZR_INZ, <- minus_IZR. f_equal. lia. }
      rewrite Ez. unfold z. rewrite minus_IZR.
      destruct (archimed (x * (INR n + 1))). lra.
  - intros x y c _ _ [j [i [n [a [b [p [-> [Hp [Zx [Kx Bx]]]]]]]]]]
      [j' [i' [n' [a' [b' [p' [Ec [Hp' [Zy [Ky By]]]]]]]]]].
    apply to_nat_inj, pair_equal_spec in Ec. destruct Ec as [<- Ec].
    apply to_nat_inj, pair_equal_spec in Ec. destruct Ec as [<- Ec].
    apply to_nat_inj, pair_equal_spec in Ec. destruct Ec as [<- Ec].
    apply to_nat_inj, pair_equal_spec in Ec. destruct Ec as [<- <-].
    rewrite Hp in Hp'. injection Hp' as <-.
    apply Classical_Prop.NNPP. intro Nxy.
    assert (Pos : 0 < INR n + 1) by (generalize (pos_INR n); lra).
    apply (Kx y); [intro E; apply Nxy; symmetry; exact E| |exact Zy].
    apply Rmult_lt_reg_r with (INR n + 1); [exact Pos|].
    rewrite Rinv_l by lra. rewrite <- (Rabs_pos_eq (INR n + 1)) at 1 by lra.
    rewrite <- Rabs_mult. apply Rabs_def1; lra.
Qed.

End Constant.
