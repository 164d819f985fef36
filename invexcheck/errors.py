"""The two ways in which a certificate is not accepted, and how text from a file may appear in a message."""

from collections.abc import Iterator
from contextlib import contextmanager

Path = tuple[str | int, ...]
"""Where in a JSON document: keys and list indices from the top, as in ``("proof", "step", "pieces", 2)``."""


class Reject(Exception):
    """The certificate is INVALID.

    `code` is stable and meant for machines and tests; `path` says where in the document; `rule` is the name
    of the innermost rule under way. The outer shell's codes are ``file``, ``gzip``, ``encoding``, ``json``,
    ``canonical``, ``schema``, ``rational``, ``subject``, ``lemma`` and ``internal``; ``step`` is the default.
    """

    def __init__(self, message: str, code: str = "step", path: Path = (), rule: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.path = path
        self.rule = rule

    def at(self, *parts: str | int) -> "Reject":
        """Prepend `parts` to the path and return this same exception: ``raise reject.at("step", 3)``."""
        self.path = (*parts, *self.path)
        return self


class Refuse(Exception):
    """A limit, named as in `invexcheck.limits.Limits`, was reached: the certificate stays unjudged."""

    def __init__(self, limit: str, message: str) -> None:
        super().__init__(message)
        self.limit = limit
        self.message = message


@contextmanager
def within(*parts: str | int, rule: str | None = None) -> Iterator[None]:
    """Prepend `parts` to the path of a `Reject` raised inside, and name its rule unless an inner one did."""
    try:
        yield
    except Reject as reject:
        reject.rule = reject.rule or rule
        raise reject.at(*parts) from reject.__cause__


def shown(value: object, width: int = 60) -> str:
    """A value from a file as a message may quote it: a line of printable ASCII, at most `width` long."""
    if isinstance(value, str):
        # The slice comes first: `ascii` of a hostile string may be ten times as long as the string.
        text = ascii(value[: width + 1])
    elif isinstance(value, int):
        text = str(value)
    else:
        text = "null" if value is None else f"a {type(value).__name__}"
    return text if len(text) <= width else text[: width - 3] + "..."
