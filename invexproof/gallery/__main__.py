"""``python -m invexproof.gallery``: decide the claims of the gallery, and write it up."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from invexproof import generated
from invexproof.errors import InvexproofError
from invexproof.gallery.collection import COLLECTIONS, chosen
from invexproof.gallery.deciding import Decided, decide

DIFFERENT = 1
WRONG = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Decide all entries, or those named by --only; the exit status is 0 if nothing is wrong."""
    options = _options().parse_args(arguments)
    started = time.monotonic()
    try:
        decided = decide(chosen(options.only), options.jobs, _report)
    except InvexproofError as error:
        print(f"error: {error}", file=sys.stderr)
        return WRONG
    wanted: dict[Path, bytes] = {}
    owned: dict[Path, str] = {}
    for collection in COLLECTIONS:
        wanted |= collection.shipped(decided)
        if not options.only:
            wanted |= collection.written(decided)
            owned |= collection.owned
    counts = Counter(each.result.verdict for each in decided)
    print(", ".join(f"{number} {verdict}" for verdict, number in counts.most_common()))
    if options.check:
        found = generated.differences(options.output, wanted, owned)
        for difference in found:
            print(f"error: {difference}", file=sys.stderr)
        print(f"{len(wanted)} files compared, {len(found)} different")
        return DIFFERENT if found else 0
    changed = generated.save(options.output, wanted, owned)
    print(f"{len(wanted)} files below {options.output}, {len(changed)} of them new or changed")
    print(f"{time.monotonic() - started:.1f} s")
    return 0


def _report(each: Decided) -> None:
    print(f"{each.entry.name}: {each.result.verdict} ({each.result.seconds:.1f} s)", flush=True)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m invexproof.gallery",
        description="Decide the claims of the gallery; write its certificates and its pages of the manual.",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="the folder below which all files go"
    )
    parser.add_argument("-j", "--jobs", type=int, default=1, help="searches at a time (default: 1)")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="only this entry, and no page; repeatable"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; say what differs from the files")
    return parser


if __name__ == "__main__":
    sys.exit(main())
