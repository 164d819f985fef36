"""ONNX operators that are recurrent layers, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from invexproof.architectures import building
from invexproof.architectures.building import select
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.graph import Argument
from invexproof.architectures.onnx_files.lowering import Lowering
from invexproof.architectures.onnx_files.values import Given, Tensor

MAX_STEPS: Final = 256
"""Recurrent layers and loops are unrolled up to so many steps."""

State = tuple[Argument, ...]
_ONE: Final = Fraction(1)
_KINDS: Final[Mapping[str, tuple[int, int, list[str]]]] = {
    "RNN": (1, 1, ["Tanh"]),
    "GRU": (1, 3, ["Sigmoid", "Tanh"]),
    "LSTM": (2, 4, ["Sigmoid", "Tanh", "Tanh"]),
}
"""How many states and gates recurrent layers have, and their activations."""
_ACTIVATIONS: Final[Mapping[str, str]] = {
    "relu": "relu",
    "sigmoid": "sigmoid",
    "softsign": "softsign",
    "tanh": "tanh",
}


class _Cell:
    """The weights of one direction, and arithmetic in which None is zero."""

    def __init__(self, low: Lowering, hidden: int, functions: Sequence[str], **weights: int | None) -> None:
        self.low, self.hidden = low, hidden
        unknown = [f for f in functions if f.lower() not in _ACTIVATIONS]
        if unknown:
            raise ArchitectureError(f"the activation {unknown[0]} of a recurrent layer is not read")
        self.functions = [_ACTIVATIONS[f.lower()] for f in functions]
        self.weights = weights

    def gates(self, count: int, inputs: int, state: Argument) -> list[int]:
        """``x W^T + h R^T + biases``, gate by gate."""
        total = self.linear("w", "wb", inputs)
        return self.parts(self.plus(total, self.recurrent(state)), count)

    def recurrent(self, state: Argument) -> int | None:
        """``h R^T + b``; the bias alone if the state is zero."""
        return self.weights["rb"] if state is None else self.linear("r", "rb", state)

    def linear(self, weight: str, bias: str, x: Any) -> int:
        """``x weight^T + bias``"""
        return self.low.node("linear", x, self.weights[weight], self.weights[bias])

    def parts(self, value: int, count: int) -> list[int]:
        """The last axis in equal parts."""
        return building.split(self.low.builder, value, [self.hidden] * count, -1)

    def plus(self, x: int, y: Argument) -> int:
        """A sum."""
        return x if y is None else self.low.node("add", x, y)

    def times(self, x: int, y: Argument) -> int | None:
        """A product."""
        return None if y is None else self.low.node("multiply", x, y)

    def peep(self, place: int, state: Argument) -> int | None:
        """A peephole: the state times a weight."""
        if self.weights["p"] is None or state is None:
            return None
        size = self.hidden
        part = building.slice_axis(self.low.builder, self.weights["p"], 0, place * size, (place + 1) * size)
        return self.times(part, state)

    def f(self, number: int, x: int) -> int:
        """An activation."""
        return self.low.node(self.functions[number], x)


def _rnn(cell: _Cell, x: int, state: State) -> State:
    (new,) = cell.gates(1, x, state[0])
    return (cell.f(0, new),)


def _lstm(cell: _Cell, x: int, state: State) -> State:
    h, c = state
    i, o, f, new = cell.gates(4, x, h)
    i = cell.f(0, cell.plus(i, cell.peep(0, c)))
    f = cell.f(0, cell.plus(f, cell.peep(2, c)))
    following = cell.plus(cell.low.node("multiply", i, cell.f(1, new)), cell.times(f, c))
    o = cell.f(0, cell.plus(o, cell.peep(1, following)))
    return cell.low.node("multiply", o, cell.f(2, following)), following


def _gru(cell: _Cell, x: int, state: State, reset_after: bool) -> State:
    (h,) = state
    z, r, new = cell.parts(cell.linear("w", "wb", x), 3)
    zr_parts: list[int | None] = [None] * 3
    recurrent = cell.recurrent(h)
    if recurrent is not None:
        zr_parts = list(cell.parts(recurrent, 3))
    z, r = cell.f(0, cell.plus(z, zr_parts[0])), cell.f(0, cell.plus(r, zr_parts[1]))
    if reset_after or h is None:
        inner = zr_parts[2] if not reset_after else cell.times(r, zr_parts[2])
    else:
        b, size = cell.low.builder, cell.hidden
        rows = building.slice_axis(b, _present(cell.weights["r"]), 0, 2 * size, 3 * size)
        bias = cell.weights["rb"]
        own = None if bias is None else building.slice_axis(b, bias, 0, 2 * size, 3 * size)
        inner = cell.low.node("linear", cell.low.node("multiply", r, h), rows, own)
    new = cell.f(1, cell.plus(new, inner))
    rest = cell.low.node("multiply", cell.low.node("subtract", _ONE, z), new)
    return (cell.plus(rest, cell.times(z, h)),)


def _present(value: int | None) -> int:
    if value is None:
        raise ArchitectureError("a recurrent layer needs its weights")
    return value


def recurrent(kind: str) -> Callable[..., tuple[int, ...]]:
    """A recurrent layer, unrolled."""
    states, gates, defaults = _KINDS[kind]

    def lower(
        low: Lowering,
        x: int,
        w: int,
        r: int,
        bias: int | None = None,
        lengths: Tensor | None = None,
        h: Tensor | None = None,
        c: Tensor | None = None,
        peepholes: int | None = None,
        *,
        hidden: int | None = None,
        direction: str,
        functions: Any = None,
        layout: int = 0,
        clip: Any = None,
        coupled: int = 0,
        reset_after: int = 0,
    ) -> tuple[int, ...]:
        b = low.builder
        steps = b.shape(x)[layout]
        _check(low, steps, lengths, clip, coupled)
        size = hidden or b.shape(r)[2]
        ways = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}[direction]
        names = list(functions or defaults * len(ways))
        each = len(names) // len(ways)
        outputs, finals = [], []
        for k, backwards in enumerate(ways):
            own: dict[str, Any] = {"w": select(b, w, 0, k), "r": select(b, r, 0, k)}
            rows = None if bias is None else select(b, bias, 0, k)
            own["wb"] = None if rows is None else building.slice_axis(b, rows, 0, 0, gates * size)
            own["rb"] = None if rows is None else building.slice_axis(b, rows, 0, gates * size, None)
            own["p"] = None if peepholes is None else select(b, peepholes, 0, k)
            cell = _Cell(low, size, names[k * each : (k + 1) * each], **own)
            start = [_start(low, v, layout, k) for v in (h, c)[:states]]
            made, final = _unrolled(kind, cell, x, tuple(start), steps, layout, backwards, bool(reset_after))
            outputs.append(made)
            finals.append(final)
        y = [building.stack(b, list(at_once), 0) for at_once in zip(*outputs, strict=True)]
        last = [building.stack(b, list(values), 0) for values in zip(*finals, strict=True)]
        whole = building.stack(b, y, 0)
        if layout:
            whole = building.transpose(b, whole, [2, 0, 1, 3])
            last = [building.swap(b, value, 0, 1) for value in last]
        return whole, *last

    return lower


def _unrolled(
    kind: str, cell: _Cell, x: int, state: State, steps: int, layout: int, backwards: bool, reset_after: bool
) -> tuple[list[int], list[int]]:
    """The hidden state after each step, in the order of the sequence, and the final states."""
    order = list(range(steps))[:: -1 if backwards else 1]
    found: dict[int, int] = {}
    for step in order:
        inputs = select(cell.low.builder, x, layout, step)
        if kind == "GRU":
            state = _gru(cell, inputs, state, reset_after)
        else:
            state = (_lstm if kind == "LSTM" else _rnn)(cell, inputs, state)
        found[step] = _value(state[0])
    return [found[step] for step in range(steps)], [_value(part) for part in state]


def _start(low: Lowering, state: Tensor | None, layout: int, direction: int) -> int | None:
    """The first state of a direction; None if it is zero."""
    known = state.array if isinstance(state, Given) else None
    if state is None or (known is not None and not known.any()):
        return None
    return select(low.builder, low.handle(state, "real"), layout, direction)


def _value(argument: Argument) -> int:
    if not isinstance(argument, int):
        raise ArchitectureError("a recurrent layer needs a state")
    return argument


def _check(low: Lowering, steps: int, lengths: Tensor | None, clip: Any, coupled: int) -> None:
    if steps > MAX_STEPS:
        raise ArchitectureError(
            f"a recurrent layer of {steps} steps is not unrolled; give the input a shape with at most {MAX_STEPS}"
        )
    if clip or coupled:
        raise ArchitectureError("a recurrent layer that clips, or couples its gates, is not read")
    known = lengths.array if isinstance(lengths, Given) else None
    if lengths is not None and (known is None or (known != steps).any()):
        low.note(f"{low.place}: all sequences are taken to have the full length of {steps} steps")
