"""What can go wrong when the library invexapi is read."""

from __future__ import annotations

from invexproof.errors import InvexproofError


class ReadingError(InvexproofError):
    """An object of the library that is not what the table of exports says, or that cannot be read."""


class MissingLibraryError(InvexproofError):
    """The library is not installed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not installed; run: pip install 'invexproof[invexapi]'")
