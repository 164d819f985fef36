"""The error of everything that concerns architectures and their training problems."""

from __future__ import annotations

from invexproof.errors import InvexproofError


class ArchitectureError(InvexproofError):
    """An architecture, loss or model file that is malformed or cannot be handled."""
