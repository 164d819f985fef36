"""Graphs of training problems, and certificates about them, for the tests of the rules about training."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from invexcheck.errors import Reject
from invexcheck.kernel import verify
from invexcheck.limits import Limits
from invexcheck.verdict import Verified

Json = dict[str, Any]
Ends = tuple[str | None, str | None] | None

PAA, NONSINGULAR = "training.paa", "training.gd-nonsingular"
SADDLES = "training.avoids-strict-saddles"


class Problem:
    """Builds the subject of a claim: inputs first, then nodes. Every method returns the number of a value."""

    def __init__(self) -> None:
        self.inputs: list[Any] = []
        self.nodes: list[Any] = []

    def input(self, role: str, kind: str, shape: Sequence[int], name: str, ends: Ends = None) -> int:
        if self.nodes:
            raise ValueError("inputs come first")
        row: list[Any] = [role, kind, list(shape), name]
        self.inputs.append(row if ends is None else [*row, list(ends)])
        return len(self.inputs) - 1

    def trained(self, name: str, *shape: int) -> int:
        return self.input("parameter", "real", shape, name)

    def data(self, name: str, *shape: int, kind: str = "real", ends: Ends = None) -> int:
        return self.input("data", kind, shape, name, ends)

    def constant(self, name: str, *shape: int, kind: str = "real", ends: Ends = None) -> int:
        return self.input("constant", kind, shape, name, ends)

    def node(self, op: str, *arguments: int | str | None, **attributes: Any) -> int:
        """An attribute with an underscore after it loses that: ``lambda_``."""
        given = {name.removesuffix("_"): value for name, value in attributes.items()}
        self.nodes.append([op, list(arguments), given] if given else [op, list(arguments)])
        return len(self.inputs) + len(self.nodes) - 1

    def total(self, value: int, *shape: int) -> int:
        """The sum of all entries."""
        return self.node("sum", value, axes=list(range(len(shape)))) if shape else value

    @property
    def subject(self) -> Json:
        return {"inputs": self.inputs, "nodes": self.nodes}


def certificate(subject: Json, kind: str = PAA, rule: str = "graph", **claim: Any) -> Json:
    """A document; `claim` are further fields of the claim."""
    return {
        "format": "invexproof-certificate/1",
        "claim": {"kind": kind, "negated": False, "subject": subject, **claim},
        "proof": {"step": {"rule": rule}},
        "provenance": {},
    }


def descent(subject: Json, method: str = "gd") -> Json:
    """That gradient descent, or a method with the same rule, is non-singular for almost every step size."""
    return certificate(
        subject, NONSINGULAR, "gradient-step", method=method, start="density", step="almost-every"
    )


def checked(document: Json, **limits: int) -> Verified:
    return verify(document, Limits(**limits))


def verdict(document: Json, **limits: int) -> str | None:
    """None if accepted, else the code."""
    try:
        checked(document, **limits)
    except Reject as reject:
        return reject.code
    return None


def complaint(document: Json) -> tuple[str, str] | None:
    """None if accepted, else the code and the message."""
    try:
        checked(document)
    except Reject as reject:
        return reject.code, reject.message
    return None


# -- graphs as text ----------------------------------------------------------------------------------------------

ROLES = {"p": "parameter", "d": "data", "c": "constant"}


def graph(text: str) -> Json:
    """A subject as text, in pieces between semicolons: inputs, then nodes.

    ``p w 2,3``, ``d x - kind=integer range=["0", "4"]`` (no axes), ``a = sum w axes=[0, 1]``, ``b = log a floor:-100``:
    an attribute is JSON after ``=``, a text after ``:``. In arguments, ``null`` is one left out.
    """
    p, known = Problem(), dict[str, int]()
    for piece in filter(None, map(str.strip, text.split(";"))):
        name, given, op, *words = ["", "=", *piece.split()] if piece.split()[1] != "=" else piece.split()
        if given != "=":
            raise ValueError(piece)
        operands = [word for word in words if "=" not in word and ":" not in word]
        named = {k: json.loads(v) for k, _, v in (word.partition("=") for word in words if "=" in word)}
        named |= {
            k: v for k, _, v in (word.partition(":") for word in words if ":" in word and "=" not in word)
        }
        if op in ROLES:
            shape = [] if operands[1] == "-" else [int(n) for n in operands[1].split(",")]
            name = operands[0]
            known[name] = p.input(ROLES[op], named.get("kind", "real"), shape, name, named.get("range"))
        else:
            arguments = [None if word == "null" else known.get(word, word) for word in operands]
            known[name] = p.node(op, *arguments, **named)
    return p.subject


# -- problems ----------------------------------------------------------------------------------------------------


def perceptron(
    *activations: str, biases: bool = True, loss: str = "mean_squared_error", examples: int = 4
) -> Json:
    """Layers of three units, the last one affine."""
    p = Problem()
    x, y = p.data("x", examples, 3), p.data("y", examples, 3)
    count = len(activations) + 1
    weights = [p.trained(f"w{k}", 3, 3) for k in range(count)]
    shifts = [p.trained(f"b{k}", 3) if biases else None for k in range(count)]
    value = x
    for weight, shift, activation in zip(weights, shifts, (*activations, ""), strict=True):
        value = p.node("linear", value, weight, shift)
        value = p.node(activation, value) if activation else value
    p.node(loss, value, y)
    return p.subject


def pointwise(op: str, before: str | None = None, **attributes: Any) -> Json:
    """A function of one variable of a parameter (or of a function of one), summed."""
    p = Problem()
    value = p.trained("theta", 3)
    if before is not None:
        value = p.node(before, value)
    p.total(p.node(op, value, **attributes), 3)
    return p.subject
