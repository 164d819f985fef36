"""Points that are given as zeros of terms: variables of a section, which are shown to exist after it."""

from __future__ import annotations

from invexcheck.goals import Span
from invexproof.rocq.expressions import Zero, rational
from invexproof.rocq.signs import Context, analytic
from invexproof.rocq.statements import Statement

INSIDE = "for_these_zeros"


def zeros(context: Context, stated: Statement, final: list[str]) -> list[str]:
    """The final theorem for the zeros that the proof speaks of; the lemmas so far go into a section about them."""
    expressions = context.expressions
    opening, exist, used = ["Section Zeros."], [], []
    for name, zero in expressions.zeros.items():
        low, high = rational(zero.low), rational(zero.high)
        value = expressions.real(_at(context, zero, name), 69)
        opening += [
            f"Variable {name} : R.",
            f"Hypothesis {name}_low : {low} <= {name}.",
            f"Hypothesis {name}_high : {name} <= {high}.",
            f"Hypothesis {name}_zero : {value} = 0.",
        ]
        exist.append(_existence(context, name, zero))
        used.append(f"destruct {name}_exists as [{name} [{name}_low [{name}_high {name}_zero]]].")
    context.lemmas.insert(0, "\n".join(opening))
    inside = [line.replace("Theorem certified", f"Lemma {INSIDE}") for line in final]
    proof = "\n  ".join([*used, f"eapply {INSIDE}; eassumption."])
    return [*inside, "End Zeros.", *exist, f"Theorem certified : {stated.theorem}.\nProof.\n  {proof}\nQed."]


def _at(context: Context, zero: Zero, name: str) -> int:
    terms = context.session.terms
    return terms.substitute(zero.term, {"x": terms.variable(name)})


def _existence(context: Context, name: str, zero: Zero) -> str:
    """That there is such a zero: the term is continuous, and its values at the ends have opposite signs."""
    session, expressions = context.session, context.expressions
    literal, whole = expressions.literal(zero.term), Span()
    smooth = context.lemma(
        "smooth", whole, f"analytic {literal} x", analytic(context.within(whole), zero.term, True)
    )
    bounds = context.within(whole).bounds()
    low, high = (session.at(zero.term, session.rational_point(end)) for end in (zero.low, zero.high))
    rises = session.strict_sign(high, session.rational_point(zero.high)) == 1
    signs = [bounds.sign(low, "<" if rises else ">"), bounds.sign(high, ">" if rises else "<")]
    product = f"mul_{'neg_pos' if rises else 'pos_neg'} true true _ _ {signs[0]} {signs[1]}"
    ends = f"{rational(zero.low)} {rational(zero.high)}"
    value = expressions.real(_at(context, zero, name), 69)
    return "\n".join(
        [
            f"Lemma {name}_exists : exists {name}, {rational(zero.low)} <= {name} /\\ "
            f"{name} <= {rational(zero.high)} /\\ {value} = 0.",
            "Proof.",
            *bounds.script.lines,
            f"  destruct (IVT_cor (eval {literal}) {ends}) as [z [[L H] E]].",
            f"  - intro x. apply continuity_pt_filterlim, analytic_continuous, {smooth}.",
            "  - lra.",
            f"  - exact (Rlt_le _ _ ({product})).",
            "  - exists z. split; [exact L|]. split; [exact H|exact E].",
            "Qed.",
        ]
    )
