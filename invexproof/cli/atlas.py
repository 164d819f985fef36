"""``invexproof atlas``: decide the claims about the whole catalogue, and write it up."""

from __future__ import annotations

import time
from collections import Counter as Tally
from pathlib import Path
from typing import Annotated

import typer

from invexproof.cli.output import Counter, complain, err, out

DIFFERENT = 1
SLOW = 2.0
MOST_SHOWN = 8


def atlas(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder below which all files go.")
    ] = Path("atlas"),
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Searches at a time.")] = 2,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="NAME", help="Only this activation; repeat it for several.", show_default=False
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; say what differs from the files.")
    ] = False,
) -> None:
    """Decide the claims about all activations of the catalogue; write certificates, a table, and pictures.

    Below DIR: certificates/activations/NAME.cert.json, docs/atlas.md, docs/fifty.md and docs/atlas/NAME.svg. With
    --only the certificates and pictures of those activations, and no pages. Certificates that differ in nothing but
    their provenance are left as they are. With --check, certificates are compared (apart from provenance), and the
    exit status is 1 if any differs.

    \b
    invexproof atlas -o my-atlas
    invexproof atlas --only gelu --only mish
    invexproof atlas -o . --check
    """
    from invexproof import generated
    from invexproof.atlas import build, survey
    from invexproof.atlas.survey import TIMEOUTS, Entry, chosen
    from invexproof.claims import INVEX
    from invexproof.results import Result
    from invexproof.rocq.record import read

    started = time.monotonic()
    activations = chosen(only or [])
    kinds = (INVEX,) if only or check else tuple(TIMEOUTS)
    whole = not only
    slow: list[tuple[float, str]] = []

    with Counter("deciding", len(activations) * len(kinds)) as counter:

        def progress(entry: Entry, result: Result) -> None:
            counter.advance()
            if result.seconds > SLOW:
                slow.append(
                    (result.seconds, f"{entry.activation.name}, {result.claim}: {result.seconds:.1f} s")
                )
            if check or result.claim != INVEX or result.document is None:
                return
            # At once, so that Ctrl-C leaves what has been found.
            generated.save(output, build.certificates([entry]), {})

        entries = survey(activations, jobs, kinds, progress)
    files = build.certificates(entries)
    console = out()
    tally = Tally(entry.invex.verdict for entry in entries)
    console.print(", ".join(f"{number} {verdict}" for verdict, number in tally.most_common()))
    if check:
        found = generated.differences(output, files, {})
        for difference in found:
            complain(difference)
        console.print(f"{len(files)} certificates compared, {len(found)} different")
        raise typer.Exit(DIFFERENT if found else 0)
    files |= build.pictures(entries)
    if whole:
        files |= build.pages(entries, read(output))
    changed = generated.save(output, files, build.OWNED if whole else {})
    largest = max((len(data) for name, data in files.items() if name.suffix == ".json"), default=0)
    console.print(f"{len(files)} files below {output}, {len(changed)} of them new or changed")
    console.print(f"largest certificate: {largest} bytes; {time.monotonic() - started:.1f} s")
    for _, line in sorted(slow, reverse=True)[:MOST_SHOWN]:
        err().print(f"slow: {line}")
