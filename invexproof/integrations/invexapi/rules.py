"""The library's rules as statements: which are true, and which of their hypotheses the library enforces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Truth: TypeAlias = Literal["true", "true, and more is", "true where it applies", "not checked"]


@dataclass(frozen=True)
class Rule:
    """A rule by the library's name: whether the statement is true and why, what is not enforced, and who shows it."""

    name: str
    truth: Truth
    why: str
    unenforced: str = ""
    cases: tuple[str, ...] = ()


RULES: Final = (
    Rule("convex_invex", "true", "0 ∈ ∂f(x) says that x minimises a finite convex f."),
    Rule(
        "admissible_invex", "true",
        "By s′ > 0, only 0 can be a stationary point of s(|x_i|); the third condition is not needed.",
    ),
    Rule("convex_quasi_convex", "true", "Sublevel sets of convex functions are convex."),
    Rule("convex_sum", "true", "Add the inequalities."),
    Rule("admissible_sum", "true", "Each of the three conditions survives a sum."),
    Rule(
        "convex_affine", "true", "A convex function after an affine map.",
        "that H is linear: `Composed` accepts any operator", ("nonlinear-operator",),
    ),
    Rule(
        "affine_invex_construction", "true",
        "If Hᵀ∇g(Hx − b) = 0 and Hᵀ is injective, then ∇g = 0 there, and Hx − b minimises g. For a locally Lipschitz "
        "g the same holds with Clarke's ∂g, so that kinks need not be excluded.",
        "the row rank: `declare(full_row_rank=True)` is believed", ("declared-rank",),
    ),
    Rule(
        "admissible_difference_1d", "true, and more is",
        "The differences are linear of full row rank. See `admissible_tv_2d`: without a shift b, any linear H will do.",
    ),
    Rule(
        "admissible_tv_2d", "true, and more is",
        "For locally Lipschitz admissible g that is C¹ off its kink, and *every* linear H, g(Hx) is even invex: if "
        "0 = Hᵀζ with ζ ∈ ∂g(Hx), then 0 = ⟨ζ, Hx⟩ = Σ s′(|w_i|)·|w_i| over the entries w_i ≠ 0 of w = Hx, so "
        "that w = 0 and x is a global minimiser.",
    ),
    Rule(
        "max_quasi_invex", "not checked",
        "Quasi-invexity is no claim of ours. With an η that may be 0, every function is quasi-invex.",
    ),
    Rule(
        "full_rank_composition", "true where it applies",
        "If all Jacobians have full row rank everywhere and the activations are C¹, the composition has such a "
        "Jacobian, by the chain rule, and an invex C¹ loss of it is invex. It is false for ReLU: "
        "see [below](#three-relu-layers).",
        "any rank, also the shapes: the mark of a layer does not depend on its weights or sizes",
        ("composition-of-convex-layers", "composition-of-relu-layers"),
    ),
)  # fmt: skip
"""All rules that the library registers."""
