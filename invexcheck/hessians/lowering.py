"""A graph as a tape. An operator that is not in the table has no Hessian here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from flint import fmpq

from invexcheck.architectures.graph import PARAMETER, Architecture
from invexcheck.architectures.operators import MINUS_INFINITY
from invexcheck.errors import Reject
from invexcheck.hessians.applied import Applied, Lowering
from invexcheck.hessians.arithmetic import ARITHMETIC
from invexcheck.hessians.linear import LINEAR
from invexcheck.hessians.losses import LOSSES
from invexcheck.hessians.normalising import NORMALISING
from invexcheck.hessians.numbers import ONE, ZERO, Arithmetic
from invexcheck.hessians.rearranging import REARRANGING
from invexcheck.hessians.tape import Tape
from invexcheck.hessians.tensors import Chooser, Tensors
from invexcheck.hessians.windows import WINDOWS
from invexcheck.limits import Budget

LOWERINGS: dict[str, Lowering] = {
    **ARITHMETIC,
    **REARRANGING,
    **LINEAR,
    **WINDOWS,
    **NORMALISING,
    **LOSSES,
}


def _literal(text: str) -> fmpq:
    if text == MINUS_INFINITY:
        raise Reject("minus infinity has no place in a Hessian here", "architecture")
    return fmpq(*map(int, text.split("/")))


def origin(architecture: Architecture) -> list[list[fmpq]]:
    """theta = 0: the entries of each parameter."""
    return [[ZERO] * prod(line.shape) for line in architecture.parameters]


def tape_of(
    architecture: Architecture,
    data: Mapping[int, Sequence[fmpq]],
    point: Sequence[Sequence[fmpq]],
    arithmetic: Arithmetic,
    choose: Chooser,
    budget: Budget,
) -> Tape:
    """The loss on given data, by the parameters, at a point: entries of each input that is data, of each parameter.

    Raises Reject where an operator has no Hessian here, or a value is not defined, or not known as it must be.
    """
    tape = Tape(arithmetic, budget)
    tensors = Tensors(tape, choose)
    places: list[int] = []
    parameters = iter(point)
    for k, line in enumerate(architecture.inputs):
        entries = next(parameters) if line.role == PARAMETER else data[k]
        make = tape.parameter if line.role == PARAMETER else tape.constant
        places.append(make(line.shape, [arithmetic.number(q) for q in entries]))
    first = len(architecture.inputs)
    for k, node in enumerate(architecture.nodes, first):
        tape.allow(architecture.values[k].shape)
        lowering = LOWERINGS.get(node.op)
        if lowering is None:
            raise Reject(f"the operator {node.op} has no Hessian here", "architecture")
        operands = [
            places[a] if isinstance(a, int) else None if a is None else tensors.rational(_literal(a))
            for a in node.operands
        ]
        given = [data.get(a) if isinstance(a, int) else None for a in node.operands]
        applied = Applied(tensors, operands, dict(node.attributes), architecture.values[k].shape, given)
        places.append(lowering(applied))
        if tape.shapes[places[-1]] != architecture.values[k].shape:
            raise Reject(f"node {k} ({node.op}) has another shape here", "architecture")
    if places[-1] != len(tape.values) - 1:
        tape.scale(places[-1], arithmetic.number(ONE))
    return tape
