"""Claims about networks and about losses of networks."""

from invexproof.provers.maps.compositions import INVEX, prove_composition
from invexproof.provers.maps.entry import ALMOST, MAP_KINDS, NONSINGULAR, MapClaimError, prove_map

__all__ = ["ALMOST", "INVEX", "MAP_KINDS", "NONSINGULAR", "MapClaimError", "prove_composition", "prove_map"]
