"""Activations by name: the catalogue, the names that libraries use, and formulas."""

from invexproof.activations.errors import (
    ActivationArgumentError,
    ActivationError,
    AmbiguousActivationError,
    CatalogueError,
    RefusedActivationError,
    UnknownActivationError,
)
from invexproof.activations.parameters import Constraint, Domain, Parameter
from invexproof.activations.registry import Activation, Family, Subject, catalogue, family, resolve

__all__ = [
    "Activation",
    "ActivationArgumentError",
    "ActivationError",
    "AmbiguousActivationError",
    "CatalogueError",
    "Constraint",
    "Domain",
    "Family",
    "Parameter",
    "RefusedActivationError",
    "Subject",
    "UnknownActivationError",
    "catalogue",
    "family",
    "resolve",
]
