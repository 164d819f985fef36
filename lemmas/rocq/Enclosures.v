(** * Evaluation in enclosures, and split trees

    The lemma [interval-inclusion], for any arithmetic of sets whose operations are sound: a term whose evaluation over a
    box succeeds is defined on it (analytic, in that mode), and its values lie in the result. Balls are such sets by
    what their library promises; extended intervals are shown to be in [Intervals]. And part 3: the leaves of a split
    tree cover its root box. *)

From Coq Require Import Reals Lra Lia ZArith QArith List Bool.
From Coquelicot Require Import Coquelicot.
From Invex Require Import Signs Terms Smooth.
Import ListNotations.
Open Scope R_scope.

(** Operations on sets of reals: a result is a promise about all members. The flag is the mode [analytic]. *)
Record enclosures := Enclosures {
  set : Type;
  member : set -> R -> Prop;
  constant : R -> option set;
  constant_spec : forall c s, constant c = Some s -> member s c;
  op1 : bool -> unary -> set -> option set;
  op1_spec : forall m o s s' x, op1 m o s = Some s' -> member s x ->
    un_defined o x /\ (m = true -> un_analytic o x) /\ member s' (un o x);
  op2 : binary -> set -> set -> option set;
  op2_spec : forall o s s' s'' x y, op2 o s s' = Some s'' -> member s x -> member s' y ->
    bin_defined o y /\ member s'' (bin o x y);
  square : set -> option set;
  square_spec : forall s s' x, square s = Some s' -> member s x -> member s' (x * x);
  op_power : set -> Z -> option set;
  op_power_spec : forall s n s' x, op_power s n = Some s' -> member s x -> power_defined x n /\ member s' (power x n);
  op_qpower : bool -> set -> Q -> option set;
  op_qpower_spec : forall m s q s' x, op_qpower m s q = Some s' -> member s x ->
    qpower_defined x q /\ (m = true -> 0 < x) /\ member s' (qpower x (rational q)) }.

Lemma sterm_eq_dec (a b : sterm) : {a = b} + {a <> b}.
Proof. repeat decide equality. Defined.

Definition bind {A B : Type} (x : option A) (f : A -> option B) : option B :=
  match x with Some y => f y | None => None end.

Section Evaluation.
Variable E : enclosures.

(** A product of a term with itself is a square. *)
Fixpoint evaluate (m : bool) (box : nat -> set E) (t : sterm) : option (set E) :=
  match t with
  | SVar n => Some (box n)
  | SRat q => constant E (rational q)
  | SPi => constant E PI
  | SE => constant E (exp 1)
  | SUn o u => bind (evaluate m box u) (op1 E m o)
  | SBin o u v =>
      bind (evaluate m box u) (fun a =>
        match o with
        | Mul => if sterm_eq_dec u v then square E a else bind (evaluate m box v) (op2 E Mul a)
        | _ => bind (evaluate m box v) (op2 E o a)
        end)
  | SPow u n => bind (evaluate m box u) (fun a => op_power E a n)
  | SPowQ u q => bind (evaluate m box u) (fun a => op_qpower E m a q)
  end.

(** [interval-inclusion], parts 1 and 2: an evaluation that succeeds shows the term defined on the box, analytic in that
    mode, with its values in the result. *)
Theorem interval_inclusion (m : bool) (box : nat -> set E) (t : sterm) (s : set E) (r : env) :
  evaluate m box t = Some s -> (forall i, member E (box i) (r i)) ->
  sdefined t r /\ (m = true -> sanalytic t r) /\ member E s (seval t r).
Proof.
  intros H Hr. revert s H.
  induction t as [n|q| | |o u IH|o u IHu v IHv|u IH n|u IH q]; cbn [evaluate]; intros s H.
  - injection H as <-. split; [exact I|]. split; [intros; exact I|]. apply Hr.
  - split; [exact I|]. split; [intros; exact I|]. apply (constant_spec E _ _ H).
  - split; [exact I|]. split; [intros; exact I|]. apply (constant_spec E _ _ H).
  - split; [exact I|]. split; [intros; exact I|]. apply (constant_spec E _ _ H).
  - destruct (evaluate m box u) as [a|]; [|discriminate]. destruct (IH a eq_refl) as [D [An M]].
    destruct (op1_spec E m o a s _ H M) as [D' [An' M']].
    split; [split; assumption|]. split; [intro K; split; auto|exact M'].
  - destruct (evaluate m box u) as [a|]; [|discriminate]. destruct (IHu a eq_refl) as [D [An M]]. cbn [bind] in H.
    assert (Gen : bind (evaluate m box v) (op2 E o a) = Some s ->
      sdefined (SBin o u v) r /\ (m = true -> sanalytic (SBin o u v) r) /\ member E s (seval (SBin o u v) r)).
    { intro G. destruct (evaluate m box v) as [b|]; [|discriminate]. destruct (IHv b eq_refl) as [Dv [Anv Mv]].
      destruct (op2_spec E o a b s _ _ G M Mv) as [D' M'].
      split; [split; [split|]; assumption|]. split; [intro K; split; [split|]; auto|exact M']. }
    destruct o; try (apply Gen, H).
    destruct (sterm_eq_dec u v) as [<-|_]; [|apply Gen, H].
    split; [split; [split; exact D|exact I]|]. split; [intro K; split; [split; auto|exact I]|].
    apply (square_spec E a s _ H M).
  - destruct (evaluate m box u) as [a|]; [|discriminate]. destruct (IH a eq_refl) as [D [An M]].
    destruct (op_power_spec E a n s _ H M) as [D' M'].
    split; [split; assumption|]. split; [intro K; split; auto|exact M'].
  - destruct (evaluate m box u) as [a|]; [|discriminate]. destruct (IH a eq_refl) as [D [An M]].
    destruct (op_qpower_spec E m a q s _ H M) as [D' [An' M']].
    split; [split; assumption|]. split; [intro K; split; auto|exact M'].
Qed.
End Evaluation.

(** ** Split trees *)

(** A box has a span for each variable. *)
Definition box := nat -> span.
Definition in_spans (b : box) (r : env) : Prop := forall i, mem (b i) (r i).

Definition set_side (b : box) (i : nat) (s : span) : box := fun j => if Nat.eqb j i then s else b j.
(** The two parts share the face at the point. *)
Definition part_below (b : box) (i : nat) (at_ : R) : box :=
  set_side b i (Span (lower (b i)) at_ (lower_open (b i)) false).
Definition part_above (b : box) (i : nat) (at_ : R) : box :=
  set_side b i (Span at_ (upper (b i)) false (upper_open (b i))).

(** The text of a tree, in depth-first order: a leaf, or a split of a variable at a point. *)
Inductive letter := Leaf | Split (i : nat) (at_ : R).

(** The leaves' boxes; nothing if boxes are left without a leaf, or characters are left over. *)
Fixpoint leaves (text : list letter) (stack : list box) : option (list box) :=
  match text, stack with
  | [], [] => Some []
  | Leaf :: text', b :: stack' => option_map (cons b) (leaves text' stack')
  | Split i c :: text', b :: stack' => leaves text' (part_below b i c :: part_above b i c :: stack')
  | _, _ => None
  end.

Lemma split_covers (b : box) (i : nat) (c : R) (r : env) :
  in_spans b r -> in_spans (part_below b i c) r \/ in_spans (part_above b i c) r.
Proof.
  intro H. destruct (Rle_lt_dec (r i) c) as [K|K]; [left|right]; intro j; unfold part_below, part_above, set_side;
    (destruct (Nat.eqb_spec j i) as [->|_]; [|apply H]); destruct (H i) as [H1 H2]; split; simpl; try assumption; lra.
Qed.

Lemma leaves_cover (text : list letter) : forall (stack found : list box) (b : box) (r : env),
  leaves text stack = Some found -> In b stack -> in_spans b r -> exists l, In l found /\ in_spans l r.
Proof.
  induction text as [|a text IH]; intros stack found b r H Hb Hr.
  - destruct stack; [destruct Hb|discriminate].
  - destruct a as [|i c], stack as [|b0 stack]; try discriminate; cbn [leaves] in H.
    + destruct (leaves text stack) as [ls|] eqn:E; [|discriminate]. injection H as <-.
      destruct Hb as [->|Hb]; [exists b; split; [left; reflexivity|exact Hr]|].
      destruct (IH stack ls b r E Hb Hr) as [l [Hl K]]. exists l. split; [right; exact Hl|exact K].
    + destruct Hb as [->|Hb].
      * destruct (split_covers b i c r Hr) as [K|K].
        -- apply (IH _ _ _ r H (or_introl eq_refl) K).
        -- apply (IH _ _ _ r H (or_intror (or_introl eq_refl)) K).
      * apply (IH _ _ b r H); [right; right; exact Hb|exact Hr].
Qed.

(** [interval-inclusion], part 3: the leaves of a split tree cover its root box. *)
Theorem tree_covers (text : list letter) (root : box) (found : list box) (r : env) :
  leaves text [root] = Some found -> in_spans root r -> exists l, In l found /\ in_spans l r.
Proof. intros H Hr. apply (leaves_cover text [root] found root r H (or_introl eq_refl) Hr). Qed.
