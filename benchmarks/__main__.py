"""Run benchmarks: all of them, or those that are named."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping

from rich.console import Console

from benchmarks import checking, engines, jacobians, leaves, proving, training
from benchmarks.measuring import Outcome, machine, show, write

BENCHMARKS: Mapping[str, Callable[[], Outcome]] = {
    "leaves": leaves.run,
    "engines": engines.run,
    "proving": proving.run,
    "checking": checking.run,
    "jacobians": jacobians.run,
    "training": training.run,
}
"""By name; each is described in its module."""


def main() -> None:
    """``python -m benchmarks [NAME...]``: tables on the terminal, numbers in ``benchmarks/results``."""
    parser = argparse.ArgumentParser("benchmarks", description="Measure how fast provers and checker are.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--print-only", action="store_true", help="write nothing to benchmarks/results")
    options = parser.parse_args()
    names = options.names or list(BENCHMARKS)
    unknown = sorted(set(names) - BENCHMARKS.keys())
    if unknown:
        parser.error(
            f"there is no benchmark {', '.join(unknown)}; the benchmarks are {', '.join(BENCHMARKS)}"
        )
    console = Console(soft_wrap=True)
    console.print(", ".join(f"{key} {value}" for key, value in machine().items()))
    for name in names:
        outcome = BENCHMARKS[name]()
        show(outcome, console)
        if not options.print_only:
            console.print(f"written to {write(name, outcome)}\n")


if __name__ == "__main__":
    main()
