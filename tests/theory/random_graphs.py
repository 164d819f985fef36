"""Random graphs of training problems near the rules about step sizes, and their values and Hessians by PyTorch."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from typing import Any

import torch
from flint import fmpq

from invexcheck.architectures.graph import PARAMETER, Architecture, Input
from invexcheck.architectures.operators import Operand, operator, result
from invexcheck.architectures.values import Range, Value
from invexcheck.errors import Reject
from invexcheck.limits import Limits
from tests.architectures.evaluating import OPERATORS
from tests.checker.training.plausible import FORMULAS, plain
from tests.checker.training.problems import Ends, Json
from tests.checker.training.problems import Problem as Subject
from tests.theory.hessians import DOUBLE, Problem

Argument = int | str | None
LIMITS = Limits()


def _rational(text: str) -> fmpq:
    return fmpq(*map(int, text.split("/")))


class Sketch:
    """A graph whose inputs may come at any time; values are numbered from 0, inputs and nodes alike."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.rows: list[tuple[Any, ...]] = []
        self.values: list[Value] = []

    def input(self, role: str, *shape: int, kind: str = "real", ends: Ends = None) -> int:
        self.rows.append((role, kind, shape, ends))
        low, high = ends or (None, None)
        known = Range(None if low is None else _rational(low), None if high is None else _rational(high))
        self.values.append(Value(kind, shape, known, role == PARAMETER))
        return len(self.rows) - 1

    def node(self, op: str, *arguments: Argument, **attributes: Any) -> int:
        """Raises Reject."""
        given: list[Operand] = [
            self.values[a] if isinstance(a, int) else None if a is None else _rational(a) for a in arguments
        ]
        made = result(op, given, attributes, LIMITS)
        if not made.trained:
            raise Reject("it depends on no parameter", "architecture")
        self.values.append(made)
        self.rows.append((op, arguments, attributes))
        return len(self.rows) - 1

    def shape(self, value: int) -> tuple[int, ...]:
        return self.values[value].shape

    def trained(self, *shape: int) -> int:
        """A parameter, now and then one that is there."""
        old = [k for k, row in enumerate(self.rows) if row[0] == PARAMETER and row[2] == shape]
        if old and self.rng.random() < 0.15:
            return self.rng.choice(old)
        return self.input(PARAMETER, *shape)

    def data(self, *shape: int, kind: str = "real", ends: Ends = None) -> int:
        return self.input(self.rng.choice(("data", "constant")), *shape, kind=kind, ends=ends)

    def shift(self, size: int) -> int | None:
        """A bias: trained, frozen, or left out."""
        chance = self.rng.random()
        return None if chance < 0.2 else self.data(size) if chance < 0.26 else self.trained(size)

    def subject(self) -> Json:
        """What the last node depends on."""
        used, stack = set[int](), [len(self.rows) - 1]
        while stack:
            current = stack.pop()
            if current not in used:
                used.add(current)
                if len(self.rows[current]) == 3:
                    stack += [a for a in self.rows[current][1] if isinstance(a, int)]
        made, numbers = Subject(), dict[int, int]()
        for k in sorted(used):
            if len(self.rows[k]) == 4:
                role, kind, shape, ends = self.rows[k]
                numbers[k] = made.input(role, kind, shape, f"v{k}", ends)
        for k in sorted(used):
            if len(self.rows[k]) == 3:
                op, arguments, attributes = self.rows[k]
                given = [numbers[a] if isinstance(a, int) else a for a in arguments]
                numbers[k] = made.node(op, *given, **attributes)
        return made.subject


# -- steps: each makes a value from one of two axes -----------------------------------------------------------------

SMOOTH: tuple[tuple[str, dict[str, Any]], ...] = (
    *((op, {}) for op in ("tanh", "sigmoid", "square", "sin", "silu", "exp", "erf", "gelu", "cosh", "mish")),
    ("softplus", {"threshold": None}),
)
KINKED: tuple[tuple[str, dict[str, Any]], ...] = (
    *((op, {}) for op in ("relu", "relu", "absolute", "elu", "hard_swish", "hard_tanh")),
    ("leaky_relu", {"slope": "1/10"}),
    ("leaky_relu", {"slope": "-1"}),
    ("clamp", {"low": "0", "high": "6"}),
)
SIGNS: tuple[Ends, ...] = (None, ("0", "2"), ("1/2", "2"))
Step = Callable[[Sketch, int], int]


def _units(s: Sketch, v: int) -> int:
    op, attributes = s.rng.choice(s.rng.choice((SMOOTH, KINKED)))
    return s.node(op, v, **attributes)


def _linear(s: Sketch, v: int) -> int:
    size = s.rng.randint(1, 2)
    return s.node("linear", v, s.trained(size, s.shape(v)[1]), s.shift(size))


def _layer(s: Sketch, v: int) -> int:
    return _units(s, _linear(s, v))


def _together(s: Sketch, v: int) -> int:
    others = [k for k, value in enumerate(s.values) if value.shape == s.shape(v) and value.kind == "real"]
    op = s.rng.choice(("add", "add", "multiply", "subtract", "maximum"))
    return s.node(op, *s.rng.sample([v, s.rng.choice(others)], 2))


def _with_row(s: Sketch, v: int) -> int:
    """A shift, a gain, a mask, or a frozen code of positions."""
    shape = s.rng.choice((s.shape(v), s.shape(v)[1:]))
    other = s.trained(*shape) if s.rng.random() < 0.6 else s.data(*shape, ends=s.rng.choice(SIGNS))
    return s.node(s.rng.choice(("add", "multiply")), v, other)


def _with_number(s: Sketch, v: int) -> int:
    return s.node(s.rng.choice(("add", "multiply", "maximum")), v, s.rng.choice(("2", "-1", "1/2", "0")))


def _norm(s: Sketch, v: int) -> int:
    size = s.shape(v)[1]
    gain = s.trained(size) if s.rng.random() < 0.85 else None
    op = s.rng.choice(("layer_norm", "rms_norm", "group_norm", "batch_norm", "running"))
    if op == "rms_norm":
        return s.node(op, v, gain, axes=1, epsilon="1/10")
    shift = s.shift(size)
    if op == "running":
        return s.node(
            "batch_norm", v, gain, shift, s.data(size), s.data(size, ends=("1/10", "2")), epsilon="1/10"
        )
    if op == "batch_norm":
        return s.node(op, v, gain, shift, None, None, epsilon="1/10")
    return s.node(op, v, gain, shift, epsilon="1/10", **{"axes" if op == "layer_norm" else "groups": 1})


def _moved(s: Sketch, v: int) -> int:
    """Rows in other order, fewer of them, sums and extrema of them."""
    rows, width = s.shape(v)
    axis = s.rng.randrange(2)
    steps: tuple[Callable[[], int], ...] = (
        lambda: s.node("sort", v, axis=axis),
        lambda: s.node("flip", v, axes=[axis]),
        lambda: s.node("cumulative_sum", v, axis=axis),
        lambda: s.node("max", v, axes=[axis], keep=True),
        lambda: s.node("mean", v, axes=[0], keep=True),
        lambda: s.node("sum", v, axes=[axis], keep=True),
        lambda: s.node("transpose", v, axes=[1, 0]),
        lambda: s.node("take", v, s.data(2, kind="integer", ends=("0", str(rows - 1))), axis=0),
        lambda: s.node("reshape", v, shape=[rows * width, 1]),
        lambda: _cut(s, v, axis),
        lambda: s.node("pad", v, before=[0, 1], after=[0, 0], value=s.rng.choice(("0", "1"))),
        lambda: s.node("concatenate", v, s.rng.choice(_same_rows(s, v)), axis=1),
        lambda: s.node("max_pool", v, kernel=[2], stride=[1], padding=[1], dilation=[1]),
        lambda: s.node("average_pool", v, kernel=[2], stride=[1], padding=[1]),
        lambda: s.node("triangle", v),
    )
    return s.rng.choice(steps)()


def _same_rows(s: Sketch, v: int) -> list[int]:
    return [
        k
        for k, value in enumerate(s.values)
        if value.kind == "real" and len(value.shape) == 2 and value.shape[0] == s.shape(v)[0]
    ]


def _cut(s: Sketch, v: int, axis: int) -> int:
    stop = s.rng.randint(1, s.shape(v)[axis])
    return s.node("slice", v, axis=axis, start=s.rng.randrange(stop), stop=stop)


def _prelu(s: Sketch, v: int) -> int:
    return s.node("prelu", v, s.trained(1) if s.rng.random() < 0.5 else s.data(1))


def _attention(s: Sketch, v: int) -> int:
    rows = s.shape(v)[0]
    dropped = s.data(rows, rows) if s.rng.random() < 0.3 else None
    query = s.rng.choice((v, _linear(s, v)))
    key = query if s.shape(query) != s.shape(v) else v
    return s.node(
        "attention", query, key, s.rng.choice((v, query)), None, dropped, causal=s.rng.random() < 0.5
    )


def _divided(s: Sketch, v: int) -> int:
    return s.node("divide", v, s.node("add", s.node("square", v), "1"))


def _product(s: Sketch, v: int) -> int:
    return s.node("einsum", v, s.trained(s.shape(v)[1], s.rng.randint(1, 2)), equation="ij,jk->ik")


def _chosen(s: Sketch, v: int) -> int:
    other = s.rng.choice(("0", "1", v, s.data(*s.shape(v))))
    return s.node("where", s.data(*s.shape(v), kind="boolean"), v, other)


STEPS: tuple[tuple[int, Step], ...] = (
    *((9, _layer), (5, _linear), (5, _units), (4, _norm), (3, _together), (3, _with_row), (1, _with_number)),
    *((4, _moved), (1, _prelu), (2, _attention), (1, _divided), (1, _product), (1, _chosen)),
)


def _step(s: Sketch, v: int) -> int:
    """Some step that fits; the value itself if none is found soon."""
    if len(s.shape(v)) != 2:
        return v
    weights, steps = zip(*STEPS, strict=True)
    for step in s.rng.choices(steps, weights, k=4):
        size = len(s.rows)
        try:
            return int(step(s, v))
        except Reject:
            del s.rows[size:], s.values[size:]
    return v


# -- the head and the loss ------------------------------------------------------------------------------------------


def random_graph(rng: random.Random) -> Json:
    """An affine layer at the end, as a rule; raises Reject if something does not fit."""
    s = Sketch(rng)
    v = s.data(rng.randint(1, 3), rng.randint(1, 2))
    seen = [v]
    for _ in range(rng.choice((1, 1, 2, 2, 3, 4))):
        v = _step(s, rng.choice((v, v, v, rng.choice(seen))))
        seen.append(v)
    width = s.shape(v)[-1]
    outputs = rng.randint(1, 3)
    f = s.node("linear", v, s.trained(outputs, width), s.shift(outputs))
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        f = _after(s, f)
    _loss(s, f)
    return s.subject()


def _after(s: Sketch, f: int) -> int:
    shape = s.shape(f)
    chance, size = s.rng.random(), math.prod(shape)
    if chance < 0.4 and len(shape) == 2:
        return s.node("transpose", f, axes=[1, 0])
    if chance < 0.7:
        return _cut(s, f, s.rng.randrange(len(shape)))
    first = s.rng.choice([k for k in range(1, size + 1) if size % k == 0])
    return s.node("reshape", f, shape=s.rng.choice(([size], [first, size // first])))


def _loss(s: Sketch, f: int) -> int:
    shape, axis = s.shape(f), min(1, len(s.shape(f)) - 1)
    reduction = s.rng.choice(({}, {"reduction": "sum"}))
    name = s.rng.choice(("squares", "squares", "squares", "labels", "labels", "soft", "logistic"))
    if name == "squares":
        return s.node("mean_squared_error", *s.rng.sample([f, s.data(*shape)], 2), **reduction)
    if name == "labels":
        others = [n for k, n in enumerate(shape) if k != axis]
        labels = s.data(*others, kind="integer", ends=("0", str(shape[axis] - 1)))
        smoothing = s.rng.choice(({}, {"smoothing": "1/5"}))
        return s.node("cross_entropy", f, labels, None, **reduction, **smoothing)
    ends: Ends = ("0", None if name == "soft" else "1")
    target = s.data(*shape, ends=ends if s.rng.random() < 0.85 else None)
    if name == "soft":
        return s.node("cross_entropy", f, target, None, **reduction)
    return s.node("binary_cross_entropy_with_logits", f, target, None, None, **reduction)


# -- values ---------------------------------------------------------------------------------------------------------

STYLES = ("normal", "normal", "zero", "ones", "repeated", "opposite", "coarse")


def drawn(line: Input, rng: random.Random, style: str) -> Any:
    """Data in the range, in general position or degenerate."""
    low, high = (None if q is None else int(q.p) / int(q.q) for q in (line.range.low, line.range.high))
    if line.kind == "boolean":
        return torch.randint(2, line.shape) > 0 if style == "normal" else torch.ones(line.shape) > 0
    if line.kind == "integer":
        return torch.randint(int(low or 0), int(high or 0) + 1, line.shape) * (style != "zero")
    x = torch.randn(line.shape, dtype=DOUBLE)
    if style in ("repeated", "opposite") and len(x.shape) and len(x) > 1:
        x = torch.cat([x[:1], -x[:1] if style == "opposite" else x[:1], *[x[:1] * 0] * (len(x) - 2)])
    x = {"zero": 0 * x, "ones": torch.ones_like(x), "coarse": x.round()}.get(style, x)
    return x if low is None and high is None else x.clamp(low, high)


class Realised:
    """A graph with data."""

    def __init__(self, architecture: Architecture, given: Mapping[int, Any]) -> None:
        self.architecture = architecture
        self.given = given
        lines = enumerate(architecture.inputs)
        self.shapes = {str(k): line.shape for k, line in lines if line.role == PARAMETER}
        self.named = [_attributes(node.op, node.attributes) for node in architecture.nodes]

    def values(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Of all inputs and nodes; parameters by the text of their number."""
        found = [
            parameters[str(k)] if str(k) in self.shapes else self.given[k]
            for k in range(len(self.architecture.inputs))
        ]
        for node, named in zip(self.architecture.nodes, self.named, strict=True):
            operands = [found[a] if isinstance(a, int) else _number(a) for a in node.operands]
            found.append(FUNCTIONS[node.op](*operands, **named))
        return found

    def problem(self) -> Problem:
        return Problem(self.shapes, lambda parameters: self.values(parameters)[-1])


def _standard(x: Any, axes: list[int], epsilon: float) -> Any:
    return (x - x.mean(axes, keepdim=True)) / (x.var(axes, correction=0, keepdim=True) + epsilon).sqrt()


def _affine(x: Any, gain: Any, shift: Any) -> Any:
    x = x if gain is None else x * gain
    return x if shift is None else x + shift


EXACT: Mapping[str, Any] = FORMULAS
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **OPERATORS,
    **EXACT,
    "layer_norm": lambda x, w, b, axes, epsilon: _affine(_standard(x, [-1], epsilon), w, b),
    "group_norm": lambda x, w, b, groups, epsilon: _affine(_standard(x, [-1], epsilon), w, b),
}
"""Norms of rows of entries, in one group: PyTorch's refuse some sizes."""


def _attributes(op: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    defaults = operator(op).attributes
    return {name: plain(v) for name, v in attributes.items() if v != defaults[name].default}


def _number(text: str | None) -> Any:
    return None if text is None else torch.tensor(plain(_rational(text)), dtype=DOUBLE)
