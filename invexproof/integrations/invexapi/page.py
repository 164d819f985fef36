"""``docs/audit-invexapi.md``: the audit as a page of the manual."""

from __future__ import annotations

import inspect
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from invexproof.integrations.invexapi import prose
from invexproof.integrations.invexapi.auditing import CERTIFICATES, Audit, Row, ranges_text
from invexproof.integrations.invexapi.counterexamples import CASES, Case, layer, three_relu_layers
from invexproof.integrations.invexapi.deciding import Decision
from invexproof.integrations.invexapi.evidence import Evidence
from invexproof.integrations.invexapi.exports import EXPORTS, PROPERTIES, SEPARABLE, VERSION
from invexproof.integrations.invexapi.families import LayerFamily
from invexproof.integrations.invexapi.plans import LEMMAS
from invexproof.integrations.invexapi.rules import RULES, Rule
from invexproof.integrations.invexapi.sample_layers import SampleLayer

NONE: Final = "–"
MAX_STATEMENT: Final = 700


def audit_page(found: Audit) -> str:
    """The page, in Markdown."""
    return "".join(_parts(found))


def _parts(found: Audit) -> Iterator[str]:
    yield prose.HEAD.format(version=VERSION, summary=_summary(found), folder=CERTIFICATES.as_posix())
    yield from _formulas()
    names = " | ".join(name.replace("_", "-") for name in PROPERTIES)
    yield prose.VERDICTS.format(properties=names, rules=" | ".join("---" for _ in PROPERTIES))
    yield from (_verdicts(row) for row in found.rows)
    yield prose.ADMISSIBLE
    yield from (line for row in found.rows for line in _grounds(row))
    yield prose.LAYERS
    yield from (_family(each, evidence) for each, evidence in found.families)
    yield prose.SAMPLES
    yield from (_sample(sample, decision) for sample, decision in found.layers)
    yield prose.RULES
    yield from (_rule(rule) for rule in RULES)
    yield prose.WRONG
    yield from (_case(case, kinds) for case, kinds in found.cases)
    yield prose.HELPER + _code(layer)
    yield prose.THREE + _code(three_relu_layers)
    yield prose.BUILDERS
    yield from (_code(sample.build) for sample, _ in found.layers if not _is_case(sample))
    yield prose.UNMARKED
    yield from (f"{case.text}\n\n{_findings(kinds)}\n" for case, kinds in found.unmarked)
    yield prose.STEPS
    yield from (f"- *{name}*: {text}\n" for name, text in LEMMAS.items())
    yield prose.OTHERS
    yield from (f"- `{e.name}`: {e.note}.\n" for e in EXPORTS if e.role in prose.OTHER_ROLES)
    for role, text in prose.ROLES.items():
        yield f"- {text}: {', '.join(f'`{e.name}`' for e in EXPORTS if e.role == role)}.\n"
    yield prose.CERTIFICATES
    yield from (_line(f"`{path.name}`", statement_text(e.statement)) for path, e in found.evidence.items())


def _line(*cells: str) -> str:
    """A row of a table."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _as_code(text: str) -> str:
    return f"`{text}`"


def statement_text(statement: str) -> str:
    """A statement of the checker in one line, cut if it is very long."""
    first, *others = (line.strip() for line in statement.splitlines())
    text = f"{first} {'; '.join(others)}".replace("where; ", "where ").strip()
    return _as_code(text if len(text) <= MAX_STATEMENT else f"{text[:MAX_STATEMENT]} …")


def _is_case(sample: SampleLayer) -> bool:
    return any(case.build is sample.build for case in CASES)


def _summary(found: Audit) -> str:
    """The verdicts counted."""
    tally = Counter(
        row.decisions[name].verdict for row in found.rows for name in PROPERTIES if row.marks[name]
    )
    counts = ", ".join(f"{number} {verdict}" for verdict, number in tally.most_common())
    wrong = sum(all(e.verdict == "refuted" for e in kinds.values()) for _, kinds in found.cases)
    return (
        f"- **Functions.** Of the {tally.total()} marks of separable functions, for the parameters of the library's\n"
        f"  own examples and for all parameters in their ranges: {counts}.\n"
        f"- **Layers and compositions.** {wrong} small, exact objects are marked and lack the property, with a\n"
        "  certificate each: the mark of a layer does not depend on its weights, and some rules trust what they are\n"
        "  told."
    )


def _formulas() -> Iterator[str]:
    for name, function in SEPARABLE.items():
        for variant in function.variants:
            power = variant.power if variant.power.isdigit() else f"0 < {variant.power} ≤ 1"
            yield _line(f"`{name}`", _as_code(variant.inner), power, ranges_text(variant) or NONE)


def _verdicts(row: Row) -> str:
    return _line(f"`{row.function}`", row.parameters, *(_verdict(row, name) for name in PROPERTIES))


def _verdict(row: Row, name: str) -> str:
    decision = row.decisions[name]
    at = f" at {row.at[name]}" if name in row.at else ""
    verdict = decision.verdict if decision.verdict == "not checked" else f"**{decision.verdict}**{at}"
    return f"{row.marks[name] or NONE}: {verdict}"


def _grounds(row: Row) -> Iterator[str]:
    """A line for each property that is decided: by which steps, and from which certificates."""
    for name in PROPERTIES:
        decision = row.decisions[name]
        if decision.evidence and "implied" not in decision.lemmas:
            yield _line(
                f"`{row.function}`",
                row.parameters,
                name,
                decision.verdict,
                ", ".join(decision.lemmas),
                ", ".join(_name(e) for e in decision.evidence.values()),
            )


def _family(each: LayerFamily, evidence: Evidence) -> str:
    weights = ", ".join(text if ">" in text else f"any {text}" for text in each.ranges)
    return _line(f"`{each.layer}`", _as_code(each.formula), weights, evidence.verdict, _name(evidence))


def _sample(sample: SampleLayer, decision: Decision) -> str:
    shape = " × ".join(map(str, sample.input_shape))
    certificates = ", ".join(_name(e) for e in decision.evidence.values())
    return _line(f"`{sample.name}`", sample.text, shape, decision.verdict, certificates)


def _rule(rule: Rule) -> str:
    cases = ", ".join(f"[{case}](#{case})" for case in rule.cases)
    return _line(f"`{rule.name}`", rule.truth, rule.why, rule.unenforced or NONE, cases or NONE)


def _case(case: Case, kinds: Mapping[str, Evidence]) -> str:
    marked = f"Marked {case.marked}" + (f", by the rule `{case.rule}`." if case.rule else ".")
    smallest = f"\nSmallest {case.smallest}.\n" if case.smallest else ""
    heading = f"### {case.title} {{ #{case.name} }}"
    return f"{heading}\n\n{marked} {case.text}\n{smallest}\n{_code(case.build)}{_findings(kinds)}\n"


def _findings(kinds: Mapping[str, Evidence]) -> str:
    return "".join(
        f"- **{e.verdict}**: {statement_text(e.statement)} Certificate: {_name(e)}\n" for e in kinds.values()
    )


def _name(evidence: Evidence) -> str:
    return f"`{evidence.file.name}`" if evidence.file is not None and evidence.document is not None else NONE


def _code(function: Callable[..., Any]) -> str:
    """The source of a function that builds an object."""
    return f"```text\n{textwrap.dedent(inspect.getsource(function)).rstrip()}\n```\n\n"
