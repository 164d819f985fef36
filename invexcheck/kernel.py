"""From a parsed certificate to a verified statement: read the claim, then discharge goals until none is left."""

from __future__ import annotations

from typing import Any

from flint import fmpq

from invexcheck.architectures.graph import read_architecture
from invexcheck.architectures.methods import COLLAPSES, METHODS, SADDLES
from invexcheck.architectures.sizes import WHATEVER, read_sizes
from invexcheck.errors import Path, Refuse, Reject, shown, within
from invexcheck.goals import AnyClaim, Claim, MapClaim, Obligation, ParameterRange, TrainingClaim
from invexcheck.intervals import Undefined
from invexcheck.limits import Limits
from invexcheck.networks.graph import read_network
from invexcheck.networks.tensors import rationals
from invexcheck.reading import Fields, Folder, certificate, digest
from invexcheck.rules import RULES
from invexcheck.rules.networks import ALMOST, INVEX
from invexcheck.rules.training import ANALYTIC as ANALYTIC_LOSS
from invexcheck.rules.training import NONSINGULAR as NONSINGULAR_STEP
from invexcheck.rules.training import SADDLES_AVOIDED
from invexcheck.rules.valley import is_vacuous
from invexcheck.session import VARIABLE, Session
from invexcheck.statements import KINDS, statement
from invexcheck.terms import BOOLEAN
from invexcheck.verdict import Verified

FORMAT = "invexproof-certificate/1"
MAX_DEPTH = 8
"""Of certificates inside certificates."""


def verify(document: dict[str, Any], limits: Limits, folder: Folder | None = None) -> Verified:
    """Check a parsed certificate; `folder` is where it may name other files.

    Raises:
        Reject: the certificate is invalid.
        Refuse: a resource limit was reached.
    """
    session = Session(limits)
    session.folder = folder or Folder()
    claim, subject_digest, step, used = _verified(session, document)
    vacuous = None
    if claim.kind == "activation.invex":
        vacuous = False if claim.negated else _last_valley_is_vacuous(step)
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


def _verified(session: Session, document: Any) -> tuple[AnyClaim, str, Any, set[str]]:
    """The claim that a document shows, the digest of its subject, its step, and the rules used."""
    with Fields(document, (), session.limits) as top:
        if top.text("format") != FORMAT:
            raise Reject(f"the format must be {FORMAT}", "format", ("format",))
        top.raw("provenance")
        raw_claim = top.object("claim")
        with raw_claim:
            claim, subject_digest = read_claim(session, raw_claim)
        with top.object("proof") as proof:
            if proof.has("terms"):
                session.auxiliary = session.terms.read(proof.raw("terms"), ("proof", "terms"))
            step = proof.raw("step")
    if isinstance(claim, Claim):
        session.parameters = dict(claim.parameters)
    used = discharge(session, Obligation(claim, step, ("proof", "step")))
    return claim, subject_digest, step, used | session.included


def verify_included(session: Session, fields: Fields) -> AnyClaim:
    """Verify the certificate in the field ``document``, or in a ``file`` with its ``sha256``, and return its claim.

    The claim is read into the given session, so that it can be compared with its goals.
    """
    inner = Session(session.limits, budget=session.budget)
    inner.folder, inner.depth = session.folder, session.depth + 1
    if inner.depth > MAX_DEPTH:
        raise Refuse("depth", f"certificates in certificates, more than {MAX_DEPTH} deep")
    if fields.has("file"):
        data = session.folder.read(
            fields.text("file"), fields.text("sha256"), session.limits.bytes, fields.path
        )
        session.budget.spend(100 * len(data))
        document: Any = certificate(data, session.limits).document
        path: Path = (*fields.path, "file")
    else:
        document, path = fields.raw("document"), (*fields.path, "document")
    with within(*path):
        session.included |= _verified(inner, document)[3]
        with Fields(document["claim"], ("claim",), session.limits) as again:
            return read_claim(session, again)[0]


def _last_valley_is_vacuous(step: Any) -> bool | None:
    """None where another certificate knows."""
    while step["rule"] == "rescale":
        step = step["by"]
    return None if step["rule"] == "certificate" else is_vacuous(step)


def read_claim(session: Session, fields: Fields) -> tuple[AnyClaim, str]:
    """The claim, and the digest of its subject."""
    kind = fields.choice("kind", KINDS)
    if kind.startswith("activation."):
        claim: AnyClaim = _read_function_claim(session, kind, fields)
    elif kind.startswith("training."):
        claim = _read_training_claim(session, kind, fields)
    else:
        claim = _read_map_claim(session, kind, fields)
    return claim, digest(fields.raw("subject"))


def _read_function_claim(session: Session, kind: str, fields: Fields) -> Claim:
    table = fields.raw("subject")
    lines = session.terms.read(table, (*fields.path, "subject"))
    subject = lines[-1]
    if sorted(lines) != session.terms.order(subject):
        raise Reject(
            "the subject has a line twice, or one that it does not need", "claim", (*fields.path, "subject")
        )
    if session.terms.op(subject) in BOOLEAN:
        raise Reject("the subject must be a real function", "term", (*fields.path, "subject"))
    parameters = read_parameters(session, fields) if fields.has("parameters") else {}
    unknown = session.terms.names[subject] - {VARIABLE} - parameters.keys()
    if unknown:
        raise Reject("the subject has a variable that is neither x nor a parameter", "claim", fields.path)
    constant = fields.rational("constant") if fields.has("constant") else None
    if constant is not None and kind != "activation.lipschitz":
        raise Reject("only a Lipschitz claim names a constant", "claim", fields.path)
    return Claim(kind, subject, fields.flag("negated"), constant, parameters)


def _read_map_claim(session: Session, kind: str, fields: Fields) -> MapClaim:
    with fields.object("subject") as subject:
        network = read_network(session.terms, subject, session.limits, session.folder)
    region = None
    if fields.has("region"):
        listed, path = fields.items("region"), (*fields.path, "region")
        if len(listed) != network.inputs:
            raise Reject("a region has one interval for each entry of the input", "claim", path)
        region = tuple(_interval(session, raw, at) for raw, at in listed)
    almost = kind == ALMOST or (fields.has("almost_everywhere") and fields.flag("almost_everywhere"))
    if almost and (region is not None or (kind != ALMOST and kind != INVEX)):
        raise Reject("almost everywhere is said of all of R^n", "claim", fields.path)
    if (network.loss is None) is (kind == INVEX):
        raise Reject("a composition has a loss, and only a composition", "claim", fields.path)
    negated = fields.flag("negated")
    if network.free and not (kind == ALMOST):
        raise Reject("free tensors are for claims almost everywhere", "claim", fields.path)
    return MapClaim(kind, network, negated, region, almost)


def _read_training_claim(session: Session, kind: str, fields: Fields) -> TrainingClaim:
    with fields.object("subject") as subject:
        architecture = read_architecture(subject, session.limits, session.budget)
    negated = fields.flag("negated")
    if kind == ANALYTIC_LOSS:
        return TrainingClaim(kind, architecture, negated)
    method = fields.text("method")
    if negated:
        sizes = read_sizes(fields, session.limits) if fields.has("step") else WHATEVER
        if kind != NONSINGULAR_STEP or (method, sizes.word) not in COLLAPSES:
            raise Reject("no such claim about this method", "claim", fields.path)
        return TrainingClaim(kind, architecture, True, method, "", sizes.word, sizes)
    start = fields.text("start")
    sizes = read_sizes(fields, session.limits)
    if (method, start, sizes.word) not in METHODS or (
        kind == SADDLES_AVOIDED and (method != "gd" or sizes.word not in SADDLES)
    ):
        raise Reject("no such claim about this method, start and step", "claim", fields.path)
    return TrainingClaim(kind, architecture, False, method, start, sizes.word, sizes)


def _interval(session: Session, raw: Any, path: Path) -> tuple[fmpq, fmpq]:
    low, high = rationals(raw, session.limits, path, 2)
    if not low < high:
        raise Reject("an interval of the region has no inside", "claim", path)
    return low, high


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
    """Apply the rule that each step names to its goal until nothing is left; the names of the rules used.

    A goal is about the parameters that the session had when the goal was made.
    """
    pending = [(first, session.parameters)]
    used: set[str] = set()
    while pending:
        current, session.parameters = pending.pop()
        try:
            name, remaining = _apply(session, current)
            used.add(name)
            pending += [(obligation, session.parameters) for obligation in remaining]
        except Reject as reject:
            reject.path = reject.path or current.path
            raise
        session.budget.spend(1000)
    return used


def _apply(session: Session, current: Obligation) -> tuple[str, list[Obligation]]:
    """One inference: the name of the rule, and the obligations that remain."""
    with Fields(current.step, current.path, session.limits) as fields:
        name = fields.text("rule")
        rule = RULES.get(name)
        if rule is None:
            raise Reject(f"unknown rule {shown(name)}", "rule", current.path)
        with within(rule=name):
            if not rule.fits(current.goal):
                raise Reject(f"the rule {name} does not fit the goal", "rule", current.path)
            try:
                return name, rule.apply(session, current.goal, fields)
            except Undefined as error:
                raise Reject(str(error), "domain", current.path) from error
