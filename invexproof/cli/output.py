"""What the commands print: results on standard output, messages and progress on standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

MAX_WAITING = 120
STYLES = {
    "proved": "bold green",
    "refuted": "bold yellow",
    "undecided": "bold magenta",
    "not-applicable": "bold blue",
}


def out() -> Console:
    """Standard output as it is now (tests replace it); text is never wrapped, nor read as markup."""
    return Console(highlight=False, markup=False, soft_wrap=True, emoji=False)


def err() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True, emoji=False)


def print_json(value: Any) -> None:
    """One JSON object, and nothing else, on standard output."""
    sys.stdout.write(json.dumps(value, indent=1, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def complain(message: str) -> None:
    """An error of the user's, on standard error."""
    err().print(Text.assemble(("error: ", "bold red"), message))


def warn(message: str) -> None:
    """A warning, on standard error."""
    err().print(Text.assemble(("warning: ", "bold yellow"), message))


@contextmanager
def waiting(text: str) -> Iterator[Callable[[str], None]]:
    """A spinner with the time elapsed, while standard error is a terminal; the function that it gives adds a remark."""
    console = err()
    if not console.is_terminal:
        yield lambda remark: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(_shortened(text), total=None)
        yield lambda remark: progress.update(task, description=_shortened(f"{text}: {remark}"))


def _shortened(text: str) -> str:
    """One line."""
    plain = " ".join(text.split())
    return plain if len(plain) <= MAX_WAITING else f"{plain[: MAX_WAITING - 1]}…"


class Counter:
    """Progress through many tasks: a bar on a terminal, else a line now and then."""

    def __init__(self, text: str, total: int) -> None:
        self._console = err()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = (
            Progress(*columns, console=self._console, transient=True) if self._console.is_terminal else None
        )
        self._text, self._total, self._done = text, total, 0
        self._task = None if self._bar is None else self._bar.add_task(text, total=total)
        self._spoken = time.monotonic()

    def __enter__(self) -> Counter:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self) -> None:
        """One task is done."""
        self._done += 1
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task)
        elif time.monotonic() - self._spoken > 10:
            self._spoken = time.monotonic()
            self._console.print(f"{self._text}: {self._done} of {self._total}")
