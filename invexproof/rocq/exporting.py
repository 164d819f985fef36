"""From a certificate to a Rocq file: the statement from the claim, the proof by the rule of the first step."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from invexcheck.errors import Refuse, Reject
from invexcheck.goals import Claim, Span
from invexcheck.intervals import Undefined
from invexcheck.reading import digest
from invexproof import __version__
from invexproof.reports.replay import Replay, replay
from invexproof.rocq.expressions import ExportError, Expressions
from invexproof.rocq.kinks import jump, kink
from invexproof.rocq.limits import limit
from invexproof.rocq.monotone import monotone_pieces, turning
from invexproof.rocq.refutations import maximum, plateau, stationary_point
from invexproof.rocq.signs import RULES, Context
from invexproof.rocq.statements import Statement, statement_of
from invexproof.rocq.valleys import valley
from invexproof.rocq.zeros import zeros

IMPORTS = """\
From Coq Require Import Reals Lra ZArith QArith.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From Invex Require Import Calculus Stationary Shapes Valley Erf Terms Export.
Open Scope R_scope.
"""
"""How every exported file begins after its comment."""

HEADER = """\
(* {sentence}

   Written by invexproof {version} from the certificate with the SHA-256
     {certificate}
   whose subject has the SHA-256
     {subject}.
   The definitions and the statement at the end of this file are the claim; everything between is its proof.
   To compile: coqc -R LIBRARY Invex FILE, where LIBRARY has the compiled files of lemmas/rocq. *)

"""

THEOREM = "certified"
"""The name of the final theorem of every exported file."""


@dataclass(frozen=True)
class Exported:
    """A Rocq file: its text, the name of its theorem, and the claim in the checker's words."""

    text: str
    theorem: str
    proposition: str
    """What the theorem says, in the file's own words."""
    claim: str


Emitter = Callable[[Context, Replay, Statement], list[str]]

EMITTERS: dict[str, Emitter] = {
    "valley": valley,
    "maximum": maximum,
    "plateau": plateau,
    "stationary-point": stationary_point,
    "kink": kink,
    "jump": jump,
    "monotone-pieces": monotone_pieces,
    "turning": turning,
}
"""How the proof of a claim by a rule is written: lines that end in the proof of the final theorem."""


RULES["limit"] = limit
"""The one rule for signs that has a module of its own."""


def export(document: dict[str, Any], folder: str | FilePath | None = None) -> Exported:
    """The Rocq file of a certificate.

    Raises:
        ReportError: the certificate is not valid, or too large.
        ExportError: it is valid, but of a kind or with a step that is not exported; the message says which.
    """
    claim = document.get("claim")
    kind = claim.get("kind") if isinstance(claim, dict) else None
    if isinstance(kind, str) and not kind.startswith("activation."):
        raise ExportError(f"claims of the kind {kind!r} cannot be exported: only those about activations can")
    proof = replay(document, folder=folder)
    if not isinstance(proof.claim, Claim):
        raise ExportError("only claims about activations can be exported")
    if proof.claim.parameters:
        raise ExportError("a claim about all values of parameters cannot be exported: state it for one value")
    emitter = EMITTERS.get(proof.root.rule)
    if emitter is None:
        raise ExportError(f"proofs by the rule `{proof.root.rule}` cannot be exported yet")
    expressions = Expressions(proof.session.terms)
    stated = statement_of(proof.session, expressions, proof.claim)
    context = Context(proof.session, expressions, Span(), [])
    try:
        final = emitter(context, proof, stated)
        if expressions.zeros:
            final = zeros(context, stated, final)
    except (Reject, Refuse, Undefined) as error:
        raise ExportError(f"a step of the proof cannot be exported: {error}") from error
    header = HEADER.format(
        sentence=_comment(proof.statement),
        version=__version__,
        certificate=_digest(document),
        subject=digest(document["claim"]["subject"]),
    )
    parts = [header + IMPORTS, *stated.definitions, *context.lemmas, *final]
    return Exported("\n\n".join(parts) + "\n", THEOREM, stated.theorem, proof.statement)


def _comment(text: str) -> str:
    """Text that cannot end or open a comment, nor a string in it."""
    allowed = "".join(c if c.isascii() and c.isprintable() and c not in '"' else "?" for c in text)
    return allowed.replace("(*", "( *").replace("*)", "* )")


def _digest(document: dict[str, Any]) -> str:
    """The SHA-256 of the canonical text of the certificate, with its final newline."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True) + "\n"
    return hashlib.sha256(text.encode()).hexdigest()
