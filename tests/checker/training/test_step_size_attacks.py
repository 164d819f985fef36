"""Near misses of the rules on step sizes: which of them show that every step size of gradient descent is good."""
# ruff: noqa: E501 - tables with one graph a line

from __future__ import annotations

import pytest

from tests.checker.training.problems import NONSINGULAR, Json, certificate, graph, verdict

F, C, S, R, T = "flat-point", "constant-features", "smooth-head", "rescaled-head", "rectified-head"
RULES = (F, C, S, R, T)

UNITS = "d x 4,3; d y 4,3; p a 3,3; p b 3; p c 3,3; p e 3; h = linear x a b; r = tanh h; f = linear r c e; l = mean_squared_error f y"
"""One hidden layer of smooth units, a squared error."""
BENT = UNITS.replace("tanh", "relu")
LABELS = (("d y 4,3", "d y 4 kind:integer"), ("mean_squared_error f y", "cross_entropy f y null"))
LOGITS = (
    ("d y 4,3", 'd y 4,3 range=["0","1"]'),
    ("mean_squared_error f y", "binary_cross_entropy_with_logits f y null null"),
)
SOFT = (("d y 4,3", 'd y 4,3 range=["0",null]'), ("mean_squared_error f y", "cross_entropy f y null"))
OPEN = (("; p e 3", ""), ("r c e", "r c null"))
"""No last bias."""
CODE = (("p a", "d m 4,3; p a"),)
"""Data as many as the units."""
Changes = tuple[tuple[str, str], ...]


def changed(text: str, changes: Changes) -> Json:
    """The graph with parts of its text exchanged, all of them there."""
    for old, new in changes:
        if old not in text:
            raise ValueError(f"{old!r} is not in {text!r}")
        text = text.replace(old, new)
    return graph(text)


def features(*nodes: str) -> Changes:
    """Nodes between the units r and the head, the last one of them q."""
    return (("f = linear r", "; ".join(nodes) + "; f = linear q"),)


def units(op: str) -> Changes:
    return (("tanh h", f"{op} h"),)


def outputs(*nodes: str) -> Changes:
    """Nodes between the head g and the loss, the last one of them f."""
    return (("f = linear", "g = linear"), ("l = ", "; ".join(nodes) + "; l = "))


def accepting(subject: Json) -> set[str]:
    return {
        rule
        for rule in RULES
        if verdict(certificate(subject, NONSINGULAR, rule, method="gd", start="density", step="every"))
        is None
    }


SMOOTH: dict[str, tuple[Changes, set[str]]] = {
    "as it is": ((), {S}),
    "exponentials": (units("exp"), {S}),
    "sines": (units("sin"), set()),
    "sinh": (units("sinh"), set()),
    "affine units": (units("negate"), set()),
    "softplus as executed": (units("softplus"), set()),
    "rectified": (units("relu"), set()),
    "kinked": (units("elu"), set()),
    "the last bias shifts the units, too": ((("x a b", "x a e"), ("; p b 3", "")), set()),
    "the last bias is added to the units": (features("q = add r e"), set()),
    "the last bias is frozen": ((("p e 3", "c e 3"),), set()),
    "the last bias is computed": ((("p e 3", "p w 3"), ("f = linear", "e = tanh w; f = linear")), set()),
    "the last bias is added by a node of its own": ((("r c e", "r c null"), *outputs("f = add g e")), set()),
    "no last bias": (OPEN, {S}),
    "the bias of the units is used twice": (features("q = multiply r b"), set()),
    "the bias of the units moves what is below": ((("h = linear x", "u = add x b; h = linear u"),), set()),
    "the bias of the units is frozen": ((("p b 3", "c b 3"),), set()),
    "the units have no bias": ((("p b 3; ", ""), ("x a b", "x a null")), set()),
    "the bias of the units is computed": ((("p b 3", "p w 3"), ("h = linear", "b = tanh w; h = linear")), set()),
    "the bias of the units is added by a node of its own": ((("h = linear x a b", "u = linear x a null; h = add u b"),), set()),
    "the weights of the units are frozen": ((("p a 3,3", "c a 3,3"),), set()),
    "the weights of the units are computed": ((("p a 3,3", "p w 3,3"), ("h = linear", "a = tanh w; h = linear")), set()),
    "the weights of the head are frozen": ((("p c 3,3", "c c 3,3"),), set()),
    "the weights of the head are computed": ((("p c 3,3", "p w 3,3"), ("f = linear", "c = tanh w; f = linear")), set()),
    "the weights of both are one": ((("p c 3,3; ", ""), ("r c e", "r a e")), set()),
    "the weights of both are one, turned": ((("p c 3,3; ", ""), ("f = linear r c", "t = transpose a axes=[1,0]; f = linear r t")), set()),
    "the weights of the head are in the first layer": ((("h = linear x", "u = linear x c null; v = relu u; h = linear v"),), {S}),
    "the weights of the units are used below": ((("h = linear x", "u = linear x a null; v = relu u; h = linear v"),), {S}),
    "a mask": ((*CODE, *features("q = multiply r m")), set()),
    "a shift by data": ((*CODE, *features("q = add r m")), set()),
    "twice": (features("q = multiply r 2"), set()),
    "a gate": (features("q = multiply r h"), set()),
    "units beside what is below": (features("q = add r h"), set()),
    "units beside data": ((*CODE, ("p c 3,3", "p c 3,6"), *features("q = concatenate r m axis=1")), set()),
    "frozen weights behind the units": ((("p a", "c v 3,3; p a"), *features("q = linear r v null")), set()),
    "sums of two units": ((("p c 3,3", "p c 3,2"), *features("q = windows r axis=1 size=2 step=1; s = sum q axes=[2]"), ("linear q", "linear s")), set()),
    "some of the units": ((("p c 3,3", "p c 3,2"), *features("q = slice r axis=1 start=0 stop=2")), set()),
    "units in other order": (features("q = flip r axes=[1]"), set()),
    "examples for units": (features("q = slice r axis=0 start=0 stop=3; s = transpose q axes=[1,0]; t = take s m axis=0"), set()),
    "the mean of all examples": ((("d y 4,3", "d y 1,3"), *features("q = mean r axes=[0] keep=true")), {S}),
    "the sum of all examples": ((("d y 4,3", "d y 1,3"), *features("q = sum r axes=[0] keep=true")), set()),
    "the largest of all examples": ((("d y 4,3", "d y 1,3"), *features("q = max r axes=[0] keep=true")), set()),
    "one example, chosen by data": ((("d y 4,3", 'd k - kind:integer range=["0","3"]; d y 3'), *features("q = take r k axis=0")), {S}),
    "normalised units": ((("p c", "p g 3; p c"), ("a b", "a null"), ("r = tanh h", "n = layer_norm h g b axes=1 epsilon:1/9; r = tanh n")), set()),
    "normalised behind": ((("p c", "p g 3; p s 3; p c"), *features("q = layer_norm r g s axes=1 epsilon:1/9")), {C, T}),
    "a penalty": ((("l = mean_squared_error f y", "m = mean_squared_error f y; n = squared_norm c; l = add m n"),), set()),
    "another loss": ((("mean_squared_error", "huber"),), set()),
    "twice the loss": ((("l = mean_squared_error f y", "m = mean_squared_error f y; l = multiply m 2"),), set()),
    "a target that is trained": ((("d y", "p y"),), set()),
    "stopped below": ((("h = linear x", "u = linear x c null; v = detach u; h = linear v"),), set()),
    "stopped behind": (outputs("s = detach g; t = add s g; f = multiply t 1/2"), set()),
    "scaled outputs": (outputs("f = multiply g 2"), set()),
    "masked outputs": ((*CODE, *outputs("f = multiply g m")), set()),
    "outputs that are chosen": ((("d y", "d k 4,3 kind:boolean; d y"), *outputs("f = where k g 0")), set()),
    "turned outputs": ((("d y 4,3", "d y 3,4"), *outputs("f = transpose g axes=[1,0]")), {S}),
    "two outputs of all examples": ((("d y 4,3", "d y 4,2"), *outputs("f = slice g axis=1 start=0 stop=2")), {S}),
    "every other example": ((("d y 4,3", "d y 2,3"), *outputs("f = slice g axis=0 start=0 stop=4 step=2")), {S}),
    "other outputs of other examples": ((("d y 4,3", "d y 5"), *outputs("s = reshape g shape=[12]; f = slice s axis=0 start=0 stop=5")), set()),
    "a shift of one entry": ((("p b 3", "p b 1"), ("h = linear x a b", "u = linear x a null; h = add u b")), set()),
    "jumps below": ((("h = linear x", "u = linear x c null; v = sign u; h = linear v"),), set()),
    "poles in a piece below": ((("h = linear x", "u = linear x c null; v = softsign u; h = linear v"),), set()),
    "a root that rests on a kink": ((("h = linear x", "u = linear x c null; s = relu u; t = add s 1; v = sqrt t; h = linear v"),), set()),
    "a root that rests on an exponential": ((("h = linear x", "u = linear x c null; s = exp u; t = add s 1; v = sqrt t; h = linear v"),), {C, S}),
}  # fmt: skip

ENTROPY: dict[str, tuple[Changes, set[str]]] = {
    "as it is": (LABELS, {S}),
    "sines": ((*LABELS, *units("sin")), {S}),
    "sines, no last bias": ((*LABELS, *units("sin"), *OPEN), set()),
    "no last bias": ((*LABELS, *OPEN), {S}),
    "probabilities": (SOFT, {S}),
    "logistic": (LOGITS, {S}),
    "targets of any sign": ((*SOFT, (' range=["0",null]', "")), set()),
    "targets above 1": ((*LOGITS, ('["0","1"]', '["0","2"]')), set()),
    "weights of classes": ((*LABELS, ("p a", "d v 3; p a"), ("y null", "y v")), set()),
    "weights of positives": ((*LOGITS, ("p a", "d v 3; p a"), ("y null null", "y null v")), set()),
    "smoothed, with labels that do not count": ((*LABELS, ("y null", "y null smoothing:1/5 ignore=1")), {S}),
    "a mask": ((*LABELS, *CODE, *features("q = multiply r m")), {S}),
    "a mask, no last bias": ((*LABELS, *CODE, ("; p e 3", ""), ("f = linear r c e", "q = multiply r m; f = linear q c null")), set()),
    "a shift by data": ((*LABELS, *CODE, *features("q = add r m")), set()),
    "a gate, of second order at 0": ((*LABELS, *features("q = multiply r h")), {R}),
    "a gate by what is 1/2 at 0": ((*LABELS, *units("sigmoid"), *features("q = multiply r h")), set()),
    "the last bias shifts the units, too": ((*LABELS, ("x a b", "x a e"), ("; p b 3", "")), set()),
    "the weights of both are one": ((*LABELS, ("p c 3,3; ", ""), ("r c e", "r a e")), set()),
    "classes along the examples": ((*LABELS, ("d y 4 kind", "d y 3 kind"), ("f = linear", "g = linear"), ("l =", "f = transpose g axes=[1,0]; l =")), set()),
    "classes along as many examples": ((*LABELS, ("d x 4,3", "d x 3,3"), ("d y 4 kind", "d y 3 kind"), ("f = linear", "g = linear"), ("l =", "f = transpose g axes=[1,0]; l =")), set()),
    "turned twice": ((*LABELS, ("f = linear", "g = linear"), ("l =", "s = transpose g axes=[1,0]; f = transpose s axes=[1,0]; l =")), {S}),
    "classes of two examples": ((*LABELS, ("d y 4 kind", "d y 2 kind"), ("f = linear", "g = linear"), ("l =", "f = reshape g shape=[2,6]; l =")), set()),
    "as many classes, made of others": ((*LABELS, ("f = linear", "g = linear"), ("l =", "s = transpose g axes=[1,0]; f = reshape s shape=[4,3]; l =")), set()),
    "fewer classes": ((*LABELS, ("f = linear", "g = linear"), ("l =", "f = slice g axis=1 start=0 stop=2; l =")), set()),
    "fewer examples": ((*LABELS, ("d y 4 kind", "d y 2 kind"), ("f = linear", "g = linear"), ("l =", "f = slice g axis=0 start=1 stop=3; l =")), {S}),
    "places: classes moved to the second axis": ((*LABELS, ("d x 4,3", "d x 2,5,3"), ("d y 4 kind", "d y 2,5 kind"), ("f = linear", "g = linear"), ("l =", "f = transpose g axes=[0,2,1]; l =")), {S}),
    "places: classes left on the last axis": ((*LABELS, ("d x 4,3", "d x 2,3,3"), ("d y 4 kind", "d y 2,3 kind")), set()),
    "log-probabilities": ((*LABELS, ("l = cross_entropy f y null", "s = log_softmax f axis=1; l = negative_log_likelihood s y null")), set()),
    "one example without its axis": ((*LABELS, ("d x 4,3", "d x 3"), ("d y 4 kind", "d y - kind")), {S}),
}  # fmt: skip

RECTIFIED: dict[str, tuple[Changes, set[str]]] = {
    "labels": (LABELS, {R}),
    "squares": ((), set()),
    "squares, no last bias": (OPEN, {R}),
    "squares, a frozen last bias": ((("p e 3", "c e 3"),), set()),
    "no biases": ((("p b 3; ", ""), ("x a b", "x a null"), *OPEN), {R}),
    "labels, no hidden bias": ((*LABELS, ("p b 3; ", ""), ("x a b", "x a null")), {R}),
    "labels, relu6": ((*LABELS, ("relu h", "clamp h low:0 high:6")), set()),
    "labels, a shift by data": ((*LABELS, *CODE, *features("q = add r m")), set()),
    "labels, a mask": ((*LABELS, *CODE, *features("q = multiply r m")), {R}),
    "labels, a tied head": ((*LABELS, ("p c 3,3; ", ""), ("r c e", "r a e")), set()),
    "labels, frozen hidden weights": ((*LABELS, ("p a", "c a")), set()),
    "labels, nothing is trained below": ((*LABELS, ("p a 3,3; p b 3; ", ""), ("h = linear x a b; r = relu h; ", ""), ("linear r", "linear x")), {R}),
    "labels, linear and tied": ((*LABELS, ("p a 3,3; p b 3; ", ""), ("h = linear x a b; r = relu h; ", "r = add x c; "), ("d x 4,3", "d x 3,3"), ("d y 4 k", "d y 3 k")), set()),
    "squares, linear": ((("p a 3,3; p b 3; ", ""), ("h = linear x a b; r = relu h; ", ""), ("linear r", "linear x"), ("; p e 3", ""), ("c e", "c null")), set()),
    "labels, weights behind the shifts": ((*LABELS, ("p a", "p v 3,3; p a"), *features("q = linear r v null")), {R}),
    "labels, weights and a shift behind": ((*LABELS, ("p a", "p v 3,3; p s 3; p a"), *features("q = linear r v s")), {R}),
    "labels, a trained gain": ((*LABELS, ("p a", "p v 3; p a"), *features("q = multiply r v")), {R}),
    "labels, a trained slope": ((*LABELS, ("p a", "p v 1; p a"), ("r = relu h", "r = prelu h v")), set()),
    "labels, a slope by data": ((*LABELS, ("p a", "d v 1; p a"), ("r = relu h", "r = prelu h v")), {R}),
    "labels, squares of units": ((*LABELS, *features("q = square r")), {R}),
    "labels, cosines of units": ((*LABELS, *features("q = cos r")), set()),
    "labels, tanh of units": ((*LABELS, *features("q = tanh r")), set()),
    "labels, an affine norm": ((*LABELS, ("p a", "p g 3; p s 3; p a"), *features("q = layer_norm r g s axes=1 epsilon:1/9")), {R}),
    "labels, a norm without a shift": ((*LABELS, ("p a", "p g 3; p a"), *features("q = rms_norm r g axes=1 epsilon:1/9")), {R}),
    "labels, a frozen code before the norm": ((*LABELS, *CODE, ("p a", "p g 3; p s 3; p a"), *features("u = add r m; q = layer_norm u g s axes=1 epsilon:1/9")), set()),
    "labels, a norm without weights": ((*LABELS, *features("q = layer_norm r null null axes=1 epsilon:1/9")), set()),
    "labels, given statistics": ((*LABELS, ("p a", 'd u 3; d t 3 range=["0",null]; p g 3; p s 3; p a'), *features("q = batch_norm r g s u t epsilon:1/9")), set()),
    "labels, scaled outputs": ((*LABELS, ("f = linear", "g = linear"), ("l =", "f = multiply g 2; l =")), set()),
    "labels, weights of classes": ((*LABELS, ("p a", "d v 3; p a"), ("y null", "y v")), set()),
    "labels, units of the greatest of two": ((*LABELS, ("r = relu h", "t = flip h axes=[1]; r = maximum h t")), {R}),
    "labels, units cut at a number": ((*LABELS, ("r = relu h", "r = maximum h 1")), set()),
    "labels, roots of units": ((*LABELS, ("r = relu h", "s = relu h; t = add s 1; r = sqrt t")), set()),
    "targets of any sign": ((*SOFT, (' range=["0",null]', "")), set()),
    "logistic": (LOGITS, {R}),
    "logistic, targets above 1": ((*LOGITS, ('["0","1"]', '["0","2"]')), set()),
    "stopped": ((*LABELS, *features("q = detach r")), set()),
    "squares of leaky units": ((("relu h", "leaky_relu h"),), {T}),
    "squares of leaky units, no hidden bias": ((("relu h", "leaky_relu h"), ("p b 3; ", ""), ("x a b", "x a null")), set()),
    "squares of leaky units, a frozen hidden bias": ((("relu h", "leaky_relu h"), ("p b 3", "c b 3")), set()),
    "squares of reflected units": ((("relu h", "leaky_relu h slope:-1"),), set()),
    "squares of units with slope 0": ((("relu h", "leaky_relu h slope:0"),), set()),
    "squares of moduli": ((("relu h", "absolute h"),), set()),
    "squares of leaky units and a mask": ((*CODE, ("relu h", "leaky_relu h"), *features("q = multiply r m")), set()),
    "squares of leaky units, negated": ((("relu h", "leaky_relu h"), *features("q = negate r")), set()),
    "squares of leaky units, dropout": ((("p a", 'd m 4,3 range=["0","2"]; p a'), ("relu h", "leaky_relu h"), *features("q = multiply r m")), set()),
    "squares of leaky units, positive factors": ((("p a", 'd m 4,3 range=["1/2","2"]; p a'), ("relu h", "leaky_relu h"), *features("q = multiply r m")), {T}),
    "squares of leaky units, weights behind": ((("p a", "p v 3,3; p a"), ("relu h", "leaky_relu h"), *features("q = linear r v null")), set()),
    "squares of leaky units in other order": ((("relu h", "leaky_relu h"), *features("t = flip r axes=[1]; q = add r t")), set()),
    "squares of leaky units, the greatest of two": ((("relu h", "leaky_relu h"), *features("t = flip r axes=[1]; q = maximum r t")), set()),
    "squares of leaky units, examples for units": ((("d x 4,3", "d x 3,3"), ("d y 4,3", "d y 3,3"), ("relu h", "leaky_relu h"), *features("q = transpose r axes=[1,0]")), set()),
    "squares of leaky units, fewer outputs": ((("d y 4,3", "d y 4,2"), ("relu h", "leaky_relu h"), ("f = linear", "g = linear"), ("l =", "f = slice g axis=1 start=0 stop=2; l =")), set()),
    "squares of leaky units, the last bias twice": ((("relu h", "leaky_relu h"), ("; p b 3", ""), ("x a b", "x a e")), set()),
    "squares of leaky units, the hidden bias twice": ((("relu h", "leaky_relu h"), *features("q = add r b")), {T}),
    "squares of leaky units, the hidden bias as a gain": ((("relu h", "leaky_relu h"), *features("q = multiply r b")), set()),
    "squares of leaky units, relu6 beside": ((("relu h", "leaky_relu h"), *features("t = clamp h low:0 high:6; q = add r t")), set()),
}  # fmt: skip

DEEP: dict[str, tuple[Changes, set[str]]] = {
    "as it is": ((), {F, R}),
    "rectified": ((("tanh h", "relu h"), ("tanh k", "relu k")), {F, R}),
    "a first bias": ((("p a", "p b 3; p a"), ("x a null", "x a b")), {F, R}),
    "a second bias": ((("p a", "p b 3; p a"), ("r v null", "r v b")), {S}),
    "a last bias": ((("p a", "p b 3; p a"), ("s c null", "s c b")), set()),
    "sigmoid units at first": ((("tanh h", "sigmoid h"),), set()),
    "sigmoid units at last": ((("tanh k", "sigmoid k"),), set()),
    "cosines": ((("tanh h", "cos h"),), set()),
    "bounded units that begin at 1": ((("tanh h", "clamp h low:1 high:2"),), set()),
    "cut units": ((("tanh h", "hard_tanh h"),), set()),
    "frozen first weights": ((("p a 3,3", "c a 3,3"),), set()),
    "frozen last weights": ((("p c 3,3", "c c 3,3"),), set()),
    "a skip connection": ((("f = linear s", "t = add s r; f = linear t"),), set()),
    "a skip connection of data": ((("f = linear s", "t = add s x; f = linear t"),), set()),
    "a shift by data": ((("k = linear r", "t = add r x; k = linear t"),), set()),
    "a factor": ((("k = linear r", "t = multiply r x; k = linear t"),), {F, R}),
    "a trained factor at the end": ((("k = linear r v null; s = tanh k; ", ""), ("p v 3,3", "p v 3"), ("f = linear s c null", "g = linear r c null; f = multiply g v")), {F}),
    "one layer less": ((("k = linear r v null; s = tanh k; ", ""), ("p v 3,3; ", ""), ("linear s", "linear r")), set()),
    "one matrix for all layers": ((("p v 3,3; p c 3,3; ", ""), ("r v", "r a"), ("s c", "s a")), {F, R}),
    "a norm": ((("p a", "p g 3; p a"), ("k = linear r", "t = rms_norm r g axes=1 epsilon:1/9; k = linear t")), {F, R}),
    "given statistics": ((("p a", 'd u 3; d t 3 range=["0",null]; p g 3; p a'), ("k = linear r", "n = batch_norm r g null u t epsilon:1/9; k = linear n")), set()),
    "given statistics at last": ((("p a", 'd u 3; d t 3 range=["0",null]; p g 3; p a'), ("f = linear s", "n = batch_norm s g null u t epsilon:1/9; f = linear n")), set()),
    "a penalty": ((("l = mean_squared_error f y", "m = mean_squared_error f y; n = squared_norm a; l = add m n"),), set()),
    "a cubic penalty": ((("l = mean_squared_error f y", "m = mean_squared_error f y; n = squared_norm a; t = square n; l = add m t"),), {F}),
    "absolute errors": ((("mean_squared", "absolute"),), {F}),
    "stopped": ((("f = linear s", "t = detach s; f = linear t"),), set()),
    "poles in a piece": ((("tanh h", "softsign h"),), set()),
    "jumps": ((("tanh h", "sign h"),), set()),
}  # fmt: skip
CHAIN = "d x 4,3; d y 4,3; p a 3,3; p v 3,3; p c 3,3; h = linear x a null; r = tanh h; k = linear r v null; s = tanh k; f = linear s c null; l = mean_squared_error f y"
"""Three layers without biases."""

ALIKE: dict[str, tuple[Changes, set[str]]] = {
    "as it is": ((), {C, S}),
    "squares behind sines": ((("tanh k", "sin k"),), {C}),
    "labels": (LABELS, {C, S}),
    "a last norm": ((("p c", "p g 3; p o 3; p c"), ("f = linear s", "n = layer_norm s g o axes=1 epsilon:1/9; f = linear n")), {C, T}),
    "a last norm over two axes": ((("p c", "p g 4,3; p o 4,3; p c"), ("f = linear s", "n = layer_norm s g o axes=2 epsilon:1/9; f = linear n")), set()),
    "a last norm without a shift": ((("p c", "p g 3; p c"), ("f = linear s", "n = layer_norm s g null axes=1 epsilon:1/9; f = linear n")), set()),
    "a frozen code before the last norm": ((*CODE, ("p c", "p g 3; p o 3; p c"), ("f = linear s", "z = add s m; n = layer_norm z g o axes=1 epsilon:1/9; f = linear n")), set()),
    "a shift that begins at 1 before the last norm": ((("p c", "p g 3; p o 3; p c"), ("f = linear s", "z = cos s; n = layer_norm z g o axes=1 epsilon:1/9; f = linear n")), {C}),
    "a mask behind the last norm": ((*CODE, ("p c", "p g 3; p o 3; p c"), ("f = linear s", "n = layer_norm s g o axes=1 epsilon:1/9; z = multiply n m; f = linear z")), set()),
    "sines, a mask": ((*CODE, ("tanh k", "sin k"), ("f = linear s", "z = multiply s m; f = linear z")), set()),
    "sines, one hidden layer": ((("k = linear r v w; s = tanh k; ", ""), ("p v 3,3; p w 3; ", ""), ("tanh h", "sin h"), ("linear s", "linear r")), set()),
    "sines, the last bias twice": ((("tanh k", "sin k"), ("; p e 3", ""), ("s c e", "s c b")), set()),
    "sines, a frozen last bias": ((("tanh k", "sin k"), ("p e 3", "c e 3")), set()),
    "sines, no last bias": ((("tanh k", "sin k"), ("; p e 3", ""), ("s c e", "s c null")), set()),
    "sines, a frozen hidden bias": ((("tanh k", "sin k"), ("p w 3", "c w 3")), set()),
    "sines, data beside": ((*CODE, ("tanh k", "sin k"), ("k = linear r", "z = add r m; k = linear z")), set()),
    "sines, a data factor": ((*CODE, ("tanh k", "sin k"), ("k = linear r", "z = multiply r m; k = linear z")), {C}),
    "sines, a kink below": ((("tanh k", "sin k"), ("tanh h", "relu h")), set()),
    "sines, weights of classes": ((*LABELS, ("tanh k", "sin k"), ("p a", "d u 3; p a"), ("y null", "y u")), set()),
    "sines, targets of any sign": ((*SOFT, (' range=["0",null]', ""), ("tanh k", "sin k")), set()),
    "sines, classes along the examples": ((*LABELS, ("tanh k", "sin k"), ("d x 4,3", "d x 3,3"), ("d y 4 kind", "d y 3 kind"), ("f = linear", "g = linear"), ("l =", "f = transpose g axes=[1,0]; l =")), set()),
    "sines, sums of examples": ((("tanh k", "sin k"), ("d y 4,3", "d y 1,3"), ("f = linear s", "z = sum s axes=[0] keep=true; f = linear z")), set()),
    "sines, means of examples": ((("tanh k", "sin k"), ("d y 4,3", "d y 1,3"), ("f = linear s", "z = mean s axes=[0] keep=true; f = linear z")), {C}),
    "sines, stopped": ((("tanh k", "sin k"), ("k = linear r", "z = detach r; k = linear z")), set()),
}  # fmt: skip
TWO = "d x 4,3; d y 4,3; p a 3,3; p b 3; p v 3,3; p w 3; p c 3,3; p e 3; h = linear x a b; r = tanh h; k = linear r v w; s = tanh k; f = linear s c e; l = mean_squared_error f y"
"""Two hidden layers."""

TABLES = {
    "smooth": (UNITS, SMOOTH),
    "entropy": (UNITS, ENTROPY),
    "rectified": (BENT, RECTIFIED),
    "deep": (CHAIN, DEEP),
    "alike": (TWO, ALIKE),
}
CASES = {
    f"{table}: {name}": (base, *row) for table, (base, rows) in TABLES.items() for name, row in rows.items()
}


@pytest.mark.parametrize("name", CASES)
def test_rules_that_show_every_step_size_good(name: str) -> None:
    base, changes, rules = CASES[name]
    assert accepting(changed(base, changes)) == rules


# -- particular step sizes ---------------------------------------------------------------------------------------

LEAKY: Changes = (("relu h", "leaky_relu h"),)
COLLAPSING: dict[str, tuple[Changes, str | None]] = {
    "as it is": ((), "3/2"),
    "a sum": ((("error f y", "error f y reduction:sum"),), "1/8"),
    "the target first": ((("error f y", "error y f"),), "3/2"),
    "the mean of all examples": ((("d y 4,3", "d y 1,3"), *features("q = mean r axes=[0] keep=true")), "3/2"),
    "turned outputs": ((("d y 4,3", "d y 12"), *outputs("s = transpose g axes=[1,0]; f = reshape s shape=[12]")), "3/2"),
    "fewer examples": ((("d y 4,3", "d y 2,3"), *outputs("f = slice g axis=0 start=0 stop=2")), None),
    "fewer outputs": ((("d y 4,3", "d y 4,2"), *outputs("f = slice g axis=1 start=0 stop=2")), None),
    "scaled outputs": (outputs("f = multiply g 2"), None),
    "a mask": ((*CODE, *features("q = multiply r m")), "3/2"),
    "squares of units": (features("q = square r"), "3/2"),
    "cosines of units": (features("q = cos r"), None),
    "units beside what is below": (features("q = add r h"), None),
    "units beside data": ((*CODE, *features("q = add r m")), None),
    "a norm": ((("p a", "p g 3; p a"), *features("q = rms_norm r g axes=1 epsilon:1/9")), "3/2"),
    "a norm with a shift": ((("p a", "p g 3; p s 3; p a"), *features("q = layer_norm r g s axes=1 epsilon:1/9")), None),
    "given statistics": ((("p a", 'd u 3; d t 3 range=["0",null]; p a'), *features("q = batch_norm r null null u t epsilon:1/9")), None),
    "another layer": ((("p a", "p v 3,3; p a"), *features("q = linear r v null")), "3/2"),
    "another layer with a shift": ((("p a", "p v 3,3; p s 3; p a"), *features("q = linear r v s")), None),
    "leaky units": (LEAKY, None),
    "smooth units": ((("relu h", "silu h"),), None),
    "cut units": ((("relu h", "clamp h low:0 high:6"),), None),
    "no hidden bias": ((("p b 3; ", ""), ("x a b", "x a null")), None),
    "a frozen hidden bias": ((("p b 3", "c b 3"),), None),
    "a hidden bias that is used twice": (features("q = multiply r b"), None),
    "a hidden bias that moves what is below": ((("h = linear x", "u = add x b; h = linear u"),), None),
    "frozen hidden weights": ((("h = linear x a b", "h = add x b"), ("p a 3,3; ", "")), "3/2"),
    "a shift of what it shifts": ((("h = linear x a b", "u = linear x a b; v = subtract 1 u; h = add u v"),), None),
    "a shift above another sum": ((("h = linear x a b", "u = linear x a null; v = add u b; w = square u; h = add w v"),), None),
    "a shift below another sum": ((("h = linear x a b", "u = linear x a null; w = square u; v = add u b; h = add w v"),), "3/2"),
    "a shift below a sum with itself": ((("h = linear x a b", "u = linear x a null; v = add u b; w = negate v; h = add w v"),), None),
    "a shift below a sum with twice itself": ((("h = linear x a b", "u = linear x a null; v = add u b; h = add v v"),), None),
    "two kinds of units, each on the shift of the other": ((("p a", "p z 3; p a"), ("r = relu h", "i = negate h; k = add i z; t = relu h; w = relu k; r = multiply t w")), "3/2"),
    "no last bias": (OPEN, None),
    "a frozen last bias": ((("p e 3", "c e 3"),), None),
    "a last bias that is used twice": ((("; p b 3", ""), ("x a b", "x a e")), None),
    "frozen last weights": ((("p c", "c c"),), "3/2"),
    "labels": (LABELS, None),
    "a penalty": ((("l = mean_squared_error f y", "m = mean_squared_error f y; n = squared_norm c; l = add m n"),), None),
    "a trained target": ((("d y", "p y"),), None),
    "stopped": (features("q = detach r"), None),
    "jumps": ((("h = linear x a b", "u = linear x a null; v = sign u; h = add v b"),), None),
}  # fmt: skip


@pytest.mark.parametrize("name", COLLAPSING)
def test_step_sizes_at_which_dead_units_collapse(name: str) -> None:
    changes, size = COLLAPSING[name]
    subject = changed(BENT, changes)
    for step in ("3/2", "1/8", "3/4", "3", "1", "1/2", "6", "2/3"):
        document = certificate(subject, NONSINGULAR, "dead-head", method="gd", negated=True, step=step)
        assert (verdict(document) is None) is (step == size)


EXCEPTIONS: dict[str, tuple[Changes, str | None]] = {
    "as it is": ((), "3/2"),
    "a sum": ((("error f y", "error f y reduction:sum"),), "1/8"),
    "the mean of all examples": ((("d y 4,3", "d y 1,3"), *features("q = mean r axes=[0] keep=true")), "3/2"),
    "the sum of all examples": ((("d y 4,3", "d y 1,3"), *features("q = sum r axes=[0] keep=true")), "3/2"),
    "the greatest of all examples": ((("d y 4,3", "d y 1,3"), *features("q = max r axes=[0] keep=true")), "3/2"),
    "dropout": ((("p a", 'd m 4,3 range=["0","2"]; p a'), *features("q = multiply r m")), "3/2"),
    "a mask of any sign": ((*CODE, *features("q = multiply r m")), None),
    "what is of second order, without shifts": (features("q = square r"), "3/2"),
    "no hidden bias": ((("p b 3; ", ""), ("x a b", "x a null")), None),
    "units cut at 6": ((("relu h", "clamp h low:0 high:6"),), None),
    "the greatest of two units": (features("t = flip r axes=[1]; q = maximum r t"), None),
    "the greatest unit": ((("p c 3,3", "p c 3,1"), *features("q = max r axes=[1] keep=true")), None),
    "fewer outputs": ((("d y 4,3", "d y 4,2"), *outputs("f = slice g axis=1 start=0 stop=2")), None),
    "a last bias that is used twice": ((("; p b 3", ""), ("x a b", "x a e")), None),
    "a penalty": ((("l = mean_squared_error f y", "m = mean_squared_error f y; n = squared_norm c; l = add m n"),), None),
}  # fmt: skip


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_step_sizes_that_are_left_out(name: str) -> None:
    """One over the curvature, or nothing is shown; and no claim about all step sizes, nor with weight decay."""
    changes, size = EXCEPTIONS[name]
    subject = changed(BENT, changes)

    def shown(step: str, method: str = "gd", **more: list[str]) -> bool:
        claim: Json = {"method": method, "start": "density", "step": step, **more}
        return any(verdict(certificate(subject, NONSINGULAR, rule, **claim)) is None for rule in RULES)

    for left_out in (["3/2"], ["1/8"], ["1"], ["1", "2"]):
        assert shown("all-but", "gd", **{"except": left_out}) is (size in left_out)
    assert shown("all-but", "gd", **{"except": ["1/8", "3/2"]}) is (size is not None)
    for step in ("3/2", "1/8", "1"):
        assert shown(step) is (size is not None and step != size)
    assert not shown("every")
    assert not shown("every", "sgd")
    assert not shown("every", "weight-decay")


@pytest.mark.parametrize("name", CASES)
def test_weight_decay_is_shown_where_every_step_size_is(name: str) -> None:
    """But for those to which the squared error's own curvature is an exception."""
    base, changes, rules = CASES[name]
    subject = changed(base, changes)
    for rule in RULES:
        claim = certificate(subject, NONSINGULAR, rule, method="weight-decay", start="density", step="every")
        assert (verdict(claim) is None) is (rule in rules)
