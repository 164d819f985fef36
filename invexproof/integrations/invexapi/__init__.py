"""The library invexapi: a verifier in its own form, and an audit of everything that it exports.

Neither is loaded together with the library; `InvexproofVerifier` and `audit` import it when they need it.
"""

from invexproof.integrations.invexapi.auditing import Audit, audit
from invexproof.integrations.invexapi.errors import MissingLibraryError, ReadingError
from invexproof.integrations.invexapi.verifier import InvexproofVerifier, Refutation

__all__ = ["Audit", "InvexproofVerifier", "MissingLibraryError", "ReadingError", "Refutation", "audit"]
