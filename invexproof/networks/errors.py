"""The error of everything that concerns networks."""

from __future__ import annotations

from invexproof.errors import InvexproofError


class NetworkError(InvexproofError):
    """A network, tensor or model file that is malformed or cannot be handled."""
