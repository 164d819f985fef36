"""Recurrent layers of PyTorch, unrolled step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from invexproof.architectures import building
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.pytorch.building import TorchBuilder, add, multiply, subtract
from invexproof.architectures.pytorch.linear import linear
from invexproof.torch_programs import Row, row

B = TorchBuilder
MAX_STEPS: Final = 128
"""Longer sequences are not unrolled."""

State = tuple[int, ...]
Cell = Callable[[B, int, State, Sequence[int]], State]
"""The states after a step: (builder, input, states before, weights) -> states; the first one is the output."""


def _gates(b: B, x: int, h: int, weights: Sequence[int], count: int) -> tuple[list[int], list[int]]:
    """What the input and the state contribute to each gate."""
    w, u, *biases = weights
    p, q = biases or (None, None)
    first, second = linear(b, x, w, p), linear(b, h, u, q)
    return building.split(b, first, b.shape(first)[-1] // count, -1), building.split(
        b, second, b.shape(second)[-1] // count, -1
    )


def _lstm(b: B, x: int, state: State, weights: Sequence[int]) -> State:
    h, c = state
    pairs = zip(*_gates(b, x, h, weights, 4), strict=True)
    i, f, g, o = (add(b, p, q) for p, q in pairs)
    i, f, o = (b.node("sigmoid", gate) for gate in (i, f, o))
    c = add(b, multiply(b, f, c), multiply(b, i, b.node("tanh", g)))
    return multiply(b, o, b.node("tanh", c)), c


def _gru(b: B, x: int, state: State, weights: Sequence[int]) -> State:
    (h,) = state
    (xr, xz, xn), (hr, hz, hn) = _gates(b, x, h, weights, 3)
    r, z = (b.node("sigmoid", add(b, p, q)) for p, q in ((xr, hr), (xz, hz)))
    n = b.node("tanh", add(b, xn, multiply(b, r, hn)))
    return (add(b, n, multiply(b, z, subtract(b, h, n))),)


def _simple(function: str) -> Cell:
    def cell(b: B, x: int, state: State, weights: Sequence[int]) -> State:
        (p,), (q,) = _gates(b, x, state[0], weights, 1)
        return (b.node(function, add(b, p, q)),)

    return cell


def _steps(b: B, cell: Cell, x: int, state: State, weights: Sequence[int], back: bool) -> tuple[int, State]:
    """One layer in one direction, of x [steps, batch, features]: all outputs, and the last states."""
    outputs = []
    count = b.shape(x)[0]
    for k in reversed(range(count)) if back else range(count):
        state = cell(b, building.select(b, x, 0, k), state, weights)
        outputs.append(state[0])
    return building.stack(b, outputs[::-1] if back else outputs, 0), state


def _layers(cell: Cell) -> Callable[..., tuple[int, ...]]:
    def lower(
        b: B,
        x: int,
        start: Any,
        weights: Sequence[int],
        biases: bool,
        layers: int,
        p: Fraction,
        train: bool,
        both: bool,
        batch_first: bool,
    ) -> tuple[int, ...]:
        starts = list(start) if isinstance(start, list | tuple) else [start]
        batch = len(b.shape(x)) == 3
        if not batch:
            x, starts = building.unsqueeze(b, x, 1), [building.unsqueeze(b, s, 1) for s in starts]
        elif batch_first:
            x = building.swap(b, x, 0, 1)
        if b.shape(x)[0] > MAX_STEPS:
            raise ArchitectureError(
                f"a sequence of {b.shape(x)[0]} steps is not unrolled; export with at most {MAX_STEPS}"
            )
        directions = 2 if both else 1
        each = 4 if biases else 2
        if len(weights) != each * layers * directions:
            raise ArchitectureError("a projection of the states (proj_size) is not read")
        finals: list[State] = []
        for layer in range(layers):
            outputs = []
            for direction in range(directions):
                number = layer * directions + direction
                state = tuple(building.select(b, s, 0, number) for s in starts)
                own = weights[number * each : (number + 1) * each]
                output, final = _steps(b, cell, x, state, own, direction == 1)
                outputs.append(output)
                finals.append(final)
            x = building.concatenate(b, outputs, -1)
            if train and p and layer + 1 < layers:
                x = multiply(b, x, b.mask(b.shape(x)))
        last = [building.stack(b, part, 0) for part in zip(*finals, strict=True)]
        if not batch:
            return building.squeeze(b, x, 1), *(building.squeeze(b, t, 1) for t in last)
        return building.swap(b, x, 0, 1) if batch_first else x, *last

    return lower


def _cell(cell: Cell) -> Callable[..., Any]:
    """A single step; an LSTM gives two states, others one."""

    def lower(b: B, x: int, state: Any, w: int, u: int, p: int | None = None, q: int | None = None) -> Any:
        states = tuple(state) if isinstance(state, list | tuple) else (state,)
        weights = [t for t in (w, u, p, q) if t is not None]
        result = cell(b, x, states, weights)
        return result if len(result) > 1 else result[0]

    return lower


_LAYERS: Final = (
    "x=input start=hx weights=params biases=has_biases layers=num_layers "
    "p=dropout train both=bidirectional batch_first"
)
_CELL: Final = "x=input state=hx w=w_ih u=w_hh p=b_ih q=b_hh"
_CELLS: Final[Mapping[str, Cell]] = {
    "lstm": _lstm,
    "gru": _gru,
    "rnn_tanh": _simple("tanh"),
    "rnn_relu": _simple("relu"),
}

OPERATORS: Final[Mapping[str, Row]] = {
    **{f"{name}.input": row(_layers(cell), _LAYERS) for name, cell in _CELLS.items()},
    **{f"{name}_cell": row(_cell(cell), _CELL) for name, cell in _CELLS.items()},
}
