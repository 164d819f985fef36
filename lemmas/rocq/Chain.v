(* Functions made of pieces: things in a row, separated by cuts.  What is asked of each
   piece on its open interval and at each cut is a parameter; the lemmas say where a
   point is. *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Calculus.
Open Scope R_scope.

(** Pieces from left to right, separated by cuts. *)
Inductive chain (A : Type) : Type :=
  | Last (a : A)
  | Cut (a : A) (c : R) (rest : chain A).

Arguments Last {A} a.
Arguments Cut {A} a c rest.

Definition first {A : Type} (d : chain A) : A :=
  match d with Last a => a | Cut a _ _ => a end.

Fixpoint last {A : Type} (d : chain A) : A :=
  match d with Last a => a | Cut _ _ rest => last rest end.

Fixpoint cuts {A : Type} (d : chain A) : list R :=
  match d with Last _ => nil | Cut _ c rest => c :: cuts rest end.

Section Along.

Context {A : Type}.
Variable on_piece : Rbar -> Rbar -> A -> Prop.
Variable at_cut : A -> R -> A -> Prop.

(** The chain covers the interval from lo to hi: its cuts increase, and what is asked of
    pieces and cuts holds. *)
Fixpoint along (lo hi : Rbar) (d : chain A) : Prop :=
  match d with
  | Last a => on_piece lo hi a
  | Cut a c rest => Rbar_lt lo c /\ Rbar_lt c hi /\ on_piece lo c a /\
                    at_cut a c (first rest) /\ along c hi rest
  end.

(** A point is inside a piece or it is a cut. *)
Lemma along_locate (d : chain A) (lo hi : Rbar) :
  along lo hi d -> forall x : R, span lo hi x ->
  (exists l h a, on_piece l h a /\ span l h x /\ (forall t, span l h t -> span lo hi t)) \/
  (In x (cuts d) /\ exists a b, at_cut a x b).
Proof.
  revert lo. induction d as [a|a c rest IH]; intros lo H x Hx; simpl in H.
  - left. exists lo, hi, a. auto.
  - destruct H as [H1 [H2 [Ha [Hc Hr]]]].
    destruct (Rtotal_order x c) as [L|[->|G]].
    + left. exists lo, (Finite c), a. split; [exact Ha|]. split.
      * split; [apply Hx|exact L].
      * intros t [T1 T2]. split; [exact T1|apply Rbar_lt_trans with c; assumption].
    + right. split; [left; reflexivity|]. exists a, (first rest). exact Hc.
    + destruct (IH c Hr x) as [[l [h [b [Hb [Hs Hi]]]]]|[Hi He]].
      * split; [exact G|apply Hx].
      * left. exists l, h, b. split; [exact Hb|]. split; [exact Hs|].
        intros t Ht. destruct (Hi t Ht) as [T1 T2].
        split; [apply Rbar_lt_trans with c; assumption|exact T2].
      * right. split; [right; exact Hi|exact He].
Qed.

(** A point that is not a cut is inside a piece. *)
Lemma along_inside (d : chain A) (lo hi : Rbar) :
  along lo hi d -> forall x : R, span lo hi x -> ~ In x (cuts d) ->
  exists l h a, on_piece l h a /\ span l h x.
Proof.
  intros H x Hx N.
  destruct (along_locate d lo hi H x Hx) as [[l [h [a [Ha [Hs _]]]]]|[Hi _]].
  - exists l, h, a. auto.
  - contradiction.
Qed.

(** A cut has a piece on each side. *)
Lemma along_cut (d : chain A) (lo hi : Rbar) :
  along lo hi d -> forall x : R, In x (cuts d) ->
  exists l h a b, Rbar_lt l x /\ Rbar_lt x h /\ on_piece l x a /\ at_cut a x b /\ on_piece x h b.
Proof.
  revert lo. induction d as [a|a c rest IH]; intros lo H x Hx; simpl in *; [contradiction|].
  destruct H as [H1 [H2 [Ha [Hc Hr]]]]. destruct Hx as [<-|Hx]; [|apply (IH c Hr x Hx)].
  destruct rest as [b|b e rest]; simpl in *.
  - exists lo, hi, a, b. auto.
  - exists lo, (Finite e), a, b. tauto.
Qed.

End Along.

(** What holds of each piece and each cut may be weakened. *)
Lemma along_imp {A : Type} (P Q : Rbar -> Rbar -> A -> Prop) (J K : A -> R -> A -> Prop) d lo hi :
  (forall l h a, P l h a -> Q l h a) -> (forall a c b, J a c b -> K a c b) ->
  along P J lo hi d -> along Q K lo hi d.
Proof.
  intros HP HJ. revert lo. induction d as [a|a c rest IH]; intros lo; simpl; [apply HP|].
  intros [H1 [H2 [H3 [H4 H5]]]]. auto 10.
Qed.

(** * Continuous functions made of pieces *)

(** f equals the term on the open piece, and the term is continuous there. *)
Definition equals (f : R -> R) (lo hi : Rbar) (term : R -> R) : Prop :=
  (forall x, span lo hi x -> f x = term x) /\ (forall x, span lo hi x -> continuous term x).

(** f equals the term on the open piece, and has the given slope there. *)
Definition differentiable (f : R -> R) (lo hi : Rbar) (a : (R -> R) * (R -> R)) : Prop :=
  (forall x, span lo hi x -> f x = fst a x) /\
  (forall x, span lo hi x -> is_derive (fst a) x (snd a x)).

Definition joined {A : Type} (f : R -> R) (_ : A) (c : R) (_ : A) : Prop := continuous f c.

Lemma is_derive_piece (f F : R -> R) (lo hi : Rbar) (x s : R) :
  (forall t, span lo hi t -> f t = F t) -> span lo hi x -> is_derive F x s -> is_derive f x s.
Proof.
  intros E Hx D. apply is_derive_ext_loc with F; [|exact D].
  apply filter_imp with (2 := span_open lo hi x Hx). intros y Hy. symmetry. apply E, Hy.
Qed.

Lemma is_derive_continuous (f : R -> R) (x s : R) : is_derive f x s -> continuous f x.
Proof.
  intro H. apply (ex_derive_continuous (K := R_AbsRing) (V := R_NormedModule) f x).
  exists s. exact H.
Qed.

Lemma differentiable_derive f lo hi a x :
  differentiable f lo hi a -> span lo hi x -> is_derive f x (snd a x).
Proof. intros [E D] Hx. apply (is_derive_piece f (fst a) lo hi x); auto. Qed.

Lemma equals_along_continuous f d lo hi :
  along (equals f) (joined f) lo hi d -> forall x, span lo hi x -> continuous f x.
Proof.
  intros H x Hx.
  destruct (along_locate _ _ d lo hi H x Hx) as [[l [h [a [[E C] [Hs _]]]]]|[_ [a [b J]]]].
  - apply continuous_local with a; [|apply C, Hs].
    apply filter_imp with (2 := span_open l h x Hs). exact E.
  - exact J.
Qed.

Lemma differentiable_along_continuous f d lo hi :
  along (differentiable f) (joined f) lo hi d -> forall x, span lo hi x -> continuous f x.
Proof.
  intros H x Hx.
  destruct (along_locate _ _ d lo hi H x Hx) as [[l [h [a [D [Hs _]]]]]|[_ [a [b J]]]].
  - apply is_derive_continuous with (snd a x), differentiable_derive with l h; assumption.
  - exact J.
Qed.
