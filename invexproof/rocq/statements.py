"""What an exported file claims: the function in the words of Coq's real numbers, its domain, and the theorem."""

from __future__ import annotations

from dataclasses import dataclass

from invexcheck.goals import Claim
from invexcheck.session import Session
from invexcheck.terms import BOOLEAN
from invexproof.rocq.expressions import CONDITION, ExportError, Expressions, own_conditions

CLAIMS = {
    ("activation.invex", False): "invex f",
    ("activation.invex", True): "not_invex f",
    ("activation.nonvanishing-derivative", False): "no_stationary_point f",
    ("activation.strictly-monotone", False): "strictly_monotone f",
    ("activation.strictly-monotone", True): "~ strictly_monotone f",
    ("activation.piecewise-analytic", True): "exists c : R, ~ continuous f c",
}
"""The claims that can be exported, of a function f."""

ON_DOMAIN = {
    "not_invex f": "not_invex_on defined_at f",
    "~ strictly_monotone f": "not_strictly_monotone_on defined_at f",
}
"""Negations for functions with a domain: f is defined where they speak of it."""


@dataclass(frozen=True)
class Statement:
    """Definitions of f (and of where it is defined, if that is not everywhere by itself) and the claim about it."""

    definitions: list[str]
    claim: str
    partial: bool
    """Whether `defined_at` is one of the definitions."""

    @property
    def theorem(self) -> str:
        if not self.partial:
            return self.claim
        if self.claim in ON_DOMAIN:
            return ON_DOMAIN[self.claim]
        return f"(forall x : R, defined_at x) /\\ {self.claim}"


def statement_of(session: Session, expressions: Expressions, claim: Claim) -> Statement:
    """The statement of a claim, from its table of terms alone."""
    text = CLAIMS.get((claim.kind, claim.negated))
    if text is None:
        word = "negated claims" if claim.negated else "claims"
        raise ExportError(f"{word} of the kind {claim.kind!r} cannot be exported yet")
    subject = expressions.real(claim.subject)
    definitions = [f"Definition f (x : R) : R :=\n  {subject}."]
    domain = Domain(session, expressions).of(claim.subject)
    if domain != "True":
        definitions.append(
            "(* Where every operation on the way to the value is defined: division by 0, the logarithm of a negative\n"
            "   number and the like have values in Coq that mean nothing. *)\n"
            f"Definition defined_at (x : R) : Prop :=\n  {domain}."
        )
    return Statement(definitions, text, domain != "True")


class Domain:
    """The condition under which a function with guards is defined, as a proposition."""

    def __init__(self, session: Session, expressions: Expressions) -> None:
        self.terms = session.terms
        self.expressions = expressions
        self.known: dict[int, str] = {}

    def of(self, root: int) -> str:
        for term in self.terms.order(root):
            self.known[term] = self._of(term)
            if len(self.known[term]) > 60_000:
                raise ExportError("the domain of the function is too long to be written out in Rocq")
        return self.known[root]

    def _of(self, term: int) -> str:
        node = self.terms.nodes[term]
        if node[0] == "piecewise":
            return self._piecewise(node[1:])
        parts = [self.known[c] for c in self.terms.children(node)]
        if node[0] not in BOOLEAN:
            parts += [
                CONDITION[what](self.expressions.real(inner, 69))
                for what, inner in own_conditions(self.terms, term, analytic=False)
                if not self._evident(what, inner)
            ]
        distinct = [p for p in dict.fromkeys(parts) if p != "True"]
        return " /\\ ".join(p if " then " not in p else f"({p})" for p in distinct) or "True"

    def _evident(self, what: str, term: int) -> bool:
        """Whether a condition is about a number that satisfies it."""
        value = self.terms.constant(term)
        return value is not None and (value != 0 if what == "nonzero" else value > 0)

    def _piecewise(self, branches: tuple[int, ...]) -> str:
        text = "False"
        for condition, value in zip(reversed(branches[::2]), reversed(branches[1::2]), strict=True):
            chosen = self.expressions.choose(condition, self.known[value], text)
            before = self.known[condition]
            text = chosen if before == "True" else f"{before} /\\ ({chosen})"
        return text
