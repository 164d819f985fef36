"""Cases of the rules on given data, on undone decay, and on strict saddles."""
# ruff: noqa: E501 - tables with one row of cases a line

from __future__ import annotations

from invexcheck.architectures.methods import ALL_BUT, BETWEEN, EVERY, INVERSE_DECAY, SIZES
from tests.checker.training.claims import ACCEPTED, Case, collapse, saddles, step
from tests.checker.training.problems import Json, graph, perceptron

RULE = "hessian-witnesses"


def given(text: str, **values: str) -> Json:
    """A graph, and the entries of its data, separated by spaces."""
    subject = graph(text)
    return (
        subject | {"values": {name: entries.split() for name, entries in values.items()}}
        if values
        else subject
    )


def at(*points: str, bits: int | None = None) -> Json:
    """A witness: the entries of each parameter, separated by spaces; "0" for zeros."""
    point = ["0" if entries == "0" else entries.split() for entries in points]
    return {"at": point} if bits is None else {"at": point, "bits": bits}


def by(*witnesses: Json) -> Json:
    return {"witnesses": list(witnesses)}


def shown(
    name: str, subject: Json, steps: str, proof: Json, code: str | None = ACCEPTED, **more: object
) -> Case:
    """By witnesses."""
    method = "schedule" if steps == SIZES else "gd"
    return step(RULE, method, "density", steps, subject, code, f"{name}:", proof=proof, **more)


def scaled(text: str = "c", *, kind: str = "d c 3") -> Json:
    return given(f"{kind}; p w 3; s = square w; t = multiply s {text}; l = sum t axes=[0]", c="1 2 3")


DIAGONAL = scaled()
"""The Hessian has the eigenvalues 2, 4 and 6."""
COUPLED = given("p a -; p b -; s = square a; u = multiply a b; l = add s u")
"""(2, 1; 1, 0): eigenvalues 1 + sqrt 2 and 1 - sqrt 2."""
SADDLE = given("p a -; p b -; l = multiply a b")
"""A strict saddle at 0: eigenvalues 1 and -1."""
QUARTIC = given("p w -; s = square w; q = square s; l = add s q")
"""2 + 12 w^2."""
BUMP = given("p w -; l = sigmoid w")
LABELLED = "d x 2,2; d y 2 kind:integer; p w 2,2; f = linear x w null; l = cross_entropy f y null{}"
X, Y = "1 0 0 1", "0 1"
LABELS = given(LABELLED.format(""), x=X, y=Y)
"""At zeros, in each block: x x^T (1, -1; -1, 1) / 4, over two examples: eigenvalues 1/4 and 0."""
DEAD = given("d y -; p w -; r = relu w; l = mean_squared_error r y", y="1")


def nested(text: str) -> Json:
    """An operator on a rectified parameter."""
    data, values = ("d z -; ", {"z": "0"}) if text.endswith(" z") else ("", {})
    loss = "l = mean_squared_error r y"
    return given(f"{data}d y -; p w -; s = relu w; r = {text}; {loss}", y="1", **values)


HEAD = ("rescaled-head",)
AT_0, ONES = by(at("0")), by(at("1 1 1"))
WITNESSED = [
    shown("diagonal", DIAGONAL, EVERY, AT_0, "method"), shown("diagonal", DIAGONAL, "1/3", AT_0), shown("diagonal", DIAGONAL, "1/4", AT_0, "method"), shown("diagonal, balls", DIAGONAL, "1/3", by(at("1 1 1", bits=64))),
    shown("balls", DIAGONAL, "1/4", by(at("1 1 1", bits=64)), "method"), shown("all", DIAGONAL, ALL_BUT, AT_0, left_out=("1/6", "1/4", "1/2")), shown("one forgotten", DIAGONAL, ALL_BUT, AT_0, "method", left_out=("1/6", "1/2")),
    shown("an interval", DIAGONAL, ALL_BUT, AT_0, left_out=(["1/6", "1/4"], "1/2")), shown("an interval that ends too soon", DIAGONAL, ALL_BUT, AT_0, "method", left_out=(["1/6", "6249999/25000000"], "1/2")),
    shown("up to the first", DIAGONAL, BETWEEN, AT_0, between=["0", "1/6"]), shown("beyond the first", DIAGONAL, BETWEEN, AT_0, "method", between=["0", "1666667/10000000"]), shown("between two", DIAGONAL, BETWEEN, ONES, between=["1/4", "1/2"]),
    shown("behind the last", DIAGONAL, BETWEEN, AT_0, between=["1/2", None]), shown("with the last", DIAGONAL, BETWEEN, AT_0, "method", between=["49/100", None]), shown("all positive ones", DIAGONAL, BETWEEN, AT_0, "method", between=["0", None]),
    shown("small ones, in balls", DIAGONAL, BETWEEN, by(at("1 1 1", bits=53)), between=["0", "1/7"]), shown("the end, in balls", DIAGONAL, BETWEEN, by(at("1 1 1", bits=53)), "method", between=["0", "1/6"]),
    shown("infinite, in balls", DIAGONAL, BETWEEN, by(at("1 1 1", bits=53)), "method", between=["1", None]), shown("a schedule", DIAGONAL, SIZES, AT_0, sizes=["1/3", "1/5", "1/3"]), shown("a bad schedule", DIAGONAL, SIZES, AT_0, "method", sizes=["1/3", "1/4"]),
    shown("irrational", COUPLED, BETWEEN, by(at("0", "0")), between=["0", "41421/100000"]), shown("irrational, too long", COUPLED, BETWEEN, by(at("0", "0")), "method", between=["0", "20711/50000"]), shown("irrational", COUPLED, "1/2", by(at("0", "0"))),
    shown("irrational, an interval", COUPLED, ALL_BUT, by(at("0", "0")), left_out=(["-5/2", "-12/5"], ["2/5", "1/2"])), shown("irrational, negative ones", COUPLED, ALL_BUT, by(at("0", "0")), "method", left_out=(["2/5", "1/2"],)),
    shown("one of two", QUARTIC, EVERY, AT_0, "method"), shown("two", QUARTIC, EVERY, by(at("0"), at("1"))), shown("the same twice", QUARTIC, EVERY, by(at("0"), at("0")), "method"), shown("one of them in balls", QUARTIC, EVERY, by(at("0"), at("1", bits=64))),
    shown("balls alone", QUARTIC, EVERY, by(at("1", bits=64)), "method"), shown("opposite", QUARTIC, EVERY, by(at("-1"), at("1")), "method"), shown("a point of inflection", BUMP, EVERY, AT_0), shown("an irrational value", BUMP, EVERY, by(at("1")), "inexact"),
    shown("an irrational value in balls", BUMP, "1", by(at("1", bits=64))), shown("labels", LABELS, "3", AT_0, also=HEAD), shown("labels", LABELS, "4", AT_0, "method"), shown("labels", LABELS, ALL_BUT, AT_0, also=HEAD, left_out=("4",)), shown("labels elsewhere", LABELS, "4", by(at("1 0 0 1", bits=64)), also=HEAD),
    shown("labels, two witnesses", LABELS, EVERY, by(at("0"), at("1 0 0 1", bits=64)), also=HEAD),
    shown("a dead unit", DEAD, ALL_BUT, by(at("0")), left_out=("1/2",)), shown("a dead unit", DEAD, EVERY, by(at("0"), at("-1"), at("1")), "method"), shown("a dead unit", DEAD, "1/2", by(at("-1")), "method"),
    *(shown(f"of a unit {text}", nested(text), EVERY, by(at("-1"), at("1")), "method") for text in ("relu s", "absolute s", "clamp s low:0", "leaky_relu s", "maximum s z", "maximum s 0")),
    shown("of a unit, another", nested("relu s"), ALL_BUT, by(at("-1")), left_out=("1/2",)),
    shown("a range that decides", given("d y -; p w -; q = square w; r = relu q; l = add r y", y="1"), "1/2", by(at("1")), "method"),
    shown("its end", given("d y -; p w -; q = square w; r = relu q; l = add r y", y="1"), "1/2", AT_0, "domain"), shown("its inside", given("d y -; p w -; q = square w; r = relu q; l = add r y", y="1"), "1/3", by(at("1"))),
    shown("no values", graph("d c 3; p w 3; s = square w; t = multiply s c; l = sum t axes=[0]"), "1/3", AT_0, "method"), shown("a constant without values", given("d c 3; c e -; p w 3; s = square w; t = multiply s c; u = sum t axes=[0]; l = add u e", c="1 2 3"), "1/3", AT_0, "method"),
    shown("stopped", given("p w -; v = detach w; l = multiply v w"), "1/3", AT_0, "method"), shown("jumps", given("p w -; l = sign w"), "1/3", AT_0, "method"), shown("sorted", given("p w 3; v = sort w axis=0; s = square v; l = sum s axes=[0]"), "1/3", AT_0, "architecture"),
    shown("poles in a piece", given("p w 3; v = softsign w; l = sum v axes=[0]"), "1/3", AT_0, "method"), shown("no entries", DIAGONAL, "1/3", by(at()), "method"), shown("too few entries", DIAGONAL, "1/3", by(at("1 1")), "method"), shown("too many parameters", DIAGONAL, "1/3", by(at("0", "0")), "method"),
    shown("no witness", DIAGONAL, "1/3", by(), "method"), shown("too many", DIAGONAL, "1/3", by(*[at("0")] * 101), "method"), shown("few bits", DIAGONAL, "1/3", by(at("1 1 1", bits=31)), "schema"), shown("another key", DIAGONAL, "1/3", by(at("0") | {"exact": True}), "schema"),
    shown("a number that is none", DIAGONAL, "1/3", by({"at": [["1", "1", "x"]]}), "rational"), shown("a number of JSON", DIAGONAL, "1/3", by({"at": [[1, 1, 1]]}), "rational"), shown("almost every", DIAGONAL, "almost-every", AT_0, "method"),
    step(RULE, "sgd", "density", EVERY, QUARTIC, "method", proof=by(at("0"), at("1"))), step(RULE, "weight-decay", "density", EVERY, QUARTIC, proof=by(at("0"), at("1"))), step(RULE, "weight-decay", "density", EVERY, QUARTIC, "method", "one witness:", proof=AT_0),
    step(RULE, "weight-decay", "density", ALL_BUT, DEAD, left_out=("1/2",), proof=by(at("0"))), step(RULE, "weight-decay", "density", ALL_BUT, DEAD, "method", "another:", left_out=("1",), proof=by(at("0"))), step(RULE, "weight-decay", "density", ALL_BUT, SADDLE, left_out=("-1", "1"), proof=by(at("0", "0"))), step(RULE, "weight-decay", "density", ALL_BUT, SADDLE, "method", "negative ones:", left_out=("1",), proof=by(at("0", "0"))),
    step(RULE, "weight-decay", "density", "1/3", DIAGONAL, "claim", proof=AT_0), step(RULE, "weight-decay", "density", BETWEEN, DIAGONAL, "claim", proof=AT_0, between=["0", "1/7"]),
]  # fmt: skip

SQUARES = given(
    "d x 2,2; d y 2,1; p w 1,2; f = linear x w null; l = mean_squared_error f y", x="1 0 1 1", y="0 1"
)
"""2 x^T x / 2 = (2, 1; 1, 1): eigenvalues (3 + sqrt 5)/2 and (3 - sqrt 5)/2."""
LINE = given("d x 2,1; d y 2,1; p w 1,1; f = linear x w null; l = mean_squared_error f y", x="1 2", y="0 1")
"""5."""


def bad(name: str, subject: Json, code: str | None = ACCEPTED, **more: object) -> Case:
    return collapse("quadratic-loss", "gd", subject, code, f"{name}:", **more)


QUADRATIC = [
    bad("one weight", LINE, step="1/5"), bad("one weight", LINE, "method", step="2/5"), bad("one weight", LINE, "method", step="1/4"), bad("diagonal", DIAGONAL, step="1/4"), bad("diagonal", DIAGONAL, "method", step="1/3"), bad("two weights", SQUARES, step=BETWEEN, between=["19/50", "39/100"]),
    bad("two weights", SQUARES, step=BETWEEN, between=["1", None]), bad("two weights", SQUARES, "method", step=BETWEEN, between=["39/100", "13/5"]), bad("an open end", LINE, "method", step=BETWEEN, between=["1/5", None]), bad("the other end", LINE, "method", step=BETWEEN, between=["0", "1/5"]),
    bad("around it", LINE, step=BETWEEN, between=["19/100", "21/100"]), bad("a schedule", LINE, "claim", step=SIZES, sizes=["1/5"]), bad("every", LINE, "claim", step=EVERY), bad("all but", LINE, "claim", step=ALL_BUT, **{"except": ["1"]}),
    bad("a linear loss", given("d c 3; p w 3; t = multiply w c; l = sum t axes=[0]", c="1 2 3"), "method", step=BETWEEN, between=["0", None]), bad("an unused parameter", given("d c 3; p v 2; p w 3; s = square w; t = multiply s c; l = sum t axes=[0]", c="1 2 3"), step="1/4"),
    bad("no values", graph("d x 2,1; d y 2,1; p w 1,1; f = linear x w null; l = mean_squared_error f y"), "method", step="1/5"), bad("stopped", given("p w -; v = detach w; u = multiply v w; l = add u 0"), "method", step="1"), bad("of degree four", QUARTIC, "method", step="1/2"),
    bad("two layers", given("d x 2,1; d y 2,1; p v 1,1; p w 1,1; h = linear x v null; f = linear h w null; l = mean_squared_error f y", x="1 2", y="0 1"), "method", step="1/5"), bad("rectified", DEAD, "method", step="1/2"), bad("a rectified square", given("p w -; s = square w; l = relu s"), "method", step="1/2"),
    bad("labels", LABELS, "method", step="4"), collapse("quadratic-loss", "rounding", LINE, "method"), collapse("dead-head", "gd", LINE, "method", "another rule:", step="1/5"), collapse("dead-head", "gd", perceptron("relu"), "method", "between:", step=BETWEEN, between=["1", "2"]),
]  # fmt: skip

CLASSIFIER = "d x 4,3; d y 4 kind:integer; p a 3,3; p b 3; p c 3,3; p d 3; h = linear x a b; r = tanh h; f = linear r c d; l = cross_entropy f y null"
UNIT = "d x 4,3; p a 3,3; p b 3; h = linear x a b; r = {} h; l = sum r axes=[0,1]"
SUMMED = "d x 4,3; d u 4,3; p a 3,3; p b 3; p w 3; {}; l = sum r axes=[0,1]"


PIXELS = "d x 2,2,3; d y 2,3 kind:integer; p c 2,2,1; f = convolution x c null stride=[1] padding=[0] dilation=[1]; l = cross_entropy f y null"


def undone(name: str, text: str | Json, code: str | None = ACCEPTED, **more: object) -> Case:
    subject = graph(text) if isinstance(text, str) else text
    return collapse(
        "undone-decay", "weight-decay", subject, code, f"{name}:", **{"step": INVERSE_DECAY, **more}
    )


def changed(*changes: tuple[str, str]) -> str:
    text = CLASSIFIER
    for old, new in changes:
        if old not in text:
            raise ValueError(f"{old!r} is not in {text!r}")
        text = text.replace(old, new)
    return text


UNDONE = [
    undone("a classifier", CLASSIFIER), undone("without its last bias", changed(("; p d 3", ""), ("r c d", "r c null"))), undone("without its last bias, one weight for both layers", changed(("p c 3,3; p d 3; ", ""), ("r c d", "r a null")), "method"), undone("without its last bias, a frozen weight", changed(("p c 3,3; p d 3", "c c 3,3"), ("r c d", "r c null")), "method"),
    undone("without its last bias, classes along the examples", changed(("; p d 3", ""), ("d y 4 ", "d y 3 "), ("f = linear r c d", "g = linear r c null; f = transpose g axes=[1,0]")), "method"), undone("convolution", PIXELS), undone("convolution, in groups", PIXELS.replace("p c 2,2,1", "p c 2,1,1").replace("dilation=[1]", "dilation=[1] groups=2"), "method"),
    undone("convolution, in groups, with a bias", PIXELS.replace("p c 2,2,1", "p c 2,1,1; p b 2").replace("c null", "c b").replace("dilation=[1]", "dilation=[1] groups=2")), undone("convolution, turned", PIXELS.replace("= convolution", "= transposed_convolution").replace("dilation=[1]", "dilation=[1] output_padding=[0]"), "method"),
    undone("a weight that is its own input", "d y 3 kind:integer; p c 3,3; f = linear c c null; l = cross_entropy f y null", "method"), undone("of probabilities", changed(("d y 4 kind:integer", "d y 4,3"))), undone("with weights", changed(("p a", "d v 3; p a"), ("y null", "y v"))),
    undone("of some examples", changed(("d y 4 ", "d y 2 "), ("l = cross", "g = slice f axis=0 start=0 stop=2; l = cross"), ("entropy f", "entropy g"))), undone("of some classes", changed(("l = cross", "g = slice f axis=1 start=0 stop=2; l = cross"), ("entropy f", "entropy g")), "method"), undone("scaled", changed(("p a", "d m 4,3; p a"), ("l = cross", "g = multiply f m; l = cross"), ("entropy f", "entropy g")), "method"),
    undone("one bias for both layers", changed(("; p d 3", ""), ("r c d", "r c b"))), undone("one layer, twice", changed(("; p c 3,3; p d 3", ""), ("r c d", "r a b")), "method"), undone("stopped below", changed(("r = tanh", "t = detach h; r = tanh"), ("tanh h", "tanh t")), "method"), undone("padded", changed(("d y 4 kind:integer", "d y 4 kind:integer"), ("l = cross", "g = pad f before=[0,0] after=[0,1]; l = cross"), ("entropy f", "entropy g")), "method"),
    undone("soft targets of its own", changed(("d y 4 kind:integer; ", ""), ("l = cross", "t = softmax f axis=1; l = cross"), ("f y null", "f t null")), "method"), undone("squares", changed(("d y 4 kind:integer", "d y 4,3"), ("cross_entropy f y null", "mean_squared_error f y")), "method"),
    undone("logistic", changed(("d y 4 kind:integer", "d y 4,3"), ("cross_entropy f y null", "binary_cross_entropy_with_logits f y null null")), "method"),
    *(undone(op, UNIT.format(op)) for op in ("relu", "hard_tanh", "hard_sigmoid", "hard_swish")), *(undone(op, UNIT.format(op), "method") for op in ("tanh", "leaky_relu", "elu", "absolute", "square")),
    undone("no bias", UNIT.format("relu").replace("x a b", "x a null").replace("p b 3; ", ""), "method"), undone("a frozen bias", UNIT.format("relu").replace("p b", "c b"), "method"), undone("stopped behind", UNIT.format("relu").replace("l = sum r", "s = detach r; l = sum s"), None),
    undone("an unused parameter", UNIT.format("tanh").replace("p b 3", "p b 3; p e 2")), undone("a skip connection", UNIT.format("relu").replace("l = sum r axes", "s = add r h; l = sum s axes"), "method"), undone("added", SUMMED.format("c = multiply w x; d = linear u a b; h = add c d; r = relu h")),
    undone("added, and used again", SUMMED.format("c = multiply w x; d = linear u a b; h = add c d; q = relu h; r = add q d"), "method"), undone("added first, and used again", SUMMED.format("d = linear u a b; c = multiply w x; h = add d c; q = relu h; r = add q d"), "method"),
    undone("added to what it moves", SUMMED.format("d = linear u a b; c = multiply w d; e = add d c; i = relu e; r = multiply i x"), "method"), undone("added to itself", SUMMED.format("c = multiply w x; d = linear u a b; e = add c d; h = add e e; r = relu h"), "method"),
    undone("a bias beside", SUMMED.format("c = multiply w x; d = linear u a null; e = add c d; h = add e b; r = relu h")), undone("a bias beside, twice", SUMMED.format("c = multiply w x; d = linear u a null; e = add c d; h = add e b; q = relu h; r = add q b"), "method"),
    undone("without a step", CLASSIFIER, "schema", start="density"), collapse("undone-decay", "weight-decay", graph(CLASSIFIER), "claim", "no step"), undone("a step size", CLASSIFIER, "claim", step="1/2"), collapse("undone-decay", "gd", graph(CLASSIFIER), "claim", step=INVERSE_DECAY),
    collapse("countable-image", "weight-decay", graph(CLASSIFIER), "method", "another rule:", step=INVERSE_DECAY),
]  # fmt: skip

SMOOTH = perceptron("tanh", "tanh")
FLAT, ALMOST = {"rule": "smooth-head"}, {"rule": "gradient-step"}
WITNESS: Json = {"rule": RULE, **AT_0}
STOPPED = graph("d y 3; p w 3; v = detach w; u = multiply v w; l = mean_squared_error u y")
BOTH: Json = {"rule": RULE, **by(at("0", "0"))}
AVOIDED = [
    saddles(FLAT, EVERY, SMOOTH), saddles(FLAT, "1/7", SMOOTH), saddles(FLAT, BETWEEN, SMOOTH, between=["0", None]), saddles(FLAT, ALL_BUT, SMOOTH, **{"except": ["1"]}), saddles(ALMOST, "almost-every", SMOOTH), saddles(ALMOST, "almost-every", perceptron("sign")),
    saddles(BOTH, "1/2", SADDLE), saddles(BOTH, "1", SADDLE, "method"), saddles(BOTH, BETWEEN, SADDLE, between=["0", "1"]), saddles(BOTH, ALL_BUT, SADDLE, **{"except": ["-1", "1"]}), saddles(BOTH, EVERY, SADDLE, "method"), saddles(WITNESS, "1/3", DIAGONAL),
    saddles(FLAT, EVERY, perceptron("relu"), "method"), saddles(ALMOST, "almost-every", STOPPED, "method", "stopped:"), saddles(ALMOST, EVERY, SMOOTH, "method"), saddles(FLAT, "almost-every", SMOOTH, "method"), saddles(FLAT, "-1", SMOOTH, "claim"), saddles(FLAT, "0", SMOOTH, "claim"),
    saddles(FLAT, SIZES, SMOOTH, "claim", sizes=["1"]), saddles(FLAT, EVERY, SMOOTH, "claim", "schedule", method="schedule"), saddles(FLAT, EVERY, SMOOTH, "claim", "sgd", method="sgd"), saddles(FLAT, EVERY, SMOOTH, "claim", "weight decay", method="weight-decay"),
    saddles(ALMOST, "almost-every", SMOOTH, "claim", "momentum", method="momentum"), saddles(FLAT, EVERY, SMOOTH, "claim", "zeros", start="zero"), saddles({"rule": "strict-saddles", "by": FLAT}, EVERY, SMOOTH, "rule"), saddles({}, EVERY, SMOOTH, "schema"), saddles(FLAT, EVERY, SMOOTH, "claim", negated=True),
    saddles({"rule": "dead-head"}, "3/2", perceptron("relu"), "rule"),
]  # fmt: skip

WITNESS_CASES = [*WITNESSED, *QUADRATIC, *UNDONE, *AVOIDED]
