"""Networks of affine maps and activations in slope form.

With all activations in one vector h: z = A x + B h + a, h = sigma(z), y = C x + E h + c, where B is strictly
triangular in the order of the nodes. Slopes D = diag(d) of the activations give the matrix
J(D) = C + E (I - D B)^-1 D A.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq, fmpq_mat

from invexcheck.errors import Reject
from invexcheck.limits import Budget
from invexcheck.matrices import identity
from invexcheck.networks.graph import Segment, expanded_weight

MAX_UNITS = 2048
CONSTANT = -1
"""The source of the constants in affine combinations."""
Blocks = dict[int, "fmpq_mat | None"]
"""A node as an affine combination: from a source (the start, a pointwise node, `CONSTANT`) to its matrix.

None is the identity.
"""


@dataclass(frozen=True)
class SlopeForm:
    """The matrices, and for each unit (entry of a pointwise node) the number of its function and its place.

    Entries that are the same function of the input are one unit, at the place of the first of them.
    """

    a: fmpq_mat
    b: fmpq_mat
    c: fmpq_mat
    e: fmpq_mat
    functions: tuple[int, ...]
    places: tuple[tuple[int, int], ...]
    shallow: bool
    """Whether B is 0: one layer of activations."""

    @property
    def units(self) -> int:
        return len(self.functions)


def slope_form(segment: Segment, budget: Budget) -> SlopeForm:
    """The slope form of a segment.

    Raises:
        Reject: the segment has a node that is neither affine nor pointwise.
    """
    network, n = segment.network, segment.inputs
    units = sum(node.size for _, node in segment.nodes() if node.op == "pointwise")
    if units > MAX_UNITS:
        raise Reject(f"more than {MAX_UNITS} units in one part", "size")
    blocks: dict[int, Blocks] = {segment.start: {segment.start: None}}
    layers: list[int] = []
    budget.spend(100 * (units + segment.outputs) * (units + n))
    for k, node in segment.nodes():
        widths = {s: _width(segment, s) for i in node.arguments for s in blocks[i]}
        _spend(budget, segment, blocks, k, sum(widths.values()))
        if node.op == "pointwise":
            layers.append(k)
            blocks[k] = {k: None}
        elif node.op == "linear":
            weight = expanded_weight(network, node)
            (i,) = node.arguments
            blocks[k] = {s: weight if m is None else weight * m for s, m in blocks[i].items()}
            if node.data.bias is not None:
                bias = network.tensors[node.data.bias].values() * (node.size // node.shape[-1])
                column = fmpq_mat(node.size, 1, list(bias))
                before = blocks[k].get(CONSTANT)
                blocks[k][CONSTANT] = column if before is None else before + column
        elif node.op == "add":
            blocks[k] = _sum(segment, blocks, *node.arguments)
        elif node.op == "gather":
            blocks[k] = _gather(segment, blocks, node.arguments, node.data)
        else:
            raise Reject(f"node {k} ({node.op}) is neither affine nor pointwise", "slope-form")
    functions: list[int] = []
    places: list[tuple[int, int]] = []
    for k in layers:
        functions += network.nodes[k].data
        places += [(k, i) for i in range(network.nodes[k].size)]
    h = len(functions)
    arguments = [network.nodes[k].arguments[0] for k in layers]
    a_rows = [_dense(blocks[i].get(segment.start, _ABSENT), network.nodes[i].size, n) for i in arguments]
    inner = [
        _joined(
            [_dense(blocks[i].get(k, _ABSENT), network.nodes[i].size, network.nodes[k].size) for k in layers]
        )
        for i in arguments
    ]
    last = blocks[segment.end]
    outer = [_dense(last.get(k, _ABSENT), segment.outputs, network.nodes[k].size) for k in layers]
    form = SlopeForm(
        _stacked(a_rows, n),
        _stacked(inner, h),
        _dense(last.get(segment.start, _ABSENT), segment.outputs, n),
        _joined(outer) if layers else fmpq_mat(segment.outputs, 0),
        tuple(functions),
        tuple(places),
        all(not (blocks[i].keys() - {segment.start, CONSTANT}) for i in arguments),
    )
    offsets = [_dense(blocks[i].get(CONSTANT, _ABSENT), network.nodes[i].size, 1) for i in arguments]
    return _merged(form, [row[0] for part in offsets for row in part.tolist()])


def _merged(form: SlopeForm, offsets: list[fmpq]) -> SlopeForm:
    """The form in which equal functions of equal arguments are one unit: they have one slope."""
    first: dict[tuple[object, ...], int] = {}
    rows = zip(form.functions, form.a.tolist(), form.b.tolist(), offsets, strict=True)
    number = [
        first.setdefault((f, offset, *a, *b), k) for k, (f, a, b, offset) in enumerate(rows)
    ]  # the first unit that is equal to each
    kept = sorted(set(number))
    if len(kept) == form.units:
        return form
    column = {k: kept.index(number[k]) for k in range(form.units)}
    joining = fmpq_mat(
        form.units,
        len(kept),
        [fmpq(int(column[k] == j)) for k in range(form.units) for j in range(len(kept))],
    )
    a_rows, b_rows = form.a.tolist(), (form.b * joining).tolist()
    return SlopeForm(
        fmpq_mat([a_rows[k] for k in kept]),
        fmpq_mat([b_rows[k] for k in kept]),
        form.c,
        form.e * joining,
        tuple(form.functions[k] for k in kept),
        tuple(form.places[k] for k in kept),
        form.shallow,
    )


def _width(segment: Segment, source: int) -> int:
    return 1 if source == CONSTANT else segment.network.nodes[source].size


def _spend(budget: Budget, segment: Segment, blocks: dict[int, Blocks], k: int, width: int) -> None:
    """Account for the matrices of a node before they are made."""
    node = segment.network.nodes[k]
    if node.op in ("add", "gather"):
        joined = sum(segment.network.nodes[i].size for i in node.arguments)
        budget.spend(100 * (joined + node.size) * width)
    elif node.op == "linear":
        (i,) = node.arguments
        before = segment.network.nodes[i].size
        budget.spend(100 * node.size * before)
        for matrix in blocks[i].values():
            if matrix is not None:  # products of exact matrices grow in length
                budget.spend(node.size * before * width * length(matrix) // 64)


def length(matrix: fmpq_mat) -> int:
    """Bits of the numbers of a matrix over one denominator, roughly: those of a few of its entries."""
    if matrix.nrows() == 0 or matrix.ncols() == 0:
        return 1
    sample = [matrix[i, i % matrix.ncols()] for i in range(0, matrix.nrows(), max(1, matrix.nrows() // 8))]
    return max(int(x.p).bit_length() + int(x.q).bit_length() for x in sample)


class _Absent:
    """A source that a node does not depend on."""


_ABSENT = _Absent()


def _dense(block: fmpq_mat | _Absent | None, rows: int, columns: int) -> fmpq_mat:
    if isinstance(block, _Absent):
        return fmpq_mat(rows, columns)
    return identity(rows) if block is None else block


def _stacked(parts: list[fmpq_mat], columns: int) -> fmpq_mat:
    rows = [row for part in parts for row in part.tolist()]
    return fmpq_mat(rows) if rows else fmpq_mat(0, columns)


def _joined(parts: list[fmpq_mat]) -> fmpq_mat:
    if len(parts) == 1:
        return parts[0]
    tables = [part.tolist() for part in parts]
    return fmpq_mat([[x for row in rows for x in row] for rows in zip(*tables, strict=True)])


def _sum(segment: Segment, blocks: dict[int, Blocks], i: int, j: int) -> Blocks:
    result = dict(blocks[i])
    for source, matrix in blocks[j].items():
        if source in result:
            size = segment.network.nodes[i].size
            left, right = (identity(size) if m is None else m for m in (result[source], matrix))
            result[source] = left + right
        else:
            result[source] = matrix
    return result


def _gather(
    segment: Segment, blocks: dict[int, Blocks], arguments: tuple[int, ...], entries: tuple[int, ...]
) -> Blocks:
    nodes = segment.network.nodes
    sources = sorted({source for i in arguments for source in blocks[i]})
    result: Blocks = {}
    for source in sources:
        columns = _width(segment, source)
        whole = _stacked(
            [_dense(blocks[i].get(source, _ABSENT), nodes[i].size, columns) for i in arguments], columns
        )
        if entries == tuple(range(columns)) and len(arguments) == 1 and blocks[arguments[0]][source] is None:
            result[source] = None
        else:
            zeros = fmpq_mat(1, columns).tolist()[0]
            rows = whole.tolist()
            result[source] = fmpq_mat([zeros if k < 0 else rows[k] for k in entries])
    return result


def combined(form: SlopeForm, columns: fmpq_mat) -> SlopeForm:
    """The slope form of x -> Phi(P x), P a constant matrix."""
    return SlopeForm(
        form.a * columns, form.b, form.c * columns, form.e, form.functions, form.places, form.shallow
    )


def is_zero(matrix: fmpq_mat) -> bool:
    return all(entry == fmpq(0) for entry in matrix.entries())
