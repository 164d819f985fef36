"""The library invexapi: a verifier in its own form, and an audit of everything that it exports."""

from invexproof.integrations.invexapi.errors import MissingLibraryError, ReadingError
from invexproof.integrations.invexapi.verifier import InvexproofVerifier, Refutation

__all__ = ["InvexproofVerifier", "MissingLibraryError", "ReadingError", "Refutation"]
