"""Cases for every rule about training problems: what it accepts, and what it rejects with which code."""
# ruff: noqa: E501 - tables with one row of cases a line

from __future__ import annotations

from dataclasses import dataclass, field

from invexcheck.architectures.methods import COLLAPSES, METHODS, NUMBER
from tests.checker.training.problems import (
    NONSINGULAR,
    PAA,
    Json,
    Problem,
    certificate,
    graph,
    perceptron,
    pointwise,
    verdict,
)

ACCEPTED = None


@dataclass(frozen=True)
class Case:
    """A claim about a training problem, the rule of its only step, and the expected code (None: accepted)."""

    rule: str
    kind: str
    name: str
    subject: Json
    code: str | None = ACCEPTED
    more: Json = field(default_factory=dict)
    also: tuple[str, ...] = ()
    """Other rules that show the same claim."""

    def document(self) -> Json:
        return certificate(self.subject, self.kind, self.rule, **self.more)

    def run(self) -> str | None:
        return verdict(self.document())


TANH, RELU, STEP = perceptron("tanh"), perceptron("relu"), perceptron("sign")
DEEP, DEEP_RELU = perceptron("tanh", "tanh", biases=False), perceptron("relu", "relu", biases=False)
SHALLOW = perceptron(biases=False)


def detached(activation: str = "tanh") -> Json:
    """A perceptron of three layers whose last features are detached."""
    subject = perceptron(activation, activation, biases=False)
    inputs, nodes = len(subject["inputs"]), list(subject["nodes"])
    last = inputs + len(nodes) - 2
    nodes[-2] = ["detach", [last - 1]]
    nodes[-1] = ["linear", [last, inputs - 1, None]]
    return {"inputs": subject["inputs"], "nodes": [*nodes, ["mean_squared_error", [last + 1, 1]]]}


def penalised(subject: Json) -> Json:
    """With the squared norm of a weight."""
    last = len(subject["inputs"]) + len(subject["nodes"]) - 1
    nodes = [*subject["nodes"], ["squared_norm", [2]], ["add", [last, last + 1]]]
    return {"inputs": subject["inputs"], "nodes": nodes}


def unused(subject: Json) -> Json:
    """With a parameter that nothing uses: it stands before all others, so that numbers move by one."""

    def moved(a: object) -> object:
        return a + 1 if isinstance(a, int) else a

    nodes = [[op, list(map(moved, given)), *rest] for op, given, *rest in subject["nodes"]]
    return {"inputs": [["parameter", "real", [1], "idle"], *subject["inputs"]], "nodes": nodes}


def bare_loss(op: str) -> Json:
    """A loss of a parameter and data, no model."""
    p = Problem()
    y, theta = p.data("y", 3), p.trained("theta", 3)
    p.node(op, theta, y)
    return p.subject


def paa(name: str, subject: Json, code: str | None = ACCEPTED, **more: object) -> Case:
    return Case("graph", PAA, name, subject, code, more)


def step(
    rule: str,
    method: str,
    start: str,
    steps: str,
    subject: Json = RELU,
    code: str | None = ACCEPTED,
    name: str = "",
    also: tuple[str, ...] = (),
) -> Case:
    """That the method is non-singular."""
    more = {"method": method, "start": start, "step": steps}
    return Case(rule, NONSINGULAR, f"{name} {method} {start} {steps}".strip(), subject, code, more, also)


def collapse(
    rule: str, method: str, subject: Json = RELU, code: str | None = ACCEPTED, name: str = "", **more: object
) -> Case:
    """That the method is not non-singular."""
    return Case(
        rule,
        NONSINGULAR,
        f"{name} not {method}".strip(),
        subject,
        code,
        {"method": method, "negated": True, **more},
    )


GRAPHS = [
    paa("relu", RELU), paa("tanh", TANH), paa("detached", detached()), paa("absolute error", bare_loss("absolute_error")),
    paa("square root of a square", pointwise("sqrt", "square")), paa("log of a sigmoid", pointwise("log", "sigmoid")), paa("an unused parameter", unused(RELU)),
    paa("sign", STEP, "continuity"), paa("softplus as executed", perceptron("softplus"), "continuity"), paa("floor", pointwise("floor"), "continuity"),
    paa("log of relu", pointwise("log", "relu"), "domain"), paa("log", pointwise("log"), "domain"), paa("rsqrt of a square", pointwise("rsqrt", "square"), "domain"),
    paa("negated", STEP, "rule", negated=True), paa("negated, and false", RELU, "rule", negated=True), paa("a method", RELU, "schema", method="gd"),
]  # fmt: skip

RESCALED = ("rescaled-head",)
ALL_METHODS = [
    step(row.rule, method, start, "1/7" if steps == NUMBER else steps, *((DEEP, ACCEPTED, "", RESCALED if row.others else ()) if row.rule in ("zero-state", "flat-point") else (RELU,)))
    for (method, start, steps), row in METHODS.items()
]  # fmt: skip
"""Each line of the table of methods, once."""

STEPS = [
    step("gradient-step", "gd", "density", "almost-every", STEP), step("gradient-step", "sgd", "density", "almost-every", detached("relu")),
    step("gradient-step", "momentum", "density", "every", code="method"), step("gradient-step", "clip-norm", "density", "almost-every", code="method"),
    step("gradient-step", "gd", "density", "every", code="method"), step("gradient-step", "gd", "zero", "almost-every", code="claim"),
    step("gradient-step", "gd", "density", "almost-every", pointwise("log", "relu"), "domain"), step("gradient-step", "lbfgs", "density", "almost-every", code="claim"),
    step("gradient-step", "gd", "density", "almost-every-sequence", code="claim"), step("gradient-step", "gd", "density", "number", code="rational"),
    step("gradient-step", "rounding", "density", "almost-every", code="claim"), step("gradient-step", "gd", "", "", code="rational"),
    step("transformed-step", "gd", "density", "almost-every", code="method"), step("transformed-step", "sign", "density", "almost-every", code="claim"),
    step("transformed-step", "clip-value", "density", "every", code="claim"), step("transformed-step", "lion", "density", "every", code="method"),
    step("momentum-step", "adam", "density", "every", code="method"), step("momentum-step", "momentum", "zero", "almost-every", DEEP, "method"),
    step("momentum-step", "nesterov", "density", "every", code="claim"), step("momentum-step", "momentum", "density", "almost-every", code="claim"),
    step("adaptive-step", "momentum", "density", "every", code="method"), step("adaptive-step", "adam", "zero", "every", code="claim"),
    step("adaptive-step", "rmsprop", "density", "every", code="claim"), step("adaptive-step", "amsgrad", "density", "every", code="claim"),
    step("random-steps", "adam", "density", "every", code="method"), step("random-steps", "gd", "zero", "almost-every-sequence", code="claim"),
    step("random-steps", "momentum", "zero", "almost-every", DEEP, "method"), step("random-steps", "signum", "zero", "almost-every-sequence", code="claim"),
    step("random-steps", "adam", "zero", "almost-every-sequence", STEP), step("zero-state", "momentum", "zero", "almost-every", detached()),
    step("zero-state", "momentum", "zero", "almost-every", RELU, "method"), step("zero-state", "adam", "zero", "almost-every", STEP, "method"),
    step("zero-state", "adam", "zero", "almost-every", pointwise("sqrt", "square"), "method"), step("zero-state", "lion", "zero", "almost-every", code="claim"),
    step("zero-state", "momentum", "zero", "almost-every-sequence", DEEP, "method"), step("zero-state", "momentum", "density", "every", DEEP, "method"),
    step("flat-point", "gd", "density", "every", DEEP_RELU, also=RESCALED), step("flat-point", "gd", "density", "every", TANH, "method"), step("flat-point", "gd", "density", "1/2", SHALLOW, "method"),
    step("flat-point", "gd", "density", "every", detached(), "method"), step("flat-point", "gd", "density", "every", perceptron("sign", "sign", biases=False), "method"),
    step("flat-point", "gd", "density", "every", penalised(DEEP), "method"), step("flat-point", "gd", "density", "0", DEEP, "claim"), step("flat-point", "gd", "density", "-1", DEEP, "claim"),
    step("flat-point", "gd", "density", "2/4", DEEP, "rational"), step("flat-point", "gd", "density", "almost-every", DEEP, "method"), step("flat-point", "momentum", "density", "1", DEEP, "claim"),
    step("flat-point", "gd", "density", "every", perceptron("sigmoid", "sigmoid", biases=False), "method"),
]  # fmt: skip

SMOOTH = perceptron("tanh", "tanh")
BY_UNITS = ("smooth-head",)
ALWAYS = ("constant-features", "gd", "density", "every")
CONSTANT = [
    step(*ALWAYS, SMOOTH, also=BY_UNITS), step(*ALWAYS, perceptron("gelu", "sigmoid"), also=BY_UNITS), step("constant-features", "sgd", "density", "every", SMOOTH, also=BY_UNITS),
    step("constant-features", "gd", "density", "1/7", SMOOTH, also=BY_UNITS), step(*ALWAYS, perceptron("tanh", "sin"), name="sines:"),
    step(*ALWAYS, DEEP, "method", "no biases:"), step(*ALWAYS, TANH, "method", "one hidden layer:"), step(*ALWAYS, perceptron("relu", "relu"), "method", "kinks:"),
    step(*ALWAYS, penalised(SMOOTH), "method", "penalised:"), step(*ALWAYS, perceptron("tanh", "tanh", loss="huber"), "method", "another loss:"), step(*ALWAYS, detached(), "method", "detached:"),
    step(*ALWAYS, perceptron("tanh", "negate"), "method", "linear features:"), step("constant-features", "gd", "density", "almost-every", SMOOTH, "method"),
    step("constant-features", "momentum", "density", "every", SMOOTH, "method"), step("constant-features", "gd", "density", "0", SMOOTH, "claim"),
]  # fmt: skip

COLLAPSING = [
    collapse("countable-image", "rounding"), collapse("countable-image", "rounding", STEP), collapse("countable-image", "sphere", code="method"),
    collapse("countable-image", "gradients", code="schema"), collapse("countable-image", "rounding", pointwise("log"), "domain"), collapse("countable-image", "rounding", step="1", code="schema"),
    collapse("null-image", "sphere"), collapse("null-image", "rounding", code="method"), collapse("null-image", "sphere", start="density", code="schema"),
    collapse("bounded-projection", "projection", STEP), collapse("bounded-projection", "soft-threshold", code="method"), collapse("bounded-projection", "projection"), collapse("bounded-projection", "rounding", code="method"),
    collapse("soft-threshold", "soft-threshold"), collapse("soft-threshold", "soft-threshold", perceptron("sigmoid")), collapse("soft-threshold", "soft-threshold", unused(SHALLOW), name="unused:"),
    collapse("soft-threshold", "soft-threshold", SHALLOW, "method"), collapse("soft-threshold", "soft-threshold", STEP, "method"), collapse("soft-threshold", "rounding", code="method"),
    collapse("soft-threshold", "soft-threshold", bare_loss("mean_squared_error"), "method"), collapse("soft-threshold", "soft-threshold", pointwise("square"), name="squares:"),
    collapse("exact-line-search", "exact-line-search"), collapse("exact-line-search", "exact-line-search", perceptron(examples=1), name="one example:"),
    collapse("exact-line-search", "exact-line-search", perceptron(), "method", name="four examples:"), collapse("exact-line-search", "exact-line-search", TANH, "method"),
    collapse("exact-line-search", "exact-line-search", penalised(RELU), "method", name="penalised:"), collapse("exact-line-search", "exact-line-search", DEEP_RELU, "method", name="no bias:"),
    collapse("exact-line-search", "exact-line-search", detached("relu"), "method", name="detached:"), collapse("exact-line-search", "projection", code="method"),
    collapse("exact-line-search", "exact-line-search", perceptron("relu", loss="absolute_error"), "method", name="absolute error:"),
    collapse("dead-head", "gd", step="3/2"), collapse("dead-head", "gd", step="1", code="method"), collapse("dead-head", "gd", code="schema"), collapse("dead-head", "gd", step="every", code="rational"),
    collapse("dead-head", "gd", TANH, "method", step="3/2"), collapse("dead-head", "gd", penalised(RELU), "method", step="3/2"), collapse("dead-head", "rounding", code="method"),
    collapse("dead-head", "gd", perceptron(examples=1), "method", step="3/2", name="one example:"), collapse("dead-head", "gd", step="-3/2", code="claim"),
]  # fmt: skip

CASES = [*GRAPHS, *ALL_METHODS, *STEPS, *CONSTANT, *COLLAPSING]


def methods_shown() -> set[tuple[str, str, str]]:
    """The lines of the table of methods of which a case is accepted."""
    shown = [case.more for case in CASES if case.code is ACCEPTED and "start" in case.more]
    return {
        (m["method"], m["start"], m["step"] if (m["method"], m["start"], m["step"]) in METHODS else NUMBER)
        for m in shown
    }


def collapses_shown() -> set[str]:
    return {
        c.more["method"]
        for c in CASES
        if c.code is ACCEPTED and c.more.get("method") in COLLAPSES and c.more.get("negated")
    }
