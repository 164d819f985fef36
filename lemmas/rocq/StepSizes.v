(** Particular step sizes, in linear algebra over any field.

    The derivative of a step is [A - eta B]: for gradient descent [A = 1] and [B] is the Hessian; in a sequence of
    steps [A] is the derivative of the steps before. Its determinant is a polynomial in [eta]. Here is what follows
    from that alone: few step sizes are bad at one point, which ones they are, when two points share none, and why
    steps with momentum or adaptive scaling have no bad ones.

    Lemmas: almost-every-step, sequential-steps, momentum, adaptive, flat-point (the parts in linear algebra). *)

From mathcomp Require Import all_ssreflect all_fingroup all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section OnePoint.
Variables (F : fieldType) (n : nat).
Implicit Types (A B H : 'M[F]_n) (eta : F).

(** The matrix A - X B, with polynomials in X as entries, and its determinant. *)
Definition pencil A B : 'M[{poly F}]_n := map_mx polyC A - 'X *: map_mx polyC B.
Definition step_polynomial A B : {poly F} := \det (pencil A B).

(** The determinant of A - eta B is the value of this polynomial at eta. *)
Lemma step_polynomialE A B eta : (step_polynomial A B).[eta] = \det (A - eta *: B).
Proof.
rewrite /step_polynomial -horner_evalE -det_map_mx; congr (\det _).
apply/matrixP=> i j; rewrite !mxE /= horner_evalE.
by rewrite !hornerE.
Qed.

(** The constant term of this polynomial is the determinant of A; for a step of gradient descent it is 1. *)
Theorem constant_term A B : (step_polynomial A B).[0] = \det A.
Proof. by rewrite step_polynomialE scale0r subr0. Qed.

Lemma step_polynomial_neq0 A B : \det A != 0 -> step_polynomial A B != 0.
Proof.
by move=> dA; apply/eqP => p0; move: dA; rewrite -(constant_term A B) p0 horner0 eqxx.
Qed.

(** A bad step size of gradient descent is the inverse of an eigenvalue; in particular 0 is not bad. *)
Theorem bad_step_size_eigenvalue H eta :
  \det (1%:M - eta *: H) = 0 <-> eta != 0 /\ eigenvalue H eta^-1.
Proof.
split=> [d0|[e0 /eigenvalueP [v Hv v0]]].
  have e0 : eta != 0.
    by apply/eqP=> e0; move/eqP: d0; rewrite e0 scale0r subr0 det1 oner_eq0.
  split=> //; move/eqP/det0P: d0 => [v v0 hv].
  apply/eigenvalueP; exists v => //.
  move: hv; rewrite mulmxBr mulmx1 -scalemxAr => /eqP; rewrite subr_eq0 => /eqP hv.
  by rewrite {2}hv scalerA mulVf // scale1r.
apply/eqP/det0P; exists v => //.
by rewrite mulmxBr mulmx1 -scalemxAr Hv scalerA mulfV // scale1r subrr.
Qed.

(** At one point, at most n step sizes of gradient descent are bad, n the number of parameters. *)
Theorem few_bad_step_sizes H (s : seq F) : uniq s ->
  (forall eta, eta \in s -> \det (1%:M - eta *: H) = 0) -> (size s <= n)%N.
Proof.
move=> us hs.
have um : uniq (map (fun x : F => x^-1) s).
  by rewrite map_inj_in_uniq // => x y _ _; apply: invr_inj.
have rt : all (root (char_poly H)) (map (fun x : F => x^-1) s).
  apply/allP=> x /mapP [eta es ->]; rewrite -eigenvalue_root_char.
  by case/bad_step_size_eigenvalue: (hs _ es).
have c0 : char_poly H != 0 by apply: monic_neq0; apply: char_poly_monic.
by move: (max_poly_roots c0 rt um); rewrite size_char_poly size_map ltnS.
Qed.

(** The same for any step A - eta B with an A that is not singular: what comes before the step may be anything. *)
Theorem few_bad_step_sizes_after A B (s : seq F) : \det A != 0 -> uniq s ->
  (forall eta, eta \in s -> \det (A - eta *: B) = 0) -> (size s <= n)%N.
Proof.
move=> dA us hs; apply: (few_bad_step_sizes (H := invmx A *m B)) => // eta es.
have uA : A \in unitmx by rewrite unitmxE unitfE.
have -> : 1%:M - eta *: (invmx A *m B) = invmx A *m (A - eta *: B).
  by rewrite mulmxBr mulVmx // scalemxAr.
by rewrite det_mulmx hs // mulr0.
Qed.

(** If the polynomials of two points are coprime, no step size is bad at both. *)
Theorem coprime_no_common_bad H K :
  coprimep (step_polynomial 1%:M H) (step_polynomial 1%:M K) ->
  forall eta, ~ (\det (1%:M - eta *: H) = 0 /\ \det (1%:M - eta *: K) = 0).
Proof.
move=> cop eta [h k]; have := coprimep_root cop (x := eta).
by rewrite /root !step_polynomialE h k eqxx => /(_ isT).
Qed.

(** Where the Hessian is 0, no step size is bad. *)
Theorem flat_no_bad eta : \det (1%:M - eta *: (0 : 'M[F]_n)) = 1.
Proof. by rewrite scaler0 subr0 det1. Qed.

(** A point is a witness for all step sizes but those that are the inverses of its Hessian's eigenvalues. *)
Theorem witness_of_step_sizes H eta :
  ~~ eigenvalue H eta^-1 -> \det (1%:M - eta *: H) != 0.
Proof. by move=> ne; apply/eqP => /bad_step_size_eigenvalue [_ e]; rewrite e in ne. Qed.

End OnePoint.

Section Momentum.
Variables (F : fieldType) (n m : nat).

(** A step s' = a(theta, s), theta' = theta - eta w(theta, s'), a composition of two. A, B are the derivatives of a with
    respect to s and theta, W, U those of w with respect to theta and s'. *)
Theorem two_part_step (B : 'M[F]_(m, n)) (A : 'M[F]_m) (W : 'M[F]_n) (U : 'M[F]_(n, m)) (eta : F) :
  \det (block_mx (1%:M - eta *: (W + U *m B)) (- (eta *: (U *m A))) B A)
  = \det (1%:M - eta *: W) * \det A.
Proof.
have -> : block_mx (1%:M - eta *: (W + U *m B)) (- (eta *: (U *m A))) B A
  = block_mx (1%:M - eta *: W) (- (eta *: U)) 0 1%:M *m block_mx 1%:M 0 B A.
  rewrite mulmx_block !mul1mx !mul0mx !mulmx1 !mulmx0 !add0r !mulNmx -!scalemxAl.
  by rewrite scalerDr opprD addrA.
by rewrite det_mulmx det_ublock det_lblock !det1 !mul1r mulr1.
Qed.

(** If the direction depends on the new state, and on theta by a factor only (decoupled weight decay, kappa = 1 - eta
    lambda), every step size is good as soon as kappa is not 0: heavy ball, Adam, AdamW. *)
Theorem shear (U : 'M[F]_(n, m)) (B : 'M[F]_(m, n)) (A : 'M[F]_m) (kappa eta : F) :
  \det (block_mx (kappa%:M - eta *: (U *m B)) (- (eta *: (U *m A))) B A) = kappa ^+ n * \det A.
Proof.
have -> : block_mx (kappa%:M - eta *: (U *m B)) (- (eta *: (U *m A))) B A
  = block_mx 1%:M (- (eta *: U)) 0 1%:M *m block_mx kappa%:M 0 B A.
  by rewrite mulmx_block !mul1mx !mul0mx !add0r !mulNmx -!scalemxAl.
by rewrite det_mulmx det_ublock det_lblock !det1 !mul1r det_scalar.
Qed.
End Momentum.

(** Heavy ball, m' = beta m + g(theta), theta' = theta - eta m': the determinant is beta^n for every step size. *)
Theorem heavy_ball (F : fieldType) (n : nat) (H : 'M[F]_n) (eta beta : F) :
  \det (block_mx (1%:M - eta *: H) (- (eta * beta)%:M) H (beta%:M)) = beta ^+ n.
Proof.
have := shear 1%:M H (beta%:M) 1 eta.
by rewrite mul1mx mul1mx expr1n mul1r det_scalar scale_scalar_mx.
Qed.
