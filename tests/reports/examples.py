"""The certificates that the format shows: one for every rule, used as a corpus by the tests of the reports."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

CERTIFICATES = Path(__file__).resolve().parents[2] / "certificates"
PAGES = (CERTIFICATES / "FORMAT.md", *sorted((CERTIFICATES / "format").glob("*.md")))
FORMAT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)

EXAMPLES: list[dict[str, Any]] = [json.loads(body) for body in re.findall(r"```json\n(.*?)```", FORMAT, re.S)]


def steps(value: Any) -> list[dict[str, Any]]:
    """All steps of a document, outer ones first."""
    found = [value] if isinstance(value, dict) and "rule" in value else []
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found + [step for child in children for step in steps(child)]


def named(document: dict[str, Any]) -> str:
    """A name for test reports: the innermost interesting rules."""
    rules = [step["rule"] for step in steps(document["proof"]) if step["rule"] != "interval"]
    return "+".join(dict.fromkeys(rules))
