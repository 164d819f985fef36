"""invexcheck: the small, independent checker of invexproof certificates.

``invexcheck.check("gelu.cert.json")`` gives the verdict of a supervised process. Importing the package is
cheap: what a function needs is imported when it is called.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not from `typing`: with `python -m`, nothing may be imported before __main__ has mended the path.
    from invexcheck.limits import Limits
    from invexcheck.supervise import Source
    from invexcheck.verdict import Verdict, Verified

__version__ = "0.1.0"


def check(source: "Source", limits: "Limits | None" = None, require: str = "paper") -> "Verdict":
    """The verdict on a certificate, given by its path or, as `bytes`, by its contents.

    Never raises on account of the certificate. `require` is how each lemma must be proved, at least:
    ``"rocq"`` or ``"paper"``. Each call starts a process; for many files take a `supervise.Supervisor`.
    """
    from invexcheck.limits import Limits
    from invexcheck.supervise import Supervisor

    with Supervisor(limits or Limits(), 1, require) as supervisor:
        return supervisor.check(source)


def verify_document(document: "dict[str, object]", limits: "Limits | None" = None) -> "Verified":
    """What a parsed certificate establishes, found in this very process, unprotected against hostile sizes.

    For callers who made the document themselves. Raises `invexcheck.errors.Reject` or `Refuse`.
    """
    from invexcheck.kernel import verify
    from invexcheck.limits import Limits

    return verify(document, limits or Limits())
