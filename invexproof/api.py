"""The Python interface: prove a claim, check a certificate, explain it.

>>> from invexproof import prove
>>> result = prove("gelu")
>>> result.verdict
'proved'
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

from invexcheck import check as check_certificate
from invexcheck.errors import Refuse
from invexcheck.limits import Limits
from invexcheck.supervise import Supervisor
from invexcheck.verdict import Verdict as Checked
from invexproof.certificates import read_document
from invexproof.certificates.builder import MAX_BYTES, CertificateError, Document, canonical_bytes
from invexproof.claims import INVEX, constant_of, kind_of
from invexproof.errors import InvexproofError
from invexproof.expressions.terms import Expression
from invexproof.proving import DEFAULT_TIMEOUT, Prover, Question
from invexproof.results import Result
from invexproof.subjects import Named, Ranges, Target, family_expressions, target

__all__ = ["Result", "check", "explain", "prove", "prove_all"]

Certificate = str | bytes | os.PathLike[str] | Document


def prove(
    subject: Named | Target,
    claim: str = INVEX,
    *,
    constant: str | Fraction | int | None = None,
    parameters: Iterable[str] | Ranges = (),
    timeout: float | None = DEFAULT_TIMEOUT,
    out: str | Path | None = None,
) -> Result:
    """Decide a claim about an activation.

    Args:
        subject: a name of the catalogue or of a library (``"gelu"``, ``"torch.nn.LeakyReLU(0.2)"``), a formula in x
            (``"x*tanh(softplus(x))"``), or an expression.
        claim: its kind, with or without ``activation.``: ``"invex"``, ``"lipschitz"``, ...
        constant: of a Lipschitz claim; None asks for any constant.
        parameters: ranges that quantify parameters: ``["beta > 0"]``.
        timeout: seconds for the search; None for no limit.
        out: a file for the certificate, gzipped if the name ends in ``.gz``.

    Returns:
        A :class:`Result`; its verdict is proved or refuted only if the checker has accepted the certificate.

    Raises:
        InvexproofError: the subject, the claim, its constant or a range cannot be read.
    """
    kind = kind_of(claim)
    wanted = target(subject, [parameters] if isinstance(parameters, str) else parameters)
    path = None if out is None else Path(out)
    question = Question(wanted, kind, constant_of(constant, kind), timeout, path)
    with Prover() as prover:
        return prover.prove(question)


def prove_all(
    subjects: Iterable[Named | Target],
    claim: str = INVEX,
    *,
    timeout: float | None = DEFAULT_TIMEOUT,
    jobs: int = 2,
) -> Iterator[Result]:
    """Decide a claim about many activations, ``jobs`` at a time; the answers come as they are found."""
    kind = kind_of(claim)
    questions = [Question(target(subject), kind, None, timeout) for subject in subjects]
    with Prover(jobs) as prover, closing(prover.prove_all(questions)) as answers:
        for _, result in answers:
            yield result


def check(certificate: Certificate, against: Named | None = None, limits: Limits | None = None) -> Checked:
    """The checker's verdict on a certificate: a path, its bytes, or a document.

    With ``against``, a name, formula or expression, or the path of a certificate, the verdict is INVALID unless the
    certificate is about that subject.  Never raises on account of the certificate.
    """
    data = canonical_bytes(certificate) if isinstance(certificate, dict) else certificate
    verdict = check_certificate(data, limits)
    return verdict if against is None else compare_subject(verdict, subject_digests(against), str(against))


def explain(
    certificate: Certificate,
    form: Literal["terminal", "markdown"] = "markdown",
    plot: str | Path | None = None,
) -> str:
    """The proof in words, with a picture of it in the file ``plot``; the checker reads the certificate first.

    Raises:
        CertificateError: it is not valid, or cannot be read.
    """
    from invexproof.reports import explain as explain_document

    data = canonical_bytes(certificate) if isinstance(certificate, dict) else read_file(certificate)
    verdict = check_certificate(data)
    if verdict.verified is None:
        raise CertificateError(f"only a valid certificate can be explained; this one is {verdict.text(None)}")
    return explain_document(read_document(data), form=form, plot=None if plot is None else Path(plot))


def read_file(source: str | bytes | os.PathLike[str]) -> bytes:
    """The bytes of a certificate, at most one more than is ever accepted.  Raises :class:`CertificateError`."""
    if isinstance(source, bytes):
        return source
    try:
        with open(source, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CertificateError(f"cannot read {os.fsdecode(source)!r}: {reason}") from None


def subject_digests(against: Named) -> set[str]:
    """Digests of what a name, a formula, an expression or the path of a certificate stands for.

    Raises InvexproofError if it stands for nothing.
    """
    with Supervisor(Limits(), 1) as supervisor:
        if isinstance(against, str) and os.path.exists(against):
            sources: list[str | bytes] = [against]
        else:
            sources = [canonical_bytes(expression.to_table()) for expression in _expressions(against)]
        try:
            return {supervisor.subject(source) for source in sources}
        except Refuse as refuse:
            raise CertificateError(f"{against!s:.80} has no subject: {refuse.message}") from None


def _expressions(against: Named) -> list[Expression]:
    if isinstance(against, str):
        try:
            return family_expressions(against)
        except InvexproofError as error:
            raise CertificateError(f"{against!r:.80} is neither a file nor a function: {error}") from None
    return [against if isinstance(against, Expression) else target(against).expression]


def compare_subject(verdict: Checked, digests: set[str], name: str) -> Checked:
    """INVALID if a valid certificate is about something else."""
    if verdict.verified is None or verdict.verified.subject_digest in digests:
        return verdict
    reason = f"it is a valid certificate about another function than {name:.80}: {verdict.verified.statement}"
    return replace(verdict, status="INVALID", code="subject", reason=reason, verified=None)
