"""Changed certificates about training problems: lies are rejected for the right reason, and what is accepted is true.

Lies are changes of honest graphs on purpose. Random changes are judged by evaluating the graph that is accepted: each
value has the shape, kind and range that the checker infers of it, and is a number.
"""
# ruff: noqa: E501 - tables with one row of lies a line

from __future__ import annotations

import copy
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from invexcheck.architectures.table import OPERATORS  # noqa: E402
from invexcheck.errors import Refuse, Reject  # noqa: E402
from invexcheck.kernel import verify  # noqa: E402
from invexcheck.limits import Limits  # noqa: E402
from invexproof.architectures.losses import attach  # noqa: E402
from invexproof.architectures.reference import read_reference  # noqa: E402
from tests.checker.mutations import mutate  # noqa: E402
from tests.checker.training.plausible import Unmet, check_values, read  # noqa: E402
from tests.checker.training.problems import Json, certificate, complaint, descent, graph, verdict  # noqa: E402
from tests.checker.training.test_training_attacks import (  # noqa: E402
    ADMITTED,
    CONSTANT,
    DEAD,
    DEFINED,
    FEATURES,
    HEAD,
    KINKED,
    SMOOTH,
)
from tests.checker.training.training_cases import ACCEPTED, CASES  # noqa: E402

pytestmark = pytest.mark.torch
torch.set_num_threads(1)

REFERENCES = {
    name: attach(read_reference(name).build(), read_reference(name).loss).to_subject()
    for name in (
        "mlp:2x4x1,batch=3",
        "cnn:batch=2,image=1x8x8,channels=2x3,hidden=4,classes=3",
        "resnet:batch=1,stages=1x1,width=2,image=3x32x32,classes=3",
        "vit:batch=1,depth=1,width=4,heads=2,patch=4,image=1x8x8,classes=3",
        "gpt:batch=1,depth=1,width=4,heads=2,vocabulary=5,context=3",
        "unet:batch=1,depth=1,channels=4,groups=2,image=1x8x8,classes=2",
    )
}
Change = Callable[[Json], None]


def by_op(subject: Json, op: str, which: int = 0) -> list[Any]:
    return [node for node in subject["nodes"] if node[0] == op][which]


def lie(name: str, change: Change) -> Json:
    subject = copy.deepcopy(REFERENCES[next(n for n in REFERENCES if n.startswith(name))])
    change(subject)
    return subject


def attribute(op: str, key: str, value: Any) -> Change:
    def change(subject: Json) -> None:
        by_op(subject, op)[2][key] = value

    return change


def renamed(op: str, other: str) -> Change:
    def change(subject: Json) -> None:
        by_op(subject, op)[0] = other

    return change


def without_attributes(op: str, other: str) -> Change:
    def change(subject: Json) -> None:
        node = by_op(subject, op)
        node[0] = other
        del node[2:]

    return change


def argument(op: str, place: int, value: Any) -> Change:
    def change(subject: Json) -> None:
        by_op(subject, op)[1][place] = value

    return change


def other_input(row: int, place: int, value: Any, role: str = "parameter") -> Change:
    """Of the inputs of a role, change one."""

    def change(subject: Json) -> None:
        [line for line in subject["inputs"] if line[0] == role][row][place] = value

    return change


LIES: dict[str, tuple[Json, str, str]] = {
    "a layer norm without epsilon": (lie("vit", attribute("layer_norm", "epsilon", "0")), "domain", "epsilon is 0"),
    "a layer norm with a negative epsilon": (lie("gpt", attribute("layer_norm", "epsilon", "-1/100000")), "architecture", "epsilon is negative"),
    "a batch norm without epsilon": (lie("resnet", attribute("batch_norm", "epsilon", "0")), "domain", "epsilon is 0"),
    "a group norm without epsilon": (lie("unet", attribute("group_norm", "epsilon", "0")), "domain", "epsilon is 0"),
    "too many groups": (lie("unet", attribute("group_norm", "groups", 3)), "shape", "do not make 3 groups"),
    "a norm over more axes": (lie("vit", attribute("layer_norm", "axes", 2)), "shape", "need the shape"),
    "a logarithm for an activation": (lie("mlp", renamed("tanh", "log")), "domain", "outside of the domain of log"),
    "a root for an activation": (lie("cnn", renamed("relu", "sqrt")), "domain", "outside of the domain of sqrt"),
    "a reciprocal for an activation": (lie("vit", renamed("gelu", "reciprocal")), "domain", "outside of the domain of reciprocal"),
    "an embedding of a parameter": (lie("gpt", argument("take", 1, 1)), "kind", "argument 2 is real, not integer"),
    "an embedding of words that it does not have": (lie("gpt", other_input(0, 4, ["5", "9"], "data")), "domain", "no data in the range"),
    "tokens that are trained": (lie("gpt", other_input(0, 0, "parameter", "data")), "architecture", "unknown role or kind"),
    "tokens that are real": (lie("gpt", other_input(0, 1, "real", "data")), "kind", "integer"),
    "nothing that is trained": (lie("mlp", lambda s: [line.__setitem__(0, "data") for line in s["inputs"]]), "architecture", "depends on no parameter"),
    "labels that are real": (lie("vit", other_input(-1, 1, "real", "data")), "shape", "differ"),
    "a mask besides causality": (lie("gpt", argument("attention", 3, 25)), "architecture", "not both"),
    "an attention over other widths": (lie("gpt", argument("attention", 1, 20)), "shape", "do not fit"),
    "the loss of a graph without its loss": (lie("mlp", lambda s: s["nodes"].pop()), "architecture", "the last node is the loss"),
    "an idle node": (lie("mlp", lambda s: s["nodes"].insert(-1, ["tanh", [len(s["inputs"])]])), "", ""),
    "a node before its arguments": (lie("mlp", lambda s: s["nodes"].reverse()), "architecture", "an earlier value"),
    "a pooling of padding": (lie("cnn", attribute("max_pool", "padding", [2, 2])), "shape", "half the kernel"),
    "a pooling that dilates": (lie("cnn", attribute("max_pool", "dilation", [9, 9])), "shape", "does not fit"),
    "data that nothing uses": (lie("mlp", lambda s: s["inputs"].append(["data", "real", [1], "more"])), "", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", REFERENCES)
def test_references_are_accepted_and_evaluated(name: str) -> None:
    assert complaint(descent(REFERENCES[name])) is None
    for seed in range(3):
        check_values(REFERENCES[name], random.Random(seed))


@pytest.mark.parametrize("name", LIES)
def test_lies_are_rejected_for_the_right_reason(name: str) -> None:
    subject, code, message = LIES[name]
    found = complaint(descent(subject))
    assert found is not None
    assert not code or found[0] == code
    assert message in found[1]


BY_HAND = {
    "softmax by hand": ("p w 2,3; a = exp w; b = sum a axes=[1] keep=true; e = divide a b; f = log e; sum f axes=[0,1]", None),
    "with reciprocals": ("p w 2,3; a = reciprocal w; b = sum a axes=[1] keep=true; e = divide a b; f = log e; sum f axes=[0,1]", "domain"),
    "with squares": ("p w 2,3; a = square w; b = sum a axes=[1] keep=true; e = divide a b; squared_norm e", "domain"),
    "with relu": ("p w 2,3; a = relu w; b = sum a axes=[1] keep=true; e = divide a b; squared_norm e", "domain"),
    "layer norm by hand": ("p w 2,3; m = mean w axes=[1] keep=true; a = subtract w m; v = variance w axes=[1] correction=0 keep=true; b = add v 1/1000; r = rsqrt b; e = multiply a r; squared_norm e", None),
    "without epsilon": ("p w 2,3; m = mean w axes=[1] keep=true; a = subtract w m; v = variance w axes=[1] correction=0 keep=true; r = rsqrt v; e = multiply a r; squared_norm e", "domain"),
    "with a negative epsilon": ("p w 2,3; m = mean w axes=[1] keep=true; a = subtract w m; v = variance w axes=[1] correction=0 keep=true; b = subtract v 1/1000; r = rsqrt b; e = multiply a r; squared_norm e", "domain"),
    "a variance by the difference of means": ("p w 2,3; s = square w; q = mean s axes=[1]; m = mean w axes=[1]; n = square m; v = subtract q n; b = add v 1/1000; r = rsqrt b; squared_norm r", "domain"),
    "a normalised row": ("p w 2,3; n = norm w axes=[1] keep=true; c = clamp n low:1/1000; e = divide w c; squared_norm e", None),
    "a normalised row without a floor": ("p w 2,3; n = norm w axes=[1] keep=true; e = divide w n; squared_norm e", "domain"),
    "a floor of 0": ("p w 2,3; n = norm w axes=[1] keep=true; c = clamp n low:0; e = divide w c; squared_norm e", "domain"),
    "a ceiling for a floor": ("p w 2,3; n = norm w axes=[1] keep=true; c = clamp n high:1/1000; e = divide w c; squared_norm e", "domain"),
    "entropy": ("p w 2,3; a = softmax w axis=1; b = log a; e = multiply a b; sum e axes=[0,1]", None),
    "masked entropy": ("p w 2,3; d c 2,3 kind:boolean; m = where c w -inf; a = softmax m axis=1; b = log a; e = multiply a b; sum e axes=[0,1]", "domain"),
    "masked by a large number": ("p w 2,3; d c 2,3 kind:boolean; m = where c w -1000000000; a = softmax m axis=1; b = log a; e = multiply a b; sum e axes=[0,1]", None),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_layers_by_hand(name: str) -> None:
    text, code = BY_HAND[name]
    assert verdict(descent(graph(text))) == code


# -- random changes ----------------------------------------------------------------------------------------------

TEXTS = [
    *DEFINED.values(),
    *SMOOTH.values(),
    *KINKED.values(),
    *ADMITTED.values(),
    *(text for text, code in BY_HAND.values() if code is None),
]
TEXTS += [HEAD.format(text) for text in DEAD.values()] + [FEATURES.format(text) for text in CONSTANT.values()]
SEEDS: list[Json] = [descent(graph(text)) for text in TEXTS]
SEEDS += [case.document() for case in CASES if case.code is ACCEPTED and "method" in case.more][::3]
SEEDS += [
    descent(subject) for name, subject in REFERENCES.items() if name.startswith(("mlp", "cnn", "vit", "gpt"))
]
QUICK = Limits(work=200_000_000)
NUMBERS = ("0", "1", "-1", "1/2", "-1/2", "2", "-3", "1/1000")


def changed(document: Json, rng: random.Random) -> Json:
    """One or two changes of nodes, mostly; of anything, sometimes."""
    if rng.random() < 0.2:
        return mutate(document, rng)
    result = copy.deepcopy(document)
    subject = result["claim"]["subject"]
    for _ in range(rng.choice((1, 1, 2))):
        rng.choice(CHANGES)(subject, rng)
    return result


def _operator(subject: Json, rng: random.Random) -> None:
    """Another operator with as many arguments, and the attributes that it has, too."""
    node = rng.choice(subject["nodes"])
    fitting = [name for name, row in OPERATORS.items() if len(row.arguments) == len(node[1])]
    node[0] = rng.choice(fitting or sorted(OPERATORS))
    if len(node) == 3:
        node[2] = {key: value for key, value in node[2].items() if key in OPERATORS[node[0]].attributes}
        del node[2 + bool(node[2]) :]


def _argument(subject: Json, rng: random.Random) -> None:
    k = rng.randrange(len(subject["nodes"]))
    node = subject["nodes"][k]
    if node[1]:
        numbers = range(len(subject["inputs"]) + k)
        node[1][rng.randrange(len(node[1]))] = rng.choice(
            (rng.choice(numbers), rng.choice(numbers), rng.choice(NUMBERS), None)
        )


def _attribute(subject: Json, rng: random.Random) -> None:
    node = rng.choice([node for node in subject["nodes"] if len(node) == 3] or [[None, [], {"a": 0}]])
    key = rng.choice(sorted(node[2]))
    value = node[2][key]
    if isinstance(value, bool):
        node[2][key] = not value
    elif isinstance(value, int):
        node[2][key] = value + rng.choice((-1, 1, 2))
    elif isinstance(value, str):
        node[2][key] = rng.choice(NUMBERS)
    elif isinstance(value, list) and value:
        value[rng.randrange(len(value))] += rng.choice((-1, 1, 2))


def _input(subject: Json, rng: random.Random) -> None:
    line = rng.choice(subject["inputs"])
    place = rng.randrange(4)
    if place == 0:
        line[0] = rng.choice(("parameter", "data", "constant"))
    elif place == 1:
        line[1] = rng.choice(("real", "integer", "boolean", "extended"))
    elif place == 2 and line[2]:
        line[2][rng.randrange(len(line[2]))] = rng.randint(1, 4)
    else:
        line[4:] = [[rng.choice((None, *NUMBERS)), rng.choice((None, *NUMBERS))]]


def _node(subject: Json, rng: random.Random) -> None:
    """Apply a function of one variable to an argument; all numbers behind it move."""
    k = rng.randrange(len(subject["nodes"]))
    first = len(subject["inputs"])
    places = [i for i, a in enumerate(subject["nodes"][k][1]) if isinstance(a, int)]
    if not places:
        return
    i = rng.choice(places)
    unary = [name for name, row in OPERATORS.items() if row.arguments == ("real",) and not row.attributes]
    before = subject["nodes"][k][1][i]
    for node in subject["nodes"][k:]:
        node[1][:] = [a + (a >= first + k) if isinstance(a, int) else a for a in node[1]]
    subject["nodes"][k][1][i] = first + k
    subject["nodes"].insert(k, [rng.choice(unary), [before]])


CHANGES = [_operator, _operator, _argument, _argument, _attribute, _attribute, _input, _node, _node]


def test_changed_certificates_are_rejected_or_true() -> None:
    """About a fifth of the changes are accepted; what is then evaluated is as the checker says."""
    rng = random.Random(2026)
    seen = Counter[str]()
    start = time.perf_counter()
    for k in range(6000):
        document = changed(rng.choice(SEEDS), rng)
        try:
            verify(json.loads(json.dumps(document)), QUICK)
        except Refuse:
            seen["refused"] += 1
            continue
        except Reject:
            seen["rejected"] += 1
            continue
        seen["accepted"] += 1
        for seed in range(2):
            try:
                check_values(document["claim"]["subject"], random.Random(seed + k))
            except Unmet:
                seen["not evaluated"] += 1
        if time.perf_counter() - start > 12:
            break
    assert seen["accepted"] > 100
    assert seen["rejected"] > 100
    assert seen["not evaluated"] < seen["accepted"]


def test_what_is_read_is_what_is_claimed() -> None:
    """A claim about the loss alone is about the graph in the subject, and no other."""
    for subject in REFERENCES.values():
        assert len(read(subject).nodes) == len(subject["nodes"])
        assert verdict(certificate(subject)) is None
