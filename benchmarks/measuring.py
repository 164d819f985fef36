"""Timing, the description of the machine, tables on the terminal and results in files."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import flint
from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
BATCH_SECONDS = 0.02
BATCHES = 9


@dataclass(frozen=True)
class Report:
    """One table of a benchmark: a title, the names of the columns and the rows, in the order to be shown."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Outcome:
    """What a benchmark found: tables for people, and the numbers for a file."""

    reports: list[Report]
    data: dict[str, Any] = field(default_factory=dict)


def seconds_per_call(function: Callable[[], object]) -> float:
    """The time of one call: the best of several batches, as other work only slows down."""
    function()  # what is prepared once is not part of a call
    calls = 1
    while (elapsed := _batch(function, calls)) < BATCH_SECONDS / 4:
        calls *= 4
    calls = max(1, round(calls * BATCH_SECONDS / elapsed))
    return min(_batch(function, calls) / calls for _ in range(BATCHES))


def _batch(function: Callable[[], object], calls: int) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        function()
    return time.perf_counter() - started


def timed(function: Callable[[], Any]) -> tuple[Any, float]:
    """A result and the seconds that it took."""
    started = time.perf_counter()
    result = function()
    return result, time.perf_counter() - started


def machine() -> dict[str, Any]:
    """What the numbers depend on: processor, cores, and the versions of the interpreter and the arithmetic."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.system(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "python-flint": flint.__version__,
        "flint": flint.__FLINT_VERSION__,
        "numpy": version("numpy"),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def show(outcome: Outcome, console: Console) -> None:
    """Print the tables; numbers are right-aligned."""
    for report in outcome.reports:
        table = Table(title=report.title, title_justify="left")
        for k, column in enumerate(report.columns):
            is_text = all(isinstance(row[k], str) for row in report.rows)
            table.add_column(column, justify="left" if is_text else "right")
        for row in report.rows:
            table.add_row(*(_cell(value) for value in row))
        console.print(table)


def _cell(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def write(name: str, outcome: Outcome) -> Path:
    """Write the results and the machine to ``results/<name>.json``."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    document = {
        "machine": machine(),
        "tables": [asdict(report) for report in outcome.reports],
        **outcome.data,
    }
    path.write_text(json.dumps(_rounded(document), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return path


def _rounded(value: Any) -> Any:
    """Floats to four significant digits: more is noise."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value
