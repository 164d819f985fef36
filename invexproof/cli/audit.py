"""``invexproof audit``: another library's claims about itself, beside our verdicts."""

from __future__ import annotations

import time
from collections import Counter as Tally
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from invexcheck.limits import Limits
from invexcheck.supervise import Supervisor
from invexproof.cli.output import Counter, complain, err, out

DIFFERENT = 1

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Check what another library claims of what it exports.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def audit() -> None:
    """Check what another library claims of what it exports."""


@app.command()
def invexapi(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder below which all files go.")
    ] = Path("audit"),
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Searches at a time.")] = 2,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.01, help="Time for each claim.")
    ] = 60.0,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; say what differs from the files.")
    ] = False,
) -> None:
    """Check what invexapi 0.2.0 marks as convex, invex or admissible, for its examples and for all parameters.

    Below DIR: docs/audit-invexapi.md, and certificates/audit/NAME.cert.json, all of which invexcheck reads again as
    they have been written. With --check, the exit status is 1 if any file differs.

    \b
    invexproof audit invexapi -o my-audit
    invexproof audit invexapi -o . --check
    """
    from invexproof.integrations.invexapi.auditing import audit as run
    from invexproof.integrations.invexapi.saving import differences, files, save

    started = time.monotonic()
    with ExitStack() as stack:
        counters: list[Counter] = []

        def progress(done: int, total: int) -> None:
            if done == 0:
                counters.append(stack.enter_context(Counter("deciding", total)))
            else:
                counters[0].advance()

        found = run(jobs, timeout, progress)
    wanted = files(found)
    console = out()
    verdicts = Tally(decision.verdict for row in found.rows for decision in row.decisions.values())
    console.print(
        f"functions: {', '.join(f'{number} {verdict}' for verdict, number in verdicts.most_common())}"
    )
    for case, kinds in found.cases:
        console.print(f"{case.name}: {', '.join(f'{kind} {e.verdict}' for kind, e in kinds.items())}")
    for sample, decision in found.layers:
        console.print(f"{sample.name}: {decision.verdict}")
    if check:
        different = differences(output, wanted)
        for line in different:
            complain(line)
        console.print(f"{len(wanted)} files compared, {len(different)} different")
        raise typer.Exit(DIFFERENT if different else 0)
    changed = save(output, wanted)
    console.print(f"{len(wanted)} files below {output}, {len(changed)} of them new or changed")
    paths = [str(output / path) for path in found.files]
    with Supervisor(Limits(), min(jobs, len(paths))) as supervisor:
        rejected = [v for v in supervisor.check_all(paths) if v.status != "VALID"]
        for verdict in rejected:
            complain(verdict.text(supervisor.base))
    console.print(f"{len(paths)} certificates read again, {len(rejected)} not accepted")
    err().print(f"{time.monotonic() - started:.1f} s")
    if rejected:
        raise typer.Exit(DIFFERENT)
