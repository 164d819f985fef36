"""How the search behaves: the same bytes each time, a limit in time, and what it says when it gives up."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import pytest
from flint import fmpq

from invexcheck.goals import Analytic, Claim, Sign, Span
from invexcheck.kernel import verify
from invexcheck.limits import Limits
from invexcheck.rules.enclosure import LEAVES
from invexproof.certificates.builder import canonical_bytes
from invexproof.expressions.parser import parse
from invexproof.provers.landscape import bisect, dyadic, grid, survey
from invexproof.provers.outcome import Verdict
from invexproof.provers.trees import MAX_EXPLICIT, TreeBuilder, explicit_cut, tree
from invexproof.provers.univariate import prove_activation, rational_from, undecided
from invexproof.provers.workshop import AUXILIARY_KEYS, HOLE, OutOfTime, Stuck, Workshop, fill, span_key
from tests.provers.deciding import with_provenance

RESISTS = "2*x+sin(x)+sin(sqrt(2)*x)/sqrt(2)"
"""Invex, but the infimum of the slope is 0 and not attained, among infinitely many near-zeros."""


def shop_for(formula: str, **options: Any) -> Workshop:
    return Workshop(parse(formula).to_table(), **options)


def span(shop: Workshop, low: str | None, high: str | None) -> Span:
    ends = [
        None if end is None else shop.rational(fmpq(*Fraction(end).as_integer_ratio())) for end in (low, high)
    ]
    return Span(ends[0], ends[1], ends[0] is None, ends[1] is None)


# -- the same certificate, in time ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "formula", ["x*sigmoid(x)", "x+sin(x)", "abs(exp(x)-2)", "(x^3+x-1)^4", "min(max(x,0),6)"]
)
def test_two_runs_give_the_same_bytes(formula: str) -> None:
    first, second = (prove_activation(parse(formula)).document for _ in range(2))
    assert first is not None
    assert canonical_bytes(first) == canonical_bytes(second)


@pytest.mark.parametrize("formula", ["x*sigmoid(x)", RESISTS, "sqrt(x^2+1)-sqrt((x-3)^2+4)", "sin(x)*exp(x)"])
def test_the_time_allowed_is_kept(formula: str) -> None:
    started = time.monotonic()
    outcome = prove_activation(parse(formula), timeout=0.001)
    assert time.monotonic() - started < 15, "the limit is a matter of seconds even on a busy machine"
    assert outcome.verdict is not Verdict.NOT_APPLICABLE
    if outcome.verdict is Verdict.UNDECIDED:
        assert outcome.document is None
        assert "time" in outcome.reason


def test_the_deadline_is_noticed() -> None:
    with pytest.raises(OutOfTime):
        shop_for("x", deadline=time.monotonic() - 1).check_time()
    shop_for("x").check_time()


def test_an_undecided_claim_names_what_resists() -> None:
    """Boxes as decimal texts in order, and the smallest width tried, where the search got stuck on boxes."""
    outcome = prove_activation(parse(RESISTS), timeout=20)
    assert outcome.verdict is Verdict.UNDECIDED
    assert outcome.reason
    assert outcome.document is None
    for low, high in outcome.boxes:
        assert float(low.strip("[]").replace("+/- ", "-")) <= float(high.strip("[]").replace("+/- ", ""))


def test_boxes_and_their_widths_are_reported_once() -> None:
    shop = shop_for("x")
    goal = Sign(shop.subject, ">", Span())
    for box in [("0", "1"), ("0", "1"), None, ("2", "2.25"), ("5", "[+/- inf]")]:
        shop.stuck.append(Stuck(goal, box))
    outcome = undecided(shop, "because")
    assert outcome.boxes == (("0", "1"), ("2", "2.25"), ("5", "[+/- inf]"))
    assert outcome.delta == "0.25"
    assert outcome.reason == "because"
    assert undecided(shop_for("x"), "because").delta is None


@pytest.mark.parametrize(
    ("text", "value"), [("1.5", fmpq(3, 2)), ("-2e-3", fmpq(-1, 500)), ("[+/- inf]", None)]
)
def test_decimal_texts_are_read_exactly(text: str, value: fmpq | None) -> None:
    assert rational_from(text) == value


# -- the workshop ----------------------------------------------------------------------------


def lines(value: Any) -> list[int]:
    """The lines of the proof's table that a step names."""
    if isinstance(value, dict):
        own = [item for key, item in value.items() if key in AUXILIARY_KEYS and type(item) is int]
        return own + [line for item in value.values() for line in lines(item)]
    return [line for item in value for line in lines(item)] if isinstance(value, list) else []


@pytest.mark.parametrize("formula", ["x*sigmoid(x)", "x*(1/9+1/2)+2*cos(x)/3-sin(2*x)/4"])
def test_a_finished_certificate_carries_only_terms_that_it_uses(formula: str) -> None:
    document = prove_activation(parse(formula)).document
    assert document is not None
    table = document["proof"]["terms"]
    needed = set(lines(document["proof"]["step"]))
    assert needed
    assert max(needed) < len(table)
    for k in range(len(table) - 1, -1, -1):
        assert k in needed
        needed |= {entry for entry in table[k][1:] if type(entry) is int}


def test_a_certificate_without_own_terms_has_no_table() -> None:
    document = prove_activation(parse("abs(x)")).document
    assert document is not None
    assert "terms" not in document["proof"]
    verify(with_provenance(document), Limits())


def test_terms_get_one_line_each() -> None:
    shop = shop_for("x*exp(x)")
    slope = shop.session.derivative(shop.subject)
    assert [shop.line(slope), shop.line(shop.subject), shop.line(slope)] == [0, 1, 0]


def test_steps_go_where_the_path_says() -> None:
    step: dict[str, Any] = {"rule": "cases", "by": [dict(HOLE), {"rule": "sum", "analytic": HOLE}]}
    fill(step, ("by", 0), {"rule": "zero"})
    fill(step, ("by", 1, "analytic"), dict(HOLE))
    assert step == {"rule": "cases", "by": [{"rule": "zero"}, {"rule": "sum"}]}


def test_a_step_that_the_checker_rejects_has_no_obligations() -> None:
    shop = shop_for("x")
    goal = Sign(shop.subject, ">", span(shop, "1", "2"))
    assert shop.obligations(goal, {"rule": "interval"}) == []
    assert shop.obligations(goal, {"rule": "interval", "tree": "x"}) is None
    assert shop.obligations(goal, {"rule": "valley", "pieces": []}) is None
    assert shop.obligations(goal, {"rule": "interval", "unknown": 1}) is None


def test_spans_are_remembered_by_what_they_are() -> None:
    shop = shop_for("x")
    assert span_key(span(shop, "1", "2")) == span_key(span(shop, "1", "2"))
    assert span_key(span(shop, "1", None)) != span_key(span(shop, "1", "2"))


# -- trees ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "relation", "low", "high"),
    [
        ("x", ">", "1", "2"),
        ("x^2-x+26/100", ">", "-4", "4"),  # 1/100 above 0 at 1/2: splits
        ("exp(x)-x-99/100", ">", "-2", "2"),
        ("x^2-2*x+1+1/1000000", ">", "1/2", "3/2"),
        ("1/(1+x^2)", ">", None, None),
        ("tanh(x)-2", "<", None, None),
        ("x^2+sin(x)/x", ">", "1", "9"),
        ("-x", "<=", "0", None),
        ("x-atan(x)+2", ">", "-1", None),
    ],
)
def test_trees_satisfy_the_checker(formula: str, relation: str, low: str | None, high: str | None) -> None:
    shop = shop_for(formula)
    goal = Sign(shop.subject, relation, span(shop, low, high))
    step = tree(shop, goal)
    assert step is not None
    assert shop.obligations(goal, step) == []
    assert set(step.get("tree", "e")) <= set(LEAVES) | set("0s")


@pytest.mark.parametrize(
    ("formula", "relation"), [("x", ">"), ("x^2-1", ">="), ("x^2", ">"), ("sin(1000*x)-2/3", "<")]
)
def test_there_is_no_tree_for_what_is_false(formula: str, relation: str) -> None:
    shop = shop_for(formula)
    builder = TreeBuilder(shop, Sign(shop.subject, relation, span(shop, "-2", "3")), 256, 64)
    assert builder.build() is None
    assert builder.worst is not None


def test_unbounded_boxes_are_cut_at_named_points() -> None:
    shop = shop_for("x*tanh(x)+1")  # the whole line is too much for one leaf, both halves are not
    step = tree(shop, Sign(shop.subject, ">", Span()))
    assert step is not None
    assert step["tree"].count("s") == len(step["at"])
    assert step["at"][0] == [0, "0"]


def test_cuts_of_half_lines_move_outwards() -> None:
    shop = shop_for("x")
    for low, high, sign in (("3", None, 1), (None, "-3", -1), ("-100", None, 1), (None, "100", -1)):
        box = shop.session.interval(span(shop, low, high))
        previous = fmpq(*Fraction(low or high or "0").as_integer_ratio())
        cut = explicit_cut(box)
        assert (cut - previous) * sign > 0
        assert abs(cut) < MAX_EXPLICIT


@pytest.mark.parametrize(("formula", "low", "high", "found"), [
    ("log(x)", "1", "2", True), ("log(x)", "0", "2", False), ("sqrt(x)", "1/1000", None, True),
    ("1/x", "-1", "1", False),
    ("exp(x)/(2-sin(x))", None, None, True), ("tan(x)", "-3/2", "3/2", True), ("tan(x)", "0", "2", False),
])  # fmt: skip
def test_trees_show_where_terms_are_analytic(
    formula: str, low: str | None, high: str | None, found: bool
) -> None:
    shop = shop_for(formula)
    goal = Analytic(shop.subject, span(shop, low, high))
    step = tree(shop, goal, max_leaves=256)
    assert (step is not None) is found
    if step is not None:
        assert shop.obligations(goal, step) == []


# -- the landscape ----------------------------------------------------------------------------


def test_samples_lie_inside_and_in_order() -> None:
    for low, high in [(None, None), (fmpq(0), None), (None, fmpq(-7, 3)), (fmpq(1, 3), fmpq(1, 2))]:
        points = grid(low, high)
        assert points == sorted(set(points))
        assert len(points) > 20
        assert low is None or points[0] > low
        assert high is None or points[-1] < high


def test_dyadic_rationals_are_near() -> None:
    for x in (fmpq(1, 3), fmpq(-22, 7), fmpq(10**9 + 1, 3), fmpq(0)):
        for width in (fmpq(1), fmpq(1, 1000), fmpq(1, 10**12)):
            near = dyadic(x, width)
            assert abs(near - x) <= width / 4
            assert int(near.q) & (int(near.q) - 1) == 0


def test_bisection_keeps_the_change_of_sign() -> None:
    shop = shop_for("x^2-2")
    found = bisect(shop, shop.subject, fmpq(0), fmpq(2), 60)
    assert found is not None
    low, high = found
    assert low * low < 2 < high * high
    assert high - low <= fmpq(2) / 2**60
    assert bisect(shop, shop.subject, fmpq(2), fmpq(3), 60) is None
    assert bisect(shop_for("x"), 0, fmpq(0), fmpq(1), 60) is None, "the sign at 0 cannot be told"


def test_the_landscape_has_the_pieces_of_the_function() -> None:
    expression = parse("max(abs(x)-1,0)")
    shop = Workshop(expression.to_table())
    land = survey(shop, expression)
    assert [c.value for c in land.cuts] == [-1, 0, 1] or [c.value for c in land.cuts] == [-1, 1]
    assert len(land.pieces) == len(land.cuts) + 1
    assert {s.sign for s in land.samples if s.x < -1} == {-1}
    assert {s.sign for s in land.samples if abs(s.x) < 1} == {None}
    assert {s.sign for s in land.samples if s.x > 1} == {1}
    count = len(land.samples)
    land.add_samples([fmpq(1, 7), fmpq(1, 7), fmpq(1)])
    assert len(land.samples) == count + 1, "neither twice nor at a cut"


def test_infinitely_many_pieces_are_a_window() -> None:
    expression = parse("max(sin(x),0)+x")
    shop = Workshop(expression.to_table())
    land = survey(shop, expression)
    assert land.infinite
    claim = Claim("activation.invex", shop.subject, False)
    assert claim.negated is False
    assert prove_activation(expression, timeout=5).verdict in (Verdict.UNDECIDED, Verdict.REFUTED)
