"""What every command that decides a claim prints, and where its certificate goes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Final, NoReturn

import typer
from rich.text import Text

from invexproof.cli.options import UsageError
from invexproof.cli.output import STYLES, complain, out, print_json, warn
from invexproof.opinions import Opinion
from invexproof.results import Result

MOST_BOXES: Final = 5
MOST_LINES: Final = 24
"""Of a statement that is printed as it is; that of a network lists its nodes and small weights."""
MOST_ITEMS: Final = 6
"""Of a list in a longer one, which goes on with what matters, such as conditions on the data."""
MOST_SHORTENED: Final = 40
LOST: Final = 2


def certificate_path(output: Path | None, name: str) -> Path:
    """Where the certificate goes: the file or the folder asked for, else NAME.cert.json here.

    Raises UsageError where there can be no file.
    """
    file = f"{name}.cert.json"
    if output is None:
        return Path(file)
    if str(output) == "-":
        raise UsageError(
            "a certificate goes to a file, which the checker then reads; give a name, such as -o my.cert.json"
        )
    path = output / file if output.is_dir() else output
    if not path.parent.is_dir():
        raise UsageError(
            f"there is no folder {path.parent} for the certificate; make it first: mkdir -p {path.parent}"
        )
    return path


def answer(
    result: Result,
    headline: str,
    without_certificate: Sequence[str],
    path: Path,
    as_json: bool,
    with_certificate: Sequence[str] = (),
) -> NoReturn:
    """Print an answer, and exit with its status.

    ``without_certificate`` is what one may do next where there is none, ``with_certificate`` what else where there is
    one; ``path`` is where it was to be written.
    """
    for warning in result.warnings:
        warn(warning)
    if as_json:
        print_json(result.to_json())
    else:
        report(result, headline, without_certificate, with_certificate)
    lost = result.document is not None and result.path != path
    if lost:
        complain(f"the answer stands, but its certificate is not where you asked: {path}")
    raise typer.Exit(LOST if lost else result.exit_code)


def report(
    result: Result, headline: str, without_certificate: Sequence[str], with_certificate: Sequence[str] = ()
) -> None:
    """The answer for people."""
    console = out()
    console.print(Text.assemble((result.verdict, STYLES[result.verdict]), f": {headline}"))
    for line in _statement(result):
        console.print(f"  {line}")
    for note in result.notes:
        console.print(f"  note: {note}")
    if result.reason:
        console.print(f"  {'reason' if result.verdict == 'undecided' else 'because'}: {result.reason}")
    _print_boxes(result)
    for opinion in result.opinions:
        console.print(f"  {describe(opinion)}")
    if result.path is not None and result.checked is not None and result.checked.verified is not None:
        console.print(f"  certificate: {result.path} ({_size(result.path)} bytes), accepted by invexcheck")
        if result.sidecar is not None:
            console.print(
                f"  weights: {result.path.with_name(result.sidecar.name)}; keep it beside the certificate"
            )
        console.print(f"  rules: {', '.join(result.checked.verified.rules)}")
    console.print(f"  {result.seconds:.1f} s")
    console.print("next:")
    certified = [] if result.path is None else [*_with_certificate(result.path), *with_certificate]
    for line in certified or without_certificate:
        console.print(f"  {line}")


def _statement(result: Result) -> list[str]:
    """The verified statement; of a long one the beginning, and of lists in it the beginnings."""
    lines = result.statement.splitlines()
    if len(lines) <= MOST_LINES:
        return lines
    shorter: list[str] = []
    for is_list, items in groupby(lines, lambda line: line.startswith(" " * 4)):
        run = list(items)
        rest = len(run) - MOST_ITEMS if is_list else 0
        more = [f"    ... and {rest} more lines, which invexcheck prints"] if rest > 1 else []
        shorter += [*run[:MOST_ITEMS], *more] if more else run
    if len(shorter) <= MOST_SHORTENED:
        return shorter
    rest = len(shorter) - MOST_SHORTENED
    return [*shorter[:MOST_SHORTENED], f"... and {rest} more lines, which invexcheck prints"]


def _with_certificate(path: Path) -> list[str]:
    quoted = f"'{path}'" if " " in str(path) else str(path)
    return [f"invexcheck {quoted}", f"invexproof explain {quoted}"]


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _print_boxes(result: Result) -> None:
    if result.verdict != "undecided" or not result.boxes:
        return
    # the ends of an interval are numbers, the corners of a box points
    shown = ", ".join(
        f"the box from {low} to {high}" if low.startswith("(") else f"[{low}, {high}]"
        for low, high in result.boxes[:MOST_BOXES]
    )
    more = f" and {len(result.boxes) - MOST_BOXES} more" if len(result.boxes) > MOST_BOXES else ""
    delta = f"; intervals down to width {result.delta} were tried" if result.delta else ""
    out().print(f"  the search got stuck for x in {shown}{more}{delta}")


_SAYS: Final = {
    "holds": "finds no counterexample",
    "fails": "has a counterexample",
    "maybe-fails": "has a counterexample up to its precision",
    "unknown": "does not know",
    "unavailable": "is not available",
}


def describe(opinion: Opinion) -> str:
    """An engine's opinion in one line."""
    name = f"{opinion.engine} {opinion.version}".strip()
    detail = f": {opinion.detail}" if opinion.detail else ""
    doubts = "".join(f" (warning: {warning})" for warning in opinion.warnings)
    return f"hint of {name}: it {_SAYS[opinion.says]} ({opinion.answer}){detail}{doubts}"
