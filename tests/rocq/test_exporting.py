"""What exported files claim, and what is refused with which message; no compiler is needed."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flint import fmpq

from invexproof.api import prove
from invexproof.reports.replay import ReportError
from invexproof.rocq import ExportError, export
from invexproof.rocq.bounds import simple_above, simple_below
from invexproof.rocq.exporting import _comment
from invexproof.rocq.toolchain import needed, sources

ROOT = Path(__file__).resolve().parents[2]
ACTIVATIONS = ROOT / "certificates" / "activations"


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ACTIVATIONS / f"{name}.cert.json").read_text())
    return found


def test_a_proved_claim() -> None:
    exported = export(document("silu"))
    assert "Definition f (x : R) : R :=\n  x * sigmoid x." in exported.text
    assert exported.text.rstrip().endswith(
        "Theorem certified : invex f.\nProof. exact (valley f _ pieces_of_f). Qed."
    )
    assert (exported.theorem, exported.proposition) == ("certified", "invex f")


def test_a_refuted_claim_is_the_negation() -> None:
    exported = export(document("relu6"))
    assert exported.proposition == "not_invex f"
    assert "Definition f (x : R) : R :=\n  Rmin (Rmax x 0) 6." in exported.text


def test_where_division_occurs_the_theorem_says_that_f_is_defined() -> None:
    exported = export(document("softsign"))
    assert exported.proposition == "(forall x : R, defined_at x) /\\ invex f"
    assert "Definition defined_at (x : R) : Prop :=\n  1 + Rabs x <> 0." in exported.text


def test_a_refutation_says_where_it_needs_f_to_be_defined() -> None:
    assert export(document("cauchybump")).proposition == "not_invex_on defined_at f"


def test_zeros_are_shown_to_exist() -> None:
    exported = export(document("maxsig"))
    inside, outside = exported.text.split("End Zeros.")
    assert "Hypothesis zero1_zero : zero1 - sigmoid zero1 = 0." in inside
    assert "IVT_cor" in outside
    assert outside.count("Theorem certified : invex f.") == 1


@pytest.mark.parametrize(
    ("formula", "proposition"),
    [
        ("x + tanh(x)", "strictly_monotone f"),
        ("max(x, x/2)", "strictly_monotone f"),
        ("x*sigmoid(x)", "~ strictly_monotone f"),
        ("x/(1+x^2)", "not_strictly_monotone_on defined_at f"),
    ],
)
def test_monotonicity(formula: str, proposition: str) -> None:
    result = prove(formula, claim="strictly-monotone")
    assert result.document is not None
    assert export(result.document).proposition == proposition


def test_the_file_names_its_certificate() -> None:
    data = (ACTIVATIONS / "silu.cert.json").read_bytes()
    assert hashlib.sha256(data).hexdigest() in export(json.loads(data)).text


@pytest.mark.parametrize("name", ["silu", "relu6", "elu", "iplu-2", "signedsqrt", "tanhshrink"])
def test_files_have_no_gaps_and_no_axioms(name: str) -> None:
    text = export(document(name)).text
    assert text.isascii()
    assert not re.search(r"\b(Admitted|admit|Axiom|Parameter|Conjecture)\b", text)
    assert text.count("(*") == text.count("*)")
    assert text.count("\nProof.") == text.count("Qed.")


def test_the_statement_does_not_depend_on_the_proof() -> None:
    """Another valid proof of the same claim: the same definitions and the same theorem."""
    first = document("relu")
    other = json.loads(json.dumps(first))
    other["provenance"] = {"(*": '"*) Axiom false : False. (*'}
    texts = [export(each).text for each in (first, other)]
    statements = [
        re.findall(r"^(?:Definition f|Theorem certified).*?\.$", text, re.M | re.S) for text in texts
    ]
    assert statements[0] == statements[1]
    assert "Axiom" not in texts[1]


def test_comments_cannot_be_left() -> None:
    assert _comment('a *) Axiom "x (* é') == "a * ) Axiom ?x ( * ?"


@pytest.mark.parametrize("name", ["x) : R := 0. Axiom cheat : False. Definition g (y", "Rabs", "forall"])
def test_hostile_names_do_not_reach_a_file(name: str) -> None:
    hostile = document("relu")
    hostile["claim"]["subject"] = [["var", "x"], ["var", name], ["max", 0, 1]]
    with pytest.raises((ReportError, ExportError)):
        export(hostile)


def test_invalid_certificates_are_not_exported() -> None:
    invalid = document("silu")
    invalid["claim"]["negated"] = True
    with pytest.raises(ReportError, match="valid"):
        export(invalid)


def test_networks_are_not_exported() -> None:
    path = ROOT / "certificates" / "maps" / "shear.cert.json"
    with pytest.raises(ExportError, match=r"map\.jacobian-nonsingular"):
        export(json.loads(path.read_text()), path.parent)


def test_parameters_are_not_exported() -> None:
    general = document("relu")
    general["claim"]["parameters"] = {"beta": {"gt": "0"}}
    with pytest.raises(ExportError, match="parameters"):
        export(general)


def test_short_numbers_are_on_the_right_side() -> None:
    for k in range(-50, 50):
        value, slack = fmpq(k * 37, 101), fmpq(1, 1 + abs(k))
        below, above = simple_below(value, slack), simple_above(value, slack)
        assert value - slack <= below <= value <= above <= value + slack


def test_the_wheel_ships_what_exported_files_need() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    shipped = set(re.findall(r'"lemmas/rocq/(\w+\.v)" = "invexproof/rocq/lemmas/\1"', text))
    assert shipped == {path.name for path in needed(sources())}
