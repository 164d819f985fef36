"""For every operator of graphs: random arguments and attributes, and how smooth it is where nothing is known."""
# ruff: noqa: E501 - tables with one row an operator

from __future__ import annotations

from collections.abc import Callable, Mapping

from flint import fmpq

from invexcheck.architectures.scalars import SCALARS
from invexcheck.architectures.values import EXTENDED, REAL, Value
from tests.checker.training.drawing import Draw, Json, Made, Row, Shape, on, ordered, top
from tests.checker.training.tensor_rows import LINEAR, NORMALISING

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

ROWS: dict[str, Row] = {**ENTRIES, **REARRANGING, **LINEAR, **NORMALISING}
