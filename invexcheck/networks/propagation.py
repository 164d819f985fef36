"""Forward through a network: enclosures of values and of all slopes over a box, and exact values at a point.

Each class has one method for each operator of `invexcheck.networks.macros.Primitive`, of the same name.

Every row of the slopes encloses, for any two points of the box, some r with (difference of the entry) = r times
(difference of the points); so it encloses the entry's partial derivatives and Clarke's generalised gradient.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb, arb_mat, fmpq, fmpq_mat

from invexcheck.errors import Refuse, Reject
from invexcheck.goals import Point, Span
from invexcheck.intervals import Interval, enclose, evaluate
from invexcheck.networks.functions import Enclosures, as_ball, hull, meet
from invexcheck.networks.graph import entry_name
from invexcheck.networks.macros import Chain, Primitive
from invexcheck.pieces import resolve
from invexcheck.session import VARIABLE, Session

Rows = list[list[arb]]
AFFINE = frozenset({"input", "linear", "pointwise", "add", "gather", "max"})
"""Operators that are affine near a point, if their functions are."""
MAX_BITS = 4096
"""Of the exact values and slopes at a point, on average."""


class Forward:
    """One pass over a box of intervals (degenerate ones for a point); with `slopes`, of the slopes too.

    `centre` is a pass through a point of the box: then the arguments of functions, products and maxima are also
    enclosed by the mean-value form, value at the centre plus slopes times offsets.
    """

    def __init__(
        self,
        session: Session,
        chain: Chain,
        enclosures: Enclosures,
        box: Sequence[Interval],
        slopes: bool,
        centre: Forward | None = None,
    ) -> None:
        self.centre = centre if slopes else None
        self.session = session
        self.enclosures = enclosures
        self.columns = len(box)
        self.values: list[list[Interval]] = [list(box)]
        self.slopes: dict[int, list[Interval]] = {}
        """Of a pointwise node: the enclosures of its slopes."""
        self._rows: list[Rows] | None = None
        if slopes:
            one, zero = arb(1), arb(0)
            self._rows = [[[one if i == j else zero for j in range(len(box))] for i in range(len(box))]]
        for step in chain.steps[1:]:
            session.budget.spend(64 * step.size * (self.columns if slopes else 1))
            getattr(self, step.op)(step, *step.arguments)

    def append(self, values: list[Interval], rows: Rows | None) -> None:
        self.values.append(values)
        if self._rows is not None:
            self._rows.append(rows if rows is not None else [])

    def arguments_of(self, i: int) -> list[Interval]:
        """The enclosures of a node's entries, tightened by the mean-value form."""
        if self.centre is None:
            return self.values[i]
        n = self.columns
        offsets = [
            as_ball(side) - as_ball(at) for side, at in zip(self.values[0], self.centre.values[0], strict=True)
        ]
        self.session.budget.spend(64 * n * len(self.values[i]))
        moved = (arb_mat(self.rows(i)) * arb_mat(n, 1, offsets)).entries()
        pairs = zip(self.values[i], self.centre.values[i], moved, strict=True)
        return [meet(value, enclose(as_ball(at) + move)) for value, at, move in pairs]

    def rows(self, i: int) -> Rows:
        return self._rows[i] if self._rows is not None else []

    @property
    def jacobian(self) -> arb_mat:
        """The slopes of the last node: outputs by inputs."""
        return arb_mat(self.rows(-1))

    # -- steps ---------------------------------------------------------------------------------

    def linear(self, step: Primitive, i: int) -> None:
        matrix, bias, rows = step.data
        weight = arb_mat(matrix)
        m, n = matrix.nrows(), matrix.ncols()
        balls = [as_ball(v) for v in self.values[i]]
        images = arb_mat(rows, n, balls) * weight.transpose()
        if bias is not None:
            images = images + arb_mat(rows, m, [arb(b) for b in bias] * rows)
        slopes: Rows = []
        if self._rows is not None:
            before = self._rows[i]
            self.session.budget.spend(64 * rows * m * n * self.columns // 8)
            for r in range(rows):
                slopes += (weight * arb_mat(before[r * n : (r + 1) * n])).tolist()
        self.append([enclose(v) for v in images.entries()], slopes)

    def add(self, step: Primitive, i: int, j: int) -> None:
        values = [
            enclose(as_ball(u) + as_ball(v)) for u, v in zip(self.values[i], self.values[j], strict=True)
        ]
        pairs = zip(self.rows(i), self.rows(j), strict=True)
        self.append(values, [[a + b for a, b in zip(r, s, strict=True)] for r, s in pairs])

    def product(self, step: Primitive, i: int, j: int) -> None:
        left, right = ([as_ball(v) for v in self.arguments_of(k)] for k in (i, j))
        rows = []
        for u, v, r, s in zip(left, right, self.rows(i), self.rows(j), strict=False):
            rows.append([v * a + u * b for a, b in zip(r, s, strict=True)])
        self.append([enclose(u * v) for u, v in zip(left, right, strict=True)], rows)

    def gather(self, step: Primitive, *arguments: int) -> None:
        values = [v for i in arguments for v in self.values[i]]
        zero = Interval(arb(0), arb(0))
        rows: Rows = []
        if self._rows is not None:
            blank = [arb(0)] * self.columns
            joined = [r for i in arguments for r in self._rows[i]]
            rows = [joined[k] if k >= 0 else blank for k in step.data]
        self.append([values[k] if k >= 0 else zero for k in step.data], rows)

    def pointwise(self, step: Primitive, i: int) -> None:
        pairs = [self.enclosures.over(f, v) for f, v in zip(step.data, self.arguments_of(i), strict=True)]
        self.slopes[step.node] = [slope for _, slope in pairs]
        self._scaled(pairs, i)

    def known(self, step: Primitive, i: int) -> None:
        self._scaled(
            [self.enclosures.smooth(term, v) for term, v in zip(step.data, self.arguments_of(i), strict=True)], i
        )

    def _scaled(self, pairs: list[tuple[Interval, Interval]], i: int) -> None:
        rows = []
        for (_, slope), row in zip(pairs, self.rows(i), strict=False):
            factor = as_ball(slope)
            rows.append([factor * a for a in row])
        self.append([value for value, _ in pairs], rows)

    def max(self, step: Primitive, i: int) -> None:
        width, source, entries = step.data, self.rows(i), self.arguments_of(i)
        values, rows = [], []
        for r in range(step.size):
            group = entries[r * width : (r + 1) * width]
            floor = group[0].lo
            for v in group[1:]:
                floor = v.lo if (v.lo > floor) is True else floor
            # an entry that is certainly below another one is never the greatest
            able = [k for k, v in enumerate(group) if (v.hi < floor) is not True]
            whole = hull([group[k] for k in able])
            values.append(Interval(floor, whole.hi))
            if self._rows is not None:
                rows.append(_union([source[r * width + k] for k in able]))
        self.append(values, rows)

    def formulas(self, step: Primitive, i: int) -> None:
        terms, entries = self.session.terms, self.arguments_of(i)
        names = [entry_name(k) for k in range(len(entries))]
        box = dict(zip(names, entries, strict=True))
        values, rows = [], []
        before = arb_mat(self._rows[i]) if self._rows is not None else None
        for root in step.data:
            values.append(evaluate(terms, root, box, analytic=True))
            if before is not None:
                slopes = [evaluate(terms, terms.derivative(root, name), box) for name in names]
                rows += (arb_mat(1, len(names), [as_ball(s) for s in slopes]) * before).tolist()
        self.append(values, rows)


def _union(rows: Rows) -> list[arb]:
    result = list(rows[0])
    for row in rows[1:]:
        result = [a.union(b) for a, b in zip(result, row, strict=True)]
    return result


def at_point(point: Sequence[fmpq]) -> list[Interval]:
    """The smallest intervals at the current precision that hold the coordinates."""
    return [enclose(arb(value)) for value in point]


# -- exact values at a rational point ---------------------------------------------------------------------


class ExactForward:
    """Exact values and derivatives at a rational point near which the network is analytic.

    Raises:
        Reject: a value or slope is not rational, or the point lies on a boundary between pieces.
    """

    def __init__(
        self, session: Session, chain: Chain, functions: Sequence[int], point: Sequence[fmpq]
    ) -> None:
        self.session = session
        self.functions = functions
        self.values: list[list[fmpq]] = [list(point)]
        n = len(point)
        self.rows: list[list[list[fmpq]]] = [[[fmpq(int(i == j)) for j in range(n)] for i in range(n)]]
        self.slopes: dict[int, list[fmpq]] = {}
        """Of a pointwise node: its slopes."""
        self.flat: dict[int, list[bool]] = {}
        """Of a pointwise node: whether each entry's function is affine near the point."""
        self.affine = all(step.op in AFFINE for step in chain.steps)
        """Whether the map is affine near the point, as far as the steps so far tell."""
        self._known: dict[tuple[int, str], tuple[fmpq, fmpq, bool]] = {}
        for step in chain.steps[1:]:
            session.budget.spend(64 * step.size * n)
            getattr(self, step.op)(step, *step.arguments)
            self._bound()

    def _bound(self) -> None:
        """Refuse numbers that grow without bound, and account for long ones."""
        numbers = [*self.values[-1], *(x for row in self.rows[-1] for x in row)]
        bits = sum(max(int(v.p).bit_length(), int(v.q).bit_length()) for v in numbers)
        if bits > MAX_BITS * max(len(self.values[-1]), 1) * (1 + len(self.values[0])):
            raise Refuse("digits", "the exact values at the point are too long")
        self.session.budget.spend(bits)

    @property
    def jacobian(self) -> fmpq_mat:
        return fmpq_mat(self.rows[-1])

    def linear(self, step: Primitive, i: int) -> None:
        matrix, bias, rows = step.data
        n = matrix.ncols()
        self.session.budget.spend(64 * rows * matrix.nrows() * n * (len(self.rows[i][0]) + 1))
        images = fmpq_mat(rows, n, self.values[i]) * matrix.transpose()
        values = list(images.entries())
        if bias is not None:
            values = [v + b for v, b in zip(values, bias * rows, strict=True)]
        slopes: list[list[fmpq]] = []
        for r in range(rows):
            slopes += (matrix * fmpq_mat(self.rows[i][r * n : (r + 1) * n])).tolist()
        self._append(values, slopes)

    def add(self, step: Primitive, i: int, j: int) -> None:
        values = [u + v for u, v in zip(self.values[i], self.values[j], strict=True)]
        pairs = zip(self.rows[i], self.rows[j], strict=True)
        self._append(values, [[a + b for a, b in zip(r, s, strict=True)] for r, s in pairs])

    def product(self, step: Primitive, i: int, j: int) -> None:
        left, right = self.values[i], self.values[j]
        rows = [
            [v * a + u * b for a, b in zip(r, s, strict=True)]
            for u, v, r, s in zip(left, right, self.rows[i], self.rows[j], strict=True)
        ]
        self._append([u * v for u, v in zip(left, right, strict=True)], rows)

    def gather(self, step: Primitive, *arguments: int) -> None:
        values = [v for i in arguments for v in self.values[i]]
        joined = [r for i in arguments for r in self.rows[i]]
        blank = [fmpq(0)] * len(self.values[0])
        self._append(
            [values[k] if k >= 0 else fmpq(0) for k in step.data],
            [joined[k] if k >= 0 else blank for k in step.data],
        )

    def pointwise(self, step: Primitive, i: int) -> None:
        found = [self._exact(self.functions[f], v) for f, v in zip(step.data, self.values[i], strict=True)]
        self.slopes[step.node] = [slope for _, slope, _ in found]
        self.flat[step.node] = [flat for _, _, flat in found]
        self.affine = self.affine and all(self.flat[step.node])
        self._scaled(found, i)

    def known(self, step: Primitive, i: int) -> None:
        self._scaled([self._exact(term, v) for term, v in zip(step.data, self.values[i], strict=True)], i)

    def _scaled(self, found: list[tuple[fmpq, fmpq, bool]], i: int) -> None:
        rows = [[slope * a for a in row] for (_, slope, _), row in zip(found, self.rows[i], strict=True)]
        self._append([value for value, _, _ in found], rows)

    def max(self, step: Primitive, i: int) -> None:
        width = step.data
        chosen = []
        for r in range(step.size):
            group = self.values[i][r * width : (r + 1) * width]
            best = 0
            for k in range(1, width):
                if group[k] > group[best]:
                    best = k
            rows = self.rows[i]
            for k in range(width):
                if k != best and group[k] == group[best]:
                    self.affine = False  # though their slopes are equal, too
                    if rows[r * width + k] != rows[r * width + best]:
                        raise Reject("the point lies where two entries under a max are equal", "point")
            chosen.append(r * width + best)
        self._append([self.values[i][k] for k in chosen], [self.rows[i][k] for k in chosen])

    def formulas(self, step: Primitive, i: int) -> None:
        terms = self.session.terms
        names = [entry_name(k) for k in range(len(self.values[i]))]
        constants = {n: terms.rational(v) for n, v in zip(names, self.values[i], strict=True)}
        box = {
            n: Interval(arb(v).lower(), arb(v).upper()) for n, v in zip(names, self.values[i], strict=True)
        }
        values, rows = [], []
        before = fmpq_mat(self.rows[i])
        for root in step.data:
            evaluate(terms, root, box, analytic=True)
            values.append(_rational(self.session, terms.substitute(root, constants)))
            slopes = [
                _rational(self.session, terms.substitute(terms.derivative(root, name), constants))
                for name in names
            ]
            rows += (fmpq_mat(1, len(names), slopes) * before).tolist()
        self._append(values, rows)

    def _append(self, values: list[fmpq], rows: list[list[fmpq]]) -> None:
        self.values.append(values)
        self.rows.append(rows)

    def _exact(self, root: int, value: fmpq) -> tuple[fmpq, fmpq, bool]:
        key = root, str(value)
        found = self._known.get(key)
        if found is None:
            point = self.session.rational_point(value)
            piece, slope = piece_at(self.session, root, point)
            flat = self.session.terms.constant(slope) is not None
            found = rational_at(self.session, piece, point), rational_at(self.session, slope, point), flat
            self._known[key] = found
        return found


def piece_at(session: Session, root: int, point: Point) -> tuple[int, int]:
    """The smooth term that a function is near a point, where it is analytic, and its derivative.

    Raises:
        Reject: the point lies on a boundary between pieces.
    """
    span = {VARIABLE: session.interval(Span.at(point))}

    def decide(guard: int) -> str:
        evaluate(session.terms, guard, span, analytic=True)  # its sign is the same nearby
        sign = session.exact_sign(guard, point)
        if sign not in (1, -1):
            raise Reject("the point lies on a boundary between pieces", "point")
        return ">" if sign == 1 else "<"

    piece = resolve(session, root, decide).value[root]
    evaluate(session.terms, piece, span, analytic=True)
    return piece, session.derivative(piece)


def rational_at(session: Session, term: int, point: Point) -> fmpq:
    """The value of a term at a point where it is defined, if it is shown to be rational."""
    return _rational(session, session.at(term, point))


def _rational(session: Session, term: int) -> fmpq:
    value = session.forms.rational_value(term)
    if value is None:
        raise Reject("a value or a slope at the point is not shown to be rational", "point")
    return value
