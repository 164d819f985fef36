(* The rules for claims about an activation on the whole line, put together: a subject with
   guards is resolved on finitely many pieces to analytic terms, it is continuous at the
   cuts, and the terms satisfy what the rule asks.  Then the subject is defined everywhere
   and the claim holds of the function that it denotes.
   Rules: valley, monotone-pieces, slope-bound, convex-pieces, analytic-pieces.
   The terms have no parameters; the lemmas themselves are about any functions. *)
From Coq Require Import Reals Lra.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus Stationary RealAnalytic Pieces Operations.
From Invex Require Import Chain Valley Refutations Properties Monotone PiecewiseAnalytic TermPieces.
From Invex Require Terms.
Open Scope R_scope.

(** * Resolving on a smaller set *)

Lemma resolves_subset (S S' : R -> Prop) :
  (forall x, S' x -> S x) ->
  (forall t F, resolves S t F -> resolves S' t F) /\ (forall c b, truth S c b -> truth S' c b).
Proof.
  intro Sub. apply subject_condition_induction; simpl; try tauto.
  - intros o u IH F [A [H E]]. exists A. auto.
  - intros o u IHu v IHv F [A [B [H [K E]]]]. exists A, B. auto.
  - intros u IH F [A [s [H [Hs E]]]]. exists A, s. split; [auto|]. split; [|exact E].
    intros x Hx. apply Hs, Sub, Hx.
  - intros u IH F [A [H K]]. exists A. split; [auto|].
    destruct K as [[Hs E]|[[Hs E]|[Hs E]]]; [left|right; left|right; right];
      (split; [intros x Hx; apply Hs, Sub, Hx|exact E]).
  - intros u IHu v IHv F [A [B [s [H [K [Hs E]]]]]]. exists A, B, s.
    split; [auto|]. split; [auto|]. split; [intros x Hx; apply Hs, Sub, Hx|exact E].
  - intros u IHu v IHv F [A [B [s [H [K [Hs E]]]]]]. exists A, B, s.
    split; [auto|]. split; [auto|]. split; [intros x Hx; apply Hs, Sub, Hx|exact E].
  - intros c IHc u IHu v IHv F [[H K]|[H K]]; [left|right]; auto.
  - intros u IHu v IHv b [A [B [s [H [K [Hs E]]]]]]. exists A, B, s.
    split; [auto|]. split; [auto|]. split; [intros x Hx; apply Hs, Sub, Hx|exact E].
  - intros u IHu v IHv b [A [B [s [H [K [Hs E]]]]]]. exists A, B, s.
    split; [auto|]. split; [auto|]. split; [intros x Hx; apply Hs, Sub, Hx|exact E].
  - intros c IH b. apply IH.
  - intros c IHc e IHe b [p [q [H [K E]]]]. exists p, q. auto.
  - intros c IHc e IHe b [p [q [H [K E]]]]. exists p, q. auto.
Qed.

Lemma marked_subset (l l' r r' : R -> Prop) (c : R) :
  (forall x, l' x -> l x) -> (forall x, r' x -> r x) ->
  forall t, marked l r c t -> marked l' r' c t.
Proof.
  intros Il Ir t H. destruct (resolves_subset l l' Il) as [Rl Tl].
  destruct (resolves_subset r r' Ir) as [Rr Tr].
  induction H; try (constructor; auto; fail).
  - apply marked_sign with r0; auto.
  - apply marked_join with L M N; auto.
Qed.

(** * Subjects on pieces *)

Definition between (u v x : R) : Prop := u < x < v.

Section Subject.

Variable t : subject.

(** What a claim says of a subject: it is defined everywhere, and its function has the
    property. *)
Definition claimed (property : (R -> R) -> Prop) : Prop :=
  (forall x, exists y, means t x y) /\
  (forall f, (forall x, means t x (f x)) -> property f).

(** The guards have signs on the open piece that leave the term T, analytic there. *)
Definition subject_piece (lo hi : Rbar) (T : Terms.term) : Prop :=
  resolves (span lo hi) t (embed T) /\ forall x, span lo hi x -> Terms.analytic T x.

(** At the cut the guards are decided, all is defined, and the root is marked. *)
Definition subject_cut (c : R) : Prop :=
  exists u v M, u < c < v /\ resolves (middle c) t M /\ defined M c /\
                marked (between u c) (between c v) c t.

Section Chain.

(** A piece carries a term, and what the rule needs besides. *)
Variables (A : Type) (tm : A -> Terms.term).
Variables (P : Rbar -> Rbar -> A -> Prop) (J : A -> R -> A -> Prop).

Definition rule_piece (lo hi : Rbar) (a : A) : Prop := subject_piece lo hi (tm a) /\ P lo hi a.
Definition rule_cut (a : A) (c : R) (b : A) : Prop := subject_cut c /\ J a c b.

Lemma piece_means lo hi a x :
  rule_piece lo hi a -> span lo hi x -> means t x (Terms.eval (tm a) x).
Proof.
  intros [[R D] _] Hx. rewrite <- embed_value.
  apply (proj1 (resolved_value (span lo hi)) t (embed (tm a)) R x Hx).
  apply embed_defined, Terms.analytic_defined, D, Hx.
Qed.

Lemma cut_means a c b : rule_cut a c b -> exists y, means t c y.
Proof.
  intros [[u [v [M [_ [R [D _]]]]]] _]. exists (value M c).
  apply (proj1 (resolved_value (middle c)) t M R c eq_refl D).
Qed.

Theorem subject_defined d :
  along rule_piece rule_cut m_infty p_infty d -> forall x, exists y, means t x y.
Proof.
  intros H x.
  destruct (along_locate _ _ d _ _ H x) as [[l [h [a [Ha [Hx _]]]]]|[_ [a [b Hc]]]].
  - split; exact I.
  - exists (Terms.eval (tm a) x). apply (piece_means l h a x Ha Hx).
  - apply (cut_means a x b Hc).
Qed.

Lemma at_left_between u (c : R) lo :
  u < c -> Rbar_lt lo c -> at_left c (fun x => between u c x /\ span lo c x).
Proof.
  intros Hu Hl. apply filter_and; [apply (at_left_intro c u _ Hu); auto|].
  destruct (locally_elim _ _ (open_Rbar_gt' c lo Hl)) as [r [Hr Kr]].
  apply (at_left_intro c (c - r)); [lra|]. intros x Hx. split; [apply Kr; lra|simpl; lra].
Qed.

Lemma at_right_between (c : R) v hi :
  c < v -> Rbar_lt c hi -> at_right c (fun x => between c v x /\ span c hi x).
Proof.
  intros Hv Hh. apply filter_and; [apply (at_right_intro c v _ Hv); auto|].
  destruct (locally_elim _ _ (open_Rbar_lt' c hi Hh)) as [r [Hr Kr]].
  apply (at_right_intro c (c + r)); [lra|]. intros x Hx. split; [simpl; lra|apply Kr; lra].
Qed.

Lemma cut_continuous f l h a (c : R) b :
  (forall x, means t x (f x)) -> Rbar_lt l c -> Rbar_lt c h ->
  rule_piece l c a -> rule_cut a c b -> rule_piece c h b -> continuous f c.
Proof.
  intros Hf Hl Hh [[Ra Da] _] [[u [v [M [Hc [Rm [Dm K]]]]]] _] [[Rb Db] _].
  set (left := fun x => between u c x /\ span l c x).
  set (right := fun x => between c v x /\ span c h x).
  apply (continuous_at_cut left right c
           (at_left_between u c l ltac:(lra) Hl) (at_right_between c v h ltac:(lra) Hh)
           t (embed (tm a)) M (embed (tm b)) f).
  - apply (proj1 (resolves_subset (span l c) left ltac:(intros x [_ H]; exact H))), Ra.
  - intros x [_ Hx]. apply embed_defined, Terms.analytic_defined, Da, Hx.
  - apply (proj1 (resolves_subset (span c h) right ltac:(intros x [_ H]; exact H))), Rb.
  - intros x [_ Hx]. apply embed_defined, Terms.analytic_defined, Db, Hx.
  - exact Rm.
  - exact Dm.
  - apply (marked_subset (between u c) left (between c v) right c);
      [intros x [H _]; exact H|intros x [H _]; exact H|exact K].
  - intros x y Hy. apply (proj1 functional t x); [apply Hf|exact Hy].
Qed.

(** The function of the subject, piece by piece. *)
Definition function_piece (f : R -> R) (lo hi : Rbar) (a : A) : Prop :=
  (forall x, span lo hi x -> f x = Terms.eval (tm a) x) /\
  (forall x, span lo hi x -> Terms.analytic (tm a) x) /\ P lo hi a.

Definition function_cut (f : R -> R) (a : A) (c : R) (b : A) : Prop := continuous f c /\ J a c b.

Theorem subject_function f :
  (forall x, means t x (f x)) ->
  forall d lo hi, along rule_piece rule_cut lo hi d ->
  along (function_piece f) (function_cut f) lo hi d.
Proof.
  intro Hf.
  assert (One : forall lo hi a, rule_piece lo hi a -> function_piece f lo hi a).
  { intros lo hi a Ha. split; [|split; [apply Ha|apply Ha]]. intros x Hx.
    apply (proj1 functional t x); [apply Hf|apply (piece_means lo hi a x Ha Hx)]. }
  induction d as [a|a c rest IH]; intros lo hi H; simpl in *; [apply One, H|].
  destruct H as [H1 [H2 [Ha [Hc Hr]]]].
  assert (Next : exists h, Rbar_lt c h /\ rule_piece c h (first rest)).
  { destruct rest as [b|b e rest]; simpl in Hr; [exists hi|exists (Finite e)]; tauto. }
  destruct Next as [h [Hh Hb]].
  split; [exact H1|]. split; [exact H2|]. split; [apply One, Ha|]. split; [|apply IH, Hr].
  split; [|apply Hc]. apply (cut_continuous f lo h a c (first rest)); assumption.
Qed.

End Chain.

(** * The rules *)

Definition slope_of (T : Terms.term) : R -> R := Terms.eval (Terms.deriv T).

(** Pieces of another kind, made from those of a chain. *)
Fixpoint chain_map {A B : Type} (g : A -> B) (d : chain A) : chain B :=
  match d with Last a => Last (g a) | Cut a c rest => Cut (g a) c (chain_map g rest) end.

Lemma along_map {A B : Type} (g : A -> B) (P : Rbar -> Rbar -> A -> Prop)
    (Q : Rbar -> Rbar -> B -> Prop) (J : A -> R -> A -> Prop) (K : B -> R -> B -> Prop)
    (d : chain A) lo hi :
  (forall l h a, P l h a -> Q l h (g a)) -> (forall a c b, J a c b -> K (g a) c (g b)) ->
  along P J lo hi d -> along Q K lo hi (chain_map g d).
Proof.
  intros HP HJ. revert lo. induction d as [a|a c rest IH]; intro lo; simpl; [apply HP|].
  intros [H1 [H2 [H3 [H4 H5]]]]. split; [exact H1|]. split; [exact H2|]. split; [apply HP, H3|].
  split; [|apply IH, H5]. apply HJ in H4. destruct rest; exact H4.
Qed.

(** Rule monotone-pieces: s = 1 for increasing, s = -1 for decreasing. *)
Definition one_sign (s : R) (lo hi : Rbar) (T : Terms.term) : Prop :=
  (forall x, span lo hi x -> 0 < s * slope_of T x) \/
  ((forall x, span lo hi x -> 0 <= s * slope_of T x) /\
   exists x, span lo hi x /\ 0 < s * slope_of T x).

Definition no_condition (T : Terms.term) (c : R) (T' : Terms.term) : Prop := True.

Lemma monotone_function (s : R) d f :
  along (rule_piece _ (fun T => T) (one_sign s)) (rule_cut _ no_condition) m_infty p_infty d ->
  (forall x, means t x (f x)) -> forall x y, x < y -> s * f x < s * f y.
Proof.
  intros H Hf.
  apply (directed f s (chain_map (fun T => (Terms.eval T, slope_of T)) d)).
  apply (along_map _ (function_piece _ (fun T => T) (one_sign s) f) _
           (function_cut _ no_condition f) _); [| |apply subject_function; assumption].
  - intros l h T [E [D [S|[W S]]]].
    + apply (directed_term_strict f l h T E D s S).
    + apply (directed_term f l h T E D s W S).
  - intros a c b [C _]. exact C.
Qed.

Theorem rule_monotone_pieces (s : R) d :
  s = 1 \/ s = -1 ->
  along (rule_piece _ (fun T => T) (one_sign s)) (rule_cut _ no_condition) m_infty p_infty d ->
  claimed strictly_monotone.
Proof.
  intros Hs H. split; [apply (subject_defined _ _ _ _ d H)|]. intros f Hf.
  assert (M := monotone_function s d f H Hf).
  destruct Hs as [->| ->]; [left|right]; intros x y Hxy; specialize (M x y Hxy); lra.
Qed.

(** Rule slope-bound. *)
Definition slope_bounded (K : R) (lo hi : Rbar) (T : Terms.term) : Prop :=
  forall x, span lo hi x -> - K <= slope_of T x <= K.

Theorem rule_slope_bound (K : R) d :
  along (rule_piece _ (fun T => T) (slope_bounded K)) (rule_cut _ no_condition)
        m_infty p_infty d ->
  claimed (fun f => lipschitz_with f K).
Proof.
  intro H. split; [apply (subject_defined _ _ _ _ d H)|]. intros f Hf.
  apply (lipschitz f K (chain_map (fun T => (Terms.eval T, slope_of T)) d)).
  apply (along_map _ (function_piece _ (fun T => T) (slope_bounded K) f) _
           (function_cut _ no_condition f) _); [| |apply subject_function; assumption].
  - intros l h T [E [D B]]. apply (slope_within_term f l h T E D K B).
  - intros a c b [C _]. exact C.
Qed.

(** Rule convex-pieces: analytic up to the finite ends. *)
Definition convex_shape (lo hi : Rbar) (T : Terms.term) : Prop :=
  (forall x, closed_span lo hi x -> Terms.analytic T x) /\
  (forall x, span lo hi x -> 0 <= slope_of (Terms.deriv T) x).

Definition slope_does_not_drop (T : Terms.term) (c : R) (T' : Terms.term) : Prop :=
  slope_of T c <= slope_of T' c.

Theorem rule_convex_pieces d :
  along (rule_piece _ (fun T => T) convex_shape) (rule_cut _ slope_does_not_drop)
        m_infty p_infty d ->
  claimed convex.
Proof.
  intro H. split; [apply (subject_defined _ _ _ _ d H)|]. intros f Hf.
  apply (convex_pieces f
    (chain_map (fun T => (Terms.eval T, slope_of T, slope_of (Terms.deriv T))) d)).
  apply (along_map _ (function_piece _ (fun T => T) convex_shape f) _
           (function_cut _ slope_does_not_drop f) _); [| |apply subject_function; assumption].
  - intros l h T [E [D [Dc S]]]. apply (convex_term f l h T E D Dc S).
  - intros a c b [C K]. split; [exact C|exact K].
Qed.

(** Rule analytic-pieces. *)
Theorem rule_analytic_pieces d :
  along (rule_piece _ (fun T => T) (fun _ _ _ => True)) (rule_cut _ no_condition)
        m_infty p_infty d ->
  claimed piecewise_analytic.
Proof.
  intro H. split; [apply (subject_defined _ _ _ _ d H)|]. intros f Hf.
  apply (piecewise_analytic_pieces f (chain_map Terms.eval d)).
  apply (along_map _ (function_piece _ (fun T => T) (fun _ _ _ => True) f) _
           (function_cut _ no_condition f) _); [| |apply subject_function; assumption].
  - intros l h T [E [D _]]. apply (analytic_term f l h T E D).
  - intros a c b [C _]. exact C.
Qed.

(** Rule valley: a term and a shape for each piece. *)
Definition valley_piece (a : Terms.term * shape) : piece :=
  Piece (Terms.eval (fst a)) (slope_of (fst a)) (snd a).

Definition valley_shape (lo hi : Rbar) (a : Terms.term * shape) : Prop :=
  shaped lo hi (valley_piece a).

Definition valley_joint (a : Terms.term * shape) (c : R) (b : Terms.term * shape) : Prop :=
  joint (valley_piece a) c (valley_piece b).

Lemma valley_from_along f (d : pieces) lo :
  along (piece_ok f) (fun q c r => continuous f c /\ joint q c r) lo p_infty d ->
  valley_from f lo d.
Proof.
  revert lo. induction d as [q|q c rest IH]; intros lo H; simpl in *; [exact H|].
  destruct H as [H1 [_ [H3 [[H4 H5] H6]]]]. auto 10.
Qed.

Lemma valley_function d f :
  along (rule_piece _ fst valley_shape) (rule_cut _ valley_joint) m_infty p_infty d ->
  (forall x, means t x (f x)) -> valley_data f (chain_map valley_piece d).
Proof.
  intros H Hf. apply valley_from_along.
  apply (along_map _ (function_piece _ fst valley_shape f) _ (function_cut _ valley_joint f) _);
    [| |apply subject_function; assumption].
  - intros l h a [E [D S]]. split; [exact E|]. split; [|split; [|exact S]].
    + intros x Hx. apply Terms.deriv_correct, D, Hx.
    + intros x Hx. apply Terms.analytic_continuous, Terms.deriv_analytic, D, Hx.
  - intros a c b [C K]. split; [exact C|exact K].
Qed.

Theorem rule_valley d :
  along (rule_piece _ fst valley_shape) (rule_cut _ valley_joint) m_infty p_infty d ->
  claimed invex.
Proof.
  intro H. split; [apply (subject_defined _ _ _ _ d H)|]. intros f Hf.
  apply (valley f (chain_map valley_piece d)), valley_function; assumption.
Qed.

(** Rule valley, for the claim that there is no stationary point. *)
Theorem rule_valley_monotone d :
  along (rule_piece _ fst valley_shape) (rule_cut _ valley_joint) m_infty p_infty d ->
  all_pieces (eq Decreasing) (chain_map valley_piece d) \/
  all_pieces (eq Increasing) (chain_map valley_piece d) ->
  claimed no_stationary_point.
Proof.
  intros H A. split; [apply (subject_defined _ _ _ _ d H)|]. intros f Hf.
  apply (valley_monotone f (chain_map valley_piece d)); [|exact A].
  apply valley_function; assumption.
Qed.

End Subject.
