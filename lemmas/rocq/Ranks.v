(** Ranks of matrices: the Gram form, and ranks modulo a prime.

    Lemmas: gram, rank-modulo-prime. A map has full row rank at a point if its Jacobian, a matrix of k rows and n columns,
    is [row_free]. *)

From mathcomp Require Import all_ssreflect all_fingroup all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Gram.
Variables (R : realFieldType) (k n h : nat).

(** v^T M v, and matrices, symmetric or not, for which it is positive. *)
Definition form m (M : 'M[R]_m) (v : 'cV[R]_m) : R := (v^T *m M *m v) 0 0.
Definition positive_definite m (M : 'M[R]_m) := forall v, v != 0 -> 0 < form M v.

Lemma positive_definite_unit m (M : 'M[R]_m) : positive_definite M -> M \in unitmx.
Proof.
move=> pos; rewrite unitmxE unitfE; apply/negP => /det0P[v v0 vM].
have := pos v^T; rewrite trmx_eq0 => /(_ v0).
by rewrite /form trmxK vM mul0mx mxE ltxx.
Qed.

Lemma form_add m (M N : 'M[R]_m) v : form (M + N) v = form M v + form N v.
Proof. by rewrite /form mulmxDr mulmxDl mxE. Qed.

(** The form of A^T diag(w) A is the sum of w_i (Av)_i^2. *)
Lemma form_gram (A : 'M[R]_(h, n)) (w : 'rV[R]_h) v :
  form (A^T *m diag_mx w *m A) v = \sum_i w 0 i * (A *m v) i 0 ^+ 2.
Proof.
rewrite /form -!mulmxA !mulmxA -trmx_mul -mulmxA mxE; apply: eq_bigr => i _.
by rewrite mul_mx_diag !mxE mulrAC mulrC expr2.
Qed.

Variables (A : 'M[R]_(h, n)) (Q : 'M[R]_(k, n)) (p d : 'rV[R]_h).
Hypotheses (Q_free : row_free Q) (p_ge0 : forall i, 0 <= p 0 i) (d_ge0 : forall i, 0 <= d 0 i).

(** The Jacobian C + E D A with E = Q A^T diag(p), D = diag(d). *)
Definition jacobian (C : 'M[R]_(k, n)) := C + (Q *m A^T *m diag_mx p) *m diag_mx d *m A.

Lemma jacobian_factor (C0 : 'M[R]_n) :
  jacobian (Q *m C0) = Q *m (C0 + A^T *m diag_mx (\row_i (p 0 i * d 0 i)) *m A).
Proof.
rewrite /jacobian mulmxDr -!mulmxA; congr (_ + _ *m (_ *m _)).
by rewrite mulmxA mulmx_diag.
Qed.

Lemma free_of_positive_definite (G : 'M[R]_n) : positive_definite G -> row_free (Q *m G).
Proof. by move=> /positive_definite_unit uG; rewrite -row_leq_rank mxrankMfree ?row_leq_rank // row_free_unit. Qed.

Lemma form_gram_ge0 v : 0 <= form (A^T *m diag_mx (\row_i (p 0 i * d 0 i)) *m A) v.
Proof. by rewrite form_gram; apply: sumr_ge0 => i _; rewrite mxE; apply: mulr_ge0 (sqr_ge0 _); exact: mulr_ge0. Qed.

(** (1) C = 0, all p and all slopes d positive, A of full column rank. *)
Theorem gram_one_layer : (forall i, 0 < p 0 i) -> (forall i, 0 < d 0 i) -> \rank A = n -> row_free (jacobian 0).
Proof.
move=> p_gt0 d_gt0 rA; rewrite -(mulmx0 n Q) jacobian_factor add0r; apply: free_of_positive_definite => v v0.
have Av : A *m v != 0.
  apply: contra v0 => /eqP Av0; have /row_fullP[B BA] : row_full A by rewrite -col_leq_rank rA.
  by rewrite -(mul1mx v) -BA -mulmxA Av0 mulmx0.
have [i Avi] : exists i, (A *m v) i 0 != 0.
  apply/existsP; apply: contraR Av; rewrite negb_exists => /forallP Av0.
  by apply/eqP/matrixP => i j; rewrite ord1 [RHS]mxE; apply/eqP; move: (Av0 i); rewrite negbK.
rewrite form_gram (bigD1 i) //=; apply: ltr_paddr; last first.
  by rewrite mxE; apply: mulr_gt0; [exact: mulr_gt0 | rewrite lt_def sqr_ge0 sqrf_eq0 Avi].
by apply: sumr_ge0 => j _; rewrite mxE; apply: mulr_ge0 (sqr_ge0 _); exact: mulr_ge0.
Qed.

(** (3) C = Q C0 with C0 positive definite, all slopes nonnegative. *)
Theorem gram_skip (C0 : 'M[R]_n) : positive_definite C0 -> row_free (jacobian (Q *m C0)).
Proof.
move=> posC; rewrite jacobian_factor; apply: free_of_positive_definite => v v0.
by rewrite form_add ltr_paddr ?form_gram_ge0 // posC.
Qed.

(** (2) C = Q. *)
Theorem gram_identity : row_free (jacobian Q).
Proof.
rewrite -(mulmx1 Q); apply: gram_skip => v v0.
rewrite /form mulmx1 mxE (eq_bigr (fun i => v i 0 ^+ 2)) => [|i _]; last by rewrite mxE expr2.
have [i vi] : exists i, v i 0 != 0.
  apply/existsP; apply: contraR v0; rewrite negb_exists => /forallP v0.
  by apply/eqP/matrixP => i j; rewrite ord1 [RHS]mxE; apply/eqP; move: (v0 i); rewrite negbK.
rewrite (bigD1 i) //=; apply: ltr_paddr; last by rewrite lt_def sqr_ge0 sqrf_eq0 vi.
by apply: sumr_ge0 => j _; rewrite sqr_ge0.
Qed.
End Gram.

Section Modulo.
Variables (m n : nat).

(** A rank over a field to which the integers map onto is a lower bound of the rank over the rationals. *)
Lemma rank_of_image (F : fieldType) (lift : F -> int) (M : 'M[int]_(m, n)) : (forall x, (lift x)%:~R = x) ->
  (\rank (map_mx intr M : 'M[F]_(m, n)) <= \rank (map_mx intr M : 'M[rat]_(m, n)))%N.
Proof.
move=> liftK; set N : 'M[F]_(m, n) := map_mx intr M.
have /row_fullP[U UN] := col_base_full N; have /row_freeP[V NV] := row_base_free N.
have matK a b (X : 'M[F]_(a, b)) : map_mx intr (map_mx lift X) = X.
  by apply/matrixP => i j; rewrite !mxE liftK.
pose D := map_mx lift U *m M *m map_mx lift V.
have D1 : map_mx intr D = 1%:M :> 'M[F]__.
  rewrite /D !map_mxM !matK -/N.
  have -> : U *m N *m V = U *m (col_base N *m row_base N) *m V by rewrite mulmx_base.
  by rewrite mulmxA UN mul1mx.
have detD : \det (map_mx intr D : 'M[rat]__) != 0.
  rewrite det_map_mx intr_eq0; apply/eqP => d0.
  have : \det (map_mx intr D : 'M[F]__) = 0 by rewrite det_map_mx d0.
  by rewrite D1 det1 => /eqP; rewrite oner_eq0.
have uD : (map_mx intr D : 'M[rat]__) \in unitmx by rewrite unitmxE unitfE.
rewrite -(mxrank_unit uD) /D !map_mxM.
by apply: leq_trans (mxrankM_maxl _ _) (mxrankM_maxr _ _).
Qed.

(** The rank over the rationals of an integer matrix is at least its rank modulo a prime. *)
Theorem rank_modulo_prime (p : nat) (M : 'M[int]_(m, n)) : prime p ->
  (\rank (map_mx intr M : 'M['F_p]_(m, n)) <= \rank (map_mx intr M : 'M[rat]_(m, n)))%N.
Proof.
move=> p_prime; apply: (@rank_of_image [fieldType of 'F_p] (fun x : 'F_p => Posz (nat_of_ord x))) => x.
by rewrite -pmulrn; exact: (natr_Zp x).
Qed.

(** Multiplying a matrix by a number that is not 0 does not change its rank. *)
Theorem rank_of_multiple (M : 'M[rat]_(m, n)) (c : rat) : c != 0 -> \rank (c *: M) = \rank M.
Proof. by move=> c0; rewrite mxrank_scale_nz. Qed.
End Modulo.

(** An affine map has the Jacobian C: its increments are those of its argument, times C, without remainder. *)
Theorem affine_increment (R : ringType) (k n : nat) (C : 'M[R]_(k, n)) (c : 'cV[R]_k) (x y : 'cV[R]_n) :
  (C *m y + c) - (C *m x + c) = C *m (y - x).
Proof. by rewrite mulmxBr opprD addrACA subrr addr0. Qed.
