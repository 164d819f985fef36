"""What can go wrong when an activation is asked for by name."""

from __future__ import annotations

from collections.abc import Sequence

from invexproof.errors import InvexproofError


class ActivationError(InvexproofError):
    """Base of the errors of this package."""


class UnknownActivationError(ActivationError):
    """A name that neither the catalogue nor the library tables know; ``suggestions`` are near names."""

    def __init__(self, name: str, suggestions: Sequence[str], reason: str = "") -> None:
        self.name = name
        self.suggestions = tuple(suggestions)
        near = f"; did you mean {' or '.join(self.suggestions)}?" if self.suggestions else "."
        detail = f"\n{reason}" if reason else ""
        super().__init__(
            f"unknown activation {name!r:.80}{near} Give a name of the catalogue, a library's name such as "
            f"torch.nn.SiLU, or a formula in x such as x*sigmoid(x).{detail}"
        )


class ActivationArgumentError(ActivationError):
    """Arguments that an activation does not take, or values outside their admissible domain."""


class AmbiguousActivationError(ActivationError):
    """A text that reads both as a formula and as an activation with arguments."""


class RefusedActivationError(ActivationError):
    """A library's name for something that is not a function of one real number."""

    def __init__(self, name: str, reason: str, instead: str = "") -> None:
        self.name = name
        self.reason = reason
        self.instead = instead
        advice = f" Ask for {instead} instead." if instead else ""
        super().__init__(f"{name} cannot be the subject of a claim about an activation: {reason}.{advice}")


class CatalogueError(ActivationError):
    """A malformed entry of catalogue.toml or libraries.toml."""
