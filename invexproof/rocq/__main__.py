"""``python -m invexproof.rocq``: check the certificates of the atlas with Rocq's kernel; write down what it says."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from invexproof.errors import InvexproofError
from invexproof.rocq.record import RECORD, Recorded, read, record, written

WRONG = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Check them all; the exit status is 0 unless Rocq is missing."""
    parser = argparse.ArgumentParser(prog="python -m invexproof.rocq", description=__doc__)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the folder with certificates/activations",
    )
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="compilers at a time")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="only this one; the others stay"
    )
    options = parser.parse_args(arguments)
    started = time.monotonic()
    try:
        version, found = record(options.output, options.jobs, options.only, _report)
    except InvexproofError as error:
        print(f"error: {error}", file=sys.stderr)
        return WRONG
    if options.only:
        found = read(options.output) | found
    (options.output / RECORD).write_bytes(written(version, found))
    accepted = [each for each in found.values() if each.accepted]
    slowest = max((each.seconds for each in accepted), default=0.0)
    print(
        f"Rocq {version} accepts {len(accepted)} of {len(found)} certificates, the slowest in {slowest:.1f} s"
    )
    print(f"{time.monotonic() - started:.0f} s with {options.jobs} compilers at a time")
    return 0


def _report(name: str, each: Recorded) -> None:
    print(f"{name}: {f'accepted ({each.seconds:.1f} s)' if each.accepted else each.reason}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
