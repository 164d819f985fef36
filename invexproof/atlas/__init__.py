"""The atlas: the whole catalogue decided, as certificates and as pages of the manual."""

from invexproof.atlas.survey import Entry, survey

__all__ = ["Entry", "survey"]
