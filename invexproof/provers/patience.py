"""Searches that give up after some seconds, so that weaker statements can still be proved."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from invexcheck.errors import Reject

_END: Final[ContextVar[float | None]] = ContextVar("_END", default=None)


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Searches in this context are given up after so many seconds; None: never."""
    token = _END.set(None if seconds is None else time.monotonic() + seconds)
    try:
        yield
    finally:
        _END.reset(token)


def require_time() -> None:
    """Reject if the time is over."""
    end = _END.get()
    if end is not None and time.monotonic() > end:
        raise Reject("the search for parameters that decide took too long (--timeout)", "method")
