"""Is a certificate about the function, or the network, that somebody means?"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from invexcheck.errors import Refuse
from invexcheck.limits import Limits
from invexcheck.supervise import Supervisor
from invexcheck.verdict import Verdict as Checked
from invexproof.activations import Activation, Subject
from invexproof.certificates import CertificateError, canonical_bytes, read_file
from invexproof.errors import InvexproofError
from invexproof.expressions.terms import Expression
from invexproof.map_subjects import MapNamed, is_formula, map_target, named_as_network
from invexproof.networks.identity import same_network
from invexproof.networks.loading import network_of_certificate
from invexproof.networks.network import Network
from invexproof.subjects import Named, Target, family_expressions, target

CERTIFICATES = (".json", ".json.gz")
ABOUT_NETWORKS = ("map.", "composition.")


@dataclass(frozen=True)
class Wanted:
    """What a certificate is to be about: subjects with these digests, or this network."""

    name: str
    digests: frozenset[str] = frozenset()
    network: Network | None = None

    @staticmethod
    def of(against: Named | MapNamed, input_shape: str | Sequence[int] | None = None) -> Wanted:
        """What a name, a formula, an expression, a network, or the path of a model or of a certificate stands for.

        Raises InvexproofError if it stands for nothing.
        """
        if isinstance(against, Expression | Activation | Subject | Target):
            expression = against if isinstance(against, Expression) else target(against).expression
            return Wanted(str(against), _digests([expression]))
        if not isinstance(against, str | os.PathLike):
            return Wanted(type(against).__name__, network=map_target(against, input_shape).network)
        text = os.fspath(against)
        if os.path.isfile(text) and (text.casefold().endswith(CERTIFICATES) or not named_as_network(text)):
            return _of_certificate(text)
        if named_as_network(text):
            return Wanted(text, network=map_target(text, input_shape).network)
        return _of_text(text)


def compare(verdict: Checked, source: str | bytes | os.PathLike[str], wanted: Wanted) -> Checked:
    """INVALID if a valid certificate, which was read from this source, is about something else."""
    verified = verdict.verified
    if verified is None or verified.subject_digest in wanted.digests:
        return verdict
    if not verified.kind.startswith(ABOUT_NETWORKS):
        return rejected(verdict, f"about another function than {wanted.name:.80}: {verified.statement}")
    try:
        if wanted.network is not None and same_network(_network(source, verdict), wanted.network):
            return verdict
    except InvexproofError as error:
        return rejected(verdict, f"about a network that cannot be compared: {error}")
    own = f"its subject has the SHA-256 {verified.subject_digest}"
    return rejected(verdict, f"about another network than {wanted.name:.80}: {own}")


def rejected(verdict: Checked, what: str) -> Checked:
    """The verdict that a valid certificate is not about what was meant."""
    reason = f"it is a valid certificate {what}"
    return replace(verdict, status="INVALID", code="subject", reason=reason, verified=None)


def bytes_checked(source: str | bytes | os.PathLike[str], verdict: Checked) -> bytes:
    """The certificate that the checker has read.  Raises CertificateError."""
    data = read_file(source)
    if hashlib.sha256(data).hexdigest() != verdict.sha256:
        raise CertificateError("the file has changed while it was read")
    return data


def _network(source: str | bytes | os.PathLike[str], verdict: Checked) -> Network:
    """The network in a certificate that the checker has read.  Raises InvexproofError."""
    data = bytes_checked(source, verdict)
    return network_of_certificate(data, None if isinstance(source, bytes) else Path(source).parent)


def _of_certificate(path: str) -> Wanted:
    """The subject of a certificate, or the table of terms that is a whole file."""
    with Supervisor(Limits(), 1) as supervisor:
        try:
            digest = supervisor.subject(path)
        except Refuse as refuse:
            raise CertificateError(f"{path:.80} has no subject: {refuse.message}") from None
    try:
        network = network_of_certificate(read_file(path), Path(path).parent)
    except CertificateError:
        network = None
    return Wanted(path, frozenset((digest,)), network)


def _of_text(text: str) -> Wanted:
    """A function, by its name or its formula, or the formulas of a network."""
    network = None
    if is_formula(text):
        try:
            network = map_target(text).network
        except InvexproofError:
            network = None
    try:
        return Wanted(text, _digests(family_expressions(text)), network)
    except InvexproofError as error:
        if network is not None:
            return Wanted(text, network=network)
        raise CertificateError(f"{text!r:.80} is neither a file nor a function: {error}") from None


def _digests(expressions: Sequence[Expression]) -> frozenset[str]:
    """Digests of functions as subjects of certificates."""
    tables = [canonical_bytes(expression.to_table()) for expression in expressions]
    return frozenset(hashlib.sha256(table).hexdigest() for table in tables)
