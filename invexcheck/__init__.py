"""invexcheck: the small, independent checker of invexproof certificates.

``invexcheck.check("gelu.cert.json")`` gives the verdict of a supervised process. Importing the package is
cheap: what a function needs is imported when it is called.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not from `typing`: with `python -m`, nothing may be imported before __main__ has mended the path.
    from collections.abc import Iterator, Sequence

    from invexcheck.limits import Limits
    from invexcheck.supervise import Source
    from invexcheck.verdict import Verdict, Verified

__version__ = "0.1.0"


def check(source: "Source", limits: "Limits | None" = None, require: str = "paper") -> "Verdict":
    """The verdict on a certificate, given by its path or, as `bytes`, by its contents.

    Never raises on account of the certificate. Each call starts a process; `check_all` shares one among files.
    """
    from invexcheck.limits import Limits
    from invexcheck.supervise import Supervisor

    with Supervisor(limits or Limits(), 1, require) as supervisor:
        return supervisor.check(source)


def check_all(
    sources: "Sequence[Source]", limits: "Limits | None" = None, jobs: int = 2, require: str = "paper"
) -> "Iterator[Verdict]":
    """The verdicts on many certificates, in order, from at most `jobs` processes at a time.

    `require` is how each lemma must be proved, at least: ``"rocq"`` or ``"paper"``.
    """
    from invexcheck.limits import Limits
    from invexcheck.supervise import Supervisor

    with Supervisor(limits or Limits(), min(jobs, len(sources) or 1), require) as supervisor:
        yield from supervisor.check_all(sources)


def verify_document(document: "dict[str, object]", limits: "Limits | None" = None) -> "Verified":
    """What a parsed certificate establishes, found in this very process, unprotected against hostile sizes.

    For callers who made the document themselves. Raises `invexcheck.errors.Reject` or `Refuse`.
    """
    from invexcheck.kernel import verify
    from invexcheck.limits import Limits

    return verify(document, limits or Limits())
