"""The commands put together, and the ways in which every one of them may end."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from invexproof import __version__
from invexproof.cli import atlas, audit, catalogue, certificates, invexify, prove, query, rocq
from invexproof.cli.output import complain, err
from invexproof.errors import InvexproofError

OBJECTS_BETWEEN_COLLECTIONS = 100_000
"""Libraries make many objects that stay: looking through them again and again takes a second of importing PyTorch."""
INTERRUPTED = 130
INTERNAL_ERROR = 70
BAD_INPUT = 2


class Commands(TyperGroup):
    """Commands that end with a message and an exit status, never with a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; errors become messages on standard error."""
        try:
            return super().invoke(ctx)
        except InvexproofError as error:
            complain(str(error))
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            err().print("interrupted; no file has been left half-written")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # Nobody reads any more; without this Python would complain again when it flushes at exit.
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None
        except OSError as error:
            complain(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
            raise typer.Exit(BAD_INPUT) from None
        except (
            RuntimeError,
            ValueError,
            TypeError,
            AttributeError,
            NameError,
            ImportError,
            LookupError,
            ArithmeticError,
            AssertionError,
            MemoryError,
        ) as error:
            if isinstance(error, typer.Exit | typer.Abort) or os.environ.get("INVEXPROOF_DEBUG"):
                raise
            complain(
                f"a defect of invexproof: {type(error).__name__}: {error}\n"
                "Please report it with the command; INVEXPROOF_DEBUG=1 shows where it happened."
            )
            raise typer.Exit(INTERNAL_ERROR) from None


app = typer.Typer(
    cls=Commands,
    name="invexproof",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(prove.app, name="prove")
app.add_typer(query.app, name="query")
app.add_typer(audit.app, name="audit")
app.command()(invexify.invexify)
app.command()(certificates.explain)
app.command()(certificates.check)
app.command()(rocq.export)
app.command("list")(catalogue.list_names)
app.command()(atlas.atlas)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"invexproof {__version__}")
        raise typer.Exit


@app.callback()
def invexproof(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version, and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Certificates for claims of machine-learning theory: proved, refuted or undecided, and checked independently.

    \b
    invexproof prove activation gelu -o gelu.cert.json
    invexcheck gelu.cert.json
    invexproof explain gelu.cert.json
    invexproof prove map residual.yaml
    invexproof prove training vit:depth=2 --optimizer adamw
    """


def main() -> None:
    """Run the command line, and exit."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe in an encoding that lacks a symbol gets an escape, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="invexproof")
