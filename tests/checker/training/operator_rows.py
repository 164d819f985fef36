"""For every operator of graphs: random arguments and attributes, and how smooth it is where nothing is known."""
# ruff: noqa: E501 - tables with one row an operator

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from invexcheck.architectures.scalars import SCALARS
from invexcheck.architectures.values import BOOLEAN, EXTENDED, INTEGER, REAL, REALS, Range, Smoothness, Value

Json = dict[str, Any]
Shape = tuple[int, ...]
Argument = Value | fmpq | str | None
Made = tuple[list[Argument], Json]
POINTS = ("-3", "-2", "-1", "-1/2", "0", "1/2", "1", "2", "3")


def exact(text: str) -> fmpq:
    numerator, _, denominator = text.partition("/")
    return fmpq(int(numerator), int(denominator or "1"))


def interval(text: str) -> Range:
    """``(0, 1]``, ``[0, oo)``."""
    low, high = (
        None if end.strip() in ("-oo", "oo") else exact(end.strip()) for end in text[1:-1].split(",")
    )
    return Range(low, high, text[0] == "(" and low is not None, text[-1] == ")" and high is not None)


def discrete(kind: str, shape: Sequence[int], known: Range, trained: bool) -> Value:
    smoothness = Smoothness.DISCONTINUOUS if trained else Smoothness.ANALYTIC
    return Value(kind, tuple(shape), known, trained, smoothness)


class Draw:
    """Random arguments; `wide` ones have the largest range that is asked for, and are trained."""

    def __init__(self, seed: object, wide: bool = False) -> None:
        self.random = random.Random(repr(seed))
        self.wide = wide

    def size(self, most: int = 4, least: int = 1) -> int:
        return self.random.randint(least, most)

    def sizes(self, count: int, most: int = 4, least: int = 1) -> list[int]:
        return [self.size(most, least) for _ in range(count)]

    def shape(self, least: int = 0, most: int = 3) -> Shape:
        return tuple(self.sizes(self.random.randint(least, most)))

    def flag(self) -> bool:
        return self.random.random() < 0.5

    def of(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def range(self, within: str = "(-oo, oo)") -> Range:
        """A random one inside of the one that is given."""
        largest = interval(within)
        if self.wide or self.random.random() < 0.2:
            return largest
        for _ in range(200):
            low, high = (None if self.random.random() < 0.3 else exact(self.of(*POINTS)) for _ in range(2))
            known = Range(low, high, low is not None and self.flag(), high is not None and self.flag())
            if not known.empty and known.inside(largest):
                return known
        return largest

    def real(self, shape: Sequence[int], within: str = "(-oo, oo)", data: bool = False) -> Value:
        """Real numbers; trained ones, more often than not."""
        trained = not data and (self.wide or self.random.random() < 0.8)
        return Value(REAL, tuple(shape), self.range(within), trained)

    def integers(self, shape: Sequence[int], size: int, trained: bool | None = None) -> Value:
        """Integers from 0 to below the size."""
        known = self.random.random() < 0.3 if trained is None else trained
        return discrete(INTEGER, shape, Range(fmpq(0), fmpq(size - 1)), known and not self.wide)

    def booleans(self, shape: Sequence[int], trained: bool = False) -> Value:
        return discrete(BOOLEAN, shape, REALS, trained)

    def scores(self, shape: Sequence[int]) -> Value:
        """Real numbers, and minus infinity perhaps."""
        if self.wide or self.flag():
            return self.real(shape)
        return Value(EXTENDED, tuple(shape), self.range(), self.flag())

    def any(self, shape: Sequence[int]) -> Value:
        """Of any kind."""
        if self.wide or self.flag():
            return self.real(shape)
        return self.of(self.integers(shape, 5), self.booleans(shape, self.flag()), self.scores(shape))

    def broadcast(self, count: int) -> list[Shape]:
        """Shapes that go together."""
        full = self.shape(0, 3)
        cut = [full[self.random.randint(0, len(full)) if self.flag() else 0 :] for _ in range(count)]
        return [tuple(1 if self.random.random() < 0.25 else n for n in shape) for shape in cut]

    def axes(self, shape: Shape) -> Json:
        count = self.random.randint(1, len(shape))
        chosen = sorted(self.random.sample(range(len(shape)), count))
        return {"axes": chosen} | ({"keep": True} if self.flag() else {})

    def axis(self, shape: Shape, keep: bool = False) -> Json:
        return {"axis": self.random.randrange(len(shape))} | ({"keep": True} if keep and self.flag() else {})

    def some(self, **attributes: Any) -> Json:
        """Some of these attributes."""
        return {name: value for name, value in attributes.items() if self.flag()}


@dataclass(frozen=True)
class Row:
    """How to draw arguments; the class (A, C, D) of the operator on the widest of them."""

    letter: str
    make: Callable[[Draw], Made]


# -- entry by entry ----------------------------------------------------------------------------------------------


def pair(first: str = "(-oo, oo)", second: str = "(-oo, oo)", data: bool = False) -> Callable[[Draw], Made]:
    def make(d: Draw) -> Made:
        a, b = d.broadcast(2)
        return [d.real(a, first), d.real(b, second, data)], {}

    return make


def compared(d: Draw) -> Made:
    a, b = d.broadcast(2)
    return [d.real(a), d.of(d.real(b), d.integers(b, 3))], {}


def booleans(count: int) -> Callable[[Draw], Made]:
    return lambda d: ([d.booleans(shape, True) for shape in d.broadcast(count)], {})


def where(d: Draw) -> Made:
    c, a, b = d.broadcast(3)
    if not d.wide and d.flag():
        return [d.booleans(c), d.scores(a), d.of("-inf", fmpq(2), d.scores(b))], {}
    return [d.booleans(c, True), d.real(a), d.of(d.real(b), fmpq(1, 2))], {}


def cast(d: Draw) -> Made:
    shape = d.shape()
    value = (
        d.real(shape) if d.wide else d.of(d.real(shape), d.integers(shape, 4, True), d.booleans(shape, True))
    )
    return [value], {"to": d.of(*({"real", "integer", "boolean"} - {value.kind}))}


def prelu(d: Draw) -> Made:
    shape = d.shape(1, 3)
    return [d.real(shape), d.real((d.of(1, shape[1]) if len(shape) > 1 else 1,))], {}


def added(d: Draw) -> Made:
    a, b = d.broadcast(2)
    return [d.scores(a), d.scores(b)], {}


def subtracted(d: Draw) -> Made:
    a, b = d.broadcast(2)
    return [d.scores(a), d.real(b)], {}


DOMAINS = {
    "log": "(0, oo)", "log1p": "(-1, oo)", "sqrt": "[0, oo)", "rsqrt": "(0, oo)", "reciprocal": "(0, oo)", "tan": "[-1, 1]", "asin": "[-1, 1]",
    "acos": "[-1, 1]", "acosh": "[1, oo)", "atanh": "(-1, 1)",
}  # fmt: skip
SETTINGS: Mapping[str, tuple[Json, ...]] = {
    "log": ({}, {"floor": "-100"}, {"floor": "-1/2"}, {"floor": "1/2"}),
    "power_of": tuple({"exponent": e} for e in ("0", "1", "2", "3", "4", "-1", "-2", "-3", "1/2", "3/2", "5/3", "-1/2", "7/2")),
    "leaky_relu": ({}, {"slope": "0"}, {"slope": "-1/2"}, {"slope": "3"}, {"slope": "1"}),
    "elu": ({}, {"alpha": "2"}, {"scale": "3"}, {"input_scale": "2"}, {"alpha": "-1"}, {"scale": "-1", "alpha": "2"}, {"input_scale": "-1"}, {"scale": "0"}),
    "celu": ({}, {"alpha": "2"}, {"alpha": "1/3"}),
    "hard_tanh": ({}, {"low": "0"}, {"low": "-2", "high": "-1"}, {"low": "1/2"}, {"low": "1"}, {"high": "5"}),
    "clamp": ({"low": "0"}, {"high": "1"}, {"low": "-1", "high": "1"}, {"low": "2", "high": "2"}),
    "soft_shrink": ({}, {"lambda": "0"}, {"lambda": "2"}),
    "hard_shrink": ({}, {"lambda": "0"}, {"lambda": "2"}),
    "threshold": ({"threshold": "0", "value": "0"}, {"threshold": "1", "value": "-2"}, {"threshold": "-1", "value": "1"}),
    "softplus": ({}, {"threshold": None}, {"threshold": "1"}, {"threshold": "0"}, {"beta": "2", "threshold": "2"}, {"beta": "1/2"}),
    "gelu": ({}, {"approximate": True}),
}  # fmt: skip
LETTERS = {
    "D": "sign hard_shrink threshold softplus floor ceil round truncate",
    "C": "absolute sqrt relu leaky_relu elu celu hard_tanh clamp hard_sigmoid hard_swish soft_shrink asin acos acosh softsign",
}


def scalar(name: str) -> Row:
    settings = SETTINGS.get(name, ({},))

    def make(d: Draw) -> Made:
        attributes = settings[-3 if name == "hard_tanh" else 0] if d.wide else d.of(*settings)
        domain = DOMAINS.get(name, "(-oo, oo)")
        if name == "log" and attributes:
            domain = "[0, oo)"
        if name == "power_of" and ("/" in attributes["exponent"] or attributes["exponent"][0] == "-"):
            domain = "(0, oo)" if attributes["exponent"][0] == "-" else "[0, oo)"
        if name == "reciprocal" or (name == "power_of" and attributes["exponent"] in ("-1", "-2", "-3")):
            domain = d.of("(0, oo)", "(-oo, 0)")
        return [Value(REAL, d.shape(0, 2), d.range(domain), True)], dict(attributes)

    letter = next((letter for letter, names in LETTERS.items() if name in names.split()), "A")
    return Row(letter, make)


ENTRIES: dict[str, Row] = {
    "add": Row("A", added),
    "subtract": Row("A", subtracted),
    "multiply": Row("A", pair()),
    "divide": Row(
        "A",
        lambda d: (
            pair("(-oo, oo)", d.of("(0, oo)", "(-oo, 0)", "[1/2, 3]"))(d) if d.flag() else pair(data=True)(d)
        ),
    ),
    "power": Row("A", pair("(0, oo)")),
    "remainder": Row("D", lambda d: pair("(-oo, oo)", d.of("(0, oo)", "(-oo, 0)", "[1/2, 3]"))(d)),
    "maximum": Row("C", pair()),
    "minimum": Row("C", pair()),
    "less": Row("D", compared),
    "less_equal": Row("D", compared),
    "equal": Row("D", compared),
    "and": Row("D", booleans(2)),
    "or": Row("D", booleans(2)),
    "not": Row("D", booleans(1)),
    "where": Row("D", where),
    "cast": Row("D", cast),
    "detach": Row("A", lambda d: ([d.scores(d.shape())], {})),
    "prelu": Row("C", prelu),
    **{name: scalar(name) for name in SCALARS},
}


# -- rearranging -------------------------------------------------------------------------------------------------


def on(
    least: int, attributes: Callable[[Draw, Shape], Json], real: bool = True, most: int = 3
) -> Callable[[Draw], Made]:
    """One tensor of at least so many axes."""

    def make(d: Draw) -> Made:
        shape = d.shape(least, most)
        return [d.real(shape) if real else d.any(shape)], attributes(d, shape)

    return make


def reshape(d: Draw) -> Made:
    shape = d.shape()
    count = 1
    for n in shape:
        count *= n
    divisors = [k for k in range(1, count + 1) if count % k == 0]
    first = d.of(*divisors)
    new = d.of([count], [first, count // first], [count // first, 1, first], list(shape))
    return [d.any(shape)], {"shape": [] if count == 1 and d.flag() else new}


def transpose(d: Draw, shape: Shape) -> Json:
    axes = list(range(len(shape)))
    d.random.shuffle(axes)
    return {"axes": axes}


def expand(d: Draw) -> Made:
    full = d.shape(1, 3)
    inner = full[d.random.randint(0, len(full)) :]
    return [d.any([1 if d.flag() else n for n in inner])], {"shape": list(full)}


def sliced(d: Draw, shape: Shape) -> Json:
    axis = d.random.randrange(len(shape))
    start = d.random.randrange(shape[axis])
    return {"axis": axis, "start": start, "stop": d.size(shape[axis], start + 1)} | d.some(step=d.size(3, 2))


def concatenate(d: Draw) -> Made:
    shape = d.shape(1, 3)
    axis = d.random.randrange(len(shape))
    shapes = [(*shape[:axis], d.size(), *shape[axis + 1 :]) for _ in range(d.size(3))]
    kind = d.of(d.real, d.scores)
    return [kind(s) for s in shapes], {"axis": axis}


def pad(d: Draw) -> Made:
    mode = d.of("constant", "reflect", "replicate", "circular")
    shape = d.shape(1, 3)
    most = {"reflect": -1, "circular": 0}
    ends = [[d.size(n + most.get(mode, 2), 0) for n in shape] for _ in range(2)]
    attributes: Json = {"before": ends[0], "after": ends[1]}
    attributes |= d.some(value=d.of("-1", "5/2")) if mode == "constant" else {"mode": mode}
    return [d.real(shape)], attributes


def take(d: Draw) -> Made:
    shape = d.shape(1, 3)
    axis = d.random.randrange(len(shape))
    table = d.of(d.real(shape), d.any(shape))
    indices = d.integers(d.shape(0, 2), shape[axis], False if table.kind == EXTENDED else None)
    return [table, indices], {"axis": axis}


def along(shape: Shape, d: Draw, axis: int) -> Shape:
    return tuple(d.size() if k == axis else d.size(n) for k, n in enumerate(shape))


def take_along(d: Draw) -> Made:
    shape = d.shape(1, 3)
    axis = d.random.randrange(len(shape))
    return [d.real(shape), d.integers(along(shape, d, axis), shape[axis])], {"axis": axis}


def scatter(d: Draw) -> Made:
    """Into different places: one index only along the axis."""
    shape = d.shape(1, 3)
    axis = d.random.randrange(len(shape))
    places = tuple(1 if k == axis else d.size(n) for k, n in enumerate(shape))
    source = tuple(n + d.size(2, 0) for n in places)
    return [d.real(shape), d.integers(places, shape[axis]), d.real(source)], {"axis": axis}


def triangle(d: Draw, _: Shape) -> Json:
    return d.some(upper=True) | d.some(diagonal=d.of(-5, -1, 1, 2))


def windows(d: Draw, shape: Shape) -> Json:
    axis = d.random.randrange(len(shape))
    return {"axis": axis, "size": d.size(shape[axis]), "step": d.size(3)}


def unfold(d: Draw) -> Made:
    kernel, dilation = d.sizes(2, 3), d.sizes(2, 2)
    sizes = [x * (k - 1) + 1 + d.size(3, 0) for k, x in zip(kernel, dilation, strict=True)]
    attributes = {
        "kernel": kernel,
        "stride": d.sizes(2, 3),
        "padding": d.sizes(2, 2, 0),
        "dilation": dilation,
    }
    return [d.real((d.size(2), d.size(2), *sizes))], attributes


def one_hot(d: Draw) -> Made:
    classes = d.size(5)
    return [d.integers(d.shape(), classes, True)], {"classes": classes}


def ordered(d: Draw, shape: Shape) -> Json:
    return d.axis(shape) | d.some(descending=True)


def top(d: Draw, shape: Shape) -> Json:
    axis = d.axis(shape)
    return axis | {"k": d.size(shape[axis["axis"]])} | d.some(largest=False)


REARRANGING: dict[str, Row] = {
    "reshape": Row("A", reshape),
    "transpose": Row("A", on(0, transpose, real=False)),
    "expand": Row("A", expand),
    "slice": Row("A", on(1, sliced, real=False)),
    "concatenate": Row("A", concatenate),
    "pad": Row("A", pad),
    "flip": Row("A", on(1, lambda d, shape: {"axes": d.axes(shape)["axes"]}, real=False)),
    "take": Row("A", take),
    "take_along": Row("A", take_along),
    "scatter": Row("A", scatter),
    "scatter_add": Row("A", scatter),
    "triangle": Row("A", on(2, triangle)),
    "windows": Row("A", on(1, windows, real=False)),
    "unfold": Row("A", unfold),
    "one_hot": Row("D", one_hot),
    "argmax": Row("D", on(1, lambda d, shape: d.axis(shape, True))),
    "argmin": Row("D", on(1, lambda d, shape: d.axis(shape, True))),
    "argsort": Row("D", on(1, ordered)),
    "top_k_indices": Row("D", on(1, top)),
}


# -- linear maps -------------------------------------------------------------------------------------------------


def matmul(d: Draw) -> Made:
    m, n, k = d.sizes(3)
    lead = d.broadcast(2)
    a = d.of((*lead[0], m, n), (n,))
    b = d.of((*lead[1], n, k), (n,))
    return [d.real(a), d.real(b)], {}


def linear(d: Draw) -> Made:
    n, k = d.sizes(2)
    return [d.real((*d.shape(0, 2), n)), d.real((k, n)), d.of(None, d.real((k,)))], {}


EQUATIONS = (
    "bij,bjk->bik",
    "i,j->ij",
    "ii->i",
    "ii->",
    "ij->ji",
    "i,i->",
    "ij,jk,kl->il",
    ",i->i",
    "abc,abd->bcd",
    "ij,ij->j",
)


def einsum(d: Draw) -> Made:
    equation = d.of(*EQUATIONS)
    sizes = {letter: d.size(3) for letter in equation if letter.isalpha()}
    inputs = equation.partition("->")[0].split(",")
    return [d.real([sizes[letter] for letter in names]) for names in inputs], {"equation": equation}


def window_attributes(d: Draw, axes: int) -> Json:
    return {"stride": d.sizes(axes, 3), "padding": d.sizes(axes, 2, 0), "dilation": d.sizes(axes, 2)}


def convolution(d: Draw) -> Made:
    axes, groups = d.size(2), d.size(2)
    attributes, kernel = window_attributes(d, axes), d.sizes(axes, 3)
    sizes = [x * (k - 1) + 1 + d.size(3, 0) for k, x in zip(kernel, attributes["dilation"], strict=True)]
    inner, outer = d.size(2), groups * d.size(2)
    x, w = (d.size(2), inner * groups, *sizes), (outer, inner, *kernel)
    return [d.real(x), d.real(w), d.of(None, d.real((outer,)))], attributes | (
        {"groups": groups} if groups > 1 else {}
    )


def transposed_convolution(d: Draw) -> Made:
    axes, groups = d.size(2), d.size(2)
    attributes, kernel = window_attributes(d, axes), d.sizes(axes, 3)
    room = [max(s, x) - 1 for s, x in zip(attributes["stride"], attributes["dilation"], strict=True)]
    attributes["output_padding"] = [d.size(n, 0) for n in room]
    inner, outer = groups * d.size(2), d.size(2)
    sizes = [2 + 2 * p for p in attributes["padding"]]
    x, w = (d.size(2), inner, *sizes), (inner, outer, *kernel)
    bias = d.of(None, d.real((outer * groups,)))
    return [d.real(x), d.real(w), bias], attributes | ({"groups": groups} if groups > 1 else {})


def resample(d: Draw) -> Made:
    mode = d.of("nearest", "linear", "cubic")
    axes = 2 if mode == "cubic" else d.size(3)
    attributes = {"size": d.sizes(axes, 6), "mode": mode}
    corners = {"align_corners": True} if mode != "nearest" and d.flag() else {}
    return [d.real((*d.shape(1, 2), *d.sizes(axes)))], attributes | corners


def pooled(d: Draw, average: bool) -> Made:
    axes = d.size(2)
    kernel, dilation = d.sizes(axes, 4), [1] * axes if average else d.sizes(axes, 3)
    attributes = {
        "kernel": kernel,
        "stride": d.sizes(axes, 5),
        "padding": [d.size(k // 2, 0) for k in kernel],
    }
    attributes |= d.some(ceil=True) | (d.some(include_padding=False) if average else {"dilation": dilation})
    least = [x * (k - 1) + 1 - 2 * p for k, x, p in zip(kernel, dilation, attributes["padding"], strict=True)]
    return [d.real((*d.shape(1, 2), *(max(n, 1) + d.size(4, 0) for n in least)))], attributes


def adaptive(d: Draw) -> Made:
    axes = d.size(2)
    return [d.real((*d.shape(1, 2), *d.sizes(axes, 6)))], {"size": d.sizes(axes, 7)}


def spread(d: Draw) -> Made:
    shape = tuple(d.sizes(d.size(3), least=3))
    return [d.real(shape)], d.axes(shape) | d.some(correction=d.of(0, 2))


LINEAR: dict[str, Row] = {
    "matmul": Row("A", matmul),
    "linear": Row("A", linear),
    "einsum": Row("A", einsum),
    "convolution": Row("A", convolution),
    "transposed_convolution": Row("A", transposed_convolution),
    "resample": Row("A", resample),
    "sum": Row("A", on(1, Draw.axes)),
    "mean": Row("A", on(1, Draw.axes)),
    "product": Row("A", on(1, Draw.axes)),
    "cumulative_sum": Row("A", on(1, Draw.axis)),
    "cumulative_product": Row("A", on(1, Draw.axis)),
    "squared_norm": Row("A", lambda d: ([d.real(d.shape()) for _ in range(d.size(3))], {})),
    "average_pool": Row("A", lambda d: pooled(d, True)),
    "adaptive_average_pool": Row("A", adaptive),
    "variance": Row("A", spread),
    "max": Row("C", on(1, Draw.axes)),
    "min": Row("C", on(1, Draw.axes)),
    "median": Row("C", on(1, lambda d, shape: d.axis(shape, True))),
    "sort": Row("C", on(1, ordered)),
    "top_k": Row("C", on(1, top)),
    "cumulative_max": Row("C", on(1, Draw.axis)),
    "max_pool": Row("C", lambda d: pooled(d, False)),
    "adaptive_max_pool": Row("C", adaptive),
    "norm": Row("C", on(1, Draw.axes)),
    "standard_deviation": Row("C", spread),
}


# -- normalising, attention, losses ------------------------------------------------------------------------------


def scaled(d: Draw, shape: Sequence[int], bias: bool = True) -> list[Argument]:
    given: list[Argument] = [d.of(None, d.real(shape)) for _ in range(2)]
    return given if bias else given[:1]


def last_axes(bias: bool) -> Callable[[Draw], Made]:
    def make(d: Draw) -> Made:
        shape = d.shape(1, 3)
        axes = d.size(len(shape))
        attributes = {"axes": axes, "epsilon": d.of("1/100000", "1/10")}
        return [d.real(shape), *scaled(d, shape[len(shape) - axes :], bias)], attributes

    return make


def group_norm(d: Draw) -> Made:
    groups, each = d.size(3), d.size(3)
    shape = (d.size(2), groups * each, *d.sizes(d.size(3) - 1), 2)
    return [d.real(shape), *scaled(d, shape[1:2])], {"groups": groups, "epsilon": "1/100000"}


def batch_norm(d: Draw) -> Made:
    shape = (d.size(4), d.size(3), *d.shape(0, 2))
    channels = shape[1:2]
    if d.flag():
        return [d.real(shape), *scaled(d, channels), None, None], {"epsilon": "1/1000"}
    epsilon, within = d.of(("0", "(0, oo)"), ("1/1000", "[0, oo)"))
    statistics = [d.real(channels), d.real(channels, within)]
    return [d.real(shape), *scaled(d, channels), *statistics], {"epsilon": epsilon}


def softmax(d: Draw) -> Made:
    shape = d.shape(1, 3)
    return [d.scores(shape)], d.axis(shape)


def logsumexp(d: Draw) -> Made:
    shape = d.shape(1, 3)
    return [d.scores(shape)], d.axes(shape)


def attention(d: Draw) -> Made:
    rows, columns, width, values = d.sizes(4)
    lead = d.broadcast(3)
    q, k, v = (*lead[0], rows, width), (*lead[1], columns, width), (*lead[2], columns, values)
    full: list[int] = []
    for axis in range(-max(map(len, lead)), 0):
        full.append(max(shape[axis] if -axis <= len(shape) else 1 for shape in lead))
    scores = (*full, rows, columns)
    mask_shape = d.of(scores, (rows, columns), (1, columns))
    mask = d.of(None, d.real(mask_shape), d.scores(mask_shape), d.booleans(mask_shape))
    dropout = d.of(None, d.real(scores, "[0, 2]"))
    attributes = d.some(scale=d.of("1/2", "3", "-1")) | (d.some(causal=True) if mask is None else {})
    return [d.real(q), d.real(k), d.real(v), mask, dropout], attributes


def loss(*more: str, first: str = "(-oo, oo)", **attributes: tuple[str, ...]) -> Callable[[Draw], Made]:
    """Of two tensors of one shape, and weights."""

    def make(d: Draw) -> Made:
        shape = d.shape(0, 3)
        cut = shape[d.random.randint(0, len(shape)) :]
        weights = [d.of(None, d.real(cut, "[0, 3]")) for _ in more]
        chosen = {name: d.of(*values) for name, values in attributes.items() if d.flag()}
        return [d.real(shape, first), d.real(shape, "[0, 1]"), *weights], chosen | d.some(reduction="sum")

    return make


def labelled(soft: bool) -> Callable[[Draw], Made]:
    def make(d: Draw) -> Made:
        shape = d.of((d.size(),), (d.size(), d.size()), (d.size(2), d.size(), d.size(3)))
        axis = min(1, len(shape) - 1)
        classes = shape[axis]
        weight = d.of(None, d.real((classes,), "[1/2, 2]", data=d.flag()))
        attributes = d.some(reduction="sum") | (d.some(smoothing=d.of("1/10", "1")) if soft else {})
        if soft and d.flag():
            return [d.real(shape), d.real(shape, "[0, 1]"), weight], attributes
        labels = d.integers((*shape[:axis], *shape[axis + 1 :]), classes)
        return [d.real(shape), labels, weight], attributes | d.some(
            ignore=d.of(-100, 0, classes - 1) if classes > 1 else -100
        )

    return make


NORMALISING: dict[str, Row] = {
    "layer_norm": Row("A", last_axes(True)),
    "rms_norm": Row("A", last_axes(False)),
    "group_norm": Row("A", group_norm),
    "batch_norm": Row("A", batch_norm),
    "softmax": Row("A", softmax),
    "log_softmax": Row("A", on(1, Draw.axis)),
    "logsumexp": Row("A", logsumexp),
    "attention": Row("A", attention),
    "mean_squared_error": Row("A", loss()),
    "absolute_error": Row("C", loss()),
    "huber": Row("C", loss(delta=("2", "1/2"))),
    "smooth_absolute_error": Row("C", loss(beta=("2", "1/2", "0"))),
    "binary_cross_entropy_with_logits": Row("A", loss("weight", "positive weight")),
    "binary_cross_entropy": Row("C", loss("weight", first="[0, 1]")),
    "negative_log_likelihood": Row("A", labelled(False)),
    "cross_entropy": Row("A", labelled(True)),
}

ROWS: dict[str, Row] = {**ENTRIES, **REARRANGING, **LINEAR, **NORMALISING}
