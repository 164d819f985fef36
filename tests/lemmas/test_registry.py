"""Registry, rules, the checker's table of lemmas and the paper proofs are in step."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from invexcheck.lemmas import LEMMAS
from invexcheck.rules import RULES
from invexcheck.rules.calculus import COMPARISONS

ROOT = Path(__file__).resolve().parents[2]
REGISTRY: list[dict[str, Any]] = tomllib.loads((ROOT / "lemmas/lemmas.toml").read_text("utf-8"))["lemma"]
NEEDED = {lemma for rule in RULES.values() for lemma in rule.lemmas}
KEYS = {"id", "title", "statement", "statement_latex", "hypotheses", "rules", "proof"}


def sections(page: Path) -> dict[str, str]:
    """The second-level sections of a page, by heading."""
    parts = re.split(r"^## (.+)$", page.read_text(encoding="utf-8"), flags=re.M)
    headings = parts[1::2]
    assert len(headings) == len(set(headings)), f"a heading twice in {page}"
    return dict(zip(headings, parts[2::2], strict=True))


def test_every_rule_rests_on_a_lemma() -> None:
    assert [name for name, rule in RULES.items() if not rule.lemmas] == []


def test_registry_table_and_rules_name_the_same_lemmas() -> None:
    ids = [entry["id"] for entry in REGISTRY]
    assert len(ids) == len(set(ids))
    assert set(ids) == NEEDED == LEMMAS.keys()


def test_comparisons_name_lemmas_of_their_rule() -> None:
    assert {known.lemma for known in COMPARISONS.values()} <= set(RULES["compare"].lemmas)


def test_every_section_of_the_course_is_registered() -> None:
    pages = {ROOT / entry["proof"]["file"] for entry in REGISTRY}
    titles = {title for page in pages for title in sections(page)}
    assert titles == {entry["proof"]["anchor"] for entry in REGISTRY}


@pytest.mark.parametrize("entry", REGISTRY, ids=lambda entry: entry["id"])
def test_an_entry_is_complete_and_leads_to_a_proof(entry: dict[str, Any]) -> None:
    assert entry.keys() - {"rocq"} == KEYS
    assert all(entry[key] for key in KEYS)
    assert entry["title"] == LEMMAS[entry["id"]].title
    assert entry["proof"].keys() == {"kind", "file", "anchor"}
    assert entry["proof"]["kind"] == LEMMAS[entry["id"]].proof
    assert entry["proof"]["kind"] in ("paper", "rocq")
    users = sorted(name for name, rule in RULES.items() if entry["id"] in rule.lemmas)
    assert entry["rules"] == users
    section = " ".join(sections(ROOT / entry["proof"]["file"])[entry["proof"]["anchor"]].split())
    assert f"Rules: {', '.join(f'`{name}`' for name in users)}." in section
    assert "**Statement.**" in section
    assert "**Proof" in section


def test_the_comparisons_are_the_ones_that_are_proved() -> None:
    course = (ROOT / "docs/lemmas/comparisons.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| ([a-z]+(?:-[a-z0-9]+)+) \|", course, flags=re.M)) == COMPARISONS.keys()
