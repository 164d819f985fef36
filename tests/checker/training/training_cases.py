"""Cases for every rule about training problems: what it accepts, and what it rejects with which code."""
# ruff: noqa: E501 - tables with one row of cases a line

from __future__ import annotations

from invexcheck.architectures.methods import ALL_BUT, BETWEEN, METHODS, NUMBER, SIZES
from invexcheck.architectures.methods import STEPS as ALL_WORDS
from tests.checker.training import claims
from tests.checker.training.claims import ACCEPTED, Case
from tests.checker.training.problems import NONSINGULAR, PAA, Json, Problem, graph, perceptron, pointwise
from tests.checker.training.witness_cases import WITNESS_CASES

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
    left_out: tuple[object, ...] = (),
    **more: object,
) -> Case:
    """That the method is non-singular; rectified units, if no problem is named."""
    return claims.step(rule, method, start, steps, subject, code, name, also, left_out, **more)


def collapse(
    rule: str, method: str, subject: Json = RELU, code: str | None = ACCEPTED, name: str = "", **more: object
) -> Case:
    """That the method is not non-singular."""
    return claims.collapse(rule, method, subject, code, name, **more)


GRAPHS = [
    paa("relu", RELU), paa("tanh", TANH), paa("detached", detached()), paa("absolute error", bare_loss("absolute_error")),
    paa("square root of a square", pointwise("sqrt", "square")), paa("log of a sigmoid", pointwise("log", "sigmoid")), paa("an unused parameter", unused(RELU)),
    paa("sign", STEP, "continuity"), paa("softplus as executed", perceptron("softplus"), "continuity"), paa("floor", pointwise("floor"), "continuity"),
    paa("log of relu", pointwise("log", "relu"), "domain"), paa("log", pointwise("log"), "domain"), paa("rsqrt of a square", pointwise("rsqrt", "square"), "domain"),
    paa("negated", STEP, "rule", negated=True), paa("negated, and false", RELU, "rule", negated=True), paa("a method", RELU, "schema", method="gd"),
]  # fmt: skip

RESCALED = ("rescaled-head",)
OF_RULES: dict[str, tuple[Json, tuple[str, ...]]] = {"zero-state": (DEEP, ()), "flat-point": (DEEP, RESCALED)}
"""Rules that ask more of a graph: one that will do, and other rules that show the same of it."""
SPELT: dict[str, Json] = {
    NUMBER: {"steps": "1/7"},
    ALL_BUT: {"steps": ALL_BUT, "left_out": ("3/2",)},
    BETWEEN: {"steps": BETWEEN, "between": ["1/2", None]},
    SIZES: {"steps": SIZES, "sizes": ["1/2", "1/3"]},
}
"""How a claim names step sizes that are not a word alone."""
ALL_METHODS = [
    step(
        row.rule, method, start, subject=OF_RULES.get(row.rule, (RELU, ()))[0], also=OF_RULES.get(row.rule, (RELU, ()))[1],
        **SPELT.get(steps, {"steps": steps}),
    )
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

CLASSIFIER = "d x 4,3; d y 4 kind:integer; p a 3,3; p b 3; p c 3,3; p d 3; h = linear x a b; r = relu h; f = linear r c d; l = cross_entropy f y null"
"""A network with one hidden layer, and labels."""
HEAD_WITHOUT_BIAS = (("; p d 3", ""), ("r c d", "r c null"))
PROBABILITIES = ("d y 4 kind:integer", 'd y 4,3 range=["0",null]')
LOGISTIC = (
    ("d y 4 kind:integer", 'd y 4,3 range=["0","1"]'),
    ("cross_entropy", "binary_cross_entropy_with_logits"),
    ("y null", "y null null"),
)
SQUARED = (("d y 4 kind:integer", "d y 4,3"), ("cross_entropy f y null", "mean_squared_error f y"))
NORMALISED = (
    ("p b 3", "p b 3; p g 3; p e 3"),
    ("r = relu h", "n = layer_norm h g e axes=1 epsilon:1/100; r = relu n"),
)
TANH_UNITS, SIN_UNITS = ("relu h", "tanh h"), ("relu h", "sin h")


def classifier(*changes: tuple[str, str]) -> Json:
    """The network above with parts of its text exchanged."""
    text = CLASSIFIER
    for old, new in changes:
        if old not in text:
            raise ValueError(f"{old!r} is not in {text!r}")
        text = text.replace(old, new)
    return graph(text)


def every(
    rule: str, name: str, subject: Json, code: str | None = ACCEPTED, also: tuple[str, ...] = ()
) -> Case:
    """That every step size of gradient descent is good."""
    return step(rule, "gd", "density", "every", subject, code, f"{name}:", also)


HEADS = [
    every("rescaled-head", "labels", classifier()), every("rescaled-head", "no last bias", classifier(*HEAD_WITHOUT_BIAS)), every("rescaled-head", "probabilities", classifier(PROBABILITIES)),
    every("rescaled-head", "logistic", classifier(*LOGISTIC)), every("rescaled-head", "squares, no last bias", classifier(*SQUARED, *HEAD_WITHOUT_BIAS)), every("rescaled-head", "no hidden bias", classifier(("; p b 3", ""), ("a b", "a null"))),
    every("rescaled-head", "normalised", classifier(*NORMALISED)), every("rescaled-head", "leaky units", classifier(("relu h", "leaky_relu h"))), every("rescaled-head", "tied, normalised", classifier(*NORMALISED, ("p a 3,3; ", ""), ("x a b", "x c b"))),
    every("rescaled-head", "a mask", classifier(("p a", "d m 4,3; p a"), ("f = linear r", "s = multiply r m; f = linear s"))),
    step("rescaled-head", "sgd", "density", "every", classifier()), step("rescaled-head", "gd", "density", "1/7", classifier()),
    every("rescaled-head", "linear", graph("d x 4,3; d y 4 kind:integer; p c 3,3; p d 3; f = linear x c d; l = cross_entropy f y null")),
    every("rescaled-head", "linear squares", perceptron(biases=False), "method"), every("rescaled-head", "squares", classifier(*SQUARED), "method"), every("rescaled-head", "tied", classifier(("p a 3,3; ", ""), ("x a b", "x c b")), "method"), every("rescaled-head", "targets of any sign", classifier((PROBABILITIES[0], "d y 4,3")), "method"),
    every("rescaled-head", "weights of classes", classifier(("p a", "d v 3; p a"), ("y null", "y v")), "method"), every("rescaled-head", "smooth units", classifier(TANH_UNITS), "method"),
    every("rescaled-head", "bounded units", classifier(("relu h", "clamp h low:0 high:6")), "method"), every("rescaled-head", "one bias for both layers", classifier(("; p b 3", ""), ("x a b", "x a d")), "method"),
    every("rescaled-head", "scaled outputs", classifier(("p a", "d m 4,3; p a"), ("l = cross_entropy f", "s = multiply f m; l = cross_entropy s")), "method"),
    every("rescaled-head", "running statistics", classifier(("p b 3", "c u 3; c t 3 range=[\"0\",null]; p b 3; p g 3; p e 3"), ("r = relu h", "n = batch_norm h g e u t epsilon:1/100; r = relu n")), "method"),
    every("rescaled-head", "penalised", penalised(classifier()), "method"), every("rescaled-head", "jumps", classifier(("relu h", "sign h")), "method"), every("rescaled-head", "detached", classifier(("f = linear r", "s = detach r; f = linear s")), "method"),
    every("rescaled-head", "pieces with poles", classifier(("relu h", "softsign h")), "method"), step("rescaled-head", "gd", "density", "almost-every", classifier(), "method"), step("rescaled-head", "gd", "density", "0", classifier(), "claim"),
    step("rescaled-head", "momentum", "density", "every", classifier(), "method"),
    every("smooth-head", "one layer", TANH), every("smooth-head", "kinks below", perceptron("relu", "tanh")), every("smooth-head", "labels", classifier(TANH_UNITS)), every("smooth-head", "sines and labels", classifier(SIN_UNITS)),
    every("smooth-head", "no last bias", classifier(TANH_UNITS, *HEAD_WITHOUT_BIAS)), every("smooth-head", "logistic", classifier(TANH_UNITS, *LOGISTIC)), every("smooth-head", "squares, no last bias", classifier(TANH_UNITS, *SQUARED, *HEAD_WITHOUT_BIAS)),
    every("smooth-head", "normalised", classifier(NORMALISED[0], ("r = relu h", "n = layer_norm h g e axes=1 epsilon:1/100; r = gelu n"))),
    every("smooth-head", "a mask", classifier(TANH_UNITS, ("p a", "d m 4,3; p a"), ("f = linear r", "s = multiply r m; f = linear s"))),
    step("smooth-head", "sgd", "density", "every", TANH), step("smooth-head", "gd", "density", "1/7", TANH),
    every("smooth-head", "kinks", RELU, "method"), every("smooth-head", "no hidden bias", SHALLOW, "method"), every("smooth-head", "sines and squares", perceptron("sin"), "method"),
    every("smooth-head", "sines, no last bias", classifier(SIN_UNITS, *HEAD_WITHOUT_BIAS), "method"), every("smooth-head", "a mask and squares", classifier(TANH_UNITS, *SQUARED, ("p a", "d m 4,3; p a"), ("f = linear r", "s = multiply r m; f = linear s")), "method"),
    every("smooth-head", "normalised, squares", classifier(NORMALISED[0], ("r = relu h", "n = layer_norm h g e axes=1 epsilon:1/100; r = gelu n"), *SQUARED), "method"),
    every("smooth-head", "tied", classifier(TANH_UNITS, ("p a 3,3; ", ""), ("x a b", "x c b")), "method"), every("smooth-head", "a gate", classifier(TANH_UNITS, ("f = linear r", "s = multiply r h; f = linear s")), "method"),
    every("smooth-head", "targets of any sign", classifier(TANH_UNITS, (PROBABILITIES[0], "d y 4,3")), "method"), every("smooth-head", "penalised", penalised(TANH), "method"), every("smooth-head", "detached", detached(), "method"),
    every("smooth-head", "some outputs", classifier(TANH_UNITS, *SQUARED, ("y 4,3", "y 4,2"), ("l = mean_squared_error f", "s = slice f axis=1 start=0 stop=2; l = mean_squared_error s"))),
    every("smooth-head", "other outputs in other rows", classifier(TANH_UNITS, *SQUARED, ("y 4,3", "y 7"), ("l = mean_squared_error f", "t = reshape f shape=[12]; s = slice t axis=0 start=0 stop=7; l = mean_squared_error s")), "method"),
    every("smooth-head", "jumps below", perceptron("sign", "tanh"), "method"), every("smooth-head", "poles below", perceptron("softsign", "tanh"), "method"), every("smooth-head", "affine", perceptron(), "method"),
    every("smooth-head", "another loss", perceptron("tanh", loss="huber"), "method"), step("smooth-head", "gd", "density", "almost-every", TANH, "method"), step("smooth-head", "gd", "density", "-1/7", TANH, "claim"),
    step("smooth-head", "adam", "density", "every", TANH, "method"),
]  # fmt: skip

ALL = ("rectified-head", "gd", "density", ALL_BUT)
LEAKY = perceptron("leaky_relu")
RECTIFIED = [
    step(*ALL, perceptron("relu", "relu"), left_out=("3/2",)), step(*ALL, name="more left out:", left_out=("1", "3/2", "2")), step(*ALL, perceptron("tanh", "relu"), name="smooth below:", left_out=("3/2",)),
    step(*ALL, LEAKY, name="leaky:", left_out=("1",)), every("rectified-head", "leaky", LEAKY), step("rectified-head", "sgd", "density", "every", LEAKY), step("rectified-head", "gd", "density", "1/7", RELU), step("rectified-head", "gd", "density", "3/2", LEAKY),
    step("flat-point", "gd", "density", ALL_BUT, DEEP, also=RESCALED, left_out=("1",)), step("smooth-head", "gd", "density", ALL_BUT, TANH, left_out=("1/2", "3/2")), step("rescaled-head", "gd", "density", ALL_BUT, classifier(), left_out=("2",)),
    step("constant-features", "gd", "density", ALL_BUT, SMOOTH, also=BY_UNITS, left_out=("2",)),
    step("rectified-head", "weight-decay", "density", "every", LEAKY), step("smooth-head", "weight-decay", "density", "every", TANH), step("rescaled-head", "weight-decay", "density", "every", classifier()),
    step("constant-features", "weight-decay", "density", "every", SMOOTH, also=BY_UNITS), step("rectified-head", "weight-decay", "density", "every", RELU, "method"), step("rescaled-head", "weight-decay", "density", "every", TANH, "method"),
    step("smooth-head", "weight-decay", "density", "1/7", TANH, "claim"), step("rectified-head", "weight-decay", "density", ALL_BUT, RELU, "method", "another:", left_out=("3/4",)), step("dead-head", "weight-decay", "density", ALL_BUT, RELU, "rule", left_out=("3/2",)),
    every("rectified-head", "dead units", RELU, "method"), step(*ALL, RELU, "method", "another step size:", left_out=("1", "2")), step("rectified-head", "gd", "density", "3/2", RELU, "method"), step(*ALL, TANH, "method", "smooth units:", left_out=("3/2",)),
    step(*ALL, perceptron(), "method", "linear:", left_out=("3/2",)), step(*ALL, penalised(RELU), "method", "penalised:", left_out=("3/2",)), step(*ALL, classifier(), "method", "labels:", left_out=("3/2",)), step(*ALL, DEEP_RELU, "method", "no biases:", left_out=("3/2",)),
    step(*ALL, classifier(*SQUARED, ("relu h", "clamp h low:0 high:6")), "method", "bounded units:", left_out=("3/2",)), step(*ALL, classifier(*SQUARED, ("; p b 3", ""), ("a b", "a null")), "method", "no shifts:", left_out=("3/2",)),
    step(*ALL, classifier(*SQUARED, ("relu h", "leaky_relu h slope:-1/2")), "method", "a negative slope:", left_out=("3/2",)), step(*ALL, detached("relu"), "method", "detached:", left_out=("3/2",)),
    step(*ALL, classifier(*SQUARED, ("p a", "d m 4,3; p a"), ("f = linear r", "s = multiply r m; f = linear s")), "method", "a factor of any sign:", left_out=("3/2",)),
    step(*ALL, classifier(*SQUARED, ("p a", 'd m 4,3 range=["0",null]; p a'), ("f = linear r", "s = multiply r m; f = linear s")), name="a mask:", left_out=("3/2",)),
    step(*ALL, RELU, "schema", "none left out:"), step(*ALL, RELU, "claim", "descending:", left_out=("3/2", "1")), step(*ALL, RELU, "claim", "twice:", left_out=("3/2", "3/2")), step(*ALL, RELU, "claim", "zero:", left_out=("0", "3/2")),
    step(*ALL, RELU, "rational", "not in lowest terms:", left_out=("6/4",)), step("rectified-head", "gd", "density", "every", LEAKY, "schema", "one left out:", left_out=("3/2",)),
    step("rectified-head", "sgd", "density", ALL_BUT, LEAKY, "claim", left_out=("3/2",)), step("gradient-step", "gd", "density", ALL_BUT, RELU, "method", left_out=("3/2",)), step("rectified-head", "gd", "density", "almost-every", LEAKY, "method"),
]  # fmt: skip

COLLAPSING = [
    collapse("countable-image", "rounding"), collapse("countable-image", "rounding", STEP), collapse("countable-image", "sphere", code="method"),
    collapse("countable-image", "gradients", code="claim"), collapse("countable-image", "rounding", pointwise("log"), "domain"), collapse("countable-image", "rounding", step="1", code="claim"),
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
    collapse("dead-head", "gd", step="3/2"), collapse("dead-head", "gd", step="1", code="method"), collapse("dead-head", "gd", code="claim"), collapse("dead-head", "gd", step="every", code="claim"),
    collapse("dead-head", "gd", TANH, "method", step="3/2"), collapse("dead-head", "gd", penalised(RELU), "method", step="3/2"), collapse("dead-head", "rounding", code="method"),
    collapse("dead-head", "gd", perceptron(examples=1), "method", step="3/2", name="one example:"), collapse("dead-head", "gd", step="-3/2", code="claim"),
]  # fmt: skip

CASES = [*GRAPHS, *ALL_METHODS, *STEPS, *CONSTANT, *HEADS, *RECTIFIED, *COLLAPSING, *WITNESS_CASES]


def methods_shown() -> set[tuple[str, str, str]]:
    """The lines of the table of methods of which a case is accepted."""
    shown = [c.more for c in CASES if c.code is ACCEPTED and c.kind == NONSINGULAR and "start" in c.more]
    return {(m["method"], m["start"], _word(m["step"])) for m in shown}


def collapses_shown() -> set[tuple[str, str]]:
    shown = [c.more for c in CASES if c.code is ACCEPTED and c.more.get("negated")]
    return {(m["method"], _word(m.get("step", ""))) for m in shown}


def _word(steps: str) -> str:
    return steps if steps in ("", *ALL_WORDS) else NUMBER
