"""Claims about networks and about losses of networks."""

from invexproof.provers.maps.compositions import INVEX, prove_composition
from invexproof.provers.maps.entry import ALMOST, MAP_KINDS, NONSINGULAR, MapClaimError, prove_map
from invexproof.provers.maps.invexify import Proposal, invexify

__all__ = [
    "ALMOST",
    "INVEX",
    "MAP_KINDS",
    "NONSINGULAR",
    "MapClaimError",
    "Proposal",
    "invexify",
    "prove_composition",
    "prove_map",
]
