"""Reading a decomposition of an interval into open pieces on which the subject is analytic.

The step names cut points and, for each open piece between them, the signs of the guards in the order in which the
checker meets them, each with its proof. The number of pieces follows from the cuts; the resolved functions, their
derivatives and the continuity at the cuts are derived by the checker.
"""

from __future__ import annotations

from dataclasses import dataclass

from invexcheck.errors import Path, Reject
from invexcheck.goals import Analytic, Obligation, Point, Sign, Span
from invexcheck.pieces import Resolution, require_continuous, resolve
from invexcheck.reading import Fields
from invexcheck.session import Session

WEAK_GUARDS = (">", "<", ">=", "<=")
DEFAULT_STEP = {"rule": "interval"}


@dataclass(frozen=True)
class Piece:
    """An open interval, the subject's smooth form on it, and the remaining fields of its description."""

    span: Span
    function: int
    resolution: Resolution
    fields: Fields

    def ends(self, lower_closed: bool, upper_closed: bool) -> Span:
        """The piece with chosen ends closed; infinite ends stay open."""
        low, high = self.span.lower, self.span.upper
        return Span(
            low, high, not (lower_closed and low is not None), not (upper_closed and high is not None)
        )

    def step(self, name: str) -> object:
        """The step of that name, by default a single enclosure."""
        return self.fields.raw(name) if self.fields.has(name) else DEFAULT_STEP

    def path(self, name: str) -> Path:
        return (*self.fields.path, name)

    def analytic(self, lower_closed: bool = False, upper_closed: bool = False) -> Obligation:
        """That the piece's function is analytic on it, closed ends included."""
        goal = Analytic(self.function, self.ends(lower_closed, upper_closed))
        return Obligation(goal, self.step("analytic"), self.path("analytic"))

    def sign(self, term: int, relation: str, span: Span, name: str, given: bool = True) -> Obligation:
        """A sign goal proved by the step `name`; `given` terms are derivatives of the piece's function."""
        return Obligation(Sign(term, relation, span, given), self.step(name), self.path(name))


@dataclass(frozen=True)
class Decomposition:
    """Cuts, pieces between them, and the obligations for the guards."""

    cuts: list[Point]
    pieces: list[Piece]
    obligations: list[Obligation]

    def require_continuous(self, session: Session, root: int) -> None:
        """Continuity at every cut, derived."""
        for k, cut in enumerate(self.cuts):
            left, right = self.pieces[k], self.pieces[k + 1]
            require_continuous(session, root, cut, left.resolution, right.resolution)

    def close(self) -> None:
        """Reject fields of the pieces that no rule has read."""
        for piece in self.pieces:
            piece.fields.end()


def read_decomposition(
    session: Session, root: int, fields: Fields, lower: Point | None = None, upper: Point | None = None
) -> Decomposition:
    """Read ``cuts`` and ``pieces`` between two ends (None: infinite)."""
    cuts = [session.point(raw, path) for raw, path in fields.items("cuts")] if fields.has("cuts") else []
    ends = [lower, *cuts, upper]
    session.require_increasing([end for end in ends if end is not None], fields.path)
    described = fields.items("pieces")
    if len(described) != len(cuts) + 1:
        raise Reject("n cuts make n + 1 pieces", "pieces", fields.path)
    pieces, obligations = [], []
    for k, (raw, path) in enumerate(described):
        piece, guards = read_piece(
            session, root, Fields(raw, path, session.limits), Span(ends[k], ends[k + 1])
        )
        pieces.append(piece)
        obligations += guards
    return Decomposition(cuts, pieces, obligations)


def read_piece(session: Session, root: int, fields: Fields, span: Span) -> tuple[Piece, list[Obligation]]:
    """Resolve the subject on one open piece; the guards' signs are obligations on that piece."""
    listed = fields.items("guards") if fields.has("guards") else []
    remaining = iter(listed)
    obligations: list[Obligation] = []

    def decide(guard: int) -> str:
        entry = next(remaining, None)
        if entry is None:
            raise Reject("a guard of the piece has no sign", "guard", (*fields.path, "guards"))
        raw, path = entry
        with Fields(raw, path, session.limits) as labelled:
            sign = labelled.choice("sign", (*WEAK_GUARDS, "="))
            if sign == "=":
                if not session.forms.is_zero(guard) or not session.defined(guard, span):
                    raise Reject("a guard is not identically zero on the piece", "guard", path)
                return sign
            step = labelled.raw("by") if labelled.has("by") else DEFAULT_STEP
            obligations.append(Obligation(Sign(guard, sign, span), step, (*path, "by")))
            return sign

    resolution = resolve(session, root, decide)
    if next(remaining, None) is not None:
        raise Reject("more guard signs than guards", "guard", (*fields.path, "guards"))
    return Piece(span, resolution.value[root], resolution, fields), obligations
