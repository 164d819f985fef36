"""Lowering: how the operators of model formats become nodes of a network.

While a model is read, a tensor that depends on the input is a :class:`Flow`: for every entry the number of an
entry of some node, and a function applied to it.  So rearranging is NumPy indexing and makes no node,
functions of one variable are composed, and nodes appear only where something else needs them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Final

import numpy as np

from invexproof.expressions import terms
from invexproof.expressions.terms import Expression
from invexproof.networks.builder import Builder
from invexproof.networks.flows import (
    IDENTITY,
    ZERO,
    Constant,
    Deferred,
    Flow,
    NetworkImportError,
    Operand,
    Value,
    as_weight,
    check_finite,
    exact_entry,
    node_shape,
)
from invexproof.networks.fusion import COMPARED, MAX_FORMULA, X, applied_rule, has_kinks, is_affine
from invexproof.networks.network import Network
from invexproof.networks.tensors import Shape
from invexproof.networks.windows import Indices, entries

MAX_FUNCTIONS: Final = 256
"""Most functions that arithmetic with a constant tensor may make; beyond that the tensor becomes a node."""
MAX_GATHER: Final = 1 << 23
"""Most entries of one node; the network is a list of exact integers, and more would not fit into memory."""

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_.\-]+")


class Lowering:
    """A network in the making, and the flows that refer to its nodes.

    ``place`` says where in the model the current operator stands; tensors are named after it.
    ``machine_epsilon`` is that of the input's type, which some operators have for a default.
    """

    def __init__(self, shape: Sequence[int], *, batched: bool = True) -> None:
        self.builder = Builder()
        self.place = ""
        self.machine_epsilon = Fraction(1, 1 << 23)
        self._starts: list[int] = []
        self._nodes: list[int] = []
        self._linears: dict[int, tuple[int, Constant]] = {}
        self._functions: list[Expression] = [X]
        self._numbers: dict[Expression, int] = {X: IDENTITY}
        self._factors: dict[int, tuple[int, Fraction]] = {}
        self._known: dict[tuple[object, ...], int] = {}
        whole = self.flow_of(self.builder.input(shape))
        self.input = whole.reshape(1, *shape) if batched else whole

    def finish(self, output: Value, *, batched: bool = True) -> Network:
        """The network with this output, without its batch axis."""
        flow = self.flow(output)
        shape = flow.shape[1:] if batched and flow.ndim > 1 and flow.shape[0] == 1 else flow.shape
        node = self.gathered(self.entries(flow), shape or (1,))
        return self.builder.finish(
            node or self.builder.pointwise(node, X)
        )  # a network is more than its input

    # -- flows -----------------------------------------------------------------------------------------------

    def flow(self, value: Value, near: Flow | None = None) -> Flow:
        """The value as a flow; a constant becomes a node beside ``near``."""
        if isinstance(value, Flow):
            return value
        if isinstance(value, Deferred):
            return value.settle()
        return self.constant_flow(value, near or self.input)

    def flow_of(self, node: int) -> Flow:
        """The flow of all entries of a node, in its shape."""
        numbers = entries(self.builder.shape(node)) + self._start(node)
        return Flow(numbers, np.zeros_like(numbers))

    def identity(self, numbers: Indices) -> Flow:
        """The flow of these entries, without functions."""
        return Flow(numbers, np.zeros_like(numbers))

    def constant_flow(self, values: Constant, near: Flow) -> Flow:
        """A constant tensor: the offsets of an affine map of zero, one for each different value."""
        check_finite(values)
        different, inverse = np.unique(values.ravel(), return_inverse=True)
        # Beside what it is combined with, so that parts of the network depend on the node that they start at.
        source = max(int(self._owners(self.entries(near)).max()), 0)
        zero = self.builder.gather(source, [ZERO])
        weight = np.zeros((different.size, 1), dtype=np.float32)
        node = self.builder.linear(zero, weight, as_weight(different), name=self.name())
        return self.identity(self._start(node) + inverse.reshape(values.shape).astype(np.int64))

    # -- functions -------------------------------------------------------------------------------------------

    def number(self, function: Expression) -> int:
        """The number of a function (or condition) of x."""
        found = self._numbers.get(function)
        if found is None:
            found = self._numbers[function] = len(self._functions)
            self._functions.append(function)
        return found

    def is_condition(self, value: Value) -> bool:
        """Whether every entry of a tensor is the result of a comparison."""
        used = np.unique(value.functions).tolist() if isinstance(value, Flow) else []
        return bool(used) and all(self._functions[f].is_condition for f in used)

    def applied(self, function: Expression, flow: Flow) -> Flow:
        """A function of x applied to every entry."""
        used = np.unique(flow.functions).tolist()
        if has_kinks(function):
            flow = self.plain(flow)
        elif len(used) > 1 and not is_affine(function):
            flow = self.settled(flow)  # many affine maps and one function, not many functions
        elif any(len(self._functions[f].nodes) + len(function.nodes) > MAX_FORMULA for f in used):
            flow = self.settled(flow)
        used, inverse = np.unique(flow.functions, return_inverse=True)
        images = [self.number(function.substitute({"x": self._functions[f]})) for f in used.tolist()]
        return Flow(flow.entries, np.array(images, dtype=np.int64)[inverse].reshape(flow.shape))

    def settled(self, flow: Flow) -> Flow:
        """The flow without functions: they are applied, by nodes."""
        return self.identity(self.entries(flow))

    def plain(self, flow: Flow) -> Flow:
        """The flow, with nodes for functions that are not affine.

        So kinks are taken of affine functions only, and lie at rational points: max(tanh(x), 1/3) becomes two
        nodes.
        """
        if all(is_affine(self._functions[f]) for f in np.unique(flow.functions).tolist()):
            return flow
        return self.settled(flow)

    def combined(
        self, rule: Callable[..., Expression], *operands: Operand, limit: int = MAX_FUNCTIONS
    ) -> Flow | None:
        """``rule`` of tensors entry by entry, by composing functions of one variable.

        None where that is impossible (entries of different nodes meet) or would make too many functions.
        """
        shape = np.broadcast_shapes(*(operand.shape for operand in operands))
        met = next((tried for tried in self._attempts(operands) if _meet(tried, shape)), None)
        if met is None:
            return None
        numbers = next(np.broadcast_to(f.entries, shape) for f in met if isinstance(f, Flow))
        keys = np.zeros(shape, dtype=np.int64)
        choices: list[list[Expression]] = []
        for operand in met:
            ids, values = self._numbered(operand)
            keys = keys * len(values) + np.broadcast_to(ids, shape)
            choices.append(values)
        different, inverse = np.unique(keys, return_inverse=True)
        if different.size > limit:
            return None
        images = []
        for key in different.tolist():
            chosen = []
            for values in reversed(choices):
                key, position = divmod(key, len(values))
                chosen.append(values[position])
            made = applied_rule(rule, chosen[::-1])
            if len(made.nodes) > MAX_FORMULA:
                return None
            images.append(self.number(made))
        return Flow(numbers, np.array(images, dtype=np.int64)[inverse].reshape(shape))

    def _numbered(self, operand: Operand) -> tuple[Indices, list[Expression]]:
        """The different terms of a tensor, and for each entry the number of its term."""
        if isinstance(operand, Flow):
            used, inverse = np.unique(operand.functions, return_inverse=True)
            found = [self._functions[f] for f in used.tolist()]
        else:
            check_finite(operand)
            used, inverse = np.unique(operand.ravel(), return_inverse=True)
            found = [terms.rational(exact_entry(v)) for v in used.tolist()]
        return inverse.reshape(operand.shape).astype(np.int64), found

    def _attempts(self, operands: Sequence[Operand]) -> Iterator[Sequence[Operand]]:
        """The operands as they are; with one settled; all: in x*sigmoid(x) one x may be a node already."""
        yield operands
        waiting = [
            k
            for k, operand in enumerate(operands)
            if isinstance(operand, Flow)
            and operand.functions.any()
            and not any(self._functions[f].is_condition for f in np.unique(operand.functions).tolist())
        ]
        for chosen in (*([k] for k in waiting), waiting):
            yield [
                self.settled(operand) if k in chosen and isinstance(operand, Flow) else operand
                for k, operand in enumerate(operands)
            ]

    def scaled(self, flow: Flow, factor: Fraction) -> Flow:
        """The flow times a number, which :meth:`without_factor` can undo."""
        if factor == 1:
            return flow
        result = self.applied(X * factor, flow)
        for old in np.unique(flow.functions).tolist():
            new = self._numbers[(X * factor).substitute({"x": self._functions[old]})]
            self._factors.setdefault(new, (old, factor))
        return result

    def without_factor(self, flow: Flow) -> tuple[Flow, Fraction]:
        """The flow without the numbers that it was multiplied by last, and their product."""
        factor = Fraction(1)
        while flow.functions.size and (flow.functions == flow.functions.flat[0]).all():
            found = self._factors.get(int(flow.functions.flat[0]))
            if found is None:
                break
            flow = Flow(flow.entries, np.full_like(flow.functions, found[0]))
            factor *= found[1]
        return flow, factor

    # -- nodes -----------------------------------------------------------------------------------------------

    def entries(self, flow: Flow) -> Indices:
        """Entries that are the flow's values themselves: its functions are applied, by nodes."""
        if not flow.functions.any():
            return flow.entries
        numbers, functions = flow.entries.ravel().copy(), flow.functions.ravel()
        waiting = functions != IDENTITY
        owners = self._owners(numbers)
        for owner in np.unique(owners[waiting]).tolist():
            if owner < 0:
                continue
            mine = owners == owner
            local = numbers[mine] - self._start(owner)
            table = np.full(self.builder.size(owner), -1, dtype=np.int64)
            table[local] = functions[mine]
            if table.min() >= 0 and np.array_equal(table[local], functions[mine]):
                numbers[mine] = local + self._start(self._pointwise(owner, table))
                waiting &= ~mine
        if waiting.any():
            pairs = np.stack([numbers, np.where(waiting, functions, IDENTITY)])
            different, inverse = np.unique(pairs, axis=1, return_inverse=True)
            if different.shape[1] == numbers.size:  # nothing repeated: keep the order
                different, inverse = pairs, np.arange(numbers.size)
            node = self.gathered(different[0], node_shape(flow.shape) if different is pairs else None)
            numbers = self._start(self._pointwise(node, different[1])) + inverse.ravel()
        return numbers.reshape(flow.shape)

    def gathered(self, numbers: Indices, shape: Sequence[int] | None = None) -> int:
        """A node with these entries, in this shape (default: flat)."""
        flat = np.ascontiguousarray(numbers).ravel()
        wanted = tuple(shape) if shape is not None else (flat.size,)
        if flat.size > MAX_GATHER:
            raise NetworkImportError(
                f"a tensor with {flat.size} entries would be needed, more than {MAX_GATHER}; read a smaller "
                "model, or one block of it"
            )
        key = ("gather", flat.tobytes(), wanted)
        if key not in self._known:
            owners = self._owners(flat)
            sources = np.unique(owners[owners >= 0])
            local = flat.copy()
            offset = 0
            for owner in sources.tolist():
                mine = owners == owner
                local[mine] = flat[mine] - self._start(owner) + offset
                offset += self.builder.size(owner)
            self._known[key] = self.builder.gather(sources.tolist() or [0], local, wanted)
        return self._known[key]

    def rows(self, flow: Flow) -> tuple[int, Indices]:
        """A node whose last axis is the flow's, and which of its rows each row of the flow is."""
        last = flow.shape[-1]
        table = np.ascontiguousarray(self.entries(flow)).reshape(-1, last)
        owner = int(self._owners(table[0, :1])[0])
        if owner >= 0 and self.builder.shape(owner)[-1] == last:
            local = table[:, 0] - self._start(owner)
            numbers = local // last
            straight = np.array_equal(table, table[:, :1] + np.arange(last))
            count = self.builder.size(owner) // last
            aligned = not (local % last).any() and numbers.min() >= 0 and numbers.max() < count
            if straight and aligned and np.unique(numbers).size == count:
                return owner, numbers
        shape = (*node_shape(flow.shape[:-1]), last) if table.shape[0] > 1 else (last,)
        return self.gathered(table, shape), np.arange(table.shape[0])

    def by_rows(self, flow: Flow, operation: Callable[[int], int], width: int) -> Flow:
        """An operation on the last axis, as a node, that gives ``width`` entries a row."""
        node, numbers = self.rows(flow)
        start = self._start(operation(node))
        result = start + numbers[:, None] * width + np.arange(width)
        return self.identity(result.reshape(*flow.shape[:-1], width))

    def linear(self, flow: Flow, weight: Constant, bias: Constant | None = None) -> Flow:
        """W y + b on the last axis, W of shape [out, in]."""

        def operation(node: int) -> int:
            offsets = None if bias is None else as_weight(bias)
            made = self.builder.linear(node, as_weight(weight), offsets, name=self.name())
            if bias is None:
                self._linears[made] = (node, weight)
            return made

        return self.by_rows(flow, operation, weight.shape[0])

    def with_bias(self, flow: Flow, offset: Constant) -> Flow | None:
        """The flow plus a constant tensor if that is one affine map: all of W y, and one offset a row of W."""
        if (
            flow.functions.any()
            or not flow.entries.size
            or np.broadcast_shapes(flow.shape, offset.shape) != flow.shape
        ):
            return None
        owner = int(self._owners(flow.entries.ravel()[:1])[0])
        if owner not in self._linears:
            return None
        source, weight = self._linears[owner]
        width = weight.shape[0]
        local = flow.entries.ravel() - self._start(owner)
        if local.min() < 0 or local.max() >= self.builder.size(owner):
            return None
        values = np.broadcast_to(offset, flow.shape).ravel()
        bias = np.zeros(width, dtype=values.dtype)
        bias[local % width] = values
        if np.unique(local).size != self.builder.size(owner) or not (bias[local % width] == values).all():
            return None
        node = self.builder.linear(source, as_weight(weight), as_weight(bias), name=self.name())
        return self.identity((local + self._start(node)).reshape(flow.shape))

    def together(self, operation: Callable[[int, int], int], left: Flow, right: Flow) -> Flow:
        """An entrywise operation of two flows, as a node."""
        shape = np.broadcast_shapes(left.shape, right.shape)
        flat = [np.broadcast_to(self.entries(f), shape).ravel() for f in (left, right)]
        order, wanted = np.arange(flat[0].size), node_shape(shape)
        for numbers in flat:
            owner = self._whole(numbers)
            if owner is not None:  # the order of its entries is as good as any, and needs no gather
                order, wanted = np.argsort(numbers), self.builder.shape(owner)
                break
        nodes = [self.gathered(numbers[order], wanted) for numbers in flat]
        start = self._start(operation(*nodes))
        result = np.empty_like(flat[0])
        result[order] = start + np.arange(order.size)
        return self.identity(result.reshape(shape))

    def name(self) -> str:
        """A name for tensors, from the place in the model."""
        name = _NOT_IN_NAMES.sub(".", self.place).strip(".-")[:100]
        return f"model.{name}" if name[:1].isdigit() else name

    def _pointwise(self, node: int, functions: Indices) -> int:
        if any(self._functions[f].is_condition for f in np.unique(functions).tolist()):
            raise NetworkImportError(COMPARED)
        if not functions.any():
            return node
        key = ("pointwise", node, functions.tobytes())
        if key not in self._known:
            chosen = [self._functions[f] for f in functions.ravel().tolist()]
            same = (functions == functions.flat[0]).all()
            self._known[key] = self.builder.pointwise(node, chosen[0] if same else chosen)
        return self._known[key]

    def _start(self, node: int) -> int:
        """The number of a node's first entry."""
        while len(self._starts) <= node:
            latest = len(self._starts)
            before = self._starts[-1] + self.builder.size(latest - 1) if latest else 0
            self._starts.append(before)
        return self._starts[node]

    def _owners(self, numbers: Indices) -> Indices:
        """The nodes that entries belong to; -1 for the constant 0."""
        found = np.searchsorted(np.array(self._starts, dtype=np.int64), numbers, side="right") - 1
        return np.where(numbers < 0, -1, found)

    def _whole(self, numbers: Indices) -> int | None:
        """The node whose entries these are, each once, in any order."""
        owner = int(self._owners(numbers[:1])[0])
        if owner < 0 or numbers.size != self.builder.size(owner):
            return None
        start = self._start(owner)
        inside = numbers.min() >= start and numbers.max() < start + numbers.size
        return owner if inside and np.unique(numbers).size == numbers.size else None


def _meet(operands: Sequence[Operand], shape: Shape) -> bool:
    """Whether all flows have the same entries."""
    numbers, *others = (np.broadcast_to(f.entries, shape) for f in operands if isinstance(f, Flow))
    return all(np.array_equal(numbers, other) for other in others)
