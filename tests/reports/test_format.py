"""The format is complete: every rule, field, operator and kind of the checker is in it; its examples hold."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import invexcheck
from invexcheck import terms
from invexcheck.architectures.graph import ROLES
from invexcheck.architectures.methods import COLLAPSES, METHODS, SADDLES, STARTS, STEPS
from invexcheck.architectures.operators import ACCEPTED
from invexcheck.architectures.table import OPERATORS
from invexcheck.hessians.hessian import MAX_PARAMETERS
from invexcheck.hessians.jets import ELEMENTARY, KINKED, MAX_POWER, SMOOTH
from invexcheck.hessians.lowering import LOWERINGS
from invexcheck.hessians.selections import MAX_CONFLICTS, MAX_SELECTIONS, MAX_SITES, MAX_VISITED
from invexcheck.hessians.spectra import MAX_BITS, MAX_BLOCK
from invexcheck.hessians.tape import MAX_BITS as LONGEST
from invexcheck.hessians.tape import MAX_ENTRIES
from invexcheck.hessians.tensors import MAX_INDEX
from invexcheck.kernel import MAX_DEPTH, verify
from invexcheck.limits import Limits
from invexcheck.networks import graph, tensors
from invexcheck.rules import RULES
from invexcheck.rules.calculus import COMPARISONS
from invexcheck.rules.enclosure import LEAVES
from invexcheck.rules.witnesses import BITS, MAX_WITNESSES, MIN_BITS
from invexcheck.statements import KINDS
from tests.reports.examples import CERTIFICATES, EXAMPLES, FORMAT, named, steps

SCHEMA: dict[str, Any] = json.loads((CERTIFICATES / "schema.json").read_text(encoding="utf-8"))
READERS = {"raw", "text", "choice", "integer", "flag", "rational", "items", "object", "has", "step", "sign"}
"""Methods that read a field of the file; their text arguments are names of fields."""
READING = ("kernel.py", "session.py", "networks/graph.py", "networks/tensors.py", "architectures/graph.py",
           "architectures/sizes.py")  # fmt: skip
"""Modules of the checker that read fields, beside its rules."""
NOT_FIELDS = {*terms.UNARY, *terms.BINARY, "rat", "var", "internal", ">", "<", ">=", "<="}


def fields_read() -> Iterator[str]:
    """Names of fields in the sources of the checker, f"{side}_steep" spelt out."""
    folder = Path(invexcheck.__file__).parent
    for path in (*(folder / name for name in READING), *sorted((folder / "rules").glob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                is_reader = node.func.attr in READERS or node.func.attr == "auxiliary_term"
                for argument in node.args if is_reader else ():
                    yield from texts(argument)


def texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        suffix = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
        yield from (f"{side}{suffix}" for side in ("lower", "upper"))


def test_every_field_that_the_checker_reads_is_documented() -> None:
    names = {name for name in fields_read() if name not in NOT_FIELDS}
    assert len(names) > 40
    assert {name for name in names if f"`{name}`" not in FORMAT and f'"{name}"' not in FORMAT} == set()


def test_every_rule_has_a_section_an_example_and_its_lemmas() -> None:
    headings = {
        name for line in re.findall(r"^### (.*)$", FORMAT, re.M) for name in re.findall(r"`([^`]+)`", line)
    }
    assert set(RULES) <= headings
    assert set(RULES) == {step["rule"] for document in EXAMPLES for step in steps(document)}
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| ((?:`[a-z-]+`(?:, )?)+) \|$", FORMAT, re.M))
    assert {name: tuple(re.findall(r"`([a-z-]+)`", row)) for name, row in rows.items() if name in RULES} == {
        name: rule.lemmas for name, rule in RULES.items()
    }


@pytest.mark.parametrize(
    "names",
    [
        terms.UNARY,
        terms.BINARY,
        terms.GUARDED,
        terms.CONSTANTS,
        KINDS,
        COMPARISONS,
        LEAVES,
        graph.READERS,
        tensors.LAYOUTS,
        ROLES,
        ACCEPTED,
        SADDLES,
        {method for method, _ in COLLAPSES},
        {method for method, _, _ in METHODS},
        {*STARTS, *STEPS},
    ],
    ids=[
        "unary",
        "binary",
        "guarded",
        "constants",
        "kinds",
        "comparisons",
        "leaves",
        "nodes",
        "layouts",
        "roles",
        "sorts",
        "saddles",
        "collapses",
        "methods",
        "starts-and-steps",
    ],
)
def test_every_name_of_the_checker_is_documented(names: Any) -> None:
    assert {name for name in names if not re.search(rf'[`"]{re.escape(name)}[`"]', FORMAT)} == set()


def test_every_operator_of_graphs_is_documented() -> None:
    assert set(re.findall(r"^\| `([a-z_0-9]+)\(", FORMAT, re.M)) == set(OPERATORS)


def test_the_limits_are_those_of_the_checker() -> None:
    limits = Limits()
    for said in (
        f"{limits.bytes >> 20} MiB of text", f"{limits.depth} levels of nesting", f"{limits.nodes} JSON values",
        f"{limits.digits} digits", f"{limits.terms} terms", f"{limits.leaves} enclosures and boxes",
        f"{limits.precision} bits of precision", f"{limits.entries} entries", f"{limits.sidecar >> 20} MiB of a file",
        f"{MAX_DEPTH} deep", f"{limits.seconds} seconds", f"at most {MAX_SELECTIONS} choices",
        f"p is at most {MAX_PARAMETERS}", f"at most {MAX_BLOCK} rows", f"n·b is at most {MAX_BITS}",
        f"more than {MAX_ENTRIES} entries", f"more than {MAX_INDEX};", f"1 to {MAX_WITNESSES} witnesses",
        f"at most {MAX_POWER}.", f"at most {MAX_VISITED} that are", f"an integer from {MIN_BITS} on",
        f"with {BITS} bits for this", f"at most {MAX_SITES} sites", f"at most {MAX_CONFLICTS} conflicts",
        f"at most {LONGEST} bits",
    ):  # fmt: skip
        assert said in FORMAT.replace("\n", " "), said


@pytest.mark.parametrize("document", EXAMPLES, ids=named)
def test_examples_are_valid(document: dict[str, Any]) -> None:
    assert verify(document, Limits()).statement


@pytest.mark.parametrize("document", EXAMPLES, ids=named)
def test_schema_accepts_examples(document: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


OF_STEPS = {d["proof"]["step"]["rule"]: d for d in EXAMPLES if d["claim"]["kind"].startswith("training.")}


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("graph", {"step": "every"}),
        ("flat-point", {"step": "0.1"}),
        ("flat-point", {"step": None}),
        ("flat-point", {"except": ["1/2"]}),
        ("rectified-head", {"except": None}),
        ("rectified-head", {"except": []}),
        ("rectified-head", {"except": [0.5]}),
        ("rectified-head", {"except": [["1/2"]]}),
        ("rectified-head", {"step": "between"}),
        ("rectified-head", {"between": ["0", "1/2"]}),
        ("hessian-witnesses", {"step": "sizes"}),
        ("hessian-witnesses", {"step": "sizes", "sizes": []}),
        ("hessian-witnesses", {"sizes": ["1/2"]}),
        ("hessian-witnesses", {"step": "between", "between": ["0"]}),
        ("quadratic-loss", {"between": [None, "1/2"]}),
        ("quadratic-loss", {"between": None}),
        ("quadratic-loss", {"step": "every"}),
        ("undone-decay", {"step": None}),
        ("undone-decay", {"step": "1/2"}),
        ("strict-saddles", {"method": "sgd"}),
        ("strict-saddles", {"start": "zero"}),
        ("strict-saddles", {"negated": True}),
        ("rectified-head", {"step": "every"}),
        ("dead-head", {"step": "every"}),
        ("dead-head", {"step": None}),
        ("dead-head", {"start": "density"}),
        ("null-image", {"step": "1/2"}),
    ],
)
def test_schema_rejects_spoilt_claims_about_steps(rule: str, changes: dict[str, Any]) -> None:
    """None takes a key away."""
    jsonschema = pytest.importorskip("jsonschema")
    document = OF_STEPS[rule]
    claim = {key: value for key, value in (document["claim"] | changes).items() if value is not None}
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert validator.is_valid(document)
    assert not validator.is_valid(document | {"claim": claim})


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("rectified-head", {"except": ["-2", ["1/3", "1/2"]]}),
        ("hessian-witnesses", {"method": "schedule", "step": "sizes", "sizes": ["1/2", "1/4"]}),
        ("hessian-witnesses", {"step": "between", "between": ["1/8", None]}),
        ("strict-saddles", {"step": "all-but", "except": ["1/2"]}),
        ("quadratic-loss", {"step": "1/4", "between": None}),
    ],
)
def test_schema_accepts_other_claims_about_steps(rule: str, changes: dict[str, Any]) -> None:
    """None takes a key away."""
    jsonschema = pytest.importorskip("jsonschema")
    document = OF_STEPS[rule]
    claim = {key: value for key, value in (document["claim"] | changes).items() if value is not None}
    jsonschema.Draft202012Validator(SCHEMA).validate(document | {"claim": claim})


def test_operators_with_hessians_are_documented() -> None:
    """Their lists, the pieces of each, and of which elementary functions the others are made."""
    page = (CERTIFICATES / "format" / "training.md").read_text(encoding="utf-8")
    listed = {
        name: set(re.findall("`([a-z_0-9]+)`", row))
        for name, row in re.findall(r"^\| (pieces|smooth|composed) \| (.*) \|$", page, re.M)
    }
    assert listed["pieces"] >= KINKED.keys()
    assert listed["smooth"] == SMOOTH.keys()
    assert listed["composed"] | listed["pieces"] | listed["smooth"] == LOWERINGS.keys()
    pieces, exact = page.partition("#### Choices of pieces")[2].partition("#### Exact Hessians")[::2]
    assert listed["pieces"] <= set(re.findall("`([a-z_0-9]+)`", pieces))
    same = {"negate", "square", "exp", *ELEMENTARY}
    assert listed["smooth"] - same <= set(re.findall("`([a-z_0-9]+)`", exact.partition("####")[0]))


def test_schema_knows_every_rule_with_its_fields() -> None:
    definitions = SCHEMA["$defs"]
    rules = {
        name.removeprefix("rule-"): value for name, value in definitions.items() if name.startswith("rule-")
    }
    assert set(rules) == set(RULES)
    assert {entry["$ref"] for entry in definitions["step"]["oneOf"]} == {
        f"#/$defs/rule-{name}" for name in RULES
    }
    claim = definitions["claim"]["properties"]
    assert claim["kind"]["enum"] == list(KINDS)
    assert set(claim["method"]["enum"]) == {method for method, *_ in (*METHODS, *COLLAPSES)}
    assert set(definitions["operation"]["prefixItems"][0]["enum"]) == set(OPERATORS)
    known = set(re.findall(r'"([a-z_0-9]+)": \{', json.dumps(SCHEMA)))
    assert {name for name in fields_read() if name not in NOT_FIELDS} <= known
    for document in EXAMPLES:
        for step in steps(document):
            rule = rules[step["rule"]]
            assert set(rule["required"]) <= set(step) <= set(rule["properties"]), step["rule"]
