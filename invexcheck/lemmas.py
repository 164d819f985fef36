"""The lemmas that the rules rest on: what the checker calls them, and how each is proved.

A proof is ``"rocq"`` (checked by machine) or ``"paper"``; the project's registry ``lemmas/lemmas.toml`` says
where it is to be found.
"""

from __future__ import annotations

from typing import NamedTuple


class Lemma(NamedTuple):
    """A proved statement: its title, and how it is proved."""

    title: str
    proof: str = "paper"


LEMMAS: dict[str, Lemma] = {
    "adaptive": Lemma("Adaptive methods"),
    "almost-every-step": Lemma("Almost every step size"),
    "analytic-selections": Lemma("Analytic selections of a loss"),
    "bounded-projection": Lemma("Projections to bounded sets"),
    "cases": Lemma("Cases", "rocq"),
    "chain-rank": Lemma("Full rank through a composition"),
    "chord": Lemma("Chords"),
    "clarke-stationarity": Lemma("Stationary points through one-sided slopes", "rocq"),
    "composition": Lemma("Losses after maps of full rank"),
    "constant-features": Lemma("Heads with constant features"),
    "continuity": Lemma("Functions made of pieces"),
    "contraction": Lemma("Identity plus a contraction"),
    "convex": Lemma("Convex functions"),
    "countable-image": Lemma("Countable images", "rocq"),
    "cross-entropy": Lemma("Cross-entropy"),
    "dead-head": Lemma("The step size of dead units"),
    "dead-region": Lemma("Dead regions"),
    "decay": Lemma("Decay of powers times exponentials", "rocq"),
    "decayed-head": Lemma("Weight decay over heads"),
    "dependent-outputs": Lemma("Dependent outputs"),
    "derivative": Lemma("Terms and slopes"),
    "determinant": Lemma("Determinants as terms"),
    "elementary": Lemma("Elementary inequalities", "rocq"),
    "exact-line-search-collapse": Lemma("Exact line search"),
    "flat-point": Lemma("A point where every Hessian vanishes"),
    "gram": Lemma("Gram form"),
    "half-angle": Lemma("Half-angle substitution"),
    "included-certificate": Lemma("Certificates in certificates"),
    "instantiation": Lemma("Instantiation"),
    "interior-maximum": Lemma("Interior maxima"),
    "interior-minimum": Lemma("Interior minima"),
    "interval-inclusion": Lemma("Enclosures by intervals and balls"),
    "interval-matrix": Lemma("Interval matrices of full rank"),
    "iterates": Lemma("Iterates avoid null sets", "rocq"),
    "jump": Lemma("Jumps"),
    "kink": Lemma("Kinks"),
    "krawczyk": Lemma("Krawczyk's operator"),
    "limit-rule": Lemma("Monotone from infinity"),
    "lipschitz": Lemma("Lipschitz functions"),
    "mean-value-form": Lemma("Mean-value and Taylor forms"),
    "mills": Lemma("Mills' ratio", "rocq"),
    "momentum": Lemma("Methods with momentum"),
    "monotone-from-end": Lemma("Monotone from an end"),
    "multi-affine": Lemma("Polynomials affine in each variable"),
    "node-lipschitz": Lemma("Lipschitz constants of nodes"),
    "normal-form": Lemma("Equality by normal forms"),
    "null-image": Lemma("Null images"),
    "null-preimages": Lemma("Full rank almost everywhere through a composition"),
    "operator-classes": Lemma("Classes of operators"),
    "orders-of-growth": Lemma("Orders of growth"),
    "period": Lemma("Periods", "rocq"),
    "piecewise-analytic": Lemma("Piecewise analytic functions"),
    "piecewise-analytic-graph": Lemma("Piecewise analytic graphs"),
    "plateau": Lemma("Plateaus"),
    "product-of-signs": Lemma("Signs of products", "rocq"),
    "proximal-collapse": Lemma("Proximal steps"),
    "rank-drop": Lemma("Loss of rank"),
    "rank-modulo-prime": Lemma("Ranks modulo a prime"),
    "rectified-head": Lemma("Heads over rectified units"),
    "rescaled-head": Lemma("Heads that can be rescaled"),
    "rescaling": Lemma("Rescaling"),
    "sector": Lemma("Slopes in a sector"),
    "selections": Lemma("A witness for each selection"),
    "separable-loss": Lemma("Separable losses"),
    "sequential-steps": Lemma("Sequences of step sizes"),
    "sign-change": Lemma("A sign change of the determinant"),
    "slope-matrices": Lemma("Jacobians from slopes"),
    "slope-range": Lemma("Ranges of slopes"),
    "smooth-head": Lemma("Smooth last hidden units"),
    "stationary-point": Lemma("Exact zeros of the slope"),
    "step-sequences": Lemma("Sequences of steps"),
    "stop-gradient": Lemma("Stopped gradients"),
    "strictly-monotone": Lemma("Strictly monotone functions"),
    "structural-zero-gradient": Lemma("Gradients that vanish at zero"),
    "sturm": Lemma("Sturm's theorem"),
    "sum-of-signs": Lemma("Signs of sums", "rocq"),
    "transformed-gradients": Lemma("Transformed gradients"),
    "turning": Lemma("Turning values"),
    "unbounded-slope": Lemma("Unbounded slopes", "rocq"),
    "valley": Lemma("The valley", "rocq"),
    "value-ranges": Lemma("Ranges of values"),
    "weights-of-terms": Lemma("Forms under rescaling"),
    "witness": Lemma("Full rank at one point"),
    "zero-state": Lemma("Constant steps from a state of zeros"),
}
