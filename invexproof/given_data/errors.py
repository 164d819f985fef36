"""What goes wrong with data."""

from __future__ import annotations

from invexproof.errors import InvexproofError


class DataError(InvexproofError):
    """Data that cannot be read, or do not fit the training problem."""
