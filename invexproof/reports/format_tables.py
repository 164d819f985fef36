"""The tables of certificates/format/training.md that follow from the checker's own: operators, methods, lists.

``python -m invexproof.reports.format_tables certificates/format/training.md`` writes them anew, between their marks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from invexcheck.architectures import (
    constant_heads,
    dead_heads,
    forms,
    heads,
    hyperplanes,
    selections,
    smooth_heads,
    vanishing,
)
from invexcheck.architectures.arithmetic import ARITHMETIC
from invexcheck.architectures.attributes import REQUIRED, Attribute
from invexcheck.architectures.linear import LINEAR
from invexcheck.architectures.losses import LOSSES
from invexcheck.architectures.methods import COLLAPSES, METHODS, SADDLES
from invexcheck.architectures.normalising import NORMALISING
from invexcheck.architectures.operators import Operator
from invexcheck.architectures.rearranging import REARRANGING
from invexcheck.architectures.scalars import SCALARS
from invexcheck.architectures.selecting import SELECTING
from invexcheck.architectures.vanishing import FACTORS
from invexcheck.hessians.jets import KINKED, SMOOTH
from invexcheck.hessians.lowering import LOWERINGS
from invexproof.reports.operator_words import CLASS_WORDS, WORDS

Rows = Iterable[tuple[str, ...]]

HEADER: Final = ("operator", "value", "shape of the result; what it needs", "domain", "range", "class")
SCALAR_HEADER: Final = ("function", "value", "domain", "range", "class")
PIECES: Final = {
    *KINKED,
    *("clamp", "maximum", "minimum", "prelu", "max", "min", "max_pool"),
    *("absolute_error", "huber", "smooth_absolute_error"),
}
"""Operators with Hessians that choose, entry by entry, among pieces or candidates."""
_MARKED = re.compile(r"(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)", re.S)


def fill(page: str) -> str:
    """The page with all its tables written anew."""
    return _MARKED.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n\n{found[3]}", page)


def _table(header: tuple[str, ...], rows: Rows) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


# -- operators -------------------------------------------------------------------------------------------------


def signature(name: str, row: Operator) -> str:
    """``take(a: any, indices: integer){axis: natural}``."""
    given = []
    for argument, sort in zip(WORDS[name].args, row.arguments, strict=True):
        optional, many = sort.endswith("?"), sort.endswith("*")
        kind = sort.rstrip("?*")
        given.append(f"{argument}{'?' * optional}{'' if kind == 'real' else f': {kind}'}{', …' * many}")
    attributes = [f"{key}: {_attribute(value)}" for key, value in row.attributes.items()]
    return f"{name}({', '.join(given)})" + (f"{{{', '.join(attributes)}}}" if attributes else "")


def _attribute(attribute: Attribute) -> str:
    kind = "/".join(attribute.words) if attribute.words else attribute.type
    kind += "?" * attribute.nullable
    return kind if attribute.default is REQUIRED else f"{kind} = {_default(attribute.default)}"


def _default(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _class(name: str) -> str:
    words = WORDS[name]
    return CLASS_WORDS[words.smoothness] + (f"; {words.better}" if words.better else "")


def _operators(group: Mapping[str, Operator]) -> Callable[[], str]:
    def write() -> str:
        rows = []
        for name, row in group.items():
            if name in SCALARS:
                continue
            words = WORDS[name]
            shape = f"{words.shape}; {words.needs}" if words.needs else words.shape
            rows.append(
                (f"`{signature(name, row)}`", words.value, shape, words.domain, words.range, _class(name))
            )
        return _table(HEADER, rows)

    return write


def _functions() -> str:
    rows = []
    for name in SCALARS:
        words = WORDS[name]
        domain = "; ".join(part for part in (words.domain, words.needs) if part)
        value = words.value
        rows.append((f"`{signature(name, ARITHMETIC[name])}`", value, domain, words.range, _class(name)))
    return _table(SCALAR_HEADER, rows)


# -- methods and lists -----------------------------------------------------------------------------------------


def _methods() -> str:
    rows = [
        (
            f"`{method}`",
            f"`{start}`",
            f"`{step}`",
            ", ".join(f"`{rule}`" for rule in row.rules),
            "analytic" if row.analytic else "",
            row.sentence,
        )
        for (method, start, step), row in METHODS.items()
    ]
    return _table(("method", "start", "step", "rule", "loss", "sentence"), rows)


def _collapses() -> str:
    rows = [
        (
            f"`{method}`",
            f"`{step}`" if step else "",
            ", ".join(f"`{rule}`" for rule in row.rules),
            row.sentence,
        )
        for (method, step), row in COLLAPSES.items()
    ]
    return _table(("method", "step", "rule", "sentence"), rows)


def _saddles() -> str:
    return _table(("step", "sentence"), [(f"`{step}`", sentence) for step, sentence in SADDLES.items()])


def _lists() -> str:
    lists = {
        "odd": vanishing.ODD,
        "moving": vanishing.MOVING,
        "extending": selections.EXTENDING,
        "biased": dead_heads.BIASED,
        "heads": heads.LAYERS,
        "entry by entry": {*constant_heads.ENTRYWISE} - {*SCALARS},
        "keeping": constant_heads.KEEPING,
        "rows": constant_heads.ROWWISE,
        "bending": constant_heads.BENDING,
        "periodic": smooth_heads.PERIODIC,
        "shifting": smooth_heads.BIASED,
        "linear": forms.LINEAR,
        "homogeneous": forms.HOMOGENEOUS,
        "entire": forms.ENTIRE,
        "jumping": {*SCALARS} - forms.LOCAL,
        "off": hyperplanes.OFF,
        "pieces": PIECES,
        "smooth": {*SMOOTH},
        "composed": {*LOWERINGS} - {*SMOOTH} - PIECES,
    }
    rows = [(name, ", ".join(f"`{op}`" for op in sorted(listed))) for name, listed in lists.items()]
    factors = (
        f"`{op}` ({' and '.join(str(i + 1) for i in places)})" for op, places in sorted(FACTORS.items())
    )
    return _table(("list", "operators"), [*rows, ("factors", ", ".join(factors))])


TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "arithmetic": _operators(ARITHMETIC),
    "functions": _functions,
    "rearranging": _operators(REARRANGING),
    "linear": _operators(LINEAR),
    "selecting": _operators(SELECTING),
    "normalising": _operators(NORMALISING),
    "losses": _operators(LOSSES),
    "methods": _methods,
    "collapses": _collapses,
    "saddles": _saddles,
    "lists": _lists,
}
"""The tables by name."""


def main() -> None:
    """Write the tables of the page that is named on the command line."""
    page = Path(sys.argv[1])
    page.write_text(fill(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
