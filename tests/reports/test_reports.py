"""Explanations of certificates: complete, well-formed, true to the document; and deterministic pictures."""

from __future__ import annotations

import copy
import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import matplotlib.image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invexcheck.kernel import verify
from invexcheck.limits import Limits
from invexcheck.rules import RULES
from invexcheck.statements import KINDS
from invexproof.activations import resolve
from invexproof.expressions.evaluation import fraction_value
from invexproof.expressions.parser import parse
from invexproof.expressions.printing import to_text
from invexproof.expressions.terms import Expression
from invexproof.provers.univariate import prove_activation
from invexproof.reports import ReportError, explain, narrate, replay
from invexproof.reports.definitions import DEFINITIONS, STATEMENTS
from invexproof.reports.facts import FACTS
from invexproof.reports.numerals import high, low
from invexproof.reports.pictures import save_plot
from invexproof.reports.prose import Argument, Block, plain
from invexproof.reports.templates import TEMPLATES
from invexproof.reports.terminal import to_terminal
from invexproof.reports.tidying import tidied
from tests.expressions.strategies import rational_expressions
from tests.reports.examples import CERTIFICATES, EXAMPLES, named

PROVED = ("gelu", "silu", "mish", "relu", "elu", "tanh", "softplus")
SHIPPED = sorted((CERTIFICATES / "activations").glob("**/*.cert.json*"))


@pytest.fixture(scope="session")
def certificates() -> list[dict[str, Any]]:
    """Certificates as the prover writes them."""
    found = []
    for name in (*PROVED, "hardswish", "sin"):
        outcome = prove_activation(resolve(name).expression, timeout=30)
        assert outcome.document is not None, name
        found.append({"provenance": {}, **outcome.document})
    return found


# -- templates --------------------------------------------------------------------------------------------


def test_every_rule_and_every_kind_has_its_words() -> None:
    assert set(TEMPLATES) == set(RULES)
    assert set(STATEMENTS) == set(DEFINITIONS) == set(KINDS)


@pytest.mark.parametrize("rule", TEMPLATES)
def test_templates_use_facts_that_exist(rule: str) -> None:
    used = {name for text in TEMPLATES[rule].texts.values() for name in re.findall(r"\{([^}]*)\}", text)}
    assert used <= set(FACTS)


def test_every_fact_is_used() -> None:
    used = {
        name
        for template in TEMPLATES.values()
        for text in template.texts.values()
        for name in re.findall(r"\{([^}]*)\}", text)
    }
    assert set(FACTS) - used == set()


def test_every_variant_of_the_word_of_a_valley_has_a_text() -> None:
    shapes = ("decreasing", "block", "increasing")
    words = {
        "-".join(shape for k, shape in enumerate(shapes) if mask >> k & 1)
        for mask in range(1, 2 ** len(shapes))
    }
    assert set(TEMPLATES["valley"].texts) == words


# -- narratives -------------------------------------------------------------------------------------------


def steps(blocks: tuple[Block, ...]) -> list[Argument]:
    found = [block for block in blocks if isinstance(block, Argument)]
    return found + [inner for block in found for inner in steps(block.parts)]


@pytest.mark.parametrize("document", EXAMPLES, ids=named)
def test_every_example_is_explained_in_every_form(document: dict[str, Any]) -> None:
    narrative = narrate(replay(document))
    titles = [section.title for section in narrative.sections]
    assert titles[:2] == ["Statement", "Definitions"]
    assert titles[2] in ("The function", "The map", "The composition", "The training problem")
    assert titles[3] == "Why it is true"
    assert titles[-1] == "What was trusted"
    numbers = [step.number for section in narrative.sections for step in steps(section.blocks)]
    assert all(times == 1 for times in Counter(numbers).values())
    for text in (explain(document), explain(document, form="markdown")):
        assert "?" not in text
        assert "None" not in text
        assert not re.search(r"\{[a-z_]+_(point|value)\}", text)


@pytest.mark.parametrize("document", EXAMPLES, ids=named)
def test_markdown_is_well_formed(document: dict[str, Any]) -> None:
    text = explain(document, form="markdown")
    assert text.count("$`") == text.count("`$")
    assert text.count("```") % 2 == 0
    formulas = re.findall(r"\$`(.*?)`\$", text) + re.findall(r"```math\n(.*?)\n```", text, re.S)
    assert formulas
    for formula in formulas:
        assert formula.count("{") == formula.count("}"), formula
        assert formula.count(r"\left") == formula.count(r"\right"), formula
        assert formula.isascii(), formula
    for table in re.findall(r"(?:^\|.*\|\n)+", text, re.M):
        assert len({row.count("|") for row in table.splitlines()}) == 1, table


def test_the_replay_agrees_with_the_checker(certificates: list[dict[str, Any]]) -> None:
    for document in (*EXAMPLES, *certificates):
        verified, replayed = verify(document, Limits()), replay(document)
        assert replayed.statement == verified.statement
        assert replayed.rules == verified.rules
        assert replayed.lemmas == verified.lemmas


def test_numbers_of_a_proof_appear() -> None:
    document = next(
        d for d in EXAMPLES if "tree" in json.dumps(d) and d["claim"]["kind"] == "activation.convex"
    )
    text = " ".join(explain(document).split())
    assert "6 boxes cover the interval" in text
    assert "the smallest lower bound is" in text


def test_a_refutation_names_both_points() -> None:
    document = next(d for d in EXAMPLES if d["proof"]["step"].get("cofactor") is not None)
    text = " ".join(explain(document).split())
    assert "c₁ ≈ 0.050254 is a zero of 40*x^3 - 20*x + 1 between 0 and 1/4" in text
    assert "at −3/4 it is −411/1280" in text


def test_real_proofs_are_explained(certificates: list[dict[str, Any]]) -> None:
    for document in certificates:
        narrative = narrate(replay(document))
        refuted = document["claim"]["negated"]
        assert narrative.title.endswith("refuted" if refuted else "proved")
        assert to_terminal(narrative, width=80, color=True).count("\x1b[") > 10
        assert max(map(len, to_terminal(narrative, width=80).splitlines())) <= 80
        assert explain(document, form="markdown") == explain(document, form="markdown")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_certificates_are_explained(path: Path, tmp_path: Path) -> None:
    data = path.read_bytes()
    document = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    assert explain(document, form="markdown", plot=tmp_path / "f.svg")


def test_an_invalid_certificate_is_not_explained() -> None:
    document = copy.deepcopy(next(d for d in EXAMPLES if d["proof"]["step"]["rule"] == "chord"))
    document["proof"]["step"]["to"] = "-1/2"
    with pytest.raises(ReportError, match="not; at proof"):
        explain(document)


def test_an_unknown_form_is_an_error() -> None:
    with pytest.raises(ReportError, match="markdown"):
        explain(EXAMPLES[0], form="prose")  # type: ignore[arg-type]


# -- numbers and formulas ---------------------------------------------------------------------------------


@given(st.fractions(-1000, 1000, max_denominator=10**6), st.integers(-40, 40))
def test_bounds_are_rounded_outwards(value: Any, exponent: int) -> None:
    from decimal import Decimal
    from fractions import Fraction

    from flint import arb, fmpq

    end = (arb(fmpq(value.numerator, value.denominator)) * arb(2) ** exponent).mid()
    mantissa, power = (int(part) for part in end.man_exp())
    exact = Fraction(mantissa) * Fraction(2) ** power

    def read(latex: str) -> Fraction:
        digits, _, scale = latex.partition(r" \cdot 10^{")
        return Fraction(Decimal(digits)) * Fraction(10) ** int(scale.rstrip("}") or 0)

    below, above = read(low(end).latex), read(high(end).latex)
    assert below <= exact <= above
    assert above - below <= abs(exact) / 500


@given(rational_expressions, st.fractions(-5, 5, max_denominator=7))
def test_tidying_keeps_values_and_domains(expression: Any, at: Any) -> None:
    assert fraction_value(tidied(expression), {"x": at}) == fraction_value(expression, {"x": at})


def test_tidying_reads_well() -> None:
    for raw, tidy in (
        ("1*x + (-3)*x", "x - 3*x"),
        ("x*(-2)", "-2*x"),
        ("x - (-1/5)", "x + 1/5"),
        ("(-1)*(-x)", "x"),
        ("2*(-(3))", "-6"),
    ):
        assert to_text(tidied(Expression.from_table(parse(raw).to_table()))) == tidy


# -- pictures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", EXAMPLES[::4], ids=named)
def test_pictures_are_not_empty(document: dict[str, Any], tmp_path: Path) -> None:
    save_plot(replay(document), tmp_path / "f.png", thumbnail=True)
    pixels = matplotlib.image.imread(tmp_path / "f.png")
    assert pixels.std() > 0.02


def test_pictures_are_deterministic(certificates: list[dict[str, Any]], tmp_path: Path) -> None:
    replayed = replay(certificates[0])
    for suffix in (".svg", ".png", ".pdf"):
        files = [tmp_path / f"{k}{suffix}" for k in range(2)]
        for file in files:
            save_plot(replayed, file)
        assert files[0].read_bytes() == files[1].read_bytes(), suffix
    assert "<dc:date>" not in (tmp_path / "0.svg").read_text(encoding="utf-8")


def test_explain_draws_what_it_is_told(certificates: list[dict[str, Any]], tmp_path: Path) -> None:
    explain(certificates[-2], plot=tmp_path / "f.svg")
    assert (tmp_path / "f.svg").stat().st_size > 5000
    with pytest.raises(ReportError, match="svg"):
        explain(certificates[-2], plot=tmp_path / "f.gif")


def test_phrases_join_words() -> None:
    assert plain(("a ", "b")) == "a b"
