(** Particular step sizes, in linear algebra.

    The derivative of a step is 1 - eta H, for gradient descent from the identity, or A - eta B in general. Its
    determinant is a polynomial in eta. Used by: almost-every-step, sequential-steps, momentum, adaptive. *)

From mathcomp Require Import all_ssreflect all_fingroup all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory.
Local Open Scope ring_scope.

Section PolyEta.
Variables (F : fieldType) (n : nat).

(* the polynomial matrix A - X * B *)
Definition pencil (A B : 'M[F]_n) : 'M[{poly F}]_n :=
  map_mx polyC A - 'X *: map_mx polyC B.
Definition pdet (A B : 'M[F]_n) : {poly F} := \det (pencil A B).

Lemma pdetE A B eta : (pdet A B).[eta] = \det (A - eta *: B).
Proof.
rewrite /pdet -horner_evalE -det_map_mx; congr (\det _).
apply/matrixP=> i j; rewrite !mxE /= horner_evalE.
by rewrite !hornerE.
Qed.

(* general form: used for the sequential-step-size lemma (A = D Phi_t) *)
Theorem bad_eta_general A B : \det A != 0 ->
  forall s : seq F, uniq s -> (forall eta, eta \in s -> \det (A - eta *: B) = 0) ->
  (size s < size (pdet A B))%N.
Proof.
move=> dA s us hs; apply: max_poly_roots => //.
  apply/eqP => p0; move: dA; have := pdetE A B 0.
  by rewrite p0 horner0 scale0r subr0 => <-; rewrite eqxx.
by apply/allP=> eta /hs h; apply/rootP; rewrite pdetE.
Qed.

Lemma pdet_neq0 B : pdet 1%:M B != 0.
Proof.
apply/eqP=> p0; have := pdetE 1%:M B 0.
by rewrite p0 horner0 scale0r subr0 det1 => /esym/eqP; rewrite oner_eq0.
Qed.

(* eta = 0 is never bad; a bad eta is the inverse of an eigenvalue *)
Theorem bad_eta_eigen (H : 'M[F]_n) eta :
  \det (1%:M - eta *: H) = 0 -> eta != 0 /\ eigenvalue H eta^-1.
Proof.
move=> d0; have e0 : eta != 0.
  by apply/eqP=> e0; move/eqP: d0; rewrite e0 scale0r subr0 det1 oner_eq0.
split=> //; move/eqP/det0P: d0 => [v v0 hv].
apply/eigenvalueP; exists v => //.
move: hv; rewrite mulmxBr mulmx1 -scalemxAr => /eqP; rewrite subr_eq0 => /eqP hv.
by rewrite {2}hv scalerA mulVf // scale1r.
Qed.

(* at most n bad eta *)
Theorem bad_eta_le_n (H : 'M[F]_n) (s : seq F) : uniq s ->
  (forall eta, eta \in s -> \det (1%:M - eta *: H) = 0) -> (size s <= n)%N.
Proof.
move=> us hs.
have inj : {in s &, injective (fun x : F => x^-1)} by move=> x y _ _; apply: invr_inj.
have um : uniq (map (fun x : F => x^-1) s) by rewrite map_inj_in_uniq.
have rt : all (root (char_poly H)) (map (fun x : F => x^-1) s).
  apply/allP=> x /mapP [eta es ->]; rewrite -eigenvalue_root_char.
  by case: (bad_eta_eigen (hs _ es)).
have c0 : char_poly H != 0 by apply: monic_neq0; apply: char_poly_monic.
by move: (max_poly_roots c0 rt um); rewrite size_char_poly size_map ltnS.
Qed.
(* Heavy ball: the Jacobian of (theta,m) |-> (theta - eta(beta m+g), beta m+g)
   has determinant beta^n for EVERY eta. *)
Theorem heavy_ball_det (H : 'M[F]_n) (eta beta : F) :
  \det (block_mx (1%:M - eta *: H) (- (eta * beta)%:M) H (beta%:M)) = beta ^+ n.
Proof.
have -> : block_mx (1%:M - eta *: H) (- (eta * beta)%:M) H (beta%:M)
  = block_mx 1%:M (- eta%:M) 0 1%:M *m block_mx 1%:M 0 H (beta%:M).
  rewrite mulmx_block !mul1mx !mul0mx !add0r mulNmx mul_scalar_mx.
  by rewrite mulNmx -scalar_mxM.
by rewrite det_mulmx det_ublock det_lblock !det1 !mul1r det_scalar.
Qed.

(* General shear: s' = A s + b(theta), theta' = kappa theta - eta u(s').
   Covers heavy ball, Adam, AdamW (kappa = 1 - eta lambda), from the joint state. *)
Theorem shear_det m (U : 'M[F]_(n, m)) (B : 'M[F]_(m, n)) (A : 'M[F]_m) (kappa eta : F) :
  \det (block_mx (kappa%:M - eta *: (U *m B)) (- (eta *: (U *m A))) B A)
  = kappa ^+ n * \det A.
Proof.
have -> : block_mx (kappa%:M - eta *: (U *m B)) (- (eta *: (U *m A))) B A
  = block_mx 1%:M (- (eta *: U)) 0 1%:M *m block_mx kappa%:M 0 B A.
  by rewrite mulmx_block !mul1mx !mul0mx !add0r !mulNmx -!scalemxAl.
by rewrite det_mulmx det_ublock det_lblock !det1 !mul1r det_scalar.
Qed.
End PolyEta.
