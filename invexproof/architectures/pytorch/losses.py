"""ATen operators that are losses; where the table of graphs has them, as one node, and entry by entry otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from invexproof.architectures import building
from invexproof.architectures.errors import ArchitectureError
from invexproof.architectures.pytorch.building import (
    MEAN,
    REDUCTIONS,
    TorchBuilder,
    add,
    broadcast,
    divide,
    elementwise,
    multiply,
    over,
    real,
    reduced,
    shape_of,
    subtract,
)
from invexproof.architectures.pytorch.layers import pairwise_distance
from invexproof.torch_programs import Row, row

B = TorchBuilder
ZERO, ONE = Fraction(0), Fraction(1)


def _pairs(op: str, entries: Callable[..., int], attribute: str | None = None) -> Callable[..., int]:
    """A loss of two tensors of one shape, which the table of graphs has."""

    def lower(b: B, x: int, y: int, reduction: int = MEAN, size: Fraction | None = None) -> int:
        word = REDUCTIONS[reduction]
        if word is None:
            return entries(b, subtract(b, x, y), size)
        shape = broadcast(shape_of(b, x), shape_of(b, y))
        x, y = (building.expand(b, real(b, t), shape) for t in (x, y))
        attributes: dict[str, Any] = {} if attribute is None else {attribute: size}
        return b.node(op, x, y, reduction=word, **attributes)

    return lower


def _square(b: B, difference: int, _: Any) -> int:
    return b.node("square", difference)


def _absolute(b: B, difference: int, _: Any) -> int:
    return b.node("absolute", difference)


def _huber(b: B, difference: int, delta: Fraction) -> int:
    """delta (|d| - delta/2) outside of [-delta, delta], d^2/2 inside: m (|d| - m/2), m = min(|d|, delta)."""
    size = b.node("absolute", difference)
    least = b.node("clamp", size, high=delta)
    return multiply(b, least, subtract(b, size, least, Fraction(1, 2)))


def _smooth(b: B, difference: int, beta: Fraction) -> int:
    return divide(b, _huber(b, difference, beta), beta)


def _smooth_absolute(b: B, x: int, y: int, reduction: int = MEAN, size: Fraction = ONE) -> int:
    if size == 0:
        return _pairs("absolute_error", _absolute)(b, x, y, reduction)
    return _pairs("smooth_absolute_error", _smooth, "beta")(b, x, y, reduction, size)


# -- classes -------------------------------------------------------------------------------------------------


def _cross_entropy(
    b: B,
    x: int,
    target: int,
    weight: int | None = None,
    reduction: int = MEAN,
    ignore: int = -100,
    smoothing: Fraction = ZERO,
) -> int:
    classes = b.kind(target) == "integer"
    word = REDUCTIONS[reduction]
    if word is None:
        if not classes or smoothing or weight is not None:
            raise ArchitectureError(
                "cross-entropy without a reduction is read for classes, without weights and smoothing"
            )
        axis = 1 if len(b.shape(x)) > 1 else 0
        return _picked(b, b.node("log_softmax", x, axis=axis), target)
    ignored = {"ignore": ignore} if classes else {}
    target = target if classes else real(b, target)
    return b.node("cross_entropy", x, target, weight, reduction=word, smoothing=smoothing, **ignored)


def _likelihood(
    b: B, x: int, target: int, weight: int | None = None, reduction: int = MEAN, ignore: int = -100
) -> int:
    word = REDUCTIONS[reduction]
    if word is None:
        if weight is not None:
            raise ArchitectureError("the negative log-likelihood with weights is read with a reduction")
        return _picked(b, x, target)
    return b.node("negative_log_likelihood", x, target, weight, reduction=word, ignore=ignore)


def _picked(b: B, x: int, target: int) -> int:
    """Minus the entries of the target's classes."""
    axis = 1 if len(b.shape(x)) > 1 else 0
    taken = b.node("take_along", x, building.unsqueeze(b, target, axis), axis=axis)
    return b.node("negate", building.squeeze(b, taken, axis))


def _binary(b: B, x: int, target: int, weight: int | None = None, reduction: int = MEAN) -> int:
    word = REDUCTIONS[reduction]
    if word is not None:
        return b.node("binary_cross_entropy", x, real(b, target), weight, reduction=word)
    logs = [b.node("log", p, floor=Fraction(-100)) for p in (x, subtract(b, ONE, x))]
    return _weighted(b, _crossed(b, target, *logs), weight)


def _binary_with_logits(
    b: B,
    x: int,
    target: int,
    weight: int | None = None,
    positive: int | None = None,
    reduction: int = MEAN,
) -> int:
    word = REDUCTIONS[reduction]
    if word is not None:
        return b.node(
            "binary_cross_entropy_with_logits", x, real(b, target), weight, positive, reduction=word
        )
    log_p = b.node("log_sigmoid", x)
    if positive is not None:
        log_p = multiply(b, positive, log_p)
    return _weighted(b, _crossed(b, target, log_p, b.node("log_sigmoid", b.node("negate", x))), weight)


def _crossed(b: B, target: int, yes: int, no: int) -> int:
    """-(target yes + (1 - target) no)"""
    total = add(b, multiply(b, target, yes), multiply(b, subtract(b, ONE, target), no))
    return b.node("negate", total)


def _weighted(b: B, x: int, weight: int | None) -> int:
    return x if weight is None else multiply(b, x, weight)


def _divergence(b: B, x: int, target: int, reduction: int = MEAN, log_target: bool = False) -> int:
    """target (log target - x); the part with the target alone is a constant."""
    if log_target:
        return reduced(b, multiply(b, b.node("exp", target), subtract(b, target, x)), reduction)
    own = multiply(b, target, b.node("log", target))
    return reduced(b, subtract(b, own, multiply(b, target, x)), reduction)


def _poisson(
    b: B,
    x: int,
    target: int,
    log_input: bool = True,
    full: bool = False,
    eps: Fraction = ZERO,
    reduction: int = MEAN,
) -> int:
    if log_input:
        value = subtract(b, b.node("exp", x), multiply(b, target, x))
    else:
        value = subtract(b, x, multiply(b, target, b.node("log", add(b, x, eps))))
    if full:
        value = add(b, value, b.made("stirling", b.shape(target), target))
    return reduced(b, value, reduction)


# -- margins -------------------------------------------------------------------------------------------------


def _positive_part(b: B, x: int) -> int:
    return b.node("relu", x)


def _margin_ranking(b: B, x: int, y: int, target: int, margin: Fraction = ZERO, reduction: int = MEAN) -> int:
    product = multiply(b, target, subtract(b, y, x))
    return reduced(b, _positive_part(b, add(b, product, margin)), reduction)


def _hinge_embedding(b: B, x: int, target: int, margin: Fraction = ONE, reduction: int = MEAN) -> int:
    near, far = b.node("equal", real(b, target), ONE), b.node("equal", real(b, target), -ONE)
    apart = b.node("where", far, _positive_part(b, subtract(b, margin, x)), ZERO)
    return reduced(b, add(b, b.node("where", near, x, ZERO), apart), reduction)


def _triplet(
    b: B,
    anchor: int,
    positive: int,
    negative: int,
    margin: Fraction = ONE,
    p: Fraction = Fraction(2),
    eps: Fraction = Fraction(1, 10**6),
    swap: bool = False,
    reduction: int = MEAN,
) -> int:
    near = pairwise_distance(b, anchor, positive, p, eps)
    far = pairwise_distance(b, anchor, negative, p, eps)
    if swap:
        far = b.node("minimum", far, pairwise_distance(b, positive, negative, p, eps))
    return reduced(b, _positive_part(b, add(b, subtract(b, near, far), margin)), reduction)


def _cosine_embedding(
    b: B, x: int, y: int, target: int, margin: Fraction = ZERO, reduction: int = MEAN
) -> int:
    """The cosine has 10^-12 in it where norms are 0, other than cosine_similarity."""
    eps = Fraction("9.999999960041972e-13")
    total = [add(b, over(b, "sum", b.node("square", t), -1), eps) for t in (x, y)]
    cosine = divide(b, over(b, "sum", multiply(b, x, y), -1), b.node("sqrt", multiply(b, *total)))
    near, far = b.node("equal", real(b, target), ONE), b.node("equal", real(b, target), -ONE)
    together = b.node("where", near, subtract(b, ONE, cosine), ZERO)
    apart = b.node("where", far, _positive_part(b, subtract(b, cosine, margin)), ZERO)
    return reduced(b, add(b, together, apart), reduction)


def _soft_margin(b: B, x: int, target: int, reduction: int = MEAN) -> int:
    """log(1 + exp(-target x))"""
    return reduced(b, b.node("softplus", b.node("negate", multiply(b, target, x)), threshold=None), reduction)


def _multi_margin(
    b: B,
    x: int,
    target: int,
    p: Fraction = ONE,
    margin: Fraction = ONE,
    weight: int | None = None,
    reduction: int = MEAN,
) -> int:
    """Over all classes, less what the target's own contributes: the margin to the power p."""
    if weight is not None:
        raise ArchitectureError("multi_margin_loss with weights is not read")
    own = b.node("negate", _picked(b, x, target))
    excess = _positive_part(b, add(b, subtract(b, x, building.unsqueeze(b, own, -1)), margin))
    powers = excess if p == 1 else elementwise(b, "power_of", excess, exponent=p)
    total = subtract(b, over(b, "sum", powers, -1), margin if p == 1 else margin * margin)
    return reduced(b, divide(b, total, Fraction(b.shape(x)[-1])), reduction)


# -- the table -----------------------------------------------------------------------------------------------

_TWO: Final = "x=self y=target reduction"
_CLASSES: Final = "x=self target weight reduction ignore=ignore_index"
_INPUTS: Final = "x=input1 y=input2 target margin reduction"

OPERATORS: Final[Mapping[str, Row]] = {
    "mse_loss": row(_pairs("mean_squared_error", _square), _TWO),
    "l1_loss": row(_pairs("absolute_error", _absolute), _TWO),
    "huber_loss": row(_pairs("huber", _huber, "delta"), f"{_TWO} size=delta"),
    "smooth_l1_loss": row(_smooth_absolute, f"{_TWO} size=beta"),
    "cross_entropy_loss": row(_cross_entropy, f"{_CLASSES} smoothing=label_smoothing"),
    **{name: row(_likelihood, _CLASSES) for name in ("nll_loss", "nll_loss_nd", "nll_loss2d")},
    "binary_cross_entropy": row(_binary, "x=self target weight reduction"),
    "binary_cross_entropy_with_logits": row(
        _binary_with_logits, "x=self target weight positive=pos_weight reduction"
    ),
    "kl_div": row(_divergence, "x=self target reduction log_target"),
    "poisson_nll_loss": row(_poisson, "x=input target log_input full eps reduction"),
    "margin_ranking_loss": row(_margin_ranking, _INPUTS),
    "cosine_embedding_loss": row(_cosine_embedding, _INPUTS),
    "hinge_embedding_loss": row(_hinge_embedding, "x=self target margin reduction"),
    "triplet_margin_loss": row(_triplet, "anchor positive negative margin p eps swap reduction"),
    "soft_margin_loss": row(_soft_margin, "x=self target reduction"),
    "multi_margin_loss": row(_multi_margin, "x=self target p margin weight reduction"),
}
