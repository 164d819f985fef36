"""Linear maps, selections, norms, attention and losses: random arguments, and how smooth they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.checker.training.drawing import Argument, Draw, Json, Made, Row, on, ordered, top

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
