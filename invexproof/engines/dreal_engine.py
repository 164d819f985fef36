"""dReal as an optional second opinion: it is given the query's SMT-LIB 2 text in a subprocess.

Its answers are hints, never evidence, and some are known to be wrong. Measured with dReal 4:

* it answers `unsat` to satisfiable formulas such as ((v*v)^0.5 * v) / v = 0.311 (v = -0.311 satisfies it),
because it rewrites (v^2)^(1/2) to v; an `Answer` to a query with a root of an even power carries a warning;
* it answers `delta-sat` on the far left tail of the tanh form of GELU for every delta, because the
derivative underflows there; every `delta-sat` says no more than that the weakened formula holds in floating
point.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from invexproof.engines.interface import (
    Answer,
    Availability,
    EngineUnavailable,
    Query,
    Verdict,
    atoms,
)
from invexproof.expressions.terms import Expression, postorder
from invexproof.queries.smtlib import SmtlibError, to_smtlib

HOW_TO_INSTALL = (
    "dReal is not installed. Either put its `dreal` executable on PATH (see https://github.com/dreal/dreal4),"
    " or `pip install dreal` after installing IBEX and CLP as dReal's own instructions describe."
)
ROOT_OF_SQUARE = (
    "the query takes a root of an even power, which dReal has been measured to rewrite wrongly"
    " ((u^2)^(1/2) to u): its `unsat` may be false"
)
BOX_LINE = re.compile(r"^(\w+) : \[\s*([^,\s]+)\s*,\s*([^\]\s]+)\s*\]$", re.MULTILINE)
MODEL_LINE = re.compile(r"\(define-fun (\w+) \(\) Real \[\s*([^,\s]+)\s*,\s*([^\]\s]+)\s*\]\s*\)")


@dataclass(frozen=True)
class DrealEngine:
    """Uses the `dreal` executable if one is on PATH, else the `dreal` Python package."""

    name: str = "dreal"

    def availability(self) -> Availability:
        executable = shutil.which("dreal")
        if executable is not None:
            return Availability(True, _executable_version(executable))
        if importlib.util.find_spec("dreal") is not None:
            try:
                return Availability(True, importlib.metadata.version("dreal"))
            except importlib.metadata.PackageNotFoundError:
                return Availability(True, "unknown")
        return Availability(False, how_to_install=HOW_TO_INSTALL)

    def solve(self, query: Query, timeout: float | None = None, seed: int = 0) -> Answer:
        """`unsat`, `delta-sat` with a box, or `unknown`; the subprocess is killed at the timeout.

        The seed is not used: dReal has no option for it. Raises EngineUnavailable where dReal is not
        installed.
        """
        available = self.availability()
        if not available.available:
            raise EngineUnavailable(available.how_to_install)
        started = time.monotonic()

        def answer(verdict: Verdict, **fields: Any) -> Answer:
            seconds = time.monotonic() - started
            return Answer(
                verdict, self.name, available.version, seconds=seconds, warnings=_warnings(query), **fields
            )

        try:
            script = to_smtlib(query, "dreal")
        except SmtlibError as error:
            return answer("unknown", reason=str(error))
        try:
            done = subprocess.run(
                _command(), input=script.text, capture_output=True, text=True, timeout=timeout, check=False
            )
        except subprocess.TimeoutExpired:
            return answer("unknown", reason=f"no answer within {timeout:g} s")
        except KeyboardInterrupt:
            return answer("unknown", reason="interrupted")
        verdict, box, reason = parse_output(done.stdout, script.symbols)
        if verdict == "unknown":
            complaint = (done.stderr.strip() or reason)[-300:]
            return answer(
                "unknown", reason=f"dReal gave no answer (exit code {done.returncode}): {complaint}"
            )
        if verdict == "delta-sat" and script.abstractions:
            functions = ", ".join(script.abstractions)
            return answer(
                "unknown", box=box, reason=f"delta-sat, but {functions} was only bounded in the query"
            )
        return answer(verdict, box=box)


def parse_output(
    text: str, symbols: Mapping[str, str]
) -> tuple[Verdict, dict[str, tuple[Fraction, Fraction]] | None, str]:
    """dReal's answer: verdict, box of the query's variables, and the reason where there is no verdict.

    symbols: the variables by their names in the script. Coordinates that dReal leaves unbounded are left out.
    """
    lines = [line.strip() for line in text.splitlines()]
    if "unsat" in lines:
        return "unsat", None, ""
    if not any(line.startswith("delta-sat") for line in lines):
        return "unknown", None, f"unexpected output {text[:200]!r}"
    box: dict[str, tuple[Fraction, Fraction]] = {}
    for pattern in (BOX_LINE, MODEL_LINE):
        for symbol, low, high in pattern.findall("\n".join(lines)):
            ends = (_decimal(low), _decimal(high))
            if symbol in symbols and ends[0] is not None and ends[1] is not None:
                box.setdefault(symbols[symbol], (ends[0], ends[1]))
    return "delta-sat", box, ""


def _decimal(text: str) -> Fraction | None:
    try:
        return Fraction(text)
    except ValueError:
        return None


def _command() -> list[str]:
    """The executable reads standard input with --in; the Python package is driven by a worker script."""
    executable = shutil.which("dreal")
    if executable is not None:
        return [executable, "--in", "--model", "--format", "smt2"]
    return [sys.executable, str(Path(__file__).with_name("dreal_worker.py"))]


def _executable_version(executable: str) -> str:
    try:
        done = subprocess.run(
            [executable, "--version"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
            env=dict(os.environ),
        )
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    found = re.search(r"\d+(?:\.\d+)+", done.stdout + done.stderr)
    return found.group() if found else "unknown"


def _warnings(query: Query) -> tuple[str, ...]:
    nodes = {node for atom in atoms(query.formula) for node in postorder(atom.expression)}
    return (ROOT_OF_SQUARE,) if any(_is_root_of_even_power(node) for node in nodes) else ()


def _is_root_of_even_power(node: Expression) -> bool:
    root = node.op == "sqrt" or (node.op == "pow" and node.value.denominator > 1)
    if not root:
        return False
    base = node.args[0]
    if base.op == "pow":
        return base.value.numerator % 2 == 0
    return base.op == "abs" or (base.op == "mul" and base.args[0] is base.args[1])
