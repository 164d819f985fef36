"""From a parsed certificate to a verified statement: read the claim, then discharge goals until none is left."""

from __future__ import annotations

from typing import Any

from invexcheck.errors import Path, Reject, shown, within
from invexcheck.goals import Claim, Obligation, ParameterRange
from invexcheck.intervals import Undefined
from invexcheck.limits import Limits
from invexcheck.reading import Fields, digest
from invexcheck.rules import RULES
from invexcheck.rules.valley import is_vacuous
from invexcheck.session import VARIABLE, Session
from invexcheck.statements import KINDS, statement
from invexcheck.terms import BOOLEAN
from invexcheck.verdict import Verified

FORMAT = "invexproof-certificate/1"


def verify(document: dict[str, Any], limits: Limits) -> Verified:
    """Check a parsed certificate.

    Raises:
        Reject: the certificate is invalid.
        Refuse: a resource limit was reached.
    """
    with Fields(document, (), limits) as top:
        if top.text("format") != FORMAT:
            raise Reject(f"the format must be {FORMAT}", "format", ("format",))
        top.raw("provenance")
        session = Session(limits)
        raw_claim = top.object("claim")
        with raw_claim:
            claim, subject_digest = read_claim(session, raw_claim)
        with top.object("proof") as proof:
            if proof.has("terms"):
                session.auxiliary = session.terms.read(proof.raw("terms"), ("proof", "terms"))
            step = proof.raw("step")
    used = discharge(session, Obligation(claim, step, ("proof", "step")))
    vacuous = None
    if claim.kind == "activation.invex":
        vacuous = not claim.negated and _last_valley_is_vacuous(step)
    return Verified(
        statement(session, claim),
        claim.kind,
        claim.negated,
        vacuous,
        tuple(sorted(used)),
        tuple(sorted({lemma for name in used for lemma in RULES[name].lemmas})),
        session.budget.leaves,
        subject_digest,
    )


def _last_valley_is_vacuous(step: Any) -> bool:
    while step["rule"] == "rescale":
        step = step["by"]
    return is_vacuous(step)


def read_claim(session: Session, fields: Fields) -> tuple[Claim, str]:
    """The claim, and the digest of its subject."""
    kind = fields.choice("kind", KINDS)
    table = fields.raw("subject")
    lines = session.terms.read(table, (*fields.path, "subject"))
    subject = lines[-1]
    if sorted(lines) != session.terms.order(subject):
        raise Reject(
            "the subject has a line twice, or one that it does not need", "claim", (*fields.path, "subject")
        )
    if session.terms.op(subject) in BOOLEAN:
        raise Reject("the subject must be a real function", "term", (*fields.path, "subject"))
    if fields.has("parameters"):
        session.parameters = read_parameters(session, fields)
    unknown = session.terms.names[subject] - {VARIABLE} - session.parameters.keys()
    if unknown:
        raise Reject("the subject has a variable that is neither x nor a parameter", "claim", fields.path)
    constant = fields.rational("constant") if fields.has("constant") else None
    if constant is not None and kind != "activation.lipschitz":
        raise Reject("only a Lipschitz claim names a constant", "claim", fields.path)
    return Claim(kind, subject, fields.flag("negated"), constant, dict(session.parameters)), digest(table)


def read_parameters(session: Session, fields: Fields) -> dict[str, ParameterRange]:
    """Parameters with their ranges: ``{"beta": {"gt": "0"}}``, bounds gt or ge and lt or le, each optional."""
    raw = fields.raw("parameters")
    path: Path = (*fields.path, "parameters")
    if type(raw) is not dict or not raw:
        raise Reject("parameters must be a non-empty object", "claim", path)
    result = {}
    for name in sorted(raw):
        if session.terms.read([["var", name]], path) and name == VARIABLE:
            raise Reject("x is not a parameter", "claim", path)
        with Fields(raw[name], (*path, shown(name)), session.limits) as bounds:
            ends = {key: bounds.rational(key) for key in ("gt", "ge", "lt", "le") if bounds.has(key)}
        if ("gt" in ends and "ge" in ends) or ("lt" in ends and "le" in ends):
            raise Reject("one lower and one upper bound at most", "claim", path)
        low, high = ends.get("gt", ends.get("ge")), ends.get("lt", ends.get("le"))
        if low is not None and high is not None and not low < high:
            raise Reject("the range of a parameter must have an inside", "claim", path)
        result[name] = ParameterRange(low, high, "gt" in ends, "lt" in ends)
    return result


def discharge(session: Session, first: Obligation) -> set[str]:
    """Apply the rule that each step names to its goal until nothing is left; the names of the rules used."""
    pending = [first]
    used: set[str] = set()
    while pending:
        current = pending.pop()
        try:
            used.add(_apply(session, current, pending))
        except Reject as reject:
            reject.path = reject.path or current.path
            raise
        session.budget.spend(1000)
    return used


def _apply(session: Session, current: Obligation, pending: list[Obligation]) -> str:
    """One inference: the obligations that remain go on the stack; the name of the rule."""
    with Fields(current.step, current.path, session.limits) as fields:
        name = fields.text("rule")
        rule = RULES.get(name)
        if rule is None:
            raise Reject(f"unknown rule {shown(name)}", "rule", current.path)
        with within(rule=name):
            if not rule.fits(current.goal):
                raise Reject(f"the rule {name} does not fit the goal", "rule", current.path)
            try:
                pending.extend(rule.apply(session, current.goal, fields))
            except Undefined as error:
                raise Reject(str(error), "domain", current.path) from error
    return name
