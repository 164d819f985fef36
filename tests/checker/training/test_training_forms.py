"""Documents about training problems that are spoilt, statements that would mislead, and costly graphs."""
# ruff: noqa: E501 - tables with one row of attacks a line

from __future__ import annotations

import copy
import time
from typing import Any

import pytest

from invexcheck.errors import Refuse, Reject
from invexcheck.limits import Limits
from invexcheck.reading import canonical, digest
from invexcheck.rules import RULES
from invexcheck.supervise import Supervisor
from tests.checker.training.problems import (
    NONSINGULAR,
    Json,
    Problem,
    certificate,
    checked,
    descent,
    graph,
    perceptron,
    verdict,
)

# -- the form of graphs and claims -------------------------------------------------------------------------------

BASE = graph(
    'p w 2,3; p b 3; d x 4,3 range=["-1","1"]; d k 4 kind:integer; a = clamp b low:1/2; e = linear x w null; f = sum w axes=[0,1]; g = log_softmax e axis=1; '
    "h = negative_log_likelihood g k null ignore=-100; i = sum a axes=[0]; j = add h f; add j i"
)
HUGE = 10**400
FORMS: list[tuple[str, Any, str]] = [
    ("inputs", [], "architecture"), ("inputs", {}, "schema"), ("inputs", None, "schema"), ("nodes", [], "architecture"), ("nodes", "", "schema"), ("extra", 1, "schema"),
    ("inputs.0", [], "architecture"), ("inputs.0", {}, "architecture"), ("inputs.0", ["parameter", "real", [2, 3]], "architecture"), ("inputs.0.0", "Parameter", "architecture"),
    ("inputs.0.0", ["parameter"], "architecture"), ("inputs.0.0", "data", "architecture"), ("inputs.0.1", "float", "architecture"), ("inputs.0.1", None, "architecture"), ("inputs.0.1", {}, "architecture"),
    ("inputs.0.2", [2, 0], "architecture"), ("inputs.0.2", [2, -3], "architecture"), ("inputs.0.2", [2, True], "architecture"), ("inputs.0.2", [2, "3"], "architecture"), ("inputs.0.2", [2, [3]], "architecture"),
    ("inputs.0.2", [2, None], "architecture"), ("inputs.0.2", 6, "architecture"), ("inputs.0.2", [1] * 17, "architecture"), ("inputs.0.2", [2**40, 2**40], "architecture"), ("inputs.0.2", [HUGE], "architecture"),
    ("inputs.0.3", "", "architecture"), ("inputs.0.3", "x", "architecture"), ("inputs.0.3", "x y", "architecture"), ("inputs.0.3", "x\\n", "architecture"), ("inputs.0.3", "w\n", "architecture"), ("inputs.0.3", "\x1b[31m", "architecture"),
    ("inputs.0.3", "w\u202ereal", "architecture"), ("inputs.0.3", "\u0430", "architecture"), ("inputs.0.3", "#4", "architecture"), ("inputs.0.3", "-", "architecture"), ("inputs.0.3", "1", "architecture"), ("inputs.0.3", "w" * 201, "architecture"),
    ("inputs.0.3", None, "architecture"), ("inputs.0.3", 1, "architecture"), ("inputs.0.3", ["w"], "architecture"), ("inputs.2.4", ["1", "-1"], "architecture"), ("inputs.2.4", [None, None], "architecture"),
    ("inputs.2.4", ["1"], "architecture"), ("inputs.2.4", None, "architecture"), ("inputs.2.4", [-1, 1], "rational"), ("inputs.2.4", ["-1", "2/2"], "rational"), ("inputs.2.4", ["-oo", "1"], "rational"), ("inputs.2.4", ["-0", "1"], "rational"),
    ("inputs.2.4", ["0.5", "1"], "rational"), ("inputs.2.4", {"low": "1"}, "architecture"), ("inputs.2.5", 0, "architecture"),
    ("nodes.0", [], "architecture"), ("nodes.0", ["clamp"], "architecture"), ("nodes.0", ["clamp", [1], {"low": "1/2"}, 0], "architecture"), ("nodes.0", {"op": "clamp"}, "architecture"), ("nodes.0", None, "architecture"),
    ("nodes.0.0", "Clamp", "architecture"), ("nodes.0.0", "clip", "architecture"), ("nodes.0.0", ["clamp"], "architecture"), ("nodes.0.0", None, "architecture"), ("nodes.0.0", "__class__", "architecture"), ("nodes.0.0", "\x1b]0;a", "architecture"),
    ("nodes.0.1", 1, "architecture"), ("nodes.0.1", [], "architecture"), ("nodes.0.1", [1, 1], "architecture"), ("nodes.0.1", [True], "architecture"), ("nodes.0.1", [-1], "architecture"), ("nodes.0.1", [4], "architecture"), ("nodes.0.1", [99], "architecture"),
    ("nodes.0.1", [HUGE], "architecture"), ("nodes.0.1", [[1]], "architecture"), ("nodes.0.1", [None], "architecture"), ("nodes.0.1", ["1"], "architecture"), ("nodes.0.1", ["w"], "rational"), ("nodes.0.1", ["+1"], "rational"), ("nodes.0.1", ["inf"], "rational"),
    ("nodes.0.1", ["nan"], "rational"), ("nodes.0.1", ["-inf"], "architecture"), ("nodes.0.1", [{}], "architecture"), ("nodes.0.1", {"0": 1}, "architecture"),
    ("nodes.0.2", {}, "architecture"), ("nodes.0.2", [], "architecture"), ("nodes.0.2", None, "architecture"), ("nodes.0.2", {"low": 1}, "rational"), ("nodes.0.2", {"low": True}, "rational"), ("nodes.0.2", {"low": "1/2", "high": None}, "architecture"),
    ("nodes.0.2", {"low": None}, "architecture"), ("nodes.0.2", {"low": "1/2", "max": "1"}, "architecture"), ("nodes.0.2", {"Low": "1/2"}, "architecture"), ("nodes.0.2", {"low": ["1/2"]}, "rational"), ("nodes.0.2", {"low": "2/4"}, "rational"),
    ("nodes.0.2", {"low": "1e-5"}, "rational"), ("nodes.0.2", {"low": "-oo"}, "rational"), ("nodes.0.2", {"": "1"}, "architecture"),
    ("nodes.1.1.2", 1, "shape"), ("nodes.1.2", {"bias": None}, "architecture"), ("nodes.2.2.axes", [1, 0], "shape"), ("nodes.2.2.axes", [0, 0], "shape"), ("nodes.2.2.axes", [], "shape"), ("nodes.2.2.axes", [-1], "architecture"),
    ("nodes.2.2.axes", [0, 2], "shape"), ("nodes.2.2.axes", 0, "architecture"), ("nodes.2.2.axes", None, "architecture"), ("nodes.2.2.axes", [False, True], "architecture"), ("nodes.2.2.axes", "01", "architecture"), ("nodes.2.2.axes", [[0], 1], "architecture"),
    ("nodes.2.2.keep", False, "architecture"), ("nodes.2.2.keep", 1, "architecture"), ("nodes.2.2.keep", "true", "architecture"), ("nodes.2.2.keep", None, "architecture"), ("nodes.2.2.axes", [0], "architecture"), ("nodes.2.2.axes", [HUGE], "architecture"),
    ("nodes.3.2.axis", "1", "architecture"), ("nodes.3.2.axis", True, "architecture"), ("nodes.3.2.axis", 2, "shape"), ("nodes.3.2.axis", -1, "architecture"), ("nodes.3.2.axis", [1], "architecture"), ("nodes.3.2.axis", None, "architecture"),
    ("nodes.4.2.ignore", "-100", "architecture"), ("nodes.4.2.ignore", None, "architecture"), ("nodes.4.2.ignore", HUGE, "architecture"), ("nodes.4.2.ignore", -HUGE, "architecture"), ("nodes.4.2.reduction", "mean", "architecture"),
    ("nodes.4.2.reduction", "none", "architecture"), ("nodes.4.2.reduction", ["sum"], "architecture"), ("nodes.4.2.reduction", None, "architecture"), ("nodes.4.2.smoothing", "0", "architecture"), ("nodes.4.1.1", 2, "kind"), ("nodes.4.1.2", 3, "kind"),
]  # fmt: skip


def spoilt(path: str, value: Any) -> Json:
    *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
    result = copy.deepcopy(BASE)
    target: Any = result
    for part in parents:
        target = target[part]
    if isinstance(target, list) and last == len(target):
        target.append(value)
    else:
        target[last] = value
    return result


def test_the_good_graph_is_accepted() -> None:
    assert verdict(certificate(BASE)) is None


@pytest.mark.parametrize(
    ("path", "value", "code"), FORMS, ids=[f"{path} {value!r:.30}" for path, value, _ in FORMS]
)
def test_graphs_have_one_form(path: str, value: Any, code: str) -> None:
    with pytest.raises(Reject) as caught:
        checked(certificate(spoilt(path, value)))
    assert caught.value.code == code
    assert caught.value.path[:2] == ("claim", "subject")
    assert len(caught.value.message) < 400
    assert caught.value.message.isascii()
    assert caught.value.message.isprintable()


CLAIMS: list[tuple[Json, str]] = [
    ({"method": None}, "schema"), ({"start": 1}, "schema"), ({"step": 1}, "schema"), ({"step": True}, "schema"), ({"method": ["gd"]}, "schema"), ({"method": "GD"}, "claim"), ({"method": "gd "}, "claim"), ({"start": ""}, "claim"),
    ({"negated": None}, "schema"), ({"negated": 0}, "schema"), ({"negated": "false"}, "schema"), ({"negated": True}, "claim"), ({"kind": "training.paa"}, "schema"), ({"kind": "training.gd"}, "schema"), ({"kind": "training."}, "schema"),
    ({"kind": "activation.invex"}, "term"), ({"kind": "map.jacobian-nonsingular"}, "network"), ({"size": "1"}, "schema"), ({"eta": "1"}, "schema"), ({"region": []}, "schema"), ({"parameters": {}}, "schema"), ({"constant": "1"}, "schema"),
    ({"start": "zero"}, "claim"), ({"step": "every"}, "method"), ({"step": "number"}, "rational"), ({"step": "0.1"}, "rational"), ({"step": "1/10"}, "method"), ({"method": "sgd", "step": "1/10"}, "claim"), ({"step": "1" * 1990}, "method"),
    ({"method": "rounding", "negated": True}, "claim"), ({"method": "lbfgs"}, "claim"), ({"method": "{size}"}, "claim"), ({"subject": []}, "schema"), ({"subject": None}, "schema"), ({"subject": [["var", "x"]]}, "schema"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code"), CLAIMS, ids=[f"{changes!r:.40}" for changes, _ in CLAIMS])
def test_claims_have_one_form(changes: Json, code: str) -> None:
    document = descent(BASE)
    document["claim"] |= changes
    assert verdict(document) == code


@pytest.mark.parametrize("field", ["method", "start", "step", "kind", "negated", "subject"])
def test_nothing_may_be_left_out_of_a_claim(field: str) -> None:
    document = descent(BASE)
    del document["claim"][field]
    assert verdict(document) == "schema"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"by": {"rule": "graph"}}, "schema"), ({"method": "gd"}, "schema"), ({"step": "1"}, "schema"), ({"pieces": []}, "schema"), ({"rule": None}, "schema"), ({"rule": "training"}, "rule"), ({"rule": "graph "}, "rule")],
)  # fmt: skip
def test_steps_about_training_have_a_rule_and_no_more(changes: Json, code: str) -> None:
    document = descent(BASE)
    document["proof"]["step"] |= changes
    assert verdict(document) == code


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_about_functions_or_maps_shows_it(rule: str) -> None:
    document = certificate(BASE, rule=rule)
    assert (verdict(document) is None) is (rule == "graph")


def test_certificates_in_certificates_are_not_about_training() -> None:
    inner = certificate(BASE)
    outer = copy.deepcopy(inner)
    outer["proof"]["step"] = {"rule": "certificate", "document": inner}
    assert verdict(outer) == "rule"


# -- statements --------------------------------------------------------------------------------------------------


def said(subject: Json, **claim: Any) -> str:
    return checked(certificate(subject, **claim)).statement


def test_what_is_printed_is_what_was_verified() -> None:
    text = said(
        graph(
            'p w 2,3; d x 4,3 range=["-1","1/2"]; c m 4,2 kind:boolean; d k 4 kind:integer; a = linear x w null; b = where m a -inf; '
            "h = softmax b axis=1; g = clamp h low:1/100; i = log g; negative_log_likelihood i k null ignore=-100"
        )
    )
    lines = text.splitlines()
    assert "p = 6, has the entries of 1 parameter tensor(s)" in text
    assert "    #4 = linear(x, w, -) [4, 2]" in lines
    assert "    #5 = where(m, #4, -inf) [4, 2]" in lines
    assert "    #7 = clamp(#6, low = 1/100) [4, 2]" in lines
    assert "    #9 = negative_log_likelihood(#8, k, -, ignore = -100) []" in lines
    assert "    x: real [4, 3] in [-1, 1/2]" in lines
    assert "    m: boolean [4, 2]" in lines
    assert lines.index("  the constants are all") == lines.index("    m: boolean [4, 2]") - 1
    conditions = lines[lines.index("  provided that") + 1 :]
    assert conditions == [
        "    at #6 (softmax), no row of scores is masked as a whole",
        "    every entry of k is from 0 to 1, or -100 (ignored)",
        "    at #9 (negative_log_likelihood), some label is not ignored",
    ]


def test_the_digest_is_that_of_the_subject() -> None:
    """Order, names and spelling count: two spellings of one problem are two subjects."""
    renamed = spoilt("inputs.0.3", "u")
    assert checked(certificate(BASE)).subject_digest == digest(BASE)
    assert checked(certificate(renamed)).subject_digest == digest(renamed) != digest(BASE)


def test_a_field_with_detached_values_is_not_called_a_gradient() -> None:
    assert "it is not the gradient" in said(graph("p w -; a = detach w; multiply a w"))
    assert "is the gradient of L; L is real-analytic on R^p" in said(graph("p w -; multiply w w"))
    assert "on an open set of full measure" in said(graph("p w -; absolute w"))


@pytest.mark.parametrize(
    "name", ["y0", "None", "null", "v1", "_", "a/b", "a:real", "in.x", "A-1", "inf", "eta", "w" * 200]
)
def test_names_cannot_pass_for_anything_else(name: str) -> None:
    """Nodes begin with ``#``, what is missing is ``-``, numbers begin with a digit: no name does."""
    subject = spoilt("inputs.0.3", name)
    text = said(subject)
    assert f"linear(x, {name}, -)" in text
    assert text.isascii()
    assert text.replace("\n", "").isprintable()


def test_nodes_are_named_alike_in_the_list_and_in_conditions() -> None:
    text = said(
        graph(
            "p w 3; d c 3 kind:boolean; d z 3; b = add w z; m = where c b -inf; h = softmax m axis=0; squared_norm h"
        )
    )
    assert "#5 = softmax" in text
    assert "at #5 (softmax), no row" in text


def test_statements_stay_short() -> None:
    p = Problem()
    names = [p.trained(f"{'w' * 190}{k}", 1) for k in range(100)]
    masks = [p.data(f"{'m' * 190}{k}", 1, kind="boolean") for k in range(100)]
    rows = [
        p.node("softmax", p.node("where", c, w, "-inf"), axis=0) for c, w in zip(masks, names, strict=True)
    ]
    p.node("squared_norm", *rows)
    text = said(p.subject)
    assert len(text) < 40_000
    assert "40 more" in text
    wide = Problem()
    w = wide.trained("w" * 200, 1)
    wide.node("squared_norm", wide.node("concatenate", *[w] * 50_000, axis=0))
    assert len(said(wide.subject)) < 20_000


def test_exceptional_sets_depend_on_all_that_is_named() -> None:
    """Not one set for all weight decays, thresholds and matrices: there is none."""
    for method in ("weight-decay", "clip-norm", "clip-value", "preconditioned"):
        claim = {"method": method, "start": "density", "step": "almost-every"}
        text = said(BASE, kind=NONSINGULAR, rule="transformed-step", **claim)
        assert "(which depends on the data and on all else that is named here, and may be empty)" in text


# -- costs -------------------------------------------------------------------------------------------------------


def chain(first: str, op: str, count: int, twice: bool = False, **attributes: Any) -> Json:
    p = Problem()
    value = p.trained("w", 1)
    value = p.node(first, value)
    for _ in range(count):
        value = p.node(op, *[value] * (1 + twice), **attributes)
    p.node("squared_norm", value)
    return p.subject


def pooled(size: int, kernel: int, padding: int, dilation: int, count: int = 1) -> Json:
    p = Problem()
    value = p.trained("w", 1, 1, size)
    for _ in range(count):
        value = p.node("max_pool", value, kernel=[kernel], stride=[1], padding=[padding], dilation=[dilation])
    p.node("squared_norm", value)
    return p.subject


def glued(count: int) -> Json:
    """Choices whose branches are to be compared exactly, each a large node."""
    p = Problem()
    w = p.trained("w", 1)
    wide = p.node("concatenate", *[w] * count, axis=0)
    value = p.node("slice", wide, axis=0, start=0, stop=1)
    for _ in range(count):
        value = p.node("where", p.node("less", w, "0"), wide, value)
        value = p.node("slice", value, axis=0, start=0, stop=1)
    p.node("squared_norm", value)
    return p.subject


def squares(count: int) -> Json:
    """Choices between towers of squares."""
    p = Problem()
    w = p.trained("w", 1)
    tower = p.node("add", w, "3/2")
    for _ in range(150):
        tower = p.node("square", tower)
    value = tower
    for _ in range(count):
        value = p.node("where", p.node("less", w, "2/3"), value, tower)
    p.node("squared_norm", value)
    return p.subject


def labels(count: int) -> Json:
    """Many conditions on one input."""
    p = Problem()
    w, k = p.trained("w", 1, count), p.data("k", 1, kind="integer")
    values = [
        p.node("cross_entropy", p.node("slice", w, axis=1, start=0, stop=n + 2), k, None, ignore=-n - 1)
        for n in range(count - 2)
    ]
    p.node("squared_norm", *values)
    return p.subject


LONG = "1" * 1990
COSTLY: dict[str, tuple[Json, str | None]] = {
    "sums that double": (chain("exp", "add", 8_000, twice=True), None),
    "products that double": (chain("exp", "multiply", 8_000, twice=True), None),
    "squares of long numbers": (chain("exp", "power_of", 8_000, exponent="2"), None),
    "long numbers": (chain("exp", "clamp", 2_000, low=f"-{LONG}/2", high=f"{LONG}/2"), None),
    "as many axes as there are nodes": (chain("exp", "windows", 8_000, axis=0, size=1, step=1), "architecture"),
    "a tensor that is too large": (chain("exp", "expand", 1, shape=[2**40, 2**40]), "architecture"),
    "a large tensor": (chain("exp", "expand", 1, shape=[2**40, 2**8]), None),
    "sums of large tensors": (graph("p w -; a = expand w shape=[1048576,1048576,256]; b = exp a; e = sum b axes=[0,1,2]; log e"), None),
    "many windows": (pooled(2**40, 1, 0, 1, 1000), None),
    "padding without end": (pooled(5, 2**40, 2**39, 2**40), "shape"),
    "many windows in padding": (pooled(3, 2**20, 2**20, 4), "shape"),
    "a large kernel": (pooled(2**40, 2**39, 2**38, 1), "shape"),
    "large choices": (glued(3_000), None),
    "choices between towers": (squares(500), None),
    "many conditions": (labels(3_000), None),
    "many arguments": (graph("p w 1; a = squared_norm " + "w " * 99_000), None),
    "too many arguments": (graph("p w 1; a = squared_norm " + "w " * 100_001), "architecture"),
}  # fmt: skip


@pytest.mark.parametrize("name", COSTLY)
def test_costs_are_bounded(name: str) -> None:
    subject, code = COSTLY[name]
    start = time.perf_counter()
    try:
        found = verdict(descent(subject))
    except Refuse:
        found = code
    assert found == code
    assert time.perf_counter() - start < 5


def test_work_is_accounted_for() -> None:
    with pytest.raises(Refuse):
        checked(descent(COSTLY["sums that double"][0]), work=1_000_000)


def test_whole_files() -> None:
    """VALID, INVALID or REFUSED, and no other end."""
    honest = canonical(descent(perceptron("relu")))
    deep = canonical(descent(spoilt("nodes.0.2", {"low": [[[[]]]] * 20})))
    with Supervisor(Limits(), 1, "paper") as supervisor:
        assert supervisor.check(honest).status == "VALID"
        assert supervisor.check(honest.replace(b'"relu"', b'"sqrt"')).code == "domain"
        assert (
            supervisor.check(honest.replace(b'"negated":false', b'"negated":false,"negated":false')).code
            == "json"
        )
        assert supervisor.check(honest.replace(b"[4,3]", b"[4.0,3]")).code == "json"
        assert supervisor.check(honest.replace(b"[4,3]", b"[4,3e0]")).code == "json"
        assert supervisor.check(honest.replace(b"[4,3]", b"[4, 3]")).code == "canonical"
        assert supervisor.check(honest.replace(b'"b0"', b'"\\u00620"')).code == "canonical"
        assert supervisor.check(honest.replace(b"[4,3]", b"[" + b"9" * 5000 + b",3]")).status == "REFUSED"
        assert supervisor.check(deep).code == "rational"
