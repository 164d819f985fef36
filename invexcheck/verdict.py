"""What the checker says of one file, and how it is written for people."""

import re
from dataclasses import dataclass
from typing import Any, Literal, Self

from invexcheck.errors import Path, Refuse


@dataclass(frozen=True, slots=True)
class Verified:
    """What a VALID certificate establishes; `statement` is written by the checker, from the subject."""

    statement: str
    kind: str
    negated: bool
    vacuous: bool | None
    rules: tuple[str, ...]
    lemmas: tuple[str, ...]
    leaves: int
    subject_digest: str

    @classmethod
    def from_reply(cls, reply: Any) -> Self:
        """What came through a pipe as JSON; `Refuse` unless all fields are there and well-typed."""
        values = dict(reply) if isinstance(reply, dict) else {}
        names = [values.get("rules"), values.get("lemmas")]
        typed = (
            values.keys() == {*cls.__dataclass_fields__}
            and all(type(values[name]) is str for name in ("statement", "kind", "subject_digest"))
            and type(values["negated"]) is bool
            and type(values["vacuous"]) in (bool, type(None))
            and type(values["leaves"]) is int
            and all(type(each) is list and all(type(name) is str for name in each) for each in names)
        )
        if typed is not True:
            raise Refuse("process", "the checking process sent a malformed result")
        return cls(**(values | {"rules": tuple(values["rules"]), "lemmas": tuple(values["lemmas"])}))


@dataclass(frozen=True, slots=True)
class TrustedBase:
    """What verdicts rest on: versions, rules (name: title), and lemmas (name: how proved, title)."""

    versions: dict[str, str]
    rules: dict[str, str]
    lemmas: dict[str, tuple[str, str]]
    unenforced: tuple[str, ...]
    """Limits that this platform does not enforce."""

    def text(self) -> str:
        """The versions and what is not enforced, in one line of printable ASCII."""
        unenforced = f"; not enforced here: {', '.join(self.unenforced)}" if self.unenforced else ""
        return plain(", ".join(f"{name} {version}" for name, version in self.versions.items()) + unenforced)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one file; `verified` is there if and only if it is VALID.

    For INVALID, `code`, `path` and `rule` are those of `invexcheck.errors.Reject`. For REFUSED, `code` is the
    limit, or ``process`` if the checking process could not be started or died.
    """

    file: str
    status: Literal["VALID", "INVALID", "REFUSED"]
    code: str = ""
    reason: str = ""
    path: Path = ()
    rule: str | None = None
    sha256: str | None = None
    milliseconds: int = 0
    verified: Verified | None = None

    @classmethod
    def from_reply(cls, file: str, reply: dict[str, Any]) -> Self:
        """The verdict in a worker's reply; raises `Refuse` if it is REFUSED or not well-formed."""
        status, code, reason = reply.get("status"), str(reply.get("code")), str(reply.get("reason"))
        if status == "VALID":
            verified = Verified.from_reply(reply.get("verified"))
            return cls(file, "VALID", sha256=str(reply.get("sha256")), verified=verified)
        if status == "INVALID":
            return cls(file, "INVALID", code, reason, tuple(reply.get("path", ())), reply.get("rule"))
        raise Refuse(code, reason)

    def text(self, base: TrustedBase | None) -> str:
        """The verdict in printable ASCII; `base` knows how the lemmas are proved."""
        heading = f"{plain(self.file)}: {self.status}"
        if self.verified is None:
            where = f" at {position(self.path)}" if self.path else ""
            rule = f", rule {plain(self.rule)}" if self.rule else ""
            return f"{heading} ({plain(self.code)}){where}{rule}: {plain(self.reason)}"
        proofs = base.lemmas if base else {}
        lemmas = (f"{name} ({proofs[name][0]})" if name in proofs else name for name in self.verified.lemmas)
        negated = ", negated" if self.verified.negated else ""
        vacuous = ", holds vacuously" if self.verified.vacuous else ""
        lines = (
            *self.verified.statement.splitlines(),
            f"claim:   {self.verified.kind}{negated}{vacuous}",
            f"subject: sha256 {self.verified.subject_digest}",
            f"file:    sha256 {self.sha256}",
            f"rules:   {', '.join(self.verified.rules)}",
            f"lemmas:  {', '.join(lemmas)}",
            f"leaves:  {self.verified.leaves}, in {self.milliseconds} ms",
        )
        return "\n  ".join((heading, *map(plain, lines)))


def position(path: Path) -> str:
    """A path in a JSON document as text: ``proof.step.pieces[2]``."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{plain(part)}" for part in path)
    return "".join(parts).removeprefix(".")


def plain(text: str) -> str:
    """`text` with everything but printable ASCII escaped, so that any terminal may get it."""
    return re.sub(r"[^ -~]", lambda match: ascii(match[0])[1:-1], text)
