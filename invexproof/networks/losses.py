"""Losses by name: ``mse:1/2,0``, ``cross-entropy:2``, ``separable:abs(x)``, each a row of :data:`LOSSES`.

A loss is a function of the outputs z1, ..., zk: a sum of one function of each, or the cross-entropy of softmax.
To add one, add a row: how its arguments are read, and what they make.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, NamedTuple

from invexproof.errors import InvexproofError
from invexproof.expressions import terms
from invexproof.expressions.parser import parse
from invexproof.expressions.printing import to_text
from invexproof.expressions.terms import Expression
from invexproof.networks.errors import NetworkError
from invexproof.networks.formulas import read_formulas, split_formulas
from invexproof.networks.network import Network
from invexproof.networks.nodes import function_numbers, renamed

X: Final = terms.var("x")
HALF: Final = Fraction(1, 2)


class LossError(NetworkError):
    """A loss that does not exist, or that does not fit the network."""


@dataclass(frozen=True)
class Loss:
    """What a text made of a loss: a function for each output, or a target distribution; and its name in words.

    ``unattained``: it has no stationary point, so that what is shown of its compositions holds vacuously.
    """

    words: str
    functions: tuple[Expression, ...] = ()
    distribution: tuple[Fraction, ...] = ()
    unattained: bool = False


class Form(NamedTuple):
    """How a loss is written after its colon, and what it makes of that for k outputs."""

    build: Callable[[str, int], Loss]
    arguments: str
    example: str


def with_loss(network: Network, text: str) -> tuple[Network, Loss]:
    """The network with the loss that a text names in place of its own, and that loss.

    Raises :class:`LossError`.
    """
    loss = read_loss(text, network.outputs)
    plain = without_loss(network)
    if loss.distribution:
        return plain.with_loss(("cross-entropy", tuple(str(q) for q in loss.distribution))), loss
    functions = list(plain.functions)
    numbers = []
    for function in loss.functions:
        if function not in functions:
            functions.append(function)
        numbers.append(functions.index(function))
    added = tuple(functions[len(plain.functions) :])
    return plain.with_loss(("separable", tuple(numbers)), added), loss


def own_loss(network: Network) -> str:
    """The loss that a network has, in words; "" if it has none."""
    if network.loss is None:
        return ""
    if network.loss[0] == "cross-entropy":
        return f"the cross-entropy of the distribution {_listed(network.target)}"
    texts = dict.fromkeys(to_text(network.functions[number], 60) for number in network.loss[1])
    return f"the sum of {', '.join(texts)}"


def without_loss(network: Network) -> Network:
    """The map alone, without the functions that only the loss uses."""
    if network.loss is None:
        return network
    used = dict.fromkeys(number for node in network.nodes for number in function_numbers(node))
    new = {old: position for position, old in enumerate(used)}
    same_nodes = {n: n for n in range(len(network.nodes))}
    same_tensors = {name: name for name in network.tensors}
    nodes = tuple(renamed(node, same_nodes, same_tensors, new) for node in network.nodes)
    return Network(nodes, tuple(network.functions[old] for old in used), network.tensors)


def read_loss(text: str, outputs: int) -> Loss:
    """The loss that a text names, for that many outputs; raises :class:`LossError`."""
    name, _, arguments = text.strip().partition(":")
    form = LOSSES.get(name.strip().casefold().replace("_", "-"))
    if form is None:
        written = ", ".join(f"{known}:{row.arguments}" for known, row in LOSSES.items())
        raise LossError(f"there is no loss {name!r:.40}; the losses are {written}")
    try:
        return form.build(arguments.strip(), outputs)
    except InvexproofError as error:
        raise LossError(f"the loss {text!r:.80}: {error}\nit is written as in {form.example}") from None


# -- the losses ----------------------------------------------------------------------------------------------


def _squared(text: str, outputs: int) -> Loss:
    targets = _for_each(_numbers(text) or [Fraction(0)], outputs, "target")
    return Loss(
        f"the squared error from {_listed(targets)}", tuple(terms.power(_minus(t), 2) for t in targets)
    )


def _minus(target: Fraction) -> Expression:
    return X - target if target else X


def _huber(text: str, outputs: int) -> Loss:
    size, _, rest = text.partition(":")
    given = _numbers(size) or [Fraction(1)]
    delta = given[0]
    if len(given) != 1 or delta <= 0:
        raise LossError("delta is one positive number")
    targets = _for_each(_numbers(rest) or [Fraction(0)], outputs, "target")
    words = f"the Huber loss (delta {delta}) from {_listed(targets)}"
    return Loss(words, tuple(_huber_function(_minus(t), delta) for t in targets))


def _huber_function(u: Expression, delta: Fraction) -> Expression:
    inside = terms.less_equal(terms.absolute(u), terms.rational(delta))
    beyond = terms.absolute(u) - delta * HALF
    outside = beyond if delta == 1 else delta * beyond
    return terms.piecewise([(inside, terms.power(u, 2) / 2), (terms.TRUE, outside)])


def _logistic(text: str, outputs: int) -> Loss:
    labels = _for_each(_numbers(text) or [Fraction(1)], outputs, "label")
    if any(abs(label) != 1 for label in labels):
        raise LossError("a label is +1 or -1")
    words = f"the logistic loss of the label{'s' * (outputs > 1)} {_listed(labels, plus='+')}"
    return Loss(words, tuple(terms.softplus(-X if label > 0 else X) for label in labels), unattained=True)


def _cross_entropy(text: str, outputs: int) -> Loss:
    given = _numbers(text)
    if not given:
        raise LossError("a class or a distribution is needed")
    if len(given) == 1:
        number = given[0]
        if number.denominator != 1 or not 0 <= number < outputs:
            raise LossError(
                f"there is no class {number}: for {outputs} outputs they are numbered 0 to {outputs - 1}"
            )
        target = tuple(Fraction(k == number) for k in range(outputs))
        return Loss(f"the cross-entropy of class {number}", distribution=target, unattained=outputs > 1)
    if len(given) != outputs:
        raise LossError(f"the distribution has {len(given)} probabilities for {outputs} outputs")
    if min(given) < 0 or sum(given) != 1:
        raise LossError(f"the probabilities {_listed(given)} must not be negative, and their sum must be 1")
    return Loss(
        f"the cross-entropy of the distribution {', '.join(map(str, given))}", distribution=tuple(given)
    )


def _separable(text: str, outputs: int) -> Loss:
    if not text:
        raise LossError("a formula in x is needed")
    texts = split_formulas(text)
    functions = read_formulas(texts, ["x"])
    # the formulas of a network are about x1; those of a loss, like all functions of a network, about x
    named = [function.substitute({"x1": X}) for function in functions]
    chosen = _for_each(named, outputs, "formula")
    return Loss(f"the sum of {', '.join(part.strip() for part in texts)}", tuple(chosen))


LOSSES: Final[Mapping[str, Form]] = {
    "mse": Form(_squared, "TARGET,...", "mse:1/2,0"),
    "huber": Form(_huber, "DELTA[:TARGET,...]", "huber:1 or huber:1:1/2,0"),
    "logistic": Form(_logistic, "LABEL,...", "logistic:+1"),
    "cross-entropy": Form(
        _cross_entropy, "CLASS or PROBABILITY,...", "cross-entropy:2 or cross-entropy:1/2,1/2"
    ),
    "separable": Form(_separable, "FORMULA,...", "separable:abs(x)"),
}
"""The losses by name. One target, label or formula is meant for every output; classes are numbered from 0."""


# -- arguments -----------------------------------------------------------------------------------------------


def _numbers(text: str) -> list[Fraction]:
    """Exact numbers between commas; none of an empty text."""
    return [_number(part.strip()) for part in text.split(",")] if text.strip() else []


def _number(text: str) -> Fraction:
    expression = parse(text)
    if expression.op != "rat":
        raise LossError(f"{text!r:.40} is not a rational number such as 1/2 or 0.5")
    return Fraction(expression.value)


def _for_each(items: Sequence[Any], outputs: int, what: str) -> list[Any]:
    if len(items) not in (1, outputs):
        raise LossError(
            f"there are {len(items)} {what}s for {outputs} outputs; give one for all, or one for each"
        )
    return list(items) * outputs if len(items) == 1 else list(items)


def _listed(numbers: Sequence[Fraction], plus: str = "") -> str:
    """Numbers in a row; one if they are all the same, and not too many."""
    distinct = numbers[:1] if len(set(numbers)) == 1 else numbers[:8]
    more = ", ..." if len(distinct) == 8 < len(numbers) else ""
    return ", ".join(f"{plus if n > 0 else ''}{n}" for n in distinct) + more
